"""How the page on mobility writes things: academic years, units, small numbers, targets, partners."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec

import pandas as pd

from .. import locale
from ..measures import mobility as measures
from ..measures.core import Figure, MissingFigure, Period
from ..run import Run
from . import figures, persons, pieces
from .pieces import Piece

P = ParamSpec("P")

OUT, BACK, RATE, STAFF, GRADUATES = "G3.25", "G3.26", "G3.28", "G3.29", "G3.30"
PORTFOLIO = "G3.17"
WAYS = {"outgoing": OUT, "incoming": BACK}

# How many years a trend shows, and how many rows a table.
YEARS, SHOWN = 10, 10


def or_reason(view: Callable[Concatenate[Run, P], Piece]) -> Callable[Concatenate[Run, P], Piece]:
    """Let a view say why it shows nothing, where a register lacks what it needs."""

    @wraps(view)
    def told(run: Run, *args: P.args, **more: P.kwargs) -> Piece:
        try:
            return view(run, *args, **more)
        except MissingFigure as missing:
            reason = run.text(f"activities.reason.{missing.reason}")
            return pieces.text(run.text("not_computed", reason=reason), kind="not_computed")

    return told


def academic_year(of: Period) -> str:
    """Write the academic year that a period stands for: 2025-2026."""
    return f"{of.academic_year}-{of.academic_year + 1}"


def titled(run: Run, sentence: str) -> str:
    """Put the unit's name before a finding that is about one unit only."""
    if not run.unit:
        return sentence
    unit = run.catalog.units[run.unit].name(run.language)
    return run.text("mobility.of_unit", unit=unit, finding=sentence)


def one_unit(run: Run) -> Piece:
    """Say that a report on one unit has nothing to break down by unit."""
    return pieces.text(titled(run, run.text("mobility.one_unit")))


def figure(run: Run, code: str, of: Period | None = None) -> Figure:
    """Return a figure as it may be published."""
    return persons.figure(run, code, of)


def held(run: Run, code: str) -> Figure:
    """Return a figure of the period; raises MissingFigure where the register cannot give it."""
    found = figures.reading(run, code)
    if found.value is None:
        raise MissingFigure(found.reason)
    return figure(run, code)


def cell(run: Run, count: float | None) -> str:
    """Write a person count; one that is missing is hidden."""
    return run.text("activities.hidden") if count is None or pd.isna(count) else run.text.number(count)


def hidden_note(run: Run, cells: Sequence[str]) -> list[str]:
    """Say that something is hidden, if one of the cells is."""
    return [run.text("activities.protected")] if run.text("activities.hidden") in cells else []


def source(run: Run, *codes: str, more: str = "") -> str:
    """Name the registers that indicators are computed from, and what else a figure rests on."""
    found = figures.source(run, codes)
    return found if not more else run.text("mobility.source", source=found, more=more)


def median(run: Run, lasted: pd.DataFrame, name: str) -> str:
    """Write the median days of a row of stays; those of too few are hidden."""
    if name not in lasted.index:
        return run.text("none")
    row = lasted.loc[name]
    if not persons.has_mean(run, row["stays_count"]):
        return run.text("activities.hidden")
    return run.text.number(row["median_days"])


def ects(run: Run, of: Period) -> tuple[int, float, float, bool]:
    """Return a year's ECTS earned and recognised, NaN where unknown or of too few students."""
    try:
        rows = measures.recognition(run.registers, of)
    except MissingFigure:
        return of.academic_year, float("nan"), float("nan"), False
    if not persons.has_enough_behind(run, "ects_earned_abroad", of):
        return of.academic_year, float("nan"), float("nan"), bool(rows["students_count"].sum())
    return of.academic_year, float(rows["earned_ects"].sum()), float(rows["recognised_ects"].sum()), False


def day(run: Run) -> str:
    """Write the last day of the run's period."""
    return locale.day(run.period.end, run.language)


def partner_names(run: Run) -> dict[str, str]:
    """Return the names of partners; where no list is held, a partner goes by its code."""
    try:
        table = run.registers.whole("partners")
    except MissingFigure:
        return {}
    return dict(zip(table["partner_id"], table["name"], strict=True))


def aim(run: Run, code: str) -> tuple[float | None, str]:
    """Return the year's target and a mark if it is a placeholder; at the half year no target is due."""
    aimed = None if run.period.half else figures.target(run, code, run.year)
    if aimed is None:
        return None, ""
    entries = [entry for card in run.cards for entry in card.indicators if entry.code == code]
    return aimed, " " + run.text("plan.placeholder") if any(e.placeholder for e in entries) else ""
