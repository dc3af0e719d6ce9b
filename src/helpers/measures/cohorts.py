"""One cohort of international applicants from stage to stage: from a fair's lead to graduation.

Source: the registers `fairs`, `applications`, `students` and `graduates`. A cohort are the applications for
one academic year; each stage holds those of the same applications that came so far, followed by the
student's key. The leads are those of the fairs between the September before that year and its end of
August, and the applications from fairs are those that name one of these fairs.
"""

from dataclasses import dataclass, replace
from typing import Literal, get_args

import pandas as pd

from .core import NO_YEAR, MissingFigure, Period, Registers, amount
from .events import ACADEMIC_YEAR_OPENS, yearly

Stage = Literal["leads", "applied", "eligible", "offered", "registered", "returned", "graduated"]
STAGES: tuple[Stage, ...] = get_args(Stage)

# After so many years those who are to graduate have done so: four years, a preparatory one, and one more.
YEARS_TO_GRADUATE = 6


@dataclass(frozen=True)
class Reached:
    """Selects those of a cohort who came as far as a stage, by what is known in a year (academic).

    `of_fairs` takes only those who came from a fair of the cohort's season. Called with the period of
    the cohort, as a variable is. Raises MissingFigure where the stage cannot be known yet, and where the
    registers hold nothing of its year. Leads are the whole university's, since fairs know no unit.
    """

    stage: Stage
    known: int
    of_fairs: bool = False

    @property
    def part_of(self) -> tuple["Reached", ...]:
        """Return what these are part of, of whom few may not be left: earlier stages, all beside fairs."""
        if self.stage == "leads":
            return ()
        earlier = STAGES[1 : STAGES.index(self.stage)]
        wholes = [replace(self, stage=stage) for stage in earlier]
        return (*wholes, *([replace(self, of_fairs=False)] if self.of_fairs else []))

    def __call__(self, registers: Registers, period: Period) -> pd.DataFrame:
        """Return the rows with an amount of one each; of leads, the fairs with their leads as the amount."""
        if self.stage == "leads":
            return amount(_season(registers, period), "qualified_leads_count")
        rows = yearly(registers, "applications", "cohort", period.academic_year)
        if self.of_fairs:
            rows = rows[rows["fair_id"].isin(_season(registers, period)["fair_id"])]
        return amount(self._those(rows, registers, period))

    def _those(self, rows: pd.DataFrame, registers: Registers, period: Period) -> pd.DataFrame:
        whole, cohort = replace(registers, unit=None), period.academic_year
        if self.stage == "eligible":
            return rows[rows["is_eligible"]]
        if self.stage == "offered":
            return rows[rows["decision"] == "offered"]
        if self.stage == "applied":
            return rows
        registered = rows[rows["is_registered"]]
        if self.stage == "registered":
            return registered
        if known_from(self.stage, cohort) > self.known:
            raise MissingFigure(NO_YEAR)
        done = _graduates(whole, cohort, self.known)
        if self.stage == "returned":
            still = yearly(whole, "students", "academic_year", cohort + 1)
            # Who has graduated, or was away for a year and did so later, is not lost.
            return registered[registered["student_key"].isin({*still["student_key"], *done} - {""})]
        if not done:
            raise MissingFigure(NO_YEAR)
        return registered[registered["student_key"].isin(done)]


def first_known(registers: Registers) -> int:
    """Return the first cohort that the register of applications holds."""
    return int(registers.whole("applications")["cohort"].min())


def known_from(stage: Stage, cohort: int) -> int:
    """Return the academic year in which a cohort's stage is known."""
    return cohort + {"returned": 1, "graduated": YEARS_TO_GRADUATE}.get(stage, 0)


def _season(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the fairs attended that recruited for the cohort; raises MissingFigure where none is known."""
    fairs = registers.whole("fairs")
    began = pd.to_datetime(fairs["start_date"])
    opens = pd.Timestamp(f"{period.academic_year - 1}{ACADEMIC_YEAR_OPENS}")
    inside = (began >= opens) & (began < opens + pd.DateOffset(years=1))
    if not (began.min() <= opens + pd.DateOffset(months=4)):
        raise MissingFigure(NO_YEAR)  # the season began before the register does
    return fairs[inside & (fairs["status"] == "attended")]


def _graduates(whole: Registers, first: int, last: int) -> set[str]:
    rows = whole["graduates"]
    return set(rows.loc[rows["academic_year"].between(first, last), "student_key"]) - {""}
