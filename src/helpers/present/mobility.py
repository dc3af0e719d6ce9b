"""The page on mobility: who goes and comes, how even it is, what is recognised, which partners live.

Students are counted as G3.25 and G3.26 count them. What a table hides in one direction is hidden wherever
the page shows it again; totals are shown by direction, never by row, so that each direction is protected
on its own (domain dossier 6.1).
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import pandas as pd

from ..analysis.disclosure import ProtectedTable
from ..analysis.intervals import wilson
from ..measures import mobility as measures
from ..measures.core import MissingFigure, Period
from ..run import Run
from . import charts, figures, maps, persons, pieces, tables, theme
from . import mobility_words as words
from .activities import PANDEMIC
from .mobility_brief import messages
from .mobility_partners import decisions, portfolio
from .mobility_recognition import recognition, recognition_by_unit, validity
from .pieces import Piece
from .tables import Column

__all__ = [
    "balance", "by", "country_steps", "decisions", "durations", "flow_map", "flows", "messages", "portfolio",
    "recognition", "recognition_by_unit", "staff", "validity", "who",
]  # fmt: skip

# An exchange of fewer has no balance worth printing (domain dossier, section 6).
_LEAST_EXCHANGE = 10

_BY = {
    "programme": "mobility.by.programme",
    "country_code": "mobility.by.country_code",
    "unit": "mobility.by.unit",
}
_INSIDE = {
    "programme": "mobility.by.inside.programme",
    "country_code": "mobility.by.inside.country_code",
    "unit": "mobility.by.inside.unit",
}
_ACTIVITIES = {
    "study": "mobility.activity.study",
    "traineeship": "mobility.activity.traineeship",
    "short_study": "mobility.activity.short_study",
    "short_traineeship": "mobility.activity.short_traineeship",
    "doctoral_short": "mobility.activity.doctoral_short",
}
_GROUPS = {
    "associate": "mobility.level.associate",
    "bachelor": "mobility.level.bachelor",
    "master": "mobility.level.master",
    "doctorate": "mobility.level.doctorate",
    "female": "mobility.gender.female",
    "male": "mobility.gender.male",
}
_BLENDED = {
    "outgoing": partial(measures.blended, direction="outgoing"),
    "incoming": partial(measures.blended, direction="incoming"),
}
_STAFF = {"academic": "mobility.staff.academic", "administrative": "mobility.staff.administrative"}


# Years between the two sides of a comparison by country.
_STEP_YEARS = 4


def both_ways(run: Run, column: str) -> pd.DataFrame:
    """Return exchange students of the period by a column: outgoing, incoming, NaN where hidden.

    The index holds the column's values, those with most students first. Raises MissingFigure where the
    register cannot give them.
    """
    shown, absent = {}, {}
    for name, code in words.WAYS.items():
        try:
            found = persons.by(run, code, column)
        except MissingFigure as missing:
            if missing.reason != persons.PROTECTED:
                raise
            found = persons.Breakdown(pd.DataFrame({column: [], "shown": []}), is_partial=True)
        shown[name] = found.rows.set_index(column)["shown"]
        # A value that only one direction has is a true nought in the other, unless small ones are not named.
        absent[name] = float("nan") if found.is_partial else 0.0
    values = sorted({value for counts in shown.values() for value in counts.index})
    if not values and any(pd.isna(value) for value in absent.values()):
        raise MissingFigure(persons.PROTECTED)
    both = pd.DataFrame(
        {name: counts.reindex(values, fill_value=absent[name]) for name, counts in shown.items()}
    )
    order = both.sum(axis=1).sort_values(ascending=False, kind="stable").index
    return both.loc[order]


def _nobody(run: Run) -> Piece:
    return pieces.text(words.titled(run, run.text("mobility.nobody", period=words.academic_year(run.period))))


@words.or_reason
def flows(run: Run) -> Piece:
    """Show how many students went and came over ten years, with the plan's targets for those who go."""
    now = {name: words.held(run, code).value for name, code in words.WAYS.items()}
    periods = [Period(year, run.period.half) for year in range(run.year - words.YEARS + 1, run.year + 1)]
    found = {name: [words.figure(run, code, of) for of in periods] for name, code in words.WAYS.items()}
    frame = pd.DataFrame({"year": [of.academic_year for of in periods]})
    for name, series in found.items():
        frame[name] = pd.Series([figure.value for figure in series], dtype=float)
        frame["is_hidden_" + name] = [figure.reason == persons.PROTECTED for figure in series]
    # The targets are for the end of the year; a half-year reading is not set against them.
    aims = [None if run.period.half else figures.target(run, words.OUT, of.year) for of in periods]
    aimed = pd.DataFrame({"year": frame["year"], "target": pd.Series(aims, dtype=float)})
    begins = frame.dropna(subset=list(words.WAYS), how="all")["year"].min()
    known, aimed = frame[frame["year"] >= begins], aimed[aimed["year"] >= begins]
    say = run.text
    names = {"outgoing": say("mobility.outgoing"), "incoming": say("mobility.incoming")}
    points = [_year_in_words(run, row) for row in known.to_dict("records")]
    points += [
        say("mobility.flows.aim", period=f"{row['year']:.0f}-{row['year'] + 1:.0f}", target=row["target"])
        for row in aimed.dropna().to_dict("records")
    ]
    told = charts.Words(
        words.titled(run, _flows_finding(run, now["outgoing"], now["incoming"])),
        say("mobility.flows.subtitle_aimed" if aimed["target"].notna().any() else "mobility.flows.subtitle")
        + say("finding.n.years", count=int(known[list(words.WAYS)].notna().any(axis=1).sum())),
        words.source(run, words.OUT, words.BACK),
        points,
        [
            *(
                [say("activities.protected")]
                if any(known[f"is_hidden_{name}"].any() for name in words.WAYS)
                else []
            ),
            *(figures.target_notes(run, [words.OUT]) if aimed["target"].notna().any() else []),
        ],
        figures.caveats(run, [words.OUT, words.BACK]),
        data=_flows_data(run, known, aimed, names),
        indicators=[words.OUT, words.BACK],
    )
    labels = {
        "marked": say("mobility.flows.pandemic"),
        "hidden": say("activities.hidden"),
        "aimed": say("mobility.flows.aimed"),
    }
    return charts.two_ways(known, names, aimed, PANDEMIC, labels, say, told)


