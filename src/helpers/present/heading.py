"""Where the indicators are heading: trends, forecasts, chances and paces, with what they rest on.

A trend is said only where chance does not explain it among all tests of the goal; a forecast only where the
back-test of its kind of series bears it. What is missing is told, with the year in which it will be enough.
"""

from collections import Counter
from collections.abc import Sequence
from functools import partial

import pandas as pd

from .. import locale
from ..analysis.breaks import Break
from ..analysis.forecast import Ahead
from ..analysis.trend import Trend
from ..catalog import Indicator
from ..measures import indicators as ranked
from ..measures.core import Figure, MissingFigure, Period
from ..plan import outlook
from ..plan.outlook import Outlook
from ..plan.tables import DECIMALS
from ..run import Run
from ..texts.links import Linked
from . import charts, figures, likelihood, persons, pieces, tables
from .pieces import Piece
from .tables import Column

# As many years as the trends of the pages show.
_YEARS = 10
# The least p that is written as a number.
_LEAST_P = 0.001
# How many indicators a cell or a note names.
_NAMED = 8
# As many decimals a slope has at most.
_FINEST = 3


# -- what is known -------------------------------------------------------------------------------------


def last_year(run: Run) -> int:
    """Return the last whole year: at the half year, that is the year before."""
    return run.year - 1 if run.period.half else run.year


def outlooks(run: Run, goal: str) -> list[Outlook]:
    """Return where every indicator of a goal is heading; their trends are tested together."""
    if _ranked(run, goal):
        _ = run.rankings  # whoever shows what came of them has read them
    key = ("heading", goal, last_year(run))
    return run.measured.get(key, lambda: run.once(key, lambda: _outlooks(run, goal)))


def _ranked(run: Run, goal: str) -> bool:
    return any(run.catalog.indicators[code].goal == goal for code in ranked.computed())


def _outlooks(run: Run, goal: str) -> list[Outlook]:
    found = []
    for indicator in run.catalog.indicators.values():
        if indicator.goal == goal:
            values = {year: figure.value for year, figure in _series(run, indicator.code).items()}
            breaks = outlook.breaks_of(run.catalog, indicator, run.institution.id, run.unit)
            kind = outlook.kinds().of(indicator)
            targets = {year: figures.target(run, indicator.code, year) for year in _plan_years(run)}
            found.append(outlook.outlook(indicator, values, breaks, kind, targets, last_year(run)))
    return outlook.together(found)


def _series(run: Run, code: str) -> dict[int, Figure]:
    """Return an indicator's figures of the last ten whole years, as they may be published."""
    last = last_year(run)
    return {year: persons.figure(run, code, Period(year)) for year in range(last - _YEARS + 1, last + 1)}


def _plan_years(run: Run) -> range:
    """Return the years of the plan; without targets, the three years to come."""
    try:
        return run.cards[0].years if run.cards else range(0)
    except MissingFigure:
        return range(last_year(run) + 1, last_year(run) + 4)


def _on_cards(run: Run, goal: str) -> dict[str, int]:
    """Return the indicators on a goal's cards with their weights; none where there are no cards."""
    try:
        return {e.code: e.weight for card in run.cards if card.goal == goal for e in card.indicators}
    except MissingFigure:
        return {}


# -- in words ------------------------------------------------------------------------------------------


def _decimals(indicator: Indicator) -> int:
    return 1 if indicator.unit == "percent" else DECIMALS.get(indicator.unit, 0)


def _value(run: Run, indicator: Indicator, value: float) -> str:
    return figures.written(run, indicator, Figure(value))


def _interval(run: Run, bounds: tuple[float, float], decimals: int) -> str:
    low, high = (run.text.number(bound, decimals) for bound in bounds)
    return run.text("heading.interval", low=low, high=high)


