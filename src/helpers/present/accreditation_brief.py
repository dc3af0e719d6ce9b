"""What the page on accreditation says first: at most five messages, each with its figure on the page.

Each is made by a rule; where the rule finds nothing, nothing is said.
"""

from collections.abc import Hashable
from typing import Any

import pandas as pd

from .. import locale
from ..measures import accreditation as measures
from ..measures import accreditation_calendar as due
from ..measures.core import MissingFigure, Period, Registers, amount
from ..run import Run
from . import accreditation_words as words
from . import figures, persons, pieces
from .pieces import Piece

# The end of the institution's accreditation is news when so many months are left.
_MONTHS_AHEAD = 24


@words.or_reason
def messages(run: Run) -> Piece:
    """Say what the page finds, in at most five messages; each has its figure further down."""
    found, missing = [], []
    for message in (
        _coverage_message,
        _deadline_message,
        _expiry_message,
        _institution_message,
        _open_message,
    ):
        try:
            found += message(run)
        except MissingFigure as reason:
            missing.append(reason)
    if not found and missing:
        raise missing[0]
    if not found:
        return words.said(run, run.text("accreditation.messages.nothing"))
    return pieces.messages([figures.marked(run, sentence, words.CODES) for sentence in found])


def _coverage_message(run: Run) -> list[str]:
    """Say how many programmes are accredited, against a year before and the plan, and which fell out."""
    rows = measures.coverage(run.registers, run.period)
    if rows.empty:
        return []
    say, count = run.text, int(rows["is_accredited"].sum())
    said = say(
        "accreditation.messages.coverage",
        day=words.day(run, run.period.end),
        part=count,
        total=len(rows),
        value=figures.linked(run, "G3.06", 100 * count / len(rows)),
    )
    try:
        before = measures.coverage(run.registers, run.period.before())
    except MissingFigure:
        before = rows.iloc[:0]
    if len(before):
        part = int(before["is_accredited"].sum())
        said += say(
            "accreditation.messages.before", part=part, total=len(before), value=100 * part / len(before)
        )
    aim = figures.target(run, "G3.06", run.year)
    if aim is not None:
        mark = f" {say('plan.placeholder')}" if _is_placeholder(run, "G3.06") else ""
        said += say("accreditation.messages.target", year=run.year, target=aim, placeholder=mark)
    recognised = int(rows["is_recognised"].sum())
    share = figures.linked(run, "G3.07", 100 * recognised / len(rows))
    said += say("accreditation.messages.recognised", part=recognised, value=share)
    lost = set(before.loc[before["is_accredited"], "programme_id"])
    lost &= set(rows.loc[~rows["is_accredited"], "programme_id"])
    if lost:
        names = words.names(run)
        said += " " + say(
            "accreditation.messages.lost",
            items=words.listed(run, sorted((names[one] for one in lost), key=locale.sort_key)),
        )
    return [said]


def _is_placeholder(run: Run, code: str) -> bool:
    """Tell whether a target of the plan is not yet the university's own."""
    return any(e.code == code and e.placeholder for card in run.cards for e in card.indicators)


def _deadline_message(run: Run) -> list[str]:
    """Name the applications whose day has passed, and those due within twelve months."""
    rows, names = due.calendar(run.registers, run.period), words.names(run)
    said = []
    for state in (due.MISSED, due.SOON):
        chosen = rows[rows["state"] == state]
        items = [_item(run, names, row, "due_date") for row in chosen.to_dict("records")]
        if items:
            key = "missed" if state == due.MISSED else "soon"
            listed = words.listed(run, items)
            count = figures.linked(run, "deadlines" if state == due.MISSED else "due_soon", len(items))
            said.append(run.text(f"accreditation.messages.{key}", count=count, items=listed))
    return [" ".join(said)] if said else []


