"""Goal 2, worked by hand on a few rows: students, applications, staff, vacancies, decision times, actions."""

from typing import Any

import pytest
from test_measures_goal1 import (
    CATALOG,
    ENTRANTS,
    OWN,
    copies,
    held,
    measure,
    no_register,
    of_goal,
    parted,
    reason,
    value,
)

from helpers import store
from helpers.analysis import diversity
from helpers.measures import core
from helpers.measures.core import Figure, Period

WEIGHTS = {"G2.01": 15, "G2.02": 15, "G2.05": 10, "G2.06": 10, "G2.07": 10, "G2.10": 10, "G2.11": 15,
           "G2.15": 5, "G2.16": 10}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_else_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "read", no_register)


def test_goal_2_has_its_sixteen_indicators_and_its_weights() -> None:
    assert of_goal("G2") == [f"G2.{number:02}" for number in range(1, 17)]
    weights = {i.code: i.weight for i in OWN if i.goal == "G2" and i.weight}
    assert weights == WEIGHTS
    assert sum(weights.values()) == 100


@pytest.mark.parametrize("code", of_goal("G2"))
def test_without_its_registers_an_indicator_says_so(code: str) -> None:
    assert reason(code, held()) == core.NO_REGISTER


# -- G2.01, G2.02, G2.09: number and share -------------------------------------------------------------

STUDENTS = [
    {"citizenship_code": "AZ", "unit": "eng", "headcount": 20},
    {"citizenship_code": "IR", "unit": "eng", "headcount": 5, "degree_level": "doctorate"},
    {"citizenship_code": "AZ", "unit": "med", "headcount": 15},
    {"citizenship_code": "TR", "unit": "eng", "headcount": 75},
    {"citizenship_code": "TR", "unit": "med", "headcount": 70, "degree_level": "master"},
    {"citizenship_code": "TR", "unit": "med", "headcount": 15, "degree_level": "doctorate"},
    # No degree students, whatever their citizenship.
    {"citizenship_code": "DE", "unit": "eng", "headcount": 30, "kind": "exchange"},
    {"citizenship_code": "SY", "unit": "eng", "headcount": 40, "kind": "language_only"},
    {"citizenship_code": "AZ", "unit": "eng", "headcount": 50, "kind": "open_education"},
    {"citizenship_code": "TR", "unit": "eng", "headcount": 60, "kind": "open_education"},
    # The year before.
    {"citizenship_code": "AZ", "unit": "eng", "headcount": 8, "academic_year": 2024},
    {"citizenship_code": "TR", "unit": "eng", "headcount": 72, "academic_year": 2024},
]


def test_international_students_study_for_a_degree() -> None:
    assert value("G2.01", held(students=STUDENTS)) == 40
    assert parted("G2.01", held(students=STUDENTS), "citizenship_code") == {"AZ": 35, "IR": 5}
    assert value("G2.01", held("med", students=STUDENTS)) == 15


def test_a_half_year_reads_the_academic_year_that_began_the_autumn_before() -> None:
    assert value("G2.01", held(students=STUDENTS), half=True) == 8
    assert value("G2.02", held(students=STUDENTS), half=True) == 10


def test_no_international_student_in_a_covered_year_is_nought() -> None:
    registers = held(students=STUDENTS[3:10])
    assert value("G2.01", registers) == 0
    assert value("G2.02", registers) == 0
    assert value("G2.01", held("law", students=STUDENTS)) == 0
    assert reason("G2.01", registers, 2026) == core.NO_YEAR


def test_share_of_international_students() -> None:
    found = measure("G2.02", held(students=STUDENTS))
    assert (found.value, found.numerator, found.denominator) == (20, 40, 200)
    # 25 of 100 and 15 of 100.
    assert parted("G2.02", held(students=STUDENTS), "unit") == {"eng": 25, "med": 15}
    assert reason("G2.02", held(students=STUDENTS[6:8])) == core.NO_DENOMINATOR


