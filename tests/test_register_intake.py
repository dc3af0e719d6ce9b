"""Receiving registers: told by their header, every row accepted, or rejected for a reason at its place.

Expectations are read from the declaration with plain YAML, and from rows written out here.
"""

import csv
import io
import random
import shutil
from datetime import date, datetime, timedelta

import openpyxl
import pandas as pd
import pytest
import yaml
from conftest import REPO
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from helpers import catalog, intake, locale, store
from helpers.cli import main
from helpers.errors import CatalogError, FileRefused, LayoutUnknown, ParameterError
from helpers.intake import cells, declaration, judge_held, received_registers, wording
from helpers.intake import check as judge
from helpers.intake import receive as take
from helpers.intake.recognition import recognise
from helpers.intake.table import RawTable, Row
from helpers.intake.values import Unreadable
from helpers.measures import registry
from helpers.measures.core import Period, Registers

DATASETS = REPO / "data" / "catalog" / "datasets"
DECLARED = {
    name: described
    for file in ("registers.yml", "lists.yml")
    for name, described in yaml.safe_load((DATASETS / file).read_text(encoding="utf-8")).items()
}
SAMPLE = REPO / "data" / "sample"
SAMPLED = [register for register in DECLARED if (SAMPLE / f"{register}.csv").exists()]

EVENT = {
    "event_id": "E1", "unit": "eng", "title": "Kongre", "kind": "congress", "level": "international",
    "status": "held", "planned_year": "2025", "start_date": "2025-05-31", "end_date": "2025-06-02",
    "participants_count": "120", "foreign_participants_count": "30", "countries_count": "9",
    "foreign_papers_pct": "12.5",
}  # fmt: skip
AGREEMENT = {
    "agreement_id": "A1", "partner_id": "DE-01", "country_code": "DE", "kind": "erasmus",
    "level": "international", "unit": "eng", "signed_date": "2020-01-01", "start_date": "2020-02-01",
    "end_date": "2027-02-01", "predecessor_id": "",
}  # fmt: skip
PARTNER = {"partner_id": "DE-01", "name": "Universität Nirgendwo", "country_code": "DE"}
FAIR = {
    "fair_id": "F1", "title": "Fuar", "country_code": "AZ", "mode": "in_person", "status": "attended",
    "start_date": "2025-03-01", "end_date": "2025-03-02", "cost_try": "", "leads_count": "",
    "qualified_leads_count": "",
}  # fmt: skip
APPLICATION = {
    "application_id": "B1", "cohort": "2025", "unit": "eng", "programme_id": "civ-b",
    "degree_level": "bachelor", "country_code": "AZ", "fair_id": "", "complete_date": "2025-07-01",
    "is_eligible": "true", "decision": "offered", "decision_date": "2025-08-01", "is_registered": "false",
    "student_key": "",
}  # fmt: skip


def headings(register, language):
    """Return a register's headings: its column names, or what the declaration prints in a language."""
    columns = DECLARED[register]["columns"]
    return {name: name if language == "name" else column[language] for name, column in columns.items()}


def table(register, rows, language="name", shuffle=0):
    """Return header and rows as cells, in the declared or a shuffled order."""
    names = [name for name in DECLARED[register]["columns"] if any(name in row for row in rows)]
    if shuffle:
        random.Random(shuffle).shuffle(names)
    head = headings(register, language)
    return [[head[name] for name in names], *([row.get(name, "") for name in names] for row in rows)]


def to_csv(path, lines, delimiter=",", encoding="utf-8"):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(lines)
    return path


