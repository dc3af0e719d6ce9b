"""Goal 3, worked by hand on a few rows: accreditation, programmes, agreements, projects, papers, mobility."""

import math
import re
from datetime import date
from typing import Any

import pytest
from test_measures_goal1 import CATALOG, DEFAULTS, held, measure, no_register, parted, reason, table, value

from helpers import store
from helpers.catalog.rules import load_accreditors, load_mobility_rules
from helpers.errors import CatalogError
from helpers.measures import accreditation, accreditation_calendar, agreements, core, mobility
from helpers.measures.core import NO_DENOMINATOR, NO_REGISTER, NO_YEAR, NOT_BY_UNIT, MissingFigure, Period
from helpers.measures.indicators import computed

# Registers that goals 1 and 2 do not use.
DEFAULTS.setdefault(
    "accreditation",
    {"accreditation_id": "#", "programme_id": "g1", "unit": "eng", "body": "MUDEK", "status": "active",
     "decision_date": "2024-06-01", "start_date": "2024-10-01", "end_date": "2029-09-30",
     "application_open": False},
)  # fmt: skip

GOAL = {code: i for code, i in CATALOG.indicators.items() if i.goal == "G3"}
WEIGHTS = {"G3.02": 8, "G3.06": 8, "G3.07": 7, "G3.11": 7, "G3.13": 7, "G3.16": 8, "G3.19": 5, "G3.20": 10,
           "G3.23": 10, "G3.25": 8, "G3.28": 7, "G3.30": 15}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_else_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "read", no_register)


# -- the definitions -----------------------------------------------------------------------------------


def test_the_thirty_indicators_and_their_weights() -> None:
    assert list(GOAL) == [f"G3.{number:02}" for number in range(1, 31)]
    weights = {code: i.weight for code, i in GOAL.items() if i.weight}
    assert weights == WEIGHTS
    assert sum(weights.values()) == 100


@pytest.mark.parametrize("indicator", GOAL.values(), ids=lambda i: i.code)
def test_every_indicator_is_computed(indicator: Any) -> None:
    if indicator.code in [f"G3.0{number}" for number in range(1, 6)]:
        assert indicator.code in computed()
        return
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


# Section 9 of the domain dossier, the phrases of goal 3; the codes of the indicators written out.
PHRASES = {
    "G3a": "G3.01 G3.02 G3.03 G3.04 G3.05",
    "G3b": "G3.06 G3.07 G3.08 G3.09",
    "G3c": "G3.10 G3.11 G3.12",
    "G3d": "G3.13 G3.14",
    "G3e": "G3.15 G3.16 G3.17 G3.18 G3.23 G3.24",
    "G3f": "G3.19",
    "G3g": "G3.20 G3.21 G3.22 G3.23 G3.24",
    "G3h": "G3.25 G3.26 G3.27 G3.28 G3.29",
    "G3i": "G3.25 G3.28 G3.30",
}
PRINCIPLES = {
    "P1": "G3.02 G3.03 G3.04 G3.05",
    "P2": "G3.11 G3.30",
    "P3": "G3.15 G3.16 G3.17 G3.18",
    "P4": "G3.23",
}


@pytest.mark.parametrize("phrase", [*PHRASES, *PRINCIPLES])
def test_every_phrase_of_the_policy_has_its_indicators(phrase: str) -> None:
    expected = {**PHRASES, **PRINCIPLES}[phrase].split()
    assert [code for code, i in GOAL.items() if phrase in i.seed] == expected
    assert all(code in computed() or core.uncovered(CATALOG, GOAL[code]) == [] for code in expected)


def test_no_indicator_stands_without_a_phrase_and_no_activity_without_an_indicator() -> None:
    assert {code for codes in PHRASES.values() for code in codes.split()} == GOAL.keys()
    assert list(CATALOG.goals["G3"].activities) == list(PHRASES)


# -- what is missing is told ---------------------------------------------------------------------------

REGISTERED = sorted(code for code in GOAL if code > "G3.05")


@pytest.mark.parametrize("code", REGISTERED)
def test_without_its_register_an_indicator_has_no_figure(code: str) -> None:
    assert reason(code, held()) == NO_REGISTER


# A row of 2015 in each register: 2025 is not covered, which is not nought.
LONG_AGO = {
    "accreditation": [{"decision_date": "2013-06-01", "start_date": "2013-10-01", "end_date": "2015-09-30"}],
    "programmes": [{"academic_year": 2015}],
    "students": [{"academic_year": 2015, "is_joint_programme": True}],
    "courses": [{"academic_year": 2015}],
    "agreements": [{"signed_date": "2013-01-01", "start_date": "2013-01-01", "end_date": "2015-01-01"}],
    "mobility": [{"academic_year": 2015, "start_date": "2015-10-01", "end_date": "2016-02-01"}],
    "projects": [{"submitted_date": "2012-01-01", "decision_date": "2012-06-01", "start_date": "2013-01-01",
                  "end_date": "2015-01-01"}],
    "publications": [{"year": 2015}],
    "visits": [{"start_date": "2015-01-01", "end_date": "2015-01-02"}],
    "graduates": [{"academic_year": 2015}],
}  # fmt: skip


@pytest.mark.parametrize("code", REGISTERED)
def test_a_year_without_rows_is_unknown_and_not_nought(code: str) -> None:
    assert reason(code, held(**LONG_AGO)) == NO_YEAR


def test_empty_registers_know_of_no_year() -> None:
    empty = {name: [] for name in LONG_AGO}
    assert {reason(code, held(**empty)) for code in REGISTERED} == {NO_YEAR}


# -- accreditation (G3.06–G3.09) -----------------------------------------------------------------------


def programmes(*ids: str, **columns: Any) -> list[dict[str, Any]]:
    return [{"programme_id": name, "academic_year": 2025, **columns} for name in ids]


def test_coverage_counts_a_programme_once_and_eligible_programmes_only() -> None:
    registers = held(
        programmes=[
            *programmes("a", "b", "c", "d"),
            *programmes("e", has_graduates=False),  # no graduates yet: not eligible, though accredited
            *programmes("f", body_available=False),  # nobody accredits the field
        ],
        accreditation=[
            {"programme_id": "a"},
            {"programme_id": "a", "body": "ABET"},  # a second label on the same programme
            {"programme_id": "b", "status": "conditional"},
            {"programme_id": "c", "status": "show_cause"},
            {"programme_id": "d", "status": "candidate"},
            {"programme_id": "e"},
        ],
    )
    # a and b of a, b, c, d
    found = measure("G3.06", registers)
    assert (found.value, found.numerator, found.denominator) == (50.0, 2.0, 4.0)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"start_date": "2025-12-31"}, 100.0),  # the first day
        ({"start_date": "2026-01-01"}, 0.0),  # a day later
        ({"end_date": "2026-01-01"}, 100.0),
        ({"end_date": "2025-12-31"}, 0.0),  # ended on the last day of the period
        ({"status": "withdrawn"}, 0.0),
        ({"status": "expired", "end_date": "2026-03-01"}, 100.0),  # it had not, on the last day of 2025
        ({"body": "ISO"}, 0.0),  # a certificate of a management system
        ({"body": "EUA_IEP"}, 0.0),  # an evaluation
    ],
)
def test_what_is_in_force_on_the_last_day(terms: dict[str, Any], expected: float) -> None:
    found = held(programmes=programmes("a"), accreditation=[{"programme_id": "a", **terms}])
    assert value("G3.06", found) == expected


