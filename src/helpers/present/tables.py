"""Tables: cells already written in the reader's language, laid out by great-tables."""

import html
from collections.abc import Mapping, Sequence

import pandas as pd
from great_tables import GT
from great_tables import html as as_html

from ..texts import links
from . import pieces
from .pieces import NOTE_TYPE, Piece
from .pieces import Column as Column


def table(
    key: str,
    columns: Sequence[Column],
    *,
    title: str,
    source: str,
    notes: Sequence[str] = (),
    caveats: Mapping[str, str] | None = None,
    details: Sequence[str] = (),
    indicators: Sequence[str] = (),
) -> Piece:
    """Show a table; `key` is its identifier on the page, and the first column names its rows.

    `details`, such as definitions, are folded away under it; `indicators` are the codes it speaks of.
    """
    names = [f"c{i}" for i in range(len(columns))]
    frame = pd.DataFrame(
        {
            name: [_linked(*pair) for pair in zip(column.cells, column.links, strict=True)]
            if column.links
            else list(column.cells)
            for name, column in zip(names, columns, strict=True)
        },
        dtype=object,  # great-tables writes cell by cell, which costs a fifth less in columns of objects
    )
    laid_out = (
        GT(frame, id=f"table-{key}", rowname_col="c0")
        .tab_stubhead(_heading(columns[0].title))
        .cols_label({name: _heading(c.title) for name, c in zip(names, columns, strict=True)})
        .cols_align("right", [n for n, column in zip(names, columns, strict=True) if column.number])
        .cols_align("left", [n for n, c in zip(names[1:], columns[1:], strict=True) if not c.number])
    )
    linked = [name for name, column in zip(names, columns, strict=True) if column.links]
    if linked:
        laid_out = laid_out.fmt(str, columns=linked)  # as it stands: it was escaped when it was written
    columns = [Column(c.title, [links.bare(cell) for cell in c.cells], c.number) for c in columns]
    return Piece(
        {
            "text/plain": plain(title, columns, [*notes, *(caveats or {}).values(), *details]),
            "text/html": links.shown(laid_out.as_raw_html(), _link),
            NOTE_TYPE: {
                **pieces.note("table", title, "", source, notes, caveats or {}, indicators=indicators),
                **({"details": list(details)} if details else {}),
            },
        },
        cells=pieces.table_of(columns),
    )


def _link(code: str, cell: str) -> str:
    """Lead from a cell, which is escaped already, to the provenance of its number."""
    return f'<a href="#{links.anchor(code)}">{cell}</a>'


def _linked(cell: str, link: str) -> str:
    return f'<a href="{html.escape(link)}">{html.escape(cell)}</a>'


def _heading(title: str) -> object:
    """Write a heading as text; great-tables would read double braces in it as units of measure."""
    return as_html(html.escape(title).replace("{", "&#123;"))


def plain(title: str, columns: Sequence[Column], notes: Sequence[str] = ()) -> str:
    """Write a table as aligned plain text: what nbval compares and what a terminal shows."""
    widths = [max(len(c.title), *(len(cell) for cell in c.cells), 1) for c in columns]

    def line(cells: Sequence[str]) -> str:
        parts = [
            cell.rjust(width) if column.number else cell.ljust(width)
            for cell, width, column in zip(cells, widths, columns, strict=True)
        ]
        return "  ".join(parts).rstrip()

    body = [line(row) for row in zip(*(column.cells for column in columns), strict=True)]
    return "\n".join([title, line([c.title for c in columns]), *body, *notes])
