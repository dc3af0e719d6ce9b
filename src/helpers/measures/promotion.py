"""Fairs, promotion, web sessions, priority countries and memberships (G1.05–G1.07, G1.12–G1.15).

Source: the registers `fairs`, `promotion`, `web`, `visits`, `priority_countries` and `memberships`; what
came of a fair is read from `applications`. Only visits and applications know units.
"""

from dataclasses import replace

import pandas as pd

from .core import NO_YEAR, Figure, MissingFigure, Period, Registers, amount, at, formula, variable
from .events import by_mode, dated, delegations_abroad, home_country

# Agents are paid, and so belong to the cost of promotion, but they are no activity of the university.
AGENT = "agent"

# How recent a participation keeps a membership active (G1.15).
PARTICIPATION_MONTHS = 24


# -- fairs ---------------------------------------------------------------------------------------------


def _attended(registers: Registers, period: Period) -> pd.DataFrame:
    fairs = dated(registers, "fairs", "start_date", period)
    return fairs[fairs["status"] == "attended"]


@variable("fairs_attended")
def fairs_attended(registers: Registers, period: Period) -> pd.DataFrame:
    """Count fairs attended that began in the period, in person or online. Source: fairs."""
    return amount(_attended(registers, period))


@formula("G1.05")
def fairs_by_mode(registers: Registers, period: Period) -> Figure:
    """Return the fairs attended, with those in person and online beside them."""
    return by_mode(fairs_attended(registers, period))


@variable("fair_leads")
def fair_leads(registers: Registers, period: Period) -> pd.DataFrame:
    """Count qualified leads of the fairs attended in the period. Source: fairs."""
    return amount(_attended(registers, period), "qualified_leads_count")


@variable("fair_registrations")
def fair_registrations(registers: Registers, period: Period) -> pd.DataFrame:
    """Count applicants from the fairs attended in the period who registered, in whatever year.

    Source: applications, fairs. The country is the fair's, as it is for the leads.
    """
    # Asked of the whole university: fairs know no unit, applications do.
    fairs = _attended(replace(registers, unit=None), period)
    cohorts = registers.whole("applications")["cohort"]
    # A fair recruits for the academic year of its own calendar year at the earliest.
    if not (cohorts >= period.year).any():
        raise MissingFigure(NO_YEAR)
    own = registers["applications"]
    came = own[own["fair_id"].isin(fairs["fair_id"]) & own["is_registered"]]
    countries = fairs.set_index("fair_id")["country_code"]
    return amount(came.assign(country_code=came["fair_id"].map(countries)))


# -- promotion -----------------------------------------------------------------------------------------


def promotion_rows(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the promotion activities that began in the period, agents left out."""
    rows = dated(registers, "promotion", "start_date", period)
    return rows[rows["kind"] != AGENT]


@variable("promotion_activities")
def promotion_activities(registers: Registers, period: Period) -> pd.DataFrame:
    """Count promotion activities other than fairs that began in the period. Source: promotion."""
    return amount(promotion_rows(registers, period))


@variable("promotion_cost")
def promotion_cost(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum what fairs attended, promotion and agents cost in the period, in TRY of the year (nominal).

    Source: fairs, promotion. A row without a cost adds nothing; if no row has one, the cost is unknown.
    """
    parts = [_attended(registers, period), dated(registers, "promotion", "start_date", period)]
    shared = ["kind", "country_code", "start_date", "cost_try"]
    rows = pd.concat([parts[0].assign(kind="fair")[shared], parts[1][shared]], ignore_index=True)
    if len(rows) and rows["cost_try"].isna().all():
        raise MissingFigure(NO_YEAR)
    return amount(rows, "cost_try")


# -- web -----------------------------------------------------------------------------------------------


@variable("web_sessions")
def web_sessions(registers: Registers, period: Period) -> pd.DataFrame:
    """Count sessions on the official site, robots left out. Source: web."""
    return amount(dated(registers, "web", "month", period), "sessions_count")


@variable("foreign_web_sessions")
def foreign_web_sessions(registers: Registers, period: Period) -> pd.DataFrame:
    """Count sessions on the official site from abroad, robots left out. Source: web."""
    rows = web_sessions(registers, period)
    return rows[rows["country_code"] != home_country()]


# -- priority countries --------------------------------------------------------------------------------


@variable("priority_countries")
def priority_countries(registers: Registers, period: Period) -> pd.DataFrame:
    """Count countries that have priority for recruitment in the year. Source: priority_countries."""
    listed = registers["priority_countries"]
    begun = listed["from_year"] <= period.year
    lasting = listed["to_year"].isna() | (listed["to_year"] >= period.year)
    return amount(listed[begun & lasting].drop_duplicates("country_code"))


@variable("priority_countries_reached")
def priority_countries_reached(registers: Registers, period: Period) -> pd.DataFrame:
    """Count priority countries with a fair attended, a delegation's visit or a promotion in the period.

    Source: fairs, visits, promotion, priority_countries.
    """
    listed = priority_countries(registers, period)
    reached = pd.concat(
        [
            _attended(registers, period)["country_code"],
            delegations_abroad(registers, period)["country_code"],
            promotion_rows(registers, period)["country_code"],
        ]
    )
    return listed[listed["country_code"].isin(reached)]


# -- memberships ---------------------------------------------------------------------------------------


@variable("active_memberships")
def active_memberships(registers: Registers, period: Period) -> pd.DataFrame:
    """Count memberships in force and paid at the period's end, with a participation in 24 months.

    Source: memberships, which keep the last participation only: read for an earlier year, a membership
    that was used later passes for used.
    """
    held = registers["memberships"]
    days = held[["start_date", "end_date", "paid_until", "last_participation_date"]].apply(pd.to_datetime)
    # The register has no year of its own; it knows of the years from its first date to its last.
    first, last = days.min().min(), days.max().max()
    if pd.isna(first) or not first.year <= period.year <= last.year:
        raise MissingFigure(NO_YEAR)
    end = pd.Timestamp(period.end)
    in_force = at(held, "start_date", "end_date", period.end)
    paid = days["paid_until"] >= end
    used = days["last_participation_date"] >= end - pd.DateOffset(months=PARTICIPATION_MONTHS)
    return amount(in_force[(paid & used).loc[in_force.index]])
