"""What a page shows of an executed notebook: sections of prose and pieces, cleaned of all that could run."""

import ast
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import nh3
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from .. import texts
from ..catalog import load
from ..errors import Phrase, RunFailed
from ..plan import performance
from ..present.pieces import NOTE_TYPE, SVG
from . import drawings

_HIDDEN_TAGS = {"parameters", "injected-parameters", "setup"}
TAGS = {"p", "ul", "ol", "li", "strong", "em", "code", "br", "h1", "h2", "h3", "h4", "blockquote", "hr", "a"}
TABLE_TAGS = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"}
_TABLE_ATTRIBUTES = {"th": {"scope", "colspan", "rowspan"}, "td": {"colspan", "rowspan"}, "a": {"href"}}
# Of the classes of great-tables, those that the page's style sheet knows.
_CLASSES = {
    "gt_right",
    "gt_center",
    "gt_stub",
    "gt_group_heading",
    "gt_column_spanner",
    "gt_grand_summary_row",
}
_TABLE_CLASSES = dict.fromkeys(("th", "td", "tr"), _CLASSES)
_CODE = re.compile(r"\bG[X\d]\.\d{2}\b")
_LED = re.compile(r'href="#how-([^"]+)"')


class Marks:
    """The status bands as a language writes them: symbol and label, which on a page have their colour too."""

    def __init__(self, language: str) -> None:
        scale = performance.scale()
        bands = [*scale.bands, scale.no_data, scale.no_target]
        written = "|".join(
            re.escape(f"{b.symbol}\0{b[language]}").replace("\0", "(?: |\u00a0|&nbsp;)") for b in bands
        )
        label = rf"(?<!\w)(?:{written})(?!\w)\.?"
        # Of a tag nothing is changed, whatever its attributes say.
        self._any, self._pattern = re.compile(label), re.compile(f"<[^>]*>|{label}")
        self._tones = {band.label(language): band.tone for band in bands}

    def set_in(self, clean: str) -> str:
        """Give every status in cleaned markup its colour; its symbol and its label stand in the text."""
        return self._pattern.sub(self._dressed, clean) if self._any.search(clean) else clean

    def _dressed(self, found: re.Match[str]) -> str:
        if found[0].startswith("<"):
            return found[0]
        label = found[0].removesuffix(".")
        tone = self._tones[" ".join(label.replace("&nbsp;", " ").split())]
        dressed = f'<span class="status {tone}">{label}</span>'
        # The full stop after a status stays on its line.
        return f'<span class="unbroken">{dressed}.</span>' if label != found[0] else dressed


@dataclass(frozen=True)
class Section:
    """A heading of the notebook with what follows it."""

    id: str
    title: str
    items: list[dict[str, Any]]


def parameters(notebook: Any) -> dict[str, Any]:
    """Return the values that were injected, as literals from the injected cell."""
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            return {
                statement.targets[0].id: ast.literal_eval(statement.value)
                for statement in ast.parse(cell.source).body
                if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
            }
    return {}


def sections(notebook: Any, where: object, marks: Marks) -> list[Section]:
    """Return what a notebook shows, section by section; `where` names it in errors.

    `marks` are those of the notebook's language. Raises RunFailed where a cell shows something that cannot be
    published.
    """
    found: list[Section] = []
    for number, cell in enumerate(notebook.cells):
        tags = set(cell.metadata.get("tags", []))
        if tags & _HIDDEN_TAGS:
            continue
        if cell.cell_type == "markdown":
            key = texts.prose_key(sorted(tags)) or f"cell-{number}"
            rendered = _markdown(cell.source, marks)
            title = re.search(r"<h[1-6]>(.*?)</h[1-6]>", rendered, flags=re.S)
            found.append(
                Section(
                    key.replace(".", "-").replace("_", "-"),
                    html.unescape(re.sub(r"<[^>]+>", "", title.group(1))).strip() if title else "",
                    [{"kind": "prose", "html": rendered}],
                )
            )
        elif cell.cell_type == "code":
            if not found:
                found.append(Section(f"cell-{number}", "", []))
            found[-1].items.extend(
                item(output, f"{where} {cell.get('id', number)}", marks) for output in cell.outputs
            )
    return found


