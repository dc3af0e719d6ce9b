"""Shared fixtures: the public test files, and a copy of the workbook that a test may write to."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chromium
import pytest
import sample
import yaml
from hypothesis import settings

REPO = Path(__file__).resolve().parents[1]
SHARED = REPO.parent / "shared" / "data"

# The command answers in the system's language, whatever that is here; a test that means another sets it.
os.environ.update({"LANG": "C.UTF-8"})
for _name in ("LC_ALL", "LC_MESSAGES"):
    os.environ.pop(_name, None)

# A shell that starts the tests in the background lets its children ignore Ctrl-C; what tests start must not.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What tests read of definitions is read with libyaml, as the program reads it: seconds less in each worker.
yaml.SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # type: ignore[misc]
# As the command does: nothing here checks addresses, whose grammar takes a second to compile.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

# The same examples on every run, no stopwatch (two cores, many tests), nothing written beside the code.
settings.register_profile("workbook", database=None, deadline=None, derandomize=True)
settings.load_profile("workbook")

# Files that take long begin first, or one of two workers would be left with one of them at the end.
LONG = (
    "test_batch", "test_register_intake", "test_messages", "test_present", "test_quality", "test_nbval_gate",
    "test_accreditation_page", "test_cli", "test_hostile_files", "test_marked_copy", "test_activities",
    "test_mobility_page", "test_disclosure_attack", "test_demonstration", "test_measures_rankings",
    "test_receive", "test_pages_in_browser", "test_site", "test_safe_set", "test_heading", "test_slides",
    "test_deliver", "test_explained", "test_vector", "test_actions",
)  # fmt: skip
TURN = {name: turn for turn, name in enumerate(LONG)}


def pytest_configure(config: pytest.Config) -> None:
    if sample.VARIABLE not in os.environ:
        folder = tempfile.mkdtemp(prefix="workbook-tests-")
        os.environ[sample.VARIABLE] = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: TURN.get(item.path.stem, len(LONG)))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium, for tests that are marked as in_browser."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the public test files are not beside the checkout (../shared/data)")
    return SHARED


@pytest.fixture
def workbook_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workbook of its own: definitions, references and sample as in the repo, nothing received."""
    root = tmp_path / "workbook"
    not_data = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
    for part in ("catalog", "reference", "sample", "published", "corrections"):
        shutil.copytree(REPO / "data" / part, root / "data" / part)
    for empty in ("raw", "store"):
        (root / "data" / empty).mkdir()
    shutil.copytree(REPO / "notebooks", root / "notebooks", ignore=not_data)
    monkeypatch.setenv("WORKBOOK_ROOT", str(root))
    return root


@pytest.fixture(scope="session")
def _lasting_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("lasting")
    (root / "data").mkdir()
    for part in ("catalog", "reference", "sample", "published", "corrections"):
        (root / "data" / part).symlink_to(REPO / "data" / part)
    (root / "notebooks").symlink_to(REPO / "notebooks")
    return root


@pytest.fixture
def store_root(_lasting_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workbook that has received nothing, for tests that change no definition: it is read once for all."""
    for emptied in ("raw", "store"):
        shutil.rmtree(_lasting_root / "data" / emptied, ignore_errors=True)
        (_lasting_root / "data" / emptied).mkdir()
    monkeypatch.setenv("WORKBOOK_ROOT", str(_lasting_root))
    return _lasting_root


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list:
    """The figures that charts draw from here on, kept for a look; no picture is made of them."""
    from helpers.present.charts import frame

    kept: list = []
    finish = frame.piece

    def keep(figure, words):
        kept.append(figure)
        return finish(figure, words)

    monkeypatch.setattr(frame, "piece", keep)
    monkeypatch.setattr(frame, "picture", lambda *_: "<svg/>")
    return kept
