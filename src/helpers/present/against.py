"""Against whom: groups and found peers, level and change, who may pass whom, in words, tables and a chart."""

from collections.abc import Sequence

import pandas as pd

from ..analysis.peers import FEWEST_FOR_PERCENTILE, FEWEST_FOR_QUINTILE, FEWEST_FOR_RACE
from ..analysis.trend import FEWEST as FEWEST_FOR_TREND
from ..catalog import PeerGroup
from ..measures import ranking_peers as measures
from ..plan import cards
from ..run import Run
from . import charts, figures, findings, likelihood, pieces, tables
from .pieces import Piece
from .rankings import carded, named, names, sources_line
from .tables import Column

# The groups of a page: that of the plan, that abroad which the plan names, and the one found in the data.
PLAN, ABROAD, FOUND = "plan", "abroad", "found"
_SYSTEM, _OUTLOOK = "the", "international_outlook"
# How many found peers are shown and make a group of their own.
_NEAREST = 10
# The domain dossier gives no forecast beyond three years.
_FARTHEST = 3
# How many universities a sentence names in each direction.
_NAMED = 3


# -- groups ---------------------------------------------------------------------------------------


def members(run: Run, group: str) -> tuple[str, ...]:
    """Return the institutions of a group: of the plan's, of that abroad, or of the one found."""
    if group != FOUND:
        defined = _defined(run, group)
        return defined.members if defined else ()
    near, _ = measures.alike(run.rankings, run.institution.id, run.catalog.likeness, run.edition_of(_SYSTEM))
    return tuple(near["institution"].dropna().head(_NEAREST))


def title(run: Run, group: str) -> str:
    """Return the name of a peer group."""
    if group == FOUND:
        return run.text("against.found.group")
    defined = _defined(run, group)
    return defined.title[run.language] if defined else run.text("none")


def _defined(run: Run, group: str) -> PeerGroup | None:
    """Return the definition of a group of the plan; None where the plan names none."""
    plan = run.catalog.plan
    name = plan.peer_group if group == PLAN else plan.peer_group_abroad
    return run.catalog.peer_groups[name] if name else None


def groups(run: Run) -> Piece:
    """Show the groups that the university is compared with, and the newest edition held of each."""
    say = run.text
    chosen = [group for group in (PLAN, ABROAD) if _defined(run, group)] + [FOUND]
    rows, notes, details = [], [], []
    for group in chosen:
        ids = [one for one in members(run, group) if one != run.institution.id]
        edition = measures.edition_with(
            run.rankings, run.institution.id, ids, _SYSTEM, run.edition_of(_SYSTEM)
        )
        held = set() if edition is None else _held(run, edition)
        rows.append((title(run, group), len(ids), edition, len(held & set(ids))))
        missing = [one for one in ids if edition is not None and one not in held]
        if missing:
            called = names(run, _SYSTEM, missing)
            notes.append(
                say(
                    "against.groups.missing",
                    group=title(run, group),
                    names=", ".join(called[one] for one in missing),
                    edition=edition,
                )
            )
        if group != FOUND:
            details += _reasons(run, group)
    details.append(say("against.found.how"))
    return tables.table(
        "peer-groups",
        [
            Column(say("against.groups.group"), [row[0] for row in rows]),
            Column(say("against.groups.members"), [say.number(row[1]) for row in rows], True),
            Column(
                say("against.groups.edition"),
                [say("none") if row[2] is None else f"THE {row[2]}" for row in rows],
            ),
            Column(say("against.groups.held"), [say.number(row[3]) for row in rows], True),
        ],
        title=say(
            "finding.compared",
            name=run.name,
            count=len(rows),
            groups="; ".join(say("finding.group", group=row[0], count=row[1]) for row in rows),
        ),
        source=_source(run),
        notes=notes,
        details=details,
    )


def _held(run: Run, edition: int) -> set[str]:
    held = measures.scores(run.rankings, _SYSTEM, [edition])
    return set(held.loc[held["variable"] == measures.OVERALL, "institution"])


