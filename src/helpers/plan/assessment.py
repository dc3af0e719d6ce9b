"""A card's indicators against the values reached: for one year, half a year, or since the plan began."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..catalog import Indicator
from ..errors import CatalogError, Phrase
from .cards import CardIndicator, GoalCard
from .performance import Objective, Performance, Scale, Weighted, performance, roll_up

# The values reached, in the indicator's unit: indicator → year → value, None where it is not known.
Readings = Mapping[str, Mapping[int, float | None]]


@dataclass(frozen=True)
class Line:
    """An indicator of a card with A, B and C in its unit, its performance, and whether B was too low."""

    number: str
    indicator: Indicator
    entry: CardIndicator
    a: float | None
    b: float | None
    c: float | None
    performance: Performance
    too_low: bool = False


@dataclass(frozen=True)
class Assessment:
    """A card assessed at the end of a year or at its middle; `to_date` covers the plan since it began."""

    card: GoalCard
    year: int
    half: bool
    lines: tuple[Line, ...]
    objective: Objective
    to_date: bool = False


def assess(
    card: GoalCard,
    indicators: Mapping[str, Indicator],
    readings: Readings,
    year: int,
    scale: Scale,
    *,
    half: bool = False,
) -> Assessment:
    """Assess a card: C is the reading of the year, B always the target for the end of the year.

    A half-year reading is the caller's: `readings[code][year]` then holds what was reached by 30 June,
    and earlier years hold whole years. Raises CatalogError where the weights do not add up to 100.
    """
    lines = []
    for i, entry in enumerate(card.indicators, start=1):
        indicator = _defined(indicators, entry.code, card)
        found = [_performance(card, entry, indicator, readings, y) for y in card.years if y <= year]
        # A half year says nothing yet of whether the year's target is too low.
        whole_years = found[:-1] if half and year in card.years else found
        lines.append(
            Line(
                _number(card, i),
                indicator,
                entry,
                entry.baseline,
                card.target(entry.code, year),
                _reading(readings, entry.code, year),
                _performance(card, entry, indicator, readings, year),
                scale.was_too_low([p.raw for p in whole_years]),
            )
        )
    return Assessment(card, year, half, tuple(lines), _objective(card, lines))


def assess_to_date(
    card: GoalCard, indicators: Mapping[str, Indicator], readings: Readings, year: int, *, half: bool = False
) -> Assessment:
    """Assess a card over all years since the plan began, up to and including a year.

    Yearly counts are added up, targets and values alike, over the years that have a target; one missing
    value leaves the sum unknown. Everything else holds its past in itself: the last year stands for all.
    The guide names the cumulative table without a formula; this is the workbook's reading of it.
    """
    lines = []
    for i, entry in enumerate(card.indicators, start=1):
        indicator = _defined(indicators, entry.code, card)
        if indicator.measure_type == "flow":
            years = [y for y in card.years if y <= year and card.target(entry.code, y) is not None]
            b = _sum([card.target(entry.code, y) for y in years])
            c = _sum([_reading(readings, entry.code, y) for y in years])
            # Each year starts from the baseline anew, so that n years start from n baselines.
            a = None if entry.baseline is None else entry.baseline * max(1, len(years))
        else:
            a, b = entry.baseline, card.target(entry.code, year)
            c = _reading(readings, entry.code, year)
        found = performance(a, b, c, indicator.measure_type, indicator.direction, indicator.a_rule)
        lines.append(Line(_number(card, i), indicator, entry, entry.baseline, b, c, found))
    return Assessment(card, year, half, tuple(lines), _objective(card, lines), to_date=True)


def _defined(indicators: Mapping[str, Indicator], code: str, card: GoalCard) -> Indicator:
    if code not in indicators:
        raise CatalogError(
            Phrase(
                "The card {card} names the indicator {code!r}, which is not defined.",
                card=card.key,
                code=code,
            )
        )
    return indicators[code]


def _number(card: GoalCard, place: int) -> str:
    """Return an indicator's number on the card: PG1.2.3 is the third of objective H1.2."""
    return f"PG{card.objective.code.removeprefix('H')}.{place}"


def _reading(readings: Readings, code: str, year: int) -> float | None:
    value = readings.get(code, {}).get(year)
    return None if value is None or not math.isfinite(value) else value


def _performance(
    card: GoalCard, entry: CardIndicator, indicator: Indicator, readings: Readings, year: int
) -> Performance:
    return performance(
        entry.baseline,
        card.target(entry.code, year),
        _reading(readings, entry.code, year),
        indicator.measure_type,
        indicator.direction,
        indicator.a_rule,
    )


def _sum(values: list[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return math.fsum(there) if there and len(there) == len(values) else None


def _objective(card: GoalCard, lines: list[Line]) -> Objective:
    rows = [Weighted(line.entry.code, line.entry.weight, line.performance) for line in lines]
    return roll_up(rows, card.key)
