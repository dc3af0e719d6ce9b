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
from . import declaration, layouts, markup, rankings, receipts, registers, table, wording
from .answer import Answer
from .rankings import Received
from .recognition import Recognised, recognise
from .registers import ReceivedRegister
from .table import RawTable

_log = logging.getLogger(__name__)


def check(path: Path, year: int | None = None, unit: str = "") -> Answer:
    """Judge a file and store nothing.

    `year` says the edition of a ranking where the file itself does not; `unit` is the code of the unit whose
    rows a register holds. Raises FileRefused when no table of the file can be read, and ParameterError where
    there is no such unit.
    """
    catalog = load()
    found: list[layouts.Match | Recognised] = []
    raws: list[RawTable] = []
    unknown: list[FileRefused] = []
    opened = table.opened(path)
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
    if not any(match.rows for match in found):
        raise wording.refusal("header_only", file=path.name)
    of_registers = iter(registers.clean([match for match in found if isinstance(match, Recognised)], unit))
    received = [
        next(of_registers)
        if isinstance(match, Recognised)
        else rankings.clean(raw, match, catalog.systems[match.layout.system], year)
        for raw, match in zip(raws, found, strict=True)
    ]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    suggestions = _suggestions(received, catalog)
    return Answer(path.name, digest, tuple(received), (*unknown, *left_out), suggestions, notes=opened.notes)


def _match(raw: RawTable, catalog: Catalog) -> layouts.Match | Recognised:
    """Tell what a table is: a ranking in a publisher's layout, else a register."""
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


def _refuse_unsaved(raw: RawTable, match: layouts.Match | Recognised) -> None:
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
    tables: Iterable[Received | ReceivedRegister], catalog: Catalog
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
    answer = check(path, year, unit)
    folder = paths.data("raw", "registers" if answer.of_registers else "rankings")
    folder.mkdir(parents=True, exist_ok=True)
    of_unit = f"-{unit}" if unit and answer.of_registers else ""
    kept = folder / f"{answer.sha256[:8]}-{_slug(path.stem)}{of_unit}{path.suffix.lower()}"
    if not kept.exists():
        temporary = kept.with_name(kept.name + ".part")
        shutil.copyfile(path, temporary)
        temporary.chmod(0o444)
        temporary.replace(kept)
    partitions, replaced = _store(answer, kept.name)
    rejected_in = receipts.write_problems(answer.problems, kept, path, language)
    receipts.write_card(kept, answer, partitions, unit, licence, sender)
    return replace(
        answer, stored_as=paths.shown(kept), rejected_in=tuple(rejected_in), replaced=tuple(replaced)
    )


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
