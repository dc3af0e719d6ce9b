"""Disclosure control: no published count may let a reader learn about fewer than k persons.

Primary suppression hides counts from 1 to k − 1; a true nought is shown. Where the total of a line is
shown and one cell alone is hidden, the total minus the others would give it away, so the smallest
other cell is hidden too (domain dossier 6.1). Ratios and means need a base that is large enough.
What is safe is what leaves every hidden number, for all that is shown, a range at least k wide; `audit`
in `analysis.audit` asks a linear program for that range.

Which k and which bases hold is the policy's to say (data/catalog/disclosure.yml); what a page shows asks
the one door, `present.persons`, and never these functions.
"""

from bisect import insort
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Cell = tuple[int, int]


def protect(
    counts: Sequence[float], k: int, total_shown: bool = True, also: Sequence[bool] = ()
) -> list[float | None]:
    """Return person counts with those that would disclose replaced by None.

    Hidden cells are not to be marked apart: then their sum, known from a shown total, leaves each of
    them a range at least k wide, whichever of them is the small one. `also` marks cells that are hidden
    for another reason.
    """
    hidden = [0 < count < k for count in counts]
    if also:
        hidden = [
            hide or (other and count > 0) for hide, other, count in zip(hidden, also, counts, strict=True)
        ]
    if total_shown:
        while _too_little_hidden(counts, hidden, k):
            open_cells = [i for i, count in enumerate(counts) if not hidden[i] and count > 0]
            if not open_cells:
                break
            hidden[min(open_cells, key=lambda i: counts[i])] = True
    return [None if hide else float(count) for hide, count in zip(hidden, counts, strict=True)]


def protect_together(lines: Sequence[Sequence[float]], k: int, total_shown: bool = True) -> list[bool]:
    """Tell which places of several lines are hidden in all of them: a part and the rest of the same cells.

    What is shown of one line gives the other away where the sum of both stands elsewhere: the first half
    of a year beside the year gives the second.
    """
    hidden = [False] * len(lines[0])
    while True:
        found = hidden
        for line in lines:
            shown = protect(line, k, total_shown, found)
            found = [hide or cell is None for hide, cell in zip(found, shown, strict=True)]
        if found == hidden:
            return hidden
        hidden = found


def gives_away(counts: Sequence[float], shown: Sequence[float | None], k: int) -> bool:
    """Tell whether a shown total still tells too much of a line of which nothing is left to hide."""
    return _too_little_hidden(counts, [cell is None for cell in shown], k)


def _too_little_hidden(counts: Sequence[float], hidden: Sequence[bool], k: int) -> bool:
    """Tell whether the hidden cells of a line can be worked out from its total."""
    cells = [count for hide, count in zip(hidden, counts, strict=True) if hide]
    # Knowing their sum, each of n hidden cells may be anything from 1 to sum − n + 1: at least k values wide.
    return len(cells) > 0 and (len(cells) < 2 or sum(cells) - len(cells) < k)