def _flows_data(run: Run, known: pd.DataFrame, aimed: pd.DataFrame, names: dict[str, str]) -> list[Column]:
    rows, say = known.to_dict("records"), run.text
    aims = [say.number(aim) if pd.notna(aim) else "" for aim in aimed["target"]]
    return [
        Column(say("data.academic_year"), [f"{row['year']:.0f}-{row['year'] + 1:.0f}" for row in rows]),
        *(Column(names[name], [_way_in_words(run, row, name) for row in rows], True) for name in words.WAYS),
        *([Column(say("data.target_of", name=names["outgoing"]), aims, True)] if any(aims) else []),
    ]


def _flows_finding(run: Run, going: float | None, coming: float | None) -> str:
    period = words.academic_year(run.period)
    if going is None or coming is None:
        return run.text("finding.flows", period=period)
    if not going or not coming:
        return run.text("mobility.flows.title_counts", period=period, outgoing=going, incoming=coming)
    key = "mobility.flows.title_out" if going >= coming else "mobility.flows.title_in"
    ratio = max(going, coming) / min(going, coming)
    return run.text(key, period=period, outgoing=going, incoming=coming, ratio=ratio)


def _year_in_words(run: Run, row: dict[str, float]) -> str:
    cells = {name: _way_in_words(run, row, name) for name in words.WAYS}
    return run.text("mobility.flows.point", period=f"{row['year']:.0f}-{row['year'] + 1:.0f}", **cells)


