"""Pages: sound structure, every figure with its words and source, and no text that becomes markup.

Pages are read with the parser of the standard library, so that an element is one that a browser sees.
"""

import base64
import csv
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import REPO
from matplotlib.figure import Figure
from nbformat import v4
from test_batch import LANGUAGES, NOTEBOOKS, YEAR, real_set

from helpers import locale
from helpers.catalog import load
from helpers.errors import RunFailed
from helpers.present import charts, pieces, tables
from helpers.site import pages, sheet

SEARCH = "/search.html"
VOID = {"meta", "br", "img", "hr", "input", "link", "col", "wbr", "source", "base", "area", "embed"}


class Element:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent, self.parts = tag, attributes, parent, []

    def get(self, name, default=None):
        return self.attributes.get(name, default)

    @property
    def text(self):
        """Return the text as it is read: blanks folded."""
        return " ".join(self.raw.split())

    @property
    def raw(self):
        joined = "".join(part if isinstance(part, str) else part.raw for part in self.parts)
        # Words of a chart and cells of a table stand apart on the page, if not in the text of it.
        return f" {joined} " if self.tag in ("text", "th", "td") else joined

    def all(self, *tags, **attributes):
        found = []
        for part in self.parts:
            if isinstance(part, str):
                continue
            named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
            if (not tags or part.tag in tags) and all(part.get(k) == v for k, v in named.items()):
                found.append(part)
            found += part.all(*tags, **attributes)
        return found

    def one(self, *tags, **attributes):
        (found,) = self.all(*tags, **attributes)
        return found


class Parser(HTMLParser):
    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.root = self.here = Element("", {}, None)
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        assert len({name for name, _ in attributes}) == len(attributes), f"attribute twice: {attributes}"
        element = Element(tag, {name: value or "" for name, value in attributes}, self.here)
        self.here.parts.append(element)
        if tag not in VOID:
            self.here = element

    def handle_endtag(self, tag):
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>"
        self.here = self.here.parent

    def handle_data(self, data):
        self.here.parts.append(data)


def parsed(html):
    assert html.startswith("<!DOCTYPE html>")
    parser = Parser(html)
    assert parser.here is parser.root, f"<{parser.here.tag}> is never closed"
    return parser.root


# --- notebooks made by hand -----------------------------------------------------------------------


def shows(piece_or_bundle, metadata=None, source="SOURCE_OF_A_CELL = 1", tags=()):
    """A code cell that shows one output."""
    bundle = piece_or_bundle
    if isinstance(bundle, pieces.Piece):
        bundle, metadata = bundle.bundle, bundle.metadata
    output = v4.new_output("execute_result", bundle, execution_count=1, metadata=metadata or {})
    return v4.new_code_cell(source, outputs=[output], execution_count=1, metadata={"tags": list(tags)})


def prose(key, source):
    return v4.new_markdown_cell(source, metadata={"tags": [f"prose:{key}"]})


def chart(title="A finding", points=("2023: 1", "2024: 2"), **more):
    words = charts.Words(title=title, subtitle="By year", source="Source: a table.", points=points, **more)
    return charts.piece(Figure(figsize=(1, 1), dpi=20), words)


def grid(title="A table", columns=None, **more):
    columns = columns or [tables.Column("Name", ["A", "B"]), tables.Column("Number", ["1", "2"], True)]
    return tables.table("key", columns, title=title, source="Source: another table.", **more)


WORDS = {
    "en": ("# Rankings", "## First part", "## Second part"),
    "tr": ("# Sıralamalar", "## Birinci kısım", "## İkinci kısım"),
}


def notebook(language="en", year=YEAR, *cells):
    title, first, second = WORDS[language]
    injected = f'year = {year}\nlanguage = "{language}"\ninstitution = "ktu"\nedition = "sample"'
    hidden = {"text/plain": "Output of the setup cell"}
    return v4.new_notebook(
        cells=[
            prose("rankings.title", f"{title}\n\nAn introduction."),
            v4.new_code_cell("year = 2026", metadata={"tags": ["parameters"]}),
            v4.new_code_cell(injected, metadata={"tags": ["injected-parameters"]}),
            shows(hidden, tags=["setup"]),
            prose("rankings.in_brief", f"{first}\n\nMore *prose*."),
            shows(pieces.messages(["One message", "Another message"])),
            shows(chart()),
            prose("rankings.places", second),
            shows(grid()),
            *cells,
        ]
    )


