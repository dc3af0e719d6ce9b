"""Charts as vector: what is drawn, what a mark says, colours, sizes, and how it looks in Chromium."""

import math
import re
import warnings
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from chromium import in_browser
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from helpers.present import charts, maps, pieces, theme, vector
from helpers.present.charts import frame as around
from helpers.present.pieces import Column, Piece
from helpers.texts import Texts

NAN = float("nan")
SPACE = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "g", "path", "circle", "rect", "text", "title"}
ATTRIBUTES = {
    "aria-hidden", "aria-label", "class", "cx", "cy", "d", "fill", "fill-opacity", "font-family", "font-size",
    "font-style", "font-weight", "height", "paint-order", "pointer-events", "r", "role", "rx", "stroke",
    "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-opacity", "stroke-width", "tabindex",
    "text-anchor", "transform", "viewBox", "visibility", "width", "x", "y",
}  # fmt: skip


def words(frame: pd.DataFrame, columns: dict[str, str], write: Callable[[Any], str]) -> charts.Words:
    """Words of a chart, its data being columns of its frame: those of text as they are, numbers written."""
    data = [
        Column(
            title,
            [
                v if isinstance(v, str) else "" if v is None or math.isnan(v) else write(v)
                for v in frame[name]
            ],
            place > 0,
        )
        for place, (name, title) in enumerate(columns.items())
    ]
    return charts.Words("A finding", "Unit", "Source: a table.", ["a point"], data=data)


def years_ahead(texts: Texts) -> Piece:
    year = [str(y) for y in range(2019, 2029)]
    frame = pd.DataFrame(
        {
            "year": range(2019, 2029), "name": year,
            "value": [120.0, 60, 80, 155, 170, 182, 190, *[NAN] * 3],
            "point": [*[NAN] * 7, 201.0, 214, 222], "low80": [*[NAN] * 7, 190.0, 195, 198],
            "high80": [*[NAN] * 7, 214.0, 230, 245], "low95": [*[NAN] * 7, 181.0, 183, 180],
            "high95": [*[NAN] * 7, 222.0, 247, 263], "target": [*[NAN] * 5, 180.0, 200, 220, 240, 260],
        }
    )  # fmt: skip
    columns = {"name": "Year", "value": "Value", "point": "Forecast", "low80": "80%", "low95": "95%"}
    around_it = words(frame, {**columns, "target": "Target"}, texts.number)
    labels = {
        "value": "so far",
        "point": "forecast",
        "target": "target",
        "likely": "likely in 80 and 95 of 100",
    }
    return charts.forecast(
        frame, texts.number, around_it, labels, breaks={2022: "a break"}, marked=(2020, 2021)
    )


def dots(texts: Texts) -> Piece:
    frame = pd.DataFrame(
        {"label": ["Karadeniz Technical University", "Poland", "Nowhere"], "value": [1.2, 2.5, NAN],
         "low": [0.9, 1.9, NAN], "high": [1.6, 3.4, NAN], "own": [True, False, False]}
    )  # fmt: skip
    around_it = words(frame, {"label": "Row", "value": "Ratio"}, lambda v: texts.number(v, 1))
    return charts.intervals(
        frame, lambda v: texts.number(v, 1), around_it, reference=1.0, reference_label="as expected",
        sides=("◀ fewer", "more ▶"), scale="log",
    )  # fmt: skip


FUNNEL = {"Applied": 4210.0, "Admitted": 1320, "Registered": 640, "Still there in the second year": 40}


def stages(texts: Texts) -> Piece:
    frame = pd.DataFrame(
        {"label": list(FUNNEL), "count": list(FUNNEL.values()), "share": [NAN, 31, 48, 6],
         "low": [NAN, 30, 45, 5], "high": [NAN, 33, 52, 8]}
    )  # fmt: skip
    return charts.funnel(frame, texts, words(frame, {"label": "Stage", "count": "Persons"}, texts.number))


def steps(texts: Texts) -> Piece:
    frame = pd.DataFrame({"label": ["Engineering", "Science"], "first": [12.0, 30], "second": [30.0, 25]})
    around_it = words(frame, {"label": "Unit", "first": "2022", "second": "2026"}, texts.number)
    return charts.dumbbell(frame, ("2022", "2026"), texts.number, around_it)


def slopes(texts: Texts) -> Piece:
    frame = pd.DataFrame(
        {"label": ["Poland", "Italy", "Spain"], "before": [40.0, 20, 19], "after": [31.0, 37, 36],
         "own": [False, True, True]}
    )  # fmt: skip
    around_it = words(frame, {"label": "Country", "before": "2022", "after": "2026"}, texts.number)
    return charts.slope(frame, ("2022", "2026"), texts.number, around_it)


