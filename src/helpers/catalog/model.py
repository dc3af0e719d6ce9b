"""What each definition may say. Unknown keys are refused, so a misspelt one cannot pass unseen."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..errors import Phrase


class _Definition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Definition):
    """One text in both languages."""

    en: str
    tr: str

    def __getitem__(self, language: str) -> str:
        return self.tr if language == "tr" else self.en


class Caveat(Text):
    """A doubt that travels with a figure to the page."""


class Plan(_Definition):
    """Who the workbook is for and what its batch covers by default; `home` is the country it stands in."""

    institution: str
    home: str = Field(pattern="^[A-Z]{2}$")
    title: Text
    years: tuple[int, ...]
    languages: tuple[Literal["tr", "en"], ...]
    peer_group: str
    peer_group_abroad: str = ""
    pages: tuple[str, ...] = ()

    def order(self, page: str) -> tuple[int, str]:
        """Return the place of a page in a report, to sort by; one that is not named comes last."""
        return (self.pages.index(page) if page in self.pages else len(self.pages), page)

    def set_of(self, edition: str, institution: str) -> str:
        """Name the set of reports about an institution: the plan's own has the edition's name alone."""
        return edition if institution == self.institution else f"{edition}-{institution}"

    def about(self, name: str) -> tuple[str, str]:
        """Return the edition and the institution of a set, by its name."""
        edition, _, institution = name.partition("-")
        return edition, institution or self.institution


class Activity(Text):
    """An activity that a goal names, such as rankings (G3a)."""


class Goal(_Definition):
    """A strategic goal; `page` is the notebook that gives each of its activities a place."""

    code: str
    name: Text
    page: str
    activities: dict[str, Activity]


class CountedVariable(_Definition):
    """What an indicator is built from: rows of a dataset that are counted or summed.

    `person_count` marks numbers of persons, which are protected before they are published. `of_persons` marks
    amounts that persons bring, such as their credits: those of few persons are protected as a mean is.
    `part_of` names the variable of which the same persons are a part, so that the rest is protected too;
    `made_of` those that a reader can tell apart in it.
    """

    code: str
    name: Text
    definition: Text
    datasets: tuple[str, ...]
    unit: Literal["count", "try", "eur", "ects", "days", "score", "months", "rank"]
    person_count: bool
    of_persons: bool = False
    part_of: str | None = None
    made_of: tuple[str, ...] = ()


class Indicator(_Definition):
    """An indicator: what is counted, in which unit, and how its performance is scored.

    An indicator is built from variables: a count has a numerator only, a ratio has both. An index
    or a score names the variables it is made of and computes them in a way of its own. `a_rule` says
    whether the baseline enters the performance formula (domain dossier 1.3). `weight` is the
    default effect on the goal in percent; 0 for a supporting indicator. `method` says in words how the value
    comes from its variables, where it is neither their sum nor a quotient.
    """

    code: str
    goal: str
    seed: tuple[str, ...]
    name: Text
    definition: Text
    formula: str
    method: Text | None = None
    numerator: str
    denominator: str | None = None
    unit: Literal[
        "count",
        "percent",
        "score",
        "rank",
        "index",
        "try",
        "eur",
        "days",
        "months",
        "ratio",
        "effective_countries",
    ]
    direction: Literal["up", "down"]
    measure_type: Literal["flow", "cumulative", "level", "ratio", "rank", "index"]
    a_rule: Literal["baseline", "zero"]
    person_count: bool
    datasets: tuple[str, ...]
    frequency: Literal["half-year", "year", "academic-year", "edition"]
    weight: int = 0
    outside: str = ""


class Disclosure(_Definition):
    """How numbers of persons are published: `data/catalog/disclosure.yml` says what each entry means."""

    k: Literal[3, 5, 10]
    rounding_base: Literal[3, 5, 10]
    smallest_base_of_ratio: float = Field(gt=0)
    smallest_base_of_mean: float = Field(gt=0)
    rounded: tuple[str, ...] = ()

    def rounds(self, code: str, column: str) -> bool:
        """Tell whether the breakdown of an indicator by a column is rounded, and not suppressed."""
        return f"{code} by {column}" in self.rounded


class Variable(_Definition):
    """A published value of a ranking: its kind decides how its text is read."""

    kind: Literal["score", "count", "ratio", "percent", "female_male", "rank"]
    en: str
    tr: str


class Method(_Definition):
    """Weights of a ranking over a span of editions, with the error of recomputing by them."""

    id: str
    start: int = Field(alias="from")
    end: int | None = Field(alias="to")
    source: str
    weights: dict[str, float]
    scale: float = 1.0
    shift: float = 0.0
    error: float
    checked_on: str


class Bands(_Definition):
    """How the publisher prints ranks over a span of editions."""

    start: int = Field(alias="from")
    end: int | None = Field(alias="to")
    exact_until: int
    band_starts: tuple[int, ...]


class Restored(_Definition):
    """Pillar names to put back for editions before a change of method."""

    before: int
    names: dict[str, str]


class Break(_Definition):
    """An edition from which values cannot be compared with earlier ones."""

    at: int
    text: Text


class Curve(_Definition):
    """How a score follows from a share, over a span of editions, as fitted on published tables.

    score = 1 + 99 · [Φ((share − location)/spread) − Φ(−location/spread)] / [1 − Φ(−location/spread)], the
    share from 0 to 1. `share` names what goes in, `of` is the published value in percent that the curve was
    fitted on; half of the `count` universities lie within `median_error` points of it, nine in ten within
    `wide_error`.
    """

    start: int = Field(alias="from")
    end: int | None = Field(alias="to")
    share: str
    variable: str
    of: Text
    location: float = Field(gt=0, lt=1)
    spread: float = Field(gt=0)
    count: int
    median_error: float = Field(gt=0)
    wide_error: float = Field(gt=0)
    source: str


class System(_Definition):
    """A ranking system.

    Where it is not `public`, its publisher does not show other universities' values to everyone (a paid or
    confidential benchmark): peers are then shown without their names.
    """

    name: Text
    short: str
    publisher: str
    watched: bool
    clock: int
    published: Text
    emphasis: Text | None = None
    data_lag_years: int
    prints_ties: bool
    zero_is_missing: bool
    overall_until_exact: bool = False
    methods: tuple[Method, ...]
    restores: tuple[Restored, ...] = ()
    breaks: tuple[Break, ...]
    bands: tuple[Bands, ...]
    variables: dict[str, Variable]
    curves: tuple[Curve, ...] = ()
    public: bool = True

    def edition_for(self, year: int) -> int:
        """Return the edition that was in force for most of a calendar year."""
        return year + self.clock

    def method(self, edition: int) -> Method | None:
        """Return the method of an edition, or None where no weights are declared."""
        return next((m for m in self.methods if _within(m, edition)), None)

    def curves_of(self, edition: int) -> dict[str, Curve]:
        """Return the curves that hold for an edition, by the name of the share that goes in."""
        return {curve.share: curve for curve in self.curves if _within(curve, edition)}

    def band_rule(self, edition: int) -> Bands | None:
        """Return how ranks of an edition are printed, or None where that is not declared."""
        return next((b for b in self.bands if _within(b, edition)), None)


def _within(span: Method | Bands | Curve, edition: int) -> bool:
    return span.start <= edition and (span.end is None or edition <= span.end)


class Column(_Definition):
    """Headers under which a column is known."""

    aliases: tuple[str, ...]
    optional: bool = False


class Skip(_Definition):
    """Rows that a publisher's table holds and that are no data, with the reason."""

    column: str
    equals: tuple[str, ...]
    reason: str


