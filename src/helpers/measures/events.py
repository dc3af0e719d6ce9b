"""Conferences, visits abroad and invited speakers (G1.01–G1.04, G1.08–G1.11).

Source: the registers `events`, `visits` and `speakers`, and for what follows a visit `agreements`,
`projects`, `mobility` and `courses`. How rows of a period are picked stands here too, for all
modules of goals 1 and 2.
"""

import pandas as pd

from ..analysis import diversity
from ..catalog import load
from .core import (
    NO_DENOMINATOR,
    Figure,
    MissingFigure,
    Period,
    Registers,
    amount,
    formula,
    in_period,
    of_year,
    variable,
)

# How long after a visit an outcome is ascribed to it (G1.09).
OUTCOME_MONTHS = 18

# The academic year opens in September; the register of courses gives the year only.
ACADEMIC_YEAR_OPENS = "-09-01"


def home_country() -> str:
    """Return the code of the country that the university stands in; every other is abroad."""
    return load().plan.home


# -- rows of a period ----------------------------------------------------------------------------------


def dated(registers: Registers, dataset: str, column: str, period: Period) -> pd.DataFrame:
    """Return a register's rows dated in the period.

    Whether the year is covered is asked of the whole university: a unit without a row in a covered
    year has none, which is nought and not unknown.
    """
    rows = in_period(registers.whole(dataset), column, period)
    return _own(registers, dataset, rows)


def yearly(registers: Registers, dataset: str, column: str, year: int) -> pd.DataFrame:
    """Return a register's rows of a year; whether it is covered is asked of the whole university."""
    rows = of_year(registers.whole(dataset), column, year)
    return _own(registers, dataset, rows)


