"""A text table of any size, cut at the ends of rows into pieces that fit in memory; every line keeps its number.

DuckDB does not tell in which line of a file a row stands. A piece begins at a known line, and where it holds one
line a row, as nearly all do, the number of the row is enough; else its rows are written out with their numbers.
"""

import codecs
import csv
import hashlib
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import locale
from ..errors import FileRefused
from . import safety, table, wording
from .table import RawTable, Row

# Pieces of this size keep two of them, read and written, below a gigabyte; larger ones are no faster.
PIECE = 48 * 2**20
_HEAD = 256 * 2**10
_DELIMITERS = (";", ",", "\t")


@dataclass(frozen=True)
class Text:
    """A text table whose head was looked at: how it is written, and where its rows begin.

    `start` is the place of the first row in the file, `first_line` its line.
    """

    path: Path
    head: RawTable
    delimiter: str
    starts: tuple[int, ...]
    first_lines: tuple[int, ...]
    is_utf8: bool


@dataclass(frozen=True)
class Piece:
    """Some whole rows of a table in a file of its own, in UTF-8 and without a header.

    Where `is_numbered`, each row begins with its line and with what is wrong with its quotes, if anything;
    else the first row stands in `first_line` and there are `lines` lines.
    """

    path: Path
    number: int
    delimiter: str
    first_line: int
    lines: int
    is_numbered: bool = False


@dataclass
class Digest:
    """The SHA-256 of the file and its size, known when it has been read to its end."""

    sha256: Any = field(default_factory=hashlib.sha256)
    size: int = 0

    def add(self, content: bytes) -> None:
        """Take in the next bytes."""
        self.sha256.update(content)
        self.size += len(content)


