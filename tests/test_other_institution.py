"""A run about another university, or about one unit: what the registers cannot tell is never told."""

import shutil

import pytest
from conftest import REPO
from sample import start as shared_start
from test_measures_goal1 import CATALOG

from helpers import activities, cards, goals, overview, quality, rankings, standing
from helpers.cli import main
from helpers.measures import cross
from helpers.measures.core import NOT_BY_UNIT, OTHER_INSTITUTION, MissingFigure, Period
from helpers.measures.indicators import computed
from helpers.present import figures
from helpers.present.pieces import NOTE_TYPE
from helpers.run import NO_UNIT_TARGETS, Run

REGISTERED = [code for code in CATALOG.indicators if code not in computed()]
SAID = "the data available are those of the plan's own university"


@pytest.fixture(scope="module")
def metu() -> Run:
    return shared_start(year=2026, institution="metu")


@pytest.fixture(scope="module")
def unit() -> Run:
    return shared_start(year=2026, unit="eng")


def test_five_indicators_are_of_rankings_and_all_others_of_registers() -> None:
    assert computed() == [f"G3.0{i}" for i in range(1, 6)]
    assert len(REGISTERED) == len(CATALOG.indicators) - 5 >= 75


@pytest.mark.parametrize("code", REGISTERED)
def test_no_register_tells_of_another_university(metu: Run, code: str) -> None:
    for period in (None, Period(2025), Period(2018, half=True)):
        found = figures.reading(metu, code, period)
        assert (found.value, found.reason) == (None, OTHER_INSTITUTION)


def test_its_rankings_are_its_own(metu: Run) -> None:
    # THE WUR 2026, International Outlook: 57.7 and 27.0 (domain dossier 4.2).
    assert figures.reading(metu, "G3.03").value == pytest.approx(57.7)
    assert figures.reading(shared_start(year=2026), "G3.03").value == pytest.approx(27.0)
    assert "57.7" in goals.indicators(metu, "G3a").text
    assert metu.name in rankings.messages(metu).text


def test_the_registers_refuse_whatever_is_asked(metu: Run) -> None:
    for ask in (
        lambda: metu.registers["fairs"],
        lambda: metu.registers.whole("actions"),
        lambda: cross.open_actions(metu.registers, Period(2026)),
        lambda: metu.cards,
    ):
        with pytest.raises(MissingFigure) as refused:
            ask()
        assert refused.value.reason == OTHER_INSTITUTION
    # Nothing of the plan's university was even read.
    assert metu.registers.frames == {}


@pytest.mark.parametrize("institution", [None, "ktu"])
def test_the_plans_own_university_is_no_other(institution: str | None) -> None:
    assert not shared_start(year=2026, institution=institution).registers.of_other


def test_with_a_unit_too_it_is_another_university() -> None:
    run = shared_start(year=2026, institution="metu", unit="eng")
    assert figures.reading(run, "G1.01").reason == OTHER_INSTITUTION


def test_every_view_says_why(metu: Run) -> None:
    for shown in (
        overview.goals(metu),
        overview.targets(metu),
        overview.decisions(metu),
        overview.levels(metu),
        cards.monitoring(metu, "G1"),
        cards.cumulative(metu, "G1"),
        cards.answers(metu, "G1"),
        activities.trend(metu, "G1.01"),
        activities.by(metu, "G1.05", "mode"),
        quality.targets(metu),
    ):
        assert shown.text == f"Not computed: {SAID}"
        assert shown.bundle[NOTE_TYPE]["kind"] == "not_computed"
    assert activities.table(metu, "G1d").text.count(SAID) == 2 * 3  # three indicators, two years
    said = standing.of(metu, ("G1d",), ("G1.05",), by="country_code").text
    assert said.count(SAID) == 2 and "The values of both years" in said


def test_all_registered_indicators_are_listed_as_not_computed(metu: Run) -> None:
    shown = quality.not_computed(metu).text
    assert all(code in shown for code in REGISTERED)
    assert shown.count(SAID) == len(REGISTERED)


# -- one unit ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [f"G3.0{i}" for i in range(1, 6)])
def test_a_ranking_does_not_rank_a_unit(unit: Run, code: str) -> None:
    found = figures.reading(unit, code)
    assert (found.value, found.reason) == (None, NOT_BY_UNIT)


def test_the_plan_gives_a_unit_no_targets(unit: Run) -> None:
    with pytest.raises(MissingFigure) as refused:
        assert unit.cards
    assert refused.value.reason == NO_UNIT_TARGETS
    assert figures.target(unit, "G1.01", 2026) is None
    assert figures.against_target(unit, "G1.01", figures.reading(unit, "G1.01")) == ""
    assert figures.target_notes(unit, ["G1.01"]) == []


def test_a_unit_has_less_than_the_whole(unit: Run) -> None:
    whole = shared_start(year=2026)
    for code in ("G1.01", "G2.01", "G3.25"):
        of_unit, of_all = (figures.reading(run, code).value for run in (unit, whole))
        assert of_unit is not None and of_all is not None and 0 < of_unit < of_all


def test_a_faculty_has_every_page_in_a_full_batch(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One unit of the plan's university, all pages; what it has no figure of, its pages say."""
    root = tmp_path / "faculty"
    for part in ("data", "notebooks"):
        shutil.copytree(REPO / part, root / part, ignore=shutil.ignore_patterns("raw", "store", ".*"))
    monkeypatch.setenv("WORKBOOK_ROOT", str(root))
    assert main(["run", "--year", "2026", "--language", "en", "--unit", "eng"]) == 0
    pages = {path.stem: path for path in (root / "reports/sample/2026-eng/en").glob("*.html")}
    assert set(CATALOG.plan.pages) <= set(pages)
    for name in CATALOG.plan.pages:
        assert "Faculty of Engineering" in pages[name].read_text(encoding="utf-8"), name