def cards(shown: Iterable[Section]) -> dict[str, Mapping[str, Any]]:
    """Return how each indicator of a page was computed, by its code, as the page's sources tell it."""
    notes = (item.get("provenance", {}) for section in shown for item in section.items)
    return {code: card for note in notes for code, card in note.items()}


def files(shown: Iterable[Section]) -> str:
    """Return the id of the section that lists the files behind a page with their hashes; else nothing."""
    return next((section.id for section in shown for item in section.items if "sources" in item), "")


def has_demonstration(shown: Iterable[Section]) -> bool:
    """Tell whether anything on a page was made of demonstration data."""
    return any("demonstration" in item.get("caveats", {}) for section in shown for item in section.items)


def item(output: Any, where: str, marks: Marks) -> dict[str, Any]:
    """Turn one output into an item of the page.

    Only what carries its own words is published: a bare image has no alternative text, and a
    warning on the error stream names folders of this machine.
    """
    if output.output_type == "stream" and output.name == "stdout":
        return {"kind": "plain", "text": output.text}
    data = output.get("data", {})
    note = data.get(NOTE_TYPE, {})
    if note.get("kind") == "figure":
        if note.get("alt", "").strip(" .") in ("", note.get("title", "").strip(" .")):
            raise RunFailed(
                Phrase("{where} shows a figure without words of its own.", where=where),
                expected="an alternative text that says what the figure shows, beyond its title",
                remedy="Give its numbers in words (helpers.present.charts.Words.points).",
            )
        if SVG not in data:
            raise RunFailed(
                Phrase(
                    "{where} shows a picture, as an earlier version of the workbook drew it.", where=where
                ),
                expected="a drawing in the page's own colours",
                remedy="Make the reports of all years anew: workbook run.",
            )
        drawn = drawings.checked("".join(data[SVG]), where)
        return {**note, "svg": drawn, "tall": drawings.is_tall(drawn), "codes": _codes([note])}
    if note.get("kind") == "table":
        laid_out = _table(data["text/html"], marks)
        return {**note, "html": laid_out, "codes": _codes([{**note, "html": laid_out}])}
    if "text/markdown" in data:
        return {"kind": note.get("kind", "text"), "html": _markdown(data["text/markdown"], marks)}
    if "text/html" in data:
        return {"kind": "html", "html": _table(data["text/html"], marks)}
    if "text/plain" in data and not any(kind.startswith("image/") for kind in data):
        return {"kind": "plain", "text": data["text/plain"]}
    shown = sorted(data) or output.get("name") or output.get("ename", "")
    raise RunFailed(
        Phrase(
            "{where} shows {kind} {shown}, which cannot be published.",
            where=where,
            kind=output.output_type,
            shown=shown,
        ),
        expected="a text, table or chart of helpers",
        remedy="A warning belongs to its cause; a figure needs its words (helpers.present.charts).",
    )


def _codes(items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the codes of what items speak of, in their first order.

    They are what an item says that it speaks of, the cards that its cells lead to, and the indicators named.
    """
    known = load().indicators
    said: list[str] = []
    for item in items:
        said += item.get("indicators", [])
        said += _LED.findall(str(item.get("html", "")))
        told = [item.get(part, "") for part in ("title", "subtitle", "html", "alt", "text")]
        named = _CODE.findall(" ".join([*map(str, told), *map(str, item.get("details", []))]))
        said += [code for code in named if code in known]
    return list(dict.fromkeys(said))


def markdown(source: str) -> str:
    """Return Markdown as HTML as it stands: nothing is cleaned yet."""
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    return str(MarkdownWithMath(renderer=renderer).render(source))


def _markdown(source: str, marks: Marks) -> str:
    return marks.set_in(nh3.clean(markdown(source), tags=TAGS, attributes={"a": {"href"}}, link_rel=None))


def _table(laid_out: str, marks: Marks) -> str:
    # The style sheet of the page dresses every table; each one's own would repeat it.
    bare = re.sub(r"<style.*?</style>", "", laid_out, flags=re.S)
    clean = nh3.clean(
        bare,
        tags=TAGS | TABLE_TAGS,
        attributes=_TABLE_ATTRIBUTES,
        allowed_classes=_TABLE_CLASSES,
        link_rel=None,
    )
    return marks.set_in(clean.replace(' class=""', ""))
