"""Whether counts rise after events: effects put in are found, no others, and a trend before is seen."""

import numpy as np
import pandas as pd
import pytest

from helpers.analysis.event_study import study
from helpers.analysis.poisson import NotFitted

RUNS = 60


def panel(
    seed: int, effect: float = 0.0, before: float = 0.0, places: int = 50, years: int = 11, treated: int = 18
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts by place and year; their logarithm rises by `effect` with an event, by `before` before it."""
    rng = np.random.default_rng(seed)
    events = np.zeros((places, years))
    events[:treated] = rng.random((treated, years)) < 0.35
    level = rng.normal(2, 1, places)[:, None] + rng.normal(0, 0.2, years) + effect * events
    level[:, :-1] += before * events[:, 1:]
    counts = rng.poisson(np.exp(level) * rng.gamma(10, 0.1, (places, years)))
    names = [f"p{i}" for i in range(places)]
    return pd.DataFrame(counts, names, range(years)), pd.DataFrame(events, names, range(years))


def verdicts(**put_in: float) -> list[str]:
    found = []
    for seed in range(RUNS):
        counts, events = panel(seed, **put_in)
        found += [study(counts, {"fair": events}, draws=299)[0].verdict()]
    return found


def test_no_effect_is_shown_at_no_more_than_the_nominal_rate():
    found = verdicts() + verdicts(places=80, treated=12)
    assert found.count("shown") <= 12  # 5 % of 120; more would come once in 100 times
    assert found.count("before") <= 12


def test_an_effect_is_found():
    assert verdicts(effect=0.5).count("shown") >= 0.8 * RUNS


def test_a_rise_that_was_there_before_is_not_ascribed_to_the_event():
    found = verdicts(before=0.5)
    assert found.count("before") >= 0.8 * RUNS
    assert found.count("shown") <= 4


def test_the_size_is_recovered_in_its_year_and_nowhere_else():
    counts, events = panel(1, effect=0.5, places=400, treated=300)
    (found,) = study(counts, {"fair": events})
    assert list(found.path.index) == [-2, -1, 0, 1]
    assert found.path.loc[0, "estimate"] == pytest.approx(100 * np.expm1(0.5), abs=6)
    assert found.path.loc[0, "low"] > 0
    assert list(found.path["estimate"].drop(0)) == pytest.approx([0, 0, 0], abs=6)
    assert found.after_p == pytest.approx(1 / 2000)


def test_two_kinds_of_events_are_told_apart():
    found = []
    for seed in range(40):
        counts, fairs = panel(seed, effect=0.5, places=60, treated=40)
        rng = np.random.default_rng(1000 + seed)
        visits = fairs.where(rng.random(fairs.shape) < 0.7, 1 - fairs)  # often where the fairs are
        found.append(
            [kind.after_p < 0.05 for kind in study(counts, {"fair": fairs, "visit": visits}, draws=299)]
        )
    fair, visit = np.mean(found, axis=0)
    assert fair > 0.9
    assert visit <= 0.15  # 5 % of 40; more would come once in 150 times


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c, e: (c[[0, 1, 2]], e[[0, 1, 2]]), "too_few_years"),
        (lambda c, e: (c[[4]], e[[4]]), "too_few_years"),
        (lambda c, e: (c, e * np.array([[i < 9] for i in range(50)])), "too_few_places"),
        (lambda c, e: (c, e * 0), "too_few_places"),
        (lambda c, e: (c * 0, e), "too_few_places"),
        (lambda c, e: (c, e * 0 + 1), "collinear"),
    ],
    ids=["three years", "one year", "nine places", "no event", "all nought", "events always and everywhere"],
)
def test_too_little_is_said(change, reason):
    counts, events = change(*panel(1))
    with pytest.raises(NotFitted) as refused:
        study(counts, {"fair": events})
    assert refused.value.reason == reason


def test_counts_all_alike_show_nothing():
    counts, events = panel(1)
    (found,) = study(counts * 0 + 5, {"fair": events})
    assert found.verdict() == "not_shown"
    assert list(found.path["estimate"]) == pytest.approx([0] * 4, abs=1e-6)


def test_one_huge_place_is_refused_since_it_would_make_the_years():
    counts, events = panel(1)
    counts.loc["p0"] = np.where(events.loc["p0"] > 0, 20_000, 10_000)
    with pytest.raises(NotFitted, match="one_huge"):
        study(counts, {"fair": events})


def test_the_order_of_places_does_not_matter_much():
    counts, events = panel(6, effect=0.5)
    one = study(counts, {"fair": events})[0]
    other = study(counts[::-1], {"fair": events[::-1]})[0]
    assert list(one.path["estimate"]) == pytest.approx(list(other.path["estimate"]), rel=1e-6)
    assert one.after_p == pytest.approx(other.after_p, abs=0.02)