def _reasons(run: Run, group: str) -> list[str]:
    found = _defined(run, group)
    if found is None:
        return []
    said = [run.text("against.groups.source", group=title(run, group), source=found.source[run.language])]
    if not run.catalog.systems[_SYSTEM].public:
        return said  # what is told of single members would say who they are
    if found.criterion is not None:
        said.append(found.criterion[run.language])
    if found.reasons:
        called = names(run, _SYSTEM, found.reasons)
        said.append("; ".join(f"{called[one]}: {why[run.language]}" for one, why in found.reasons.items()))
    return said


def found(run: Run) -> Piece:
    """Show who is nearest by size, staff and country, with each distance and what it is made of."""
    say = run.text
    by = run.catalog.likeness
    near, left_out = measures.alike(run.rankings, run.institution.id, by, run.edition_of(_SYSTEM))
    if near.empty:
        return _missing(run, "against.found.none")
    near = near.head(_NEAREST)
    own = measures.sizes(run.rankings, run.institution.id, by, run.edition_of(_SYSTEM))
    public = run.catalog.systems[_SYSTEM].public
    called = names(run, _SYSTEM, near["institution"].dropna())
    rows = [
        (run.name, own, None),
        *((_called(run, called, row), row, row["distance"]) for row in near.to_dict("records")),
    ]
    at_hand = [name for name in by if name not in left_out]
    columns = [
        Column(say("against.found.university"), [name for name, *_ in rows]),
        Column(
            say("against.found.distance"),
            [say("none") if distance is None else say.number(distance, 2) for *_, distance in rows],
            True,
        ),
    ]
    if public:  # size and country would tell who a hidden university is
        columns += [
            Column(
                by[name].title[run.language],
                [_number(run, row[name], by[name].decimals) for _, row, _ in rows],
                True,
            )
            for name in at_hand
        ]
        columns.append(
            Column(say("against.found.edition"), [f"THE {int(row['edition'])}" for _, row, _ in rows])
        )
    weights = ", ".join(f"{by[name].title[run.language]} {say.number(by[name].weight)}" for name in at_hand)
    notes = [say("against.found.note", weights=weights)]
    if left_out:
        listed = ", ".join(by[name].title[run.language] for name in left_out)
        notes.append(say("against.found.left_out", variables=listed))
    return tables.table(
        "peers-found",
        columns,
        title=say(
            "finding.alike",
            name=run.name,
            count=len(near),
            first=_called(run, called, near.to_dict("records")[0]),
            near=near["distance"].min(),
            far=near["distance"].max(),
        ),
        source=_source(run),
        notes=notes,
        details=[say("against.found.how")],
    )


def _called(run: Run, called: dict[str, str], row: dict[str, object]) -> str:
    """Return a found university's name: as registered or printed, none where the ranking is not public."""
    if not run.catalog.systems[_SYSTEM].public:
        return called.get(str(row["institution"]), run.text("against.nobody"))
    return called.get(str(row["institution"]), str(row["name"]))


# -- level and change ------------------------------------------------------------------------------


def _judged(run: Run, group: str) -> tuple[int, pd.DataFrame] | Piece:
    """Return level and change in a group with the edition they are of; the reason where too few are held."""
    ids = members(run, group)
    edition = _edition(run, ids)
    if edition is None:
        return _missing(run, "against.table.none", group=title(run, group), fewest=FEWEST_FOR_PERCENTILE)
    return edition, measures.level_and_change(run.rankings, run.institution.id, ids, _SYSTEM, edition)


