"""A cell: as people write it, the one way in which the workbook writes it, and never as a formula.

The workbook writes `2025-12-31`, `true`, `1250`, `1250.5` and nothing where a value is missing. What
people write is read where it has one meaning; what has two is refused, never guessed: `1.250,5` is a
number, `1.250` is none, for it may be a thousand or one and a quarter; in a column of whole numbers it is.
"""

import math
import re
from collections.abc import Callable
from datetime import date, timedelta

from .. import locale
from .values import Unreadable

# Dates beyond are slips of a finger, or Excel's day nought.
FIRST_YEAR, LAST_YEAR = 1990, 2100

# As a workbook holds it, 53.125 is a number and no 53 thousand: one more nought says so.
_THREE_DECIMALS = re.compile(r"-?[0-9]+\.[0-9]{3}")
_WHOLE = re.compile(r"-?[0-9]+")
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
# 1.250 and 1,250 may be a thousand or one and a quarter; of 12.000 both readings are whole.
_TWO_MEANINGS = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")
_TWO_WHOLE_MEANINGS = re.compile(r"-?[1-9][0-9]{0,2}[.,]000")
# Groups of thousands that are nothing else: two of them, a decimal mark of the other kind, or blanks.
_GROUPED = re.compile(
    r"(?P<turkish>-?[1-9][0-9]{0,2}(?:(?:\.[0-9]{3}){2,}|(?:\.[0-9]{3})+(?=,)))(?:,(?P<t>[0-9]+))?"
    r"|(?P<english>-?[1-9][0-9]{0,2}(?:(?:,[0-9]{3}){2,}|(?:,[0-9]{3})+(?=\.)))(?:\.(?P<e>[0-9]+))?"
    r"|(?P<blanks>-?[1-9][0-9]{0,2}(?: [0-9]{3})+)(?:[.,](?P<b>[0-9]+))?"
)
_COMMA = re.compile(r"(-?[0-9]+),([0-9]+)")
# 12.0 is how a program writes a whole number of a column with gaps, 12,00 how a format shows one.
_WHOLE_WITH_NOUGHT = re.compile(r"(-?[0-9]+)[.,]00?")
_MIDNIGHT = r"(?:[ T]00:00(?::00(?:\.0+)?)?)?"
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})" + _MIDNIGHT)
_YEAR_FIRST = re.compile(r"(?P<y>[0-9]{4})([./])(?P<m>[0-9]{1,2})\2(?P<d>[0-9]{1,2})" + _MIDNIGHT)
# 31/05/2025 is a day in one order only; 02/06/2025 is one in both, unless they are the same day.
_SLASHED = re.compile(r"(?P<a>[0-9]{1,2})/(?P<b>[0-9]{1,2})/(?P<y>[0-9]{4})" + _MIDNIGHT)
_TURKISH = re.compile(r"(?P<d>[0-9]{1,2})\.(?P<m>[0-9]{1,2})\.(?P<y>[0-9]{4})" + _MIDNIGHT)
# 31 Aralık 2025, 31-Dec-2025, 31 Ara. 2025; December 31, 2025.
_NAMED = re.compile(
    r"(?P<d>[0-9]{1,2})[ .\-/]{1,2}(?P<m>[^\W\d_]+)\.?[ \-/,]{1,2}(?P<y>[0-9]{4})"
    r"|(?P<m2>[^\W\d_]+)\.? (?P<d2>[0-9]{1,2}),? (?P<y2>[0-9]{4})"
)
_SERIAL = re.compile("[0-9]{5}")
_ACADEMIC = re.compile(r"(?P<first>[0-9]{4}) ?[-/\u2013] ?(?P<second>[0-9]{4}|[0-9]{2})")
# The day nought of a spreadsheet's dates; the second is that of the first Excel for the Macintosh.
_DAY_NOUGHT, _DAY_NOUGHT_1904 = date(1899, 12, 30), date(1904, 1, 1)
# DOĞRU and YANLIŞ are what a Turkish Excel writes into a CSV.
_YES, _NO = (
    frozenset({"true", "evet", "yes", "1", "dogru"}),
    frozenset({"false", "hayir", "no", "0", "yanlis"}),
)
_SHARE = re.compile(r"% ?([-0-9][0-9., ]*)|([-0-9][0-9., ]*?) ?%")
# In English and Turkish; `#?` is an error of which a workbook does not say the name.
_ERRORS = frozenset(
    {
        "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!",
        "#CALC!", "#FIELD!", "#BLOCKED!", "#BUSY!",
        "#BOŞ!", "#SAYI/0!", "#DEĞER!", "#BAŞV!", "#AD?", "#SAYI!", "#YOK",
        "#TAŞMA!", "#HESAPLA!", "#ALAN!", "#?",
    }
)  # fmt: skip
_ERROR_OF_OFFICE = re.compile(r"(Err|Hata):[0-9]{3}")
# What the column type at rest can hold.
_DIGITS = 9


