"""Helpers of the strategic analysis workbook; a notebook imports what it shows from here.

Names are loaded when they are first used, so that a command which needs none of them starts at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .present import (
        accreditation,
        actions,
        activities,
        against,
        cards,
        explained,
        goals,
        heading,
        ledger,
        messages,
        mobility,
        outside,
        overview,
        quality,
        rankings,
        scenarios,
        standing,
    )
    from .present.desk import explain, measure
    from .run import start

__all__ = [
    "accreditation",
    "actions",
    "activities",
    "against",
    "cards",
    "explain",
    "explained",
    "goals",
    "heading",
    "ledger",
    "measure",
    "messages",
    "mobility",
    "outside",
    "overview",
    "quality",
    "rankings",
    "scenarios",
    "standing",
    "start",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "start":
        return import_module(".run", __name__).start
    if name in ("explain", "measure"):
        return getattr(import_module(".present.desk", __name__), name)
    return import_module(f".present.{name}", __name__)


def __dir__() -> list[str]:
    return sorted(__all__)
