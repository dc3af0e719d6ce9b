"""Pages as a browser shows them: offline, at every width, by keyboard, and to assistive technology."""

import csv
import io
import os
from pathlib import Path
from urllib.parse import unquote, urlparse

import openpyxl
import pytest
from chromium import in_browser
from test_batch import LANGUAGES, NOTEBOOKS, YEAR, real_set

from helpers import locale
from helpers.site import alone, sheet

pytestmark = [pytest.mark.browser, in_browser]
WIDTHS = (320, 390, 1440)
PAGES = [f"sample/{YEAR}/{language}/{notebook}.html" for language in LANGUAGES for notebook in NOTEBOOKS]
GUIDES = ["sample/guides/tr/files.html", "sample/guides/en/dictionary-registers.html"]
SEARCH = [f"sample/{YEAR}/{language}/search.html" for language in LANGUAGES]
ALL = [*PAGES, *SEARCH, "index.html", *GUIDES]
# One page of each kind: of a notebook, search, index, a guide, the dictionary.
KINDS = [PAGES[1], SEARCH[1], "index.html", *GUIDES]
each_page = pytest.mark.parametrize("name", ALL)
each_report = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    return real_set(tmp_path_factory) / "reports"


@pytest.fixture
def page(browser):
    """An offline page that notes what it asks for and complains of."""
    context = browser.new_context(offline=True, viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.asked, opened.complaints = [], []
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.on("console", lambda message: opened.complaints.append(message.text))
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("requestfailed", lambda request: opened.complaints.append(request.url[:200]))
    yield opened
    context.close()


def show(page, reports, name, width=1440):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto((reports / name).as_uri(), wait_until="load")


@each_page
def test_a_page_asks_for_nothing_and_complains_of_nothing(page, reports, name):
    show(page, reports, name)
    page.wait_for_timeout(100)
    own = (reports / name).as_uri()
    assert [url for url in page.asked if not url.startswith("data:")] == [own]
    assert page.complaints == []


def test_faults_would_be_noticed(page, reports, tmp_path):
    fetching = '<img src="http://example.invalid/a.png"><script>undefined_name</script></main>'
    whole = (reports / PAGES[0]).read_text(encoding="utf-8").replace("</main>", fetching)
    (tmp_path / "guarded.html").write_text(whole, encoding="utf-8")
    show(page, tmp_path, "guarded.html")
    said = " ".join(page.complaints)  # the page's policy stops both, and says so
    assert "example.invalid" in said and "inline script" in said and "Content Security Policy" in said
    unguarded = whole.replace("Content-Security-Policy", "nothing")
    (tmp_path / "open.html").write_text(unguarded, encoding="utf-8")
    show(page, tmp_path, "open.html")
    assert any("example.invalid" in url for url in page.asked)
    assert any("undefined_name" in complaint for complaint in page.complaints)
    assert any(line.startswith("image-alt ") for line in violations(page))


@each_page
def test_a_page_fits_every_width(page, reports, name):
    for width in WIDTHS:
        show(page, reports, name, width)
        check_fits(page, width)


def check_fits(page, width):
    wide = page.evaluate(
        """() => [...document.body.querySelectorAll('*')]
            .filter(e => !e.closest('.scroll, pre, .hidden, .skip'))
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
            .map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 30))"""
    )
    assert page.evaluate("innerWidth") == width
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@each_report
def test_every_chart_is_drawn_in_its_own_shape(page, reports, name):
    for width in WIDTHS:
        show(page, reports, name, width)
        charts = page.evaluate(
            """() => [...document.querySelectorAll('.drawing svg')].map(e => {
                const box = e.getBoundingClientRect();
                return [e.viewBox.baseVal.width, e.viewBox.baseVal.height, box.width, box.height];
            })"""
        )
        assert len(charts) >= 2
        for own_width, own_height, wide, high in charts:
            assert wide > min(width, 400) - 60
            assert high / wide == pytest.approx(own_height / own_width, rel=0.02)


# The looks of a page, each at one width; its other language has them at the other one.
LOOKS = ("light", "dark", "print")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What another look can break: nothing else depends on colours.
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


def violations(page, rules=WCAG):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python"
    )
    found = axe.Axe().run(page, options={"resultTypes": ["violations"], "runOnly": rules}).response
    assert len(found["passes"]) > (10 if rules is WCAG else 0)  # it did look
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:120]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


