"""Every number leads to a card that says where it comes from; figures worked by hand from rows given here."""

import hashlib
import json
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from conftest import REPO
from sample import start as shared_start
from test_batch import real_set
from test_measures_goal1 import CATALOG
from test_standing import fairs, run_with

from helpers import goals, messages, paths, standing, start, store
from helpers.errors import ParameterError
from helpers.plan.tables import printed
from helpers.present import persons, pieces, provenance, tables
from helpers.present.pieces import NOTE_TYPE
from helpers.present.tables import Column
from helpers.site import alone, pages
from helpers.texts import Texts, links

LINK = re.compile(r"\[([^\]]*)\]\(#how-([^)]+)\)")


@pytest.fixture(scope="module", params=["tr", "en"])
def run(request: pytest.FixtureRequest) -> Any:
    return shared_start(year=2026, language=request.param)


# -- the mark of a number -------------------------------------------------------------------------------


def test_a_linked_number_is_a_link_on_the_page_and_plain_everywhere_else():
    said = Texts("tr")("outside.divided", column="*x*", by=links.Linked("G3.25", 1234.5))
    shown = pieces.text(said).bundle
    assert shown["text/plain"] == "*x*: 1.235'e bölündü"
    assert shown["text/markdown"] == r"\*x\*: [1.235](#how-G3.25)'e bölündü"
    assert shown[NOTE_TYPE]["indicators"] == ["G3.25"]


@pytest.mark.parametrize(
    "hostile", ["\ufdd0x](javascript:1)\ufdd1y\ufdd2", "\ufdd0\ufdd1", "\ufdd3\ufdd3", "a\ufdd2"]
)
def test_marks_that_came_from_outside_lead_nowhere(hostile):
    shown = pieces.text(hostile).bundle
    assert not re.search(
        "[\ufdd0-\ufdd3]", shown["text/plain"].replace("\ufdd3", "") + shown["text/markdown"]
    )
    assert "](" not in shown["text/markdown"]


def test_a_cell_leads_to_its_card_and_stays_text():
    cell = links.wrap("G1.05", "<b>8</b>")
    shown = tables.table("t", [Column("a", [cell]), Column("b", [cell], True)], title="t", source="s").bundle
    assert shown["text/html"].count('<a href="#how-G1.05">&lt;b&gt;8&lt;/b&gt;</a>') == 2
    assert "how-" not in shown["text/plain"] and "<b>8</b>" in shown["text/plain"]


# -- what a card says -----------------------------------------------------------------------------------


def test_a_count_by_hand():
    card = provenance.card(run_with(fairs=fairs("2025-03-01", DE=2, FR=1)), "G1.05")
    assert (card["value"], card["exact"]) == ("3", "3")
    assert card["formula"] == "sum of: " + CATALOG.variables["fairs_attended"].name.en
    assert [one["value"] for one in card["variables"]] == ["3"]


def test_a_share_shows_its_sum_and_the_rows_it_was_made_of():
    students = [
        {"citizenship_code": "AZ", "headcount": 20, "academic_year": 2025},
        {"headcount": 100, "academic_year": 2025},
        {"headcount": 40, "academic_year": 2025},
    ]
    card = provenance.card(run_with(students=students), "G2.02")
    assert card["value"] == "12.5%"
    assert [(one["value"], one["rows"]) for one in card["variables"]] == [("20", 1), ("160", 3)]
    assert card["calculation"] == "100 × 20 ÷ 160 = 12.5%"


def test_what_is_hidden_is_hidden_on_its_card_with_all_that_it_is_made_of():
    students = [{"citizenship_code": "AZ", "headcount": 2}, {"headcount": 98}]
    card = provenance.card(run_with(students=students), "G2.02")
    assert card["value"] is None and card["exact"] is None and card["calculation"] == ""
    assert card["missing"] == Texts("en")("activities.reason.protected")
    assert [(one["value"], one["rows"]) for one in card["variables"]] == [(None, None), (None, None)]


