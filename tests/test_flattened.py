"""Tables in which somebody flattened what the publisher prints: restored or set aside, never shown as is.

The band rules are those of real editions in data/catalog/rankings.yml: THE 2016 prints 1–200, then 201,
251, ... 801+; QS 2017 prints 1–400, bands, then 701+; ARWU prints 1–100, then 101–150 and so on.
"""

import pytest

from helpers.catalog import load
from helpers.intake import values
from helpers.intake.flattened import judge

THE, QS, ARWU, CWUR = (load().systems[name] for name in ("the", "qs", "arwu", "cwur"))


def judged(texts, system, edition):
    verdicts = judge([values.rank(str(text)) for text in texts], system, edition)
    assert len(verdicts) == len(texts)
    return verdicts


def shown(verdicts):
    return [(v.rank.text if v.rank else None, " ".join(v.caveats)) for v in verdicts]


@pytest.mark.parametrize("first", [1, 301])  # numbering may run on from an earlier edition
@pytest.mark.parametrize("rows", [100, 1500])
def test_a_running_row_number_is_no_rank(rows, first):
    verdicts = judged(range(first, first + rows), THE, 2025)
    assert shown(verdicts) == [(None, "running_row_number")] * rows


def test_row_numbers_in_any_order_are_still_row_numbers():
    assert {v.rank for v in judged(range(150, 0, -1), QS, 2025)} == {None}


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(range(1, 100), id="one row too few to be sure"),
        pytest.param([*range(1, 100), "=100", "=100"], id="a tie"),
        pytest.param([*range(1, 150), "201–250"], id="a band"),
        pytest.param([*range(1, 100), 102, 103], id="a gap, as after a tie"),
    ],
)
def test_what_numbers_rows_only_in_part_keeps_its_ranks(texts):
    verdicts = judged(texts, THE, 2025)
    assert shown(verdicts) == [(values.rank(str(text)).text, "") for text in texts]


def test_a_ranking_without_ties_may_number_its_rows():
    # CWUR prints 1, 2, 3 ... without ties to its last row: there the row number is the rank.
    assert shown(judged(range(1, 2001), CWUR, 2020)) == [(str(n), "") for n in range(1, 2001)]

    untied = THE.model_copy(update={"prints_ties": False})
    assert shown(judged(range(1, 151), untied, 2025)) == [(str(n), "") for n in range(1, 151)]


def test_an_edition_without_declared_bands_is_left_alone():
    texts = [1, 2, 2, 900]
    assert THE.band_rule(2005) is None
    assert shown(judged(texts, THE, 2005)) == [(str(t), "") for t in texts]


def test_made_up_integers_beyond_the_exact_ranks_are_not_official():
    # ARWU prints bands after 100; 101, 104, 137 ... were computed by somebody else.
    texts = [1, 99, 100, 101, 104, 137, 479, 900]
    verdicts = judged(texts, ARWU, 2024)
    assert shown(verdicts) == [("1", ""), ("99", ""), ("100", "")] + [(None, "ranks_not_official")] * 5


def test_a_few_repeated_edges_among_made_up_integers_are_no_bands():
    # 101 stands six times, but 102 is no band's edge: the column as a whole was made up.
    texts = [1] + [101] * 6 + [102] * 6
    assert set(shown(judged(texts, ARWU, 2024))[1:]) == {(None, "ranks_not_official")}


def test_an_open_band_cut_to_its_edge_gets_its_plus_back():
    texts = [1, "=2", "=2", "401–410", "651–700"] + [701] * 5
    verdicts = judged(texts, QS, 2017)
    assert shown(verdicts)[:5] == [("1", ""), ("=2", ""), ("=2", ""), ("401–410", ""), ("651–700", "")]
    assert shown(verdicts)[5:] == [("701+", "open_band_restored")] * 5
    assert all((v.rank.low, v.rank.high) == (701, None) for v in verdicts[5:])


def test_an_edge_that_stands_too_seldom_is_no_band():
    assert shown(judged([1, "=2", "=2", *[701] * 4], QS, 2017))[3:] == [(None, "ranks_not_official")] * 4


def test_several_bands_cut_to_their_edges_have_no_known_end():
    texts = [1, "=2", "=2"] + [201] * 5 + [601] * 7 + [801] * 9
    verdicts = judged(texts, THE, 2016)
    assert shown(verdicts)[3:8] == [("201–?", "band_cut")] * 5
    assert shown(verdicts)[8:15] == [("601–?", "band_cut")] * 7
    assert shown(verdicts)[15:] == [("801+", "open_band_restored")] * 9
    assert all(not v.rank.exact and v.rank.high is None for v in verdicts[3:])


def test_lost_tie_marks_come_back():
    verdicts = judged([1, 2, 2, 4, "201–250"], THE, 2015)
    assert shown(verdicts) == [
        ("1", ""), ("=2", "tie_marks_restored"), ("=2", "tie_marks_restored"), ("4", ""), ("201–250", ""),
    ]  # fmt: skip
    assert [v.rank.tie for v in verdicts] == [False, True, True, False, False]


def test_a_table_that_has_tie_marks_is_believed():
    # 7 stands twice without a mark where other ties have theirs: that is the publisher's own doing.
    assert shown(judged(["=2", "=2", 7, 7], THE, 2015))[2:] == [("7", ""), ("7", "")]


def test_a_small_genuine_extract_is_untouched():
    texts = [3, 17, 44, 58, 101, 136, 150, 171, 188, 199]
    assert shown(judged(texts, THE, 2025)) == [(str(text), "") for text in texts]
    assert shown(judged(["501–600", "1501+"], THE, 2025)) == [("501–600", ""), ("1501+", "")]


def test_a_publishers_own_table_is_untouched():
    texts = [1, "=2", "=2", 4, *["201–250"] * 50, *["601–800"] * 200, *["1501+"] * 300]
    assert shown(judged(texts, THE, 2025)) == [(values.rank(str(text)).text, "") for text in texts]


def test_nothing_in_nothing_out():
    assert judge([], THE, 2025) == []
