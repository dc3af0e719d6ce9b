"""The gravity model on simulated flows of which the truth is known, and on inputs that carry no model."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from helpers.analysis import gravity, poisson
from helpers.analysis.poisson import NotFitted

TRUTH = {"size": 0.5, "income": -0.6, "distance": -1.3}


def flows(seed: int, places: int = 150, spread: float = 0.4) -> tuple[pd.Series, pd.DataFrame]:
    """Counts of which the logarithm of the mean is 1 + Σ TRUTH·x, negative binomial."""
    rng = np.random.default_rng(seed)
    names = [f"p{i}" for i in range(places)]
    x = pd.DataFrame(rng.normal(0, (1.5, 1.0, 0.7), (places, 3)), names, list(TRUTH))
    mean = np.exp(1 + x.to_numpy() @ np.array(list(TRUTH.values())))
    return pd.Series(rng.poisson(mean * rng.gamma(1 / spread, spread, places)), names), x


@pytest.fixture(scope="module")
def fitted() -> list[gravity.Gravity]:
    return [gravity.fit(*flows(seed)) for seed in range(60)]


def test_the_coefficients_are_recovered(fitted):
    mean = sum(f.coefficients["estimate"] for f in fitted) / len(fitted)
    assert dict(mean) == {name: pytest.approx(value, abs=0.05) for name, value in TRUTH.items()}


def test_the_intervals_hold_the_truth_about_as_often_as_they_say(fitted):
    truth = pd.Series(TRUTH)
    inside = [(f.coefficients["low"] <= truth) & (truth <= f.coefficients["high"]) for f in fitted]
    assert 0.89 <= np.mean(inside) <= 0.99


def test_eighty_in_a_hundred_new_counts_lie_in_their_interval(fitted):
    """Of places with few expected, whole numbers make it more; asked of those with more than ten."""
    places = pd.concat([f.places for f in fitted])
    places = places[places["expected"] > 10]
    inside = places["observed"].between(places["low"], places["high"])
    assert 0.75 <= inside.mean() <= 0.88


def test_where_nobody_sends_less_few_are_named(fitted):
    """At a false discovery rate of 10 %, at least 9 of 10 models without a truth to find name nobody."""
    assert sum(len(f.below()) > 0 for f in fitted) <= 9


def test_a_place_that_sends_far_less_is_found_and_its_gap_told():
    counts, x = flows(3, spread=0.1)
    x.loc["p7"], counts["p7"] = [3.0, 0.0, -1.0], 4  # e^(1 + 1.5 + 1.3) = 45 were expected
    found = gravity.fit(counts, x).below()
    assert list(found.index[:1]) == ["p7"]
    assert found.loc["p7", "expected"] == pytest.approx(45, rel=0.3)
    assert found.loc["p7", "high"] > found.loc["p7", "expected"] > found.loc["p7", "low"] > 4


def test_each_place_is_judged_by_a_model_that_has_not_seen_it():
    counts, x = flows(5)
    found = gravity.fit(counts, x)
    rest = counts.drop("p0")
    without = sm.GLM(rest, sm.add_constant(x.drop("p0")), family=sm.families.Poisson()).fit()
    expected = np.exp(without.params["const"] + (x.loc["p0"] * without.params[list(TRUTH)]).sum())
    assert found.places.loc["p0", "expected"] == pytest.approx(expected, rel=1e-5)
    whole = sm.GLM(counts, sm.add_constant(x), family=sm.families.Poisson()).fit()
    assert list(found.coefficients["estimate"]) == pytest.approx(list(whole.params[1:]), rel=1e-6)
    assert found.explained == pytest.approx(1 - whole.deviance / whole.null_deviance)


def test_counts_that_spread_no_wider_than_poissons_have_no_overdispersion():
    counts, x = flows(8, spread=1e-6)
    assert gravity.fit(counts, x).overdispersion < 0.05


def test_one_huge_country_is_said_and_the_model_without_it_stands_beside():
    counts, x = flows(9)
    counts["p0"] = 5 * counts.sum()
    found = gravity.fit(counts, x)
    assert (found.largest, found.rests_on_one) == ("p0", True)
    left = gravity.fit(counts.drop("p0"), x.drop("p0"))
    assert list(found.coefficients["without_largest"]) == pytest.approx(
        list(left.coefficients["estimate"]), rel=1e-4
    )
    assert not gravity.fit(*flows(9)).rests_on_one


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda y, x: (y[:39], x[:39]), "too_few"),
        (lambda y, x: (y * 0, x), "too_few_sending"),
        (lambda y, x: (y.where(np.arange(len(y)) < 10, 0), x), "too_few_sending"),
        (lambda y, x: (y * 0 + 12, x), "all_alike"),
        (lambda y, x: (y, x.assign(copy=2 * x["size"] - 1)), "collinear"),
        (lambda y, x: (y, x.assign(same=1.0)), "collinear"),
        (lambda y, x: (y, x.assign(only_where_none=(y == 0).astype(float))), "separated"),
    ],
    ids=["39 places", "all nought", "ten send", "all alike", "twice the same", "no variation", "separated"],
)
def test_what_carries_no_model_is_said(change, reason):
    with pytest.raises(NotFitted) as refused:
        gravity.fit(*change(*flows(1)))
    assert refused.value.reason == reason


@pytest.mark.parametrize("wrong", [-1.0, np.nan])
def test_counts_that_are_none_are_refused(wrong):
    counts, x = flows(1)
    with pytest.raises(ValueError, match="must be numbers"):
        gravity.fit(counts.astype(float).where(counts.index != "p3", wrong), x)


def test_a_refit_that_finds_no_maximum_says_so():
    x = np.column_stack([np.ones(4), [0.0, 0.0, 1.0, 1.0]])
    with pytest.raises(NotFitted, match="not_converged"):
        poisson.fit(np.column_stack([x, x[:, 1]]), np.array([1.0, 2.0, 3.0, 4.0]), np.zeros(3))


def test_distances_are_those_of_the_globe():
    """Trabzon–Baku; a quarter of the equator; from pole to pole; nowhere."""
    assert gravity.great_circle((41.0, 39.7), (40.4, 49.9)) == pytest.approx(860, abs=10)
    assert gravity.great_circle((0, 0), (0, 90)) == pytest.approx(10007.5, abs=1)
    assert gravity.great_circle((90, 0), (-90, 0)) == pytest.approx(20015, abs=1)
    assert gravity.great_circle((41, 39), (41, 39)) == 0
