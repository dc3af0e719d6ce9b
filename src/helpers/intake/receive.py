"""Receiving a file: judge every row, keep the original with its identity card, store the good rows.

`check` does the judging alone and writes nothing. A file holds ranking tables, registers, other tables of
outside publishers, or several of these.
"""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import locale, paths, store
from ..catalog import Catalog, load
from ..errors import FileRefused, LayoutUnknown, NotHeld, WorkbookError
from . import (
    declaration,
    formats,
    history,
    layouts,
    markup,
    personal,
    published,
    rankings,
    receipts,
    reduced,
    registers,
    safety,
    table,
    wording,
)  # fmt: skip
from .answer import Answer
from .formats import Fitted
from .history import Change
from .personal import Carried, Keep
from .published import ReceivedPublished
from .rankings import Received
from .recognition import Recognised, recognise
from .registers import ReceivedRegister
from .table import Opened, RawTable

_log = logging.getLogger(__name__)

_Found = layouts.Match | Recognised | Fitted
# Broken letters, which a format may declare that its publisher leaves behind.
_LETTERS = frozenset({"encodings_mixed", "letters_broken"})


def check(path: Path, year: int | None = None, unit: str = "") -> Answer:
    """Judge a file and store nothing.

    `year` says the edition of a ranking where the file itself does not; `unit` is the code of the unit whose
    rows a register holds. Raises FileRefused when no table of the file can be read, and ParameterError where
    there is no such unit.
    """
    catalog = load()
    found: list[_Found] = []
    raws: list[RawTable] = []
    unknown: list[FileRefused] = []
    opened = _opened(path, catalog)
    left_out = [*opened.left_out]
    for raw in opened.tables:
        if wording.names("template.help", raw.sheet):
            left_out.append(wording.refusal("sheet_help", file=path.name, sheet=raw.sheet))
            continue
        try:
            found.append(_match(raw, catalog))
        except LayoutUnknown as error:
            unknown.append(error)
        else:
            _refuse_unsaved(raw, found[-1])
            raws.append(raw)
    if unknown and not found:
        raise unknown[0]
    recognised = [match for match in found if isinstance(match, Recognised)]
    carried, keep = _persons(path, opened, recognised, raws)
    if not any(match.rows for match in found):
        raise wording.refusal("header_only", file=path.name)
    sheets = {one.sheet for one in carried if one.heading}
    of_registers = iter(registers.clean(recognised, unit, sheets, keep == "read"))
    received: list[Received | ReceivedRegister | ReceivedPublished] = []
    for raw, match in zip(raws, found, strict=True):
        if isinstance(match, Recognised):
            received.append(next(of_registers))
        elif isinstance(match, Fitted):
            received.append(published.clean(match, catalog, year))
        else:
            received.append(rankings.clean(raw, match, catalog.systems[match.layout.system], year))
    if any(isinstance(one, ReceivedRegister) and one.read for one in received):
        keep = "read"
    return Answer(
        path.name,
        hashlib.sha256(opened.content).hexdigest(),
        tuple(received),
        (*unknown, *left_out),
        _suggestions(received, catalog),
        notes=(*opened.notes, *personal.notes(path.name, carried, keep)),
        carried=tuple(carried),
        keep=keep,
    )


def _persons(
    path: Path, opened: Opened, recognised: list[Recognised], raws: list[RawTable]
) -> tuple[list[Carried], Keep]:
    """Return the personal data that a file of registers carries, and how much of the file may be kept.

    Raises FileRefused where it carries what bars it.
    """
    if not recognised:
        return [], "whole"  # a publisher's table
    personal.refuse_names(path, (raw.sheet for raw in raws))
    others = [*(one for one in opened.tables if one not in raws), *opened.hidden]
    carried, keep = personal.carried(recognised, others, opened.content, opened.contents)
    personal.refuse(path.name, carried)
    return carried, keep


def _opened(path: Path, catalog: Catalog) -> Opened:
    """Open a file; one in a format whose publisher is known to break letters, or to write in an encoding of
    its own, is read as that format declares.
    """
    refused: FileRefused | None = None
    try:
        opened = table.opened(path)
    except FileRefused as error:
        if error.fault is None or error.fault.code not in _LETTERS:
            raise
        refused, opened = error, table.opened(path, judge_letters=False)
    known = [fitted.format for raw in opened.tables if (fitted := _fitted(raw, catalog))]
    if refused and not (known and all(one.letters == "tell" for one in known)):
        raise refused
    encodings = {one.encoding for one in known if one.encoding}
    if len(encodings) == 1:
        return table.opened(path, encodings.pop(), judge_letters=refused is None)
    return opened


