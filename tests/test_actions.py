"""The action calendar: which action on which day, with what evidence and gain; and its files, read back."""

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from sample import start as shared_start
from test_messages import SMALL, card, carded, entry
from test_standing import HOSTILE, fairs, run_with

from helpers import actions, overview, paths, start
from helpers.analysis import funnel
from helpers.catalog import load
from helpers.errors import CatalogError, WorkbookError
from helpers.measures import accreditation_calendar, cross, partners, prospects
from helpers.measures.core import Period
from helpers.plan import actions as plan
from helpers.plan import documents
from helpers.plan.actions import Action, Evidence, Gain
from helpers.plan.calendar_file import Entry, ics
from helpers.present.pieces import NOTE_TYPE
from helpers.run import Run

REPO = Path(__file__).resolve().parents[1]
END = Period(2025)  # 31 December 2025
REVIEW = date(2026, 2, 28)
HOW = "mobility.partners"


# -- agreements ----------------------------------------------------------------------------------------


def agreements(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """What `partners.decisions` returns: agreement, end, reason, year of the last activity."""
    return pd.DataFrame(
        [
            {"agreement_id": name, "partner_id": f"p-{name}", "unit": "eng", "end_date": end,
             "reason": reason, "last_year": last}
            for name, end, reason, last in rows
        ]
    )  # fmt: skip


def of_agreements(rows: pd.DataFrame, flows: dict[str, Gain] | None = None) -> list[Action]:
    return plan.of_agreements(rows, flows or {}, END, REVIEW, "int")


@pytest.mark.parametrize(
    ("end", "kinds"),
    [
        ("2025-12-31", []),  # over on the day of the report
        ("2026-01-01", [plan.RENEW]),
        ("2026-12-31", [plan.RENEW]),
        ("2027-01-01", []),  # more than twelve months ahead
    ],
)
def test_an_agreement_is_renewed_by_its_end_within_twelve_months(end: str, kinds: list[str]) -> None:
    found = of_agreements(agreements(("a", end, partners.EXPIRING, 2025)))
    assert [one.kind for one in found] == kinds
    assert [one.due for one in found] == [date.fromisoformat(end)] * len(kinds)
    assert all((one.owner, one.evidence) == ("eng", Evidence("topic_mobility", HOW)) for one in found)


def test_twelve_months_after_the_first_half_end_on_30_june() -> None:
    rows = agreements(
        ("a", "2026-06-30", partners.EXPIRING, 2025), ("b", "2026-07-01", partners.EXPIRING, 2025)
    )
    found = plan.of_agreements(rows, {}, Period(2025, half=True), REVIEW, "int")
    assert [one.due for one in found] == [date(2026, 6, 30)]


def test_sleepers_that_run_on_are_one_action_on_the_day_of_the_review() -> None:
    rows = agreements(
        ("a", "2026-05-01", partners.ASLEEP, 2019),
        ("b", "2029-05-01", partners.ASLEEP, 2018),
        ("c", "2030-05-01", partners.ASLEEP, float("nan")),
    )
    first, rest = of_agreements(rows, {"p-a": Gain("stays", 2.0, 1.0, 4.0)})
    assert (first.kind, first.due, first.gain) == (
        plan.REVIEW,
        date(2026, 5, 1),
        Gain("stays", 2.0, 1.0, 4.0),
    )
    assert dict(first.facts) == {"partner": "p-a", "since": 2019}
    assert (rest.kind, rest.due, rest.owner, dict(rest.facts)) == (plan.SLEEPING, REVIEW, "int", {"count": 2})
    assert rest.gain is None


def test_what_enters_from_another_agreement_changes_only_its_own_action() -> None:
    two = agreements(
        ("a", "2026-05-01", partners.EXPIRING, 2025), ("b", "2026-06-01", partners.EXPIRING, 2025)
    )
    moved = two.assign(end_date=["2026-05-01", "2026-09-01"])
    before, after = ({one.id: one for one in of_agreements(rows)} for rows in (two, moved))
    assert before.keys() == after.keys()  # a later file moves the entry and doubles none
    assert sorted(one.due for one in set(after.values()) - set(before.values())) == [date(2026, 9, 1)]


# -- accreditations ------------------------------------------------------------------------------------


def term(name: str, state: str, due: str | None, end: str, programme: str = "civ") -> dict[str, Any]:
    return {"accreditation_id": name, "programme_id": programme, "unit": "", "language_track": "",
            "body": "MUDEK", "state": state, "due_date": due and pd.Timestamp(due),
            "end_date": pd.Timestamp(end)}  # fmt: skip


def test_what_falls_due_of_accreditations() -> None:
    rows = pd.DataFrame(
        [
            term("late", accreditation_calendar.MISSED, "2025-02-01", "2026-09-30"),
            term("soon", accreditation_calendar.SOON, "2026-02-01", "2027-09-30"),
            term("whole", accreditation_calendar.UNKNOWN, None, "2026-05-25", programme=""),
            term("far", accreditation_calendar.UNKNOWN, None, "2028-05-25"),
            term("done", accreditation_calendar.FILED, "2026-02-01", "2027-09-30"),
            term("over", accreditation_calendar.RENEWED, "2026-02-01", "2027-09-30"),
            term("later", accreditation_calendar.LATER, "2028-02-01", "2029-09-30"),
        ]
    )
    found = plan.of_accreditations(rows, END, "rec")
    assert [(one.kind, one.due, one.is_late(END)) for one in found] == [
        (plan.MISSED, date(2025, 2, 1), True),
        (plan.APPLY, date(2026, 2, 1), False),
        (plan.ASK, date(2026, 5, 25), False),
    ]
    assert [one.gain for one in found] == [Gain("programmes", 1.0), Gain("programmes", 1.0), None]


def test_what_was_to_be_applied_for_and_is_missed_is_the_same_action() -> None:
    (before,) = plan.of_accreditations(
        pd.DataFrame([term("a", accreditation_calendar.SOON, "2026-02-01", "2027-09-30")]), END, "rec"
    )
    (after,) = plan.of_accreditations(
        pd.DataFrame([term("a", accreditation_calendar.MISSED, "2026-02-01", "2027-09-30")]),
        Period(2026),
        "rec",
    )
    assert (before.id, before.kind, after.kind) == (after.id, plan.APPLY, plan.MISSED)


def test_programmes_that_could_apply_are_one_action() -> None:
    rows = pd.DataFrame({"standing": ["never", "candidate", "lapsed", "pending"]})
    (one,) = plan.of_unaccredited(rows, REVIEW, "rec")
    assert (dict(one.facts), one.gain, one.due) == ({"count": 2}, Gain("up_to", 2.0), REVIEW)
    assert plan.of_unaccredited(rows[rows["standing"] == "candidate"], REVIEW, "rec") == []


# -- fairs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("months", "found"),
    [
        ([], []),
        ([3], [(3, 3)]),
        ([2, 3, 4, 10, 11], [(2, 4), (10, 11)]),
        ([11, 12, 1, 6], [(6, 6), (11, 1)]),  # over the turn of the year
        (list(range(1, 13)), [(1, 12)]),
        ([3] * 20 + [7], [(3, 3)]),  # one of 21 is less than a twentieth
        ([3] * 19 + [7], [(3, 3), (7, 7)]),
    ],
)
def test_seasons_of_fairs(months: list[int], found: list[tuple[int, int]]) -> None:
    assert plan.seasons(months) == found