def test_coverage_at_the_half_year_takes_the_academic_year_that_began_before() -> None:
    registers = held(
        programmes=[{"programme_id": "a", "academic_year": 2024}, *programmes("a", "b")],
        accreditation=[{"programme_id": "a", "start_date": "2025-01-01"},
                       {"programme_id": "b", "start_date": "2025-10-01"}],
    )  # fmt: skip
    assert value("G3.06", registers, half=True) == 100.0  # a of a
    assert value("G3.06", registers) == 100.0  # a and b of a and b


def test_coverage_without_an_eligible_programme_has_no_denominator() -> None:
    registers = held(programmes=programmes("a", has_graduates=False), accreditation=[{}])
    assert reason("G3.06", registers) == NO_DENOMINATOR
    assert reason("G3.07", registers) == NO_DENOMINATOR


def test_coverage_by_unit() -> None:
    registers = held(
        programmes=[*programmes("a", "b", unit="eng"), *programmes("c", unit="med")],
        accreditation=[{"programme_id": "a", "unit": ""}],  # whose unit was not filled in
    )
    assert parted("G3.06", registers, "unit") == {"eng": 50.0, "med": 0.0}
    assert value("G3.06", core.Registers("sample", "eng", registers.frames)) == 50.0


@pytest.mark.parametrize(
    ("body", "label", "expected"),
    [("ABET", "", 100.0), ("MUDEK", "EUR-ACE", 100.0), ("MUDEK", "", 0.0), ("FEDEK", "", 0.0),
     ("FEDEK", "EUR-ACE", 0.0), ("TEPDAD", "WFME", 100.0), ("somebody", "", 0.0)],
)  # fmt: skip
def test_recognised_internationally_are_foreign_bodies_and_labels(
    body: str, label: str, expected: float
) -> None:
    decision = {"programme_id": "a", "body": body, **({"label": label} if label else {})}
    registers = held(programmes=programmes("a"), accreditation=[decision])
    assert value("G3.07", registers) == expected


def test_the_risk_of_expiry() -> None:
    registers = held(
        accreditation=[
            {"end_date": "2026-12-31"},  # 365 days after the last day of 2025
            {"end_date": "2027-01-01"},  # 366
            {"end_date": "2026-06-30", "status": "conditional"},  # not active
            {"end_date": "2028-09-30"},
            {"end_date": "2025-12-31"},  # over
            {"end_date": "2026-01-31", "programme_id": "", "body": "YOKAK"},
        ]
    )
    # 2 of the 4 that are active
    found = measure("G3.08", registers)
    assert (found.value, found.numerator, found.denominator) == (50.0, 2.0, 4.0)
    assert reason("G3.08", held(accreditation=[{"status": "candidate"}])) == NO_DENOMINATOR


def test_the_alarm_comes_twenty_months_before_a_term_of_mudek_ends() -> None:
    # MÜDEK, term to 30 September 2026: the application is due on 1 February 2025.
    rows = table("accreditation", [{"end_date": "2026-09-30", "next_application_deadline": "2025-02-01"}])
    assert accreditation.deadline_missed(rows, date(2025, 2, 1)).empty
    late = accreditation.deadline_missed(rows, date(2025, 2, 2))
    assert len(late) == 1
    left = late["end_date"][0] - late["due_date"][0]
    assert round(left.days / 30.44) == 20
    assert accreditation.deadline_missed(rows.assign(application_open=True), date(2025, 2, 2)).empty
    assert accreditation.deadline_missed(rows.assign(status="candidate"), date(2025, 2, 2)).empty
    missed = {"end_date": "2026-09-30", "next_application_deadline": "2025-02-01"}
    assert measure("G3.08", held(accreditation=[missed])).parts == {"deadline_missed": 1.0}


def test_a_deadline_that_is_not_given_follows_from_the_bodys_usual_lead() -> None:
    rows = table(
        "accreditation",
        [{"end_date": "2026-09-30"}, {"end_date": "2026-09-30", "body": "FEDEK"}],
    )
    due = accreditation.application_deadlines(rows)
    assert str(due[0])[:10] == "2025-01-30"  # 20 months
    assert due.isna()[1]  # whose lead is not known
    assert len(accreditation.deadline_missed(rows, date(2025, 2, 1))) == 1


def test_months_to_the_institutions_expiry() -> None:
    institution = {"programme_id": "", "body": "YOKAK", "start_date": "2023-01-01", "end_date": "2027-12-31"}
    registers = held(accreditation=[institution, {"end_date": "2029-12-31"}])
    # From 31 December 2025 to 31 December 2027: 730 days of 30.4375 are 23.98 months.
    assert value("G3.09", registers) == pytest.approx(730 / 30.4375)
    # From 30 June 2025: 914 days.
    assert value("G3.09", registers, half=True) == pytest.approx(914 / 30.4375)
    assert value("G3.09", registers, 2028) == 0.0  # over, and the register still runs
    assert reason("G3.09", core.Registers("sample", "eng", registers.frames)) == NOT_BY_UNIT


def test_an_iso_certificate_is_no_accreditation_of_the_institution() -> None:
    assert value("G3.09", held(accreditation=[{"programme_id": "", "body": "ISO"}, {}])) == 0.0


def test_the_bodies_of_the_dossier_are_there() -> None:
    bodies = load_accreditors()
    assert bodies is load_accreditors()
    classes = {code: body.recognition for code, body in bodies.items()}
    assert (classes["MUDEK"], classes["TEPDAD"], classes["ABET"], classes["FEDEK"]) == (
        "L2",
        "L2",
        "L1",
        "L3",
    )
    assert classes["ISO"] is None
    assert bodies["MUDEK"].label == "EUR-ACE"
    assert (bodies["MUDEK"].term_years, bodies["MUDEK"].application_lead_months) == (5, 20)
    # A term that is remembered with less than high confidence is no claim of ours.
    assert all(body.term_years is None for body in bodies.values() if re.search("M-[ML]", body.source))
    assert all(body.field.en != body.field.tr for body in bodies.values())


# -- programmes (G3.10–G3.14) --------------------------------------------------------------------------


def test_programmes_in_a_foreign_language() -> None:
    shares = [0, 29.9, 30, 100, 100]
    rows = [p for n, share in enumerate(shares) for p in programmes(f"p{n}", foreign_language_pct=share)]
    found = measure("G3.10", held(programmes=rows))
    assert found.value == 60.0  # three of five
    assert found.parts == {"full": 40.0}
    assert value("G3.10", held(programmes=programmes("a"))) == 0.0


