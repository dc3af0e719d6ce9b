"""Jobs on other machines: the workers of a Dask scheduler execute, this process keeps and publishes as ever.

What a notebook may read goes to an exchange that all machines see (a folder, or any URL of fsspec), each
file under the hash of its content, with one manifest that names them all. A worker makes the workbook of a
manifest in its own folder, runs jobs there just as they are run here, on kernels of a warm parent of its own,
and puts what came of them into the exchange. Only hashes travel by the scheduler. A job whose worker is lost
goes to another.

Needs the extra `cluster`: distributed and fsspec, which are imported when they are used.
"""

import contextlib
import hashlib
import json
import logging
import os
import shutil
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .. import paths, shared
from ..catalog import load
from ..errors import Phrase, RunFailed, WorkbookError, cause
from ..plan import ledger
from . import inputs, records
from .inputs import LEDGER, Snapshot
from .jobs import Job
from .run import Elsewhere, Event

_log = logging.getLogger(__name__)

_CONNECT_SECONDS = 10
_HASHED = 32  # the digits that a Snapshot keeps of a SHA-256


@dataclass(frozen=True)
class Order:
    """What the jobs of a batch have in common: where their inputs lie, what a worker must have installed."""

    batch: str
    exchange: str
    manifest: str
    version: str
    helpers: str
    packages: str


@dataclass(frozen=True)
class Outcome:
    """What came of a job: the hash of its result, or why it failed and the hash of the half-run notebook.

    `refused` says why no job can be run on the worker.
    """

    done: str = ""
    failed: str = ""
    half: str = ""
    refused: str = ""


def at(scheduler: str, exchange: str = "") -> Elsewhere:
    """Return what executes jobs on a scheduler's workers. Raises RunFailed where the extra is missing."""
    missing = [name for name in ("distributed", "fsspec") if find_spec(name) is None]
    if missing:
        raise RunFailed(
            Phrase("To run on a cluster, {missing:and} must be installed.", missing=missing),
            remedy="Install the extra: pip install 'strategy-workbook[cluster]', here and on every worker.",
        )

    def elsewhere(
        jobs: list[Job], tell: Callable[[Event], None], keep: Callable[[Any], None], now: Snapshot
    ) -> None:
        execute(jobs, tell, keep, now, scheduler, exchange or str(paths.reports(records.WORK, "exchange")))

    return elsewhere


# -- the side of who asks ---------------------------------------------------------------------------------


def execute(
    jobs: list[Job],
    tell: Callable[[Event], None],
    keep: Callable[[Any], None],
    now: Snapshot,
    scheduler: str,
    exchange: str,
) -> None:
    """Execute jobs on the workers of a scheduler; hand over each that is done, in the thread that asked.

    As `execute.execute`: a job that fails does not keep the others from running, and RunFailed at the end
    names each failure. Raises it at once where a worker differs from this machine, or the scheduler is lost.
    """
    from distributed import as_completed

    from .execute import raise_for

    with _connected(scheduler) as client:
        order = _sent(now, exchange)
        begun: set[int] = set()
        turn = threading.Lock()

        def begin(number: int) -> None:
            # Heard again of a job whose worker was lost, and late of one that is soon done.
            with turn:
                if number not in begun:
                    begun.add(number)
                    tell(Event("begun", jobs[number]))

        client.subscribe_topic(order.batch, lambda event: begin(event[1]))
        futures = client.map(
            _by_value(),
            [vars(job) for job in jobs],
            range(len(jobs)),
            order=vars(order),
            key=[f"workbook-{order.batch}-{number}" for number in range(len(jobs))],
            pure=False,
        )
        numbers = {future.key: number for number, future in enumerate(futures)}
        ended = as_completed(futures, with_results=True, raise_errors=False, loop=client.loop)
        failures: list[object] = []
        left_early = True
        try:
            del futures  # each is let go when it was seen to
            for future, result in ended:
                number = numbers[future.key]
                outcome = _outcome(future, result, jobs[number], scheduler)
                begin(number)
                if outcome.done:
                    try:
                        keep(_executed(jobs[number], outcome.done, exchange))
                    except WorkbookError as refused:
                        failures.append(refused)
                else:
                    _keep_half(jobs[number], outcome.half, exchange)
                    failures.append(outcome.failed)
            left_early = False
        finally:
            if left_early:
                _stop(client, list(ended.futures), order)
    raise_for(failures)


