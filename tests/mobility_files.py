"""Files like those of the Commission: exactly their headers and their known damages, seeded, of any size.

Real full files are not at hand. Every cell is worked out from the number of its row by DuckDB, so that ten
million rows take a minute and no memory, and so that what is wrong in which line is known beforehand.
"""

import codecs
from dataclasses import dataclass
from pathlib import Path

import duckdb

HEADER_2019 = (
    "Project Reference;Academic Year;Mobility Start Month;Mobility End Month;Mobility Duration;"
    "Activity (mob);Field of Education;Participant Nationality;Education Level;Participant Gender;"
    "Participant Profile;Special Needs;Fewer Opportunities;GroupLeader;Participant Age;"
    "Sending Country Code;Sending City;Sending Organization;Sending Organisation Erasmus Code;"
    "Receiving Country Code;Receiving City;Receiving Organization;Receiving Organisation Erasmus Code;"
    "Participants"
)
# The header of 2014 as its readers describe it: other names for the same columns, blanks around some.
HEADER_2014 = (
    HEADER_2019.replace("Mobility Start Month", "Mobility Start Year/Month")
    .replace("Mobility End Month", " Mobility End Year/Month")
    .replace("Mobility Duration", "Mobility Duration - calendar days")
    .replace("Sending Organization", "Sending Organisation ")
    .replace("Receiving Organization", "Receiving Organisation")
    .removesuffix("Participants")
    + "Actual Participants (Contracted Projects)"
)
STUDENTS_2012 = (
    "ID_MOBILITY_CDE;STUDENT_ID;HOME_INSTITUTION_CDE;HOME_INSTITUTION_CTRY_CDE;STUDENT_AGE_VALUE;"
    "STUDENT_GENDER_CDE;STUDENT_NATIONALITY_CDE;STUDENT_SUBJECT_AREA_VALUE;STUDENT_STUDY_LEVEL_CDE;"
    "NUMB_YRS_HIGHER_EDUCAT_VALUE;MOBILITY_TYPE_CDE;HOST_INSTITUTION_CDE;HOST_INSTITUTION_COUNTRY_CDE;"
    "PLACEMENT_ENTERPRISE_VALUE;PLACEMENT_ENTERPRISE_CTRY_CDE;PLACEMENT_ENTERPRISE_SIZE_CDE;"
    "TYPE_PLACEMENT_SECTOR_VALUE;LENGTH_STUDY_PERIOD_VALUE;LENGTH_PLACEMENT_VALUE;SHORT_DURATION_CDE;"
    "STUDY_START_DATE;PLACEMENT_START_DATE;CONSORTIUM_AGREEMENT_NUMBER;ECTS_CREDITS_STUDY_AMT;"
    "ECTS_CREDITS_PLACEMENT_AMT;TOTAL_ECTS_CREDITS_AMT;SPECIAL_NEEDS_SUPPLEMENT_VALUE;"
    "TAUGHT_HOST_LANGUAGE_CDE;LANGUAGE_TAUGHT_CDE;LINGUISTIC_PREPARATION_CDE;STUDY_GRANT_AMT;PLACEMENT_GRANT_AMT;"
    "PREVIOUS_PARTICIPATION_CDE;QUALIFICATION_AT_HOST_CDE"
)
HEADERS = {"2019": HEADER_2019, "2014": HEADER_2014}

# Column, and the value that makes its row one that must be rejected.
FAULTS = (
    ("Participants", "two"),
    ("Sending Country Code", "QQ"),
    ("Mobility Start Month", "2019-13"),
    ("Participants", ""),
    ("Project Reference", "TR01-KA103-012345"),
    ("Mobility Duration", "3 weeks"),
)
# Ages that are no ages: they are set aside and the row stays.
ABSURD_AGES = ("-7042", "0", "117", "1982")

COUNTRIES = ["DE", "ES", "FR", "IT", "TR", "PL", "PT", "NL", "EL", "UK", "BE", "CZ", "XK", "MA", "FI", "RO"]
CITIES = ["Łódź", "Málaga", "Iğdır", "Köln", "Coimbra"]
SPELLINGS = [
    "Karadeniz Teknik Universitesi",
    "KARADENİZ TEKNİK ÜNİVERSİTESİ",
    "Karadeniz Technical University",
]


