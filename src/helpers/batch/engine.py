"""The papermill engine `workbook`: papermill's own, with the prose put into the run's language first."""

from typing import Any

from papermill.engines import NBClientEngine

from .. import texts
from . import warm


class WorkbookEngine(NBClientEngine):
    """Execute a notebook whose prose cells are in the language of its parameters.

    The notebook keeps its English prose; cells tagged `prose:<key>` are replaced in the copy that
    runs. A missing or outdated Turkish text raises TextMissing before any cell has run.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> Any:
        """Put the prose in place, then execute as papermill does."""
        parameters = nb_man.nb.metadata.get("papermill", {}).get("parameters", {})
        put_prose(nb_man.nb, parameters.get("language", "en"))
        if warm.available() and kernel_name == "python3":
            # What the notebook shows has been received when it ends: nothing is lost by a quick end.
            kwargs = {"kernel_manager_class": warm.WarmManager, "shutdown_kernel": "immediate", **kwargs}
        return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)


def put_prose(notebook: Any, language: str) -> None:
    """Replace each prose cell of a notebook by its text in a language."""
    for cell in notebook.cells:
        key = texts.prose_key(cell.metadata.get("tags", []))
        if key and cell.cell_type == "markdown":
            cell.source = texts.prose(key, cell.source, language)
