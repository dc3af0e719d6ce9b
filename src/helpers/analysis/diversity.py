"""How many kinds there are and how evenly they share: effective number, evenness, share of the largest.

All rest on Shannon's entropy H′ = −Σ p ln p over the shares p of the kinds (domain dossier, section 6).
Compare effective numbers only between totals of similar size: a larger total finds more rare kinds.
"""

from collections.abc import Iterable

import numpy as np


def _shares(counts: Iterable[float]) -> np.ndarray:
    values = np.asarray(list(counts), dtype=float)
    if not np.isfinite(values).all() or (values < 0).any():
        raise ValueError("counts must be numbers of at least 0")
    present = values[values > 0]
    return present / present.sum() if len(present) else present


def entropy(counts: Iterable[float]) -> float | None:
    """Return H′ = −Σ p ln p, in nats; None where nothing is counted."""
    shares = _shares(counts)
    if not len(shares):
        return None
    return float(np.sum(shares * np.log(1 / shares)))


def effective_number(counts: Iterable[float]) -> float | None:
    """Return exp(H′), the number of equally common kinds that are as diverse; None for nothing counted."""
    found = entropy(counts)
    return None if found is None else float(np.exp(found))


def evenness(counts: Iterable[float], kinds: int) -> float | None:
    """Return H′ / ln S over a fixed number S of possible kinds, 0–1.

    None where nothing is counted, or where a single kind is possible and evenness means nothing.
    """
    values = list(counts)
    if sum(value > 0 for value in values) > kinds:
        raise ValueError(f"more kinds are counted than the {kinds} that are possible")
    found = entropy(values)
    return None if found is None or kinds < 2 else float(found / np.log(kinds))


def top_share(counts: Iterable[float], n: int) -> float | None:
    """Return the share of the n largest kinds, 0–1; None where nothing is counted."""
    shares = np.sort(_shares(counts))[::-1]
    return float(shares[:n].sum()) if len(shares) else None


def concentration(counts: Iterable[float]) -> float | None:
    """Return the Herfindahl–Hirschman index 10⁴·Σp², 10,000 for a single kind; None for nothing counted."""
    shares = _shares(counts)
    return float(1e4 * np.sum(shares**2)) if len(shares) else None
