"""What holds a goal back: each indicator's part of the shortfall, and the cheapest way to a performance."""

from collections.abc import Mapping, Sequence

from ..plan import holding
from ..plan.assessment import Assessment
from ..plan.holding import Part, Way
from ..run import Run
from . import cards, figures, pieces, tables
from .pieces import Piece
from .tables import Column

# How many indicators the overview names.
_MOST = 3


def of_goal(run: Run, goal: str) -> Piece:
    """Show what each indicator takes from its objective's performance, the largest part first."""
    try:
        found = _assessed(run, goal)
    except cards.NoCard as missing:
        return _not_computed(run, missing)
    parts = [(one, part) for one in found for part in holding.parts(one)]
    if not parts:
        return pieces.text(run.text("holding.nothing"))
    return _table(run, f"holding-{goal}", parts, _title(run, found))


def most(run: Run) -> Piece:
    """Show the indicators that take most from their objectives, over all goals."""
    try:
        found = _assessed(run, "")
    except cards.NoCard as missing:
        return _not_computed(run, missing)
    parts = [(one, part) for one in found for part in holding.parts(one)]
    if not parts:
        return pieces.text(run.text("holding.nothing"))
    parts.sort(key=lambda pair: (-pair[1].points, pair[1].line.entry.code))
    title = run.text("holding.title_most", count=len(parts), shown=min(_MOST, len(parts)))
    return _table(run, "holding", parts[:_MOST], title, with_goal=True)


def _assessed(run: Run, goal: str) -> tuple[Assessment, ...]:
    """Assess cards at a year's end; raises NoCard at the half year, when the calendar alone is behind."""
    if run.period.half:
        raise cards.NoCard(run.text("holding.yearly"))
    return cards.assessed(run, goal)


def _not_computed(run: Run, missing: cards.NoCard) -> Piece:
    return pieces.text(run.text("not_computed", reason=str(missing)), kind="not_computed")


def _title(run: Run, found: Sequence[Assessment]) -> str:
    """Say how much is missing and which indicators make most of it."""
    if len(found) > 1:
        return run.text("holding.title_split", count=len(found))
    (one,) = found
    parts, short = holding.parts(one), 100.0 - (one.objective.strict or 0.0)
    values = {
        "value": 100.0 - short,
        "short": short,
        "first": parts[0].line.indicator.name[run.language],
        "points": parts[0].points,
    }
    if len(parts) == 1:
        return run.text("holding.title_one", **values)
    second = parts[1].line.indicator.name[run.language]
    return run.text("holding.title", second=second, second_points=parts[1].points, **values)


def _table(
    run: Run, key: str, parts: Sequence[tuple[Assessment, Part]], title: str, with_goal: bool = False
) -> Piece:
    say = run.text
    codes = [part.line.entry.code for _, part in parts]
    named = [
        say("holding.named", name=part.line.indicator.name[run.language], code=part.line.entry.code)
        for _, part in parts
    ]
    shares = [say.percent(100.0 * p.points / (100.0 - (one.objective.strict or 0.0))) for one, p in parts]
    objective = Column(say("overview.goal"), [one.card.objective[run.language] for one, _ in parts])
    return tables.table(
        key,
        [
            Column(say("activities.indicator"), named),
            *([objective] if with_goal else []),
            Column(say("plan.column.weight"), [say.percent(p.line.entry.weight) for _, p in parts], True),
            Column(say("holding.performance"), [_performance(run, part) for _, part in parts], True),
            Column(say("holding.points"), [say.number(part.points, 1) for _, part in parts], True),
            *([] if with_goal else [Column(say("holding.share"), shares, True)]),
        ],
        title=title,
        source=figures.source(run, codes),
        notes=figures.target_notes(run, codes),
        caveats=figures.caveats(run, codes, with_targets=True),
        details=[say("holding.how")],
        indicators=codes,
    )


def _performance(run: Run, part: Part) -> str:
    raw = part.line.performance.raw
    return run.text("holding.no_figure") if raw is None else run.text.percent(raw, 1)


# -- the other way round ---------------------------------------------------------------------------------


def ways(
    run: Run,
    goal: str,
    aims: Sequence[float],
    costs: Mapping[str, float] | None = None,
    out_of_reach: Sequence[str] = (),
) -> Piece:
    """Show the cheapest sets of targets to meet for performances of a goal, in percent.

    `costs` are by indicator in a unit of the reader's choice; without one, an indicator costs its effect.
    `out_of_reach` are indicators that nobody at the university can move by deciding.
    """
    try:
        found = _assessed(run, goal)
    except cards.NoCard as missing:
        return _not_computed(run, missing)
    rows = [(one, holding.cheapest(one, aim, costs, out_of_reach)) for one in found for aim in aims]
    codes = [line.entry.code for one in found for line in one.lines]
    say = run.text
    fixed = [code for code in out_of_reach if code in codes]
    split = len(found) > 1
    objective = Column(say("overview.goal"), [one.card.objective[run.language] for one, _ in rows])
    return tables.table(
        f"ways-{goal}",
        [
            Column(say("holding.aim"), [say.percent(way.aim) for _, way in rows]),
            *([objective] if split else []),
            Column(say("holding.way"), [_way(run, way) for _, way in rows]),
            Column(say("holding.cost"), [_cost(run, way) for _, way in rows], True),
            Column(say("holding.then"), [say.percent(way.reached, 1) for _, way in rows], True),
        ],
        title=_ways_title(run, goal, [way for _, way in rows], split),
        source=figures.source(run, codes),
        notes=[
            *([] if costs else [say("holding.costs")]),
            *([say("holding.fixed", codes=", ".join(fixed))] if fixed else []),
            *figures.target_notes(run, codes),
        ],
        caveats=figures.caveats(run, codes, with_targets=True),
        details=[say("holding.ways_how")],
        indicators=codes,
    )


def _ways_title(run: Run, goal: str, ways: Sequence[Way], split: bool) -> str:
    """Say how many targets each performance takes; of several objectives only that they are shown."""
    named = run.catalog.goals[goal].name[run.language]
    if split:
        return run.text("holding.ways_title", goal=named)
    parts = [
        run.text("finding.ways.unreached", aim=way.aim)
        if way.parts is None
        else run.text("finding.ways.part", aim=way.aim, count=len(way.parts))
        for way in ways
    ]
    return run.text("finding.ways.of", goal=named, parts="; ".join(parts))


def _way(run: Run, way: Way) -> str:
    if way.parts is None:
        return run.text("holding.infeasible", most=way.reached)
    if not way.parts:
        return run.text("holding.reached")
    return "; ".join(
        run.text("holding.named", name=part.line.indicator.name[run.language], code=part.line.entry.code)
        for part in way.parts
    )


def _cost(run: Run, way: Way) -> str:
    return run.text("none") if not way.parts else run.text.number(way.cost, 0 if way.cost.is_integer() else 1)
