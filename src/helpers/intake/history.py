"""What a file changes of what is held, and the rows it replaces: compared by key, kept, and listed.

A partition (unit and year of a register, edition of a ranking) that is replaced or withdrawn moves to
`data/store/.history/<dataset>/<partition>/`, with a card that says when, by which file, and what changed.
"""

import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from .. import locale, paths, store, yml
from ..errors import ParameterError, Phrase, one_of
from . import declaration, wording

# Where a row was read says nothing of what it holds: the same rows of another file are unchanged.
_PROVENANCE = frozenset({"source", "source_row"})
# So many keys of each kind are named, where keys may be shown at all.
_SHOWN_KEYS = 3
KINDS = ("added", "removed", "altered")

Names = Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """What became of a partition: rows added, removed, altered and unchanged, by the key of its dataset.

    `columns` counts the altered rows by the column in which they differ; `rejected` counts removed rows that
    the file holds but that were rejected; `keys` are a few of the keys, by kind, where they may be shown. A
    partition that is not `held` is new; one that is not `compared` was held in a shape of other columns.
    """

    partition: str
    rows: int
    held: bool = False
    compared: bool = True
    added: int = 0
    removed: int = 0
    altered: int = 0
    unchanged: int = 0
    rejected: int = 0
    columns: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def dataset(self) -> str:
        """Return the dataset that the partition belongs to."""
        return self.partition.split("/")[0]

    @property
    def is_same(self) -> bool:
        """Tell whether the rows are those that were held."""
        return self.held and self.compared and not self.added + self.removed + self.altered


# -- comparing ---------------------------------------------------------------------------------------------


def compare(
    dataset: str, name: str, rows: int, new: Path, rejected: Collection[tuple[str, ...]] = ()
) -> Change:
    """Compare the rows written for a partition with those held of it, row by row, by the dataset's key.

    Rows that share a key, or have none, are told apart by their order. `rejected` are the keys of the file's
    rejected rows. DuckDB compares, so that the size of a partition does not matter.
    """
    import duckdb

    old = store.partition(dataset, name)
    named = f"{dataset}/{name}"
    if not old.exists():
        return Change(named, rows, added=rows)
    described = store.definition(dataset)
    types = {column: told["type"] for column, told in described["columns"].items()}
    content = [column for column in types if column not in _PROVENANCE]
    key = [column for column in described["key"] if column in content] or content
    others = [column for column in content if column not in key]
    try:
        with store.connect() as connection:
            for side, path in (("before", old), ("after", new)):
                _side(connection, side, path, key, others, types)
            connection.execute(f"create table both_sides as {_joined(key, others)}")
            counted = ", ".join(f"count(*) filter (kind = '{kind}')" for kind in (*KINDS, "unchanged"))
            of_column = "".join(f', count(*) filter ("differs {column}")' for column in others)
            ((*counts,),) = connection.execute(f"select {counted}{of_column} from both_sides").fetchall()
            fallen = _fallen(connection, key, rejected)
            shown = declaration.may_show(described, key)
            keys = {kind: _keys(connection, key, kind) for kind in KINDS} if shown else {}
    except duckdb.Error:
        return Change(named, rows, held=True, compared=False)
    added, removed, altered, unchanged = counts[:4]
    columns = {column: times for column, times in zip(others, counts[4:], strict=True) if times}
    return Change(
        named, rows, True, True, added, removed, altered, unchanged, fallen, columns,
        {kind: found for kind, found in keys.items() if found},
    )  # fmt: skip