def _fitted(raw: RawTable, catalog: Catalog) -> Fitted | None:
    try:
        return formats.recognise(raw, catalog.formats)
    except LayoutUnknown:
        return None


def _match(raw: RawTable, catalog: Catalog) -> _Found:
    """Tell what a table is: a ranking in a publisher's layout, else a register, else another known format.

    Raises LayoutUnknown, which names the nearest of them.
    """
    try:
        match = layouts.match(raw, catalog.layouts)
    except LayoutUnknown as of_ranking:
        nearest = of_ranking
        try:
            recognised = recognise(raw, declaration.receivable())
        except LayoutUnknown as of_register:
            nearest, recognised = of_register, None
        if recognised is not None:
            _log.info("%s %s: register %s", raw.file, raw.sheet, recognised.register)
            return recognised
        fitted = formats.recognise(raw, catalog.formats)
        if fitted is None:
            raise formats.near(raw, catalog.formats) or nearest from None
        _log.info("%s %s: format %s", raw.file, raw.sheet, fitted.format.id)
        return fitted
    _log.info("%s %s: layout %s", raw.file, raw.sheet, match.layout.id)
    return match


def _columns(match: _Found) -> set[int]:
    """Return the positions of the columns that are read."""
    if isinstance(match, Fitted):
        return {place for by_index in match.places.values() for place in by_index.values()}
    return set(match.places.values())


def _refuse_unsaved(raw: RawTable, match: _Found) -> None:
    """Refuse a table that would be read as lacking what its formulas give: no program has worked them out."""
    if not raw.unsaved:
        return
    columns = {raw.first_column + place + 1 for place in _columns(match)}
    below = match.header.number
    unsaved = sorted(cell for cell in raw.unsaved if cell[0] > below and cell[1] in columns)
    if unsaved:
        row, column = unsaved[0]
        cell = wording.both("cell", sheet=raw.sheet, cell=f"{markup.letters(column)}{row}")
        raise wording.refusal("formulas_unsaved", file=raw.file, count=len(unsaved), place=cell)


def _suggestions(
    tables: Iterable[Received | ReceivedRegister | ReceivedPublished], catalog: Catalog
) -> tuple[tuple[str, str, int], ...]:
    """Suggest spellings only for institutions of the register that a table seems to lack."""
    found = []
    for received in tables:
        if isinstance(received, Received):
            names = {str(row["name"]) for row in received.positions or received.scores}
            known = {catalog.institutions.match(name) for name in names}
            found += [row for row in catalog.institutions.suggest(names) if row[1] not in known]
    return tuple(dict.fromkeys(found))


def in_order(files: Sequence[Path], year: int | None = None, unit: str = "") -> list[Path]:
    """Return files so that a register comes after those that its values refer to, such as partners.

    A file that cannot be read keeps its place: receiving it says why.
    """
    brings: dict[Path, set[str]] = {}
    for path in files:
        try:
            brings[path] = {one.register for one in check(path, year, unit).of_registers}
        except WorkbookError:
            brings[path] = set()
    described = declaration.receivable()
    needs = {
        path: {other for name in names for other, _ in declaration.references(described[name]).values()}
        - names
        for path, names in brings.items()
    }
    waiting, found = list(brings), []
    while waiting:
        # In a circle of references the first one given goes first.
        path = next((one for one in waiting if not any(needs[one] & brings[o] for o in waiting)), waiting[0])
        waiting.remove(path)
        found.append(path)
    return found


