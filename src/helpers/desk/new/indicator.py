"""A new indicator: its entry, its variables, the function that counts, and a test worked by hand.

An indicator over variables that are there needs definitions only. A variable that is not there yet is
counted by a function of its own, which is written from the register's declaration and from conditions.
"""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ... import locale, paths, store, yml
from ...catalog import load
from ...plan import cards
from ...texts import Texts
from . import Made, added, coded, entry, refused

_UNIT_OF = {"_try": "try", "_eur": "eur", "_ects": "ects", "_days": "days", "_score": "score"}
_TAKEN, _LEFT = 2, 1  # rows to begin with: such as count, and such as do not


@dataclass(frozen=True)
class Wanted:
    """What is asked for; empty where it was not said. `targets` are by year, in the indicator's unit."""

    code: str
    name: str
    name_tr: str
    definition: str
    definition_tr: str
    numerator: str
    activity: Sequence[str] = ()
    goal: str = ""
    denominator: str = ""
    unit: str = ""
    direction: str = "up"
    measure_type: str = ""
    frequency: str = "year"
    formula: str = ""
    method: str = ""
    method_tr: str = ""
    counts: str = ""
    where: Sequence[str] = ()
    sums: str = ""
    date: str = ""
    persons: bool = False
    targets: Mapping[int, float] | None = None

    @classmethod
    def of(cls, say: Texts, told: Mapping[str, Any]) -> "Wanted":
        """Return what the options say; refuse a target that is no year with its value."""
        targets = {}
        for pair in told["target"]:
            found = re.fullmatch(r"(\d{4})=(-?\d+(?:\.\d+)?)", pair)
            if found is None:
                raise refused(say, say("new.no_pair", told=pair, form="2026=12.5"))
            targets[int(found[1])] = float(found[2])
        given = {name: value for name, value in told.items() if name != "target" and value not in ("", None)}
        return cls(**given, targets=targets)


def made(say: Texts, told: Mapping[str, Any]) -> tuple[Made, list[Path]]:
    """Return the files of an indicator as the options say it, and those among them that grow."""
    return make(say, Wanted.of(say, told))


def make(say: Texts, wanted: Wanted) -> tuple[Made, list[Path]]:
    """Return the files of an indicator, and those among them that are there and grow.

    Raises WorkbookError where its code is malformed or taken, or where it names what is not there.
    """
    catalog = load()
    code = coded(say, wanted.code, r"[A-Z]{1,3}\d?X?\.\d{2}", "G1.16")
    if code in catalog.indicators:
        raise refused(say, say("new.taken", code=code, name=catalog.indicators[code].name[say.language]))
    goal = wanted.goal or code.partition(".")[0]
    if goal not in catalog.goals:
        raise refused(say, say("new.no_goal", goal=goal, known=", ".join(catalog.goals)))
    activities = list(catalog.goals[goal].activities)
    strange = [one for one in wanted.activity if one not in activities]
    if strange or not wanted.activity:
        raise refused(
            say, say("new.no_activity", given=", ".join(strange), goal=goal, known=", ".join(activities))
        )
    files: dict[Path, str | bytes] = {}
    files |= _variable(say, wanted, goal)
    variables = _variables(say, wanted, bool(files))
    described = _entry(wanted, goal, variables)
    at = paths.data("catalog", "indicators", f"{_stem('indicators', goal)}.yml")
    files[at] = added(at, entry([described]))
    if wanted.targets:
        files |= _on_card(say, wanted, goal)
    test = paths.root() / "tests" / f"test_indicator_{_name(code)}.py"
    files[test] = _test(wanted, described["datasets"])
    grows = [path for path in files if path.suffix == ".yml" or path.name == "registry.py"]
    then = [say("new.then_test", file=paths.shown(test))]
    if wanted.counts and not wanted.where:
        then.append(say("new.then_where", variable=wanted.numerator))
    page = catalog.goals[goal].page
    then.append(say("new.then_page", page=page))
    return Made(files, then), grows


def _name(code: str) -> str:
    return re.sub(r"\W+", "_", locale.key(code))


