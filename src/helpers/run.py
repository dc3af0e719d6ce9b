"""The notebook's only door: `start(...)` checks the parameters and hands over a frozen Run."""

from dataclasses import dataclass
from functools import cached_property

from . import store
from .catalog import Catalog, Institution, PeerGroup, load
from .catalog.parameters import check
from .measures import rankings, registry
from .measures.core import Figure, Period, Registers
from .texts import Texts


@dataclass(frozen=True)
class Run:
    """What a notebook is about: year, language, institution, and the edition of the data.

    Tables are read when they are first asked for.
    """

    year: int
    language: str
    institution: Institution
    edition: str
    catalog: Catalog
    period: Period
    unit: str = ""

    @property
    def text(self) -> Texts:
        """Return the texts of the run's language."""
        return Texts(self.language)

    @property
    def name(self) -> str:
        """Return the institution's name in the run's language."""
        return self.institution.name(self.language)

    @property
    def peer_group(self) -> PeerGroup:
        """Return the peer group of the plan."""
        return self.catalog.peer_groups[self.catalog.plan.peer_group]

    @cached_property
    def registers(self) -> Registers:
        """Return the registers of the edition, of the run's unit if it has one."""
        return Registers(self.edition, self.unit or None)

    @property
    def sources(self) -> tuple[store.Source, ...]:
        """Return the files that the run has read so far."""
        ranked = self.__dict__["rankings"].sources if "rankings" in self.__dict__ else ()
        read = self.registers.sources.values()
        return tuple(dict.fromkeys((*ranked, *(source for sources in read for source in sources))))

    def measure(self, code: str, period: Period | None = None) -> Figure:
        """Measure an indicator of the registers in the run's period, or in another one."""
        return registry.measure(self.catalog, self.registers, period or self.period, code)

    @cached_property
    def rankings(self) -> rankings.Rankings:
        """Return the ranking tables of the edition."""
        return rankings.load(self.edition, self.catalog)

    def edition_of(self, system: str) -> int:
        """Return the edition of a ranking that the report year shows."""
        return self.catalog.systems[system].edition_for(self.year)

    def __repr__(self) -> str:
        return f"{self.name} · {self.year} · {self.text(f'edition.{self.edition}')}"


def start(
    *,
    year: int,
    language: str = "en",
    institution: str | None = None,
    edition: str = store.SAMPLE,
    period: str = "year",
    unit: str = "",
) -> Run:
    """Check the parameters of a notebook and return its Run.

    Raises ParameterError, which names the allowed values. Without `institution`, the plan's.
    """
    catalog = load()
    chosen = catalog.plan.institution if institution is None else institution
    given = {"year": year, "language": language, "institution": chosen, "edition": edition}
    check({**given, "period": period, "unit": unit}, catalog)
    of_year = Period(year, half=period == "first_half")
    return Run(year, language, catalog.institutions[chosen], edition, catalog, of_year, unit)
