"""Accreditation of programmes and of the institution: coverage, recognition, terms (G3.06–G3.09).

Source: the registers `accreditation` and `programmes`, and the bodies of data/catalog/accreditors.yml.
Certificates of management systems and evaluations without a verdict are no accreditation. Terms one after
the other, and programmes without one, are in `accreditation_calendar`.
"""

from dataclasses import replace
from datetime import date

import pandas as pd

from ..catalog.rules import load_accreditors
from .agreements import known
from .core import (
    NOT_BY_UNIT,
    Figure,
    MissingFigure,
    Period,
    Registers,
    amount,
    at,
    formula,
    quotient,
    variable,
)
from .events import yearly

# The register keeps the status of today. What is expired today was in force until its end, so it counts
# on a day before that; candidates, show cause and withdrawn ones never do.
STANDING = ("active", "conditional", "expired")
ACTIVE = ("active", "expired")
# What a body decided for a term, whether or not the term counts as accredited.
GRANTED = (*STANDING, "show_cause")

# A programme's terms by one body follow each other; each language track has its own.
CHAIN = ["programme_id", "language_track", "body"]

# An accreditation that ends within so many days is at risk (G3.08).
RISK_DAYS = 365

DAYS_OF_MONTH = 365.25 / 12


# -- in force ------------------------------------------------------------------------------------------


def _bodies(frame: pd.DataFrame, attribute: str) -> pd.Series:
    """Return an attribute of each row's body; None where the body is not in the list."""
    bodies = load_accreditors()
    values = {code: getattr(body, attribute) for code, body in bodies.items()}
    return frame["body"].map(values)


def _accreditations(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~_bodies(frame, "kind").isin(["certificate", "evaluation"])]


def followed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the terms that were granted, by chain and start, each with the start and decision of the next.

    `until_date` is the day on which a term is over. Some bodies write the last day of a term as its end,
    others the first day after: a term that begins the day after an end continues it without a gap.
    """
    rows = _accreditations(frame)
    rows = rows[rows["status"].isin(GRANTED) & rows["start_date"].notna() & rows["end_date"].notna()]
    rows = rows.sort_values([*CHAIN, "start_date", "end_date"])
    starts, ends = pd.to_datetime(rows["start_date"]), pd.to_datetime(rows["end_date"])
    decisions = pd.to_datetime(rows["decision_date"]).fillna(starts)
    chains = [rows[name] for name in CHAIN]
    following = starts.groupby(chains).shift(-1)
    return rows.assign(
        until_date=ends.mask(following - ends == pd.Timedelta(days=1), following),
        next_start_date=following,
        next_decision_date=decisions.groupby(chains).shift(-1),
    )


def standing(frame: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the terms of a register that stand as accredited on a day."""
    return _standing(followed(frame), day)


def _standing(terms: pd.DataFrame, day: date) -> pd.DataFrame:
    return at(terms[terms["status"].isin(STANDING)], "start_date", "until_date", day)


