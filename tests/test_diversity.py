"""How many kinds there are and how evenly they share: worked by hand, and laws that hold for any counts."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis import diversity

counts = st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any)


@pytest.mark.parametrize(
    ("given_counts", "expected"),
    [
        ([7], 1),  # one kind
        ([5, 5, 5, 5], 4),  # four alike
        ([5, 5, 0, 0], 2),  # a kind that is absent is none
        ([2, 1, 1], 2.828427),  # H = 1.5 ln 2
        ([9, 1], 1.384145),  # 0.9 ln(10/9) + 0.1 ln 10 = 0.0948245 + 0.2302585 = 0.3250830
    ],
)
def test_effective_number(given_counts, expected):
    assert diversity.effective_number(given_counts) == pytest.approx(expected, abs=1e-6)


def test_evenness_is_over_all_possible_kinds():
    assert diversity.evenness([4, 4, 4], 3) == pytest.approx(1)
    assert diversity.evenness([4, 0, 0], 3) == 0
    # Two of three possible, alike: ln 2 / ln 3.
    assert diversity.evenness([4, 4], 3) == pytest.approx(0.630930, abs=1e-6)
    assert diversity.evenness([4], 1) is None
    with pytest.raises(ValueError, match="more kinds"):
        diversity.evenness([1, 1, 1], 2)


def test_share_of_the_largest():
    assert diversity.top_share([10, 40, 30, 20], 3) == pytest.approx(0.9)
    assert diversity.top_share([10, 40], 3) == pytest.approx(1)
    assert diversity.top_share([10, 40, 30, 20], 0) == 0


@pytest.mark.parametrize("nothing", [[], [0, 0]])
def test_nothing_counted_has_no_diversity(nothing):
    assert diversity.entropy(nothing) is None
    assert diversity.effective_number(nothing) is None
    assert diversity.evenness(nothing, 3) is None
    assert diversity.top_share(nothing, 3) is None


@pytest.mark.parametrize("wrong", [[1, -1], [1, math.nan], [math.inf]])
def test_what_is_no_count_is_refused(wrong):
    with pytest.raises(ValueError, match="counts"):
        diversity.entropy(wrong)


@given(counts)
def test_effective_number_lies_between_one_and_the_number_of_kinds(values):
    kinds = sum(value > 0 for value in values)
    found = diversity.effective_number(values)
    assert 1 - 1e-9 <= found <= kinds + 1e-9
    assert 0 <= diversity.evenness(values, max(kinds, 2)) <= 1 + 1e-9


@given(counts, st.integers(2, 50))
def test_only_shares_matter(values, factor):
    """Not the size of the counts, nor their order."""
    scaled = [factor * value for value in reversed(values)]
    assert diversity.effective_number(scaled) == pytest.approx(diversity.effective_number(values))
    assert diversity.top_share(scaled, 3) == pytest.approx(diversity.top_share(values, 3))


@given(counts)
def test_two_equal_halves_are_twice_as_diverse(values):
    """Twin populations without a common kind: the property that makes exp(H) a number of kinds."""
    assert diversity.effective_number(values * 2) == pytest.approx(2 * diversity.effective_number(values))
