"""What next: the action calendar on a page, as a table of the documents and as a calendar file.

What holds a goal back and the risks of its card have modules of their own; notebooks find them here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean
from typing import Any

from .. import locale
from ..analysis import funnel, intervals
from ..analysis.poisson import NotFitted
from ..measures import accreditation_calendar, cohorts, cross, partners, promotion, prospects
from ..measures.core import MissingFigure, Period
from ..plan import actions as plan
from ..plan.actions import Action, Gain
from ..plan.calendar_file import Entry, ics
from ..plan.tables import Cell, Section, Table
from ..run import Run
from ..texts import links
from . import (
    accreditation_words,
    cards,
    charts,
    explained_countries,
    figures,
    mobility_words,
    persons,
    pieces,
    standing,
    tables,
)
from .holding import most as most_held_back
from .holding import of_goal as held_back
from .holding import ways
from .pieces import Piece
from .risks import register as risks
from .tables import Column

__all__ = ["by_month", "file", "held_back", "most_held_back", "of_goal", "risks", "table", "upcoming", "ways"]

# Rows on the overview and on the page of a goal; the documents hold all.
_NEXT, _OF_GOAL = 8, 12
# The stages of a cohort that one year knows.
_COHORT: tuple[cohorts.Stage, ...] = ("applied", "eligible", "offered", "registered")
# How many countries a sentence lists.
_COUNTRIES = 6


@dataclass(frozen=True)
class Calendar:
    """The actions of a run in the order of their days, and the registers that could not be asked.

    `missing` are sources of the calendar with the reason why each says nothing.
    """

    actions: tuple[Action, ...]
    missing: tuple[tuple[str, str], ...]


# -- assembling ------------------------------------------------------------------------------------------


def calendar(run: Run) -> Calendar:
    """Assemble the calendar of a run's period; in a batch once for all notebooks and both languages."""
    return run.once(("action calendar", run.period), lambda: _assembled(run))


def _assembled(run: Run) -> Calendar:
    known = plan.days().check(run.catalog.units, run.catalog.plan.pages)
    owners, period, registers = known.owners, run.period, run.registers
    review = plan.review_day(known, period)
    sources: dict[str, Callable[[], list[Action]]] = {
        "accreditation": lambda: plan.of_accreditations(
            accreditation_calendar.calendar(registers, period), period, owners.accreditation
        ),
        "programmes": lambda: plan.of_unaccredited(
            accreditation_calendar.unaccredited(registers, period), review, owners.accreditation
        ),
        "agreements": lambda: _of_agreements(run, review, owners.agreements),
        "fairs": lambda: plan.of_fairs(
            registers["fairs"], _priority(run), period, owners, _of_a_fair(run)
        ),
        "cohorts": lambda: _of_cohorts(run, review, owners.markets),
        "countries": lambda: _of_expectations(run, owners.markets),
        "actions": lambda: plan.of_register(cross.open_actions(registers, period), period),
        "targets": lambda: _of_plan(run, known, review),
    }  # fmt: skip
    found: list[Action] = []
    missing: list[tuple[str, str]] = []
    for name, source in sources.items():
        try:
            found += source()
        except MissingFigure as why:
            missing.append((name, why.reason))
    return Calendar(plan.assembled(_placed(run, one) for one in found), tuple(missing))


def _placed(run: Run, action: Action) -> Action:
    """Give an action the goal that its indicators belong to here, and a page that is there."""
    goals, known = run.catalog.goals, run.catalog.indicators
    of = next((known[code].goal for code in action.codes if code in known), action.goal)
    goal = of if action.goal and action.goal not in goals else action.goal
    evidence = action.evidence
    if goal in goals and evidence.page not in run.catalog.plan.pages:
        evidence = replace(evidence, page=goals[goal].page)
    return replace(action, goal=goal, evidence=evidence)


