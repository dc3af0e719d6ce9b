"""A copy of the sender's own file in which every offending cell is coloured and says what is wrong with it.

An .xlsx keeps its formulas and formats, as far as openpyxl carries them; what it drops is told. Every other
file becomes an .xlsx with its cells as text. The file itself is never written to.
"""

import hashlib
import io
import itertools
import logging
import math
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import Problem
from ..locale import LANGUAGES
from . import packed, safety, table, wording
from .answer import Answer
from .cells import is_formula
from .restored import restored

_log = logging.getLogger(__name__)

_COLOUR = "FFC7CE"
# Who speaks in a comment: no person and no machine.
_AUTHOR = "workbook check"
# A copy carries the digest of its own parts, so that one which somebody has worked in is known.
_CORE = "docProps/core.xml"
_DIGEST = re.compile(rb"<dc:identifier[^>]*>([^<]*)</dc:identifier>")
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_NO_MOMENT = (1980, 1, 1, 0, 0, 0)
# openpyxl takes 40 µs and 0.6 kB for a cell, and joins areas cell by cell: a register of 20,000 rows and 21
# columns has 900,000 elements, and its copy takes 13 s and 460 MB.
_MOST_ELEMENTS = 1_000_000
_MOST_SPANNED = 250_000
# Excel takes seconds to open a sheet with more.
_MOST_COMMENTS = 2_000
_LONGEST_VALUE = 120
# xlsxwriter takes 10 µs for a cell of text.
_MOST_CELLS = 1_000_000
_ROWS, _LETTERS = 1_048_576, 32_767
_COMMENT_WIDTH, _LINE_LETTERS, _LINE_HEIGHT, _TALLEST = 320, 44, 19, 420
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_SHEET = re.compile(r"[\[\]:*?/\\']")
# A date that Excel cannot show would become an error in the copy.
_LOST_DATE = "Cell .* is marked as a date"
# What openpyxl raises where a workbook holds what it does not understand.
_ODD = (
    ArithmeticError, AttributeError, LookupError, NotImplementedError, OSError, RecursionError, SyntaxError,
    TypeError, ValueError, struct.error, zipfile.BadZipFile,
)  # fmt: skip

# Sheet, row from 1, column from 0.
_Place = tuple[str, int, int]
_Marks = Mapping[_Place, list[Problem]]


@dataclass(frozen=True)
class Copy:
    """What became of a marked copy.

    `file` is its name, beside the sender's own; "" where none was written, for the reason `why`. `as_text`
    says why it holds text alone, "" where it keeps formulas and formats; `lacking` tells what it lacks.
    """

    file: str
    cells: int
    commented: int = 0
    as_text: str = ""
    lacking: tuple[str, ...] = ()
    why: str = ""
    reason: str = ""


def mark(path: Path, answer: Answer, language: str = "en") -> Copy | None:
    """Write the marked copy of a file that was judged, beside it; None where nothing is wrong with it.

    An earlier copy is replaced unless somebody has saved it since.
    """
    marks: dict[_Place, list[Problem]] = {}
    if answer.problem_count > len(answer.problems) or _is_large(path):
        return Copy("", answer.problem_count, why="cells") if answer.problems else None
    for problem in answer.problems:
        for column in problem.places:
            marks.setdefault((problem.sheet, problem.row, column), []).append(problem)
    if not marks:
        return None
    content = safety.content(path)
    contents = safety.examine(path.name, content)
    as_text = _as_text(contents)
    made, put_back = (None, frozenset()) if as_text else _formatted(content, marks, language)
    if made is None:
        as_text = as_text or "odd"
        made = _plain(path, content, contents, marks, language)
    if made is None:
        return Copy("", len(marks), why="cells")
    target = _target(path, language)
    beside = target.with_name(target.name + ".part")
    try:
        beside.write_bytes(made)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        return Copy("", len(marks), why="folder", reason=wording.refused(error)[language])
    lacking = () if as_text or contents is None else tuple(sorted(contents.dropped - put_back))
    return Copy(target.name, len(marks), min(len(marks), _MOST_COMMENTS), as_text, lacking)


def _is_large(path: Path) -> bool:
    """Tell whether a file is larger than any that is read as a whole."""
    return path.stat().st_size > safety.MOST_BYTES


