"""Sentences as a reader sees them: without the marks of what their numbers lead to."""

from types import ModuleType
from typing import Any

from helpers.texts import links


class Read:
    """A module whose functions return sentences, which come without marks; all else is as it is."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        if not callable(found) or isinstance(found, type):
            return found
        return lambda *given, **named: _bare(found(*given, **named))


def _bare(said: Any) -> Any:
    if isinstance(said, str):
        return links.bare(said)
    return [_bare(one) for one in said] if type(said) is list else said