def _slope(run: Run, indicator: Indicator, found: Trend | None) -> str:
    """Write a slope with its interval."""
    if found is None or found.slope is None:
        return run.text("none")
    decimals = _finer(indicator, found.slope, found.low, found.high)
    said = run.text.signed(found.slope, decimals)
    if found.low is None or found.high is None:
        return run.text("heading.no_interval", slope=said)
    return f"{said} {_interval(run, (found.low, found.high), decimals)}"


def _finer(indicator: Indicator, *slopes: float | None) -> int:
    """Return the decimals of slopes: one more than of the values, and as many as what is not nought takes.

    A count's slope is seldom whole, and an interval that ends above nought must not seem to reach it.
    """
    decimals = max(1, _decimals(indicator))
    while decimals < _FINEST and any(slope and not round(slope, decimals) for slope in slopes):
        decimals += 1
    return decimals


def _trend(run: Run, indicator: Indicator, found: Outlook) -> str:
    if found.told is None:
        return run.text("heading.too_few", count=len(found.values))
    return run.text(f"heading.way.{found.told}", slope=_slope(run, indicator, found.all_years))


def _forecast(run: Run, indicator: Indicator, ahead: Ahead) -> str:
    bounds = _interval(run, ahead.intervals[80], _decimals(indicator))
    return f"{_value(run, indicator, ahead.point)} {bounds}"


def _ahead(run: Run, indicator: Indicator, found: Outlook) -> str:
    """Write the forecast, or why there is none and until when it will be enough."""
    if found.ahead is not None:
        return _forecast(run, indicator, found.ahead)
    if found.why == outlook.NO_VALUE:
        latest = persons.figure(run, indicator.code, Period(last_year(run)))
        missing = run.text(f"activities.reason.{latest.reason or 'no_year'}")
        return run.text("heading.why.no_value", reason=missing)
    if found.why == outlook.TOO_FEW:
        return run.text("heading.why.too_few", year=found.enough)
    return run.text(f"heading.why.{found.why}")


def _p(run: Run, value: float | None) -> str:
    if value is None:
        return run.text("none")
    return run.text("heading.p_below" if value < _LEAST_P else "heading.p_value", value=max(value, _LEAST_P))


def _pace(run: Run, indicator: Indicator, found: Outlook) -> str:
    if found.pace is None:
        return run.text("none")
    decimals = _finer(indicator, found.pace.past, found.pace.needed)
    past = run.text.signed(found.pace.past, decimals)
    if found.pace.reached:
        return run.text("heading.pace.reached", past=past)
    needed = run.text.signed(found.pace.needed, decimals)
    said = run.text("heading.pace.both", needed=needed, past=past)
    return said if found.pace.realistic else run.text("heading.pace.unrealistic", pace=said)


def _name(run: Run, code: str) -> str:
    return f"{run.catalog.indicators[code].name[run.language]} ({code})"


# -- a goal --------------------------------------------------------------------------------------------


def shown(run: Run, goal: str) -> list[Outlook]:
    """Return the outlooks that a goal's page shows: of the indicators on its card, of all without a card.

    Indicators whose own kind of series was tested, such as a ranking's score, stand with those of the card.
    """
    weights = _on_cards(run, goal)
    return [one for one in outlooks(run, goal) if not weights or one.code in weights or _is_tested(one.code)]


