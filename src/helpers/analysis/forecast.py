"""Where a short yearly series is heading: a point, an interval whose coverage was measured, a chance.

Five to ten values bear no model of their own, so everything here is plain, and was chosen by a back-test on
thousands of real series (`make backtest`): four forecasts compete on the series' own past, the last value
wins where none beats it clearly, and the width of the interval is a multiple of the series' usual step that
is taken from how far such forecasts really went wrong (normalised split-conformal prediction: Lei et al.
2018), not from the normal curve.

Trends are trusted by half and less the noisier they are. A straight line through all values, the least
squares of which the domain dossier gives as an example (`line`), does worse than the last value on real
series, and so is compared and never shown. Holt's damped trend is written out because fitting its parameters
to five values is hopeless (statsmodels fits them; a test holds this recursion against it with the parameters
fixed) and because all series are worked out at once.

Rows of a matrix are series of one length, columns are years, oldest first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Scale = Literal["plain", "log", "logit"]

# No forecast from fewer years, none further ahead (domain dossier, section 6).
FEWEST, FURTHEST = 5, 3
# The shares of what came (%) at which the back-test measures how far off it was.
LEVELS = (50, 80, 90, 95, 99)
# So many steps of the usual series of its kind are averaged into a series' own.
BORROWED = 2.0

_TRUST = 0.5
_FIRST_ORIGIN = 3  # the first forecast of the past is made from three values
_CLEARLY = 0.9  # a forecast must have been this much better than the last value
_LEVEL, _SLOPE, _DAMPING = 0.9, 0.2, 0.8
_COUNTED = 0.5  # a half is added before the logarithm, so that nought has one


# -- points ----------------------------------------------------------------------------------------------


def naive(rows: Matrix, horizon: int) -> Matrix:
    """Return the last value: the floor that every other forecast must beat."""
    return rows[:, -1]


def drift(rows: Matrix, horizon: int) -> Matrix:
    """Return the last value moved on by half the mean step, less where the steps disagree."""
    return _moved(rows, np.diff(rows, axis=1).mean(axis=1), horizon)


def theil_sen(rows: Matrix, horizon: int) -> Matrix:
    """Return the last value moved on by half the Theil–Sen slope, less where the steps disagree."""
    return _moved(rows, _slope(rows), horizon)


def damped(rows: Matrix, horizon: int) -> Matrix:
    """Return Holt's forecast with a damped trend (Gardner, McKenzie 1985), begun at half the first step."""
    level, slope = rows[:, 0], _TRUST * (rows[:, 1] - rows[:, 0])
    for values in rows.T[1:]:
        before = level
        level = _LEVEL * values + (1 - _LEVEL) * (before + _DAMPING * slope)
        slope = _SLOPE * (level - before) + (1 - _SLOPE) * _DAMPING * slope
    reached: Matrix = level + slope * sum(_DAMPING**h for h in range(1, horizon + 1))
    return reached


def line(rows: Matrix, horizon: int) -> Matrix:
    """Return the straight line of least squares, carried on."""
    years, slope = _line(rows)
    carried: Matrix = rows.mean(axis=1) + slope * (years[-1] + horizon)
    return carried


def line_interval(values: Sequence[float], horizon: int, level: float) -> tuple[float, float]:
    """Return the prediction interval of the straight line: ŷ ± t(n−2)·s·√(1 + 1/n + (x₀−x̄)²/Sxx).

    Raises ValueError for fewer than three values: two leave a line no error to be measured.
    """
    from scipy.stats import t as student

    if len(values) < 3:
        raise ValueError("a line through fewer than three values has no interval")
    rows = np.asarray([values], dtype=float)
    years, slope = _line(rows)
    n = len(years)
    rest = rows[0] - rows[0].mean() - slope[0] * years
    error = np.sqrt((rest**2).sum() / (n - 2) * (1 + 1 / n + (years[-1] + horizon) ** 2 / (years**2).sum()))
    middle, half = float(line(rows, horizon)[0]), float(student.ppf((1 + level) / 2, n - 2) * error)
    return middle - half, middle + half


def _line(rows: Matrix) -> tuple[Matrix, Matrix]:
    years = np.arange(rows.shape[1]) - (rows.shape[1] - 1) / 2
    return years, rows @ years / (years**2).sum()


def _slope(rows: Matrix) -> Matrix:
    first, second = np.triu_indices(rows.shape[1], 1)
    found: Matrix = np.median((rows[:, second] - rows[:, first]) / (second - first), axis=1)
    return found


def _moved(rows: Matrix, slope: Matrix, horizon: int) -> Matrix:
    """Move the last value on, the slope shrunk by its noise: 1 − se²/slope², or nought (James–Stein)."""
    steps = np.diff(rows, axis=1)
    noise = steps.var(axis=1, ddof=1) / steps.shape[1]
    trust = np.clip(1 - noise / np.maximum(slope**2, 1e-12), 0, 1)
    moved: Matrix = rows[:, -1] + _TRUST * horizon * trust * slope
    return moved


# In the order in which they stand where they are equally good.
MODELS: Mapping[str, Callable[[Matrix, int], Matrix]] = {
    "naive": naive,
    "drift": drift,
    "theil_sen": theil_sen,
    "damped": damped,
}
COMPARED: Mapping[str, Callable[[Matrix, int], Matrix]] = {**MODELS, "line": line}


def chosen(rows: Matrix) -> NDArray[np.intp]:
    """Return the number of each series' model: the least error of next-year forecasts from its own past.

    Any but the last value must have been clearly better, since few years choose badly.
    """
    origins = range(_FIRST_ORIGIN, rows.shape[1])
    errors = np.stack(
        [
            sum((np.abs(model(rows[:, :n], 1) - rows[:, n]) for n in origins), np.zeros(len(rows)))
            for model in MODELS.values()
        ]
    )
    errors[0] *= _CLEARLY
    return errors.argmin(axis=0)


