"""Each indicator of the catalogue as a figure: its value, its edition, and the figure before."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from ..catalog import Indicator
from . import rankings as ranked
from .rankings import Rankings


@dataclass(frozen=True)
class Measure:
    """One indicator measured; `value` is None where the data do not give it.

    `at_least` tells that the true value may be higher, since a source could not be checked.
    """

    indicator: Indicator
    edition: int
    value: float | None
    before: float | None = None
    edition_before: int | None = None
    at_least: bool = False
    at_least_before: bool = False


def measure(rankings: Rankings, institution: str, year: int, code: str) -> Measure:
    """Measure an indicator of the catalogue for an institution and report year."""
    indicator = rankings.catalog.indicators[code]
    return _FORMULAS[code](rankings, institution, year, indicator)


def computed() -> list[str]:
    """Return the codes of all indicators that can be measured."""
    return sorted(_FORMULAS)


def _from_series(indicator: Indicator, series: "pd.Series", edition: int) -> Measure:
    """Pick the value of an edition and the last one before it from a series indexed by edition."""
    known = series.dropna().sort_index()
    before = known[known.index < edition]
    return Measure(
        indicator,
        edition,
        float(known[edition]) if edition in known.index else None,
        float(before.iloc[-1]) if len(before) else None,
        int(before.index[-1]) if len(before) else None,
    )


def _ranked_systems(rankings: Rankings, institution: str, year: int, indicator: Indicator) -> Measure:
    def count(of_year: int) -> tuple[float | None, bool]:
        places = ranked.places(rankings, institution, of_year).set_index("system")["status"]
        watched = places[[name for name in places.index if rankings.catalog.systems[name].watched]]
        if (watched == "not_held").all():
            return None, False  # nothing could be looked at: unknown, not nought
        return float((watched == "listed").sum()), bool((watched == "not_held").any())

    value, at_least = count(year)
    before, at_least_before = count(year - 1)
    return Measure(indicator, year, value, before, year - 1, at_least, at_least_before)


def _overall(system: str) -> Callable[[Rankings, str, int, Indicator], Measure]:
    def formula(rankings: Rankings, institution: str, year: int, indicator: Indicator) -> Measure:
        edition = rankings.system(system).edition_for(year)
        found = ranked.hidden(rankings, institution, system, edition).set_index("edition")["overall"]
        return _from_series(indicator, found, edition)

    return formula


def _score(system: str, variable: str) -> Callable[[Rankings, str, int, Indicator], Measure]:
    def formula(rankings: Rankings, institution: str, year: int, indicator: Indicator) -> Measure:
        edition = rankings.system(system).edition_for(year)
        held = ranked.history(rankings, institution, [], system, variable, edition)
        return _from_series(indicator, held.set_index("edition")["value"], edition)

    return formula


def _rank(system: str) -> Callable[[Rankings, str, int, Indicator], Measure]:
    def formula(rankings: Rankings, institution: str, year: int, indicator: Indicator) -> Measure:
        edition = rankings.system(system).edition_for(year)
        held = rankings.positions
        own = held[(held["system"] == system) & (held["institution"] == institution)]
        exact = own[own["rank_low"] == own["rank_high"]]
        return _from_series(indicator, exact.set_index("edition")["rank_low"].astype(float), edition)

    return formula


# Which number of which ranking an indicator is: a published score, the recomputed overall one, or a rank.
OVERALL, RANK = "overall", "rank"
NUMBER_OF = {
    "G3.02": ("the", OVERALL),
    "G3.03": ("the", "international_outlook"),
    "G3.04": ("qs", OVERALL),
    "G3.05": ("urap", RANK),
}


def _number_of(system: str, what: str) -> Callable[[Rankings, str, int, Indicator], Measure]:
    if what == OVERALL:
        return _overall(system)
    return _rank(system) if what == RANK else _score(system, what)


_FORMULAS: dict[str, Callable[[Rankings, str, int, Indicator], Measure]] = {
    "G3.01": _ranked_systems,
    **{code: _number_of(*of) for code, of in NUMBER_OF.items()},
}
