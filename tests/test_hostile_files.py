"""Hostile files: what is not fit is refused in plain words, within bounded memory and time; text never runs.

Every file is made here, mostly of bare parts, so that it is as wrong as no library would write it.
"""

import csv
import io
import random
import re
import struct
import subprocess
import sys
import textwrap
import time
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest
from conftest import REPO
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from helpers.cli import main
from helpers.errors import FileRefused, LayoutUnknown
from helpers.intake import check, markup, receive, wording
from helpers.intake import table as tables
from helpers.intake.cells import as_it_was, harmless, is_formula
from helpers.plan import documents
from helpers.plan.tables import Cell, Section, Table
from helpers.texts import Texts

MB = 2**20
FAIRS = [
    ["fair_id", "title", "country_code", "mode", "status", "start_date", "end_date", "leads_count"],
    ["F1", "Bakü fuarı", "AZ", "in_person", "attended", "2025-03-01", "2025-03-02", "12"],
    ["F2", "Berlin", "DE", "online", "attended", "2025-04-01", "2025-04-02", ""],
]
CSV = "\n".join(",".join(row) for row in FAIRS).encode()

# -- parts of workbooks ------------------------------------------------------------------------------------

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def cell(row, column, text, tag="c"):
    name = openpyxl.utils.get_column_letter(column)
    return f'<{tag} r="{name}{row}" t="inlineStr"><is><t>{text}</t></is></{tag}>'


def rows_of(lines):
    return "".join(
        f'<row r="{r}">{"".join(cell(r, c, text) for c, text in enumerate(line, 1) if text)}</row>'
        for r, line in enumerate(lines, 1)
    )


def sheet(body, before=""):
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'


def excel_parts(body=None, **more):
    """Return the parts of a small .xlsx with a register of two rows; `more` adds or replaces by name."""
    sheet_type = f"{TYPE}.worksheet+xml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{sheet_type}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="fairs" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship '
        f'Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet(rows_of(FAIRS) if body is None else body),
    }
    return parts | more


def packed(parts, level=6):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts.items() if isinstance(parts, dict) else parts:
            archive.writestr(name, content)
    return target.getvalue()


def excel(body=None, /, **more):
    return packed(excel_parts(body, **more))


def with_part(name, content=b"x"):
    return packed(excel_parts() | {name: content})


def related(kind):
    """A part whose name says nothing, and whose relationship says what it is."""
    office = "http://schemas.openxmlformats.org"
    relation = f'<Relationship Id="r9" Type="{office}/officeDocument/{kind}" Target="theme/theme9.xml"/>'
    text = f'<Relationships xmlns="{office}/package/2006/relationships">{relation}</Relationships>'
    return packed(excel_parts() | {"xl/_rels/more.xml.rels": text, "xl/theme/theme9.xml": "<x/>"})


OPEN = "urn:oasis:names:tc:opendocument:xmlns"


def ods(body, **more):
    content = (
        f'<office:document-content xmlns:office="{OPEN}:office:1.0" xmlns:table="{OPEN}:table:1.0" '
        f'xmlns:text="{OPEN}:text:1.0"><office:body><office:spreadsheet><table:table table:name="fairs">'
        f"{body}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{OPEN}:manifest:1.0"/>',
        "content.xml": content,
    }
    return packed(parts | more)


def ods_cell(text, times=1):
    if not text:
        return f'<table:table-cell table:number-columns-repeated="{times}"/>'
    return (
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{times}">'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


def ods_row(cells, times=1):
    return f'<table:table-row table:number-rows-repeated="{times}">{cells}</table:table-row>'


def ods_rows(lines):
    # As LibreOffice writes it: the rest of the sheet is one empty row and one empty cell, repeated.
    body = "".join(ods_row("".join(map(ods_cell, line)) + ods_cell("", 16384 - len(line))) for line in lines)
    return body + ods_row(ods_cell("", 16384), 1048576 - len(lines))


def ole(*streams):
    """Return the beginning of an old Office file with the names of its streams in the directory."""
    names = b"".join(f"{name}\0".encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *streams))
    return (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + names).ljust(2048, b"\0")


# -- files that are refused --------------------------------------------------------------------------------


def lying():
    """A part of 60 MB of blanks whose entries claim a few bytes, with the checksum of those."""
    content = excel_parts()["xl/worksheets/sheet1.xml"].encode()
    bomb = content + b" " * 60 * MB
    made = bytearray(packed(excel_parts() | {"xl/worksheets/sheet1.xml": bomb}))
    real, told = struct.pack("<I", len(bomb)), struct.pack("<I", len(content))
    crc, wrong = struct.pack("<I", zlib.crc32(bomb)), struct.pack("<I", zlib.crc32(content))
    return bytes(made.replace(real, told).replace(crc, wrong))


