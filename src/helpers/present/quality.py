"""Data quality: what is held, what breaks its declaration, what could not be computed, what is aimed at."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from .. import locale, store
from ..errors import Problem
from ..intake import declaration, held, wording
from ..measures.core import MissingFigure
from ..run import Run
from . import cards, figures, messages, outside, persons, pieces, tables
from .pieces import Piece
from .tables import Column

_SHOWN_PROBLEMS = 20
# How the columns of the registers that hold numbers are called; most of them count persons.
_COUNTS = ("_count", "headcount")
# How many registers a sentence names.
_NAMED = 6


def in_brief(run: Run) -> Piece:
    """Say what the page finds: what is not held or rejected, totals not met, figures missing."""
    codes = list(run.catalog.indicators)
    found = [
        *_not_held(run), *_gaps(run), *_rejections(run), *_differing(run), *messages.missing(run, codes)
    ]  # fmt: skip
    generated = sum(store.is_demonstration(run.edition, name) for name in declaration.receivable())
    if generated and not run.registers.of_other:
        found.append(run.text("quality.brief.generated", count=figures.linked(run, "generated", generated)))
    return pieces.messages(found[: messages.LIMIT] or [run.text("quality.all_computed", count=len(codes))])


def _differing(run: Run) -> list[str]:
    """Say which published totals the data do not meet."""
    found = [one.total for one in outside.compared(run) if one.state == "differs"]
    names = [f"{total.name[run.language]}, {total.period}" for total in found[:_NAMED]]
    more = ["…"] if len(found) > _NAMED else []
    return (
        [
            run.text(
                "outside.brief_differs",
                count=figures.linked(run, "totals", len(found)),
                names="; ".join(names + more),
            )
        ]
        if found
        else []
    )


def _not_held(run: Run) -> list[str]:
    if run.registers.of_other:
        return []
    without = [
        described["meaning"][run.language]
        for name, described in declaration.receivable().items()
        if not store.has(run.edition, name)
    ]
    names = "; ".join(without[:_NAMED]) + ("; …" if len(without) > _NAMED else "")
    return (
        [run.text("quality.brief.not_held", count=figures.linked(run, "not_held", len(without)), names=names)]
        if without
        else []
    )


def _gaps(run: Run) -> list[str]:
    found = {name: missing_years(run, name) for name in declaration.receivable()}
    listed = [
        f"{declaration.receivable()[name]['meaning'][run.language]} ({', '.join(map(str, years))})"
        for name, years in found.items()
        if years
    ]
    return [run.text("quality.brief.gaps", names="; ".join(listed))] if listed else []


def _rejections(run: Run) -> list[str]:
    receipts = figures.receipts(run)
    rejected = sum(receipt.rejected for receipt in receipts)
    broken = len(held.judge_held(run.edition))
    found = (
        [run.text("quality.brief.rejected", count=figures.linked(run, "rejected", rejected))]
        if rejected
        else []
    )
    return [
        *found,
        *([run.text("quality.brief.broken", count=figures.linked(run, "broken", broken))] if broken else []),
    ]


# -- what is held --------------------------------------------------------------------------------------


def holdings(run: Run) -> Piece:
    """Show every register: rows, years, years missing up to the run's, whether it is generated."""
    say = run.text
    if run.registers.of_other:
        reason = say("activities.reason.other_institution")
        return pieces.text(say("not_computed", reason=reason), kind="not_computed")
    held_rows = store.holdings(run.edition)
    rows = []
    for name, described in declaration.receivable().items():
        parts = [part for part in held_rows if part["dataset"] == name]
        count = sum(int(str(part["rows"])) for part in parts)
        missing = ", ".join(str(year) for year in missing_years(run, name)) or say("none")
        years = sorted(year for part in parts for year in str(part["years"]).split("–") if year)
        rows.append(
            (
                described["meaning"][run.language],
                figures.led(run, f"register.{name}", say.number(count)) if parts else say("quality.not_held"),
                "–".join(dict.fromkeys([years[0], years[-1]])) if years else say("none"),
                missing,
                figures.kind(run, name) if parts else say("none"),
            )
        )
    without = sum(not any(part["dataset"] == name for part in held_rows) for name in declaration.receivable())
    names, counts, spans, gaps, kinds = zip(*rows, strict=True)
    return tables.table(
        "holdings",
        [
            Column(say("quality.register"), names),
            Column(say("sources.rows"), counts, True),
            Column(say("quality.years"), spans),
            Column(say("quality.gaps"), gaps),
            Column(say("sources.kind"), kinds),
        ],
        title=say("quality.holdings_title", held=len(rows) - without, count=len(rows)),
        source=say("figure.source", sources=say(f"edition.{run.edition}")),
        caveats=figures.caveats(run, list(run.catalog.indicators)),
    )


