"""The action calendar: what is to be done next, assembled from deadlines and from what the analysis found.

Each action has a day, who answers for it, the place on a page that shows why, and what it brings as far as
that can be said. Nothing is put in here by hand but the days that come back every year
(data/catalog/calendar.yml); a deadline that another page shows is taken from the same function as there.
Facts stay as they are, in no language; `present.actions` writes them.
"""

import calendar
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal

import pandas as pd
from pydantic import Field, model_validator

from .. import paths
from ..analysis import funnel
from ..catalog import Text
from ..errors import CatalogError, Phrase, WorkbookError
from ..measures import accreditation_calendar as due
from ..measures import partners
from ..measures.core import Period
from .assessment import Assessment
from .definitions import Definition, read
from .holding import parts

# What an action is about. On a day when several fall due, they stand in this order.
APPLY, MISSED, ASK = "apply", "missed", "ask"  # accreditations
RENEW, REVIEW, SLEEPING = "renew", "review", "sleeping"  # agreements
MONITORING, SUBMISSION = "monitoring", "submission"  # days that come back every year
FAIR, MARKETS, EXPECTED = "fair", "markets", "expected"
LEAK, WORSE, OPEN, BEHIND, PLAN = "leak", "worse", "open", "behind", "plan"
KINDS = (
    *(MISSED, APPLY, ASK, RENEW, REVIEW, SUBMISSION, MONITORING, FAIR, MARKETS, EXPECTED),
    *(SLEEPING, OPEN, WORSE, LEAK, BEHIND, PLAN),
)

# How far ahead the calendar looks.
MONTHS_AHEAD = 12

# A season is a run of months that each hold at least this share of the fairs begun.
SEASON_SHARE = 0.05


@dataclass(frozen=True)
class Gain:
    """What an action brings: `kind` says of what, `low` and `high` are a 95 % interval, None where exact.

    `kind` is `points` of the objective's performance, `programmes` that stay accredited, `up_to` so many
    programmes, `stays` a year with the partner, `registrations` a fair, `persons` of a cohort.
    """

    kind: Literal["points", "programmes", "up_to", "stays", "registrations", "persons"]
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Evidence:
    """Where the reason for an action can be read: a page, and the key of the prose above it.

    `code`: the figure whose card of provenance on that page is itself the reason; none: the section is.
    """

    page: str
    section: str
    code: str | None = None

    @property
    def anchor(self) -> str:
        """Return the section's identifier on the page."""
        return self.section.replace(".", "-").replace("_", "-")


@dataclass(frozen=True)
class Action:
    """One thing to do. `key` says what it is about, and stays the same from report to report.

    `owner` is a unit's code; `facts` fill the sentence that names the action; `codes` are the indicators that
    stand behind it; `cost` is in TRY, None where nothing is known of it. `about`: the day is not fixed.
    """

    kind: str
    key: str
    due: date
    owner: str
    goal: str
    evidence: Evidence
    codes: tuple[str, ...]
    facts: tuple[tuple[str, Any], ...] = ()
    gain: Gain | None = None
    cost: float | None = None
    about: bool = False

    @property
    def id(self) -> str:
        """Return an identifier that is the same in every language and report, and tells nothing by itself.

        What was to be applied for and is now missed is still the same action, so the kind is no part of it.
        """
        return f"action-{hashlib.sha256(self.key.encode()).hexdigest()[:20]}"

    def is_late(self, period: Period) -> bool:
        """Tell whether its day had passed at the period's end."""
        return self.due < period.end


# -- days that come back every year ----------------------------------------------------------------------


class Day(Definition):
    """A day that comes back every year, as `data/catalog/calendar.yml` says it."""

    code: str
    kind: Literal["monitoring", "submission"]
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    about: bool = False
    edition: int | None = None
    owner: str
    indicators: tuple[str, ...] = ()
    page: str
    section: str
    what: Text
    source: Text

    @model_validator(mode="after")
    def _edition(self) -> "Day":
        told = [text for text in (self.what.en, self.what.tr) if "{edition}" in text]
        if len(told) != (0 if self.edition is None else 2):
            raise ValueError("both texts name {edition} where an edition is given, and neither where none is")
        return self

    def of(self, year: int) -> date:
        """Return the day in a year; one beyond the month's end is its last."""
        return date(year, self.month, min(self.day, calendar.monthrange(year, self.month)[1]))


class Owners(Definition):
    """Units that answer for what the registers give no owner of."""

    markets: str
    fairs: str
    agreements: str
    accreditation: str
    targets: str


