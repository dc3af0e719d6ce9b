"""The country that a name or a code means: its ISO 3166 code of two letters."""

import csv
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.core import get_global

from .. import locale, paths
from .declaration import countries

_SPELLINGS = ("reference", "country_names.csv")


def coder() -> Callable[[str], str]:
    """Return the function: text → code of the country that it means.

    A country is known by its English or Turkish name, a spelling of the workbook, or its code of two letters,
    three letters or digits. What is not known comes back as it is.
    """
    known = _names(paths.root())
    return lambda text: known.get(locale.key(text), text)


@lru_cache(maxsize=4)
def _names(root: Path) -> dict[str, str]:
    known = countries()
    found = {}
    for code_of_old, meant in get_global("territory_aliases").items():
        if len(meant) == 1 and meant[0] in known:
            found[locale.key(code_of_old)] = meant[0]
    found |= {locale.key(territory): territory for territory in known}
    for language in reversed(locale.LANGUAGES):
        for territory, name in Locale.parse(language).territories.items():
            if territory in known:
                found[locale.key(name)] = territory
    with root.joinpath("data", *_SPELLINGS).open(encoding="utf-8", newline="") as file:
        found |= {locale.key(row["spelling"]): row["code"] for row in csv.DictReader(file)}
    return found
