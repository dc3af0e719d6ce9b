"""Committed notebooks: executed anew, what has changed in what they show, and what may not be committed."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import paths, store, texts
from ..errors import FileRefused, Phrase, RunFailed, WorkbookError, cause
from ..locale import LANGUAGES

# What a notebook may carry beside its cells; all else is of one person's screen or machine.
NOTEBOOK_METADATA = frozenset({"kernelspec", "language_info"})
CELL_METADATA = frozenset({"tags"})
# Of what lies in `explore`, which is each analyst's own, these are kept in order: the tour in each language.
TOURS = ("tour.ipynb", "tur.ipynb")

_PROVISIONER = "JUPYTER_DEFAULT_PROVISIONER_NAME"
_LIVE = re.compile(rf"\bedition\b[^=\n]*=\s*[\"']{store.LIVE}[\"']")
_RECEIVED = ("data/store/", "data/raw/")
# The day on which a page was made, in either language, is no figure.
_STAMP = re.compile(r"(Made|Hazırlandı:?) \d{1,2} \w+ \d{4}")


@dataclass(frozen=True)
class Change:
    """A line that a cell shows otherwise than it is stored; empty where there is none on one of the sides.

    `drawing` where the words stayed and only what is drawn of them is another.
    """

    cell: str
    stored: str
    now: str
    drawing: bool = False


def named(given: Sequence[Path]) -> list[Path]:
    """Return the notebooks that are meant: those given, else all that reports are made of, and the tour.

    Raises FileRefused where a file is no notebook.
    """
    for path in given:
        if path.suffix != ".ipynb" or not path.is_file():
            raise FileRefused(
                Phrase("{path} is no notebook.", path=path),
                expected="a file such as notebooks/overview.ipynb",
            )
    tours = [path for path in (paths.notebooks("explore", name) for name in TOURS) if path.is_file()]
    return list(given) or [*sorted(paths.notebooks().glob("*.ipynb")), *tours]


def read(path: Path) -> Any:
    """Return a notebook; raise FileRefused where it cannot be read."""
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
        raise FileRefused(
            Phrase("{file} is no notebook: {cause}", file=path.name, cause=str(error).splitlines()[0])
        ) from error


def executed(path: Path) -> Any:
    """Return a notebook as it is when every cell is run now, in its own folder; the file stays as it is.

    Raises RunFailed where a cell fails.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    os.environ.setdefault(_PROVISIONER, "workbook-warm")
    fresh = read(path)
    client = NotebookClient(
        fresh,
        timeout=None,
        kernel_name=fresh.metadata.get("kernelspec", {}).get("name", "python3"),
        resources={"metadata": {"path": str(path.parent.resolve())}},
        record_timing=False,
        extra_arguments=["--log-level=CRITICAL"],  # on what it listens is no concern of the reader's
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise RunFailed(
            Phrase("{file} stops: {ename}: {evalue}", file=path.name, ename=error.ename, evalue=error.evalue),
            remedy="Mend the cell, then refresh again; the stored notebook is as it was.",
        ) from error
    return fresh


def changes(stored: Any, now: Any) -> list[Change]:
    """Return what a notebook shows now and did not before, line by line, by the id of its cell."""
    before = {cell.id: cell for cell in stored.cells if cell.cell_type == "code"}
    found: list[Change] = []
    for cell in now.cells:
        if cell.cell_type == "code":
            old = before.get(cell.id)
            found += _of_cell(cell.id, old.get("outputs", []) if old else [], cell.get("outputs", []))
    return found


def _of_cell(name: str, stored: Sequence[Any], now: Sequence[Any]) -> Iterator[Change]:
    before, after = _words(stored), _words(now)
    if before != after:
        gone = [line for line in before if line not in after]
        come = [line for line in after if line not in before]
        for place in range(max(len(gone), len(come), 1)):
            yield Change(
                name,
                gone[place] if place < len(gone) else "",
                come[place] if place < len(come) else "",
            )
    elif _rest(stored) != _rest(now):
        yield Change(name, "", "", drawing=True)


def _words(outputs: Sequence[Any]) -> list[str]:
    text = "\n".join(_joined(one.get("text") or one.get("data", {}).get("text/plain", "")) for one in outputs)
    return _STAMP.sub(r"\1", text).splitlines()


def _rest(outputs: Sequence[Any]) -> list[str]:
    written = (json.dumps(one.get("data", {}), sort_keys=True, ensure_ascii=False) for one in outputs)
    return [_STAMP.sub(r"\1", one) for one in written]


def _joined(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def save(path: Path, notebook: Any) -> None:
    """Put a notebook in its place, whole."""
    import nbformat

    beside = path.with_name(path.name + ".part")
    try:
        beside.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        raise WorkbookError(
            Phrase("{file} cannot be written: {cause}.", file=path.name, cause=cause(error))
        ) from error


def cleared(notebook: Any) -> Any:
    """Return the notebook without metadata that are not in the lists of what it may carry."""
    for name in set(notebook.metadata) - NOTEBOOK_METADATA:
        del notebook.metadata[name]
    for cell in notebook.cells:
        for name in set(cell.metadata) - CELL_METADATA:
            del cell.metadata[name]
    return notebook


# -- what may not be committed -----------------------------------------------------------------------------


def live(notebook: Any) -> list[str]:
    """Return the ids of the cells that ask for received data, or show some of it."""
    labels = {texts.Texts(language)("edition.live") for language in LANGUAGES}
    found = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        shown = "\n".join(_words(cell.get("outputs", [])))
        if _LIVE.search(cell.source) or any(mark in shown for mark in (*_RECEIVED, *labels)):
            found.append(cell.id)
    return found


def foreign(notebook: Any) -> list[str]:
    """Return the metadata of a notebook and its cells that are not in the lists of what it may carry."""
    found = set(notebook.metadata) - NOTEBOOK_METADATA
    for cell in notebook.cells:
        found |= set(cell.metadata) - CELL_METADATA
    return sorted(found)
