"""What a job rests on, each part by name with the hash of its content; times of files decide nothing.

A job rests on its notebook (code and prose, in its language), its parameters, the helpers that the notebook
imports and those that they import, the installed packages, and what it read: files with their rows, names
in folders, definitions of the catalogue and texts, each of which the kernel noted (`reads`).
"""

import ast
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from .. import paths
from .jobs import Job, cells_of

LEDGER = "file:data/published/figures.csv"

# Folders of the workbook that a notebook may read; of `data/raw` only what is small: the originals never
# change, and their names hold their hashes.
_READ = ("data/catalog", "data/reference", "data/sample", "data/corrections", "data/published", "data/store")
_RAW, _SMALL = "data/raw", 1_000_000
_PASSING = (".part", "__pycache__", ".ipynb_checkpoints", "~")

ABSENT = "absent"


class Snapshot:
    """The content of everything that a report can rest on, as it was at one moment.

    `ledger` is the content that the ledger will have when the reports are published.
    """

    def __init__(self, ledger: bytes | None = None) -> None:
        self.files = {f"file:{name}": digest for name, digest in _files().items()}
        self._ledger_is_proposed = ledger is not None
        if ledger is not None:
            self.files[LEDGER] = _sha(ledger)
        self.helpers = helpers()
        self.packages = packages()
        self._notebooks: dict[tuple[str, str], dict[str, str]] = {}

    @cached_property
    def stamp(self) -> str:
        """Return one hash over all of it."""
        return digest([self.files, self.helpers, self.packages])

    def of_job(self, job: Job) -> dict[str, str]:
        """Return what a job rests on whatever it reads."""
        of_notebook = (job.notebook, job.language)
        if of_notebook not in self._notebooks:
            cells = cells_of(paths.notebooks(f"{job.notebook}.ipynb"))
            self._notebooks[of_notebook] = {
                "notebook": _notebook(cells, job.language),
                **{f"helper:{name}": self.helpers.get(name, ABSENT) for name in closure(_imports_of(cells))},
            }
        return {
            "packages": self.packages,
            "parameters": digest(job.parameters),
            **self._notebooks[of_notebook],
        }

    def moved(self, names: Iterable[str]) -> list[str]:
        """Return which of the files, by their names in `reads`, have another content by now."""
        return [
            name
            for name in names
            if name.startswith("file:")
            and not (name == LEDGER and self._ledger_is_proposed)
            and _sha_of(paths.root() / name.partition(":")[2]) != self.now(name)
        ]

    def now(self, name: str) -> str:
        """Return the present hash of something that was read, by its name in `reads`."""
        if name not in self._known:
            self._known[name] = self._now(name)
        return self._known[name]

    @cached_property
    def _known(self) -> dict[str, str]:
        return {}

    @cached_property
    def _tables(self) -> dict[str, Any]:
        return _tables()

    def _now(self, name: str) -> str:
        kind, _, place = name.partition(":")
        if kind == "file":
            return self.files[name] if name in self.files else _sha_of(paths.root() / place)
        if kind == "folder":
            return digest(_names(paths.root() / place))
        table, _, key = name.partition("/")
        found = self._tables.get(table)
        if isinstance(found, Mapping) and key:
            return digest(found[key]) if key in found else ABSENT
        return ABSENT if found is None else digest(dict(found) if isinstance(found, Mapping) else found)


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the names of which the hashes differ, or which only one side has."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


# -- hashes ----------------------------------------------------------------------------------------------


def digest(value: Any) -> str:
    """Return a short hash of a value made of plain values, definitions and containers of them."""
    return _sha(json.dumps(_plain(value), ensure_ascii=False, sort_keys=True).encode())


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(entry) for entry in value), key=repr)
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if hasattr(value, "__dict__") and value.__dict__:
        return _plain(vars(value))
    return repr(value)


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _sha_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:32]
    except OSError:
        return ABSENT


