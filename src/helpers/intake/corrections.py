"""Declared corrections of known errors of a source, applied on receive and seen wherever the rows are.

A correction names the damage that it mends. Where the source no longer holds it, nothing is corrected and the
file is refused: a mended value must not be mended again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..catalog import Correction, Text
from ..errors import FileRefused
from . import wording
from .unfolding import Record

CAVEAT = "corrected"


@dataclass(frozen=True)
class Applied:
    """A correction that was applied, or is proposed: to which lines, and the periods that they are of."""

    correction: Correction
    lines: tuple[int, ...]
    periods: tuple[int, ...]

    @property
    def id(self) -> str:
        """Return the correction's id."""
        return self.correction.id

    @property
    def reason(self) -> Text:
        """Return why the source is corrected."""
        return self.correction.reason


def apply(
    file: str, dataset: str, records: Sequence[Record], corrections: Sequence[Correction]
) -> list[Applied]:
    """Correct lines in place as declared for their dataset; return what was applied.

    A correction of which a file holds no line says nothing. Raises FileRefused where a file holds such lines
    and not the damage that the correction expects in them, or where a value cannot be divided evenly.
    """
    found = []
    for one, chosen in _meant(dataset, records, (one for one in corrections if one.in_force)):
        _check(file, one, [records[place] for place in chosen])
        column = one.action.column
        for place in chosen:
            records[place][column] = _corrected(file, one, records[place][column])
        found.append(Applied(one, tuple(chosen), tuple(sorted(_by_period(one, records, chosen)))))
    return found


def proposed(
    file: str, dataset: str, records: Sequence[Record], corrections: Sequence[Correction]
) -> list[Applied]:
    """Return the corrections that are not in force and whose damage the lines hold; change nothing."""
    found = []
    for one, chosen in _meant(dataset, records, (one for one in corrections if not one.in_force)):
        try:
            _check(file, one, [records[place] for place in chosen])
        except FileRefused:
            continue  # the source has mended it, so that there is nothing to propose
        found.append(Applied(one, tuple(chosen), tuple(sorted(_by_period(one, records, chosen)))))
    return found


def _meant(
    dataset: str, records: Sequence[Record], corrections: Iterable[Correction]
) -> Iterator[tuple[Correction, list[int]]]:
    for one in corrections:
        chosen = [place for place, record in enumerate(records) if _is_meant(one, record)]
        if one.dataset == dataset and chosen:
            yield one, chosen


def _is_meant(one: Correction, record: Record) -> bool:
    if any(record.get(column) != value for column, value in one.entity.items()):
        return False
    if one.period is None:
        return True
    text = record.get(one.period.column) or ""
    return text[:4].isdigit() and one.period.first <= int(text[:4]) <= one.period.last


def _by_period(one: Correction, records: Sequence[Record], chosen: Sequence[int]) -> dict[int, list[Record]]:
    found: dict[int, list[Record]] = defaultdict(list)
    if one.period is not None:
        for place in chosen:
            found[int(str(records[place][one.period.column])[:4])].append(records[place])
    return found


def _check(file: str, one: Correction, chosen: Sequence[Record]) -> None:
    """Refuse a file in which the damage is no longer what the correction expects."""
    column = one.action.column
    if one.expect.value is not None:
        other = next(
            (record[column] for record in chosen if (record[column] or "") != one.expect.value), None
        )
        if other is not None or (any(record[column] is None for record in chosen) and one.expect.value):
            raise _mended(file, one, one.expect.value, other or "")
    for period, records in sorted(_by_period(one, chosen, range(len(chosen))).items()):
        expected = one.expect.totals.get(period)
        total = sum(float(record[column] or 0) for record in records)
        if expected is not None and total != expected:
            raise _mended(file, one, f"{expected:.0f} ({period})", f"{total:.0f}")


def _mended(file: str, one: Correction, expected: str, found: str) -> FileRefused:
    return wording.refusal(
        "correction_mended",
        file=file,
        id=one.id,
        column=one.action.column,
        damaged=expected,
        found=found or wording.both("none"),
    )


def _corrected(file: str, one: Correction, text: str | None) -> str | None:
    action = one.action
    if not hasattr(action, "divide_by"):
        return action.put or None
    if text is None:
        return None
    value = Decimal(text) / action.divide_by
    if value != value.to_integral_value():
        raise wording.refusal("correction_uneven", file=file, id=one.id, value=text, by=action.divide_by)
    return str(int(value))