def to_xlsx(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def one(answer):
    (received,) = answer.tables
    assert received.accepted + received.rejected + len(received.skipped) == received.rows
    return received


def told(received):
    return [(p.row, p.column, p.value) for p in received.problems]


def held(register):
    frame = store.read("live", register).frame
    return frame.sort_values(DECLARED[register]["key"], ignore_index=True)


@pytest.fixture(scope="module")
def root_of_module(tmp_path_factory):
    """A workbook of its own for a test of many examples."""
    root = tmp_path_factory.mktemp("workbook") / "root"
    for part in ("catalog", "reference", "sample"):
        shutil.copytree(REPO / "data" / part, root / "data" / part)
    shutil.copytree(REPO / "notebooks", root / "notebooks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBOOK_ROOT", str(root))
        yield root


@pytest.fixture
def with_partners(workbook_root, tmp_path):
    rows = [PARTNER, PARTNER | {"partner_id": "AZ-01", "country_code": "AZ"}]
    take(to_csv(tmp_path / "partners.csv", table("partners", rows)))
    return tmp_path


# -- recognising -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shuffle", [0, 3])
@pytest.mark.parametrize("language", ["name", "en", "tr"])
@pytest.mark.parametrize("register", DECLARED)
def test_every_register_is_told_by_its_header(tmp_path, register, language, shuffle):
    if register in SAMPLED:
        with (SAMPLE / f"{register}.csv").open(encoding="utf-8", newline="") as file:
            row = next(csv.DictReader(file))
    else:
        row = dict.fromkeys(DECLARED[register]["columns"], "") | DECLARED[register]["example"]
    raw = table(register, [row], language, shuffle)
    rows = tuple(Row(number, tuple(line)) for number, line in enumerate(raw, 1))
    found = recognise(RawTable("a.csv", "", rows), DECLARED)
    assert (found.register, found.unread, len(found.rows)) == (register, (), 1)
    assert {name: found.rows[0].cells[place] for name, place in found.places.items()} == row


@pytest.mark.parametrize("language", ["name", "en", "tr"])
def test_the_same_rows_are_stored_under_any_header(workbook_root, tmp_path, language):
    answer = take(to_csv(tmp_path / "x.csv", table("events", [EVENT], language, shuffle=7)))
    assert (one(answer).register, one(answer).accepted) == ("events", 1)
    row = held("events").iloc[0]
    assert row["start_date"].date() == date(2025, 5, 31)
    assert (row["title"], row["participants_count"], row["foreign_papers_pct"]) == ("Kongre", 120, 12.5)


def test_a_turkish_excel_csv_is_read(workbook_root, tmp_path):
    # As a Turkish Excel saves it: code page 1254, semicolons, decimal commas, days first.
    row = EVENT | {
        "title": "Şişli Iğdır kongresi", "start_date": "31.05.2025", "end_date": "2.6.2025",
        "foreign_papers_pct": "12,5",
    }  # fmt: skip
    path = to_csv(tmp_path / "etkinlik.csv", table("events", [row], "tr"), ";", "cp1254")
    assert one(take(path)).problems == []
    stored = held("events").iloc[0]
    assert (stored["title"], stored["foreign_papers_pct"]) == ("Şişli Iğdır kongresi", 12.5)
    assert [stored[c].date() for c in ("start_date", "end_date")] == [date(2025, 5, 31), date(2025, 6, 2)]


def test_a_workbook_with_real_dates_numbers_and_a_title_is_read(workbook_root, tmp_path):
    typed = EVENT | {
        "start_date": datetime(2025, 5, 31), "end_date": date(2025, 6, 2), "participants_count": 120,
        "foreign_participants_count": 30.0, "foreign_papers_pct": 53.125, "planned_year": 2025,
    }  # fmt: skip
    lines = [["Uluslararası etkinlikler 2025"], [], *table("events", [typed], "tr")]
    answer = take(to_xlsx(tmp_path / "e.xlsx", Sayfa1=lines))
    assert one(answer).problems == []
    stored = held("events").iloc[0]
    # A number of a workbook is no 53 thousand, though the same in a CSV might be.
    assert stored["foreign_papers_pct"] == 53.125
    assert (stored["participants_count"], stored["foreign_participants_count"]) == (120, 30)
    assert stored["end_date"].date() == date(2025, 6, 2)


@pytest.mark.parametrize("above", [9, 10])
def test_the_header_stands_within_the_first_ten_rows(tmp_path, above):
    lines = [[f"title {n}"] for n in range(above)] + table("events", [EVENT])
    path = to_csv(tmp_path / "x.csv", lines)
    if above == 9:
        assert one(judge(path)).accepted == 1
    else:
        with pytest.raises(LayoutUnknown):
            judge(path)


def test_a_lacking_column_names_the_nearest_register_and_what_it_lacks(tmp_path):
    row = {name: text for name, text in AGREEMENT.items() if name not in ("signed_date", "unit")}
    lines = [[*line, "note"] for line in table("agreements", [row], "tr")]
    with pytest.raises(LayoutUnknown) as refused:
        judge(to_csv(tmp_path / "x.csv", lines))
    assert "'x.csv' (row 1)" in refused.value.wrong
    assert "(agreements)" in refused.value.wrong
    assert "lacks unit ('Unit' or 'Birim'); signed_date ('Signed' or 'İmza')" in refused.value.wrong
    assert "'note'" in refused.value.wrong
    assert refused.value.remedy


def test_optional_columns_may_be_left_out_and_others_are_not_read(workbook_root, tmp_path):
    optional = {n for n, c in DECLARED["events"]["columns"].items() if not c.get("required")}
    row = {n: text for n, text in EVENT.items() if n not in optional} | {"status": "planned"}
    lines = [[*line, extra] for line, extra in zip(table("events", [row]), ("Notlar", "x"), strict=True)]
    received = one(take(to_csv(tmp_path / "x.csv", lines)))
    assert (received.accepted, received.unread) == (1, ("Notlar",))
    assert held("events")[sorted(optional)].isna().all(axis=None)


def test_a_column_that_stands_twice_is_not_guessed(tmp_path):
    header, row = table("events", [EVENT])
    with pytest.raises(LayoutUnknown, match="one column stands twice: 'unit' and 'Birim'"):
        judge(to_csv(tmp_path / "x.csv", [[*header, "Birim"], [*row, "sci"]]))


def test_of_two_registers_the_one_explained_best_is_meant_and_a_name_breaks_a_tie():
    def register(*columns):
        declared = {c: {"type": "VARCHAR", "required": c in ("a", "b"), "en": c, "tr": c} for c in columns}
        return {"meaning": {"en": f"of {columns[-1]}", "tr": "-"}, "key": ["a"], "columns": declared}

    def found(header, sheet="", file="x.csv", **registers):
        rows = (Row(1, tuple(header)), Row(2, ("1",) * len(header)))
        return recognise(RawTable(file, sheet, rows), registers).register

    wide, narrow = register("a", "b", "c", "d"), register("a", "b", "c")
    assert found("abcd", wide=wide, narrow=narrow) == "wide"  # explains more
    assert found("abc", wide=wide, narrow=narrow) == "narrow"  # lacks less
    same = {"first": register("a", "b", "x"), "second": register("a", "b", "y")}
    assert found("ab", sheet="Second", **same) == "second"
    assert found("ab", file="first 2025.csv", **same) == "first"
    with pytest.raises(LayoutUnknown, match="fits first and second alike"):
        found("ab", **same)
    # A name says nothing where one explains more than the other.
    assert found("abx", sheet="second", **same) == "first"


def test_a_table_of_something_else_is_no_register(tmp_path):
    with pytest.raises(LayoutUnknown, match="fits no known table"):
        judge(to_csv(tmp_path / "x.csv", [["name", "phone", "unit"], ["a", "1", "eng"]]))


# -- cells -------------------------------------------------------------------------------------------------

READ = [
    ("INTEGER", "120", "120"), ("INTEGER", "-5", "-5"), ("INTEGER", "\u22125", "-5"), ("INTEGER", "007", "7"),
    ("INTEGER", "12.0", "12"), ("INTEGER", "12,0", "12"), ("INTEGER", "12,00", "12"),
    # In a column of whole numbers, 1.250 has one meaning.
    ("INTEGER", "1.250", "1250"), ("INTEGER", "1,250", "1250"), ("INTEGER", "1 250", "1250"),
    ("INTEGER", "-1.250", "-1250"), ("INTEGER", "1.250.000", "1250000"), ("INTEGER", "1.250,00", "1250"),
    ("INTEGER", "12.000,0", "12000"),
    ("DOUBLE", "12.5", "12.5"), ("DOUBLE", "12,5", "12.5"), ("DOUBLE", "-0,25", "-0.25"),
    ("DOUBLE", "0,125", "0.125"), ("DOUBLE", "1250", "1250"), ("DOUBLE", "39000,50", "39000.50"),
    ("DOUBLE", "1.250,5", "1250.5"), ("DOUBLE", "1,250.5", "1250.5"), ("DOUBLE", "1.250.000", "1250000"),
    ("DOUBLE", "1,250,000.75", "1250000.75"), ("DOUBLE", "-12.345.678,9", "-12345678.9"),
    ("DOUBLE", "1 250,5", "1250.5"), ("DOUBLE", "1 250", "1250"), ("DOUBLE", "12 345.125", "12345.125"),
    ("DATE", "2025-12-31", "2025-12-31"), ("DATE", "31.12.2025", "2025-12-31"),
    ("DATE", "1.2.2025", "2025-02-01"), ("DATE", "2025-12-31 00:00:00", "2025-12-31"),
    ("DATE", "2025-12-31T00:00:00", "2025-12-31"), ("DATE", "29.02.2024", "2024-02-29"),
    ("DATE", "31.12.2025 00:00", "2025-12-31"), ("DATE", "2025/12/31", "2025-12-31"),
    ("DATE", "2025.1.9", "2025-01-09"), ("DATE", "31 Aralık 2025", "2025-12-31"),
    ("DATE", "31 ARALIK 2025", "2025-12-31"), ("DATE", "31 aralik 2025", "2025-12-31"),
    ("DATE", "1 Şub 2025", "2025-02-01"), ("DATE", "1 Ağu. 2025", "2025-08-01"),
    ("DATE", "31 December 2025", "2025-12-31"), ("DATE", "31-Dec-2025", "2025-12-31"),
    ("DATE", "December 31, 2025", "2025-12-31"), ("DATE", "1 Sep 2025", "2025-09-01"),
    ("DATE", "1 Sept 2025", "2025-09-01"), ("DATE", "15 MAYIS 2025", "2025-05-15"),
    # Beyond the twelfth a day cannot be a month; 5/5 is one day in either order.
    ("DATE", "31/12/2025", "2025-12-31"), ("DATE", "12/31/2025", "2025-12-31"),
    ("DATE", "5/5/2025", "2025-05-05"),
    ("BOOLEAN", "true", "true"), ("BOOLEAN", "TRUE", "true"), ("BOOLEAN", "Evet", "true"),
    ("BOOLEAN", "EVET", "true"), ("BOOLEAN", "yes", "true"), ("BOOLEAN", "1", "true"),
    ("BOOLEAN", "False", "false"), ("BOOLEAN", "HAYIR", "false"), ("BOOLEAN", "hayır", "false"),
    ("BOOLEAN", "no", "false"), ("BOOLEAN", "0", "false"), ("BOOLEAN", "YANLIŞ", "false"),
    ("VARCHAR", "1.250", "1.250"),
]  # fmt: skip
REFUSED = [
    ("INTEGER", "12.5"), ("INTEGER", "12.000"), ("INTEGER", "1,000"), ("INTEGER", "1.250,5"),
    ("INTEGER", "1.25"), ("INTEGER", "12.50"), ("INTEGER", "1.2500"), ("INTEGER", "0.250"),
    ("INTEGER", "12 50"), ("INTEGER", "1.250,250"), ("INTEGER", "1.250,000.0"), ("INTEGER", "çok"),
    ("INTEGER", "٣"), ("INTEGER", "2147483648"), ("INTEGER", "9" * 5000), ("INTEGER", "1e3"),
    ("DOUBLE", "1.250"), ("DOUBLE", "1,250"), ("DOUBLE", "nan"), ("DOUBLE", "1.250.00"),
    ("DOUBLE", "1.250,5.0"), ("DOUBLE", "1.2500,5"),
    ("DOUBLE", "12 50,5"), ("DOUBLE", "inf"), ("DOUBLE", "1e999"), ("DOUBLE", "12,5 %"), ("DOUBLE", "yok"),
    ("DATE", "02/06/2025"), ("DATE", "31/31/2025"), ("DATE", "1/2/0000"),
    ("DATE", "12-31-2025"), ("DATE", "2025-12-31 13:00:00"), ("DATE", "30.02.2025"),
    ("DATE", "2025-02-30"), ("DATE", "1989-12-31"), ("DATE", "01.01.2101"), ("DATE", "1900-01-00"),
    ("DATE", "45658"), ("DATE", "2025"), ("DATE", "yarın"), ("DATE", "31.12.25"),
    ("DATE", "31 Brumaire 2025"),
    ("DATE", "30 Şubat 2025"), ("DATE", "2025/31/12"), ("DATE", "2025.12/31"), ("DATE", "Aralık 2025"),
    ("BOOLEAN", "2"), ("BOOLEAN", "belki"), ("BOOLEAN", "x"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "written"), READ)
def test_a_cell_with_one_meaning_is_read(kind, text, written):
    assert cells.READERS[kind](text) == written


@pytest.mark.parametrize(("kind", "text"), REFUSED, ids=lambda value: value[:20])
def test_a_cell_that_is_wrong_or_has_two_meanings_is_refused(kind, text):
    with pytest.raises(Unreadable) as refused:
        cells.READERS[kind](text)
    assert refused.value.expected and refused.value.remedy


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_a_day_is_the_same_however_it_is_written(day):
    for text in (day.isoformat(), f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day.year}", f"{day} 00:00:00"):
        assert cells.READERS["DATE"](text) == day.isoformat()


@given(st.integers(-(10**9) + 1, 10**9 - 1), st.integers(0, 99))
def test_a_number_is_the_same_with_a_point_and_a_comma(whole, hundredths):
    read = [float(cells.READERS["DOUBLE"](f"{whole}{mark}{hundredths:02d}")) for mark in ".,"]
    sign = -1 if whole < 0 else 1
    assert read == [pytest.approx(whole + sign * hundredths / 100)] * 2


# -- judging -----------------------------------------------------------------------------------------------

# What is wrong in a row, the columns it is told at, and words of what is expected.
WRONG = [
    ({"title": ""}, ["Adı"], "a value"),
    ({"kind": "party"}, ["Tür"], "conference, congress"),
    ({"unit": "nowhere"}, ["Birim"], "units.csv"),
    ({"participants_count": "çok"}, ["Katılımcı"], "whole number"),
    ({"participants_count": "-1", "foreign_participants_count": ""}, ["Katılımcı"], "at least 0"),
    ({"foreign_papers_pct": "100,5"}, ["Yurt dışı bildiri (%)"], "at most 100"),
    ({"foreign_papers_pct": "1.250"}, ["Yurt dışı bildiri (%)"], "one meaning"),
    ({"start_date": "31.13.2025"}, ["Başlangıç"], "a date"),
    ({"start_date": "01.01.1900"}, ["Başlangıç"], "from 1990 to 2100"),
    ({"end_date": "30.05.2025"}, ["Başlangıç", "Bitiş"], "an end on or after the start"),
    ({"foreign_participants_count": "121"}, ["Katılımcı", "Yabancı katılımcı"], "no more foreign"),
    ({"participants_count": "", "foreign_participants_count": ""}, ["Durum", "Katılımcı"], "was held"),
]


@pytest.mark.parametrize(("cells_of_row", "columns", "expected"), WRONG)
def test_a_problem_is_told_at_its_place(tmp_path, cells_of_row, columns, expected):
    bad = EVENT | {"event_id": "E2"} | cells_of_row
    names = {heading: name for name, heading in headings("events", "tr").items()}
    path = to_xlsx(tmp_path / "Etkinlik.xlsx", Kayıt=[["Başlık"], *table("events", [EVENT, bad], "tr")])
    received = one(judge(path))
    assert (received.accepted, received.rejected) == (1, 1)
    (problem,) = received.problems
    assert (problem.file, problem.sheet, problem.row) == ("Etkinlik.xlsx", "Kayıt", 4)
    assert problem.column == ", ".join(columns)
    assert problem.value == ", ".join(bad[names[column]] for column in columns)
    assert expected in problem.expected
    assert problem.remedy.endswith(".")


def test_codes_of_every_list_are_judged(with_partners):
    cases = {
        "accreditation": ("body", "MÜDEK e.V.", "MUDEK"),
        "actions": ("activity", "G9z", "G1a"),
        "web": ("country_code", "ZZ", "DE"),
        "agreements": ("partner_id", "DE-99", "DE-01"),
    }
    for register, (column, bad, good) in cases.items():
        with (REPO / "data" / "sample" / f"{register}.csv").open(encoding="utf-8", newline="") as file:
            row = next(csv.DictReader(file)) | {"goal": "G1"}
        if "partner_id" in row:
            row |= {"partner_id": "DE-01", "country_code": "DE"}
        for value, accepted in ((good, 1), (bad, 0)):
            path = to_csv(with_partners / f"{register}.csv", table(register, [row | {column: value}]))
            received = one(judge(path))
            assert received.accepted == accepted, received.problems
            assert accepted or (2, column, bad) in told(received)


def test_all_problems_of_a_row_are_told_at_once_and_none_twice(tmp_path):
    bad = EVENT | {"title": "", "kind": "party", "participants_count": "çok", "end_date": "2024-01-01"}
    received = one(judge(to_csv(tmp_path / "x.csv", table("events", [bad]))))
    # That many participants cannot be read is no reason to say that they are missing or too few.
    assert told(received) == [
        (2, "title", ""), (2, "kind", "party"), (2, "participants_count", "çok"),
        (2, "start_date, end_date", "2025-05-31, 2024-01-01"),
    ]  # fmt: skip
    assert (received.rejected, received.accepted) == (1, 0)


def test_a_row_with_more_cells_than_the_header_is_rejected(tmp_path):
    header, row = table("events", [EVENT])
    received = one(judge(to_csv(tmp_path / "x.csv", [header, [*row, "", "fazla"]])))
    assert told(received) == [(2, "(row)", "fazla")]


def test_what_stands_beside_a_workbooks_table_is_told_and_not_read(tmp_path):
    header, row = table("events", [EVENT])
    received = one(judge(to_xlsx(tmp_path / "x.xlsx", Sayfa1=[header, [*row, "", "not"]])))
    assert (received.accepted, received.unread) == (1, ("column 15, which has no heading",))


def test_a_short_row_lacks_its_last_cells(tmp_path):
    header, row = table("events", [EVENT])
    assert one(judge(to_csv(tmp_path / "x.csv", [header, row[:10]]))).accepted == 1
    assert told(one(judge(to_csv(tmp_path / "x.csv", [header, row[:8]])))) == [
        (2, "end_date", ""), (2, "status, participants_count", "held, "),
    ]  # fmt: skip


def test_both_rows_of_a_repeated_key_are_rejected_also_over_sheets(tmp_path):
    first = table("events", [EVENT, EVENT | {"event_id": "E2"}], "en")
    second = table("events", [EVENT | {"event_id": "E3"}, EVENT | {"event_id": "E2"}], "tr")
    one_sheet, other = judge(to_xlsx(tmp_path / "x.xlsx", A=first, B=second)).tables
    assert told(one_sheet) == [(3, "Event", "E2")] and told(other) == [(3, "Etkinlik no", "E2")]
    assert (one_sheet.accepted, other.accepted) == (1, 1)
    assert other.problems[0].expected == "a key that stands once (also in row 3 of another sheet)"


def test_a_key_is_compared_as_it_is_read(tmp_path):
    months = [
        {"month": text, "country_code": "DE", "sessions_count": "1"} for text in ("2025-01-01", "01.01.2025")
    ]
    received = one(judge(to_csv(tmp_path / "x.csv", table("web", months))))
    assert told(received) == [
        (2, "month, country_code", "2025-01-01, DE"), (3, "month, country_code", "01.01.2025, DE"),
    ]  # fmt: skip


# -- relations ---------------------------------------------------------------------------------------------


def test_a_register_that_is_not_held_must_be_received_first(workbook_root, tmp_path):
    rows = [APPLICATION, APPLICATION | {"application_id": "B2", "fair_id": "F1"}]
    received = one(judge(to_csv(tmp_path / "x.csv", table("applications", rows))))
    (problem,) = received.problems
    assert (problem.row, problem.column, problem.value) == (3, "fair_id", "F1")
    assert problem.expected == "a value of fairs.fair_id"
    assert "receive that register first, or in the same workbook" in problem.remedy


@pytest.mark.parametrize("fairs_first", [True, False])
def test_rows_may_refer_to_another_sheet_of_the_same_workbook(workbook_root, tmp_path, fairs_first):
    sheets = {
        "fairs": table("fairs", [FAIR], "tr"),
        "applications": table("applications", [APPLICATION | {"fair_id": "F1"}], "tr"),
    }
    order = sheets if fairs_first else dict(reversed(sheets.items()))
    answer = take(to_xlsx(tmp_path / "x.xlsx", **order))
    assert [t.register for t in answer.tables] == list(order)
    assert answer.problems == []
    assert len(held("fairs")) == len(held("applications")) == 1


def test_rows_may_refer_to_what_is_held(workbook_root, tmp_path):
    take(to_csv(tmp_path / "f.csv", table("fairs", [FAIR])))
    rows = [APPLICATION | {"fair_id": "F1"}, APPLICATION | {"application_id": "B2", "fair_id": "F2"}]
    received = one(take(to_csv(tmp_path / "a.csv", table("applications", rows))))
    assert told(received) == [(3, "fair_id", "F2")]
    assert "receive" not in received.problems[0].remedy  # the register is held, the value is wrong


def test_a_row_that_refers_to_a_rejected_row_is_rejected(workbook_root, tmp_path):
    sheets = {
        "applications": table("applications", [APPLICATION | {"fair_id": "F1"}]),
        "fairs": table("fairs", [FAIR | {"mode": "?"}]),
    }
    applications, fairs = judge(to_xlsx(tmp_path / "x.xlsx", **sheets)).tables
    assert (applications.accepted, fairs.accepted) == (0, 0)
    assert told(applications) == [(2, "fair_id", "F1")]
    assert "was rejected: correct that row first" in applications.problems[0].remedy


def test_a_whole_chain_of_renewals_falls_with_its_first_agreement(with_partners):
    def agreement(number, before, **more):
        begun = {"start_date": f"2020-02-{number:02d}"}
        return AGREEMENT | {"agreement_id": f"A{number}", "predecessor_id": before} | begun | more

    chain = [agreement(n, f"A{n - 1}" if n > 1 else "") for n in (5, 4, 3, 2)]
    bad, alone = agreement(1, "", kind="?"), agreement(9, "")
    received = one(judge(to_csv(with_partners / "x.csv", table("agreements", [*chain, bad, alone]))))
    assert (received.accepted, received.rejected) == (1, 5)
    assert [p.column for p in received.problems] == ["predecessor_id"] * 4 + ["kind"]
    good = [*chain, agreement(1, ""), alone]
    assert one(judge(to_csv(with_partners / "x.csv", table("agreements", good)))).accepted == 6


def test_a_renewed_agreement_follows_the_one_it_renews(with_partners):
    first = AGREEMENT | {"start_date": "2021-02-01", "signed_date": "2021-01-01"}
    after, before, same = (
        AGREEMENT
        | {"agreement_id": code, "predecessor_id": "A1", "start_date": day, "signed_date": "2020-01-01"}
        for code, day in (("A2", "2022-01-01"), ("A3", "2020-12-31"), ("A4", "2021-02-01"))
    )
    path = to_csv(with_partners / "x.csv", table("agreements", [first, after, before, same]))
    received = one(judge(path))
    assert (received.accepted, received.rejected) == (2, 2)
    assert [p.row for p in received.problems] == [4, 5]
    assert {p.expected for p in received.problems} == {"a start after that of the agreement it renews"}


def test_what_the_file_replaces_is_no_longer_there_to_refer_to(workbook_root, tmp_path):
    take(to_csv(tmp_path / "f.csv", table("fairs", [FAIR])))
    sheets = {
        "fairs": table("fairs", [FAIR | {"fair_id": "F2"}]),  # replaces the fairs of 2025
        "applications": table("applications", [APPLICATION | {"fair_id": "F1"}]),
    }
    _, applications = judge(to_xlsx(tmp_path / "x.xlsx", **sheets)).tables
    assert told(applications) == [(2, "fair_id", "F1")]


# Agreements that may renew each other, each sound or not: (its number, what it renews, its fault).
FAULTS = {
    "": {}, "kind": {"kind": "?"}, "rule": {"end_date": "2019-01-01"}, "partner": {"partner_id": "?"},
    "two": {"unit": "", "signed_date": "soon"},
}  # fmt: skip
_agreement = st.tuples(
    # An agreement renews an earlier one: here those with a smaller number.
    st.integers(1, 12), st.integers(0, 12), st.sampled_from([*FAULTS, "", ""])
).map(lambda made: (made[0], made[1] % made[0], made[2]))  # fmt: skip


@settings(max_examples=50)
@given(st.lists(_agreement, min_size=1, max_size=20), st.integers(1, 20))
def test_no_accepted_row_refers_to_one_that_is_not(tmp_path_factory, made, split):
    head = table("agreements", [AGREEMENT])[0]
    lines = []
    for number, before, fault in made:
        row = AGREEMENT | {"agreement_id": f"A{number}", "predecessor_id": f"A{before}" if before else ""}
        row |= {"start_date": f"2020-02-{number:02d}"}
        lines.append([(row | FAULTS[fault])[name] for name in head])
    # Worked out apart from the workbook: sound, of a number that stands once, renewing what stands likewise.
    numbers = [number for number, _, _ in made]
    alive = {i for i, (n, _, fault) in enumerate(made) if not fault and numbers.count(n) == 1}
    while fallen := {i for i in alive if made[i][1] and made[i][1] not in {made[k][0] for k in alive}}:
        alive -= fallen
    sheets = {"a": [head, *lines[:split]], "b": [head, *lines[split:]], "p": table("partners", [PARTNER])}
    *found, _ = judge(to_xlsx(tmp_path_factory.mktemp("made") / "x.xlsx", **sheets)).tables
    assert [t.rows for t in found] == [len(lines[:split]), len(lines[split:])]
    assert all(t.accepted + t.rejected == t.rows for t in found)
    ids = [row["agreement_id"] for t in found for rows in t.partitions.values() for row in rows]
    assert sorted(ids) == sorted(f"A{made[i][0]}" for i in alive)
    assert all(p.expected and p.remedy and p.row > 1 for t in found for p in t.problems)


_text = st.one_of(
    st.sampled_from([*EVENT.values(), "", "31.05.2025", "0", "1,5"]), st.text("aç1.,- ;", max_size=6)
)
_change = st.tuples(st.sampled_from([*EVENT, "spilled"]), _text)


@settings(max_examples=70)
@given(
    st.lists(st.lists(_change, max_size=3), min_size=1, max_size=15), st.sampled_from(",;\t"), st.booleans()
)
def test_no_row_of_a_register_is_lost(tmp_path_factory, made, delimiter, turkish):
    names = list(EVENT)
    head = headings("events", "tr" if turkish else "name")
    lines = [[head[name] for name in names]]
    for number, changes in enumerate(made, 2):
        row = EVENT | {name: text for name, text in changes if name != "spilled"} | {"event_id": str(number)}
        lines.append([row[name] for name in names] + [text for name, text in changes if name == "spilled"])
    received = one(judge(to_csv(tmp_path_factory.mktemp("made") / "x.csv", lines, delimiter)))
    accepted = [row for rows in received.partitions.values() for row in rows]
    # Each line from the second on is stored or told of, never both and never neither.
    stored = [int(row["event_id"]) for row in accepted]
    assert sorted([*stored, *{p.row for p in received.problems}]) == list(range(2, len(made) + 2))
    assert (received.rows, received.accepted) == (len(made), len(stored))
    for row in accepted:
        assert all(row[n] for n, c in DECLARED["events"]["columns"].items() if c.get("required"))
        assert date.fromisoformat(row["start_date"]) <= date.fromisoformat(row["end_date"])
        assert row["kind"] in DECLARED["events"]["columns"]["kind"]["allowed"]
        assert row["status"] != "held" or row["participants_count"]


# -- storing, replacing, units -----------------------------------------------------------------------------


def partitions(root, register):
    return sorted(path.stem for path in (root / "data" / "store" / register).glob("*"))


def test_a_register_with_a_period_has_a_partition_for_each_year(workbook_root, tmp_path):
    rows = [EVENT | {"event_id": f"E{y}", "start_date": f"{y}-12-31", "end_date": f"{y + 1}-01-02"} for y in
            (2024, 2025)]  # fmt: skip
    answer = take(to_csv(tmp_path / "x.csv", table("events", rows)))
    assert one(answer).years == [2024, 2025]  # of the start, whatever the end
    assert partitions(workbook_root, "events") == ["all-2024", "all-2025"]
    found = {h["source"].split("/")[-1]: (h["years"], h["rows"]) for h in store.holdings("live")}
    assert found == {"all-2024.parquet": ("2024", 1), "all-2025.parquet": ("2025", 1)}


def test_a_register_without_a_period_is_one_partition(with_partners, workbook_root):
    assert one(take(to_csv(with_partners / "x.csv", table("agreements", [AGREEMENT])))).years == []
    assert partitions(workbook_root, "agreements") == ["all"]


def test_every_period_column_must_be_filled():
    # Else a row would have no year to be stored under.
    for described in DECLARED.values():
        if "period" in described:
            assert described["columns"][described["period"]["column"]]["required"]


def test_a_register_received_again_replaces_its_unit_and_years_and_says_so(workbook_root, tmp_path):
    first = [EVENT, EVENT | {"event_id": "E0", "start_date": "2024-05-01"}]
    assert take(to_csv(tmp_path / "a.csv", table("events", first))).replaced == ()
    again = [EVENT | {"title": "Yeni"}, EVENT | {"event_id": "E2"}]
    answer = take(to_csv(tmp_path / "b.csv", table("events", again)))
    assert answer.replaced == ("events/all-2025",)
    assert answer.problems == []  # E1 is in the partition that is replaced
    assert list(held("events")["event_id"]) == ["E0", "E1", "E2"]
    assert list(held("events")["title"]) == ["Kongre", "Yeni", "Kongre"]


def test_a_key_that_is_held_elsewhere_is_rejected(workbook_root, tmp_path):
    take(to_csv(tmp_path / "a.csv", table("events", [EVENT])))
    moved = [EVENT | {"start_date": "2026-05-01", "end_date": "2026-05-02"}, EVENT | {"event_id": "E2"}]
    # The second row replaces the year in which E1 is held; without it, E1 would stand twice.
    assert one(judge(to_csv(tmp_path / "b.csv", table("events", moved)))).accepted == 2
    received = one(take(to_csv(tmp_path / "c.csv", table("events", moved[:1]))))
    assert told(received) == [(2, "event_id", "E1")]
    assert received.problems[0].expected == "a key that stands once (it is held in events/all-2025)"
    assert len(held("events")) == 1
    # A row that is rejected for another reason replaces nothing.
    bad = [moved[0], EVENT | {"event_id": "E2", "kind": "?"}]
    assert one(judge(to_csv(tmp_path / "d.csv", table("events", bad)))).accepted == 0


def test_units_hand_in_their_rows_beside_each_other(workbook_root, tmp_path):
    take(to_csv(tmp_path / "eng.csv", table("events", [EVENT])), unit="eng")
    take(
        to_csv(tmp_path / "sci.csv", table("events", [EVENT | {"event_id": "E2", "unit": "sci"}])), unit="sci"
    )
    assert partitions(workbook_root, "events") == ["eng-2025", "sci-2025"]
    again = take(to_csv(tmp_path / "eng2.csv", table("events", [EVENT | {"event_id": "E3"}])), unit="eng")
    assert again.replaced == ("events/eng-2025",)
    assert list(held("events")["event_id"]) == ["E2", "E3"]
    # The whole university's file would hold E2 twice.
    all_units = [EVENT | {"event_id": "E2", "unit": "sci"}, EVENT | {"event_id": "E4"}]
    assert told(one(judge(to_csv(tmp_path / "all.csv", table("events", all_units))))) == [
        (2, "event_id", "E2")
    ]


def test_a_row_of_another_unit_is_rejected_with_a_sentence(workbook_root, tmp_path):
    rows = [EVENT, EVENT | {"event_id": "E2", "unit": "sci"}, EVENT | {"event_id": "E3", "unit": "?"}]
    path = to_csv(tmp_path / "x.csv", table("events", rows, "tr"))
    assert one(judge(path)).accepted == 2  # of no unit in particular
    received = one(take(path, unit="eng"))
    assert told(received) == [(3, "Birim", "sci"), (4, "Birim", "?")]
    assert "the unit 'eng', for which the file is received" in received.problems[0].expected
    assert list(held("events")["event_id"]) == ["E1"]


def test_an_unknown_unit_is_refused_for_registers_alone(workbook_root, tmp_path):
    path = to_csv(tmp_path / "x.csv", table("events", [EVENT]))
    with pytest.raises(ParameterError, match="no unit 'Mühendislik'"):
        take(path, unit="Mühendislik")
    assert not list((workbook_root / "data" / "raw").iterdir())
    ranking = tmp_path / "arwu.csv"
    ranking.write_text(RANKING, encoding="utf-8")
    take(ranking, unit="Strategy office")
    (card,) = intake.cards()
    assert card["received_from"] == "Strategy office"


RANKING = (
    "year,Rank,Name,Country,Overall,Teaching,Research Environment,Research Quality,Industry,"
    "International Outlook,rank_prefix\n2026,1,Oxford,United Kingdom,98,97,96,95,94,93,\n"
)


def test_a_workbook_may_hold_a_ranking_a_register_and_something_else(workbook_root, tmp_path):
    sheets = {
        "2026": [line.split(",") for line in RANKING.splitlines()],
        "events": table("events", [EVENT]),
        "Read me": [["This is a note"]],
    }
    answer = take(to_xlsx(tmp_path / "x.xlsx", **sheets))
    assert [t.span for t in answer.tables] == ["edition 2026", "register events, years 2025"]
    assert len(answer.not_read) == 1 and "'Read me'" in answer.not_read[0]
    assert len(store.read("live", "ranking_positions").frame) == len(held("events")) == 1
    assert answer.stored_as.startswith("data/raw/registers/")


# -- what stays of a file ----------------------------------------------------------------------------------


def test_the_original_its_card_and_its_rejected_rows_are_kept(workbook_root, tmp_path):
    bad = [EVENT | {"event_id": "E2", "kind": "?"}, EVENT | {"event_id": "E3", "title": ""}]
    path = to_csv(tmp_path / "Etkinlik 2025.csv", table("events", [EVENT, *bad], "tr"), ";", "cp1254")
    answer = take(path, sender="Dış İlişkiler Ofisi")
    kept = workbook_root / answer.stored_as
    assert kept.parent == workbook_root / "data" / "raw" / "registers"
    assert kept.read_bytes() == path.read_bytes()
    (card,) = intake.cards()
    assert card["name_as_received"] == "Etkinlik 2025.csv"
    assert card["received_from"] == "Dış İlişkiler Ofisi"
    assert (card["datasets"], card["rows"], card["accepted"], card["rejected"]) == (["events"], 3, 1, 2)
    assert card["partitions"] == ["events/all-2025"]
    (told_of,) = card["tables"]
    assert (told_of["register"], told_of["years"]) == ("events", [2025])
    assert told_of["headings"]["start_date"] == "Başlangıç"
    rejected = kept.with_name(kept.stem + ".rejected.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(rejected.decode("utf-8-sig")), delimiter=";"))
    assert [(row["row"], row["column"], row["value"]) for row in rows] == [
        ("3", "Tür", "?"),
        ("4", "Adı", ""),
    ]
    assert (tmp_path / "Etkinlik 2025.rejected.csv").read_bytes() == rejected
    # Once the file is mended and received again, nothing is rejected any more.
    take(to_csv(path, table("events", [EVENT], "tr")))
    assert not (tmp_path / "Etkinlik 2025.rejected.csv").exists()


def test_the_same_file_of_two_units_has_two_cards(workbook_root, tmp_path):
    rows = [EVENT, EVENT | {"event_id": "E2", "unit": "sci"}]
    path = to_csv(tmp_path / "x.csv", table("events", rows))
    take(path, unit="eng")
    take(path, unit="sci")
    assert sorted(card["partitions"] for card in intake.cards()) == [["events/eng-2025"], ["events/sci-2025"]]
    assert partitions(workbook_root, "events") == ["eng-2025", "sci-2025"]


def test_check_stores_nothing(workbook_root, tmp_path):
    path = to_csv(tmp_path / "x.csv", table("events", [EVENT, EVENT | {"kind": "?"}]))
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert judge(path).problems
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_receipts_tell_what_was_rejected_but_no_free_text_and_no_key(workbook_root, tmp_path):
    rows = [
        EVENT,
        EVENT | {"event_id": "Ayşe", "kind": "-parti", "start_date": "31.13.2025"},
        EVENT | {"event_id": "Ayşe", "end_date": "2024-01-01", "unit": "-1"},
    ]
    student = {
        "row_id": "1", "academic_year": "2025", "student_key": "S1", "unit": "eng", "programme_id": "civ-b",
        "degree_level": "bachelor", "citizenship_code": "Almania", "kind": "degree",
        "is_joint_programme": "hayır", "headcount": "2",
    }  # fmt: skip
    take(
        to_xlsx(
            tmp_path / "Kayıt.xlsx",
            Etkinlik=table("events", rows, "tr"),
            Students=table("students", [student], "en"),
        )
    )
    events, students = received_registers()
    assert (events.file, events.sheet, events.dataset, events.years) == (
        "Kayıt.xlsx", "Etkinlik", "events", (2025,),
    )  # fmt: skip
    assert (events.rows, events.accepted, events.rejected) == (3, 1, 2)
    assert (students.rows, students.accepted, students.rejected, students.years) == (1, 0, 1, ())
    assert len(events.sha256) == 64 and events.received.endswith("Z")
    assert [(p.row, p.column, p.value) for p in events.problems] == [
        (3, "Etkinlik no", ""),
        (3, "Tür", "-parti"),
        (3, "Başlangıç", "31.13.2025"),
        (4, "Etkinlik no", ""),
        (4, "Birim", "-1"),
        (4, "Başlangıç, Bitiş", "2025-05-31, 2024-01-01"),
    ]
    assert [(p.column, p.value) for p in students.problems] == [
        ("Citizenship", "Almania"),
        ("Student key, Persons", ""),
    ]
    assert all(p.expected and p.remedy for r in (events, students) for p in r.problems)


def test_rankings_are_no_receipts_of_registers(workbook_root, tmp_path):
    path = tmp_path / "the.csv"
    path.write_text(RANKING, encoding="utf-8")
    take(path)
    assert (received_registers(), len(intake.cards())) == ([], 1)


# -- what an edition holds ---------------------------------------------------------------------------------


def test_the_sample_keeps_its_declaration():
    assert judge_held("sample") == []


def sample_file(root, register):
    path = root / "data" / "sample" / f"{register}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return path, list(csv.reader(file))


def test_a_damaged_sample_is_told_by_file_row_and_column(workbook_root):
    path, rows = sample_file(workbook_root, "events")
    header = rows[0]
    rows[3][header.index("kind")] = "party"
    rows[4][header.index("participants_count")] = "çok"
    rows[5][header.index("title")] = ""
    rows[6][header.index("start_date")] = "31.05.2024"
    rows[8][header.index("event_id")] = rows[7][header.index("event_id")]
    to_csv(path, rows)
    path, rows = sample_file(workbook_root, "mobility")
    rows[2][rows[0].index("agreement_id")] = "AG-9999"
    to_csv(path, rows)
    assert [(p.file, p.row, p.column, p.value) for p in judge_held("sample")] == [
        ("data/sample/events.csv", 4, "kind", "party"),
        ("data/sample/events.csv", 5, "participants_count", "çok"),
        ("data/sample/events.csv", 6, "title", ""),
        ("data/sample/events.csv", 7, "start_date", "31.05.2024"),
        ("data/sample/events.csv", 8, "event_id", ""),
        ("data/sample/events.csv", 9, "event_id", ""),
        ("data/sample/mobility.csv", 3, "agreement_id", ""),
    ]


@pytest.mark.parametrize(
    ("register", "column", "value", "expected"),
    [
        ("events", "participants_count", "çok", "a whole number"),
        ("events", "start_date", "31.13.2024", "a date such as 2024-05-31"),
        ("fairs", "cost_try", "1.000,00", "a number"),
        ("students", "is_joint_programme", "belki", "true or false"),
    ],
)
def test_a_cell_of_the_sample_that_cannot_be_read_is_told_in_plain_words(
    workbook_root, register, column, value, expected
):
    path, rows = sample_file(workbook_root, register)
    rows[9][rows[0].index(column)] = value
    to_csv(path, rows)
    with pytest.raises(FileRefused) as refused:
        store.read("sample", register)
    assert refused.value.wrong == f"data/sample/{register}.csv, row 10, column {column!r}: found {value!r}."
    assert refused.value.expected == expected
    assert "Error" not in str(refused.value) and "\n" not in str(refused.value)
    assert [(p.row, p.column, p.value) for p in judge_held("sample") if p.expected == expected] == [
        (10, column, value)
    ]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda rows: rows[0].reverse(), "row 1: the header"),
        (lambda rows: rows[0].pop(), "row 1: the header"),
        (lambda rows: rows[4].append("x"), "row 5 has 14 cells"),
        (lambda rows: rows[4].pop(), "row 5 has 12 cells"),
    ],
)
def test_a_sample_file_of_another_shape_is_refused(workbook_root, damage, says):
    # DuckDB reads by place: with its columns in another order, the file would be misread in silence.
    path, rows = sample_file(workbook_root, "events")
    damage(rows)
    to_csv(path, rows)
    with pytest.raises(FileRefused) as refused:
        store.read("sample", "events")
    assert f"data/sample/events.csv, {says}" in str(refused.value)
    (problem, *others) = judge_held("sample")
    assert (problem.file, problem.column) == ("data/sample/events.csv", "(file)") and says in problem.value
    assert others == []


