"""What people write for a code: the names of countries, units, bodies, activities, of the values allowed.

A cell is taken for a code where its key is that of the code or of one of its names, and of no other;
nothing is accepted because it is merely near.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import locale, paths, reads
from ..catalog import load
from ..catalog.institutions import rows
from ..catalog.rules import load_accreditors
from ..errors import CatalogError, Phrase
from . import declaration

# Of a code its name in each language, by language.
Names = dict[str, dict[str, str]]


def is_coded(column: Mapping[str, Any]) -> bool:
    """Tell whether a column holds codes that have names; a list that is itself received has none here."""
    return "allowed" in column or column.get("list") in declaration.reference_lists()


def names(column: Mapping[str, Any]) -> Names:
    """Return the codes that a coded column may hold with their names, in the order they are declared."""
    if "allowed" in column:
        catalog = load()
        return {
            value: {language: catalog.label(value, language) for language in locale.LANGUAGES}
            for value in column["allowed"]
        }
    return _listed(paths.root(), column["list"])


def choices(column: Mapping[str, Any], language: str) -> list[str]:
    """Return what a drop-down offers for a coded column: the names in a language.

    Countries are sorted, and their names in the other language follow where those differ.
    """
    found = names(column)
    own = [of_code[language] for of_code in found.values()]
    if "allowed" in column or column["list"] == "activities":
        return own
    order = locale.sort_key if language == "tr" else locale.key
    offered = sorted(own, key=order)
    if column["list"] == "countries":
        others = {name for of_code in found.values() for name in of_code.values()} - set(own)
        offered += sorted(others, key=locale.key if language == "tr" else locale.sort_key)
    return offered


def codes(column: Mapping[str, Any]) -> dict[str, str]:
    """Return the codes of a coded column by the keys (`locale.key`) of what a person may write for them."""
    return _codes(paths.root(), column.get("list", ""), tuple(column.get("allowed", ())))


def told(column: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the values that a column allows as a person is told of them, by language."""
    return {
        language: [
            of_code[language]
            if locale.key(of_code[language]) == locale.key(value)
            else f"{of_code[language]} ({value})"
            for value, of_code in names(column).items()
        ]
        for language in locale.LANGUAGES
    }


@reads.kept
def _listed(root: Path, name: str) -> Names:
    catalog = load()
    if name == "countries":
        codes = sorted(declaration.countries())
        return {c: {language: locale.country(c, language) for language in locale.LANGUAGES} for c in codes}
    if name == "units":
        return {
            unit.code: {language: unit.name(language) for language in locale.LANGUAGES}
            for unit in catalog.units.values()
        }
    if name == "accreditors":
        return {body.code: dict.fromkeys(locale.LANGUAGES, body.name) for body in load_accreditors().values()}
    return {
        c: {language: f"{c} {activity[language]}" for language in locale.LANGUAGES}
        for goal in catalog.goals.values()
        for c, activity in goal.activities.items()
    }


@reads.kept
def _codes(root: Path, name: str, allowed: tuple[str, ...]) -> dict[str, str]:
    """Return codes by the keys under which they may be written; a key of two codes is none of both."""
    column = {"allowed": allowed} if allowed else {"list": name}
    found: dict[str, set[str]] = {}
    for value, of_code in names(column).items():
        tr, en = of_code["tr"], of_code["en"]
        # Beside each name: both of them, as the bilingual lists of other offices have it, and with the code.
        for written in (tr, en, f"{tr} {en}", f"{en} {tr}", f"{value} {tr}", f"{value} {en}"):
            found.setdefault(locale.key(written), set()).add(value)
    if name == "countries":
        for written, value in _other_names(root):
            found.setdefault(locale.key(written), set()).add(value)
    codes = {key: next(iter(values)) for key, values in found.items() if len(values) == 1}
    return codes | {locale.key(value): value for value in names(column)}


def _other_names(root: Path) -> list[tuple[str, str]]:
    """Return the names by which countries are also known, with their codes."""
    path = root / "data" / "reference" / "country_names.csv"
    found = [(row["name"], row["code"]) for row in rows(path, ["name", "code"])]
    strangers = sorted({value for _, value in found} - declaration.countries())
    if strangers:
        raise CatalogError(
            Phrase("{file} names codes of no country: {codes}.", file=paths.shown(path), codes=strangers),
            remedy="Correct the codes.",
        )
    return found
