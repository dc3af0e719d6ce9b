"""Receiving a file: judge every row, keep the original with its identity card, store the good rows.

`check` does the judging alone and writes nothing.
"""

import csv
import hashlib
import logging
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from .. import locale, paths
from ..catalog import Catalog, load
from ..errors import FileRefused, LayoutUnknown, Problem
from ..store import write_partition
from . import layouts, table
from .rankings import Received, clean

_log = logging.getLogger(__name__)

_CARD = ".source.yml"
# A cell that a spreadsheet would run as a formula is kept as text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Answer:
    """What the workbook says of one file."""

    file: str
    sha256: str
    tables: tuple[Received, ...]
    not_read: tuple[str, ...]
    suggestions: tuple[tuple[str, str, int], ...]
    stored_as: str = ""
    rejected_in: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()

    @property
    def problems(self) -> list[Problem]:
        """Return every problem of every table, in order."""
        return [problem for received in self.tables for problem in received.problems]


def check(path: Path, year: int | None = None) -> Answer:
    """Judge a file and store nothing.

    `year` says the edition where the file itself does not.
    Raises FileRefused when no table of the file can be read.
    """
    catalog = load()
    received: list[Received] = []
    not_read: list[str] = []
    refusal: LayoutUnknown | None = None
    for raw in table.read(path):
        try:
            match = layouts.match(raw, catalog.layouts)
        except LayoutUnknown as error:
            refusal = refusal or error
            not_read.append(str(error))
            continue
        _log.info("%s %s: layout %s", path.name, raw.sheet, match.layout.id)
        received.append(clean(raw, match, catalog.systems[match.layout.system], year))
    if refusal and not received:
        raise refusal
    if not any(table.rows for table in received):
        raise FileRefused(
            f"{path.name!r} has a header and no rows below it.", remedy="Ask for the file again."
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Answer(path.name, digest, tuple(received), tuple(not_read), _suggestions(received, catalog))


def _suggestions(tables: list[Received], catalog: Catalog) -> tuple[tuple[str, str, int], ...]:
    """Suggest spellings only for institutions of the register that a table seems to lack."""
    found = []
    for received in tables:
        names = {str(row["name"]) for row in received.positions or received.scores}
        known = {catalog.institutions.match(name) for name in names}
        found += [row for row in catalog.institutions.suggest(names) if row[1] not in known]
    return tuple(dict.fromkeys(found))


def receive(path: Path, year: int | None = None, unit: str = "", licence: str = "") -> Answer:
    """Judge a file, keep it with its identity card and store its accepted rows.

    A file for an edition that is already held replaces it in the store; the earlier file
    stays in `data/raw`. `unit` says which office handed the file in.
    """
    answer = check(path, year)
    folder = paths.data("raw", "rankings")
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{answer.sha256[:8]}-{_slug(path.stem)}{path.suffix.lower()}"
    if not kept.exists():
        temporary = kept.with_name(kept.name + ".part")
        shutil.copyfile(path, temporary)
        temporary.chmod(0o444)
        temporary.replace(kept)
    partitions, replaced = _store(answer, kept.name)
    rejected_in = _write_problems(answer.problems, [kept, path])
    _write_card(kept, answer, partitions, unit, licence)
    return Answer(
        answer.file,
        answer.sha256,
        answer.tables,
        answer.not_read,
        answer.suggestions,
        paths.shown(kept),
        tuple(rejected_in),
        tuple(replaced),
    )


def _slug(text: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in locale.key(text)) or "table"


def _store(answer: Answer, source: str) -> tuple[list[str], list[str]]:
    """Write one partition per table kind, system and edition; return them and those replaced."""
    partitions, replaced = [], []
    parts: dict[tuple[str, str], list[dict[str, object]]] = {}
    for received in answer.tables:
        kind = "positions" if received.positions else "statistics"
        for dataset, rows in (
            ("ranking_positions", received.positions),
            ("ranking_scores", received.scores),
        ):
            for row in rows:
                name = f"{row['system']}-{row['edition']}-{kind}"
                parts.setdefault((dataset, name), []).append({**row, "source": source})
    for (dataset, name), rows in parts.items():
        if write_partition(dataset, name, rows):
            replaced.append(f"{dataset}/{name}")
        partitions.append(f"{dataset}/{name}")
    return partitions, replaced


def _write_problems(problems: list[Problem], beside: Iterable[Path]) -> list[str]:
    """Write the rejected rows beside the kept file and, where that can be done, the user's own."""
    written = []
    for path in beside:
        target = path.with_name(path.stem + ".rejected.csv")
        try:
            if not problems:
                target.unlink(missing_ok=True)  # what an earlier receipt of this file wrote is settled
                continue
            with target.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file, delimiter=";")
                writer.writerow(Problem.columns())
                writer.writerows([_harmless(cell) for cell in astuple(problem)] for problem in problems)
        except OSError:
            continue  # the user's folder may be read-only; the copy in data/raw is enough
        written.append(paths.shown(target))
    return written


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _write_card(kept: Path, answer: Answer, partitions: list[str], unit: str, licence: str) -> None:
    card = {
        "title": answer.tables[0].layout.title,
        "file": kept.name,
        "name_as_received": answer.file,
        "producer": load().systems[answer.tables[0].layout.system].publisher,
        "licence": licence or "the publisher's; not for passing on",
        "received": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "received_from": unit or "not stated",
        "sha256": answer.sha256,
        "bytes": kept.stat().st_size,
        "tables": [
            {
                "sheet": received.table.sheet,
                "layout": received.layout.id,
                "editions": received.editions,
                "rows": received.rows,
                "accepted": received.accepted,
                "rejected": received.rejected,
                "skipped": dict(Counter(reason for _, reason in received.skipped)),
                "columns_not_read": list(received.unread),
                "caveats": caveat_counts(received),
            }
            for received in answer.tables
        ],
        "partitions": partitions,
    }
    temporary = kept.with_name(kept.name + _CARD + ".part")
    temporary.write_text(yaml.safe_dump(card, sort_keys=False, allow_unicode=True), encoding="utf-8")
    temporary.replace(kept.with_name(kept.name + _CARD))


def caveat_counts(received: Received) -> dict[str, int]:
    """Count the rows each caveat applies to."""
    counts: Counter[str] = Counter()
    cells = Counter(str(row["caveats"]) for row in (*received.positions, *received.scores))
    for cell, times in cells.items():
        counts.update(dict.fromkeys(cell.split(), times))
    return dict(counts)


def cards() -> list[dict[str, object]]:
    """Return the identity cards of everything received, oldest first."""
    found = [
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted(paths.data("raw").rglob("*" + _CARD))
    ]
    return sorted(found, key=lambda card: str(card["received"]))
