"""Performance of an indicator, an objective, an aim and the plan, from plain numbers alone.

Letters as in the official tables: A is the value before the plan, B the value aimed at for the end of
the year, C the value reached, all three in the indicator's own unit; P and S are percentages. Formulas,
case table and fixtures: domain dossier 1.3.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import model_validator

from .. import paths
from ..catalog import Text
from ..errors import CatalogError, ParameterError, Phrase
from .definitions import Definition, read

MeasureType = Literal["flow", "cumulative", "level", "ratio", "rank", "index"]
Direction = Literal["up", "down"]
ARule = Literal["baseline", "zero"]

# What a reader must know of a figure; the texts are `plan.note.<code>`.
NO_TARGET = "no_target"  # nothing was aimed at this year: left out, its weight is spread over the rest
NO_VALUE = "no_value"
NO_BASELINE = "no_baseline"
AGAINST = "against_direction"  # the target is worse than the baseline, so the formula would reward decline
NEGATIVE = "negative"  # a value to be kept cannot be compared by a quotient below nought
EXCEEDED = "exceeded"
BEHIND = "behind_baseline"
NOTES = (NO_TARGET, NO_VALUE, NO_BASELINE, AGAINST, NEGATIVE, EXCEEDED, BEHIND)

# Differences that only binary arithmetic makes are none: 0.1 + 0.2 keeps a baseline of 0.3.
_TINY = 1e-9


@dataclass(frozen=True)
class Performance:
    """How far an indicator came: `raw` P in percent, unbounded; `scored` S in percent, 0 to 100.

    Both are None where there is none; `note` then says why. Raw stays visible because an overshoot is
    news; only the scored one is weighted, because an overshoot must not hide another failure.
    """

    raw: float | None
    scored: float | None
    note: str = ""

    @property
    def excluded(self) -> bool:
        """Tell whether nothing was aimed at, so that the indicator does not count this year."""
        return self.note == NO_TARGET


def performance(
    a: float | None,
    b: float | None,
    c: float | None,
    measure_type: MeasureType,
    direction: Direction,
    a_rule: ARule,
) -> Performance:
    """Return P = 100 · (C − A) / (B − A) and S = min(100, max(0, P)), both in percent.

    A, B and C are in the indicator's unit; None or NaN is a value that is not given. `a_rule` alone
    says whether A counts: `zero` sets A to 0 (yearly counts). The same formula serves both directions.
    Where a value is to be kept (B = A), P = 100 · C / B, or 100 · B / C where lower is better; the
    latter also serves a yearly count that should fall, as the formula with A = 0 would praise a rise.
    Source: domain dossier 1.3 and its case table.
    """
    if measure_type == "cumulative" and a_rule == "zero":
        raise CatalogError(
            "A cumulative indicator holds its baseline in every value, so the baseline must count.",
            expected="a_rule baseline",
            remedy="Correct the indicator's a_rule or its measure_type.",
        )
    a, b, c = _given(a), _given(b), _given(c)
    start = 0.0 if a_rule == "zero" else a
    if b is None or (direction == "up" and start is not None and _same(start, 0) and _same(b, 0)):
        return Performance(None, None, NO_TARGET)
    if c is None:
        return Performance(None, None, NO_VALUE)
    if start is None:
        return Performance(None, None, NO_BASELINE)
    if _same(start, b) or (a_rule == "zero" and direction == "down" and b > 0):
        if b < 0 or c < 0:
            return Performance(None, None, NEGATIVE)
        return _scored(_kept(b, c, direction))
    if (b > start) != (direction == "up"):
        return Performance(None, None, AGAINST)
    # The quotient first: where C is B it is then exactly 100.
    return _scored(100.0 * ((c - start) / (b - start)))


def _given(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _same(x: float, y: float) -> bool:
    return math.isclose(x, y, rel_tol=_TINY, abs_tol=1e-12)


def _kept(b: float, c: float, direction: Direction) -> float:
    if direction == "up":
        return 100.0 * (c / b)
    if _same(c, 0):
        return 100.0
    return 100.0 * (b / c)


def _scored(raw: float) -> Performance:
    raw += 0.0  # turns −0.0 into 0.0
    note = EXCEEDED if raw > 100 + _TINY else BEHIND if raw < -_TINY else ""
    return Performance(raw, min(100.0, max(0.0, raw)), note)


def cumulated(a: float, yearly: Sequence[float]) -> float:
    """Return the value C of a cumulative indicator: A + Σ of the years' own values, in its unit."""
    return a + math.fsum(yearly)


# -- from indicators to the plan -------------------------------------------------------------------------


@dataclass(frozen=True)
class Weighted:
    """An indicator's performance with its effect on the objective (hedefe etkisi), in percent."""

    indicator: str
    weight: float
    performance: Performance


@dataclass(frozen=True)
class Objective:
    """Performance of an objective, in percent, twice: what is missing counts as 0, or is left out.

    `strict` takes a missing value as 0, `available` spreads its weight over the others; both leave out
    indicators without a target. `coverage` (weight with data), `missing` and `excluded` (no target this
    year) are shares of weight in percent and add up to 100.
    """

    strict: float | None
    available: float | None
    coverage: float
    missing: float
    excluded: float


