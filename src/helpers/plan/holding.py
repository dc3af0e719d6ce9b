"""What holds an objective back: how much of its shortfall each indicator makes, and what would mend it.

The performance of an objective is a weighted mean, H = Σ w·S / Σ w (domain dossier 1.3). What is missing to
100 therefore falls apart exactly: 100 − H = Σ w·(100 − S) / Σ w, and meeting one target while the others stay
gains exactly the indicator's own part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

from ..errors import ParameterError
from .assessment import Assessment, Line
from .tables import half_year_pace

_TINY = 1e-9


@dataclass(frozen=True)
class Part:
    """An indicator's part of the shortfall of its objective, in points of performance (percent)."""

    line: Line
    points: float

    @property
    def missing(self) -> bool:
        """Tell whether the part is lost for want of a figure, not by a figure below the target."""
        return self.line.performance.scored is None


def shortfall(line: Line, half: bool, counted: float = 100.0) -> float:
    """Return how many points of its objective an indicator costs: weight · (100 − S) / counted weight.

    A missing value counts as nothing, as in the strict figure. At the half year a yearly count is read at
    its pace, and one of an academic year not at all; else the calendar alone would cost most.
    """
    found, indicator = line.performance, line.indicator
    if found.excluded or counted <= 0:
        return 0.0
    if half and indicator.frequency == "academic-year":
        return 0.0
    paced = half_year_pace(indicator, found.raw) if half else None
    scored = found.scored or 0.0 if paced is None else min(100.0, max(0.0, paced))
    return line.entry.weight * (100.0 - scored) / counted


def parts(found: Assessment) -> tuple[Part, ...]:
    """Return what each indicator takes from its objective at a year's end, the largest part first.

    The points add up to 100 − the objective's strict performance. Indicators at their target, and those
    without one, take nothing and are left out. Empty where nothing is counted.
    """
    counted = 100.0 - found.objective.excluded
    made = [Part(line, shortfall(line, False, counted)) for line in found.lines]
    return tuple(
        sorted(
            (part for part in made if part.points > _TINY),
            key=lambda part: (-part.points, part.line.entry.code),
        )
    )


# -- the other way round ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """The cheapest set of targets to meet for a performance: the parts, their cost, and what is then reached.

    `parts` is None where no set reaches it; `reached` is then the most that can be reached, in percent.
    """

    aim: float
    parts: tuple[Part, ...] | None
    cost: float
    reached: float


def cheapest(
    found: Assessment, aim: float, costs: Mapping[str, float] | None = None, out_of_reach: Sequence[str] = ()
) -> Way:
    """Return the cheapest set of indicators whose targets, if met, bring an objective to `aim` percent.

    A target is met or not; what is half met is not counted on. `costs` are by indicator, in one unit that
    the reader chooses; without one, an indicator costs its weight. `out_of_reach` names indicators that
    nobody can move. Solved as a 0–1 programme (scipy.optimize.milp): min Σ c·x, Σ points·x ≥ aim − H; of
    equally cheap sets, one that brings most points. Raises ParameterError for a cost that is no number of
    0 or more, and for an aim outside 0 to 100.
    """
    given = dict(costs or {})
    if not 0 <= aim <= 100 or not all(0 <= cost < inf for cost in given.values()):
        raise ParameterError(
            f"The performance to reach is {aim:g}, the costs are {given}.",
            expected="a performance from 0 to 100, and costs of 0 or more",
        )
    now = found.objective.strict or 0.0
    movable = [part for part in parts(found) if part.line.entry.code not in out_of_reach]
    need = aim - now
    most = now + sum(part.points for part in movable)
    if need <= _TINY:
        return Way(aim, (), 0.0, now)
    if most < aim - _TINY or not movable:
        return Way(aim, None, 0.0, most)
    price = [given.get(part.line.entry.code, float(part.line.entry.weight)) for part in movable]
    chosen = _chosen([part.points for part in movable], price, min(need, most - now) - _TINY)
    met = tuple(part for part, is_met in zip(movable, chosen, strict=True) if is_met)
    cost = sum(cost for cost, is_met in zip(price, chosen, strict=True) if is_met)
    return Way(aim, met, cost, min(100.0, now + sum(part.points for part in met)))


def _chosen(points: Sequence[float], price: Sequence[float], need: float) -> list[bool]:
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    def solved(aim: Sequence[float], *held: LinearConstraint) -> list[bool]:
        exact = {"mip_rel_gap": 0.0}
        found = milp(
            aim, constraints=held, integrality=np.ones(len(points)), bounds=Bounds(0, 1), options=exact
        )
        if found.x is None:  # the sum of all points was checked before
            raise RuntimeError(f"The solver found no set: {found.message}")
        return [bool(value > 0.5) for value in found.x]

    enough = LinearConstraint(np.asarray([points]), lb=need)
    cheap = solved(price, enough)
    cost = sum(c for c, is_met in zip(price, cheap, strict=True) if is_met)
    as_cheap = LinearConstraint(np.asarray([price]), ub=cost + _TINY)
    return solved([-gain for gain in points], enough, as_cheap)
