"""The page on mobility: small groups wherever they appear, sentences by rule, charts and maps by mark."""

import csv
import inspect
import json
import re
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from sample import start as shared_start
from test_measures_goal1 import table
from test_measures_goal3 import activities, agreement, stay

from helpers import start
from helpers.errors import CatalogError
from helpers.intake import declaration
from helpers.measures.core import Period
from helpers.present import (
    charts,
    maps,
    mobility,
    mobility_brief,
    mobility_partners,
    mobility_recognition,
    theme,
)
from helpers.present.mobility_recognition import POOLED, pooled
from helpers.present.pieces import NOTE_TYPE, Piece
from helpers.run import Run

REPO = Path(__file__).resolve().parents[1]
REFERENCE = REPO / "data" / "reference"


def run_with(language: str = "en", year: int = 2025, unit: str = "", **rows: Any) -> Run:
    """A run whose registers hold these rows, and nothing else of what they name."""
    run = start(year=year, language=language, unit=unit)
    run.registers.frames.update({name: table(name, given) for name, given in rows.items()})
    return run


def students(out: dict[str, int], back: dict[str, int], **columns: Any) -> list[dict[str, Any]]:
    """So many students to and from each country, in the academic year 2025/26."""
    ways = [("outgoing", out), ("incoming", back)]
    return [
        stay(direction=way, country_code=code, gender="female", degree_level="bachelor", **columns)
        for way, counts in ways
        for code, count in counts.items()
        for _ in range(count)
    ]


def cells(piece: Piece) -> dict[str, list[str]]:
    """The rows of a table by their first cell."""
    lines = [re.split(r"\s{2,}", line.strip()) for line in piece.text.splitlines()[2:]]
    return {line[0]: line[1:] for line in lines if len(line) > 1}


def kind(piece: Piece) -> str:
    return str(piece.bundle[NOTE_TYPE]["kind"])


# -- every view, every year --------------------------------------------------------------------------------


def shown(run: Run) -> dict[str, Piece]:
    """Every view of the page."""
    return {
        "messages": mobility.messages(run),
        "flows": mobility.flows(run),
        **{f"by {column}": mobility.by(run, column) for column in ("programme", "country_code", "unit")},
        "who": mobility.who(run),
        "flow_map": mobility.flow_map(run),
        "country_steps": mobility.country_steps(run),
        "balance": mobility.balance(run),
        "durations": mobility.durations(run),
        "validity": mobility.validity(run),
        "recognition": mobility.recognition(run),
        "recognition_by_unit": mobility.recognition_by_unit(run),
        "portfolio": mobility.portfolio(run),
        "decisions": mobility.decisions(run),
        "staff": mobility.staff(run),
    }


def test_no_view_is_forgotten_here() -> None:
    modules = (mobility, mobility_brief, mobility_partners, mobility_recognition)
    public = {
        name
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
        and function.__annotations__.get("return") is Piece
    }  # fmt: skip
    assert public == {name.split(" ")[0] for name in shown(shared_start(year=2030))} == set(mobility.__all__)
    notebook = (REPO / "notebooks" / "topic_mobility.ipynb").read_text(encoding="utf-8")
    assert {name for name in public if f"mobility.{name}(run" in notebook} == public


@pytest.mark.parametrize(
    ("year", "language", "period", "unit"),
    [
        (2017, "tr", "year", ""),
        (2018, "en", "first_half", ""),
        (2020, "tr", "year", ""),
        (2026, "en", "year", ""),
        (2026, "tr", "first_half", ""),
        (2025, "en", "year", "eng"),
        (2019, "tr", "year", "arc"),
        (2024, "en", "first_half", "rec"),
    ],
)
def test_every_view_holds(drawn: list[Figure], year: int, language: str, period: str, unit: str) -> None:
    run = shared_start(year=year, language=language, period=period, unit=unit)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = shown(run)
        for figure in drawn:
            figure.draw_without_rendering()  # a letter that the font lacks would warn
    for name, piece in found.items():
        note = piece.bundle[NOTE_TYPE]
        words = [piece.text, *(str(note.get(part, "")) for part in ("title", "alt", "source", "subtitle"))]
        for word in words:
            assert not re.search(r"\b(nan|None|NaT|NaN|inf)\b|<NA>|[{}]", word), (name, word)
        if note["kind"] in ("figure", "table"):
            assert "demonstration" in note["caveats"], name
            assert note["source"], name
    said = found["messages"].text.splitlines()
    assert 1 <= len(said) <= 5
    assert all(line.startswith("- ") for line in said)
    if unit:
        name = run.catalog.units[unit].name(language)
        titled = [piece.bundle[NOTE_TYPE].get("title") or piece.text for piece in found.values()]
        missing = [piece for piece in found.values() if kind(piece) == "not_computed"]
        assert sum(title.startswith((name, f"- {name}")) for title in titled) == len(titled) - len(missing)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"year": 2017, "period": "first_half"}, "no data for this year"),
        ({"year": 2027}, "no data for this year"),
        ({"year": 2025, "institution": "metu"}, "the data available are those of the plan's own university"),
        ({"year": 2025, "edition": "live"}, "data set not available"),
    ],
)
def test_what_cannot_be_computed_says_why(given: dict[str, Any], reason: str) -> None:
    for name, piece in shown(shared_start(language="en", **given)).items():
        assert (kind(piece), piece.text) == ("not_computed", f"Not computed: {reason}"), name


