"""Printed ranks, scores and statistics → numbers, without inventing what is not printed.

A band stays a band: `1501+` is (1501, open), `601–800` is (601, 800). A range of scores
likewise. What cannot be read raises `Unreadable`, which says what was expected.
"""

import re
from dataclasses import dataclass

_DASH = "[-\u2010-\u2015\u2212]"
_RANK = re.compile(rf"(=?)\s*(\d{{1,5}})\s*(=?)(?:\s*{_DASH}\s*=?(\d{{1,5}}))?\s*(\+?)(?:\s*Top [\d.]+%)?")
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_RANGE = re.compile(rf"({_NUMBER})(?:\s*{_DASH}\s*({_NUMBER}))?")
_BEYOND = re.compile(r"(?:>\s*)(\d+)|(\d+)\+")
_SHARE = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*%?")
_RATIO = re.compile(r"(\d{1,3})\s*:\s*(\d{1,3})(?::00)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?|\d{1,2}[-.][^\W\d_]{3}|[^\W\d_]{3}[-.]\d{2}")

# How publishers and collectors write "no value".
MISSING = {"", "-", "–", "—", "n/a", "N/A", "NA", "nan", "None", "%"}


class Unreadable(ValueError):
    """A cell that cannot be read; the message says what was expected, `remedy` how to mend it."""

    def __init__(self, expected: str, remedy: str) -> None:
        super().__init__(expected)
        self.expected, self.remedy = expected, remedy


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
        raise Unreadable(
            "a rank or band such as 12, =12, 601–800, 1501+",
            "Excel turned the band into a date: format the column as text and copy it again.",
        )
    found = _RANK.fullmatch(text)
    if not found:
        raise Unreadable(
            "a rank or band such as 12, =12, 601–800, 1501+",
            "Copy the rank from the publisher's page as text.",
        )
    before, low, after, high, is_open = found.groups()
    tie = bool(before or after or tie_mark == "=")
    first, last = int(low), int(high) if high else (None if is_open else int(low))
    if first < 1 or (last is not None and last < first) or (high and is_open):
        raise Unreadable("a band that begins at 1 or later and ends after it begins", "Correct the band.")
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
    span = _numbers(text, "a score between 0 and 100, or a range such as 10.5–25.1")
    if span.high is not None and span.high > 100:
        raise Unreadable("a score between 0 and 100", "Check the number against the publisher's page.")
    return span


def _numbers(text: str, expected: str) -> Span:
    if text in MISSING:
        return Span(text, None, None)
    found = _RANGE.fullmatch(text)
    if not found:
        raise Unreadable(expected, "Correct the cell, or empty it if there is no value.")
    low = float(found.group(1).replace(",", ""))
    high = float(found.group(2).replace(",", "")) if found.group(2) else low
    if high < low:
        raise Unreadable("a range whose end is not below its beginning", "Correct the range.")
    return Span(text, low, high)


def count(text: str) -> Span:
    """Read a whole number with `,` between thousands, as the publishers print it."""
    span = _numbers(text, "a whole number such as 22,986")
    if span.low is not None and not span.low.is_integer():
        raise Unreadable("a whole number such as 22,986", "Write it without decimals.")
    return span


def ratio(text: str) -> Span:
    """Read a ratio such as students per staff."""
    return _numbers(text, "a number such as 10.5")


def percent(text: str) -> Span:
    """Read a share in percent, 0–100. `-0%` is a rounded nought; a lone `%` is no value."""
    if text in MISSING:
        return Span(text, None, None)
    found = _SHARE.fullmatch(text)
    value = abs(float(found.group(1))) if found and float(found.group(1)) == 0 else None
    if found and value is None:
        value = float(found.group(1))
    if value is not None and 0 < value < 1 and not text.endswith("%"):
        raise Unreadable(
            "a share such as 8%",
            "A workbook keeps 8% as 0.08: format the column as text and write 8%.",
        )
    if value is None or not 0 <= value <= 100:
        raise Unreadable("a share between 0% and 100%", "Correct the cell, or empty it if there is no value.")
    return Span(text, value, value)


def female_male(text: str) -> Span:
    """Read a female:male ratio such as `52 : 48` as the female share in percent."""
    if text in MISSING:
        return Span(text, None, None)
    found = _RATIO.fullmatch(text)
    if not found or int(found.group(1)) + int(found.group(2)) != 100:
        raise Unreadable(
            "a ratio that adds up to 100, such as 52 : 48",
            "If the cell shows a time of day, Excel changed it: format the column as text and copy it again.",
        )
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
        raise Unreadable("a rank such as 913, > 1000 or 355+", "Correct the cell, or empty it.")
    return Span(text, float(text), float(text))


READERS = {
    "score": score,
    "count": count,
    "ratio": ratio,
    "percent": percent,
    "female_male": female_male,
    "rank": place,
}
