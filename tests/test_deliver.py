"""What leaves the reports: PDF, ZIP and single files that work alone and tell nothing of the machine."""

import getpass
import io
import os
import re
import shutil
import socket
import unicodedata
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlparse

import chromium
import pypdf
import pytest
from chromium import in_browser
from test_batch import LANGUAGES, NOTEBOOKS, YEAR, place, real_set, workbook
from test_site import parsed

from helpers.site import alone, drawings, paper

NAMES = {"tr": f"rapor-{YEAR}", "en": f"report-{YEAR}"}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return real_set(tmp_path_factory)


@pytest.fixture(scope="module")
def printed(root, tmp_path_factory):
    """Return the PDFs of the real set by language, printed by the command."""
    to = tmp_path_factory.mktemp("printed")
    pages = [part for name in NOTEBOOKS for part in ("--page", name)]
    code, out, error, _ = workbook(
        root, "pdf", "--year", str(YEAR), *pages, "--to", str(to), "--browser", chromium.PATH
    )
    assert code == 0, error
    named = {language: to / f"{NAMES[language]}-{'-'.join(NOTEBOOKS)}.pdf" for language in LANGUAGES}
    assert sorted(path.name for path in to.iterdir()) == sorted(path.name for path in named.values())
    assert [str(path) in out for path in named.values()] == [True, True]
    return {language: pypdf.PdfReader(path) for language, path in named.items()}


def strings(thing, seen):
    """Yield every string and name that a PDF holds, whatever object it stands in."""
    if isinstance(thing, pypdf.generic.IndirectObject):
        if (thing.idnum, thing.generation) in seen:
            return
        seen.add((thing.idnum, thing.generation))
        thing = thing.get_object()
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield str(key)
            yield from strings(value, seen)
        if isinstance(thing, pypdf.generic.StreamObject) and thing.get("/Subtype") not in ("/Image",):
            yield thing.get_data().decode("latin-1")
    elif isinstance(thing, list):
        for value in thing:
            yield from strings(value, seen)
    elif isinstance(thing, str | bytes):
        yield thing if isinstance(thing, str) else thing.decode("latin-1")


# --- PDF -------------------------------------------------------------------------------------------


@in_browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_says_what_it_is_and_where_its_headings_are(printed, language):
    found = printed[language]
    catalog = found.trailer["/Root"]
    strategy = {"tr": "Karadeniz Teknik Üniversitesi", "en": "Karadeniz Technical University"}[language]
    assert found.metadata.title.startswith(strategy) and str(YEAR) in found.metadata.title
    assert catalog["/Lang"] == language
    assert catalog["/MarkInfo"]["/Marked"]
    headings = [entry.title for entry in found.outline if not isinstance(entry, list)]
    assert headings[0] == {"tr": "İçindekiler", "en": "Contents"}[language]
    assert len(headings) == 1 + len(NOTEBOOKS)
    assert sum(isinstance(entry, list) for entry in found.outline) == len(NOTEBOOKS)


@in_browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_contents_of_a_pdf_name_the_sheet_of_each_section(printed, language):
    found = printed[language]
    # Letters that are set as one (fl) are read as two.
    read = (unicodedata.normalize("NFKC", sheet.extract_text()) for sheet in found.pages)
    sheets = [" ".join(text.split()) for text in read]
    entries = re.findall(r"(\D+?) ?(\d+)(?= |$)", sheets[0].partition(found.outline[0].title)[2])
    named = {title.strip(): int(number) for title, number in entries}
    sections = [entry.title for part in found.outline if isinstance(part, list) for entry in part]
    told = [title for title in sections if title in named]
    assert len(told) > 5 and len(told) >= 0.8 * len(sections)
    for title in told:
        assert title in sheets[named[title] - 1], (title, named[title])


@in_browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_is_a4_with_its_number_and_says_whose_it_is(printed, language):
    pages = printed[language].pages
    assert len(pages) > 5
    mark = {"tr": "Örnek veri", "en": "Demonstration data"}[language]
    university = {"tr": "Karadeniz Teknik Üniversitesi", "en": "Karadeniz Technical University"}[language]
    for number, page in enumerate(pages, 1):
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
        text = " ".join(page.extract_text().split())
        assert re.search(rf"(?<!\d){number} ?/ ?{len(pages)}(?!\d)", text), (number, text[-200:])
        assert university in text and str(YEAR) in text
        # More than its foot: no sheet is empty.
        assert len(text) > 250, (number, text)
    assert mark in pages[0].extract_text()


@in_browser
def test_a_pdf_tells_nothing_of_the_machine(printed, root):
    said = "\n".join(strings(printed["tr"].trailer, set()))
    assert len(said) > 10_000  # it was read
    for told in (str(root), "file:", "/tmp", str(Path.home()), socket.gethostname(), "HeadlessChrome", "X11"):
        assert told not in said
    if len(getpass.getuser()) > 4:  # `root` is a word of the format
        assert getpass.getuser() not in said


@in_browser
def test_links_inside_a_pdf_lead_to_a_sheet_of_it(printed):
    for page in printed["en"].pages:
        for annotation in page.get("/Annots", []):
            action = annotation.get_object().get("/A", {})
            assert str(action.get("/URI", "https:")).startswith("https:")