def rendered(notebooks, edition="sample"):
    """Render notebooks by place `year/language/name`; return parsed pages by place."""
    found = pages.render({Path(p): n for p, n in notebooks.items()}, load().plan, edition)
    return {page.place.as_posix(): parsed(page.html) for page in found}


def page_with(*cells):
    return rendered({f"{YEAR}/en/topic_rankings": notebook("en", YEAR, *cells)})[
        f"{YEAR}/en/topic_rankings.html"
    ]


@pytest.fixture(scope="module")
def made():
    """Two years, two languages, two notebooks; one notebook of one year in one language only."""
    names = [
        f"{year}/{language}/{name}"
        for year in (2023, YEAR)
        for language in LANGUAGES
        for name in NOTEBOOKS
        if (year, language, name) != (2023, "tr", NOTEBOOKS[1])
    ]
    return rendered({p: notebook(p.split("/")[1], int(p.split("/")[0])) for p in names})


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """The pages of a run of the real notebooks."""
    pages = whole(tmp_path_factory)
    return {
        place: pages[place]
        for place in pages
        if not place.startswith("guides") and not place.endswith(SEARCH)
    }


@pytest.fixture(scope="module")
def registers(tmp_path_factory):
    """The search pages of the same run."""
    return {place: page for place, page in whole(tmp_path_factory).items() if place.endswith(SEARCH)}


