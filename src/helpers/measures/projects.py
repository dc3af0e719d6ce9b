"""Internationally funded projects: running, won, and their income (G3.20–G3.22).

Source: the register `projects`. As with all terms, a project runs from its start up to, not including,
its end.
"""

import pandas as pd

from .agreements import known
from .core import Figure, Period, Registers, amount, at, formula, variable

# Days on which the register shows that it is kept.
DAYS = ("submitted_date", "decision_date", "end_date")


def _funded(registers: Registers, period: Period) -> pd.DataFrame:
    known(registers.whole("projects"), DAYS, period)
    rows = registers["projects"]
    return rows[rows["decision"] == "funded"]


@variable("projects_running")
def projects_running(registers: Registers, period: Period) -> pd.DataFrame:
    """Count funded projects that run at the period's end. Source: projects."""
    return amount(at(_funded(registers, period), "start_date", "end_date", period.end))


@formula("G3.20")
def running_by_role(registers: Registers, period: Period) -> Figure:
    """Return the projects running, with those the university coordinates and those it takes part in."""
    rows = projects_running(registers, period)
    count = float(rows["amount"].sum())
    parts = {role: float((rows["role"] == role).sum()) for role in ("coordinator", "partner")}
    return Figure(count, count, parts=parts)


@variable("proposals_decided")
def proposals_decided(registers: Registers, period: Period) -> pd.DataFrame:
    """Count proposals decided in the period, whenever they were submitted. Source: projects."""
    known(registers.whole("projects"), ["submitted_date", "decision_date"], period)
    rows = registers["projects"]
    decided = pd.to_datetime(rows["decision_date"]).between(
        pd.Timestamp(period.start), pd.Timestamp(period.end)
    )
    return amount(rows[decided & (rows["decision"] != "pending")])


@variable("proposals_funded")
def proposals_funded(registers: Registers, period: Period) -> pd.DataFrame:
    """Count those among them that were funded. Source: projects."""
    rows = proposals_decided(registers, period)
    return rows[rows["decision"] == "funded"]


@variable("project_income")
def project_income(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum the university's budget shares in EUR, by the part of each project's days in the period.

    The register knows the budget of the whole project only, so it is spread evenly over its days. EUR of
    the day, not deflated. Source: projects.
    """
    rows = _funded(registers, period)
    starts, ends = pd.to_datetime(rows["start_date"]), pd.to_datetime(rows["end_date"])
    first, after = pd.Timestamp(period.start), pd.Timestamp(period.end) + pd.Timedelta(days=1)
    days = (ends.clip(upper=after) - starts.clip(lower=first)).dt.days.clip(lower=0)
    share = days / (ends - starts).dt.days
    paid = rows[days > 0]
    return paid.assign(amount=(paid["own_budget_eur"].astype(float) * share[days > 0]).fillna(0.0))
