"""Style and script of every page, and the policy that lets exactly these two act."""

import base64
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

_STYLES, _SCRIPT = ("page.css", "card.css", "print.css"), "page.js"

# How the one-line rules begin that dress figures and tables, wherever these stand.
_ITEM_RULES = (
    ".status", ".dark_green", ".green", ".yellow", ".red", ".grey", ".tile", "figure", "figcaption",
    ".title", ".subtitle", ".drawing", ".note", ".caveat", ".demonstration", "strong.demonstration",
    "details", "summary", "[open]", ".computed", ".scroll", "table", "th,", "td", "thead", "tbody", ".gt_",
    ".unbroken", ".hidden", "a {", "a:hover", "a[href",
)  # fmt: skip


@lru_cache(maxsize=1)
def css() -> str:
    """Return the style sheet of all pages: the theme's colours, then what they dress."""
    from ..present import theme  # it brings matplotlib, which a command that renders no page does without

    return "\n".join([colours(theme.PAGE), theme.css(), *(_template(name) for name in _STYLES)])


@lru_cache(maxsize=1)
def of_items() -> str:
    """Return the part of the page's style that dresses what a page shows: figures, tables, status marks."""
    return "\n".join(
        rule
        for rule in _template(_STYLES[0]).splitlines()
        if rule.startswith(_ITEM_RULES) or rule.startswith("*, ::before")
    )


@lru_cache(maxsize=1)
def script() -> str:
    """Return the one script of all pages. Nothing is ever written into it."""
    return _template(_SCRIPT)


def colours(named: Mapping[str, tuple[str, str]]) -> str:
    """Write colours as custom properties, in light and in dark; paper is always light."""
    light, dark = ("".join(f"--{name}:{pair[shade]};" for name, pair in named.items()) for shade in (0, 1))
    return f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def policy(style: str) -> str:
    """Return the Content-Security-Policy of a page: its style and its script by their hash, and no more."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_hash(script())}'",
            f"style-src '{_hash(style)}'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _template(name: str) -> str:
    found = resources.files(__package__).joinpath("templates", name)
    return found.read_text(encoding="utf-8")
