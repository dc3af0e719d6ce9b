"""The one door of person counts: its policy, what it puts side by side, and that there is no way round it."""

import ast
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from helpers.analysis import disclosure
from helpers.catalog import load
from helpers.catalog.model import Disclosure
from helpers.errors import CatalogError, Problem
from helpers.intake import declaration
from helpers.measures.core import VARIABLES, Figure, MissingFigure, Period
from helpers.present import activities, persons, quality, standing
from helpers.run import Run, start

SRC = Path(__file__).resolve().parents[1] / "src" / "helpers"
CATALOG = load()


def students(**units: dict[str, int]) -> pd.DataFrame:
    """Degree students of 2025 (and as many of 2024): so many of each citizenship in each unit."""
    rows = [
        (f"{unit}{citizen}{year}", year, "", unit, citizen, "degree", "bachelor", 2020, count)
        for year in (2024, 2025)
        for unit, citizens in units.items()
        for citizen, count in {"TR": 500, **citizens}.items()
    ]
    names = ["row_id", "academic_year", "student_key", "unit", "citizenship_code", "kind", "degree_level"]
    return pd.DataFrame(rows, columns=[*names, "entry_year", "headcount"])


def run_with(frame: pd.DataFrame, register: str = "students", **more) -> Run:
    run = start(year=2025, **more)
    run.registers.frames[register] = frame
    return run


def policy(run: Run, **changes) -> Run:
    changed = replace(
        run, catalog=replace(run.catalog, disclosure=run.catalog.disclosure.model_copy(update=changes))
    )
    changed.registers.frames.update(run.registers.frames)
    return changed


def shown(found: persons.Breakdown) -> dict[object, float | None]:
    column = found.rows.columns[0]
    return {key: None if pd.isna(n) else n for key, n in found.rows.set_index(column)["shown"].items()}


# -- the policy --------------------------------------------------------------------------------------------


def test_the_policy_is_that_of_the_dossier_and_is_data():
    held = CATALOG.disclosure
    assert (held.k, held.rounding_base, held.smallest_base_of_ratio, held.smallest_base_of_mean) == (
        5,
        5,
        22.5,
        8,
    )


@pytest.mark.parametrize(
    "wrong", [{"k": 4}, {"rounding_base": 7}, {"smallest_base_of_mean": 0}, {"threshold": 5}]
)
def test_a_policy_that_is_none_is_refused(wrong):
    with pytest.raises(ValidationError):
        Disclosure.model_validate({**CATALOG.disclosure.model_dump(), **wrong})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("rounded: [G2.01 by unit]", "other than unit"),
        ("rounded: [G1.01 by level]", "of persons"),
        ("rounded: [G9.99 by level]", "of persons"),
    ],
)
def test_a_table_of_units_or_of_activities_is_not_rounded(workbook_root, line, said):
    path = workbook_root / "data/catalog/disclosure.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("rounded: []", line), encoding="utf-8")
    with pytest.raises(CatalogError, match=said):
        load()


@pytest.mark.parametrize(("k", "hidden"), [(3, {"FR"}), (5, {"FR", "PL"}), (10, {"FR", "PL", "AZ"})])
def test_another_university_chooses_another_k(k, hidden):
    run = policy(run_with(students(eng={"AZ": 9, "PL": 4, "FR": 2, "DE": 200, "SY": 100, "IQ": 30})), k=k)
    found = shown(persons.by(run, "G2.01", "citizenship_code"))
    small = {key for key, count in (("AZ", 9), ("PL", 4), ("FR", 2)) if count < k}
    assert small == hidden
    assert {key for key, count in found.items() if count is None} >= hidden


@pytest.mark.parametrize(
    ("count", "to"), [(0, 0), (1, 0), (2, 0), (3, 5), (4, 5), (7, 5), (8, 10), (12, 10), (13, 15)]
)
def test_counts_are_rounded_to_multiples_of_five(count, to):
    assert disclosure.rounded(count, 5) == to


@pytest.mark.parametrize(("count", "to"), [(1, 0), (2, 3), (4, 3), (5, 6)])
def test_another_base_of_rounding(count, to):
    assert disclosure.rounded(count, 3) == to


