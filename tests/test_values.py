"""Printed ranks, scores and statistics: a band stays a band, and nothing is invented."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import locale
from helpers.intake import values

DASHES = ["-", "\u2010", "\u2011", "\u2012", "–", "—", "\u2015", "\u2212"]


@pytest.mark.parametrize(
    ("text", "low", "high", "tie", "shown"),
    [
        ("12", 12, 12, False, "12"),
        ("=12", 12, 12, True, "=12"),
        ("12=", 12, 12, True, "=12"),
        ("= 12", 12, 12, True, "=12"),
        (locale.tidy(" =101"), 101, 101, True, "=101"),
        (locale.tidy("12\u00a0"), 12, 12, False, "12"),
        ("601-800", 601, 800, False, "601–800"),
        ("601–800", 601, 800, False, "601–800"),
        ("601—800", 601, 800, False, "601–800"),
        ("601\u2212800", 601, 800, False, "601–800"),
        ("601 – 800", 601, 800, False, "601–800"),
        ("1501+", 1501, None, False, "1501+"),
        ("1 Top 0.1%", 1, 1, False, "1"),
        ("1000 Top 4.9%", 1000, 1000, False, "1000"),
    ],
)
def test_ranks(text, low, high, tie, shown):
    rank = values.rank(text)
    assert (rank.low, rank.high, rank.tie, rank.text) == (low, high, tie, shown)
    assert rank.exact == (low == high)


def test_a_tie_mark_in_its_own_column():
    assert values.rank("101", "=").tie
    assert values.rank("101", "=").text == "=101"
    assert not values.rank("101", "").tie


@pytest.mark.parametrize(
    "text",
    ["", "-", "n/a", "Reporter", "0", "=0", "0-5", "800-601", "601–800+", "12.5", "1e3", "-5", "twelve",
     "1-2-3", "12 13", "123456", "+", "601–", "–800"],
)  # fmt: skip
def test_what_is_no_rank_is_refused(text):
    with pytest.raises(values.Unreadable) as refused:
        values.rank(text)
    assert refused.value.expected
    assert refused.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        "2020-10-05 00:00:00",
        "2020-10-05",
        "5-Oct",
        "Oct-20",
        "5-Eki",
        "Eki-20",
        pytest.param(
            "5-Şub",
        ),
        pytest.param(
            "05.Eki",
        ),
    ],
)
def test_a_rank_that_excel_made_a_date_says_so(text):
    with pytest.raises(values.Unreadable) as refused:
        values.rank(text)
    assert "Excel" in refused.value.remedy


@given(st.integers(1, 99_998), st.integers(1, 99_999), st.sampled_from(DASHES), st.sampled_from(["", " "]))
def test_a_band_goes_there_and_back_with_any_dash(low, width, dash, blank):
    high = min(low + width, 99_999)
    rank = values.rank(f"{low}{blank}{dash}{blank}{high}")
    assert (rank.low, rank.high, rank.exact) == (low, high, False)
    assert rank.text == f"{low}–{high}"
    assert values.rank(rank.text) == rank  # what is shown can be read again


@given(st.text("0123456789=+-–—% Top.", max_size=14))
def test_a_rank_holds_only_numbers_that_are_printed(text):
    try:
        rank = values.rank(text)
    except values.Unreadable:
        return
    printed = {int(digits) for digits in re.findall(r"\d+", text)}
    assert rank.low in printed
    assert rank.high is None or rank.high in printed
    assert rank.high is not None or "+" in text
    assert {int(digits) for digits in re.findall(r"\d+", rank.text)} <= printed


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused_and_never_crashes(text):
    for reader in (values.rank, values.score, values.count, values.ratio, values.percent, values.female_male):
        try:
            reader(text)
        except values.Unreadable as refused:
            assert refused.expected
            assert refused.remedy


@pytest.mark.parametrize("text", ["", "-", "–", "—", "n/a", "N/A", "%"])
@pytest.mark.parametrize("kind", ["score", "count", "ratio", "percent", "female_male", "rank"])
def test_no_value_is_no_number(kind, text):
    span = values.READERS[kind](text)
    assert (span.low, span.high) == (None, None)


@pytest.mark.parametrize(
    ("kind", "text", "low", "high"),
    [
        ("score", "98.5", 98.5, 98.5),
        ("score", "100.00", 100, 100),
        ("score", "0", 0, 0),
        ("score", "10.5–25.1", 10.5, 25.1),
        ("score", "10.5-25.1", 10.5, 25.1),
        ("score", "10.5 — 25.1", 10.5, 25.1),
        ("count", "22,986", 22986, 22986),
        ("count", "1,022,986", 1022986, 1022986),
        ("count", "22986", 22986, 22986),
        ("ratio", "10.5", 10.5, 10.5),
        ("ratio", "162.6", 162.6, 162.6),
        ("percent", "43%", 43, 43),
        ("percent", "43 %", 43, 43),
        ("percent", "43", 43, 43),
        ("percent", "0%", 0, 0),
        ("percent", "-0%", 0, 0),
        ("percent", "100%", 100, 100),
        ("female_male", "52 : 48", 52, 52),
        ("female_male", "52:48", 52, 52),
        ("female_male", "100 : 0", 100, 100),
        ("rank", "913", 913, 913),
        ("rank", "> 1000", 1001, None),
        ("rank", ">1000", 1001, None),
        ("rank", "355+", 355, None),
    ],
)
def test_values(kind, text, low, high):
    span = values.READERS[kind](text)
    assert (span.low, span.high) == (low, high)
    assert span.text == text  # the page shows what was printed


def test_a_rounded_nought_has_no_sign():
    assert str(values.percent("-0%").low) == "0.0"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("score", "100.1"),
        ("score", "8540"),
        ("score", "-5"),
        ("score", "93,6"),  # a decimal comma is refused, never read as 936 or 93
        ("score", "25.1–10.5"),
        ("score", "90–101"),
        ("score", "abc"),
        ("score", "1.2.3"),
        ("count", "22.986"),  # a Turkish thousands point is no fraction
        ("count", "22,98"),
        ("count", "-1"),
        ("percent", "101%"),
        ("percent", "-3%"),
        ("percent", "4,5%"),
        ("female_male", "52 : 49"),
        ("female_male", "52"),
        ("female_male", "20:11:00"),
        ("rank", "0"),
        ("rank", "-4"),
        ("rank", "1.5"),
        ("rank", "1000-"),
    ],
)
def test_what_cannot_be_is_refused(kind, text):
    with pytest.raises(values.Unreadable) as refused:
        values.READERS[kind](text)
    assert refused.value.expected
    assert refused.value.remedy


def test_a_footnote_mark_on_a_place_is_refused():
    with pytest.raises(values.Unreadable):
        values.place("91²")


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_a_range_of_scores_keeps_both_ends(one, other):
    low, high = sorted((one / 10, other / 10))
    span = values.score(f"{low}–{high}")
    assert (span.low, span.high) == (low, high)