def test_a_sample_file_that_is_not_utf8_is_refused(workbook_root):
    path, rows = sample_file(workbook_root, "events")
    rows[3][rows[0].index("title")] = "Şişli"
    to_csv(path, rows, encoding="cp1254")
    with pytest.raises(FileRefused, match="UTF-8"):
        store.read("sample", "events")
    assert ["UTF-8" in problem.value for problem in judge_held("sample")] == [True]


def test_what_is_held_is_judged_too(workbook_root, tmp_path):
    assert judge_held("live") == []
    application = APPLICATION | {"fair_id": "F9"}
    store.write_partition("fairs", "all-2025", [FAIR | {"cost_try": None, "leads_count": None,
                          "qualified_leads_count": None, "mode": "?"}])  # fmt: skip
    store.write_partition("applications", "all-2025", [{k: v or None for k, v in application.items()}])
    problems = judge_held("live")
    assert [(p.file, p.row, p.column, p.value) for p in problems] == [
        ("data/store/fairs/all-2025.parquet", 2, "mode", "?"),
        ("data/store/applications/all-2025.parquet", 2, "fair_id", ""),
    ]


def test_a_partition_of_another_declaration_is_refused_in_plain_words(workbook_root, tmp_path):
    take(to_csv(tmp_path / "a.csv", table("events", [EVENT])))
    with store.connect() as connection:
        target = workbook_root / "data" / "store" / "events" / "all-2024.parquet"
        connection.execute(f"copy (select 'E9' as event_id) to '{target.as_posix()}' (format parquet)")
    with pytest.raises(FileRefused) as refused:
        store.read("live", "events")
    assert "events/all-2024.parquet cannot be read" in refused.value.wrong
    assert "all-2025" not in refused.value.wrong
    (problem,) = judge_held("live")  # the sound partition is judged all the same
    assert (problem.file, problem.column) == ("data/store/events/all-2024.parquet", "(file)")