class Layout(_Definition):
    """A publisher's table layout, recognised by its header."""

    id: str
    system: str
    title: str
    columns: dict[str, Column]
    values: dict[str, Column]
    ignored: tuple[str, ...] = ()
    skip: tuple[Skip, ...] = ()


class Format(_Definition):
    """The layout of an outside table that is no ranking, recognised by its header.

    An alias may hold `[{n}]`, a running index, and `group | name` where a merged heading stands above.
    `encoding` is that of the publisher's text where it is not UTF-8; `letters: tell` reads a file whose
    letters the publisher has broken and says so. `codes` gives what is printed its code, by column. With
    `pairs`, a code and its label may stand side by side under headings of one column; the first is read.
    """

    id: str
    dataset: str
    title: Text
    publisher: str
    reader: Literal["eche", "deqar", "oecd", "yokatlas", "osym"]
    columns: dict[str, Column]
    ignored: tuple[str, ...] = ()
    skip: tuple[Skip, ...] = ()
    encoding: str = ""
    letters: Literal["judge", "tell"] = "judge"
    codes: dict[str, dict[str, str]] = {}
    pairs: bool = False


class Span(_Definition):
    """The periods that a correction is about, both ends included; `column` is that of the dataset."""

    column: str
    first: int = Field(alias="from")
    last: int = Field(alias="to")


class Divide(_Definition):
    """Divide a column by a number: what was counted several times."""

    column: str
    divide_by: int = Field(ge=2)


class Replace(_Definition):
    """Put a value in the place of what the source holds."""

    column: str
    put: str


