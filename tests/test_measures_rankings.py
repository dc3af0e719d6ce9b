"""Ranking measures: worked by hand on tiny tables, held to published figures on real ones.

Expected values never come from the code: they are sums written out here, figures of the domain
dossier (section 4), or arithmetic over the publishers' files read with the csv module.
"""

import csv
import math
import re
import shutil
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ranking_builders import (
    TEXT,
    band,
    context,
    listed,
    method,
    place,
    rankings,
    score,
    system,
    table,
)

from helpers import catalog, intake
from helpers.measures import indicators
from helpers.measures import rankings as measures
from helpers.measures.rankings import Rankings

THE_2024 = {
    "teaching": 0.295,
    "research_environment": 0.29,
    "research_quality": 0.30,
    "industry": 0.04,
    "international_outlook": 0.075,
}


def scores_of(name: str, values: dict[str, float | None], **more: Any) -> list[dict[str, Any]]:
    return [score(name, value, variable, **more) for variable, value in values.items()]


def recomputed(values: dict[str, float | None], system_name: str, edition: int) -> list[float]:
    rule = catalog.load().systems[system_name].method(edition)
    assert rule is not None
    return list(measures.recompute(pd.DataFrame(scores_of("a", values)), rule)["overall"])


@pytest.fixture(scope="module")
def sample() -> Rankings:
    return measures.load("sample", catalog.load())


@pytest.fixture(scope="module")
def peers() -> tuple[str, ...]:
    return catalog.load().peer_groups["research_universities_tr"].members


# -- recomputing the overall score ---------------------------------------------------------------


def test_overall_of_the_since_2024() -> None:
    # 5.9 + 2.9 + 9 + 2 + 3
    values: dict[str, float | None] = dict(zip(THE_2024, (20, 10, 30, 50, 40), strict=True))
    for edition in (2024, 2025, 2026):
        assert recomputed(values, "the", edition) == [pytest.approx(22.8)]


OLD = {"teaching": 20, "research": 10, "citations": 40, "industry_income": 40, "international_outlook": 20}


def test_overall_of_the_until_2023() -> None:
    # 6 + 3 + 12 + 1 + 1.5
    for edition in (2012, 2023):
        assert recomputed(dict(OLD), "the", edition) == [pytest.approx(23.5)]


def test_overall_of_the_2011() -> None:
    # 6 + 3 + 13 + 1 + 1
    assert recomputed(dict(OLD), "the", 2011) == [pytest.approx(24.0)]


QS = {
    "academic_reputation": 50,  # 15
    "employer_reputation": 40,  # 6
    "faculty_student": 30,  # 3
    "citations_per_faculty": 20,  # 4
    "international_faculty": 10,  # 0.5
    "international_students": 20,  # 1
    "international_research_network": 60,  # 3
    "employment_outcomes": 40,  # 2
    "sustainability": 30,  # 1.5
}


@pytest.mark.parametrize(
    ("edition", "expected"),
    [
        (2024, 36 * 1.01581 - 0.4504),
        (2025, 36 * 1.02627 - 1.6587),
        (2026, 36 * 1.0318 - 2.117),
        (2027, 35.0038),  # 37.1808 − 2.177
    ],
)
def test_overall_of_qs_is_scaled_and_shifted(edition: int, expected: float) -> None:
    assert recomputed(dict(QS), "qs", edition) == [pytest.approx(expected)]
    # The diversity of international students is published and has no weight.
    assert recomputed({**QS, "international_student_diversity": 99}, "qs", edition) == [
        pytest.approx(expected)
    ]


@pytest.mark.parametrize("missing", THE_2024)
def test_a_missing_pillar_leaves_no_overall(missing: str) -> None:
    values: dict[str, float | None] = dict.fromkeys(THE_2024, 50.0)
    assert recomputed(values, "the", 2024) == [pytest.approx(50)]
    assert recomputed({**values, missing: None}, "the", 2024) == []
    del values[missing]
    assert recomputed(values, "the", 2024) == []


def test_overall_takes_each_edition_by_its_own_method() -> None:
    doubled = system(
        methods=[method(to=2023), method(id="new", **{"from": 2024}, scale=2.0, shift=1.0, error=0.2)]
    )
    found = rankings(
        scores=[
            score("ktu", 10, edition=2023),
            score("ktu", 10, edition=2024),
            score("gazi", 7, edition=2024),
            score("nobody", 5, edition=2024),
        ],
        systems={"toy": doubled},
    ).overall
    rows = {(r["name_key"], r["edition"]): r for r in found.to_dict("records")}
    assert {k: r["overall"] for k, r in rows.items()} == {
        ("ktu", 2023): 10,
        ("ktu", 2024): 21,
        ("gazi", 2024): 15,
        ("nobody", 2024): 11,
    }
    assert (rows["ktu", 2023]["error"], rows["ktu", 2024]["error"]) == (0.1, 0.2)
    assert rows["gazi", 2024]["institution"] == "gazi"
    assert pd.isna(rows["nobody", 2024]["institution"])


def test_without_a_declared_method_there_is_no_overall() -> None:
    unweighted = {"toy": system(methods=[])}
    assert rankings(scores=[score("ktu", 10)], systems=unweighted).overall.empty


# -- bands ---------------------------------------------------------------------------------------


def bands_by_text(found: Rankings) -> dict[str, dict[str, Any]]:
    return {row["rank_text"]: row for row in measures.bands_of(found).to_dict("records")}


def test_band_size_and_edges() -> None:
    found = bands_by_text(
        rankings(
            [
                place("a", "1", (60.0,)),
                place("b", "201–250", (40.0, 49.9)),
                place("c", "201–250", (40.0, 49.9)),
                place("d", "201–250", (40.0, 49.9)),
                place("e", "251+", (9.7, 39.9)),
            ],
            [score("a", 60), score("b", 49.87), score("c", 40.02), score("d", 44), score("e", 12)],
        )
    )
    assert set(found) == {"201–250", "251+"}
    upper = found["201–250"]
    assert (upper["institutions_count"], upper["rank_low"]) == (3, 201)
    assert (upper["published_low"], upper["published_high"]) == (40.0, 49.9)
    assert (upper["computed_low"], upper["computed_high"]) == (40.02, 49.87)
    assert upper["source"] == "toy.csv"
    assert upper["obtained"]
    lower = found["251+"]
    assert (lower["institutions_count"], lower["computed_low"], lower["computed_high"]) == (1, 12, 12)


@pytest.mark.parametrize("far", [5.0, 39.8, 50.1, 95.0])
def test_a_university_placed_by_hand_counts_but_moves_no_edge(far: float) -> None:
    # Printed scores are rounded (0.05) and recomputed ones known to 0.1: beyond 0.15 is by hand.
    inside = [place(n, "201–250", (40.0, 49.9)) for n in "bcd"]
    found = bands_by_text(
        rankings(
            [*inside, place("z", "201–250", (40.0, 49.9))],
            [score("b", 49), score("c", 41), score("d", 45), score("z", far)],
        )
    )["201–250"]
    assert found["institutions_count"] == 4
    assert (found["computed_low"], found["computed_high"]) == (41, 49)


