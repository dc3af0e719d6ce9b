"""Runs over the sample of the checkout whose figures are worked out once for all tests of a session.

For tests that only look: one that changes a definition, a threshold or a function takes `helpers.start`, or
what it works out would be told to the others, and what they have worked out to it.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpers import run as door
from helpers import shared, store
from helpers.measures.core import Registers

# Names the folder for what is worked out; the first process of a session makes it and takes it away.
VARIABLE = "WORKBOOK_TESTS_SHARED"


class Kept(Registers):
    """Registers of the sample that share what is worked out of them, as those of a batch do."""

    def once(self, key: tuple[Any, ...], compute: Callable[[], Any]) -> Any:
        """Work out once for all tests, unless a test has put rows of its own in."""
        if not self.frames.keys() <= self.sources.keys():
            return super().once(key, compute)
        with shared.folder(Path(os.environ[VARIABLE])):
            return super().once(key, compute)


def start(**parameters: Any) -> door.Run:
    """Return a run as `helpers.start`; only what rests on the checkout's own sample is shared."""
    run = door.start(**parameters)
    if run.edition == store.SAMPLE and "WORKBOOK_ROOT" not in os.environ:
        other = run.institution.id != run.catalog.plan.institution
        vars(run)["registers"] = Kept(run.edition, run.unit or None, of_other=other)
    return run
