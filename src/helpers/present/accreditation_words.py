"""How the page on accreditation writes things: programmes, bodies, days, and why a figure is missing."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import pandas as pd

from .. import locale
from ..catalog.rules import Accreditor, load_accreditors
from ..measures import accreditation_calendar as due
from ..measures.core import NO_DENOMINATOR, MissingFigure
from ..run import Run
from . import figures, pieces
from .pieces import Piece

CODES = ("G3.06", "G3.07", "G3.08", "G3.09")

# How many names a sentence lists.
_NAMED = 3

_LEVELS = {"associate": "associate", "bachelor": "bachelor", "master": "master", "doctorate": "doctorate"}

_Choice = ParamSpec("_Choice")


# -- why not -------------------------------------------------------------------------------------------


def or_reason(
    view: Callable[Concatenate[Run, _Choice], Piece],
) -> Callable[Concatenate[Run, _Choice], Piece]:
    """Let a view say why it cannot be computed instead of failing."""

    @wraps(view)
    def shown(run: Run, *args: _Choice.args, **kwargs: _Choice.kwargs) -> Piece:
        try:
            return view(run, *args, **kwargs)
        except MissingFigure as missing:
            reason = (
                run.text("accreditation.no_eligible")
                if missing.reason == NO_DENOMINATOR
                else run.text(f"activities.reason.{missing.reason}")
            )
            return pieces.text(run.text("not_computed", reason=reason), kind="not_computed")

    return shown


def said(run: Run, sentence: str) -> Piece:
    """Show a sentence in place of a figure, marked as the figure would be."""
    return pieces.text(figures.marked(run, sentence, CODES))


def none_in_force(run: Run) -> Piece:
    """Say that no accreditation was in force."""
    return said(run, run.text("accreditation.calendar.none", day=day(run, run.period.end)))


def source(run: Run) -> str:
    """Name the registers behind the page."""
    return figures.source(run, CODES)


def caveats(run: Run) -> dict[str, str]:
    """Return the doubts that go with the page's figures."""
    return figures.caveats(run, CODES)


# -- things and numbers --------------------------------------------------------------------------------


def day(run: Run, value: object) -> str:
    """Write a day; a dash where there is none."""
    moment = pd.Timestamp(value)
    return run.text("none") if pd.isna(moment) else locale.day(moment.date(), run.language)


def names(run: Run) -> dict[str, str]:
    """Return the programmes' names, of the latest year up to the report's; under "" the institution's."""
    try:
        rows = run.registers.whole("programmes")
    except MissingFigure:
        return {"": run.name}
    known = rows.assign(past=rows["academic_year"] <= run.period.academic_year)
    known = known.sort_values(["past", "academic_year"]).drop_duplicates("programme_id", keep="last")
    return {"": run.name} | {row["programme_id"]: programme(run, row) for row in known.to_dict("records")}


def programme(run: Run, row: Mapping[Hashable, Any]) -> str:
    """Write a programme's name, with its level where that is not a bachelor's."""
    name = str(row[f"name_{run.language}"])
    if row["degree_level"] == "bachelor":
        return name
    return run.text("accreditation.named", name=name, level=level(run, row["degree_level"]))


def level(run: Run, code: str) -> str:
    """Write a level of study."""
    return run.text(f"accreditation.level.{_LEVELS[code]}")


def body(code: str) -> str:
    """Return a body's name, or its code where the list of bodies has none."""
    found = load_accreditors().get(code)
    return found.name if found else code


def bodies_of(row: pd.Series) -> list[Accreditor]:
    """Return the bodies in whose field a programme lies."""
    return due.open_bodies((row["name_tr"], row["name_en"]), row["degree_level"])


def listed(run: Run, items: Sequence[str]) -> str:
    """Write items in a row, the first few of them."""
    shown, more = "; ".join(items[:_NAMED]), len(items) - _NAMED
    return run.text("accreditation.more", shown=shown, more=more) if more > 0 else shown


def of(run: Run, part: float, total: float) -> str:
    """Write a part with what it is a part of."""
    return run.text("accreditation.of", part=part, total=total)


def people(run: Run, counts: Sequence[float | None]) -> list[str]:
    """Write numbers of students as they may be published."""
    return [run.text("activities.hidden") if count is None else run.text.number(count) for count in counts]
