"""The mark of a number that leads to its provenance, from the sentence that holds it to the page.

A value given to a text as `Linked` is written as any other and marked with the code of what it is the value
of. The marks are Unicode noncharacters, which no text from outside may hold; whoever shows a text takes them
out of its plain form (`bare`) and makes links of them where there can be some (`shown`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

_OPEN, _MIDDLE, _CLOSE = "\ufdd0", "\ufdd1", "\ufdd2"
_LINK = re.compile(f"{_OPEN}([A-Za-z0-9._-]+){_MIDDLE}([^{_OPEN}{_MIDDLE}{_CLOSE}]*){_CLOSE}")
_STRAY = re.compile(f"[{_OPEN}{_MIDDLE}{_CLOSE}]")


@dataclass(frozen=True)
class Linked:
    """A value for a text, with the code of its provenance: an indicator's, or another figure's."""

    code: str
    value: object


def wrap(code: str, written: str) -> str:
    """Mark a written number with the code of its provenance."""
    return f"{_OPEN}{code}{_MIDDLE}{written}{_CLOSE}"


def shown(text: str, link: Callable[[str, str], str]) -> str:
    """Return a text with each marked number as `link(code, number)`; a mark that belongs to none goes."""
    return _STRAY.sub("", _LINK.sub(lambda found: link(found[1], found[2]), text))


def bare(text: str) -> str:
    """Return a text without its marks."""
    return shown(text, lambda _, written: written)


def codes(text: str) -> list[str]:
    """Return the codes that a text's numbers lead to, each once, in order."""
    return list(dict.fromkeys(found[1] for found in _LINK.finditer(text)))


def anchor(code: str) -> str:
    """Return the place of a provenance card on its page."""
    return f"how-{code}"
