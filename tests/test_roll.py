"""A new year is opened: what is written can be sent and received, nothing that is there is touched."""

import csv
from datetime import date

import openpyxl
import pytest
import yaml
from conftest import REPO
from icalendar import Calendar

from helpers import store
from helpers.cli import main
from helpers.desk import year as desk
from helpers.errors import ParameterError
from helpers.intake import receive
from helpers.intake.declaration import receivable

TARGETS = [
    {"indicator": "G1.01", "year": "2026", "kind": "target", "value": "12.5", "is_placeholder": "false"},
    {"indicator": "G1.01", "year": "2023", "kind": "baseline", "value": "9", "is_placeholder": "false"},
    {"indicator": "G1.02", "year": "2026", "kind": "target", "value": "3", "is_placeholder": "false"},
    {"indicator": "G1.02", "year": "2027", "kind": "target", "value": "4", "is_placeholder": "false"},
    {"indicator": "G1.03", "year": "2026", "kind": "target", "value": "", "is_placeholder": "false"},
]
EVENT = {
    "event_id": "E1", "unit": "eng", "title": "Kongre", "kind": "congress", "level": "international",
    "status": "held", "planned_year": "2026", "start_date": "2026-05-31", "end_date": "2026-06-02",
    "participants_count": "120", "foreign_participants_count": "30", "countries_count": "9",
    "foreign_papers_pct": "12.5",
}  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch, workbook_root):
    """Two registers are enough: each template takes a tenth of a second."""
    few = {name: receivable()[name] for name in ("events", "targets")}
    monkeypatch.setattr("helpers.desk.status.receivable", lambda: few)


def taken(folder, name, rows, unit=""):
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert receive(path, None, unit, "", "").problem_count == 0


def test_the_year_after_the_last_is_opened(workbook_root, tmp_path, capsys):
    to, plan = tmp_path / "new", workbook_root / "data" / "catalog" / "plan.yml"
    before = plan.read_text(encoding="utf-8")
    taken(tmp_path, "events.csv", [EVENT], unit="eng")
    assert main(["roll", "2027", "--language", "en", "--to", str(to)]) == 0
    out = capsys.readouterr().out
    assert plan.read_text(encoding="utf-8") == before.replace("2026]", "2026, 2027]")
    made = sorted(path.relative_to(to).as_posix() for path in to.rglob("*") if path.is_file())
    assert made == ["due-2027.ics", "templates/all/targets-2027.xlsx", "templates/eng/events-eng-2027.xlsx"]
    assert "2 templates, for 2 recipients" in out
    assert "workbook run --year 2026 --edition live --record" in out
    assert openpyxl.load_workbook(to / "templates/eng/events-eng-2027.xlsx").sheetnames
    assert "revise" not in out  # the plan reaches to 2028


def test_what_is_there_is_left_as_it_was(workbook_root, tmp_path, capsys):
    to = tmp_path / "new"
    taken(tmp_path, "targets.csv", TARGETS)
    assert main(["roll", "2027", "--language", "tr", "--to", str(to)]) == 0
    touched = [path for path in to.rglob("*") if path.is_file()]
    for path in touched:
        path.write_text("mine", encoding="utf-8")
    (workbook_root / "data" / "catalog" / "plan.yml").read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(["roll", "2027", "--language", "tr", "--to", str(to)]) == 0
    out = capsys.readouterr().out
    assert "Zaten vardı, dokunulmadı:" in out and "Yapılan:" not in out
    assert {path.read_text(encoding="utf-8") for path in touched} == {"mine"}
    assert len(touched) == len([path for path in to.rglob("*") if path.is_file()])
    years = yaml.safe_load((workbook_root / "data" / "catalog" / "plan.yml").read_text("utf-8"))["years"]
    assert years == [2022, 2023, 2024, 2025, 2026, 2027]


def test_targets_are_carried_where_the_year_has_none_and_can_be_received(workbook_root, tmp_path):
    taken(tmp_path, "targets.csv", TARGETS)
    desk.roll(2027, tmp_path / "new", "en")
    answer = receive(tmp_path / "new" / "targets-2027.csv", None, "", "", "")
    assert answer.problem_count == 0
    held = store.read("live", "targets").frame
    aims = held[held["year"] == 2027].sort_values("indicator")
    assert list(zip(aims["indicator"], aims["value"], aims["is_placeholder"], strict=True)) == [
        ("G1.01", 12.5, True),
        ("G1.02", 4.0, False),
    ]
    assert len(held) == len(TARGETS) + 1


def test_the_calendar_says_what_is_due_from_whom(workbook_root, tmp_path):
    taken(tmp_path, "events.csv", [EVENT], unit="eng")
    desk.roll(2027, tmp_path / "new", "en")
    read = Calendar.from_ical((tmp_path / "new" / "due-2027.ics").read_bytes())
    days = {str(event["summary"]): event.decoded("dtstart") for event in read.walk("VEVENT")}
    assert days["Faculty of Engineering: submit 1 data set of 2027"] == date(2028, 2, 29)
    assert days["Rectorate: Submit the data for THE (edition 2028)"] == date(2027, 3, 30)
    assert all(date(2027, 1, 1) <= day <= date(2028, 2, 29) for day in days.values())
    ids = [str(event["uid"]) for event in read.walk("VEVENT")]
    assert len(ids) == len(set(ids))
    assert all("url" not in event for event in read.walk("VEVENT"))


@pytest.mark.parametrize("year", [2021, 2028, 9999])
def test_a_year_that_does_not_follow_is_refused_and_nothing_is_written(workbook_root, tmp_path, year):
    with pytest.raises(ParameterError, match="2027, which follows"):
        desk.roll(year, tmp_path / "new", "en")
    assert not (tmp_path / "new").exists()


def test_years_written_in_another_way_are_left_to_a_person(workbook_root, tmp_path):
    plan = workbook_root / "data" / "catalog" / "plan.yml"
    other = plan.read_text(encoding="utf-8").replace(
        "[2022, 2023, 2024, 2025, 2026]", "\n" + "".join(f"  - {year}\n" for year in range(2022, 2027))
    )
    plan.write_text(other, encoding="utf-8")
    assert any("Add 2027 to years" in told for told in desk.roll(2027, tmp_path / "new", "en").then)
    assert plan.read_text(encoding="utf-8") == other
    assert str(REPO) not in other
