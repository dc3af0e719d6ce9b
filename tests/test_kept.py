"""Figures and documents of a batch are worked out anew when what they rest on has changed, and only then."""

import csv
import json
from pathlib import Path

import pytest
from test_batch import manifest_of, workbook, write_notebook

from helpers.batch import documents, figures
from helpers.batch.inputs import Snapshot
from helpers.batch.kept import Kept


@pytest.fixture
def counted(monkeypatch):
    """Count the figures that are measured and the documents that are written."""
    count = {"figures": 0, "documents": 0}

    def counting(module, name, of):
        inner = getattr(module, name)

        def call(*given):
            count[of] += 1
            return inner(*given)

        monkeypatch.setattr(module, name, call)

    counting(figures, "_reported", "figures")
    counting(documents, "_documents", "documents")
    return count


def run(root, counted, *more):
    counted.update(figures=0, documents=0)
    code, _, error, _ = workbook(root, "run", "--year", "2024", "--language", "en", *more)
    assert code == 0, error
    return counted["figures"] > 0, counted["documents"] > 0


def conferences_of(root):
    return manifest_of(root)["figures"]["2024"]["ktu"]["G1.01"]["value"]


def test_what_changes_a_figure_or_a_document_makes_it_anew_and_nothing_else_does(workbook_root, counted):
    for found in (workbook_root / "notebooks").glob("*.ipynb"):
        found.unlink()
    notebook = write_notebook(workbook_root, "trial")
    assert run(workbook_root, counted) == (True, True)
    before, published = conferences_of(workbook_root), manifest_of(workbook_root)["documents"]
    # Another notebook: it runs, and what was measured and written stands.
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("# Title", "# Name"), encoding="utf-8")
    assert run(workbook_root, counted) == (False, False)
    assert conferences_of(workbook_root) == before
    assert {name: one["sha256"] for name, one in manifest_of(workbook_root)["documents"].items()} == {
        name: one["sha256"] for name, one in published.items()
    }
    # One conference that was held in 2024 less in the register: one less in the figure.
    events = workbook_root / "data" / "sample" / "events.csv"
    with events.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row[0] != "E2024-005"]
    with events.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    assert run(workbook_root, counted) == (True, True)
    assert float(conferences_of(workbook_root)) == float(before) - 1
    # A unit that goal cards alone name.
    cards = workbook_root / "data" / "catalog" / "cards.yml"
    told = cards.read_text(encoding="utf-8")
    cards.write_text(told.replace("Responsible unit to be named", "Responsible unit named"), encoding="utf-8")
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("# Name", "# Word"), encoding="utf-8")
    assert run(workbook_root, counted)[1]
    # Asked for by name.
    assert run(workbook_root, counted, "--force") == (True, True)
    # A kept value that somebody has altered is none.
    for path in (workbook_root / "reports" / ".work").rglob("*.kept.json"):
        held = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**held, "value": type(held["value"])()}), encoding="utf-8")
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("# Word", "# Title"), encoding="utf-8")
    assert run(workbook_root, counted) == (True, True)


def test_a_value_rests_on_all_that_was_read_before_it(workbook_root):
    read = workbook_root / "data" / "reference" / "read.txt"
    read.write_text("a", encoding="utf-8")
    place, module = Path("here"), "helpers.batch.figures"

    def ask(kept):
        made = []
        with kept.watching():
            read.read_text(encoding="utf-8")
        found = kept.get(place, module, Snapshot(), lambda: made.append(1) or ["worked out"])
        assert found == ["worked out"]
        return bool(made)

    assert [ask(Kept()), ask(Kept()), ask(Kept(force=True)), ask(Kept())] == [True, False, True, False]
    read.write_text("b", encoding="utf-8")
    assert [ask(Kept()), ask(Kept())] == [True, False]


def test_a_value_is_not_kept_when_what_it_rests_on_changed_meanwhile(workbook_root):
    read = workbook_root / "data" / "reference" / "read.txt"
    read.write_text("a", encoding="utf-8")
    now, kept = Snapshot(), Kept()
    read.write_text("b", encoding="utf-8")

    def compute():
        return [read.read_text(encoding="utf-8")]

    assert kept.get(Path("here"), "helpers.batch.figures", now, compute) == ["b"]
    assert not list((workbook_root / "reports").rglob("*.kept.json"))
