"""The indicators of an activity: where we stand, how it went over the years, what it is made of."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from ..catalog import Indicator
from ..measures.core import Figure, MissingFigure, Period
from ..plan.tables import DECIMALS, waits_for_year_end
from ..run import Run
from . import charts, findings, persons, pieces, tables
from .figures import (
    against_target,
    area,
    caveats,
    led,
    named,
    of_activity,
    period,
    rejections,
    scored,
    source,
    target,
    target_notes,
    why_missing,
    written,
)
from .ledger import restated
from .pieces import Piece
from .tables import Column

# How many years a trend shows, and which of them the pandemic broke (domain dossier, section 6).
_YEARS = 10
PANDEMIC = (2020, 2021)
_SHOWN_ROWS = 10
_NAMED_AREAS = 2
# The score of an indicator that is at its target.
_FULL = 100


def table(run: Run, *activities: str) -> Piece:
    """Show every indicator of one or more activities: value, the year before, change, definition."""
    codes = list(dict.fromkeys(code for activity in activities for code in of_activity(run, activity)))
    found = [run.catalog.indicators[code] for code in codes]
    now = [persons.figure(run, i.code) for i in found]
    before = [persons.figure(run, i.code, run.period.before()) for i in found]
    say = run.text
    names = [area(run, activity) for activity in activities]
    aims = [against_target(run, i.code, f) for i, f in zip(found, now, strict=True)]
    against = [Column(say("activities.target"), [aim or say("none") for aim in aims])] if any(aims) else []
    return tables.table(
        f"indicators-{'-'.join(activities)}",
        [
            Column(say("activities.code"), [led(run, code, code) for code in codes]),
            Column(say("activities.indicator"), [i.name[run.language] for i in found]),
            Column(
                period(run, run.period),
                [led(run, i.code, written(run, i, f)) for i, f in zip(found, now, strict=True)],
                True,
            ),
            Column(
                period(run, run.period.before()),
                [written(run, i, f) for i, f in zip(found, before, strict=True)],
                True,
            ),
            Column(
                say("activities.change"),
                [_change(run, i, a, b) for i, a, b in zip(found, now, before, strict=True)],
                True,
            ),
            *against,
        ],
        title=findings.indicators(
            run,
            ", ".join(names)
            if len(names) <= _NAMED_AREAS
            else say("finding.areas", first=activities[0], last=activities[-1]),
            _reached(run, found, now),
            [_pair(i, a, b) for i, a, b in zip(found, now, before, strict=True)],
        ),
        source=source(run, codes),
        notes=[*target_notes(run, codes), *restated(run, codes), *rejections(run, codes)],
        details=[f"{i.code}: {i.definition[run.language]}" for i in found],
        caveats=caveats(run, codes, with_targets=True),
        indicators=codes,
    )


def _reached(run: Run, found: Sequence[Indicator], now: Sequence[Figure]) -> list[bool]:
    """Tell of the indicators with a target whether it is reached; by the middle of the year none is due."""
    if run.period.half:
        return []
    told = [scored(run, i.code, figure) for i, figure in zip(found, now, strict=True)]
    return [one.scored == _FULL for one in told if one is not None and not one.excluded]


def _decimals(indicator: Indicator) -> int:
    return 1 if indicator.unit == "percent" else DECIMALS.get(indicator.unit, 0)


def _pair(indicator: Indicator, now: Figure, before: Figure) -> findings.Pair:
    """Return two figures as they are printed, so that a reader who compares or subtracts finds the same."""
    decimals = _decimals(indicator)
    values = [None if f.value is None else round(f.value, decimals) for f in (now, before)]
    return values[0], values[1]


def _change(run: Run, indicator: Indicator, now: Figure, before: Figure) -> str:
    decimals, (ended, began) = _decimals(indicator), _pair(indicator, now, before)
    if ended is None or began is None:
        return run.text("none")
    step = run.text.signed(ended - began, decimals)
    key = "activities.points" if indicator.unit == "percent" else f"activities.unit.{indicator.unit}"
    return run.text(key, value=step)


def trend(run: Run, *codes: str) -> Piece:
    """Show indicators over the last ten years side by side, each from nought; the pandemic is marked."""
    found = [run.catalog.indicators[code] for code in codes]
    years = list(range(run.year - _YEARS + 1, run.year + 1))
    read = {
        i.code: [persons.figure(run, i.code, Period(year, run.period.half)) for year in years] for i in found
    }
    series = {code: [figure.value for figure in figures] for code, figures in read.items()}
    hidden = any(figure.reason == "protected" for figures in read.values() for figure in figures)
    if all(value is None for values in series.values() for value in values):
        reason = why_missing(run, codes[0], persons.figure(run, codes[0]))
        return pieces.text(run.text("not_computed", reason=reason), kind="not_computed")
    frame = pd.DataFrame({"year": years, **series}).astype(dict.fromkeys(series, float))
    # A target for the end of the year stands beside no count of its first half.
    aims = {
        i.code: [
            None if run.period.half and waits_for_year_end(i) else target(run, i.code, year) for year in years
        ]
        for i in found
    }
    aimed = pd.DataFrame({"year": years, **aims}).astype(dict.fromkeys(aims, float))
    labels = [i.name[run.language] for i in found]
    points = [
        f"{i.name[run.language]}: "
        + ", ".join(
            f"{year} {written(run, i, Figure(value))}"
            for year, value in zip(years, series[i.code], strict=True)
            if value is not None
        )
        + _aims(run, i, years, aims[i.code])
        for i in found
    ]
    with_targets = bool(aimed[list(aims)].notna().any(axis=None))
    words = charts.Words(
        _finding(run, found, years, series),
        _subtitle(run, found, with_targets) + run.text("finding.n.years", count=_known_years(series)),
        source(run, codes),
        points,
        [*target_notes(run, codes), *([run.text("activities.protected")] if hidden else [])],
        caveats=caveats(run, codes),
        data=_trend_data(run, found, years, read, aims),
        indicators=codes,
    )
    writes = [partial(_written, run, i) for i in found]
    return charts.small_multiples(frame, list(series), labels, writes, PANDEMIC, words, aimed)


def _subtitle(run: Run, found: Sequence[Indicator], with_targets: bool) -> str:
    """Say how the panels are to be read, and in which units they are."""
    return run.text(
        "finding.units",
        units=", ".join(dict.fromkeys(run.text(f"plan.unit.{i.unit}") for i in found)),
        subtitle=run.text("activities.trend_targets" if with_targets else "activities.trend_subtitle"),
    )


def _known_years(series: Mapping[str, list[float | None]]) -> int:
    return sum(any(value is not None for value in of_year) for of_year in zip(*series.values(), strict=True))


def _trend_data(
    run: Run,
    found: Sequence[Indicator],
    years: list[int],
    read: Mapping[str, list[Figure]],
    aims: Mapping[str, list[float | None]],
) -> list[Column]:
    """Return the years with each indicator's figures, then the targets of those that have any."""
    say, name = run.text, {i.code: i.name[run.language] for i in found}
    hidden = say("activities.hidden")

    def cell(indicator: Indicator, figure: Figure) -> str:
        if figure.value is None:
            return hidden if figure.reason == persons.PROTECTED else say("none")
        return written(run, indicator, figure)

    return [
        Column(say("data.year"), [str(year) for year in years]),
        *(Column(name[i.code], [cell(i, figure) for figure in read[i.code]], True) for i in found),
        *(
            Column(
                say("data.target_of", name=name[i.code]),
                ["" if aim is None else written(run, i, Figure(aim)) for aim in aims[i.code]],
                True,
            )
            for i in found
            if any(aim is not None for aim in aims[i.code])
        ),
    ]