def encrypted_zip():
    made = bytearray(excel())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(signature)
        while at >= 0:
            made[at + offset] |= 1
            at = made.find(signature, at + 1)
    return bytes(made)


def twice():
    parts = excel_parts()
    with pytest.warns(UserWarning, match="Duplicate name"):
        return packed([*parts.items(), ("xl/workbook.xml", parts["xl/workbook.xml"])])


def dense(megabytes):
    """Text that packs about 100 times, so that the sum tells and not the ratio."""
    noise = random.Random(1)
    line = b"".join(bytes(noise.choices(b"abcdefgh", k=60)) + b" " * 4000 for _ in range(16))
    return b"<x>" + line * (megabytes * MB // len(line)) + b"</x>"


def several_large():
    part = dense(24)
    return packed(excel_parts() | {f"xl/other{n}.xml": part for n in range(10)}, level=1)


LAUGHS = '<!DOCTYPE w [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
CORE = '<?xml version="1.0"?><!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]><c>&x;</c>'
CORNERS = f'<row r="1">{cell(1, 1, "a")}</row><row r="1048576">{cell(1048576, 150, "b")}</row>'
SHARED = "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(1, 4000))
STRINGS = f'<sst xmlns="{MAIN}"><si><t>{"x" * 32000}</t></si><si><t>y</t></si></sst>'

REFUSED = {
    # macros, links, files inside
    "macros.xlsm": (lambda: with_part("xl/vbaProject.bin", ole("VBA")), "holds macros (xl/vbaProject.bin)"),
    "macro sheet.xlsx": (lambda: with_part("xl/macrosheets/sheet1.xml", "<x/>"), "holds macros"),
    "macros by another name.xlsx": (
        lambda: related("2006/relationships/vbaProject"), "holds macros (xl/_rels/"
    ),
    "links by another name.xlsx": (
        lambda: related("2006/relationships/externalLink"), "values from other files"
    ),
    "object by another name.xlsx": (
        lambda: related("2006/relationships/package"), "another file inside"
    ),
    "basic.ods": (lambda: ods("", **{"Basic/Standard/Module1.xml": "<x/>"}), "holds macros (Basic/"),
    "links.xlsx": (lambda: with_part("xl/externalLinks/link1.xml", "<x/>"), "values from other files"),
    "links.ods": (lambda: ods('<table:table-source/>'), "values from other files"),
    "object.xlsx": (lambda: with_part("xl/embeddings/oleObject1.bin", ole("x")), "another file inside"),
    "nested.xlsx": (lambda: with_part("xl/media/image1.png", packed({"a": "b"})), "another file inside"),
    # passwords and other formats
    "password.xlsx": (lambda: ole("EncryptionInfo", "EncryptedPackage"), "protected by a password"),
    "zip password.xlsx": (encrypted_zip, "protected by a password"),
    "password.ods": (
        lambda: ods("", **{"META-INF/manifest.xml": "<manifest><encryption-data/></manifest>"}),
        "protected by a password",
    ),
    "old.xls": (lambda: ole("Workbook"), "old Excel format"),
    "older.xls": (lambda: ole("Book"), "old Excel format"),
    "letter.xls": (lambda: ole("WordDocument"), "a Word document"),
    "binary.xlsb": (lambda: packed({"[Content_Types].xml": "<x/>", "xl/workbook.bin": b"x"}), "(.xlsb)"),
    "letter.xlsx": (
        lambda: packed({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}), "a Word document",
    ),
    "slides.xlsx": (
        lambda: packed({"[Content_Types].xml": "<x/>", "ppt/presentation.xml": "<x/>"}), "a presentation",
    ),
    "text.ods": (lambda: packed({"mimetype": "application/vnd.oasis.opendocument.text"}), "OpenDocument"),
    "two kinds.xlsx": (
        lambda: packed(excel_parts() | {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
        "an archive that holds",
    ),
    "tables.xlsx": (lambda: packed({"a.csv": CSV, "b.csv": CSV}), "an archive that holds 'a.csv', 'b.csv'"),
    "nothing.xlsx": (lambda: packed({}), "an archive that holds none"),
    "report.csv": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "a PDF document"),
    "page.xls": (
        lambda: b'\xef\xbb\xbf<!-- YOKSIS -->\r\n<HTML xmlns:x="urn:excel"><table><tr><td>a</table>',
        "a web page (HTML)",
    ),
    "table.xls": (lambda: b"<table border=1><tr><td>a</td></tr></table>", "a web page (HTML)"),
    "2003.xml": (lambda: b'<?xml version="1.0"?><Workbook xmlns="urn:s"><a/></Workbook>', "XML text"),
    "photo.xlsx": (lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "an image"),
    "photo.csv": (lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF", "an image"),
    "letter.csv": (lambda: rb"{\rtf1\ansi a}", "an RTF document"),
    "a.csv.gz": (lambda: b"\x1f\x8b\x08\x00" + bytes(20), "a compressed archive"),
    "setup.csv": (lambda: b"MZ\x90\x00\x03" + bytes(200), "a program"),
    "mail.csv": (lambda: b"MIME-Version: 1.0\nContent-Type: multipart/related", "a saved message"),
    # bombs and traps
    "bomb.xlsx": (lambda: with_part("xl/other.xml", b" " * 60 * MB), "packed 10"),
    "many large.xlsx": (several_large, "grows to more than 200 MB"),
    "lying.xlsx": (lying, "its part 'xl/worksheets/sheet1.xml' is damaged"),
    "parts.xlsx": (
        lambda: packed(excel_parts() | {f"xl/p{n}.xml": "<x/>" for n in range(5001)}), "more than 5000 parts",
    ),
    "up.xlsx": (lambda: with_part("../../.bashrc"), "points outside of it"),
    "root.xlsx": (lambda: with_part("/etc/passwd"), "points outside of it"),
    "drive.xlsx": (lambda: with_part("C:\\x.xml"), "points outside of it"),
    "back.xlsx": (lambda: with_part("xl\\..\\..\\x.xml"), "points outside of it"),
    "twice.xlsx": (twice, "two parts named 'xl/workbook.xml'"),
    "laughs.xlsx": (
        lambda: excel(**{"xl/worksheets/sheet1.xml": sheet(cell(1, 1, "&amp;i;"), LAUGHS + "]>")}),
        "declares entities",
    ),
    "properties.xlsx": (lambda: with_part("docProps/core.xml", CORE), "declares entities"),
    "utf16.xlsx": (
        lambda: excel(**{"xl/worksheets/sheet1.xml": sheet("", "<!DOCTYPE w>").encode("utf-16")}),
        "declares entities",
    ),
    "torn.xlsx": (lambda: excel(**{"xl/worksheets/sheet1.xml": "<worksheet><sheetData>"}), "is damaged"),
    "hidden part.xlsx": (
        lambda: excel(
            **{"xl/_rels/workbook.xml.rels": excel_parts()["xl/_rels/workbook.xml.rels"].replace(
                "sheet1.xml", "sheet1.png")}
        ),
        "is damaged",
    ),
    "cut.xlsx": (lambda: excel()[:700], "cannot be opened"),
    "far.xlsx": (
        lambda: excel(CORNERS.replace('"ET', '"XFD')),
        "sheet 'fairs' reaches the column XFD",
    ),
    "corners.xlsx": (lambda: excel(CORNERS), "sheet 'fairs' spans 157,286,400 cells"),
    "unnamed.xlsx": (
        lambda: excel("<row r='1'>" + "<c ><v>1</v></c>" * 300 + "</row>"), "reaches the column GS",
    ),
    "prefixed.xlsx": (
        lambda: excel(f'<x:row xmlns:x="{MAIN}"><x:c r = "XFD1"><x:v>1</x:v></x:c></x:row>'),
        "reaches the column XFD",
    ),
    "deep.xlsx": (lambda: with_part("xl/a.xml", b"<a>" * 3_000_000), "'xl/a.xml' is damaged"),
    "names.xlsx": (
        lambda: with_part("xl/a.xml", "<a>" + "".join(f"<n{n}/>" for n in range(900_000)) + "</a>"),
        "'xl/a.xml' is damaged",
    ),
    "attributes.xlsx": (
        lambda: with_part("xl/a.xml", "<a>" + "".join(f'<c n{n}=""/>' for n in range(700_000)) + "</a>"),
        "'xl/a.xml' is damaged",
    ),
    "token.xlsx": (lambda: with_part("xl/a.xml", b'<a n="' + b"y" * 9 * MB + b'"/>'), "is damaged"),
    "formulas.xlsx": (
        lambda: excel("".join(f'<row r="{n}"><c r="A{n}"><f/></c></row>' for n in range(1, 90_000))),
        "more than 10,000 formulas",
    ),
    "texts.xlsx": (
        lambda: with_part("xl/a.xml", b"<sst>" + b"<si/>" * 2_000_001 + b"</sst>"), "different texts",
    ),
    "sheets.xlsx": (
        lambda: with_part("xl/a.xml", "<s>" + "".join(f'<sheet id="{n}"/>' for n in range(1002)) + "</s>"),
        "more than 1000 parts",
    ),
    "shared.xlsx": (lambda: excel(SHARED, **{"xl/sharedStrings.xml": STRINGS}), "more than 100 MB"),
    "wide.ods": (lambda: ods(ods_row(ods_cell("a", 16384))), "sheet 'fairs' reaches the column XFD"),
    "tall.ods": (lambda: ods(ods_row(ods_cell("a", 200), 1048576)), "spans 209,715,200 cells"),
    "texts.ods": (lambda: ods(ods_row(ods_cell("a" * 9000, 20), 1000)), "more than 100 MB"),
    "2 GB.xlsx": (lambda: 2 * 1024 * MB, "holds 2,048 MB, more than the 50 MB"),
    "2 GB.csv": (lambda: 2 * 1024 * MB, "holds 2,048 MB, more than the 50 MB"),
    # text
    "nul.csv": (lambda: CSV.replace(b"F2", b"F\x00"), "is not text"),
    "unicode.csv": (lambda: CSV.decode().encode("utf-16"), "UTF-16"),
    "one line.csv": (lambda: b"a," * 20 * MB, "a line of more than 512 KB"),
    "100 MB line.csv": (lambda: b"a," * 50 * MB, "holds 100.0 MB, more than the 50 MB"),
    "columns.csv": (lambda: b"a;" * 100_000 + b"a\n", "Line 1 of 'columns.csv' has 100,001 cells"),
    "blanks.csv": (lambda: (b"a" + b"," * 199 + b"b\n") * 30_000, "spans 5,000,"),
    "quote.csv": (lambda: CSV.replace(b",Berlin", b',"Berlin'), "(line 3)"),
    "long cell.csv": (lambda: CSV.replace(b"Berlin", b"B" * 200_000), "field larger than field limit"),
    "mixed.csv": (
        lambda: CSV + b"\n" + "F3,Şehir,DE,online,attended,2025-01-01,2025-01-02,".encode("cp1254"),
        "mixes two encodings: 'BakÃ¼ fuarÄ±' stands there for 'Bakü fuarı'",
    ),
    "twice encoded.csv": (
        lambda: CSV.decode().encode("utf-8").decode("cp1252").encode("utf-8"), "mixes two encodings",
    ),
    "mangled.csv": (
        lambda: CSV.replace("Bakü fuarı".encode(), "Þehir ve Ýðne fuarý".encode()),
        "'Þehir ve Ýðne fuarý' stands there for 'Şehir ve İğne fuarı'",
    ),
    "mangled.xlsx": (
        lambda: excel(rows_of([FAIRS[0], [*FAIRS[2][:1], "Baþkanlýk", *FAIRS[2][2:]]])),
        "sheet 'fairs' are broken: 'Baþkanlýk' stands there for 'Başkanlık'",
    ),
}  # fmt: skip


def written(folder, name, content):
    path = folder / name
    if isinstance(content, int):  # a sparse file: nothing but its size
        with path.open("wb") as file:
            file.truncate(content)
    else:
        path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_with_what_was_found_and_how_to_go_on(tmp_path, name):
    make, says = REFUSED[name]
    path = written(tmp_path, name, make())
    with pytest.raises(FileRefused) as refused:
        check(path)
    error = refused.value
    assert says in error.wrong
    assert name in error.wrong or error.fault.code in ("encodings_mixed", "letters_broken")
    assert error.remedy.endswith((".", ")")) and str(tmp_path) not in str(error)
    # The same in Turkish, with all its values filled in.
    turkish = wording.of_error(error, "tr")
    assert name in turkish and turkish != str(error) and not re.search(r"[{}]", turkish)
    assert [path.name for path in tmp_path.iterdir()] == [name]


# Each in a process of its own.
COSTLY = [
    "bomb.xlsx", "many large.xlsx", "lying.xlsx", "parts.xlsx", "laughs.xlsx", "far.xlsx", "corners.xlsx",
    "deep.xlsx", "names.xlsx", "attributes.xlsx", "token.xlsx", "formulas.xlsx", "texts.xlsx",
    "shared.xlsx", "wide.ods", "tall.ods", "texts.ods", "2 GB.xlsx", "2 GB.csv", "one line.csv",
    "100 MB line.csv", "columns.csv", "blanks.csv",
]  # fmt: skip
ACCEPTED_COSTLY = ["formatted.xlsx", "dimension.xlsx", "padded.csv"]
MEASURE = """
import re, sys, time
from pathlib import Path
from helpers.errors import FileRefused
from helpers.intake import check
check(Path(sys.argv[2]))  # what the first file of a process costs anyhow
started = time.process_time()
try:
    told = f"accepted {check(Path(sys.argv[1])).tables[0].accepted}"
except FileRefused as error:
    told = "refused"
seconds = time.process_time() - started
peak = re.search("VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())
print(told, seconds, int(peak[1]) / 1024, sep=";")
"""


def formatted():
    """A register above a million rows that hold nothing but a height or a format."""
    empty = "".join(f'<row r="{r}" ht="15"/>' for r in range(4, 500_000))
    cells = "".join(f'<row r="{r}"><c r="A{r}" s="0"/></row>' for r in range(500_000, 1_048_577))
    return excel(rows_of(FAIRS) + empty + cells)


FIT = {
    "formatted.xlsx": formatted,
    "dimension.xlsx": lambda: excel(
        **{"xl/worksheets/sheet1.xml": sheet(rows_of(FAIRS)).replace(
            "<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')}
    ),
    "padded.csv": lambda: b"\n".join(line + b"," * 16_000 for line in CSV.split(b"\n")),
}  # fmt: skip


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="other systems tell memory otherwise")
@pytest.mark.parametrize("name", [*COSTLY, *ACCEPTED_COSTLY])
def test_a_hostile_file_costs_little(tmp_path, name):
    make = FIT[name] if name in FIT else REFUSED[name][0]
    path, plain = written(tmp_path, name, make()), written(tmp_path, "plain.xlsx", excel())
    command = [sys.executable, "-c", textwrap.dedent(MEASURE), path, plain]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told, seconds, megabytes = done.stdout.strip().split(";")
    assert told == ("accepted 2" if name in FIT else "refused")
    assert float(seconds) < 6  # of the processor; unbounded it would be minutes
    assert float(megabytes) < 300


@pytest.mark.parametrize("head", [b"<!---->" * 1000, b"<" + b"a" * 8190, b"<!--" * 2000, b" <a " * 1600])
def test_a_beginning_like_a_page_is_told_at_once(tmp_path, head):
    path = written(tmp_path, "f.csv", head + b"\n" + CSV)
    begun = time.perf_counter()
    assert check(path).tables[0].accepted == 2
    assert time.perf_counter() - begun < 1


# -- files that only look strange --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["f.xlsx", "f.ods", "f.csv"])
def test_the_same_rows_are_read_from_each_kind(tmp_path, name):
    made = {"f.xlsx": excel(), "f.ods": ods(ods_rows(FAIRS)), "f.csv": CSV}
    answer = check(written(tmp_path, name, made[name]))
    (received,) = answer.tables
    assert (received.register, received.accepted, received.problems) == ("fairs", 2, [])
    assert answer.notes == () and answer.left_out == ()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("fairs.csv", excel(), "named as text but is a workbook"),
        ("fairs.TXT", excel(), "named as text but is a workbook"),
        ("fairs.xlsx", CSV, "named as a workbook but is text"),
        ("fairs.xls", CSV, "named as a workbook but is text"),
        ("fairs", CSV, ""),
        ("fairs.dat", excel(), ""),
    ],
)
def test_a_file_with_a_wrong_ending_is_read_and_told(tmp_path, name, content, says):
    answer = check(written(tmp_path, name, content))
    assert answer.tables[0].accepted == 2
    assert [says in wording.of_fault(note, "en") for note in answer.notes] == ([True] if says else [])


@pytest.mark.parametrize(("state", "says"), [("hidden", "is hidden"), ("veryHidden", "so deeply")])
def test_a_hidden_sheet_is_left_out_and_told(tmp_path, state, says):
    book = openpyxl.Workbook()
    for name in ("fairs", "old fairs"):
        page = book.create_sheet(name)
        for line in FAIRS:
            page.append(line)
    book.remove(book["Sheet"])
    book["old fairs"].sheet_state = state
    book.save(tmp_path / "f.xlsx")
    answer = check(tmp_path / "f.xlsx")
    assert [received.table.sheet for received in answer.tables] == ["fairs"]
    (told,) = answer.not_read
    assert says in told and "'old fairs'" in told
    assert "“old fairs”" in wording.of_error(answer.left_out[0], "tr")


def test_a_workbook_whose_only_rows_are_hidden_says_so(tmp_path):
    book = openpyxl.Workbook()
    for line in FAIRS:
        book.active.append(line)
    book.create_sheet("empty")
    book["Sheet"].sheet_state = "hidden"
    book.active = 1
    book.save(tmp_path / "f.xlsx")
    with pytest.raises(FileRefused, match=r"The sheet 'Sheet' of 'f\.xlsx' is hidden"):
        check(tmp_path / "f.xlsx")


def with_formula(path, **cells_):
    book = openpyxl.Workbook()
    for line in [[*FAIRS[0], "note"], *FAIRS[1:]]:
        book.active.append(line)
    for place, formula in cells_.items():
        book.active[place] = formula
    book.save(path)
    return path


def test_a_formula_with_its_result_is_read_as_its_result(tmp_path):
    """Long results and empty texts among them; a result of markup comes to the parser in pieces."""
    results = ["Fuar", "a &amp; b", "x" * 40_000, ""]
    body = ""
    for r, text in enumerate(results, 2):
        line = [f"F{r}", "", *FAIRS[1][2:]]
        cells = "".join(cell(r, c, one) for c, one in enumerate(line, 1) if one)
        body += f'<row r="{r}">{cells}<c r="B{r}" t="str"><f>"a"</f><v>{text}</v></c></row>'
    number = '<c r="H9"><f>6+6</f><v>12</v></c>'
    last = "".join(cell(9, c, t) for c, t in enumerate(["F9", "b", *FAIRS[1][2:7]], 1))
    head = "".join(cell(1, c, t) for c, t in enumerate(FAIRS[0], 1))
    made = excel(f'<row r="1">{head}</row>{body}<row r="9">{last}{number}</row>')
    (received,) = check(written(tmp_path, "f.xlsx", made)).tables
    assert [(p.row, p.column) for p in received.problems] == [(5, "title")]
    (rows,) = received.partitions.values()
    assert [row["title"] for row in rows] == ["Fuar", "a & b", "x" * 40_000, "b"]
    assert rows[-1]["leads_count"] == "12"


def test_a_formula_that_was_never_worked_out_is_not_read_as_nothing(tmp_path):
    with pytest.raises(FileRefused) as refused:
        check(with_formula(tmp_path / "f.xlsx", H3="=6+6", I2="=1"))
    assert "(1, the first in the sheet 'Sheet', H3)" in refused.value.wrong
    # Beside the register it does no harm.
    assert check(with_formula(tmp_path / "g.xlsx", I2="=6+6", A9="")).tables[0].accepted == 2
    # A row of formulas alone looks empty; it is not passed over.
    with pytest.raises(FileRefused, match="never saved"):
        check(with_formula(tmp_path / "h.xlsx", A4="=A3", B4="=B3"))


@pytest.mark.parametrize(
    "title",
    [
        "Landbúnaðarháskóli Íslands", "Menntaskólinn við Sund", "Český Krumlov", "Výzkumný ústav",
        "Türkmenistanyň Döwlet medeniýet", "São Paulo", "Åbo – Ähtäri", "Universität Köln", "Ýokary okuw",
    ],
)  # fmt: skip
def test_letters_of_other_languages_are_not_taken_for_broken_ones(tmp_path, title):
    lines = [FAIRS[0], ["F1", title, *FAIRS[1][2:]]]
    text = "\n".join(",".join(line) for line in lines)
    answer = check(written(tmp_path, "f.csv", text.encode()))
    assert (answer.tables[0].accepted, answer.notes) == (1, ())


def test_broken_letters_beside_whole_ones_are_told(tmp_path):
    lines = [FAIRS[0], ["F1", "Şırnak", *FAIRS[1][2:]], ["F2", "Þýrnak", *FAIRS[1][2:]]]
    answer = check(written(tmp_path, "f.csv", "\n".join(",".join(line) for line in lines).encode()))
    (note,) = answer.notes
    assert "'Þýrnak' perhaps stands for 'Şırnak'" in wording.of_fault(note, "en")
    assert answer.tables[0].accepted == 2


def test_one_name_encoded_twice_beside_whole_ones_is_told(tmp_path):
    # As the tables of some publishers have it: CuraÃ§ao beside Türkiye.
    lines = [FAIRS[0], ["F1", "CuraÃ§ao", *FAIRS[1][2:]], ["F2", "Türkiye", *FAIRS[1][2:]]]
    answer = check(written(tmp_path, "f.csv", "\n".join(",".join(line) for line in lines).encode()))
    (note,) = answer.notes
    assert "'CuraÃ§ao' perhaps stands for 'Curaçao'" in wording.of_fault(note, "en")
    assert answer.tables[0].accepted == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1254", "iso8859-9"])
def test_turkish_is_read_in_every_encoding_it_comes_in(tmp_path, encoding):
    text = CSV.decode().replace("Berlin", "ŞşĞğİıÇçÖöÜü â")
    (table,) = tables.read(written(tmp_path, "f.csv", text.encode(encoding)))
    assert table.rows[2].cells[1] == "ŞşĞğİıÇçÖöÜü â"


_place = st.one_of(st.none(), st.tuples(st.integers(1, 30), st.integers(1, 30)))
_cells = st.lists(st.tuples(_place, st.booleans()), max_size=5)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(1, 40)), _cells), max_size=6))
def test_the_extent_is_known_before_it_is_allocated(rows):
    """Rows and cells may leave out where they stand; the library's own extent is never larger."""
    body = ""
    for number, cells in rows:
        inner = ""
        for place, holds in cells:
            name = f' r="{openpyxl.utils.get_column_letter(place[1])}{place[0]}"' if place else ""
            inner += f"<c{name}>{'<v>1</v>' if holds else ''}</c>"
        body += f"<row{f' r={chr(34)}{number}{chr(34)}' if number else ''}>{inner}</row>"
    part = markup.reader("xlsx", "xl/worksheets/sheet1.xml")
    part.feed(sheet(body).encode())
    part.close()
    range_ = CalamineWorkbook.from_filelike(io.BytesIO(excel(body))).get_sheet_by_index(0)
    if range_.start is None:
        assert part.area == 0
    else:
        (top, left), (bottom, right) = range_.start, range_.end
        assert part.area == (bottom - top + 1) * (right - left + 1)


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.integers(1, 5), st.lists(st.tuples(st.booleans(), st.integers(1, 5)))), max_size=6)
)
def test_repeated_rows_and_cells_of_open_documents_are_counted(rows):
    body = "".join(
        ods_row("".join(ods_cell("x" if holds else "", times) for holds, times in cells), repeated)
        for repeated, cells in rows
    )
    made = ods(body)
    content = zipfile.ZipFile(io.BytesIO(made)).read("content.xml")
    part = markup.reader("ods", "content.xml")
    part.feed(content)
    part.close()
    range_ = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0)
    if range_.start is None:
        assert part.area == 0
    else:  # the blanks before it count here, and are not returned there
        assert part.area == (range_.end[0] + 1) * (range_.end[1] + 1)


