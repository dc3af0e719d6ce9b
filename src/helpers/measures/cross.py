"""What cuts across the goals: graduates, levels, the SDGs and the action plan (GX.01–GX.05, G2.16).

Source: the registers `graduates`, `surveys`, `events`, `promotion`, `agreements`, `publications`, `projects`
and `actions`.
"""

from contextlib import suppress
from dataclasses import replace

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
    quotient,
    variable,
)
from .events import dated, held, last_full_year, yearly
from .promotion import promotion_rows

# The marks of a global competence, of which a graduate must have two (GX.01).
COMPETENCES = [
    "has_language_b2",
    "has_stay_abroad",
    "has_international_ects",
    "has_coil_or_bip",
    "has_international_internship",
]
COMPETENCES_AT_LEAST = 2

LEVELS = ("regional", "national", "international")


# -- graduates -----------------------------------------------------------------------------------------


@variable("graduates_of_year")
def graduates_of_year(registers: Registers, period: Period) -> pd.DataFrame:
    """Count graduates of the academic year. Source: graduates."""
    return amount(yearly(registers, "graduates", "academic_year", period.academic_year), "headcount")


@variable("graduates_with_competences")
def graduates_with_competences(registers: Registers, period: Period) -> pd.DataFrame:
    """Count graduates of the academic year with at least two global competences. Source: graduates."""
    rows = graduates_of_year(registers, period)
    return rows[rows[COMPETENCES].astype(int).sum(axis=1) >= COMPETENCES_AT_LEAST]


