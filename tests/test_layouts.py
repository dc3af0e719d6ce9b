"""A publisher's layout is told by its header: whatever the file's name, encoding, delimiter or order."""

import random

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.errors import FileRefused, LayoutUnknown
from helpers.intake import check

# Headers as the publishers and collectors write them, each with one row of KTÜ-like figures, the
# edition it is and the `year` a person has to give (None where the table says it).
_QS_2023 = (
    "Rank,institution,location code,location,ar score,ar rank,er score,er rank,fsr score,fsr rank,cpf score,"
    "cpf rank,ifr score,ifr rank,isr score,isr rank,irn score,irn rank,ger score,ger rank,score scaled"
)
_QS_2027 = (
    "Index,Rank,Previous Rank,Name,Country/Territory,Region,Size,Focus,Research,Status,AR SCORE,AR RANK,"
    "ER SCORE,ER RANK,FSR SCORE,FSR RANK,CPF SCORE,CPF RANK,IFR SCORE,IFR RANK,ISR SCORE,ISR RANK,IRN SCORE,"
    "IRN RANK,EO SCORE,EO RANK,SUS SCORE,SUS RANK,Overall SCORE"
)
_TIMES = (
    "world_rank,university_name,country,teaching,international,research,citations,income,total_score,"
    "num_students,student_staff_ratio,international_students,female_male_ratio,year"
)
_PILLARS = "Overall,Teaching,Research Environment,Research Quality,Industry,International Outlook"
TABLES = {
    "QS 2023": (
        _QS_2023,
        "1201-1400,Çukurova,TR,Turkey,11,501+,12,501+,13,501+,14,501+,15,501+,16,501+,17,501+,18,501+,-",
        "qs-indicators", 2023, 2023,
        {"rank_text": "1201–1400", "academic_reputation": 11, "employer_reputation": 12,
         "faculty_student": 13, "citations_per_faculty": 14, "international_faculty": 15,
         "international_students": 16, "international_research_network": 17, "employment_outcomes": 18},
    ),
    "QS 2024": (
        "2024 RANK,2023 RANK,Institution Name,Country Code,Country,SIZE,FOCUS,RES.,AGE,STATUS,"
        "Academic Reputation Score,Academic Reputation Rank,Employer Reputation Score,"
        "Employer Reputation Rank,Faculty Student Score,Faculty Student Rank,Citations per Faculty Score,"
        "Citations per Faculty Rank,International Faculty Score,International Faculty Rank,"
        "International Students Score,International Students Rank,International Research Network Score,"
        "International Research Network Rank,Employment Outcomes Score,Employment Outcomes Rank,"
        "Sustainability Score,Sustainability Rank,Overall SCORE",
        "=336,601-650,Çukurova,TR,Turkey,XL,FC,VH,4,A,11,9,12,9,13,9,14,9,15,9,16,9,17,9,18,9,19,9,33.3",
        "qs-indicators", None, 2024,
        {"rank_text": "=336", "overall": 33.3, "academic_reputation": 11, "sustainability": 19},
    ),
    "QS 2025": (
        "2025 Rank,2024 Rank,Institution Name,Location,Location Full,Size,Academic Reputation,"
        "Employer Reputation,Faculty Student,Citations per Faculty,International Faculty,"
        "International Students,International Research Network,Employment Outcomes,Sustainability,"
        "QS Overall Score",
        "401,7,Çukurova,TR,Turkey,L,11,12,13,14,15,16,17,18,19,33.3",
        "qs-indicators", None, 2025,
        {"rank_text": "401", "overall": 33.3, "country": "Turkey", "sustainability": 19},
    ),
    "QS 2026": (
        "2026 Rank,2025 Rank,Name,Country/Territory,Academic Reputation Score,Employer Reputation Score,"
        "Faculty Student Ratio Score,Citations per Faculty Score,International Faculty Ratio Score,"
        "International Students Score,International Student Diversity Score,"
        "International Research Network Score,Employment Outcomes Score,Sustainability Score,Overall Score",
        "401,7,Çukurova,Türkiye,11,12,13,14,15,16,16.5,17,18,19,33.3",
        "qs-indicators", None, 2026,
        {"rank_text": "401", "faculty_student": 13, "international_student_diversity": 16.5},
    ),
    "QS 2027": (
        _QS_2027,
        "1200,1001-1200,1201-1400,Çukurova,Türkiye,Asia,XL,FC,VH,A,11,9,12,9,13,9,14,9,15,9,16,9,17,9,18,9,"
        "19,9,",
        "qs-indicators", 2027, 2027,
        {"rank_text": "1001–1200", "academic_reputation": 11, "employment_outcomes": 18,
         "sustainability": 19},
    ),
    "QS several editions": (
        "university,year,rank_display,score,link,country,city,region,logo,type,research_output,"
        "student_faculty_ratio,international_students,size,faculty_count",
        "Çukurova,2019,801-1000,12.5,https://example.org,Turkey,Adana,Asia,x.jpg,Public,High,19,500,XL,2000",
        "qs-positions", None, 2019,
        {"rank_text": "801–1000", "overall": 12.5, "country": "Turkey"},
    ),
    "THE 2025": (
        f"year,Rank,Name,{_PILLARS},rank_prefix",
        "2025,120,Çukurova,60.1,11,12,13,14,15,=",
        "the-rankings", None, 2025,
        {"rank_text": "=120", "overall": 60.1, "teaching": 11, "research_environment": 12,
         "research_quality": 13, "industry": 14, "international_outlook": 15},
    ),
    "THE 2026": (
        f"year,Rank,Name,Country,{_PILLARS},rank_prefix",
        "2026,1501+,Çukurova,Türkiye,10.3–27.2,11,12,13,14,15,",
        "the-rankings", None, 2026,
        {"rank_text": "1501+", "overall": 10.3, "country": "Türkiye", "industry": 14},
    ),
    "THE 2027": (
        f"year,rank_prefix,Rank,Name,Country,{_PILLARS}",
        "2027,=,299,Çukurova,Türkiye,50,11,12,13,14,15",
        "the-rankings", None, 2027,
        {"rank_text": "=299", "country": "Türkiye", "research_quality": 13},
    ),
    "THE key statistics": (
        "year,Rank,Name,No. of FTE students,No. of students per staff,International students,"
        "Female:Male ratio,rank_prefix",
        '2025,1501+,Çukurova,"24,284",11.2,7%,49 : 51,',
        "the-key-statistics", None, 2025,
        {"students_fte_count": 24284, "students_per_staff_ratio": 11.2, "international_students_pct": 7,
         "female_students_pct": 49},
    ),
    "timesData": (
        _TIMES,
        '301-350,Çukurova,Turkey,11,15,12,13,14,-,"24,284",11.2,7%,49 : 51,2015',
        "the-combined", None, 2015,
        {"rank_text": "301–350", "teaching": 11, "research": 12, "citations": 13, "industry_income": 14,
         "international_outlook": 15, "students_fte_count": 24284, "international_students_pct": 7,
         "female_students_pct": 49},
    ),
    "ARWU official": (
        "World Rank,Institution,Country/Region,National/Regional Rank,Total Score,Alumni,Award,"
        "HiCi,N&S,PUB,PCP",
        "12,Çukurova,Türkiye,1,50.5,11,12,13,14,15,16",
        "arwu", 2025, 2025,
        {"rank_text": "12", "overall": 50.5, "alumni": 11, "award": 12, "highly_cited": 13,
         "nature_science": 14, "publications": 15, "per_capita": 16},
    ),
    "ARWU collected": (
        "name,region,region_code,year,Alumni,Award,HiCi,N&S,PUB,PCP,continent,total_score,rank",
        "Çukurova,Turkey,tr,2024,11,12,13,14,15,16,Asia,50.5,12",
        "arwu", None, 2024,
        {"rank_text": "12", "overall": 50.5, "country": "Turkey", "nature_science": 14},
    ),
    "shanghaiData": (
        "world_rank,university_name,national_rank,total_score,alumni,award,hici,ns,pub,pcp,year",
        "401-500,Çukurova,3,,11,12,13,14,15,16,2015",
        "arwu", None, 2015,
        {"rank_text": "401–500", "alumni": 11, "nature_science": 14, "per_capita": 16},
    ),
    "cwurData": (
        "world_rank,institution,country,national_rank,quality_of_education,alumni_employment,"
        "quality_of_faculty,publications,influence,citations,broad_impact,patents,score,year",
        "955,Çukurova,Turkey,8,355+,478,210,890,790,800,913,737,44.26,2015",
        "cwur", None, 2015,
        {"rank_text": "955", "overall": 44.26, "national_rank": 8, "education_rank": 355,
         "employability_rank": 478, "faculty_rank": 210, "publications_rank": 890, "influence_rank": 790,
         "citations_rank": 800, "broad_impact_rank": 913, "patents_rank": 737},
    ),
    "CWUR 2020": (
        "World Rank,Institution,Location,National Rank,Quality\u00a0of Education,Alumni Employment,"
        "Quality\u00a0of Faculty,Research Performance,Score",
        "955,Çukurova,Turkey,8,-,> 1000,210,890,70.1",
        "cwur", 2020, 2020,
        {"rank_text": "955", "overall": 70.1, "employability_rank": 1001, "research_rank": 890},
    ),
}  # fmt: skip
each_table = pytest.mark.parametrize("name", TABLES)