@given(st.lists(st.integers(1, 12), max_size=60))
def test_seasons_hold_every_busy_month_once(months: list[int]) -> None:
    covered: list[int] = []
    for first, last in plan.seasons(months):
        covered += [(first - 1 + step) % 12 + 1 for step in range((last - first) % 12 + 1)]
    busy = {month for month in months if months.count(month) >= 0.05 * len(months)}
    assert sorted(covered) == sorted(busy)


def fair(
    name: str, country: str, day: str, status: str = "attended", cost: float | None = None
) -> dict[str, Any]:
    return {"fair_id": name, "country_code": country, "start_date": day, "status": status, "mode": "online",
            "cost_try": cost}  # fmt: skip


def test_planned_fairs_with_what_past_ones_cost_and_countries_without_one() -> None:
    rows = pd.DataFrame(
        [
            fair("1", "AZ", "2024-03-01", cost=100.0),
            fair("2", "AZ", "2025-03-01", cost=300.0),
            fair("3", "AZ", "2026-04-02", "planned"),
            fair("4", "DE", "2026-04-05", "planned"),
            fair("5", "EG", "2026-05-05", "cancelled"),
            fair("6", "AZ", "2027-04-02", "planned"),
        ]
    )
    gain = Gain("registrations", 4.0, 2.0, 6.0)
    owners = plan.days().owners
    azerbaijan, germany, bare = plan.of_fairs(rows, ["EG", "AZ", "KZ"], END, owners, gain)
    assert (azerbaijan.due, azerbaijan.cost, azerbaijan.gain) == (date(2026, 4, 2), 200.0, gain)
    assert (germany.due, germany.cost) == (date(2026, 4, 5), None)
    # All past fairs were in March: the next season begins on the first of it.
    assert (bare.kind, bare.due, dict(bare.facts)) == (
        plan.MARKETS,
        date(2026, 3, 1),
        {"countries": ("EG", "KZ")},
    )
    assert plan.of_fairs(rows.iloc[:0], ["EG"], END, owners, None) == []