def _way_in_words(run: Run, row: dict[str, float], name: str) -> str:
    if row[f"is_hidden_{name}"] or pd.notna(row[name]):
        return words.cell(run, row[name])
    return run.text("activities.reason.no_year")


@words.or_reason
def by(run: Run, column: str) -> Piece:
    """Show students who went and came by programme, country or unit, with balance and reciprocity."""
    totals = [words.held(run, code).value for code in words.WAYS.values()]
    if run.unit and column == "unit":
        return words.one_unit(run)
    rows = both_ways(run, column)
    if rows.empty:
        return _nobody(run)
    top, rest = rows.head(words.SHOWN), len(rows) - words.SHOWN
    pairs = list(top.itertuples(index=False, name=None))
    even = [_evenness(run, *pair) for pair in [*pairs, (totals[0], totals[1])]]
    say = run.text
    cells = [[words.cell(run, pair[way]) for pair in [*pairs, totals]] for way in (0, 1)]
    names = [figures.named(run, column, value) for value in top.index]
    notes = words.hidden_note(run, [*cells[0], *cells[1]])
    return tables.table(
        f"mobility-{column.replace('_', '-')}",
        [
            Column(say(_BY[column]), [*names, say("mobility.all")]),
            Column(say("mobility.outgoing"), cells[0], True),
            Column(say("mobility.incoming"), cells[1], True),
            Column("β", [beta for beta, _ in even], True),
            Column("R", [r for _, r in even], True),
        ],
        title=words.titled(run, _by_finding(run, column, names[0], top["outgoing"].iloc[0], totals[0])),
        source=words.source(run, words.OUT, words.BACK),
        notes=[
            say("mobility.balance_note"),
            *notes,
            *([say("activities.rest", count=rest)] if rest > 0 else []),
        ],
        indicators=[words.OUT, words.BACK],
        caveats=figures.caveats(run, [words.OUT, words.BACK]),
        details=[
            say("mobility.how_beta", least=_LEAST_EXCHANGE),
            *(
                f"{code}: {run.catalog.indicators[code].definition[run.language]}"
                for code in (words.OUT, words.BACK)
            ),
        ],
    )


def _by_finding(run: Run, column: str, first: str, count: float, total: float | None) -> str:
    period, by_what = words.academic_year(run.period), run.text(_INSIDE[column])
    if not total or pd.isna(count) or not count:
        return run.text("finding.by_plain", column=by_what, period=period)
    return run.text("mobility.by.title", column=by_what, period=period, first=first, count=count, total=total)


def _evenness(run: Run, going: float | None, coming: float | None) -> tuple[str, str]:
    """Write β and R of an exchange, or that it is hidden or too small for them."""
    if going is None or coming is None or pd.isna(going) or pd.isna(coming):
        return (run.text("activities.hidden"),) * 2
    found = measures.reciprocity(going, coming)
    if found is None or going + coming < _LEAST_EXCHANGE:
        return (run.text("none"),) * 2
    return run.text.signed(found[0], 2), run.text.number(found[1], 2)


