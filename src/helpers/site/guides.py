"""The guides (`helpers/guides/<language>/*.md`) as sections of pages, and the data dictionary beside them.

A guide begins with one `# Title` and goes on in sections (`## Heading`). Both languages have the same
sections in the same order, so that a place on a page is the same in both, called by the English heading.
"""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

import nh3

from .. import locale, paths
from ..errors import CatalogError, Phrase
from ..texts import Texts
from . import content, dictionary

FOLDER = "guides"
# The guides by whom they are for; one that is not named here comes after them.
_ORDER = ("analyst", "planning-officer", "administrator", "add-an-indicator", "methods", "files")
_SOURCE_LANGUAGE = "en"
_TAGS = content.TAGS | content.TABLE_TAGS | {"pre"}
_FENCE = re.compile(r"^```.*?^```$", flags=re.M | re.S)
_HEADING = re.compile(r"^## +(.+)$", flags=re.M)
_TITLE = re.compile(r"\A# +(.+)$", flags=re.M)
# A link to another guide, as it leads on in the repository too.
_BESIDE = re.compile(r'href="([\w-]+)\.md(#[\w-]*)?"')


@dataclass(frozen=True)
class Guide:
    """A page that is no notebook's: its name as a file, its title, its sections as cleaned HTML."""

    name: str
    title: str
    sections: tuple[dictionary.Section, ...]


@lru_cache(maxsize=4)
def written(language: str) -> dict[str, str]:
    """Return the guides of a language as Markdown, by name, in the order in which they are listed."""
    folder = resources.files("helpers").joinpath(FOLDER, language)
    found = {
        entry.name.removesuffix(".md"): entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".md")
    }
    ranks = {name: rank for rank, name in enumerate(_ORDER)}
    return {name: found[name] for name in sorted(found, key=lambda name: (ranks.get(name, len(ranks)), name))}


def titles(language: str) -> Mapping[str, str]:
    """Return the titles of all guides and pages of the dictionary, by name, in their order."""
    return _titles(language, paths.root())


@lru_cache(maxsize=8)
def _titles(language: str, _root: Path) -> Mapping[str, str]:
    # The menu of every page asks for them.
    return {**{name: _title(name, source) for name, source in written(language).items()}, **_parts(language)}


def read(language: str) -> list[Guide]:
    """Return all guides of a language, then the pages of the dictionary.

    Raises CatalogError for a guide without a title, or whose sections are not those of the English one.
    """
    guides = [
        Guide(name, _title(name, source), _sections(name, source))
        for name, source in written(language).items()
    ]
    parts = _parts(language)
    return guides + [Guide(name, parts[name], found) for name, found in dictionary.pages(language).items()]


def _parts(language: str) -> dict[str, str]:
    return dictionary.titles(Texts(language))


def _title(name: str, source: str) -> str:
    title = _TITLE.match(source)
    if title is None:
        raise CatalogError(
            Phrase("The guide {name}.md has no title.", name=name),
            expected="a first line such as “# For analysts”",
        )
    return title[1].strip()


def _sections(name: str, source: str) -> tuple[dictionary.Section, ...]:
    parts = _split(source)
    model = _split(written(_SOURCE_LANGUAGE).get(name, source))
    if len(parts) != len(model):
        raise CatalogError(
            Phrase(
                "The guide {name}.md has {count} sections, its English text {wanted}.",
                name=name,
                count=len(parts),
                wanted=len(model),
            ),
            expected="the same sections in both languages",
        )
    return tuple(
        dictionary.Section(_anchor(english, place), title, _html(text, title))
        for place, ((title, text), (english, _)) in enumerate(zip(parts, model, strict=True))
    )


def _split(source: str) -> list[tuple[str, str]]:
    """Cut a guide into what precedes its first section, under its title, and its sections by heading."""
    fenced = [fence.span() for fence in _FENCE.finditer(source)]
    heads = [head for head in _HEADING.finditer(source) if not any(a <= head.start() < b for a, b in fenced)]
    edges = [0, *(head.start() for head in heads), len(source)]
    names = [_TITLE.match(source), *heads]
    return [
        (name[1].strip() if name else "", source[begin:end])
        for name, begin, end in zip(names, edges[:-1], edges[1:], strict=True)
    ]


def _anchor(english: str, place: int) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", locale.key(english))) if place else "begin"


def _html(text: str, title: str) -> str:
    clean = nh3.clean(content.markdown(text), tags=_TAGS, attributes={"a": {"href"}}, link_rel=None)
    # What may be wider than a telephone can be scrolled by keyboard.
    clean = clean.replace("<pre>", '<pre tabindex="0">')
    named = html.escape(title, quote=True)
    opening = f'<div class="scroll" role="region" tabindex="0" aria-label="{named}"><table>'
    clean = clean.replace("<table>", opening).replace("</table>", "</table></div>")
    return _BESIDE.sub(r'href="\1.html\2"', clean)


def commands(source: str) -> Iterable[str]:
    """Return the commands of a guide, one by one, from its blocks fenced as `sh` or `console`."""
    for block in re.findall(r"^```(?:sh|console)\n(.*?)^```$", source, flags=re.M | re.S):
        for line in re.sub(r"\\\n\s*", "", block).splitlines():
            # What stands after two blanks and # explains the command.
            command = re.sub(r"\s{2,}#.*$", "", line.removeprefix("$ ")).strip()
            if command and not command.startswith("#"):
                yield command
