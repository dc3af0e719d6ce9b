"""Charts over the years. A row of a frame is a row of the words' data, in the same order."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...texts import Texts
from .. import theme, vector
from ..pieces import Piece
from . import frame as around
from .frame import Words, fold, known
from .room import Room, extent

# As many years stand below an axis, and as many numbers at a line, as can be told apart on a telephone.
_MANY = 7
# Pixels of a panel, about: of two side by side, alone, of three side by side.
_PANEL, _ALONE, _THIRD = (200.0, 92.0), (415.0, 140.0), (132.0, 160.0)
_DASH = 12
# How far above all else an outer band is followed.
_OFF_THE_TOP = 1.5


def history(frame: pd.DataFrame, breaks: dict[int, str], texts: Texts, words: Words, name: str) -> Piece:
    """Show a score over editions against the peer group; the line stops at each break of method.

    `frame`: edition, series, value, peer_median, peer_lower_quartile, peer_upper_quartile. Data: the value,
    the median and the quartiles of each edition.
    """
    frame = frame.reset_index(drop=True)
    drawn, (ax,) = theme.figure(2.9)
    with rc_context(theme.STYLE):
        for _, part in frame.groupby("series"):
            years = part["edition"]
            around.band_over_years(ax, years, part["peer_lower_quartile"], part["peer_upper_quartile"])
            (line,) = ax.plot(years, part["peer_median"], color=theme.PEERS, lw=2, marker="o", ms=4)
            _say(line, words, part, "peer_median", 2, 3)
            (line,) = ax.plot(years, part["value"], color=theme.OWN, lw=2.5, marker="o", ms=6.5)
            _say(line, words, part, "value", 1)
        top = float(frame[["value", "peer_upper_quartile"]].max().max()) * 1.18 + 2
        top = min(100.0, top)
        for row in frame.dropna(subset=["value"]).itertuples():
            below = row.value - top * 0.075
            around.label(ax, row.edition, below, texts.number(row.value, 1), theme.OWN, "bold")
        last = frame.iloc[-1]
        names = [(last["value"], name, theme.OWN, "bold")]
        if known(last["peer_median"]):
            names.append((last["peer_median"], texts("peers.median"), theme.FAINT, "normal"))
        _name_ends(ax, last["edition"] + 0.14, [one for one in names if known(one[0])], top * 0.09)
        ax.set_ylim(0, top)
        around.breaks(ax, breaks, top * 0.985)
        _editions(ax, frame["edition"], right=0.95)
        theme.number_axis(ax.yaxis, texts.number)
        _grid(ax, "y")
    return around.piece(drawn, words)


def bands(frame: pd.DataFrame, breaks: dict[int, str], texts: Texts, words: Words, name: str) -> Piece:
    """Show a hidden overall score with its error against the edge of the next band.

    `frame`: edition, series, overall, error, edge_computed, gap, next_band. The axis does not begin at
    nought: the gap is the question. Data: the score with its error, and the edge with its band.
    """
    frame = frame.reset_index(drop=True)
    drawn, (ax,) = theme.figure(3.1)
    with rc_context(theme.STYLE):
        for _, part in frame.groupby("series"):
            ax.plot(part["edition"], part["overall"], color=theme.OWN, lw=2.5)
        # The edge of another band is another line: the next band changes when the university's does.
        for _, part in frame.groupby(["series", "next_band"]):
            (line,) = ax.plot(
                part["edition"], part["edge_computed"], color=theme.EDGE, lw=2, ls=theme.SECOND[2],
                marker="_", ms=14, mew=2.5,
            )  # fmt: skip
            _say(line, words, part, "edge_computed", *range(2, len(words.data)))
        bars = ax.errorbar(
            frame["edition"], frame["overall"], yerr=frame["error"], fmt="o", color=theme.OWN, ms=6.5,
            capsize=4, zorder=4,
        )  # fmt: skip
        _say(bars.lines[0], words, frame, "overall", 1)
        both = frame[["overall", "edge_computed"]]
        low, high = float(both.min().min()) - 3, float(both.max().max()) + 4
        step = (high - low) * 0.075
        ax.set_ylim(low - step, high)
        _editions(ax, frame["edition"], right=1.5)
        room = Room(ax, *_whole(drawn))
        for _, part in frame.groupby("series"):
            room.line(part["edition"], part["overall"])
        for _, part in frame.groupby(["series", "next_band"]):
            room.line(part["edition"], part["edge_computed"])
        room.marks(frame["edition"], frame["edge_computed"], 16)
        for row in frame.itertuples():
            tall = 2 * row.error / room.up
            room.marks([row.edition], [row.overall], 10, tall)
        for row in frame.itertuples():
            if known(row.edge_computed):
                room.label(
                    row.edition, row.edge_computed, texts.number(row.edge_computed, 2), theme.EDGE, "normal"
                )
            room.label(row.edition, row.overall, texts.number(row.overall, 2), theme.OWN)
        last = frame.iloc[-1]
        names = [(last["overall"], name, theme.OWN, "bold")]
        if known(last["edge_computed"]):
            names.append((last["edge_computed"], texts("rankings.hidden.edge"), theme.EDGE, "normal"))
        _name_ends(ax, last["edition"] + 0.2, names, step * 1.2)
        around.breaks(ax, breaks, high - 0.15)
        theme.number_axis(ax.yaxis, texts.number)
        _grid(ax, "y")
    return around.piece(drawn, words)


def numerator_denominator(frame: pd.DataFrame, texts: Texts, words: Words, titles: Sequence[str]) -> Piece:
    """Show a share beside what it is a share of: denominator, numerator with its range, share.

    `frame`: edition, students_count, international_count, international_low, international_high,
    share_pct. Each panel begins at nought, so that heights can be compared. Data: the three, in this order.
    """
    drawn, axes = theme.figure(2.5, columns=3)
    columns = ["students_count", "international_count", "share_pct"]
    with rc_context(theme.STYLE):
        for place, (ax, column, title) in enumerate(zip(axes, columns, titles, strict=True)):
            colour = theme.OWN if place else theme.PEERS
            for i, bar in enumerate(ax.bar(frame["edition"], frame[column], color=colour, width=0.68)):
                vector.mark(bar, words.row(i, place + 1))
            ax.set_title(fold(title, 18), loc="left", fontsize=theme.SMALL)
            top = float(frame[column].max())
            if column == "international_count":
                low = frame[column] - frame["international_low"]
                high = frame["international_high"] - frame[column]
                ax.errorbar(
                    frame["edition"], frame[column], yerr=[low, high], fmt="none", color=theme.INK, capsize=2
                )
                top = float(frame["international_high"].max())
            ax.set_ylim(0, top * 1.15)
            ax.set_xlim(frame["edition"].min() - 0.5, frame["edition"].max() + 0.5)
            write = texts.percent if column == "share_pct" else texts.number
            room = Room(ax, *_THIRD)
            tops = frame["international_high"] if column == "international_count" else frame[column]
            room.bars(frame["edition"], tops, 0.68)
            for i in (0, -1) if len(frame) > 1 else (0,):
                row = frame.iloc[i]
                ha = "left" if not i and len(frame) > 1 else "right"
                number = write(row[column])
                room.label(row["edition"], float(tops.iloc[i]), number, theme.INK, ha=ha, over=0.4)
            ax.set_yticks([])
            ax.spines["left"].set_visible(False)
            _ends(ax, frame["edition"])
    return around.piece(drawn, words)


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
    a dash. `writes` write a value of each series. `marked` is a span of years that broke the series. Data:
    a column a series, then one for each series that has targets, in the order of the series.
    """
    frame = frame.reset_index(drop=True)
    wide = 2 if len(columns) > 1 else 1
    rows = -(-len(columns) // wide)
    drawn, axes = theme.figure(1.62 * rows + 0.1 if wide > 1 else 2.0, columns=wide, rows=rows)
    for ax in axes[len(columns) :]:
        ax.set_visible(False)
    with_targets = [column for column in columns if aimed[column].notna().any()]
    with rc_context(theme.STYLE):
        for place, (ax, column, label, write) in enumerate(
            zip(axes, columns, labels, writes, strict=False), start=1
        ):
            around.spell(ax, marked, frame["year"])
            held = frame[["year", column]].dropna()
            (line,) = ax.plot(frame["year"], frame[column], color=theme.OWN, lw=2.2, marker="o", ms=4)
            shown = [place]
            if column in with_targets:
                around.mark_targets(ax, aimed["year"], aimed[column], _DASH)
                shown.append(1 + len(columns) + with_targets.index(column))
            _say(line, words, frame, column, *shown)
            top = max([*held[column], *aimed[column].dropna()], default=1.0) or 1.0
            ax.set_ylim(0, top * 1.36)
            ax.set_xlim(frame["year"].min() - 0.8, frame["year"].max() + 0.8)
            room = Room(ax, *(_PANEL if wide > 1 else _ALONE))
            room.line(frame["year"], frame[column])
            room.marks(aimed["year"], aimed[column], _DASH)
            for i in (0, -1) if len(held) > 1 else (0,) if len(held) else ():
                row = held.iloc[i]
                ha = "center" if len(held) < 2 else "left" if not i else "right"
                value = float(row[column])
                room.label(row["year"], value, write(value), theme.OWN, ha=ha, over=0.5)
            _ends(ax, frame["year"])
            ax.set_yticks([])
            ax.spines["left"].set_visible(False)
            ax.set_title(fold(label, 27 if wide > 1 else around.ACROSS), loc="left", fontsize=theme.SMALL)
    return around.piece(drawn, words)


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
    "" for none. Shares differ by mark and stroke, so that they part in greyscale too. Data: the shares in
    their order, then the targets of those that have any.
    """
    frame = frame.reset_index(drop=True)
    drawn, (ax,) = theme.figure(3.2)
    top = min(100.0, max(float(frame[list(columns)].max().max()) * 1.3, 10.0))
    aimed = [target for target in targets if target and frame[target].notna().any()]
    with rc_context(theme.STYLE):
        ends = []
        for place, (column, label, target, (colour, mark, stroke)) in enumerate(
            zip(columns, labels, targets, theme.SERIES, strict=False), start=1
        ):
            held = frame[["year", column]].dropna()
            if held.empty:
                continue
            (line,) = ax.plot(held["year"], held[column], color=colour, lw=2.2, ls=stroke, marker=mark, ms=5)
            shown = [place]
            if target in aimed:
                aims = frame[["year", target]].dropna()
                around.mark_targets(ax, aims["year"], aims[target])
                shown.append(1 + len(columns) + aimed.index(target))
                top = min(100.0, max(top, float(aims[target].max()) * 1.15))
            _say(line, words, held, column, *shown)
            value = texts.percent(held[column].iloc[-1], 1)
            text = f"{value}\n{fold(label, 15)}"
            ends.append((float(held["year"].iloc[-1]), float(held[column].iloc[-1]), text, colour))
        lines = max((text.count("\n") + 1 for *_, text, _ in ends), default=1)
        places = around.apart([value for _, value, *_ in ends], top * 0.075 * lines)
        for (year, _, text, colour), at in zip(ends, places, strict=True):
            around.end(ax, year + 0.3, at, text, colour, "bold")
        if aimed:
            around.key(ax, ("▬", theme.INK, target_label))
        ax.set_ylim(0, top)
        _editions(ax, frame["year"], right=0.5 * len(frame))
        theme.number_axis(ax.yaxis, texts.percent)
        _grid(ax, "y")
    return around.piece(drawn, words)


def two_ways(
    frame: pd.DataFrame,
    names: Mapping[str, str],
    aimed: pd.DataFrame,
    marked: tuple[int, int],
    labels: Mapping[str, str],
    texts: Texts,
    words: Words,
) -> Piece:
    """Show how many go and how many come by year, on one scale from nought, the main numbers written.

    `frame`: year, outgoing, incoming (NaN where not to be shown), `aimed`: year, target of the outgoing.
    `labels`: `marked` names the shaded span of years, `hidden` what is not shown, `aimed` the dashes.
    Data: outgoing, incoming, and the target where there is any.
    """
    frame = frame.reset_index(drop=True)
    drawn, (ax,) = theme.figure(3.3)
    shown = frame[["outgoing", "incoming"]]
    top = float(max([1.0, *shown.max().dropna(), *aimed["target"].dropna()]))
    small: dict[str, Any] = {"fontsize": theme.SMALL}
    with rc_context(theme.STYLE):
        if around.spell(ax, marked, frame["year"]):
            ax.text(sum(marked) / 2, top * 1.2, labels["marked"], ha="center", color=theme.FAINT, **small)
        around.mark_targets(ax, aimed["year"], aimed["target"])
        aims = aimed.dropna()
        if len(aims):
            last = aims.iloc[-1]
            ax.text(
                last["year"] + 0.3,
                last["target"] + top * 0.03,
                labels["aimed"],
                ha="right",
                va="bottom",
                **small,
            )
        ax.set_ylim(0, top * 1.28)
        ax.set_xlim(frame["year"].min() - 0.6, frame["year"].max() + 0.4 + 0.26 * len(frame))
        room = Room(ax, *_whole(drawn))
        room.marks(aimed["year"], aimed["target"], _DASH)
        for column in ("outgoing", "incoming"):
            room.line(frame["year"], frame[column])
        # A number that is hidden has a word in its place, at the foot of the chart.
        for column, low, colour in (("outgoing", 0.1, theme.OWN), ("incoming", 0.03, theme.EDGE)):
            for year in frame.loc[frame[column].isna() & frame["is_hidden_" + column], "year"]:
                room.marks([year], [top * low], *extent(labels["hidden"], theme.SMALL, "normal"))
                ax.text(year, top * low, labels["hidden"], color=colour, ha="center", va="center", **small)
        ends = []
        for place, (column, colour, mark, stroke) in enumerate(
            (("outgoing", *theme.FIRST), ("incoming", *theme.SECOND)), start=1
        ):
            (line,) = ax.plot(
                frame["year"], frame[column], color=colour, lw=2.4, ls=stroke, marker=mark, ms=5, zorder=3
            )
            _say(line, words, frame, column, *([1, *range(3, len(words.data))] if place == 1 else [2]))
            held = frame[["year", column]].dropna()
            for year, value in held[_main(held[column])].itertuples(index=False):
                room.label(year, value, texts.number(value), colour, size=theme.SMALL)
            if len(held):
                ends.append((held[column].iloc[-1], fold(names[column], 12), colour, "bold"))
        _name_ends(ax, frame["year"].max() + 0.35, ends, top * 0.12)
        _years(ax, frame["year"])
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
    return around.piece(drawn, words)


def part_of_whole(frame: pd.DataFrame, labels: tuple[str, str], texts: Texts, words: Words) -> Piece:
    """Show by year a whole as a bar and the part of it that was reached as a bar in front, with the share.

    `frame`: year, whole, part (NaN where unknown). `labels` name the whole and the part. Data: whole, part
    and share.
    """
    frame = frame.reset_index(drop=True)
    drawn, (ax,) = theme.figure(2.8)
    top = float(max(1.0, frame["whole"].max()))
    with rc_context(theme.STYLE):
        wholes = ax.bar(frame["year"], frame["whole"], width=0.72, color=theme.PEERS)
        ax.bar(frame["year"], frame["part"], width=0.72, color=theme.OWN)
        for i, bar in enumerate(wholes):
            vector.mark(bar, words.row(i))
        held = frame.dropna()
        for row in held[_spread(len(held))].itertuples():
            share = texts.percent(100 * row.part / row.whole)
            around.label(ax, row.year, row.whole + top * 0.055, share, fontsize=theme.SMALL)
        ax.set_ylim(0, top * 1.13)
        ax.set_xlim(frame["year"].min() - 0.6, frame["year"].max() + 0.6)
        around.key(ax, ("■", theme.PEERS, labels[0]), ("■", theme.OWN, labels[1]))
        _years(ax, frame["year"])
        theme.number_axis(ax.yaxis, texts.number)
        _grid(ax, "y")
    return around.piece(drawn, words)


def forecast(
    frame: pd.DataFrame,
    write: Callable[[float], str],
    words: Words,
    labels: Mapping[str, str],
    *,
    breaks: Mapping[int, str] | None = None,
    marked: tuple[int, int] | None = None,
) -> Piece:
    """Show where an indicator is heading: what was, what is likely, and the target.

    `frame`, one row a year without gaps: year; value (what was, NaN ahead); point, low80, high80, low95,
    high95 (what is likely, NaN before); target (NaN where none). `write` writes a value. `labels`: `value`,
    `point` (the ends of the lines), `target`, `likely` (what the two bands are, in a line above the chart).
    `breaks` name what changed before a year, where the line stops; `marked` is a span of years that broke the
    series. The axis begins at nought. Data: value, forecast, 80 % and 95 % interval, target; "" where there
    is none.
    """
    frame = frame.reset_index(drop=True)
    drawn, (ax,) = theme.figure(2.9)
    past, ahead = frame[frame["value"].notna()], frame[frame["point"].notna()]
    # An outer band that would press all else flat runs off the top; the data hold where it ends.
    inner = float(frame[["value", "point", "high80", "target"]].max().max()) or 1.0
    top = min(max(inner, float(frame["high95"].fillna(0.0).max())), _OFF_THE_TOP * inner)
    low = min(0.0, float(frame[["value", "low95"]].min().min()))
    with rc_context(theme.STYLE):
        if marked:
            around.spell(ax, marked, frame["year"])
        # The fan opens from the last value that is known.
        fan = ahead
        if len(past) and len(ahead):
            last = past.iloc[-1]
            start = dict.fromkeys(("point", "low80", "high80", "low95", "high95"), last["value"])
            fan = pd.concat([pd.DataFrame([{"year": last["year"], **start}]), ahead], ignore_index=True)
        around.band_over_years(ax, fan["year"], fan["low95"], fan["high95"])
        around.band_over_years(ax, fan["year"], fan["low80"], fan["high80"], theme.NEAR)
        ax.plot(fan["year"], fan["point"], color=theme.OWN, lw=2, ls=(0, (3, 2)), zorder=2)
        (dots,) = ax.plot(
            ahead["year"], ahead["point"], color=theme.OWN, ls="", marker="o", ms=5, mfc=theme.PAPER, mew=1.6,
            zorder=3,
        )  # fmt: skip
        _say(dots, words, ahead, "point", 2, 3, 4, 5)
        # Values before and after a change of what is counted are not joined.
        for _, part in frame.groupby(frame["year"].map(lambda year: sum(year >= at for at in breaks or {}))):
            (line,) = ax.plot(
                part["year"], part["value"], color=theme.OWN, lw=2.4, marker="o", ms=5, zorder=3
            )
            _say(line, words, part, "value", 1, 5)
        around.mark_targets(ax, frame["year"], frame["target"])
        ax.set_ylim(low * 1.05, top * 1.18)
        ax.set_xlim(frame["year"].min() - 0.6, frame["year"].max() + 0.5 + 0.3 * len(frame))
        ends = []
        if len(past):
            room = Room(ax, *_whole(drawn))
            room.line(frame["year"], frame["value"])
            room.line(fan["year"], fan["point"])
            room.marks(frame["year"], frame["target"], _DASH)
            row = past.iloc[-1]
            room.label(row["year"], float(row["value"]), write(float(row["value"])), theme.OWN)
        if len(ahead):
            row = ahead.iloc[-1]
            ends.append(
                (
                    row["point"],
                    f"{write(float(row['point']))}\n{fold(labels['point'], 12)}",
                    theme.OWN,
                    "bold",
                )
            )
        aims = frame.dropna(subset=["target"])
        if len(aims):
            row = aims.iloc[-1]
            named = f"{write(float(row['target']))}\n{fold(labels['target'], 12)}"
            ends.append((row["target"], named, theme.INK, "normal"))
        _name_ends(ax, frame["year"].max() + 0.4, ends, (top - low) * 0.2)
        around.key(ax, ("▒", theme.OWN, labels["likely"]))
        around.breaks(ax, breaks or {}, top * 1.15)
        _years(ax, frame["year"])
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        if low < 0:
            ax.axhline(0, color=theme.RULE, lw=0.8, zorder=0)
    return around.piece(drawn, words)


def slope(frame: pd.DataFrame, years: tuple[str, str], write: Callable[[float], str], words: Words) -> Piece:
    """Show how units or countries moved between two years: a line each, named at its end.

    `frame`: label, before, after, own (bool: drawn in the own colour, all others in that of peers). `years`
    name the two sides. The scale begins at nought. Data: before, after.
    """
    frame = frame.reset_index(drop=True)
    drawn, (ax,) = theme.figure(max(2.6, 0.3 * len(frame) + 0.7))
    top = float(frame[["before", "after"]].max().max()) or 1.0
    with rc_context(theme.STYLE):
        for i, row in enumerate(frame.itertuples()):
            colour, weight = (theme.OWN, 2.6) if row.own else (theme.PEERS, 1.8)
            (line,) = ax.plot([0, 1], [row.before, row.after], color=colour, lw=weight, marker="o", ms=5)
            vector.mark(line, words.row(i))
        least = top * 0.17 / (drawn.get_figheight() - 0.5)
        for x, column, ha in ((0, "before", "right"), (1, "after", "left")):
            places = around.apart([float(value) for value in frame[column]], least, 0.0)
            side = -1 if ha == "right" else 1
            for at, row in zip(places, frame.to_dict("records"), strict=True):
                value = write(float(row[column]))
                text = value if column == "before" else f"{value}  {fold(row['label'], 26, 1)}"
                # A thin line leads from the mark to a name that had to move away.
                ax.plot(
                    [x + 0.02 * side, x + 0.1 * side], [row[column], at], color=theme.RULE, lw=0.8, zorder=0
                )
                ax.text(
                    x + 0.12 * side, at, text, ha=ha, va="center", fontsize=theme.SMALL,
                    color=theme.OWN if row["own"] else theme.INK,
                    fontweight="bold" if row["own"] else "normal",
                )  # fmt: skip
            highest = max(top, *places)
            ax.set_ylim(0, max(highest * 1.04, ax.get_ylim()[1] if x else 0))
        ax.set_xlim(-0.4, 2.1)
        ax.set_xticks([0, 1], list(years))
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        for x in (0, 1):
            ax.axvline(x, color=theme.RULE, lw=0.8, zorder=0)
    return around.piece(drawn, words)


def rank_bands(
    frame: pd.DataFrame, breaks: Mapping[int, str], labels: Mapping[str, str], words: Words
) -> Piece:
    """Show places in a ranking by edition as what they are: a band is as high as it is wide.

    `frame`: edition, rank_low, rank_high (NaN where a band has no known end), rank_text, ranked_count (how
    many were ranked, NaN where not known). The first place is at the top; the pale bar behind is all who were
    ranked, so that a table that grows is not taken for a fall. `labels`: `all` and `own` name the two
    bars. `breaks` name what changed before an edition. Data: place, how many were ranked.
    """
    frame = frame.reset_index(drop=True)
    drawn, (ax,) = theme.figure(3.0)
    last = float(frame[["rank_low", "rank_high", "ranked_count"]].max().max())
    with rc_context(theme.STYLE):
        for i, row in enumerate(frame.to_dict("records")):
            ends = row["rank_high"] if known(row["rank_high"]) else last
            if known(row["ranked_count"]):
                ax.bar(row["edition"], row["ranked_count"], width=0.66, color=theme.BAND, zorder=1)
            # A single place is a line, which must be seen.
            high = max(float(ends - row["rank_low"]), last * 0.008)
            (bar,) = ax.bar(
                row["edition"], high, bottom=row["rank_low"], width=0.66, zorder=2,
                color=theme.OWN if known(row["rank_high"]) else theme.NEAR,
            )  # fmt: skip
            vector.mark(bar, words.row(i))
            at = row["rank_low"] - last * 0.045
            around.label(
                ax, row["edition"], at, str(row["rank_text"]), theme.OWN, "bold", fontsize=theme.SMALL
            )
        for year, text in breaks.items():
            ax.axvline(year - 0.5, color=theme.FAINT, lw=1.2, ls=(0, (4, 3)), zorder=1)
            around.label(
                ax, year - 0.46, last * 0.06, fold(text, 24), theme.FAINT, ha="left", fontsize=theme.SMALL
            )
        ax.set_ylim(last * 1.01, 1)
        _editions(ax, frame["edition"], right=0.45)
        # A rank is a name and no count: it has no separator.
        ax.yaxis.set_major_formatter(lambda rank, _: f"{rank:.0f}")
        around.key(ax, ("■", theme.BAND, labels["all"]), ("■", theme.OWN, labels["own"]))
        _grid(ax, "y")
    return around.piece(drawn, words)


# -- shared by them --------------------------------------------------------------------------------------


def _whole(drawn: Figure) -> tuple[float, float]:
    """Return what the one panel of a chart measures in pixels, about: without its years and its key."""
    return _ALONE[0], drawn.get_figheight() * theme.DPI - 50


def _say(line: object, words: Words, part: pd.DataFrame, column: str, *cells: int) -> None:
    """Give each point of a line that is drawn its row of the data, by its place in the whole frame."""
    shown = [i for i in cells if i < len(words.data)]
    if shown:
        rows = part.index[part[column].notna()]
        vector.mark(line, *(words.row(int(row), *shown) for row in rows))  # type: ignore[arg-type]


def _name_ends(ax: Axes, x: float, names: Sequence[tuple[float, str, str, str]], least: float) -> None:
    """Name lines at their ends, none on another: place, name, colour and weight of each."""
    places = around.apart([float(place) for place, *_ in names], least)
    for at, (_, text, colour, weight) in zip(places, names, strict=True):
        around.end(ax, x, at, text, colour, weight)


def _editions(ax: Axes, editions: pd.Series, right: float = 0.4) -> None:
    """Print each edition once, as it is named; years are not thousands."""
    _years(ax, editions)
    ax.set_xlim(editions.min() - 0.45, editions.max() + right)


def _years(ax: Axes, years: pd.Series) -> None:
    shown = list(years)[:: -1 if len(years) <= _MANY else -2][::-1]
    ax.set_xticks(shown, [str(int(year)) for year in shown])


def _ends(ax: Axes, years: pd.Series) -> None:
    """Name the first and the last year, within the width of the panel."""
    ends = [years.iloc[0], years.iloc[-1]]
    ax.set_xticks(ends, [str(int(end)) for end in ends])
    labels = ax.get_xticklabels()
    if len(years) > 1:
        labels[0].set_horizontalalignment("left")
        labels[-1].set_horizontalalignment("right")


def _spread(count: int) -> list[bool]:
    """Return which of the years carry their number where not all of them can: every second, and the last."""
    return [count <= _MANY or (count - 1 - i) % 2 == 0 for i in range(count)]


def _main(values: pd.Series) -> list[bool]:
    """Return which numbers are written: all, or the ends and the turns where there are too many."""
    held = list(values)
    if len(held) <= _MANY:
        return [True] * len(held)
    turns = [(b - a) * (c - b) < 0 for a, b, c in zip(held, held[1:], held[2:], strict=False)]
    return [True, *turns, True]


def _grid(ax: Axes, axis: str) -> None:
    ax.grid(axis=axis, color=theme.BAND, lw=0.8)  # type: ignore[arg-type]
    ax.set_axisbelow(True)