def test_the_error_of_recomputing_is_not_a_placement_by_hand() -> None:
    found = bands_by_text(
        rankings(
            [place(n, "201–250", (40.0, 49.9)) for n in "bc"],
            [score("b", 39.9), score("c", 50.0)],
        )
    )["201–250"]
    assert (found["computed_low"], found["computed_high"]) == (39.9, 50.0)


def test_where_no_range_is_printed_the_recomputed_edge_stands() -> None:
    found = bands_by_text(listed({"b": ("801–850", 20), "c": ("801–850", 5)}))["801–850"]
    assert (found["institutions_count"], found["computed_low"], found["computed_high"]) == (2, 5, 20)
    assert math.isnan(found["published_low"])


def test_a_university_without_scores_counts_in_its_band() -> None:
    found = bands_by_text(listed({"b": ("801–850", 20), "c": ("801–850", None)}))["801–850"]
    assert (found["institutions_count"], found["computed_low"]) == (2, 20)


def test_a_withheld_rank_is_in_no_band() -> None:
    assert set(bands_by_text(listed({"b": ("801+", 20), "c": ("", 30)}))) == {"801+"}


def test_bands_of_two_editions_are_kept_apart() -> None:
    found = measures.bands_of(
        rankings(
            [place("b", "801+", edition=2023), place("b", "801+", edition=2024)],
            [score("b", 10, edition=2023), score("b", 20, edition=2024)],
        )
    )
    assert dict(zip(found["edition"], found["computed_low"], strict=True)) == {2023: 10, 2024: 20}


# -- context -------------------------------------------------------------------------------------


def contexts(found: Rankings) -> dict[tuple[str, str, str], tuple[float, int]]:
    rows = measures.context_of(found).to_dict("records")
    keyed = {
        (r["institution"], r["variable"], r["statistic"]): (r["value"], r["institutions_count"]) for r in rows
    }
    assert len(keyed) == len(rows), "one row for each statistic"
    return keyed


def test_world_percentile_and_place_with_ties() -> None:
    found = contexts(
        listed(
            {
                "x1": ("1", 90),
                "x2": ("101–200", 40),
                "ktu": ("101–200", 30),
                "gazi": ("101–200", 30),
                "ege": ("101–200", 20),
                "deu": ("201+", 10),
            }
        )
    )
    # Six are ranked: two below KTÜ, Gazi equal, (2 + 2·½) / 6.
    assert found["ktu", "x", "world_percentile"] == (pytest.approx(50), 6)
    assert found["gazi", "x", "world_percentile"] == (pytest.approx(50), 6)
    assert found["ege", "overall", "world_percentile"] == (pytest.approx(25), 6)
    assert found["deu", "overall", "world_percentile"] == (pytest.approx(100 * 0.5 / 6), 6)
    # In the band of four both share the second place, and the fourth is fourth.
    assert found["ktu", "overall", "place_in_band"] == (2, 4)
    assert found["gazi", "overall", "place_in_band"] == (2, 4)
    assert found["ege", "overall", "place_in_band"] == (4, 4)
    assert found["deu", "overall", "place_in_band"] == (1, 1)


def test_equal_overall_scores_of_different_pillars_are_a_tie() -> None:
    # 2.95 + 2.9 + 3.0 + 0.8 + 3.75 = 2.95 + 2.9 + 3.3 + 0.8 + 3.45 = 13.4
    pillars: dict[str, dict[str, float | None]] = {
        "gazi": dict(zip(THE_2024, (10, 10, 10, 20, 50), strict=True)),
        "ktu": dict(zip(THE_2024, (10, 10, 11, 20, 46), strict=True)),
    }
    found = contexts(
        rankings(
            [place(name, "1501+", system="the") for name in pillars],
            [row for name, values in pillars.items() for row in scores_of(name, values, system="the")],
            systems={"the": catalog.load().systems["the"]},
        )
    )
    for name in pillars:
        assert found[name, "overall", "place_in_band"] == (1, 2)
        assert found[name, "overall", "world_percentile"] == (pytest.approx(50), 2)


def test_an_exactly_ranked_university_has_no_place_in_a_band() -> None:
    found = contexts(listed({"ktu": ("12", 50), "gazi": ("13", 40)}))
    assert set(found) == {
        (name, variable, "world_percentile") for name in ("ktu", "gazi") for variable in ("x", "overall")
    }


def test_only_the_ranked_are_counted() -> None:
    found = contexts(
        rankings(
            [place("ktu", "801+"), place("b", "801+"), place("c", "801+")],
            [score("ktu", 10), score("b", 5), score("c", None), score("reporter", 99)],
        )
    )
    # `reporter` supplied data and is not ranked; `c` has no score.
    assert found["ktu", "x", "world_percentile"] == (pytest.approx(75), 2)
    assert found["ktu", "overall", "place_in_band"] == (1, 2)


def test_a_withheld_rank_has_no_place_in_a_band() -> None:
    rows = measures.context_of(listed({"ktu": ("", 20), "gazi": ("", 30), "ege": ("801+", 10)}))
    of_ktu = rows[rows["institution"] == "ktu"]
    assert set(of_ktu["statistic"]) == {"world_percentile"}
    assert of_ktu["value"].tolist() == [50, 50]


def test_every_statistic_says_where_it_comes_from() -> None:
    rows = measures.context_of(listed({"ktu": ("801+", 20), "b": ("801+", 30)}))
    published = rows[rows["variable"] == "x"]
    assert (published["source"] == "toy.csv").all()
    assert (rows["obtained"] != "").all()


def test_a_recomputed_statistic_says_where_it_comes_from_too() -> None:
    rows = measures.context_of(listed({"ktu": ("801+", 20), "b": ("801+", 30)}))
    assert (rows.loc[rows["variable"] == "overall", "source"] == "toy.csv").all()


def test_tables_count_the_ranked_of_each_edition() -> None:
    found = measures.tables_of(
        rankings([place("a", "1"), place("b", "2"), place("c", ""), place("a", "1", edition=2025)])
    )
    assert dict(zip(found["edition"], found["institutions_count"], strict=True)) == {2024: 3, 2025: 1}


# -- edge cases of whole tables ------------------------------------------------------------------


