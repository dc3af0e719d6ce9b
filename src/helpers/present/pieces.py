"""What a cell shows: a text, a table or a chart, with its words, sources and plain witness.

Each piece carries a plain-text form with all its numbers. nbval compares that form (it does not
look at images), the page uses a chart's as its alternative text, and no run of it differs from
another with the same data. A note for the page travels as JSON beside it.
"""

import csv
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ParameterError
from ..intake.cells import harmless, is_formula
from ..texts import Texts, links

NOTE_TYPE = "application/vnd.workbook.piece+json"
# How a chart travels: beside its note, so that Lab shows what the page shows.
SVG = "image/svg+xml"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~$-])")
# Stands for a link while the sentence around it is escaped; like the marks of links, no letter of any text.
_HELD = "\ufdd3"


@dataclass(frozen=True)
class Piece:
    """One thing to show, as a bundle of representations that IPython understands."""

    bundle: dict[str, Any]
    metadata: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, Any] = field(default_factory=dict, repr=False)  # a table's own, as `table_of` gives them

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        return self.bundle, self.metadata

    @property
    def text(self) -> str:
        """Return the plain form."""
        return str(self.bundle["text/plain"])

    def __repr__(self) -> str:
        return self.text

    def to_csv(self, path: str | Path) -> Path:
        """Write a table, or the table behind a chart, as CSV (UTF-8 with its mark, as Excel opens it).

        Cells are those that the reader sees: small numbers of persons are hidden, as a line under them says
        in both languages; a text that a spreadsheet would compute is made harmless. Title, notes, doubts and
        source follow the rows. Raises ParameterError for a piece that has no table.
        """
        lines = [[harmless(cell) for cell in line] for line in self._lines()]
        with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(lines)
        return Path(path)

    def to_excel(self, path: str | Path) -> Path:
        """Write a table, or the table behind a chart, as XLSX; every cell is text, else as `to_csv`."""
        import xlsxwriter  # type: ignore[import-untyped, unused-ignore]

        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(str(path), options) as book:
            sheet, quoted = book.add_worksheet(), book.add_format({"quote_prefix": True})
            for row, line in enumerate(self._lines()):
                for column, cell in enumerate(line):
                    sheet.write_string(row, column, cell, quoted if is_formula(cell) else None)
        return Path(path)

    def _lines(self) -> list[list[str]]:
        note = self.bundle.get(NOTE_TYPE, {})
        table = self.cells or note.get("data")
        if not table:
            raise ParameterError(
                "What is shown is no table, and no table is behind it.",
                expected="a table or a chart",
                remedy="Write a table or a chart, such as measure(run, code, by=column).",
            )
        below = [note["title"], *note["notes"], *note["caveats"].values(), note["source"]]
        below += [say("desk.disclosed") for say in (Texts("tr"), Texts("en"))]
        heads = [column["title"] for column in table["columns"]]
        return [heads, *table["rows"], [], *([links.bare(line)] for line in below if line)]


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, its cells as text, and whether they are numbers (set right).

    `links` are addresses that the cells lead to, one for each: a page beside this one, a section or both.
    """

    title: str
    cells: Sequence[str]
    number: bool = False
    links: Sequence[str] = ()


def text(*paragraphs: str, kind: str = "text", indicators: Sequence[str] = ()) -> Piece:
    """Show sentences as they are; nothing in them is markup."""
    return Piece(
        {
            "text/plain": links.bare("\n\n".join(paragraphs)),
            "text/markdown": "\n\n".join(escape(p) for p in paragraphs),
            NOTE_TYPE: {"kind": kind, **_of([*indicators, *_spoken(*paragraphs)])},
        }
    )


def messages(
    sentences: Sequence[str], caveats: Mapping[str, str] | None = None, indicators: Sequence[str] = ()
) -> Piece:
    """Show the messages of a page as a list; `caveats` go with any of them."""
    return Piece(
        {
            "text/plain": links.bare("\n".join(f"- {s}" for s in sentences)),
            "text/markdown": "\n".join(f"- {escape(s)}" for s in sentences),
            NOTE_TYPE: {
                "kind": "messages",
                "caveats": dict(caveats or {}),
                **_of([*indicators, *_spoken(*sentences)]),
            },
        }
    )


def labelled(
    sentences: Sequence[tuple[str, str]],
    caveats: Mapping[str, str] | None = None,
    indicators: Sequence[str] = (),
) -> Piece:
    """Show sentences as a list, each behind a label in bold; `caveats` go with any of them."""
    return Piece(
        {
            "text/plain": links.bare("\n".join(f"{label}: {sentence}" for label, sentence in sentences)),
            "text/markdown": "\n".join(
                f"- **{escape(label)}:** {escape(sentence)}" for label, sentence in sentences
            ),
            NOTE_TYPE: {
                "kind": "standing",
                "caveats": dict(caveats or {}),
                **_of([*indicators, *_spoken(*(sentence for _, sentence in sentences))]),
            },
        }
    )


def _spoken(*sentences: str) -> list[str]:
    """Name what the numbers of sentences are the values of."""
    return [code for sentence in sentences for code in links.codes(sentence)]


def escape(sentence: str) -> str:
    """Write a sentence so that Markdown shows it letter by letter, its marked numbers as links."""
    found: list[str] = []

    def hold(code: str, written: str) -> str:
        letters = _MARKDOWN.sub(r"\\\1", html.escape(written, quote=False))
        found.append(f"[{letters}](#{links.anchor(code)})")
        return _HELD

    held = links.shown(sentence.replace(_HELD, ""), hold)
    return re.sub(_HELD, lambda _: found.pop(0), _escape(held))


def _escape(sentence: str) -> str:
    # A line end would begin a heading or a list; leading blanks stay, further ones are one.
    leading = sentence[: len(sentence) - len(sentence.lstrip(" "))]
    escaped = _MARKDOWN.sub(r"\\\1", html.escape(leading + " ".join(sentence.split()), quote=False))
    # "2024. yıl" begins no list, ": x" no definition, and an address is text, not a link.
    escaped = re.sub(r"^(\d+)\.", r"\1\\.", escaped)
    escaped = re.sub(r"^:|:(?=//)", "&#58;", escaped)
    # Four leading blanks would begin a block of code.
    return re.sub(r"^ +", lambda blanks: "&#32;" * len(blanks.group()), escaped)


def with_details(piece: Piece, details: Sequence[str]) -> Piece:
    """Fold details, such as how a figure is computed, away under a chart, as a table has them."""
    described = {**piece.bundle[NOTE_TYPE], "details": list(details)}
    plain = "\n".join([piece.text, *details])
    return Piece({**piece.bundle, "text/plain": plain, NOTE_TYPE: described}, piece.metadata, piece.cells)


def note(
    kind: str,
    title: str,
    subtitle: str,
    source: str,
    notes: Sequence[str],
    caveats: Mapping[str, str],
    *,
    indicators: Sequence[str] = (),
    data: Sequence[Column] = (),
) -> dict[str, Any]:
    """Describe a figure or table for the page; `caveats` are sentences by their code.

    `indicators` are the codes that it speaks of. `data` is the table behind a figure, cell by cell as
    the reader sees it. Both are left out where there are none.
    """
    return {
        "kind": kind,
        "title": title,
        "subtitle": subtitle,
        "source": source,
        "notes": list(notes),
        "caveats": dict(caveats),
        **_of(indicators),
        **({"data": table_of(data)} if data else {}),
    }


def table_of(columns: Sequence[Column]) -> dict[str, Any]:
    """Return columns as the page takes them: headings, and cells row by row."""
    return {
        "columns": [{"title": column.title, "number": column.number} for column in columns],
        "rows": [[links.bare(cell) for cell in row] for row in zip(*(c.cells for c in columns), strict=True)],
    }


def _of(indicators: Sequence[str]) -> dict[str, list[str]]:
    return {"indicators": list(dict.fromkeys(indicators))} if indicators else {}
