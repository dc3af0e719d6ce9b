"""Goal 1, worked by hand on a few rows: conferences, fairs, visits, speakers, promotion, web, memberships.

The builders below serve the tests of goal 2 and of the cross-cutting indicators too. They give each row
the columns and types that its register declares, so that a test cannot rest on a column that is not there.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from helpers import catalog, store
from helpers.errors import NotHeld
from helpers.measures import core, registry
from helpers.measures.core import Figure, MissingFigure, Period, Registers

CATALOG = catalog.load()

# One row of each register with everything that is required; a test says only what matters to it.
DEFAULTS: dict[str, dict[str, Any]] = {
    "events": {"event_id": "#", "unit": "eng", "title": "t", "kind": "conference", "level": "international",
               "status": "held", "start_date": "2025-05-05", "end_date": "2025-05-06"},
    "fairs": {"fair_id": "#", "title": "t", "country_code": "AZ", "mode": "in_person", "status": "attended",
              "start_date": "2025-03-01", "end_date": "2025-03-02"},
    "visits": {"visit_id": "#", "direction": "outgoing", "kind": "delegation", "partner_id": "p1",
               "country_code": "DE", "unit": "eng", "start_date": "2025-04-01", "end_date": "2025-04-03",
               "persons_count": 1},
    "speakers": {"talk_id": "#", "unit": "eng", "talk_date": "2025-04-01", "country_code": "DE",
                 "mode": "in_person", "kind": "keynote"},
    "promotion": {"promotion_id": "#", "kind": "webinar", "level": "international", "country_code": "KZ",
                  "start_date": "2025-02-01"},
    "web": {"month": "2025-01-01", "country_code": "TR", "sessions_count": 0},
    "memberships": {"membership_id": "#", "network": "n", "level": "international",
                    "start_date": "2015-01-01", "paid_until": "2025-12-31",
                    "last_participation_date": "2025-01-15"},
    "students": {"row_id": "#", "academic_year": 2025, "unit": "eng", "programme_id": "g1",
                 "degree_level": "bachelor", "citizenship_code": "TR", "kind": "degree",
                 "is_joint_programme": False, "headcount": 1},
    "applications": {"application_id": "#", "cohort": 2025, "unit": "eng", "programme_id": "g1",
                     "degree_level": "bachelor", "country_code": "AZ", "complete_date": "2025-06-01",
                     "is_eligible": True, "decision": "rejected", "is_registered": False},
    "staff": {"row_id": "#", "year": 2025, "unit": "eng", "category": "academic", "citizenship_code": "TR",
              "has_doctorate": True, "is_visiting": False, "months_count": 12, "is_front_office": False,
              "headcount": 1},
    "vacancies": {"vacancy_id": "#", "unit": "eng", "published_date": "2025-02-01", "is_international": True,
                  "applicants_count": 0, "foreign_applicants_count": 0},
    "mobility": {"mobility_id": "#", "academic_year": 2024, "direction": "outgoing",
                 "programme": "erasmus_ka131", "activity": "study", "participant": "student", "unit": "eng",
                 "partner_id": "p1", "country_code": "DE", "start_date": "2025-02-01",
                 "end_date": "2025-06-01", "days_count": 120, "has_virtual_part": False,
                 "status": "completed"},
    "agreements": {"agreement_id": "#", "partner_id": "p1", "country_code": "DE", "kind": "cooperation",
                   "level": "international", "unit": "eng", "signed_date": "2025-02-01",
                   "start_date": "2025-02-01", "end_date": "2030-02-01"},
    "publications": {"year": 2025, "field": "natural_sciences", "kind": "international",
                     "publications_count": 0, "index_name": "WoS"},
    "projects": {"project_id": "#", "unit": "eng", "programme": "horizon", "role": "partner",
                 "submitted_date": "2024-03-01", "decision": "funded", "decision_date": "2024-09-01",
                 "start_date": "2025-01-01", "end_date": "2027-01-01", "is_sdg": False},
    "programmes": {"academic_year": 2025, "programme_id": "g1", "name_en": "g", "name_tr": "g", "unit": "eng",
                   "degree_level": "bachelor", "foreign_language_pct": 0, "has_graduates": True,
                   "body_available": True, "students_count": 0, "international_places_count": 0,
                   "joint_kind": "none", "has_international_outcome": False,
                   "has_international_course": False, "foreign_language_credits_pct": 0,
                   "has_mobility_window": False, "has_international_teaching": False},
    "courses": {"academic_year": 2025, "course_id": "#", "programme_id": "g1", "unit": "eng",
                "language": "en", "ects": 5, "has_international_content": True, "is_coil": True,
                "partner_id": "p1"},
    "surveys": {"survey_id": "#", "year": 2025, "audience": "graduates", "invited_count": 0,
                "answered_count": 0},
    "graduates": {"row_id": "#", "academic_year": 2025, "unit": "eng", "degree_level": "bachelor",
                  "has_language_b2": False, "has_stay_abroad": False, "has_international_ects": False,
                  "has_coil_or_bip": False, "has_international_internship": False, "headcount": 1},
    "actions": {"action_id": "#", "goal": "G1", "title_en": "t", "title_tr": "t", "owner_unit": "eng",
                "due_date": "2025-03-31"},
    "priority_countries": {"country_code": "AZ", "from_year": 2023},
}  # fmt: skip


def table(dataset: str, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """A register as the store hands it over: declared columns only, one kind of emptiness for each type."""
    columns = store.definition(dataset)["columns"]
    filled = []
    for number, row in enumerate(rows):
        assert row.keys() <= columns.keys(), row.keys() - columns.keys()
        numbered = {name: f"x{number}" for name, value in DEFAULTS[dataset].items() if value == "#"}
        filled.append({**DEFAULTS[dataset], **numbered, **row})
        given = {name: value for name, value in filled[-1].items() if "allowed" in columns[name]}
        assert all(value in columns[name]["allowed"] for name, value in given.items()), given
    return store._plain(pd.DataFrame(filled, columns=list(columns), dtype=object), columns)


def held(unit: str | None = None, **rows: Sequence[dict[str, Any]]) -> Registers:
    """Registers that hold these rows and nothing else."""
    return Registers("sample", unit, {name: table(name, given) for name, given in rows.items()})


def measure(code: str, registers: Registers, year: int = 2025, half: bool = False) -> Figure:
    return core.measure(CATALOG, registers, Period(year, half), code)


def value(code: str, registers: Registers, year: int = 2025, half: bool = False) -> float | None:
    return measure(code, registers, year, half).value


def reason(code: str, registers: Registers, year: int = 2025, half: bool = False) -> str:
    found = measure(code, registers, year, half)
    assert found.value is None
    return found.reason


def parted(code: str, registers: Registers, column: str, year: int = 2025) -> dict[str, Any]:
    """An indicator's values by a column."""
    found = core.breakdown(CATALOG, registers, Period(year), code, column)
    return dict(zip(found[column], found["value"], strict=True))


