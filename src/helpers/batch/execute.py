"""Executing jobs by papermill, several at a time. Success is every code cell run without an error."""

import logging
import os
import shutil
import time
import warnings
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from .. import paths
from ..errors import RunFailed, WorkbookError
from .jobs import Job

_log = logging.getLogger(__name__)

_CELL_SECONDS = 600
_START_SECONDS = 120
_LONGEST_SOCKET = 90


@dataclass(frozen=True)
class Executed:
    """A job that ran to its end, and its executed notebook."""

    job: Job
    notebook: Any
    seconds: float


def execute(jobs: list[Job], scratch: Path, on_done: Callable[[Executed], None]) -> list[Executed]:
    """Execute jobs on as many kernels as there are cores; stop at the first that fails.

    Raises RunFailed, which names notebook, cell and cause of each failure.
    """
    with ThreadPoolExecutor(max_workers=min(len(jobs), os.cpu_count() or 1) or 1) as pool:
        futures: list[Future[Executed]] = [
            pool.submit(_execute_one, job, scratch, number) for number, job in enumerate(jobs)
        ]
        for future in futures:
            future.add_done_callback(lambda f: on_done(f.result()) if _succeeded(f) else None)
        wait(futures, return_when=FIRST_EXCEPTION)
        failed = any(f.done() and not f.cancelled() and f.exception() for f in futures)
        if failed:
            for future in futures:
                future.cancel()
    failures = [f.exception() for f in futures if not f.cancelled() and f.exception()]
    for failure in failures:
        if failure and not isinstance(failure, WorkbookError):
            raise failure
    if failures:
        raise RunFailed(
            " ".join(str(failure) for failure in failures),
            remedy="The last good reports were left as they were.",
        )
    return [future.result() for future in futures]


def _succeeded(future: "Future[Executed]") -> bool:
    return not future.cancelled() and future.exception() is None


def _execute_one(job: Job, scratch: Path, number: int) -> Executed:
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config
    from zmq import ZMQError

    from .engine import Stopped

    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    output = scratch / f"{'-'.join(job.place.parts)}.ipynb"
    started = time.monotonic()
    # Over a socket file no port can be lost to another kernel, and nothing is said about TCP. The
    # system allows such a path about a hundred characters.
    socket = str(scratch / f"k{number}")
    by_socket = os.name != "nt" and len(socket) < _LONGEST_SOCKET
    sockets = {"transport": "ipc", "ip": socket} if by_socket else {}
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
                extra_arguments=["--log-level=CRITICAL"],
                progress_bar=False,
                log_output=False,
                request_save_on_cell_execute=False,
                autosave_cell_every=0,
                start_timeout=_START_SECONDS,
                execution_timeout=_CELL_SECONDS,
            )
    except PapermillExecutionError as error:
        raise _failure(
            job, f"cell {_cell_name(job, error.cell_index)}", f"{error.ename}: {error.evalue}", output
        ) from error
    except Stopped as stopped:
        raise _failure(job, f"cell {stopped.cell!r}", stopped.cause, output) from stopped
    except (RuntimeError, OSError, ZMQError) as error:
        raise _failure(job, "its start", str(error), output) from error
    _log.info("%s ran in %.1f s", job, time.monotonic() - started)
    notebook = nbformat.read(output, as_version=4)
    _must_be_whole(job, notebook, output)
    return Executed(job, notebook, time.monotonic() - started)


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
            raise _failure(job, f"cell {cell.id!r}", "it did not run", output)
        for shown in cell.get("outputs", []):
            if shown.output_type == "error":
                raise _failure(job, f"cell {cell.id!r}", f"{shown.ename}: {shown.evalue}", output)


def _failure(job: Job, where: str, cause: str, output: Path) -> RunFailed:
    """Describe a failure and keep the half-run notebook where the message says."""
    kept = ""
    if output.exists():
        folder = paths.reports("failed")
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / output.name
        shutil.copyfile(output, target)
        kept = f" The half-run notebook is {paths.shown(target)}."
    return RunFailed(f"The notebook {job} failed in {where}: {cause.rstrip('.')}.{kept}")
