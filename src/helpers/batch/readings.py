"""What a batch reads and measures in this process, once for every year and language."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from ..measures.core import Period
from ..run import Run, start
from .jobs import Job

# What a run keeps of what it read, whatever its year and language.
_READ = ("registers", "rankings", "cards", "measured")


@dataclass(frozen=True, repr=False)
class Reader(Run):
    """A Run whose registers, rankings and figures serve other years and languages as well."""

    def of(self, job: Job) -> "Reader":
        """Return the Run of a job of the same institution and unit, over what this one has read."""
        other = replace(self, year=job.year, language=job.language, period=period_of(job))
        vars(other).update({name: vars(self)[name] for name in _READ if name in vars(self)})
        return other


Readers = dict[tuple[str, str, str], Reader]


def readers(jobs: Iterable[Job]) -> Readers:
    """Return a reader for each edition, institution and unit of the jobs."""
    found: Readers = {}
    for job in jobs:
        if key_of(job) not in found:
            run = start(
                year=job.year,
                language=job.language,
                institution=job.institution,
                edition=job.edition,
                period=job.period,
                unit=job.unit,
            )
            reader = Reader(**{each.name: getattr(run, each.name) for each in fields(run)})
            reader.registers, reader.measured  # noqa: B018 - made here, so that each Run of it has the same
            found[key_of(job)] = reader
    return found


def key_of(job: Job) -> tuple[str, str, str]:
    """Return which reader a job needs: edition, institution, unit."""
    return (job.edition, job.institution, job.unit)


def period_of(job: Job) -> Period:
    """Return the period that a job reports on."""
    return Period(job.year, half=job.period == "first_half")
