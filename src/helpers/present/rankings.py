"""The ranking analysis in words, tables and charts. Which sentence fits is decided here, from the data."""

import hashlib
from collections.abc import Iterable

import pandas as pd

from ..measures import rankings as measures
from ..measures.indicators import NUMBER_OF, OVERALL, RANK
from ..run import Run
from . import charts, figures, findings, pieces, tables
from .pieces import Piece
from .tables import Column

_STATUS = {"not_listed": "not_listed", "rank_withheld": "rank_withheld", "not_held": "not_held"}
_REPORTED = ("press", "mirror")


# -- figures behind the page ---------------------------------------------------------------------


def against_peers(run: Run, system: str) -> pd.DataFrame:
    """Return the institution's scores in the year's edition against the peer group."""
    return measures.against_peers(
        run.rankings, run.institution.id, run.peer_group.members, system, run.edition_of(system)
    )


def history(run: Run, system: str, variable: str) -> pd.DataFrame:
    """Return one score of the institution over the editions up to the report year."""
    return measures.history(
        run.rankings, run.institution.id, run.peer_group.members, system, variable, run.edition_of(system)
    )


def hidden(run: Run, system: str) -> pd.DataFrame:
    """Return the institution's recomputed overall scores up to the report year."""
    return measures.hidden(run.rankings, run.institution.id, system, run.edition_of(system))


def international_share(run: Run) -> pd.DataFrame:
    """Return numerator and denominator of the international-student share up to the report year."""
    return measures.international_share(run.rankings, run.institution.id, run.edition_of("the"))


# -- words ------------------------------------------------------------------------------------------


def _not_computed(run: Run, key: str, **values: object) -> Piece:
    reason = run.text(key, name=run.name, **values)
    return pieces.text(run.text("not_computed", reason=reason), kind="not_computed")


def _sources(run: Run, *systems: str) -> str:
    """Name publisher and table of the rows shown."""
    positions = run.rankings.positions
    rows = positions[positions["system"].isin(systems) & (positions["institution"] == run.institution.id)]
    names = [
        f"{run.catalog.systems[s].publisher}, {run.catalog.systems[s].name[run.language]}" for s in systems
    ]
    kinds = sorted({run.text(f"evidence.{evidence}") for evidence in rows["evidence"]})
    return "; ".join(names) + (f" ({', '.join(kinds)})" if kinds else "")


def sources_line(run: Run, *systems: str) -> str:
    """Name publishers and tables as the line under a figure does."""
    return run.text("figure.source", sources=_sources(run, *systems))


def _caveats(run: Run, codes: Iterable[str]) -> dict[str, str]:
    return {
        code: run.text("caveat", text=run.catalog.caveats[code][run.language]) for code in sorted(set(codes))
    }


def _codes(frame: pd.DataFrame) -> set[str]:
    return {code for cell in frame["caveats"].dropna() for code in str(cell).split()}


def _breaks(run: Run, system: str, editions: pd.Series) -> dict[int, str]:
    """Return the breaks of method that fall between the editions shown."""
    return {
        b.at: run.text("rankings.outlook.break", edition=b.at, text=b.text[run.language])
        for b in run.catalog.systems[system].breaks
        if editions.min() < b.at <= editions.max()
    }


def named(run: Run, system: str, variable: str) -> str:
    """Return the name of a published value in the run's language."""
    names = run.catalog.systems[system].variables[variable]
    return names.tr if run.language == "tr" else names.en


def carded(run: Run, system: str, *variables: str) -> list[str]:
    """Return the codes of the cards that tell of a ranking's numbers; the page then carries these cards."""
    of_numbers = {number: code for code, number in NUMBER_OF.items()}
    return figures.spoken(run, *(of_numbers.get((system, one), f"{system}.{one}") for one in variables))


def clock(run: Run) -> Piece:
    """Say which edition of each ranking the report year shows."""
    systems = [run.catalog.systems[name] for name in ("the", "qs", "arwu", "cwur")]
    editions = ", ".join(f"{system.short} {system.edition_for(run.year)}" for system in systems)
    whole = [run.text("rankings.whole")] if run.unit else []
    return pieces.text(*whole, run.text("rankings.clock", year=run.year, editions=editions))


def messages(run: Run) -> Piece:
    """Say what the page finds, in at most five sentences; each has its figure further down."""
    return pieces.messages(sentences(run)[:5])