def of_goal(run: Run, goal: str) -> Piece:
    """Show where the indicators of a goal are heading, against the targets of its card.

    Columns: the forecast with its 80 % interval, that from the years since the last declared break, the
    target of that year, the chance of reaching it, and the pace it takes beside that of the past.
    """
    found = shown(run, goal)
    if not any(one.values for one in found):
        return _not_computed(run, found)
    say, codes = run.text, [one.code for one in found]
    rows = [(run.catalog.indicators[one.code], one) for one in found]
    years = {one.at for one in found if one.at is not None}
    one_year = f" {min(years)}" if len(years) == 1 else ""

    def dated(cell: str, of: Outlook) -> str:
        return cell if one_year or of.at is None else f"{of.at}: {cell}"

    since = [say("none") if o.since is None else _forecast(run, i, o.since) for i, o in rows]
    targets = [
        Column(
            say("heading.target") + one_year,
            [say("none") if o.target is None else dated(_value(run, i, o.target), o) for i, o in rows],
            True,
        ),
        Column(
            say("heading.chance"),
            [say("none") if o.chance is None else likelihood.chance(say, o.chance) for _, o in rows],
        ),
        Column(say("heading.pace.title"), [_pace(run, i, o) for i, o in rows], True),
    ]
    return tables.table(
        f"heading-{goal}",
        [
            Column(say("activities.indicator"), [_name(run, code) for code in codes]),
            Column(
                say("heading.forecast", year=one_year),
                [dated(_ahead(run, i, o), o) if o.ahead else _ahead(run, i, o) for i, o in rows],
            ),
            *([Column(say("heading.since"), since)] if any(o.since for o in found) else []),
            *(targets if any(o.target is not None for o in found) else []),
        ],
        title=_title(run, found),
        source=figures.source(run, codes),
        notes=[
            *([say("heading.since_note")] if any(o.since for o in found) else []),
            *([say("heading.pace.note")] if any(o.pace and not o.pace.realistic for o in found) else []),
            *_half_year(run),
            *figures.target_notes(run, codes, ahead=True),
        ],
        details=[
            *(say(f"heading.how.{part}") for part in ("forecast", "chance", "pace")),
            *_wide(run, found),
        ],
        caveats=figures.caveats(run, codes, with_targets=True, ahead=True),
        indicators=codes,
    )


def _title(run: Run, found: Sequence[Outlook]) -> str:
    aimed = [one for one in found if one.target is not None]
    if aimed:
        return sentence(run, aimed)
    able = sum(one.ahead is not None for one in found)
    return run.text("heading.title_forecasts", count=able, all=len(found))


def _not_computed(run: Run, found: Sequence[Outlook]) -> Piece:
    reason = figures.why_missing(run, found[0].code, persons.figure(run, found[0].code))
    return pieces.text(run.text("not_computed", reason=reason), kind="not_computed")


def _half_year(run: Run) -> list[str]:
    return [run.text("heading.half_year", year=last_year(run))] if run.period.half else []


def trends(run: Run, goal: str) -> Piece:
    """Show the trends of a goal's indicators: a year with interval, with the breaks taken out, and p.

    p is adjusted for all tests of the goal, those of the indicators that are not shown among them.
    """
    found = shown(run, goal)
    if not any(one.values for one in found):
        return _not_computed(run, found)
    say, codes = run.text, [one.code for one in found]
    rows = [(run.catalog.indicators[one.code], one) for one in found]
    return tables.table(
        f"trends-{goal}",
        [
            Column(say("activities.indicator"), [_name(run, code) for code in codes]),
            Column(say("heading.trend"), [_trend(run, i, o) for i, o in rows]),
            Column(say("heading.without"), [_slope(run, i, o.without) for i, o in rows]),
            Column(say("heading.p"), [_p(run, o.adjusted) for _, o in rows], True),
        ],
        title=say(
            "heading.title",
            count=sum(o.told in ("up", "down") for o in found),
            all=len(found),
            last=last_year(run),
        ),
        source=figures.source(run, codes),
        notes=[
            *_break_notes(run, found),
            *_not_without(run, found),
            *_others(run, outlooks(run, goal), codes),
            *_half_year(run),
        ],
        details=[say("heading.how.trend"), say("heading.how.breaks")],
        caveats=figures.caveats(run, codes),
        indicators=codes,
    )


def _is_tested(code: str) -> bool:
    """Tell whether the back-test tested and passed the very kind of series that an indicator is."""
    return any(code in kind.indicators and kind.offered for kind in outlook.kinds().kinds.values())


def _break_notes(run: Run, found: Sequence[Outlook], in_chart: bool = False) -> list[str]:
    """Name the breaks that touch any of the series."""
    touching = dict.fromkeys(one for o in found for one in o.touching)
    named = "; ".join(name for _, name in _named_breaks(run, list(touching)))
    if not named:
        return []
    return [run.text("heading.chart.breaks" if in_chart else "heading.breaks", breaks=named)]