def rounded(count: float, base: int) -> float:
    """Round a count to a multiple of the base; one midway goes up: by 5, 1 and 2 → 0, 3 and 4 → 5."""
    return float(int((count + base / 2) // base) * base)


def pooled(persons: Sequence[float], least: float) -> list[bool]:
    """Tell which groups stand together as "other", so that it holds `least` persons and two groups at least.

    Those of fewer do, and as many of the next smallest as it takes.
    """
    order = sorted(range(len(persons)), key=lambda i: (persons[i], i))
    count = sum(number < least for number in persons)
    while 0 < count < len(order) and (count < 2 or sum(persons[i] for i in order[:count]) < least):
        count += 1
    together = set(order[:count])
    return [i in together for i in range(len(persons))]


def is_enough(persons: float | None, least: float) -> bool:
    """Tell whether a share or a mean may be published for a base of so many persons."""
    return persons is not None and persons >= least


# -- tables with totals in both directions ---------------------------------------------------------------


@dataclass(frozen=True)
class ProtectedTable:
    """A table of person counts with its totals, as it may be published; None is hidden."""

    cells: list[list[float | None]]
    rows: list[float | None]
    columns: list[float | None]
    total: float | None


def protect_table(counts: Sequence[Sequence[float]], k: int) -> ProtectedTable:
    """Return a table of person counts with its row, column and grand totals, none of which discloses.

    Counts from 1 to k − 1 are hidden, totals too. Then more is hidden, the smallest first, until the
    equations between cells and totals leave every hidden one a range at least k wide. Hidden cells are not
    to be marked apart. Raises ValueError where rows differ in length.
    """
    grid = _Grid(_numbers(counts), k)
    grid.hide()
    cells = [[grid.shown(i, j) for j in range(grid.columns + 1)] for i in range(grid.rows + 1)]
    return ProtectedTable(
        [row[:-1] for row in cells[:-1]], [row[-1] for row in cells[:-1]], cells[-1][:-1], cells[-1][-1]
    )


def protect_cells(
    counts: Sequence[Sequence[float]],
    k: int,
    rows: Sequence[bool],
    columns: Sequence[bool],
    also: Sequence[Sequence[bool]] = (),
) -> list[list[float | None]]:
    """Return the cells of a table whose totals are published elsewhere, as they may be published there.

    `rows` and `columns` tell which totals are hidden; that stays as it is. The table itself stands nowhere:
    each row is listed apart (the report of a unit), with what it may show and no word of the rest. So
    noughts are hidden as well, and a reader takes a hidden cell for anything from 0. `also` marks cells that
    are hidden for another reason.
    """
    grid = _Grid(_numbers(counts), k, listed=False)
    grid.hidden |= {(i, grid.columns) for i, hide in enumerate(rows) if hide}
    grid.hidden |= {(grid.rows, j) for j, hide in enumerate(columns) if hide}
    grid.hidden |= {
        (i, j)
        for i, of_row in enumerate(rows)
        for j, of_column in enumerate(columns)
        # A part of a hidden total would say how large that is at least.
        if of_row or of_column or (also and also[i][j])
    }
    grid.hide()
    return [[grid.shown(i, j) for j in range(grid.columns)] for i in range(grid.rows)]


def _numbers(counts: Sequence[Sequence[float]]) -> list[list[float]]:
    return [[float(count) for count in row] for row in counts]


class _Grid:
    """A table with its totals as a network: each row and column is a node, each cell an edge between two.

    What enters a node leaves it: a row's total flows in, its cells flow on to their columns. A change that
    no shown number would betray is then a flow round a circle of hidden edges, and how far a hidden cell
    can move is a largest flow.

    In a table that is `listed`, a hidden cell holds one person at least, for a nought would be shown, and
    totals may be hidden as cells are. Else noughts are hidden too and the totals stay as they are.
    """

    def __init__(self, counts: list[list[float]], k: int, listed: bool = True) -> None:
        self.k, self.rows, self.columns = k, len(counts), len(counts[0]) if counts else 0
        self.listed = listed
        if any(len(row) != self.columns for row in counts):
            raise ValueError("the rows of a table must be of the same length")
        full = [[*row, sum(row)] for row in counts]
        full.append([sum(column) for column in zip(*full, strict=True)] or [0.0])
        self.value = {(i, j): count for i, row in enumerate(full) for j, count in enumerate(row)}
        self.hidden = {cell for cell, count in self.value.items() if 0 < count < k}
        if not listed:
            self.hidden |= {cell for cell, count in self.value.items() if count == 0 and self._inside(cell)}

    def shown(self, i: int, j: int) -> float | None:
        return None if (i, j) in self.hidden else self.value[i, j]

    def hide(self) -> None:
        """Hide cells until every hidden one has room to be anything over a range of k.

        What is hidden later only adds room, so a cell that has enough is never looked at again.
        """
        room = self._capacity()
        waiting = sorted(cell for cell in self.hidden if self.value[cell] > 0 and self._is_ours(cell))
        while waiting:
            weak = waiting[0]
            if self._room(weak, room) >= self.k:
                waiting.pop(0)
            elif (more := self._next(weak)) is not None:
                self.hidden.add(more)
                self._open(room, more)
                insort(waiting, more)
            else:
                break

    def _inside(self, cell: Cell) -> bool:
        return cell[0] < self.rows and cell[1] < self.columns

    def _closes(self, cell: Cell, weak: Cell) -> bool:
        """Tell whether a cell completes a rectangle of hidden ones, large enough to swap persons round it."""
        corners = ((cell[0], weak[1]), (weak[0], cell[1]))
        return all(corner in self.hidden and self.value[corner] >= self.k for corner in corners)

    def _is_ours(self, cell: Cell) -> bool:
        """Tell whether a cell is for this table to hide; totals that stand elsewhere are not."""
        return self.listed or self._inside(cell)

    def _least(self, cell: Cell) -> float:
        return 0.0 if not self.listed and self._inside(cell) else min(1.0, self.value[cell])

    def _next(self, weak: Cell) -> Cell | None:
        """Return the cell to hide beside one that can be worked out: of its lines, no total, the smallest."""

        def cost(cell: Cell) -> tuple[bool, bool, bool, float, Cell]:
            apart = cell[0] != weak[0] and cell[1] != weak[1]
            closes = apart and not self.listed and self._closes(cell, weak)
            return not closes, apart, not self._inside(cell), self.value[cell], cell

        left = [
            cell
            for cell, count in self.value.items()
            if count > 0 and cell not in self.hidden and self._is_ours(cell)
        ]
        return min(left, key=cost, default=None)

    def _ends(self, cell: Cell) -> tuple[int, int]:
        """Return where a cell's edge begins and ends; the totals of rows, and of columns, flow back."""
        row, column = cell[0], self.rows + 1 + cell[1]
        back = (cell[0] == self.rows) != (cell[1] == self.columns)
        return (column, row) if back else (row, column)

    def _capacity(self) -> np.ndarray:
        """Return how much may flow from node to node through hidden cells."""
        nodes = self.rows + self.columns + 2
        room = np.zeros((nodes, nodes))
        for cell in self.hidden:
            self._open(room, cell)
        return room

    def _open(self, room: np.ndarray, cell: Cell) -> None:
        """Let a hidden cell carry flow: along its edge without bound, against it down to its least."""
        begin, end = self._ends(cell)
        room[begin, end], room[end, begin] = float(self.k), self.value[cell] - self._least(cell)

    def _room(self, cell: Cell, room: np.ndarray) -> float:
        """Return how wide the range of values is that a hidden cell may have for all a reader knows."""
        begin, end = self._ends(cell)
        down = min(self._flow(begin, end, room), self.value[cell] - self._least(cell))
        return down + (self._flow(end, begin, room) if down < self.k else 0.0)

    def _flow(self, source: int, sink: int, room: np.ndarray) -> float:
        """Return the largest flow from source to sink through the hidden cells but their own, up to k."""
        left = room.copy()
        left[source, sink] = left[sink, source] = 0.0
        found = 0.0
        while found < self.k and (path := _path(left, source, sink)):
            step = min(self.k - found, *(left[edge] for edge in path))
            for begin, end in path:
                left[begin, end] -= step
                left[end, begin] += step
            found += step
        return found


def _path(room: np.ndarray, source: int, sink: int) -> list[tuple[int, int]]:
    """Return the edges of a shortest way with room left, none where there is no way."""
    came: dict[int, int] = {source: source}
    waiting = deque([source])
    while waiting and sink not in came:
        here = waiting.popleft()
        for end in np.flatnonzero(room[here] > 0).tolist():
            if end not in came:
                came[end] = here
                waiting.append(end)
    if sink not in came:
        return []
    edges, end = [], sink
    while end != source:
        edges.append((came[end], end))
        end = came[end]
    return edges
