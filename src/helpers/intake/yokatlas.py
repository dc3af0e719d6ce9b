"""The programme rows of YÖK Atlas, and the years in which an observation was only carried over."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from . import held
from .formats import Fitted
from .unfolding import Record, Unfolded, Verdict, line, printed, skip_reason

_DATASET = "programme_statistics"
# What is observed anew each year, and would repeat in every programme by no accident.
OBSERVED = (
    "quota_count", "placed_count", "professors_count", "associate_professors_count",
    "assistant_professors_count", "registered_female_count", "registered_male_count", "graduates_male_count",
    "graduates_female_count", "outgoing_count", "incoming_count",
)  # fmt: skip
# Few programmes, or noughts alone, may well be alike in two years.
_ENOUGH_PROGRAMMES, _ENOUGH_ABOVE_NOUGHT = 10, 3


def unfold(fitted: Fitted, year: int | None) -> Unfolded:
    """Return a line for each programme and year."""
    found = Unfolded()
    for row in fitted.rows:
        reason = skip_reason(fitted, row)
        if reason is not None:
            found.skipped.append((row.number, reason))
            continue
        cells = {name: printed(fitted, row, name) for name in fitted.format.columns}
        found.lines.append(line(fitted, row, cells, {}))
    return found


def judge(records: Sequence[Record]) -> Verdict:
    """Mark the lines of a year whose observation repeats that of the year before in every programme.

    The year before is looked for among the lines, and else among what is held. Each university is judged by
    itself, for one may have reported anew and another not.
    """
    verdict = Verdict()
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        groups[str(record["university"]), int(str(record["year"]))].append(place)
    kept = _held(records)
    for (university, year), places in groups.items():
        before = {
            str(records[place]["programme_code"]): records[place]
            for place in groups.get((university, year - 1), [])
        } or {code: row for (code, of_year), row in kept.items() if of_year == year - 1}
        now = {str(records[place]["programme_code"]): records[place] for place in places}
        carried = [column for column in OBSERVED if _repeats(now, before, column)]
        for place in places if carried else ():
            verdict.caveats[place] = ["carried_over"]
            verdict.cells[place] = {"carried_columns": " ".join(carried)}
    return verdict


def _repeats(now: Mapping[str, Record], before: Mapping[str, Record], column: str) -> bool:
    pairs = [(now[code][column], before[code][column]) for code in now.keys() & before.keys()]
    told = [(new, old) for new, old in pairs if new is not None or old is not None]
    above = sum(1 for new, _ in told if new not in (None, "0"))
    return (
        len(told) >= _ENOUGH_PROGRAMMES
        and above >= _ENOUGH_ABOVE_NOUGHT
        and all(new == old for new, old in told)
    )


def _held(records: Sequence[Record]) -> dict[tuple[str, int], Record]:
    """Return what is held of the years before those of the lines, by programme and year."""
    wanted = {int(str(record["year"])) - 1 for record in records}
    columns = ("programme_code", "year", *OBSERVED)
    return {
        (cells[0], int(cells[1])): {name: cell or None for name, cell in zip(columns, cells, strict=True)}
        for cells in _rows(columns)
        if int(cells[1]) in wanted
    }


def _rows(columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for of_partition in held.values(_DATASET, columns).values():
        yield from of_partition
