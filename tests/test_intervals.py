"""Wilson's interval against published examples, its own algebra, and the shares it must hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis import intervals
from helpers.analysis.intervals import wilson


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # Domain dossier, section 6.
        (12, 80, 8.8, 24.4),
        (0, 10, 0.0, 27.8),
        # Newcombe 1998 (Statistics in Medicine 17, 857–872), table I, method 3.
        (81, 263, 25.53, 36.62),
        (15, 148, 6.24, 16.05),
        (0, 20, 0.0, 16.11),
        (1, 29, 0.61, 17.18),
    ],
)
def test_published_examples(count, of, low, high):
    found = wilson(count, of)
    assert found is not None
    # 27.75 is printed as 27.8; binary arithmetic may lie a hair below the half.
    digits = 0.0501 if of in (80, 10) else 0.00501
    assert [100 * bound for bound in found] == pytest.approx([low, high], abs=digits)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_bounds_solve_the_equation_they_come_from(pair):
    """A bound b is where the share lies z standard errors from b: (p − b)² = z²·b(1 − b)/n."""
    count, of = pair
    low, high = wilson(count, of)
    assert 0 <= low <= count / of <= high <= 1
    for bound in (low, high):
        assert (count / of - bound) ** 2 == pytest.approx(1.959963985**2 * bound * (1 - bound) / of, abs=1e-9)


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_counting_the_others_mirrors_the_interval(pair):
    count, of = pair
    low, high = wilson(count, of)
    other_low, other_high = wilson(of - count, of)
    assert (low, high) == pytest.approx((1 - other_high, 1 - other_low))


def test_more_confidence_is_a_wider_interval_and_more_cases_a_narrower_one():
    assert wilson(5, 20, 0.99)[0] < wilson(5, 20)[0] < wilson(50, 200)[0]
    assert wilson(5, 20, 0.99)[1] > wilson(5, 20)[1] > wilson(50, 200)[1]


def test_a_share_of_none_has_no_interval():
    assert wilson(0, 0) is None


@pytest.mark.parametrize(("count", "of", "level"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0), (1, 2, 0.0)])
def test_what_is_no_share_is_refused(count, of, level):
    with pytest.raises(ValueError, match="no "):
        wilson(count, of, level)


# -- counts and means ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # Garwood's exact limits, as tables of the Poisson distribution print them.
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (100, 81.36, 121.63)],
)
def test_the_limits_of_a_poisson_count_are_those_of_the_tables(count: int, low: float, high: float) -> None:
    assert intervals.poisson(count) == pytest.approx((low, high), rel=1e-3)


def test_a_poisson_interval_covers_at_least_as_often_as_it_says() -> None:
    from scipy.stats import poisson

    for mean in (0.5, 2.0, 7.3):
        covered = [k for k in range(60) if intervals.poisson(k)[0] <= mean <= intervals.poisson(k)[1]]
        assert poisson.pmf(covered, mean).sum() >= 0.95


def test_students_interval_of_a_mean() -> None:
    # 2, 4, 6: mean 4, s = 2, t(2; 0.975) = 4.303.
    assert intervals.mean([2, 4, 6]) == pytest.approx((4 - 4.968, 4 + 4.968), rel=1e-3)
    assert intervals.mean([3, 3]) == (3, 3)
    assert intervals.mean([3]) is None


@pytest.mark.parametrize(
    "call",
    [lambda: intervals.poisson(-1), lambda: intervals.poisson(1, 1.0), lambda: intervals.mean([1, 2], 0)],
)
def test_what_is_no_count_or_no_level_is_refused_here_too(call) -> None:
    with pytest.raises(ValueError):
        call()