def _stem(kind: str, goal: str) -> str:
    """Return the file that holds a goal's entries, by its stem; one of its own where there is none."""
    indicators = {code for code, i in load().indicators.items() if i.goal == goal}
    for path in sorted(paths.data("catalog", "indicators").glob("*.yml")):
        if indicators & {one["code"] for one in yml.load(path.read_text(encoding="utf-8")) or ()}:
            return path.stem
    return _name(goal)


def _variables(say: Texts, wanted: Wanted, is_made: bool) -> list[Any]:
    """Return the variables that are there; what is not there and not made is refused."""
    known = load().variables
    named = [wanted.numerator] * (not is_made) + [wanted.denominator] * bool(wanted.denominator)
    for one in named:
        if one not in known:
            raise refused(say, say("new.no_variable", variable=one, known=", ".join(sorted(known))))
    return [known[one] for one in named]


def _entry(wanted: Wanted, goal: str, variables: Sequence[Any]) -> dict[str, Any]:
    ratio = bool(wanted.denominator)
    unit = wanted.unit or ("percent" if ratio else "count")
    kind = wanted.measure_type or ("ratio" if ratio else "flow")
    said = f"{'100 * ' if unit == 'percent' else ''}{wanted.numerator}"
    if wanted.counts and not ratio:
        period = wanted.date or (store.definition(wanted.counts).get("period") or {}).get("column", "year")
        conditions = ", ".join([*(one.replace("=", " = ") for one in wanted.where), f"{period} in period"])
        of = f"sum({wanted.sums} of " if wanted.sums else "count("
        said = f"{of}{wanted.counts} where {conditions})"
    made = {
        "code": wanted.code,
        "goal": goal,
        "seed": list(wanted.activity),
        "name": {"en": wanted.name, "tr": wanted.name_tr},
        "definition": {"en": wanted.definition, "tr": wanted.definition_tr},
        "formula": wanted.formula or said + (f" / {wanted.denominator}" if ratio else ""),
        "method": {"en": wanted.method, "tr": wanted.method_tr} if wanted.method else None,
        "numerator": wanted.numerator,
        "denominator": wanted.denominator or None,
        "unit": unit,
        "direction": wanted.direction,
        "measure_type": kind,
        "a_rule": "zero" if kind == "flow" else "baseline",
        "person_count": wanted.persons or any(v.person_count or v.of_persons for v in variables),
        "datasets": list(
            dict.fromkeys(
                [*([wanted.counts] if wanted.counts else []), *(d for v in variables for d in v.datasets)]
            )
        ),
        "frequency": wanted.frequency,
    }
    return {name: value for name, value in made.items() if value is not None}


# -- a variable of its own -----------------------------------------------------------------------------


def _variable(say: Texts, wanted: Wanted, goal: str) -> dict[Path, str | bytes]:
    """Return the definition of the variable that is counted and the module that counts it, if any."""
    if not wanted.counts:
        return {}
    coded(say, wanted.numerator, r"[a-z][a-z0-9]*(_[a-z0-9]+)*", "seminars_held")
    if wanted.numerator in load().variables:
        raise refused(say, say("new.taken", code=wanted.numerator, name=wanted.numerator))
    if wanted.counts not in store.datasets():
        raise refused(say, say("new.no_register", register=wanted.counts, known=", ".join(store.datasets())))
    columns = store.definition(wanted.counts)["columns"]
    if wanted.sums and wanted.sums not in columns:
        raise refused(
            say, say("new.no_column", column=wanted.sums, register=wanted.counts, known=", ".join(columns))
        )
    unit = next((unit for end, unit in _UNIT_OF.items() if wanted.sums.endswith(end)), "count")
    described = {
        "code": wanted.numerator,
        "name": {"en": wanted.name, "tr": wanted.name_tr},
        "definition": {"en": wanted.definition, "tr": wanted.definition_tr},
        "datasets": [wanted.counts],
        "unit": unit,
        "person_count": wanted.persons,
    }
    at = paths.data("catalog", "variables", f"{_stem('variables', goal)}.yml")
    measures = paths.package() / "measures"
    registry = measures / "registry.py"
    return {
        at: added(at, entry([described])),
        measures / f"{wanted.numerator}.py": _module(say, wanted, columns),
        registry: registered(registry.read_text(encoding="utf-8"), wanted.numerator),
    }