def test_errors_and_shares_of_open_documents_are_what_a_person_sees(tmp_path):
    body = ods_rows(FAIRS)
    share = '<table:table-cell office:value-type="percentage" office:value="0.125"><text:p>12.5%</text:p>'
    error = (
        '<table:table-cell office:value-type="string" office:string-value="" calcext:value-type="error"'
        f' xmlns:calcext="{OPEN}"><text:p>#REF!</text:p>'
    )
    of_code = ods_cell("AZ").removesuffix("</table:table-cell>")
    of_title = ods_cell(FAIRS[1][1]).removesuffix("</table:table-cell>")
    assert body.count(of_code) == body.count(of_title) == 1
    (tmp_path / "x.ods").write_bytes(ods(body.replace(of_code, share).replace(of_title, error)))
    (table,) = check(tmp_path / "x.ods").tables
    assert {(problem.row, problem.value) for problem in table.problems} == {(2, "#REF!"), (2, "12.5%")}


GOOD_XLSX, GOOD_ODS = excel(), ods(ods_rows(FAIRS))


@settings(max_examples=80)
@given(
    st.sampled_from([GOOD_XLSX, GOOD_ODS, CSV, ole("Workbook")]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
    st.floats(0, 1),
)
def test_a_damaged_file_is_answered_or_refused_and_never_breaks(tmp_path_factory, content, changes, cut):
    made = bytearray(content)
    for place, byte in changes:
        made[int(place * len(made))] = byte
    if cut < 0.3:
        made = made[: int(cut * 3 * len(made))]
    path = written(tmp_path_factory.mktemp("fuzz"), "f.xlsx", bytes(made))
    try:
        answer = check(path)
    except FileRefused as error:
        assert error.wrong
    else:
        assert all(one.accepted + one.rejected == one.rows for one in answer.tables)


@settings(max_examples=50)
@given(st.text(alphabet='<>/="& abcrtsv1!?[]-', max_size=80))
def test_a_sheet_of_any_markup_is_answered_or_refused(tmp_path_factory, body):
    path = written(tmp_path_factory.mktemp("fuzz"), "f.xlsx", excel(rows_of(FAIRS) + body))
    try:
        check(path)
    except FileRefused as error:
        assert error.wrong


def test_nothing_of_a_refused_file_is_kept(workbook_root, tmp_path):
    path = written(tmp_path, "macros.xlsm", REFUSED["macros.xlsm"][0]())
    with pytest.raises(FileRefused):
        receive(path)
    assert not list((workbook_root / "data" / "raw").rglob("*.*"))


def test_a_refusal_is_one_line_in_the_readers_language(workbook_root, tmp_path, capsys):
    path = written(tmp_path, "makro.xlsm", REFUSED["macros.xlsm"][0]())
    assert main(["check", str(path), "--language", "tr"]) == 1
    out, error = capsys.readouterr()
    assert out == "" and len(error.splitlines()) == 1
    assert error.startswith("makro.xlsm: kabul edilmedi. 'makro.xlsm' makro içeriyor (xl/vbaProject.bin)")


def test_a_device_is_no_file(tmp_path):
    if not Path("/dev/zero").exists():
        pytest.skip("no such device here")
    link = tmp_path / "zero.csv"
    link.symlink_to("/dev/zero")
    with pytest.raises(FileRefused, match="it is no file"):
        check(link)


def test_a_layout_that_is_not_known_is_told_in_turkish_too(tmp_path):
    with pytest.raises(LayoutUnknown) as refused:
        check(written(tmp_path, "f.csv", b"fair_id,title,mode\nF1,a,online\n"))
    turkish = wording.of_error(refused.value, "tr")
    assert "eksik olan" in turkish and "country_code ('Country' ya da 'Ülke')" in turkish


# -- text that a spreadsheet would run ---------------------------------------------------------------------

RUN = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1",
    "\u200b=1", "\ufeff=1", "＝1+1", "＋1", "－1+1", "＠SUM(A1)", "  \t ＝1", "-2+3+cmd|' /C calc'!A0", "\tx",
    "-", "+90 462 377", "-a", "'=1"[1:], "=", "-=1", "--1",
]  # fmt: skip
NUMBERS = ["-5", "-2,5", "-1.250,5", "-1,250.5", "+3", "-0.5", "-1e-3", "-8%", "-8 %", "12"]
PLAIN = ["", "a", "1-2", "601–800", "a=b", "x@y", "'tis", "−5", "Bakü", "  a", "12:30"]


