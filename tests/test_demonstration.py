"""The demonstration registers: what they promise, that they are led to published figures, and their check."""

import csv
import hashlib
import math
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from helpers import demonstration, store
from helpers.demonstration import activities, check, institution, people, world
from helpers.errors import CatalogError, Problem
from helpers.intake import declaration

REPO = Path(__file__).resolve().parents[1]
SAMPLE = REPO / "data" / "sample"
YEARS = range(2017, 2027)
REGISTERS = list(yaml.safe_load((REPO / "data/catalog/datasets/registers.yml").read_text(encoding="utf-8")))
# Core indicators of the domain dossier (section 8), which carry a weight.
WEIGHTED = {
    "G1": "01 03 05 08 09 10 12",
    "G2": "01 02 05 06 07 10 11 15 16",
    "G3": "02 06 07 11 13 16 19 20 23 25 28 30",
    "G4": "01 02 03 04 05 07 08 09 10 11 12 13 14",
}


@pytest.fixture(scope="module")
def registers() -> dict[str, pd.DataFrame]:
    return demonstration.generate()


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> list[Path]:
    return demonstration.write(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def partner_ids() -> list[str]:
    return demonstration.partners()["partner_id"].tolist()


@pytest.fixture(scope="module")
def degree(registers) -> pd.DataFrame:
    return registers["students"][registers["students"]["kind"] == "degree"]


@pytest.fixture(scope="module")
def foreign(degree) -> pd.DataFrame:
    return degree[degree["citizenship_code"] != "TR"]


@pytest.fixture(scope="module")
def stays(registers) -> pd.DataFrame:
    return registers["mobility"]


def held(frame: pd.DataFrame, column: str) -> pd.Series:
    return frame.groupby(frame[column].dt.year).size()


# -- the files -----------------------------------------------------------------------------------------


def test_regenerating_gives_the_committed_bytes(written):
    for path in written:
        assert path.read_bytes() == (SAMPLE / path.name).read_bytes(), path.name
    assert [path.stem for path in written[:-2]] == REGISTERS
    assert [path.name for path in written[-2:]] == ["partners.csv", "demonstration.source.yml"]


def test_another_process_with_another_hash_seed_and_locale_gives_the_same_bytes(tmp_path):
    code = "import sys, pathlib; from helpers import demonstration as d; d.write(pathlib.Path(sys.argv[1]))"
    settings = {"PYTHONHASHSEED": "4711", "LC_ALL": "C", "TZ": "Asia/Tokyo", "PYTHONPATH": str(REPO / "src")}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=os.environ | settings)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (SAMPLE / path.name).read_bytes(), path.name


def test_the_files_are_small(written):
    assert sum(path.stat().st_size for path in written) < 4_000_000


def test_the_files_are_written_as_every_system_reads_them(written):
    for path in written[:-1]:
        raw = path.read_bytes()
        assert b"\r" not in raw
        assert not raw.startswith(b"\xef\xbb\xbf")
        assert raw.endswith(b"\n")
        assert not re.search(rb"(^|,)(nan|NaN|None|NaT|<NA>|True|False)(,|$)", raw, re.MULTILINE), path.name
        # No number in scientific notation; an id such as G1e-2017 is none.
        assert not re.search(rb"(^|,)-?[0-9.]+e[+-]?[0-9]+(,|$)", raw, re.MULTILINE), path.name


@pytest.mark.parametrize("register", REGISTERS)
def test_rows_are_sorted_by_key(register):
    key = declaration.declared()[register]["key"]
    with (SAMPLE / f"{register}.csv").open(encoding="utf-8", newline="") as file:
        keys = [tuple(row[column] for column in key) for row in csv.DictReader(file)]
    assert keys == sorted(keys)


@pytest.mark.parametrize("register", REGISTERS)
def test_the_store_reads_what_was_generated(registers, register):
    found = store.read(store.SAMPLE, register).frame
    key = declaration.declared()[register]["key"]
    pd.testing.assert_frame_equal(
        found.sort_values(key, ignore_index=True),
        registers[register].sort_values(key, ignore_index=True),
    )


def test_the_partners_are_a_dataset_of_their_own():
    found = store.read(store.SAMPLE, "partners").frame
    assert found["partner_id"].tolist() == demonstration.partners()["partner_id"].tolist()