# -- what people send back ---------------------------------------------------------------------------------

COUNTRIES = [
    ("İngiltere", "GB"), ("INGILTERE", "GB"), ("ıngıltere", "GB"), ("Birleşik Krallık", "GB"), ("UK", "GB"),
    ("United Kingdom", "GB"), ("A.B.D.", "US"), ("ABD", "US"), ("abd", "US"), ("USA", "US"),
    ("Amerika Birleşik Devletleri", "US"), ("ITALYA", "IT"), ("İTALYA", "IT"), ("italya", "IT"),
    ("Italy", "IT"), ("ALMANYA", "DE"), ("almanya", "DE"), ("Germany", "DE"), ("Almanya / Germany", "DE"),
    ("Germany – Almanya", "DE"), ("DE", "DE"), ("de", "DE"), ("DE - Almanya", "DE"), ("KKTC", "XN"),
    ("K.K.T.C.", "XN"), ("Kuzey Kıbrıs Türk Cumhuriyeti", "XN"), ("Northern Cyprus", "XN"), ("Kıbrıs", "CY"),
    ("GKRY", "CY"), ("Kosova", "XK"), ("Turkey", "TR"), ("TÜRKİYE", "TR"), ("türkıye", "TR"),
    ("Çek Cumhuriyeti", "CZ"), ("Çekya", "CZ"), ("Fildişi Sahili", "CI"), ("Cote d'Ivoire", "CI"),
    ("Côte d’Ivoire", "CI"), ("EL", "GR"), ("Filistin", "PS"), ("Rusya Federasyonu", "RU"),
    ("Güney Kore", "KR"), ("Bosna Hersek", "BA"), ("Bosnia and Herzegovina", "BA"), ("Hollanda", "NL"),
    ("The Netherlands", "NL"), ("Bahamalar", "BS"), ("Suudi\u00a0Arabistan", "SA"), ("  ürdün ", "JO"),
]  # fmt: skip
NO_COUNTRIES = [
    "Almania",
    "Alman",
    "Germny",
    "Kongo",
    "Kore",
    "Gine Cumhuriyeti",
    "Avrupa",
    "EU",
    "ZZ",
    "Trabzon",
]
LABELLED = [
    ("unit", "eng", ["ENG", "Mühendislik Fakültesi", "MÜHENDİSLİK FAKÜLTESİ"], ["Mühendislik", "Fakülte"]),
    ("unit", "eng", ["muhendislik fakultesi", "eng – Mühendislik Fakültesi"], ["engineer"]),
    ("unit", "eng", ["Faculty of Engineering", "FACULTY OF ENGINEERING"], ["Engineering"]),
    ("unit", "med", ["TIP FAKÜLTESİ", "Tıp Fakültesi", "tip fakultesi", "TİP FAKÜLTESİ"], ["Tıp"]),
    ("level", "international", ["Uluslararası", "ULUSLARARASI", "uluslararasi", "INTERNATIONAL"], ["inter"]),
    ("level", "international", ["uluslararası / international", "International"], ["uluslar arası"]),
    ("kind", "symposium", ["Sempozyum", "SEMPOZYUM", "Symposium"], ["sempozyumu", "kongre, sempozyum"]),
    ("mode", "in_person", ["Yüz yüze", "YÜZ YÜZE", "yüz-yüze", "in person", "In_Person"], ["yüzyüze"]),
    ("mode", "online", ["Çevrim içi", "ÇEVRİM İÇİ", "cevrim ici", "Online"], ["on line"]),
    ("status", "planned", ["Planlandı", "PLANLANDI", "planned"], ["planlı"]),
]  # fmt: skip