def _of_plan(run: Run, known: plan.Days, review: date) -> list[Action]:
    """Return the days that come back, and the targets that are behind; raises MissingFigure without cards."""
    span = run.cards[0].years if run.cards else range(0)
    pages = {code: goal.page for code, goal in run.catalog.goals.items()}
    try:
        assessed = cards.assessed(run)
    except cards.NoCard:
        assessed = ()  # a year outside the plan's
    behind = plan.of_targets(assessed, pages, review, known.owners.targets)
    return [*plan.recurring(known, run.period, span), *behind]


def _priority(run: Run) -> list[str]:
    try:
        return list(promotion.priority_countries(run.registers, run.period)["country_code"])
    except MissingFigure:
        return []


def _of_agreements(run: Run, review: date, owner: str) -> list[Action]:
    rows = partners.decisions(partners.in_force(run.registers, run.period))
    asleep = rows.loc[rows["reason"] == partners.ASLEEP, "partner_id"]
    return plan.of_agreements(rows, _flows(run, asleep), run.period, review, owner)


def _of_cohorts(run: Run, review: date, owner: str) -> list[Action]:
    now = _stages(run, run.period)
    try:
        earlier = _stages(run, run.period.before())
    except MissingFigure:
        earlier = []  # the register begins with this cohort
    return plan.of_funnel(now, earlier, run.period.academic_year, review, owner)


def _stages(run: Run, cohort: Period) -> list[funnel.Stage]:
    """Return the stages of a cohort whose shares may be told, from application to registration."""
    found = []
    for before, stage in pairwise(_COHORT):
        base, count = (
            persons.number(run, cohorts.Reached(name, run.period.academic_year), cohort)
            for name in (before, stage)
        )
        # A share that leaves few on either side of it would tell of them.
        if base is not None and count is not None and persons.share(run, count, base) is not None:
            found += funnel.stages([(before, base), (stage, count)])
    return found


def _of_expectations(run: Run, owner: str) -> list[Action]:
    season = plan.next_season(run.registers["fairs"], run.period)
    try:
        below = explained_countries.surely_below(run, "students")
    except NotFitted:
        return []  # the page on mobility says why
    return plan.of_expectations(below, season, owner) if season else []


def _flows(run: Run, asleep: Iterable[str]) -> dict[str, Gain]:
    """Return the yearly stays with each partner, where there were enough of them to be told."""
    rows = prospects.stays_of_partners(run.registers, run.period, asleep)
    found = {}
    for row in rows.itertuples():
        stays = persons.count(run, float(row.stays))
        if stays:
            low, high = intervals.poisson(int(stays))
            found[str(row.partner_id)] = Gain("stays", stays / row.years, low / row.years, high / row.years)
    return found


def _of_a_fair(run: Run) -> Gain | None:
    """Return what a fair brought on the mean of three years, where that may be told."""
    try:
        counts = [float(n) for n in prospects.registrations_by_fair(run.registers, run.period)]
        shown = [
            persons.number(run, "fair_registrations", run.period.before(back))
            for back in range(prospects.FAIR_YEARS)
        ]
    except MissingFigure:
        return None
    interval = intervals.mean(counts)
    if interval is None or None in shown or not persons.has_mean(run, sum(counts)):
        return None
    return Gain("registrations", fmean(counts), max(0.0, interval[0]), interval[1])


# -- wording -----------------------------------------------------------------------------------------------

_WHAT = {
    plan.MISSED: "actions.what.missed",
    plan.APPLY: "actions.what.apply",
    plan.ASK: "actions.what.ask",
    plan.RENEW: "actions.what.renew",
    plan.REVIEW: "actions.what.review",
    plan.SLEEPING: "actions.what.sleeping",
    plan.FAIR: "actions.what.fair",
    plan.MARKETS: "actions.what.markets",
    plan.OPEN: "actions.what.open",
    plan.EXPECTED: "actions.what.expected",
    plan.WORSE: "actions.what.worse",
    plan.LEAK: "actions.what.leak",
    plan.BEHIND: "actions.what.behind",
}
_GAIN = {
    "points": "actions.gains.points",
    "programmes": "actions.gains.programmes",
    "up_to": "actions.gains.up_to",
    "stays": "actions.gains.stays",
    "registrations": "actions.gains.registrations",
    "persons": "actions.gains.persons",
}