def _written(run: Run, indicator: Indicator, value: float) -> str:
    return written(run, indicator, Figure(value))


def _aims(run: Run, indicator: Indicator, years: list[int], aims: list[float | None]) -> str:
    """Write the targets of an indicator's years, after its values; empty where there is none."""
    listed = ", ".join(
        f"{year} {written(run, indicator, Figure(aim))}"
        for year, aim in zip(years, aims, strict=True)
        if aim is not None
    )
    return run.text("activities.targets", targets=listed) if listed else ""


def _finding(
    run: Run, found: Sequence[Indicator], years: list[int], series: Mapping[str, list[float | None]]
) -> str:
    """Say how the first indicator with figures went, and how many of all went the same way."""
    values = [
        (i, [(y, v) for y, v in zip(years, series[i.code], strict=True) if v is not None]) for i in found
    ]
    known = [(i, of_years) for i, of_years in values if of_years]
    chosen, of_years = known[0]
    (first, began), (last, ended) = of_years[0], of_years[-1]
    said = run.text(
        "activities.finding" if first < last else "finding.year",
        name=chosen.name[run.language],
        first=period(run, Period(first, run.period.half)),
        last=period(run, Period(last, run.period.half)),
        began=written(run, chosen, Figure(began)),
        ended=written(run, chosen, Figure(ended)),
    )
    ends = [(i, held[-1][1], held[0][1]) for i, held in known if len(held) > 1]
    return findings.over_years(run, said, [_pair(i, Figure(a), Figure(b)) for i, a, b in ends])


def by(run: Run, code: str, column: str) -> Piece:
    """Break an indicator of the year down by a column, the largest first; small groups are protected."""
    indicator, say = run.catalog.indicators[code], run.text
    try:
        found = persons.by(run, code, column)
    except MissingFigure as missing:
        return pieces.text(
            say("not_computed", reason=say(f"activities.reason.{missing.reason}")), kind="not_computed"
        )
    rows = found.rows.assign(name=[named(run, column, value) for value in found.rows[column]])
    # In the order of their size, hidden rows would tell it.
    seen, unseen = rows[rows["shown"].notna()], rows[rows["shown"].isna()].sort_values("name")
    rows = pd.concat([seen, unseen])
    top, rest = rows.head(_SHOWN_ROWS), len(rows) - _SHOWN_ROWS
    names = list(top["name"])
    cells = [say("activities.hidden") if pd.isna(v) else say.number(v) for v in top["shown"]]
    notes = persons.notes(run, found, cells)
    if rest > 0:
        notes.append(say("activities.rest", count=rest))
    return tables.table(
        f"by-{code}-{column}".replace(".", "-").replace("_", "-"),
        [
            Column(say(f"activities.by.{column}"), names),
            Column(indicator.name[run.language], cells, True),
        ],
        title=findings.first(
            run,
            say("finding.of", name=indicator.name[run.language], period=period(run, run.period)),
            say(f"activities.by.{column}"),
            list(rows["name"]),
            list(rows["shown"]),
        ),
        source=source(run, [code]),
        notes=notes,
        caveats=caveats(run, [code]),
        indicators=[code],
    )
