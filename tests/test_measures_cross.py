"""The cross-cutting indicators, worked by hand: graduates, levels, the SDGs, the action plan."""

import pytest
from test_measures_goal1 import OWN, copies, held, measure, no_register, of_goal, parted, reason, value
from test_measures_goal2 import ACTIONS

from helpers import store
from helpers.measures import core
from helpers.measures.cross import COMPETENCES, LEVELS


@pytest.fixture(autouse=True)
def nothing_else_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "read", no_register)


def test_there_are_five_and_they_weigh_nothing() -> None:
    assert of_goal("GX") == [f"GX.0{number}" for number in range(1, 6)]
    assert not any(indicator.weight for indicator in OWN if indicator.goal == "GX")


@pytest.mark.parametrize("code", of_goal("GX"))
def test_without_its_registers_an_indicator_says_so(code: str) -> None:
    assert reason(code, held()) == core.NO_REGISTER


def test_the_constants_are_those_of_the_registers() -> None:
    columns = store.definition("graduates")["columns"]
    assert set(COMPETENCES) == {name for name in columns if name.startswith("has_")}
    for register in ("events", "promotion", "agreements"):
        assert list(LEVELS) == store.definition(register)["columns"]["level"]["allowed"]


# -- GX.01, GX.02: graduates ---------------------------------------------------------------------------

GRADUATES = [
    {"unit": "eng", "headcount": 6, "has_language_b2": True, "has_stay_abroad": True},
    {"unit": "med", "headcount": 4, **dict.fromkeys(COMPETENCES, True)},
    {"unit": "eng", "headcount": 10, "has_language_b2": True},
    {"unit": "med", "headcount": 20},
    {"unit": "eng", "headcount": 5, "academic_year": 2024},
]


def test_graduates_with_two_marks_of_five() -> None:
    found = measure("GX.01", held(graduates=GRADUATES))
    assert (found.value, found.numerator, found.denominator) == (25, 10, 40)
    assert parted("GX.01", held(graduates=GRADUATES), "unit") == {
        "eng": 37.5,
        "med": pytest.approx(16.667, abs=0.001),
    }
    assert value("GX.01", held(graduates=GRADUATES), half=True) == 0
    assert reason("GX.01", held("law", graduates=GRADUATES)) == core.NO_DENOMINATOR
    assert reason("GX.01", held(graduates=GRADUATES), 2023) == core.NO_YEAR


SURVEYS = [
    {"invited_count": 300, "answered_count": 120, "placed_international_count": 24},
    {"invited_count": 100, "answered_count": 40, "placed_international_count": 8},
    {"invited_count": 90, "answered_count": 90, "mean_score": 4},  # did not ask about placement
    {
        "invited_count": 50,
        "answered_count": 50,
        "placed_international_count": 50,
        "audience": "international_students",
    },
    {"invited_count": 10, "answered_count": 10, "placed_international_count": 1, "year": 2024},
]


def test_graduates_placed_internationally() -> None:
    found = measure("GX.02", held(surveys=SURVEYS))
    assert (found.value, found.numerator, found.denominator) == (20, 32, 160)
    assert found.parts == {"response_rate": 40}
    # Surveys know their year only: at 30 June 2025 that of 2024 is the last.
    assert value("GX.02", held(surveys=SURVEYS), half=True) == 10
    assert reason("GX.02", held(surveys=SURVEYS[2:4])) == core.NO_DENOMINATOR
    assert reason("GX.02", held(surveys=SURVEYS), 2023) == core.NO_YEAR


def test_a_survey_that_nobody_answered_has_a_response_rate_only() -> None:
    found = measure("GX.02", held(surveys=[{"invited_count": 80, "placed_international_count": 0}]))
    assert (found.value, found.reason, found.parts) == (None, core.NO_DENOMINATOR, {"response_rate": 0})


# -- GX.03: balance ------------------------------------------------------------------------------------


