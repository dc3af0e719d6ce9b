"""A workbook of another university: its own goals, plan, units, languages and peers; nobody's registers.

What does not depend on the university comes along: rankings with their weights and layouts, registers,
variables and indicators, accreditors, facts on countries, the published ranking tables and the Charter list
that were received. What was the other university's own does not: its goals, cards, units, targets, figures
told, rows of registers. The folder is made whole beside its place, read as a workbook, and then put there.

Each of the goals takes over themes of the library, which are the goals of the workbook at hand (G1 …): their
activities, indicators and the sections of their pages. What no goal takes over stays measured.
"""

import csv
import io
import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from ... import locale, paths, store, texts, yml
from ...catalog import Catalog, Institution, load
from ...errors import WorkbookError, cause
from ...intake import receive, write_templates
from ...plan import cards
from ...texts import Texts, failures
from . import at_root, coded, entry, notebook, refused

# Sections that every goal's page has, about the goal itself; the others are about an activity.
_GENERIC = ("title", "brief", "heading", "card", "holding", "risks", "next", "evaluation", "sources")
_FIRST = ("title", "brief")
_YEARS_OF_A_PLAN = 5
_RECEIVED = ("ranking_", "charter_holders")


def set_up(say: Texts, told: Mapping[str, Any]) -> tuple[Path, list[str]]:
    """Make the folder of a university's workbook; return it, and what a person does next.

    Raises WorkbookError where the Erasmus code, a goal, a unit or a peer cannot be used, where the folder is
    there already, or where it cannot be written; then nothing is.
    """
    to = Path(told["to"]).resolve()
    if to.exists():
        raise refused(say, say("new.folder", folder=to.name))
    goals, units = _goals(say, told["goal"]), _units(say, told["unit"])
    languages = tuple(one for one in ("tr", "en") if one in told["in"]) or ("en",)
    there = next((folder for folder in to.parents if folder.exists()), to)
    source, before = paths.root(), load()
    try:
        with tempfile.TemporaryDirectory(dir=there, prefix=".workbook-new-") as scratch:
            # Definitions are read once from a folder: what has been changed is read from another one.
            root, whole = (Path(scratch).resolve() / name for name in ("begun", "whole"))
            _bring_along(source, root)
            with at_root(root):
                _own_files(say, told, root, before, goals, units, languages)
            root.rename(whole)
            with at_root(whole):
                cards.load(load())
                write_templates([], whole / "templates", languages[0])
            to.parent.mkdir(parents=True, exist_ok=True)
            whole.replace(to)
    except OSError as error:
        raise refused(
            say, say("new.unwritten", reason=failures.phrase(cause(error), say.language))
        ) from error
    then = [
        say("new.then_use", folder=str(told["to"])),
        say("new.then_decide"),
        say("new.then_send", folder="templates"),
        say("new.then_run"),
    ]
    return to, then


def _bring_along(source: Path, root: Path) -> None:
    """Copy what does not depend on a university; the other's own is written anew, or left out."""
    data = source / "data"
    shutil.copytree(data / "catalog", root / "data" / "catalog")
    shutil.copytree(data / "reference", root / "data" / "reference")
    shutil.copytree(data / "corrections", root / "data" / "corrections")
    for name in ("sample", "raw", "store", "published"):
        (root / "data" / name).mkdir()
    for path in (data / "sample").glob("ranking_*.csv"):
        shutil.copy(path, root / "data" / "sample")
    for path in (data / "store").glob("*"):
        if path.name.startswith(_RECEIVED):
            (shutil.copytree if path.is_dir() else shutil.copy)(path, root / "data" / "store" / path.name)
    if (data / "store" / "schema.json").exists():
        shutil.copy(data / "store" / "schema.json", root / "data" / "store")
    for card in (data / "raw").rglob("*.source.yml"):
        partitions = yml.load(card.read_text(encoding="utf-8")).get("partitions", [])
        if partitions and all(one.startswith(_RECEIVED) for one in partitions):
            to = root / card.parent.relative_to(source)
            to.mkdir(parents=True, exist_ok=True)
            for path in card.parent.glob(f"{card.name.removesuffix('.source.yml')}*"):
                shutil.copy(path, to)
    with (data / "published" / "figures.csv").open(encoding="utf-8") as ledger:
        (root / "data" / "published" / "figures.csv").write_text(ledger.readline(), encoding="utf-8")
    shutil.copytree(source / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".*", "explore"))