def sentences(run: Run) -> list[str]:
    """Return what the rankings say, the most important first."""
    found = [_position_message(run), *_edge_message(run), *_outlook_messages(run), *_share_message(run)]
    if _listed(run, "qs") == "listed":
        found.append(_qs_message(run))
    return found


def _listed(run: Run, system: str) -> str:
    places = measures.places(run.rankings, run.institution.id, run.year).set_index("system")
    return str(places.at[system, "status"])


def _position_message(run: Run) -> str:
    edition = run.edition_of("the")
    status = _listed(run, "the")
    if status != "listed":
        key = "the_not_listed" if status == "not_listed" else "the_not_held"
        return run.text(f"rankings.messages.{key}", edition=edition, name=run.name)
    rows = hidden(run, "the")
    now = rows[rows["edition"] == edition]
    places = measures.places(run.rankings, run.institution.id, run.year).set_index("system")
    rank = figures.linked(run, "the.rank", places.at["the", "rank_text"])
    if now.empty or pd.isna(now["gap"].iloc[0]):
        return run.text("rankings.messages.the_exact", edition=edition, name=run.name, rank=rank)
    edge = now["edge_computed"].iloc[0]
    return run.text(
        "rankings.messages.the_band",
        edition=edition,
        name=run.name,
        rank=rank,
        overall=figures.linked(run, "the.overall", now["overall"].iloc[0]),
        edge=figures.linked(run, "edge", edge, run.text.number(edge, 2)),
        gap=now["gap"].iloc[0],
    )


def _edge_message(run: Run) -> list[str]:
    """Say how the edge of the next band moved, within one method and one band."""
    edition = run.edition_of("the")
    rise = measures.edge_drift(run.rankings, run.institution.id, "the", edition)
    if rise is None:
        return []
    rows = hidden(run, "the")
    last = rows.iloc[-1]
    same = rows[(rows["series"] == last["series"]) & (rows["next_band"] == last["next_band"])]
    key = "edge_up" if rise >= 0.5 else "edge_flat"
    return [
        run.text(
            f"rankings.messages.{key}",
            rise=figures.linked(run, "edge", rise, run.text.number(last["edge_computed"], 2)),
            first=int(same["edition"].iloc[0]),
            last=int(last["edition"]),
        )
    ]


def _outlook_messages(run: Run) -> list[str]:
    rows = against_peers(run, "the").set_index("variable")
    if "international_outlook" not in rows.index:
        return []
    row = rows.loc["international_outlook"]
    if pd.isna(row["value"]) or pd.isna(row["peer_median"]):
        return []
    found = [
        run.text(
            "rankings.messages.outlook",
            value=figures.linked(run, "the.international_outlook", row["value"]),
            median=figures.linked(run, "peers", row["peer_median"], run.text.number(row["peer_median"], 1)),
            count=row["peers_count"],
            below=row["peer_percentile"],
        )
    ]
    needed = _needed(run, "the")
    if needed is not None:
        alone = needed.set_index("variable").loc["international_outlook"]
        key = "outlook_alone" if alone["reachable"] else "outlook_cannot"
        held = measures.values(run.rankings, "the", ["international_outlook"], [run.edition_of("the")])
        others = held[held["institution"].isin(run.peer_group.members)]
        others = others.loc[others["institution"] != run.institution.id, "value_low"]
        if alone["gain"] > 0:
            found[0] += " " + run.text(
                f"rankings.messages.{key}",
                gain=alone["gain"],
                target=alone["target"],
                as_high=int((others >= alone["target"]).sum()),
                others=len(others),
            )
    return found


def _share_message(run: Run) -> list[str]:
    rows = international_share(run)
    if len(rows) < 2 or rows["edition"].iloc[-1] != run.edition_of("the"):
        return []
    first, last = rows.iloc[0], rows.iloc[-1]
    fall = 100 * (1 - last["students_count"] / first["students_count"])
    key = "share_denominator" if fall >= 5 and last["share_pct"] > first["share_pct"] else "share"
    if last["share_pct"] == first["share_pct"]:  # whole percents, as they are published
        key = "share_same"
    return [
        run.text(
            f"rankings.messages.{key}",
            first_share=first["share_pct"],
            last_share=figures.linked(run, "the.international_students_pct", last["share_pct"]),
            first=int(first["edition"]),
            last=int(last["edition"]),
            fall=fall,
        )
    ]