# -- small groups ------------------------------------------------------------------------------------------


def test_each_direction_is_protected_on_its_own() -> None:
    run = run_with(mobility=students({"DE": 30, "PL": 12, "FR": 9}, {"DE": 8, "PL": 2, "KZ": 6}))
    found = cells(mobility.by(run, "country_code"))
    # Poland's two go with the next smallest of those who come, Kazakhstan; who goes stays in sight.
    assert found["Germany"][:2] == ["30", "8"]
    assert found["Poland"][:2] == ["12", "hidden"]
    assert found["Kazakhstan"][:2] == ["0", "hidden"]
    assert found["France"][:2] == ["9", "0"]
    assert found["All"][:2] == ["51", "16"]


def test_what_is_hidden_is_hidden_in_the_balance_and_on_the_map(drawn: list[Figure]) -> None:
    run = run_with(mobility=students({"DE": 30, "PL": 12, "FR": 9}, {"DE": 8, "PL": 2, "KZ": 6}))
    found = cells(mobility.by(run, "country_code"))
    assert found["Poland"][2:] == found["Kazakhstan"][2:] == ["hidden", "hidden"]
    said = mobility.balance(run).text
    assert "Germany" in said and "Poland" not in said and "Kazakhstan" not in said
    on_map = mobility.flow_map(run).bundle[NOTE_TYPE]["alt"]
    assert "Outgoing: Germany 30, Poland 12, France 9; Incoming: Germany 8." in on_map


def test_beta_and_r_are_written_from_ten_students_on() -> None:
    run = run_with(mobility=students({"DE": 30, "PL": 9, "FR": 5}, {"DE": 10, "FR": 5}))
    found = cells(mobility.by(run, "country_code"))
    # (10 − 30)/40 = −0.5; 9 alone are too few; (5 − 5)/10 = 0.
    assert found["Germany"][2:] == ["−0.50", "0.50"]
    assert found["Poland"][2:] == ["–", "–"]
    assert found["France"][2:] == ["0.00", "1.00"]


@pytest.mark.parametrize("year", [2018, 2022, 2026])
def test_no_number_below_five_stands_anywhere(year: int) -> None:
    run = shared_start(year=year, language="en")
    for piece in (mobility.by(run, "country_code"), mobility.by(run, "unit"), mobility.who(run)):
        numbers = [cell for row in cells(piece).values() for cell in row[:2] if cell.isdigit()]
        assert len(numbers) > 5
        assert not {"1", "2", "3", "4"} & set(numbers)
    named = re.findall(r"[A-Z][\w ]+ (\d+)", mobility.flow_map(run).bundle[NOTE_TYPE]["alt"])
    assert min(int(number) for number in named) >= 5


def test_staff_is_protected_with_the_published_total_of_academics() -> None:
    academic = {"participant": "academic", "activity": "teaching", "days_count": 5}
    office = {"participant": "administrative", "activity": "training", "days_count": 5}
    rows = [
        *[stay(**academic)] * 40, *[stay(**academic, direction="incoming")] * 3,
        *[stay(**office)] * 20, *[stay(**office, direction="incoming")] * 9,
    ]  # fmt: skip
    found = cells(mobility.staff(run_with(mobility=rows)))
    # G3.29 publishes 43 academics, so neither 40 nor the column of 9 may give the 3 away.
    assert found["Academic staff"] == ["hidden", "hidden", "43", "5"]
    assert found["Administrative staff"][:3] == ["hidden", "hidden", "29"]
    assert found["All"][:3] == ["60", "12", "72"]