def receive(
    path: Path,
    year: int | None = None,
    unit: str = "",
    licence: str = "",
    sender: str = "",
    language: str = "en",
) -> Answer:
    """Judge a file, keep it with its identity card and store its accepted rows.

    A ranking edition that is already held is replaced in the store, and so are the rows of a register that
    are held of the same unit and year; the earlier file stays in `data/raw`, the rows in the history of the
    store. All partitions of a file and its card take their places together or not at all. `unit` is the code
    of the unit whose rows a register holds, all units' without it; for rankings alone it is any text.
    `sender` says who handed the file in; without it, the unit did. The rejected rows are told in `language`
    beside the user's own file. What identifies persons is not kept (`personal`).
    """
    answer = check(path, year, unit)
    folder = paths.data("raw", _folder(answer))
    folder.mkdir(parents=True, exist_ok=True)
    of_unit = f"-{unit}" if unit and answer.of_registers else ""
    suffix = ".xlsx" if answer.keep == "read" else path.suffix.lower()
    kept = folder / f"{answer.sha256[:8]}-{_slug(path.stem)}{of_unit}{suffix}"
    _keep(path, kept, answer)
    rejected_in = receipts.write_problems(answer.problems, kept, path, language)
    changes, moves = _stage(answer, kept.name)
    left = history.left([change.partition for change in changes], receipts.cards())
    answer = replace(answer, changes=tuple(changes), left=tuple(left))
    moves.append(receipts.stage_card(kept, answer, unit, licence, sender))
    store.commit(moves)
    return replace(answer, stored_as=paths.shown(kept), rejected_in=tuple(rejected_in))


def _keep(path: Path, kept: Path, answer: Answer) -> None:
    """Put what may be kept of a file in its place, read-only.

    Raises FileRefused where the file has changed since it was judged.
    """
    content = safety.content(path)
    if hashlib.sha256(content).hexdigest() != answer.sha256:
        raise wording.refusal("changed_meanwhile", file=path.name)
    if answer.keep == "read":
        content = reduced.workbook(answer)
    elif answer.keep == "unsigned":
        content = personal.unsigned(path.name, content)
    if kept.exists() and kept.read_bytes() == content:
        return
    temporary = kept.with_name(kept.name + ".part")
    temporary.unlink(missing_ok=True)
    temporary.write_bytes(content)
    temporary.chmod(0o444)
    if kept.exists():
        kept.chmod(0o644)  # else Windows replaces it not
    temporary.replace(kept)


def _folder(answer: Answer) -> str:
    if answer.of_registers:
        return "registers"
    return "published" if answer.of_published else "rankings"


def _slug(text: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in locale.key(text)) or "table"


def _stage(answer: Answer, source: str) -> tuple[list[Change], list[tuple[Path, Path]]]:
    """Write the accepted rows beside their partitions; return what they change, and the moves to commit.

    A ranking has one partition per table kind, system and edition, a register one per unit and year, another
    table what its dataset declares.
    """
    parts: dict[tuple[str, str], list[Any]] = {}
    rejected: dict[str, set[tuple[str, ...]]] = {}
    for received in answer.of_rankings:
        kind = "positions" if received.positions else "statistics"
        for dataset, rows in (
            ("ranking_positions", received.positions),
            ("ranking_scores", received.scores),
        ):
            for row in rows:
                name = f"{row['system']}-{row['edition']}-{kind}"
                parts.setdefault((dataset, name), []).append({**row, "source": source})
    for register in answer.of_registers:
        rejected.setdefault(register.register, set()).update(register.rejected_keys)
        for name, records in register.partitions.items():
            parts.setdefault((register.register, name), []).extend(records)
    for outside in answer.of_published:
        rejected.setdefault(outside.format.dataset, set()).update(outside.rejected_keys)
        for name, records in outside.partitions.items():
            rows = [{**record, "source": source} for record in records]
            parts.setdefault((outside.format.dataset, name), []).extend(rows)
    brought = {partition: card for card in receipts.cards() for partition in card["partitions"]}
    changes: list[Change] = []
    moves: list[tuple[Path, Path]] = []
    for (dataset, name), rows in parts.items():
        staged = store.stage(dataset, name, rows)
        change = history.compare(dataset, name, len(rows), staged, rejected.get(dataset, ()))
        changes.append(change)
        if change.held and not change.is_same:
            moves += history.keep(change.partition, brought.get(change.partition), answer.file, change)
        moves.append((staged, store.partition(dataset, name)))
    return changes, moves


def withdraw(partition: str, reason: str = "") -> str:
    """Take a partition out of what is held; return where its rows are kept.

    For rows that no corrected file replaces, such as those of a mistyped year. Raises NotHeld where nothing
    is held under that name.
    """
    dataset, _, name = partition.partition("/")
    held = {path.stem for path in store.files(store.LIVE, dataset)} if dataset in store.datasets() else set()
    if name not in held:
        raise NotHeld(
            f"Nothing is held as {partition!r}.", remedy="See what is: workbook list --edition live"
        )
    brought = {one: card for card in receipts.cards() for one in card["partitions"]}
    moves = history.keep(partition, brought.get(partition), by="", reason=reason)
    store.commit(moves)
    return paths.shown(moves[0][1])