def in_force(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the accreditations in force at the period's end, of programmes and of the institution.

    Each has the next term beside it (`followed`). Raises MissingFigure for a year outside the register's
    dates. Source: accreditation, and programmes where a row names no unit.
    """
    whole = registers.whole("accreditation")
    known(whole, ["decision_date", "start_date", "end_date"], period)
    # The chains of terms are the same for every period.
    key = ("terms followed", registers.edition)
    terms = registers.memo.get(key, lambda: followed(registers.whole("accreditation")))
    return of_unit(registers, _standing(terms, period.end))


def of_unit(registers: Registers, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the accreditations of the unit asked for; a row that names none is its programme's."""
    if registers.unit is None:
        return rows
    units = rows["unit"]
    if (units == "").any():
        of_programme = registers.whole("programmes").groupby("programme_id")["unit"].last()
        units = units.where(units != "", rows["programme_id"].map(of_programme))
    return rows[units == registers.unit]


def _internationally_recognised(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the decisions of foreign bodies (L1), and those of L2 bodies that carry a label."""
    classes = _bodies(frame, "recognition")
    return frame[(classes == "L1") | ((classes == "L2") & (frame["label"] != ""))]


# -- coverage of programmes ----------------------------------------------------------------------------


@variable("programmes_eligible")
def programmes_eligible(registers: Registers, period: Period) -> pd.DataFrame:
    """Count programmes with graduates in whose field a body accredits. Source: programmes."""
    rows = yearly(registers, "programmes", "academic_year", period.academic_year)
    return amount(rows[rows["has_graduates"] & rows["body_available"]])


@variable("programmes_accredited")
def programmes_accredited(registers: Registers, period: Period) -> pd.DataFrame:
    """Count eligible programmes with an accreditation in force, once each.

    Source: accreditation, programmes.
    """
    return _covered(registers, period, in_force(_whole(registers), period))


@variable("programmes_accredited_internationally")
def programmes_accredited_internationally(registers: Registers, period: Period) -> pd.DataFrame:
    """Count those whose accreditation is recognised internationally. Source: accreditation, programmes."""
    return _covered(registers, period, _internationally_recognised(in_force(_whole(registers), period)))


def coverage(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the eligible programmes with `is_accredited` and `is_recognised`, internationally.

    Source: accreditation, programmes.
    """
    rows = programmes_eligible(registers, period)
    held = in_force(_whole(registers), period)
    return rows.assign(
        is_accredited=rows["programme_id"].isin(held["programme_id"]),
        is_recognised=rows["programme_id"].isin(_internationally_recognised(held)["programme_id"]),
    )


def coverage_of_students(registers: Registers, period: Period) -> Figure:
    """Return the share of the eligible programmes' students who study in an accredited one, in percent.

    Source: accreditation, programmes.
    """
    rows = coverage(registers, period)
    students = rows["students_count"].astype(float)
    return quotient(float(students[rows["is_accredited"]].sum()), float(students.sum()), 100.0)


def _covered(registers: Registers, period: Period, accreditations: pd.DataFrame) -> pd.DataFrame:
    rows = programmes_eligible(registers, period)
    return rows[rows["programme_id"].isin(accreditations["programme_id"])]


def _whole(registers: Registers) -> Registers:
    """Return the registers of the whole university; an accreditation's unit may be left empty."""
    return replace(registers, unit=None)


# -- terms ---------------------------------------------------------------------------------------------


@variable("accreditations_active")
def accreditations_active(registers: Registers, period: Period) -> pd.DataFrame:
    """Count accreditations active at the period's end, conditional ones left out. Source: accreditation."""
    rows = in_force(registers, period)
    return amount(rows[rows["status"].isin(ACTIVE)])


@variable("accreditations_expiring")
def accreditations_expiring(registers: Registers, period: Period) -> pd.DataFrame:
    """Count those among them that end within 365 days. Source: accreditation."""
    rows = accreditations_active(registers, period)
    left = pd.to_datetime(rows["end_date"]) - pd.Timestamp(period.end)
    return rows[left.dt.days <= RISK_DAYS]


@formula("G3.08")
def expiry_risk(registers: Registers, period: Period) -> Figure:
    """Return the share of active accreditations that end within 12 months, in percent.

    Beside it, `deadline_missed`: how many let the day for the next application pass.
    """
    expiring = float(accreditations_expiring(registers, period)["amount"].sum())
    active = float(accreditations_active(registers, period)["amount"].sum())
    missed = _missed(in_force(registers, period), period.end)
    found = quotient(expiring, active, 100.0)
    parts = {"deadline_missed": float(len(missed))}
    return Figure(found.value, found.numerator, found.denominator, found.reason, parts)


def application_deadlines(frame: pd.DataFrame) -> pd.Series:
    """Return the last day of the next application; where the register has none, by the body's usual lead."""
    lead = _bodies(frame, "application_lead_months")
    ends = pd.to_datetime(frame["end_date"])
    usual = [
        end - pd.DateOffset(months=int(months)) if pd.notna(months) and pd.notna(end) else pd.NaT
        for end, months in zip(ends, lead, strict=True)
    ]
    given = pd.to_datetime(frame["next_application_deadline"])
    return given.fillna(pd.Series(pd.to_datetime(usual), index=frame.index, dtype="datetime64[ns]"))


def deadline_missed(frame: pd.DataFrame, day: date) -> pd.DataFrame:
    """List active accreditations whose next application was due before a day and is not filed.

    This is the alarm that matters: MÜDEK wants the application some 20 months before the term ends, long
    before the end itself comes into sight. What is over by the day, or already renewed, is left out.
    """
    return _missed(standing(frame, day), day)


def _missed(rows: pd.DataFrame, day: date) -> pd.DataFrame:
    rows = rows[rows["status"].isin(ACTIVE) & ~is_applied_for(rows)]
    due = application_deadlines(rows)
    return rows.assign(due_date=due)[due < pd.Timestamp(day)].sort_values("due_date").reset_index(drop=True)


def is_applied_for(rows: pd.DataFrame) -> pd.Series:
    """Tell of followed terms whether the next application is filed; a next term implies one.

    The register keeps the state of today, so that on an earlier day an application counts that was filed
    since.
    """
    return rows["application_open"].astype(bool) | rows["next_start_date"].notna()


def is_renewed(rows: pd.DataFrame, day: date) -> pd.Series:
    """Tell of followed terms whether the next one was decided by a day."""
    return rows["next_decision_date"] <= pd.Timestamp(day)


@variable("institutional_accreditations")
def institutional_accreditations(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the institution's accreditations in force, each with the months left. Source: accreditation."""
    if registers.unit is not None:
        raise MissingFigure(NOT_BY_UNIT)
    rows = in_force(registers, period)
    rows = rows[rows["programme_id"] == ""]
    left = pd.to_datetime(rows["end_date"]) - pd.Timestamp(period.end)
    return rows.assign(amount=left.dt.days / DAYS_OF_MONTH)


@formula("G3.09")
def months_to_expiry(registers: Registers, period: Period) -> Figure:
    """Return the months until the institution's accreditation ends, the last of several; 0 for none."""
    rows = institutional_accreditations(registers, period)
    months = 0.0 if rows.empty else float(rows["amount"].max())
    return Figure(months, months)
