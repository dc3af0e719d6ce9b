"""EQAR's templates for reports, institutions and providers: headings with a running index, one report a row.

A report may be about several institutions and several programmes; each pair is a line. An empty `valid_to` is
kept empty: the report states no end.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from . import countries
from .formats import Fitted
from .table import Row
from .unfolding import Line, Unfolded, coded, line, printed, skip_reason

_DEMAND = re.compile(
    r"\*?\s*(?:(?:one|conditionally)\s+)?(?:required|req\.)(?:\s+if\b.*)?|optional|recommended", re.IGNORECASE
)
# The templates explain their columns in the first rows.
_EXPLAINED_WITHIN = 4
# EQAR's own examples, on sheets beside the one that is filled in.
_SAMPLES = re.compile("sample", re.IGNORECASE)
_DIRECTIVES = re.compile(r"(?:%[YmdbBy]|[-/. ])+")
_PART = {"institution_deqar": "deqar", "institution_eter": "eter", "institution_other": "other",
         "platform_deqar": "platform", "platform_eter": "platform", "platform_other": "platform"}  # fmt: skip
_NOBODY = ("", "", ("institution_deqar", 0))
_PROVIDERS = "deqar-provider"


def unfold(fitted: Fitted, year: int | None) -> Unfolded:
    """Return a line for each report, institution and programme, or for each institution of a list."""
    found = Unfolded()
    explained = _explained(fitted)
    for place, row in enumerate(fitted.rows):
        reason = "an explanation of the columns" if place < explained else skip_reason(fitted, row)
        if reason is not None:
            found.skipped.append((row.number, reason))
        elif fitted.format.dataset == "accreditation_reports":
            found.lines += _reports(fitted, row)
        else:
            found.lines.append(_organisation(fitted, row))
    return found


def _explained(fitted: Fitted) -> int:
    """Return how many rows below the header only explain the columns: up to that of what is required."""
    for place, row in enumerate(fitted.rows[:_EXPLAINED_WITHIN]):
        cells = [cell for cell in row.cells if cell]
        if cells and all(_DEMAND.fullmatch(cell) for cell in cells):
            return place + 1
    return 0


def _reports(fitted: Fitted, row: Row) -> Iterator[Line]:
    def cell(column: str, index: int = 0) -> str:
        return printed(fitted, row, column, index)

    pattern = cell("date_format")
    activities = [
        cell(column, index)
        for index in fitted.indices("activity", "activity_group", "activity_local")
        for column in ("activity", "activity_group", "activity_local")
        if index in fitted.places.get(column, {}) and cell(column, index)
    ]
    common = {
        "agency": cell("agency"),
        "local_identifier": cell("local_identifier"),
        "report_id": cell("report_id"),
        "activity": " ".join(dict.fromkeys(activities)),
        "status": coded(fitted, "status", cell("status")),
        "decision": coded(fitted, "decision", cell("decision")),
        "valid_from": _day(cell("valid_from"), pattern),
        "valid_to": _day(cell("valid_to"), pattern),
    }
    caveats: tuple[str, ...] = () if common["valid_to"] else ("no_end_stated",)
    if _SAMPLES.search(fitted.table.sheet):
        caveats = (*caveats, "template_sample")
    for number, (institution, scheme, column) in enumerate(_institutions(fitted, row) or [_NOBODY], 1):
        for programme_no, index in enumerate(_programmes(fitted, row), 1):
            cells = {
                **common,
                "institution": institution,
                "institution_scheme": scheme,
                "institution_no": str(number),
                "programme": cell("programme", index) if index else "",
                "programme_no": str(programme_no if index else 0),
                "qualification": cell("qualification", index) if index else "",
                "level": coded(fitted, "level", cell("level", index)) if index else "",
            }
            of: dict[str, tuple[str, int]] = {"institution": column}
            of |= {name: (name, index) for name in ("programme", "qualification", "level") if index}
            yield line(fitted, row, cells, of, caveats)


def _institutions(fitted: Fitted, row: Row) -> list[tuple[str, str, tuple[str, int]]]:
    """Return the identifiers of a report's institutions and platforms: the first that each of them has."""
    found = []
    for kind in ("institution", "platform"):
        columns = [column for column in _PART if column.startswith(kind)]
        for index in fitted.indices(*columns):
            for column in columns:
                text = printed(fitted, row, column, index) if index in fitted.places.get(column, {}) else ""
                if text:
                    found.append((text, _PART[column], (column, index)))
                    break
    return found


def _programmes(fitted: Fitted, row: Row) -> list[int]:
    """Return the indices of a report's programmes; 0 alone for a report on none."""
    return [i for i in fitted.indices("programme") if printed(fitted, row, "programme", i)] or [0]


def _day(text: str, pattern: str) -> str:
    """Return a day as the workbook writes it, by the format that the row itself states.

    What does not fit it stays as it is and is judged as any other day.
    """
    pattern = pattern.replace("%-", "%")  # EQAR's mark of a day or month in one digit
    if text and _DIRECTIVES.fullmatch(pattern):
        try:
            return datetime.strptime(text, pattern).date().isoformat()
        except ValueError:
            return text
    return text


def _organisation(fitted: Fitted, row: Row) -> Line:
    def cell(column: str) -> str:
        return printed(fitted, row, column)

    identifiers = ("organisation", "institution_id", "institution_identifier", "local_identifier")
    cells = {
        "kind": "provider" if fitted.format.id.startswith(_PROVIDERS) else "institution",
        "change": "update" if fitted.format.id.endswith("updates") else "new",
        "organisation": next((cell(column) for column in identifiers if cell(column)), ""),
        "name": cell("name"),
        "name_english": cell("name_english"),
        "agency": cell("agency"),
        "country_code": countries.coder()(cell("country")),
        "city": cell("city"),
        "website": cell("website"),
    }
    return line(fitted, row, cells, {"country_code": ("country", 0)})
