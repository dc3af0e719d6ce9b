"""Of which version `data/` is: two stamps, one with the definitions, one with what was received.

Definitions travel with the program's version control, what was received stays on the machine. Hence each has
a stamp of its own: after an update the definitions may be new and the store old. Without a stamp, data are of
version 0. A store that holds nothing is of any version.
"""

import json
from dataclasses import dataclass

from . import paths
from .errors import Phrase, WorkbookError

VERSION = 1


@dataclass(frozen=True)
class Part:
    """A part of `data/` that is migrated as one: its folders, and the folder that has its stamp."""

    name: str
    folders: tuple[str, ...]
    stamp: tuple[str, ...]


DEFINITIONS = Part("definitions", ("catalog", "reference", "corrections"), ("catalog", "schema.json"))
RECEIVED = Part("received", ("raw", "store"), ("store", "schema.json"))
PARTS = (DEFINITIONS, RECEIVED)


def stamp(version: int) -> bytes:
    """Return what a stamp of a version holds."""
    return (json.dumps({"version": version}) + "\n").encode()


def version(part: Part) -> int:
    """Return the version of a part of `data/`.

    What a receipt still owes (`store.settle`) is not looked at. Raises WorkbookError where its stamp is none.
    """
    path = paths.data(*part.stamp)
    if not path.exists():
        return 0 if part is DEFINITIONS or _holds_something() else VERSION
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["version"]
        if isinstance(found, int) and not isinstance(found, bool) and found >= 0:
            return found
    except (ValueError, KeyError, TypeError):
        pass
    raise WorkbookError(
        Phrase("{file} does not say of which version the data are.", file=paths.shown(path)),
        expected='{"version": N}',
        remedy="Put it back from a backup or from version control.",
    )


def _holds_something() -> bool:
    if next(paths.data("raw").rglob("*.source.yml"), None) is not None:
        return True
    datasets = (
        one for one in paths.data("store").glob("*") if not one.name.startswith(".")
    )  # staged are hidden
    return any(next(one.rglob("*.parquet"), None) is not None for one in datasets)


def begin() -> None:
    """Stamp a store that holds nothing yet, before the first file enters it."""
    path = paths.data(*RECEIVED.stamp)
    if not path.exists() and not _holds_something():
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".part")
        beside.write_bytes(stamp(VERSION))
        beside.replace(path)
