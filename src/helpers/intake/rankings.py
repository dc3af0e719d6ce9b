"""A ranking table in a known layout → positions and scores, with every row accounted for."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from .. import locale
from ..catalog import Layout, System
from ..errors import Fault, Problem
from . import flattened, values, wording
from .layouts import Match
from .table import RawTable, Row

T = TypeVar("T")

_YEAR = re.compile(r"(?:19|20)\d\d")
# A year, or a span such as 2019-2020 or 2024/25.
_EDITION = re.compile(r"((?:19|20)\d\d)(?:\s*[-–/]\s*(?:(?:19|20)?\d\d))?")
# The publisher's own number of an edition, kept inside what anybody has published.
_EDITIONS = range(2003, 2101)


@dataclass
class Received:
    """What became of the rows of one table: accepted + rejected + skipped = all."""

    table: RawTable
    layout: Layout
    unread: tuple[str, ...]
    rows: int
    positions: list[dict[str, object]] = field(default_factory=list)
    scores: list[dict[str, object]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    accepted: int = 0

    @property
    def rejected(self) -> int:
        """Count the rejected rows; a row may have several problems."""
        return len({problem.row for problem in self.problems})

    @property
    def editions(self) -> list[int]:
        """Return the editions of the accepted rows."""
        return sorted({int(str(row["edition"])) for row in (*self.positions, *self.scores)})

    @property
    def title(self) -> str:
        """Return what the table is."""
        return self.layout.title

    @property
    def span(self) -> str:
        """Say of which editions the accepted rows are."""
        return f"edition {', '.join(map(str, self.editions)) or 'none'}"

    @property
    def caveats(self) -> dict[str, int]:
        """Count the rows each caveat applies to."""
        counts: Counter[str] = Counter()
        cells = Counter(str(row["caveats"]) for row in (*self.positions, *self.scores))
        for cell, times in cells.items():
            counts.update(dict.fromkeys(cell.split(), times))
        return dict(counts)


@dataclass(frozen=True)
class _Read:
    """A row whose cells could all be read."""

    row: Row
    edition: int
    edition_text: str
    name: str
    country: str
    rank: values.Rank
    overall: values.Span
    found: dict[str, values.Span]


def clean(table: RawTable, match: Match, system: System, edition: int | None) -> Received:
    """Read, check and restore the rows of a table.

    `edition` is used where neither the rows, the header nor the sheet's name tells it.
    """
    received = Received(table, match.layout, match.unread, rows=len(match.rows))
    reader = _RowReader(table, match, system, edition)
    accepted = []
    for row in match.rows:
        reason = reader.skip(row)
        if reason:
            received.skipped.append((row.number, reason))
            continue
        read, problems = reader.read(row)
        received.problems += problems
        if read and "overall" not in match.layout.columns and not any(s.text for s in read.found.values()):
            received.skipped.append((row.number, "no value in any column"))
        elif read:
            accepted.append(read)
    accepted = _without_repeats(accepted, reader, received)
    # Headers that print the pillar names of 2024, over whichever edition's pillars.
    new_names = {
        variable
        for variable in match.layout.values
        if variable in match.places
        and locale.key(match.header.cells[match.places[variable]])
        == locale.key(system.variables[variable].en)
    }
    for year in sorted({read.edition for read in accepted}):
        _add(received, [read for read in accepted if read.edition == year], system, new_names, year)
    received.accepted = len(accepted)
    return received


class _RowReader:
    def __init__(self, table: RawTable, match: Match, system: System, edition: int | None) -> None:
        self._table, self._match, self._system = table, match, system
        sheet = table.sheet.strip()
        named = _YEAR.search(sheet)
        self._edition = match.edition or (int(named.group()) if named else edition)
        self._edition_text = sheet if named and not match.edition else str(self._edition or "")
        if self._edition is None and "edition" not in match.places:
            raise wording.refusal("edition_unknown", file=table.file)

    def _cell(self, row: Row, column: str) -> str:
        place = self._match.places.get(column)
        return row.cells[place] if place is not None and place < len(row.cells) else ""

    def skip(self, row: Row) -> str | None:
        for rule in self._match.layout.skip:
            if locale.key(self._cell(row, rule.column)) in {locale.key(value) for value in rule.equals}:
                return rule.reason
        return None

    def problem(self, row: Row, column: str, fault: Fault) -> Problem:
        """Return what is wrong with a cell, or with the whole row where no column is named."""
        place = self._match.places.get(column)
        width = len(self._match.header.cells)
        return Problem(
            self._table.file,
            self._table.sheet,
            row.number,
            self._match.header.cells[place] if place is not None else column,
            " | ".join(row.cells[width:]) if column == wording.WHOLE_ROW else self._cell(row, column),
            wording.said(fault, "expected"),
            wording.said(fault, "remedy"),
            fault,
            (self._table.first_column + (place or 0),),
        )

    def read(self, row: Row) -> tuple[_Read | None, list[Problem]]:
        """Read all cells of a row; all its problems are told at once."""
        width = len(self._match.header.cells)
        if any(row.cells[width:]):
            return None, [self.problem(row, wording.WHOLE_ROW, wording.fault("width", width=width))]
        problems: list[Problem] = []

        def attempt(column: str, reader: Callable[[str], T]) -> T | None:
            try:
                return reader(self._cell(row, column))
            except values.Unreadable as error:
                problems.append(self.problem(row, column, error.fault))
                return None

        rank = attempt("rank", lambda text: values.rank(text, self._cell(row, "tie")))
        overall = attempt("overall", values.score) or values.Span("", None, None)
        found = {
            variable: attempt(variable, values.READERS[self._system.variables[variable].kind])
            or values.Span("", None, None)
            for variable in self._match.layout.values
            if variable in self._match.places
        }
        name = self._cell(row, "name")
        if not locale.key(name):
            problems.append(self.problem(row, "name", wording.fault("name")))
        edition, edition_text = self._edition_of(row, problems)
        if problems or rank is None or edition is None:
            return None, problems
        return _Read(row, edition, edition_text, name, self._cell(row, "country"), rank, overall, found), []

    def _edition_of(self, row: Row, problems: list[Problem]) -> tuple[int | None, str]:
        if "edition" not in self._match.places:
            return self._edition, self._edition_text
        text = self._cell(row, "edition")
        found = _EDITION.fullmatch(text)
        if not found or int(found.group(1)) not in _EDITIONS:
            problems.append(self.problem(row, "edition", wording.fault("edition")))
            return None, text
        return int(found.group(1)), text


def _without_repeats(reads: Iterable[_Read], reader: _RowReader, received: Received) -> list[_Read]:
    """Reject a row that repeats an institution of the same edition: one of the two is wrong."""
    first: dict[tuple[int, str, str], _Read] = {}
    for read in reads:
        who = (read.edition, locale.key(read.name), locale.key(read.country))
        if who in first:
            fault = wording.fault("institution_twice", row=first[who].row.number)
            received.problems.append(reader.problem(read.row, "name", fault))
        else:
            first[who] = read
    return list(first.values())


def _add(received: Received, reads: list[_Read], system: System, new_names: set[str], edition: int) -> None:
    """Turn the rows of one edition into positions and scores, with the caveats they carry."""
    judged = flattened.judge([read.rank for read in reads], system, edition, received.rejected)
    restored = next((r.names for r in system.restores if edition < r.before), {})
    rule = system.band_rule(edition)
    exact_until = rule.exact_until if rule and system.overall_until_exact else None
    # Two countries can each have a university of one name.
    named = Counter(locale.key(read.name) for read in reads)
    for read, verdict in zip(reads, judged, strict=True):
        # A rank that is set aside may stand in the band of exact ones only if it was itself exact.
        beyond = exact_until is not None and (verdict.rank is None or verdict.rank.low > exact_until)
        overall, doubt = _overall(read.overall, system, beyond)
        common = {
            "system": received.layout.system,
            "edition": edition,
            "name": read.name,
            "name_key": locale.key(read.name)
            + (f" {locale.key(read.country)}" if named[locale.key(read.name)] > 1 else ""),
            "source": received.table.file,
            "evidence": "table",
            "source_row": read.row.number,
        }
        if "overall" in received.layout.columns:
            received.positions.append(
                {
                    **common,
                    "edition_text": read.edition_text,
                    "country": read.country,
                    "rank_text": verdict.rank.text if verdict.rank else "",
                    "rank_low": verdict.rank.low if verdict.rank else None,
                    "rank_high": verdict.rank.high if verdict.rank else None,
                    "rank_tie": verdict.rank.tie if verdict.rank else None,
                    "overall_text": overall.text,
                    "overall_low": overall.low,
                    "overall_high": overall.high,
                    "caveats": " ".join((*verdict.caveats, *doubt)),
                }
            )
        for variable, span in read.found.items():
            if span.low is None:
                continue
            is_nought = (
                system.zero_is_missing and system.variables[variable].kind == "score" and span.high == 0
            )
            caveats = ["pillar_names_restored"] if variable in restored and variable in new_names else []
            received.scores.append(
                {
                    **common,
                    "variable": restored.get(variable, variable),
                    "value_text": span.text,
                    "value_low": None if is_nought else span.low,
                    "value_high": None if is_nought else span.high,
                    "caveats": " ".join([*caveats, *(["zero_means_missing"] if is_nought else [])]),
                }
            )


def _overall(span: values.Span, system: System, beyond_exact: bool) -> tuple[values.Span, list[str]]:
    if beyond_exact and span.low is not None:
        return values.Span("", None, None), ["overall_not_official"]
    if system.zero_is_missing and span.high == 0:
        return values.Span(span.text, None, None), ["zero_means_missing"]
    return span, []
