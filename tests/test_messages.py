"""What a page says first: at most five sentences, each by a rule, worked by hand on a small card."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from read_as_text import Read
from sample import start as shared_start
from test_measures_goal1 import CATALOG, copies
from test_standing import MARK, fairs, run_with, target

from helpers import cards
from helpers import messages as said_of
from helpers.measures import core
from helpers.measures import indicators as ranked
from helpers.measures.core import Period, Registers
from helpers.plan import assessment, performance
from helpers.plan import cards as plan
from helpers.plan.cards import CardIndicator, GoalCard
from helpers.present import figures
from helpers.present import rankings as rankings_of
from helpers.present.pieces import NOTE_TYPE, Piece
from helpers.run import Run, start

messages = Read(said_of)

REPO = Path(__file__).resolve().parents[1]
PAGES = {goal.code: goal.page for goal in CATALOG.goals.values()}
CODE = re.compile(r"\bG[1-4X]\.\d\d\b")


def sentences(piece: Piece) -> list[str]:
    assert piece.bundle[NOTE_TYPE]["kind"] == "messages"
    return [line.removeprefix("- ") for line in piece.text.splitlines()]


# -- a small card --------------------------------------------------------------------------------------


def entry(
    code: str, weight: int, aim: float | None, baseline: float | None = None, **more: Any
) -> CardIndicator:
    """An indicator on a card with the same target in every year."""
    return CardIndicator(code=code, weight=weight, baseline=baseline, targets=(aim,) * 5, **more)


def card(*entries: CardIndicator, goal: str = "G1", **more: Any) -> GoalCard:
    (written,) = (one for one in plan.load() if one.goal == goal)
    return written.model_copy(update={"indicators": entries, **more})


def carded(run: Run, *cards: GoalCard) -> Run:
    vars(run)["cards"] = cards
    return run


def promotions(day: str, count: int) -> list[dict[str, Any]]:
    return copies(count, start_date=day)


SMALL = card(entry("G1.05", 50, 20), entry("G1.12", 30, 10), entry("G1.15", 20, 8, 4))


def small(**more: Any) -> Run:
    """15 of 20 fairs, 5 of 10 promotions, and with 9 memberships more than the 8 aimed at from 4."""
    rows: dict[str, Any] = {
        "fairs": fairs("2025-03-01", DE=15),
        "promotion": promotions("2025-02-01", 5),
        "memberships": copies(9),
    }
    return carded(run_with(**{**rows, **more}), SMALL)


def test_the_card_and_what_costs_it_most_by_hand() -> None:
    # 0.5 · 75 + 0.3 · 50 + 0.2 · 100 = 72.5; the fairs cost 12.5 points, the promotions 15.
    result, costly = messages.card(small(), "G1")
    assert result == (
        "International recognition: performance 72.5%; 1 of 3 indicators reached its target." + MARK
    )
    assert costly == (
        "Lowers its objective most: Other promotion activities (G1.12): 5 in 2025; target 10 · "
        "▼ Far from the target. It costs 15.0 points of the objective's performance." + MARK
    )


def test_at_the_half_year_a_yearly_count_enters_at_its_pace() -> None:
    run = carded(
        run_with(
            period="first_half",
            fairs=fairs("2025-06-30", DE=8),
            promotion=promotions("2025-06-30", 3),
            memberships=copies(6),
        ),
        SMALL,
    )
    # By the calendar alone the fairs would cost most: 0.5 · 60 = 30. At their pace of 80 % they cost 10,
    # the promotions at 60 % cost 12, and the memberships, half way from 4 to 8, cost 10.
    result, costly = messages.card(run, "G1")
    # The card itself is official and knows no pace: 0.5 · 40 + 0.3 · 30 + 0.2 · 50 = 39.
    assert result.startswith(
        "International recognition: performance 39.0% at 30 June against the targets for the end of the "
        "year; 0 of 3"
    )
    assert "(G1.12)" in costly and "pace 60%" in costly and "It costs 12.0 points" in costly


def lines(run: Run) -> dict[str, float]:
    (found,) = messages.cards.assessed(run, "G1")
    return {line.entry.code: messages.shortfall(line, run.period.half) for line in found.lines}


def test_what_an_indicator_costs() -> None:
    assert lines(small()) == pytest.approx({"G1.05": 12.5, "G1.12": 15, "G1.15": 0})
    # Seven of ten by June are ahead of the year; nothing is more than reached.
    ahead = run_with(
        period="first_half",
        fairs=fairs("2025-06-30", DE=14),
        promotion=promotions("2025-06-30", 7),
        memberships=copies(3),
    )
    # Three memberships are behind the four at the start: the whole weight is lost, and no more.
    assert lines(carded(ahead, SMALL)) == pytest.approx({"G1.05": 0, "G1.12": 0, "G1.15": 20})


def test_what_has_no_target_costs_nothing_and_a_missing_value_costs_its_weight() -> None:
    unaimed = card(entry("G1.05", 50, None), entry("G1.12", 30, 10), entry("G1.15", 20, 8, 4))
    run = carded(small(memberships=[]), unaimed)
    assert lines(run) == pytest.approx({"G1.05": 0, "G1.12": 15, "G1.15": 20})
    # The weight of what has no target is spread: 30 · 50 / 50 and 20 · 100 / 50, which the objective lacks.
    (found,) = cards.assessed(run, "G1")
    costs = [messages.shortfall(line, half=False, counted=50) for line in found.lines]
    assert costs == pytest.approx([0, 30, 40])
    assert found.objective.strict == pytest.approx(100 - sum(costs))


def test_a_count_that_should_fall_is_read_the_other_way_round() -> None:
    falling = CATALOG.indicators["G1.05"].model_copy(update={"direction": "down"})
    (found,) = assessment.assess(
        card(entry("G1.05", 100, 10)),
        {"G1.05": falling},
        {"G1.05": {2025: 8}},
        2025,
        performance.scale(),
        half=True,
    ).lines
    # 8 of at most 10 by June: P = 100 · 10 / 8 = 125, and at this pace the year ends with 16: 62.5 %.
    assert messages.shortfall(found, half=True) == pytest.approx(37.5)
    assert messages.shortfall(found, half=False) == 0


def test_placeholders_are_said_and_real_targets_are_not_called_so() -> None:
    aimed = card(entry("G1.05", 60, 20), entry("G1.12", 40, 10, placeholder=True))
    assert messages.card(carded(small(), aimed), "G1")[0].endswith(
        "reached their target; the targets are placeholders." + MARK
    )
    assert "placeholder" not in messages.card(small(), "G1")[0]


def test_the_open_action_of_the_costliest_is_named() -> None:
    actions = [
        {"activity": "G1g", "due_date": "2026-06-30", "title_en": "Later"},
        {"activity": "G1g", "due_date": "2026-03-31", "title_en": "First"},
        {"activity": "G1g", "due_date": "2025-03-31", "done_date": "2025-03-01", "title_en": "Done"},
        {"activity": "G1d", "due_date": "2025-01-31", "title_en": "Of the fairs"},
    ]
    _, costly = messages.card(small(actions=actions), "G1")
    assert "costs 15.0 points of the objective's performance; next action" in costly
    assert "of the same activity: First – Faculty of Engineering, due 31 Mar 2026." in costly


def test_where_everything_is_reached_nothing_holds_back() -> None:
    run = carded(run_with(fairs=fairs("2025-03-01", DE=30)), card(entry("G1.05", 100, 20)))
    (only,) = messages.card(run, "G1")
    assert only.startswith("International recognition: performance 100.0%; 1 of 1")


def test_a_card_without_any_target_has_no_result() -> None:
    assert messages.card(carded(small(), card(entry("G1.05", 100, None))), "G1") == []


# -- changes -------------------------------------------------------------------------------------------


def applications(year: int, days: int, count: int) -> list[dict[str, Any]]:
    decided = {"complete_date": f"{year}-06-01", "decision_date": f"{year}-06-{1 + days:02}"}
    return copies(count, cohort=year, **decided)


CHANGING: dict[str, Any] = {
    # +20 %, of 15; +100 %, but of 4; −50 %, of 10 to 5; unchanged.
    "fairs": fairs("2024-03-01", DE=15) + fairs("2025-03-01", DE=18),
    "speakers": copies(4, talk_date="2024-04-01") + copies(8),
    "promotion": [*copies(10, start_date="2024-02-01", cost_try=100.0), *copies(5, cost_try=9000.0)],
    "memberships": copies(9),
    # The median waits 20 days, then 14: −30 %, and for the better.
    "applications": applications(2024, 20, 8) + applications(2025, 14, 8),
    "students": [
        {"citizenship_code": "AZ", "headcount": 50, "entry_year": 2024, "academic_year": 2024},
        {"citizenship_code": "AZ", "headcount": 50, "entry_year": 2025},
    ],
}
CHANGED = ["G1.05", "G1.07", "G1.10", "G1.12", "G1.15", "G2.15"]


def test_changes_are_shares_of_the_value_before_the_best_first() -> None:
    rows = messages.changes(run_with(**CHANGING), CHANGED)
    # G1.07 is in lira, G1.10 began with four.
    assert list(rows["code"]) == ["G2.15", "G1.05", "G1.15", "G1.12"]
    assert list(rows["gain"]) == pytest.approx([0.3, 0.2, 0, -0.5])
    assert rows[["now", "before"]].to_numpy().tolist() == [[14, 20], [18, 15], [9, 9], [5, 10]]


def test_a_median_of_fewer_than_five_is_no_trend() -> None:
    few = applications(2024, 20, 6) + applications(2025, 14, 4)
    assert messages.changes(run_with(applications=few), ["G2.15"]).empty


def test_a_falling_indicator_is_better_where_lower_is() -> None:
    run = run_with(**CHANGING)
    worse, better = messages.changed(run, CHANGED)
    assert worse == "Worse than a year ago: Other promotion activities (G1.12): 5 in 2025, 10 in 2024." + MARK
    assert better.startswith("Better than a year ago: Median decision time (G2.15): 14 days in 2025, 20 days")


@pytest.mark.parametrize(("now", "news"), [(10, []), (9, ["Worse"]), (11, ["Better"])])
def test_less_than_a_tenth_is_no_news(now: int, news: list[str]) -> None:
    run = run_with(fairs=fairs("2024-03-01", DE=10) + fairs("2025-03-01", DE=now))
    assert [said.split()[0] for said in messages.changed(run, ["G1.05"])] == news
    small_step = run_with(fairs=fairs("2024-03-01", DE=20) + fairs("2025-03-01", DE=21))
    assert messages.changed(small_step, ["G1.05"]) == []


def test_protected_persons_are_no_news() -> None:
    students = [{"citizenship_code": "AZ", "headcount": 6, "academic_year": 2024},
                {"citizenship_code": "AZ", "headcount": 3}]  # fmt: skip
    assert messages.changes(run_with(students=students), ["G2.01"]).empty


# -- what is owed, and what is not known ---------------------------------------------------------------

ACTIONS = [
    {"goal": "G1", "activity": "G1d", "due_date": "2025-03-31", "title_en": "Second"},
    {"goal": "G1", "activity": "G1g", "due_date": "2024-06-30", "title_en": "Longest"},
    {"goal": "G2", "activity": "G2a", "due_date": "2023-06-30", "title_en": "Of another goal"},
    {"goal": "G1", "activity": "G1d", "due_date": "2026-01-31", "title_en": "Ahead"},
]


def test_the_overdue_actions_of_a_goal_are_counted_and_the_longest_named() -> None:
    run = run_with(actions=ACTIONS)
    (said,) = messages.overdue(run, "G1")
    assert said.startswith("Actions overdue: 2. The oldest: Longest – ") and "due 30 Jun 2024" in said
    (whole,) = messages.overdue(run, "G1", "G2")
    assert whole.startswith("Actions overdue: 3. The oldest: Of another goal – ")
    assert messages.overdue(run, "G4") == []
    assert messages.overdue(run_with(), "G1") == []


def test_what_has_no_figure_is_counted_with_its_reasons() -> None:
    run = run_with(fairs=fairs("2024-03-01", DE=9))
    assert messages.missing(run, ["G1.05", "G1.12"]) == [
        "Indicators without a value: 2 (G1.05, G1.12) – no data for this year; data set not available."
    ]
    codes = [f"G2.0{i}" for i in range(1, 10)]
    (said,) = messages.missing(run, codes)
    assert said == f"Indicators without a value: 9 ({', '.join(codes[:8])} …) – data set not available."
    assert messages.missing(run_with(fairs=fairs("2025-03-01", DE=9)), ["G1.05"]) == []


def missed(of: str = "", **more: Any) -> Run:
    """A term that ends in 2026; its next application was due on 1 February 2025 and is not filed."""
    term = {
        "accreditation_id": "x",
        "programme_id": "g1",
        "unit": "eng",
        "body": "MUDEK",
        "status": "active",
        "decision_date": "2021-06-01",
        "start_date": "2021-10-01",
        "end_date": "2026-09-30",
        "next_application_deadline": "2025-02-01",
        "application_open": False,
    }
    return run_with(unit=of, accreditation=[{**term, **more}], programmes=[{}])


def test_an_accreditation_that_let_its_day_pass_is_told() -> None:
    (said,) = messages._deadlines(missed())
    assert said == (
        "Accreditation: for 1 accreditation the last day of the next application passed without one "
        "being filed; the earliest was MÜDEK, 1 Feb 2025." + MARK
    )
    assert messages._deadlines(missed(application_open=True)) == []
    assert messages._deadlines(missed(next_application_deadline="2026-02-01")) == []
    assert messages._deadlines(run_with()) == []


def test_an_accreditation_that_names_no_unit_is_that_of_its_programmes_unit() -> None:
    assert messages._deadlines(missed(of="eng", unit=""))


def test_a_unit_is_told_of_its_own_accreditations() -> None:
    assert messages._deadlines(missed(of="eng"))
    assert messages._deadlines(missed(of="med")) == []


# -- a page --------------------------------------------------------------------------------------------


def only(run: Run, *codes: str) -> Run:
    """The run with these indicators alone in its catalogue."""
    catalog = replace(run.catalog, indicators={code: run.catalog.indicators[code] for code in codes})
    less = replace(run, catalog=catalog)
    vars(less).update({name: vars(run)[name] for name in ("registers", "cards") if name in vars(run)})
    return less


def test_where_there_is_nothing_to_say_nothing_is_said() -> None:
    still = run_with(fairs=fairs("2024-03-01", DE=10) + fairs("2025-03-01", DE=10))
    run = only(carded(still), "G1.05")
    assert sentences(messages.of_goal(run, "G1")) == [
        "There are no findings to report; the sections below say why."
    ]


def test_a_page_has_its_messages_in_a_fixed_order() -> None:
    run = small(**CHANGING, actions=ACTIONS)
    vars(run)["registers"].frames.update(small().registers.frames)
    said = sentences(messages.of_goal(run, "G1"))
    begins = [
        "International recognition:",
        "Lowers its objective most:",
        "Actions overdue:",
        "Indicators without",
    ]
    places = [next(i for i, s in enumerate(said) if s.startswith(begin)) for begin in begins]
    assert places == sorted(places) and len(said) <= 5


def test_the_plan_is_the_mean_of_its_aims_and_the_costliest_is_of_all_goals() -> None:
    # Goal 1: 72.5 as above. Goal 2: 20 of 160 students are 12.5 %, from 8 to 14: 75, of 100 points.
    students = [{"citizenship_code": "AZ", "headcount": 20}, {"headcount": 140}]
    other = card(entry("G2.02", 100, 14, 8), goal="G2")
    run = carded(small(students=students), SMALL, other)
    result, costly = messages._plan(run)
    assert result == (
        "Performance of the plan: 73.8%; furthest ahead: International accessibility (75.0%), "
        "furthest behind: International recognition (72.5%)." + MARK
    )
    assert "(G2.02)" in costly and "It costs 25.0 points" in costly


def test_the_plan_of_several_aims_is_the_mean_of_their_means() -> None:
    students = [{"citizenship_code": "AZ", "headcount": 20}, {"headcount": 140}]
    aim = SMALL.aim.model_copy(update={"code": "A2"})
    cards = [
        card(entry("G1.05", 100, 20), goal="G1"),  # 75
        card(entry("G1.12", 100, 10), goal="G2"),  # 50
        card(entry("G2.02", 100, 14, 8), goal="G3", aim=aim),  # 75
    ]
    # (75 + 50) / 2 and 75: 68.75, not the mean of three, 66.7.
    assert "Performance of the plan: 68.8%" in messages._plan(carded(small(students=students), *cards))[0]


def test_outside_the_plan_the_overview_says_so() -> None:
    (said,) = messages._plan(run_with(year=2018, targets=[target("G1.05", 20)]))
    assert said.startswith("The performance of the plan cannot be given: the plan covers 2024 to 2028")


@pytest.mark.parametrize("language", ["en", "tr"])
def test_a_sentence_ends_with_one_full_stop(language: str) -> None:
    (said,) = messages._plan(run_with(year=2018, language=language, targets=[target("G1.05", 20)]))
    assert not said.endswith("..")


def test_at_the_half_year_the_plan_is_said_to_be_read_at_30_june() -> None:
    run = carded(
        run_with(period="first_half", fairs=fairs("2025-06-30", DE=8)), card(entry("G1.05", 100, 20))
    )
    assert "30 June" in messages._plan(run)[0]


# -- over the sample -----------------------------------------------------------------------------------

WHO = [("", "ktu", "en"), ("", "ktu", "tr"), ("eng", "ktu", "en"), ("eng", "ktu", "tr"), ("", "metu", "en"),
       ("", "metu", "tr")]  # fmt: skip


@lru_cache(maxsize=1)
def shown() -> dict[str, set[str]]:
    """Which indicators each page shows in a table of its own, read from the notebooks."""
    found: dict[str, set[str]] = {}
    for path in sorted((REPO / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        areas = {
            argument.value
            for call in ast.walk(ast.parse(source))
            if isinstance(call, ast.Call)
            and ast.unparse(call.func) in ("activities.table", "goals.indicators")
            for argument in call.args[1:]
            if isinstance(argument, ast.Constant)
        }
        found[path.stem] = {code for code, i in CATALOG.indicators.items() if areas.intersection(i.seed)}
    return found


class Sample:
    """Runs over the sample that read each register and measure each figure once."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        first = shared_start(year=2026)
        self.rankings, self.cards = first.rankings, first.cards
        self.registers: dict[tuple[str, str], Registers] = {}
        self.held: dict[Any, Any] = {}
        measure, said = ranked.measure, rankings_of.sentences
        patch.setattr(figures.ranked, "measure", lambda *asked: self.once(measure, *asked))
        patch.setattr(
            rankings_of,
            "sentences",
            lambda run: self.once(said, run, run.institution.id, run.year, run.language),
        )

    def once(self, compute: Any, about: Any, *key: Any) -> Any:
        """Compute of a run or of its rankings what was not computed yet; of any other, always."""
        if getattr(about, "rankings", about) is not self.rankings:
            return compute(about, *key)
        if (compute, key) not in self.held:
            self.held[compute, key] = compute(about, *key) if about is self.rankings else compute(about)
        return self.held[compute, key]

    def run(self, year: int, period: str, unit: str, institution: str, language: str) -> Run:
        run = start(year=year, period=period, unit=unit, institution=institution, language=language)
        other = institution != "ktu"
        registers = self.registers.setdefault(
            (unit, institution), Registers("sample", unit or None, of_other=other)
        )

        def measure(code: str, of: Period | None = None) -> core.Figure:
            key = (unit, institution, code, of or run.period)
            if key not in self.held:
                self.held[key] = core.measure(CATALOG, registers, of or run.period, code)
            return self.held[key]

        vars(run).update(registers=registers, rankings=self.rankings, measure=measure)
        if not unit and not other:
            vars(run)["cards"] = self.cards
        return run


