"""What is done with which partners, both ways or one, and how much rests on few (analysis.portfolio)."""

import pandas as pd

from ..analysis import portfolio
from ..measures import partners as measures
from ..measures.agreements import MULTIPLEX_MONTHS
from ..run import Run
from . import figures, persons, pieces, tables
from . import mobility_words as words
from .mobility_partners import look_back
from .pieces import Piece
from .tables import Column

_SHOWN = 10
_COLUMNS = {
    "publications": "explained.partners.publications",
    "projects": "explained.partners.projects",
    "visits": "explained.partners.visits",
}
_WAYS = {
    "both": "explained.partners.both",
    "in": "explained.partners.in",
    "out": "explained.partners.out",
}


@words.or_reason
def partners(run: Run) -> Piece:
    """List the partners with whom most is done in 36 months, and say how much rests on few of them."""
    rows = measures.amounts(run.registers, run.period, MULTIPLEX_MONTHS)
    say = run.text
    numbers = rows[list(measures.AMOUNTS)]
    rows = rows[numbers.sum(axis=1) > 0]
    if rows.empty:
        return pieces.text(words.titled(run, say("explained.partners.none", day=words.day(run))))
    order = portfolio.ordered(rows[list(measures.AMOUNTS)]).index[:_SHOWN]
    stays, top = _stays(run), rows.loc[order]
    names = words.partner_names(run)
    counted = [words.cell(run, stays.get(partner, 0.0)) for partner in order]
    return tables.table(
        "explained-partners",
        [
            Column(say("mobility.decisions.partner"), [names.get(p, p) for p in order]),
            Column(say("mobility.by.country_code"), [say.country(code) for code in top["country_code"]]),
            Column(say("explained.partners.stays"), counted, True),
            Column(say("explained.partners.way"), [_way(run, top.loc[p], stays.get(p, 0.0)) for p in order]),
            *(Column(say(_COLUMNS[c]), [say.number(n) for n in top[c]], True) for c in _COLUMNS),
        ],
        title=words.titled(run, _finding(run, rows)),
        source=words.source(run, words.PORTFOLIO),
        notes=[*words.hidden_note(run, counted), *look_back(run)],
        caveats=figures.caveats(run, [words.PORTFOLIO]),
        details=[
            say("explained.partners.how"),
            *([say("mobility.portfolio.of_unit")] if run.unit else []),
        ],
        indicators=[words.PORTFOLIO],
    )


def _stays(run: Run) -> dict[str, float | None]:
    """Return the student stays with each partner as they may be published beside those of its country.

    Those of the whole university, whoever asks: reports of units show the same.
    """
    rows = measures.student_stays(run.registers, run.period, MULTIPLEX_MONTHS)
    both = rows["outgoing"] + rows["incoming"]
    shown: dict[str, float | None] = {}
    for _, line in both.groupby(rows["country_code"]):
        shown |= dict(zip(line.index, persons.counts(run, line), strict=True))
    return shown


def _way(run: Run, row: pd.Series, shown: float | None) -> str:
    """Say which way the stays go, if their number is shown and they are enough to tell."""
    found = portfolio.reciprocity(float(row["incoming"]), float(row["outgoing"]))
    if found is None or shown is None:
        return run.text("explained.partners.untold")
    return run.text(_WAYS[found.way])


def _finding(run: Run, rows: pd.DataFrame) -> str:
    both = rows["outgoing"] + rows["incoming"]
    found = portfolio.concentrated(both)
    if found is None or not persons.has_share(run, float(both.sum())):
        return run.text("explained.partners.plain", count=len(rows))
    return run.text(
        "explained.partners.title",
        count=int((both > 0).sum()),
        share=100 * found.top_three,
        effective=found.effective,
        hhi=found.hhi,
    )
