"""A batch from plan to published set."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from .execute import execute
from .jobs import Job
from .publish import publish


def run(jobs: list[Job], edition: str, advance: Callable[[str], None]) -> Path:
    """Execute jobs and publish them; return the index. Nothing is published if one fails."""
    with tempfile.TemporaryDirectory(prefix="workbook-") as scratch:
        executed = execute(jobs, Path(scratch), lambda one: advance(str(one.job)))
        return publish(edition, executed)
