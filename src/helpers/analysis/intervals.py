"""How sure a share, a count or a mean is: the interval that goes with it (domain dossier, section 6)."""

from collections.abc import Sequence
from math import isfinite, sqrt
from statistics import NormalDist, fmean, stdev


def wilson(count: float, of: float, level: float = 0.95) -> tuple[float, float] | None:
    """Return Wilson's score interval of the share count / of, as two shares 0–1; None for a share of none.

    [p + z²/2n ± z·√(p(1−p)/n + z²/4n²)] / (1 + z²/n). It stays inside 0–1 and says something even for 0 of n.
    Raises ValueError unless 0 ≤ count ≤ of and 0 < level < 1.
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is no share")
    if not 0 < level < 1:
        raise ValueError(f"{level} is no confidence level")
    if of == 0:
        return None
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = count / of
    middle = share + z * z / (2 * of)
    spread = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    below = 1 + z * z / of
    # At the ends the bound is 0 or 1 itself; arithmetic would leave it a hair outside.
    low = 0.0 if count == 0 else (middle - spread) / below
    high = 1.0 if count == of else (middle + spread) / below
    return low, high


def poisson(count: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of the mean of a Poisson count.

    [χ²(α/2, 2k)/2, χ²(1−α/2, 2k+2)/2] (Garwood 1936); the lower bound of a count of 0 is 0. Raises ValueError
    for what is no count and for a level outside 0 to 1.
    """
    from scipy.special import gammaincinv

    if not (isfinite(count) and count >= 0):
        raise ValueError(f"{count} is no count")
    if not 0 < level < 1:
        raise ValueError(f"{level} is no confidence level")
    tail = (1 - level) / 2
    # χ² of 2k degrees of freedom, halved, is the gamma distribution of shape k.
    low = 0.0 if count == 0 else float(gammaincinv(count, tail))
    return low, float(gammaincinv(count + 1, 1 - tail))


def mean(values: Sequence[float], level: float = 0.95) -> tuple[float, float] | None:
    """Return Student's interval of a mean, x̄ ± t(n−1)·s/√n; None for fewer than two values.

    Raises ValueError for a value that is no number and for a level outside 0 to 1.
    """
    from scipy.special import stdtrit

    if not 0 < level < 1:
        raise ValueError(f"{level} is no confidence level")
    if not all(isfinite(value) for value in values):
        raise ValueError("a mean is one of numbers")
    if len(values) < 2:
        return None
    half = float(stdtrit(len(values) - 1, (1 + level) / 2)) * stdev(values) / sqrt(len(values))
    return fmean(values) - half, fmean(values) + half


def newcombe(
    first: tuple[float, float], second: tuple[float, float], level: float = 0.95
) -> tuple[float, float]:
    """Return the interval of the difference first − second of two independent shares, each count and of.

    Newcombe's hybrid of two Wilson intervals (1998, Statistics in Medicine 17, 873–890, method 10).
    Raises ValueError as `wilson` does, and for a share of none.
    """
    found = wilson(*first, level), wilson(*second, level)
    if found[0] is None or found[1] is None:
        raise ValueError("a share of none has no difference")
    (low1, high1), (low2, high2) = found[0], found[1]
    share1, share2 = first[0] / first[1], second[0] / second[1]
    below = sqrt((share1 - low1) ** 2 + (high2 - share2) ** 2)
    above = sqrt((high1 - share1) ** 2 + (share2 - low2) ** 2)
    return share1 - share2 - below, share1 - share2 + above
