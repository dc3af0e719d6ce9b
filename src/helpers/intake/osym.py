"""The placement table of ÖSYM: one row for each programme, its quotas side by side under merged headings."""

import re

from .. import locale
from . import cells as written
from . import wording
from .formats import Fitted
from .table import Row
from .unfolding import Unfolded, line, printed, skip_reason, year_named

# What stands in every line of a programme; the other columns are `kind.figure`.
_COMMON = ("programme_code", "university_type", "university", "faculty", "programme", "score_type")
_FIGURES = ("quota_count", "placed_count", "lowest_score", "highest_score")
# A year has a table for each level of study, and again for the quotas that are filled later.
_TABLE = re.compile(r"tablo \d[a-z]?")
_LATER = "ek yerlestirme"
_SCORE = re.compile(r"([0-9]{1,3})[.,]([0-9]+)")


def unfold(fitted: Fitted, year: int | None) -> Unfolded:
    """Return a line for each programme and kind of quota that the table gives a number for.

    The year stands in a column, in the title, in the name of the sheet, or is told. Raises FileRefused where
    it is nowhere.
    """
    named = year_named(fitted) or year
    if named is None and fitted.place("year") is None:
        raise wording.refusal("year_unknown", file=fitted.table.file)
    table_text = _table_text(fitted)
    kinds = list(dict.fromkeys(name.split(".")[0] for name in fitted.places if "." in name))
    found = Unfolded()
    for row in fitted.rows:
        reason = skip_reason(fitted, row)
        if reason is None and sum(1 for cell in row.cells if cell) == 1:
            reason = "a remark below the table"
        if reason is not None:
            found.skipped.append((row.number, reason))
            continue
        common = {name: printed(fitted, row, name) for name in _COMMON}
        common["year"] = printed(fitted, row, "year") or str(named or "")
        common["table_text"] = table_text
        given = [kind for kind in kinds if _gives(fitted, row, kind)]
        for kind in given or ["general"]:
            cells = {**common, "quota_kind": kind} | {f: _figure(fitted, row, kind, f) for f in _FIGURES}
            of = {figure: (f"{kind}.{figure}", 0) for figure in _FIGURES}
            found.lines.append(line(fitted, row, cells, of))
    return found


def _table_text(fitted: Fitted) -> str:
    """Return which of a year's tables it is, by its title: `tablo 4`, `tablo 3 ek`; "" if it does not say."""
    title = locale.key(" ".join(cell for row in fitted.above for cell in row.cells))
    found = _TABLE.search(title)
    return " ".join(filter(None, (found[0] if found else "", "ek" if _LATER in title else "")))


def _gives(fitted: Fitted, row: Row, kind: str) -> bool:
    """Tell whether a row gives any figure for a kind of quota; `--` says that it has none."""
    return any(printed(fitted, row, f"{kind}.{figure}") for figure in _FIGURES)


def _figure(fitted: Fitted, row: Row, kind: str, figure: str) -> str:
    """Return a figure as text; a score is below a thousand, so that its separator is a decimal one."""
    text = printed(fitted, row, f"{kind}.{figure}")
    if fitted.place(f"{kind}.{figure}") in row.numbers:
        text = written.of_number(text)
    score = _SCORE.fullmatch(text) if figure.endswith("_score") else None
    return f"{score[1]}.{score[2].ljust(4, '0')}" if score else text
