"""Nothing that identifies a person reaches the store, the kept files, the cards, what is printed, or the log.

Numbers are made up, with check digits worked out by hand or taken from the standards' own examples.
"""

import csv
import hashlib
import html
import re
import time
import zipfile
from datetime import datetime

import openpyxl
import pytest
import xlsxwriter
import yaml
from conftest import REPO
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation
from test_register_intake import DECLARED, EVENT, call, one, table, to_csv, to_xlsx, told

from helpers import intake, store
from helpers.catalog.personal import load_personal_data
from helpers.cli import main
from helpers.errors import CatalogError, FileRefused
from helpers.intake import check as judge
from helpers.intake import mark, personal
from helpers.intake import receive as take

# Of 100000001: 7·(1+0+0+0+1) − 0 = 14, so 4; 1+0+…+1+4 = 6. Of 123456789: 7·25 − 20 = 155, so 5; 45 + 5 = 50,
# so 0.
IDS = ["10000000146", "12345678950"]
# Of a foreigner: 99 0000 000: 7·(9) − 9 = 54, so 4; 9+9+4 = 22, so 2.
FOREIGN = "99000000042"
NO_IDS = [
    "10000000147",
    "10000000156",
    "12345678901",
    "02345678950",
    "1234567895",
    "123456789500",
    "11111111111",
]
# The examples of ISO 13616 and of the registry of SWIFT.
IBANS = ["GB82 WEST 1234 5698 7654 32", "TR330006100519786457841326", "DE89370400440532013000"]
MAIL, MOBILE, ABROAD = "ayse.yilmaz@ornek.edu.tr", "0532 123 45 67", "+49 30 1234567"


@pytest.mark.parametrize("number", [*IDS, FOREIGN])
def test_a_turkish_identity_number_is_known_by_its_check_digits(number):
    assert personal.turkish_id(number)
    # No other last digit and no two neighbours exchanged keep both digits.
    for digit in "0123456789":
        assert personal.turkish_id(number[:10] + digit) == (digit == number[10])
        assert personal.turkish_id(number[:9] + digit + number[10]) == (digit == number[9])


@pytest.mark.parametrize("number", NO_IDS)
def test_other_numbers_of_eleven_digits_are_no_identity_numbers(number):
    assert not personal.turkish_id(number)


@given(st.integers(1, 9), st.lists(st.integers(0, 9), min_size=8, max_size=8))
def test_exactly_one_of_a_hundred_endings_is_right(first, others):
    nine = [first, *others]
    right = [f"{a}{b}" for a in range(10) for b in range(10)
             if personal.turkish_id("".join(map(str, nine)) + f"{a}{b}")]  # fmt: skip
    # Adding 10 before the remainder, as the population office words it, changes nothing.
    tenth = (7 * sum(nine[::2]) + 9 * sum(nine[1::2])) % 10
    assert right == [f"{tenth}{(sum(nine) + tenth) % 10}"]


@pytest.mark.parametrize("number", IBANS)
def test_an_iban_is_known_by_its_check_digits(number):
    assert personal.iban(number) and personal.rule_of(f"hesap: {number}").code == "iban"
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    assert not personal.iban(wrong)


FOUND = [
    (MAIL, "email"), ("a@b.co", "email"), ("Yazın: x.y+z@mail.example.org.", "email"), ("a＠b.co", "email"),
    ("ali(at)ornek.com.tr", "email"), (IDS[0], "turkish_id"), (f"TC:{IDS[1]}", "turkish_id"),
    (FOREIGN, "turkish_id"), ("123 456 789 50", "turkish_id"), ("１２３４５６７８９５０", "turkish_id"),
    ("١٢٣٤٥٦٧٨٩٥٠", "turkish_id"), ("123456\u200b78950", "turkish_id"), (MOBILE, "phone"), (ABROAD, "phone"),
    ("05321234567", "phone"), ("+905321234567", "phone"), ("+90 (532) 123 45 67", "phone"),
    ("0462 377 20 00", "phone"), ("0(532)1234567", "phone"), (IBANS[1], "iban"),
    ("tr33 0006 1005 1978 6457 8413 26", "iban"), ("Hazırlayan: Ayşe Yılmaz", "name"),
]  # fmt: skip
INNOCENT = [
    "", "a", "Ali Veli", "2025-12-31", "31.12.2025", "2025-12-31 00:00:00", "AG-0044", "M2017-0001",
    "S000001",
    "2023-1-TR01-KA131-HED-000123456", "101012345", "10000000147", "39000,50", "1.250.000", "12345678901",
    "998172972", "TR TRABZON01", "601–800", "0.12345678901", "1.0000000146", "978-3-16-148410-0",
    "10.1000/182",
    "0462", "377 20 00", "kod 0012345678", "@KTU", "a@b", "TR12", "GB82WEST12345698765433", "53.125",
    "5321234567", "U12345678", "2 + 2", "+3", "-5", "B2", "A1-2024/05321", "123 456 789", "100000001460",
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), FOUND)
def test_what_identifies_somebody_is_found_and_masked(text, code):
    assert personal.rule_of(text).code == code
    masked = personal.masked(text)
    assert personal.MASK in masked and personal.rule_of(masked) is None
    assert not re.search(r"@|＠|\d{4}", masked)


