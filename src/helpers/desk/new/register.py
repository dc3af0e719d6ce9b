"""A new register: its declaration, what its columns mean, what its values are called, and a test.

Template, check and receive work by the declaration alone, so that nothing else is needed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ... import paths, store
from ...catalog import load
from ...catalog.personal import load_personal_data
from ...intake import declaration
from ...texts import Texts
from . import Made, added, coded, entry, refused

_TYPES = {"text": "VARCHAR", "whole": "INTEGER", "number": "DOUBLE", "date": "DATE", "yes_no": "BOOLEAN"}
_COLUMN = (
    "name|text (whole, number, date, yes_no)|Heading|Başlık|Meaning|Anlamı|required list=units allowed=a,b"
)
_LABEL = "value=English|Türkçe"


def made(say: Texts, told: Mapping[str, Any]) -> tuple[Made, list[Path]]:
    """Return the files of a register as the options say it, and those among them that grow.

    Raises WorkbookError where its name is malformed or taken, a column is not told as `_COLUMN`, the key or
    the period is no column, or a value of a list has no name in both languages.
    """
    code = coded(say, told["code"], r"[a-z][a-z0-9]*(_[a-z0-9]+)*", "summer_schools")
    if code in store.datasets():
        name = store.definition(code)["meaning"][say.language]
        raise refused(say, say("new.taken", code=code, name=name))
    columns: dict[str, Any] = {}
    meanings: dict[str, Any] = {}
    for one in told["column"]:
        name, described, meaning = _column(say, one)
        if name in columns:
            raise refused(say, say("new.taken", code=name, name=one))
        columns[name], meanings[name] = described, meaning
    period, clock = _clock(told["period"])
    keys = [one.strip() for one in told["key"].split(",")]
    for one in (*keys, period):
        if one not in columns:
            raise refused(say, say("new.no_column", column=one, register=code, known=", ".join(columns)))
        columns[one]["required"] = True
    labels = _labels(say, columns, told["label"])
    described = {
        code: {
            "meaning": {"en": told["name"], "tr": told["name_tr"]},
            "key": keys,
            "period": {"column": period, "clock": clock},
            "columns": columns,
        }
    }
    catalog = paths.data("catalog")
    texts = {
        catalog / "datasets" / "registers.yml": described,
        catalog / "columns.yml": {f"{code}.{name}": meaning for name, meaning in meanings.items()},
        catalog / "labels.yml": labels,
    }
    files: dict[Path, str | bytes] = {at: added(at, entry(text)) for at, text in texts.items() if text}
    grows = list(files)
    test = paths.root() / "tests" / f"test_register_{code}.py"
    files[test] = _test(code, columns)
    then = [say("new.then_test", file=paths.shown(test)), say("new.then_template", register=code)]
    return Made(files, then), grows


def _clock(told: str) -> tuple[str, str]:
    """Return the column of the period and its clock: `start_date`, or `academic_year academic`."""
    column, _, clock = told.partition(" ")
    return column, clock.strip() or "calendar"


def _column(say: Texts, told: str) -> tuple[str, dict[str, Any], dict[str, str]]:
    parts = [part.strip() for part in told.split("|")]
    if len(parts) not in (6, 7) or parts[1] not in _TYPES or not all(parts[:6]):
        raise refused(say, say("new.no_pair", told=told, form=_COLUMN))
    name = coded(say, parts[0], r"[a-z][a-z0-9]*(_[a-z0-9]+)*", "start_date")
    if any(rule.is_heading(heading) for heading in parts[2:4] for rule in load_personal_data().rules):
        raise refused(say, say("new.personal", column=name))
    described: dict[str, Any] = {"type": _TYPES[parts[1]]}
    for extra in (parts[6] if len(parts) == 7 else "").split():
        key, _, value = extra.partition("=")
        if extra == "required":
            described["required"] = True
        elif key == "list" and value in {*declaration.reference_lists(), *declaration.receivable()}:
            described["list"] = value
        elif key == "allowed" and value:
            described["allowed"] = value.split(",")
        elif key in ("minimum", "maximum") and value.lstrip("-").isdecimal():
            described[key] = int(value)
        else:
            raise refused(say, say("new.no_pair", told=extra, form=_COLUMN))
    described |= {"en": parts[2], "tr": parts[3]}
    return name, described, {"en": parts[4], "tr": parts[5]}


def _labels(say: Texts, columns: Mapping[str, Any], told: Sequence[str]) -> dict[str, Any]:
    """Return the names of the values that have none yet; a value without a name is refused."""
    given: dict[str, Any] = {}
    for one in told:
        value, equals, names = one.partition("=")
        english, bar, turkish = (part.strip() for part in names.partition("|"))
        if not (value and equals and english and bar and turkish):
            raise refused(say, say("new.no_pair", told=one, form=_LABEL))
        given[value] = {"en": english, "tr": turkish}
    known = load().labels
    needed = [value for column in columns.values() for value in column.get("allowed", ())]
    nameless = [value for value in needed if value not in known and value not in given]
    if nameless:
        raise refused(say, say("new.no_label", values=", ".join(nameless)))
    return {value: names for value, names in given.items() if value not in known}


def _test(code: str, columns: Mapping[str, Any]) -> str:
    cells = "".join(f'    "{name}": None,\n' for name in columns)
    return f'''"""The register {code}, by a row that is right and one that is wrong.

It fails until you have filled in both places: RIGHT, a row as a unit would hand it in (texts, days as
2026-05-31, "" where a cell is empty), and WRONG, the column of which a value is wrong, with that value.
"""

import csv
from pathlib import Path

import pytest

from helpers.intake import check

RIGHT = {{
{cells}}}
WRONG = ("", "")


def test_{code}_takes_what_is_right_and_rejects_what_is_wrong(tmp_path: Path) -> None:
    if None in RIGHT.values() or WRONG[0] not in RIGHT:
        pytest.fail("Fill in RIGHT, a row as a unit hands it in, and WRONG, a column and a wrong value.")
    for rows, problems in (([RIGHT], False), ([RIGHT | dict([WRONG])], True)):
        path = tmp_path / "{code}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(RIGHT))
            writer.writeheader()
            writer.writerows(rows)
        assert bool(check(path).problem_count) == problems
'''
