"""What a page says first: at most five sentences that leadership can act on.

Each is made by a rule from figures that stand further down the page, in a fixed order; where a rule
finds nothing, nothing is said.
"""

from collections.abc import Sequence

import pandas as pd

from ..catalog import Indicator
from ..measures import accreditation, cross
from ..measures import indicators as ranked_codes
from ..measures.core import Figure, MissingFigure
from ..plan.assessment import Assessment
from ..plan.holding import shortfall
from ..plan.performance import aim, plan
from ..run import Run
from . import accreditation_words, cards, figures, heading, pieces, rankings, standing
from .pieces import Piece

LIMIT = 5

# A change of less than a tenth, or of fewer than this many, is no news.
_NEWS, _FEW = 0.1, 5
# A rise in lira may be inflation alone, and months left pass by themselves.
_NO_NEWS = ("try", "months")
# An earlier year's reading also counts what has been held since.
_READ_ANEW = ("G1.02",)
# How many codes a sentence lists.
_LISTED = 8


def of_goal(run: Run, goal: str) -> Piece:
    """Say what the page of a goal finds."""
    codes = [code for code, indicator in run.catalog.indicators.items() if indicator.goal == goal]
    ranked = set(codes).intersection(ranked_codes.computed())
    found = [*card(run, goal), *changed(run, codes), *overdue(run, goal), *missing(run, codes)]
    if ranked and not run.unit:  # the first place; what more there is to say stands on their own page
        found = [*rankings.sentences(run)[:1], *found]
    return _shown(run, found, codes)


def of_plan(run: Run) -> Piece:
    """Say what the overview finds: the plan's performance and outlook, what holds it back, what is owed."""
    found = [*_plan(run), *heading.message(run), *overdue(run, *run.catalog.goals), *_deadlines(run)]
    found += changed(run, list(run.catalog.indicators))
    found += missing(run, list(run.catalog.indicators))
    return _shown(run, found, list(run.catalog.indicators))


def _shown(run: Run, found: list[str], codes: Sequence[str]) -> Piece:
    caveats = figures.caveats(run, codes)
    return pieces.messages(found[:LIMIT] or [run.text("messages.nothing")], caveats)


def _plan(run: Run) -> list[str]:
    """Say how far the plan was fulfilled, which goals stand out, and which indicator costs most."""
    try:
        found = cards.assessed(run)
    except cards.NoCard as missing:
        return [run.text("messages.no_plan", reason=str(missing))]
    known = [(one.objective.strict, one) for one in found if one.objective.strict is not None]
    if not known:
        return []
    ordered = sorted(known, key=lambda pair: pair[0])
    by_aim: dict[str, list[float | None]] = {}
    for one in found:
        by_aim.setdefault(one.card.aim.code, []).append(one.objective.strict)
    whole = plan([aim(values).value for values in by_aim.values()])
    said = run.text(
        "messages.plan_half" if run.period.half else "messages.plan",
        value=figures.linked(run, "plan", whole.value or 0.0, run.text.percent(whole.value or 0.0, 1)),
        best=ordered[-1][1].card.objective[run.language],
        best_value=cards.linked(run, ordered[-1][1]),
        worst=ordered[0][1].card.objective[run.language],
        worst_value=cards.linked(run, ordered[0][1]),
    ) + (
        run.text("messages.placeholders")
        if any(e.placeholder for one in found for e in one.card.indicators)
        else "."
    )
    codes = [line.entry.code for one in found for line in one.lines]
    return [figures.marked(run, said, codes), *held_back(run, found)]


def _deadlines(run: Run) -> list[str]:
    """Say how many accreditations let the day for the next application pass: the alarm that matters."""
    try:
        whole = run.registers.whole("accreditation")
        missed = accreditation.deadline_missed(accreditation.of_unit(run.registers, whole), run.period.end)
    except MissingFigure:
        return []
    if missed.empty:
        return []
    first = missed.iloc[0]
    due = standing.day(run, pd.Timestamp(first["due_date"]).date())
    said = run.text(
        "messages.deadlines",
        count=figures.linked(run, "deadlines", len(missed)),
        body=accreditation_words.body(first["body"]),
        due=due,
    )
    return [figures.marked(run, said, ["G3.08"])]


# -- the card ------------------------------------------------------------------------------------------


def card(run: Run, goal: str) -> list[str]:
    """Say how far the goal's card was fulfilled, and which indicator holds it back most."""
    try:
        found = cards.assessed(run, goal)
    except cards.NoCard:
        return []
    return [sentence for one in found for sentence in (*_result(run, one), *held_back(run, [one]))]


