"""The official tables as files for the administration: XLSX and DOCX, made in memory, landscape A4.

The same tables give the same bytes on every machine: no time, user or machine is written into a file.
"""

import io
import math
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ..errors import WorkbookError
from ..intake.cells import harmless, is_formula
from ..texts import Texts
from .tables import Cell, Section, Table, written

XLSX_TEXT_LIMIT = 32767  # characters of a cell
_SHEET_NAME_LIMIT = 31
_PAGE_WIDTH = 26.7  # cm between the margins of landscape A4
_FIRST_COLUMN, _COLUMN = 44, 20  # characters that a column of a sheet is wide
_LINE, _TALLEST = 15.0, 409.0  # points: a line of a sheet, and the highest row that Excel draws
# A fixed moment, because both formats require one; it is no day of work.
_NO_MOMENT = datetime(2000, 1, 1)
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_SHEET = re.compile(r"[\[\]:*?/\\']")


def _clean(text: str) -> str:
    """Drop control characters, which no XML document may hold and which no reader sees."""
    return _NOT_XML.sub("", text)


def _printed(cell: Cell) -> float:
    """Return a number with the decimals that are printed, in percent points for a percentage.

    Hidden digits would tell more than the published page, and would not add up to what is seen.
    """
    step = Decimal(1).scaleb(-cell.decimals)
    value = 0.0 if cell.value is None or isinstance(cell.value, date) else float(cell.value)
    return float(Decimal(repr(value)).quantize(step, ROUND_HALF_UP)) + 0.0  # never −0


def _number_format(cell: Cell, language: str) -> str:
    """Return Excel's format: `[$-41F]` is Turkish, whose percent sign comes first."""
    decimals = "." + "0" * cell.decimals if cell.decimals else ""
    if cell.kind == "percent":
        return f"[$-41F]%#,##0{decimals}" if language == "tr" else f"#,##0{decimals}%"
    return ("[$-41F]" if language == "tr" else "") + f"#,##0{decimals}"


def xlsx(tables: Sequence[Table], say: Texts) -> bytes:
    """Return a workbook with one sheet for each table.

    Numbers are numbers, a percentage of 46,7 being 0.467 under a percent format. Every text is written
    as text, so that what begins with `=` or names an address does nothing.
    """
    import xlsxwriter  # type: ignore[import-untyped, unused-ignore]

    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": _clean(tables[0].title) if tables else "", "created": _NO_MOMENT})
        sheet = _Sheets(book, say)
        for table in tables:
            sheet.add(table)
    return _without_times(target.getvalue())