def test_a_value_is_that_of_the_manifest_and_its_files_are_those_on_disk(run):
    for code, indicator in run.catalog.indicators.items():
        card, found = provenance.card(run, code), persons.figure(run, code)
        assert card["exact"] == (None if found.value is None else printed(found.value, indicator)), code
        assert (card["value"] is None) == bool(card["missing"]), code
        assert card["sources"], code
        for source in card["sources"]:
            path = paths.root() / source["file"]
            assert source["sha256"] == store.sha256(path)
            assert source["rows"] == len(path.read_text(encoding="utf-8").splitlines()) - 1


def test_an_overall_score_names_the_publishers_rows_that_it_was_recomputed_from(run):
    card = provenance.card(run, "the.overall")
    weights = run.catalog.systems["the"].method(2026).weights
    values = [float(row["value"].replace(",", ".")) for row in card["rows"]]
    assert len(values) == len(weights) == 5
    overall = sum(weight * value for weight, value in zip(weights.values(), values, strict=True))
    assert card["value"] == run.text.number(overall, 2) == provenance.card(run, "G3.02")["value"]
    assert all("THE_2026_rankings.csv" in row["table"] for row in card["rows"])
    file = paths.data("sample", "ranking_scores.csv").read_text(encoding="utf-8").splitlines()
    for variable, row in zip(weights, card["rows"], strict=True):
        line = int(re.sub(r"data\S+|\D", "", row["held"]))
        value = row["value"].replace(",", ".")
        assert f",karadeniz technical university,{variable},{value}," in file[line - 1]


def test_what_nobody_knows_is_refused_with_what_is_known():
    for code in ("G9.99", "the.nothing", "nobody.overall", ""):
        with pytest.raises(ParameterError, match="Nothing is known"):
            provenance.card(shared_start(year=2026), code)