class Days(Definition):
    """The file of recurring days and owners."""

    owners: Owners
    dates: tuple[Day, ...]

    @model_validator(mode="after")
    def _once(self) -> "Days":
        codes = [day.code for day in self.dates]
        if len(codes) != len(set(codes)):
            raise ValueError("a code stands twice")
        return self

    def check(self, units: Mapping[str, object], pages: Sequence[str]) -> "Days":
        """Return the days; raise CatalogError where one names a unit or a page that is not there."""
        owners = [*self.owners.model_dump().values(), *(day.owner for day in self.dates)]
        strange = sorted({one for one in owners if one not in units})
        strange += sorted({day.page for day in self.dates if day.page not in pages})
        if strange:
            raise CatalogError(
                Phrase(
                    "data/catalog/calendar.yml names {names}, which the catalogue does not know.",
                    names=strange,
                ),
                remedy="Name units of data/reference/units.csv and pages of data/catalog/plan.yml.",
            )
        return self


def days() -> Days:
    """Return the recurring days and the owners of `data/catalog/calendar.yml`."""
    return read(Days, paths.data("catalog", "calendar.yml"))


def recurring(known: Days, period: Period, plan: range) -> list[Action]:
    """Return what comes back in the twelve months after the period; dates of the plan only in its years.

    The last year's evaluation falls into the year after the plan.
    """
    found = []
    for one in known.dates:
        for day in (one.of(period.end.year), one.of(period.end.year + 1)):
            of_plan = one.kind == SUBMISSION or day.year - 1 in plan or day.year in plan
            if not _ahead(period, day) or not of_plan:
                continue
            edition = None if one.edition is None else day.year + one.edition
            found.append(
                Action(
                    one.kind,
                    f"{one.code} {day.year}",
                    day,
                    one.owner,
                    "G3" if one.kind == SUBMISSION else "",
                    Evidence(one.page, one.section),
                    one.indicators,
                    (("what", (one.what.en, one.what.tr)), ("source", (one.source.en, one.source.tr)))
                    + ((("edition", edition),) if edition else ()),
                    about=one.about,
                )
            )
    return found


def _ahead(period: Period, day: date) -> bool:
    """Tell whether a day lies in the twelve months after the period's end."""
    last = pd.Timestamp(period.end) + pd.DateOffset(days=1, months=MONTHS_AHEAD) - pd.DateOffset(days=1)
    return period.end < day <= last.date()


def review_day(known: Days, period: Period) -> date:
    """Return the next date of the plan's monitoring, at which what has no day of its own is decided."""
    of_plan = [one for one in known.dates if one.kind == MONITORING]
    candidates = [one.of(year) for one in of_plan for year in (period.end.year, period.end.year + 1)]
    # A plan without monitoring dates decides within half a year.
    return min([day for day in candidates if day > period.end] or [period.end + timedelta(days=182)])


# -- accreditations --------------------------------------------------------------------------------------


def of_accreditations(rows: pd.DataFrame, period: Period, owner: str) -> list[Action]:
    """Return what falls due of accreditations, of `accreditation_calendar.calendar`.

    Applications due within twelve months and missed ones, by the last day to apply; where no such day is
    known and the term ends within these months, by the end of the term. What was filed or renewed asks for
    nothing. Each programme counts as one that stays accredited.
    """
    kinds = {due.MISSED: MISSED, due.SOON: APPLY, due.UNKNOWN: ASK}
    found = []
    for row in rows[rows["state"].isin(kinds)].to_dict("records"):
        kind = kinds[row["state"]]
        day = _day(row["end_date" if kind == ASK else "due_date"])
        if kind != MISSED and not _ahead(period, day):
            continue
        programme = str(row["programme_id"])
        found.append(
            Action(
                kind,
                f"accreditation {row['accreditation_id']}",
                day,
                str(row["unit"]) or owner,
                "G3",
                Evidence("topic_accreditation", "accreditation.calendar"),
                ("G3.08",),
                (
                    ("programme", programme),
                    ("track", str(row["language_track"])),
                    ("body", str(row["body"])),
                    ("end", _day(row["end_date"])),
                ),
                Gain("programmes", 1.0) if programme else None,
            )
        )
    return found


def of_unaccredited(rows: pd.DataFrame, day: date, owner: str) -> list[Action]:
    """Return one action for the eligible programmes that nothing is under way for, none where there is none.

    `rows` are those of `accreditation_calendar.unaccredited`.
    """
    free = rows[~rows["standing"].isin(due.UNDER_WAY)]
    if free.empty:
        return []
    return [
        Action(
            OPEN,
            f"programmes without accreditation {day.year}",
            day,
            owner,
            "G3",
            Evidence("topic_accreditation", "accreditation.open"),
            ("G3.06",),
            (("count", len(free)),),
            Gain("up_to", float(len(free))),
        )
    ]


# -- agreements --------------------------------------------------------------------------------------------