def test_evenness_over_the_levels() -> None:
    registers = held(
        events=[
            *copies(2, level="international"),
            {"level": "national", "kind": "workshop", "start_date": "2025-09-01", "end_date": "2025-09-02"},
            {"level": "regional", "status": "cancelled"},
        ],
        promotion=[{"level": "national"}, {"level": "regional", "kind": "agent"}],
        agreements=[*copies(2, level="regional"), *copies(2, level="international")],
    )
    found = measure("GX.03", registers)
    # 4 international, 2 national, 2 regional: shares ½, ¼, ¼, H = 1.5 ln 2 = 1.03972; ln 3 = 1.09861.
    assert found.value == pytest.approx(0.94639, abs=1e-5)
    assert found.parts == {"regional": 25, "national": 25, "international": 50}
    # At the half year the workshop is still to come: 4, 1, 2 of 7, H = 0.95570.
    assert value("GX.03", registers, half=True) == pytest.approx(0.86992, abs=1e-5)
    by_level = core.VARIABLES["activities_by_level"](registers, core.Period(2025))
    assert by_level.groupby("activity")["amount"].sum().to_dict() == {
        "agreement": 4,
        "event": 3,
        "promotion": 1,
    }
    assert reason("GX.03", registers, 2024) == core.NO_YEAR


def test_one_level_only_is_no_balance_and_no_activity_has_none() -> None:
    one = held(events=[{}], promotion=[{}], agreements=[{}])
    assert value("GX.03", one) == 0
    assert measure("GX.03", one).parts == {"regional": 0, "national": 0, "international": 100}
    # Covered, but by the half year nothing was held, done or signed.
    later = {"start_date": "2025-10-01", "end_date": "2025-10-02"}
    none = held(
        events=[later],
        promotion=[{"start_date": "2025-10-01"}],
        agreements=[{"signed_date": "2025-10-01", "start_date": "2025-10-01"}],
    )
    assert reason("GX.03", none, half=True) == core.NO_DENOMINATOR
    assert reason("GX.03", held("eng", events=[{}], promotion=[{}], agreements=[{}])) == core.NOT_BY_UNIT


# -- GX.04: the SDGs -----------------------------------------------------------------------------------

PUBLICATIONS = [
    {"publications_count": 60, "sdg_count": 30},
    {"publications_count": 30, "sdg_count": 6, "field": "social_sciences"},
    {"publications_count": 500, "field": "engineering_technology"},  # links unknown
    {"publications_count": 900, "sdg_count": 900, "kind": "all"},
    {"publications_count": 40, "sdg_count": 40, "kind": "with_partner", "partner_id": "p1"},
    {"publications_count": 18, "sdg_count": 5, "year": 2024},
]
PROJECTS = [
    *copies(4, is_sdg=True),
    *copies(6),
    {"is_sdg": True, "start_date": "2024-05-01", "end_date": "2026-05-01"},
    {"start_date": "2024-05-01", "end_date": "2026-05-01"},
    {"is_sdg": True, "decision": "rejected", "start_date": "2025-05-01"},
    {"is_sdg": True, "decision": "pending", "decision_date": None, "start_date": None, "end_date": None},
]


def test_international_output_linked_to_the_sdgs() -> None:
    registers = held(publications=PUBLICATIONS, projects=PROJECTS)
    found = measure("GX.04", registers)
    # 30 + 6 publications and 4 projects, of 90 and 10.
    assert (found.value, found.numerator, found.denominator) == (40, 40, 100)
    assert parted("GX.04", registers, "output") == {"publication": 40, "project": 40}
    # The last whole year before 30 June: 5 + 1 of 18 + 2.
    assert value("GX.04", registers, half=True) == 30
    assert reason("GX.04", registers, 2023) == core.NO_YEAR
    assert reason("GX.04", held("eng", publications=PUBLICATIONS, projects=PROJECTS)) == core.NOT_BY_UNIT


def test_output_whose_links_are_unknown_has_no_share() -> None:
    rejected = [{"decision": "rejected"}]
    assert reason("GX.04", held(publications=PUBLICATIONS[2:3], projects=rejected)) == core.NO_DENOMINATOR


# -- GX.05: the action plan ----------------------------------------------------------------------------


def test_actions_of_all_goals_on_time() -> None:
    found = measure("GX.05", held(actions=ACTIONS))
    # Those of goal 2, three of five, and one of goal 3.
    assert (found.value, found.numerator, found.denominator) == (pytest.approx(200 / 3), 4, 6)
    assert parted("GX.05", held(actions=ACTIONS), "goal") == {"G2": 60, "G3": 100}
    assert value("GX.05", held(actions=ACTIONS), half=True) == 75
    assert reason("GX.05", held(actions=ACTIONS[4:5]), half=True) == core.NO_DENOMINATOR
    assert reason("GX.05", held(actions=ACTIONS), 2024) == core.NO_YEAR
    assert value("GX.05", held(actions=ACTIONS[3:4])) == 0
