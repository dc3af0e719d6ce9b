"""Europe's mobility files: each edition's header, each known damage, each row accounted for with its line."""

import csv
import errno
import fcntl
import hashlib
import os
import re
from pathlib import Path

import duckdb
import mobility_files
import pandas as pd
import pytest
import xlsxwriter
import yaml

from helpers import store
from helpers.catalog import load
from helpers.catalog.institutions import confirm, read
from helpers.catalog.mobility_files import load_mobility_files
from helpers.errors import FileRefused, LayoutUnknown, NotHeld, ParameterError
from helpers.intake import (
    cards,
    cells,
    check,
    history,
    mark,
    mobilities,
    pieces,
    receive,
    safety,
    summary,
    withdraw,
)
from helpers.measures import flows

HEADER = mobility_files.HEADER_2019.split(";")
SOUND = (
    "2018-1-TR01-KA103-012345;2018-2019;2019-02;2019-06;140;"
    "Student mobility for studies between Programme Countries;0311 - Economics;TR;"
    "ISCED-6 - First cycle;Female;Learner;No;Yes;No;21;TR;Trabzon;Karadeniz Teknik Universitesi;"
    "TR TRABZON01;EL;Athina;Ethniko;G ATHINE01;3"
)


def row(**cells_by_heading) -> list[str]:
    """One sound row of 2019, with some cells changed by their heading (blanks as underscores)."""
    sound = dict(zip(HEADER, SOUND.split(";"), strict=True))
    for heading, cell in cells_by_heading.items():
        assert heading.replace("_", " ") in sound
        sound[heading.replace("_", " ")] = cell
    return list(sound.values())


def write(path: Path, rows: list[list[str]], header: list[str] = HEADER, **how) -> Path:
    with path.open("w", encoding=how.get("encoding", "utf-8"), newline="") as file:
        writer = csv.writer(file, delimiter=how.get("delimiter", ";"), lineterminator=how.get("ends", "\n"))
        writer.writerows([header, *rows])
    return path


def held(query: str = "from held") -> list[dict[str, object]]:
    frame = store.ask("live", "learning_mobilities", query)
    return frame.to_dict("records")


def counted() -> tuple[int, int]:
    """Rows and participants at rest, counted by DuckDB from the files themselves."""
    files = [path.as_posix() for path in store.files("live", "learning_mobilities")]
    sums = "select count(*), coalesce(sum(participants_count), 0)::bigint from read_parquet(?)"
    with duckdb.connect() as connection:
        return connection.execute(sums, [files]).fetchone()


