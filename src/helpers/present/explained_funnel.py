"""One cohort from a fair's lead to graduation, and where it leaks (analysis.funnel)."""

from dataclasses import dataclass

import pandas as pd

from ..analysis import funnel as analysis
from ..measures import cohorts
from ..measures.core import MissingFigure, Period
from ..run import Run
from . import charts, figures, persons, pieces, tables
from . import mobility_words as words
from .pieces import Piece
from .tables import Column

_REGISTERS = ["fairs", "applications", "students", "graduates"]
_CODES = ["G1.06", "G2.05", "G2.06", "G2.10"]
_STAGES = {
    "leads": "explained.funnel.leads",
    "applied": "explained.funnel.applied",
    "eligible": "explained.funnel.eligible",
    "offered": "explained.funnel.offered",
    "registered": "explained.funnel.registered",
    "returned": "explained.funnel.returned",
    "graduated": "explained.funnel.graduated",
}


@dataclass(frozen=True)
class _Row:
    """A stage on one way into a cohort, as it may be published.

    `count` and `share` are cells; `number` is None where it is hidden, or not known (then `later` says from
    which year on it will be, if it will); `stage` is there where its share of the stage before may be shown.
    """

    name: str
    count: str
    share: str
    number: float | None = None
    stage: analysis.Stage | None = None
    later: int | None = None


_Way = list[_Row]


@words.or_reason
def funnel(run: Run, complete: bool = False) -> Piece:
    """Show how many of a cohort came through each stage, and which stage loses most.

    The cohort is the newest one, as a chart; `complete` takes the newest that has had the time to graduate,
    as a table, with those who came from fairs beside all.
    """
    cohort = run.period.before(cohorts.YEARS_TO_GRADUATE) if complete else run.period
    first = cohorts.first_known(run.registers)
    if complete and cohort.academic_year < first:
        enough = cohorts.known_from("graduated", first)
        return pieces.text(
            run.text("explained.funnel.too_early", first=first, year=enough), kind="not_computed"
        )
    every = _way(run, cohort, None)
    fairs = _way(run, cohort, every)
    return _table(run, cohort, every, fairs) if complete else _chart(run, cohort, every, fairs)


def _chart(run: Run, cohort: Period, every: _Way, fairs: _Way) -> Piece:
    say, none = run.text, run.text("none")
    rows = [row for row in every if row.later is None and row.count != none]
    unknown = {"share": float("nan"), "low": float("nan"), "high": float("nan")}
    frame = pd.DataFrame(
        [
            {
                "label": say(_STAGES[row.name]),
                "count": float("nan") if row.number is None else row.number,
                **(unknown if row.stage is None else _percent(row.stage)),
            }
            for row in rows
        ]
    )
    around = charts.Words(
        words.titled(run, _finding(run, cohort, every)),
        say("explained.funnel.subtitle") + say("finding.n.first", count=rows[0].count),
        figures.of_registers(run, _REGISTERS, _CODES),
        [
            f"{label}: {row.count}" + ("" if row.share == none else f" ({row.share})")
            for label, row in zip(frame["label"], rows, strict=True)
        ],
        [
            *_from_fairs(run, fairs),
            *_against(run, cohort, every),
            *_pending(run, cohort),
            *(
                say("explained.funnel.later", stage=say(_STAGES[row.name]), year=row.later)
                for row in every
                if row.later is not None
            ),
            *words.hidden_note(run, [cell for row in rows for cell in (row.count, row.share)]),
        ],
        caveats=figures.caveats(run, _CODES),
        data=[
            Column(say("explained.funnel.stage"), list(frame["label"])),
            Column(say("explained.funnel.every"), [row.count for row in rows], True),
            Column(say("explained.funnel.share"), [row.share for row in rows], True),
        ],
        indicators=_CODES,
    )
    return pieces.with_details(charts.funnel(frame, run.text, around), [_how(run)])


def _table(run: Run, cohort: Period, every: _Way, fairs: _Way) -> Piece:
    say = run.text
    return tables.table(
        "explained-funnel",
        [
            Column(say("explained.funnel.stage"), [say(_STAGES[stage]) for stage in cohorts.STAGES]),
            Column(say("explained.funnel.every"), [row.count for row in every], True),
            Column(say("explained.funnel.share"), [row.share for row in every], True),
            Column(say("explained.funnel.fairs"), [row.count for row in fairs], True),
            Column(say("explained.funnel.share"), [row.share for row in fairs], True),
        ],
        title=words.titled(run, _finding(run, cohort, every)),
        source=figures.of_registers(run, _REGISTERS, _CODES),
        notes=[
            *_against(run, cohort, every),
            *words.hidden_note(run, [cell for row in (*every, *fairs) for cell in (row.count, row.share)]),
        ],
        caveats=figures.caveats(run, _CODES),
        details=[_how(run)],
        indicators=_CODES,
    )


def _how(run: Run) -> str:
    return run.text("explained.funnel.how", years=cohorts.YEARS_TO_GRADUATE)


# -- the stages as they may be published -----------------------------------------------------------------