def _named_breaks(run: Run, touching: Sequence[Break]) -> list[tuple[Break, str]]:
    """Return breaks with their names: as declared, or as a ranking's change of method."""
    names = {one.code: one[run.language] for one in outlook.breaks()}
    for name, system in run.catalog.systems.items():
        for one in system.breaks:
            named = run.text("heading.method", system=system.short, edition=one.at)
            names[f"{name}-{one.at}"] = named
    return [(one, names[one.code]) for one in touching]


def _not_without(run: Run, found: Sequence[Outlook]) -> list[str]:
    """Name the trends that are not clear any more with the breaks taken out."""
    names = [_name(run, one.code) for one in found if one.told in ("up", "down") and not one.holds]
    return [run.text("heading.not_without", names="; ".join(names))] if names else []


def _others(run: Run, every: Sequence[Outlook], shown: Sequence[str]) -> list[str]:
    """Name the goal's other indicators that have a trend."""
    names = [
        f"{_name(run, one.code)} {likelihood.change(run.text, *_signs(one))}"
        for one in every
        if one.code not in shown and one.told in ("up", "down")
    ]
    if not names:
        return []
    more = ["…"] if len(names) > _NAMED else []
    return [run.text("heading.others", names="; ".join(names[:_NAMED] + more))]


def _signs(found: Outlook) -> tuple[float, float]:
    return (1.0, 1.0) if found.told == "up" else (-1.0, -1.0)


def _wide(run: Run, found: Sequence[Outlook]) -> list[str]:
    """Write each forecast with its model and its 95 % interval."""
    return [
        run.text(
            "heading.wide",
            code=one.code,
            year=one.at,
            model=run.text(f"heading.model.{one.ahead.model}"),
            interval=_interval(run, one.ahead.intervals[95], _decimals(run.catalog.indicators[one.code])),
        )
        for one in found
        if one.ahead is not None
    ]


def chart(run: Run, goal: str) -> Piece:
    """Show the forecast of a goal's main indicator beside its past and its targets.

    That is, of those with a forecast, the one that rests on published or received data before one that was
    generated, and then the one with most weight on the card.
    """
    weights = _on_cards(run, goal)
    able = [one for one in outlooks(run, goal) if one.ahead is not None]
    if not able:
        return pieces.text(
            run.text("not_computed", reason=run.text("heading.no_forecast")), kind="not_computed"
        )
    found = min(able, key=lambda o: (bool(figures.caveats(run, [o.code])), -weights.get(o.code, 0)))
    indicator, say = run.catalog.indicators[found.code], run.text
    write = partial(_value, run, indicator)
    frame = _frame(run, found)

    def between(level: int) -> list[str]:
        bounds = zip(frame[f"low{level}"], frame[f"high{level}"], strict=True)
        return [
            "" if pd.isna(low) else _interval(run, (low, high), _decimals(indicator)) for low, high in bounds
        ]

    def shown(name: str) -> list[str]:
        return ["" if pd.isna(value) else write(value) for value in frame[name]]

    data = [
        Column(say("heading.chart.year"), [str(int(year)) for year in frame["year"]]),
        Column(say("heading.chart.value"), shown("value"), True),
        Column(say("heading.chart.point"), shown("point"), True),
        Column(say("heading.chart.within", level=80), between(80), True),
        Column(say("heading.chart.within", level=95), between(95), True),
        Column(say("heading.target"), shown("target"), True),
    ]
    words = charts.Words(
        _finding(run, indicator, found),
        say(
            "finding.units",
            units=say(f"plan.unit.{indicator.unit}"),
            subtitle=say("heading.chart.subtitle", last=last_year(run)),
        )
        + say("finding.n.years", count=int(frame["value"].notna().sum())),
        figures.source(run, [found.code]),
        [_point(data, row) for row in range(len(frame))],
        [*_break_notes(run, [found], in_chart=True), *figures.target_notes(run, [found.code], ahead=True)],
        figures.caveats(run, [found.code]),
        data,
        [found.code],
    )
    labels = {
        "value": indicator.name[run.language],
        "point": say("heading.chart.point"),
        "target": say("heading.target"),
        "likely": say("heading.chart.likely"),
    }
    apart = [(one.first, one.last) for one in found.touching if one.last is not None]
    steps = {b.first: name for b, name in _named_breaks(run, found.touching) if b.last is None}
    return charts.forecast(frame, write, words, labels, breaks=steps, marked=apart[0] if apart else None)