def test_the_card_says_what_the_data_are(written):
    card = yaml.safe_load(written[-1].read_text(encoding="utf-8"))
    assert card["title"] == {"en": "Demonstration data", "tr": "Örnek veri"}
    assert "say nothing about the university" in card["statement"]["en"]
    assert "Üniversite hakkında hiçbir şey söylemez" in card["statement"]["tr"]
    assert (card["seed"], card["generator_version"]) == (61080, demonstration.VERSION)
    assert all(fact["source"] and fact["published"] for fact in card["calibration"])
    for path in written[:-1]:
        described = card["files"][path.name]
        assert described["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        with path.open(encoding="utf-8", newline="") as file:
            assert described["rows"] == sum(1 for _ in csv.DictReader(file))
    assert len(card["files"]) == 27


# -- the declaration is kept, and a breach is found ------------------------------------------------------


def test_no_register_breaks_its_declaration(registers, partner_ids):
    assert list(registers) == REGISTERS
    assert len(REGISTERS) == 26
    assert [str(problem) for problem in check.problems(registers, partner_ids)] == []


def test_another_seed_keeps_the_declaration_too(registers):
    other = demonstration.generate(7)
    assert check.problems(other, demonstration.partners(7)["partner_id"]) == []
    assert not other["events"].equals(registers["events"])


def found_in(registers, partner_ids, register, **cells) -> list[Problem]:
    """What is found when the first row of a register is altered; it and those it refers to are checked."""
    described = declaration.declared()
    others = [target.split(".")[0] for target in described[register].get("relations", {}).values()]
    # Twenty rows are enough, and keep some eighty cases quick.
    frame = registers[register].head(20).astype(object)
    for column, value in cells.items():
        frame.loc[0, column] = value
    only = {name: described[name] for name in (register, *others)}
    return check.problems(registers | {register: frame}, partner_ids, only)


DAMAGE = [
    ("events", {"title": ""}, "title", "a value"),
    ("events", {"start_date": None}, "start_date", "a value"),
    ("events", {"participants_count": "many"}, "participants_count", "a whole number"),
    ("events", {"participants_count": 12.5}, "participants_count", "a whole number"),
    ("events", {"start_date": "31.05.2024"}, "start_date", "a date such as 2024-05-31"),
    ("events", {"start_date": "2023-02-29"}, "start_date", "a date such as 2024-05-31"),
    ("fairs", {"cost_try": "1.000,00"}, "cost_try", "a number"),
    ("students", {"is_joint_programme": "yes"}, "is_joint_programme", "true or false"),
    ("events", {"kind": "party"}, "kind", "one of conference, congress, symposium, workshop, seminar"),
    ("events", {"unit": "nowhere"}, "unit", "the name or the code of a unit (data/reference/units.csv)"),
    (
        "web",
        {"country_code": "ZZ"},
        "country_code",
        "the name or the two-letter code of a country, such as Germany or DE",
    ),
    ("visits", {"partner_id": "DE-99"}, "partner_id", "a value of partners.partner_id"),
    (
        "accreditation",
        {"body": "MÜDEK"},
        "body",
        "the name or the code of a body (data/catalog/accreditors.yml)",
    ),
    (
        "actions",
        {"activity": "G1z"},
        "activity",
        "the code of an activity, such as G1b (data/catalog/goals.yml)",
    ),
    ("events", {"start_date": "1899-12-31"}, "start_date", "a date from 1990 to 2100"),
    (
        "events",
        {"participants_count": "2500000000"},
        "participants_count",
        "a whole number of up to 9 digits",
    ),
    ("students", {"academic_year": 1999}, "academic_year", "at least 2000"),
    ("staff", {"months_count": 13}, "months_count", "at most 12"),
    ("events", {"foreign_papers_pct": 100.1}, "foreign_papers_pct", "at most 100"),
    ("applications", {"fair_id": "F2017-99"}, "fair_id", "a value of fairs.fair_id"),
    ("applications", {"student_key": "S999999"}, "student_key", "a value of students.student_key"),
    ("mobility", {"agreement_id": "AG-9999"}, "agreement_id", "a value of agreements.agreement_id"),
    ("agreements", {"predecessor_id": "AG-9999"}, "predecessor_id", "a value of agreements.agreement_id"),
]


@pytest.mark.parametrize(("register", "cells", "column", "expected"), DAMAGE)
def test_a_damaged_cell_is_found(registers, partner_ids, register, cells, column, expected):
    found = found_in(registers, partner_ids, register, **cells)
    at_cell = [p for p in found if p.column == column]
    assert [(p.file, p.row, p.expected) for p in at_cell] == [(f"{register}.csv", 2, expected)]


RULES = [
    (register, place)
    for register, described in yaml.safe_load(
        (REPO / "data/catalog/datasets/registers.yml").read_text(encoding="utf-8")
    ).items()
    for place, _ in enumerate(described.get("rules", []))
]
# A row that breaks each rule, in the order of their declaration.
BREACHES = {
    "events": (
        {"start_date": date(2017, 5, 9), "end_date": date(2017, 5, 8)},
        {"participants_count": 5, "foreign_participants_count": 6},
        {"status": "held", "participants_count": None, "foreign_participants_count": None},
    ),
    "fairs": (
        {"start_date": date(2017, 5, 9), "end_date": date(2017, 5, 8)},
        {"leads_count": 5, "qualified_leads_count": 6},
    ),
    "visits": ({"start_date": date(2017, 5, 9), "end_date": date(2017, 5, 8)},),
    "students": ({"student_key": "S000001", "headcount": 2}, {"entry_year": 2018}),
    "applications": (
        {"complete_date": date(2017, 5, 9), "decision_date": date(2017, 5, 8)},
        {"is_registered": True, "decision": "rejected"},
        {"decision": "offered", "is_eligible": False},
    ),
    "vacancies": ({"applicants_count": 1, "foreign_applicants_count": 2},),
    "mobility": (
        {"start_date": date(2017, 5, 9), "end_date": date(2017, 5, 8)},
        {"ects_earned": 5.0, "ects_recognised": 6.0},
        {"programme": "farabi", "country_code": "DE"},
        {"programme": "mevlana", "country_code": "TR"},
        {"activity": "bip", "bip_id": ""},
    ),
    "agreements": (
        {"start_date": date(2017, 5, 9), "end_date": date(2017, 5, 9)},
        {"signed_date": date(2017, 5, 9), "start_date": date(2017, 5, 8)},
        {"predecessor_id": "AG-0001"},  # itself
    ),
    "publications": (
        {"publications_count": 3, "sdg_count": 4},
        {"kind": "with_partner", "partner_id": ""},
    ),
    "projects": (
        {"decision": "funded", "start_date": None},
        {"start_date": date(2017, 5, 9), "end_date": date(2017, 5, 9)},
        {"decision": "rejected", "decision_date": None},
    ),
    "accreditation": (
        {"status": "active", "start_date": None},
        {"start_date": date(2017, 5, 9), "end_date": date(2017, 5, 9)},
    ),
    "courses": ({"is_coil": True, "partner_id": ""},),
    "campus_activities": ({"international_students_count": 1, "first_international_students_count": 2},),
    "services": ({"asked_count": 1, "served_count": 2},),
    "trainings": ({"participants_count": 1, "first_participants_count": 2},),
    "actions": ({"goal": "G1", "activity": "G2a"},),
    "surveys": (
        {"invited_count": 1, "answered_count": 2},
        {"audience": "graduates", "invited_count": 9, "answered_count": 1, "placed_international_count": 2},
    ),
}


@pytest.mark.parametrize(("register", "place"), RULES)
def test_a_broken_rule_is_found(registers, partner_ids, register, place):
    rule = declaration.declared()[register]["rules"][place]
    found = found_in(registers, partner_ids, register, **BREACHES[register][place])
    assert (f"{register}.csv", 2, rule["en"]) in [(p.file, p.row, p.expected) for p in found]


def test_a_key_that_stands_twice_is_found(registers, partner_ids):
    twice = pd.concat([registers["targets"], registers["targets"].head(1)], ignore_index=True)
    only = {"targets": declaration.declared()["targets"]}
    found = check.problems({"targets": twice}, partner_ids, only)
    assert [(p.row, p.value) for p in found] == [(2, "G1.01, 2023"), (len(twice) + 1, "G1.01, 2023")]
    assert {p.expected for p in found} == {"a key that stands once"}


def test_a_missing_register_a_missing_and_a_strange_column_are_found(registers, partner_ids):
    without = {name: frame for name, frame in registers.items() if name != "fairs"}
    found = check.problems(without, partner_ids)
    assert ("fairs.csv", "the register") in [(p.file, p.expected) for p in found]
    # What named a fair now names nothing.
    assert {p.column for p in found} == {"", "fair_id"}
    renamed = registers | {"web": registers["web"].rename(columns={"sessions_count": "sessions"})}
    found = check.problems(renamed, partner_ids)
    assert [(p.column, p.expected) for p in found] == [
        ("sessions", "no such column"),
        ("sessions_count", "the column"),
    ]


def test_a_list_that_nobody_keeps_is_refused(registers, partner_ids):
    changed = {"web": dict(declaration.declared()["web"])}
    columns = {name: dict(column) for name, column in changed["web"]["columns"].items()}
    columns["country_code"]["list"] = "continents"
    changed["web"]["columns"] = columns
    with pytest.raises(CatalogError, match="continents"):
        check.problems(registers, partner_ids, changed)


def test_cells_are_written_without_surprises():
    written_as = [
        (math.nan, "DOUBLE", ""),
        (None, "VARCHAR", ""),
        (pd.NaT, "DATE", ""),
        (pd.NA, "BOOLEAN", ""),
        (np.True_, "BOOLEAN", "true"),
        (False, "BOOLEAN", "false"),
        (12.0, "INTEGER", "12"),
        (1e7, "DOUBLE", "10000000.00"),
        (1e-7, "DOUBLE", "0.00"),
        (date(2024, 2, 29), "DATE", "2024-02-29"),
        (pd.Timestamp("2024-02-29"), "DATE", "2024-02-29"),
        (pd.Timestamp("2024-02-29 12:00"), "DATE", "2024-02-29 12:00:00"),
        (math.inf, "DOUBLE", "inf"),
        (math.inf, "INTEGER", "inf"),
    ]
    for value, kind, expected in written_as:
        assert check.cell(value, kind) == expected


def test_countries_are_countries():
    assert {"TR", "DE", "XK", "PS", "TM", "CY", "XN"} <= declaration.countries()
    assert not {"EU", "UN", "ZZ", "XA", "419", "150"} & declaration.countries()


# -- chance ----------------------------------------------------------------------------------------------


def test_each_register_has_a_stream_of_its_own():
    drawn = [tuple(world.stream(61080, name).integers(0, 2**62, 4).tolist()) for name in REGISTERS]
    assert len(set(drawn)) == len(REGISTERS)
    assert world.stream(1, "events").integers(0, 2**62) != world.stream(2, "events").integers(0, 2**62)
    # Known values: another numpy that draws otherwise is noticed here first.
    assert world.stream(61080, "events").integers(0, 1000, 5).tolist() == KNOWN


KNOWN = [52, 630, 158, 844, 297]


@pytest.mark.parametrize("weights", [[1, 1, 1], [5, 0, 3, 7], [0, 0], [1]])
def test_sharing_out_loses_nothing(weights):
    for total in range(40):
        parts = world.shared_out(total, weights)
        assert sum(parts) == (total if sum(weights) else 0)
        assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


def test_only_whole_numbers_are_drawn():
    for module in (world, people, activities, institution):
        source = Path(module.__file__).read_text(encoding="utf-8")
        drawn = set(re.findall(r"rng\.([a-z_]+)\(", source))
        assert drawn <= {"integers", "permutation"}, module.__name__


# -- led to published figures ----------------------------------------------------------------------------

PUBLISHED = {2022: (38630, 4), 2023: (34824, 4), 2024: (30690, 5), 2025: (24284, 7), 2026: (22986, 8)}


def test_the_totals_of_degree_students_are_the_published_ones(degree):
    totals = degree.groupby("academic_year")["headcount"].sum()
    for year, (total, _) in PUBLISHED.items():
        assert totals[year] == pytest.approx(total, rel=0.005)
    for year in range(2017, 2022):
        assert totals[year] == pytest.approx(40000, rel=0.02)


def test_foreign_students_are_the_published_share(foreign):
    counts = foreign.groupby("academic_year")["headcount"].sum()
    assert counts[2017] == pytest.approx(1275, rel=0.01)
    for year, (total, percent) in PUBLISHED.items():
        assert counts[year] == pytest.approx(total * percent / 100, rel=0.03)
        assert round(100 * counts[year] / total) == percent
    assert counts[2026] == pytest.approx(1840, rel=0.03)


def test_foreign_students_come_from_more_than_ninety_countries(foreign):
    assert (foreign.groupby("academic_year")["citizenship_code"].nunique() > 90).all()


def test_study_exchanges_are_half_of_those_published_for_six_years(stays):
    erasmus = stays[
        stays["programme"].isin(["erasmus_ka131", "erasmus_ka171"])
        & (stays["activity"] == "study")
        & (stays["status"] == "completed")
        & stays["academic_year"].between(2017, 2019)
    ]
    for counted in (erasmus, erasmus[erasmus["days_count"] >= 60]):
        by_direction = counted.groupby("direction").size()
        assert by_direction["outgoing"] == pytest.approx(507, rel=0.05)
        assert by_direction["incoming"] == pytest.approx(31, rel=0.10)


def test_eighteen_bachelor_programmes_were_accredited_at_the_end_of_2022(registers):
    day, records = pd.Timestamp("2022-12-31"), registers["accreditation"]
    in_force = records[
        records["status"].isin(["active", "conditional"])
        & (records["start_date"] <= day)
        & (records["end_date"] > day)
    ]
    programmes = registers["programmes"]
    bachelor = programmes[(programmes["degree_level"] == "bachelor") & (programmes["academic_year"] == 2022)]
    assert in_force["programme_id"].isin(bachelor["programme_id"]).sum() == 18
    assert in_force["programme_id"].is_unique


def test_the_published_terms_stand_in_the_register(registers):
    records = registers["accreditation"]
    own = records[records["programme_id"] == ""]
    assert own[["body", "decision_date", "end_date"]].values.tolist() == [
        ["YOKAK", pd.Timestamp("2022-05-25"), pd.Timestamp("2027-05-25")]
    ]
    for programme in ("gmt-b", "eee-b"):
        terms = records[records["programme_id"] == programme].sort_values("end_date")
        assert set(terms["body"]) == {"MUDEK"}
        assert terms["end_date"].iloc[-1] == pd.Timestamp("2026-09-30")
    assert (records[records["programme_id"] == "gmt-b"]["start_date"] == "2021-09-30").any()


def test_every_weighted_indicator_has_a_placeholder_target(registers):
    targets = registers["targets"]
    codes = {f"{goal}.{number}" for goal, numbers in WEIGHTED.items() for number in numbers.split()}
    assert len(codes) == 41
    assert set(targets["indicator"]) == codes
    assert targets["is_placeholder"].all()
    for _, rows in targets.groupby("indicator"):
        assert rows["year"].tolist() == list(range(2023, 2029))
        assert rows["kind"].tolist() == ["baseline", *["target"] * 5]
        assert rows["value"].is_monotonic_increasing or rows["value"].is_monotonic_decreasing


# -- one world -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("register", REGISTERS)
def test_every_year_is_there(registers, register):
    described = declaration.declared()[register]
    if "period" not in described or register == "targets":
        return
    column = registers[register][described["period"]["column"]]
    years = set((column.dt.year if described["columns"][column.name]["type"] == "DATE" else column).tolist())
    # The plan's actions are known to its end, other registers one year ahead.
    assert set(YEARS) <= years <= {*YEARS, 2027, 2028 if register == "actions" else 2027}


def test_a_student_is_one_row_a_year_under_one_key(registers):
    students = registers["students"]
    keyed = students[students["student_key"] != ""]
    assert not keyed.duplicated(["academic_year", "student_key"]).any()
    assert keyed["student_key"].str.fullmatch(r"S\d{6}").all()
    assert (keyed["citizenship_code"] != "TR").all()
    assert (students[students["student_key"] == ""]["citizenship_code"] == "TR").all()
    # While someone studies for a degree, programme, citizenship and entry stay as they are, without a gap.
    own = keyed[keyed["kind"] == "degree"].groupby("student_key")
    for column in ("programme_id", "citizenship_code", "entry_year"):
        assert (own[column].nunique() == 1).all()
    years = own["academic_year"]
    assert (years.max() - years.min() + 1 == years.size()).all()
    assert (keyed.groupby("student_key")["citizenship_code"].nunique() == 1).all()


def test_home_students_are_groups_by_programme(degree):
    home = degree[degree["citizenship_code"] == "TR"]
    assert home["headcount"].mean() > 20
    assert home.groupby(["academic_year", "programme_id"]).size().max() <= 3


def test_everyone_who_registered_applied_and_studies(registers, foreign):
    registered = registers["applications"][registers["applications"]["is_registered"]]
    assert registered["student_key"].is_unique
    newcomers = foreign[foreign["entry_year"] == foreign["academic_year"]]
    applied = registered.set_index("student_key").sort_index()
    began = newcomers.set_index("student_key").sort_index()
    assert applied.index.equals(began.index)
    for mine, theirs in (
        ("cohort", "entry_year"),
        ("programme_id", "programme_id"),
        ("unit", "unit"),
        ("degree_level", "degree_level"),
        ("country_code", "citizenship_code"),
    ):
        assert (applied[mine] == began[theirs]).all(), mine
    others = registers["applications"][~registers["applications"]["is_registered"]]
    assert (others["student_key"] == "").all()


def test_some_language_learners_stay_for_a_degree(registers, foreign):
    learners = registers["students"][registers["students"]["kind"] == "language_only"]
    stayed = foreign[foreign["student_key"].isin(learners["student_key"])]
    assert 100 < stayed["student_key"].nunique() < len(learners) / 2


def test_graduates_are_students_of_their_last_year(registers, foreign):
    graduates = registers["graduates"]
    keyed = graduates[graduates["student_key"] != ""]
    assert keyed["student_key"].is_unique
    last = foreign.sort_values("academic_year").groupby("student_key").last()
    mine = keyed.set_index("student_key")
    theirs = last.loc[mine.index]
    for column in ("academic_year", "unit", "degree_level"):
        assert (mine[column] == theirs[column]).all(), column
    stays = registers["mobility"]
    long = stays[
        (stays["direction"] == "outgoing") & (stays["status"] == "completed") & (stays["days_count"] >= 60)
    ]
    assert (mine["has_stay_abroad"] == mine.index.isin(long["student_key"])).all()
    assert mine["has_stay_abroad"].any()


def test_a_foreign_student_goes_abroad_while_enrolled(stays, foreign):
    gone = stays[(stays["direction"] == "outgoing") & (stays["student_key"] != "")]
    assert len(gone) > 40
    joined = gone.merge(foreign, on=["student_key", "academic_year"], suffixes=("", "_own"))
    assert len(joined) == len(gone)
    assert (joined["unit"] == joined["unit_own"]).all()
    assert (joined["degree_level"] == joined["degree_level_own"]).all()
    assert (joined["country_code"] != joined["citizenship_code"]).all()


def test_exchange_students_are_the_incoming_study_stays(stays, registers):
    guests = registers["students"][registers["students"]["kind"] == "exchange"]
    came = stays[(stays["direction"] == "incoming") & (stays["student_key"] != "")]
    assert (came["activity"] == "study").all()
    columns = ["academic_year", "student_key", "unit", "degree_level"]
    merged = guests.merge(came, on=columns)
    assert len(merged) == len(guests) == len(came)
    assert (merged["citizenship_code"] == merged["country_code"]).all()


def test_a_stay_is_under_an_agreement_in_force_of_its_partner(stays, registers):
    under = stays[stays["agreement_id"] != ""].merge(
        registers["agreements"], on="agreement_id", suffixes=("", "_of")
    )
    assert len(under) > 3000
    assert (under["partner_id"] == under["partner_id_of"]).all()
    assert (under["country_code"] == under["country_code_of"]).all()
    assert (
        (under["start_date_of"] <= under["start_date"]) & (under["start_date"] < under["end_date_of"])
    ).all()
    kinds = {"erasmus_ka131": "erasmus", "erasmus_ka171": "erasmus", "bilateral": "cooperation"}
    assert (under["programme"].replace(kinds) == under["kind"]).all()
    free = stays[stays["agreement_id"] == ""]
    assert ((free["programme"] == "farabi") | free["activity"].str.endswith("traineeship")).all()


def test_stays_last_as_long_as_their_activity_may(stays):
    assert (stays["days_count"] == (stays["end_date"] - stays["start_date"]).dt.days + 1).all()
    whole = stays[(stays["status"] == "completed")]
    long = whole[whole["activity"].isin(["study", "traineeship"])]
    # Broken off by the pandemic or at home: a few, so that the check of durations has something to do.
    assert 10 <= (long["days_count"] < 60).sum() <= 30
    assert long["days_count"].max() <= 366
    short = whole[whole["activity"].isin(["bip", "short_study", "short_traineeship", "doctoral_short"])]
    assert short["days_count"].between(5, 30).all()
    assert (short[short["activity"] == "bip"]["has_virtual_part"]).all()
    staff = whole[whole["activity"].isin(["teaching", "training"])]
    assert staff["days_count"].between(2, 60).all()
    own = whole[whole["bip_id"].str.contains("-TR-")].groupby("bip_id")
    assert (own.size() >= 15).all()
    assert (own["country_code"].nunique() >= 2).all()
    assert (own["start_date"].nunique() == 1).all()


def test_a_stay_lies_in_its_academic_year(stays):
    first = pd.to_datetime(stays["academic_year"].astype(str) + "-09-01")
    last = pd.to_datetime((stays["academic_year"] + 1).astype(str) + "-08-31")
    assert ((stays["start_date"] >= first) & (stays["start_date"] <= last)).all()


def test_agreements_are_renewed_sleep_and_die(registers, stays):
    agreements = registers["agreements"]
    renewed = agreements[agreements["predecessor_id"] != ""].merge(
        agreements, left_on="predecessor_id", right_on="agreement_id", suffixes=("", "_before")
    )
    assert (renewed["partner_id"] == renewed["partner_id_before"]).all()
    assert (renewed["kind"] == renewed["kind_before"]).all()
    assert (renewed["start_date"] > renewed["end_date_before"]).all()
    assert agreements["predecessor_id"][agreements["predecessor_id"] != ""].is_unique
    late = (renewed["signed_date"] > renewed["end_date_before"]).sum()
    assert 0 < late < len(renewed) / 3
    ended = agreements[agreements["end_date"] <= "2026-12-31"]
    died = ~ended["agreement_id"].isin(renewed["predecessor_id"])
    assert 20 < died.sum() < len(ended)
    assert (agreements["signed_date"] <= "2026-12-31").all()
    # Asleep: in force for years, and nobody went or came.
    now = agreements[(agreements["start_date"] <= "2024-01-01") & (agreements["end_date"] > "2026-12-31")]
    recent = stays[(stays["status"] == "completed") & (stays["start_date"] >= "2024-01-01")]
    asleep = ~now["partner_id"].isin(recent["partner_id"])
    assert 0.1 < asleep.mean() < 0.7
    born = held(agreements[agreements["predecessor_id"] == ""], "signed_date")
    assert all(born[year] > 0 for year in YEARS)


def test_a_fair_precedes_the_applications_that_name_it(registers):
    named = registers["applications"].merge(registers["fairs"], on="fair_id", suffixes=("", "_of"))
    assert len(named) == (registers["applications"]["fair_id"] != "").sum() > 500
    assert (named["end_date"] < named["complete_date"]).all()
    assert (named["status"] == "attended").all()
    assert (named["country_code"] == named["country_code_of"]).all()
    led = named.groupby("fair_id").agg(n=("application_id", "size"), leads=("qualified_leads_count", "first"))
    assert (led["n"] <= led["leads"]).all()


def test_partners_are_the_same_everywhere_and_of_their_country(registers):
    partners = demonstration.partners().set_index("partner_id")["country_code"]
    for register, frame in registers.items():
        if "partner_id" in frame:
            own = frame[frame["partner_id"] != ""]
            assert own["partner_id"].isin(partners.index).all(), register
            if "country_code" in frame:
                assert (own["country_code"] == own["partner_id"].map(partners)).all(), register
    in_play = [
        set(registers[name]["partner_id"]) - {""}
        for name in ("agreements", "mobility", "visits", "projects", "publications")
    ]
    assert len(set.intersection(*in_play)) > 25


def test_partners_cannot_be_taken_for_real():
    partners = demonstration.partners()
    assert partners["name"].str.fullmatch(r"Demo University [A-Z]{2}-\d\d").all()
    assert (partners["name"].str.slice(-5) == partners["partner_id"]).all()
    assert partners["partner_id"].is_unique
    assert set(partners["country_code"]) <= declaration.countries()
    memberships = demonstration.generate()["memberships"]
    assert memberships["network"].str.fullmatch(r"Demo Network \d\d").all()


def test_programmes_hold_the_students_of_the_register(registers, degree):
    programmes = registers["programmes"].set_index(["academic_year", "programme_id"])
    counted = degree.groupby(["academic_year", "programme_id"])["headcount"].sum()
    assert (programmes["students_count"] == counted.reindex(programmes.index, fill_value=0)).all()
    assert counted.index.isin(programmes.index).all()
    for register in ("students", "applications"):
        frame = registers[register]
        frame = frame[frame["kind"] != "language_only"] if register == "students" else frame
        year = "academic_year" if register == "students" else "cohort"
        joined = frame.merge(
            registers["programmes"],
            left_on=[year, "programme_id"],
            right_on=["academic_year", "programme_id"],
            suffixes=("", "_of"),
        )
        assert len(joined) == len(frame), register
        assert (joined["unit"] == joined["unit_of"]).all()
        assert (joined["degree_level"] == joined["degree_level_of"]).all()
    known = set(registers["programmes"]["programme_id"])
    assert set(registers["accreditation"]["programme_id"]) - {""} <= known
    assert set(registers["courses"]["programme_id"]) <= known


def test_joint_programmes_have_an_agreement_with_their_partner(registers):
    joint = registers["programmes"]
    joint = joint[joint["joint_kind"] != "none"]
    agreements = registers["agreements"]
    agreements = agreements[agreements["kind"] == "joint_degree"]
    for year, partner in zip(joint["academic_year"], joint["partner_id"], strict=True):
        day = pd.Timestamp(year, 12, 31)
        own = agreements[agreements["partner_id"] == partner]
        assert ((own["start_date"] <= day) & (own["end_date"] > day)).any()
    assert (registers["programmes"].query("joint_kind == 'none'")["partner_id"] == "").all()


def test_papers_with_partners_are_among_the_international_ones(registers):
    counts = registers["publications"].pivot_table(
        index=["year", "field"], columns="kind", values="publications_count", aggfunc="sum"
    )
    assert (counts["international"] < counts["all"]).all()
    assert (counts["with_partner"].fillna(0) <= counts["international"]).all()


def test_first_timers_are_no_more_than_there_are(registers, foreign):
    frame = registers["campus_activities"]
    year = frame["activity_date"].dt.year - (frame["activity_date"].dt.month < 9)
    first = frame["first_international_students_count"].groupby(year).sum()
    students = foreign.groupby("academic_year").size()
    assert all(first[y] < students[y] / 2 for y in YEARS)


# -- the shape of ten years ------------------------------------------------------------------------------


def test_the_pandemic_breaks_the_series(registers, stays):
    done = stays[stays["status"] == "completed"].groupby("academic_year").size()
    assert done[2020] < done[2018] * 0.25
    assert done[2021] < done[2018] * 0.55
    assert done[2023] > done[2018] * 0.9
    events, fairs, talks = registers["events"], registers["fairs"], registers["speakers"]
    by_year = held(events[events["status"] == "held"], "start_date")
    assert by_year[2020] < by_year[2019] / 2
    assert by_year[2026] > by_year[2019]
    off = events[events["status"].isin(["cancelled", "postponed"])]
    assert held(off, "start_date").idxmax() == 2020
    attended = fairs[fairs["status"] == "attended"]
    assert held(attended, "start_date")[2020] < held(attended, "start_date")[2019] / 2
    online = attended[attended["mode"] == "online"]
    assert set(online["start_date"].dt.year) >= {2020, 2021}
    assert not (online["start_date"].dt.year < 2020).any()
    talks_online = talks[talks["mode"] == "online"]
    assert held(talks_online, "talk_date").idxmax() in (2020, 2021)
    # The first case was in March; what was held before could be held as always.
    assert (attended[attended["start_date"].dt.year == 2020]["mode"] == "online").all()


def test_the_next_year_is_planned(registers):
    events, fairs = registers["events"], registers["fairs"]
    planned = events[events["status"] == "planned"]
    assert (planned["start_date"].dt.year == 2027).all()
    assert ((planned["kind"] == "conference") & (planned["level"] == "international")).sum() >= 5
    assert planned["participants_count"].isna().all()
    assert (events[events["start_date"].dt.year == 2027]["status"] == "planned").all()
    assert (fairs[fairs["start_date"].dt.year == 2027]["status"] == "planned").all()
    assert (fairs["status"] == "planned").sum() >= 5


def test_nothing_is_done_after_the_registers_closed(registers):
    closed = pd.Timestamp("2026-12-31")
    assert (registers["projects"]["submitted_date"] <= closed).all()
    assert not (registers["projects"]["decision_date"] > closed).any()
    assert not (registers["actions"]["done_date"] > closed).any()
    assert not (registers["memberships"]["last_participation_date"] > closed).any()
    assert (registers["projects"]["decision"] == "pending").any()


def test_titles_name_nobody_and_nothing_real(registers):
    titles = registers["events"]["title"]
    assert titles.str.fullmatch(
        r"(Uluslararası|Ulusal|Bölgesel) (Konferans|Kongre|Sempozyum|Çalıştay|Seminer) \d{4}-\d\d"
    ).all()
    assert titles.is_unique
    assert registers["fairs"]["title"].str.fullmatch(r"Eğitim Fuarı [A-Z]{2} \d{4}-\d\d").all()
    assert set(registers["publications"]["index_name"]) == {"Demo Index"}


def test_units_are_declared_and_used(registers):
    with (REPO / "data/reference/units.csv").open(encoding="utf-8", newline="") as file:
        units = list(csv.DictReader(file))
    assert list(units[0]) == ["code", "name_en", "name_tr", "kind"]
    codes = [unit["code"] for unit in units]
    assert codes == sorted(codes)
    assert Counter(codes).most_common(1)[0][1] == 1
    assert all(all(unit.values()) for unit in units)
    named = world.FACULTIES | world.SCHOOLS | world.INSTITUTES | world.OFFICES
    assert sorted(named) == codes
    assert set(registers["staff"]["unit"]) == set(codes)
