"""Rules of programmes and bodies as data: how long a stay must last, and who accredits what."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from .. import locale, paths, reads
from ..errors import Phrase
from .load import _build, _once, _yaml
from .model import Text, _Definition


class Duration(_Definition):
    """How many days, travel left out, an activity of a mobility programme lasts; both ends are valid."""

    code: str
    programmes: tuple[str, ...]
    activities: tuple[str, ...]
    min_days: int
    max_days: int
    virtual_part: bool = False
    source: str


class BipMinimum(_Definition):
    """Mobile learners that a blended intensive programme needs from an academic year on."""

    start: int = Field(alias="from")
    learners: int
    source: str


class MobilityRules(_Definition):
    """What makes a stay abroad count."""

    durations: tuple[Duration, ...]
    bip_minimum: tuple[BipMinimum, ...]

    @model_validator(mode="after")
    def _one_duration_for_each_activity(self) -> "MobilityRules":
        pairs = [(p, a) for rule in self.durations for p in rule.programmes for a in rule.activities]
        twice = sorted({pair for pair in pairs if pairs.count(pair) > 1})
        if twice:
            raise ValueError(Phrase("two durations for {code}", code=twice[0]))
        return self

    def smallest_group(self, academic_year: int) -> int:
        """Return the mobile learners a blended intensive programme needs; 0 before there were any rules."""
        applied = [rule for rule in self.bip_minimum if rule.start <= academic_year]
        return max(applied, key=lambda rule: rule.start).learners if applied else 0


class Scope(_Definition):
    """Which programmes a body accredits, as far as is known: by level, and by patterns of their names.

    In a pattern `*` stands for any letters. A name is compared without letter case and marks, and without
    what stands in brackets, such as the language of instruction.
    """

    levels: tuple[Literal["associate", "bachelor", "master", "doctorate"], ...] = Field(min_length=1)
    names: tuple[str, ...] = ()
    every_field: bool = False

    @model_validator(mode="after")
    def _fields_are_named_or_all(self) -> "Scope":
        if bool(self.names) == self.every_field:
            raise ValueError("either names or every_field")
        return self


_BRACKETS = re.compile(r"\s*\([^()]*\)")


class Accreditor(_Definition):
    """A body that accredits, with its class (L1 foreign, L2 internationally recognised, L3 national).

    `uncertain` marks a body that is remembered with low confidence only; it is no claim of ours.
    """

    code: str
    name: str
    field: Text
    recognition: Literal["L1", "L2", "L3"] | None = Field(alias="class")
    kind: Literal["programme", "school", "institution", "evaluation", "certificate"]
    label: Literal["EUR-ACE", "WFME"] | None = None
    term_years: int | None
    application_lead_months: int | None = None
    scope: Scope | None = None
    uncertain: bool = False
    source: str

    def fits(self, names: Iterable[str], level: str) -> bool:
        """Tell whether a programme with one of these names lies in the body's own field and level."""
        if self.scope is None or level not in self.scope.levels:
            return False
        patterns = [locale.key(pattern) for pattern in self.scope.names]
        bare = [locale.key(_BRACKETS.sub("", name)) for name in names]
        return any(fnmatchcase(name, pattern) for name in bare for pattern in patterns)


def load_mobility_rules() -> MobilityRules:
    """Return the mobility rules of the current workbook folder; read once per process and folder."""
    return _mobility_rules(paths.root())


def load_accreditors() -> dict[str, Accreditor]:
    """Return the accrediting bodies by code; read once per process and folder."""
    return _accreditors(paths.root())


@reads.kept
def _mobility_rules(root: Path) -> MobilityRules:
    path = root / "data" / "catalog" / "mobility_rules.yml"
    rules: MobilityRules = _build(MobilityRules, _yaml(path, dict), path)
    return rules


@reads.kept
def _accreditors(root: Path) -> dict[str, Accreditor]:
    path = root / "data" / "catalog" / "accreditors.yml"
    return _once([_build(Accreditor, entry, path) for entry in _yaml(path, list)], path)
