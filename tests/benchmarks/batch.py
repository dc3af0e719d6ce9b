"""The batch beside its alternatives, in one run: ratios, never asserted. `make bench` prints them.

The set is that of one year in both languages. The peers execute the same notebooks and stop there: they hold
no figure against the ledger, write no page and no document, and publish nothing. The floor executes the same
cells in one process that has imported everything, and is divided by the cores.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
YEAR = 2026
LANGUAGES = ("tr", "en")

API = """
import sys, papermill
notebooks, out, *languages = sys.argv[1:]
from pathlib import Path
for language in languages:
    for path in sorted(Path(notebooks).glob("*.ipynb")):
        papermill.execute_notebook(path, Path(out, path.name), {"year": YEAR, "language": language},
                                   kernel_name="python3", progress_bar=False)
""".replace("YEAR", str(YEAR))

FLOOR = """
import os, sys, time
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
import babel, duckdb, great_tables, matplotlib.pyplot, pandas, seaborn
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from helpers import accreditation, activities, cards, mobility, overview, quality, rankings
from helpers.batch.jobs import available, cells_of
notebooks, out, *languages = sys.argv[1:]
shell = InteractiveShell.instance()
begun = time.perf_counter()
for language in languages:
    for name in available():
        for cell in cells_of(Path(notebooks, f"{name}.ipynb")):
            if cell["cell_type"] == "code":
                source = cell["source"]
                if "parameters" in cell["metadata"].get("tags", []):
                    source += f"\\nyear = YEAR\\nlanguage = {language!r}"
                with capture_output():
                    shell.run_cell(source).raise_error()
print(time.perf_counter() - begun)
""".replace("YEAR", str(YEAR))


def timed(command: list[str], environment: dict[str, str], **more: object) -> float:
    """Time one run of a command as a whole process."""
    begun = time.perf_counter()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | more
    subprocess.run(command, check=True, env=environment, cwd=environment["WORKBOOK_ROOT"], **quiet)
    return time.perf_counter() - begun


def workbook(root: Path, *options: str) -> list[str]:
    return [str(BIN / "workbook"), "run", *options]


def by_cli(
    root: Path, out: Path, environment: dict[str, str], languages: tuple[str, ...], year: int
) -> float:
    """Run every notebook by papermill's own command, one after the other."""
    total = 0.0
    for language in languages:
        for path in sorted((root / "notebooks").glob("*.ipynb")):
            command = [str(BIN / "papermill"), str(path), str(out / path.name), "--no-progress-bar"]
            total += timed([*command, "-p", "year", str(year), "-p", "language", language], environment)
    return total


def floor(root: Path, out: Path, environment: dict[str, str]) -> float:
    """Return the seconds of the same cells in one warm process, divided by the cores."""
    command = [sys.executable, "-c", FLOOR, str(root / "notebooks"), str(out), *LANGUAGES]
    said = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    return float(said.stdout.split()[-1]) / (os.cpu_count() or 1)


def watched(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a command; return the greatest memory of its own in MB of any kernel, and of the command."""
    peak = {"kernel": 0.0, "command": 0.0}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        done = threading.Event()

        def look() -> None:
            own = psutil.Process(process.pid)
            while not done.wait(0.1):
                try:
                    peak["command"] = max(peak["command"], own.memory_info().rss / 1e6)
                    for child in own.children(recursive=True):
                        peak["kernel"] = max(peak["kernel"], child.memory_full_info().uss / 1e6)
                except psutil.Error:
                    continue

        looking = threading.Thread(target=look)
        looking.start()
        process.wait()
        done.set()
        looking.join()
    return peak["kernel"], peak["command"]


def line(name: str, seconds: float, ours: float | None = None) -> None:
    ratio = f"   × {seconds / ours:5.2f} of ours" if ours else ""
    print(f"{name:62} {seconds:8.2f} s{ratio}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--ten-years", action="store_true", help="also ten years in one language: some 12 min"
    )
    parsed = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        root, out = Path(scratch, "workbook"), Path(scratch, "out")
        out.mkdir()
        not_data = shutil.ignore_patterns("raw", "store", "explore", ".ipynb_checkpoints")
        for name in ("data", "notebooks"):
            shutil.copytree(ROOT / name, root / name, ignore=not_data)
        environment = {**os.environ, "WORKBOOK_ROOT": str(root)}
        one_year = workbook(root, "--year", str(YEAR))
        runs: dict[str, list[float]] = {}

        def fresh() -> float:
            shutil.rmtree(root / "reports", ignore_errors=True)
            return timed(one_year, environment)

        peers = {
            "(a) papermill's command, one notebook after the other": lambda: by_cli(
                root, out, environment, LANGUAGES, YEAR
            ),
            "(b) papermill's functions, in one process": lambda: timed(
                [sys.executable, "-c", API, str(root / "notebooks"), str(out), *LANGUAGES], environment
            ),
            "(c) jupyter nbconvert --execute, twice": lambda: (
                2
                * timed(
                    [
                        *(str(BIN / "jupyter"), "nbconvert", "--to", "notebook", "--execute"),
                        *("--output-dir", str(out), *map(str, sorted((root / "notebooks").glob("*.ipynb")))),
                    ],
                    environment,
                )
            ),
            "(d) the same cells in one warm process ÷ cores": lambda: floor(root, out, environment),
        }
        for _ in range(parsed.rounds):
            runs.setdefault("workbook run", []).append(fresh())
            for name, peer in peers.items():
                runs.setdefault(name, []).append(peer())
        ours = statistics.median(runs["workbook run"])
        line(f"workbook run --year {YEAR}, both languages, pages published", ours)
        for name in peers:
            line(name, statistics.median(runs[name]), ours)
        fresh()
        line("nothing changed", statistics.median(timed(one_year, environment) for _ in range(5)))
        events = root / "data" / "sample" / "events.csv"
        events.write_text("\n".join(events.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", "utf-8")
        line(
            "one row of a register changed (of 18 notebooks, those that read it)",
            timed(one_year, environment),
        )
        shutil.rmtree(root / "reports")
        kernel, command = watched(one_year, environment)
        print(f"peak memory: {kernel:.0f} MB of its own in a kernel, {command:.0f} MB in the command")
        for years in (1, 5, 10) if parsed.ten_years else ():
            shutil.rmtree(root / "reports")
            options = [part for year in range(YEAR - years + 1, YEAR + 1) for part in ("--year", str(year))]
            took = timed(workbook(root, *options, "--language", "en"), environment)
            line(f"{9 * years} notebooks ({years} years, English): {took / 9 / years:.2f} s each", took)
        if parsed.ten_years:
            peer = sum(by_cli(root, out, environment, ("en",), year) for year in range(YEAR - 9, YEAR + 1))
            line("(a) of ten years in English", peer, took)


if __name__ == "__main__":
    main()
