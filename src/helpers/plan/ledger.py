"""The ledger of published figures: what was once printed can change only in the open, with a reason.

`data/published/figures.csv` is only ever added to. A value is kept as the text that was printed, an exact
decimal, so that no file format or binary number can move it.
"""

import csv
import io
import logging
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from .. import locale, paths, reads
from ..errors import FileRefused, NotHeld, Phrase, WorkbookError, one_of
from ..intake.cells import as_it_was, harmless

_log = logging.getLogger(__name__)

PERIODS = ("year", "half-year")
_TOLD_MOVES = 10
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")


class FigureMoved(WorkbookError):
    """A published figure that would change without a reason."""


@dataclass(frozen=True)
class Published:
    """A line of the ledger: a figure as it was printed.

    `value_text` is an exact decimal with a point, in `unit_of_measure`; empty where a figure was
    withdrawn. `unit` is the unit of the university, empty for the whole of it. `source_hash` is the
    SHA-256 of what the figure was made of. `reason` says why a published figure was changed.
    """

    published_on: str
    edition: str
    year: int
    period: str
    institution: str
    unit: str
    indicator: str
    value_text: str
    unit_of_measure: str
    source_hash: str
    reason: str = ""

    @property
    def figure(self) -> tuple[int, str, str, str, str]:
        """Return which figure it is. The edition is no part of it: a newer one may not move it unseen."""
        return (self.year, self.period, self.institution, self.unit, self.indicator)


COLUMNS = tuple(field.name for field in fields(Published))


@dataclass(frozen=True)
class Moved:
    """A published figure that a new one contradicts at the precision it was published with."""

    old: Published
    new: Published

    @property
    def explained(self) -> bool:
        """Tell whether the new figure says why."""
        return bool(self.new.reason.strip())

    @property
    def sentence(self) -> Phrase:
        """Tell what was published and what is computed now."""
        new = self.new
        half = [Phrase("half year")] if new.period == "half-year" else []
        about = [one for one in (new.institution, new.unit) if one]
        return Phrase(
            "{indicator} for {when} ({about}): published {old} on {day}, now {new}",
            indicator=new.indicator,
            when=[str(new.year), *half],
            about=about,
            old=_told(self.old),
            day=self.old.published_on,
            new=_told(new),
        )

    def __str__(self) -> str:
        return str(self.sentence)


def _told(entry: Published) -> str:
    return f"{entry.value_text} {entry.unit_of_measure}" if entry.value_text else Phrase("withdrawn")


# -- comparing -------------------------------------------------------------------------------------------


def in_force(rows: Iterable[Published]) -> dict[tuple[int, str, str, str, str], Published]:
    """Return the last line of each figure, in the ledger's order."""
    return {row.figure: row for row in rows}


def compare(rows: Iterable[Published], figures: Sequence[Published]) -> list[Moved]:
    """Return the published figures that new ones move, with or without a reason.

    A new figure is rounded to the decimals that were published, halves away from nought; another unit of
    measure or a withdrawal is a move as well. Figures that are not given are not judged: a batch may
    cover a part, so what is no longer computed must be given with an empty value.
    """
    known = in_force(rows)
    _only_once(figures)
    moved = []
    for new in figures:
        old = known.get(new.figure)
        if old is not None and not _same(old, new):
            moved.append(Moved(old, new))
    return moved


def _same(old: Published, new: Published) -> bool:
    if not old.value_text or not new.value_text:
        return old.value_text == new.value_text
    if old.unit_of_measure != new.unit_of_measure:
        return False
    published = Decimal(old.value_text)
    step = Decimal(1).scaleb(min(0, int(published.as_tuple().exponent)))
    return Decimal(new.value_text).quantize(step, ROUND_HALF_UP) == published


def _only_once(figures: Sequence[Published]) -> None:
    found: dict[tuple[int, str, str, str, str], Published] = {}
    for new in figures:
        # A withdrawal that gives no reason is a move like any other, and is told as one.
        check(new if new.value_text else replace(new, reason=new.reason or _told(new)))
        other = found.setdefault(new.figure, new)
        if other is not new and not (_same(other, new) and _same(new, other)):
            raise FigureMoved(
                Phrase(
                    "{indicator} for {year} is given twice: {old} and {new}.",
                    indicator=new.indicator,
                    year=new.year,
                    old=_told(other),
                    new=_told(new),
                ),
                remedy="One run must give one value.",
            )


