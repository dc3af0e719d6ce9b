"""Europe's mobility file at scale: `workbook receive` beside bare DuckDB and beside pandas, in one run.

Each is a process of its own, so that its peak memory is known. The same generated file goes to all three:
DuckDB writes it as Parquet as it stands, which is the floor; pandas reads it in chunks, for ten million rows
of 24 columns do not fit into memory, makes the same checks of cells and pickles the rows. It keeps no copy
of the file, no hash and no reasons, knows one encoding, no missing values with blanks around them, and takes
each line for a row: so far it is spared work.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import mobility_files

ROOT = Path(__file__).resolve().parents[2]
QUERIES = 5

# As text: with types guessed from its first rows, DuckDB gives up at the first cell that breaks them.
FLOOR = """
import duckdb, sys
source, target = sys.argv[1:]
connection = duckdb.connect()
rows = f"from read_csv('{source}', delim = ';', header = true, all_varchar = true)"
connection.execute(f"copy ({rows}) to '{target}' (format parquet)")
"""

PANDAS = """
import sys
import pandas as pd
source, target = sys.argv[1:]
missing = ["", "-", "Undefined", "??? - ? Unknown ?", "? Unknown ?", "???", "unknown"]
known = set("DE ES FR IT TR PL PT NL EL UK BE CZ XK MA FI RO".split())
line = 2
rows = accepted = 0
how = {"sep": ";", "dtype": str, "na_values": missing, "keep_default_na": False, "chunksize": 200_000}
for chunk in pd.read_csv(source, **how):
    wrong = pd.Series(False, index=chunk.index)
    for name in chunk.columns:
        chunk[name] = chunk[name].str.strip()
    for name in chunk.columns[chunk.columns.str.contains("Organi")]:
        chunk[name] = chunk[name].str.replace(r"\\s+", " ", regex=True)
    for name in chunk.columns[chunk.columns.str.contains("Erasmus Code")]:
        chunk[name] = chunk[name].str.upper()
    for name in ("Participants", "Mobility Duration", "Participant Age"):
        number = pd.to_numeric(chunk[name], errors="coerce")
        wrong |= chunk[name].notna() & (number.isna() | (number % 1 != 0))
        chunk[name] = number
    wrong |= ~(chunk["Participants"] >= 1) | (chunk["Mobility Duration"] < 0)
    chunk.loc[~chunk["Participant Age"].between(5, 90), "Participant Age"] = None
    for name in ("Sending Country Code", "Receiving Country Code", "Participant Nationality"):
        wrong |= chunk[name].notna() & ~chunk[name].isin(known)
        chunk[name] = chunk[name].replace({"EL": "GR", "UK": "GB"})
    for name in ("Mobility Start Month", "Mobility End Month"):
        month = pd.to_datetime(chunk[name], format="%Y-%m", errors="coerce")
        wrong |= chunk[name].notna() & ~month.dt.year.between(1987, 2100)
        chunk[name] = month
    for name in ("Special Needs", "Fewer Opportunities", "GroupLeader"):
        wrong |= chunk[name].notna() & ~chunk[name].isin(["Yes", "No"])
        chunk[name] = chunk[name] == "Yes"
    wrong |= ~chunk["Project Reference"].str.match(r"20\\d\\d-", na=False)
    academic = pd.to_numeric(chunk["Academic Year"].str[:4], errors="coerce")
    wrong |= chunk["Academic Year"].notna() & ~academic.between(1987, 2100)
    chunk["academic_year"] = academic
    chunk["call_year"] = pd.to_numeric(chunk["Project Reference"].str[:4], errors="coerce")
    chunk["year"] = chunk["Mobility Start Month"].dt.year.fillna(academic).fillna(chunk["call_year"])
    chunk["source_row"] = range(line, line + len(chunk))
    line += len(chunk)
    rows += len(chunk)
    chunk[wrong].to_csv(f"{target}.{rows}.rejected", sep=";", index=False)
    good = chunk[~wrong]
    accepted += len(good)
    good.to_pickle(f"{target}.{rows}")
