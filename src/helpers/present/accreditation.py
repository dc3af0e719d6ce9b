"""Accreditation on the page: coverage, what falls due, gaps, bodies, and programmes without one."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from ..catalog.rules import Accreditor, load_accreditors
from ..measures import accreditation as measures
from ..measures import accreditation_calendar as due
from ..measures.core import NO_DENOMINATOR, MissingFigure, Period
from ..measures.programmes import programmes_all
from ..run import Run
from . import accreditation_words as words
from . import activities, charts, figures, persons, tables
from .accreditation_brief import messages
from .pieces import Piece
from .tables import Column

__all__ = [
    "bodies",
    "calendar",
    "coverage_by",
    "coverage_chart",
    "gaps",
    "institutional",
    "messages",
    "open_bodies",
    "risk_chart",
    "timeline",
]

_YEARS = 10
# How many rows a table shows, how many terms the chart draws; up to how many groups a title names.
_ROWS, _TERMS, _FEW_GROUPS = 20, 40, 4

_CLASSES = {"L1": "foreign", "L2": "recognised", "L3": "national"}
_STATES = {
    due.MISSED: "missed",
    due.SOON: "soon",
    due.UNKNOWN: "unknown",
    due.FILED: "filed",
    due.LATER: "later",
    due.RENEWED: "renewed",
}
_STANDINGS = {
    due.SHOW_CAUSE: "show_cause",
    due.CANDIDATE: "candidate",
    due.PENDING: "pending",
    due.LAPSED: "lapsed",
    due.WITHDRAWN: "withdrawn",
    due.NEVER: "never",
}

# -- coverage ------------------------------------------------------------------------------------------


@words.or_reason
def coverage_chart(run: Run) -> Piece:
    """Show over ten years the share of programmes and students covered, and of those recognised abroad."""
    years = list(range(run.year - _YEARS + 1, run.year + 1))
    values = [_shares(run, Period(year, run.period.half)) for year in years]
    if values[-1][0] is None:
        measures.coverage(run.registers, run.period)  # tells why, if the register does not reach this year
        raise MissingFigure(NO_DENOMINATOR)
    columns = ["programmes", "students", "recognised"]
    frame = pd.DataFrame(values, columns=columns, dtype=float).assign(year=years)
    frame["target"] = [figures.target(run, "G3.06", year) for year in years]
    frame = frame.astype({"target": float})
    aims = ["target", "", ""]
    say = run.text
    labels = [
        say("accreditation.coverage.programmes"),
        say("accreditation.coverage.students"),
        say("accreditation.coverage.recognised"),
    ]
    around = charts.Words(
        _coverage_title(run, frame),
        say("accreditation.coverage.subtitle_half" if run.period.half else "accreditation.coverage.subtitle")
        + say("finding.n.programmes", count=len(measures.coverage(run.registers, run.period))),
        words.source(run),
        [_series_in_words(run, label, frame, column) for label, column in zip(labels, columns, strict=True)]
        + _targets_in_words(run, frame),
        figures.target_notes(run, ["G3.06"]),
        caveats=words.caveats(run),
        data=[
            Column(say("data.year"), [str(year) for year in years]),
            *(
                Column(label, _percents(run, frame[column]), True)
                for label, column in zip(labels, columns, strict=True)
            ),
            *(
                [Column(say("data.target"), _percents(run, frame["target"]), True)]
                if frame["target"].notna().any()
                else []
            ),
        ],
        indicators=["G3.06"],
    )
    return charts.shares(frame, columns, labels, aims, say("accreditation.coverage.target"), say, around)


def _percents(run: Run, values: pd.Series) -> list[str]:
    return [run.text("none") if pd.isna(value) else run.text.percent(value, 1) for value in values]


def _coverage_title(run: Run, frame: pd.DataFrame) -> str:
    known = frame.dropna(subset=["programmes"])
    (first, last), (began, ended) = (list(known[column].iloc[[0, -1]]) for column in ("year", "programmes"))
    if first == last:
        return run.text("accreditation.coverage.title_one", last=last, ended=ended)
    return run.text("accreditation.coverage.title", first=first, began=began, last=last, ended=ended)


def _shares(run: Run, period: Period) -> tuple[float | None, float | None, float | None]:
    """Return in percent: programmes accredited, their students, programmes recognised internationally."""
    try:
        rows = measures.coverage(run.registers, period)
    except MissingFigure:
        return None, None, None
    if rows.empty:
        return None, None, None
    return (
        100 * float(rows["is_accredited"].mean()),
        _students_share(run, rows),
        100 * float(rows["is_recognised"].mean()),
    )


def _students_share(run: Run, rows: pd.DataFrame) -> float | None:
    students = rows["students_count"].astype(float)
    return persons.share(run, float(students[rows["is_accredited"]].sum()), float(students.sum()))


def _series_in_words(run: Run, label: str, frame: pd.DataFrame, column: str) -> str:
    known = frame.dropna(subset=[column])
    values = zip(known["year"], known[column], strict=True)
    return f"{label}: " + ", ".join(f"{year} {run.text.percent(value, 1)}" for year, value in values)


def _targets_in_words(run: Run, frame: pd.DataFrame) -> list[str]:
    if frame["target"].isna().all():
        return []
    return [_series_in_words(run, run.text("accreditation.coverage.target"), frame, "target")]


@words.or_reason
def coverage_by(run: Run, column: str) -> Piece:
    """Show coverage by unit or by degree level, with the number of eligible programmes beside it."""
    rows = measures.coverage(run.registers, run.period)
    if rows.empty:
        raise MissingFigure(NO_DENOMINATOR)
    everything = programmes_all(run.registers, run.period).groupby(column).size()
    parts = [(value, part) for value, part in rows.groupby(column)]
    parts.sort(key=lambda pair: (-len(pair[1]), _group(run, column, pair[0])))
    say = run.text
    without = len(everything) - len(parts)
    return tables.table(
        f"coverage-{column}".replace("_", "-"),
        [
            Column(
                say("activities.by.unit") if column == "unit" else say("accreditation.by.level"),
                [_group(run, column, value) for value, _ in parts],
            ),
            Column(
                say("accreditation.by.accredited"),
                [words.of(run, part["is_accredited"].sum(), len(part)) for _, part in parts],
                True,
            ),
            Column(
                say("accreditation.by.share"),
                [say.percent(100 * part["is_accredited"].mean()) for _, part in parts],
                True,
            ),
            Column(
                say("accreditation.by.recognised"),
                [words.of(run, part["is_recognised"].sum(), len(part)) for _, part in parts],
                True,
            ),
            Column(say("accreditation.by.students"), [_students(run, part) for _, part in parts], True),
            Column(
                say("accreditation.by.eligible"),
                [words.of(run, len(part), everything[value]) for value, part in parts],
                True,
            ),
        ],
        title=_by_title(run, column, parts),
        source=words.source(run),
        notes=[say("accreditation.by.without", count=without)] if without else [],
        details=[say("accreditation.by.definition"), *_definitions(run, "G3.06", "G3.07")],
        indicators=["G3.06", "G3.07"],
        caveats=words.caveats(run),
    )


def _by_title(run: Run, column: str, parts: Sequence[tuple[object, pd.DataFrame]]) -> str:
    day = words.day(run, run.period.end)
    if len(parts) <= _FEW_GROUPS:
        shares = [
            run.text(
                "accreditation.by.group_share",
                name=_group(run, column, value),
                share=words.of(run, part["is_accredited"].sum(), len(part)),
            )
            for value, part in parts
        ]
        return run.text("accreditation.by.title_few", day=day, shares=", ".join(shares))
    covered = sum(bool(part["is_accredited"].all()) for _, part in parts)
    bare = sum(not part["is_accredited"].any() for _, part in parts)
    return run.text("accreditation.by.title_unit", covered=covered, bare=bare, count=len(parts), day=day)


def _group(run: Run, column: str, value: object) -> str:
    return figures.named(run, "unit", value) if column == "unit" else words.level(run, str(value))


def _students(run: Run, part: pd.DataFrame) -> str:
    share = _students_share(run, part)
    return run.text("activities.hidden") if share is None else run.text.percent(share)


def _definitions(run: Run, *codes: str) -> list[str]:
    return [f"{code}: {run.catalog.indicators[code].definition[run.language]}" for code in codes]


# -- what falls due ------------------------------------------------------------------------------------


@words.or_reason
def timeline(run: Run) -> Piece:
    """Show the terms in force from the report date to their ends, with the last days to apply."""
    rows, names, say = due.calendar(run.registers, run.period), words.names(run), run.text
    if rows.empty:
        return words.none_in_force(run)
    order = ["due_date", "end_date", "programme_id"]
    rows = rows.sort_values(order, na_position="first", ignore_index=True)
    shown = rows.head(_TERMS)
    frame = pd.DataFrame(
        {
            "label": [
                f"{names.get(row.programme_id, row.programme_id)} · {words.body(row.body)}"
                for row in shown.itertuples()
            ],
            "start": pd.Timestamp(run.period.end),
            "end": pd.to_datetime(shown["end_date"]),
            "due": pd.to_datetime(shown["due_date"]),
            "state": shown["state"],
        }
    )
    states = {state: say(f"accreditation.state.{_STATES[state]}") for state in due.STATES}
    marks = {
        "near": say("accreditation.calendar.near"),
        "today": say("accreditation.calendar.today", day=words.day(run, run.period.end)),
    }
    points = [
        say(
            "accreditation.calendar.point",
            label=row.label,
            due=words.day(run, row.due),
            state=states[row.state],
            end=words.day(run, row.end),
        )
        for row in frame.itertuples()
    ]
    more = len(rows) - len(shown)
    notes = [say("accreditation.calendar.not_drawn", count=more)] if more else []
    if ((rows["state"] == due.FILED) & (rows["days_left"] >= 0)).any():
        notes.append(say("accreditation.today_note"))
    around = charts.Words(
        _timeline_title(run, rows),
        say("accreditation.calendar.subtitle", day=words.day(run, run.period.end))
        + say("finding.n.accreditations", count=len(rows)),
        words.source(run),
        points,
        [*notes, say("accreditation.calendar.lead")],
        caveats=words.caveats(run),
        data=[
            Column(say("data.term"), list(frame["label"])),
            Column(say("accreditation.calendar.due"), [words.day(run, day) for day in frame["due"]]),
            Column(say("accreditation.calendar.state"), [states[state] for state in frame["state"]]),
            Column(say("accreditation.calendar.end"), [words.day(run, day) for day in frame["end"]]),
        ],
        indicators=["G3.08", "deadlines", "due_soon"],
    )
    return charts.terms(frame, states, marks, say, around)


def _timeline_title(run: Run, rows: pd.DataFrame) -> str:
    missed, soon = ((rows["state"] == state).sum() for state in (due.MISSED, due.SOON))
    if not missed and not soon:
        return run.text("accreditation.calendar.title_none", count=len(rows))
    return run.text("accreditation.calendar.title", missed=missed, soon=soon, count=len(rows))


@words.or_reason
def calendar(run: Run) -> Piece:
    """Show what is due of each accreditation in force, the most urgent first."""
    rows, names, say = due.calendar(run.registers, run.period), words.names(run), run.text
    if rows.empty:
        return words.none_in_force(run)
    shown = rows.head(_ROWS).to_dict("records")
    more = len(rows) - len(shown)
    notes = [say("accreditation.calendar.more", count=more)] if more else []
    if any(row["state"] == due.UNKNOWN for row in shown):
        notes.append(say("accreditation.calendar.unknown_note"))
    return tables.table(
        "accreditation-calendar",
        [
            Column(say("accreditation.programme"), [_term_name(run, names, row) for row in shown]),
            Column(say("accreditation.calendar.state"), [_state(run, row["state"]) for row in shown]),
            Column(
                say("accreditation.calendar.due"), [words.day(run, row["due_date"]) for row in shown], True
            ),
            Column(say("accreditation.calendar.left"), [_days_left(run, row) for row in shown], True),
            Column(say("accreditation.body"), [words.body(row["body"]) for row in shown]),
            Column(
                say("accreditation.calendar.end"), [words.day(run, row["end_date"]) for row in shown], True
            ),
            Column(say("accreditation.label"), [row["label"] or say("none") for row in shown]),
        ],
        title=say(
            "finding.urgent",
            day=words.day(run, run.period.end),
            name=_term_name(run, names, shown[0]),
            body=words.body(shown[0]["body"]),
            state=_state(run, shown[0]["state"]),
            due=words.day(run, shown[0]["due_date"]),
        ),
        source=words.source(run),
        notes=notes,
        details=[say("accreditation.calendar.definition"), say("accreditation.today_note")],
        indicators=["G3.08", "deadlines", "due_soon"],
        caveats=words.caveats(run),
    )


def _term_name(run: Run, names: dict[str, str], row: Mapping[Hashable, Any]) -> str:
    name = names.get(str(row["programme_id"]), str(row["programme_id"]))
    return (
        run.text("accreditation.calendar.conditional", name=name) if row["status"] == "conditional" else name
    )


def _state(run: Run, state: object) -> str:
    return run.text(f"accreditation.state.{_STATES[str(state)]}")


def _days_left(run: Run, row: Mapping[Hashable, Any]) -> str:
    """Write the days to the last day to apply; nothing where the matter is settled."""
    left = row["days_left"]
    if row["state"] in (due.FILED, due.RENEWED) or pd.isna(left):
        return run.text("none")
    return run.text.number(float(left))


# -- expiry and gaps -----------------------------------------------------------------------------------


@words.or_reason
def risk_chart(run: Run) -> Piece:
    """Show the share of accreditations that end within a year over ten years, and recent days of gaps."""
    gaps = due.gaps(run.registers, run.period)
    years = list(range(run.year - _YEARS + 1, run.year + 1))
    periods = [Period(year, run.period.half) for year in years]
    risks = [run.measure("G3.08", period).value for period in periods]
    recent = [
        due.gap_days(gaps, period) if period.year > run.year - due.GAP_YEARS else None for period in periods
    ]
    if all(value is None for value in risks) and not any(recent):
        return words.none_in_force(run)
    say, columns = run.text, ["risk", "gap"]
    frame = pd.DataFrame({"year": years, "risk": risks, "gap": recent}).astype(dict.fromkeys(columns, float))
    labels = [say("accreditation.risk.risk"), say("accreditation.risk.gap")]
    counted = [f"{year} {say.number(v)}" for year, v in zip(years, recent, strict=True) if v is not None]
    around = charts.Words(
        _risk_title(run, risks[-1], sum(v or 0 for v in recent)),
        say("accreditation.risk.subtitle_half" if run.period.half else "accreditation.risk.subtitle")
        + say("finding.n.years", count=int(frame[columns].notna().any(axis=1).sum())),
        words.source(run),
        [_series_in_words(run, labels[0], frame, "risk"), f"{labels[1]}: " + ", ".join(counted)],
        [say("accreditation.risk.note")],
        caveats=words.caveats(run),
        data=[
            Column(say("data.year"), [str(year) for year in years]),
            Column(labels[0], _percents(run, frame["risk"]), True),
            Column(labels[1], [say("none") if pd.isna(v) else say.number(v) for v in frame["gap"]], True),
        ],
        indicators=["G3.08"],
    )
    no_aims = frame.assign(risk=float("nan"), gap=float("nan"))
    writes = [lambda value: say.percent(value, 1), say.number]
    return charts.small_multiples(frame, columns, labels, writes, activities.PANDEMIC, around, no_aims)


def _risk_title(run: Run, risk: float | None, days: float) -> str:
    if risk is None:
        return run.text("accreditation.risk.title_no_risk", days=days)
    return run.text("accreditation.risk.title", risk=risk, days=days)


@words.or_reason
def gaps(run: Run) -> Piece:
    """List the times without a term, between two of them or after the last, of the last five years."""
    rows, names, say = due.gaps(run.registers, run.period), words.names(run), run.text
    if rows.empty:
        if measures.in_force(run.registers, run.period).empty:
            return words.none_in_force(run)
        return words.said(
            run, say("accreditation.gaps.none", years=due.GAP_YEARS, day=words.day(run, run.period.end))
        )
    shown = rows.head(_ROWS).to_dict("records")
    more = len(rows) - len(shown)
    return tables.table(
        "accreditation-gaps",
        [
            Column(
                say("accreditation.programme"),
                [names.get(row["programme_id"], row["programme_id"]) for row in shown],
            ),
            Column(say("accreditation.body"), [words.body(row["body"]) for row in shown]),
            Column(say("accreditation.gaps.from"), [words.day(run, row["from_date"]) for row in shown], True),
            Column(
                say("accreditation.gaps.to"),
                [
                    say("accreditation.gaps.open")
                    if pd.isna(row["to_date"])
                    else words.day(run, row["to_date"])
                    for row in shown
                ],
                True,
            ),
            Column(say("accreditation.gaps.days"), [say.number(row["days_count"]) for row in shown], True),
            Column(
                say("accreditation.gaps.recent"),
                [say.number(row["recent_days_count"]) for row in shown],
                True,
            ),
        ],
        title=say("accreditation.gaps.title", count=len(rows), running=int(rows["to_date"].isna().sum())),
        source=words.source(run),
        notes=[say("accreditation.gaps.more", count=more)] if more else [],
        details=[say("accreditation.gaps.definition")],
        caveats=words.caveats(run),
    )


# -- bodies --------------------------------------------------------------------------------------------


@words.or_reason
def bodies(run: Run) -> Piece:
    """Show by body how many accreditations are in force, with its class, label and usual term."""
    rows, say = due.calendar(run.registers, run.period), run.text
    if rows.empty:
        return words.none_in_force(run)
    parts = sorted(rows.groupby("body"), key=lambda pair: (-len(pair[1]), str(pair[0])))
    known = [(load_accreditors().get(str(code)), part) for code, part in parts]
    none = say("none")
    foreign = sum(len(part) for body, part in known if body and body.recognition == "L1")
    labelled = int((rows["label"] != "").sum())
    return tables.table(
        "accreditation-bodies",
        [
            Column(say("accreditation.body"), [words.body(str(code)) for code, _ in parts]),
            Column(
                say("accreditation.bodies.field"),
                [body.field[run.language] if body else none for body, _ in known],
            ),
            Column(say("accreditation.bodies.class"), [_class(run, body) for body, _ in known]),
            Column(say("accreditation.bodies.count"), [say.number(len(part)) for _, part in known], True),
            Column(say("accreditation.bodies.label"), [_labels(run, part) for _, part in known]),
            Column(
                say("accreditation.bodies.term"),
                [
                    say("accreditation.bodies.years", years=body.term_years)
                    if body and body.term_years
                    else none
                    for body, _ in known
                ],
                True,
            ),
        ],
        title=say(
            "accreditation.bodies.title",
            count=len(rows),
            bodies=len(parts),
            foreign=foreign,
            labelled=labelled,
        ),
        source=words.source(run),
        notes=[say("accreditation.bodies.term_note"), *_uncertain_note(run, [b for b, _ in known if b])],
        details=[say("accreditation.bodies.definition")],
        indicators=["G3.07"],
        caveats=words.caveats(run),
    )


def _class(run: Run, body: Accreditor | None) -> str:
    if body is None or body.recognition is None:
        return run.text("none")
    return run.text(f"accreditation.class.{_CLASSES[body.recognition]}") + _doubt(run, body)


def _doubt(run: Run, body: Accreditor) -> str:
    return " " + run.text("accreditation.uncertain") if body.uncertain else ""


def _uncertain_note(run: Run, shown: Sequence[Accreditor]) -> list[str]:
    return [run.text("accreditation.uncertain_note")] if any(body.uncertain for body in shown) else []


def _labels(run: Run, part: pd.DataFrame) -> str:
    counts = part.loc[part["label"] != "", "label"].value_counts()
    written = [f"{label} {words.of(run, count, len(part))}" for label, count in counts.items()]
    return ", ".join(written) or run.text("none")


# -- programmes without one ----------------------------------------------------------------------------


@words.or_reason
def open_bodies(run: Run) -> Piece:
    """Show the eligible programmes without an accreditation, how each stands, and whose field it lies in."""
    rows, say = due.unaccredited(run.registers, run.period), run.text
    if rows.empty:
        if measures.coverage(run.registers, run.period).empty:
            raise MissingFigure(NO_DENOMINATOR)
        return words.said(run, say("accreditation.open.none", day=words.day(run, run.period.end)))
    shown = rows.head(_ROWS)
    found = [words.bodies_of(row) for _, row in shown.iterrows()]
    more = len(rows) - len(shown)
    general = [body.name for body in load_accreditors().values() if body.scope and body.scope.every_field]
    students = words.people(run, _students_of(run, rows)[: len(shown)])
    return tables.table(
        "accreditation-open",
        [
            Column(
                say("accreditation.programme"),
                [words.programme(run, row) for row in shown.to_dict("records")],
            ),
            Column(say("accreditation.open.students"), students, True),
            Column(
                say("accreditation.open.standing"), [_standing(run, row) for row in shown.to_dict("records")]
            ),
            Column(say("accreditation.open.national"), [_suggested(run, bodies, False) for bodies in found]),
            Column(say("accreditation.open.foreign"), [_suggested(run, bodies, True) for bodies in found]),
            Column(say("activities.by.unit"), [figures.named(run, "unit", unit) for unit in shown["unit"]]),
        ],
        title=say(
            "accreditation.open.title",
            count=len(rows),
            free=int((~rows["standing"].isin(due.UNDER_WAY)).sum()),
        ),
        source=words.source(run),
        notes=[
            say("accreditation.open.rests"),
            *([say("accreditation.open.general", names=", ".join(general))] if general else []),
            *([say("activities.protected")] if say("activities.hidden") in students else []),
            *([say("accreditation.open.more", count=more)] if more else []),
            *_uncertain_note(run, [body for bodies in found for body in bodies]),
        ],
        details=[say("accreditation.open.definition"), say("accreditation.today_note")],
        indicators=["G3.06", "unaccredited"],
        caveats=words.caveats(run),
    )


def _students_of(run: Run, rows: pd.DataFrame) -> list[float | None]:
    """Return the students of programmes; what the university's report hides, that of a unit hides too."""
    whole = due.unaccredited(replace(run.registers, unit=None), run.period) if run.unit else rows
    open_ones = zip(whole["programme_id"], persons.counts(run, whole["students_count"]), strict=True)
    known = {one for one, count in open_ones if count is not None}
    return persons.counts(run, rows["students_count"], also=list(~rows["programme_id"].isin(known)))


