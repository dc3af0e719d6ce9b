"""What cannot go on, in the user's language: the English stands where it is raised, its Turkish here.

`errors.tr.yml` has the Turkish by the English, with the same values in braces; a test reads from the syntax
trees what can be raised. What has no Turkish is told in English: a system's or another library's own words.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

from .. import yml
from ..errors import Phrase, WorkbookError, listed
from . import _Formatter


class _Told(_Formatter):
    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return a value; a phrase, or each of a list of them, in the language."""
        value = super().get_value(key, args, kwargs)
        if isinstance(value, list | tuple):
            return [phrase(one, self._language) for one in value]
        return phrase(value, self._language)

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write a value as the texts do; those of a list by what stands as its format."""
        if isinstance(value, list):
            return listed(value, format_spec)
        return super().format_field(value, format_spec)


def told(error: WorkbookError, language: str) -> str:
    """Tell in a language what is wrong, what was expected and how to go on."""
    if error.fault is not None:
        from ..intake import wording

        return wording.of_fault(error.fault, language)
    return str(phrase(error.sentence, language))


def phrase(value: Any, language: str) -> Any:
    """Return a sentence, a part of one or a failure in a language; any other value as it is."""
    if isinstance(value, WorkbookError):
        return told(value, language)
    if language == "en" or not isinstance(value, Phrase):
        return value
    known = turkish().get(value.template) or _of_system(value.template, language)
    return _Told(language).vformat(known, (), value.values) if value.values else known


def _of_system(english: str, language: str) -> str:
    from ..intake import wording

    return wording.of_system(english, language)


@lru_cache(maxsize=1)
def turkish() -> dict[str, str]:
    """Return the Turkish of every sentence that can be raised, by its English."""
    written = resources.files(__package__).joinpath("errors.tr.yml").read_text(encoding="utf-8")
    read: dict[str, str] = yml.load(written)
    return read
