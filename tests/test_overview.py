"""The plan at a glance: goals and their mean, targets, changes, decisions and levels, worked by hand."""

import math
import re
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure
from sample import start as shared_start
from test_measures_goal1 import CATALOG, copies
from test_messages import ACTIONS as OVERDUE
from test_messages import CHANGED, CHANGING, SMALL, card, carded, entry, only, small
from test_present import _Cells
from test_standing import MINUS, fairs, run_with, target

from helpers import activities, cards, overview
from helpers.measures import cross
from helpers.measures.core import Period
from helpers.plan import cards as plan
from helpers.present import theme
from helpers.present.pieces import NOTE_TYPE, Piece
from helpers.run import Run, start
from helpers.texts import Texts


def table(piece: Piece) -> dict[str, list[str]]:
    """The cells of a shown table by the heading of their column; columns without a heading do not occur."""
    page = piece.bundle["text/html"]
    cells = _Cells(page).cells
    width = len(re.findall(r"<th[^>]*gt_col_heading", page))
    titles, body = cells[:width], cells[width:]
    return {title: body[i::width] for i, title in enumerate(titles)}


def note(piece: Piece) -> dict[str, Any]:
    found: dict[str, Any] = piece.bundle[NOTE_TYPE]
    return found


# -- the goals -----------------------------------------------------------------------------------------

GOAL, PERFORMANCE, STATUS, AT_TARGET, AVAILABLE, COVERAGE = (
    "Goal",
    "Performance of the objective (%)",
    "Status",
    "Indicators at target",
    "Performance by the indicators with data (%)",
    "Weight of the indicators with data (%)",
)
# 20 of 160 students are 12.5 %, from 8 to 14 that is 75 %.
STUDENTS = [{"citizenship_code": "AZ", "headcount": 20}, {"headcount": 140}]
OF_STUDENTS = card(entry("G2.02", 100, 14, 8), goal="G2")


def test_the_plan_is_the_mean_of_its_goals_by_hand() -> None:
    shown = table(overview.goals(carded(small(students=STUDENTS), SMALL, OF_STUDENTS)))
    assert list(shown) == [GOAL, PERFORMANCE, STATUS, AT_TARGET, AVAILABLE, COVERAGE]
    assert shown[GOAL] == [
        "International recognition",
        "International accessibility",
        "The plan (mean of its aims)",
    ]
    # 72.5 and 75; neither goal's weight of indicators matters to their mean.
    assert shown[PERFORMANCE] == ["72.5%", "75.0%", "73.8%"]
    assert [status.replace("\N{NO-BREAK SPACE}", " ") for status in shown[STATUS]] == ["◆ Partly reached"] * 3
    assert shown[AT_TARGET][:2] == ["1 of 3", "0 of 1"]


def test_what_is_missing_counts_as_nought_or_is_left_out_and_both_are_shown() -> None:
    # Without the memberships, of weight 20: 52.5 of 100, or 52.5 of the 80 that have data.
    run = small()
    del run.registers.frames["memberships"]
    shown = table(overview.goals(run))
    assert (shown[PERFORMANCE][0], shown[AVAILABLE][0], shown[COVERAGE][0]) == ("52.5%", "65.6%", "80%")
    assert shown[AT_TARGET][0] == "0 of 3"


def test_what_has_no_target_is_left_out_of_both() -> None:
    unaimed = card(entry("G1.05", 50, 20), entry("G1.12", 30, 10), entry("G1.15", 20, None))
    shown = table(overview.goals(carded(small(), unaimed)))
    # (37.5 + 15) / 80
    assert (shown[PERFORMANCE][0], shown[AVAILABLE][0], shown[AT_TARGET][0]) == ("65.6%", "65.6%", "0 of 2")


def several_aims() -> Run:
    other = SMALL.aim.model_copy(update={"code": "A2", "en": "Another aim"})
    return carded(
        small(students=STUDENTS),
        card(entry("G1.05", 100, 20), goal="G1"),  # 75
        card(entry("G1.12", 100, 10), goal="G2"),  # 50
        card(entry("G2.02", 100, 14, 8), goal="G3", aim=other),  # 75
    )


