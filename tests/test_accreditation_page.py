"""The page on accreditation: what it says first, what it lists and in which order, what it says of gaps."""

import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from sample import start as shared_start
from test_measures_goal1 import DEFAULTS, table

from helpers.measures.core import Registers
from helpers.present import accreditation as page
from helpers.present import pieces
from helpers.present.pieces import Piece
from helpers.run import Run, start

DEFAULTS.setdefault(
    "accreditation",
    {"accreditation_id": "#", "programme_id": "g1", "unit": "eng", "body": "MUDEK", "status": "active",
     "decision_date": "2024-06-01", "start_date": "2024-10-01", "end_date": "2029-09-30",
     "application_open": False},
)  # fmt: skip

VIEWS: dict[str, Callable[[Run], Piece]] = {
    "messages": page.messages,
    "coverage_chart": page.coverage_chart,
    "coverage_by unit": lambda run: page.coverage_by(run, "unit"),
    "coverage_by degree_level": lambda run: page.coverage_by(run, "degree_level"),
    "timeline": page.timeline,
    "calendar": page.calendar,
    "risk_chart": page.risk_chart,
    "gaps": page.gaps,
    "bodies": page.bodies,
    "open_bodies": page.open_bodies,
    "institutional": page.institutional,
}


def programme(name: str, **more: Any) -> dict[str, Any]:
    return {"programme_id": name, "name_en": name.title(), "name_tr": name.title(), "academic_year": 2025,
            "students_count": 100, **more}  # fmt: skip


def run_with(
    accreditation: list[dict[str, Any]], programmes: list[dict[str, Any]], language: str = "en", **more: Any
) -> Run:
    run = start(year=more.pop("year", 2025), language=language, **more)
    held = {"accreditation": accreditation, "programmes": programmes}
    run.registers.frames.update({name: table(name, rows) for name, rows in held.items()})
    return run


@lru_cache(maxsize=1)
def registers() -> Registers:
    """The registers of the sample that the page reads, read once."""
    read = start(year=2026).registers
    for name in ("accreditation", "programmes", "targets"):
        read.whole(name)
    return read


def sample(**more: Any) -> Run:
    run = shared_start(**more)
    run.registers.frames.update(registers().frames)
    return run


def kind(shown: Piece) -> str:
    return str(shown.bundle[pieces.NOTE_TYPE]["kind"])


def lines(shown: Piece) -> list[list[str]]:
    """Return the rows of a plain table, cells parted."""
    return [re.split(r"\s{2,}", line) for line in shown.text.splitlines() if re.search(r"\S\s{2,}\S", line)][
        1:
    ]


# -- every view, whatever is asked ------------------------------------------------------------------------


def test_no_view_is_forgotten_here():
    assert set(page.__all__) == {name.split(" ")[0] for name in VIEWS}


