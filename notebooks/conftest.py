"""nbval compares what a notebook says; how a chart is drawn is no part of it, as with any picture.

Its words and its data are compared, in the plain form and in the note. nbval leaves out PNG and JPEG by
itself, and has no option for SVG.
"""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave drawings out of what is compared."""
    for notebook in {item.parent for item in items if hasattr(item.parent, "skip_compare")}:
        notebook.skip_compare = (*notebook.skip_compare, "image/svg+xml")
