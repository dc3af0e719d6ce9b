"""The folders of the workbook, found from this file and never from the working directory.

A notebook runs in its own folder under nbval and in the caller's folder under papermill,
so nothing may depend on where the process was started.
"""

import os
from functools import lru_cache
from pathlib import Path

ROOT_VARIABLE = "WORKBOOK_ROOT"


def root() -> Path:
    """Return the folder that holds `notebooks/`, `data/` and `reports/`.

    The environment variable `WORKBOOK_ROOT` names another one: tests use it, and so does
    a university that keeps its data apart from the code.
    """
    named = os.environ.get(ROOT_VARIABLE, "")
    return _resolved(named, "" if os.path.isabs(named) or not named else os.getcwd())  # noqa: PTH109, PTH117


@lru_cache(maxsize=64)
def _resolved(named: str, _from: str) -> Path:
    """Return the root for a value of the variable; asked for with every text that a page says."""
    return Path(named).resolve() if named else Path(__file__).resolve().parents[2]


@lru_cache(maxsize=1)
def package() -> Path:
    """Return the folder of this package's source: the helpers, their texts and templates."""
    return Path(__file__).resolve().parent


def data(*parts: str) -> Path:
    """Return a path below `data/`."""
    return root().joinpath("data", *parts)


def notebooks(*parts: str) -> Path:
    """Return a path below `notebooks/`."""
    return root().joinpath("notebooks", *parts)


def reports(*parts: str) -> Path:
    """Return a path below `reports/`."""
    return root().joinpath("reports", *parts)


def shown(path: Path) -> str:
    """Write a path as a reader may see it: relative to the workbook, else its name alone.

    Reports and identity cards must not carry the folders of the machine they were made on.
    """
    try:
        return path.resolve().relative_to(root()).as_posix()
    except ValueError:
        return path.name