@words.or_reason
def durations(run: Run) -> Piece:
    """Show students by what they did abroad, and how long the stays lasted at the median."""
    totals = [words.held(run, code).value for code in words.WAYS.values()]
    # Blended programmes stand apart: in no total, so each number of them is protected by itself.
    blended = [persons.number(run, select) for select in _BLENDED.values()]
    rows = both_ways(run, "activity")
    if rows.empty and not any(count is None or count for count in blended):
        return _nobody(run)
    lasted = measures.lengths(run.registers, run.period, ("participant", "activity"))
    lasted = lasted[lasted["participant"] == "student"].set_index("activity")
    say = run.text
    done = [name for name in _ACTIVITIES if name in rows.index]
    names = [*(say(_ACTIVITIES[name]) for name in done), say("mobility.all"), say("mobility.activity.bip")]
    cells = [
        [
            *(words.cell(run, rows.loc[name, way]) for name in done),
            words.cell(run, totals[i]),
            words.cell(run, blended[i]),
        ]
        for i, way in enumerate(words.WAYS)
    ]
    days = [
        *(words.median(run, lasted, name) for name in done),
        say("none"),
        words.median(run, lasted, "bip"),
    ]
    return tables.table(
        "mobility-durations",
        [
            Column(say("mobility.durations.activity"), names),
            Column(say("mobility.outgoing"), cells[0], True),
            Column(say("mobility.incoming"), cells[1], True),
            Column(say("mobility.durations.median"), days, True),
        ],
        title=words.titled(run, _durations_finding(run, done, lasted)),
        source=words.source(run, words.OUT, words.BACK),
        notes=[*words.hidden_note(run, [*cells[0], *cells[1], *days]), say("mobility.bip_apart")],
        indicators=[words.OUT, words.BACK],
        caveats=figures.caveats(run, [words.OUT, words.BACK]),
    )


def _durations_finding(run: Run, done: Sequence[str], lasted: pd.DataFrame) -> str:
    period = words.academic_year(run.period)
    first = next((name for name in done if persons.has_mean(run, lasted["stays_count"].get(name))), "")
    if not first:
        return run.text("finding.durations", period=period)
    days, activity = lasted.loc[first, "median_days"], run.text(_ACTIVITIES[first])
    return run.text("mobility.durations.title", period=period, activity=activity, days=days)


@words.or_reason
def who(run: Run) -> Piece:
    """Show students who went and came by level of study and by gender."""
    totals = [words.held(run, code).value for code in words.WAYS.values()]
    rows = pd.concat([_in_order(both_ways(run, column), _GROUPS) for column in ("degree_level", "gender")])
    if rows.empty:
        return _nobody(run)
    say = run.text
    names = [say(_GROUPS[value]) if value in _GROUPS else say("mobility.unknown") for value in rows.index]
    cells = [[words.cell(run, count) for count in rows[way]] for way in words.WAYS]
    women = rows["outgoing"].get("female")
    return tables.table(
        "mobility-who",
        [
            Column(say("mobility.who.group"), [*names, say("mobility.all")]),
            Column(say("mobility.outgoing"), [*cells[0], words.cell(run, totals[0])], True),
            Column(say("mobility.incoming"), [*cells[1], words.cell(run, totals[1])], True),
        ],
        title=words.titled(run, _who_finding(run, women, totals[0])),
        source=words.source(run, words.OUT, words.BACK),
        notes=words.hidden_note(run, [*cells[0], *cells[1]]),
        indicators=[words.OUT, words.BACK],
        caveats=figures.caveats(run, [words.OUT, words.BACK]),
    )


def _in_order(rows: pd.DataFrame, known: Iterable[str]) -> pd.DataFrame:
    """Put rows in the order of known values; what the register leaves open comes last."""
    listed = [value for value in known if value in rows.index]
    return rows.loc[[*listed, *(value for value in rows.index if value not in listed)]]


def _who_finding(run: Run, women: float | None, total: float | None) -> str:
    period = words.academic_year(run.period)
    if women is None or pd.isna(women) or not total or persons.share(run, women, total) is None:
        return run.text("finding.who", period=period)
    return run.text("mobility.who.title", period=period, share=100 * women / total, women=women, total=total)


# -- balance ----------------------------------------------------------------------------------------------