def judge(run: Run) -> dict[str, Piece]:
    """Show every view; none may raise, warn, or write what is no word or number."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = {name: view(run) for name, view in VIEWS.items()}
    for name, shown in found.items():
        assert shown.text.strip(), name
        note = shown.bundle[pieces.NOTE_TYPE]
        for text in (shown.text, note.get("alt", ""), note.get("title", "")):
            assert not re.search(r"\b(nan|None|NaT|NaN|inf)\b|<NA>|[{}]", text), (name, text)
        if kind(shown) in ("figure", "table"):
            assert "demonstration" in note["caveats"], name
        elif kind(shown) == "text":
            assert run.text("site.demonstration") in shown.text, name
    said = found["messages"].text.splitlines()
    assert len(said) <= 5
    return found


@pytest.mark.parametrize(
    ("year", "period"), [(year, ("year", "first_half")[year % 2]) for year in range(2017, 2027)]
)
def test_every_year_has_its_page(drawn, year, period):
    language = ("en", "tr")[(year + len(period)) % 2]  # in turns
    found = judge(sample(year=year, language=language, period=period))
    computed = {name for name, shown in found.items() if kind(shown) != "not_computed"}
    # The first programmes are those of the academic year 2017/18.
    expected = set() if (year, period) == (2017, "first_half") else set(VIEWS)
    assert computed == expected
    for figure in drawn:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            figure.draw_without_rendering()


@pytest.mark.parametrize(
    ("unit", "language"), [("eng", "en"), ("let", "tr"), ("gsc", "en"), ("fls", "tr"), ("int", "en")]
)
def test_a_unit_has_its_page(drawn, unit, language):
    found = judge(sample(year=2026, language=language, unit=unit))
    assert kind(found["institutional"]) == "not_computed"
    has_eligible = unit in ("eng", "let")
    assert (kind(found["coverage_chart"]) == "figure") is has_eligible
    assert (kind(found["timeline"]) == "figure") is has_eligible
    if not has_eligible:
        nothing = {"en": "no programme is eligible", "tr": "bulunan program yok"}[language]
        assert nothing in found["open_bodies"].text


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"year": 2024, "institution": "metu"}, "the plan's own university"),
        ({"year": 2024, "edition": "live"}, "data set not available"),
        ({"year": 2030}, "no data for this year"),
    ],
)
def test_what_cannot_be_computed_says_why(drawn, more, reason):
    for name, view in VIEWS.items():
        shown = view(shared_start(language="en", **more))
        assert kind(shown) == "not_computed", name
        assert reason in shown.text, name
    assert not drawn


# -- in brief ---------------------------------------------------------------------------------------------

URGENT = [
    # Missed, due on 1 February 2026, ends within a year and applied for; ends within a year and not.
    {"programme_id": "alpha", "end_date": "2027-09-30", "next_application_deadline": "2025-12-30"},
    {"programme_id": "beta", "end_date": "2027-09-30", "next_application_deadline": "2026-02-01"},
    {"programme_id": "gamma", "end_date": "2026-12-31", "next_application_deadline": "2025-02-01",
     "application_open": True, "label": "EUR-ACE"},
    {"programme_id": "delta", "end_date": "2026-06-30", "next_application_deadline": "2026-01-31",
     "body": "FEDEK"},
    {"programme_id": "", "unit": "rec", "body": "YOKAK", "end_date": "2027-11-30"},
    # It was accredited at the end of 2024.
    {"programme_id": "lost", "end_date": "2025-09-30", "start_date": "2020-10-01"},
]  # fmt: skip
NAMES = ("alpha", "beta", "gamma", "delta", "lost", "none")
BOTH_YEARS = [programme(name, academic_year=year) for name in NAMES for year in (2024, 2025)]


def test_the_messages_say_the_figures():
    said = page.messages(run_with(URGENT, BOTH_YEARS)).text.splitlines()
    assert len(said) == 5
    coverage, deadlines, expiry, institution, without = said
    assert "On 31 Dec 2025, 4 of 6 eligible programmes were accredited (66.7%)" in coverage
    assert "a year before, it was 5 of 6 (83.3%)" in coverage
    assert "the plan aims at 55% by the end of 2025 (placeholder)" in coverage
    assert "Internationally recognised: 1 (16.7%)" in coverage
    assert "no longer: Lost." in coverage
    assert "no application recorded (1): Alpha (MÜDEK, 30 Dec 2025)." in deadlines
    assert "within 12 months (2): Delta (FEDEK, 31 Jan 2026); Beta (MÜDEK, 1 Feb 2026)." in deadlines
    assert "within 12 months: 2 of 4. Renewal applied for or decided: 1." in expiry
    assert "Not applied for: Delta (FEDEK, 30 Jun 2026)." in expiry
    # 699 days of 30.4375.
    assert "by YÖKAK ends on 30 Nov 2027, in 23.0 months" in institution
    assert "no day is recorded" in institution
    # Nothing is known of the fields of "Lost" and "None", so nobody is named.
    assert without.startswith("- Without an accreditation in force: 2 of 6 eligible programmes, with 200 stu")
    assert "Under way" not in without and "Nothing under way, although" not in without


def test_the_messages_are_the_same_on_every_run():
    assert (
        page.messages(run_with(URGENT, BOTH_YEARS)).bundle
        == page.messages(run_with(list(reversed(URGENT)), list(reversed(BOTH_YEARS)))).bundle
    )


def test_nothing_is_said_where_nothing_is_to_be_said():
    calm = [{"programme_id": "alpha", "next_application_deadline": "2028-02-01"}]
    said = page.messages(run_with(calm, [programme("alpha")])).text.splitlines()
    assert len(said) == 1
    assert "1 of 1 eligible programme was" in said[0] and "a year before" not in said[0]
    nobody = run_with([{"programme_id": "x"}], [programme("alpha", has_graduates=False)], unit="med")
    assert page.messages(nobody).text.startswith("Nothing to report")


def test_a_message_lists_three_and_counts_the_rest():
    due = [{"programme_id": f"p{n}", "next_application_deadline": f"2026-0{n}-01"} for n in range(1, 6)]
    said = page.messages(run_with(due, [programme(f"p{n}") for n in range(1, 6)])).text
    assert "(5): P1 (MÜDEK, 1 Jan 2026); P2 (MÜDEK, 1 Feb 2026); P3 (MÜDEK, 1 Mar 2026); and 2 more." in said


def test_the_institutions_end_is_news_in_its_last_two_years():
    def said(end: str) -> str:
        own = {"programme_id": "", "unit": "rec", "body": "YOKAK", "end_date": end}
        return page.messages(run_with([own, {"programme_id": "a"}], [programme("a")])).text

    assert "institutional accreditation" in said("2027-12-31")  # 730 days, 23.98 months
    assert "institutional accreditation" not in said("2028-01-02")


# -- coverage ---------------------------------------------------------------------------------------------


def test_coverage_by_unit_stands_beside_its_numbers():
    rows = [
        *(programme(f"e{n}", unit="eng", students_count=100 * n) for n in (1, 2, 3)),
        programme("e4", unit="eng", has_graduates=False),
        programme("m1", unit="med", students_count=22),
        programme("s1", unit="sci", body_available=False),
    ]
    held = [{"programme_id": "e1", "label": "EUR-ACE"}, {"programme_id": "e3", "body": "FEDEK"}]
    found = lines(page.coverage_by(run_with(held, rows), "unit"))
    # e1 and e3 of e1 to e3, 400 of 600 students; a share of 22 students is not shown.
    assert found[:2] == [
        ["Faculty of Engineering", "2 of 3", "67%", "1 of 3", "67%", "3 of 4"],
        ["Faculty of Medicine", "0 of 1", "0%", "0 of 1", "hidden", "1 of 1"],
    ]
    assert (
        "Not listed, since they have no eligible programme: 1."
        in page.coverage_by(run_with(held, rows), "unit").text
    )


def test_the_targets_of_the_plan_stand_on_the_chart_and_say_that_they_are_placeholders(drawn):
    shown = page.coverage_chart(sample(year=2025, language="en"))
    assert "target of the plan (programmes): 2024 50.0%, 2025 55.0%" in shown.text
    assert "placeholders" in shown.text
    (dashes,) = [line for line in drawn[0].axes[0].lines if line.get_marker() == "_"]
    aims = [tuple(map(float, at)) for at in zip(dashes.get_xdata(), dashes.get_ydata(), strict=True)]
    assert aims == [(2024, 50), (2025, 55)]
    unit = page.coverage_chart(sample(year=2025, language="en", unit="eng"))
    assert "target" not in unit.text


# -- the calendar -----------------------------------------------------------------------------------------


def test_the_timeline_has_a_bar_and_a_mark_for_each_term(drawn):
    shown = page.timeline(run_with(URGENT, BOTH_YEARS))
    ax = drawn[0].axes[0]
    # From the top: the day that is not known, then the days in order.
    labels = [text.get_text() for text in ax.texts if " ·" in text.get_text()]
    names = [label.split(" ·")[0] for label in labels]
    assert names == ["Karadeniz Technical University", "Gamma", "Alpha", "Delta", "Beta"]
    today = pd.Timestamp("2025-12-31").toordinal()
    ends = ["2027-11-30", "2026-12-31", "2027-09-30", "2026-06-30", "2027-09-30"]
    assert [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches] == [
        (today, pd.Timestamp(end).toordinal()) for end in ends
    ]
    marks = [c for c in ax.collections if isinstance(c, PathCollection)]
    places = [float(x) for c in marks for x, _ in c.get_offsets()]
    due = ["2025-02-01", "2025-12-30", "2026-01-31", "2026-02-01"]
    assert places[1:] == [pd.Timestamp(day).toordinal() for day in due]
    assert places[0] < today  # beside the report date
    assert shown.bundle[pieces.NOTE_TYPE]["title"] == (
        "Last days to apply: 1 missed, 2 within 12 months, of 5 accreditations in force"
    )


def test_marks_and_shades_tell_states_apart_without_colour(drawn):
    page.timeline(run_with(URGENT, BOTH_YEARS))
    ax = drawn[0].axes[0]
    marks = [c for c in ax.collections if isinstance(c, PathCollection)]
    shapes = {tuple(c.get_paths()[0].vertices.ravel().round(3)) for c in marks}
    assert len(shapes) == 4  # unknown, filed, missed, due soon: the last two rows share one

    def grey(bar: Any) -> float:
        red, green, blue, _ = bar.get_facecolor()
        return 0.299 * red + 0.587 * green + 0.114 * blue

    shades = [round(grey(bar), 2) for bar in ax.patches]
    near, far = shades[1], shades[0]
    assert shades == [far, near, far, near, far]
    assert far - near > 0.2


def test_a_term_beyond_the_chart_says_its_end(drawn):
    page.timeline(run_with([{"programme_id": "a", "end_date": "2040-06-01"}], [programme("a")]))
    ax = drawn[0].axes[0]
    assert "1 Jun 2040 →" in [text.get_text() for text in ax.texts]
    (bar,) = ax.patches
    assert bar.get_x() + bar.get_width() == pd.Timestamp("2031-12-31").toordinal()


def test_the_calendar_lists_twenty_and_counts_the_rest():
    many = [{"programme_id": f"p{n}"} for n in range(23)]
    shown = page.calendar(run_with(many, [programme(f"p{n}") for n in range(23)]))
    assert len([row for row in lines(shown) if row[1] == "due later"]) == 20
    assert "3 more, less urgent, are not listed." in shown.text


def test_the_calendar_writes_what_is_due():
    held = [
        *URGENT,
        {"programme_id": "none", "status": "conditional", "next_application_deadline": "2028-02-01"},
    ]
    found = {row[0]: row[1:] for row in lines(page.calendar(run_with(held, BOTH_YEARS)))}
    assert list(found) == [
        "Alpha", "Delta", "Beta", "Karadeniz Technical University", "Gamma", "None (conditional)",
    ]  # fmt: skip
    assert found["Alpha"] == [
        "last day passed, no application",
        "30 Dec 2025",
        "−1",
        "MÜDEK",
        "30 Sept 2027",
        "–",
    ]
    assert found["Gamma"] == ["application filed", "1 Feb 2025", "–", "MÜDEK", "31 Dec 2026", "EUR-ACE"]
    assert found["Karadeniz Technical University"][:3] == ["last day not known", "–", "–"]


def test_a_report_on_an_earlier_year_says_what_the_register_cannot_know(drawn):
    shown = page.timeline(sample(year=2024, language="en"))
    assert "The data show the state of today" in shown.text
    assert "The data show the state of today" not in page.timeline(sample(year=2026, language="en")).text


# -- gaps, bodies, the institution -------------------------------------------------------------------------


def test_a_gap_that_is_not_over_says_so():
    found = lines(page.gaps(run_with(URGENT, BOTH_YEARS)))
    # 30 September to 31 December 2025: 1 + 31 + 30 + 31 days.
    assert found == [["Lost", "MÜDEK", "30 Sept 2025", "not renewed", "93", "93"]]
    calm = page.gaps(run_with([{"programme_id": "alpha"}], [programme("alpha")]))
    assert "no programme was without accreditation" in calm.text


def test_a_body_counts_its_labels_and_an_unknown_one_keeps_its_code():
    held = [
        {"programme_id": "a", "label": "EUR-ACE"},
        {"programme_id": "b"},
        {"programme_id": "c", "body": "NOBODY"},
        {"programme_id": "d", "body": "DEPAD"},
    ]
    shown = page.bodies(run_with(held, [programme(name) for name in "abcd"]))
    found = {row[0]: row[1:] for row in lines(shown)}
    assert found["MÜDEK"] == [
        "Engineering", "national, internationally recognised (L2)", "2", "EUR-ACE 1 of 2", "5 years",
    ]  # fmt: skip
    assert found["NOBODY"] == ["–", "–", "1", "–", "–"]
    assert found["DEPAD"][1] == "national (L3) (?)"
    assert "not confirmed" in shown.text
    assert shown.text.startswith(
        "Accreditations in force: 4, by a foreign body 0, with an international label 1"
    )


@pytest.mark.parametrize(
    ("period", "months"), [("year", "16.8"), ("first_half", "22.8")]
)  # 510 and 694 days of 30.4375 to 25 May 2027
def test_the_institutions_own_term(period, months):
    shown = page.institutional(sample(year=2025, language="en", period=period))
    assert lines(shown) == [["YÖKAK", "25 May 2022", "25 May 2027", months, "not recorded"]]
    before = page.institutional(sample(year=2021, language="en"))
    assert "no institutional accreditation of Karadeniz Technical University in force" in before.text


# -- who could still apply ---------------------------------------------------------------------------------


def test_the_open_programmes_name_their_bodies_and_how_they_stand():
    rows = [
        programme("a", name_tr="Harita Mühendisliği", name_en="Geomatics Engineering", students_count=3),
        programme("b", name_tr="Diş Hekimliği", name_en="Dentistry", students_count=400),
        programme("c", name_tr="Hiçbiri", name_en="Nothing of the kind", students_count=300),
        programme("d", name_tr="İşletme", name_en="Business", degree_level="master", students_count=4),
    ]
    held = [{"programme_id": "b", "status": "candidate", "body": "DEPAD"}, {"programme_id": "x"}]
    shown = page.open_bodies(run_with(held, rows))
    found = {row[0]: row[1:] for row in lines(shown)}
    # Small ones are hidden, those who are few.
    assert found["Dentistry"][:4] == ["400", "candidate, DEPAD", "DEPAD (?)", "none in the list"]
    assert found["Nothing of the kind"][1:4] == [
        "none recorded",
        "none in the list",
        "none in the list",
    ]
    assert found["Geomatics Engineering"][:4] == ["hidden", "none recorded", "MÜDEK", "ABET, ASIIN"]
    assert found["Business, master"][0] == "hidden"
    assert found["Business, master"][3] == "AACSB (whole school), EQUIS (EFMD) (whole school), FIBAA"
    assert "is for the body to decide" in shown.text
    assert "AQAS, ACQUIN" in shown.text
    assert "not confirmed" in shown.text
    assert shown.text.startswith(
        "Eligible programmes without an accreditation in force: 4; nothing under way for 3"
    )


def test_another_university_changes_the_bodies_by_data(workbook_root):
    path = workbook_root / "data" / "catalog" / "accreditors.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('names: ["*mühendislik*", "*mühendisliği*"]', 'names: ["*quidditch*"]'), "utf-8"
    )
    rows = [programme("a", name_tr="Quidditch"), programme("b", name_tr="Makine Mühendisliği")]
    shown = page.open_bodies(run_with([{"programme_id": "x"}], rows))
    found = {row[0]: row[1:] for row in lines(shown)}
    assert found["A"][2] == "MÜDEK"
    assert found["B"][2] == "none in the list"


def test_where_everything_is_accredited_nobody_is_left():
    shown = page.open_bodies(run_with([{"programme_id": "a"}], [programme("a")]))
    assert "every eligible programme was accredited" in shown.text


def test_every_eligible_programme_of_the_sample_lies_in_somebodys_field():
    for year in (2017, 2022, 2026):
        for row in lines(page.open_bodies(sample(year=year, language="en"))):
            assert row[3:5] != ["none in the list", "none in the list"], row
