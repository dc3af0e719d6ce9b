"""The registers of a file → rows to store by partition, with every row accepted or rejected for a reason.

The tables of one file are judged together, for a row may refer to a row of another sheet.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .. import locale
from ..catalog import load
from ..errors import ParameterError, Phrase, Problem, one_of
from . import cells, declaration, held, judging, labels, leavings, personal, wording
from .judging import Breach
from .recognition import Recognised
from .table import RawTable, Row
from .values import Unreadable

# A partition of rows that belong to no unit in particular.
ALL_UNITS = "all"

Record = dict[str, str | None]


@dataclass(frozen=True)
class ReceivedRegister:
    """What became of the rows of one table: accepted + rejected + skipped = all.

    `partitions` are the accepted rows by the partition that holds them; `headings` are the table's own by
    column; `skipped` are rows that hold no data, with the reason;
    `rejected_keys` are the keys of the rejected rows, as far as they can be read; `read` are the rows of the
    table with nothing but what was read, where no more of the file is kept.
    """

    table: RawTable
    register: str
    title: str
    headings: Mapping[str, str]
    unread: tuple[str, ...]
    rows: int
    problems: list[Problem]
    partitions: dict[str, list[Record]]
    years: list[int]
    skipped: tuple[tuple[int, str], ...] = ()
    rejected_keys: frozenset[tuple[str, ...]] = frozenset()
    read: tuple[Row, ...] = ()

    @property
    def accepted(self) -> int:
        """Count the accepted rows."""
        return sum(len(rows) for rows in self.partitions.values())

    @property
    def rejected(self) -> int:
        """Count the rejected rows; a row may have several problems."""
        return len({problem.row for problem in self.problems})

    @property
    def span(self) -> str:
        """Say of which years the accepted rows are."""
        return f"register {self.register}" + (
            f", years {', '.join(map(str, self.years))}" if self.years else ""
        )

    @property
    def caveats(self) -> dict[str, int]:
        """Count the rows each caveat applies to: a register's rows carry none."""
        return {}


def clean(
    tables: Sequence[Recognised],
    unit: str = "",
    with_persons: Collection[str] = (),
    is_reduced: bool = False,
) -> list[ReceivedRegister]:
    """Judge the registers of one file against what they declare, each other and what is held.

    `with_persons` are the sheets whose other columns hold personal data; `is_reduced` tells that no more of
    the file is kept than was read. `unit` is the unit whose rows the file holds; without it, those of any.
    Raises ParameterError where there is no such unit, FileRefused where a cell bars the file.
    """
    if tables and unit and unit not in load().units:
        raise ParameterError(Phrase("There is no unit {unit!r}.", unit=unit), expected=one_of(load().units))
    registers = declaration.receivable()
    found: dict[str, _Rows] = {}
    for place, table in enumerate(tables):
        found.setdefault(table.register, _Rows(table.register, registers[table.register], unit)).add(
            place, table, table.table.sheet in with_persons
        )
    for rows in found.values():
        rows.judge(tables[0].table.file)
    _settle(found)
    is_reduced = is_reduced or any(rows.covered for rows in found.values())
    return [_received(place, table, found[table.register], is_reduced) for place, table in enumerate(tables)]


# -- the rows of one register, from one or more sheets -----------------------------------------------------


