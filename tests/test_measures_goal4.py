"""Goal 4, worked by hand on a few rows: activities on campus, who takes part, services, satisfaction."""

from typing import Any

import pytest
from test_measures_goal1 import CATALOG, DEFAULTS, held, measure, no_register, parted, reason, value

from helpers import store
from helpers.measures import core
from helpers.measures.core import NO_DENOMINATOR, NO_REGISTER, NO_YEAR, NOT_BY_UNIT

# Registers that goals 1 and 2 do not use.
DEFAULTS.setdefault(
    "campus_activities",
    {"activity_id": "#", "unit": "eng", "activity_date": "2025-10-15", "kind": "social",
     "level": "international", "is_international": True, "international_students_count": 0,
     "home_students_count": 0, "academic_staff_count": 0, "administrative_staff_count": 0,
     "first_international_students_count": 0, "first_academic_staff_count": 0,
     "first_administrative_staff_count": 0},
)  # fmt: skip
DEFAULTS.setdefault("services", {"year": 2025, "service": "#", "kind": "student_service"})
DEFAULTS.setdefault(
    "trainings",
    {"training_id": "#", "training_date": "2025-10-15", "category": "academic", "topic": "t",
     "participants_count": 0, "first_participants_count": 0},
)  # fmt: skip

GOAL = {code: i for code, i in CATALOG.indicators.items() if i.goal == "G4"}
WEIGHTS = {"G4.01": 10, "G4.02": 5, "G4.03": 5, "G4.04": 10, "G4.05": 10, "G4.07": 5, "G4.08": 5, "G4.09": 10,
           "G4.10": 5, "G4.11": 10, "G4.12": 5, "G4.13": 10, "G4.14": 10}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_else_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "read", no_register)


# -- the definitions -----------------------------------------------------------------------------------


def test_the_fourteen_indicators_and_their_weights() -> None:
    assert list(GOAL) == [f"G4.{number:02}" for number in range(1, 15)]
    weights = {code: i.weight for code, i in GOAL.items() if i.weight}
    assert weights == WEIGHTS
    assert sum(weights.values()) == 100


@pytest.mark.parametrize("indicator", GOAL.values(), ids=lambda i: i.code)
def test_every_indicator_is_computed(indicator: Any) -> None:
    assert core.uncovered(CATALOG, indicator) == []
    # A breakdown needs the functions of the variables even where the value has a formula.
    named = [v for v in (indicator.numerator, indicator.denominator) if v]
    assert set(named) <= core.VARIABLES.keys()
    for code in named:
        assert set(CATALOG.variables[code].datasets) <= set(indicator.datasets)


@pytest.mark.parametrize("indicator", GOAL.values(), ids=lambda i: i.code)
def test_every_indicator_speaks_both_languages(indicator: Any) -> None:
    for text in (indicator.name, indicator.definition):
        assert text.en.strip()
        assert text.tr.strip()
        assert text.en != text.tr
    assert indicator.definition.en.endswith(".")
    assert indicator.definition.tr.endswith(".")
    known = {seed for goal in CATALOG.goals.values() for seed in goal.activities}
    assert set(indicator.seed) <= known


def test_the_type_of_an_indicator_says_whether_its_baseline_counts() -> None:
    for indicator in GOAL.values():
        assert (indicator.a_rule == "zero") == (indicator.measure_type == "flow"), indicator.code


# Section 9 of the domain dossier, the phrases of goal 4, and where section 8 names a phrase besides.
PHRASES = {
    "G4a": "G4.01 G4.06",
    "G4b": "G4.02 G4.06",
    "G4c": "G4.03 G4.06",
    "G4d": "G4.04 G4.06",
    "G4e": "G4.05 G4.06 G4.07 G4.13",
    "G4f": "G3.29 G4.08 G4.14",
    "G4g": "G4.09 G4.10",
    "G4h": "G4.07 G4.10 G4.11 G4.12 G4.13",
    "G4i": "G4.12 G4.14",
}