def _own_files(
    say: Texts,
    told: Mapping[str, Any],
    root: Path,
    before: Catalog,
    goals: "list[_Goal]",
    units: list[tuple[str, str, str]],
    languages: Sequence[str],
) -> None:
    """Write what is the university's own into a folder that still holds what was the other's."""
    if told["charter"]:
        receive(Path(told["charter"]), None, "", "", "", say.language)
    own = _of_charter(say, told["erasmus_code"], told["name"], told["name_tr"])
    peers = told["peer"] or [
        one for one in before.institutions.ids() if _country(before, one) == own.country_code
    ]
    strange = [one for one in peers if one not in before.institutions]
    if strange:
        raise refused(say, say("new.no_peer", peer=", ".join(strange)))
    years = tuple(int(year) for year in told["year"]) or (date.today().year,)
    catalog, reference = root / "data" / "catalog", root / "data" / "reference"
    pages = _pages(before, goals)
    written = {
        catalog / "goals.yml": _goals_file(before, goals),
        catalog / "plan.yml": _plan(own, languages, years, pages),
        catalog / "cards.yml": _cards(before, goals, min(years)),
        catalog / "breaks.yml": _breaks(catalog / "breaks.yml", own.id),
        catalog / "calendar.yml": _calendar(catalog / "calendar.yml", pages, units[0][0]),
        reference / "units.csv": _csv(
            ["code", "name_en", "name_tr", "kind"], [(*unit, "unit") for unit in units]
        ),
        reference / "peer_groups.yml": _peers(peers, own),
        reference / "totals.yml": "# Published totals to hold data against; none is known yet.\n[]\n",
        reference / "places.csv": "institution,lat,lon,source\n",
        reference / "institutions.csv": _register(reference / "institutions.csv", own),
        root / "notebooks" / "parameters.yml": _parameters(root, own.id, languages, years),
    }
    for path in sorted((catalog / "indicators").glob("*.yml")):
        written[path] = _indicators(path, goals)
    for path, content in written.items():
        path.write_text(content, encoding="utf-8")
    _notebooks(root, before, goals, own.id, languages, years)


# -- what was asked for --------------------------------------------------------------------------------


class _Goal:
    """A goal: code, names, the themes that it takes over, and the name of its page."""

    def __init__(self, number: int, name: str, name_tr: str, themes: Sequence[str]) -> None:
        self.number, self.code, self.name, self.name_tr, self.themes = (
            number,
            f"O{number}",
            name,
            name_tr,
            themes,
        )
        slug = re.sub(r"[^a-z0-9]+", "_", locale.key(name)).strip("_")
        self.page = f"goal{number}_{slug or 'page'}"


def _goals(say: Texts, told: Sequence[str]) -> list[_Goal]:
    known = [
        code for code in load().goals if any(card.goal == code for card in cards.load(load(), split=False))
    ]
    found: list[_Goal] = []
    taken: set[str] = set()
    for number, one in enumerate(told, 1):
        names, equals, listed = one.partition("=")
        english, _, turkish = (part.strip() for part in names.partition("|"))
        themes = [theme.strip() for theme in listed.split(",")]
        wrong = [theme for theme in themes if theme not in known or theme in taken]
        if not equals or not english or wrong or number > 9:
            raise refused(say, say("new.no_theme", themes=", ".join(known), wrong=", ".join(wrong) or one))
        taken |= set(themes)
        found.append(_Goal(number, english, turkish or english, themes))
    return found


def _units(say: Texts, told: Sequence[str]) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for one in told:
        code, equals, names = one.partition("=")
        english, _, turkish = (part.strip() for part in names.partition("|"))
        if not equals or not english:
            raise refused(say, say("new.no_pair", told=one, form="sci=Faculty of Science|Fen Fakültesi"))
        if code in [known for known, _, _ in found]:
            raise refused(say, say("new.taken", code=code, name=english))
        found.append((coded(say, code, r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "sci"), english, turkish or english))
    return found


