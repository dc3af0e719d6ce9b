"""Receiving a file: judge every row, keep the original with its identity card, store the good rows.

`check` does the judging alone and writes nothing. A file holds ranking tables, registers or both.
"""

import hashlib
import logging
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import locale, paths
from ..catalog import Catalog, load
from ..errors import FileRefused, LayoutUnknown
from ..store import write_partition
from . import (
    declaration,
    layouts,
    markup,
    mobilities,
    mobility_layouts,
    rankings,
    receipts,
    registers,
    table,
    wording,
)
from .answer import Answer
from .mobilities import ReceivedMobilities
from .pieces import Text
from .rankings import Received
from .recognition import Recognised, recognise
from .registers import ReceivedRegister
from .table import RawTable, Row

_log = logging.getLogger(__name__)


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
    judged = mobilities.judge(text, match, folder, year, is_kept)
    if judged.received.rows == 0:
        raise wording.refusal("header_only", file=path.name)
    return Answer(path.name, judged.sha256, (judged.received,), (), (), notes=judged.notes)


def _tables(path: Path, year: int | None, unit: str, folder: Path, is_kept: bool) -> Answer:
    """Judge the tables of a file that is read as a whole."""
    catalog = load()
    found: list[layouts.Match | Recognised | mobility_layouts.Match] = []
    raws: list[RawTable] = []
    unknown: list[FileRefused] = []
    opened = table.opened(path)
    for raw in opened.tables:
        try:
            found.append(_match(raw, catalog))
        except LayoutUnknown as error:
            unknown.append(error)
        else:
            _refuse_unsaved(raw, found[-1])
            raws.append(raw)
    if unknown and not found:
        raise unknown[0]
    if not any(_rows(raw, match) for raw, match in zip(raws, found, strict=True)):
        raise wording.refusal("header_only", file=path.name)
    of_registers = iter(registers.clean([match for match in found if isinstance(match, Recognised)], unit))
    received: list[Received | ReceivedRegister | ReceivedMobilities] = []
    for number, (raw, match) in enumerate(zip(raws, found, strict=True)):
        if isinstance(match, Recognised):
            received.append(next(of_registers))
        elif isinstance(match, mobility_layouts.Match):
            received.append(mobilities.judge_sheet(raw, match, folder / f"sheet-{number}", year, is_kept))
        else:
            received.append(rankings.clean(raw, match, catalog.systems[match.layout.system], year))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    left_out = (*unknown, *opened.left_out)
    suggestions = _suggestions(received, catalog)
    return Answer(path.name, digest, tuple(received), left_out, suggestions, notes=opened.notes)


def _rows(raw: RawTable, match: layouts.Match | Recognised | mobility_layouts.Match) -> tuple[Row, ...]:
    return raw.rows[match.position + 1 :] if isinstance(match, mobility_layouts.Match) else match.rows


def _match(raw: RawTable, catalog: Catalog) -> layouts.Match | Recognised | mobility_layouts.Match:
    """Tell what a table is: a mobility file of Europe, a ranking in a publisher's layout, else a register."""
    of_europe = mobility_layouts.match(raw)
    if of_europe is not None:
        return of_europe
    try:
        match = layouts.match(raw, catalog.layouts)
    except LayoutUnknown:
        recognised = recognise(raw, declaration.receivable())
        if recognised is None:
            raise
        _log.info("%s %s: register %s", raw.file, raw.sheet, recognised.register)
        return recognised
    _log.info("%s %s: layout %s", raw.file, raw.sheet, match.layout.id)
    return match


def _refuse_unsaved(raw: RawTable, match: layouts.Match | Recognised | mobility_layouts.Match) -> None:
    """Refuse a table that would be read as lacking what its formulas give: no program has worked them out."""
    if not raw.unsaved:
        return
    columns = {raw.first_column + place + 1 for place in match.places.values()}
    below = match.header.number
    unsaved = sorted(cell for cell in raw.unsaved if cell[0] > below and cell[1] in columns)
    if unsaved:
        row, column = unsaved[0]
        cell = wording.both("cell", sheet=raw.sheet, cell=f"{markup.letters(column)}{row}")
        raise wording.refusal("formulas_unsaved", file=raw.file, count=len(unsaved), place=cell)