def compare_many(dataset: str, name: str, rows: int, new: Sequence[Path], spill: Path) -> Change:
    """Compare as `compare` does the rows of a large partition, which have no key: each is all that it holds.

    A row that was altered is one removed and one added. Rows are compared by a hash of 64 bits, of which
    those of millions of rows fit into memory; what does not goes to the folder `spill` on its way.
    """
    import duckdb

    named, old = f"{dataset}/{name}", store.within(dataset, name)
    if not old:
        return Change(named, rows, added=rows)
    content = [column for column in store.definition(dataset)["columns"] if column not in _PROVENANCE]
    sides = (
        f"(select hash({_listed(content)}) as row_hash, count(*) as n from read_parquet("
        f"[{', '.join(_quoted(path) for path in files)}], hive_partitioning = false) group by 1)"
        for files in (old, new)
    )
    added, removed, unchanged = ("after_n - before_n", "before_n - after_n", "least(before_n, after_n)")
    sums = ", ".join(f"coalesce(sum(greatest({side}, 0)), 0)::bigint" for side in (added, removed, unchanged))
    before, after = sides
    query = f"""select {sums} from (select coalesce(before.n, 0) as before_n, coalesce(after.n, 0) as after_n
        from {before} before full join {after} after using (row_hash))"""
    try:
        with store.connect(threads="2", memory_limit="500MB", temp_directory=str(spill)) as connection:
            ((more, fewer, same),) = connection.execute(query).fetchall()
    except duckdb.Error:
        return Change(named, rows, held=True, compared=False)
    return Change(named, rows, held=True, added=more, removed=fewer, unchanged=same)


def _quoted(path: Path) -> str:
    return "'" + path.as_posix().replace("'", "''") + "'"


def _side(connection: Any, side: str, path: Path, key: list[str], others: list[str], types: Names) -> None:
    scan = f"read_parquet({_quoted(path)})"
    has = {column for column, *_ in connection.execute(f"describe select * from {scan}").fetchall()}
    typed = ", ".join(
        f'cast("{column}" as {types[column]}) as "{column}"'
        if column in has or column in key  # without its key, a row cannot be compared
        else f'cast(null as {types[column]}) as "{column}"'
        for column in (*key, *others)
    )
    listed = ", ".join(f'"{column}"' for column in key)
    # The n-th row of a key before is compared with the n-th after; most keys stand once.
    number = f'row_number() over (partition by {listed} order by {_listed(others) or "1"}) as "n-th"'
    connection.execute(
        f"create view {side} as select *, {number}, true as stands from (select {typed} from {scan})"
    )


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _joined(key: list[str], others: list[str]) -> str:
    same_key = " and ".join(f'before."{c}" is not distinct from after."{c}"' for c in (*key, "n-th"))
    differs = {c: f'before."{c}" is distinct from after."{c}"' for c in others}
    both = "before.stands and after.stands"
    flags = "".join(f', coalesce({both} and {told}, false) as "differs {c}"' for c, told in differs.items())
    names = ", ".join(
        f'coalesce(cast(coalesce(after."{c}", before."{c}") as varchar), \'\') as "{c}"' for c in key
    )
    kind = (
        "case when before.stands is null then 'added' when after.stands is null then 'removed' "
        f"when {' or '.join(differs.values()) or 'false'} then 'altered' else 'unchanged' end as kind"
    )
    return f"select {kind}, {names}{flags} from before full join after on {same_key}"


def _fallen(connection: Any, key: list[str], rejected: Collection[tuple[str, ...]]) -> int:
    """Count the removed rows whose key is one of the rejected."""
    if not rejected:
        return 0
    import pandas as pd

    connection.register("rejected", pd.DataFrame(sorted(set(rejected)), columns=key, dtype=object))
    same = f"select count(*) from both_sides semi join rejected using ({_listed(key)}) where kind = 'removed'"
    (count,) = connection.execute(same).fetchone()
    return int(count)


def _keys(connection: Any, key: list[str], kind: str) -> tuple[str, ...]:
    few = f"select {_listed(key)} from both_sides where kind = '{kind}' order by all limit {_SHOWN_KEYS}"
    return tuple(" ".join(cells) for cells in connection.execute(few).fetchall())


# -- telling -----------------------------------------------------------------------------------------------


def told(change: Change, language: str) -> str:
    """Say in a language what became of a partition."""
    if not change.held:
        return wording.sentence("change.new", language, partition=change.partition, rows=change.rows)
    if not change.compared:
        return wording.sentence("change.other_shape", language, partition=change.partition, rows=change.rows)
    if change.is_same:
        return wording.sentence("change.none", language, partition=change.partition, rows=change.rows)
    columns = store.definition(change.dataset)["columns"]
    headings = [
        f"{columns[name].get(language, name)} {locale.number(times, language)}"
        for name, times in change.columns.items()
    ]
    numbers = {kind: locale.number(getattr(change, kind), language) for kind in (*KINDS, "unchanged")}
    said = wording.sentence(
        "change",
        language,
        partition=change.partition,
        **numbers | {"altered": numbers["altered"] + (f" ({', '.join(headings)})" if headings else "")},
    )
    if change.rejected:
        said += wording.sentence("change.rejected", language, count=locale.number(change.rejected, language))
    for kind, keys in change.keys.items():
        more = "…" if getattr(change, kind) > len(keys) else ""
        said += wording.sentence(f"change.keys.{kind}", language, keys="; ".join(keys) + more)
    return said