def test_a_median_of_few_stays_is_hidden() -> None:
    rows = [*students({"DE": 8}, {}, days_count=100), *students({"DE": 7}, {}, activity="traineeship")]
    found = cells(mobility.durations(run_with(mobility=rows)))
    assert found["Study"] == ["8", "0", "100"]
    assert found["Traineeship"] == ["7", "0", "hidden"]


# -- what the tables say -----------------------------------------------------------------------------------


def test_blended_programmes_stand_apart() -> None:
    blended = {"activity": "bip", "days_count": 6, "has_virtual_part": True, "bip_id": "b"}
    rows = [*students({"DE": 20}, {}), *[stay(**blended)] * 9]
    found = cells(mobility.durations(run_with(mobility=rows)))
    assert found["All"][:2] == ["20", "0"]
    assert found["Blended intensive programme (BIP), separate"] == ["9", "0", "6"]


def test_the_share_of_women_is_of_all_who_went() -> None:
    rows = [*students({"DE": 30}, {}), *[stay(gender="male", degree_level="master") for _ in range(10)]]
    piece = mobility.who(run_with(mobility=rows))
    assert piece.text.startswith("75% of the outgoing students were women (30 of 40) in 2025-2026")
    assert list(cells(piece)) == ["Bachelor", "Master", "Women", "Men", "All"]


@pytest.mark.parametrize(
    ("short", "opening"),
    [
        (0, "Every completed stay abroad of 2025-2026 counts."),
        (4, "How many completed stays abroad do not count in 2025-2026 is hidden"),
        (6, "6 completed stays abroad do not count in 2025-2026"),
    ],
)
def test_stays_that_do_not_count(short: int, opening: str) -> None:
    run = run_with(mobility=[*students({"DE": 20}, {}), *[stay(days_count=30)] * short])
    piece = mobility.validity(run)
    assert piece.text.startswith(opening)
    if short:
        assert cells(piece)["Shorter than the programme asks"] == ["6" if short == 6 else "hidden"]
        assert cells(piece)["Longer than the programme allows"] == ["0"]


def test_recognition_over_the_years(drawn: list[Figure]) -> None:
    rows = [
        *[stay(ects_earned=30, ects_recognised=24)] * 8,
        *[stay(ects_earned=30, ects_recognised=30, academic_year=2024)] * 10,
        *[stay(ects_earned=30, ects_recognised=30, academic_year=2023)] * 7,  # too few to be published
    ]
    piece = mobility.recognition(run_with(mobility=rows))
    assert piece.text.startswith("80.0% of the 240 ECTS earned abroad in 2025-2026 were recognised")
    assert "2024-2025: 300 of 300 ECTS, 100.0%" in piece.text
    assert "2023-2024" not in piece.text and "too few students" in piece.text
    (figure,) = drawn
    heights = sorted(bar.get_height() for bar in figure.axes[0].patches)
    assert heights == [192, 240, 300, 300]


def test_small_units_stand_together() -> None:
    rows = [
        *[stay(ects_earned=30, ects_recognised=20, unit="eng")] * 9,
        *[stay(ects_earned=30, ects_recognised=30, unit="med")] * 5,
        *[stay(ects_earned=10, ects_recognised=5, unit="arc")] * 3,
    ]
    found = cells(mobility.recognition_by_unit(run_with(mobility=rows)))
    assert found == {
        "Faculty of Engineering": ["90", "66.7%", "270", "9"],
        "Small units together (2)": ["15", "91.7%", "180", "8"],
    }


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_pooled_units_are_two_at_least_and_eight_students(counts: list[int]) -> None:
    rows = pd.DataFrame(
        {"unit": [f"u{i}" for i in range(len(counts))], "students_count": counts, "earned_ects": 30.0,
         "recognised_ects": 20.0}
    )  # fmt: skip
    found, small = pooled(start(year=2025), rows)
    assert (found["students_count"] >= 8).all()
    assert small == 0 or small >= 2 or len(counts) == 1
    if not found.empty:
        assert found["students_count"].sum() == sum(counts)
        assert (found["unit"] == POOLED).sum() == (small > 0)


def test_a_report_on_one_unit_is_not_broken_down_by_unit() -> None:
    run = shared_start(year=2025, language="en", unit="eng")
    for piece in (mobility.by(run, "unit"), mobility.recognition_by_unit(run)):
        assert piece.text.startswith("Faculty of Engineering: This report covers a single unit")


