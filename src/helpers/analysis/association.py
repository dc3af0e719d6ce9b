"""Whether two yearly series move together beyond their trends, the one some years after the other.

Kendall's τ, exact. Two series that both rise correlate without anything between them, so the trend is taken
out in two ways, by steps from year to year (right where a series wanders) and by the distance from its own
line (right where it swings about one); an association counts only if both show it: the larger p-value is
the p-value (an intersection–union test). With about ten years only strong associations can be found; how
strong, and after how many years weaker ones, `least` and `enough` say. An association is no cause.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import factorial

import numpy as np

# Fewer pairs left after the steps have no association worth a test: of five, τ = ±1 alone would do.
FEWEST = 6
_DRAWS, _SEED = 4999, 2024


@dataclass(frozen=True)
class Association:
    """Kendall's τ of steps and of distances from the line (−1 to 1), over n pairs of steps; the p of both."""

    steps: float
    line: float
    p: float
    n: int

    @property
    def tau(self) -> float:
        """Return the weaker of the two, 0 where they disagree in sign."""
        return 0.0 if self.steps * self.line <= 0 else min((self.steps, self.line), key=abs)


def lagged(first: Mapping[int, float], then: Mapping[int, float], lag: int) -> Association | None:
    """Associate a series (by year) with another `lag` years later, over the years that both know.

    A value that is no number is not known. None where fewer than six pairs of steps are left, or one of the
    series does not move.
    """
    years = sorted(
        year for year in first if year + lag in then and np.isfinite([first[year], then[year + lag]]).all()
    )
    x = np.array([first[year] for year in years], dtype=float)
    y = np.array([then[year + lag] for year in years], dtype=float)
    # A step over a year that is not known is no step of one year.
    whole = [i for i, (a, b) in enumerate(pairwise(years)) if b == a + 1]
    steps = np.diff(x)[whole], np.diff(y)[whole]
    if len(whole) < FEWEST or any(np.ptp(s) == 0 for s in (x, y, *steps)):
        return None
    lines = _from_line(np.array(years), x), _from_line(np.array(years), y)
    (by_step, p_step), (by_line, p_line) = kendall(*steps), kendall(*lines)
    return Association(by_step, by_line, max(p_step, p_line), len(whole))


def _from_line(years: np.ndarray, values: np.ndarray) -> np.ndarray:
    centred = years - years.mean()
    slope = (centred @ values) / (centred @ centred)
    left = values - values.mean() - slope * centred
    # What arithmetic leaves of a perfect line is no pattern.
    found: np.ndarray = np.round(left, 9 - int(np.ceil(np.log10(np.abs(values).max() + 1e-300))))
    return found


def kendall(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return τ-b and its two-sided p-value: exact without ties, else by 4,999 random orders."""
    above, across = _signs(x), _signs(y)
    score = float((above * across).sum()) / 2
    norm = np.sqrt((above**2).sum() * (across**2).sum()) / 2
    if norm == 0:
        return 0.0, 1.0
    n = len(x)
    if (above**2).sum() == (across**2).sum() == n * (n - 1):
        return score / norm, _exact(n, round(abs(score)))
    orders = np.random.default_rng(_SEED).permuted(np.tile(np.arange(n), (_DRAWS, 1)), axis=1)
    drawn = (above * across[orders[:, :, None], orders[:, None, :]]).sum(axis=(1, 2)) / 2
    return score / norm, float((1 + (np.abs(drawn) >= abs(score) - 1e-9).sum()) / (_DRAWS + 1))


def _signs(values: np.ndarray) -> np.ndarray:
    return np.sign(values[:, None] - values[None, :])


def _exact(n: int, score: int) -> float:
    """Return the chance of so large a score (concordant less discordant pairs), either way, by chance."""
    orders = [1]  # how many orders of so many things have so many pairs turned round (Mahonian numbers)
    for size in range(2, n + 1):
        orders = [sum(orders[max(0, i - size + 1) : i + 1]) for i in range(len(orders) + size - 1)]
    pairs = n * (n - 1) // 2
    return min(
        1.0, sum(c for turned, c in enumerate(orders) if abs(pairs - 2 * turned) >= score) / factorial(n)
    )


def least(n: int, level: float = 0.05) -> float | None:
    """Return the smallest |τ| of n pairs without ties with an exact p below the level; None for none."""
    pairs = n * (n - 1) // 2
    return next((s / pairs for s in range(pairs % 2, pairs + 1, 2) if _exact(n, s) < level), None)


def enough(tau: float, level: float) -> int:
    """Return the smallest number of pairs of which so large a |τ| has an exact p below the level."""
    pairs = FEWEST
    while (least(pairs, level) or 2.0) > abs(tau):
        pairs += 1
    return pairs
