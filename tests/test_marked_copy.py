"""The marked copy: each offending cell coloured and explained, every other cell as it was, in two languages.

Damage is planted by the declaration, read with plain YAML; the copy is read with openpyxl and calamine.
"""

import ast
import csv
import hashlib
import re
import shutil
import zipfile
from datetime import date, datetime
from xml.etree import ElementTree

import openpyxl
import pytest
import xlsxwriter
import yaml
from conftest import REPO
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from test_hostile_files import FAIRS, excel_parts, ods, ods_cell, ods_row, ods_rows, packed

from helpers.catalog import load
from helpers.cli import main
from helpers.errors import FileRefused, Problem
from helpers.intake import check, declaration, leavings, mark, marked, receive, values, wording

DECLARED = {
    name: described
    for file in ("registers.yml", "lists.yml")
    for name, described in yaml.safe_load(
        (REPO / "data" / "catalog" / "datasets" / file).read_text(encoding="utf-8")
    ).items()
}
RED = "FFFFC7CE"


def sample(register, most=12):
    path = REPO / "data" / "sample" / f"{register}.csv"
    if not path.exists():  # nobody's answers are generated: the example of the declaration
        columns, example = DECLARED[register]["columns"], DECLARED[register]["example"]
        return [list(columns), [example.get(name, "") for name in columns]]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return rows[: most + 1]


def coloured(sheet):
    """Return the places, as a person counts them, of the cells that are marked."""
    return {
        (cell.row, cell.column)
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb == RED
    }


def commented(sheet):
    return {(cell.row, cell.column) for row in sheet.iter_rows() for cell in row if cell.comment}


def to_xlsx(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        page = book.create_sheet(name)
        for line in lines:
            page.append(line)
    book.save(path)
    return path


def to_csv(path, lines, **written):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, **written).writerows(lines)
    return path


def copy_of(path, language="en", **said):
    answer = check(path, **said)
    copy = mark(path, answer, language)
    assert copy and copy.file
    return copy, openpyxl.load_workbook(path.with_name(copy.file), rich_text=True)


# -- marked exactly where it is wrong ----------------------------------------------------------------------


def wrong_for(column):
    """Return a cell that a column cannot hold; None where it takes any text."""
    if "allowed" in column or column.get("list") in ("countries", "units", "accreditors", "activities"):
        return "?"
    if column.get("list") == "partners":
        return "XX-99"
    if column["type"] != "VARCHAR":
        return "soon"
    return "" if column.get("required") else None


@pytest.mark.parametrize("register", DECLARED)
@settings(max_examples=6)
@given(st.data())
def test_damage_is_coloured_exactly_where_it_was_planted(workbook_root_of_module, register, data):
    described = DECLARED[register]
    header, *rows = sample(register)
    for name in described.get("relations", {}):  # what it refers to is not handed in here
        for row in rows:
            row[header.index(name)] = ""
    free = [name for name in header if wrong_for(described["columns"][name]) is not None]
    places = st.tuples(st.integers(0, len(rows) - 1), st.sampled_from(free))
    planted = data.draw(st.sets(places, min_size=1, max_size=6))
    # A partner where there was none may break a rule besides.
    planted = {(row, name) for row, name in planted if name != "partner_id" or rows[row][header.index(name)]}
    assume(planted)
    for row, name in planted:
        rows[row][header.index(name)] = wrong_for(described["columns"][name])
    top, left = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 2))
    expected = {(top + 2 + row, left + 1 + header.index(name)) for row, name in planted}
    lines = [["a title"]] * top + [[""] * left + line for line in [header, *rows]]
    as_csv = data.draw(st.booleans())
    folder = workbook_root_of_module / "in"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if as_csv:
        path = to_csv(folder / f"{register}.csv", lines, delimiter=data.draw(st.sampled_from(",;\t")))
    else:
        path = to_xlsx(folder / f"{register}.xlsx", Sayfa=lines)
    before = path.read_bytes()
    copy, book = copy_of(path, data.draw(st.sampled_from(("en", "tr"))))
    (page,) = book.worksheets
    assert coloured(page) == commented(page) == expected
    assert copy.cells == len(expected) == copy.commented
    assert path.read_bytes() == before
    assert sorted(one.name for one in folder.iterdir()) == sorted([path.name, copy.file])
    found = [[str(cell.value or "") for cell in row] for row in page.iter_rows()]
    assert [line[: len(header) + left] for line in found] == [
        line + [""] * (len(header) + left - len(line)) for line in lines
    ]


@pytest.fixture(scope="module")
def workbook_root_of_module(tmp_path_factory):
    """A workbook that holds the partners of the sample, so that registers may name them."""
    root = tmp_path_factory.mktemp("root") / "workbook"
    for part in ("data/catalog", "data/reference", "notebooks"):
        shutil.copytree(REPO / part, root / part)
    (root / "data" / "raw").mkdir()
    (root / "data" / "store").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBOOK_ROOT", str(root))
        receive(to_csv(root / "partners.csv", sample("partners", 10_000)))
        yield root