@pytest.mark.parametrize(("written", "code"), COUNTRIES, ids=lambda value: value)
def test_a_country_is_known_by_its_names(tmp_path, written, code):
    received = one(
        judge(to_csv(tmp_path / "x.csv", table("fairs", [FAIR | {"country_code": written}], "tr")))
    )
    assert received.problems == []
    assert received.partitions["all-2025"][0]["country_code"] == code


def test_what_is_merely_near_a_country_is_rejected_as_it_was_written(tmp_path):
    rows = [FAIR | {"fair_id": str(n), "country_code": name} for n, name in enumerate(NO_COUNTRIES)]
    received = one(judge(to_csv(tmp_path / "x.csv", table("fairs", rows, "tr"))))
    assert told(received) == [(n, "Ülke", name) for n, name in enumerate(NO_COUNTRIES, 2)]
    assert {p.expected for p in received.problems} == {
        "the name or the two-letter code of a country, such as Germany or DE"
    }


@pytest.mark.parametrize(("column", "code", "good", "bad"), LABELLED)
def test_a_code_is_known_by_its_names_and_by_nothing_near(tmp_path, column, code, good, bad):
    register, row = ("fairs", FAIR) if column == "mode" else ("events", EVENT)
    key = DECLARED[register]["key"][0]
    rows = [row | {key: str(n), column: text} for n, text in enumerate([*good, *bad])]
    received = one(judge(to_csv(tmp_path / "x.csv", table(register, rows, "tr"))))
    assert [record[column] for record in received.partitions["all-2025"]] == [code] * len(good)
    assert [value for _, _, value in told(received)] == bad


