"""Charts, each drawn for one question. A chart says what it found in its title and in plain words."""

import base64
import io
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib import patheffects, rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from PIL import Image

from .. import locale
from ..texts import Texts
from . import pieces, theme
from .pieces import NOTE_TYPE, Piece

_NEARLY_WHITE = 253


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
    buffer = io.BytesIO()
    _few_colours(pixels(figure)).save(buffer, format="png")
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


def pixels(figure: Figure) -> Image.Image:
    """Draw a figure once; `savefig` would lay it out twice and write a file to be read back."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")


def _few_colours(drawn: Image.Image) -> Image.Image:
    """Give a picture a palette, which makes the page a third of its size: a chart has few colours.

    Of Pillow's ways the octree is the quickest and stays nearest to each colour (36 of 255 at most, the
    median cut 69, measured on four charts), but makes white a shade darker, which is put right.
    """
    found = drawn.quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    colours = np.array(found.getpalette(), dtype=np.uint8).reshape(-1, 3)
    colours[(colours >= _NEARLY_WHITE).all(axis=1)] = 255
    found.putpalette(colours.ravel().tolist())
    return found


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
    writes: Sequence[Callable[[float], str]],
    marked: tuple[int, int],
    words: Words,
    aimed: pd.DataFrame,
) -> Piece:
    """Show series by year in panels of their own, each from nought, first and last value written.

    `frame`: year and one column per series; `aimed` the same with the targets of the years, each drawn as
    a dash. `writes` write a value of each series. `marked` is a span of years that broke the series.
    """
    rows = -(-len(columns) // 2)
    drawn, axes = theme.figure(2.1 * rows + 0.2, columns=2, rows=rows)
    for ax in axes[len(columns) :]:
        ax.set_visible(False)
    with rc_context(theme.STYLE):
        for ax, column, label, write in zip(axes, columns, labels, writes, strict=False):
            ax.axvspan(marked[0] - 0.5, marked[1] + 0.5, color=theme.BAND, lw=0)
            known = frame[["year", column]].dropna()
            ax.plot(frame["year"], frame[column], color=theme.OWN, lw=2.2, marker="o", ms=4)
            ax.plot(
                aimed["year"], aimed[column], color=theme.EDGE, ls="", marker="_", ms=15, mew=2.2, zorder=3
            )
            top = max([*known[column], *aimed[column].dropna()], default=1.0) or 1.0
            for place in (0, -1) if len(known) > 1 else (0,) if len(known) else ():
                row = known.iloc[place]
                value = write(float(row[column]))
                _label(ax, row["year"], row[column] + (top or 1) * 0.13, value, theme.OWN, "bold")
            ax.set_ylim(0, (top or 1) * 1.32)
            ax.set_xlim(frame["year"].min() - 0.8, frame["year"].max() + 0.8)
            ends = [frame["year"].iloc[0], frame["year"].iloc[-1]]
            ax.set_xticks(ends, [str(int(end)) for end in ends])
            ax.set_yticks([])
            ax.spines["left"].set_visible(False)
            ax.set_title(textwrap.fill(label, 42), loc="left", fontsize=9.5)
    return piece(drawn, words)


def against_targets(frame: pd.DataFrame, marks: Sequence[str], texts: Texts, words: Words) -> Piece:
    """Show performances in percent on one scale with the target at 100, grouped by objective.

    `frame`: group, label, raw (percent, NaN where there is none). What lies beyond 0 or 150 is drawn at the
    edge as an arrowhead, for there it is no place on the scale; `marks` are written at the right of each row,
    with the status symbol.
    """
    groups = list(dict.fromkeys(frame["group"]))
    heights = [(frame["group"] == group).sum() for group in groups]
    drawn = theme.figure(0.29 * len(frame) + 0.62 * len(groups) + 0.4)[0]
    drawn.clear()
    with rc_context(theme.STYLE):
        axes = drawn.subplots(len(groups), 1, height_ratios=[h + 1.2 for h in heights], squeeze=False)[:, 0]
        for ax, group in zip(axes, groups, strict=True):
            theme.plain(ax)
            rows = frame[frame["group"] == group]
            ax.axvline(100, color=theme.EDGE, lw=2, zorder=1)
            for y, (i, row) in enumerate(rows.iterrows()):
                if pd.notna(row["raw"]):
                    x = min(150.0, max(0.0, row["raw"]))
                    ax.plot([0, x], [y, y], color=theme.BAND, lw=5, solid_capstyle="butt", zorder=0)
                    sign = "o" if x == row["raw"] else "<" if x == 0 else ">"
                    ax.scatter(x, y, s=42, marker=sign, color=theme.OWN, zorder=3, clip_on=False)
                ax.text(153, y, marks[frame.index.get_loc(i)], va="center", fontsize=9)
            ax.set(xlim=(0, 152), ylim=(len(rows) - 0.4, -0.7))
            ax.set_yticks(range(len(rows)), [textwrap.fill(t, 46) for t in rows["label"]])
            ax.tick_params(axis="y", labelsize=9)
            ax.set_xticks([0, 50, 100, 150] if ax is axes[-1] else [])
            if ax is axes[-1]:
                ax.set_xticklabels([texts.percent(value) for value in (0, 50, 100, 150)])
            for side in ("left", "bottom"):
                ax.spines[side].set_visible(False)
            ax.set_title(group, loc="left", fontsize=10.5, fontweight="bold", x=0, color=theme.INK)
    return piece(drawn, words)


def shares(
    frame: pd.DataFrame,
    columns: Sequence[str],
    labels: Sequence[str],
    targets: Sequence[str],
    target_label: str,
    texts: Texts,
    words: Words,
) -> Piece:
    """Show up to three shares by year on one scale from nought, with the plan's targets where it has any.

    `frame`: year, one column per share in percent, and per entry of `targets` the column of its targets,
    "" for none. Shares differ by mark and stroke, so that they part in greyscale too.
    """
    drawn, (ax,) = theme.figure(3.9)
    looks = [(theme.OWN, "o", "-"), (theme.EDGE, "s", (0, (6, 2))), (theme.FAINT, "^", (0, (2, 2)))]
    top = min(100.0, max(float(frame[list(columns)].max().max()) * 1.3, 10.0))
    with rc_context(theme.STYLE):
        ends = []
        for column, label, target, (colour, mark, stroke) in zip(
            columns, labels, targets, looks, strict=False
        ):
            known = frame[["year", column]].dropna()
            if known.empty:
                continue
            ax.plot(known["year"], known[column], color=colour, lw=2.2, ls=stroke, marker=mark, ms=6)
            if target and frame[target].notna().any():
                aims = frame[["year", target]].dropna()
                ax.scatter(
                    aims["year"], aims[target], marker="D", s=42, fc="white", ec=colour, lw=1.6, zorder=5
                )
                top = min(100.0, max(top, float(aims[target].max()) * 1.15))
            value = texts.percent(known[column].iloc[-1], 1)
            ends.append((float(known["year"].iloc[-1]), float(known[column].iloc[-1]), value, label, colour))
        places = _apart([value for _, value, *_ in ends], top * 0.13)
        for (year, _, value, label, colour), place in zip(ends, places, strict=True):
            _end(ax, year + 0.3, place, f"{value}\n{label}", colour, "bold")
        if any(target and frame[target].notna().any() for target in targets):
            ax.text(0, 1.02, f"◇ {target_label}", transform=ax.transAxes, color=theme.FAINT, fontsize=9)
        ax.set_ylim(0, top)
        _editions(ax, frame["year"], right=0.42 * len(frame))
        theme.number_axis(ax.yaxis, texts)
        ax.grid(axis="y", color=theme.BAND, lw=0.8)
        ax.set_axisbelow(True)
    return piece(drawn, words)


def _apart(places: Sequence[float], least: float) -> list[float]:
    """Move labels up as little as keeps them so far apart, in the order of their places."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    for below, above in pairwise(order):
        moved[above] = max(moved[above], moved[below] + least)
    return moved


