"""A batch from plan to published set: what has changed is executed, the whole is published."""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from .. import paths, shared
from ..catalog import load
from ..errors import Phrase, RunFailed
from ..plan import ledger
from ..plan.ledger import Published
from . import records, sets
from .inputs import Snapshot, changed
from .jobs import Job
from .timings import Timings


@dataclass(frozen=True)
class Event:
    """Something that happened in a batch, to be told as it happens.

    `resumed` tells by whom and of which set an earlier batch was cut off, `planned` how many jobs `run` and
    how many are `reused`, `due` why a job runs, `done` how many seconds it took.
    """

    kind: Literal["resumed", "planned", "reused", "due", "begun", "done"]
    job: Job | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


# Executes jobs, tells of those that begin and hands over each that is done, as `execute.execute` does here.
Elsewhere = Callable[[list[Job], Callable[[Event], None], Callable[[Any], None], Snapshot], None]


@dataclass(frozen=True)
class Made:
    """What a batch made: the index over the reports, what was run and reused, the lines that the ledger took.

    `older` counts pages of other years and languages that stay as they were made from earlier data.
    """

    index: Path
    ran: int
    reused: int
    entered: tuple[Published, ...] = ()
    older: int = 0
    timings: Timings = field(default_factory=Timings)


def run(
    jobs: Sequence[Job],
    tell: Callable[[Event], None] = lambda event: None,
    reason: str = "",
    record: bool = False,
    force: bool = False,
    elsewhere: Elsewhere | None = None,
) -> Made:
    """Hold the figures of the jobs against the ledger, execute what has changed, and publish the whole.

    `reason` accepts published figures that move; `record` enters those not yet published; `force` executes
    every job; `elsewhere` executes them on other machines. Raises FigureMoved before anything runs. Where
    a job fails, nothing is published and the ledger stays as it was; what was done need not run again.
    """
    timings = Timings()
    with sets.held() as left:
        try:
            parts = _by_set(jobs)
            resumed = sets.settle()
            if left or resumed:
                tell(Event("resumed", told={"owner": left, "set": resumed}))
            with timings("inputs"):
                now = Snapshot()
                due = {job: [records.FORCED] if force else _why(job, now) for job in jobs}
            if not (force or record or reason) and not any(due.values()) and _stands(parts, now):
                tell(Event("planned", told={"run": 0, "reused": len(jobs)}))
                for job in jobs:
                    tell(Event("reused", job))
                return Made(paths.reports("index.html"), 0, len(jobs), timings=timings)
            if any(due.values()) and elsewhere is None:
                from . import warm

                warm.start()  # the parent of the kernels imports while the figures are measured
            return _run(jobs, parts, now, tell, reason, record, force, timings, elsewhere)
        except OSError as error:
            raise sets.unwritable(error) from error


def _why(job: Job, now: Snapshot) -> list[str]:
    return records.why(job, records.read(job), now)


def _by_set(jobs: Iterable[Job]) -> dict[str, list[Job]]:
    """Return the jobs by the name of the set that their pages belong to."""
    found: dict[str, list[Job]] = {}
    for job in jobs:
        found.setdefault(load().plan.set_of(job.edition, job.institution), []).append(job)
    return found


def _stands(parts: Mapping[str, Sequence[Job]], now: Snapshot) -> bool:
    """Tell whether the sets in force were made of the present content and hold the jobs' pages."""
    for name, jobs in parts.items():
        manifest = sets.manifest(sets.in_force(name))
        pages = manifest.get("pages", {})
        if manifest.get("inputs") != now.stamp or not all(
            _holds(name, pages.get(job.place.as_posix(), {}), job) for job in jobs
        ):
            return False
    return True


def _holds(name: str, entry: Mapping[str, Any], job: Job) -> bool:
    record = records.read(job)
    page = sets.in_force(name) / job.place.parent / f"{job.place.name}.html"
    return (
        record is not None
        and entry.get("executed_sha256") == record.sha256
        and entry.get("parameters") == job.parameters
        and page.exists()
    )


