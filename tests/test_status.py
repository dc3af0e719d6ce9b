"""Who has handed in what: every state from files that were really received, days from the calendar."""

import csv
from datetime import date

import pytest
from conftest import REPO

from helpers.cli import main
from helpers.desk import status
from helpers.intake import receive, withdraw
from helpers.intake.declaration import receivable

EVENT = {
    "event_id": "E1", "unit": "eng", "title": "Kongre", "kind": "congress", "level": "international",
    "status": "held", "planned_year": "2025", "start_date": "2025-05-31", "end_date": "2025-06-02",
    "participants_count": "120", "foreign_participants_count": "30", "countries_count": "9",
    "foreign_papers_pct": "12.5",
}  # fmt: skip
WRONG = EVENT | {"event_id": "E2", "kind": "picnic"}
BEFORE, AFTER = date(2026, 2, 28), date(2026, 3, 1)


def taken(folder, name, *rows, unit=""):
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return receive(path, None, unit, "", "")


def events(year=2025, today=BEFORE):
    return {one.unit: one for one in status.of(year, today) if one.register == "events"}


def test_the_data_of_a_year_are_due_on_the_first_monitoring_date_after_it(workbook_root):
    """`evaluation` of the calendar is 31 February, so the month's last day."""
    assert status.due(2025) == date(2026, 2, 28)
    assert status.due(2023) == date(2024, 2, 29)


def test_what_nobody_handed_in_is_open_until_its_day_and_late_after_it(workbook_root):
    before, after = status.of(2025, BEFORE), status.of(2025, AFTER)
    assert {one.register for one in before} == set(receivable())
    assert {(one.unit, one.state) for one in before} == {("all", "open")}
    assert {(one.unit, one.state) for one in after} == {("all", "late")}


def test_a_received_register_is_in_with_its_rows_and_day(workbook_root, tmp_path):
    taken(tmp_path, "events.csv", EVENT, EVENT | {"event_id": "E3"}, unit="eng")
    (line,) = events(today=AFTER).values()
    assert (line.unit, line.state, line.rows, line.rejected) == ("eng", "in", 2, 0)
    assert line.received is not None


def test_rejected_rows_are_told_and_a_corrected_file_settles_them(workbook_root, tmp_path):
    taken(tmp_path, "events.csv", EVENT, WRONG, unit="eng")
    assert (events()["eng"].state, events()["eng"].rows, events()["eng"].rejected) == ("partly", 1, 1)
    taken(tmp_path, "corrected.csv", EVENT, WRONG | {"kind": "congress"}, unit="eng")
    assert (events()["eng"].state, events()["eng"].rows, events()["eng"].rejected) == ("in", 2, 0)


def test_a_file_of_which_nothing_was_accepted_is_rejected(workbook_root, tmp_path):
    received = int(taken(tmp_path, "events.csv", WRONG, unit="eng").problem_count)
    assert received == 1
    year = date.today().year
    assert events(year, date(year, 1, 1))["eng"].state == "rejected"


def test_a_unit_owes_what_it_handed_in_the_year_before(workbook_root, tmp_path):
    taken(tmp_path, "voc.csv", EVENT | {"unit": "voc-ara"}, unit="voc-ara")
    assert events(2026, date(2026, 6, 1)).keys() == {"voc-ara"}
    assert events(2026, date(2027, 6, 1))["voc-ara"].state == "late"
    assert events(2027, date(2027, 6, 1)).keys() == {"all"}


def test_what_was_withdrawn_is_no_longer_in(workbook_root, tmp_path):
    taken(tmp_path, "events.csv", EVENT, unit="eng")
    withdraw("events/eng-2025", "mistyped")
    assert events(today=AFTER)["eng"].state == "late"


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", ("Faculty of Engineering", "in, rows rejected", "LATE")),
     ("tr", ("Mühendislik Fakültesi", "alındı, reddedilen satır var", "GECİKTİ"))],
)  # fmt: skip
def test_the_table_speaks_the_language(workbook_root, tmp_path, capsys, language, told):
    taken(tmp_path, "events.csv", EVENT, WRONG, unit="eng")
    assert main(["status", "--year", "2025", "--language", language]) == 0
    out = capsys.readouterr().out
    assert all(one in out for one in told)
    assert len(out.splitlines()) == 1 + len(receivable()) + 3
    assert str(REPO) not in out