# -- where a cohort is lost, and countries below expectation -------------------------------------------


def of_funnel(now: list[tuple[str, float]], before: list[tuple[str, float]]) -> list[Action]:
    stages = [funnel.stages(counts) if counts else [] for counts in (now, before)]
    return plan.of_funnel(*stages, 2025, REVIEW, "int")


def test_a_stage_whose_share_fell_brings_the_persons_lost() -> None:
    # Of 400 offered, 300 and then 200 registered: 75 and 50 %, a hundred persons of the new cohort.
    found = of_funnel([("offered", 400), ("registered", 200)], [("offered", 400), ("registered", 300)])
    (one,) = found
    assert (one.kind, one.due, one.evidence.section) == (plan.WORSE, REVIEW, "goal2.explained")
    assert (dict(one.facts)["share"], dict(one.facts)["before"]) == (0.5, 0.75)
    assert one.gain is not None and one.gain.value == pytest.approx(100)
    # Wilson: 45.12 to 54.88 % and 70.53 to 78.99 %; so Newcombe's interval is 18.38 to 31.30 points.
    assert (one.gain.low, one.gain.high) == pytest.approx((73.5, 125.2), abs=0.1)


def test_what_chance_explains_is_no_leak_and_a_better_share_is_none() -> None:
    assert of_funnel([("offered", 40), ("registered", 19)], [("offered", 40), ("registered", 20)]) == []
    assert of_funnel([("offered", 400), ("registered", 300)], [("offered", 400), ("registered", 200)]) == []
    assert of_funnel([("offered", 400), ("registered", 200)], []) == []
    assert of_funnel([], []) == []


def test_the_stage_that_stands_out_is_named_once() -> None:
    counts = [("applied", 1000.0), ("eligible", 900.0), ("offered", 800.0), ("registered", 300.0)]
    (one,) = of_funnel(counts, [])
    assert (one.kind, dict(one.facts)["stage"], one.gain) == (plan.LEAK, "registered", None)
    fallen = of_funnel(counts, [*counts[:3], ("registered", 600.0)])
    assert [one.kind for one in fallen] == [plan.WORSE]


def test_countries_below_expectation_are_one_action_before_the_season() -> None:
    (one,) = plan.of_expectations(["NG", "ID"], date(2026, 3, 1), "int")
    assert (one.due, dict(one.facts), one.gain) == (date(2026, 3, 1), {"countries": ("NG", "ID")}, None)
    assert plan.of_expectations([], date(2026, 3, 1), "int") == []


# -- days that come back -------------------------------------------------------------------------------


def known(*dates: dict[str, Any]) -> plan.Days:
    text = {"en": "x", "tr": "y"}
    every = {"kind": "monitoring", "owner": "rec", "page": "overview", "section": "overview.goals",
             "what": text, "source": text}  # fmt: skip
    owners = dict.fromkeys(("markets", "fairs", "agreements", "accreditation", "targets"), "rec")
    return plan.Days.model_validate({"owners": owners, "dates": [every | one for one in dates]})


FEBRUARY = {"code": "a", "month": 2, "day": 31}


def test_a_day_beyond_the_months_end_is_its_last() -> None:
    (day,) = known(FEBRUARY).dates
    assert (day.of(2026), day.of(2028)) == (date(2026, 2, 28), date(2028, 2, 29))


def test_dates_of_the_plan_end_with_the_evaluation_after_its_last_year() -> None:
    def found(year: int) -> list[date]:
        return [one.due for one in plan.recurring(known(FEBRUARY), Period(year), range(2024, 2029))]

    assert found(2022) == []
    assert found(2023) == [date(2024, 2, 29)]
    assert found(2028) == [date(2029, 2, 28)]
    assert found(2029) == []