def table(run: Run, group: str) -> Piece:
    """Show, score by score, the place of level and of change in a group, in its newest edition held."""
    say, found = run.text, _judged(run, group)
    if isinstance(found, Piece):
        return found
    edition, rows = found
    first = int(rows["first"].min())
    notes = [say("against.table.note")]
    if edition < run.edition_of(_SYSTEM):
        wanted = run.edition_of(_SYSTEM)
        notes.append(say("against.table.earlier", edition=wanted, held=edition, group=title(run, group)))
    if edition - first < 1:
        notes.append(say("against.table.no_change", name=run.name, first=first))
    elif edition - first < FEWEST_FOR_TREND - 1:
        count, enough = edition - first + 1, first + FEWEST_FOR_TREND - 1
        notes.append(say("against.table.few", first=first, edition=edition, count=count, enough=enough))
    if rows["count"].max() < FEWEST_FOR_QUINTILE:
        notes.append(say("against.table.no_quintile", fewest=FEWEST_FOR_QUINTILE))
    return tables.table(
        f"level-and-change-{group}",
        [
            Column(say("rankings.peers.variable"), [_variable(run, v) for v in rows["variable"]]),
            Column(run.institution.short, [_number(run, v, 1) for v in rows["value"]], True),
            Column(say("against.table.percentile"), [_number(run, v, 0) for v in rows["percentile"]], True),
            Column(say("against.table.quintile"), [_number(run, v, 0) for v in rows["quintile"]], True),
            Column(say("against.table.median_gap"), [_signed(run, v) for v in rows["median_gap"]], True),
            Column(say("against.table.quarter_gap"), [_signed(run, v) for v in rows["quarter_gap"]], True),
            Column(
                say("against.table.change"),
                [
                    _signed(run, own) if pd.isna(middle) else f"{_signed(run, own)} ({_signed(run, middle)})"
                    for own, middle in zip(rows["change"], rows["median_change"], strict=True)
                ],
                True,
            ),
            Column(
                say("against.table.change_percentile"),
                [_number(run, v, 0) for v in rows["change_percentile"]],
                True,
            ),
        ],
        title=findings.level_and_change(run, title(run, group), edition, rows),
        source=_source(run),
        notes=notes,
        details=[say("against.table.how", first=first, edition=edition)],
        indicators=_carded(run, edition, *rows["variable"]),
    )


# Above the group's median by level, by change.
_SIDES = {
    (True, True): "against.chart.above_faster",
    (True, False): "against.chart.above_slower",
    (False, True): "against.chart.below_faster",
    (False, False): "against.chart.below_slower",
}


def chart(run: Run, group: str, variable: str = _OUTLOOK) -> Piece:
    """Show level and change of one score, a mark for each university of a group."""
    say = run.text
    ids = {*members(run, group), run.institution.id}
    edition = _edition(run, list(ids))
    if edition is None:
        return _missing(run, "against.table.none", group=title(run, group), fewest=FEWEST_FOR_PERCENTILE)
    rows = measures.levels_and_changes(
        run.rankings, run.institution.id, list(ids), _SYSTEM, variable, edition
    )
    own = rows[rows["institution"] == run.institution.id]
    if own.empty or len(rows) < FEWEST_FOR_PERCENTILE:
        return _missing(run, "against.chart.none", edition=edition)
    first = measures.shared(run.rankings, run.institution.id, _SYSTEM, edition, variable)[0]
    called = names(run, _SYSTEM, rows["institution"])
    level, pace = rows["value"].median(), rows["change"].median()
    ahead = bool(own["value"].iloc[0] >= level), bool(own["change"].iloc[0] > pace)
    words = charts.Words(
        say(
            _SIDES[ahead],
            name=run.name,
            variable=_variable(run, variable),
            change=own["change"].iloc[0],
            pace=pace,
            value=own["value"].iloc[0],
            level=level,
        ),
        say("against.chart.subtitle", group=title(run, group), first=first, edition=edition)
        + say("finding.n.universities", count=len(rows)),
        _source(run),
        [
            say("against.chart.point", name=called[row.institution], value=row.value, change=row.change)
            for row in rows.itertuples()
        ],
        notes=[say("against.chart.note")],
        data=[
            Column(say("data.institution"), [called[one] for one in rows["institution"]]),
            Column(say("against.chart.level"), [_number(run, v, 1) for v in rows["value"]], True),
            Column(say("against.chart.pace"), [_signed(run, v) for v in rows["change"]], True),
        ],
        indicators=_carded(run, edition, variable),
    )
    frame = rows.assign(label=rows["institution"], is_own=rows["institution"] == run.institution.id)
    axes = (say("against.chart.level"), say("against.chart.pace"))
    return charts.level_and_change(frame, (level, pace), axes, _short(run, called), say, words)


