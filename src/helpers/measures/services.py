"""Services for international students and staff, front office, satisfaction (G4.07, G4.10–G4.14).

Source: the registers `services`, `staff` and `surveys`, all by calendar year. The services of the running
year are up to date at 30 June; staff and surveys are taken of the last full year then.
"""

import pandas as pd

from .core import (
    NO_DENOMINATOR,
    Figure,
    MissingFigure,
    Period,
    Registers,
    amount,
    formula,
    quotient,
    variable,
)
from .events import last_full_year, yearly

# Certificates of B2 or better (CEFR).
B2_OR_BETTER = ("B2", "C1", "C2")


# -- services ------------------------------------------------------------------------------------------


def _services(registers: Registers, period: Period, kind: str) -> pd.DataFrame:
    rows = yearly(registers, "services", "year", period.year)
    return rows[rows["kind"] == kind]


@variable("buddies_asked")
def buddies_asked(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum the new international and exchange students entitled to a buddy. Source: services."""
    return amount(_services(registers, period, "buddy"), "asked_count")


@variable("buddies_matched")
def buddies_matched(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum those among them matched with a buddy within 30 days. Source: services."""
    return amount(_services(registers, period, "buddy"), "served_count")


@variable("student_services")
def student_services(registers: Registers, period: Period) -> pd.DataFrame:
    """Count the services of the inventory of student services. Source: services."""
    return amount(_services(registers, period, "student_service"))


@variable("student_services_in_english")
def student_services_in_english(registers: Registers, period: Period) -> pd.DataFrame:
    """Count those with a form, a page and a person in English, all three. Source: services."""
    rows = student_services(registers, period)
    # What is not filled in is not offered.
    offered = rows[["has_form_en", "has_page_en", "has_person_en"]].astype("boolean").fillna(False)
    return rows[offered.all(axis=1)]


@variable("requests_made")
def requests_made(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum the requests of international users. Source: services."""
    return amount(_services(registers, period, "request"), "asked_count")


@variable("requests_solved_in_time")
def requests_solved_in_time(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum those among them that were solved within the standard of the service. Source: services."""
    return amount(_services(registers, period, "request"), "served_count")


# -- the front office ----------------------------------------------------------------------------------


@variable("front_office_staff")
def front_office_staff(registers: Registers, period: Period) -> pd.DataFrame:
    """Count staff of the front offices at the year's end. Source: staff."""
    rows = yearly(registers, "staff", "year", last_full_year(period))
    return amount(rows[rows["is_front_office"]], "headcount")


@variable("front_office_staff_b2")
def front_office_staff_b2(registers: Registers, period: Period) -> pd.DataFrame:
    """Count those among them with a language certificate of B2 or better. Source: staff."""
    rows = front_office_staff(registers, period)
    return rows[rows["language_certificate"].isin(B2_OR_BETTER)]


# -- satisfaction --------------------------------------------------------------------------------------


def _surveys(registers: Registers, period: Period, audience: str) -> pd.DataFrame:
    """Return the year's satisfaction surveys of an audience with their answers as amount."""
    rows = yearly(registers, "surveys", "year", last_full_year(period))
    return amount(rows[rows["audience"] == audience], "answered_count")


def _answers(registers: Registers, period: Period, audience: str) -> pd.DataFrame:
    """Return those that have a mean and answers behind it."""
    rows = _surveys(registers, period, audience)
    return rows[rows["mean_score"].notna() & (rows["amount"] > 0)]


def _mean(answers: pd.DataFrame) -> float | None:
    """Return the mean of the surveys' means, weighted by their answers; None without any."""
    number = float(answers["amount"].sum())
    return float((answers["mean_score"] * answers["amount"]).sum()) / number if number else None


@variable("international_student_answers")
def international_student_answers(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum the answers to the surveys of international students. Source: surveys."""
    return _answers(registers, period, "international_students")


@formula("G4.13")
def student_satisfaction(registers: Registers, period: Period) -> Figure:
    """Return the mean on a scale of 1 to 5 over all answers of international students.

    Beside it the answers `n`, the response rate in percent and the distance to home students' mean, where
    they were asked: above 0, international students are the more satisfied.
    """
    answers = international_student_answers(registers, period)
    mean, home = _mean(answers), _mean(_answers(registers, period, "home_students"))
    if mean is None:
        return Figure(None, 0.0, 0.0, NO_DENOMINATOR)
    # Who was invited to a survey that nobody answered did not answer either.
    surveys = _surveys(registers, period, "international_students")
    number, invited = float(answers["amount"].sum()), float(surveys["invited_count"].sum())
    parts = {"n": number, "response_pct": 100.0 * float(surveys["amount"].sum()) / invited}
    if home is not None:
        parts["gap_home"] = mean - home
    return Figure(mean, mean * number, number, parts=parts)


@variable("staff_items_asked")
def staff_items_asked(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum the items of the service package that international staff were entitled to. Source: services."""
    return amount(_services(registers, period, "staff_item"), "asked_count")


@variable("staff_items_delivered")
def staff_items_delivered(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum those among them that were delivered. Source: services."""
    return amount(_services(registers, period, "staff_item"), "served_count")


@formula("G4.14")
def staff_package(registers: Registers, period: Period) -> Figure:
    """Return the share of items delivered, in percent; beside it the satisfaction of international staff."""
    delivered = float(staff_items_delivered(registers, period)["amount"].sum())
    asked = float(staff_items_asked(registers, period)["amount"].sum())
    found = quotient(delivered, asked, 100.0)
    parts = _staff_satisfaction(registers, period)
    return Figure(found.value, found.numerator, found.denominator, found.reason, parts)


def _staff_satisfaction(registers: Registers, period: Period) -> dict[str, float]:
    try:
        answers = _answers(registers, period, "international_staff")
    except MissingFigure:
        return {}  # the share stands without a survey
    mean = _mean(answers)
    return {} if mean is None else {"satisfaction": mean, "n": float(answers["amount"].sum())}
