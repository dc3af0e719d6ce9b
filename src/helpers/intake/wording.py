"""What intake says, in Turkish and English: faults by their code, and the sentences around them.

The sentences stand in `phrases.yml`. A value that differs between the languages is given as a mapping.
"""

import string
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from .. import locale, yml
from ..errors import Fault, FileRefused, LayoutUnknown, Problem, TextMissing, WorkbookError, cause

Part = Literal["wrong", "expected", "remedy"]

# How a problem names its columns where it is about the whole row.
WHOLE_ROW = "(row)"


@lru_cache(maxsize=1)
def _phrases() -> dict[str, dict[str, Any]]:
    text = resources.files(__package__).joinpath("phrases.yml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = yml.load(text)
    return loaded


class _Formatter(string.Formatter):
    def __init__(self, language: str) -> None:
        self._language = language

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        value = kwargs[str(key)]
        if isinstance(value, Mapping):
            value = value[self._language]
        if isinstance(value, list | tuple):
            return ", ".join(repr(one) if one == "" else str(one) for one in value)
        return value

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec in ("n0", "n2"):
            return locale.number(float(value), self._language, int(format_spec[1]))
        return super().format_field(value, format_spec)


def _filled(template: str, values: Mapping[str, Any], language: str, name: str) -> str:
    try:
        return _Formatter(language).vformat(template, (), values)
    except (KeyError, ValueError) as error:
        raise TextMissing(f"The phrase {name!r} ({language}) cannot be filled: {error!r}.") from error


def fault(code: str, **values: object) -> Fault:
    """Return a fault by its code, with the values that its sentences name."""
    return Fault(code, values)


def said(of: Fault, part: Part, language: str = "en") -> str:
    """Return what a fault says in a language: what is wrong, expected, or to be done; "" if nothing."""
    try:
        parts = _phrases()["faults"][of.code]
    except KeyError:
        raise TextMissing(f"There is no fault {of.code!r} in intake/phrases.yml.") from None
    return _filled(parts[part][language], of.values, language, of.code) if part in parts else ""


def sentence(key: str, language: str = "en", **values: object) -> str:
    """Return a sentence by its key, with its braces filled."""
    try:
        template = _phrases()["sentences"][key][language]
    except KeyError:
        raise TextMissing(f"There is no sentence {key!r} in intake/phrases.yml.") from None
    return _filled(template, values, language, key)


def names(key: str, text: str) -> bool:
    """Tell whether a text is the sentence of a key in either language, whatever its letter case."""
    return locale.key(text) in {locale.key(sentence(key, language)) for language in locale.LANGUAGES}


def both(key: str, **values: object) -> dict[str, str]:
    """Return a sentence in both languages, to be a value of another."""
    return {language: sentence(key, language, **values) for language in locale.LANGUAGES}


def aliases(columns: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Name columns with the headings that each may have, in both languages."""
    return {
        language: "; ".join(
            f"{name} ({sentence('aliases', language, aliases=', '.join(map(repr, known)))})"
            for name, known in columns.items()
        )
        for language in locale.LANGUAGES
    }


def reason(english: str, language: str) -> str:
    """Return a sentence of the catalogue's data in a language; one that nobody has translated stays."""
    return english if language == "en" else str(_phrases()["reasons"].get(english, english))


def of_system(english: str, language: str) -> str:
    """Return why a system refuses something in a language; words that nobody has translated stay."""
    return english if language == "en" else str(_phrases()["system"].get(english, english))


def refused(error: OSError) -> dict[str, str]:
    """Return why a system refuses something in both languages, to be a value of a sentence."""
    return {language: of_system(cause(error), language) for language in locale.LANGUAGES}


def place(file: str, sheet: str) -> dict[str, str]:
    """Name a table by its file and its sheet, in both languages."""
    return both("place.sheet", file=file, sheet=sheet) if sheet else both("place", file=file)


# -- faults as errors and as problems ----------------------------------------------------------------------


def refusal(code: str, **values: object) -> FileRefused:
    """Return the refusal of a file, told in English and to be told in any language."""
    of = fault(code, **values)
    return FileRefused(said(of, "wrong"), said(of, "expected"), said(of, "remedy"), of)


def unknown(code: str, **values: object) -> LayoutUnknown:
    """Return the refusal of a table whose header fits nothing, told as `refusal` tells."""
    of = fault(code, **values)
    return LayoutUnknown(said(of, "wrong"), said(of, "expected"), said(of, "remedy"), of)


def of_error(error: WorkbookError, language: str) -> str:
    """Tell a failure in a language; one that knows no fault is told in English."""
    if error.fault is None:
        return str(error)
    return of_fault(error.fault, language)


def of_fault(of: Fault, language: str) -> str:
    """Tell what is wrong with a file: what was found, what was expected, how to go on."""
    expected = said(of, "expected", language)
    parts = (
        said(of, "wrong", language),
        sentence("error.expected", language, expected=expected) if expected else "",
        said(of, "remedy", language),
    )
    return " ".join(part for part in parts if part)


def expected(problem: Problem, language: str) -> str:
    """Say what should stand at the place of a problem."""
    return said(problem.fault, "expected", language) if problem.fault else problem.expected


def remedy(problem: Problem, language: str) -> str:
    """Say how a problem is mended."""
    return said(problem.fault, "remedy", language) if problem.fault else problem.remedy


def of_problem(problem: Problem, language: str) -> str:
    """Tell a problem in one line, with its place."""
    if language == "en":
        return str(problem)
    return sentence(
        "problem",
        language,
        file=problem.file,
        sheet=sentence("sheet", language, sheet=problem.sheet) if problem.sheet else "",
        row=problem.row,
        column=column(problem, language),
        value=problem.value,
        expected=expected(problem, language),
        remedy=remedy(problem, language),
    )


def column(problem: Problem, language: str) -> str:
    """Name the columns of a problem; a whole row has none."""
    return sentence("whole_row", language) if problem.column == WHOLE_ROW else problem.column


def told(problem: Problem, language: str) -> list[object]:
    """Return a problem as a row of a table of problems, in a language."""
    cells = dict(zip(Problem.columns(), problem.cells(), strict=True))
    cells["column"] = column(problem, language)
    cells["expected"], cells["remedy"] = expected(problem, language), remedy(problem, language)
    return list(cells.values())