def _short(run: Run, called: dict[str, str]) -> dict[str, str]:
    if not run.catalog.systems[_SYSTEM].public:
        return called
    return {one: run.catalog.institutions[one].short for one in called}


# -- who may pass whom -----------------------------------------------------------------------------


def overtaking(run: Run, group: str) -> Piece:
    """Show whom the university may pass by the plan's end and who may pass it, each with its chance."""
    say = run.text
    edition = run.edition_of(_SYSTEM)
    ahead, then = horizon(run)
    rows = _races(run, group)
    if rows.empty:
        return _missing(run, "against.race.none", fewest=FEWEST_FOR_RACE, edition=edition)
    shown = _worth_naming(rows)
    left = [one for one in members(run, group) if one not in {*rows["institution"], run.institution.id}]
    called = names(run, _SYSTEM, [*rows["institution"], *left])
    rest = say("against.race.rest", count=len(rows) - len(shown), variable=_variable(run, _OUTLOOK))
    notes = [
        *([rest] if len(shown) < len(rows) else []),
        *([_untold(run, [called[one] for one in left])] if left else []),
        say("against.race.note", n=int(rows["n"].min()), first=int(rows["first"].min())),
        *([say("against.race.capped", years=_FARTHEST)] if then < _plan_end(run) else []),
    ]
    if shown.empty:
        return pieces.text(rest)
    records = shown.to_dict("records")
    return tables.table(
        "overtaking",
        [
            Column(say("against.race.university"), [called[row["institution"]] for row in records]),
            Column(say("against.race.now"), [say.number(row["value"], 1) for row in records], True),
            Column(say("against.race.lead"), [_signed(run, row["lead"]) for row in records], True),
            Column(
                say("against.race.range", then=then),
                [say("against.race.span", low=row["low"], high=row["high"]) for row in records],
                True,
            ),
            Column(say("against.race.what"), [_turn(run, row) for row in records]),
        ],
        title=findings.races(
            run,
            _variable(run, _OUTLOOK),
            then,
            shown,
            called,
            _turn(run, shown.loc[shown["turn"].idxmax()].to_dict()),
        ),
        source=_source(run),
        notes=notes,
        caveats=_across(run, int(rows["first"].min()), edition),
        details=[say("against.race.how", ahead=ahead)],
        indicators=_carded(run, edition, _OUTLOOK),
    )


def _across(run: Run, first: int, edition: int) -> dict[str, str]:
    """Say which breaks of method lie within the editions of the races."""
    breaks = [str(b.at) for b in run.catalog.systems[_SYSTEM].breaks if first < b.at <= edition]
    return {"break_in_series": run.text("against.race.across", editions=", ".join(breaks))} if breaks else {}


