"""The papermill engine `workbook`: papermill's own, with the prose in the run's language and warm kernels."""

import asyncio
from typing import Any

from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import NBClientEngine

from .. import texts
from ..errors import Phrase
from . import warm


class Stopped(Exception):
    """A notebook that stopped in a cell, though the cell raised no error."""

    def __init__(self, cell: str, cause: str) -> None:
        super().__init__(f"It stopped in cell {cell!r}: {cause}.")
        self.cell, self.cause = cell, cause


class WorkbookEngine(NBClientEngine):
    """Execute a notebook whose prose cells are in the language of its parameters, on a warm kernel.

    The notebook keeps its English prose; cells tagged `prose:<key>` are replaced in the copy that
    runs. A missing or outdated Turkish text raises TextMissing before any cell has run.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> Any:
        """Put the prose in place, then execute as papermill does.

        Raises Stopped, which names the cell, where the kernel died or a cell took too long.
        """
        parameters = nb_man.nb.metadata.get("papermill", {}).get("parameters", {})
        put_prose(nb_man.nb, parameters.get("language", "en"))
        ended: list[int] = []
        # What a cell shows has been received when it ends: nothing is lost by a quick end of the kernel.
        quick = {"kernel_manager_class": warm.manager(ended), "shutdown_kernel": "immediate"}
        try:
            return super().execute_managed_notebook(nb_man, kernel_name, **{**quick, **kwargs})
        except DeadKernelError as error:
            raise Stopped(_last_begun(nb_man.nb), _death(ended)) from error
        except CellTimeoutError as error:
            _drop_tasks()
            limit = kwargs.get("execution_timeout")
            raise Stopped(
                _last_begun(nb_man.nb), Phrase("it took over {seconds} s", seconds=limit)
            ) from error


@run_sync
async def _drop_tasks() -> None:
    """Cancel what nbclient leaves waiting for a cell that took too long; the log would tell of it later."""
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(0)


def _death(ended: list[int]) -> str:
    """Say how a kernel ended, from its exit code; minus the signal that killed it."""
    if not ended:
        return Phrase("the kernel died")
    if ended[0] == -9:
        return Phrase("the kernel was killed, as the system does when memory runs out")
    if ended[0] < 0:
        return Phrase("the kernel crashed (signal {number})", number=-ended[0])
    return Phrase("the kernel ended itself (exit code {number})", number=ended[0])


def _last_begun(notebook: Any) -> str:
    """Return the id of the cell that ran last."""
    begun = [
        cell.get("id", str(place))
        for place, cell in enumerate(notebook.cells)
        if cell.metadata.get("papermill", {}).get("status", "pending") != "pending"
    ]
    return str(begun[-1]) if begun else ""


def put_prose(notebook: Any, language: str) -> None:
    """Replace each prose cell of a notebook by its text in a language."""
    for cell in notebook.cells:
        key = texts.prose_key(cell.metadata.get("tags", []))
        if key and cell.cell_type == "markdown":
            cell.source = texts.prose(key, cell.source, language)
