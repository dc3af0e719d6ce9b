"""One page per executed notebook: prose and pieces, no code, nothing fetched, nothing run."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2
import nh3
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from .. import locale, texts
from ..catalog import Plan, load
from ..errors import RunFailed
from ..present.pieces import NOTE_TYPE
from ..texts import Texts
from .plain import plain

_HIDDEN_TAGS = {"parameters", "injected-parameters", "setup"}
_TAGS = {"p", "ul", "ol", "li", "strong", "em", "code", "br", "h1", "h2", "h3", "h4", "blockquote", "hr", "a"}
_TABLE_TAGS = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"}
_TABLE_ATTRIBUTES = {
    "table": {"class"},
    "th": {"class", "scope", "colspan", "rowspan"},
    "td": {"class", "colspan", "rowspan"},
    "tr": {"class"},
    "a": {"href"},
}


@dataclass(frozen=True)
class Page:
    """A rendered page and its place inside a set."""

    place: Path
    html: str


@dataclass(frozen=True)
class Section:
    """A heading of the notebook with what follows it."""

    id: str
    title: str
    items: list[dict[str, Any]]


@dataclass(frozen=True)
class Made:
    """When a page's notebook was executed (ISO 8601), and whether its data have changed since."""

    at: str
    older: bool = False


def render(
    notebooks: Mapping[Path, Any],
    plan: Plan,
    edition: str,
    documents: Sequence[Path] = (),
    made: Mapping[Path, Made] | None = None,
) -> list[Page]:
    """Render executed notebooks of a set, each with navigation to all the others.

    Keys are places `year/language/notebook`; `made` has all places of the set, of which `notebooks` may be a
    part, and without it all were made now. `documents` are places of the official tables as files,
    which the plan's own pages of their year and language link. Raises RunFailed where a cell shows
    something that cannot be published.
    """
    template = _environment().get_template("page.html.j2")
    if made is None:
        now = Made(datetime.now(UTC).isoformat())
        made = dict.fromkeys(notebooks, now)
    places = sorted(made, key=lambda p: (*p.parts[:2], plan.order(p.parts[2])))
    rendered = []
    for place in (place for place in places if place in notebooks):
        day = datetime.fromisoformat(made[place].at).date()
        year, language, name = place.parts
        say = Texts(language)
        sections = _sections(notebooks[place], place)
        parameters = _parameters(notebooks[place])
        institution = load().institutions[parameters.get("institution", plan.institution)]
        page = template.render(
            say=say,
            language=language,
            other=_other_language(place, places),
            title=say("site.title_page", page=_page_title(say, name), year=_report(say, year)),
            institution=institution.name(language),
            report=_report(say, year),
            strategy=plan.title[language],
            sections=sections,
            years=_links(
                place,
                [p for p in places if p.parts[1:] == (language, name)],
                lambda p, say=say: _report(say, p.parts[0]),
            ),
            notebooks=_links(
                place,
                [p for p in places if p.parts[:2] == (year, language)],
                lambda p, say=say: _page_title(say, p.parts[2]),
            ),
            year=year,
            documents=_documents(place, documents) if institution.id == plan.institution else [],
            edition=edition,
            demonstration=_has_demonstration(sections),
            made=say("site.made", day=locale.day(day, language), version=version("strategy-workbook")),
            older=made[place].older,
            css=_css(),
        )
        rendered.append(Page(place.with_name(place.name + ".html"), plain(page)))
    return rendered


def index(published: Mapping[str, list[str]], plan: Plan) -> str:
    """Render the index over all published sets; keys are their names, values places of pages."""
    languages = plan.languages
    institutions = load().institutions
    owner = institutions[plan.institution]
    return _environment().get_template("index.html.j2").render(
        languages=[(language, Texts(language)) for language in languages],
        institution={language: owner.name(language) for language in languages},
        plan=plan,
        published={
            name: {
                language: _by_year([p for p in places if p.split("/")[1] == language], plan)
                for language in languages
            }
            for name, places in published.items()
        },
        edition_of={name: plan.about(name)[0] for name in published},
        other={name: institutions[plan.about(name)[1]] for name in published if name != plan.about(name)[0]},
        page_title=_page_title,
        css=_css(),
    )  # fmt: skip


