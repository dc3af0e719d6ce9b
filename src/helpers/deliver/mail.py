"""Pages as single files for mail: everything is inside, and no link leads to a file that was left behind."""

from collections.abc import Sequence
from pathlib import Path

from ..site import alone
from .published import Report, place_for


def write(chosen: Sequence[Report], to: Path, replace: bool = False) -> list[Path]:
    """Write each page of the reports as one file that stands by itself; return the files."""
    targets = [
        (report, page, place_for(to, f"{page}-{report.of}-{report.language}.html", replace))
        for report in chosen
        for page in report.pages
    ]
    for report, page, path in targets:
        path.write_text(alone.detached(report.html(page)), encoding="utf-8")
    return [path for _, _, path in targets]
