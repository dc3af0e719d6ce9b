"""What it would take: a simulation in words, the table of scenarios, sliders, and the cheapest way to a band.

The contract is that of the domain dossier, section 4.6: identities are exact, a curve prints its error,
others are held fixed, the edge of the next band moves by its own drift, and reputation has no lever.
"""

import html
from collections.abc import Mapping
from typing import Any

from ..catalog import Levers
from ..measures import scenarios as measures
from ..measures.indicators import OVERALL
from ..measures.scenarios import Route, Simulation
from ..run import Run, is_open
from . import findings, pieces, tables
from .pieces import Piece
from .rankings import carded, named, sources_line
from .tables import Column

# Points of a score by which a slider moves.
_STEP = 0.5


# -- one simulation --------------------------------------------------------------------------------


def simulate(run: Run, system: str, **changes: float) -> Simulation | None:
    """Return what changes do to the recomputed overall score in the edition that the report year shows.

    `simulate(run, "the", international_outlook=5)`: points of a score, or percentage points of a share that
    has a curve (`international_students_pct` in QS). None where the edition has no scores of the university.
    Raises ParameterError for what is no lever.
    """
    return measures.simulate(
        run.rankings, run.institution.id, system, run.edition_of(system), changes, run.year
    )


def told(run: Run, found: Simulation) -> list[str]:
    """Say a simulation in sentences: the overall score with its error, the next band, when it would show."""
    say = run.text
    short = run.catalog.systems[found.system].short
    said = [say("scenarios.overall", before=found.before, after=found.after, error=found.error)]
    if found.gap is None:
        said.append(say("scenarios.no_band"))
    else:
        said.append(
            say("scenarios.edge_now", system=short, edition=found.edition, reading=_reading(run, found))
        )
    if found.gap_then is not None:
        said.append(
            say(
                "scenarios.edge_then",
                system=short,
                shows=found.shows,
                edge=found.edge_then,
                gap=_missing_points(run, found.gap_then, found.error),
            )
        )
    return said


def _reading(run: Run, found: Simulation) -> str:
    return "" if found.gap is None else _missing_points(run, found.gap, found.error)


def _missing_points(run: Run, gap: float, error: float) -> str:
    """Say how far an edge is: missing, passed, or not to be told apart from it within the error."""
    if abs(gap) <= error:
        return run.text("scenarios.within")
    return run.text("scenarios.missing" if gap > 0 else "scenarios.passed", points=abs(gap))


# -- the table of scenarios ------------------------------------------------------------------------


def table(run: Run, system: str) -> Piece:
    """Show what each scenario of the catalogue would do, others held fixed."""
    say = run.text
    edition, short = run.edition_of(system), run.catalog.systems[system].short
    stated = _levers(run, system)
    still = simulate(run, system)
    if still is None or stated is None:
        return _none(run, "scenarios.none", system=short, edition=edition)
    rows: list[tuple[str, str, Simulation]] = []
    untold = []
    for one in stated.scenarios:
        changes = measures.changes_of(
            one, run.rankings, run.institution.id, run.peer_group.members, system, edition
        )
        if changes is None:
            untold.append(one.title[run.language])
            continue
        found = simulate(run, system, **changes)
        if found is not None:
            rows.append((one.title[run.language], _changes(run, found), found))
    notes = _notes(run, still)
    if untold:
        notes.append(say("scenarios.untold", scenarios="; ".join(untold)))
    return tables.table(
        f"scenarios-{system}",
        [
            Column(say("scenarios.scenario"), [title for title, *_ in rows]),
            Column(say("scenarios.change"), [changes for _, changes, _ in rows]),
            Column(
                say("scenarios.after"),
                [say("scenarios.with_error", value=one.after, error=one.error) for *_, one in rows],
                True,
            ),
            Column(
                say("scenarios.gap_now", edition=edition),
                [_reading(run, one) or say("none") for *_, one in rows],
            ),
            Column(
                say("scenarios.gap_then", shows=still.shows),
                [
                    say("none") if one.gap_then is None else _missing_points(run, one.gap_then, one.error)
                    for *_, one in rows
                ],
            ),
        ],
        title=findings.scenarios(run, system, edition, [(row[0], row[2]) for row in rows]),
        source=sources_line(run, system),
        notes=notes,
        details=_how(run, system, still),
        indicators=carded(run, system, OVERALL),
    )


