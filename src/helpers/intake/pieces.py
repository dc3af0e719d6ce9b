"""A text table of any size, cut at the ends of rows into pieces that fit in memory; lines keep their numbers.

DuckDB does not tell in which line of a file a row stands. A piece begins at a known line, and where it holds
one line a row, as nearly all do, the number of the row is enough; else its rows are written out with their
numbers.
"""

import codecs
import csv
import errno
import hashlib
import io
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
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
_PAGE = 4096
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
    `ends` are the places where its lines end, where they are known.
    """

    path: Path
    number: int
    delimiter: str
    first_line: int
    lines: int
    is_plain: bool = False
    is_numbered: bool = False
    ends: "np.ndarray | None" = field(default=None, compare=False, repr=False)


@dataclass
class Digest:
    """The SHA-256 of a file and its size, known when it has been read to its end; where wanted, its copy.

    Blocks of whole pages at page addresses are copied past the system's cache, where that can be done: nobody
    reads the copy again soon, and to fill the cache with it costs a sixth of all time.
    """

    copy_to: Path | None = None
    sha256: Any = field(default_factory=hashlib.sha256)
    size: int = 0
    _copy: int | None = None
    _is_direct: bool = False

    def add(self, content: memoryview) -> None:
        """Take in the next bytes."""
        self.sha256.update(content)
        self.size += len(content)
        if self.copy_to:
            whole = len(content) - len(content) % _PAGE
            self._write(content[:whole], is_direct=True)
            self._write(content[whole:], is_direct=False)

    def _write(self, content: memoryview, is_direct: bool) -> None:
        if self._copy is None:
            self._open(os.O_TRUNC, is_direct)
        if len(content) and self._is_direct and not is_direct:
            self._open(os.O_APPEND, is_direct=False)
        while len(content) and self._copy is not None:
            try:
                content = content[os.write(self._copy, content) :]
            except OSError as error:
                if not self._is_direct or error.errno != errno.EINVAL:
                    raise
                self._open(os.O_APPEND, is_direct=False)

    def _open(self, how: int, is_direct: bool) -> None:
        self.close()
        flags = os.O_WRONLY | os.O_CREAT | how | getattr(os, "O_BINARY", 0)
        direct = getattr(os, "O_DIRECT", 0) if is_direct else 0
        try:
            self._copy = os.open(self.copy_to or "", flags | direct, 0o600)
        except OSError as error:
            if not direct or error.errno != errno.EINVAL:
                raise
            direct = 0
            self._copy = os.open(self.copy_to or "", flags, 0o600)
        self._is_direct = bool(direct)

    def close(self) -> None:
        """Close the copy."""
        if self._copy is not None:
            os.close(self._copy)
            self._copy = None


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
    line, number, skipped = text.first_lines[header], 0, text.starts[header]
    # One buffer for all pieces: fresh memory for each would cost more time than reading into it. The file is
    # always read to the same place, which begins with a page; what a piece leaves over moves to before it.
    buffer, base = _buffer(2 * safety.LONGEST_LINE, PIECE + 1)
    view, held = memoryview(buffer), 0
    with text.path.open("rb", buffering=0) as source:
        while True:
            size = _fill(source, view[base : base + PIECE])
            digest.add(view[base : base + size])
            begin, stop = base - held, base + size
            if skipped:  # the header and what stands above it
                begin = base + min(skipped, size)
                skipped -= begin - base
            if not size:
                if not bytes(view[begin:stop]).strip():
                    return
                if buffer[stop - 1] != _NEWLINE:
                    buffer[stop], stop = _NEWLINE, stop + 1
            if buffer.find(b"\x00", begin, stop) >= 0:
                raise wording.refusal("not_text", file=file)
            content = np.frombuffer(view[begin:stop], np.uint8)
            ends = _places(content, _NEWLINE)
            end = begin + (int(ends[-1]) + 1 if len(ends) else 0)
            is_plain = _is_plain(content, ends, _quoted(buffer, begin, stop))
            if not is_plain:
                end = begin + _end_of_rows(buffer[begin:end], delimiter)
            held = stop - end
            if held > safety.LONGEST_LINE or (not size and held):
                if b'"' in buffer[end:stop]:
                    raise wording.refusal("quote", file=file, reason="unexpected end of data", line=line)
                safety.refuse_long_lines(file, buffer[end:stop])
            if end > begin:
                safety.refuse_long_lines(file, buffer, begin, end)
                lines = int(np.searchsorted(ends, end - begin))
                written = view[begin:end] if is_utf8 else _western(bytes(view[begin:end])).encode()
                path = slot()
                with path.open("r+b" if path.exists() else "wb", buffering=0) as target:
                    target.write(written)
                    target.truncate()
                places = ends if is_utf8 else None
                yield Piece(path, number, text.delimiter, line, lines, is_plain, ends=places)
                line, number = line + lines, number + 1
            if not size:
                return
            view[base - held : base] = bytes(view[end:stop])


def _buffer(before: int, size: int) -> tuple[bytearray, int]:
    """Return memory for so many bytes, and before them some more, with the place where a page begins."""
    import numpy as np

    buffer = bytearray(before + size + _PAGE)
    address = int(np.frombuffer(buffer, np.uint8).ctypes.data)
    return buffer, before + -(address + before) % _PAGE


def _fill(source: IO[bytes], view: memoryview) -> int:
    """Read until the view is full or the file ends; return how many bytes there were."""
    size = 0
    while size < len(view) and (more := source.readinto(view[size:])):  # type: ignore[attr-defined]
        size += more
    return size


_NEWLINE, _QUOTE, _RETURN = 0x0A, 0x22, 0x0D
# Bytes are compared by the block that fits into a processor's cache.
_BLOCK = 2**18
# Quotes of a piece that are looked for one by one.
_FEW = 10_000


def _places(content: "np.ndarray", byte: int) -> "np.ndarray":
    """Return where a byte stands."""
    import numpy as np

    found = [np.flatnonzero(content[at : at + _BLOCK] == byte) + at for at in range(0, len(content), _BLOCK)]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _quoted(buffer: bytearray, begin: int, stop: int) -> "np.ndarray":
    """Return where quotes stand, counted from `begin`.

    Most files have few, which are found five times as fast one by one as by comparing every byte.
    """
    import numpy as np

    few: list[int] = []
    at = buffer.find(_QUOTE, begin, stop)
    while at >= 0 and len(few) < _FEW:
        few.append(at - begin)
        at = buffer.find(_QUOTE, at + 1, stop)
    if at < 0:
        return np.array(few, np.int64)
    rest = np.frombuffer(memoryview(buffer)[at:stop], np.uint8)
    return np.concatenate([np.array(few, np.int64), _places(rest, _QUOTE) + (at - begin)])


def _is_plain(content: "np.ndarray", ends: "np.ndarray", quotes: "np.ndarray") -> bool:
    """Tell whether every line is a row: none is blank, and none has a quote that another closes."""
    import numpy as np

    gaps = np.diff(ends, prepend=-1)
    if bool((gaps == 1).any()) or bool((content[ends[gaps == 2] - 1] == _RETURN).any()):
        return False
    return not len(quotes) or not bool((np.bincount(np.searchsorted(ends, quotes)) % 2).any())


def _end_of_rows(content: bytearray, delimiter: bytes) -> int:
    """Return where the last whole row of some lines ends; 0 if none does."""
    at = last = 0
    is_open = False
    for line in io.BytesIO(content):
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


def only(piece: Piece, lines: list[int], path: Path) -> Piece:
    """Write some lines of a plain piece as a piece of their own, with their numbers."""
    import numpy as np

    ends = piece.ends
    if ends is None:
        ends = _places(np.frombuffer(piece.path.read_bytes(), np.uint8), _NEWLINE)
    delimiter = piece.delimiter.encode()
    with piece.path.open("rb") as source, path.open("wb") as target:
        for line in lines:
            at = line - piece.first_line
            begin = int(ends[at - 1]) + 1 if at else 0
            source.seek(begin)
            row = source.read(int(ends[at]) + 1 - begin)
            target.write(b"%d%s%s%s" % (line, delimiter, delimiter, row))
    return Piece(path, piece.number, piece.delimiter, piece.first_line, len(lines), is_numbered=True)


def joined(some: Sequence[Piece], path: Path) -> Piece:
    """Write numbered pieces of one table as one, in their order; they are gone afterwards."""
    with path.open("wb") as target:
        for piece in some:
            target.write(piece.path.read_bytes())
            piece.path.unlink()
    first, lines = some[0], sum(piece.lines for piece in some)
    return Piece(path, first.number, first.delimiter, first.first_line, lines, is_numbered=True)


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
