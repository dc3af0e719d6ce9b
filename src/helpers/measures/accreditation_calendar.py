"""What is to be done about accreditations: applications that fall due, gaps, programmes without one.

Source: the registers `accreditation` and `programmes`, and the bodies of data/catalog/accreditors.yml. The
register keeps the state of today. On an earlier day an application counts as filed that was filed since.
"""

from datetime import date, timedelta

import pandas as pd

from ..catalog.rules import Accreditor, load_accreditors
from .accreditation import (
    CHAIN,
    application_deadlines,
    coverage,
    followed,
    in_force,
    is_applied_for,
    is_renewed,
    of_unit,
)
from .agreements import known
from .core import NO_REGISTER, MissingFigure, Period, Registers, of_year

# What is known of the next application, the most urgent first.
MISSED, SOON, UNKNOWN, FILED, LATER, RENEWED = "missed", "soon", "unknown", "filed", "later", "renewed"
STATES = (MISSED, SOON, UNKNOWN, FILED, LATER, RENEWED)

# How a programme without an accreditation stands.
SHOW_CAUSE, CANDIDATE, PENDING = "show_cause", "candidate", "pending"
LAPSED, WITHDRAWN, NEVER = "lapsed", "withdrawn", "never"
# Something is on its way; the others may apply.
UNDER_WAY = (SHOW_CAUSE, CANDIDATE, PENDING)

# An application due within so many days calls for action now.
SOON_DAYS = 365

# A next term that was decided within so many months after a day was applied for by then.
PENDING_MONTHS = 24

# How far back a gap between two terms is looked for.
GAP_YEARS = 5


def reached(registers: Registers, period: Period) -> None:
    """Refuse a year that nobody has reported on yet; raises MissingFigure.

    The register of accreditations looks ahead and cannot tell; that of programmes, kept by year, can. Read
    beyond its time, a register would cry that every application was missed.
    """
    try:
        programmes = registers.whole("programmes")
    except MissingFigure as missing:
        if missing.reason == NO_REGISTER:
            return
        raise
    of_year(programmes, "academic_year", period.academic_year)


# -- what falls due ------------------------------------------------------------------------------------