def test_without_a_browser_the_command_says_what_to_do(root, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, error, _ = workbook(root, "pdf", "--year", str(YEAR), "--to", str(tmp_path))
    assert code == 1
    assert "apt-get install chromium" in error and "--browser" in error
    code, _, error, _ = workbook(root, "pdf", "--to", str(tmp_path), "--browser", "no-such-browser")
    assert code == 1 and "'no-such-browser'" in error
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_printed_is_named(root, tmp_path):
    for wrong, told in (
        (("--year", "1999"), str(YEAR)),
        (("--page", "goal9"), NOTEBOOKS[0]),
        (("--edition", "live"), "workbook run"),
        (("--language", "de"), "'de'"),
    ):
        code, _, error, _ = workbook(root, "mail", "--to", str(tmp_path), *wrong)
        assert code == 1 and told in error, error
    assert not list(tmp_path.iterdir())


@in_browser
def test_a_browser_that_fails_leaves_nothing(root, tmp_path):
    failing = tmp_path / "failing"
    failing.write_text("#!/bin/sh\necho no display >&2\nexit 3\n")
    failing.chmod(0o755)
    to = tmp_path / "to"
    code, _, error, _ = workbook(root, "pdf", "--to", str(to), "--browser", str(failing))
    assert code == 1 and "exit code 3" in error and "no display" in error
    assert not list(to.iterdir())


@pytest.mark.parametrize(
    "hostile",
    [
        '"; } body { display: none',
        "</style><script>alert(1)</script>",
        "a\\",
        "a\n\rb",
        "\u202egnirts\x00",
        "{{ 1 }}",
    ],
)
def test_no_name_ends_the_line_at_the_foot(hostile):
    style = paper.foot(["KTÜ", hostile])
    line = re.fullmatch(r':root \{ --paper-foot: "([^"\n]*)"; \}\n', style)
    assert line
    # Backslashes only begin a code; what is left are letters, digits and blanks.
    assert re.fullmatch(r"[\w ]+", re.sub(r"\\[0-9a-f]+ ", "", line[1]))
    assert "\u202e" not in style


def test_pages_of_a_booklet_share_no_id_and_lead_to_one_another():
    def page(title, body):
        return (
            f'<!DOCTYPE html><html lang="en"><head><title>{title}</title><style>p {{}}\n'
            f':root {{ --paper-foot: "{title}"; }}</style></head><body><nav><a href="../a.html">x</a></nav>'
            f'<h1 id="top">{title}</h1>{body}<script>run()</script></body></html>'
        )

    one = page("One", '<p aria-labelledby="top"><a href="two.html#top">over</a> <a href="#top">up</a></p>')
    data = (
        '<figure><figcaption><p class="title">Chart &lt;b&gt;</p></figcaption>'
        '<details class="data"><table><tr><td>7</td></tr></table></details></figure>'
    )
    two = page("Two", f'<p><a href="three.html">gone</a><a href="https://e.org">e</a></p>{data}')
    made = parsed(paper.booklet("A & B", "en", [("one", one), ("two", two)], "Annex"))
    assert [e.get("id") for e in made.all() if e.get("id")] == ["p0", "p0-top", "p1", "p1-top"]
    assert [a.get("href") for a in made.all("a")] == ["#p1-top", "#p0-top", "https://e.org"]
    assert made.all("p")[0].get("aria-labelledby") == "p0-top"
    assert not made.all("script", "nav")
    assert "gone" in made.text and made.one("title").text == "A & B"
    assert '@page p0 { @bottom-left { content: "One"; } }' in made.one("style").raw
    annex = made.one("section", class_="annex")
    assert annex.one("p").text == "Chart <b>" and annex.one("td").text == "7"
    assert "Annex" not in parsed(paper.booklet("A", "en", [("two", two)])).text
    listed = parsed(paper.booklet("A", "en", [("one", one), ("two", two)], contents="Contents"))
    assert [(a.text, a.get("href")) for a in listed.one("article", id="contents").all("a")] == [
        ("One", "#p0"),
        ("Two", "#p1"),
    ]


def test_a_chart_too_tall_for_a_sheet_is_printed_as_its_table():
    assert drawings.is_tall('<svg viewBox="0 0 432 1869.2"/>')
    assert not drawings.is_tall('<svg viewBox="0 0 432 320.6"/>') and not drawings.is_tall("<svg/>")
    data = '<details class="data"><table><tr><td>7</td></tr></table></details>'
    cards = '<section class="how" id="how"><details class="card"><dl id="how-G1">8</dl></details></section>'
    figure = "<figure><div class='drawing{}'></div>{}</figure>{}"
    page = f"<!DOCTYPE html><html><body><main>{figure}</main></body></html>"
    for tall, annex, tables in ((" tall", "", 1), ("", "", 0), (" tall", "Annex", 1), ("", "Annex", 1)):
        made = parsed(paper.booklet("A", "en", [("one", page.format(tall, data, cards))], annex))
        assert len(made.all("table")) == tables
        assert bool(made.all("section", class_="annex")) is bool(annex and not tall)
        assert bool(made.all("section", class_="how")) is bool(annex)
        assert all("open" in folded.attributes for folded in made.all("details"))


# --- ZIP and single files --------------------------------------------------------------------------


def bundle(root, language):
    return root / "reports" / "sample" / str(YEAR) / language / f"{NAMES[language]}.zip"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_zip_of_a_report_holds_its_pages_and_tables(root, language):
    with zipfile.ZipFile(bundle(root, language)) as archive:
        names = [entry.filename for entry in archive.infolist()]
        folder = bundle(root, language).parent
        beside = [path.name for path in folder.iterdir() if path.suffix != ".zip"]
        assert names == sorted(f"{NAMES[language]}/{name}" for name in beside)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for path in folder.iterdir():
            if path.suffix in (".xlsx", ".docx"):
                assert archive.read(f"{NAMES[language]}/{path.name}") == path.read_bytes()
    page = parsed((folder / f"{NOTEBOOKS[0]}.html").read_text(encoding="utf-8"))
    assert NAMES[language] + ".zip" in [link.get("href") for link in page.all("a")]


def test_the_same_pages_make_the_same_zip(root):
    first = bundle(root, "tr").read_bytes()
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        files = {name.split("/")[1]: archive.read(name) for name in archive.namelist()}
    assert alone.zipped(NAMES["tr"], dict(reversed(files.items()))) == first


@in_browser
@pytest.mark.parametrize("way", ["zip", "mail"])
def test_a_page_works_wherever_it_is_unpacked(root, browser, tmp_path, way):
    if way == "zip":
        for language in LANGUAGES:
            with zipfile.ZipFile(bundle(root, language)) as archive:
                archive.extractall(tmp_path)
    else:
        pages = [part for name in NOTEBOOKS for part in ("--page", name)]
        code, _, error, _ = workbook(root, "mail", *pages, "--to", str(tmp_path))
        assert code == 0, error
    found = sorted(tmp_path.rglob("*.html"))
    assert len(found) >= len(NOTEBOOKS) * len(LANGUAGES)
    for path in found:
        context = browser.new_context(offline=True)
        page = context.new_page()
        asked, complaints = [], []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("console", lambda message, complaints=complaints: complaints.append(message.text))
        page.goto(path.as_uri())
        links = page.evaluate("[...document.links].map(a => a.href)")
        opened = "document.getElementById(b.getAttribute('popovertarget'))?.querySelector('a') != null"
        opens = page.evaluate(f"[...document.querySelectorAll('button[popovertarget]')].map(b => {opened})")
        assert all(opens) and (way == "mail" or opens)  # no button opens an empty sheet
        assert page.locator("h1").count() == 1 and page.locator("h1").inner_text()
        assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
        assert not complaints
        context.close()
        for link in links:
            address = urlparse(link)
            if address.scheme == "file":
                there = Path(unquote(address.path.lstrip("/") if os.name == "nt" else address.path))
                assert there.is_file() and there.is_relative_to(tmp_path)
                if way == "mail":
                    assert there == path
                if address.fragment:
                    assert f'id="{address.fragment}"' in there.read_text(encoding="utf-8")


def test_a_file_that_is_there_is_replaced_only_when_asked(root, tmp_path):
    arguments = ("mail", "--page", NOTEBOOKS[1], "--language", "tr", "--to", str(tmp_path))
    assert workbook(root, *arguments)[0] == 0
    (path,) = tmp_path.iterdir()
    assert path.name == f"{NOTEBOOKS[1]}-{YEAR}-tr.html"
    path.write_text("mine")
    code, _, error, _ = workbook(root, *arguments)
    assert code == 1 and "--replace" in error and path.read_text() == "mine"
    assert workbook(root, *arguments, "--replace")[0] == 0 and path.read_text() != "mine"


def test_a_report_is_packed_anew_only_when_a_page_of_it_changes(root, tmp_path):
    """By the rule itself: the same entries keep the ZIP, another page's digest makes it anew."""
    from helpers.batch import bundles, sets

    target, staging = root / "reports" / "sample", tmp_path / "staging"
    manifest = sets.manifest(target)
    for document in manifest["bundles"]:
        shutil.copytree((target / document).parent, (staging / document).parent)
        (staging / document).unlink()
    for place_, entry in manifest["bundles"].items():
        (target / place_).exists()
        assert entry["sha256"]
    pages, documents = manifest["pages"], manifest["documents"]
    told = bundles.bring(target, staging, manifest["bundles"], pages, documents)
    assert told == manifest["bundles"]
    for path in staging.rglob("*.zip"):
        path.unlink()
    changed = {
        **pages,
        place(YEAR, "tr", NOTEBOOKS[0], ""): {**pages[place(YEAR, "tr", NOTEBOOKS[0], "")], "page": "new"},
    }
    other = bundles.bring(target, staging, manifest["bundles"], changed, documents)
    different = [one for one in other if other[one]["made_of"] != told[one]["made_of"]]
    assert different == [place(YEAR, "tr", NAMES["tr"], ".zip")]
