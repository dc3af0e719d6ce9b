"""How much comes of each of many partners, whether it goes both ways, and how much rests on few.

Value has no single unit: what is done with a partner is counted in several kinds, each kept, and partners
are ordered by their mean mid-rank over the kinds, so that no kind is weighed above another and no amount of
one makes up for all others (domain dossier 6: no hidden composite). Reciprocity is
R = 1 − |in − out| / (in + out), of ten at least, with Wilson's interval for the share that comes in.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from .diversity import concentration, effective_number, top_share
from .intervals import wilson

# Fewer movements, both ways together, say nothing of balance (domain dossier 6).
FEWEST = 10

Way = Literal["both", "in", "out"]


@dataclass(frozen=True)
class Reciprocity:
    """R (0: one way only, 1: even), and which way it goes; `both` where the interval holds one half."""

    index: float
    way: Way


@dataclass(frozen=True)
class Concentration:
    """HHI (0–10,000), the effective number exp(H′), and the share (0–1) of the three largest."""

    hhi: float
    effective: float
    top_three: float


def ordered(amounts: pd.DataFrame) -> pd.Series:
    """Return the mean mid-rank (0–100) of each row over the columns, the highest first.

    In each column the rank is 100 · (number below + half the others alike) / others. One in which all are
    alike orders nothing and is left out. Equal means keep the order of the rows. Raises ValueError for an
    amount that is no number: what was not counted is not the same as none.
    """
    if amounts.isna().to_numpy().any():
        raise ValueError("an amount that is no number has no rank")
    told = amounts.loc[:, amounts.nunique() > 1]
    if told.empty or len(amounts) < 2:
        return pd.Series(50.0, index=amounts.index)
    ranks = 100 * (told.rank(method="average") - 1) / (len(told) - 1)
    return ranks.mean(axis=1).sort_values(ascending=False, kind="stable")


def reciprocity(incoming: float, outgoing: float) -> Reciprocity | None:
    """Return whether movements go both ways; None for fewer than ten."""
    both = incoming + outgoing
    interval = wilson(incoming, both) if both >= FEWEST else None
    if interval is None:
        return None
    low, high = interval
    way: Way = "in" if low > 0.5 else "out" if high < 0.5 else "both"
    return Reciprocity(1 - abs(incoming - outgoing) / both, way)


def concentrated(amounts: pd.Series) -> Concentration | None:
    """Return how much rests on few rows; None where nothing is counted."""
    counted = np.asarray(amounts, dtype=float)
    hhi, number, top = concentration(counted), effective_number(counted), top_share(counted, 3)
    return None if hhi is None or number is None or top is None else Concentration(hhi, number, top)