# The longest page once: in its other language it has the same parts, and the other page of a report has both.
@pytest.mark.parametrize(
    "name", [name for name in ALL if name != f"sample/{YEAR}/tr/goal3_education_research.html"]
)
def test_axe_finds_nothing_to_object_to(page, reports, name):
    place = ALL.index(name)
    show(page, reports, name)
    found = {}
    for turn, look in enumerate(LOOKS):
        width = (320, 1440)[(place + place // len(NOTEBOOKS) + turn) % 2]
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(
            media="print" if look == "print" else "screen", color_scheme="dark" if look == "dark" else "light"
        )
        found[look] = violations(page, WCAG if look == "light" else OF_COLOURS)
    assert found == {key: [] for key in LOOKS}


def test_axe_would_object_to_a_colour_of_one_look(page, reports, tmp_path):
    html = (reports / "index.html").read_text(encoding="utf-8")
    pale = "<style>@media (prefers-color-scheme: dark) { .edition { color: #222 !important } }</style></head>"
    (tmp_path / "pale.html").write_text(
        html.replace("Content-Security-Policy", "nothing").replace("</head>", pale), encoding="utf-8"
    )
    show(page, tmp_path, "pale.html")
    assert violations(page, OF_COLOURS) == []
    page.emulate_media(color_scheme="dark")
    assert any(line.startswith("color-contrast ") for line in violations(page, OF_COLOURS))


@pytest.mark.parametrize("name", [PAGES[0], "index.html"])
def test_a_chart_and_the_focus_stay_in_sight_in_forced_colours(page, reports, name):
    page.emulate_media(forced_colors="active", color_scheme="dark")
    show(page, reports, name)
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    grounds = page.evaluate(
        """() => [...document.querySelectorAll('.drawing')].map(e => {
            const style = getComputedStyle(e);
            return [style.forcedColorAdjust, style.backgroundColor === 'rgba(0, 0, 0, 0)'];
        })"""
    )
    assert grounds == [["none", False]] * len(grounds) and (grounds or name == "index.html")
    page.keyboard.press("Tab")
    assert focused(page, "getComputedStyle(e).outlineStyle") != "none"


def no_card(html):
    """Return the titles of figures and tables of a page that lead to no card and to no list of files."""
    page = alone.parsed(html)
    ids = {element.get("id") for element in page.iter() if element.get("id")}
    found = []
    for figure in page.iterfind(".//main//figure"):
        # The list of files is itself what the others lead to.
        if figure.getparent().get("id", "").endswith("-sources"):
            continue
        led = figure.xpath(".//details[@class='computed']//a/@href")
        if not led or not all(href.removeprefix("#") in ids for href in led):
            found.append(figure.findtext("figcaption/p[@class='title']"))
    return found


@each_report
def test_every_figure_and_table_leads_to_a_card_or_to_its_files(reports, name):
    html = (reports / name).read_text(encoding="utf-8")
    assert no_card(html) == []
    cut = html.replace('class="computed"', 'class="gone"')
    assert len(no_card(cut)) == len(alone.parsed(html).findall(".//main//figure")) - 1


def test_the_index_leads_to_each_report_as_a_zip(reports):
    zips = alone.parsed((reports / "index.html").read_text(encoding="utf-8")).xpath(
        "//p[@class='zip']/a/@href"
    )
    assert len(zips) == len(LANGUAGES)
    assert all((reports / place).is_file() for place in zips)


def test_axe_finds_nothing_on_what_is_open(page, reports):
    show(page, reports, PAGES[1], 320)
    page.locator(".menu-opens").click()
    found = violations(page)
    page.keyboard.press("Escape")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.locator("a[href^='#how-']").first.click()
    assert page.locator("dialog[open]").count() == 1
    assert found + violations(page) == []


def focused(page, expression):
    return page.evaluate(f"(() => {{ const e = document.activeElement; return {expression}; }})()")


@each_report
def test_the_first_tab_reaches_the_skip_link_and_it_skips(page, reports, name):
    show(page, reports, name)
    hidden = page.locator("a.skip").bounding_box()
    assert hidden["x"] + hidden["width"] <= 0
    page.keyboard.press("Tab")
    assert focused(page, "e.className") == "skip"
    box = page.locator("a.skip").bounding_box()
    assert box["x"] >= 0 and box["y"] >= 0 and box["x"] + box["width"] <= 1440
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
    page.keyboard.press("Tab")
    # Past both navigations: what gets the focus is inside the content.
    assert focused(page, "e.closest('main') !== null")


@pytest.mark.parametrize("name", [PAGES[1], PAGES[2]])
def test_everything_that_acts_or_scrolls_is_reached_by_keyboard_and_seen(page, reports, name):
    show(page, reports, name, 320)
    # What is folded away is reached once it is open; of a chart, one mark, from which arrows lead on.
    wanted = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, .scroll, summary, .mark[tabindex="0"]')]
            .filter(e => e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}))
            .map((e, i) => e.dataset.place = String(i))"""
    )
    overflowing = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(e => e.scrollWidth > e.clientWidth + 1
            && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.tabIndex < 0).length"""
    )
    assert overflowing == 0
    reached = []
    for _ in wanted:
        page.keyboard.press("Tab")
        place, outline, seen = focused(
            page,
            "[e.dataset.place, getComputedStyle(e).outlineStyle, e.getBoundingClientRect().bottom > 0]",
        )
        reached.append(place)
        assert (outline != "none" or focused(page, "e.matches('.mark')")) and seen
    assert reached == wanted  # in the order of the page
    assert page.locator(".scroll").count() >= 2