def test_the_values_allowed_are_told_by_name_and_code(tmp_path):
    (problem,) = one(judge(to_csv(tmp_path / "x.csv", table("fairs", [FAIR | {"mode": "?"}])))).problems
    assert problem.expected == "one of in person, online"
    assert wording.expected(problem, "tr") == "yüz yüze (in_person), çevrim içi (online) değerlerinden biri"


def test_no_two_values_of_a_column_are_written_alike():
    from helpers.intake import labels

    columns = [c for described in DECLARED.values() for c in described["columns"].values()]
    for column in columns:
        if labels.is_coded(column):
            names = labels.names(column)
            for language in ("tr", "en"):
                keys = [locale.key(of_code[language]) for of_code in names.values()]
                assert len(keys) == len(set(keys)), (column, language)
            found = labels.codes(column)
            for code, of_code in names.items():
                assert {found[locale.key(text)] for text in (code, *of_code.values())} == {code}


def test_other_names_of_countries_are_theirs_alone_and_of_countries(workbook_root):
    path = workbook_root / "data" / "reference" / "country_names.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = [locale.key(row["name"]) for row in rows]
    assert len(keys) == len(set(keys)) > 100
    known = {locale.key(locale.country(code, of)) for code in declaration.countries() for of in ("tr", "en")}
    assert not known & set(keys)  # a name that is known already needs no row
    with path.open("a", encoding="utf-8") as file:
        file.write("Atlantis,QQ\n")
    with pytest.raises(CatalogError, match="QQ"):
        judge(to_csv(workbook_root / "x.csv", table("fairs", [FAIR])))


@pytest.mark.parametrize(
    "head",
    [
        "{tr}\n{en}",
        "{en}\n{tr}",
        "{tr} / {en}",
        "{tr} *",
        "{tr}*\n{en}",
        "{tr}\u00a0",
        "{TR}",
        "{plain}",
        " {en} ",
    ],
)
def test_a_header_is_known_however_it_is_decorated(tmp_path, head):
    header, row = table("events", [EVENT])
    columns = DECLARED["events"]["columns"]
    plain = str.maketrans("çğıöşüÇĞİÖŞÜ", "cgiosuCGIOSU")
    header = [
        head.format(tr=columns[n]["tr"], en=columns[n]["en"], TR=locale.upper(columns[n]["tr"]),
                    plain=columns[n]["tr"].translate(plain))
        for n in header
    ]  # fmt: skip
    received = one(judge(to_xlsx(tmp_path / "x.xlsx", Sayfa1=[header, row])))
    assert (received.register, received.accepted, received.unread) == ("events", 1, ())


def test_no_heading_of_a_register_means_two_columns():
    for described in DECLARED.values():
        stand = {}
        for name, column in described["columns"].items():
            for text in (
                name,
                column["tr"],
                column["en"],
                f"{column['tr']} {column['en']}",
                f"{column['en']} {column['tr']}",
            ):
                assert stand.setdefault(declaration.heading(text), name) == name
        assert declaration.headings(described) == stand


def of_fairs(path, lines, **more):
    """Write a workbook by hand, so that cells may be merged, hidden and typed."""
    book = openpyxl.Workbook()
    sheet = book.active
    for line in lines:
        sheet.append(line)
    more.get("then", lambda *_: None)(book, sheet)
    book.save(path)
    return path


def test_merged_titles_hidden_columns_and_typed_cells_of_a_workbook_are_read(tmp_path):
    header, row = table("fairs", [FAIR | {"leads_count": "120"}], "tr")
    places = {name: place for place, name in enumerate(DECLARED["fairs"]["columns"])}
    row[places["start_date"]], row[places["end_date"]] = 45717, date(2025, 3, 2)  # 1 March, without a format
    row[places["leads_count"]] = 1250.0

    def then(_, sheet):
        sheet.merge_cells("A1:J1")
        sheet.merge_cells("A2:D2")
        sheet.column_dimensions["D"].hidden = True
        sheet.column_dimensions.group("H", "I", hidden=True)

    lines = [["T.C. KARADENİZ TEKNİK ÜNİVERSİTESİ"], ["Eğitim Fuarları, 2025"], [], header, row]
    received = one(judge(of_fairs(tmp_path / "x.xlsx", lines, then=then)))
    assert (received.problems, received.unread) == ([], ())
    (record,) = received.partitions["all-2025"]
    assert (record["start_date"], record["end_date"]) == ("2025-03-01", "2025-03-02")
    assert (record["leads_count"], record["mode"]) == ("1250", "in_person")


def test_a_day_without_a_format_is_read_as_the_workbook_counts(tmp_path):
    # 1 March 2025 is day 45717 from 1900 and day 44255 from 1904.
    for number, epoch in ((45717, CALENDAR_WINDOWS_1900), (44255, CALENDAR_MAC_1904)):
        header, row = table("fairs", [FAIR])
        row[header.index("start_date")], row[header.index("end_date")] = number, datetime(2025, 3, 2)
        path = of_fairs(tmp_path / "x.xlsx", [header, row], then=lambda b, _, e=epoch: setattr(b, "epoch", e))
        (record,) = one(judge(path)).partitions["all-2025"]
        assert (record["start_date"], record["end_date"]) == ("2025-03-01", "2025-03-02")


