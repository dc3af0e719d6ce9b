"""The risk register of a goal card beside what the data say of each risk."""

from ..measures.core import MissingFigure
from ..plan import performance
from ..plan.cards import Risk
from ..run import Run
from . import figures, messages, persons, pieces, standing, tables
from .pieces import Piece
from .tables import Column

# What the data say of a risk, the gravest first.
_WARNING, _WATCH, _CALM, _PARTLY, _UNKNOWN = "warning", "watch", "calm", "partly", "unknown"
_SIGNS = {
    _WARNING: "risks.sign.warning",
    _WATCH: "risks.sign.watch",
    _CALM: "risks.sign.calm",
    _PARTLY: "risks.sign.partly",
    _UNKNOWN: "risks.sign.unknown",
}
# A change of less than a tenth of the year before is within what a year brings.
_WORSE = 0.1


def register(run: Run, goal: str) -> Piece:
    """Show each risk of a goal's cards with its response, the figures that watch it and what they say."""
    try:
        chosen = [card for card in run.cards if card.goal == goal]
    except MissingFigure as missing:
        reason = run.text(f"activities.reason.{missing.reason}")
        return pieces.text(run.text("not_computed", reason=reason), kind="not_computed")
    # The parts of a split goal share the goal's risks.
    risks = list(dict.fromkeys(risk for card in chosen for risk in card.risks))
    if not risks:
        return pieces.text(run.text("risks.none"))
    codes = list(dict.fromkeys(code for risk in risks for code in risk.watched_by))
    signs = [sign(run, risk) for risk in risks]
    say = run.text
    judged = any(risk.level is not None for risk in risks)
    notes = [say("risks.proposed")] if any(risk.placeholder for risk in risks) else []
    notes += [] if judged else [say("risks.not_judged")]
    notes += [say("risks.half_year")] if run.period.half else []
    return tables.table(
        f"risks-{goal}",
        [
            Column(say("risks.risk"), [risk[run.language] for risk in risks]),
            *(
                [Column(say("risks.level"), [_level(run, risk) for risk in risks], True)]
                if judged
                else []
            ),
            Column(say("risks.sign_title"), [say(_SIGNS[found]) for found in signs]),
            Column(say("risks.data"), [_said(run, risk) for risk in risks]),
            Column(
                say("risks.response"),
                [say("none") if risk.response is None else risk.response[run.language] for risk in risks],
            ),
        ],
        title=say("risks.title", warning=signs.count(_WARNING), count=len(risks)),
        source=figures.source(run, codes),
        notes=[*notes, *figures.target_notes(run, codes)],
        caveats=figures.caveats(run, codes, with_targets=True),
        details=[say("risks.how")],
        indicators=codes,
    )  # fmt: skip


def sign(run: Run, risk: Risk) -> str:
    """Say what the data show of a risk by the worst of the indicators that watch it.

    `warning`: one is a tenth or more worse than the year before, or in the lowest band against its target;
    `watch`: one is short of its target; `calm`: none is; `unknown`: none has a figure to be held against;
    `partly`: some have none, and the others show nothing.
    """
    every = [_of_indicator(run, code) for code in risk.watched_by]
    found = [one for one in every if one != _UNKNOWN]
    worst = min(found, key=[_WARNING, _WATCH, _CALM].index, default=_UNKNOWN)
    return _PARTLY if worst == _CALM and _UNKNOWN in every else worst


def _of_indicator(run: Run, code: str) -> str:
    figure = persons.figure(run, code)
    if figure.value is None:
        return _UNKNOWN
    # Where a change says nothing (lira, fewer than five, a year read anew) there is none.
    gains = list(messages.changes(run, [code])["gain"])
    # At the half year the calendar alone is behind the targets of the year's end.
    aimed = None if run.period.half else figures.scored(run, code, figure)
    raw = aimed.raw if aimed else None
    lowest = performance.scale().bands[-2].at_least
    if any(gain <= -_WORSE for gain in gains) or (raw is not None and lowest is not None and raw < lowest):
        return _WARNING
    if raw is not None and raw < 100:
        return _WATCH
    # A level alone, without a year before or a target, tells of no change.
    return _UNKNOWN if not gains and raw is None else _CALM


def _said(run: Run, risk: Risk) -> str:
    return " ".join(standing.now(run, code) for code in risk.watched_by) or run.text("risks.unwatched")


def _level(run: Run, risk: Risk) -> str:
    return run.text("none") if risk.level is None else run.text.number(risk.level)
