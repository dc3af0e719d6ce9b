"""Declared breaks of a series: years that were not like others, and steps after which counting is another.

A break is never taken out in silence: whoever shows a trend shows it with all years and with the breaks taken
out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from .trend import Trend, trend


@dataclass(frozen=True)
class Break:
    """A break: the years `first` to `last` stand apart, or, without `last`, the level steps at `first`."""

    code: str
    first: int
    last: int | None = None

    def touches(self, years: Sequence[int]) -> bool:
        """Tell whether the break matters to a series of these years."""
        if not years:
            return False
        if self.last is None:
            return min(years) < self.first <= max(years)
        return any(self.first <= year <= self.last for year in years)


def without(
    years: Sequence[int], values: Sequence[float], breaks: Sequence[Break], level: float = 0.95
) -> Trend | None:
    """Return the trend with the breaks taken out; None where no break touches the series.

    Years that stand apart are left out, as a dummy for each would do; across a step no pair is compared.
    """
    touching = [one for one in breaks if one.touches(years)]
    if not touching:
        return None
    kept = [(y, v) for y, v in zip(years, values, strict=True) if not any(_apart(one, y) for one in touching)]
    steps = sorted(one.first for one in touching if one.last is None)
    segments = [sum(y >= step for step in steps) for y, _ in kept]
    return trend([y for y, _ in kept], [v for _, v in kept], segments, level)


def _apart(one: Break, year: int) -> bool:
    return one.last is not None and one.first <= year <= one.last


def spliced(years: Sequence[int], values: Sequence[float], breaks: Sequence[Break]) -> list[float]:
    """Return a series, oldest first, with its steps taken out: earlier values moved to the latest level.

    In the year of a step the series is taken to have moved by the median of its other steps. Years that stand
    apart stay: what they did to the series is part of what may happen. A series of nothing but steps stays.
    """
    moved = [float(value) for value in values]
    places = [i for i in range(1, len(years)) if any(b.last is None and b.first == years[i] for b in breaks)]
    moves = [b - a for a, b in pairwise(moved)]
    usual = [move for i, move in enumerate(moves, 1) if i not in places]
    if not usual:
        return moved
    for i in places:
        shift = moves[i - 1] - median(usual)
        moved[:i] = [value + shift for value in moved[:i]]
    return moved
