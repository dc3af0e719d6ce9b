"""The markup of a workbook's parts, weighed while it is read: extents, texts, and what hangs on cells.

Two cells at opposite corners make a sheet claim 17 billion, and one long text can be the text of every cell.
The parser takes no declarations, so that no entity grows either.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from xml.parsers import expat

from .. import locale

# Publishers' widest table has 70 columns; a sheet that reaches further holds stray cells.
MOST_COLUMNS = 200

# No program writes more; a parser keeps them all in memory.
_MOST_NAMES, _DEEPEST, _LONGEST = 5_000, 500, 4 * 2**20
_MOST_SHARED, _MOST_UNSAVED, _MOST_SHEETS = 2_000_000, 10_000, 1_000
# Errors and shares of one sheet are noted cell by cell.
_MOST_NOTED = 200_000

_REFERENCE = re.compile("([A-Za-z]{1,3})([0-9]{1,7})")
# What a number format shows as letters.
_LITERALS = re.compile(r'"[^"]*"|\\.')
_AREA = re.compile("([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")

# What a copy by openpyxl lacks, by the element of a sheet or a drawing …
_DROPPED = {
    "sp": "shapes", "cxnSp": "shapes", "grpSp": "shapes", "picture": "images", "legacyDrawingHF": "images",
}  # fmt: skip
# … and by the extension of a sheet.
_DROPPED_EXTENSIONS = {
    "{CCE6A557-97BC-4B89-ADB6-D9C93CAAB3DF}": "drop_downs",
    "{78C0D931-6437-407D-A8EE-F0AAD7539E65}": "conditional",
    "{05C60535-1F16-4FD2-B633-F4F36F0B64E0}": "sparklines",
    "{A8765BA9-456A-4DAB-B4F3-ACF838C121DE}": "slicers",
    "{3A4CF648-6AED-40F4-86FF-DC5316D8AED3}": "slicers",
    "{7E03D99C-DC04-49D9-9315-930204A7B6E9}": "slicers",
}


# What a part is to the program that opens it stands in its relationship; its name may say anything.
_RELATED = {
    "vbaProject": "macros", "xlMacrosheet": "macros", "xlIntlMacrosheet": "macros", "dialogsheet": "macros",
    "attachedToolbars": "macros", "externalLink": "external_links", "externalLinkPath": "external_links",
    "oleObject": "embedded", "package": "embedded", "control": "embedded",
}  # fmt: skip


class Unfit(Exception):
    """A part that is not fit to be opened; `code` is that of the fault, `sheet` the sheet if it is known."""

    def __init__(self, code: str, sheet: str = "", **values: object) -> None:
        super().__init__(code)
        self.code, self.sheet, self.values = code, sheet, values


@lru_cache(maxsize=1024)
def number(letters: str) -> int:
    """Return the number of a column, 1 for A."""
    found = 0
    for letter in letters:
        found = found * 26 + (ord(letter) & 31)
    return found


def letters(column: int) -> str:
    """Return the letters of a column, A for 1."""
    found = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def _local(name: str) -> str:
    return name[name.find(":") + 1 :]


class _Markup:
    """A parser of one part, which refuses declarations, and markup that no program writes."""

    def __init__(self) -> None:
        self.elements = 0
        self._ended: list[str] = []
        self._depth = self._fed = 0
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._ended.append

    def _refuse(self, *_: object) -> None:
        raise Unfit("entities")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def feed(self, piece: bytes) -> None:
        """Read a piece."""
        before = self.elements
        try:
            self._parser.Parse(piece, False)
        except expat.ExpatError as error:
            raise Unfit("part_damaged") from error
        self._fed += len(piece)
        self._depth += self.elements - before - len(self._ended)
        self._ended.clear()
        waiting = self._fed - self._parser.CurrentByteIndex
        if self._depth > _DEEPEST or waiting > _LONGEST or len(self._parser.intern) > _MOST_NAMES:
            raise Unfit("part_damaged")

    def close(self) -> None:
        """Read the end."""
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Unfit("part_damaged") from error


class Part(_Markup):
    """What a part of a workbook tells, beside the number of its elements.

    `area` is the used area of its sheets in cells; `text` what their own texts hold in letters; `shared` the
    lengths of texts that cells may share, `sharing` the number of cells that do; `unsaved` the formulas
    without a result, by row and column from 1; `noted` the cells whose value alone does not say what a person
    sees, by sheet (nameless in .xlsx): the error that they hold, such as `#REF!`, or None where they show a
    share of one as percent; `titles` and `targets` the sheets by the keys of the workbook; `from_1904` that
    its days are counted from 1904; `percent_styles` the formats of cells, by place, that show percent.
    """

    def __init__(self) -> None:
        super().__init__()
        self.area = self.text = self.sharing = self.spanned = 0
        self.shared: list[int] = []
        self.unsaved: list[tuple[int, int]] = []
        self.noted: dict[str, dict[tuple[int, int], str | None]] = {}
        self.percent_styles: frozenset[str] = frozenset()
        self.titles: dict[str, str] = {}
        self.targets: dict[str, str] = {}
        self.dropped: set[str] = set()
        self.sheet = ""
        self.from_1904 = False

    def _note(self, row: int, column: int, error: str | None) -> None:
        noted = self.noted.setdefault(self.sheet, {})
        noted[row, column] = error
        if len(noted) > _MOST_NOTED:
            raise Unfit("noted_cells_many", self.sheet, limit=_MOST_NOTED)


def reader(kind: str, name: str) -> Part:
    """Return the reader of a part of a workbook of a kind."""
    return _OpenDocument() if kind == "ods" else _Excel()


# -- .xlsx -------------------------------------------------------------------------------------------------


class _Excel(Part):
    def __init__(self) -> None:
        super().__init__()
        self._row = self._column = 0
        self._latest: dict[str, str] | None = None
        # The cell that may hold something, and the extent of those that do: top, left, bottom, right.
        self._cell: dict[str, str] | None = None
        self._extent: tuple[int, int, int, int] | None = None
        self._formula: tuple[int, int] | None = None
        self._error: tuple[int, int] = (0, 0)
        # Of the styles: the numbers of formats that show percent, how many formats of cells have been met.
        self._percent = {"9", "10"}
        self._formats: int | None = None
        self._known: dict[str, Callable[[dict[str, str]], None]] = {
            "row": self._on_row, "c": self._on_cell, "v": self._on_value, "f": self._on_formula,
            "is": self._on_content, "si": self._on_shared, "mergeCell": self._on_area,
            "hyperlink": self._on_area, "table": self._on_area, "sheet": self._on_sheet,
            "Relationship": self._on_relationship, "ext": self._on_extension,
            "workbookPr": self._on_properties, "numFmt": self._on_number_format, "cellXfs": self._on_formats,
            "cellStyles": self._on_formats_end, "xf": self._on_format,
        }  # fmt: skip
        self._handlers: dict[str, Callable[[dict[str, str]], None] | None] = {}

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        try:
            handler = self._handlers[name]  # a sheet has millions of elements of few names
        except KeyError:
            local = _local(name)
            handler = self._handlers[name] = self._known.get(local)
            if local in _DROPPED:
                self.dropped.add(_DROPPED[local])
        if handler:
            handler(attributes)

    def close(self) -> None:
        """Settle the last cell and the extent."""
        super().close()
        self._settle()
        if self._extent:
            top, left, bottom, right = self._extent
            self.area = (bottom - top + 1) * (right - left + 1)

    def _on_row(self, attributes: dict[str, str]) -> None:
        told = attributes.get("r")
        try:
            self._row = self._row + 1 if told is None else int(told)
        except ValueError:
            raise Unfit("part_damaged") from None
        self._column = 0
        self._latest = None

    def _on_cell(self, attributes: dict[str, str]) -> None:
        if self._formula:
            self._settle()
        if "r" not in attributes:  # it stands behind the one before
            self._column = 1 if self._latest is None else self._place(self._latest)[1] + 1
        self._cell = self._latest = attributes
        if attributes.get("t") == "s":
            self.sharing += 1

    def _place(self, cell: dict[str, str]) -> tuple[int, int]:
        """Return the row and the column of the cell that was met last."""
        if "r" not in cell:
            return self._row, self._column
        found = _REFERENCE.fullmatch(cell["r"])
        if not found:
            raise Unfit("part_damaged")
        return int(found[2]), number(found[1])

    def _on_content(self, _: dict[str, str]) -> None:
        """Count the cell into the extent: an empty one with a format costs nothing."""
        if self._cell is None:
            return
        row, column = self._place(self._cell)
        self._cell = None
        if column > MOST_COLUMNS:
            raise Unfit("too_many_columns", column=letters(column), limit=MOST_COLUMNS)
        if self._extent is None:
            self._extent = row, column, row, column
        else:
            top, left, bottom, right = self._extent
            if row > bottom or column > right or row < top or column < left:
                self._extent = min(top, row), min(left, column), max(bottom, row), max(right, column)

    def _on_formula(self, attributes: dict[str, str]) -> None:
        if self._cell is not None and self._cell.get("t") != "str":  # a text may well be empty
            self._formula = self._place(self._cell)
        self._on_content(attributes)

    def _on_value(self, attributes: dict[str, str]) -> None:
        if self._formula:
            self._parser.CharacterDataHandler = self._on_result
        if self._latest is not None and ("t" in self._latest or "s" in self._latest):
            self._on_seen_otherwise(self._latest)
        self._on_content(attributes)

    def _on_seen_otherwise(self, cell: dict[str, str]) -> None:
        type_ = cell.get("t", "n")
        if type_ == "e":
            self._error, self._formula = self._place(cell), None
            self._parser.CharacterDataHandler = self._on_error
        elif type_ == "n" and cell.get("s") in self.percent_styles:
            self._note(*self._place(cell), None)

    def _on_error(self, text: str) -> None:
        self._note(*self._error, text)
        self._parser.CharacterDataHandler = None

    def _on_number_format(self, attributes: dict[str, str]) -> None:
        if "%" in _LITERALS.sub("", attributes.get("formatCode", "")):
            self._percent.add(attributes.get("numFmtId", ""))

    def _on_formats(self, _: dict[str, str]) -> None:
        self._formats = 0

    def _on_formats_end(self, _: dict[str, str]) -> None:
        self._formats = None

    def _on_format(self, attributes: dict[str, str]) -> None:
        if self._formats is None:  # a named style, which cells only refer to
            return
        if attributes.get("numFmtId") in self._percent:
            self.percent_styles |= {str(self._formats)}
        self._formats += 1

    def _on_result(self, _: str) -> None:
        self._formula = None
        self._parser.CharacterDataHandler = None

    def _settle(self) -> None:
        if self._formula:
            self.unsaved.append(self._formula)
            if len(self.unsaved) > _MOST_UNSAVED:
                raise Unfit("formulas_unsaved_many", limit=_MOST_UNSAVED)
            self._formula = None
            self._parser.CharacterDataHandler = None

    def _on_shared(self, _: dict[str, str]) -> None:
        self.shared.append(0)
        if len(self.shared) > _MOST_SHARED:
            raise Unfit("too_many_texts", limit=_MOST_SHARED)
        self._parser.CharacterDataHandler = self._add_shared

    def _add_shared(self, text: str) -> None:
        self.shared[-1] += len(text)

    def _on_area(self, attributes: dict[str, str]) -> None:
        found = _AREA.fullmatch(attributes.get("ref", ""))
        if found:
            left, top, right, bottom = found.groups()
            height, width = int(bottom) - int(top), number(right) - number(left)
            self.spanned += (abs(height) + 1) * (abs(width) + 1)

    def _on_sheet(self, attributes: dict[str, str]) -> None:
        key = next((value for name, value in attributes.items() if _local(name) == "id"), "")
        self.titles[key] = attributes.get("name", "")
        if len(self.titles) > _MOST_SHEETS:
            raise Unfit("too_many_parts", limit=_MOST_SHEETS)

    def _on_properties(self, attributes: dict[str, str]) -> None:
        self.from_1904 = attributes.get("date1904") in ("1", "true", "on")

    def _on_relationship(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2]
        if kind in _RELATED:
            raise Unfit(_RELATED[kind])
        if attributes.get("TargetMode") != "External":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def _on_extension(self, attributes: dict[str, str]) -> None:
        code = _DROPPED_EXTENSIONS.get(locale.upper(attributes.get("uri", "")))
        if code:
            self.dropped.add(code)


class Shared(_Markup):
    """The letters of the shared texts of a sheet, each as often as a cell has it."""

    def __init__(self, lengths: list[int]) -> None:
        super().__init__()
        self._parser.buffer_text = True  # a number must not come in two pieces
        self.text = 0
        self._lengths = lengths
        self._is_shared = False

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        local = _local(name)
        self._parser.CharacterDataHandler = self._add if local == "v" and self._is_shared else None
        if local == "c":
            self._is_shared = attributes.get("t") == "s"

    def _add(self, text: str) -> None:
        place = text.strip()
        if place.isdecimal() and len(place) < 9 and int(place) < len(self._lengths):
            self.text += self._lengths[int(place)]


# -- .ods --------------------------------------------------------------------------------------------------


class _OpenDocument(Part):
    """Rows and cells stand there with the number of their repetitions; empty ones at the end cost nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._parser.CharacterDataHandler = self._add
        self._rows = self._bottom = self._right = 0
        self._row_times = 0
        self._column = self._last = 0
        self._row_text = 0
        self._cell_times = 0
        self._cell_text = 0
        self._holds = self._is_error = False

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        local = _local(name)
        if local in ("table-cell", "covered-table-cell"):
            self._end_cell()
            self._cell_times = _times(attributes, "number-columns-repeated")
            kinds = [kind for key, kind in attributes.items() if _local(key) == "value-type"]
            self._holds, self._is_error = bool(kinds), "error" in kinds
            if self._is_error or "percentage" in kinds:
                self._note_all("#?" if self._is_error else None)
        elif local == "p" and self._cell_times:
            self._holds = True
        elif local == "table-row":
            self._end_row()
            self._row_times = _times(attributes, "number-rows-repeated")
        elif local == "table":
            self._end_table()
            self.sheet = next((value for key, value in attributes.items() if _local(key) == "name"), "")
        elif local in ("table-source", "dde-source", "dde-link"):
            raise Unfit("external_links", self.sheet)
        elif local == "encryption-data":
            raise Unfit("password")

    def close(self) -> None:
        """Settle the last table."""
        super().close()
        self._end_table()

    def _add(self, text: str) -> None:
        if self._cell_times:
            self._cell_text += len(text)
            if self._is_error and text.strip():
                self._note_all(text.strip())

    def _note_all(self, error: str | None) -> None:
        if self._row_times * self._cell_times > _MOST_NOTED:
            raise Unfit("noted_cells_many", self.sheet, limit=_MOST_NOTED)
        for row in range(self._rows + 1, self._rows + 1 + self._row_times):
            for column in range(self._column + 1, self._column + 1 + self._cell_times):
                self._note(row, column, error)

    def _end_cell(self) -> None:
        if self._cell_times:
            self._column += self._cell_times
            if self._holds:
                self._last = self._column
                if self._last > MOST_COLUMNS:
                    column = letters(self._last)
                    raise Unfit("too_many_columns", self.sheet, column=column, limit=MOST_COLUMNS)
                self._row_text += self._cell_times * self._cell_text
        self._cell_times = self._cell_text = 0
        self._holds = False

    def _end_row(self) -> None:
        self._end_cell()
        if self._row_times:
            self._rows += self._row_times
            if self._last:
                self._bottom, self._right = self._rows, max(self._right, self._last)
                self.text += self._row_times * self._row_text
        self._row_times = self._column = self._last = self._row_text = 0

    def _end_table(self) -> None:
        self._end_row()
        self.area += self._bottom * self._right
        self._rows = self._bottom = self._right = 0


def _times(attributes: dict[str, str], name: str) -> int:
    """Return how often a row or a cell stands."""
    told = next((value for key, value in attributes.items() if _local(key) == name), "1")
    if not re.fullmatch("[0-9]{1,9}", told):
        raise Unfit("part_damaged")
    return int(told)
