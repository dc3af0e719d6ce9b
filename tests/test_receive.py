"""Receiving a file: every row accounted for, the original kept, its identity card true, bad rows told.

The real files are counted here with the csv module and openpyxl, never with the workbook's own reader.
"""

import csv
import getpass
import hashlib
import io
import socket
from collections import Counter
from functools import lru_cache
from pathlib import Path

import openpyxl
import pytest
import yaml
from conftest import SHARED
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import store
from helpers.errors import FileRefused
from helpers.intake import cards, check, receive

FOLDERS = ("the", "qs", "arwu", "cwur")
REAL = sorted(p.relative_to(SHARED).as_posix() for folder in FOLDERS for p in (SHARED / folder).glob("*.*"))
REAL = [name for name in REAL if not name.endswith(".rejected.csv")]  # what a trial receipt left there
SECOND_HEADER = "rank display"
# What is known of the files' damage (shared/data/README.md); every other row is sound.
REJECTED = {"qs/QS_2017_2022_V2.csv": 68, "arwu/ARWU_2003_2025.csv": 1}
each_real_file = pytest.mark.parametrize("name", REAL or ["absent"])


# Several tests look at the same large file, one after another.
judged = lru_cache(maxsize=2)(check)


def independent(path: Path) -> list[tuple[list[str], list[list[str]]]]:
    """Read header and non-empty rows of each sheet without any code of the workbook."""
    if path.suffix == ".xlsx":
        sheets = openpyxl.load_workbook(path, read_only=True).worksheets
        tables = [[["" if c is None else str(c) for c in row] for row in s.values] for s in sheets]
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            tables = [list(csv.reader(file))]
    kept = [[row for row in table if any(cell.strip() for cell in row)] for table in tables]
    return [(table[0], table[1:]) for table in kept]


def rank_of(header):
    names = [cell.strip().lower() for cell in header]
    return min(
        names.index(n) for n in ("rank", "rank_display", "2024 rank", "2025 rank", "world rank") if n in names
    )


@pytest.mark.shared
@each_real_file
def test_every_row_of_every_real_file_is_accounted_for(shared, name):
    path = shared / name
    answer = judged(path)
    assert answer.not_read == ()
    assert answer.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    sheets = independent(path)
    assert len(answer.tables) == len(sheets)
    for table, (header, rows) in zip(answer.tables, sheets, strict=True):
        assert table.rows == len(rows)
        assert table.accepted + table.rejected + len(table.skipped) == len(rows)
        assert table.rejected == REJECTED.get(name, 0)
        assert table.unread == ()
        reasons = Counter(reason for _, reason in table.skipped)
        ranks = Counter(row[rank_of(header)].strip() for row in rows)
        reporters = sum(n for reason, n in reasons.items() if "Reporter" in reason)
        assert reporters == ranks["Reporter"]
        assert sum(n for reason, n in reasons.items() if "header" in reason) == ranks[SECOND_HEADER]
        if "key_statistics" in name:
            # Before 2016 THE published no key statistics: the files hold names only.
            first = header.index("Name") + 1
            ranked = [row for row in rows if row[rank_of(header)].strip() != "Reporter"]
            assert reasons["no value in any column"] == sum(not any(r[first : first + 4]) for r in ranked)
        else:
            assert len(table.positions) == table.accepted
        for kind, stored in (("ranking_positions", table.positions), ("ranking_scores", table.scores)):
            key = store.definition(kind)["key"]
            assert len({tuple(row[column] for column in key) for row in stored}) == len(stored)


def scores(name, shared, who="Karadeniz Technical University"):
    (table,) = judged(shared / name).tables
    return {row["variable"]: row for row in table.scores if row["name"] == who}, table


@pytest.mark.shared
def test_the_68_empty_ranks_of_qs_are_rejected_and_nothing_else(shared):
    (table,) = judged(shared / "qs/QS_2017_2022_V2.csv").tables
    assert Counter((p.column, p.value) for p in table.problems) == {("rank_display", ""): 68}
    lines = (shared / "qs/QS_2017_2022_V2.csv").read_text(encoding="utf-8-sig").splitlines()
    for problem in table.problems:  # the row number leads a person to the empty rank
        assert next(csv.reader([lines[problem.row - 1]]))[2] == ""


@pytest.mark.shared
def test_the_212_open_bands_of_qs_2017_get_their_plus_back(shared):
    ((_, rows),) = independent(shared / "qs/QS_2017_2022_V2.csv")
    assert sum(r[1] == "2017" and r[2] == "701" for r in rows) == 212
    (table,) = judged(shared / "qs/QS_2017_2022_V2.csv").tables
    restored = [p for p in table.positions if p["edition"] == 2017 and p["rank_low"] == 701]
    assert len(restored) == 212
    shown = {(p["rank_text"], p["rank_high"], p["caveats"]) for p in restored}
    assert shown == {("701+", None, "open_band_restored")}


