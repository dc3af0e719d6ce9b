"""Foreign academics, visiting researchers and foreign applicants for vacancies (G2.11–G2.14).

Source: the registers `staff` (a count at the end of each calendar year), `visits` and `vacancies`. Foreign
is who has a foreign citizenship.
"""

import pandas as pd

from .core import Period, Registers, amount, variable
from .events import dated, home_country, last_full_year, yearly

# Shorter employment makes no member of the academic staff (QS and THE ask the same).
MONTHS_AT_LEAST = 3

# A stay of a month or longer, both the first and the last day counted (G2.13).
STAY_DAYS_AT_LEAST = 30


def _academics(registers: Registers, period: Period) -> pd.DataFrame:
    """Return academics of at least three months, visitors from other universities left out."""
    staff = yearly(registers, "staff", "year", last_full_year(period))
    own = (staff["category"] == "academic") & ~staff["is_visiting"].astype(bool)
    return amount(staff[own & (staff["months_count"] >= MONTHS_AT_LEAST)], "headcount")


@variable("academics")
def academics(registers: Registers, period: Period) -> pd.DataFrame:
    """Count academics of at least three months, visitors left out. Source: staff."""
    return _academics(registers, period)


@variable("international_academics")
def international_academics(registers: Registers, period: Period) -> pd.DataFrame:
    """Count academics of foreign citizenship, counted as all academics are. Source: staff."""
    rows = _academics(registers, period)
    return rows[rows["citizenship_code"] != home_country()]


@variable("international_academics_with_doctorate")
def international_academics_with_doctorate(registers: Registers, period: Period) -> pd.DataFrame:
    """Count academics of foreign citizenship who hold a doctorate. Source: staff."""
    rows = international_academics(registers, period)
    return rows[rows["has_doctorate"]]


@variable("visiting_researchers")
def visiting_researchers(registers: Registers, period: Period) -> pd.DataFrame:
    """Count researchers from abroad whose stay of 30 days or more began in the period. Source: visits."""
    visits = dated(registers, "visits", "start_date", period)
    lasted = pd.to_datetime(visits["end_date"]) - pd.to_datetime(visits["start_date"])
    stays = (visits["direction"] == "incoming") & (visits["kind"] == "research_stay")
    return amount(visits[stays & (lasted.dt.days + 1 >= STAY_DAYS_AT_LEAST)], "persons_count")


def _open_vacancies(registers: Registers, period: Period) -> pd.DataFrame:
    vacancies = dated(registers, "vacancies", "published_date", period)
    return vacancies[vacancies["is_international"]]


@variable("vacancy_applicants")
def vacancy_applicants(registers: Registers, period: Period) -> pd.DataFrame:
    """Count applicants for the period's academic vacancies open internationally. Source: vacancies."""
    return amount(_open_vacancies(registers, period), "applicants_count")


@variable("foreign_vacancy_applicants")
def foreign_vacancy_applicants(registers: Registers, period: Period) -> pd.DataFrame:
    """Count foreign applicants for the vacancies open internationally. Source: vacancies."""
    return amount(_open_vacancies(registers, period), "foreign_applicants_count")
