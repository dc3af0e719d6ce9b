"""What past years say of what an action may bring: stays with a partner, registrations of a fair.

Source: `mobility`; `fairs` and `applications`. All counts are of persons and go to a reader through
`present.persons` only.
"""

from collections.abc import Iterable

import pandas as pd

from .core import NO_YEAR, MissingFigure, Period, Registers
from .mobility import judged
from .promotion import fair_registrations, fairs_attended

# So many academic years make a partner's yearly flow, and so many years of fairs what one brings.
FLOW_YEARS, FAIR_YEARS = 5, 3


def stays_of_partners(registers: Registers, period: Period, asleep: Iterable[str]) -> pd.DataFrame:
    """Return for each partner its stays of five academic years: partner_id, stays, years.

    Stays that count, of students and staff in both directions. The five years end with the period's, for a
    partner that sleeps with the year of its last stay: what it was before it fell asleep. They are fewer
    where the register begins later. A partner without a stay in them is left out.
    """
    whole = registers.whole("mobility")
    rows = judged(whole)
    rows = rows[(rows["reason"] == "") & (rows["partner_id"] != "")]
    rows = rows[rows["academic_year"] <= period.academic_year]
    last = rows.groupby("partner_id")["academic_year"].transform("max")
    until = last.where(rows["partner_id"].isin(set(asleep)), period.academic_year)
    window = rows.assign(until=until)[rows["academic_year"] > until - FLOW_YEARS]
    found = window.groupby("partner_id").agg(stays=("mobility_id", "size"), until=("until", "max"))
    first = int(whole["academic_year"].min()) if len(whole) else period.academic_year
    found["years"] = (found["until"] - first + 1).clip(upper=FLOW_YEARS).astype(int)
    return found.reset_index()[["partner_id", "stays", "years"]]


def registrations_by_fair(registers: Registers, period: Period) -> pd.Series:
    """Return how many of each fair's applicants registered, of the fairs of the last three years, by fair.

    A year that the registers do not cover is left out; raises MissingFigure where all of them are.
    """
    found, why = [], MissingFigure(NO_YEAR)
    for back in range(FAIR_YEARS):
        of = period.before(back)
        try:
            fairs, came = fairs_attended(registers, of), fair_registrations(registers, of)
        except MissingFigure as missing:
            why = missing
            continue
        found.append(came["fair_id"].value_counts().reindex(fairs["fair_id"], fill_value=0))
    if not found:
        raise why
    return pd.concat(found)
