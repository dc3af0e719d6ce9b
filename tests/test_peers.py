"""Where one value stands among others: percentiles and quartiles worked by hand."""

import csv
import math
import re
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ranking_builders import OUTLOOK_2026

from helpers.analysis.peers import Place, nearest, percentile, place, race, standing, yearly_change

groups = st.lists(st.integers(0, 1000).map(lambda tenths: tenths / 10), min_size=5, max_size=40)


@pytest.mark.parametrize(
    ("value", "group", "expected"),
    [
        (30, [10, 20, 30, 40, 50], 50),  # (2 + ½) / 5
        (10, [10, 20, 30, 40, 50], 10),  # (0 + ½) / 5
        (50, [10, 20, 30, 40, 50], 90),  # (4 + ½) / 5
        (50, [50, 10, 40, 20, 30], 90),  # order does not matter
        (2, [1, 2, 2, 2, 3], 50),  # (1 + 3·½) / 5
        (5, [5, 5, 7, 8], 25),  # (0 + 2·½) / 4
        (8, [5, 8, 8, 8], 62.5),  # (1 + 3·½) / 4
        (7, [7, 7, 7, 7, 7, 7], 50),  # all equal
        (7, [7], 50),  # alone
    ],
)
def test_percentile_counts_half_of_the_equals(value: float, group: list[float], expected: float) -> None:
    assert percentile(value, group) == pytest.approx(expected)


def test_the_published_percentile_of_international_outlook_2026() -> None:
    # 27.0 is shared with Hacettepe and only Gazi is below: (1 + 2·½) / 20.
    group = list(OUTLOOK_2026.values())
    assert len(group) == 20
    assert percentile(27.0, group) == pytest.approx(10)
    found = standing(27.0, group)
    assert (found.n, found.percentile) == (20, pytest.approx(10))
    # Of twenty values in order, the quartiles stand at positions 4.75, 9.5 and 14.25 from nought.
    assert found.median == pytest.approx((36.0 + 34.3) / 2)
    assert found.lower_quartile == pytest.approx(27.5 + 0.75 * (29.8 - 27.5))
    assert found.upper_quartile == pytest.approx(38.4 + 0.25 * (39.5 - 38.4))


@given(groups)
def test_a_member_is_never_at_0_or_100(group: list[float]) -> None:
    assert all(0 < percentile(value, group) < 100 for value in group)


@given(groups)
def test_a_higher_value_stands_higher(group: list[float]) -> None:
    lowest, highest = min(group), max(group)
    assume(lowest < highest)
    placed = [percentile(value, group) for value in sorted(set(group))]
    assert all(a < b for a, b in pairwise(placed))


@given(groups)
def test_percentiles_of_a_group_average_50(group: list[float]) -> None:
    assert sum(percentile(v, group) for v in group) / len(group) == pytest.approx(50)


@given(groups)
def test_counting_from_the_other_end_is_the_complement(group: list[float]) -> None:
    value = group[0]
    assert percentile(-value, [-v for v in group]) == pytest.approx(100 - percentile(value, group))


@pytest.mark.parametrize("n", [0, 1, 4])
def test_fewer_than_five_give_no_figures(n: int) -> None:
    found = standing(1.0, [float(i + 1) for i in range(n)])
    assert found.n == n
    assert found.median is found.lower_quartile is found.upper_quartile is found.percentile is None


def test_five_are_enough() -> None:
    found = standing(1.0, [1, 2, 3, 4, 5])
    assert (found.n, found.lower_quartile, found.median, found.upper_quartile) == (5, 2, 3, 4)
    assert found.percentile == pytest.approx(10)


def test_quartiles_fall_between_values() -> None:
    # Six values: the quartiles stand at positions 1.25, 2.5 and 3.75, counted from nought.
    found = standing(None, [60, 10, 50, 20, 40, 30])
    assert found.lower_quartile == pytest.approx(22.5)
    assert found.median == pytest.approx(35)
    assert found.upper_quartile == pytest.approx(47.5)


@pytest.mark.parametrize("nothing", [None, math.nan])
def test_without_an_own_value_the_group_is_still_described(nothing: float | None) -> None:
    found = standing(nothing, [1, 2, 3, 4, 5])
    assert found.median == 3
    assert found.percentile is None


def test_missing_values_are_not_members() -> None:
    assert standing(4.0, [1, 2, 3, 4, math.nan]).percentile is None
    found = standing(4.0, [math.nan, 1, 2, 3, 4, 5])
    assert (found.n, found.median) == (5, 3)
    assert found.percentile == pytest.approx(70)  # (3 + ½) / 5


