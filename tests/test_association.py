"""Associations of yearly series beyond their trends: exact p-values, nominal rates, too little data."""

import numpy as np
import pytest
from scipy.stats import kendalltau

from helpers.analysis import multiple
from helpers.analysis.association import enough, kendall, lagged, least


def yearly(values) -> dict[int, float]:
    return {2017 + i: float(v) for i, v in enumerate(values)}


@pytest.mark.parametrize("n", range(3, 11))
def test_the_p_value_is_exact(n):
    rng = np.random.default_rng(n)
    for _ in range(20):
        x, y = rng.normal(size=n), rng.normal(size=n)
        known = kendalltau(x, y, method="exact")
        assert kendall(x, y) == (pytest.approx(known.statistic), pytest.approx(known.pvalue))


def test_ties_are_tested_by_random_orders():
    x, y = np.array([1, 1, 2, 3, 4, 5, 6, 7.0]), np.array([2, 1, 3, 3, 5, 6, 6, 9.0])
    tau, p = kendall(x, y)
    assert tau == pytest.approx(kendalltau(x, y).statistic)
    assert p == pytest.approx(kendalltau(x, y, method="asymptotic").pvalue, abs=0.005)
    assert kendall(x, np.full(8, 3.0)) == (0, 1)


def test_how_strong_an_association_must_be_to_be_found():
    """Of five pairs only τ = ±1 (p = 2/120); of four not even that (2/24)."""
    assert [least(n) for n in (4, 5)] == [None, 1]
    assert least(9) == pytest.approx(20 / 36)
    for n in (6, 8, 9):
        assert kendalltau_p(n, least(n)) < 0.05 <= kendalltau_p(n, least(n) - 4 / (n * (n - 1)))


def test_among_many_tests_one_that_stands_alone_must_be_stronger():
    """At a level divided by twelve, what `least` names survives the adjustment among eleven of nothing."""
    strong = least(9, 0.05 / 12)
    assert strong == 28 / 36 > least(9)
    for tau, is_told in ((strong, True), (strong - 2 / 36, False)):
        adjusted = multiple.adjusted([kendalltau_p(9, tau), *[0.9] * 11])
        assert (adjusted[0] < 0.05) == is_told
    assert enough(0.5, 0.05 / 12) == 18
    assert least(18, 0.05 / 12) <= 0.5 < least(17, 0.05 / 12)


def kendalltau_p(n: int, tau: float) -> float:
    """The exact p-value of some order of n with this τ, by scipy."""
    order, turns = list(range(n)), round((1 - tau) / 2 * n * (n - 1) / 2)
    while turns:
        for i in range(n - 1):
            if turns and order[i] < order[i + 1]:
                order[i], order[i + 1], turns = order[i + 1], order[i], turns - 1
    return float(kendalltau(range(n), order, method="exact").pvalue)


def test_two_series_that_only_rise_are_not_associated():
    rng = np.random.default_rng(3)
    rising = [yearly(np.arange(10) + rng.normal(0, 0.3, 10)) for _ in range(2)]
    assert kendalltau(*[list(s.values()) for s in rising]).pvalue < 0.001
    assert lagged(*rising, lag=0).p > 0.05


@pytest.mark.parametrize("kind", ["around a line", "wandering", "from year to year"])
def test_nothing_is_found_where_nothing_is_at_no_more_than_the_nominal_rate(kind):
    rng = np.random.default_rng(11)
    found = 0
    for _ in range(400):
        noise = rng.normal(size=(2, 10))
        if kind == "wandering":
            noise = noise.cumsum(axis=1)
        if kind == "from year to year":
            for i in range(1, 10):
                noise[:, i] += 0.6 * noise[:, i - 1]
        x, y = noise + 0.8 * np.arange(10)
        found += lagged(yearly(x), yearly(y), 1).p < 0.05
    assert found <= 28  # 5 % of 400 and two standard deviations


def test_a_strong_association_a_year_later_is_found_at_that_lag():
    rng = np.random.default_rng(5)
    found = []
    for _ in range(50):
        x = rng.normal(size=11)
        y = np.concatenate([[0], x[:-1]]) + 0.2 * rng.normal(size=11) + np.arange(11)
        found.append([lagged(yearly(x), yearly(y), lag).p < 0.05 for lag in (0, 1)])
    at_once, later = np.mean(found, axis=0)
    assert later > 0.9
    assert at_once < 0.2


def test_too_few_years_and_series_that_do_not_move_tell_nothing():
    rng = np.random.default_rng(1)
    x = yearly(rng.normal(size=7))
    assert lagged(x, x, 0).n == 6
    assert lagged(x, x, 1) is None  # five steps are left
    assert lagged({2020: 1.0}, {2020: 1.0}, 0) is None
    assert lagged({}, {}, 0) is None
    flat = yearly([3] * 10)
    assert lagged(flat, yearly(rng.normal(size=10)), 0) is None
    assert lagged(yearly(range(10)), yearly(rng.normal(size=10)), 0) is None  # its steps are all alike


def test_a_missing_year_in_the_middle_takes_its_two_steps_out():
    rng = np.random.default_rng(2)
    x, y = yearly(rng.normal(size=12)), yearly(rng.normal(size=12))
    assert lagged(x, y, 0).n == 11
    del x[2022]
    assert lagged(x, y, 0).n == 9


def test_steps_and_line_must_agree():
    found = lagged(yearly([1, 5, 2, 6, 3, 7, 4, 8]), yearly([1, 5, 2, 6, 3, 7, 4, 8.5]), 0)
    assert found.tau == pytest.approx(min(found.steps, found.line, key=abs))
    rng = np.random.default_rng(4)
    mixed = [lagged(yearly(rng.normal(size=9)), yearly(rng.normal(size=9)), 0) for _ in range(200)]
    assert any(m.steps * m.line < 0 for m in mixed)
    assert all(m.tau == 0 for m in mixed if m.steps * m.line < 0)
