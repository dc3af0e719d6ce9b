"""A row of an outside table → lines of a dataset: what every reader of a format hands over."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from .. import locale
from ..errors import Fault
from . import values
from .formats import Fitted
from .table import Row

# How publishers and spreadsheets write "no value".
MISSING = values.MISSING | {"--", "---", "NULL", "null", ".."}
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

# A line as the workbook writes it, by column; None where nothing stands.
Record = dict[str, str | None]


@dataclass(frozen=True)
class Line:
    """A line of a dataset: the row it comes from, its cells as text and where in the row each stands."""

    row: Row
    cells: Mapping[str, str]
    places: Mapping[str, int]
    caveats: tuple[str, ...] = ()


@dataclass
class Unfolded:
    """The lines of a table, and the rows that are no data, with the reason."""

    lines: list[Line] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class Verdict:
    """What the lines of a table tell together: doubts, faults and added cells, by the place of the line."""

    caveats: dict[int, list[str]] = field(default_factory=dict)
    faults: dict[int, tuple[str, Fault]] = field(default_factory=dict)
    cells: dict[int, dict[str, str]] = field(default_factory=dict)


Unfold = Callable[[Fitted, int | None], Unfolded]
Judge = Callable[[Sequence[Record]], Verdict]


def printed(fitted: Fitted, row: Row, column: str, index: int = 0) -> str:
    """Return what is printed in a cell; "" for any way of writing that nothing is."""
    text = fitted.cell(row, column, index)
    return "" if text in MISSING else text


def coded(fitted: Fitted, column: str, text: str) -> str:
    """Return the code of a printed text where the format declares one, else the text as it is."""
    return fitted.codes.get(column, {}).get(locale.key(text), text)


def skip_reason(fitted: Fitted, row: Row) -> str | None:
    """Return why a row is no data, as the format declares."""
    for rule in fitted.format.skip:
        if locale.key(fitted.cell(row, rule.column)) in _folded(rule.equals):
            return rule.reason
    return None


@lru_cache(maxsize=64)
def _folded(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(locale.key(text) for text in texts)


def year_named(fitted: Fitted) -> int | None:
    """Return the year that the title above the header or the name of the sheet tells, if it is one alone."""
    title = " ".join(cell for row in fitted.above for cell in row.cells)
    for text in (title, fitted.table.sheet):
        years = {int(year) for year in _YEAR.findall(text)}
        if len(years) == 1:
            return years.pop()
    return None


def line(
    fitted: Fitted,
    row: Row,
    cells: Mapping[str, str],
    columns: Mapping[str, tuple[str, int]],
    caveats: tuple[str, ...] = (),
) -> Line:
    """Return a line; `columns` names the column and index of the table behind a column of another name."""
    places = {}
    for name in cells:
        place = fitted.place(*columns.get(name, (name, 0)))
        if place is not None:
            places[name] = place
    return Line(row, cells, places, caveats)
