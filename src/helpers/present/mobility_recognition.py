"""What students bring home: stays that do not count, and ECTS earned abroad against ECTS recognised."""

import pandas as pd

from ..measures import mobility as measures
from ..measures.core import MissingFigure, Period
from ..run import Run
from . import charts, figures, persons, pieces, tables
from . import mobility_words as words
from .pieces import Piece
from .tables import Column

_REASONS = {
    measures.TOO_SHORT: "mobility.reason.too_short",
    measures.TOO_LONG: "mobility.reason.too_long",
    measures.NO_VIRTUAL_PART: "mobility.reason.no_virtual_part",
    measures.GROUP_TOO_SMALL: "mobility.reason.group_too_small",
    measures.NO_RULE: "mobility.reason.no_rule",
}


@words.or_reason
def validity(run: Run) -> Piece:
    """Show the completed stays that do not count, by reason."""
    rows = measures.uncounted(run.registers, run.period)
    say, period = run.text, words.academic_year(run.period)
    shown = persons.number(run, measures.uncounted_stays)
    if shown == 0:
        return pieces.text(words.titled(run, say("mobility.validity.none", period=period)))
    title = (
        say("mobility.validity.title_few", period=period)
        if shown is None
        else say("mobility.validity.title", period=period, count=shown)
    )
    if run.unit:
        own = persons.of_units(run, measures.uncounted_stays, "reason", run.period, groups_shown=True)
        counts = [
            own.loc[run.unit].get(reason) if run.unit in own.index else None for reason in rows["reason"]
        ]
    else:
        counts = persons.counts(run, rows["count"], total_shown=shown is not None)
    cells = [words.cell(run, count) for count in counts]
    return tables.table(
        "mobility-validity",
        [
            Column(say("mobility.validity.reason"), [say(_REASONS[reason]) for reason in rows["reason"]]),
            Column(say("mobility.validity.stays"), cells, True),
        ],
        title=words.titled(run, title),
        source=words.source(run, words.OUT),
        notes=[*words.hidden_note(run, cells), say("mobility.validity.note")],
        indicators=[words.OUT, "uncounted"],
        caveats=figures.caveats(run, [words.OUT]),
    )


@words.or_reason
def recognition(run: Run) -> Piece:
    """Show ECTS earned abroad and recognised over ten years; a year of few students is left out."""
    now = measures.recognition(run.registers, run.period)
    periods = [Period(year, run.period.half) for year in range(run.year - words.YEARS + 1, run.year + 1)]
    frame = pd.DataFrame([words.ects(run, of) for of in periods], columns=["year", "whole", "part", "is_few"])
    known = frame.dropna()
    if known.empty:
        raise MissingFigure("protected" if len(now) else "no_denominator")
    known_from = frame[frame["year"] >= known["year"].min()]
    say = run.text
    points = [
        say(
            "mobility.recognition.point",
            period=f"{row['year']:.0f}-{row['year'] + 1:.0f}",
            recognised=row["part"],
            earned=row["whole"],
            share=100 * row["part"] / row["whole"],
        )
        for row in known.to_dict("records")
    ]
    told = charts.Words(
        words.titled(run, _recognition_finding(run, known)),
        say("mobility.recognition.subtitle") + say("finding.n.years", count=len(known)),
        words.source(run, words.RATE),
        points,
        [
            *([say("mobility.recognition.few")] if frame["is_few"].any() else []),
            *_target_of(run, words.RATE),
        ],
        figures.caveats(run, [words.RATE]),
        data=_recognition_data(run, known_from),
        indicators=[words.RATE],
    )
    labels = (say("mobility.recognition.lost"), say("mobility.recognition.recognised"))
    return charts.part_of_whole(known_from, labels, say, told)