def _qs_message(run: Run) -> str:
    places = measures.places(run.rankings, run.institution.id, run.year).set_index("system")
    edition, rank = run.edition_of("qs"), places.at["qs", "rank_text"]
    rank = figures.linked(run, "qs.rank", rank)
    before = measures.never_listed(run.rankings, run.institution.id, "qs", until=edition - 1)
    if before:
        first, last = before
        return run.text(
            "rankings.messages.qs_first", edition=edition, name=run.name, rank=rank, first=first, last=last
        )
    return run.text("rankings.messages.qs_listed", edition=edition, name=run.name, rank=rank)


# -- who is named, and how -------------------------------------------------------------------------


def names(run: Run, system: str, ids: Iterable[str]) -> dict[str, str]:
    """Return how each institution is called on a page that shows its values in a ranking.

    A public ranking names everybody. Where the publisher does not show others' values to everyone, only the
    report's own university has a name, and the others are "University A", in an order that says nothing of
    their values and stays the same on all pages.
    """
    chosen = sorted(set(ids))
    if run.catalog.systems[system].public:
        return {one: run.catalog.institutions[one].name(run.language) for one in chosen}
    others = sorted((o for o in chosen if o != run.institution.id), key=_shuffled)
    found = {one: run.text("against.somebody", letter=_letters(i)) for i, one in enumerate(others)}
    return {**found, run.institution.id: run.name}


def _shuffled(institution: str) -> str:
    return hashlib.sha256(institution.encode()).hexdigest()


def _letters(number: int) -> str:
    """Return A to Z, then AA, AB and so on."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


# -- where the university stands ----------------------------------------------------------------------


def places(run: Run) -> Piece:
    """Show the place in each ranking's edition of the year, and the last place before."""
    rows = measures.places(run.rankings, run.institution.id, run.year)
    say = run.text

    def place(row: pd.Series) -> str:
        if row["status"] != "listed":
            return say(f"rankings.places.{_STATUS[row['status']]}")
        reported = row["evidence"] in _REPORTED
        return say("rankings.places.listed_reported", rank=row["rank_text"]) if reported else row["rank_text"]

    def last(row: pd.Series) -> str:
        if pd.isna(row["last_edition"]):
            return say("none")
        reported = row["last_evidence"] in _REPORTED
        key = "last_place_reported" if reported else "last_place"
        return say(f"rankings.places.{key}", rank=row["last_rank_text"], edition=int(row["last_edition"]))

    records = [rows.loc[i] for i in rows.index]
    systems = [run.catalog.systems[row["system"]] for row in records]
    shown = [row["system"] for row in records if row["status"] in ("listed", "not_listed")]
    return tables.table(
        "places",
        [
            Column(say("rankings.places.ranking"), [s.name[run.language] for s in systems]),
            Column(say("rankings.places.edition"), [str(row["edition"]) for row in records], number=True),
            Column(say("rankings.places.place"), [place(row) for row in records]),
            Column(
                say("rankings.places.basis"),
                [say(f"evidence.{row['evidence']}") if row["evidence"] else say("none") for row in records],
            ),
            Column(say("rankings.places.last"), [last(row) for row in records]),
        ],
        title=say(
            "finding.listed",
            name=run.name,
            listed=int((rows["status"] == "listed").sum()),
            count=len(rows),
            unknown=int((rows["status"] == "not_held").sum()),
            year=run.year,
        ),
        source=sources_line(run, *(shown or ["the"])),
        notes=[say("rankings.places.note")],
        indicators=figures.spoken(run, "G3.01")
        + [code for row in records if row["status"] == "listed" for code in carded(run, row["system"], RANK)],
        caveats=_caveats(run, _codes(rows)),
    )


