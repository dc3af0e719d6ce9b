"""Definitions as data: YAML and CSV under `data/catalog` and `data/reference` → frozen objects."""

from .institutions import Institution, Institutions
from .load import Catalog, load
from .model import (
    Activity,
    Caveat,
    Goal,
    Indicator,
    Layout,
    Method,
    Parameter,
    PeerGroup,
    Plan,
    System,
    Text,
    Variable,
)

__all__ = [
    "Activity",
    "Catalog",
    "Caveat",
    "Goal",
    "Indicator",
    "Institution",
    "Institutions",
    "Layout",
    "Method",
    "Parameter",
    "PeerGroup",
    "Plan",
    "System",
    "Text",
    "Variable",
    "load",
]