@pytest.mark.parametrize("text", INNOCENT)
def test_what_identifies_nobody_is_left_alone(text):
    assert personal.rule_of(text) is None and personal.masked(text) == text


@given(st.text(max_size=40) | st.from_regex(r"[A-Za-z@.+0-9 ]{0,60}", fullmatch=True))
def test_masking_is_done_once_and_leaves_nothing(text):
    masked = personal.masked(text)
    assert personal.masked(masked) == masked or personal.rule_of(masked) is None


def test_a_long_cell_is_searched_in_time_that_grows_with_its_length():
    for text in (
        "a" * 32_000,
        "1" * 32_000,
        "0 " * 16_000,
        "+1" * 16_000,
        "TR00 " * 6_000,
        "a.b-" * 8_000,
        "a@" * 16_000,
    ):
        begun = time.perf_counter()
        personal.rule_of(text)
        assert time.perf_counter() - begun < 0.5, text[:10]


# -- columns, cells and sheets -----------------------------------------------------------------------------


def with_columns(rows, **columns):
    """Return a table of events with more columns: heading → one cell for each row."""
    lines = table("events", rows, "tr")
    for heading, cells in columns.items():
        for line, cell in zip(lines, [heading, *cells], strict=True):
            line.append(cell)
    return lines


def carried(path):
    return [(one.heading, one.rule.code, one.cells) for one in judge(path).carried]


COLUMNS = [
    ("Ad Soyad", "Ayşe Yılmaz", "name"), ("ÖĞRENCİNİN ADI SOYADI", "a", "name"), ("Surname", "a", "name"),
    ("T.C. Kimlik No", "1", "turkish_id"), ("Notlar", IDS[0], "turkish_id"),
    ("Öğrenci No", "348975", "student_number"), ("Pasaport No", "-", "passport"),
    ("Belge", "U12345678", "passport"), ("E-Posta", "-", "email"),
    ("Açıklama", f"yazıldı: {MAIL}", "email"), ("Telefonu", "-", "phone"), ("İletişim", "5321234567",
    "phone"),
    ("Doğum Tarihi", "1.1.2000", "birth"), ("Ev adresi", "x", "address"), ("Kan grubu", "0", "special"),
    ("Ödeme", IBANS[1], "iban"), ("Sorumlu", "a", "name"), ("Konuşmacı", "a", "name"),
    ("Contact person", "a", "name"),
]  # fmt: skip


@pytest.mark.parametrize(("heading", "cell", "code"), COLUMNS)
def test_a_column_that_nobody_declares_is_dropped_and_told(tmp_path, heading, cell, code):
    answer = judge(to_csv(tmp_path / "e.csv", with_columns([EVENT], **{heading: [cell]})))
    assert [(one.heading, one.rule.code, one.cells) for one in answer.carried] == [(heading, code, 1)]
    assert (answer.keep, one(answer).problems) == ("read", [])


@pytest.mark.parametrize(
    "heading", ["Notlar", "Üniversite adı", "Program adı", "Country name", "Sıra", "Web adı"]
)
def test_other_columns_are_only_not_read(tmp_path, heading):
    answer = judge(to_csv(tmp_path / "e.csv", with_columns([EVENT], **{heading: ["x"]})))
    assert (answer.carried, answer.keep, one(answer).unread) == ((), "whole", (heading,))


