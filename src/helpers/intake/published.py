"""An outside table that is no ranking → rows to store, with every row accepted, rejected or skipped.

Each format has a module that unfolds its rows into lines of a dataset. All else is shared: lines are judged
by what the dataset declares, declared corrections are applied, and what only the lines together can tell is
told last, by the corrected values.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from .. import locale, store
from ..catalog import Catalog, Format
from ..errors import Fault, Problem
from . import cells, corrections, deqar, eche, judging, oecd, osym, wording, yokatlas
from .corrections import Applied
from .formats import Fitted
from .table import RawTable, Row
from .unfolding import Judge, Record, Unfold, Verdict

_READERS: dict[str, tuple[Unfold, Judge | None]] = {
    "eche": (eche.unfold, None),
    "deqar": (deqar.unfold, None),
    "oecd": (oecd.unfold, oecd.judge),
    "yokatlas": (yokatlas.unfold, yokatlas.judge),
    "osym": (osym.unfold, None),
}  # fmt: skip
# Faults that the rows of a table have together.
_SHARED = frozenset({"exceeds_total", "all_even"})
# A partition of a dataset that is received as one list.
_WHOLE = "all"


@dataclass(frozen=True)
class ReceivedPublished:
    """What became of the rows of one table: accepted + rejected + skipped = all.

    `partitions` are the lines to store by the partition that holds them; a row may have several lines.
    `proposed` are the corrections declared for lines of it that are not in force, `rejected_keys` the keys of
    the lines that are not stored, `like` the known headers that unknown ones are near to.
    """

    table: RawTable
    format: Format
    unread: tuple[str, ...]
    rows: int
    accepted: int
    problems: list[Problem]
    skipped: tuple[tuple[int, str], ...]
    partitions: dict[str, list[Record]]
    years: list[int]
    applied: tuple[Applied, ...]
    proposed: tuple[Applied, ...] = ()
    rejected_keys: frozenset[tuple[str, ...]] = frozenset()
    like: Mapping[str, str] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        """Count the rejected rows; a row may have several problems."""
        return len({problem.row for problem in self.problems})

    @property
    def title(self) -> str:
        """Return what the table is."""
        return self.format.title.en

    @property
    def lines(self) -> int:
        """Count the lines that are stored."""
        return sum(len(records) for records in self.partitions.values())

    @property
    def caveats(self) -> dict[str, int]:
        """Count the lines each caveat applies to."""
        counts: Counter[str] = Counter()
        for records in self.partitions.values():
            for record in records:
                counts.update((record["caveats"] or "").split())
        return dict(counts)

    @property
    def carried(self) -> dict[int, list[str]]:
        """Return the columns that repeat the year before, by year."""
        found: dict[int, set[str]] = {}
        for records in self.partitions.values():
            for record in records:
                if record.get("carried_columns"):
                    found.setdefault(int(str(record["year"])), set()).update(
                        str(record["carried_columns"]).split()
                    )
        return {year: sorted(columns) for year, columns in sorted(found.items())}


def clean(fitted: Fitted, catalog: Catalog, year: int | None = None) -> ReceivedPublished:
    """Unfold, judge and correct the rows of a table.

    `year` is used where a table does not say its own. Raises FileRefused where a declared correction no
    longer meets the damage that it mends.
    """
    unfold, judge = _READERS[fitted.format.reader]
    unfolded = unfold(fitted, year)
    described = judged(fitted.format.dataset)
    texts = {name: [line.cells.get(name, "") for line in unfolded.lines] for name in described["columns"]}
    read, breaches = judging.rows(described, texts, cells.READERS)
    problems: list[Problem] = []
    rejected: set[int] = set()
    width, skipped = len(fitted.header.cells), {number for number, _ in unfolded.skipped}
    for row in fitted.rows:
        if any(row.cells[width:]) and row.number not in skipped:
            problems.append(_of_row(fitted, row, wording.fault("width", width=width)))
            rejected.add(row.number)
    told: set[tuple[int, tuple[str, ...], str]] = set()
    for breach in breaches:
        line = unfolded.lines[breach.row]
        rejected.add(line.row.number)
        fault = breach.fault
        if breach.other is not None:
            fault = wording.fault("key_in_row", row=unfolded.lines[breach.other].row.number)
        known = (line.row.number, breach.columns, fault.code)
        if known not in told:  # the lines of a row repeat its fault
            told.add(known)
            problems.append(_problem(fitted, line.row, line.places, breach.columns, breach.cells, fault))
    kept = [place for place, line in enumerate(unfolded.lines) if line.row.number not in rejected]
    records: list[Record] = [{name: column[place] or None for name, column in read.items()} for place in kept]
    file = fitted.table.file
    applied = corrections.apply(file, fitted.format.dataset, records, catalog.corrections)
    proposed = corrections.proposed(file, fitted.format.dataset, records, catalog.corrections)
    verdict = judge(records) if judge else Verdict()
    for at, (column, fault) in sorted(verdict.faults.items()):
        line = unfolded.lines[kept[at]]
        if line.row.number not in rejected:
            rejected.add(line.row.number)
            value = (records[at][column] or "",)
            problems.append(_problem(fitted, line.row, line.places, (column,), value, fault))
    columns = store.definition(fitted.format.dataset)["partition"]
    corrected = {at for one in applied for at in one.lines}
    partitions: dict[str, list[Record]] = {}
    for at, place in enumerate(kept):
        line = unfolded.lines[place]
        if line.row.number in rejected:
            continue
        doubts = [*line.caveats, *verdict.caveats.get(at, [])]
        doubts += [corrections.CAVEAT] if at in corrected else []
        added = verdict.cells.get(at, {})
        record = {
            **records[at],
            **added,
            "caveats": " ".join(doubts) or None,
            "source_row": str(line.row.number),
        }
        partitions.setdefault(_partition(fitted, columns, record), []).append(record)
    problems.sort(key=lambda problem: (problem.row, problem.places))
    return ReceivedPublished(
        fitted.table,
        fitted.format,
        fitted.unread,
        len(fitted.rows),
        len(fitted.rows) - len(rejected) - len(unfolded.skipped),
        problems,
        tuple(unfolded.skipped),
        partitions,
        _years(fitted.format.dataset, partitions),
        tuple(one for one in applied if _left(one, kept, unfolded.lines, rejected)),
        tuple(proposed),
        frozenset(
            tuple(read[name][place] for name in described["key"])
            for place, line in enumerate(unfolded.lines)
            if line.row.number in rejected
        ),
        fitted.like,
    )


def _left(one: Applied, kept: list[int], lines: list[Any], rejected: set[int]) -> bool:
    """Tell whether any line that was corrected is stored."""
    return any(lines[kept[at]].row.number not in rejected for at in one.lines)


def judged(dataset: str) -> dict[str, Any]:
    """Return what a dataset declares of the columns that a file gives."""
    described = store.definition(dataset)
    given = {name: column for name, column in described["columns"].items() if not column.get("by_workbook")}
    return {**described, "columns": given}


# -- where a line goes -------------------------------------------------------------------------------------


def _partition(fitted: Fitted, columns: Sequence[str], record: Record) -> str:
    own = {"file": PurePath(fitted.table.file).stem}
    parts = [fitted.format.id if column == "file" else "" for column in columns]
    named = [_slug(own.get(column) or str(record.get(column) or "")) for column in columns]
    return "-".join(part for pair in zip(parts, named, strict=True) for part in pair if part) or _WHOLE


def _slug(text: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in locale.key(text)) or "unknown"


def _years(dataset: str, partitions: Mapping[str, list[Record]]) -> list[int]:
    period = store.definition(dataset).get("period")
    if period is None:
        return []
    texts = {str(record[period["column"]])[:4] for records in partitions.values() for record in records}
    return sorted(int(text) for text in texts if text.isdigit())


# -- what is wrong with it ---------------------------------------------------------------------------------


def told_once(problems: Sequence[Problem]) -> tuple[list[Problem], list[list[Problem]]]:
    """Return the problems of single rows, and by period those that many rows share, which are told once."""
    single: list[Problem] = []
    shared: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        if problem.fault is not None and problem.fault.code in _SHARED:
            period = str(problem.fault.values["period"])
            shared.setdefault((period, problem.expected), []).append(problem)
        else:
            single.append(problem)
    return single, [shared[key] for key in sorted(shared)]


def _problem(
    fitted: Fitted,
    row: Row,
    places: Mapping[str, int],
    columns: tuple[str, ...],
    values: tuple[str, ...],
    fault: Fault,
) -> Problem:
    """Tell a breach as the person sees it: the headings and the cells of the table."""
    shown = [places[name] for name in columns if name in places]
    headings = [fitted.headings[place] for place in shown] or [", ".join(columns) or wording.WHOLE_ROW]
    printed = [row.cells[place] if place < len(row.cells) else "" for place in shown]
    return Problem(
        fitted.table.file,
        fitted.table.sheet,
        row.number,
        ", ".join(headings),
        ", ".join(printed) if shown else ", ".join(values),
        wording.said(fault, "expected"),
        wording.said(fault, "remedy"),
        fault,
        tuple(fitted.table.first_column + place for place in shown or [0]),
    )


def _of_row(fitted: Fitted, row: Row, fault: Fault) -> Problem:
    spilled = tuple(cell for cell in row.cells[len(fitted.header.cells) :] if cell)
    return _problem(fitted, row, {}, (), spilled, fault)