def opened(path: Path) -> Text | None:
    """Look at the head of a file; None where it is no text, which is not judged here.

    Raises FileRefused for a text that is not safe to read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_HEAD)
    except OSError:
        return None  # the reader of other files says so
    if not content.strip() or content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return None
    content = content[: content.rfind(b"\n") + 1] or content
    try:
        safety.examine(path.name, content)
    except FileRefused:
        return None
    try:
        text, is_utf8 = content.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        text, is_utf8 = _western(content.removeprefix(codecs.BOM_UTF8)), False
    delimiter = _delimiter(text)
    rows, starts, lines = [], [], []
    at, line = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0, 1
    for raw in itertools.islice(io.BytesIO(content[at:]), table.HEADER_WITHIN_ROWS):
        written = raw.decode() if is_utf8 else _western(raw)
        cells = next(csv.reader([written], delimiter=delimiter), [])
        at, line = at + len(raw), line + 1
        rows.append(Row(line - 1, tuple(locale.tidy(cell) for cell in cells)))
        starts.append(at)
        lines.append(line)
    return Text(path, RawTable(path.name, "", tuple(rows)), delimiter, tuple(starts), tuple(lines), is_utf8)


def _delimiter(text: str) -> str:
    head = [line for line in text.splitlines()[:10] if line.strip()]
    return max(_DELIMITERS, key=lambda d: max((len(row) for row in csv.reader(head, delimiter=d)), default=0))


# -- encodings -----------------------------------------------------------------------------------------------


def _windows_1252() -> str:
    """Return the 256 characters of windows-1252, its gaps filled as latin-1 has them: nothing is unreadable."""
    return "".join(
        bytes([byte]).decode("cp1252", errors="ignore") or bytes([byte]).decode("latin-1")
        for byte in range(256)
    )


_WINDOWS_1252 = _windows_1252()


def _western(content: bytes) -> str:
    """Decode latin-1, with the signs that windows-1252 has in its gaps."""
    return codecs.charmap_decode(content, "strict", _WINDOWS_1252)[0]


# -- cutting -------------------------------------------------------------------------------------------------


def cut(text: Text, header: int, folder: Path, digest: Digest, is_utf8: bool) -> Iterator[Piece]:
    """Cut the rows below the header row `header` into pieces, written into a folder one after another.

    Raises FileRefused for what is no text, for a line that is too long to be a row, and for a quote that is
    never closed.
    """
    file, delimiter = text.path.name, text.delimiter.encode()
    line, number, rest = text.first_lines[header], 0, b""
    with text.path.open("rb") as source:
        digest.add(source.read(text.starts[header]))
        while content := source.read(PIECE):
            digest.add(content)
            rest += content
            end = _end_of_rows(rest, delimiter)
            if end == 0 and len(rest) > PIECE + safety.LONGEST_LINE:
                raise wording.refusal("quote", file=file, reason="unexpected end of data", line=line)
            if end:
                yield _written(file, rest[:end], number, line, text, folder, is_utf8)
                line, number, rest = line + rest.count(b"\n", 0, end), number + 1, rest[end:]
    if rest.strip():
        rest += b"" if rest.endswith(b"\n") else b"\n"
        if _end_of_rows(rest, delimiter) != len(rest):
            raise wording.refusal("quote", file=file, reason="unexpected end of data", line=line)
        yield _written(file, rest, number, line, text, folder, is_utf8)


def _written(
    file: str, content: bytes, number: int, line: int, text: Text, folder: Path, is_utf8: bool
) -> Piece:
    if b"\x00" in content:
        raise wording.refusal("not_text", file=file)
    safety.refuse_long_lines(file, content)
    path = folder / f"{number:04}.csv"
    path.write_bytes(content if is_utf8 else _western(content).encode())
    return Piece(path, number, text.delimiter, line, content.count(b"\n"))


def _end_of_rows(content: bytes, delimiter: bytes) -> int:
    """Return where the last whole row ends; 0 if none does."""
    end = content.rfind(b"\n") + 1
    if content.count(b'"', 0, end) % 2 == 0:
        return end
    at = last = 0
    is_open = False
    for line in io.BytesIO(content[:end]):
        at += len(line)
        is_open, _ = _quotes(line, is_open, delimiter)
        if not is_open:
            last = at
    return last


def _quotes(line: bytes, is_open: bool, delimiter: bytes) -> tuple[bool, bool]:
    """Tell whether a quoted cell is still open at the end of a line, and whether the line's quotes are sound.

    A quote opens a cell only at its beginning; elsewhere in an unquoted cell it is a letter like others.
    """
    if not is_open and b'"' not in line:
        return False, True
    at, is_sound = 0, True
    if not is_open and line.startswith(b'"'):
        at, is_open = 1, True
    while True:
        if is_open:
            at = line.find(b'"', at)
            if at < 0:
                return True, is_sound
            if line[at + 1 : at + 2] == b'"':
                at += 2
                continue
            at, is_open = at + 1, False
            is_sound = is_sound and line[at : at + 1] in (delimiter, b"\n", b"\r", b"")
        else:
            at = line.find(delimiter + b'"', at)
            if at < 0:
                return False, is_sound
            at, is_open = at + 2, True


def numbered(piece: Piece) -> Piece:
    """Write a piece out anew with the line of each row before it, without blank lines.

    Of a row whose quotes are not sound the whole text is kept in place of its cells.
    """
    path = piece.path.with_suffix(".numbered.csv")
    delimiter = piece.delimiter.encode()
    with piece.path.open("rb") as source, path.open("wb") as target:
        row, is_open, is_sound, first = b"", False, True, piece.first_line
        for line, content in enumerate(source, piece.first_line):
            if not row and not content.strip():
                continue
            if not row:
                first = line
            row += content
            is_open, sound = _quotes(content, is_open, delimiter)
            is_sound = is_sound and sound
            if not is_open:
                flag = b"" if is_sound else b'"%s"' % row.rstrip(b"\r\n").replace(b'"', b'""')
                cells = row if is_sound else b"\n"
                target.write(b"%d%s%s%s%s" % (first, delimiter, flag, delimiter, cells))
                row, is_sound = b"", True
    return Piece(path, piece.number, piece.delimiter, piece.first_line, piece.lines, is_numbered=True)


def of_table(raw: RawTable, rows: tuple[Row, ...], width: int, folder: Path) -> Piece:
    """Write the rows of a sheet as a piece, with their numbers; cells beyond the header become one more."""
    path = folder / "sheet.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        for row in rows:
            beyond = [" | ".join(cell for cell in row.cells[width:] if cell)]
            padded = [*row.cells[:width], *[""] * (width - len(row.cells))]
            writer.writerow([row.number, "", *padded, *beyond])
    return Piece(path, 0, ";", 0, len(rows), is_numbered=True)