def test_an_internationalised_curriculum_meets_three_of_five_criteria() -> None:
    three = {"has_international_outcome": True, "has_international_course": True,
             "foreign_language_credits_pct": 10}  # fmt: skip
    registers = held(
        programmes=[
            *programmes("a", **three),
            *programmes("b", **{**three, "foreign_language_credits_pct": 9.9}),  # two
            *programmes("c", has_mobility_window=True, has_international_teaching=True,
                        has_international_course=True),
            *programmes("d"),
        ]
    )  # fmt: skip
    assert value("G3.11", registers) == 50.0  # a and c of four


def test_coil_courses() -> None:
    registers = held(
        courses=[{}, {"is_coil": False, "partner_id": ""}, {"academic_year": 2024, "unit": "med"}],
    )
    assert value("G3.12", registers) == 1.0
    assert value("G3.12", registers, half=True) == 1.0  # of 2024/25
    assert value("G3.12", held(courses=[{"is_coil": False}])) == 0.0
    # A unit without a course in a covered year has none.
    assert value("G3.12", core.Registers("sample", "med", registers.frames)) == 0.0


def test_joint_programmes_need_a_student() -> None:
    registers = held(
        programmes=[*programmes("a", "b", joint_kind="joint"), *programmes("c", joint_kind="double"),
                    *programmes("d")],
        students=[
            {"programme_id": "a", "is_joint_programme": True, "headcount": 12},
            {"programme_id": "b", "is_joint_programme": False},  # not in the joint degree
            {"programme_id": "c", "is_joint_programme": True, "headcount": 3},
            {"programme_id": "c", "is_joint_programme": True, "academic_year": 2024},
        ],
    )  # fmt: skip
    assert value("G3.13", registers) == 2.0  # a and c
    assert value("G3.14", registers) == 15.0
    assert value("G3.14", held(students=[{}])) == 0.0


# -- agreements (G3.15–G3.19) --------------------------------------------------------------------------


def agreement(name: str, start: str, end: str, **columns: Any) -> dict[str, Any]:
    return {"agreement_id": name, "partner_id": f"p-{name}", "signed_date": start, "start_date": start,
            "end_date": end, **columns}  # fmt: skip


def test_the_life_cycle_of_an_agreement() -> None:
    registers = held(
        agreements=[
            agreement("old", "2020-03-01", "2025-03-01"),
            # Signed before the old one ended, in force from that day.
            agreement("new", "2025-03-01", "2030-03-01", partner_id="p-old", predecessor_id="old",
                      signed_date="2025-01-15"),
        ]
    )  # fmt: skip
    assert value("G3.19", registers, 2020) == 1.0  # the first with the partner
    assert [value("G3.15", registers, year) for year in (2020, 2024, 2025)] == [1.0, 1.0, 1.0]
    assert value("G3.18", registers, 2025) == 100.0
    assert value("G3.19", registers, 2025) == 0.0  # a renewal is not new
    assert value("G3.15", registers, 2030) == 0.0  # over, and not renewed again
    assert value("G3.18", registers, 2030) == 0.0
    assert reason("G3.18", registers, 2024) == NO_DENOMINATOR  # none ended
    assert value("G3.15", registers, 2025, half=True) == 1.0
    assert reason("G3.15", registers, 2019) == NO_YEAR
    assert reason("G3.15", registers, 2031) == NO_YEAR


def test_agreements_in_force_are_those_with_partners_abroad() -> None:
    rows = [
        agreement("a", "2024-01-01", "2025-12-31", country_code="AZ"),  # ended on the last day
        agreement("b", "2024-01-01", "2026-01-01", country_code="AZ"),
        agreement("c", "2025-12-31", "2030-01-01", country_code="DE", unit="med"),
        agreement("d", "2024-01-01", "2030-01-01", country_code="TR"),
    ]
    registers = held(agreements=rows)
    assert value("G3.15", registers) == 2.0
    assert value("G3.15", registers, half=True) == 2.0  # a and b on 30 June
    assert parted("G3.15", registers, "country_code") == {"AZ": 1.0, "DE": 1.0}
    assert value("G3.15", core.Registers("sample", "med", registers.frames)) == 1.0


def test_a_renewal_is_in_time_before_the_end() -> None:
    ended = [agreement(name, "2020-06-01", "2025-06-01") for name in ("a", "b", "c", "d")]
    after = [
        agreement("a2", "2025-06-01", "2030-01-01", signed_date="2025-05-31", predecessor_id="a"),
        agreement("b2", "2025-06-01", "2030-01-01", predecessor_id="b"),  # signed on the day it ended
        agreement("c2", "2024-06-01", "2030-01-01"),  # names no predecessor
    ]
    assert value("G3.18", held(agreements=[*ended, *after])) == 25.0  # a of four


def activities(**more: Any) -> dict[str, Any]:
    """One row in each register of activities, with a partner without agreement, so that years are covered."""
    other = {"partner_id": "other"}
    return {
        "mobility": [{**other, "start_date": "2025-02-01", "end_date": "2025-06-01"}],
        "projects": [other],
        "publications": [{"year": 2025, "kind": "with_partner", "publications_count": 1, **other}],
        "courses": [other],
        "visits": [other],
        **more,
    }


@pytest.mark.parametrize(
    ("dataset", "row", "active"),
    [
        ("mobility", {}, True),
        ("mobility", {"start_date": "2023-09-01", "end_date": "2024-01-01"}, True),
        ("mobility", {"start_date": "2023-09-01", "end_date": "2023-12-31"}, False),  # 24 months and a day
        ("mobility", {"start_date": "2026-01-01", "end_date": "2026-05-01"}, False),  # still to come
        ("mobility", {"status": "planned"}, False),
        ("mobility", {"programme": "farabi", "country_code": "TR"}, False),
        ("mobility", {"days_count": 59}, False),  # too short to count
        ("projects", {"start_date": "2025-12-31", "end_date": "2028-01-01"}, True),
        ("projects", {"start_date": "2022-01-01", "end_date": "2023-12-31"}, False),
        ("projects", {"decision": "pending"}, False),
        ("publications", {"year": 2024, "kind": "with_partner", "publications_count": 1}, True),
        ("publications", {"year": 2023, "kind": "with_partner", "publications_count": 1}, False),
        ("publications", {"year": 2025, "kind": "with_partner", "publications_count": 0}, False),
        ("courses", {"academic_year": 2024, "is_coil": False}, True),
        ("courses", {"academic_year": 2023}, False),
        ("visits", {"direction": "incoming"}, True),
        ("visits", {"start_date": "2023-12-30", "end_date": "2023-12-31"}, False),
    ],
)
def test_an_agreement_is_active_by_its_partners_activity(
    dataset: str, row: dict[str, Any], active: bool
) -> None:
    covering = activities()
    # Publications know no unit; elsewhere the activity is another unit's.
    elsewhere = {} if dataset == "publications" else {"unit": "med"}
    covering[dataset] = [*covering[dataset], {"partner_id": "p-a", **elsewhere, **row}]
    rows = [agreement("a", "2024-01-01", "2030-01-01"), agreement("b", "2024-01-01", "2030-01-01")]
    registers = held(agreements=rows, **covering)
    assert value("G3.16", registers) == (50.0 if active else 0.0)
    # Another unit's activity makes the agreement of this unit active: the partner is the university's.
    assert value("G3.16", core.Registers("sample", "eng", registers.frames)) == (50.0 if active else 0.0)


