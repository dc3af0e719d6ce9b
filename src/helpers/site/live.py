"""A piece in an open notebook as it stands on the page: the page's own template, cleaning and style.

Lab shows a chart as a picture in colours for white paper, and a table in a dress of its own; title, doubts,
notes and source would be missing. Here a figure or table is what the page shows of it, light or dark as the
notebook is. A batch and nbval never come here: what a notebook stores is the plain piece.
"""

import uuid
from typing import Any

from IPython.core.getipython import get_ipython
from nbformat.v4 import new_output

from ..present import pieces, theme
from ..present.pieces import NOTE_TYPE, Piece
from ..run import Run
from ..texts import Texts
from . import content, pages, sheet

# VS Code gives a light look of high contrast the class of the dark one too.
_DARK = (
    '[data-jp-theme-light="false"]',
    ".vscode-dark",
    ".vscode-high-contrast:not(.vscode-high-contrast-light)",
)


def html(piece: Piece, language: str) -> str:
    """Return a figure or table as the page of its language shows it, with the style that it needs."""
    output = new_output("display_data", data=dict(piece.bundle))
    item = content.item(output, "the cell", content.Marks(language))
    # Each is shown in a document of many: its label is its own.
    shown = pages.item(item, f"piece-{uuid.uuid4().hex[:8]}", Texts(language))
    return f'<style>{style()}</style><div class="workbook" lang="{language}">{shown}</div>'


def style() -> str:
    """Return the page's style sheet for what stands in one element, by the notebook's light or dark."""
    named = {**theme.PAGE, **theme.CHART}
    light, dark = ("".join(f"--{name}:{pair[shade]};" for name, pair in named.items()) for shade in (0, 1))
    darks = ",".join(f"{one} .workbook.workbook" for one in _DARK)
    return (
        f".workbook.workbook{{{light}color:var(--ink);background:var(--paper);padding:.1rem 1rem;"
        f"font:1rem/1.6 {theme.FONTS};overflow-wrap:break-word}}{darks}{{{dark}}}"
        f".workbook.workbook{{{sheet.of_items()}{theme.RULES}"
        ".tools{display:none}table{margin:0}"
        "thead,tbody tr:nth-child(n),th,td{background:none;max-width:none}}"
    )


def formatted(piece: Piece, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a cell of an open notebook shows; of sentences, their Markdown and then their doubts.

    A page tells the doubts of sentences in its head, which a notebook does not have.
    """
    note = piece.bundle.get(NOTE_TYPE, {})
    if note.get("kind") not in ("figure", "table"):
        doubts = [f"*{pieces.escape(doubt)}*" for doubt in note.get("caveats", {}).values()]
        words = "\n\n".join([piece.bundle.get("text/markdown", ""), *doubts])
        return {**piece.bundle, **({"text/markdown": words} if doubts else {})}, piece.metadata
    return {**piece.bundle, "text/html": html(piece, _language())}, piece.metadata


def _language() -> str:
    """Return the language of the notebook's run; one that keeps its run under another name reads English."""
    run = getattr(get_ipython(), "user_ns", {}).get("run")
    return run.language if isinstance(run, Run) else "en"


def register() -> None:
    """Show pieces of this kernel as the page does."""
    shell = get_ipython()
    if shell is not None and shell.display_formatter is not None:
        shell.display_formatter.mimebundle_formatter.for_type(Piece, formatted)