def bands(texts: Texts) -> Piece:
    frame = pd.DataFrame(
        {"edition": [2024, 2025, 2026], "name": ["2024", "2025", "2026"], "rank_low": [1201, 1501, 1501],
         "rank_high": [1500.0, 2092, NAN], "rank_text": ["1201–1500", "1501+", "1501+"],
         "ranked_count": [1907.0, 2092, NAN]}
    )  # fmt: skip
    around_it = words(frame, {"name": "Edition", "rank_text": "Place"}, str)
    labels = {"all": "universities ranked", "own": "band of KTÜ"}
    return charts.rank_bands(frame, {2025: "2025: another method"}, labels, around_it)


def world(texts: Texts) -> Piece:
    counts = {"PL": 37.0, "DE": 31, "US": 3}
    frame = pd.DataFrame({"label": ["Poland", "Germany", "United States"], "count": counts.values()})
    around_it = words(frame, {"label": "Country", "count": "Outgoing"}, texts.number)
    names = {code: f"{name} {counts[code]:.0f}" for code, name in zip(counts, frame["label"], strict=True)}
    panel = maps.Panel("Outgoing", counts, names, theme.OWN)
    return maps.flow_map([panel], (41.0, 39.7), "Trabzon", around_it)


KINDS: dict[str, Callable[[Texts], Piece]] = {
    "forecast": years_ahead, "intervals": dots, "funnel": stages, "dumbbell": steps, "slope": slopes,
    "bands": bands, "map": world,
}  # fmt: skip
each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module")
def made() -> dict[str, Piece]:
    return {name: draw(Texts("en")) for name, draw in KINDS.items()}


def tree(piece: Piece) -> ElementTree.Element:
    return ElementTree.fromstring(piece.bundle[pieces.SVG])


def marks(piece: Piece) -> Iterator[tuple[ElementTree.Element, str]]:
    for group in tree(piece).iter(f"{SPACE}g"):
        if group.get("class") == "mark":
            yield group, group[0].text or ""


# -- what is drawn ---------------------------------------------------------------------------------------


@each_kind
def test_a_drawing_is_made_of_shapes_and_words_in_the_colours_of_the_theme(made, kind):
    drawn = made[kind].bundle[pieces.SVG]
    for element in ElementTree.fromstring(drawn).iter():
        assert element.tag.removeprefix(SPACE) in ELEMENTS
        assert set(element.attrib) <= ATTRIBUTES
    used = set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn)) - {"none"}
    assert used and all(re.fullmatch(r"var\(--(chart-\w+),#[0-9a-f]{6}\)", colour) for colour in used)
    for name, value in re.findall(r"var\(--(chart-\w+),(#[0-9a-f]{6})\)", drawn):
        assert theme.CHART[name][0] == value
    assert "style=" not in drawn and " id=" not in drawn


@each_kind
def test_every_mark_says_a_row_of_the_data_and_nothing_else(made, kind):
    note = made[kind].bundle[pieces.NOTE_TYPE]
    headings = [column["title"] for column in note["data"]["columns"]]
    rows = {row[0]: dict(zip(headings, row, strict=True)) for row in note["data"]["rows"]}
    said = [title for _, title in marks(made[kind])]
    assert said
    for title in said:
        # The longest name that fits: a name may hold the dot that parts the cells.
        name = max((n for n in rows if title.startswith(n)), key=len)
        cells = [cell.split(": ", 1) for cell in title.removeprefix(name + " · ").split(" · ")]
        assert cells and all(rows[name][heading] == cell for heading, cell in cells)
    # Every row with a number is on the chart.
    named = {name for name in rows for title in said if title.startswith(name)}
    assert {name for name, row in rows.items() if any(list(row.values())[1:])} == named


@each_kind
def test_a_drawing_is_small_and_the_same_every_time(made, kind):
    drawn = made[kind].bundle[pieces.SVG]
    assert len(drawn.encode()) < (80_000 if kind == "map" else 25_000)
    assert KINDS[kind](Texts("en")).bundle == made[kind].bundle
    # Coordinates to a tenth.
    assert not re.search(r"\d\.\d\d", " ".join(re.findall(r' (?:d|x|y|cx|cy|r)="([^"]+)"', drawn)))


