"""Charts of things set side by side, row by row. A row of a frame is a row of the words' data.

Names stand above their row where they are long: beside it they would leave a telephone no room to draw.
"""

import re
from collections.abc import Callable, Mapping, Sequence

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ... import locale
from ...texts import Texts
from .. import theme, vector
from ..pieces import Piece
from . import frame as around
from .frame import Words, fold, known

# Inches of a line of text in a chart whose rows carry their name above them.
_LINE = 0.17
# Letters of a name beside its row.
_BESIDE = 19


def against_peers(
    rows: pd.DataFrame,
    members: pd.DataFrame,
    labels: dict[str, str],
    texts: Texts,
    words: Words,
    said: Sequence[str] = (),
) -> Piece:
    """Show, per score, one institution among its peers: each peer a dot, quartiles as a band.

    `rows`: variable, value, peer_median, peer_lower_quartile, peer_upper_quartile. `members`: variable,
    value, name of every peer. Scores run from 0 to 100. `said`: what each row says on focus; the
    data have a row for every institution.
    """
    import seaborn as sns  # costs seconds to import, so only the chart that needs it pays

    drawn, (ax,) = theme.figure(0.56 * len(rows) + 0.8)
    order = list(rows["variable"])
    with rc_context(theme.STYLE):
        for y, row in enumerate(rows.itertuples()):
            if known(row.peer_median):
                around.band_in_row(ax, y, row.peer_lower_quartile, row.peer_upper_quartile, row.peer_median)
        if len(members):
            sns.stripplot(
                members, x="value", y="variable", order=order, orient="h", jitter=False, size=4.5,
                color=theme.PEERS, alpha=0.65, ax=ax, zorder=3,
            )  # fmt: skip
        for y, row in enumerate(rows.itertuples()):
            if known(row.value):
                dot = ax.scatter(row.value, y, s=70, color=theme.OWN, zorder=5, edgecolor=theme.PAPER)
                if said:
                    vector.mark(dot, said[y])
                around.label(ax, row.value, y - 0.36, texts.number(row.value, 1), theme.OWN, "bold")
        if known(rows.iloc[0].peer_median):
            said_of_peers = (
                f"{texts('peers.one')} · {texts('peers.middle_half')} ▒ · {texts('peers.median')} |"
            )
            around.key(ax, ("", theme.FAINT, said_of_peers))
        ax.set(xlim=(0, 100), ylim=(len(rows) - 0.4, -0.7), xlabel="", ylabel="")
        ax.set_yticks(range(len(rows)), [fold(labels[name], _BESIDE) for name in order])
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x", color=theme.BAND, lw=0.8, zorder=0)
        theme.number_axis(ax.xaxis, texts.number)
    return around.piece(drawn, words)