def test_a_person_in_two_programmes_is_one_person() -> None:
    double = [
        {"student_key": "k1", "citizenship_code": "AZ", "unit": "eng"},
        {"student_key": "k1", "citizenship_code": "AZ", "unit": "med", "programme_id": "g2"},
        {"student_key": "k2", "citizenship_code": "TR", "unit": "eng"},
        {"citizenship_code": "AZ", "unit": "eng", "headcount": 3},
        {"citizenship_code": "AZ", "unit": "med", "headcount": 3},  # without a key each row stands for itself
    ]
    assert value("G2.01", held(students=double)) == 7
    assert value("G2.02", held(students=double)) == 87.5
    assert value("G2.01", held("med", students=double)) == 4


def test_international_share_of_doctoral_students() -> None:
    assert value("G2.09", held(students=STUDENTS)) == 25
    assert parted("G2.09", held(students=STUDENTS), "unit") == {"eng": 100, "med": 0}
    assert reason("G2.09", held(students=STUDENTS), half=True) == core.NO_DENOMINATOR
    assert reason("G2.09", held(students=STUDENTS), 2020) == core.NO_YEAR


def test_new_entrants() -> None:
    assert value("G2.03", held(students=ENTRANTS)) == 20
    assert parted("G2.03", held(students=ENTRANTS), "citizenship_code") == {"AZ": 18, "KZ": 2}
    assert value("G2.03", held(students=ENTRANTS[2:])) == 0
    assert value("G2.03", held(students=ENTRANTS[3:])) == 0
    # Nobody's year of entry was recorded: unknown, and no year without entrants.
    assert reason("G2.03", held(students=STUDENTS)) == core.NO_YEAR
    assert reason("G2.03", held(students=ENTRANTS), half=True) == core.NO_YEAR


# -- G2.04 to G2.06, G2.15: applications ---------------------------------------------------------------

OFFER = {"decision": "offered", "decision_date": "2025-06-21"}
APPLICATIONS = [
    *copies(3, unit="eng", country_code="AZ", is_registered=True, **OFFER),  # 20 days
    {"unit": "med", "country_code": "IR", "is_registered": True, **OFFER},
    *copies(4, unit="med", country_code="IR", **OFFER),
    *copies(2, unit="eng", country_code="AZ", decision_date="2025-06-11"),  # rejected after 10 days
    *copies(2, unit="eng", country_code="AZ", decision="pending"),
    *copies(3, unit="eng", country_code="AZ", is_eligible=False, decision_date="2025-07-31"),  # 60 days
    {"cohort": 2024, "complete_date": "2024-06-01", "decision": "offered", "decision_date": "2024-06-06",
     "is_registered": True},
]  # fmt: skip
PLACES = [
    {"programme_id": "g1", "unit": "eng", "international_places_count": 6},
    {"programme_id": "g2", "unit": "med", "international_places_count": 10},
    {"programme_id": "g1", "unit": "eng", "international_places_count": 5, "academic_year": 2024},
]


def test_applications_per_place() -> None:
    registers = held(applications=APPLICATIONS, programmes=PLACES)
    # 8 offered, 2 rejected, 2 pending, over 16 places.
    assert value("G2.04", registers) == 0.75
    assert parted("G2.04", registers, "unit") == {"eng": pytest.approx(7 / 6), "med": 0.5}
    assert value("G2.04", registers, half=True) == 0.2
    assert reason("G2.04", registers, 2023) == core.NO_YEAR
    assert reason("G2.04", held(applications=APPLICATIONS)) == core.NO_REGISTER


def test_places_filled() -> None:
    registers = held(applications=APPLICATIONS, programmes=PLACES)
    found = measure("G2.05", registers)
    assert (found.value, found.numerator, found.denominator) == (25, 4, 16)
    assert parted("G2.05", registers, "unit") == {"eng": 50, "med": 10}
    assert value("G2.05", registers, half=True) == 20
    nowhere = held(applications=APPLICATIONS, programmes=[{}])
    assert reason("G2.05", nowhere) == core.NO_DENOMINATOR
    assert value("G2.05", held(applications=APPLICATIONS[4:], programmes=PLACES)) == 0


