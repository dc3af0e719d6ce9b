"""Measurements beside a named peer in the same run; ratios, never asserted. `make bench` prints them."""

import csv
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
ROUNDS = 7


def seconds(command: list[str], **more: object) -> float:
    """Time one run of a command as a whole process."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    return time.perf_counter() - started


def pair(ours: list[str], peer: list[str], **more: object) -> tuple[float, float, float, float]:
    """Time two commands in turn; return the medians, the median ratio and the median difference."""
    seconds(ours, **more), seconds(peer, **more)
    runs = [(seconds(ours, **more), seconds(peer, **more)) for _ in range(ROUNDS)]
    return (
        statistics.median(a for a, _ in runs),
        statistics.median(b for _, b in runs),
        statistics.median(a / b for a, b in runs),
        statistics.median(a - b for a, b in runs),
    )


def line(name: str, ours: float, peer_name: str, peer: float, ratio: float, difference: float) -> None:
    print(f"{name:34} {ours:7.3f} s   {peer_name:26} {peer:7.3f} s   x{ratio:5.2f}   {difference:+.3f} s")


def largest_file(folder: Path) -> Path:
    """Return the largest ranking table at hand: the public one if it is there, else one of the same size."""
    public = SHARED / "arwu" / "ARWU_2003_2025.csv"
    if public.exists():
        return public
    made = folder / "ranking.csv"
    with made.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            "name region region_code year Alumni Award HiCi N&S PUB PCP continent total_score rank".split()  # noqa: SIM905
        )
        for year in range(2003, 2026):
            for n in range(1, 689):
                rank = n if n <= 100 else f"{100 * (n // 100) + 1}-{100 * (n // 100 + 1)}"
                writer.writerow(
                    [f"University {n}", "X", "x", year, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, "Y", 9.9, rank]
                )
    return made


def main() -> None:
    python, workbook = sys.executable, str(Path(sys.executable).with_name("workbook"))
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, {ROUNDS} rounds"
    )
    line("workbook --help", *_named(pair([workbook, "--help"], [python, "-c", "pass"]), "python -c pass"))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        source = largest_file(folder)
        for name in ("data", "notebooks"):
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("raw", "store", "*.ipynb")
            )
        environment = {**os.environ, "WORKBOOK_ROOT": str(folder)}
        # A row that repeats an institution is rejected, so `receive` may exit with 1; `true` hides that.
        receive = ["sh", "-c", f"'{workbook}' receive '{source}' || true"]
        read = [python, "-c", f"import pandas; pandas.read_csv({str(source)!r})"]
        rows = sum(1 for _ in source.open(encoding="utf-8")) - 1
        line(
            f"workbook receive ({rows:,} rows)",
            *_named(pair(receive, read, env=environment), "pandas.read_csv"),
        )


def _named(measured: tuple[float, float, float, float], peer: str) -> tuple[float, str, float, float, float]:
    ours, theirs, ratio, difference = measured
    return ours, peer, theirs, ratio, difference


if __name__ == "__main__":
    main()