def test_a_submission_names_its_edition_and_knows_no_plan() -> None:
    text = {"en": "Data for {edition}", "tr": "{edition} verisi"}
    day = {"code": "a", "kind": "submission", "month": 3, "day": 30, "edition": 1, "what": text,
           "indicators": ("G3.02",)}  # fmt: skip
    (one,) = plan.recurring(known(day), END, range(0))
    assert (one.due, dict(one.facts)["edition"]) == (date(2026, 3, 30), 2027)
    with pytest.raises(ValueError, match="edition"):
        known({**day, "what": {"en": "Data", "tr": "Veri"}})


def test_the_review_is_the_next_monitoring_date() -> None:
    both = known(FEBRUARY, {"code": "b", "month": 7, "day": 31})
    assert plan.review_day(both, Period(2025)) == date(2026, 2, 28)
    assert plan.review_day(both, Period(2025, half=True)) == date(2025, 7, 31)
    assert plan.review_day(known(), Period(2025)) == date(2026, 7, 1)


def test_the_file_names_units_and_pages_that_are_there() -> None:
    catalog = load()
    days = plan.days().check(catalog.units, catalog.plan.pages)
    assert {day.kind for day in days.dates} == {"monitoring", "submission"}
    assert all(day.source.en.strip() and day.source.tr.strip() for day in days.dates)
    with pytest.raises(CatalogError, match="nobody"):
        known({**FEBRUARY, "owner": "nobody"}).check(catalog.units, catalog.plan.pages)


# -- together ------------------------------------------------------------------------------------------


def action(key: str = "a", day: str = "2026-02-01", **more: Any) -> Action:
    made: dict[str, Any] = {"kind": plan.PLAN, "owner": "rec", "goal": "G1", "codes": ("GX.05",),
                            "evidence": Evidence("overview", "overview.decisions")} | more  # fmt: skip
    return Action(key=key, due=date.fromisoformat(day), **made)


def test_actions_stand_once_in_the_order_of_their_days() -> None:
    first, second = action("b", "2026-01-01"), action("a", "2026-02-01")
    larger = action("z", "2026-02-01", gain=Gain("points", 3.0))
    assert plan.assembled([second, first, larger, second]) == (first, larger, second)


def test_an_action_without_evidence_is_refused_and_so_are_two_of_one_thing() -> None:
    with pytest.raises(WorkbookError, match="evidence"):
        plan.assembled([action(evidence=Evidence("", ""))])
    with pytest.raises(WorkbookError, match="same thing"):
        plan.assembled([action(day="2026-01-01"), action(day="2026-02-01")])


# -- of a run ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample() -> Run:
    return shared_start(year=2026)


def test_every_action_of_the_sample_shows_evidence_that_is_there(sample: Run) -> None:
    found = actions.calendar(sample)
    assert {one.kind for one in found.actions} >= {
        plan.APPLY, plan.MISSED, plan.RENEW, plan.REVIEW, plan.SLEEPING, plan.FAIR, plan.MARKETS, plan.OPEN,
        plan.BEHIND, plan.PLAN, plan.MONITORING, plan.SUBMISSION, plan.LEAK,
    }  # fmt: skip
    assert not found.missing
    for one in found.actions:
        book = json.loads((REPO / "notebooks" / f"{one.evidence.page}.ipynb").read_text(encoding="utf-8"))
        tags = {tag for cell in book["cells"] for tag in cell["metadata"].get("tags", [])}
        assert f"prose:{one.evidence.section}" in tags, one.key
        assert one.owner in sample.catalog.units
        assert all(code in sample.catalog.indicators for code in one.codes)


def test_the_calendar_agrees_with_the_pages_that_show_its_deadlines(sample: Run) -> None:
    found = actions.calendar(sample).actions
    rows = accreditation_calendar.calendar(sample.registers, sample.period)
    urgent = rows[rows["state"].isin([accreditation_calendar.MISSED, accreditation_calendar.SOON])]
    told = sorted(one.due for one in found if one.kind in (plan.MISSED, plan.APPLY))
    assert told == sorted(day.date() for day in urgent["due_date"])
    listed = partners.decisions(partners.in_force(sample.registers, sample.period))
    assert sum(one.kind == plan.RENEW for one in found) == (listed["reason"] == partners.EXPIRING).sum()
    own = cross.open_actions(sample.registers, sample.period)
    due = pd.to_datetime(own["due_date"])
    assert sum(one.kind == plan.PLAN for one in found) == (due <= "2027-12-31").sum()
    # What the decisions list stands there and not in the table below it as well.
    shown = actions.upcoming(sample).text
    assert not [title for title in own["title_en"] if title in shown]
    assert own["title_en"].iloc[0] in overview.decisions(sample).text


