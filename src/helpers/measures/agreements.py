"""Agreements with institutions abroad: number, use, renewal and new ones (G3.15–G3.19).

Source: the register `agreements`; whether a partner is active, from `mobility`, `projects`,
`publications`, `courses` and `visits`. A partner in Türkiye is no international partner.
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from .core import NO_YEAR, Figure, MissingFigure, Period, Registers, amount, at, formula, variable
from .events import home_country, last_full_year
from .mobility import judged

# How far back an activity makes an agreement active (G3.16), and a partner multiplex (G3.17).
ACTIVE_MONTHS, MULTIPLEX_MONTHS = 24, 36

# Kinds of activity that make a partner multiplex.
KINDS_AT_LEAST = 3

# A country is new if no agreement with it was in force in so many years before the period.
YEARS_WITHOUT = 5


# -- agreements in force -------------------------------------------------------------------------------


def known(frame: pd.DataFrame, columns: Sequence[str], period: Period) -> None:
    """Refuse a year outside a register that has no period of its own.

    Such a register knows of the years from its first date in the columns to its last; raises
    MissingFigure outside them.
    """
    years = frame[list(columns)].apply(pd.to_datetime).stack().dt.year
    if years.empty or not years.min() <= period.year <= years.max():
        raise MissingFigure(NO_YEAR)


def _foreign(agreements: pd.DataFrame) -> pd.DataFrame:
    return agreements[agreements["country_code"] != home_country()]


@variable("agreements_in_force")
def agreements_in_force(registers: Registers, period: Period) -> pd.DataFrame:
    """Count agreements with partners abroad in force at the period's end. Source: agreements."""
    known(registers.whole("agreements"), ["signed_date", "end_date"], period)
    return amount(_foreign(at(registers["agreements"], "start_date", "end_date", period.end)))


# -- what is done with a partner -----------------------------------------------------------------------


def partner_activities(registers: Registers, period: Period, months: int) -> pd.DataFrame:
    """Return what was done with each partner in the months before the period's end: partner_id, activity.

    A pair stands once. Any unit's activity counts: the partner is the university's. Courses and
    publications are known by year, so whole years are taken, of which the last is the period's.
    Raises MissingFigure where mobility, publications, courses or visits hold no row of these months.
    """
    key = ("partner activities", period, months)
    return registers.once(key, lambda: _partner_activities(registers, period, months)).copy()


def _partner_activities(registers: Registers, period: Period, months: int) -> pd.DataFrame:
    end = pd.Timestamp(period.end)
    after = end - pd.DateOffset(months=months)
    years = months // 12
    stays = registers.whole("mobility")
    # Judged first and picked after: a blended programme is judged by its whole group.
    mobility = judged(stays)
    mobility = mobility[mobility.index.isin(_within(stays, after, end).index)]
    publications = _of_last(registers.whole("publications"), "year", last_full_year(period), years)
    courses = _of_last(registers.whole("courses"), "academic_year", period.academic_year, years)
    projects = registers.whole("projects")
    running = (pd.to_datetime(projects["start_date"]) <= end) & (pd.to_datetime(projects["end_date"]) > after)
    joint = (publications["kind"] == "with_partner") & (publications["publications_count"] > 0)
    partners = {
        "mobility": mobility.loc[mobility["reason"] == "", "partner_id"],
        "project": projects.loc[running & (projects["decision"] == "funded"), "partner_id"],
        "publication": publications.loc[joint, "partner_id"],
        "course": courses["partner_id"],
        "visit": _within(registers.whole("visits"), after, end)["partner_id"],
    }
    found = pd.concat([ids.to_frame("partner_id").assign(activity=name) for name, ids in partners.items()])
    return found[found["partner_id"] != ""].drop_duplicates(ignore_index=True)


def _within(frame: pd.DataFrame, after: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Return the rows of which some day lies in the span."""
    overlap = (pd.to_datetime(frame["start_date"]) <= end) & (pd.to_datetime(frame["end_date"]) > after)
    return _some(frame[overlap])


def _of_last(frame: pd.DataFrame, column: str, last: int, years: int) -> pd.DataFrame:
    return _some(frame[(frame[column] > last - years) & (frame[column] <= last)])


def _some(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        raise MissingFigure(NO_YEAR)
    return rows


@variable("agreements_active")
def agreements_active(registers: Registers, period: Period) -> pd.DataFrame:
    """Count the agreements in force whose partner was active in the last 24 months.

    Source: agreements, mobility, projects, publications, courses, visits.
    """
    rows = agreements_in_force(registers, period)
    active = partner_activities(registers, period, ACTIVE_MONTHS)["partner_id"]
    return rows[rows["partner_id"].isin(active)]


@variable("multiplex_partners")
def multiplex_partners(registers: Registers, period: Period) -> pd.DataFrame:
    """Count partners with an agreement in force and three or more kinds of activity in 36 months.

    Source: agreements, mobility, projects, publications, courses, visits.
    """
    rows = agreements_in_force(registers, period).drop_duplicates("partner_id")
    kinds = partner_activities(registers, period, MULTIPLEX_MONTHS)["partner_id"].value_counts()
    return rows[rows["partner_id"].isin(kinds[kinds >= KINDS_AT_LEAST].index)]


# -- renewal -------------------------------------------------------------------------------------------


@variable("agreements_ended")
def agreements_ended(registers: Registers, period: Period) -> pd.DataFrame:
    """Count agreements with partners abroad that ended in the period. Source: agreements."""
    known(registers.whole("agreements"), ["signed_date", "end_date"], period)
    rows = _foreign(registers["agreements"])
    return amount(rows[_dated(rows["end_date"], period.start, period.end)])


@variable("agreements_renewed")
def agreements_renewed(registers: Registers, period: Period) -> pd.DataFrame:
    """Count those among them for which another was signed before they ended. Source: agreements."""
    rows = agreements_ended(registers, period)
    renewals = registers.whole("agreements")
    renewals = renewals[renewals["predecessor_id"] != ""]
    signed = pd.to_datetime(renewals["signed_date"]).groupby(renewals["predecessor_id"]).min()
    return rows[rows["agreement_id"].map(signed) < pd.to_datetime(rows["end_date"])]


def _dated(days: pd.Series, start: date, end: date) -> pd.Series:
    return pd.to_datetime(days).between(pd.Timestamp(start), pd.Timestamp(end))


# -- new partners --------------------------------------------------------------------------------------


@variable("agreements_new")
def agreements_new(registers: Registers, period: Period) -> pd.DataFrame:
    """Count agreements signed in the period that are the first with their partner. Source: agreements.

    The first is the university's first; a second unit's agreement with the same partner is not new.
    """
    whole = registers.whole("agreements")
    known(whole, ["signed_date"], period)
    firsts = _foreign(whole).sort_values(["signed_date", "agreement_id"]).drop_duplicates("partner_id")
    new = firsts[_dated(firsts["signed_date"], period.start, period.end)]
    return amount(new[new.index.isin(registers["agreements"].index)])


@formula("G3.19")
def new_agreements(registers: Registers, period: Period) -> Figure:
    """Return new agreements, and beside them the countries that had none in the five years before."""
    rows = agreements_new(registers, period)
    whole = registers.whole("agreements")
    began = pd.Timestamp(period.start)
    before = (pd.to_datetime(whole["start_date"]) < began) & (
        pd.to_datetime(whole["end_date"]) > began - pd.DateOffset(years=YEARS_WITHOUT)
    )
    countries = set(rows["country_code"]) - set(whole.loc[before, "country_code"])
    count = float(rows["amount"].sum())
    return Figure(count, count, parts={"new_countries": float(len(countries))})