@pytest.mark.parametrize("phrase", PHRASES)
def test_every_phrase_of_the_policy_has_its_indicators(phrase: str) -> None:
    found = sorted(code for code, i in CATALOG.indicators.items() if phrase in i.seed)
    assert found == PHRASES[phrase].split()
    assert all(core.uncovered(CATALOG, CATALOG.indicators[code]) == [] for code in found)


def test_no_indicator_stands_without_a_phrase_and_no_activity_without_an_indicator() -> None:
    assert {code for codes in PHRASES.values() for code in codes.split()} == GOAL.keys() | {"G3.29"}
    assert list(CATALOG.goals["G4"].activities) == list(PHRASES)


# -- what is missing is told ---------------------------------------------------------------------------

LONG_AGO = {
    "campus_activities": [{"activity_date": "2015-10-01"}],
    "trainings": [{"training_date": "2015-10-01"}],
    "services": [{"year": 2015}],
    "surveys": [{"year": 2015}],
    "staff": [{"year": 2015}],
    "students": [{"academic_year": 2015}],
    "mobility": [{"academic_year": 2015}],
}


@pytest.mark.parametrize("code", GOAL)
def test_what_is_not_held_or_not_covered_is_unknown_and_not_nought(code: str) -> None:
    assert reason(code, held()) == NO_REGISTER
    assert reason(code, held(**LONG_AGO)) == NO_YEAR
    assert reason(code, held(**{name: [] for name in LONG_AGO})) == NO_YEAR


# -- activities (G4.01–G4.04) --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kind"),
    [("G4.01", "social"), ("G4.02", "sport"), ("G4.03", "educational"), ("G4.04", "academic")],
)
def test_the_activities_of_a_kind(code: str, kind: str) -> None:
    registers = held(
        campus_activities=[
            {"kind": kind, "activity_date": "2025-01-01"},
            {"kind": kind, "activity_date": "2025-06-30", "unit": "med", "level": "national"},
            {"kind": kind, "activity_date": "2025-12-31"},
            {"kind": kind, "activity_date": "2024-12-31"},
            {"kind": kind, "is_international": False},
            {"kind": "academic" if kind != "academic" else "social"},
        ]
    )
    assert value(code, registers) == 3.0
    assert value(code, registers, half=True) == 2.0
    assert parted(code, registers, "unit") == {"eng": 2.0, "med": 1.0}
    assert parted(code, registers, "level") == {"international": 2.0, "national": 1.0}
    assert value(code, core.Registers("sample", "dent", registers.frames)) == 0.0
    assert value(code, held(campus_activities=[{"kind": kind, "is_international": False}])) == 0.0


# -- students (G4.05, G4.06) ---------------------------------------------------------------------------


def test_the_participation_of_international_students() -> None:
    registers = held(
        campus_activities=[
            {"activity_date": "2025-09-01", "first_international_students_count": 30,
             "international_students_count": 40},
            {"activity_date": "2026-08-31", "first_international_students_count": 20,
             "international_students_count": 90},
            {"activity_date": "2025-08-31", "first_international_students_count": 7,
             "international_students_count": 7},  # of 2024/25
        ],
        students=[
            {"citizenship_code": "AZ", "headcount": 150},
            {"citizenship_code": "SY", "headcount": 50},
            {"citizenship_code": "DE", "headcount": 9, "kind": "exchange"},
            {"citizenship_code": "TR", "headcount": 1000},
            {"citizenship_code": "AZ", "headcount": 70, "academic_year": 2024},
        ],
    )  # fmt: skip
    assert value("G4.05", registers) == 25.0  # 50 of 200
    assert value("G4.05", registers, half=True) == 10.0  # 7 of the 70 of 2024/25
    home = held(campus_activities=[{}], students=[{"headcount": 10}])
    assert reason("G4.05", home) == NO_DENOMINATOR
    nobody = held(campus_activities=[{}], students=[{"citizenship_code": "AZ", "headcount": 10}])
    assert value("G4.05", nobody) == 0.0


