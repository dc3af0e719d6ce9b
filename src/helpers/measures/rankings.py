"""Rankings: positions, pillar scores, the hidden overall score, bands and their edges.

The overall score of a university in a band is not published, but it is a weighted sum of parts
that are: `overall = scale · Σ weight · score + shift` (domain dossier 4.2, 4.3). Against every exact
published score the recomputed one is within the `error` declared for the edition's method.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from .. import store
from ..analysis import peers as statistics
from ..catalog import Catalog, Method, System
from ..errors import NotHeld

# Printed scores have one decimal.
_ROUNDING = 0.05


@dataclass(frozen=True)
class Rankings:
    """The ranking tables of one edition of the data, with institutions recognised.

    `positions` and `scores` carry an `institution` column, empty where the name is not in the
    register. `tables` says which ranking editions were read whole, so that not being listed is
    known and not assumed.
    """

    positions: pd.DataFrame
    scores: pd.DataFrame
    bands: pd.DataFrame
    context: pd.DataFrame
    tables: pd.DataFrame
    sources: tuple[store.Source, ...]
    catalog: Catalog

    def system(self, system: str) -> System:
        """Return a ranking system's definition."""
        return self.catalog.systems[system]

    @cached_property
    def memo(self) -> dict[tuple[str | int, ...], pd.DataFrame]:
        """Return what was read off the tables so far; a page shows it in several places."""
        return {}

    @cached_property
    def overall(self) -> pd.DataFrame:
        """Recompute the overall score of everyone: system, edition, name_key, institution, overall, error."""
        parts = []
        for (system, edition), scores in self.scores.groupby(["system", "edition"]):
            method = self.system(str(system)).method(int(edition))
            if method:
                values = recompute(scores, method)
                parts.append(values.assign(system=system, edition=edition, error=method.error))
        columns = ["system", "edition", "name_key", "overall", "error"]
        if not parts:
            return pd.DataFrame(columns=[*columns, "institution"])
        found = pd.concat(parts, ignore_index=True)[columns]
        ids = self.scores.drop_duplicates("name_key").set_index("name_key")["institution"]
        return found.assign(institution=found["name_key"].map(ids))


