"""What explains it: what a change is made of, where candidates are lost, what goes together."""

from .explained_countries import below_expected
from .explained_fairs import fairs_and_applications
from .explained_funnel import funnel
from .explained_links import links
from .explained_partners import partners
from .explained_share import share

__all__ = ["below_expected", "fairs_and_applications", "funnel", "links", "partners", "share"]
