"""Many tests at once: of twenty series without a trend, one would seem to have one at the level of 5 %."""

from collections.abc import Sequence
from typing import overload


@overload
def adjusted(p: Sequence[float]) -> list[float]: ...
@overload
def adjusted(p: Sequence[float | None]) -> list[float | None]: ...
def adjusted(p: Sequence[float] | Sequence[float | None]) -> list[float] | list[float | None]:
    """Return p-values adjusted by Benjamini and Hochberg (1995), so that of the trends told few are false.

    None, where nothing was tested, stays None and counts as no test.
    """
    told = [value for value in p if value is not None]
    if not told:
        return list(p)
    from scipy.stats import false_discovery_control  # costs a second to import

    found = iter(false_discovery_control(told, method="bh"))
    return [None if value is None else float(next(found)) for value in p]