def test_targets_behind_bring_the_points_that_they_cost() -> None:
    # 15 of 20 fairs at 50, 5 of 10 promotions at 30: 12.5 and 15 points; the memberships are at their target.
    run = carded(
        run_with(
            fairs=fairs("2025-03-01", DE=15),
            promotion=[{"start_date": "2025-02-01"}] * 5,
            memberships=[{}] * 9,
        ),
        SMALL,
    )
    behind = [one for one in actions.calendar(run).actions if one.kind == plan.BEHIND]
    assert [(one.codes, one.gain) for one in behind] == [
        (("G1.12",), Gain("points", 15.0)),
        (("G1.05",), Gain("points", 12.5)),
    ]
    assert {one.due for one in behind} == {date(2026, 2, 28)}
    # The figure's own card of provenance is the evidence.
    assert [actions.link(one) for one in behind] == [
        f"goal1_recognition.html#how-{one.codes[0]}" for one in behind
    ]


def test_a_target_without_a_figure_asks_for_the_data() -> None:
    run = carded(
        run_with(fairs=fairs("2025-03-01", DE=5)), card(entry("G1.05", 50, 5), entry("G1.12", 50, 5))
    )
    (one,) = [one for one in actions.calendar(run).actions if one.kind == plan.BEHIND]
    assert (one.codes, one.gain, dict(one.facts)["missing"]) == (("G1.12",), None, True)
    assert "no value for 2025; submit the data" in actions.upcoming(run).text


def test_what_cannot_be_asked_is_named_with_its_reason() -> None:
    run = carded(run_with(fairs=fairs("2025-03-01", DE=5)), card(entry("G1.05", 100, 5)))
    shown = actions.upcoming(run)
    assert re.search(
        r"Not in this calendar: .*agreements; .*the action plan.* \(data set not available\)", shown.text
    )


def held(*due: tuple[str, str]) -> Any:
    """A calendar of actions of the plan, each with a goal and its day."""
    made = [
        Action(plan.PLAN, f"action {n}", date.fromisoformat(day), "int", goal, Evidence("overview", HOW), ())
        for n, (goal, day) in enumerate(due)
    ]
    return lambda run: actions.Calendar(plan.assembled(made), ())


def cells(run: Run) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in actions.by_month(run).bundle[NOTE_TYPE]["data"]["rows"]}


def test_each_action_stands_in_its_month_or_before_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    due = [
        ("G1", "2024-02-10"), ("G1", "2025-12-31"), ("G1", "2026-02-01"), ("G1", "2026-02-28"),
        ("G3", "2026-02-28"), ("G3", "2026-12-31"), ("", "2026-01-01"),
    ]  # fmt: skip
    monkeypatch.setattr(actions, "calendar", held(*due))
    found = actions.by_month(start(year=2025))
    rows = cells(start(year=2025))
    # The plan's own theme, goal 1, goal 3, all; the months after December 2025 in their order.
    assert list(rows)[:3] == ["up to 31 Dec 2025", "January 2026", "February 2026"]
    assert len(rows) == 13
    assert rows.pop("up to 31 Dec 2025") == ["0", "2", "0", "2"]
    assert rows.pop("January 2026") == ["1", "0", "0", "1"]
    assert rows.pop("February 2026") == ["0", "2", "1", "3"]
    assert rows.pop("December 2026") == ["0", "0", "1", "1"]
    assert all(row == ["0"] * 4 for row in rows.values())
    assert found.text.startswith(
        "February 2026 is the busiest month: 3 of 7 actions fall due in it; "
        "2 were due by 31 Dec 2025 and are still open"
    )


def test_months_of_a_half_year_go_over_the_new_year(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "calendar", held(("G2", "2025-07-01"), ("G2", "2026-06-30")))
    run = start(year=2025, period="first_half", language="tr")
    rows = cells(run)
    assert [name for name, row in rows.items() if row[0] == "1"] == ["Temmuz 2025", "Haziran 2026"]
    assert actions.by_month(run).text.startswith("Hiçbir aya 2 eylemin 1'inden fazlası düşmüyor\n")


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ([("G1", "2025-03-01")], "No action falls due in the next twelve months; 1 was due by 31 Dec 2025"),
        ([], "No month of the calendar has an action."),
    ],
)
def test_a_calendar_without_months_says_so(
    due: list[tuple[str, str]], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "calendar", held(*due))
    assert actions.by_month(start(year=2025)).text.startswith(said)


