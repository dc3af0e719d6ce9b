"""The one place for colours, sizes and number formats of charts.

Each colour is a role with a value for light and for dark paper. The palette is colour-blind safe (blue
against orange), and its roles differ in lightness, so that they part in greyscale print too. The page takes
them from `CHART`; a chart names them as custom properties with the light value behind (`variable`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

LIGHT: Mapping[str, str] = {
    "paper": "#ffffff",
    "ink": "#1c2329",
    "faint": "#59636e",
    "rule": "#c9d0d6",
    "own": "#0b4f8a",
    "edge": "#b3520a",
    "peers": "#8a929a",
    "band": "#dfe4e9",
    "near": "#aac8e4",
    "land": "#e6e9ec",
}
DARK: Mapping[str, str] = {
    "paper": "#11171d",
    "ink": "#e8ecf0",
    "faint": "#b3bdc7",
    "rule": "#4a5663",
    "own": "#5aa9f0",
    "edge": "#ffc285",
    "peers": "#76818c",
    "band": "#2b343c",
    "near": "#23476a",
    "land": "#29323a",
}
# The colours of charts by their name in CSS, as (light, dark).
CHART: Mapping[str, tuple[str, str]] = {f"chart-{role}": (LIGHT[role], DARK[role]) for role in LIGHT}
# What each role is for: our own values; the target, the edge or the other direction; the peers and what lies
# behind; the band of peers or of an interval.
PAPER, INK, FAINT, RULE = LIGHT["paper"], LIGHT["ink"], LIGHT["faint"], LIGHT["rule"]
OWN, EDGE, PEERS, BAND = LIGHT["own"], LIGHT["edge"], LIGHT["peers"], LIGHT["band"]
NEAR, LAND = LIGHT["near"], LIGHT["land"]
# How lines of one chart differ: by colour, by mark and by stroke, so that they part without colour too.
SERIES: Sequence[tuple[str, str, Any]] = (
    (OWN, "o", "-"),
    (EDGE, "s", (0, (6, 2))),
    (FAINT, "^", (0, (2, 2))),
)
FIRST, SECOND, _ = SERIES
_ROLES = {value: role for role, value in LIGHT.items()}

# Inches. At 96 dots per inch a chart is 432 pixels wide: on a telephone of 360 its letters keep three
# quarters of their size, and a page need not blow it up beyond a third.
WIDTH = 4.5
DPI = 96
# Points. Nothing is set smaller than the small size.
SMALL, PLAIN = 9.2, 10.0
# The faces of the page, the first of which a system has.
FONTS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif'

STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": PLAIN,
    "lines.markeredgewidth": 0,
    "axes.edgecolor": RULE,
    "axes.labelcolor": FAINT,
    "axes.linewidth": 0.8,
    "axes.titlesize": PLAIN,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": INK,
    "xtick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
}


def variable(colour: str) -> str:
    """Return a colour of the light theme as a custom property of the page, the value itself behind it.

    Raises KeyError for a colour that the theme does not hold.
    """
    return f"var(--chart-{_ROLES[colour]},{colour})"


# How a page shows charts: no wider than they read well, the mark that has the focus, and its values where no
# script shows them.
RULES = """
svg.chart { display: block; width: 100%; max-width: 36rem; height: auto; margin: .8rem 0; }
.mark:focus { outline: none; }
.mark:focus > rect { stroke: var(--chart-ink); stroke-width: 1.5; }
.values { pointer-events: none; }
.values > rect { fill: var(--chart-ink); }
.values > text { fill: var(--chart-paper); font-size: 12px; text-anchor: middle; }
@media (scripting: none) { .mark:focus > .values { visibility: visible; } }
"""


def css() -> str:
    """Return what a page needs to show charts: the colours for light and dark paper, and the rules."""
    light, dark = (" ".join(f"--{name}: {pair[shade]};" for name, pair in CHART.items()) for shade in (0, 1))
    return (
        f":root {{ {light} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}{RULES}"
    )


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


def number_axis(axis: Axis, write: Callable[[float], str]) -> None:
    """Mark an axis at whole numbers, each written as `write` does: as a number, with its unit."""
    axis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    # On a very short axis the locator falls back to fractions; a rounded label would lie there.
    axis.set_major_formatter(FuncFormatter(lambda value, _: write(value) if value == round(value) else ""))


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