def recompute(scores: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Recompute overall scores from long scores of one edition: name_key, overall.

    An institution that lacks one of the weighted scores has no overall.
    """
    wide = scores.pivot(index="name_key", columns="variable", values="value_low")
    weights = pd.Series(method.weights)
    parts = wide.reindex(columns=weights.index).astype(float) * weights
    overall = parts.sum(axis=1, skipna=False) * method.scale + method.shift
    # Sums that are equal on paper must be equal here: 13.4 and 13.399999999999999 share a place.
    return overall.round(6).dropna().rename("overall").reset_index()


def load(edition: str, catalog: Catalog) -> Rankings:
    """Load the ranking tables of an edition (`sample` or `live`).

    The sample carries bands and context as facts; from received tables they are computed. An edition that
    holds no rankings gives empty tables, in which nobody is ranked.
    """
    positions = _read(edition, "ranking_positions")
    scores = _read(edition, "ranking_scores")
    sources = positions.sources + scores.sources
    known_positions = _recognise(positions.frame, catalog)
    known_scores = _recognise(scores.frame, catalog)
    if store.has(edition, "ranking_bands"):
        held = [store.read(edition, f"ranking_{name}") for name in ("bands", "context", "tables")]
        sources += tuple(source for table in held for source in table.sources)
        bands, context, tables = (table.frame for table in held)
    else:
        empty = pd.DataFrame()
        bare = Rankings(known_positions, known_scores, empty, empty, empty, (), catalog)
        bands, context, tables = bands_of(bare), context_of(bare), tables_of(bare)
    return Rankings(known_positions, known_scores, bands, context, tables, sources, catalog)


def _read(edition: str, dataset: str) -> store.Table:
    try:
        return store.read(edition, dataset)
    except NotHeld:
        return store.empty(dataset)


def _recognise(frame: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    ids = {name: catalog.institutions.match(name) for name in frame["name"].unique()}
    return frame.assign(institution=frame["name"].map(ids).astype(object))


# -- facts over a publisher's full table ---------------------------------------------------------


def tables_of(rankings: Rankings) -> pd.DataFrame:
    """Count the ranked institutions of each ranking edition that is held."""
    counted = rankings.positions.groupby(["system", "edition"]).agg(
        institutions_count=("name", "size"), source=("source", "first")
    )
    return counted.reset_index()


def bands_of(rankings: Rankings) -> pd.DataFrame:
    """Return each band's size and its lowest and highest overall score, published and recomputed.

    A publisher sometimes places a university by hand: THE 2023 kept seven Ukrainian universities in
    bands far above their scores. Such rows count in the band but do not move its computed edges.
    """
    banded = rankings.positions[
        rankings.positions["rank_low"].notna()
        & (rankings.positions["rank_low"] != rankings.positions["rank_high"])
    ]
    joined = banded.merge(
        rankings.overall[["system", "edition", "name_key", "overall", "error"]],
        how="left",
        on=["system", "edition", "name_key"],
    )
    slack = joined["error"] + _ROUNDING
    by_hand = (joined["overall"] < joined["overall_low"] - slack) | (
        joined["overall"] > joined["overall_high"] + slack
    )
    joined["overall"] = joined["overall"].mask(by_hand)
    grouped = joined.groupby(["system", "edition", "rank_low", "rank_text"]).agg(
        institutions_count=("name", "size"),
        published_low=("overall_low", "min"),
        published_high=("overall_high", "max"),
        computed_low=("overall", "min"),
        computed_high=("overall", "max"),
        source=("source", "first"),
    )
    return grouped.reset_index().assign(obtained="computed from the full table")


def context_of(rankings: Rankings) -> pd.DataFrame:
    """Return, for each institution of the register, its world percentiles and its place in its band.

    `world_percentile` is the mid-rank percentile of a published score among all ranked;
    `place_in_band` counts from the best recomputed overall score of the band.
    """
    scores = rankings.scores[
        ["system", "edition", "variable", "institution", "name_key", "value_low", "source"]
    ]
    tables = rankings.positions.groupby(["system", "edition"])["source"].first().reset_index()
    overall = rankings.overall.assign(variable="overall").rename(columns={"overall": "value_low"})
    overall = overall.merge(tables, on=["system", "edition"])
    ranked = rankings.positions[["system", "edition", "name_key", "rank_low", "rank_high"]]
    values = pd.concat([scores, overall], ignore_index=True).dropna(subset=["value_low"])
    values = values.merge(ranked, on=["system", "edition", "name_key"])
    group = values.groupby(["system", "edition", "variable"])["value_low"]
    percentile = 100 * (group.rank(method="average") - 0.5) / group.transform("size")
    rows = values.assign(
        statistic="world_percentile", value=percentile, institutions_count=group.transform("size")
    )
    in_band = values["rank_low"].notna() & (values["rank_low"] != values["rank_high"])
    banded = values[(values["variable"] == "overall") & in_band]
    band = banded.groupby(["system", "edition", "rank_low"])["value_low"]
    places = banded.assign(
        statistic="place_in_band",
        value=band.rank(method="min", ascending=False),
        institutions_count=band.transform("size"),
    )
    columns = [
        "system",
        "edition",
        "institution",
        "variable",
        "statistic",
        "value",
        "institutions_count",
        "source",
    ]
    known = pd.concat([rows, places], ignore_index=True).dropna(subset=["institution"])
    return known[columns].assign(obtained="computed from the full table").reset_index(drop=True)


# -- what the notebooks show ---------------------------------------------------------------------


def editions_held(rankings: Rankings, system: str, until: int) -> list[int]:
    """Return the editions of a ranking in which anything is known, up to one edition."""
    held = {
        *rankings.positions.loc[rankings.positions["system"] == system, "edition"],
        *rankings.tables.loc[rankings.tables["system"] == system, "edition"],
    }
    return sorted(int(edition) for edition in held if edition <= until)


def bands_held(rankings: Rankings, institution: str, system: str, until: int) -> pd.DataFrame:
    """Return one row per edition with a place: edition, rank_low, rank_high, rank_text, ranked_count.

    A band that the publisher leaves open ends with the last university ranked, where the table's length is
    known; `ranked_count` is that length, NaN where it is not. A withheld rank is no place.
    """
    own = rankings.positions[
        (rankings.positions["institution"] == institution)
        & (rankings.positions["system"] == system)
        & (rankings.positions["edition"] <= until)
        & rankings.positions["rank_low"].notna()
    ]
    tables = rankings.tables[rankings.tables["system"] == system]
    counted = tables.drop_duplicates("edition").set_index("edition")["institutions_count"]
    found = own[["edition", "rank_low", "rank_high", "rank_text"]].sort_values("edition", ignore_index=True)
    found["ranked_count"] = found["edition"].map(counted).astype(float)
    found["rank_high"] = found["rank_high"].fillna(found["ranked_count"])
    return found


def places(rankings: Rankings, institution: str, year: int) -> pd.DataFrame:
    """Return one row per ranking: the institution's place in the edition of a year.

    Columns: system, edition, status, rank_text, evidence, caveats, source, last_edition,
    last_rank_text. `status` is `listed`, `not_listed` (the full table was read, the institution is
    not in it), `rank_withheld` (listed, with a rank that is not the publisher's) or `not_held`
    (nothing is known of that edition). The last place known before it stands beside.
    """
    key = ("places", institution, year)
    if key not in rankings.memo:
        rankings.memo[key] = _places(rankings, institution, year)
    # A caller that writes into its frame must not write into the next one's.
    return rankings.memo[key].copy()


def _places(rankings: Rankings, institution: str, year: int) -> pd.DataFrame:
    own = rankings.positions[rankings.positions["institution"] == institution]
    rows = []
    for name, system in rankings.catalog.systems.items():
        edition = system.edition_for(year)
        mine = own[own["system"] == name]
        now = mine[mine["edition"] == edition]
        read = rankings.tables[(rankings.tables["system"] == name) & (rankings.tables["edition"] == edition)]
        before = mine[(mine["edition"] < edition) & mine["rank_low"].notna()].sort_values("edition").tail(1)
        status = "not_listed" if len(read) else "not_held"
        if len(now):
            status = "listed" if now["rank_low"].notna().all() else "rank_withheld"
        rows.append(
            {
                "system": name,
                "edition": edition,
                "status": status,
                "rank_text": now["rank_text"].iat[0] if status == "listed" else "",
                "evidence": now["evidence"].iat[0] if len(now) else "",
                "caveats": now["caveats"].iat[0] if len(now) else "",
                "source": now["source"].iat[0] if len(now) else (read["source"].iat[0] if len(read) else ""),
                "last_edition": int(before["edition"].iat[0]) if len(before) else None,
                "last_rank_text": before["rank_text"].iat[0] if len(before) else "",
                "last_evidence": before["evidence"].iat[0] if len(before) else "",
            }
        )
    return pd.DataFrame(rows).astype({"last_edition": "Int64", "caveats": object})


def values(
    rankings: Rankings, system: str, variables: Iterable[str], editions: Iterable[int]
) -> pd.DataFrame:
    """Return scores of everyone for some variables and editions, in long form."""
    scores = rankings.scores
    return scores[
        (scores["system"] == system)
        & scores["variable"].isin(list(variables))
        & scores["edition"].isin(list(editions))
    ]


def against_peers(
    rankings: Rankings, institution: str, members: Sequence[str], system: str, edition: int
) -> pd.DataFrame:
    """Return one row per weighted score: own value, the peer group's spread, and percentiles.

    Columns: variable, weight, value, peers_count, peer_median, peer_lower_quartile,
    peer_upper_quartile, peer_percentile, world_percentile, world_count. The group contains the
    institution. Peer figures are missing where fewer than five peers are held.
    """
    method = rankings.system(system).method(edition)
    weights = method.weights if method else {}
    held = values(rankings, system, weights, [edition])
    group = held[held["institution"].isin([*members, institution])]
    context = rankings.context[
        (rankings.context["system"] == system)
        & (rankings.context["edition"] == edition)
        & (rankings.context["institution"] == institution)
        & (rankings.context["statistic"] == "world_percentile")
    ].set_index("variable")
    rows = []
    for variable, weight in weights.items():
        of_variable = group[group["variable"] == variable]
        own = of_variable.loc[of_variable["institution"] == institution, "value_low"]
        value = float(own.iat[0]) if len(own) else None
        spread = statistics.standing(value, list(of_variable["value_low"]))
        rows.append(
            {
                "variable": variable,
                "weight": weight,
                "value": value,
                "peers_count": spread.n,
                "peer_median": spread.median,
                "peer_lower_quartile": spread.lower_quartile,
                "peer_upper_quartile": spread.upper_quartile,
                "peer_percentile": spread.percentile,
                "world_percentile": context["value"].get(variable),
                "world_count": context["institutions_count"].get(variable),
            }
        )
    columns = ["variable", "weight", "value", "peers_count", "peer_median", "peer_lower_quartile",
               "peer_upper_quartile", "peer_percentile", "world_percentile", "world_count"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], float))


def history(
    rankings: Rankings,
    institution: str,
    members: Sequence[str],
    system: str,
    variable: str,
    until: int,
) -> pd.DataFrame:
    """Return one row per edition of a published score, with the peer group's spread.

    `series` numbers the stretches between breaks of method; values are comparable within one only.
    """
    editions = editions_held(rankings, system, until)
    held = values(rankings, system, [variable], editions)
    breaks = [b.at for b in rankings.system(system).breaks]
    rows = []
    for edition in editions:
        of_edition = held[held["edition"] == edition]
        own = of_edition.loc[of_edition["institution"] == institution, "value_low"]
        group = of_edition[of_edition["institution"].isin([*members, institution])]
        spread = statistics.standing(float(own.iat[0]) if len(own) else None, list(group["value_low"]))
        rows.append(
            {
                "edition": edition,
                "series": sum(edition >= at for at in breaks),
                "value": float(own.iat[0]) if len(own) else None,
                "peers_count": spread.n,
                "peer_median": spread.median,
                "peer_lower_quartile": spread.lower_quartile,
                "peer_upper_quartile": spread.upper_quartile,
                "peer_percentile": spread.percentile,
            }
        )
    columns = ["edition", "series", "value", "peers_count", "peer_median", "peer_lower_quartile",
               "peer_upper_quartile", "peer_percentile"]  # fmt: skip
    found = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[2:], float))
    first = found["value"].first_valid_index()
    return found.loc[first:].reset_index(drop=True) if first is not None else found.iloc[:0]


def hidden(rankings: Rankings, institution: str, system: str, until: int) -> pd.DataFrame:
    """Return one row per edition: the recomputed overall score, its error, and the next band's edge.

    Columns: edition, series, rank_text, overall, error, edge_published, edge_computed, gap,
    next_band, place, band_count. `gap` is edge_computed − overall, in points; positive means that
    this much is missing. Edges are those of the next better band. A university that is not in a
    band has no edge.
    """
    key = ("hidden", institution, system, until)
    if key not in rankings.memo:
        rankings.memo[key] = _hidden(rankings, institution, system, until)
    return rankings.memo[key].copy()


def _hidden(rankings: Rankings, institution: str, system: str, until: int) -> pd.DataFrame:
    own = rankings.overall[
        (rankings.overall["system"] == system)
        & (rankings.overall["institution"] == institution)
        & (rankings.overall["edition"] <= until)
    ]
    columns = ["edition", "series", "rank_text", "overall", "error", "edge_published", "edge_computed", "gap",
               "next_band", "place", "band_count"]  # fmt: skip
    rows = []
    breaks = [b.at for b in rankings.system(system).breaks]
    for record in own.sort_values("edition").to_dict("records"):
        edition = int(record["edition"])
        position = rankings.positions[
            (rankings.positions["system"] == system)
            & (rankings.positions["edition"] == edition)
            & (rankings.positions["institution"] == institution)
        ]
        above = _next_band(rankings, system, edition, position)
        place = _statistic(rankings, system, edition, institution, "overall", "place_in_band")
        rows.append(
            {
                "edition": edition,
                "series": sum(edition >= at for at in breaks),
                "rank_text": position["rank_text"].iat[0] if len(position) else "",
                "overall": record["overall"],
                "error": record["error"],
                "edge_published": above["published_low"] if above is not None else None,
                "edge_computed": above["computed_low"] if above is not None else None,
                "gap": above["computed_low"] - record["overall"] if above is not None else None,
                "next_band": above["rank_text"] if above is not None else "",
                "place": place["value"] if place is not None else None,
                "band_count": place["institutions_count"] if place is not None else None,
            }
        )
    numbers = ["overall", "error", "edge_published", "edge_computed", "gap", "place", "band_count"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(numbers, float))


def edge_drift(rankings: Rankings, institution: str, system: str, edition: int) -> float | None:
    """Return by how many points an edition the edge of the next band moved, within one method and one band.

    None where fewer than two editions of it are known.
    """
    rows = hidden(rankings, institution, system, edition).dropna(subset=["edge_computed"])
    if rows.empty or rows["edition"].iloc[-1] != edition:
        return None
    last = rows.iloc[-1]
    same = rows[(rows["series"] == last["series"]) & (rows["next_band"] == last["next_band"])]
    years = int(last["edition"]) - int(same["edition"].iloc[0])
    return float(last["edge_computed"] - same["edge_computed"].iloc[0]) / years if years else None


def _next_band(rankings: Rankings, system: str, edition: int, position: pd.DataFrame) -> "pd.Series | None":
    if position.empty or pd.isna(position["rank_low"].iat[0]):
        return None
    if position["rank_low"].iat[0] == position["rank_high"].iat[0]:
        return None
    bands = rankings.bands[(rankings.bands["system"] == system) & (rankings.bands["edition"] == edition)]
    above = bands[bands["rank_low"] < position["rank_low"].iat[0]].sort_values("rank_low")
    return above.iloc[-1] if len(above) else None


def _statistic(
    rankings: Rankings, system: str, edition: int, institution: str, variable: str, statistic: str
) -> "pd.Series | None":
    context = rankings.context
    found = context[
        (context["system"] == system)
        & (context["edition"] == edition)
        & (context["institution"] == institution)
        & (context["variable"] == variable)
        & (context["statistic"] == statistic)
    ]
    return found.iloc[0] if len(found) else None


def points_needed(gap: float, scores: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Return what one score alone would have to gain to close a gap: variable, value, gain, target.

    An identity of the published weights (what-if level A), others held fixed: gain = gap / (scale ·
    weight). `reachable` is false where the score would have to pass 100.
    """
    own = scores.set_index("variable")["value_low"].reindex(list(method.weights))
    gain = pd.Series({variable: max(gap, 0) / (method.scale * w) for variable, w in method.weights.items()})
    return pd.DataFrame(
        {
            "variable": own.index,
            "value": own.to_numpy(),
            "gain": gain.to_numpy(),
            "target": (own + gain).to_numpy(),
        }
    ).assign(reachable=lambda frame: frame["target"] <= 100)


def international_share(rankings: Rankings, institution: str, until: int) -> pd.DataFrame:
    """Return numerator and denominator of THE's international-student share, per edition.

    Columns: edition, students_count (FTE), share_pct, international_count and its low and high end.
    THE publishes whole percents, so the number of international students that they imply is known
    to ± half a percent of all students only.
    """
    own = rankings.scores[
        (rankings.scores["system"] == "the")
        & (rankings.scores["institution"] == institution)
        & (rankings.scores["edition"] <= until)
    ]
    wide = own.pivot(index="edition", columns="variable", values="value_low")
    wide = wide.reindex(columns=["students_fte_count", "international_students_pct"]).dropna()
    students, share = wide["students_fte_count"], wide["international_students_pct"]
    return pd.DataFrame(
        {
            "edition": wide.index.to_numpy(dtype=int),
            "students_count": students.to_numpy(),
            "share_pct": share.to_numpy(),
            "international_count": (students * share / 100).to_numpy(),
            "international_low": (students * (share - 0.5).clip(lower=0) / 100).to_numpy(),
            "international_high": (students * (share + 0.5).clip(upper=100) / 100).to_numpy(),
        }
    )


def never_listed(
    rankings: Rankings, institution: str, system: str, until: int | None = None
) -> tuple[int, int] | None:
    """Return the first and last edition read whole, if the institution is in none of them.

    With `until`, only editions up to that one are looked at.
    """
    last = rankings.tables["edition"].max() if until is None else until
    read = rankings.tables[(rankings.tables["system"] == system) & (rankings.tables["edition"] <= last)]
    mine = rankings.positions[
        (rankings.positions["system"] == system)
        & (rankings.positions["institution"] == institution)
        & (rankings.positions["edition"] <= last)
    ]
    if read.empty or len(mine):
        return None
    return int(read["edition"].min()), int(read["edition"].max())
