"""Where one value stands among others: percentiles and quartiles worked by hand."""

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ranking_builders import OUTLOOK_2026

from helpers.analysis.peers import percentile, standing

groups = st.lists(st.integers(0, 1000).map(lambda tenths: tenths / 10), min_size=5, max_size=40)


@pytest.mark.parametrize(
    ("value", "group", "expected"),
    [
        (30, [10, 20, 30, 40, 50], 50),  # (2 + ½) / 5
        (10, [10, 20, 30, 40, 50], 10),  # (0 + ½) / 5
        (50, [10, 20, 30, 40, 50], 90),  # (4 + ½) / 5
        (50, [50, 10, 40, 20, 30], 90),  # order does not matter
        (2, [1, 2, 2, 2, 3], 50),  # (1 + 3·½) / 5
        (5, [5, 5, 7, 8], 25),  # (0 + 2·½) / 4
        (8, [5, 8, 8, 8], 62.5),  # (1 + 3·½) / 4
        (7, [7, 7, 7, 7, 7, 7], 50),  # all equal
        (7, [7], 50),  # alone
    ],
)
def test_percentile_counts_half_of_the_equals(value: float, group: list[float], expected: float) -> None:
    assert percentile(value, group) == pytest.approx(expected)


def test_the_published_percentile_of_international_outlook_2026() -> None:
    # 27.0 is shared with Hacettepe and only Gazi is below: (1 + 2·½) / 20.
    group = list(OUTLOOK_2026.values())
    assert len(group) == 20
    assert percentile(27.0, group) == pytest.approx(10)
    found = standing(27.0, group)
    assert (found.n, found.percentile) == (20, pytest.approx(10))
    # Of twenty values in order, the quartiles stand at positions 4.75, 9.5 and 14.25 from nought.
    assert found.median == pytest.approx((36.0 + 34.3) / 2)
    assert found.lower_quartile == pytest.approx(27.5 + 0.75 * (29.8 - 27.5))
    assert found.upper_quartile == pytest.approx(38.4 + 0.25 * (39.5 - 38.4))


@given(groups)
def test_a_member_is_never_at_0_or_100(group: list[float]) -> None:
    assert all(0 < percentile(value, group) < 100 for value in group)


@given(groups)
def test_a_higher_value_stands_higher(group: list[float]) -> None:
    lowest, highest = min(group), max(group)
    assume(lowest < highest)
    placed = [percentile(value, group) for value in sorted(set(group))]
    assert all(a < b for a, b in pairwise(placed))


@given(groups)
def test_percentiles_of_a_group_average_50(group: list[float]) -> None:
    assert sum(percentile(v, group) for v in group) / len(group) == pytest.approx(50)


@given(groups)
def test_counting_from_the_other_end_is_the_complement(group: list[float]) -> None:
    value = group[0]
    assert percentile(-value, [-v for v in group]) == pytest.approx(100 - percentile(value, group))


@pytest.mark.parametrize("n", [0, 1, 4])
def test_fewer_than_five_give_no_figures(n: int) -> None:
    found = standing(1.0, [float(i + 1) for i in range(n)])
    assert found.n == n
    assert found.median is found.lower_quartile is found.upper_quartile is found.percentile is None


def test_five_are_enough() -> None:
    found = standing(1.0, [1, 2, 3, 4, 5])
    assert (found.n, found.lower_quartile, found.median, found.upper_quartile) == (5, 2, 3, 4)
    assert found.percentile == pytest.approx(10)


def test_quartiles_fall_between_values() -> None:
    # Six values: the quartiles stand at positions 1.25, 2.5 and 3.75, counted from nought.
    found = standing(None, [60, 10, 50, 20, 40, 30])
    assert found.lower_quartile == pytest.approx(22.5)
    assert found.median == pytest.approx(35)
    assert found.upper_quartile == pytest.approx(47.5)


@pytest.mark.parametrize("nothing", [None, math.nan])
def test_without_an_own_value_the_group_is_still_described(nothing: float | None) -> None:
    found = standing(nothing, [1, 2, 3, 4, 5])
    assert found.median == 3
    assert found.percentile is None


def test_missing_values_are_not_members() -> None:
    assert standing(4.0, [1, 2, 3, 4, math.nan]).percentile is None
    found = standing(4.0, [math.nan, 1, 2, 3, 4, 5])
    assert (found.n, found.median) == (5, 3)
    assert found.percentile == pytest.approx(70)  # (3 + ½) / 5


@given(groups)
def test_quartiles_are_ordered_and_inside_the_group(group: list[float]) -> None:
    found = standing(group[0], group)
    assert found.lower_quartile is not None and found.median is not None and found.upper_quartile is not None
    tolerance = 1e-9
    assert min(group) - tolerance <= found.lower_quartile <= found.median + tolerance
    assert found.median - tolerance <= found.upper_quartile <= max(group) + tolerance