def whole(factory):
    folder = real_set(factory) / "reports" / "sample"
    return {
        path.relative_to(folder).as_posix(): parsed(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.html"))
        if len(path.relative_to(folder).parts) == 3
    }


@pytest.fixture(scope="module", params=["made by hand", "real"])
def every(request, made):
    """The pages made by hand, then those of the real notebooks."""
    return made if request.param == "made by hand" else request.getfixturevalue("real")


# --- structure ------------------------------------------------------------------------------------


def test_a_page_has_one_first_heading_and_skips_no_level(every):
    for place, page in every.items():
        levels = [int(h.tag[1]) for h in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
        assert levels[0] == 1 and levels.count(1) == 1, place
        assert all(b - a <= 1 for a, b in pairwise(levels)), place
        assert all(h.text for h in page.all("h1", "h2", "h3")), place


TITLES = {
    ("en", "topic_rankings"): f"Rankings – {YEAR} · Karadeniz Technical University",
    ("tr", "topic_rankings"): f"Sıralamalar – {YEAR} · Karadeniz Teknik Üniversitesi",
    ("en", "goal3_education_research"): (
        f"Goal 3 · Education and research – {YEAR} · Karadeniz Technical University"
    ),
    ("tr", "goal3_education_research"): (
        f"Hedef 3 · Eğitim ve araştırma – {YEAR} · Karadeniz Teknik Üniversitesi"
    ),
}


@pytest.mark.parametrize(("language", "name"), TITLES)
def test_a_page_says_its_language_and_title(every, language, name):
    page = every[f"{YEAR}/{language}/{name}.html"]
    assert page.one("html").get("lang") == language
    assert page.all("title")[0].text == TITLES[language, name]
    assert page.one("meta", charset="utf-8")
    assert len(page.all("main")) == len(page.all("header")) == len(page.all("footer")) == 1


def test_an_anchor_is_the_same_place_in_both_languages(every):
    for name in NOTEBOOKS:
        turkish, english = (
            [s.get("id") for s in every[f"{YEAR}/{language}/{name}.html"].all("section")]
            for language in LANGUAGES
        )
        assert turkish == english
        assert all(turkish) and len(turkish) > 2


def test_an_id_is_given_once_and_every_anchor_has_its_place(every):
    for place, page in every.items():
        ids = [e.get("id") for e in page.all() if "id" in e.attributes]
        assert len(ids) == len(set(ids)), place
        anchors = [a.get("href")[1:] for a in page.all("a") if a.get("href").startswith("#")]
        assert anchors and set(anchors) <= set(ids), place
        assert {e.get("aria-labelledby") for e in page.all(class_="scroll")} <= set(ids)


def test_the_contents_list_every_section_in_order(every):
    for page in every.values():
        listed = [(a.get("href"), a.text) for a in page.one("nav", class_="contents").all("a")]
        sections = [s for s in page.all("section") if s.all("h2") and not s.all("h1")]
        assert listed == [(f"#{s.get('id')}", s.all("h2")[0].text) for s in sections]
        assert listed


def test_the_contents_read_as_the_headings_do():
    cells = [prose("rankings.peers", f"## {heading}") for heading in ("A *fine* place", "R&amp;D", "A \\* B")]
    page = page_with(*cells)
    listed = [a.text for a in page.one("nav", class_="contents").all("a")]
    assert listed[-3:] == [h.text for h in page.all("h2")][-3:] == ["A fine place", "R&D", "A * B"]


def test_the_page_a_reader_is_on_is_marked_in_each_list(every):
    for place, page in every.items():
        own = place.rsplit("/", 1)[1]
        current = page.all("a", aria_current="page")
        assert [a.get("href") for a in current] == [own, own], place
        assert current[1].text == place.split("/")[0]
        navigation = {nav.get("aria-label") for nav in page.all("nav")}
        assert len(navigation) == len(page.all("nav")) and all(navigation)


def test_the_language_switch_leads_to_the_same_page(every):
    names = {"tr": "Türkçe", "en": "English"}
    for place, page in every.items():
        year, language, file = place.split("/")
        other = "en" if language == "tr" else "tr"
        switches = [a for a in page.all("a") if "hreflang" in a.attributes]
        if f"{year}/{other}/{file}" not in every:
            assert switches == []
            continue
        (switch,) = switches
        assert switch.get("href") == f"../../{year}/{other}/{file}"
        assert (switch.get("lang"), switch.get("hreflang")) == (other, other)
        assert switch.text == names[other]


def test_every_link_leads_to_a_page_of_the_set(every):
    for place, page in every.items():
        folder = place.rsplit("/", 1)[0]
        for link in page.all("a"):
            href = link.get("href")
            if href.startswith("#") or href == "../../../index.html":
                continue
            if link.parent.get("class") == "documents":
                continue  # files beside the pages, below
            if href == SEARCH[1:]:
                continue  # the page that finds, below
            if href.startswith("../../guides/"):
                continue  # test_guides follows these
            href, _, section = href.partition("#")
            target = href.removeprefix("../../") if href.startswith("../../") else f"{folder}/{href}"
            assert target in every, f"{place}: {href}"
            assert not section or every[target].all(id=section), f"{place}: {href}#{section}"
            assert link.text


def test_years_and_pages_lead_everywhere_within_the_language(made):
    for place, page in made.items():
        year, language, file = place.split("/")
        hrefs = {a.get("href") for a in page.all("a")}
        for other in made:
            other_year, other_language, other_file = other.split("/")
            same_page = (other_language, other_file) == (language, file)
            same_year = (other_year, other_language) == (year, language)
            assert (f"../../{other}" in hrefs) == (
                other != place and (same_page or same_year or (other_year, other_file) == (year, file))
            ), f"{place} → {other}"


@pytest.mark.parametrize(("first", "second"), [("goal.3", "goal.4")])
def test_two_notebooks_have_two_pages(first, second):
    found = pages.render(
        {Path(f"{YEAR}/en/{name}"): notebook() for name in (first, second)}, load().plan, "sample"
    )
    assert {page.place.name for page in found} == {f"{first}.html", f"{second}.html"}


# --- documents ------------------------------------------------------------------------------------

FILED = [
    Path(str(year), language, f"{name}.{suffix}")
    for year in (2023, YEAR)
    for language, name in (("tr", "izleme"), ("en", "monitoring"))
    for suffix in ("docx", "xlsx")
]
LINKED = {"en": ("Official tables", "official tables"), "tr": ("resmî tabloları", "resmî tabloları")}


@pytest.mark.parametrize(("language", "name"), [("tr", "izleme"), ("en", "monitoring")])
def test_a_page_links_the_documents_of_its_year_and_language(language, name):
    place = Path(str(YEAR), language, "topic_rankings")
    (page,) = pages.render({place: notebook(language)}, load().plan, "sample", FILED)
    line = parsed(page.html).one("p", class_="documents")
    assert [a.get("href") for a in line.all("a")] == [f"{name}.xlsx", f"{name}.docx"]
    # What a screen reader reads of each link says what it is and of which year.
    visible, hidden = LINKED[language]
    assert visible in line.text
    for link, kind in zip(line.all("a"), ("XLSX", "DOCX"), strict=True):
        assert link.text.startswith(f"{kind} ") and hidden in link.text and str(YEAR) in link.text


def test_without_documents_there_is_no_line_of_them(made):
    assert not any(page.all("p", class_="documents") for page in made.values())
    (page,) = pages.render({Path("2022/en/topic_rankings"): notebook()}, load().plan, "sample", FILED)
    assert not parsed(page.html).all("p", class_="documents")


def test_a_page_on_another_university_links_no_document_of_the_plan():
    other = notebook()
    for one in other.cells:
        one.source = one.source.replace('institution = "ktu"', 'institution = "metu"')
    place = Path(str(YEAR), "en", "topic_rankings")
    (page,) = pages.render({place: other}, load().plan, "sample", FILED)
    assert not parsed(page.html).all("p", class_="documents")


def test_every_page_of_a_real_set_links_documents_that_are_there(real, tmp_path_factory):
    folder = real_set(tmp_path_factory) / "reports" / "sample"
    for place, page in real.items():
        links = [link for line in page.all("p", class_="documents") for link in line.all("a")]
        # The official tables, the action calendar, the whole report.
        kinds = ["xlsx", "docx", "xlsx", "ics", "zip"]
        assert [link.get("href").rpartition(".")[2] for link in links] == kinds
        assert [link.text.split()[0] for link in links] == [*map(str.upper, kinds)]  # ICS in Turkish too
        for link in links:
            assert (folder / place).with_name(link.get("href")).is_file()


@pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "a b ç.d"])
def test_hostile_names_of_documents_start_nothing(text):
    place = Path(str(YEAR), "en", "topic_rankings")
    document = place.with_name(f"{text.replace('/', ' ')}.xlsx")
    (page,) = pages.render({place: notebook()}, load().plan, "sample", [document])
    check_inert(parsed(page.html))
    (link,) = parsed(page.html).one("p", class_="documents").all("a")
    assert link.get("href") == document.name


