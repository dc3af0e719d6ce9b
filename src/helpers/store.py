"""Checked tables at rest, read with DuckDB: the embedded sample (CSV) or what was received (Parquet).

Both hold the same columns, declared in `data/catalog/datasets`, so that the code above need not
know which edition it works on.
"""

import csv
import hashlib
import json
import logging
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from . import paths, reads, schema, shared, yml
from .errors import CatalogError, FileRefused, NotHeld, Phrase, cause
from .reads import Definitions

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

_log = logging.getLogger(__name__)

SAMPLE, LIVE = "sample", "live"

_EXPECTED = {
    "INTEGER": Phrase("a whole number"),
    "DOUBLE": Phrase("a number"),
    "DATE": Phrase("a date such as 2024-05-31"),
    "BOOLEAN": Phrase("true or false"),
    "VARCHAR": Phrase("text"),
}


@dataclass(frozen=True)
class Source:
    """A file that a table was read from: its path in the workbook, hash and row count."""

    file: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class Table:
    """A frame with the files it came from."""

    frame: "pd.DataFrame"
    sources: tuple[Source, ...]


def definitions() -> Definitions[Any]:
    """Return the declarations of all datasets."""
    with reads.unheard():
        return _definitions(paths.root())


@lru_cache(maxsize=4)
def _definitions(root: Path) -> Definitions[Any]:
    return shared.once(("datasets", root), lambda: _read_definitions(root))


def _read_definitions(root: Path) -> Definitions[Any]:
    found: dict[str, Any] = {}
    for path in sorted((root / "data" / "catalog" / "datasets").glob("*.yml")):
        try:
            found.update(yml.load(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError, yaml.YAMLError) as error:
            raise CatalogError(
                Phrase("{file} declares no datasets: {told}.", file=paths.shown(path), told=cause(error)),
                remedy="Correct the file.",
            ) from error
    return Definitions("datasets", found)


def definition(dataset: str) -> dict[str, Any]:
    """Return a dataset's declared meaning, key and columns."""
    try:
        return definitions()[dataset]
    except KeyError:
        raise CatalogError(
            Phrase("There is no dataset {dataset!r}.", dataset=dataset),
            expected="one declared in data/catalog/datasets",
        ) from None


def datasets() -> list[str]:
    """Return the names of the declared datasets."""
    return list(definitions())


def connect(**settings: str) -> "duckdb.DuckDBPyConnection":
    """Open a DuckDB of its own in memory, which fetches nothing; `settings` are DuckDB's own."""
    import duckdb

    # Nothing may be fetched at run time, and two notebooks share two cores.
    return duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "threads": "1",
            **settings,
        }
    )


@lru_cache(maxsize=4)
def _reader(_process: int) -> "duckdb.DuckDBPyConnection":
    """Return the DuckDB by which a process reads its tables: opening one takes as long as reading a table.

    It keeps nothing of a file, which may be another one when it is read again.
    """
    return connect(enable_external_file_cache="false")


@contextmanager
def reading(
    edition: str, dataset: str, found: Sequence[Path], opened: "duckdb.DuckDBPyConnection | None" = None
) -> Iterator["duckdb.DuckDBPyConnection"]:
    """Open a DuckDB, or take an open one, to read files of a dataset.

    What cannot be read is refused in plain words.

    Raises FileRefused, which names the file and, for the sample, the row and the column.
    """
    import duckdb

    columns = definition(dataset)["columns"]
    if edition == SAMPLE:
        for path in found:
            check_header(path, columns)
    try:
        with nullcontext(opened) if opened else _reader(os.getpid()).cursor() as connection:
            yield connection
    except duckdb.Error as error:
        raise _refusal(edition, dataset, found, columns, error) from error


