"""A figure as it is read and as it is written: value, target, unit, source, doubts.

What is read of persons is published through `persons` only.
"""

import math
from collections import Counter
from collections.abc import Sequence

from .. import store
from ..catalog import Indicator
from ..intake import Receipt, received_registers
from ..measures import indicators as ranked
from ..measures.core import NO_REGISTER, NO_YEAR, NOT_BY_UNIT, Figure, MissingFigure, Period
from ..plan import performance
from ..plan.cards import CardIndicator, GoalCard
from ..plan.tables import DECIMALS, half_year_pace, waits_for_year_end
from ..run import Run
from ..texts import links
from ..texts.links import Linked

# The mark of a figure that is a lower bound, among its parts.
AT_LEAST = "at_least"
# A source line names so many registers; more are counted, and listed at the end of the page.
_NAMED_SOURCES = 6


# -- measuring and writing -------------------------------------------------------------------------------


def of_activity(run: Run, activity: str) -> list[str]:
    """Return the codes of the indicators that an activity of the strategy has."""
    return [code for code, indicator in run.catalog.indicators.items() if activity in indicator.seed]


def area(run: Run, code: str) -> str:
    """Return the name of an activity of the strategy."""
    goal = next(goal for goal in run.catalog.goals.values() if code in goal.activities)
    return goal.activities[code][run.language]


def reading(run: Run, code: str, of: Period | None = None) -> Figure:
    """Measure an indicator, from the registers or from the rankings."""
    wanted = of or run.period
    if code in ranked.computed():
        if run.unit:
            return Figure(None, reason=NOT_BY_UNIT)  # a ranking ranks the whole university
        found = ranked.measure(run.rankings, run.institution.id, wanted.year, code)
        doubt = {AT_LEAST: 1.0} if found.at_least else {}
        without = NO_YEAR if _held(run, code) else NO_REGISTER
        return Figure(found.value, reason="" if found.value is not None else without, parts=doubt)
    return run.measure(code, wanted)


def _held(run: Run, code: str) -> list[str]:
    return [name for name in run.catalog.indicators[code].datasets if store.has(run.edition, name)]


def why_missing(run: Run, code: str, found: Figure) -> str:
    """Say why an indicator has no figure; where registers are not held, which ones."""
    missing = [name for name in run.catalog.indicators[code].datasets if name not in _held(run, code)]
    if found.reason == NO_REGISTER and missing:
        names = "; ".join(dict.fromkeys(_meaning(run, name) for name in missing))
        return run.text("activities.not_held", registers=names)
    return run.text(f"activities.reason.{found.reason or 'no_year'}")


def written(run: Run, indicator: Indicator, found: Figure) -> str:
    """Write a figure in its unit, or say why there is none."""
    if found.value is None or math.isnan(found.value):
        return run.text(f"activities.reason.{found.reason or 'no_year'}")
    if indicator.unit == "percent":
        return run.text.percent(found.value, 1)
    number = run.text.number(found.value, DECIMALS.get(indicator.unit, 0))
    number = run.text("rankings.goal.at_least", value=number) if AT_LEAST in found.parts else number
    return run.text(f"activities.unit.{indicator.unit}", value=number)


def period(run: Run, of: Period) -> str:
    """Write a period: a year, or its first half."""
    return run.text("activities.first_half", year=of.year) if of.half else str(of.year)


def named(run: Run, column: str, value: object) -> str:
    """Write a value of a register's column as a reader knows it: a country, a unit, a kind."""
    if column == "country_code" or column.endswith("citizenship_code"):
        return run.text.country(str(value))
    if column == "unit" and str(value) in run.catalog.units:
        return run.catalog.units[str(value)].name(run.language)
    return run.catalog.label(str(value), run.language) if value != "" else run.text("none")


# -- against the plan ------------------------------------------------------------------------------------


def target(run: Run, code: str, year: int) -> float | None:
    """Return the plan's target of an indicator for the end of a year, in its unit; None for none."""
    found = _on_card(run, code)
    return found[0].target(code, year) if found else None


def _on_card(run: Run, code: str) -> tuple[GoalCard, CardIndicator] | None:
    try:
        cards = run.cards
    except MissingFigure:
        return None
    return next(((card, e) for card in cards for e in card.indicators if e.code == code), None)


def scored(run: Run, code: str, found: Figure) -> performance.Performance | None:
    """Return the performance of a figure of the run's period; None where the plan aims at nothing."""
    indicator, held = run.catalog.indicators[code], _on_card(run, code)
    aimed = target(run, code, run.year)
    if held is None or aimed is None:
        return None
    kind, direction, rule = indicator.measure_type, indicator.direction, indicator.a_rule
    return performance.performance(held[1].baseline, aimed, found.value, kind, direction, rule)


def against_target(run: Run, code: str, found: Figure) -> str:
    """Write the year's target with the status of the figure beside it; empty where there is no target.

    Where the plan counts from a baseline, that stands with the target: a value just below the target may
    be behind where the plan began. At the half year a yearly count has a pace and no status yet.
    """
    reached, held = scored(run, code, found), _on_card(run, code)
    if reached is None or held is None:
        return ""
    indicator, baseline = run.catalog.indicators[code], held[1].baseline
    said = written(run, indicator, Figure(target(run, code, run.year)))
    if indicator.a_rule == "baseline" and baseline is not None:
        said += " " + run.text("activities.from", baseline=written(run, indicator, Figure(baseline)))
    if run.period.half and waits_for_year_end(indicator):
        pace = half_year_pace(indicator, reached.raw)
        return said if pace is None else said + " · " + run.text("activities.pace", pace=pace)
    return f"{said} · {performance.scale().status(reached).label(run.language)}"


