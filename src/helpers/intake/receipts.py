"""What stays of a file that was received, beside it in `data/raw`: its identity card, its rejected rows."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from .. import locale, paths, store, yml
from ..catalog import load
from ..errors import FileRefused, Phrase, Problem
from . import cells, declaration, history, personal, published, registers, wording
from .answer import Answer, AnyTable
from .mobilities import ReceivedMobilities
from .published import ReceivedPublished
from .rankings import Received
from .registers import ReceivedRegister

_CARD = ".source.yml"
_REJECTED = ".rejected.csv"
# What a card of any version tells, from its first line to its last.
_ON_EVERY_CARD = {"title", "file", "name_as_received", "received", "sha256", "tables", "partitions"}


# -- rejected rows -----------------------------------------------------------------------------------------


def write_problems(problems: list[Problem], kept: Path, own: Path, language: str = "en") -> list[str]:
    """Write the rejected rows beside the kept file and, where that can be done, the user's own.

    Those beside the kept file are read again and stay English; the user's are in the user's language.
    """
    written = []
    for path, told_in in ((kept, "en"), (own, language)):
        target = path.with_name(path.stem + _REJECTED)
        try:
            if not problems:
                target.unlink(missing_ok=True)  # what an earlier receipt of this file wrote is settled
                continue
            with target.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file, delimiter=";")
                writer.writerow(wording.sentence("columns", told_in).split(";"))
                for problem in problems:
                    writer.writerow([cells.harmless(cell) for cell in wording.told(problem, told_in)])
        except OSError:
            continue  # the user's folder may be read-only; the copy in data/raw is enough
        written.append(paths.shown(target))
    return written


def _read_problems(kept: Path) -> list[Problem]:
    path = kept.with_name(kept.stem + _REJECTED)
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [[cells.as_it_was(cell) for cell in row] for row in csv.reader(file, delimiter=";")][1:]
    return [
        Problem(file, sheet, int(number), column, value, expected, remedy)
        for file, sheet, number, column, value, expected, remedy in rows
    ]


# -- identity cards ----------------------------------------------------------------------------------------


def stage_card(kept: Path, answer: Answer, unit: str, licence: str, sender: str) -> tuple[Path, Path]:
    """Write the identity card of a kept file: what it is, who handed it in, what became of its rows.

    Returns the move that puts it beside the file.
    """
    partitions = [change.partition for change in answer.changes]
    card = {
        "title": "; ".join(dict.fromkeys(received.title for received in answer.tables)),
        "file": kept.name,
        "name_as_received": answer.file,
        "producer": "; ".join(dict.fromkeys(_producer(received) for received in answer.tables)),
        "licence": personal.masked(licence) or _licence(answer),
        "received": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "received_from": personal.masked(sender) or unit or "not stated",
        "sha256": answer.sha256,
        "kept": answer.keep,
        "sha256_kept": answer.sha256 if answer.keep == "whole" else store.sha256(kept),
        "bytes": kept.stat().st_size,
        "datasets": list(dict.fromkeys(partition.split("/")[0] for partition in partitions)),
        "rows": sum(received.rows for received in answer.tables),
        "accepted": sum(received.accepted for received in answer.tables),
        "rejected": sum(received.rejected for received in answer.tables),
        "tables": [_told(received) for received in answer.tables],
        "partitions": partitions,
        "personal_data_dropped": [
            {"sheet": one.sheet, "column": one.heading, "what": one.rule.code, "cells": one.cells}
            for one in answer.carried
        ],
        "changes": [history.on_card(change) for change in answer.changes],
        "left_as_they_were": [partition for partition, _ in answer.left],
    }
    temporary = kept.with_name(kept.name + _CARD + ".part")
    temporary.write_text(yaml.safe_dump(card, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return temporary, kept.with_name(kept.name + _CARD)


def _producer(received: AnyTable) -> str:
    catalog = load()
    if isinstance(received, ReceivedPublished):
        return received.format.publisher
    if isinstance(received, ReceivedMobilities):
        return received.layout.producer
    if isinstance(received, Received):
        return catalog.systems[received.layout.system].publisher
    return catalog.institutions[catalog.plan.institution].name("en")


def _licence(answer: Answer) -> str:
    whose = "the university's own" if answer.of_registers else "the publisher's"
    return f"{whose}; not for passing on"


def _told(received: AnyTable) -> dict[str, object]:
    """Tell of a table what its card says."""
    told: dict[str, object] = {"sheet": received.table.sheet}
    if isinstance(received, Received):
        told |= {"layout": received.layout.id, "editions": received.editions}
    elif isinstance(received, ReceivedPublished):
        told |= {"format": received.format.id, "dataset": received.format.dataset, "years": received.years}
    elif isinstance(received, ReceivedMobilities):
        told |= {"layout": received.layout.id, "years": received.years, "participants": received.participants}
    else:
        told |= {"register": received.register, "years": received.years}
    told |= {
        "rows": received.rows,
        "accepted": received.accepted,
        "rejected": received.rejected,
        "skipped": dict(Counter(reason for _, reason in received.skipped)),
        "columns_not_read": [personal.masked(heading) for heading in received.unread],
        "caveats": received.caveats,
    }
    if isinstance(received, ReceivedRegister):
        told["headings"] = dict(received.headings)
    if isinstance(received, ReceivedPublished):
        told["lines"] = received.lines
        told["carried_over"] = received.carried
        told["stopped"] = [
            {"rows": len(group)}
            | {language: wording.expected(group[0], language) for language in locale.LANGUAGES}
            for group in published.told_once(received.problems)[1]
        ]
        for name, found in (("corrections", received.applied), ("corrections_proposed", received.proposed)):
            told[name] = [
                {
                    "id": one.id,
                    "lines": len(one.lines),
                    "periods": list(one.periods),
                    "reason": {language: one.reason[language] for language in locale.LANGUAGES},
                }
                for one in found
            ]
    return told


def cards() -> list[dict[str, Any]]:
    """Return the identity cards of everything received, oldest first."""
    return [card for _, card in _cards("")]


def kept_files() -> list[tuple[Path, str]]:
    """Return every file that is kept of what was received, with the hash that its card says it has."""
    # A card of the first version has one hash: what was kept was always the file as it came.
    found = [(path, card, card.get("sha256_kept", card["sha256"])) for path, card in _cards("")]
    return [(path.with_name(str(card["file"])), str(digest)) for path, card, digest in found]


def missing() -> list[tuple[str, Path, dict[str, Any]]]:
    """Return the partitions that were received and are gone though nobody withdrew them.

    With each the kept file that brought it last, and that file's card.
    """
    latest = {partition: (path, card) for path, card in _cards("") for partition in card["partitions"]}
    found = []
    for partition, (path, card) in latest.items():
        dataset, _, name = partition.partition("/")
        if dataset not in store.datasets() or store.within(dataset, name):
            continue
        before = (old for old in history.kept(dataset) if old["partition"] == partition)
        if not any(old["until"] >= card["received"] and not old["replaced_by"] for old in before):
            found.append((partition, path.with_name(str(card["file"])), card))
    return found


def _cards(folder: str) -> list[tuple[Path, dict[str, Any]]]:
    """Return the cards below a folder of `data/raw`, oldest first; within a second, by their file's time."""
    found = [(path, _card(path)) for path in paths.data("raw", folder).rglob("*" + _CARD)]
    return sorted(found, key=lambda one: (str(one[1]["received"]), one[0].stat().st_mtime_ns, one[0].name))


