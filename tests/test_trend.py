"""Trends: exact test and slope against scipy, brute force, the published example and simulated truth."""

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from helpers.analysis import breaks, multiple
from helpers.analysis.breaks import Break
from helpers.analysis.trend import trend

YEARS = [2022, 2023, 2024, 2025, 2026]
# THE International outlook of KTÜ.
OUTLOOK = [18.5, 19.6, 22.7, 26.1, 27.0]


def test_the_published_example():
    """Domain dossier, section 6: +2.31 a year [0.90, 3.40], p = 0.0167."""
    found = trend(YEARS, OUTLOOK)
    assert found.p == pytest.approx(2 / 120)
    assert (found.slope, found.low, found.high) == pytest.approx((2.308, 0.90, 3.40), abs=0.005)
    assert found.p == pytest.approx(stats.kendalltau(YEARS, OUTLOOK, method="exact").pvalue)
    slope, _, low, high = stats.theilslopes(OUTLOOK, YEARS, 0.95)
    assert (found.slope, found.low, found.high) == pytest.approx((slope, low, high))


@pytest.mark.parametrize("n", [5, 6, 7, 8, 9, 10, 12])
def test_without_ties_the_test_is_that_of_scipy(n):
    generator = np.random.default_rng(n)
    for _ in range(20):
        values = generator.normal(size=n)
        expected = stats.kendalltau(range(n), values, method="exact")
        assert trend(range(n), values).p == pytest.approx(expected.pvalue)


@pytest.mark.parametrize(
    "values", [[1, 1, 2, 3, 3], [0, 0, 0, 0, 1], [2, 1, 2, 1, 2, 3], [5, 5, 4, 4, 3, 3, 9]]
)
def test_with_ties_the_p_is_the_share_of_all_orders(values):
    def s(order):
        return sum(np.sign(order[j] - order[i]) for i in range(len(order)) for j in range(i + 1, len(order)))

    every = [abs(s(order)) for order in permutations(values)]
    assert trend(range(len(values)), values).p == pytest.approx(np.mean(np.array(every) >= abs(s(values))))


def test_segments_are_tested_within_and_added():
    """All orders of both segments, gone through one by one."""
    years, values, of = [1, 2, 3, 4, 5, 6], [1.0, 5.0, 2.0, 9.0, 8.0, 12.0], [0, 0, 0, 1, 1, 1]

    def s(order):
        return sum(np.sign(order[j] - order[i]) for i, j in [(0, 1), (0, 2), (1, 2)])

    every = [s(a) + s(b) for a in permutations(values[:3]) for b in permutations(values[3:])]
    seen = s(values[:3]) + s(values[3:])
    found = trend(years, values, of)
    assert found.s == seen
    assert found.p == pytest.approx(np.mean(np.abs(every) >= abs(seen)))
    assert found.slope == np.median([4.0, 0.5, -3.0, -1.0, 1.5, 4.0])


def test_the_slope_is_that_of_scipy_where_years_are_missing():
    years, values = [2015, 2016, 2019, 2020, 2024, 2026], [3.0, 4.5, 4.0, 7.0, 9.0, 8.5]
    assert trend(years, values).slope == pytest.approx(stats.theilslopes(values, years)[0])


def test_the_interval_is_that_of_sens_exact_table():
    """Kendall's table for n = 8: P(S ≥ 16) = 0.031, P(S ≥ 18) = 0.016; (28 − 18)/2 = 5 slopes fall off."""
    generator = np.random.default_rng(8)
    values = list(generator.normal(size=8).cumsum())
    slopes = sorted((values[j] - values[i]) / (j - i) for i in range(8) for j in range(i + 1, 8))
    found = trend(range(8), values)
    assert (found.low, found.high) == (slopes[5], slopes[-6])


def test_no_test_and_no_interval_below_five_years():
    found = trend(YEARS[:4], OUTLOOK[:4])
    assert (found.p, found.low, found.high) == (None, None, None)
    assert found.slope is not None


@pytest.mark.parametrize("n", [0, 1, 2, 5, 10])
def test_what_does_not_move_has_no_trend(n):
    found = trend(range(n), [7.0] * n)
    assert found.p == (1.0 if n >= 5 else None)
    assert found.slope == (0.0 if n >= 2 else None)