def write(path, name, delimiter=",", encoding="utf-8", end="\n", above=(), order=None):
    """Write one of the tables; `order` shuffles its columns."""
    import csv
    import io

    header, row, *_ = TABLES[name]
    rows = [next(csv.reader([line])) for line in (header, row)]
    if order is not None:
        places = list(range(len(rows[0])))
        order.shuffle(places)
        rows = [[cells[i] for i in places] for cells in rows]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows([*above, *rows])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def holds(path, name, source_row=2, city="Çukurova"):
    """Check that a file was read as the table it is, value by value."""
    _, _, layout, year, edition, expected = TABLES[name]
    (table,) = check(path, year).tables
    assert table.layout.id == layout
    assert [str(problem) for problem in table.problems] == []
    assert (table.rows, table.accepted, table.unread) == (1, 1, ())
    read = {row["variable"]: row["value_low"] for row in table.scores}
    for row in (*table.positions, *table.scores):
        assert (row["edition"], row["name"], row["source_row"]) == (edition, city, source_row)
    for position in table.positions:
        read |= {"rank_text": position["rank_text"], "country": position["country"]}
        read["overall"] = position["overall_low"]
    assert {key: read.get(key) for key in expected} == expected


@each_table
def test_each_publishers_layout_is_recognised(tmp_path, name):
    holds(write(tmp_path / "table.csv", name), name)


