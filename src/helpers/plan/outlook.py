"""Where an indicator is heading: its trend with and without breaks, a forecast, the chance and pace of a
target.

Which kinds of series are forecast, how far and how widely, is what a back-test measured
(`data/catalog/forecasts.yml`); which breaks are declared, `data/catalog/breaks.yml`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, RootModel

from .. import paths
from ..analysis import breaks as declared
from ..analysis import forecast, multiple, trend
from ..analysis.breaks import Break
from ..analysis.forecast import Ahead
from ..analysis.trend import Trend
from ..catalog import Catalog, Indicator, Text
from ..reads import kept
from .definitions import Definition, read
from .tables import DECIMALS

# A pace of more than so many times that of the past is not realistic (domain dossier, section 6).
TOO_FAST = 2.0
# … unless a forecast is offered and finds reaching the target about as likely as not, as chances are written
# (data/catalog/likelihood.yml): about 40 % or more.
EVEN = 0.375

# Why there is no forecast.
TOO_FEW, NOT_OFFERED, NO_VALUE, TOO_SMALL, OVER = "too_few", "not_offered", "no_value", "too_small", "over"
BROKEN = "broken"


# -- definitions ---------------------------------------------------------------------------------------


class Kind(Definition):
    """A kind of series with what the back-test measured of it; `forecasts.yml` says what each entry means."""

    indicators: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    source: str
    scale: forecast.Scale
    ends: tuple[float, float | None]
    least: float = 0.0
    offered: int = Field(ge=0, le=forecast.FURTHEST)
    series: int
    cases: int
    mase: dict[int, float]
    coverage: dict[int, float]
    multiples: dict[int, float]
    held_out: float
    held_out_95: float
    earlier: float | None = None
    across: float | None = None
    typical: float = Field(gt=0)

    def calibration(self, decimals: int) -> forecast.Calibration:
        """Return the rule by which a series of this kind is forecast, written with so many decimals."""
        low, high = self.ends
        whole = (low, float("inf") if high is None else high)
        return forecast.Calibration(self.scale, self.typical, self.multiples, whole, decimals)


class Kinds(Definition):
    """Every kind of series that was back-tested, and when."""

    measured_on: date
    kinds: dict[str, Kind]

    def of(self, indicator: Indicator) -> Kind | None:
        """Return the kind of an indicator's series: named by code, else by its unit; None for none."""
        named = [kind for kind in self.kinds.values() if indicator.code in kind.indicators]
        of_unit = [kind for kind in self.kinds.values() if indicator.unit in kind.units]
        return next(iter([*named, *of_unit]), None)


class DeclaredBreak(Text):
    """A break as the catalogue declares it."""

    code: str
    start: int = Field(alias="from")
    end: int | None = Field(default=None, alias="to")
    institution: str | None = None
    source: str

    @property
    def of_series(self) -> Break:
        """Return it as a series knows it."""
        return Break(self.code, self.start, self.end)


class _Breaks(RootModel[tuple[DeclaredBreak, ...]]):
    pass


def kinds() -> Kinds:
    """Return the kinds of `data/catalog/forecasts.yml`."""
    found: Kinds = _read(Kinds, paths.data("catalog", "forecasts.yml"))
    return found


def breaks() -> tuple[DeclaredBreak, ...]:
    """Return the breaks of `data/catalog/breaks.yml`."""
    found: _Breaks = _read(_Breaks, paths.data("catalog", "breaks.yml"))
    return found.root


@kept
def _read(model: type[Definition] | type[_Breaks], path: Path) -> Any:
    return read(model, path)


def breaks_of(catalog: Catalog, indicator: Indicator, institution: str, unit: str = "") -> tuple[Break, ...]:
    """Return the breaks of an indicator's series: a ranking's changes of method, or what the registers saw.

    What split the university is no break of one of its units.
    """
    # The variable of a ranking's indicator begins with the ranking's name.
    name = indicator.numerator.partition("_")[0]
    if name in catalog.systems:
        system = catalog.systems[name]
        return tuple(Break(f"{name}-{b.at}", b.at - system.clock) for b in system.breaks)
    return tuple(
        one.of_series
        for one in breaks()
        if one.institution in (None, institution) and not (one.institution and unit)
    )


# -- one indicator -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pace:
    """How fast a target is to be reached, against the past: both in the indicator's unit a year.

    `past` is the mean step of the years known. `realistic` tells that the needed pace is at most twice the
    past one, or that a forecast finds the target at least about as likely as not.
    """

    needed: float
    past: float
    realistic: bool

    @property
    def reached(self) -> bool:
        """Tell whether the latest value has the target already."""
        return self.needed == 0.0


