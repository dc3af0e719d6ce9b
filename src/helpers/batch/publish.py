"""Making a set: executed notebooks → pages, documents, manifest and index.

A set is made whole beside the one in force, which readers see until it takes its place (`sets`).
"""

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

from .. import paths, store
from ..catalog import load
from ..errors import Phrase, RunFailed
from ..plan.ledger import Proposed
from ..present.pieces import NOTE_TYPE
from ..site import pages
from . import bundles, documents, records, sets
from .execute import Executed, cleaned
from .figures import Reported
from .inputs import Snapshot, digest
from .jobs import Job
from .kept import Kept
from .readings import Readers, readers
from .timings import Timings

_NOTEBOOKS = "notebooks"
# What a page is made of beside its notebook and its navigation.
_SITE = ("site/", "texts/", "locale.py", "present/pieces.py", "present/theme.py", "plan/performance.py")
_NAMES = ("file:data/catalog/", "file:data/reference/", "file:notebooks/texts.yml")


def publish(
    made: Mapping[str, Iterable[Executed]],
    reported: Sequence[Reported] = (),
    held: Readers | None = None,
    proposed: Proposed | None = None,
    now: Snapshot | None = None,
    timings: Timings | None = None,
    kept: Kept | None = None,
) -> Path:
    """Put sets with executed notebooks in them in force, and the ledger's new lines; return the index.

    `made` are the notebooks by the name of their set, one set of which is held in memory at a time. Pages
    and documents of other years and languages that were published earlier stay. `reported` figures go into
    the manifests.
    """
    now = now or Snapshot()
    timings = timings or Timings()
    with ExitStack() as stack:
        stagings = {name: stack.enter_context(sets.staged(name)) for name in made}
        for name, executed in made.items():
            of = load().plan.about(name)[1]
            shown = [one for one in reported if one.line.institution == of]
            _make(name, stagings[name], list(executed), shown, held, now, timings, kept)
        with timings("publication"):
            sets.put_in_force(stagings, proposed)
            return write_index()


def _make(
    name: str,
    staging: Path,
    executed: Sequence[Executed],
    reported: Sequence[Reported],
    held: Readers | None,
    now: Snapshot,
    timings: Timings,
    kept: Kept | None,
) -> None:
    """Make the whole set in the staging folder."""
    edition = load().plan.about(name)[0]
    target = sets.in_force(name)
    earlier = sets.manifest(target)
    with timings("notebooks"):
        entries = _collect(target, staging, executed, earlier.get("pages", {}))
        _tell_older(edition, entries, {one.job.place.as_posix() for one in executed}, now)
    jobs = [one.job for one in executed]
    with timings("documents"):
        filed = documents.bring(
            target,
            staging,
            earlier.get("documents", {}),
            jobs,
            readers(jobs) if held is None else held,
            now,
            kept,
        )
    with timings("pages"):
        guided = _pages(
            name, staging, target, entries, earlier.get("guides", {}), [Path(place) for place in filed], now
        )
    with timings("bundles"):
        packed = bundles.bring(target, staging, earlier.get("bundles", {}), entries, filed)
    traced = _traced(earlier.get("figures", {}), reported, entries)
    (staging / sets.MANIFEST).write_text(
        _manifest(name, entries, guided, filed, packed, traced, now), encoding="utf-8"
    )


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


