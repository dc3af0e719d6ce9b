"""The plan at a glance: its goals, indicators against targets, what changed, what is to be decided."""

import math

import pandas as pd

from ..measures import cross
from ..measures.core import MissingFigure
from ..plan import performance
from ..plan.assessment import Assessment, Line
from ..plan.tables import half_year_pace, waits_for_year_end
from ..run import Run
from . import cards, charts, figures, findings, messages, pieces, standing, tables
from .pieces import NOTE_TYPE, Piece
from .tables import Column

# How many changes in each direction, how many decisions, and how far ahead these lie.
_CHANGES, _DECISIONS, _MONTHS_AHEAD = 5, 20, 6
_INTERNATIONAL = cross.LEVELS[-1]


def goals(run: Run) -> Piece:
    """Show the performance of every goal and of the plan, strict and by the indicators with data."""
    try:
        found = cards.assessed(run)
    except cards.NoCard as missing:
        return _not_computed(run, str(missing))
    say, scale = run.text, performance.scale()
    rows = [
        (
            one.card.objective[run.language],
            one.objective.strict,
            one.objective.available,
            one.objective.coverage,
            say("overview.reached_of", reached=_reached(one), count=_counted(one)),
        )
        for one in found
    ]
    aims = {one.card.aim.code: one.card.aim for one in found}
    means = {
        code: performance.aim([o.objective.strict for o in found if o.card.aim.code == code]) for code in aims
    }
    whole = performance.plan([mean.value for mean in means.values()])
    totals = [(say("overview.plan"), whole.value, None, None, "")]
    if len(aims) > 1:
        totals = [
            (aims[code][run.language], mean.value, None, None, "") for code, mean in means.items()
        ] + totals
    every = [*rows, *totals]
    led = [f"objective.{one.card.key}" for one in found]
    performances = [
        figures.led(run, code, _percent(run, row[1]))
        for code, row in zip([*led, *["plan"] * len(totals)], every, strict=True)
    ]
    statuses = [_unbroken(scale.band(row[1]).label(run.language)) for row in every]
    codes = [line.entry.code for one in found for line in one.lines]
    shown = tables.table(
        "goals",
        [
            Column(say("overview.goal"), [row[0] for row in every]),
            Column(say("plan.head.performance"), performances, True),
            # By the middle of the year, yearly counts are far from their targets by the calendar alone.
            *([] if run.period.half else [Column(say("overview.status"), statuses)]),
            Column(say("overview.at_target"), [row[4] for row in every], True),
            Column(say("plan.head.available"), [_percent(run, row[2]) for row in every], True),
            Column(say("plan.head.coverage"), [_percent(run, row[3], 0) for row in every], True),
        ],
        title=findings.goals(
            run, figures.period(run, run.period), [(row[0], row[1]) for row in rows], whole.value
        ),
        source=figures.source(run, codes),
        notes=[say("overview.mean"), *figures.target_notes(run, codes)],
        caveats=figures.caveats(run, codes),
        indicators=codes,
    )
    tiles = [
        {
            "title": one.card.objective[run.language],
            "value": _percent(run, one.objective.strict),
            "more": say("overview.tile", reached=_reached(one), count=_counted(one)),
            "page": run.catalog.goals[one.card.goal].page,
            **({} if run.period.half else _status(run, scale.band(one.objective.strict))),
        }
        for one in found
    ]
    note = {**shown.bundle[NOTE_TYPE], "tiles": tiles}
    return Piece({**shown.bundle, NOTE_TYPE: note}, shown.metadata, shown.cells)


def _status(run: Run, band: performance.Band) -> dict[str, str]:
    """Return a status as a tile shows it: symbol and label, and the tone that the page colours them by."""
    return {"status": _unbroken(band.label(run.language)), "tone": band.tone}


def _percent(run: Run, value: float | None, decimals: int = 1) -> str:
    return run.text("none") if value is None else run.text.percent(value, decimals)


