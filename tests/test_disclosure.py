"""Suppression by hand, and an attacker who knows the total."""

from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.disclosure import K, protect, ratio_shown


def test_counts_from_one_to_four_are_hidden_and_nought_is_not():
    assert protect([0, 1, 4, 5, 20], total_shown=False) == [0, None, None, 5, 20]


def test_one_hidden_cell_beside_a_total_takes_the_smallest_other_with_it():
    # 120 in all: 120 - 100 - 18 = 2 would give the hidden cell away.
    assert protect([100, 18, 2]) == [100, None, None]


def test_two_hidden_cells_that_sum_to_less_than_five_are_not_enough():
    # 1 + 2 = 3 is known from the total: three persons in two countries.
    assert protect([50, 1, 2, 7]) == [50, None, None, None]


def test_two_hidden_cells_that_sum_to_five_or_more_are_enough():
    assert protect([50, 3, 4, 7]) == [50, None, None, 7]


def test_two_cells_that_could_only_be_two_and_three_are_not_enough():
    # 2 + 3 = 5 leaves each between 1 and 4.
    assert protect([50, 2, 3, 9]) == [50, None, None, None]


def test_nothing_to_hide_stays():
    assert protect([0, 5, 9]) == [0, 5, 9]


def test_a_line_of_one_small_cell_is_hidden_whole():
    assert protect([3, 0]) == [None, 0]


@given(st.lists(st.integers(0, 40), max_size=12))
def test_an_attacker_with_the_total_learns_no_small_group(counts):
    shown = protect(counts)
    assert all(value is None or value == 0 or value >= K for value in shown)
    hidden = [count for count, value in zip(counts, shown, strict=True) if value is None]
    everything_hidden = all(value is None or value == 0 for value in shown)
    # What the attacker can subtract is the sum of the hidden cells, over at least two of them ...
    # ... and from that sum each of them can be anything over a range of at least K.
    assert not hidden or (len(hidden) >= 2 and sum(hidden) - len(hidden) >= K) or everything_hidden
    # ... and what is shown is true.
    assert all(value is None or value == count for count, value in zip(counts, shown, strict=True))


def test_a_share_needs_a_base_of_at_least_23_persons():
    assert not ratio_shown(22)
    assert ratio_shown(23)
    assert not ratio_shown(None)
