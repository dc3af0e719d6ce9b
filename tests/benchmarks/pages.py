"""How soon a page shows: ours beside the stock page of nbconvert of the same executed notebook, in one run.

Both are opened from a file by headless Chromium, offline, in turn; told are the median first contentful
paint, how far the layout shifted (CLS), and the size. The stock page asks for scripts of other sites, which
it does not get. Needs a published set: `workbook run` first.
"""

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from nbconvert import HTMLExporter
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 7
PAINTED = """() => new Promise((resolve) => {
    new PerformanceObserver((list, observer) => {
        const first = list.getEntriesByName('first-contentful-paint')[0];
        if (first) { observer.disconnect(); resolve(first.startTime); }
    }).observe({type: 'paint', buffered: true});
})"""
SHIFTED = """() => new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
        .observe({type: 'layout-shift', buffered: true});
    setTimeout(() => resolve(sum), 300);
})"""


def main() -> None:
    """Measure the page of goal 3, which is the longest."""
    found = sorted((ROOT / "reports" / "sample" / "notebooks").glob("*/tr/goal3_education_research.ipynb"))
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    if not found or not browser_path:
        print("pages: needs a published set (workbook run) and Chromium; not measured")
        return
    executed = found[-1]
    page = ROOT / "reports" / "sample" / executed.parts[-3] / "tr" / "goal3_education_research.html"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        stock = Path(folder) / "stock.html"
        stock.write_text(HTMLExporter().from_filename(str(executed))[0], encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        paints: dict[str, list[float]] = {}
        shifts: dict[str, float] = {}
        for _ in range(ROUNDS):
            for name, path in (("here", page), ("nbconvert", stock)):
                tab = browser.new_context(offline=True).new_page()
                tab.goto(path.resolve().as_uri(), wait_until="load")
                paints.setdefault(name, []).append(tab.evaluate(PAINTED))
                shifts[name] = max(shifts.get(name, 0.0), tab.evaluate(SHIFTED))
                tab.context.close()
        browser.close()
        for name, path in (("here", page), ("nbconvert", stock)):
            print(
                f"page of goal 3, {name:10} first paint {statistics.median(paints[name]):6.0f} ms"
                f"   shift {shifts[name]:.3f}   {path.stat().st_size / 1000:,.0f} kB"
            )


if __name__ == "__main__":
    sys.exit(main())