def partnership(ends: int, asleep: int) -> dict[str, Any]:
    """So many agreements that end soon with partners visited lately, and so many with silent ones."""
    covering = activities()
    covering["visits"] += [{"partner_id": f"p-e{i}"} for i in range(ends)]
    covering["agreements"] = [agreement("other", "2015-01-01", "2040-01-01", partner_id="other")]
    covering["agreements"] += [agreement(f"e{i}", "2015-01-01", "2026-06-30") for i in range(ends)]
    covering["agreements"] += [agreement(f"s{i}", "2015-01-01", "2030-06-30") for i in range(asleep)]
    return covering


@pytest.mark.parametrize(
    ("ends", "asleep", "listed"),
    [(20, 20, (10, 5)), (20, 2, (13, 2)), (3, 20, (3, 12)), (4, 4, (4, 4)), (0, 3, (0, 3)), (17, 0, (15, 0))],
)
def test_the_list_of_decisions_keeps_room_for_both(ends: int, asleep: int, listed: tuple[int, int]) -> None:
    text = mobility.decisions(run_with(**partnership(ends, asleep))).text
    assert (text.count("ends soon; active"), text.count("dormant; no activity known")) == listed
    rest = ends + asleep - sum(listed)
    assert (f"{rest} further agreements are not listed." in text) is (rest > 0)


def test_without_a_decision_the_page_says_so() -> None:
    run = run_with(**partnership(0, 0))
    assert mobility.decisions(run).text == "No agreement needed a decision on 31 Dec 2025."
    assert cells(mobility.portfolio(run))["All"] == ["1", "0", "0", "1", "–"]


def test_a_partner_goes_by_its_name_and_without_a_list_by_its_code() -> None:
    run = run_with(**partnership(1, 0), partners=[])
    assert "p-e0" in mobility.decisions(run).text
    run.registers.frames["partners"] = pd.DataFrame({"partner_id": ["p-e0"], "name": ["University <b>"]})
    assert cells(mobility.decisions(run))["University <b>"][:2] == ["30 Jun 2026", "ends soon; active"]


def test_registers_that_begin_late_are_told() -> None:
    late = "Activity is known from"
    assert late in mobility.portfolio(shared_start(year=2018, language="en")).text
    assert late not in mobility.portfolio(shared_start(year=2026, language="en")).text


# -- in brief ----------------------------------------------------------------------------------------------


def brief(run: Run) -> list[str]:
    return [line.removeprefix("- ") for line in mobility.messages(run).text.splitlines()]


def test_the_first_message_says_who_went_and_came() -> None:
    before = [{**row, "academic_year": 2024} for row in students({"DE": 40}, {"DE": 8})]
    run = run_with(mobility=[*students({"DE": 30}, {"DE": 10}), *before])
    assert brief(run)[0].startswith(
        "In 2025-2026, 30 students went abroad and 10 came. "
        "Against the year before: −10 outgoing, +2 incoming. "
        "That is 279 short of the 2025 target of 309 outgoing students (placeholder)."
    )


def test_a_small_number_is_no_number_in_a_message() -> None:
    run = run_with(mobility=students({"DE": 30}, {"DE": 3}))
    assert "how many came is hidden" in brief(run)[0]
    assert not re.search(r"\b3\b", brief(run)[0])


def test_messages_come_in_their_order_and_only_where_there_is_something_to_say() -> None:
    rows = partnership(2, 3)
    # Activity is known from 2020 on, so that three years of silence are known to be silence.
    rows["visits"] += [{"start_date": "2020-05-01", "end_date": "2020-05-02", "partner_id": "other"}]
    rows["publications"] += [{"year": 2020, "kind": "international"}]
    rows["mobility"] += [stay(academic_year=2020, start_date="2020-10-01", end_date="2021-02-01")]
    rows["mobility"] += [*students({"DE": 30}, {"DE": 10}), *[stay(days_count=30)] * 6]
    rows["mobility"] += [stay(ects_earned=30, ects_recognised=24)] * 8
    rows["graduates"] = [{"headcount": 100, "has_stay_abroad": False}]
    said = brief(run_with(**rows))
    openings = ["In 2025-2026, 38 students", "Agreements with active partners", "Of 6 partners", "48 of 240",
                "6 completed stays"]  # fmt: skip
    assert [line[: len(opening)] for line, opening in zip(said, openings, strict=True)] == openings


def test_where_there_is_nothing_to_say_nothing_is_said() -> None:
    office = shared_start(year=2025, language="en", unit="int")
    assert brief(office) == [
        "International Relations Office: There are no findings to report; the sections below say why."
    ]