def test_a_wide_table_scrolls_by_the_arrow_keys(page, reports):
    show(page, reports, f"sample/{YEAR}/tr/topic_rankings.html", 320)
    widest = page.evaluate(
        """() => [...document.querySelectorAll('.scroll')]
            .map((e, i) => [e.scrollWidth - e.clientWidth, i]).sort((a, b) => b[0] - a[0])[0]"""
    )
    assert widest[0] > 20
    region = page.locator(".scroll").nth(widest[1])
    region.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("e => e.scrollLeft > 0", arg=region.element_handle(), timeout=3000)


@each_report
def test_the_language_link_leads_to_the_same_page_in_the_other_language(page, reports, name):
    _, year, language, file = name.split("/")
    other = "en" if language == "tr" else "tr"
    show(page, reports, name)
    first = page.locator("h1").inner_text()
    page.locator("a[hreflang]").click()
    page.wait_for_url(f"**/{year}/{other}/{file}")
    assert page.evaluate("document.documentElement.lang") == other
    assert page.locator("h1").inner_text() != first
    page.locator("a[hreflang]").click()
    page.wait_for_url(f"**/{year}/{language}/{file}")
    assert page.locator("h1").inner_text() == first


@each_page
def test_every_link_leads_to_a_file_and_a_place_that_exist(page, reports, name):
    show(page, reports, name)
    links = page.evaluate("[...document.links].map(a => a.href)")
    assert links
    for link in links:
        address = urlparse(link)
        assert address.scheme == "file"
        path = Path(unquote(address.path.lstrip("/") if os.name == "nt" else address.path))
        assert path.is_file() and path.is_relative_to(reports)
        if address.fragment:
            assert f'id="{address.fragment}"' in path.read_text(encoding="utf-8")
    if name == "index.html":
        own = f"{(reports / name).as_uri()}#"
        inside = {link for link in links if not link.startswith(own) and not link.endswith(".zip")}
        guides = {link for link in inside if "/guides/" in link}
        assert {f"{(reports / report).as_uri()}" for report in PAGES} == inside - guides
        assert {f"{(reports / guide).as_uri()}" for guide in GUIDES} < guides


def test_a_contents_entry_leads_to_its_section(page, reports):
    show(page, reports, f"sample/{YEAR}/en/topic_rankings.html")
    entry = page.locator("nav.contents a").nth(-3)
    heading = entry.inner_text()
    entry.click()
    page.wait_for_function("() => scrollY > 500", timeout=3000)
    target = page.locator("section:target h2").first
    assert target.inner_text() == heading
    assert target.bounding_box()["y"] < 900


# --- what the script adds -------------------------------------------------------------------------


def test_a_page_keeps_to_its_place_while_it_loads(page, reports):
    for name in KINDS:
        show(page, reports, name)
        moved = page.evaluate(
            """() => new Promise(done => {
                let sum = 0;
                new PerformanceObserver(list => list.getEntries().forEach(e => { sum += e.value; }))
                    .observe({type: 'layout-shift', buffered: true});
                setTimeout(() => done(sum), 150);
            })"""
        )
        assert moved == 0, name


