"""The one door of person counts: what pages, documents, manifest and ledger may say of numbers of persons.

Every published count of persons, share or mean of what persons did, and every breakdown of one comes
through here; a test keeps other modules from the rules beneath (analysis.disclosure). The policy is data:
data/catalog/disclosure.yml. What a reader may put side by side is protected together:

- cells and totals of a table, and the top rows of a list with the total elsewhere;
- the units with the university: each unit may have a report of its own, so what the breakdown by unit
  hides is hidden in the unit's report, whichever figures rest on it; a breakdown in the report of a unit
  is protected with the same breakdown of every other unit and of the university, and names no group that
  it does not show;
- a group with the rest of what it is part of (a share with its base, those with a doctorate among the
  academics), in both directions;
- the first half of a year with the year, by the rows of the second half, as soon as these are known;
- the year before: each year is protected by itself, and a change is shown beside two shown figures only.

Limits. The first half that was published before the second was known cannot be taken back: the year's
report then hides nothing for it. Counts at two days (students of two years) are no parts of one another,
so the net change between them is not held back. Breakdowns by two columns of one register are each
protected with their totals, not with one another: no page crosses them. Students in two units count in
each, which only widens what a reader must reckon with. A true nought is shown, also where it says something
of everyone in a group (all are women). Numbers of activities are not protected.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from ..analysis import disclosure
from ..analysis.disclosure import ProtectedTable
from ..catalog import Indicator
from ..catalog.model import CountedVariable
from ..measures import indicators as ranked
from ..measures import registry
from ..measures.core import VARIABLES, Figure, MissingFigure, Period, Select
from ..run import Run
from . import figures

PROTECTED = "protected"

# What is counted: a variable of the catalogue by its code, or what selects rows as one does.
Counted = str | Select

# Units of measure whose numerator is a number of persons; elsewhere the base is what must be large.
_OF_COUNTS = ("count", "percent", "ratio", "index")


# -- counts and bases ------------------------------------------------------------------------------------


def counts(
    run: Run, numbers: Iterable[float], total_shown: bool = True, also: Sequence[bool] = ()
) -> list[float | None]:
    """Return numbers of persons of one line as they may be published, None where hidden.

    `also` marks those that another page hides.
    """
    return disclosure.protect(list(numbers), run.catalog.disclosure.k, total_shown, also)


def count(run: Run, number: float) -> float | None:
    """Return one number of persons that stands in no total, None where hidden."""
    return counts(run, [number], total_shown=False)[0]


def table(run: Run, numbers: Sequence[Sequence[float]]) -> ProtectedTable:
    """Return a table of persons with its totals as it may be published."""
    return disclosure.protect_table(numbers, run.catalog.disclosure.k)


def has_share(run: Run, base: float | None) -> bool:
    """Tell whether a share of so many persons may be published."""
    return disclosure.is_enough(base, run.catalog.disclosure.smallest_base_of_ratio)


def has_mean(run: Run, persons: float | None) -> bool:
    """Tell whether a mean, a median or an amount of what so many persons did may be published."""
    return disclosure.is_enough(persons, run.catalog.disclosure.smallest_base_of_mean)


def pooled(run: Run, persons: Iterable[float]) -> list[bool]:
    """Tell which groups are too small to stand alone, and so stand together as "other"."""
    return disclosure.pooled(list(persons), run.catalog.disclosure.smallest_base_of_mean)


# -- figures ---------------------------------------------------------------------------------------------


def figure(run: Run, code: str, of: Period | None = None) -> Figure:
    """Measure an indicator and return it as it may be published; in a batch each once for all notebooks."""

    def of_registers() -> Figure:
        return protected(run, run.catalog.indicators[code], figures.reading(run, code, of), of)

    if code in ranked.computed():
        return of_registers()
    return run.once(("figure", code, of or run.period), of_registers)


def protected(run: Run, indicator: Indicator, found: Figure, of: Period | None = None) -> Figure:
    """Return a figure of a period as it may be published; the parts beside it are not.

    Hidden are small numbers of persons, shares and means of few, and what other published figures would
    let a reader work out.
    """
    if not indicator.person_count or found.value is None:
        return found
    when = of or run.period
    if not _stands_alone(run, indicator, found) or not _stands_beside(run, indicator, when):
        return Figure(None, reason=PROTECTED)
    return replace(found, parts={name: n for name, n in found.parts.items() if name == figures.AT_LEAST})


def _stands_alone(run: Run, indicator: Indicator, found: Figure) -> bool:
    """Tell whether a figure by itself, with its numerator, base and rest, says nothing of few persons."""
    above, below = _variables(run, indicator)
    numbers = [found.numerator if indicator.unit != "count" else found.value]
    of_base = found.denominator
    if indicator.unit not in _OF_COUNTS:
        return has_mean(run, of_base if of_base is not None else found.numerator)
    if indicator.measure_type == "index":
        # An index of two directions would give the small one away beside the large one.
        numbers = [found.parts[way] for way in ("outgoing", "incoming") if way in found.parts]
    elif below is not None and below.person_count:
        if not has_share(run, of_base):
            return False
        if above.person_count:
            numbers.append((of_base or 0.0) - (found.numerator or 0.0))
    elif not above.person_count:
        return True  # an amount: who stands behind it is asked beside the other units
    # Beside its base, which stands on some page, a share of fewer than five tells their number.
    return all(number is None or count(run, number) is not None for number in numbers)


def share(run: Run, part: float, whole: float) -> float | None:
    """Return the percentage that a part of persons is, None where hidden: of few, or with few in or out."""
    told = has_share(run, whole) and count(run, part) is not None and count(run, whole - part) is not None
    return 100.0 * part / whole if told else None


def _variables(run: Run, indicator: Indicator) -> tuple[CountedVariable, CountedVariable | None]:
    named = run.catalog.variables
    return named[indicator.numerator], named[indicator.denominator] if indicator.denominator else None


def _stands_beside(run: Run, indicator: Indicator, when: Period) -> bool:
    """Tell whether the reports of the university and of its units, side by side, give a figure away."""
    named = {v.code: v for v in _variables(run, indicator) if v is not None}
    for code in list(named):
        named |= {part: run.catalog.variables[part] for part in named[code].made_of}
    for code, variable in named.items():
        if variable.person_count and _is_hidden(run, code, when):
            return False
        if variable.of_persons and not has_enough_behind(run, code, when):
            return False
    above, below = _variables(run, indicator)
    if below is not None and below.person_count and above.person_count:
        return not _is_hidden_beside(run, above.code, below.code, when)
    return True


# -- what stands side by side ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line:
    """A variable of the whole university: its total, and its number by unit if its rows know units."""

    total: float
    units: dict[str, float]


def _rows(run: Run, variable: Counted, when: Period) -> pd.DataFrame | None:
    """Return a variable's rows of the whole university; None where they are not known."""

    def select() -> pd.DataFrame | None:
        rows_of = VARIABLES[variable] if isinstance(variable, str) else variable
        try:
            return rows_of(replace(run.registers, unit=None), when)
        except MissingFigure:
            return None

    return run.registers.memo.get(("rows", variable, when), select)


