"""The country that a name or a code means: its ISO 3166 code of two letters."""

import csv
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.core import get_global

from .. import locale, paths
from .declaration import countries

_SPELLINGS = ("reference", "country_names.csv")


def code(text: str) -> str:
    """Return the code of a country by its English or Turkish name, a spelling of the workbook, or its code.

    Codes of three letters and numbers of ISO 3166 are known too. What is not known comes back as it is.
    """
    named = _names(paths.root()).get(locale.key(text))
    if named is not None:
        return named
    upper = text.strip().upper()
    if upper in countries():
        return upper
    meant = [one for one in get_global("territory_aliases").get(upper, ()) if one in countries()]
    return meant[0] if len(meant) == 1 else text


@lru_cache(maxsize=4)
def _names(root: Path) -> dict[str, str]:
    found = {}
    for language in reversed(locale.LANGUAGES):
        for territory, name in Locale.parse(language).territories.items():
            if territory in countries():
                found[locale.key(name)] = territory
    with root.joinpath("data", *_SPELLINGS).open(encoding="utf-8", newline="") as file:
        found |= {locale.key(row["spelling"]): row["code"] for row in csv.DictReader(file)}
    return found
