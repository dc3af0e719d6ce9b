"""The indicators of an activity: where we stand, how it went over the years, what it is made of."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from ..catalog import Indicator
from ..measures.core import Figure, MissingFigure, Period
from ..plan.tables import DECIMALS, waits_for_year_end
from ..run import Run
from . import charts, persons, pieces, tables
from .figures import (
    against_target,
    area,
    caveats,
    led,
    named,
    of_activity,
    period,
    rejections,
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
        title=say("activities.title", activities=", ".join(names))
        if len(names) <= _NAMED_AREAS
        else say("activities.title_many", first=activities[0], last=activities[-1]),
        source=source(run, codes),
        notes=[*target_notes(run, codes), *restated(run, codes), *rejections(run, codes)],
        details=[f"{i.code}: {i.definition[run.language]}" for i in found],
        caveats=caveats(run, codes, with_targets=True),
        indicators=codes,
    )


def _change(run: Run, indicator: Indicator, now: Figure, before: Figure) -> str:
    if now.value is None or before.value is None:
        return run.text("none")
    decimals = 1 if indicator.unit == "percent" else DECIMALS.get(indicator.unit, 0)
    # The step between the figures as they are printed, so that a reader who subtracts finds the same.
    step = run.text.signed(round(now.value, decimals) - round(before.value, decimals), decimals)
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
        _finding(run, found[0], years, series[found[0].code]),
        run.text("activities.trend_targets" if with_targets else "activities.trend_subtitle"),
        source(run, codes),
        points,
        [*target_notes(run, codes), *([run.text("activities.protected")] if hidden else [])],
        caveats=caveats(run, codes),
        data=_trend_data(run, found, years, read, aims),
        indicators=codes,
    )
    writes = [partial(_written, run, i) for i in found]
    return charts.small_multiples(frame, list(series), labels, writes, PANDEMIC, words, aimed)


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


def _finding(run: Run, indicator: Indicator, years: list[int], values: list[float | None]) -> str:
    known = [(y, v) for y, v in zip(years, values, strict=True) if v is not None]
    name = indicator.name[run.language]
    if not known:
        return name
    (first, began), (last, ended) = known[0], known[-1]
    return run.text(
        "activities.finding",
        name=name,
        first=period(run, Period(first, run.period.half)),
        last=period(run, Period(last, run.period.half)),
        began=written(run, indicator, Figure(began)),
        ended=written(run, indicator, Figure(ended)),
    )


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
        title=say(
            "activities.by_title",
            name=indicator.name[run.language],
            column=say(f"activities.by.{column}"),
            period=period(run, run.period),
        ),
        source=source(run, [code]),
        notes=notes,
        caveats=caveats(run, [code]),
        indicators=[code],
    )
