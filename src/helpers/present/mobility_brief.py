"""What the page on mobility says first: at most five things that leadership can act on."""

import pandas as pd

from .. import locale
from ..measures import mobility as measures
from ..measures import partners
from ..measures.agreements import ACTIVE_MONTHS
from ..measures.core import MissingFigure
from ..run import Run
from . import figures, persons, pieces
from . import mobility_words as words
from .pieces import Piece

_MESSAGES = 5


@words.or_reason
def messages(run: Run) -> Piece:
    """Say at most five things that leadership can act on, each by a rule, in a fixed order.

    Whether more or fewer go; agreements with active partners that end; partners that sleep; credits not
    recognised; stays that do not count; graduates with a stay abroad. Where a rule finds nothing, nothing
    is said.
    """
    words.held(run, words.OUT)
    rules = (_on_flows, _on_ends, _on_sleepers, _on_recognition, _on_validity, _on_graduates)
    said = [sentence for rule in rules if (sentence := rule(run))][:_MESSAGES]
    if not said:
        return pieces.messages([words.titled(run, run.text("mobility.messages.nothing"))])
    return pieces.messages([words.titled(run, said[0]), *said[1:]])


def _on_flows(run: Run) -> str:
    say, period = run.text, words.academic_year(run.period)
    going, coming = (words.figure(run, code).value for code in words.WAYS.values())
    was = [words.figure(run, code, run.period.before()).value for code in words.WAYS.values()]
    if going is None or not any([going, coming, *was]):
        return ""
    out, back = figures.linked(run, words.OUT, going), figures.linked(run, words.BACK, coming)
    if coming is None:
        said = say("mobility.messages.flows_out", period=period, outgoing=out)
    else:
        said = say("mobility.messages.flows", period=period, outgoing=out, incoming=back)
    if was[0] is not None and was[1] is not None and coming is not None:
        said += " " + say("mobility.messages.change", outgoing=going - was[0], incoming=coming - was[1])
    elif was[0] is not None:
        said += " " + say("mobility.messages.change_out", outgoing=going - was[0])
    aimed, mark = words.aim(run, words.OUT)
    if aimed is not None and going >= aimed:
        said += " " + say("mobility.messages.reached", target=aimed, year=run.year, mark=mark)
    elif aimed is not None:
        said += " " + say(
            "mobility.messages.missed", target=aimed, year=run.year, gap=aimed - going, mark=mark
        )
    return figures.marked(run, said, [words.OUT])


def _on_ends(run: Run) -> str:
    try:
        rows = partners.decisions(partners.in_force(run.registers, run.period))
    except MissingFigure:
        return ""
    ending = rows[rows["reason"] == partners.EXPIRING]
    if ending.empty:
        return ""
    first = ending.iloc[0]
    said = run.text(
        "mobility.messages.ends",
        count=figures.linked(run, "ending", len(ending)),
        day=words.day(run),
        partner=words.partner_names(run).get(first["partner_id"], first["partner_id"]),
        country=run.text.country(first["country_code"]),
        end=locale.day(pd.Timestamp(first["end_date"]).date(), run.language),
    )
    return figures.marked(run, said, [words.PORTFOLIO])


def _on_sleepers(run: Run) -> str:
    """Name the partners that sleep, but not where the registers begin too late to know that they do."""
    try:
        rows = partners.statuses(partners.in_force(run.registers, run.period))
        unknown = partners.looks_back_too_far(run.registers, run.period, ACTIVE_MONTHS)
    except MissingFigure:
        return ""
    asleep = int(rows.set_index("status").loc[partners.DORMANT, "partners"])
    if not asleep or unknown:
        return ""
    total = int(rows["partners"].sum())
    count = figures.linked(run, "asleep", asleep)
    said = run.text("mobility.messages.sleepers", count=count, total=total, months=ACTIVE_MONTHS)
    return figures.marked(run, said, [words.PORTFOLIO])


def _on_recognition(run: Run) -> str:
    """Speak where the rate is below the year's target, or below that of the year before without one."""
    year, earned, recognised, _ = words.ects(run, run.period)
    _, earned_before, recognised_before, _ = words.ects(run, run.period.before())
    if not earned > recognised:
        return ""
    share, before = 100 * recognised / earned, 100 * recognised_before / earned_before
    aimed, mark = words.aim(run, words.RATE)
    say, rate = run.text, figures.linked(run, words.RATE, share)
    numbers = {"lost": earned - recognised, "earned": earned, "share": rate}
    period = f"{year}-{year + 1}"
    if aimed is not None and round(share, 1) < aimed:
        said = say("mobility.messages.recognition_target", period=period, target=aimed, mark=mark, **numbers)
    elif aimed is None and round(share, 1) < round(before, 1):
        said = say("mobility.messages.recognition_fell", period=period, before=before, **numbers)
    else:
        return ""
    return figures.marked(run, said, [words.RATE])


def _on_validity(run: Run) -> str:
    """Speak of stays that do not count where there are enough of them to be published."""
    count = persons.number(run, measures.uncounted_stays)
    if not count:
        return ""
    counted = figures.linked(run, "uncounted", count)
    said = run.text("mobility.messages.validity", period=words.academic_year(run.period), count=counted)
    return figures.marked(run, said, [words.OUT])


def _on_graduates(run: Run) -> str:
    found, before = (
        words.figure(run, words.GRADUATES),
        words.figure(run, words.GRADUATES, run.period.before()),
    )
    if found.value is None:
        return ""
    share = figures.linked(run, words.GRADUATES, found.value)
    said = run.text("mobility.messages.graduates", period=words.academic_year(run.period), share=share)
    if before.value is not None:
        said += " " + run.text("mobility.messages.graduates_before", share=before.value)
    aimed, mark = words.aim(run, words.GRADUATES)
    if aimed is not None:
        said += " " + run.text("mobility.messages.graduates_target", target=aimed, year=run.year, mark=mark)
    return figures.marked(run, said, [words.GRADUATES])
