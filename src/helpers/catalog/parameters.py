"""Checking notebook parameters against `notebooks/parameters.yml`, before anything runs."""

from collections.abc import Iterable, Mapping

from ..errors import ParameterError, one_of
from .load import Catalog
from .model import Parameter


def allowed(parameter: Parameter, catalog: Catalog) -> tuple[int | str, ...] | None:
    """Return the values a parameter may take, or None where only its range is limited."""
    if parameter.allowed_from == "institutions":
        return tuple(catalog.institutions.ids())
    if parameter.allowed_from == "units":
        return ("", *catalog.units)
    return parameter.allowed


def check(given: Mapping[str, object], catalog: Catalog, known: Iterable[str] | None = None) -> None:
    """Refuse a parameter that is unknown, of the wrong type or out of range, in one line.

    `known` are the parameters that the notebook takes; without it, all declared ones.
    """
    names = list(catalog.parameters if known is None else known)
    for name, value in given.items():
        if name not in names or name not in catalog.parameters:
            raise ParameterError(f"There is no parameter {name!r}.", expected=one_of(names))
        _check_value(name, value, catalog.parameters[name], catalog)


def _check_value(name: str, value: object, parameter: Parameter, catalog: Catalog) -> None:
    wanted = {"int": int, "str": str}[parameter.type]
    described = {"int": "a whole number", "str": "text"}[parameter.type]
    values = allowed(parameter, catalog)
    if values:
        described = one_of(values)
    elif parameter.minimum is not None and parameter.maximum is not None:
        described += f" from {parameter.minimum} to {parameter.maximum}"
    wrong = (
        isinstance(value, bool)
        or not isinstance(value, wanted)
        or (values is not None and value not in values)
        or (isinstance(value, int) and parameter.minimum is not None and value < parameter.minimum)
        or (isinstance(value, int) and parameter.maximum is not None and value > parameter.maximum)
    )
    if wrong:
        raise ParameterError(f"The parameter {name} cannot be {value!r}.", expected=described)
