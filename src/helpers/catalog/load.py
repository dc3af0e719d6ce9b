"""Reading all definitions once, with a message that names file and key where one is wrong."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from .. import paths, reads, shared, yml
from ..errors import CatalogError, Phrase, cause, phrased
from ..reads import Definitions
from . import institutions
from .institutions import Institutions
from .model import (
    Caveat,
    Correction,
    CountedVariable,
    Disclosure,
    Format,
    Goal,
    Indicator,
    Layout,
    Levers,
    Likeness,
    Parameter,
    PeerGroup,
    Plan,
    System,
    Text,
    Total,
    Unit,
)

Model = TypeVar("Model", bound=BaseModel)


# The definitions that are one thing each.
WHOLE = ("plan", "layouts", "formats", "corrections", "totals", "institutions", "disclosure")


@dataclass(frozen=True)
class Catalog:
    """Every definition of the workbook.

    `labels` name the values that registers allow, `meanings` say what their columns hold.
    """

    plan: Plan
    goals: Mapping[str, Goal]
    variables: Mapping[str, CountedVariable]
    indicators: Mapping[str, Indicator]
    systems: Mapping[str, System]
    layouts: tuple[Layout, ...]
    formats: tuple[Format, ...]
    corrections: tuple[Correction, ...]
    totals: tuple[Total, ...]
    caveats: Mapping[str, Caveat]
    parameters: Mapping[str, Parameter]
    peer_groups: Mapping[str, PeerGroup]
    likeness: Mapping[str, Likeness]
    levers: Mapping[str, Levers]
    institutions: Institutions
    units: Mapping[str, Unit]
    labels: Mapping[str, Text]
    meanings: Mapping[str, Text]
    disclosure: Disclosure

    def __getattribute__(self, name: str) -> Any:
        """Note which of the definitions that have no entries is looked at; tables note their entries."""
        if name in WHOLE:
            reads.note(name)
        return super().__getattribute__(name)

    def label(self, value: str, language: str) -> str:
        """Return the name of a value that a register allows; raise CatalogError where it has none."""
        if value not in self.labels:
            raise CatalogError(
                Phrase("The value {value!r} has no name.", value=value),
                remedy="Add it to data/catalog/labels.yml.",
            )
        return self.labels[value][language]

    def meaning(self, register: str, column: str, language: str) -> str:
        """Return what a column of a register holds; raise CatalogError where nobody has said it."""
        found = self.meanings.get(f"{register}.{column}") or self.meanings.get(column)
        if found is None:
            raise CatalogError(
                Phrase(
                    "The column {column!r} of {register!r} has no meaning.", column=column, register=register
                ),
                remedy="Add it to data/catalog/columns.yml.",
            )
        return found[language]


def load() -> Catalog:
    """Return the catalogue of the current workbook folder; read once per process and folder."""
    with reads.unheard():
        return _load(paths.root())


@lru_cache(maxsize=4)
def _load(root: Path) -> Catalog:
    return shared.once(("catalog", root), lambda: _read(root))


def _read(root: Path) -> Catalog:
    catalog = root / "data" / "catalog"
    reference = root / "data" / "reference"
    goals = [_build(Goal, entry, catalog / "goals.yml") for entry in _yaml(catalog / "goals.yml", list)]
    indicators = [
        _build(Indicator, entry, path)
        for path in sorted((catalog / "indicators").glob("*.yml"))
        for entry in _yaml(path, list)
    ]
    variables = [
        _build(CountedVariable, entry, path)
        for path in sorted((catalog / "variables").glob("*.yml"))
        for entry in _yaml(path, list)
    ]
    units = [
        _build(Unit, row, reference / "units.csv")
        for row in institutions.rows(reference / "units.csv", ["code", "name_en", "name_tr", "kind"])
    ]
    loaded = Catalog(
        plan=_build(Plan, _yaml(catalog / "plan.yml", dict), catalog / "plan.yml"),
        goals=Definitions("goals", _once(goals, catalog / "goals.yml")),
        variables=Definitions("variables", _once(variables, catalog / "variables")),
        indicators=Definitions("indicators", _once(indicators, catalog / "indicators")),
        systems=Definitions("systems", _table(System, catalog / "rankings.yml")),
        layouts=tuple(
            _build(Layout, entry, path)
            for path in sorted((catalog / "layouts").glob("*.yml"))
            for entry in _yaml(path, list)
        ),
        formats=_entries(Format, catalog / "formats"),
        corrections=_entries(Correction, root / "data" / "corrections"),
        totals=tuple(
            _build(Total, entry, reference / "totals.yml") for entry in _yaml(reference / "totals.yml", list)
        ),
        caveats=Definitions("caveats", _table(Caveat, catalog / "caveats.yml")),
        parameters=Definitions("parameters", _table(Parameter, root / "notebooks" / "parameters.yml")),
        peer_groups=Definitions("peer_groups", _table(PeerGroup, reference / "peer_groups.yml")),
        likeness=Definitions("likeness", _table(Likeness, catalog / "likeness.yml")),
        levers=Definitions("levers", _table(Levers, catalog / "levers.yml")),
        institutions=institutions.read(reference),
        units=Definitions("units", _once(units, reference / "units.csv")),
        labels=Definitions("labels", _table(Text, catalog / "labels.yml")),
        meanings=Definitions("meanings", _table(Text, catalog / "columns.yml")),
        disclosure=_build(Disclosure, _yaml(catalog / "disclosure.yml", dict), catalog / "disclosure.yml"),
    )
    datasets: dict[str, Any] = {}
    for path in sorted((catalog / "datasets").glob("*.yml")):
        datasets |= _yaml(path, dict)
    _check_references(loaded, set(datasets))
    _check_outside(loaded, datasets)
    return loaded


def _entries(model: type[Model], folder: Path) -> tuple[Model, ...]:
    """Return the definitions of every file of a folder."""
    return tuple(
        _build(model, entry, path) for path in sorted(folder.glob("*.yml")) for entry in _yaml(path, list)
    )


def _yaml(path: Path, kind: type) -> Any:
    try:
        loaded = yml.load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CatalogError(
            Phrase("The definition file {file} is missing.", file=paths.shown(path)),
            remedy="Restore it from version control.",
        ) from error
    except yaml.YAMLError as error:
        raise CatalogError(
            Phrase("{file} is not valid YAML: {error}.", file=paths.shown(path), error=cause(error))
        ) from error
    if not isinstance(loaded, kind):
        what = Phrase("list of definitions") if kind is list else Phrase("table of definitions")
        raise CatalogError(
            Phrase("{file} holds no {what}.", file=paths.shown(path), what=what),
            remedy="Restore it from version control.",
        )
    return loaded


def _table(model: type[Model], path: Path) -> dict[str, Model]:
    return {name: _build(model, entry, path, name) for name, entry in _yaml(path, dict).items()}


def _build(model: type[Model], entry: Any, path: Path, name: str = "") -> Model:
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        wrong = []
        for one in error.errors()[:3]:
            where = ".".join(str(part) for part in ((name,) if name else ()) + one["loc"])
            about = {"where": where or Phrase("entry"), "told": judged(one)}
            wrong.append(
                Phrase("{where}: {told} (found {found})", found=repr(one.get("input"))[:80], **about)
            )
        raise CatalogError(
            Phrase("{file}: {wrong:;}.", file=paths.shown(path), wrong=wrong),
            remedy="Correct the definition.",
        ) from error


# What pydantic says of a value that a definition is likely to have wrong, by its kind of error.
JUDGED = {
    "missing": "Field required",
    "extra_forbidden": "Extra inputs are not permitted",
    "literal_error": "Input should be {expected}",
    "string_type": "Input should be a valid string",
    "string_too_short": "String should have at least {min_length} character",
    "string_pattern_mismatch": "String should match pattern '{pattern}'",
    "int_type": "Input should be a valid integer",
    "int_parsing": "Input should be a valid integer, unable to parse string as an integer",
    "int_from_float": "Input should be a valid integer, got a number with a fractional part",
    "float_type": "Input should be a valid number",
    "float_parsing": "Input should be a valid number, unable to parse string as a number",
    "bool_type": "Input should be a valid boolean",
    "bool_parsing": "Input should be a valid boolean, unable to interpret input",
    "date_type": "Input should be a valid date",
    "list_type": "Input should be a valid list",
    "tuple_type": "Input should be a valid tuple",
    "dict_type": "Input should be a valid dictionary",
    "model_type": "Input should be a valid dictionary or instance of {class_name}",
    "greater_than": "Input should be greater than {gt}",
    "greater_than_equal": "Input should be greater than or equal to {ge}",
    "less_than": "Input should be less than {lt}",
    "less_than_equal": "Input should be less than or equal to {le}",
    "value_error": "Value error, {error}",
}


def judged(error: Mapping[str, Any]) -> Phrase:
    """Return what pydantic says of a value, so that it can be told in any language; the rare is English."""
    values = error.get("ctx", {})
    if error["type"] not in JUDGED:
        return Phrase(error["msg"])
    if isinstance(values.get("error"), ValueError):  # raised by a check of ours
        values = {"error": phrased(values["error"].args[0])}
    return Phrase(JUDGED[error["type"]], **values)


def _check_references(catalog: Catalog, datasets: set[str]) -> None:
    """Refuse definitions that point at something that is not defined, or contradict themselves."""
    wrong = []
    for indicator in catalog.indicators.values():
        if indicator.goal not in catalog.goals:
            wrong.append(
                Phrase("indicator {code} names goal {goal!r}", code=indicator.code, goal=indicator.goal)
            )
        strangers = [name for name in indicator.datasets if name not in datasets]
        wrong += [
            Phrase("indicator {code} names dataset {name!r}", code=indicator.code, name=name)
            for name in strangers
        ]
        named = [v for v in (indicator.numerator, indicator.denominator) if v is not None]
        wrong += [
            Phrase("indicator {code} names variable {v!r}", code=indicator.code, v=v)
            for v in named
            if v not in catalog.variables
        ]
        sums = indicator.unit in ("count", "percent", "try", "eur") or indicator.denominator is not None
        if indicator.method is None and not sums:
            wrong.append(
                Phrase("indicator {code} is no sum or quotient and has no method", code=indicator.code)
            )
        counted = [catalog.variables[v] for v in named if v in catalog.variables]
        if any(v.person_count or v.of_persons for v in counted) and not indicator.person_count:
            wrong.append(
                Phrase("indicator {code} rests on persons and would not be protected", code=indicator.code)
            )
    for variable in catalog.variables.values():
        strangers = [name for name in variable.datasets if name not in datasets]
        wrong += [
            Phrase("variable {code} names dataset {name!r}", code=variable.code, name=name)
            for name in strangers
        ]
        related = [v for v in (variable.part_of, *variable.made_of) if v is not None]
        wrong += [
            Phrase("variable {code} names variable {v!r}", code=variable.code, v=v)
            for v in related
            if v not in catalog.variables
        ]
    for entry in catalog.disclosure.rounded:
        code, _, column = entry.partition(" by ")
        if (
            code not in catalog.indicators
            or not catalog.indicators[code].person_count
            or column in ("", "unit")
        ):
            wrong.append(
                Phrase(
                    "disclosure.yml rounds {entry!r}: an indicator of persons, by a column other than unit",
                    entry=entry,
                )
            )
    for name, system in catalog.systems.items():
        for method in system.methods:
            wrong += [
                Phrase("method {id} weighs {v!r}", id=method.id, v=v)
                for v in method.weights
                if v not in system.variables
            ]
            if not math.isclose(sum(method.weights.values()), 1):
                wrong.append(Phrase("the weights of method {id} do not add up to 1", id=method.id))
        for restored in system.restores:
            named = [*restored.names, *restored.names.values()]
            wrong += [
                Phrase("ranking {name} restores {v!r}", name=name, v=v)
                for v in named
                if v not in system.variables
            ]
    for layout in catalog.layouts:
        if layout.system not in catalog.systems:
            wrong.append(Phrase("layout {id} names ranking {system!r}", id=layout.id, system=layout.system))
            continue
        known = catalog.systems[layout.system].variables
        wrong += [
            Phrase("layout {id} names value {v!r}", id=layout.id, v=v)
            for v in layout.values
            if v not in known
        ]
        wrong += [
            Phrase("layout {id} lacks column {c!r}", id=layout.id, c=c)
            for c in ("rank", "name")
            if c not in layout.columns
        ]
        wrong += [
            Phrase("layout {id} skips by {column!r}", id=layout.id, column=s.column)
            for s in layout.skip
            if s.column not in layout.columns
        ]
    for name, group in catalog.peer_groups.items():
        strangers = [member for member in group.members if member not in catalog.institutions]
        wrong += [
            Phrase("peer group {name} names institution {member!r}", name=name, member=member)
            for member in strangers
        ]
        wrong += [
            Phrase("peer group {name} gives a reason for {one!r}", name=name, one=one)
            for one in group.reasons
            if one not in group.members
        ]
    for name, alike in catalog.likeness.items():
        if alike.system and alike.system not in catalog.systems:
            wrong.append(
                Phrase("likeness by {name} names ranking {system!r}", name=name, system=alike.system)
            )
        elif alike.system and alike.variable not in catalog.systems[alike.system].variables:
            wrong.append(
                Phrase("likeness by {name} names value {variable!r}", name=name, variable=alike.variable)
            )
    for name, system in catalog.systems.items():
        wrong += [
            Phrase("a curve of ranking {name} gives {variable!r}", name=name, variable=curve.variable)
            for curve in system.curves
            if curve.variable not in system.variables
        ]
    for name, levers in catalog.levers.items():
        if name not in catalog.systems:
            wrong.append(Phrase("levers.yml names ranking {name!r}", name=name))
            continue
        moved = {*levers.levers, *(v for one in levers.scenarios for v in (*one.changes, *one.to))}
        moved -= {*catalog.systems[name].variables, *(c.share for c in catalog.systems[name].curves)}
        wrong += [Phrase("levers of {name} name value {v!r}", name=name, v=v) for v in sorted(moved)]
    if catalog.plan.institution not in catalog.institutions:
        wrong.append(
            Phrase("the plan names institution {institution!r}", institution=catalog.plan.institution)
        )
    if catalog.plan.peer_group not in catalog.peer_groups:
        wrong.append(Phrase("the plan names peer group {peer_group!r}", peer_group=catalog.plan.peer_group))
    if catalog.plan.peer_group_abroad not in ("", *catalog.peer_groups):
        wrong.append(
            Phrase("the plan names peer group {peer_group!r}", peer_group=catalog.plan.peer_group_abroad)
        )
    if wrong:
        raise CatalogError(Phrase("The catalogue contradicts itself: {wrong:;}.", wrong=wrong))


def _check_outside(catalog: Catalog, datasets: dict[str, Any]) -> None:
    """Refuse formats, corrections and totals that name a dataset or a column that is not declared."""
    wrong = []

    def strangers(what: str, dataset: str, columns: Iterable[str]) -> None:
        if dataset not in datasets:
            wrong.append(Phrase("{what} names dataset {dataset!r}", what=what, dataset=dataset))
            return
        known = datasets[dataset]["columns"]
        wrong.extend(
            Phrase("{what} names column {name!r}", what=what, name=name)
            for name in columns
            if name not in known
        )

    received = {form.dataset for form in catalog.formats}
    for form in catalog.formats:
        strangers(Phrase("format {id}", id=form.id), form.dataset, ())
        named = [*(rule.column for rule in form.skip), *form.codes]
        wrong += [
            Phrase("format {id} has no column {name!r}", id=form.id, name=name)
            for name in named
            if name not in form.columns
        ]
    for one in catalog.corrections:
        span = [one.period.column] if one.period else []
        strangers(Phrase("correction {id}", id=one.id), one.dataset, [*one.entity, one.action.column, *span])
        if one.dataset not in received:
            wrong.append(
                Phrase(
                    "correction {id} is for {dataset!r}, which no format is received as",
                    id=one.id,
                    dataset=one.dataset,
                )
            )
    for total in catalog.totals:
        column = [] if total.measure in {*catalog.indicators, *catalog.variables} else [total.measure]
        variable = catalog.variables.get(total.measure)
        if variable is not None and variable.person_count:  # only figures are protected
            wrong.append(
                Phrase("total {id} names a number of persons: name an indicator that shows it", id=total.id)
            )
        strangers(Phrase("total {id}", id=total.id), total.dataset, [*total.entity, *column])
    for kind, ids in (
        (Phrase("format"), [form.id for form in catalog.formats]),
        (Phrase("correction"), [one.id for one in catalog.corrections]),
        (Phrase("total"), [total.id for total in catalog.totals]),
    ):
        wrong += [
            Phrase("{kind} {one!r} stands twice", kind=kind, one=one)
            for one in sorted({i for i in ids if ids.count(i) > 1})
        ]
    if wrong:
        raise CatalogError(Phrase("The catalogue contradicts itself: {wrong:;}.", wrong=wrong))


def _once(entries: list[Model], path: Path) -> dict[str, Model]:
    """Return definitions by their code, each of which may stand once."""
    found: dict[str, Model] = {}
    for entry in entries:
        code = str(entry.code)  # type: ignore[attr-defined]
        if code in found:
            raise CatalogError(
                Phrase("{file}: the code {code!r} stands twice.", file=paths.shown(path), code=code)
            )
        found[code] = entry
    return found
