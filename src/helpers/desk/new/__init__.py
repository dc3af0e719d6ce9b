"""New definitions and the files that go with them: all of them are written, or none.

Definitions are tried first, in a copy of the catalogue, so that one that contradicts another is refused
before anything is written. Text is only added to files that are there: their comments and order stay.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ... import paths
from ...catalog import load
from ...errors import WorkbookError, cause
from ...plan import cards
from ...texts import Texts, failures

# What the catalogue is read from; a trial needs no more.
_DEFINITIONS = ("data/catalog", "data/reference", "data/corrections")


@dataclass(frozen=True)
class Made:
    """The files of something new, whole, by their place; then what a person does next, as sentences."""

    files: Mapping[Path, str | bytes]
    then: Sequence[str] = field(default_factory=tuple)


def refused(say: Texts, told: str) -> WorkbookError:
    """Return a refusal in the user's language; nothing has been written."""
    return WorkbookError(f"{told} {say('new.nothing')}")


def coded(say: Texts, code: str, pattern: str, example: str) -> str:
    """Return a code that is written as it should be."""
    if not re.fullmatch(pattern, code):
        raise refused(say, say("new.malformed", code=code, example=example))
    return code


def entry(definition: Mapping[str, Any] | Sequence[Any], indent: int = 0) -> str:
    """Write a definition as YAML, keys in their order."""
    dumped = yaml.safe_dump(definition, allow_unicode=True, sort_keys=False, width=105)
    return "".join(f"{' ' * indent}{line}\n" for line in dumped.splitlines())


def added(path: Path, text: str, head: str = "") -> str:
    """Return what a file holds with a text at its end; a file that is not there begins with `head`."""
    held = path.read_text(encoding="utf-8") if path.exists() else head
    return held + ("" if held.endswith("\n") or not held else "\n") + text


@contextmanager
def at_root(root: Path) -> Iterator[None]:
    """Work in another workbook folder."""
    before = os.environ.get(paths.ROOT_VARIABLE)
    os.environ[paths.ROOT_VARIABLE] = str(root)
    try:
        yield
    finally:
        if before is None:
            del os.environ[paths.ROOT_VARIABLE]
        else:
            os.environ[paths.ROOT_VARIABLE] = before


def tried(files: Mapping[Path, str | bytes]) -> None:
    """Read the catalogue as it would be with these files; raise CatalogError where it contradicts itself."""
    root = paths.root()
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch).resolve()
        for part in _DEFINITIONS:
            shutil.copytree(root / part, copy / part)
        (copy / "notebooks").mkdir()
        for path in [*root.glob("notebooks/*.yml")]:
            shutil.copy(path, copy / "notebooks")
        for path, content in files.items():
            if path.is_relative_to(root / "data") or (path.suffix == ".yml" and path.is_relative_to(root)):
                _put(copy / path.relative_to(root), content)
        with at_root(copy):
            cards.load(load())


def write(say: Texts, made: Made, changed: Sequence[Path] = ()) -> list[Path]:
    """Write the files of something new; only those named as changed may be there already.

    Raises WorkbookError where one stands in the way or cannot be written; then nothing is changed.
    """
    there = [path for path in made.files if path.exists() and path not in changed]
    if there:
        raise refused(say, say("new.there", files=", ".join(paths.shown(path) for path in there)))
    tried(made.files)
    beside = {path: path.with_name(path.name + ".part") for path in made.files}
    before = {path: path.read_bytes() if path.exists() else None for path in made.files}
    folders = [p for path in made.files for p in path.parents if not p.exists()]
    moved: list[Path] = []
    try:
        for path, content in made.files.items():
            _put(beside[path], content)
        for path in made.files:
            beside[path].replace(path)
            moved.append(path)
    except OSError as error:
        for path in moved:
            held = before[path]
            if held is None:
                path.unlink()
            else:
                path.write_bytes(held)
        for path in beside.values():
            path.unlink(missing_ok=True)
        for folder in sorted(set(folders), key=lambda one: -len(one.parts)):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        raise refused(
            say, say("new.unwritten", reason=failures.phrase(cause(error), say.language))
        ) from error
    return list(made.files)


def _put(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
