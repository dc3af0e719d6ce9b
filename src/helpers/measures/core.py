"""How an indicator becomes a figure: registers, periods, variables, and the formulas made of them.

An indicator is built from variables. A variable is a pure function from the registers and a period
to the rows it counts, each with an `amount`; a count is the sum of its numerator, a ratio the quotient
of two sums, and both break down by any column of those rows. What is neither (an index, a median) has
a formula of its own. The catalogue says which variables an indicator names; the functions are
registered here under the same codes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

import pandas as pd

from .. import reads, shared, store
from ..catalog import Catalog, Indicator
from ..errors import NotHeld
from ..reads import Memo

Value = TypeVar("Value")

# Why a figure is missing; the texts are `figure.reason.<code>`.
NO_REGISTER, NO_YEAR, NO_DENOMINATOR, NOT_BY_UNIT = "no_register", "no_year", "no_denominator", "not_by_unit"
OTHER_INSTITUTION = "other_institution"


@dataclass(frozen=True)
class Period:
    """A plan year (calendar), or its first half; the one map from it to the academic year.

    Plan year t stands for the academic year that starts in t; a half-year reading, taken at 30 June,
    for the one that started the autumn before (domain dossier 4.7).
    """

    year: int
    half: bool = False

    @property
    def start(self) -> date:
        """Return the first day."""
        return date(self.year, 1, 1)

    @property
    def end(self) -> date:
        """Return the last day, at which stocks are counted."""
        return date(self.year, 6, 30) if self.half else date(self.year, 12, 31)

    @property
    def academic_year(self) -> int:
        """Return the first calendar year of the academic year."""
        return self.year - 1 if self.half else self.year

    def before(self, years: int = 1) -> "Period":
        """Return the same period of an earlier year."""
        return Period(self.year - years, self.half)


@dataclass(frozen=True)
class Figure:
    """A measured value with its numerator and denominator, or the reason why there is none.

    `value` is in the indicator's unit; a percentage is in percent points. `parts` are named
    sub-figures that belong beside it, such as in person and online. `rows` is how many rows of the registers
    numerator and denominator were made of, where they are sums; two figures are the same without.
    """

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    reason: str = ""
    parts: Mapping[str, float] = field(default_factory=dict)
    rows: tuple[int, ...] = field(default=(), compare=False)


class MissingFigure(Exception):
    """A figure that cannot be computed; `reason` is one of the codes above. Caught by `measure`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Registers:
    """The registers of an edition, of the whole university or of one unit, read when first asked for.

    They are those of the plan's university; `of_other` is set when another one is asked about, of which
    they know nothing. `memo` keeps what was worked out of the whole university's rows, so that it is worked
    out once; a copy for one unit shares it.
    """

    edition: str
    unit: str | None = None
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    sources: dict[str, tuple[store.Source, ...]] = field(default_factory=dict)
    of_other: bool = False
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)

    def __getitem__(self, dataset: str) -> pd.DataFrame:
        """Return a register's rows; dates are `datetime64`, missing text is "".

        Raises MissingFigure where the edition holds no such register, or where one unit is asked for
        and the register does not know units.
        """
        if self.of_other:
            raise MissingFigure(OTHER_INSTITUTION)
        if dataset not in self.frames:
            try:
                table = store.read(self.edition, dataset)
                self.frames[dataset], self.sources[dataset] = table.frame, table.sources
            except NotHeld:
                raise MissingFigure(NO_REGISTER) from None
        reads.note(f"datasets/{dataset}")
        for source in self.sources.get(dataset, ()):
            reads.note(f"file:{source.file}")
        frame = self.frames[dataset]
        if self.unit is None:
            return frame
        if "unit" not in frame:
            raise MissingFigure(NOT_BY_UNIT)
        return frame[frame["unit"] == self.unit]

    def once(self, key: tuple[Any, ...], compute: Callable[[], Value]) -> Value:
        """Work out of these registers what is asked for several times: once here, and once in a batch.

        The registers that it was made of count as read, whoever has read them.
        """

        def together() -> tuple[Value, list[str]]:
            with reads.noted() as names:
                value = compute()
            return value, sorted(name.partition("/")[2] for name in names if name.startswith("datasets/"))

        of = (self.edition, self.unit, self.of_other, *key)
        found, made_of = self.memo.get(of, lambda: shared.once(of, together))
        for dataset in made_of:
            self.touch(dataset)
        return found

    def touch(self, dataset: str) -> None:
        """Count a register, if it is held, among those that were read."""
        if dataset not in self.frames and not self.of_other and store.has(self.edition, dataset):
            table = store.read(self.edition, dataset)
            self.frames[dataset], self.sources[dataset] = table.frame, table.sources

    def whole(self, dataset: str) -> pd.DataFrame:
        """Return a register's rows of the whole university, whatever unit is asked for."""
        return replace(self, unit=None)[dataset]


# -- picking rows ------------------------------------------------------------------------------------


def in_period(frame: pd.DataFrame, column: str, period: Period, start: date | None = None) -> pd.DataFrame:
    """Return the rows whose date lies in the period, or between `start` and the period's end.

    Raises MissingFigure where the register holds no date in the period's year at all: no row is then
    unknown, not nought.
    """
    days = pd.to_datetime(frame[column])
    if not (days.dt.year == period.year).any():
        raise MissingFigure(NO_YEAR)
    first = pd.Timestamp(start or period.start)
    return frame[(days >= first) & (days <= pd.Timestamp(period.end))]