# The mark of an application by its state, its colour, and whether it is filled.
_APPLICATION_MARKS = {
    "missed": ("X", theme.EDGE, True),
    "soon": ("^", theme.EDGE, True),
    "unknown": ("$?$", theme.EDGE, True),
    "filed": ("s", theme.OWN, True),
    "renewed": ("D", theme.OWN, True),
    "later": ("o", theme.OWN, False),
}


def terms(
    frame: pd.DataFrame, states: Mapping[str, str], lines: Mapping[str, str], texts: Texts, words: Words
) -> Piece:
    """Show terms from the report date to their ends, with a mark on each last day to apply.

    `frame`, one row a term from the top: label, start, end, due (may be NaT), state. `states` names the
    states for the key; `lines`: `today` names the report date, `near` the bars that end within a year.
    Terms are cut at the sixth year. Marks differ by shape, and shade tells the ends that are near.
    """
    today = pd.Timestamp(frame["start"].iloc[0])
    last = today + pd.DateOffset(years=6)
    earliest = min([today - pd.DateOffset(months=2), *frame["due"].dropna()])
    first = max(earliest - pd.DateOffset(months=1), today - pd.DateOffset(months=24))
    drawn, (ax,) = theme.figure(0.28 * len(frame) + 1.1)
    # The body stays with the dot before it.
    labels = [textwrap.fill(label.replace(" · ", " ·\u00a0"), 46) for label in frame["label"]]
    with rc_context(theme.STYLE):
        for y, row in enumerate(frame.itertuples()):
            near = row.end <= today + pd.DateOffset(years=1)
            ends = min(row.end, last)
            ax.barh(
                y,
                (ends - today).days,
                left=_day(today),
                height=0.5,
                color=theme.PEERS if near else theme.BAND,
                edgecolor=theme.FAINT,
                lw=0.6,
            )
            written = locale.day(row.end, texts.language) + (" →" if row.end > last else "")
            ax.text(_day(ends) + 15, y, written, va="center", fontsize=8, color=theme.INK)
            shape, colour, filled = _APPLICATION_MARKS[row.state]
            # A day that is not known stands beside the report date.
            at = _day(today) - 45 if pd.isna(row.due) else _day(max(row.due, first))
            ax.scatter(at, y, s=58, marker=shape, fc=colour if filled else "white", ec=colour, zorder=4)
        ax.axvline(_day(today), color=theme.INK, lw=1.2)
        ax.set_xlim(_day(first) - 20, _day(last) + 330)
        ax.set_ylim(len(frame) - 0.4, -0.6)
        ax.set_yticks(range(len(frame)), labels, fontsize=8.5)
        years = [pd.Timestamp(year, 1, 1) for year in range(first.year + 1, last.year + 1)]
        ax.set_xticks([_day(day) for day in years], [str(day.year) for day in years])
        ax.tick_params(axis="x", labeltop=True)
        ax.grid(axis="x", color=theme.BAND, lw=0.8)
        ax.set_axisbelow(True)
        ax.spines["left"].set_visible(False)
        _terms_key(drawn, [state for state in states if state in set(frame["state"])], states, lines)
    return piece(drawn, words)