def test_the_plan_is_the_mean_of_its_aims_and_these_are_shown() -> None:
    shown = table(overview.goals(several_aims()))
    # (75 + 50) / 2 = 62.5 and 75: the plan has 68.75, the plain mean of three goals would be 66.7.
    assert shown[GOAL][3:] == [SMALL.aim.en, "Another aim", "The plan (mean of its aims)"]
    assert shown[PERFORMANCE] == ["75.0%", "50.0%", "75.0%", "62.5%", "75.0%", "68.8%"]


def test_five_aims_as_ktu_published_them_give_the_plan_it_published() -> None:
    # KTÜ, 2022 (domain dossier 0, rule 4): the mean of these is 69.47.
    published = [69.39, 69.57, 68.87, 75, 64.51]
    aims = [SMALL.aim.model_copy(update={"code": f"A{i}"}) for i in range(1, 6)]
    # Each aims so high from nought that a hundred memberships are just its share of the way.
    aimed = [
        card(entry("G1.15", 100, 100 * 100 / share, 0), goal="G1", aim=aim)
        for share, aim in zip(published, aims, strict=True)
    ]
    shown = table(overview.goals(carded(run_with(memberships=copies(100)), *aimed)))
    assert shown[PERFORMANCE][:5] == ["69.4%", "69.6%", "68.9%", "75.0%", "64.5%"]
    assert shown[PERFORMANCE][-1] == "69.5%"


def test_at_the_half_year_there_is_no_status_of_a_goal() -> None:
    run = carded(
        run_with(period="first_half", fairs=fairs("2025-06-30", DE=8)), card(entry("G1.05", 100, 20))
    )
    shown = table(overview.goals(run))
    assert list(shown) == [GOAL, PERFORMANCE, AT_TARGET, AVAILABLE, COVERAGE]
    assert shown[PERFORMANCE][0] == "40.0%"


def test_placeholders_are_told_under_the_table() -> None:
    aimed = card(entry("G1.05", 100, 20, placeholder=True))
    said = Texts("en")("activities.placeholders")
    assert said in note(overview.goals(carded(small(), aimed)))["notes"]
    assert said not in note(overview.goals(small()))["notes"]


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        (lambda: start(year=2018), "the plan covers 2024 to 2028"),
        (
            lambda: start(year=2025, unit="eng"),
            "the plan's targets are for the whole university, not for one unit",
        ),
        (
            lambda: start(year=2025, institution="metu"),
            "the data available are those of the plan's own university",
        ),
        (lambda: start(year=2025, edition="live"), "data set not available"),
    ],
)
@pytest.mark.parametrize("view", [overview.goals, overview.targets])
def test_without_a_card_the_reason_is_said(view: Any, run: Any, reason: str) -> None:
    shown = view(run())
    assert shown.text == f"Not computed: {reason}"
    assert note(shown)["kind"] == "not_computed"


# -- against the targets -------------------------------------------------------------------------------


def test_every_performance_is_printed_and_drawn_no_further_than_the_edge(drawn: list[Figure]) -> None:
    # 60 of 20 fairs are 300 %; 3 memberships are behind the four at the start, from 4 to 8: −25 %.
    run = small(fairs=fairs("2025-03-01", DE=60), memberships=copies(3), students=STUDENTS)
    unaimed = card(entry("G2.02", 60, 14, 8), entry("G2.01", 40, None), goal="G2")
    shown = overview.targets(carded(run, SMALL, unaimed))
    assert shown.text.splitlines()[0] == "1 of 4 indicators is at its target, 2025"
    assert "International fairs attended (G1.05): ✓ 300%" in shown.text
    assert "Other promotion activities (G1.12): ▼ 50%" in shown.text
    assert f"Active network memberships (G1.15): ▼ {MINUS}25%" in shown.text
    assert "International degree students (G2.01): – No target this year" in shown.text
    assert shown.text.count("(G") == 5
    (ax,) = drawn[0].axes
    places = [float(dot.get_offsets()[0, 0]) for dot in ax.collections]
    # What has no performance has a mark in words and no dot.
    assert places == pytest.approx([150, 50, 0, 75])
    # At an edge stands an arrowhead (three corners), for there the place is no value.
    corners = [len(dot.get_paths()[0].to_polygons()[0]) - 1 for dot in ax.collections]
    assert corners[0] == corners[2] == 3 < corners[1]
    rows = [text for text in ax.texts if text.get_position()[0] > 150]
    assert [text.get_text() for text in rows][:3] == ["✓ 300%", "▼ 50%", f"▼ {MINUS}25%"]
    assert rows[4].get_text() == "– No target this year"
    # Every row has the target drawn at its own height, in ink.
    ticks = [line for line in ax.lines if line.get_color() == theme.INK]
    assert [list(line.get_xdata()) for line in ticks] == [[100, 100]] * 5
    heights = [sum(line.get_ydata()) / 2 for line in ticks]
    assert heights == pytest.approx([text.get_position()[1] for text in rows])
    # A name stands above its own row and below the row before.
    names = {t.get_text(): t.get_position()[1] for t in ax.texts if t.get_position()[0] == 0}
    assert heights[0] < names["Other promotion activities"] < heights[1]