@pytest.mark.parametrize("text", RUN)
def test_what_would_run_is_neutralised(text):
    assert is_formula(text) and harmless(text) == f"'{text}"
    assert as_it_was(harmless(text)) == text


@pytest.mark.parametrize("text", [*NUMBERS, *PLAIN])
def test_numbers_and_plain_text_are_left_alone(text):
    assert not is_formula(text)
    assert harmless(text) == text == as_it_was(text)


@given(st.text(alphabet="=+-@'＝＋－＠ \t\ra1.,%", max_size=8) | st.text(max_size=20))
def test_what_was_neutralised_can_be_had_back(text):
    safe = harmless(text)
    assert as_it_was(safe) == text
    assert not is_formula(safe)
    assert harmless(12) == 12 and harmless(None) is None


def test_rejected_rows_run_nothing_and_are_read_back_as_they_were(workbook_root, tmp_path):
    lines = [FAIRS[0], ["F1", "a", "＝1", "=cmd|'x'!A0", "+1+1", "-2-3", "@x", "-7"]]
    path = tmp_path / "=cmd.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    answer = receive(path)
    assert len(answer.problems) == 6
    for copy in (*tmp_path.glob("*.rejected.csv"), *workbook_root.rglob("*.rejected.csv")):
        with copy.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, delimiter=";"))
        assert not [text for row in rows for text in row if is_formula(text)]
        assert [row[4] for row in rows[1:]] == ["'＝1", "'=cmd|'x'!A0", "'+1+1", "'-2-3", "'@x", "-7"]


