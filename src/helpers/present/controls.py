"""Controls beside what they change: year, institution, unit, peer group, country.

Where a notebook is open they are widgets of ipywidgets, in Lab as in VS Code; in a batch and under nbval the
cell is the plain piece, so that nothing of a widget is stored and the same words are compared.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .. import locale
from ..catalog import parameters
from ..errors import ParameterError, WorkbookError, one_of
from ..run import Run, is_open

RUN = ("year", "institution", "unit", "peer_group", "language")
COUNTRY = "country"


def choose(
    run: Run,
    show: Callable[..., Any],
    *given: Any,
    over: Sequence[str] = ("year", "institution"),
    live: bool | None = None,
    **named: Any,
) -> Any:
    """Show `show(run, *given, **named)` with controls that change the run, or the plain piece in a batch.

    `choose(run, activities.trend, "G3.25", over=["year", "unit"])`. `over` names the controls: year,
    institution, unit, peer_group, language, and country for what takes `country=`, such as `compare`. What is
    shown comes by the same functions as on the pages, with their disclosure control. `live` decides where the
    surroundings do not tell. Raises ParameterError for a control that there is not.
    """
    unknown = [name for name in over if name not in (*RUN, COUNTRY)]
    if unknown:
        raise ParameterError(f"There is no control {unknown[0]!r}.", expected=one_of((*RUN, COUNTRY)))
    if not (is_open() if live is None else live):
        return show(run, *given, **named)
    import ipywidgets as widgets  # seldom needed, and slow to import

    from .boxed import Box

    controls = {name: widgets.Dropdown(
        options=_options(run, name),
        value=_now(run, name, named),
        description=run.text(f"controls.{name}"),
        style={"description_width": "9em"},
        layout=widgets.Layout(width="34em"),
    ) for name in over}  # fmt: skip
    shown = widgets.Output()

    def update(_: object = None) -> None:
        chosen = {name: control.value for name, control in controls.items()}
        more = {**named, **({COUNTRY: chosen.pop(COUNTRY)} if COUNTRY in chosen else {})}
        try:
            bundle, metadata = _display(show(run.at(**chosen), *given, **more))
        except WorkbookError as error:  # such as a unit of another university: said in its place
            bundle, metadata = {"text/plain": str(error)}, {}
        shown.outputs = ({"output_type": "display_data", "data": bundle, "metadata": metadata},)

    for control in controls.values():
        control.observe(update, names="value")
    update()
    return Box([*controls.values(), shown], str(shown.outputs[0]["data"]["text/plain"]))


def _display(shown: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a cell would show of a piece: as the shell formats it, where there is one."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None and shell.display_formatter is not None:
        bundle, metadata = shell.display_formatter.format(shown)
        return bundle, metadata
    bundle, metadata = shown._repr_mimebundle_()
    return bundle, metadata


def _options(run: Run, name: str) -> list[tuple[str, Any]]:
    """Return the choices of a control as a reader reads them, with their values."""
    catalog, say = run.catalog, run.text
    if name == "year":
        declared = catalog.parameters["year"]
        return [
            (str(year), year) for year in range(int(declared.minimum or 0), int(declared.maximum or 0) + 1)
        ]
    if name == "peer_group":
        return [(group.title[run.language], one) for one, group in catalog.peer_groups.items()]
    if name == "unit":
        named = [(unit.name(run.language), code) for code, unit in catalog.units.items()]
        return [(say("run.whole"), ""), *named]
    if name == "institution":
        ids = [str(one) for one in parameters.allowed(catalog.parameters[name], catalog) or ()]
        return _sorted((catalog.institutions[one].name(run.language), one) for one in ids)
    if name == "language":
        return [(say(f"controls.{one}"), one) for one in catalog.plan.languages]
    return _sorted((say.country(code), code) for code in locale.territories())


def _sorted(options: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return sorted(options, key=lambda option: locale.sort_key(option[0]))


def _now(run: Run, name: str, named: dict[str, Any]) -> Any:
    if name == COUNTRY:
        return named.get(COUNTRY)
    if name == "peer_group":
        return run.catalog.plan.peer_group
    return run.institution.id if name == "institution" else getattr(run, name)
