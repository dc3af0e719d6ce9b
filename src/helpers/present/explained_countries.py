"""Which countries send fewer than could be expected for their size and distance (analysis.gravity)."""

import math
from collections.abc import Callable

import pandas as pd

from .. import locale
from ..analysis import gravity
from ..analysis.poisson import NotFitted
from ..catalog import countries
from ..measures import origins
from ..measures.core import NOT_BY_UNIT, MissingFigure, Period, Registers
from ..run import Run
from . import figures, likelihood, maps, persons, pieces, tables
from . import mobility_words as words
from .pieces import Piece
from .tables import Column

_SHOWN = 8
# The false discovery rate of the countries that are called candidates.
_RATE = 0.1
# The years in which contacts with a country are counted.
_CONTACT_YEARS = 3
# A country is listed whose number is fewer than expected at least so surely.
_LIKELY = ("likely", "very_likely")

_COVARIATES = {
    "people": "explained.countries.people",
    "income": "explained.countries.income",
    "distance": "explained.countries.distance",
    "turkic": "explained.countries.turkic",
    "abroad": "explained.countries.abroad",
}
_NAMED = {"students": "explained.countries.students", "exchanges": "explained.countries.exchanges"}
_WHAT: dict[str, tuple[Callable[[Registers, Period], pd.Series], tuple[str, ...]]] = {
    "students": (origins.students, ("G2.01",)),
    "exchanges": (origins.exchanges, ("G3.25", "G3.26")),
}


@words.or_reason
def below_expected(run: Run, what: str) -> Piece:
    """List the countries of which most more could be expected: of "students", or of "exchanges" both ways.

    Where the model cannot be fitted, the reason is told.
    """
    if run.unit:
        raise MissingFigure(NOT_BY_UNIT)
    codes, say = _WHAT[what][1], run.text
    named = say(_NAMED[what])
    try:
        found = _model(run, what)
    except NotFitted as why:
        reason = say(f"explained.not_fitted.{why.reason}")
        return pieces.text(say("not_computed", reason=reason), kind="not_computed")
    told = set(found.below(_RATE).index)
    shown = _shown(run, codes)
    rows = _candidates(found, shown, told)
    names = [say.country(code) for code in rows.index]
    counted = [words.cell(run, shown.get(code, 0.0)) for code in rows.index]
    columns = [
        Column(say("mobility.by.country_code"), names),
        Column(named, counted, True),
        Column(say("explained.countries.expected"), [say.number(n) for n in rows["expected"]], True),
        Column(
            say("explained.countries.interval"),
            [
                say("explained.countries.range", low=low, high=high)
                for low, high in zip(rows["low"], rows["high"], strict=True)
            ],
            True,
        ),
        Column(
            say("explained.countries.chance"),
            [likelihood.chance(say, float(1 - chance)) for chance in rows["chance"]],
        ),
        Column(
            say("explained.countries.contacts", years=_CONTACT_YEARS),
            _contacts(run, list(rows.index)),
            True,
        ),
    ]
    key = "explained.countries.title" if told else "explained.countries.none"
    title = say(key, what=named, names=", ".join(names[: len(told)]))
    return tables.table(
        f"explained-{what}",
        columns,
        title=title,
        source=say(
            "mobility.source", source=figures.source(run, codes), more=say("explained.countries.facts")
        ),
        notes=[
            *words.hidden_note(run, counted),
            *([] if told else [say("explained.countries.not_told")]),
            *([_one_huge(run, found)] if found.rests_on_one else []),
            *_contacts_since(run),
        ],
        caveats=figures.caveats(run, codes),
        details=[
            say("explained.countries.how", places=len(found.places), explained=100 * found.explained),
            *_coefficients(run, found),
        ],
        indicators=codes,
    )


def _model(run: Run, what: str) -> gravity.Gravity:
    """Fit the model to what may be published: hidden numbers enter as their mean, so that none can be told.

    Raises MissingFigure where the numbers are not known, and NotFitted where the model cannot be fitted.
    """
    count, codes = _WHAT[what]

    def fitted() -> gravity.Gravity:
        counts = count(run.registers, run.period).astype(float)
        shown = _shown(run, codes)
        hidden = [code for code in counts.index if code in shown and shown[code] is None]
        counts[hidden] = counts[hidden].mean()
        return _fitted(run, counts)

    return run.once(("gravity", what, run.period), fitted)