def _by_value() -> Callable[[dict[str, Any], int, dict[str, Any]], Outcome]:
    """Return `work` as a function that travels by its code, with plain values.

    A worker ends where it cannot import what a message names; what fails in a task is told.
    """

    def call(job: dict[str, Any], number: int, order: dict[str, Any]) -> Any:
        from helpers.batch import cluster
        from helpers.batch.jobs import Job

        return cluster.work(Job(**job), number, cluster.Order(**order))

    return call


@contextlib.contextmanager
def _connected(scheduler: str) -> Iterator[Any]:
    import distributed
    from distributed.comm.addressing import get_address_host_port

    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # its tracebacks say no more than we do
    try:
        get_address_host_port(scheduler)  # what is no address would keep a Client busy for a while
        client = distributed.Client(
            scheduler, timeout=_CONNECT_SECONDS, set_as_default=False, name="workbook"
        )
    except (OSError, TimeoutError, ValueError) as error:
        raise RunFailed(
            Phrase("No Dask scheduler answers at {scheduler}: {error}.", scheduler=scheduler, error=error),
            expected="an address such as tcp://host:8786",
            remedy="Start one with `dask scheduler`, and workers with `dask worker ADDRESS`.",
        ) from error
    try:
        if not client.scheduler_info(n_workers=1)["workers"]:
            _log.warning(
                Phrase(
                    "The scheduler {scheduler} has no workers yet; the notebooks wait for the first.",
                    scheduler=scheduler,
                )
            )
        yield client
    finally:
        client.close(timeout=2)


def _outcome(future: Any, result: Any, job: Job, scheduler: str) -> Outcome:
    """Return what came of a job. Raises RunFailed where no other job can come to anything either."""
    from distributed import KilledWorker

    if future.status == "cancelled":
        raise RunFailed(
            Phrase("The scheduler {scheduler} was lost.", scheduler=scheduler),
            remedy="What was done is kept. Run again when it is there; the notebooks done are not run again.",
        )
    if future.status == "error":
        raised = result[1]
        if isinstance(raised, KilledWorker):
            return Outcome(
                failed=Phrase(
                    "The notebook {job} was lost with its worker {count} times, the last {address}: it may "
                    "take more memory than a worker has.",
                    job=job,
                    count=raised.allowed_failures + 1,
                    address=raised.last_worker.address,
                )
            )
        if isinstance(raised, ImportError):
            raise RunFailed(
                Phrase("A worker has not this workbook: {raised}.", raised=raised),
                remedy="Install the workbook with the extra `cluster` on every worker, as on this machine.",
            )
        raise raised
    if result.refused:
        raise RunFailed(
            result.refused,
            remedy="Install the same on both, and start the worker anew. Nothing was published.",
        )
    outcome: Outcome = result
    return outcome


def _stop(client: Any, futures: list[Any], order: Order) -> None:
    """Take back the jobs that are left, and end the kernels that run them."""
    if client.status == "running":
        with contextlib.suppress(OSError, TimeoutError, RuntimeError):  # the cluster may itself be going
            client.cancel(futures, force=True)
            client.run(stop, order.manifest, on_error="ignore")


def _executed(job: Job, sha: str, exchange: str) -> Any:
    """Take the result of a job out of the exchange."""
    from .execute import Executed

    told = json.loads(_taken(exchange, sha))
    return Executed(job, None, **{**told, "read": frozenset(told["read"])})


def _keep_half(job: Job, sha: str, exchange: str) -> None:
    """Keep a half-run notebook where the message about its failure says."""
    from .execute import file_name

    if sha:
        records.write(paths.reports("failed", file_name(job)), _taken(exchange, sha))


def _sent(now: Snapshot, exchange: str) -> Order:
    """Put what notebooks may read into the exchange, unless it is there; return the order for its jobs."""
    files: dict[str, str] = {}
    sources: dict[str, Path] = {}
    for name, digest in now.files.items():
        place = name.partition(":")[2]
        path = ledger.read_from() if name == LEDGER else paths.root() / place
        try:
            with path.open("rb") as file:
                sha = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            continue
        if len(digest) == _HASHED and not sha.startswith(digest):
            changed = Phrase("While it was sent, {change}.", change=records.told(name))
            raise RunFailed(changed, remedy="Run again.")
        files[place], sources[sha] = sha, path
    manifest = json.dumps(files, sort_keys=True).encode()
    _put_files(exchange, sources)
    sha = _put(exchange, manifest)
    batch = uuid.uuid4().hex[:12]
    return Order(batch, exchange, sha, version("strategy-workbook"), inputs.digest(now.helpers), now.packages)


