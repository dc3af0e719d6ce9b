"""What a change of scores would do to the overall score of a ranking, and the cheapest way to a target.

Level A of the contract (domain dossier 4.6) is the identity of the published weights, exact but for the
printed error; level B a curve from a share to a score, with its own printed error; where neither is known,
only the points needed can be said (`rankings.points_needed`). Other universities are held fixed, but for the
edge of the next band, which is shown where it stood and where its own drift would take it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ..analysis import peers as statistics
from ..analysis import scenarios as ways
from ..analysis.scenarios import Step, Way
from ..catalog import Curve, Levers, Scenario
from ..errors import ParameterError, one_of
from . import ranking_peers
from .rankings import Rankings, edge_drift, hidden, values

Bound = Literal["own", "peers"]


@dataclass(frozen=True)
class Piece:
    """One score of a simulation: where it stood, where it would stand, and what that adds to the overall.

    `error` is that of the curve in points of the score (nine in ten within it), 0 where the change was given
    in points. `share` is the change of the share that went into the curve, in percentage points.
    """

    variable: str
    before: float
    after: float
    adds: float
    share: float | None = None
    error: float = 0.0


@dataclass(frozen=True)
class Simulation:
    """The recomputed overall score before and after a set of changes, others held fixed.

    `error` is the largest difference between recomputed and published scores plus what the curves may miss.
    `edge` is where the next band began in `edition`; `edge_then` where it would begin in the edition `shows`,
    the first that a change of the report year reaches, if it goes on by `drift` points an edition. None where
    there is no next band, or no drift can be known.
    """

    system: str
    edition: int
    shows: int
    pieces: tuple[Piece, ...]
    before: float
    after: float
    error: float
    next_band: str
    edge: float | None
    edge_then: float | None
    drift: float | None
    bands_change: bool

    @property
    def gap(self) -> float | None:
        """Return the points missing to the next band where it began; below nought when it is reached."""
        return None if self.edge is None else self.edge - self.after

    @property
    def gap_then(self) -> float | None:
        """Return the points missing to the next band where its drift takes it."""
        return None if self.edge_then is None else self.edge_then - self.after


def simulate(
    rankings: Rankings, institution: str, system: str, edition: int, changes: Mapping[str, float], year: int
) -> Simulation | None:
    """Return what changes of scores (points) or of shares (percentage points) do to the overall score.

    None where the edition has no overall score of the institution. Raises ParameterError for a change of what
    is no lever, of a score by points and by its share at once, or by what is no finite number.
    """
    definition = rankings.system(system)
    method = definition.method(edition)
    own = own_scores(rankings, institution, system, edition)
    if method is None or own is None:
        return None
    curves = definition.curves_of(edition)
    _check(rankings, system, own, curves, changes)
    pieces = []
    for variable, before in own.items():
        share = next((name for name, c in curves.items() if c.variable == variable and name in changes), None)
        if share is not None:
            after, error = _by_curve(rankings, institution, edition, before, curves[share], changes[share])
        else:
            after, error = before + changes.get(variable, 0.0), 0.0
        after = min(100.0, max(0.0, after))
        adds = method.scale * method.weights[variable] * (after - before)
        pieces.append(Piece(variable, before, after, adds, changes[share] if share else None, error))
    now = hidden(rankings, institution, system, edition)
    now = now[now["edition"] == edition]
    before = float(now["overall"].iloc[0])
    edge = float(now["edge_computed"].iloc[0])
    known_edge = None if np.isnan(edge) else edge
    shows = year + definition.data_lag_years
    drift = edge_drift(rankings, institution, system, edition)
    # The errors of curves are those of nine in ten universities; added up, they are on the safe side.
    error = method.error + sum(method.scale * method.weights[p.variable] * p.error for p in pieces)
    return Simulation(
        system,
        edition,
        shows,
        tuple(pieces),
        before,
        before + sum(piece.adds for piece in pieces),
        error,
        str(now["next_band"].iloc[0]),
        known_edge,
        None if known_edge is None or drift is None else known_edge + drift * (shows - edition),
        drift,
        definition.band_rule(edition) != definition.band_rule(shows),
    )


def own_scores(rankings: Rankings, institution: str, system: str, edition: int) -> dict[str, float] | None:
    """Return the weighted scores of an institution in an edition; None unless it has all of them."""
    method = rankings.system(system).method(edition)
    if method is None:
        return None
    held = values(rankings, system, method.weights, [edition])
    own = held[held["institution"] == institution].drop_duplicates("variable").set_index("variable")
    found = own["value_low"].reindex(list(method.weights)).astype(float)
    return None if found.isna().any() else {str(name): float(value) for name, value in found.items()}


def movable(levers: Levers | None, variables: Sequence[str]) -> list[str]:
    """Return the scores that have a lever, in the order given."""
    stated = levers.levers if levers else {}
    return [name for name in variables if name not in stated or stated[name].movable]


def _check(
    rankings: Rankings,
    system: str,
    own: Mapping[str, float],
    curves: Mapping[str, Curve],
    changes: Mapping[str, float],
) -> None:
    levers = rankings.catalog.levers.get(system)
    allowed = [*movable(levers, list(own)), *curves]
    for name, change in changes.items():
        if name in own and name not in allowed:
            raise ParameterError(
                f"{name!r} has no lever: what others think of a university cannot be set.",
                expected=one_of(allowed),
            )
        if name not in allowed:
            raise ParameterError(f"{name!r} cannot be changed in {system!r}.", expected=one_of(allowed))
        if not np.isfinite(change):
            raise ParameterError(f"The change of {name!r} is {change}.", expected="a number of points")
        if name in curves and curves[name].variable in changes:
            raise ParameterError(
                f"{name!r} and {curves[name].variable!r} move the same score.", expected="one of the two"
            )


def _by_curve(
    rankings: Rankings, institution: str, edition: int, before: float, curve: Curve, change: float
) -> tuple[float, float]:
    """Move a score along a curve from the share at hand, or from the share that its score stands for.

    The university's own distance from the curve is kept: only the difference along it is added.
    """
    held = values(rankings, "the", [curve.share], [edition, edition - 1]).sort_values("edition")
    own = held.loc[held["institution"] == institution, "value_low"].dropna()
    share = float(own.iloc[-1]) / 100 if len(own) else _share_of(before, curve)
    after = min(1.0, max(0.0, share + change / 100))
    at = [ways.score_of(p, curve.location, curve.spread) for p in (share, after)]
    return before + at[1] - at[0], curve.wide_error if change else 0.0


def _share_of(score: float, curve: Curve) -> float:
    """Return the share whose score on the curve is nearest to one, to a hundredth of a percent."""
    shares = np.arange(0, 10001) / 10000
    found = [ways.score_of(float(p), curve.location, curve.spread) for p in shares]
    return float(shares[int(np.argmin(np.abs(np.array(found) - score)))])


# -- scenarios of the catalogue --------------------------------------------------------------------


def changes_of(
    scenario: Scenario,
    rankings: Rankings,
    institution: str,
    members: Sequence[str],
    system: str,
    edition: int,
) -> dict[str, float] | None:
    """Return the changes that a scenario means for an institution; None where the data do not tell them."""
    own = own_scores(rankings, institution, system, edition)
    if own is None:
        return None
    if {*scenario.changes, *scenario.to} - {*own, *rankings.system(system).curves_of(edition)}:
        return None  # scores of another method
    changes = dict(scenario.changes)
    held = ranking_peers.scores(rankings, system, [edition])
    group = held[held["institution"].isin([*members, institution])]
    for variable, level in scenario.to.items():
        spread = statistics.standing(own[variable], list(group.loc[group["variable"] == variable, "value"]))
        aim = spread.median if level == "median" else spread.upper_quartile
        if aim is None:
            return None
        changes[variable] = max(0.0, aim - own[variable])
    if scenario.pace:
        before = own_scores(rankings, institution, system, edition - 1)
        if before is None or edition - 1 not in ranking_peers.comparable(rankings, system, edition):
            return None
        levers = rankings.catalog.levers.get(system)
        changes |= {name: own[name] - before[name] for name in movable(levers, list(own))}
    return changes


# -- the cheapest way ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Range:
    """How far a score may realistically rise in one edition, and on what that rests.

    `own`: the university's best yearly move within one method. `peers`: where it has none, or never rose, the
    upper quartile of what peers gained in a year on the median peer; what lifts all scores lifts no one.
    """

    most: float
    basis: Bound


def ranges(
    rankings: Rankings, institution: str, members: Sequence[str], system: str, edition: int
) -> dict[str, Range]:
    """Return the realistic rise of each weighted score in one edition; a score without any is left out."""
    key = ("moves", system, edition)
    if key not in rankings.memo:
        rankings.memo[key] = _moves(rankings, system, edition)
    moves = rankings.memo[key]
    method = rankings.system(system).method(edition)
    found: dict[str, Range] = {}
    for variable in method.weights if method else ():
        of = moves[moves["variable"] == variable]
        own = of.loc[of["institution"] == institution, "move"]
        others = of[of["institution"].isin(list(members)) & (of["institution"] != institution)]
        gains = others["move"] - others.groupby("edition")["move"].transform("median")
        if len(own) and own.max() > 0:
            found[variable] = Range(float(own.max()), "own")
        elif len(gains) >= statistics.FEWEST_FOR_PERCENTILE:
            found[variable] = Range(max(0.0, float(np.quantile(gains, 0.75))), "peers")
    return found


def _moves(rankings: Rankings, system: str, edition: int) -> pd.DataFrame:
    """Return each move of a score from one edition to the next, within one method and over no missing one."""
    series = ranking_peers.comparable(rankings, system, edition)
    held = ranking_peers.scores(rankings, system, series)
    before = held.assign(edition=held["edition"] + 1)
    both = held.merge(before, on=["institution", "variable", "edition"], suffixes=("", "_before"))
    return both.assign(move=both["value"] - both["value_before"])


@dataclass(frozen=True)
class Route:
    """The cheapest way to a target overall score, with what each score can give.

    `wanted` are the points missing to `target`; `way.reached` says whether the levers suffice. `rounds` is
    the number of editions over which the realistic rises are added up.
    """

    target: float
    wanted: float
    rounds: int
    ranges: Mapping[str, Range]
    steps: Mapping[str, Step]
    way: Way


def route(
    rankings: Rankings,
    institution: str,
    members: Sequence[str],
    system: str,
    edition: int,
    target: float,
    rounds: int,
    *,
    only: Sequence[str] | None = None,
    costs: Mapping[str, float] | None = None,
    whole: bool = True,
) -> Route | None:
    """Return the cheapest combination of levers to a target overall score within some editions.

    Costs are those of the catalogue unless given; `only` names the levers that may be used. A score may rise
    by its realistic yearly rise in each of `rounds` editions, as far as 100. None without an overall score.
    Raises ParameterError for a target that is no number, and for a cost that is none of 0 or more of a score.
    """
    method = rankings.system(system).method(edition)
    own = own_scores(rankings, institution, system, edition)
    if method is None or own is None:
        return None
    levers = rankings.catalog.levers.get(system)
    bounds = ranges(rankings, institution, members, system, edition)
    chosen = [v for v in movable(levers, list(own)) if v in bounds and (only is None or v in only)]
    stated = {v: levers.levers[v].cost for v in chosen if levers and v in levers.levers}
    unknown = set(costs or {}) - set(own)
    if unknown:
        raise ParameterError(f"No score is named {sorted(unknown)[0]!r}.", expected=one_of(own))
    if not np.isfinite(target) or not all(0 <= cost < np.inf for cost in (costs or {}).values()):
        raise ParameterError(
            f"The overall score to reach is {target:g}, the costs are {dict(costs or {})}.",
            expected="a number, and costs of 0 or more",
        )
    steps = {
        v: Step(
            method.scale * method.weights[v],
            float((costs or {}).get(v, stated.get(v, 1.0))),
            min(100.0 - own[v], bounds[v].most * rounds),
        )
        for v in chosen
    }
    before = method.scale * sum(method.weights[v] * own[v] for v in own) + method.shift
    wanted = target - before
    way = ways.cheapest(steps, wanted, whole=whole)
    return Route(target, wanted, rounds, {v: bounds[v] for v in chosen}, steps, way)
