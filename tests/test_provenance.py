"""Every number leads to a card that says where it comes from; figures worked by hand from rows given here."""

import re
from typing import Any

import pytest
from test_measures_goal1 import CATALOG
from test_standing import fairs, run_with

from helpers import goals, messages, paths, standing, start, store
from helpers.errors import ParameterError
from helpers.plan.tables import printed
from helpers.present import persons, pieces, provenance, tables
from helpers.present.pieces import NOTE_TYPE
from helpers.present.tables import Column
from helpers.texts import Texts, links

LINK = re.compile(r"\[([^\]]*)\]\(#how-([^)]+)\)")


@pytest.fixture(scope="module", params=["tr", "en"])
def run(request: pytest.FixtureRequest) -> Any:
    return start(year=2026, language=request.param)


# -- the mark of a number -------------------------------------------------------------------------------


def test_a_linked_number_is_a_link_on_the_page_and_plain_everywhere_else():
    said = Texts("tr")("outside.divided", column="*x*", by=links.Linked("G3.25", 1234.5))
    shown = pieces.text(said).bundle
    assert shown["text/plain"] == "*x*: 1.235'e bölündü"
    assert shown["text/markdown"] == r"\*x\*: [1.235](#how-G3.25)'e bölündü"
    assert shown[NOTE_TYPE]["indicators"] == ["G3.25"]


@pytest.mark.parametrize(
    "hostile", ["\ufdd0x](javascript:1)\ufdd1y\ufdd2", "\ufdd0\ufdd1", "\ufdd3\ufdd3", "a\ufdd2"]
)
def test_marks_that_came_from_outside_lead_nowhere(hostile):
    shown = pieces.text(hostile).bundle
    assert not re.search(
        "[\ufdd0-\ufdd3]", shown["text/plain"].replace("\ufdd3", "") + shown["text/markdown"]
    )
    assert "](" not in shown["text/markdown"]


def test_a_cell_leads_to_its_card_and_stays_text():
    cell = links.wrap("G1.05", "<b>8</b>")
    shown = tables.table("t", [Column("a", [cell]), Column("b", [cell], True)], title="t", source="s").bundle
    assert shown["text/html"].count('<a href="#how-G1.05">&lt;b&gt;8&lt;/b&gt;</a>') == 2
    assert "how-" not in shown["text/plain"] and "<b>8</b>" in shown["text/plain"]


# -- what a card says -----------------------------------------------------------------------------------


def test_a_count_by_hand():
    card = provenance.card(run_with(fairs=fairs("2025-03-01", DE=2, FR=1)), "G1.05")
    assert (card["value"], card["exact"]) == ("3", "3")
    assert card["formula"] == "sum of: " + CATALOG.variables["fairs_attended"].name.en
    assert [one["value"] for one in card["variables"]] == ["3"]


def test_a_share_shows_its_sum_and_the_rows_it_was_made_of():
    students = [
        {"citizenship_code": "AZ", "headcount": 20, "academic_year": 2025},
        {"headcount": 100, "academic_year": 2025},
        {"headcount": 40, "academic_year": 2025},
    ]
    card = provenance.card(run_with(students=students), "G2.02")
    assert card["value"] == "12.5%"
    assert [(one["value"], one["rows"]) for one in card["variables"]] == [("20", 1), ("160", 3)]
    assert card["calculation"] == "100 × 20 ÷ 160 = 12.5%"


def test_what_is_hidden_is_hidden_on_its_card_with_all_that_it_is_made_of():
    students = [{"citizenship_code": "AZ", "headcount": 2}, {"headcount": 98}]
    card = provenance.card(run_with(students=students), "G2.02")
    assert card["value"] is None and card["exact"] is None and card["calculation"] == ""
    assert card["missing"] == Texts("en")("activities.reason.protected")
    assert [(one["value"], one["rows"]) for one in card["variables"]] == [(None, None), (None, None)]


def test_a_value_is_that_of_the_manifest_and_its_files_are_those_on_disk(run):
    for code, indicator in run.catalog.indicators.items():
        card, found = provenance.card(run, code), persons.figure(run, code)
        assert card["exact"] == (None if found.value is None else printed(found.value, indicator)), code
        assert (card["value"] is None) == bool(card["missing"]), code
        assert card["sources"], code
        for source in card["sources"]:
            path = paths.root() / source["file"]
            assert source["sha256"] == store.sha256(path)
            assert source["rows"] == len(path.read_text(encoding="utf-8").splitlines()) - 1


def test_an_overall_score_names_the_publishers_rows_that_it_was_recomputed_from(run):
    card = provenance.card(run, "the.overall")
    weights = run.catalog.systems["the"].method(2026).weights
    values = [float(row["value"].replace(",", ".")) for row in card["rows"]]
    assert len(values) == len(weights) == 5
    overall = sum(weight * value for weight, value in zip(weights.values(), values, strict=True))
    assert card["value"] == run.text.number(overall, 2) == provenance.card(run, "G3.02")["value"]
    assert all("THE_2026_rankings.csv" in row["table"] for row in card["rows"])
    file = paths.data("sample", "ranking_scores.csv").read_text(encoding="utf-8").splitlines()
    for variable, row in zip(weights, card["rows"], strict=True):
        line = int(re.sub(r"data\S+|\D", "", row["held"]))
        value = row["value"].replace(",", ".")
        assert f",karadeniz technical university,{variable},{value}," in file[line - 1]


def test_what_nobody_knows_is_refused_with_what_is_known():
    for code in ("G9.99", "the.nothing", "nobody.overall", ""):
        with pytest.raises(ParameterError, match="Nothing is known"):
            provenance.card(start(year=2026), code)


# -- from a sentence to its card ------------------------------------------------------------------------


def test_a_number_in_a_sentence_is_that_of_its_card(run):
    piece = standing.of(run, ("G3h",), ("G3.25", "G3.26", "G3.28"), by="country_code")
    found = dict(reversed(pair) for pair in LINK.findall(piece.bundle["text/markdown"].replace("\\", "")))
    assert set(found) == {"G3.25", "G3.26", "G3.28"}
    assert found == {code: provenance.card(run, code)["value"] for code in found}


def test_the_last_cell_has_the_card_of_everything_that_was_spoken_of():
    run = start(year=2026, language="tr")
    said = messages.of_plan(run)
    goals.indicators(run, "G3a")
    note = goals.sources(run).bundle[NOTE_TYPE]
    assert set(said.bundle[NOTE_TYPE]["indicators"]) <= set(note["provenance"])
    assert {"plan", "G3.01", "G3.05"} <= set(note["provenance"])
    assert next(iter(note["provenance"])).startswith("G")
