"""Partners with an agreement in force: how many live and how many sleep, and what needs a decision."""

from typing import Any

import pandas as pd

from .. import locale
from ..measures import partners
from ..measures.agreements import MULTIPLEX_MONTHS
from ..measures.core import MissingFigure
from ..run import Run
from . import figures, pieces, tables
from . import mobility_words as words
from .pieces import Piece
from .tables import Column

# Rows of the list of decisions, and how many of them are kept for partners that sleep.
_DECISIONS, _ASLEEP = 15, 5

_STATUSES = {
    partners.MULTIPLEX: "mobility.status.multiplex",
    partners.ACTIVE: "mobility.status.active",
    partners.NEW: "mobility.status.new",
    partners.DORMANT: "mobility.status.dormant",
}
_ADVICE = {
    partners.RENEW: "explained.partners.renew",
    partners.REVIVE: "explained.partners.revive",
    partners.CLOSE: "explained.partners.close",
}
_KINDS = {
    "mobility": "mobility.kind.mobility",
    "project": "mobility.kind.project",
    "publication": "mobility.kind.publication",
    "course": "mobility.kind.course",
    "visit": "mobility.kind.visit",
}


@words.or_reason
def portfolio(run: Run) -> Piece:
    """Show how many partners with an agreement in force live, how many sleep, and what ends soon."""
    rows = partners.statuses(partners.in_force(run.registers, run.period))
    if not rows["agreements"].sum():
        return pieces.text(words.titled(run, run.text("mobility.portfolio.none", day=words.day(run))))
    before = _before(run)
    say = run.text

    def counted(column: str) -> list[str]:
        return [say.number(n) for n in [*rows[column], rows[column].sum()]]

    was = [say("none")] * (len(rows) + 1) if before is None else before
    asleep = int(rows.set_index("status").loc[partners.DORMANT, "partners"])
    return tables.table(
        "mobility-portfolio",
        [
            Column(
                say("mobility.portfolio.status"),
                [*(say(_STATUSES[s]) for s in rows["status"]), say("mobility.all")],
            ),
            Column(say("mobility.portfolio.partners"), counted("partners"), True),
            Column(say("mobility.portfolio.ending"), counted("ending"), True),
            Column(say("mobility.portfolio.unrenewed"), counted("unrenewed"), True),
            Column(say("mobility.portfolio.agreements"), counted("agreements"), True),
            Column(say("mobility.portfolio.before"), was, True),
        ],
        title=words.titled(
            run,
            say(
                "mobility.portfolio.title",
                count=asleep,
                total=int(rows["partners"].sum()),
                day=words.day(run),
            ),
        ),
        source=words.source(run, words.PORTFOLIO),
        notes=look_back(run),
        indicators=[words.PORTFOLIO, "asleep", "ending"],
        caveats=figures.caveats(run, [words.PORTFOLIO]),
        details=[say("mobility.portfolio.how"), *([say("mobility.portfolio.of_unit")] if run.unit else [])],
    )


def _before(run: Run) -> list[str] | None:
    """Return the partners of the period before by status, as cells; None where they are not known."""
    try:
        rows = partners.statuses(partners.in_force(run.registers, run.period.before()))
    except MissingFigure:
        return None
    return [run.text.number(n) for n in [*rows["partners"], rows["partners"].sum()]]


def look_back(run: Run) -> list[str]:
    """Say since when registers are held, where that is after the months looked back on begin."""
    if not partners.looks_back_too_far(run.registers, run.period, MULTIPLEX_MONTHS):
        return []
    since = locale.day(partners.known_since(run.registers), run.language)
    return [run.text("mobility.portfolio.look_back", since=since)]


@words.or_reason
def decisions(run: Run) -> Piece:
    """List the agreements that need a decision: those that end soon with active partners, then sleepers."""
    rows = partners.decisions(partners.in_force(run.registers, run.period))
    say = run.text
    if rows.empty:
        return pieces.text(words.titled(run, say("mobility.decisions.none", day=words.day(run))))
    ending, asleep = (rows[rows["reason"] == reason] for reason in (partners.EXPIRING, partners.ASLEEP))
    # Some places are kept for those that sleep, or a year of many ends would leave none.
    first = min(len(ending), max(_DECISIONS - _ASLEEP, _DECISIONS - len(asleep)))
    shown = pd.concat([ending.head(first), asleep.head(_DECISIONS - first)])
    names = words.partner_names(run)
    rest = len(rows) - len(shown)
    return tables.table(
        "mobility-decisions",
        [
            Column(say("mobility.decisions.partner"), [names.get(p, p) for p in shown["partner_id"]]),
            Column(
                say("mobility.decisions.end"),
                [locale.day(day.date(), run.language) for day in pd.to_datetime(shown["end_date"])],
            ),
            Column(say("mobility.decisions.why"), [_why(run, row) for row in shown.to_dict("records")]),
            Column(say("explained.partners.advice"), _advice(run, shown)),
            Column(
                say("mobility.decisions.kinds"),
                [", ".join(say(_KINDS[kind]) for kind in kinds) or say("none") for kinds in shown["kinds"]],
            ),
            Column(say("mobility.by.country_code"), [say.country(code) for code in shown["country_code"]]),
            Column(
                say("mobility.decisions.unit"),
                [figures.named(run, "unit", unit) for unit in shown["unit"]],
            ),
        ],
        title=words.titled(
            run, say("mobility.decisions.title", count=len(rows), ending=len(ending), asleep=len(asleep))
        ),
        source=words.source(run, words.PORTFOLIO),
        notes=[*([say("mobility.decisions.rest", count=rest)] if rest else []), *look_back(run)],
        indicators=[words.PORTFOLIO, "asleep", "ending"],
        caveats=figures.caveats(run, [words.PORTFOLIO]),
        details=[
            say("mobility.decisions.how"),
            say("explained.partners.advice_how", years=partners.REVIVABLE_YEARS),
        ],
    )


def _advice(run: Run, shown: pd.DataFrame) -> list[str]:
    """Say what is advised, with the reason that the table does not give elsewhere."""
    priority = partners.priorities(run.registers, run.period)
    advice = partners.advised(shown, priority, run.year)
    told = []
    for what, country in zip(advice, shown["country_code"], strict=True):
        has_priority = what == partners.REVIVE and country in priority
        told.append(run.text("explained.partners.revive_priority" if has_priority else _ADVICE[what]))
    return told


def _why(run: Run, row: dict[str, Any]) -> str:
    if row["reason"] == partners.EXPIRING:
        return run.text("mobility.decisions.expiring")
    if pd.isna(row["last_year"]):
        return run.text("mobility.decisions.never")
    return run.text("mobility.decisions.silent", year=int(row["last_year"]))
