"""The frames of the demonstration as text: to write them, and to judge them as every register is judged.

The judging itself is that of `helpers.intake`.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from ..errors import Problem
from ..intake import declaration, judging

# Decimals a float is written with; a column of this type that is not named here is refused.
DECIMALS = {
    "cost_try": 0, "own_budget_eur": 0, "ects": 1, "ects_earned": 1, "ects_recognised": 1,
    "foreign_papers_pct": 1, "foreign_language_pct": 1, "foreign_language_credits_pct": 1,
    "mean_score": 2, "deviation_score": 2, "value": 2,
}  # fmt: skip


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

    `partners` are the ids of the list of partners, which comes with the data and not with the code. Rows are
    counted as in the file that is written, whose first line is the header.
    """
    registers = registers or declaration.declared()
    found: list[Problem] = []
    texts: dict[str, judging.Texts] = {"partners": {"partner_id": list(partners)}}
    for register, described in registers.items():
        if register not in frames:
            found.append(Problem(f"{register}.csv", "", 0, "", "", "the register", "Add it."))
            continue
        strangers = sorted(set(described["columns"]).symmetric_difference(frames[register].columns))
        for name in strangers:
            wanted = "the column" if name in described["columns"] else "no such column"
            found.append(Problem(f"{register}.csv", "", 1, str(name), "", wanted, "Correct the header."))
        if not strangers:
            texts[register] = cells(frames[register], described["columns"])
    for register, breaches in judging.whole(registers, texts).items():
        for breach in breaches:
            columns = ", ".join(breach.columns)
            place = (f"{register}.csv", "", breach.row + 2, columns, breach.value)
            found.append(Problem(*place, breach.expected, breach.remedy))
    return found
