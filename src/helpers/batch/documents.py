"""The documents beside a year's pages, for each language.

The official tables as XLSX and DOCX, and the action calendar as a calendar file and XLSX.
"""

import base64
import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from .. import store
from ..catalog import load
from ..measures.core import MissingFigure
from ..plan import documents as written
from ..plan.tables import Table
from ..present import actions, cards, figures
from ..run import Run
from .inputs import Snapshot
from .jobs import Job
from .kept import Kept
from .readings import Readers, key_of, readers

Entries = dict[str, dict[str, Any]]


def bring(
    target: Path,
    staging: Path,
    earlier: Mapping[str, Any],
    jobs: Iterable[Job],
    held: Readers,
    now: Snapshot,
    kept: Kept | None = None,
) -> Entries:
    """Bring kept and new documents into a set; return the manifest's entries by place.

    The documents of a year and language belong to its notebooks; those of other years stay as they were
    published. What they rest on decides whether they are written anew (`kept`).
    """
    renewed = {job.place.parent: job for job in jobs if _is_of_the_plan(job)}
    entries: Entries = {}
    for name, entry in earlier.items():
        if Path(name).parent not in renewed and (target / name).exists():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(target / name, staging / name)
            entries[name] = entry
    for folder, job in renewed.items():
        make = partial(_as_text, held, job)
        of = Path(job.edition, job.institution, folder, "documents")
        made = kept.get(of, __name__, now, make) if kept else make()
        for name, text in made.items():
            content, place = base64.b64decode(text), folder / name
            (staging / folder).mkdir(parents=True, exist_ok=True)
            (staging / place).write_bytes(content)
            entries[place.as_posix()] = {
                "made": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "year": job.year,
                "period": job.period,
                "language": job.language,
                "sha256": hashlib.sha256(content).hexdigest(),
            }
    return dict(sorted(entries.items()))


def _as_text(held: Readers, job: Job) -> dict[str, str]:
    """Return the documents of a job's year and language by file name, each as text that JSON can hold."""
    made = _documents(held[key_of(job)].of(job), job.place.parts[0])
    return {name: base64.b64encode(content).decode("ascii") for name, content in made.items()}


def _is_of_the_plan(job: Job) -> bool:
    """Tell whether goal cards can be about a job: the plan aims for its own university as a whole."""
    return not job.unit and job.institution == load().plan.institution


def _documents(run: Run, of: str) -> dict[str, bytes]:
    """Return the documents of a run by file name."""
    return _tables(run, of) | calendar(run, of)


def calendar_of(job: Job) -> dict[str, bytes]:
    """Return the action calendar of a report by file name; nothing where there is no action."""
    return calendar(readers([job])[key_of(job)].of(job), job.place.parts[0])


def calendar(run: Run, of: str) -> dict[str, bytes]:
    """Return the action calendar by file name; nothing where there is no action."""
    held, table = actions.file(run), actions.table(run)
    if held is None or table is None:
        return {}
    name = run.text("actions.file", of=of)
    return {f"{name}.ics": held, f"{name}.xlsx": written.xlsx([table], run.text)}


def _tables(run: Run, of: str) -> dict[str, bytes]:
    """Return the official tables by file name; none where no goal has a card for it."""
    tables = official(run)
    if not tables:
        return {}
    name = run.text("documents.file_half" if run.period.half else "documents.file", of=of)
    return {
        f"{name}.xlsx": written.xlsx(tables, run.text),
        f"{name}.docx": written.docx(tables, run.text),
    }


def official(run: Run) -> list[Table]:
    """Return the official tables of all goals of a run, marked where they rest on demonstration data."""
    try:
        goals = list(dict.fromkeys(card.goal for card in run.cards))
    except MissingFigure:
        return []
    found = []
    for goal in goals:
        try:
            tables = cards.official_tables(run, goal)
        except cards.NoCard:
            continue
        found += _marked(run, goal, tables)
    return found


def _marked(run: Run, goal: str, tables: tuple[Table, ...]) -> list[Table]:
    codes = [entry.code for card in run.cards if card.goal == goal for entry in card.indicators]
    caveats = dict(figures.caveats(run, codes))
    if store.is_demonstration(run.edition, "targets"):
        caveats["demonstration"] = run.catalog.caveats["demonstration"][run.language]
    mark = f" · {run.text('site.demonstration')}" if "demonstration" in caveats else ""
    return [
        replace(table, title=table.title + mark, notes=(*caveats.values(), *table.notes)) for table in tables
    ]
