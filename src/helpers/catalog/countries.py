"""Facts of countries that explain how many come from them: people, income, language, students abroad."""

from dataclasses import dataclass
from pathlib import Path

from .. import paths, reads
from .institutions import rows

_COLUMNS = ["code", "population_count", "gdp_musd", "turkic_pct", "students_abroad_count"]


@dataclass(frozen=True)
class CountryFacts:
    """What data/reference/country_facts.csv holds of a country.

    People; gross domestic product at purchasing power parity, in million US dollars; percentage that uses a
    Turkic language; an index of its students abroad, None where the source has no such country.
    """

    population: int
    gdp_musd: float
    turkic_pct: float
    students_abroad: int | None


def facts() -> dict[str, CountryFacts]:
    """Return the facts of countries by ISO 3166 code; those of the file that have people and an income."""
    return _facts(paths.root())


@reads.kept
def _facts(root: Path) -> dict[str, CountryFacts]:
    table = rows(root / "data" / "reference" / "country_facts.csv", _COLUMNS)
    found = {
        row["code"]: CountryFacts(
            int(row["population_count"]),
            float(row["gdp_musd"]),
            float(row["turkic_pct"]),
            int(row["students_abroad_count"]) if row["students_abroad_count"] else None,
        )
        for row in table
    }
    return {code: one for code, one in found.items() if one.population > 0 and one.gdp_musd > 0}