def test_nothing_held() -> None:
    nothing = rankings()
    assert nothing.overall.empty
    assert {"system", "edition", "name_key", "overall", "error", "institution"} <= set(nothing.overall)
    assert measures.bands_of(nothing).empty
    assert measures.context_of(nothing).empty
    assert measures.tables_of(nothing).empty
    assert measures.hidden(nothing, "ktu", "toy", 2030).empty
    assert measures.history(nothing, "ktu", ["gazi"], "toy", "x", 2030).empty
    assert measures.international_share(nothing, "ktu", 2030).empty
    assert measures.never_listed(nothing, "ktu", "toy") is None
    assert measures.editions_held(nothing, "toy", 2030) == []
    assert measures.places(nothing, "ktu", 2024)["status"].tolist() == ["not_held"]


def test_one_institution() -> None:
    alone = listed({"ktu": ("801+", 20)})
    found = contexts(alone)
    assert found["ktu", "x", "world_percentile"] == (pytest.approx(50), 1)
    assert found["ktu", "overall", "place_in_band"] == (1, 1)
    row = bands_by_text(alone)["801+"]
    assert (row["institutions_count"], row["computed_low"], row["computed_high"]) == (1, 20, 20)


def test_all_equal() -> None:
    equal = listed(dict.fromkeys(("ktu", "gazi", "ege", "deu", "x1"), ("801+", 20)))
    found = contexts(equal)
    assert {value for (_, _, s), value in found.items() if s == "world_percentile"} == {(50.0, 5)}
    assert {value for (_, _, s), value in found.items() if s == "place_in_band"} == {(1.0, 5)}
    row = bands_by_text(equal)["801+"]
    assert (row["computed_low"], row["computed_high"]) == (20, 20)


# -- places --------------------------------------------------------------------------------------


def test_places_tell_listed_not_listed_withheld_and_not_held() -> None:
    names = ("listed", "absent", "withheld", "unknown")
    found = measures.places(
        rankings(
            [
                place("ktu", "901–1000", system="listed", edition=2022),
                place("ktu", "801+", system="listed", edition=2023, caveats="reported", evidence="press"),
                place("ktu", "700", system="listed", edition=2025),
                place("gazi", "5", system="absent", edition=2023),
                place("ktu", "650", system="absent", edition=2020),
                place("ktu", "640", system="absent", edition=2021),
                place("ktu", "", system="withheld", edition=2023),
                place("ktu", "", system="withheld", edition=2022),
                place("ktu", "501–600", system="withheld", edition=2021),
            ],
            tables=[table(2023, "absent"), table(2023, "withheld"), table(2022, "unknown")],
            systems={name: system() for name in names},
        ),
        "ktu",
        2023,
    ).set_index("system")
    assert dict(found["status"]) == {
        "listed": "listed",
        "absent": "not_listed",
        "withheld": "rank_withheld",
        "unknown": "not_held",
    }
    assert dict(found["rank_text"]) == {"listed": "801+", "absent": "", "withheld": "", "unknown": ""}
    # The last known place before; a withheld rank is no place, a later edition is not before.
    assert found["last_rank_text"].to_dict() == {
        "listed": "901–1000",
        "absent": "640",
        "withheld": "501–600",
        "unknown": "",
    }
    assert found["last_edition"].dropna().to_dict() == {"listed": 2022, "absent": 2021, "withheld": 2021}
    assert (found.loc["listed", "caveats"], found.loc["listed", "evidence"]) == ("reported", "press")
    assert found.loc["absent", "source"] == "absent.csv"
    assert found.loc["unknown", "source"] == ""


@pytest.mark.parametrize(("clock", "status"), [(0, "not_held"), (1, "listed"), (-1, "not_held")])
def test_places_show_the_edition_in_force(clock: int, status: str) -> None:
    held = rankings([place("ktu", "801+", edition=2024)], systems={"toy": system(clock=clock)})
    found = measures.places(held, "ktu", 2023)
    assert found["edition"].tolist() == [2023 + clock]
    assert found["status"].tolist() == [status]


# -- against peers -------------------------------------------------------------------------------

FIVE = {"ktu": 20, "gazi": 10, "ege": 30, "deu": 40, "itu": 50}


def test_against_peers_by_hand() -> None:
    held = rankings(
        scores=[
            *(score(n, x) for n, x in FIVE.items()),
            score("x1", 1),
            score("ankara", 99),
            score("metu", None),
        ],
        contexts=[
            context("ktu", "x", "world_percentile", 12.5, 1000),
            context("ktu", "x", "world_percentile", 99.0, 9, edition=2023),
            context("gazi", "x", "world_percentile", 1.0, 1000),
        ],
    )
    for members in (list(FIVE), [*FIVE, "metu"], ["gazi", "ege", "deu", "itu"]):
        (row,) = measures.against_peers(held, "ktu", members, "toy", 2024).to_dict("records")
        assert (row["variable"], row["weight"], row["value"], row["peers_count"]) == ("x", 1, 20, 5)
        assert (row["peer_lower_quartile"], row["peer_median"], row["peer_upper_quartile"]) == (20, 30, 40)
        assert row["peer_percentile"] == pytest.approx(30)  # (1 + ½) / 5
        assert (row["world_percentile"], row["world_count"]) == (12.5, 1000)


def test_a_group_of_four_has_no_spread() -> None:
    held = rankings(scores=[score(n, x) for n, x in FIVE.items()])
    (row,) = measures.against_peers(held, "ktu", ["gazi", "ege", "deu"], "toy", 2024).to_dict("records")
    assert (row["value"], row["peers_count"]) == (20, 4)
    for name in ("peer_median", "peer_lower_quartile", "peer_upper_quartile", "peer_percentile"):
        assert math.isnan(row[name])
    assert math.isnan(row["world_percentile"])


def test_peers_are_shown_where_the_own_value_is_missing() -> None:
    held = rankings(scores=[score(n, x) for n, x in FIVE.items()])
    (row,) = measures.against_peers(held, "ankara", list(FIVE), "toy", 2024).to_dict("records")
    assert math.isnan(row["value"])
    assert math.isnan(row["peer_percentile"])
    assert (row["peers_count"], row["peer_median"]) == (5, 30)


def test_every_weighted_score_has_a_row_and_no_other() -> None:
    weighted = system(
        methods=[method(weights={"x": 0.25, "y": 0.75})],
        variables={v: {"kind": "score", **TEXT} for v in "xyz"},
    )
    held = rankings(scores=scores_of("ktu", {"x": 1, "z": 3}), systems={"toy": weighted})
    found = measures.against_peers(held, "ktu", [], "toy", 2024)
    assert dict(zip(found["variable"], found["weight"], strict=True)) == {"x": 0.25, "y": 0.75}
    assert found["value"].tolist()[0] == 1
    assert math.isnan(found["value"].tolist()[1])
    assert measures.against_peers(held, "ktu", [], "toy", 1999).empty  # no method declared


def test_an_edition_that_is_not_held_has_empty_figures() -> None:
    held = rankings(scores=[score(n, x) for n, x in FIVE.items()])
    (row,) = measures.against_peers(held, "ktu", list(FIVE), "toy", 2025).to_dict("records")
    assert row["peers_count"] == 0
    assert math.isnan(row["value"])