@each_table
def test_the_order_of_columns_does_not_matter(tmp_path, name):
    for seed in range(5):
        holds(write(tmp_path / "table.csv", name, order=random.Random(seed)), name)


@each_table
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1254"])
def test_nor_do_delimiter_encoding_and_line_ends(tmp_path, name, delimiter, encoding):
    holds(write(tmp_path / "table.csv", name, delimiter, encoding, "\r\n"), name)


def test_nor_do_the_line_ends_of_a_macintosh(tmp_path):
    holds(write(tmp_path / "table.csv", "QS 2025", end="\r"), "QS 2025")


@each_table
def test_nor_do_titles_above_the_header(tmp_path, name):
    above = [["World University Rankings"], [], ["Source: the publisher", "all rights reserved"]]
    # The blank line is a line to whoever opens the file: the row stands in line 5.
    holds(write(tmp_path / "table.csv", name, above=above), name, source_row=5)


@pytest.mark.parametrize("file", ["ARWU_2003.csv", "table.txt", "Çığ 2019 (son).CSV", "no suffix"])
def test_the_files_name_says_nothing(tmp_path, file):
    holds(write(tmp_path / file, "THE 2026"), "THE 2026")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    name=st.sampled_from(sorted(TABLES)),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1254"]),
    end=st.sampled_from(["\n", "\r\n"]),
    titles=st.integers(0, 9),
    order=st.randoms(use_true_random=False),
)
def test_all_of_it_at_once(tmp_path, name, delimiter, encoding, end, titles, order):
    above = [["Title"]] * titles
    path = write(tmp_path / "table.csv", name, delimiter, encoding, end, above, order)
    holds(path, name, source_row=titles + 2)


def test_a_header_below_the_tenth_row_is_not_looked_for(tmp_path):
    with pytest.raises(LayoutUnknown):
        check(write(tmp_path / "table.csv", "THE 2026", above=[["Title"]] * 10))


@pytest.mark.parametrize("years", [(2026, 2025), (2025, 2026)])
def test_of_two_editions_in_the_header_the_latest_is_meant(tmp_path, years):
    header, row, *_ = TABLES["QS 2026"]
    (tmp_path / "qs.csv").write_text(
        header.replace("2026 Rank,2025 Rank", f"{years[0]} Rank,{years[1]} Rank")
        + "\n"
        + row.replace("401,7,", f"{years[0] - 1625},{years[1] - 1625},", 1),
        encoding="utf-8",
    )
    (table,) = check(tmp_path / "qs.csv").tables
    # 2026 − 1625 = 401 stands under "2026 Rank", wherever that column is.
    assert [(p["edition"], p["rank_low"]) for p in table.positions] == [(2026, 401)]