def absences(run: Run) -> Piece:
    """Say in a sentence each why a watched ranking shows no place, where that is known."""
    rows = measures.places(run.rankings, run.institution.id, run.year)
    sentences = []
    for row in rows.to_dict("records"):
        system = run.catalog.systems[row["system"]]
        span = measures.never_listed(run.rankings, run.institution.id, row["system"], row["edition"])
        if span and span[0] < span[1]:
            sentence = run.text(
                "rankings.never", system=system.short, name=run.name, first=span[0], last=span[1]
            )
            sentences.append(f"{sentence} {system.emphasis[run.language]}" if system.emphasis else sentence)
        elif row["status"] in ("not_listed", "rank_withheld"):
            key = "absent" if row["status"] == "not_listed" else "withheld"
            sentences.append(
                run.text(f"rankings.{key}", system=system.short, edition=row["edition"], name=run.name)
            )
    watched = rows[[run.catalog.systems[name].watched for name in rows["system"]]]
    counted = run.text(
        "rankings.count.text",
        name=run.name,
        count=figures.linked(run, "G3.01", int((watched["status"] == "listed").sum())),
        watched=len(watched),
        unknown=int((watched["status"] == "not_held").sum()),
        year=run.year,
    )
    return pieces.text(counted, *sentences)


def bands_chart(run: Run, system: str) -> Piece:
    """Show the institution's place in a ranking by edition, as a band among all who were ranked."""
    say, short = run.text, run.catalog.systems[system].short
    rows = measures.bands_held(run.rankings, run.institution.id, system, run.edition_of(system))
    if rows.empty:
        return _not_computed(run, "rankings.bands.none", system=short, edition=run.edition_of(system))
    counted = [say("none") if pd.isna(n) else say.number(n) for n in rows["ranked_count"]]
    breaks = _breaks(run, system, rows["edition"])
    words = charts.Words(
        findings.place(run, system, rows, since=max(breaks, default=0)),
        say("rankings.bands.subtitle", system=short) + say("finding.n.editions", count=len(rows)),
        sources_line(run, system),
        [
            say("rankings.bands.point", edition=row.edition, rank=row.rank_text, count=count)
            for row, count in zip(rows.itertuples(), counted, strict=True)
        ],
        [say("rankings.bands.note")],
        _caveats(run, {"break_in_series"} if breaks else set()),
        data=[
            Column(say("rankings.hidden.edition"), [str(edition) for edition in rows["edition"]]),
            Column(say("rankings.places.place"), list(rows["rank_text"])),
            Column(say("rankings.bands.ranked"), counted, True),
        ],
        indicators=figures.spoken(run, "G3.01") + carded(run, system, RANK),
    )
    labels = {
        "all": say("rankings.bands.ranked"),
        "own": say("rankings.bands.own", name=run.institution.short),
    }
    return charts.rank_bands(rows, breaks, labels, words)


# -- scores against peers -------------------------------------------------------------------------


def peers_chart(run: Run, rows: pd.DataFrame, system: str) -> Piece:
    """Show the institution's scores among those of its peer group."""
    edition = run.edition_of(system)
    shown = rows.dropna(subset=["value"]).reset_index(drop=True)
    if shown.empty:
        return _not_computed(run, "rankings.peers.no_scores", edition=edition)
    say = run.text
    held = measures.values(run.rankings, system, shown["variable"], [edition])
    members = held[
        held["institution"].isin(run.peer_group.members) & (held["institution"] != run.institution.id)
    ]
    labels = {name: named(run, system, name) for name in shown["variable"]}
    alone = shown["peer_median"].isna().all()
    if alone:
        title = findings.scores(run, system, edition, list(labels.values()), shown["value"])
    else:
        below = int((shown["value"] < shown["peer_median"]).sum())
        key = "finding_below" if below else "finding_none_below"
        title = say(f"rankings.peers.{key}", name=run.name, below=below, count=len(shown), edition=edition)
    count = shown["peers_count"].max()
    points = [
        say("rankings.peers.alt_row_alone", variable=labels[row.variable], value=row.value)
        if pd.isna(row.peer_median)
        else say(
            "rankings.peers.alt_row", variable=labels[row.variable], value=row.value, median=row.peer_median
        )
        for row in shown.itertuples()
    ]
    words = charts.Words(
        title,
        (
            say("rankings.peers.subtitle_alone")
            if alone
            else say("rankings.peers.subtitle", count=count, name=run.name)
        )
        + say("finding.n.scores", count=len(shown)),
        sources_line(run, system),
        points,
        caveats=_caveats(run, _codes(held)),
        data=_peers_data(run, system, shown, members, labels),
        indicators=carded(run, system, *shown["variable"]),
    )
    frame = members[["variable", "value_low"]].rename(columns={"value_low": "value"})
    return charts.against_peers(shown, frame, labels, say, words, points)


