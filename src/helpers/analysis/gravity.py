"""What flows from countries could be expected for their size and distance, and who sends less than that.

Poisson pseudo-maximum likelihood, E[F] = exp(α + Σ β·x): Santos Silva and Tenreyro (2006, Review of Economics
and Statistics 88, 641–658). Countries that send nobody stay in. Standard errors hold under any variance; they
are the jackknife's (MacKinnon and White 1985, Journal of Econometrics 29, 305–325): over 150 overdispersed
places the intervals of HC1 were measured to hold the truth in 83 % instead of 95 % of cases, these in 93 %.
Every country is judged by a model that has not seen it (leave-one-out), with an interval for a new count:
negative binomial, the overdispersion by moments (Breslow 1984, Applied Statistics 33, 38–44) and the
coefficients' own uncertainty added to it. Who sends less is named under control of the false discovery rate
(Benjamini–Hochberg). The model describes what goes together; it proves no cause.
"""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

import numpy as np
import pandas as pd

from . import multiple, poisson
from .poisson import NotFitted

# Domain dossier 6: fewer origins carry no gravity model; and so many must send somebody.
FEWEST, FEWEST_SENDING = 40, 15
# A larger share of the total rests the model on one country.
ONE_HUGE = 0.5
# Mean radius of the Earth (IUGG).
EARTH_KM = 6371.0
# A country of which the model expects so few that none at all would surprise nobody is not tested.
_TESTABLE = 0.05


@dataclass(frozen=True)
class Gravity:
    """A fitted model.

    `coefficients`: by covariate, `estimate`, `low`, `high` (95 %), `p`, and `without_largest`: the estimate
    where the largest country is left out. `places`: by country, `observed`, `expected`, `low` and `high`
    (80 % for a new count), `chance` (0–1: of a count as low as the observed one or lower) and `q`, the
    chance adjusted for all countries tested, NaN where nothing could be told. `explained` is
    1 − deviance / deviance of the mean (0–1), `overdispersion` the α of variance μ + αμ².
    """

    coefficients: pd.DataFrame
    places: pd.DataFrame
    explained: float
    overdispersion: float
    largest: str
    largest_share: float

    @property
    def rests_on_one(self) -> bool:
        """Tell whether one country is more than half of all that is counted."""
        return self.largest_share > ONE_HUGE

    def below(self, rate: float = 0.1) -> pd.DataFrame:
        """Return who sends less than expected, at a false discovery rate (0–1), the largest gap first."""
        found = self.places[self.places["q"] <= rate]
        gap = (found["expected"] - found["observed"]).sort_values(ascending=False, kind="stable")
        return found.loc[gap.index]


def great_circle(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Return the distance in km between two places (latitude, longitude in degrees): haversine formula."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, place)) for place in (here, there))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def fit(counts: pd.Series, covariates: pd.DataFrame) -> Gravity:
    """Fit the counts of places on covariates (already in logs where that is meant), both by place.

    Raises NotFitted: `too_few` places, or `too_few_sending` any; counts `all_alike`; `collinear` covariates,
    or `separated`: the places that send somebody do not vary in one; `not_converged`.
    """
    y, x = _checked(counts, covariates)
    from scipy.stats import t as student
    from statsmodels.genmod import families
    from statsmodels.genmod.generalized_linear_model import GLM

    fitted = GLM(y, x, family=families.Poisson()).fit()
    if not fitted.converged:
        raise NotFitted("not_converged")
    apart, largest = _without_each(x, y, fitted.params), int(np.argmax(y))
    away = apart - apart.mean(axis=0)
    covariance = (len(y) - 1) / len(y) * away.T @ away
    error, law = np.sqrt(np.diag(covariance))[1:], student(len(y) - x.shape[1])
    estimate, half = fitted.params[1:], law.ppf(0.975) * error
    coefficients = pd.DataFrame(
        {
            "estimate": estimate,
            "low": estimate - half,
            "high": estimate + half,
            "p": 2 * law.sf(np.abs(estimate) / error),
            "without_largest": apart[largest, 1:],
        },
        index=covariates.columns,
    )
    alpha = _overdispersion(y, np.asarray(fitted.fittedvalues), x.shape[1])
    doubt = np.einsum("ij,jk,ik->i", x, covariance, x)
    places = _places(y, np.exp((x * apart).sum(axis=1)), alpha + doubt)
    return Gravity(
        coefficients,
        places.set_index(counts.index),
        float(1 - fitted.deviance / fitted.null_deviance),
        alpha,
        str(counts.index[largest]),
        float(y.max() / y.sum()),
    )


def _checked(counts: pd.Series, covariates: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    y = counts.to_numpy(dtype=float)
    x = np.column_stack([np.ones(len(y)), covariates.loc[counts.index].to_numpy(dtype=float)])
    if not (np.isfinite(x).all() and np.isfinite(y).all() and (y >= 0).all()):
        raise ValueError("counts and covariates must be numbers, and counts not below nought")
    if len(y) < FEWEST:
        raise NotFitted("too_few")
    if (y > 0).sum() < FEWEST_SENDING:
        raise NotFitted("too_few_sending")
    if np.ptp(y) == 0:
        raise NotFitted("all_alike")
    scaled = np.column_stack([x[:, 0], x[:, 1:] - x[:, 1:].mean(axis=0)])
    scaled /= np.maximum(np.linalg.norm(scaled, axis=0), 1e-300)
    if np.linalg.matrix_rank(scaled, tol=1e-6) < x.shape[1]:
        raise NotFitted("collinear")
    # Without this, a zero could be fitted ever better by a coefficient that grows without bound.
    if np.linalg.matrix_rank(scaled[y > 0], tol=1e-6) < x.shape[1]:
        raise NotFitted("separated")
    return y, x


def _without_each(x: np.ndarray, y: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Return the coefficients of the model without each place, a row for each."""
    keep = ~np.eye(len(y), dtype=bool)
    return np.array([poisson.fit(x[keep[i]], y[keep[i]], start) for i in range(len(y))])


def _overdispersion(y: np.ndarray, mean: np.ndarray, parameters: int) -> float:
    """Return the α at which Pearson's statistic equals its degrees of freedom; 0 for no more than Poisson."""
    from scipy.optimize import brentq

    def excess(alpha: float) -> float:
        return float(((y - mean) ** 2 / (mean + alpha * mean**2)).sum() - (len(y) - parameters))

    if excess(0.0) <= 0:
        return 0.0
    top = 1.0
    while excess(top) > 0 and top < 1e6:
        top *= 4
    return float(brentq(excess, 0.0, top)) if excess(top) <= 0 else top


def _places(y: np.ndarray, expected: np.ndarray, spread: np.ndarray) -> pd.DataFrame:
    from scipy.stats import nbinom

    size = 1 / np.maximum(spread, 1e-9)
    law = nbinom(size, size / (size + expected))
    chance = law.cdf(y) - law.pmf(y) / 2  # half of the tie, or a discrete count would seem too usual
    told = law.pmf(0) < _TESTABLE
    q = np.full(len(y), np.nan)
    q[told] = multiple.adjusted(np.clip(chance[told], 0.0, 1.0).tolist())
    return pd.DataFrame(
        {
            "observed": y,
            "expected": expected,
            "low": law.ppf(0.1),
            "high": law.ppf(0.9),
            "chance": chance,
            "q": q,
        }
    )