def qs_2027_workbook(path, sheet="Published"):
    workbook = openpyxl.Workbook()
    page = workbook.active
    page.title = sheet
    page.append(["QS World University Rankings"])
    page.append(["Published tables"])
    page.append(_QS_2027.split(","))
    page.append([1, "1", "1", "Massachusetts Institute of Technology", "United States of America", "Americas",
                 "M", "CO", "VH", "B", 100, 5, 100, 2, 100, 16, 100, 8, 99.9, 60, 93.8, 117, 94.9, 71, 100,
                 9, 99.4, 28, 100])  # fmt: skip
    page.append([1200, "1001-1200", "1201-1400", "Çukurova", "Türkiye", "Asia", "XL", "FC", "VH", "A", 11.5,
                 9, 12, 9, 13, 9, 14, 9, 15, 9, 16, 9, 17, 9, 18, 9, 19, 9, None])  # fmt: skip
    workbook.save(path)
    return path


def test_a_workbook_that_names_no_edition_asks_for_it(tmp_path):
    path = qs_2027_workbook(tmp_path / "qs.xlsx")
    with pytest.raises(FileRefused) as refused:
        check(path)
    assert not isinstance(refused.value, LayoutUnknown)
    assert "edition" in str(refused.value)
    assert "--year" in refused.value.remedy


def test_a_workbook_with_rows_above_its_header_and_the_year_given(tmp_path):
    answer = check(qs_2027_workbook(tmp_path / "qs.xlsx"), year=2027)
    (table,) = answer.tables
    assert (table.rows, table.accepted, table.problems) == (2, 2, [])
    first, second = table.positions
    # `Index` 1200 and `Previous Rank` 1201-1400 must not be taken for the rank.
    assert (first["rank_text"], first["overall_low"], first["source_row"]) == ("1", 100, 4)
    assert (second["rank_text"], second["overall_low"], second["source_row"]) == ("1001–1200", None, 5)
    assert {position["edition"] for position in table.positions} == {2027}
    scores = {(s["name"], s["variable"]): s["value_low"] for s in table.scores}
    assert len(scores) == 18
    assert scores["Çukurova", "academic_reputation"] == 11.5
    assert scores["Çukurova", "sustainability"] == 19


def test_blank_rows_at_the_top_of_a_sheet_are_counted(tmp_path):
    path = qs_2027_workbook(tmp_path / "qs.xlsx")
    workbook = openpyxl.load_workbook(path)
    workbook.active["A1"] = workbook.active["A2"] = None
    workbook.save(path)
    (table,) = check(path, year=2027).tables
    assert [position["source_row"] for position in table.positions] == [4, 5]


@pytest.mark.parametrize(("sheet", "edition"), [("2027", 2027), (" 2018-2019 ", 2018), ("QS 2026", 2026)])
def test_a_sheet_may_name_the_edition(tmp_path, sheet, edition):
    (table,) = check(qs_2027_workbook(tmp_path / "qs.xlsx", sheet)).tables
    assert table.editions == [edition]


def test_only_the_sheets_that_are_rankings_are_read(tmp_path):
    path = qs_2027_workbook(tmp_path / "qs.xlsx")
    workbook = openpyxl.load_workbook(path)
    workbook.create_sheet("Notes").append(["Please", "cite", "us"])
    workbook.create_sheet("Blank")
    workbook.save(path)
    answer = check(path, year=2027)
    assert [table.table.sheet for table in answer.tables] == ["Published"]
    assert len(answer.not_read) == 1  # and that is said, with the sheet's name
    assert "Notes" in answer.not_read[0]


def test_a_percent_cell_of_a_workbook_is_what_a_person_sees(tmp_path):
    header, *_ = TABLES["THE key statistics"]
    workbook = openpyxl.Workbook()
    workbook.active.append(header.split(","))
    workbook.active.append([2025, "1501+", "Çukurova", 24284, 11.2, 0.07, "49 : 51", None])
    workbook.active["F2"].number_format = "0%"
    workbook.save(tmp_path / "the.xlsx")
    (table,) = check(tmp_path / "the.xlsx").tables
    shares = [s["value_low"] for s in table.scores if s["variable"] == "international_students_pct"]
    assert shares in ([], [7])  # read as 7 % or refused, never 0.07 %