def _own(registers: Registers, dataset: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return those of the whole university's rows that are the unit's, if one is asked for."""
    return rows if registers.unit is None else rows[rows.index.isin(registers[dataset].index)]


def last_full_year(period: Period) -> int:
    """Return the calendar year that a register kept by whole years can give at the period's end.

    On 30 June the last one that is complete is the year before.
    """
    return period.year - 1 if period.half else period.year


# -- conferences ---------------------------------------------------------------------------------------


def held(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the events of every kind and level that were held and ended in the period."""
    rows = dated(registers, "events", "end_date", period)
    return rows[rows["status"] == "held"]


def _international_conferences(events: pd.DataFrame) -> pd.DataFrame:
    return events[(events["kind"] == "conference") & (events["level"] == "international")]


@variable("conferences_held")
def conferences_held(registers: Registers, period: Period) -> pd.DataFrame:
    """Count international conferences that were held and ended in the period. Source: events."""
    return amount(_international_conferences(held(registers, period)))


@variable("conferences_planned")
def conferences_planned(registers: Registers, period: Period) -> pd.DataFrame:
    """Count international conferences planned to start within 12 months after the period's end.

    Source: events, which keep today's status only. Read later, a planned conference is by then held,
    so one that stood in a year's plan and was held counts; one called off does not, since the
    register does not say when that was.
    """
    dated(registers, "events", "start_date", period)  # the reading's own year must be covered
    events = _international_conferences(registers["events"])
    starts, end = pd.to_datetime(events["start_date"]), pd.Timestamp(period.end)
    ahead = (starts > end) & (starts <= end + pd.DateOffset(months=12))
    stood_in_plan = (events["status"] == "held") & events["planned_year"].notna()
    return amount(events[ahead & ((events["status"] == "planned") | stood_in_plan)])


def _decided_of_plan(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the international conferences planned for the year that were held, called off or put off.

    At the half year those that were to start after 30 June are left out: their turn had not come.
    """
    rows = _international_conferences(yearly(registers, "events", "planned_year", period.year))
    starts = pd.to_datetime(rows["start_date"])
    still_ahead = (starts.dt.year == period.year) & (starts > pd.Timestamp(period.end))
    return rows[rows["status"].isin(["held", "cancelled", "postponed"]) & ~still_ahead]


@variable("plan_conferences_decided")
def plan_conferences_decided(registers: Registers, period: Period) -> pd.DataFrame:
    """Count conferences planned for the year that were held, cancelled or postponed. Source: events."""
    return amount(_decided_of_plan(registers, period))


@variable("plan_conferences_held")
def plan_conferences_held(registers: Registers, period: Period) -> pd.DataFrame:
    """Count conferences planned for the year that were held by the period's end. Source: events."""
    rows = _decided_of_plan(registers, period)
    in_time = pd.to_datetime(rows["end_date"]) <= pd.Timestamp(period.end)
    return amount(rows[(rows["status"] == "held") & in_time])


def _with_foreign_participants_known(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the events held for which both numbers are known, so that the share is of like with like."""
    return held(registers, period).dropna(subset=["participants_count", "foreign_participants_count"])


@variable("event_participants")
def event_participants(registers: Registers, period: Period) -> pd.DataFrame:
    """Count persons at the events held whose foreign participants are known. Source: events."""
    return amount(_with_foreign_participants_known(registers, period), "participants_count")


@variable("foreign_event_participants")
def foreign_event_participants(registers: Registers, period: Period) -> pd.DataFrame:
    """Count persons of foreign affiliation at the events held. Source: events."""
    return amount(_with_foreign_participants_known(registers, period), "foreign_participants_count")


# -- visits abroad -------------------------------------------------------------------------------------


def delegations_abroad(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the visits of our delegations to institutions abroad that began in the period."""
    visits = dated(registers, "visits", "start_date", period)
    return visits[(visits["direction"] == "outgoing") & (visits["kind"] == "delegation")]


@variable("institutions_visited")
def institutions_visited(registers: Registers, period: Period) -> pd.DataFrame:
    """Count institutions abroad that a delegation visited, each once, by first visit. Source: visits."""
    visits = delegations_abroad(registers, period).sort_values(["start_date", "visit_id"])
    return amount(visits.drop_duplicates("partner_id"))


@variable("visits_year_before")
def visits_year_before(registers: Registers, period: Period) -> pd.DataFrame:
    """Count the delegations' visits of the whole calendar year before. Source: visits."""
    return amount(delegations_abroad(registers, Period(period.year - 1)))


def _outcomes(registers: Registers) -> pd.DataFrame:
    """Return what can follow a visit: partner_id, day. Any unit's outcome counts, not the visitor's only."""
    agreements, projects = registers.whole("agreements"), registers.whole("projects")
    mobility, courses = registers.whole("mobility"), registers.whole("courses")
    # Farabi is exchange within Türkiye and never counts as international.
    stays = mobility[(mobility["status"] == "completed") & (mobility["programme"] != "farabi")]
    opening = courses["academic_year"].astype(str) + ACADEMIC_YEAR_OPENS
    found = pd.concat(
        [
            pd.DataFrame({"partner_id": rows["partner_id"], "day": pd.to_datetime(day)})
            for rows, day in [
                (agreements, agreements["signed_date"]),
                (projects, projects["submitted_date"]),
                (stays, stays["start_date"]),
                (courses, opening),
            ]
            if not rows.empty
        ]
        or [pd.DataFrame({"partner_id": pd.Series(dtype=str), "day": pd.Series(dtype="datetime64[ns]")})]
    )
    return found[found["partner_id"] != ""]


@variable("visits_followed_up")
def visits_followed_up(registers: Registers, period: Period) -> pd.DataFrame:
    """Count the visits of the year before that led to something with the same partner within 18 months.

    Outcomes are an agreement signed, a project submitted, a completed stay begun or a joint course, by
    the period's end at the latest, so that a year's reading does not change afterwards. Source: visits,
    agreements, projects, mobility, courses.
    """
    visits = delegations_abroad(registers, Period(period.year - 1))
    pairs = visits[["visit_id", "partner_id", "start_date", "end_date"]].merge(
        _outcomes(registers), on="partner_id"
    )
    latest = pd.to_datetime(pairs["end_date"]) + pd.DateOffset(months=OUTCOME_MONTHS)
    in_time = (pairs["day"] <= latest) & (pairs["day"] <= pd.Timestamp(period.end))
    followed = pairs.loc[in_time & (pairs["day"] >= pd.to_datetime(pairs["start_date"])), "visit_id"]
    return amount(visits[visits["visit_id"].isin(followed)])


# -- speakers ------------------------------------------------------------------------------------------


@variable("invited_talks")
def invited_talks(registers: Registers, period: Period) -> pd.DataFrame:
    """Count talks in the period by invited speakers of an institution abroad. Source: speakers."""
    talks = dated(registers, "speakers", "talk_date", period)
    return amount(talks[talks["country_code"] != home_country()])


@formula("G1.10")
def talks_by_mode(registers: Registers, period: Period) -> Figure:
    """Return the invited talks, with those in person and online beside them."""
    return by_mode(invited_talks(registers, period))


@formula("G1.11")
def speakers_countries(registers: Registers, period: Period) -> Figure:
    """Return exp(−Σ p ln p) over the countries of the invited speakers' institutions."""
    return effective_countries(invited_talks(registers, period), "country_code")


def by_mode(rows: pd.DataFrame) -> Figure:
    """Return the sum of rows, with its parts in person and online."""
    parts = {mode: float(rows.loc[rows["mode"] == mode, "amount"].sum()) for mode in ("in_person", "online")}
    total = float(rows["amount"].sum())
    return Figure(total, total, parts=parts)


def effective_countries(rows: pd.DataFrame, column: str) -> Figure:
    """Return the effective number of countries of rows; the numerator is how many were counted."""
    found = diversity.effective_number(rows.groupby(column)["amount"].sum())
    if found is None:
        raise MissingFigure(NO_DENOMINATOR)
    return Figure(found, float(rows["amount"].sum()))