# -- history -------------------------------------------------------------------------------------


def test_history_numbers_the_series_between_breaks() -> None:
    editions = (2019, 2020, 2021, 2022, 2023, 2024)
    own = {2020: 15, 2021: 16, 2023: 18, 2024: 19}
    held = rankings(
        [place("gazi", "801+", edition=e) for e in editions],
        [
            *(score("ktu", x, edition=e) for e, x in own.items()),
            *(score(n, x, edition=2021) for n, x in FIVE.items() if n != "ktu"),
            score("ktu", 77, "y", edition=2021),
        ],
        systems={"toy": system(breaks=[{"at": 2021, "text": TEXT}, {"at": 2023, "text": TEXT}])},
    )
    found = measures.history(held, "ktu", list(FIVE), "toy", "x", 2023)
    # It begins with the first own value, keeps the edition without one, and ends with the year asked.
    assert found["edition"].tolist() == [2020, 2021, 2022, 2023]
    assert found["series"].tolist() == [0, 1, 1, 2]
    assert found["value"].fillna(-1).tolist() == [15, 16, -1, 18]
    assert found["peers_count"].tolist() == [1, 5, 0, 1]
    # 2021: 10, 16, 30, 40, 50.
    assert found["peer_median"].fillna(-1).tolist() == [-1, 30, -1, -1]
    assert found["peer_percentile"].fillna(-1).tolist() == [-1, pytest.approx(30), -1, -1]


def test_history_of_an_institution_that_was_never_scored_is_empty() -> None:
    held = rankings([place("gazi", "801+")], [score("gazi", 10)])
    found = measures.history(held, "ktu", ["gazi"], "toy", "x", 2024)
    assert found.empty
    assert {"edition", "series", "value", "peer_median"} <= set(found)


def test_an_edition_known_only_as_a_table_read_whole_is_held() -> None:
    held = rankings(
        [place("ktu", "801+", edition=2022)], tables=[table(2023), table(2026), table(2021, "other")]
    )
    assert measures.editions_held(held, "toy", 2025) == [2022, 2023]


# -- the hidden overall score --------------------------------------------------------------------

BANDS = [
    band("601–800", 40.0, published_low=40.1),
    band("801–1000", 30.0, published_low=30.1),
    band("1001–1200", 21.9, published_low=22.0),
    band("1201+", 10.0, published_low=10.0),
    band("1001–1200", 99.0, edition=2023),
]


def hidden_of(rank: str, x: float | None, **more: Any) -> dict[str, Any]:
    held = rankings(
        [place("ktu", rank)],
        [score("ktu", x)],
        BANDS,
        [context("ktu", "overall", "place_in_band", 12, 300)],
        **more,
    )
    (row,) = measures.hidden(held, "ktu", "toy", 2024).to_dict("records")
    return row


def test_hidden_overall_and_what_is_missing_to_the_next_band() -> None:
    row = hidden_of("1201+", 20.5)
    assert (row["edition"], row["series"], row["rank_text"]) == (2024, 1, "1201+")
    assert (row["overall"], row["error"]) == (20.5, 0.1)
    assert row["next_band"] == "1001–1200"
    assert (row["edge_published"], row["edge_computed"]) == (22.0, 21.9)
    assert row["gap"] == pytest.approx(1.4)  # 21.9 − 20.5
    assert (row["place"], row["band_count"]) == (12, 300)


def test_the_next_band_is_the_nearest_better_one() -> None:
    row = hidden_of("1001–1200", 25)
    assert (row["next_band"], row["edge_computed"]) == ("801–1000", 30.0)
    assert row["gap"] == pytest.approx(5)


def test_the_best_band_has_no_band_above() -> None:
    row = hidden_of("601–800", 45)
    assert row["next_band"] == ""
    assert math.isnan(row["gap"])


@pytest.mark.parametrize("rank", ["150", ""])
def test_outside_the_bands_there_is_no_edge(rank: str) -> None:
    row = hidden_of(rank, 55)
    assert (row["overall"], row["next_band"]) == (55, "")
    for name in ("edge_published", "edge_computed", "gap"):
        assert math.isnan(row[name])


def test_an_institution_without_data_has_no_hidden_overall() -> None:
    held = listed({"gazi": ("801+", 20), "ktu": ("801+", None)})
    for name in ("ktu", "ankara"):
        found = measures.hidden(held, name, "toy", 2024)
        assert found.empty
        assert {"edition", "overall", "gap", "edge_computed", "place"} <= set(found)


def test_hidden_ends_with_the_edition_asked_for_and_numbers_the_series() -> None:
    held = rankings(
        [place("ktu", "801+", edition=e) for e in (2021, 2022, 2025)],
        [score("ktu", x, edition=e) for e, x in ((2025, 3), (2021, 1), (2022, 2))],
    )
    found = measures.hidden(held, "ktu", "toy", 2024)
    assert found["edition"].tolist() == [2021, 2022]
    assert found["overall"].tolist() == [1, 2]
    assert found["series"].tolist() == [0, 1]


# -- points needed -------------------------------------------------------------------------------


def needed(gap: float, values: dict[str, float | None], system_name: str, edition: int) -> pd.DataFrame:
    rule = catalog.load().systems[system_name].method(edition)
    assert rule is not None
    return measures.points_needed(gap, pd.DataFrame(scores_of("ktu", values)), rule).set_index("variable")


KTU_2026: dict[str, float | None] = dict(zip(THE_2024, (24.5, 13.8, 35.1, 38.9, 27.0), strict=True))


def test_points_needed_in_the_2026() -> None:
    found = needed(1.90, KTU_2026, "the", 2026)
    published = {
        "teaching": 6.4,
        "research_environment": 6.6,
        "research_quality": 6.3,
        "international_outlook": 25.3,
        "industry": 47.5,
    }
    assert {k: round(v, 1) for k, v in found["gain"].items()} == published
    assert found.loc["international_outlook", "target"] == pytest.approx(52.3, abs=0.05)
    assert found["value"].to_dict() == KTU_2026
    assert found["reachable"].all()


def test_points_needed_in_qs_go_through_its_scale() -> None:
    found = needed(1.05, {**QS, "academic_reputation": 5.4, "international_students": 15.8}, "qs", 2027)
    assert found.loc["academic_reputation", "gain"] == pytest.approx(3.39, abs=0.005)  # 1.05 / 0.30984
    assert found.loc["international_students", "gain"] == pytest.approx(20.33, abs=0.005)  # 1.05 / 0.05164
    assert found.loc["international_students", "target"] == pytest.approx(36.1, abs=0.05)