def test_the_card_says_what_was_dropped(store_root, tmp_path):
    columns = {"Ad Soyad": ["Ayşe"], "Not": [f"{MAIL} {MOBILE}"]}
    path = to_csv(tmp_path / "e.csv", with_columns([EVENT], **columns))
    take(path, sender=MAIL)
    (card,) = intake.cards()
    assert card["personal_data_dropped"] == [
        {"sheet": "", "column": "Ad Soyad", "what": "name", "cells": 1},
        {"sheet": "", "column": "Not", "what": "email", "cells": 1},
        {"sheet": "", "column": "Not", "what": "phone", "cells": 1},
    ]
    assert (card["kept"], card["received_from"]) == ("read", "•••")
    assert card["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest() != card["sha256_kept"]
    kept = store_root / "data" / "raw" / "registers" / card["file"]
    assert card["sha256_kept"] == hashlib.sha256(kept.read_bytes()).hexdigest()


def test_a_number_like_a_passport_counts_only_where_most_are(tmp_path):
    rows = [EVENT | {"event_id": f"E{n}"} for n in range(3)]
    few, most = ["AB1234567", "x", "y"], ["AB1234567", "U12345678", "y"]
    assert carried(to_csv(tmp_path / "a.csv", with_columns(rows, Belge=few))) == []
    assert carried(to_csv(tmp_path / "b.csv", with_columns(rows, Belge=most))) == [("Belge", "passport", 2)]


@pytest.mark.parametrize("value", [IDS[0], MAIL, MOBILE, f"Kongre ({MAIL})"])
def test_a_declared_cell_with_personal_data_costs_its_row_and_is_not_shown(store_root, tmp_path, value):
    rows = [EVENT, EVENT | {"event_id": "E2", "title": value}]
    received = one(take(to_csv(tmp_path / "e.csv", table("events", rows, "tr"))))
    assert told(received) == [(3, "Adı", "•••")]
    assert received.problems[0].expected.startswith("no personal data (here: ")
    assert list(store.read("live", "events").frame["event_id"]) == ["E1"]


def test_a_key_that_is_an_identity_number_is_refused_for_each_row(tmp_path):
    student = {
        "row_id": "1", "academic_year": "2025", "student_key": "S1", "unit": "eng", "programme_id": "civ-b",
        "degree_level": "bachelor", "citizenship_code": "AZ", "kind": "degree", "is_joint_programme": "hayır",
        "headcount": "1",
    }  # fmt: skip
    rows = [student, student | {"row_id": "2", "student_key": IDS[1]}, student | {"row_id": IDS[0]},
            student | {"row_id": "3", "student_key": NO_IDS[0]}]  # fmt: skip
    received = one(judge(to_csv(tmp_path / "s.csv", table("students", rows))))
    assert told(received) == [(3, "student_key", "•••"), (4, "row_id", "•••")]
    assert {p.expected for p in received.problems} == {
        "a key that tells nobody who is meant (here: Turkish identity numbers)"
    }
    assert received.accepted == 2  # eleven digits alone are no identity number


def test_what_is_wrong_with_such_a_cell_is_told_once_and_never_with_its_value(tmp_path):
    # Neither the number that is too long, nor the unit that is not known, nor the repeated key is told.
    bad = EVENT | {"event_id": IDS[0], "unit": MAIL, "participants_count": IDS[1], "start_date": MOBILE}
    path = to_csv(tmp_path / "e.csv", table("events", [bad, bad]))
    received = one(judge(path))
    assert {(p.row, p.column) for p in received.problems} == {
        (row, column) for row in (2, 3) for column in ("event_id", "unit", "start_date", "participants_count")
    }
    assert {p.value for p in received.problems} == {"•••"}


def test_a_large_amount_is_no_person(tmp_path):
    fair = {
        "fair_id": "F1", "title": "Fuar", "country_code": "AZ", "mode": "online", "status": "attended",
        "start_date": "2025-03-01", "end_date": "2025-03-02", "cost_try": IDS[0],
    }  # fmt: skip
    assert one(judge(to_csv(tmp_path / "f.csv", table("fairs", [fair])))).accepted == 1


def test_a_shifted_row_of_a_file_with_names_is_neither_shown_nor_kept(store_root, tmp_path):
    # The comma of the name was not quoted: all behind it stands one column further.
    lines = [[*line[:2], extra, *line[2:]] for line, extra in
             zip(table("events", [EVENT, EVENT | {"event_id": "E2"}], "tr"), ["Ad Soyad", "Ali Kaya",
             "Yılmaz"], strict=True)]  # fmt: skip
    lines[2].insert(3, "Ayşe")
    answer = take(to_csv(tmp_path / "e.csv", lines))
    assert told(one(answer)) == [(3, "(row)", "•••")]
    assert one(answer).accepted == 1
    assert "Ayşe" not in everything(store_root / "data") + everything(tmp_path, "*.rejected.csv")


# -- the configuration -------------------------------------------------------------------------------------


def configured(root, change):
    path = root / "data" / "catalog" / "personal_data.yml"
    told_ = yaml.safe_load(path.read_text(encoding="utf-8"))
    change({rule["code"]: rule for rule in told_["rules"]}, told_)
    path.write_text(yaml.safe_dump(told_, allow_unicode=True), encoding="utf-8")


def test_a_rule_may_refuse_the_whole_file(workbook_root, tmp_path):
    configured(workbook_root, lambda rules, _: rules["name"].update(column="refuse"))
    path = to_csv(
        tmp_path / "e.csv", with_columns([EVENT], **{"Ad Soyad": ["Ayşe Yılmaz"], "Telefon": ["1"]})
    )
    with pytest.raises(FileRefused) as refused:
        take(path)
    assert refused.value.fault.code == "personal_refused"
    assert "column 'Ad Soyad': names of persons" in str(refused.value) and "Ayşe" not in str(refused.value)
    assert everything(workbook_root / "data" / "raw") == everything(workbook_root / "data" / "store") == ""


def test_a_rule_may_refuse_the_whole_file_for_one_cell(workbook_root, tmp_path):
    configured(workbook_root, lambda rules, _: rules["email"].update(cell="refuse"))
    with pytest.raises(FileRefused, match="e-mail addresses"):
        judge(to_csv(tmp_path / "e.csv", table("events", [EVENT | {"title": MAIL}])))
    assert one(judge(to_csv(tmp_path / "e.csv", table("events", [EVENT | {"title": MOBILE}])))).rejected == 1


def test_a_university_adds_a_kind_of_its_own(workbook_root, tmp_path):
    number = {"code": "card", "en": "library cards", "tr": "kütüphane kartları", "begins": ["kart no"],
              "patterns": [{"pattern": r"\bLIB-[0-9]{4}\b"}]}  # fmt: skip
    configured(workbook_root, lambda _, all_: all_["rules"].append(number))
    assert carried(to_csv(tmp_path / "a.csv", with_columns([EVENT], x=["LIB-1234"]))) == [("x", "card", 1)]
    assert carried(to_csv(tmp_path / "b.csv", with_columns([EVENT], KART_NO=["-"]))) == [
        ("KART_NO", "card", 1)
    ]
    assert (
        one(judge(to_csv(tmp_path / "c.csv", table("events", [EVENT | {"title": "LIB-1234"}])))).rejected == 1
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"column": "delete"}, {"cell": "drop"}, {"patterns": [{"pattern": "("}]},
        {"patterns": [{"pattern": "a*"}]},
        {"patterns": [{"pattern": "a", "check": "luhn"}]}, {"heading": ["a"]}, {"code": "phone"},
    ],
)  # fmt: skip
def test_a_rule_that_is_wrong_is_refused(workbook_root, wrong):
    configured(workbook_root, lambda rules, _: rules["email"].update(wrong))
    with pytest.raises(CatalogError, match=r"data/catalog/personal_data\.yml"):
        load_personal_data()


