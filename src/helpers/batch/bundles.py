"""A report as one ZIP beside its pages, for mail: its pages and tables, without links that lead out of it."""

import hashlib
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ..catalog import load
from ..site import alone
from ..texts import Texts
from .inputs import digest

Entries = dict[str, dict[str, Any]]


def places(pages: Mapping[str, Mapping[str, Any]]) -> dict[Path, Path]:
    """Return where the ZIP of each report of the plan's own university stands, by the report's folder.

    `pages` are the manifest's entries by place `year/language/notebook`.
    """
    owner = load().plan.institution
    folders = {
        Path(place).parent
        for place, entry in pages.items()
        if entry["parameters"].get("institution", owner) == owner
    }
    return {
        folder: folder / f"{alone.name(Texts(folder.name), folder.parts[0])}.zip"
        for folder in sorted(folders)
    }


def bring(
    target: Path,
    staging: Path,
    earlier: Mapping[str, Mapping[str, Any]],
    pages: Mapping[str, Mapping[str, Any]],
    documents: Mapping[str, Mapping[str, Any]],
) -> Entries:
    """Bring kept and new ZIPs into a set whose pages are there; return the manifest's entries by place.

    A report is packed anew when a page or document of it is another one than before.
    """
    entries: Entries = {}
    for folder, place in places(pages).items():
        within = sorted(path.name for path in (staging / folder).iterdir())
        # A page's digest tells of all that it is made of, so that the pages need not be read again.
        made_of = digest(
            [
                [within, _of(folder, pages, "page"), _of(folder, documents, "sha256")],
            ]
        )
        kept = earlier.get(place.as_posix(), {})
        if kept.get("made_of") == made_of and (target / place).exists():
            shutil.copyfile(target / place, staging / place)
            entries[place.as_posix()] = dict(kept)
            continue
        files = {name: (staging / folder / name).read_bytes() for name in within}
        packed = alone.zipped(
            place.stem, {name: _detached(name, content, within) for name, content in files.items()}
        )
        (staging / place).write_bytes(packed)
        entries[place.as_posix()] = {"made_of": made_of, "sha256": hashlib.sha256(packed).hexdigest()}
    return entries


def _of(folder: Path, entries: Mapping[str, Mapping[str, Any]], told: str) -> list[tuple[str, Any]]:
    return [
        (place, entry.get(told)) for place, entry in sorted(entries.items()) if Path(place).parent == folder
    ]


def _detached(name: str, content: bytes, within: Collection[str]) -> bytes:
    return (
        alone.detached(content.decode("utf-8"), within).encode("utf-8") if name.endswith(".html") else content
    )
