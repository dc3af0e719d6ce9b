"""Executing jobs by papermill, several at a time. Success is every code cell run without an error."""

import logging
import os
import shutil
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat

from .. import paths
from ..catalog import load
from ..errors import Phrase, RunFailed, WorkbookError
from . import records
from .jobs import Job

_log = logging.getLogger(__name__)

_CELL_SECONDS = 600
_START_SECONDS = 120
_LONGEST_SOCKET = 90
_INJECTED = "injected-parameters"  # papermill's tag of the cell that it adds
THREADS = "kernel"  # begins the names of the threads that wait for kernels
# What a kernel with the analysis stack takes at its peak, measured over the notebooks.
_KERNEL_MB = 450


@dataclass(frozen=True)
class Executed:
    """A job that ran to its end: its executed notebook, what it read, how long it and its cells took.

    `text` is that of the notebook's file, where it was written elsewhere; the notebook is then not at hand.
    """

    job: Job
    notebook: Any
    seconds: float
    read: frozenset[str] = frozenset()
    cells: float = 0
    text: str = ""
    made: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def workers(jobs: int) -> int:
    """Return how many kernels may run at once: one for each core, as far as the free memory goes."""
    import psutil

    free = psutil.virtual_memory().available // 1_000_000
    return max(1, min(jobs, os.cpu_count() or 1, free // _KERNEL_MB))


def execute(
    jobs: list[Job],
    scratch: Path,
    on_begin: Callable[[Job], None],
    on_done: Callable[[Executed], None],
) -> None:
    """Execute jobs in their order, several at once; hand over each that is done, in the thread that asked.

    A job that fails does not keep the others from running. Raises RunFailed at the end, which names
    notebook, cell and cause of each failure.
    """
    failures: list[BaseException] = []
    with _pool(workers(len(jobs))) as pool:
        waiting: set[Future[Executed]] = {
            pool.submit(_execute_one, job, scratch, number, on_begin) for number, job in enumerate(jobs)
        }
        while waiting:
            # The timeout lets Python notice Ctrl-C on systems where waiting cannot be interrupted.
            done, waiting = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                failure = future.exception()
                if failure is None:
                    try:
                        on_done(future.result())
                    except WorkbookError as refused:
                        failure = refused
                if failure is not None and not isinstance(failure, WorkbookError):
                    raise failure
                failures += [failure] if failure else []
    raise_for(failures)


def raise_for(failures: Sequence[object]) -> None:
    """Raise RunFailed where there are failures, with all of them."""
    if failures:
        raise RunFailed(
            Phrase("{failures: }", failures=list(failures)),
            remedy="The last good reports were left as they were; a new run does only what is missing.",
        )


@contextmanager
def _pool(size: int) -> Iterator[ThreadPoolExecutor]:
    """Hand over a pool of threads; when the body is left early, end its kernels and wait for none."""
    pool = ThreadPoolExecutor(max_workers=size, thread_name_prefix=THREADS)
    ended = False
    try:
        yield pool
        ended = True
    finally:
        if not ended:
            pool.shutdown(wait=False, cancel_futures=True)
            stop_kernels()
        pool.shutdown(wait=True, cancel_futures=True)


def stop_kernels() -> None:
    """Kill the processes that this one has begun; the threads that wait for them end by that."""
    import contextlib

    import psutil

    from . import warm

    warm.halt()
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            child.kill()


def _execute_one(job: Job, scratch: Path, number: int, on_begin: Callable[[Job], None]) -> Executed:
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config
    from zmq import ZMQError

    from .engine import Stopped

    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    output = scratch / file_name(job)
    read = scratch / f"{number}.read"
    on_begin(job)
    started = time.monotonic()
    # Over a socket file no port can be lost to another kernel, and nothing is said about TCP. The
    # system allows such a path about a hundred characters.
    socket = str(scratch / f"k{number}")
    by_socket = os.name != "nt" and len(socket) < _LONGEST_SOCKET
    sockets = {"transport": "ipc", "ip": socket} if by_socket else {}
    listen = f"import pathlib, helpers.reads; helpers.reads.note_into(pathlib.Path({str(read)!r}))"
    try:
        with warnings.catch_warnings():
            # papermill's path templates and an unfinished shutdown of its loop are not the user's concern.
            warnings.simplefilter("ignore", ResourceWarning)
            papermill.execute_notebook(
                _no_template(paths.notebooks(f"{job.notebook}.ipynb")),
                _no_template(output),
                parameters=job.parameters,
                engine_name="workbook",
                kernel_name="python3",
                config=Config(ConnectionFileMixin=sockets),
                extra_arguments=["--log-level=CRITICAL", f"--IPKernelApp.exec_lines={listen}"],
                progress_bar=False,
                log_output=False,
                request_save_on_cell_execute=False,
                autosave_cell_every=0,
                start_timeout=_START_SECONDS,
                execution_timeout=_CELL_SECONDS,
            )
    except PapermillExecutionError as error:
        where = Phrase("cell {cell}", cell=_cell_name(job, error.cell_index))
        raise _failure(job, where, f"{error.ename}: {error.evalue}", output) from error
    except Stopped as stopped:
        raise _failure(job, Phrase("cell {cell!r}", cell=stopped.cell), stopped.cause, output) from stopped
    except (RuntimeError, OSError, ZMQError) as error:
        raise _failure(job, Phrase("its start"), str(error), output) from error
    seconds = time.monotonic() - started
    _log.info("%s ran in %.1f s", job, seconds)
    notebook = records.opened(output)
    _must_be_whole(job, notebook, output)
    cells = sum(cell.metadata.get("papermill", {}).get("duration") or 0 for cell in notebook.cells)
    names = frozenset(read.read_text(encoding="utf-8").splitlines()) if read.exists() else frozenset()
    return Executed(job, cleaned(notebook), seconds, names, cells)


def file_name(job: Job) -> str:
    """Name a job's notebook in a folder that it shares with others."""
    about = [] if job.institution == load().plan.institution else [job.institution]
    return "-".join([*about, *job.place.parts]) + ".ipynb"


def cleaned(notebook: Any) -> Any:
    """Take away what papermill noted of this machine and run: paths, times, versions, an id by chance."""
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if _INJECTED in cell.metadata.get("tags", []) and "id" in cell:
            cell["id"] = _INJECTED
    return notebook


def _no_template(path: Path) -> str:
    """Escape a path, which papermill would otherwise fill as a template."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _cell_name(job: Job, index: int) -> str:
    """Name a cell by its id; papermill counts the parameters cell that it injects."""
    cells = nbformat.read(paths.notebooks(f"{job.notebook}.ipynb"), as_version=4).cells
    place = index if index < 2 else index - 1
    return f"{cells[place].get('id', place)!r}" if 0 <= place < len(cells) else str(index)


def _must_be_whole(job: Job, notebook: Any, output: Path) -> None:
    """papermill can call a notebook completed of which cells never ran; the cells themselves tell."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            raise _failure(job, Phrase("cell {cell!r}", cell=cell.id), Phrase("it did not run"), output)
        for shown in cell.get("outputs", []):
            if shown.output_type == "error":
                where = Phrase("cell {cell!r}", cell=cell.id)
                raise _failure(job, where, f"{shown.ename}: {shown.evalue}", output)


def _failure(job: Job, where: Phrase, cause: str, output: Path) -> RunFailed:
    """Describe a failure and keep the half-run notebook where the message says."""
    kept: Phrase | str = ""
    if output.exists():
        folder = paths.reports("failed")
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / output.name
        shutil.copyfile(output, target)
        kept = Phrase("The half-run notebook is {file}.", file=paths.shown(target))
    told = cause if isinstance(cause, Phrase) else cause.rstrip(".")
    wrong = Phrase("The notebook {job} failed in {where}: {cause}.", job=job, where=where, cause=told)
    return RunFailed(wrong, remedy=kept)