def stop_where_moved(moved: Iterable[Moved]) -> None:
    """Raise FigureMoved, which stops the batch, where a published figure moves without a reason."""
    unexplained = [one.sentence for one in moved if not one.explained]
    if unexplained:
        more = len(unexplained) - _TOLD_MOVES
        told = unexplained[:_TOLD_MOVES] + ([Phrase("and {count} more", count=more)] if more > 0 else [])
        raise FigureMoved(
            Phrase("Published figures would change without a reason: {moved:;}.", moved=told),
            remedy="Find out why; if the new values are right, publish them with the reason: "
            'workbook run … --reason "WHY".',
        )


def additions(rows: Sequence[Published], figures: Sequence[Published]) -> list[Published]:
    """Return the new figures that the ledger must take: those not yet published, and those that move."""
    known = in_force(rows)
    moved = {one.new.figure for one in compare(rows, figures)}
    first = {new.figure: new for new in reversed(figures)}
    return [
        new
        for new in figures
        if new is first[new.figure] and (new.figure not in known or new.figure in moved)
    ]


@dataclass(frozen=True)
class Restatement:
    """A figure that was published anew with another value, and why."""

    old: Published
    new: Published

    @property
    def reason(self) -> str:
        """Return why it was changed."""
        return self.new.reason


def restatements(rows: Iterable[Published]) -> list[Restatement]:
    """Return every change of a published figure, in the order they were published, for the page."""
    known: dict[tuple[int, str, str, str, str], Published] = {}
    changes = []
    for row in rows:
        old = known.get(row.figure)
        if old is not None and not _same(old, row):
            changes.append(Restatement(old, row))
        known[row.figure] = row
    return changes


# -- the file ------------------------------------------------------------------------------------------


# Names the ledger as it will be, for the processes that make reports of it.
_VARIABLE = "WORKBOOK_PROPOSED_LEDGER"


def path() -> Path:
    """Return the path of the ledger."""
    return paths.data("published", "figures.csv")


def read_from() -> Path:
    """Return the file to read the ledger from: itself, or what is proposed to become it."""
    reads.note_file(path())  # whatever stands for it
    return Path(os.environ.get(_VARIABLE) or path())


def check(entry: Published) -> None:
    """Raise FileRefused where a line could not be read back as what it is."""
    wrong = _wrong(entry)
    if wrong:
        column, expected = wrong
        raise FileRefused(
            Phrase(
                "A published figure of {indicator} has the {column} {value!r}.",
                indicator=entry.indicator or Phrase("no indicator"),
                column=column,
                value=getattr(entry, column),
            ),
            expected=expected,
        )


def _wrong(entry: Published) -> tuple[str, str] | None:
    try:
        date.fromisoformat(entry.published_on)
    except ValueError:
        return "published_on", Phrase("a date such as 2026-07-31")
    if entry.period not in PERIODS:
        return "period", one_of(PERIODS)
    for column in ("edition", "institution", "indicator", "unit_of_measure", "source_hash"):
        if not getattr(entry, column).strip():
            return column, Phrase("a value")
    if not entry.value_text:
        withdrawn = Phrase("a value, or the reason of its withdrawal")
        return None if entry.reason.strip() else ("value_text", withdrawn)
    decimal = _DECIMAL.fullmatch(entry.value_text)
    return None if decimal else ("value_text", Phrase("a plain decimal, such as 46.7"))


def read(file: Path | None = None) -> tuple[Published, ...]:
    """Return the ledger's lines in order.

    Raises NotHeld where there is no ledger: without it every figure would pass as new.
    """
    file = file or read_from()
    return _parsed(_bytes(file), file)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise NotHeld(
            Phrase("There is no ledger of published figures at {file}.", file=paths.shown(file)),
            remedy="Restore it from version control; a new workbook starts with its header line alone.",
        ) from error


