"""Forecasts: models against definition or statsmodels, bounds, chances, coverage on simulated truth."""

import numpy as np
import pytest
from scipy import stats

from helpers.analysis import forecast
from helpers.analysis.forecast import Calibration, ahead

# Multiples as if errors were normal with the standard deviation of a unit, which keeps hand sums simple.
NORMAL = {50: 0.674, 80: 1.282, 90: 1.645, 95: 1.960, 99: 2.576}
PLAIN = Calibration("plain", 1.0, NORMAL, (0.0, 100.0), 1)
COUNT = Calibration("log", 0.2, NORMAL, (0.0, float("inf")), 0)


def rows(*series):
    return np.asarray(series, dtype=float)


def test_the_published_example_of_the_straight_line():
    """Domain dossier, section 6: International outlook 2027: 29.8 [26.0, 33.6]."""
    values = [18.5, 19.6, 22.7, 26.1, 27.0]
    assert forecast.line(rows(values), 1)[0] == pytest.approx(29.8, abs=0.05)
    assert forecast.line_interval(values, 1, 0.95) == pytest.approx((26.0, 33.6), abs=0.05)


@pytest.mark.parametrize(
    ("values", "horizon", "level"),
    [([3.0, 5.0, 4.0, 8.0, 9.0, 9.5, 12.0], 2, 0.8), ([18.5, 19.6, 22.7, 26.1, 27.0], 1, 0.95)],
)
def test_the_straight_line_is_that_of_statsmodels(values, horizon, level):
    import statsmodels.api as sm

    fitted = sm.OLS(values, sm.add_constant(np.arange(float(len(values))))).fit()
    told = fitted.get_prediction([[1.0, len(values) - 1.0 + horizon]]).summary_frame(alpha=1 - level)
    low, high = forecast.line_interval(values, horizon, level)
    assert forecast.line(rows(values), horizon)[0] == pytest.approx(told["mean"].iloc[0])
    assert (low, high) == pytest.approx((told["obs_ci_lower"].iloc[0], told["obs_ci_upper"].iloc[0]))


@pytest.mark.parametrize("horizon", [1, 2, 3])
def test_the_damped_trend_is_that_of_statsmodels(horizon):
    from statsmodels.tsa.holtwinters import Holt

    values = np.array([12.0, 14.0, 13.0, 17.0, 18.0, 18.0, 21.0])
    model = Holt(
        values[1:],
        damped_trend=True,
        initialization_method="known",
        initial_level=12.0,
        initial_trend=1.0,  # half the first step
    )
    # statsmodels smooths the slope by beta of the level's step, as this recursion does.
    fitted = model.fit(smoothing_level=0.9, smoothing_trend=0.2, damping_trend=0.8, optimized=False)
    assert forecast.damped(rows(values), horizon)[0] == pytest.approx(fitted.forecast(horizon)[-1])


def test_a_steady_trend_is_trusted_by_half_and_a_noisy_one_not_at_all():
    steady, noisy = [10.0, 12.0, 14.0, 16.0, 18.0], [10.0, 18.0, 9.0, 19.0, 11.0]
    assert forecast.drift(rows(steady), 2)[0] == pytest.approx(18 + 2 * 2 / 2)
    assert forecast.theil_sen(rows(steady), 2)[0] == pytest.approx(20)
    assert forecast.drift(rows(noisy), 2)[0] == 11.0


def test_trust_shrinks_with_the_noise():
    """Steps 1, 3, 2, 2: mean 2, variance 2/3, so trust 1 − (2/3/4)/4 = 23/24."""
    assert forecast.drift(rows([0.0, 1.0, 4.0, 6.0, 8.0]), 1)[0] == pytest.approx(8 + 0.5 * 2 * 23 / 24)


def test_the_last_value_stands_unless_another_was_clearly_better():
    flat, steady = [5.0, 6.0, 5.0, 6.0, 5.0, 6.0], [5.0, 7.0, 9.0, 11.0, 13.0, 15.0]
    names = [list(forecast.MODELS)[i] for i in forecast.chosen(rows(flat, steady))]
    assert names[0] == "naive"
    assert names[1] != "naive"


@pytest.mark.parametrize("n", [0, 1, 4])
def test_none_below_five_years(n):
    assert ahead([3.0] * n, PLAIN, 1) == ()


@pytest.mark.parametrize("horizon", [0, 4])
def test_none_further_than_three_years(horizon):
    assert ahead([3.0] * 6, PLAIN, horizon) == ()


def test_the_interval_grows_as_that_of_a_drift_and_by_the_usual_step():
    """Mean step 2 over 5 steps, two steps of 1 averaged in: 12/7; √(h·(1 + h/5)) at h = 2 is √2.8."""
    found = ahead([50.0, 52.0, 50.0, 52.0, 50.0, 52.0], PLAIN, 2)
    half = 1.282 * 12 / 7 * np.sqrt(2 * (1 + 2 / 5))
    assert found[1].point == 52.0
    assert found[1].intervals[80] == pytest.approx((52 - half, 52 + half), abs=0.05)
    assert found[0].horizon == 1
    assert found[0].intervals[80][0] > found[1].intervals[80][0]
    assert found[1].intervals[95][0] < found[1].intervals[80][0]


