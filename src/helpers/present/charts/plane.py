"""A chart of two measures: each thing a mark on a plane."""

from typing import Any

import pandas as pd
from matplotlib import rc_context

from ...texts import Texts
from .. import theme, vector
from ..pieces import Piece
from . import frame as around
from .frame import Words


def plane(
    frame: pd.DataFrame, axes: tuple[str, str], medians: tuple[float, float], texts: Texts, words: Words
) -> Piece:
    """Show where things stand on two measures at once, with the medians of the others as lines.

    `frame`: label (short), x, y, own (bool; one row is). `axes` name the measures. The own mark and those at
    the edges carry their names, all others say theirs on focus. Neither axis begins at nought: the place
    among the others is the question. Data: x, y.
    """
    frame = frame.reset_index(drop=True)
    drawn, (ax,) = theme.figure(3.7)
    edges = {frame[side].idxmin() for side in ("x", "y")} | {frame[side].idxmax() for side in ("x", "y")}
    spread = float(frame["y"].max() - frame["y"].min()) or 1.0
    with rc_context(theme.STYLE):
        ax.axvline(medians[0], color=theme.RULE, lw=1.2, zorder=1)
        ax.axhline(medians[1], color=theme.RULE, lw=1.2, zorder=1)
        for i, row in frame.iterrows():
            look: dict[str, Any] = (
                {"s": 80, "marker": "D", "color": theme.OWN, "zorder": 5}
                if row["own"]
                else {"s": 34, "color": theme.PEERS, "zorder": 3}
            )
            dot = ax.scatter(row["x"], row["y"], edgecolor=theme.PAPER, lw=0.8, **look)
            vector.mark(dot, words.row(i))
            if row["own"] or i in edges:
                colour, weight = (theme.OWN, "bold") if row["own"] else (theme.FAINT, "normal")
                up = 0.075 if row["y"] >= medians[1] else -0.075
                around.label(
                    ax, row["x"], row["y"] + up * spread, row["label"], colour, weight, fontsize=theme.SMALL
                )
        ax.set_ylim(frame["y"].min() - 0.14 * spread, frame["y"].max() + 0.16 * spread)
        ax.margins(x=0.12)
        ax.set_xlabel(axes[0], fontsize=theme.SMALL)
        ax.set_ylabel(axes[1], fontsize=theme.SMALL)
        theme.number_axis(ax.xaxis, texts)
        theme.number_axis(ax.yaxis, texts)
    return around.piece(drawn, words)
