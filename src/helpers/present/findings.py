"""What a table or chart found, in the sentence that is its title.

A title says what a reader would otherwise have to look for; where the data give no finding, it says that. It
is worked out of what is shown and of nothing else, so that it can tell nothing that is hidden.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from ..measures.scenarios import Route, Simulation
from ..run import Run

# More names than this that share the first place say nothing of it.
_SHARED = 2


# A value now and the one before, as they are printed, so that a reader who compares them counts the same.
Pair = tuple[float | None, float | None]


def indicators(run: Run, about: str, aims: Sequence[bool], pairs: Sequence[Pair]) -> str:
    """Say how many indicators are at their target or, where none has one, how many moved and which way.

    `aims` tell, for those with a target, whether it is reached.
    """
    if aims:
        key = (
            "finding.indicators.every"
            if all(aims)
            else "finding.indicators.aims"
            if any(aims)
            else "finding.indicators.no_one"
        )
        return run.text(key, about=about, reached=sum(aims), count=len(aims))
    both, higher, lower = moved(pairs)
    if not both:
        return run.text("finding.indicators.none", about=about)
    return run.text("finding.indicators.moved", about=about, count=both, higher=higher, lower=lower)


def moved(pairs: Sequence[Pair]) -> tuple[int, int, int]:
    """Return of how many pairs both values are known, and how many are higher, and lower, than before."""
    both = [(now, before) for now, before in pairs if now is not None and before is not None]
    return len(both), sum(now > before for now, before in both), sum(now < before for now, before in both)


def over_years(run: Run, sentence: str, pairs: Sequence[Pair]) -> str:
    """Add to what is said of one series how many of all that are shown ended higher than they began."""
    both, higher, lower = moved(pairs)
    if both < 2:
        return sentence
    key = (
        "finding.series.higher"
        if higher == both
        else "finding.series.lower"
        if lower == both
        else "finding.series.of"
    )
    return run.text(key, sentence=sentence, count=both, higher=higher, lower=lower)


def goals(run: Run, period: str, reached: Sequence[tuple[str, float | None]], whole: float | None) -> str:
    """Say what the plan reached, and which of its goals came furthest and least far."""
    known = [(name, value) for name, value in reached if value is not None]
    if whole is None or not known:
        return run.text("finding.goals.none", period=period)
    (best, most), (worst, least) = (choose(known, key=lambda one: one[1]) for choose in (max, min))
    if most == least:
        return run.text("finding.goals.even", period=period, whole=whole)
    return run.text(
        "finding.goals.of", period=period, whole=whole, best=best, most=most, worst=worst, least=least
    )


def levels(run: Run, period: str, rows: Sequence[tuple[str, int, int]]) -> str:
    """Say of which kind of activity the largest and the smallest share was international.

    `rows`: the kind, how many were international, how many there were.
    """
    held = [row for row in rows if row[2]]
    if not held:
        return run.text("finding.levels.none", period=period)
    (high, part, whole), (low, least, all_of_it) = (
        choose(held, key=lambda row: row[1] / row[2]) for choose in (max, min)
    )
    if part * all_of_it == least * whole:
        return run.text("finding.levels.even", period=period, share=100 * part / whole)
    return run.text(
        "finding.levels.of",
        period=period,
        high=high, part=part, whole=whole, low=low, least=least, all=all_of_it,
    )  # fmt: skip


def first(run: Run, what: str, column: str, names: Sequence[str], counts: Sequence[float]) -> str:
    """Say which group of a breakdown is the largest of those that may be shown.

    `what` is counted, by `column`; `counts` are NaN where they are hidden.
    """
    say = run.text
    shown = [(name, count) for name, count in zip(names, counts, strict=True) if not pd.isna(count)]
    if not shown:
        return say("finding.first.hidden", what=what, column=column)
    most = max(count for _, count in shown)
    leading = [name for name, count in shown if count == most]
    if most == 0 or len(leading) == len(shown) > 1 or len(leading) > _SHARED:
        return say("finding.first.none", what=what, column=column, count=len(shown))
    named = {"what": what, "column": column, "first": leading[0], "most": most}
    if len(leading) == _SHARED:
        return say("finding.first.two", second=leading[1], **named)
    return say("finding.first.of", **named)


# -- scores of rankings ------------------------------------------------------------------------------------


def scores(run: Run, system: str, edition: int, names: Sequence[str], values: pd.Series) -> str:
    """Say which published score of an edition is the highest and which is the lowest."""
    short, (best, worst) = run.catalog.systems[system].short, _ends(names, values)
    named = {"name": run.name, "system": short, "edition": edition, "high": best[0], "most": best[1]}
    if best[0] == worst[0]:
        return run.text("finding.scores.one", **named)
    return run.text("finding.scores.of", low=worst[0], least=worst[1], **named)


def beside_median(run: Run, edition: int, names: Sequence[str], gaps: pd.Series) -> str:
    """Say which score stands best beside the median of the peers, and which worst; `gaps` are in points."""
    best, worst = _ends(names, gaps)
    return run.text(
        "finding.beside_median",
        name=run.name,
        edition=edition,
        best=best[0],
        gap=best[1],
        worst=worst[0],
        worst_gap=worst[1],
    )


def _ends(names: Sequence[str], values: pd.Series) -> tuple[tuple[str, float], tuple[str, float]]:
    known = [(name, float(value)) for name, value in zip(names, values, strict=True) if not pd.isna(value)]
    return max(known, key=lambda one: one[1]), min(known, key=lambda one: one[1])


def overall(run: Run, system: str, rows: pd.DataFrame) -> str:
    """Say how the recomputed overall score moved over the editions of the method in force."""
    rows = rows[rows["series"] == rows["series"].max()]
    began, ended = rows.iloc[0], rows.iloc[-1]
    named = {
        "name": run.name,
        "system": run.catalog.systems[system].short,
        "ended": ended["overall"],
        "last": int(ended["edition"]),
    }
    if len(rows) < 2:
        return run.text("finding.overall.one", **named)
    return run.text("finding.overall.of", began=began["overall"], first=int(began["edition"]), **named)


def levers(run: Run, system: str, edition: int, names: Sequence[str], rows: pd.DataFrame) -> str:
    """Say which score alone would have to gain least to reach the next band, or that none could."""
    named = {"system": run.catalog.systems[system].short, "edition": edition, "count": len(rows)}
    able = rows["reachable"].astype(bool)
    if not able.any():
        return run.text("finding.levers.none", **named)
    place = min((i for i, one in enumerate(able) if one), key=lambda i: float(rows["gain"].iloc[i]))
    return run.text(
        "finding.levers.of",
        variable=names[place],
        gain=float(rows["gain"].iloc[place]),
        able=int(able.sum()),
        **named,
    )


def scenarios(run: Run, system: str, edition: int, rows: Sequence[tuple[str, Simulation]]) -> str:
    """Say how many scenarios pass the edge of the next band, beyond the error, and which gains most."""
    named = {"system": run.catalog.systems[system].short, "edition": edition, "count": len(rows)}
    if not rows:
        return run.text("finding.scenarios.none", **named)
    best, most = max(rows, key=lambda row: row[1].after)
    named |= {"best": best, "before": most.before, "after": most.after}
    if most.gap is None:
        return run.text("finding.scenarios.no_band", **named)
    passing = sum(one.gap is not None and one.gap < -one.error for _, one in rows)
    return run.text("finding.scenarios.of", passing=passing, **named)


def routes(run: Run, system: str, edition: int, found: Sequence[Route]) -> str:
    """Say what the cheapest way to a target costs, or how near the best one comes."""
    named = {"system": run.catalog.systems[system].short, "edition": edition, "count": len(found)}
    able = [one for one in found if one.way.reached]
    if able:
        return run.text("finding.routes.of", able=len(able), cost=min(one.way.cost for one in able), **named)
    return run.text("finding.routes.none", short=min(one.wanted - one.way.adds for one in found), **named)


def share(run: Run, rows: pd.DataFrame, *, counted: bool = False) -> str:
    """Say how the international share moved between the first and the last edition shown.

    With `counted` the numbers of students that it implies, as a range, instead of the share.
    """
    say, ends = run.text, [rows.iloc[0], rows.iloc[-1]]
    written = [
        say(
            "finding.share.counted" if counted else "finding.share.in",
            edition=int(row["edition"]),
            share=row["share_pct"],
            low=row["international_low"],
            high=row["international_high"],
            students=row["students_count"],
        )
        for row in ends
    ]
    if len(rows) < 2:
        return say("finding.share.one", now=written[1])
    return say("finding.share.of", now=written[1], before=written[0])


def place(run: Run, system: str, rows: pd.DataFrame, since: int) -> str:
    """Say the place in the last edition and, if the method allows it, in the first one from `since` on."""
    say = run.text
    comparable = rows[rows["edition"] >= since]
    ends = [comparable.iloc[0], comparable.iloc[-1]]
    written = [
        say("finding.place.among", rank=row["rank_text"], count=row["ranked_count"])
        if pd.notna(row["ranked_count"])
        else str(row["rank_text"])
        for row in ends
    ]
    named = {"name": run.name, "system": run.catalog.systems[system].short, "place": written[1]}
    last = int(ends[1]["edition"])
    if len(comparable) < 2:
        return say("finding.place.one", edition=last, **named)
    return say("finding.place.of", edition=last, before=written[0], first=int(ends[0]["edition"]), **named)


# -- peers -------------------------------------------------------------------------------------------------


def level_and_change(run: Run, group: str, edition: int, rows: pd.DataFrame) -> str:
    """Say in how many scores the university is above the median of a group, and moves faster than it."""
    level, pace = rows["median_gap"].dropna(), (rows["change"] - rows["median_change"]).dropna()
    named = {
        "name": run.name,
        "group": group,
        "edition": edition,
        "universities": rows["count"].max(),
        "above": int((level > 0).sum()),
        "count": len(level),
    }
    if pace.empty:
        return run.text("finding.level.only", **named)
    key = "finding.level.of" if named["above"] else "finding.level.none"
    return run.text(key, faster=int((pace > 0).sum()), **named)


def races(
    run: Run, variable: str, then: int, rows: pd.DataFrame, called: Mapping[str, str], turn: str
) -> str:
    """Say how many universities may be passed and may pass, and which change of places is likeliest.

    `turn` is that change in words, of the row with the highest chance.
    """
    likeliest = rows.loc[rows["turn"].idxmax()]
    return run.text(
        "finding.races",
        name=run.name,
        variable=variable,
        then=then,
        ahead=int((rows["lead"] < 0).sum()),
        behind=int((rows["lead"] > 0).sum()),
        first=called[likeliest["institution"]],
        turn=turn,
    )