class Expect(_Definition):
    """The damage that a correction mends, as the source holds it; what is not there has been mended.

    `totals` are sums of the corrected column by period, `value` is what stands in every corrected row.
    """

    totals: dict[int, float] = {}
    value: str | None = None

    @model_validator(mode="after")
    def _names_something(self) -> "Expect":
        if not self.totals and self.value is None:
            raise ValueError("names neither totals nor a value")
        return self


class Reported(_Definition):
    """When an error of a source was found, and whom it was or is to be told."""

    found: date
    to: str


class Correction(_Definition):
    """A known error of a source, what is done about it on receive, and the fact that it is still there.

    One that is not `in_force` is a proposal: it changes nothing, and is named where its rows are stopped.
    """

    id: str = Field(pattern="^[a-z0-9-]+$")
    in_force: bool
    dataset: str
    entity: dict[str, str] = Field(min_length=1)
    period: Span | None = None
    action: Divide | Replace
    reason: Text
    evidence: Text
    reported: Reported
    expect: Expect

    @model_validator(mode="after")
    def _can_be_checked(self) -> "Correction":
        if self.expect.totals and self.period is None:
            raise ValueError("expects totals by period and names no period")
        if isinstance(self.action, Divide):
            years = range(self.period.first, self.period.last + 1) if self.period else ()
            lacking = [year for year in years if year not in self.expect.totals]
            if lacking or not years:
                raise ValueError(
                    Phrase("divides, and expects no total of {years}", years=lacking or Phrase("any period"))
                )
        elif self.expect.value is None:
            raise ValueError("puts a value, and expects none in its place")
        return self


class Total(_Definition):
    """A published total to hold data against.

    It is that of `measure` (an indicator, or a column of the dataset that is summed over the rows of
    `entity`) in `period`. `limit_pct` is given where rows that add up to more are refused on receive. One
    that is known from the press, or from a copy of its text, is reported and not published.
    """

    id: str
    dataset: str
    measure: str
    entity: dict[str, str]
    period: int
    value: float
    tolerance_pct: float = Field(ge=0)
    limit_pct: float | None = None
    evidence: Literal["table", "file", "official page", "press", "mirror"]
    source: str
    name: Text
    note: Text | None = None

    @property
    def is_reported(self) -> bool:
        """Tell whether others report the total: nobody here has seen who published it."""
        return self.evidence in ("press", "mirror")


class PeerGroup(_Definition):
    """Institutions to compare with; `criterion` and `reasons` say how and why members were chosen."""

    title: Text
    source: Text
    members: tuple[str, ...]
    criterion: Text | None = None
    reasons: dict[str, Text] = {}


class Likeness(_Definition):
    """A variable by which universities are called alike: where its values come from, and its weight.

    `variable` is a published value of a ranking `system`, or `gdp_per_head` of the country. One without a
    system is not in any data that the workbook receives: it is named on the page as left out. Sizes and
    incomes are compared by their ratio (`logarithm`).
    """

    title: Text
    weight: float = Field(gt=0)
    system: str = ""
    variable: str = ""
    logarithm: bool = False
    decimals: int = 0


class Lever(_Definition):
    """What moving one score by a point costs, in a unit the university chooses; 1 says "no price given".

    `strategy` marks the scores that the internationalisation strategy acts on. One that is not `movable`
    has no lever, and `why` says so.
    """

    cost: float = Field(default=1.0, gt=0)
    strategy: bool = False
    movable: bool = True
    why: Text | None = None


class Scenario(_Definition):
    """A set of changes to try: points by score, percentage points by share, or a level of the peers.

    `to` brings scores up to the peer median or best quarter (never down); `pace` repeats last year's move.
    """

    title: Text
    changes: dict[str, float] = {}
    to: dict[str, Literal["median", "best_quarter"]] = {}
    pace: bool = False


class Levers(_Definition):
    """What can be moved in a ranking, at which cost, and the scenarios that the report shows."""

    levers: dict[str, Lever]
    scenarios: tuple[Scenario, ...]


class Parameter(_Definition):
    """A notebook parameter: its type, allowed values, default and meaning."""

    type: Literal["int", "str"]
    default: int | str
    allowed: tuple[int | str, ...] | None = None
    allowed_from: Literal["institutions", "units"] | None = None
    minimum: int | None = None
    maximum: int | None = None
    meaning: Text


class Unit(_Definition):
    """A faculty, institute or office of the university."""

    code: str
    name_en: str
    name_tr: str
    kind: str

    def name(self, language: str) -> str:
        """Return the unit's name in one language."""
        return self.name_tr if language == "tr" else self.name_en
