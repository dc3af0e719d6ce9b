"""What an analyst asks for at the desk is what the pages say; codes complete in a shell."""

import csv

import openpyxl
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import helpers
from helpers import explain, measure, start
from helpers.errors import ParameterError
from helpers.present import activities, desk, figures, persons, provenance
from helpers.present.pieces import NOTE_TYPE
from helpers.present.tables import Column, table


@pytest.fixture(scope="module", params=["tr", "en"])
def run(request):
    return start(year=2026, language=request.param)


def test_a_figure_is_explained_by_the_card_of_its_page(run):
    shown = explain(run, "G3.25")
    card = provenance.card(run, "G3.25")
    assert shown.text == "\n".join(provenance.told(run, card))
    assert card["definition"] in shown.text and card["value"] in shown.text
    for heading, _ in provenance.sections(run, card):
        assert f"**{heading}**" in shown.bundle["text/markdown"]


def test_without_a_run_the_default_year_is_explained():
    assert explain("G3.25").text.startswith("G3.25  ")
    with pytest.raises(ParameterError):
        explain("G9.99")


def test_rejected_rows_are_open_points(run, monkeypatch):
    monkeypatch.setattr(figures, "rejections", lambda *_: ["3 <b>rows</b>"])
    shown = explain(run, "G3.25")
    assert shown.text.endswith(f"{run.text('desk.open')}\n  3 <b>rows</b>")
    assert "<b>" not in shown.bundle["text/markdown"]


def test_a_measure_is_the_published_figure(run):
    indicator = run.catalog.indicators["G3.25"]
    value = figures.written(run, indicator, persons.figure(run, "G3.25"))
    shown = measure(run, "G3.25")
    assert shown.text == f"- {indicator.name[run.language]}, 2026: {value}"
    assert "demonstration" in shown.bundle[NOTE_TYPE]["caveats"]


def test_a_breakdown_is_the_one_of_the_pages(run):
    assert measure(run, "G3.25", by="unit").text == activities.by(run, "G3.25", "unit").text


def test_what_would_be_misread_is_refused(run):
    ratio = next(code for code, one in run.catalog.indicators.items() if one.denominator)
    for code, by in ((ratio, "unit"), ("G3.25", "name"), ("G9.99", "")):
        with pytest.raises(ParameterError):
            measure(run, code, by=by)


def test_every_column_has_a_name(run):
    assert all(run.text(f"activities.by.{column}") for column in desk.COLUMNS)


def test_codes_complete_with_their_titles_in_a_shell(run):
    shell = InteractiveShell()
    shell.user_ns["run"] = run
    desk.offer_codes(shell)
    line = 'measure(run, "G3.2'
    with provisionalcompleter():
        found = {one.text: one.type for one in shell.Completer.completions(line, len(line))}
    indicators = run.catalog.indicators
    assert found == {c: i.name[run.language] for c, i in indicators.items() if c.startswith("G3.2")}
    assert desk.codes('other(run, "G3.2') == []
    # What is open is a code, whichever of the functions asks for it, and as a further one.
    for call in ('explain("G3.2', "explain(run, 'G3.2", 'compare(run, "G3.2', 'compare(run, "G3.25", "G3.2'):
        assert dict(desk.codes(call, run.language)) == found, call
    assert desk.codes('compare(run, "G3.25", units=["G3.2') == []


def test_every_public_name_can_be_asked_what_it_is():
    for name in helpers.__all__:
        described = getattr(helpers, name).__doc__
        assert described and described.strip().splitlines()[0].endswith((".", "?")), name
    for function in (helpers.measure, helpers.explain, helpers.compare):
        said = " ".join(function.__doc__.split())
        assert "ource" in said and "Raises ParameterError" in said, function.__name__
    assert "compare(" in helpers.__doc__ and "explain(" in helpers.__doc__


# -- files -------------------------------------------------------------------------------------------------


def read(path):
    if path.suffix == ".csv":
        return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    return [[cell for cell in row if cell is not None] for row in rows]


def written(piece, folder):
    yield read(piece.to_csv(folder / "t.csv"))
    yield read(piece.to_excel(folder / "t.xlsx"))


def test_a_table_is_written_as_it_is_shown(run, tmp_path):
    piece = measure(run, "G3.25", by="unit")
    note = piece.bundle[NOTE_TYPE]
    for lines in written(piece, tmp_path):
        rows = lines[1 : lines.index([])]
        assert rows and all(row[0] in piece.text and row[1] in piece.text for row in rows)
        assert [note["source"]] in lines and [note["title"]] in lines
        assert [run.text("desk.disclosed")] in lines


def test_hidden_cells_stay_hidden_and_nothing_computes(tmp_path):
    cells = ["=1+1", "@SUM(A1)", "hidden"]
    piece = table("t", [Column("=a", cells), Column("n", ["1", "2", "–"], True)], title="+t", source="s")
    piece.to_excel(tmp_path / "t.xlsx")
    found = [c for row in openpyxl.load_workbook(tmp_path / "t.xlsx").active.iter_rows() for c in row]
    assert not [c for c in found if c.data_type == "f"] and "=1+1" in [c.value for c in found]
    lines = read(piece.to_csv(tmp_path / "t.csv"))
    assert not [c for line in lines for c in line if c[:1] in "=+@" and c]
    assert lines[3] == ["hidden", "–"]


def test_the_table_behind_a_chart_is_written_and_a_sentence_is_not(run, tmp_path):
    chart = activities.trend(run, "G3.25")
    data = chart.bundle[NOTE_TYPE]["data"]
    for lines in written(chart, tmp_path):
        assert lines[0] == [column["title"] for column in data["columns"]]
        assert lines.index([]) == len(data["rows"]) + 1
    with pytest.raises(ParameterError):
        explain(run, "G3.25").to_csv(tmp_path / "t.csv")
