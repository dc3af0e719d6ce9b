"""Whether the goals move together: what is done, who comes, what follows (analysis.association)."""

from ..analysis import association, multiple
from ..analysis.association import Association
from ..measures.core import NOT_BY_UNIT, OTHER_INSTITUTION, MissingFigure, Period
from ..run import Run
from . import figures, persons, pieces, tables
from . import mobility_words as words
from .pieces import Piece
from .tables import Column

# What is asked: goal 1 → goal 2 → goal 3, declared before anything is looked at.
PAIRS = (
    ("G1.05", "G2.03"), ("G1.12", "G2.03"), ("G1.10", "G2.12"),
    ("G2.01", "G3.26"), ("G2.12", "G3.23"), ("G2.12", "G3.20"),
)  # fmt: skip
_LAGS = (0, 1)
# As far back as the years may go that a moderate association takes.
_YEARS = 25
_LEVEL = 0.05
# A moderate association; until one can be found, silence tells little.
_MODERATE = 0.5


@words.or_reason
def links(run: Run) -> Piece:
    """Show which pairs of indicators move together beyond their trends, in the same year or a year later."""
    if run.unit:
        raise MissingFigure(NOT_BY_UNIT)
    found = run.once(("links", run.period), lambda: _found(run))
    say = run.text
    known = [one for one, _ in found.values() if one is not None]
    if not known:
        if run.registers.of_other:
            raise MissingFigure(OTHER_INSTITUTION)
        return pieces.text(say("explained.links.too_few", years=association.FEWEST + 1))
    told = sum(q is not None and q < _LEVEL for _, q in found.values())
    # One association alone stands out if it does so at the level divided by all that were tested.
    steps, alone = max(one.n for one in known), _LEVEL / len(known)
    needed = association.enough(_MODERATE, alone)
    power = {"steps": steps, "tests": len(known), "least": association.least(steps, alone) or 1.0}
    codes = sorted({code for pair in PAIRS for code in pair})
    return tables.table(
        "explained-links",
        [
            Column(say("explained.links.first"), [_named(run, pair[0]) for pair in PAIRS]),
            Column(say("explained.links.then"), [_named(run, pair[1]) for pair in PAIRS]),
            *(
                Column(
                    say("explained.links.same" if lag == 0 else "explained.links.after"),
                    [_cell(run, *found[pair, lag]) for pair in PAIRS],
                )
                for lag in _LAGS
            ),
        ],
        title=say("explained.links.told" if told else "explained.links.none", count=told, total=len(known)),
        source=figures.source(run, codes),
        notes=[
            say("explained.links.no_cause"),
            say("explained.links.power", **power)
            if steps >= needed
            else say("explained.links.until", **power, moderate=_MODERATE, year=run.year + needed - steps),
        ],
        caveats=figures.caveats(run, codes),
        details=[say("explained.links.how")],
        indicators=codes,
    )


Pairs = dict[tuple[tuple[str, str], int], tuple[Association | None, float | None]]


def _found(run: Run) -> Pairs:
    """Return each pair's association at each lag, and its p-value adjusted for all that were tested."""

    series = {code: _series(run, code) for pair in PAIRS for code in pair}
    tested = {
        (pair, lag): association.lagged(series[pair[0]], series[pair[1]], lag)
        for pair in PAIRS
        for lag in _LAGS
    }
    adjusted = multiple.adjusted([None if one is None else one.p for one in tested.values()])
    return {key: (one, p) for (key, one), p in zip(tested.items(), adjusted, strict=True)}


def _series(run: Run, code: str) -> dict[int, float]:
    years = range(run.year - _YEARS + 1, run.year + 1)
    found = {year: persons.figure(run, code, Period(year, run.period.half)).value for year in years}
    return {year: value for year, value in found.items() if value is not None}


def _named(run: Run, code: str) -> str:
    return f"{code} {run.catalog.indicators[code].name[run.language]}"


def _cell(run: Run, one: Association | None, adjusted: float | None) -> str:
    say = run.text
    if one is None or adjusted is None:
        return say("explained.links.unknown")
    if adjusted >= _LEVEL:
        return say("explained.links.not_told", tau=one.tau)
    return say("explained.links.together" if one.tau > 0 else "explained.links.opposed", tau=one.tau)