def _point(data: Sequence[Column], row: int) -> str:
    """Write a year of the chart in words."""
    told = [f"{column.title} {column.cells[row]}" for column in data[1:] if column.cells[row]]
    return f"{data[0].cells[row]}: {', '.join(told)}"


def _frame(run: Run, found: Outlook) -> pd.DataFrame:
    """Lay an outlook out: a row a year from the first known to the last forecast."""
    last, path = last_year(run), {last_year(run) + one.horizon: one for one in found.path}
    rows = []
    for year in range(min(found.values), max(path) + 1):
        one = path.get(year)
        low80, high80 = one.intervals[80] if one else (None, None)
        low95, high95 = one.intervals[95] if one else (None, None)
        aim = figures.target(run, found.code, year)
        value = found.values.get(year) if year <= last else None
        rows.append((year, value, one.point if one else None, low80, high80, low95, high95, aim))
    columns = ["year", "value", "point", "low80", "high80", "low95", "high95", "target"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], float))


def _finding(run: Run, indicator: Indicator, found: Outlook) -> str:
    """Say what the chart shows: the point with its interval, and the chance of the target."""
    if found.ahead is None:
        return indicator.name[run.language]
    said = run.text(
        "heading.chart.title",
        name=indicator.name[run.language],
        year=found.at,
        point=_value(run, indicator, found.ahead.point),
        level=80,
        interval=_interval(run, found.ahead.intervals[80], _decimals(indicator)),
    )
    if found.chance is None or found.target is None:
        return said
    chance = likelihood.chance(run.text, found.chance)
    return said + run.text(
        "heading.chart.title_target", target=_value(run, indicator, found.target), chance=chance
    )


# -- the plan ------------------------------------------------------------------------------------------


def targeted(run: Run) -> list[Outlook]:
    """Return the outlooks of all indicators on the goal cards that have a target ahead."""
    return [
        one
        for goal in run.catalog.goals
        for one in (outlooks(run, goal) if _on_cards(run, goal) else [])
        if one.code in _on_cards(run, goal) and one.target is not None
    ]


def of_plan(run: Run) -> Piece:
    """Show which targets of the plan are likely to be reached and which are not, by the words for chances."""
    found = targeted(run)
    if not found:
        return pieces.text(
            run.text("not_computed", reason=run.text("heading.no_targets")), kind="not_computed"
        )
    say, codes = run.text, [one.code for one in found]
    by_word = {
        word.code: [o for o in found if o.chance is not None and likelihood.word(o.chance).code == word.code]
        for word in likelihood.wording().words
    }
    rows = [(word[run.language], by_word[word.code]) for word in likelihood.wording().words]
    rows.append((say("heading.plan.unknown"), [o for o in found if o.chance is None]))
    return tables.table(
        "heading-plan",
        [
            Column(say("heading.chance"), [word for word, _ in rows]),
            Column(say("heading.plan.count"), [say.number(len(of)) for _, of in rows], True),
            Column(
                say("heading.plan.indicators"),
                ["; ".join(_name(run, o.code) for o in of) or say("none") for _, of in rows],
            ),
        ],
        title=sentence(run, found),
        source=figures.source(run, codes),
        notes=[
            *_up_to(run, found),
            *_unrealistic(run, found),
            *figures.target_notes(run, codes, ahead=True),
        ],
        details=[say("heading.how.chance"), say("heading.how.pace")],
        caveats=figures.caveats(run, codes, with_targets=True, ahead=True),
        indicators=codes,
    )