def _files() -> dict[str, str]:
    """Return the hashes of the files that a notebook may read, by their places in the workbook."""
    root = paths.root()
    found = {
        path.relative_to(root).as_posix(): _sha_of(path)
        for folder in _READ
        for path in _walk(root / folder)
        if not path.name.endswith(_PASSING)
    }
    for path in _walk(root / _RAW):
        small = path.stat().st_size < _SMALL
        found[path.relative_to(root).as_posix()] = _sha_of(path) if small else str(path.stat().st_size)
    for path in (*paths.notebooks().glob("*.ipynb"), *map(paths.notebooks, ("parameters.yml", "texts.yml"))):
        found[path.relative_to(root).as_posix()] = _sha_of(path)
    return found


def _walk(folder: Path) -> list[Path]:
    return [
        Path(here, name)
        for here, below, names in os.walk(folder, followlinks=True)
        for name in names
        if not Path(here).name.startswith(_PASSING) and below is not None
    ]


def _names(folder: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if not name.endswith(_PASSING))  # noqa: PTH208
    except OSError:
        return []


def helpers() -> dict[str, str]:
    """Return the hashes of this package's own files, by their places in it."""
    package = paths.package()
    return {path.relative_to(package).as_posix(): _sha_of(path) for path in _walk(package)}


def packages() -> str:
    """Return a hash of the Python and the packages that are installed, each with its version."""
    names = {
        name
        for folder in sys.path
        if folder.endswith("-packages")
        for name in _names(Path(folder))
        if name.endswith(".dist-info")
    }
    return digest([sys.version_info[:3], sorted(names)])


def _tables() -> dict[str, Any]:
    from .. import store, texts
    from ..catalog import load

    catalog = load()
    of_catalog = {name: getattr(catalog, name) for name in catalog.__dataclass_fields__}
    of_texts = {f"texts.{language}": texts.table(language) for language in catalog.plan.languages}
    return {**of_catalog, **of_texts, "datasets": store.definitions()}


# -- code ------------------------------------------------------------------------------------------------


def _notebook(cells: list[dict[str, Any]], language: str) -> str:
    """Return the hash of a notebook's cells as they run; stored outputs are none of it."""
    from .. import texts

    run = []
    for cell in cells:
        tags = cell.get("metadata", {}).get("tags", [])
        key = texts.prose_key(tags) if cell["cell_type"] == "markdown" else None
        source = cell["source"]
        run.append(
            [cell["cell_type"], cell.get("id"), tags, texts.prose(key, source, language) if key else source]
        )
    return digest(run)


def _imports_of(cells: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the modules of the helpers that a notebook's code imports."""
    found: set[str] = {"helpers", "helpers.batch.engine"}
    for cell in cells:
        if cell["cell_type"] == "code":
            code = [line for line in cell["source"].splitlines() if not line.lstrip().startswith(("%", "!"))]
            found |= imported(ast.parse("\n".join(code)), ())
    return found


def imported(tree: ast.AST, package: tuple[str, ...]) -> set[str]:
    """Return the dotted names of the helpers that code imports; `package` is where it stands."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "helpers"}


def closure(names: Iterable[str]) -> list[str]:
    """Return the files of the modules named and of all that they import, by their places in the package.

    The package itself hands over its pages without importing them (`helpers.__getattr__`).
    """
    files: set[str] = set()
    waiting = list(names)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        found = _module(name)
        files |= set(found[0])
        waiting += found[1]
    return sorted(files)


@lru_cache(maxsize=512)
def _module(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the files of a module and the names it imports; nothing for a name inside a module."""
    parts = tuple(name.split(".")[1:])
    above = tuple(".".join(("helpers", *parts[:i])) for i in range(len(parts)))
    place = paths.package().joinpath(*parts)
    if place.is_dir():
        code, package = place / "__init__.py", ("helpers", *parts)
    elif place.with_suffix(".py").exists():
        code, package = place.with_suffix(".py"), ("helpers", *parts[:-1])
    elif len(parts) == 1:  # a page that the package hands over
        return (), ("helpers.run" if parts == ("start",) else f"helpers.present.{parts[0]}",)
    else:
        return (), above
    files = [code.relative_to(paths.package()).as_posix()]
    if parts:
        # Of the package itself every import is one for the type checker.
        above = (*above, *imported(ast.parse(code.read_text(encoding="utf-8")), package))
        beside = code.parent.glob("*.yml") if parts[0] != "texts" else ()  # texts are noted one by one
        files += [path.relative_to(paths.package()).as_posix() for path in beside]
    return tuple(files), above
