"""What comes from each country and what the university did there, by country and season.

Source: the registers `applications`, `fairs`, `visits`, `students` and `mobility`. A season recruits for an
academic year: from the September before it to its end of August.
"""

from dataclasses import replace
from datetime import date

import pandas as pd

from .core import NO_YEAR, MissingFigure, Period, Registers
from .events import home_country
from .mobility import exchange_students
from .students import international_students


def students(registers: Registers, period: Period) -> pd.Series:
    """Return the international degree students of the whole university by citizenship. Source: students."""
    rows = international_students(replace(registers, unit=None), period)
    return rows.groupby("citizenship_code")["amount"].sum()


def exchanges(registers: Registers, period: Period) -> pd.Series:
    """Return the exchange students of the whole university, both ways, by country. Source: mobility."""
    rows = exchange_students(replace(registers, unit=None), period)
    return rows.groupby("country_code")["amount"].sum()


def contacts(registers: Registers, period: Period, years: int) -> pd.Series:
    """Count the fairs attended and the delegations sent by country, in the years up to the period's end."""
    end = pd.Timestamp(period.end)
    events = pd.concat([_fairs(registers), _visits(registers)])
    recent = events["day"].between(end - pd.DateOffset(years=years) + pd.Timedelta(days=1), end)
    return events[recent].groupby("country_code").size()


def contacts_since(registers: Registers) -> date:
    """Return the day from which both registers of contacts can hold rows: of their first years, the later.

    Raises MissingFigure where one of them holds none.
    """
    first = [one["day"].dt.year.min() for one in (_fairs(registers), _visits(registers))]
    if pd.isna(first).any():
        raise MissingFigure(NO_YEAR)
    return date(int(max(first)), 1, 1)


def panel(registers: Registers, period: Period) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Return applications by country and academic year, and where there was a fair, a visit in its season.

    All of the whole university, up to the period's academic year; the years that every register covers,
    without a gap. Raises MissingFigure where there are no applications for the period's academic year.
    Each frame has a row for each country of any of them and a column for each year; events are 0 or 1.
    """
    rows = registers.whole("applications")
    rows = rows[rows["country_code"] != home_country()]
    known = set(rows["cohort"])
    if period.academic_year not in known:
        raise MissingFigure(NO_YEAR)
    events = {"fair": _fairs(registers), "visit": _visits(registers)}
    first = max(int(rows["cohort"].min()), *(int(_season(e["day"]).min()) for e in events.values()))
    # A year without any application is not known; what lies before it is cut off.
    first = max([first, *(year + 1 for year in range(first, period.academic_year) if year not in known)])
    years = range(first, period.academic_year + 1)
    places = sorted({*rows["country_code"], *(c for e in events.values() for c in e["country_code"])})

    def shaped(countries: pd.Series, of: pd.Series) -> pd.DataFrame:
        return pd.crosstab(countries, of).reindex(index=places, columns=list(years), fill_value=0)

    counts = shaped(rows["country_code"], rows["cohort"])
    held = {
        name: shaped(event["country_code"], _season(event["day"])).clip(upper=1)
        for name, event in events.items()
    }
    return counts, held


def _season(days: pd.Series) -> pd.Series:
    """Return the academic year that a day recruits for: from September on, the next one."""
    return days.dt.year + (days.dt.month >= 9)


def _fairs(registers: Registers) -> pd.DataFrame:
    rows = registers.whole("fairs")
    return _dated(rows[rows["status"] == "attended"])


def _visits(registers: Registers) -> pd.DataFrame:
    rows = registers.whole("visits")
    return _dated(rows[(rows["direction"] == "outgoing") & (rows["kind"] == "delegation")])


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[["country_code"]].assign(day=pd.to_datetime(rows["start_date"]))