def _fitted(run: Run, counts: pd.Series) -> gravity.Gravity:
    home = maps.place(run.institution.id)
    if home is None:
        raise NotFitted("no_place")
    facts = {
        code: one
        for code, one in countries.facts().items()
        if code != run.institution.country_code and one.students_abroad
    }
    covariates = pd.DataFrame(
        {
            "people": {code: math.log(one.population) for code, one in facts.items()},
            "income": {code: math.log(1e6 * one.gdp_musd / one.population) for code, one in facts.items()},
            "distance": {
                code: math.log(max(1.0, gravity.great_circle(home, maps.country_point(code))))
                for code in facts
            },
            "turkic": {code: one.turkic_pct / 100 for code, one in facts.items()},
            "abroad": {code: math.log(one.students_abroad or 1) for code, one in facts.items()},
        }
    )
    return gravity.fit(counts.reindex(covariates.index, fill_value=0.0), covariates)


def _shown(run: Run, codes: tuple[str, ...]) -> dict[str, float | None]:
    """Return the numbers by country as they may be published; both ways together only where each may be."""
    column = "citizenship_code" if codes == ("G2.01",) else "country_code"
    both: dict[str, float | None] = {}
    for code in codes:
        rows = persons.by(run, code, column).rows
        for place, number in zip(rows[column], rows["shown"], strict=True):
            before = both.get(place, 0.0)
            both[place] = None if before is None or pd.isna(number) else before + float(number)
    return both


def _candidates(found: gravity.Gravity, shown: dict[str, float | None], told: set[str]) -> pd.DataFrame:
    """Return the countries told from chance first, then by the gap to the number as it is published.

    In the order of its true size a hidden number would be told.
    """
    places = found.places
    seen = pd.Series({code: shown.get(code, 0.0) or 0.0 for code in places.index})
    order = pd.DataFrame({"told": places.index.isin(told), "gap": places["expected"] - seen}, places.index)
    likely = places["chance"].map(lambda chance: likelihood.word(1 - chance).code in _LIKELY)
    order = order[(order["gap"] > 0) & likely].sort_values(["told", "gap"], ascending=False, kind="stable")
    return places.loc[order.index[: max(_SHOWN, len(told))]]


def _contacts(run: Run, codes: list[str]) -> list[str]:
    """Count fairs and delegations in countries, as cells; where the registers lack them, nothing is told."""
    try:
        found = origins.contacts(run.registers, run.period, _CONTACT_YEARS)
    except MissingFigure:
        return [run.text("none")] * len(codes)
    return [run.text.number(float(found.get(code, 0))) for code in codes]


def _contacts_since(run: Run) -> list[str]:
    """Say since when contacts are known, where that is after the years in which they are counted begin."""
    try:
        since = origins.contacts_since(run.registers)
    except MissingFigure:
        return []
    begins = pd.Timestamp(run.period.end) - pd.DateOffset(years=_CONTACT_YEARS) + pd.Timedelta(days=1)
    if pd.Timestamp(since) <= begins:
        return []
    return [run.text("explained.countries.contacts_since", since=locale.day(since, run.language))]


def _one_huge(run: Run, found: gravity.Gravity) -> str:
    return run.text("explained.countries.one_huge", country=run.text.country(found.largest))


def _coefficients(run: Run, found: gravity.Gravity) -> list[str]:
    return [
        run.text(
            "explained.countries.coefficient",
            name=run.text(_COVARIATES[str(name)]),
            estimate=row["estimate"],
            low=row["low"],
            high=row["high"],
            without=row["without_largest"],
        )
        for name, row in found.coefficients.iterrows()
    ]


def surely_below(run: Run, what: str) -> list[str]:
    """Return the countries told from chance to send fewer than expected, the largest gap first.

    Raises MissingFigure where they cannot be known, and NotFitted where the model cannot be fitted.
    """
    if run.unit:
        raise MissingFigure(NOT_BY_UNIT)
    return [str(code) for code in _model(run, what).below(_RATE).index]
