"""What a page says on paper beside what it says on a screen, and several pages as one booklet to print."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from . import alone

# What leads, plays or searches on a screen is nothing on paper.
_NOT_ON_PAPER = (
    "//script | //link | //nav | //template | //dialog | //button | //input | //select | //*[@popover]"
    " | //*[contains('|bar|tools|tip|skip|find|', concat('|', @class, '|'))]"
)
_TABLES = "//details[@class='data'][not(preceding-sibling::div[@class='drawing tall'])]"
# Attributes that name another element by its id.
_NAMING = ("for", "headers", "aria-labelledby", "aria-describedby", "aria-controls", "aria-details")
_FOOT = re.compile(r'--paper-foot: ("(?:[^"\\]|\\.)*")')

_CONTENTS = """#contents { page: contents; }
#contents + article { break-before: page; }
#contents ol { columns: 2; column-gap: 10mm; padding: 0; list-style: none; }
#contents ol > li { break-inside: avoid; margin: 0 0 4mm; font-weight: bold; }
#contents ul { margin: 1mm 0 0; padding: 0 0 0 4mm; list-style: none; font-weight: normal; }
#contents a { color: inherit; text-decoration: none; }
#contents a::after { content: none; }
#contents .entry { display: flex; justify-content: space-between; gap: 3mm; }
#contents .sheet { flex: none; width: 7mm; text-align: right; font-variant-numeric: tabular-nums; }
"""


def foot(parts: Sequence[str]) -> str:
    """Return the style that puts a line at the foot of every printed sheet of a page.

    The line's parts come from data: letters and digits stay, everything else is written as its code, so
    that no text of theirs can end the string, the style or the element.
    """
    line = " · ".join(" ".join(part.split()) for part in parts if part.strip())
    return f':root {{ --paper-foot: "{_string(line)}"; }}\n'


def _string(text: str) -> str:
    # Signs that are not seen have no place on a sheet; among them are those that turn the writing round.
    seen = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cf", "Cs"))
    return re.sub(r"[^\w ]", lambda sign: f"\\{ord(sign.group()):x} ", seen)


def booklet(
    title: str, language: str, published: Sequence[tuple[str, str]], annex: str = "", contents: str = ""
) -> str:
    """Return published pages, each a name and its HTML, as one document that a browser prints.

    Each page begins a sheet and keeps its own foot; folded parts are open, links between the pages lead
    inside the document, others to files of the set are plain text, and nothing in it runs. With a heading
    for an `annex`, the cards of a page's numbers follow it and, under the heading, the tables behind its
    charts; else both are left out: sources, definitions and the files' hashes stand on the page itself. With
    a heading for the `contents`, a list of the pages and their sections stands at the front.
    """
    from lxml.html import builder, tostring

    names = [name for name, _ in published]
    articles: list[Any] = []
    listed = builder.OL()
    styles: list[str] = []
    for number, (_, html) in enumerate(published):
        page = alone.parsed(html)
        if not number:  # all pages of a set have one style sheet, but for their feet
            styles = [style.text or "" for style in page.iterfind(".//style")]
        line = _FOOT.search(html)
        if line:
            styles.append(f"@page p{number} {{ @bottom-left {{ content: {line[1]}; }} }}\n")
        styles.append(f"#p{number} {{ page: p{number}; }}\n#p{number} + article {{ break-before: page; }}\n")
        for unused in page.xpath(_NOT_ON_PAPER):
            unused.drop_tree()
        _take_out_tables(page, annex)
        for cards in page.xpath("//*[@id='how']" if not annex else "/.."):
            cards.drop_tree()
        for folded in page.iter("details"):
            folded.set("open", "")
        _number(page, number, names)
        listed.append(_listed(page, number))
        article = builder.ARTICLE(id=f"p{number}")
        article.extend(page.body)
        articles.append(article)
    if contents:
        articles.insert(0, builder.ARTICLE(builder.H1(contents), listed, id="contents"))
        styles.append(_CONTENTS + _foot_of_all(published[0][1]))
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    head = builder.HEAD(
        builder.META({"charset": "utf-8"}),
        builder.META({"http-equiv": "Content-Security-Policy", "content": policy}),
        builder.TITLE(title),
        builder.STYLE("".join(styles)),
    )
    whole = builder.HTML(head, builder.BODY(*articles), lang=language)
    return str(tostring(whole, encoding="unicode", doctype="<!DOCTYPE html>"))


def numbered(booklet: str, sheets: Mapping[str, int]) -> str:
    """Return a booklet whose contents name the sheet of each entry; `sheets` are by the id of their place.

    The numbers have their room before they are there, so that no line moves when they come.
    """
    from lxml.html import tostring

    whole = alone.parsed(booklet)
    for entry in whole.iterfind(".//article[@id='contents']//div[@class='entry']"):
        link, sheet = entry
        sheet.text = str(sheets.get(link.get("href").removeprefix("#"), ""))
    return str(tostring(whole, encoding="unicode", doctype="<!DOCTYPE html>"))


def _listed(page: Any, number: int) -> Any:
    """Return the entry of a numbered page in the contents: its title, and under it its sections."""
    from lxml.html import builder

    def entry(heading: Any, place: str) -> Any:
        link = builder.A(" ".join("".join(heading.itertext()).split()), href=f"#{place}")
        sheet = builder.SPAN(builder.CLASS("sheet"))
        return builder.LI(builder.DIV(link, sheet, builder.CLASS("entry")))

    title = page.find(".//h1")
    found = builder.LI() if title is None else entry(title, f"p{number}")
    sections = [(s.find(".//h2"), s.get("id")) for s in page.iterfind(".//main/section[@id]")]
    inside = [entry(heading, place) for heading, place in sections if heading is not None]
    if inside:
        found.append(builder.UL(*inside))
    return found


def _foot_of_all(html: str) -> str:
    """Return the style of the contents' foot: that of a page without the part that names the page."""
    line = _FOOT.search(html)
    if not line:
        return ""
    parts = line[1].strip('"').split(_string(" · "))
    del parts[-2:-1]
    return f'@page contents {{ @bottom-left {{ content: "{_string(" · ").join(parts)}"; }} }}\n'


