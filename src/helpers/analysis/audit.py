"""How far a reader can narrow what is hidden: a linear program over everything that is published.

Published numbers and their totals are equations. Of each hidden number the least and the greatest value
that fit all of them are what an attacker can work out; the range must be k wide (domain dossier 6.1). This
asks the question without knowing how the numbers were hidden, so it judges `disclosure` and what pages
show together. It needs scipy, which the tests have and a run does not ask for.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

# Numbers are persons: what the solver gives for a whole number may be off by so much.
_EXACT = 1e-6


@dataclass(frozen=True)
class Sum:
    """An equation that a reader knows: a number is the sum of others, each by its name."""

    total: Hashable
    parts: tuple[Hashable, ...]


@dataclass(frozen=True)
class Range:
    """The least and the greatest value that a hidden number may have for all that is published."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """Return how wide the range is."""
        return self.high - self.low


def audit(
    shown: Mapping[Hashable, float | None],
    sums: Iterable[Sum],
    least: Mapping[Hashable, float] | None = None,
    of: Sequence[Hashable] | None = None,
) -> dict[Hashable, Range]:
    """Return the range of every hidden number (None in `shown`), or of those `of` only.

    `least` gives what a reader knows a hidden number to be at least; 0 where nothing is said: where a true
    nought would be shown it is 1. Raises ValueError where the published numbers contradict one another, and
    for a sum over a name that is not in `shown`.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix

    hidden = [name for name, value in shown.items() if value is None]
    place = {name: i for i, name in enumerate(hidden)}
    rows, sides = _equations(shown, sums, place)
    bounds = [((least or {}).get(name, 0.0), None) for name in hidden]
    matrix = csr_matrix(rows) if len(sides) else None
    found = {}
    for name in hidden if of is None else of:
        ends = []
        for way in (1.0, -1.0):
            goal = np.zeros(len(hidden))
            goal[place[name]] = way
            solved = linprog(
                goal, A_eq=matrix, b_eq=sides if len(sides) else None, bounds=bounds, method="highs"
            )
            if solved.status == 3:  # without bound
                ends.append(-np.inf)
            elif solved.status != 0:
                raise ValueError(f"the published numbers contradict one another: {solved.message}")
            else:
                ends.append(float(solved.fun))
        found[name] = Range(ends[0], -ends[1])
    return found


def too_narrow(ranges: Mapping[Hashable, Range], k: float) -> dict[Hashable, Range]:
    """Return the hidden numbers whose range is less than k wide."""
    return {name: one for name, one in ranges.items() if one.width < k - _EXACT}


def _equations(
    shown: Mapping[Hashable, float | None], sums: Iterable[Sum], place: Mapping[Hashable, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the equations over the hidden numbers: 0 = total − parts, what is shown on the right."""
    rows, sides = [], []
    for one in sums:
        row, side = np.zeros(len(place)), 0.0
        for name, sign in ((one.total, 1.0), *((part, -1.0) for part in one.parts)):
            if name not in shown:
                raise ValueError(f"a sum names {name!r}, which is not among the numbers")
            value = shown[name]
            if value is None:
                row[place[name]] += sign
            else:
                side -= sign * value
        if row.any():
            rows.append(row)
            sides.append(side)
        elif abs(side) > _EXACT:
            raise ValueError(f"the published parts of {one.total!r} do not add up to it")
    return np.array(rows), np.array(sides)
