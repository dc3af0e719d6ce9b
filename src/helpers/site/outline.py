"""What can be looked up in a page: its sections, their figures and tables, indicators and words."""

import re
from dataclasses import dataclass

from .. import locale
from . import alone

_CODE = re.compile(r"\bG[X\d]\.\d{2}\b")
# A shorter word finds too much, and a number alone is no name.
_WORD = re.compile(r"[^\W\d_]\w{2,}")
# Where a word stands in each section of each page, it finds none.
_NOT_LOOKED_UP = ("svg", "button", "summary", "dialog")


@dataclass(frozen=True)
class Section:
    """A section of a page; `words` are those of its text, folded as `locale.key` does, each once."""

    id: str
    title: str
    findings: tuple[str, ...]
    codes: tuple[str, ...]
    words: str


def sections(html: str) -> list[Section]:
    """Return the sections of a page that have a heading, in their order."""
    page = alone.parsed(html)
    for unused in list(page.iter(*_NOT_LOOKED_UP)):
        unused.drop_tree()
    # Links to cards name every indicator that a chart speaks of, which its own words do where they matter.
    for marked in (
        *page.iterfind(".//strong[@class='demonstration']"),
        *page.iterfind(".//*[@class='cards-of']"),
    ):
        marked.drop_tree()
    found = []
    for section in page.iterfind(".//main/section"):
        heading = next(iter(section.iter("h1", "h2")), None)
        # The cards say again what the sections show.
        if heading is None or section.get("id") == "how":
            continue
        title = _text(heading)
        findings = [_text(p) for p in section.iterfind(".//figcaption/p[@class='title']")]
        text = _text(section)
        said = set(locale.key(" ".join([title, *findings])).split())
        words = dict.fromkeys(locale.key(word) for word in dict.fromkeys(_WORD.findall(text)))
        found.append(
            Section(
                section.get("id"),
                title,
                tuple(findings),
                tuple(dict.fromkeys(_CODE.findall(text))),
                " ".join(word for word in words if word not in said),
            )
        )
    return found


def _text(element: object) -> str:
    # A blank between elements: the text of two cells is two words.
    return " ".join(" ".join(element.itertext()).split())  # type: ignore[attr-defined]