def _line(run: Run, variable: Counted, when: Period) -> _Line | None:
    rows = _rows(run, variable, when)
    if rows is None:
        return None
    units = rows.groupby("unit")["amount"].sum() if "unit" in rows else pd.Series(dtype=float)
    return _Line(float(rows["amount"].sum()), {str(unit): float(n) for unit, n in units.items()})


def _minus(whole: _Line | None, part: _Line | None) -> _Line | None:
    """Return the rest of what a line is part of; None where it is no part of it."""
    if whole is None or part is None or whole.total < part.total:
        return None
    units = {
        unit: whole.units.get(unit, 0.0) - part.units.get(unit, 0.0) for unit in whole.units | part.units
    }
    return None if any(number < 0 for number in units.values()) else _Line(whole.total - part.total, units)


def _second_half(run: Run, variable: Counted, when: Period) -> _Line | None:
    """Return what the second half of a year adds to the first; None where the year is no sum of the two."""
    if not when.half or not _is_part_of_year(run, variable, when):
        return None
    return _minus(_line(run, variable, Period(when.year)), _line(run, variable, when))


def _is_part_of_year(run: Run, variable: Counted, when: Period) -> bool:
    half, year = _rows(run, variable, when), _rows(run, variable, Period(when.year))
    return half is not None and year is not None and bool(half.index.isin(year.index).all())


def _beside(run: Run, variable: Counted, when: Period) -> list[_Line]:
    """Return a variable's own line and those that a reader gets by subtracting it."""
    own = _line(run, variable, when)
    rests = [_minus(_line(run, whole, when), own) for whole in _part_of(run, variable)]
    return [line for line in (own, *rests, _second_half(run, variable, when)) if line is not None]


