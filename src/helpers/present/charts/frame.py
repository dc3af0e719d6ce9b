"""What stands around every chart, and the marks that are drawn the same way in all of them."""

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from ...texts import links
from .. import pieces, theme, vector
from ..pieces import NOTE_TYPE, SVG, Column, Piece

# Letters of a line beside a chart, over its whole width, and lines of a label at most.
ACROSS, _LINES = 58, 3
# Letters of what a figure shows about one mark.
_MARK_LETTERS = 240


@dataclass(frozen=True)
class Words:
    """What is written around a chart; `points` are its numbers in words, one a mark.

    `data` is the table behind the chart, its cells as the reader sees them and no more than the chart
    publishes; the first column names the rows. What a mark shows on hover and focus is read from it (`row`),
    so that both say the same. `indicators` are the codes that the chart speaks of.
    """

    title: str
    subtitle: str
    source: str
    points: Sequence[str]
    notes: Sequence[str] = ()
    caveats: Mapping[str, str] = field(default_factory=dict)
    data: Sequence[Column] = ()
    indicators: Sequence[str] = ()

    @property
    def alt(self) -> str:
        """Return the chart in plain words."""
        points = "; ".join(self.points)
        return links.bare(f"{self.title.rstrip('.')}. {points.rstrip('.')}.")

    def row(self, row: int, *columns: int) -> str:
        """Say a row of the data by its place: its name, and the cells of some columns or of all others.

        Without data there is nothing to say.
        """
        if not self.data:
            return ""
        wanted = columns or range(1, len(self.data))
        cells = [(self.data[i].title, links.bare(self.data[i].cells[row])) for i in wanted]
        said = " · ".join(f"{title}: {cell}" for title, cell in cells if cell)
        name = self.data[0].cells[row]
        return textwrap.shorten(f"{name} · {said}" if said else name, _MARK_LETTERS, placeholder=" …")


def piece(figure: Figure, words: Words) -> Piece:
    """Turn a drawn figure and its words into what a cell shows."""
    note = pieces.note(
        "figure", words.title, words.subtitle, words.source, words.notes, words.caveats,
        indicators=words.indicators, data=words.data,
    )  # fmt: skip
    return Piece(
        {
            SVG: picture(figure, words.title),
            "text/plain": links.bare(
                "\n".join([words.title, words.subtitle, *words.points, *words.notes, *words.caveats.values()])
            ),
            NOTE_TYPE: {**note, "alt": words.alt},
        }
    )


def picture(figure: Figure, title: str) -> str:
    """Draw a figure, once."""
    return vector.svg(figure, links.bare(title))


# -- marks that are the same in every chart --------------------------------------------------------------


def mark_targets(ax: Axes, x: Iterable[float], y: Iterable[float], width: float = 14.0) -> None:
    """Draw the targets of years: a short bar in ink, in every chart."""
    ax.plot(
        list(x), list(y), color=theme.INK, ls="", marker="_", ms=width, mew=2.0, zorder=3.5
    )  # fmt: skip


def target_line(ax: Axes, at: float, low: float, high: float) -> None:
    """Draw a target across rows: the same bar in ink, upright."""
    ax.plot([at, at], [low, high], color=theme.INK, lw=2.0, zorder=3.5, solid_capstyle="butt")


def band_over_years(ax: Axes, years: Any, low: Any, high: Any, colour: str = theme.BAND) -> None:
    """Draw the middle half of the peers, or an interval, behind a line."""
    ax.fill_between(years, low, high, color=colour, lw=0, zorder=0.5)


def band_in_row(ax: Axes, y: float, low: float, high: float, median: float, half: float = 0.25) -> None:
    """Draw the middle half of the peers in a row and their median in it."""
    ax.barh(y, high - low, left=low, height=2 * half, color=theme.BAND, zorder=1)
    ax.plot([median] * 2, [y - half, y + half], color=theme.FAINT, lw=2, zorder=2, solid_capstyle="butt")


def spell(ax: Axes, span: tuple[int, int], shown: Any) -> bool:
    """Shade years that broke the series, where any of them is shown; return whether it is."""
    low, high = max(span[0], min(shown)), min(span[1], max(shown))
    if low > high:
        return False
    ax.axvspan(low - 0.5, high + 0.5, color=theme.BAND, lw=0, zorder=0)
    return True


def breaks(ax: Axes, found: Mapping[int, str], top: float) -> None:
    """Draw a broken line before each year whose method differs, with what changed."""
    for year, text in found.items():
        ax.axvline(year - 0.5, color=theme.FAINT, lw=1.2, ls=(0, (4, 3)), zorder=1)
        ax.annotate(
            fold(text, 24, 4), (year - 0.5, top), (4, 0), textcoords="offset points", color=theme.FAINT,
            fontsize=theme.SMALL, va="top",
        )  # fmt: skip


# -- letters ---------------------------------------------------------------------------------------------


def label(
    ax: Axes, x: float, y: float, text: str, colour: str = theme.INK, weight: str = "normal", **more: Any
) -> Text:
    """Write at a mark, in letters that stand out from what lies behind."""
    given = {"ha": "center", "va": "center", "fontsize": theme.PLAIN, "zorder": 5, **more}
    written = ax.text(x, y, text, color=colour, fontweight=weight, **given)
    vector.halo(written)
    return written


def end(ax: Axes, x: float, y: float, text: str, colour: str, weight: str = "normal") -> Text:
    """Name a line at its end."""
    return label(ax, x, y, text, colour, weight, ha="left")


def key(ax: Axes, *lines: tuple[str, str, str]) -> None:
    """Explain marks above the chart, one a line: the mark, its colour, and what it stands for."""
    for place, (sign, colour, text) in enumerate(reversed(lines)):
        put: dict[str, Any] = {"transform": ax.transAxes, "fontsize": theme.SMALL, "va": "bottom"}
        step = 15 / (ax.get_position().height * ax.figure.bbox.height)
        ax.text(0, 1.02 + place * step, sign, color=colour, **put)
        ax.text(0.045 if sign else 0, 1.02 + place * step, text, color=theme.FAINT, **put)


def fold(text: str, letters: int, lines: int = _LINES) -> str:
    """Break a label into lines, the last cut short where a name is longer than any should be."""
    return "\n".join(textwrap.wrap(text, letters, max_lines=lines, placeholder=" …"))


def apart(places: Sequence[float], least: float, floor: float = -math.inf) -> list[float]:
    """Move labels apart by so much at least, each as near its own place as its neighbours allow.

    Their order stays, and none goes below `floor`. Labels that touch form a block around the mean of their
    places (the least squares of their moves, as in isotonic regression by pooling neighbours).
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    blocks: list[list[int]] = []

    def start(block: list[int]) -> float:
        middle = sum(places[i] - least * step for step, i in enumerate(block)) / len(block)
        return max(middle, floor)

    for i in order:
        blocks.append([i])
        while len(blocks) > 1 and start(blocks[-1]) < start(blocks[-2]) + least * len(blocks[-2]):
            last = blocks.pop()
            blocks[-1] += last
    return [
        moved
        for _, moved in sorted(
            (i, start(block) + least * step) for block in blocks for step, i in enumerate(block)
        )
    ]


def known(value: Any) -> bool:
    """Return whether a cell holds a number."""
    return value is not None and not math.isnan(value)
