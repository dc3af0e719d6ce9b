"""A batch from plan to published set."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..plan import ledger
from ..plan.ledger import Published
from .execute import execute
from .figures import figures, to_enter
from .jobs import Job
from .publish import finish, put_in_place
from .readings import readers


@dataclass(frozen=True)
class Made:
    """What a batch made: the index over the reports, and the lines that the ledger took."""

    index: Path
    entered: tuple[Published, ...]


def run(
    jobs: list[Job], edition: str, advance: Callable[[str], None], reason: str = "", record: bool = False
) -> Made:
    """Hold the figures of the jobs against the ledger, execute the jobs and publish them.

    `reason` accepts published figures that move; `record` enters those not yet published. Raises
    FigureMoved before anything runs. Nothing is published, and the ledger stays as it was, if a job fails.
    """
    from . import warm

    warm.start()  # the parent of the kernels imports while the figures are measured
    held = readers(jobs)
    reported = figures(jobs, held)
    lines = to_enter(reported, reason, record)
    with (
        tempfile.TemporaryDirectory(prefix="workbook-") as scratch,
        ledger.entered(lines) as entered,
    ):
        executed = execute(jobs, Path(scratch), lambda one: advance(str(one.job)))
        put_in_place(edition, executed, reported, held)
    return Made(finish(edition), tuple(entered))
