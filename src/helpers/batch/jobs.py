"""What a batch has to run: one job per notebook, year and language."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from .. import paths
from ..catalog import load
from ..catalog.parameters import check
from ..errors import CatalogError, WorkbookError, one_of


@dataclass(frozen=True)
class Job:
    """One execution of a notebook."""

    notebook: str
    year: int
    language: str
    institution: str
    edition: str

    @property
    def parameters(self) -> dict[str, int | str]:
        """Return the parameters papermill injects."""
        return {
            "year": self.year,
            "language": self.language,
            "institution": self.institution,
            "edition": self.edition,
        }

    @property
    def place(self) -> Path:
        """Return where the job's page belongs inside a set: year/language/notebook."""
        return Path(str(self.year), self.language, self.notebook)

    def __str__(self) -> str:
        return f"{self.notebook} {self.year} {self.language}"


def available() -> list[str]:
    """Return the notebooks of the batch: those in `notebooks/`, not those in `explore/`."""
    return sorted(path.stem for path in paths.notebooks().glob("*.ipynb"))


def plan(
    years: Sequence[int],
    languages: Sequence[str],
    edition: str,
    institution: str | None = None,
    notebooks: Sequence[str] = (),
) -> list[Job]:
    """Return the jobs of a batch, every parameter checked; what is not given comes from the plan.

    Raises ParameterError before anything runs.
    """
    catalog = load()
    chosen = institution or catalog.plan.institution
    for name in notebooks:
        if name not in available():
            raise WorkbookError(f"There is no notebook {name!r}.", expected=one_of(available()))
    jobs = [
        Job(name, year, language, chosen, edition)
        for name in (notebooks or available())
        for year in (years or catalog.plan.years)
        for language in (languages or catalog.plan.languages)
    ]
    taken = {name: set(defaults(paths.notebooks(f"{name}.ipynb"))) for name in {job.notebook for job in jobs}}
    for job in jobs:
        check(job.parameters, catalog, taken[job.notebook])
    return list(dict.fromkeys(jobs))


def defaults(path: Path) -> dict[str, Any]:
    """Return the parameters of a notebook with their defaults, read from its syntax tree.

    papermill reads them by a pattern per line and misses some; values are injected after the
    cell, so it may hold literals only.
    """
    notebook = nbformat.read(path, as_version=4)
    cells = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    if len(cells) != 1:
        raise CatalogError(f"{path.name} has {len(cells)} parameters cells.", expected="exactly one")
    found = {}
    for statement in ast.parse(cells[0].source).body:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            raise CatalogError(f"The parameters cell of {path.name} holds more than `name = literal`.")
        try:
            found[statement.targets[0].id] = ast.literal_eval(statement.value)
        except ValueError as error:
            raise CatalogError(
                f"The parameters cell of {path.name} holds more than `name = literal`."
            ) from error
    return found
