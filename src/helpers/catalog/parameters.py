"""Checking notebook parameters against `notebooks/parameters.yml`, before anything runs."""

from collections.abc import Iterable, Mapping

from ..errors import ParameterError, Phrase, one_of
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
            raise ParameterError(Phrase("There is no parameter {name!r}.", name=name), expected=one_of(names))
        _check_value(name, value, catalog.parameters[name], catalog)


def _check_value(name: str, value: object, parameter: Parameter, catalog: Catalog) -> None:
    wanted = {"int": int, "str": str}[parameter.type]
    described = {"int": Phrase("a whole number"), "str": Phrase("text")}[parameter.type]
    values = allowed(parameter, catalog)
    if values:
        described = one_of(values)
    elif parameter.minimum is not None and parameter.maximum is not None:
        span = {"first": parameter.minimum, "last": parameter.maximum}
        described = Phrase("a whole number from {first} to {last}", **span)
    wrong = (
        isinstance(value, bool)
        or not isinstance(value, wanted)
        or (values is not None and value not in values)
        or (isinstance(value, int) and parameter.minimum is not None and value < parameter.minimum)
        or (isinstance(value, int) and parameter.maximum is not None and value > parameter.maximum)
    )
    if wrong:
        raise ParameterError(
            Phrase("The parameter {name} cannot be {value!r}.", name=name, value=value), expected=described
        )
