"""International students' applications, places and waiting times (G2.04–G2.06, G2.15).

Source: the register `applications`, by the academic year applied for, and the places announced in
`programmes`. Every rate is of one cohort; applications are counted, not applicants.
"""

import pandas as pd

from .core import NO_DENOMINATOR, Figure, MissingFigure, Period, Registers, amount, formula, variable
from .events import yearly


def _cohort(registers: Registers, period: Period) -> pd.DataFrame:
    return yearly(registers, "applications", "cohort", period.academic_year)


@variable("eligible_applications")
def eligible_applications(registers: Registers, period: Period) -> pd.DataFrame:
    """Count the cohort's applications that meet the conditions. Source: applications."""
    rows = _cohort(registers, period)
    return amount(rows[rows["is_eligible"]])


@variable("offered_applications")
def offered_applications(registers: Registers, period: Period) -> pd.DataFrame:
    """Count the cohort's applications that were offered a place. Source: applications."""
    rows = _cohort(registers, period)
    return amount(rows[rows["decision"] == "offered"])


@variable("registered_applications")
def registered_applications(registers: Registers, period: Period) -> pd.DataFrame:
    """Count the cohort's applications that ended in a registration. Source: applications."""
    rows = _cohort(registers, period)
    return amount(rows[rows["is_registered"]])


@variable("international_places")
def international_places(registers: Registers, period: Period) -> pd.DataFrame:
    """Count the places announced for international students. Source: programmes."""
    rows = yearly(registers, "programmes", "academic_year", period.academic_year)
    return amount(rows, "international_places_count")


@variable("decision_days")
def decision_days(registers: Registers, period: Period) -> pd.DataFrame:
    """Give the days from the complete application to the decision, of the cohort's decided applications.

    Source: applications. Pending ones have no duration yet and are left out.
    """
    rows = _cohort(registers, period)
    decided = rows[rows["decision"].isin(["offered", "rejected"]) & rows["decision_date"].notna()]
    waited = pd.to_datetime(decided["decision_date"]) - pd.to_datetime(decided["complete_date"])
    return decided.assign(amount=waited.dt.days.astype(float))


@formula("G2.15")
def median_decision_days(registers: Registers, period: Period) -> Figure:
    """Return the median days to a decision; the denominator is the number of applications decided."""
    days = decision_days(registers, period)["amount"]
    if days.empty:
        raise MissingFigure(NO_DENOMINATOR)
    return Figure(float(days.median()), denominator=float(len(days)))
