"""Signs that no page may hold: they show nothing, and some turn the words around them about."""

import re

# Control characters but for tab and line ends, overrides and isolates of the direction of writing, and
# noncharacters. A name in Arabic or Hebrew needs none of them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)


def plain(written: str) -> str:
    """Return a page without signs that are not seen; data may hold them, a page shows what can be read."""
    return _UNSEEN.sub("", written)
