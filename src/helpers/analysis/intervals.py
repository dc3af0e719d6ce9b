"""How sure a share is: the interval that goes with a count out of so many (domain dossier, section 6)."""

from math import sqrt
from statistics import NormalDist


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
