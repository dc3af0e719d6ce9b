"""Data of an earlier version are brought to the program's: whole or not at all, with a backup.

A migration is a pure function from the files of a version to those that differ in the next. To add one: raise
`schema.VERSION`, append it to MIGRATIONS, and keep a miniature of the version before it in its test.
"""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from .. import paths, schema, store, yml
from ..batch import sets
from ..errors import WorkbookError
from ..schema import Part
from ..texts import Texts

# Files by their path below `data/`, read when they are asked for: a store may be of many gigabytes.
Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Migration:
    """What leads a part of `data/` to a version from the one before: the files that it changes or adds."""

    part: Part
    to: int
    change: Callable[[Files], dict[str, bytes]]


@dataclass(frozen=True)
class Migrated:
    """A part that was brought from a version to the present one, and how many of its files have changed."""

    part: Part
    before: int
    files: int


class _Held(Files):
    """The files of a part as they lie on disk, with what earlier migrations have made of them."""

    def __init__(self, part: Part) -> None:
        self.changed: dict[str, bytes] = {}
        self._paths = {
            path.relative_to(paths.data()).as_posix(): path
            for folder in part.folders
            for path in sorted(paths.data(folder).rglob("*"))
            if path.is_file() and path.suffix != ".part"
        }

    def __getitem__(self, name: str) -> bytes:
        return self.changed[name] if name in self.changed else self._paths[name].read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths | self.changed)

    def __len__(self) -> int:
        return len(self._paths | self.changed)


def fill_cards(files: Files) -> dict[str, bytes]:
    """Version 1: an identity card says how its file is kept.

    Cards of before had the hash of the file as it came alone, and the file was always kept whole. What a
    receipt changed was not noted then, and is not made up.
    """
    changed = {}
    for name in files:
        if not (name.startswith("raw/") and name.endswith(".source.yml")):
            continue
        card = yml.load(files[name].decode("utf-8"))
        if "sha256_kept" in card:
            continue
        card |= {"kept": "whole", "sha256_kept": card["sha256"]}
        for table in card["tables"]:
            if "register" in table:
                table.setdefault("headings", {})
        changed[name] = yaml.safe_dump(card, sort_keys=False, allow_unicode=True).encode()
    return changed


MIGRATIONS = (Migration(schema.RECEIVED, 1, fill_cards),)


def outdated() -> list[tuple[Part, int]]:
    """Return the parts of `data/` that are of an earlier version than the program's, with their version."""
    store.settle()
    found = [(part, schema.version(part)) for part in schema.PARTS]
    return [(part, version) for part, version in found if version < schema.VERSION]


def refuse_newer(say: Texts) -> None:
    """Raise WorkbookError where a part of `data/` was written by a later version of the program."""
    for part in schema.PARTS:
        version = schema.version(part)
        if version > schema.VERSION:
            name = say(f"migrate.part.{part.name}")
            raise WorkbookError(
                say("migrate.newer", part=name, version=version, known=schema.VERSION),
                remedy=say("migrate.newer_remedy"),
            )


def require(say: Texts) -> None:
    """Raise WorkbookError where `data/` is of another version than the program's, and say what is done."""
    refuse_newer(say)
    for part, version in outdated():
        name = say(f"migrate.part.{part.name}")
        raise WorkbookError(
            say("migrate.older", part=name, version=version, known=schema.VERSION),
            remedy=say("migrate.older_remedy"),
        )


def migrate(say: Texts) -> tuple[list[Migrated], Path | None]:
    """Bring `data/` to the program's version; return what was migrated and where the backup lies.

    Whatever stops it, the data are wholly of the old version or wholly of the new one. No run may be under
    way: raises RunFailed.
    """
    with sets.held():
        refuse_newer(say)
        done: list[Migrated] = []
        contents: dict[str, bytes] = {}
        before: dict[str, bytes] = {}
        for part, version in outdated():
            held = _Held(part)
            for one in MIGRATIONS:
                if one.part is part and one.to > version:
                    held.changed |= one.change(held)
            done.append(Migrated(part, version, len(held.changed)))
            contents |= held.changed
            stamped = "/".join(part.stamp)
            contents[stamped] = schema.stamp(schema.VERSION)
            before[stamped] = schema.stamp(version)
        if not done:
            return [], None
        backup = _backup(contents, before)
        moves = []
        for name, content in contents.items():
            target = paths.data(name)
            beside = target.with_name(target.name + ".part")
            beside.write_bytes(content)
            moves.append((beside, target))
        store.commit(moves)
        return done, backup


def _backup(changed: Mapping[str, bytes], before: Mapping[str, bytes]) -> Path:
    """Write what will change, as it is, into a ZIP; unpacked over `data/`, it leads back."""
    path = paths.data("backups", f"{datetime.now(UTC):%Y%m%d-%H%M%S}-before-version-{schema.VERSION}.zip")
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in changed:
            if name in before:
                packed.writestr(name, before[name])
            elif paths.data(name).exists():
                packed.write(paths.data(name), name)
    beside.replace(path)
    return path
