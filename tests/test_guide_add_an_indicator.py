"""The guide "Add an indicator in ten minutes", done literally in a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
GUIDES = REPO / "src" / "helpers" / "guides"
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def guide(language: str) -> str:
    return (GUIDES / language / "add-an-indicator.md").read_text(encoding="utf-8")


def test_both_guides_have_the_same_commands_and_edits():
    assert FENCED.findall(guide("en")) == FENCED.findall(guide("tr"))
    assert [kind for kind, _ in FENCED.findall(guide("en"))] == ["sh", "diff", "sh", "sh"]
    assert len(re.findall("^## ", guide("en"), re.M)) == len(re.findall("^## ", guide("tr"), re.M)) == 3


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole workbook of its own, its package too, with the command `workbook` on the path."""
    root = tmp_path_factory.mktemp("guide")
    leave = shutil.ignore_patterns("__pycache__", "raw", "store")
    for part in ("src", "data", "notebooks"):
        shutil.copytree(REPO / part, root / part, ignore=leave)
    command = root / "bin" / "workbook"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m helpers.cli "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    (root / "bin" / "python").symlink_to(sys.executable)
    return root


def run(tree: Path, command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PATH": f"{tree / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(tree / "src"),
        "WORKBOOK_ROOT": str(tree),
    }
    command = command.replace("python -m", f'"{sys.executable}" -m')
    return subprocess.run(
        ["sh", "-e", "-c", command], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )


def edit(tree: Path, told: str, change: str) -> None:
    """Replace the lines marked - by those marked + in the file that the sentence before names."""
    file = tree / re.findall(r"`([\w/.]+\.\w+)`", told)[-1]
    lines = change.splitlines()
    taken = "\n".join(line[1:] for line in lines if line.startswith("-"))
    put = "\n".join(line[1:] for line in lines if line.startswith("+"))
    held = file.read_text(encoding="utf-8")
    assert held.count(taken) == 1
    file.write_text(held.replace(taken, put), encoding="utf-8")


def test_the_guide_leads_to_an_indicator_in_a_report(tree):
    text, answers = guide("en"), []
    for found in FENCED.finditer(text):
        kind, block = found.groups()
        if kind == "diff":
            # Until a person has counted, the test fails and says what is wanted.
            before = run(tree, "python -m pytest -q tests/test_indicator_g1_16.py")
            assert before.returncode == 1
            assert "count by hand what G1.16 is" in before.stdout
            edit(tree, text[: found.start()], block)
            continue
        done = run(tree, block)
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        answers.append(done.stdout)
    assert "1 passed" in answers[1]
    page = (tree / "reports/sample/2026/en/goal1_recognition.html").read_text(encoding="utf-8")
    assert "International workshops held" in page
    assert "G1.16" in answers[2]
    # Counted anew from the register itself, by a reader of CSV that knows nothing of the workbook.
    rows = [line.split(",") for line in (REPO / "data/sample/events.csv").read_text("utf-8").splitlines()]
    places = {name: rows[0].index(name) for name in ("kind", "level", "status", "end_date")}
    held = [
        row
        for row in rows[1:]
        if [row[places[name]] for name in ("kind", "level", "status")]
        == ["workshop", "international", "held"]
        and row[places["end_date"]].startswith("2026")
    ]
    assert held
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page[page.index("International workshops held") :], re.S)
    assert re.sub("<[^>]+>", "", cells[0]).strip() == str(len(held))
    # What was there before is there still: text was added, none was changed.
    for file in ("indicators/goal1.yml", "variables/goal1.yml"):
        before, after = ((root / "data/catalog" / file).read_text("utf-8") for root in (REPO, tree))
        assert after.startswith(before)
        assert len(after) > len(before)
    added = set((tree / "data/catalog/cards.yml").read_text("utf-8").splitlines())
    added -= set((REPO / "data/catalog/cards.yml").read_text("utf-8").splitlines())
    assert [line.strip() for line in added] == [
        "- {code: G1.16, weight: 0, targets: [null, null, 12, null, null]}"
    ]