def sentence(run: Run, found: Sequence[Outlook], count: Linked | None = None) -> str:
    """Say how many targets are likely and how many unlikely to be reached; `count` leads to how."""
    words = Counter(likelihood.word(one.chance).code for one in found if one.chance is not None)
    likely, unlikely = (words[one] + words[f"very_{one}"] for one in ("likely", "unlikely"))
    undecided = len(found) - words.total()
    parts = [
        run.text("heading.plan.likely", count=likely) if likely else "",
        run.text("heading.plan.even", count=words["even"]) if words["even"] else "",
        run.text("heading.plan.unlikely", count=unlikely) if unlikely else "",
        run.text("heading.plan.open", count=undecided) if undecided else "",
    ]
    return run.text("heading.plan.title", count=count or len(found), parts=", ".join(filter(None, parts)))


def _up_to(run: Run, found: Sequence[Outlook]) -> list[str]:
    """Say of which years the targets are, where they are not all those of the plan's last year."""
    years, end = sorted({one.at for one in found if one.at is not None}), max(_plan_years(run))
    if not years or years == [end]:
        return []
    return [run.text("heading.plan.up_to", years=", ".join(map(str, years)), end=end)]


def _unrealistic(run: Run, found: Sequence[Outlook]) -> list[str]:
    codes = [one.code for one in found if one.pace is not None and not one.pace.realistic]
    return [run.text("heading.plan.unrealistic", count=len(codes), codes=", ".join(codes))] if codes else []


def message(run: Run) -> list[str]:
    """Say for the overview which targets are likely, where any chance is known."""
    found = targeted(run)
    if not any(one.chance is not None for one in found):
        return []
    codes = [one.code for one in found]
    said = sentence(run, found, figures.linked(run, "ahead", len(found)))
    return [figures.marked(run, said + ".", codes, with_targets=True, ahead=True)]


# -- how it was tested ---------------------------------------------------------------------------------


def backtest(run: Run) -> Piece:
    """Show what the back-test measured, for each kind of series, and how far ahead it is offered."""
    say, measured = run.text, outlook.kinds()
    rows = list(measured.kinds.items())

    def by_year(values: dict[int, float], decimals: int) -> str:
        return " / ".join(say.number(value, decimals) for _, value in sorted(values.items()))

    def share(value: float | None) -> str:
        return say("none") if value is None else say.percent(100 * value, 1)

    across = [kind.across for _, kind in rows if kind.across is not None]
    offered = [say.number(kind.offered) if kind.offered else say("heading.tested.not") for _, kind in rows]
    return tables.table(
        "backtest",
        [
            Column(say("heading.tested.kind"), [say(f"heading.kind.{code}") for code, _ in rows]),
            Column(say("heading.tested.cases"), [say.number(kind.cases) for _, kind in rows], True),
            Column(say("heading.tested.mase"), [by_year(kind.mase, 3) for _, kind in rows], True),
            Column(
                say("heading.tested.coverage"),
                [by_year({h: 100 * v for h, v in kind.coverage.items()}, 0) for _, kind in rows],
                True,
            ),
            Column(say("heading.tested.earlier"), [share(kind.earlier) for _, kind in rows], True),
            Column(say("heading.tested.offered"), offered),
        ],
        title=say(
            "heading.tested.title",
            cases=sum(kind.cases for _, kind in rows),
            offered=sum(kind.offered > 0 for _, kind in rows),
            kinds=len(rows),
        ),
        source=say("heading.tested.from", day=locale.day(measured.measured_on, run.language)),
        notes=[
            say("heading.tested.note"),
            say("heading.tested.across", low=100 * min(across), high=100 * max(across)),
        ],
        details=[say("heading.how.forecast"), say("heading.how.tested")],
    )
