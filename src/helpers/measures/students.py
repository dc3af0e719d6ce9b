"""International students: number, entry, countries and retention (G2.01–G2.03, G2.07–G2.10).

Source: the register `students`, a count at 31 December of each academic year. International is who has
a foreign citizenship (YÖK, QS); exchange, language-only and open-education students are left out.
"""

from dataclasses import replace

import pandas as pd

from .core import NO_YEAR, Figure, MissingFigure, Period, Registers, amount, formula, quotient, variable
from .events import effective_countries, home_country, yearly


def _degree(registers: Registers, year: int) -> pd.DataFrame:
    """Return the rows of an academic year's students who study for a degree."""
    rows = yearly(registers, "students", "academic_year", year)
    return rows[rows["kind"] == "degree"]


def _foreign(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["citizenship_code"] != home_country()]


def _persons(rows: pd.DataFrame) -> pd.DataFrame:
    """Count persons: one with a key who is enrolled in two programmes is one person."""
    key = rows["student_key"]
    return amount(rows[(key == "") | ~key.duplicated()], "headcount")


@variable("degree_students")
def degree_students(registers: Registers, period: Period) -> pd.DataFrame:
    """Count persons who study for a degree. Source: students."""
    return _persons(_degree(registers, period.academic_year))


@variable("international_students")
def international_students(registers: Registers, period: Period) -> pd.DataFrame:
    """Count persons of foreign citizenship who study for a degree. Source: students."""
    return _persons(_foreign(_degree(registers, period.academic_year)))


@variable("international_entrants")
def international_entrants(registers: Registers, period: Period) -> pd.DataFrame:
    """Count international students whose first year of enrolment the academic year is. Source: students.

    If no row says when its students entered, entrants are unknown.
    """
    rows = _foreign(_degree(registers, period.academic_year))
    if len(rows) and rows["entry_year"].isna().all():
        raise MissingFigure(NO_YEAR)
    return _persons(rows[rows["entry_year"] == period.academic_year])


@variable("doctoral_students")
def doctoral_students(registers: Registers, period: Period) -> pd.DataFrame:
    """Count persons who study for a doctorate. Source: students."""
    rows = _degree(registers, period.academic_year)
    return _persons(rows[rows["degree_level"] == "doctorate"])


@variable("international_doctoral_students")
def international_doctoral_students(registers: Registers, period: Period) -> pd.DataFrame:
    """Count persons of foreign citizenship who study for a doctorate. Source: students."""
    return _foreign(doctoral_students(registers, period))


# -- countries -----------------------------------------------------------------------------------------


@formula("G2.07")
def source_countries(registers: Registers, period: Period) -> Figure:
    """Return exp(−Σ p ln p) over the citizenships of the international students."""
    return effective_countries(international_students(registers, period), "citizenship_code")


@variable("students_of_top_countries")
def students_of_top_countries(registers: Registers, period: Period) -> pd.DataFrame:
    """Count international students of the three citizenships with most of them. Source: students."""
    rows = international_students(registers, period)
    top = rows.groupby("citizenship_code")["amount"].sum().nlargest(3).index
    return rows[rows["citizenship_code"].isin(top)]


def by_group(registers: Registers, period: Period, column: str) -> dict[str, tuple[float, float]]:
    """Return international and all degree students by a column, such as the level. Source: students."""
    rows = degree_students(registers, period)
    every = rows.groupby(column)["amount"].sum()
    foreign = _foreign(rows).groupby(column)["amount"].sum()
    return {str(name): (float(foreign.get(name, 0.0)), float(n)) for name, n in every.items()}


# -- retention -----------------------------------------------------------------------------------------


def _entrants_before(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the entrants of the academic year before who can be followed, which takes a key."""
    year = period.academic_year - 1
    rows = _degree(registers, year)
    followed = (rows["entry_year"] == year) & (rows["student_key"] != "")
    return amount(rows[followed].drop_duplicates("student_key"))


def _still_enrolled(entrants: pd.DataFrame, registers: Registers, period: Period) -> pd.DataFrame:
    """Return those who are enrolled for a degree a year later, anywhere in the university."""
    whole = replace(registers, unit=None)
    return entrants[entrants["student_key"].isin(_degree(whole, period.academic_year)["student_key"])]


@variable("international_entrants_before")
def international_entrants_before(registers: Registers, period: Period) -> pd.DataFrame:
    """Count international entrants of the academic year before who have a key. Source: students."""
    return _foreign(_entrants_before(registers, period))


@variable("international_entrants_retained")
def international_entrants_retained(registers: Registers, period: Period) -> pd.DataFrame:
    """Count international entrants of the academic year before who are still enrolled. Source: students."""
    return _still_enrolled(international_entrants_before(registers, period), registers, period)


@formula("G2.10")
def first_year_retention(registers: Registers, period: Period) -> Figure:
    """Return the retention of international entrants in percent.

    Where home students have keys, the gap to theirs stands beside it, in percentage points.
    """
    everyone = _entrants_before(registers, period)
    retained = _still_enrolled(everyone, registers, period)
    rate = _rate(_foreign(retained), _foreign(everyone))
    home = _rate(
        retained[retained["citizenship_code"] == home_country()],
        everyone[everyone["citizenship_code"] == home_country()],
    )
    if rate.value is None or home.value is None:
        return rate
    return replace(rate, parts={"gap_to_home": rate.value - home.value})


def _rate(part: pd.DataFrame, total: pd.DataFrame) -> Figure:
    return quotient(float(part["amount"].sum()), float(total["amount"].sum()), 100.0)