@pytest.mark.parametrize("number", [45717.5, 4571, 2025, 99999, -5, 0.5])
def test_a_number_that_is_no_day_is_rejected(tmp_path, number):
    header, row = table("fairs", [FAIR])
    row[header.index("start_date")] = number
    assert [c for _, c, _ in told(one(judge(of_fairs(tmp_path / "x.xlsx", [header, row]))))] == ["start_date"]


def seen_otherwise(shares, errors):
    """Events with shares and participants as a sheet holds them: (share, format) and error values."""
    rows = []
    for number, ((share, shown), error) in enumerate(zip(shares, errors, strict=True)):
        event = EVENT | {"event_id": f"E{number}", "status": "planned", "foreign_participants_count": ""}
        header, row = table("events", [event])
        row[header.index("foreign_papers_pct")] = share
        row[header.index("participants_count")] = error
        rows.append((row, shown))
    return header, rows


def test_a_cell_in_percent_is_what_a_person_sees(tmp_path):
    shown = ["0.00%", "0%", "General", '0.0" %"', "0.0%;[Red]-0.0%"]
    header, rows = seen_otherwise(
        [(0.125, shown[0]), (0.07, shown[1]), (12.5, shown[2]), (12.5, shown[3]), (0.53125, shown[4])],
        [None] * 5,
    )
    workbook = openpyxl.Workbook()
    workbook.active.append(header)
    for number, (row, shape) in enumerate(rows, start=2):
        workbook.active.append(row)
        workbook.active.cell(number, header.index("foreign_papers_pct") + 1).number_format = shape
    workbook.save(tmp_path / "x.xlsx")
    received = one(judge(tmp_path / "x.xlsx"))
    shares = [float(record["foreign_papers_pct"]) for record in received.partitions["all-2025"]]
    assert (shares, received.problems) == ([12.5, 7, 12.5, 12.5, 53.125], [])


@pytest.mark.parametrize("written", ["%12,5", "12,5 %", "% 12.5", "12.5%"])
def test_the_sign_of_percent_is_read_in_a_column_of_shares_alone(tmp_path, written):
    lines = table("events", [EVENT | {"foreign_papers_pct": written}])
    (record,) = one(judge(to_csv(tmp_path / "e.csv", lines))).partitions["all-2025"]
    assert float(record["foreign_papers_pct"]) == 12.5
    lines = table("events", [EVENT | {"countries_count": written}])
    assert [c for _, c, _ in told(one(judge(to_csv(tmp_path / "e.csv", lines))))] == ["countries_count"]


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_an_error_of_a_formula_is_no_empty_cell(tmp_path, suffix):
    errors = ["#REF!", "#DIV/0!", "#N/A", None]
    header, rows = seen_otherwise([(12.5, "")] * 4, errors)
    path = tmp_path / f"e.{suffix}"
    lines = [header, *(row for row, _ in rows)]
    to_xlsx(path, events=lines) if suffix == "xlsx" else to_csv(path, lines)
    received = one(judge(path))
    assert [(p.row, p.value) for p in received.problems] == [(2, "#REF!"), (3, "#DIV/0!"), (4, "#N/A")]
    assert all("error of a formula" in problem.expected for problem in received.problems)
    assert received.accepted == 1


def test_a_day_as_a_number_in_a_text_file_is_not_guessed_but_told(tmp_path):
    (problem,) = one(
        judge(to_csv(tmp_path / "x.csv", table("fairs", [FAIR | {"start_date": "45717"}])))
    ).problems
    assert "45717 is how a spreadsheet counts days, 1 Mar 2025 if it counts from 1900" in problem.remedy
    assert "01.03.2025" in wording.remedy(problem, "tr")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1254", "iso8859-9"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("language", ["tr", "en"])
def test_a_text_file_is_read_in_every_encoding_and_delimiter(tmp_path, encoding, delimiter, language):
    row = FAIR | {"title": "Şişli Iğdır İstanbul ÇAĞRI öğün", "country_code": "Türkiye", "mode": "yüz yüze",
                  "cost_try": "39.000,50", "start_date": "1.3.2025"}  # fmt: skip
    path = to_csv(tmp_path / "x.csv", table("fairs", [row], language, shuffle=5), delimiter, encoding)
    (record,) = one(judge(path)).partitions["all-2025"]
    assert record["title"] == "Şişli Iğdır İstanbul ÇAĞRI öğün"
    assert (record["country_code"], record["mode"], record["start_date"]) == ("TR", "in_person", "2025-03-01")
    assert float(record["cost_try"]) == 39000.5


@pytest.mark.parametrize(
    ("written", "year"),
    [("2025-2026", "2025"), ("2025–2026", "2025"), ("2025/2026", "2025"), ("2025 / 26", "2025"),
     ("2025-26", "2025"), ("1999-00", "1999"), ("2025", "2025"), ("2025-2027", ""), ("2026-2025", ""),
     ("2025-2025", ""), ("25-26", "")],
)  # fmt: skip
def test_an_academic_year_is_known_by_both_its_years(workbook_root, tmp_path, written, year):
    student = {
        "row_id": "1", "academic_year": written, "student_key": "", "unit": "eng", "programme_id": "civ-b",
        "degree_level": "lisans", "citizenship_code": "Almanya", "kind": "değişim",
        "entry_year": written, "is_joint_programme": "hayır", "headcount": "2",
    }  # fmt: skip
    received = one(judge(to_csv(tmp_path / "x.csv", table("students", [student], "tr"))))
    if year in ("", "1999"):  # 1999 is a year, but before any that the register takes
        assert told(received)[0] == (2, "Akademik yıl (ilk yıl)", written)
    else:
        (record,) = received.partitions[f"all-{year}"]
        assert (record["academic_year"], record["entry_year"]) == (year, year)
    # What is no academic year is a year of its own: a span means nothing there.
    event = EVENT | {"planned_year": "2025-2026"}
    assert told(one(judge(to_csv(tmp_path / "e.csv", table("events", [event]))))) == [
        (2, "planned_year", "2025-2026")
    ]


TOTALS = [
    ["Toplam", "", "", "", "", "", "", "1.250,5", "12", "3"],
    ["", "", "", "", "", "", "GENEL TOPLAM", "", "12", ""],
    ["Total: 2"], ["Ara toplam", "", "", "", "", "", "", "₺1.250,50"], ["TOPLAM KAYIT SAYISI", "2"],
    ["Grand total", "", "", "", "", "", "", "1250.5 TL"], ["", "Sub-total", "", "", "", "", "", "%12"],
]  # fmt: skip
NO_TOTALS = [
    ["Toplam", "Kalite fuarı", "DE", "online", "attended", "2025-03-01", "2025-03-02"],  # a number of its own
    ["", "Toplam kalite", "", "", "", "", "", "12"],  # a row that somebody began
    ["Total", "", "DE", "", "", "", "", "12"],
]


def test_totals_the_header_once_more_and_examples_are_skipped_with_a_reason(tmp_path):
    header, row = table("fairs", [FAIR], "tr")
    example = ["Örnek: F9", *row[1:]]
    lines = [header, row, header, *TOTALS, example, ["EXAMPLE: F9", *row[1:]]]
    received = one(judge(to_csv(tmp_path / "x.csv", lines, ";")))
    assert (received.rows, received.accepted, received.problems) == (len(lines) - 1, 1, [])
    assert dict(received.skipped) == {
        3: "the header once more",
        **dict.fromkeys(range(4, 4 + len(TOTALS)), "a row of totals"),
        11: "the example row of the template",
        12: "the example row of the template",
    }


def test_a_row_that_may_be_data_is_never_skipped(tmp_path):
    header, row = table("fairs", [FAIR | {"title": "Örnek: nasıl olmalı"}], "tr")
    received = one(judge(to_csv(tmp_path / "x.csv", [header, row, *NO_TOTALS], ";")))
    assert (received.accepted, received.rejected, received.skipped) == (2, 2, ())


def test_skipped_rows_are_printed_counted_and_kept_on_the_card(workbook_root, tmp_path, capsys):
    path = to_csv(tmp_path / "x.csv", [*table("fairs", [FAIR], "tr"), TOTALS[0]], ";")
    code, out, _ = call(capsys, "receive", path, "--language", "tr")
    assert code == 0
    assert "satır 2 = kabul 1 + ret 0 + atlanan 1" in out and "atlanan 1: toplam satırı" in out
    (card,) = intake.cards()
    (told_of,) = card["tables"]
    assert (told_of["rows"], told_of["skipped"]) == (2, {"a row of totals": 1})
    assert len(held("fairs")) == 1


# A table as it comes back: rows whose meaning is known here, each written in one of many ways.
SAID = ["İstanbul", "ıstanbul", "Istanbul", "ISPARTA", "fuarı", "Öğün", "şçğüı", "A;B", "1,5", '"a"']
WORDS = st.lists(st.sampled_from(SAID), min_size=1, max_size=4).map(" ".join)
MONTHS = [
    "Ocak",
    "Şubat",
    "Mart",
    "Nisan",
    "Mayıs",
    "Haziran",
    "Temmuz",
    "Ağustos",
    "Eylül",
    "Ekim",
    "Kasım",
    "Aralık",
]
DAYS = [
    lambda d: d.isoformat(), lambda d: f"{d:%d.%m.%Y}", lambda d: f"{d.day}.{d.month}.{d.year}",
    lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}", lambda d: f"{d.year}/{d.month}/{d.day}",
]  # fmt: skip


def turkish(text):
    return text.translate(str.maketrans(",.", ".,"))


AMOUNTS = [
    lambda a: f"{a:.2f}", lambda a: f"{a:.2f}".replace(".", ","), lambda a: f"{a:,.2f}",
    lambda a: turkish(f"{a:,.2f}"), lambda a: turkish(f"{a:,.2f}").replace(".", "\u00a0"),
]  # fmt: skip
COUNTS = [str, lambda n: turkish(f"{n:,}") if n % 1000 else str(n), lambda n: f"{n},0"]
MODES = {
    "in_person": ["in_person", "Yüz yüze", "YÜZ YÜZE", "in person"],
    "online": ["online", "çevrim içi", "ÇEVRİM İÇİ"],
}
FLAWS = {
    "mode": "yüzyüze değil", "country_code": "Almania", "start_date": "31.13.2025", "title": "",
    "leads_count": "çok", "cost_try": "1.250", "end_date": "01.01.2025",
}  # fmt: skip


