"""Helpers of the strategic analysis workbook; a notebook imports what it shows from here.

Names are loaded when they are first used, so that a command which needs none of them starts at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .present import activities, cards, goals, rankings
    from .run import start

__all__ = ["activities", "cards", "goals", "rankings", "start"]

_WHERE = {
    "start": ".run",
    "activities": ".present.activities",
    "cards": ".present.cards",
    "goals": ".present.goals",
    "rankings": ".present.rankings",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(_WHERE[name], __name__)
    return module.start if name == "start" else module


def __dir__() -> list[str]:
    return sorted(__all__)
