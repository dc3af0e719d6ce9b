"""What a reader sees of a chart at first: a title with a finding, unit and n, and numbers that lie free."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from helpers import accreditation, mobility, rankings
from helpers.present import charts, findings, pieces, theme
from helpers.present.charts import room
from helpers.present.charts.frame import Words
from helpers.run import start
from helpers.texts import Texts

REPO = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((REPO / "notebooks").glob("*.ipynb"))
SVG = "{http://www.w3.org/2000/svg}"
NAN = float("nan")
# The tables of the plan's official documents carry the titles that their layout gives them.
OFFICIAL = {"goal-card", "card", "to-date", "answers"}
# What is in a title without telling what was found: the name of the university, dates, editions, codes.
_DATES = r"\b\d{1,2} [A-Z][a-z]{2,3} \d{4}\b|\b\d{2}\.\d{2}\.\d{4}\b|\b(?:19|20)\d{2}(?:[-–]20\d{2})?\b"
NO_FINDING = re.compile(rf"{_DATES}|\bH?G?X?\d(?:\.\d+)?[a-z]?\b(?= to)|\bgoal \d\b|\bKA\d+\b")


def shown() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path in NOTEBOOKS:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                note = output.get("data", {}).get(pieces.NOTE_TYPE, {})
                if note.get("kind") in ("figure", "table"):
                    text = output["data"]["text/plain"]
                    yield path.stem, cell["id"], {**note, "text": "".join(text)}


# How a title says that the data give no finding.
NONE_GIVEN = re.compile(
    r"\b(?:hidden|cannot be shown|too (?:few|little)|none of|none stands|no country is distinguishable)\b"
)


def states_a_finding(title: str, rows: list[str]) -> bool:
    """Tell whether a title holds a number that is no date, names what its rows name, or says it has none."""
    bare = NO_FINDING.sub("", title)
    return bool(re.search(r"\d", bare) or NONE_GIVEN.search(title)) or any(
        row in title for row in rows if len(row) > 3
    )


NAMED = {"Karadeniz Technical University", "Karadeniz Teknik Üniversitesi", "KTÜ"}
STATED = {
    "International degree students: 1,275 in 2017, 1,839 in 2026": True,
    "Most outgoing students went to Poland, Germany and Lithuania": True,
    "QS 2027 scores of Karadeniz Technical University": False,
    "Where Karadeniz Technical University stood in the rankings shown for 2026": False,
    "What is due of the accreditations in force on 31 Dec 2026, the most urgent first": False,
    "Ranking indicators of goal 3": False,
    "International conferences held, 2026 · Unit": False,
    "How many completed stays abroad do not count in 2026-2027 is hidden": True,
    "Exchange students by programme, 2026-2027": False,
}


@pytest.mark.parametrize("title", STATED)
def test_the_law_knows_a_title_that_says_nothing(title: str) -> None:
    assert states_a_finding(title, ["Poland", "Germany", "Kazakhstan"]) is STATED[title]


def test_the_title_of_every_chart_and_table_states_a_finding() -> None:
    every = list(shown())
    assert len({stem for stem, *_ in every}) == 9 and len(every) > 120
    for page, cell, note in every:
        if cell in OFFICIAL:
            continue
        table = note.get("data", {}).get("rows") or [
            [line.split("  ")[0].strip()] for line in note["text"].split("\n")[2:]
        ]
        rows = [row[0] for row in table if row[0] not in NAMED]
        assert states_a_finding(note["title"], rows), (page, cell, note["title"])


def test_below_the_title_of_every_chart_stand_how_many_and_under_it_its_source() -> None:
    drawn = [(cell, note) for _, cell, note in shown() if note["kind"] == "figure"]
    assert len(drawn) > 35
    for cell, note in drawn:
        assert re.search(r"\bn = [\d,]+", note["subtitle"]), cell
        assert note["source"].startswith("Source: ") or "listed at the end" in note["source"], cell


@pytest.fixture(params=["en", "tr"])
def run(request: pytest.FixtureRequest) -> Any:
    return start(year=2026, language=request.param)


def said(run: Any, english: str, turkish: str) -> str:
    return english if run.language == "en" else turkish


def test_few_data_have_a_title_that_says_so(run: Any) -> None:
    first = findings.first
    named = {"what": "X", "column": "Y"}
    assert first(run, **named, names=["a", "b"], counts=[3.0, NAN]) == said(
        run, "X · Y: a leads with 3", "X · Y: 3 ile ilk sırada a"
    )
    assert first(run, **named, names=["a", "b"], counts=[NAN, NAN]) == said(
        run, "X · Y: which one leads cannot be shown", "X · Y: ilk sıradaki gösterilemiyor"
    )
    assert first(run, **named, names=["a", "b", "c"], counts=[2.0, 2.0, 1.0]) == said(
        run, "X · Y: a and b lead with 2 each", "X · Y: 2 ile ilk sırayı a ve b paylaşıyor"
    )
    alike = said(run, "X · Y: of the 3 shown, none stands out", "X · Y: gösterilen 3 satırdan öne çıkan yok")
    assert first(run, **named, names=["a", "b", "c"], counts=[1.0, 1.0, 1.0]) == alike
    assert findings.indicators(run, "X", [], [(None, 1.0)]) == said(
        run, "X: no indicator is known in both years", "X: iki yılda da bilinen gösterge yok"
    )
    assert findings.goals(run, "2026", [("a", None)], None).startswith(
        said(run, "Performance of the plan in 2026: too little", "2026 plan performansı: hesaplamaya")
    )
    assert findings.levels(run, "2026", [("a", 0, 0)]) == said(
        run,
        "Share of the international level in 2026: not known for any kind",
        "2026 faaliyetlerinde düzeyi bilinen yok",
    )


def test_what_moved_is_counted_as_it_is_printed(run: Any) -> None:
    """Of four: two up, one down, one of which only one value is known."""
    pairs = [(2.0, 1.0), (3.0, 1.0), (1.0, 3.0), (None, 3.0)]
    assert findings.moved(pairs) == (3, 2, 1)
    assert findings.over_years(run, "S", pairs).endswith(
        said(
            run,
            "of the 3 indicators shown, 2 ended higher and 1 lower than they began",
            "gösterilen 3 göstergenin 2'si dönem başına göre daha yüksek, 1'i daha düşük",
        )
    )
    assert findings.over_years(run, "S", pairs[:1]) == "S"
    assert findings.indicators(run, "X", [True, False, True], []) == said(
        run, "X: 2 of 3 indicators with a target are at it", "X: hedefi olan 3 göstergenin 2'si hedefinde"
    )


def test_what_stayed_neither_rose_nor_fell(run: Any) -> None:
    assert findings.moved([(1.0, 1.0), (2.0, 1.0), (1.0, 2.0), (1.0, None)]) == (3, 1, 1)


def test_levels_are_compared_by_share_and_not_by_number(run: Any) -> None:
    """Eight of ten are more than twenty of a hundred."""
    told = findings.levels(run, "2026", [("many", 20, 100), ("few", 8, 10), ("nothing", 0, 0)])
    assert said(run, "highest in few (8 of 10), lowest in many (20 of 100)", "few (10 faaliyetten 8)") in told


def test_a_level_and_its_change_are_counted_on_their_own_side(run: Any) -> None:
    """Above in one of three scores; two known changes, one better than the median's."""
    rows = pd.DataFrame(
        {
            "median_gap": [-3.0, 4.0, -1.0],
            "change": [2.0, 1.0, NAN],
            "median_change": [0.5, 1.5, NAN],
            "count": [20, 20, 19],
        }
    )
    named = {"group": "G", "edition": 2026}
    told = findings.level_and_change(run, **named, rows=rows)
    assert said(run, "above the median in 1 of 3 scores", "3 puanın 1'inde ortancanın üstünde") in told
    assert told.endswith(said(run, "in 1", "1'inde değişimi ortancadan iyi"))
    slower = findings.level_and_change(run, **named, rows=rows.assign(change=[2.0, 9.0, NAN]))
    assert slower.endswith(said(run, "in 2", "2'sinde değişimi ortancadan iyi"))