def test_a_field_of_the_chart_tells_its_month_its_theme_and_its_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    due = [("G1", "2025-12-01"), ("G1", "2026-02-01"), ("G3", "2026-02-28"), ("G3", "2026-02-02")]
    monkeypatch.setattr(actions, "calendar", held(*due))
    drawn = actions.by_month(start(year=2025)).bundle["image/svg+xml"]
    told = re.findall("<title>(.*?)</title>", drawn)
    goal1, goal3 = "G1 · International recognition: ", "G3 · Internationalisation of education and research: "
    assert sorted(told) == sorted(
        [
            f"up to 31 Dec 2025 · {goal1}1", f"February 2026 · {goal1}1", f"February 2026 · {goal3}2",
            "up to 31 Dec 2025 · All: 1", "February 2026 · All: 3",
        ]
    )  # fmt: skip


def test_the_months_of_the_sample_hold_every_action(sample: Run) -> None:
    rows = cells(sample).values()
    assert sum(int(row[-1]) for row in rows) == len(actions.calendar(sample).actions)
    assert all(sum(map(int, row[:-1])) == int(row[-1]) for row in rows)


@pytest.mark.parametrize(
    "more", [{"unit": "eng"}, {"institution": "metu"}, {"period": "first_half"}, {"year": 2022}]
)
@pytest.mark.parametrize("language", ["en", "tr"])
def test_other_reports_say_what_they_can(more: dict[str, Any], language: str) -> None:
    run = shared_start(**({"year": 2026, "language": language} | more))
    for piece in (actions.upcoming(run), actions.by_month(run), actions.of_goal(run, "G3")):
        assert piece.text.strip()
        assert piece.bundle[NOTE_TYPE]["kind"] in ("table", "text", "figure")
    found = actions.calendar(run)
    if "institution" in more:
        assert not found.actions
        assert found.missing
    if "unit" in more:
        assert {one.owner for one in found.actions if one.kind in (plan.APPLY, plan.RENEW, plan.PLAN)} <= {
            "eng"
        }


def test_flows_are_told_of_enough_persons_only() -> None:
    stays = [{"mobility_id": str(n), "partner_id": "p-a"} for n in range(5)]
    stays += [{"mobility_id": f"few{n}", "partner_id": "p-b"} for n in range(4)]
    run = run_with(mobility=stays)
    assert actions._flows(run, []).keys() == {"p-a"}
    found = actions._flows(run, [])["p-a"]
    # 5 stays in the two years since the register begins; the exact limits of a count of 5 are 1.62 and 11.67.
    assert (found.value, round(found.low or 0, 2), round(found.high or 0, 2)) == (2.5, 0.81, 5.83)


def test_the_flow_of_a_sleeper_is_that_before_it_fell_asleep() -> None:
    stays = [
        {"mobility_id": f"{year}", "partner_id": "p-a", "academic_year": year} for year in range(2015, 2020)
    ]
    stays += [{"mobility_id": "other", "partner_id": "p-b", "academic_year": 2025}]
    registers = run_with(mobility=stays).registers
    awake = prospects.stays_of_partners(registers, END, []).set_index("partner_id")
    asleep = prospects.stays_of_partners(registers, END, ["p-a"]).set_index("partner_id")
    assert "p-a" not in awake.index
    assert tuple(asleep.loc["p-a", ["stays", "years"]]) == (5, 5)
    assert tuple(asleep.loc["p-b", ["stays", "years"]]) == (1, 5)


# -- as files ------------------------------------------------------------------------------------------


def read(content: bytes) -> list[Any]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


@pytest.fixture(scope="module", params=["en", "tr"])
def files(request: pytest.FixtureRequest) -> Iterator[tuple[Run, bytes, bytes]]:
    run = shared_start(year=2026, language=request.param)
    held, table = actions.file(run), actions.table(run)
    assert held is not None and table is not None
    yield run, held, documents.xlsx([table], run.text)