def _result(run: Run, found: Assessment) -> list[str]:
    if found.objective.strict is None:
        return []
    scores = [line.performance.scored for line in found.lines if not line.performance.excluded]
    said = run.text(
        "messages.card_half" if found.half else "messages.card",
        objective=found.card.objective[run.language],
        value=cards.linked(run, found),
        reached=sum(score is not None and score >= 100 for score in scores),
        count=len(scores),
    ) + (run.text("messages.placeholders") if any(e.placeholder for e in found.card.indicators) else ".")
    return [figures.marked(run, said, [line.entry.code for line in found.lines])]


def held_back(run: Run, assessed: Sequence[Assessment]) -> list[str]:
    """Name the indicator that costs its objective most, with the action that is open for it."""
    lines = [line for one in assessed for line in one.lines]
    costs = {
        line.entry.code: shortfall(line, run.period.half, 100.0 - one.objective.excluded)
        for one in assessed
        for line in one.lines
    }
    worst = max(lines, key=lambda line: costs[line.entry.code])
    if not costs[worst.entry.code]:
        return []
    said = run.text(
        "messages.held_back",
        indicator=standing.now(run, worst.entry.code).rstrip("."),
        points=costs[worst.entry.code],
    )
    actions = next_actions(run, worst.indicator.seed)
    said += run.text("messages.owed", action=actions[0]) if actions else "."
    return [figures.marked(run, said, [worst.entry.code, *([standing.ACTIONS] if actions else [])])]


def next_actions(run: Run, areas: Sequence[str]) -> list[str]:
    """Write the open actions of activities, the earliest due first."""
    try:
        rows = cross.open_actions(run.registers, run.period)
    except MissingFigure:
        return []
    rows = rows[rows["activity"].isin(areas)]
    return [standing.action(run, row) for row in rows.to_dict("records")]


# -- changes -------------------------------------------------------------------------------------------


def changed(run: Run, codes: Sequence[str]) -> list[str]:
    """Name the indicator that worsened most against the year before, and the one that improved most."""
    rows = changes(run, codes)
    worse, better = rows[rows["gain"] <= -_NEWS], rows[rows["gain"] >= _NEWS]
    found = []
    if len(worse):
        found.append(("worse", worse["code"].iloc[-1]))
    if len(better):
        found.append(("better", better["code"].iloc[0]))
    return [
        figures.marked(run, run.text(f"messages.{way}", indicator=standing.now(run, code)), [code])
        for way, code in found
    ]


def changes(run: Run, codes: Sequence[str]) -> pd.DataFrame:
    """Return how indicators changed against the year before: code, now, before, gain; best first.

    `gain` is the change as a share of the earlier value, positive where it is for the better. Lower bounds
    are left out, and figures made of fewer than five of anything: there, one more is no trend.
    """
    rows = []
    for code in codes:
        found, before = standing.pair(run, code)
        indicator = run.catalog.indicators[code]
        if found.value is None or not before.value or indicator.unit in _NO_NEWS or code in _READ_ANEW:
            continue
        if any(figures.AT_LEAST in f.parts or _few(indicator, f) for f in (found, before)):
            continue
        sign = 1 if indicator.direction == "up" else -1
        gain = sign * (found.value - before.value) / abs(before.value)
        rows.append((code, found.value, before.value, gain))
    frame = pd.DataFrame(rows, columns=["code", "now", "before", "gain"])
    return frame.sort_values(["gain", "code"], ascending=[False, True]).reset_index(drop=True)


def _few(indicator: Indicator, found: Figure) -> bool:
    """Tell whether a figure is made of fewer than five; a ranking's count knows no parts."""
    base = found.denominator if found.denominator is not None else found.numerator
    if base is None and indicator.unit == "count":
        base = found.value
    return base is not None and base < _FEW


# -- what is owed, and what is not known ---------------------------------------------------------------


def overdue(run: Run, *goals: str) -> list[str]:
    """Say how many actions are overdue at the period's end, and which has been so for longest."""
    try:
        rows = cross.open_actions(run.registers, run.period)
    except MissingFigure:
        return []
    late = rows[rows["is_overdue"] & rows["goal"].isin(goals)]
    if late.empty:
        return []
    first = standing.action(run, late.to_dict("records")[0])
    said = run.text("messages.overdue", count=figures.linked(run, "overdue", len(late)), action=first)
    return [figures.marked(run, said, [standing.ACTIONS])]


def missing(run: Run, codes: Sequence[str]) -> list[str]:
    """Say how many indicators have no figure, and why the first of them has none."""
    found = {code: figures.reading(run, code) for code in codes}
    without = {code: figure.reason or "no_year" for code, figure in found.items() if figure.value is None}
    if not without:
        return []
    reasons = list(dict.fromkeys(run.text(f"activities.reason.{reason}") for reason in without.values()))
    listed = ", ".join([*without][:_LISTED]) + (" …" if len(without) > _LISTED else "")
    count = figures.linked(run, "missing", len(without))
    return [run.text("messages.missing", count=count, codes=listed, reasons="; ".join(reasons))]