def test_at_the_half_year_a_yearly_count_has_a_pace_and_no_symbol() -> None:
    run = run_with(period="first_half", fairs=fairs("2025-06-30", DE=8), memberships=copies(6))
    shown = overview.targets(carded(run, card(entry("G1.05", 60, 20), entry("G1.15", 40, 8, 4))))
    lines = shown.text.splitlines()
    assert lines[0] == (
        "0 of 2 indicators are already at the target for the end of the year, 2025, first half"
    )
    assert "International fairs attended (G1.05): 40% · pace 80%" in lines
    assert "Active network memberships (G1.15): ▼ 50%" in lines


@pytest.fixture(scope="module")
def sample() -> Run:
    run = shared_start(year=2026)
    assert run.cards and run.registers.whole("actions") is not None
    return run


def test_the_chart_counts_what_the_cards_count(sample: Run) -> None:
    statuses = [
        status
        for goal in ("G1", "G2", "G3", "G4")
        for status in table(cards.monitoring(sample, goal))["Status"]
    ]
    reached = sum(status.startswith("✓") for status in statuses)
    counted = sum(not status.startswith("–") for status in statuses)
    shown = overview.targets(sample)
    assert shown.text.splitlines()[0] == f"{reached} of {counted} indicators are at their target, 2026"
    assert sum(": ✓" in line for line in shown.text.splitlines()) == reached
    by_goal = table(overview.goals(sample))[AT_TARGET][:4]
    assert sum(int(cell.split(" of ")[0]) for cell in by_goal) == reached
    assert sum(int(cell.split(" of ")[1]) for cell in by_goal) == counted
    # Each indicator stands once, and far overshoots are told in full.
    core = [code for code, indicator in CATALOG.indicators.items() if indicator.weight]
    assert all(shown.text.count(f"({code})") == 1 for code in core)
    assert max(int(n) for n in re.findall(r"✓ (\d+)%", shown.text)) > 150


def test_a_split_plan_has_its_aims_and_the_same_indicators(sample: Run) -> None:
    run = shared_start(year=2026)
    split = plan.fill(plan.load(run.catalog, split=True), sample.registers["targets"])
    vars(run).update(registers=sample.registers, rankings=sample.rankings, cards=split)
    shown = table(overview.goals(run))
    assert len(shown[GOAL]) == len(split) + 4 + 1
    per_cent = [float(cell.rstrip("%")) for cell in shown[PERFORMANCE]]
    of_aim = [one.aim.code for one in split]
    means = [
        math.fsum(v for v, a in zip(per_cent, of_aim, strict=False) if a == code) / of_aim.count(code)
        for code in dict.fromkeys(of_aim)
    ]
    assert per_cent[len(split) : -1] == pytest.approx(means, abs=0.11)
    assert per_cent[-1] == pytest.approx(math.fsum(means) / 4, abs=0.11)


# -- trends with targets -------------------------------------------------------------------------------


def test_a_trend_draws_the_targets_of_the_plans_years(drawn: list[Figure]) -> None:
    aims = [target("G1.05", aim, year) for year, aim in [(2024, 12), (2025, 40), (2026, 50)]]
    run = run_with(fairs=fairs("2024-03-01", DE=15) + fairs("2025-03-01", DE=18), targets=aims)
    shown = activities.trend(run, "G1.05")
    assert "2024 15, 2025 18; targets: 2024 12, 2025 40" in shown.text
    panel = drawn[0].axes[0]
    values, aimed = panel.lines
    # The target of the year to come is not shown yet.
    dashes = [(x, y) for x, y in zip(aimed.get_xdata(), aimed.get_ydata(), strict=True) if not math.isnan(y)]
    assert dashes == [(2024, 12), (2025, 40)]
    assert [y for y in values.get_ydata() if not math.isnan(y)] == [15, 18]
    # A target far above the values is within the panel.
    assert panel.get_ylim()[0] == 0 and panel.get_ylim()[1] > 40


