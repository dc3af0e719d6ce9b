"""Stages of a cohort, their intervals, and where it leaks: published, hand-worked, and with truth put in."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control, fisher_exact

from helpers.analysis import funnel
from helpers.analysis.intervals import newcombe


def test_the_intervals_are_those_of_the_dossier():
    found = funnel.stages([("lead", 80), ("applied", 12)])[0]
    assert (found.share, found.count, found.of) == (0.15, 12, 80)
    assert (100 * found.low, 100 * found.high) == (
        pytest.approx(8.8, abs=0.05),
        pytest.approx(24.4, abs=0.05),
    )
    none = funnel.stages([("lead", 10), ("applied", 0)])[0]
    assert (none.low, 100 * none.high) == (0, pytest.approx(27.8, abs=0.05))


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe (1998), table II, method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_a_difference_has_the_published_interval(first, second, low, high):
    assert newcombe(first, second) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_a_share_of_none_has_no_difference():
    with pytest.raises(ValueError, match="no difference"):
        newcombe((0, 0), (1, 2))


def test_nobody_comes_out_of_a_stage_who_did_not_go_in():
    with pytest.raises(ValueError, match="applied: 81 cannot come of 80 at lead"):
        funnel.stages([("lead", 80), ("applied", 81)])


def test_a_stage_that_nobody_reached_has_no_share():
    found = funnel.stages([("a", 5), ("b", 0), ("c", 0)])
    assert [stage.share for stage in found] == [0, None]
    assert funnel.leak(found) is None  # one share alone is no comparison
    assert funnel.stages([("a", 5)]) == []


def test_the_largest_loss_stands_out_from_every_other_or_not_at_all():
    clear = funnel.leak(funnel.stages([("a", 1000), ("b", 900), ("c", 450), ("d", 400)]))
    assert (clear.stage.name, clear.stands_out()) == ("c", True)
    assert {other.name: round(other.difference, 3) for other in clear.others} == {"b": 0.4, "d": 0.389}
    close = funnel.leak(funnel.stages([("a", 1000), ("b", 520), ("c", 265), ("d", 250)]))
    assert (close.stage.name, close.stands_out()) == ("c", False)
    assert max(other.p for other in close.others) > 0.5


def test_all_alike_and_all_lost():
    alike = funnel.leak(funnel.stages([("a", 50), ("b", 50), ("c", 50)]))
    assert (alike.stage.share, alike.stands_out()) == (1, False)
    lost = funnel.leak(funnel.stages([("a", 50), ("b", 40), ("c", 0)]))
    assert (lost.stage.name, lost.stage.share, lost.stands_out()) == ("c", 0, True)


def test_a_cohort_against_an_earlier_one():
    now = funnel.stages([("a", 1000), ("b", 500), ("c", 250)])
    before = funnel.stages([("a", 1000), ("b", 700), ("c", 350)])
    b, c = funnel.against(now, before)
    assert (b.name, round(b.difference, 2)) == ("b", -0.2)
    assert b.high < 0 and b.p < 0.001
    assert c.difference == 0 and c.p == 1


def test_every_comparison_is_adjusted_for_all_that_are_made():
    """Fisher's p of each stage by scipy, then Benjamini and Hochberg's: the least grows."""
    now = funnel.stages([("a", 400), ("b", 300), ("c", 240), ("d", 100)])
    before = funnel.stages([("a", 400), ("b", 270), ("c", 210), ("d", 105)])
    raw = [
        fisher_exact([[x.count, x.of - x.count], [y.count, y.of - y.count]]).pvalue
        for x, y in zip(now, before, strict=True)
    ]
    found = [step.p for step in funnel.against(now, before)]
    assert found == pytest.approx(list(false_discovery_control(raw)))
    assert min(found) > min(raw)
    worst, *rest = sorted(now, key=lambda stage: stage.share)
    raw = [
        fisher_exact([[x.count, x.of - x.count], [worst.count, worst.of - worst.count]]).pvalue for x in rest
    ]
    others = {other.name: other.p for other in funnel.leak(now).others}
    assert [others[x.name] for x in rest] == pytest.approx(list(false_discovery_control(raw)))


def test_cohorts_alike_are_told_apart_at_no_more_than_the_nominal_rate():
    rng = np.random.default_rng(7)
    found = 0
    for _ in range(200):
        cohorts = []
        for _ in range(2):
            counts = [400]
            for share in (0.6, 0.7, 0.5):
                counts.append(int(rng.binomial(counts[-1], share)))
            cohorts.append(funnel.stages(list(zip("abcd", counts, strict=True))))
        found += any(step.p < 0.05 for step in funnel.against(*cohorts))
    assert found <= 17  # 5 % of 200 and two standard deviations
