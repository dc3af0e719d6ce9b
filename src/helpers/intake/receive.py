"""Receiving a file: judge every row, keep the original with its identity card, store the good rows.

`check` does the judging alone and writes nothing. A file holds ranking tables, registers, other tables of
outside publishers, or several of these.
"""

import hashlib
import logging
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import locale, paths, store
from ..catalog import Catalog, load
from ..errors import FileRefused, LayoutUnknown, NotHeld, ParameterError, Phrase, WorkbookError
from . import (
    declaration,
    formats,
    history,
    layouts,
    markup,
    mobilities,
    mobility_layouts,
    personal,
    published,
    rankings,
    receipts,
    reduced,
    registers,
    safety,
    table,
    wording,
)
from .answer import Answer, AnyTable
from .formats import Fitted
from .history import Change
from .personal import Carried, Keep
from .pieces import Text
from .rankings import Received
from .recognition import Recognised, recognise
from .registers import ReceivedRegister
from .table import Opened, RawTable, Row

_log = logging.getLogger(__name__)

_Found = layouts.Match | Recognised | Fitted | mobility_layouts.Match
# Broken letters, which a format may declare that its publisher leaves behind.
_LETTERS = frozenset({"encodings_mixed", "letters_broken"})


def check(path: Path, year: int | None = None, unit: str = "") -> Answer:
    """Judge a file and store nothing.

    `year` says the edition of a ranking where the file itself does not; `unit` is the code of the unit whose
    rows a register holds. Raises FileRefused when no table of the file can be read, and ParameterError where
    there is no such unit.
    """
    with mobilities.staging(is_kept=False) as folder:
        return _judge(path, year, unit, folder, is_kept=False)


def _judge(path: Path, year: int | None, unit: str, folder: Path, is_kept: bool) -> Answer:
    """Judge a file; where `is_kept`, the accepted rows of a mobility file are staged in the folder."""
    text = mobilities.recognised(path)
    if text is not None:
        return _mobility(path, *text, folder, year, is_kept)
    try:
        return _tables(path, year, unit, folder, is_kept)
    except FileRefused as error:
        # Larger than any other file may be, or of no known kind: is it nearly one of Europe's?
        told = isinstance(error, LayoutUnknown) or (
            error.fault is not None and error.fault.code == "too_large"
        )
        nearly = mobilities.nearly(path) if told else None
        if nearly is None:
            raise
        raise nearly from error


def _mobility(
    path: Path, text: Text, match: mobility_layouts.Match, folder: Path, year: int | None, is_kept: bool
) -> Answer:
    """Judge one of Europe's mobility files, of any size."""
    personal.refuse_headings(path.name, match.unread)
    judged = mobilities.judge(text, match, folder, year, is_kept)
    if judged.received.rows == 0:
        raise wording.refusal("header_only", file=path.name)
    return Answer(path.name, judged.sha256, (judged.received,), (), (), notes=judged.notes)


def _tables(path: Path, year: int | None, unit: str, folder: Path, is_kept: bool) -> Answer:
    """Judge the tables of a file that is read as a whole."""
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
    if not any(_rows(raw, match) for raw, match in zip(raws, found, strict=True)):
        raise wording.refusal("header_only", file=path.name)
    sheets = {one.sheet for one in carried if one.heading}
    of_registers = iter(registers.clean(recognised, unit, sheets, keep == "read"))
    received: list[AnyTable] = []
    notes = [*opened.notes, *personal.notes(path.name, carried, keep)]
    for number, (raw, match) in enumerate(zip(raws, found, strict=True)):
        if isinstance(match, Recognised):
            received.append(next(of_registers))
        elif isinstance(match, Fitted):
            received.append(published.clean(match, catalog, year))
        elif isinstance(match, mobility_layouts.Match):
            personal.refuse_headings(path.name, match.unread)
            of_sheet = mobilities.judge_sheet(raw, match, folder / f"sheet-{number}", year, is_kept)
            received.append(of_sheet)
            notes += mobilities.notes(of_sheet)
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
        notes=tuple(notes),
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


def _rows(raw: RawTable, match: _Found) -> tuple[Row, ...]:
    return raw.rows[match.position + 1 :] if isinstance(match, mobility_layouts.Match) else match.rows


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
    """Tell what a table is: a mobility file of Europe, a ranking, else a register, else another known format.

    Raises LayoutUnknown, which names the nearest of them.
    """
    of_europe = mobility_layouts.match(raw)
    if of_europe is not None:
        return of_europe
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


