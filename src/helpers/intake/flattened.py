"""Recognising tables in which a collector has flattened what the publisher prints.

Publishers print ties and bands. A copy that went through a spreadsheet or a script often has
a running row number instead, bands cut to their lower edge, or zeros for "no value". Such
figures are restored where the publisher's declared bands allow only one reading, and are
otherwise set aside; they are never shown as official ranks.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..catalog import System
from .values import Rank

# With fewer rows, a table without ties can be a genuine extract.
_ENOUGH_ROWS = 100
# A lower edge stands once for each university of its band.
_ENOUGH_IN_BAND = 5


@dataclass(frozen=True)
class Judged:
    """A rank after judgement: None if it must not be shown, with the caveats that apply."""

    rank: Rank | None
    caveats: tuple[str, ...] = ()


def judge(ranks: Sequence[Rank], system: System, edition: int, missing: int = 0) -> list[Judged]:
    """Judge the ranks of one edition together, since a flattened table shows only as a whole.

    `missing` rows were rejected, so that many numbers may lack in a running row number.
    """
    rule = system.band_rule(edition)
    if rule is None:
        return [Judged(rank) for rank in ranks]
    exact = [rank for rank in ranks if rank.exact]
    times = Counter(rank.low for rank in exact)
    if _is_row_number(ranks, exact, times, system, missing):
        return [Judged(None, ("running_row_number",)) for _ in ranks]
    marks_lost = system.prints_ties and not any(rank.tie for rank in ranks)
    beyond = {low: n for low, n in times.items() if low > rule.exact_until}
    # Only if every number beyond the exact ranks is the edge of a band were bands cut to their edge.
    edges = set(beyond) <= set(rule.band_starts) and min(beyond.values(), default=0) >= _ENOUGH_IN_BAND
    last_band = max(rule.band_starts, default=0)
    return [_judge_one(rank, times, marks_lost, rule.exact_until, edges, last_band) for rank in ranks]


def _is_row_number(
    ranks: Sequence[Rank], exact: Sequence[Rank], times: Counter[int], system: System, missing: int
) -> bool:
    """Tell whether ranks merely number the rows: all exact, never shared, without a gap."""
    return (
        system.prints_ties
        and len(ranks) >= _ENOUGH_ROWS
        and len(exact) == len(ranks)
        and max(times.values()) == 1
        and max(times) - min(times) + 1 - len(times) <= missing
    )


def _judge_one(
    rank: Rank,
    times: Counter[int],
    marks_lost: bool,
    exact_until: int,
    edges: bool,
    last_band: int,
) -> Judged:
    if not rank.exact:
        return Judged(rank)
    if rank.low <= exact_until:
        if times[rank.low] == 1:
            return Judged(rank)
        if marks_lost:
            return Judged(replace(rank, tie=True, text=f"={rank.low}"), ("tie_marks_restored",))
        return Judged(replace(rank, tie=True))
    if edges:
        if rank.low == last_band:
            return Judged(replace(rank, high=None, text=f"{rank.low}+"), ("open_band_restored",))
        return Judged(replace(rank, high=None, text=f"{rank.low}–?"), ("band_cut",))
    return Judged(None, ("ranks_not_official",))