def _changes(run: Run, found: Simulation) -> str:
    """Write the scores that a scenario moves, each with its points."""
    moved = [
        f"{named(run, found.system, p.variable)} {run.text.signed(p.after - p.before, 1)}"
        + (f" ({run.text('scenarios.by_share', change=p.share)})" if p.share is not None else "")
        for p in found.pieces
        if abs(p.after - p.before) >= 0.05
    ]
    return ", ".join(moved) or run.text("none")


def _notes(run: Run, still: Simulation) -> list[str]:
    say = run.text
    short = run.catalog.systems[still.system].short
    notes = [say("scenarios.note", year=run.year, system=short, shows=still.shows)]
    if still.edge is None:
        return notes
    if still.drift is None:
        notes.append(say("scenarios.no_drift", system=short, edition=still.edition))
    else:
        then = still.edge_then
        notes.append(say("scenarios.drift", drift=still.drift, edge=still.edge, then=then, shows=still.shows))
        if still.bands_change:
            notes.append(say("scenarios.bands_change", system=short, shows=still.shows))
    return notes


def _how(run: Run, system: str, still: Simulation) -> list[str]:
    """Say how the figures were computed: the weights, and each curve with its error."""
    say = run.text
    definition = run.catalog.systems[system]
    method = definition.method(still.edition)
    if method is None:
        return []
    weights = ", ".join(
        f"{named(run, system, v)} {say.percent(100 * w, 1)}" for v, w in method.weights.items()
    )
    said = [say("scenarios.how", weights=weights, error=method.error, source=method.source)]
    said += [
        say(
            "scenarios.how_curve",
            score=named(run, system, curve.variable),
            share=curve.of[run.language],
            count=curve.count,
            median=curve.median_error,
            wide=curve.wide_error,
            source=curve.source,
        )
        for curve in definition.curves_of(still.edition).values()
    ]
    return said


# -- sliders ---------------------------------------------------------------------------------------


def simulator(run: Run, system: str, *, live: bool | None = None) -> Any:
    """Show sliders for the movable scores where a notebook is open, and the table of scenarios elsewhere.

    Sliders are widgets of ipywidgets, which a page cannot hold: in a batch, and where there are no scores to
    move, this is `table`. `live` decides where the surroundings do not tell.
    """
    found = simulate(run, system)
    if found is None or not (is_open() if live is None else live):
        return table(run, system)
    import ipywidgets as widgets  # seldom needed, and slow to import

    from .boxed import Box

    stated = _levers(run, system)
    names = measures.movable(stated, [piece.variable for piece in found.pieces])
    before = {piece.variable: piece.before for piece in found.pieces}
    layout = widgets.Layout(width="34em")
    sliders = {
        name: widgets.FloatSlider(
            value=0.0,
            # Nought is on the grid, or the browser would move the slider to the step beside it.
            min=-_on_grid(min(20.0, before[name])),
            max=_on_grid(min(40.0, 100 - before[name])),
            step=_STEP,
            description=named(run, system, name),
            style={"description_width": "16em"},
            layout=layout,
            readout_format="+.1f",
        )
        for name in names
    }
    shown = widgets.HTML()

    def update(_: object = None) -> None:
        moved = simulate(
            run, system, **{name: slider.value for name, slider in sliders.items() if slider.value}
        )
        if moved is not None:
            shown.value = "".join(f"<p>{html.escape(line)}</p>" for line in told(run, moved))

    for slider in sliders.values():
        slider.observe(update, names="value")
    update()
    return Box([*sliders.values(), shown], table(run, system).text)


def _on_grid(points: float) -> float:
    return points // _STEP * _STEP


# -- the cheapest way ------------------------------------------------------------------------------