@pytest.mark.parametrize("dataset", ["mobility", "publications", "courses", "visits"])
def test_activity_is_unknown_where_a_register_does_not_cover_the_months(dataset: str) -> None:
    covering = activities(**{dataset: LONG_AGO[dataset]})
    registers = held(agreements=[agreement("a", "2024-01-01", "2030-01-01")], **covering)
    assert reason("G3.16", registers) == NO_YEAR


def test_active_agreements_without_any_in_force() -> None:
    registers = held(agreements=[agreement("a", "2024-01-01", "2025-06-01")], **activities())
    assert reason("G3.16", registers) == NO_DENOMINATOR
    assert value("G3.17", registers) == 0.0


def test_a_multiplex_partner_has_three_kinds_of_activity_in_36_months() -> None:
    covering = activities()
    covering["mobility"] += [{"partner_id": "p-a", "start_date": "2022-12-01", "end_date": "2023-03-01",
                              "days_count": 90}, {"partner_id": "p-b"}, {"partner_id": "p-b"}]  # fmt: skip
    covering["projects"] += [{"partner_id": "p-a"}, {"partner_id": "p-b"}]
    covering["visits"] += [{"partner_id": "p-a"}, {"partner_id": "nobody"}]
    rows = [
        agreement("a", "2024-01-01", "2030-01-01"),
        agreement("a2", "2024-01-01", "2030-01-01", partner_id="p-a"),  # a second agreement, the same partner
        agreement("b", "2024-01-01", "2030-01-01"),
    ]
    assert value("G3.17", held(agreements=rows, **covering)) == 1.0  # a has three kinds, b two


def test_new_agreements_and_new_countries() -> None:
    registers = held(
        agreements=[
            agreement("a", "2015-01-01", "2020-01-01", country_code="KZ"),  # over five years before 2025
            agreement("b", "2019-01-01", "2020-01-02", country_code="UZ"),  # in force within them
            agreement("c", "2025-02-01", "2030-01-01", country_code="KZ"),
            agreement("d", "2025-03-01", "2030-01-01", country_code="KZ"),
            agreement("e", "2025-08-01", "2030-01-01", country_code="UZ"),
            agreement("f", "2025-09-01", "2030-01-01", country_code="GE", unit="med"),
            agreement("f2", "2025-09-01", "2030-01-01", country_code="GE", partner_id="p-f"),
            agreement("h", "2025-09-01", "2030-01-01", country_code="TR"),
        ]
    )
    found = measure("G3.19", registers)
    assert found.value == 4.0  # c, d, e, f
    assert found.parts == {"new_countries": 2.0}  # KZ and GE; UZ had b to 1 January 2020
    half = measure("G3.19", registers, half=True)
    assert (half.value, half.parts) == (2.0, {"new_countries": 1.0})  # c and d
    assert value("G3.19", registers, 2017) == 0.0  # between the first and the last signature: none
    assert value("G3.19", core.Registers("sample", "med", registers.frames)) == 1.0
    assert parted("G3.19", registers, "country_code") == {"GE": 1.0, "KZ": 2.0, "UZ": 1.0}


# -- projects (G3.20–G3.22) ----------------------------------------------------------------------------


def test_projects_running_at_the_end_of_the_period() -> None:
    registers = held(
        projects=[
            {"role": "coordinator", "start_date": "2025-07-01"},
            {"start_date": "2023-01-01", "end_date": "2026-01-01"},
            {"start_date": "2023-01-01", "end_date": "2025-12-31"},  # ended that day
            {"decision": "pending"},
        ]
    )
    found = measure("G3.20", registers)
    assert (found.value, found.parts) == (2.0, {"coordinator": 1.0, "partner": 1.0})
    assert value("G3.20", registers, half=True) == 2.0  # the two that began in 2023
    rejected = {"decision": "rejected", "decision_date": "2025-03-01"}
    assert value("G3.20", held(projects=[rejected])) == 0.0


def test_the_success_rate_is_of_what_was_decided() -> None:
    def decided(day: str, decision: str) -> dict[str, Any]:
        return {"submitted_date": "2024-01-01", "decision_date": day, "decision": decision}

    rows = [decided("2025-01-01", "funded"), decided("2025-06-30", "rejected"),
            decided("2025-07-01", "rejected"), decided("2025-12-31", "rejected"),
            decided("2024-12-31", "funded"), {"decision": "pending", "decision_date": ""}]  # fmt: skip
    found = measure("G3.21", held(projects=rows))
    assert (found.value, found.numerator, found.denominator) == (25.0, 1.0, 4.0)
    assert value("G3.21", held(projects=rows), half=True) == 50.0  # one of two
    waiting = {"submitted_date": "2025-11-01", "decision": "pending", "decision_date": ""}
    assert reason("G3.21", held(projects=[waiting])) == NO_DENOMINATOR
    parts = parted("G3.21", held(projects=[*rows, {**rows[0], "programme": "cost"}]), "programme")
    assert parts == {"horizon": 25.0, "cost": 100.0}


def test_project_income_is_the_share_of_the_projects_days() -> None:
    registers = held(
        projects=[
            # 731 days from 2024 (a leap year) to the end of 2025; 365 of them in 2025.
            {"start_date": "2024-01-01", "end_date": "2026-01-01", "own_budget_eur": 73100},
            # 10 days, 4 of them in 2025.
            {"start_date": "2025-12-28", "end_date": "2026-01-07", "own_budget_eur": 1000},
            {"start_date": "2025-01-01", "end_date": "2026-01-01"},  # whose budget is not known
            {"own_budget_eur": 999, "decision": "pending"},
        ]
    )
    assert value("G3.22", registers) == pytest.approx(36500 + 400)
    assert value("G3.22", registers, 2024) == pytest.approx(36600)
    assert value("G3.22", registers, 2026) == pytest.approx(600)
    assert value("G3.22", registers, half=True) == pytest.approx(18100)  # 181 days to 30 June


# -- publications (G3.23, G3.24) -----------------------------------------------------------------------


def test_the_share_of_international_publications() -> None:
    registers = held(
        publications=[
            {"kind": "all", "field": "natural_sciences", "publications_count": 300},
            {"kind": "all", "field": "social_sciences", "publications_count": 100},
            {"kind": "international", "field": "natural_sciences", "publications_count": 90},
            {"kind": "international", "field": "social_sciences", "publications_count": 10},
            {"kind": "with_partner", "partner_id": "p1", "publications_count": 50},
            {"kind": "all", "year": 2024, "publications_count": 10},
        ]
    )
    assert value("G3.23", registers) == 25.0  # 100 of 400
    assert parted("G3.23", registers, "field") == {"natural_sciences": 30.0, "social_sciences": 10.0}
    assert value("G3.23", registers, half=True) == 0.0  # none of the ten of 2024
    assert reason("G3.23", held(publications=[{"kind": "international"}])) == NO_DENOMINATOR
    assert reason("G3.23", core.Registers("sample", "eng", registers.frames)) == NOT_BY_UNIT