def test_who_is_ahead_may_be_passed_and_who_is_behind_may_pass(run: Any) -> None:
    """Two lead over the university; it leads over one, whose turn is the likeliest."""
    rows = pd.DataFrame({"institution": ["a", "b", "c"], "lead": [-4.0, -1.0, 2.0], "turn": [0.2, 0.4, 0.6]})
    told = findings.races(run, "V", 2029, rows, {"a": "A", "b": "B", "c": "C"}, "turns")
    assert said(run, "may pass: 2, that may pass it: 1", "üniversite 2, onu geçebilecek üniversite 1") in told
    assert "– C: turns" in told


def test_the_furthest_and_the_least_far_goal_are_named(run: Any) -> None:
    told = findings.goals(run, "2026", [("a", 93.5), ("b", 80.2), ("c", None)], 86.0)
    assert told == said(
        run,
        "Performance of the plan in 2026: 86.0%; highest for a (93.5%), lowest for b (80.2%)",
        "2026 plan performansı %86,0; en yüksek a (%93,5), en düşük b (%80,2)",
    )


def test_a_band_out_of_reach_is_no_lever(run: Any) -> None:
    rows = pd.DataFrame({"gain": [5.0, 3.0, 9.0], "reachable": [True, False, True]})
    told = findings.levers(run, "the", 2026, ["a", "b", "c"], rows)
    assert "(+5.0)" in told.replace(",", ".") and " a " in told
    assert said(run, "2 of 3 scores", "3 puanın 2'si") in told
    none = findings.levers(run, "the", 2026, ["a", "b", "c"], rows.assign(reachable=False))
    assert said(run, "none of the 3 scores", "3 puanın hiçbiri") in none