@given(groups)
def test_quartiles_are_ordered_and_inside_the_group(group: list[float]) -> None:
    found = standing(group[0], group)
    assert found.lower_quartile is not None and found.median is not None and found.upper_quartile is not None
    tolerance = 1e-9
    assert min(group) - tolerance <= found.lower_quartile <= found.median + tolerance
    assert found.median - tolerance <= found.upper_quartile <= max(group) + tolerance


# -- place, change -------------------------------------------------------------------------------------


def test_place_by_hand() -> None:
    # Ten values 10, 20 … 100: below 70 are six, equal one: 100 · 6.5 / 10. Median 55, upper quartile 77.5.
    group = [float(v) for v in range(10, 101, 10)]
    found = place(70.0, group)
    assert (found.n, found.percentile, found.quintile) == (10, pytest.approx(65), 4)
    assert (found.median_gap, found.quarter_gap) == (pytest.approx(15), pytest.approx(-7.5))


def test_place_where_lower_is_better() -> None:
    # Ranks: 20 is second best of ten, the best quarter ends at 32.5, the median is 55.
    group = [float(v) for v in range(10, 101, 10)]
    found = place(20.0, group, higher_is_better=False)
    assert (found.percentile, found.quintile) == (pytest.approx(85), 5)
    assert (found.median_gap, found.quarter_gap) == (pytest.approx(35), pytest.approx(12.5))


@pytest.mark.parametrize(
    ("value", "quintile"),
    [(1.0, 1), (2.0, 1), (3.0, 2), (4.0, 2), (5.0, 3), (6.0, 3), (7.0, 4), (8.0, 4), (9.0, 5), (10.0, 5)],
)
def test_ten_values_fill_the_fifths_two_by_two(value: float, quintile: int) -> None:
    assert place(value, [float(v) for v in range(1, 11)]).quintile == quintile


def test_fifths_need_ten_and_percentiles_five() -> None:
    assert place(1.0, [1, 2, 3, 4]) == Place(4)
    nine = place(1.0, [float(v) for v in range(9)])
    assert nine.quintile is None and nine.percentile is not None


def test_extreme_groups_are_placed() -> None:
    equal = place(5.0, [5.0] * 12)
    assert (equal.percentile, equal.quintile, equal.median_gap, equal.quarter_gap) == (50, 3, 0, 0)
    huge = place(1.0, [1.0] * 11 + [1e12])
    assert huge.percentile == pytest.approx(100 * 5.5 / 12)
    assert huge.median_gap == 0 and huge.quarter_gap == 0
    assert place(math.nan, [1.0] * 11) == Place(11)
    assert place(None, []) == Place(0)
    assert place(1.0, [1.0]) == Place(1)


def test_the_yearly_change_is_the_median_of_all_slopes() -> None:
    # 2022–2026, International Outlook of KTÜ: +2.31 a year (domain dossier, section 6).
    assert yearly_change(range(2022, 2027), [18.5, 19.6, 22.7, 26.1, 27.0]) == pytest.approx(2.31, abs=0.005)
    # By hand: slopes 1, 3 and (4 over 2 years) 2.
    assert yearly_change([2020, 2021, 2022], [1, 2, 5]) == pytest.approx(2)
    # A missing middle leaves one pair, over two years.
    assert yearly_change([2020, 2021, 2022], [1, math.nan, 5]) == pytest.approx(2)
    assert yearly_change([2020], [1]) is None
    assert yearly_change([2020, 2021], [1, math.nan]) is None
    # One wild year does not decide.
    assert yearly_change(range(5), [0, 1, 100, 3, 4]) == pytest.approx(1)


# -- who is alike --------------------------------------------------------------------------------------


def toy(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=["own", "a", "b", "c"])


def test_the_nearest_by_hand() -> None:
    # x: 0 0 2 4 has mean 1.5 and variance 11/3; y: 0 3 0 3 has variance 3.
    found = nearest(toy(x=[0, 0, 2, 4], y=[0, 3, 0, 3]), "own", {"x": 1, "y": 1})
    expected = {
        "a": math.sqrt((0 + 9 / 3) / 2),
        "b": math.sqrt((4 / (11 / 3) + 0) / 2),
        "c": math.sqrt((16 / (11 / 3) + 9 / 3) / 2),
    }
    assert list(found.index) == ["b", "a", "c"]
    assert dict(found["distance"]) == pytest.approx(expected)
    assert found.loc["b", "x"] == pytest.approx(2 / math.sqrt(11 / 3))
    assert set(found["known"]) == {2}


def test_weights_decide_who_is_nearest() -> None:
    values = toy(x=[0, 0, 2, 4], y=[0, 3, 0, 3])
    assert nearest(values, "own", {"x": 10, "y": 1}).index[0] == "a"
    assert nearest(values, "own", {"x": 1, "y": 10}).index[0] == "b"
    # Only their proportions matter.
    small, large = (nearest(values, "own", {"x": w, "y": 2 * w})["distance"] for w in (1, 50))
    assert list(small) == pytest.approx(list(large))


