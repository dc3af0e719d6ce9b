"""Figures that were published and later restated: what leadership was told, what it is told now, and why."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from .. import locale
from ..measures.core import Period
from ..plan import ledger
from ..plan.ledger import Published, Restatement
from ..run import Run
from . import figures, pieces, tables
from .pieces import Piece
from .tables import Column


def restatements(run: Run) -> Piece:
    """Show every figure of the run's university that was restated: old value, new value, when and why.

    One ledger covers all editions, years and units. Where nothing was restated, the page says so, and out
    of how many figures. Raises NotHeld where there is no ledger.
    """
    rows = [row for row in ledger.read() if row.institution == run.institution.id]
    changes = ledger.restatements(rows)
    say = run.text
    if not changes:
        published = len(ledger.in_force(rows))
        return pieces.text(say("ledger.none", count=published) if published else say("ledger.empty"))
    return tables.table(
        "restatements",
        [
            Column(say("activities.code"), [change.new.indicator for change in changes]),
            Column(say("activities.indicator"), [_name(run, change.new) for change in changes]),
            Column(say("ledger.period"), [_period(run, change.new) for change in changes]),
            Column(say("ledger.old"), [value(run, change.old) for change in changes], True),
            Column(say("ledger.new"), [value(run, change.new) for change in changes], True),
            Column(say("ledger.on"), [_day(run, change.new) for change in changes]),
            Column(say("ledger.data"), [say(f"edition.{change.new.edition}") for change in changes]),
            Column(say("ledger.reason"), [change.reason for change in changes]),
        ],
        title=say("ledger.title", count=len(changes)),
        source=say("figure.source", sources=say("ledger.source")),
        notes=[say("ledger.note")],
    )


def restated(run: Run, codes: Sequence[str]) -> list[str]:
    """Return a sentence for each restatement of the named indicators that a page of the run can show.

    Those are figures of its university and unit, of its kind of period, up to its year.
    """
    half = "half-year" if run.period.half else "year"
    of_page = (run.institution.id, run.unit, half)
    return [
        _sentence(run, change)
        for change in ledger.restatements(ledger.read())
        if change.new.indicator in codes
        and (change.new.institution, change.new.unit, change.new.period) == of_page
        and change.new.year <= run.year
    ]


def _sentence(run: Run, change: Restatement) -> str:
    key = "ledger.sentence" if change.new.value_text else "ledger.sentence_withdrawn"
    return run.text(
        key,
        code=change.new.indicator,
        period=_period(run, change.new),
        old=value(run, change.old),
        new=value(run, change.new),
        first=_day(run, change.old),
        day=_day(run, change.new),
        reason=change.reason,
    )


def _name(run: Run, entry: Published) -> str:
    """Return an indicator's name; one that the catalogue has dropped is called by its code."""
    indicator = run.catalog.indicators.get(entry.indicator)
    return indicator.name[run.language] if indicator else entry.indicator


def _period(run: Run, entry: Published) -> str:
    period = figures.period(run, Period(entry.year, entry.period == "half-year"))
    unit = run.catalog.units.get(entry.unit)
    return f"{period} · {unit.name(run.language) if unit else entry.unit}" if entry.unit else period


def value(run: Run, entry: Published) -> str:
    """Write a value in the run's language, with the decimals that it was published with."""
    if not entry.value_text:
        return run.text("ledger.withdrawn")
    found = Decimal(entry.value_text)
    decimals = max(0, -int(found.as_tuple().exponent))
    if entry.unit_of_measure == "percent":
        return run.text.percent(float(found), decimals)
    number = run.text.number(float(found), decimals)
    return run.text(f"activities.unit.{entry.unit_of_measure}", value=number)


def _day(run: Run, entry: Published) -> str:
    return locale.day(date.fromisoformat(entry.published_on), run.language)