@pytest.mark.parametrize("text", RUN)
def test_the_official_tables_keep_such_text_as_text(text):
    say = Texts("tr")
    made = Table(
        "a", "a", "tr", (("b", Cell(text)),), (Section(("c",), ((Cell(text), Cell(-5.0, "number")),)),)
    )
    book = openpyxl.load_workbook(io.BytesIO(documents.xlsx([made], say)))
    found = [one for row in book.active.iter_rows() for one in row if one.value is not None]
    assert {one.data_type for one in found} <= {"s", "n"}
    quoted = [one.quotePrefix for one in found if str(one.value).strip().endswith(text.strip())]
    assert quoted == [True, True]


@pytest.mark.parametrize("text", RUN)
def test_the_official_document_holds_such_text_as_plain_text_that_no_spreadsheet_runs(text):
    docx = pytest.importorskip("docx")
    made = Table(
        "a", "a", "tr", ((text, Cell(text)),), (Section((text, "n"), ((Cell(text), Cell(-5.0, "number")),)),)
    )
    content = documents.docx([made], Texts("tr"))
    written_ = [cell.text for table in docx.Document(io.BytesIO(content)).tables for row in table.rows
                for cell in row.cells]  # fmt: skip
    assert len([cell for cell in written_ if cell.startswith("'")]) == 4
    assert not [cell for cell in written_ if is_formula(cell)]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        markup = archive.read("word/document.xml")
    assert b"instrText" not in markup and b"fldSimple" not in markup  # no field, such as one of DDE