def test_a_page_is_light(reports):
    for path in (reports / "sample").glob("*/*/*.html"):
        assert path.stat().st_size <= 600_000, path


def test_a_page_can_be_read_without_its_script(browser, reports):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto((reports / PAGES[0]).as_uri())
    assert page.locator("main h2").count() > 5 and page.locator("main table").count() > 5
    assert not page.locator(".tools").first.is_visible()
    assert not page.locator("#menu").is_visible()
    page.locator(".menu-opens").click()  # the browser's own work
    page.locator("#menu a[href*='topic_rankings']").click()
    assert page.url.endswith("topic_rankings.html")
    page.goto((reports / SEARCH[0]).as_uri())
    assert page.locator(".entries a").count() > 20 and not page.locator("#find").is_visible()
    context.close()


def test_the_contents_mark_the_section_in_sight_and_the_languages_keep_it(page, reports):
    show(page, reports, PAGES[0])
    section = page.locator("main > section").nth(3)
    place = section.get_attribute("id")
    section.evaluate("e => e.scrollIntoView()")
    page.wait_for_function("id => document.querySelector(`a[hreflang]`).hash === '#' + id", arg=place)
    marked = page.locator("nav.contents a[aria-current]")
    assert [marked.count(), marked.get_attribute("href"), marked.get_attribute("aria-current")] == [
        1, f"#{place}", "location"
    ]  # fmt: skip
    # Playwright's own click scrolls about where the machine is slow; a reader's does not.
    page.locator("a.language").evaluate("a => a.click()")
    page.wait_for_function(
        "() => document.documentElement.lang !== 'tr' && document.readyState === 'complete'"
    )
    assert page.url.endswith(f"#{place}")
    top = page.locator(f"#{place}").bounding_box()["y"]
    assert page.evaluate("document.documentElement.lang") != "tr" and -5 <= top < 300


@pytest.mark.parametrize(
    ("kind", "lay", "rising"),
    [
        ("gt_right", ["1.200", "–", "%8,5", "95", "−3"], ["−3", "%8,5", "95", "1.200", "–"]),
        ("", ["ç", "–", "İ", "c", "ı", "d"], ["c", "ç", "d", "ı", "İ", "–"]),
        (
            "",
            ["03.02.2025", "01.12.2024", "–", "28.02.2024"],
            ["28.02.2024", "01.12.2024", "03.02.2025", "–"],
        ),
    ],
)
def test_a_heading_sorts_its_table_as_the_language_reads(page, kind, lay, rising):
    body = "".join(f"<tr><th>{i}</th><td class='{kind}'>{text}</td></tr>" for i, text in enumerate(lay))
    head = f"<tr><th scope='col'>A</th><th scope='col' class='{kind}'>B</th></tr>"
    page.set_content(
        f"<html lang=tr><figure><table><thead>{head}</thead><tbody>{body}</tbody></table></figure></html>"
    )
    page.add_script_tag(content=sheet.script())
    cells = "[...document.querySelectorAll('td')].map(cell => cell.textContent)"
    orders, states = [], []
    for key in ("Enter", "Space", "Enter"):
        page.locator(".sort").nth(1).press(key)
        orders.append(page.evaluate(cells))
        states.append(page.locator("thead th").nth(1).get_attribute("aria-sort"))
    # What has no value stands last both ways; a third press gives back the order of the page.
    known = [text for text in rising if text != "–"]
    assert orders == [rising, [*known[::-1], "–"], lay]
    assert states == ["ascending", "descending", None]