def test_a_gain_beyond_100_cannot_be_reached() -> None:
    found = needed(1.90, {**KTU_2026, "industry": 52.6}, "the", 2026)
    assert found.loc["industry", "target"] == pytest.approx(100.1)
    assert not found.loc["industry", "reachable"]
    assert found["reachable"].sum() == 4


def test_a_score_of_just_100_can_be_reached() -> None:
    rule = system(methods=[method(weights={"x": 0.5})]).methods[0]
    found = measures.points_needed(5, pd.DataFrame([score("ktu", 90)]), rule)
    assert found["target"].tolist() == [100]
    assert found["reachable"].all()


@pytest.mark.parametrize("gap", [0.0, -3.2])
def test_nothing_is_needed_where_nothing_is_missing(gap: float) -> None:
    found = needed(gap, KTU_2026, "the", 2026)
    assert (found["gain"] == 0).all()
    assert found["target"].to_dict() == KTU_2026


def test_the_gain_closes_the_gap() -> None:
    """Raising one score by its gain raises the recomputed overall by just the gap."""
    for name, values, edition, gap in (("the", KTU_2026, 2026, 1.9), ("qs", dict(QS), 2027, 1.05)):
        (before,) = recomputed(values, name, edition)
        for variable, gain in needed(gap, values, name, edition)["gain"].items():
            raised = {**values, variable: (values[str(variable)] or 0) + gain}
            assert recomputed(raised, name, edition) == [pytest.approx(before + gap)]


# -- the international share ---------------------------------------------------------------------


def shares(rows: list[tuple[int, float | None, float | None]]) -> list[dict[str, Any]]:
    scores = [
        score("ktu", value, variable, edition=edition, system="the")
        for edition, students, share in rows
        for variable, value in (("students_fte_count", students), ("international_students_pct", share))
    ]
    return measures.international_share(rankings(scores=scores), "ktu", 2026).to_dict("records")


def test_international_share_by_hand() -> None:
    first, second = shares([(2025, 10_000, 7), (2026, 22_986, 8), (2027, 1, 1)])
    assert (first["edition"], first["students_count"], first["share_pct"]) == (2025, 10_000, 7)
    assert first["international_count"] == pytest.approx(700)
    assert (first["international_low"], first["international_high"]) == (
        pytest.approx(650),
        pytest.approx(750),
    )
    assert second["edition"] == 2026
    assert second["international_count"] == pytest.approx(1838.88)
    assert second["international_low"] == pytest.approx(1723.95)
    assert second["international_high"] == pytest.approx(1953.81)


def test_a_share_rounded_to_nought_is_not_negative() -> None:
    (row,) = shares([(2026, 10_000, 0)])
    assert (row["international_low"], row["international_count"], row["international_high"]) == (0, 0, 50)


def test_there_are_not_more_international_students_than_students() -> None:
    (row,) = shares([(2026, 200, 100)])
    assert row["international_low"] == pytest.approx(199)
    assert row["international_high"] <= row["students_count"]


def test_half_a_share_is_no_share() -> None:
    assert shares([(2025, None, 7), (2026, 10_000, None)]) == []


# -- never listed --------------------------------------------------------------------------------


def test_never_listed_tells_the_editions_that_were_read() -> None:
    held = rankings(
        [place("gazi", "5", edition=2021), place("ege", "", edition=2020)],
        tables=[table(2021), table(2019), table(2025, "other")],
    )
    assert measures.never_listed(held, "ktu", "toy") == (2019, 2021)
    assert measures.never_listed(held, "gazi", "toy") is None
    assert measures.never_listed(held, "ege", "toy") is None  # listed, though its rank is withheld
    assert measures.never_listed(held, "ktu", "unread") is None


# -- the embedded sample -------------------------------------------------------------------------


def test_sample_hidden_overall_of_ktu_in_the(sample: Rankings) -> None:
    """Domain dossier 4.2, table `KTÜ in THE`."""
    found = measures.hidden(sample, "ktu", "the", 2026).set_index("edition")
    expected = {  # overall, edge published, edge computed, gap, place, of
        2024: (19.56, 22.8, 22.76, 3.2, 158, 404),
        2025: (23.89, 25.2, 25.15, 1.3, 83, 591),
        2026: (25.34, 27.3, 27.24, 1.9, 119, 689),
    }
    for edition, (overall, published, computed, gap, rank, count) in expected.items():
        row = found.loc[edition]
        assert row["overall"] == pytest.approx(overall, abs=0.005)
        assert row["edge_published"] == published
        assert row["edge_computed"] == pytest.approx(computed, abs=0.005)
        assert round(row["gap"], 1) == gap
        assert (row["place"], row["band_count"]) == (rank, count)
        assert (row["rank_text"], row["next_band"]) == ("1501+", "1201–1500")
        assert row["error"] < 0.1
    assert found["series"].nunique() == 2
    assert found.loc[2023, "series"] != found.loc[2024, "series"]


def test_sample_hidden_overall_of_ktu_in_qs(sample: Rankings) -> None:
    """Domain dossier 4.3."""
    found = measures.hidden(sample, "ktu", "qs", 2027).set_index("edition")
    assert found.index.tolist() == [2027]
    assert found.loc[2027, "overall"] == pytest.approx(9.70, abs=0.005)
    assert found.loc[2027, "edge_computed"] == pytest.approx(10.75, abs=0.005)
    assert round(found.loc[2027, "gap"], 2) == 1.05
    assert found.loc[2027, "next_band"] == "1201–1400"


def test_sample_points_needed_of_ktu(sample: Rankings) -> None:
    gap = measures.hidden(sample, "ktu", "the", 2026)["gap"].iat[-1]
    own = measures.values(sample, "the", THE_2024, [2026])
    rule = sample.system("the").method(2026)
    assert rule is not None
    found = measures.points_needed(gap, own[own["institution"] == "ktu"], rule).set_index("variable")
    published = {"teaching": 6.4, "research_environment": 6.6, "research_quality": 6.3}
    for variable, gain in {**published, "international_outlook": 25.3, "industry": 47.5}.items():
        assert found.loc[variable, "gain"] == pytest.approx(gain, rel=0.01)


def test_sample_international_share_of_ktu(sample: Rankings) -> None:
    found = measures.international_share(sample, "ktu", 2026).set_index("edition")
    assert found["students_count"].to_dict() == {
        2022: 38_630,
        2023: 34_824,
        2024: 30_690,
        2025: 24_284,
        2026: 22_986,
    }
    assert found["share_pct"].tolist() == [4, 4, 5, 7, 8]
    first, last = found.loc[2022], found.loc[2026]
    assert first["international_count"] == pytest.approx(1545, abs=0.5)
    assert last["international_count"] == pytest.approx(1840, abs=2)
    assert last["international_count"] / first["international_count"] == pytest.approx(1.19, abs=0.005)
    assert last["students_count"] / first["students_count"] == pytest.approx(0.60, abs=0.006)  # fell 40 %
    # 3.5–4.5 % of 38,630 and 7.5–8.5 % of 22,986.
    assert (first["international_low"], first["international_high"]) == (
        pytest.approx(1352.05),
        pytest.approx(1738.35),
    )
    assert (last["international_low"], last["international_high"]) == (
        pytest.approx(1723.95),
        pytest.approx(1953.81),
    )