def _collect(
    target: Path, staging: Path, executed: Sequence[Executed], earlier: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Bring kept and new executed notebooks together; return the manifest's entries by place."""
    entries = dict(earlier)
    if entries:
        shutil.copytree(target / _NOTEBOOKS, staging / _NOTEBOOKS)
    for one in executed:
        place = _notebook(staging, one.job.place)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(written(one.notebook), encoding="utf-8")
        entries[one.job.place.as_posix()] = {
            "made": one.made,
            "parameters": one.job.parameters,
            "notebook_sha256": store.sha256(paths.notebooks(f"{one.job.notebook}.ipynb")),
            "executed_sha256": store.sha256(place),
            "seconds": round(one.seconds, 1),
            "sources": _sources(one),
        }
    return dict(sorted(entries.items()))


def written(notebook: Any) -> str:
    """Return an executed notebook as the text of its file, without what was noted of this machine."""
    return str(nbformat.writes(cleaned(notebook), version=nbformat.NO_CONVERT)) + "\n"


def _tell_older(
    edition: str, entries: dict[str, dict[str, Any]], fresh: Iterable[str], now: Snapshot
) -> None:
    """Mark the kept pages that rest on what has changed since they were made."""
    for place, entry in entries.items():
        entry.pop("older", None)
        if place not in fresh:
            job = job_of(edition, place, entry)
            if not paths.notebooks(f"{job.notebook}.ipynb").exists() or records.why(
                job, records.read(job), now
            ):
                entry["older"] = True


def job_of(edition: str, place: str, entry: Mapping[str, Any]) -> Job:
    """Return the job that made a page, from its entry in a manifest."""
    given = entry["parameters"]
    owner = load().plan.institution
    year, language, notebook = place.split("/")
    return Job(
        notebook,
        int(given.get("year", year.split("-")[0])),
        language,
        given.get("institution", owner),
        edition,
        given.get("period", "year"),
        given.get("unit", ""),
        tuple(given),
    )


def _pages(
    name: str,
    staging: Path,
    target: Path,
    entries: dict[str, dict[str, Any]],
    earlier_guides: Mapping[str, str],
    filed: list[Path],
    now: Snapshot,
) -> dict[str, str]:
    """Make the pages of a set; one whose notebook and navigation are as they were is taken over.

    Return the guides by place, each with a digest of what it is made of.
    """
    edition, institution = load().plan.about(name)
    places = pages.guide_places(_languages(entries))
    guiding = [place.as_posix() for place in places]
    about = digest(
        [
            {name: sha for name, sha in now.helpers.items() if name.startswith(_SITE)},
            {name: sha for name, sha in now.files.items() if name.startswith(_NAMES)},
            sorted(entries),
            guiding,
            [place.as_posix() for place in filed],
        ]
    )  # fmt: skip
    anew = []
    for place, entry in entries.items():
        made_of = digest([about, entry.get("executed_sha256"), entry["made"], entry.get("older")])
        if not (entry.get("page") == made_of and _taken_over(target, staging, place)):
            entry["page"] = made_of
            anew.append(Path(place))
    made = {
        Path(place): pages.Made(entry["made"], entry.get("older", False)) for place, entry in entries.items()
    }
    notebooks = {place: records.opened(_notebook(staging, place)) for place in anew}
    packed = [*bundles.places(entries).values()]
    rendered = pages.render(notebooks, load().plan, edition, filed, made, packed, places)
    for page in rendered:
        _write(staging, page)
    of_guides = digest(
        [about, {name: sha for name, sha in now.helpers.items() if name.startswith("guides/")}]
    )
    guided = dict.fromkeys(guiding, of_guides)
    if earlier_guides != guided or not all(_taken_over(target, staging, place) for place in guiding):
        for page in pages.render_guides([*made], load().plan, institution):
            _write(staging, page)
    whole = {
        Path(place): (staging / f"{place}.html").read_text(encoding="utf-8") for place in [*entries, *guiding]
    }
    for page in pages.search(whole, load().plan, institution):
        _write(staging, page)
    return guided


def _taken_over(target: Path, staging: Path, place: str) -> bool:
    """Bring a page of the set in force into the new one; tell whether it was there."""
    file = Path(place + ".html")
    if not (target / file).exists():
        return False
    (staging / file).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(target / file, staging / file)
    return True


def _languages(entries: Iterable[str]) -> list[str]:
    return sorted({place.split("/")[1] for place in entries})


def _write(staging: Path, page: pages.Page) -> None:
    path = staging / page.place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page.html, encoding="utf-8")


def _sources(executed: Executed) -> list[dict[str, Any]]:
    """Return the files a page's figures came from, as its own table of sources names them."""
    for cell in executed.notebook.cells:
        for output in cell.get("outputs", []):
            note = output.get("data", {}).get(NOTE_TYPE, {})
            if "sources" in note:
                return list(note["sources"])
    raise RunFailed(
        Phrase("The notebook {job} names no sources.", job=executed.job),
        remedy="End it with goals.sources(run), so that its figures can be traced.",
    )


def _notebook(folder: Path, place: Path) -> Path:
    """Return where a set keeps an executed notebook; a notebook's name may hold a dot of its own."""
    return folder / _NOTEBOOKS / place.with_name(place.name + ".ipynb")


def _manifest(
    name: str,
    entries: dict[str, dict[str, Any]],
    guided: dict[str, str],
    filed: documents.Entries,
    packed: bundles.Entries,
    traced: dict[str, Any],
    now: Snapshot,
) -> str:
    packages = ("pandas", "matplotlib", "papermill", "duckdb", "nbconvert", "great-tables")
    manifest = {
        "workbook": version("strategy-workbook"),
        "edition": load().plan.about(name)[0],
        "set": sets.next_name(name),
        "packages": {name: version(name) for name in packages},
        "inputs": now.stamp,
        "pages": entries,
        "guides": guided,
        "documents": filed,
        "bundles": packed,
        "figures": traced,
    }
    return json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"


def published() -> dict[str, dict[str, Any]]:
    """Return the manifest of every set that is published, by name: the plan's own before the others'."""
    catalog = load()
    others = [one for one in catalog.institutions.ids() if one != catalog.plan.institution]
    names = [
        catalog.plan.set_of(edition, one)
        for edition in (store.SAMPLE, store.LIVE)
        for one in (catalog.plan.institution, *others)
    ]
    found = {name: sets.manifest(sets.in_force(name)) for name in names}
    return {name: manifest for name, manifest in found.items() if manifest}


def write_index() -> Path:
    """Write `reports/index.html` over everything that is published."""
    index = paths.reports("index.html")
    manifests = published()
    listed = {
        name: [*sorted(manifest["pages"]), *manifest.get("guides", ())]
        for name, manifest in manifests.items()
    }
    packed = {name: sorted(manifest.get("bundles", {})) for name, manifest in manifests.items()}
    records.write(index, pages.index(listed, load().plan, packed).encode("utf-8"))
    return index