def test_what_concerns_several_cells_is_marked_at_each(tmp_path):
    header, *rows = sample("events", 6)
    at = {name: place + 1 for place, name in enumerate(header)}
    rows[0][at["end_date"] - 1] = "2001-01-01"  # a rule
    rows[2][at["event_id"] - 1] = rows[1][at["event_id"] - 1]  # a key
    rows[4].append("fazla")  # the row
    copy, book = copy_of(to_csv(tmp_path / "events.csv", [header, *rows]))
    page = book.active
    assert coloured(page) == {
        (2, at["start_date"]), (2, at["end_date"]), (3, at["event_id"]), (4, at["event_id"]), (6, 1),
    }  # fmt: skip
    assert "Columns: start_date, end_date" in page.cell(2, at["end_date"]).comment.text
    assert "(also in row 4)" in page.cell(3, 1).comment.text
    assert page.cell(6, 1).comment.text.startswith("The whole row is meant.\nExpected: 13 cells")
    assert "Found: fazla" in page.cell(6, 1).comment.text
    assert copy.cells == 5


def test_all_that_is_wrong_with_a_cell_stands_in_its_comment(tmp_path):
    header, row = sample("fairs", 1)
    row[header.index("end_date")] = "2001-01-01"
    copy, book = copy_of(to_csv(tmp_path / "f.csv", [header, row, row]))
    key, start = (book.active.cell(2, header.index(name) + 1).comment for name in ("fair_id", "start_date"))
    assert "a key that stands once (also in row 3)" in key.text and "end on or after" not in key.text
    assert "Expected: an end on or after the start." in start.text
    assert copy.cells == 6


def test_a_rule_about_a_column_that_is_not_there_is_marked_where_it_can_be(tmp_path):
    lines = [
        [cell for name, cell in zip(sample("events")[0], line, strict=True) if name != "participants_count"]
        for line in sample("events", 5)
    ]
    at = lines[0].index("status") + 1
    _, book = copy_of(to_csv(tmp_path / "e.csv", lines))
    held = {(row, at) for row, line in enumerate(lines, 1) if line[at - 1] == "held"}
    assert held and coloured(book.active) == held


def test_joined_cells_are_marked_at_the_one_that_is_seen(tmp_path):
    header, *rows = sample("fairs", 4)
    book = openpyxl.load_workbook(to_xlsx(tmp_path / "f.xlsx", fairs=[header, *rows]))
    at = header.index("mode") + 1
    book.active.merge_cells(start_row=3, start_column=at, end_row=4, end_column=at)
    book.save(tmp_path / "f.xlsx")
    _, marked_book = copy_of(tmp_path / "f.xlsx")
    assert coloured(marked_book.active) == {(3, at)}
    assert [str(one) for one in marked_book.active.merged_cells.ranges] == [
        f"{get_column_letter(at)}3:{get_column_letter(at)}4"
    ]


THE = (
    "year,Rank,Name,Country,Overall,Teaching,Research Environment,Research Quality,Industry,"
    "International Outlook"
)


def test_a_ranking_is_marked_like_a_register(tmp_path):
    lines = [
        THE.split(","),
        ["2026", "1", "Oxford", "United Kingdom", "98", "97", "96", "95", "94", "93"],
        ["2026", "2", "OXFORD", "United Kingdom", "98", "97", "96", "95", "94", "93"],
        ["2026", "soon", "", "Türkiye", "101", *"12345"],
        ["Reporter", "Reporter", "B", "Türkiye", "n/a", "n/a", "n/a", "n/a", "n/a", "n/a"],
    ]
    for path in (to_csv(tmp_path / "a.csv", lines), to_xlsx(tmp_path / "b.xlsx", rankings=lines)):
        _, book = copy_of(path)
        assert coloured(book.active) == {(3, 3), (4, 2), (4, 3), (4, 5)}
        assert "first in row 2" in book.active.cell(3, 3).comment.text


def test_nothing_is_written_where_nothing_is_wrong(tmp_path):
    path = to_csv(tmp_path / "f.csv", FAIRS)
    assert mark(path, check(path)) is None
    assert list(tmp_path.iterdir()) == [path]


# -- everything else as it was -----------------------------------------------------------------------------


