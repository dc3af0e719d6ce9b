"""What the registers declare: their columns under every heading, their relations, the lists of codes.

The registers stand in `data/catalog/datasets/registers.yml`, the lists that come with them in
`lists.yml`; both are received, judged and stored alike.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .. import locale, paths, reads, yml
from ..catalog import load
from ..catalog.rules import load_accreditors
from ..errors import CatalogError, Phrase, one_of

# Territories of Babel that are no places of citizenship: unions, the world, pseudo-locales, the unknown,
# and parts of countries that ISO 3166 gives no code of their own.
_NO_COUNTRY = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"})
# What a person may write where a code of the list is expected.
_LISTED = {
    "countries": {
        "en": "the name or the two-letter code of a country, such as Germany or DE",
        "tr": "bir ülkenin adı ya da iki harfli kodu, örneğin Almanya ya da DE",
    },
    "units": {
        "en": "the name or the code of a unit (data/reference/units.csv)",
        "tr": "bir birimin adı ya da kodu (data/reference/units.csv)",
    },
    "accreditors": {
        "en": "the name or the code of a body (data/catalog/accreditors.yml)",
        "tr": "bir akreditasyon kuruluşunun adı ya da kodu (data/catalog/accreditors.yml)",
    },
    "activities": {
        "en": "the code of an activity, such as G1b (data/catalog/goals.yml)",
        "tr": "bir faaliyetin kodu, örneğin G1b (data/catalog/goals.yml)",
    },
}


def declared() -> dict[str, Any]:
    """Return the definitions of the registers, in the order of the file."""
    return _declared(_datasets("registers.yml"))


def receivable() -> dict[str, Any]:
    """Return the definitions of everything a university hands in: the registers, and the lists with them."""
    return {**declared(), **_declared(_datasets("lists.yml"))}


def _datasets(name: str) -> Path:
    return paths.data("catalog", "datasets", name)


@reads.kept
def _declared(path: Path) -> dict[str, Any]:
    found = yml.load(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise CatalogError(Phrase("{file} holds no table of registers.", file=paths.shown(path)))
    return found


def headings(described: Mapping[str, Any]) -> dict[str, str]:
    """Return a register's columns by every heading they may stand under, folded for comparison.

    Beside its name and either heading, a column may stand under both, as in the templates.
    """
    return {
        heading(written): name
        for name, column in described["columns"].items()
        for written in (
            name,
            column["en"],
            column["tr"],
            f"{column['tr']} {column['en']}",
            f"{column['en']} {column['tr']}",
        )
    }


def heading(cell: str) -> str:
    """Fold a cell of a header for comparison; the star by which people mark what is required says nothing."""
    return locale.key(cell.replace("*", " "))


# -- codes and references ------------------------------------------------------------------------------


def countries() -> frozenset[str]:
    """Return the two-letter codes of countries: ISO 3166, XK for Kosovo and XN for Northern Cyprus."""
    found = (code for code in locale.territories() if re.fullmatch("[A-Z]{2}", code))
    return frozenset(found) - _NO_COUNTRY


def reference_lists() -> dict[str, frozenset[str]]:
    """Return the lists of codes that stand in the workbook itself and are not received."""
    return _reference_lists(paths.root())


@reads.kept
def _reference_lists(root: Path) -> dict[str, frozenset[str]]:
    catalog = load()
    return {
        "countries": countries(),
        "units": frozenset(catalog.units),
        "accreditors": frozenset(load_accreditors()),
        "activities": frozenset(code for goal in catalog.goals.values() for code in goal.activities),
    }


def codes(name: str) -> tuple[frozenset[str], dict[str, str]]:
    """Return the codes of a list, and what is expected of a cell that must hold one, by language.

    Raises CatalogError for a list that nobody keeps.
    """
    lists = reference_lists()
    if name not in lists:
        raise CatalogError(
            Phrase("A register names the list {name!r}.", name=name),
            one_of(sorted({*lists, *_declared(_datasets("lists.yml"))})),
        )
    return lists[name], _LISTED[name]


def references(described: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return the columns whose values must stand elsewhere: column → (register, its column).

    A list that is itself received, such as that of partners, is referred to by its key.
    """
    lists = _declared(_datasets("lists.yml"))
    found = {
        name: (column["list"], lists[column["list"]]["key"][0])
        for name, column in described["columns"].items()
        if column.get("list") in lists
    }
    for name, target in described.get("relations", {}).items():
        register, _, column = target.partition(".")
        found[name] = (register, column)
    return found


# -- what may be shown ---------------------------------------------------------------------------------


def may_show(described: Mapping[str, Any], columns: Iterable[str]) -> bool:
    """Tell whether the values of columns may be shown: codes, numbers, dates; no free text and no keys."""
    found = [described["columns"].get(name, {}) for name in columns]
    return bool(found) and all(
        column.get("type", "VARCHAR") != "VARCHAR" or "allowed" in column or "list" in column
        for column in found
    )