def test_a_scenario_within_the_error_does_not_pass(run: Any) -> None:
    def one(after: float, edge: float | None = 30.0) -> Any:
        return SimpleNamespace(
            before=25.0, after=after, error=0.5, gap=None if edge is None else edge - after
        )

    rows = [("a", one(30.3)), ("b", one(31.0)), ("c", one(26.0))]
    told = findings.scenarios(run, "the", 2026, rows)
    assert (
        said(run, "1 of 3 scenarios passes", "3 senaryodan üst bandın eşiğini aşan 1;") in told
        and "“b”" in told
    )
    alone = findings.scenarios(run, "the", 2026, [("a", one(30.3, None))])
    assert said(run, "the edge of the next band is not known", "bilinen bir üst bant eşiği yok") in alone
    assert findings.scenarios(run, "the", 2026, [])


# -- series that part without colour -----------------------------------------------------------------------

# Of CIE L*, which runs from black at 0 to white at 100: what two colours must differ by to part in greyscale,
# those of lines and of faces that touch.
LINES, FACES = 15.0, 8.0
TOUCHING = [
    ("paper", "band"), ("band", "near"), ("near", "own"), ("band", "own"), ("band", "peers"),
    ("peers", "own"), ("band", "edge"), ("land", "own"), ("land", "edge"), ("paper", "peers"),
]  # fmt: skip


