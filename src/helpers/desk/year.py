"""A new year is opened: templates and targets to send, what is due from whom, the ledger checked.

Files that are there are never overwritten, so that the command can be given again after a part was done.
"""

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from .. import locale, paths, store, yml
from ..catalog import load
from ..errors import NotHeld, ParameterError, Phrase, WorkbookError, cause
from ..intake import write_templates
from ..intake.cells import harmless
from ..intake.declaration import receivable
from ..intake.registers import ALL_UNITS
from ..intake.template import Asked
from ..measures.core import Period
from ..plan import actions, calendar_file, cards, ledger
from ..texts import Texts
from . import status

_YEARS = re.compile(r"^years:[ \t]*\[(?P<years>[\d, \t]*)\]", re.MULTILINE)


@dataclass(frozen=True)
class Rolled:
    """What was done, what was there already and stays as it was, and what a person does next: sentences."""

    done: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    then: list[str] = field(default_factory=list)


def roll(year: int, to: Path, language: str) -> Rolled:
    """Open a year: write its templates, targets and dates below a folder, and add it to the plan's years.

    Raises ParameterError where the year does not follow those of the plan, or what the ledger raises;
    then nothing is written. Raises WorkbookError where nothing can be written.
    """
    known = load().plan.years
    if year not in known and year != max(known) + 1:
        raise ParameterError(
            Phrase("The year {year} cannot be opened.", year=year),
            expected=Phrase(
                "{next}, which follows the years of data/catalog/plan.yml, or one of them",
                next=max(known) + 1,
            ),
        )
    told = sum(line.year == year - 1 and line.edition == store.LIVE for line in ledger.read())
    say, rolled = Texts(language), Rolled()
    try:
        _templates(rolled, say, year, to)
        _targets(rolled, say, year, to)
        _dates(rolled, say, year, to)
        _plan(rolled, say, year)
    except OSError as error:
        raise WorkbookError(
            Phrase("The year {year} could not be opened wholly: {cause}.", year=year, cause=cause(error)),
            remedy="Allow writing there, or name another folder (--to); the same command goes on from there.",
        ) from error
    rolled.then.append(say("roll.send", due=locale.day(status.due(year), language)))
    if told:
        rolled.done.append(say("roll.ledger", count=told, year=year - 1))
    else:
        rolled.then.insert(0, say("roll.ledger_empty", year=year - 1))
    if year not in cards.load(load())[0].years:
        rolled.then.append(say("roll.new_plan", year=year))
    rolled.then.append(say("roll.watch", year=year))
    return rolled


