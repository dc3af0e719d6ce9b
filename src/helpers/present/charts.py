"""Charts, each drawn for one question. A chart says what it found in its title and in plain words."""

import base64
import io
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from ..texts import Texts
from . import pieces, theme
from .pieces import NOTE_TYPE, Piece


@dataclass(frozen=True)
class Words:
    """What is written around a chart; `points` are its numbers in words, one a mark."""

    title: str
    subtitle: str
    source: str
    points: Sequence[str]
    notes: Sequence[str] = ()
    caveats: Mapping[str, str] = field(default_factory=dict)

    @property
    def alt(self) -> str:
        """Return the chart in plain words."""
        return f"{self.title}. " + "; ".join(self.points) + "."


def piece(figure: Figure, words: Words) -> Piece:
    """Turn a drawn figure and its words into what a cell shows."""
    drawn, buffer = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=theme.DPI)
    # A chart has few colours; a palette of them makes the page a third of its size.
    Image.open(drawn).convert("RGB").quantize(64, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        buffer, format="png", optimize=True
    )
    width, height = figure.get_size_inches() * theme.DPI / 2
    described = pieces.note("figure", words.title, words.subtitle, words.source, words.notes, words.caveats)
    return Piece(
        {
            "image/png": base64.b64encode(buffer.getvalue()).decode(),
            "text/plain": "\n".join(
                [words.title, words.subtitle, *words.points, *words.notes, *words.caveats.values()]
            ),
            NOTE_TYPE: {**described, "alt": words.alt},
        },
        {"image/png": {"width": round(width), "height": round(height)}},
    )


def against_peers(
    rows: pd.DataFrame, members: pd.DataFrame, labels: dict[str, str], texts: Texts, words: Words
) -> Piece:
    """Show, per score, one institution among its peers: each peer a dot, quartiles as a band.

    `rows`: variable, value, peer_median, peer_lower_quartile, peer_upper_quartile. `members`: variable,
    value of every peer. Scores run from 0 to 100.
    """
    import seaborn as sns  # costs seconds to import, so only the chart that needs it pays

    drawn, (ax,) = theme.figure(0.62 * len(rows) + 1.0)
    order = list(rows["variable"])
    with rc_context(theme.STYLE):
        for y, row in enumerate(rows.itertuples()):
            if pd.notna(row.peer_median):
                spread = row.peer_upper_quartile - row.peer_lower_quartile
                ax.barh(y, spread, left=row.peer_lower_quartile, height=0.5, color=theme.BAND, zorder=1)
                ax.plot([row.peer_median] * 2, [y - 0.25, y + 0.25], color=theme.FAINT, lw=2, zorder=2)
        if len(members):
            sns.stripplot(
                members, x="value", y="variable", order=order, orient="h", jitter=False, size=4.5,
                color=theme.PEERS, alpha=0.65, ax=ax, zorder=3,
            )  # fmt: skip
        for y, row in enumerate(rows.itertuples()):
            if pd.notna(row.value):
                ax.scatter(row.value, y, s=85, color=theme.OWN, zorder=5, edgecolor="white")
                _label(ax, row.value, y - 0.34, texts.number(row.value, 1), theme.OWN, "bold")
        first = rows.iloc[0]
        if pd.notna(first.peer_median):
            key = f"{texts('peers.one')} · {texts('peers.middle_half')} ▒ · {texts('peers.median')} |"
            ax.text(0, 1.02, key, transform=ax.transAxes, color=theme.FAINT, fontsize=9, va="bottom")
        ax.set(xlim=(0, 100), ylim=(len(rows) - 0.4, -0.7), xlabel="", ylabel="")
        ax.set_yticks(range(len(rows)), [labels[name] for name in order])
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x", color=theme.BAND, lw=0.8, zorder=0)
        theme.number_axis(ax.xaxis, texts)
    return piece(drawn, words)


def _label(
    ax: Axes, x: float, y: float, text: str, colour: str, weight: str = "normal", **more: object
) -> None:
    ax.text(x, y, text, color=colour, fontweight=weight, ha="center", va="center", fontsize=10, **more)  # type: ignore[arg-type]


