"""How soon a page is there, beside the page that `jupyter nbconvert` makes of the same executed notebook.

Both lie in a folder and are opened by Chromium without a network, in turn, so that whatever else the machine
does is shared alike. The first contentful paint is Chromium's own; the median of all openings is told.
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from helpers import paths

CHROMIUM = "/usr/bin/chromium"
OPENINGS = 9
PAGES = ("overview", "goal3_education_research", "topic_mobility")
PAINT = """() => new Promise(done => {
    const told = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
    const wait = () => told() === undefined ? setTimeout(wait, 5) : done(told());
    wait();
})"""


def painted(browser: Browser, page: Path) -> float:
    """Return the milliseconds until something of a page is seen, in a fresh context."""
    context = browser.new_context(offline=True, viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.goto(page.as_uri(), wait_until="commit")
    found = float(opened.evaluate(PAINT))
    context.close()
    return found


def main() -> None:
    made = paths.reports("sample")
    latest = max(path.name for path in made.iterdir() if path.name.isdigit())
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name in PAGES:
            notebook = made / "notebooks" / latest / "tr" / f"{name}.ipynb"
            stock = Path(scratch, f"{name}.html")
            command = [sys.executable, "-m", "nbconvert", "--to", "html", "--no-input", str(notebook)]
            subprocess.run([*command, "--output", str(stock)], check=True, capture_output=True)
            both = {"page": made / latest / "tr" / f"{name}.html", "stock nbconvert": stock}
            times: dict[str, list[float]] = {which: [] for which in both}
            for _ in range(OPENINGS):
                for which, path in both.items():
                    times[which].append(painted(browser, path))
            for which, path in both.items():
                print(
                    f"{name}, {which}: first contentful paint {statistics.median(times[which]):.0f} ms "
                    f"(up to {max(times[which]):.0f}), {path.stat().st_size / 1000:.0f} kB"
                )
        browser.close()


if __name__ == "__main__":
    main()
