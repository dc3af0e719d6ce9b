"""International students by host and origin, and the check that they are no multiple of what was published.

Who sums a total level with its parts doubles every value. Two things show it: the rows of a host add up to
more than its published total, and every value of a host and year is even, which for many is no accident.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ..catalog import Total, load
from ..errors import Fault
from . import countries, wording
from .formats import Fitted
from .unfolding import Record, Unfolded, Verdict, coded, line, printed, skip_reason

_DATASET = "students_by_origin"
_COUNTED = "students_count"
# By chance 30 values are all even once in a thousand million times.
_ENOUGH_VALUES = 30
# Regions have numbers of three digits, as some countries do.
_REGION = re.compile("[0-9]{3}")
_DECIMAL, _THREE_DECIMALS = re.compile(r"[0-9]+\.[0-9]+"), re.compile(r"[0-9]+\.[0-9]{3}")


def unfold(fitted: Fitted, year: int | None) -> Unfolded:
    """Return a line for each host, origin and year."""
    found, code = Unfolded(), countries.coder()
    of = {"host_code": ("host", 0), "origin_code": ("origin", 0), _COUNTED: ("students", 0)}
    decimal_point = any(_is_decimal(printed(fitted, row, "students")) for row in fitted.rows)
    for row in fitted.rows:
        reason = skip_reason(fitted, row)
        count = printed(fitted, row, "students")
        origin = coded(fitted, "origin", printed(fitted, row, "origin"))
        if reason is None and _REGION.fullmatch(origin) and code(origin) == origin:
            reason = "a total of other rows"
        if decimal_point and _THREE_DECIMALS.fullmatch(count):
            count += "0"  # as in the whole column, the point is a decimal one
        if reason is None and count in ("", "m", "x", "a", ":") and fitted.cell(row, "origin"):
            reason = "no value in any column"
        if reason is not None:
            found.skipped.append((row.number, reason))
            continue
        cells = {
            "host_code": code(coded(fitted, "host", printed(fitted, row, "host"))),
            "origin_code": code(origin),
            "year": printed(fitted, row, "year"),
            "level": coded(fitted, "level", printed(fitted, row, "level")),
            _COUNTED: count,
        }
        found.lines.append(line(fitted, row, cells, of))
    return found


def _is_decimal(text: str) -> bool:
    """Tell whether a point can only be a decimal one: 12.5 is no thousand."""
    return bool(_DECIMAL.fullmatch(text)) and not _THREE_DECIMALS.fullmatch(text)


def judge(records: Sequence[Record]) -> Verdict:
    """Hold the lines against the published totals of their hosts.

    A host and year that exceeds its total is refused; so is another year of such a host in which every value
    is even. Where all are even and nothing is published to hold them against, the lines carry a doubt.
    """
    verdict = Verdict()
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        groups[str(record["host_code"]), str(record["year"])].append(place)
    exceeding: dict[str, str] = {}
    for total in load().totals:
        if total.dataset == _DATASET and total.limit_pct is not None:
            fault = _beyond(total, records)
            host = total.entity.get("host_code", "")
            if fault is not None:
                exceeding.setdefault(host, str(total.period))
                for place in groups[host, str(total.period)]:
                    verdict.faults.setdefault(place, (_COUNTED, fault))
    for (host, year), places in groups.items():
        values = [float(str(records[place][_COUNTED])) for place in places]
        positive = [value for value in values if value > 0]
        if len(positive) < _ENOUGH_VALUES or any(value % 2 for value in positive):
            continue
        for place in places:
            if host in exceeding:
                fault = wording.fault("all_even", count=len(positive), period=year, year=exceeding[host])
                verdict.faults.setdefault(place, (_COUNTED, fault))
            else:
                verdict.caveats.setdefault(place, []).append("all_even")
    return verdict


def _beyond(total: Total, records: Sequence[Record]) -> Fault | None:
    """Return the fault of lines that add up to more than a published total allows."""
    chosen = {**total.entity, "year": str(total.period)}
    found = sum(
        float(str(record[total.measure]))
        for record in records
        if all((record[column] or "") == value for column, value in chosen.items())
    )
    limit = total.value * (1 + (total.limit_pct or 0) / 100)
    if found <= limit:
        return None
    values: dict[str, Any] = {
        "found": found,
        "total": total.value,
        "ratio": found / total.value,
        "name": {"en": total.name.en, "tr": total.name.tr},
        "period": total.period,
        "kind": wording.both("total.reported" if total.is_reported else "total.published"),
        "source": total.source,
    }
    return wording.fault("exceeds_total", **values)
