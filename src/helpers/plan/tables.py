"""The official tables as typed cells: goal card, monitoring, cumulative monitoring, evaluation.

A table is neutral: `columns` writes it as strings for the page, `documents` as XLSX and DOCX. All words in
it are fixed headings, counted figures or inputs; none is a judgement (domain dossier 1.4, 1.5).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from .. import locale
from ..catalog import Indicator
from ..texts import Texts
from .assessment import Assessment, Line
from .cards import GoalCard, Statement
from .evaluation import Evaluation, Evidence
from .performance import AGAINST, BEHIND, EXCEEDED, NO_VALUE, Scale, pace

# Decimals that a value is printed with, by the indicator's unit; a percentage has one.
DECIMALS = {"score": 2, "index": 2, "ratio": 2, "months": 1, "effective_countries": 1}
HALF = 0.5  # of the year, by 30 June


def printed(value: float, indicator: Indicator) -> str:
    """Return a value as an exact decimal with a point, rounded as it is printed; never −0."""
    decimals = 1 if indicator.unit == "percent" else DECIMALS.get(indicator.unit, 0)
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{abs(rounded) if rounded == 0 else rounded:f}"


@dataclass(frozen=True)
class Cell:
    """A cell: a text, a number with its decimals, a percentage in percent points, or a day.

    None is no value.
    """

    value: str | float | date | None
    kind: Literal["text", "number", "percent", "day"] = "text"
    decimals: int = 0


@dataclass(frozen=True)
class Section:
    """Rows under one header row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""


@dataclass(frozen=True)
class Table:
    """An official table: head block, rows, foot block, notes; `key` names its sheet."""

    key: str
    title: str
    language: str
    head: tuple[tuple[str, Cell], ...]
    sections: tuple[Section, ...]
    foot: tuple[tuple[str, Cell], ...] = ()
    notes: tuple[str, ...] = ()


def written(cell: Cell, say: Texts) -> str:
    """Return a cell as a reader sees it; a missing number is a dash, a missing text stays empty."""
    if cell.kind == "text":
        return "" if cell.value is None else str(cell.value)
    if cell.value is None:
        return say("none")
    if isinstance(cell.value, date):
        return locale.day(cell.value, say.language)
    value = float(cell.value)
    return say.percent(value, cell.decimals) if cell.kind == "percent" else say.number(value, cell.decimals)


def columns(section: Section, say: Texts) -> list[tuple[str, list[str], bool]]:
    """Return a section's columns: heading, cells as text, and whether they are numbers (set right)."""
    found = []
    for i, title in enumerate(section.columns):
        cells = [row[i] for row in section.rows]
        numbers = bool(cells) and all(cell.kind in ("number", "percent") for cell in cells)
        found.append((title, [written(cell, say) for cell in cells], numbers))
    return found


# -- cells ---------------------------------------------------------------------------------------------


def _in_unit(value: float | None, indicator: Indicator) -> Cell:
    if indicator.unit == "percent":
        return Cell(value, "percent", 1)
    return Cell(value, "number", DECIMALS.get(indicator.unit, 0))


def _percent(value: float | None, decimals: int = 1) -> Cell:
    return Cell(value, "percent", decimals)


def _named(number: str, indicator: Indicator, say: Texts) -> Cell:
    unit = say(f"plan.unit.{indicator.unit}")
    return Cell(f"{number} {indicator.name[say.language]} ({unit}) [{indicator.code}]")


def _marked(statement: Statement, say: Texts) -> str:
    mark = [say("plan.placeholder")] if statement.placeholder else []
    return " ".join([statement[say.language], *mark])


def _coded(code: str, statement: Statement, say: Texts) -> Cell:
    return Cell(f"{code} {_marked(statement, say)}")


def _lines(texts: Sequence[str]) -> Cell:
    return Cell("\n".join(texts))


# -- goal card -----------------------------------------------------------------------------------------