def test_nothing_is_said_of_sleepers_before_activity_is_known() -> None:
    # Visits are known from 2024 only: 24 months before the middle of 2025 lie partly in the dark.
    rows = partnership(0, 3)
    assert not any("dormant" in line for line in brief(run_with(**rows)))
    assert any("dormant" in line for line in brief(shared_start(year=2026, language="en")))


def test_at_the_half_year_no_target_is_due() -> None:
    assert "target" not in " ".join(brief(shared_start(year=2026, language="en", period="first_half")))


# -- charts and maps, mark by mark ---------------------------------------------------------------------------


def test_the_chart_of_flows_has_a_mark_for_every_year_that_may_be_shown(drawn: list[Figure]) -> None:
    rows = [
        {**row, "academic_year": year}
        for year, out, back in ((2023, 20, 6), (2024, 30, 3), (2025, 40, 12))
        for row in students({"DE": out}, {"DE": back})
    ]
    piece = mobility.flows(run_with(mobility=rows))
    (figure,) = drawn
    marked = [line for line in figure.axes[0].lines if line.get_marker() in ("o", "s")]
    lines = {to_hex(line.get_color()): line for line in marked}
    assert dict(zip(*lines[theme.OWN].get_data(), strict=True)) == {2023: 20, 2024: 30, 2025: 40}
    back = dict(zip(*lines[theme.EDGE].get_data(), strict=True))
    assert (back[2023], back[2025]) == (6, 12) and back[2024] != back[2024]
    assert "2024-2025: outgoing 30, incoming hidden" in piece.text
    assert figure.axes[0].get_ylim()[0] == 0
    (aims,) = [line for line in figure.axes[0].lines if line.get_marker() == "_"]
    assert {year: aim for year, aim in zip(*aims.get_data(), strict=True) if aim == aim} == {
        2024: 272,
        2025: 309,
    }


def test_the_chart_of_balance_has_wilsons_intervals(drawn: list[Figure]) -> None:
    mobility.balance(run_with(mobility=students({"DE": 68}, {"DE": 12})))
    (figure,) = drawn
    dots = [float(c.get_offsets()[0][0]) for c in figure.axes[0].collections if isinstance(c, PathCollection)]
    assert dots == [15.0] * 3  # all, the programme, the country
    bars = [line.get_xdata() for line in figure.axes[0].lines if line.get_linewidth() == 4]
    for low, high in bars:  # the published example, 12 of 80
        assert (low, high) == pytest.approx((8.8, 24.4), abs=0.05)


@pytest.mark.parametrize(("institution", "lines"), [("ktu", 3), ("metu", 0)])
def test_the_map_has_a_circle_for_every_country_and_lines_from_the_hub(
    drawn: list[Figure], institution: str, lines: int
) -> None:
    counts = {"DE": 40.0, "PL": 10.0, "KZ": 5.0}
    panel = maps.Panel("Out", counts, {code: f"{code} {n:.0f}" for code, n in counts.items()}, theme.OWN)
    words = charts.Words("T", "S", "Source.", ["a 1"])
    maps.flow_map([panel], maps.place(institution), "Trabzon", words)
    (figure,) = drawn
    (ax,) = figure.axes
    circles = [
        c
        for c in ax.collections
        if isinstance(c, PathCollection) and to_hex(c.get_facecolor()[0]) == theme.OWN
    ]
    places = {tuple(c.get_offsets()[0]): float(c.get_sizes()[0]) for c in circles}
    points = {code: maps.country_point(code)[::-1] for code in counts}
    assert places.keys() == set(points.values())
    # Areas go with the numbers: 40 is four times 10 and eight times 5.
    areas = {code: places[point] for code, point in points.items()}
    assert areas["DE"] / areas["PL"] == pytest.approx(4) and areas["DE"] / areas["KZ"] == pytest.approx(8)
    assert len([patch for patch in ax.patches if isinstance(patch, PathPatch)]) == lines
    assert ({text.get_text() for text in ax.texts} >= {"Trabzon"}) is (lines > 0)
    assert {text.get_text() for text in ax.texts} >= {"DE 40", "PL 10", "KZ 5", "Out"}


@given(st.lists(st.tuples(st.floats(-60, 75), st.floats(-170, 175)), min_size=1, max_size=9))
def test_the_map_holds_every_point(points: list[tuple[float, float]]) -> None:
    west, east, south, north = maps.crop(points)
    assert -180 <= west < east <= 180 and -85 <= south < north <= 85
    assert all(west <= lon <= east and south <= lat <= north for lat, lon in points)