def papers(field: str, partner: str, country: str, *counts: int) -> list[dict[str, Any]]:
    """Joint papers with a partner, of 2025 and the years before."""
    return [
        {"year": 2025 - back, "field": field, "kind": "with_partner", "partner_id": partner,
         "country_code": country, "publications_count": count}
        for back, count in enumerate(counts)
    ]  # fmt: skip


FIVE_YEARS = [{"year": year, "kind": "all", "publications_count": 1} for year in range(2021, 2026)]


def test_the_research_network() -> None:
    registers = held(
        publications=[
            *FIVE_YEARS,
            *papers("natural_sciences", "p1", "DE", 1, 1, 0, 0, 1),  # three in five years
            *papers("natural_sciences", "p2", "DE", 3),
            *papers("natural_sciences", "p3", "AZ", 5),
            *papers("natural_sciences", "p4", "US", 2),  # too few
            *papers("natural_sciences", "p5", "TR", 9),  # not abroad
            *papers("engineering_technology", "p1", "DE", 4),
            *papers("engineering_technology", "p6", "IT", 4),
            *papers("social_sciences", "p1", "DE", 7),  # one partner: no index
        ]
    )
    # Natural sciences: 3 partners in 2 countries; engineering: 2 partners in 2 countries.
    expected = (2 / math.log(3) + 2 / math.log(2)) / 2
    found = measure("G3.24", registers)
    assert found.value == pytest.approx(expected)
    assert found.parts == {"partners": 4.0, "countries": 3.0}  # p1, p2, p3, p6; DE, AZ, IT


def test_the_research_network_needs_five_years_and_two_partners() -> None:
    one = papers("natural_sciences", "p1", "DE", 9)
    assert reason("G3.24", held(publications=[*FIVE_YEARS, *one])) == NO_DENOMINATOR
    two = papers("natural_sciences", "p2", "AZ", 9)
    assert reason("G3.24", held(publications=[*FIVE_YEARS[1:], *one, *two])) == NO_YEAR
    # A sixth year back does not count.
    old = papers("natural_sciences", "p2", "AZ", 0, 0, 0, 0, 0, 9)
    assert reason("G3.24", held(publications=[*FIVE_YEARS, *one, *old])) == NO_DENOMINATOR


# -- mobility (G3.25–G3.29) ----------------------------------------------------------------------------

# Section 3.2 of the dossier: the last day too few, the first and last valid one, the first too many.
DURATIONS = [
    ("erasmus_ka131", "study", 60, 366),
    ("erasmus_ka171", "study", 60, 366),
    ("erasmus_ka131", "traineeship", 60, 366),
    ("erasmus_ka131", "short_study", 5, 30),
    ("erasmus_ka131", "short_traineeship", 5, 30),
    ("erasmus_ka131", "doctoral_short", 5, 30),
    ("erasmus_ka131", "teaching", 2, 62),
    ("erasmus_ka171", "teaching", 5, 62),
    ("erasmus_ka131", "training", 2, 62),
    ("erasmus_ka171", "training", 5, 62),
    ("erasmus_ka131", "bip", 5, 30),
    ("mevlana", "study", 90, 366),
    ("orhun", "study", 90, 366),
    ("mevlana", "teaching", 7, 92),
    ("orhun", "training", 7, 92),
    ("bilateral", "study", 60, 366),
    ("bilateral", "short_study", 5, 30),
    ("bilateral", "teaching", 2, 62),
]


def reasons(*rows: dict[str, Any]) -> list[str]:
    return list(mobility.judged(table("mobility", rows))["reason"])


@pytest.mark.parametrize(("programme", "activity", "least", "most"), DURATIONS)
def test_the_table_of_durations(programme: str, activity: str, least: int, most: int) -> None:
    found = reasons(
        *[
            {"programme": programme, "activity": activity, "has_virtual_part": True, "days_count": days}
            for days in (least - 1, least, most, most + 1)
        ]
    )
    assert found == ["too_short", "", "", "too_long"]


@pytest.mark.parametrize("activity", ["study", "traineeship", "doctoral_short"])
def test_only_blended_activities_need_a_virtual_part(activity: str) -> None:
    days = 20 if activity == "doctoral_short" else 120
    assert reasons({"activity": activity, "days_count": days, "has_virtual_part": False}) == [""]
    blended = {"activity": "short_study", "days_count": 20, "has_virtual_part": False}
    assert reasons(blended) == ["no_virtual_part"]


def test_an_activity_that_a_programme_does_not_have_counts_for_nothing() -> None:
    assert reasons({"programme": "mevlana", "activity": "traineeship"}) == ["no_rule"]


def test_stays_that_do_not_count_are_listed_with_their_reason() -> None:
    rows = table(
        "mobility",
        [
            {"mobility_id": "good"},
            {"mobility_id": "short", "days_count": 59},
            {"mobility_id": "called off", "days_count": 59, "status": "cancelled"},
            {"mobility_id": "at home", "days_count": 59, "programme": "farabi", "country_code": "TR"},
        ],
    )
    listed = mobility.invalid_stays(rows)
    assert listed[["mobility_id", "reason"]].to_numpy().tolist() == [["short", "too_short"]]
    assert mobility.invalid_stays(rows[:1]).empty
    assert mobility.invalid_stays(rows[:0]).empty


def bip(number: int, year: int = 2024, **columns: Any) -> list[dict[str, Any]]:
    return [{"academic_year": year, "activity": "bip", "bip_id": "b1", "days_count": 6,
             "has_virtual_part": True, "direction": "incoming", **columns}] * number  # fmt: skip


@pytest.mark.parametrize(
    ("year", "size", "counts"), [(2024, 14, 0.0), (2024, 15, 15.0), (2026, 9, 0.0), (2026, 10, 10.0)]
)
def test_a_hosted_blended_programme_needs_its_group(year: int, size: int, counts: float) -> None:
    found = measure("G3.26", held(mobility=bip(size, year)), year)
    assert (found.value, found.parts["bip"]) == (0.0, counts)
    expected = [] if counts else ["group_too_small"] * size
    assert mobility.invalid_stays(table("mobility", bip(size, year)))["reason"].tolist() == expected


def test_the_group_abroad_is_not_ours_to_count() -> None:
    # Four of our learners joined a programme held abroad; the other partners' are not in the register.
    found = measure("G3.25", held(mobility=bip(4, direction="outgoing")), 2024)
    assert (found.value, found.parts) == (0.0, {"short": 0.0, "bip": 4.0})


def test_a_learner_whose_stay_is_invalid_does_not_fill_a_group() -> None:
    rows = [*bip(14), *bip(1, days_count=4)]
    assert sorted(reasons(*rows)) == ["group_too_small"] * 14 + ["too_short"]


def test_a_group_is_counted_over_all_units() -> None:
    registers = held("med", mobility=[*bip(12), *bip(3, unit="med")])
    assert measure("G3.26", registers, 2024).parts["bip"] == 3.0


def stay(**columns: Any) -> dict[str, Any]:
    return {"academic_year": 2025, **columns}


