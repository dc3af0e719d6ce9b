"""Definitions as data: YAML and CSV under `data/catalog` and `data/reference` → frozen objects."""

from .institutions import Institution, Institutions
from .load import Catalog, load
from .model import (
    Activity,
    Caveat,
    Correction,
    Format,
    Goal,
    Indicator,
    Layout,
    Method,
    Parameter,
    PeerGroup,
    Plan,
    System,
    Text,
    Total,
    Variable,
)

__all__ = [
    "Activity",
    "Catalog",
    "Caveat",
    "Correction",
    "Format",
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
    "Total",
    "Variable",
    "load",
]