class _Sheets:
    """Writes tables into a workbook, sharing its cell formats."""

    def __init__(self, book: Any, say: Texts) -> None:
        self._book, self._say = book, say
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._names: set[str] = set()

    def add(self, table: Table) -> None:
        """Add a sheet for a table."""
        sheet = self._book.add_worksheet(self._name(table.key))
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        last = max([1, *(len(section.columns) - 1 for section in table.sections)])
        sheet.set_column(0, 0, _FIRST_COLUMN)
        sheet.set_column(1, last, _COLUMN)
        sheet.write_string(0, 0, _clean(table.title), self._format(bold=True, font_size=14))
        row = 2
        for label, cell in table.head:
            row = self._pair(sheet, row, label, cell, table.language, last)
        for section in table.sections:
            row = self._section(sheet, row + 1, section, table.language)
        if len(table.sections) == 1:
            sheet.repeat_rows(row - len(table.sections[0].rows) - 1)  # the header row, on each printed page
        row += 1
        for label, cell in table.foot:
            row = self._pair(sheet, row, label, cell, table.language, last)
        for note in table.notes:
            sheet.write_string(row + 1, 0, self._fitting(note), self._format(italic=True))
            row += 1

    def _name(self, key: str) -> str:
        name = _NOT_SHEET.sub("-", _clean(key))[:_SHEET_NAME_LIMIT]
        if name in self._names:
            raise WorkbookError(
                f"Two tables have the same sheet name {name!r}.", remedy="Give them other keys."
            )
        self._names.add(name)
        return name

    def _section(self, sheet: Any, row: int, section: Section, language: str) -> int:
        if section.title:
            sheet.write_string(row, 0, _clean(section.title), self._format(bold=True, font_size=12))
            row += 1
        for column, title in enumerate(section.columns):
            shape = self._format(bold=True, border=1, text_wrap=True, valign="top", bg_color="#E7ECF2")
            sheet.write_string(row, column, _clean(title), shape)
        sheet.set_row(row, _height([(title, _width(i)) for i, title in enumerate(section.columns)]))
        for cells in section.rows:
            row += 1
            sheet.set_row(row, _height([(_text(cell), _width(i)) for i, cell in enumerate(cells)]))
            for column, cell in enumerate(cells):
                self._cell(sheet, row, column, cell, language)
        return row + 1

    def _pair(self, sheet: Any, row: int, label: str, cell: Cell, language: str, last: int) -> int:
        """Write a label and its value; a text has the rest of the table's width."""
        shape = self._format(bold=True, border=1, text_wrap=True, valign="top")
        sheet.write_string(row, 0, _clean(label), shape)
        width = _COLUMN
        if cell.kind == "text" and last > 1:
            sheet.merge_range(row, 1, row, last, "", self._format(border=1, text_wrap=True, valign="top"))
            width *= last
        sheet.set_row(row, _height([(label, _FIRST_COLUMN), (_text(cell), width)]))
        self._cell(sheet, row, 1, cell, language)
        return row + 1

    def _cell(self, sheet: Any, row: int, column: int, cell: Cell, language: str) -> None:
        shape: dict[str, Any] = {"border": 1, "text_wrap": True, "valign": "top"}
        if cell.value is None or cell.value == "":
            sheet.write_blank(row, column, None, self._format(**shape))
        elif cell.kind == "text":
            text = self._fitting(str(cell.value))
            # A text that looks like a formula stays text when somebody edits the cell and leaves it.
            quoted = {"quote_prefix": True} if is_formula(text) else {}
            sheet.write_string(row, column, text, self._format(**shape, **quoted))
        elif isinstance(cell.value, date):
            as_read = {"num_format": "dd.mm.yyyy" if language == "tr" else "d mmm yyyy", "align": "left"}
            sheet.write_datetime(row, column, cell.value, self._format(**shape, **as_read))
        else:
            value = _printed(cell)
            if cell.kind == "percent":
                value = float(Decimal(repr(value)) / 100)
            shape |= {"num_format": _number_format(cell, language), "align": "right"}
            sheet.write_number(row, column, value, self._format(**shape))

    def _fitting(self, text: str) -> str:
        text = _clean(text)
        if len(text) > XLSX_TEXT_LIMIT:
            raise WorkbookError(
                f"A text of {len(text)} characters does not fit into a cell: {text[:60]!r} …",
                expected=f"at most {XLSX_TEXT_LIMIT} characters",
                remedy="Shorten it.",
            )
        return text

    def _format(self, **shape: Any) -> Any:
        key = tuple(sorted(shape.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(shape)
        return self._formats[key]


def _text(cell: Cell) -> str:
    return str(cell.value) if cell.kind == "text" and cell.value is not None else ""


def _width(column: int) -> int:
    return _COLUMN if column else _FIRST_COLUMN


def _height(texts: Sequence[tuple[str, int]]) -> float:
    """Return the height in points of a row of texts folded at widths in characters.

    Not every program makes room for folded text by itself, and none does in joined cells. A letter more
    or less to the line must not hide the last one, so a line is counted shorter than it is.
    """
    lines = [
        sum(max(1, math.ceil(len(part) / (0.85 * width))) for part in text.split("\n"))
        for text, width in texts
    ]
    return min(_TALLEST, _LINE * max([1, *lines]))


def docx(tables: Sequence[Table], say: Texts) -> bytes:
    """Return a document with one table after another, each on a new page, header rows repeated."""
    import docx as word
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm, Pt

    document = word.Document()
    page = document.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, Cm(29.7), Cm(21.0)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(1.5)
    document.styles["Normal"].font.size = Pt(9)
    _set_language(document, "tr-TR" if say.language == "tr" else "en-GB")
    for number, table in enumerate(tables):
        heading = document.add_heading(_clean(table.title), level=1)
        heading.paragraph_format.page_break_before = number > 0
        if table.head:
            _pairs(document, table.head, say)
        for section in table.sections:
            if section.title:
                document.add_heading(_clean(section.title), level=2)
            else:
                document.add_paragraph()
            _grid(document, section, say)
        if table.foot:
            document.add_paragraph()
            _pairs(document, table.foot, say)
        for note in table.notes:
            document.add_paragraph(_clean(note)).paragraph_format.space_after = Pt(2)
    told = document.core_properties
    told.author = told.last_modified_by = told.comments = told.keywords = told.subject = told.category = ""
    told.title = _clean(tables[0].title) if tables else ""
    told.language = "tr-TR" if say.language == "tr" else "en-GB"
    told.created = told.modified = _NO_MOMENT
    told.revision = 1
    target = io.BytesIO()
    document.save(target)
    return _without_times(target.getvalue())


def _set_language(document: Any, tag: str) -> None:
    """Set the language of all text, so that a Turkish speller reads Turkish."""
    from docx.oxml.ns import qn

    for element in document.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), tag)