@pytest.fixture(scope="module")
def sample() -> Iterator[Sample]:
    with pytest.MonkeyPatch.context() as patch:
        yield Sample(patch)


# One of the pandemic, before the plan, and the newest.
@pytest.mark.parametrize("year", (2020, 2026))
def test_every_page_says_at_most_five_things_and_shows_what_it_names(sample: Sample, year: int) -> None:
    for period in ("year", "first_half"):
        for who in WHO:
            run = sample.run(year, period, *who)
            for page in ("overview", "G1", "G2", "G3", "G4"):
                piece = messages.of_plan(run) if page == "overview" else messages.of_goal(run, page)
                judge(run, page, sentences(piece))


def judge(run: Run, page: str, said: list[str]) -> None:
    assert 1 <= len(said) <= 5
    assert len(set(said)) == len(said)
    for sentence in said:
        told = f"{run!r} {run.period} {run.unit} {page}: {sentence}"
        assert not re.search(r"[{}]|\bnan\b|\bNone\b|activities\.|messages\.", sentence), told
        # What the overview does not show itself stands on the page of its goal.
        for code in CODE.findall(sentence):
            own = CATALOG.indicators[code].goal if page == "overview" else page
            assert code in shown()[PAGES[own]] or (page == "overview" and code in shown()["overview"]), told
        # Of another university the rankings alone tell, and those are published.
        assert run.institution.id == "ktu" or run.text("site.demonstration") not in sentence, told