def goal_card(card: GoalCard, indicators: Mapping[str, Indicator], say: Texts) -> Table:
    """Return the goal card with its fields in the guide's order (domain dossier 1.2)."""
    language = say.language
    head = [
        (say("plan.head.aim"), _coded(card.aim.code, card.aim, say)),
        (say("plan.head.objective"), _coded(card.objective.code, card.objective, say)),
    ]
    if card.programme is not None:
        head.append((say("plan.card.programme"), Cell(_marked(card.programme, say))))
    rows = []
    for i, entry in enumerate(card.indicators, start=1):
        indicator = indicators[entry.code]
        rows.append(
            (
                _named(f"PG{card.objective.code.removeprefix('H')}.{i}", indicator, say),
                _percent(entry.weight, 0),
                _in_unit(entry.baseline, indicator),
                *(_in_unit(target, indicator) for target in entry.targets),
                Cell(say(f"plan.frequency.{entry.monitoring}")),
                Cell(say(f"plan.frequency.{entry.reporting}")),
            )
        )
    titles = (
        say("plan.column.indicator"),
        say("plan.column.weight"),
        say("plan.card.baseline", year=card.first_year - 1),
        *(say("plan.card.target", year=year) for year in card.years),
        say("plan.card.monitoring"),
        say("plan.card.reporting"),
    )
    foot = (
        (say("plan.head.unit"), Cell(_marked(card.responsible_unit, say))),
        (say("plan.card.cooperating"), _lines([_marked(u, say) for u in card.cooperating_units])),
        (say("plan.card.risks"), _lines(_risks(card, say))),
        (say("plan.card.strategies"), _lines([_marked(s, say) for s in card.strategies])),
        (say("plan.card.cost"), Cell(card.cost.amount, "number")),
        (say("plan.card.findings"), _lines([_marked(f, say) for f in card.findings])),
        (say("plan.card.needs"), _lines([_marked(n, say) for n in card.needs])),
    )
    title = say("plan.card.title", objective=card.objective.code)
    section = Section(titles, tuple(rows))
    return Table(f"card-{card.key}", title, language, tuple(head), (section,), foot, _placeholders(card, say))


def _risks(card: GoalCard, say: Texts) -> list[str]:
    return [
        _marked(risk, say)
        if risk.level is None
        else say(
            "plan.card.risk",
            risk=_marked(risk, say),
            probability=risk.probability,
            impact=risk.impact,
            level=risk.level,
        )
        for risk in card.risks
    ]


def _placeholders(card: GoalCard, say: Texts) -> tuple[str, ...]:
    values = [i for i in card.indicators if i.placeholder and i.known]
    told = [say("plan.note.placeholder_values")] if values else []
    return (*told, *([say("plan.note.placeholders")] if card.has_placeholders else []))


# -- monitoring ----------------------------------------------------------------------------------------


def monitoring(
    found: Assessment, inputs: Evaluation, scale: Scale, say: Texts, *, status: bool = True
) -> Table:
    """Return the monitoring table of a card for a year or half a year (domain dossier 1.4).

    Without `status` it has the six official columns alone. Reason and measures are inputs.
    """
    deviation = inputs.deviation(found.year, found.half, found.card.key)
    foot = (
        (say("plan.foot.reason"), Cell(deviation.reason[say.language])),
        (say("plan.foot.measures"), Cell(deviation.measures[say.language])),
    )
    key = "plan.title.monitoring_half" if found.half else "plan.title.monitoring_year"
    return Table(
        f"{found.card.key}-{found.year}{'-6' if found.half else ''}",
        say(key, year=found.year),
        say.language,
        _head(found, say),
        (_figures(found, scale, say, status),),
        foot,
        _notes(found, say),
    )


def cumulative(found: Assessment, scale: Scale, say: Texts, *, status: bool = True) -> Table:
    """Return the cumulative monitoring table (birikimli izleme tablosu) of an assessment to date."""
    key = "plan.title.cumulative_half" if found.half else "plan.title.cumulative_year"
    return Table(
        f"{found.card.key}-{found.card.first_year}-{found.year}{'-6' if found.half else ''}",
        say(key, first=found.card.first_year, year=found.year),
        say.language,
        _head(found, say),
        (_figures(found, scale, say, status),),
        notes=(say("plan.note.cumulative"), *_notes(found, say)),
    )