def _of_charter(say: Texts, code: str, name: str, name_tr: str) -> Institution:
    """Return the institution as the register has it, or else the Charter list that was received."""
    coded(say, code, r"[A-Z]{1,3} ?[A-Z][A-Z -]*[0-9]{2,3}", "TR IZMIR02")
    known = load().institutions
    same = [known[one] for one in known.ids() if _folded(known[one].erasmus_code) == _folded(code)]
    if not store.has(store.LIVE, "charter_holders"):
        raise refused(say, say("new.no_charter"))
    holders = store.read(store.LIVE, "charter_holders").frame
    codes = [str(one) for one in holders["erasmus_code"]]
    rows = holders[[_folded(one) == _folded(code) for one in codes]]
    if rows.empty:
        from rapidfuzz import process

        near = [one for one, _, _ in process.extract(code, sorted({c for c in codes if c}), limit=3)]
        raise refused(say, say("new.no_holder", code=code, near=", ".join(near)))
    row = rows.iloc[0]
    if same:
        return same[0]
    at = re.sub(r"[^a-z0-9]", "", locale.key(code.split(" ")[-1]))
    while at in known:
        at += "x"
    english = name or str(row["name"])
    pic = "" if row["pic"] != row["pic"] else str(row["pic"])
    city = "" if row["city"] != row["city"] else str(row["city"])
    return Institution(
        at, english, name_tr or english, english, city, str(row["country_code"]), code, pic, ""
    )


def _folded(code: str) -> str:
    return re.sub(r"\s+", "", code)


def _country(catalog: Catalog, one: str) -> str:
    return str(catalog.institutions[one].country_code)


# -- definitions ---------------------------------------------------------------------------------------


def _goals_file(before: Catalog, goals: Sequence[_Goal]) -> str:
    """Write the goals; themes that none takes over stand with what cuts across."""
    themes = {theme: goal for goal in goals for theme in goal.themes}
    own = []
    for goal in goals:
        of = {code: one for theme in goal.themes for code, one in before.goals[theme].activities.items()}
        own.append(_goal(goal.code, goal.page, goal.name, goal.name_tr, of))
    across = [goal for goal in before.goals.values() if goal.code not in themes]
    rest = {code: one for goal in across for code, one in goal.activities.items()}
    if rest:
        own.append(_goal("GX", "overview", "Cross-cutting", "Kesen konular", rest))
    head = (
        "# The goals of the strategy and the activities each names; `page` is the notebook that shows them."
    )
    return head + "\n" + entry(own)


def _goal(code: str, page: str, name: str, name_tr: str, activities: Mapping[str, Any]) -> dict[str, Any]:
    of = {key: {"en": one.en, "tr": one.tr} for key, one in activities.items()}
    return {"code": code, "page": page, "name": {"en": name, "tr": name_tr}, "activities": of}


def _indicators(path: Path, goals: Sequence[_Goal]) -> str:
    """Give each indicator the goal that takes over its theme; codes stay, since formulas go by them."""
    own = {theme: goal.code for goal in goals for theme in goal.themes}
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"^  goal: (\S+)$", lambda found: f"  goal: {own.get(found[1], 'GX')}", text, flags=re.M)
    return text.replace("all four goals", "all goals").replace("Dört hedefin tümünde", "Hedeflerin tümünde")


def _plan(own: Institution, languages: Sequence[str], years: Sequence[int], pages: Sequence[str]) -> str:
    return "# Who this workbook is for, and over which years its batch runs.\n" + (
        f"institution: {own.id}\n"
        "title:\n  en: Internationalisation strategy\n  tr: Uluslararasılaşma stratejisi\n"
        f"years: [{', '.join(map(str, years))}]\nlanguages: [{', '.join(languages)}]\npeer_group: peers\n"
        f'home: "{own.country_code}"\n'  # NO would be read as false
        "pages:\n" + "".join(f"  - {page}\n" for page in pages)
    )


