"""Everything a reader sees in words, in Turkish and English, under one key each.

A sentence with numbers is a template: `{gap:n1}` is a number with one decimal, `{share:pct0}` a
percentage, both written as the language writes them. The English prose of a notebook stands in its
own cells; its Turkish stands in `prose.tr.yml`, with a mark of the English that it renders, so
that an outdated text stops the build instead of misleading a reader.
"""

import hashlib
import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from .. import locale, paths, reads, shared, spoken, yml
from ..errors import TextMissing
from ..reads import Definitions
from . import links
from .links import Linked

# A format, and what of the sentence goes with the value: a suffix (`n1'ye`), an article (`a n1`).
_FORMAT = re.compile(r"(?P<article>a )?(?P<written>[+a-z]*\d*)(?:'(?P<suffix>[a-zş]+))?")
_WRITTEN = re.compile(r"(\+?)(n|pct)(\d+)")


class _Formatter(string.Formatter):
    def __init__(self, language: str) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write a value by a format, in the language; mark a linked one.

        `n1` and `pct0` write numbers, `+n1` and `+pct0` changes with their sign, before the percent sign.
        In Turkish `'ye` adds a suffix, in the form that it has after 2 (iki): `{share:pct0'si}`. In English
        `?is|are` writes not the value but the word that agrees with it; `a n0` puts `a` or `an` before it.
        """
        code = value.code if isinstance(value, Linked) else ""
        bare = value.value if isinstance(value, Linked) else value
        if format_spec.startswith("?"):
            one, other = format_spec[1:].split("|")
            return one if spoken.is_one(self._written(bare, "" if isinstance(bare, str) else "n0")) else other
        parts = _FORMAT.fullmatch(format_spec)
        if parts is None:
            raise self._unknown(format_spec)
        written = self._written(bare, parts["written"])
        article = f"{spoken.article(written)} " if parts["article"] else ""
        after = ""
        if parts["suffix"]:
            try:
                after = spoken.suffix(written, parts["suffix"])
            except KeyError:
                raise self._unknown(format_spec) from None
        return article + (links.wrap(code, written) if code else written) + after

    def _written(self, value: Any, written: str) -> str:
        if not written:
            return str(value)
        known = _WRITTEN.fullmatch(written)
        if known is None:
            raise self._unknown(written)
        write = locale.percent if known[2] == "pct" else locale.number
        decimals = int(known[3])
        sign = known[1] if round(float(value), decimals) > 0 else ""
        return sign + write(float(value), self._language, decimals)

    def _unknown(self, format_spec: str) -> TextMissing:
        return TextMissing(f"The format {format_spec!r} is not known.", expected="n0, +n1, pct1, n1'ye …")


@dataclass(frozen=True)
class Texts:
    """The texts of one language: `texts("rankings.gap", gap=1.9)`."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key with its braces filled."""
        template = _load(self.language).get(key)
        if template is None:
            raise TextMissing(
                f"There is no text {key!r} in {self.language!r}.",
                remedy="Add it to src/helpers/texts/en.yml and tr.yml.",
            )
        try:
            return _Formatter(self.language).vformat(template, (), values)
        except (KeyError, ValueError, TypeError) as error:
            raise TextMissing(
                f"The text {key!r} ({self.language}) cannot be filled: {error!r}.",
                remedy="Give every value that stands in braces.",
            ) from error

    def number(self, value: float, decimals: int = 0) -> str:
        """Write a number in the texts' language."""
        return locale.number(value, self.language, decimals)

    def signed(self, value: float, decimals: int = 0) -> str:
        """Write a change with its sign; nothing that rounds to nought has one."""
        return _Formatter(self.language).format_field(value, f"+n{decimals}")

    def country(self, code: str) -> str:
        """Write a country's name from its ISO 3166 code."""
        return locale.country(code, self.language)

    def percent(self, value: float, decimals: int = 0) -> str:
        """Write a percentage in the texts' language."""
        return locale.percent(value, self.language, decimals)


def _load(language: str) -> Definitions[str]:
    return _of_root(language, paths.root())


@lru_cache(maxsize=8)
def _of_root(language: str, root: Path) -> Definitions[str]:
    own = {f"site.{page}": name[language] for page, name in _own(root).get("site", {}).items()}
    embedded = _embedded(language)
    if not own:
        return embedded
    with reads.unheard():  # each is noted when it is looked up
        return Definitions(f"texts.{language}", {**embedded, **own})


@lru_cache(maxsize=4)
def _embedded(language: str) -> Definitions[str]:
    return shared.once(("texts", language), lambda: _read(language))


def _read(language: str) -> Definitions[str]:
    text = resources.files(__package__).joinpath(f"{language}.yml").read_text(encoding="utf-8")
    return Definitions(f"texts.{language}", _flat(yml.load(text)))


@lru_cache(maxsize=8)
def _own(root: Path) -> dict[str, Any]:
    """Return a workbook's own words: names (`site`) and Turkish prose of notebooks that it has added.

    They stand beside its notebooks, in `notebooks/texts.yml`, so that no code is changed for them.
    """
    path = root / "notebooks" / "texts.yml"
    return yml.load(path.read_text(encoding="utf-8")) or {} if path.exists() else {}


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            found.update(_flat(value, f"{prefix}{name}."))
        else:
            found[prefix + name] = " ".join(str(value).split())
    return found


def keys(language: str) -> set[str]:
    """Return every key of a language."""
    return set(_load(language))


def table(language: str) -> Definitions[str]:
    """Return every text of a language by its key, its braces unfilled."""
    return _load(language)


def template(language: str, key: str) -> str:
    """Return a text with its braces unfilled."""
    return _load(language)[key]


# -- prose of the notebooks ------------------------------------------------------------------------

PROSE_TAG = "prose:"


def prose_key(tags: Iterable[str]) -> str | None:
    """Return the key of a prose cell, from its tag `prose:<key>`."""
    return next((tag.removeprefix(PROSE_TAG) for tag in tags if tag.startswith(PROSE_TAG)), None)


def mark(english: str) -> str:
    """Return the mark of an English prose cell, by which its Turkish is known to be current."""
    return hashlib.sha256(" ".join(english.split()).encode()).hexdigest()[:8]


def _turkish_prose() -> dict[str, dict[str, str]]:
    return {**_embedded_prose(), **_own(paths.root()).get("prose", {})}


@lru_cache(maxsize=1)
def _embedded_prose() -> dict[str, dict[str, str]]:
    text = resources.files(__package__).joinpath("prose.tr.yml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yml.load(text)
    return loaded


def prose_keys() -> set[str]:
    """Return the keys of all Turkish prose."""
    return set(_turkish_prose())


def prose(key: str, english: str, language: str) -> str:
    """Return a prose cell in a language.

    Raises TextMissing where the Turkish is missing or was written for another English text.
    """
    if language == "en":
        return english
    found = _turkish_prose().get(key)
    if found is None:
        raise TextMissing(
            f"The prose {key!r} has no Turkish text.",
            remedy=f"Write it in src/helpers/texts/prose.tr.yml, with `of: {mark(english)}`; that of a page "
            "which `workbook new` has added, in notebooks/texts.yml.",
        )
    if str(found["of"]) != mark(english):
        raise TextMissing(
            f"The Turkish text of the prose {key!r} was written for an earlier English text.",
            remedy=f"Revise it in src/helpers/texts/prose.tr.yml and set `of: {mark(english)}`.",
        )
    return found["text"].strip()