def _day(moment: pd.Timestamp) -> float:
    """Return a day as a number on an axis."""
    return float(moment.toordinal())


def _terms_key(
    drawn: Figure, shown: Sequence[str], states: Mapping[str, str], labels: Mapping[str, str]
) -> None:
    """Explain marks and shades above the chart."""
    keys: list[Line2D | Patch] = [
        Line2D([], [], ls="", marker=shape, ms=7.5, mfc=colour if filled else "white", mec=colour)
        for shape, colour, filled in (_APPLICATION_MARKS[state] for state in shown)
    ]
    keys += [Patch(fc=theme.PEERS, ec=theme.FAINT), Line2D([], [], color=theme.INK, lw=1.2)]
    named = [*(states[state] for state in shown), labels["near"], labels["today"]]
    drawn.legend(keys, named, loc="outside upper left", ncols=2, fontsize=9, frameon=False, handlelength=1.4)


# Letters stand out from a line behind them.
_HALO = [patheffects.withStroke(linewidth=2.6, foreground="white")]

# Points, for charts that are to be read on a telephone, where they stand at half their width.
_SMALL, _LARGE = 11.0, 12.5


def two_ways(
    frame: pd.DataFrame,
    names: Mapping[str, str],
    aimed: pd.DataFrame,
    marked: tuple[int, int],
    labels: Mapping[str, str],
    texts: Texts,
    words: Words,
) -> Piece:
    """Show how many go and how many come by year, on one scale from nought, each year's number written.

    `frame`: year, outgoing, incoming (NaN where not to be shown), `aimed`: year, target of the outgoing.
    `labels`: `marked` names the shaded span of years, `hidden` what is not shown, `aimed` the dashes.
    """
    drawn, (ax,) = theme.figure(3.9)
    shown = frame[["outgoing", "incoming"]]
    top = float(max([1.0, *shown.max().dropna(), *aimed["target"].dropna()]))
    with rc_context(theme.STYLE):
        if frame["year"].between(*marked).any():
            ax.axvspan(marked[0] - 0.5, marked[1] + 0.5, color=theme.BAND, lw=0)
            ax.text(
                sum(marked) / 2, top * 1.2, labels["marked"], ha="center", color=theme.FAINT, fontsize=_SMALL
            )
        ax.plot(aimed["year"], aimed["target"], color=theme.INK, ls="", marker="_", ms=18, mew=2.0, zorder=2)
        aims = aimed.dropna()
        if len(aims):
            last = aims.iloc[-1]
            ax.text(
                last["year"],
                last["target"] + top * 0.03,
                labels["aimed"],
                ha="right",
                fontsize=_SMALL,
                va="bottom",
            )
        for column, colour in (("outgoing", theme.OWN), ("incoming", theme.EDGE)):
            ax.plot(frame["year"], frame[column], color=colour, lw=2.4, marker="o", ms=5.5, zorder=3)
            known = frame[["year", column]].dropna()
            # Under a target that lies close above, a number stands below its mark.
            near = {
                year
                for year, value, aim in zip(frame["year"], frame[column], aimed["target"], strict=True)
                if column == "outgoing" and 0 <= aim - value < top * 0.12
            }
            for year, value in known.itertuples(index=False):
                step = -0.06 if year in near else 0.055
                ax.text(
                    year, value + top * step, texts.number(value), color=colour, fontweight="bold",
                    fontsize=_LARGE, ha="center", va="center", zorder=4, path_effects=_HALO,
                )  # fmt: skip
            if len(known):
                end = known.iloc[-1]
                ax.text(
                    end["year"] + 0.3, end[column], names[column], color=colour, fontweight="bold",
                    fontsize=_LARGE, va="center",
                )  # fmt: skip
            for year in frame.loc[frame[column].isna() & frame["is_hidden_" + column], "year"]:
                low = top * (0.03 if column == "incoming" else 0.1)
                ax.text(year, low, labels["hidden"], color=colour, fontsize=_SMALL, ha="center", va="center")
        ax.set_ylim(0, top * 1.28)
        ax.set_xlim(frame["year"].min() - 0.6, frame["year"].max() + 0.35 + 0.17 * len(frame))
        ax.set_xticks(list(frame["year"]), [str(int(year)) for year in frame["year"]], fontsize=_SMALL)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
    return piece(drawn, words)