def test_every_writer_of_text_for_spreadsheets_uses_the_one_rule():
    """A new writer of CSV or XLSX must be named here, with the reason why its text is harmless."""
    known = {
        "intake/receipts.py": "harmless", "plan/ledger.py": "harmless", "plan/documents.py": "is_formula",
        "intake/marked.py": "is_formula", "intake/template.py": "is_formula",
        "intake/reduced.py": "is_formula",
        "intake/restored.py": "puts back what stood in the sender's own workbook",
        "intake/mobilities.py": "harmless", "present/pieces.py": "harmless", "desk/year.py": "harmless",
        "intake/pieces.py": "a sheet on its way to DuckDB, deleted when it is read",
        "catalog/institutions.py": "a reference table that only the workbook reads",
        "demonstration/__init__.py": "generated by the workbook itself",
        "__init__.py": "only tells of the methods of a table",
        "desk/new/register.py": "the text of a test, which writes for the workbook to read",
        "desk/new/institution.py": "reference tables that only the workbook reads",
    }  # fmt: skip
    source = REPO / "src" / "helpers"
    writers = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if re.search(
            r"csv\.(Dict)?[wW]riter|to_csv|format csv|xlsxwriter|openpyxl", path.read_text(encoding="utf-8")
        )
    }
    assert writers - {"intake/packed.py", "intake/markup.py"} == set(known)
    for name, rule in known.items():
        assert " " in rule or rule in (source / name).read_text(encoding="utf-8")