def history(frame: pd.DataFrame, breaks: dict[int, str], texts: Texts, words: Words, name: str) -> Piece:
    """Show a score over editions against the peer group; the line stops at each break of method.

    `frame`: edition, series, value, peer_median, peer_lower_quartile, peer_upper_quartile.
    """
    drawn, (ax,) = theme.figure(3.5)
    with rc_context(theme.STYLE):
        for _, part in frame.groupby("series"):
            ax.fill_between(
                part["edition"],
                part["peer_lower_quartile"],
                part["peer_upper_quartile"],
                color=theme.BAND,
                lw=0,
            )
            ax.plot(part["edition"], part["peer_median"], color=theme.PEERS, lw=2, marker="o", ms=4)
            ax.plot(part["edition"], part["value"], color=theme.OWN, lw=2.5, marker="o", ms=7)
        for row in frame.dropna(subset=["value"]).itertuples():
            _label(ax, row.edition, row.value - 3.0, texts.number(row.value, 1), theme.OWN, "bold")
        last = frame.iloc[-1]
        at = last["edition"] + 0.12
        _end(ax, at, last["value"], name, theme.OWN, "bold")
        if pd.notna(last["peer_median"]):
            _end(ax, at, last["peer_median"], texts("peers.median"), theme.FAINT)
        top = float(frame[["value", "peer_upper_quartile"]].max().max()) * 1.18 + 2
        ax.set_ylim(0, min(100.0, top))
        for edition, text in breaks.items():
            ax.axvline(edition - 0.5, color=theme.EDGE, lw=1.2, ls=(0, (4, 3)))
            ax.text(edition - 0.46, min(100.0, top) * 0.985, text, color=theme.EDGE, fontsize=9, va="top")
        _editions(ax, frame["edition"], right=0.9)
        theme.number_axis(ax.yaxis, texts)
        ax.grid(axis="y", color=theme.BAND, lw=0.8)
        ax.set_axisbelow(True)
    return piece(drawn, words)


def _end(ax: Axes, x: float, y: float, text: str, colour: str, weight: str = "normal") -> None:
    ax.text(x, y, text, color=colour, fontweight=weight, va="center", fontsize=10)


def _editions(ax: Axes, editions: pd.Series, right: float = 0.4) -> None:
    """Print each edition once, as it is named; years are not thousands."""
    ax.set_xticks(list(editions), [str(int(edition)) for edition in editions])
    ax.set_xlim(editions.min() - 0.45, editions.max() + right)


def bands(frame: pd.DataFrame, breaks: dict[int, str], texts: Texts, words: Words, name: str) -> Piece:
    """Show a hidden overall score with its error against the edge of the next band.

    `frame`: edition, series, overall, error, edge_computed, gap, next_band.
    """
    drawn, (ax,) = theme.figure(3.6)
    with rc_context(theme.STYLE):
        for _, part in frame.groupby("series"):
            ax.plot(part["edition"], part["overall"], color=theme.OWN, lw=2.5)
        # The edge of another band is another line: the next band changes when the university's does.
        for _, part in frame.groupby(["series", "next_band"]):
            ax.plot(
                part["edition"], part["edge_computed"], color=theme.EDGE, lw=2, marker="_", ms=16, mew=2.5
            )
        ax.errorbar(
            frame["edition"],
            frame["overall"],
            yerr=frame["error"],
            fmt="o",
            color=theme.OWN,
            ms=7,
            capsize=4,
            zorder=4,
        )
        for row in frame.itertuples():
            _label(ax, row.edition, row.overall - 1.3, texts.number(row.overall, 2), theme.OWN, "bold")
            if pd.notna(row.edge_computed):
                _label(
                    ax, row.edition, row.edge_computed + 1.1, texts.number(row.edge_computed, 2), theme.EDGE
                )
        last = frame.iloc[-1]
        _end(ax, last["edition"] + 0.15, last["overall"], name, theme.OWN, "bold")
        if pd.notna(last["edge_computed"]):
            _end(ax, last["edition"] + 0.25, last["edge_computed"], texts("rankings.hidden.edge"), theme.EDGE)
        both = frame[["overall", "edge_computed"]]
        low, high = float(both.min().min()) - 3, float(both.max().max()) + 4
        for edition, text in breaks.items():
            ax.axvline(edition - 0.5, color=theme.FAINT, lw=1.2, ls=(0, (4, 3)))
            ax.text(edition - 0.46, high - 0.15, text, color=theme.FAINT, fontsize=9, va="top")
        ax.set_ylim(low, high)
        _editions(ax, frame["edition"], right=1.5)
        theme.number_axis(ax.yaxis, texts)
        ax.grid(axis="y", color=theme.BAND, lw=0.8)
        ax.set_axisbelow(True)
    return piece(drawn, words)


