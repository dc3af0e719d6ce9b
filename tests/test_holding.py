"""What holds a goal back, and the cheapest way to a performance: by hand, by property, by brute force."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample import start as shared_start
from test_measures_goal1 import CATALOG
from test_messages import card, carded, entry, small
from test_standing import fairs, run_with

from helpers.errors import ParameterError
from helpers.plan import assessment, holding, performance
from helpers.plan.assessment import Assessment
from helpers.present import holding as page
from helpers.present.pieces import NOTE_TYPE

YEAR = 2025
CODES = ("G1.05", "G1.12", "G1.15", "G1.01", "G1.08")


def assessed(*lines: tuple[int, float | None, float | None], half: bool = False) -> Assessment:
    """Yearly counts with an effect, a target and a value each: S is the value over the target."""
    entries = [entry(code, weight, aim) for code, (weight, aim, _) in zip(CODES, lines, strict=False)]
    readings = {code: {YEAR: value} for code, (_, _, value) in zip(CODES, lines, strict=False)}
    indicators = {code: CATALOG.indicators["G1.05"].model_copy(update={"code": code}) for code in CODES}
    return assessment.assess(card(*entries), indicators, readings, YEAR, performance.scale(), half=half)


# 15 of 20 at 50 (12.5 points), 5 of 10 at 30 (15 points), the last at its target.
HAND = ((50, 20.0, 15.0), (30, 10.0, 5.0), (20, 8.0, 9.0))


def test_the_parts_by_hand() -> None:
    found = holding.parts(assessed(*HAND))
    assert [(part.line.entry.code, part.points) for part in found] == [("G1.12", 15.0), ("G1.05", 12.5)]
    assert assessed(*HAND).objective.strict == 72.5


def test_what_is_missing_takes_its_weight_and_what_has_no_target_nothing() -> None:
    found = assessed((50, 20.0, None), (30, 10.0, 10.0), (20, None, 4.0))
    (part,) = holding.parts(found)
    # Half of 100 is 62.5 of the 80 that are counted.
    assert (part.points, part.missing) == (62.5, True)
    assert holding.parts(assessed((100, None, 3.0))) == ()


lines = st.integers(1, 5).flatmap(
    lambda n: st.lists(
        st.tuples(
            st.integers(1, 50),
            st.one_of(st.none(), st.floats(0.5, 100)),
            st.one_of(st.none(), st.floats(0, 200)),
        ),
        min_size=n,
        max_size=n,
    )
)


def shared(rows: list[tuple[int, float | None, float | None]]) -> Assessment:
    """Make the weights add up to 100."""
    from helpers.plan.cards import shared_out

    weights = shared_out([weight for weight, _, _ in rows])
    return assessed(*((weight, aim, value) for weight, (_, aim, value) in zip(weights, rows, strict=True)))


@given(lines)
def test_the_parts_add_up_to_what_is_missing(rows: list[tuple[int, float | None, float | None]]) -> None:
    found = shared(rows)
    if found.objective.strict is None:
        assert holding.parts(found) == ()
    else:
        assert sum(p.points for p in holding.parts(found)) == pytest.approx(
            100 - found.objective.strict, abs=1e-7
        )


@given(lines)
def test_meeting_one_target_gains_exactly_its_part(
    rows: list[tuple[int, float | None, float | None]],
) -> None:
    found = shared(rows)
    for part in holding.parts(found):
        place = CODES.index(part.line.entry.code)
        met = list(rows)
        met[place] = (rows[place][0], rows[place][1], rows[place][1])
        gained = (shared(met).objective.strict or 0.0) - (found.objective.strict or 0.0)
        assert gained == pytest.approx(part.points, abs=1e-7)


# -- the other way round -------------------------------------------------------------------------------


def codes(way: holding.Way) -> list[str]:
    return [part.line.entry.code for part in way.parts or ()]


def test_the_cheapest_way_by_hand() -> None:
    found = assessed(*HAND)  # 72.5; 15 points for 30, 12.5 for 50
    assert codes(holding.cheapest(found, 72.5)) == []
    way = holding.cheapest(found, 80)
    assert (codes(way), way.cost, way.reached) == (["G1.12"], 30.0, 87.5)
    assert codes(holding.cheapest(found, 88)) == ["G1.12", "G1.05"]
    dear = holding.cheapest(found, 80, {"G1.12": 60.0})
    assert (codes(dear), dear.cost, dear.reached) == (["G1.05"], 50.0, 85.0)


def test_of_equally_cheap_sets_the_one_that_gains_most() -> None:
    assert codes(holding.cheapest(assessed(*HAND), 80, {"G1.12": 7.0, "G1.05": 7.0})) == ["G1.12"]
    assert codes(holding.cheapest(assessed(*HAND), 80, {"G1.12": 0.0, "G1.05": 0.0})) == ["G1.12", "G1.05"]


def test_what_cannot_be_reached_is_said() -> None:
    way = holding.cheapest(assessed(*HAND), 100, out_of_reach=["G1.05"])
    assert (way.parts, way.reached) == (None, 87.5)
    assert holding.cheapest(assessed(*HAND), 100).reached == 100.0


@pytest.mark.parametrize(("aim", "costs"), [(101, {}), (-1, {}), (90, {"G1.05": -1.0})])
def test_senseless_aims_and_costs_are_refused(aim: float, costs: dict[str, float]) -> None:
    with pytest.raises(ParameterError):
        holding.cheapest(assessed(*HAND), aim, costs)


@given(lines, st.floats(0, 100), st.lists(st.integers(0, 9), min_size=5, max_size=5))
def test_no_set_is_cheaper(
    rows: list[tuple[int, float | None, float | None]], aim: float, prices: list[int]
) -> None:
    found = shared(rows)
    costs = {code: float(price) for code, price in zip(CODES, prices, strict=True)}
    way, parts = holding.cheapest(found, aim, costs), holding.parts(found)
    now = found.objective.strict or 0.0
    enough = [
        sum(costs[part.line.entry.code] for part in chosen)
        for size in range(len(parts) + 1)
        for chosen in combinations(parts, size)
        if now + sum(part.points for part in chosen) >= aim - 1e-6
    ]
    if way.parts is None:
        assert now + sum(part.points for part in parts) < aim + 1e-6
    else:
        assert way.cost == pytest.approx(min(enough))
        assert way.reached >= aim - 1e-6


# -- on a page -----------------------------------------------------------------------------------------


def test_a_page_says_which_indicators_hold_the_goal_back() -> None:
    shown = page.of_goal(small(), "G1").text
    assert shown.startswith(
        "72.5% reached, 27.5 points are missing; most of them: Other promotion activities (15.0), then "
        "International fairs attended (12.5)"
    )
    assert "55%" in shown and "45%" in shown  # 15 and 12.5 of 27.5
    assert "International fairs attended (G1.05)" in page.most(small()).text


def test_one_indicator_alone_and_none() -> None:
    one = carded(run_with(fairs=fairs("2025-03-01", DE=15)), card(entry("G1.05", 100, 20)))
    assert (
        "75.0% reached, 25.0 points are missing, all of them from one indicator: International fairs"
        in page.of_goal(one, "G1").text
    )
    none = carded(run_with(fairs=fairs("2025-03-01", DE=20)), card(entry("G1.05", 100, 20)))
    for piece in (page.of_goal(none, "G1"), page.most(none)):
        assert piece.text == "Every indicator with a target has met it; no indicator lowers the performance."


def test_a_split_goal_names_its_objectives() -> None:
    run = carded(
        run_with(fairs=fairs("2025-03-01", DE=15)),
        card(entry("G1.05", 100, 20)),
        card(entry("G1.05", 100, 30)),
    )
    assert "2 objectives" in page.of_goal(run, "G1").text
    assert page.ways(run, "G1", (100,)).text.count("International fairs attended (G1.05)") == 2


def test_ways_on_a_page() -> None:
    shown = page.ways(
        small(), "G1", (70, 80, 100), costs={"G1.12": 2.5}, out_of_reach=("G1.05", "G3.02")
    ).text
    reached, cheap, not_within = shown.splitlines()[2:5]
    assert "already reached" in reached
    assert "Other promotion activities (G1.12)" in cheap and "2.5" in cheap and "87.5%" in cheap
    assert "out of reach: at most 87.5%" in not_within
    assert "Taken as beyond the university's decision: G1.05." in shown
    assert "costs its weight" not in shown
    assert "costs its weight" in page.ways(small(), "G1", (80,)).text


@pytest.mark.parametrize(
    "more", [{"period": "first_half"}, {"year": 2022}, {"unit": "eng"}, {"institution": "metu"}]
)
def test_where_it_cannot_be_said_the_page_says_so(more: dict[str, Any]) -> None:
    run = shared_start(**({"year": 2026} | more))
    for piece in (page.of_goal(run, "G1"), page.most(run), page.ways(run, "G1", (90,))):
        assert piece.bundle[NOTE_TYPE]["kind"] == "not_computed"


def test_the_parts_of_the_sample_add_up_to_its_shortfall() -> None:
    (found,) = page.cards.assessed(shared_start(year=2026), "G1")
    assert sum(p.points for p in holding.parts(found)) == pytest.approx(100 - (found.objective.strict or 0))