@pytest.mark.parametrize(("count", "focusable"), [(vector.FOCUSABLE, True), (vector.FOCUSABLE + 1, False)])
def test_marks_are_gone_through_by_keyboard_where_they_are_few(count, focusable):
    figure, (ax,) = theme.figure(2)
    (line,) = ax.plot(range(count), range(count), color=theme.OWN, marker="o")
    vector.mark(line, *(f"{i}: one" for i in range(count)))
    root = ElementTree.fromstring(vector.svg(figure, "A finding"))
    groups = [g for g in root.iter(f"{SPACE}g") if g.get("class") == "mark"]
    assert [g[0].text for g in groups] == [f"{i}: one" for i in range(count)]
    assert {g.get("tabindex") for g in groups} == {"0" if focusable else None}


def test_points_that_are_missing_take_no_title_from_those_that_are_there():
    figure, (ax,) = theme.figure(2)
    (line,) = ax.plot([1, 2, 3, 4], [5, NAN, 7, 8], color=theme.OWN, marker="o")
    vector.mark(line, "1", "3", "4")
    root = ElementTree.fromstring(vector.svg(figure, "A finding"))
    groups = [g for g in root.iter(f"{SPACE}g") if g.get("class") == "mark"]
    left = [float(g.find(f"{SPACE}rect").get("x")) for g in groups]
    assert [g[0].text for g in groups] == ["1", "3", "4"]
    assert left[1] - left[0] == pytest.approx(2 * (left[2] - left[1]), abs=0.3)


def test_the_line_of_a_forecast_stops_at_a_break(drawn):
    years_ahead(Texts("en"))
    (ax,) = drawn[0].axes
    joined = [
        [x for x, y in zip(one.get_xdata(), one.get_ydata(), strict=True) if y == y] for one in ax.lines
    ]
    assert [2019, 2020, 2021] in joined and [2022, 2023, 2024, 2025] in joined
    # The fan begins at the last value that is known, and is within the chart.
    assert [2025, 2026, 2027, 2028] in joined
    assert ax.get_ylim()[0] == 0 and ax.get_ylim()[1] > 263


def test_a_bar_is_as_long_as_its_count(made):
    lengths = [float(group.find(f"{SPACE}rect").get("width")) for group, _ in marks(made["funnel"])]
    top = max(FUNNEL.values())
    for count, length in zip(FUNNEL.values(), lengths, strict=True):
        drawn = lengths[0] * count / top
        # What shows the values of a very short bar is wider than the bar, so that it can be hit.
        assert length == pytest.approx(drawn, abs=0.3) if drawn > 18 else length > drawn


def test_a_colour_that_the_theme_does_not_hold_is_refused():
    figure, (ax,) = theme.figure(1)
    ax.plot([0, 1], [0, 1], color="#ff0000")
    with pytest.raises(KeyError):
        vector.svg(figure, "A finding")


def test_hostile_words_stay_letters_and_turn_no_direction():
    figure, (ax,) = theme.figure(1)
    hostile = "<script>alert(1)</script>\u202e & \"x\" 'y' \x07"
    ax.text(0, 0, hostile, color=theme.INK)
    vector.mark(ax.scatter(0, 0, color=theme.OWN), hostile)
    root = ElementTree.fromstring(vector.svg(figure, hostile))
    clean = hostile.replace("\u202e", "").replace("\x07", "")
    assert root.get("aria-label") == clean
    assert {e.tag.removeprefix(SPACE) for e in root.iter()} <= ELEMENTS
    assert clean in [e.text for e in root.iter(f"{SPACE}text")]
    (title,) = root.iter(f"{SPACE}title")
    assert title.text.split() == clean.split()


def test_letters_that_the_font_for_measuring_lacks_are_no_warning():
    figure, (ax,) = theme.figure(1)
    ax.text(0, 0, "東京大学", color=theme.INK)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "東京大学" in vector.svg(figure, "A finding")


def test_a_name_of_ten_thousand_letters_takes_three_lines():
    assert around.fold("x" * 10_000, 20).count("\n") == 2
    assert around.fold("a " * 5_000, 20).endswith("…")


# -- labels ----------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=12), st.floats(0.5, 10))
def test_labels_part_and_keep_their_order_and_their_middle(places, least):
    moved = around.apart(places, least)
    order = sorted(range(len(places)), key=lambda i: places[i])
    assert all(moved[b] - moved[a] >= least - 1e-6 for a, b in pairwise(order))
    assert sum(moved) == pytest.approx(sum(places), abs=1e-6)
    if all(places[b] - places[a] >= least for a, b in pairwise(order)):
        assert moved == pytest.approx(places)