def registered(registry: str, module: str) -> str:
    """Return the text of measures/registry.py with one more module among those it imports, sorted."""
    (block,) = re.findall(r"^from \. import \(  # noqa: F401\n(.*?)^\)", registry, re.M | re.S)
    names = sorted({*re.findall(r"\w+", block), module})
    return registry.replace(block, "".join(f"    {name},\n" for name in names))


def _module(say: Texts, wanted: Wanted, columns: Mapping[str, Any]) -> str:
    period = store.definition(wanted.counts).get("period")
    if not period:
        raise refused(say, say("new.no_period", register=wanted.counts))
    column = wanted.date or period["column"]
    if column not in columns:
        raise refused(
            say, say("new.no_column", column=column, register=wanted.counts, known=", ".join(columns))
        )
    if columns[column]["type"] == "DATE":
        rows, pick = f'dated(registers, "{wanted.counts}", "{column}", period)', "dated"
    elif period["clock"] == "academic":
        rows, pick = f'yearly(registers, "{wanted.counts}", "{column}", period.academic_year)', "yearly"
    else:
        rows = f'yearly(registers, "{wanted.counts}", "{column}", last_full_year(period))'
        pick = "last_full_year, yearly"
    conditions = [_condition(say, wanted.counts, columns, one) for one in wanted.where]
    narrowed = "".join(f"    rows = rows[{one}]\n" for one in conditions)
    summed = f'amount(rows, "{wanted.sums}")' if wanted.sums else "amount(rows)"
    verb = f"Sum {wanted.sums} of" if wanted.sums else "Count"
    counted = f"the rows of the period{' that meet the conditions' if conditions else ''}"
    # A name is words in a docstring, whatever signs it holds.
    name = re.sub(r'["\\\s]+', " ", wanted.name).strip()
    return f'''"""{name} ({wanted.code})."""

import pandas as pd

from .core import Period, Registers, amount, variable
from .events import {pick}


@variable("{wanted.numerator}")
def {wanted.numerator}(registers: Registers, period: Period) -> pd.DataFrame:
    """{verb} {counted}. Source: {wanted.counts}."""
    rows = {rows}
{narrowed}    return {summed}
'''


def _condition(say: Texts, register: str, columns: Mapping[str, Any], told: str) -> str:
    """Write `kind=seminar` as a condition on rows, by what the column is declared to hold."""
    column, equals, value = told.partition("=")
    if not equals or column not in columns:
        raise refused(say, say("new.no_column", column=column, register=register, known=", ".join(columns)))
    described = columns[column]
    if described["type"] == "BOOLEAN":
        if value not in ("true", "false"):
            raise refused(say, say("new.no_value", value=value, column=column, known="true, false"))
        flag = f'rows["{column}"].astype("boolean").fillna(False)'
        return flag if value == "true" else f'~rows["{column}"].astype("boolean").fillna(True)'
    allowed = described.get("allowed")
    if allowed and value not in allowed:
        raise refused(
            say, say("new.no_value", value=value, column=column, known=", ".join(map(str, allowed)))
        )
    if described["type"] in ("INTEGER", "DOUBLE"):
        if not re.fullmatch(r"-?\d+(\.\d+)?", value):
            raise refused(say, say("new.no_value", value=value, column=column, known="0, 1, 2 …"))
        return f'rows["{column}"] == {value}'
    if not re.fullmatch(r"[\w .:-]+", value):
        raise refused(say, say("new.no_value", value=value, column=column, known="A–Z, a–z, 0–9"))
    return f'rows["{column}"] == "{value}"'


# -- the card and the test -----------------------------------------------------------------------------


