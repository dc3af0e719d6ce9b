"""What a process has read of the workbook: files, folders and definitions, by name.

A batch runs a notebook again when something that it read has changed. What it read is not declared, for a
declaration can be forgotten: Python itself tells of every file that is opened and every folder that is
listed (PEP 578), what DuckDB opens is noted where it is asked to, and the definitions of the catalogue,
which are read as a whole, are noted one by one as they are looked up.

Names are `file:data/sample/events.csv`, `folder:data/catalog/indicators`, `goals/G1` (an entry of a named
table of definitions), `goals` (the table as a whole).
"""

import os
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from . import paths

Value = TypeVar("Value")

_OPENED, _LISTED = "open", ("os.listdir", "os.scandir")

_listeners: list[Callable[[str], None]] = []
_unheard = 0
_hooked = False


def note(name: str) -> None:
    """Say that something was read."""
    if not _unheard:
        for listener in _listeners:
            listener(name)


def note_all(names: Iterable[str]) -> None:
    """Say that all these were read."""
    for name in names:
        note(name)


def note_file(path: Path) -> None:
    """Say that a file of the workbook was read, or found missing."""
    name = _within(path)
    if name:
        note(f"file:{name}")


def note_folder(path: Path) -> None:
    """Say that the names in a folder of the workbook were read."""
    name = _within(path)
    if name:
        note(f"folder:{name}")


def _within(path: Path) -> str:
    """Return a path relative to the workbook; empty for one elsewhere or one of this package's own."""
    full = os.path.abspath(path)  # noqa: PTH100 - a link inside the workbook keeps its name
    if full.startswith(f"{paths.package()}{os.sep}"):
        return ""  # code and texts of the helpers are known from what imports what
    root = str(paths.root())
    return Path(full).relative_to(root).as_posix() if full.startswith(f"{root}{os.sep}") else ""


@contextmanager
def noted() -> Iterator[set[str]]:
    """Collect the names of what is read in the body."""
    found: set[str] = set()
    listener = found.add
    _begin(listener)
    try:
        yield found
    finally:
        _listeners.remove(listener)


def note_into(file: Path) -> None:
    """Write the name of everything that this process reads from now on into a file, a line each.

    A line is written as its thing is read, so that nothing is lost when the process is killed.
    """
    told: set[str] = set()
    lines = file.open("a", encoding="utf-8", buffering=1)

    def tell(name: str) -> None:
        if name not in told:
            told.add(name)
            lines.write(name + "\n")

    _begin(tell)


def _begin(listener: Callable[[str], None]) -> None:
    global _hooked
    _listeners.append(listener)
    if not _hooked:  # a hook cannot be taken away
        _hooked = True
        sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _listeners or _unheard:
        return
    if event == _OPENED:
        path, mode, _ = arguments
        if isinstance(path, (str, bytes, os.PathLike)) and not (isinstance(mode, str) and mode[:1] in "wax"):
            note_file(Path(os.fsdecode(path)))
    elif event in _LISTED and isinstance(arguments[0], (str, bytes, os.PathLike)):
        note_folder(Path(os.fsdecode(arguments[0])))


@contextmanager
def unheard() -> Iterator[None]:
    """Read the body's files without a note: of what is in them, each entry is noted when it is looked up."""
    global _unheard
    _unheard += 1
    try:
        yield
    finally:
        _unheard -= 1


class Memo:
    """Values that were worked out once, each with the names of what was read for it.

    Whoever takes a value over has read the same: the names are noted again.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[Any, frozenset[str]]] = {}

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """Return the value of a key; work it out where it is asked for the first time."""
        if key not in self._kept:
            with noted() as names:
                value = compute()
            self._kept[key] = (value, frozenset(names))
            return value
        known: Value
        known, read = self._kept[key]
        note_all(read)
        return known

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)


def kept(function: Callable[..., Value]) -> Callable[..., Value]:
    """Call a function once for each of its arguments, and note what it has read at every call."""
    memo = Memo()

    @wraps(function)
    def call(*given: Hashable) -> Value:
        return memo.get(given, lambda: function(*given))

    call.cache_clear = memo.clear  # type: ignore[attr-defined]
    call.cache_size = memo.__len__  # type: ignore[attr-defined]
    return call


class Definitions(Mapping[str, Value]):
    """A table of definitions by name that notes which of them are looked up."""

    def __init__(self, name: str, entries: Mapping[str, Value]) -> None:
        self._name, self._entries = name, dict(entries)

    def __getitem__(self, key: str) -> Value:
        note(f"{self._name}/{key}")
        return self._entries[key]

    def __contains__(self, key: object) -> bool:
        note(f"{self._name}/{key}")
        return key in self._entries

    def __iter__(self) -> Iterator[str]:
        note(self._name)
        return iter(self._entries)

    def __len__(self) -> int:
        note(self._name)
        return len(self._entries)

    def __repr__(self) -> str:
        return f"{self._name}: {', '.join(self._entries)}"
