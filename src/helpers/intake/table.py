"""A file as rows of text: encodings, delimiters and sheets, before anybody asks what it means."""

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from .. import locale
from ..errors import FileRefused

# Tried in this order; a detector guesses Central European for Turkish text.
_ENCODINGS = ("utf-8-sig", "cp1254", "iso8859-9")
_DELIMITERS = (",", ";", "\t")
_EXCEL = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# The header may stand below title rows; publishers use up to four.
_HEADER_WITHIN_ROWS = 10


@dataclass(frozen=True)
class Row:
    """One row: the line number a person sees, and its cells as text."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class RawTable:
    """A sheet or text file as rows of text; `sheet` is empty for a text file."""

    file: str
    sheet: str
    rows: tuple[Row, ...]

    def heads(self) -> Iterator[tuple[int, Row]]:
        """Return the rows that may be the header, with their positions."""
        yield from enumerate(self.rows[:_HEADER_WITHIN_ROWS])


def read(path: Path) -> list[RawTable]:
    """Read every sheet of a workbook, or the one table of a text file, as text.

    Raises FileRefused with a plain sentence when the file cannot be read.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise FileRefused(f"There is no file {path.name!r}.", remedy="Check the path.") from error
    except OSError as error:
        raise FileRefused(f"{path.name!r} cannot be read: {error.strerror}.") from error
    if not content.strip():
        raise FileRefused(f"{path.name!r} is empty.", remedy="Ask for the file again.")
    tables = _excel(path) if content.startswith(_EXCEL) else [_text(path.name, content)]
    tables = [table for table in tables if table.rows]
    if not tables:
        raise FileRefused(f"{path.name!r} holds no rows.", remedy="Ask for the file again.")
    return tables


def _excel(path: Path) -> list[RawTable]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(path)
        sheets = [(name, workbook.get_sheet_by_name(name)) for name in workbook.sheet_names]
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused(
            f"{path.name!r} looks like an Excel workbook but cannot be opened.",
            expected="an .xlsx, .xlsb, .xls or .ods workbook without a password",
            remedy="Open it in Excel, save it again as .xlsx and try once more.",
        ) from error
    tables = []
    for name, sheet in sheets:
        # Rows above the first used one are not returned, but a person counts them.
        first = (sheet.start or (0, 0))[0]
        rows = enumerate(sheet.to_python(skip_empty_area=True), first + 1)
        tables.append(_table(path.name, name, ((n, [_cell(c) for c in row]) for n, row in rows)))
    return tables


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


def _text(name: str, content: bytes) -> RawTable:
    text = _decode(name, content)
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
    numbered = []
    first = 1
    try:
        for cells in reader:
            numbered.append((first, cells))
            first = reader.line_num + 1  # a quoted cell may hold line breaks
    except csv.Error as error:
        raise FileRefused(
            f"{name!r} is not a table of text: {error} (line {reader.line_num}).",
            remedy="Look for a quotation mark that is not closed, or save it again as .xlsx.",
        ) from error
    return _table(name, "", iter(numbered))


def _decode(name: str, content: bytes) -> str:
    if b"\x00" in content:
        raise FileRefused(
            f"{name!r} is not text.",
            expected="CSV, or an Excel workbook",
            remedy="Save it again as CSV (UTF-8) or as .xlsx.",
        )
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused(f"The encoding of {name!r} is not known.", expected=" or ".join(_ENCODINGS))


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts the head of the table into most cells."""
    head = [line for line in text.splitlines()[:_HEADER_WITHIN_ROWS] if line.strip()]

    def cells(delimiter: str) -> int:
        return max((len(row) for row in csv.reader(head, delimiter=delimiter)), default=0)

    return max(_DELIMITERS, key=cells)


def _table(file: str, sheet: str, rows: Iterator[tuple[int, list[str]]]) -> RawTable:
    """Keep the rows that hold anything, with their numbers."""
    kept = []
    for number, cells in rows:
        tidied = tuple(locale.tidy(cell) for cell in cells)
        if any(tidied):
            kept.append(Row(number, tidied))
    return RawTable(file, sheet, tuple(kept))