# --- what is on a page ----------------------------------------------------------------------------


def test_no_code_is_on_a_page(every):
    for page in every.values():
        text = page.one("body").raw
        for hidden in (
            "SOURCE_OF_A_CELL",
            "Output of the setup cell",
            "year = 20",
            "import ",
            "run = start(",
        ):
            assert hidden not in text
        assert not re.search(r"\b(?:rankings|goals)\.[a-z_]+\(", text)


ACTIVE = ("script", "iframe", "object", "embed", "form", "link", "base", "style", "input", "template", "math")


def check_inert(page, inputs=0):
    """Check that nothing on a page runs, loads or listens but the one script, which is that of every page."""
    tags = [e.tag for e in page.all()]
    allowed = {"style": 1, "script": 1} | ({"input": inputs} if inputs else {})
    assert {tag: tags.count(tag) for tag in ACTIVE if tag in tags} == allowed
    script = page.one("script")
    assert script.attributes == {} and script.raw == sheet.script()
    assert all(button.get("type") == "button" for button in page.all("button"))
    drawings = [drawing.parent.get("class") for drawing in page.all("svg")]
    assert drawings == ["drawing"] * len(page.all("figure", class_="figure"))
    for element in page.all():
        for name, value in element.attributes.items():
            assert not name.startswith("on") and name not in ("style", "srcset", "srcdoc", "formaction"), name
            if name in ("href", "src"):
                assert not re.match(r"\s*(javascript|vbscript|data:text|https?:|//)", value, re.I), value
    assert page.all("img") == []
    css = page.one("style").raw
    assert not re.search(r"url\(|@import|https?:|expression\(", css)


