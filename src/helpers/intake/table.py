"""A file as rows of text: encodings, delimiters and sheets, before anybody asks what it means."""

import csv
import io
import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from .. import locale
from ..errors import Fault, FileRefused
from . import markup, packed, personal, safety, wording
from .cells import of_number

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

# Tried in this order; a detector guesses Central European for Turkish text. The last one reads everything.
_ENCODINGS = ("utf-8-sig", "cp1254", "iso8859-9")
_DELIMITERS = (",", ";", "\t")
# The header may stand below title rows; publishers use up to four.
HEADER_WITHIN_ROWS = 10


@dataclass(frozen=True)
class Row:
    """One row: the line number a person sees, its cells as text, the places a workbook holds as numbers."""

    number: int
    cells: tuple[str, ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class RawTable:
    """A sheet or text file as rows of text; `sheet` is empty for a text file.

    The cells of a row begin in the column `first_column` of the sheet, counted from 0. `unsaved` are cells
    whose formula has no result, by row and column from 1: they look empty. `from_1904` says that the
    workbook counts its days from 1904.
    """

    file: str
    sheet: str
    rows: tuple[Row, ...]
    first_column: int = 0
    unsaved: frozenset[tuple[int, int]] = frozenset()
    from_1904: bool = False

    def heads(self) -> Iterator[tuple[int, Row]]:
        """Return the rows that may be the header, with their positions."""
        yield from enumerate(self.rows[:HEADER_WITHIN_ROWS])


@dataclass(frozen=True)
class Sheet:
    """A sheet as it stands in the file: its rows with their line numbers, nothing tidied."""

    name: str
    first_column: int
    rows: Iterable[tuple[int, list[str], frozenset[int]]]
    is_utf8: bool = True


@dataclass(frozen=True)
class Opened:
    """A file that was opened: its tables, the sheets that were left out and why, what is to be told of it.

    `hidden` are the tables of hidden sheets, which nobody reads; `content` is the file, `contents` what a
    workbook is made of.
    """

    tables: tuple[RawTable, ...]
    left_out: tuple[FileRefused, ...]
    notes: tuple[Fault, ...]
    hidden: tuple[RawTable, ...] = ()
    content: bytes = b""
    contents: packed.Contents | None = None


def read(path: Path) -> list[RawTable]:
    """Read every visible sheet of a workbook, or the one table of a text file, as text.

    Raises FileRefused with a plain sentence when the file cannot be read.
    """
    return list(opened(path).tables)


def opened(path: Path, encoding: str = "", judge_letters: bool = True) -> Opened:
    """Open a file as `read` does, and tell what else there is to say of it.

    A hidden sheet is left out: what the sender does not see was not handed in. `encoding` is tried where a
    text is not UTF-8, before the Turkish ones. Broken letters are only told without `judge_letters`. Raises
    FileRefused as `read`.
    """
    content = safety.content(path)
    contents = safety.examine(path.name, content)
    misnamed = safety.misnamed(path, contents is not None)
    notes = [misnamed] if misnamed else []
    left_out: list[FileRefused] = []
    tables = []
    unseen: list[Sheet] = []
    for sheet in sheets(path.name, content, contents, left_out, unseen, encoding):
        unsaved = contents.unsaved.get(sheet.name, frozenset()) if contents else frozenset()
        table = _table(path.name, sheet, unsaved, contents)
        if table.rows:
            cells = (cell for row in table.rows for cell in row.cells)
            veiled = personal.under_headings(table)
            place = wording.place(path.name, sheet.name)
            try:
                notes += safety.letters(cells, place, sheet.is_utf8, veiled)
            except FileRefused as broken:
                if judge_letters or broken.fault is None:
                    raise
                notes.append(broken.fault)
            tables.append(table)
    if not tables:
        raise left_out[0] if left_out else wording.refusal("no_rows", file=path.name)
    hidden = tuple(_table(path.name, sheet, frozenset(), contents) for sheet in unseen)
    return Opened(tuple(tables), tuple(left_out), tuple(notes), hidden, content, contents)


def sheets(
    file: str,
    content: bytes,
    contents: packed.Contents | None,
    left_out: list[FileRefused],
    hidden: list[Sheet] | None = None,
    encoding: str = "",
) -> Iterator[Sheet]:
    """Yield the sheets of a file that was found fit, a text file's only one; note those that are left out.

    Hidden sheets are left out, and put into `hidden` if that is given.
    """
    if contents is None:
        text, found = _decode(content, encoding)
        yield Sheet("", 0, _text(file, text), found == _ENCODINGS[0])
    else:
        yield from _workbook(file, content, left_out, hidden)


# -- workbooks ---------------------------------------------------------------------------------------------


def _workbook(
    file: str, content: bytes, left_out: list[FileRefused], hidden: list[Sheet] | None
) -> Iterator[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        listed = [one for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        found = [(one, workbook.get_sheet_by_name(one.name)) for one in listed]
    except (CalamineError, OSError, ValueError) as error:
        raise wording.refusal("workbook_damaged", file=file) from error
    for one, sheet in found:
        if sheet.start is None:
            continue
        if one.visible != SheetVisibleEnum.Visible:
            deep = one.visible == SheetVisibleEnum.VeryHidden
            code = "sheet_very_hidden" if deep else "sheet_hidden"
            if wording.names("template.lists", one.name):
                code = "sheet_of_lists"
            left_out.append(wording.refusal(code, file=file, sheet=one.name))
            if hidden is not None:
                hidden.append(_sheet(one.name, sheet))
            continue
        yield _sheet(one.name, sheet)


def _sheet(name: str, sheet: "CalamineSheet") -> Sheet:
    # Rows above the first used one are not returned, but a person counts them.
    first_row, first_column = sheet.start or (0, 0)
    rows = enumerate(sheet.to_python(skip_empty_area=True), first_row + 1)
    return Sheet(name, first_column, ((n, [_cell(c) for c in row], _numbers(row)) for n, row in rows))


def _cell(value: object) -> str:
    """Write a cell of a workbook as the text a person sees in it."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _numbers(row: Iterable[object]) -> frozenset[int]:
    return frozenset(place for place, value in enumerate(row) if isinstance(value, float))


# -- text --------------------------------------------------------------------------------------------------


def _text(file: str, text: str) -> Iterator[tuple[int, list[str], frozenset[int]]]:
    if "\n" not in text:
        text = text.replace("\r", "\n")  # as Excel for the Macintosh ends its lines
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
    first, held = 1, 0
    try:
        for cells in reader:
            while len(cells) > markup.MOST_COLUMNS and not cells[-1]:
                cells.pop()  # a spreadsheet writes the delimiters of formatted blank columns too
            held += len(cells)
            _bound(file, first, len(cells), held)
            yield first, cells, frozenset()
            first = reader.line_num + 1  # a quoted cell may hold line breaks
    except csv.Error as error:
        raise wording.refusal("quote", file=file, reason=error, line=first) from error


def _bound(file: str, line: int, width: int, held: int) -> None:
    limit = markup.MOST_COLUMNS
    if width > limit:
        raise wording.refusal("row_too_wide", file=file, line=line, found=width, limit=limit)
    if held > packed.MOST_CELLS:
        place = wording.place(file, "")
        raise wording.refusal("too_many_cells", place=place, found=held, limit=packed.MOST_CELLS)


def _decode(content: bytes, of_publisher: str = "") -> tuple[str, str]:
    """Return the text and the encoding that it is in."""
    for encoding in filter(None, (_ENCODINGS[0], of_publisher, *_ENCODINGS[1:-1])):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return content.decode(_ENCODINGS[-1]), _ENCODINGS[-1]


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts the head of the table into most cells."""
    lines = (line for line in itertools.islice(io.StringIO(text), HEADER_WITHIN_ROWS))
    head = [line for line in lines if line.strip()]

    def cells(delimiter: str) -> int:
        try:
            return max((len(row) for row in csv.reader(head, delimiter=delimiter)), default=0)
        except csv.Error:  # a cell longer than any; the reader of the whole says so
            return 0

    return max(_DELIMITERS, key=cells)


def _table(
    file: str, sheet: Sheet, unsaved: frozenset[tuple[int, int]], contents: packed.Contents | None
) -> RawTable:
    """Keep the rows that hold anything, with their numbers."""
    noted: dict[int, dict[int, str | None]] = {}
    for (number, column), error in (contents.noted.get(sheet.name, {}) if contents else {}).items():
        noted.setdefault(number, {})[column - 1 - sheet.first_column] = error
    kept = []
    for number, cells, numbers in sheet.rows:
        shown = _as_seen(cells, noted[number]) if number in noted else cells
        tidied = tuple(locale.tidy(cell) if cell else "" for cell in shown)
        if any(tidied):
            kept.append(Row(number, tidied, numbers - noted.get(number, {}).keys()))
    from_1904 = contents is not None and contents.from_1904
    return RawTable(file, sheet.name, tuple(kept), sheet.first_column, unsaved, from_1904)


def _as_seen(cells: list[str], noted: dict[int, str | None]) -> list[str]:
    """Write what a person sees in cells whose bare value is another: `#REF!` for nothing, 12.5% for 0.125."""
    seen = list(cells)
    for place, error in noted.items():
        if place < len(seen):
            seen[place] = error if error is not None else as_share(seen[place])
    return seen


def as_share(number: str) -> str:
    """Return a number of a workbook as its percent format shows it, with every digit; other text as it is."""
    try:
        share = Decimal(number) * 100
    except InvalidOperation:
        return number
    return f"{of_number(format(share.normalize(), 'f'))}%" if share.is_finite() else number
