"""One family of errors. Each says what is wrong, what was expected and what to do next."""

from collections.abc import Iterable
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one place of a file.

    `row` is the line a person sees in a spreadsheet or editor (the first line is 1).
    """

    file: str
    sheet: str
    row: int
    column: str
    value: str
    expected: str
    remedy: str

    @classmethod
    def columns(cls) -> list[str]:
        """Return the column names of a table of problems, in order."""
        return [field.name for field in fields(cls)]

    def __str__(self) -> str:
        sheet = f", sheet {self.sheet!r}" if self.sheet else ""
        return (
            f"{self.file}{sheet}, row {self.row}, column {self.column!r}: found {self.value!r}, "
            f"expected {self.expected}. {self.remedy}"
        )


class WorkbookError(Exception):
    """A foreseeable failure, told to the user without a traceback."""

    def __init__(self, wrong: str, expected: str = "", remedy: str = "") -> None:
        self.wrong, self.expected, self.remedy = wrong, expected, remedy
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
