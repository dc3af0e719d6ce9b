"""Workbooks that teach what a register holds: to be filled in by a unit, sent back and received.

Header, meanings, lists, limits and rules come from the declaration of the register, so that a template asks
for exactly what intake accepts.
"""

import io
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from .. import locale
from ..catalog import load
from ..errors import ParameterError
from . import declaration, held, labels, markup, wording
from .cells import FIRST_YEAR, LAST_YEAR, is_formula

# Excel refuses to open a workbook, or mends it, where one of these is exceeded.
_LIST_LETTERS, _TITLE_LETTERS, _MESSAGE_LETTERS, _SHEET_LETTERS = 255, 32, 255, 31
_NOT_SHEET = str.maketrans(dict.fromkeys("[]:*?/\\'"))
_LAST_ROW = 1_048_575
# What the column type at rest can hold.
_MOST = 999_999_999
_MOST_NUMBER = 1e15
_AUTHOR = "workbook template"

_DARK, _LIGHT, _GREY = "#1F4E79", "#DDEBF7", "#7F7F7F"
_NARROW, _WIDE = 12, 36
_COMMENT_WIDTH, _COMMENT_LETTERS, _COMMENT_LINE = 300, 44, 18
# A person may sort, widen and delete in the open body; header and example are locked.
_OPEN = dict.fromkeys(
    ("format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows", "sort"), True
)


@dataclass(frozen=True)
class Asked:
    """What a template is for: a register, in a language, of one year (0 for any) and unit ("" for any)."""

    register: str
    language: str
    year: int = 0
    unit: str = ""

    @property
    def file(self) -> str:
        """Return the name of its file, which names the register for whoever receives it."""
        return "-".join(filter(None, (self.register, self.unit, str(self.year or "")))) + ".xlsx"


def write_templates(
    registers: Iterable[str],
    folder: Path,
    language: str,
    year: int = 0,
    unit: str = "",
    replace: bool = False,
) -> list[Path]:
    """Write the templates of registers, of all that can be received if none is named; return their files.

    A register is named by its id or by its title in either language, a unit by its code or name. Raises
    ParameterError where there is no such register, unit or year, or where a file stands there already and is
    not to be replaced; then nothing is written.
    """
    if year and not FIRST_YEAR <= year <= LAST_YEAR:
        raise _error("template_year", year=year, first=FIRST_YEAR, last=LAST_YEAR)
    of_unit = _unit(unit)
    asked = [Asked(name, language, year, of_unit) for name in _registers(registers)]
    targets = [folder / one.file for one in asked]
    standing = [path.name for path in targets if path.exists()]
    if standing and not replace:
        raise _error("template_exists", files=standing)
    made = [template(one) for one in asked]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in zip(targets, made, strict=True):
            beside = path.with_name(path.name + ".part")
            beside.write_bytes(content)
            beside.replace(path)
    except OSError as error:
        raise _error("template_folder", folder=str(folder), reason=wording.refused(error)) from error
    return targets


def _error(code: str, **values: object) -> ParameterError:
    of = wording.fault(code, **values)
    return ParameterError(
        wording.said(of, "wrong"), wording.said(of, "expected"), wording.said(of, "remedy"), of
    )


def _registers(named: Iterable[str]) -> list[str]:
    known = declaration.receivable()
    by_name = {
        locale.key(name): register
        for register, described in known.items()
        for name in (described["meaning"]["en"], described["meaning"]["tr"], register)
    }
    found = []
    for name in named:
        if locale.key(name) not in by_name:
            raise _error("template_register", register=name, known=list(known))
        found.append(by_name[locale.key(name)])
    return list(dict.fromkeys(found)) or list(known)


def _unit(named: str) -> str:
    found = labels.codes({"list": "units"}).get(locale.key(named), "") if named else ""
    if named and not found:
        raise _error("template_unit", unit=named, known=list(load().units))
    return found


# -- one template ------------------------------------------------------------------------------------------


def template(asked: Asked) -> bytes:
    """Return a template as a workbook: the sheet to fill in, one that explains it, a hidden one of lists."""
    import xlsxwriter  # type: ignore[import-untyped, unused-ignore]

    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": _Template.title(asked), "author": _AUTHOR})
        _Template(book, asked).write()
    return target.getvalue()


