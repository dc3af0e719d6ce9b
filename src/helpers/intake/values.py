"""Printed ranks, scores and statistics → numbers, without inventing what is not printed.

A band stays a band: `1501+` is (1501, open), `601–800` is (601, 800). A range of scores
likewise. What cannot be read raises `Unreadable`, which says what was expected.
"""

import re
from dataclasses import dataclass

from ..errors import Fault
from . import wording

_DASH = "[-\u2010-\u2015\u2212]"
_RANK = re.compile(rf"(=?)\s*(\d{{1,5}})\s*(=?)(?:\s*{_DASH}\s*=?(\d{{1,5}}))?\s*(\+?)(?:\s*Top [\d.]+%)?")
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_RANGE = re.compile(rf"({_NUMBER})(?:\s*{_DASH}\s*({_NUMBER}))?")
_BEYOND = re.compile(r"(?:>\s*)(\d+)|(\d+)\+")
_SHARE = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*%?")
_RATIO = re.compile(r"(\d{1,3})\s*:\s*(\d{1,3})(?::00)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?|\d{1,2}[-.][^\W\d_]{3}|[^\W\d_]{3}[-.]\d{2}")

# How publishers and collectors write "no value".
MISSING = {"", "-", "–", "—", "n/a", "N/A", "NA", "nan", "None", "%", "#N/A", "#YOK"}


class Unreadable(ValueError):
    """A cell that cannot be read; the message says what was expected, `remedy` how to mend it."""

    def __init__(self, code: str, **values: object) -> None:
        self.fault: Fault = wording.fault(code, **values)
        self.expected = wording.said(self.fault, "expected")
        self.remedy = wording.said(self.fault, "remedy")
        super().__init__(self.expected)


@dataclass(frozen=True)
class Rank:
    """A printed rank: `high` equals `low` for one rank and is None for an open band."""

    text: str
    low: int
    high: int | None
    tie: bool

    @property
    def exact(self) -> bool:
        """Tell whether one number is printed, and not a band."""
        return self.high == self.low


@dataclass(frozen=True)
class Span:
    """A printed value: `low` = `high` for one number, None where nothing is printed."""

    text: str
    low: float | None
    high: float | None


def rank(text: str, tie_mark: str = "") -> Rank:
    """Read a rank: `12`, `=12`, `12=`, `601–800`, `1501+`."""
    if _DATE.fullmatch(text):
        raise Unreadable("rank_became_date")
    found = _RANK.fullmatch(text)
    if not found:
        raise Unreadable("rank")
    before, low, after, high, is_open = found.groups()
    tie = bool(before or after or tie_mark == "=")
    first, last = int(low), int(high) if high else (None if is_open else int(low))
    if first < 1 or (last is not None and last < first) or (high and is_open):
        raise Unreadable("band")
    shown = (
        f"{first}+"
        if last is None
        else f"{first}–{last}"
        if last != first
        else f"{'=' if tie else ''}{first}"
    )
    return Rank(shown, first, last, tie)


def score(text: str) -> Span:
    """Read a score or a range of scores between 0 and 100."""
    span = _numbers(text, "score")
    if span.high is not None and span.high > 100:
        raise Unreadable("score_high")
    return span


def _numbers(text: str, otherwise: str) -> Span:
    if text in MISSING:
        return Span(text, None, None)
    found = _RANGE.fullmatch(text)
    if not found:
        raise Unreadable(otherwise)
    low = float(found.group(1).replace(",", ""))
    high = float(found.group(2).replace(",", "")) if found.group(2) else low
    if high < low:
        raise Unreadable("range_reversed")
    return Span(text, low, high)


def count(text: str) -> Span:
    """Read a whole number with `,` between thousands, as the publishers print it."""
    span = _numbers(text, "count")
    if span.low is not None and not span.low.is_integer():
        raise Unreadable("count_decimals")
    return span


def ratio(text: str) -> Span:
    """Read a ratio such as students per staff."""
    return _numbers(text, "ratio")


def percent(text: str) -> Span:
    """Read a share in percent, 0–100. `-0%` is a rounded nought; a lone `%` is no value."""
    if text in MISSING:
        return Span(text, None, None)
    found = _SHARE.fullmatch(text)
    value = abs(float(found.group(1))) if found and float(found.group(1)) == 0 else None
    if found and value is None:
        value = float(found.group(1))
    if value is not None and 0 < value < 1 and not text.endswith("%"):
        raise Unreadable("share_as_fraction")
    if value is None or not 0 <= value <= 100:
        raise Unreadable("share")
    return Span(text, value, value)


def female_male(text: str) -> Span:
    """Read a female:male ratio such as `52 : 48` as the female share in percent."""
    if text in MISSING:
        return Span(text, None, None)
    found = _RATIO.fullmatch(text)
    if not found or int(found.group(1)) + int(found.group(2)) != 100:
        raise Unreadable("female_male")
    value = float(found.group(1))
    return Span(text, value, value)


def place(text: str) -> Span:
    """Read the rank within one indicator: `913`, `> 1000`, `355+`."""
    if text in MISSING:
        return Span(text, None, None)
    beyond = _BEYOND.fullmatch(text)
    if beyond:
        printed, plus = beyond.groups()
        return Span(text, float(int(printed) + 1 if printed else int(plus)), None)
    if not re.fullmatch(r"[1-9][0-9]*", text):
        raise Unreadable("place")
    return Span(text, float(text), float(text))


READERS = {
    "score": score,
    "count": count,
    "ratio": ratio,
    "percent": percent,
    "female_male": female_male,
    "rank": place,
}