def of_agreements(
    rows: pd.DataFrame, flows: Mapping[str, Gain], period: Period, review: date, owner: str
) -> list[Action]:
    """Return what agreements ask for, of `partners.decisions`.

    One that ends within twelve months is renewed before its end, or, where its partner sleeps, renewed,
    revived or closed; the sleepers that go on for longer are one action together, on the day of the review.
    `flows` are the stays a year with a partner, by its code, where they may be said.
    """
    found, later = [], 0
    for row in rows.to_dict("records"):
        day, partner = _day(row["end_date"]), str(row["partner_id"])
        asleep = row["reason"] == partners.ASLEEP
        if not _ahead(period, day):
            later += int(asleep)
            continue
        since = row["last_year"]
        found.append(
            Action(
                REVIEW if asleep else RENEW,
                f"agreement {row['agreement_id']}",
                day,
                str(row["unit"]) or owner,
                "G3",
                Evidence("topic_mobility", "mobility.partners"),
                ("G3.16",) if asleep else ("G3.18",),
                (("partner", partner), ("since", None if pd.isna(since) else int(since))),
                flows.get(partner),
            )
        )
    if later:
        found.append(
            Action(
                SLEEPING,
                f"sleeping agreements {review.year}",
                review,
                owner,
                "G3",
                Evidence("topic_mobility", "mobility.partners"),
                ("G3.16",),
                (("count", later),),
            )
        )
    return found


# -- fairs ---------------------------------------------------------------------------------------------------


def seasons(months: Iterable[int]) -> list[tuple[int, int]]:
    """Return the seasons of fairs as first and last month, from the months in which past ones began.

    A season is a run of months that each hold at least 5 % of them; it may run over the turn of the year.
    """
    begun = list(months)
    busy = {month for month in range(1, 13) if begun and begun.count(month) >= SEASON_SHARE * len(begun)}
    if len(busy) in (0, 12):
        return [(1, 12)] if busy else []
    starts = sorted(month for month in busy if (month - 2) % 12 + 1 not in busy)
    found = []
    for start in starts:
        last = start
        while last % 12 + 1 in busy:
            last = last % 12 + 1
        found.append((start, last))
    return found


def of_fairs(
    fairs: pd.DataFrame, priority: Iterable[str], period: Period, owners: Owners, gain: Gain | None
) -> list[Action]:
    """Return the planned fairs of the next twelve months, and the priority countries that have none.

    `fairs` is the register; the latter are decided before the next season, which is read from the fairs that
    were attended up to the period's end. `cost` is the mean of those attended in the country in person or
    online, as planned, in TRY of their years; None where there was none.
    """
    began = pd.to_datetime(fairs["start_date"])
    by_now = fairs[(fairs["status"] == "attended") & (began <= pd.Timestamp(period.end))]
    # What was still planned on that day is known only of what has not happened since.
    is_ahead = began.map(lambda day: _ahead(period, day.date())).astype(bool)
    ahead = fairs[is_ahead & (fairs["status"] != "cancelled")]
    found = [
        Action(
            FAIR,
            f"fair {row['fair_id']}",
            _day(row["start_date"]),
            owners.fairs,
            "G1",
            Evidence("goal1_recognition", "goal1.fairs"),
            ("G1.05", "G1.06"),
            (("country", str(row["country_code"])), ("mode", str(row["mode"]))),
            gain,
            _mean_cost(by_now, str(row["country_code"]), str(row["mode"])),
        )
        for row in ahead.to_dict("records")
    ]
    bare, season = sorted(set(priority) - set(ahead["country_code"])), next_season(fairs, period)
    if bare and season:
        found.append(
            Action(
                MARKETS,
                f"priority countries without a fair {season}",
                season,
                owners.markets,
                "G1",
                Evidence("goal1_recognition", "goal1.fairs"),
                ("G1.14", "G1.05"),
                (("countries", tuple(bare)),),
                gain,
            )
        )
    return found


def next_season(fairs: pd.DataFrame, period: Period) -> date | None:
    """Return the day on which the next season of fairs begins, as those attended so far tell it."""
    began = pd.to_datetime(fairs["start_date"])
    past = began[(fairs["status"] == "attended") & (began <= pd.Timestamp(period.end))]
    years = (period.end.year, period.end.year + 1)
    days_ahead = [date(year, first, 1) for first, _ in seasons(past.dt.month) for year in years]
    return min((day for day in days_ahead if day > period.end), default=None)


def of_expectations(countries: Sequence[str], day: date, owner: str) -> list[Action]:
    """Return one action for the countries that send fewer than expected beyond chance, before the season.

    The largest gap comes first. What a fair or visit there would bring, the model does not say.
    """
    if not countries:
        return []
    return [
        Action(
            EXPECTED,
            f"countries below expectation {day}",
            day,
            owner,
            "G2",
            Evidence("topic_mobility", "mobility.expected"),
            ("G2.01",),
            (("countries", tuple(countries)),),
        )
    ]