HOSTILE = ["=1+1", "+SUM(A1)", "-2+3", "@x", "\tx", " =1", "a;b", 'say "so"', "<b>&amp;", "iki satır"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_is_taken_away_whole_and_runs_nothing(page, reports, tmp_path, language):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    show(page, reports, f"sample/{YEAR}/{language}/{NOTEBOOKS[0]}.html")
    figure = page.locator("figure.table", has=page.locator("tbody tr:nth-child(5)")).first
    mark = "," if language == "tr" else "."
    figure.evaluate(
        """(f, [texts, mark]) => {
            const rows = f.querySelector('tbody').rows;
            while (rows.length < texts.length) rows[0].after(rows[0].cloneNode(true));
            texts.forEach((text, i) => { rows[i].cells[0].textContent = text; });
            const number = rows[0].cells[rows[0].cells.length - 1];
            number.className = 'gt_right';
            number.textContent = `1${mark === ',' ? '.' : ','}234${mark}5`;
        }""",
        [HOSTILE, mark],
    )
    saved = {}
    for kind in ("csv", "xlsx"):
        with page.expect_download() as download:
            figure.locator(f"[data-do={kind}]").click()
        saved[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[kind])
    title = " ".join(figure.locator(".title").inner_text().split())
    source = figure.locator(".source").inner_text()

    raw = saved["csv"].read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";" if language == "tr" else ","))
    first = [row[0] for row in rows if row]
    safe = ["'" + text.strip() if text.strip()[0] in "=+-@" else text.strip() for text in HOSTILE]
    assert first[1 : len(HOSTILE) + 1] == safe
    assert rows[1][-1] == f"1234{mark}5"
    assert title in first and source in first  # no figure travels without them
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@", "\t")]

    book = openpyxl.load_workbook(saved["xlsx"])
    assert book.sheetnames == (["Veriler", "Kaynak"] if language == "tr" else ["Data", "Source"])
    cells, about = book.worksheets
    assert [cells.cell(i + 2, 1).value for i in range(len(HOSTILE))] == [text.strip() for text in HOSTILE]
    assert {cell.data_type for row in cells.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    assert cells.cell(2, len(rows[0])).value == 1234.5
    assert cells.cell(2, 1).quotePrefix
    assert {title, source} <= {row[0] for row in about.iter_rows(values_only=True)}

    figure.locator("[data-do=copy]").click()
    page.wait_for_function("f => f.querySelector('.told').textContent", arg=figure.element_handle())
    copied = page.evaluate("navigator.clipboard.readText()").replace("\r", "").split("\n")
    assert copied[0].split("\t") == rows[0]


def test_the_card_of_a_number_opens_over_the_page_and_gives_the_focus_back(page, reports):
    show(page, reports, PAGES[0])
    link = page.locator("main section:not(#how) a[href^='#how-']").first
    name = link.get_attribute("href").removeprefix("#how-")
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    assert name in dialog.inner_text() or dialog.locator("dd").count() > 3
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert focused(page, "e.hash") == f"#how-{name}"


def test_the_values_of_a_chart_are_told_on_focus_and_arrows_lead_on(page, reports):
    show(page, reports, PAGES[0])
    chart = page.locator(".drawing svg", has=page.locator(".mark[tabindex='0']")).first
    chart.locator(".mark[tabindex='0']").focus()
    tip = page.locator(".tip")
    first = tip.inner_text()
    assert first == focused(page, "e.getAttribute('aria-label')") and first
    page.keyboard.press("ArrowRight")
    assert tip.inner_text() == focused(page, "e.getAttribute('aria-label')")
    assert chart.locator("[tabindex='0']").count() == 1
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    # Enter leads to the mark's row of the table behind the chart.
    told = focused(page, "e.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    row = focused(page, "e.matches('details.data[open] tbody th') && e.closest('tr').innerText")
    assert row and told.startswith(focused(page, "e.innerText.trim()"))
    value = told.split(": ", 1)[1].split(" · ")[0]
    assert value in row


FOLDED = [
    "IĞDIR", "Iğdır", "İSTANBUL", "istanbul", "Çağrı  Öğün", "Łódź", "Straße", "Ærø", "x–y_z/1.2", "‘q’",
    "ﬁ ½", "Ünıversıty & Co", "naïve\u0301", "ŞIRNAK'ta",
]  # fmt: skip


def test_search_folds_letters_as_the_workbook_does_and_works_by_keyboard(page, reports):
    show(page, reports, SEARCH[0])
    assert focused(page, "e.id") == "find"
    fold = sheet.script().split("const PLAIN")[1].split("const find =")[0]
    folded = page.evaluate("texts => { const PLAIN" + fold + "; return texts.map(fold); }", FOLDED)
    assert folded == [locale.key(text) for text in FOLDED]
    whole = page.locator(".entries > li:visible").count()
    page.keyboard.type("ULUSLARARASI gorunum")
    found = page.locator(".entries > li:visible")
    assert 0 < found.count() < whole
    assert str(found.count()) in page.locator("#found").inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**#*")
    assert page.locator("section:target").count() == 1
    page.go_back()
    page.locator("#find").fill("zzqx")
    assert page.locator(".entries > li:visible").count() == 0
    assert page.locator("#found").inner_text() == "Sonuç bulunamadı."