def _as_text(contents: packed.Contents | None) -> str:
    """Say why a file cannot be copied with its formats; "" where it can."""
    if contents is None:
        return "text"
    if contents.kind != "xlsx":
        return "format"
    if contents.elements > _MOST_ELEMENTS or contents.spanned > _MOST_SPANNED:
        return "size"
    return "odd" if contents.foreign_images else ""


# -- where it goes -----------------------------------------------------------------------------------------


def _target(path: Path, language: str) -> Path:
    """Return where the copy goes: never over a file that a person may have worked in."""
    words = {wording.sentence("copy.suffix", one) for one in LANGUAGES}
    stem = re.sub(rf"\.({'|'.join(words)})(-[0-9]+)?$", "", path.stem)
    word = wording.sentence("copy.suffix", language)
    numbered = itertools.chain([word], (f"{word}-{number}" for number in itertools.count(2)))
    targets = (path.with_name(f"{stem}.{ending}.xlsx") for ending in numbered)
    return next(
        target
        for target in targets
        if not target.exists() or (not target.samefile(path) and _is_ours(target))
    )


def _is_ours(path: Path) -> bool:
    """Tell whether a copy is as it was written, and nobody's work would be lost with it."""
    try:
        if path.stat().st_size > safety.MOST_BYTES:
            return False
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > packed.MOST_UNPACKED:
                return False
            told = _DIGEST.search(archive.read(_CORE))
            return told is not None and told[1].decode() == _digest(archive)
    except (OSError, KeyError, ValueError, NotImplementedError, RuntimeError, zlib.error, zipfile.BadZipFile):
        return False


def _digest(archive: zipfile.ZipFile) -> str:
    digest = hashlib.sha256()
    for name in sorted(set(archive.namelist()) - {_CORE}):
        digest.update(name.encode() + b"\0" + archive.read(name))
    return digest.hexdigest()


def _signed(made: io.BytesIO) -> bytes:
    """Pack a copy anew with its digest, without the time at which it was made."""
    target = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(target, "w") as new:
        digest = f'<dc:identifier xmlns:dc="http://purl.org/dc/elements/1.1/">{_digest(old)}</dc:identifier>'
        for name in old.namelist():
            content = old.read(name)
            if name == _CORE:
                content = _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z", _DIGEST.sub(b"", content))
                content = content.replace(b"</cp:coreProperties>", digest.encode() + b"</cp:coreProperties>")
            part = zipfile.ZipInfo(name, _NO_MOMENT)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, content)
    return target.getvalue()


# -- what it says ------------------------------------------------------------------------------------------


def _comment(problems: list[Problem], language: str) -> str:
    """Tell all that is wrong with a cell: what was expected, what stands there, what to do."""
    return _clean("\n\n".join("\n".join(_told(problem, language)) for problem in problems))


def _clean(text: str) -> str:
    """Put a sign in the place of control characters, which no XML document may hold."""
    return _NOT_XML.sub("\ufffd", text)


def _told(problem: Problem, language: str) -> Iterator[str]:
    if problem.column == wording.WHOLE_ROW:
        yield wording.sentence("comment.row", language)
    elif len(problem.places) > 1:
        yield wording.sentence("comment.columns", language, columns=problem.column)
    yield wording.sentence("comment.expected", language, expected=wording.expected(problem, language))
    value = problem.value if len(problem.value) <= _LONGEST_VALUE else problem.value[:_LONGEST_VALUE] + "…"
    found = value or wording.sentence("comment.nothing", language)
    yield wording.sentence("comment.found", language, value=found)
    yield wording.sentence("comment.remedy", language, remedy=wording.remedy(problem, language))


def _height(text: str) -> int:
    """Return the height in pixels at which a comment of the usual width shows its whole text."""
    lines = sum(max(1, math.ceil(len(line) / _LINE_LETTERS)) for line in text.split("\n"))
    return min(_TALLEST, _LINE_HEIGHT * (lines + 1))


# -- with formulas and formats -----------------------------------------------------------------------------


