"""One family of errors. Each says what is wrong, what was expected and what to do next."""

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any


def listed(values: Iterable[object], by: str = "") -> str:
    """Write values in a row: by commas, by semicolons (`;`), by blanks (` `), or by a word such as `and`."""
    return ({"": ", ", ";": "; ", " ": " "}.get(by) or f" {by} ").join(map(str, values))


class _English(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        """Write a value; those of a list by what stands as its format."""
        several = isinstance(value, list | tuple)
        return listed(value, format_spec) if several else str(super().format_field(value, format_spec))


class Phrase(str):
    """A sentence or part of one that can be told in another language: English, with its values filled in.

    `texts.failures` knows it by its `template`, where values stand in braces: `Phrase("There is no {what}.",
    what=name)`. A value can be a phrase itself, or a list of them: `{names:and}`, `{wrong:;}`.
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> "Phrase":
        """Fill the values in, as `str.format` does."""
        made = super().__new__(cls, _English().vformat(template, (), values) if values else template)
        made.template, made.values = template, values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """Let it come whole through a process's end."""
        return (self.template,), self.values


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

    What is wrong, what was expected and how to go on are English; a part in which values stand is a Phrase,
    so that `texts.failures` can tell it in Turkish, or a `fault` says the same.
    """

    def __init__(self, wrong: str, expected: str = "", remedy: str = "", fault: Fault | None = None) -> None:
        self.wrong, self.expected, self.remedy, self.fault = wrong, expected, remedy, fault
        told = Phrase("Expected: {expected}.", expected=phrased(expected)) if expected else ""
        self.sentence = Phrase("{parts: }", parts=[phrased(part) for part in (wrong, told, remedy) if part])
        super().__init__(str(self.sentence))

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


def phrased(text: str) -> Phrase:
    """Return a sentence without values as a phrase; one that is a phrase already as it is."""
    return text if isinstance(text, Phrase) else Phrase(text)


def one_of(values: Iterable[object]) -> Phrase:
    """Write allowed values as a list a person can pick from."""
    named = [repr(value) if value == "" else str(value) for value in values]
    return Phrase("one of {values}", values=named or Phrase("none"))


def cause(error: Exception) -> Phrase:
    """Return why a system or a library refuses something, in its own words, on one line."""
    return Phrase(" ".join((getattr(error, "strerror", None) or str(error)).split()).rstrip("."))
