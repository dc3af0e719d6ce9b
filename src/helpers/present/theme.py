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


# The page around the charts: each colour by its name in CSS, as (light, dark). Inks stand on paper, on wash
# or on the wash of their own name with a contrast of 4.5 to 1 at least.
PAGE: dict[str, tuple[str, str]] = {
    "ink": (INK, "#e8ecf0"),
    "faint": ("#4d5761", "#b3bdc7"),
    "rule": (RULE, "#3a4550"),
    "edge": ("#6b7782", "#8b97a3"),
    "paper": ("#ffffff", "#11171d"),
    "wash": ("#f2f5f8", "#1a222a"),
    "own": (OWN, "#84bdf2"),
    "deep": ("#07335c", "#0c2439"),
    "on-deep": ("#ffffff", "#e8ecf0"),
    "focus": ("#b3520a", "#ffb454"),
    "warn": ("#8a3b00", "#f5b87a"),
    "notice": ("#5c3b00", "#ffdf9e"),
    "notice-wash": ("#fff3cd", "#38290a"),
    "notice-edge": ("#b38600", "#8f6d10"),
    # Status bands, by the tone that data/catalog/performance.yml gives them.
    "dark_green": ("#ffffff", "#0c1f17"),
    "dark_green-wash": ("#0a5c40", "#79d3ac"),
    "green": ("#0a4d36", "#a5e3c8"),
    "green-wash": ("#d5eee2", "#123a2b"),
    "yellow": ("#5c3b00", "#ffdf9e"),
    "yellow-wash": ("#ffeab3", "#453208"),
    "red": ("#7d1d0b", "#ffc4b5"),
    "red-wash": ("#fbdcd3", "#4d1a0e"),
    "grey": ("#3d4751", "#c6ced6"),
    "grey-wash": ("#e6eaee", "#28323b"),
}