def test_offers_that_became_registrations() -> None:
    found = measure("G2.06", held(applications=APPLICATIONS))
    assert (found.value, found.numerator, found.denominator) == (50, 4, 8)
    assert parted("G2.06", held(applications=APPLICATIONS), "country_code") == {"AZ": 100, "IR": 20}
    assert value("G2.06", held(applications=APPLICATIONS), half=True) == 100
    assert reason("G2.06", held(applications=APPLICATIONS[8:])) == core.NO_DENOMINATOR
    assert reason("G2.06", held("law", applications=APPLICATIONS)) == core.NO_DENOMINATOR


def test_median_days_to_a_decision() -> None:
    found = measure("G2.15", held(applications=APPLICATIONS))
    # 10, 10, eight times 20, three times 60: the seventh of thirteen.
    assert (found.value, found.denominator) == (20, 13)
    assert value("G2.15", held(applications=APPLICATIONS), half=True) == 5
    # 10, 10 and 20, 20: half-way between.
    assert value("G2.15", held(applications=[*APPLICATIONS[8:10], *APPLICATIONS[:2]])) == 15
    # No duration without a date, and none that counts while the decision is open.
    undated = [{"decision": "offered"}, {"decision": "pending", "decision_date": "2025-06-02"}]
    assert measure("G2.15", held(applications=[*undated, *APPLICATIONS[8:10]])) == Figure(10, denominator=2)
    same_day = {"decision": "offered", "decision_date": "2025-06-01"}
    assert value("G2.15", held(applications=[same_day])) == 0
    assert reason("G2.15", held(applications=APPLICATIONS[10:12])) == core.NO_DENOMINATOR
    assert reason("G2.15", held(applications=APPLICATIONS), 2020) == core.NO_YEAR


# -- G2.07, G2.08: countries ---------------------------------------------------------------------------

COUNTRIES = {"AZ": 40, "IR": 30, "SY": 20, "KZ": 10}


