"""The linear program that asks what a reader can work out, by hand and against the networks that hide."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.analysis import disclosure
from helpers.analysis.audit import Range, Sum, audit, too_narrow
from helpers.analysis.disclosure import protect, protect_cells, protect_table

K = 5


def of_table(cells, rows, columns, total):
    """A table as numbers by name and the equations between them; totals are under −1."""
    shown = {(i, j): cell for i, row in enumerate(cells) for j, cell in enumerate(row)}
    shown |= {(i, -1): one for i, one in enumerate(rows)} | {(-1, j): one for j, one in enumerate(columns)}
    shown[-1, -1] = total
    high, wide = len(rows), len(columns)
    sums = [Sum((i, -1), tuple((i, j) for j in range(wide))) for i in range(high)]
    sums += [Sum((-1, j), tuple((i, j) for i in range(high))) for j in range(wide)]
    sums += [Sum((-1, -1), tuple((i, -1) for i in range(high)))]
    return shown, sums


def test_one_hidden_number_beside_its_total_is_known():
    shown = {"total": 120.0, "a": 100.0, "b": 18.0, "c": None}
    assert audit(shown, [Sum("total", ("a", "b", "c"))]) == {"c": Range(2.0, 2.0)}


def test_two_hidden_numbers_share_what_the_total_leaves():
    shown = {"total": 120.0, "a": 100.0, "b": None, "c": None}
    found = audit(shown, [Sum("total", ("a", "b", "c"))], least={"b": 1.0, "c": 1.0})
    assert found == {"b": Range(1.0, 19.0), "c": Range(1.0, 19.0)}
    assert too_narrow(found, 19) == found and too_narrow(found, 18) == {}


def test_a_hidden_total_has_no_upper_end():
    found = audit({"total": None, "a": 7.0, "b": None}, [Sum("total", ("a", "b"))])
    assert found["total"] == Range(7.0, float("inf"))


def test_two_equations_tell_what_each_alone_does_not():
    # Rows 30 and 60, columns 67 and 23, and 27 shown: the other three follow.
    shown, sums = of_table([[27.0, None], [None, None]], [30.0, 60.0], [67.0, 23.0], 90.0)
    found = audit(shown, sums)
    assert {name: one.low for name, one in found.items()} == {(0, 1): 3.0, (1, 0): 40.0, (1, 1): 20.0}
    assert too_narrow(found, 1) == found


def test_numbers_that_contradict_one_another_are_refused():
    with pytest.raises(ValueError, match="do not add up"):
        audit({"total": 5.0, "a": 4.0}, [Sum("total", ("a",))])
    with pytest.raises(ValueError, match="contradict"):
        audit({"total": 5.0, "a": 7.0, "b": None}, [Sum("total", ("a", "b"))])
    with pytest.raises(ValueError, match="not among"):
        audit({"total": 5.0}, [Sum("total", ("a",))])


@settings(max_examples=60)
@given(st.lists(st.integers(0, 30), min_size=2, max_size=8), st.sampled_from([3, 5, 10]))
def test_a_line_that_is_protected_stands_the_audit_or_says_that_it_does_not(counts, k):
    cells = protect(counts, k)
    total = float(sum(counts))
    shown = {"total": None if 0 < total < k else total, **dict(enumerate(cells))}
    found = audit(shown, [Sum("total", tuple(range(len(counts))))], least=dict.fromkeys(shown, 1.0))
    narrow = too_narrow({name: one for name, one in found.items() if name != "total"}, k)
    assert bool(narrow) <= disclosure.gives_away(counts, cells, k)
    if shown["total"] is not None:
        assert bool(narrow) == disclosure.gives_away(counts, cells, k)


shapes = st.tuples(st.integers(1, 5), st.integers(1, 4))
tables = shapes.flatmap(
    lambda s: st.lists(
        st.lists(st.integers(0, 12), min_size=s[1], max_size=s[1]), min_size=s[0], max_size=s[0]
    )
)


@settings(max_examples=60)
@given(tables, st.sampled_from([3, 5, 10]))
def test_no_hidden_number_of_a_protected_table_can_be_narrowed_to_less_than_k(counts, k):
    """The networks of `protect_table` and the linear program agree, cells and totals together."""
    table = protect_table(counts, k)
    shown, sums = of_table(table.cells, table.rows, table.columns, table.total)
    least = {name: 1.0 for name, value in shown.items() if value is None}
    assert too_narrow(audit(shown, sums, least), k) == {}


@settings(max_examples=60)
@given(tables)
def test_the_room_of_a_hidden_cell_is_the_width_that_the_program_finds(counts):
    """Also where too little is hidden: the two measures are one, up to k, where the networks stop looking."""
    grid = disclosure._Grid([[float(n) for n in row] for row in counts], K)
    room = grid._capacity()
    cells = [[grid.shown(i, j) for j in range(grid.columns + 1)] for i in range(grid.rows + 1)]
    shown, sums = of_table(
        [row[:-1] for row in cells[:-1]], [r[-1] for r in cells[:-1]], cells[-1][:-1], cells[-1][-1]
    )
    found = audit(shown, sums, {name: 1.0 for name, value in shown.items() if value is None})
    for i, j in product(range(grid.rows + 1), range(grid.columns + 1)):
        name = (-1 if i == grid.rows else i, -1 if j == grid.columns else j)
        if name in found:
            assert min(grid._room((i, j), room), K) == pytest.approx(min(found[name].width, K))


@settings(max_examples=60)
@given(tables)
def test_the_reports_of_units_stand_the_audit_beside_the_university(counts):
    """Rows are units with reports of their own; their totals and the university's groups stand elsewhere."""
    rows, columns = [float(sum(row)) for row in counts], [float(sum(c)) for c in zip(*counts, strict=True)]
    flags = [[cell is None for cell in protect(line, K)] for line in (rows, columns)]
    if any(disclosure.gives_away(line, protect(line, K), K) for line in (rows, columns)):
        return  # then no breakdown is shown at all
    cells = protect_cells(counts, K, *flags)
    shown, sums = of_table(
        cells,
        [None if hide else n for n, hide in zip(rows, flags[0], strict=True)],
        [None if hide else n for n, hide in zip(columns, flags[1], strict=True)],
        sum(rows),
    )
    least = {name: 1.0 for name, value in shown.items() if value is None and -1 in name}
    inside = {(i, j): counts[i][j] for i, j in shown if -1 not in (i, j)}
    of = [name for name, cell in shown.items() if cell is None and inside.get(name, 1) > 0]
    assert too_narrow(audit(shown, sums, least, of), K) == {}


def test_no_part_of_a_hidden_total_is_shown():
    """The second unit is hidden for the first, of three; its seven in one group would tell most of its 14."""
    cells = protect_cells([[3, 0], [7, 7], [7, 30]], K, [True, True, False], [False, False])
    assert cells == [[None, None], [None, None], [7, 30]]