def _parsed(content: bytes, file: Path) -> tuple[Published, ...]:
    where = paths.shown(file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused(
            Phrase("{where} is not UTF-8.", where=where), remedy="Restore it from version control."
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[Published] = []
    try:
        if tuple(next(reader, ())) != COLUMNS:
            raise FileRefused(Phrase("{where} has another header.", where=where), expected=",".join(COLUMNS))
        for cells in reader:
            if len(cells) != len(COLUMNS):
                raise FileRefused(
                    Phrase(
                        "{where}, line {line}: {count} values.",
                        where=where,
                        line=reader.line_num,
                        count=len(cells),
                    ),
                    expected=Phrase("{count} values", count=len(COLUMNS)),
                )
            told = dict(zip(COLUMNS, map(as_it_was, cells), strict=True))
            if not told["year"].isascii() or not told["year"].isdigit():
                raise FileRefused(
                    Phrase(
                        "{where}, line {line}: year {year!r}.",
                        where=where,
                        line=reader.line_num,
                        year=told["year"],
                    ),
                    "a year",
                )
            entry = Published(**{**told, "year": int(told["year"])})  # type: ignore[arg-type]
            wrong = _wrong(entry)
            if wrong:
                column, expected = wrong
                raise FileRefused(
                    Phrase(
                        "{where}, line {line}: {column} {value!r}.",
                        where=where,
                        line=reader.line_num,
                        column=column,
                        value=getattr(entry, column),
                    ),
                    expected,
                )
            found.append(entry)
    except csv.Error as error:
        raise FileRefused(
            Phrase("{where}, line {line}: {error}.", where=where, line=reader.line_num, error=error)
        ) from error
    return tuple(found)


def append(figures: Sequence[Published], file: Path | None = None) -> list[Published]:
    """Add what is new to the ledger and return it; no earlier byte is ever changed.

    Raises FigureMoved, before anything is written, where a published figure would move without a reason.
    The new file is written beside the old one and put in its place in one step. One process writes.
    """
    return _append(figures, file or path())[0]


@dataclass(frozen=True)
class Proposed:
    """What the ledger will hold once the reports are published: lines added, bytes before and after."""

    added: tuple[Published, ...]
    before: bytes
    after: bytes


@contextmanager
def proposed(figures: Sequence[Published], scratch: Path) -> Iterator[Proposed]:
    """Let the reports made in the body read the ledger with its new lines, which nobody has been told yet.

    The ledger itself stays as it is; `take` puts the new content in its place with the reports. The body's
    processes find the proposal by the environment. `scratch` is a folder for it.
    """
    added, before, after = _added(figures, path())
    if not added:
        yield Proposed((), before, after)
        return
    file = scratch / "figures.csv"
    file.write_bytes(after)
    earlier = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = str(file)
    try:
        yield Proposed(tuple(added), before, after)
    finally:
        os.environ.pop(_VARIABLE)
        if earlier is not None:
            os.environ[_VARIABLE] = earlier


def take(before: bytes, after: bytes) -> None:
    """Make the ledger what was proposed for it; nothing where that has been done already.

    Lines that somebody else has added since stay, and the new ones come after them.
    """
    now = _bytes(path())
    added = after[len(before) :]
    if not now.endswith(added):
        _put(after if now == before else now + added, path(), now)


def _append(figures: Sequence[Published], file: Path) -> tuple[list[Published], bytes, bytes]:
    """Append; return the lines added, and the file's bytes before and after."""
    added, before, after = _added(figures, file)
    if added:
        _put(after, file, before)
    return added, before, after


def _added(figures: Sequence[Published], file: Path) -> tuple[list[Published], bytes, bytes]:
    """Return the lines that the ledger would get, and its bytes before and after."""
    figures = [_one_line(figure) for figure in figures]
    before = _bytes(file)
    held = _parsed(before, file)
    stop_where_moved(compare(held, figures))
    added = additions(held, figures)
    if not added:
        return [], before, before
    for entry in added:
        check(entry)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([harmless(cell) for cell in astuple(entry)] for entry in added)
    # A line whose end a text editor dropped gets it back; its own bytes stay.
    gap = b"" if before.endswith(b"\n") else b"\n"
    after = before + gap + text.getvalue().encode("utf-8")
    if _parsed(after, file) != (*held, *added):
        raise FileRefused("The new lines of the ledger cannot be read back as they were given.")
    return added, before, after


def _put(content: bytes, file: Path, instead_of: bytes) -> None:
    """Put content in the file's place in one step, if the file still holds what it is to replace."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        if _bytes(file) != instead_of:
            raise FileRefused(
                Phrase("{file} was changed by another process.", file=paths.shown(file)),
                remedy="Publish again.",
            )
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _one_line(figure: Published) -> Published:
    """Keep one figure on one line of the file: blanks and line breaks in a reason become one blank."""
    texts = {name: locale.tidy(value) for name in COLUMNS if isinstance(value := getattr(figure, name), str)}
    return Published(**{**texts, "year": figure.year})  # type: ignore[arg-type]