def against_targets(frame: pd.DataFrame, marks: Sequence[str], texts: Texts, words: Words) -> Piece:
    """Show performances in percent on one scale with the target at 100, grouped by objective.

    `frame`: group, label, raw (percent, NaN where there is none). What lies beyond 0 or 150 is drawn at the
    edge as an arrowhead, for there it is no place on the scale; `marks` are written at the right of each row,
    with the status symbol.
    """
    drawn, ax, places = _named_above(frame, frame["label"], bar=1.0)
    with rc_context(theme.STYLE):
        for i, (y, raw) in enumerate(zip(places, frame["raw"], strict=True)):
            ax.plot([0, 150], [y, y], color=theme.BAND, lw=5, solid_capstyle="butt", zorder=0)
            if known(raw):
                x = min(150.0, max(0.0, raw))
                ax.plot([0, x], [y, y], color=theme.NEAR, lw=5, solid_capstyle="butt", zorder=1)
                sign = "o" if x == raw else "<" if x == 0 else ">"
                dot = ax.scatter(x, y, s=38, marker=sign, color=theme.OWN, zorder=4, clip_on=False)
                vector.mark(dot, words.row(i))
            around.target_line(ax, 100, y - 0.42, y + 0.42)
            ax.text(154, y, fold(marks[i], 32, 1), va="center", fontsize=theme.SMALL)
        ax.set_xlim(0, 205)
        ax.set_xticks([0, 50, 100, 150], [texts.percent(value) for value in (0, 50, 100, 150)])
        ax.spines["bottom"].set_visible(False)
    return around.piece(drawn, words)


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
    # The body stays with the dot before it.
    labels = [label.replace(" · ", " ·\N{NO-BREAK SPACE}") for label in frame["label"]]
    drawn, ax, places = _named_above(
        frame.assign(group=""), labels, bar=1.0, start=_day(first) - 20, more=0.85
    )
    with rc_context(theme.STYLE):
        for i, (y, row) in enumerate(zip(places, frame.itertuples(), strict=True)):
            near = row.end <= today + pd.DateOffset(years=1)
            ends = min(row.end, last)
            (bar,) = ax.barh(
                y,
                (ends - today).days,
                left=_day(today),
                height=0.62,
                color=theme.PEERS if near else theme.BAND,
                edgecolor=theme.FAINT,
                lw=0.6,
            )
            vector.mark(bar, words.row(i))
            written = locale.day(row.end, texts.language) + (" →" if row.end > last else "")
            around.label(ax, _day(ends) + 15, y, written, ha="left", fontsize=theme.SMALL)
            shape, colour, filled = _APPLICATION_MARKS[row.state]
            # A day that is not known stands beside the report date.
            at = _day(today) - 45 if pd.isna(row.due) else _day(max(row.due, first))
            ax.scatter(at, y, s=50, marker=shape, fc=colour if filled else theme.PAPER, ec=colour, zorder=4)
        for y in places:  # beside the bars, and through no name
            ax.plot([_day(today)] * 2, [y - 0.55, y + 0.55], color=theme.INK, lw=1.2, zorder=3)
        ax.set_xlim(_day(first) - 20, _day(last) + 480)
        _time_axis(ax, first, last)
        _terms_key(drawn, [state for state in states if state in set(frame["state"])], states, lines)
    return around.piece(drawn, words)


def _terms_key(
    drawn: Figure, shown: Sequence[str], states: Mapping[str, str], labels: Mapping[str, str]
) -> None:
    """Explain marks and shades above the chart."""
    keys: list[Line2D | Patch] = [
        Line2D([], [], ls="", marker=shape, ms=7, mew=1.4, mfc=colour if filled else theme.PAPER, mec=colour)
        for shape, colour, filled in (_APPLICATION_MARKS[state] for state in shown)
    ]
    keys += [Patch(fc=theme.PEERS, ec=theme.FAINT), Line2D([], [], color=theme.INK, lw=1.2)]
    named = [*(states[state] for state in shown), labels["near"], labels["today"]]
    _key(drawn, keys, named)


def _key(drawn: Figure, keys: Sequence[Line2D | Patch], named: Sequence[str]) -> None:
    # Two columns where both halves hold their words.
    wide = 1 if max(map(len, named)) > 26 else 2
    drawn.legend(
        keys, [fold(name, 52) for name in named], loc="outside upper left", ncols=wide,
        fontsize=theme.SMALL, frameon=False, handlelength=1.4,
    )  # fmt: skip