def test_sample_arwu_never_lists_ktu(sample: Rankings) -> None:
    assert measures.never_listed(sample, "ktu", "arwu") == (2003, 2025)
    for other in ("the", "qs", "cwur", "urap"):
        assert measures.never_listed(sample, "ktu", other) is None


def test_sample_standing_of_international_outlook(sample: Rankings, peers: tuple[str, ...]) -> None:
    found = measures.against_peers(sample, "ktu", peers, "the", 2026).set_index("variable")
    row = found.loc["international_outlook"]
    assert (row["value"], row["peers_count"]) == (27.0, 20)
    assert row["peer_percentile"] == pytest.approx(10)
    assert (row["world_percentile"], row["world_count"]) == (14, 2190)
    assert row["peer_median"] == pytest.approx((36.0 + 34.3) / 2)
    assert found["weight"].to_dict() == THE_2024


def test_sample_history_of_international_outlook(sample: Rankings, peers: tuple[str, ...]) -> None:
    found = measures.history(sample, "ktu", peers, "the", "international_outlook", 2026)
    assert dict(zip(found["edition"], found["value"], strict=True)) == {
        2022: 18.5,
        2023: 19.6,
        2024: 22.7,
        2025: 26.1,
        2026: 27.0,
    }
    series = found["series"].tolist()
    assert series[0] == series[1] != series[2] == series[3] == series[4]
    assert found["peer_percentile"].iat[-1] == pytest.approx(10)


def test_sample_places_of_ktu_in_2026(sample: Rankings) -> None:
    found = measures.places(sample, "ktu", 2026).set_index("system")
    assert (found.loc["the", "status"], found.loc["the", "rank_text"]) == ("listed", "1501+")
    # QS 2027 was published in June 2026 and is in force for most of that year.
    assert (found.loc["qs", "edition"], found.loc["qs", "rank_text"]) == (2027, "1401+")
    assert (found.loc["arwu", "edition"], found.loc["arwu", "status"]) == (2025, "not_listed")
    assert (found.loc["cwur", "status"], found.loc["cwur", "last_rank_text"]) == ("not_held", "1494")
    # GreenMetric 2025 came out in December 2025 and stood for most of 2026.
    assert (found.loc["greenmetric", "status"], found.loc["greenmetric", "rank_text"]) == ("listed", "480")
    assert found.loc["the_impact", "last_rank_text"] == "1001–1500"
    assert found.loc["urap", "last_rank_text"] == "1320"


def test_sample_places_of_ktu_in_2025_carry_what_is_doubtful(sample: Rankings) -> None:
    found = measures.places(sample, "ktu", 2025).set_index("system")
    assert (found.loc["the_impact", "status"], found.loc["the_impact", "rank_text"]) == (
        "listed",
        "1001–1500",
    )
    assert found.loc["the_impact", "evidence"] == "mirror"
    for name in ("the_impact", "qs_europe", "qs_western_asia"):
        assert "reported" in found.loc[name, "caveats"].split()
    assert found.loc["cwur", "rank_text"] == "1494"
    assert not found.loc["the", "caveats"]


# -- the publishers' tables ----------------------------------------------------------------------

NUMBER = re.compile(r"\d+(\.\d+)?")
PILLARS = ("Teaching", "Research Environment", "Research Quality", "Industry", "International Outlook")
# Weights of the five columns in this order, from the methodologies (domain dossier 4.1).
NEW_WEIGHTS = (0.295, 0.29, 0.30, 0.04, 0.075)
OLD_WEIGHTS = (0.30, 0.30, 0.30, 0.025, 0.075)


