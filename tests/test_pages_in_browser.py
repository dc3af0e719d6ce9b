"""Pages as a browser shows them: offline, at every width, by keyboard, and to assistive technology."""

import os
import shutil
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from test_batch import LANGUAGES, NOTEBOOKS, YEAR, real_set

INSTALLED = ("/usr/bin/chromium", shutil.which("chromium"), shutil.which("google-chrome"))
CHROMIUM = next((path for path in INSTALLED if path and Path(path).exists()), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium; install it: apt-get install chromium (on Windows: Chrome)"
    ),
]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDTHS = (320, 390, 1440)
PAGES = [f"sample/{YEAR}/{language}/{notebook}.html" for language in LANGUAGES for notebook in NOTEBOOKS]
ALL = [*PAGES, "index.html"]
each_page = pytest.mark.parametrize("name", ALL)
each_report = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    return real_set(tmp_path_factory) / "reports"


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


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
def test_every_image_is_drawn_in_its_own_shape(page, reports, name):
    for width in WIDTHS:
        show(page, reports, name, width)
        check_images(page, width)


def check_images(page, width):
    images = page.evaluate(
        """() => [...document.images].map(i => {
            const box = i.getBoundingClientRect();
            return [i.complete, i.naturalWidth, i.naturalHeight, box.width, box.height];
        })"""
    )
    assert len(images) >= 2
    for complete, natural_width, natural_height, shown_width, shown_height in images:
        assert complete and natural_width > 1000  # twice as many dots as the page is wide
        assert shown_width > 0.8 * min(width, 800) - 40
        assert shown_height / shown_width == pytest.approx(natural_height / natural_width, rel=0.02)


def violations(page):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python"
    )
    found = axe.Axe().run(page).response
    assert len(found["passes"]) > 10  # it did look
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:120]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@each_page
def test_axe_finds_nothing_to_object_to(page, reports, name):
    found = {}
    for width in (320, 1440):
        show(page, reports, name, width)
        found[width] = violations(page)
    assert found == {320: [], 1440: []}


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


@each_report
def test_everything_that_acts_or_scrolls_is_reached_by_keyboard_and_seen(page, reports, name):
    show(page, reports, name, 320)
    wanted = page.evaluate(
        """() => [...document.querySelectorAll('a[href], .scroll, summary')]
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
        assert outline != "none" and seen
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
        assert {f"{(reports / report).as_uri()}" for report in PAGES} == set(links)


def test_a_contents_entry_leads_to_its_section(page, reports):
    show(page, reports, f"sample/{YEAR}/en/topic_rankings.html")
    entry = page.locator("nav.contents a").last
    heading = entry.inner_text()
    entry.click()
    page.wait_for_function("scrollY > 500", timeout=3000)
    target = page.locator("section:target h2").first
    assert target.inner_text() == heading
    assert target.bounding_box()["y"] < 900