def _peers_data(
    run: Run, system: str, shown: pd.DataFrame, members: pd.DataFrame, labels: dict[str, str]
) -> list[Column]:
    """Return the universities with their scores, ours first, and the quartiles after them."""
    say = run.text
    held = {(row["institution"], row["variable"]): row["value_low"] for row in members.to_dict("records")}
    called = names(run, system, {institution for institution, _ in held})
    others = sorted((code for code in called if code != run.institution.id), key=called.__getitem__)
    quartiles = {
        say("data.upper_quartile"): "peer_upper_quartile",
        say("rankings.peers.median"): "peer_median",
        say("data.lower_quartile"): "peer_lower_quartile",
    }
    if not others:
        quartiles = {}

    def cell(value: float | None) -> str:
        return say("none") if value is None or pd.isna(value) else say.number(value, 1)

    return [
        Column(
            say("data.institution"),
            [
                run.name,
                *(called[code] for code in others),
                *quartiles,
            ],
        ),
        *(
            Column(
                labels[row["variable"]],
                [
                    cell(row["value"]),
                    *(cell(held.get((code, row["variable"]))) for code in others),
                    *(cell(row[column]) for column in quartiles.values()),
                ],
                True,
            )
            for row in shown.to_dict("records")
        ),
    ]


def steps_chart(run: Run, system: str) -> Piece:
    """Show how far each score moved since the first edition of the method in force."""
    edition, say = run.edition_of(system), run.text
    method = run.catalog.systems[system].method(edition)
    found = []
    for variable in method.weights if method else {}:
        rows = history(run, system, variable)
        rows = rows[rows["series"] == rows["series"].max()].dropna(subset=["value"])
        found.append((variable, rows))
    found = [(variable, rows) for variable, rows in found if len(rows) > 1]
    if not found:
        return _not_computed(run, "rankings.steps.none", system=run.catalog.systems[system].short)
    first = max(int(rows["edition"].iloc[0]) for _, rows in found)
    ends = [(v, rows[rows["edition"] == first], rows.iloc[-1]) for v, rows in found]
    frame = pd.DataFrame(
        {
            "label": [named(run, system, variable) for variable, *_ in ends],
            "first": [float(began["value"].iloc[0]) if len(began) else float("nan") for _, began, _ in ends],
            "second": [float(last["value"]) for *_, last in ends],
        }
    )
    edition = max(int(last["edition"]) for *_, last in ends)
    cells = [_scores(run, frame[column]) for column in ("first", "second")]
    rose = int((frame["second"] > frame["first"]).sum())
    short = run.catalog.systems[system].short
    words = charts.Words(
        say("rankings.steps.title", rose=rose, count=len(frame), system=short, first=first, last=edition),
        say("rankings.steps.subtitle") + say("finding.n.scores", count=len(frame)),
        sources_line(run, system),
        [
            say("rankings.steps.point", label=label, first=began, last=ended)
            for label, began, ended in zip(frame["label"], *cells, strict=True)
        ],
        data=[
            Column(say("rankings.peers.variable"), list(frame["label"])),
            Column(str(first), cells[0], True),
            Column(str(edition), cells[1], True),
        ],
        indicators=carded(run, system, *(variable for variable, *_ in ends)),
    )
    return charts.dumbbell(frame, (str(first), str(edition)), lambda v: say.number(v, 1), words)


def peers_table(run: Run, rows: pd.DataFrame, system: str) -> Piece:
    """Show the same figures as a table, with both percentiles."""
    edition = run.edition_of(system)
    if rows["value"].isna().all():
        return _not_computed(run, "rankings.peers.no_scores", edition=edition)
    say = run.text

    def cell(value: float, decimals: int = 1) -> str:
        return say("none") if pd.isna(value) else say.number(value, decimals)

    called, gaps = [named(run, system, v) for v in rows["variable"]], rows["value"] - rows["peer_median"]
    own = [
        cell(v) if pd.isna(v) else figures.led(run, f"{system}.{name}", cell(v))
        for name, v in zip(rows["variable"], rows["value"], strict=True)
    ]
    quartiles = [
        say("none") if pd.isna(row.peer_median)
        else f"{say.number(row.peer_lower_quartile, 1)}–{say.number(row.peer_upper_quartile, 1)}"
        for row in rows.itertuples()
    ]  # fmt: skip
    return tables.table(
        f"peers-{system}",
        [
            Column(say("rankings.peers.variable"), called),
            Column(say("rankings.peers.weight"), [say.percent(100 * w, 1) for w in rows["weight"]], True),
            Column(run.institution.short, own, True),
            Column(say("rankings.peers.median"), [cell(v) for v in rows["peer_median"]], True),
            Column(say("rankings.peers.quartiles"), quartiles, True),
            Column(
                say("rankings.peers.peer_percentile"), [cell(v, 0) for v in rows["peer_percentile"]], True
            ),
            Column(
                say("rankings.peers.world_percentile"), [cell(v, 0) for v in rows["world_percentile"]], True
            ),
        ],
        title=findings.scores(run, system, edition, called, rows["value"])
        if gaps.isna().all()
        else findings.beside_median(run, edition, called, gaps),
        source=sources_line(run, system),
        notes=[
            say("rankings.peers.note"),
            *([say("rankings.peers.note_missing")] if rows.isna().any(axis=None) else []),
        ],
    )