@dataclass
class _Rows:
    register: str
    described: Mapping[str, Any]
    unit: str
    origins: list[tuple[int, Row]] = field(default_factory=list)
    skipped: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    raw: dict[str, list[str]] = field(default_factory=dict)
    breaches: list[Breach] = field(default_factory=list)
    rejected: set[int] = field(default_factory=set)
    # Rows of which no cell is shown or kept: whatever stands in them stands in another place than it seems.
    veiled: set[int] = field(default_factory=set)
    # Cells with personal data, by row and column.
    covered: set[tuple[int, str]] = field(default_factory=set)

    def add(self, place: int, table: Recognised, has_persons: bool = False) -> None:
        """Add the rows of a table of the file; `has_persons` where other columns of it hold personal data."""
        width = len(table.header.cells)
        kept, self.skipped[place] = leavings.apart(table, self.described)
        for row in kept:
            if any(row.cells[width:]):
                spilled = tuple(personal.masked(cell) for cell in row.cells[width:] if cell)
                if has_persons:
                    spilled = (personal.MASK,)
                    self.veiled.add(len(self.origins))
                self._reject(Breach(len(self.origins), (), spilled, wording.fault("width", width=width)))
            self.origins.append((place, row))
        for name, column in self.described["columns"].items():
            raw = self.raw.setdefault(name, [])
            at = table.places.get(name)
            raw += [row.cells[at] if at is not None and at < len(row.cells) else "" for row in kept]
            period = self.described.get("period", {})
            is_academic = "academic" in (
                column.get("clock"),
                name == period.get("column") and period["clock"],
            )
            read = _reader(name, column, table.table, is_academic)
            texts = self.texts.setdefault(name, [])
            texts += [read(row, at) for row in kept]

    def judge(self, file: str) -> None:
        """Judge what the rows tell by themselves.

        Raises FileRefused where a cell holds personal data that bars the whole file.
        """
        self.texts, breaches = judging.rows(self.described, self.texts, cells.READERS)
        for breach in self._without_persons(breaches, file):
            self._reject(breach)
        if self.unit and "unit" in self.described["columns"]:
            faulty = {breach.row for breach in breaches if breach.columns == ("unit",)}
            for row, unit in enumerate(self.texts["unit"]):
                if unit != self.unit and row not in faulty:
                    fault = wording.fault("other_unit", unit=self.unit)
                    self._reject(Breach(row, ("unit",), (unit,), fault))

    def _without_persons(self, breaches: list[Breach], file: str) -> Iterator[Breach]:
        """Put a mark over cells with personal data; that is what is wrong with them, whatever else is."""
        hidden = {(row, name) for row in self.veiled for name in self.texts}
        for name, column in self.described["columns"].items():
            # A large amount may well look like the number of a person.
            texts = [_searched(text) if column["type"] == "DOUBLE" else text for text in self.raw[name]]
            found = personal.in_cells(texts)
            for row, text in enumerate(texts if found else ()):
                if text in found and row not in self.veiled:
                    if found[text].cell == "refuse":
                        raise personal.refuse_cell(file, found[text])
                    self.covered.add((row, name))
                    is_key = name in self.described["key"] or name.endswith("_key")
                    yield Breach(row, (name,), (personal.MASK,), personal.fault(found[text], is_key))
        hidden |= self.covered
        for row, name in hidden:
            self.raw[name][row] = self.texts[name][row] = personal.MASK
        for breach in breaches:
            if not any((breach.row, name) in hidden for name in breach.columns):
                yield breach

    def _reject(self, breach: Breach) -> None:
        self.breaches.append(breach)
        self.rejected.add(breach.row)

    @cached_property
    def partition(self) -> list[str]:
        """Return the partition of each row: its unit, and its year where the register has a period."""
        unit = self.unit or ALL_UNITS
        return [f"{unit}-{year}" if year else unit for year in self.years]

    @cached_property
    def years(self) -> list[str]:
        """Return the year of each row's period; empty where the register has none."""
        period = self.described.get("period")
        if period is None:
            return [""] * len(self.origins)
        return [text[:4] for text in self.texts[period["column"]]]

    def accepted(self) -> list[int]:
        """Return the rows that are not rejected, so far."""
        return [row for row in range(len(self.origins)) if row not in self.rejected]

    def replaced(self) -> set[str]:
        """Return the partitions that the accepted rows replace."""
        return {self.partition[row] for row in self.accepted()}


def _reader(
    name: str, column: Mapping[str, Any], table: RawTable, is_academic: bool
) -> Callable[[Row, int | None], str]:
    """Return the function that reads a cell of a row for what stands in it, before anybody judges it.

    The name of a code is read as the code, `2025-2026` as the year in which that academic year begins, 12.5%
    in a column of percentages as 12.5, and a number of a workbook as what the workbook means by it.
    """
    codes = labels.codes(column) if labels.is_coded(column) else {}
    is_day, is_share = column["type"] == "DATE", name.endswith("_pct")

    def read(row: Row, place: int | None) -> str:
        if place is None or place >= len(row.cells):
            return ""
        text = row.cells[place]
        if codes:
            return codes.get(locale.key(text), text)
        if is_academic:
            return cells.first_year(text)
        if place in row.numbers:
            if is_day:
                return cells.of_serial(text, table.from_1904)
            return cells.of_number(text)
        return cells.share(text) if is_share else text

    return read


def _searched(text: str) -> str:
    """Return what is searched of a cell that should hold a number: nothing where it does."""
    try:
        cells.READERS["DOUBLE"](text)
    except Unreadable:
        return text
    return ""


# -- rows that refer to rows -------------------------------------------------------------------------------


def _settle(found: Mapping[str, _Rows]) -> None:
    """Reject rows that refer to a rejected row or repeat a held key, until no more fall.

    What the file may replace does not count as held, so that each round can only reject more.
    """
    elsewhere = _Elsewhere(found)
    while True:
        breaches = {register: list(_others(rows, elsewhere)) for register, rows in found.items()}
        fresh = False
        for register, of_register in breaches.items():
            fallen = {breach.row for breach in of_register} - found[register].rejected
            found[register].rejected |= fallen
            fresh = fresh or bool(fallen)
        if not fresh:
            for register, of_register in breaches.items():
                found[register].breaches += of_register
            return