def _worth_naming(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the changes of places that are not very unlikely, by the words for chances."""
    told = rows["turn"].map(lambda turn: likelihood.word(turn).at_least is not None)
    return rows[told.astype(bool)]


def _untold(run: Run, called: Sequence[str]) -> str:
    return run.text("against.race.untold", fewest=FEWEST_FOR_RACE, names=", ".join(called))


def _turn(run: Run, row: dict[str, float]) -> str:
    if row["lead"] == 0:
        return run.text("against.race.level", chance=likelihood.chance(run.text, row["chance"]))
    key = "passing" if row["lead"] < 0 else "passed"
    return run.text(f"against.race.{key}", chance=likelihood.chance(run.text, row["turn"]))


def _races(run: Run, group: str) -> pd.DataFrame:
    return measures.races(
        run.rankings,
        run.institution.id,
        members(run, group),
        _SYSTEM,
        _OUTLOOK,
        run.edition_of(_SYSTEM),
        horizon(run)[0],
    )


def _plan_end(run: Run) -> int:
    return cards.load(run.catalog)[0].years[-1]


def horizon(run: Run) -> tuple[int, int]:
    """Return how many editions lie ahead, and the last of them: to the plan's end, but no more than three.

    After the plan's last year it is the next edition.
    """
    ahead = min(_FARTHEST, max(1, _plan_end(run) - run.year))
    return ahead, run.edition_of(_SYSTEM) + ahead


# -- in two sentences ------------------------------------------------------------------------------


def summary(run: Run, group: str) -> Piece:
    """Say where the university stands in a group by level and change, and who may change places with it."""
    say, found = run.text, _judged(run, group)
    if isinstance(found, Piece):
        return found
    edition, rows = found
    row = rows.set_index("variable").loc[_OUTLOOK]
    if pd.isna(row["percentile"]):
        return _missing(run, "against.chart.none", edition=edition)
    card, called = _carded(run, edition, _OUTLOOK), _variable(run, _OUTLOOK)
    sentences = [
        say(
            "against.summary.level" if row["median_gap"] < 0 else "against.summary.level_ahead",
            variable=figures.linked(run, card[0], called) if card else called,
            group=title(run, group),
            edition=edition,
            percentile=row["percentile"],
            median_gap=abs(row["median_gap"]),
            quarter_gap=abs(min(0.0, row["quarter_gap"])),
        )
    ]
    if pd.notna(row["change_percentile"]):
        key = "faster" if row["change"] > row["median_change"] else "slower"
        sentences.append(
            say(
                f"against.summary.{key}",
                change=row["change"],
                median=row["median_change"],
                first=int(row["first"]),
                edition=edition,
                percentile=row["change_percentile"],
            )
        )
    sentences += _turns(run, group)
    return pieces.text(" ".join(sentences))


def _turns(run: Run, group: str) -> list[str]:
    rows = _races(run, group)
    rows = _worth_naming(rows)
    if rows.empty:
        return []
    called = names(run, _SYSTEM, rows["institution"])

    def listed(part: pd.DataFrame) -> str:
        chances = [(called[r["institution"]], float(r["turn"])) for r in part.head(_NAMED).to_dict("records")]
        return "; ".join(f"{name}: {likelihood.chance(run.text, chance)}" for name, chance in chances)

    then = horizon(run)[1]
    before, behind = rows[rows["lead"] < 0], rows[rows["lead"] > 0]
    said = []
    if len(before):
        said.append(run.text("against.summary.ahead", names=listed(before), then=then))
    if len(behind):
        said.append(run.text("against.summary.behind", names=listed(behind), then=then))
    return said


# -- shared ----------------------------------------------------------------------------------------


def _edition(run: Run, ids: Sequence[str]) -> int | None:
    return measures.edition_with(run.rankings, run.institution.id, ids, _SYSTEM, run.edition_of(_SYSTEM))


def _carded(run: Run, edition: int, *variables: str) -> list[str]:
    """Return the codes of the cards of scores; a card tells of the year's edition and of no earlier one."""
    return carded(run, _SYSTEM, *variables) if edition == run.edition_of(_SYSTEM) else []


def _variable(run: Run, variable: str) -> str:
    return run.text("against.overall") if variable == measures.OVERALL else named(run, _SYSTEM, variable)


def _number(run: Run, value: object, decimals: int) -> str:
    return run.text("none") if pd.isna(value) else run.text.number(float(str(value)), decimals)


def _signed(run: Run, value: float) -> str:
    return run.text("none") if pd.isna(value) else run.text.signed(value, 1)


def _source(run: Run) -> str:
    return sources_line(run, _SYSTEM)


def _missing(run: Run, key: str, **values: object) -> Piece:
    reason = run.text(key, name=run.name, **values)
    return pieces.text(run.text("not_computed", reason=reason), kind="not_computed")