def on_card(change: Change) -> dict[str, object]:
    """Return what a card says of a change: its numbers, and the sentence in both languages."""
    numbers: dict[str, object] = {"partition": change.partition, "rows": change.rows}
    if change.held and change.compared:
        numbers |= {kind: getattr(change, kind) for kind in (*KINDS, "unchanged")}
        numbers["altered_columns"] = dict(change.columns)
    return numbers | {language: told(change, language) for language in locale.LANGUAGES}


# -- keeping -----------------------------------------------------------------------------------------------


def folder(*parts: str) -> Path:
    """Return the place of what was replaced."""
    return paths.data("store", ".history", *parts)


def keep(
    partition: str, held: Mapping[str, Any] | None, by: str, change: Change | None = None, reason: str = ""
) -> list[tuple[Path, Path]]:
    """Write down that a partition is replaced or withdrawn; return the moves that a commit must make.

    `held` is the card of the file whose rows it holds, `by` names the file that replaces it, "" where it is
    withdrawn. A replaced partition is linked, so that it costs neither time nor room.
    """
    dataset, _, name = partition.partition("/")
    now = datetime.now(UTC)
    files = store.within(dataset, name)
    old = store.partition(dataset, name)
    is_file = files == [old]
    digest = store.sha256_of(files)
    ending = ".parquet" if is_file else ""
    target = folder(dataset, name) / f"{now:%Y%m%dT%H%M%S%f}Z-{digest[:8]}{ending}"
    target.parent.mkdir(parents=True, exist_ok=True)
    for stale in target.parent.glob("*.part"):  # of a crash before anything was committed
        stale.unlink()
    card = {
        "partition": partition,
        "file": target.name,
        "sha256": digest,
        "name_as_received": held["name_as_received"] if held else "not known",
        "received": held["received"] if held else "not known",
        "until": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "replaced_by": by,
    }
    if change:
        card["changes"] = on_card(change)
    if reason:
        card["reason"] = reason
    beside = target.with_suffix(".yml.part")
    beside.write_text(yaml.safe_dump(card, sort_keys=False, allow_unicode=True), encoding="utf-8")
    moves = [(beside, target.with_suffix(".yml"))]
    if not is_file:  # no file that replaces one of these has its name, so that each goes as it is
        return [*((path, target / path.name) for path in files), *moves]
    if not change:  # withdrawn: the partition itself goes
        return [(old, target), *moves]
    copy = target.with_name(target.name + ".part")
    try:
        os.link(old, copy)
    except OSError:
        shutil.copyfile(old, copy)
    return [(copy, target), *moves]


def kept(dataset: str) -> list[dict[str, Any]]:
    """Return the cards of what a dataset held before, oldest first.

    Raises ParameterError where there is no such dataset.
    """
    known = store.datasets()
    if dataset not in known:
        raise ParameterError(
            Phrase("There is no register {dataset!r}.", dataset=dataset), expected=one_of(known)
        )
    store.settle()
    found = [yml.load(path.read_text(encoding="utf-8")) for path in folder(dataset).rglob("*.yml")]
    return sorted(found, key=lambda card: str(card["file"]))


def left(partitions: Sequence[str], cards: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the partitions that a corrected file leaves as they were, with the name of the file they are of.

    A file is taken for the correction of those whose rows it replaces.
    """
    latest = {partition: card for card in cards for partition in card["partitions"]}
    datasets = {partition.split("/")[0] for partition in partitions}
    yielded = set(partitions)
    for replaced in partitions:
        before = latest.get(replaced)
        for other in before["partitions"] if before else ():
            dataset, _, name = other.partition("/")
            is_its = latest[other] is before and dataset in datasets
            if other not in yielded and is_its and store.within(dataset, name):
                yielded.add(other)
                yield other, before["name_as_received"] if before else ""