def _mean_cost(fairs: pd.DataFrame, country: str, mode: str) -> float | None:
    alike = fairs[(fairs["country_code"] == country) & (fairs["mode"] == mode)]
    cost = alike["cost_try"].astype(float).mean()
    return None if pd.isna(cost) else float(cost)


# -- where a cohort is lost ------------------------------------------------------------------------------


def of_funnel(
    stages: Sequence[funnel.Stage], earlier: Sequence[funnel.Stage], year: int, day: date, owner: str
) -> list[Action]:
    """Return the stages at which a cohort of applications is lost, to be looked into by the review.

    One whose share fell against the cohort before, beyond chance; what it would bring to have the old share
    back is the difference times those who reached the stage, with Newcombe's interval. And the one that
    loses more than every other, beyond chance, of which no gain can be told. `year` is the cohort's.
    """
    by_name = {stage.name: stage for stage in stages}
    before = {stage.name: stage for stage in earlier}
    evidence = Evidence("goal2_accessibility", "goal2.explained")

    def action(kind: str, stage: funnel.Stage, was: float | None, gain: Gain | None) -> Action:
        facts = (("stage", stage.name), ("share", stage.share), ("before", was), ("cohort", year))
        return Action(
            kind, f"{kind} {stage.name} {year}", day, owner, "G2", evidence, ("G2.06",), facts, gain
        )

    found = []
    for one in funnel.against(stages, earlier):
        if one.p < funnel.LEVEL and one.difference < 0:
            stage = by_name[one.name]
            bounds = [-stage.of * bound for bound in (one.difference, one.high, one.low)]
            gain = Gain("persons", bounds[0], max(0.0, bounds[1]), bounds[2])
            found.append(action(WORSE, stage, before[one.name].share, gain))
    leak = funnel.leak(stages)
    if leak and leak.stands_out() and leak.stage.name not in {dict(one.facts)["stage"] for one in found}:
        found.append(action(LEAK, leak.stage, None, None))
    return found


# -- the plan ------------------------------------------------------------------------------------------------


def of_targets(
    assessed: Sequence[Assessment], pages: Mapping[str, str], day: date, owner: str
) -> list[Action]:
    """Return the indicators behind their targets at a year's end, with the points that meeting them brings.

    A cause and a measure are owed for each at the next monitoring date. Those without a figure are asked
    for it. `pages` are the goals' notebooks. Nothing at the half year, when the calendar alone is behind.
    """
    return [
        Action(
            BEHIND,
            f"target {part.line.entry.code} {one.year}",
            day,
            owner,
            one.card.goal,
            Evidence(
                pages[one.card.goal],
                f"{pages[one.card.goal].partition('_')[0]}.holding",
                part.line.entry.code,
            ),
            (part.line.entry.code,),
            (("missing", part.missing), ("year", one.year)),
            None if part.missing else Gain("points", part.points),
        )
        for one in assessed
        if not one.half
        for part in parts(one)
    ]


def of_register(rows: pd.DataFrame, period: Period) -> list[Action]:
    """Return the plan's own actions that are open, of `cross.open_actions`: overdue, or due in a year."""
    return [
        Action(
            PLAN,
            f"action {row['action_id']}",
            _day(row["due_date"]),
            str(row["owner_unit"]),
            str(row["goal"]),
            Evidence("overview", "overview.decisions"),
            ("GX.05",),
            (("what", (str(row["title_en"]), str(row["title_tr"]))),),
        )
        for row in rows.to_dict("records")
        if _day(row["due_date"]) <= period.end or _ahead(period, _day(row["due_date"]))
    ]


def _day(value: object) -> date:
    return pd.Timestamp(str(value)).date()


# -- together ------------------------------------------------------------------------------------------------


def assembled(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Return actions in the order of their days, each once.

    On a day, the order is that of KINDS, then the larger gain. Raises WorkbookError where two that differ
    have the same key, and where one shows no evidence.
    """
    ordered = sorted(
        dict.fromkeys(actions),
        key=lambda one: (one.due, KINDS.index(one.kind), -(one.gain.value if one.gain else 0.0), one.key),
    )
    blind = [one.key for one in ordered if not one.evidence.page or not one.evidence.section]
    if blind:
        raise WorkbookError(
            Phrase("An action shows no evidence: {action}.", action=blind[0]), expected="a page and a section"
        )
    ids = sorted(one.id for one in ordered)
    if any(one == other for one, other in pairwise(ids)):
        raise WorkbookError("Two actions of the calendar are about the same thing and differ.")
    return tuple(ordered)