def check_policy(page):
    (policy,) = page.all("meta", http_equiv="Content-Security-Policy")
    allowed = dict(part.strip().split(" ", 1) for part in policy.get("content").split(";"))
    assert allowed.pop("default-src") == "'none'"
    for kind in ("style", "script"):
        hashed = hashlib.sha256(page.one(kind).raw.encode("utf-8")).digest()
        assert allowed.pop(f"{kind}-src") == f"'sha256-{base64.b64encode(hashed).decode()}'"
    assert allowed == {"base-uri": "'none'", "form-action": "'none'"}
    # A policy holds for what stands after it.
    head = page.one("head")
    tags = [part.tag for part in head.parts if not isinstance(part, str)]
    assert head.all("meta").index(policy) == 1 and tags.index("style") > 1


def test_a_page_runs_and_loads_nothing(every):
    for page in every.values():
        check_inert(page)
        check_policy(page)


def test_an_image_has_the_words_of_its_figure(every):
    seen = 0
    for page in every.values():
        for figure in page.all("figure", class_="figure"):
            alt, title = (
                figure.one("div", class_="drawing").get("aria-label"),
                figure.one("p", class_="title").text,
            )
            title = title.removesuffix(" Demonstration data").removesuffix(" Örnek veri")
            assert alt.startswith(title) and len(alt) > len(title) + 5
            assert "No description has been provided" not in alt
            seen += 1
        assert len(page.all("svg")) == len(page.all("figure", class_="figure"))
    assert seen >= 4


def test_the_words_of_a_figure_are_those_of_its_note():
    piece = chart("Students fell", ["2023: 5 of 9", "2024: 4 of 9"])
    page = page_with(shows(piece))
    told = page.all("div", class_="drawing")[-1].get("aria-label")
    assert told == piece.bundle[pieces.NOTE_TYPE]["alt"]
    assert told == "Students fell. 2023: 5 of 9; 2024: 4 of 9."


@pytest.mark.parametrize("alt", ["", "  ", "A finding", "A finding."])
def test_a_figure_without_words_is_refused(alt):
    piece = chart("A finding")
    note = {**piece.bundle[pieces.NOTE_TYPE], "alt": alt}
    with pytest.raises(RunFailed):
        page_with(shows({**piece.bundle, pieces.NOTE_TYPE: note}, piece.metadata))


def test_a_picture_of_an_earlier_version_is_refused_with_the_way_out():
    piece = chart("Students fell", ["2023: 5 of 9", "2024: 4 of 9"])
    earlier = {kind: said for kind, said in piece.bundle.items() if kind != pieces.SVG}
    with pytest.raises(RunFailed, match="workbook run"):
        page_with(shows({**earlier, "image/png": "AAAA"}, piece.metadata))


def test_a_source_stands_under_every_figure_and_table(every):
    seen = 0
    for place, page in every.items():
        turkish = "/tr/" in place and any("Kaynak: " in p.text for p in page.all("p"))
        begins = "Kaynak: " if turkish else "Source: "
        for figure in page.all("figure"):
            source = figure.one("p", class_="source").text
            assert source.startswith(begins)
            assert len(source) > len("Source: .")
            assert figure.parts[-1] == "\n" and figure.parts[-2].get("class") == "source"
            seen += 1
        behind = page.all("details", class_="data")
        assert len(page.all("table")) == len(page.all("figure", class_="table")) + len(behind)
    assert seen > 10


def test_a_table_can_be_scrolled_by_keyboard_and_is_named(every):
    for page in every.values():
        for table in page.all("table"):
            scroll = table.parent
            assert (scroll.get("role"), scroll.get("tabindex")) == ("region", "0")
            (label,) = [e for e in page.all() if e.get("id") == scroll.get("aria-labelledby")]
            assert label.text
            assert all(cell.get("scope") for cell in table.all("thead")[0].all("th") if cell.text)