@pytest.mark.parametrize(
    ("international", "home", "mixed"),
    [(20, 80, True), (19, 81, False), (80, 20, True), (90, 10, False), (0, 50, False), (50, 0, False)],
)
def test_an_activity_is_mixed_from_a_fifth_on(international: int, home: int, mixed: bool) -> None:
    counts = {"international_students_count": international, "home_students_count": home}
    assert value("G4.06", held(campus_activities=[counts])) == (100.0 if mixed else 0.0)


def test_the_share_of_mixed_activities() -> None:
    half = {"international_students_count": 5, "home_students_count": 5}
    registers = held(
        campus_activities=[
            half,
            {**half, "kind": "sport", "unit": "med"},
            {**half, "home_students_count": 95},
            {**half, "international_students_count": 0},
            {"academic_staff_count": 12},  # staff only
            {**half, "is_international": False},
        ]
    )
    assert value("G4.06", registers) == 50.0  # two of four
    assert parted("G4.06", registers, "unit") == {"eng": pytest.approx(100 / 3), "med": 100.0}
    assert reason("G4.06", held(campus_activities=[{"academic_staff_count": 12}])) == NO_DENOMINATOR


# -- staff (G4.08–G4.10) -------------------------------------------------------------------------------


def test_the_participation_of_academics() -> None:
    registers = held(
        campus_activities=[
            {"first_academic_staff_count": 12, "academic_staff_count": 30, "activity_date": "2025-03-01"},
            {"first_academic_staff_count": 3, "academic_staff_count": 20},
            {"first_academic_staff_count": 50, "academic_staff_count": 50, "activity_date": "2024-03-01"},
        ],
        trainings=[
            {"first_participants_count": 5, "participants_count": 8},
            {"first_participants_count": 6, "participants_count": 6, "category": "administrative"},
        ],
        staff=[
            {"headcount": 80},
            {"headcount": 9, "category": "administrative"},
            {"headcount": 5, "is_visiting": True},
            {"headcount": 60, "year": 2024},
        ],
    )
    assert value("G4.08", registers) == 25.0  # 12 + 3 + 5 of 80
    assert value("G4.08", registers, half=True) == 20.0  # 12 to 30 June, of the 60 at the end of 2024
    assert reason("G4.08", core.Registers("sample", "eng", registers.frames)) == NOT_BY_UNIT
    # Trainings know no unit, so that a breakdown by it would lose them.
    with pytest.raises(core.MissingFigure):
        parted("G4.08", registers, "unit")


def test_the_participation_of_administrative_staff() -> None:
    training = {"academic_year": 2025, "participant": "administrative", "activity": "training",
                "days_count": 5}  # fmt: skip
    registers = held(
        mobility=[
            training,
            {**training, "unit": "med"},
            {**training, "direction": "incoming"},
            {**training, "days_count": 1},
            {**training, "participant": "academic"},
            {**training, "academic_year": 2024},
        ],
        campus_activities=[{"first_administrative_staff_count": 8, "administrative_staff_count": 11}],
        staff=[
            {"category": "administrative", "headcount": 30},
            {"category": "administrative", "headcount": 10, "unit": "med"},
            {"headcount": 500},
        ],
    )
    assert value("G4.09", registers) == 25.0  # 2 stays and 8 of 40
    assert parted("G4.09", registers, "unit") == {"eng": 30.0, "med": 10.0}
    none = held(
        mobility=[{"academic_year": 2025}],
        campus_activities=[{}],
        staff=[{"category": "administrative", "headcount": 10}],
    )
    assert value("G4.09", none) == 0.0


def test_the_languages_of_the_front_office() -> None:
    front = {"category": "administrative", "is_front_office": True}
    registers = held(
        staff=[
            {**front, "language_certificate": "B2", "headcount": 2},
            {**front, "language_certificate": "C1"},
            {**front, "language_certificate": "B1", "headcount": 4},
            {**front, "headcount": 5},
            {"category": "administrative", "language_certificate": "C2", "headcount": 9},
        ]
    )
    assert value("G4.10", registers) == 25.0  # 3 of 12
    assert value("G4.10", registers, 2026, half=True) == 25.0  # of the end of 2025
    assert reason("G4.10", held(staff=[{}])) == NO_DENOMINATOR


# -- services (G4.07, G4.11, G4.12, G4.14) -------------------------------------------------------------