def _suggestions(tables: Iterable[AnyTable], catalog: Catalog) -> tuple[tuple[str, str, int], ...]:
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
        if mobilities.recognised(path) is not None:  # it may be of any size, and refers to nothing
            brings[path] = set()
            continue
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
    with mobilities.staging(is_kept=True) as staging:
        answer = _judge(path, year, unit, staging, is_kept=True)
        folder = paths.data("raw", _folder(answer))
        folder.mkdir(parents=True, exist_ok=True)
        of_unit = f"-{unit}" if unit and answer.of_registers else ""
        suffix = ".xlsx" if answer.keep == "read" else path.suffix.lower()
        kept = folder / f"{answer.sha256[:8]}-{_slug(path.stem)}{of_unit}{suffix}"
        _keep(path, kept, answer, staging)
        rejected_in = _write_rejected(answer, kept, path, language)
        changes, moves = _stage(answer, kept, staging)
        left = history.left([change.partition for change in changes], receipts.cards())
        answer = replace(answer, changes=tuple(changes), left=tuple(left))
        moves.append(receipts.stage_card(kept, answer, unit, licence, sender))
        store.commit(moves)
    return replace(answer, stored_as=paths.shown(kept), rejected_in=tuple(rejected_in))


def _write_rejected(answer: Answer, kept: Path, own: Path, language: str) -> list[str]:
    """Write the rejected rows; those of a large file are written by DuckDB and never all in memory."""
    if len(answer.tables) == 1 and answer.of_mobilities:
        return mobilities.write_rejected(answer.of_mobilities[0], kept, own, language)
    return receipts.write_problems(answer.problems, kept, own, language)


def _keep(path: Path, kept: Path, answer: Answer, staging: Path) -> None:
    """Put what may be kept of a file in its place, read-only.

    Raises FileRefused where the file has changed since it was judged.
    """
    temporary = kept.with_name(kept.name + ".part")
    temporary.unlink(missing_ok=True)
    copied = staging / mobilities.COPY
    if copied.exists():  # of a large file, written while it was read
        shutil.move(copied, temporary)
    else:
        content = safety.content(path)
        if hashlib.sha256(content).hexdigest() != answer.sha256:
            raise wording.refusal("changed_meanwhile", file=path.name)
        if answer.keep == "read":
            content = reduced.workbook(answer)
        elif answer.keep == "unsigned":
            content = personal.unsigned(path.name, content)
        if kept.exists() and kept.read_bytes() == content:
            return
        temporary.write_bytes(content)
    temporary.chmod(0o444)
    if kept.exists():
        kept.chmod(0o644)  # else Windows replaces it not
    temporary.replace(kept)


def _folder(answer: Answer) -> str:
    if answer.of_mobilities:
        return "mobility"
    if answer.of_registers:
        return "registers"
    return "published" if answer.of_published else "rankings"


def _slug(text: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in locale.key(text)) or "table"


def _stage(answer: Answer, kept: Path, staging: Path) -> tuple[list[Change], list[tuple[Path, Path]]]:
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
                parts.setdefault((dataset, name), []).append({**row, "source": kept.name})
    for register in answer.of_registers:
        rejected.setdefault(register.register, set()).update(register.rejected_keys)
        for name, records in register.partitions.items():
            parts.setdefault((register.register, name), []).extend(records)
    for outside in answer.of_published:
        rejected.setdefault(outside.format.dataset, set()).update(outside.rejected_keys)
        for name, records in outside.partitions.items():
            rows = [{**record, "source": kept.name} for record in records]
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
    of_mobilities, and_moves = mobilities.stage(
        answer.of_mobilities, kept.stem, answer.file, staging, brought
    )
    return changes + of_mobilities, moves + and_moves


def withdraw(partition: str, reason: str = "") -> str:
    """Take a partition out of what is held; return where its rows are kept.

    For rows that no corrected file replaces, such as those of a mistyped year. Raises NotHeld where nothing
    is held under that name.
    """
    dataset, _, name = partition.partition("/")
    if dataset not in store.datasets() or name not in store.names(dataset):
        raise NotHeld(
            Phrase("Nothing is held as {partition!r}.", partition=partition),
            remedy="See what is: workbook list --edition live",
        )
    origin = store.definition(dataset).get("worked_out_of")
    if origin:
        raise ParameterError(
            Phrase("{partition!r} is worked out of {origin}.", partition=partition, origin=origin),
            remedy=Phrase("workbook withdraw {origin}/{name}", origin=origin, name=name),
        )
    brought = {one: card for card in receipts.cards() for one in card["partitions"]}
    moves = history.keep(partition, brought.get(partition), by="", reason=reason)
    first, kept = moves[0]
    kept = kept.parent if first != store.partition(dataset, name) else kept  # the folder of a large one
    for other in store.datasets():
        if store.definition(other).get("worked_out_of") == dataset and store.within(other, name):
            moves += history.keep(f"{other}/{name}", brought.get(partition), by="", reason=reason)
    store.commit(moves)
    return paths.shown(kept)