def _text(text: str) -> str:
    return text


def _whole(text: str) -> str:
    text = text.replace("\u2212", "-")
    if _TWO_WHOLE_MEANINGS.fullmatch(text):
        raise Unreadable("whole_ambiguous")
    if _TWO_MEANINGS.fullmatch(text):
        text = text.replace(".", "").replace(",", "")
    text = _ungrouped(text)
    nought = _WHOLE_WITH_NOUGHT.fullmatch(text)
    return _strict_whole(nought.group(1) if nought else text)


def _ungrouped(text: str) -> str:
    """Return a number without its groups of thousands and with a decimal point; any other text as it is."""
    found = _GROUPED.fullmatch(text)
    if not found:
        return text
    whole = found["turkish"] or found["english"] or found["blanks"]
    decimals = found["t"] or found["e"] or found["b"]
    return re.sub("[., ]", "", whole) + (f".{decimals}" if decimals else "")


def _strict_whole(text: str) -> str:
    if not _WHOLE.fullmatch(text):
        raise Unreadable("whole")
    number = str(int(text)) if len(text) <= 2 * _DIGITS else text
    if len(number.lstrip("-")) > _DIGITS:
        raise Unreadable("whole_long", digits=_DIGITS)
    return number


def _number(text: str) -> str:
    text = text.replace("\u2212", "-")
    if _TWO_MEANINGS.fullmatch(text):
        raise Unreadable("number_ambiguous")
    text = _ungrouped(text)
    comma = _COMMA.fullmatch(text)
    return _strict_number(".".join(comma.groups()) if comma else text)


def _strict_number(text: str) -> str:
    if not _DECIMAL.fullmatch(text) or not math.isfinite(float(text)):
        raise Unreadable("number")
    return text


def _day(text: str) -> str:
    numbered = _TURKISH.fullmatch(text) or _YEAR_FIRST.fullmatch(text)
    if numbered:
        return _calendar(int(numbered["y"]), int(numbered["m"]), int(numbered["d"]))
    slashed = _SLASHED.fullmatch(text)
    if slashed:
        return _either_order(int(slashed["a"]), int(slashed["b"]), int(slashed["y"]))
    named = _NAMED.fullmatch(text)
    if named:
        month = locale.months().get(locale.key(named["m"] or named["m2"]))
        if month is None:
            raise Unreadable("day")
        return _calendar(int(named["y"] or named["y2"]), month, int(named["d"] or named["d2"]))
    if _SERIAL.fullmatch(text):
        told = of_serial(text)
        if told != text:
            day = date.fromisoformat(told)
            shown = {language: locale.day(day, language) for language in locale.LANGUAGES}
            raise Unreadable("day_serial", number=text, day=shown)
    return _strict_day(text[:10] if _ISO.fullmatch(text) else text)


def _either_order(first: int, second: int, year: int) -> str:
    if first != second and max(first, second) <= 12:
        orders = ((second, first), (first, second))
        days = [date.fromisoformat(_calendar(year, month, day)) for month, day in orders]
        one, other = ({to: locale.day(day, to) for to in locale.LANGUAGES} for day in days)
        raise Unreadable("day_ambiguous", one=one, other=other)
    return _calendar(year, *((first, second) if second > 12 else (second, first)))


def share(text: str) -> str:
    """Return a share in percent without its sign, 12,5 of `%12,5` and of `12,5 %`; other text as it is."""
    found = _SHARE.fullmatch(text)
    return (found[1] or found[2]) if found else text


def is_error(text: str) -> bool:
    """Tell whether a cell holds what a spreadsheet shows where it cannot work out a formula."""
    return text in _ERRORS or bool(_ERROR_OF_OFFICE.fullmatch(text))