EXCHANGE = [
    stay(country_code="DE"),
    stay(country_code="DE", activity="traineeship"),
    stay(country_code="PL", activity="short_study", days_count=10, has_virtual_part=True),
    stay(country_code="PL", student_key="k1"),
    stay(country_code="IT", student_key="k1", days_count=70),  # the same student's shorter stay
    stay(days_count=59),
    stay(status="planned"),
    stay(status="cancelled"),
    stay(programme="farabi", country_code="TR"),
    stay(activity="bip", days_count=6, has_virtual_part=True, bip_id="b1"),
    stay(activity="teaching", participant="academic", days_count=5),
    stay(direction="incoming", country_code="AZ", programme="mevlana"),
]


def test_outgoing_and_incoming_exchange_students() -> None:
    registers = held(mobility=EXCHANGE)
    out = measure("G3.25", registers)
    assert (out.value, out.parts) == (4.0, {"short": 1.0, "bip": 1.0})
    back = measure("G3.26", registers)
    assert (back.value, back.parts) == (1.0, {"short": 0.0, "bip": 0.0})
    assert parted("G3.25", registers, "country_code") == {"DE": 2.0, "PL": 2.0}
    # The half-year of 2026 stands for the academic year 2025/26; a year of Farabi only has none.
    assert value("G3.25", registers, 2026, half=True) == 4.0
    assert value("G3.25", held(mobility=[stay(programme="farabi", country_code="TR")])) == 0.0
    assert value("G3.25", core.Registers("sample", "med", registers.frames)) == 0.0


def test_the_balance_of_mobility() -> None:
    # 4 go and 1 comes: 1 − 3/5 = 0.4, beta = −3/5.
    found = measure("G3.27", held(mobility=EXCHANGE))
    assert found.value == pytest.approx(0.4)
    assert found.numerator == 2.0
    assert found.denominator == 5.0
    assert found.parts == {"beta": pytest.approx(-0.6), "outgoing": 4.0, "incoming": 1.0}
    even = held(mobility=[stay(), stay(direction="incoming")])
    assert value("G3.27", even) == 1.0
    assert value("G3.27", held(mobility=[stay()])) == 0.0
    assert reason("G3.27", held(mobility=[stay(status="planned")])) == NO_DENOMINATOR


def test_ects_recognised_of_those_earned() -> None:
    registers = held(
        mobility=[
            stay(ects_earned=30, ects_recognised=30),
            stay(ects_earned=24, ects_recognised=18, unit="med"),
            stay(ects_earned=6),  # not recognised yet
            stay(ects_earned=30, ects_recognised=30, direction="incoming"),
            stay(ects_earned=30, ects_recognised=30, days_count=59),
            stay(ects_earned=3, ects_recognised=3, activity="bip", days_count=6, has_virtual_part=True),
            stay(),  # no transcript yet
        ]
    )
    assert value("G3.28", registers) == 80.0  # 48 of 60
    assert parted("G3.28", registers, "unit") == {"eng": pytest.approx(100 * 30 / 36), "med": 75.0}
    assert reason("G3.28", held(mobility=[stay()])) == NO_DENOMINATOR


def test_academic_staff_mobility() -> None:
    staff = {"participant": "academic", "activity": "teaching", "days_count": 5}
    registers = held(
        mobility=[
            stay(**staff),
            stay(**{**staff, "activity": "training"}),
            stay(**staff, direction="incoming"),
            stay(**{**staff, "days_count": 1}),
            stay(**{**staff, "participant": "administrative", "activity": "training"}),
            stay(),
        ]
    )
    found = measure("G3.29", registers)
    assert (found.value, found.parts) == (3.0, {"outgoing": 2.0, "incoming": 1.0})
    assert value("G3.29", held(mobility=[stay()])) == 0.0


def test_graduates_with_a_stay_abroad() -> None:
    registers = held(
        graduates=[
            {"has_stay_abroad": True, "headcount": 30},
            {"has_coil_or_bip": True, "headcount": 10},  # a BIP alone is no stay
            {"headcount": 160, "unit": "med"},
            {"academic_year": 2024, "headcount": 50},
        ]
    )
    assert value("G3.30", registers) == 15.0  # 30 of 200
    assert parted("G3.30", registers, "unit") == {"eng": 75.0, "med": 0.0}
    assert value("G3.30", registers, half=True) == 0.0  # of the 50 of 2024/25


# -- the rules as data ---------------------------------------------------------------------------------


def test_every_rule_says_where_it_comes_from() -> None:
    rules = load_mobility_rules()
    assert rules is load_mobility_rules()
    assert all(rule.source and 0 < rule.min_days < rule.max_days for rule in rules.durations)
    assert all("farabi" not in rule.programmes for rule in rules.durations)
    columns = store.definition("mobility")["columns"]
    assert {p for rule in rules.durations for p in rule.programmes} <= set(columns["programme"]["allowed"])
    assert {a for rule in rules.durations for a in rule.activities} == set(columns["activity"]["allowed"])
    assert [rules.smallest_group(year) for year in (2020, 2021, 2025, 2026, 2030)] == [0, 15, 15, 10, 10]