def test_the_page_on_methods_says_what_is_small():
    said = quality.persons_shown(policy(start(year=2025), k=10, rounded=("G2.01 by citizenship_code",))).text
    assert (
        "1 to 9 persons" in said
        and "23 persons" in said
        and "a mean at least 8" in said
        and "multiples of 5" in said
    )
    assert "1 ile 4 arasındaki" in quality.persons_shown(start(year=2025, language="tr")).text


def test_a_rounded_table_suppresses_nothing_and_says_so():
    frame = students(eng={"AZ": 62, "PL": 4, "FR": 2})
    run = policy(run_with(frame), rounded=("G2.01 by citizenship_code",))
    assert shown(persons.by(run, "G2.01", "citizenship_code")) == {"AZ": 60, "PL": 5, "FR": 0}
    told = activities.by(run, "G2.01", "citizenship_code").text
    assert "rounded to multiples of 5" in told and "hidden" not in told.lower()
    suppressed = activities.by(run_with(frame), "G2.01", "citizenship_code").text
    assert "hidden" in suppressed and "rounded" not in suppressed


def test_percentages_are_made_of_unrounded_numbers():
    run = policy(run_with(students(eng={"AZ": 62})), rounded=("G2.01 by citizenship_code",))
    assert persons.figure(run, "G2.02").value == pytest.approx(100 * 62 / 562)


# -- figures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "figure", "is_shown"),
    [
        ("G2.13", Figure(4.0, 4.0), False),
        ("G2.13", Figure(5.0, 5.0), True),
        ("G2.13", Figure(0.0, 0.0), True),  # a true nought
        ("G2.02", Figure(20.0, 4.4, 22.0), False),  # a share of 22
        ("G2.02", Figure(4.0, 4.0, 100.0), False),  # four of a hundred
        ("G2.02", Figure(96.0, 96.0, 100.0), False),  # all but four
        ("G2.02", Figure(100.0, 100.0, 100.0), True),
        ("G2.05", Figure(1.0, 3.0, 300.0), False),  # three persons on 300 places
        ("G2.07", Figure(3.5, 7.0), False),  # how diverse seven students are
        ("G2.07", Figure(3.5, 8.0), True),
        ("G1.07", Figure(9000.0, 63000.0, 7.0), False),  # the cost of each of seven
        ("G2.15", Figure(20.0, None, 7.0), False),  # the median wait of seven
        ("G4.13", Figure(4.0, 28.0, 7.0), False),  # the mean of seven answers
        ("G3.27", Figure(0.5, 30.0, 60.0, parts={"outgoing": 57.0, "incoming": 3.0}), False),
        ("G1.05", Figure(3.0, 3.0), True),  # fairs are no persons
    ],
)
def test_a_figure_of_few_persons_is_hidden(code, figure, is_shown):
    found = persons.protected(start(year=2025), CATALOG.indicators[code], figure)
    assert (found.value is not None) is is_shown
    assert is_shown or (found.reason, found.numerator, found.denominator, found.parts) == (
        "protected",
        None,
        None,
        {},
    )


def test_credits_of_few_students_are_hidden_though_there_are_many():
    run = start(year=2025, unit="sci")
    earned = VARIABLES["ects_earned_abroad"](run.registers, run.period)
    assert persons.figure(run, "G3.28").value is not None and len(earned) >= 8
    few = replace(run)
    stays = run.registers.whole("mobility")
    few.registers.frames["mobility"] = stays.drop(index=earned.index[7:])
    assert persons.figure(few, "G3.28").reason == "protected"


# -- what stands side by side ------------------------------------------------------------------------------


def test_a_unit_does_not_show_in_its_own_report_what_the_table_of_units_hides():
    """300 − 200 − 94 − 4 … the smallest unit with the next: 6 shown in a report would give 3 away."""
    frame = students(eng={"AZ": 200}, sci={"AZ": 94}, let={"AZ": 6}, arc={"AZ": 3})
    table = shown(persons.by(run_with(frame), "G2.01", "unit"))
    assert table == {"eng": 200, "sci": 94, "let": None, "arc": None}
    for unit, count in table.items():
        assert persons.figure(run_with(frame, unit=unit), "G2.01").value == count
        # Nor a share of it, whose base stands beside it.
        assert (persons.figure(run_with(frame, unit=unit), "G2.02").value is None) is (count is None)