def missing_years(run: Run, register: str) -> list[int]:
    """Return the years up to the run's, after a register's first, of which it holds no row."""
    period = declaration.receivable()[register].get("period")
    if period is None:
        return []
    try:
        column = run.registers.whole(register)[period["column"]]
    except MissingFigure:
        return []
    last = run.period.academic_year if period["clock"] == "academic" else run.year
    years = set(pd.to_datetime(column).dt.year if column.dtype.kind == "M" else column)
    return [year for year in range(int(min(years, default=last)), last + 1) if year not in years]


# -- what was received, and what of it was rejected ----------------------------------------------------


def received(run: Run) -> Piece:
    """Show every register file that was received: rows, accepted, rejected, when."""
    say = run.text
    if run.edition != store.LIVE:
        return pieces.text(say("quality.embedded"))
    found = figures.receipts(run)
    if not found:
        return pieces.text(say("quality.nothing_received"))
    registers = declaration.receivable()
    return tables.table(
        "received",
        [
            Column(say("sources.file"), [" · ".join(filter(None, (r.file, r.sheet))) for r in found]),
            Column(say("quality.register"), [registers[r.dataset]["meaning"][run.language] for r in found]),
            Column(say("quality.years"), [", ".join(map(str, r.years)) or say("none") for r in found]),
            Column(say("sources.rows"), [say.number(r.rows) for r in found], True),
            Column(say("quality.accepted"), [say.number(r.accepted) for r in found], True),
            Column(say("quality.rejected"), [say.number(r.rejected) for r in found], True),
            Column(say("quality.received"), [_day(run, r.received) for r in found]),
            Column(say("sources.hash"), [r.sha256[:12] for r in found]),
        ],
        title=say(
            "quality.received_title",
            accepted=sum(r.accepted for r in found),
            rejected=sum(r.rejected for r in found),
            rows=sum(r.rows for r in found),
        ),
        source=say("figure.source", sources=say(f"edition.{run.edition}")),
    )


def _day(run: Run, moment: str) -> str:
    return locale.day(datetime.fromisoformat(moment).date(), run.language)


def rejected(run: Run) -> Piece:
    """Show the rejected rows: place, value where it tells nothing of a person, what is expected."""
    found = [(r.dataset, problem) for r in figures.receipts(run) for problem in r.problems]
    if not found:
        return pieces.text(run.text("quality.nothing_rejected"))
    title = run.text("quality.rejected_title", count=len(found))
    return _problem_table(run, "rejected", found, title)


# -- what breaks its declaration -----------------------------------------------------------------------


def problems(run: Run) -> Piece:
    """Show the rows held that break what their register declares: place, value, what is expected."""
    found = held.judge_held(run.edition)
    say = run.text
    registers = declaration.receivable()
    if not found:
        count = sum(store.has(run.edition, name) for name in registers)
        return pieces.text(say("quality.no_problems", count=figures.linked(run, "held", count)))
    named = [(_register_of(problem), problem) for problem in found]
    return _problem_table(run, "problems", named, say("quality.problems_title", count=len(found)))


def _problem_table(run: Run, key: str, found: Sequence[tuple[str, Problem]], title: str) -> Piece:
    """Show problems, each with the register that it is in."""
    say = run.text
    registers, shown = zip(*found[:_SHOWN_PROBLEMS], strict=True)
    more = len(found) - len(shown)
    return tables.table(
        key,
        [
            Column(say("sources.file"), [problem.file for problem in shown]),
            Column(say("quality.row"), [str(problem.row) for problem in shown], True),
            Column(
                say("quality.column"), [_column(run, r, p) for r, p in zip(registers, shown, strict=True)]
            ),
            Column(say("quality.value"), [_value(run, problem) for problem in shown]),
            Column(
                say("quality.expected"), [expected(run, r, p) for r, p in zip(registers, shown, strict=True)]
            ),
        ],
        title=title,
        source=say("figure.source", sources=say(f"edition.{run.edition}")),
        notes=[say("overview.more", count=more)] if more else [],
    )


def _value(run: Run, problem: Problem) -> str:
    """Write the offending value; a small number of persons, even of one row, is not for a page."""
    counts = [name.endswith(_COUNTS) for name in problem.column.split(", ")]
    numbers = [float(number) for number in re.findall(r"\d+", problem.value)]
    if any(counts) and any(persons.count(run, number) is None for number in numbers):
        return run.text("activities.hidden")
    return problem.value or run.text("none")


def _register_of(problem: Problem) -> str:
    """Return the register that a problem's file holds, as its name or its folder says."""
    names = [part.removesuffix(".csv") for part in problem.file.split("/")]
    return next((name for name in names if name in declaration.receivable()), "")


def _column(run: Run, register: str, problem: Problem) -> str:
    columns = declaration.receivable().get(register, {}).get("columns", {})
    named = [columns.get(name, {}).get(run.language, name) for name in problem.column.split(", ")]
    return ", ".join(named) or run.text("none")