def _put(path: Path, content: bytes) -> bool:
    """Write a file whole; leave one that is there as it is and tell so by False."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content)
    beside.replace(path)
    return True


def _templates(rolled: Rolled, say: Texts, year: int, to: Path) -> None:
    """Write the templates of a unit into a folder of its own, those that are not there yet."""
    owed: dict[str, list[str]] = {}
    for register, unit in status.expected(year):
        owed.setdefault(unit, []).append(register)
    written = there = 0
    for unit, registers in owed.items():
        folder, code = to / "templates" / unit, "" if unit == ALL_UNITS else unit
        missing = [
            name for name in registers if not (folder / Asked(name, say.language, year, code).file).exists()
        ]
        if missing:
            write_templates(missing, folder, say.language, year, code)
        written, there = written + len(missing), there + len(registers) - len(missing)
    if written:
        rolled.done.append(
            say("roll.templates", count=written, units=len(owed), folder=str(to / "templates"))
        )
    if there:
        rolled.kept.append(say("roll.templates_there", count=there, folder=str(to / "templates")))


# -- targets ----------------------------------------------------------------------------------------------


def _targets(rolled: Rolled, say: Texts, year: int, to: Path) -> None:
    try:
        held = store.read(store.LIVE, "targets").frame
    except NotHeld:
        rolled.then.append(say("roll.targets_none", year=year))
        return
    rows, carried = carried_targets(held, year)
    if not carried:
        rolled.done.append(say("roll.targets_set", year=year))
        return
    path = to / f"targets-{year}.csv"
    if _put(path, _csv(rows)):
        rolled.done.append(say("roll.targets", count=len(carried), year=year, file=str(path)))
    else:
        rolled.kept.append(str(path))
    rolled.then.append(say("roll.targets_next", file=str(path)))


def carried_targets(held: pd.DataFrame, year: int) -> tuple[pd.DataFrame, list[str]]:
    """Return the register with the year before's target carried where the year has none, and whose it was.

    A carried target is marked as a placeholder: nobody has decided on it. The rows held stay as they are, for
    a register without years is replaced as a whole when it is received.
    """
    columns = list(receivable()["targets"]["columns"])
    aims = held[held["kind"] == "target"]
    stated = set(aims.loc[aims["year"] == year, "indicator"])
    before = aims[(aims["year"] == year - 1) & aims["value"].notna() & ~aims["indicator"].isin(stated)]
    carried = before.assign(year=year, is_placeholder=True)
    rows = pd.concat([held[columns], carried[columns]]).sort_values(["indicator", "year"], kind="stable")
    return rows, sorted(carried["indicator"])


def _csv(rows: pd.DataFrame) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(rows.columns)
    for row in rows.itertuples(index=False):
        writer.writerow(["" if pd.isna(cell) else _cell(cell) for cell in row])
    return target.getvalue().encode("utf-8-sig")


def _cell(cell: object) -> str:
    """Write a cell as a register has it; what a spreadsheet would run stands as text, as it is read back."""
    return str(harmless(str(cell).replace("True", "true").replace("False", "false")))


# -- dates and plan ---------------------------------------------------------------------------------------


def _dates(rolled: Rolled, say: Texts, year: int, to: Path) -> None:
    path = to / f"due-{year}.ics"
    entries = due(year, say)
    before = Period(year - 1).end
    name = say("roll.calendar_name", year=year)
    content = calendar_file.ics(entries, name, load().plan.institution, before, say.language)
    if _put(path, content):
        rolled.done.append(say("roll.calendar", count=len(entries), file=str(path)))
    else:
        rolled.kept.append(str(path))


def due(year: int, say: Texts) -> list[calendar_file.Entry]:
    """Return what is due in a year and of it, by day: the dates that come back, and each unit's registers."""
    years, registers, units = cards.load(load())[0].years, receivable(), load().units
    owed: dict[str, list[str]] = {}
    for register, unit in status.expected(year):
        owed.setdefault(unit, []).append(registers[register]["meaning"][say.language])
    entries = []
    for action in actions.recurring(actions.days(), Period(year - 1), years):
        facts = dict(action.facts)
        told = facts["what"][say.language == "tr"].format(edition=facts.get("edition", ""))
        who = units[action.owner].name(say.language)
        entries.append(_entry(action.id, action.due, say, who, told, facts["source"][say.language == "tr"]))
    for unit, titles in owed.items():
        who = units[unit].name(say.language) if unit in units else say("status.whole")
        told = say("roll.registers", count=len(titles), year=year)
        code = f"data-{year}-{unit}"
        entries.append(_entry(code, status.due(year), say, who, told, "\n".join(titles)))
    return sorted(entries, key=lambda entry: (entry.day, entry.summary))


def _entry(code: str, day: date, say: Texts, who: str, told: str, more: str) -> calendar_file.Entry:
    return calendar_file.Entry(code, day, say("roll.entry", who=who, what=told), more)


def _plan(rolled: Rolled, say: Texts, year: int) -> None:
    """Add the year to the plan's years, in its line alone; comments and all else stay."""
    path = paths.data("catalog", "plan.yml")
    written = path.read_bytes().decode("utf-8")
    before = yml.load(written)
    if year in before["years"]:
        rolled.kept.append(say("roll.plan_there", year=year))
        return
    changed = _YEARS.sub(lambda found: f"years: [{found['years'].strip()}, {year}]", written, count=1)
    if yml.load(changed) != before | {"years": [*before["years"], year]}:
        rolled.then.append(say("roll.plan_by_hand", year=year))  # written in another way than we can change
        return
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(changed.encode("utf-8"))
    beside.replace(path)
    rolled.done.append(say("roll.plan", year=year))
