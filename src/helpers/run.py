"""The notebook's only door: `start(...)` checks the parameters and hands over a frozen Run."""

import html
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from . import store
from .catalog import Catalog, Institution, PeerGroup, load
from .catalog.parameters import check
from .errors import ParameterError, Phrase, one_of
from .measures import rankings, registry
from .measures.core import NO_REGISTER, Figure, MissingFigure, Period, Registers
from .plan import cards
from .reads import Memo
from .texts import Texts

Value = TypeVar("Value")

# Set by the Jupyter server for the kernel of an open notebook; VS Code names the notebook to the kernel.
_OPEN, _OPEN_IN_EDITOR = "JPY_SESSION_NAME", "__vsc_ipynb_file__"
# Why a run has no goal cards; the other reasons are those of measures.core.
NO_UNIT_TARGETS = "no_unit_targets"


def is_open() -> bool:
    """Tell whether somebody has the notebook open: in Lab or an editor, and not in a batch or a test."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return bool(os.environ.get(_OPEN)) or _OPEN_IN_EDITOR in getattr(shell, "user_ns", {})


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
        other = self.institution.id != self.catalog.plan.institution
        return Registers(self.edition, self.unit or None, of_other=other)

    @property
    def sources(self) -> tuple[store.Source, ...]:
        """Return the files that the run has read so far, by name."""
        ranked = self.__dict__["rankings"].sources if "rankings" in self.__dict__ else ()
        read = self.registers.sources.values()
        found = {*ranked, *(source for sources in read for source in sources)}
        return tuple(sorted(found, key=lambda source: source.file))

    def measure(self, code: str, period: Period | None = None) -> Figure:
        """Measure an indicator of the registers in the run's period, or in another one; each once."""
        key = (code, period or self.period)
        return self.measured.get(
            key,
            lambda: self.once(
                ("measure", *key), lambda: registry.measure(self.catalog, self.registers, key[1], code)
            ),
        )

    def once(self, key: tuple[Any, ...], compute: Callable[[], Value]) -> Value:
        """Work out of the registers what a batch needs once for all its notebooks, in no language."""
        return self.registers.once((self.institution.id, *key), compute)

    @cached_property
    def measured(self) -> Memo:
        """Return what was measured so far; a page shows a figure in several places."""
        return Memo()

    @cached_property
    def spoken(self) -> dict[str, object]:
        """Return what the page has spoken of so far: codes of figures, in order, with a value of their own.

        An indicator's value is measured anew for its provenance card; the value is None here.
        """
        return {}

    @cached_property
    def cards(self) -> tuple[cards.GoalCard, ...]:
        """Return the plan's goal cards with the register's baselines and targets in them.

        Raises MissingFigure where there are none for the run: the plan gives targets to the whole
        university, not to its units, and to no other university.
        """
        if self.unit:
            raise MissingFigure(NO_UNIT_TARGETS)
        written = cards.load(self.catalog)
        try:
            return cards.fill(written, self.registers["targets"])
        except MissingFigure as missing:
            # A card may give its targets itself.
            if missing.reason != NO_REGISTER or not any(e.known for card in written for e in card.indicators):
                raise
            return written

    @cached_property
    def rankings(self) -> rankings.Rankings:
        """Return the ranking tables of the edition."""
        return rankings.load(self.edition, self.catalog)

    def edition_of(self, system: str) -> int:
        """Return the edition of a ranking that the report year shows."""
        return self.catalog.systems[system].edition_for(self.year)

    def at(
        self,
        *,
        year: int | None = None,
        language: str | None = None,
        institution: str | None = None,
        unit: str | None = None,
        peer_group: str | None = None,
    ) -> "Run":
        """Return the same run with another year, language, institution, unit or peer group, checked.

        `unit=""` is the whole university, `peer_group` the id of a group of the catalogue. Tables that this
        run has read are not read again. Raises ParameterError, which names the allowed values.
        """
        catalog = self.catalog
        if peer_group is not None:
            if peer_group not in catalog.peer_groups:
                raise ParameterError(
                    Phrase("There is no peer group {peer_group!r}.", peer_group=peer_group),
                    expected=one_of(catalog.peer_groups),
                )
            catalog = replace(catalog, plan=catalog.plan.model_copy(update={"peer_group": peer_group}))
        found = start(
            year=self.year if year is None else year,
            language=self.language if language is None else language,
            institution=self.institution.id if institution is None else institution,
            edition=self.edition,
            period="first_half" if self.period.half else "year",
            unit=self.unit if unit is None else unit,
        )
        found = replace(found, catalog=catalog)
        of_other = found.institution.id != catalog.plan.institution
        # What a cached property holds stands in the instance; the registers' frames are those of the whole.
        vars(found)["registers"] = replace(self.registers, unit=found.unit or None, of_other=of_other)
        if "rankings" in vars(self):
            vars(found)["rankings"] = self.rankings
        return found

    def __repr__(self) -> str:
        return f"{self.name} · {self.year} · {self.text(f'edition.{self.edition}')}"

    def about(self) -> dict[str, str]:
        """Say what the run is about, line by line: whose, when, in which language, of which data."""
        say, plan = self.text, self.catalog.plan
        held = [name for name in store.datasets() if store.has(self.edition, name)]
        demonstration = any(store.is_demonstration(self.edition, name) for name in held)
        unit = self.catalog.units[self.unit].name(self.language) if self.unit else say("run.whole")
        half = say("run.half", year=self.year) if self.period.half else say("run.year", year=self.year)
        data = say(f"edition.{self.edition}")
        return {
            say("run.institution"): self.name,
            say("run.period"): half,
            say("run.unit"): unit,
            say("run.language"): say("run.own_language"),
            say("run.data"): f"{data} [{say('site.demonstration')}]" if demonstration else data,
            say("run.held"): say("run.tables", count=len(held)),
            say("run.peers"): self.peer_group.title[self.language],
            say("run.plan"): say("run.plan_years", first=min(plan.years), last=max(plan.years)),
        }

    def _repr_html_(self) -> str | None:
        """Show what the run is about where a notebook is open; a page has it in its head."""
        if not is_open():
            return None
        rows = (
            f'<tr><th scope="row" style="text-align:left">{html.escape(name)}</th>'
            f'<td style="text-align:left">{html.escape(value)}</td></tr>'
            for name, value in self.about().items()
        )
        return f"<table>{''.join(rows)}</table>"


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