def expected(run: Run, register: str, problem: Problem) -> str:
    """Say what a cell must be, from the declaration of its column; a rule in the rule's own words."""
    if problem.fault and problem.fault.code.startswith("key"):
        return wording.expected(problem, run.language)  # it is the row's, not one column's
    described = declaration.receivable().get(register, {"columns": {}})
    for rule in described.get("rules", []):
        if rule["en"] in problem.expected:
            return str(rule[run.language])
    name = declaration.headings(described).get(declaration.heading(problem.column), "")
    column = described["columns"].get(name)
    if column is None:
        return problem.expected
    return "; ".join(_demands(run, column, described.get("relations", {}).get(name, "")))


def _demands(run: Run, column: Mapping[str, Any], relation: str) -> list[str]:
    say = run.text
    found = [say(f"quality.type.{column['type']}")]
    if column.get("required"):
        found.append(say("quality.required"))
    if "allowed" in column:
        found.append(say("quality.allowed", values=", ".join(column["allowed"])))
    if "list" in column:
        found.append(say("quality.listed", name=say(f"quality.lists.{column['list']}")))
    if "minimum" in column:
        found.append(say("quality.minimum", value=column["minimum"]))
    if "maximum" in column:
        found.append(say("quality.maximum", value=column["maximum"]))
    if relation:
        found.append(say("quality.relation", target=relation))
    return found


# -- what could not be computed ------------------------------------------------------------------------


def not_computed(run: Run) -> Piece:
    """Show every indicator without a figure in the period, and why."""
    say = run.text
    found = {code: figures.reading(run, code) for code in run.catalog.indicators}
    without = [code for code, figure in found.items() if figure.value is None]
    if not without:
        return pieces.text(say("quality.all_computed", count=len(found)))
    indicators = [run.catalog.indicators[code] for code in without]
    return tables.table(
        "not-computed",
        [
            Column(say("activities.code"), [figures.led(run, code, code) for code in without]),
            Column(say("activities.indicator"), [i.name[run.language] for i in indicators]),
            Column(
                say("quality.reason"),
                [figures.why_missing(run, code, found[code]) for code in without],
            ),
        ],
        title=say("quality.not_computed_title", missing=len(without), count=len(found)),
        source=figures.source(run, without),
    )


def targets(run: Run) -> Piece:
    """Say which targets have no indicator on a card, and which indicators of the cards have no target."""
    say = run.text
    try:
        entries = {entry.code for card in run.cards for entry in card.indicators}
        span = run.cards[0].years
        given = run.registers.whole("targets")
    except MissingFigure as missing:
        reason = say(f"activities.reason.{missing.reason}")
        return pieces.text(say("not_computed", reason=reason), kind="not_computed")
    named = dict.fromkeys(given["indicator"])
    unknown = [code for code in named if code not in run.catalog.indicators]
    aside = [code for code in named if code in run.catalog.indicators and code not in entries]
    without = [code for code in sorted(entries) if figures.target(run, code, run.year) is None]
    if run.year not in span:
        reason = say("activities.card.outside", first=span[0], last=span[-1])
        return pieces.text(say("not_computed", reason=reason), kind="not_computed")
    nowhere = cards.inputs_of(run).strangers(run.cards)
    said = [
        say(
            f"quality.targets.{kind}",
            count=figures.linked(run, f"aimed.{kind}", len(codes)),
            codes=", ".join(codes),
        )
        for kind, codes in (
            ("unknown", unknown),
            ("aside", aside),
            ("without", without),
            ("nowhere", nowhere),
        )
        if codes
    ]
    agree = figures.linked(run, "aimed.agree", len(entries))
    return pieces.text(*(said or [say("quality.targets.agree", count=agree, year=run.year)]))


# -- how persons are counted --------------------------------------------------------------------------


def persons_shown(run: Run) -> Piece:
    """Say how small a number of persons is hidden, and which base a share and a mean need."""
    policy = run.catalog.disclosure
    said = run.text(
        "quality.persons",
        most=policy.k - 1,
        share=math.ceil(policy.smallest_base_of_ratio),
        mean=math.ceil(policy.smallest_base_of_mean),
    )
    if policy.rounded:
        said += " " + run.text("quality.persons_rounded", base=policy.rounding_base)
    return pieces.text(said)


# -- from the strategy to its indicators ---------------------------------------------------------------


def traceability(run: Run) -> Piece:
    """Show every phrase of the strategy with its indicators, how many have a figure, and their page."""
    say = run.text
    rows = []
    for goal in run.catalog.goals.values():
        for area in goal.activities:
            codes = figures.of_activity(run, area)
            known = [code for code in codes if figures.reading(run, code).value is not None]
            rows.append(
                (
                    area,
                    figures.area(run, area),
                    ", ".join(codes),
                    say("overview.reached_of", reached=len(known), count=len(codes)),
                    say(f"site.{goal.page}"),
                )
            )
    columns = list(zip(*rows, strict=True))
    titles = ("code", "phrase", "indicators", "computed", "page")
    return tables.table(
        "traceability",
        [Column(say(f"quality.trace.{title}"), cells) for title, cells in zip(titles, columns, strict=True)],
        title=say("quality.trace.title", phrases=len(rows), count=len(run.catalog.indicators)),
        source=say("figure.source", sources=run.catalog.plan.title[run.language]),
    )
