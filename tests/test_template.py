"""Templates that teach: written for every register, opened as Excel does, filled in, sent back and received.

What a template must offer is read here from the YAML and CSV of the catalogue, apart from the code.
"""

import csv
import re
import zipfile
from datetime import date, datetime
from functools import lru_cache
from xml.etree import ElementTree

import openpyxl
import pytest
import yaml
from babel import Locale
from conftest import REPO
from openpyxl.utils import get_column_letter

from helpers.catalog import load
from helpers.cli import main
from helpers.errors import CatalogError, ParameterError
from helpers.intake import check, mark, packed, template, write_templates

CATALOG, REFERENCE = REPO / "data" / "catalog", REPO / "data" / "reference"


def read_yaml(*parts):
    return yaml.safe_load(CATALOG.joinpath(*parts).read_text(encoding="utf-8"))


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


DECLARED = read_yaml("datasets", "registers.yml") | read_yaml("datasets", "lists.yml")
LABELS, MEANINGS = read_yaml("labels.yml"), read_yaml("columns.yml")
UNITS = {
    row["code"]: {"tr": row["name_tr"], "en": row["name_en"]} for row in read_csv(REFERENCE / "units.csv")
}
BODIES = {body["code"]: body["name"] for body in read_yaml("accreditors.yml")}
ACTIVITIES = {code: text for goal in read_yaml("goals.yml") for code, text in goal["activities"].items()}
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
every_register = pytest.mark.parametrize("register", DECLARED)
both_languages = pytest.mark.parametrize("language", ["tr", "en"])