def outlook_chart(run: Run, rows: pd.DataFrame) -> Piece:
    """Show the international-outlook score over the editions, against the peer group."""
    if rows["value"].notna().sum() == 0:
        return _not_computed(run, "rankings.outlook.none", edition=run.edition_of("the"))
    say = run.text
    last = rows.dropna(subset=["value"]).iloc[-1]
    alone = pd.isna(last["peer_median"])
    title = say(
        "rankings.outlook.title_alone" if alone else "rankings.outlook.title",
        name=run.name,
        last=last["value"],
        edition=int(last["edition"]),
        median=last["peer_median"],
    )
    points = [
        say("rankings.outlook.alt_point_alone", edition=row.edition, value=row.value)
        if pd.isna(row.peer_median)
        else say("rankings.outlook.alt_point", edition=row.edition, value=row.value, median=row.peer_median)
        for row in rows.dropna(subset=["value"]).itertuples()
    ]
    breaks = _breaks(run, "the", rows["edition"])
    codes = {"break_in_series"} if breaks else set()
    words = charts.Words(
        title,
        say("rankings.outlook.subtitle") + say("finding.n.editions", count=int(rows["value"].notna().sum())),
        sources_line(run, "the"),
        points,
        caveats=_caveats(run, codes),
        data=[
            Column(say("rankings.hidden.edition"), [str(edition) for edition in rows["edition"]]),
            Column(run.institution.short, _scores(run, rows["value"]), True),
            Column(say("rankings.peers.median"), _scores(run, rows["peer_median"]), True),
            Column(
                say("rankings.peers.quartiles"),
                _spans(run, rows["peer_lower_quartile"], rows["peer_upper_quartile"]),
                True,
            ),
        ],
        indicators=figures.spoken(run, "G3.03"),
    )
    return charts.history(rows, breaks, say, words, run.institution.short)


def _scores(run: Run, values: pd.Series, decimals: int = 1) -> list[str]:
    none = run.text("none")
    return [none if pd.isna(value) else run.text.number(value, decimals) for value in values]


def _spans(run: Run, lows: pd.Series, highs: pd.Series, decimals: int = 1) -> list[str]:
    pairs = zip(_scores(run, lows, decimals), _scores(run, highs, decimals), strict=True)
    none = run.text("none")
    return [none if none in pair else run.text("data.span", low=pair[0], high=pair[1]) for pair in pairs]


# -- the score that is not published ------------------------------------------------------------------


def hidden_chart(run: Run, rows: pd.DataFrame, system: str) -> Piece:
    """Show the recomputed overall score against the edge of the next band."""
    short = run.catalog.systems[system].short
    if rows.empty:
        return _not_computed(run, "rankings.hidden.none", system=short, edition=run.edition_of(system))
    say = run.text
    last = rows.iloc[-1]
    key = "title_no_edge" if pd.isna(last["gap"]) else "title"
    title = say(
        f"rankings.hidden.{key}",
        name=run.name,
        system=short,
        edition=int(last["edition"]),
        overall=last["overall"],
        gap=last["gap"],
    )
    points = [
        say("rankings.hidden.alt_point_no_edge", edition=row.edition, overall=row.overall)
        if pd.isna(row.edge_computed)
        else say(
            "rankings.hidden.alt_point", edition=row.edition, overall=row.overall, edge=row.edge_computed
        )
        for row in rows.itertuples()
    ]
    breaks = _breaks(run, system, rows["edition"])
    codes = {"break_in_series"} if breaks else set()
    words = charts.Words(
        title,
        say("rankings.hidden.subtitle") + say("finding.n.editions", count=len(rows)),
        sources_line(run, system),
        points,
        caveats=_caveats(run, codes),
        data=[
            Column(say("rankings.hidden.edition"), [str(edition) for edition in rows["edition"]]),
            Column(say("rankings.hidden.overall"), _scores(run, rows["overall"], 2), True),
            Column(say("rankings.hidden.edge_computed"), _scores(run, rows["edge_computed"], 2), True),
            Column(say("rankings.hidden.error"), _scores(run, rows["error"], 2), True),
        ],
        indicators=carded(run, system, OVERALL),
    )
    return charts.bands(rows, breaks, say, words, run.institution.short)


