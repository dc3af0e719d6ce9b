"""A new notebook: cells, tags, names and Turkish prose, its place, and a test that asks for prose.

Names and Turkish prose stand beside the notebooks, in `notebooks/texts.yml`: no code is changed for them.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ... import locale, paths, yml
from ...batch.jobs import available, cells_of
from ...catalog import Catalog, load
from ...texts import Texts, mark, prose_keys
from . import Made, coded, entry, refused

FILL_IN, FILL_IN_TR = "FILL IN:", "DOLDURUN:"
_SETUP = """from helpers import activities, goals, standing, start

run = start({given})
run"""


def made(say: Texts, told: Mapping[str, Any]) -> tuple[Made, list[Path]]:
    """Return the files of a notebook that shows activities, and those among them that grow.

    Raises WorkbookError where its name is malformed or taken, or an activity is not of the strategy.
    """
    catalog = load()
    name = coded(say, told["code"], r"[a-z][a-z0-9]*(_[a-z0-9]+)+", "topic_alumni")
    if name in available():
        raise refused(say, say("new.taken", code=name, name=say(f"site.{name}")))
    key = name.replace("_", "")
    if any(known.startswith(f"{key}.") for known in prose_keys()):
        raise refused(say, say("new.taken", code=key, name=name))
    of = {code: activity for goal in catalog.goals.values() for code, activity in goal.activities.items()}
    strange = [code for code in told["activity"] if code not in of]
    if strange:
        known = ", ".join(of)
        raise refused(say, say("new.no_activity", given=", ".join(strange), goal="–", known=known))
    cells, turkish = _begun(key, told, catalog)
    for code in told["activity"]:
        shown, prose = _section(key, code, catalog)
        cells += shown
        turkish |= prose
    ended, prose = _sources(key)
    cells += ended
    turkish |= prose
    at, plan, texts = paths.notebooks(f"{name}.ipynb"), paths.data("catalog", "plan.yml"), texts_file()
    test = paths.root() / "tests" / f"test_notebook_{name}.py"
    names = {name: {"en": told["title"], "tr": told["title_tr"]}}
    files: dict[Path, str | bytes] = {
        at: written(cells),
        texts: with_texts(texts, names, turkish),
        plan: _with_page(plan.read_text(encoding="utf-8"), name),
        test: _test(name),
    }
    then = [
        say("new.then_test", file=paths.shown(test)),
        say("new.then_page", page=name),
        say("new.then_refresh", page=name),
    ]
    return Made(files, then), [texts, plan]


# -- cells -----------------------------------------------------------------------------------------------


def markdown(key: str, text: str) -> dict[str, Any]:
    """Return a cell of prose under its key."""
    place = f"p-{key.replace('.', '-').replace('_', '-')}"
    return {"cell_type": "markdown", "id": place, "metadata": {"tags": [f"prose:{key}"]}, "source": text}


def code(place: str, text: str, *tags: str) -> dict[str, Any]:
    """Return a cell of code that has not been run."""
    metadata = {"tags": list(tags)} if tags else {}
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": place,
        "metadata": metadata,
        "outputs": [],
        "source": text,
    }


def written(cells: Sequence[Mapping[str, Any]]) -> str:
    """Return a notebook as it is stored."""
    of_kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    book = {
        "cells": [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in cells],
        "metadata": {"kernelspec": of_kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"


def _begun(
    key: str, told: Mapping[str, Any], catalog: Catalog
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    given = {name: one.default for name, one in catalog.parameters.items()}
    literals = "\n".join(f"{name} = {json.dumps(value)}" for name, value in given.items())
    handed = ", ".join(f"{name}={name}" for name in given)
    english = f"# {told['title']}\n\n{told['lead']}"
    cells = [
        markdown(f"{key}.title", english),
        code("parameters", literals, "parameters"),
        code("setup", _SETUP.format(given=handed), "setup"),
    ]
    return cells, {f"{key}.title": turkish(english, f"# {told['title_tr']}\n\n{told['lead_tr']}")}


def _section(key: str, activity: str, catalog: Catalog) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return a section on an activity: where it stands, its indicators, and how they went over the years."""
    (names,) = [goal.activities[activity] for goal in catalog.goals.values() if activity in goal.activities]
    # At most four small charts side by side can be read.
    codes = [one for one, indicator in catalog.indicators.items() if activity in indicator.seed][:4]
    at = f"{key}.{locale.key(activity).replace(' ', '_')}"
    english = f"## {names.en}\n\n{FILL_IN} what this section shows and why, in a sentence or two."
    tr = f"## {names.tr}\n\n{FILL_IN_TR} bu bölümün neyi, niçin gösterdiği; bir iki cümleyle."
    listed = ", ".join(f'"{one}"' for one in codes)
    cells = [markdown(at, english)]
    if codes:
        cells += [
            code(f"standing-{activity}", f'standing.of(run, ("{activity}",), ({listed},))'),
            code(f"indicators-{activity}", f'activities.table(run, "{activity}")'),
            code(f"trend-{activity}", f"activities.trend(run, {listed})"),
        ]
    else:
        cells.append(code(f"indicators-{activity}", f'activities.table(run, "{activity}")'))
    return cells, {at: turkish(english, tr)}