_STAGES = {
    "eligible": "actions.stage.eligible",
    "offered": "actions.stage.offered",
    "registered": "actions.stage.registered",
}
# What a source of the calendar is called where it says nothing.
_SOURCES = {
    "accreditation": "actions.source.accreditation",
    "programmes": "actions.source.programmes",
    "agreements": "actions.source.agreements",
    "fairs": "actions.source.fairs",
    "cohorts": "actions.source.cohorts",
    "countries": "actions.source.countries",
    "actions": "actions.source.actions",
    "targets": "actions.source.targets",
}


@dataclass(frozen=True)
class _Names:
    """Names that actions are worded with: of programmes and of partners."""

    programmes: Mapping[str, str]
    partners: Mapping[str, str]


def _names(run: Run, actions: Sequence[Action]) -> _Names:
    """Return the names that these actions need."""
    about = {name for action in actions for name, _ in action.facts}
    return _Names(
        accreditation_words.names(run) if "programme" in about else {},
        mobility_words.partner_names(run) if "partner" in about else {},
    )


def what(run: Run, names: _Names, action: Action) -> str:
    """Say what is to be done."""
    facts = dict(action.facts)
    if "what" in facts:
        said = _in_language(run, facts["what"])
        return said.replace("{edition}", str(facts["edition"])) if "edition" in facts else said
    if action.kind == plan.BEHIND:
        return _behind(run, action.codes[0], facts)
    if action.kind == plan.REVIEW and facts["since"] is None:
        return run.text("actions.what.never", partner=names.partners.get(facts["partner"], facts["partner"]))
    return run.text(_WHAT[action.kind], **_written(run, names, facts))


def _in_language(run: Run, pair: tuple[str, str]) -> str:
    english, turkish = pair
    return turkish if run.language == "tr" else english


def _written(run: Run, names: _Names, facts: Mapping[str, Any]) -> dict[str, object]:
    writers: dict[str, Callable[[Any], object]] = {
        "programme": lambda code: names.programmes.get(code, code),
        "partner": lambda code: names.partners.get(code, code),
        "body": accreditation_words.body,
        "end": lambda day: standing.day(run, day),
        "country": run.text.country,
        "countries": lambda codes: _countries(run, codes),
        "mode": lambda mode: figures.named(run, "mode", mode),
        "stage": lambda stage: run.text(_STAGES[stage]),
        "cohort": lambda year: mobility_words.academic_year(Period(year)),
        "share": lambda share: run.text.percent(100 * share),
        "before": lambda share: "" if share is None else run.text.percent(100 * share),
    }
    return {name: writers[name](value) if name in writers else value for name, value in facts.items()}


def _countries(run: Run, codes: Sequence[str]) -> str:
    names = sorted((run.text.country(code) for code in codes), key=locale.sort_key)
    more = len(names) - _COUNTRIES
    listed = ", ".join(names[:_COUNTRIES])
    return run.text("actions.and_more", listed=listed, count=more) if more > 0 else listed


def _behind(run: Run, code: str, facts: Mapping[str, Any]) -> str:
    name = run.catalog.indicators[code].name[run.language]
    if facts["missing"]:
        return run.text("actions.what.unknown", indicator=name, code=code, year=facts["year"])
    found = persons.figure(run, code)
    return run.text(
        "actions.what.behind",
        indicator=name,
        code=code,
        value=figures.written(run, run.catalog.indicators[code], found),
        target=figures.against_target(run, code, found),
    )


def when(run: Run, action: Action) -> str:
    """Write the day of an action, and whether it is past or not fixed."""
    day = standing.day(run, action.due)
    if action.is_late(run.period):
        return run.text("actions.late", day=day)
    return run.text("actions.about", value=day) if action.about else day