def test_the_small_is_left_out_of_what_changed(sample: Sample) -> None:
    registered = [code for code, i in CATALOG.indicators.items() if "G3a" not in i.seed]
    for year in range(2018, 2027):
        rows = messages.changes(sample.run(year, "year", "", "ktu", "en"), registered)
        counts = rows[[CATALOG.indicators[code].unit == "count" for code in rows["code"]]]
        assert (counts[["now", "before"]].min(axis=1) >= 5).all()
        assert not {"try"} & {CATALOG.indicators[code].unit for code in rows["code"]}
        assert rows["gain"].is_monotonic_decreasing and len(rows) > 30
        signs = pd.Series([1 if CATALOG.indicators[code].direction == "up" else -1 for code in rows["code"]])
        assert (((rows["now"] - rows["before"]) * signs * rows["gain"]) >= 0).all()


def test_a_number_of_rankings_below_five_is_left_out_too(sample: Sample) -> None:
    # Two, then three: one more is no trend.
    assert "G3.01" not in list(messages.changes(sample.run(2025, "year", "", "ktu", "en"), ["G3.01"])["code"])


def test_a_ranking_whose_table_is_not_held_is_no_loss(sample: Sample) -> None:
    run = sample.run(2025, "year", "", "metu", "en")
    found = ranked.measure(run.rankings, "metu", 2025, "G3.01")
    assert found.at_least and found.value is not None
    assert not [said for said in messages.changed(run, ["G3.01"]) if said.startswith("Worse")]
