"""The browser of the machine, for tests that look at pages as readers do."""

import shutil
from pathlib import Path

import pytest

_INSTALLED = ("/usr/bin/chromium", shutil.which("chromium"), shutil.which("google-chrome"))
PATH = next((path for path in _INSTALLED if path and Path(path).exists()), None)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
in_browser = pytest.mark.skipif(
    PATH is None, reason="no Chromium; install it: apt-get install chromium (on Windows: Chrome)"
)