def _cards(before: Catalog, goals: Sequence[_Goal], first: int) -> str:
    """Write a card for each goal: the library's weights in proportion, nothing the university must say."""
    weights = {e.code: e.weight for card in cards.load(before, split=False) for e in card.indicators}
    of_theme = {code: indicator.goal for code, indicator in before.indicators.items()}
    unit = {"en": "Responsible unit to be named", "tr": "Sorumlu birim belirlenecektir", "placeholder": True}
    aim = {"code": "A1", "en": "Internationalisation", "tr": "Uluslararasılaşma", "placeholder": True}
    found = []
    for goal in goals:
        codes = [code for code in weights if of_theme[code] in goal.themes]
        shared = cards.shared_out([weights[code] for code in codes])
        objective = {"code": f"H1.{goal.number}", "en": goal.name, "tr": goal.name_tr, "placeholder": True}
        found.append(
            {
                "goal": goal.code,
                "aim": aim,
                "split_aim": aim | {"code": f"A{goal.number}"},
                "objective": objective,
                "indicators": [
                    {"code": code, "weight": weight, "placeholder": True}
                    for code, weight in zip(codes, shared, strict=True)
                ],
                "responsible_unit": unit,
                "cost": {"amount": None, "placeholder": True},
            }
        )
    file = {"period": {"first": first, "last": first + _YEARS_OF_A_PLAN - 1}, "split": False, "cards": found}

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    head = "# Goal cards. `placeholder: true` marks what is yet to be given; weights are proposals.\n"
    return head + yaml.dump(file, Dumper=Plain, allow_unicode=True, sort_keys=False, width=105)


def _breaks(path: Path, institution: str) -> str:
    """Leave out the breaks of one other university."""
    kept = [
        one
        for one in yml.load(path.read_text(encoding="utf-8"))
        if one.get("institution", institution) == institution
    ]
    return "# Declared breaks of the series; `institution`: whose, none: everyone's.\n" + entry(kept)


def _calendar(path: Path, pages: Sequence[str], unit: str) -> str:
    """Give every day to the first unit, and to a page that is there."""
    loaded = yml.load(path.read_text(encoding="utf-8"))
    loaded["owners"] = dict.fromkeys(loaded["owners"], unit)
    for day in loaded["dates"]:
        day["owner"] = unit
        if day["page"] not in pages:
            day["page"], day["section"] = "overview", "overview.goals"
    dumped = json.loads(json.dumps(loaded))  # no aliases in what a person edits
    return (
        "# Days that come back every year, and who answers for what the registers give no owner of.\n"
        + entry(dumped)
    )


def _peers(peers: Sequence[str], own: Institution) -> str:
    group = {
        "title": {"en": "the peers chosen", "tr": "seçilen karşılaştırma üniversiteleri"},
        "source": {"en": "chosen when the workbook was set up; to be confirmed by the university",
                   "tr": "çalışma kitabı kurulurken seçildi; üniversitece onaylanmalıdır"},
        "members": sorted({*peers, own.id}),
    }  # fmt: skip
    return "# Groups to compare with.\n" + entry({"peers": group})


def _register(path: Path, own: Institution) -> str:
    """Return the register of institutions with one more, if it is new."""
    held = path.read_text(encoding="utf-8")
    if any(line.startswith(f"{own.id},") for line in held.splitlines()):
        return held
    return held + _csv([], [astuple(own)])


def _csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    to = io.StringIO()
    csv.writer(to, lineterminator="\n").writerows([*([head] if head else []), *rows])
    return to.getvalue()


# -- notebooks -------------------------------------------------------------------------------------------


def _pages(before: Catalog, goals: Sequence[_Goal]) -> list[str]:
    """Return the pages in their order: the other's, its goals' pages replaced by the own."""
    of_goals = {goal.page for goal in before.goals.values() if goal.page != "overview"}
    named = [page for page in before.plan.pages if page not in of_goals]
    return [*named[:1], *(goal.page for goal in goals), *named[1:]]


def _parameters(root: Path, own: str, languages: Sequence[str], years: Sequence[int]) -> str:
    path = root / "notebooks" / "parameters.yml"
    defaults = {"institution": own, "language": _default(languages), "year": max(years)}
    lines, of = [], ""
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        of = line.partition(":")[0] if line[:1].isalpha() else of
        is_default = line.startswith("  default:") and of in defaults
        lines.append(f"  default: {defaults[of]}\n" if is_default else line)
    return "".join(lines)


def _default(languages: Sequence[str]) -> str:
    return "en" if "en" in languages else languages[0]


