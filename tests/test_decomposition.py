"""What a change of a share is made of: worked by hand, and exact for any counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.decomposition import members, mix_and_rate, quotient

counts = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda c: (min(c), max(c)))
groups = st.dictionaries(st.sampled_from("abcd"), counts, min_size=1).filter(
    lambda g: sum(whole for _, whole in g.values()) > 0
)


def test_a_share_that_rose_by_both():
    """10 of 100 became 12 of 80: +2 over ½(1/100 + 1/80) = .0225, and 11 times (1/80 − 1/100) = .0275."""
    found = quotient((10, 100), (12, 80))
    assert found.change == pytest.approx(0.05)
    assert (found.numerator, found.denominator) == (pytest.approx(0.0225), pytest.approx(0.0275))


def test_the_share_of_the_dossier_rose_mostly_by_its_denominator():
    """KTÜ in THE 2022 and 2026: 4 % of 38,630 became 8 % of 22,986 (dossier 4.2)."""
    found = quotient((1545, 38630), (1840, 22986))
    assert found.change == pytest.approx(0.0400, abs=1e-4)
    assert found.numerator == pytest.approx(0.0102, abs=1e-4)
    assert found.denominator == pytest.approx(0.0298, abs=1e-4)


def test_nothing_that_changes_has_no_parts():
    found = quotient((0, 40), (0, 20))
    assert (found.change, found.numerator, found.denominator) == (0, 0, 0)


@pytest.mark.parametrize("wrong", [(1, 0), (0, 0), (5, 4), (-1, 4)])
def test_what_is_no_share_is_refused(wrong):
    with pytest.raises(ValueError, match="no share"):
        quotient(wrong, (1, 2))
    with pytest.raises(ValueError, match="no share"):
        mix_and_rate({"a": (1, 2)}, {"a": wrong})


def test_members_share_out_the_numerator():
    found = members({"AZ": 6, "SY": 4}, {"AZ": 5, "IQ": 7}, (100, 80))
    assert found == {
        "AZ": pytest.approx(-0.01125),
        "IQ": pytest.approx(0.07875),
        "SY": pytest.approx(-0.045),
    }
    assert sum(found.values()) == pytest.approx(quotient((10, 100), (12, 80)).numerator)


def test_mix_and_rate_by_hand():
    """Bachelor 5 of 80 and doctorate 5 of 20 became 5 of 50 and 20 of 50.

    Shares .8, .2 → .5, .5; rates .0625, .25 → .1, .4; overall .1 → .25. Rate: .65·.0375 + .35·.15 = .076875.
    Mix: −.3·(.08125 − .175) + .3·(.325 − .175) = .028125 + .045 = .073125.
    """
    found = mix_and_rate({"b": (5, 80), "d": (5, 20)}, {"b": (5, 50), "d": (20, 50)})
    assert found.change == pytest.approx(0.15)
    assert (found.mix, found.rate) == (pytest.approx(0.073125), pytest.approx(0.076875))
    assert found.groups["b"] == (pytest.approx(0.028125), pytest.approx(0.024375))
    assert found.groups["d"] == (pytest.approx(0.045), pytest.approx(0.0525))


def test_equal_growth_everywhere_is_neither():
    found = mix_and_rate({"b": (5, 80), "d": (5, 20)}, {"b": (10, 160), "d": (10, 40)})
    assert (found.change, found.mix, found.rate) == (0, 0, 0)


def test_a_group_that_is_new_counts_as_mix_alone():
    found = mix_and_rate({"b": (10, 100)}, {"b": (10, 100), "new": (50, 100)})
    assert found.rate == 0
    assert found.mix == pytest.approx(0.2) == found.change


@given(groups, groups)
def test_the_parts_sum_to_the_change(before, after):
    found = mix_and_rate(before, after)
    assert found.mix + found.rate == pytest.approx(found.change, abs=1e-12)
    assert sum(m + r for m, r in found.groups.values()) == pytest.approx(found.change, abs=1e-12)
    back = mix_and_rate(after, before)
    assert (back.mix, back.rate) == (pytest.approx(-found.mix), pytest.approx(-found.rate))


@given(counts.filter(lambda c: c[1] > 0), counts.filter(lambda c: c[1] > 0))
def test_numerator_and_denominator_sum_to_the_change(before, after):
    found = quotient(before, after)
    assert found.numerator + found.denominator == pytest.approx(found.change, abs=1e-12)
