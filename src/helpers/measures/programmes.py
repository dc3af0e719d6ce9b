"""Curriculum and joint programmes: language, internationalised curricula, COIL, joint degrees (G3.10–G3.14).

Source: the registers `programmes`, `courses` and `students`, all by academic year.
"""

from dataclasses import replace

import pandas as pd

from .core import Figure, Period, Registers, amount, formula, quotient, variable
from .events import yearly

# From this share of teaching on, a programme counts as taught in a foreign language (percent).
FOREIGN_LANGUAGE_PCT = 30.0

# An internationalised curriculum meets three of five criteria; one of them is this share of credits.
CRITERIA_AT_LEAST = 3
FOREIGN_LANGUAGE_CREDITS_PCT = 10.0


# -- curriculum ----------------------------------------------------------------------------------------


@variable("programmes_all")
def programmes_all(registers: Registers, period: Period) -> pd.DataFrame:
    """Count the degree programmes of the academic year. Source: programmes."""
    return amount(yearly(registers, "programmes", "academic_year", period.academic_year))


@variable("programmes_in_foreign_language")
def programmes_in_foreign_language(registers: Registers, period: Period) -> pd.DataFrame:
    """Count programmes taught in a foreign language by 30 percent or more. Source: programmes."""
    rows = programmes_all(registers, period)
    return rows[rows["foreign_language_pct"] >= FOREIGN_LANGUAGE_PCT]


@formula("G3.10")
def foreign_language_share(registers: Registers, period: Period) -> Figure:
    """Return the percentage of programmes in a foreign language, and of those wholly so as `full`."""
    rows = programmes_in_foreign_language(registers, period)
    count, number = float(rows["amount"].sum()), float(programmes_all(registers, period)["amount"].sum())
    found = quotient(count, number, 100.0)
    full = quotient(float((rows["foreign_language_pct"] >= 100.0).sum()), number, 100.0).value
    parts = {} if full is None else {"full": full}
    return Figure(found.value, found.numerator, found.denominator, found.reason, parts)


def criteria_met(programmes: pd.DataFrame) -> pd.Series:
    """Return how many of the five criteria of an internationalised curriculum each programme meets."""
    return (
        programmes["has_international_outcome"].astype(int)
        + programmes["has_international_course"].astype(int)
        + (programmes["foreign_language_credits_pct"] >= FOREIGN_LANGUAGE_CREDITS_PCT).astype(int)
        + programmes["has_mobility_window"].astype(int)
        + programmes["has_international_teaching"].astype(int)
    )


@variable("programmes_internationalised")
def programmes_internationalised(registers: Registers, period: Period) -> pd.DataFrame:
    """Count programmes that meet three or more of the five criteria. Source: programmes."""
    rows = programmes_all(registers, period)
    return rows[criteria_met(rows) >= CRITERIA_AT_LEAST]


@variable("coil_courses")
def coil_courses(registers: Registers, period: Period) -> pd.DataFrame:
    """Count courses taught online together with a class abroad (COIL, virtual exchange). Source: courses."""
    rows = yearly(registers, "courses", "academic_year", period.academic_year)
    return amount(rows[rows["is_coil"]])


# -- joint programmes ----------------------------------------------------------------------------------


@variable("students_in_joint_programmes")
def students_in_joint_programmes(registers: Registers, period: Period) -> pd.DataFrame:
    """Count students enrolled in a joint or double degree. Source: students."""
    rows = yearly(registers, "students", "academic_year", period.academic_year)
    return amount(rows[rows["is_joint_programme"]], "headcount")


@variable("joint_programmes")
def joint_programmes(registers: Registers, period: Period) -> pd.DataFrame:
    """Count joint and double degree programmes with a student in them. Source: programmes, students."""
    rows = programmes_all(registers, period)
    whole = replace(registers, unit=None)
    enrolled = students_in_joint_programmes(whole, period)["programme_id"]
    return rows[(rows["joint_kind"] != "none") & rows["programme_id"].isin(enrolled)]