def _card(path: Path) -> dict[str, Any]:
    try:
        card = yml.load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        card = None
    # What was cut off while it was copied may still be YAML.
    if not isinstance(card, dict) or not card.keys() >= _ON_EVERY_CARD:
        raise FileRefused(
            Phrase("The identity card {file} cannot be read.", file=paths.shown(path)),
            remedy="Put it back from a backup, or move it and its file away and receive the file anew.",
        )
    return card


@dataclass(frozen=True)
class Receipt:
    """A register as it was received: one table of one file, with the problems of its rejected rows.

    The problems show no free text and no keys: a value stands there for codes, numbers and dates only.
    """

    file: str
    sheet: str
    dataset: str
    years: tuple[int, ...]
    rows: int
    accepted: int
    rejected: int
    received: str
    sha256: str
    problems: tuple[Problem, ...]


def received_registers() -> list[Receipt]:
    """Return every register that was received, oldest first; one that was replaced since is among them."""
    found = []
    for path, card in _cards("registers"):
        problems = _read_problems(path.with_name(str(card["file"])))
        for told in card["tables"]:
            if "register" in told:
                of_sheet = [problem for problem in problems if problem.sheet == told["sheet"]]
                found.append(
                    Receipt(
                        card["name_as_received"],
                        told["sheet"],
                        told["register"],
                        tuple(told["years"]),
                        told["rows"],
                        told["accepted"],
                        told["rejected"],
                        card["received"],
                        card["sha256"],
                        tuple(_without_persons(of_sheet, told["register"], told["headings"])),
                    )
                )
    return found


def _without_persons(
    problems: Sequence[Problem], register: str, headings: dict[str, str]
) -> Iterator[Problem]:
    """Leave out the values that may not be shown, by the headings the problems stand under."""
    described = declaration.receivable().get(register, {"columns": {}, "key": []})
    groups = [(name,) for name in described["columns"]] + registers.judged_together(described)
    hidden = {
        registers.together(headings.get(name, name) for name in group)
        for group in groups
        if not declaration.may_show(described, group)
    }
    shown = {registers.together(headings.get(name, name) for name in group) for group in groups} - hidden
    for problem in problems:
        yield problem if problem.column in shown else replace(problem, value="")