def the_rows(shared: Path, edition: int) -> list[dict[str, str]]:
    """Read THE's ranked rows with the csv module alone."""
    with (shared / "the" / f"THE_{edition}_rankings.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [{k: " ".join((v or "").split()) for k, v in row.items()} for row in csv.DictReader(file)]
    return [row for row in rows if row["Rank"] != "Reporter"]


def by_pillars(row: dict[str, str], edition: int) -> float | None:
    """Add the weighted pillars of a row; a pillar that is 0 or not a number is missing."""
    cells = [row[p] for p in PILLARS]
    if not all(NUMBER.fullmatch(c) and float(c) for c in cells):
        return None
    weights = NEW_WEIGHTS if edition >= 2024 else OLD_WEIGHTS
    return sum(w * float(c) for w, c in zip(weights, cells, strict=True))


@lru_cache(maxsize=4)
def received(path: Path, year: int | None = None) -> Rankings:
    """Return a publisher's table as the intake reads it, nobody recognised."""
    (read,) = intake.check(path, year).tables
    nobody = {"institution": None}
    empty = pd.DataFrame()
    positions = pd.DataFrame(read.positions).assign(**nobody)
    return Rankings(
        positions, pd.DataFrame(read.scores).assign(**nobody), empty, empty, empty, (), catalog.load()
    )


def recomputed_by_name(held: Rankings) -> dict[str, float]:
    names = held.positions.set_index("name_key")["name"]
    assert names.index.is_unique
    overall = held.overall
    return dict(zip(overall["name_key"].map(names), overall["overall"], strict=True))


@pytest.mark.shared
@pytest.mark.parametrize("edition", range(2012, 2026))
def test_every_exact_overall_of_the_is_recomputed(shared: Path, edition: int) -> None:
    found = recomputed_by_name(received(shared / "the" / f"THE_{edition}_rankings.csv"))
    compared = 0
    for row in the_rows(shared, edition):
        # In 2016 a nought stands where a band has no printed score.
        if row["Overall"] == "0" or not NUMBER.fullmatch(row["Overall"]) or by_pillars(row, edition) is None:
            continue
        assert found[row["Name"]] == pytest.approx(float(row["Overall"]), abs=0.1), row
        compared += 1
    # Two hundred places are printed exactly; some universities let a pillar go before 2017.
    assert compared >= (200 if edition >= 2017 else 175)


@pytest.mark.shared
@pytest.mark.parametrize("edition", [2023, 2024, 2025])
def test_who_lacks_a_pillar_is_not_given_an_overall(shared: Path, edition: int) -> None:
    found = recomputed_by_name(received(shared / "the" / f"THE_{edition}_rankings.csv"))
    rows = the_rows(shared, edition)
    whole = {row["Name"] for row in rows if by_pillars(row, edition) is not None}
    assert set(found) == whole


QS_FILES = {
    # file: heads before the first row, column of the name, first column of scores, step, overall
    2024: ("QS_2024.csv", 2, 2, range(10, 28, 2), 28),
    2025: ("QS_2025.csv", 1, 2, range(6, 15), 15),
}


@pytest.mark.shared
@pytest.mark.parametrize("edition", QS_FILES)
def test_every_exact_overall_of_qs_is_recomputed(shared: Path, edition: int) -> None:
    file, heads, name, scores, overall = QS_FILES[edition]
    found = recomputed_by_name(received(shared / "qs" / file))
    with (shared / "qs" / file).open(encoding="utf-8-sig", newline="") as opened:
        rows = [[cell.strip() for cell in row] for row in csv.reader(opened)][heads:]
    compared, exceptions = 0, {}
    for row in rows:
        cells = [row[i] for i in scores]
        if not NUMBER.fullmatch(row[overall]) or not all(NUMBER.fullmatch(c) and float(c) for c in cells):
            continue
        difference = found[" ".join(row[name].split())] - float(row[overall])
        compared += 1
        if abs(difference) > 0.1:
            exceptions[row[name]] = round(abs(difference), 2)
    assert compared >= 580
    assert exceptions == ({"Boston University": 0.47} if edition == 2025 else {})


def bands_by_csv(shared: Path, edition: int) -> dict[int, dict[str, Any]]:
    """Recompute band sizes and edges with plain arithmetic over the csv file."""
    members = defaultdict(list)
    for row in the_rows(shared, edition):
        text = re.sub("[-—]", "–", row["Rank"])
        if "–" in text or text.endswith("+"):
            members[int(re.match(r"\d+", text)[0])].append(row)
    bands: dict[int, dict[str, Any]] = {}
    for low, rows in members.items():
        printed = {re.sub("[-—]", "–", row["Overall"]) for row in rows}
        assert len(printed) == 1
        first, last = (float(v) for v in printed.pop().split("–"))
        sums = [s for row in rows if (s := by_pillars(row, edition)) is not None]
        # Placed by hand where the sum is far from the printed range.
        kept = [s for s in sums if first - 0.2 < s < last + 0.2]
        bands[low] = {
            "institutions_count": len(rows),
            "published_low": first,
            "published_high": last,
            "computed_low": min(kept),
            "computed_high": max(kept),
            "by_hand": len(sums) - len(kept),
        }
    return bands


@pytest.mark.shared
@pytest.mark.parametrize("edition", [2022, 2023, 2024, 2025])
def test_bands_of_the_sample_are_those_of_the_publishers_table(
    shared: Path, sample: Rankings, edition: int
) -> None:
    expected = bands_by_csv(shared, edition)
    held = sample.bands[(sample.bands["system"] == "the") & (sample.bands["edition"] == edition)]
    rows = {row["rank_low"]: row for row in held.to_dict("records")}
    assert set(rows) == set(expected)
    for low, band_row in expected.items():
        for name in ("institutions_count", "published_low", "published_high"):
            assert rows[low][name] == band_row[name], (low, name)
        for name in ("computed_low", "computed_high"):
            assert rows[low][name] == pytest.approx(band_row[name], abs=0.00501), (low, name)
    # THE 2023 kept seven Ukrainian universities in bands far above their scores.
    by_hand = {low: b["by_hand"] for low, b in expected.items() if b["by_hand"]}
    assert by_hand == ({601: 1, 1201: 6} if edition == 2023 else {})


SCORE_COLUMNS = {
    True: dict(zip(THE_2024, PILLARS, strict=True)),
    False: dict(
        zip(
            ("teaching", "research", "citations", "industry_income", "international_outlook"),
            PILLARS,
            strict=True,
        )
    ),
}


def middle_percent(value: float, world: list[float]) -> float:
    # Equal sums may differ in the last bit by the order of adding.
    below = sum(v < value - 1e-9 for v in world)
    equal = sum(abs(v - value) <= 1e-9 for v in world)
    return 100 * (below + equal / 2) / len(world)


@pytest.mark.shared
@pytest.mark.parametrize("edition", [2022, 2023, 2024, 2025])
def test_percentiles_of_pillars_are_those_of_the_publishers_table(
    shared: Path, sample: Rankings, edition: int
) -> None:
    """Every peer's percentile in every pillar, counted again over the csv file."""
    rows = the_rows(shared, edition)
    columns = SCORE_COLUMNS[edition >= 2024]
    own = recognised(rows)
    held = [r for r in context_rows(sample, edition, "world_percentile") if r["variable"] != "overall"]
    assert len(held) >= 19 * 5
    for record in held:
        column = columns[record["variable"]]
        world = [float(r[column]) for r in rows if NUMBER.fullmatch(r[column]) and float(r[column])]
        expected = middle_percent(float(own[record["institution"]][column]), world)
        assert record["value"] == pytest.approx(expected, abs=0.0501), record
        assert record["institutions_count"] == len(world)


@pytest.mark.shared
@pytest.mark.parametrize("edition", [2022, 2023, 2024, 2025])
def test_percentiles_of_overall_are_those_of_the_publishers_table(
    shared: Path, sample: Rankings, edition: int
) -> None:
    rows = the_rows(shared, edition)
    own = recognised(rows)
    world = [s for row in rows if (s := by_pillars(row, edition)) is not None]
    held = [r for r in context_rows(sample, edition, "world_percentile") if r["variable"] == "overall"]
    assert len(held) >= 19
    for record in held:
        value = by_pillars(own[record["institution"]], edition)
        assert value is not None
        assert record["value"] == pytest.approx(middle_percent(value, world), abs=0.0501), record
        assert record["institutions_count"] == len(world)


def recognised(rows: list[dict[str, str]]) -> dict[str | None, dict[str, str]]:
    register = catalog.load().institutions
    return {register.match(row["Name"]): row for row in rows}


def context_rows(held: Rankings, edition: int, statistic: str) -> list[dict[str, Any]]:
    rows = held.context
    mine = (rows["system"] == "the") & (rows["edition"] == edition) & (rows["statistic"] == statistic)
    return list(rows[mine].to_dict("records"))


@pytest.mark.shared
@pytest.mark.parametrize("edition", [2022, 2023, 2024, 2025])
def test_places_of_the_sample_are_those_of_the_publishers_table(
    shared: Path, sample: Rankings, edition: int
) -> None:
    """Every peer's place in its band, counted again over the csv file."""
    rows = the_rows(shared, edition)
    own = recognised(rows)
    sums = [(row["Rank"], s) for row in rows if (s := by_pillars(row, edition)) is not None]
    held = context_rows(sample, edition, "place_in_band")
    assert len(held) >= 19
    found = {r["institution"]: (r["value"], r["institutions_count"]) for r in held}
    expected = {}
    for name in found:
        value = by_pillars(own[name], edition)
        assert value is not None
        mates = [s for rank, s in sums if rank == own[name]["Rank"]]
        expected[name] = (1 + sum(s > value + 1e-9 for s in mates), len(mates))
    assert found == expected


# -- two routes, one result ----------------------------------------------------------------------


@pytest.mark.shared
def test_received_tables_give_what_the_sample_gives(
    shared: Path, workbook_root: Path, tmp_path: Path, sample: Rankings, peers: tuple[str, ...]
) -> None:
    for kind in ("rankings", "key_statistics"):
        copy = tmp_path / f"THE_2024_{kind}.csv"
        shutil.copyfile(shared / "the" / copy.name, copy)
        intake.receive(copy)
    live = measures.load("live", catalog.load())
    (row,) = measures.hidden(live, "ktu", "the", 2026).to_dict("records")
    same = measures.hidden(sample, "ktu", "the", 2024).iloc[-1]
    assert row["edition"] == same["edition"] == 2024
    assert row["overall"] == pytest.approx(same["overall"], abs=1e-9)
    assert row["edge_published"] == same["edge_published"] == 22.8
    assert row["edge_computed"] == pytest.approx(same["edge_computed"], abs=0.005)
    assert (row["place"], row["band_count"]) == (same["place"], same["band_count"]) == (158, 404)
    assert (row["rank_text"], row["next_band"]) == (same["rank_text"], same["next_band"])
    # And so do the place, the peers and the share.
    places = [measures.places(r, "ktu", 2024).set_index("system").loc["the"] for r in (live, sample)]
    assert [p["rank_text"] for p in places] == ["1501+", "1501+"]
    both = [
        measures.against_peers(r, "ktu", peers, "the", 2024).set_index("variable") for r in (live, sample)
    ]
    exact = ["weight", "value", "peers_count", "peer_median", "peer_percentile", "world_count"]
    pd.testing.assert_frame_equal(both[0][exact], both[1][exact])
    assert (both[0]["world_percentile"] - both[1]["world_percentile"]).abs().max() <= 0.0501
    share = measures.international_share(live, "ktu", 2026).to_dict("records")
    assert share == measures.international_share(sample, "ktu", 2024).tail(1).to_dict("records")
    assert measures.tables_of(live)["institutions_count"].tolist() == [1907]


def test_live_without_anything_received_ranks_nobody(workbook_root: Path) -> None:
    loaded = measures.load("live", catalog.load())
    assert loaded.sources == ()
    assert set(measures.places(loaded, "ktu", 2026)["status"]) == {"not_held"}
    assert indicators.measure(loaded, "ktu", 2026, "G3.01").value is None


HEAD = ",".join(("year", "Rank", "Name", "Country", "Overall", *PILLARS))


def the_file(folder: Path, rows: list[str], head: str = HEAD, name: str = "THE_2026.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_small_received_table_is_measured_by_hand(workbook_root: Path, tmp_path: Path) -> None:
    rows = [
        "2026,1,First University,UK,50.0,50,50,50,50,50",
        "2026,201–250,Second University,UK,30.0–39.9,30,30,30,30,30",
        "2026,251+,Karadeniz Technical University,Turkey,10.0–29.9,24.5,13.8,35.1,38.9,27.0",
        "2026,251+,Last University,UK,10.0–29.9,10,10,10,10,10",
        "2026,Reporter,Silent University,UK,n/a,n/a,n/a,n/a,n/a,n/a",
    ]
    intake.receive(the_file(tmp_path, rows))
    live = measures.load("live", catalog.load())
    (row,) = measures.hidden(live, "ktu", "the", 2026).to_dict("records")
    # 7.2275 + 4.002 + 10.53 + 1.556 + 2.025
    assert row["overall"] == pytest.approx(25.3405)
    assert (row["edge_published"], row["edge_computed"]) == (30.0, pytest.approx(30))
    assert row["gap"] == pytest.approx(4.6595)
    assert (row["place"], row["band_count"], row["next_band"]) == (1, 2, "201–250")
    found = measures.against_peers(live, "ktu", [], "the", 2026).set_index("variable")
    # Teaching 24.5 is above one of four; industry 38.9 above two.
    assert found.loc["teaching", "world_percentile"] == pytest.approx(37.5)
    assert found.loc["industry", "world_percentile"] == pytest.approx(62.5)
    assert (found["world_count"] == 4).all()


@pytest.mark.shared
def test_a_ranking_without_weights_can_be_held_alone(
    shared: Path, workbook_root: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "ARWU.csv"
    shutil.copyfile(shared / "arwu" / "ARWU_2003_2025.csv", copy)
    intake.receive(copy)
    live = measures.load("live", catalog.load())
    assert live.overall.empty
    assert measures.never_listed(live, "ktu", "arwu") == (2003, 2025)
    found = measures.places(live, "ktu", 2026).set_index("system")
    assert found.loc["arwu", "status"] == "not_listed"
    assert found.loc["the", "status"] == "not_held"


def test_two_universities_of_one_name_in_two_countries(workbook_root: Path, tmp_path: Path) -> None:
    """The intake accepts them; measuring must not fail on them, nor mix their scores."""
    rows = [
        "2026,201–250,Northern University,UK,30.0–39.9,30,30,30,30,30",
        "2026,201–250,Northern University,Canada,30.0–39.9,38,38,38,38,38",
        "2026,251+,Karadeniz Technical University,Turkey,10.0–29.9,20,20,20,20,20",
    ]
    answer = intake.receive(the_file(tmp_path, rows))
    assert [t.accepted for t in answer.tables] == [3]
    live = measures.load("live", catalog.load())
    (row,) = measures.hidden(live, "ktu", "the", 2026).to_dict("records")
    assert row["edge_computed"] == pytest.approx(30)
    assert measures.bands_of(live).set_index("rank_low").loc[201, "computed_high"] == pytest.approx(38)


def test_the_same_figures_in_two_layouts_do_not_collide(workbook_root: Path, tmp_path: Path) -> None:
    """Key statistics may come alone and again inside a combined table of the same edition."""
    statistics = "No. of FTE students,No. of students per staff,International students,Female:Male ratio"
    figures = '"22,986",10.5,8%,52 : 48'
    pillars = "24.5,13.8,35.1,38.9,27.0"
    intake.receive(
        the_file(
            tmp_path,
            [f"2026,1501+,Karadeniz Technical University,Turkey,{figures}"],
            f"year,Rank,Name,Country,{statistics}",
            "statistics.csv",
        )
    )
    intake.receive(
        the_file(
            tmp_path,
            [f"2026,1501+,Karadeniz Technical University,Turkey,10.3–27.2,{pillars},{figures}"],
            f"{HEAD},{statistics}",
            "combined.csv",
        )
    )
    live = measures.load("live", catalog.load())
    (row,) = measures.international_share(live, "ktu", 2026).to_dict("records")
    assert row["international_count"] == pytest.approx(1838.88)