def test_one_spike_makes_no_trend():
    found = trend(range(10), [3, 3, 3, 3, 900, 3, 3, 3, 3, 3])
    assert found.p is not None and found.p > 0.5
    assert found.slope == 0.0


def test_a_year_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        trend([2020, 2020], [1.0, 2.0])


# -- simulated truth -------------------------------------------------------------------------------------


@pytest.mark.parametrize("draw", ["normal", "poisson"])
def test_where_there_is_no_trend_it_is_found_no_more_often_than_the_level_says(draw):
    """Of 2,000 series of ten without a trend; a discrete test stays at or below its level."""
    generator = np.random.default_rng(20261128)
    rows = generator.normal(size=(2000, 10)) if draw == "normal" else generator.poisson(4, size=(2000, 10))
    found = [trend(range(10), row) for row in rows]
    rate = np.mean([one.p < 0.05 for one in found])
    assert 0.035 <= rate <= 0.06
    held = np.mean([one.low <= 0 <= one.high for one in found])
    assert held >= 0.94


def test_a_trend_that_is_there_is_found_and_its_slope_held():
    generator = np.random.default_rng(7)
    rows = 2.0 * np.arange(10) + generator.normal(scale=3.0, size=(500, 10))
    found = [trend(range(10), row) for row in rows]
    assert np.mean([one.p < 0.05 for one in found]) > 0.95
    assert 0.94 <= np.mean([one.low <= 2.0 <= one.high for one in found]) <= 0.99
    assert np.mean([one.slope for one in found]) == pytest.approx(2.0, abs=0.05)


def test_among_many_tests_few_are_found_by_chance():
    """Benjamini and Hochberg's own example (1995, section 4): four of fifteen at 0.05."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    adjusted = multiple.adjusted(p)
    assert [value < 0.05 for value in adjusted] == [True] * 4 + [False] * 11
    assert adjusted[3] == pytest.approx(0.0095 * 15 / 4)


def test_what_was_not_tested_is_no_test():
    assert multiple.adjusted([None, 0.01, None, 0.04]) == [
        None,
        pytest.approx(0.02),
        None,
        pytest.approx(0.04),
    ]
    assert multiple.adjusted([None]) == [None]
    assert multiple.adjusted([]) == []


# -- breaks ----------------------------------------------------------------------------------------------

PANDEMIC, METHOD = Break("pandemic", 2020, 2021), Break("method", 2024)


def test_a_step_alone_makes_no_trend_once_it_is_taken_out():
    years = list(range(2017, 2027))
    values = [10, 11, 10, 11, 10, 30, 31, 30, 31, 30]
    assert trend(years, values).p < 0.05
    without = breaks.without(years, values, [Break("split", 2022)])
    assert without.p > 0.5
    assert without.slope == 0.0


def test_a_dip_hides_a_trend_until_its_years_are_left_out():
    years = list(range(2017, 2027))
    values = [10, 11, 12, 1, 2, 13, 14, 15, 16, 17]
    without = breaks.without(years, values, [PANDEMIC])
    assert without.n == 8
    assert without.p == pytest.approx(2 / 40320)
    assert without.slope == pytest.approx(0.7, abs=0.11)


def test_a_break_outside_the_series_does_not_touch_it():
    assert breaks.without(YEARS, OUTLOOK, [PANDEMIC, Break("first", 2022), Break("later", 2027)]) is None
    assert not METHOD.touches([])


def test_a_step_is_spliced_at_the_usual_move():
    """Steps 1.1 · 3.1 (the break) · 3.4 · 0.9: the break is taken for the median of the others, 1.1."""
    moved = breaks.spliced(YEARS, OUTLOOK, [METHOD, PANDEMIC])
    assert moved == pytest.approx([20.5, 21.6, 22.7, 26.1, 27.0])
    assert breaks.spliced(YEARS, OUTLOOK, [PANDEMIC]) == OUTLOOK
    assert breaks.spliced([2023, 2024], [1.0, 9.0], [METHOD]) == [1.0, 9.0]
