"""The goals' cards in the official layouts: monitoring, cumulative and evaluation tables."""

from dataclasses import replace

from ..measures.core import MissingFigure, Period
from ..plan import assessment, evaluation, performance
from ..plan import tables as official
from ..plan.assessment import Assessment
from ..run import Run
from ..texts.links import Linked
from . import figures, persons, pieces, tables
from .pieces import Piece
from .tables import Column


class NoCard(Exception):
    """A card that cannot be assessed; the message is the sentence that the page prints."""


def assessed(run: Run, goal: str = "", *, to_date: bool = False) -> tuple[Assessment, ...]:
    """Assess the card of a goal, or its several where goals are split, in the run's period; or all cards.

    `to_date` covers the plan since it began. Figures enter as they may be published. Raises NoCard
    outside the plan's years, for one unit, for another university, and where no targets are held.
    """
    try:
        chosen = [card for card in run.cards if goal in ("", card.goal)]
    except MissingFigure as missing:
        raise NoCard(run.text(f"activities.reason.{missing.reason}")) from None
    if not chosen:
        raise NoCard(run.text("activities.card.none"))
    span = chosen[0].years
    if run.year not in span:
        raise NoCard(run.text("activities.card.outside", first=span[0], last=span[-1]))
    scale = performance.scale()
    half, indicators = run.period.half, run.catalog.indicators
    found = []
    for card in chosen:
        readings = {entry.code: _reached(run, entry.code, card.years) for entry in card.indicators}
        found.append(
            assessment.assess_to_date(card, indicators, readings, run.year, half=half)
            if to_date
            else assessment.assess(card, indicators, readings, run.year, scale, half=half)
        )
    return tuple(found)


def _reached(run: Run, code: str, years: range) -> dict[int, float | None]:
    periods = [Period(year, run.period.half and year == run.year) for year in years if year <= run.year]
    return {period.year: persons.figure(run, code, period).value for period in periods}


def linked(run: Run, found: Assessment) -> Linked:
    """Give a text the performance of an objective, which leads to what it is made of."""
    value = found.objective.strict or 0.0
    return figures.linked(run, f"objective.{found.card.key}", value, run.text.percent(value, 1))


def inputs_of(run: Run) -> evaluation.Evaluation:
    """Return the questions of the evaluation with what people answered; nothing where none was received."""
    try:
        return evaluation.load(run.registers.whole("answers"))
    except MissingFigure:
        return evaluation.load()


def official_tables(run: Run, goal: str) -> tuple[official.Table, ...]:
    """Return the tables that a goal owes for the period: monitoring, then evaluation or cumulative.

    The evaluation is yearly; the cumulative table begins with the plan's second year (domain dossier
    1.4, 1.5). Answers and reasons are inputs and are never written here. Raises NoCard.
    """
    scale, inputs = performance.scale(), inputs_of(run)
    found = assessed(run, goal)
    made = [official.monitoring(one, inputs, scale, run.text) for one in found]
    if run.year > found[0].card.first_year:
        to_date = assessed(run, goal, to_date=True)
        made += [official.cumulative(one, scale, run.text) for one in to_date]
    if not run.period.half:
        made += [official.evaluation(one, inputs, scale, run.text) for one in found]
    return tuple(made)


# -- on the page -----------------------------------------------------------------------------------------


def card(run: Run, goal: str) -> Piece:
    """Show the goal card: indicators with weights, baseline and yearly targets, and all its other fields."""
    try:
        chosen = [one for one in run.cards if one.goal == goal]
    except MissingFigure as missing:
        return _not_computed(run, NoCard(run.text(f"activities.reason.{missing.reason}")))
    if not chosen:
        return _not_computed(run, NoCard(run.text("activities.card.none")))
    codes = [entry.code for one in chosen for entry in one.indicators]
    made = [official.goal_card(one, run.catalog.indicators, run.text) for one in chosen]
    return _shown(run, f"goal-card-{goal}", codes, made)


def monitoring(run: Run, goal: str) -> Piece:
    """Show the monitoring table of a goal for the run's period: A, B, C, performance, status.

    Before the plan began there is none, and the page says so.
    """
    try:
        found = assessed(run, goal)
    except NoCard as missing:
        return _not_computed(run, missing)
    scale, inputs = performance.scale(), inputs_of(run)
    return _shown(
        run, f"card-{goal}", _codes(found), [official.monitoring(f, inputs, scale, run.text) for f in found]
    )


def cumulative(run: Run, goal: str) -> Piece:
    """Show the cumulative monitoring table of a goal, over the plan's years up to the run's."""
    try:
        found = assessed(run, goal, to_date=True)
    except NoCard as missing:
        return _not_computed(run, missing)
    scale = performance.scale()
    return _shown(
        run, f"to-date-{goal}", _codes(found), [official.cumulative(f, scale, run.text) for f in found]
    )


def answers(run: Run, goal: str) -> Piece:
    """Show the evaluation's questions with the evidence laid beside them and the answers people gave.

    The figures above them stand in the monitoring table. The evaluation is yearly.
    """
    if run.period.half:
        return _not_computed(run, NoCard(run.text("activities.card.yearly")))
    try:
        found = assessed(run, goal)
    except NoCard as missing:
        return _not_computed(run, missing)
    scale, inputs = performance.scale(), inputs_of(run)
    asked = [official.evaluation(f, inputs, scale, run.text) for f in found]
    last = [replace(table, sections=table.sections[-1:], head=()) for table in asked]
    return _shown(run, f"evaluation-{goal}", _codes(found), last)


def _not_computed(run: Run, missing: NoCard) -> Piece:
    return pieces.text(run.text("not_computed", reason=str(missing)), kind="not_computed")


def _codes(found: tuple[Assessment, ...]) -> list[str]:
    return [line.entry.code for one in found for line in one.lines]


def _shown(run: Run, key: str, codes: list[str], made: list[official.Table]) -> Piece:
    """Lay official tables of a goal out as one; the objectives of a split goal follow one another."""
    parts = [official.columns(section, run.text) for table in made for section in table.sections]
    # The remarks stand under the table: a column of them would push the status off a narrow page.
    remark = run.text("plan.column.note")
    columns = [
        Column(title, [cell for part in parts for cell in part[i][1]], number)
        for i, (title, _, number) in enumerate(parts[0])
        if title != remark
    ]
    named = [column.title for column in columns].index
    if run.text("plan.column.indicator") in [column.title for column in columns]:
        place = named(run.text("plan.column.indicator"))
        led = [figures.led(run, *pair) for pair in zip(codes, columns[place].cells, strict=False)]
        columns[place] = Column(columns[place].title, led)
    remarks = [cell for part in parts for title, cells, _ in part if title == remark for cell in cells]
    told = [
        f"{code}: {' '.join(cell.split())}"
        for code, cell in zip(codes, remarks, strict=False)
        if cell.strip()
    ]
    heads = [
        f"{label}: {official.written(cell, run.text)}"
        for table in made
        for label, cell in (*table.head, *table.foot)
        if official.written(cell, run.text)
    ]
    notes = list(dict.fromkeys(note for table in made for note in table.notes))
    return tables.table(
        key,
        columns,
        title=made[0].title,
        source=figures.source(run, codes),
        notes=[*heads, *told, *notes],
        caveats=figures.caveats(run, codes),
        indicators=codes,
    )