def gain(run: Run, action: Action) -> str:
    """Say what an action brings, with the interval where it is no exact figure."""
    found = action.gain
    if found is None:
        return run.text("actions.not_known")
    # Bounds that are not there are not in the text of that kind either.
    low, high = (0.0 if bound is None else bound for bound in (found.low, found.high))
    return run.text(_GAIN[found.kind], value=found.value, low=low, high=high)


def cost(run: Run, action: Action) -> str:
    """Write what an action costs, as far as past ones tell."""
    if action.cost is None:
        return run.text("actions.not_known")
    return run.text(
        "actions.about", value=run.text("activities.unit.try", value=run.text.number(action.cost))
    )


def owner(run: Run, action: Action) -> str:
    """Name the unit that answers for an action."""
    return figures.named(run, "unit", action.owner)


def link(action: Action) -> str:
    """Return the address of an action's evidence, from a page or document beside it.

    That is the figure's card of provenance where the figure is the reason, else the section that shows it.
    """
    shown = action.evidence
    return f"{shown.page}.html#{links.anchor(shown.code) if shown.code else shown.anchor}"


def _codes(actions: Sequence[Action]) -> list[str]:
    return list(dict.fromkeys(code for action in actions for code in action.codes))


# -- on a page ---------------------------------------------------------------------------------------------


def upcoming(run: Run) -> Piece:
    """Show the first of the calendar: deadlines and findings; the plan's own actions stand elsewhere."""
    found = calendar(run)
    listed = [one for one in found.actions if one.kind != plan.PLAN]
    own = len(found.actions) - len(listed)
    say = run.text
    counts = [(goal, sum(one.goal == goal for one in listed)) for goal in run.catalog.goals]
    by_goal = ", ".join(say("actions.of_goal", goal=goal, count=count) for goal, count in counts if count)
    notes = [say("actions.by_goal", goals=by_goal)] if len(listed) > _NEXT and by_goal else []
    notes += [say("actions.own", count=own)] if own else []
    return _shown(run, "actions", found, listed, _NEXT, notes)


def by_month(run: Run) -> Piece:
    """Show how many actions fall due, by goal and month, the plan's own among them."""
    found, say, end = calendar(run).actions, run.text, run.period.end
    if not found:
        return pieces.text(say("months.none"))
    months = [divmod(end.year * 12 + end.month + ahead, 12) for ahead in range(plan.MONTHS_AHEAD)]
    goals = [goal for goal in ("", *run.catalog.goals) if any(one.goal == goal for one in found)]
    names = [_theme(run, goal) for goal in goals]
    counts = [_counted([one for one in found if one.goal == goal], run.period, months) for goal in goals]
    whole = [
        say("months.month", month=locale.month(month + 1, run.language), year=year) for year, month in months
    ]
    heads = [say("months.until", day=standing.day(run, end)), *whole]
    totals = [sum(column) for column in zip(*counts, strict=True)]
    codes = _codes(found)
    words = charts.Words(
        title=_busiest(run, whole, totals),
        subtitle=say(
            "months.subtitle",
            day=standing.day(run, end),
            count=len(found),
            own=sum(one.kind == plan.PLAN for one in found),
        ),
        source=figures.source(run, codes),
        points=[
            say("months.point", month=name, count=total)
            for name, total in zip(heads, totals, strict=True)
            if total
        ],
        notes=[
            say("months.undated", day=standing.day(run, plan.review_day(plan.days(), run.period))),
            *_missing(run, calendar(run)),
            *figures.target_notes(run, codes),
        ],
        caveats=figures.caveats(run, codes, with_targets=True),
        data=[
            Column(say("months.when"), heads),
            *(
                Column(name, [say.number(count) for count in row], True)
                for name, row in zip(names, counts, strict=True)
            ),
            Column(say("months.all"), [say.number(total) for total in totals], True),
        ],
        indicators=codes,
    )
    short = [
        (f"{year}\n" if not place or not month else "") + locale.month(month + 1, run.language, short=True)
        for place, (year, month) in enumerate(months)
    ]
    return charts.months([*names, say("months.all")], [*counts, totals], [heads[0], *short], words)


