"""One page per executed notebook: prose and pieces, no code, nothing fetched; beside them search, index."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2

from .. import locale, texts
from ..catalog import Institution, Plan, load
from ..texts import Texts
from . import content, guides, outline, paper, sheet
from .guides import FOLDER as GUIDES

SEARCH = "search"
# The name of a format is no Turkish word: ICS has no dot on its I.
_FORMATS = {".ics": "ICS"}


@dataclass(frozen=True)
class Page:
    """A rendered page and its place inside a set."""

    place: Path
    html: str


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
    bundles: Sequence[Path] = (),
    guiding: Sequence[Path] = (),
) -> list[Page]:
    """Render executed notebooks of a set, each with navigation to all the others.

    Keys are places `year/language/notebook`; `made` has all places of the set, of which `notebooks` may be a
    part, and without it all were made now. `documents` are places of the official tables as files,
    which the plan's own pages of their year and language link; `bundles` those of the ZIPs, `guiding` those
    of the guides (`guide_places`), which the menu lists. Raises RunFailed where a cell shows something that
    cannot be published.
    """
    template = environment().get_template("page.html.j2")
    if made is None:
        now = Made(datetime.now(UTC).isoformat())
        made = dict.fromkeys(notebooks, now)
    places = sorted(made, key=lambda p: (*p.parts[:2], plan.order(p.parts[2])))
    marks = {language: content.Marks(language) for language in {place.parts[1] for place in notebooks}}
    rendered = []
    for place in (place for place in places if place in notebooks):
        day = datetime.fromisoformat(made[place].at).date()
        language = place.parts[1]
        say = Texts(language)
        sections = content.sections(notebooks[place], place, marks[language])
        _unlink(sections, {other.name for other in places if other.parent == place.parent})
        given = content.parameters(notebooks[place])
        institution = load().institutions[given.get("institution", plan.institution)]
        demonstration = content.has_demonstration(sections)
        css = sheet.css() + paper.foot(_foot(say, institution, plan, place, edition, demonstration))
        page = template.render(
            **_around(place, [*places, *guiding], plan),
            title=say("site.title_page", page=_page_title(say, place), year=_report(say, place.parts[0])),
            institution=institution.name(language),
            sections=sections,
            cards=content.cards(sections),
            files=content.files(sections),
            turn=_turn(place, places, plan),
            year=place.parts[0],
            documents=_documents(place, documents) if institution.id == plan.institution else [],
            bundle=next((bundle.name for bundle in bundles if bundle.parent == place.parent), ""),
            edition=edition,
            demonstration=demonstration,
            made=say("site.made", day=locale.day(day, language), version=version("strategy-workbook")),
            older=made[place].older,
            css=css,
            policy=sheet.policy(css),
        )
        rendered.append(Page(_file(place), locale.seen(page)))
    return rendered


# A link of a table to a page beside its own: to the evidence of an action.
_BESIDE = re.compile(r'<a href="([^"/#:]+)\.html(?:#[^"]*)?">(.*?)</a>', flags=re.S)


def _unlink(sections: Sequence[content.Section], beside: Collection[str]) -> None:
    """Take the address from links of tables to pages that the report does not have; their words stay."""
    for item in (item for section in sections for item in section.items if item["kind"] == "table"):
        item["html"] = _BESIDE.sub(lambda link: link[0] if link[1] in beside else link[2], item["html"])


def guide_places(languages: Collection[str]) -> list[Path]:
    """Return the places of the guides and of the data dictionary in a set, in the order of their menu."""
    return [Path(GUIDES, language, name) for language in languages for name in guides.titles(language)]


def render_guides(reports: Collection[Path], plan: Plan, institution: str) -> list[Page]:
    """Render the guides and the data dictionary of a set whose reports stand at the given places."""
    languages = sorted({place.parts[1] for place in reports})
    places = [*sorted(reports, key=lambda p: (*p.parts[:2], plan.order(p.name))), *guide_places(languages)]
    template = environment().get_template("guide.html.j2")
    css = sheet.css()
    rendered = []
    for language in languages:
        say = Texts(language)
        for guide in guides.read(language):
            here = Path(GUIDES, language, guide.name)
            html = template.render(
                **_around(here, places, plan),
                title=guide.title,
                institution=load().institutions[institution].name(language),
                sections=guide.sections,
                turn=_turn(here, places, plan),
                made=say("guides.made", version=version("strategy-workbook")),
                css=css,
                policy=sheet.policy(css),
            )
            rendered.append(Page(_file(here), locale.seen(html)))
    return rendered


def search(pages: Mapping[Path, str], plan: Plan, institution: str) -> list[Page]:
    """Render, for each report and language, the page that finds indicators, sections, figures and words.

    `pages` are the HTML of all pages of a set, by place. Without a script the page is a register of them;
    with it, what is typed narrows it. A report carries the register once and not in every page, so that a
    page stays light and is not made anew when another one changes.
    """
    template = environment().get_template("search.html.j2")
    css = sheet.css()
    folders = sorted({place.parent for place in pages})
    places = sorted(
        [*pages, *(folder / SEARCH for folder in folders)], key=lambda p: (*p.parts[:2], plan.order(p.name))
    )
    rendered = []
    outlined = {place: outline.sections(html) for place, html in pages.items()}
    for folder in folders:
        language = folder.name
        say = Texts(language)
        found, told = (
            [
                {
                    "name": _page_title(say, place),
                    "href": f"{place.name}.html" if of == folder else _relative(folder / SEARCH, place),
                    "sections": outlined[place],
                }
                for place in places
                if place.parent == of and place.name != SEARCH
            ]
            for of in (folder, Path(GUIDES, language))
        )
        html = template.render(
            **_around(folder / SEARCH, places, plan),
            title=say("site.title_page", page=say("site.search"), year=_report(say, folder.parts[0])),
            institution=load().institutions[institution].name(language),
            pages=found if folder.parts[0] == GUIDES else found + told,
            indicators=_indicators(found, language),
            css=css,
            policy=sheet.policy(css),
        )
        rendered.append(Page(_file(folder / SEARCH), locale.seen(html)))
    return rendered


def index(
    published: Mapping[str, list[str]], plan: Plan, bundles: Mapping[str, Sequence[str]] | None = None
) -> str:
    """Render the index over all published sets; keys are their names, values places of pages.

    `bundles` are the places of the reports' ZIPs, by the name of their set.
    """
    institutions = load().institutions
    owner = institutions[plan.institution]
    css = sheet.css()
    return locale.seen(environment().get_template("index.html.j2").render(
        languages=[(language, Texts(language)) for language in plan.languages],
        institution={language: owner.name(language) for language in plan.languages},
        plan=plan,
        published={
            name: {
                language: _by_year([p for p in map(Path, places) if _is_report(p, language)], plan)
                for language in plan.languages
            }
            for name, places in published.items()
        },
        bundle={
            (name, *Path(place).parts[:2]): f"{name}/{place}"
            for name, places in (bundles or {}).items()
            for place in places
        },
        guides={
            language: next(
                filter(None, (_guides_of(held, name, language) for name, held in published.items())), []
            )
            for language in plan.languages
        },
        edition_of={name: plan.about(name)[0] for name in published},
        other={name: institutions[plan.about(name)[1]] for name in published if name != plan.about(name)[0]},
        page_title=_page_title,
        report=_report,
        grouped=_grouped,
        css=css,
        policy=sheet.policy(css),
    ))  # fmt: skip


def _is_report(place: Path, language: str) -> bool:
    return place.parts[0] != GUIDES and place.parts[1] == language


def _guides_of(places: Sequence[str], name: str, language: str) -> list[tuple[str, str]]:
    """Return address and title of the guides of a set, as the index links them."""
    held = {place for place in places if place.startswith(f"{GUIDES}/{language}/")}
    return [
        (f"{name}/{GUIDES}/{language}/{guide}.html", title)
        for guide, title in guides.titles(language).items()
        if f"{GUIDES}/{language}/{guide}" in held
    ]


def _foot(
    say: Texts, of: Institution, plan: Plan, place: Path, edition: str, demonstration: bool
) -> list[str]:
    """Return what a sheet must say when it lies alone: whose it is, of when, and of what data."""
    year, language, _ = place.parts
    return [
        of.name(language),
        plan.title[language],
        _report(say, year),
        _page_title(say, place),
        say("site.demonstration") if demonstration else say(f"edition.{edition}"),
    ]


def _by_year(places: list[Path], plan: Plan) -> dict[str, list[Path]]:
    """Return the pages of each report, the newest report first."""
    years: dict[str, list[Path]] = {}
    for place in sorted(places, reverse=True):
        years.setdefault(place.parts[0], []).append(place)
    return {year: sorted(found, key=lambda p: plan.order(p.parts[2])) for year, found in years.items()}


def item(shown: Mapping[str, Any], label: str, say: Texts) -> str:
    """Render one thing that a page shows, by itself; `label` is what its title is known by."""
    module = environment().get_template("item.html.j2").make_module({"say": say, "cards": {}, "files": ""})
    return locale.seen(str(module.show(shown, 1, {"id": label})))  # type: ignore[attr-defined]


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Return the templates of all pages; what they are given is escaped."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("helpers.site"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    made.globals["script"] = sheet.script()
    return made


def _around(here: Path, places: Sequence[Path], plan: Plan) -> dict[str, Any]:
    """Return what stands around the content of a page: whose it is, and the ways to all other pages."""
    year, language, name = here.parts
    say = Texts(language)
    beside = [p for p in places if p.parts[:2] == (year, language) and p.parts[2] != SEARCH]
    guiding = [p for p in places if p.parts[:2] == (GUIDES, language) and p.parts[2] != SEARCH]
    reports = [p for p in places if p.parts[0] != GUIDES and p.parts[1] == language]
    return {
        "say": say,
        "language": language,
        "strategy": plan.title[language],
        "report": _report(say, year),
        "file": f"{year}-{name}",
        "groups": [
            (heading, [_link(here, p, _page_title(say, p)) for p in pages])
            for heading, pages in [
                *(_grouped(say, beside) if year != GUIDES else []),
                *_guided(say, guiding, whole=year == GUIDES),
            ]
        ],
        "years": [
            _link(here, p, _report(say, p.parts[0]))
            # From a guide, a report's first page; from a page, the same one of another year.
            for p in (_firsts(reports) if year == GUIDES else [p for p in reports if p.name == name])
        ],
        "other": next(
            (
                {"href": _relative(here, p), "language": p.parts[1]}
                for p in places
                if (p.parts[0], p.parts[2]) == (year, name) and p.parts[1] != language
            ),
            None,
        ),
    }


def _grouped(say: Texts, places: Sequence[Path]) -> list[tuple[str, list[Path]]]:
    """Put pages together, in their order, under the headings of the navigation; the first has none."""
    goals = {goal.page for goal in load().goals.values()}

    def heading(place: Path) -> str:
        name = place.name
        if name.startswith("goal") and name in goals:
            return say("site.goals")
        return say("site.topics") if name.startswith("topic_") else ""

    return [(name, list(found)) for name, found in groupby(places, heading)]


def _guided(say: Texts, places: Sequence[Path], whole: bool) -> list[tuple[str, list[Path]]]:
    """Put guides and the dictionary under their headings; of the latter the first page stands for all."""
    ordered = sorted(places, key=lambda p: list(guides.titles(say.language)).index(p.name))
    told = [p for p in ordered if not p.name.startswith("dictionary")]
    defined = [p for p in ordered if p not in told]
    groups = [(say("guides.title"), told), (say("guides.dictionary"), defined if whole else defined[:1])]
    return [(heading, found) for heading, found in groups if found]


def _firsts(places: Sequence[Path]) -> list[Path]:
    """Return the first page of each report."""
    return [next(found) for _, found in groupby(places, lambda place: place.parts[0])]


def _turn(here: Path, places: Sequence[Path], plan: Plan) -> dict[str, dict[str, Any]]:
    """Return the page before and the page after one, in the order of the report."""
    say = Texts(here.parts[1])
    row = [place for place in places if place.parts[:2] == here.parts[:2]]
    at = row.index(here)
    ends: dict[str, int] = {"previous": at - 1, "next": at + 1}
    return {
        way: _link(here, row[to], _page_title(say, row[to])) for way, to in ends.items() if 0 <= to < len(row)
    }


def _report(say: Texts, folder: str) -> str:
    """Name a report by its folder (`2026`, `2026-h1`, `2026-eng`): its year, half and unit."""
    if folder == GUIDES:
        return say("guides.title")
    year, *parts = folder.split("-")
    units = load().units
    named = [
        say("site.first_half") if part == "h1" else units[part].name(say.language) if part in units else part
        for part in parts
    ]
    return " · ".join([year, *named])


def _page_title(say: Texts, place: Path) -> str:
    """Return a page's name; a notebook that has none yet is called by its file name."""
    if place.parts[0] == GUIDES and place.name != SEARCH:
        return guides.titles(say.language)[place.name]
    key = f"site.{place.name}"
    return say(key) if key in texts.keys(say.language) else place.name.replace("_", " ")