def first_year(text: str) -> str:
    """Return the first year of an academic year, 2025 of `2025-2026`; any other text as it is."""
    found = _ACADEMIC.fullmatch(text)
    if not found or int(found["second"]) not in (int(found["first"]) + 1, (int(found["first"]) + 1) % 100):
        return text
    return found["first"]


def of_serial(text: str, from_1904: bool = False) -> str:
    """Return the day that a spreadsheet means by a number without a date format.

    Only the spreadsheet itself knows whether it counts from 1904; a text that is no such number, or that of
    a day which cannot be meant, comes back as it is.
    """
    if not _SERIAL.fullmatch(text):
        return text
    day = (_DAY_NOUGHT_1904 if from_1904 else _DAY_NOUGHT) + timedelta(days=int(text))
    return day.isoformat() if FIRST_YEAR <= day.year <= LAST_YEAR else text


def of_number(text: str) -> str:
    """Return a number that a workbook holds as one, so that nobody takes its decimal point for thousands."""
    return f"{text}0" if _THREE_DECIMALS.fullmatch(text) else text


def _strict_day(text: str) -> str:
    found = _ISO.fullmatch(text)
    if not found or len(text) != 10:
        raise Unreadable("day")
    return _calendar(*(int(part) for part in found.groups()))


def _calendar(year: int, month: int, day: int) -> str:
    try:
        written = date(year, month, day).isoformat()
    except ValueError:
        raise Unreadable("day_unknown") from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unreadable("day_range", first=FIRST_YEAR, last=LAST_YEAR)
    return written


def _boolean(text: str) -> str:
    folded = locale.key(text)
    if folded not in _YES | _NO:
        raise Unreadable("boolean")
    return "true" if folded in _YES else "false"


def _strict_boolean(text: str) -> str:
    if text not in ("true", "false"):
        raise Unreadable("boolean")
    return text


Reader = Callable[[str], str]

# By column type: what people write → what the workbook writes; each raises Unreadable.
READERS: dict[str, Reader] = {
    "VARCHAR": _text, "INTEGER": _whole, "DOUBLE": _number, "DATE": _day, "BOOLEAN": _boolean,
}  # fmt: skip
# The same for tables at rest, where nothing but the workbook's own writing is right.
STRICT: dict[str, Reader] = {
    "VARCHAR": _text, "INTEGER": _strict_whole, "DOUBLE": _strict_number, "DATE": _strict_day,
    "BOOLEAN": _strict_boolean,
}  # fmt: skip

# -- cells that a spreadsheet opens ------------------------------------------------------------------------

# A spreadsheet runs what begins so, also behind blanks and in the full-width letters of an East Asian one.
_LEAD = re.compile("[\\s\\x00-\\x20\u00a0\u200b-\u200f\u2060\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_BLANK_LEAD = re.compile("[\t\r\n\x00]")
_PLAIN_NUMBER = re.compile(r"[-+]?[0-9]+([.,][0-9]+)*([eE][-+]?[0-9]+)?\s?%?")


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet may run a text as a formula; a negative number such as -1.250,5 is none."""
    if _PLAIN_NUMBER.fullmatch(text):
        return False
    return bool(_LEAD.match(text) or _BLANK_LEAD.match(text))


def harmless(cell: object) -> object:
    """Return a cell for a CSV that a spreadsheet opens: what it would run as a formula stands as text.

    The apostrophe is the spreadsheets' own mark of text; `as_it_was` takes it away again.
    """
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell.lstrip("'")) else cell


def harmless_sql(column: str) -> str:
    """Return the same as SQL for DuckDB, over a column of text."""
    bare = f"ltrim({column}, '''')"
    lead, blank, plain = (
        pattern.pattern.replace("'", "''").replace("\0", "")
        for pattern in (_LEAD, _BLANK_LEAD, _PLAIN_NUMBER)
    )
    runs = f"regexp_matches({bare}, '^({lead}|{blank})') and not regexp_full_match({bare}, '{plain}')"
    return f"case when {runs} then '''' || {column} else {column} end"


def as_it_was(cell: str) -> str:
    """Return a cell that `harmless` wrote as it was before."""
    return cell[1:] if cell.startswith("'") and is_formula(cell.lstrip("'")) else cell
