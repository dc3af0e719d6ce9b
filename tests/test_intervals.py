"""Wilson's interval against published examples, its own algebra, and the shares it must hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
