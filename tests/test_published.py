"""The open tables of outside publishers: what is read, what is named as unknown, what is stopped and why."""

import csv
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import yaml
from conftest import REPO

from helpers import locale, outside, start, store
from helpers.catalog import load
from helpers.errors import FileRefused, LayoutUnknown
from helpers.intake import check, formats, history, published, receive, summary, wording
from helpers.intake.answer import Answer
from helpers.intake.published import ReceivedPublished
from helpers.intake.table import opened

ECHE = [
    "Proposal number", "Erasmus Code", "Pic", "OID", "Legal Name", "Street", "Post Cd", "City", "Country Cd",
    "Website Url", "Erasmus Eche Start", "Erasmus Eche End",
]  # fmt: skip
KTU = [
    "101007551", "TR TRABZON01", "998172972", "E10200493", "KARADENIZ TEKNIK UNIVERSITESI", "KANUNI", "61080",
    "TRABZON", "TR", "www.ktu.edu.tr", "1/1/2021", "12/31/2029",
]  # fmt: skip
OECD = ["COUNTRY_OF_SCHOOL", "COUNTRY_OF_ORIGIN", "YEAR", "TOTAL_INTL_STUDENTS"]
ATLAS = ["id", "year", "type", "program_code", "university", "faculty", "department", "X195", "X196"]


