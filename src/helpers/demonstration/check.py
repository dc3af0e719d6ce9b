"""Do frames keep what `data/catalog/datasets/registers.yml` declares?

All checks read a cell as it is written in a file, so that a frame just generated, one read from the
store and one with text where numbers belong are judged alike.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import yaml
from babel import Locale

from .. import paths
from ..errors import CatalogError, Problem, one_of
from .world import ACCREDITORS

# Decimals a float is written with; a column of this type that is not named here is refused.
DECIMALS = {
    "cost_try": 0, "own_budget_eur": 0, "ects": 1, "ects_earned": 1, "ects_recognised": 1,
    "foreign_papers_pct": 1, "foreign_language_pct": 1, "foreign_language_credits_pct": 1,
    "mean_score": 2, "deviation_score": 2, "value": 2,
}  # fmt: skip
_NUMBER = {"INTEGER": re.compile(r"-?[0-9]+"), "DOUBLE": re.compile(r"-?[0-9]+(\.[0-9]+)?")}
_SAID = {"INTEGER": "a whole number", "DOUBLE": "a number", "DATE": "a date such as 2024-05-31",
         "BOOLEAN": "true or false"}  # fmt: skip
# Territories of Babel that are no places of citizenship: unions, the world, pseudo-locales, the unknown.
_NO_COUNTRY = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})


def declared(root: Path | None = None) -> dict[str, Any]:
    """Return the definitions of the registers, in the order of the file."""
    return _declared((root or paths.root()) / "data" / "catalog" / "datasets" / "registers.yml")


@lru_cache(maxsize=4)
def _declared(path: Path) -> dict[str, Any]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise CatalogError(f"{paths.shown(path)} holds no table of registers.")
    return found


def countries() -> frozenset[str]:
    """Return the two-letter codes of countries (ISO 3166, and XK for Kosovo)."""
    territories = Locale.parse("en").territories
    codes = (str(code) for code in territories)
    return frozenset(code for code in codes if re.fullmatch("[A-Z]{2}", code)) - _NO_COUNTRY


def units() -> frozenset[str]:
    """Return the codes of the university's units."""
    return frozenset(_column(paths.data("reference", "units.csv"), "code"))


def _column(path: Path, name: str) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from (row[name] for row in csv.DictReader(file))


# -- cells as they are written -----------------------------------------------------------------------