def _notebooks(
    root: Path,
    before: Catalog,
    goals: Sequence[_Goal],
    own: str,
    languages: Sequence[str],
    years: Sequence[int],
) -> None:
    """Write each goal's page out of sections of its themes, and give every notebook its defaults."""
    place = {code: goal.page for code, goal in before.goals.items()}
    library = {page: notebook.library(page) for page in {p for p in place.values() if p != "overview"}}
    names: dict[str, Any] = {}
    prose: dict[str, Any] = {}
    pages = {}
    for goal in goals:
        pages[goal.page], turkish = _page(goal, [library[place[theme]] for theme in goal.themes], goal.themes)
        prose |= turkish
        names[goal.page] = {
            "en": f"Goal {goal.number} · {goal.name}",
            "tr": f"Hedef {goal.number} · {goal.name_tr}",
        }
    for page in library:
        (root / "notebooks" / f"{page}.ipynb").unlink()
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        pages[path.stem] = notebook.library(path.stem)
    for page, cells in pages.items():
        for cell in cells:
            tags = cell["metadata"].get("tags", [])
            if "parameters" in tags:
                cell["source"] = _with_defaults(cell["source"], own, _default(languages), max(years))
            key = texts.prose_key(tags)
            if key and re.search(r"\bfour goals\b", cell["source"]):
                english = re.sub(r"\bfour goals\b", "goals", cell["source"])
                if key in texts.prose_keys():
                    tr = texts.prose(key, cell["source"], "tr")
                    prose[key] = notebook.turkish(
                        english,
                        re.sub(r"\b[Dd]ört hedef", lambda m: "Hedef" if m[0][0] == "D" else "hedef", tr),
                    )
                cell["source"] = english
        (root / "notebooks" / f"{page}.ipynb").write_text(notebook.written(cells), encoding="utf-8")
    file = root / "notebooks" / "texts.yml"
    file.unlink(missing_ok=True)
    file.write_text(notebook.with_texts(file, names, prose), encoding="utf-8")


def _with_defaults(source: str, own: str, language: str, year: int) -> str:
    given = {"institution": own, "language": language, "year": year}
    for name, value in given.items():
        source = re.sub(rf"^{name} = .*$", f"{name} = {json.dumps(value)}", source, flags=re.M)
    return source


def _page(
    goal: _Goal, themes: Sequence[Sequence[Mapping[str, Any]]], codes: Sequence[str]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Put a goal's page together: general sections once, those on activities of all its themes."""
    general: dict[str, list[dict[str, Any]]] = {}
    special: list[dict[str, Any]] = []
    prose: dict[str, Any] = {}
    imports: set[str] = set()
    for cells, theme in zip(themes, codes, strict=True):
        section = ""
        for cell in cells:
            cell = {**cell, "metadata": dict(cell["metadata"])}
            tags = cell["metadata"].get("tags", [])
            key = texts.prose_key(tags)
            if key:
                section = key.partition(".")[2]
                if section in _GENERIC:
                    own = f"goal{goal.number}.{section}"
                    cell, turkish = _general(cell, key, own, goal)
                    if section not in general:
                        prose |= turkish
            if "setup" in tags:
                imports |= set(re.findall(r"\w+", cell["source"].partition("\n\n")[0].partition("import")[2]))
            cell["source"] = cell["source"].replace(f'"{theme}"', f'"{goal.code}"')
            if section in _GENERIC:
                general.setdefault(section, [])
                if not any(one["_of"] != theme for one in general[section]):
                    general[section].append({**cell, "_of": theme})
            else:
                special.append({**cell, "_of": theme})
    ordered = [cell for name in _FIRST for cell in general[name]] + special
    ordered += [cell for name in _GENERIC if name not in _FIRST for cell in general[name]]
    found, ids = [], set()
    for cell in ordered:
        if "setup" in cell["metadata"].get("tags", []):
            listed = ", ".join(sorted(imports))
            cell["source"] = f"from helpers import {listed}\n\n{cell['source'].partition(chr(10) * 2)[2]}"
        place = cell["id"]
        while place in ids:
            place += "-x"
        ids.add(place)
        found.append({name: value for name, value in cell.items() if name != "_of"} | {"id": place})
    return found, prose


def _general(cell: dict[str, Any], key: str, own: str, goal: _Goal) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give a section that every goal has the goal's own key and title; its Turkish goes with it."""
    english = cell["source"]
    try:
        tr = texts.prose(key, english, "tr")
    except WorkbookError:
        tr = ""
    if own.endswith(".title"):
        english = f"# Goal {goal.number}: {goal.name}\n\nWhat this goal promises, and how far it has come."
        tr = f"# Hedef {goal.number}: {goal.name_tr}\n\nBu hedefin ne vaat ettiği ve ne kadarına ulaşıldığı."
    cell = {**cell, "source": english, "metadata": {"tags": [f"prose:{own}"]}}
    return cell, {own: notebook.turkish(english, tr)} if tr else {}