def citizens(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [{"citizenship_code": code, "headcount": number} for code, number in counts.items()]


def test_effective_number_of_source_countries() -> None:
    registers = held(students=[*citizens(COUNTRIES), {"headcount": 900}])
    # H = 0.4·0.91629 + 0.3·1.20397 + 0.2·1.60944 + 0.1·2.30259 = 1.27985
    found = measure("G2.07", registers)
    assert found.value == pytest.approx(3.5961, abs=1e-4)
    assert found.numerator == 100
    assert value("G2.07", held(students=citizens({"AZ": 3, "IR": 3}))) == pytest.approx(2)
    assert reason("G2.07", held(students=[{}])) == core.NO_DENOMINATOR
    assert reason("G2.07", registers, half=True) == core.NO_YEAR


def test_share_of_the_three_largest_countries() -> None:
    found = measure("G2.08", held(students=[*citizens(COUNTRIES), {"headcount": 900}]))
    assert (found.value, found.numerator, found.denominator) == (90, 90, 100)
    share = diversity.top_share(COUNTRIES.values(), 3)
    assert share is not None and found.value == pytest.approx(100 * share)
    assert value("G2.08", held(students=citizens({"AZ": 3, "IR": 1}))) == 100
    # Of five equal countries three are taken, however they tie.
    assert value("G2.08", held(students=citizens(dict.fromkeys("ABCDE", 2)))) == 60
    assert reason("G2.08", held(students=[{}])) == core.NO_DENOMINATOR


# -- G2.10: retention ----------------------------------------------------------------------------------


def entered(key: str, code: str = "AZ", **more: Any) -> dict[str, Any]:
    return {"student_key": key, "citizenship_code": code, "academic_year": 2024, "entry_year": 2024, **more}


def enrolled(key: str, **more: Any) -> dict[str, Any]:
    return {"student_key": key, "citizenship_code": "AZ", "academic_year": 2025, "entry_year": 2024, **more}


COHORT = [
    *(entered(key) for key in ("a", "b", "c", "d")),
    entered("d", programme_id="g2"),  # the same person in a second programme
    entered("e", entry_year=2023),  # not new
    entered("f", kind="exchange"),
    entered("", headcount=1),  # cannot be followed
]


def test_first_year_retention_follows_persons() -> None:
    students = [
        *COHORT,
        enrolled("a"),
        enrolled("b", unit="med", programme_id="g9"),  # moved to another unit, still here
        enrolled("c", citizenship_code="TR"),  # naturalised, still here
        enrolled("d", kind="open_education"),  # no longer studies for a degree here
        enrolled("e"),
        enrolled("new", entry_year=2025),
        enrolled(""),
    ]
    found = measure("G2.10", held(students=students))
    assert (found.value, found.numerator, found.denominator) == (75, 3, 4)
    assert found.parts == {}
    assert value("G2.10", held("eng", students=students)) == 75
    assert parted("G2.10", held(students=students), "unit") == {"eng": 75}
    # The half-year reading is of the academic years 2023 and 2024, of which the first is not held.
    assert reason("G2.10", held(students=students), half=True) == core.NO_YEAR
    assert value("G2.10", held(students=students), 2026, half=True) == 75


def test_the_gap_to_home_students_where_they_have_keys() -> None:
    home = [
        *(entered(key, "TR") for key in "vwxyz"),
        *(enrolled(key, citizenship_code="TR") for key in "vwxy"),
    ]
    students = [*COHORT, *home, enrolled("a"), enrolled("b"), enrolled("c")]
    # 75 against 80 percent
    assert measure("G2.10", held(students=students)).parts == {"gap_to_home": pytest.approx(-5)}


def test_retention_needs_entrants_with_keys_and_both_years() -> None:
    assert reason("G2.10", held(students=[*COHORT[5:], enrolled("a")])) == core.NO_DENOMINATOR
    assert reason("G2.10", held(students=COHORT)) == core.NO_YEAR
    assert value("G2.10", held(students=[*COHORT, enrolled("other")])) == 0


# -- G2.11 to G2.14: staff, researchers, vacancies -----------------------------------------------------

STAFF = [
    {"citizenship_code": "TR", "headcount": 95, "unit": "eng"},
    {"citizenship_code": "TR", "headcount": 100, "unit": "med", "has_doctorate": False},
    {"citizenship_code": "DE", "headcount": 3, "unit": "eng", "months_count": 3},
    {"citizenship_code": "US", "headcount": 2, "unit": "eng", "has_doctorate": False},
    {"citizenship_code": "US", "headcount": 7, "unit": "eng", "months_count": 2},
    {"citizenship_code": "US", "headcount": 8, "unit": "eng", "is_visiting": True},
    {"citizenship_code": "TR", "headcount": 9, "unit": "eng", "is_visiting": True},
    {"citizenship_code": "US", "headcount": 4, "unit": "eng", "category": "administrative"},
    {"citizenship_code": "DE", "headcount": 1, "unit": "eng", "year": 2024},
    {"citizenship_code": "TR", "headcount": 49, "unit": "eng", "year": 2024},
]


def test_foreign_academics_among_academics() -> None:
    found = measure("G2.11", held(staff=STAFF))
    assert (found.value, found.numerator, found.denominator) == (2.5, 5, 200)
    assert parted("G2.11", held(staff=STAFF), "unit") == {"eng": 5, "med": 0}
    # At 30 June 2025 the last count is that of the end of 2024.
    assert value("G2.11", held(staff=STAFF), half=True) == 2
    assert reason("G2.11", held(staff=STAFF), 2024, half=True) == core.NO_YEAR
    assert reason("G2.11", held(staff=STAFF[4:8])) == core.NO_DENOMINATOR
    assert reason("G2.11", held("law", staff=STAFF)) == core.NO_DENOMINATOR


def test_foreign_academics_with_doctorate() -> None:
    assert value("G2.12", held(staff=STAFF)) == 3
    assert parted("G2.12", held(staff=STAFF), "citizenship_code") == {"DE": 3}
    assert value("G2.12", held(staff=STAFF[:2])) == 0
    assert value("G2.12", held("med", staff=STAFF)) == 0
    assert reason("G2.12", held(staff=STAFF), 2023) == core.NO_YEAR


def test_visiting_researchers_stay_thirty_days() -> None:
    stay = {"direction": "incoming", "kind": "research_stay", "programme": "tubitak_2221"}
    visits = [
        {**stay, "start_date": "2025-06-01", "end_date": "2025-06-30"},  # thirty days, both ends counted
        {**stay, "start_date": "2025-06-01", "end_date": "2025-06-29"},
        {**stay, "start_date": "2025-12-15", "end_date": "2026-03-15", "persons_count": 2, "unit": "med"},
        {**stay, "start_date": "2024-12-15", "end_date": "2025-03-15"},
        {**stay, "start_date": "2025-02-01", "end_date": "2025-05-01", "direction": "outgoing"},
        {**stay, "start_date": "2025-02-01", "end_date": "2025-05-01", "kind": "delegation"},
    ]
    assert value("G2.13", held(visits=visits)) == 3
    assert value("G2.13", held(visits=visits), half=True) == 1
    assert parted("G2.13", held(visits=visits), "unit") == {"med": 2, "eng": 1}
    assert value("G2.13", held(visits=visits[4:])) == 0
    assert reason("G2.13", held(visits=visits), 2023) == core.NO_YEAR


def test_foreign_applicants_for_open_vacancies() -> None:
    vacancies = [
        {"applicants_count": 30, "foreign_applicants_count": 6, "unit": "eng"},
        {
            "applicants_count": 10,
            "foreign_applicants_count": 4,
            "unit": "med",
            "published_date": "2025-08-01",
        },
        {"applicants_count": 99, "foreign_applicants_count": 1, "is_international": False},
    ]
    found = measure("G2.14", held(vacancies=vacancies))
    assert (found.value, found.numerator, found.denominator) == (25, 10, 40)
    assert value("G2.14", held(vacancies=vacancies), half=True) == 20
    assert parted("G2.14", held(vacancies=vacancies), "unit") == {"eng": 20, "med": 40}
    assert reason("G2.14", held(vacancies=vacancies[2:])) == core.NO_DENOMINATOR
    assert reason("G2.14", held(vacancies=vacancies), 2024) == core.NO_YEAR


# -- G2.16: actions ------------------------------------------------------------------------------------

ACTIONS = [
    {"goal": "G2", "due_date": "2025-03-31", "done_date": "2025-03-31"},
    {"goal": "G2", "due_date": "2025-03-31", "done_date": "2025-04-01"},  # a day late
    {"goal": "G2", "due_date": "2025-06-30", "done_date": "2024-11-11"},
    {"goal": "G2", "due_date": "2025-09-30"},
    {"goal": "G2", "due_date": "2025-12-31", "done_date": "2025-12-01"},
    {"goal": "G2", "due_date": "2026-01-01", "done_date": "2025-02-02"},  # due next year
    {"goal": "G3", "due_date": "2025-05-05", "done_date": "2025-05-05"},
]


def test_accessibility_actions_on_time() -> None:
    found = measure("G2.16", held(actions=ACTIONS))
    assert (found.value, found.numerator, found.denominator) == (60, 3, 5)
    assert value("G2.16", held(actions=ACTIONS), half=True) == pytest.approx(200 / 3)
    assert value("G2.16", held(actions=ACTIONS[3:4])) == 0
    assert reason("G2.16", held(actions=ACTIONS[6:])) == core.NO_DENOMINATOR
    assert reason("G2.16", held(actions=ACTIONS), 2024) == core.NO_YEAR


def test_a_series_tells_years_and_reasons() -> None:
    found = core.series(CATALOG, held(students=STUDENTS), "G2.02", range(2023, 2026))
    assert list(found["year"]) == [2023, 2024, 2025]
    assert list(found["reason"]) == [core.NO_YEAR, "", ""]
    assert list(found["value"])[1:] == [10, 20]


def test_a_breakdown_sums_to_the_whole() -> None:
    registers = held(students=STUDENTS)
    for column in ("unit", "citizenship_code", "degree_level"):
        found = core.breakdown(CATALOG, registers, Period(2025), "G2.02", column)
        assert (found["numerator"].sum(), found["denominator"].sum()) == (40, 200)
