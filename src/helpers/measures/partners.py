"""Partners abroad with an agreement in force: how much is done with each, and which need a decision.

Source: the register `agreements`, and for what is done with a partner `mobility`, `projects`,
`publications`, `courses` and `visits`, as for G3.16 and G3.17. Agreements are those of the unit that is
asked for; activity is that of the whole university, whose partner it is.
"""

from dataclasses import replace
from datetime import date

import pandas as pd

from .agreements import (
    ACTIVE_MONTHS,
    KINDS_AT_LEAST,
    MULTIPLEX_MONTHS,
    agreements_in_force,
    partner_activities,
)
from .core import MissingFigure, Period, Registers
from .events import ACADEMIC_YEAR_OPENS, last_full_year
from .mobility import judged
from .promotion import priority_countries

# How much is done with a partner. A partner is what it is first found to be, in this order.
MULTIPLEX, ACTIVE, NEW, DORMANT = "multiplex", "active", "new", "dormant"
STATUSES = (MULTIPLEX, ACTIVE, NEW, DORMANT)

# How far ahead the end of an agreement asks for a decision.
EXPIRY_MONTHS = 12

# The months before the period's end of which the registers must know something.
_COVERED_MONTHS = 12

# Why an agreement needs a decision.
EXPIRING, ASLEEP = "expiring", "asleep"

# What is advised. A partner that slept is worth reviving if it was active in so many years, or its country
# has priority; else the agreement may end.
RENEW, REVIVE, CLOSE = "renew", "revive", "close"
REVIVABLE_YEARS = 5

# What is done with a partner, in numbers.
AMOUNTS = ("outgoing", "incoming", "publications", "projects", "visits")


