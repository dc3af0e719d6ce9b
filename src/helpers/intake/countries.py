"""The country that a name or a code of an outside table means: its ISO 3166 code of two letters."""

from collections.abc import Callable
from pathlib import Path

from babel.core import get_global

from .. import locale, paths, reads
from . import labels
from .declaration import countries


def coder() -> Callable[[str], str]:
    """Return the function: text → code of the country that it means.

    A country is known as in a register (`labels.codes`), and by its code of three letters or digits, or one
    that it had. What is not known comes back as it is.
    """
    known = _known(paths.root())
    return lambda text: known.get(locale.key(text), text)


@reads.kept
def _known(root: Path) -> dict[str, str]:
    territories = countries()
    other = {
        locale.key(code): meant[0]
        for code, meant in get_global("territory_aliases").items()
        if len(meant) == 1 and meant[0] in territories
    }
    return other | labels.codes({"list": "countries"})