@dataclass(frozen=True)
class Outlook:
    """Where an indicator is heading, from its values by year (oldest first, missing years left out).

    `adjusted` is the trend's p among the tests made together, `without` the trend with the breaks taken out
    (None where there is none), `adjusted_without` its p likewise, `touching` those breaks. `path` are the
    forecasts up to `at`; where there are none, `why` says so and `enough` is the year of the report that will
    have enough years. `since` is the forecast for `at` from the years after those that stand apart, where
    they are enough. `target` is the plan's for `at`, `chance` that of reaching it.
    """

    code: str
    values: Mapping[int, float]
    all_years: Trend
    without: Trend | None
    touching: tuple[Break, ...]
    at: int | None
    path: tuple[Ahead, ...] = ()
    since: Ahead | None = None
    why: str = ""
    enough: int | None = None
    target: float | None = None
    chance: float | None = None
    pace: Pace | None = None
    adjusted: float | None = None
    adjusted_without: float | None = None

    @property
    def ahead(self) -> Ahead | None:
        """Return the forecast for the year `at`."""
        return self.path[-1] if self.path else None

    @property
    def told(self) -> Literal["up", "down", "none"] | None:
        """Return the direction of a trend that chance does not explain; None for too few years."""
        if self.adjusted is None or self.all_years.slope is None:
            return None
        if self.adjusted >= 0.05 or self.all_years.slope == 0:
            return "none"
        return "up" if self.all_years.slope > 0 else "down"

    @property
    def holds(self) -> bool:
        """Tell whether a trend that is told is still one, the same way, with the breaks taken out."""
        if self.without is None:
            return True
        if self.adjusted_without is None or self.without.slope is None or self.all_years.slope is None:
            return False
        return self.adjusted_without < 0.05 and self.without.slope * self.all_years.slope > 0


def outlook(
    indicator: Indicator,
    values: Mapping[int, float | None],
    breaks: Sequence[Break],
    kind: Kind | None,
    targets: Mapping[int, float | None],
    last: int,
) -> Outlook:
    """Work out where an indicator is heading after the year `last`; `targets` are the plan's, by year.

    A value that is None or no number is not known.
    """
    known = {
        year: float(value) for year, value in sorted(values.items()) if value is not None and isfinite(value)
    }
    years, series = list(known), list(known.values())
    touching = tuple(one for one in breaks if one.touches(years))
    coming = [year for year in targets if year > last]
    # No forecast was found to hold over a step, so none reaches over one that is declared to come.
    steps = [one.first - last - 1 for one in breaks if one.last is None and one.first > last]
    horizon = min(len(coming), kind.offered if kind else 0, *steps)
    found = Outlook(
        indicator.code,
        known,
        trend.trend(years, series),
        declared.without(years, series, breaks),
        touching,
        last + horizon if horizon else None,
    )
    run = _consecutive(known, last)
    why, enough = _why_none(kind, run, known, coming, last)
    why = why or ("" if horizon else BROKEN)
    if why or kind is None:
        found = replace(found, why=why, enough=enough, at=max(coming, default=None))
    else:
        apart = [one.last for one in touching if one.last is not None]
        later = [year for year in run if year > max(apart, default=year)]
        since = _path(indicator, kind, known, later, touching, horizon)
        path = _path(indicator, kind, known, run, touching, horizon)
        found = replace(found, path=path, since=since[-1] if since else None)
    target = targets.get(found.at) if found.at is not None else None
    if target is None or found.at is None:
        return found
    chance = found.ahead.chance(target, indicator.direction) if found.ahead else None
    return replace(
        found, target=target, chance=chance, pace=_pace(indicator, known, target, last, found.at, chance)
    )


def _path(
    indicator: Indicator,
    kind: Kind,
    known: Mapping[int, float],
    run: Sequence[int],
    breaks: Sequence[Break],
    horizon: int,
) -> tuple[Ahead, ...]:
    decimals = 1 if indicator.unit == "percent" else DECIMALS.get(indicator.unit, 0)
    return forecast.ahead(
        [known[year] for year in run],
        kind.calibration(decimals),
        horizon,
        lambda series: declared.spliced(run, series, breaks),
    )


def _consecutive(known: Mapping[int, float], last: int) -> list[int]:
    """Return the years up to the last one without a gap."""
    run: list[int] = []
    while last - len(run) in known:
        run.append(last - len(run))
    return run[::-1]


def _why_none(
    kind: Kind | None, run: Sequence[int], known: Mapping[int, float], coming: Sequence[int], last: int
) -> tuple[str, int | None]:
    if not coming:
        return OVER, None
    if kind is None or not kind.offered:
        return NOT_OFFERED, None
    if not run:
        return NO_VALUE, last + forecast.FEWEST
    if len(run) < forecast.FEWEST:
        return TOO_FEW, last + forecast.FEWEST - len(run)
    if sum(known[year] for year in run) / len(run) < kind.least:
        return TOO_SMALL, None
    return "", None


def _pace(
    indicator: Indicator,
    known: Mapping[int, float],
    target: float,
    last: int,
    at: int,
    chance: float | None,
) -> Pace | None:
    """Compare the required pace (B − C)/(T − t) with the mean step of the past; None without two values."""
    if last not in known or len(known) < 2:
        return None
    first = min(known)
    past = (known[last] - known[first]) / (last - first)
    missing = target - known[last]
    sign = 1 if indicator.direction == "up" else -1
    if sign * missing <= 0:
        return Pace(0.0, past, True)
    needed = missing / (at - last)
    in_time = sign * past > 0 and needed / past <= TOO_FAST
    return Pace(needed, past, in_time or (chance is not None and chance >= EVEN))


def together(found: Sequence[Outlook]) -> list[Outlook]:
    """Return outlooks with their p-values adjusted for the tests made together (Benjamini–Hochberg)."""
    adjusted = multiple.adjusted([one.all_years.p for one in found])
    without = multiple.adjusted([(one.without or one.all_years).p for one in found])
    return [
        replace(one, adjusted=p, adjusted_without=None if one.without is None else q)
        for one, p, q in zip(found, adjusted, without, strict=True)
    ]
