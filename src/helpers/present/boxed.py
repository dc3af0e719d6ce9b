"""Controls with what they control, in a box that can be read where no widget is shown.

On a web site, in a preview and in print, a stored widget is what ipywidgets writes of itself: the call that
made it. Here it is the words. A module of its own, for ipywidgets is slow to import and seldom needed.
"""

from collections.abc import Sequence
from typing import Any

from ipywidgets import VBox, Widget


class Box(VBox):  # type: ignore[misc, unused-ignore]
    """Widgets one below the other; `plain` says in words what they showed at first."""

    def __init__(self, children: Sequence[Widget], plain: str) -> None:
        super().__init__(children)
        self._plain = plain

    def _repr_mimebundle_(self, **given: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**given)
        return {**bundle, "text/plain": self._plain}