@words.or_reason
def balance(run: Run) -> Piece:
    """Show which share of the exchange comes, by programme and country, with Wilson's interval.

    Rows with a hidden direction, or with fewer than ten students, are left out.
    """
    totals = [words.held(run, code).value for code in words.WAYS.values()]
    say = run.text
    parts = [
        pd.DataFrame([totals], columns=list(words.WAYS), dtype=float).assign(
            group="", label=say("mobility.all")
        )
    ]
    for column in ("programme", "country_code"):
        try:
            rows = both_ways(run, column)
        except MissingFigure as missing:
            if missing.reason != persons.PROTECTED:
                raise
            continue  # no row of it may be shown
        names = [figures.named(run, column, value) for value in rows.index]
        parts.append(rows.assign(group=say(_BY[column]), label=names))
    frame = pd.concat(parts, ignore_index=True).dropna()
    frame["count"] = frame["outgoing"] + frame["incoming"]
    frame = frame[frame["count"] >= _LEAST_EXCHANGE].reset_index(drop=True)
    if frame.empty:
        return pieces.text(words.titled(run, say("mobility.balance.none", least=_LEAST_EXCHANGE)))
    frame["share"] = frame["incoming"] / frame["count"]
    bounds = [wilson(*pair) or (0.0, 1.0) for pair in zip(frame["incoming"], frame["count"], strict=True)]
    frame[["low", "high"]] = pd.DataFrame(bounds)
    told = charts.Words(
        words.titled(run, _balance_finding(run, frame)),
        say("mobility.balance.subtitle", period=words.academic_year(run.period))
        + say("finding.n.rows", count=len(frame)),
        words.source(run, words.OUT, words.BACK),
        [_share_in_words(run, row) for row in frame.to_dict("records")],
        [say("mobility.balance.note", least=_LEAST_EXCHANGE)],
        figures.caveats(run, [words.OUT, words.BACK]),
        data=_balance_data(run, frame),
        indicators=[words.OUT, words.BACK],
    )
    labels = {
        "goes": say("mobility.balance.goes"),
        "even": say("mobility.balance.even"),
        "comes": say("mobility.balance.comes"),
    }
    return charts.balance(frame, labels, say, told)


def _balance_data(run: Run, frame: pd.DataFrame) -> list[Column]:
    say, rows = run.text, frame.to_dict("records")
    spans = [(say.percent(100 * row["low"]), say.percent(100 * row["high"])) for row in rows]
    return [
        Column(say("data.exchange"), list(frame["label"])),
        Column(say("data.share_incoming"), [say.percent(100 * row["share"]) for row in rows], True),
        Column(say("data.interval"), [say("data.span", low=low, high=high) for low, high in spans], True),
        Column(say("mobility.recognition.students"), [say.number(row["count"]) for row in rows], True),
    ]


def _balance_finding(run: Run, frame: pd.DataFrame) -> str:
    parts = frame[frame["group"] != ""]
    if parts.empty:
        row = frame.iloc[0]
        return run.text(
            "finding.balance",
            period=words.academic_year(run.period),
            share=100 * row["share"],
            low=100 * row["low"],
            high=100 * row["high"],
        )
    return run.text(
        "mobility.balance.title",
        count=len(parts),
        out=int((parts["high"] < 0.5).sum()),
        into=int((parts["low"] > 0.5).sum()),
    )


def _share_in_words(run: Run, row: dict[str, Any]) -> str:
    return run.text(
        "mobility.balance.point",
        label=row["label"],
        incoming=row["incoming"],
        count=row["count"],
        share=100 * row["share"],
        low=100 * row["low"],
        high=100 * row["high"],
    )