def hidden_table(run: Run, rows: pd.DataFrame, system: str) -> Piece:
    """Show score, error, edge, gap and place in the band, edition by edition."""
    definition = run.catalog.systems[system]
    if rows.empty:
        return _not_computed(
            run, "rankings.hidden.none", system=definition.short, edition=run.edition_of(system)
        )
    say = run.text

    def cell(value: float, decimals: int = 2) -> str:
        return say("none") if pd.isna(value) else say.number(value, decimals)

    place = [
        say("none")
        if pd.isna(row.place)
        else say("rankings.hidden.place_of", place=row.place, count=row.band_count)
        for row in rows.itertuples()
    ]
    return tables.table(
        f"hidden-{system}",
        [
            Column(say("rankings.hidden.edition"), [str(edition) for edition in rows["edition"]]),
            Column(say("rankings.hidden.band"), [text or say("none") for text in rows["rank_text"]]),
            Column(say("rankings.hidden.overall"), [cell(v) for v in rows["overall"]], True),
            Column(say("rankings.hidden.error"), [cell(v) for v in rows["error"]], True),
            Column(say("rankings.hidden.edge_published"), [cell(v, 1) for v in rows["edge_published"]], True),
            Column(say("rankings.hidden.edge_computed"), [cell(v) for v in rows["edge_computed"]], True),
            Column(say("rankings.hidden.gap"), [cell(v, 1) for v in rows["gap"]], True),
            Column(say("rankings.hidden.place"), place, True),
        ],
        title=findings.overall(run, system, rows),
        source=sources_line(run, system),
        notes=[say("rankings.hidden.note")],
        indicators=carded(run, system, OVERALL),
    )


def _needed(run: Run, system: str) -> pd.DataFrame | None:
    """Return the points needed on each score alone, or None where there is no edge to reach."""
    edition = run.edition_of(system)
    rows = hidden(run, system)
    now = rows[rows["edition"] == edition]
    method = run.catalog.systems[system].method(edition)
    if method is None or now.empty or pd.isna(now["gap"].iloc[0]):
        return None
    scores = measures.values(run.rankings, system, method.weights, [edition])
    own = scores[scores["institution"] == run.institution.id]
    return measures.points_needed(float(now["gap"].iloc[0]), own, method)


def levers(run: Run, system: str) -> Piece:
    """Show what one score alone would have to gain to reach the next band."""
    definition = run.catalog.systems[system]
    edition = run.edition_of(system)
    rows = _needed(run, system)
    method = definition.method(edition)
    if rows is None or method is None:
        return _not_computed(run, "rankings.levers.none", system=definition.short, edition=edition)
    say = run.text
    called = [named(run, system, variable) for variable in rows["variable"]]
    target = [
        say.number(row.target, 1) if row.reachable else say("rankings.levers.out_of_reach")
        for row in rows.itertuples()
    ]
    return tables.table(
        f"levers-{system}",
        [
            Column(say("rankings.levers.variable"), called),
            Column(say("rankings.levers.value"), [say.number(v, 1) for v in rows["value"]], True),
            Column(say("rankings.levers.gain"), [f"+{say.number(v, 1)}" for v in rows["gain"]], True),
            Column(say("rankings.levers.target"), target, True),
        ],
        title=findings.levers(run, system, edition, called, rows),
        source=sources_line(run, system),
        notes=[
            say(
                "rankings.levers.note",
                system=definition.short,
                edition=edition,
                year=run.year,
                shows=run.year + definition.data_lag_years,
                error=method.error,
            )
        ],
        indicators=carded(run, system, OVERALL, *rows["variable"]),
    )