def label(column, code, language):
    """Return what a person chooses for a code, told from the files themselves."""
    if "allowed" in column:
        return LABELS[code][language]
    if column.get("list") == "countries":
        return Locale(language).territories[code]
    if column.get("list") == "units":
        return UNITS[code][language]
    if column.get("list") == "accreditors":
        return BODIES[code]
    if column.get("list") == "activities":
        return f"{code} {ACTIVITIES[code][language]}"
    return code


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return the file of a template, made once for all tests that only look at it."""
    folder = tmp_path_factory.mktemp("templates")

    @lru_cache(maxsize=64)
    def of(register, language):
        (path,) = write_templates([register], folder / language, language)
        return path

    return of


def validations(sheet):
    """Return the validation of each column, by its number from 1."""
    found = {}
    for one in sheet.data_validations.dataValidation:
        (area,) = one.sqref.ranges
        assert area.min_col == area.max_col
        assert (area.min_row, area.max_row) == (3, 1_048_576)
        assert found.setdefault(area.min_col, one) is one
    return found


def offered(book, formula):
    """Return what a drop-down offers: its own list, or that of an area of the hidden sheet."""
    if formula.startswith('"'):
        return formula.strip('"').split(",")
    name, area = re.fullmatch(r"'(.+)'!(.+)", formula).groups()
    assert book[name].sheet_state == "hidden"
    return [cell.value for (cell,) in book[name][area.replace("$", "")]]


# -- what a template is ------------------------------------------------------------------------------------


@both_languages
@every_register
def test_a_template_has_a_bilingual_frozen_header_that_defines_each_column(written, register, language):
    book = openpyxl.load_workbook(written(register, language))
    sheet, other = book.worksheets[0], {"tr": "en", "en": "tr"}[language]
    assert sheet.freeze_panes == "B3"
    columns = DECLARED[register]["columns"]
    assert [cell.value for cell in sheet[1]] == [
        " / ".join(dict.fromkeys((column[language], column[other]))) for column in columns.values()
    ]
    for cell, (name, column) in zip(sheet[1], columns.items(), strict=True):
        told = cell.comment.text
        meaning = MEANINGS.get(f"{register}.{name}") or MEANINGS[name]
        assert told.startswith(meaning[language])
        needed = {
            "tr": ("Boş kalabilir.", "Boş bırakılamaz."),
            "en": ("May stay empty.", "Must be filled in."),
        }
        assert needed[language][bool(column.get("required"))] in told
        for value in column.get("allowed", []):
            assert LABELS[value][language] in told
        for limit in ("minimum", "maximum"):
            if limit in column:
                assert re.search(rf"\b{column[limit]}\b", told), told
        reference = DECLARED[register].get("relations", {}).get(name)
        if column.get("list") == "partners":
            reference = "partners.partner_id"
        if reference:
            assert reference in told
        assert cell.protection.locked and cell.alignment.wrap_text
        dark = {True: "FF1F4E79", False: "FFDDEBF7"}[bool(column.get("required"))]
        assert cell.fill.fgColor.rgb == dark


@both_languages
@every_register
def test_the_body_is_open_and_the_header_and_the_example_are_not(written, register, language):
    sheet = openpyxl.load_workbook(written(register, language)).worksheets[0]
    assert sheet.protection.sheet and sheet.protection.password is None
    for place in range(1, len(DECLARED[register]["columns"]) + 1):
        letters = get_column_letter(place)
        assert not sheet.column_dimensions[letters].protection.locked
        assert sheet[f"{letters}1"].protection.locked and sheet[f"{letters}2"].protection.locked
    assert sheet.max_row == 2


@both_languages
@every_register
def test_every_column_is_validated_by_what_its_declaration_says(written, register, language):
    book = openpyxl.load_workbook(written(register, language))
    found = validations(book.worksheets[0])
    columns = DECLARED[register]["columns"]
    assert list(found) == list(range(1, len(columns) + 1))
    for one, column in zip(found.values(), columns.values(), strict=True):
        assert one.promptTitle and one.prompt and one.errorTitle and one.error
        assert one.showInputMessage and one.showErrorMessage
        if "allowed" in column:
            assert offered(book, one.formula1) == [LABELS[value][language] for value in column["allowed"]]
        elif column.get("list") == "countries":
            names = offered(book, one.formula1)
            for of in ("tr", "en"):
                assert {Locale(of).territories[code] for code in ("DE", "GB", "TR", "XK", "ST")} <= set(names)
            assert names[0] == {"tr": "ABD Küçük Harici Adaları", "en": "Afghanistan"}[language]
            assert len(names) == len(set(names)) > 400
        elif column.get("list") in ("units", "accreditors", "activities"):
            codes = {"units": UNITS, "accreditors": BODIES, "activities": ACTIVITIES}[column["list"]]
            assert set(offered(book, one.formula1)) == {label(column, code, language) for code in codes}
        elif column["type"] == "BOOLEAN":
            assert offered(book, one.formula1) == {"tr": ["Evet", "Hayır"], "en": ["Yes", "No"]}[language]
        elif column["type"] == "DATE":
            # 1 January 1990 and 31 December 2100, as Excel counts days.
            assert (one.type, one.formula1, one.formula2) == ("date", "32874", "73415")
        elif column["type"] in ("INTEGER", "DOUBLE"):
            assert one.type == {"INTEGER": "whole", "DOUBLE": "decimal"}[column["type"]]
            assert float(one.formula1) == column.get("minimum", float(one.formula1))
            assert float(one.formula2) == column.get("maximum", float(one.formula2))
            assert float(one.formula1) <= 0 or "minimum" in column
        else:
            assert one.type in (None, "none")


@both_languages
@every_register
def test_excel_has_nothing_to_mend(written, register, language):
    """The limits beyond which Excel mends a workbook or refuses it, read from the parts themselves."""
    path = written(register, language)
    contents = packed.examine(path.name, path.read_bytes())
    # Nothing that a marked copy would lose, no formula, no link.
    assert (contents.dropped, contents.unsaved) == (set(), {})
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        trees = {name: ElementTree.fromstring(archive.read(name)) for name in names if name.endswith(".xml")}
    titles = [sheet.get("name") for sheet in trees["xl/workbook.xml"].iter(f"{MAIN}sheet")]
    assert len({title.casefold() for title in titles}) == len(titles)
    assert all(0 < len(title) <= 31 and not re.search(r"[\[\]:*?/\\]|^'|'$", title) for title in titles)
    for name, tree in trees.items():
        if not name.startswith("xl/worksheets/sheet"):
            continue
        assert not list(tree.iter(f"{MAIN}f")) and not list(tree.iter(f"{MAIN}hyperlink"))
        for group in tree.iter(f"{MAIN}dataValidations"):
            assert int(group.get("count")) == len(list(group))
        for one in tree.iter(f"{MAIN}dataValidation"):
            assert len(one.get("promptTitle", "")) <= 32 and len(one.get("errorTitle", "")) <= 32
            assert len(one.get("prompt", "")) <= 255 and len(one.get("error", "")) <= 255
            for tag in ("formula1", "formula2"):
                formula = one.findtext(f"{MAIN}{tag}") or ""
                assert len(formula.strip('"')) <= 255
                if formula.startswith("'"):
                    assert formula[1:].split("'!")[0] in titles
    for text in trees["xl/sharedStrings.xml"].iter(f"{MAIN}t"):
        assert len(text.text) <= 32_767


@both_languages
def test_a_help_sheet_explains_columns_and_rules(written, language):
    book = openpyxl.load_workbook(written("events", language))
    title = {"tr": "Nasıl doldurulur", "en": "How to fill this in"}[language]
    assert book.sheetnames == [book.worksheets[0].title, title, {"tr": "Listeler", "en": "Lists"}[language]]
    told = "\n".join(str(cell.value) for row in book[title].iter_rows() for cell in row if cell.value)
    for column in DECLARED["events"]["columns"].values():
        assert column["tr"] in told and column["en"] in told
    for rule in DECLARED["events"]["rules"]:
        assert rule[language] in told
    assert {"tr": "Kişi adı, e-posta", "en": "no names of persons"}[language] in told
    assert f"“{book.worksheets[0].title}”" in told
    assert book[title].protection.sheet


def test_text_columns_are_text_so_that_excel_makes_no_date_of_a_number(written):
    sheet = openpyxl.load_workbook(written("events", "tr")).worksheets[0]
    formats = {
        cell.value.split(" / ")[1]: sheet.column_dimensions[cell.column_letter].number_format
        for cell in sheet[1]
    }
    assert formats["Event"] == formats["Title"] == "@"
    assert (formats["Start"], formats["Participants"]) == ("dd.mm.yyyy", "0")


# -- for a year and a unit ---------------------------------------------------------------------------------


def test_a_year_and_a_unit_limit_what_may_be_written(tmp_path):
    (path,) = write_templates(["events"], tmp_path, "tr", 2026, "eng")
    assert path.name == "events-eng-2026.xlsx"
    book = openpyxl.load_workbook(path)
    found = dict(zip(DECLARED["events"]["columns"], validations(book.worksheets[0]).values(), strict=True))
    days = [
        date(1899, 12, 30).toordinal() + int(f)
        for f in (found["start_date"].formula1, found["start_date"].formula2)
    ]
    assert [date.fromordinal(day) for day in days] == [date(2026, 1, 1), date(2026, 12, 31)]
    assert found["end_date"].formula2 == "73415"  # an event may end in the year after
    assert offered(book, found["unit"].formula1) == ["Mühendislik Fakültesi"]
    row = dict(
        zip(DECLARED["events"]["columns"], (cell.value for cell in book.worksheets[0][2]), strict=True)
    )
    assert (row["unit"], row["start_date"].year) == ("Mühendislik Fakültesi", 2026)
    assert "Mühendislik Fakültesi, 2026" in book["Nasıl doldurulur"]["A3"].value
    # Filled in, it is that unit's; the rows of another are rejected.
    for place, unit in enumerate(("Mühendislik Fakültesi", "Fen Fakültesi"), 3):
        row |= {"event_id": f"E{place}", "unit": unit}
        book.worksheets[0].append(list(row.values()))
    book.save(path)
    (received,) = check(path, unit="eng").tables
    assert list(received.partitions) == ["eng-2026"] and received.accepted == 1
    assert [(p.row, p.column, p.value) for p in received.problems] == [(4, "Birim / Unit", "Fen Fakültesi")]


def test_the_year_of_an_academic_register_is_the_only_one(tmp_path):
    (path,) = write_templates(["Öğrenci ve personel hareketliliği"], tmp_path, "en", 2025)
    assert path.name == "mobility-2025.xlsx"
    found = validations(openpyxl.load_workbook(path).worksheets[0])
    year = found[1 + list(DECLARED["mobility"]["columns"]).index("academic_year")]
    assert (year.type, year.formula1, year.formula2) == ("whole", "2025", "2025")


def test_a_register_that_the_sample_does_not_hold_has_no_example(workbook_root, tmp_path):
    (workbook_root / "data" / "sample" / "fairs.csv").unlink()
    (path,) = write_templates(["fairs"], tmp_path, "tr")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert (sheet.max_row, sheet.freeze_panes) == (1, "B2")
    assert {str(one.sqref).split(":")[0][1:] for one in sheet.data_validations.dataValidation} == {"2"}


def test_another_universitys_units_are_offered(workbook_root, tmp_path):
    units = workbook_root / "data" / "reference" / "units.csv"
    with units.open("a", encoding="utf-8") as file:
        file.write("agr,Faculty of Agriculture,Ziraat Fakültesi,faculty\n")
    (path,) = write_templates(["events"], tmp_path, "tr")
    book = openpyxl.load_workbook(path)
    unit = validations(book.worksheets[0])[1 + list(DECLARED["events"]["columns"]).index("unit")]
    assert "Ziraat Fakültesi" in offered(book, unit.formula1)


def test_what_excel_would_run_stands_as_text(workbook_root, tmp_path):
    units, fairs = (workbook_root / "data" / p for p in ("reference/units.csv", "sample/fairs.csv"))
    with units.open("a", encoding="utf-8") as file:
        file.write("bad,=1+1,@SUM(1),faculty\n")
    lines = fairs.read_text(encoding="utf-8").splitlines()[:2]
    fairs.write_text(
        lines[0] + "\n" + lines[1].replace(lines[1].split(",")[1], "=cmd|x!A0") + "\n", encoding="utf-8"
    )
    for unit in ("", "bad"):  # one of many in the area of a sheet, and the only one
        (path,) = write_templates(["speakers"], tmp_path / f"x{unit}", "en", unit=unit)
        book = openpyxl.load_workbook(path)
        cells = [cell for row in book["Lists"].iter_rows() for cell in row if cell.value == "=1+1"]
        assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)]
        place = 1 + list(DECLARED["speakers"]["columns"]).index("unit")
        assert "=1+1" in offered(book, validations(book.worksheets[0])[place].formula1)
    (path,) = write_templates(["fairs"], tmp_path, "tr")
    title = openpyxl.load_workbook(path).worksheets[0]["B2"]
    assert (title.value, title.data_type, title.quotePrefix) == ("=cmd|x!A0", "s", True)


# -- sent back ---------------------------------------------------------------------------------------------


def sample_rows(register, most=4):
    path = REPO / "data" / "sample" / f"{register}.csv"
    if path.exists():
        return read_csv(path)[:most]
    described = DECLARED[register]  # that the sample does not hold: its own example
    return [{name: described["example"].get(name, "") for name in described["columns"]}]


def referred(register, rows):
    """Return the rows of other registers that rows refer to, and those that these refer to."""
    found = {}
    wanted = [(register, rows)]
    while wanted:
        name, of_name = wanted.pop()
        relations = {c: t.split(".") for c, t in DECLARED[name].get("relations", {}).items()}
        relations |= {
            c: ("partners", "partner_id")
            for c, column in DECLARED[name]["columns"].items()
            if column.get("list") == "partners"
        }
        for column, (other, key) in relations.items():
            values = {row[column] for row in of_name} - {""}
            known = {row[key] for row in found.get(other, [])} | (
                {r[key] for r in rows} if other == register else set()
            )
            more = [
                row
                for row in read_csv(REPO / "data" / "sample" / f"{other}.csv")
                if row[key] in values - known
            ]
            if more:
                found.setdefault(other, []).extend(more)
                wanted.append((other, more))
    return found


def typed(column, text, language):
    """Return a cell as a person leaves it in Excel: a name for a code, a date, a number, yes or no."""
    if text == "":
        return None
    if column["type"] == "DATE":
        return datetime.fromisoformat(text)
    if column["type"] in ("INTEGER", "DOUBLE"):
        return float(text)
    if column["type"] == "BOOLEAN":
        return {"tr": {"true": "Evet", "false": "Hayır"}, "en": {"true": "Yes", "false": "No"}}[language][
            text
        ]
    return label(column, text, language)


@both_languages
@every_register
def test_a_template_that_was_filled_in_is_received_whole(written, tmp_path, register, language):
    columns, rows = DECLARED[register]["columns"], sample_rows(register)
    book = openpyxl.load_workbook(written(register, language))
    for row in rows:
        book.worksheets[0].append([typed(column, row[name], language) for name, column in columns.items()])
    for other, of_other in referred(register, rows).items():
        if other == register:  # an agreement renews another
            for row in of_other:
                book.worksheets[0].append([typed(c, row[name], language) for name, c in columns.items()])
            rows += of_other
        else:
            sheet = book.create_sheet(other)
            sheet.append(list(of_other[0]))
            for row in of_other:
                sheet.append(list(row.values()))
    path = tmp_path / "geri gelen.xlsx"
    book.save(path)
    answer = check(path)
    received = answer.tables[0]
    assert (received.register, received.unread, received.problems) == (register, (), [])
    assert (received.rows, received.accepted) == (len(rows) + 1, len(rows))
    assert received.skipped == ((2, "the example row of the template"),)
    found = [record for of_partition in received.partitions.values() for record in of_partition]
    key = DECLARED[register]["key"]

    def told(record):
        return {
            name: float(text) if text and columns[name]["type"] in ("INTEGER", "DOUBLE") else text or None
            for name, text in record.items()
        }

    def order(record):
        return [str(record[name]) for name in key]

    assert sorted(map(told, found), key=order) == sorted(map(told, rows), key=order)
    # The sheets of the template itself are told of, and are no fault.
    has_lists = len(openpyxl.load_workbook(written(register, language)).sheetnames) == 3
    codes = [refusal.fault.code for refusal in answer.left_out]
    assert sorted(codes) == ["sheet_help", "sheet_of_lists"][: 1 + has_lists]


def test_a_template_saved_as_text_by_a_turkish_excel_is_received_with_its_row_numbers(written, tmp_path):
    sheet = openpyxl.load_workbook(written("events", "tr")).worksheets[0]
    days = [datetime(2025, 5, 31), datetime(2025, 6, 2)]
    said = ["TIP FAKÜLTESİ", "Şark; çalıştayı", "çalıştay", "Ulusal", "Yapıldı"]
    good = ["E1", *said, 2025, *days, 1250, 30, 9, 12.5]
    sheet.append(good)
    sheet.append(["E2", *good[1:4], "ulus", *good[5:]])
    sheet.append(["Toplam", *[None] * 8, 2500, 60])

    def shown(value):
        """Write a cell as a Turkish Excel shows it, and so saves it as CSV."""
        if isinstance(value, datetime):
            return f"{value:%d.%m.%Y}"
        return "" if value is None else str(value).replace(".", ",")

    path = tmp_path / "etkinlik.csv"
    with path.open("w", encoding="cp1254", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerows([shown(cell.value) for cell in row] for row in sheet.iter_rows())
    (received,) = check(path).tables
    assert [(p.row, p.column, p.value) for p in received.problems] == [(4, "Düzey / Level", "ulus")]
    assert dict(received.skipped) == {2: "the example row of the template", 5: "a row of totals"}
    (record,) = received.partitions["all-2025"]
    assert (record["unit"], record["title"], record["level"]) == ("med", "Şark; çalıştayı", "national")
    assert (record["start_date"], record["foreign_papers_pct"]) == ("2025-05-31", "12.5")


def test_an_empty_template_brings_no_row(written, workbook_root, capsys):
    for language in ("tr", "en"):
        path = written("web", language)
        code = main(["receive", str(path), "--language", language])
        out, _ = capsys.readouterr()
        assert code == 0
        counts = {
            "tr": "satır 1 = kabul 0 + ret 0 + atlanan 1",
            "en": "rows 1 = accepted 0 + rejected 0 + skipped 1",
        }
        assert counts[language] in out
        reason = {
            "tr": "atlanan 1: şablonun örnek satırı",
            "en": "skipped 1: the example row of the template",
        }
        assert reason[language] in out
    # Nothing but the stamp of the store that the file as it came has begun.
    assert [one.name for one in (workbook_root / "data" / "store").iterdir()] == ["schema.json"]


def test_the_example_would_be_a_good_row_but_for_its_mark(written, tmp_path):
    for register in ("fairs", "web", "events", "services", "answers"):  # that refer to nothing
        for language in ("tr", "en"):
            book = openpyxl.load_workbook(written(register, language))
            first = book.worksheets[0]["A2"]
            mark_, first.value = first.value.split(": ")
            assert mark_ == {"tr": "Örnek", "en": "Example"}[language]
            path = tmp_path / f"{register}.xlsx"
            book.save(path)
            (received,) = check(path).tables
            assert (received.accepted, received.problems, received.skipped) == (1, [], ())


def test_a_marked_copy_of_a_template_keeps_its_drop_downs_and_its_header(written, tmp_path):
    book = openpyxl.load_workbook(written("fairs", "tr"))
    sheet = book.worksheets[0]
    sheet.append(
        ["F1", "Fuar", "Almania", "yüz yüze", "katılım sağlandı", datetime(2025, 3, 1), datetime(2025, 3, 2)]
    )
    path = tmp_path / "fuar.xlsx"
    book.save(path)
    answer = check(path)
    assert [(p.row, p.column, p.value) for p in answer.problems] == [(3, "Ülke / Country", "Almania")]
    copy = mark(path, answer, "tr")
    assert (copy.cells, copy.as_text, copy.lacking) == (1, "", ())
    marked = openpyxl.load_workbook(tmp_path / copy.file).worksheets[0]
    assert "bir ülkenin adı ya da iki harfli kodu" in marked["C3"].comment.text
    assert marked["A1"].comment.text == sheet["A1"].comment.text
    assert validations(marked).keys() == validations(sheet).keys()
    assert marked.protection.sheet and marked.freeze_panes == "B3"
    # Mended in the copy, it is received.
    marked_book = openpyxl.load_workbook(tmp_path / copy.file)
    marked_book.worksheets[0]["C3"] = "Almanya"
    marked_book.save(path)
    (received,) = check(path).tables
    assert (received.accepted, received.partitions["all-2025"][0]["country_code"]) == (1, "DE")


# -- the command -------------------------------------------------------------------------------------------


def call(capsys, *arguments):
    code = main(["template", *map(str, arguments)])
    out, error = capsys.readouterr()
    assert "Traceback" not in out + error
    return code, out, error


def test_the_command_writes_all_registers_here_and_says_which(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, error = call(capsys, "--language", "tr")
    assert (code, error) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{name}.xlsx" for name in DECLARED)
    assert [line for line in out.splitlines() if line.startswith("yazıldı: ")] == [
        f"yazıldı: {name}.xlsx" for name in DECLARED
    ]
    assert "workbook check DOSYA" in out.splitlines()[-1]


def test_a_file_that_is_there_is_replaced_only_when_told(tmp_path, capsys):
    mine = tmp_path / "out" / "fairs.xlsx"
    mine.parent.mkdir()
    mine.write_bytes(b"mine")
    code, out, error = call(capsys, "events", "fairs", "--to", mine.parent, "--language", "en")
    assert (code, out) == (1, "")
    assert "There is a file of that name already: fairs.xlsx." in error and "--replace" in error
    assert [path.name for path in mine.parent.iterdir()] == ["fairs.xlsx"] and mine.read_bytes() == b"mine"
    code, out, _ = call(capsys, "events", "fairs", "--to", mine.parent, "--language", "en", "--replace")
    assert code == 0 and out.startswith(f"written: {mine.parent / 'events.xlsx'}")
    assert openpyxl.load_workbook(mine).worksheets[0]["A1"].value == "Fair / Fuar no"
    assert sorted(path.name for path in mine.parent.iterdir()) == ["events.xlsx", "fairs.xlsx"]


@pytest.mark.parametrize(
    ("arguments", "tr", "en"),
    [
        (["fuarlar"], "'fuarlar' adlı bir kayıt yok.", "There is no register 'fuarlar'."),
        (["events", "--unit", "Ziraat"], "'Ziraat' adlı bir birim yok.", "There is no unit 'Ziraat'."),
        (["events", "--year", "20256"], "20256 geçerli bir yıl değil.", "The year 20256 cannot be meant."),
    ],
)
def test_what_cannot_be_meant_is_told_in_the_language_and_nothing_is_written(
    tmp_path, capsys, arguments, tr, en
):
    for language, says in (("tr", tr), ("en", en)):
        code, out, error = call(capsys, *arguments, "--to", tmp_path / "new", "--language", language)
        assert (code, out, len(error.splitlines())) == (1, "", 1)
        assert error.startswith(f"workbook: {says}")
        assert {"tr": "Beklenen: ", "en": "Expected: "}[language] in error
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_a_file_is_told(tmp_path, capsys):
    (tmp_path / "x").write_text("")
    code, _, error = call(capsys, "events", "--to", tmp_path / "x" / "y", "--language", "tr")
    assert code == 1 and "klasörüne yazılamıyor" in error and "--to" in error


def test_registers_and_units_may_be_named_as_people_name_them(tmp_path):
    paths = write_templates(
        ["EĞİTİM FUARLARI", "Fairs", "education fairs"], tmp_path, "tr", unit="TIP FAKÜLTESİ"
    )
    assert [path.name for path in paths] == ["fairs-med.xlsx"]
    with pytest.raises(ParameterError, match="no register 'partner'"):
        write_templates(["partner"], tmp_path, "tr")


# -- the words ---------------------------------------------------------------------------------------------


def test_every_column_has_a_meaning_and_every_value_a_name_and_none_is_idle():
    used, values = set(), set()
    for register, described in DECLARED.items():
        for name, column in described["columns"].items():
            used.add(f"{register}.{name}" if f"{register}.{name}" in MEANINGS else name)
            values.update(column.get("allowed", []))
    # Nobody fills these in; messages name their values, and the dictionary their columns.
    for dataset, described in read_yaml("datasets/published.yml").items():
        for name, column in described["columns"].items():
            used |= {f"{dataset}.{name}"} & MEANINGS.keys()
            values.update(column.get("allowed", []))
    assert used == set(MEANINGS)
    assert values == set(LABELS)
    for said in (*MEANINGS.values(), *LABELS.values()):
        assert said.keys() == {"en", "tr"} and all(text == text.strip() != "" for text in said.values())


def test_a_column_or_a_value_without_words_is_a_fault_of_the_catalogue():
    with pytest.raises(CatalogError, match=r"labels\.yml"):
        load().label("party", "tr")
    with pytest.raises(CatalogError, match=r"columns\.yml"):
        load().meaning("events", "mood", "tr")


def test_a_long_text_is_cut_at_a_word():
    cut = template._shorter("kelime " * 60, 255)
    assert len(cut) <= 255 and cut.endswith("kelime …")
    assert template._shorter("kısa", 32) == "kısa"
