"""What was executed before: each job's last notebook with what it rested on, so that it need not run again.

A record is kept as soon as its job is done, whether or not its set is published: a batch that was
interrupted goes on from there. It lies below `reports/.work`, by edition, institution and place.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import paths, reads
from ..errors import Phrase, RunFailed
from .inputs import Snapshot, changed
from .jobs import Job

WORK = ".work"

# Why a job has to run, other than that something has changed.
NEVER = Phrase("it has not been made yet")
GONE = Phrase("its executed notebook is gone or was altered")
FORCED = "--force"


@dataclass(frozen=True)
class Record:
    """A job that ran to its end: what it rested on by name, its notebook's hash, how long it took."""

    inputs: dict[str, str]
    read: dict[str, str]
    stamp: str
    sha256: str
    seconds: float
    made: str


def folder() -> Path:
    """Return where the work of batches is kept."""
    return paths.reports(WORK)


def _place(job: Job, suffix: str) -> Path:
    place = folder() / job.edition / job.institution / job.place
    return place.with_name(place.name + suffix)


def notebook_of(job: Job) -> Path:
    """Return where a job's executed notebook is kept."""
    return _place(job, ".ipynb")


def read(job: Job) -> Record | None:
    """Return a job's record; None if there is none that can be read."""
    try:
        return Record(**json.loads(_place(job, ".json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def why(job: Job, record: Record | None, now: Snapshot) -> list[str]:
    """Return the reasons why a job has to run; none if its record still stands."""
    if record is None:
        return [NEVER]
    if _sha(notebook_of(job)) != record.sha256:
        return [GONE]
    if record.stamp == now.stamp:
        return []
    names = changed(record.inputs, now.of_job(job))
    names += [name for name, digest in record.read.items() if now.now(name) != digest]
    return [told(name) for name in names]


_CHANGED = {
    "packages": Phrase("Python or an installed package has changed"),
    "parameters": Phrase("its parameters have changed"),
    "notebook": Phrase("the notebook has changed"),
}


def told(name: str) -> Phrase:
    """Say in words what has changed."""
    kind, _, rest = name.partition(":")
    if not rest:
        return _CHANGED.get(name) or Phrase("the definition {name} has changed", name=name)
    if kind == "file":
        return Phrase("the file {name} has changed", name=rest)
    if kind == "folder":
        return Phrase("what is in the folder {name} has changed", name=rest)
    return Phrase("the helper {name} has changed", name=rest)


def keep(
    job: Job, notebook: str, read_names: Iterable[str], now: Snapshot, seconds: float, made: str
) -> Record:
    """Keep an executed notebook and what it rested on.

    Raises RunFailed where a file that it read has changed since the batch began: nobody could say which
    content the notebook shows.
    """
    names = sorted(read_names)
    moved = now.moved(names)
    if moved:
        raise RunFailed(
            Phrase(
                "The notebook {job} read what changed while it ran: {changes}.",
                job=job,
                changes=[told(name) for name in moved],
            ),
            remedy="Run again when nobody writes to it.",
        )
    content = notebook.encode("utf-8")
    record = Record(
        now.of_job(job), {name: now.now(name) for name in names}, now.stamp, _hash(content), seconds, made
    )
    write(notebook_of(job), content)
    write(_place(job, ".json"), json.dumps(vars(record), ensure_ascii=False, indent=0).encode("utf-8"))
    return record


def renew(job: Job, record: Record, now: Snapshot) -> None:
    """Note that a record stands for the present content as well, so that it is known at once next time."""
    if record.stamp != now.stamp:
        later = {**vars(record), "inputs": now.of_job(job), "stamp": now.stamp}
        write(_place(job, ".json"), json.dumps(later, ensure_ascii=False, indent=0).encode("utf-8"))


def opened(path: Path) -> Any:
    """Read an executed notebook; what the workbook itself wrote need not be validated."""
    from nbformat import v4

    return v4.reads(path.read_text(encoding="utf-8"))


def seconds_of(notebook: str) -> float | None:
    """Return how long a notebook took when it last ran, of any year and language; None if not known."""
    found = [
        json.loads(path.read_text(encoding="utf-8"))["seconds"]
        for path in folder().glob(f"*/*/*/*/{notebook}.json")
    ]
    return sum(found) / len(found) if found else None


def write(target: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sha(path: Path) -> str:
    try:
        with reads.unheard():
            return _hash(path.read_bytes())
    except OSError:
        return ""
