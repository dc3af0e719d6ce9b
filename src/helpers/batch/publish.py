"""Publishing a set: executed notebooks → pages, documents, manifest and index, all or nothing.

A set is rendered whole beside the published one and takes its place by a rename. Until then
readers see the last good set.
"""

import json
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

from .. import paths, store
from ..catalog import load
from ..errors import RunFailed
from ..present.pieces import NOTE_TYPE
from ..site import pages
from . import documents
from .execute import Executed
from .figures import Reported
from .readings import Readers, readers

_NOTEBOOKS = "notebooks"
_MANIFEST = "run.json"


def publish(edition: str, executed: list[Executed]) -> Path:
    """Publish executed notebooks into the set of an edition; return the index."""
    put_in_place(edition, executed)
    return finish(edition)


def put_in_place(
    edition: str,
    executed: list[Executed],
    reported: Sequence[Reported] = (),
    held: Readers | None = None,
) -> None:
    """Make the set of an edition with executed notebooks in it, and put it in place.

    Pages and documents of other years and languages that were published earlier stay, the pages with
    their navigation made anew. `reported` figures go into the manifest.
    """
    target, previous, staging = _folders(edition)
    _recover(target, previous)
    shutil.rmtree(staging, ignore_errors=True)
    try:
        _make(edition, staging, target, executed, reported, held)
        if target.exists():
            target.rename(previous)
        staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def finish(edition: str) -> Path:
    """Clear away what a set in place has replaced, and write the index anew; return it."""
    shutil.rmtree(_folders(edition)[1], ignore_errors=True)
    return write_index()


def _folders(edition: str) -> tuple[Path, Path, Path]:
    """Return where a set stands, where the one it replaces waits, and where it is made."""
    return paths.reports(edition), paths.reports(f".previous-{edition}"), paths.reports(f".next-{edition}")


def _make(
    edition: str,
    staging: Path,
    target: Path,
    executed: list[Executed],
    reported: Sequence[Reported],
    held: Readers | None,
) -> None:
    """Make the whole set in the staging folder."""
    staging.mkdir(parents=True)
    earlier = _earlier(target)
    entries = _collect(target, staging, executed, earlier.get("pages", {}))
    jobs = [one.job for one in executed]
    filed = documents.bring(
        target, staging, earlier.get("documents", {}), jobs, readers(jobs) if held is None else held
    )
    plan = load().plan
    for page in pages.render(
        _read_all(staging / _NOTEBOOKS), plan, edition, [Path(place) for place in filed]
    ):
        place = staging / page.place
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(page.html, encoding="utf-8")
    traced = _traced(earlier.get("figures", {}), reported, entries)
    (staging / _MANIFEST).write_text(_manifest(edition, entries, filed, traced), encoding="utf-8")


def _earlier(target: Path) -> dict[str, Any]:
    """Return the manifest of the set that is to be replaced; empty if there is none."""
    if not (target / _MANIFEST).exists():
        return {}
    manifest: dict[str, Any] = json.loads((target / _MANIFEST).read_text(encoding="utf-8"))
    return manifest


def _traced(
    earlier: dict[str, Any], reported: Sequence[Reported], entries: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Return the figures behind the set's reports: by folder, institution and indicator."""
    found: dict[str, dict[str, Any]] = {of: dict(by) for of, by in earlier.items()}
    renewed: dict[tuple[str, str], dict[str, Any]] = {}
    for one in reported:
        line = one.line
        renewed.setdefault((one.of, line.institution), {})[line.indicator] = {
            "value": line.value_text or None,
            **({} if line.value_text else {"missing": one.missing}),
            "unit_of_measure": line.unit_of_measure,
            "source_hash": line.source_hash,
            "demonstration": one.demonstration,
        }
    for (of, institution), by_indicator in renewed.items():
        found.setdefault(of, {})[institution] = by_indicator
    owner = load().plan.institution
    shown = {
        (place.split("/")[0], entry["parameters"].get("institution", owner))
        for place, entry in entries.items()
    }
    kept = {
        of: {institution: told for institution, told in by.items() if (of, institution) in shown}
        for of, by in sorted(found.items())
    }
    return {of: by for of, by in kept.items() if by}


def _recover(target: Path, previous: Path) -> None:
    """Put the last good set back if an earlier publication stopped between its two renames."""
    if previous.exists() and not target.exists():
        previous.rename(target)
    shutil.rmtree(previous, ignore_errors=True)


def _collect(
    target: Path, staging: Path, executed: list[Executed], earlier: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Bring kept and new executed notebooks together; return the manifest's entries by place."""
    entries = dict(earlier)
    if entries:
        shutil.copytree(target / _NOTEBOOKS, staging / _NOTEBOOKS)
    made = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for one in executed:
        place = staging / _NOTEBOOKS / _named(one.job.place, ".ipynb")
        place.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(_clean(one.notebook), place)
        entries[one.job.place.as_posix()] = {
            "made": made,
            "parameters": one.job.parameters,
            "notebook_sha256": store.sha256(paths.notebooks(f"{one.job.notebook}.ipynb")),
            "seconds": round(one.seconds, 1),
            "sources": _sources(one),
        }
    return dict(sorted(entries.items()))


def _clean(notebook: Any) -> Any:
    """Take away what papermill noted of this machine: paths, times, versions."""
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    return notebook


def _sources(executed: Executed) -> list[dict[str, Any]]:
    """Return the files a page's figures came from, as its own table of sources names them."""
    for cell in executed.notebook.cells:
        for output in cell.get("outputs", []):
            note = output.get("data", {}).get(NOTE_TYPE, {})
            if "sources" in note:
                return list(note["sources"])
    raise RunFailed(
        f"The notebook {executed.job} names no sources.",
        remedy="End it with goals.sources(run), so that its figures can be traced.",
    )


def _read_all(folder: Path) -> dict[Path, Any]:
    """Read every executed notebook of a set, by its place year/language/notebook."""
    return {
        _bare(path.relative_to(folder)): nbformat.read(path, as_version=4)
        for path in sorted(folder.rglob("*.ipynb"))
    }


def _named(place: Path, suffix: str) -> Path:
    """Add a suffix to a place; a notebook's name may hold a dot of its own."""
    return place.with_name(place.name + suffix)


def _bare(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(".ipynb"))


def _manifest(
    edition: str, entries: dict[str, dict[str, Any]], filed: documents.Entries, traced: dict[str, Any]
) -> str:
    packages = ("pandas", "matplotlib", "papermill", "duckdb", "nbconvert", "great-tables")
    manifest = {
        "workbook": version("strategy-workbook"),
        "edition": edition,
        "packages": {name: version(name) for name in packages},
        "pages": entries,
        "documents": filed,
        "figures": traced,
    }
    return json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"


def published() -> dict[str, dict[str, Any]]:
    """Return the manifest of every published edition."""
    found = {}
    for edition in (store.SAMPLE, store.LIVE):
        path = paths.reports(edition, _MANIFEST)
        if path.exists():
            found[edition] = json.loads(path.read_text(encoding="utf-8"))
    return found


def write_index() -> Path:
    """Write `reports/index.html` over everything that is published."""
    index = paths.reports("index.html")
    listed = {edition: sorted(manifest["pages"]) for edition, manifest in published().items()}
    temporary = index.with_name(".index.html.part")
    temporary.write_text(pages.index(listed, load().plan), encoding="utf-8")
    temporary.replace(index)
    return index
