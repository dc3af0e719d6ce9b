"""Who has handed in what: every state from files that were really received, days from the calendar."""

import csv
import re
from datetime import date

import pytest
from chromium import in_browser
from conftest import REPO
from test_pages_in_browser import LOOKS, check_fits, page, violations  # noqa: F401 - `page` is a fixture

from helpers.cli import main
from helpers.desk import status, status_page
from helpers.intake import receive, withdraw
from helpers.intake.declaration import receivable
from helpers.site import alone, sheet
from helpers.texts import Texts

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


# -- as a page ---------------------------------------------------------------------------------------------


def words(element):
    return " ".join("".join(element.itertext()).split())


def rows_of(html, section):
    """The cells of a section's table, without the sign before a state."""
    rows = alone.parsed(html).findall(f".//section[@id='{section}']//tbody/tr")
    return [[re.sub(r"^[✓◆✕▼○] ", "", words(cell)) for cell in row] for row in rows]


@pytest.mark.parametrize("language", ["en", "tr"])
def test_the_page_holds_the_table_and_what_is_to_be_followed_up(workbook_root, tmp_path, capsys, language):
    taken(tmp_path, "events.csv", EVENT, WRONG, unit="eng")
    taken(tmp_path, "voc.csv", EVENT | {"unit": "voc-ara"}, unit="voc-ara")
    file = tmp_path / "folder" / "status.html"
    asked = ["status", "--year", "2025", "--language", language]
    assert main([*asked, "--page", str(file)]) == 0
    assert capsys.readouterr().out == f"{ {'en': 'Written', 'tr': 'Yazıldı'}[language] }: {file}\n"
    html, say, lines = file.read_text(encoding="utf-8"), Texts(language), status.of(2025, date.today())
    told = [[" ".join(cell.split()) for cell in status.told(say, line)] for line in lines]
    assert rows_of(html, "registers") == told
    wanted = {"partly", "rejected", "late"}
    followed = [cells for line, cells in zip(lines, told, strict=True) if line.state in wanted]
    assert sorted(rows_of(html, "follow")) == sorted([b, a, *rest] for a, b, *rest in followed)
    whose = [row[0] for row in rows_of(html, "follow")]
    assert whose == sorted(whose, key=lambda name: name == say("status.whole"))  # units come first
    by_unit = {name: [int(count) for count in counts] for name, *counts in rows_of(html, "units")}
    assert len(by_unit) == 3 and sum(map(sum, by_unit.values())) == len(lines)
    whole = words(alone.parsed(html).find(".//main"))
    assert all(sentence in whole for sentence in status.summary(say, 2025, lines))
    assert str(tmp_path) not in html and 'href="search' not in html and ".html" not in html
    # It is written over only where that is said.
    assert main([*asked, "--page", str(file)]) == 1 and "--replace" in capsys.readouterr().err
    assert main([*asked, "--page", str(file), "--replace"]) == 0
    assert main([*asked, "--page", str(file / "below.html")]) == 1


def test_a_page_on_which_nothing_is_to_be_followed_up_says_so(workbook_root):
    html = status_page.page(Texts("en"), 2025, BEFORE)
    assert not rows_of(html, "follow") and "Nothing is late, and nothing was rejected." in html
    assert {row[2] for row in rows_of(html, "registers")} == {"open"}


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=cmd|' /C calc'!A0",
    "Fa\u202eculty",
]


@pytest.mark.browser
@in_browser
def test_the_page_is_safe_and_in_the_design_of_the_reports(workbook_root, tmp_path, page):  # noqa: F811
    """Names of units with all in them that must not act; alone, offline, at every width, in each look."""
    units = workbook_root / "data" / "reference" / "units.csv"
    table = list(csv.DictReader(units.open(encoding="utf-8", newline="")))
    long = "Uluslararasılaştırmadan Sorumlu Koordinatörlüklerin Birleşik Müdürlüğü " * 2
    codes = [row["code"] for row in table[: len(HOSTILE) + 1]]
    for row, name in zip(table, [*HOSTILE, long], strict=False):
        row |= {"name_en": name, "name_tr": name}
    with units.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    for code in codes:
        taken(tmp_path, f"{code}.csv", EVENT | {"unit": code}, unit=code)
    html = status_page.page(Texts("tr"), 2025, AFTER)
    named = [row[1] for row in rows_of(html, "registers") if row[0] == rows_of(html, "registers")[0][0]]
    assert {*HOSTILE[:3], "Faculty", " ".join(long.split())} == set(named)
    root = alone.parsed(html)
    assert [one.text for one in root.iter("script")] == [sheet.script()]
    assert not root.findall(".//img") and not root.xpath("//@*[starts-with(name(), 'on')]")
    (tmp_path / "status.html").write_text(html, encoding="utf-8")
    found = {}
    for look, width in zip(LOOKS, (320, 1440, 390), strict=True):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto((tmp_path / "status.html").as_uri(), wait_until="load")
        if look == "light":
            check_fits(page, width)
        page.emulate_media(
            media="print" if look == "print" else "screen", color_scheme="dark" if look == "dark" else "light"
        )
        found[look] = violations(page)
    assert found == {look: [] for look in LOOKS}
    assert page.complaints == [] and {url.partition(":")[0] for url in page.asked} == {"file"}
    page.emulate_media(media="screen")
    page.click("#units thead button")  # the page's own script sorts its tables
    assert page.get_attribute("#units thead th", "aria-sort") == "ascending"
