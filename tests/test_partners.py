"""The partner portfolio and what a page on mobility counts beside the indicators, worked by hand."""

import math
from datetime import date
from typing import Any

import pytest
from test_measures_goal1 import held, no_register, value
from test_measures_goal3 import activities, agreement, bip, stay

from helpers import store
from helpers.measures import mobility, partners
from helpers.measures.core import NO_YEAR, MissingFigure, Period, Registers


@pytest.fixture(autouse=True)
def nothing_else_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "read", no_register)


YEAR = Period(2025)
LONG = ("2015-01-01", "2030-01-01")


def several() -> Registers:
    """Five partners: a does three things, b one, c nothing for long, d nothing ever, e has only begun."""
    covering = activities()
    covering["mobility"] += [
        {"partner_id": "p-a", "start_date": "2023-02-01", "end_date": "2023-06-01"},  # within 36 months
        {"partner_id": "p-c", "start_date": "2020-02-01", "end_date": "2020-06-01", "academic_year": 2019},
        {"partner_id": "p-d", "days_count": 20},  # too short: no activity
    ]
    covering["projects"] += [{"partner_id": "p-a"}]
    covering["visits"] += [{"partner_id": "p-a"}, {"partner_id": "p-b"}]
    return held(
        agreements=[
            agreement("a", *LONG),
            agreement("a2", "2015-01-01", "2026-12-31", partner_id="p-a", unit="med"),
            agreement("b", "2015-01-01", "2026-06-30"),
            agreement("c", "2015-01-01", "2027-01-01"),
            agreement("d", "2015-01-01", "2026-03-01"),
            agreement("e", "2024-01-01", "2029-01-01"),
        ],
        **covering,
    )


def by_name(column: str, registers: Registers, period: Period = YEAR) -> dict[str, Any]:
    found = partners.in_force(registers, period)
    return dict(zip(found["agreement_id"], found[column], strict=True))


def test_a_partner_is_multiplex_active_new_or_dormant() -> None:
    assert by_name("status", several()) == {
        "a": "multiplex", "a2": "multiplex", "b": "active", "c": "dormant", "d": "dormant", "e": "new",
    }  # fmt: skip
    assert by_name("kinds", several())["a"] == ("mobility", "project", "visit")
    assert by_name("kinds", several())["c"] == ()


def test_the_multiplex_partners_are_those_of_the_indicator() -> None:
    counts = partners.statuses(partners.in_force(several(), YEAR)).set_index("status")
    assert value("G3.17", several()) == counts.loc["multiplex", "partners"] == 1
    assert value("G3.15", several()) == counts["agreements"].sum() == 6
    # 3 of 6 agreements are with partners active in 24 months: both of a, and b's.
    assert value("G3.16", several()) == 50.0


@pytest.mark.parametrize(
    ("began", "status"), [("2023-12-31", "dormant"), ("2024-01-01", "new"), ("2025-12-31", "new")]
)
def test_a_partner_is_new_for_24_months(began: str, status: str) -> None:
    registers = held(agreements=[agreement("a", began, "2030-01-01")], **activities())
    assert by_name("status", registers) == {"a": status}


def test_a_further_agreement_makes_no_partner_new() -> None:
    rows = [
        agreement("a", "2015-01-01", "2020-01-01"),
        agreement("b", "2025-01-01", "2030-01-01", partner_id="p-a"),
    ]
    assert by_name("status", held(agreements=rows, **activities())) == {"b": "dormant"}


def test_the_year_of_the_last_activity() -> None:
    last = by_name("last_year", several())
    assert (last["a"], last["b"], last["c"]) == (2025, 2025, 2020)
    assert math.isnan(last["d"])


@pytest.mark.parametrize(
    ("dataset", "row", "year"),
    [
        ("mobility", {"start_date": "2025-12-01", "end_date": "2026-06-01"}, 2025),  # goes on beyond the end
        ("mobility", {"start_date": "2026-01-01", "end_date": "2026-06-01"}, None),
        ("mobility", {"status": "planned"}, None),
        ("projects", {"start_date": "2021-01-01", "end_date": "2023-12-31"}, 2023),
        ("projects", {"decision": "rejected"}, None),
        ("publications", {"year": 2022, "kind": "with_partner", "publications_count": 2}, 2022),
        ("publications", {"year": 2022, "kind": "with_partner", "publications_count": 0}, None),
        ("courses", {"academic_year": 2024}, 2024),
        ("visits", {"start_date": "2019-12-30", "end_date": "2020-01-02"}, 2020),
    ],
)
def test_what_counts_as_the_last_activity(dataset: str, row: dict[str, Any], year: int | None) -> None:
    covering = activities()
    covering[dataset] = [*covering[dataset], {"partner_id": "p-a", **row}]
    found = by_name("last_year", held(agreements=[agreement("a", *LONG)], **covering))["a"]
    assert found == year if year else math.isnan(found)


