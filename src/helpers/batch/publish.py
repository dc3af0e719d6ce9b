"""Publishing a set: executed notebooks → pages, manifest and index, all or nothing.

A set is rendered whole beside the published one and takes its place by a rename. Until then
readers see the last good set.
"""

import json
import shutil
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
from .execute import Executed

_NOTEBOOKS = "notebooks"
_MANIFEST = "run.json"


def publish(edition: str, executed: list[Executed]) -> Path:
    """Publish executed notebooks into the set of an edition; return the index.

    Pages of other years and languages that were published earlier stay, with their navigation
    made anew.
    """
    target = paths.reports(edition)
    previous = paths.reports(f".previous-{edition}")
    _recover(target, previous)
    staging = paths.reports(f".next-{edition}")
    shutil.rmtree(staging, ignore_errors=True)
    try:
        _make(edition, staging, target, executed)
        if target.exists():
            target.rename(previous)
        staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    shutil.rmtree(previous, ignore_errors=True)
    return write_index()


def _make(edition: str, staging: Path, target: Path, executed: list[Executed]) -> None:
    """Make the whole set in the staging folder."""
    staging.mkdir(parents=True)
    entries = _collect(target, staging, executed)
    plan = load().plan
    for page in pages.render(_read_all(staging / _NOTEBOOKS), plan, edition):
        place = staging / page.place
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(page.html, encoding="utf-8")
    (staging / _MANIFEST).write_text(_manifest(edition, entries), encoding="utf-8")


def _recover(target: Path, previous: Path) -> None:
    """Put the last good set back if an earlier publication stopped between its two renames."""
    if previous.exists() and not target.exists():
        previous.rename(target)
    shutil.rmtree(previous, ignore_errors=True)


def _collect(target: Path, staging: Path, executed: list[Executed]) -> dict[str, dict[str, Any]]:
    """Bring kept and new executed notebooks together; return the manifest's entries by place."""
    entries: dict[str, dict[str, Any]] = {}
    if (target / _MANIFEST).exists():
        shutil.copytree(target / _NOTEBOOKS, staging / _NOTEBOOKS)
        entries = json.loads((target / _MANIFEST).read_text(encoding="utf-8"))["pages"]
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


def _manifest(edition: str, entries: dict[str, dict[str, Any]]) -> str:
    packages = ("pandas", "matplotlib", "papermill", "duckdb", "nbconvert", "great-tables")
    manifest = {
        "workbook": version("strategy-workbook"),
        "edition": edition,
        "packages": {name: version(name) for name in packages},
        "pages": entries,
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
