"""Disclosure control: no published count may let a reader learn about fewer than k persons.

Primary suppression hides counts from 1 to k − 1; a true nought is shown. Where the total of a line is
shown and one cell alone is hidden, the total minus the others would give it away, so the smallest
other cell is hidden too (domain dossier 6.1). Ratios and means need a base that is large enough.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Defaults of the domain dossier, section 6.1.
K = 5
SMALLEST_BASE_OF_RATIO = 22.5
SMALLEST_BASE_OF_MEAN = 8


def protect(counts: Sequence[float], k: int = K, total_shown: bool = True) -> list[float | None]:
    """Return person counts with those that would disclose replaced by None.

    Hidden cells are not to be marked apart: then their sum, known from a shown total, leaves each of
    them a range at least k wide, whichever of them is the small one.
    """
    hidden = [0 < count < k for count in counts]
    if total_shown:
        while _too_little_hidden(counts, hidden, k):
            open_cells = [i for i, count in enumerate(counts) if not hidden[i] and count > 0]
            if not open_cells:
                break
            hidden[min(open_cells, key=lambda i: counts[i])] = True
    return [None if hide else float(count) for hide, count in zip(hidden, counts, strict=True)]


def _too_little_hidden(counts: Sequence[float], hidden: Sequence[bool], k: int) -> bool:
    """Tell whether the hidden cells of a line can be worked out from its total."""
    cells = [count for hide, count in zip(hidden, counts, strict=True) if hide]
    # Knowing their sum, each of n hidden cells may be anything from 1 to sum − n + 1: at least k values wide.
    return len(cells) > 0 and (len(cells) < 2 or sum(cells) - len(cells) < k)


def ratio_shown(denominator: float | None) -> bool:
    """Tell whether a share may be published for a base of so many persons."""
    return denominator is not None and denominator >= SMALLEST_BASE_OF_RATIO


def mean_shown(persons: float | None) -> bool:
    """Tell whether a mean, a median or another figure made of what so many persons did may be published."""
    return persons is not None and persons >= SMALLEST_BASE_OF_MEAN


# -- tables with totals in both directions ---------------------------------------------------------------


@dataclass(frozen=True)
class ProtectedTable:
    """A table of person counts with its totals, as it may be published; None is hidden."""

    cells: list[list[float | None]]
    rows: list[float | None]
    columns: list[float | None]
    total: float | None


def protect_table(counts: Sequence[Sequence[float]], k: int = K) -> ProtectedTable:
    """Return a table of person counts with its row, column and grand totals, none of which discloses.

    Counts from 1 to k − 1 are hidden, totals too. Then more is hidden, the smallest first, until the
    equations between cells and totals leave every hidden one a range at least k wide. Hidden cells are not
    to be marked apart. Raises ValueError where rows differ in length.
    """
    grid = _Grid([[float(count) for count in row] for row in counts], k)
    grid.hide()
    cells = [[grid.shown(i, j) for j in range(grid.columns + 1)] for i in range(grid.rows + 1)]
    return ProtectedTable(
        [row[:-1] for row in cells[:-1]], [row[-1] for row in cells[:-1]], cells[-1][:-1], cells[-1][-1]
    )


class _Grid:
    """A table with its totals as a network: each row and column is a node, each cell an edge between two.

    What enters a node leaves it: a row's total flows in, its cells flow on to their columns. A change that
    no shown number would betray is then a flow round a circle of hidden edges, and how far a hidden cell
    can move is a largest flow.
    """

    def __init__(self, counts: list[list[float]], k: int) -> None:
        self.k, self.rows, self.columns = k, len(counts), len(counts[0]) if counts else 0
        if any(len(row) != self.columns for row in counts):
            raise ValueError("the rows of a table must be of the same length")
        full = [[*row, sum(row)] for row in counts]
        full.append([sum(column) for column in zip(*full, strict=True)] or [0.0])
        self.value = {(i, j): count for i, row in enumerate(full) for j, count in enumerate(row)}
        self.hidden = {cell for cell, count in self.value.items() if 0 < count < k}

    def shown(self, i: int, j: int) -> float | None:
        return None if (i, j) in self.hidden else self.value[i, j]

    def hide(self) -> None:
        """Hide cells until every hidden one has room to be anything over a range of k."""
        while weak := next((cell for cell in sorted(self.hidden) if self._room(cell) < self.k), None):
            more = self._next(weak)
            if more is None:
                break
            self.hidden.add(more)

    def _next(self, weak: tuple[int, int]) -> tuple[int, int] | None:
        """Return the cell to hide beside one that can be worked out: of its lines, no total, the smallest."""

        def cost(cell: tuple[int, int]) -> tuple[bool, bool, float, tuple[int, int]]:
            apart = cell[0] != weak[0] and cell[1] != weak[1]
            return apart, cell[0] == self.rows or cell[1] == self.columns, self.value[cell], cell

        left = [cell for cell, count in self.value.items() if count > 0 and cell not in self.hidden]
        return min(left, key=cost, default=None)

    def _ends(self, cell: tuple[int, int]) -> tuple[int, int]:
        """Return where a cell's edge begins and ends; the totals of rows, and of columns, flow back."""
        row, column = cell[0], self.rows + 1 + cell[1]
        back = (cell[0] == self.rows) != (cell[1] == self.columns)
        return (column, row) if back else (row, column)

    def _room(self, cell: tuple[int, int]) -> float:
        """Return how wide the range of values is that a hidden cell may have for all a reader knows."""
        begin, end = self._ends(cell)
        enough = float(self.k)
        down = min(self._flow(begin, end, cell, enough), self.value[cell] - 1)
        return down + self._flow(end, begin, cell, enough)

    def _flow(self, source: int, sink: int, without: tuple[int, int], enough: float) -> float:
        """Return the largest flow from source to sink through the other hidden cells, up to `enough`.

        Along its edge a cell may grow without bound; against it, it may shrink to one person, for a nought
        would have been shown.
        """
        room: dict[tuple[int, int], float] = {}
        for cell in self.hidden - {without}:
            begin, end = self._ends(cell)
            room[begin, end] = room.get((begin, end), 0.0) + enough
            room[end, begin] = room.get((end, begin), 0.0) + self.value[cell] - 1
        found = 0.0
        while found < enough and (path := _path(room, source, sink)):
            step = min(enough - found, *(room[edge] for edge in path))
            for begin, end in path:
                room[begin, end] -= step
                room[end, begin] += step
            found += step
        return found


def _path(room: dict[tuple[int, int], float], source: int, sink: int) -> list[tuple[int, int]]:
    """Return the edges of a shortest way with room left, none where there is no way."""
    came: dict[int, int] = {source: source}
    waiting = deque([source])
    while waiting and sink not in came:
        here = waiting.popleft()
        for begin, end in sorted(edge for edge, left in room.items() if left > 0 and edge[0] == here):
            if end not in came:
                came[end] = begin
                waiting.append(end)
    return list(_back(came, source, sink)) if sink in came else []


def _back(came: dict[int, int], source: int, sink: int) -> Iterator[tuple[int, int]]:
    while sink != source:
        yield came[sink], sink
        sink = came[sink]