"""

QUERY = """
import sys, time
from helpers.catalog import load
from helpers.measures import flows
institutions = load().institutions
for _ in range(int(sys.argv[1])):
    started = time.perf_counter()
    found = flows.flows("ktu", institutions)
    seconds = time.perf_counter() - started
    sums = found.by("direction").set_index("direction")["participants_count"]
    print(seconds, sums["out"], sums["in"])
"""


def measured(command: list[str], environment: dict[str, str] | None = None) -> tuple[float, float, float]:
    """Run a process to its end; return its seconds by the clock, of the processor, and its peak in GB."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ((0, 1) if environment else (0,)):  # `receive` rejects rows: 1
        raise RuntimeError(f"{command[:3]} ended with {process.returncode}")
    seconds = time.perf_counter() - started
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20


@contextmanager
def scratch_workbook(folder: Path) -> Iterator[dict[str, str]]:
    """Give a workbook of its own in a folder."""
    import shutil

    root = folder / "workbook"
    for name in ("catalog", "reference"):
        shutil.copytree(ROOT / "data" / name, root / "data" / name)
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns("*.ipynb"))
    yield {**os.environ, "WORKBOOK_ROOT": str(root), "PYTHONPATH": str(ROOT / "src")}
    shutil.rmtree(root)


def line(name: str, rows: int, run: tuple[float, float, float], floor: tuple[float, float, float]) -> None:
    seconds, processor, peak = run
    print(
        f"{name:34} {rows:>10,} rows {seconds:8.1f} s  (processor {processor:7.1f} s)  peak {peak:5.2f} GB"
        f"   x{seconds / floor[0]:5.2f} of the floor (processor x{processor / floor[1]:5.2f})",
        flush=True,
    )


def compare(rows: int, folder: Path, with_pandas: bool, faulty_every: int = 100_000) -> float:
    """Measure all on one file of so many rows; return the seconds of `receive`."""
    python = sys.executable
    written = mobility_files.write(folder / "mobility.csv", rows, faulty_every=faulty_every)
    source = str(written.path)
    print(
        f"{rows:,} rows, {written.path.stat().st_size / 2**30:.2f} GB, {len(written.faulty)} faulty",
        flush=True,
    )
    floor = measured([python, "-c", FLOOR, source, str(folder / "floor.parquet")])
    line("bare DuckDB, CSV to Parquet", rows, floor, floor)
    (folder / "floor.parquet").unlink()
    with scratch_workbook(folder) as environment:
        receive = [python, "-m", "helpers.cli", "receive", source, "--language", "en"]
        ours = measured(receive, environment)
        line("workbook receive", rows, ours, floor)
        told = (folder / "mobility.rejected.csv").read_text("utf-8-sig").splitlines()[1:]
        lines = {int(one.split(";")[2]) for one in told}
        print(
            f"    {len(lines)} rejected rows, lines as generated: {lines == set(written.faulty)}", flush=True
        )
        asked = subprocess.run(
            [python, "-c", QUERY, str(QUERIES)], env=environment, check=True, capture_output=True, text=True
        ).stdout.splitlines()
        seconds = [float(one.split()[0]) for one in asked]
        right = asked[0].split()[1:] == [str(written.outgoing), str(written.incoming)]
        print(
            f"    flows of one university: median {statistics.median(seconds):.3f} s of {QUERIES}, "
            f"first {seconds[0]:.3f} s, sums as generated: {right}",
            flush=True,
        )
    if with_pandas:
        theirs = measured([python, "-c", PANDAS, source, str(folder / "pandas")])
        line("pandas, chunks of 200,000", rows, theirs, floor)
        print(f"    receive is {theirs[0] / ours[0]:.1f} times as fast as pandas", flush=True)
        for path in folder.glob("pandas.*"):
            path.unlink()
    written.path.unlink()
    return ours[0]


def main(rows: int) -> None:
    """Compare on a tenth of the rows and on all of them, and tell whether time grows as they do."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        tenth = compare(rows // 10, folder, with_pandas=False)
        whole = compare(rows, folder, with_pandas=True)
    print(f"ten times the rows take {whole / tenth:.1f} times as long")


if __name__ == "__main__":
    main(int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 10_000_000)
