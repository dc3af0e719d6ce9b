"""Rows of a register's table that hold no data: the example of a template, totals, the header once more.

They are skipped for a stated reason, and only where they can be nothing else.
"""

import itertools
import re
from collections.abc import Mapping
from typing import Any

from .. import locale
from . import declaration, wording
from .recognition import Recognised
from .table import Row

# Told in English and rendered by `wording.reason`.
EXAMPLE = "the example row of the template"
TOTAL = "a row of totals"
HEADER = "the header once more"

_TOTALS = frozenset({"toplam", "toplami", "yekun", "total", "totals", "subtotal", "sum"})
# Words that may stand beside: "Genel toplam", "Toplam kayıt sayısı: 12", "Total number of rows".
_BESIDE_TOTALS = frozenset(
    {"genel", "ara", "alt", "grand", "sub", "overall", "general", "the", "of", "number", "rows", "records"}
    | {"kayit", "satir", "sayi", "sayisi", "adet", "kisi", "tl", "eur", "try"}
)
_NUMBER = re.compile(r"[%\u20ac\u20ba]?\s*[-+\u2212]?[0-9][0-9., ]*\s*(%|TL|EUR|[\u20ac\u20ba])?")


def apart(table: Recognised, described: Mapping[str, Any]) -> tuple[list[Row], list[tuple[int, str]]]:
    """Return the rows of a table that are to be judged, and the numbers of the others with the reason."""
    first = table.places.get(next(iter(described["columns"])))
    known = declaration.headings(described)
    kept: list[Row] = []
    skipped = []
    for row in table.rows:
        reason = _reason(row, first, known)
        if reason:
            skipped.append((row.number, reason))
        else:
            kept.append(row)
    return kept, skipped


def _reason(row: Row, first: int | None, known: Mapping[str, str]) -> str:
    """Return why a row holds no data; "" where it is to be judged."""
    if first is not None and first < len(row.cells) and is_example(row.cells[first]):
        return EXAMPLE
    filled = [cell for cell in row.cells if cell]
    if _is_total(filled):
        return TOTAL
    if len(filled) > 1 and all(declaration.heading(cell) in known for cell in filled):
        return HEADER
    return ""


def is_example(cell: str) -> bool:
    """Tell whether a cell is that by which a template marks its example: `Örnek: 12`."""
    mark, colon, _ = cell.partition(":")
    return bool(colon) and wording.names("template.example_mark", mark)


def _is_total(filled: list[str]) -> bool:
    """Tell whether all a row says is that it is a total: such words in one cell, numbers in the others."""
    words = list(itertools.islice((cell for cell in filled if not _NUMBER.fullmatch(cell)), 2))
    if len(words) != 1:
        return False
    said = set(locale.key(words[0]).split())
    rest = {word for word in said - _TOTALS - _BESIDE_TOTALS if not word.isdecimal()}
    return bool(said & _TOTALS) and not rest