@st.composite
def fair_rows(draw):
    """Draw what a row means, and how it is written, before anybody has chosen a file for it."""
    begin = draw(st.dates(date(2025, 1, 2), date(2025, 12, 31)))
    means = {
        "title": draw(WORDS),
        "country_code": draw(st.sampled_from(["DE", "GB", "US", "IT", "XN", "TR"])),
        "mode": draw(st.sampled_from(list(MODES))),
        "status": draw(st.sampled_from(["planned", "attended"])),
        "start_date": begin,
        "end_date": begin + timedelta(days=draw(st.integers(0, 40))),
        "cost_try": draw(st.none() | st.integers(0, 10**9).map(lambda n: n / 100)),
        "leads_count": draw(st.none() | st.integers(0, 3_000_000)),
    }
    plain = [
        (text, code) for text, code in COUNTRIES if not set(text) & set("–’")
    ]  # no letters of ISO 8859-9
    spelled = [text for text, code in plain if code == means["country_code"]]
    cells = {
        "title": means["title"],
        "country_code": draw(st.sampled_from(spelled)),
        "mode": draw(st.sampled_from(MODES[means["mode"]])),
        "status": {"planned": "Planlandı", "attended": "KATILIM SAĞLANDI"}[means["status"]],
        "start_date": draw(st.sampled_from(DAYS))(means["start_date"]),
        "end_date": draw(st.sampled_from(DAYS))(means["end_date"]),
        "cost_try": "" if (cost := means["cost_try"]) is None else draw(st.sampled_from(AMOUNTS))(cost),
        "leads_count": "" if (n := means["leads_count"]) is None else draw(st.sampled_from(COUNTS))(n),
    }  # fmt: skip
    flaw = draw(st.none() | st.none() | st.sampled_from(list(FLAWS)))
    return ("bad", cells | {flaw: FLAWS[flaw]}) if flaw else ("good", cells, means)


_line = st.one_of(
    fair_rows(), fair_rows(), st.sampled_from([("total",), ("header",), ("example",), ("blank",)])
)


@settings(max_examples=40)
@given(
    st.lists(_line, min_size=1, max_size=12), st.permutations(["fair_id", *list(FAIR)[1:9]]),
    st.sampled_from(["tr", "en", "name", "both"]), st.sampled_from([";", ",", "\t", "xlsx"]),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1254", "iso8859-9"]), st.integers(0, 4), st.booleans(),
)  # fmt: skip
def test_a_messy_table_is_received_whole(
    root_of_module, made, order, language, kind, encoding, titles, noted
):
    columns = DECLARED["fairs"]["columns"]
    # In a text file, a line break within the header would move the number of every line below it.
    between = "\n" if kind == "xlsx" else " / "
    heads = {name: f"{columns[name]['tr']}{between}{columns[name]['en']}" for name in order}
    heads = heads if language == "both" else headings("fairs", language)
    lines = [[f"Başlık {n}"] for n in range(titles)] + [[heads[name] for name in order] + ["Not"] * noted]
    good, bad, skipped = {}, set(), set()
    for number, line in enumerate([*made, ("good_last",)], len(lines) + 1):
        what, cells = line[0], {"fair_id": f"F{number}"}
        if what in ("good", "bad"):
            cells |= line[1]
        elif what == "example":
            cells = {"fair_id": "Örnek: F1", "title": "fuar"}
        elif what == "total":
            cells = {order[0]: "Genel Toplam", order[-1]: "12.345"}
        elif what == "header":
            cells = {name: heads[name] for name in order}
        elif what == "blank":
            cells = {}
        else:  # so that there is a row at all
            cells |= FAIR | {"fair_id": f"F{number}"}
            line = ("good", cells, FAIR | {"start_date": date(2025, 3, 1), "end_date": date(2025, 3, 2),
                                           "cost_try": None, "leads_count": None})  # fmt: skip
        lines.append([cells.get(name, "") for name in order])
        if line[0] == "good":
            good[f"F{number}"] = line[2]
        elif what == "bad":
            bad.add(number)
        elif what != "blank":
            skipped.add(number)
    name = "fuarlar.xlsx" if kind == "xlsx" else "fuarlar.csv"
    path = root_of_module.parent / name
    if kind == "xlsx":
        to_xlsx(path, Sayfa1=lines)
    else:
        to_csv(path, lines, kind, encoding)
    shutil.rmtree(root_of_module / "data" / "store" / "fairs", ignore_errors=True)
    answer = take(path)
    received = one(answer)
    assert received.rows == len(good) + len(bad) + len(skipped)
    assert {problem.row for problem in received.problems} == bad
    assert {number for number, _ in received.skipped} == skipped
    assert received.unread == (("Not",) if noted else ())
    stored = {row["fair_id"]: row for row in held("fairs").to_dict("records")}
    assert stored.keys() == good.keys()
    for key, means in good.items():
        row = stored[key]
        for column in ("title", "country_code", "mode", "status"):
            assert row[column] == means[column]
        for column in ("start_date", "end_date"):
            assert row[column].date() == means[column]
        for column in ("cost_try", "leads_count"):
            given_ = means[column]
            assert pd.isna(row[column]) if given_ is None else row[column] == given_


# -- from end to end ---------------------------------------------------------------------------------------

# What others refer to comes first.
FIRST = ("partners", "agreements", "fairs", "students")
MEASURED = ("G1.01", "G1.03", "G2.01", "G2.06", "G3.13", "G3.20", "G3.25", "G3.28", "G4.01", "G4.05")


def test_the_live_edition_measures_as_the_sample_once_it_has_received_it(workbook_root):
    order = [*FIRST, *(register for register in SAMPLED if register not in FIRST)]
    for register in order:
        path, rows = sample_file(workbook_root, register)
        received = one(take(path))
        assert (received.register, received.accepted, received.problems) == (register, len(rows) - 1, [])
    assert judge_held("live") == []
    assert len(received_registers()) == len(SAMPLED) == len(DECLARED) - 1  # nobody's answers are generated
    loaded = catalog.load()
    for year in (2019, 2024, 2026):
        for code in MEASURED:
            sample = registry.measure(loaded, Registers("sample"), Period(year), code)
            assert registry.measure(loaded, Registers("live"), Period(year), code) == sample, (code, year)
    assert sample.value is not None


def test_a_workbook_is_judged_whole_in_whatever_order_its_sheets_stand(workbook_root, tmp_path):
    names = ("agreements", "mobility", "partners")  # what is referred to stands last
    sheets = {name: sample_file(workbook_root, name)[1] for name in names}
    answer = judge(to_xlsx(tmp_path / "all.xlsx", **sheets))
    assert answer.problems == []
    assert {t.register: t.accepted for t in answer.tables} == {n: len(rows) - 1 for n, rows in sheets.items()}


# -- the command -------------------------------------------------------------------------------------------


def call(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    out, error = capsys.readouterr()
    assert "Traceback" not in out + error
    return code, out, error


def test_the_command_answers_for_registers(workbook_root, tmp_path, capsys):
    bad = EVENT | {"event_id": "E2", "kind": "party"}
    lines = [
        [*line, extra]
        for line, extra in zip(table("events", [EVENT, bad], "tr"), ("Not", "", ""), strict=True)
    ]
    path = to_csv(tmp_path / "etkinlik.csv", lines)
    code, out, error = call(capsys, "check", path)
    assert (code, error) == (1, "")
    assert "etkinlik.csv: International scientific events, register events, years 2025" in out
    assert "rows 2 = accepted 1 + rejected 1 + skipped 0" in out
    assert "columns not read: Not" in out
    assert "etkinlik.csv, row 3, column 'Tür': found 'party', expected one of conference, congress" in out
    assert "stored as" not in out
    code, out, _ = call(capsys, "receive", path, "--from", "Dış İlişkiler")
    assert code == 1 and "rejected rows written to" in out and "stored as data/raw/registers/" in out
    good = to_csv(tmp_path / "yeni.csv", table("events", [EVENT], "tr"))
    code, out, _ = call(capsys, "receive", good)
    assert code == 0 and "replaced what was held: events/all-2025" in out
    code, out, _ = call(capsys, "list", "--edition", "live")
    assert code == 0 and "yeni.csv" in out and "events" in out


def test_the_command_takes_a_unit_and_refuses_an_unknown_one(workbook_root, tmp_path, capsys):
    path = to_csv(tmp_path / "x.csv", table("events", [EVENT]))
    code, out, error = call(capsys, "receive", path, "--unit", "nowhere")
    assert (code, out) == (1, "") and "no unit 'nowhere'" in error and len(error.splitlines()) == 1
    assert call(capsys, "check", path, "--unit", "sci")[0] == 1
    assert call(capsys, "receive", path, "--unit", "eng")[0] == 0
    assert partitions(workbook_root, "events") == ["eng-2025"]


def test_a_lacking_column_is_one_line_on_the_error_stream(workbook_root, tmp_path, capsys):
    row = {name: text for name, text in EVENT.items() if name != "unit"}
    code, out, error = call(capsys, "receive", to_csv(tmp_path / "x.csv", table("events", [row])))
    assert (code, out, len(error.splitlines())) == (1, "", 1)
    assert error.startswith("x.csv: refused.") and "lacks unit ('Unit' or 'Birim')" in error
    assert not list((workbook_root / "data" / "raw").iterdir())


def test_a_list_that_nobody_keeps_is_a_fault_of_the_catalogue():
    with pytest.raises(CatalogError, match="continents"):
        declaration.codes("continents")