def balance(frame: pd.DataFrame, labels: Mapping[str, str], texts: Texts, words: Words) -> Piece:
    """Show, row by row, which share of an exchange comes, with its interval, against the line of balance.

    `frame`: group, label, share, low, high (0–1), count. `labels`: `goes`, `even` and `comes` name the two
    sides and the middle.
    """
    groups = list(dict.fromkeys(frame["group"]))
    drawn, (ax,) = theme.figure(0.3 * (len(frame) + len(groups)) + 0.8)
    places, names, y = [], [], 0
    with rc_context(theme.STYLE):
        for group in groups:
            if group:
                ax.text(
                    -0.02, y, group, transform=ax.get_yaxis_transform(), ha="right", va="center",
                    color=theme.FAINT, fontsize=theme.SMALL, style="italic",
                )  # fmt: skip
                y += 1
            for i, row in frame[frame["group"] == group].iterrows():
                colour = theme.OWN if row["share"] < 0.5 else theme.EDGE
                around_dot(
                    ax,
                    y,
                    100 * row["share"],
                    100 * row["low"],
                    100 * row["high"],
                    colour,
                    words.row(frame.index.get_loc(i)),
                )
                ax.text(104, y, f"n = {texts.number(row['count'])}", va="center", fontsize=theme.SMALL)
                places.append(y)
                names.append(fold(row["label"], _BESIDE, 2))
                y += 1
        ax.plot([50, 50], [-0.5, y - 0.4], color=theme.INK, lw=1.2, zorder=1)
        ax.set(xlim=(0, 100), ylim=(y - 0.4, -1.5))
        for at, side, key in ((0, "left", "goes"), (50, "center", "even"), (100, "right", "comes")):
            ax.text(
                at,
                -0.75,
                fold(labels[key], 14),
                ha=side,
                va="center",
                fontsize=theme.SMALL,
                color=theme.FAINT,
            )
        ax.set_yticks(places, names)
        ax.tick_params(axis="y", pad=7)
        ax.set_xticks([0, 50, 100], [texts.percent(at) for at in (0, 50, 100)])
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x", color=theme.BAND, lw=0.8, zorder=0)
        ax.set_axisbelow(True)
    return around.piece(drawn, words)


def intervals(
    frame: pd.DataFrame,
    write: Callable[[float], str],
    words: Words,
    *,
    reference: float | None = None,
    reference_label: str = "",
    sides: tuple[str, str] = ("", ""),
    scale: str = "linear",
) -> Piece:
    """Show a value with its interval in each row: a dot and a bar, against a line of reference.

    `frame`: label, value, low, high (NaN where there is no interval), and `own` (bool, may be left out):
    rows in the own colour, all others in that of peers. `write` writes a value, on the axis and at the row.
    `reference` is where the line stands, with its label above; `sides` name what lies to its left and
    right. `scale` may be "log" for ratios. The axis need not begin at nought: a dot's place counts, not
    its distance from the edge. Data: value, interval.
    """
    frame = frame.reset_index(drop=True)
    drawn, (ax,) = theme.figure(0.3 * len(frame) + 0.9)
    own = frame["own"] if "own" in frame else pd.Series(True, index=frame.index)
    ends = [float(x) for x in frame[["value", "low", "high"]].to_numpy().ravel() if known(x)]
    ends += [] if reference is None else [reference]
    with rc_context(theme.STYLE):
        ax.set_xscale(scale)
        for y, row in frame.iterrows():
            colour = theme.OWN if own[y] else theme.PEERS
            around_dot(ax, y, row["value"], row["low"], row["high"], colour, words.row(y))
            ax.text(
                1.03, y, write(float(row["value"])) if known(row["value"]) else "–", va="center",
                transform=ax.get_yaxis_transform(), fontsize=theme.SMALL,
                color=theme.OWN if own[y] else theme.INK, fontweight="bold" if own[y] else "normal",
            )  # fmt: skip
        low, high = min(ends), max(ends)
        room = (high / low) ** 0.04 if scale == "log" else 0.04 * ((high - low) or 1.0)
        ax.set_xlim(
            low / room if scale == "log" else low - room, high * room if scale == "log" else high + room
        )
        ax.set_ylim(len(frame) - 0.4, -0.7 if reference is None else -1.2)
        if reference is not None:
            ax.plot([reference] * 2, [-0.5, len(frame) - 0.4], color=theme.INK, lw=1.2, zorder=1)
            ax.text(reference, -0.75, reference_label, ha="center", fontsize=theme.SMALL, color=theme.FAINT)
        for at, side, text in ((0.0, "left", sides[0]), (1.0, "right", sides[1])):
            ax.text(
                at, 1.0, text, ha=side, va="bottom", transform=ax.transAxes, fontsize=theme.SMALL,
                color=theme.FAINT,
            )  # fmt: skip
        ax.set_yticks(range(len(frame)), [fold(text, _BESIDE, 2) for text in frame["label"]])
        _value_axis(ax, write, scale)
    return around.piece(drawn, words)