def test_the_groups_of_a_unit_are_protected_beside_those_of_the_others():
    """Two units have Azeris: the university's total minus one unit's would give the other's three away."""
    frame = students(eng={"AZ": 3, "DE": 40, "SY": 50}, sci={"AZ": 30, "DE": 40, "SY": 60})
    assert shown(persons.by(run_with(frame), "G2.01", "citizenship_code"))["AZ"] == 33
    of_sci = persons.by(run_with(frame, unit="sci"), "G2.01", "citizenship_code")
    assert "AZ" not in shown(of_sci) and of_sci.is_partial
    assert "AZ" not in shown(persons.by(run_with(frame, unit="eng"), "G2.01", "citizenship_code"))


def test_a_unit_of_which_nothing_may_be_shown_says_that_it_is_protected():
    frame = students(eng={"AZ": 2, "DE": 3}, sci={"AZ": 30, "DE": 40})
    with pytest.raises(MissingFigure) as missing:
        persons.by(run_with(frame, unit="eng"), "G2.01", "citizenship_code")
    assert missing.value.reason == persons.PROTECTED
    assert activities.by(run_with(frame, unit="eng"), "G2.01", "citizenship_code").text.endswith(
        "hidden to protect persons"
    )


def test_a_total_of_few_groups_is_not_broken_down():
    """Six persons in two groups: 4 and 2 hidden, each would be known to be 1 to 5."""
    run = run_with(students(eng={"AZ": 4, "DE": 2}))
    assert persons.figure(run, "G2.01").value == 6
    with pytest.raises(MissingFigure):
        persons.by(run, "G2.01", "citizenship_code")


def talks(first: int, second: int) -> pd.DataFrame:
    days = ["2025-03-01"] * first + ["2025-10-01"] * second
    return pd.DataFrame(
        {
            "talk_id": [str(i) for i in range(len(days))], "unit": "eng", "talk_date": pd.to_datetime(days),
            "country_code": "DE", "mode": "in_person", "kind": "keynote",
        }
    )  # fmt: skip


@pytest.mark.parametrize(("second", "is_shown"), [(0, True), (3, False), (5, True)])
def test_the_first_half_is_hidden_where_the_year_would_tell_a_small_second(second, is_shown):
    half = run_with(talks(9, second), "speakers", period="first_half")
    assert (persons.figure(half, "G1.10").value == 9) is is_shown
    assert persons.figure(run_with(talks(9, second), "speakers"), "G1.10").value == 9 + second


def test_a_part_that_leaves_few_of_its_whole_is_hidden():
    """23 foreign academics, 21 with a doctorate: two have none."""
    names = [
        "year",
        "category",
        "is_visiting",
        "months_count",
        "citizenship_code",
        "has_doctorate",
        "headcount",
    ]
    rows = [(2025, "academic", False, 12, "DE", True, 21), (2025, "academic", False, 12, "DE", False, 2)]
    frame = pd.DataFrame([*rows, (2025, "academic", False, 12, "TR", True, 900)], columns=names).assign(
        unit="eng"
    )
    run = run_with(frame, "staff")
    assert persons.figure(run, "G2.12").reason == "protected"
    assert persons.figure(run_with(frame.assign(has_doctorate=True), "staff"), "G2.12").value == 23


def test_no_change_is_shown_beside_a_hidden_number():
    frame = students(eng={"AZ": 9, "DE": 30})
    frame.loc[(frame["academic_year"] == 2024) & (frame["citizenship_code"] == "AZ"), "headcount"] = 3
    run = run_with(frame)
    said = standing.why(run, "G2.01", "citizenship_code")
    assert "Azerbaijan" not in said
    assert "Azerbaijan +6" not in activities.by(run, "G2.01", "citizenship_code").text


# -- no way round it ---------------------------------------------------------------------------------------