def _graduate_surveys(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the year's surveys of graduates; surveys are dated by year, so at the half year the last one."""
    rows = yearly(registers, "surveys", "year", last_full_year(period))
    return rows[rows["audience"] == "graduates"].dropna(subset=["placed_international_count"])


@variable("graduates_answering")
def graduates_answering(registers: Registers, period: Period) -> pd.DataFrame:
    """Count graduates who answered the year's survey on where they work or study. Source: surveys."""
    return amount(_graduate_surveys(registers, period), "answered_count")


@variable("graduates_placed_internationally")
def graduates_placed_internationally(registers: Registers, period: Period) -> pd.DataFrame:
    """Count those among them placed abroad or in a multinational within 12 months. Source: surveys."""
    return amount(_graduate_surveys(registers, period), "placed_international_count")


@formula("GX.02")
def international_placement(registers: Registers, period: Period) -> Figure:
    """Return the placed in percent of who answered, with the share of the invited who answered beside it."""
    placed = graduates_placed_internationally(registers, period)
    answered = float(placed["answered_count"].sum())
    rate = quotient(float(placed["amount"].sum()), answered, 100.0)
    response = quotient(answered, float(placed["invited_count"].sum()), 100.0)
    return rate if response.value is None else replace(rate, parts={"response_rate": response.value})


# -- balance of levels -----------------------------------------------------------------------------------


@variable("activities_by_level")
def activities_by_level(registers: Registers, period: Period) -> pd.DataFrame:
    """Count events held, promotion activities and agreements signed in the period, each with its level.

    Source: events, promotion, agreements.
    """
    rows = [
        held(registers, period).assign(activity="event"),
        promotion_rows(registers, period).assign(activity="promotion"),
        dated(registers, "agreements", "signed_date", period).assign(activity="agreement"),
    ]
    return amount(pd.concat([part[["activity", "level"]] for part in rows], ignore_index=True))


@formula("GX.03")
def balance_of_levels(registers: Registers, period: Period) -> Figure:
    """Return the evenness H′ / ln 3 over the three levels, with each level's share in percent beside it."""
    rows = activities_by_level(registers, period)
    counts = rows.groupby("level")["amount"].sum().reindex(LEVELS, fill_value=0.0)
    found = diversity.evenness(counts, len(LEVELS))
    if found is None:
        raise MissingFigure(NO_DENOMINATOR)
    total = float(counts.sum())
    return Figure(found, total, parts={level: float(100 * counts[level] / total) for level in LEVELS})


def levels(registers: Registers, period: Period) -> pd.DataFrame:
    """Count what was done by kind and level: activity, then a column for each level.

    Events held, promotion, agreements signed, and activities on campus, which GX.03 leaves out. A kind that
    cannot be counted is missing. Source: events, promotion, agreements, campus_activities.
    """
    kinds = {
        "event": lambda: held(registers, period),
        "promotion": lambda: promotion_rows(registers, period),
        "agreement": lambda: dated(registers, "agreements", "signed_date", period),
        "campus": lambda: _with_purpose(dated(registers, "campus_activities", "activity_date", period)),
    }
    counted = {}
    for name, rows in kinds.items():
        with suppress(MissingFigure):
            counted[name] = rows()["level"].value_counts().reindex(LEVELS, fill_value=0)
    return pd.DataFrame(counted, index=list(LEVELS)).T.rename_axis("activity").reset_index()


def _with_purpose(activities: pd.DataFrame) -> pd.DataFrame:
    """Return the campus activities with an international purpose, as goal 4 counts them."""
    return activities[activities["is_international"].astype(bool)]


# -- the SDGs --------------------------------------------------------------------------------------------


@variable("international_outputs")
def international_outputs(registers: Registers, period: Period) -> pd.DataFrame:
    """Count international publications and internationally funded projects begun, of the last whole year.

    Source: publications, projects. Publications whose links to the SDGs are unknown are left out.
    """
    year = last_full_year(period)
    published = yearly(registers, "publications", "year", year)
    published = published[published["kind"] == "international"].dropna(subset=["sdg_count"])
    projects = dated(registers, "projects", "start_date", Period(year))
    begun = projects[projects["decision"] == "funded"]
    rows = [
        amount(published, "publications_count").assign(output="publication", linked=published["sdg_count"]),
        amount(begun).assign(output="project", linked=begun["is_sdg"].astype(float)),
    ]
    return pd.concat([part[["output", "amount", "linked"]] for part in rows], ignore_index=True)


@variable("sdg_outputs")
def sdg_outputs(registers: Registers, period: Period) -> pd.DataFrame:
    """Count those among them that are linked to the SDGs. Source: publications, projects."""
    return amount(international_outputs(registers, period), "linked")


# -- the action plan ---------------------------------------------------------------------------------------


def _in_time(actions: pd.DataFrame) -> pd.DataFrame:
    return actions[pd.to_datetime(actions["done_date"]) <= pd.to_datetime(actions["due_date"])]


@variable("actions_due")
def actions_due(registers: Registers, period: Period) -> pd.DataFrame:
    """Count actions of all goals that were due in the period. Source: actions."""
    return amount(dated(registers, "actions", "due_date", period))


@variable("actions_on_time")
def actions_on_time(registers: Registers, period: Period) -> pd.DataFrame:
    """Count those among them that were done by their due date. Source: actions."""
    return _in_time(actions_due(registers, period))


def open_actions(registers: Registers, period: Period) -> pd.DataFrame:
    """List the actions not done by the period's end, the earliest due first: the register, is_overdue.

    What is due on the last day itself is not overdue yet.
    Of one unit, those it owns. An action done later was still open at that day. Source: actions.
    """
    rows = registers.whole("actions")
    if registers.unit is not None:
        rows = rows[rows["owner_unit"] == registers.unit]
    end = pd.Timestamp(period.end)
    due, done = pd.to_datetime(rows["due_date"]), pd.to_datetime(rows["done_date"])
    rows = rows.assign(is_overdue=due < end)[done.isna() | (done > end)]
    return rows.sort_values(["due_date", "action_id"]).reset_index(drop=True)


@variable("accessibility_actions_due")
def accessibility_actions_due(registers: Registers, period: Period) -> pd.DataFrame:
    """Count actions of the goal of G2.16 that were due in the period. Source: actions."""
    rows = actions_due(registers, period)
    return rows[rows["goal"] == load().indicators["G2.16"].goal]


@variable("accessibility_actions_on_time")
def accessibility_actions_on_time(registers: Registers, period: Period) -> pd.DataFrame:
    """Count those among them that were done by their due date. Source: actions."""
    return _in_time(accessibility_actions_due(registers, period))