def _by_year(places: list[str], plan: Plan) -> dict[str, list[str]]:
    years: dict[str, list[str]] = {}
    for place in sorted(places, reverse=True):
        years.setdefault(place.split("/")[0], []).append(place)
    return {year: sorted(found, key=lambda p: plan.order(p.split("/")[2])) for year, found in years.items()}


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("helpers.site"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


@lru_cache(maxsize=1)
def _css() -> str:
    sheets = (resources.files(__package__).joinpath("templates", name) for name in ("page.css", "card.css"))
    return "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)


def _report(say: Texts, folder: str) -> str:
    """Name a report by its folder (`2026`, `2026-h1`, `2026-eng`): its year, half and unit."""
    year, *parts = folder.split("-")
    units = load().units
    named = [
        say("site.first_half") if part == "h1" else units[part].name(say.language) if part in units else part
        for part in parts
    ]
    return " · ".join([year, *named])


def _page_title(say: Texts, name: str) -> str:
    """Return a page's name; a notebook that has none yet is called by its file name."""
    key = f"site.{name}"
    return say(key) if key in texts.keys(say.language) else name.replace("_", " ")


def _links(here: Path, places: list[Path], label: Any) -> list[dict[str, Any]]:
    return [
        {"href": _relative(here, place), "label": label(place), "current": place == here} for place in places
    ]


def _relative(here: Path, there: Path) -> str:
    return "../../" + there.as_posix() + ".html" if here != there else here.name + ".html"


def _documents(here: Path, documents: Sequence[Path]) -> list[dict[str, str]]:
    """Return links to the documents that stand beside a page, spreadsheets first."""
    beside = sorted((d for d in documents if d.parent == here.parent), key=lambda d: d.suffix, reverse=True)
    return [{"href": document.name, "kind": locale.upper(document.suffix[1:])} for document in beside]


def _other_language(here: Path, places: list[Path]) -> dict[str, str] | None:
    year, language, name = here.parts
    for place in places:
        if place.parts[0] == year and place.parts[2] == name and place.parts[1] != language:
            return {"href": _relative(here, place), "language": place.parts[1]}
    return None


def _parameters(notebook: Any) -> dict[str, Any]:
    """Return the values that were injected, as literals from the injected cell."""
    import ast

    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            return {
                statement.targets[0].id: ast.literal_eval(statement.value)
                for statement in ast.parse(cell.source).body
                if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
            }
    return {}


def _sections(notebook: Any, place: Path) -> list[Section]:
    sections: list[Section] = []
    for number, cell in enumerate(notebook.cells):
        tags = set(cell.metadata.get("tags", []))
        if tags & _HIDDEN_TAGS:
            continue
        if cell.cell_type == "markdown":
            key = texts.prose_key(sorted(tags)) or f"cell-{number}"
            rendered = _markdown(cell.source)
            title = re.search(r"<h[1-6]>(.*?)</h[1-6]>", rendered, flags=re.S)
            sections.append(
                Section(
                    key.replace(".", "-").replace("_", "-"),
                    html.unescape(re.sub(r"<[^>]+>", "", title.group(1))).strip() if title else "",
                    [{"kind": "prose", "html": rendered}],
                )
            )
        elif cell.cell_type == "code":
            if not sections:
                sections.append(Section(f"cell-{number}", "", []))
            sections[-1].items.extend(
                _item(output, f"{place} {cell.get('id', number)}") for output in cell.outputs
            )
    return sections


def _item(output: Any, where: str) -> dict[str, Any]:
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
                f"{where} shows a figure without words of its own.",
                expected="an alternative text that says what the figure shows, beyond its title",
                remedy="Give its numbers in words (helpers.present.charts.Words.points).",
            )
        image = output.metadata.get("image/png", {})
        return {**note, "png": "".join(data["image/png"].split()), "image": image}
    if note.get("kind") == "table":
        return {**note, "html": _table(data["text/html"])}
    if "text/markdown" in data:
        return {"kind": note.get("kind", "text"), "html": _markdown(data["text/markdown"])}
    if "text/html" in data:
        return {"kind": "html", "html": _table(data["text/html"])}
    if "text/plain" in data and "image/png" not in data:
        return {"kind": "plain", "text": data["text/plain"]}
    shown = sorted(data) or output.get("name") or output.get("ename", "")
    raise RunFailed(
        f"{where} shows {output.output_type} {shown}, which cannot be published.",
        expected="a text, table or chart of helpers",
        remedy="A warning belongs to its cause; a figure needs its words (helpers.present.charts).",
    )


def _markdown(source: str) -> str:
    rendered = MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True)).render(
        source
    )
    return nh3.clean(rendered, tags=_TAGS, attributes={"a": {"href"}}, link_rel=None)


def _table(laid_out: str) -> str:
    # The style sheet of the page dresses every table; each one's own would repeat it.
    bare = re.sub(r"<style.*?</style>", "", laid_out, flags=re.S)
    return nh3.clean(bare, tags=_TAGS | _TABLE_TAGS, attributes=_TABLE_ATTRIBUTES, link_rel=None)


def _has_demonstration(sections: list[Section]) -> bool:
    return any("demonstration" in item.get("caveats", {}) for section in sections for item in section.items)