# Who reads raw figures or rows, and why that reaches no page.
RAW = {
    ("present/persons.py", "reading"): "the door",
    ("present/persons.py", "breakdown"): "the door",
    ("present/persons.py", "VARIABLES"): "the door",
    ("present/figures.py", "measure"): "what the door reads",
    ("present/accreditation.py", "measure"): "G3.08, a share of accreditations",
    ("present/messages.py", "reading"): "whether there is a figure, and why not",
    ("present/quality.py", "reading"): "whether there is a figure, and why not",
    ("present/mobility_words.py", "reading"): "whether there is a figure, and why not",
    ("present/overview.py", "reading"): "why there is no figure",
    ("present/provenance.py", "VARIABLES"): "what counts no persons; those that do pass the door",
}


def test_only_the_door_asks_the_rules_and_reads_raw_figures():
    found = set()
    for path in [
        *SRC.glob("present/*.py"),
        *SRC.glob("batch/*.py"),
        *SRC.glob("site/*.py"),
        *SRC.glob("plan/*.py"),
    ]:
        name = path.relative_to(SRC).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.ImportFrom)
                and "disclosure" in f"{node.module}.{[a.name for a in node.names]}"
            ):
                taken = {alias.name for alias in node.names}
                assert name == "present/persons.py" or taken == {"ProtectedTable"}, name
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func).split(".")[-1]
                found |= {(name, called)} & {
                    (name, raw) for raw in ("reading", "measure", "breakdown", "series")
                }
            if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("VARIABLES"):
                found.add((name, "VARIABLES"))
    found -= {  # places in rankings, and the run's own way to read
        ("present/rankings.py", "measure"),
        ("present/goals.py", "measure"),
        ("batch/readings.py", "measure"),
    }
    assert found == set(RAW)


# Registers in which a row stands for a person, or for as many as it says.
ROWS_ARE_PERSONS = {"students", "mobility", "applications", "graduates", "staff", "speakers"}
# Columns of numbers in the registers that count no persons; every other is one of persons.
NO_PERSONS = {
    "events": {"countries_count"}, "web": {"sessions_count"}, "staff": {"months_count"},
    "mobility": {"days_count"}, "programmes": {"international_places_count"},
    "publications": {"publications_count", "sdg_count"},
}  # fmt: skip


def person_columns() -> dict[str, set[str]]:
    return {
        name: {c for c in described["columns"] if c.endswith(("_count", "headcount"))}
        - NO_PERSONS.get(name, set())
        for name, described in declaration.receivable().items()
    }


def test_what_rests_on_a_register_of_persons_is_marked_as_persons():
    """A variable that sums a column of persons, or counts rows of persons, passes through the door."""
    registers, columns = start(year=2025).registers, person_columns()
    judged = 0
    for code, variable in CATALOG.variables.items():
        if code not in VARIABLES:
            continue
        try:
            rows = VARIABLES[code](registers, Period(2025))
        except MissingFigure:
            continue
        of_rows = set(variable.datasets) <= ROWS_ARE_PERSONS
        summed = [
            column
            for name in variable.datasets
            for column in columns.get(name, set())
            if column in rows
            and len(rows)
            and (rows["amount"] == rows[column]).all()
            and rows["amount"].nunique() > 1
        ]
        if of_rows or (summed and variable.unit == "count" and "services" not in variable.datasets):
            judged += 1
            assert variable.person_count or variable.of_persons, code
    assert judged > 25


def test_an_indicator_of_persons_that_is_not_marked_is_refused(workbook_root):
    path = workbook_root / "data/catalog/indicators/goal2.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("person_count: true", "person_count: false", 1),
        encoding="utf-8",
    )
    with pytest.raises(CatalogError, match=r"G2\.01 rests on persons and would not be protected"):
        load()


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [("headcount", "3", "hidden"), ("headcount", "0", "0"), ("headcount", "-30", "-30"), ("unit", "3", "3")],
)
def test_a_wrong_row_of_few_persons_is_not_quoted(column, value, said):
    problem = Problem("students.csv", "", 7, column, value, "", "")
    assert quality._value(start(year=2025), problem) == said
