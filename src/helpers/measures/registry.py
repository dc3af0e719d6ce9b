"""Every variable and formula of the registers, registered by importing the modules that hold them."""

from . import (  # noqa: F401
    accreditation,
    agreements,
    applications,
    campus,
    cross,
    events,
    mobility,
    programmes,
    projects,
    promotion,
    publications,
    services,
    staff,
    students,
)
from .core import FORMULAS, VARIABLES, breakdown, measure, series, uncovered

__all__ = ["FORMULAS", "VARIABLES", "breakdown", "measure", "series", "uncovered"]
