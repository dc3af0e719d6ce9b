"""A chart of two values of each of many: where they stand, and how fast they move."""

from collections.abc import Mapping

import pandas as pd
from matplotlib import rc_context

from ...texts import Texts
from .. import theme, vector
from ..pieces import Piece
from . import frame as around
from .frame import Words


def level_and_change(
    frame: pd.DataFrame,
    medians: tuple[float, float],
    axes: tuple[str, str],
    names: Mapping[str, str],
    texts: Texts,
    words: Words,
) -> Piece:
    """Show level against change a year, a dot each, with the medians as lines and one mark of our own.

    `frame`, a row for each row of the words' data: label, value, change, is_own. `axes` name the two values;
    `names` the dots that are written beside them, by their label. A dot without a name says it on focus.
    """
    drawn, (ax,) = theme.figure(3.6)
    spread = (frame["change"].max() - frame["change"].min()) or 1.0
    with rc_context(theme.STYLE):
        ax.axvline(medians[0], color=theme.RULE, lw=1.2, zorder=1)
        ax.axhline(medians[1], color=theme.RULE, lw=1.2, zorder=1)
        for place, row in enumerate(frame.itertuples()):
            dot = ax.scatter(
                row.value,
                row.change,
                s=90 if row.is_own else 30,
                marker="D" if row.is_own else "o",
                color=theme.OWN if row.is_own else theme.PEERS,
                edgecolor=theme.PAPER,
                zorder=5 if row.is_own else 3,
            )
            vector.mark(dot, words.row(place))
            if row.label in names:
                above = row.is_own or row.change >= medians[1]
                at = row.change + spread * (0.055 if above else -0.055) * (1.25 if row.is_own else 1)
                colour, weight = (theme.OWN, "bold") if row.is_own else (theme.FAINT, "normal")
                around.label(ax, row.value, at, names[row.label], colour, weight)
        ax.set_ylim(frame["change"].min() - 0.13 * spread, frame["change"].max() + 0.13 * spread)
        ax.margins(x=0.08)
        ax.set(xlabel=axes[0], ylabel=axes[1])
        theme.number_axis(ax.xaxis, texts)
        theme.number_axis(ax.yaxis, texts)
    return around.piece(drawn, words)


def crowded(frame: pd.DataFrame, near: tuple[float, float]) -> set[str]:
    """Return the labels whose name would lie on another's: `near` are width and height of one, as shares.

    Of two that are near the later row gives way; our own keeps its name.
    """
    width = near[0] * ((frame["value"].max() - frame["value"].min()) or 1.0)
    height = near[1] * ((frame["change"].max() - frame["change"].min()) or 1.0)
    taken: list[tuple[float, float]] = []
    hidden = set()
    rows = frame.sort_values("is_own", ascending=False, kind="stable")
    for row in rows.itertuples():
        if any(abs(row.value - x) < width and abs(row.change - y) < height for x, y in taken):
            hidden.add(str(row.label))
        else:
            taken.append((row.value, row.change))
    return hidden
