"""A university among others in a ranking: groups, level and change, who is alike, who passes whom."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from .. import paths, reads
from ..analysis import peers as statistics
from ..catalog import Likeness
from .rankings import Rankings, values

OVERALL = "overall"
# How far back a university's size and staff may lie to be compared with another's: they change slowly.
_SIZES_FROM = 1


def scores(rankings: Rankings, system: str, editions: Sequence[int]) -> pd.DataFrame:
    """Return weighted scores and the recomputed overall score of known institutions, in long form.

    Columns: institution, edition, variable, value. An institution has one value each.
    """
    key = ("weighted", system)
    if key not in rankings.memo:
        rankings.memo[key] = _scores(rankings, system)
    held = rankings.memo[key]
    return held[held["edition"].isin(list(editions))]


def _scores(rankings: Rankings, system: str) -> pd.DataFrame:
    overall = rankings.overall[rankings.overall["system"] == system]
    editions = sorted({int(edition) for edition in overall["edition"]})
    weights = {e: found.weights for e in editions if (found := rankings.system(system).method(e))}
    held = values(rankings, system, {name for of in weights.values() for name in of}, editions)
    counted = [
        name in weights.get(edition, {})
        for edition, name in zip(held["edition"], held["variable"], strict=True)
    ]
    parts = [
        held[counted].rename(columns={"value_low": "value"}),
        overall.rename(columns={"overall": "value"}).assign(variable=OVERALL),
    ]
    columns = ["institution", "edition", "variable", "value"]
    # Where an edition holds no rankings, the empty list of flags has picked columns: none.
    found = pd.concat([part.reindex(columns=columns) for part in parts], ignore_index=True).dropna()
    return found.drop_duplicates(["institution", "edition", "variable"], ignore_index=True)


def edition_with(
    rankings: Rankings, institution: str, members: Sequence[str], system: str, until: int
) -> int | None:
    """Return the newest edition up to one that holds the institution and enough of a group; None for none.

    Enough is half of the group, and at least as many as a percentile needs; the institution is one of it.
    """
    everybody = {*members, institution}
    enough = max(statistics.FEWEST_FOR_PERCENTILE, -(-len(everybody) // 2))
    own = rankings.overall[rankings.overall["system"] == system]
    for edition in sorted(set(own["edition"]), reverse=True):
        there = set(own.loc[own["edition"] == edition, "institution"].dropna())
        if edition <= until and institution in there and len(there & everybody) >= enough:
            return int(edition)
    return None


def comparable(rankings: Rankings, system: str, until: int) -> list[int]:
    """Return the editions up to one since the last break of method: values are comparable within them."""
    held = sorted({int(e) for e in rankings.overall.loc[rankings.overall["system"] == system, "edition"]})
    breaks = [b.at for b in rankings.system(system).breaks if b.at <= until]
    first = max(breaks, default=0)
    return [edition for edition in held if first <= edition <= until]


def shared(
    rankings: Rankings, institution: str, system: str, until: int, variable: str = OVERALL
) -> list[int]:
    """Return the comparable editions up to one since the first that holds a score of an institution.

    Over these everyone's change is measured: a change over one step and one over seven are not alike.
    """
    series = comparable(rankings, system, until)
    held = scores(rankings, system, series)
    own = held.loc[(held["institution"] == institution) & (held["variable"] == variable), "edition"]
    return [edition for edition in series if edition >= own.min()] if len(own) else []


def level_and_change(
    rankings: Rankings, institution: str, members: Sequence[str], system: str, edition: int
) -> pd.DataFrame:
    """Return one row per weighted score and the overall one: place of level and of change in a group.

    Columns: variable, value, count, percentile, quintile, median_gap, quarter_gap, change (points a year
    since the last break of method, Theil–Sen), change_count, median_change (the group's), change_percentile,
    first (of the editions that changes are measured over: `shared`). The group contains the institution.
    """
    held = scores(rankings, system, comparable(rankings, system, edition))
    group = held[held["institution"].isin([*members, institution])]
    method = rankings.system(system).method(edition)
    rows = []
    for variable in [*(method.weights if method else ()), OVERALL]:
        level = _by_institution(group, variable, [edition]).get(edition, pd.Series(dtype=float))
        value = level.get(institution)
        place = statistics.place(value, list(level))
        series = shared(rankings, institution, system, edition, variable)
        changes = _changes(group, variable, series)
        own = changes.get(institution)
        moved = statistics.place(own, list(changes))
        rows.append(
            {
                "variable": variable,
                "value": value,
                "count": place.n,
                "percentile": place.percentile,
                "quintile": place.quintile,
                "median_gap": place.median_gap,
                "quarter_gap": place.quarter_gap,
                "change": own,
                "change_count": moved.n,
                "median_change": changes.median() if moved.percentile is not None else None,
                "change_percentile": moved.percentile,
                "first": series[0] if series else None,
            }
        )
    frame = pd.DataFrame(rows)
    return frame.astype(dict.fromkeys(frame.columns.drop("variable"), float))


def levels_and_changes(
    rankings: Rankings, institution: str, members: Sequence[str], system: str, variable: str, edition: int
) -> pd.DataFrame:
    """Return one row per member that has both: its level in an edition and its change a year (`shared`).

    Columns: institution, value, change; the best first.
    """
    series = shared(rankings, institution, system, edition, variable)
    held = scores(rankings, system, series)
    group = held[held["institution"].isin(list(members))]
    level = _by_institution(group, variable, [edition]).get(edition, pd.Series(dtype=float))
    both = pd.DataFrame({"value": level, "change": _changes(group, variable, series)}).dropna()
    both = both.rename_axis("institution").reset_index()
    return both.sort_values(["value", "institution"], ascending=[False, True], ignore_index=True)


def _by_institution(group: pd.DataFrame, variable: str, editions: Sequence[int]) -> pd.DataFrame:
    rows = group[(group["variable"] == variable) & group["edition"].isin(list(editions))]
    return rows.pivot(index="institution", columns="edition", values="value")


def _changes(group: pd.DataFrame, variable: str, editions: Sequence[int]) -> pd.Series:
    wide = _by_institution(group, variable, editions)
    changes = {
        name: statistics.yearly_change(list(wide.columns), list(row))
        for name, row in zip(wide.index, wide.to_numpy(), strict=True)
    }
    return pd.Series(changes, dtype=float).dropna()


# -- who is alike ----------------------------------------------------------------------------------


def alike(
    rankings: Rankings, institution: str, by: Mapping[str, Likeness], until: int
) -> tuple[pd.DataFrame, list[str]]:
    """Return every institution at hand by its distance from one, nearest first, and what was left out.

    Columns: institution (empty where the name is not in the register), name_key, name, edition, distance,
    known, and for each variable that is at hand its value and `z_` + its name. Values are those of the newest
    edition up to `until`, at most one edition back. The frame is empty where nothing is known of the
    institution itself. The second is the variables of `by` that are in no data at hand.
    """
    key = ("alike", institution, until)
    if key not in rankings.memo:
        rankings.memo[key] = _alike(rankings, institution, by, until)
    near = rankings.memo[key]
    return near.copy(), [name for name in by if f"z_{name}" not in near.columns]


def _alike(rankings: Rankings, institution: str, by: Mapping[str, Likeness], until: int) -> pd.DataFrame:
    wide = _latest(rankings, by, until)
    at_hand = [name for name in by if name in wide.columns and wide[name].notna().any()]
    own = wide.index[wide["institution"] == institution]
    if not len(own) or wide.loc[own[0], at_hand].isna().all():
        return wide.iloc[:0].assign(**{f"z_{name}": None for name in at_hand}).reset_index()
    logged = wide[at_hand].astype(float)
    for name in at_hand:
        if by[name].logarithm:
            logged[name] = np.log(logged[name].where(logged[name] > 0))
    near = statistics.nearest(logged, own[0], {name: by[name].weight for name in at_hand})
    z = near[at_hand].add_prefix("z_")
    joined = wide.loc[near.index].join(near[["distance", "known"]]).join(z)
    return joined.reset_index()


def sizes(rankings: Rankings, institution: str, by: Mapping[str, Likeness], until: int) -> dict[str, float]:
    """Return what one institution is compared by: edition and each variable, NaN where unknown."""
    wide = _latest(rankings, by, until)
    own = wide[wide["institution"] == institution]
    record = own.iloc[0].to_dict() if len(own) else {"edition": until}
    return {name: record.get(name, float("nan")) for name in ("edition", *by)}


def _latest(rankings: Rankings, by: Mapping[str, Likeness], until: int) -> pd.DataFrame:
    """Return the newest published values of everyone, by name_key: institution, name, edition, variables."""
    systems = {one.system for one in by.values() if one.system}
    names = {(one.system, one.variable): name for name, one in by.items() if one.system}
    rows = rankings.scores[
        rankings.scores["system"].isin(systems)
        & (rankings.scores["edition"] <= until)
        & rankings.scores["variable"].isin([variable for _, variable in names])
    ]
    newest = rows["edition"].max() if len(rows) else until
    rows = rows[rows["edition"] >= newest - _SIZES_FROM].sort_values("edition")
    last = rows.groupby("name_key")["edition"].transform("max")
    rows = rows[rows["edition"] == last]
    keys = pd.MultiIndex.from_frame(rows[["system", "variable"]])
    rows = rows.assign(likeness=[names.get(key) for key in keys]).dropna(subset=["likeness"])
    wide = rows.pivot_table(index="name_key", columns="likeness", values="value_low", aggfunc="first")
    about = rows.drop_duplicates("name_key").set_index("name_key")[["institution", "name", "edition"]]
    found = about.join(wide)
    income = [name for name, one in by.items() if one.variable == "gdp_per_head" and not one.system]
    for name in income:
        found[name] = [_income(rankings, one) for one in found["institution"]]
    return found


def _income(rankings: Rankings, institution: object) -> float:
    """Return the income per head of an institution's country; NaN where the country is not known."""
    if not isinstance(institution, str) or institution not in rankings.catalog.institutions:
        return float("nan")
    code = rankings.catalog.institutions[institution].country_code
    return incomes(paths.data("reference", "country_facts.csv")).get(code, float("nan"))


@reads.kept
def incomes(path: Path) -> dict[str, float]:
    """Return the gross domestic product per head by country code, in international dollars."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: 1e6 * float(row["gdp_musd"]) / float(row["population_count"])
            for row in csv.DictReader(file)
            if row["gdp_musd"] and float(row["population_count"] or 0) > 0 and float(row["gdp_musd"]) > 0
        }


# -- who overtakes whom ----------------------------------------------------------------------------


def races(
    rankings: Rankings,
    institution: str,
    members: Sequence[str],
    system: str,
    variable: str,
    edition: int,
    ahead: int,
) -> pd.DataFrame:
    """Return one row per member with enough editions in common: the lead over it, now and `ahead` later.

    Columns: institution, n, first, value, lead, drift, low, high, chance (of being ahead of it then); sorted
    by how near the chance is to a change of places. All editions up to `edition` are used, across breaks of
    method: a change that moves both alike leaves the lead as it is, one that does not widens the interval.
    """
    held = scores(rankings, system, range(edition + 1))
    group = held[held["institution"].isin([*members, institution]) & (held["variable"] == variable)]
    wide = group.pivot(index="edition", columns="institution", values="value").sort_index()
    rows = []
    if institution in wide and edition in wide.index and pd.notna(wide.at[edition, institution]):
        for other in wide.columns.drop(institution):
            both = wide[[institution, other]].dropna()
            if edition not in both.index:
                continue
            found = statistics.race(list(both.index), list(both[institution]), list(both[other]), ahead)
            if found is not None:
                rows.append(
                    {
                        "institution": other,
                        "first": int(both.index[0]),
                        "value": float(both[other].iloc[-1]),
                        **vars(found),
                    }
                )
    columns = ["institution", "first", "value", "n", "lead", "drift", "low", "high", "chance"]
    frame = pd.DataFrame(rows, columns=columns)
    turn = frame["chance"].where(frame["lead"] < 0, 1 - frame["chance"])
    order = np.lexsort((frame["institution"].astype(str), -turn.to_numpy(dtype=float)))
    return frame.assign(turn=turn).iloc[order].reset_index(drop=True)