def in_force(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the agreements with partners abroad in force at the period's end, and how each partner stands.

    Beside the register's columns: `kinds` (of activity with the partner in 36 months, sorted), `status`,
    `last_year` (of the partner's last known activity, NaN if there is none), `ends_soon` (within 12 months)
    and `is_renewed` (a successor was signed by the period's end). A partner is multiplex with three kinds
    of activity in 36 months, active with one in 24, new if the university's first agreement with it began
    in these 24 months, else dormant. Raises MissingFigure as G3.17 does, and where the registers end
    before the period's last twelve months: a partner would seem to sleep of whom nothing is known.
    """
    return registers.once(("agreements in force", period), lambda: _in_force(registers, period)).copy()


def _in_force(registers: Registers, period: Period) -> pd.DataFrame:
    partner_activities(registers, period, _COVERED_MONTHS)
    rows = agreements_in_force(registers, period).drop(columns="amount")
    lately = set(partner_activities(registers, period, ACTIVE_MONTHS)["partner_id"])
    pairs = partner_activities(registers, period, MULTIPLEX_MONTHS)
    kinds = {partner: tuple(sorted(found)) for partner, found in pairs.groupby("partner_id")["activity"]}
    last = last_activity(registers, period)
    end = pd.Timestamp(period.end)
    whole = registers.whole("agreements")
    began = pd.to_datetime(whole["start_date"]).groupby(whole["partner_id"]).min()
    new = set(began[began > end - pd.DateOffset(months=ACTIVE_MONTHS)].index)
    successors = whole.loc[pd.to_datetime(whole["signed_date"]) <= end, "predecessor_id"]
    return rows.assign(
        kinds=[kinds.get(partner, ()) for partner in rows["partner_id"]],
        status=[_status(kinds.get(p, ()), p in lately, p in new) for p in rows["partner_id"]],
        last_year=rows["partner_id"].map(last).astype(float),
        ends_soon=pd.to_datetime(rows["end_date"]) <= end + pd.DateOffset(months=EXPIRY_MONTHS),
        is_renewed=rows["agreement_id"].isin(set(successors)),
    ).reset_index(drop=True)


def _status(kinds: tuple[str, ...], lately: bool, new: bool) -> str:
    if len(kinds) >= KINDS_AT_LEAST:
        return MULTIPLEX
    if lately:
        return ACTIVE
    return NEW if new else DORMANT


def last_activity(registers: Registers, period: Period) -> pd.Series:
    """Return the year of the last known activity with each partner up to the period's end, by partner_id.

    What goes on beyond the period's end is of its year. Courses stand with the year in which their
    academic year begins.
    """
    end = pd.Timestamp(period.end)
    mobility = judged(registers.whole("mobility"))
    projects = registers.whole("projects")
    publications, courses = registers.whole("publications"), registers.whole("courses")
    joint = (publications["kind"] == "with_partner") & (publications["publications_count"] > 0)
    published = publications[joint & (publications["year"] <= last_full_year(period))]
    taught = courses[courses["academic_year"] <= period.academic_year]
    years = [
        _years(mobility[mobility["reason"] == ""], end),
        _years(projects[projects["decision"] == "funded"], end),
        _years(registers.whole("visits"), end),
        published.set_index("partner_id")["year"],
        taught.set_index("partner_id")["academic_year"],
    ]
    found = pd.concat(years)
    return found[found.index != ""].groupby(level=0).max().astype(int)


def _years(rows: pd.DataFrame, end: pd.Timestamp) -> pd.Series:
    begun = rows[pd.to_datetime(rows["start_date"]) <= end]
    return pd.to_datetime(begun["end_date"]).clip(upper=end).dt.year.set_axis(begun["partner_id"])


def known_since(registers: Registers) -> date:
    """Return the day from which every register of activities can hold rows.

    Projects are left out: they have no year of their own.
    """
    opened = f"{registers.whole('mobility')['academic_year'].min()}{ACADEMIC_YEAR_OPENS}"
    visits = pd.to_datetime(registers.whole("visits")["start_date"]).dt.year.min()
    publications = registers.whole("publications")["year"].min()
    return max(date.fromisoformat(opened), date(int(max(visits, publications)), 1, 1))


def looks_back_too_far(registers: Registers, period: Period, months: int) -> bool:
    """Tell whether so many months before the period's end begin before activity is known.

    A partner may then seem to sleep of whose activity nothing is known.
    """
    first = pd.Timestamp(period.end) - pd.DateOffset(months=months) + pd.Timedelta(days=1)
    return bool(first < pd.Timestamp(known_since(registers)))


def statuses(agreements: pd.DataFrame) -> pd.DataFrame:
    """Count what `in_force` returns by status: status, partners, agreements, ending, unrenewed.

    `ending` are the agreements that end within 12 months, `unrenewed` those of them without a successor.
    Every status stands, in the order of STATUSES.
    """
    groups = agreements.assign(open_end=agreements["ends_soon"] & ~agreements["is_renewed"]).groupby("status")
    found = groups.agg(
        partners=("partner_id", "nunique"),
        agreements=("agreement_id", "size"),
        ending=("ends_soon", "sum"),
        unrenewed=("open_end", "sum"),
    )
    return found.reindex(list(STATUSES), fill_value=0).astype(int).rename_axis("status").reset_index()


def student_stays(registers: Registers, period: Period, months: int) -> pd.DataFrame:
    """Return the student stays that count, of the whole university in so many months, by partner.

    Columns: outgoing, incoming, `country_code`. Source: mobility.
    """
    rows = judged(registers.whole("mobility"))
    rows = _within(rows[(rows["reason"] == "") & (rows["participant"] == "student")], period, months)
    ways = pd.crosstab(rows["partner_id"], rows["direction"])
    found = ways.reindex(columns=["outgoing", "incoming"], fill_value=0).astype(float)
    return found.assign(country_code=rows.groupby("partner_id")["country_code"].first())


def amounts(registers: Registers, period: Period, months: int) -> pd.DataFrame:
    """Return by partner with an agreement in force what was done with it in so many months, as numbers.

    Columns of AMOUNTS: student stays out and in, joint publications (of whole years), funded projects that
    ran, visits either way; and `country_code`. Partners of whom nothing is known have noughts.
    """
    stays = student_stays(registers, period, months)
    papers, projects = registers.whole("publications"), registers.whole("projects")
    last = last_full_year(period)
    joint = papers[(papers["kind"] == "with_partner") & papers["year"].between(last - months // 12 + 1, last)]
    ran = _within(projects[projects["decision"] == "funded"], period, months)
    counted = {
        "outgoing": stays["outgoing"],
        "incoming": stays["incoming"],
        "publications": joint.groupby("partner_id")["publications_count"].sum(),
        "projects": ran.groupby("partner_id").size(),
        "visits": _within(registers.whole("visits"), period, months).groupby("partner_id").size(),
    }
    held = in_force(registers, period).drop_duplicates("partner_id").set_index("partner_id")
    found = pd.DataFrame(counted).reindex(held.index).fillna(0.0).astype(float)
    return found.assign(country_code=held["country_code"])


def _within(rows: pd.DataFrame, period: Period, months: int) -> pd.DataFrame:
    """Return the rows of which some day lies in the months up to the period's end."""
    end = pd.Timestamp(period.end)
    begun, ended = pd.to_datetime(rows["start_date"]) <= end, pd.to_datetime(rows["end_date"])
    return rows[begun & (ended > end - pd.DateOffset(months=months))]


def priorities(registers: Registers, period: Period) -> frozenset[str]:
    """Return the countries with priority in the year; none where no such list is held."""
    try:
        return frozenset(priority_countries(replace(registers, unit=None), period)["country_code"])
    except MissingFigure:
        return frozenset()


def advised(found: pd.DataFrame, priority: frozenset[str], year: int) -> pd.Series:
    """Return for agreements that need a decision what is advised: renew, revive or close.

    Those that end with an active partner are to be renewed. A dormant partner is to be revived if it was
    active within five years or stands in a country with priority; else the agreement may end.
    """
    lately = found["last_year"] >= year - REVIVABLE_YEARS
    worth = lately | found["country_code"].isin(priority)
    asleep = worth.map({True: REVIVE, False: CLOSE})
    return asleep.mask(found["reason"] == EXPIRING, RENEW).astype(object)


def decisions(agreements: pd.DataFrame) -> pd.DataFrame:
    """Return the agreements that need a decision, the most pressing first, each with its `reason`.

    First those that end within 12 months without a successor although the partner is active, by their end;
    then those with a dormant partner, the longest silent first, of whom nothing is known before all
    others. What was renewed needs no decision, and what is new has time.
    """
    open_end = agreements["ends_soon"] & ~agreements["is_renewed"] & (agreements["status"] != DORMANT)
    ending = agreements[open_end].sort_values(["end_date", "agreement_id"])
    asleep = agreements[(agreements["status"] == DORMANT) & ~agreements["is_renewed"]]
    asleep = asleep.sort_values(["last_year", "end_date", "agreement_id"], na_position="first")
    parts = [ending.assign(reason=EXPIRING), asleep.assign(reason=ASLEEP)]
    return pd.concat(parts, ignore_index=True)