def test_the_half_year_knows_publications_to_the_year_before() -> None:
    covering = activities()
    covering["publications"] += [
        {"partner_id": "p-a", "kind": "with_partner", "publications_count": 1, "year": year}
        for year in (2024, 2025)
    ]
    covering["courses"] += [{"partner_id": "p-b", "academic_year": 2024}]
    covering["visits"] += [{"start_date": "2025-01-01", "end_date": "2025-01-02", "partner_id": "other"}]
    rows = [agreement("a", *LONG), agreement("b", *LONG)]
    registers = held(agreements=rows, **covering)
    assert by_name("last_year", registers, Period(2025, half=True)) == {"a": 2024, "b": 2024}


def test_an_agreement_ends_soon_within_twelve_months() -> None:
    rows = [agreement(end, "2015-01-01", end) for end in ("2026-01-01", "2026-12-31", "2027-01-01")]
    assert by_name("ends_soon", held(agreements=rows, **activities())) == {
        "2026-01-01": True, "2026-12-31": True, "2027-01-01": False,
    }  # fmt: skip


def test_a_renewal_counts_once_it_is_signed() -> None:
    rows = [agreement("a", "2015-01-01", "2026-06-01"), agreement("b", "2015-01-01", "2026-06-01")]
    after = [
        agreement("a2", "2026-06-01", "2031-01-01", signed_date="2025-12-31", predecessor_id="a"),
        agreement("b2", "2026-06-01", "2031-01-01", signed_date="2026-01-01", predecessor_id="b"),
    ]
    assert by_name("is_renewed", held(agreements=[*rows, *after], **activities())) == {"a": True, "b": False}


def test_the_portfolio_counts_partners_once_and_agreements_each() -> None:
    found = partners.statuses(partners.in_force(several(), YEAR))
    assert found.to_numpy().tolist() == [
        ["multiplex", 1, 2, 1, 1],
        ["active", 1, 1, 1, 1],
        ["new", 1, 1, 0, 0],
        ["dormant", 2, 2, 1, 1],
    ]


def test_what_needs_a_decision_comes_by_urgency() -> None:
    found = partners.decisions(partners.in_force(several(), YEAR))
    # b ends in June, a2 in December; of d nothing is known, of c not since 2020; e is new, a runs on.
    assert list(zip(found["agreement_id"], found["reason"], strict=True)) == [
        ("b", "expiring"), ("a2", "expiring"), ("d", "asleep"), ("c", "asleep"),
    ]  # fmt: skip


def test_what_was_renewed_needs_no_decision() -> None:
    covering = activities(visits=[{"partner_id": "p-a"}])
    rows = [
        agreement("a", "2015-01-01", "2026-06-01"),
        agreement("a2", "2026-06-01", "2031-01-01", partner_id="p-a", signed_date="2025-06-01",
                  predecessor_id="a"),
    ]  # fmt: skip
    assert partners.decisions(partners.in_force(held(agreements=rows, **covering), YEAR)).empty


def test_a_unit_sees_its_agreements_and_the_activity_of_all() -> None:
    registers = Registers("sample", "med", several().frames)
    assert by_name("status", registers) == {"a2": "multiplex"}
    nothing = partners.in_force(Registers("sample", "for", several().frames), YEAR)
    assert partners.statuses(nothing)["agreements"].tolist() == [0, 0, 0, 0]
    assert partners.decisions(nothing).empty


def test_the_portfolio_is_unknown_where_activity_is() -> None:
    registers = held(agreements=[agreement("a", *LONG)], **activities(visits=[{"start_date": "2015-01-01",
                     "end_date": "2015-01-02"}]))  # fmt: skip
    with pytest.raises(MissingFigure) as missing:
        partners.in_force(registers, YEAR)
    assert missing.value.reason == NO_YEAR