def _head(found: Assessment, say: Texts) -> tuple[tuple[str, Cell], ...]:
    """Return the official head block, and beside its figure what it is made of where weight is missing."""
    card, objective = found.card, found.objective
    head = [
        (say("plan.head.aim"), _coded(card.aim.code, card.aim, say)),
        (say("plan.head.objective"), _coded(card.objective.code, card.objective, say)),
        (say("plan.head.performance"), _percent(objective.strict)),
    ]
    if objective.missing > 0:
        head += [
            (say("plan.head.available"), _percent(objective.available)),
            (say("plan.head.coverage"), _percent(objective.coverage, 0)),
        ]
    if objective.excluded > 0:
        head.append((say("plan.head.excluded"), _percent(objective.excluded, 0)))
    return (*head, (say("plan.head.unit"), Cell(_marked(card.responsible_unit, say))))


def _figures(found: Assessment, scale: Scale, say: Texts, status: bool) -> Section:
    titles = [
        say("plan.column.indicator"),
        say("plan.column.weight"),
        say("plan.column.baseline"),
        say("plan.column.target_to_date" if found.to_date else "plan.column.target"),
        say("plan.column.value_to_date" if found.to_date else "plan.column.value"),
        say("plan.column.performance"),
    ]
    # A pace belongs to one half year: the sum of earlier whole years has another elapsed share.
    paced = status and found.half and not found.to_date
    if paced:
        titles.append(say("plan.column.pace"))
    if status:
        titles += [say("plan.column.status"), say("plan.column.note")]
    rows = []
    for line in found.lines:
        indicator = line.indicator
        row = [
            _named(line.number, indicator, say),
            _percent(line.entry.weight, 0),
            _in_unit(line.a, indicator),
            _in_unit(line.b, indicator),
            _in_unit(line.c, indicator),
            _percent(line.performance.raw),
        ]
        going = half_year_pace(indicator, line.performance.raw)
        if paced:
            row.append(_percent(going))
        if status:
            # By the middle of the year a yearly count is far from its target by the calendar alone.
            waits = found.half and waits_for_year_end(indicator)
            row.append(Cell(say("none") if waits else scale.status(line.performance).label(say.language)))
            row.append(_lines(_remarks(line, scale, say)))
        rows.append(tuple(row))
    return Section(tuple(titles), tuple(rows))


def half_year_pace(indicator: Indicator, raw: float | None) -> float | None:
    """Return the unofficial pace of a yearly count at 30 June; None for what the calendar does not fill.

    A count of an academic year is whole by then: it is that of the year that began the autumn before.
    """
    if indicator.frequency == "academic-year":
        return None
    return pace(raw, HALF, indicator.measure_type, indicator.direction)


def waits_for_year_end(indicator: Indicator) -> bool:
    """Tell whether a figure says nothing at 30 June of the target for the end of the year."""
    return indicator.frequency == "academic-year" or indicator.measure_type == "flow"


def _remarks(line: Line, scale: Scale, say: Texts) -> list[str]:
    told = [say(f"plan.note.{line.performance.note}")] if line.performance.note else []
    if line.too_low:
        told.append(say("plan.note.too_low", years=scale.too_low.years, above=scale.too_low.above))
    return told


def _notes(found: Assessment, say: Texts) -> tuple[str, ...]:
    objective = found.objective
    notes = [say("plan.note.capped"), say("plan.note.unrounded")]
    if any(line.indicator.a_rule == "zero" for line in found.lines):
        notes.append(say("plan.note.from_nought"))
    if objective.missing > 0:
        notes.append(say("plan.note.strict", missing=objective.missing, coverage=objective.coverage))
    if objective.excluded > 0:
        notes.append(say("plan.note.excluded", excluded=objective.excluded))
    if found.half:
        notes.append(say("plan.note.half"))
        if not found.to_date:
            notes.append(say("plan.note.pace"))
    return (*notes, *_placeholders(found.card, say))


# -- evaluation ----------------------------------------------------------------------------------------