def qs_scores(run: Run) -> Piece:
    """Show the QS indicator scores of the year's edition."""
    edition = run.edition_of("qs")
    rows = against_peers(run, "qs").dropna(subset=["value"])
    if rows.empty:
        return _not_computed(run, "rankings.qs.none", edition=edition)
    say, called = run.text, [named(run, "qs", variable) for variable in rows["variable"]]
    return tables.table(
        "qs-scores",
        [
            Column(say("rankings.qs.variable"), called),
            Column(say("rankings.qs.weight"), [say.percent(100 * w) for w in rows["weight"]], True),
            Column(
                say("rankings.qs.value"),
                [
                    figures.led(run, f"qs.{name}", say.number(v, 1))
                    for name, v in zip(rows["variable"], rows["value"], strict=True)
                ],
                True,
            ),
        ],
        title=findings.scores(run, "qs", edition, called, rows["value"]),
        source=sources_line(run, "qs"),
    )


def qs_summary(run: Run) -> Piece:
    """Say what the QS scores add up to and what the next band asks."""
    edition = run.edition_of("qs")
    rows = hidden(run, "qs")
    now = rows[rows["edition"] == edition]
    method = run.catalog.systems["qs"].method(edition)
    if method is None or now.empty or pd.isna(now["gap"].iloc[0]):
        return _not_computed(run, "rankings.levers.none", system="QS", edition=edition)
    weight = min(method.weights.values())
    row = now.iloc[0]
    return pieces.text(
        run.text(
            "rankings.qs.summary",
            overall=figures.linked(run, "qs.overall", row["overall"]),
            error=row["error"],
            edge=row["edge_computed"],
            gap=row["gap"],
            gain=row["gap"] / (method.scale * weight),
            weight=100 * weight,
        )
    )


# -- numerator and denominator ------------------------------------------------------------------------


_SHARE = ("international_students_pct", "students_fte_count")


def share_chart(run: Run, rows: pd.DataFrame) -> Piece:
    """Show the international share beside the numbers it is made of."""
    if rows.empty:
        return _not_computed(run, "rankings.share.none", edition=run.edition_of("the"))
    say = run.text
    points = [
        say(
            "rankings.share.alt_point",
            edition=row.edition,
            share=row.share_pct,
            students=row.students_count,
            international=row.international_count,
        )
        for row in rows.itertuples()
    ]
    words = charts.Words(
        findings.share(run, rows),
        say("rankings.share.subtitle") + say("finding.n.editions", count=len(rows)),
        sources_line(run, "the"),
        points,
        caveats=_caveats(run, ["rounded_share"]),
        data=[
            Column(say("rankings.share.edition"), [str(edition) for edition in rows["edition"]]),
            Column(say("rankings.share.students"), [say.number(v) for v in rows["students_count"]], True),
            Column(
                say("rankings.share.international"),
                _spans(run, rows["international_low"], rows["international_high"], 0),
                True,
            ),
            Column(say("rankings.share.pct"), [say.percent(v) for v in rows["share_pct"]], True),
        ],
        indicators=carded(run, "the", *_SHARE),
    )
    titles = [
        say("rankings.share.students"),
        say("rankings.share.international_short"),
        say("rankings.share.pct"),
    ]
    return charts.numerator_denominator(rows, say, words, titles)


def share_table(run: Run, rows: pd.DataFrame) -> Piece:
    """Show numerator and denominator, edition by edition."""
    if rows.empty:
        return _not_computed(run, "rankings.share.none", edition=run.edition_of("the"))
    say = run.text
    return tables.table(
        "share",
        [
            Column(say("rankings.share.edition"), [str(edition) for edition in rows["edition"]]),
            Column(say("rankings.share.students"), [say.number(v) for v in rows["students_count"]], True),
            Column(say("rankings.share.pct"), [say.percent(v) for v in rows["share_pct"]], True),
            Column(
                say("rankings.share.international"),
                [
                    say("rankings.share.range", low=row.international_low, high=row.international_high)
                    for row in rows.itertuples()
                ],
                True,
            ),
        ],
        title=findings.share(run, rows, counted=True),
        source=sources_line(run, "the"),
        notes=[say("rankings.share.note")],
        indicators=carded(run, "the", *_SHARE),
    )
