"""Where one value stands among others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Fewer peers give no percentile worth printing (domain dossier, section 6).
FEWEST_FOR_PERCENTILE = 5


@dataclass(frozen=True)
class Standing:
    """A peer group's median and quartiles, and the percentile of one value within it.

    `n` counts the group with the value itself. Figures are None where the group is too small.
    """

    n: int
    median: float | None
    lower_quartile: float | None
    upper_quartile: float | None
    percentile: float | None


def percentile(value: float, group: Sequence[float]) -> float:
    """Return the mid-rank percentile of a value in a group that contains it, 0–100.

    PR = 100 · (number below + half the number equal) / N.
    """
    values = np.asarray(group, dtype=float)
    return float(100 * ((values < value).sum() + 0.5 * (values == value).sum()) / len(values))


def standing(value: float | None, group: Sequence[float]) -> Standing:
    """Describe a group and where a value stands in it; quartiles by linear interpolation."""
    values = np.asarray([v for v in group if not np.isnan(v)], dtype=float)
    if len(values) < FEWEST_FOR_PERCENTILE:
        return Standing(len(values), None, None, None, None)
    lower, median, upper = (float(q) for q in np.quantile(values, [0.25, 0.5, 0.75]))
    place = None if value is None or np.isnan(value) else percentile(value, list(values))
    return Standing(len(values), median, lower, upper, place)
