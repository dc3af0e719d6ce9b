"""The one place for colours, sizes and number formats of charts.

The palette is colour-blind safe (blue against orange) and keeps its order in greyscale print.
"""

from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..texts import Texts

OWN = "#0b4f8a"
EDGE = "#b3520a"
PEERS = "#8a929a"
BAND = "#dfe4e9"
INK = "#1c2329"
FAINT = "#59636e"
RULE = "#c9d0d6"

# Inches; at 2 × 100 dots per inch a chart stays sharp at the page's full width.
WIDTH = 7.2
DPI = 200

STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 10.5,
    "axes.edgecolor": RULE,
    "axes.labelcolor": FAINT,
    "axes.linewidth": 0.8,
    "axes.titlesize": 10.5,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": INK,
    "xtick.labelcolor": INK,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
}


def figure(height: float, columns: int = 1, rows: int = 1) -> tuple[Figure, list[Axes]]:
    """Return an empty figure in the house style with its axes side by side, row by row."""
    with rc_context(STYLE):
        drawn = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
        axes = [drawn.add_subplot(rows, columns, i + 1) for i in range(rows * columns)]
        for ax in axes:
            plain(ax)
    return drawn, axes


def plain(ax: Axes) -> None:
    """Take away what carries no information."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0)


def number_axis(axis: Axis, texts: Texts) -> None:
    """Mark an axis at whole numbers, written as the language writes them."""
    axis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    # On a very short axis the locator falls back to fractions; a rounded label would lie there.
    axis.set_major_formatter(
        FuncFormatter(lambda value, _: texts.number(value) if value == round(value) else "")
    )
