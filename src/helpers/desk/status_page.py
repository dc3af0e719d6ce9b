"""The status as a page: whom the office has to ask for what.

The page is the office's own and in no set of reports. It names who is late, which is not for the readers of
reports; it tells of the day on which it is made, where a set is made of data alone and stays as it was. What
was rejected of the data behind the figures, every report says on its page on data quality.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import get_args

from .. import locale
from ..errors import Phrase, WorkbookError, cause
from ..intake.registers import ALL_UNITS
from ..site import apart
from ..texts import Texts
from . import status
from .status import State

# The tone and the sign of a state.
_MARKS: Mapping[State, tuple[str, str]] = {
    "in": ("green", "✓"),
    "partly": ("yellow", "◆"),
    "rejected": ("red", "✕"),
    "late": ("red", "▼"),
    "open": ("grey", "○"),
}
# What is followed up, the most pressing first.
_FOLLOWED: Sequence[State] = ("rejected", "late", "partly")


def page(say: Texts, year: int, today: date) -> str:
    """Return the page: what is to be followed up, how each unit stands, and the whole table; no person."""
    lines, day = status.of(year, today), locale.day(today, say.language)
    followed = sorted(
        (line for line in lines if line.state in _FOLLOWED),
        # What a unit has handed in and has to hand in anew comes before what nobody has.
        key=lambda line: (line.unit == ALL_UNITS, line.unit, _FOLLOWED.index(line.state)),
    )
    register, unit, *others = (_begun(say, heading) for heading in status.headings(say))
    by_unit = {one: Counter(line.state for line in lines if line.unit == one) for one in _units(lines)}
    states = get_args(State)
    done = sum(set(counted) == {"in"} for counted in by_unit.values())
    source = say("status.page.source", day=day)
    return apart.page(
        say,
        say("status.page.name", year=year),
        year,
        say("status.page.title", year=year),
        [*status.summary(say, year, lines), say("status.page.inside", day=day)],
        [
            apart.Table(
                "follow",
                say("status.page.follow"),
                say("status.page.followed", count=len(followed), all=len(lines))
                if followed
                else say("status.page.nothing"),
                [unit, register, *others],
                [(whose, what, *rest) for what, whose, *rest in (_row(say, line) for line in followed)],
                source,
                numbers=(3, 4),
            ),
            apart.Table(
                "units",
                say("status.page.units"),
                say("status.page.done", done=done, count=len(by_unit)),
                [unit, *(_begun(say, say(f"status.of.{state}")) for state in states)],
                [
                    (status.named(say, one), *(say.number(counted[state]) for state in states))
                    for one, counted in by_unit.items()
                ],
                source,
                numbers=range(1, 1 + len(states)),
            ),
            apart.Table(
                "registers",
                say("status.page.registers"),
                say("status.page.held", held=sum(line.rows > 0 for line in lines), count=len(lines)),
                [register, unit, *others],
                [_row(say, line) for line in lines],
                source,
                numbers=(3, 4),
            ),
        ],
        say("site.made", day=day, version=version("strategy-workbook")),
    )


def write(say: Texts, year: int, today: date, file: Path, replace: bool) -> Path:
    """Write the page as a file; return it. Raises WorkbookError where there is one, or none can be made."""
    if file.exists() and not replace:
        raise WorkbookError(
            Phrase("{path} is there already.", path=file.as_posix()),
            remedy="Name another file, or add --replace.",
        )
    html = page(say, year, today)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(html, encoding="utf-8", newline="\n")
    except OSError as error:
        raise WorkbookError(
            Phrase("{file} cannot be written: {cause}.", file=file.as_posix(), cause=cause(error)),
            remedy="Name a file in a folder that you may write to.",
        ) from error
    return file


def _row(say: Texts, line: status.Line) -> tuple[str | apart.Mark, ...]:
    register, unit, state, *rest = status.told(say, line)
    return (register, unit, apart.Mark(*_MARKS[line.state], state), *rest)


def _begun(say: Texts, heading: str) -> str:
    """Begin a heading with a capital, as the language has it: what is small in a terminal is a title here."""
    first = heading[:1].capitalize() if say.language == "en" else locale.upper(heading[:1])
    return first + heading[1:]


def _units(lines: Sequence[status.Line]) -> list[str]:
    return sorted({line.unit for line in lines}, key=status.place)
