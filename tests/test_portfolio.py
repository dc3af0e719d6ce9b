"""Value without a composite, reciprocity and concentration of partners: worked by hand."""

import math

import pandas as pd
import pytest

from helpers.analysis.portfolio import concentrated, ordered, reciprocity


def test_partners_are_ordered_by_their_mean_rank():
    """Of three partners: stays 10, 4, 4 are ranks 100, 25, 25; papers 0, 8, 2 are 0, 100, 50."""
    amounts = pd.DataFrame({"stays": [10, 4, 4], "papers": [0, 8, 2], "visits": [1, 1, 1]}, ["a", "b", "c"])
    assert ordered(amounts).to_dict() == {"b": 62.5, "a": 50, "c": 37.5}
    assert list(ordered(amounts).index) == ["b", "a", "c"]


def test_no_amount_of_one_kind_makes_up_for_all_others():
    amounts = pd.DataFrame({"a": [10_000, 2, 1], "b": [0, 2, 1], "c": [0, 2, 1]}, ["one", "broad", "some"])
    assert ordered(amounts).index[0] == "broad"


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_what_is_all_alike_has_no_order(rows):
    amounts = pd.DataFrame({"a": [2] * rows, "b": [0] * rows}, [f"p{i}" for i in range(rows)])
    assert list(ordered(amounts).index) == list(amounts.index)
    assert set(ordered(amounts)) <= {50.0}


@pytest.mark.parametrize(
    ("incoming", "outgoing", "index", "way"),
    [
        (10, 10, 1, "both"),
        (6, 4, 0.8, "both"),  # Wilson of 6 / 10 is 31–83 %
        (2, 18, 0.2, "out"),  # of 2 / 20: 2.8–30.1 %
        (30, 10, 0.5, "in"),
        (0, 10, 0, "out"),
    ],
)
def test_reciprocity(incoming, outgoing, index, way):
    found = reciprocity(incoming, outgoing)
    assert (found.index, found.way) == (pytest.approx(index), way)


def test_nine_movements_say_nothing_of_balance():
    assert reciprocity(0, 9) is None
    assert reciprocity(0, 0) is None


def test_concentration():
    found = concentrated(pd.Series([5, 3, 1, 1, 0]))
    assert found.hhi == pytest.approx(3600)  # .25 + .09 + .01 + .01
    assert found.top_three == pytest.approx(0.9)
    assert found.effective == pytest.approx(
        math.exp(-(0.5 * math.log(0.5) + 0.3 * math.log(0.3) + 0.2 * math.log(0.1)))
    )
    assert concentrated(pd.Series([7.0])).hhi == 10_000
    assert concentrated(pd.Series([0.0, 0.0])) is None
    assert concentrated(pd.Series(dtype=float)) is None
