"""Where the time of a batch goes, phase by phase."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Timings:
    """Seconds by the name of a phase, in the order in which the phases were first begun."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, phase: str) -> Iterator[None]:
        """Add the time that the body takes to a phase."""
        begun = time.perf_counter()
        self.seconds.setdefault(phase, 0.0)
        try:
            yield
        finally:
            self.seconds[phase] += time.perf_counter() - begun

    def add(self, phase: str, seconds: float) -> None:
        """Add seconds measured elsewhere."""
        self.seconds[phase] = self.seconds.get(phase, 0.0) + seconds
