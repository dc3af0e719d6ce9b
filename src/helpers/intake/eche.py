"""The list of holders of the Erasmus Charter.

Codes are padded with no-break spaces; the OID sits on wrong rows of known editions, so that an institution is
known by its PIC or its proposal number alone. Days are written in two orders, in one and the same column.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from . import countries
from .formats import Fitted
from .table import Row
from .unfolding import Line, Unfolded, coded, line, printed, skip_reason

_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: 0?0:00(?::00)?)?")
_OID = re.compile(r"E[0-9]{8}")


def unfold(fitted: Fitted, year: int | None) -> Unfolded:
    """Return a line for each holder."""
    found = Unfolded()
    rows = []
    for row in fitted.rows:
        reason = skip_reason(fitted, row)
        if reason:
            found.skipped.append((row.number, reason))
        else:
            rows.append(row)
    day_first = {name: _day_first(printed(fitted, row, name) for row in rows) for name in ("start", "end")}
    code = countries.coder()
    oids = Counter(printed(fitted, row, "oid_printed") for row in rows)
    for row in rows:
        found.lines.append(_line(fitted, row, day_first, oids, code))
    return found


def _line(
    fitted: Fitted,
    row: Row,
    day_first: Mapping[str, bool | None],
    oids: Mapping[str, int],
    code: Callable[[str], str],
) -> Line:
    caveats = []
    days = {}
    for name in ("start", "end"):
        text = printed(fitted, row, name)
        days[name] = _day(text, day_first[name])
        if text and not days[name] and "day_ambiguous" not in caveats:
            caveats.append("day_ambiguous")
    oid = printed(fitted, row, "oid_printed")
    if fitted.place("oid_printed") is not None and (not _OID.fullmatch(oid) or oids[oid] > 1):
        caveats.append("oid_doubtful")
    proposal = printed(fitted, row, "proposal")
    cells = {
        # "Transitory Charter" is no number.
        "proposal": proposal if any(letter.isdigit() for letter in proposal) else "",
        "erasmus_code": printed(fitted, row, "erasmus_code"),
        "pic": printed(fitted, row, "pic"),
        "oid_printed": oid,
        "name": printed(fitted, row, "name"),
        "city": printed(fitted, row, "city"),
        "country_code": code(coded(fitted, "country", printed(fitted, row, "country"))),
        "start_text": printed(fitted, row, "start"),
        "start_date": days["start"],
        "end_text": printed(fitted, row, "end"),
        "end_date": days["end"],
    }
    of = {"country_code": ("country", 0)} | {
        f"{name}_{part}": (name, 0) for name in ("start", "end") for part in ("text", "date")
    }
    return line(fitted, row, cells, of, tuple(caveats))


def _day_first(texts: Iterable[str]) -> bool | None:
    """Tell whether the day stands before the month in a column of days; None where both orders occur."""
    told = set()
    for text in texts:
        found = _SLASHED.fullmatch(text)
        if found:
            first, second = int(found[1]), int(found[2])
            if first > 12 >= second or second > 12 >= first:
                told.add(first > 12)
    return told.pop() if len(told) == 1 else None


def _day(text: str, day_first: bool | None) -> str:
    """Return a day as the workbook writes it; "" where its order is unknown. Other texts stay as they are."""
    found = _SLASHED.fullmatch(text)
    if not found:
        return text
    first, second = int(found[1]), int(found[2])
    if first == second or first > 12 or second > 12:
        day, month = (first, second) if first > 12 else (second, first)
    elif day_first is None:
        return ""
    else:
        day, month = (first, second) if day_first else (second, first)
    return f"{found[3]}-{month:02}-{day:02}"