def balance(frame: pd.DataFrame, labels: Mapping[str, str], texts: Texts, words: Words) -> Piece:
    """Show, row by row, which share of an exchange comes, with its interval, against the line of balance.

    `frame`: group, label, share, low, high (0–1), count. `labels`: `goes`, `even` and `comes` name the two
    sides and the middle.
    """
    groups = list(dict.fromkeys(frame["group"]))
    drawn, (ax,) = theme.figure(0.34 * (len(frame) + len(groups)) + 0.9)
    places, names, y = [], [], 0
    with rc_context(theme.STYLE):
        for group in groups:
            if group:
                ax.text(
                    -0.02, y, group, transform=ax.get_yaxis_transform(), ha="right", va="center",
                    color=theme.FAINT, fontsize=_SMALL, style="italic",
                )  # fmt: skip
                y += 1
            for row in frame[frame["group"] == group].itertuples():
                colour = theme.OWN if row.share < 0.5 else theme.EDGE
                ax.plot([100 * row.low, 100 * row.high], [y, y], color=colour, lw=4, alpha=0.4, zorder=2)
                ax.scatter(100 * row.share, y, s=60, color=colour, edgecolor="white", zorder=3, clip_on=False)
                ax.text(
                    103, y, f"n = {texts.number(row.count)}", va="center", fontsize=_SMALL, color=theme.INK
                )
                places.append(y)
                names.append(textwrap.fill(row.label, 34))
                y += 1
        ax.plot([50, 50], [-0.5, y - 0.4], color=theme.INK, lw=1.2, zorder=1)
        ax.set(xlim=(0, 100), ylim=(y - 0.4, -1.3))
        for at, side, key in ((0, "left", "goes"), (50, "center", "even"), (100, "right", "comes")):
            ax.text(at, -0.75, labels[key], ha=side, va="center", fontsize=_SMALL, color=theme.FAINT)
        ax.set_yticks(places, names, fontsize=_LARGE)
        ax.tick_params(axis="y", pad=9)
        ax.set_xticks(
            [0, 25, 50, 75, 100], [texts.percent(at) for at in (0, 25, 50, 75, 100)], fontsize=_SMALL
        )
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x", color=theme.BAND, lw=0.8, zorder=0)
        ax.set_axisbelow(True)
    return piece(drawn, words)