SERVED = [("G4.07", "buddy"), ("G4.12", "request"), ("G4.14", "staff_item")]


@pytest.mark.parametrize(("code", "kind"), SERVED)
def test_what_was_served_of_what_was_asked_for(code: str, kind: str) -> None:
    registers = held(
        services=[
            {"kind": kind, "asked_count": 60, "served_count": 45},
            {"kind": kind, "asked_count": 20, "served_count": 15},
            {"kind": kind},  # neither is known
            {"kind": "student_service", "asked_count": 100, "served_count": 0},
            {"kind": kind, "year": 2024, "asked_count": 10, "served_count": 1},
        ]
    )
    found = measure(code, registers)
    assert (found.value, found.numerator, found.denominator) == (75.0, 60.0, 80.0)
    assert value(code, registers, half=True) == 75.0  # the running year, as it stands
    assert value(code, registers, 2024) == 10.0
    assert value(code, held(services=[{"kind": kind, "asked_count": 3, "served_count": 0}])) == 0.0
    assert reason(code, held(services=[{"kind": "student_service"}])) == NO_DENOMINATOR
    assert reason(code, core.Registers("sample", "eng", registers.frames)) == NOT_BY_UNIT


def test_a_service_is_in_english_with_form_page_and_person() -> None:
    whole = {"has_form_en": True, "has_page_en": True, "has_person_en": True}
    registers = held(
        services=[
            whole,
            {**whole, "has_person_en": False},
            {"has_form_en": True, "has_page_en": True},  # whether somebody speaks it is not known
            {},
            {"kind": "request", **whole},
        ]
    )
    assert value("G4.11", registers) == 25.0  # one of four
    assert value("G4.11", held(services=[whole])) == 100.0
    assert value("G4.11", held(services=[{}])) == 0.0
    assert reason("G4.11", held(services=[{"kind": "request"}])) == NO_DENOMINATOR


# -- satisfaction (G4.13, G4.14) -----------------------------------------------------------------------

SURVEYS: list[dict[str, Any]] = [
    {"audience": "international_students", "invited_count": 400, "answered_count": 100, "mean_score": 4.0},
    {"audience": "international_students", "invited_count": 100, "answered_count": 50, "mean_score": 3.4},
    {"audience": "international_students", "invited_count": 100, "answered_count": 0},
    {"audience": "home_students", "invited_count": 900, "answered_count": 300, "mean_score": 3.5},
    {"audience": "international_staff", "invited_count": 30, "answered_count": 10, "mean_score": 4.5},
    {"audience": "international_staff", "invited_count": 30, "answered_count": 30, "mean_score": 3.5},
]


def test_satisfaction_is_weighted_by_the_answers() -> None:
    found = measure("G4.13", held(surveys=SURVEYS))
    # (100 · 4.0 + 50 · 3.4) / 150 = 570 / 150 = 3.8; 150 of 600 answered; 3.8 − 3.5
    assert found.value == pytest.approx(3.8)
    assert found.denominator == 150.0
    assert found.parts == {"n": 150.0, "response_pct": 25.0, "gap_home": pytest.approx(0.3)}


def test_satisfaction_without_a_comparison_or_an_answer() -> None:
    assert "gap_home" not in measure("G4.13", held(surveys=SURVEYS[:2])).parts
    assert reason("G4.13", held(surveys=SURVEYS[2:])) == NO_DENOMINATOR
    # At 30 June of 2026 the survey is that of 2025.
    assert value("G4.13", held(surveys=SURVEYS), 2026, half=True) == pytest.approx(3.8)


def test_the_satisfaction_of_staff_stands_beside_the_package() -> None:
    services = [{"kind": "staff_item", "asked_count": 40, "served_count": 30}]
    found = measure("G4.14", held(services=services, surveys=SURVEYS))
    assert found.value == 75.0
    assert found.parts == {"satisfaction": pytest.approx(3.75), "n": 40.0}
    assert measure("G4.14", held(services=services)).parts == {}
    assert measure("G4.14", held(services=services, surveys=[{"year": 2020}])).parts == {}
