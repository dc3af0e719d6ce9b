"""Is there a trend, and how large is it: exact Mann–Kendall test and Theil–Sen slope for short series.

With five to ten yearly values no approximation by the normal curve holds, so the null distribution is the
exact one. scipy's `kendalltau(method="exact")` refuses ties, which short counts have, and its `theilslopes`
bounds the slope by the normal curve; both are therefore written out here, and tested against scipy where it
is exact.

A series may fall into segments, between which it must not be compared (a change of method): pairs of years
are then taken within segments only, as Hirsch and Slack (1984) do with seasons.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import isfinite
from statistics import median

# Below five years the smallest two-sided p is 2/4! = 0.083: no trend could ever be told (domain dossier, 6).
FEWEST = 5


@dataclass(frozen=True)
class Trend:
    """A trend over n years: p of the two-sided Mann–Kendall test, slope a year with its interval.

    `slope`, `low` and `high` are in the unit of the values a year. `p` is None below five years, `low` and
    `high` are None where so few pairs bear no interval of the level asked for, `slope` where there is no
    pair.
    """

    n: int
    s: int
    p: float | None
    slope: float | None
    low: float | None
    high: float | None


def trend(
    years: Sequence[float],
    values: Sequence[float],
    segments: Sequence[int] | None = None,
    level: float = 0.95,
) -> Trend:
    """Test a series for a trend and measure it; `segments` number the stretches that may be compared.

    A year without a value is left out by the caller: ValueError for a value that is no number, and unless
    years, values and segments have one length and no year stands twice.
    """
    of = [0] * len(years) if segments is None else list(segments)
    rows = sorted((g, float(y), float(v)) for g, y, v in zip(of, years, values, strict=True))
    if len(set(years)) != len(rows):
        raise ValueError("a year stands twice")
    if not all(isfinite(value) for _, _, value in rows):
        raise ValueError("a year without a value is no year of a trend")
    pairs = [(a, b) for a, b in combinations(rows, 2) if a[0] == b[0]]
    slopes = sorted((b[2] - a[2]) / (b[1] - a[1]) for a, b in pairs)
    s = sum((b[2] > a[2]) - (b[2] < a[2]) for a, b in pairs)
    low, high = _bounds(slopes, Counter(of), level)
    p = _p(s, [[row[2] for row in rows if row[0] == one] for one in sorted(set(of))])
    return Trend(
        len(rows), s, p if len(rows) >= FEWEST else None, median(slopes) if slopes else None, low, high
    )


def _p(s: int, segments: Sequence[Sequence[float]]) -> float:
    """Return the share of all orders of the values, each within its segment, whose |S| is at least |s|."""
    orders = [_orders(tuple(sorted(Counter(values).values()))) for values in segments]
    return _tail(_joined(orders), abs(s))


def _bounds(
    slopes: Sequence[float], sizes: Counter[int], level: float
) -> tuple[float, float] | tuple[None, None]:
    """Return the interval of the slopes that the test does not refuse (Sen 1968, by the exact distribution).

    At any slope but those of tied pairs, what is left of the values has no ties.
    """
    counts = _joined([_orders((1,) * size) for size in sizes.values()])
    beyond = [k for k in range((len(slopes) + 1) // 2) if _tail(counts, len(slopes) - 2 * k) <= 1 - level]
    return (slopes[beyond[-1]], slopes[-1 - beyond[-1]]) if beyond else (None, None)


@lru_cache(maxsize=256)
def _orders(ties: tuple[int, ...]) -> tuple[int, ...]:
    """Return in how many orders of values there are 0, 1, 2 … descending pairs; `ties` are sizes of equals.

    The generating function of the inversions of a multiset is the q-multinomial [n]! / Π [t]!, with
    [m] = 1 + q + … + q^(m−1) (MacMahon).
    """
    counts = [1]
    for m in range(2, sum(ties) + 1):
        counts = _times(counts, m)
    for t in ties:
        for m in range(2, t + 1):
            counts = _by(counts, m)
    return tuple(counts)


def _times(counts: list[int], m: int) -> list[int]:
    return [sum(counts[max(0, k - m + 1) : k + 1]) for k in range(len(counts) + m - 1)]


def _by(counts: list[int], m: int) -> list[int]:
    found: list[int] = []
    for k in range(len(counts) - m + 1):
        found.append(counts[k] - sum(found[max(0, k - m + 1) : k]))
    return found


def _joined(orders: Sequence[Sequence[int]]) -> list[int]:
    """Return the counts of the sum of independent parts."""
    whole = [1]
    for part in orders:
        longer = [0] * (len(whole) + len(part) - 1)
        for i, a in enumerate(whole):
            for j, b in enumerate(part):
                longer[i + j] += a * b
        whole = longer
    return whole


def _tail(counts: Sequence[int], s: int) -> float:
    """Return the probability of |S| ≥ s, S being the comparable pairs less twice the descents."""
    most = len(counts) - 1
    return sum(n for d, n in enumerate(counts) if abs(most - 2 * d) >= s) / sum(counts)
