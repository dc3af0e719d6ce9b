"""Turkish and English: casing, matching keys, sort order, numbers, percentages, dates.

Python's own case functions are wrong for Turkish (`"İ".lower()` has two code points,
`"ISPARTA".lower()` has a dotted i), and pandas' differ with and without pyarrow, so text
from data goes through this module only.
"""

import re
import unicodedata
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

LANGUAGES = ("tr", "en")

_TO_LOWER = str.maketrans({"I": "ı", "İ": "i"})
_TO_UPPER = str.maketrans({"ı": "I", "i": "İ"})
# Letters that carry no combining mark and so survive decomposition: Turkish ı, Danish ø ...
_PLAIN = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss"}
)
_DASHES = re.compile(r"[\u2010-\u2015\u2212\-_/,.;:'\u2018\u2019`\u00b4\"\u201c\u201d&+]")
_BLANKS = re.compile(r"\s+")
# Control characters but for tab and line ends, overrides and isolates of the direction of writing, and
# noncharacters. A name in Arabic or Hebrew needs none of them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)
# Northern Cyprus has no code of ISO 3166, which leaves XA to XZ to its users; students from there are not
# those of the Republic of Cyprus (CY), and a count must be able to tell.
_OWN_TERRITORIES = {"XN": {"tr": "Kuzey Kıbrıs Türk Cumhuriyeti", "en": "Northern Cyprus (TRNC)"}}
_TURKISH_ALPHABET = "abcçdefgğhıijklmnoöpqrsştuüvwxyz"


def seen(text: str) -> str:
    """Return a text without signs that show nothing, some of which turn the words around them about."""
    return _UNSEEN.sub("", text)


def lower(text: str) -> str:
    """Lower-case by Turkish rules: I → ı, İ → i."""
    return text.translate(_TO_LOWER).lower()


def upper(text: str) -> str:
    """Upper-case by Turkish rules: ı → I, i → İ."""
    return text.translate(_TO_UPPER).upper()


def tidy(text: str) -> str:
    """Normalise to NFC, turn every kind of blank into one space and trim.

    No-break spaces come with most publishers' tables, and decomposed letters with files
    that passed through macOS.
    """
    text = unicodedata.normalize("NFC", text).replace("\ufeff", "")
    return _BLANKS.sub(" ", text).strip()


@lru_cache(maxsize=65536)
def key(text: str) -> str:
    """Return a key for matching names, never for display.

    Casing, diacritics, dashes and blanks are folded: `IĞDIR` = `Iğdır` = `igdir`,
    `Istanbul University–Cerrahpaşa` = `istanbul university cerrahpasa`.
    """
    text = tidy(text).translate(_TO_LOWER).lower()
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _BLANKS.sub(" ", _DASHES.sub(" ", text.translate(_PLAIN))).strip()


def sort_key(text: str) -> tuple[int, ...]:
    """Return a key that sorts by the Turkish alphabet (ç after c, ı before i)."""

    def place(letter: str) -> int:
        if letter == " ":
            return -1
        return _TURKISH_ALPHABET.index(letter) if letter in _TURKISH_ALPHABET else 100 + ord(letter)

    return tuple(place(letter) for letter in lower(tidy(text)))


@lru_cache(maxsize=8)
def _locale(language: str) -> Locale:
    return Locale("tr", "TR") if language == "tr" else Locale("en", "GB")


def _rounded(value: float, decimals: int) -> Decimal:
    """Round as readers do, halves away from nought, on the digits that are printed; never `-0`."""
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded


def number(value: float, language: str, decimals: int = 0) -> str:
    """Write a number with a fixed number of decimals: `1.234,5` in Turkish, `1,234.5` in English.

    A minus sign is the typographic one, so that a negative figure is never broken at its sign.
    """
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = format_decimal(_rounded(value, decimals), pattern, locale=_locale(language))
    return text.replace("-", "\u2212")


def percent(value: float, language: str, decimals: int = 0) -> str:
    """Write a percentage given in percent points: 8 → `%8` in Turkish, `8%` in English."""
    digits = "0." + "0" * decimals if decimals else "0"
    pattern = f"%#,##{digits}" if language == "tr" else f"#,##{digits}%"
    text = format_percent(_rounded(value, decimals) / 100, pattern, locale=_locale(language))
    return text.replace("-", "\u2212")


def day(value: date, language: str) -> str:
    """Write a date: `31.12.2025` in Turkish, `31 Dec 2025` in English."""
    pattern = "dd.MM.yyyy" if language == "tr" else "d MMM yyyy"
    return format_date(value, pattern, locale=_locale(language))


def month(number: int, language: str, short: bool = False) -> str:
    """Write a month's name by its number: `Mart`, `March`; short `Mar`."""
    names = _locale(language).months["stand-alone"]["abbreviated" if short else "wide"]
    return str(names[number])


def territories() -> frozenset[str]:
    """Return the codes of territories that have a name, those of countries (ISO 3166) and of others."""
    return frozenset(str(code) for code in _locale("en").territories) | frozenset(_OWN_TERRITORIES)


def country(code: str, language: str) -> str:
    """Return a country's name from its ISO 3166 alpha-2 code; an unknown code stays as it is."""
    if code in _OWN_TERRITORIES:
        return _OWN_TERRITORIES[code][language]
    return str(_locale(language).territories.get(code, code))


@lru_cache(maxsize=1)
def months() -> dict[str, int]:
    """Return the numbers of the months by the keys of their Turkish and English names, whole and short."""
    return {
        key(name): number
        for written in (*map(_locale, LANGUAGES), Locale("en"))  # Sep as well as Sept
        for width in ("wide", "abbreviated")
        for number, name in written.months["format"][width].items()
    }