def test_the_calendar_file_holds_every_action_on_its_day(files: tuple[Run, bytes, bytes]) -> None:
    run, held, _ = files
    events = {str(event["UID"]).partition("@")[0]: event for event in read(held)}
    found = actions.calendar(run).actions
    assert events.keys() == {one.id for one in found}
    names = actions._names(run, found)
    for one in found:
        event = events[one.id]
        day = date(2027, 1, 1) if one.is_late(run.period) else one.due
        assert event["DTSTART"].dt == day
        assert (event["DTEND"].dt - day).days == 1
        assert event["DTSTAMP"].dt == datetime(2026, 12, 31, tzinfo=UTC)
        assert str(event["SUMMARY"]).endswith(actions.what(run, names, one))
        assert actions.owner(run, one) in str(event["DESCRIPTION"])
        assert str(event["URL"]) == actions.link(one)
        assert "ATTENDEE" not in event and "ORGANIZER" not in event
        mark = run.text("site.demonstration")
        assert (mark in str(event["SUMMARY"])) == actions.is_generated(run, one)


def test_what_rests_on_demonstration_data_says_so_in_each_file(files: tuple[Run, bytes, bytes]) -> None:
    run, _, book = files
    found = actions.calendar(run).actions
    generated = {one.kind: actions.is_generated(run, one) for one in found}
    assert generated[plan.RENEW] and generated[plan.BEHIND] and not generated[plan.MONITORING]
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert run.text("site.demonstration") in sheet["A1"].value
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4, max_row=3 + len(found) + 1)]
    assert len(rows) == len(found) + 1
    for one, row in zip(found, rows[1:], strict=True):
        assert row[1].date() == one.due
        assert row[6] == (None if one.cost is None else round(one.cost))
        assert bool(row[8]) == actions.is_generated(run, one)


def test_files_are_the_same_each_time_and_hold_nothing_of_the_machine(
    files: tuple[Run, bytes, bytes],
) -> None:
    run, held, book = files
    again = shared_start(year=2026, language=run.language)
    table = actions.table(again)
    assert table is not None
    assert actions.file(again) == held
    assert documents.xlsx([table], run.text) == book
    assert str(paths.root()).encode() not in held
    assert all(len(line) <= 75 for line in held.split(b"\r\n"))


def test_an_action_keeps_its_identifier_from_report_to_report(sample: Run) -> None:
    earlier = shared_start(year=2025)
    now, then = ({one.id: one for one in actions.calendar(run).actions} for run in (sample, earlier))
    still = now.keys() & then.keys()
    assert {now[one].key for one in still} == {then[one].key for one in still}
    assert {now[one].kind for one in still} >= {plan.PLAN, plan.MISSED}


@pytest.mark.parametrize(
    "text", [*HOSTILE, "line\r\nEND:VCALENDAR", "a;b,c\\d", "\u202eevil\x00\x1b", "İıŞşĞğ Çç Öö Üü" * 20]
)
def test_hostile_text_stays_text(text: str) -> None:
    entry = Entry("action-1", date(2026, 1, 1), text, text, "overview.html#x", (text,))
    content = ics([entry], text, "ktu", date(2025, 12, 31), "tr")
    (event,) = read(content)
    plain = "".join(letter for letter in text if letter.isprintable() or letter == "\n")
    assert str(event["SUMMARY"]) == str(event["DESCRIPTION"]) == plain
    assert len(Calendar.from_ical(content, multiple=True)) == 1
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f]", content)


def test_a_formula_in_a_register_does_nothing_in_the_spreadsheet() -> None:
    rows = [
        {"action_id": "a", "due_date": "2026-03-01", "title_en": '=HYPERLINK("http://x")', "title_tr": "=1+1"}
    ]
    run = run_with(actions=rows)
    table = actions.table(run)
    assert table is not None
    sheet = openpyxl.load_workbook(io.BytesIO(documents.xlsx([table], run.text))).active
    cell = next(cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=HYPER"))
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_without_any_action_there_is_no_file() -> None:
    run = shared_start(year=2026, institution="metu")
    assert actions.file(run) is None
    assert actions.table(run) is None


def test_the_days_of_the_catalogue_are_in_both_languages() -> None:
    written = yaml.safe_load((REPO / "data" / "catalog" / "calendar.yml").read_text(encoding="utf-8"))
    for day in written["dates"]:
        for part in ("what", "source"):
            assert set(day[part]) == {"en", "tr"}
            assert day[part]["en"] != day[part]["tr"]