# -- the exchange -----------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _opened(exchange: str) -> tuple[Any, str, bool]:
    """Return the file system of an exchange, the folder in it, and whether it is one of this machine."""
    import fsspec
    from fsspec.implementations.local import LocalFileSystem

    try:
        system, folder = fsspec.core.url_to_fs(exchange)
    except (ImportError, ValueError) as error:  # fsspec names the package that a kind of URL needs
        raise _no_exchange(exchange, error) from error
    return system, folder.rstrip("/"), isinstance(system, LocalFileSystem)


@contextlib.contextmanager
def _reached(exchange: str) -> Iterator[None]:
    """Say what to do where the body cannot read or write the exchange."""
    try:
        yield
    except OSError as error:
        raise _no_exchange(exchange, error) from error


def _put(exchange: str, content: bytes) -> str:
    """Put content into the exchange; return its hash."""
    system, folder, local = _opened(exchange)
    sha = hashlib.sha256(content).hexdigest()
    with _reached(exchange):
        if local:
            records.write(Path(folder, sha), content)
        else:
            system.pipe_file(f"{folder}/{sha}", content)
    return sha


def _put_files(exchange: str, sources: dict[str, Path]) -> None:
    """Put files into the exchange, under their hashes; those that are there whole are not sent again."""
    system, folder, local = _opened(exchange)
    with _reached(exchange):
        system.makedirs(folder, exist_ok=True)
        system.invalidate_cache()
        there = {entry["name"].rsplit("/", 1)[-1]: entry["size"] for entry in system.ls(folder, detail=True)}
        missing = {sha: path for sha, path in sources.items() if there.get(sha) != path.stat().st_size}
        if local:
            for sha, path in missing.items():
                beside = Path(folder, f".{sha}.{os.getpid()}.part")
                shutil.copyfile(path, beside)
                beside.replace(Path(folder, sha))
        elif missing:
            system.put([str(path) for path in missing.values()], [f"{folder}/{sha}" for sha in missing])


def _taken(exchange: str, sha: str) -> bytes:
    """Take a result out of the exchange. Raises RunFailed where it is not what was put in."""
    system, folder, _ = _opened(exchange)
    with _reached(exchange):
        content = bytes(system.cat_file(f"{folder}/{sha}"))
    if hashlib.sha256(content).hexdigest() != sha:
        raise _altered(exchange, sha)
    with contextlib.suppress(OSError):
        system.rm_file(f"{folder}/{sha}")  # it is kept with the records now
    return content


def _no_exchange(exchange: str, error: Exception) -> RunFailed:
    return RunFailed(
        Phrase("The exchange {exchange} cannot be used: {cause}.", exchange=exchange, cause=cause(error)),
        remedy="Name a folder or object store that this machine and every worker see: --exchange URL.",
    )


def _altered(exchange: str, sha: str) -> RunFailed:
    return RunFailed(
        Phrase(
            "The object {sha} in the exchange {exchange} is not what was put there.",
            sha=sha,
            exchange=exchange,
        ),
        remedy="Delete it, and run again.",
    )


# -- the side of a worker ---------------------------------------------------------------------------------