def cheapest(
    run: Run, system: str, target: float | None = None, costs: Mapping[str, float] | None = None
) -> Piece:
    """Show the cheapest combination of scores to a target overall score, or say that there is none.

    Without a target: the edge of the next band, where it stood and where its drift takes it, each with every
    lever and with those of the internationalisation strategy alone. `costs` replace those of the catalogue.
    """
    say = run.text
    edition, short = run.edition_of(system), run.catalog.systems[system].short
    still = simulate(run, system)
    if still is None:
        return _none(run, "scenarios.none", system=short, edition=edition)
    edge = still.edge if target is None else target
    if edge is None:
        return _none(run, "scenarios.route_none", system=short, edition=edition)
    stated = _levers(run, system)
    own = [name for name, lever in (stated.levers if stated else {}).items() if lever.strategy]
    rounds = max(1, still.shows - edition)
    if target is not None:
        aims = [(say("scenarios.aim_given", target=edge, rounds=rounds), edge, rounds)]
    else:
        aims = [(say("scenarios.aim_now", edge=edge, edition=edition), edge, 1)]
        if still.edge_then is not None:
            label = say("scenarios.aim_then", edge=still.edge_then, shows=still.shows)
            aims.append((label, still.edge_then, rounds))
        else:
            aims.append((say("scenarios.aim_later", edge=edge, rounds=rounds), edge, rounds))
    rows: list[tuple[str, str, Route]] = []
    for label, aim, times in aims:
        for which, only in ((say("scenarios.all_levers"), None), (say("scenarios.own_levers"), own)):
            found = measures.route(
                run.rankings, run.institution.id, run.peer_group.members, system, edition,
                aim, times, only=only, costs=costs,
            )  # fmt: skip
            if found is not None and found.steps:
                rows.append((label, which, found))
    if not rows:
        return _none(run, "scenarios.route_unknown", system=short, edition=edition)
    return tables.table(
        f"cheapest-{system}",
        [
            Column(say("scenarios.target"), [label for label, *_ in rows]),
            Column(say("scenarios.levers"), [which for _, which, _ in rows]),
            Column(say("scenarios.moves"), [_moves(run, system, found) for *_, found in rows]),
            Column(say("scenarios.cost"), [say.number(found.way.cost, 0) for *_, found in rows], True),
            Column(say("scenarios.result"), [_result(run, found) for *_, found in rows]),
        ],
        title=findings.routes(run, system, edition, [found for *_, found in rows]),
        source=sources_line(run, system),
        notes=_route_notes(run, system, rows, costs),
        details=[say("scenarios.how_route")],
        indicators=carded(run, system, OVERALL),
    )


def _moves(run: Run, system: str, found: Route) -> str:
    moved = [
        f"{named(run, system, name)} {run.text.signed(by)}" for name, by in found.way.moves.items() if by > 0
    ]
    return ", ".join(moved) or run.text("none")


def _result(run: Run, found: Route) -> str:
    if found.way.reached:
        return run.text("scenarios.reached")
    nearest = found.target - found.wanted + found.way.adds
    return run.text("scenarios.unreached", nearest=nearest, short=found.wanted - found.way.adds)


def _route_notes(
    run: Run, system: str, rows: list[tuple[str, str, Route]], costs: Mapping[str, float] | None
) -> list[str]:
    say = run.text
    bounds = {name: one for *_, found in rows for name, one in found.ranges.items()}
    stated = _levers(run, system)

    def listed(basis: str) -> str:
        chosen = {name: one for name, one in bounds.items() if one.basis == basis}
        return ", ".join(f"{named(run, system, n)} {say.signed(one.most, 1)}" for n, one in chosen.items())

    notes = []
    if listed("own"):
        notes.append(say("scenarios.range_own", ranges=listed("own")))
    if listed("peers"):
        notes.append(say("scenarios.range_peers", ranges=listed("peers")))
    fixed = [name for name, lever in (stated.levers if stated else {}).items() if not lever.movable]
    if fixed:
        notes.append(say("scenarios.fixed", scores=", ".join(named(run, system, name) for name in fixed)))
    given = {name: lever.cost for name, lever in (stated.levers if stated else {}).items()} | dict(
        costs or {}
    )
    prices = {given.get(name, 1.0) for name in bounds}
    notes.append(say("scenarios.unit_costs" if prices == {1.0} else "scenarios.given_costs"))
    return notes


# -- shared ----------------------------------------------------------------------------------------


def _levers(run: Run, system: str) -> Levers | None:
    return run.catalog.levers.get(system)


def _none(run: Run, key: str, **values: object) -> Piece:
    return pieces.text(
        run.text("not_computed", reason=run.text(key, name=run.name, **values)), kind="not_computed"
    )
