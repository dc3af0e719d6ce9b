"""One cohort from a fair's lead to graduation, and where it leaks (analysis.funnel)."""

from dataclasses import dataclass

from ..analysis import funnel as analysis
from ..measures import cohorts
from ..measures.core import MissingFigure, Period
from ..run import Run
from . import figures, persons, tables
from . import mobility_words as words
from .pieces import Piece
from .tables import Column

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
class _Way:
    """One way into a cohort: cells of the table, numbers that are shown, and stages that may be compared."""

    counts: list[str]
    shares: list[str]
    shown: dict[str, float]
    stages: list[analysis.Stage]


@words.or_reason
def funnel(run: Run, complete: bool = False) -> Piece:
    """Show how many of a cohort came through each stage, and which stage loses most.

    The cohort is the newest; `complete` takes the newest that has had the time to graduate.
    """
    cohort = run.period.before(cohorts.YEARS_TO_GRADUATE) if complete else run.period
    every = _way(run, cohort, None)
    fairs = _way(run, cohort, every)
    say = run.text
    return tables.table(
        "explained-funnel-complete" if complete else "explained-funnel",
        [
            Column(say("explained.funnel.stage"), [say(_STAGES[stage]) for stage in cohorts.STAGES]),
            Column(say("explained.funnel.every"), every.counts, True),
            Column(say("explained.funnel.share"), every.shares, True),
            Column(say("explained.funnel.fairs"), fairs.counts, True),
            Column(say("explained.funnel.share"), fairs.shares, True),
        ],
        title=words.titled(run, _finding(run, cohort, every.stages)),
        source=figures.source(run, ["G1.06", "G2.10"]),
        notes=[
            *_against(run, cohort, every.stages),
            *([] if complete else _pending(run, cohort)),
            *words.hidden_note(run, every.counts + fairs.counts + every.shares + fairs.shares),
        ],
        caveats=figures.caveats(run, _CODES),
        details=[say("explained.funnel.how", years=cohorts.YEARS_TO_GRADUATE)],
    )


def _way(run: Run, cohort: Period, every: _Way | None) -> _Way:
    """Return the way of all applications, or beside `every` that of those who came from fairs."""
    none, hidden = run.text("none"), run.text("activities.hidden")
    counts, shares, stages = [], [], []
    shown: dict[str, float] = {}
    before: tuple[str, float] | None = None  # the stage before this one, if its number is shown
    for stage in cohorts.STAGES:
        cell, count = none, None
        # Fairs know no unit, and without them nobody is a lead.
        if stage != "leads" or (every is not None and not run.unit):
            cell, count = _count(run, cohort, stage, every is not None)
        if count is not None and not _may_stand(run, stage, count, shown, every):
            cell, count = hidden, None
        share = none
        if count is not None and before is not None and count <= before[1]:
            (found,) = analysis.stages([before, (stage, count)])
            enough = persons.has_share(run, found.of)
            share = run.text("explained.funnel.interval", **_percent(found)) if enough else hidden
            stages += [found] if enough else []
        before = None if count is None else (stage, count)
        shown |= {} if count is None else {stage: count}
        counts.append(cell)
        shares.append(share)
    return _Way(counts, shares, shown, stages)


def _may_stand(run: Run, stage: str, count: float, shown: dict[str, float], every: _Way | None) -> bool:
    """Tell whether a number leaves no few: of the stage shown before, and of all beside those from fairs."""
    rests = [n - count for n in list(shown.values())[-1:]]
    if every is not None and stage in every.shown:
        rests.append(every.shown[stage] - count)
    return all(rest < 0 or persons.count(run, rest) is not None for rest in rests)


def _count(run: Run, cohort: Period, stage: cohorts.Stage, of_fairs: bool) -> tuple[str, float | None]:
    """Return a stage's cell, and its count: None if hidden or not known yet; the cell says from when."""
    try:
        found = persons.number(run, cohorts.Reached(stage, run.period.academic_year, of_fairs), cohort)
    except MissingFigure:
        if stage == "applied" and not of_fairs:
            raise  # without applications there is no cohort
        year = cohorts.known_from(stage, cohort.academic_year)
        late = year > run.period.academic_year
        return run.text("explained.funnel.from", year=year) if late else run.text("none"), None
    if found is None:
        return run.text("activities.hidden"), None
    return run.text.number(found), found


def _percent(stage: analysis.Stage) -> dict[str, float]:
    return {"share": 100 * (stage.share or 0), "low": 100 * (stage.low or 0), "high": 100 * (stage.high or 0)}


def _finding(run: Run, cohort: Period, stages: list[analysis.Stage]) -> str:
    say, year = run.text, words.academic_year(cohort)
    found = analysis.leak(stages)
    if found is None:
        return say("explained.funnel.untold", year=year)
    lost = {"lost": 100 - _percent(found.stage)["share"]}
    lost |= {"low": 100 - _percent(found.stage)["high"], "high": 100 - _percent(found.stage)["low"]}
    named = say(_STAGES[found.stage.name])
    if found.stands_out():
        return say("explained.funnel.leak", year=year, stage=named, **lost)
    alike = ", ".join(say(_STAGES[other.name]) for other in found.others if other.p >= analysis.LEVEL)
    return say("explained.funnel.alike", year=year, stage=named, others=alike, **lost)


def _against(run: Run, cohort: Period, stages: list[analysis.Stage]) -> list[str]:
    """Say which stages differ from the cohort a year before, beyond chance."""
    before = cohort.before()
    earlier = _earlier(run, before)
    found = analysis.against(stages, earlier)
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


def _earlier(run: Run, cohort: Period) -> list[analysis.Stage]:
    try:
        return _way(run, cohort, None).stages
    except MissingFigure:
        return []  # the registers begin later


def _pending(run: Run, cohort: Period) -> list[str]:
    """Say that some of the cohort wait for a decision: they would seem lost."""
    rows = cohorts.Reached("applied", run.period.academic_year)(run.registers, cohort)
    return [run.text("explained.funnel.pending")] if (rows["decision"] == "pending").any() else []
