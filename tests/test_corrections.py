"""Declared corrections: what they may say, what they change, and when they refuse to."""

from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from helpers.catalog import Correction, load
from helpers.errors import CatalogError, FileRefused
from helpers.intake import corrections

TEXT = {"en": "Because.", "tr": "Çünkü."}
DIVIDE: dict[str, Any] = {
    "id": "toy-doubled",
    "in_force": True,
    "dataset": "students_by_origin",
    "entity": {"host_code": "TR"},
    "period": {"column": "year", "from": 2014, "to": 2015},
    "action": {"column": "students_count", "divide_by": 2},
    "reason": TEXT,
    "evidence": TEXT,
    "reported": {"found": "2026-11-25", "to": "nobody yet"},
    "expect": {"totals": {2014: 10, 2015: 8}},
}
PUT: dict[str, Any] = {
    **DIVIDE,
    "id": "toy-code",
    "dataset": "charter_holders",
    "entity": {"pic": "123456789"},
    "period": None,
    "action": {"column": "erasmus_code", "put": "TR TRABZON01"},
    "expect": {"value": "TR TRABZON99"},
}


def changed(base: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**deepcopy(base), **changes}


def row(host: str, year: int, count: int | None) -> dict[str, str | None]:
    return {"host_code": host, "year": str(year), "students_count": None if count is None else str(count)}


def apply(records: list[dict[str, str | None]], *given: dict[str, Any]) -> list[corrections.Applied]:
    declared = [Correction.model_validate(one) for one in given]
    return corrections.apply("toy.csv", declared[0].dataset, records, declared)


# -- what a correction changes -----------------------------------------------------------------------------


def test_only_the_rows_of_the_entity_and_the_period_are_divided():
    records = [
        row("TR", 2014, 6),
        row("TR", 2014, 4),
        row("TR", 2015, 8),
        row("TR", 2013, 7),
        row("DE", 2014, 6),
    ]
    (applied,) = apply(records, DIVIDE)
    assert [one["students_count"] for one in records] == ["3", "2", "4", "7", "6"]
    assert (applied.lines, applied.periods) == ((0, 1, 2), (2014, 2015))


def test_a_file_of_one_of_the_years_is_held_to_that_years_total_alone():
    records = [row("TR", 2015, 8), row("TR", 2015, None)]
    (applied,) = apply(records, DIVIDE)
    assert ([one["students_count"] for one in records], applied.periods) == (["4", None], (2015,))


def test_a_file_without_such_rows_is_left_alone():
    records = [row("DE", 2014, 3), row("TR", 2016, 5)]
    assert apply(records, DIVIDE) == []
    assert [one["students_count"] for one in records] == ["3", "5"]


@pytest.mark.parametrize("held", [5, 11, 9])
def test_another_total_than_the_damaged_one_stops_the_run(held):
    with pytest.raises(FileRefused) as refused:
        apply([row("TR", 2014, held)], DIVIDE)
    assert "toy-doubled" in str(refused.value) and f"holds {held}" in str(refused.value)
    assert "10 (2014)" in str(refused.value)


def test_a_total_that_fits_with_values_that_cannot_be_halved_stops_the_run():
    with pytest.raises(FileRefused, match="cannot divide the value 7"):
        apply([row("TR", 2014, 7), row("TR", 2014, 3)], DIVIDE)


def test_a_value_is_put_in_the_place_of_the_damaged_one():
    records = [
        {"pic": "123456789", "erasmus_code": "TR TRABZON99"},
        {"pic": "1", "erasmus_code": "TR TRABZON99"},
    ]
    (applied,) = apply(records, PUT)
    assert [one["erasmus_code"] for one in records] == ["TR TRABZON01", "TR TRABZON99"]
    assert applied.lines == (0,)


@pytest.mark.parametrize("held", ["TR TRABZON01", None])
def test_a_value_that_was_mended_stops_the_run(held):
    with pytest.raises(FileRefused, match="seems to have mended"):
        apply([{"pic": "123456789", "erasmus_code": held}], PUT)


@pytest.mark.parametrize(("held", "is_there"), [(10, True), (5, False)])
def test_a_proposal_changes_nothing_and_is_named_while_its_damage_is_there(held, is_there):
    records = [row("TR", 2014, held), row("DE", 2014, 3)]
    proposal = changed(DIVIDE, in_force=False)
    assert apply(records, proposal) == []
    found = corrections.proposed(
        "toy.csv", "students_by_origin", records, [Correction.model_validate(proposal)]
    )
    assert [(one.id, one.lines) for one in found] == ([("toy-doubled", (0,))] if is_there else [])
    assert [one["students_count"] for one in records] == [str(held), "3"]


# -- what a correction may say -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        (changed(DIVIDE, note="x"), "note"),
        (changed(DIVIDE, action={"column": "students_count", "divide_by": 2, "put": "1"}), "action"),
        (changed(DIVIDE, action={"column": "students_count", "divide_by": 1}), "divide_by"),
        (changed(DIVIDE, expect={}), "totals"),
        (changed(DIVIDE, expect={"totals": {2014: 10}}), "2015"),
        (changed(DIVIDE, period=None), "period"),
        (changed(DIVIDE, entity={}), "entity"),
        (changed(DIVIDE, reason={"en": "Because."}), "tr"),
        (changed(PUT, expect={"totals": {2014: 1}}), "period"),
        ({k: v for k, v in DIVIDE.items() if k != "expect"}, "expect"),
        ({k: v for k, v in DIVIDE.items() if k != "reported"}, "reported"),
        ({k: v for k, v in DIVIDE.items() if k != "in_force"}, "in_force"),
    ],
)
def test_a_correction_that_says_too_much_or_too_little_is_refused(wrong, names):
    with pytest.raises(ValidationError, match=names):
        Correction.model_validate(wrong)


def test_a_correction_that_fits_no_received_table_is_refused_with_the_catalogue(workbook_root):
    path = workbook_root / "data" / "corrections" / "oecd.yml"
    text = path.read_text(encoding="utf-8")
    entry = text[text.index("- id:") :]
    for old, new in (("host_code: TR", "host: TR"), ("column: students_count", "column: students")):
        assert old in text
        text = text.replace(old, new)
    elsewhere = entry.replace("doubled", "other").replace("students_by_origin", "students")
    path.write_text(f"{text}\n{elsewhere}\n{elsewhere}", encoding="utf-8")
    with pytest.raises(CatalogError) as refused:
        load()
    for named in (
        "oecd-turkey-doubled names column 'host'",
        "oecd-turkey-doubled names column 'students'",
        "oecd-turkey-other is for 'students', which no format is received as",
        "'oecd-turkey-other' stands twice",
    ):
        assert named in str(refused.value)


def test_a_correction_with_an_unknown_entry_is_refused_with_its_file(workbook_root):
    path = workbook_root / "data" / "corrections" / "oecd.yml"
    written = path.read_text(encoding="utf-8").replace("expect:\n", "expects:\n")
    path.write_text(written, encoding="utf-8")
    with pytest.raises(CatalogError, match="expects") as refused:
        load()
    assert "corrections/oecd.yml" in str(refused.value)


def test_every_shipped_correction_names_a_damage_and_both_languages():
    for one in load().corrections:
        assert one.expect.totals or one.expect.value is not None
        assert one.reason.en != one.reason.tr and one.evidence.en != one.evidence.tr
