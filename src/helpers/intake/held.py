"""The registers that an edition holds, as text: to refer to, and to judge by what they declare."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import paths, shared, store
from ..errors import FileRefused, Phrase, Problem
from . import declaration, judging

# A row with the file it stands in and its number there.
_Numbered = tuple[str, int, tuple[str, ...]]


def values(register: str, columns: Iterable[str]) -> dict[str, set[tuple[str, ...]]]:
    """Return the values of columns that the live edition holds of a register, by partition, as text."""
    files = store.files(store.LIVE, register)
    found: dict[str, set[tuple[str, ...]]] = {path.stem: set() for path in files}
    for partition, *cells in _parquet(register, files, columns):
        found[partition].add(tuple(cells))
    return found


def sample(register: str) -> list[dict[str, str]]:
    """Return the rows of a register that the embedded edition holds, as text; none where it holds none."""
    columns = declaration.receivable()[register]["columns"]
    rows, _ = _rows(store.SAMPLE, register, columns)
    return [dict(zip(columns, cells, strict=True)) for _, _, cells in rows]


def judge_held(edition: str) -> list[Problem]:
    """Judge every register that an edition holds by its declaration; return what it breaks.

    The rows of a Parquet file are counted from 2, as in a CSV below its header. Values of free text and of
    keys are left out, for the problems are shown to readers.
    """
    return shared.once(("judged", edition), lambda: _judged(edition))


def _judged(edition: str) -> list[Problem]:
    registers = declaration.receivable()
    problems: list[Problem] = []
    texts: dict[str, judging.Texts] = {}
    rows: dict[str, list[_Numbered]] = {}
    for register, described in registers.items():
        rows[register], unreadable = _rows(edition, register, described["columns"])
        problems += unreadable
        if rows[register]:
            cells = zip(*(cells for _, _, cells in rows[register]), strict=True)
            texts[register] = {n: list(c) for n, c in zip(described["columns"], cells, strict=True)}
    for register, breaches in judging.whole(registers, texts).items():
        for breach in sorted(breaches, key=lambda breach: breach.row):
            file, number, _ = rows[register][breach.row]
            value = breach.value if declaration.may_show(registers[register], breach.columns) else ""
            columns = ", ".join(breach.columns)
            problems.append(
                Problem(file, "", number, columns, value, breach.expected, breach.remedy, breach.fault)
            )
    return problems


def _rows(edition: str, register: str, columns: Mapping[str, Any]) -> tuple[list[_Numbered], list[Problem]]:
    """Return the rows of a register as text, in the order of the columns, and files that cannot be read."""
    files = store.files(edition, register)
    read = _of_parquet if edition == store.LIVE else _of_csv
    try:
        return read(register, files, columns), []
    except FileRefused:
        rows: list[_Numbered] = []
        problems = []
        for path in files:
            try:
                rows += read(register, [path], columns)
            except FileRefused as error:
                expected = error.expected or "a file that can be read"
                remedy = error.remedy or "Correct the file."
                problems.append(Problem(paths.shown(path), "", 1, "(file)", error.wrong, expected, remedy))
        return rows, problems


def _of_csv(register: str, files: Sequence[Path], columns: Mapping[str, Any]) -> list[_Numbered]:
    rows: list[_Numbered] = []
    for path in files:
        shown = paths.shown(path)
        store.check_header(path, columns)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise FileRefused(Phrase("{file} is not written in UTF-8.", file=shown)) from error
        reader = csv.reader(io.StringIO(text))
        next(reader)
        number = reader.line_num + 1
        for cells in reader:
            if len(cells) != len(columns):
                raise FileRefused(
                    Phrase(
                        "{file}, row {row} has {count} cells.",
                        file=shown,
                        row=number,
                        count=len(cells),
                    ),
                    Phrase("{count} cells", count=len(columns)),
                )
            rows.append((shown, number, tuple(cells)))
            number = reader.line_num + 1  # a quoted cell may hold line breaks
    return rows


def _of_parquet(register: str, files: Sequence[Path], columns: Mapping[str, Any]) -> list[_Numbered]:
    shown = {path.stem: paths.shown(path) for path in files}
    counted: Counter[str] = Counter()
    rows: list[_Numbered] = []
    for partition, *cells in _parquet(register, files, columns):
        counted[partition] += 1
        rows.append((shown[partition], counted[partition] + 1, tuple(cells)))
    return rows


def _parquet(register: str, files: Sequence[Path], columns: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the partition's name and the columns of each row, as text."""
    if not files:
        return []
    written = "".join(f""", coalesce(cast("{name}" as varchar), '')""" for name in columns)
    with store.reading(store.LIVE, register, files) as connection:
        rows: list[tuple[str, ...]] = connection.execute(
            f"select parse_filename(filename, true){written} from read_parquet(?, filename = true)",
            [[path.as_posix() for path in files]],
        ).fetchall()
    return rows