def _link(here: Path, there: Path, label: str) -> dict[str, Any]:
    return {"href": _relative(here, there), "label": label, "current": there == here}


def _file(place: Path) -> Path:
    return place.with_name(place.name + ".html")


def _relative(here: Path, there: Path) -> str:
    return "../../" + there.as_posix() + ".html" if here != there else here.name + ".html"


def _documents(here: Path, documents: Sequence[Path]) -> list[dict[str, Any]]:
    """Return links to the documents that stand beside a page, spreadsheets first.

    `calendar` marks the action calendar: what has a calendar file of the same name.
    """
    beside = sorted((d for d in documents if d.parent == here.parent), key=lambda d: d.suffix, reverse=True)
    calendars = {document.stem for document in beside if document.suffix == ".ics"}
    return [
        {
            "href": document.name,
            "kind": _FORMATS.get(document.suffix, locale.upper(document.suffix[1:])),
            "calendar": document.stem in calendars,
        }
        for document in beside
    ]


def _indicators(pages: Sequence[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    """Return every indicator that pages speak of, by code, with the sections that do."""
    known = load().indicators
    found: dict[str, list[dict[str, str]]] = {}
    for page in pages:
        for section in page["sections"]:
            where = {"href": f"{page['href']}#{section.id}", "page": page["name"], "title": section.title}
            for code in section.codes:
                if code in known:
                    found.setdefault(code, []).append(where)
    return [
        {"code": code, "name": known[code].name[language], "places": found[code]} for code in sorted(found)
    ]