# -- nothing reaches the workbook --------------------------------------------------------------------------


def everything(folder, pattern="*"):
    """Return all bytes below a folder as one text, packed parts of workbooks and Parquet columns unpacked."""
    texts = []
    for path in sorted(folder.rglob(pattern)):
        if not path.is_file():
            continue
        texts += [path.name, path.read_bytes().decode("utf-8", errors="replace")]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                texts += [archive.read(name).decode("utf-8", errors="replace") for name in archive.namelist()]
        if path.suffix == ".parquet":
            with store.connect() as connection:
                rows = connection.execute("select * from read_parquet(?)", [path.as_posix()]).fetchall()
            texts += [str(cell) for row in rows for cell in row]
    return html.unescape("\n".join(texts))  # openpyxl writes ş as &#351;


PEOPLE = ["Ayşe Yılmaz", "Mehmet Öztürk", "Fatma Çelik"]
# Whatever of these is found in the workbook, in what it prints or logs, came out of the file.
PLANTED = [
    "Yılmaz", "Öztürk", "Çelik", *IDS, FOREIGN, MAIL, "ornek.edu", "0532 123", "05321234567", "1234567",
    "348975",
    "U12345678", "AB7654321", "TR330006", "WEST 1234", "gizli@", "yazar@", "Ahmet Demir", "Selin Korkmaz",
]  # fmt: skip