def around_dot(ax: Axes, y: float, value: float, low: float, high: float, colour: str, title: str) -> None:
    """Draw a value and its interval in a row, the same in every chart, with what it says on focus."""
    if known(low) and known(high):
        ax.plot([low, high], [y, y], color=colour, lw=4, alpha=0.4, zorder=2, solid_capstyle="butt")
    if known(value):
        dot = ax.scatter(value, y, s=52, color=colour, edgecolor=theme.PAPER, zorder=4, clip_on=False)
        vector.mark(dot, title)


def dumbbell(
    frame: pd.DataFrame,
    names: tuple[str, str],
    write: Callable[[float], str],
    words: Words,
    *,
    of_peers: bool = False,
) -> Piece:
    """Show two values in each row, with the step between them: then and now, or peers and own.

    `frame`: label, first, second. `names` name the two; the second is ours and filled. With `of_peers` the
    first is drawn in the colour of peers. The axis begins at nought unless a value lies below. Data: first,
    second.
    """
    frame = frame.reset_index(drop=True)
    drawn, ax, places = _named_above(frame.assign(group=""), frame["label"], bar=0.9, more=0.3)
    shown = frame[["first", "second"]]
    low, high = min(0.0, float(shown.min().min())), float(shown.max().max())
    high = high if high > low else low + 1.0
    colour = theme.PEERS if of_peers else theme.EDGE
    with rc_context(theme.STYLE):
        for i, (y, row) in enumerate(zip(places, frame.itertuples(), strict=True)):
            if known(row.first) and known(row.second):
                ax.plot([row.first, row.second], [y, y], color=theme.RULE, lw=3, zorder=1)
            if known(row.first):
                dot = ax.scatter(
                    row.first, y, s=46, fc=theme.PAPER, ec=colour, lw=1.8, zorder=3, clip_on=False
                )
                vector.mark(dot, words.row(i, 1))
            if known(row.second):
                dot = ax.scatter(row.second, y, s=50, color=theme.OWN, zorder=4, clip_on=False)
                vector.mark(dot, words.row(i, 2))
                ax.text(
                    1.03, y, write(float(row.second)), va="center", transform=ax.get_yaxis_transform(),
                    fontsize=theme.SMALL, fontweight="bold", color=theme.OWN,
                )  # fmt: skip
        ax.set_xlim(low, low + (high - low) * 1.03)
        _value_axis(ax, write, "linear")
        keys = [
            Line2D([], [], ls="", marker="o", ms=6, mfc=theme.PAPER, mec=colour, mew=1.8),
            Line2D([], [], ls="", marker="o", ms=6, color=theme.OWN),
        ]
        _key(drawn, keys, names)
    return around.piece(drawn, words)


def funnel(frame: pd.DataFrame, texts: Texts, words: Words) -> Piece:
    """Show how many are left at each stage, and which share of the stage before they are.

    `frame`, one row a stage in order: label, count (NaN where it may not be shown), share, low, high (percent
    of the stage before with its interval, NaN at the first and where it may not be shown). A bar's length
    is its count, from nought. Data: count, share, interval.
    """
    frame = frame.reset_index(drop=True)
    drawn, ax, places = _named_above(frame.assign(group=""), frame["label"], bar=1.5, ticks=False)
    top = float(frame["count"].max()) if frame["count"].notna().any() else 1.0
    with rc_context(theme.STYLE):
        for i, (y, row) in enumerate(zip(places, frame.to_dict("records"), strict=True)):
            count = row["count"]
            if not known(count):
                continue
            (bar,) = ax.barh(y, count, height=0.95, color=theme.OWN if i else theme.PEERS)
            vector.mark(bar, words.row(i))
            said = texts.number(count)
            if known(row["share"]):
                said += f"  ·  {texts.percent(row['share'])}"
                if known(row["low"]) and known(row["high"]):
                    said += f" ({texts.percent(row['low'])}–{texts.percent(row['high'])})"
            inside = count > 0.62 * top
            ax.text(
                count + top * (-0.02 if inside else 0.02), y, said, va="center", fontweight="bold",
                ha="right" if inside else "left", color=theme.PAPER if inside and i else theme.INK,
                fontsize=theme.SMALL,
            )  # fmt: skip
        ax.set_xlim(0, top)
        ax.spines["bottom"].set_visible(False)
    return around.piece(drawn, words)