@pytest.mark.shared
def test_the_one_repeated_university_of_arwu_is_rejected(shared):
    (table,) = judged(shared / "arwu/ARWU_2003_2025.csv").tables
    ((_, rows),) = independent(shared / "arwu/ARWU_2003_2025.csv")
    times = Counter((row[0], row[1], row[3]) for row in rows)
    assert [who for who, n in times.items() if n > 1] == [("University of Duisburg-Essen", "Germany", "2003")]
    (problem,) = table.problems
    assert (problem.row, problem.value) == (486, "University of Duisburg-Essen")
    assert "row 485" in problem.expected


@pytest.mark.shared
def test_no_made_up_arwu_rank_is_stored(shared):
    (table,) = judged(shared / "arwu/ARWU_2003_2025.csv").tables
    ranks = [p["rank_low"] for p in table.positions if p["rank_low"] is not None]
    assert len(ranks) > 2000  # about a hundred in each of 23 editions
    assert max(ranks) <= 100
    for position in table.positions:
        if position["rank_low"] is None:
            assert (position["rank_text"], position["rank_high"], position["overall_low"]) == ("", None, None)
            assert "ranks_not_official" in position["caveats"]


@pytest.mark.shared
@pytest.mark.parametrize("year", range(2011, 2026))
def test_the_pillars_of_older_the_editions_get_their_names_back(shared, year):
    _, table = scores(f"the/THE_{year}_rankings.csv", shared)
    old = {"teaching", "research", "citations", "industry_income", "international_outlook"}
    new = {"teaching", "research_environment", "research_quality", "industry", "international_outlook"}
    assert {row["variable"] for row in table.scores} == (old if year < 2024 else new)
    renamed = {row["variable"] for row in table.scores if "pillar_names_restored" in row["caveats"]}
    assert renamed == (old - new if year < 2024 else set())


@pytest.mark.shared
def test_karadenizs_figures_are_those_the_publisher_prints(shared):
    # Typed off the lines of 2023 and 2025: shared/data/ktu_facts.csv has the same.
    found, table = scores("the/THE_2023_rankings.csv", shared)
    assert {v: row["value_low"] for v, row in found.items()} == {
        "teaching": 14.3, "research": 9.5, "citations": 19.7, "industry_income": 40.0,
        "international_outlook": 19.6,
    }  # fmt: skip
    (position,) = [p for p in table.positions if p["name"] == "Karadeniz Technical University"]
    assert (position["rank_text"], position["rank_low"], position["rank_high"]) == ("1501+", 1501, None)
    assert (position["overall_low"], position["overall_high"]) == (10.4, 18.3)
    found, _ = scores("the/THE_2025_key_statistics.csv", shared)
    assert {v: row["value_low"] for v, row in found.items()} == {
        "students_fte_count": 24284, "students_per_staff_ratio": 11.2, "international_students_pct": 7,
        "female_students_pct": 49,
    }  # fmt: skip


@pytest.mark.shared
def test_an_overall_score_of_nought_is_no_value(shared):
    ((header, rows),) = independent(shared / "the/THE_2016_rankings.csv")
    noughts = {row[2].strip() for row in rows if row[header.index("Overall")] in ("0", "0.0")}
    assert noughts
    (table,) = judged(shared / "the/THE_2016_rankings.csv").tables
    missing = {p["name"] for p in table.positions if p["overall_low"] is None}
    assert len(missing) == len(noughts)
    assert all("zero_means_missing" in p["caveats"] for p in table.positions if p["overall_low"] is None)
    columbia = [s for s in table.scores if s["name"] == "Columbia University"]
    # Columbia's line reads ...,85.9,82.2,98.1,0,73.5: its industry income is missing, not nought.
    assert {s["variable"]: s["value_low"] for s in columbia}["industry_income"] is None


# --- small made-up tables -------------------------------------------------------------------------