@words.or_reason
def flow_map(run: Run) -> Piece:
    """Show on a map where students went and where they came from; countries with few are left out."""
    totals = {name: words.held(run, code).value for name, code in words.WAYS.items()}
    rows, say = both_ways(run, "country_code"), run.text
    shown = {
        name: rows[name][rows[name] > 0].sort_values(ascending=False, kind="stable") for name in words.WAYS
    }
    if not any(len(counts) for counts in shown.values()):
        return pieces.text(
            words.titled(run, say("mobility.map.none", period=words.academic_year(run.period)))
        )
    colours = {"outgoing": theme.OWN, "incoming": theme.EDGE}
    panels = [
        maps.Panel(
            say(_PANELS[name], count=words.cell(run, totals[name]), countries=len(counts)),
            dict(counts),
            {code: f"{say.country(code)} {say.number(count)}" for code, count in counts.items()},
            colours[name],
        )
        for name, counts in shown.items()
        if len(counts)
    ]
    points = [
        say(_ON_MAP[name], countries=", ".join(panel.names.values()))
        for name, panel in zip([n for n in words.WAYS if len(shown[n])], panels, strict=True)
    ]
    told = charts.Words(
        words.titled(run, _map_finding(run, shown)),
        say("mobility.map.subtitle", period=words.academic_year(run.period))
        + say("finding.n.countries", count=len({c for counts in shown.values() for c in counts.index})),
        words.source(run, words.OUT, words.BACK, more=say("mobility.map.source")),
        points,
        _left_out(run, rows),
        figures.caveats(run, [words.OUT, words.BACK]),
        data=_map_data(run, shown),
        indicators=[words.OUT, words.BACK],
    )
    return maps.flow_map(panels, maps.place(run.institution.id), run.institution.city, told)


def _map_data(run: Run, shown: dict[str, pd.Series]) -> list[Column]:
    """Return the countries on the map with their numbers; a country that is on one map only has one."""
    names = {"outgoing": run.text("mobility.outgoing"), "incoming": run.text("mobility.incoming")}
    codes, say = list(dict.fromkeys(code for counts in shown.values() for code in counts.index)), run.text
    return [
        Column(say("activities.by.country_code"), [say.country(code) for code in codes]),
        *(
            Column(
                names[name],
                [say.number(counts[code]) if code in counts.index else "" for code in codes],
                True,
            )
            for name, counts in shown.items()
            if len(counts)
        ),
    ]


@words.or_reason
def country_steps(run: Run) -> Piece:
    """Show how many students went to each country now and four years before; hidden groups are left out."""
    periods = [Period(run.year - _STEP_YEARS, run.period.half), run.period]
    found = [persons.by(run, words.OUT, "country_code", of) for of in periods]
    parts = [one.rows.set_index("country_code")["shown"] for one in found]
    both = pd.concat(parts, axis=1, keys=["before", "after"])
    for name, one in zip(both.columns, found, strict=True):
        # A country that a year does not have is a true nought in it, unless small ones are not named.
        both.loc[~both.index.isin(one.rows["country_code"]), name] = float("nan") if one.is_partial else 0.0
    frame = both.dropna().sort_values(["after", "before"], ascending=False, kind="stable")
    frame = frame.head(words.SHOWN).reset_index(names="code")
    years, say = tuple(words.academic_year(of) for of in periods), run.text
    if frame.empty:
        return pieces.text(words.titled(run, say("mobility.steps.none", first=years[0], last=years[1])))
    frame["label"] = [say.country(code) for code in frame["code"]]
    frame["own"] = frame["after"] > frame["before"]
    told = charts.Words(
        words.titled(
            run,
            say(
                "mobility.steps.title",
                count=len(frame),
                rose=int(frame["own"].sum()),
                fell=int((frame["after"] < frame["before"]).sum()),
                first=years[0],
            ),
        ),
        say("mobility.steps.subtitle") + say("finding.n.countries", count=len(frame)),
        words.source(run, words.OUT),
        [
            say("mobility.steps.point", label=row["label"], before=row["before"], after=row["after"])
            for row in frame.to_dict("records")
        ],
        [
            say("mobility.steps.note"),
            *dict.fromkeys(note for one in found for note in persons.notes(run, one, [])),
        ],
        figures.caveats(run, [words.OUT]),
        data=[
            Column(say("activities.by.country_code"), list(frame["label"])),
            *(
                Column(year, [say.number(value) for value in frame[column]], True)
                for year, column in zip(years, ("before", "after"), strict=True)
            ),
        ],
        indicators=[words.OUT],
    )
    return charts.slope(frame, (years[0], years[1]), say.number, told)


