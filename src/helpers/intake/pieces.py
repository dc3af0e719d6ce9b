"""A text table of any size, cut at the ends of rows into pieces that fit in memory; lines keep their numbers.

DuckDB does not tell in which line of a file a row stands. A piece begins at a known line, and where it holds
one line a row, as nearly all do, the number of the row is enough; else its rows are written out with their
numbers.
"""

import codecs
import csv
import hashlib
import io
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from .. import locale
from ..errors import FileRefused
from . import safety, table, wording
from .table import RawTable, Row

if TYPE_CHECKING:
    import numpy as np

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

    Its first row stands in `first_line` and it has `lines` lines, each of them a row where it `is_plain`.
    Where it `is_numbered`, each row begins with its line and with what is wrong with its quotes, if anything.
    """

    path: Path
    number: int
    delimiter: str
    first_line: int
    lines: int
    is_plain: bool = False
    is_numbered: bool = False


@dataclass
class Digest:
    """The SHA-256 of a file and its size, known when it has been read to its end; where wanted, its copy."""

    copy_to: Path | None = None
    sha256: Any = field(default_factory=hashlib.sha256)
    size: int = 0
    _copy: IO[bytes] | None = None

    def add(self, content: bytes | memoryview) -> None:
        """Take in the next bytes."""
        self.sha256.update(content)
        self.size += len(content)
        if self.copy_to and not self._copy:
            self._copy = self.copy_to.open("wb", buffering=0)
        if self._copy:
            self._copy.write(content)

    def close(self) -> None:
        """Close the copy."""
        if self._copy:
            self._copy.close()


def opened(path: Path) -> Text | None:
    """Look at the head of a file; None where it is no text, which is not judged here.

    Raises FileRefused for a text that is not safe to read.
    """
    try:
        if not path.is_file():  # a device would never end
            return None
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
    try:
        return _head(path, content, _delimiter(text), is_utf8)
    except csv.Error:
        return None  # a cell longer than any; the reader of other files says so


def _head(path: Path, content: bytes, delimiter: str, is_utf8: bool) -> Text:
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
    """Return the 256 characters of windows-1252, its gaps filled as in latin-1: nothing is unreadable."""
    return "".join(
        bytes([byte]).decode("cp1252", errors="ignore") or bytes([byte]).decode("latin-1")
        for byte in range(256)
    )


_WINDOWS_1252 = _windows_1252()


def _western(content: bytes) -> str:
    """Decode latin-1, with the signs that windows-1252 has in its gaps."""
    return codecs.charmap_decode(content, "strict", _WINDOWS_1252)[0]


# -- cutting -------------------------------------------------------------------------------------------------


def cut(text: Text, header: int, slot: Callable[[], Path], digest: Digest, is_utf8: bool) -> Iterator[Piece]:
    """Cut the rows below the header row `header` into pieces, each written into the file that `slot` gives.

    Raises FileRefused for what is no text, for a line that is too long to be a row, and for a quote that is
    never closed.
    """
    import numpy as np

    file, delimiter = text.path.name, text.delimiter.encode()
    line, number, held = text.first_lines[header], 0, 0
    # One buffer for all pieces: fresh memory for each would cost more time than reading into it.
    buffer = bytearray(PIECE + 2 * safety.LONGEST_LINE)
    view = memoryview(buffer)
    with text.path.open("rb", buffering=0) as source:
        digest.add(source.read(text.starts[header]))
        while True:
            size = source.readinto(view[held : held + PIECE]) or 0
            digest.add(view[held : held + size])
            held += size
            if not size:
                if not bytes(view[:held]).strip():
                    return
                if buffer[held - 1] != _NEWLINE:
                    buffer[held], held = _NEWLINE, held + 1
            if buffer.find(b"\x00", 0, held) >= 0:
                raise wording.refusal("not_text", file=file)
            ends = _places(np.frombuffer(view[:held], np.uint8), _NEWLINE)
            is_plain = _is_plain(np.frombuffer(view[:held], np.uint8), ends)
            end = int(ends[-1]) + 1 if len(ends) else 0
            if not is_plain:
                end = _end_of_rows(buffer, held, delimiter)
            if held - end > safety.LONGEST_LINE or (not size and end < held):
                if b'"' in buffer[end:held]:
                    raise wording.refusal("quote", file=file, reason="unexpected end of data", line=line)
                safety.refuse_long_lines(file, bytes(view[end:held]))
            if end:
                safety.refuse_long_lines(file, buffer, end)
                lines = int(np.searchsorted(ends, end))
                content = view[:end] if is_utf8 else _western(bytes(view[:end])).encode()
                path = slot()
                with path.open("r+b" if path.exists() else "wb", buffering=0) as target:
                    target.write(content)
                    target.truncate()
                yield Piece(path, number, text.delimiter, line, lines, is_plain)
                line, number, held = line + lines, number + 1, held - end
                view[:held] = bytes(view[end : end + held])
            if not size:
                return


_NEWLINE, _QUOTE, _RETURN = 0x0A, 0x22, 0x0D
# Bytes are compared by the block that fits into a processor's cache.
_BLOCK = 2**18


def _places(content: "np.ndarray", byte: int) -> "np.ndarray":
    """Return where a byte stands."""
    import numpy as np

    found = [np.flatnonzero(content[at : at + _BLOCK] == byte) + at for at in range(0, len(content), _BLOCK)]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _is_plain(content: "np.ndarray", ends: "np.ndarray") -> bool:
    """Tell whether every line is a row: none is blank, and none has a quote that another closes."""
    import numpy as np

    gaps = np.diff(ends, prepend=-1)
    if bool((gaps == 1).any()) or bool((content[ends[gaps == 2] - 1] == _RETURN).any()):
        return False
    quotes = _places(content, _QUOTE)
    return not len(quotes) or not bool((np.bincount(np.searchsorted(ends, quotes)) % 2).any())


def _end_of_rows(content: bytearray, size: int, delimiter: bytes) -> int:
    """Return where the last whole row of the first bytes ends; 0 if none does."""
    end = content.rfind(b"\n", 0, size) + 1
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


def only(piece: Piece, lines: list[int]) -> Piece:
    """Write some lines of a plain piece as a piece of their own, with their numbers."""
    import numpy as np

    content = piece.path.read_bytes()
    ends = _places(np.frombuffer(content, np.uint8), _NEWLINE)
    path = piece.path.with_suffix(".some.csv")
    delimiter = piece.delimiter.encode()
    with path.open("wb") as target:
        for line in lines:
            at = line - piece.first_line
            row = content[ends[at - 1] + 1 if at else 0 : ends[at] + 1]
            target.write(b"%d%s%s%s" % (line, delimiter, delimiter, row))
    return Piece(path, piece.number, piece.delimiter, piece.first_line, len(lines), is_numbered=True)


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
