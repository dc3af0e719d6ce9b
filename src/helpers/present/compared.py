"""Indicators of several years, units or institutions side by side, or of one country over the years.

Each cell is the figure of the report of that year, unit or institution, by the same measure and the same
disclosure control: what such a report hides is hidden here, and a note says what and why.
"""

from collections.abc import Iterable, Sequence

import pandas as pd

from ..errors import ParameterError
from ..measures import indicators as ranked
from ..measures.core import Figure, MissingFigure, Period
from ..run import Run
from . import figures, persons, tables
from .pieces import Piece
from .tables import Column

# Years shown where nothing else is asked for.
_YEARS = 5
_COUNTRY = "country_code"


def compare(
    run: Run,
    *codes: str,
    years: Iterable[int] = (),
    units: Iterable[str] = (),
    institutions: Iterable[str] = (),
    country: str = "",
) -> Piece:
    """Show indicators by year, by unit or by institution in one table; without any of these, of five years.

    `compare(run, "G3.25", "G3.26", units=["eng", "med"])`, `compare(run, "G3.02", institutions=["metu"])`:
    the run's own institution stands first. `country="DE"` takes of a count what falls to that country, by
    year.
    Values are in the unit of each indicator. Small numbers of persons are hidden, as in the reports, and what
    is missing is told with its reason. Sources: the registers and ranking tables of the run's edition. Raises
    ParameterError for an unknown code, unit, institution or year, and where two things are compared at once.
    """
    _check(run, codes, [name for name, given in (("units", units), ("institutions", institutions)) if given])
    if (units or institutions) and (years or country):
        raise ParameterError(
            "Years cannot be compared together with units or institutions.",
            expected="one of years, units, institutions",
            remedy="Compare the units of one year: compare(run.at(year=2025), code, units=[...]).",
        )
    say, named = run.text, [run.catalog.indicators[code] for code in codes]
    if units:
        head = say("activities.by.unit")
        beside = [run.at(unit=unit) for unit in units]
        names = [run.catalog.units[unit].name(run.language) if unit else say("run.whole") for unit in units]
    elif institutions:
        head = say("run.institution")
        # The university's registers know nothing of units elsewhere.
        own = run.institution.id
        beside = [run, *(run.at(institution=one, unit="") for one in institutions if one != own)]
        names = [one.name for one in beside]
    else:
        head = say("data.year")
        chosen = sorted(years) or range(run.year - _YEARS + 1, run.year + 1)
        beside = [run.at(year=year) for year in chosen]
        names = [figures.period(one, one.period) for one in beside]
    found = [[_figure(one, code, country) for code in codes] for one in beside]
    cells = [[_written(run, code, f) for code, f in zip(codes, row, strict=True)] for row in found]
    of = say.country(country) if country else figures.period(run, run.period) if units or institutions else ""
    notes = _notes(run, codes, names, beside, found)
    policy = run.catalog.disclosure
    if country and any(policy.rounds(code, _COUNTRY) for code in codes):
        notes.append(say("activities.rounded", base=policy.rounding_base))
    caveats: dict[str, str] = {}
    for one in beside:
        caveats |= figures.caveats(one, codes)
    if _method_changed(run, codes, [one.year for one in beside]):
        caveats["break_in_series"] = run.catalog.caveats["break_in_series"][run.language]
    return tables.table(
        "compare-" + "-".join(code.replace(".", "-") for code in codes),
        [
            Column(head, names),
            *(
                Column(indicator.name[run.language], [row[place] for row in cells], True)
                for place, indicator in enumerate(named)
            ),
        ],
        title=say("compare.title", by=head, codes=", ".join(codes)) + (f" · {of}" if of else ""),
        source=figures.source(run, codes),
        notes=notes,
        caveats=caveats,
        details=[f"{i.code}: {i.definition[run.language]}" for i in named],
        indicators=codes,
    )


def _check(run: Run, codes: Sequence[str], given: Sequence[str]) -> None:
    if not codes:
        raise ParameterError("There is nothing to compare.", expected='a code, such as compare(run, "G3.25")')
    for code in codes:
        if code not in run.catalog.indicators:
            raise ParameterError(
                f"No indicator has the code {code!r}.",
                expected="a code such as G3.25",
                remedy='Type compare(run, "G and press Tab.',
            )
    if len(given) > 1:
        raise ParameterError(
            f"Two things are compared at once: {' and '.join(given)}.",
            expected="one of years, units, institutions",
        )


def _figure(run: Run, code: str, country: str) -> Figure:
    """Return a figure as the run's report shows it, or what of it falls to a country."""
    if not country:
        return persons.figure(run, code)
    indicator = run.catalog.indicators[code]
    if indicator.method is not None or indicator.denominator is not None:
        raise ParameterError(
            f"{code} is no count, and only counts are broken down by country.",
            expected="an indicator that is a sum, such as G3.25",
        )
    try:
        broken = persons.by(run, code, _COUNTRY, Period(run.year, run.period.half))
    except MissingFigure as missing:
        return Figure(None, reason=missing.reason)
    own = broken.rows.loc[broken.rows[_COUNTRY] == country, "shown"]
    if own.empty:
        # Where groups are left out unnamed, one that is not there may be one of them.
        return Figure(None, reason=persons.PROTECTED) if broken.is_partial else Figure(0.0)
    value = own.iloc[0]
    return Figure(None, reason=persons.PROTECTED) if pd.isna(value) else Figure(float(value))


def _written(run: Run, code: str, found: Figure) -> str:
    if found.value is None:
        return run.text("activities.hidden" if found.reason == persons.PROTECTED else "none")
    return figures.written(run, run.catalog.indicators[code], found)


def _method_changed(run: Run, codes: Sequence[str], years: Sequence[int]) -> bool:
    """Tell whether a ranking whose numbers are compared changed its method between the years."""
    for system in {ranked.NUMBER_OF[code][0] for code in codes if code in ranked.NUMBER_OF}:
        definition = run.catalog.systems[system]
        methods = [definition.method(definition.edition_for(year)) for year in years]
        if any(method != methods[0] for method in methods):
            return True
    return False


def _notes(
    run: Run, codes: Sequence[str], names: Sequence[str], beside: Sequence[Run], found: Sequence[list[Figure]]
) -> list[str]:
    """Say what is hidden or missing and why, each reason once with those that it holds for."""
    notes: dict[str, list[str]] = {}
    for name, one, row in zip(names, beside, found, strict=True):
        for code, figure in zip(codes, row, strict=True):
            if figure.value is None and figure.reason != persons.PROTECTED:
                reason = figures.why_missing(one, code, figure)
                notes.setdefault(reason, []).append(f"{name} ({code})")
    told = [run.text("compare.missing", reason=why, which=", ".join(which)) for why, which in notes.items()]
    hidden = any(figure.reason == persons.PROTECTED for row in found for figure in row)
    return ([run.text("activities.protected")] if hidden else []) + told + figures.rejections(run, codes)