def _counted(actions: Sequence[Action], period: Period, months: Sequence[tuple[int, int]]) -> list[int]:
    """Count actions: those due by the period's end, then those of each month after it (month from nought)."""
    due = [one.due for one in actions if one.due > period.end]
    return [
        len(actions) - len(due),
        *(sum((day.year, day.month - 1) == month for day in due) for month in months),
    ]


def _theme(run: Run, goal: str) -> str:
    if not goal:
        return run.text("months.plan")
    return run.text("months.goal", goal=goal, name=run.catalog.goals[goal].name[run.language])


def _busiest(run: Run, months: Sequence[str], totals: Sequence[int]) -> str:
    """Say in which month most falls due, and what is still open; `totals` begin with the latter."""
    still, most = totals[0], max(totals[1:])
    busy = [month for month, total in zip(months, totals[1:], strict=True) if total == most]
    key = "months.title_none" if not most else "months.title" if len(busy) == 1 else "months.title_even"
    said = run.text(key, month=busy[0], count=most, total=sum(totals))
    return said + (
        run.text("months.still", count=still, day=standing.day(run, run.period.end)) if still else ""
    )


def of_goal(run: Run, goal: str) -> Piece:
    """Show the actions of a goal in the order of their days."""
    found = calendar(run)
    listed = [one for one in found.actions if one.goal == goal]
    more = len(listed) - _OF_GOAL
    notes = [run.text("actions.more", count=more)] if more > 0 else []
    return _shown(run, f"actions-{goal}", found, listed, _OF_GOAL, notes)


def _shown(
    run: Run, key: str, found: Calendar, listed: Sequence[Action], most: int, notes: Sequence[str]
) -> Piece:
    say, day = run.text, standing.day(run, run.period.end)
    missing = _missing(run, found)
    if not listed:
        return pieces.text(" ".join([say("actions.none", day=day), *missing]))
    shown = listed[:most]
    names = _names(run, shown)
    known = any(one.cost is not None for one in shown)
    costs = Column(say("actions.cost"), [cost(run, one) for one in shown]) if known else None
    title = say(
        "actions.title" if len(listed) > len(shown) else "actions.title_all",
        shown=len(shown),
        count=len(listed),
        late=sum(one.is_late(run.period) for one in listed),
        day=day,
    )
    return tables.table(
        key,
        [
            Column(say("actions.when"), [when(run, one) for one in shown]),
            Column(say("actions.do"), [what(run, names, one) for one in shown]),
            Column(say("actions.who"), [owner(run, one) for one in shown]),
            Column(say("actions.gain"), [gain(run, one) for one in shown]),
            *([] if costs is None else [costs]),
            Column(
                say("actions.evidence"),
                [say(f"site.{one.evidence.page}") for one in shown],
                links=[link(one) for one in shown],
            ),
        ],
        title=title,
        source=figures.source(run, _codes(shown)),
        notes=[
            *notes,
            *([] if known else [say("actions.no_cost")]),
            *missing,
            *figures.target_notes(run, _codes(shown)),
        ],
        caveats=figures.caveats(run, _codes(shown), with_targets=True),
        details=[say("actions.how"), *_sources(run, shown)],
        indicators=_codes(shown),
    )


def _missing(run: Run, found: Calendar) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for name, reason in found.missing:
        reasons.setdefault(reason, []).append(run.text(_SOURCES[name]))
    return [
        run.text(
            "actions.missing", names="; ".join(names), reason=run.text(f"activities.reason.{reason}")
        )
        for reason, names in reasons.items()
    ]  # fmt: skip