class _Template:
    """Writes a template into a workbook."""

    def __init__(self, book: Any, asked: Asked) -> None:
        self._book, self._asked = book, asked
        self._described = declaration.receivable()[asked.register]
        self._columns: Mapping[str, Mapping[str, Any]] = self._described["columns"]
        self._period: str = self._described.get("period", {}).get("column", "")
        # The hidden sheet, once a list needs it, and its lists: what each offers → its area there.
        self._hidden: Any = None
        self._lists: dict[tuple[str, ...], str] = {}

    @staticmethod
    def title(asked: Asked) -> str:
        """Return the title of the register with the unit and the year that are asked for."""
        parts = [str(declaration.receivable()[asked.register]["meaning"][asked.language])]
        if asked.unit:
            parts.append(load().units[asked.unit].name(asked.language))
        return ", ".join([*parts, *([str(asked.year)] if asked.year else [])])

    def write(self) -> None:
        """Write the three sheets."""
        name = str(self._described["meaning"][self._asked.language]).translate(_NOT_SHEET)
        self._data = self._book.add_worksheet(textwrap.shorten(name, _SHEET_LETTERS, placeholder="…"))
        self._help = self._book.add_worksheet(self._say("template.help"))
        example = self._example()
        self._write_data(example)
        self._write_help(bool(example))
        self._data.activate()

    def _say(self, key: str, **values: object) -> str:
        return wording.sentence(key, self._asked.language, **values)

    def _format(self, **properties: object) -> Any:
        return self._book.add_format({"font_name": "Calibri", "font_size": 11, "valign": "top", **properties})

    # -- the sheet to fill in ------------------------------------------------------------------------------

    def _write_data(self, example: Mapping[str, str]) -> None:
        sheet, language = self._data, self._asked.language
        other = next(one for one in locale.LANGUAGES if one != language)
        head = {
            required: self._format(
                bold=True, text_wrap=True, border=1, bg_color=colour, font_color=ink, align="center"
            )
            for required, colour, ink in ((True, _DARK, "#FFFFFF"), (False, _LIGHT, "#000000"))
        }
        below = 2 if example else 1
        sheet.set_comments_author(_AUTHOR)
        for place, (name, column) in enumerate(self._columns.items()):
            headings = list(dict.fromkeys((column[language], column[other])))
            # Without a line break, which a CSV of the sheet would count as a row more.
            sheet.write_string(0, place, " / ".join(headings), head[bool(column.get("required"))])
            comment = "\n".join(self._definition(name))
            height = sum(len(textwrap.wrap(line, _COMMENT_LETTERS)) for line in comment.splitlines()) + 1
            size = {"width": _COMMENT_WIDTH, "height": _COMMENT_LINE * height}
            sheet.write_comment(0, place, comment, size)
            widest = max(len(word) for heading in headings for word in (heading[:24], *heading.split()))
            shown = self._number_format(column)
            open_ = self._format(locked=False, **shown)
            sheet.set_column(place, place, min(_WIDE, max(_NARROW, widest + 3)), open_)
            if example:
                grey = self._format(italic=True, font_color=_GREY, bg_color="#F2F2F2", **shown)
                grey.set_quote_prefix(is_formula(example[name]))
                self._write_example(place, name, column, example[name], grey)
            self._validate(place, below, name, column)
        sheet.set_row(0, 62)
        sheet.freeze_panes(below, 1)
        sheet.protect("", _OPEN)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _number_format(self, column: Mapping[str, Any]) -> dict[str, object]:
        """Return how a column is shown; text stays text, so that Excel makes no date of `1-2`."""
        day = "dd.mm.yyyy" if self._asked.language == "tr" else "yyyy-mm-dd"
        return {"num_format": {"DATE": day, "INTEGER": "0", "DOUBLE": "General"}.get(column["type"], "@")}

    def _write_example(self, place: int, name: str, column: Mapping[str, Any], text: str, grey: Any) -> None:
        """Write a cell of the example; the first says so, by which the row is known when it comes back."""
        written = text
        if text and labels.is_coded(column):
            written = labels.names(column)[text][self._asked.language]
        elif text and column["type"] == "BOOLEAN":
            written = self._say("template.yes" if text == "true" else "template.no")
        elif text and column["type"] == "DATE" and place == 0:
            written = locale.day(date.fromisoformat(text), self._asked.language)
        if place == 0:
            self._data.write_string(1, place, f"{self._say('template.example_mark')}: {written}", grey)
        elif text and column["type"] == "DATE":
            self._data.write_datetime(1, place, datetime.fromisoformat(text), grey)
        elif text and column["type"] in ("INTEGER", "DOUBLE"):
            self._data.write_number(1, place, float(text), grey)
        elif text:
            self._data.write_string(1, place, written, grey)
        else:
            self._data.write_blank(1, place, None, grey)

    def _example(self) -> dict[str, str]:
        """Return the row that is declared as the example, else the fullest of the embedded ones.

        Of those, one of the year and the unit that are asked for is taken if there is one.
        """
        if "example" in self._described:
            return {name: self._described["example"].get(name, "") for name in self._columns}
        rows = held.sample(self._asked.register)
        period = self._period
        for column, value in ((period, str(self._asked.year or "")), ("unit", self._asked.unit)):
            fitting = [row for row in rows if value and row.get(column, "").startswith(value)]
            rows = fitting or rows
        if not rows:
            return {}
        found = max(rows, key=lambda row: sum(map(bool, row.values())))
        return found | ({"unit": self._asked.unit} if self._asked.unit and "unit" in found else {})

    # -- what a column takes -------------------------------------------------------------------------------

    def _limits(self, name: str, column: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return the least and the greatest value that a column of dates or numbers takes."""
        year = self._asked.year if name == self._period else 0
        if column["type"] == "DATE":
            return date(year or FIRST_YEAR, 1, 1), date(year or LAST_YEAR, 12, 31)
        if year:
            return year, year
        most = _MOST if column["type"] == "INTEGER" else _MOST_NUMBER
        return column.get("minimum", -most), column.get("maximum", most)

    def _choices(self, name: str, column: Mapping[str, Any]) -> list[str]:
        """Return what the drop-down of a column offers; nothing where it has none."""
        if column["type"] == "BOOLEAN":
            return [self._say("template.yes"), self._say("template.no")]
        if not labels.is_coded(column):
            return []
        if name == "unit" and self._asked.unit:
            return [labels.names(column)[self._asked.unit][self._asked.language]]
        return labels.choices(column, self._asked.language)

    def _expected(self, name: str, column: Mapping[str, Any]) -> list[str]:
        """Say what a cell must hold: its type, its limits, its list, what it refers to."""
        said = self._expects
        choices = self._choices(name, column)
        if column["type"] == "BOOLEAN":
            return [said("boolean")]
        if len(choices) == 1:
            return [self._say("template.only", value=choices[0])]
        if choices:
            short = "allowed" in column
            return [said("allowed", allowed=choices) if short else self._say("template.from_list")]
        references = declaration.references(self._described)
        if name in references:
            return [self._referred(*references[name])]
        if column["type"] == "VARCHAR":
            return [self._say("template.text")]
        low, high = self._limits(name, column)
        year = self._asked.year if name == self._period else 0
        if column["type"] == "DATE":
            return [self._say("template.days_of", year=year)] if year else [said("day")]
        if low == high:
            return [self._say("template.only", value=low)]
        kind = said("whole" if column["type"] == "INTEGER" else "number")
        limits = (("minimum", low), ("maximum", high))
        return [kind, *(said(code, limit=limit) for code, limit in limits if code in column)]

    def _expects_of(self, name: str) -> str:
        expected = "; ".join(self._expected(name, self._columns[name]))
        return self._say("comment.expected", expected=expected)

    def _expects(self, code: str, **values: object) -> str:
        return wording.said(wording.fault(code, **values), "expected", self._asked.language)

    def _referred(self, register: str, column: str) -> str:
        described = declaration.receivable()[register]
        heading = {one: described["columns"][column][one] for one in locale.LANGUAGES}
        return self._expects(
            "reference", register=register, column=column, title=described["meaning"], heading=heading
        )

    def _meaning(self, name: str) -> str:
        return load().meaning(self._asked.register, name, self._asked.language)

    def _definition(self, name: str) -> list[str]:
        """Define a column: meaning, whether it must be filled in, what is expected, measure, key."""
        column = self._columns[name]
        needed = self._say("template.required" if column.get("required") else "template.optional")
        lines = [self._meaning(name), needed, self._expects_of(name)]
        measure = name.rsplit("_", 1)[-1]
        if measure in ("pct", "try", "eur"):
            lines.append(self._say(f"template.measured.{measure}"))
        key = self._described["key"]
        if key == [name]:
            lines.append(self._say("template.key"))
        elif name in key:
            headings = ", ".join(self._columns[one][self._asked.language] for one in key)
            lines.append(self._say("template.key_of", columns=headings))
        return lines

    def _validate(self, place: int, below: int, name: str, column: Mapping[str, Any]) -> None:
        """Let Excel itself refuse what intake would reject in a cell, and say what is expected."""
        heading = column[self._asked.language]
        options: dict[str, Any] = {
            "validate": "any",
            "input_title": _shorter(heading, _TITLE_LETTERS),
            "input_message": _shorter(self._meaning(name), _MESSAGE_LETTERS),
            "error_title": _shorter(self._say("template.error"), _TITLE_LETTERS),
            "error_message": _shorter(self._expects_of(name), _MESSAGE_LETTERS),
        }
        choices = self._choices(name, column)
        if choices:
            options |= {"validate": "list", "source": self._source(choices)}
        elif column["type"] in ("DATE", "INTEGER", "DOUBLE"):
            low, high = self._limits(name, column)
            kind = {"DATE": "date", "INTEGER": "integer", "DOUBLE": "decimal"}[column["type"]]
            options |= {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
        self._data.data_validation(below, place, _LAST_ROW, place, options)

    def _source(self, choices: Sequence[str]) -> list[str] | str:
        """Return a list as Excel takes it: itself where it is short, else its area of the hidden sheet."""
        is_short = len(",".join(choices)) <= _LIST_LETTERS
        if is_short and not any("," in one or is_formula(one) for one in choices):
            return list(choices)
        offered = tuple(choices)
        if offered not in self._lists:
            name, place = self._say("template.lists"), len(self._lists)
            if self._hidden is None:
                self._hidden = self._book.add_worksheet(name)
                self._hidden.hide()
                self._hidden.protect()
            for row, choice in enumerate(offered):
                quoted = self._format(quote_prefix=True) if is_formula(choice) else None
                self._hidden.write_string(row, place, choice, quoted)
            column = markup.letters(place + 1)
            self._lists[offered] = f"='{name}'!${column}$1:${column}${len(offered)}"
        return self._lists[offered]

    # -- the sheet that explains ---------------------------------------------------------------------------

    def _write_help(self, has_example: bool) -> None:
        sheet, language = self._help, self._asked.language
        other = next(one for one in locale.LANGUAGES if one != language)
        plain, bold = self._format(text_wrap=True), self._format(bold=True, text_wrap=True)
        title = str(self._described["meaning"][language])
        sheet.hide_gridlines(2)
        for place, width in enumerate((30, 30, 52, 12, 52)):
            sheet.set_column(place, place, width)
        sheet.write_string(
            0, 0, self._say("template.title", title=title), self._format(bold=True, font_size=14)
        )
        row = 2
        for line in self._steps(has_example):
            sheet.merge_range(row, 0, row, 4, line, plain)
            row += 1
        row += 1
        sheet.write_string(row, 0, self._say("template.columns"), self._format(bold=True, font_size=12))
        head = ("column", "other_heading", "meaning", "needed", "what")
        for place, key in enumerate(head):
            sheet.write_string(row + 1, place, self._say(f"template.{key}"), bold)
        row += 2
        for name, column in self._columns.items():
            needed = self._say("template.yes" if column.get("required") else "template.no")
            meaning, _, _, *more = self._definition(name)
            expected = " ".join([f"{'; '.join(self._expected(name, column))}.", *more])
            cells = (column[language], column[other], meaning, needed, expected)
            for place, cell in enumerate(cells):
                sheet.write_string(row, place, cell, bold if place == 0 else plain)
            row += 1
        rules = self._described.get("rules", [])
        if rules:
            row += 1
            sheet.write_string(row, 0, self._say("template.rules"), self._format(bold=True, font_size=12))
            for rule in rules:
                row += 1
                sheet.merge_range(row, 0, row, 4, f"– {rule[language]}", plain)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)

    def _steps(self, has_example: bool) -> list[str]:
        keys = ["example"] if has_example else []
        steps = [
            self._say("template.step.rows", sheet=self._data.get_name()),
            *(self._say(f"template.step.{key}") for key in (*keys, "columns", "lists", "numbers", "persons")),
            self._say("template.step.send"),
        ]
        numbered = [f"{number}. {step}" for number, step in enumerate(steps, 1)]
        asked_for = self._asked.year or self._asked.unit
        return [self._say("template.of", what=self.title(self._asked)), *numbered] if asked_for else numbered


def _shorter(text: str, letters: int) -> str:
    """Cut a text at the end of a word to as many letters as Excel takes."""
    return textwrap.shorten(text, letters, placeholder=" …") if len(text) > letters else text