def calendar(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the accreditations in force at the period's end with what is due, the most urgent first.

    `due_date` is the last day of the next application, `days_left` the days to it, below nought once it
    has passed; `state` is one of STATES. Raises MissingFigure like `in_force` and `reached`.
    """
    reached(registers, period)
    rows = in_force(registers, period)
    today = pd.Timestamp(period.end)
    due = application_deadlines(rows)
    left = (due - today).dt.days
    state = pd.Series(LATER, index=rows.index, dtype=object)
    # What settles the matter is written last, over the others.
    state[left <= SOON_DAYS] = SOON
    state[left < 0] = MISSED
    state[due.isna()] = UNKNOWN
    # Nobody applies years ahead; an application in the register is then a later one.
    state[is_applied_for(rows) & (due.isna() | (left <= SOON_DAYS))] = FILED
    state[is_renewed(rows, period.end)] = RENEWED
    order = state.map(STATES.index)
    found = rows.assign(due_date=due, days_left=left, state=state, order=order)
    found = found.sort_values(["order", "due_date", "end_date", "programme_id"])
    return found.drop(columns="order").reset_index(drop=True)


# -- gaps between terms --------------------------------------------------------------------------------


def gaps(registers: Registers, period: Period) -> pd.DataFrame:
    """List the times between a term and the next by the same body, of the last five years.

    programme_id, body, from_date, to_date (NaT while it lasts), days_count, and recent_days_count, those of
    the last five years. A gap has max(0, next start − previous end) days; a term that begins the day after
    an end continues it, and a show-cause term is a term. What ended in these years and was not renewed
    counts up to the period's end. The latest first. Raises MissingFigure like `calendar`.
    """
    reached(registers, period)
    whole = registers.whole("accreditation")
    known(whole, ["decision_date", "start_date", "end_date"], period)
    rows = of_unit(registers, followed(whole))
    first, after = _span(period, GAP_YEARS)
    rows = rows[rows["start_date"] < after]
    # An earlier term may outlast a later one.
    since = rows.groupby(CHAIN)["until_date"].cummax()
    until = rows["next_start_date"].where(rows["next_start_date"] < after)
    found = rows[["programme_id", "body"]].assign(
        from_date=since,
        to_date=until,
        days_count=(until.fillna(after) - since).dt.days,
        recent_days_count=(until.fillna(after) - since.clip(lower=first)).dt.days,
    )
    of_these_years = until.notna() | (since >= first)
    found = found[(found["days_count"] > 0) & (found["recent_days_count"] > 0) & of_these_years]
    return found.sort_values(["from_date", "programme_id"], ascending=[False, True]).reset_index(drop=True)


def gap_days(rows: pd.DataFrame, period: Period) -> int:
    """Return the days of gaps that fell in the twelve months up to the period's end."""
    first, after = _span(period, 1)
    until = rows["to_date"].fillna(after).clip(upper=after)
    return int((until - rows["from_date"].clip(lower=first)).dt.days.clip(lower=0).sum())


def _span(period: Period, years: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first day of so many years up to the period's end, and the day after the end."""
    after = pd.Timestamp(period.end + timedelta(days=1))
    return after - pd.DateOffset(years=years), after


# -- programmes without one ----------------------------------------------------------------------------


def unaccredited(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the eligible programmes without an accreditation in force, those with most students first.

    `standing` is how each stands, `standing_body` with whom, `standing_date` the end of the term (show
    cause, pending, lapsed) or the decision (withdrawn). A candidate's record bears no date and counts on
    every day. Source: accreditation, programmes.
    """
    return registers.once(("unaccredited", period), lambda: _unaccredited(registers, period)).copy()


def _unaccredited(registers: Registers, period: Period) -> pd.DataFrame:
    rows = coverage(registers, period)
    rows = rows[~rows["is_accredited"]]
    records = registers.whole("accreditation")
    found = [
        _standing_of(records[records["programme_id"] == one], period.end) for one in rows["programme_id"]
    ]
    told = pd.DataFrame(found, columns=["standing", "standing_body", "standing_date"], index=rows.index)
    rows = pd.concat([rows, told], axis=1)
    return rows.sort_values(["students_count", "programme_id"], ascending=[False, True], ignore_index=True)


def _standing_of(records: pd.DataFrame, day: date) -> tuple[str, str, pd.Timestamp]:
    """Judge a programme by its records, whose latest term decides where there are several."""
    today = pd.Timestamp(day)
    terms = followed(records)
    terms = terms[terms["start_date"] <= today].sort_values("until_date")
    if len(terms) and terms["until_date"].iloc[-1] > today:
        return SHOW_CAUSE, terms["body"].iloc[-1], terms["end_date"].iloc[-1]
    if len(terms) and _is_pending(terms.iloc[-1], today):
        return PENDING, terms["body"].iloc[-1], terms["end_date"].iloc[-1]
    candidates = records[records["status"] == "candidate"]
    if len(candidates):
        return CANDIDATE, candidates["body"].iloc[0], pd.NaT
    withdrawn = records[(records["status"] == "withdrawn") & (records["decision_date"] <= today)]
    if len(withdrawn):
        last = withdrawn.sort_values("decision_date").iloc[-1]
        return WITHDRAWN, last["body"], last["decision_date"]
    if len(terms):
        return LAPSED, terms["body"].iloc[-1], terms["end_date"].iloc[-1]
    return NEVER, "", pd.NaT


def _is_pending(term: pd.Series, today: pd.Timestamp) -> bool:
    """Tell whether the renewal of a term that is over was under way: years later, it is a new start."""
    decision = term["next_decision_date"]
    if pd.isna(decision):
        return bool(term["application_open"])
    return bool(decision <= today + pd.DateOffset(months=PENDING_MONTHS))


def open_bodies(names: tuple[str, ...], level: str) -> list[Accreditor]:
    """Return the bodies in whose field a programme lies, national ones first, by its names and level.

    What a body accredits is what data/catalog/accreditors.yml notes of it; whether it takes a programme on,
    the body decides. Bodies that accredit in every field are left out.
    """
    fitting = [body for body in load_accreditors().values() if body.fits(names, level)]
    return sorted(fitting, key=lambda body: (body.recognition == "L1", body.code))