def _unbroken(label: str) -> str:
    """Keep a symbol on the line of the word that it belongs to."""
    return label.replace(" ", "\N{NO-BREAK SPACE}", 1)


def _reached(found: Assessment) -> int:
    return sum(line.performance.scored == 100 for line in found.lines)


def _counted(found: Assessment) -> int:
    return sum(not line.performance.excluded for line in found.lines)


def _not_computed(run: Run, reason: str) -> Piece:
    return pieces.text(run.text("not_computed", reason=reason), kind="not_computed")


def targets(run: Run) -> Piece:
    """Show every indicator of the goal cards against its target of the year."""
    try:
        found = cards.assessed(run)
    except cards.NoCard as missing:
        return _not_computed(run, str(missing))
    say, scale = run.text, performance.scale()
    lines = [(one, line) for one in found for line in one.lines]
    raw = [line.performance.raw for _, line in lines]
    frame = pd.DataFrame(
        {
            "group": [one.card.objective[run.language] for one, _ in lines],
            "label": [line.indicator.name[run.language] for _, line in lines],
            "raw": [math.nan if value is None else value for value in raw],
        }
    )
    bands = [scale.status(line.performance) for _, line in lines]
    marks = [_mark(run, line, band) for (_, line), band in zip(lines, bands, strict=True)]
    codes = [line.entry.code for _, line in lines]
    named = [line.indicator for _, line in lines]
    words = charts.Words(
        say(
            "overview.targets_title_half" if run.period.half else "overview.targets_title",
            reached=sum(_reached(one) for one in found),
            count=sum(_counted(one) for one in found),
            period=figures.period(run, run.period),
        ),
        say("overview.targets_subtitle") + say("finding.n.indicators", count=len(lines)),
        figures.source(run, codes),
        [f"{label} ({code}): {mark}" for label, code, mark in zip(frame["label"], codes, marks, strict=True)],
        [say("overview.targets_note"), *figures.target_notes(run, codes)],
        figures.caveats(run, codes),
        data=[
            Column(say("activities.indicator"), [f"{i.name[run.language]} ({i.code})" for i in named]),
            Column(say("overview.goal"), list(frame["group"])),
            Column(say("holding.performance"), marks, True),
        ],
        indicators=codes,
    )
    return charts.against_targets(frame, marks, run.text, words)


def _mark(run: Run, line: Line, band: performance.Band) -> str:
    """Write a performance with its status; at the half year a yearly count has a pace and no status yet."""
    raw, indicator = line.performance.raw, line.indicator
    if raw is None:
        return band.label(run.language)
    if run.period.half and waits_for_year_end(indicator):
        going = half_year_pace(indicator, raw)
        pace = "" if going is None else f" · {run.text('activities.pace', pace=going)}"
        return _percent(run, raw, 0) + pace
    return f"{band.symbol} {_percent(run, raw, 0)}"


def changes(run: Run) -> Piece:
    """Show the indicators that improved and worsened most against the year before."""
    rows = messages.changes(run, list(run.catalog.indicators))
    best = rows[rows["gain"] > 0].head(_CHANGES)
    worst = rows[rows["gain"] < 0].tail(_CHANGES).iloc[::-1]
    if best.empty and worst.empty:
        return _not_computed(run, run.text("activities.reason.no_year"))
    say = run.text
    codes = [*best["code"], *worst["code"]]
    found = [run.catalog.indicators[code] for code in codes]
    pairs = [standing.pair(run, code) for code in codes]
    ways = [_unbroken(say("overview.better"))] * len(best) + [_unbroken(say("overview.worse"))] * len(worst)
    return tables.table(
        "changes",
        [
            Column(say("activities.indicator"), [f"{i.name[run.language]} ({i.code})" for i in found]),
            Column(say("overview.way"), ways),
            Column(
                figures.period(run, run.period),
                [
                    figures.led(run, i.code, figures.written(run, i, now))
                    for i, (now, _) in zip(found, pairs, strict=True)
                ],
                True,
            ),
            Column(
                figures.period(run, run.period.before()),
                [figures.written(run, i, before) for i, (_, before) in zip(found, pairs, strict=True)],
                True,
            ),
        ],
        title=say(
            "finding.changes",
            period=figures.period(run, run.period.before()),
            better=int((rows["gain"] > 0).sum()),
            worse=int((rows["gain"] < 0).sum()),
        ),
        source=figures.source(run, codes),
        notes=[say("overview.changes_note")],
        caveats=figures.caveats(run, codes),
        indicators=codes,
    )