def test_what_only_one_side_knows_is_not_compared() -> None:
    found = nearest(toy(x=[0, 1, 2, math.nan], y=[0, math.nan, 1, 1]), "own", {"x": 1, "y": 1})
    assert dict(found["known"]) == {"a": 1, "b": 2, "c": 1}
    assert found.loc["a", "distance"] == pytest.approx(abs(found.loc["a", "x"]))
    own_unknown = nearest(toy(x=[math.nan, 1, 2, 3], y=[0, 1, 2, math.nan]), "own", {"x": 1, "y": 1})
    assert list(own_unknown.index) == ["a", "b"]


def test_extremes_of_likeness() -> None:
    same = nearest(toy(x=[5, 5, 5, 5]), "own", {"x": 1})
    assert list(same["distance"]) == [0, 0, 0] and list(same.index) == ["a", "b", "c"]
    huge = nearest(toy(x=[1, 2, 3, 1e15]), "own", {"x": 1})
    assert list(huge.index) == ["a", "b", "c"] and huge["distance"].notna().all()
    alone = nearest(pd.DataFrame({"x": [1.0]}, index=["own"]), "own", {"x": 1})
    assert alone.empty
    nothing = nearest(toy(x=[1, math.nan, math.nan, math.nan]), "own", {"x": 1})
    assert nothing.empty


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-50, 50), min_size=4, max_size=4), st.floats(0.1, 10), st.floats(-100, 100))
def test_units_of_measure_do_not_matter(values: list[float], scale: float, shift: float) -> None:
    assume(max(values) - min(values) > 0.01)
    one = nearest(toy(x=values), "own", {"x": 1})["distance"]
    other = nearest(toy(x=[scale * v + shift for v in values]), "own", {"x": 1})["distance"]
    assert dict(one) == pytest.approx(dict(other), rel=1e-6, abs=1e-6)


# -- who passes whom -----------------------------------------------------------------------------------


def test_a_race_by_hand() -> None:
    # Lead −6 −4 −5 −2 −1: steps 2 −1 3 1, mean 1.25, mean square 15/4; two years on −1 + 1.25/4 · 2 = −0.375
    # with the scale √(15/4 · 2) = 2.7386.
    found = race(range(2022, 2027), [0] * 5, [6, 4, 5, 2, 1], 2)
    assert found is not None
    assert (found.n, found.lead, found.drift) == (5, -1, pytest.approx(1.25))
    # Student-t, 4 degrees of freedom: 90 % point 1.533; P(T < −0.1369) = 0.4489.
    assert found.low == pytest.approx(-0.375 - 1.533 * 2.7386, abs=0.005)
    assert found.high == pytest.approx(-0.375 + 1.533 * 2.7386, abs=0.005)
    assert found.chance == pytest.approx(0.4489, abs=0.0005)
    # A step over two years counts by the root of two: 3² / 2 + 1 + 9 + 1 over four.
    longer = race([2020, 2022, 2023, 2024, 2025], [0] * 5, [7, 4, 5, 2, 1], 1)
    assert longer is not None
    assert (longer.high - longer.low) / 2 == pytest.approx(1.533 * math.sqrt(15.5 / 4), abs=0.005)


def test_the_two_sides_of_a_race_add_up_to_one() -> None:
    one, other = [3, 5, 4, 6, 8, 7], [5, 5, 6, 6, 7, 9]
    there, back = race(range(6), one, other, 3), race(range(6), other, one, 3)
    assert there is not None and back is not None
    assert there.chance + back.chance == pytest.approx(1)
    assert (there.low, there.high) == (pytest.approx(-back.high), pytest.approx(-back.low))


def test_what_moves_both_alike_does_not_matter() -> None:
    one, other = [3, 5, 4, 6, 8], [5, 5, 6, 6, 7]
    jump = [0, 0, 20, 20, 20]
    plain = race(range(5), one, other, 2)
    moved = race(range(5), [a + j for a, j in zip(one, jump, strict=True)],
                 [b + j for b, j in zip(other, jump, strict=True)], 2)  # fmt: skip
    assert plain == moved


def test_a_race_needs_five_years_and_a_time_to_come() -> None:
    assert race(range(4), [1, 2, 3, 4], [4, 3, 2, 1], 1) is None
    assert race(range(5), [1, 2, math.nan, 4, 5], [5, 4, 3, 2, 1], 1) is None
    assert race(range(5), [1, 2, 3, 4, 5], [5, 4, 3, 2, 1], 0) is None
    six = race(range(6), [1, 2, math.nan, 4, 5, 6], [6, 5, 4, 3, 2, 1], 1)
    assert six is not None and six.n == 5