def _pairs(document: Any, pairs: Sequence[tuple[str, Cell]], say: Texts) -> None:
    from docx.shared import Cm

    grid = document.add_table(rows=0, cols=2)
    grid.style = "Table Grid"
    grid.autofit = False
    for column, width in zip(grid.columns, (7, 19.7), strict=True):
        column.width = Cm(width)  # rows added later take the column's
    for label, cell in pairs:
        row = grid.add_row()
        _whole_on_a_page(row)
        _write(row.cells[0], label, bold=True)
        _write(row.cells[1], written(cell, say))


def _grid(document: Any, section: Section, say: Texts) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Cm

    grid = document.add_table(rows=1, cols=len(section.columns))
    grid.style = "Table Grid"
    grid.autofit = False
    header = grid.rows[0]
    for column, first, width in zip(grid.columns, header.cells, _widths(section, say), strict=True):
        column.width = first.width = Cm(width)  # rows added later take the column's
    # Word repeats the row at the top of each page that the table runs to.
    header._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    _whole_on_a_page(header)
    for place, title in zip(header.cells, section.columns, strict=True):
        _write(place, title, bold=True)
    for cells in section.rows:
        row = grid.add_row()
        _whole_on_a_page(row)
        for place, cell in zip(row.cells, cells, strict=True):
            _write(place, written(cell, say))
            if cell.kind != "text":
                place.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _widths(section: Section, say: Texts) -> list[float]:
    """Share the page's width out, in cm: by the root of a column's longest text, as long texts are folded."""
    longest = [
        max([len(title) / 2, *(len(written(row[i], say)) for row in section.rows)])
        for i, title in enumerate(section.columns)
    ]
    roots = [math.sqrt(max(length, 9)) for length in longest]
    return [_PAGE_WIDTH * root / sum(roots) for root in roots]


def _whole_on_a_page(row: Any) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))


def _write(place: Any, text: str, bold: bool = False) -> None:
    # Word runs nothing, but who copies the table into a spreadsheet has it read there.
    run = place.paragraphs[0].add_run(str(harmless(_clean(text))))
    run.bold = bold or None


def _without_times(packed: bytes) -> bytes:
    """Pack a document anew with one fixed time for its parts, which would tell when it was made."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.infolist():
            entry = zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # else the packing system is told
            new.writestr(entry, old.read(part))
    return target.getvalue()
