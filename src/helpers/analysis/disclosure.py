"""Disclosure control: no published count may let a reader learn about fewer than k persons.

Primary suppression hides counts from 1 to k − 1; a true nought is shown. Where the total of a line is
shown and one cell alone is hidden, the total minus the others would give it away, so the smallest
other cell is hidden too (domain dossier 6.1). Ratios and means need a base that is large enough.
"""

from collections.abc import Sequence

# Defaults of the domain dossier, section 6.1.
K = 5
SMALLEST_BASE_OF_RATIO = 22.5
SMALLEST_BASE_OF_MEAN = 8


def protect(counts: Sequence[float], k: int = K, total_shown: bool = True) -> list[float | None]:
    """Return person counts with those that would disclose replaced by None.

    Hidden cells are not to be marked apart: then their sum, known from a shown total, leaves each of
    them a range at least k wide, whichever of them is the small one.
    """
    hidden = [0 < count < k for count in counts]
    if total_shown:
        while _too_little_hidden(counts, hidden, k):
            open_cells = [i for i, count in enumerate(counts) if not hidden[i] and count > 0]
            if not open_cells:
                break
            hidden[min(open_cells, key=lambda i: counts[i])] = True
    return [None if hide else float(count) for hide, count in zip(hidden, counts, strict=True)]


def _too_little_hidden(counts: Sequence[float], hidden: Sequence[bool], k: int) -> bool:
    """Tell whether the hidden cells of a line can be worked out from its total."""
    cells = [count for hide, count in zip(hidden, counts, strict=True) if hide]
    # Knowing their sum, each of n hidden cells may be anything from 1 to sum − n + 1: at least k values wide.
    return len(cells) > 0 and (len(cells) < 2 or sum(cells) - len(cells) < k)


def ratio_shown(denominator: float | None) -> bool:
    """Tell whether a share may be published for a base of so many persons."""
    return denominator is not None and denominator >= SMALLEST_BASE_OF_RATIO