@pytest.mark.parametrize(
    "values",
    [
        [0.0] * 6,
        [0, 0, 0, 0, 0, 3],
        [7.0] * 5,
        [2, 900, 2, 2, 2],
        [1, 2, 4, 8, 16, 32],
        [40, 20, 10, 5, 2, 1],
    ],
)
def test_counts_stay_counts(values):
    for one in ahead(values, COUNT, 3):
        for value in (one.point, *one.intervals[80], *one.intervals[95]):
            assert value >= 0
            assert value == int(value)
        assert one.intervals[95][0] <= one.intervals[80][0] <= one.point <= one.intervals[80][1]


@pytest.mark.parametrize(
    "values", [[90, 94, 97, 99, 100, 100], [8, 4, 2, 1, 0.5, 0.1], [0.0] * 5, [100.0] * 7]
)
def test_shares_stay_shares(values):
    shares = np.asarray(values, dtype=float)
    assert forecast.unscaled(forecast.scaled(shares, "logit"), "logit") == pytest.approx(shares, abs=1e-9)
    for one in ahead(values, PLAIN, 3):
        assert all(0 <= v <= 100 for pair in one.intervals.values() for v in (*pair, one.point))


def test_a_known_step_is_taken_out_before_anything_is_made_of_it():
    values = [10.0, 10.0, 10.0, 30.0, 30.0, 30.0]
    seen = []

    def splice(series):
        seen.append(list(series))
        return [30.0] * 6

    assert ahead(values, PLAIN, 1, splice)[0].intervals[80] == ahead([30.0] * 6, PLAIN, 1)[0].intervals[80]
    assert seen == [values]


# -- chances ---------------------------------------------------------------------------------------------


def test_a_chance_is_the_share_of_the_distribution_beyond_the_target():
    (found,) = ahead([50.0, 52.0, 50.0, 52.0, 50.0, 52.0], PLAIN, 1)
    unit = 12 / 7 * np.sqrt(1.2)
    assert found.chance(52.05, "up") == pytest.approx(0.5)
    assert found.chance(52.05 + 1.282 * unit, "up") == pytest.approx(0.1)
    assert found.chance(52.05 - 1.960 * unit, "up") == pytest.approx(0.975)
    assert found.chance(51.95 - 1.282 * unit, "down") == pytest.approx(0.1)
    # Beyond what was measured nothing more is claimed.
    assert found.chance(100.0, "up") == pytest.approx(0.005)
    assert found.chance(0.0, "up") == pytest.approx(0.995)


def test_a_target_of_a_count_is_reached_by_that_count():
    (found,) = ahead([20.0, 22.0, 20.0, 22.0, 20.0, 22.0], COUNT, 1)
    assert found.chance(22, "up") > 0.5 > found.chance(23, "up")
    assert found.chance(22, "down") > 0.5 > found.chance(21, "down")
    assert found.chance(0, "up") == pytest.approx(0.995)
    assert found.chance(0, "down") == pytest.approx(0.005)


@pytest.mark.parametrize("truth", ["walk", "trend"])
def test_the_intervals_hold_what_comes_once_calibrated_on_like_series(truth):
    """Multiples are set on one half of 2,000 simulated series and hold 80 and 95 % of the other half."""
    generator = np.random.default_rng(11)
    steps = generator.normal(scale=2.0, size=(2000, 10)) + (1.0 if truth == "trend" else 0.0)
    series = 50 + steps.cumsum(axis=1)
    history, came = series[:, :8], series[:, 9]
    middle = forecast.points(history, forecast.chosen(history), 2)
    off = np.abs(came - middle) / forecast.width(history, 1.6, 2)
    for level in (80, 95):
        multiple = np.quantile(off[:1000], level / 100)
        assert np.mean(off[1000:] <= multiple) == pytest.approx(level / 100, abs=0.03)


def test_on_a_random_walk_nothing_beats_the_last_value_and_on_a_steady_trend_it_is_beaten():
    generator = np.random.default_rng(3)
    noise = generator.normal(size=(1000, 9)).cumsum(axis=1)
    for slope, least, most in ((0.0, 0.99, 1.1), (2.0, 0.0, 0.8)):
        series = slope * np.arange(9) + noise
        history, came = series[:, :8], series[:, 8]
        error = np.abs(forecast.points(history, forecast.chosen(history), 1) - came).mean()
        assert least <= error / np.abs(history[:, -1] - came).mean() <= most


def test_a_normal_multiple_is_what_it_is_called():
    """Guards the hand sums above."""
    for level, multiple in NORMAL.items():
        assert multiple == pytest.approx(stats.norm.ppf((1 + level / 100) / 2), abs=0.001)