def _item(run: Run, names: dict[str, str], row: dict[Hashable, Any], day: str) -> str:
    """Write a programme with its body and a day of its term."""
    return run.text(
        "accreditation.messages.item",
        name=names.get(row["programme_id"], row["programme_id"]),
        body=words.body(row["body"]),
        day=words.day(run, row[day]),
    )


def _expiry_message(run: Run) -> list[str]:
    """Say how many terms of programmes end within twelve months, and which without an application."""
    rows, names = due.calendar(run.registers, run.period), words.names(run)
    rows = rows[rows["programme_id"] != ""]
    near = rows[_days_to_end(run, rows) <= measures.RISK_DAYS]
    if near.empty:
        return []
    settled = near["state"].isin([due.FILED, due.RENEWED])
    said = [
        run.text(
            "accreditation.messages.expiring",
            part=figures.linked(run, "terms", len(near)),
            total=len(rows),
            settled=int(settled.sum()),
        )
    ]
    if not settled.all():
        open_ones = near[~settled].sort_values("end_date")
        items = [_item(run, names, row, "end_date") for row in open_ones.to_dict("records")]
        said.append(run.text("accreditation.messages.unsettled", items=words.listed(run, items)))
    return [" ".join(said)]


def _days_to_end(run: Run, rows: pd.DataFrame) -> pd.Series:
    return (pd.to_datetime(rows["end_date"]) - pd.Timestamp(run.period.end)).dt.days


def _institution_message(run: Run) -> list[str]:
    """Say when the institution's accreditation ends, once that is near."""
    if run.unit:
        return []
    due.reached(run.registers, run.period)
    rows = measures.institutional_accreditations(run.registers, run.period)
    if rows.empty or rows["amount"].max() > _MONTHS_AHEAD:
        return []
    row = rows.loc[rows["amount"].idxmax()]
    deadline = measures.application_deadlines(rows)[row.name]
    said = run.text(
        "accreditation.messages.institution",
        body=words.body(row["body"]),
        end=words.day(run, row["end_date"]),
        months=figures.linked(run, "G3.09", row["amount"]),
    )
    if pd.isna(deadline):
        return [f"{said} {run.text('accreditation.messages.no_deadline')}"]
    return [f"{said} {run.text('accreditation.messages.deadline', day=words.day(run, deadline))}"]


def _open_message(run: Run) -> list[str]:
    """Say how many eligible programmes have none, how many are on their way, and who could apply."""
    rows = due.unaccredited(run.registers, run.period)
    if rows.empty:
        return []
    eligible = len(measures.coverage(run.registers, run.period))
    under_way = rows["standing"].isin(due.UNDER_WAY)
    could = rows[_could_apply(rows)]
    total, asked = words.people(run, _students(run))
    count = figures.linked(run, "unaccredited", len(rows))
    said = [run.text("accreditation.messages.open", count=count, eligible=eligible, students=total)]
    if under_way.any():
        said.append(run.text("accreditation.messages.under_way", count=int(under_way.sum())))
    if len(could):
        said.append(run.text("accreditation.messages.could", count=len(could), students=asked))
    return [" ".join(said)]


def _could_apply(rows: pd.DataFrame) -> pd.Series:
    """Tell which programmes without an accreditation have not applied and have a body of their field."""
    asked = [bool(words.bodies_of(row)) for _, row in rows.iterrows()]
    return ~rows["standing"].isin(due.UNDER_WAY) & pd.Series(asked, index=rows.index, dtype=bool)


def _students(run: Run) -> list[float | None]:
    """Return the students of programmes that have none, and of those that could apply."""
    total, asked = (persons.number(run, select) for select in (_waiting, _able))
    if total is not None and asked is not None and persons.count(run, total - asked) is None:
        asked = None  # the rest are few
    return [total, asked]


def _waiting(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the students of programmes without an accreditation."""
    return amount(due.unaccredited(registers, period), "students_count")


def _able(registers: Registers, period: Period) -> pd.DataFrame:
    """Return those of them whose programme could apply."""
    rows = _waiting(registers, period)
    return rows[_could_apply(rows)]