def check_header(path: Path, columns: Iterable[str]) -> None:
    """Refuse a CSV file whose header is not the declared columns in their order, for it is read by place."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        header = next(csv.reader(file), [])
    if header != list(columns):
        raise FileRefused(
            Phrase("{file}, row 1: the header is not that of the dataset.", file=paths.shown(path)),
            expected=", ".join(columns),
            remedy="Correct the header and the order of the columns.",
        )


def _refusal(
    edition: str, dataset: str, found: Sequence[Path], columns: dict[str, Any], error: Exception
) -> FileRefused:
    """Find the first cell that cannot be read as what its column declares."""
    for path in found if edition == SAMPLE else ():
        try:
            wrong = _first_wrong(path, columns)
        except UnicodeDecodeError:
            wrong = (Phrase("{file} is not written in UTF-8.", file=paths.shown(path)), "")
        if wrong:
            return FileRefused(*wrong, "Correct the file.")
    at_fault = [path for path in found if not _holds(edition, path, columns)] or found
    named = ", ".join(paths.shown(path) for path in at_fault)
    return FileRefused(
        Phrase("{named} cannot be read: {cause}.", named=named, cause=str(error).splitlines()[0]),
        expected=Phrase("a table with the columns {columns}", columns=list(columns)),
        remedy=Phrase(
            "Take it out (workbook withdraw {dataset}/{name}), then receive its file again.",
            dataset=dataset,
            name=at_fault[0].stem,
        )
        if edition == LIVE
        else "Correct the file.",
    )


def _holds(edition: str, path: Path, columns: dict[str, Any]) -> bool:
    """Tell whether a file can be read with its declared columns."""
    import duckdb

    names = ", ".join(f'"{name}"' for name in columns)
    with connect() as connection:
        try:
            connection.execute(f"select {names} from {_scan(edition, [path], columns)}").fetchall()
        except duckdb.Error:
            return False
    return True


def _first_wrong(path: Path, columns: dict[str, Any]) -> tuple[Phrase, str] | None:
    named = paths.shown(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        next(reader, None)
        rows = [(reader.line_num, row) for row in reader]
    for line, row in rows:
        if len(row) != len(columns):
            wrong = Phrase("{file}, row {row} has {count} cells.", file=named, row=line, count=len(row))
            return wrong, Phrase("{count} cells", count=len(columns))
    with connect() as connection:
        for place, (name, column) in enumerate(columns.items()):
            cells = [row[place] for _, row in rows]
            each = "select unnest(?::varchar[]) as cell"
            cannot = f"select cell from ({each}) where try_cast(cell as {column['type']}) is null"
            strange = {cell for (cell,) in connection.execute(cannot, [sorted(set(cells) - {""})]).fetchall()}
            for line, row in rows:
                if row[place] in strange:
                    at = {"file": named, "row": line, "column": name, "found": row[place]}
                    told = Phrase("{file}, row {row}, column {column!r}: found {found!r}.", **at)
                    return told, _EXPECTED[column["type"]]
    return None


def _sql(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def files(edition: str, dataset: str) -> list[Path]:
    """Return the files that hold a dataset, which may be none."""
    if edition == SAMPLE:
        path = paths.data("sample", f"{dataset}.csv")
        reads.note_file(path)  # also where there is none: it may come
        return [path] if path.exists() else []
    settle()
    # A large dataset has folders of files in place of files, each a partition: `year=2019/KA1`.
    folder = paths.data("store", dataset)
    found = sorted(folder.rglob("*.parquet"))
    for place in {folder, *(place for path in found for place in (path.parent, path.parent.parent))}:
        if place.is_relative_to(folder):
            reads.note_folder(place)
    return found


def read(edition: str, dataset: str, systems: Sequence[str] = ()) -> Table:
    """Read a dataset of an edition, of the named ranking systems only if any are named.

    Raises NotHeld when the edition holds nothing of it.
    """
    definition(dataset)  # an unknown dataset is no missing one
    found = files(edition, dataset)
    if edition == LIVE and systems:
        found = [path for path in found if path.name.split("-")[0] in systems]
    if not found:
        raise _not_held(edition, dataset)
    for path in found:
        reads.note_file(path)  # DuckDB opens it, which Python does not hear of
    state = tuple((path, *_state(path)) for path in found)
    table = _table(edition, dataset, tuple(systems), state)
    # A shallow copy, for a caller that writes into its frame must not write into the next one's.
    return Table(table.frame.copy(deep=False), table.sources)


def _state(path: Path) -> tuple[int, int, int, int]:
    """Return what changes with a file's content, also where its time of change was set back."""
    stat = path.stat()
    return (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


@lru_cache(maxsize=64)
def _table(edition: str, dataset: str, systems: tuple[str, ...], state: tuple[tuple[Any, ...], ...]) -> Table:
    """Read files of a dataset; once per process, and in a batch, for each state of the files."""
    key = ("table", edition, dataset, systems, state)
    return shared.once(key, lambda: _read_table(edition, dataset, systems, [path for path, *_ in state]))


def _read_table(edition: str, dataset: str, systems: tuple[str, ...], found: list[Path]) -> Table:
    columns = definition(dataset)["columns"]
    scan = _scan(edition, found, columns, ", filename = true")
    names = ", ".join(f'"{name}"' for name in columns)
    where = f" where system in ({', '.join(_sql(s) for s in systems)})" if systems else ""
    with reading(edition, dataset, found) as connection:
        # Of two received tables that give the same value, the one with positions wins: its name sorts first.
        key = ", ".join(f'"{name}"' for name in definition(dataset)["key"])
        once = (
            f" qualify row_number() over (partition by {key} order by filename) = 1"
            if edition == LIVE and key  # rows without a key, such as aggregates, may be alike
            else ""
        )
        frame = connection.execute(f"select {names} from {scan}{where}{once} order by all").df()
        counts = {found[0].name: len(frame)}
        if once or systems or len(found) > 1:
            counts = dict(
                connection.execute(
                    f"select parse_filename(filename), count(*) from {scan} group by all"
                ).fetchall()
            )
    return Table(
        _plain(frame, columns),
        tuple(Source(paths.shown(path), sha256(path), counts.get(path.name, 0)) for path in found),
    )


def _not_held(edition: str, dataset: str) -> NotHeld:
    return NotHeld(
        Phrase("The edition {edition!r} holds no {dataset}.", edition=edition, dataset=dataset),
        remedy="Receive a file first: workbook receive FILE" if edition == LIVE else "",
    )


def empty(dataset: str) -> Table:
    """Return a dataset's columns without a row, for an edition that holds none of it."""
    import pandas as pd

    columns = definition(dataset)["columns"]
    return Table(_plain(pd.DataFrame(columns=list(columns), dtype=object), columns), ())


def _plain(frame: "pd.DataFrame", columns: dict[str, Any]) -> "pd.DataFrame":
    """Give columns one kind of emptiness: NaN in numbers, NaT in dates, "" in text, NA in yes and no.

    DuckDB hands a nullable integer over as a masked column, whose missing value answers no comparison.
    """
    import pandas as pd

    for name, declared in columns.items():
        column = frame[name]
        if declared["type"] == "VARCHAR":
            frame[name] = column.astype(object).where(column.notna(), "").astype(str)
        elif declared["type"] == "DATE":
            frame[name] = pd.to_datetime(column)
        elif declared["type"] == "BOOLEAN":
            frame[name] = column.astype("boolean" if column.isna().any() else "bool")
        else:
            whole = declared["type"] == "INTEGER" and not column.isna().any()
            frame[name] = column.astype("int64" if whole else "float64")
    return frame


def is_demonstration(edition: str, dataset: str) -> bool:
    """Tell whether an edition's rows of a dataset are generated and not measured."""
    return edition == SAMPLE and f"{dataset}.csv" in _demonstration(paths.root())


@reads.kept
def _demonstration(root: Path) -> frozenset[str]:
    card = root / "data" / "sample" / "demonstration.source.yml"
    if not card.exists():
        return frozenset()
    return frozenset(yml.load(card.read_text(encoding="utf-8"))["files"])


def has(edition: str, dataset: str) -> bool:
    """Tell whether an edition holds a dataset as such."""
    return bool(files(edition, dataset))


@lru_cache(maxsize=256)
def _sha256(path: Path, *state: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256(path: Path) -> str:
    """Return the hash of a file's content."""
    reads.note_file(path)
    return _sha256(path, *_state(path))


def sha256_of(found: Sequence[Path]) -> str:
    """Return the hash of the content of some files, of one file its own."""
    if len(found) == 1:
        return sha256(found[0])
    return hashlib.sha256("".join(map(sha256, found)).encode()).hexdigest()


# -- writing -----------------------------------------------------------------------------------------------

# The list of moves that a commit has begun; while it lies in the store, they are owed.
_OWED = ".pending-*.json"


def write_partition(dataset: str, name: str, rows: Sequence[dict[str, object]]) -> bool:
    """Write rows as the Parquet partition `name` of a dataset; tell whether it replaced one.

    The partition appears whole or not at all.
    """
    target = partition(dataset, name)
    staged = stage(dataset, name, rows)
    replaced = target.exists()
    commit([(staged, target)])
    return replaced


def partition(dataset: str, name: str) -> Path:
    """Return where a received partition lies, or would lie."""
    return paths.data("store", dataset, f"{name}.parquet")


def within(dataset: str, name: str) -> list[Path]:
    """Return the files of a received partition: one, or those of its folder in a large dataset."""
    one = partition(dataset, name)
    return [one] if one.exists() else sorted(paths.data("store", dataset, name).glob("*.parquet"))


def stage(dataset: str, name: str, rows: Sequence[dict[str, object]]) -> Path:
    """Write rows as a Parquet file beside the partition that they will be, once committed."""
    import pandas as pd

    settle()
    columns = definition(dataset)["columns"]
    target = partition(dataset, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(target.name + ".part")
    frame = pd.DataFrame(list(rows), columns=list(columns), dtype=object)
    typed = ", ".join(f'cast("{c}" as {column["type"]}) as "{c}"' for c, column in columns.items())
    with connect() as connection:
        connection.register("rows_to_write", frame)
        rows_typed = f"select {typed} from rows_to_write order by all"
        connection.execute(f"copy ({rows_typed}) to {_sql(temporary.as_posix())} (format parquet)")
    _log.info("%s rows written for %s", len(rows), paths.shown(target))
    return temporary


def commit(moves: Sequence[tuple[Path, Path]]) -> None:
    """Put written files in their places below the workbook, all of them or none.

    The moves are written down before the first is made. A crash before that leaves everything as it was;
    after it, `settle` makes the moves that are owed before anybody reads.
    """
    settle()
    schema.begin()
    root = paths.root()
    for written, _ in moves:
        with written.open("r+b") as file:  # else a power cut could leave the list whole and the files empty
            os.fsync(file.fileno())
    owed = paths.data("store", _OWED.replace("*", uuid.uuid4().hex))
    owed.parent.mkdir(parents=True, exist_ok=True)
    listed = [[one.relative_to(root).as_posix() for one in move] for move in moves]
    beside = owed.with_name(owed.name + ".part")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(listed, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(owed)
    settle()


def settle() -> None:
    """Make the moves that a commit still owes."""
    for owed in sorted(paths.data("store").glob(_OWED)):
        try:
            moves = json.loads(owed.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue  # somebody else has settled it
        for written, target in moves:
            place = paths.root() / target
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                (paths.root() / written).replace(place)
            except FileNotFoundError:
                continue  # made before the crash
        owed.unlink(missing_ok=True)


def ask(edition: str, dataset: str, query: str, values: Sequence[Any] = ()) -> "pd.DataFrame":
    """Answer a query over a dataset that is too large to be read whole; it names the rows `held`.

    `values` stand for the question marks of the query. Raises NotHeld when the edition holds nothing of it.
    """
    found = files(edition, dataset)
    if not found:
        raise _not_held(edition, dataset)
    for path in found:
        reads.note_file(path)
    with reading(edition, dataset, found) as connection:
        connection.execute("set threads = 2")
        scan = _scan(edition, found, definition(dataset)["columns"])
        return connection.execute(f"with held as (from {scan}) {query}", list(values)).df()


def years(edition: str, dataset: str) -> set[int]:
    """Return the years of a dataset that is partitioned by them."""
    named = (part for path in files(edition, dataset) for part in path.parts if part.startswith("year="))
    return {int(name.removeprefix("year=")) for name in named if name.removeprefix("year=").isdecimal()}


def partitions(edition: str, dataset: str) -> dict[Path, list[Path]]:
    """Return the files of a dataset by partition: a file each, or a folder of them in a large dataset."""
    folder = paths.data("store", dataset)
    found: dict[Path, list[Path]] = {}
    for path in files(edition, dataset):
        found.setdefault(path if edition == SAMPLE or path.parent == folder else path.parent, []).append(path)
    return found


def names(dataset: str) -> set[str]:
    """Return the names of the received partitions of a dataset."""
    folder = paths.data("store", dataset)
    return {
        path.relative_to(folder).as_posix().removesuffix(".parquet") for path in partitions(LIVE, dataset)
    }


def holdings(edition: str) -> list[dict[str, object]]:
    """Return what an edition holds: dataset, part, years, rows, source, hash.

    The part is the ranking system where a dataset has several; the years are those of its `edition`
    or of its declared period.
    """
    return shared.once(("holdings", edition), lambda: _holdings(edition))


def _holdings(edition: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    with connect() as connection:
        for dataset, described in definitions().items():
            for path, found_in in partitions(edition, dataset).items():
                for part, first, last, rows in _holding(edition, dataset, found_in, described, connection):
                    span = "" if first is None else str(first) if first == last else f"{first}–{last}"
                    found.append(
                        {
                            "dataset": dataset,
                            "part": part,
                            "years": span,
                            "rows": rows,
                            "source": paths.shown(path),
                            "sha256": sha256_of(found_in),
                        }
                    )
    return found


def _holding(
    edition: str,
    dataset: str,
    found: Sequence[Path],
    described: dict[str, Any],
    opened: "duckdb.DuckDBPyConnection",
) -> list[tuple[Any, ...]]:
    columns = described["columns"]
    part = "system" if "system" in columns else "''"
    period = described.get("period", {}).get("column") or ("edition" if "edition" in columns else "null")
    year = f"year({period})" if columns.get(period, {}).get("type") == "DATE" else period
    with reading(edition, dataset, found, opened) as connection:
        return connection.execute(
            f"select {part}, min({year}), max({year}), count(*) from {_scan(edition, found, columns)}"
            " group by 1 order by 1"
        ).fetchall()


def _scan(edition: str, found: Sequence[Path], columns: dict[str, Any], more: str = "") -> str:
    """Write the table function that reads the files of a dataset."""
    listed = "[" + ", ".join(_sql(path.as_posix()) for path in found) + "]"
    if edition != SAMPLE:
        return f"read_parquet({listed}, hive_partitioning = false{more})"
    types = ", ".join(f"{_sql(name)}: {_sql(column['type'])}" for name, column in columns.items())
    return f"read_csv({listed}, header = true, columns = {{{types}}}, nullstr = ''{more})"
