"""Published sets: each in a folder of its own, one of them in force, the last three kept.

There is a set for each edition, and one for each other institution in it (`Plan.set_of`). `reports/<name>` is
a link to the set in force, so that one step of the file system puts another in its place: whoever reads sees
the old set whole or the new one whole. Where the system allows no links, the folders themselves change places
in two steps. What a publication still owes is written down before its first step (the ledger's new lines, the
set), and the next batch makes good what a crash has left.
"""

import json
import logging
import os
import re
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from .. import paths
from ..errors import Phrase, RunFailed, WorkbookError, cause, one_of
from ..plan import ledger
from .records import WORK, write

_log = logging.getLogger(__name__)

KEPT = 3
MANIFEST = "run.json"
_SETS, _NEXT, _OWED = ".sets", ".next-", "owed.json"


def in_force(edition: str) -> Path:
    """Return where readers find the set of an edition."""
    return paths.reports(edition)


def manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a set; empty if there is none."""
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def kept(edition: str) -> list[str]:
    """Return the names of the sets of an edition that are kept, the oldest first."""
    found = {name for name in _numbered(edition) if paths.reports(_SETS, name, MANIFEST).exists()}
    return sorted(found | {current(edition)} - {""}, key=_number)


def _numbered(edition: str) -> list[str]:
    """Return the names of what lies among the sets of an edition; `sample-metu-0001` is none of `sample`."""
    named = re.compile(rf"{re.escape(edition)}-\d+")
    return [path.name for path in paths.reports(_SETS).glob(f"{edition}-*") if named.fullmatch(path.name)]


def folder_of(edition: str, name: str) -> Path:
    """Return where a set lies; without links, the one in force lies where readers find it."""
    return in_force(edition) if name == current(edition) else paths.reports(_SETS, name)


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])


def current(edition: str) -> str:
    """Return the name of the set in force; empty if there is none."""
    return str(manifest(in_force(edition)).get("set", ""))


# -- one batch at a time -----------------------------------------------------------------------------------


@contextmanager
def held() -> Iterator[str]:
    """Keep other batches of this workbook out; hand over what the last one left if it was cut off.

    The lock is the operating system's: it goes with its process, whatever end that comes to, and no clock
    has a say in it. Raises RunFailed where another batch holds it.
    """
    folder = paths.reports(WORK)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock", timeout=0)
        lock.acquire()
    except Timeout as error:
        raise RunFailed(
            Phrase("Another batch is running: {owner}.", owner=_owner(folder)),
            remedy="Wait for its end, or stop it (Ctrl-C).",
        ) from error
    except OSError as error:
        raise unwritable(error) from error
    owner = folder / "owner.json"
    try:
        left = _owner(folder) if owner.exists() else ""
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        write(
            owner, json.dumps({"process": os.getpid(), "host": socket.gethostname(), "since": now}).encode()
        )
        yield left
    finally:
        owner.unlink(missing_ok=True)  # it stays where a process is killed, and tells the next one
        lock.release()


def _owner(folder: Path) -> Phrase:
    try:
        told = json.loads((folder / "owner.json").read_text(encoding="utf-8"))
        names = {name: told[name] for name in ("process", "host", "since")}
    except (OSError, ValueError, KeyError, TypeError):
        return Phrase("it has just begun")
    return Phrase("process {process} on {host}, since {since}", **names)


def unwritable(error: OSError) -> RunFailed:
    """Say what to do where the reports cannot be written."""
    free: list[str] = []
    try:
        megabytes = shutil.disk_usage(paths.root()).free // 1_000_000
        free = [Phrase("{count} MB are free", count=megabytes)]
    except OSError:
        _log.debug("the free space is not known")
    return RunFailed(
        Phrase("The reports cannot be written: {causes}.", causes=[cause(error), *free]),
        remedy="Nothing was published; finished notebooks are kept. Make room or allow writing below "
        "reports/, then run again.",
    )


# -- putting a set in force ----------------------------------------------------------------------------------


@contextmanager
def staged(edition: str) -> Iterator[Path]:
    """Hand over an empty folder to make a set in; it is gone afterwards unless it was put in force."""
    staging = paths.reports(_SETS, f"{_NEXT}{edition}")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def next_name(edition: str) -> str:
    """Return the name of the next set."""
    taken = _numbered(edition) + kept(edition)
    return f"{edition}-{max(map(_number, taken), default=0) + 1:04}"


def put_in_force(stagings: Mapping[str, Path], proposed: ledger.Proposed | None = None) -> None:
    """Put sets that are made in force, all of them, and the ledger's new lines with them."""
    made = []
    for edition, staging in stagings.items():
        name = str(manifest(staging)["set"])
        staging.rename(paths.reports(_SETS, name))
        made.append((edition, name))
    _owe(made, proposed)
    settle()