def copies(number: int, **row: Any) -> list[dict[str, Any]]:
    return [row] * number


def no_register(edition: str, dataset: str, systems: Sequence[str] = ()) -> Any:
    raise NotHeld(f"no {dataset}")


@pytest.fixture(autouse=True)
def nothing_else_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever sample or received data stand in the folder, a test has only what it was given."""
    monkeypatch.setattr(store, "read", no_register)


# -- the definitions -----------------------------------------------------------------------------------

OWN = [i for i in CATALOG.indicators.values() if i.goal in ("G1", "G2", "GX")]
WEIGHTS = {"G1.01": 20, "G1.03": 10, "G1.05": 15, "G1.08": 15, "G1.09": 10, "G1.10": 15, "G1.12": 15}


def of_goal(goal: str) -> list[str]:
    return [indicator.code for indicator in OWN if indicator.goal == goal]


def test_goal_1_has_its_fifteen_indicators_and_its_weights() -> None:
    assert of_goal("G1") == [f"G1.{number:02}" for number in range(1, 16)]
    weights = {i.code: i.weight for i in OWN if i.goal == "G1" and i.weight}
    assert weights == WEIGHTS
    assert sum(weights.values()) == 100


@pytest.mark.parametrize("indicator", OWN, ids=lambda i: i.code)
def test_every_indicator_is_computable_and_defined(indicator: Any) -> None:
    assert core.uncovered(CATALOG, indicator) == []
    seeds = {code for goal in CATALOG.goals.values() for code in goal.activities}
    assert indicator.seed and set(indicator.seed) <= seeds
    # The measure type decides whether the baseline counts (dossier 1.3): for flows alone it does not.
    assert (indicator.a_rule == "zero") == (indicator.measure_type == "flow")
    named = [CATALOG.variables[v] for v in (indicator.numerator, indicator.denominator) if v]
    for text in [indicator.name, indicator.definition]:
        assert text.en.strip() and text.tr.strip() and text.en != text.tr
    for definition in [indicator.definition, *(v.definition for v in named)]:
        assert definition.en.endswith(".") and definition.tr.endswith(".")
    for variable in named:
        assert variable.name.en.strip() and variable.name.tr.strip()
        assert variable.name.en != variable.name.tr and variable.definition.en != variable.definition.tr
        assert variable.code in registry.VARIABLES
        # What a variable reads, its indicator reads.
        assert set(variable.datasets) <= set(indicator.datasets)


def test_a_formula_belongs_to_an_indicator() -> None:
    own = {code for code in registry.FORMULAS if code[:2] in ("G1", "G2", "GX")}
    assert own == {"G1.05", "G1.10", "G1.11", "G2.07", "G2.10", "G2.15", "GX.02", "GX.03"}
    assert own <= {indicator.code for indicator in OWN}


# -- G1.01 to G1.04: conferences -----------------------------------------------------------------------

EVENTS = [
    {"unit": "eng", "start_date": "2025-05-05", "end_date": "2025-05-07"},
    {"unit": "eng", "start_date": "2024-12-30", "end_date": "2025-01-02"},  # ends in the year
    {"unit": "med", "start_date": "2025-10-01", "end_date": "2025-10-03"},
    {"unit": "med", "start_date": "2025-12-30", "end_date": "2026-01-02"},  # ends in the next
    {"unit": "med", "kind": "symposium"},
    {"unit": "med", "level": "national"},
    {"unit": "eng", "status": "cancelled"},
    {"unit": "eng", "status": "planned"},
]


def test_conferences_held_are_those_that_ended_in_the_year() -> None:
    assert value("G1.01", held(events=EVENTS)) == 3
    assert value("G1.01", held(events=EVENTS), half=True) == 2
    assert parted("G1.01", held(events=EVENTS), "unit") == {"eng": 2, "med": 1}


def test_none_held_in_a_covered_year_is_nought_and_an_empty_year_is_unknown() -> None:
    registers = held(events=[{"status": "cancelled"}])
    assert value("G1.01", registers) == 0
    assert reason("G1.01", registers, 2024) == core.NO_YEAR
    assert reason("G1.01", held(events=[])) == core.NO_YEAR
    assert reason("G1.01", held()) == core.NO_REGISTER


def test_a_unit_without_an_event_in_a_covered_year_held_none() -> None:
    """Covered is asked of the university: the year of a small unit is not unknown for being empty."""
    assert value("G1.01", held("eng", events=EVENTS)) == 2
    assert value("G1.01", held("law", events=EVENTS)) == 0
    assert reason("G1.01", held("law", events=EVENTS), 2020) == core.NO_YEAR


AHEAD = [
    {"status": "planned", "start_date": "2025-12-31", "end_date": "2025-12-31"},  # at the end, not after
    {"status": "planned", "start_date": "2026-01-01", "end_date": "2026-01-02"},
    {
        "status": "planned",
        "start_date": "2026-12-31",
        "end_date": "2026-12-31",
    },  # the last day of twelve months
    {"status": "planned", "start_date": "2027-01-01", "end_date": "2027-01-01"},
    {"status": "held", "planned_year": 2026, "start_date": "2026-05-01", "end_date": "2026-05-02"},
    {"status": "held", "start_date": "2026-05-01", "end_date": "2026-05-02"},  # never stood in a plan
    {"status": "cancelled", "planned_year": 2026, "start_date": "2026-06-01", "end_date": "2026-06-02"},
    {"status": "postponed", "planned_year": 2026, "start_date": "2026-06-01", "end_date": "2026-06-02"},
    {"status": "planned", "kind": "workshop", "start_date": "2026-06-01", "end_date": "2026-06-02"},
]


def test_conferences_planned_start_within_twelve_months_after_the_end() -> None:
    assert value("G1.02", held(events=AHEAD)) == 3
    # (2025-06-30, 2026-06-30]: 31 December, 1 January and the one held in May.
    assert value("G1.02", held(events=AHEAD), half=True) == 3
    assert value("G1.02", held(events=[{"status": "held"}])) == 0
    assert value("G1.02", held("law", events=AHEAD)) == 0
    assert reason("G1.02", held(events=AHEAD), 2024) == core.NO_YEAR


PLAN = [
    {"planned_year": 2025, "unit": "eng"},
    {"planned_year": 2025, "unit": "med", "start_date": "2025-09-01", "end_date": "2025-09-02"},
    {"planned_year": 2025, "unit": "med", "status": "cancelled"},
    {
        "planned_year": 2025,
        "unit": "med",
        "status": "postponed",
        "start_date": "2026-04-01",
        "end_date": "2026-04-02",
    },
    {
        "planned_year": 2025,
        "unit": "eng",
        "status": "planned",
        "start_date": "2025-11-01",
        "end_date": "2025-11-02",
    },
    {"planned_year": 2024, "unit": "eng"},  # of last year's plan
    {"unit": "eng"},  # of no plan
    {"planned_year": 2025, "kind": "seminar"},
]


def test_the_plan_is_realised_by_what_was_held_of_it() -> None:
    found = measure("G1.03", held(events=PLAN))
    assert (found.value, found.numerator, found.denominator) == (50, 2, 4)
    # By 30 June the September conference had not had its turn: one of three.
    assert value("G1.03", held(events=PLAN), half=True) == pytest.approx(100 / 3)
    assert parted("G1.03", held(events=PLAN), "unit") == {"eng": 100, "med": pytest.approx(100 / 3)}


def test_the_last_day_of_the_half_year_belongs_to_it() -> None:
    on_the_day = {"planned_year": 2025, "start_date": "2025-06-30", "end_date": "2025-06-30"}
    found = measure("G1.03", held(events=[on_the_day]), half=True)
    assert (found.numerator, found.denominator) == (1, 1)
    assert value("G1.01", held(events=[on_the_day]), half=True) == 1


def test_held_in_a_later_year_does_not_realise_the_plan() -> None:
    late = [
        {"planned_year": 2025, "start_date": "2026-02-01", "end_date": "2026-02-02"},
        {"planned_year": 2025},
    ]
    assert value("G1.03", held(events=late)) == 50
    assert reason("G1.03", held(events=[{"planned_year": 2025, "status": "planned"}])) == core.NO_DENOMINATOR
    assert reason("G1.03", held(events=late), 2026) == core.NO_YEAR


def test_foreign_participants_of_events_held() -> None:
    events = [
        {"participants_count": 100, "foreign_participants_count": 30},
        {"participants_count": 60, "foreign_participants_count": 10, "kind": "workshop", "level": "regional"},
        {"participants_count": 500},  # foreign participants unknown: in neither number
        {"participants_count": 50, "foreign_participants_count": 50, "status": "cancelled"},
    ]
    found = measure("G1.04", held(events=events))
    assert (found.value, found.numerator, found.denominator) == (25, 40, 160)
    assert parted("G1.04", held(events=events), "level") == {
        "international": 30,
        "regional": pytest.approx(16.667, abs=0.001),
    }
    assert reason("G1.04", held(events=events[2:])) == core.NO_DENOMINATOR


# -- G1.05 to G1.07: fairs and cost --------------------------------------------------------------------

FAIRS = [
    {"fair_id": "f1", "country_code": "AZ", "qualified_leads_count": 50, "cost_try": 30_000},
    {
        "fair_id": "f2",
        "country_code": "KZ",
        "qualified_leads_count": 30,
        "cost_try": 20_000,
        "mode": "online",
    },
    {"fair_id": "f3", "country_code": "KZ", "start_date": "2025-10-01", "end_date": "2025-10-02"},
    {"fair_id": "f4", "status": "cancelled", "qualified_leads_count": 9, "cost_try": 9_000},
    {"fair_id": "f5", "start_date": "2024-10-01", "end_date": "2024-10-02", "qualified_leads_count": 40},
]


def test_fairs_attended_in_person_and_online() -> None:
    found = measure("G1.05", held(fairs=FAIRS))
    assert found.value == 3
    assert found.parts == {"in_person": 2, "online": 1}
    assert value("G1.05", held(fairs=FAIRS), half=True) == 2
    assert parted("G1.05", held(fairs=FAIRS), "country_code") == {"KZ": 2, "AZ": 1}
    none = measure("G1.05", held(fairs=FAIRS[3:4]))
    assert (none.value, none.parts) == (0, {"in_person": 0, "online": 0})
    assert reason("G1.05", held(fairs=FAIRS), 2023) == core.NO_YEAR
    assert reason("G1.05", held("eng", fairs=FAIRS)) == core.NOT_BY_UNIT


LEADS = [
    *copies(5, fair_id="f1", country_code="AZ", decision="offered", is_registered=True),
    # From next door to the fair in Kazakhstan, and a year later: the fair's success all the same.
    {"fair_id": "f2", "country_code": "KG", "cohort": 2026, "decision": "offered", "is_registered": True},
    *copies(7, fair_id="f1"),
    {"fair_id": "f4", "decision": "offered", "is_registered": True},
    {"fair_id": "f5", "decision": "offered", "is_registered": True},
    {"decision": "offered", "is_registered": True},
]


def test_leads_of_the_fairs_of_the_year_that_registered() -> None:
    registers = held(fairs=FAIRS, applications=LEADS)
    found = measure("G1.06", registers)
    assert (found.value, found.numerator, found.denominator) == (7.5, 6, 80)
    assert parted("G1.06", registers, "country_code") == {"AZ": 10, "KZ": pytest.approx(100 / 30)}
    assert value("G1.06", registers, 2024) == 2.5
    # Those who apply for the fair's own year are enough to know that year.
    assert value("G1.06", held(fairs=FAIRS, applications=LEADS[:5])) == 6.25


def test_leads_need_fairs_applications_and_leads() -> None:
    assert reason("G1.06", held(fairs=FAIRS)) == core.NO_REGISTER
    # The register of applications ends before anyone from the fair could apply.
    earlier = held(fairs=FAIRS, applications=[{"cohort": 2024, "complete_date": "2024-06-01"}])
    assert reason("G1.06", earlier) == core.NO_YEAR
    assert reason("G1.06", held(fairs=FAIRS[2:3], applications=LEADS)) == core.NO_DENOMINATOR
    assert reason("G1.06", held("eng", fairs=FAIRS, applications=LEADS)) == core.NOT_BY_UNIT


PROMOTION = [
    {"kind": "webinar", "cost_try": 10_000, "country_code": "AZ"},
    {"kind": "agent", "cost_try": 40_000, "country_code": "UZ"},
    {"kind": "media", "start_date": "2025-09-09", "country_code": "KZ"},  # no cost recorded
    {"kind": "media", "start_date": "2024-09-09", "cost_try": 7_000},
]
ENTRANTS = [
    {"citizenship_code": "AZ", "entry_year": 2025, "headcount": 18},
    {"citizenship_code": "KZ", "entry_year": 2025, "headcount": 2},
    {"citizenship_code": "KZ", "entry_year": 2024, "headcount": 5},
    {"citizenship_code": "TR", "entry_year": 2025, "headcount": 900},
]


def test_cost_of_fairs_promotion_and_agents_per_new_student() -> None:
    found = measure("G1.07", held(fairs=FAIRS, promotion=PROMOTION, students=ENTRANTS))
    # 30,000 + 20,000 + 10,000 + 40,000 over 18 + 2; the cancelled fair is left out.
    assert (found.value, found.numerator, found.denominator) == (5_000, 100_000, 20)


def test_cost_that_nobody_recorded_is_unknown_and_not_nought() -> None:
    registers = held(fairs=[{}], promotion=[{}], students=ENTRANTS)
    assert reason("G1.07", registers) == core.NO_YEAR
    nothing_done = held(fairs=[{"status": "cancelled"}], promotion=PROMOTION[:1], students=ENTRANTS[2:])
    assert reason("G1.07", nothing_done) == core.NO_DENOMINATOR
    assert reason("G1.07", held(fairs=FAIRS, promotion=PROMOTION)) == core.NO_REGISTER
    assert reason("G1.07", held(fairs=FAIRS, promotion=PROMOTION[3:], students=ENTRANTS)) == core.NO_YEAR


# -- G1.08, G1.09: visits ------------------------------------------------------------------------------

VISITS = [
    {"partner_id": "p1", "country_code": "DE", "unit": "eng"},
    {
        "partner_id": "p1",
        "country_code": "DE",
        "unit": "med",
        "start_date": "2025-02-01",
        "end_date": "2025-02-02",
    },
    {
        "partner_id": "p2",
        "country_code": "IT",
        "unit": "med",
        "start_date": "2025-11-01",
        "end_date": "2025-11-02",
    },
    {"partner_id": "p3", "direction": "incoming"},
    {"partner_id": "p4", "kind": "research_stay"},
    {"partner_id": "p5", "start_date": "2024-06-01", "end_date": "2024-06-02"},
]


def test_institutions_visited_count_once() -> None:
    assert value("G1.08", held(visits=VISITS)) == 2
    assert value("G1.08", held(visits=VISITS), half=True) == 1
    assert parted("G1.08", held(visits=VISITS), "country_code") == {"DE": 1, "IT": 1}
    # Both units visited p1, and each may say so of itself.
    assert value("G1.08", held("eng", visits=VISITS)) == 1
    assert value("G1.08", held("med", visits=VISITS)) == 2
    assert value("G1.08", held(visits=VISITS[3:4])) == 0
    assert reason("G1.08", held(visits=VISITS), 2023) == core.NO_YEAR


def followed_up(unit: str | None = None, **registers: list[dict[str, Any]]) -> Registers:
    empty: dict[str, list[dict[str, Any]]] = {"agreements": [], "projects": [], "mobility": [], "courses": []}
    return held(unit, **{**empty, **registers})


def visited(partner: str, start: str, **more: Any) -> dict[str, Any]:
    return {
        "visit_id": f"to-{partner}",
        "partner_id": partner,
        "start_date": start,
        "end_date": start,
        **more,
    }


def test_visits_of_the_year_before_that_led_to_something() -> None:
    registers = followed_up(
        visits=[
            visited("p1", "2024-03-01"),  # an agreement five months later
            visited("p2", "2024-03-01"),  # a project after 18 months to the day
            visited("p3", "2024-03-01"),  # a stay
            visited("p4", "2024-03-01"),  # a joint course in the academic year that followed
            visited("p5", "2024-03-01"),  # an agreement, but before the visit
            visited("p6", "2024-03-01"),  # an agreement a day too late
            visited("p7", "2024-03-01"),  # nothing
            visited("p8", "2024-03-01"),  # a stay that was cancelled, and one within Türkiye
            visited("p1", "2025-03-01", visit_id="later"),  # not of the year before
            visited("p1", "2024-03-01", visit_id="in", direction="incoming"),
        ],
        agreements=[
            {"partner_id": "p1", "signed_date": "2024-08-01"},
            {"partner_id": "p5", "signed_date": "2024-02-28"},
            {"partner_id": "p6", "signed_date": "2025-09-02"},
        ],
        projects=[{"partner_id": "p2", "submitted_date": "2025-09-01"}, {"submitted_date": "2024-05-05"}],
        mobility=[
            {"partner_id": "p3", "start_date": "2025-02-01"},
            {"partner_id": "p8", "start_date": "2025-02-01", "status": "cancelled"},
            {"partner_id": "p8", "start_date": "2025-02-01", "programme": "farabi", "country_code": "TR"},
        ],
        courses=[{"partner_id": "p4", "academic_year": 2024}, {"partner_id": "p7", "academic_year": 2023}],
    )
    found = measure("G1.09", registers)
    assert (found.value, found.numerator, found.denominator) == (50, 4, 8)
    followed = core.VARIABLES["visits_followed_up"](registers, Period(2025))
    assert sorted(followed["visit_id"]) == ["to-p1", "to-p2", "to-p3", "to-p4"]


def test_the_days_at_both_ends_count_for_an_outcome() -> None:
    visits = [visited("p1", "2024-11-01"), visited("p2", "2024-11-01"), visited("p3", "2024-11-01")]
    agreements = [
        {"partner_id": "p1", "signed_date": "2024-11-01"},  # signed at the visit
        {"partner_id": "p2", "signed_date": "2025-12-31"},
        {"partner_id": "p3", "signed_date": "2024-10-31"},
    ]
    found = measure("G1.09", followed_up(visits=visits, agreements=agreements))
    assert (found.numerator, found.denominator) == (2, 3)


def test_a_visit_counts_once_and_only_with_what_the_period_knew() -> None:
    agreements = [
        {"partner_id": "p1", "signed_date": "2025-08-01"},
        {"partner_id": "p1", "signed_date": "2025-09-01", "unit": "med"},  # another unit's success
        {"partner_id": "p2", "signed_date": "2026-02-01"},  # within 18 months, after the period
    ]
    visits = [visited("p1", "2024-05-01"), visited("p2", "2024-11-01")]
    registers = followed_up(visits=visits, agreements=agreements)
    assert value("G1.09", registers) == 50
    # At 30 June nothing had been signed; the visits are still those of the whole year before.
    half = measure("G1.09", registers, half=True)
    assert (half.value, half.denominator) == (0, 2)
    assert reason("G1.09", registers, 2026) == core.NO_YEAR
    assert value("G1.09", followed_up("eng", visits=visits, agreements=agreements[1:2])) == 50


def test_visits_need_visits_and_the_registers_of_outcomes() -> None:
    incoming = followed_up(visits=[visited("p1", "2024-05-01", direction="incoming")])
    assert reason("G1.09", incoming) == core.NO_DENOMINATOR
    assert reason("G1.09", held(visits=[visited("p1", "2024-05-01")])) == core.NO_REGISTER
    assert value("G1.09", followed_up(visits=[visited("p1", "2024-05-01")])) == 0


# -- G1.10, G1.11: speakers ----------------------------------------------------------------------------

TALKS = [
    *copies(2, country_code="DE", unit="eng"),
    {"country_code": "IT", "unit": "med", "mode": "online"},
    {"country_code": "FR", "unit": "med", "mode": "online", "talk_date": "2025-10-10"},
    {"country_code": "TR", "unit": "med"},
    {"country_code": "US", "talk_date": "2024-10-10"},
]


def test_talks_of_speakers_from_abroad() -> None:
    found = measure("G1.10", held(speakers=TALKS))
    assert found.value == 4
    assert found.parts == {"in_person": 2, "online": 2}
    assert value("G1.10", held(speakers=TALKS), half=True) == 3
    assert parted("G1.10", held(speakers=TALKS), "unit") == {"eng": 2, "med": 2}
    assert value("G1.10", held(speakers=TALKS[4:5])) == 0
    assert reason("G1.10", held(speakers=TALKS), 2023) == core.NO_YEAR


def test_effective_countries_of_speakers() -> None:
    # Shares ½, ¼, ¼: H = ½ ln 2 + ½ ln 4 = 1.5 ln 2, and 2 to the power of 1.5 is 2.828.
    found = measure("G1.11", held(speakers=TALKS))
    assert found.value == pytest.approx(2.8284, abs=1e-4)
    assert found.numerator == 4
    # To 30 June, shares ⅔ and ⅓: 3 / 2 to the power of ⅔ = 1.8899.
    assert value("G1.11", held(speakers=TALKS), half=True) == pytest.approx(1.8899, abs=1e-4)
    assert reason("G1.11", held(speakers=TALKS[4:5])) == core.NO_DENOMINATOR
    assert reason("G1.11", held(speakers=TALKS), 2023) == core.NO_YEAR


# -- G1.12 to G1.15: promotion, web, priority countries, memberships -----------------------------------


def test_promotion_activities_without_agents() -> None:
    assert value("G1.12", held(promotion=PROMOTION)) == 2
    assert value("G1.12", held(promotion=PROMOTION), half=True) == 1
    assert parted("G1.12", held(promotion=PROMOTION), "kind") == {"media": 1, "webinar": 1}
    assert value("G1.12", held(promotion=PROMOTION[1:2])) == 0
    assert reason("G1.12", held(promotion=PROMOTION), 2023) == core.NO_YEAR
    assert reason("G1.12", held("eng", promotion=PROMOTION)) == core.NOT_BY_UNIT


WEB = [
    {"month": "2025-01-01", "country_code": "TR", "sessions_count": 700},
    {"month": "2025-01-01", "country_code": "AZ", "sessions_count": 100},
    {"month": "2025-08-01", "country_code": "DE", "sessions_count": 200},
]


def test_web_sessions_from_abroad() -> None:
    assert value("G1.13", held(web=WEB)) == 30
    assert value("G1.13", held(web=WEB), half=True) == 12.5
    assert value("G1.13", held(web=WEB[:1])) == 0
    assert reason("G1.13", held(web=[{}])) == core.NO_DENOMINATOR
    assert reason("G1.13", held(web=WEB), 2024) == core.NO_YEAR


def test_priority_countries_reached_by_fair_visit_or_promotion() -> None:
    listed = [
        {"country_code": "AZ"},  # a fair
        {"country_code": "KZ", "to_year": 2025},  # promotion, in September only
        {"country_code": "DE", "from_year": 2025},  # a visit
        {"country_code": "UZ"},  # an agent only
        {"country_code": "KG"},  # nothing
        {"country_code": "IT", "to_year": 2024},  # no longer
        {"country_code": "US", "from_year": 2026},  # not yet
    ]
    data = {"visits": VISITS, "promotion": PROMOTION, "priority_countries": listed}
    found = measure("G1.14", held(fairs=FAIRS[:1], **data))
    assert (found.value, found.numerator, found.denominator) == (60, 3, 5)
    assert value("G1.14", held(fairs=FAIRS[:1], **data), half=True) == 40
    assert reason("G1.14", held(fairs=FAIRS[:1], **{**data, "promotion": []})) == core.NO_YEAR
    none = {**data, "priority_countries": listed[-1:]}
    assert reason("G1.14", held(fairs=FAIRS[:1], **none)) == core.NO_DENOMINATOR
    assert reason("G1.14", held(fairs=FAIRS, promotion=PROMOTION, visits=VISITS)) == core.NO_REGISTER


def test_memberships_in_force_paid_and_used() -> None:
    memberships = [
        {},
        {"paid_until": "2025-12-30"},  # the fee ran out a day early
        {"last_participation_date": "2023-12-31"},  # 24 months ago to the day
        {"last_participation_date": "2023-12-30"},
        {"last_participation_date": None},
        {"paid_until": None},
        {"end_date": "2025-12-31"},  # left on the day
        {"start_date": "2025-10-01"},
    ]
    registers = held(memberships=memberships)
    assert value("G1.15", registers) == 3
    # At 30 June: the first, the one paid to 30 December, both last used in 2023, the one not yet left.
    assert value("G1.15", registers, half=True) == 5
    assert value("G1.15", held(memberships=memberships[5:6])) == 0
    assert value("G1.15", held(memberships=[{"start_date": "2025-01-01"}])) == 1
    assert reason("G1.15", registers, 2014) == core.NO_YEAR
    assert reason("G1.15", registers, 2026) == core.NO_YEAR
    assert reason("G1.15", held(memberships=[])) == core.NO_YEAR


@pytest.mark.parametrize("code", of_goal("G1"))
def test_without_its_registers_an_indicator_says_so(code: str) -> None:
    assert reason(code, held()) == core.NO_REGISTER


def test_a_breakdown_by_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(MissingFigure):
        parted("G1.01", held(events=EVENTS), "country_code")
