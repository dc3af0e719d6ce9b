"""Suppression by hand, and an attacker who knows the total."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.analysis import disclosure
from helpers.analysis.disclosure import ProtectedTable
from helpers.catalog import load

K = 5


def protect(counts, total_shown=True):
    return disclosure.protect(counts, K, total_shown)


def protect_table(counts):
    return disclosure.protect_table(counts, K)


def ratio_shown(base):
    return disclosure.is_enough(base, load().disclosure.smallest_base_of_ratio)


def mean_shown(persons):
    return disclosure.is_enough(persons, load().disclosure.smallest_base_of_mean)


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


@pytest.mark.parametrize(("persons", "shown"), [(None, False), (0, False), (7, False), (8, True)])
def test_a_mean_needs_eight_persons(persons, shown):
    assert mean_shown(persons) is shown


# -- tables with totals in both directions ---------------------------------------------------------------


def everything(table: ProtectedTable) -> list[list[float | None]]:
    """The table with its totals, as a reader sees it."""
    rows = [[*cells, total] for cells, total in zip(table.cells, table.rows, strict=True)]
    return [*rows, [*table.columns, table.total]]


def test_one_small_cell_takes_three_with_it():
    # Staff out and in: 30 − 27 would give the 3 away, and so would 43 − 40.
    found = protect_table([[27, 3], [40, 20]])
    assert found.cells == [[None, None], [None, None]]
    assert (found.rows, found.columns, found.total) == ([30, 60], [67, 23], 90)


def test_the_smallest_that_will_do_are_hidden():
    found = protect_table([[27, 3], [40, 20], [60, 50]])
    assert found.cells == [[None, None], [None, None], [60, 50]]


def test_a_total_below_five_is_hidden_too():
    found = protect_table([[2, 0], [30, 40]])
    assert found.cells[0] == [None, 0]
    assert found.rows[0] is None
    # 72 − 70 would give the row's total away, and 32 − 30 its cell.
    assert everything(found)[1][2] is None or found.total is None
    assert None in (found.cells[1][0], found.columns[0])


def test_a_table_without_small_counts_stays():
    found = protect_table([[5, 0, 9], [12, 8, 40]])
    assert found.cells == [[5, 0, 9], [12, 8, 40]]
    assert (found.rows, found.columns, found.total) == ([14, 60], [17, 8, 49], 74)


def test_two_small_cells_of_one_person_each_are_not_enough():
    """Crosswise hidden cells whose rows add up to little leave no room either."""
    found = protect_table([[1, 1, 30], [1, 1, 30], [30, 30, 30]])
    assert found.cells[0].count(None) == 3 or found.cells[2].count(None) >= 2


def test_a_table_of_nothing_is_a_table_of_nothing():
    assert everything(protect_table([])) == [[0]]
    assert everything(protect_table([[0, 0]])) == [[0, 0, 0], [0, 0, 0]]


def test_rows_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="same length"):
        protect_table([[1, 2], [3]])


def consistent(table: ProtectedTable, most: int) -> list[list[int]]:
    """Every table of counts, cells and totals in a line, that a reader who sees this one can imagine."""
    seen = everything(table)
    shape = (len(table.cells), len(table.columns))
    choices = [[int(cell)] if cell is not None else range(1, most + 1) for row in table.cells for cell in row]
    found = []
    for values in product(*choices):
        rows = [list(values[i * shape[1] : (i + 1) * shape[1]]) for i in range(shape[0])]
        full = [[*row, sum(row)] for row in rows]
        full.append([sum(column) for column in zip(*full, strict=True)])
        fits = all(
            value == known if known is not None else value > 0
            for line, said in zip(full, seen, strict=True)
            for value, known in zip(line, said, strict=True)
        )
        if fits:
            found.append([value for line in full for value in line])
    return found


def of_shape(rows: int, columns: int) -> st.SearchStrategy[list[list[int]]]:
    row = st.lists(st.integers(0, 9), min_size=columns, max_size=columns)
    return st.lists(row, min_size=rows, max_size=rows)


@settings(max_examples=80)
@given(st.sampled_from([(1, 1), (1, 2), (2, 1), (1, 3), (2, 2)]).flatmap(lambda shape: of_shape(*shape)))
def test_an_attacker_with_all_totals_learns_no_small_group(counts):
    """Every hidden number may, for all that is shown, be anything over a range of at least K."""
    found = protect_table(counts)
    true = [[*row, sum(row)] for row in counts]
    true.append([sum(column) for column in zip(*true, strict=True)])
    seen = [cell for row in everything(found) for cell in row]
    for cell, count in zip(seen, [value for row in true for value in row], strict=True):
        assert cell == count or (cell is None and count > 0)
        assert cell is None or cell == 0 or cell >= K
    hidden = [place for place, cell in enumerate(seen) if cell is None]
    if hidden:
        imagined = consistent(found, most=9 + K)
        for place in hidden:
            values = [one[place] for one in imagined]
            assert max(values) - min(values) >= K


@given(st.tuples(st.integers(2, 6), st.integers(2, 4)).flatmap(lambda shape: of_shape(*shape)))
def test_no_line_of_a_larger_table_gives_its_small_cells_away(counts):
    """What subtraction along one line tells: never one hidden number alone, and never too small a sum."""
    seen = everything(protect_table(counts))
    true = [[*row, sum(row)] for row in counts]
    true.append([sum(column) for column in zip(*true, strict=True)])
    columns = zip(zip(*seen, strict=True), zip(*true, strict=True), strict=True)
    for shown, real in [*zip(seen, true, strict=True), *columns]:
        *cells, total = shown
        hidden = [value for cell, value in zip(cells, real, strict=False) if cell is None]
        if total is not None:
            assert not hidden or sum(hidden) - len(hidden) >= K
        else:
            assert hidden


def test_a_cell_that_is_hidden_alone_for_another_reason_gets_a_companion():
    """However large it is: the total less the others would be it."""
    assert disclosure.protect([40, 30, 20], 5, also=[True, False, False]) == [None, 30.0, None]
    assert disclosure.protect([40, 30, 20], 5, total_shown=False, also=[True, False, False])[1:] == [30, 20]
    assert disclosure.gives_away([40, 0], [None, 0], 5)
