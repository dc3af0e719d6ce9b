"""Vector charts on their way into a page: only shapes and words, nothing that loads, runs or styles."""

import re
from xml.etree import ElementTree

from ..errors import Phrase, RunFailed

_SPACE = "{http://www.w3.org/2000/svg}"
_ELEMENTS = frozenset(
    ("svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "title",
     "desc", "defs", "clipPath", "pattern")
)  # fmt: skip
_ATTRIBUTES = frozenset(
    ("id", "class", "role", "tabindex", "lang", "focusable", "viewBox", "preserveAspectRatio", "width",
     "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy", "d", "points",
     "transform", "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-dasharray",
     "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-opacity",
     "opacity", "clip-path", "clip-rule", "clipPathUnits", "patternUnits", "patternContentUnits",
     "patternTransform", "font-family", "font-size", "font-weight", "font-style", "text-anchor",
     "dominant-baseline", "letter-spacing", "textLength", "lengthAdjust", "paint-order",
     "vector-effect", "shape-rendering", "text-rendering", "pointer-events", "visibility", "aria-label",
     "aria-labelledby", "aria-describedby", "aria-hidden", "aria-roledescription")
)  # fmt: skip
# Times its width; a sheet of A4 within its margins is 1.5 times as high as wide.
_TALL = 2.2
# What fetches; a place in the same drawing does not.
_REFERENCE = re.compile(r"(?:url|image|src|expression)\s*\(", re.I)
_OWN_REFERENCE = re.compile(r"url\(#[\w.-]+\)")


def checked(drawing: str, where: str) -> str:
    """Return a chart's SVG as it is; raise RunFailed where it holds more than shapes and words.

    It is read as XML, in which no reader corrects what is ill-formed, and anything that is not on the list
    of elements and attributes stops the page: our own charts draw nothing else.
    """
    try:
        if "<!" in drawing or "<?" in drawing:
            raise _Odd("a declaration")
        root = ElementTree.fromstring(drawing)
        if root.tag not in ("svg", f"{_SPACE}svg"):
            raise _Odd(f"<{root.tag}>")
        for element in root.iter():
            tag = str(element.tag).removeprefix(_SPACE)
            if tag not in _ELEMENTS:
                raise _Odd(f"<{tag}>")
            if tag in ("title", "desc") and len(element):
                raise _Odd(f"markup in <{tag}>")
            for name in element.attrib.keys() - _ATTRIBUTES:
                raise _Odd(f"{name} in <{tag}>")
            for name, value in element.attrib.items():
                if "(" in value and not name.startswith("aria-") and _fetches(value):
                    raise _Odd(f"{name}={value!r} in <{tag}>")
    except (ElementTree.ParseError, _Odd) as error:
        raise RunFailed(
            Phrase("{where} shows a drawing that cannot be published: {error}.", where=where, error=error),
            expected="an SVG of shapes and words alone",
            remedy="Draw it with helpers.present.charts.",
        ) from error
    return drawing


def is_tall(drawing: str) -> bool:
    """Tell whether a chart is so high for its width that it could not be read on one sheet of paper."""
    box = re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"', drawing)
    return box is not None and float(box[2]) > _TALL * float(box[1])


def _fetches(value: str) -> bool:
    return _REFERENCE.search(_OWN_REFERENCE.sub("", value)) is not None


class _Odd(ValueError):
    """What a drawing must not hold."""