def target_notes(run: Run, codes: Sequence[str], ahead: bool = False) -> list[str]:
    """Say what a reader must know of the targets shown: placeholders, and the year's end at half-year.

    `ahead`: the targets are those of coming years, and the figures those of whole years.
    """
    found = [held for code in codes if _is_aimed(run, code, ahead) and (held := _on_card(run, code))]
    notes = [run.text("activities.placeholders")] if any(entry.placeholder for _, entry in found) else []
    return notes + ([run.text("activities.year_end")] if found and run.period.half and not ahead else [])


def _is_aimed(run: Run, code: str, ahead: bool) -> bool:
    """Tell whether an indicator has a target of the run's year, or one of any year of the plan."""
    held = _on_card(run, code)
    years = [*(held[0].years if held and ahead else ()), run.year]
    return any(target(run, code, year) is not None for year in years)


# -- where a figure comes from ---------------------------------------------------------------------------


def datasets(run: Run, codes: Sequence[str]) -> list[str]:
    """Return the registers and ranking tables that indicators are computed from."""
    return list(dict.fromkeys(name for code in codes for name in run.catalog.indicators[code].datasets))


def linked(run: Run, code: str, value: object, of: object = None) -> Linked:
    """Give a value to a text so that its number leads to the provenance card of a code on the same page.

    `code` is an indicator's, a ranking's score (`the.overall`) or that of a figure of the page's own
    (`trace.title_of.<kind>` in the texts); `of` is then its value, where it is not the one that is written.
    """
    own = code not in run.catalog.indicators
    run.spoken.setdefault(code, (value if of is None else of) if own else None)
    return Linked(code, value)


def led(run: Run, code: str, written: str) -> str:
    """Mark something written, such as a table's cell, as `linked` does."""
    return links.wrap(linked(run, code, written).code, written)


def spoken(run: Run, *codes: str) -> list[str]:
    """Have the page carry the cards of indicators or of a ranking's numbers; return their codes."""
    for code in codes:
        run.spoken.setdefault(code, None)
    return list(codes)


def source(run: Run, codes: Sequence[str]) -> str:
    """Name the registers that indicators are computed from; the page ends with a card of each."""
    return of_registers(run, datasets(run, codes), codes)


def of_registers(run: Run, registers: Sequence[str], codes: Sequence[str]) -> str:
    """Name registers as the source of what speaks of indicators; many are counted."""
    spoken(run, *codes)
    if len(registers) > _NAMED_SOURCES:
        return run.text("activities.many_sources", count=len(registers))
    names = [_meaning(run, name) for name in registers]
    return run.text("figure.source", sources="; ".join(dict.fromkeys(names)))


def _meaning(run: Run, dataset: str) -> str:
    """Return what a register is called; the published tables of rankings share one name."""
    meaning = store.definition(dataset)["meaning"]
    return str(meaning[run.language]) if isinstance(meaning, dict) else run.text("activities.rankings")


def caveats(
    run: Run, codes: Sequence[str], with_targets: bool = False, ahead: bool = False
) -> dict[str, str]:
    """Return the doubts that go with indicators: whether registers, or targets, are demonstration data.

    `ahead`: the targets are those of coming years.
    """
    if run.registers.of_other:
        return {}  # the registers are not shown
    behind = datasets(run, codes)
    if with_targets and any(_is_aimed(run, code, ahead) for code in codes):
        behind.append("targets")
    if any(store.is_demonstration(run.edition, name) for name in behind):
        return {"demonstration": run.catalog.caveats["demonstration"][run.language]}
    return {}


def kind(run: Run, dataset: str) -> str:
    """Say what a dataset's rows are: received, published facts, or generated for demonstration."""
    if run.edition == store.LIVE:
        return run.text("sources.received")
    generated = store.is_demonstration(run.edition, dataset)
    return run.text("sources.demonstration" if generated else "sources.published")


def receipts(run: Run) -> list[Receipt]:
    """Return the registers as the live edition received them, the last receipt of each file and sheet."""
    if run.edition != store.LIVE:
        return []
    return list({(r.file, r.sheet, r.dataset): r for r in received_registers()}.values())


def rejections(run: Run, codes: Sequence[str]) -> list[str]:
    """Say how many rows of the registers behind indicators were rejected, and are not counted."""
    behind = datasets(run, codes)
    rejected = Counter[str]()
    for receipt in receipts(run):
        rejected[receipt.dataset] += receipt.rejected
    return [
        run.text("activities.rejected", count=rejected[name], register=_meaning(run, name))
        for name in behind
        if rejected[name]
    ]


def marked(
    run: Run, sentence: str, codes: Sequence[str], with_targets: bool = False, ahead: bool = False
) -> str:
    """Mark a sentence whose figures are generated; a list of sentences may hold facts beside it."""
    generated = caveats(run, codes, with_targets, ahead)
    return f"{sentence} [{run.text('site.demonstration')}]" if sentence and generated else sentence