def _suggestions(
    tables: Iterable[Received | ReceivedRegister | ReceivedMobilities], catalog: Catalog
) -> tuple[tuple[str, str, int], ...]:
    """Suggest spellings only for institutions of the register that a table seems to lack."""
    found = []
    for received in tables:
        if isinstance(received, Received):
            names = {str(row["name"]) for row in received.positions or received.scores}
            known = {catalog.institutions.match(name) for name in names}
            found += [row for row in catalog.institutions.suggest(names) if row[1] not in known]
    return tuple(dict.fromkeys(found))


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
    are held of the same unit and year; the earlier file stays in `data/raw`. `unit` is the code of the unit
    whose rows a register holds, all units' without it; for rankings alone it is any text. `sender` says who
    handed the file in; without it, the unit did. The rejected rows are told in `language` beside the user's
    own file.
    """
    with mobilities.staging(is_kept=True) as staging:
        answer = _judge(path, year, unit, staging, is_kept=True)
        folder = paths.data("raw", _folder(answer))
        folder.mkdir(parents=True, exist_ok=True)
        of_unit = f"-{unit}" if unit and answer.of_registers else ""
        kept = folder / f"{answer.sha256[:8]}-{_slug(path.stem)}{of_unit}{path.suffix.lower()}"
        if not kept.exists():
            temporary = kept.with_name(kept.name + ".part")
            shutil.copyfile(path, temporary)
            temporary.chmod(0o444)
            temporary.replace(kept)
        partitions, replaced = _store(answer, kept.name)
        rejected_in = _write_rejected(answer, kept, path, language)
        moved, of_moved = _keep(answer, kept.name, language)
        partitions, replaced = partitions + moved, replaced + of_moved
        receipts.write_card(kept, answer, partitions, unit, licence, sender)
    return replace(
        answer, stored_as=paths.shown(kept), rejected_in=tuple(rejected_in), replaced=tuple(replaced)
    )


def _folder(answer: Answer) -> str:
    if answer.of_mobilities:
        return "mobility"
    return "registers" if answer.of_registers else "rankings"


def _write_rejected(answer: Answer, kept: Path, own: Path, language: str) -> list[str]:
    """Write the rejected rows; those of a large file are written by DuckDB and never all in memory."""
    if len(answer.tables) == 1 and answer.of_mobilities:
        return mobilities.write_rejected(answer.of_mobilities[0], kept, own, language)
    return receipts.write_problems(answer.problems, kept, own, language)


def _keep(answer: Answer, source: str, language: str) -> tuple[list[str], list[str]]:
    """Move the staged rows of mobility files into the store; return the partitions, and those replaced."""
    partitions: list[str] = []
    replaced: list[str] = []
    for received in answer.of_mobilities:
        moved, of_moved = mobilities.keep(received, source, partitions)
        partitions += moved
        replaced += [mobilities.of_part(name, rows, language) for name, rows in of_moved]
    return partitions, replaced


def _slug(text: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in locale.key(text)) or "table"


def _store(answer: Answer, source: str) -> tuple[list[str], list[str]]:
    """Write the accepted rows; return the partitions they are in, and those of them that were replaced.

    A ranking has one partition per table kind, system and edition, a register one per unit and year.
    """
    partitions, replaced = [], []
    parts: dict[tuple[str, str], list[Any]] = {}
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
        for name, records in register.partitions.items():
            parts.setdefault((register.register, name), []).extend(records)
    for (dataset, name), rows in parts.items():
        if write_partition(dataset, name, rows):
            replaced.append(f"{dataset}/{name}")
        partitions.append(f"{dataset}/{name}")
    return partitions, replaced