def _on_card(say: Texts, wanted: Wanted, goal: str) -> dict[Path, str | bytes]:
    """Add the indicator to its goal's card with its targets, as a supporting one: without weight."""
    targets = wanted.targets or {}
    card = next((card for card in cards.load(load(), split=False) if card.goal == goal), None)
    if card is None or not set(targets) <= set(card.years):
        raise refused(
            say, say("new.no_target", goal=goal, years=", ".join(map(str, card.years if card else ())))
        )
    aims = ", ".join("null" if year not in targets else f"{targets[year]:g}" for year in card.years)
    path = paths.data("catalog", "cards.yml")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if re.fullmatch(rf"\s*-?\s*goal: {goal}\s*", line))
    at = next(i for i in range(start, len(lines)) if re.fullmatch(r" +indicators:\s*", lines[i])) + 1
    while lines[at].lstrip().startswith("- {code:"):
        at += 1
    indent = lines[at - 1][: len(lines[at - 1]) - len(lines[at - 1].lstrip())]
    lines.insert(at, f"{indent}- {{code: {wanted.code}, weight: 0, targets: [{aims}]}}\n")
    return {path: "".join(lines)}


def _test(wanted: Wanted, datasets: Sequence[str]) -> str:
    begun = {name: _embedded(name, wanted.where if name == wanted.counts else ()) for name in datasets}
    rows = "".join(f"    {_text(name)}: [\n{_rows(name, held)}    ],\n" for name, held in begun.items())
    return f'''"""{wanted.code} against a figure worked by hand.

It fails until you have filled in both places: ROWS, a few rows as the registers hold them, some that count
and some that do not (another year, another kind), and EXPECTED, what they give when you count on paper.
"""

import pandas as pd
import pytest

from helpers import store
from helpers.catalog import load
from helpers.measures.core import Period, Registers
from helpers.measures.registry import measure

YEAR = {_year(wanted, begun)}
# Each row is written as in the register, dates as texts.
ROWS = {{
{rows}}}
EXPECTED = None


def test_{_name(wanted.code)}_is_what_a_person_counts() -> None:
    if EXPECTED is None:
        pytest.fail("Fill in ROWS, count by hand what {wanted.code} is in YEAR, and write it at EXPECTED.")
    frames = {{}}
    for register, rows in ROWS.items():
        columns = store.definition(register)["columns"]
        frames[register] = frame = pd.DataFrame(rows, columns=list(columns))
        for column, described in columns.items():
            if described["type"] == "DATE":
                frame[column] = pd.to_datetime(frame[column])
    found = measure(load(), Registers("sample", frames=frames), Period(YEAR), "{wanted.code}")
    assert found.value == pytest.approx(EXPECTED), found.reason
'''


def _embedded(register: str, where: Sequence[str]) -> list[dict[str, str]]:
    """Return a few embedded rows of a register, the latest of those that meet the conditions first."""
    path = paths.data("sample", f"{register}.csv")
    if not path.exists():
        return [dict.fromkeys(store.definition(register)["columns"], "")]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wanted = dict(one.split("=", 1) for one in where)
    meet = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    before = rows[: rows.index(meet[-1])] if meet else rows
    others = [row for row in before if row not in meet] if where else []
    return meet[-_TAKEN:] + others[-_LEFT:]


def _rows(register: str, held: Sequence[Mapping[str, str]]) -> str:
    """Write rows of a register, each value of its type."""
    columns = store.definition(register)["columns"]

    def value(name: str, text: str) -> str:
        kind = columns[name]["type"]
        if kind in ("INTEGER", "DOUBLE", "BOOLEAN", "DATE") and text == "":
            return "None"
        if kind == "BOOLEAN":
            return text.capitalize()
        return text if kind in ("INTEGER", "DOUBLE") else _text(text)

    written = ""
    for row in held:
        cells = "".join(f"            {_text(name)}: {value(name, text)},\n" for name, text in row.items())
        written += f"        {{\n{cells}        }},\n"
    return written


def _year(wanted: Wanted, begun: Mapping[str, Sequence[Mapping[str, str]]]) -> int:
    """Return the year that the rows to begin with are of."""
    for name, held in begun.items():
        column = wanted.date or (store.definition(name).get("period") or {}).get("column", "")
        year = held[0].get(column, "")[:4] if held else ""
        if year.isdecimal():
            return int(year)
    return max(load().plan.years)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