def _owe(made: Sequence[tuple[str, str]], proposed: ledger.Proposed | None = None) -> None:
    owed: dict[str, Any] = {"sets": made}
    if proposed is not None and proposed.added:
        owed["ledger"] = {
            "before": proposed.before.decode("utf-8"),
            "after": proposed.after.decode("utf-8"),
        }
    write(paths.reports(_SETS, _OWED), json.dumps(owed, ensure_ascii=False).encode("utf-8"))


def owes() -> bool:
    """Tell whether a publication was cut off in the midst, which the next batch makes good."""
    return paths.reports(_SETS, _OWED).exists()


def settle() -> str:
    """Make good what a publication still owes; return the names of the sets that it put in force."""
    path = paths.reports(_SETS, _OWED)
    try:
        owed = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        _from_before()
        return ""
    if "ledger" in owed:
        ledger.take(owed["ledger"]["before"].encode("utf-8"), owed["ledger"]["after"].encode("utf-8"))
    made = owed["sets"] if "sets" in owed else [(owed["edition"], owed["set"])]  # as it was written before
    for edition, name in made:
        _link(edition, name)
        _clear(edition)
    path.unlink()
    names = [name for _, name in made]
    more = [Phrase("and {count} more", count=len(names) - 3)] if len(names) > 3 else []
    return Phrase("{names}", names=[*names[:3], *more]) if names else ""


def _link(edition: str, name: str) -> None:
    """Make readers see a set."""
    target, wanted = in_force(edition), paths.reports(_SETS, name)
    if current(edition) == name:
        return
    beside = paths.reports(_SETS, f"{_NEXT}link")
    beside.unlink(missing_ok=True)
    try:
        beside.symlink_to(Path(_SETS, name), target_is_directory=True)
    except OSError:  # Windows allows links to few, and some disks have none
        _exchange(edition, target, wanted)
        return
    _put_away(edition, target)
    beside.replace(target)


def _exchange(edition: str, target: Path, wanted: Path) -> None:
    """Let two folders change places; between the steps the set is owed, so a crash can be made good."""
    _put_away(edition, target)
    if target.is_symlink():  # from a time when there were links
        target.unlink()
    wanted.rename(target)


def _put_away(edition: str, target: Path) -> None:
    """Move a folder that stands where a link should among the sets.

    It is a set of a system without links, of an earlier version of the workbook, or a copy of a set that
    is kept: whoever copied the reports may have got a folder for the link.
    """
    if target.is_symlink() or not target.exists():
        return
    kept_as = paths.reports(_SETS, current(edition) or next_name(edition))
    if kept_as.exists():
        kept_as = paths.reports(_SETS, next_name(edition))
    target.rename(kept_as)


def _from_before() -> None:
    """Clear away what an earlier version of the workbook left half done."""
    for previous in paths.reports().glob(".previous-*"):
        target = in_force(previous.name.removeprefix(".previous-"))
        if not target.exists():
            previous.rename(target)
        shutil.rmtree(previous, ignore_errors=True)
    for half in paths.reports().glob(f"{_NEXT}*"):
        shutil.rmtree(half, ignore_errors=True)


def _clear(edition: str) -> None:
    """Keep the last sets only, and always the one in force."""
    now = current(edition)
    for old in kept(edition)[:-KEPT]:
        if old != now:
            shutil.rmtree(paths.reports(_SETS, old), ignore_errors=True)


def roll_back(edition: str, name: str = "") -> str:
    """Put an earlier set in force again, the one before or the one named; return its name.

    Raises WorkbookError where there is none. The ledger keeps its lines: what was told was told.
    """
    settle()
    names, now = kept(edition), current(edition)
    earlier = names[: names.index(now)] if now else names
    if name and name not in names:
        raise WorkbookError(
            Phrase("There is no set {name!r}.", name=name),
            expected=one_of(names) if names else "none is kept",
        )
    if not name and not earlier:
        raise WorkbookError(
            Phrase("There is no earlier set of {edition!r} to go back to.", edition=edition),
            expected=Phrase("one of the last {count} sets", count=KEPT),
        )
    chosen = name or earlier[-1]
    _owe([(edition, chosen)])
    settle()
    return chosen