def of_year(frame: pd.DataFrame, column: str, year: int) -> pd.DataFrame:
    """Return the rows of a year (calendar or academic, as the column counts).

    Raises MissingFigure where there is none.
    """
    rows = frame[frame[column] == year]
    if rows.empty:
        raise MissingFigure(NO_YEAR)
    return rows


def at(frame: pd.DataFrame, start: str, end: str, day: date) -> pd.DataFrame:
    """Return the rows in force on a day: start ≤ day < end; an open end is in force."""
    starts, ends = pd.to_datetime(frame[start]), pd.to_datetime(frame[end])
    moment = pd.Timestamp(day)
    return frame[(starts <= moment) & (ends.isna() | (ends > moment))]


def amount(frame: pd.DataFrame, column: str | None = None) -> pd.DataFrame:
    """Give each row its amount: one, or the value of a column."""
    return frame.assign(amount=1.0 if column is None else frame[column].astype(float).fillna(0.0))


# -- the registry --------------------------------------------------------------------------------------

Select = Callable[[Registers, Period], pd.DataFrame]
Formula = Callable[[Registers, Period], Figure]

VARIABLES: dict[str, Select] = {}
FORMULAS: dict[str, Formula] = {}


def variable(code: str) -> Callable[[Select], Select]:
    """Register the function that selects a variable's rows."""

    def register(select: Select) -> Select:
        VARIABLES[code] = select
        return select

    return register


def formula(code: str) -> Callable[[Formula], Formula]:
    """Register the formula of an indicator that is neither a count nor a quotient of two sums."""

    def register(compute: Formula) -> Formula:
        FORMULAS[code] = compute
        return compute

    return register


# -- measuring -----------------------------------------------------------------------------------------


def measure(catalog: Catalog, registers: Registers, period: Period, code: str) -> Figure:
    """Measure an indicator of the catalogue in a period; what is missing is told, never nought."""
    indicator = catalog.indicators[code]
    try:
        if code in FORMULAS:
            return FORMULAS[code](registers, period)
        above = VARIABLES[indicator.numerator](registers, period)
        numerator = float(above["amount"].sum())
        if indicator.denominator is None:
            return Figure(numerator, numerator, rows=(len(above),))
        below = VARIABLES[indicator.denominator](registers, period)
    except MissingFigure as missing:
        return Figure(None, reason=missing.reason)
    scale = 100.0 if indicator.unit == "percent" else 1.0
    found = quotient(numerator, float(below["amount"].sum()), scale)
    return replace(found, rows=(len(above), len(below)))


def quotient(numerator: float, denominator: float, scale: float = 1.0) -> Figure:
    """Return scale · numerator / denominator; without a denominator there is no value."""
    if denominator == 0:
        return Figure(None, numerator, denominator, NO_DENOMINATOR)
    return Figure(scale * numerator / denominator, numerator, denominator)


def breakdown(catalog: Catalog, registers: Registers, period: Period, code: str, column: str) -> pd.DataFrame:
    """Break a count or ratio down by a column: column, value, numerator, denominator; largest first.

    Raises MissingFigure where the indicator cannot be computed or its rows have no such column.
    """
    indicator = catalog.indicators[code]
    sums = _sums(VARIABLES[indicator.numerator](registers, period), column).rename("numerator").to_frame()
    if indicator.denominator is None:
        sums["value"], sums["denominator"] = sums["numerator"], float("nan")
    else:
        below = _sums(VARIABLES[indicator.denominator](registers, period), column)
        sums = sums.join(below.rename("denominator"), how="outer").fillna(0.0)
        scale = 100.0 if indicator.unit == "percent" else 1.0
        sums["value"] = (scale * sums["numerator"] / sums["denominator"]).where(sums["denominator"] > 0)
    ordered = sums.reset_index().sort_values(["numerator", column], ascending=[False, True])
    return ordered[[column, "value", "numerator", "denominator"]].reset_index(drop=True)


def _sums(frame: pd.DataFrame, column: str) -> pd.Series:
    if column not in frame:
        raise MissingFigure(NO_REGISTER)
    return frame.groupby(column)["amount"].sum()


def series(
    catalog: Catalog, registers: Registers, code: str, years: range, half: bool = False
) -> pd.DataFrame:
    """Measure an indicator over years: year, value, numerator, denominator, reason."""
    rows = []
    for year in years:
        found = measure(catalog, registers, Period(year, half), code)
        rows.append((year, found.value, found.numerator, found.denominator, found.reason))
    columns = ["year", "value", "numerator", "denominator", "reason"]
    numbers = dict.fromkeys(columns[1:4], float)
    return pd.DataFrame(rows, columns=columns).astype(numbers)


def uncovered(catalog: Catalog, indicator: Indicator) -> list[str]:
    """Return the variables an indicator names that no function computes."""
    if indicator.code in FORMULAS:
        return []
    named = [indicator.numerator, indicator.denominator]
    return [code for code in named if code is not None and code not in VARIABLES]