class _Elsewhere:
    """What other rows there are to refer to: accepted ones of the file, and those held."""

    def __init__(self, found: Mapping[str, _Rows]) -> None:
        self.found = found
        self._replaced = {register: rows.replaced() for register, rows in found.items()}
        self._held: dict[tuple[str, tuple[str, ...]], dict[str, set[tuple[str, ...]]]] = {}

    def held(self, register: str, columns: tuple[str, ...]) -> dict[str, set[tuple[str, ...]]]:
        """Return the values held of columns, by partition."""
        if (register, columns) not in self._held:
            self._held[register, columns] = held.values(register, columns)
        return self._held[register, columns]

    def known(self, register: str, column: str) -> frozenset[str]:
        """Return the values that a cell may refer to."""
        values: set[str] = set()
        for partition, of_partition in self.held(register, (column,)).items():
            if partition not in self._replaced.get(register, ()):
                values.update(value for (value,) in of_partition)
        if register in self.found:
            rows = self.found[register]
            values.update(rows.texts[column][row] for row in rows.accepted())
        return frozenset(values)

    def fault(self, register: str, column: str, value: str) -> str:
        """Return the code of the fault of a value that refers to nothing."""
        if register in self.found and value in self.found[register].texts[column]:
            return "reference_rejected"
        if register not in self.found and not self.held(register, (column,)):
            return "reference_not_held"
        return "reference"


def _others(rows: _Rows, elsewhere: _Elsewhere) -> Iterator[Breach]:
    """Judge rows against the rows of other tables and of the store."""
    for column, (other, named) in declaration.references(rows.described).items():
        texts = rows.texts[column]
        for row in judging.strangers(texts, elsewhere.known(other, named)):
            code = elsewhere.fault(other, named, texts[row])
            yield judging.unknown(row, column, texts[row], other, named, code)
    key = tuple(rows.described["key"])
    replaced = rows.replaced()
    held_in = {
        cells: partition
        for partition, of_partition in elsewhere.held(rows.register, key).items()
        if partition not in replaced
        for cells in of_partition
    }
    if held_in:
        for row, cells_of_key in enumerate(zip(*(rows.texts[name] for name in key), strict=True)):
            if cells_of_key in held_in:
                partition = f"{rows.register}/{held_in[cells_of_key]}"
                yield Breach(row, key, cells_of_key, wording.fault("key_held", partition=partition))


# -- the answer ------------------------------------------------------------------------------------------


def _received(place: int, table: Recognised, rows: _Rows, is_reduced: bool) -> ReceivedRegister:
    own = {row for row, (origin, _) in enumerate(rows.origins) if origin == place}
    order = {name: position for position, name in enumerate(rows.described["columns"])}
    breaches = sorted(
        (breach for breach in rows.breaches if breach.row in own),
        key=lambda breach: (breach.row, len(breach.columns) > 1, [order[name] for name in breach.columns]),
    )
    accepted = [row for row in rows.accepted() if row in own]
    partitions: dict[str, list[Record]] = {}
    for row in accepted:
        record: Record = {name: texts[row] or None for name, texts in rows.texts.items()}
        partitions.setdefault(rows.partition[row], []).append(record)
    return ReceivedRegister(
        table.table,
        rows.register,
        rows.described["meaning"]["en"],
        {name: table.heading(name) for name in rows.described["columns"] if name in table.places},
        table.unread,
        len(table.rows),
        [_problem(table, rows, breach) for breach in breaches],
        partitions,
        sorted({int(rows.years[row]) for row in accepted if rows.years[row]}),
        tuple(rows.skipped[place]),
        rejected_keys=frozenset(
            tuple(rows.texts[name][row] for name in rows.described["key"]) for row in own & rows.rejected
        ),
        read=tuple(_read(place, table, rows)) if is_reduced else (),
    )


def _read(place: int, table: Recognised, rows: _Rows) -> Iterator[Row]:
    """Yield the header and the rows of a table with nothing but what was read, each cell in its place."""
    width = max(table.places.values(), default=-1) + 1
    named = {at: name for name, at in table.places.items()}
    header = table.header
    yield Row(header.number, tuple(header.cells[at] if at in named else "" for at in range(width)))
    for at, (origin, row) in enumerate(rows.origins):
        if origin == place and at not in rows.veiled:
            cells_ = tuple(rows.raw[named[one]][at] if one in named else "" for one in range(width))
            yield Row(row.number, cells_, frozenset(one for one in row.numbers if one in named))


def together(headings: Iterable[str]) -> str:
    """Write the headings of the cells that a problem is about as one; a whole row has none."""
    return ", ".join(headings) or wording.WHOLE_ROW


def judged_together(described: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the columns that a problem can be about together: those of the key, and of each rule."""
    named = [judging.named_columns(described, rule["when"]) for rule in described.get("rules", [])]
    return [tuple(described["key"]), *named]


def _problem(table: Recognised, rows: _Rows, breach: Breach) -> Problem:
    """Tell a breach as the person sees it: the headings and the cells of the table."""
    place, row = rows.origins[breach.row]
    fault = breach.fault
    if breach.other is not None:
        other_place, other = rows.origins[breach.other]
        fault = wording.fault("key_in_row" if other_place == place else "key_in_sheet", row=other.number)
    places = [table.places[name] for name in breach.columns if name in table.places] or [0]
    return Problem(
        table.table.file,
        table.table.sheet,
        row.number,
        together(table.heading(name) for name in breach.columns),
        ", ".join([rows.raw[name][breach.row] for name in breach.columns] or breach.cells),
        wording.said(fault, "expected"),
        wording.said(fault, "remedy"),
        fault,
        tuple(table.table.first_column + at for at in places),
    )