def _part_of(run: Run, variable: Counted) -> Sequence[Counted]:
    """Return what a variable is part of: as the catalogue says, or what selects its rows (`part_of`)."""
    if isinstance(variable, str):
        whole = run.catalog.variables[variable].part_of
        return [whole] if whole else []
    found: Sequence[Counted] = getattr(variable, "part_of", ())
    return found


def _hidden(run: Run, variable: Counted, when: Period) -> frozenset[str]:
    """Return the units whose numbers of a variable are hidden, and "" where the university's is."""
    key = ("hidden", variable, when)
    return run.registers.memo.get(key, lambda: _hidden_in(run, _beside(run, variable, when)))


def _is_hidden(run: Run, variable: Counted, when: Period) -> bool:
    """Tell whether the number of a variable is hidden in the run's report: of a unit or of the university."""
    return run.unit in _hidden(run, variable, when)


def _is_hidden_beside(run: Run, above: str, below: str, when: Period) -> bool:

    def hidden() -> frozenset[str]:
        rest = _minus(_line(run, below, when), _line(run, above, when))
        return _hidden_in(run, [] if rest is None else [rest])

    return run.unit in run.registers.memo.get(("rest", above, below, when), hidden)


def _hidden_in(run: Run, lines: Sequence[_Line]) -> frozenset[str]:
    """Return the units whose numbers are hidden in all of the lines, and "" where the university's is."""
    k = run.catalog.disclosure.k
    units = sorted({unit for line in lines for unit in line.units})
    hidden = {""} if any(0 < line.total < k for line in lines) else set()
    if units:
        numbers = [[line.units.get(unit, 0.0) for unit in units] for line in lines]
        flags = disclosure.protect_together(numbers, k)
        shown = [[None if hide else n for n, hide in zip(line, flags, strict=True)] for line in numbers]
        if any(disclosure.gives_away(line, cells, k) for line, cells in zip(numbers, shown, strict=True)):
            hidden |= set(run.catalog.units)  # even a nought would tell where the few are
        hidden |= {unit for unit, hide in zip(units, flags, strict=True) if hide}
    return frozenset(hidden)


def has_enough_behind(run: Run, variable: str, when: Period) -> bool:
    """Tell whether enough persons stand behind an amount, and behind what the other units leave of it."""
    rows = _rows(run, variable, when)
    if rows is None:
        return True
    if not run.unit:
        return has_mean(run, _heads(rows))
    if "unit" not in rows:
        return True
    heads = rows.groupby("unit").apply(_heads, include_groups=False) if len(rows) else pd.Series(dtype=float)
    too_few = [u for u, pool in zip(heads.index, pooled(run, heads), strict=True) if pool]
    return run.unit in heads.index and run.unit not in too_few


def _heads(rows: pd.DataFrame) -> float:
    """Count the persons behind rows: one with a key once, one without for each row."""
    if "student_key" not in rows:
        return float(len(rows))
    keys = rows["student_key"]
    return float(keys[keys != ""].nunique() + (keys == "").sum())


# -- breakdowns --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Breakdown:
    """An indicator's numbers by a column, as they may be published, the largest true one first.

    `rows` has the column and `shown`, NaN where hidden. In the report of a unit the groups that are not
    shown are not named (`is_partial`). Numbers may be rounded instead (`is_rounded`), and none hidden.
    """

    rows: pd.DataFrame
    is_partial: bool = False
    is_rounded: bool = False