def points(rows: Matrix, models: NDArray[np.intp], horizon: int) -> Matrix:
    """Return each series' forecast by its own model."""
    every = np.stack([model(rows, horizon) for model in MODELS.values()])
    found: Matrix = np.take_along_axis(every, models[None], axis=0)[0]
    return found


# -- widths ----------------------------------------------------------------------------------------------


def usual(rows: Matrix) -> Matrix:
    """Return the mean size of a step of each series."""
    found: Matrix = np.abs(np.diff(rows, axis=1)).mean(axis=1)
    return found


def width(rows: Matrix, typical: float, horizon: int) -> Matrix:
    """Return the unit of the interval: the usual step, grown with the horizon as that of a drift is.

    √(h·(1 + h/(n−1))) is the growth of the drift's standard error (domain dossier, section 6). Short series
    misjudge their own step, so two steps of the `typical` series of the kind are averaged in.
    """
    n = rows.shape[1] - 1
    step = (n * usual(rows) + BORROWED * typical) / (n + BORROWED)
    found: Matrix = step * np.sqrt(horizon * (1 + horizon / n))
    return found


def scaled(values: Matrix, scale: Scale) -> Matrix:
    """Return values on the scale on which their steps are alike: counts by their logarithm.

    The logit of a share (0–100) is compared in the back-test and not used: shares on it did not pass.
    """
    if scale == "logit":
        return np.asarray(np.log((values + _COUNTED) / (100 + _COUNTED - values)))
    found: Matrix = np.log(values + _COUNTED) if scale == "log" else values
    return found


def unscaled(values: Matrix, scale: Scale) -> Matrix:
    """Return values of a scale in their own unit; a count is at least nought."""
    if scale == "logit":
        shares: Matrix = np.clip((100 + 2 * _COUNTED) / (1 + np.exp(-values)) - _COUNTED, 0, 100)
        return shares
    found: Matrix = np.maximum(np.exp(values) - _COUNTED, 0.0) if scale == "log" else values
    return found


@dataclass(frozen=True)
class Calibration:
    """What the back-test of a kind of series measured: the scale, its typical step, and how far off it was.

    `multiples`: for each level (%), the multiple of `width` within which so many of the true values lay.
    Values end at `ends`; `decimals` are those in which they are written. `typical` is above nought, so that a
    series that never moved still has an interval: ValueError else.
    """

    scale: Scale
    typical: float
    multiples: Mapping[int, float]
    ends: tuple[float, float]
    decimals: int

    def __post_init__(self) -> None:
        if not self.typical > 0:
            raise ValueError(f"{self.typical} is no typical step")


@dataclass(frozen=True)
class Ahead:
    """A forecast `horizon` years ahead, in the unit of the series, with intervals by level (80, 95)."""

    horizon: int
    model: str
    point: float
    intervals: Mapping[int, tuple[float, float]]
    _middle: float
    _width: float
    _rule: Calibration

    def chance(self, target: float, direction: Literal["up", "down"]) -> float:
        """Return the probability (0–1) of reaching a target: at least it, or at most it if it is to fall.

        Between the levels at which the back-test measured, the probability is interpolated; beyond the last,
        it is that of the last.
        """
        half = 0.5 * 10**-self._rule.decimals  # what is written as the target has reached it
        edge = target - half if direction == "up" else target + half
        at = scaled(
            np.asarray([max(edge, -_COUNTED + 1e-9) if self._rule.scale == "log" else edge]), self._rule.scale
        )
        off = (float(at[0]) - self._middle) / self._width
        levels = sorted(self._rule.multiples)
        inside = np.interp(
            abs(off), [0.0, *(self._rule.multiples[n] for n in levels)], [0.0, *(n / 100 for n in levels)]
        )
        above = float(0.5 - np.sign(off) * inside / 2)
        return above if direction == "up" else 1 - above


def ahead(
    values: Sequence[float],
    rule: Calibration,
    horizon: int,
    splice: Callable[[Sequence[float]], Sequence[float]] = list,
) -> tuple[Ahead, ...]:
    """Forecast a series of consecutive years, oldest first, for each of the years ahead up to the horizon.

    Nothing is returned for fewer than five years or for more than three ahead. `splice` takes known steps out
    of the series; it is given the values on their scale. Raises ValueError for a value that has no place on
    the scale: one that is no number, a count below nought.
    """
    if len(values) < FEWEST or not 1 <= horizon <= FURTHEST:
        return ()
    given = np.asarray(values, dtype=float)
    if not np.isfinite(given).all() or (rule.scale == "log" and (given < 0).any()):
        raise ValueError("a year without a value is no year of a forecast, and no count is below nought")
    on_scale = scaled(given, rule.scale)
    rows = np.asarray([splice([float(value) for value in on_scale])])
    models = chosen(rows)
    return tuple(_ahead(rows, models, rule, years) for years in range(1, horizon + 1))


def _ahead(rows: Matrix, models: NDArray[np.intp], rule: Calibration, horizon: int) -> Ahead:
    middle = float(points(rows, models, horizon)[0])
    unit = float(width(rows, rule.typical, horizon)[0])

    def written(at: float) -> float:
        value = float(unscaled(np.asarray([at]), rule.scale)[0])
        return round(min(max(value, rule.ends[0]), rule.ends[1]), rule.decimals) + 0.0

    def between(level: int) -> tuple[float, float]:
        half = rule.multiples[level] * unit
        return written(middle - half), written(middle + half)

    intervals = {level: between(level) for level in (80, 95)}
    return Ahead(horizon, list(MODELS)[models[0]], written(middle), intervals, middle, unit, rule)