def test_caveats_and_notes_stand_with_their_figure():
    page = page_with(shows(chart("Odd", notes=["A note."], caveats={"band_cut": "Bands were cut."})))
    figure = page.all("figure")[-1]
    assert [p.text for p in figure.all("p")][2:] == ["A note.", "Bands were cut.", "Source: a table."]
    assert page.all(class_="demonstration") == []


@pytest.mark.parametrize("make", [chart, grid])
@pytest.mark.parametrize("language", LANGUAGES)
def test_demonstration_data_mark_their_figure_and_the_page(make, language):
    caveats = {"demonstration": "Örnek." if language == "tr" else "Generated."}
    place = f"{YEAR}/{language}/topic_rankings"
    cell = shows(make("Generated numbers", caveats=caveats))
    page = rendered({place: notebook(language, YEAR, cell)})[f"{place}.html"]
    mark = {"tr": "Örnek veri", "en": "Demonstration data"}[language]
    marked = [f for f in page.all("figure") if f.all(class_="demonstration")]
    assert [f.one("p", class_="title").text for f in marked] == [f"Generated numbers {mark}"]
    assert caveats["demonstration"] in marked[0].text
    (note,) = [e for e in page.all(class_="demonstration") if e.tag == "p"]
    assert note.get("role") == "note" and mark.split()[0].lower() in note.text.lower()
    assert note.parent.all("h1")  # where the page begins, before any figure


# --- text stays text ------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "[press](javascript:alert(1))",
    "![i](http://example.invalid/a.png)",
    "<a href='javascript:alert(1)'>a</a>",
    "{{7*7}} {% raw %} ${7*7} #{7*7}",
    "</title></p></figure></main>",
    "<!-- a comment -->",
    "&lt;b&gt; &amp;amp; &#60;i&#62;",
    "left \u202eright-to-left\u202c end",
    "$x<y>$ \\(a\\) `code` **bold** _under_ ~~no~~ | pipe",
    "*/</style><style>*{display:none}",
]


each_hostile = pytest.mark.parametrize("text", HOSTILE)


def folded(text):
    return " ".join(text.split())


@each_hostile
def test_hostile_words_of_a_chart_stay_words(text):
    clean = [e.tag for e in page_with(shows(chart("T", ["p"], notes=["n"], caveats={"c": "c"}))).all()]
    words = charts.Words(text, text, text, [text], [text], {"c": text})
    page = page_with(shows(charts.piece(Figure(figsize=(1, 1), dpi=20), words)))
    check_inert(page)
    assert [e.tag for e in page.all()] == clean  # not an element more
    figure = page.all("figure")[-1]
    seen = locale.seen(text)
    assert [p.text for p in figure.all("p")] == [folded(seen)] * 5
    assert figure.one("div", class_="drawing").get("aria-label") == f"{seen}. {seen}."


@each_hostile
def test_hostile_cells_of_a_table_stay_words(text):
    def columns(cell):
        return [tables.Column(cell, [cell, "b"]), tables.Column(cell, ["1", cell], True)]

    def made(words):
        cell = shows(grid(words, columns(words), notes=[words], caveats={"c": words}))
        return page_with(cell)

    clean, page = made("plain"), made(text)
    check_inert(page)
    assert [e.tag for e in page.all()] == [e.tag for e in clean.all()]
    figure = page.all("figure")[-1]
    cells = [folded(locale.seen(t)) for t in (text, text, text, "1", "b", text)]
    assert [c.text for c in figure.all("th", "td")] == cells
    for cell in figure.all("th", "td"):
        assert set(cell.attributes) <= {"class", "scope", "colspan", "rowspan"}


# What Markdown makes lists, headings, code, links or line breaks of.
STRUCTURE = [
    "3. sıra", "12. Aralık 2024", "a\n===", "a\n---", "    indented", "http://example.invalid/a_b",
    "two  \nlines",
]  # fmt: skip