def _take_out_tables(page: Any, annex: str) -> None:
    """Put the tables behind a page's charts under a heading at its end, or nowhere without one.

    The table of a chart that is too tall for a sheet stays: it is printed in the chart's place.
    """
    from lxml.html import builder

    found = [(table, table.getparent()) for table in page.xpath(_TABLES)]
    section = builder.SECTION(builder.H2(annex), builder.CLASS("annex"))
    for table, figure in found:
        title = figure.find("figcaption/p[@class='title']")
        caption = builder.FIGCAPTION(
            builder.P("" if title is None else title.text or "", builder.CLASS("title"))
        )
        rows = table.find(".//table")
        table.drop_tree()
        if rows is not None:
            section.append(
                builder.FIGURE(caption, builder.DIV(rows, builder.CLASS("scroll")), builder.CLASS("table"))
            )
    if annex and len(section) > 1:
        main = page.find(".//main")
        (page.body if main is None else main).append(section)


def _number(page: Any, number: int, names: Sequence[str]) -> None:
    """Give the ids of a page a number, so that no two pages of a booklet share one, and lead its links."""
    known = {element.get("id") for element in page.iter() if element.get("id")}
    for element in page.iter("*"):
        if element.get("id"):
            element.set("id", f"p{number}-{element.get('id')}")
        for naming in _NAMING:
            if element.get(naming):
                element.set(naming, " ".join(f"p{number}-{one}" for one in element.get(naming).split()))
        for attribute in ("fill", "stroke", "clip-path", "mask", "filter", "marker-end"):
            if element.get(attribute, "").startswith("url(#"):
                element.set(attribute, element.get(attribute).replace("url(#", f"url(#p{number}-"))
    for link in list(page.iter("a", "use")):
        file, _, place = link.get("href", "").partition("#")
        of = file.removesuffix(".html")
        if not file and place in known:
            link.set("href", f"#p{number}-{place}")
        elif of in names:
            link.set("href", f"#p{names.index(of)}" + (f"-{place}" if place else ""))
        elif not alone.is_outside(link.get("href", "")):
            alone.unlink(link)