def part_of_whole(frame: pd.DataFrame, labels: tuple[str, str], texts: Texts, words: Words) -> Piece:
    """Show by year a whole as a bar and the part of it that was reached as a bar in front, with the share.

    `frame`: year, whole, part (NaN where unknown). `labels` name the whole and the part.
    """
    drawn, (ax,) = theme.figure(3.4)
    top = float(max(1.0, frame["whole"].max()))
    with rc_context(theme.STYLE):
        ax.bar(frame["year"], frame["whole"], width=0.72, color=theme.PEERS)
        ax.bar(frame["year"], frame["part"], width=0.72, color=theme.OWN)
        for row in frame.dropna().itertuples():
            share = texts.percent(100 * row.part / row.whole, 1)
            _label(ax, row.year, row.whole + top * 0.05, share, theme.INK, path_effects=_HALO)
        keys = [Patch(fc=theme.OWN), Patch(fc=theme.PEERS)]
        drawn.legend(
            keys, [labels[1], labels[0]], loc="outside upper left", ncols=2, frameon=False, fontsize=_LARGE
        )
        ax.set_ylim(0, top * 1.13)
        ax.set_xlim(frame["year"].min() - 0.6, frame["year"].max() + 0.6)
        ax.set_xticks(list(frame["year"]), [str(int(year)) for year in frame["year"]])
        theme.number_axis(ax.yaxis, texts)
        ax.grid(axis="y", color=theme.BAND, lw=0.8)
        ax.set_axisbelow(True)
    return piece(drawn, words)