def planted(path):
    """A register of events as an office might send it, with persons wherever a workbook can hold one."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Etkinlikler"
    rows = [EVENT | {"event_id": f"E{n}"} for n in range(1, 7)]
    rows[1] |= {"title": f"Kongre, iletişim {MAIL}"}
    rows[2] |= {"event_id": IDS[0], "kind": "party"}
    rows[3] |= {"unit": "ayse.yilmaz@ornek.edu.tr", "participants_count": IDS[1]}
    lines = with_columns(
        rows,
        **{
            "Sorumlu adı soyadı": PEOPLE * 2, "TC": IDS * 3, "E-posta": [MAIL] * 6, "Not": [MOBILE,
            "05321234567", *["-"] * 4],
            "Öğrenci No": ["348975"] * 6, "Belge": ["U12345678", "AB7654321"] * 3, "Hesap": [IBANS[1],
            IBANS[0]] * 3,
        },
    )  # fmt: skip
    sheet.append([f"Hazırlayan: {MAIL}"])
    for line in lines:
        sheet.append(line)
    sheet.cell(8, 30, MAIL)  # far beside the table, under no heading
    sheet["A3"].comment = Comment("Ahmet Demir: 12345678950", "Ahmet Demir")
    sheet.oddHeader.center.text = "yazar@ornek.edu.tr"
    hint = DataValidation(type="whole", promptTitle="Selin Korkmaz", prompt=MAIL)
    hint.add("J3:J9")
    sheet.add_data_validation(hint)
    for title, state in (("Liste", "visible"), ("Gizli", "hidden"), ("Daha gizli", "veryHidden")):
        other = book.create_sheet(title)
        other.sheet_state = state
        for number, (person, id_) in enumerate(zip(PEOPLE, [*IDS, FOREIGN], strict=True)):
            other.append([number, person, id_, "gizli@ornek.edu.tr"])
    book.properties.creator, book.properties.lastModifiedBy = "Ahmet Demir", "Selin Korkmaz"
    book.properties.description = f"Soru: {MAIL}"
    book.save(path)
    return path


def test_nothing_planted_is_found_in_the_workbook_or_in_what_it_says(store_root, tmp_path, capfd, caplog):
    path = planted(tmp_path / "etkinlik.xlsx")
    for language in ("tr", "en"):
        for command in ("check", "receive"):
            assert main(["-v", command, str(path), "--language", language]) == 1
    main(["-v", "list"])
    main(["list", "--history", "events"])
    said = capfd.readouterr()
    held = everything(store_root / "data" / "raw") + everything(store_root / "data" / "store")
    for text, where in ((said.out + said.err, "printed"), (caplog.text, "logged"), (held, "held")):
        for secret in PLANTED:
            assert secret not in text, (where, secret)
    # The reading of it all is not blind: what may be held is found, and so is each secret in the file itself.
    assert "Kongre" in held and "E5" in held
    sent = everything(tmp_path, path.name)
    assert [secret for secret in PLANTED if secret not in sent] == []
    # The good rows are stored, the three bad ones told of without their values.
    assert sorted(store.read("live", "events").frame["event_id"]) == ["E1", "E5", "E6"]
    assert len(re.findall("•••", everything(tmp_path, "*.rejected.csv"))) >= 4
    for word in ("Sorumlu adı soyadı", "'TC'", "'E-posta'", "'Öğrenci No'", "'Belge'", "'Hesap'", "'Not'"):
        assert word in said.out


def test_a_kept_file_is_received_like_the_file_it_was_made_of(store_root, tmp_path):
    answer = take(planted(tmp_path / "etkinlik.xlsx"))
    kept = store_root / answer.stored_as
    again = judge(kept)
    assert again.carried == ()
    assert again.of_registers[0].partitions == answer.of_registers[0].partitions
    assert told(again.of_registers[0]) == told(answer.of_registers[0])
    assert openpyxl.load_workbook(kept).active["C3"].value == "Kongre"  # in the cell it was in


def test_the_senders_copy_is_marked_and_is_theirs(tmp_path):
    path = planted(tmp_path / "etkinlik.xlsx")
    copy = mark(path, judge(path), "tr")
    book = openpyxl.load_workbook(tmp_path / copy.file)
    assert book["Etkinlikler"]["C4"].value.endswith(MAIL)  # their own cell, as it was
    comment = book["Etkinlikler"]["C4"].comment.text
    assert "kişisel veri" in comment and "•••" in comment and MAIL not in comment


def test_the_names_of_the_authors_alone_are_taken_out_of_the_properties(store_root, tmp_path):
    book = openpyxl.Workbook()
    for line in table("events", [EVENT], "tr"):
        book.active.append(line)
    book.properties.creator, book.properties.lastModifiedBy = "Ahmet Demir", "Selin Korkmaz"
    book.save(tmp_path / "e.xlsx")
    answer = take(tmp_path / "e.xlsx")
    assert (answer.keep, answer.carried) == ("unsigned", ())
    kept = store_root / answer.stored_as
    assert "Demir" not in everything(kept.parent) and "Korkmaz" not in everything(kept.parent)
    with zipfile.ZipFile(kept) as new, zipfile.ZipFile(tmp_path / "e.xlsx") as old:
        differ = [name for name in old.namelist() if old.read(name) != new.read(name)]
        assert (new.namelist(), differ) == (old.namelist(), ["docProps/core.xml"])
    assert judge(kept).of_registers[0].partitions == answer.of_registers[0].partitions


def with_part(path, name, content):
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/media/image1.png", b"\x89PNG"), ("docProps/custom.xml", b"<a>Ahmet Demir</a>"),
        ("customXml/item1.xml", b"<a/>"), ("xl/persons/person.xml", b'<person displayName="Ahmet Demir"/>'),
        ("xl/comments1.xml", b"<authors><author>Ahmet Demir</author></authors>"),
        ("xl/drawings/drawing1.xml", b"<a><t>ayse.yilmaz@ornek</t><t>.edu.tr</t></a>"),
    ],
)  # fmt: skip
def test_of_a_workbook_that_cannot_be_searched_only_what_is_read_is_kept(tmp_path, part, content):
    path = with_part(to_xlsx(tmp_path / "e.xlsx", e=table("events", [EVENT])), part, content)
    assert judge(path).keep == "read"


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/comments1.xml", b"<authors><author>workbook check</author></authors>"),
        ("xl/persons/person.xml", b"<personList/>"),
        ("xl/drawings/drawing1.xml", b"<a><t>Bir ok</t></a>"),
        ("xl/printerSettings/printerSettings1.bin", b"x"),
    ],
)  # fmt: skip
def test_what_programs_leave_in_a_workbook_stays(tmp_path, part, content):
    path = with_part(to_xlsx(tmp_path / "e.xlsx", e=table("events", [EVENT])), part, content)
    assert judge(path).keep == "whole"


@pytest.mark.parametrize(
    ("part", "keep"), [("docProps/core.xml", "read"), ("xl/theme/theme1.xml", "unsigned")]
)
def test_a_part_with_a_wrong_check_sum_breaks_nothing(store_root, tmp_path, part, keep):
    book = openpyxl.Workbook()
    for line in table("events", [EVENT]):
        book.active.append(line)
    book.properties.creator = "Ahmet Demir"
    book.save(tmp_path / "a.xlsx")
    path = tmp_path / "e.xlsx"
    with zipfile.ZipFile(tmp_path / "a.xlsx") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b"<!--sum-->" if name == part else b""))
    path.write_bytes(path.read_bytes().replace(b"<!--sum-->", b"<!--mus-->"))
    answer = judge(path)
    assert (answer.keep, answer.problems) == (keep, [])
    if keep == "read":
        assert "Demir" not in everything((store_root / take(path).stored_as).parent)
    else:
        with pytest.raises(FileRefused, match=r"theme1\.xml' is damaged"):
            take(path)
        assert everything(store_root / "data" / "store") == ""


def test_numbers_dates_and_formulas_of_a_reduced_file_stay_what_they_were(store_root, tmp_path):
    rows = [EVENT | {"event_id": "=1+1", "foreign_papers_pct": 53.125, "participants_count": 120,
            "start_date": datetime(2025, 5, 31)}]  # fmt: skip
    path = tmp_path / "e.xlsx"
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "default_date_format": "dd.mm.yyyy"}
    ) as book:
        sheet = book.add_worksheet("e")
        for row, line in enumerate(with_columns(rows, Adres=["x"])):
            sheet.write_row(row + 2, 1, line)
    answer = take(path)
    again = judge(store_root / answer.stored_as)
    assert again.of_registers[0].partitions == answer.of_registers[0].partitions != {}
    (record,) = again.of_registers[0].partitions["all-2025"]
    assert (record["event_id"], record["foreign_papers_pct"]) == ("=1+1", "53.1250")
    cell = openpyxl.load_workbook(store_root / answer.stored_as).active["B4"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_a_name_that_tells_a_person_is_refused(store_root, tmp_path):
    lines = table("events", [EVENT])
    with pytest.raises(FileRefused) as refused:
        take(to_csv(tmp_path / f"{IDS[0]}.csv", lines))
    assert refused.value.fault.code == "personal_file_name" and IDS[0] not in str(refused.value)
    with pytest.raises(FileRefused) as refused:
        take(to_xlsx(tmp_path / "e.xlsx", **{MAIL: lines}))
    assert refused.value.fault.code == "personal_sheet_name" and MAIL not in str(refused.value)


def test_a_header_that_is_none_shows_nobody(store_root, tmp_path, capsys):
    path = to_csv(tmp_path / "liste.csv", [["Ayşe Yılmaz", IDS[0], "eng"], ["Mehmet Öztürk", IDS[1], "eng"]])
    code, out, error = call(capsys, "receive", path)
    assert code == 1 and "Yılmaz" not in out + error and IDS[0] not in error


def test_broken_letters_of_a_name_are_shown_without_the_name(tmp_path):
    lines = [
        [*line, cell]
        for line, cell in zip(table("events", [EVENT]), ("Ad Soyad", "Þükrü Yýldýz"), strict=True)
    ]
    with pytest.raises(FileRefused) as refused:
        judge(to_csv(tmp_path / "e.csv", lines))
    assert refused.value.fault.code == "letters_broken"
    assert "Yýld" not in str(refused.value) and "'Þýý'" in str(refused.value)


def test_publishers_tables_are_not_searched(store_root, tmp_path):
    from test_receive import GOOD, table_of

    path = table_of(tmp_path / "the.csv", *GOOD, "2026,3,Kontakt GmbH info@ornek.de,Germany,9,9,9,9,9,9,")
    answer = take(path)
    assert (answer.carried, answer.keep) == ((), "whole")


# -- no false alarms ---------------------------------------------------------------------------------------


SAMPLES = [path for name in DECLARED if (path := REPO / "data" / "sample" / f"{name}.csv").exists()]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_no_row_of_the_sample_is_taken_for_a_person(path):
    assert len(SAMPLES) > 20
    with path.open(encoding="utf-8", newline="") as file:
        cells = {cell for row in csv.reader(file) for cell in row}
    assert personal.in_cells(cells) == {}


def test_few_cells_of_public_tables_look_like_persons(shared):
    """Names, codes and scores of 40,000 rows: what is found are addresses that stand there indeed."""
    texts = set()
    for path in [*shared.glob("qs/*.csv"), *shared.glob("erasmus/*.csv"), shared / "eche/eche_list.csv"]:
        texts |= set(re.split(r"[,;\t\n]", path.read_text(encoding="utf-8", errors="replace")))
    assert len(texts) > 20_000
    assert {rule.code for rule in personal.in_cells(texts).values()} <= {"email"}