def by(run: Run, code: str, column: str, of: Period | None = None) -> Breakdown:
    """Break an indicator down by a column, as it may be published.

    Raises MissingFigure where it cannot be computed, and where nothing of it may be shown.
    """
    when, policy = of or run.period, run.catalog.disclosure
    rows = registry.breakdown(run.catalog, run.registers, when, code, column)
    rows = rows.rename(columns={"numerator": "shown"})[[column, "shown"]]
    indicator = run.catalog.indicators[code]
    if not indicator.person_count:
        return Breakdown(rows)
    if policy.rounds(code, column):
        return Breakdown(
            rows.assign(shown=[disclosure.rounded(n, policy.rounding_base) for n in rows["shown"]]),
            is_rounded=True,
        )
    if run.unit and column != "unit":
        shown = of_units(run, indicator.numerator, column, when)
        own = dict(shown.loc[run.unit]) if run.unit in shown.index else {}
        known = rows.assign(shown=rows[column].map(own)).dropna().reset_index(drop=True)
        if known.empty and len(rows):
            raise MissingFigure(PROTECTED)
        return Breakdown(known.astype({"shown": float}), is_partial=len(known) < len(rows))
    flags = _hidden_groups(run, indicator.numerator, column, when, list(rows[column]), list(rows["shown"]))
    cells = [None if hide else n for hide, n in zip(flags, rows["shown"], strict=True)]
    total = float(rows["shown"].sum())
    if (
        not run.unit
        and count(run, total) is not None
        and disclosure.gives_away(list(rows["shown"]), cells, policy.k)
    ):
        raise MissingFigure(PROTECTED)
    return Breakdown(rows.assign(shown=pd.Series(cells, index=rows.index, dtype=float)))


def notes(run: Run, found: Breakdown, cells: Sequence[str]) -> list[str]:
    """Say what of a breakdown is hidden, left out or rounded; `cells` are those of it that a table shows."""
    if found.is_rounded:
        return [run.text("activities.rounded", base=run.catalog.disclosure.rounding_base)]
    told = [run.text("activities.protected")] if run.text("activities.hidden") in cells else []
    return told + ([run.text("activities.partial")] if found.is_partial else [])


def number(run: Run, select: Counted, of: Period | None = None) -> float | None:
    """Return how many persons a variable counts in the run's report, None where hidden.

    Raises MissingFigure where that is not known.
    """
    when = of or run.period
    chosen = VARIABLES[select] if isinstance(select, str) else select
    found = float(chosen(run.registers, when)["amount"].sum())
    return None if _is_hidden(run, select, when) else count(run, found)


def _hidden_groups(
    run: Run, variable: Counted, column: str, when: Period, values: Sequence[object], numbers: Sequence[float]
) -> list[bool]:
    """Tell which groups are hidden: by the line itself and, at the half year, by its rest.

    Units are hidden here as they are in their own reports.
    """
    if column == "unit":
        return [value in _hidden(run, variable, when) for value in values]
    lines, year = [list(numbers)], _rows(run, variable, Period(when.year))
    if when.half and year is not None and _is_part_of_year(run, variable, when) and column in year:
        sums = year.groupby(column)["amount"].sum()
        lines.append([max(0.0, float(sums.get(v, 0.0)) - n) for v, n in zip(values, numbers, strict=True)])
    return disclosure.protect_together(lines, run.catalog.disclosure.k)


def of_units(
    run: Run, variable: Counted, column: str, when: Period, groups_shown: bool = False
) -> pd.DataFrame:
    """Return a variable by unit and column as the reports of the units may show it, None where hidden.

    Empty where the rows know no units, or not the column. `groups_shown` takes the university's groups for
    shown wherever they are k or more: some table shows more of them than the line by itself would.
    """
    key = ("grid", variable, column, when, groups_shown)
    return run.registers.memo.get(key, lambda: _units_by(run, variable, column, when, groups_shown))


def _units_by(run: Run, variable: Counted, column: str, when: Period, groups_shown: bool) -> pd.DataFrame:
    rows = _rows(run, variable, when)
    if rows is None or "unit" not in rows or column not in rows or rows.empty:
        return pd.DataFrame()
    k = run.catalog.disclosure.k
    true = _crossed(rows, column)
    groups = true.sum()
    of_group = [0 < n < k for n in groups]
    if not groups_shown:
        of_group = _hidden_groups(run, variable, column, when, list(true.columns), list(groups))
    of_unit = [unit in _hidden(run, variable, when) for unit in true.index]
    also = []
    if when.half and _is_part_of_year(run, variable, when):
        year = _crossed(_rows(run, variable, Period(when.year)), column)
        rest = year.reindex(index=true.index, columns=true.columns, fill_value=0.0) - true
        also = ((rest > 0) & (rest < k)).to_numpy().tolist()
    shown = disclosure.protect_cells(true.to_numpy().tolist(), k, of_unit, of_group, also)
    return pd.DataFrame(shown, index=true.index, columns=true.columns, dtype=object)


def _crossed(rows: pd.DataFrame | None, column: str) -> pd.DataFrame:
    if rows is None:
        return pd.DataFrame()
    return rows.groupby(["unit", column])["amount"].sum().unstack(fill_value=0.0).astype(float)
