"""Which register a table is, told by its header: column names, English or Turkish headings, in any order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from .. import locale
from ..errors import LayoutUnknown
from . import declaration, personal, wording
from .table import RawTable, Row


@dataclass(frozen=True)
class Recognised:
    """A table whose header fits a register.

    `places` maps a column to its position; `unread` are headers that the register does not know.
    """

    table: RawTable
    register: str
    header: Row
    rows: tuple[Row, ...]
    places: Mapping[str, int]
    unread: tuple[str, ...]

    def heading(self, column: str) -> str:
        """Return the heading under which a column stands in the table, or its name if it is not there."""
        return self.header.cells[self.places[column]] if column in self.places else column


@dataclass(frozen=True)
class _Fit:
    """How well a row of a table fits a register as its header."""

    register: str
    position: int
    places: dict[str, int]
    lacking: tuple[str, ...]
    left_out: int

    @property
    def rank(self) -> tuple[int, int]:
        return len(self.places), -self.left_out


def recognise(table: RawTable, registers: Mapping[str, Any]) -> Recognised | None:
    """Return the register that explains most of the table's header; None if none is near.

    Of two that explain it alike, the one that the sheet or the file is named after is meant. Raises
    LayoutUnknown where required columns are lacking, naming the nearest register, and where two registers
    or two columns are meant by one heading.
    """
    fits = [
        _fit(position, header, register, described)
        for position, header in table.heads()
        for register, described in registers.items()
    ]
    whole = [fit for fit in fits if not fit.lacking]
    if not whole:
        near = [fit for fit in fits if _is_near(fit, table.rows[fit.position])]
        if not near:
            return None
        raise _lacking(table, max(near, key=lambda fit: (len(fit.places), -len(fit.lacking))), registers)
    best = max(fit.rank for fit in whole)
    fit = _chosen([fit for fit in whole if fit.rank == best], table, registers)
    header, rows = table.rows[fit.position], table.rows[fit.position + 1 :]
    _refuse_repeats(table, header, registers[fit.register])
    return Recognised(table, fit.register, header, rows, fit.places, tuple(_unread(header, rows, fit)))


def _unread(header: Row, rows: tuple[Row, ...], fit: _Fit) -> Iterator[str]:
    """Return the headers that the register does not know, and the columns that hold something under none."""
    for place, cell in enumerate(header.cells):
        if cell and place not in fit.places.values():
            yield cell
        elif not cell and any(row.cells[place : place + 1] not in ((), ("",)) for row in rows):
            yield f"column {place + 1}, which has no heading"


def _fit(position: int, header: Row, register: str, described: Mapping[str, Any]) -> _Fit:
    known = declaration.headings(described)
    places: dict[str, int] = {}
    for place, cell in enumerate(header.cells):
        column = known.get(declaration.heading(cell))
        if column is not None:
            places.setdefault(column, place)
    columns = described["columns"]
    left_out = [name for name in columns if name not in places]
    lacking = tuple(name for name in left_out if columns[name].get("required"))
    return _Fit(register, position, places, lacking, len(left_out))


def _is_near(fit: _Fit, header: Row) -> bool:
    """Tell whether a header has so much in common with a register that it can be meant."""
    return len(fit.places) >= 2 and 2 * len(fit.places) >= sum(1 for cell in header.cells if cell)


def _chosen(fits: list[_Fit], table: RawTable, registers: Mapping[str, Any]) -> _Fit:
    names = {fit.register for fit in fits}
    if len(names) == 1:
        return fits[0]
    named = [fit for fit in fits if _is_named(fit.register, registers[fit.register], table)]
    if len({fit.register for fit in named}) == 1:
        return named[0]
    together = {
        language: wording.sentence("and", language).join(sorted(names)) for language in locale.LANGUAGES
    }
    raise wording.unknown("header_of_two", place=_place(table), registers=together, example=min(names))


def _is_named(register: str, described: Mapping[str, Any], table: RawTable) -> bool:
    meant = {locale.key(name) for name in (register, described["meaning"]["en"], described["meaning"]["tr"])}
    given = (locale.key(name) for name in (table.sheet, PurePath(table.file).stem))
    return any(f" {name} " in f" {words} " for words in given for name in meant if name)


def _refuse_repeats(table: RawTable, header: Row, described: Mapping[str, Any]) -> None:
    """Refuse a header in which a column stands twice: which of the two is meant is not guessed."""
    known = declaration.headings(described)
    stand: dict[str, list[str]] = {}
    for cell in header.cells:
        if (column := known.get(declaration.heading(cell))) is not None:
            stand.setdefault(column, []).append(cell)
    twice = [cells for cells in stand.values() if len(cells) > 1]
    if twice:
        columns = {
            language: "; ".join(wording.sentence("and", language).join(map(repr, cells)) for cells in twice)
            for language in locale.LANGUAGES
        }
        raise wording.unknown("column_twice", place=_place(table), row=header.number, columns=columns)


def _lacking(table: RawTable, fit: _Fit, registers: Mapping[str, Any]) -> LayoutUnknown:
    described = registers[fit.register]
    header = table.rows[fit.position]
    columns = described["columns"]
    places = fit.places.values()
    cells = [cell for place, cell in enumerate(header.cells) if cell and place not in places]
    unread = ", ".join(repr(personal.masked(cell)) for cell in cells)

    def missing(language: str) -> str:
        either = {
            c: wording.sentence("or", language, one=columns[c]["en"], other=columns[c]["tr"])
            for c in fit.lacking
        }
        return "; ".join(f"{column} ({headings})" for column, headings in either.items())

    return wording.unknown(
        "columns_lacking",
        place=_place(table),
        row=header.number,
        title=described["meaning"],
        register=fit.register,
        missing={language: missing(language) for language in locale.LANGUAGES},
        unread=unread or wording.both("none"),
    )


def _place(table: RawTable) -> dict[str, str]:
    return wording.place(table.file, table.sheet)