def _formatted(content: bytes, marks: _Marks, language: str) -> tuple[bytes | None, frozenset[str]]:
    """Return the workbook with its marks; None where openpyxl does not understand it.

    With it come the codes of what openpyxl dropped and was put back.
    """
    import openpyxl

    target = io.BytesIO()
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.filterwarnings("always", message=_LOST_DATE)
            book = openpyxl.load_workbook(io.BytesIO(content), rich_text=True)
            if any(re.match(_LOST_DATE, str(one.message)) for one in told):
                return None, frozenset()
            joined = {sheet.title: _joined(sheet) for sheet in book.worksheets}
            for sheet in book.worksheets:
                _resize(sheet)
            for at, ((name, row, column), problems) in enumerate(marks.items()):
                place = joined[name].get((row, column + 1), (row, column + 1))
                says = _comment(problems, language) if at < _MOST_COMMENTS else ""
                _mark(book[name].cell(*place), says)
            book.properties.lastModifiedBy = _AUTHOR
            book.save(target)
        made, put_back = restored(content, target.getvalue())
    except _ODD as error:
        _log.info("copied as text: %s", type(error).__name__)  # its message may quote a cell
        return None, frozenset()
    return _signed(io.BytesIO(made)), put_back


def _joined(sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """Return the places of joined cells by the place of the one that a person sees."""
    return {place: (area.min_row, area.min_col) for area in sheet.merged_cells.ranges for place in area.cells}


def _mark(cell: Any, says: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    cell.fill = PatternFill("solid", fgColor=f"FF{_COLOUR}")
    if says:
        text = f"{cell.comment.text}\n\n{says}" if cell.comment else says
        cell.comment = Comment(text, _AUTHOR, _height(text), _COMMENT_WIDTH)


def _resize(sheet: Any) -> None:
    """Give the sender's own comments a readable size: openpyxl forgets the one they had."""
    for cell in sheet._cells.values():  # `iter_rows` would make the cells between them too
        if cell.comment:
            cell.comment.width, cell.comment.height = _COMMENT_WIDTH, _height(cell.comment.text)


# -- as text -----------------------------------------------------------------------------------------------


def _plain(
    path: Path, content: bytes, contents: packed.Contents | None, marks: _Marks, language: str
) -> bytes | None:
    """Return an .xlsx with the cells of a file as text, and its marks; None where it has no room for them."""
    import xlsxwriter  # type: ignore[import-untyped, unused-ignore]

    target = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    commented = itertools.count()
    held = 0
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"author": _AUTHOR, "created": datetime(*_NO_MOMENT)})
        formats = _formats(book)
        for sheet in table.sheets(path.name, content, contents, []):
            page = book.add_worksheet(_sheet_name(sheet.name or path.stem, book))
            widths: dict[int, int] = {}
            for at, (number, cells) in enumerate(_lines(sheet)):
                held += 1 + len(cells)
                if at >= _ROWS or held > _MOST_CELLS:
                    return None
                marked = {column for column in range(len(cells)) if (sheet.name, number, column) in marks}
                for column, text in enumerate(cells):
                    shape = formats[column in marked, is_formula(text)]
                    if text:
                        page.write_string(at, column, _clean(text[:_LETTERS]), shape)
                        widths[column] = max(widths.get(column, 8), min(40, len(text) + 2))
                    elif column in marked:
                        page.write_blank(at, column, None, shape)
                for column in sorted(marked):
                    if next(commented) < _MOST_COMMENTS:
                        says = _comment(marks[sheet.name, number, column], language)
                        size = {"width": _COMMENT_WIDTH, "height": _height(says), "author": _AUTHOR}
                        page.write_comment(at, column, says, size)
            for column, width in widths.items():
                page.set_column(column, column, width)
    return _signed(target)


def _lines(sheet: table.Sheet) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a sheet in the places that they have in it, from its first row and column."""
    at = 1
    for number, cells, _ in sheet.rows:
        while sheet.name and at < number:
            yield at, []
            at += 1
        yield number, [""] * sheet.first_column + cells
        at = number + 1


def _formats(book: Any) -> dict[tuple[bool, bool], Any]:
    """Return the formats of text, by whether it is marked and whether it only looks like a formula."""
    return {
        (marked, quoted): book.add_format(
            {"num_format": "@"}
            | ({"bg_color": f"#{_COLOUR}"} if marked else {})
            | ({"quote_prefix": True} if quoted else {})
        )
        for marked in (False, True)
        for quoted in (False, True)
    }


def _sheet_name(name: str, book: Any) -> str:
    taken = {sheet.get_name() for sheet in book.worksheets()}
    name = _NOT_SHEET.sub("-", _clean(name))[:31] or "-"
    return name if name not in taken else f"{name[:26]} ({len(taken) + 1})"
