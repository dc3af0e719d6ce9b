"""What the processes of a batch work out once for all of them.

Each notebook has a process of its own, and most of them need the same definitions, tables and figures. A
batch names a folder of its own by the environment; what one process has worked out there, the others take
over, together with the names of what was read for it (`reads`). Without a folder all is worked out anew.
Data and definitions do not change while a batch runs: a batch in which they did is not published.
"""

import hashlib
import os
import pickle
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from . import reads

Value = TypeVar("Value")

VARIABLE = "WORKBOOK_SHARED"


@contextmanager
def folder(place: Path) -> Iterator[None]:
    """Let this process and those that it starts in the body share what they work out."""
    place.mkdir(parents=True, exist_ok=True)
    earlier = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(place)
    try:
        yield
    finally:
        os.environ.pop(VARIABLE)
        if earlier is not None:
            os.environ[VARIABLE] = earlier


def once(key: tuple[Any, ...], compute: Callable[[], Value]) -> Value:
    """Return what was worked out under a key, or work it out; a key says all that the value depends on."""
    named = os.environ.get(VARIABLE)
    if not named:
        return compute()
    path = Path(named, hashlib.sha256(repr(key).encode()).hexdigest()[:32])
    try:
        # The folder is the batch's own, and only its processes write to it.
        value, names = pickle.loads(path.read_bytes())
    except FileNotFoundError:
        with reads.noted() as found:
            value = compute()
        beside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
        beside.write_bytes(pickle.dumps((value, sorted(found)), pickle.HIGHEST_PROTOCOL))
        beside.replace(path)
        return value
    reads.note_all(names)
    kept: Value = value
    return kept
