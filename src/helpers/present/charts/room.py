"""Where a number stands beside its mark: on no line, no dash and no other number, as near as can be."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import TextToPath

from .. import theme
from . import frame as around

# Pixels: what stays free around a label, how thick a line is taken for, and half of what a mark takes.
_FREE, _THICK, _MARK = 2.0, 2.0, 4.0
# Pixels from which on a thin line leads from a mark to its number.
_FAR = 18.0
# Pixels that a place below the mark must be nearer than one above, for a number is looked for above.
_BELOW = 3.0
# Heights of letters: of a figure without the part below the line, as a share of the size.
_TALL = 0.74
_PLACES, _SAMPLES = 96, 24

Box = tuple[float, float, float, float]


class Room:
    """What is drawn in one panel, so that numbers can be put where nothing is.

    `wide` and `high` are what the panel measures in pixels, about; the limits of its axes are set. Lines and
    marks are told in data coordinates, of which a pixel takes `across` and `up`.
    """

    def __init__(self, ax: Axes, wide: float, high: float) -> None:
        self._ax = ax
        (self._left, right), (self._low, self._top) = ax.get_xlim(), ax.get_ylim()
        self.across, self.up = (right - self._left) / wide, (self._top - self._low) / high
        self._lines: list[tuple[Any, Any]] = []
        self._boxes: list[Box] = []

    def line(self, x: Iterable[float], y: Iterable[float], *, dots: bool = True) -> None:
        """Tell of a line, broken where a value is missing, with a dot at each point or without."""
        xs, ys = np.asarray(list(x), dtype=float), np.asarray(list(y), dtype=float)
        self._lines.append((xs, ys))
        if dots:
            self.marks(xs, ys, 2 * _MARK)

    def bars(self, x: Iterable[float], y: Iterable[float], wide: float) -> None:
        """Tell of bars from nought, so wide in data coordinates."""
        self._boxes += [
            (at - wide / 2, at + wide / 2, 0.0, up) for at, up in zip(x, y, strict=True) if not np.isnan(up)
        ]

    def marks(self, x: Iterable[float], y: Iterable[float], wide: float, high: float = 2 * _MARK) -> None:
        """Tell of marks, so wide and high in pixels: dots, dashes, bars of error."""
        for at, up in zip(x, y, strict=True):
            if not np.isnan(up):
                half, tall = wide / 2 * self.across, high / 2 * self.up
                self._boxes.append((at - half, at + half, up - tall, up + tall))

    def label(
        self,
        x: float,
        y: float,
        text: str,
        colour: str,
        weight: str = "bold",
        ha: str = "center",
        size: float = theme.PLAIN,
        over: float = 0.0,
    ) -> Text:
        """Write a number at the mark `x`, `y`, above it where there is room, and keep its place free.

        Set left or right it begins or ends at its mark, or `over` beyond it. Far from it a line leads there.
        """
        wide, tall = extent(text, size, weight)
        wide, tall = wide * self.across, tall * self.up
        start = x - {"left": over, "center": wide / 2, "right": wide - over}[ha]
        # A label that would leave the panel on one side is moved back into it.
        start = min(max(start, self._left), self._left + max(0.0, self._span - wide))
        middle = self._free(start, start + wide, y, tall / 2)
        far = abs(middle - y) / self.up
        if far > _FAR and start <= x <= start + wide:
            side = 1 if middle > y else -1
            ends = [y + side * _MARK * self.up, middle - side * tall / 2]
            self._ax.plot([x, x], ends, color=theme.FAINT, lw=0.8, zorder=2)
        at = start + {"left": 0.0, "center": 0.5, "right": 1.0}[ha] * wide
        self._boxes.append((start, start + wide, middle - tall / 2, middle + tall / 2))
        return around.label(
            self._ax, at, middle, text, colour, weight, ha=ha, va="center_baseline", fontsize=size
        )

    @property
    def _span(self) -> float:
        left, right = self._ax.get_xlim()
        return float(right - left)

    def _free(self, left: float, right: float, y: float, half: float) -> float:
        """Return the height nearest to a mark at which a label touches nothing, or touches least."""
        free, thick = _FREE * self.up, _THICK * self.up
        places = np.linspace(self._low + half, self._top - half, _PLACES)
        taken = np.zeros(_PLACES)
        across = np.linspace(left, right, _SAMPLES)
        for xs, ys in self._lines:
            inside = across[(across >= xs.min()) & (across <= xs.max())]
            for up in np.interp(inside, xs, ys):  # a missing value makes its neighbourhood missing
                if not np.isnan(up):
                    taken += np.clip(half + free + thick - np.abs(places - up), 0, None)
        for x0, x1, y0, y1 in self._boxes:
            if x0 < right and left < x1:
                over = np.minimum(places + half + free, y1) - np.maximum(places - half - free, y0)
                taken += _SAMPLES * np.clip(over, 0, None)
        away = np.abs(places - y) / self.up + np.where(places < y, _BELOW, 0.0)
        return float(places[np.argmin(taken / self.up * 1000 + away)])


@lru_cache(maxsize=2048)
def extent(text: str, size: float, weight: str) -> tuple[float, float]:
    """Return how wide and high a line of text is, in pixels; its height is that of its figures."""
    face = FontProperties(family=theme.STYLE["font.family"], size=size, weight=weight)
    width, _, _ = TextToPath().get_text_width_height_descent(text, face, ismath=False)
    return float(width) * theme.DPI / 72 + 2.0, size * _TALL * theme.DPI / 72
