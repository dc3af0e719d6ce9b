"""The indicators of an activity: where we stand, how it went over the years, what it is made of."""

import math
from collections.abc import Sequence

import pandas as pd

from .. import store
from ..analysis.disclosure import protect, ratio_shown
from ..catalog import Indicator
from ..measures import indicators as ranked
from ..measures import registry
from ..measures.core import Figure, MissingFigure, Period
from ..run import Run
from . import charts, pieces, tables
from .pieces import Piece
from .tables import Column

# How many years a trend shows, and which of them the pandemic broke (domain dossier, section 6).
_YEARS = 10
PANDEMIC = (2020, 2021)
_DECIMALS = {
    "count": 0,
    "try": 0,
    "eur": 0,
    "days": 0,
    "months": 0,
    "rank": 0,
    "index": 2,
    "ratio": 2,
    "score": 2,
}
_SHOWN_ROWS = 10


def of_activity(run: Run, activity: str) -> list[str]:
    """Return the codes of the indicators that an activity of the strategy has."""
    return [code for code, indicator in run.catalog.indicators.items() if activity in indicator.seed]


def reading(run: Run, code: str, period: Period | None = None) -> Figure:
    """Measure an indicator, from the registers or from the rankings."""
    wanted = period or run.period
    if code in ranked.computed():
        found = ranked.measure(run.rankings, run.institution.id, wanted.year, code)
        return Figure(found.value, reason="" if found.value is not None else "no_year")
    return run.measure(code, wanted)


def protected(indicator: Indicator, found: Figure) -> Figure:
    """Return a figure as it may be published: small counts of persons and shares of few are hidden."""
    if not indicator.person_count or found.value is None:
        return found
    if indicator.denominator is None and indicator.unit == "count":
        (shown,) = protect([found.value], total_shown=False)
        return found if shown is not None else Figure(None, reason="protected")
    if found.denominator is not None and not ratio_shown(found.denominator):
        return Figure(None, reason="protected")
    return found


def written(run: Run, indicator: Indicator, found: Figure) -> str:
    """Write a figure in its unit, or say why there is none."""
    if found.value is None or math.isnan(found.value):
        return run.text(f"activities.reason.{found.reason or 'no_year'}")
    if indicator.unit == "percent":
        return run.text.percent(found.value, 1)
    number = run.text.number(found.value, _DECIMALS.get(indicator.unit, 1))
    return run.text(f"activities.unit.{indicator.unit}", value=number)


def table(run: Run, *activities: str) -> Piece:
    """Show every indicator of one or more activities: value, the year before, change, definition."""
    codes = list(dict.fromkeys(code for activity in activities for code in of_activity(run, activity)))
    found = [run.catalog.indicators[code] for code in codes]
    now = [protected(i, reading(run, i.code)) for i in found]
    before = [protected(i, reading(run, i.code, run.period.before())) for i in found]
    say = run.text
    names = [_activity(run, activity) for activity in activities]
    return tables.table(
        f"indicators-{'-'.join(activities)}",
        [
            Column(say("activities.code"), codes),
            Column(say("activities.indicator"), [i.name[run.language] for i in found]),
            Column(
                _period(run, run.period), [written(run, i, f) for i, f in zip(found, now, strict=True)], True
            ),
            Column(
                _period(run, run.period.before()),
                [written(run, i, f) for i, f in zip(found, before, strict=True)],
                True,
            ),
            Column(
                say("activities.change"),
                [_change(run, i, a, b) for i, a, b in zip(found, now, before, strict=True)],
                True,
            ),
        ],
        title=say("activities.title", activities=", ".join(names)),
        source=source(run, codes),
        details=[f"{i.code}: {i.definition[run.language]}" for i in found],
        caveats=caveats(run, codes),
    )


def _activity(run: Run, code: str) -> str:
    goal = next(goal for goal in run.catalog.goals.values() if code in goal.activities)
    return goal.activities[code][run.language]


def _period(run: Run, period: Period) -> str:
    return run.text("activities.first_half", year=period.year) if period.half else str(period.year)


def _change(run: Run, indicator: Indicator, now: Figure, before: Figure) -> str:
    if now.value is None or before.value is None:
        return run.text("none")
    decimals = 1 if indicator.unit == "percent" else _DECIMALS.get(indicator.unit, 1)
    # The step between the figures as they are printed, so that a reader who subtracts finds the same.
    step = run.text.signed(round(now.value, decimals) - round(before.value, decimals), decimals)
    key = "activities.points" if indicator.unit == "percent" else f"activities.unit.{indicator.unit}"
    return run.text(key, value=step)