def roll_up(rows: Sequence[Weighted], objective: str) -> Objective:
    """Return H = Σ w·S / Σ w of an objective in percent (domain dossier 1.3).

    Raises CatalogError, which blocks the report, where the weights do not add up to 100.
    """
    total = math.fsum(row.weight for row in rows)
    if abs(total - 100) > _TINY or any(row.weight < 0 for row in rows):
        raise CatalogError(
            Phrase(
                "The effects of the indicators on {objective} add up to {total:g}, not to 100; "
                "its report is blocked.",
                objective=objective,
                total=total,
            ),
            expected="effects of 0 or more that add up to 100",
            remedy="Correct the weights of this objective in data/catalog/cards.yml.",
        )
    excluded = math.fsum(row.weight for row in rows if row.performance.excluded)
    scores = [(row.weight, row.performance.scored) for row in rows if row.performance.scored is not None]
    coverage = math.fsum(weight for weight, _ in scores)
    reached = math.fsum(weight * score for weight, score in scores)
    counted = total - excluded
    return Objective(
        strict=_bounded(reached / counted) if counted > _TINY else None,
        available=_bounded(reached / coverage) if coverage > _TINY else None,
        coverage=coverage,
        missing=max(0.0, counted - coverage),
        excluded=excluded,
    )


def _bounded(value: float) -> float:
    """Keep a mean of scores within 0 and 100, which binary division may leave by its last digit."""
    return min(100.0, max(0.0, value))


@dataclass(frozen=True)
class Mean:
    """A plain mean in percent, how many figures it was made of, and how many were not there."""

    value: float | None
    counted: int
    left_out: int


def aim(objectives: Sequence[float | None]) -> Mean:
    """Return the performance of an aim: the plain mean of its objectives', in percent."""
    there = [value for value in objectives if value is not None]
    value = math.fsum(there) / len(there) if there else None
    return Mean(value, len(there), len(objectives) - len(there))


def plan(aims: Sequence[float | None]) -> Mean:
    """Return the performance of the plan: the plain mean of its aims', in percent.

    KTÜ published 69.47 for 2022, the mean of its five aims (domain dossier 0, rule 4).
    """
    return aim(aims)


def pace(
    raw: float | None,
    elapsed_share: float,
    measure_type: MeasureType,
    direction: Direction = "up",
) -> float | None:
    """Return an unofficial reading of a half year: P / elapsed share of the year, in percent.

    None for all but yearly counts, since a level or a ratio does not grow with the calendar. A count
    that should fall is read as B / C, so its P shrinks as the year goes on: P · elapsed share.
    """
    if not 0 < elapsed_share <= 1:
        raise ParameterError(
            Phrase("The elapsed share of the year is {elapsed_share:g}.", elapsed_share=elapsed_share),
            expected="above 0, up to 1",
        )
    if raw is None or measure_type != "flow":
        return None
    return raw * elapsed_share if direction == "down" else raw / elapsed_share


# -- how a figure is called --------------------------------------------------------------------------


class Band(Text):
    """What a performance is called: a label in both languages and a symbol, which stand together.

    `tone` names the colour for whoever draws; a colour never stands without label and symbol.
    `at_least` is in percent; the lowest band has none.
    """

    code: str
    symbol: str
    tone: str
    at_least: float | None = None

    def label(self, language: str) -> str:
        """Return symbol and label, as they are always written."""
        return f"{self.symbol} {self[language]}"


class TooLow(Definition):
    """When a target counts as too low: P above a percentage in so many years running."""

    above: float
    years: int


class Scale(Definition):
    """The status bands and the rule for targets that were too low."""

    bands: tuple[Band, ...]
    no_data: Band
    no_target: Band
    too_low: TooLow

    @model_validator(mode="after")
    def _in_order(self) -> "Scale":
        edges = [band.at_least for band in self.bands]
        given = [edge for edge in edges[:-1] if edge is not None]
        if len(given) != len(edges) - 1 or edges[-1:] != [None]:
            raise ValueError("every band but the last, lowest one needs at_least")
        if given != sorted(set(given), reverse=True):
            raise ValueError("the bands must run from the highest at_least to the lowest")
        every = [*self.bands, self.no_data, self.no_target]
        for told in ("code", "symbol", "en", "tr"):
            if len({getattr(band, told) for band in every}) != len(every):
                raise ValueError(Phrase("two bands have the same {told}", told=told))
        return self

    def band(self, value: float | None) -> Band:
        """Return the band of a performance in percent; None is no data."""
        if value is None:
            return self.no_data
        return next(b for b in self.bands if b.at_least is None or value >= b.at_least - _TINY)

    def status(self, found: Performance) -> Band:
        """Return the band of an indicator, judged by its raw performance."""
        return self.no_target if found.excluded else self.band(found.raw)

    def was_too_low(self, raw_by_year: Sequence[float | None]) -> bool:
        """Tell whether the last years, oldest first, all exceeded the target by far."""
        last = raw_by_year[-self.too_low.years :]
        return len(last) == self.too_low.years and all(p is not None and p > self.too_low.above for p in last)


def scale() -> Scale:
    """Return the bands of `data/catalog/performance.yml`."""
    return read(Scale, paths.data("catalog", "performance.yml"))