def numerator_denominator(frame: pd.DataFrame, texts: Texts, words: Words, titles: Sequence[str]) -> Piece:
    """Show a share beside what it is a share of: denominator, numerator with its range, share.

    `frame`: edition, students_count, international_count, international_low, international_high,
    share_pct. Each panel begins at nought, so that heights can be compared.
    """
    drawn, axes = theme.figure(3.1, columns=3)
    columns = ["students_count", "international_count", "share_pct"]
    with rc_context(theme.STYLE):
        for ax, column, title, colour in zip(
            axes, columns, titles, (theme.PEERS, theme.OWN, theme.OWN), strict=True
        ):
            ax.bar(frame["edition"], frame[column], color=colour, width=0.68)
            ax.set_title(title, loc="left", fontsize=9.5)
            top = float(frame[column].max())
            if column == "international_count":
                low = frame[column] - frame["international_low"]
                high = frame["international_high"] - frame[column]
                ax.errorbar(
                    frame["edition"], frame[column], yerr=[low, high], fmt="none", color=theme.INK, capsize=3
                )
                top = float(frame["international_high"].max())
            ax.set_ylim(0, top * 1.12)
            write = texts.percent if column == "share_pct" else texts.number
            for place in (0, -1):
                row = frame.iloc[place]
                at = row["international_high"] if column == "international_count" else row[column]
                _label(ax, row["edition"], at + top * 0.05, write(row[column]), theme.INK, "bold")
            ax.set_yticks([])
            ax.spines["left"].set_visible(False)
            ends = [frame["edition"].iloc[0], frame["edition"].iloc[-1]]
            ax.set_xticks(ends, [str(int(end)) for end in ends])
    return piece(drawn, words)


def small_multiples(
    frame: pd.DataFrame,
    columns: Sequence[str],
    labels: Sequence[str],
    percents: Sequence[bool],
    marked: tuple[int, int],
    texts: Texts,
    words: Words,
) -> Piece:
    """Show series by year in panels of their own, each from nought, first and last value written.

    `frame`: year and one column per series. `marked` is a span of years that broke the series.
    """
    rows = -(-len(columns) // 2)
    drawn, axes = theme.figure(2.1 * rows + 0.2, columns=2, rows=rows)
    for ax in axes[len(columns) :]:
        ax.set_visible(False)
    with rc_context(theme.STYLE):
        for ax, column, label, percent in zip(axes, columns, labels, percents, strict=False):
            ax.axvspan(marked[0] - 0.5, marked[1] + 0.5, color=theme.BAND, lw=0)
            known = frame[["year", column]].dropna()
            ax.plot(frame["year"], frame[column], color=theme.OWN, lw=2.2, marker="o", ms=4)
            top = float(known[column].max()) if len(known) else 1.0
            for place in (0, -1) if len(known) > 1 else (0,) if len(known) else ():
                row = known.iloc[place]
                value = (
                    texts.percent(row[column], 1)
                    if percent
                    else texts.number(row[column], 0 if top >= 10 else 1)
                )
                _label(ax, row["year"], row[column] + (top or 1) * 0.13, value, theme.OWN, "bold")
            ax.set_ylim(0, (top or 1) * 1.32)
            ax.set_xlim(frame["year"].min() - 0.8, frame["year"].max() + 0.8)
            ends = [frame["year"].iloc[0], frame["year"].iloc[-1]]
            ax.set_xticks(ends, [str(int(end)) for end in ends])
            ax.set_yticks([])
            ax.spines["left"].set_visible(False)
            ax.set_title(textwrap.fill(label, 42), loc="left", fontsize=9.5)
    return piece(drawn, words)
