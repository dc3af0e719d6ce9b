"""Activities on campus with an international purpose, and who takes part in them (G4.01–G4.06, G4.08, G4.09).

Source: the registers `campus_activities`, `trainings`, `mobility`, `staff` and `students`. Participants
are distinct persons: the register says of each activity how many took part for the first time.
"""

import pandas as pd

from .core import NO_YEAR, MissingFigure, Period, Registers, amount, variable
from .events import dated, last_full_year, yearly
from .mobility import stays

# The month in which an academic year opens; activities are known by their day.
ACADEMIC_YEAR_OPENS = 9

# An activity is mixed if the smaller of the two student groups reaches this share.
SMALLER_GROUP_SHARE = 0.20


# -- number of activities ------------------------------------------------------------------------------


def _activities(registers: Registers, period: Period, kind: str) -> pd.DataFrame:
    rows = dated(registers, "campus_activities", "activity_date", period)
    return amount(rows[rows["is_international"] & (rows["kind"] == kind)])


@variable("social_activities")
def social_activities(registers: Registers, period: Period) -> pd.DataFrame:
    """Count social and cultural activities with an international purpose. Source: campus_activities."""
    return _activities(registers, period, "social")


@variable("sport_activities")
def sport_activities(registers: Registers, period: Period) -> pd.DataFrame:
    """Count sport activities with an international purpose. Source: campus_activities."""
    return _activities(registers, period, "sport")


@variable("educational_activities")
def educational_activities(registers: Registers, period: Period) -> pd.DataFrame:
    """Count educational activities with an international purpose. Source: campus_activities."""
    return _activities(registers, period, "educational")


@variable("academic_activities")
def academic_activities(registers: Registers, period: Period) -> pd.DataFrame:
    """Count academic activities with an international purpose. Source: campus_activities."""
    return _activities(registers, period, "academic")


# -- students ------------------------------------------------------------------------------------------


def _of_academic_year(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the activities of the academic year, September to August."""
    whole = registers.whole("campus_activities")
    days = pd.to_datetime(whole["activity_date"])
    rows = whole[days.dt.year - (days.dt.month < ACADEMIC_YEAR_OPENS) == period.academic_year]
    if rows.empty:
        raise MissingFigure(NO_YEAR)
    return rows[rows.index.isin(registers["campus_activities"].index)]


@variable("international_students_taking_part")
def international_students_taking_part(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum the international students who took part for the first time in the academic year.

    All activities of the register count, since a first time may be at any of them. Source: campus_activities.
    """
    return amount(_of_academic_year(registers, period), "first_international_students_count")


@variable("activities_with_students")
def activities_with_students(registers: Registers, period: Period) -> pd.DataFrame:
    """Count international activities of the academic year with students. Source: campus_activities."""
    rows = _of_academic_year(registers, period)
    students = rows["international_students_count"] + rows["home_students_count"]
    return amount(rows[rows["is_international"] & (students > 0)])


@variable("mixed_activities")
def mixed_activities(registers: Registers, period: Period) -> pd.DataFrame:
    """Count those where international or home students, whichever are fewer, are 20 percent or more.

    Source: campus_activities.
    """
    rows = activities_with_students(registers, period)
    groups = rows[["international_students_count", "home_students_count"]]
    return rows[groups.min(axis=1) >= SMALLER_GROUP_SHARE * groups.sum(axis=1)]


# -- staff ---------------------------------------------------------------------------------------------


@variable("academics_taking_part")
def academics_taking_part(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum the academics who took part, first time of the year. Source: campus_activities, trainings."""
    activities = dated(registers, "campus_activities", "activity_date", period)
    trainings = dated(registers, "trainings", "training_date", period)
    return _together(
        amount(activities, "first_academic_staff_count"),
        amount(trainings[trainings["category"] == "academic"], "first_participants_count"),
    )


@variable("administrative_staff_taking_part")
def administrative_staff_taking_part(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum administrative staff with a training stay abroad, or at an activity (first time of the year).

    Neither register has a key of staff, so one with both is counted twice. Source: mobility,
    campus_activities.
    """
    abroad = stays(registers, period)
    abroad = abroad[(abroad["participant"] == "administrative") & (abroad["direction"] == "outgoing")]
    activities = dated(registers, "campus_activities", "activity_date", period)
    return _together(
        amount(abroad[abroad["activity"] == "training"]),
        amount(activities, "first_administrative_staff_count"),
    )


def _together(*parts: pd.DataFrame) -> pd.DataFrame:
    """Join rows of two registers by the columns of both: by any other, a breakdown would lose rows."""
    return pd.concat(parts, join="inner", ignore_index=True)


@variable("administrative_staff")
def administrative_staff(registers: Registers, period: Period) -> pd.DataFrame:
    """Count administrative staff at the year's end. Source: staff."""
    rows = yearly(registers, "staff", "year", last_full_year(period))
    return amount(rows[rows["category"] == "administrative"], "headcount")
