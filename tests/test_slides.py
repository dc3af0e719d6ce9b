"""Slides of the overview: what they say is what is measured, readable and in its place."""

import io
import re
import zipfile
from functools import lru_cache

import pytest
from pptx import Presentation
from pptx.util import Emu
from sample import start as shared_start
from test_batch import workbook

from helpers.deliver import deck, slides
from helpers.measures.core import Period
from helpers.present import cards, overview, persons
from helpers.run import start

YEAR = 2026
LANGUAGES = ("tr", "en")
MARK = {"tr": "Örnek veri", "en": "Demonstration data"}
INSTITUTION = {"tr": "Karadeniz Teknik Üniversitesi", "en": "Karadeniz Technical University"}
each_language = pytest.mark.parametrize("language", LANGUAGES)


@lru_cache(maxsize=2)
def run(language):
    return shared_start(year=YEAR, language=language)


@lru_cache(maxsize=2)
def content(language):
    return slides.drawn(deck.of(run(language)))


@lru_cache(maxsize=2)
def shown(language):
    return Presentation(io.BytesIO(content(language)))


def texts(slide):
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield shape, shape.text_frame.text
        if shape.has_table:
            yield from ((shape, cell.text) for row in shape.table.rows for cell in row.cells)


def charts(language):
    return [shape for slide in shown(language).slides for shape in slide.shapes if shape.has_chart]


def words(slide):
    return " ".join(text for _, text in texts(slide))


# --- what is said ----------------------------------------------------------------------------------


@each_language
def test_the_status_of_the_goals_is_that_of_the_overview(language):
    """Held against the overview's plain text, which nbval compares."""
    page = overview.goals(run(language)).text
    (table,) = [shape.table for shape in shown(language).slides[2].shapes if shape.has_table]
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert len(rows) == 6  # a head, four goals, the plan
    for row in rows[1:]:
        line = next(line for line in page.splitlines() if line.startswith(row[0]))
        found = " ".join(line.split())
        assert row[1] in found and " ".join(row[2].split()) in found
        assert re.search(r"[✓▲◆▼]", row[2])


@each_language
def test_bars_are_the_measured_performances(language):
    bars = [
        shape.chart for shape in charts(language) if shape.chart.plots[0].categories[0].label[:1].isalpha()
    ]
    assert len(bars) == 4
    expected = cards.assessed(run(language))
    for chart, found in zip(bars, expected, strict=True):
        reached, target = chart.plots[0].series
        assert list(reached.values) == [
            None if line.performance.raw is None else round(line.performance.raw, 1) for line in found.lines
        ]
        assert set(target.values) <= {100.0, None}
        for label, line in zip(chart.plots[0].categories, found.lines, strict=True):
            assert line.entry.code in label.label


@each_language
def test_lines_are_the_published_figures_of_ten_years(language):
    of = run(language)
    years = range(YEAR - 9, YEAR + 1)
    lines = [shape.chart for shape in charts(language) if shape.chart.plots[0].categories[0].label == "2017"]
    assert len(lines) == 4
    for chart in lines:
        assert [category.label for category in chart.plots[0].categories] == [str(year) for year in years]
        values = chart.plots[0].series[0]
        code = re.search(r"\((G\d\.\d\d)\)$", values.name)[1]
        decimals = {"percent": 1, "count": 0}[of.catalog.indicators[code].unit]
        measured = [persons.figure(of, code, Period(year)).value for year in years]
        assert list(values.values) == [None if v is None else round(v, decimals) for v in measured]


def test_a_hidden_figure_is_a_gap(monkeypatch):
    from helpers.measures.core import Figure

    figure = persons.figure

    def hide(of, code, period=None):
        hidden = period is not None and period.year in (2019, 2020)
        return Figure(None, reason="protected") if hidden else figure(of, code, period)

    monkeypatch.setattr(persons, "figure", hide)
    made = deck.of(start(year=YEAR, language="en"))
    series = [slide for slide in made.slides if isinstance(slide, deck.Chart) and not slide.is_bars]
    assert series and all(slide.values[2:4] == (None, None) for slide in series)
    assert all("2019" not in slide.alt for slide in series)


def test_both_languages_show_the_same_numbers():
    tr, en = ([[list(s.values) for s in c.chart.plots[0].series] for c in charts(one)] for one in LANGUAGES)
    assert tr == en
    assert len(shown("tr").slides) == len(shown("en").slides)


@each_language
def test_the_deck_holds_what_leadership_asks_for(language):
    of, all_slides = run(language), list(shown(language).slides)
    assert 12 <= len(all_slides) <= 20
    titles = [slide.shapes.title.text for slide in all_slides]
    assert len(set(titles)) == len(titles)
    assert titles[0] == INSTITUTION[language]
    messages = all_slides[1]
    assert (
        sum(len(shape.text_frame.paragraphs) for shape, _ in texts(messages) if shape.name.startswith("Text"))
        >= 5
    )
    every = " ".join(words(slide) for slide in all_slides)
    for key in ("overview.due", "overview.owner", "overview.way"):
        assert of.text(key) in every
    assert "data/sample/students.csv" in every


def test_a_year_before_the_plan_says_why_nothing_is_assessed():
    made = deck.of(shared_start(year=2022, language="en"))
    bullets = [s for slide in made.slides if isinstance(slide, deck.Bullets) for s in slide.sentences]
    assert any("Not computed" in sentence for sentence in bullets)
    assert slides.drawn(made)


# --- how it is shown -------------------------------------------------------------------------------


