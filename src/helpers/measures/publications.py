"""International co-publication and the research network (G3.23, G3.24).

Source: the register `publications`: numbers by year and field, in full counting, from the index that the
register names. A reading at 30 June takes the last full year.
"""

import math

import pandas as pd

from .core import NO_DENOMINATOR, Figure, Period, Registers, amount, formula, variable
from .events import home_country, last_full_year, yearly

# The research network is counted over so many years, and a partner from so many joint papers on
# (QS, International Research Network).
NETWORK_YEARS = 5
JOINT_PAPERS_AT_LEAST = 3


def _published(registers: Registers, period: Period, kind: str) -> pd.DataFrame:
    rows = yearly(registers, "publications", "year", last_full_year(period))
    return amount(rows[rows["kind"] == kind], "publications_count")


@variable("publications_all")
def publications_all(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum the publications of the year. Source: publications."""
    return _published(registers, period, "all")


@variable("publications_international")
def publications_international(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum the publications with an affiliation abroad, each counted in full. Source: publications."""
    return _published(registers, period, "international")


@variable("joint_papers")
def joint_papers(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum the publications with each partner abroad over five years. Source: publications.

    All five years must be held: a shorter window finds fewer partners and does not compare.
    """
    last = last_full_year(period)
    rows = pd.concat(
        [
            yearly(registers, "publications", "year", year)
            for year in range(last - NETWORK_YEARS + 1, last + 1)
        ]
    )
    joint = rows[(rows["kind"] == "with_partner") & (rows["country_code"] != home_country())]
    return amount(joint, "publications_count")


@formula("G3.24")
def research_network(registers: Registers, period: Period) -> Figure:
    """Return the mean over fields of L / ln P: L countries of the P partners with three joint papers.

    A field with fewer than two partners has no index, for ln 1 is nought. The parts are the number of
    partners and countries over all fields.
    """
    papers = joint_papers(registers, period)
    sums = papers.groupby(["field", "partner_id", "country_code"], as_index=False)["amount"].sum()
    # A partner's papers add up even where its country is given differently or not at all.
    sums["papers"] = sums.groupby(["field", "partner_id"])["amount"].transform("sum")
    steady = sums[sums["papers"] >= JOINT_PAPERS_AT_LEAST]
    indexes = [found for _, rows in steady.groupby("field") if (found := _index(rows)) is not None]
    parts = {
        "partners": float(steady["partner_id"].nunique()),
        "countries": float(_countries(steady)),
    }
    if not indexes:
        return Figure(None, 0.0, 0.0, NO_DENOMINATOR, parts)
    total = math.fsum(indexes)
    return Figure(total / len(indexes), total, float(len(indexes)), parts=parts)


def _index(rows: pd.DataFrame) -> float | None:
    partners = rows["partner_id"].nunique()
    return _countries(rows) / math.log(partners) if partners > 1 else None


def _countries(rows: pd.DataFrame) -> int:
    return int(rows.loc[rows["country_code"] != "", "country_code"].nunique())