def rejected_lines(path: Path) -> list[tuple[int, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [(int(told["row"]), told["column"]) for told in csv.DictReader(file, delimiter=";")]


# -- nothing is lost, at any size ----------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["2019", "2014"])
def test_every_generated_row_is_accepted_or_rejected_with_its_line(store_root, tmp_path, layout):
    written = mobility_files.write(tmp_path / "ka1.csv", 5000, layout=layout, faulty_every=83)
    answer = receive(written.path)
    (received,) = answer.tables
    rows, participants = counted()
    assert (received.rows, received.accepted, received.rejected) == (5000, rows, len(written.faulty))
    assert rows + len(written.faulty) == 5000
    assert received.participants == participants == written.participants
    faults = {problem.row for problem in answer.problems}
    assert faults == set(written.faulty)
    if layout == "2019":
        assert {p.row: p.column for p in answer.problems} == written.faulty
        assert rejected_lines(tmp_path / "ka1.rejected.csv") == sorted(written.faulty.items())
    assert len({row["source_row"] for row in held("select source_row from held")}) == rows


def test_the_size_of_the_pieces_changes_nothing(store_root, tmp_path, monkeypatch):
    written = mobility_files.write(tmp_path / "ka1.csv", 3000, faulty_every=41, seed=7)
    whole = receive(written.path).tables[0]
    rows = held("from held order by source_row")
    monkeypatch.setattr(pieces, "PIECE", 61_000)
    parted = receive(written.path)
    assert len(store.files("live", "learning_mobilities")) > 10
    assert str(held("from held order by source_row")) == str(rows)
    assert parted.tables[0].problems == whole.problems
    assert {problem.row for problem in parted.problems} == set(written.faulty)
    assert [(change.is_same, change.unchanged) for change in parted.changes] == [
        (True, part.rows) for part in whole.parts
    ]
    assert not history.kept("learning_mobilities")


@pytest.mark.parametrize("is_refused", [False, True])
@pytest.mark.parametrize("piece", [8192, 10_000])
def test_the_file_is_kept_as_it_came(store_root, tmp_path, monkeypatch, piece, is_refused):
    """Also where the disk takes no blocks past the cache, and where the file does not end with a block."""
    real = os.write

    def write_direct(file: int, content: bytes) -> int:
        if is_refused and fcntl.fcntl(file, fcntl.F_GETFL) & os.O_DIRECT:
            raise OSError(errno.EINVAL, "not aligned")
        return real(file, content)

    monkeypatch.setattr(pieces, "PIECE", piece)
    monkeypatch.setattr(os, "write", write_direct)
    written = mobility_files.write(tmp_path / "ka1.csv", 200, faulty_every=41)
    came = written.path.read_bytes()
    assert len(came) % 4096 and len(came) > 5 * piece
    answer = receive(written.path)
    assert (store_root / answer.stored_as).read_bytes() == came
    assert hashlib.sha256(came).hexdigest() == answer.sha256 == cards()[0]["sha256_kept"]
    assert answer.tables[0].rows == 200


def by_hand(path: Path, ends: str) -> dict[int, str]:
    """Write rows of several lines, blank lines and broken rows; return the lines at fault by their column."""
    join = ";".join
    sound = join(row())
    lines = [
        join(HEADER),
        sound,
        sound.replace("Trabzon;", f'"Trab{ends}zon; the ""old"" one";'),  # a cell of two lines: 3 and 4
        "",  # 5
        join(row(Participants="0")),  # 6
        sound + ";one too many;and more",  # 7
        sound.replace("Athina", '"Athina" centre'),  # 8: a quote around half a cell
        sound.replace("Athina", 'the "white" city'),  # 9: quotes inside a cell are letters
        sound.replace("Athina", 'a 12" pipe'),  # 10
        "",  # 11
        join(row(Sending_Country_Code="Narnia")),  # 12
        join(row()[:-1]),  # 13: too short
    ]
    path.write_text(ends.join(lines) + ends, encoding="utf-8-sig", newline="")
    return {
        6: "Participants", 7: "(row)", 8: "(row)", 12: "Sending Country Code", 13: "Participants",
    }  # fmt: skip


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("piece", [None, 700])
def test_lines_are_those_an_editor_shows(store_root, tmp_path, monkeypatch, ends, piece):
    if piece:
        monkeypatch.setattr(pieces, "PIECE", piece)
    faulty = by_hand(tmp_path / "hand.csv", ends)
    answer = receive(tmp_path / "hand.csv")
    assert {problem.row: problem.column for problem in answer.problems} == faulty
    accepted = {one["source_row"]: one for one in held()}
    assert sorted(accepted) == [2, 3, 9, 10]
    assert accepted[3]["sending_city"].replace("\r", "") == 'Trab\nzon; the "old" one'
    assert accepted[9]["receiving_city"] == 'the "white" city'
    assert accepted[10]["receiving_city"] == 'a 12" pipe'
    assert (answer.tables[0].rows, answer.tables[0].accepted) == (9, 4)


def test_a_quote_that_is_never_closed_is_refused_with_its_line(store_root, tmp_path):
    lines = [";".join(HEADER), ";".join(row()), ";".join(row()).replace("Athina", '"Athina'), ";".join(row())]
    (tmp_path / "open.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        receive(tmp_path / "open.csv")
    assert refused.value.fault.code == "quote"
    assert not store.files("live", "learning_mobilities")
    assert not list((store_root / "data" / "store").iterdir())


def test_a_file_larger_than_any_other_may_be_is_read_and_one_of_no_kind_is_not(
    store_root, tmp_path, monkeypatch
):
    monkeypatch.setattr(safety, "MOST_BYTES", 20_000)
    written = mobility_files.write(tmp_path / "ka1.csv", 200)
    assert written.path.stat().st_size > 20_000
    assert receive(written.path).tables[0].accepted == 200
    (tmp_path / "other.csv").write_text("a;b\n" + "1;2\n" * 9000, encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        check(tmp_path / "other.csv")
    assert refused.value.fault.code == "too_large"


def test_no_zero_bytes_and_no_endless_lines(store_root, tmp_path, monkeypatch):
    content = "\n".join([";".join(HEADER), *[";".join(row())] * 50]).encode()
    monkeypatch.setattr(pieces, "_HEAD", 2000)
    (tmp_path / "nought.csv").write_bytes(content + b"\n\x00\n")
    (tmp_path / "long.csv").write_bytes(content + b"\n" + b"x" * 1_100_000 + b"\n")
    for name, code in (("nought", "not_text"), ("long", "line_too_long")):
        with pytest.raises(FileRefused) as refused:
            check(tmp_path / f"{name}.csv")
        assert refused.value.fault.code == code


def test_check_says_the_same_and_stores_nothing(store_root, tmp_path):
    written = mobility_files.write(tmp_path / "ka1.csv", 1000, faulty_every=99)
    checked = check(written.path)
    assert not list((store_root / "data" / "store").iterdir())
    assert not list((store_root / "data" / "raw").iterdir())
    received = receive(written.path)
    assert checked.sha256 == received.sha256
    assert checked.problems == received.problems
    assert mark(written.path, checked, "tr").file.endswith(".kontrol.xlsx")


def test_only_the_first_problems_are_told_but_all_are_counted_and_written(store_root, tmp_path, monkeypatch):
    monkeypatch.setattr(mobilities, "MOST_TOLD", 5)
    written = mobility_files.write(tmp_path / "ka1.csv", 400, faulty_every=20)
    answer = receive(written.path, language="tr")
    assert (len(answer.problems), answer.problem_count) == (5, 20)
    told = "\n".join(summary.lines(answer, "tr"))
    assert "satır 400 = kabul 380 + ret 20 + atlanan 0" in told
    assert "… ve 15 sorun daha" in told
    assert len((tmp_path / "ka1.rejected.csv").read_text("utf-8-sig").splitlines()) == 21
    assert mark(written.path, answer).why == "cells"


# -- what the cells mean -------------------------------------------------------------------------------------


def test_the_known_damages_of_cells(store_root, tmp_path):
    rows = [
        row(),
        row(Sending_Country_Code="UK", Receiving_Country_Code=" xk ", Participant_Nationality="-"),
        row(Field_of_Education="??? - ? Unknown ?", Education_Level="???", Participant_Gender="Undefined"),
        row(Participant_Age="-7042", Sending_City=" GRANADA", Sending_Organization="Karadeniz\u00a0 Teknik"),
        row(Participant_Age="1982", Receiving_Country_Code="TR - Türkiye", Mobility_Start_Month="07/2019"),
        row(Mobility_Duration="", Mobility_End_Month="", Special_Needs="", Academic_Year="2018/2019"),
        row(Project_Reference="2021-1-TR01-KA131-HED-000005030", Academic_Year="-", Mobility_Start_Month="-"),
        row(Participants="2.5"),
        row(Participants="-1", Participant_Age="abc", Mobility_Duration="1.5"),
    ]
    answer = receive(write(tmp_path / "ka1.csv", rows))
    one, codes, missing, absurd, odd, empty, hed = held("from held order by source_row")
    assert (one["sending_country_code"], one["receiving_country_code"]) == ("TR", "GR")
    assert (one["participants_count"], one["duration_days"], one["age"]) == (3, 140, 21)
    assert (one["fewer_opportunities"], one["special_needs"]) == (True, False)
    assert (codes["sending_country_code"], codes["receiving_country_code"]) == ("GB", "XK")
    nothing = (
        ("nationality_code", codes),
        ("field", missing),
        ("education_level", missing),
        ("gender", missing),
    )
    assert all(pd.isna(one[name]) for name, one in nothing)
    assert pd.isna(absurd["age"]) and absurd["caveats"] == "age_set_aside"
    assert (absurd["sending_city"], absurd["sending_name"]) == ("GRANADA", "Karadeniz Teknik")
    assert (odd["receiving_country_code"], str(odd["start_month"])[:10]) == ("TR", "2019-07-01")
    assert empty["academic_year"] == 2018 and pd.isna(empty["duration_days"])
    # Three clocks: calendar year of the start, academic year, call year; the last if nothing else is known.
    assert (one["year"], one["academic_year"], one["call_year"], one["action"]) == (2019, 2018, 2018, "KA1")
    assert (hed["year"], hed["call_year"], hed["action"]) == (2021, 2021, "KA1")
    assert {(p.row, p.column) for p in answer.problems} == {
        (9, "Participants"), (10, "Mobility Duration"), (10, "Participant Age"), (10, "Participants"),
    }  # fmt: skip
    assert (answer.tables[0].rejected, answer.tables[0].caveats["age_set_aside"]) == (2, 2)


def test_codes_of_countries_that_nobody_knows_are_named(store_root, tmp_path):
    rows = [
        row(Sending_Country_Code="CP"),
        row(Sending_Country_Code="AN", Receiving_Country_Code="TP"),
        row(Sending_Country_Code="QQ"),
        row(Sending_Country_Code="QQ", Receiving_Country_Code="ZZ"),
    ]
    answer = receive(write(tmp_path / "ka1.csv", rows))
    clipperton, antilles = held("from held order by source_row")
    assert clipperton["sending_country_code"] == "FR"
    assert (antilles["sending_country_code"], antilles["receiving_country_code"]) == ("AN", "TL")
    assert answer.tables[0].unknown_countries == {"QQ": 2, "ZZ": 1}
    assert "not known, with the number of cells: 'QQ' (2), 'ZZ' (1)" in "\n".join(summary.lines(answer, "en"))


def test_missing_values_with_blanks_around_them_are_missing(store_root, tmp_path):
    padded = row(
        Field_of_Education=" - ", Participant_Nationality=" - ", Participant_Age=" -", Special_Needs="- ",
        Mobility_End_Month=" Undefined ", Mobility_Duration="  ", Receiving_Organization=" ??? ",
    )  # fmt: skip
    answer = receive(write(tmp_path / "ka1.csv", [padded, row(Participants=" - ")]))
    (one,) = held()
    names = ("field", "nationality_code", "age", "special_needs", "end_month", "duration_days")
    assert all(pd.isna(one[name]) for name in (*names, "receiving_name"))
    assert [(p.row, p.column) for p in answer.problems] == [(3, "Participants")]


def test_a_rejected_value_cannot_run_in_a_spreadsheet(store_root, tmp_path):
    evil = ["=1+1", "-2+cmd|' /C calc'!A0", "\t=1", "@x", "-5", "+1", "''=x", "plain", "＝1", " =1"]
    receive(write(tmp_path / "ka1.csv", [row(Participant_Age=cell) for cell in evil]))
    with (tmp_path / "ka1.rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        told = [one["value"] for one in csv.DictReader(file, delimiter=";")]
    numbers = {"-5", "+1"}  # read as ages, absurd ones
    assert told == [cells.harmless(cell) for cell in evil if cell not in numbers]
    with duckdb.connect() as connection:
        for cell in [*evil, "-1.250,5", "'-x", "", "+90 462", "\u200b=1", "a=b"]:
            (said,) = connection.execute(
                f"select {cells.harmless_sql('c')} from (select ? as c)", [cell]
            ).fetchone()
            assert said == cells.harmless(cell), cell


# -- encodings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8", "utf-8-sig"])
def test_each_encoding_of_the_editions(store_root, tmp_path, encoding):
    level = "Master’s" if encoding != "latin-1" else "Master"
    path = write(tmp_path / "y.csv", [row(Receiving_City="Málaga", Education_Level=level)], encoding=encoding)
    answer = receive(path)
    (one,) = held()
    assert (one["receiving_city"], one["education_level"]) == ("Málaga", level)
    assert [note.code for note in answer.notes] == (["mobility_encoding"] if "utf" not in encoding else [])


def test_letters_that_come_late_decide_and_two_encodings_are_refused(store_root, tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 4000)
    plain = [row() for _ in range(40)]
    late = write(tmp_path / "late.csv", [*plain, row(Receiving_City="Málaga")], encoding="latin-1")
    assert receive(late).tables[0].accepted == 41
    assert held("select receiving_city from held where source_row = 42") == [{"receiving_city": "Málaga"}]
    mixed = tmp_path / "mixed.csv"
    mixed.write_bytes(
        write(tmp_path / "a.csv", [row(Receiving_City="Málaga"), *plain]).read_bytes()
        + ";".join(row(Receiving_City="Málaga")).encode("latin-1")
    )
    with pytest.raises(FileRefused) as refused:
        check(mixed)
    assert refused.value.fault.code == "mobility_mixed"


# -- headers -------------------------------------------------------------------------------------------------


def test_columns_in_another_order_commas_and_unknown_headings(store_root, tmp_path):
    order = sorted(range(len(HEADER)), reverse=True)
    header = [HEADER[i] for i in order] + ["Blended", "Receiving Country"]
    rows = [[row()[i] for i in order] + ["No", "Greece"]]
    answer = receive(write(tmp_path / "ka1.csv", rows, header, delimiter=","))
    assert answer.tables[0].unread == ("Blended",)
    (one,) = held()
    assert (one["participants_count"], one["receiving_country_code"]) == (3, "GR")


def test_a_header_that_lacks_a_column_says_which_and_what_it_does_not_know(store_root, tmp_path):
    header = ["Head count" if name == "Participants" else name for name in HEADER]
    path = write(tmp_path / "ka1.csv", [row()], header)
    with pytest.raises(LayoutUnknown) as unknown:
        check(path)
    said = str(unknown.value)
    assert "participants_count" in said and "'Actual Participants*'" in said and "'Head count'" in said
    twice = write(tmp_path / "twice.csv", [[*row(), "4"]], [*HEADER, "participants"])
    with pytest.raises(LayoutUnknown, match=r"'Participants' and 'Participants'"):
        check(twice)


def test_a_workbook_of_the_reissue(store_root, tmp_path):
    header = [*HEADER, "Field", "Sending Country", "Receiving Country", "Participant Country"]
    with xlsxwriter.Workbook(tmp_path / "Erasmus-KA1-Mobility-Data-2019.xlsx") as book:
        sheet = book.add_worksheet("KA1")
        rows = [[*row(), "HE", "Türkiye", "Greece", "Türkiye"], [*row(Participants="many"), "", "", "", ""]]
        for at, cells_of_row in enumerate([header, *rows]):
            sheet.write_row(at, 0, cells_of_row)
        sheet.write_number(1, len(HEADER) - 1, 3)
    answer = receive(tmp_path / "Erasmus-KA1-Mobility-Data-2019.xlsx")
    (received,) = answer.tables
    assert (received.rows, received.accepted, received.unread) == (2, 1, ())
    assert [(p.row, p.column, p.value) for p in answer.problems] == [(3, "Participants", "many")]
    assert [(one["participants_count"], one["source_row"]) for one in held()] == [(3, 2)]


# -- receiving again, identity cards -------------------------------------------------------------------------


def test_a_corrected_file_replaces_its_years_and_the_card_tells_all(store_root, tmp_path):
    first = mobility_files.write(tmp_path / "ka1_2018.csv", 300, year=2018)
    receive(first.path, sender="European Commission")
    receive(mobility_files.write(tmp_path / "ka1_2019.csv", 200, faulty_every=50).path)
    again = receive(mobility_files.write(tmp_path / "ka1_2018b.csv", 250, year=2018, seed=3).path)
    assert again.replaced == ("learning_mobilities/year=2018/KA1",)
    (change,) = again.changes
    assert (change.added + change.unchanged, change.removed + change.unchanged) == (250, 300)
    (before,) = history.kept("learning_mobilities")
    assert (before["name_as_received"], before["replaced_by"]) == ("ka1_2018.csv", "ka1_2018b.csv")
    assert "added 250, removed 300" in before["changes"]["en"]
    kept_rows = history.folder("learning_mobilities", "year=2018", "KA1", before["file"])
    with duckdb.connect() as connection:
        found = connection.execute(f"select count(*) from '{kept_rows}/*.parquet'").fetchone()
    assert found == (300,)
    by_year = held("select year, count(*) as n from held group by 1 order by 1")
    assert by_year == [{"year": 2018, "n": 250}, {"year": 2019, "n": 196}]
    card = next(card for card in cards() if card["name_as_received"] == "ka1_2019.csv")
    assert (card["rows"], card["accepted"], card["rejected"]) == (200, 196, 4)
    partition = "year=2019/KA1"
    assert card["partitions"] == [f"learning_mobilities/{partition}"]
    assert store.has("live", "university_mobilities")
    assert card["producer"] == "European Commission"
    assert card["tables"][0]["caveats"]["years_incomplete"] == 196
    kept = store_root / "data" / "raw" / "mobility"
    assert len(list(kept.glob("*.csv"))) == 4  # three files and one with rejected rows
    assert all(yaml.safe_load(p.read_text("utf-8"))["sha256"][:8] in p.name for p in kept.glob("*.yml"))
    holdings = [one for one in store.holdings("live") if one["dataset"] == "learning_mobilities"]
    assert [(one["years"], one["rows"]) for one in holdings] == [("2018", 250), ("2019", 196)]


def test_a_row_that_changes_is_told_and_both_states_are_kept_apart(store_root, tmp_path):
    rows = [row(), row(), row(Participants="5"), row(Mobility_Start_Month="2018-03")]
    receive(write(tmp_path / "ka1.csv", rows))
    again = receive(write(tmp_path / "ka1.csv", [row(), row(), row(Participants="6")]))
    (change,) = again.changes
    assert (change.added, change.removed, change.unchanged) == (1, 1, 2)
    assert again.left == (("learning_mobilities/year=2018/KA1", "ka1.csv"),)
    assert sorted(one["participants_count"] for one in held("from held where year = 2019")) == [3, 3, 6]
    assert "added 1, removed 1" in "\n".join(summary.lines(again, "en"))
    assert "eklenen 1, çıkan 1" in "\n".join(summary.lines(again, "tr"))


def test_a_crash_between_the_moves_loses_nothing(store_root, tmp_path, monkeypatch):
    receive(write(tmp_path / "ka1.csv", [row()]))
    real, made = Path.replace, []

    def replace(path, target):
        if path.suffix == ".parquet":
            made.append(path)
            if len(made) > 1:
                raise OSError("no power")
        return real(path, target)

    again = write(tmp_path / "ka1.csv", [row(Participants="7")])
    with monkeypatch.context() as crash, pytest.raises(OSError, match="no power"):
        crash.setattr(Path, "replace", replace)
        receive(again)
    assert [one["participants_count"] for one in held()] == [7]
    (before,) = history.kept("learning_mobilities")
    kept_rows = history.folder("learning_mobilities", "year=2019", "KA1", before["file"])
    with duckdb.connect() as connection:
        query = f"select participants_count from '{kept_rows}/*.parquet'"
        assert connection.execute(query).fetchall() == [(3,)]


def test_withdrawn_rows_take_the_flows_worked_out_of_them_along(store_root, tmp_path):
    receive(write(tmp_path / "ka1.csv", [row(), row(Mobility_Start_Month="2018-03", Participants="2")]))
    with pytest.raises(ParameterError, match="learning_mobilities"):
        withdraw("university_mobilities/year=2019/KA1")
    kept = store_root / withdraw("learning_mobilities/year=2019/KA1", "a test")
    assert len(list(kept.glob("*.parquet"))) == 1
    assert [one["year"] for one in held()] == [2018]
    assert flows.flows("ktu", load().institutions).frame["participants_count"].sum() == 2
    with pytest.raises(NotHeld):
        withdraw("learning_mobilities/year=2019/KA1")


# -- the older student files ---------------------------------------------------------------------------------

STUDENTS = mobility_files.STUDENTS_2012.split(";")


def student(**changed) -> list[str]:
    sound = dict.fromkeys(STUDENTS, "") | {
        "HOME_INSTITUTION_CDE": "TR TRABZON01", "HOME_INSTITUTION_CTRY_CDE": "TR", "STUDENT_AGE_VALUE": "22",
        "MOBILITY_TYPE_CDE": "S", "HOST_INSTITUTION_CDE": "D  BERLIN13", "HOST_INSTITUTION_COUNTRY_CDE": "DE",
        "STUDY_START_DATE": "2012-09-10", "LENGTH_STUDY_PERIOD_VALUE": "4.5", "STUDY_GRANT_AMT": "1.234.56",
    }  # fmt: skip
    return list((sound | changed).values())


def test_the_student_file_of_2012(store_root, tmp_path):
    rows = [
        student(),
        student(
            MOBILITY_TYPE_CDE="P", HOST_INSTITUTION_CDE="???", HOST_INSTITUTION_COUNTRY_CDE="???",
            PLACEMENT_ENTERPRISE_CTRY_CDE="BENL", PLACEMENT_ENTERPRISE_VALUE="Brouwerij Ç",
            STUDY_START_DATE="", PLACEMENT_START_DATE="2013-02-01", LENGTH_STUDY_PERIOD_VALUE="",
            LENGTH_PLACEMENT_VALUE="3", STUDY_GRANT_AMT="", PLACEMENT_GRANT_AMT="900",
        ),
        student(MOBILITY_TYPE_CDE="C", HOME_INSTITUTION_CTRY_CDE="BEFR", LENGTH_PLACEMENT_VALUE="2",
                PLACEMENT_GRANT_AMT="100,5"),
        student(HOST_INSTITUTION_COUNTRY_CDE="", STUDENT_ID="12345678901"),
        student(MOBILITY_TYPE_CDE="X"),
    ]  # fmt: skip
    answer = receive(write(tmp_path / "SM_2012_13.csv", rows, STUDENTS, encoding="latin-1"))
    study, placement, both, nowhere = held("from held order by source_row")
    assert (study["sending_erasmus_code"], study["receiving_erasmus_code"]) == ("TR TRABZON01", "D BERLIN13")
    assert (study["year"], study["duration_months"], study["grant_eur"]) == (2012, 4.5, 1234.56)
    assert (placement["receiving_country_code"], placement["receiving_name"]) == ("BE", "Brouwerij Ç")
    assert pd.isna(placement["receiving_erasmus_code"])
    assert (placement["year"], placement["duration_months"], placement["grant_eur"]) == (2013, 3, 900)
    assert (both["sending_country_code"], both["duration_months"]) == ("BE", 6.5)
    assert both["grant_eur"] == pytest.approx(1335.06)
    assert pd.isna(nowhere["receiving_country_code"])
    assert {one["participants_count"] for one in held()} == {1}
    assert "12345678901" not in str(held())
    kinds = [load_mobility_files().activity(one["activity"]).kind for one in (study, placement, both)]
    assert kinds == ["study", "traineeship", "study_and_traineeship"]
    assert [(p.row, p.column, p.value) for p in answer.problems] == [(6, "MOBILITY_TYPE_CDE", "X")]
    assert "years_incomplete" not in answer.tables[0].caveats
    found = flows.flows("ktu", load().institutions)
    assert found.frame["participants_count"].sum() == 4 and set(found.frame["caveats"]) == {""}


def test_the_student_files_of_2008_to_2011(store_root, tmp_path):
    header = (
        "HOMEINSTITUTION;COUNTRYOFHOMEINSTITUTION;HOSTINSTITUTION;"
        "COUNTRYOFHOSTINSTITUTION;SUBJECTAREA;MOBILITYTYPE"
    )
    rows = [
        ["TR TRABZON01", "TR", "B  BRUSSEL01", "BENL", "380", "S"],
        ["UK LONDON01", "UK", "???", "???", "", "P"],
    ]
    receive(write(tmp_path / "2009.csv", rows, header.split(";")), year=2009)
    one, other = held("from held order by source_row")
    assert (one["year"], one["receiving_country_code"], other["sending_country_code"]) == (2009, "BE", "GB")
    assert pd.isna(other["receiving_country_code"])


@pytest.mark.parametrize(("written", "month"), [("Sep-08", "2008-09-01"), ("Jan-09", "2009-01-01")])
def test_a_month_of_2008_is_read_by_its_name(store_root, tmp_path, written, month):
    header = "HOMEINSTITUTION;COUNTRYOFHOMEINSTITUTION;HOSTINSTITUTION;COUNTRYOFHOSTINSTITUTION;MOBILITYTYPE"
    row = ["TR TRABZON01", "TR", "D  KOLN01", "DE", "S", written]
    receive(write(tmp_path / "sm.csv", [row], [*header.split(";"), "STUDYSTARTDATE"]))
    (one,) = held("from held")
    assert str(one["start_month"])[:10] == month


# -- flows of one university ---------------------------------------------------------------------------------


def test_flows_are_summed_and_never_counted(store_root, tmp_path):
    written = mobility_files.write(tmp_path / "ka1.csv", 40_000, faulty_every=1001)
    receive(written.path)
    found = flows.flows("ktu", load().institutions)
    sums = dict(found.by("direction")[["direction", "participants_count"]].values)
    assert sums == {"out": written.outgoing, "in": written.incoming}
    assert sums["out"] > len(found.frame[found.frame["direction"] == "out"]) > 10
    assert set(found.frame["caveats"]) == {"years_incomplete"}
    by_call = flows.flows("ktu", load().institutions, clock="call_year").by("direction", "year")
    assert set(by_call["year"]) == {2017, 2018, 2019}
    assert by_call["participants_count"].sum() == written.outgoing + written.incoming


def test_a_university_is_found_by_its_code_and_without_one_by_its_name(store_root, tmp_path):
    rows = [
        row(Participants="4"),
        row(Sending_Organisation_Erasmus_Code="-", Sending_Organization="KARADENİZ TEKNİK ÜNİVERSİTESİ"),
        row(Sending_Organisation_Erasmus_Code="TR ISTANBU01"),  # the code says another
        row(Sending_Organisation_Erasmus_Code="-", Sending_Organization="Karadeniz Ereğli Lisesi"),
        row(
            Sending_Organisation_Erasmus_Code="G ATHINE01", Sending_Country_Code="EL", Participants="5",
            Receiving_Organisation_Erasmus_Code="tr  trabzon01", Receiving_Country_Code="TR",
        ),
    ]  # fmt: skip
    receive(write(tmp_path / "ka1.csv", rows))
    found = flows.flows("ktu", load().institutions)
    assert dict(found.by("direction")[["direction", "participants_count"]].values) == {"out": 7, "in": 5}
    assert "KARADENİZ TEKNİK ÜNİVERSİTESİ" in found.names and "Karadeniz Ereğli Lisesi" not in found.names
    assert set(found.frame["kind"]) == {"study"}
    assert set(found.frame["partner_country_code"]) == {"GR"}


def test_the_last_three_years_are_incomplete_and_earlier_ones_not(store_root, tmp_path):
    for year in (2014, 2016, 2017, 2019):
        receive(write(tmp_path / f"{year}.csv", [row(Mobility_Start_Month=f"{year}-03")]))
    by_year = flows.flows("ktu", load().institutions).by("year")
    assert dict(by_year[["year", "caveats"]].values) == {
        2014: "", 2016: "", 2017: "years_incomplete", 2019: "years_incomplete",
    }  # fmt: skip


def test_a_spelling_that_is_confirmed_later_counts_at_once(workbook_root, tmp_path):
    rows = [row(Sending_Organisation_Erasmus_Code="-", Sending_Organization="KTU Trabzon Univ.")]
    receive(write(tmp_path / "ka1.csv", [*rows, row(Participants="1")]))
    assert flows.flows("ktu", load().institutions).frame["participants_count"].sum() == 1
    confirm(workbook_root / "data" / "reference", "KTU Trabzon Univ.", "ktu", "a test")
    institutions = read(workbook_root / "data" / "reference")
    assert flows.flows("ktu", institutions).frame["participants_count"].sum() == 4


def test_without_a_file_nothing_is_made_up(store_root):
    with pytest.raises(NotHeld):
        flows.flows("ktu", load().institutions)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Student mobility for studies between Programme Countries", "study"),
        ("Student mobility for traineeships To/From Partner Countries", "traineeship"),
        ("Advance Planning Visit – EVS", "planning_visit"),
        ("Advance Planning Visit - EVS", "planning_visit"),
        ("Training/teaching assignments abroad", "teaching"),
        ("Teaching/training assignments abroad", "teaching"),
        ("Staff mobility for teaching between Programme Countries", "teaching"),
        ("Staff mobility for training between Programme Countries", "training"),
    ],
)
def test_labels_that_drift_mean_one_activity(label, kind):
    assert load_mobility_files().activity(label).kind == kind


# -- the public files ----------------------------------------------------------------------------------------


@pytest.mark.shared
def test_the_excerpt_of_ka347_is_read_and_sums_nothing(store_root, shared):
    path = shared / "erasmus" / "ka347_excerpt.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ages = [int(one["Participant Age"]) for one in rows if re.fullmatch(r"-?\d+", one["Participant Age"])]
    answer = receive(path)
    (received,) = answer.tables
    assert received.rows == received.accepted + received.rejected == len(rows)
    assert received.caveats["participants_unknown"] == received.accepted
    assert received.caveats.get("age_set_aside", 0) == sum(not 5 <= age <= 90 for age in ages)
    by_call = {
        one["call_year"]: one["n"] for one in held("select call_year, count(*) n from held group by 1")
    }
    expected: dict[int, int] = {}
    for one in rows:
        year = int(one["Project Reference"][:4])
        expected[year] = expected.get(year, 0) + 1
    assert by_call == expected
    assert held("select count(*) n from held where sending_country_code in ('EL', 'UK')") == [{"n": 0}]
    assert held("select count(participants_count) n from held") == [{"n": 0}]


@pytest.mark.shared
def test_the_excerpt_of_the_students_of_2012_is_read(store_root, shared):
    path = shared / "erasmus" / "student_mobility_2012_13_excerpt.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    dated = sum(bool(re.search("[^\\W\\d_]{3}", one["Duration_Abroad"])) for one in rows)
    grants = sum(float(one["Study_Grant"] or 0) for one in rows if one["Study_Grant"].count(".") < 2)
    answer = receive(path, year=2012)
    (received,) = answer.tables
    assert received.rows == received.accepted + received.rejected == len(rows)
    assert received.caveats["duration_set_aside"] == dated > 5000
    assert received.rejected < len(rows) / 100
    assert held("select count(*) n from held where sending_city like ' %'") == [{"n": 0}]
    assert held("select count(*) n from held where nationality_code = 'unknown'") == [{"n": 0}]
    (summed,) = held("select sum(grant_eur) s from held")
    assert summed["s"] >= grants * 0.99


@pytest.mark.shared
def test_study_exchanges_of_the_university_as_others_sum_them(store_root, shared):
    path = shared / "erasmus" / "study_exchanges_2014_2019_by_university.csv"
    answer = receive(path)
    assert (answer.tables[0].rejected, answer.problems) == (0, [])
    totals = flows.exchange_totals("ktu", load().institutions)
    assert (totals.outgoing, totals.incoming) == (1015, 63)
    assert totals.names == ("Karadeniz Teknik Universitesi",)
    # What is received of the Commission's own rows is held against them.
    rows = [
        row(Participants="1000"),
        row(Participants="15", Sending_Organisation_Erasmus_Code="-"),
        row(Participants="9"),
    ]
    rows[2][HEADER.index("Activity (mob)")] = "Student mobility for traineeships between Programme Countries"
    receive(write(store_root / "ka1.csv", rows))
    difference = flows.difference(flows.flows("ktu", load().institutions), totals)
    assert difference == {"out": 0, "in": -63}


@pytest.mark.parametrize(("heading", "cell"), [("Participant Name", "Ayşe Yılmaz"), ("E-mail", "a@b.tr")])
def test_a_file_with_a_column_that_names_persons_is_refused_and_nothing_of_it_is_kept(
    store_root, tmp_path, heading, cell
):
    path = write(tmp_path / "2019.csv", [[*row(), cell]], [*HEADER, heading])
    with pytest.raises(FileRefused, match=heading) as refused:
        receive(path)
    assert cell not in str(refused.value)
    kept = [one for folder in ("raw", "store") for one in (store_root / "data" / folder).rglob("*")]
    assert [one for one in kept if one.is_file()] == []