HEADER = (
    "year,Rank,Name,Country,Overall,Teaching,Research Environment,Research Quality,Industry,"
    "International Outlook,rank_prefix"
)
GOOD = ["2026,1,Oxford,United Kingdom,98,97,96,95,94,93,", "2026,1501+,KTU,Türkiye,10.3–27.2,23,15,30,41,26,"]
# Row 4: rank and score; row 5: its name; row 6: repeats row 2; row 7: one cell too many; row 8: Reporter.
BAD = [
    '2026,=cmd|calc,A,Türkiye,101,"-2,5",10,10,10,10,',
    "2026,601–800,,Türkiye,10,10,10,10,10,10,",
    "2026,2,OXFORD,united kingdom,98,97,96,95,94,93,",
    "2026,=1001,University of California, Merced,USA,10,10,10,10,10,10,=",
    "2026,Reporter,B,Türkiye,n/a,n/a,n/a,n/a,n/a,n/a,",
]


def table_of(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def tree(folder):
    return {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def handed_in(workbook_root, tmp_path):
    """A file outside the workbook, as an office hands it in."""
    return table_of(tmp_path / "Ayşe Yılmaz" / "Sıralama 2026.csv", *GOOD, *BAD)


def test_check_stores_nothing(handed_in, tmp_path):
    before = tree(tmp_path)
    answer = check(handed_in)
    assert answer.problems
    assert tree(tmp_path) == before


def test_receiving_keeps_the_original_as_it_came(workbook_root, handed_in):
    content = handed_in.read_bytes()
    answer = receive(handed_in, unit="Strategy office")
    kept = workbook_root / answer.stored_as
    assert kept.parent == workbook_root / "data" / "raw" / "rankings"
    assert kept.read_bytes() == content == handed_in.read_bytes()
    assert kept.stat().st_mode & 0o222 == 0  # nobody may write it
    assert kept.name.isascii()
    assert not list(workbook_root.rglob("*.part"))


def test_the_identity_card_is_true(workbook_root, handed_in):
    receive(handed_in, unit="Strategy office", licence="for internal use")
    (card,) = cards()
    assert card["sha256"] == hashlib.sha256(handed_in.read_bytes()).hexdigest()
    assert card["bytes"] == handed_in.stat().st_size
    assert card["name_as_received"] == "Sıralama 2026.csv"
    assert (card["received_from"], card["licence"]) == ("Strategy office", "for internal use")
    assert card["producer"] == "Times Higher Education"
    (told,) = card["tables"]
    assert (told["rows"], told["accepted"], told["rejected"]) == (7, 2, 4)
    assert list(told["skipped"].values()) == [1]
    assert told["editions"] == [2026]
    assert set(card["partitions"]) == {
        "ranking_positions/the-2026-positions", "ranking_scores/the-2026-positions",
    }  # fmt: skip
    for partition in card["partitions"]:
        assert (workbook_root / "data" / "store" / f"{partition}.parquet").is_file()


def test_the_card_names_no_path_of_this_machine(workbook_root, handed_in, tmp_path):
    answer = receive(handed_in)
    (path,) = (workbook_root / "data" / "raw").rglob("*.source.yml")
    text = path.read_text(encoding="utf-8")
    # "Ayşe Yılmaz" is the folder the file lay in: somebody's name is nobody's business.
    for trace in (str(tmp_path), str(Path.home()), "Ayşe", "Yılmaz", socket.gethostname()):
        assert trace not in text
    if len(getpass.getuser()) > 4:  # "root" is a part of common words
        assert getpass.getuser() not in text
    assert not any("/" in word or "\\" in word for word in text.split() if "ranking_" not in word)
    assert not answer.stored_as.startswith("/")
    assert all(not name.startswith("/") for name in answer.rejected_in)
    assert yaml.safe_load(text)["file"] == Path(answer.stored_as).name


def test_the_rejected_rows_can_be_opened_and_mended(workbook_root, handed_in):
    answer = receive(handed_in)
    copies = [
        *(workbook_root / "data" / "raw").rglob("*.rejected.csv"),
        *handed_in.parent.glob("*.rejected.csv"),
    ]
    assert len(copies) == 2 == len(answer.rejected_in)
    assert copies[0].read_bytes() == copies[1].read_bytes()
    content = copies[0].read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")  # else Turkish Excel shows mojibake
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert list(rows[0]) == ["file", "sheet", "row", "column", "value", "expected", "remedy"]
    assert [(row["row"], row["column"]) for row in rows] == [
        ("4", "Rank"), ("4", "Overall"), ("4", "Teaching"), ("5", "Name"), ("7", "(row)"), ("6", "Name"),
    ]  # fmt: skip
    assert all(row["file"] == "Sıralama 2026.csv" and row["expected"] and row["remedy"] for row in rows)
    values = {(row["row"], row["column"]): row["value"] for row in rows}
    assert values["4", "Overall"] == "101"
    assert values["4", "Rank"] == "'=cmd|calc"  # a spreadsheet would run it
    assert values["4", "Teaching"] == "-2,5"  # a number, which nothing runs
    assert values["6", "Name"] == "OXFORD"


def test_only_accepted_rows_are_stored(handed_in):
    receive(handed_in)
    positions = store.read("live", "ranking_positions", ["the"]).frame
    assert dict(zip(positions["name"], positions["rank_text"], strict=True)) == {
        "Oxford": "1",
        "KTU": "1501+",
    }
    scores_held = store.read("live", "ranking_scores", ["the"])
    assert len(scores_held.frame) == 2 * 5
    assert sum(source.rows for source in scores_held.sources) == 10


def test_the_corrected_file_replaces_the_edition(workbook_root, handed_in, tmp_path):
    first = receive(handed_in)
    assert first.replaced == ()
    mended = table_of(tmp_path / "again" / "mended.csv", *GOOD, "2026,601–800,A,Türkiye,10,10,10,10,10,10,")
    other = table_of(tmp_path / "again" / "older.csv", "2025,9,Oxford,United Kingdom,98,97,96,95,94,93,")
    second, third = receive(mended), receive(other)
    assert set(second.replaced) == {
        "ranking_positions/the-2026-positions", "ranking_scores/the-2026-positions",
    }  # fmt: skip
    assert third.replaced == ()  # another edition stands beside it
    assert second.rejected_in == ()
    frame = store.read("live", "ranking_positions").frame
    held = sorted(zip(frame["edition"], frame["name"], strict=True))
    assert held == [(2025, "Oxford"), (2026, "A"), (2026, "KTU"), (2026, "Oxford")]
    assert len(cards()) == 3  # the earlier file and its card stay
    assert (workbook_root / first.stored_as).exists()


def test_receiving_the_same_file_twice_changes_nothing(workbook_root, handed_in):
    def stored():
        return {p: p.read_bytes() for p in (workbook_root / "data" / "store").rglob("*.parquet")}

    receive(handed_in)
    once = stored()
    assert once
    receive(handed_in)
    assert stored() == once
    assert len(cards()) == 1


def test_a_refused_file_leaves_no_trace(workbook_root, tmp_path):
    (tmp_path / "junk.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    before = tree(tmp_path)
    with pytest.raises(FileRefused):
        receive(tmp_path / "junk.csv")
    assert tree(tmp_path) == before


def test_a_value_is_held_once_though_two_files_bring_it(workbook_root, tmp_path):
    both, alone = tmp_path / "both.csv", tmp_path / "alone.csv"
    statistics = "num_students,student_staff_ratio,international_students,female_male_ratio"
    pillars = "teaching,international,research,citations,income,total_score"
    both.write_text(
        f"year,world_rank,university_name,country,{pillars},{statistics}\n"
        '2016,1,Oxford,UK,97,93,96,95,94,98,"20,000",10.5,38%,48 : 52\n',
        encoding="utf-8",
    )
    alone.write_text(
        f'year,rank,name,{statistics}\n2016,1,Oxford,"20,664",11.6,34%,46 : 54\n', encoding="utf-8"
    )
    receive(both)
    receive(alone)
    frame = store.read("live", "ranking_scores").frame
    students = frame[frame["variable"] == "students_fte_count"]
    assert list(students["value_low"]) == [20000]  # that of the table with positions
    assert frame.groupby(["system", "edition", "name_key", "variable"]).size().max() == 1


@pytest.mark.parametrize(
    "second",
    [
        "Northeastern University",
        pytest.param(
            "NORTHEASTERN UNIVERSITY",
        ),
    ],
)
def test_two_universities_of_one_name_do_not_share_a_key(tmp_path, second):
    path = table_of(
        tmp_path / "the.csv",
        "2026,601–800,Northeastern University,United States,10,10,10,10,10,10,",
        f"2026,1001–1200,{second},China,20,20,20,20,20,20,",
    )
    (table,) = check(path).tables
    key = store.definition("ranking_scores")["key"]
    times = Counter(tuple(row[column] for column in key) for row in table.scores)
    assert table.accepted + table.rejected == 2
    assert max(times.values()) == 1


# --- doubt that travels, and rows that must not vanish --------------------------------------------


def test_pillars_that_have_their_own_names_carry_no_caveat(tmp_path):
    path = tmp_path / "the.csv"
    path.write_text(
        "year,rank,name,overall,teaching,research,citations,industry income,international outlook\n"
        "2016,1,Oxford,98,97,96,95,94,93\n",
        encoding="utf-8",
    )
    (table,) = check(path).tables
    assert {s["variable"] for s in table.scores} >= {"research", "citations", "industry_income"}
    assert {s["caveats"] for s in table.scores} == {""}


def test_an_unclosed_quote_does_not_swallow_the_rest(tmp_path):
    path = table_of(tmp_path / "the.csv", GOOD[0], '2026,2,"Open,UK,90,90,90,90,90,90,', *GOOD[1:])
    try:
        (table,) = check(path).tables
    except FileRefused:
        return
    assert table.rejected  # somebody must be told


@pytest.mark.parametrize("year", ["20265", "2026x", "2026-10-05 00:00:00"])
def test_a_mistyped_year_is_rejected(tmp_path, year):
    (table,) = check(table_of(tmp_path / "the.csv", GOOD[0].replace("2026", year, 1))).tables
    assert (table.accepted, table.rejected) == (0, 1)


@pytest.mark.parametrize(
    ("year", "edition"), [("2026", 2026), ("2018-2019", 2018), ("2018/2019", 2018), ("2003", 2003)]
)
def test_a_year_or_a_span_of_years_names_the_edition(tmp_path, year, edition):
    (table,) = check(table_of(tmp_path / "the.csv", GOOD[0].replace("2026", year, 1))).tables
    assert [(p["edition"], p["edition_text"]) for p in table.positions] == [(edition, year)]


@pytest.mark.parametrize("year", ["", "26", "1999", "2101", "n/a"])
def test_what_is_no_edition_is_rejected(tmp_path, year):
    (table,) = check(table_of(tmp_path / "the.csv", GOOD[0].replace("2026", year, 1))).tables
    assert (table.accepted, [p.column for p in table.problems]) == (0, ["year"])


@pytest.mark.parametrize(
    "last",
    [
        "2026,150,U150,UK,90,90,90,90,90,90,",
        pytest.param(
            "2026,75,U75,UK,190,90,90,90,90,90,",
        ),
    ],
)
def test_row_numbers_are_not_ranks_whatever_else_is_wrong(tmp_path, last):
    number = last.split(",")[1]
    rows = [f"2026,{n},U{n},UK,90,90,90,90,90,90," for n in range(1, 151) if str(n) != number]
    (table,) = check(table_of(tmp_path / "the.csv", *rows, last)).tables
    assert {p["rank_low"] for p in table.positions} == {None}


# Rows of every kind, each with what must become of it; names are numbered so that they do not repeat.
_numbers = st.sampled_from(["1", "=12", "12=", "201–250", "601-800", "1501+"])
_score = st.sampled_from(["0", "50.5", "100", "10.5–25.1", "-", "n/a", ""])
_kinds = st.sampled_from(
    ["good", "good", "bad rank", "bad score", "no name", "repeat", "Reporter", "extra cell", "two problems"]
)


@settings(max_examples=70)
@given(st.lists(st.tuples(_kinds, _numbers, _score), min_size=1, max_size=25), st.sampled_from(",;\t"))
def test_no_row_of_any_table_is_lost(tmp_path_factory, rows, delimiter):
    lines, fate, first = [], Counter(), None
    for number, (kind, rank, score) in enumerate(rows):
        name = f"University {number}, Town"  # holds a delimiter, so it is quoted
        cells = ["2026", rank, name, "Türkiye", score, "50", "50", "50", "50", "50", ""]
        expected = "rejected"
        if kind == "good":
            expected, first = "accepted", first or name
        elif kind == "bad rank":
            cells[1] = "5-Oct"
        elif kind == "bad score":
            cells[5] = "100.5"
        elif kind == "no name":
            cells[2] = " "
        elif kind == "repeat":
            cells[2] = first or name
            expected, first = ("rejected" if first else "accepted"), first or name
        elif kind == "Reporter":
            cells[1], expected = "Reporter", "skipped"
        elif kind == "extra cell":
            cells.append("spilled")
        else:
            cells[1], cells[4] = "?", "?"
        lines.append(cells)
        fate[expected] += 1
    path = tmp_path_factory.mktemp("made") / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([HEADER.split(","), *lines])
    (table,) = check(path).tables
    assert table.accepted + table.rejected + len(table.skipped) == table.rows == len(lines)
    assert (table.accepted, table.rejected, len(table.skipped)) == (
        fate["accepted"], fate["rejected"], fate["skipped"],
    )  # fmt: skip
    stored = {p["source_row"] for p in table.positions}
    told = {problem.row for problem in table.problems}
    set_aside = {row for row, _ in table.skipped}
    # Each line from the second on is in exactly one of the three.
    assert sorted([*stored, *told, *set_aside]) == list(range(2, len(lines) + 2))
    assert all(p.expected and p.remedy and p.file == "table.csv" for p in table.problems)
