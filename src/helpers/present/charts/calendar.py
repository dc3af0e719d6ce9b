"""A chart of what falls due, month by month: a row of fields a theme, a field a month."""

from collections.abc import Sequence

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from .. import theme, vector
from ..pieces import Piece
from . import frame as around
from .frame import Words, fold

# Inches of a row: its fields, and its name above them.
_ROW = 0.52
# The first field holds what was due before; a gap parts it from the months.
_BEFORE, _GAP = 2.3, 0.55
# Letters of a line above it.
_LETTERS = 12


def months(rows: Sequence[str], counts: Sequence[Sequence[int]], heads: Sequence[str], words: Words) -> Piece:
    """Show how many things fall due, by theme and month, with what was due before the months.

    `counts`, a row a theme from the top and their sums last: what was due before, then what is due in each
    month; `heads` names these columns. A field's shade follows its count, which is written in it; fields
    without anything stay empty, and sums have none. Data: a row a column of the chart, a column a row of it
    after the names.
    """
    top = max((count for row in counts[:-1] for count in row[1:]), default=0)
    drawn, (ax,) = theme.figure(_ROW * len(rows) + 0.45)
    with rc_context(theme.STYLE):
        for y, (name, row) in enumerate(zip(rows, counts, strict=True)):
            ax.text(0, y - 0.38, fold(name, around.ACROSS, 1), fontsize=theme.SMALL, va="bottom")
            for place, count in enumerate(row):
                if count or y < len(counts) - 1:
                    fill = _fill(count, place, top) if y < len(counts) - 1 else None
                    field = _field(ax, place, y, count, fill)
                    if count:
                        vector.mark(field, words.row(place, y + 1))
        ends = sum(_place(len(heads) - 1))
        ax.set(xlim=(0, ends), ylim=(len(rows) - 0.65, -0.75))
        ax.xaxis.tick_top()
        ax.set_xticks(
            [left + wide / 2 for left, wide in map(_place, range(len(heads)))],
            [fold(heads[0], _LETTERS), *heads[1:]],
        )
        ax.set_yticks([])
        for side in ax.spines.values():
            side.set_visible(False)
    return around.piece(drawn, words)


def _place(column: int) -> tuple[float, float]:
    """Return where a column begins and how wide it is, in months."""
    return (0.0, _BEFORE) if column == 0 else (_BEFORE + _GAP + column - 1, 1.0)


def _fill(count: int, column: int, top: int) -> str:
    """Return the fill of a field: what was due before stands out, months have three steps of one colour."""
    if not count:
        return theme.PAPER
    if not column:
        return theme.EDGE
    return theme.OWN if count > 2 * top / 3 else theme.NEAR if count > top / 3 else theme.BAND


def _field(ax: Axes, column: int, y: float, count: int, fill: str | None) -> Patch:
    """Draw a field with its count, unless there is none; a sum has no fill and no frame."""
    left, wide = _place(column)
    field = Rectangle(
        (left + 0.06, y - 0.27), wide - 0.12, 0.54, fc=fill or theme.PAPER,
        ec=theme.RULE if fill else theme.PAPER, lw=0.8, zorder=1,
    )  # fmt: skip
    ax.add_patch(field)
    if count:
        ax.text(
            left + wide / 2, y, str(count), ha="center", va="center_baseline", fontweight="bold", zorder=2,
            fontsize=theme.SMALL, color=theme.PAPER if fill in (theme.OWN, theme.EDGE) else theme.INK,
        )  # fmt: skip
    return field
