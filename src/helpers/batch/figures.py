"""The figures of a batch: what its reports tell leadership, held against the ledger before anything runs."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from .. import store
from ..catalog import Indicator
from ..errors import NotHeld
from ..measures.core import NO_REGISTER, Figure
from ..plan import ledger
from ..plan.ledger import Published
from ..plan.tables import printed
from ..present import persons
from .inputs import Snapshot
from .jobs import Job
from .kept import Kept
from .readings import Reader, Readers, key_of, period_of, readers


@dataclass(frozen=True)
class Reported:
    """An indicator as the reports of a period give it, in the form of a line of the ledger.

    `of` is the folder of the reports, such as `2026` or `2026-h1`. `demonstration` tells that the figure
    rests on generated data: it is no fact, so the ledger neither takes nor judges it. `missing` says why
    there is no value (`activities.reason.<code>`).
    """

    of: str
    line: Published
    demonstration: bool
    missing: str = ""


def figures(
    jobs: Sequence[Job],
    held: Readers | None = None,
    kept: Kept | None = None,
    now: Snapshot | None = None,
) -> list[Reported]:
    """Return every indicator for each year, period, unit and institution of the jobs.

    Values are as they may be published (small groups protected), with the decimals of the official
    tables. The source hash is the SHA-256 over the sorted hashes of the files of the indicator's datasets.
    """
    held = readers(jobs) if held is None else held
    found = []
    for job in {_scope(job): job for job in jobs}.values():
        place = Path(job.edition, job.institution, job.place.parts[0], f"figures-{job.unit or 'all'}")
        make = partial(_plain, held[key_of(job)], job)
        for told in kept.get(place, __name__, now, make) if kept and now else make():
            # A figure is published on the day it is told, whenever it was worked out.
            line = Published(**{**told["line"], "published_on": datetime.now(UTC).date().isoformat()})
            found.append(Reported(**{**told, "line": line}))
    return found


def _plain(run: Reader, job: Job) -> list[dict[str, Any]]:
    return [asdict(_reported(run, job, indicator)) for indicator in run.catalog.indicators.values()]


def _scope(job: Job) -> tuple[int, str, str, str, str]:
    return (job.year, job.period, job.institution, job.unit, job.edition)


def _reported(run: Reader, job: Job, indicator: Indicator) -> Reported:
    found = _figure(run, job, indicator.code)
    value = found.value if found.value is not None and math.isfinite(found.value) else None
    line = Published(
        published_on=datetime.now(UTC).date().isoformat(),
        edition=job.edition,
        year=job.year,
        period="half-year" if period_of(job).half else "year",
        institution=job.institution,
        unit=job.unit,
        indicator=indicator.code,
        value_text="" if value is None else printed(value, indicator),
        unit_of_measure=indicator.unit,
        source_hash=_source_hash(job.edition, indicator),
    )
    generated = any(store.is_demonstration(job.edition, name) for name in indicator.datasets)
    return Reported(
        job.place.parts[0], line, generated, "" if value is not None else found.reason or "no_year"
    )


def _figure(run: Reader, job: Job, code: str) -> Figure:
    try:
        return persons.figure(run, code, period_of(job))
    except NotHeld:
        return Figure(None, reason=NO_REGISTER)  # an edition may hold registers and no rankings


def _source_hash(edition: str, indicator: Indicator) -> str:
    digests = sorted(store.sha256(path) for name in indicator.datasets for path in store.files(edition, name))
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


# -- against the ledger --------------------------------------------------------------------------------


def to_enter(found: Sequence[Reported], reason: str = "", record: bool = False) -> list[Published]:
    """Return the lines that the ledger must take before the figures may be published.

    With a reason, the published figures that move are restated for it. With `record`, those not yet
    published are entered: they are going to leadership. Raises FigureMoved where a published figure moves
    or can no longer be computed and no reason was given.
    """
    held = ledger.read()
    lines = _judged(found, ledger.in_force(held))
    moved = {one.new.figure for one in ledger.compare(held, lines)}
    lines = [replace(line, reason=reason.strip()) if line.figure in moved else line for line in lines]
    ledger.stop_where_moved(ledger.compare(held, lines))
    return [line for line in ledger.additions(held, lines) if record or line.figure in moved]


def _judged(
    found: Sequence[Reported], in_force: dict[tuple[int, str, str, str, str], Published]
) -> list[Published]:
    """Return the figures that the ledger knows or may take; a value that went away is empty.

    The embedded sample says nothing of what was published from received data.
    """
    lines = [
        one.line
        for one in found
        if not one.demonstration
        and (one.line.value_text or one.line.figure in in_force)
        and not _is_beside(one.line, in_force.get(one.line.figure))
    ]
    # An indicator that the catalogue dropped can no longer be computed either.
    given = {one.line.figure for one in found}
    scopes = {one.line.figure[:4]: one.line for one in found}
    for figure, old in in_force.items():
        new = scopes.get(figure[:4])
        if figure not in given and new is not None and not _is_beside(new, old):
            gone = hashlib.sha256(b"").hexdigest()
            lines.append(
                replace(
                    old,
                    value_text="",
                    reason="",
                    source_hash=gone,
                    edition=new.edition,
                    published_on=new.published_on,
                )
            )
    return lines


def _is_beside(new: Published, old: Published | None) -> bool:
    return old is not None and new.edition == store.SAMPLE and old.edition != store.SAMPLE
