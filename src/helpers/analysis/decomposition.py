"""What a change of a share is made of: numerator against denominator, mix of groups against their rates.

Both are midpoint (Shapley) forms, so that the parts sum to the change exactly and nothing depends on which
of the two dates is the base: for a share of groups Kitagawa's (1955, JASA 50, 1168–1194), for a quotient of
two totals that of Das Gupta (1993, US Census P23-186). Shares are 0–1 here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# The members of a group, and all who are in it.
Counts = tuple[float, float]


@dataclass(frozen=True)
class Quotient:
    """The change of part / whole between two dates: what the part's change does, and what the whole's."""

    change: float
    numerator: float
    denominator: float


@dataclass(frozen=True)
class MixRate:
    """The change of a share over groups: what shifts between groups do (mix), and changes inside them (rate).

    `groups` has both for each group; a group's mix is its shift times how far its rate lies from the
    overall one, so that it does not count for growing alone.
    """

    change: float
    mix: float
    rate: float
    groups: Mapping[str, tuple[float, float]]


def quotient(before: Counts, after: Counts) -> Quotient:
    """Split the change of a share into what its numerator and what its denominator contribute.

    (I₁ − I₀) · ½(1/N₀ + 1/N₁) and ½(I₀ + I₁) · (1/N₁ − 1/N₀). Raises ValueError unless 0 ≤ I ≤ N and N > 0.
    """
    (part0, whole0), (part1, whole1) = _checked(before), _checked(after)
    numerator = (part1 - part0) * (1 / whole0 + 1 / whole1) / 2
    denominator = (part0 + part1) / 2 * (1 / whole1 - 1 / whole0)
    return Quotient(part1 / whole1 - part0 / whole0, numerator, denominator)


def members(
    before: Mapping[str, float], after: Mapping[str, float], wholes: tuple[float, float]
) -> dict[str, float]:
    """Share what the numerator contributes out among its members, such as countries: they sum to it.

    `wholes` are the denominator before and after. A member that is absent at one date counts nought there.
    Raises ValueError for a denominator of none.
    """
    if not all(whole > 0 for whole in wholes):
        raise ValueError(f"{wholes} is no pair of wholes")
    step = (1 / wholes[0] + 1 / wholes[1]) / 2
    return {name: (after.get(name, 0.0) - before.get(name, 0.0)) * step for name in sorted({*before, *after})}


def mix_and_rate(before: Mapping[str, Counts], after: Mapping[str, Counts]) -> MixRate:
    """Split the change of a share over groups into mix and rate, Σ Δs·r̄ and Σ s̄·Δr.

    s is a group's share of the whole, r the share of the part inside it. A group that has nobody at one
    date has no rate there: it counts as mix alone. Raises ValueError as `quotient` does, and where a group
    has members but nobody in it: its part would be lost without a word.
    """
    totals = [
        _checked((sum(p for p, _ in g.values()), sum(w for _, w in g.values()))) for g in (before, after)
    ]
    overall = [part / whole for part, whole in totals]
    middle = sum(overall) / 2
    found: dict[str, tuple[float, float]] = {}
    for name in sorted({*before, *after}):
        counts = [g.get(name, (0.0, 0.0)) for g in (before, after)]
        if all(count == (0, 0) for count in counts):
            continue
        rates = [None if count == (0, 0) else _checked(count)[0] / count[1] for count in counts]
        first, last = (r if r is not None else rates[1 - i] or 0.0 for i, r in enumerate(rates))
        share0, share1 = (c[1] / total[1] for c, total in zip(counts, totals, strict=True))
        mix = (share1 - share0) * ((first + last) / 2 - middle)
        found[name] = (mix, (share0 + share1) / 2 * (last - first))
    return MixRate(
        overall[1] - overall[0],
        sum(mix for mix, _ in found.values()),
        sum(rate for _, rate in found.values()),
        found,
    )


def _checked(counts: Counts) -> Counts:
    part, whole = counts
    if not (whole > 0 and 0 <= part <= whole):
        raise ValueError(f"{part} of {whole} is no share")
    return counts