def _datasets(run: Run, codes: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name for code in codes for name in run.catalog.indicators[code].datasets))


def source(run: Run, codes: Sequence[str]) -> str:
    """Name the registers that indicators are computed from."""
    names = [
        store.definition(name)["meaning"][run.language]
        if isinstance(store.definition(name)["meaning"], dict)
        else run.text("activities.rankings")
        for name in _datasets(run, codes)
    ]
    return run.text("figure.source", sources="; ".join(dict.fromkeys(names)))


def caveats(run: Run, codes: Sequence[str]) -> dict[str, str]:
    """Return the doubts that go with indicators: whether their registers are demonstration data."""
    if any(store.is_demonstration(run.edition, name) for name in _datasets(run, codes)):
        return {"demonstration": run.catalog.caveats["demonstration"][run.language]}
    return {}


def trend(run: Run, *codes: str) -> Piece:
    """Show indicators over the last ten years side by side, each from nought; the pandemic is marked."""
    found = [run.catalog.indicators[code] for code in codes]
    years = list(range(run.year - _YEARS + 1, run.year + 1))
    series = {
        i.code: [protected(i, reading(run, i.code, Period(year, run.period.half))).value for year in years]
        for i in found
    }
    if all(value is None for values in series.values() for value in values):
        reason = run.text(f"activities.reason.{reading(run, codes[0]).reason or 'no_year'}")
        return pieces.text(run.text("not_computed", reason=reason), kind="not_computed")
    frame = pd.DataFrame({"year": years, **series}).astype(dict.fromkeys(series, float))
    labels = [i.name[run.language] for i in found]
    points = [
        f"{i.name[run.language]}: "
        + ", ".join(
            f"{year} {written(run, i, Figure(value))}"
            for year, value in zip(years, series[i.code], strict=True)
            if value is not None
        )
        for i in found
    ]
    words = charts.Words(
        _finding(run, found[0], years, series[found[0].code]),
        run.text("activities.trend_subtitle"),
        source(run, codes),
        points,
        caveats=caveats(run, codes),
    )
    percents = [i.unit == "percent" for i in found]
    return charts.small_multiples(frame, list(series), labels, percents, PANDEMIC, run.text, words)


def _finding(run: Run, indicator: Indicator, years: list[int], values: list[float | None]) -> str:
    known = [(y, v) for y, v in zip(years, values, strict=True) if v is not None]
    name = indicator.name[run.language]
    if not known:
        return name
    (first, began), (last, ended) = known[0], known[-1]
    return run.text(
        "activities.finding",
        name=name,
        first=first,
        last=last,
        began=written(run, indicator, Figure(began)),
        ended=written(run, indicator, Figure(ended)),
    )


def by(run: Run, code: str, column: str) -> Piece:
    """Break an indicator of the year down by a column, the largest first; small groups are protected."""
    indicator = run.catalog.indicators[code]
    try:
        rows = registry.breakdown(run.catalog, run.registers, run.period, code, column)
    except MissingFigure as missing:
        reason = run.text(f"activities.reason.{missing.reason}")
        return pieces.text(run.text("not_computed", reason=reason), kind="not_computed")
    say = run.text
    counts = list(rows["numerator"])
    shown = protect(counts) if indicator.person_count else [float(count) for count in counts]
    names = [_named(run, column, value) for value in rows[column]]
    top, rest = min(_SHOWN_ROWS, len(rows)), len(rows) - _SHOWN_ROWS
    cells = [say("activities.hidden") if v is None else say.number(v) for v in shown[:top]]
    notes = [say("activities.protected")] if any(v is None for v in shown[:top]) else []
    if rest > 0:
        notes.append(say("activities.rest", count=rest))
    return tables.table(
        f"by-{code}-{column}".replace(".", "-").replace("_", "-"),
        [
            Column(say(f"activities.by.{column}"), names[:top]),
            Column(indicator.name[run.language], cells, True),
        ],
        title=say(
            "activities.by_title",
            name=indicator.name[run.language],
            column=say(f"activities.by.{column}"),
            period=_period(run, run.period),
        ),
        source=source(run, [code]),
        notes=notes,
        caveats=caveats(run, [code]),
    )


def _named(run: Run, column: str, value: object) -> str:
    if column == "country_code" or column.endswith("citizenship_code"):
        return run.text.country(str(value))
    if column == "unit" and str(value) in run.catalog.units:
        return run.catalog.units[str(value)].name(run.language)
    return run.text(f"activities.value.{value}") if value != "" else run.text("none")