def _standing(run: Run, row: Mapping[Hashable, Any]) -> str:
    return run.text(
        f"accreditation.standing.{_STANDINGS[str(row['standing'])]}",
        body=words.body(str(row["standing_body"])),
        day=words.day(run, row["standing_date"]),
    )


def _suggested(run: Run, found: Sequence[Accreditor], foreign: bool) -> str:
    names = [
        (run.text("accreditation.open.school", name=body.name) if body.kind == "school" else body.name)
        + _doubt(run, body)
        for body in found
        if (body.recognition == "L1") is foreign
    ]
    return ", ".join(names) or run.text("accreditation.open.nobody")


# -- the institution -----------------------------------------------------------------------------------


@words.or_reason
def institutional(run: Run) -> Piece:
    """Show the institution's own accreditation: decision, end, months left, next application."""
    due.reached(run.registers, run.period)
    rows, say = measures.institutional_accreditations(run.registers, run.period), run.text
    if rows.empty:
        return words.said(
            run, say("accreditation.institution.none", name=run.name, day=words.day(run, run.period.end))
        )
    rows = rows.assign(due_date=measures.application_deadlines(rows)).sort_values("end_date", ascending=False)
    shown = rows.to_dict("records")
    last = shown[0]
    return tables.table(
        "accreditation-institution",
        [
            Column(say("accreditation.body"), [words.body(row["body"]) for row in shown]),
            Column(
                say("accreditation.institution.decision"),
                [words.day(run, row["decision_date"]) for row in shown],
                True,
            ),
            Column(
                say("accreditation.calendar.end"), [words.day(run, row["end_date"]) for row in shown], True
            ),
            Column(
                say("accreditation.institution.months"), [say.number(row["amount"], 1) for row in shown], True
            ),
            Column(
                say("accreditation.institution.due"),
                [
                    say("accreditation.institution.not_known")
                    if pd.isna(row["due_date"])
                    else words.day(run, row["due_date"])
                    for row in shown
                ],
            ),
        ],
        title=say(
            "accreditation.institution.title",
            body=words.body(last["body"]),
            end=words.day(run, last["end_date"]),
            months=last["amount"],
        ),
        source=words.source(run),
        details=_definitions(run, "G3.09"),
        indicators=["G3.09"],
        caveats=words.caveats(run),
    )