def cell(value: object, kind: str, decimals: int = 2) -> str:
    """Write a value as it stands in a file: ISO dates, true and false, nothing where it is missing."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, datetime):
        # A time of day would be lost in silence.
        return (
            value.date().isoformat()
            if value == datetime.combine(value.date(), datetime.min.time())
            else str(value)
        )
    if isinstance(value, date):
        return value.isoformat()
    if kind == "DOUBLE" and isinstance(value, float | int):
        return f"{value:.{decimals}f}"
    if kind == "INTEGER" and isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def cells(frame: pd.DataFrame, columns: Mapping[str, Any]) -> dict[str, list[str]]:
    """Write the declared columns of a frame."""
    return {
        name: [cell(value, described["type"], DECIMALS.get(name, 2)) for value in frame[name].tolist()]
        for name, described in columns.items()
    }


# -- checking ----------------------------------------------------------------------------------------


def problems(
    frames: Mapping[str, pd.DataFrame], partners: Iterable[str], registers: Mapping[str, Any] | None = None
) -> list[Problem]:
    """Return everything in which frames break the declaration, register by register.

    `partners` are the ids of the list of partners, which comes with the data and not with the code.
    """
    registers = registers or declared()
    lists = {
        "countries": countries(),
        "units": units(),
        "partners": frozenset(partners),
        "accreditors": frozenset(ACCREDITORS),
    }
    found: list[Problem] = []
    written: dict[str, dict[str, list[str]]] = {}
    for register, described in registers.items():
        if register not in frames:
            found.append(_problem(register, 0, "", "", "the register", "Add it."))
            continue
        strangers = sorted(set(described["columns"]).symmetric_difference(frames[register].columns))
        for name in strangers:
            wanted = "the column" if name in described["columns"] else "no such column"
            found.append(_problem(register, 1, str(name), "", wanted, "Correct the header."))
        if not strangers:
            written[register] = cells(frames[register], described["columns"])
    for register, text in written.items():
        described = registers[register]
        for name, column in described["columns"].items():
            found += _column_problems(register, name, column, text[name], lists)
        found += _key_problems(register, described["key"], text)
        for name, target in described.get("relations", {}).items():
            found += _relation_problems(register, name, target, text, written)
        found += _rule_problems(register, described, text)
    return found


def _problem(register: str, row: int, column: str, value: str, expected: str, remedy: str = "") -> Problem:
    # Rows are counted from 0 here; the first line of the file is the header.
    return Problem(f"{register}.csv", "", row, column, value, expected, remedy or "Correct the value.")


def _column_problems(
    register: str,
    name: str,
    column: Mapping[str, Any],
    values: list[str],
    lists: Mapping[str, frozenset[str]],
) -> Iterator[Problem]:
    kind = column["type"]
    if "list" in column and column["list"] not in lists:
        raise CatalogError(f"{register}.{name} names the list {column['list']!r}.", one_of(sorted(lists)))
    for row, value in enumerate(values, 2):
        if value == "":
            if column.get("required"):
                yield _problem(register, row, name, value, "a value")
        elif not _is(value, kind):
            yield _problem(register, row, name, value, _SAID[kind])
        elif "allowed" in column and value not in column["allowed"]:
            yield _problem(register, row, name, value, one_of(column["allowed"]))
        elif "list" in column and value not in lists[column["list"]]:
            yield _problem(register, row, name, value, f"a value of the list {column['list']}")
        elif "minimum" in column and float(value) < column["minimum"]:
            yield _problem(register, row, name, value, f"at least {column['minimum']}")
        elif "maximum" in column and float(value) > column["maximum"]:
            yield _problem(register, row, name, value, f"at most {column['maximum']}")


def _is(value: str, kind: str) -> bool:
    if kind in _NUMBER:
        return _NUMBER[kind].fullmatch(value) is not None
    if kind == "BOOLEAN":
        return value in ("true", "false")
    if kind == "DATE":
        try:
            return date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False
    return True


def _key_problems(register: str, key: list[str], text: Mapping[str, list[str]]) -> Iterator[Problem]:
    keys = list(zip(*(text[name] for name in key), strict=True))
    times = Counter(keys)
    for row, value in enumerate(keys, 2):
        if times[value] > 1:
            yield _problem(register, row, ", ".join(key), ", ".join(value), "a key that stands once")


def _relation_problems(
    register: str,
    name: str,
    target: str,
    text: Mapping[str, list[str]],
    written: Mapping[str, Mapping[str, list[str]]],
) -> Iterator[Problem]:
    other, column = target.split(".")
    known = frozenset(written.get(other, {}).get(column, ()))
    for row, value in enumerate(text[name], 2):
        if value and value not in known:
            yield _problem(register, row, name, value, f"a value of {target}")


def _rule_problems(
    register: str, described: Mapping[str, Any], text: Mapping[str, list[str]]
) -> Iterator[Problem]:
    rules = described.get("rules", [])
    if not rules:
        return
    columns = described["columns"]
    typed = ", ".join(f"""try_cast(nullif("{c}", '') as {d["type"]}) as "{c}\"""" for c, d in columns.items())
    with duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "threads": "1",
        }
    ) as connection:
        frame = pd.DataFrame(dict(text), dtype=object)
        frame.insert(0, "line", range(2, 2 + len(frame)))
        connection.register("text", frame)
        connection.execute(f"create table checked as select line, {typed} from text")
        for rule in rules:
            broken = f"select line from checked where {rule['when']} order by line"
            for (line,) in connection.execute(broken).fetchall():
                yield _problem(register, line, "", "", rule["en"])