def _sources(run: Run, shown: Sequence[Action]) -> list[str]:
    """Name where the days that are not in a register are known from."""
    told: dict[str, list[str]] = {}
    for one in shown:
        if one.about:
            source = _in_language(run, dict(one.facts)["source"])
            told.setdefault(source, []).append(what(run, _Names({}, {}), one))
    return [
        run.text("actions.known_from", actions="; ".join(named), source=source)
        for source, named in told.items()
    ]


# -- as files ----------------------------------------------------------------------------------------------


def is_generated(run: Run, action: Action) -> bool:
    """Tell whether an action rests on demonstration data."""
    return bool(figures.caveats(run, action.codes, with_targets=True))


def table(run: Run) -> Table | None:
    """Return the whole calendar as a table for a spreadsheet; None where there is no action."""
    found, say = calendar(run), run.text
    names = _names(run, found.actions)
    if not found.actions:
        return None
    rows = tuple(
        (
            Cell(links.bare(what(run, names, one))),
            Cell(one.due, "day"),
            Cell(_state(run, one)),
            Cell(owner(run, one)),
            Cell(one.goal),
            Cell(gain(run, one)),
            Cell(one.cost, "number"),
            Cell(f"{say(f'site.{one.evidence.page}')} ({link(one)})"),
            Cell(say("site.demonstration") if is_generated(run, one) else ""),
        )
        for one in found.actions
    )
    columns = (
        *(say("actions.do"), say("actions.when"), say("actions.state"), say("actions.who")),
        *(say("overview.goal"), say("actions.gain"), say("actions.cost_try")),
        *(say("actions.evidence"), say("actions.data")),
    )
    marked = any(is_generated(run, one) for one in found.actions)
    mark = f" · {say('site.demonstration')}" if marked else ""
    caveats = figures.caveats(run, _codes(found.actions), with_targets=True)
    notes = (*caveats.values(), *_missing(run, found), *_sources(run, found.actions))
    key, title = say("actions.sheet"), say("actions.calendar", name=run.name, of=_of(run))
    return Table(key, title + mark, run.language, (), (Section(columns, rows),), notes=notes)


def entries(run: Run) -> list[Entry]:
    """Return the calendar as entries of a calendar file, each marked where it rests on demonstration data.

    What is overdue stands on the day after the report, for nobody looks for work in the past.
    """
    found, say = calendar(run), run.text
    names = _names(run, found.actions)
    made = []
    for one in found.actions:
        late, generated = one.is_late(run.period), is_generated(run, one)
        said = links.bare(what(run, names, one))
        lines = [
            say("actions.line", label=say("actions.when"), text=when(run, one)),
            say("actions.line", label=say("actions.who"), text=owner(run, one)),
            say("actions.line", label=say("actions.gain"), text=gain(run, one)),
            say("actions.line", label=say("actions.cost"), text=cost(run, one)),
            say("actions.line", label=say("actions.evidence"), text=say(f"site.{one.evidence.page}")),
            *figures.caveats(run, one.codes, with_targets=True).values(),
        ]
        marks = [say("site.demonstration")] if generated else []
        marks += [say("actions.overdue")] if late else []
        made.append(
            Entry(
                one.id,
                run.period.end + timedelta(days=1) if late else one.due,
                f"[{' · '.join(marks)}] {said}" if marks else said,
                "\n".join(lines),
                link(one),
                tuple(part for part in (one.goal, *marks) if part),
            )
        )
    return made


def file(run: Run) -> bytes | None:
    """Return the calendar file; None where there is no action."""
    found = entries(run)
    if not found:
        return None
    name = run.text("actions.calendar", name=run.name, of=_of(run))
    return ics(found, name, run.institution.id, run.period.end, run.language)


def _of(run: Run) -> str:
    return figures.period(run, run.period)


def _state(run: Run, action: Action) -> str:
    if action.is_late(run.period):
        return run.text("actions.overdue")
    return run.text("actions.not_fixed") if action.about else ""