def test_races_of_equals_and_of_giants() -> None:
    level = race(range(5), [7.0] * 5, [7.0] * 5, 2)
    assert level is not None and (level.chance, level.low, level.high) == (0.5, 0, 0)
    steady = race(range(5), [3.0] * 5, [2.5] * 5, 1)
    assert steady is not None and (steady.chance, steady.low) == (1.0, 0.5)
    giant = race(range(5), [1e9, 1e9 + 1, 1e9, 1e9 + 2, 1e9], [1, 2, 1, 2, 1], 3)
    assert giant is not None and giant.chance > 0.999


def raced(paths: np.ndarray, length: int) -> tuple[float, np.ndarray, np.ndarray]:
    """Return how many leads lie within the 80 %, what chance each was given, and whether it came."""
    ahead = paths.shape[1] - length
    found = [race(range(length), list(path[:length]), [0.0] * length, ahead) for path in paths]
    within = [one.low <= path[-1] <= one.high for one, path in zip(found, paths, strict=True) if one]
    return float(np.mean(within)), np.array([one.chance for one in found if one]), paths[:, -1] > 0


def test_chances_and_intervals_hold_where_leads_wander() -> None:
    """Random walks from a lead of any size: what is given a chance comes true as often."""
    rng = np.random.default_rng(20261)
    steps = rng.normal(0, 1.0, (3000, 8))
    starts = rng.uniform(-10, 10, (3000, 1))
    within, said, true = raced(np.concatenate([starts, starts + steps.cumsum(axis=1)], axis=1), 7)
    assert within == pytest.approx(0.80, abs=0.025)
    for low in (0.0, 0.25, 0.5, 0.75):
        given = (said >= low) & (said < low + 0.25 if low < 0.75 else said <= 1)
        assert given.sum() > 100
        # Three standard errors of what is counted, at most.
        assert true[given].mean() == pytest.approx(said[given].mean(), abs=1.5 / math.sqrt(given.sum()))


def test_a_lead_that_keeps_growing_is_not_missed_by_much() -> None:
    """Where leads do keep their pace, contrary to what universities do, the interval is on the wide side."""
    rng = np.random.default_rng(5)
    steps = rng.normal(1.0, 1.0, (1500, 8))
    within, said, _ = raced(np.concatenate([np.zeros((1500, 1)), steps.cumsum(axis=1)], axis=1) - 9, 7)
    assert within > 0.70
    still = raced(np.concatenate([np.zeros((1500, 1)), (steps - 1).cumsum(axis=1)], axis=1) - 3, 7)[1]
    assert said.mean() > still.mean()


@lru_cache(maxsize=1)
def outlooks(shared: Path) -> tuple[dict[int, float], ...]:
    """Return the international outlook of each university by edition of THE, 2016 to 2023."""
    found: dict[str, dict[int, float]] = {}
    for edition in range(2016, 2024):
        with (shared / "the" / f"THE_{edition}_rankings.csv").open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if re.fullmatch(r"[\d.]+", row["International Outlook"].strip()):
                    found.setdefault(row["Name"].strip(), {})[edition] = float(row["International Outlook"])
    return tuple(found.values())


@pytest.mark.shared
@pytest.mark.parametrize("ahead", [1, 2])
def test_what_was_said_of_real_universities_came_true_as_often(shared: Path, ahead: int) -> None:
    """Cut at 2020 and 2021, each university against near ones, one and two editions on; method of 2016."""
    rng = np.random.default_rng(1)
    chances, came, within, stayed = [], [], [], []
    for cut in (2020, 2021):
        years = list(range(2016, cut + 1))
        held = [one for one in outlooks(shared) if all(y in one for y in (*years, cut + ahead))]
        held.sort(key=lambda one: one[cut])
        assert len(held) > 700
        for at in [*range(len(held) - 40)] * 3:
            pair = held[at], held[at + int(rng.integers(1, 40))]
            one, other = pair if rng.random() < 0.5 else pair[::-1]
            found = race(years, [one[y] for y in years], [other[y] for y in years], ahead)
            assert found is not None
            lead = one[cut + ahead] - other[cut + ahead]
            chances.append(found.chance)
            came.append((lead > 0) + (lead == 0) / 2)
            within.append(found.low <= lead <= found.high)
            stayed.append((found.lead > 0) + (found.lead == 0) / 2)
    said, true = np.array(chances), np.array(came)
    assert 0.75 <= np.mean(within) <= 0.88
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        given = (said >= low) & (said < low + 0.2)
        assert given.sum() > 200
        # Within twelve points in each fifth: chances are written to five points, as "about".
        assert true[given].mean() == pytest.approx(said[given].mean(), abs=0.12)
    # Better than to say that nothing changes.
    assert ((said - true) ** 2).mean() < 0.85 * ((np.array(stayed) - true) ** 2).mean()
