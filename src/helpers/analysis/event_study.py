"""Whether a count rises after events of a place, such as fairs in a country, and whether it had risen before.

A panel of places and years: E[count] = exp(place + year + Σ β_k · event k years ago), by Poisson regression,
for k from some years before the event (leads: a trend that was there already) to some years after (lags).
This is the event study as a distributed lag, which allows several events in one place (Schmidheiny and
Siegloch 2023, Journal of Applied Econometrics 38, 695–713). Intervals from variances clustered by place. The
tests flip the signs of whole places' score contributions under the null hypothesis, which keeps its level
with few places and any correlation inside one (Hemerik, Goeman and Finos 2020, JRSS B 82, 841–864). An
association in time, even a clean one, is no experiment: who chose the places may have known what was coming.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from . import multiple, poisson
from .poisson import NotFitted

# Fewer places with an event, or years left of the panel, tell nothing.
FEWEST_PLACES, FEWEST_YEARS = 10, 5
LEADS, LAGS = 2, 1
# The years of a panel that leave so many.
FEWEST_COLUMNS = FEWEST_YEARS + LEADS + LAGS
# A place with more of all that is counted makes the effects of the years, from which the others then differ.
ONE_HUGE = 0.5

# What is smaller against the largest count is an error of arithmetic.
_EXACT = 1e-6

Verdict = Literal["shown", "before", "not_shown"]


@dataclass(frozen=True)
class Effect:
    """What goes with one kind of event.

    `path`: by step in years (below nought: before the event), `estimate`, `low` and `high` as changes of the
    count in percent (95 %). `before_p` and `after_p` test all steps before, and all from the event on.
    `places` had an event, `events` are the place-years with one.
    """

    name: str
    path: pd.DataFrame
    before_p: float
    after_p: float
    places: int
    events: int

    def verdict(self, level: float = 0.05) -> Verdict:
        """Say whether counts rise or fall with the event and had not done so before it.

        `before`: they differed before it already, so that what follows cannot be ascribed to it.
        """
        if self.before_p < level:
            return "before"
        return "shown" if self.after_p < level else "not_shown"


def study(
    counts: pd.DataFrame,
    events: Mapping[str, pd.DataFrame],
    leads: int = LEADS,
    lags: int = LAGS,
    draws: int = 1999,
    seed: int = 2024,
) -> list[Effect]:
    """Estimate what goes with several kinds of events, each held fixed for the others.

    `counts` has places as rows and successive years as columns; each frame of events tells with 0 and 1 in
    the same shape whether there was one. Years of which not all leads and lags are known are left out, and
    places that never count anybody. The p-values of the kinds are adjusted for one another (Benjamini–
    Hochberg). Raises NotFitted: `too_few_years`, `too_few_places` with an event, `one_huge`
    place with more than half of all, `collinear`, `not_converged`. Raises ValueError for years with a gap
    and for what is no count or no event.
    """
    _check(counts, events)
    steps = [*range(-leads, 0), *range(lags + 1)]
    years = list(counts.columns)[lags : len(counts.columns) - leads]
    if len(years) < FEWEST_YEARS:
        raise NotFitted("too_few_years")
    kept = counts.loc[counts[years].sum(axis=1) > 0]
    columns = {
        (name, step): kind.shift(step, axis=1).loc[kept.index, years].to_numpy(dtype=float).ravel()
        for name, kind in events.items()
        for step in steps
    }
    places = {name: int((kind.loc[kept.index].sum(axis=1) > 0).sum()) for name, kind in events.items()}
    if not events or min(places.values()) < FEWEST_PLACES:
        raise NotFitted("too_few_places")
    totals = kept[years].sum(axis=1)
    if totals.max() > ONE_HUGE * totals.sum():
        raise NotFitted("one_huge")
    y = kept[years].to_numpy(dtype=float).ravel()
    model = _Panel(np.column_stack(list(columns.values())), y, len(kept), len(years))
    beta, error = model.estimate()
    width = _t(len(kept) - 1)
    tests = {
        (name, part): model.flipped(
            [
                i
                for i, (kind, step) in enumerate(columns)
                if kind == name and (step < 0) == (part == "before")
            ],
            draws,
            seed,
        )
        for name in events
        for part in ("before", "after")
    }
    # Only the effect is what one hopes to find; a trend before it must not be argued away by adjustment.
    adjusted = multiple.adjusted([tests[name, "after"] for name in events])
    found = []
    for name, after in zip(events, adjusted, strict=True):
        rows = [i for i, (kind, _) in enumerate(columns) if kind == name]
        path = pd.DataFrame(
            {
                "estimate": 100 * np.expm1(beta[rows]),
                "low": 100 * np.expm1(beta[rows] - width * error[rows]),
                "high": 100 * np.expm1(beta[rows] + width * error[rows]),
            },
            index=pd.Index(steps, name="step"),
        )
        held = int(events[name].loc[kept.index, years].to_numpy().sum())
        found.append(Effect(name, path, tests[name, "before"], float(after), places[name], held))
    return found


def _check(counts: pd.DataFrame, events: Mapping[str, pd.DataFrame]) -> None:
    """Refuse what would be shifted by the wrong number of years, or counted as nobody."""
    years = list(counts.columns)
    if years != list(range(years[0], years[0] + len(years)) if years else []):
        raise ValueError("the years of a panel must follow one another")
    numbers = counts.to_numpy(dtype=float)
    if not (np.isfinite(numbers).all() and (numbers >= 0).all()):
        raise ValueError("counts must be numbers, and not below nought")
    if not all(kind.isin([0, 1]).to_numpy().all() for kind in events.values()):
        raise ValueError("an event was held or not: 0 or 1")


def _t(freedom: int) -> float:
    from scipy.stats import t

    return float(t.ppf(0.975, freedom))


class _Panel:
    """The regression on events with an effect for each place and each year."""

    def __init__(self, events: np.ndarray, y: np.ndarray, places: int, years: int) -> None:
        self.events, self.y, self.places, self.years = events, y, places, years
        of_year = np.tile(np.eye(years)[:, 1:], (places, 1))
        self.fixed = np.hstack([np.repeat(np.eye(places), years, axis=0), of_year])
        self.k = events.shape[1]
        whole = np.hstack([events, self.fixed])
        if np.linalg.matrix_rank(whole) < whole.shape[1]:
            raise NotFitted("collinear")

    def _fit(self, columns: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return the coefficients of these columns of events, and the fitted counts."""
        x = np.hstack([self.events[:, columns], self.fixed])
        # The mean of each place: the model without anything else.
        means = np.maximum(self.y.reshape(self.places, self.years).mean(axis=1), 1e-3)
        start = np.concatenate([np.zeros(len(columns)), np.log(means), np.zeros(self.years - 1)])
        beta = poisson.fit(x, self.y, start)
        return beta[: len(columns)], np.exp(x @ beta)

    def _apart(self, columns: list[int], others: list[int], weights: np.ndarray) -> np.ndarray:
        """Return columns less what the others and the effects of places and years explain of them."""
        rest = np.hstack([self.events[:, others], self.fixed])
        root = np.sqrt(weights)[:, None]
        explained = np.linalg.lstsq(root * rest, root * self.events[:, columns], rcond=None)[0]
        apart: np.ndarray = self.events[:, columns] - rest @ explained
        return apart

    def _by_place(self, apart: np.ndarray, mean: np.ndarray) -> np.ndarray:
        scores = apart * (self.y - mean)[:, None]
        summed: np.ndarray = scores.reshape(self.places, self.years, -1).sum(axis=1)
        return summed

    def estimate(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the coefficients of the events and their errors, clustered by place (CR1)."""
        every = list(range(self.k))
        beta, mean = self._fit(every)
        apart = self._apart(every, [], mean)
        bread = np.linalg.inv(apart.T @ (mean[:, None] * apart))
        scores = self._by_place(apart, mean)
        variance = bread @ (scores.T @ scores) @ bread * self.places / (self.places - 1)
        return beta, np.sqrt(np.diag(variance))

    def flipped(self, tested: list[int], draws: int, seed: int) -> float:
        """Return the p-value of no effect in some columns: how often random signs give as much."""
        others = [i for i in range(self.k) if i not in tested]
        _, mean = self._fit(others)
        scores = self._by_place(self._apart(tested, others, mean), mean)
        if np.abs(scores).max() < _EXACT * self.y.max():
            return 1.0  # the model without them fits as it stands: what arithmetic leaves is no pattern
        inverse = np.linalg.pinv(scores.T @ scores)
        signs = np.random.default_rng(seed).choice((-1.0, 1.0), size=(draws, self.places))
        drawn = signs @ scores
        statistics = np.einsum("ij,jk,ik->i", drawn, inverse, drawn)
        own = scores.sum(axis=0)
        least = own @ inverse @ own
        return float((1 + (statistics >= least - 1e-9 * abs(least)).sum()) / (draws + 1))
