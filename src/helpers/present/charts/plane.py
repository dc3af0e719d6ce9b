"""A chart of two values of each of many: where they stand, and how fast they move."""

from collections.abc import Mapping

import pandas as pd
from matplotlib import rc_context

from ...texts import Texts
from .. import theme, vector
from ..pieces import Piece
from . import frame as around
from .frame import Words

# Of what the dots span: the width of a letter, how far a name stands from its dot, and half of its height.
_LETTER, _OFFSET, _LINE = 0.031, 0.055, 0.032


def level_and_change(
    frame: pd.DataFrame,
    medians: tuple[float, float],
    axes: tuple[str, str],
    names: Mapping[str, str],
    texts: Texts,
    words: Words,
) -> Piece:
    """Show level against change a year, a dot each, with the medians as lines and one mark of our own.

    `frame`, a row for each row of the words' data: label, value, change, is_own. `axes` name the two values,
    `names` the dots by their label. Where a name would lie on another or on a dot, the dot says it on focus.
    """
    drawn, (ax,) = theme.figure(3.6)
    places = legible(frame, names, medians[1])
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
            if row.label in places:
                colour, weight = (theme.OWN, "bold") if row.is_own else (theme.FAINT, "normal")
                around.label(ax, row.value, places[row.label], names[row.label], colour, weight)
        ax.set_ylim(frame["change"].min() - 0.13 * spread, frame["change"].max() + 0.13 * spread)
        ax.margins(x=0.08)
        ax.set(xlabel=axes[0], ylabel=axes[1])
        theme.number_axis(ax.xaxis, texts.number)
        theme.number_axis(ax.yaxis, texts.number)
    return around.piece(drawn, words)


def legible(frame: pd.DataFrame, names: Mapping[str, str], middle: float) -> dict[str, float]:
    """Return where names stand, by label: the height of each that lies on no dot and on no other name.

    A name stands above its dot, or below it where the dot is under `middle`; our own keeps its place always.
    """
    wide = _LETTER * ((frame["value"].max() - frame["value"].min()) or 1.0)
    spread = (frame["change"].max() - frame["change"].min()) or 1.0
    dots = list(zip(frame["label"], frame["value"], frame["change"], strict=True))
    taken: list[tuple[float, float, float]] = []
    found: dict[str, float] = {}
    for row in frame.sort_values("is_own", ascending=False, kind="stable").itertuples():
        side = 1.25 if row.is_own else 1 if row.change >= middle else -1
        at, half = row.change + spread * _OFFSET * side, wide * len(names[row.label]) / 2
        on_dot = any(
            label != row.label and abs(x - row.value) < half and abs(y - at) < spread * _LINE
            for label, x, y in dots
        )
        on_name = any(
            abs(x - row.value) < half + other and abs(y - at) < 2 * spread * _LINE for x, y, other in taken
        )
        if row.is_own or not (on_dot or on_name):
            found[row.label] = at
            taken.append((row.value, at, half))
    return found
