"""What a batch has to run: one job per notebook, year and language."""

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import paths
from ..catalog import load
from ..catalog.parameters import check
from ..errors import CatalogError, ParameterError, Phrase, WorkbookError, one_of


@dataclass(frozen=True)
class Job:
    """One execution of a notebook."""

    notebook: str
    year: int
    language: str
    institution: str
    edition: str
    period: str = "year"
    unit: str = ""
    takes: tuple[str, ...] = ()

    @property
    def parameters(self) -> dict[str, int | str]:
        """Return the parameters papermill injects: of the run's, those the notebook takes."""
        run: dict[str, int | str] = {
            "year": self.year,
            "language": self.language,
            "institution": self.institution,
            "edition": self.edition,
            "period": self.period,
            "unit": self.unit,
        }
        return {name: value for name, value in run.items() if name in self.takes}

    @property
    def place(self) -> Path:
        """Return where the job's page belongs inside a set: year/language/notebook.

        A half-year or a unit's report stands beside the year's: `2026-h1`, `2026-eng`.
        """
        of = [str(self.year), *(["h1"] if self.period != "year" else []), *([self.unit] if self.unit else [])]
        return Path("-".join(of), self.language, self.notebook)

    def __str__(self) -> str:
        of = load().plan.institution
        about = "" if self.institution == of else f" ({self.institution})"
        return f"{self.notebook} {self.place.parts[0]} {self.language}{about}"


def available() -> list[str]:
    """Return the notebooks of the batch: those in `notebooks/`, not those in `explore/`."""
    return sorted(path.stem for path in paths.notebooks().glob("*.ipynb"))


def institutions_of(edition: str) -> list[str]:
    """Return the institutions of the register that an edition holds something about, the plan's own first.

    That is who has a row in its ranking tables, under any spelling that the register knows, or in a dataset
    that names institutions by their ids.
    """
    from .. import store
    from ..measures import rankings

    catalog = load()
    ranked = rankings.load(edition, catalog)
    found = {one for frame in (ranked.positions, ranked.scores) for one in frame.get("institution", ())}
    for dataset in store.datasets():
        if "institution" in store.definition(dataset)["columns"] and store.has(edition, dataset):
            found |= set(store.ask(edition, dataset, "select distinct institution from held")["institution"])
    own = catalog.plan.institution
    return [own, *(one for one in catalog.institutions.ids() if one in found and one != own)]


def plan(
    years: Sequence[int],
    languages: Sequence[str],
    edition: str,
    institution: str | Sequence[str] | None = None,
    notebooks: Sequence[str] = (),
    period: str = "year",
    unit: str = "",
) -> list[Job]:
    """Return the jobs of a batch, every parameter checked; what is not given comes from the plan.

    Raises ParameterError before anything runs.
    """
    catalog = load()
    given_one = catalog.plan.institution if institution is None else institution
    institutions = [given_one] if isinstance(given_one, str) else list(given_one)
    for name in notebooks:
        if name not in available():
            raise WorkbookError(
                Phrase("There is no notebook {name!r}.", name=name), expected=one_of(available())
            )
    takes = {name: tuple(defaults(paths.notebooks(f"{name}.ipynb"))) for name in available()}
    check({"period": period, "unit": unit}, catalog)
    narrowed = {name for name, value in (("period", period != "year"), ("unit", unit != "")) if value}
    able = [name for name in (notebooks or available()) if narrowed <= set(takes[name])]
    if len(able) < len(notebooks) or not able:
        raise ParameterError(
            Phrase("Not every notebook can be run by {names:and}.", names=sorted(narrowed)),
            expected=one_of([name for name in available() if narrowed <= set(takes[name])]),
            remedy="A notebook takes a parameter by naming it in its parameters cell.",
        )
    for year in years or catalog.plan.years:
        for language in languages or catalog.plan.languages:
            for one in institutions:
                given = {"year": year, "language": language, "institution": one, "edition": edition}
                check(given, catalog)
                # A notebook that lacked one of these would show another year or university than is asked for.
                for name in able:
                    check(given, catalog, takes[name])
    jobs = [
        Job(name, year, language, one, edition, period, unit, takes[name])
        for one in institutions
        for name in able
        for year in (years or catalog.plan.years)
        for language in (languages or catalog.plan.languages)
    ]
    return list(dict.fromkeys(jobs))


def cells_of(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook, each source as one text.

    A notebook is JSON; the library of its format costs a second to import.
    """
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in found]


def defaults(path: Path) -> dict[str, Any]:
    """Return the parameters of a notebook with their defaults, read from its syntax tree.

    papermill reads them by a pattern per line and misses some; values are injected after the
    cell, so it may hold literals only.
    """
    cells = [c for c in cells_of(path) if "parameters" in c.get("metadata", {}).get("tags", [])]
    if len(cells) != 1:
        raise CatalogError(
            Phrase("{file} has {count} parameters cells.", file=path.name, count=len(cells)),
            expected="exactly one",
        )
    wrong = CatalogError(
        Phrase("The parameters cell of {file} holds more than `name = literal`.", file=path.name)
    )
    found = {}
    try:
        for statement in ast.parse(cells[0]["source"]).body:
            if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
                raise wrong
            (target,) = statement.targets
            if not isinstance(target, ast.Name):
                raise wrong
            found[target.id] = ast.literal_eval(statement.value)
    except (ValueError, TypeError, SyntaxError) as error:
        raise wrong from error
    return found
