"""nbval as a gate: red where one digit of a stored output or of the data is changed, and nowhere else.

Each case runs nbval as `make test` does, in a process of its own, on a copy that the kernel sees through
WORKBOOK_ROOT. That what is committed is green, `make test` shows on every notebook.
"""

import csv
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
NAME = "topic_rankings"
RED = 1


def nbval(root: Path, scratch: Path) -> tuple[int, set[int], int]:
    """Return nbval's exit code, the code cells that are red (from 0), and how many were compared."""
    report = scratch / "report.xml"
    arguments = [
        *("-p", "no:cov", "-p", "no:xdist", "-p", "no:cacheprovider", "-c", os.devnull),
        *("--rootdir", str(scratch), "--nbval", "--nbval-current-env"),
        *("--nbval-sanitize-with", str(REPO / "tests" / "nbval_sanitize.cfg")),
        *("--nbval-cell-timeout", "120", "--junitxml", str(report), "-q"),
        str(root / "notebooks" / f"{NAME}.ipynb"),
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=scratch,
        env={**environment, "WORKBOOK_ROOT": str(root)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert report.exists(), done.stdout + done.stderr
    cases = list(ET.parse(report).getroot().iter("testcase"))
    red = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    return done.returncode, {int(re.findall(r"\d+$", case.get("name", ""))[0]) for case in red}, len(cases)


def code_cells(notebook: dict) -> list[dict]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def showing(notebook: dict, word: str) -> list[int]:
    """The code cells whose stored plain form holds a word."""
    return [
        number
        for number, cell in enumerate(code_cells(notebook))
        if any(word in "".join(output["data"]["text/plain"]) for output in cell["outputs"])
    ]


def other(digit: str) -> str:
    return str((int(digit) + 1) % 10)


def test_one_digit_of_one_stored_output_turns_it_red(workbook_root, tmp_path):
    path = workbook_root / "notebooks" / f"{NAME}.ipynb"
    before = path.read_text(encoding="utf-8")
    notebook = json.loads(before)
    # The last decimal of the first figure of the first message, in the plain form alone.
    changed = showing(notebook, "points were missing")[0]
    data = code_cells(notebook)[changed]["outputs"][0]["data"]
    plain = "".join(data["text/plain"])
    decimal = re.search(r"(\d\.)(\d)", plain)
    assert decimal
    data["text/plain"] = plain[: decimal.start(2)] + other(decimal[2]) + plain[decimal.end(2) :]
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    assert "".join(data["text/plain"]) != plain

    # Every code cell is compared, and all others are green.
    assert nbval(workbook_root, tmp_path) == (RED, {changed}, len(code_cells(notebook)))


def test_one_digit_of_the_data_turns_it_red(workbook_root, tmp_path):
    path = workbook_root / "data" / "sample" / "ranking_scores.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    columns = next(csv.reader(lines))
    place = columns.index("value_low")
    found = []
    for number, line in enumerate(lines):
        cells = dict(zip(columns, next(csv.reader([line])), strict=True))
        wanted = ("the", "2026", "Karadeniz Technical University", "international_outlook")
        if tuple(cells[name] for name in ("system", "edition", "name", "variable")) == wanted:
            found.append((number, cells["value_low"]))
    ((number, value),) = found
    parts = lines[number].split(",")
    assert parts[place] == value  # no quoted comma stands before the cell
    parts[place] = value[:-1] + other(value[-1])
    lines[number] = ",".join(parts)
    path.write_text("".join(lines), encoding="utf-8")

    notebook = json.loads((workbook_root / "notebooks" / f"{NAME}.ipynb").read_text(encoding="utf-8"))
    code, red, _ = nbval(workbook_root, tmp_path)
    assert code == RED
    # Not only the table of files, whose hash moves with any byte: also what shows the figure.
    chart = [n for n in showing(notebook, "International outlook of") if n in red]
    assert chart
    assert set(showing(notebook, "ranking_scores.csv")) <= red