def _recognition_data(run: Run, frame: pd.DataFrame) -> list[Column]:
    say, rows = run.text, frame.to_dict("records")
    cells = [
        [say("none")] * 3
        if pd.isna(row["part"])
        else [
            say.number(row["whole"]),
            say.number(row["part"]),
            say.percent(100 * row["part"] / row["whole"], 1),
        ]
        for row in rows
    ]
    return [
        Column(say("data.academic_year"), [f"{row['year']:.0f}-{row['year'] + 1:.0f}" for row in rows]),
        Column(say("mobility.recognition.earned"), [cell[0] for cell in cells], True),
        Column(say("mobility.recognition.recognised"), [cell[1] for cell in cells], True),
        Column(say("mobility.recognition.share"), [cell[2] for cell in cells], True),
    ]


def _recognition_finding(run: Run, known: pd.DataFrame) -> str:
    row = known.iloc[-1]
    period = f"{row['year']:.0f}-{row['year'] + 1:.0f}"
    share = 100 * row["part"] / row["whole"]
    return run.text("mobility.recognition.title", share=share, earned=row["whole"], period=period)


def _target_of(run: Run, code: str) -> list[str]:
    """Say the target of the year with the status against it, for a chart that has no place for it."""
    against = "" if run.period.half else figures.against_target(run, code, persons.figure(run, code))
    if not against:
        return []
    target = run.text("mobility.target", year=run.year, target=against)
    return [target, *figures.target_notes(run, [code])]


@words.or_reason
def recognition_by_unit(run: Run) -> Piece:
    """Show ECTS earned and recognised by unit, the largest loss first; small units stand together."""
    words.held(run, words.RATE)
    if run.unit:
        return words.one_unit(run)
    rows, small = pooled(run, measures.recognition(run.registers, run.period))
    if rows.empty:
        raise MissingFigure("protected")
    say = run.text
    alone, together = rows[rows["unit"] != POOLED], rows[rows["unit"] == POOLED]
    top, rest = pd.concat([alone.head(words.SHOWN), together]), len(alone) - words.SHOWN
    names = [
        say("mobility.recognition.pooled", count=small)
        if unit == POOLED
        else figures.named(run, "unit", unit)
        for unit in top["unit"]
    ]
    lost = top["earned_ects"] - top["recognised_ects"]
    title = (
        say("mobility.recognition.unit_title", first=names[0], lost=lost.iloc[0])
        if lost.iloc[0] > 0
        else say("mobility.recognition.unit_plain", period=words.academic_year(run.period))
    )
    return tables.table(
        "mobility-recognition",
        [
            Column(say("mobility.by.unit"), names),
            Column(say("mobility.recognition.lost"), [say.number(n) for n in lost], True),
            Column(
                say("mobility.recognition.share"),
                [
                    say.percent(100 * part / whole, 1)
                    for part, whole in zip(top["recognised_ects"], top["earned_ects"], strict=True)
                ],
                True,
            ),
            Column(say("mobility.recognition.earned"), [say.number(n) for n in top["earned_ects"]], True),
            Column(
                say("mobility.recognition.students"), [say.number(n) for n in top["students_count"]], True
            ),
        ],
        title=words.titled(run, title),
        source=words.source(run, words.RATE),
        notes=[
            *([say("mobility.recognition.pooled_note")] if small else []),
            *([say("activities.rest", count=rest)] if rest > 0 else []),
        ],
        indicators=[words.RATE],
        caveats=figures.caveats(run, [words.RATE]),
    )


# The row that holds all units of too few students.
POOLED = ""


def pooled(run: Run, rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Put units of fewer than eight students into one row, which holds eight and two units at least.

    Returns the rows, the largest loss first and the pooled one last, and how many units were pooled. Where
    even all together are too few, no row is left.
    """
    few = pd.Series(persons.pooled(run, rows["students_count"]), index=rows.index, dtype=bool)
    if not few.any():
        return rows, 0
    together = rows[few].drop(columns="unit").sum()
    if few.all() and not persons.has_mean(run, together["students_count"]):
        return rows.iloc[:0], int(few.sum())
    return pd.concat([rows[~few], pd.DataFrame([{"unit": POOLED, **together}])], ignore_index=True), int(
        few.sum()
    )