def test_a_received_file_is_named_with_its_day_its_sender_and_its_row(workbook_root, tmp_path):
    from helpers.cli import main

    header = (
        "year,Rank,Name,Country,Overall,Teaching,Research Environment,Research Quality,Industry,"
        "International Outlook,rank_prefix"
    )
    rows = [
        "2026,1,Oxford,United Kingdom,98,97,96,95,94,93,",
        "2026,1501+,Karadeniz Technical University,Türkiye,10.3–27.2,23,15,30,41,26.5,",
    ]
    file = tmp_path / "THE autumn.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    assert main(["receive", str(file), "--from", "International office"]) == 0
    card = provenance.card(start(year=2026, edition=store.LIVE, language="tr"), "the.international_outlook")
    assert card["value"] == "26,5" and card["rows"][0]["row"] == 3
    (source,) = [one for one in card["sources"] if "ranking_scores" in one["file"]]
    assert source["sha256"] == store.sha256(workbook_root / source["file"]) and source["rows"] > 5
    assert source["sha256_received"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert "International office" in source["received"] and "THE autumn.csv" in source["received"]
    assert re.search(r"\d\d\.\d\d\.20\d\d günü teslim alındı", source["received"])


# -- from a sentence to its card ------------------------------------------------------------------------


def test_a_number_in_a_sentence_is_that_of_its_card(run):
    piece = standing.of(run, ("G3h",), ("G3.25", "G3.26", "G3.28"), by="country_code")
    now, why, owed = (
        LINK.findall(line) for line in piece.bundle["text/markdown"].replace("\\", "").splitlines()
    )
    assert {code for _, code in now} == {"G3.25", "G3.26", "G3.28"} and {code for _, code in owed} == {
        "due.G3h"
    }
    assert all(provenance.card(run, code)["value"] == written for written, code in now + owed)
    # What explains a change leads to the figure that changed.
    assert why and all(code == "G3.25" and re.match("[+−]", written) for written, code in why)


def test_the_last_cell_has_the_card_of_everything_that_was_spoken_of():
    run = shared_start(year=2026, language="tr")
    said = messages.of_plan(run)
    goals.indicators(run, "G3a")
    note = goals.sources(run).bundle[NOTE_TYPE]
    assert set(said.bundle[NOTE_TYPE]["indicators"]) <= set(note["provenance"])
    assert {"plan", "G3.01", "G3.05"} <= set(note["provenance"])
    assert next(iter(note["provenance"])).startswith("G")


# -- on the page ----------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What of a page matters here: places, links, the items of its messages, and the cards' values."""

    def __init__(self, written: str) -> None:
        super().__init__(convert_charrefs=True)
        self.places: set[str] = set()
        self.links: list[str] = []
        self.messages: list[tuple[str, int]] = []
        self.values: dict[str, str] = {}
        self._open: list[str] = []
        self._inside = ""
        self._place = self._term = ""
        self._item: list[Any] | None = None
        self.feed(written)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        place = told.get("id") or ""
        self.places.add(place)
        if tag == "div" and told.get("class") == "messages":
            self._inside = "messages"
        if tag == "li" and self._inside:
            self._item = ["", 0]
        if tag == "a" and (told.get("href") or "").startswith("#how-"):
            self.links.append(str(told["href"])[1:])
            if self._item:
                self._item[1] += 1
        if tag == "dl" and place.startswith("how-"):
            self._place = place
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "li" and self._item:
            self.messages.append((self._item[0], self._item[1]))
            self._item = None
        if tag == "div":
            self._inside = ""
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._item:
            self._item[0] += data
        if self._open[-1:] == ["dt"]:
            self._term = data
        if self._open[-1:] == ["dd"] and self._place and self._term in ("Value", "Değer"):
            self.values.setdefault(self._place.removeprefix("how-"), data.rsplit(" (", 1)[0])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The pages of the real notebooks, not of the guides, by their place; and the manifest of their set."""
    folder = real_set(tmp_path_factory) / "reports" / "sample"
    pages = {
        path.relative_to(folder).as_posix(): Page(path.read_text("utf-8"))
        for path in folder.glob("[0-9]*/*/*.html")
    }
    return pages, json.loads((folder / "run.json").read_text(encoding="utf-8"))


def test_every_link_to_a_card_finds_it_on_the_same_page(made):
    for place, page in made[0].items():
        assert page.links or place.endswith("search.html"), place
        assert set(page.links) <= page.places, place


def test_every_message_with_a_number_leads_to_where_it_comes_from(made):
    for place, page in made[0].items():
        assert page.messages or place.endswith("search.html"), place
        without = [said for said, links_of in page.messages if not links_of and re.search(r"\d", said)]
        assert "data_quality" in place or not without, (
            f"{place}: give the number by figures.linked: {without}"
        )


def test_the_value_of_a_card_is_that_of_the_manifest(made):
    pages, manifest = made
    for place, page in pages.items():
        year, language, _ = place.split("/")
        figures = manifest["figures"][year]["ktu"]
        for code in page.values.keys() & figures.keys():
            exact = Decimal(figures[code]["value"])
            written = Texts(language).number(abs(float(exact)), max(0, -int(exact.as_tuple().exponent)))
            assert written in page.values[code], (place, code)


# What has files alone: neither an indicator nor a published number of the year's edition stands behind it.
FILES_ALONE = {
    "accreditation-gaps-3",  # times without a term
    "quality-corrected-2",
    "quality-heading-2",  # forecasts by kind of series
    "rankings-against-2",  # who is compared with whom
    "rankings-against-3",
    "rankings-level-4",  # of the last edition that is held of all, not of the year's
    "rankings-level-5",
}


def without_card(html: str) -> tuple[list[str], int]:
    """Return the figures and tables that lead to no card of their page, and how many the page has."""
    page = alone.parsed(html)
    places = {element.get("id") for element in page.iter() if element.get("id")}
    figures = list(page.iterfind(".//main//figure"))
    found = []
    for figure in figures:
        led = [str(href)[1:] for href in figure.xpath(".//details[@class='computed']//a/@href")]
        label = str(figure.find("figcaption/p[@class='title']").get("id"))
        assert set(led) <= places, label
        if not any(place.startswith("how-") for place in led):
            assert led or label.endswith("-sources-2"), f"{label} leads to no card and to no files"
            found.append(label)
    return found, len(figures)


def test_every_figure_of_every_notebook_leads_to_a_card_but_for_a_few_of_files_alone():
    notebooks = {
        Path("2026/en", path.stem): nbformat.read(path, 4)
        for path in sorted((REPO / "notebooks").glob("*.ipynb"))
    }
    found = {page.place: without_card(page.html) for page in pages.render(notebooks, CATALOG.plan, "sample")}
    assert len(found) == len(notebooks) and sum(count for _, count in found.values()) > 100
    said = {label for labels, _ in found.values() for label in labels}
    assert {label for label in said if not label.endswith("-sources-2")} == FILES_ALONE


# -- two languages --------------------------------------------------------------------------------------

# Words of English prose that Turkish has not; `lang="en"` marks what is quoted.
ENGLISH = {"the", "of", "and", "with", "for", "are", "was", "which", "from", "year", "rows"}
# Names are the same in both languages: of files, of bodies and partners, of a ranking's table.
NAMES = re.compile(
    r"^SHA-256|data/sample/|Demo University|\(QS Western Asia \d{4}\)$|\.csv\b|\.xlsx\b|"
    r"^[A-ZÇĞİÖŞÜ][\w.–-]*(,? \(?[A-Z][\w.)-]*)*$"
)


class Blocks(HTMLParser):
    """The sentences of a page: what stands between the tags that begin a line, without what is quoted."""

    def __init__(self, written: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[str] = set()
        self._now, self._quoted, self._silent = "", 0, 0
        self.feed(written)
        self._end()

    def _end(self) -> None:
        self.found.add(" ".join(self._now.split()))
        self._now = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        if tag not in ("a", "span", "strong", "em", "code", "tspan"):
            self._end()
        if self._quoted or (tag in ("a", "span") and dict(attrs).get("lang")):
            self._quoted += tag in ("a", "span")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")
        if self._quoted and tag in ("a", "span"):
            self._quoted -= 1
        if tag not in ("a", "span", "strong", "em", "code", "tspan"):
            self._end()

    def handle_data(self, data: str) -> None:
        if not self._silent and not self._quoted:
            self._now += data


def cited(tree: Any) -> set[str]:
    """What the catalogue cites, in the language of the source."""
    if isinstance(tree, list):
        return {one for part in tree for one in cited(part)}
    if not isinstance(tree, dict):
        return set()
    own = {tree["source"]} if isinstance(tree.get("source"), str) else set()
    return own | {one for part in tree.values() for one in cited(part)}


def test_no_sentence_of_a_turkish_page_is_english(tmp_path_factory):
    files = paths.data("catalog").rglob("*.yml")
    citations = {one for file in files for one in cited(yaml.safe_load(file.read_text(encoding="utf-8")))}
    folder = real_set(tmp_path_factory) / "reports" / "sample"
    for path in sorted(folder.glob("[0-9]*/tr/*.html")):
        english = path.parents[1] / "en" / path.name
        turkish, other = (Blocks(one.read_text(encoding="utf-8")).found for one in (path, english))
        assert len(turkish) > 50, path.name
        said = {one for one in turkish if len(re.findall(r"[^\W\d_]{3,}", one)) > 1 and not NAMES.search(one)}
        assert said & other == set(), path.name
        for sentence in said:
            own = sentence
            for citation in citations:
                own = own.replace(citation, "")
            assert not ENGLISH & set(re.findall(r"[^\W\d_]+", own)), (path.name, sentence)