def test_a_trend_without_targets_does_not_speak_of_them(drawn: list[Figure]) -> None:
    shown = activities.trend(run_with(memberships=copies(9)), "G1.15")
    assert "target" not in shown.text
    assert len(drawn[0].axes[0].lines) == 1  # the values, and no dashes


def test_the_targets_of_a_panel_without_values_are_seen(drawn: list[Figure]) -> None:
    run = run_with(fairs=fairs("2025-03-01", DE=18), targets=[target("G1.12", 40)])
    activities.trend(run, "G1.05", "G1.12")
    assert drawn[0].axes[1].get_ylim()[1] > 40


# -- changes -------------------------------------------------------------------------------------------


def test_what_changed_most_by_hand() -> None:
    shown = table(overview.changes(only(run_with(**CHANGING), *CHANGED)))
    assert [name[-6:-1] + way[0] for name, way in zip(shown["Indicator"], shown["Change"], strict=True)] == [
        "G2.15↑",
        "G1.05↑",
        "G1.12↓",
    ]
    assert shown["2025"] == ["14 days", "18", "5"]
    assert shown["2024"] == ["20 days", "15", "10"]


def test_no_more_than_five_are_shown_in_each_direction(sample: Run) -> None:
    ways = table(overview.changes(sample))["Change"]
    assert [way[0] for way in ways] == ["↑"] * 5 + ["↓"] * 5


def test_without_two_years_there_are_no_changes() -> None:
    run = only(run_with(fairs=fairs("2025-03-01", DE=18)), "G1.05")
    assert overview.changes(run).text == "Not computed: no data for this year"


# -- decisions -----------------------------------------------------------------------------------------

DUE = [
    {"activity": "G1d", "due_date": "2026-07-01", "title_en": "Beyond six months"},
    {"activity": "G1d", "due_date": "2026-06-30", "title_en": "Last", "owner_unit": "med"},
    {"activity": "G2a", "due_date": "2025-12-01", "title_en": "Second", "goal": "G2"},
    {"activity": "G1d", "due_date": "2025-01-01", "title_en": "First"},
    {"activity": "G1d", "due_date": "2025-02-01", "done_date": "2025-12-31", "title_en": "Done"},
]


def test_decisions_are_sorted_by_date_with_their_days() -> None:
    shown = overview.decisions(run_with(actions=DUE))
    cells = table(shown)
    assert cells["What is to be done"] == ["First", "Second", "Last"]
    assert cells["Due date"] == ["1 Jan 2025", "1 Dec 2025", "30 Jun 2026"]
    # To 31 December: 364 days of a common year, and 30; then 31 + 28 + 31 + 30 + 31 + 30.
    assert cells["Status"] == ["overdue by 364 days", "overdue by 30 days", "in 181 days"]
    assert cells["Responsible"][2] == CATALOG.units["med"].name("en")
    fairs_of, students_of = CATALOG.goals["G1"].activities["G1d"].en, CATALOG.goals["G2"].activities["G2a"].en
    assert cells["For which activity"] == [fairs_of, students_of, fairs_of]
    assert note(shown)["title"].startswith("2 of 3 actions are overdue")
    assert note(shown)["notes"] == []


def test_more_than_twenty_decisions_are_counted() -> None:
    many = [
        {"activity": "G1d", "due_date": f"2025-{1 + i % 12:02}-15", "title_en": f"A{i}"} for i in range(25)
    ]
    shown = overview.decisions(run_with(actions=many))
    days = pd.to_datetime(pd.Series(table(shown)["Due date"]), format="mixed")
    assert len(days) == 20 and days.is_monotonic_increasing
    assert note(shown)["title"].startswith("25 of 25") and note(shown)["notes"] == ["5 more are not listed."]


def test_without_decisions_it_says_so_and_without_the_register_why() -> None:
    assert (
        overview.decisions(run_with(actions=DUE[4:])).text
        == "No open action has been entered for this activity."
    )
    missing = overview.decisions(run_with())
    assert missing.text == "Not computed: data set not available" and note(missing)["kind"] == "not_computed"


def test_a_unit_sees_its_own_decisions() -> None:
    assert table(overview.decisions(run_with(unit="med", actions=DUE)))["What is to be done"] == ["Last"]