def decisions(run: Run) -> Piece:
    """Show what is overdue at the period's end or due in the six months after, each with its owner."""
    try:
        rows = cross.open_actions(run.registers, run.period)
    except MissingFigure as missing:
        return _not_computed(run, run.text(f"activities.reason.{missing.reason}"))
    end = pd.Timestamp(run.period.end)
    due = pd.to_datetime(rows["due_date"])
    # Six months after 30 June end on 31 December, not on the 30th.
    ahead = (end + pd.DateOffset(days=1)) + pd.DateOffset(months=_MONTHS_AHEAD) - pd.DateOffset(days=1)
    rows = rows[due <= ahead]
    say = run.text
    if rows.empty:
        return pieces.text(say("standing.nothing_owed"))
    listed = rows.head(_DECISIONS).to_dict("records")
    days = [(pd.Timestamp(row["due_date"]) - end).days for row in listed]
    more = len(rows) - len(listed)
    return tables.table(
        "decisions",
        [
            Column(
                say("overview.due"),
                [standing.day(run, pd.Timestamp(row["due_date"]).date()) for row in listed],
            ),
            Column(say("overview.decision"), [str(row[f"title_{run.language}"]) for row in listed]),
            Column(say("overview.owner"), [standing.owner(run, row) for row in listed]),
            Column(say("overview.activity"), [figures.area(run, str(row["activity"])) for row in listed]),
            Column(
                say("overview.state"),
                [_state(run, n) for n in days],
            ),
        ],
        title=say("overview.decisions_title", late=int(rows["is_overdue"].sum()), count=len(rows)),
        source=figures.source(run, ["GX.05"]),
        notes=[say("overview.more", count=more)] if more else [],
        caveats=figures.caveats(run, ["GX.05"]),
        indicators=["GX.05"],
    )


def _state(run: Run, days: int) -> str:
    if days == 0:
        return run.text("overview.that_day")
    return run.text("overview.late", days=-days) if days < 0 else run.text("overview.ahead", days=days)


def levels(run: Run) -> Piece:
    """Show what was done at regional, national and international level, by kind of activity."""
    rows = cross.levels(run.registers, run.period)
    if rows.empty:
        found = figures.reading(run, "GX.03")
        return _not_computed(run, figures.why_missing(run, "GX.03", found))
    say = run.text
    sums = [int(row[list(cross.LEVELS)].sum()) for _, row in rows.iterrows()]
    kinds = [say(f"overview.levelled.{name}") for name in rows["activity"]]
    international = list(zip(kinds, map(int, rows[_INTERNATIONAL]), sums, strict=True))

    def share(level: str) -> list[str]:
        cells = zip(rows[level], sums, strict=True)
        return [
            say("overview.count_share", count=count, share=100 * count / total)
            if total
            else say.number(count)
            for count, total in cells
        ]

    return tables.table(
        "levels",
        [
            Column(say("overview.kind"), kinds),
            *(Column(run.catalog.label(level, run.language), share(level), True) for level in cross.LEVELS),
            Column(say("overview.total"), [say.number(total) for total in sums], True),
        ],
        title=findings.levels(run, figures.period(run, run.period), international),
        source=figures.source(run, ["GX.03", "G4.01"]),
        notes=[say("overview.levels_note")],
        caveats=figures.caveats(run, ["GX.03", "G4.01"]),
        indicators=["GX.03", "G4.01"],
    )
