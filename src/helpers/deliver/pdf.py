"""Published pages as PDF, printed by a Chromium that is on the machine, without a window.

The browser itself numbers sheets, makes the outline of headings and tags the text for screen readers; what it
would note of the machine (its own name and system, the folder of the file) is kept out. The PDF is not part
of the published set, which does not depend on a browser.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ..catalog import load
from ..errors import Phrase, WorkbookError
from ..site import paper
from .published import Report, place_for

_ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_OPTIONS = (
    "--headless", "--disable-gpu", "--disable-extensions", "--disable-background-networking",
    "--disable-sync", "--no-first-run", "--no-default-browser-check", "--no-pdf-header-footer",
    "--export-tagged-pdf", "--generate-pdf-document-outline", "--user-agent=strategy-workbook",
)  # fmt: skip
_SECONDS = 300


def write(
    chosen: Sequence[Report], to: Path, browser: str = "", replace: bool = False, annex: bool = False
) -> list[Path]:
    """Write one PDF for each report, in the order of its pages behind a list of them; return the files.

    `annex` adds the tables behind the charts. Raises WorkbookError where no browser is found or it fails.
    """
    program = find(browser)
    targets = [(report, place_for(to, _name(report), replace)) for report in chosen]
    for report, path in targets:
        say = report.say
        title = _title(report)
        pages = [(page, report.html(page)) for page in report.pages]
        html = paper.booklet(
            title,
            report.language,
            pages,
            annex=say("paper.annex") if annex else "",
            contents=say("paper.contents") if len(pages) > 1 else "",
        )
        _print(program, html, path)
        if len(pages) > 1:
            # A browser cannot say in a text on which sheet a place is: that is read out of a first print.
            _print(program, paper.numbered(html, _sheets(path)), path)
    return [path for _, path in targets]


def _name(report: Report) -> str:
    of = report.of if report.is_whole else "-".join([report.of, *report.pages])
    return report.say("paper.pdf_name", of=of) + ".pdf"


def _title(report: Report) -> str:
    say, catalog = report.say, load()
    institution = catalog.institutions[report.institution].name(report.language)
    plan = catalog.plan.title[report.language]
    return say("paper.title", institution=institution, plan=plan, of=report.of)


def find(named: str = "") -> str:
    """Return the browser that prints: the one named, else the first that is known.

    Raises WorkbookError where there is none.
    """
    if named:
        found = shutil.which(named)
        if found is None:
            raise WorkbookError(
                Phrase("There is no browser {named!r}.", named=named),
                expected="a command or a file that starts it",
            )
        return found
    known = [shutil.which(name) for name in _ON_PATH] + [shutil.which(name) for name in _ELSEWHERE]
    found = next((one for one in known if one), None)
    if found is None:
        raise WorkbookError(
            "No browser is found that could print a PDF.",
            expected="Chromium, Chrome or Edge",
            remedy="Install one (apt-get install chromium), or say where it is: --browser FILE.",
        )
    return found


def _print(program: str, html: str, path: Path) -> None:
    # Beside the target: some systems let a browser see no other folder, and the last step is a renaming.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="pdf-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch).resolve()
        page, printed = folder / "page.html", folder / "page.pdf"
        page.write_text(html, encoding="utf-8")
        command = [program, *_OPTIONS, *_sandbox(), f"--user-data-dir={folder / 'profile'}"]
        command += [f"--print-to-pdf={printed}", page.as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise WorkbookError(
                Phrase("{program} did not print: {error}.", program=program, error=error)
            ) from error
        if done.returncode or not printed.exists():
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise WorkbookError(
                Phrase(
                    "{program} did not print (exit code {returncode}): {said}",
                    program=program,
                    returncode=done.returncode,
                    said=said[-1] if said else Phrase("no word"),
                ),
                remedy="Chromium 131 or later is needed; name another one: --browser FILE.",
            )
        printed.replace(path)


def _sheets(path: Path) -> dict[str, int]:
    """Return the number of the sheet on which each place of a printed document is, by its id."""
    from pypdf import PdfReader

    with PdfReader(path) as printed:
        places = printed.named_destinations
        return {
            name.removeprefix("/"): 1 + (printed.get_destination_page_number(place) or 0)
            for name, place in places.items()
        }


def _sandbox() -> list[str]:
    """Chromium refuses to start as root with its sandbox; the document is ours and nothing in it runs."""
    is_root = sys.platform != "win32" and os.geteuid() == 0
    return ["--no-sandbox"] if is_root else []