def test_half_a_year_from_june_ends_with_the_year() -> None:
    due = [{"activity": "G1d", "due_date": "2025-12-31", "title_en": "At the year's end"}, *OVERDUE[:1]]
    assert table(overview.decisions(run_with(period="first_half", actions=due)))["What is to be done"] == [
        "Second",
        "At the year's end",
    ]


def test_the_title_calls_overdue_what_the_rows_call_overdue() -> None:
    shown = overview.decisions(run_with(actions=[*DUE, {"activity": "G1d", "due_date": "2025-12-31"}]))
    late = sum(state.startswith("overdue") for state in table(shown)["Status"])
    assert note(shown)["title"].startswith(f"{late} of 4 ")


def test_the_register_of_open_actions_by_hand() -> None:
    registers = run_with(actions=DUE).registers
    year, half = (cross.open_actions(registers, Period(2025, half)) for half in (False, True))
    assert list(year["title_en"]) == ["First", "Second", "Last", "Beyond six months"]
    assert list(year["is_overdue"]) == [True, True, False, False]
    # In June the one done in December was open, and the one due in December not late.
    assert list(half["title_en"]) == ["First", "Done", "Second", "Last", "Beyond six months"]
    assert list(half["is_overdue"]) == [True, True, False, False, False]


# -- levels --------------------------------------------------------------------------------------------

LEVELLED: dict[str, Any] = {
    "events": [
        *copies(2, level="international"),
        {"level": "national"},
        {"level": "regional", "status": "cancelled"},
    ],
    "promotion": [{"level": "regional"}, {"level": "national", "kind": "agent"}],
    "agreements": [*copies(3, level="international"), {"level": "national", "unit": "med"}],
    "campus_activities": [{"level": "regional"}, {"level": "international", "activity_date": "2024-10-15"}],
}


def test_levels_by_hand() -> None:
    shown = table(overview.levels(run_with(**LEVELLED)))
    assert shown["Kind"] == [
        "Scientific events held",
        "Promotion activities",
        "Agreements signed",
        "Activities on campus",
    ]
    # A cancelled event, an agent and an activity of another year are none.
    assert shown["international"] == ["2 (67%)", "0 (0%)", "3 (75%)", "0 (0%)"]
    assert shown["national"] == ["1 (33%)", "0 (0%)", "1 (25%)", "0 (0%)"]
    assert shown["regional"] == ["0 (0%)", "1 (100%)", "0 (0%)", "1 (100%)"]
    assert shown["Total"] == ["3", "1", "4", "1"]


def test_a_register_that_does_not_know_units_is_left_out_for_a_unit() -> None:
    shown = table(overview.levels(run_with(unit="eng", **LEVELLED)))
    assert shown["Kind"] == ["Scientific events held", "Agreements signed", "Activities on campus"]
    assert shown["Total"] == ["3", "3", "1"]


def test_a_kind_of_which_nothing_was_done_has_noughts_and_no_shares() -> None:
    later = [{"signed_date": "2025-10-01", "start_date": "2025-10-01"}]
    shown = table(overview.levels(run_with(period="first_half", events=copies(1), agreements=later)))
    assert [shown[level][1] for level in ("regional", "national", "international", "Total")] == ["0"] * 4


def test_without_any_register_levels_are_not_computed() -> None:
    shown = overview.levels(run_with())
    assert shown.text == "Not computed: data set not available" and note(shown)["kind"] == "not_computed"


@pytest.mark.parametrize("unit", ["", "eng"])
@pytest.mark.parametrize(("year", "half"), [(2017, False), (2020, True), (2026, False)])
def test_the_shares_of_a_row_add_up_to_a_hundred(sample: Run, unit: str, year: int, half: bool) -> None:
    run = shared_start(year=year, unit=unit, period="first_half" if half else "year")
    run.registers.frames.update(sample.registers.frames)
    shown = table(overview.levels(run))
    levels = [shown[level] for level in ("regional", "national", "international")]
    for cells, total in zip(zip(*levels, strict=True), shown["Total"], strict=True):
        counts = [int(cell.split(" ")[0]) for cell in cells]
        assert sum(counts) == int(total)
        if int(total):
            assert abs(sum(int(cell[cell.index("(") + 1 : -2]) for cell in cells) - 100) <= 1
