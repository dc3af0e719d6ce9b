"""One family of errors. Each says what is wrong, what was expected and what to do next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Fault:
    """What is wrong, by a code that stays, with the values that its sentences name.

    The sentences stand in both languages in `intake/phrases.yml`.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one place of a file.

    `row` is the line a person sees in a spreadsheet or editor (the first line is 1). `fault` says the same as
    `expected` and `remedy`, for any language; `places` are the cells of the row, counted from 0 (column A).
    """

    file: str
    sheet: str
    row: int
    column: str
    value: str
    expected: str
    remedy: str
    fault: Fault | None = field(default=None, compare=False, repr=False)
    places: tuple[int, ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def columns(cls) -> list[str]:
        """Return the column names of a table of problems, in order."""
        return [column.name for column in fields(cls) if column.compare]

    def cells(self) -> list[Any]:
        """Return the problem as a row of a table of problems."""
        return [getattr(self, name) for name in self.columns()]

    def __str__(self) -> str:
        sheet = f", sheet {self.sheet!r}" if self.sheet else ""
        return (
            f"{self.file}{sheet}, row {self.row}, column {self.column!r}: found {self.value!r}, "
            f"expected {self.expected}. {self.remedy}"
        )


class WorkbookError(Exception):
    """A foreseeable failure, told to the user without a traceback.

    Where it has a `fault`, it can be told in Turkish too.
    """

    def __init__(self, wrong: str, expected: str = "", remedy: str = "", fault: Fault | None = None) -> None:
        self.wrong, self.expected, self.remedy, self.fault = wrong, expected, remedy, fault
        parts = [wrong, f"Expected: {expected}." if expected else "", remedy]
        super().__init__(" ".join(part for part in parts if part))

    def _render_traceback_(self) -> list[str]:
        """Show one sentence in a notebook, where IPython would show a traceback."""
        return [f"{type(self).__name__}: {self}"]


class ParameterError(WorkbookError):
    """A parameter that is unknown, of the wrong type or out of range."""


class CatalogError(WorkbookError):
    """A definition in `data/catalog` or `data/reference` that cannot be used."""


class FileRefused(WorkbookError):
    """A file that cannot be read at all, so that none of its rows is judged."""


class LayoutUnknown(FileRefused):
    """A table whose header fits no declared layout."""


class NotHeld(WorkbookError):
    """Data that the chosen edition does not hold."""


class TextMissing(WorkbookError):
    """A sentence or a prose cell that is missing or outdated in one language."""


class RunFailed(WorkbookError):
    """A notebook that did not run to its end."""


def one_of(values: Iterable[object]) -> str:
    """Write allowed values as a list a person can pick from."""
    return "one of " + (", ".join(repr(value) if value == "" else str(value) for value in values) or "none")