def test_names_do_not_lie_on_one_another_while_there_is_room() -> None:
    taken: list[maps.Box] = []
    for _ in range(6):  # six names for circles at one place
        box = maps.put((60.0, 14.0), (250.0, 150.0, 8.0), [(242, 258, 142, 158)], taken, (500.0, 300.0))
        assert all(maps._overlap(box, other) == 0 for other in taken)
        assert box[0] >= 0 and box[1] <= 500 and box[2] >= 0 and box[3] <= 300
        taken.append(box)


# -- the reference data of the maps ----------------------------------------------------------------------


def inside(lon: float, lat: float, ring: list[list[float]]) -> bool:
    """Even and odd: a point is inside if a ray to the east crosses the ring an odd number of times."""
    crossed = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            crossed = not crossed
    return crossed


LAND = json.loads((REFERENCE / "land.json").read_text(encoding="utf-8"))
with (REFERENCE / "country_points.csv").open(encoding="utf-8", newline="") as _file:
    POINTS = {row["code"]: (float(row["lat"]), float(row["lon"])) for row in csv.DictReader(_file)}


def test_the_outline_is_small_and_on_the_globe() -> None:
    assert (REFERENCE / "land.json").stat().st_size < 85_000
    assert LAND.keys() == {"land", "water"}
    for ring in [*LAND["land"], *LAND["water"]]:
        assert len(ring) >= 4 and all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in ring)


@pytest.mark.parametrize(
    ("name", "lat", "lon", "is_land"),
    [
        ("Ankara", 39.9, 32.9, True), ("Trabzon's hinterland", 40.5, 39.7, True), ("Paris", 48.9, 2.4, True),
        ("Beijing", 39.9, 116.4, True), ("Brasília", -15.8, -47.9, True),
        ("the Black Sea", 43.0, 34.0, False), ("the Atlantic", 40.0, -40.0, False),
        ("the Caspian Sea", 42.0, 50.5, False),
    ],
)  # fmt: skip
def test_land_is_where_land_is(name: str, lat: float, lon: float, is_land: bool) -> None:
    on_land = any(inside(lon, lat, ring) for ring in LAND["land"])
    in_water = any(inside(lon, lat, ring) for ring in LAND["water"])
    assert (on_land and not in_water) is is_land, name


def test_every_country_has_a_point_of_its_own() -> None:
    assert len(POINTS) == 251  # 249 of ISO 3166-1, Kosovo and Northern Cyprus
    # Saint Martin and Sint Maarten share one small island.
    shared = [code for code, point in POINTS.items() if list(POINTS.values()).count(point) > 1]
    assert shared == ["MF", "SX"]
    # Capitals known to everybody, to within a country's width.
    for code, lat, lon in (("TR", 39.9, 32.9), ("DE", 52.5, 13.4), ("NA", -22.6, 17.1), ("XK", 42.7, 21.2),
                           ("XN", 35.2, 33.4), ("KZ", 51.2, 71.4), ("JP", 35.7, 139.7),
                           ("RU", 55.8, 37.6)):  # fmt: skip
        assert abs(POINTS[code][0] - lat) < 4 and abs(POINTS[code][1] - lon) < 8, code
    large = ["TR", "DE", "PL", "FR", "ES", "KZ", "IR", "CN", "IN", "BR", "US", "CA", "DZ"]
    assert all(any(inside(*POINTS[code][::-1], ring) for ring in LAND["land"]) for code in large)


def test_every_country_of_the_registers_has_a_point() -> None:
    assert declaration.countries() == POINTS.keys()
    with (REPO / "data" / "sample" / "partners.csv").open(encoding="utf-8", newline="") as file:
        assert {row["country_code"] for row in csv.DictReader(file)} <= POINTS.keys()


def test_each_file_of_the_maps_says_where_it_comes_from() -> None:
    for name in ("land", "country_points"):
        card = (REFERENCE / f"{name}.source.yml").read_text(encoding="utf-8")
        assert "Natural Earth" in card and "public domain" in card
    lat, lon = maps.place("ktu") or (0, 0)
    assert abs(lat - 41.0) < 0.1 and abs(lon - 39.7) < 0.1
    with pytest.raises(CatalogError, match=r"QQ.*country_points"):
        maps.country_point("QQ")


def test_the_academic_year_of_a_period() -> None:
    from helpers.present.mobility_words import academic_year

    assert academic_year(Period(2025)) == "2025-2026"
    assert academic_year(Period(2025, half=True)) == "2024-2025"