@pytest.mark.parametrize("text", [*HOSTILE, *STRUCTURE])
def test_hostile_sentences_and_messages_stay_words(text):
    def made(words):
        plain = {"text/plain": words}
        stream = v4.new_code_cell(outputs=[v4.new_output("stream", name="stdout", text=words)])
        return page_with(shows(pieces.text(words)), shows(pieces.messages([words])), shows(plain), stream)

    clean, page = made("plain"), made(text)
    check_inert(page)
    assert [e.tag for e in page.all()] == [e.tag for e in clean.all()]
    section = page.all("section")[-1]
    seen = locale.seen(text)
    assert section.one("div", class_="text").text == folded(seen)
    assert section.one("div", class_="messages").text == folded(seen)
    assert [pre.raw.lstrip("\n") for pre in section.all("pre")] == [seen, seen]


@each_hostile
def test_hostile_raw_output_and_prose_start_nothing(text):
    page = page_with(
        shows({"text/html": f"<b>{text}</b>", "text/plain": "x"}),
        shows(
            {"text/html": f"<table><tr><td onclick='a()' style='x' class='{text}'>{text}</td></tr></table>"}
        ),
        shows({"text/markdown": text, "text/plain": "x"}),
        prose("rankings.qs", f"## {text}\n\n{text}"),
    )
    check_inert(page)
    assert "49" not in page.one("main").text
    assert len(page.all("main")) == len(page.all("title")) == 1


@each_hostile
def test_hostile_notes_that_pretend_to_be_pieces_start_nothing(text):
    bundle = {
        "text/plain": "x",
        "text/markdown": "y",
        pieces.NOTE_TYPE: {"kind": text, "caveats": {text: text}},
    }
    page = page_with(shows(bundle))
    check_inert(page)


HOSTILE_DRAWINGS = [
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    '<svg xmlns="http://www.w3.org/2000/svg"><a href="javascript:alert(1)"><text>a</text></a></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><g href="http://example.invalid/"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><rect fill="url(http://example.invalid/a.svg#a)"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><foreignObject/></svg>',
    '<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"><text>&a;</text></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><text>a</svg>',
]


@pytest.mark.parametrize("drawn", HOSTILE_DRAWINGS)
def test_a_drawing_of_more_than_shapes_and_words_is_refused(drawn):
    with pytest.raises(RunFailed, match="cannot be published"):
        page_with(shows({**chart().bundle, pieces.SVG: drawn}))


def test_a_style_of_a_table_does_not_reach_the_page():
    piece = grid()
    assert "<style" in piece.bundle["text/html"]  # great-tables brings one
    page = page_with(shows(piece))
    assert len(page.all("style")) == 1 and "gt_table" not in page.one("style").raw


# --- what is refused ------------------------------------------------------------------------------