def _way(run: Run, cohort: Period, every: _Way | None) -> _Way:
    """Return the way of all applications, or beside `every` that of those who came from fairs."""
    found: _Way = []
    for stage in cohorts.STAGES:
        # Fairs know no unit, and without them nobody is a lead.
        if stage == "leads" and (every is None or run.unit):
            found.append(_Row(stage, run.text("none"), run.text("none")))
            continue
        row = _row(run, cohort, stage, every is not None)
        if stage == "applied" and _few_leads_are_left(run, found, row):
            row = _Row(stage, run.text("activities.hidden"), run.text("none"))
        found.append(_with_share(run, row, found[-1] if found else None))
    return found


def _few_leads_are_left(run: Run, before: _Way, row: _Row) -> bool:
    """Tell whether few leads did not apply. All later stages the door compares itself (`Reached.part_of`)."""
    leads = before[-1].number if before else None
    if leads is None or row.number is None or leads < row.number:
        return False
    return persons.count(run, leads - row.number) is None


def _row(run: Run, cohort: Period, stage: cohorts.Stage, of_fairs: bool) -> _Row:
    none, now = run.text("none"), run.period.academic_year
    try:
        number = persons.number(run, cohorts.Reached(stage, now, of_fairs), cohort)
    except MissingFigure:
        if stage == "applied" and not of_fairs:
            raise  # without applications there is no cohort
        year = cohorts.known_from(stage, cohort.academic_year)
        if year <= now:
            return _Row(stage, none, none)
        return _Row(stage, run.text("explained.funnel.from", year=year), none, later=year)
    if number is None:
        return _Row(stage, run.text("activities.hidden"), none)
    return _Row(stage, run.text.number(number), none, number)


def _with_share(run: Run, row: _Row, before: _Row | None) -> _Row:
    """Add the share of the stage before; one that holds more than that is no part of it, and has none."""
    if before is None or not before.number or row.number is None or row.number > before.number:
        return row
    (stage,) = analysis.stages([(before.name, before.number), (row.name, row.number)])
    if not persons.has_share(run, stage.of):
        return _Row(row.name, row.count, run.text("activities.hidden"), row.number)
    return _Row(
        row.name, row.count, run.text("explained.funnel.interval", **_percent(stage)), row.number, stage
    )


def _percent(stage: analysis.Stage) -> dict[str, float]:
    return {
        "share": 100 * (stage.share or 0.0),
        "low": 100 * (stage.low or 0.0),
        "high": 100 * (stage.high or 0.0),
    }


# -- what they say ---------------------------------------------------------------------------------------


def _stages(way: _Way) -> list[analysis.Stage]:
    return [row.stage for row in way if row.stage is not None]


def _finding(run: Run, cohort: Period, every: _Way) -> str:
    say, year = run.text, words.academic_year(cohort)
    found = analysis.leak(_stages(every))
    if found is None:
        return say("explained.funnel.untold", year=year)
    told = _percent(found.stage)
    lost = {"lost": 100 - told["share"], "low": 100 - told["high"], "high": 100 - told["low"]}
    named = say(_STAGES[found.stage.name])
    if found.stands_out():
        return say("explained.funnel.leak", year=year, stage=named, **lost)
    alike = ", ".join(say(_STAGES[other.name]) for other in found.others if other.p >= analysis.LEVEL)
    return say("explained.funnel.alike", year=year, stage=named, others=alike, **lost)


def _against(run: Run, cohort: Period, every: _Way) -> list[str]:
    """Say which stages differ from the cohort a year before, beyond chance."""
    before = cohort.before()
    try:
        earlier = _way(run, before, None)
    except MissingFigure:
        return []  # the registers begin later
    found = analysis.against(_stages(every), _stages(earlier))
    if not found:
        return []
    year = words.academic_year(before)
    told = [d for d in found if d.p < analysis.LEVEL]
    if not told:
        return [run.text("explained.funnel.as_before", year=year)]
    return [
        run.text(
            "explained.funnel.differs",
            year=year,
            stage=run.text(_STAGES[d.name]),
            points=100 * d.difference,
            low=100 * d.low,
            high=100 * d.high,
        )
        for d in told
    ]


def _from_fairs(run: Run, fairs: _Way) -> list[str]:
    """Say how many of those met at fairs came how far."""
    said = [
        run.text("explained.funnel.of_fairs_stage", stage=run.text(_STAGES[row.name]), count=row.count)
        if row.stage is None
        else run.text(
            "explained.funnel.of_fairs_share",
            stage=run.text(_STAGES[row.name]),
            count=row.count,
            share=row.share,
        )
        for row in fairs
        if row.number is not None
    ]
    if not any(row.number for row in fairs):
        return []
    return [run.text("explained.funnel.of_fairs", stages="; ".join(said))]


def _pending(run: Run, cohort: Period) -> list[str]:
    """Say that some of the cohort wait for a decision: they would seem lost."""
    rows = cohorts.Reached("applied", run.period.academic_year)(run.registers, cohort)
    return [run.text("explained.funnel.pending")] if (rows["decision"] == "pending").any() else []