class _Book:
    """The workbook of a worker: of one manifest at a time, in a folder of its own."""

    def __init__(self) -> None:
        self.manifest = ""
        self.root = Path()
        self._files: dict[str, str] = {}
        self._jobs = 0
        self._turn = threading.Condition()

    @contextlib.contextmanager
    def of(self, order: Order, folder: Path) -> Iterator[Path]:
        """Hand over the root of an order's workbook; jobs of another one wait for the end of the body."""
        with self._turn:
            while self._jobs and self.manifest != order.manifest:
                self._turn.wait()
            if self.manifest != order.manifest:
                self._become(order, folder)
            self._jobs += 1
        try:
            yield self.root
        finally:
            with self._turn:
                self._jobs -= 1
                self._turn.notify_all()

    def _become(self, order: Order, folder: Path) -> None:
        """Make the workbook of an order out of the one that is there: what is the same stays."""
        from . import warm

        self.manifest = ""
        try:
            self._fetch(order, folder)
            self.manifest = order.manifest
        finally:
            if not self.manifest:  # what is half made is nothing to begin from
                shutil.rmtree(self.root, ignore_errors=True)
                self._files.clear()
        # What was worked out for other content is of no use.
        shutil.rmtree(folder / "shared", ignore_errors=True)
        (folder / "shared").mkdir()
        os.environ[shared.VARIABLE] = str(folder / "shared")
        os.environ[paths.ROOT_VARIABLE] = str(self.root)
        load()  # where no other thread reads anything that would be noted with it
        warm.start()

    def _fetch(self, order: Order, folder: Path) -> None:
        system, exchange, _ = _opened(order.exchange)
        with _reached(order.exchange):
            content = bytes(system.cat_file(f"{exchange}/{order.manifest}"))
        if hashlib.sha256(content).hexdigest() != order.manifest:
            raise _altered(order.exchange, order.manifest)
        wanted: dict[str, str] = json.loads(content)
        # A folder of another name, since a process keeps what it has read by where it was.
        root = folder / f"workbook-{order.manifest[:16]}"
        if self._files:
            self.root.rename(root)
        self.root = root
        for name in [name for name, sha in self._files.items() if wanted.get(name) != sha]:
            (root / name).unlink(missing_ok=True)
            del self._files[name]
        new = {name: sha for name, sha in wanted.items() if name not in self._files}
        for name in new:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
        if new:
            with _reached(order.exchange):
                system.get([f"{exchange}/{sha}" for sha in new.values()], [str(root / name) for name in new])
        for name, sha in new.items():
            with (root / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha:
                    raise _altered(order.exchange, sha)
            self._files[name] = sha

    def stop(self, manifest: str) -> None:
        """End the kernels that run for a manifest."""
        from . import warm

        if self.manifest == manifest:
            warm.halt()
            self.manifest = ""  # the next job begins anew, with a parent of its own


_book = _Book()


def work(job: Job, number: int, order: Order) -> Outcome:
    """Run a job on the worker that this is called on."""
    from distributed import get_worker

    from . import execute

    worker = get_worker()
    refused = _refusal(order, worker.address)
    if refused:
        return Outcome(refused=refused)
    try:
        with (
            _book.of(order, Path(worker.local_directory)) as root,
            tempfile.TemporaryDirectory(prefix="workbook-", ignore_cleanup_errors=True) as scratch,
        ):
            try:
                executed = execute._execute_one(
                    job, Path(scratch), number, lambda _: worker.log_event(order.batch, number)
                )
            except WorkbookError as failure:
                half = root / "reports" / "failed" / execute.file_name(job)
                sha = _put(order.exchange, half.read_bytes()) if half.exists() else ""
                half.unlink(missing_ok=True)
                return Outcome(failed=failure.sentence, half=sha)
            return Outcome(done=_put(order.exchange, _told(executed)))
    except (WorkbookError, OSError) as error:
        why = error.sentence if isinstance(error, WorkbookError) else f"{str(error).rstrip('.')}."
        at = {"job": job, "address": worker.address, "why": why}
        return Outcome(failed=Phrase("The notebook {job} could not be run on {address}: {why}", **at))


def stop(manifest: str) -> None:
    """End the kernels that run for a manifest on the worker that this is called on."""
    _book.stop(manifest)


def _told(executed: Any) -> bytes:
    from .publish import written

    told = {
        "text": written(executed.notebook),
        "read": sorted(executed.read),
        "seconds": executed.seconds,
        "cells": executed.cells,
        "made": executed.made,
    }
    return json.dumps(told, ensure_ascii=False).encode("utf-8")


@lru_cache(maxsize=1)
def _installed() -> tuple[str, str, str]:
    """Return what is installed here: version, hash of the helpers, hash of the packages."""
    return version("strategy-workbook"), inputs.digest(inputs.helpers()), inputs.packages()


def _refusal(order: Order, address: str) -> str:
    """Say why a job must not be run on a worker: other code gives other results. Empty where it may."""
    there, here = _installed(), (order.version, order.helpers, order.packages)
    if there == here:
        return ""

    def described(of: Sequence[str]) -> str:
        return f"workbook {of[0]}, helpers {of[1][:8]}, packages {of[2][:8]}"

    return Phrase(
        "The worker {address} has other software than this machine: {there} there, {here} here.",
        address=address,
        there=described(there),
        here=described(here),
    )
