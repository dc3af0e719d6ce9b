"""What a batch works out beside its notebooks, kept with what it rested on, as notebooks are (`records`).

A batch in which one notebook has changed need not measure every figure anew, nor write every document.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .. import reads
from . import records
from .inputs import Snapshot, closure


class Kept:
    """Values made of plain JSON that stand as long as the code and all that was read for them.

    Whatever was read earlier for the same batch counts as read for a value too: a later one may rest on
    what an earlier one holds in memory. With `force` every value is worked out anew.
    """

    def __init__(self, force: bool = False) -> None:
        self._force = force
        self._read: set[str] = set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count what is read in the body as read for every value that is worked out from here on."""
        with reads.noted() as names:
            try:
                yield
            finally:
                self._read |= names

    def get(self, place: Path, module: str, now: Snapshot, compute: Callable[[], Any]) -> Any:
        """Return the value kept at a place of its own, or the one that the module works out now."""
        path = records.folder() / place.with_name(f"{place.name}.kept.json")
        if not self._force:
            held = _held(path)
            if held is not None and _stands(held, module, now):
                return held["value"]
        with self.watching():
            value = compute()
        names = sorted(self._read)
        if not now.moved(names):
            told = {
                "code": _code(module, now),
                "read": {name: now.now(name) for name in names},
                "sha256": _sha(value),
                "value": value,
            }
            records.write(path, json.dumps(told, ensure_ascii=False).encode("utf-8"))
        return value


def _held(path: Path) -> dict[str, Any] | None:
    try:
        with reads.unheard():
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found if found["sha256"] == _sha(found["value"]) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _stands(held: dict[str, Any], module: str, now: Snapshot) -> bool:
    read: dict[str, str] = held["read"]
    return held["code"] == _code(module, now) and all(now.now(name) == was for name, was in read.items())


def _code(module: str, now: Snapshot) -> dict[str, str]:
    return {"packages": now.packages, **{name: now.helpers.get(name, "") for name in closure([module])}}


def _sha(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