def test_labels_by_hand():
    # Two at 10 and 11, 4 apart at least: their middle stays 10.5.
    assert around.apart([11, 10, 30], 4) == [12.5, 8.5, 30]
    assert around.apart([1, 0], 4, floor=0.0) == [4, 0]


# -- colours ---------------------------------------------------------------------------------------------


def linear(colour: str) -> tuple[float, ...]:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return tuple(p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lightness(colour: str) -> float:
    y = luminance(colour)
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def test_the_formulas_of_colour_are_those_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # a known pair that fails AA
    assert lightness("#777777") == pytest.approx(50, abs=0.2)


@pytest.mark.parametrize("shade", [0, 1], ids=["light", "dark"])
def test_words_and_marks_stand_out_from_the_paper(shade):
    colours = {name.removeprefix("chart-"): pair[shade] for name, pair in theme.CHART.items()}
    for role in ("ink", "faint", "own", "edge"):
        assert contrast(colours[role], colours["paper"]) >= 4.5, role
        # Names and numbers stand on land and in bands too.
        assert contrast(colours[role], colours["band"]) >= (4.5 if role == "ink" else 3.0), role
    assert contrast(colours["peers"], colours["paper"]) >= 3.0
    assert contrast(colours["own"], colours["near"]) >= 3.0


def test_marks_part_in_greyscale_print():
    shades = [lightness(theme.LIGHT[role]) for role in ("own", "edge", "peers", "band")]
    assert shades == sorted(shades)
    assert min(abs(a - b) for a, b in combinations(shades, 2)) > 12


@pytest.mark.parametrize("theme_of", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_own_and_other_part_for_those_who_do_not_see_red_or_green(theme_of):
    # Machado, Oliveira and Fernandes 2009, severity 1: protanopia and deuteranopia, in linear RGB.
    weak = {
        "protanopia": (
            (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)
        ),
        "deuteranopia": (
            (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)
        ),
    }  # fmt: skip
    for matrix in weak.values():
        seen = [
            [sum(a * b for a, b in zip(line, linear(theme_of[role]), strict=True)) for line in matrix]
            for role in ("own", "edge", "peers")
        ]
        assert math.dist(seen[0], seen[1]) > 0.15


# -- in Chromium -----------------------------------------------------------------------------------------


def page_of(drawings: list[str]) -> str:
    shown = "".join(f"<figure>{drawn}</figure>" for drawn in drawings)
    return f"<!doctype html><meta charset=utf-8><title>t</title><style>{theme.css()}</style>{shown}"


CLIPPED = """() => [...document.querySelectorAll("svg.chart")].flatMap((svg) => {
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  return [...svg.querySelectorAll("text")].filter((text) => {
    const box = text.getBBox();
    return box.x < -1 || box.y < -1 || box.x + box.width > width + 1 || box.y + box.height > height + 1;
  }).map((text) => text.textContent);
})"""


@in_browser
def test_no_word_is_cut_off_at_the_edge_of_a_chart(browser, made):
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.set_content(page_of([piece.bundle[pieces.SVG] for piece in made.values()]))
    assert page.evaluate(CLIPPED) == []
    # The test would see one.
    cut = '<svg class="chart" viewBox="0 0 10 10"><text x="9" y="9">cut off</text></svg>'
    page.set_content(page_of([cut]))
    assert page.evaluate(CLIPPED) == ["cut off"]
    page.close()


@in_browser
def test_without_script_focus_shows_the_values_and_dark_paper_turns_the_ink(browser, made):
    context = browser.new_context(java_script_enabled=False, color_scheme="dark")
    page = context.new_page()
    page.set_content(page_of([made["funnel"].bundle[pieces.SVG]]))
    first = page.locator(".mark").first
    assert not first.locator(".values text").first.is_visible()
    page.keyboard.press("Tab")
    assert first.locator(".values text").first.is_visible()
    assert "4,210" in first.locator(".values").text_content()
    context.close()


@in_browser
def test_the_page_colours_reach_the_marks(browser, made):
    for scheme, shade in (("light", 0), ("dark", 1)):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.set_content(page_of([made["slope"].bundle[pieces.SVG]]))
        strokes = page.evaluate(
            """() => [...document.querySelectorAll("path")].map((path) => getComputedStyle(path).stroke)"""
        )
        own = theme.CHART["chart-own"][shade]
        rgb = ", ".join(str(int(own[i : i + 2], 16)) for i in (1, 3, 5))
        assert f"rgb({rgb})" in strokes
        context.close()


def test_a_figure_without_marks_is_drawn_too():
    assert vector.svg(Figure(figsize=(1, 1), dpi=96), "A finding").startswith("<svg ")
