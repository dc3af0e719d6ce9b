"""What it would take: scores from shares by a fitted curve, and the cheapest way to a target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

_NORMAL = NormalDist()
# A solver works to about this; what is nearer to a target than this has reached it.
_EXACT = 1e-7


# -- a score that follows from a share -------------------------------------------------------------


def score_of(share: float, location: float, spread: float) -> float:
    """Return the score, 1 to 100, of a share from 0 to 1: the upper part of a normal curve, stretched.

    score = 1 + 99 · [Φ((share − location)/spread) − Φ(−location/spread)] / [1 − Φ(−location/spread)]
    (domain dossier 4.3). Raises ValueError for a share outside 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is no share")
    nought = _NORMAL.cdf(-location / spread)
    return 1 + 99 * (_NORMAL.cdf((share - location) / spread) - nought) / (1 - nought)


def fit(shares: Sequence[float], scores: Sequence[float]) -> tuple[float, float]:
    """Return location and spread of the curve of `score_of` through pairs of share (0 to 1) and score.

    Robust least squares (soft L1 beyond 3 points), so that a few shares that two publishers count in
    different ways do not bend the curve. Raises ValueError for fewer than three pairs and what is no number.
    """
    from scipy.optimize import least_squares
    from scipy.special import ndtr

    share, score = np.asarray(shares, dtype=float), np.asarray(scores, dtype=float)
    if len(share) < 3 or not np.isfinite([share, score]).all():
        raise ValueError("a curve of two numbers needs three pairs of numbers")

    def missed(given: np.ndarray) -> np.ndarray:
        location, spread = given
        nought = ndtr(-location / spread)
        fitted: np.ndarray = 1 + 99 * (ndtr((share - location) / spread) - nought) / (1 - nought) - score
        return fitted

    found = least_squares(missed, (0.2, 0.1), loss="soft_l1", f_scale=3.0, bounds=((0.01, 0.01), (1, 1)))
    return float(found.x[0]), float(found.x[1])


# -- the cheapest way to a target ------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """Something that can be moved: what one unit of it adds to the total, what a unit costs, and how far."""

    adds: float
    cost: float
    most: float


@dataclass(frozen=True)
class Way:
    """How far to move each lever. Where the target cannot be reached, this is the nearest to it."""

    moves: Mapping[str, float]
    adds: float
    cost: float
    reached: bool


def cheapest(steps: Mapping[str, Step], wanted: float, *, whole: bool = False) -> Way:
    """Return the cheapest moves that add at least `wanted` to a total, each from nought to its `most`.

    A linear program, min Σ cost·x under Σ adds·x ≥ wanted and 0 ≤ x ≤ most; with `whole`, moves are whole
    units (an integer program); both by HiGHS. Where not even all levers at their most are enough, those are
    returned, and `reached` is False. Raises ValueError for numbers that are none, or of a lever below nought.
    """
    given = [number for step in steps.values() for number in (step.adds, step.cost, step.most)]
    if not np.isfinite([wanted, *given]).all() or any(number < 0 for number in given):
        raise ValueError("a lever adds, costs and reaches nothing below nought and nothing without end")
    adds = np.array([step.adds for step in steps.values()], dtype=float)
    cost = np.array([step.cost for step in steps.values()], dtype=float)
    most = np.array([step.most for step in steps.values()], dtype=float)
    most = np.floor(most + _EXACT) if whole else most
    if wanted <= 0:
        moves = np.zeros(len(steps))
    elif adds @ most < wanted - _EXACT:
        # The nearest to the target; what adds nothing is not moved.
        return _way(steps, np.where(adds > 0, most, 0.0), adds, cost, reached=False)
    else:
        moves = _solve(adds, cost, most, wanted, whole)
    return _way(steps, moves, adds, cost, reached=True)


def _solve(adds: np.ndarray, cost: np.ndarray, most: np.ndarray, wanted: float, whole: bool) -> np.ndarray:
    from scipy.optimize import Bounds, LinearConstraint, milp

    # Capped at what all levers give, a target reached to the last digit is not refused for rounding.
    least = min(wanted, float(adds @ most))
    found = milp(
        cost,
        integrality=np.full(len(cost), int(whole)),
        bounds=Bounds(0, most),
        constraints=LinearConstraint(adds[np.newaxis], least, np.inf),
    )
    if found.x is None:
        raise ArithmeticError(f"the solver found no way: {found.message}")
    moves: np.ndarray = np.round(found.x) if whole else found.x
    return moves


def _way(
    steps: Mapping[str, Step], moves: np.ndarray, adds: np.ndarray, cost: np.ndarray, *, reached: bool
) -> Way:
    # Nothing that rounds to nought is a move, and "-0.0" is no number to print.
    clean = np.where(np.abs(moves) < _EXACT, 0.0, moves)
    named = {name: float(move) for name, move in zip(steps, clean, strict=True)}
    return Way(named, float(adds @ clean), float(cost @ clean), reached)