def text(path: Path, rows: Iterable[Sequence[object]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def workbook(path: Path, *sheets: tuple[str, Sequence[Sequence[object]]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def one(answer: Answer) -> ReceivedPublished:
    (received,) = answer.of_published
    assert received.rows == received.accepted + received.rejected + len(received.skipped)
    return received


def stored(received: ReceivedPublished) -> list[dict[str, Any]]:
    return [record for records in received.partitions.values() for record in records]


# -- the Erasmus Charter list ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def charter(shared: Path) -> ReceivedPublished:
    return one(check(shared / "eche" / "eche_list.csv"))


def test_every_holder_of_the_charter_is_accepted(charter):
    assert (charter.rows, charter.accepted, charter.unread) == (5912, 5912, ())


def test_the_university_is_known_by_its_pic_with_one_blank_in_its_code(charter):
    (row,) = [row for row in stored(charter) if row["pic"] == "998172972"]
    assert row["erasmus_code"] == "TR TRABZON01"
    assert (row["country_code"], row["source_row"]) == ("TR", "5898")
    assert (row["start_date"], row["end_date"]) == ("2021-01-01", "2029-12-31")


def test_no_code_keeps_a_no_break_space_and_brussels_countries_become_those_of_iso(charter):
    rows = stored(charter)
    assert not [row for row in rows if "\xa0" in row["erasmus_code"] or "  " in row["erasmus_code"]]
    countries = {row["country_code"] for row in rows}
    assert "GR" in countries and "EL" not in countries
    assert "A BADEN01" in {row["erasmus_code"] for row in rows}


def test_letters_of_windows_1252_are_whole(charter):
    names = {row["name"] for row in stored(charter)}
    assert "Evropská výzkumná univerzita, z.ú." in names  # ý, which the Turkish code page reads as ı
    assert not [name for name in names if re.search("[\x80-\x9f]", name)]


def test_an_oid_is_no_identity_and_a_day_of_two_meanings_is_left_empty(charter):
    # 927 rows hold #N/A, and one OID stands at two institutions (counted in the file).
    assert charter.caveats["oid_doubtful"] == 929
    # 26/06/2024 and 6/30/2023 show both orders, so that 11/1/2021, 11/1/2022 and 2/1/2024 are open.
    assert charter.caveats["day_ambiguous"] == 373 + 2 + 1
    opened = [row for row in stored(charter) if row["start_text"] == "11/1/2021"]
    assert {row["start_date"] for row in opened} == {None}


def test_the_register_of_institutions_agrees_with_the_list(charter):
    institutions = load().institutions
    codes = {row["pic"]: row["erasmus_code"] for row in stored(charter)}
    known = [institutions[one] for one in institutions.ids() if institutions[one].pic]
    assert len(known) > 15
    assert {one.id: codes[one.pic] for one in known} == {one.id: one.erasmus_code for one in known}


def test_an_edition_without_a_heading_above_the_codes(tmp_path):
    head = ["Proposal ID", "", "PIC", "Organisation", "Country", "Start Date", "End Date"]
    row = ["101007551", "TR TRABZON01", "998172972", "KTÜ", "Türkiye", "2021-01-01", "2029-12-31"]
    received = one(check(text(tmp_path / "list.csv", [head, row], ";")))
    (kept,) = stored(received)
    assert (kept["pic"], kept["country_code"], kept["erasmus_code"]) == ("998172972", "TR", None)
    assert received.unread == ("column 2, which has no heading",)


def test_a_row_without_a_proposal_number_is_known_by_its_pic(charter):
    (row,) = [row for row in stored(charter) if row["pic"] == "879340018"]
    assert row["proposal"] is None  # "Transitory Charter"


def test_days_of_one_order_are_read(tmp_path):
    rows = [
        ECHE,
        [*KTU[:10], "1/11/2021", "31/12/2029"],
        [*KTU[:2], "998172973", *KTU[3:10], "25/06/2022", ""],
    ]
    first, _ = stored(one(check(text(tmp_path / "list.csv", rows, ";"))))
    assert first["start_date"] == "2021-11-01"


def test_another_edition_of_the_list_with_other_headings(tmp_path):
    head = [
        "PIC",
        "Organisation Legal Name",
        "Erasmus code",
        "Country code",
        "Town",
        "Valid until",
        "Remarks",
    ]
    rows = [
        ["Charter holders 2027"],
        head,
        [998172972, "KTÜ", "TR\xa0 TRABZON01", "TR", "Trabzon", "31.12.2029", "x"],
    ]
    received = one(check(workbook(tmp_path / "holders.xlsx", ("List", rows))))
    (row,) = stored(received)
    assert (row["pic"], row["erasmus_code"], row["end_date"]) == ("998172972", "TR TRABZON01", "2029-12-31")
    assert received.unread == ("Remarks",)


def test_a_holder_that_nothing_identifies_is_rejected_with_its_remedy(tmp_path):
    nobody = ["Transitory Charter", "TR TRABZON09", "", "#N/A", "Nobody", "", "", "Trabzon", "TR", "", "", ""]
    wrong = ["101", "TRABZON", "12345", "", "Somebody", "", "", "", "TR", "", "", ""]
    received = one(check(text(tmp_path / "list.csv", [ECHE, KTU, nobody, wrong], ";")))
    assert (received.accepted, received.rejected) == (1, 2)
    told = {problem.row: [] for problem in received.problems}
    for problem in received.problems:
        assert problem.remedy
        told[problem.row].append(problem.expected)
    assert told[3] == ["a proposal number or a PIC"]
    assert told[4] == ["an Erasmus code such as TR TRABZON01", "a PIC of nine digits"]


def test_an_unknown_heading_in_place_of_a_needed_one_is_named(tmp_path):
    head = [heading.replace("Legal Name", "Charter holder") for heading in ECHE]
    with pytest.raises(LayoutUnknown) as refused:
        check(text(tmp_path / "list.csv", [head, KTU], ";"))
    said = str(refused.value)
    assert "Erasmus Charter" in said and "'Charter holder'" in said and "'legal name'" in said
    assert "data/catalog/formats" in said


def test_each_unknown_heading_is_named_with_its_place_and_the_nearest_known_one(tmp_path):
    row = ["Turkey", "Greece", "2021", "12", "x"]
    head = ["COUNTRY_OF_SCHOOLING", "COUNTRY_OF_ORIGIN", "YEAR", "TOTAL_INTL_STUDENT", "Zzz"]
    with pytest.raises(LayoutUnknown) as refused:
        check(text(tmp_path / "oecd.csv", [head, row]))
    told = {language: wording.of_error(refused.value, language) for language in ("en", "tr")}
    assert "oecd.csv" in told["en"] and "(row 1)" in told["en"] and "(1. satır)" in told["tr"]
    assert "'COUNTRY_OF_SCHOOLING' (column A; near the known 'country_of_school')" in told["en"]
    assert "'TOTAL_INTL_STUDENT' (column D; near the known 'total_intl_students')" in told["en"]
    assert "'Zzz' (column E; near none)" in told["en"] and "'Zzz' (E sütunu" in told["tr"]
    assert "COUNTRY_OF_ORIGIN" not in told["en"]  # known, and no matter here


def test_an_optional_column_under_a_new_heading_is_named_with_the_known_one(tmp_path):
    head = [*ATLAS, "Mezun kadın", "Zzz"]
    answer = check(text(tmp_path / "atlas.csv", [head, [*atlas(2021, [3])[0], 4, 5]]))
    assert one(answer).unread == ("Mezun kadın", "Zzz")
    (line,) = [line for line in summary.lines(answer, "en") if "not read" in line]
    assert line.strip() == "columns not read: 'Mezun kadın' (near the known 'Kadın mezun'), Zzz"


# -- EQAR and DEQAR ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def submission(shared: Path) -> Answer:
    return check(shared / "deqar" / "SubmissionTemplate.xlsx")


def test_the_samples_of_the_submission_template_are_read(submission):
    sheets = {received.table.sheet: received for received in submission.of_published}
    assert {name: (r.rows, r.accepted, len(r.skipped)) for name, r in sheets.items()} == {
        "Submission Template": (1, 0, 1),
        "INSTITUTIONAL Samples": (2, 2, 0),
        "PROGRAMME Samples": (4, 4, 0),
        "JOINT PROGRAMME Sample": (1, 1, 0),
        "Other PROVIDER Samples": (2, 2, 0),
    }
    assert not [received.unread for received in sheets.values() if received.unread]
    joint = stored(sheets["JOINT PROGRAMME Sample"])
    assert [row["institution"] for row in joint] == ["EE0022", "SE0037", "FR0164", "DE0156"]
    music = stored(sheets["PROGRAMME Samples"])
    assert [row["programme"] for row in music if row["local_identifier"] == "ESML-Dec17"] == [
        "Music", "Music", "Music Technologies",
    ]  # fmt: skip


def test_an_empty_end_stays_empty_and_days_follow_the_format_that_the_row_states(submission):
    rows = [row for received in submission.of_published for row in stored(received)]
    open_ended = [row for row in rows if row["valid_to"] is None]
    assert {row["local_identifier"] for row in open_ended} == {
        "RCSMM-March18", "ANTWERP-May18", "EAMT-Nov17", "4711-echt-kölnisch-wasser",
    }  # fmt: skip
    assert all(row["caveats"].split()[0] == "no_end_stated" for row in open_ended)
    # The template's own examples are read as reports, and say that they are none of an agency's.
    assert {row["caveats"].split()[-1] for row in rows} == {"template_sample"}
    (slashed,) = [row for row in rows if row["local_identifier"] == "22367"]  # 31/08/2023 as %d/%m/%Y
    assert (slashed["valid_from"], slashed["valid_to"]) == ("2023-08-31", "2028-08-31")
    assert slashed["institution"] == "DEQARINST8612"


@pytest.mark.parametrize("file", ["Template_HEI_lists.xlsx", "Template_OP_lists.xlsx"])
def test_rows_that_explain_the_columns_are_no_data(shared, file):
    answer = check(shared / "deqar" / file)
    assert len(answer.of_published) == 2
    for received in answer.of_published:
        assert [reason for _, reason in received.skipped] == ["an explanation of the columns"] * 2
        assert received.rows == 2


def test_a_filled_list_of_institutions_is_read(tmp_path):
    head = [
        "agency_id",
        "name_official",
        "name_english",
        "website_link",
        "local_identifier",
        "country_id",
        "city",
    ]
    demand = ["* required", "* required", "optional", "* required", "optional", "* required", "* required"]
    row = ["30", "Karadeniz Teknik Üniversitesi", "", "https://ktu.edu.tr", "TR-1", "TR", "Trabzon"]
    lost = ["30", "Kayıp Üniversitesi", "", "", "TR-2", "Atlantis", ""]
    received = one(check(workbook(tmp_path / "hei.xlsx", ("New institutions", [head, demand, row, lost]))))
    (kept,) = stored(received)
    assert (kept["kind"], kept["change"], kept["organisation"], kept["country_code"]) == (
        "institution", "new", "TR-1", "TR",
    )  # fmt: skip
    assert [problem.value for problem in received.problems] == ["Atlantis"]


def test_a_report_of_many_institutions_and_a_new_column(tmp_path):
    head = [
        "agency", "local_identifier", "status", "decision", "valid_from", "valid_to",
        "institution[1].eter_id", "institution[12].deqar_id", "programme[1].name_primary",
        "programme[1].colour",
    ]  # fmt: skip
    rows = [head, ["YÖKAK", "K-1", "1", "2", "01.06.2024", "", "TR0010", "DEQARINST1", "", "blue"],
            ["YÖKAK", "K-2", "maybe", "2", "2024-06-01", "2023-01-01", "", "", "", ""]]  # fmt: skip
    received = one(check(workbook(tmp_path / "reports.xlsx", ("Reports", rows))))
    columns = ("institution", "institution_scheme", "institution_no")
    assert [tuple(row[column] for column in columns) for row in stored(received)] == [
        ("TR0010", "eter", "1"), ("DEQARINST1", "deqar", "2"),
    ]  # fmt: skip
    assert {(row["status"], row["decision"], row["valid_from"]) for row in stored(received)} == {
        ("obligatory", "conditional", "2024-06-01")
    }
    assert received.unread == ("programme[1].colour",)
    assert {problem.fault.code for problem in received.problems} == {"allowed", "rule"}
    assert {problem.row for problem in received.problems} == {3}


# -- OECD --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _oecd_rows(path: Path) -> tuple[list[str], dict[str, list[list[str]]]]:
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    of_host: dict[str, list[list[str]]] = {}
    for row in rows:
        of_host.setdefault(row[0], []).append(row)
    return head, of_host


def of_hosts(shared: Path, target: Path, hosts: Sequence[str], divide: bool = False, years: str = "") -> Path:
    """The rows of some hosts (and years) of the public file; with `divide`, as if it had been mended."""
    head, of_host = _oecd_rows(shared / "oecd" / "OECD_Intl_Student_Enrollment_2013_2019.csv")
    kept = [row for host in hosts for row in of_host[host] if not years or row[2] in years]
    if divide:
        kept = [[h, o, y, str(int(v) // 2) if h == "Turkey" and y != "2013" else v] for h, o, y, v in kept]
    return text(target, [head, *kept])


def in_force(path: Path) -> ReceivedPublished:
    """What becomes of a file where every shipped correction is in force."""
    catalog = load()
    every = tuple(one.model_copy(update={"in_force": True}) for one in catalog.corrections)
    (raw,) = opened(path, judge_letters=False).tables
    fitted = formats.recognise(raw, catalog.formats)
    assert fitted is not None
    return published.clean(fitted, replace(catalog, corrections=every))


@pytest.fixture(scope="module")
def doubled(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Answer:
    path = of_hosts(shared, tmp_path_factory.mktemp("oecd") / "oecd.csv", ["Turkey", "Austria", "Denmark"])
    return check(path)


def test_doubled_values_are_stopped_with_the_reason(doubled):
    received = one(doubled)
    kept = {(row["host_code"], int(row["year"])) for row in stored(received)}
    assert {year for host, year in kept if host == "TR"} == {2013}
    assert {problem.fault.code for problem in received.problems} == {"exceeds_total", "all_even"}
    of_2019 = [p for p in received.problems if p.fault.values.get("period") == 2019]
    assert len(of_2019) == 212  # every row of the host in that year
    said = of_2019[0].expected
    # The sum of the file over the number reported for 2018/19, from independent sources.
    assert "154,505" in said and "303,014" in said and "1.96" in said
    assert "the reported total" in said and "published total" not in said  # known from the press alone
    # No total is known for 2017: that every value is even, as in the years found doubled, stops it.
    even = [p for p in received.problems if p.fault.code == "all_even"]
    assert {p.fault.values["period"] for p in even} == {"2017"} and len(even) == 211
    assert "Denmark" not in {p.value for p in received.problems}


def test_a_host_without_a_known_total_carries_a_doubt(doubled):
    doubted = {row["host_code"] for row in stored(one(doubled)) if row["caveats"] == "all_even"}
    assert doubted == {"DK"}  # Austria has odd values in every year, as Türkiye has in 2013


def test_a_proposed_correction_is_named_and_changes_nothing(doubled):
    received = one(doubled)
    (proposed,) = received.proposed
    # 161 + 173 + … values and the noughts: every row of the six years.
    assert (proposed.id, len(proposed.lines)) == ("oecd-turkey-doubled", 5 * 211 + 212)
    assert (received.applied, received.rejected) == ((), 5 * 211 + 212)
    for language, said in (("en", "proposed and not applied (1267 lines)"), ("tr", "(1267 satır)")):
        (line,) = [line for line in summary.lines(doubled, language) if "oecd-turkey-doubled" in line]
        assert said in line and "in_force: true" in line


def test_rows_that_are_stopped_together_are_told_once(doubled):
    lines = list(summary.lines(doubled, "tr"))
    stopped = [line for line in lines if "durdurulan" in line]
    assert len(stopped) == 6  # one for each doubled year
    assert any("(212 satır)" in line and "154.505" in line and "1,96" in line for line in stopped)
    assert all("basında bildirilen toplam" in line or "çift" in line for line in stopped)
    assert len(lines) < 14


@pytest.fixture(scope="module")
def halved(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> ReceivedPublished:
    return in_force(of_hosts(shared, tmp_path_factory.mktemp("oecd") / "oecd.csv", ["Turkey", "Austria"]))


def test_the_declared_correction_halves_the_doubled_years_alone(halved):
    assert (halved.rejected, halved.proposed) == (0, ())
    rows = [row for row in stored(halved) if row["host_code"] == "TR"]
    by_origin = {(r["origin_code"], r["year"]): float(r["students_count"]) for r in rows}
    # Numbers that YÖK gave for 2018/19 and 2015/16, as the press reported them.
    reported = {
        ("SY", "2019"): 27034, ("AZ", "2019"): 19383, ("TM", "2019"): 17571, ("IQ", "2019"): 7608,
        ("DE", "2019"): 4378, ("AM", "2019"): 8, ("AZ", "2016"): 12504, ("SY", "2016"): 9689,
    }  # fmt: skip
    assert {key: by_origin[key] for key in reported} == reported
    of_2013 = sum(float(r["students_count"]) for r in rows if r["year"] == "2013")
    assert of_2013 == 33797  # not doubled, not halved
    assert {r["caveats"] for r in rows if r["year"] == "2013"} == {None}
    assert {r["caveats"] for r in rows if r["year"] != "2013"} == {"corrected"}
    (applied,) = halved.applied
    assert (applied.id, applied.periods) == ("oecd-turkey-doubled", (2014, 2015, 2016, 2017, 2018, 2019))
    assert {r["caveats"] for r in stored(halved) if r["host_code"] == "AT"} == {None}


def test_what_the_correction_says_was_measured_holds_in_the_file(shared):
    _, of_host = _oecd_rows(shared / "oecd" / "OECD_Intl_Student_Enrollment_2013_2019.csv")
    by_year: dict[int, list[int]] = {}
    for _, _, year, value in of_host["Turkey"]:
        by_year.setdefault(int(year), []).append(int(value))
    above = {year: [value for value in values if value] for year, values in by_year.items()}
    assert sum(value % 2 for value in above[2013]) == 83 and len(above[2013]) == 154
    numbers = [len(above[year]) for year in range(2014, 2020)]
    assert (min(numbers), max(numbers)) == (161, 177)
    assert not any(value % 2 for year in range(2014, 2020) for value in above[year])
    totals = {t.period: t.value for t in load().totals if t.limit_pct and t.entity.get("host_code") == "TR"}
    ratios = [round(sum(by_year[year]) / total, 2) for year, total in totals.items()]
    assert (sorted(totals), min(ratios), max(ratios)) == ([2014, 2015, 2016, 2018, 2019], 1.89, 1.96)
    (shipped,) = [one for one in load().corrections if one.id == "oecd-turkey-doubled"]
    for measured in ("161 to 177", "83 of the 154", "1.89 to 1.96", "inference"):
        assert measured in shipped.evidence.en
    assert "1,89–1,96" in shipped.evidence.tr and "çıkarım" in shipped.evidence.tr


def test_a_mended_source_stops_a_correction_in_force_with_a_clear_sentence(shared, tmp_path):
    mended = of_hosts(shared, tmp_path / "oecd.csv", ["Turkey"], divide=True)
    with pytest.raises(FileRefused) as refused:
        in_force(mended)
    said = str(refused.value)
    assert "oecd-turkey-doubled" in said and "91162 (2014)" in said and "45581" in said
    assert "seems to have mended" in said and "data/corrections" in said
    # A proposal says nothing of it, and nothing is left to stop.
    received = one(check(mended))
    assert (received.rejected, received.applied, received.proposed) == (0, (), ())


def test_a_file_of_later_years_is_not_corrected(tmp_path):
    rows = [OECD, ["Turkey", "Syrian Arab Republic", 2020, 37236], ["Turkey", "Azerbaijan", 2020, 23037]]
    received = one(check(text(tmp_path / "oecd.csv", rows)))
    assert received.applied == () and received.accepted == 2


def test_a_name_in_letters_twice_encoded_is_told_and_its_country_known(tmp_path):
    rows = [OECD, ["Netherlands", "CuraÃ§ao", 2015, 11], ["Netherlands", "Turkey", 2015, 21]]
    answer = check(text(tmp_path / "oecd.csv", rows))
    assert [row["origin_code"] for row in stored(one(answer))] == ["CW", "TR"]
    assert [note.code for note in answer.notes] == ["encodings_mixed"]


def test_an_export_with_codes_beside_labels_and_totals_of_other_rows(tmp_path):
    head = [
        "COUNTRY_ORIGIN", "Country of origin", "SEX", "Sex", "COUNTRY", "Country", "YEAR", "Year",
        "Unit", "Value", "Flag Codes",
    ]  # fmt: skip
    rows = [
        head,
        ["SYR", "Syria", "T", "Total", "TUR", "Türkiye", 2021, 2021, "Number", 47482, ""],
        ["SYR", "Syria", "F", "Women", "TUR", "Türkiye", 2021, 2021, "Number", 20001, ""],
        ["W", "World", "T", "Total", "TUR", "Türkiye", 2021, 2021, "Number", 224048, ""],
        ["DEU", "Germany", "T", "Total", "TUR", "Türkiye", 2021, 2021, "Number", "", "m"],
    ]
    received = one(check(text(tmp_path / "export.csv", rows)))
    (row,) = stored(received)
    assert (row["host_code"], row["origin_code"], row["students_count"]) == ("TR", "SY", "47482")
    assert [reason for _, reason in received.skipped] == [
        "a part of another row", "a total of other rows", "no value in any column",
    ]  # fmt: skip
    assert received.unread == ()


def test_the_oecds_own_export_in_codes(tmp_path):
    head = ["COUNTRY", "SEX", "ORIGIN", "EDUCATION_LEV", "YEAR", "Value", "Flag Codes"]
    rows = [
        ["TUR", "_T", "SY", "ISCED11_5T8", "2019", "27034", ""],
        ["TUR", "_T", "SY", "ISCED11_6", "2019", "20117.5", ""],
        ["TUR", "_T", "DE", "ISCED11_5T8", "2019", "4378.125", ""],
        ["TUR", "F", "DE", "ISCED11_5T8", "2019", "2000", ""],
        ["TUR", "_T", "150", "ISCED11_5T8", "2019", "9000", ""],
        ["OTO", "_T", "DE", "ISCED11_5T8", "2019", "9000", ""],
        ["TUR", "_T", "DE", "ISCED11_5T8", "9999", "1", ""],
    ]
    # Its values are not doubled: the correction of the collection, once in force, does not fit it …
    with pytest.raises(FileRefused, match="oecd-turkey-doubled"):
        in_force(text(tmp_path / "EDU.csv", [head, *rows]))
    # … while years that it does not speak of go in as they are.
    later = [[*row[:4], row[4].replace("2019", "2021"), *row[5:]] for row in rows]
    received = one(check(text(tmp_path / "EDU.csv", [head, *later])))
    assert [(row["origin_code"], row["level"], row["students_count"]) for row in stored(received)] == [
        ("SY", None, "27034"), ("SY", "ISCED11_6", "20117.5"), ("DE", None, "4378.1250"),
    ]  # fmt: skip
    assert [reason for _, reason in received.skipped] == [
        "a part of another row", "a total of other rows", "a total of other rows", "no single year",
    ]  # fmt: skip


def test_a_country_that_nobody_knows_is_rejected_and_named(tmp_path):
    rows = [OECD, ["Turkey", "Atlantis", 2020, 3], ["Turkey", "Greece", 2020, "1,250"]]
    received = one(check(text(tmp_path / "oecd.csv", rows)))
    assert [(p.column, p.value) for p in received.problems] == [
        ("COUNTRY_OF_ORIGIN", "Atlantis"), ("TOTAL_INTL_STUDENTS", "1,250"),
    ]  # fmt: skip


# -- YÖK Atlas ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def atlas_of_ktu(shared: Path) -> Answer:
    return check(shared / "yokatlas" / "thestats_KTU_subset.csv")


def test_a_year_that_repeats_the_one_before_is_flagged(atlas_of_ktu):
    received = one(atlas_of_ktu)
    assert (received.rows, received.accepted) == (170, 170)
    assert set(received.carried) == {2019}
    assert set(received.carried[2019]) == {
        "outgoing_count", "incoming_count", "registered_female_count", "registered_male_count",
        "graduates_female_count", "graduates_male_count",
    }  # the staff was counted anew  # fmt: skip
    flagged = {row["year"] for row in stored(received) if row["caveats"]}
    assert flagged == {"2019"}
    out = {
        year: sum(int(row["outgoing_count"]) for row in stored(received) if row["year"] == year)
        for year in ("2018", "2019", "2020")
    }
    assert out == {"2018": 100, "2019": 100, "2020": 67}  # published facts on the university


def atlas(year: int, counts: Iterable[int]) -> list[list[object]]:
    return [
        ["1062", year, "Devlet", f"10629{number:04}", "KTÜ", "Mühendislik", f"Program {number}", count, 0]
        for number, count in enumerate(counts)
    ]


@pytest.mark.parametrize(
    ("before", "now", "carried"),
    [
        (range(12), range(12), True),
        (range(12), [*range(11), 12], False),  # one programme differs
        ([0] * 12, [0] * 12, False),  # noughts alone tell nothing
        (range(5), range(5), False),  # five programmes may well be alike
    ],
)
def test_what_counts_as_carried_over(tmp_path, before, now, carried):
    rows = [ATLAS, *atlas(2021, before), *atlas(2022, now)]
    received = one(check(text(tmp_path / "atlas.csv", rows)))
    assert received.carried == ({2022: ["outgoing_count"]} if carried else {})


def test_the_year_before_is_also_looked_for_in_what_is_held(store_root, tmp_path):
    receive(text(tmp_path / "2021.csv", [ATLAS, *atlas(2021, range(12))]))
    assert one(check(text(tmp_path / "2022.csv", [ATLAS, *atlas(2022, range(12))]))).carried == {
        2022: ["outgoing_count"]
    }
    assert one(check(text(tmp_path / "2023.csv", [ATLAS, *atlas(2023, range(12))]))).carried == {}


@pytest.mark.parametrize(
    "head",
    [
        ["X0", "X1", "X3", "X2", "X4", "X5", "X8", "X195", "X196", "X32"],
        [
            "Üniversite Kodu", "YIL", "Üniversite türü", "Program Kodu", "Üniversite Adı", "Fakülte",
            "Program Adı", "Giden değişim öğrencisi sayısı", "Gelen değişim öğrencisi sayısı", "",
        ],
        [
            "university id", "year", "type of university", "program code", "university name",
            "faculty/college", "department/program", "number of outgoing exchange students",
            "number of incoming exchange students", "",
        ],
    ],
)  # fmt: skip
def test_the_headings_of_table_3_in_both_languages(tmp_path, head):
    row = ["1062", "2020", "Devlet", "106290194", "KTÜ", "Orman", "Orman Mühendisliği", "3", "1", ""]
    received = one(check(text(tmp_path / "atlas.csv", [head, row])))
    (kept,) = stored(received)
    assert (kept["programme_code"], kept["year"], kept["outgoing_count"], kept["incoming_count"]) == (
        "106290194", "2020", "3", "1",
    )  # fmt: skip
    assert received.unread == ()


# -- ÖSYM --------------------------------------------------------------------------------------------------


def test_the_placement_table_is_read_below_its_title_and_merged_heads(shared):
    received = one(check(shared / "yks" / "tablo4_ykd25082025.xlsx"))
    assert (received.rows, received.accepted, received.unread, received.years) == (12265, 12265, (), [2025])
    rows = {(row["programme_code"], row["quota_kind"]): row for row in stored(received)}
    kinds = {kind for code, kind in rows if code == "106510090"}  # read in the table by hand
    assert kinds == {"general", "school_first", "women_34"}
    general, women = rows["106510090", "general"], rows["106510090", "women_34"]
    assert (general["quota_count"], general["lowest_score"], general["highest_score"]) == (
        "40", "380.15232", "410.17757",
    )  # fmt: skip
    assert (women["quota_count"], women["placed_count"], women["lowest_score"]) == ("1", "1", "272.37491")
    empty = rows["106510089", "school_first"]  # a quota of one that nobody filled
    assert (empty["quota_count"], empty["placed_count"], empty["lowest_score"]) == ("1", "0", None)
    assert {row["table_text"] for row in stored(received)} == {"tablo 4"}


PLACED = ["Program Kodu", "Üniversite Adı", "Program Adı", "Puan Türü", "Kontenjan", "Yerleşen",
          "En Küçük Puan", "En Büyük Puan"]  # fmt: skip
ROW = ["106210015", "KTÜ", "Tıp", "SAY", "170", "170", "480,5", "505,487"]


def test_another_year_without_merged_heads_and_with_decimal_commas(tmp_path):
    rows = [["2023-YKS Tablo-4 Lisans"], PLACED, ROW, ["* Kontenjanlar kesindir."]]
    received = one(check(text(tmp_path / "tablo4.csv", rows, ";", "cp1254")))
    (row,) = stored(received)
    assert (row["year"], row["lowest_score"], row["highest_score"]) == ("2023", "480.5000", "505.4870")
    assert [reason for _, reason in received.skipped] == ["a remark below the table"]


def test_a_new_kind_of_quota_is_named_as_unknown(tmp_path):
    heads = ["", "", "", "", "Genel Kontenjan", "", "", "", "Milli Sporcu Kontenjanı", ""]
    rows = [["TABLO-4 2026 Yılı"], heads, [*PLACED, "Kontenjan", "Yerleşen"], [*ROW, "2", "1"]]
    received = one(check(workbook(tmp_path / "tablo4.xlsx", ("Sayfa1", rows))))
    assert received.accepted == 1
    assert received.unread == ("Milli Sporcu Kontenjanı | Kontenjan", "Milli Sporcu Kontenjanı | Yerleşen")


def test_repeated_names_without_the_heads_above_are_not_guessed(tmp_path):
    rows = [["TABLO-4 2026 Yılı"], [*PLACED, "Kontenjan", "Yerleşen"], [*ROW, "2", "1"]]
    with pytest.raises(LayoutUnknown, match="'Kontenjan' and 'Kontenjan'"):
        check(workbook(tmp_path / "tablo4.xlsx", ("Sayfa1", rows)))


def test_a_table_that_does_not_say_its_year_asks_for_it(tmp_path):
    path = text(tmp_path / "tablo4.csv", [PLACED, ROW], ";")
    with pytest.raises(FileRefused, match="of which year it is"):
        check(path)
    assert one(check(path, year=2024)).years == [2024]


def test_the_tables_of_one_year_do_not_replace_each_other(store_root, tmp_path):
    for title in ("TABLO-4 2026 Yılı", "TABLO-3 2026 Yılı", "TABLO-4 2026 Yılı Ek Yerleştirme"):
        answer = receive(text(tmp_path / "t.csv", [[title], PLACED, ROW], ";"))
        assert answer.replaced == ()
    assert len(store.read("live", "placements").frame) == 3
    again = receive(text(tmp_path / "t.csv", [["TABLO-3 2026 Yılı"], PLACED, ROW, ROW], ";"))
    assert again.replaced == ()  # both rows are rejected, so that nothing is lost
    assert len(store.read("live", "placements").frame) == 3


# -- what stays of it --------------------------------------------------------------------------------------


def test_a_correction_that_is_put_in_force_mends_what_is_received_again(shared, workbook_root, tmp_path):
    """The office's way: stopped, compared with the publisher's table, put in force, received again."""
    path = of_hosts(shared, tmp_path / "oecd.csv", ["Turkey", "Denmark"], years="2013 2019")
    first = receive(path, sender="Ali")
    (told,) = yaml.safe_load((workbook_root / f"{first.stored_as}.source.yml").read_text("utf-8"))["tables"]
    assert (told["rejected"], told["corrections"]) == (212, [])
    assert [one["id"] for one in told["corrections_proposed"]] == ["oecd-turkey-doubled"]
    (stopped,) = told["stopped"]
    assert stopped["rows"] == 212 and "1.96 times" in stopped["en"] and "1,96 katı" in stopped["tr"]
    page = outside.received(start(year=2026, language="tr", edition="live"))
    assert "212 satır durduruldu" in page.text and "basında bildirilen toplam" in page.text
    frame = store.read("live", "students_by_origin").frame
    assert set(frame.loc[frame["host_code"] == "TR", "year"]) == {2013}

    declared = workbook_root / "data" / "corrections" / "oecd.yml"
    written = declared.read_text(encoding="utf-8")
    declared.write_text(written.replace("in_force: false", "in_force: true"), encoding="utf-8")
    sys.modules["helpers.catalog.load"]._load.cache_clear()  # the next command reads it anew
    answer = receive(path, sender="Ali")
    card = yaml.safe_load((workbook_root / f"{answer.stored_as}.source.yml").read_text(encoding="utf-8"))
    assert (card["producer"], card["received_from"]) == ("OECD", "Ali")
    assert card["datasets"] == ["students_by_origin"]
    (told,) = card["tables"]
    assert told["format"] == "oecd-origin" and told["caveats"]["corrected"] == 212
    (correction,) = told["corrections"]
    assert (correction["id"], correction["lines"]) == ("oecd-turkey-doubled", 212)
    assert "2013" in correction["reason"]["en"] and "2013" in correction["reason"]["tr"]
    # What was changed of what was held: the mended rows came to it, those of Denmark are as they were.
    assert sum(change["added"] for change in card["changes"]) == 212
    assert {(change["removed"], change["altered"]) for change in card["changes"]} == {(0, 0)}
    frame = store.read("live", "students_by_origin").frame
    turkey = frame[(frame["host_code"] == "TR") & (frame["year"] == 2019)]
    assert turkey["students_count"].sum() == 303014 / 2
    # The received file stays as it came.
    assert "Syrian Arab Republic,2019,54068" in (workbook_root / answer.stored_as).read_text(encoding="utf-8")


def test_an_edition_received_again_says_what_became_of_its_rows(store_root, tmp_path):
    other = [*KTU[:1], "TR TRABZON02", "998172973", *KTU[3:]]
    lost = [*KTU[:1], "TR TRABZON03", "998172974", *KTU[3:]]
    receive(text(tmp_path / "eche.csv", [ECHE, KTU, other, lost], ";"))
    renamed = [*KTU[:7], "Trabzon (Ortahisar)", *KTU[8:]]
    new = [*KTU[:1], "TR TRABZON04", "998172975", *KTU[3:]]
    broken = [*lost[:1], "TRABZON", *lost[2:]]
    answer = receive(text(tmp_path / "eche.csv", [ECHE, renamed, other, broken, new], ";"))
    (change,) = answer.changes
    counts = (change.added, change.removed, change.altered, change.unchanged, change.rejected)
    assert counts == (1, 1, 1, 1, 1)  # the one that is gone stands in the file, and was rejected
    assert dict(change.columns) == {"city": 1}
    (kept,) = history.kept("charter_holders")
    assert (kept["replaced_by"], kept["changes"]["removed"]) == ("eche.csv", 1)


@pytest.mark.parametrize("language", ["en", "tr"])
def test_the_answer_tells_carried_years_in_both_languages(atlas_of_ktu, language):
    lines = list(summary.lines(atlas_of_ktu, language))
    word = {"en": "Outgoing exchange students", "tr": "Giden değişim öğrencisi"}[language]
    assert any("2019" in line and word in line for line in lines)


def test_every_format_names_its_columns_once_and_is_kept_in_a_dataset_of_its_own_kind():
    formats = load().formats
    assert {one.reader for one in formats} == {"eche", "deqar", "oecd", "yokatlas", "osym"}
    declared = yaml.safe_load((REPO / "data/catalog/datasets/published.yml").read_text(encoding="utf-8"))
    for one_format in formats:
        assert one_format.dataset in declared
        keys = [
            key
            for column in one_format.columns.values()
            for key in {locale.key(alias) for alias in column.aliases}
        ]
        assert len(keys) == len(set(keys)), one_format.id
