"""Whether applications rise after fairs and visits, or had risen before (analysis.event_study)."""

from functools import partial

import pandas as pd

from ..analysis import event_study
from ..analysis.event_study import Effect
from ..analysis.poisson import NotFitted
from ..measures import origins
from ..measures.core import NOT_BY_UNIT, MissingFigure
from ..run import Run
from . import charts, figures, pieces
from . import mobility_words as words
from .pieces import Column, Piece

_REGISTERS = ["applications", "fairs", "visits"]
_CODES = ["G1.05", "G1.08", "G2.06"]
_KINDS = {"fair": "explained.fairs.fair", "visit": "explained.fairs.visit"}
_STEPS = {
    -2: "explained.fairs.two_before",
    -1: "explained.fairs.one_before",
    0: "explained.fairs.same",
    1: "explained.fairs.one_after",
}
_VERDICTS = {
    "shown": "explained.fairs.shown",
    "before": "explained.fairs.before",
    "not_shown": "explained.fairs.not_shown",
}


@words.or_reason
def fairs_and_applications(run: Run) -> Piece:
    """Show how applications from a country differ around a fair or a visit there, and what that shows.

    Where the registers hold too little, it says what is missing, and until when it will be enough.
    """
    if run.unit:
        raise MissingFigure(NOT_BY_UNIT)
    say = run.text
    counts, events = origins.panel(run.registers, run.period)
    try:
        found = run.once(("event study", run.period), lambda: event_study.study(counts, events))
    except NotFitted as why:
        if why.reason == "too_few_years":
            enough = int(counts.columns[0]) + event_study.FEWEST_COLUMNS - 1
            reason = say("explained.not_fitted.until", known=len(counts.columns), year=enough)
        else:
            reason = say(f"explained.not_fitted.{why.reason}")
        return pieces.text(say("not_computed", reason=reason), kind="not_computed")
    return _chart(run, found)


def _chart(run: Run, found: list[Effect]) -> Piece:
    say = run.text
    rows = [(effect, step, row) for effect in found for step, row in effect.path.iterrows()]
    names = [
        say("explained.fairs.row", kind=say(_KINDS[effect.name]), step=say(_STEPS[step]))
        for effect, step, _ in rows
    ]
    frame = pd.DataFrame(
        {
            "label": names,
            "value": [row["estimate"] for *_, row in rows],
            "low": [row["low"] for *_, row in rows],
            "high": [row["high"] for *_, row in rows],
            "own": [step >= 0 for _, step, _ in rows],
        }
    )
    cells = [
        say("explained.fairs.change", change=row["estimate"], low=row["low"], high=row["high"])
        for *_, row in rows
    ]
    around = charts.Words(
        " ".join(_verdict(run, effect) for effect in found),
        say("explained.fairs.subtitle") + _counted(run, found),
        figures.of_registers(run, _REGISTERS, _CODES),
        [f"{name}: {cell}" for name, cell in zip(names, cells, strict=True)],
        [say("explained.fairs.read")],
        caveats=figures.caveats(run, _CODES),
        data=[Column(say("explained.fairs.when"), names), Column(say("explained.fairs.cells"), cells, True)],
        indicators=_CODES,
    )
    drawn = charts.intervals(
        frame,
        partial(_signed, run),
        around,
        reference=0.0,
        reference_label=say("explained.fairs.none"),
    )
    return pieces.with_details(
        drawn, [say("explained.fairs.how"), *(_tested(run, effect) for effect in found)]
    )


def _signed(run: Run, value: float) -> str:
    """Write a change in percent with its sign."""
    return ("+" if round(value) > 0 else "") + run.text.percent(value)


def _counted(run: Run, found: list[Effect]) -> str:
    """Say in how many countries each kind of event took place, and how often."""
    return "".join(
        run.text(
            "finding.n.placed",
            kind=run.text(_KINDS[effect.name]),
            places=effect.places,
            events=effect.events,
        )
        for effect in found
    )


def _verdict(run: Run, effect: Effect) -> str:
    row = effect.path.loc[0]
    return run.text(
        _VERDICTS[effect.verdict()],
        kind=run.text(_KINDS[effect.name]),
        change=row["estimate"],
        low=row["low"],
        high=row["high"],
    )


def _tested(run: Run, effect: Effect) -> str:
    return run.text(
        "explained.fairs.tested",
        kind=run.text(_KINDS[effect.name]),
        places=effect.places,
        events=effect.events,
        before=effect.before_p,
        after=effect.after_p,
    )