_PANELS = {"outgoing": "mobility.map.outgoing", "incoming": "mobility.map.incoming"}
_ON_MAP = {"outgoing": "mobility.map.point_outgoing", "incoming": "mobility.map.point_incoming"}
_LEFT_OUT = {"outgoing": "mobility.map.left_outgoing", "incoming": "mobility.map.left_incoming"}


def _map_finding(run: Run, shown: dict[str, pd.Series]) -> str:
    first = [run.text.country(str(code)) for code in shown["outgoing"].index[:3]]
    if len(first) < 3:
        return run.text("finding.map", period=words.academic_year(run.period), count=len(first))
    return run.text("mobility.map.title", first=first[0], second=first[1], third=first[2])


def _left_out(run: Run, rows: pd.DataFrame) -> list[str]:
    hidden = {name: int(rows[name].isna().sum()) for name in words.WAYS}
    return [run.text(_LEFT_OUT[name], count=count) for name, count in hidden.items() if count]


# -- staff ------------------------------------------------------------------------------------------------


def _staff_of_unit(run: Run) -> ProtectedTable:
    """Return a unit's stays of staff as they may stand beside those of the other units and their sums.

    Of totals, that of the academics alone is shown, as G3.29: it is protected with that of every unit.
    """
    cells = []
    for select in ("academic_staff_stays", measures.administrative_stays):
        shown = persons.of_units(run, select, "direction", run.period, groups_shown=True)
        own = shown.loc[run.unit] if run.unit in shown.index else {}
        cells.append([own.get(way) for way in words.WAYS])
    academics = persons.figure(run, words.STAFF).value
    return ProtectedTable(cells, [academics, None], [None, None], None)


@words.or_reason
def staff(run: Run) -> Piece:
    """Show the stays of academic and administrative staff in both directions, and how long they lasted."""
    rows = measures.staff_stays(run.registers, run.period)
    say, period = run.text, words.academic_year(run.period)
    if not rows[list(words.WAYS)].to_numpy().sum():
        return pieces.text(words.titled(run, say("mobility.staff.none", period=period)))
    # The academics' total is published as G3.29, so the table is protected with its totals.
    shown = (
        persons.table(run, rows[list(words.WAYS)].to_numpy().tolist())
        if not run.unit
        else _staff_of_unit(run)
    )
    lasted = measures.lengths(run.registers, run.period, ("participant",)).set_index("participant")
    names = [*(say(_STAFF[name]) for name in rows["participant"]), say("mobility.all")]
    cells = [[words.cell(run, n) for n in column] for column in (
        [*(row[0] for row in shown.cells), shown.columns[0]],
        [*(row[1] for row in shown.cells), shown.columns[1]],
        [*shown.rows, shown.total],
    )]  # fmt: skip
    days = [*(words.median(run, lasted, name) for name in rows["participant"]), say("none")]
    title = (
        say("mobility.staff.title_plain", period=period)
        if shown.columns[0] is None or shown.columns[1] is None
        else say("mobility.staff.title", period=period, outgoing=shown.columns[0], incoming=shown.columns[1])
    )
    return tables.table(
        "mobility-staff",
        [
            Column(say("mobility.staff.who"), names),
            Column(say("mobility.outgoing"), cells[0], True),
            Column(say("mobility.incoming"), cells[1], True),
            Column(say("mobility.all"), cells[2], True),
            Column(say("mobility.durations.median"), days, True),
        ],
        title=words.titled(run, title),
        source=words.source(run, words.STAFF),
        notes=[*words.hidden_note(run, [*cells[0], *cells[1], *cells[2], *days]), say("mobility.staff.note")],
        indicators=[words.STAFF],
        caveats=figures.caveats(run, [words.STAFF]),
    )