def evaluation(found: Assessment, inputs: Evaluation, scale: Scale, say: Texts) -> Table:
    """Return the evaluation table of a card for a year (domain dossier 1.5).

    The figures are computed and stand as evidence beside the questions. The answers are inputs; a question
    nobody answered has an empty cell, and a note counts them.
    """
    language = say.language
    rows, empty = [], 0
    for question in inputs.questions:
        answer = inputs.answer(found.year, found.card.key, question.code, language)
        empty += not answer
        lines = [line for kind in question.evidence for line in EVIDENCE[kind](found, inputs, scale, say)]
        criterion = inputs.criteria[question.criterion][language]
        rows.append((Cell(criterion), Cell(question[language]), _lines(lines), Cell(answer)))
    # That a target was too low is for the people who answer to say; the evidence gives them the figures.
    unjudged = replace(found, lines=tuple(replace(line, too_low=False) for line in found.lines))
    titles = (
        say("plan.evaluation.criterion"),
        say("plan.evaluation.question"),
        say("plan.evaluation.evidence"),
        say("plan.evaluation.answer"),
    )
    notes = [say("plan.evaluation.unanswered", empty=empty, count=len(rows))] if empty else []
    return Table(
        f"{found.card.key}-{found.year}-D",
        say("plan.title.evaluation", year=found.year),
        language,
        _head(found, say),
        (
            replace(_figures(unjudged, scale, say, True), title=say("plan.evaluation.figures")),
            Section(titles, tuple(rows), say("plan.evaluation.questions")),
        ),
        notes=(*notes, say("plan.evaluation.inputs"), *_notes(found, say)),
    )


def _findings(found: Assessment, inputs: Evaluation, scale: Scale, say: Texts) -> list[str]:
    return [_marked(statement, say) for statement in found.card.findings]


def _needs(found: Assessment, inputs: Evaluation, scale: Scale, say: Texts) -> list[str]:
    return [_marked(statement, say) for statement in found.card.needs]


def _weights(found: Assessment, inputs: Evaluation, scale: Scale, say: Texts) -> list[str]:
    objective = found.objective
    return [
        say("plan.evidence.missing", missing=objective.missing),
        say("plan.evidence.excluded", excluded=objective.excluded),
    ]


def _result(found: Assessment, inputs: Evaluation, scale: Scale, say: Texts) -> list[str]:
    objective = found.objective
    if objective.strict is None:
        return [say("plan.evidence.no_result")]
    told = [say("plan.evidence.result", value=objective.strict)]
    if objective.missing > 0 and objective.available is not None:
        told.append(say("plan.evidence.available", value=objective.available, coverage=objective.coverage))
    return told


def _reached(found: Assessment, inputs: Evaluation, scale: Scale, say: Texts) -> list[str]:
    """Count by the formula, not by the bands, whose edges are the university's choice."""
    scored = [line.performance.scored for line in found.lines if line.performance.scored is not None]
    reached = sum(score >= 100 for score in scored)
    told = [say("plan.evidence.reached", reached=reached, count=len(scored))]
    without = sum(line.performance.note == NO_VALUE for line in found.lines)
    return [*told, say("plan.evidence.without_value", count=without)] if without else told


def _outliers(found: Assessment, inputs: Evaluation, scale: Scale, say: Texts) -> list[str]:
    def codes(note: str) -> str:
        return ", ".join(line.indicator.code for line in found.lines if line.performance.note == note)

    too_low = ", ".join(line.indicator.code for line in found.lines if line.too_low)
    told = []
    if codes(EXCEEDED):
        told.append(say("plan.evidence.exceeded", codes=codes(EXCEEDED)))
    if too_low:
        told.append(
            say("plan.evidence.too_low", codes=too_low, years=scale.too_low.years, above=scale.too_low.above)
        )
    if codes(BEHIND):
        told.append(say("plan.evidence.behind", codes=codes(BEHIND)))
    if codes(AGAINST):
        told.append(say("plan.evidence.against", codes=codes(AGAINST)))
    return told


def _cost(found: Assessment, inputs: Evaluation, scale: Scale, say: Texts) -> list[str]:
    amount = found.card.cost.amount
    return [say("plan.evidence.no_cost") if amount is None else say("plan.evidence.cost", amount=amount)]


def _spending(found: Assessment, inputs: Evaluation, scale: Scale, say: Texts) -> list[str]:
    spent = inputs.spent(found.year, found.card.key)
    return [
        say("plan.evidence.no_spending") if spent is None else say("plan.evidence.spending", amount=spent)
    ]


def _risk_lines(found: Assessment, inputs: Evaluation, scale: Scale, say: Texts) -> list[str]:
    return _risks(found.card, say)


EVIDENCE: dict[Evidence, Callable[[Assessment, Evaluation, Scale, Texts], list[str]]] = {
    "findings": _findings,
    "needs": _needs,
    "weights": _weights,
    "result": _result,
    "reached": _reached,
    "outliers": _outliers,
    "cost": _cost,
    "spending": _spending,
    "risks": _risk_lines,
}