def lightness(colour: str) -> float:
    """CIE 1976 L* of an sRGB colour, by the formula of the standard (IEC 61966-2-1, ISO/CIE 11664-4)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    y = float(np.dot(linear, [0.2126, 0.7152, 0.0722]))
    return 116 * y ** (1 / 3) - 16 if y > (6 / 29) ** 3 else y * (29 / 3) ** 3


def test_lightness_is_that_of_the_standard() -> None:
    assert lightness("#ffffff") == pytest.approx(100)
    assert lightness("#000000") == 0
    assert lightness("#777777") == pytest.approx(50.03, abs=0.01)


@pytest.mark.parametrize("pair", TOUCHING)
def test_faces_that_touch_part_in_greyscale(pair: tuple[str, str]) -> None:
    assert abs(lightness(theme.LIGHT[pair[0]]) - lightness(theme.LIGHT[pair[1]])) >= FACES


def test_series_part_in_greyscale_or_by_mark_and_stroke() -> None:
    for (a, mark, stroke), (b, other, dashes) in combinations(theme.SERIES, 2):
        assert abs(lightness(a) - lightness(b)) >= LINES or (mark != other and stroke != dashes)


def series(ax: Any) -> dict[str, set[tuple[str, str]]]:
    """Marks and strokes of the lines of a chart by their colour; targets are no lines."""
    found: dict[str, set[tuple[str, str]]] = {}
    for line in ax.lines:
        known = np.isfinite(np.asarray(line.get_ydata(), dtype=float)).sum()
        if known > 2 and line.get_linestyle() != "None":
            looks = (str(line.get_marker()), str(line.get_linestyle()))
            found.setdefault(to_hex(line.get_color()), set()).add(looks)
    return found


def test_the_lines_of_every_chart_of_several_part_in_greyscale(drawn: list[Any]) -> None:
    run = start(year=2026)
    accreditation.coverage_chart(run)
    mobility.flows(run)
    rankings.outlook_chart(run, rankings.history(run, "the", "international_outlook"))
    rankings.hidden_chart(run, rankings.hidden(run, "the"), "the")
    found = [series(figure.axes[0]) for figure in drawn]
    assert [len(lines) for lines in found] == [3, 2, 2, 2]
    for lines in found:
        for (a, looks), (b, others) in combinations(lines.items(), 2):
            # Of two broken strokes the theme says that they are different ones.
            marks, strokes = ({one[i] for one in looks} & {one[i] for one in others} for i in (0, 1))
            alike = marks or "-" in strokes
            assert abs(lightness(a) - lightness(b)) >= LINES or not alike, (a, b)


# -- numbers on no line ------------------------------------------------------------------------------------

YEARS = list(range(2017, 2027))
# Panels of the demonstration data on whose line a number stood, with their targets.
WORST = {
    "66.7 between two tops": ([66.7, 100, 33.3, 100, 0, 66.7, 66.7, 0, 100, 100], [60.0, 65, 70]),
    "8.6 under a rise": ([8.6, 11.7, 10.9, 3.7, 4.4, 9.1, 3.5, 8.5, 7.0, 6.8], []),
    "4.8 at the foot": ([0, 0, 0, 0, 0, 52.8, 40.8, 28.8, 16.8, 4.8], []),
    "11.1 on a slope": ([11.1, 22.2, 33.3, 33.3, 44.4, 66.7, 66.7, 77.8, 88.9, 88.9], [75.0, 80, 85]),
    "on its target": ([10, 12, 14, 13, 15, 17, 18, 20, 22, 24.0], [20.0, 22, 24]),
    "flat": ([5.0] * 10, [5.0, 5.0, 5.0]),
    "nought": ([0.0] * 10, []),
    "one year": ([NAN] * 9 + [4.0], [4.0, 4.0, 4.0]),
}


def panel(values: list[float], aims: list[float]) -> ElementTree.Element:
    frame = pd.DataFrame({"year": YEARS, "x": values, "y": values[::-1]})
    aimed = pd.DataFrame({"year": YEARS, "x": [NAN] * (10 - len(aims)) + aims, "y": [NAN] * 10})
    words = Words("A finding", "Unit", "Source: a table.", ["a point"])
    texts = Texts("en")
    drawn = charts.small_multiples(
        frame, ["x", "y"], ["One", "Two"], [lambda v: texts.percent(v, 1), texts.number], (2020, 2021), words,
        aimed,
    )  # fmt: skip
    return ElementTree.fromstring(drawn.bundle[pieces.SVG])


def styled(root: ElementTree.Element, name: str) -> Iterator[tuple[ElementTree.Element, dict[str, str]]]:
    """Yield the elements of a name with the attributes that they have of their own or of their group."""
    above = {child: parent for parent in root.iter() for child in parent}
    for element in root.iter(f"{SVG}{name}"):
        yield element, {**above[element].attrib, **element.attrib}


def points(d: str) -> Iterator[tuple[float, float]]:
    """Yield points along the straight pieces of a path, as vector writes it: M absolute, l in steps."""
    at = np.zeros(2)
    for letter, numbers in re.findall(r"([Mlqcz])([^Mlqcz]*)", d):
        values = np.array([float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", numbers)])
        if letter == "M":
            at = values[:2]
        elif letter == "l":
            for step in values.reshape(-1, 2):
                yield from (tuple(at + step * t) for t in np.linspace(0, 1, 40))
                at = at + step
        else:
            return


def boxes(root: ElementTree.Element) -> Iterator[tuple[str, float, float, float, float]]:
    for text, style in styled(root, "text"):
        if style.get("font-weight") != "700" or "values" in style.get("class", ""):
            continue
        size = float(style["font-size"])
        wide, tall = room.extent(text.text or "", size * 72 / theme.DPI, "bold")
        x, y = float(style["x"]), float(style["y"])
        x -= {"end": wide, "middle": wide / 2}.get(style.get("text-anchor", ""), 0.0)
        yield text.text or "", x + 1.5, x + wide - 2.5, y - tall + 1.0, y - 0.5


@pytest.mark.parametrize("name", WORST)
def test_no_number_stands_on_a_line_or_on_another(name: str) -> None:
    root = panel(*WORST[name])
    found = list(boxes(root))
    assert len(found) >= 2
    lines = [
        point
        for path, style in styled(root, "path")
        if re.search(r"chart-(own|ink)", style.get("stroke", "")) and style.get("fill", "none") == "none"
        for point in points(path.get("d", ""))
    ]
    assert len(lines) > 100 or name == "one year"
    _, _, wide, high = (float(n) for n in root.attrib["viewBox"].split())
    for text, x0, x1, y0, y1 in found:
        assert not [p for p in lines if x0 < p[0] < x1 and y0 < p[1] < y1], text
        assert x0 > -3 and x1 < wide + 3 and y0 > 0 and y1 < high, text
    for (a, *one), (b, *two) in combinations(found, 2):
        apart = one[1] <= two[0] or two[1] <= one[0] or one[3] <= two[2] or two[3] <= one[2]
        assert apart, (a, b)


def test_the_worst_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With numbers put on their marks, the check finds them."""
    monkeypatch.setattr(room.Room, "_free", lambda self, left, right, y, half: y)
    with pytest.raises(AssertionError):
        test_no_number_stands_on_a_line_or_on_another("66.7 between two tops")