@pytest.mark.parametrize(
    ("file", "old", "new", "names"),
    [
        ("mobility_rules.yml", "min_days: 60", "min_day: 60", ["mobility_rules.yml", "durations.0"]),
        ("mobility_rules.yml", "{from: 2021", "{since: 2021", ["mobility_rules.yml", "bip_minimum.0"]),
        ("mobility_rules.yml", "activities: [traineeship]", "activities: [study]", ["erasmus_ka131"]),
        ("accreditors.yml", "class: L2", "class: L4", ["accreditors.yml", "class", "L4"]),
        ("accreditors.yml", "class: L2", "klass: L2", ["accreditors.yml", "class"]),
        ("accreditors.yml", "- code: TEPDAD", "- code: MUDEK", ["accreditors.yml", "MUDEK"]),
        ("accreditors.yml", 'names: ["tıp"]', "names: []", ["accreditors.yml", "scope"]),
        ("accreditors.yml", 'names: ["tıp"]', 'names: ["tıp"]\n    every_field: true', ["every_field"]),
        ("accreditors.yml", "levels: [associate]", "levels: [college]", ["scope.levels", "college"]),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_refused_by_name(
    workbook_root: Any, file: str, old: str, new: str, names: list[str]
) -> None:
    path = workbook_root / "data" / "catalog" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogError) as refused:
        load_mobility_rules() if file.startswith("mobility") else load_accreditors()
    for name in names:
        assert name in str(refused.value)


def test_partners_activities_stand_once_each() -> None:
    registers = held(**activities(visits=[{"partner_id": "p"}, {"partner_id": "p"}]))
    found = agreements.partner_activities(registers, Period(2025), 24)
    assert sorted(map(tuple, found.to_numpy())) == [
        ("other", "course"), ("other", "mobility"), ("other", "project"), ("other", "publication"),
        ("p", "visit"),
    ]  # fmt: skip


# -- one term after the other: what falls due, gaps, programmes without one -------------------------------


def calendar(registers: core.Registers, year: int = 2025, half: bool = False) -> Any:
    return accreditation_calendar.calendar(registers, Period(year, half))


def gaps(registers: core.Registers, year: int = 2025, half: bool = False) -> Any:
    return accreditation_calendar.gaps(registers, Period(year, half))


def terms(*spans: tuple[str, str], **columns: Any) -> list[dict[str, Any]]:
    return [{"programme_id": "a", "start_date": s, "end_date": e, **columns} for s, e in spans]


def test_a_term_that_begins_the_day_after_the_end_continues_it() -> None:
    # TEPDAD's term ends on the last day of the year; the next begins on the day after.
    held_on = terms(("2020-01-01", "2025-12-31"), ("2026-01-01", "2031-12-31"), body="TEPDAD", label="WFME")
    assert value("G3.06", held(programmes=programmes("a"), accreditation=held_on)) == 100.0
    later = terms(("2020-01-01", "2025-12-31"), ("2026-01-02", "2031-12-31"), body="TEPDAD", label="WFME")
    assert value("G3.06", held(programmes=programmes("a"), accreditation=later)) == 0.0
    # Another body's term continues nothing.
    other = [held_on[0], {**held_on[1], "body": "ABET"}]
    assert value("G3.06", held(programmes=programmes("a"), accreditation=other)) == 0.0


def test_a_row_without_a_unit_is_its_programmes() -> None:
    registers = held(programmes=programmes("a"), accreditation=[{"programme_id": "a", "unit": ""}])
    assert len(calendar(core.Registers("sample", "eng", registers.frames))) == 1
    assert calendar(core.Registers("sample", "med", registers.frames)).empty


def test_coverage_marks_each_eligible_programme_and_weighs_it_by_students() -> None:
    registers = held(
        programmes=[
            *programmes("a", students_count=300),
            *programmes("b", students_count=100),
            *programmes("c", students_count=600),
            *programmes("d", students_count=9000, body_available=False),
        ],
        accreditation=[{"programme_id": "a", "label": "EUR-ACE"}, {"programme_id": "b", "body": "FEDEK"}],
    )
    rows = accreditation.coverage(registers, Period(2025)).set_index("programme_id")
    assert rows["is_accredited"].to_dict() == {"a": True, "b": True, "c": False}
    assert rows["is_recognised"].to_dict() == {"a": True, "b": False, "c": False}
    found = accreditation.coverage_of_students(registers, Period(2025))
    assert (found.value, found.numerator, found.denominator) == (40.0, 400.0, 1000.0)


def test_the_calendar_lists_the_most_urgent_first() -> None:
    def term(name: str, due: str | None, **more: Any) -> dict[str, Any]:
        return {"programme_id": name, "end_date": "2028-09-30", "next_application_deadline": due, **more}

    registers = held(
        programmes=programmes("x"),
        accreditation=[
            term("later", "2027-01-01"),  # 366 days
            term("last", "2026-12-31"),  # 365 days after 31 December 2025
            term("today", "2025-12-31"),
            term("missed", "2025-12-30"),
            term("older", "2025-02-01"),
            term("filed", "2025-02-01", application_open=True),
            term("early", "2027-02-01", application_open=True),  # nobody applies years ahead
            term("unknown", None, body="FEDEK"),
            term("renewed", "2025-02-01", end_date="2026-03-01"),
            {"programme_id": "renewed", "decision_date": "2025-12-31", "start_date": "2026-03-01",
             "end_date": "2031-03-01"},
            term("decided later", "2025-02-01", end_date="2026-03-01"),
            {"programme_id": "decided later", "decision_date": "2026-01-01", "start_date": "2026-03-01",
             "end_date": "2031-03-01"},
            term("over", "2023-02-01", end_date="2025-12-31"),
            term("candidate", None, status="candidate"),
        ],
    )  # fmt: skip
    rows = calendar(registers)
    assert list(zip(rows["programme_id"], rows["state"], strict=True)) == [
        ("older", "missed"), ("missed", "missed"),
        ("today", "soon"), ("last", "soon"),
        ("unknown", "unknown"),
        ("decided later", "filed"), ("filed", "filed"),
        ("later", "later"), ("early", "later"),
        ("renewed", "renewed"),
    ]  # fmt: skip
    left = rows.set_index("programme_id")["days_left"]
    assert left.drop("unknown").to_dict() == {
        "older": -333, "missed": -1, "today": 0, "last": 365, "decided later": -333, "filed": -333,
        "later": 366, "early": 397, "renewed": -333,
    }  # fmt: skip
    assert left.isna()["unknown"]


def test_what_is_renewed_expired_or_over_is_no_missed_deadline() -> None:
    late = {"end_date": "2026-09-30", "next_application_deadline": "2025-02-01"}
    nxt = {"decision_date": "2025-08-01", "start_date": "2026-10-01", "end_date": "2031-09-30"}
    day = date(2025, 12, 31)

    def missed(*rows: dict[str, Any]) -> int:
        return len(accreditation.deadline_missed(table("accreditation", rows), day))

    assert missed(late) == 1
    assert missed(late, nxt) == 0
    assert missed({**late, "status": "expired"}) == 1  # it was active on that day
    assert missed({**late, "end_date": "2025-09-30"}) == 0  # it is over
    assert missed({**late, "start_date": "2026-01-01"}) == 0  # it had not begun


def test_beyond_its_time_a_register_raises_no_alarm() -> None:
    registers = held(programmes=programmes("a"), accreditation=[{"next_application_deadline": "2026-02-01"}])
    with pytest.raises(MissingFigure, match=NO_YEAR):
        calendar(registers, 2026)
    with pytest.raises(MissingFigure, match=NO_YEAR):
        gaps(registers, 2026)
    assert list(calendar(registers)["state"]) == ["soon"]
    # Without a register of programmes there is nobody to ask.
    assert list(calendar(held(accreditation=[{}]))["state"]) == ["later"]


def test_gaps_are_the_days_between_a_term_and_the_next() -> None:
    registers = held(
        programmes=programmes("x"),
        accreditation=[
            # 15 June to 1 November 2024: 15 + 31 + 31 + 30 + 31 + 1 = 139 days.
            *terms(("2019-06-15", "2024-06-15"), ("2024-11-01", "2029-11-01"), body="FEDEK"),
            # The day after, and the same day, leave none.
            *terms(("2014-10-01", "2019-09-30"), ("2019-10-01", "2024-09-30"), ("2024-09-30", "2029-09-30")),
            # Overlapping terms leave none either, and the longer one counts.
            *terms(("2018-01-01", "2025-03-01"), ("2019-01-01", "2020-01-01"), ("2025-03-11", "2030-01-01"),
                   body="ABET"),
            # A show-cause term is a term.
            *terms(("2019-01-01", "2023-12-31"), body="STAR"),
            *terms(("2024-01-01", "2024-12-31"), body="STAR", status="show_cause"),
            *terms(("2025-01-01", "2029-12-31"), body="STAR"),
            # A candidate, a withdrawal and a certificate are none.
            {"programme_id": "b", "status": "candidate"},
            *terms(("2019-01-01", "2020-01-01"), ("2022-01-01", "2027-01-01"), body="ISO"),
        ],
    )  # fmt: skip
    found = gaps(registers)
    assert found[["body", "days_count", "recent_days_count"]].values.tolist() == [
        ["ABET", 10, 10],
        ["FEDEK", 139, 139],
    ]
    assert [str(day)[:10] for day in found["to_date"]] == ["2025-03-11", "2024-11-01"]
    assert [accreditation_calendar.gap_days(found, Period(year)) for year in (2023, 2024, 2025)] == [
        0,
        139,
        10,
    ]
    # Up to 30 June 2024 it had lasted 16 days, from the 15th to the 30th, and was not over.
    half = gaps(held(programmes=[{"academic_year": 2023}], accreditation=terms(
        ("2019-06-15", "2024-06-15"), ("2024-11-01", "2029-11-01"))), 2024, half=True)  # fmt: skip
    assert half[["days_count", "recent_days_count"]].values.tolist() == [[16, 16]]
    assert half["to_date"].isna().all()
    assert accreditation_calendar.gap_days(half, Period(2024, half=True)) == 16


def test_a_long_gap_counts_by_its_days_of_the_last_five_years() -> None:
    # 15 June 2014 to 15 June 2022 are 8 × 365 + 2 leap days = 2,922; of 2021 to 2025, 365 and 165 days.
    chain = terms(("2011-06-15", "2014-06-15"), ("2022-06-15", "2027-06-15"))
    found = gaps(held(programmes=programmes("a"), accreditation=chain))
    assert found[["days_count", "recent_days_count"]].values.tolist() == [[2922, 365 + 165]]
    by_year = [accreditation_calendar.gap_days(found, Period(year)) for year in range(2021, 2026)]
    assert by_year == [365, 165, 0, 0, 0]
    assert sum(by_year) == found["recent_days_count"].sum()


def test_a_term_that_was_not_renewed_is_a_gap_for_five_years() -> None:
    def ended(day: str) -> Any:
        chain = [*terms(("2015-01-01", day)), {"programme_id": "b"}]
        return gaps(held(programmes=programmes("a"), accreditation=chain))

    assert ended("2025-09-30")["days_count"].tolist() == [1 + 31 + 30 + 31]  # 30 September to 31 December
    assert len(ended("2021-01-01")) == 1
    assert ended("2020-12-31").empty


def unaccredited(registers: core.Registers, year: int = 2025) -> dict[str, tuple[str, str]]:
    rows = accreditation_calendar.unaccredited(registers, Period(year))
    return {row.programme_id: (row.standing, row.standing_body) for row in rows.itertuples()}


def test_a_programme_without_an_accreditation_stands_somewhere() -> None:
    ended = {"start_date": "2020-10-01", "end_date": "2025-09-30"}
    registers = held(
        programmes=[
            *programmes("never", "lapsed", "pending", "cause", "candidate", "withdrawn", "restart", "again"),
            *programmes("accredited"),
            *programmes("new", has_graduates=False),
        ],
        accreditation=[
            {"programme_id": "lapsed", **ended},
            {"programme_id": "pending", **ended, "application_open": True},
            {"programme_id": "cause", **ended, "end_date": "2024-09-30"},
            {"programme_id": "cause", "status": "show_cause", "start_date": "2024-10-01",
             "end_date": "2026-09-30"},
            {"programme_id": "candidate", "status": "candidate", "body": "FEDEK"},
            {"programme_id": "withdrawn", "status": "withdrawn", "decision_date": "2025-02-14",
             "body": "STAR"},
            # Decided half a year later, and three years later: under way, and a new start.
            {"programme_id": "again", **ended},
            {"programme_id": "again", "decision_date": "2026-06-01", "start_date": "2026-07-01",
             "end_date": "2031-06-30"},
            {"programme_id": "restart", **ended, "application_open": True},
            {"programme_id": "restart", "decision_date": "2028-12-31", "start_date": "2029-01-01",
             "end_date": "2031-06-30"},
            {"programme_id": "accredited"},
        ],
    )  # fmt: skip
    assert unaccredited(registers) == {
        "never": ("never", ""),
        "lapsed": ("lapsed", "MUDEK"),
        "pending": ("pending", "MUDEK"),
        "cause": ("show_cause", "MUDEK"),
        "candidate": ("candidate", "FEDEK"),
        "withdrawn": ("withdrawn", "STAR"),
        "again": ("pending", "MUDEK"),
        "restart": ("lapsed", "MUDEK"),
    }


def test_programmes_without_one_are_listed_by_their_students() -> None:
    rows = [*programmes("a", students_count=10), *programmes("b", students_count=30),
            *programmes("c", students_count=20)]  # fmt: skip
    registers = held(programmes=rows, accreditation=[{"programme_id": "c"}])
    assert list(unaccredited(registers)) == ["b", "a"]


# -- whose field a programme lies in ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("turkish", "english", "level", "bodies"),
    [
        ("Jeofizik Mühendisliği", "Geophysical Engineering", "bachelor", ["MUDEK", "ABET", "ASIIN"]),
        ("İNŞAAT MÜHENDİSLİĞİ", "CIVIL ENGINEERING", "bachelor", ["MUDEK", "ABET", "ASIIN"]),
        ("İnşaat Mühendisliği", "Civil Engineering", "doctorate", []),
        ("İnşaat Teknolojisi", "Building Technology", "associate", ["MEDEK"]),
        ("Tıp (İngilizce)", "Medicine (English)", "bachelor", ["TEPDAD"]),  # brackets name no field
        ("Tıp Bilişimi", "Medical Informatics", "bachelor", []),
        ("Mimarlık", "Architecture", "bachelor", ["MIAK"]),
        ("Peyzaj Mimarlığı", "Landscape Architecture", "bachelor", ["PEMDER"]),
        ("İç Mimarlık", "Interior Architecture", "bachelor", []),
        ("Rus Dili ve Edebiyatı", "Russian Language and Literature", "bachelor", ["FEDEK"]),
        ("İşletme", "Business Administration", "bachelor", ["STAR", "AACSB", "EQUIS", "FIBAA"]),
        ("İşletme", "Business Administration", "master", ["AACSB", "AMBA", "EQUIS", "FIBAA"]),
        ("Hemşirelik", "Nursing", "bachelor", ["HEPDAK"]),
    ],
)  # fmt: skip
def test_only_bodies_whose_field_matches_are_named(
    turkish: str, english: str, level: str, bodies: list[str]
) -> None:
    found = accreditation_calendar.open_bodies((turkish, english), level)
    assert [body.code for body in found] == bodies


def test_a_body_for_every_field_is_nobodys_own() -> None:
    general = {code for code, body in load_accreditors().items() if body.scope and body.scope.every_field}
    assert general == {"ACQUIN", "AQAS"}
    found = accreditation_calendar.open_bodies(("Jeofizik Mühendisliği", "Geophysical Engineering"), "master")
    assert not general & {body.code for body in found}


def test_what_is_remembered_with_low_confidence_is_marked() -> None:
    for code, body in load_accreditors().items():
        assert body.uncertain == bool(re.search(r"\bM-L\b", body.source)), code


def test_every_body_that_accredits_programmes_says_which() -> None:
    for code, body in load_accreditors().items():
        if body.kind == "programme":
            assert body.scope is not None, code
        if body.kind in ("institution", "evaluation", "certificate"):
            assert body.scope is None, code