REFUSED = {
    "a bare image": v4.new_output("display_data", {"image/png": "aGk=", "text/plain": "<Figure>"}),
    "a vector image": v4.new_output("display_data", {"image/svg+xml": "<svg/>"}),
    "a script": v4.new_output("display_data", {"application/javascript": "alert(1)"}),
    "a warning": v4.new_output("stream", name="stderr", text="b.py:1: UserWarning"),
    "an error": v4.new_output("error", ename="ValueError", evalue="no", traceback=["no"]),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_an_output_without_words_is_refused_with_its_place(kind):
    cell = v4.new_code_cell("x", outputs=[REFUSED[kind]])
    cell.id = "the-cell"
    with pytest.raises(RunFailed) as refusal:
        page_with(cell)
    assert "the-cell" in str(refusal.value) and f"{YEAR}/en/topic_rankings" in str(refusal.value)


# --- numbers as the reader writes them ------------------------------------------------------------


def reading(page):
    """Return the text of a page without file names, codes and cards, which quote publishers as printed."""
    told = [e for e in page.one("main").parts if isinstance(e, str) or e.get("id") != "how"]
    text = " ".join(" ".join(part if isinstance(part, str) else part.raw for part in told).split())
    return re.sub(r"\S+\.(?:csv|json|parquet|xlsx)\S*|G\d\.\d\d|0\.1\.0|WUR 3\.0", "", text)


def test_numbers_are_written_as_the_language_writes_them(real):
    with (REPO / "data" / "sample" / "ranking_scores.csv").open(encoding="utf-8") as file:
        scores = {
            row["variable"]: row["value_text"]
            for row in csv.DictReader(file)
            if (row["system"], row["edition"], row["name"])
            == ("the", str(YEAR), "Karadeniz Technical University")
        }
    outlook, students = scores["international_outlook"], scores["students_fte_count"]
    share = scores["international_students_pct"].rstrip("%")
    assert (outlook, students, share) == ("22.7", "30,690", "5")  # as THE prints them
    english = reading(real[f"{YEAR}/en/topic_rankings.html"])
    turkish = reading(real[f"{YEAR}/tr/topic_rankings.html"])
    assert all(written in english for written in (" 22.7", " 30,690", " 5%", "19.56"))
    assert all(written in turkish for written in (" 22,7", " 30.690", " %5", "19,56"))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_number_is_written_as_the_other_language_does(real, name):
    english, turkish = (reading(real[f"{YEAR}/{language}/{name}.html"]) for language in ("en", "tr"))
    # G3.25, PG1.3.1 and H1.3 are codes, in both languages.
    english, turkish = (re.sub(r"\b(?:PG|G|H)\d+(?:\.\d+)+", "", text) for text in (english, turkish))
    assert re.findall(r"\d\.\d{1,2}(?![\d.])", turkish) == []
    assert re.findall(r"\d%", turkish) == []
    assert re.findall(r"\d,\d{1,2}(?!\d)", english) == []
    assert re.findall(r"%\d", english) == []
    # The same numbers in both, once the marks are exchanged.
    swapped = turkish.translate(str.maketrans(",.", ".,"))
    wanted = sorted(set(re.findall(r"\d+\.\d+", english)))
    assert wanted and sorted(set(re.findall(r"\d+\.\d+(?!,?\d)", swapped))) == wanted


# --- the index ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def index():
    places = [
        f"{year}/{language}/{name}" for year in (2023, YEAR) for language in LANGUAGES for name in NOTEBOOKS
    ]
    published = {"sample": [*places, f"{YEAR}/en/own_notebook"], "live": [f"{YEAR}/tr/{NOTEBOOKS[0]}"]}
    return parsed(pages.index(published, load().plan)), published


def test_the_index_lists_every_page_once_in_its_language(index):
    page, published = index
    listed = {}
    for section in page.all("section"):
        hrefs = [a.get("href") for a in section.all("a") if "hreflang" not in a.attributes]
        assert len(hrefs) == len(set(hrefs))
        listed[section.get("lang")] = set(hrefs)
    for language in LANGUAGES:
        assert listed[language] == {
            f"{edition}/{place}.html"
            for edition, places in published.items()
            for place in places
            if f"/{language}/" in place
        }
    texts = [a.text for a in page.all("a")]
    assert f"Rankings {YEAR}" in texts and f"Sıralamalar {YEAR}" in texts
    assert f"own notebook {YEAR}" in texts  # it has no name yet, so it is called by its file


def test_the_index_is_sound(index):
    page, _ = index
    check_inert(page)
    check_policy(page)
    assert len(page.all("h1")) == 1
    assert page.one("html").get("lang") in LANGUAGES
    assert {s.get("lang") for s in page.all("section")} == set(LANGUAGES)
    years = [report.one("h2").text for report in page.all("section")[0].all("article")]
    assert years[:2] == [str(YEAR), "2023"]  # the newest first
    for link in page.all("a"):
        assert link.text
    # Each language leads to the other on the same page.
    switches = {(a.get("href"), a.get("lang"), a.text) for a in page.all("a") if "hreflang" in a.attributes}
    assert switches == {("#en", "en", "English"), ("#tr", "tr", "Türkçe")}


@each_hostile
def test_hostile_places_in_the_index_start_nothing(text):
    page = parsed(pages.index({"sample": [f"{YEAR}/en/{text.replace('/', ' ')}"]}, load().plan))
    check_inert(page)
    (link,) = (a for a in page.all("a") if "hreflang" not in a.attributes)
    assert link.text == folded(locale.seen(f"{text.replace('/', ' ')} {YEAR}".replace("_", " ")))
