"""A goal's card in the official monitoring layout."""

from ..measures.core import MissingFigure, Period
from ..plan import assessment, cards, evaluation, performance
from ..plan import tables as official
from ..run import Run
from . import activities, pieces, tables
from .pieces import Piece
from .tables import Column


def monitoring(run: Run, goal: str) -> Piece:
    """Show the monitoring table of a goal for the run's period: A, B, C, performance, status.

    Before the plan began there is none, and the page says so. Figures enter as they may be
    published; answers and reasons are inputs and are never written here.
    """
    try:
        targets = run.registers.whole("targets")
    except MissingFigure as missing:
        reason = run.text(f"activities.reason.{missing.reason}")
        return pieces.text(run.text("not_computed", reason=reason), kind="not_computed")
    written = cards.fill(cards.load(run.catalog), targets)
    card = next(c for c in written if any(run.catalog.indicators[e.code].goal == goal for e in c.indicators))
    if run.year not in card.years:
        span = {"first": card.years[0], "last": card.years[-1]}
        return pieces.text(
            run.text("not_computed", reason=run.text("activities.card.outside", **span)), kind="not_computed"
        )
    codes = [entry.code for entry in card.indicators]
    readings = {code: _reached(run, code, card.years) for code in codes}
    scale = performance.scale()
    found = assessment.assess(card, run.catalog.indicators, readings, run.year, scale, half=run.period.half)
    shown = official.monitoring(found, evaluation.load(), scale, run.text)
    (section,) = shown.sections
    # The remarks stand under the table: a column of them would push the status off a narrow page.
    *columns, (_, remarks, _) = official.columns(section, run.text)
    told = [
        f"{code}: {' '.join(remark.split())}" for code, remark in zip(codes, remarks, strict=True) if remark
    ]
    head = [f"{label}: {official.written(cell, run.text)}" for label, cell in shown.head]
    return tables.table(
        f"card-{goal}",
        [Column(*column) for column in columns],
        title=shown.title,
        source=activities.source(run, codes),
        notes=[*head, *told, *shown.notes],
        caveats=activities.caveats(run, codes),
    )


def _reached(run: Run, code: str, years: range) -> dict[int, float | None]:
    indicator = run.catalog.indicators[code]
    periods = [Period(year, run.period.half and year == run.year) for year in years if year <= run.year]
    return {
        period.year: activities.protected(indicator, activities.reading(run, code, period)).value
        for period in periods
    }