def furnished(path):
    """Write a workbook with all that a sender may have put into it; return the places that are wrong."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Fuarlar")
        title = book.add_format({"bold": True, "font_size": 14, "font_name": "Georgia", "italic": True})
        head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
        day = book.add_format({"num_format": "dd.mm.yyyy", "align": "right"})
        money = book.add_format({"num_format": '#,##0.00 "TL"', "font_color": "#006100", "locked": False})
        red = book.add_format({"color": "red"})
        page.merge_range("A1:D1", "Eğitim fuarları 2025", title)
        page.write_row("A3", [*FAIRS[0], "cost_try", "Toplam"], head)
        for row, (fair, when) in enumerate([("F1", date(2025, 3, 1)), ("F2", date(2025, 4, 1))], 3):
            page.write_row(row, 0, [fair, "", "AZ", "in_person", "attended"])
            page.write_string(row, 1, "=not a formula")
            page.write_datetime(row, 5, datetime.combine(when, datetime.min.time()), day)
            page.write_datetime(row, 6, datetime.combine(when, datetime.min.time()), day)
            page.write_number(row, 7, 12)
            page.write_number(row, 8, 1250.5, money)
            page.write_formula(row, 9, f"=H{row + 1}*2", money, 24)
        page.write_rich_string("B4", "Bakü ", red, "fuarı", " büyük")
        page.write_string("C5", "XX")
        page.write_string("H5", "çok", money)
        page.write_comment("A4", "Kendi notum.", {"author": "Ayşe"})
        page.write_comment("C5", "Sorulacak.", {"author": "Ayşe"})
        page.set_column("A:A", 7.5)
        page.set_column("B:E", 31, None, {"level": 1})
        page.set_row(2, 44)
        page.freeze_panes(3, 1)
        page.autofilter("A3:J5")
        page.data_validation("D4:D99", {"validate": "list", "source": ["in_person", "online"]})
        page.conditional_format("H4:H99", {"type": "cell", "criteria": ">", "value": 10, "format": red})
        page.set_landscape()
        page.repeat_rows(2)
        page.write_url("L4", "https://example.org/", string="site")
        page.protect("", {"format_cells": True})
        notes = book.add_worksheet("Notlar")
        notes.write("A1", "=SUM(Fuarlar!H4:H5)")
        notes.write_number("B2", 0.125, book.add_format({"num_format": "0.0%"}))
        notes.set_tab_color("#FF9900")
        book.define_name("Toplam", "=Fuarlar!$J$4:$J$5")
        book.set_properties({"title": "Fuarlar", "author": "Uluslararası İlişkiler"})
    return {(5, 3), (5, 8)}


def look(cell):
    return [
        cell.number_format, cell.quotePrefix, cell.hyperlink.target if cell.hyperlink else None,
        *map(repr, (cell.font, cell.border, cell.alignment, cell.protection, cell.fill)),
    ]  # fmt: skip


def test_every_other_cell_keeps_value_formula_and_looks(tmp_path):
    path = tmp_path / "Fuarlar 2025.xlsx"
    planted = furnished(path)
    before = path.read_bytes()
    copy, book = copy_of(path, "tr")
    assert (copy.file, copy.as_text, copy.lacking) == ("Fuarlar 2025.kontrol.xlsx", "", ())
    assert path.read_bytes() == before
    old = openpyxl.load_workbook(path, rich_text=True)
    assert book.sheetnames == old.sheetnames
    assert coloured(book["Fuarlar"]) == planted and coloured(book["Notlar"]) == set()
    for page in old.worksheets:
        other = book[page.title]
        assert other.dimensions == page.dimensions
        for row in page.iter_rows():
            for cell in row:
                same = other[cell.coordinate]
                assert (same.value, same.data_type) == (cell.value, cell.data_type), cell.coordinate
                if page.title == "Fuarlar" and (cell.row, cell.column) in planted:
                    assert look(same)[:-1] == look(cell)[:-1]  # all but the colour
                    continue
                assert look(same) == look(cell), cell.coordinate
                assert (same.comment and same.comment.text) == (cell.comment and cell.comment.text)
        assert [str(one) for one in other.merged_cells.ranges] == [
            str(one) for one in page.merged_cells.ranges
        ]
        for kind in ("freeze_panes", "sheet_state", "print_title_rows"):
            assert getattr(other, kind) == getattr(page, kind)
        assert other.auto_filter.ref == page.auto_filter.ref
        assert other.page_setup.orientation == page.page_setup.orientation
        assert other.sheet_properties.tabColor == page.sheet_properties.tabColor
        assert other.protection == page.protection
        assert {k: (d.width, d.min, d.max, d.outlineLevel) for k, d in other.column_dimensions.items()} == {
            k: (d.width, d.min, d.max, d.outlineLevel) for k, d in page.column_dimensions.items()
        }
        assert {k: d.height for k, d in other.row_dimensions.items()} == {
            k: d.height for k, d in page.row_dimensions.items()
        }
        assert [(str(v.sqref), v.formula1) for v in other.data_validations.dataValidation] == [
            (str(v.sqref), v.formula1) for v in page.data_validations.dataValidation
        ]
        assert [str(one.sqref) for one in other.conditional_formatting] == [
            str(one.sqref) for one in page.conditional_formatting
        ]
    assert book.defined_names["Toplam"].attr_text == "Fuarlar!$J$4:$J$5"
    assert book["Fuarlar"]["J4"].value == "=H4*2" and book["Fuarlar"]["J4"].data_type == "f"
    assert book["Fuarlar"]["B5"].value == "=not a formula" and book["Fuarlar"]["B5"].data_type == "s"
    assert (book.properties.creator, book.properties.title) == ("Uluslararası İlişkiler", "Fuarlar")
    # The sender's own words stay, before ours.
    assert book["Fuarlar"]["C5"].comment.text.startswith(
        "Sorulacak.\n\nBeklenen: bir ülkenin adı ya da iki harfli kodu"
    )
    assert book["Fuarlar"]["A4"].comment.author == "Ayşe"


_cell = st.one_of(
    st.none(), st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9, allow_nan=False), st.booleans(),
    st.text(alphabet="=+-@aşİ \n1'", min_size=1, max_size=8),
    st.datetimes(datetime(1995, 1, 1), datetime(2090, 1, 1)),
)  # fmt: skip
_look = st.fixed_dictionaries(
    {},
    optional={
        "number_format": st.sampled_from(["0.00", "#,##0", "@", '0 "kişi"']),
        "font": st.builds(Font, bold=st.booleans(), color=st.sampled_from(["FF0000", "00B050"])),
        "fill": st.builds(PatternFill, st.just("solid"), fgColor=st.sampled_from(["FFFF00", "DDEBF7"])),
        "border": st.just(Border(left=Side("thin"))),
        "alignment": st.just(Alignment(wrap_text=True, horizontal="center")),
    },
)


def test_formulas_keep_their_results_for_a_preview(tmp_path):
    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("fairs")
        for row, line in enumerate([[*FAIRS[0], "s"], ["F1", "a", "XX", *FAIRS[1][3:]]]):
            page.write_row(row, 0, line)
        bold = book.add_format({"bold": True})
        for place, (formula, result) in enumerate(RESULTS, 12):
            page.write_formula(1, place, formula, bold, result)
        page.write_array_formula("T2:T2", "{=SUM(M2:M2)}", None, 9.5)
        hidden = book.add_worksheet("Gizli & öteki")
        hidden.hide()
        hidden.write_formula("B7", "=fairs!M2+1", None, 8)
    _, new = copy_of(path)
    assert coloured(new["fairs"]) == {(2, 3)} and new["Gizli & öteki"].sheet_state == "hidden"
    assert [new["fairs"].cell(2, place + 13).value for place in range(6)] == [
        formula for formula, _ in RESULTS
    ]
    shown = openpyxl.load_workbook(path.with_name("f.checked.xlsx"), data_only=True)
    assert [shown["fairs"].cell(2, place + 13).value for place in range(6)] == [
        result for _, result in RESULTS
    ]
    assert (shown["fairs"]["T2"].value, shown["Gizli & öteki"]["B7"].value) == (9.5, 8)
    assert shown["fairs"]["M2"].font.bold
    # The sender's file says the same when its results are read.
    old = openpyxl.load_workbook(path, data_only=True)
    assert [c.value for c in old["fairs"][2]] == [c.value for c in shown["fairs"][2]]


RESULTS = [
    ("=3+4", 7),
    ('="a<"&"b"', "a<b"),
    ("=1=1", True),
    ("=1/0", "#DIV/0!"),
    ("=1/8", 0.125),
    ("=M1", 7),
]

# As Excel writes a list that stands on another sheet, with an identifier of the sheet's own namespace.
NEWER = (
    '<extLst><ext uri="{CCE6A557-97BC-4B89-ADB6-D9C93CAAB3DF}" '
    'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    '<x14:dataValidations xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" count="1">'
    '<x14:dataValidation type="list" allowBlank="1" xr:uid="{1-2}"><x14:formula1><xm:f>Liste!$A$1:$A$3</xm:f>'
    "</x14:formula1><xm:sqref>D2:D9</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
)


@pytest.mark.parametrize("prefix", ["x14", "unknown"])
def test_lists_on_another_sheet_stay_where_they_can(tmp_path, prefix):
    lines = [FAIRS[0], ["F1", "a", "XX", *FAIRS[1][3:]]]
    to_xlsx(tmp_path / "a.xlsx", fairs=lines, Liste=[["online"], ["in_person"]])
    path = tmp_path / "f.xlsx"
    with zipfile.ZipFile(tmp_path / "a.xlsx") as old, zipfile.ZipFile(path, "w") as made:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                more = NEWER.replace("x14:", f"{prefix}:").replace(f"xmlns:{prefix}:", "xmlns:")
                text = text.replace(b"</worksheet>", more.encode() + b"</worksheet>").replace(
                    b"<worksheet ", b'<worksheet xmlns:xr="urn:xr" xmlns:unknown="urn:x" ', 1
                )
            made.writestr(name, text)
    copy, new = copy_of(path)
    assert coloured(new["fairs"]) == {(2, 3)}
    with zipfile.ZipFile(tmp_path / copy.file) as archive:
        text = archive.read("xl/worksheets/sheet1.xml")
    if prefix == "x14":
        assert copy.lacking == () and b"<xm:f>Liste!$A$1:$A$3</xm:f>" in text and b"xr:uid" not in text
    else:  # whose prefix the sheet explains, and not the extension
        assert copy.lacking == ("drop_downs",) and b"Liste!$A$1" not in text
    ElementTree.fromstring(text)


@settings(max_examples=40)
@given(
    st.dictionaries(st.tuples(st.integers(6, 12), st.integers(1, 14)), st.tuples(_cell, _look), max_size=12),
    st.dictionaries(st.sampled_from("ACFK"), st.floats(3, 60), max_size=3),
    st.sampled_from([None, "B2", "C5"]),
)
def test_whatever_else_stands_in_a_workbook_stays(tmp_path_factory, made, widths, panes):
    path = tmp_path_factory.mktemp("made") / "f.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    page.title = "fairs"
    for line in [FAIRS[0], ["F1", "a", "XX", *FAIRS[1][3:]]]:
        page.append(line)
    other = book.create_sheet("other")
    for (row, column), (value, shape) in made.items():
        cell = other.cell(row, column, value)
        if isinstance(value, str):
            cell.data_type = "s"
        for name, setting in shape.items():
            setattr(cell, name, setting)
    for name, width in widths.items():
        other.column_dimensions[name].width = width
    other.freeze_panes = panes
    other.add_data_validation(DataValidation("whole", sqref="A1:A9", formula1="1"))
    other.conditional_formatting.add(
        "B1:B9", CellIsRule("greaterThan", ["5"], fill=PatternFill(bgColor="FF0000"))
    )
    book.save(path)
    old = openpyxl.load_workbook(path)
    copy, new = copy_of(path)
    assert coloured(new["fairs"]) == {(2, 3)} and not copy.as_text
    assert new["other"].dimensions == old["other"].dimensions and not commented(new["other"])
    for row in old["other"].iter_rows():
        for cell in row:
            same = new["other"][cell.coordinate]
            assert (same.value, same.data_type, look(same)) == (cell.value, cell.data_type, look(cell))
    assert new["other"].freeze_panes == old["other"].freeze_panes
    assert {k: d.width for k, d in new["other"].column_dimensions.items()} == {
        k: d.width for k, d in old["other"].column_dimensions.items()
    }


def test_what_the_copy_lacks_is_told(tmp_path):
    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("fairs")
        for row, line in enumerate([FAIRS[0], ["F1", "a", "XX", *FAIRS[1][3:]]]):
            page.write_row(row, 0, line)
        page.insert_textbox("J2", "not kutusu")
        page.add_sparkline("K2", {"range": "fairs!H2:H3"})
        page.conditional_format("H2:H9", {"type": "data_bar", "data_bar_2010": True})
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=fairs!$H$2:$H$3"})
        page.insert_chart("J9", chart)
    copy, new = copy_of(path)
    assert copy.lacking == ("charts", "conditional", "shapes")
    # It is so: none of them is in the copy, but for the chart, which openpyxl draws anew.
    with zipfile.ZipFile(tmp_path / copy.file) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist() if "comments" not in name)
    assert b"not kutusu" not in text and len(new.active._charts) == 1
    assert text.count(b"<x14:sparkline>") == 1 and b"fairs!H2:H3" in text  # put back
    assert coloured(new.active) == {(2, 3)}


# -- as text -----------------------------------------------------------------------------------------------


def test_a_csv_becomes_a_workbook_with_the_same_cells_as_text(tmp_path):
    lines = [
        ["Fuarlar"], [], FAIRS[0],
        ["F1", "=HYPERLINK(\"http://x\")", "XX", "in_person", "attended", "01.03.2025", "02.03.2025", "-5"],
        ["F2", "iki\nsatır", "DE", "online", "attended", "2025-04-01", "2025-04-02", "007"],
        ["F3", "  ＝1 ", "DE", "?", "attended", "2025-04-01", "2025-04-02", ""],
    ]  # fmt: skip
    path = to_csv(tmp_path / "fuarlar 2025.csv", lines, delimiter=";")
    copy, book = copy_of(path)
    (page,) = book.worksheets
    assert (page.title, copy.as_text) == ("fuarlar 2025", "text")
    found = [[cell.value or "" for cell in row] for row in page.iter_rows()]
    assert found == [line + [""] * (8 - len(line)) for line in lines]
    cells = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}  # nothing is a formula, a number or a link
    assert {cell.number_format for cell in cells} == {"@"} and not any(cell.hyperlink for cell in cells)
    assert {cell.coordinate for cell in cells if cell.quotePrefix} == {"B4", "B6"}
    # -5 leads below the least; a row of two lines counts as one here.
    assert coloured(page) == {(4, 3), (4, 8), (6, 4)}
    answer = check(tmp_path / copy.file)  # the copy itself can be mended and handed in
    assert {(p.row, p.places) for p in answer.problems} == {(4, (2,)), (4, (7,)), (6, (3,))}


def test_an_open_document_becomes_a_workbook_of_text(tmp_path):
    lines = [["", *FAIRS[0]], ["", *FAIRS[1]], ["", *FAIRS[2][:2], "XX", *FAIRS[2][3:]]]
    body = ods_row(ods_cell("", 16384), 2) + ods_rows(lines)
    (tmp_path / "f.ods").write_bytes(ods(body))
    copy, book = copy_of(tmp_path / "f.ods")
    assert (copy.file, copy.as_text, book.sheetnames) == ("f.checked.xlsx", "format", ["fairs"])
    assert coloured(book.active) == {(5, 4)}
    assert [cell.value for cell in book.active[3]][1:] == FAIRS[0]


def test_control_characters_spoil_neither_copy_nor_terminal(tmp_path, capsys):
    lines = [[*FAIRS[0], "note\x1b[31m"], ["F1", "a\x01\x0b\ufffe", "X\x02", *FAIRS[1][3:], ""]]
    path = to_csv(tmp_path / "f.csv", lines)
    _, book = copy_of(path)
    assert book.active["B2"].value == "a\ufffd\ufffd\ufffd" and coloured(book.active) == {(2, 3)}
    assert "Found: X\ufffd" in book.active["C2"].comment.text
    main(["check", str(path), "--no-copy", "--language", "en"])
    out, _ = capsys.readouterr()
    assert "note\ufffd[31m" in out and "\x1b" not in out


@pytest.mark.parametrize("limit", ["_MOST_ELEMENTS", "_MOST_CELLS", "_MOST_COMMENTS"])
def test_what_is_too_large_is_copied_with_less_and_says_so(tmp_path, monkeypatch, limit):
    lines = [FAIRS[0], *([f"F{n}", "a", "XX", *FAIRS[1][3:]] for n in range(20))]
    path = to_xlsx(tmp_path / "f.xlsx", fairs=lines)
    monkeypatch.setattr(marked, limit, 5)
    if limit == "_MOST_CELLS":
        monkeypatch.setattr(marked, "_MOST_ELEMENTS", 5)
        assert mark(path, check(path)) == marked.Copy("", 20, why="cells")
        return
    copy, book = copy_of(path)
    assert coloured(book.active) == {(row, 3) for row in range(2, 22)}
    assert copy.as_text == ("size" if limit == "_MOST_ELEMENTS" else "")
    assert len(commented(book.active)) == copy.commented == (5 if limit == "_MOST_COMMENTS" else 20)


WIDE = '<mergeCells count="1"><mergeCell ref="J1:XFD1048576"/></mergeCells>'
TABLE = (
    '<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="1" ref="A1:XFD1048576"/>'
)


@pytest.mark.parametrize("more", ["merged", "table", "image", "rows"])
def test_a_workbook_that_would_stall_openpyxl_is_copied_as_text(tmp_path, more):
    lines = [FAIRS[0], ["F1", "a", "XX", *FAIRS[1][3:]]]
    parts = excel_parts("".join(re.findall("<row.*</row>", excel_parts()["xl/worksheets/sheet1.xml"])))
    page = parts["xl/worksheets/sheet1.xml"].replace(">AZ<", ">XX<")
    if more == "merged":
        page = page.replace("</sheetData>", f"</sheetData>{WIDE}")
    if more == "rows":
        empty = "".join(f'<row r="{row}" ht="20"/>' for row in range(9, 1_040_000))
        page = page.replace("</sheetData>", f"{empty}</sheetData>")
    parts["xl/worksheets/sheet1.xml"] = page
    if more == "table":
        parts["xl/tables/table1.xml"] = TABLE
    if more == "image":
        parts["xl/media/image1.png"] = b"II*\x00" + bytes(50)  # a TIFF would be painted anew
    path = tmp_path / "f.xlsx"
    path.write_bytes(packed(parts))
    copy, book = copy_of(path)
    assert copy.as_text == ("odd" if more == "image" else "size")
    assert coloured(book.active) == {(2, 3)}
    assert book.active["C2"].value == "XX" and len(lines[0]) == book.active.max_column


def test_a_date_that_no_calendar_has_is_not_lost(tmp_path):
    styles = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts><font/></fonts>'
        "<fills><fill/></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
        '<cellXfs><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )
    parts = excel_parts()
    relations = parts["xl/_rels/workbook.xml.rels"]
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"
    more = f'<Relationship Id="r2" Type="{kind}" Target="styles.xml"/></Relationships>'
    types = parts["[Content_Types].xml"].replace(
        "</Types>",
        '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.styles+xml"/></Types>',
    )
    page = parts["xl/worksheets/sheet1.xml"].replace(">AZ<", ">XX<")
    page = page.replace("</sheetData>", '<row r="9"><c r="J9" s="1"><v>-700000</v></c></row></sheetData>')
    made = parts | {
        "[Content_Types].xml": types, "xl/styles.xml": styles, "xl/worksheets/sheet1.xml": page,
        "xl/_rels/workbook.xml.rels": relations.replace("</Relationships>", more),
    }  # fmt: skip
    (tmp_path / "f.xlsx").write_bytes(packed(made))
    copy, book = copy_of(tmp_path / "f.xlsx")
    assert copy.as_text == "odd" and "#VALUE!" not in [c.value for row in book.active for c in row]


# -- what the copy is --------------------------------------------------------------------------------------


def wrong(path):
    lines = [FAIRS[0], ["F1", "a", "XX", *FAIRS[1][3:]]]
    return to_csv(path, lines) if path.suffix == ".csv" else to_xlsx(path, fairs=lines)


@pytest.mark.parametrize("name", ["f.csv", "f.xlsx"])
@pytest.mark.parametrize("language", ["en", "tr"])
def test_comments_can_be_read_and_tell_nothing_of_the_machine(tmp_path, name, language):
    lines = [FAIRS[0], *(["F1", "a", "?" * n, "?", "?", "?", "?", "?"] for n in (1, 500))]
    path = tmp_path / "Ayşe Yılmaz" / name
    path.parent.mkdir()
    to_csv(path, lines) if name == "f.csv" else to_xlsx(path, fairs=lines)
    copy, book = copy_of(path, language)
    comments = [cell.comment for row in book.active.iter_rows() for cell in row if cell.comment]
    assert len(comments) == 14 and {comment.author for comment in comments} == {"workbook check"}
    with zipfile.ZipFile(path.with_name(copy.file)) as archive:
        drawn = next(archive.read(name) for name in archive.namelist() if name.endswith(".vml"))
        text = b"".join(map(archive.read, archive.namelist())).decode("utf-8", "replace")
    assert str(tmp_path) not in text and "Yılmaz" not in text
    sizes = re.findall(rb"width:([\d.]+)p[xt];\s*height:([\d.]+)p[xt]", drawn)
    assert len(sizes) == 14
    for comment in comments:
        words = {
            "en": ("Expected: ", "Found: ", "What to do: "),
            "tr": ("Beklenen: ", "Bulunan: ", "Ne yapmalı: "),
        }
        assert all(word in comment.text for word in words[language])
        assert len(comment.text) < 800
    for width, height in sizes:  # three lines of text and more
        assert float(width) >= 200 and 50 <= float(height) <= 450


def test_the_same_file_gives_the_same_copy(tmp_path):
    digests = []
    for _ in range(2):
        for name in ("f.csv", "f.xlsx"):
            path = tmp_path / name
            if not path.exists():
                wrong(path)
            copy, _ = copy_of(path)
            digests.append(hashlib.sha256(path.with_name(copy.file).read_bytes()).hexdigest())
            path.with_name(copy.file).unlink()
    assert digests[0] == digests[2] and digests[1] == digests[3]


@pytest.mark.parametrize("name", ["f.csv", "f.xlsx"])
def test_nobodys_work_is_overwritten(tmp_path, name):
    path = wrong(tmp_path / name)
    assert copy_of(path)[0].file == "f.checked.xlsx"
    assert copy_of(path)[0].file == "f.checked.xlsx"  # nobody has touched it
    mine = tmp_path / "f.checked.xlsx"
    book = openpyxl.load_workbook(mine)
    book.active["C2"] = "YY"
    book.save(mine)
    kept = mine.read_bytes()
    assert copy_of(path)[0].file == "f.checked-2.xlsx"
    assert copy_of(path)[0].file == "f.checked-2.xlsx"
    # Mended in the copy and judged again: the next one stands beside it.
    assert copy_of(mine)[0].file == "f.checked-2.xlsx"
    assert copy_of(tmp_path / "f.checked-2.xlsx", "tr")[0].file == "f.kontrol.xlsx"
    assert mine.read_bytes() == kept
    (tmp_path / "f.kontrol.xlsx").write_text("not a copy")
    assert copy_of(path, "tr")[0].file == "f.kontrol-2.xlsx"


def test_where_nothing_can_be_written_it_is_said(tmp_path, monkeypatch):
    path = wrong(tmp_path / "f.csv")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    copy = mark(path, check(path))
    assert (copy.file, copy.why, copy.reason) == ("", "folder", "No space left on device")
    assert list(tmp_path.iterdir()) == [path]


# -- the command -------------------------------------------------------------------------------------------


@pytest.fixture
def say(workbook_root, capsys, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def said(*arguments):
        code = main([str(argument) for argument in arguments])
        out, error = capsys.readouterr()
        return code, out, error

    return said


def test_check_writes_the_copy_and_says_where(say, tmp_path):
    path = wrong(tmp_path / "fuar.xlsx")
    code, out, _ = say("check", path)
    assert (
        code == 1 and "marked copy: fuar.checked.xlsx (1 cells coloured; your own file is untouched)" in out
    )
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_file()) == [
        "fuar.checked.xlsx",
        "fuar.xlsx",
    ]


def test_check_writes_no_copy_if_told_so(say, tmp_path):
    path = wrong(tmp_path / "fuar.xlsx")
    code, out, _ = say("check", path, "--no-copy")
    assert code == 1 and "copy" not in out and not (tmp_path / "fuar.checked.xlsx").exists()


@pytest.mark.parametrize(
    ("set_", "turkish"),
    [
        ({"LANG": "tr_TR.UTF-8"}, True), ({"LANG": "en_GB.UTF-8"}, False), ({}, False), ({"LANG": ""}, False),
        ({"LANG": "tr_TR", "LC_ALL": "C"}, False), ({"LANG": "C", "LC_MESSAGES": "tr_TR.UTF-8"}, True),
    ],
)  # fmt: skip
def test_the_answer_is_in_the_systems_language(say, tmp_path, monkeypatch, set_, turkish):
    for name, value in set_.items():
        monkeypatch.setenv(name, value)
    path = wrong(tmp_path / "fuar.csv")
    _, out, _ = say("check", path)
    assert ("satır 1 = kabul 0 + ret 1 + atlanan 0" in out) == turkish
    assert (tmp_path / "fuar.kontrol.xlsx").exists() == turkish
    _, out, _ = say("check", path, "--language", "en" if turkish else "tr")
    assert ("rows 1 = accepted 0 + rejected 1 + skipped 0" in out) == turkish


def test_the_whole_answer_is_turkish(say, tmp_path):
    lines = [[*FAIRS[0], "Not"], ["F1", "a", "XX", *FAIRS[1][3:], "x"]]
    path = to_xlsx(tmp_path / "fuar.xlsx", Sayfa1=lines, Notlar=[["ad", "telefon"], ["a", "1"]])
    _, out, _ = say("check", path, "--language", "tr")
    assert out.splitlines() == [
        "fuar.xlsx, “Sayfa1” sayfası: Eğitim fuarları, fairs kaydı",
        "  satır 1 = kabul 0 + ret 1 + atlanan 0",
        "  okunmayan sütunlar: Not",
        "  fuar.xlsx, “Sayfa1” sayfası, 2. satır, 'country_code' sütunu: bulunan 'XX'; "
        "beklenen: bir ülkenin adı ya da iki harfli kodu, örneğin Almanya ya da DE. Listedeki adlardan ya da "
        "kodlardan birini yazın.",
        "  okunmadı: 'fuar.xlsx', “Notlar” sayfası başlığı bilinen hiçbir tabloya uymuyor; ilk satırı: 'ad', "
        "'telefon'. Beklenen: yayıncıların düzenlerinden birinde bir sıralama tablosu (data/catalog/layouts)"
        ", bilinen biçimde başka bir açık tablo (data/catalog/formats) "
        "ya da kendi başlıklarıyla bir kayıt (data/catalog/datasets/registers.yml).",
        "  not: 'fuar.xlsx', “Notlar” sayfası: kişisel veri içeren sütunlar atlandı: 'ad' (kişi adları, "
        "hücre: 1); 'telefon' (telefon numaraları, hücre: 1). Bunlar okunmaz ve saklanmaz. Bir dahaki sefere "
        "bu sütunları çıkarın.",
        "  not: 'fuar.xlsx' dosyasının yalnızca okunan bölümü data/raw içinde saklanır; kalanında kişisel "
        "veri var ya da olup olmadığı denetlenemiyor.",
        "  işaretli kopya: fuar.kontrol.xlsx (1 hücre renklendirildi; sizin dosyanıza dokunulmadı)",
    ]


def test_rejected_rows_are_turkish_beside_the_senders_file_and_english_where_they_are_kept(
    say, tmp_path, workbook_root
):
    path = wrong(tmp_path / "fuar.csv")
    code, out, _ = say("receive", path, "--language", "tr")
    assert code == 1 and "reddedilen satırlar: " in out and "saklandığı yer: " in out
    (kept,) = (workbook_root / "data" / "raw").rglob("*.rejected.csv")
    assert kept.read_text(encoding="utf-8-sig").startswith("file;sheet;row;column;value;expected;remedy")
    mine = (tmp_path / "fuar.rejected.csv").read_text(encoding="utf-8-sig").splitlines()
    assert mine[0] == "dosya;sayfa;satır;sütun;bulunan;beklenen;düzeltme"
    expected = "bir ülkenin adı ya da iki harfli kodu, örneğin Almanya ya da DE"
    assert mine[1].endswith(f";XX;{expected};Listedeki adlardan ya da kodlardan birini yazın.")
    code, _, error = say("receive", tmp_path / "yok.csv", "--language", "tr")
    assert (code, error) == (1, "yok.csv: kabul edilmedi. 'yok.csv' adlı bir dosya yok. Yolu denetleyin.\n")


# -- the phrases -------------------------------------------------------------------------------------------

PHRASES = yaml.safe_load((REPO / "src/helpers/intake/phrases.yml").read_text(encoding="utf-8"))
TREES = [ast.parse(path.read_text(encoding="utf-8")) for path in (REPO / "src/helpers").rglob("*.py")]
SAME = {"listed", "rule", "place", "copy.why.folder"}  # nothing but what is filled in
BRACE = re.compile(r"\{(\w+)[^{}]*\}")


def pairs():
    for code, parts in PHRASES["faults"].items():
        assert set(parts) <= {"wrong", "expected", "remedy"} and parts, code
        yield from ((code, part) for part in parts.values())
    yield from PHRASES["sentences"].items()


def test_every_phrase_stands_in_both_languages():
    for code, pair in pairs():
        assert list(pair) == ["en", "tr"] and all(pair.values()), code
        assert (pair["en"] == pair["tr"]) == (code in SAME and "{" in pair["en"]), code
        assert not re.search(r"[\u0300-\u036f\u00a0]", pair["tr"]), code
        if code not in ("reference", "reference_rejected", "reference_not_held", "quote"):
            # What is named in one language is named in the other.
            assert set(BRACE.findall(pair["en"])) == set(BRACE.findall(pair["tr"])), code


def test_every_remedy_is_a_sentence_and_no_expectation_is():
    for code, parts in PHRASES["faults"].items():
        for language in ("en", "tr"):
            if "remedy" in parts:
                assert re.search(r"([.)]|--year 20\d\d)$", parts["remedy"][language]), code
            if "expected" in parts:
                assert not parts["expected"][language].endswith("."), code
            if "wrong" in parts:
                assert parts["wrong"][language].endswith((".", "}")), code


def said():
    """Return the strings of the code, those that are put together by their beginning."""
    whole, begun = set(), set()
    for tree in TREES:
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                begun.add(node.values[0].value)
    return whole, {start for start in begun if re.fullmatch(r"[a-z]+([._][a-z]+)*[._]", start)}


def test_every_phrase_is_used_and_every_code_has_one():
    whole, begun = said()
    codes = {*PHRASES["faults"], *PHRASES["sentences"]}
    unused = {code for code in codes - whole if not code.startswith(tuple(begun))}
    assert not unused
    for tree in TREES:
        for node in ast.walk(tree):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if re.fullmatch(r"wording\.(fault|refusal|unknown)|Unreadable|Unfit|markup\.Unfit", called):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant):
                    assert first.value in PHRASES["faults"], first.value


def test_every_reason_to_skip_a_row_has_its_turkish():
    declared = {rule.reason for one in (*load().layouts, *load().formats) for rule in one.skip}
    given = {"no value in any column", "an explanation of the columns", "a remark below the table"}
    given |= {leavings.EXAMPLE, leavings.TOTAL, leavings.HEADER}
    assert declared | given == set(PHRASES["reasons"])


def test_each_unreadable_cell_is_told_in_turkish():
    wrong_cells = {
        values.rank: ["May-10", "x", "0", "9–1"], values.score: ["x", "101", "9-1"],
        values.count: ["x", "1.5"], values.ratio: ["x"], values.percent: ["0.08", "101"],
        values.female_male: ["1:1"], values.place: ["x"],
    }  # fmt: skip
    for read, texts in wrong_cells.items():
        for text in texts:
            with pytest.raises(values.Unreadable) as unreadable:
                read(text)
            fault = unreadable.value.fault
            assert wording.said(fault, "expected") == unreadable.value.expected
            assert wording.said(fault, "expected", "tr") != unreadable.value.expected
            assert wording.said(fault, "remedy", "tr") != unreadable.value.remedy


def test_a_problem_that_knows_no_fault_is_told_as_it_stands():
    problem = Problem("f", "", 1, "a", "b", "something", "Do it.")
    assert wording.of_problem(problem, "tr").endswith("bulunan 'b'; beklenen: something. Do it.")
    assert wording.of_error(FileRefused("No."), "tr") == "No."


def test_the_lists_are_described_in_both_languages():
    for name in declaration.reference_lists():
        _, described = declaration.codes(name)
        assert set(described) == {"en", "tr"} and described["en"] != described["tr"]


def test_a_mended_copy_is_received(workbook_root, tmp_path):
    path = wrong(tmp_path / "fuar.csv")
    copy, book = copy_of(path)
    book.active["C2"] = "AZ"
    book.save(tmp_path / copy.file)
    answer = receive(tmp_path / copy.file)
    assert (answer.tables[0].accepted, answer.problems) == (1, [])