def _sources(key: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    english = "## Files behind the figures\n\nEvery figure above comes from these files."
    tr = "## Sayıların dayandığı dosyalar\n\nYukarıdaki her sayı bu dosyalardan gelir."
    cells = [markdown(f"{key}.sources", english), code("sources", "goals.sources(run)")]
    return cells, {f"{key}.sources": turkish(english, tr)}


# -- texts -----------------------------------------------------------------------------------------------


def texts_file() -> Path:
    """Return the file of a workbook's own names and Turkish prose of notebooks."""
    return paths.notebooks("texts.yml")


def turkish(english: str, text: str) -> dict[str, str]:
    """Return a Turkish text with the mark of the English that it renders."""
    return {"of": mark(english), "text": text}


def with_texts(path: Path, names: Mapping[str, Any], prose: Mapping[str, Any]) -> str:
    """Return the file of own texts with names and prose added at the end of each of its two parts."""
    if not path.exists():
        head = "# Names and Turkish prose of the notebooks that this workbook has added.\n"
        return f"{head}site:\n{entry(names, 2)}prose:\n{entry(prose, 2)}"
    before, mark_of_prose, after = path.read_text(encoding="utf-8").partition("prose:\n")
    return f"{before}{entry(names, 2)}{mark_of_prose}{after}{entry(prose, 2)}"


def _with_page(plan: str, name: str) -> str:
    """Add a page to those of the plan, after the last one that is named."""
    pages = yml.load(plan).get("pages", [])
    if not pages:
        return plan
    last = f"  - {pages[-1]}\n"
    return plan.replace(last, f"{last}  - {name}\n")


def _test(name: str) -> str:
    return f'''"""The notebook {name}: its prose is written in both languages, and it runs."""

from helpers import paths, texts
from helpers.batch.jobs import cells_of


def test_the_prose_of_{name}_is_written_in_both_languages() -> None:
    for cell in cells_of(paths.notebooks("{name}.ipynb")):
        key = texts.prose_key(cell["metadata"].get("tags", []))
        if key:
            # Raises where the Turkish was written for another English text, and names the mark that it needs.
            turkish = texts.prose(key, cell["source"], "tr")
            assert "{FILL_IN}" not in cell["source"], f"{{key}}: write its prose in notebooks/{name}.ipynb."
            assert "{FILL_IN_TR}" not in turkish, f"{{key}}: write its Turkish in notebooks/texts.yml."
'''


def library(name: str) -> list[dict[str, Any]]:
    """Return the cells of a notebook that is there, without what it stored."""
    found = []
    for cell in cells_of(paths.notebooks(f"{name}.ipynb")):
        tags = cell["metadata"].get("tags", [])
        if cell["cell_type"] == "markdown":
            found.append({**cell, "metadata": {"tags": tags}})
        else:
            found.append(code(cell["id"], cell["source"], *tags))
    return found