@dataclass(frozen=True)
class Written:
    """What was written: the rows, and what is known of them beforehand.

    `faulty` are the lines that must be rejected with the column at fault; `participants` is the sum over the
    other rows, `outgoing` and `incoming` that of Karadeniz Technical University.
    """

    path: Path
    rows: int
    faulty: dict[int, str]
    participants: int
    outgoing: int
    incoming: int


def write(
    path: Path,
    rows: int,
    *,
    layout: str = "2019",
    seed: int = 1,
    encoding: str = "utf-8",
    faulty_every: int = 0,
    year: int = 2019,
    tell_lines: bool = True,
) -> Written:
    """Write a file of a layout of `HEADERS`; each `faulty_every`-th row has one of FAULTS.

    `encoding` may be any of Python's; letters it lacks become question marks, as in the Commission's own.
    """
    header = HEADERS[layout]
    names = HEADER_2019.split(";")
    cells = _cells(seed, year)
    every = faulty_every or rows + 1
    columns = ", ".join(
        f'{_with_fault(name, cells[name], every)} as "{name.replace(chr(34), "")}"' for name in names
    )
    utf8 = path if encoding == "utf-8" else path.with_name(path.name + ".utf8")
    with duckdb.connect(config={"threads": "2"}) as connection:
        connection.execute(f"create temp macro pick(i, k, m) as (hash(i, {seed}, k) % m)::bigint")
        made = f"select {columns} from range({rows}) t(i)"
        connection.execute(f"copy ({made}) to '{utf8}' (delimiter ';', header false)")
        good = f"i % {every} <> {every} - 1"
        ktu = "starts_with({}, 'TR TRABZON01')"
        sums = connection.execute(
            f"""select coalesce(sum(p), 0)::bigint,
            coalesce(sum(p) filter ({ktu.format("s")}), 0)::bigint,
            coalesce(sum(p) filter ({ktu.format("r")}), 0)::bigint
            from (select {cells["Participants"]} as p, {cells["Sending Organisation Erasmus Code"]} as s,
            {cells["Receiving Organisation Erasmus Code"]} as r from range({rows}) t(i) where {good})"""
        ).fetchone()
    _put(path, utf8, header, encoding)
    faulty = {
        i + 2: FAULTS[(i // every) % len(FAULTS)][0]
        for i in (range(every - 1, rows, every) if tell_lines else ())
    }
    return Written(path, rows, faulty, *sums)


def _put(path: Path, utf8: Path, header: str, encoding: str) -> None:
    """Put the header before the rows, in the encoding of the file, without holding the whole."""
    whole = path.with_name(path.name + ".whole")
    decoder = codecs.getincrementaldecoder("utf-8")()
    with whole.open("wb") as target, utf8.open("rb") as source:
        target.write(f"{header}\n".encode(encoding, "replace"))
        while chunk := source.read(1 << 24):
            target.write(chunk if encoding == "utf-8" else decoder.decode(chunk).encode(encoding, "replace"))
    utf8.unlink()
    whole.replace(path)


def _with_fault(name: str, cell: str, every: int) -> str:
    """Put a wrong value into the rows whose turn it is."""
    wrong = [(place, value) for place, (column, value) in enumerate(FAULTS) if column == name]
    cases = " ".join(
        f"when i % {every} = {every} - 1 and (i // {every}) % {len(FAULTS)} = {place} then '{value}'"
        for place, value in wrong
    )
    return f"case {cases} else ({cell})::varchar end" if cases else cell


def _cells(seed: int, year: int) -> dict[str, str]:
    """Return each column as SQL over the number `i` of its row."""

    def of(values: list[str] | tuple[str, ...], k: int) -> str:
        listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
        return f"[{listed}][1 + pick(i, {k}, {len(values)})]"

    def own(side: int) -> str:
        """Every 977th row is sent, every 2003rd received by the university."""
        return f"i % {(977, 2003)[side]} = 5"

    def share(side: int) -> str:
        """Nearly half of the organisations are universities with a code; a few have no name."""
        return f"pick(i, {32 + side}, 100)"

    def organisation(side: int) -> str:
        """The spelling of the university varies; quotes and delimiters stand in some names."""
        enterprises, number = (60_000, 300_000)[side], f"pick(i, {36 + side}, 5000)"
        return f"""case when {own(side)} then {of(SPELLINGS, 30 + side)}
            when {share(side)} < 45 then {of(CITIES, 34 + side)} || ' University ' || {number}
            when {share(side)} < 46 then 'Verein "Brücke"; Gruppe ' || pick(i, {38 + side}, 900)
            when {share(side)} < 47 then '??? - ? Unknown ?'
            else 'Enterprise and Training Centre ' || pick(i, {40 + side}, {enterprises}) end"""

    def code(side: int) -> str:
        city = f"' CITY' || pick(i, {36 + side}, 5000)"
        return f"""case when {own(side)} then 'TR TRABZON01'
            when {share(side)} < 45 then {of(COUNTRIES, 42 + side)} || {city} else '-' end"""

    def country(side: int) -> str:
        return f"case when {own(side)} then 'TR' else {of(COUNTRIES, 42 + side)} end"

    return {
        "Project Reference": (
            f"({year} - pick(i, 1, 3)) || '-1-' || {of(['TR01', 'DE02', 'ES01', 'FR01'], 2)} || '-' || "
            f"{of(['KA103', 'KA107', 'KA102', 'KA105'], 3)} || '-' || lpad(pick(i, 4, 9000)::varchar, 6, '0')"
        ),
        "Academic Year": of((f"{year - 1}-{year}", f"{year}-{year + 1}"), 5),
        "Mobility Start Month": f"'{year}-' || lpad((1 + pick(i, 6, 12))::varchar, 2, '0')",
        "Mobility End Month": f"'{year + 1}-' || lpad((1 + pick(i, 6, 12))::varchar, 2, '0')",
        "Mobility Duration": "2 + pick(i, 7, 360)",
        "Activity (mob)": of(
            (
                "Student mobility for studies between Programme Countries",
                "Student mobility for traineeships between Programme Countries",
                "Staff mobility for teaching between Programme Countries",
                "Youth Exchanges - Programme Countries",
                "Advance Planning Visit – EVS",
                "Training/teaching assignments abroad",
            ),
            8,
        ),
        "Field of Education": (
            "case when pick(i, 9, 20) = 0 then '??? - ? Unknown ?'"
            " else lpad(pick(i, 10, 110)::varchar, 4, '0')"
            " || ' - Business and administration, not further defined' end"
        ),
        "Participant Nationality": of([*COUNTRIES, "-"], 11),
        "Education Level": of(
            (
                "ISCED-6 - First cycle / Bachelor’s or equivalent level (EQF-6)",
                "ISCED-7 - Second cycle / Master’s or equivalent level (EQF-7)",
                "??? - ? Unknown ?",
                "???",
            ),
            12,
        ),
        "Participant Gender": of(("Female", "Male", "Undefined"), 13),
        "Participant Profile": of(("Learner", "Staff"), 14),
        "Special Needs": of(("No", "No", "No", "Yes"), 15),
        "Fewer Opportunities": of(("No", "No", "Yes"), 16),
        "GroupLeader": "'No'",
        "Participant Age": (
            f"case when i % 500 = 3 then {of(ABSURD_AGES, 17)} when pick(i, 18, 50) = 0 then '-'"
            " else (17 + pick(i, 19, 40))::varchar end"
        ),
        "Sending Country Code": country(0),
        "Sending City": "'City ' || pick(i, 20, 9000)",
        "Sending Organization": organisation(0),
        "Sending Organisation Erasmus Code": code(0),
        "Receiving Country Code": country(1),
        "Receiving City": "' City ' || pick(i, 21, 9000)",
        "Receiving Organization": organisation(1),
        "Receiving Organisation Erasmus Code": code(1),
        "Participants": "1 + (pick(i, 22, 10) = 0)::int * pick(i, 23, 12)",
    }
