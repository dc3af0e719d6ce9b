"""Helpers of the strategic analysis workbook; a notebook imports what it shows from here.

At the desk: `start(year=2026)` gives a run, which shows what it is about. `measure(run, "G3.25", by="unit")`
shows an indicator in its unit, `explain("G3.25")` what it is and its sources, `compare(run, "G3.25",
years=[2025, 2026])` several years, units or institutions, `choose(run, measure, "G3.25")` controls beside
a figure. The modules show what the pages show: `activities.trend(run, "G3.25")`, or what a change would do:
`scenarios.simulator(run, "the")`.
Tables and charts write themselves: `.to_csv(path)`, `.to_excel(path)`. Persons are counted, never named;
small numbers are hidden everywhere.

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
    from .present.compared import compare
    from .present.controls import choose
    from .present.desk import explain, measure
    from .run import start

__all__ = [
    "accreditation",
    "actions",
    "activities",
    "against",
    "cards",
    "choose",
    "compare",
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

# Functions by the module of `present` that they stand in; other names but `start` are modules of it.
_FUNCTIONS = {"choose": "controls", "compare": "compared", "explain": "desk", "measure": "desk"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "start":
        run = import_module(".run", __name__)
        if run.is_open():  # in a batch the page is made of what the notebook stores
            import_module(".site.live", __name__).register()
            import_module(".present.desk", __name__)  # Tab completes codes
        return run.start
    if name in _FUNCTIONS:
        return getattr(import_module(f".present.{_FUNCTIONS[name]}", __name__), name)
    return import_module(f".present.{name}", __name__)


def __dir__() -> list[str]:
    return sorted(__all__)
