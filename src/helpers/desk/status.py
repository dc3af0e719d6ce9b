"""What is in, late or rejected, by register and unit: from the store, the identity cards and the calendar."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from .. import locale, store
from ..catalog import load
from ..intake import cards
from ..intake.declaration import receivable
from ..intake.registers import ALL_UNITS
from ..measures.core import Period
from ..plan import actions
from ..texts import Texts

State = Literal["in", "partly", "rejected", "late", "open"]

_PARTITION = re.compile(r"(?P<unit>.+?)(?:-(?P<year>\d{4}))?")


@dataclass(frozen=True)
class Line:
    """How a unit stands with a register: rows held, and of the file it last handed in the rejected ones.

    `unit` is a code of `units.csv`, or ALL_UNITS where the rows are the whole university's; `received` is the
    day of the last receipt, None where there was none.
    """

    register: str
    unit: str
    state: State
    rows: int
    rejected: int
    received: date | None


def due(year: int) -> date:
    """Return the day by which the data of a year are wanted: the next date of the plan's monitoring after it.

    The dates stand in `data/catalog/calendar.yml`.
    """
    return actions.review_day(actions.days(), Period(year))


def expected(year: int) -> list[tuple[str, str]]:
    """Return who owes what: every register, of the units that handed it in for the year or the one before.

    No definition says which unit keeps which register, and none is guessed: what no unit has handed in is
    owed by the whole university. A register without years is owed by the units that hold it.
    """
    owed = []
    for register, described in receivable().items():
        known = [_parted(name) for name in store.names(register)]
        if "period" in described:
            known = [(unit, of) for unit, of in known if of in (year - 1, year)]
        units = {unit for unit, _ in known} | {unit for unit, _ in _receipts(register, described, year)}
        owed += [(register, unit) for unit in sorted(units, key=place) or [ALL_UNITS]]
    return owed


def of(year: int, today: date) -> list[Line]:
    """Return how everybody stands with the data of a year that were received, by register, then unit.

    What is neither held nor rejected is open until the day it is due, late after it.
    """
    held = {str(one["source"]): int(str(one["rows"])) for one in store.holdings(store.LIVE)}
    registers, lines = receivable(), []
    for register, unit in expected(year):
        described = registers[register]
        name = f"{unit}-{year}" if "period" in described else unit
        rows = held.get(f"data/store/{register}/{name}.parquet")
        last = dict(_receipts(register, described, year)).get(unit)
        rejected = _rejected(last, register)
        state: State
        if rows is not None:
            state = "partly" if rejected else "in"
        elif rejected:
            state = "rejected"
        else:
            state = "late" if today > due(year) else "open"
        received = date.fromisoformat(str(last["received"])[:10]) if last else None
        lines.append(Line(register, unit, state, rows or 0, rejected, received))
    return lines


# -- told --------------------------------------------------------------------------------------------------


def headings(say: Texts) -> tuple[str, ...]:
    """Return the headings of the table."""
    return (
        *(say("status.register"), say("status.unit"), say("status.state")),
        *(say("status.rows"), say("status.rejected"), say("status.received")),
    )


def told(say: Texts, line: Line) -> tuple[str, ...]:
    """Return a line as a row of the table."""
    return (
        receivable()[line.register]["meaning"][say.language],
        named(say, line.unit),
        say(f"status.of.{line.state}"),
        say.number(line.rows),
        say.number(line.rejected),
        locale.day(line.received, say.language) if line.received else "",
    )


def summary(say: Texts, year: int, lines: Sequence[Line]) -> list[str]:
    """Return the sentences that belong to the table: how many stand how, who owes what, what to do next."""
    by = Counter(line.state for line in lines)
    counts = {"held": by["in"], **{name: by[name] for name in ("partly", "rejected", "late", "open")}}
    sentences = [say("status.due", year=year, day=locale.day(due(year), say.language), **counts)]
    sentences.append(say("status.who", year=year))
    if by["partly"] or by["rejected"]:
        sentences.append(say("status.next"))
    return sentences


def named(say: Texts, code: str) -> str:
    """Name a unit; one that the catalogue no longer knows is called by its code."""
    known = load().units.get(code)
    return known.name(say.language) if known else say("status.whole") if code == ALL_UNITS else code


# -- read --------------------------------------------------------------------------------------------------


def _parted(name: str) -> tuple[str, int]:
    """Return unit and year of a partition's name; year 0 where the register has none."""
    found = _PARTITION.fullmatch(name)
    return (found["unit"], int(found["year"] or 0)) if found else (name, 0)


def place(unit: str) -> tuple[bool, str]:
    """Return what units are sorted by: the whole university comes first."""
    return unit != ALL_UNITS, unit


def _receipts(register: str, described: Mapping[str, Any], year: int) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the receipts of a register for a year with their units, oldest first.

    A file of which no row was accepted names neither year nor unit: it counts for the year it was received in
    and the one before, and for the unit that handed it in, if one is named as its sender.
    """
    found: list[tuple[str, Mapping[str, Any]]] = []
    for card in cards():
        if all(told.get("register") != register for told in card["tables"]):
            continue
        parts = [
            _parted(one.split("/", 1)[1]) for one in card["partitions"] if one.startswith(f"{register}/")
        ]
        if not parts and int(str(card["received"])[:4]) in (year, year + 1):
            sender = str(card["received_from"])
            found.append((sender if sender in load().units else ALL_UNITS, card))
        found += [(unit, card) for unit, of_year in parts if of_year == year or "period" not in described]
    return found


def _rejected(card: Mapping[str, Any] | None, register: str) -> int:
    tables: Sequence[Mapping[str, Any]] = card["tables"] if card else ()
    return sum(int(told["rejected"]) for told in tables if told.get("register") == register)