def test_how_far_back_activity_is_known() -> None:
    # Visits and publications from 2024 on, mobility from September 2023.
    covering = activities(
        mobility=[{"academic_year": 2023, "start_date": "2023-10-01", "end_date": "2024-02-01"}],
        visits=[{"start_date": "2024-05-01", "end_date": "2024-05-02"}],
        publications=[{"year": 2024}, {"year": 2025}],
    )
    registers = held(agreements=[agreement("a", *LONG)], **covering)
    assert partners.known_since(registers) == date(2024, 1, 1)
    # 24 months before the end of 2025 begin on 1 January 2024.
    assert not partners.looks_back_too_far(registers, YEAR, 24)
    assert partners.looks_back_too_far(registers, YEAR, 25)
    assert partners.looks_back_too_far(registers, Period(2025, half=True), 24)
    covering["mobility"] = [{"academic_year": 2024}]
    assert partners.known_since(held(**covering)) == date(2024, 9, 1)


# -- what a page on mobility counts beside the indicators ------------------------------------------------


@pytest.mark.parametrize(
    ("outgoing", "incoming", "expected"),
    [(40, 10, (-0.6, 0.4)), (10, 10, (0.0, 1.0)), (0, 5, (1.0, 0.0)), (5, 0, (-1.0, 0.0)), (0, 0, None)],
)
def test_reciprocity(outgoing: float, incoming: float, expected: tuple[float, float] | None) -> None:
    found = mobility.reciprocity(outgoing, incoming)
    assert found == (None if expected is None else pytest.approx(expected))


def test_stays_that_do_not_count_by_reason() -> None:
    rows = [
        stay(), stay(days_count=59), stay(days_count=20, unit="med"), stay(days_count=367),
        stay(activity="short_study", days_count=10),  # without its virtual part
        stay(programme="mevlana", activity="traineeship"),  # no rule knows it
        stay(days_count=10, status="cancelled"), stay(days_count=10, academic_year=2024),
        *[{**row, "academic_year": 2025} for row in bip(3)],  # a group of three is too small
    ]  # fmt: skip
    found = mobility.uncounted(held(mobility=rows), YEAR)
    assert dict(zip(found["reason"], found["count"], strict=True)) == {
        "too_short": 2, "too_long": 1, "no_virtual_part": 1, "group_too_small": 3, "no_rule": 1,
    }  # fmt: skip
    of_unit = mobility.uncounted(held("med", mobility=rows), YEAR)
    assert of_unit["count"].tolist() == [1, 0, 0, 0, 0]
    # At the half year of 2026 the academic year is 2025/26.
    assert mobility.uncounted(held(mobility=rows), Period(2026, half=True))["count"].sum() == 8


def test_how_long_stays_lasted() -> None:
    rows = [
        stay(days_count=100), stay(days_count=120), stay(days_count=200, direction="incoming"),
        stay(days_count=20),  # does not count
        stay(participant="academic", activity="teaching", days_count=4),
        stay(participant="academic", activity="teaching", days_count=7),
    ]  # fmt: skip
    found = mobility.lengths(held(mobility=rows), YEAR, ("participant", "activity"))
    assert found.to_numpy().tolist() == [["academic", "teaching", 2, 5.5], ["student", "study", 3, 120.0]]


def test_recognition_by_unit_puts_the_largest_loss_first() -> None:
    rows = [
        stay(ects_earned=30, ects_recognised=30),
        stay(ects_earned=24, ects_recognised=18, unit="med"),
        stay(ects_earned=6, unit="med", student_key="k"),  # not recognised yet
        stay(ects_earned=6, ects_recognised=6, unit="med", student_key="k"),  # the same student
        stay(ects_earned=30, direction="incoming"),
    ]
    found = mobility.recognition(held(mobility=rows), YEAR)
    assert found.to_numpy().tolist() == [["med", 2, 36.0, 24.0], ["eng", 1, 30.0, 30.0]]


def test_staff_stays_by_direction() -> None:
    academic = {"participant": "academic", "activity": "teaching", "days_count": 5}
    rows = [
        stay(**academic), stay(**academic), stay(**academic, direction="incoming"),
        stay(**{**academic, "days_count": 1}),
        stay(participant="administrative", activity="training", days_count=5), stay(),
    ]  # fmt: skip
    found = mobility.staff_stays(held(mobility=rows), YEAR)
    assert found.to_numpy().tolist() == [["academic", 2, 1], ["administrative", 1, 0]]
    assert mobility.staff_stays(held(mobility=[stay()]), YEAR).to_numpy().tolist() == [
        ["academic", 0, 0], ["administrative", 0, 0],
    ]  # fmt: skip
