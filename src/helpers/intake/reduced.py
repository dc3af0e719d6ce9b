"""What is kept of a file that carries personal data: a workbook of what was read, each cell in its place.

Rows and columns keep their numbers, so that what was rejected is found again; it is received like the file.
"""

import io
from collections.abc import Iterator
from datetime import datetime

from ..errors import FileRefused
from . import personal, wording
from .answer import Answer
from .cells import is_formula
from .registers import ReceivedRegister
from .table import Row

_ROWS, _LETTERS, _NAME = 1_048_576, 32_767, 31
# The same rows give the same bytes.
_NO_MOMENT = datetime(1980, 1, 1)


def workbook(answer: Answer) -> bytes:
    """Return the tables of a file as they were read, without personal data.

    Raises FileRefused where a sheet has no room for them.
    """
    import xlsxwriter  # type: ignore[import-untyped, unused-ignore]

    target = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        # Days that are numbers keep their count.
        "date_1904": any(received.table.from_1904 for received in answer.tables),
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"author": "workbook", "created": _NO_MOMENT})
        as_text = {
            quoted: book.add_format({"num_format": "@", "quote_prefix": quoted}) for quoted in (True, False)
        }
        for number, received in enumerate(answer.tables, 1):
            page = book.add_worksheet(received.table.sheet[:_NAME] or f"{number}")
            first = received.table.first_column
            for row in _rows(received):
                if row.number > _ROWS:
                    raise _no_room(answer.file)
                for place, text in enumerate(row.cells):
                    if place in row.numbers and text != personal.MASK:
                        page.write_number(row.number - 1, first + place, float(text))
                    elif text:
                        shape = as_text[is_formula(text)]
                        page.write_string(row.number - 1, first + place, text[:_LETTERS], shape)
    return target.getvalue()


def _rows(received: object) -> Iterator[Row]:
    """Yield the rows of a register as they were read; a ranking is published, and kept whole."""
    yield from received.read if isinstance(received, ReceivedRegister) else received.table.rows  # type: ignore[attr-defined]


def _no_room(file: str) -> FileRefused:
    return wording.refusal("personal_too_large", file=file, limit=_ROWS)
