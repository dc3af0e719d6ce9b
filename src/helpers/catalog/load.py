"""Reading all definitions once, with a message that names file and key where one is wrong."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from .. import paths
from ..errors import CatalogError
from . import institutions
from .institutions import Institutions
from .model import Caveat, Goal, Indicator, Layout, Parameter, PeerGroup, Plan, System

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Catalog:
    """Every definition of the workbook."""

    plan: Plan
    goals: dict[str, Goal]
    indicators: dict[str, Indicator]
    systems: dict[str, System]
    layouts: tuple[Layout, ...]
    caveats: dict[str, Caveat]
    parameters: dict[str, Parameter]
    peer_groups: dict[str, PeerGroup]
    institutions: Institutions


def load() -> Catalog:
    """Return the catalogue of the current workbook folder; read once per process and folder."""
    return _load(paths.root())


@lru_cache(maxsize=4)
def _load(root: Path) -> Catalog:
    catalog = root / "data" / "catalog"
    reference = root / "data" / "reference"
    goals = [_build(Goal, entry, catalog / "goals.yml") for entry in _yaml(catalog / "goals.yml")]
    indicators = [
        _build(Indicator, entry, path)
        for path in sorted((catalog / "indicators").glob("*.yml"))
        for entry in _yaml(path)
    ]
    loaded = Catalog(
        plan=_build(Plan, _yaml(catalog / "plan.yml"), catalog / "plan.yml"),
        goals={goal.code: goal for goal in goals},
        indicators={indicator.code: indicator for indicator in indicators},
        systems=_table(System, catalog / "rankings.yml"),
        layouts=tuple(
            _build(Layout, entry, path)
            for path in sorted((catalog / "layouts").glob("*.yml"))
            for entry in _yaml(path)
        ),
        caveats=_table(Caveat, catalog / "caveats.yml"),
        parameters=_table(Parameter, root / "notebooks" / "parameters.yml"),
        peer_groups=_table(PeerGroup, reference / "peer_groups.yml"),
        institutions=institutions.read(reference),
    )
    _check_references(loaded)
    return loaded


def _yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CatalogError(
            f"The definition file {paths.shown(path)} is missing.",
            remedy="Restore it from version control.",
        ) from error
    except yaml.YAMLError as error:
        raise CatalogError(f"{paths.shown(path)} is not valid YAML: {error}.") from error


def _table(model: type[Model], path: Path) -> dict[str, Model]:
    return {name: _build(model, entry, path, name) for name, entry in _yaml(path).items()}


def _build(model: type[Model], entry: Any, path: Path, name: str = "") -> Model:
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in ((name,) if name else ()) + first["loc"])
        raise CatalogError(
            f"{paths.shown(path)}: {where or 'entry'}: {first['msg']} (found {first.get('input')!r}).",
            remedy="Correct the definition.",
        ) from error


def _check_references(catalog: Catalog) -> None:
    """Refuse definitions that point at something that is not defined."""
    missing = []
    for indicator in catalog.indicators.values():
        if indicator.goal not in catalog.goals:
            missing.append(f"indicator {indicator.code} names goal {indicator.goal!r}")
    for layout in catalog.layouts:
        if layout.system not in catalog.systems:
            missing.append(f"layout {layout.id} names ranking {layout.system!r}")
            continue
        known = catalog.systems[layout.system].variables
        missing += [f"layout {layout.id} names value {v!r}" for v in layout.values if v not in known]
    for name, group in catalog.peer_groups.items():
        missing += [
            f"peer group {name} names institution {member!r}"
            for member in group.members
            if member not in catalog.institutions
        ]
    if catalog.plan.institution not in catalog.institutions:
        missing.append(f"the plan names institution {catalog.plan.institution!r}")
    if catalog.plan.peer_group not in catalog.peer_groups:
        missing.append(f"the plan names peer group {catalog.plan.peer_group!r}")
    if missing:
        raise CatalogError("The catalogue names what it does not define: " + "; ".join(missing) + ".")