def _run(
    jobs: Sequence[Job],
    parts: Mapping[str, Sequence[Job]],
    now: Snapshot,
    tell: Callable[[Event], None],
    reason: str,
    record: bool,
    force: bool,
    timings: Timings,
    elsewhere: Elsewhere | None,
) -> Made:
    with timings("imports"):
        from .execute import Executed
        from .figures import figures, to_enter
        from .kept import Kept
        from .publish import publish, written
        from .readings import readers
    with tempfile.TemporaryDirectory(prefix="workbook-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        kept = Kept(force)
        with timings("figures"), shared.folder(scratch / "shared"):
            with kept.watching():
                held = readers(jobs)
            reported = figures(jobs, held, kept, now)
            lines = to_enter(reported, reason, record)
        with shared.folder(scratch / "shared"), ledger.proposed(lines, scratch) as proposed:
            with timings("inputs"):
                now = Snapshot(proposed.after)
                due = {job: [records.FORCED] if force else _why(job, now) for job in jobs}
            for job in (job for job in jobs if not due[job]):
                tell(Event("reused", job))
            wanted = _longest_first([job for job in jobs if due[job]])
            tell(Event("planned", told={"run": len(wanted), "reused": len(jobs) - len(wanted)}))
            for job in wanted:
                tell(Event("due", job, {"why": due[job]}))

            def keep(one: Executed) -> None:
                text = one.text or written(one.notebook)
                records.keep(one.job, text, one.read, now, one.seconds, one.made)
                timings.add("cells", one.cells)
                timings.add("rest", one.seconds - one.cells)
                tell(Event("done", one.job, {"seconds": round(one.seconds, 1)}))

            if wanted:
                with timings("execution"):
                    if elsewhere is None:
                        _execute(wanted, scratch, tell, keep)
                    else:
                        elsewhere(wanted, tell, keep, now)
            _must_be_unchanged(now, Snapshot(proposed.after))
            # Notebooks are read again when their set is made: those of many universities would fill a memory.
            made = {name: (_kept(job, now) for job in of_set) for name, of_set in parts.items()}
            index = publish(made, reported, held, proposed, now, timings, kept)
    older = sum(
        bool(entry.get("older"))
        for name in parts
        for entry in sets.manifest(sets.in_force(name)).get("pages", {}).values()
    )
    return Made(index, len(wanted), len(jobs) - len(wanted), proposed.added, older, timings)


def _execute(
    jobs: list[Job], scratch: Path, tell: Callable[[Event], None], keep: Callable[[Any], None]
) -> None:
    from .execute import execute

    execute(jobs, scratch, lambda job: tell(Event("begun", job)), keep)


def _kept(job: Job, now: Snapshot) -> Any:
    """Return a job's last executed notebook, which was made now or still stands."""
    from .execute import Executed

    record = records.read(job)
    if record is None:
        raise RunFailed(Phrase("The record of {job} is gone.", job=job), remedy="Run again.")
    records.renew(job, record, now)
    return Executed(job, records.opened(records.notebook_of(job)), record.seconds, made=record.made)


def _longest_first(jobs: list[Job]) -> list[Job]:
    """Put the jobs that took longest before the others, so that no core idles at the end.

    One language comes after the other: what the first works out, the second takes over (`shared`).
    """
    took = {name: records.seconds_of(name) for name in {job.notebook for job in jobs}}
    languages = list(dict.fromkeys(job.language for job in jobs))
    return sorted(
        jobs,
        key=lambda job: (languages.index(job.language), -(took[job.notebook] or float("inf"))),
    )


def _must_be_unchanged(before: Snapshot, after: Snapshot) -> None:
    """Refuse to publish a set of which some notebooks may have seen other data than the others."""
    moved = changed(before.files, after.files) + [
        f"helper:{name}" for name in changed(before.helpers, after.helpers)
    ]
    if moved:
        told: list[str] = [records.told(name) for name in moved[:5]]
        more = [Phrase("and {count} more", count=len(moved) - 5)] if len(moved) > 5 else []
        raise RunFailed(
            Phrase("While the reports were made, {changes}.", changes=[*told, *more]),
            remedy="Nothing was published. Run again: what did not read it need not run again.",
        )