# -- shared by them --------------------------------------------------------------------------------------


def _named_above(
    frame: pd.DataFrame,
    labels: Sequence[str],
    *,
    bar: float,
    start: float = 0.0,
    more: float = 0.0,
    ticks: bool = True,
) -> tuple[Figure, Axes, list[float]]:
    """Return a figure whose rows stand one below another, each under its name, and where each row lies.

    A unit of the upright axis is a line of text. `bar` is how many a row takes beneath its name, `start` the
    left edge of what is drawn, `more` the inches that a key or an upper axis needs. Rows with a `group`
    are headed by it.
    """
    names = [fold(label, around.ACROSS, 2) for label in labels]
    y, places, headed = 0.0, [], []
    before = ""
    for group, name in zip(frame["group"], names, strict=True):
        if group != before:
            heading = fold(group, 50)
            headed.append((y + 0.35, heading))
            y += 0.55 + 1.2 * (heading.count("\n") + 1)
            before = group
        headed.append((y, name))
        y += 1.12 * (name.count("\n") + 1)
        places.append(y + bar / 2)
        y += bar + 0.45
    drawn, (ax,) = theme.figure(_LINE * y + (0.3 if ticks else 0.1) + more)
    groups = {fold(group, 50) for group in frame["group"] if group}
    with rc_context(theme.STYLE):
        for at, text in headed:
            bold = text in groups
            written = ax.text(
                start, at, text, va="top", zorder=4, fontsize=theme.PLAIN if bold else theme.SMALL,
                fontweight="bold" if bold else "normal",
            )  # fmt: skip
            vector.halo(written)
        ax.set_ylim(y, 0)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        if not ticks:
            ax.set_xticks([])
    return drawn, ax, places


def _value_axis(ax: Axes, write: Callable[[float], str], scale: str) -> None:
    """Mark few places on the axis of values, written as the values are."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

    def short(value: float, _: object) -> str:
        # Where every place on the axis is whole, none needs decimals.
        whole = all(float(place).is_integer() for place in ax.xaxis.get_majorticklocs())
        return re.sub(r"[.,]0{1,2}(?!\d)", "", write(float(value))) if whole else write(float(value))

    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)) if scale == "log" else MaxNLocator(nbins=4))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(short))
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=theme.BAND, lw=0.8, zorder=0)
    ax.set_axisbelow(True)


def _day(moment: pd.Timestamp) -> float:
    """Return a day as a number on an axis."""
    return float(moment.toordinal())


def _time_axis(ax: Axes, first: pd.Timestamp, last: pd.Timestamp) -> None:
    """Mark the years above the rows, or the quarters' months where a span is short."""
    if (last - first).days > 800:
        starts = [pd.Timestamp(year, 1, 1) for year in range(first.year + 1, last.year + 1)]
        named = [str(day.year) for day in starts]
    else:
        starts = list(pd.date_range(first, last, freq="QS"))
        named = [f"{day.month}/{day.year % 100:02d}" for day in starts]
    ax.set_xticks([_day(day) for day in starts], named)
    ax.tick_params(axis="x", labeltop=True, labelbottom=False)
    ax.spines["bottom"].set_visible(False)
    ax.grid(axis="x", color=theme.BAND, lw=0.8)
    ax.set_axisbelow(True)
