"""An activity of the strategy in three sentences: where we stand, what explains it, what is owed next."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from .. import locale
from ..catalog import Indicator
from ..measures import cross, indicators
from ..measures.core import Figure, MissingFigure
from ..run import Run
from . import figures, persons, pieces
from .pieces import Piece

# How many groups a sentence names in each direction, and how many open actions.
_NAMED = 2
# The indicator that is computed from the register of actions.
ACTIONS = "GX.05"


def of(run: Run, areas: Sequence[str], codes: Sequence[str], by: str = "") -> Piece:
    """Say of activities of the strategy where they stand, what explains it and what is owed next.

    `areas` are the activities' codes (G1b), none for what has no actions of its own; `codes` the indicators
    that speak for them. The change of the first indicator against the year before is explained by the
    column `by` of its rows; without one, that of a ratio by what it is made of.
    """
    said = [
        (run.text("standing.now"), " ".join(now(run, code) for code in codes), codes),
        (run.text("standing.why"), why(run, codes[0], by), codes[:1]),
        (run.text("standing.owed"), " ".join(owed(run, areas)) if areas else "", [ACTIONS]),
    ]
    first = said[0][0]
    sentences = [
        (label, figures.marked(run, text, of, with_targets=label == first))
        for label, text, of in said
        if text
    ]
    return pieces.labelled(
        sentences, figures.caveats(run, [*codes, *([ACTIONS] if areas else [])]), indicators=codes
    )


# -- where we stand ------------------------------------------------------------------------------------


def now(run: Run, code: str) -> str:
    """Say an indicator's value, that of the year before, and its target with its status."""
    indicator = run.catalog.indicators[code]
    found, before = pair(run, code)
    name = indicator.name[run.language]
    if found.value is None:
        reason = figures.why_missing(run, code, found)
        return run.text("standing.missing", name=name, code=code, reason=reason)
    said = run.text(
        "standing.value",
        name=name,
        code=code,
        value=figures.linked(run, code, figures.written(run, indicator, found)),
        period=figures.period(run, run.period),
    )
    if before.value is not None:
        said += run.text(
            "standing.before",
            before=figures.written(run, indicator, before),
            period=figures.period(run, run.period.before()),
        )
    against = figures.against_target(run, code, found)
    if against:
        said += run.text("standing.target", target=against)
    return said + "."


def pair(run: Run, code: str) -> tuple[Figure, Figure]:
    """Return an indicator's figure of the period and of the one before, as they may be published."""
    return persons.figure(run, code), persons.figure(run, code, run.period.before())


# -- what explains it ----------------------------------------------------------------------------------


def why(run: Run, code: str, by: str = "") -> str:
    """Say what the change against the year before is made of, or that this cannot be said."""
    indicator = run.catalog.indicators[code]
    found, before = pair(run, code)
    name = indicator.name[run.language]
    if found.value is None or before.value is None:
        return run.text("standing.no_comparison", name=name)
    if code in indicators.computed():
        return run.text("standing.published")
    if by:
        return _groups(run, indicator, by)
    if indicator.denominator is not None and found.denominator and before.denominator:
        return _parts(run, indicator, found, before)
    return run.text("standing.no_parts", name=name)


def _parts(run: Run, indicator: Indicator, found: Figure, before: Figure) -> str:
    """Name what a ratio is made of, now and before: a share can rise because its base fell."""
    numerator, denominator = (
        run.catalog.variables[code] for code in (indicator.numerator, indicator.denominator or "")
    )

    counts = [found.numerator, before.numerator, found.denominator, before.denominator]
    of_persons = [numerator.person_count] * 2 + [denominator.person_count] * 2
    if any(
        person and persons.count(run, count or 0.0) is None
        for count, person in zip(counts, of_persons, strict=True)
    ):
        return run.text("standing.no_parts", name=indicator.name[run.language])
    return run.text(
        "standing.parts",
        numerator=numerator.name[run.language],
        numerator_now=figures.linked(run, indicator.code, counts[0]),
        numerator_before=counts[1],
        denominator=denominator.name[run.language],
        denominator_now=figures.linked(run, indicator.code, counts[2]),
        denominator_before=counts[3],
    )


def _groups(run: Run, indicator: Indicator, by: str) -> str:
    """Name the groups that changed most; a group too small to be published is never named."""
    try:
        found = [persons.by(run, indicator.code, by, of) for of in (run.period, run.period.before())]
    except MissingFigure:
        return run.text("standing.no_comparison", name=indicator.name[run.language])
    if any(one.is_rounded for one in found):
        return run.text("standing.no_parts", name=indicator.name[run.language])
    both = pd.concat([one.rows.set_index(by)["shown"] for one in found], axis=1, keys=["now", "before"])
    # A group that one of the years does not have is a true nought there, unless some are not named.
    for name, one in zip(both.columns, found, strict=True):
        absent = ~both.index.isin(one.rows[by])
        both.loc[absent, name] = float("nan") if one.is_partial else 0.0
    both = both.dropna()
    change = (both["now"] - both["before"]).sort_values(kind="stable")
    column = run.text(f"activities.by.{by}")
    code = indicator.code
    up = [_group(run, code, by, name, step) for name, step in change[change > 0].iloc[::-1][:_NAMED].items()]
    down = [_group(run, code, by, name, step) for name, step in change[change < 0][:_NAMED].items()]
    if not up and not down and (both.empty or any(one.is_partial for one in found)):
        return run.text("standing.no_parts", name=indicator.name[run.language])
    if not up and not down:
        return run.text("standing.unchanged", column=column)
    return run.text("standing.groups", column=column, groups=", ".join([*up, *down]))


def _group(run: Run, code: str, by: str, name: object, step: float) -> str:
    return f"{figures.named(run, by, name)} {figures.led(run, code, run.text.signed(step))}"


# -- what is owed next ---------------------------------------------------------------------------------


def owed(run: Run, areas: Sequence[str]) -> list[str]:
    """Name the open actions of activities: what is overdue at the period's end, and what is due next."""
    try:
        actions = cross.open_actions(run.registers, run.period)
    except MissingFigure as missing:
        reason = run.text(f"activities.reason.{missing.reason}")
        return [run.text("not_computed", reason=reason)]
    rows = actions[actions["activity"].isin(areas)]
    if rows.empty:
        return [run.text("standing.nothing_owed")]
    late, ahead = rows[rows["is_overdue"]], rows[~rows["is_overdue"]]
    said = []
    if len(late):
        listed = "; ".join(action(run, row) for row in late.head(_NAMED).to_dict("records"))
        count = figures.linked(run, f"overdue.{areas[0]}", len(late))
        said.append(run.text("standing.overdue", count=count, actions=listed))
    if len(ahead):
        first = action(run, ahead.to_dict("records")[0], area=areas[0])
        said.append(run.text("standing.next" if said else "standing.only", action=first))
    return said


def action(run: Run, row: dict[str, object], area: str = "") -> str:
    """Write an action with its owner and the day it is due, which leads to its card if an area is named."""
    due = day(run, pd.Timestamp(str(row["due_date"])).date())
    return run.text(
        "standing.action",
        title=row[f"title_{run.language}"],
        owner=owner(run, row),
        due=figures.linked(run, f"due.{area}", due) if area else due,
    )


def owner(run: Run, row: dict[str, object]) -> str:
    """Write the name of the unit that answers for an action."""
    return figures.named(run, "unit", row["owner_unit"])


def day(run: Run, due: date) -> str:
    """Write a day."""
    return locale.day(due, run.language)