def test_a_second_row_of_headings_below_merged_ones_is_skipped(tmp_path):
    variables = [
        "Academic Reputation", "Employer Reputation", "Faculty Student Ratio", "Citations per Faculty",
        "International Faculty Ratio", "International Student Ratio",
    ]  # fmt: skip
    workbook = openpyxl.Workbook()
    heads = [cell for one in variables for cell in (one, None)]
    workbook.active.append(["Rank 2026", "Rank 2025", "Name", "Country/Territory", *heads, "Overall"])
    workbook.active.append([None] * 4 + ["Score", "Rank"] * 6 + ["Score"])
    workbook.active.append(["401", "390", "Çukurova", "Türkiye", *range(11, 23), 33.3])
    workbook.save(tmp_path / "qs.xlsx")
    (table,) = check(tmp_path / "qs.xlsx").tables
    assert (table.problems, [row for row, _ in table.skipped]) == ([], [2])
    scores = {one["variable"]: one["value_low"] for one in table.scores}
    assert (scores["academic_reputation"], scores["international_students"]) == (11, 21)


def test_an_unknown_layout_names_the_nearest_one(tmp_path):
    header, row, *_ = TABLES["THE 2025"]
    header = header.replace("Industry", "Endüstri").replace("Research Quality", "Quality")
    (tmp_path / "the.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    with pytest.raises(LayoutUnknown) as refused:
        check(tmp_path / "the.csv")
    said = str(refused.value)
    assert "THE World University Rankings, rankings table" in said
    for known in ("industry income", "citations"):  # what the missing columns are usually called
        assert known in said
    for unknown in ("'Endüstri'", "'Quality'"):
        assert unknown in said
    assert "'Teaching'" not in said  # a header that is known is not complained of
    assert "layouts" in refused.value.remedy


@pytest.mark.parametrize(
    "header",
    [
        # A THE table in which one pillar is renamed, and a table of another publisher.
        pytest.param(TABLES["THE 2026"][0].replace("Industry", "Endüstri"), id="THE with an unknown pillar"),
        pytest.param("year,rank,university,country,score,article,citation", id="URAP"),
    ],
)
def test_another_publishers_table_is_not_taken_for_qs(tmp_path, header):
    row = ",".join(["2026", "12", "Çukurova", "Türkiye", "50"] + ["40"] * (header.count(",") - 4))
    (tmp_path / "table.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    with pytest.raises(LayoutUnknown):
        check(tmp_path / "table.csv")


def test_a_table_of_something_else_shows_its_own_first_row(tmp_path):
    (tmp_path / "other.csv").write_text("student,course,mark\n1,2,3\n", encoding="utf-8")
    with pytest.raises(LayoutUnknown) as refused:
        check(tmp_path / "other.csv")
    assert "other.csv" in str(refused.value)
    assert "'course'" in str(refused.value)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (b"PK\x03\x04 no archive", "cannot be opened"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00\x01" * 600, "old Office format"),
        (bytes(range(256)) * 8, "not text"),
        ("year,Rank,Name".encode("utf-16"), "not text"),
        (bytes(range(128, 256)) * 8, "fits no known table"),
        (b"%PDF-1.7\n1 0 obj\n", "a PDF document"),
        (b"<html><body>Sign in</body></html>", "a web page"),
    ],
)
def test_junk_is_refused_with_a_sentence(tmp_path, content, says, suffix):
    path = tmp_path / f"table{suffix}"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        check(path)
    assert path.name in str(refused.value)
    assert says in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


def test_a_header_without_rows_is_told_from_an_empty_file(tmp_path):
    (tmp_path / "the.csv").write_text(TABLES["THE 2026"][0] + "\n", encoding="utf-8")
    with pytest.raises(FileRefused, match="a header and no rows"):
        check(tmp_path / "the.csv")


def test_an_empty_workbook_is_refused(tmp_path):
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    with pytest.raises(FileRefused, match="holds no rows"):
        check(tmp_path / "empty.xlsx")


def test_a_missing_file_and_a_folder_are_refused_with_a_sentence(tmp_path):
    with pytest.raises(FileRefused, match=r"no file 'missing\.csv'"):
        check(tmp_path / "missing.csv")
    with pytest.raises(FileRefused, match="cannot be read"):
        check(tmp_path)