@each_language
def test_every_text_is_there_and_within_its_slide(language):
    made = shown(language)
    for slide in made.slides:
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.top >= 0, shape.name
            assert shape.left + shape.width <= made.slide_width, shape.name
            assert shape.top + shape.height <= made.slide_height, shape.name
        for shape, text in texts(slide):
            assert text.strip(), (slide.shapes.title.text, shape.name)


@each_language
def test_no_text_is_higher_than_its_box_or_the_room_of_its_table(language):
    for slide in shown(language).slides:
        for shape in slide.shapes:
            if shape.has_table:
                assert sum(row.height for row in shape.table.rows) <= Emu(914400 * 5)
                for row in shape.table.rows:
                    for cell, column in zip(row.cells, shape.table.columns, strict=True):
                        size = cell.text_frame.paragraphs[0].runs[0].font.size.pt
                        high = slides.tall([cell.text], column.width.inches - 0.2, size)
                        assert high <= row.height.inches + 0.01, cell.text
            elif shape.has_text_frame:
                sizes = {r.font.size.pt for p in shape.text_frame.paragraphs for r in p.runs if r.font.size}
                lines = [p.text for p in shape.text_frame.paragraphs]
                size = max(sizes, default=12)
                assert slides.tall(lines, shape.width.inches - 0.2, size) <= shape.height.inches + 0.15, lines


def test_the_height_of_a_text_grows_with_its_words():
    assert slides.lines("", 1, 12) == slides.lines("a", 1, 12) == 1
    # 72 points a line, letters of 6.36 points: eleven fit.
    assert slides.lines("abcde fghij", 1, 12) == 1
    assert slides.lines("abcde fghijk", 1, 12) == 2
    assert slides.lines("a" * 23, 1, 12) == 3
    assert slides.tall(["a", "b"], 1, 10) == pytest.approx(2 * 10 * 1.2 / 72)


@each_language
def test_every_slide_carries_source_number_and_mark(language):
    for number, slide in enumerate(shown(language).slides, 1):
        said = words(slide)
        assert MARK[language] in [text for _, text in texts(slide)], number
        assert number == 1 or re.search(r"Kaynak|Source", said), said
        assert len(slide.element.xpath(".//a:fld[@type='slidenum']")) == 1
        assert len(slide.notes_slide.notes_text_frame.text) > 40
        identities = [shape.shape_id for shape in slide.shapes]
        assert len(set(identities)) == len(identities)


def test_received_data_carries_no_mark(store_root):
    made = deck.of(start(year=YEAR, language="en", edition="live"))
    assert made.mark == ""
    said = " ".join(words(slide) for slide in Presentation(io.BytesIO(slides.drawn(made))).slides)
    assert MARK["en"] not in said


@each_language
def test_charts_and_tables_have_words_of_their_own(language):
    frames = [s for slide in shown(language).slides for s in slide.shapes if s.has_chart or s.has_table]
    assert len(frames) >= 10
    for frame in frames:
        assert len(frame._element.nvGraphicFramePr.cNvPr.get("descr")) > 5
    assert all(re.search(r"\d", f._element.nvGraphicFramePr.cNvPr.get("descr")) for f in charts(language))


@each_language
def test_all_text_is_in_the_language_of_the_deck(language):
    with zipfile.ZipFile(io.BytesIO(content(language))) as parts:
        said = "".join(
            parts.read(name).decode("utf-8")
            for name in parts.namelist()
            if re.match(r"ppt/(slides|charts)/\w+.xml", name)
        )
    assert set(re.findall(r'\blang="([^"]+)"', said)) == {{"tr": "tr-TR", "en": "en-GB"}[language]}
    assert not re.search(r"<a:r><a:t>", said)  # a run without properties would have no language


@each_language
def test_the_theme_is_the_houses(language):
    with zipfile.ZipFile(io.BytesIO(content(language))) as parts:
        theme = parts.read("ppt/theme/theme1.xml").decode("utf-8")
    from helpers.present import theme as house

    assert f'val="{house.OWN.removeprefix("#")}"' in theme
    assert theme.count('latin typeface="Calibri"') == 2
    made = shown(language)
    assert round(made.slide_width / made.slide_height, 2) == 1.78
    assert len(made.slide_layouts) == 2


@each_language
def test_a_deck_tells_nothing_of_the_machine(language):
    made = shown(language).core_properties
    assert made.author == made.last_modified_by == INSTITUTION[language]
    assert INSTITUTION[language] in made.title and str(YEAR) in made.title
    with zipfile.ZipFile(io.BytesIO(content(language))) as parts:
        for name in parts.namelist():
            held = parts.read(name)
            if name.endswith(".xlsx"):
                with zipfile.ZipFile(io.BytesIO(held)) as book:
                    held += b"".join(book.read(part) for part in book.namelist())
            assert not re.search(rb"/(home|root|tmp|work|Users)/|Steve Canny", held), name


def test_the_command_writes_a_deck_and_replaces_none(store_root, tmp_path):
    arguments = ("slides", "--year", str(YEAR), "--language", "tr", "--to", str(tmp_path))
    code, out, error, _ = workbook(store_root, *arguments)
    assert code == 0, error
    (path,) = tmp_path.iterdir()
    assert path.name == f"sunum-{YEAR}.pptx" and str(path) in out
    code, _, error, _ = workbook(store_root, *arguments)
    assert code == 1 and "--replace" in error
    code, _, error, _ = workbook(store_root, "slides", "--year", "1900", "--to", str(tmp_path))
    assert code == 1 and "from 2017" in error
