"""How many of one cohort come through each stage, how sure each share is, and where the cohort leaks.

A stage is counted among those who came through the one before, so that the shares of successive stages are
shares of different persons and may be compared as independent ones. Wilson's interval for each share,
Newcombe's for a difference (`intervals`), Fisher's exact test for whether two differ (domain dossier 6).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from . import multiple
from .intervals import newcombe, wilson

# Below this an adjusted p-value tells two shares apart.
LEVEL = 0.05


@dataclass(frozen=True)
class Stage:
    """How many came through a stage, of how many, and the share (0–1) with its 95 % interval.

    The share is None where nobody reached the stage.
    """

    name: str
    count: float
    of: float
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Difference:
    """A share less another one (0–1), its 95 % interval, and p, adjusted for all that were compared."""

    name: str
    difference: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Leak:
    """The stage that loses the largest share, and by how much more it loses than each other stage does."""

    stage: Stage
    others: tuple[Difference, ...]

    def stands_out(self, level: float = LEVEL) -> bool:
        """Tell whether it loses more than every other stage, beyond chance."""
        return bool(self.others) and all(other.p < level for other in self.others)


def stages(counts: Sequence[tuple[str, float]]) -> list[Stage]:
    """Return the stages of one cohort after its first count, which is the base of the first.

    Raises ValueError where a stage holds more than the one before: then it is no part of it.
    """
    found = []
    for (before, base), (name, count) in pairwise(counts):
        if count > base:
            raise ValueError(f"{name}: {count} cannot come of {base} at {before}")
        interval = wilson(count, base)
        low, high = interval or (None, None)
        found.append(Stage(name, count, base, count / base if base else None, low, high))
    return found


def leak(found: Sequence[Stage]) -> Leak | None:
    """Return the stage that loses the largest share; None where fewer than two stages have a share.

    It was chosen for being the largest, so every comparison with another stage is adjusted for all
    (Benjamini–Hochberg), and it stands out only if all of them do.
    """
    known = [stage for stage in found if stage.share is not None]
    if len(known) < 2:
        return None
    worst = min(known, key=lambda stage: stage.share or 0.0)
    rest = [stage for stage in known if stage is not worst]
    return Leak(worst, _differences([(stage.name, stage, worst) for stage in rest]))


def against(found: Sequence[Stage], earlier: Sequence[Stage]) -> tuple[Difference, ...]:
    """Compare a cohort's shares with an earlier cohort's, stage by stage; those without a share are left out.

    The p-values are adjusted for the number of stages.
    """
    before = {stage.name: stage for stage in earlier if stage.share is not None}
    pairs = [(s.name, s, before[s.name]) for s in found if s.share is not None and s.name in before]
    return _differences(pairs)


def _differences(pairs: Sequence[tuple[str, Stage, Stage]]) -> tuple[Difference, ...]:
    from scipy.stats import fisher_exact

    tests = [fisher_exact([[a.count, a.of - a.count], [b.count, b.of - b.count]]).pvalue for _, a, b in pairs]
    adjusted = multiple.adjusted(tests)
    made = []
    for (name, a, b), p in zip(pairs, adjusted, strict=True):
        low, high = newcombe((a.count, a.of), (b.count, b.of))
        made.append(Difference(name, (a.share or 0.0) - (b.share or 0.0), low, high, float(p)))
    return tuple(made)
