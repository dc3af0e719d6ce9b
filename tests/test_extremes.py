"""Every method on every extreme: no rows, one, all nought, all equal, one huge, a missing middle, nothing.

Each check states what must hold of its method whatever comes in: too little is said, what is no number is
refused, an interval holds its point, a share stays a share, parts add up. Nothing may be a wild number.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ranking_builders import place, rankings, score, system
from test_heading import PLAN, indicator, kind
from test_holding import assessed

from helpers import catalog
from helpers.analysis import (
    association,
    audit,
    breaks,
    decomposition,
    disclosure,
    diversity,
    event_study,
    forecast,
    funnel,
    gravity,
    intervals,
    multiple,
    peers,
    poisson,
    portfolio,
    scenarios,
)
from helpers.analysis.breaks import Break
from helpers.analysis.poisson import NotFitted
from helpers.analysis.trend import trend
from helpers.measures import ranking_peers
from helpers.measures import scenarios as simulated
from helpers.plan import holding, outlook
from helpers.present import likelihood

NONE = math.nan
HUGE = 1e6  # persons from one country, where others send two
EXTREMES: dict[str, list[float]] = {
    "no rows": [],
    "one": [7.0],
    "two": [3.0, 0.0],
    "all nought": [0.0] * 12,
    "all equal": [5.0] * 12,
    "one huge": [2.0] * 6 + [HUGE] + [2.0] * 5,
    "missing middle": [3.0, 4, 5, 4, 6, NONE, NONE, 6, 8, 9, 9, 11],
    "nothing but missing": [NONE] * 12,
}
CALIBRATIONS = {
    "plain": forecast.Calibration("plain", 1.0, {50: 0.6, 80: 1.2, 90: 1.7, 95: 2.4, 99: 4.8}, (0, 100), 1),
    "log": forecast.Calibration("log", 0.2, {50: 0.6, 80: 1.2, 90: 1.7, 95: 2.4, 99: 4.8}, (0, math.inf), 0),
}


def known(values: Sequence[float]) -> list[float]:
    return [value for value in values if not math.isnan(value)]


def shares(values: Sequence[float]) -> list[float]:
    """Return numbers from 0 to 1; what is no number stays so."""
    return [value if math.isnan(value) else min(1.0, value / 20) for value in values]


def refused(values: Sequence[float], call: Callable[[], Any]) -> bool:
    """Tell whether there is a value that is no number; then the call must refuse it."""
    if len(known(values)) == len(values):
        return False
    with pytest.raises(ValueError):
        call()
    return True


# -- series of years -------------------------------------------------------------------------------------


def of_trend(values):
    """Too few years have no p and no interval; what does not move, and one spike, are no trend."""
    if refused(values, lambda: trend(range(len(values)), values)):
        years = [year for year, value in enumerate(values) if not math.isnan(value)]
        return of_trend_known(years, known(values))
    return of_trend_known(range(len(values)), values)


def of_trend_known(years, values):
    found = trend(years, values)
    assert found.n == len(values)
    assert (found.p is None) == (len(values) < 5)
    assert (found.slope is None) == (len(values) < 2)
    if found.p is None:
        assert found.low is None is found.high
        return
    assert 0 < found.p <= 1 and found.low <= found.slope <= found.high
    if len(set(values)) <= 2:
        assert found.p > 0.05 and found.slope == 0


def of_breaks(values):
    """A break taken out leaves a trend of fewer years; a step taken out moves no later value."""
    years, values = range(2016, 2016 + len(values)), known(values)
    years = list(years)[: len(values)]
    found = breaks.without(years, values, [Break("pandemic", 2020, 2021), Break("step", 2024)])
    assert (found is None) == (not any(year >= 2020 for year in years))
    if found is not None:
        assert found.n == sum(year not in (2020, 2021) for year in years)
        assert found.p is None or 0 < found.p <= 1
    moved = breaks.spliced(years, values, [Break("step", 2024)])
    later = [i for i, year in enumerate(years) if year >= 2024]
    assert len(moved) == len(values) and [moved[i] for i in later] == [values[i] for i in later]
    assert np.isfinite(moved).all()


@pytest.mark.parametrize("rule", CALIBRATIONS)
@pytest.mark.parametrize("extreme", EXTREMES)
def test_forecasts(extreme, rule):
    """None from fewer than five; else the intervals hold the point, widen, and stay where values are."""
    values, how = EXTREMES[extreme], CALIBRATIONS[rule]
    if len(values) >= 5 and refused(values, lambda: forecast.ahead(values, how, 1)):
        values = known(values)
    found = forecast.ahead(values, how, 3)
    assert len(found) == (3 if len(values) >= 5 else 0)
    for one in found:
        (low95, high95), (low80, high80) = one.intervals[95], one.intervals[80]
        assert how.ends[0] <= low95 <= low80 <= one.point <= high80 <= high95 <= how.ends[1]
        chances = [one.chance(target, "up") for target in (0, 1, 5, 50, 100)]
        assert all(0.004 < chance < 0.996 for chance in chances)
        assert chances == sorted(chances, reverse=True)


def test_a_series_that_never_moved_still_has_an_interval_and_a_line_needs_three():
    with pytest.raises(ValueError, match="no typical step"):
        forecast.Calibration("plain", 0.0, {80: 1.0}, (0, 100), 1)
    with pytest.raises(ValueError, match="fewer than three"):
        forecast.line_interval([1.0, 2.0], 1, 0.8)
    with pytest.raises(ValueError, match="below nought"):
        forecast.ahead([3, 2, 1, 0, -1], CALIBRATIONS["log"], 1)


def of_association(values):
    """What is not known is no pair; fewer than six pairs, and what does not move, have no association."""
    first = dict(enumerate(values))
    then = {year: math.sin(year) + year / 7 for year in range(14)}
    for lag in (0, 1):
        found = association.lagged(first, then, lag)
        if len(known(values)) < 7 or len(set(known(values))) == 1:
            assert found is None
        if found is not None:
            assert all(-1 <= one <= 1 for one in (found.steps, found.line, found.tau))
            assert 0 < found.p <= 1
            assert found.n == sum(not math.isnan(a) and not math.isnan(b) for a, b in pairwise(values))
            # One spike moves two of many steps and the line: no more than chance.
            assert found.p > 0.05 or len(set(values)) > 2


def of_outlook(values):
    """There is a forecast, or the reason why there is none; a chance is a probability or not there."""
    series = dict(enumerate(values, 2027 - len(values)))
    found = outlook.outlook(indicator(), series, (), kind(), PLAN, 2026)
    assert bool(found.path) != bool(found.why)
    assert found.values == {year: value for year, value in series.items() if not math.isnan(value)}
    assert (found.chance is None) == (not found.path)
    if found.why in (outlook.TOO_FEW, outlook.NO_VALUE):
        assert found.enough > 2026
    assert likelihood.word(0.5 if found.chance is None else found.chance)
    assert found.pace is None or all(map(math.isfinite, (found.pace.needed, found.pace.past)))
    (told,) = outlook.together([found])
    assert told.told in ((None,) if len(found.values) < 5 else ("up", "down", "none"))
    if len(set(values)) <= 2:
        assert told.told in (None, "none")


# -- counts of groups ------------------------------------------------------------------------------------


def of_intervals(values):
    """An interval holds its share, count or mean; a share of none and the mean of one have none."""
    whole = math.fsum(known(values))
    for call in (
        lambda: intervals.wilson(NONE, 10),
        lambda: intervals.wilson(1, NONE),
        lambda: intervals.poisson(NONE),
        lambda: intervals.newcombe((NONE, 10), (1, 2)),
    ):
        with pytest.raises(ValueError):
            call()
    for value in known(values):
        found = intervals.wilson(value, whole)
        assert (found is None) == (whole == 0)
        if found is not None:
            low, high = found
            assert 0 <= low <= value / whole <= high <= 1 and low < high
            low, high = intervals.newcombe((value, whole), (0, 3))
            assert -1 <= low <= value / whole <= high <= 1
        low, high = intervals.poisson(int(value))
        assert 0 <= low <= value < high < math.inf
    if not refused(values, lambda: intervals.mean(values)):
        found = intervals.mean(values)
        assert (found is None) == (len(values) < 2)
        assert found is None or found[0] <= math.fsum(values) / len(values) <= found[1]


def of_multiple(values):
    """Adjusted p are no smaller, stay in their order and within 1; what is no p is refused."""
    p = shares(values)
    if not refused(values, lambda: multiple.adjusted(p)):
        found = multiple.adjusted(p)
        assert all(raw <= one <= 1 for raw, one in zip(p, found, strict=True))
        order = sorted(range(len(p)), key=p.__getitem__)
        assert [found[i] for i in order] == sorted(found)


def of_decomposition(values):
    """Parts add up to the change for any counts; where there is nobody there is no share to explain."""
    before = {str(i): (value, 2 * value) for i, value in enumerate(values)}
    after = {str(i): (value, 3 * value) for i, value in enumerate(reversed(values))}
    wholes = tuple(sum(whole for _, whole in group.values()) for group in (before, after))
    if not wholes[0] > 0:  # nobody, or nobody known
        for call in (
            lambda: decomposition.mix_and_rate(before, after),
            lambda: decomposition.quotient((0, wholes[0]), (0, wholes[1])),
            lambda: decomposition.members({"a": 0}, {"a": 1}, wholes),
        ):
            with pytest.raises(ValueError):
                call()
        return
    found = decomposition.mix_and_rate(before, after)
    assert found.mix + found.rate == pytest.approx(found.change, abs=1e-9)
    assert found.change == pytest.approx(1 / 3 - 1 / 2)
    parts = [sum(part for part, _ in group.values()) for group in (before, after)]
    split = decomposition.quotient((parts[0], wholes[0]), (parts[1], wholes[1]))
    assert split.numerator + split.denominator == pytest.approx(split.change, abs=1e-9)
    made = decomposition.members(
        {name: part for name, (part, _) in before.items()}, {n: p for n, (p, _) in after.items()}, wholes
    )
    assert sum(made.values()) == pytest.approx(split.numerator, abs=1e-9)


def test_members_of_an_empty_group_are_refused_and_not_lost():
    with pytest.raises(ValueError, match="no share"):
        decomposition.mix_and_rate({"a": (1, 4), "b": (5, 0)}, {"a": (1, 4), "b": (5, 0)})
    # Empty at both dates is no group.
    assert decomposition.mix_and_rate({"a": (1, 4), "b": (0, 0)}, {"a": (2, 4)}).rate == pytest.approx(0.25)


def of_diversity(values):
    """Of nothing there is none; else one to as many kinds as there are, shares within 0 and 1."""
    if refused(values, lambda: diversity.effective_number(values)):
        return
    kinds = sum(value > 0 for value in values)
    found = diversity.effective_number(values)
    assert (found is None) == (kinds == 0)
    if found is not None:
        assert 1 - 1e-9 <= found <= kinds + 1e-9
        assert 0 < diversity.top_share(values, 3) <= 1
        assert 1e4 / kinds - 1e-6 <= diversity.concentration(values) <= 1e4 + 1e-6
        assert 0 <= diversity.evenness(values, max(2, kinds)) <= 1 + 1e-9


def of_funnel(values):
    """Shares are shares with their interval around them; a stage that nobody reached has none."""
    counts = [(str(i), value) for i, value in enumerate(sorted(values, reverse=True))]
    if len(values) > 1 and refused(values, lambda: funnel.stages(counts)):
        return
    found = funnel.stages(counts)
    assert len(found) == max(0, len(values) - 1)
    for stage in found:
        assert (stage.share is None) == (stage.of == 0)
        assert stage.share is None or 0 <= stage.low <= stage.share <= stage.high <= 1
    leak = funnel.leak(found)
    assert (leak is None) == (sum(stage.share is not None for stage in found) < 2)
    if leak is not None and len({stage.share for stage in found}) == 1:
        assert not leak.stands_out()
    for step in funnel.against(found, found):
        assert step.difference == 0 and step.p == pytest.approx(1) and step.low <= 0 <= step.high


def of_portfolio(values):
    """An order holds every row once and its ranks average 50; balance and concentration stay in bounds."""
    names = [f"p{i}" for i in range(len(values))]
    amounts = pd.DataFrame({"stays": values, "visits": values[::-1]}, names, dtype=float)
    if refused(values, lambda: portfolio.ordered(amounts)):
        with pytest.raises(ValueError):
            portfolio.concentrated(amounts["stays"])
        assert portfolio.reciprocity(NONE, 20) is None
        return
    found = portfolio.ordered(amounts)
    assert sorted(found.index) == sorted(names)
    assert found.between(0, 100).all()
    assert not len(found) or found.mean() == pytest.approx(50)
    for incoming in values:
        one = portfolio.reciprocity(incoming, 2.0)
        assert (one is None) == (incoming + 2 < portfolio.FEWEST)
        assert one is None or (0 <= one.index <= 1 and one.way == "in")
    held = portfolio.concentrated(amounts["stays"])
    assert (held is None) == (math.fsum(values) == 0)
    assert held is None or (0 < held.top_three <= 1 and held.hhi <= 1e4 + 1e-6)


def of_peers(values):
    """Too small a group has no figures; whoever has no value is no member; a place is within the group."""
    there = known(values)
    for own in (*values, None):
        found = peers.place(own, values)
        assert found.n == len(there)
        missing = own is None or math.isnan(own)
        assert (found.percentile is None) == (missing or len(there) < 5)
        assert found.percentile is None or 0 < found.percentile < 100
        assert found.quintile is None or 1 <= found.quintile <= 5
    middle = peers.standing(None, values)
    assert middle.median is None or min(there) <= middle.lower_quartile <= middle.median
    frame = pd.DataFrame({"x": [1.0, *values], "y": [0.0, *[1.0] * len(values)]}, dtype=float)
    frame.index = ["own", *map(str, range(len(values)))]
    near = peers.nearest(frame, "own", {"x": 1, "y": 1})
    assert len(near) == len(values) and "own" not in near.index
    assert near["distance"].between(0, 10).all() and near["distance"].is_monotonic_increasing
    found = peers.race(range(len(values)), values, [2.0] * len(values), 2)
    assert (found is None) == (len(there) < 5)
    if found is not None:
        assert 0 <= found.chance <= 1 and found.low <= found.high
        assert math.isfinite(found.low) and math.isfinite(found.high)


def of_disclosure(values):
    """Nothing from 1 to 4 is shown, noughts are, and the total of a line narrows nothing too far."""
    shown = disclosure.protect(values, 5)
    assert [i for i, cell in enumerate(shown) if cell == 0] == [i for i, v in enumerate(values) if v == 0]
    assert not any(cell is not None and 0 < cell < 5 for cell in shown)
    if len(known(values)) == len(values) and sum(cell is None for cell in shown) > 1:
        cells = dict(enumerate(shown)) | {"all": math.fsum(values)}
        found = audit.audit(cells, [audit.Sum("all", tuple(range(len(values))))], dict.fromkeys(cells, 1.0))
        assert not audit.too_narrow(found, 5)


# -- models ----------------------------------------------------------------------------------------------


def of_poisson(values):
    """With nothing to explain them, counts have their mean; of nothing but noughts there is no model."""
    y = np.array(values, dtype=float)
    one = np.ones((len(y), 1))
    if not len(y) or np.isnan(y).any() or not y.any():
        with pytest.raises(NotFitted):
            poisson.fit(one, y, np.zeros(1))
        return
    (found,) = poisson.fit(one, y, np.array([math.log(y.mean()) + 0.5]))
    assert math.exp(found) == pytest.approx(y.mean(), rel=1e-4)


def of_gravity(values):
    """What carries no model says which of the reasons; one huge country is named."""
    counts = np.resize(values, 60) if len(values) > 2 else np.array(values)
    if HUGE in values:
        counts = np.where(np.arange(60) == 6, HUGE, 2.0)
    names = [f"p{i}" for i in range(len(counts))]
    x = pd.DataFrame({"size": np.random.default_rng(1).normal(size=len(counts))}, names)
    given = pd.Series(counts, names, dtype=float)
    if refused(values, lambda: gravity.fit(given, x)):
        return
    if HUGE in values:
        found = gravity.fit(given, x)
        assert found.rests_on_one and found.largest == "p6"
        assert found.places["chance"].between(0, 1).all()
        return
    with pytest.raises(NotFitted) as why:
        gravity.fit(given, x)
    few = "too_few" if len(values) <= 2 else "too_few_sending" if not any(values) else "all_alike"
    assert why.value.reason == few


def of_event_study(values):
    """Where all places move alike no event shows anything; too few years, and nobody at all, are said."""
    years = range(2010, 2010 + len(values))
    counts = pd.DataFrame([values] * 40, columns=years)
    held = np.random.default_rng(2).random((40, len(values))) < 0.3
    events = {"fair": pd.DataFrame(held.astype(int), columns=years)}
    if refused(values, lambda: event_study.study(counts, events)):
        return
    if len(values) <= 2 or not any(values):
        with pytest.raises(NotFitted) as why:
            event_study.study(counts, events, draws=99)
        assert why.value.reason == ("too_few_years" if len(values) <= 2 else "too_few_places")
        return
    (found,) = event_study.study(counts, events, draws=99)
    assert found.verdict() == "not_shown"
    assert found.path["estimate"].to_numpy() == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c, e: (c.drop(columns=2014), e), "follow one another"),
        (lambda c, e: (c - 9, e), "not below nought"),
        (lambda c, e: (c, e * 2), "0 or 1"),
    ],
)
def test_a_panel_that_would_be_misread_is_refused(change, said):
    """A missing middle would shift events by the wrong number of years."""
    counts = pd.DataFrame(5, range(12), range(2010, 2020))
    events = pd.DataFrame(np.eye(12, 10, dtype=int), columns=counts.columns)
    counts, events = change(counts, events)
    with pytest.raises(ValueError, match=said):
        event_study.study(counts, {"fair": events})


def of_scenarios(values):
    """A curve needs three pairs; a way stays within its levers and is cheap, or says that there is none."""
    given = shares(values)
    if len(values) < 3 or len(known(values)) < len(values):
        with pytest.raises(ValueError):
            scenarios.fit(given, [50.0] * len(values))
    else:
        location, spread = scenarios.fit(given, [50.0] * len(values))
        scores = [scenarios.score_of(share, location, spread) for share in given]
        assert all(1 - 1e-9 <= one <= 100 + 1e-9 for one in scores)
    steps = {str(i): scenarios.Step(value, 1.0, 2.0) for i, value in enumerate(values)}
    if refused(values, lambda: scenarios.cheapest(steps, 3.0)):
        return
    found = scenarios.cheapest(steps, 6.0)
    assert found.reached == (2 * math.fsum(values) >= 6)
    assert all(0 <= found.moves[name] <= 2 + 1e-6 for name in steps)
    assert found.cost == pytest.approx(sum(found.moves.values()))
    assert not found.reached or found.adds >= 6 - 1e-3


@pytest.mark.parametrize("wanted", [NONE, math.inf])
def test_a_target_that_is_no_number_is_refused(wanted):
    with pytest.raises(ValueError, match="below nought"):
        scenarios.cheapest({"a": scenarios.Step(1, 1, 1)}, wanted)


# -- what is made of them --------------------------------------------------------------------------------


def of_a_goal_card(values):
    """What the indicators take from a goal adds up to what is missing; a way is a set, or there is none."""
    given = [(20, 10.0, value) for value in np.resize(values, 5)] if values else [(100, None, 3.0)]
    found = assessed(*given)
    strict = found.objective.strict
    assert (strict is None) == (not values)
    if strict is not None:
        assert 0 <= strict <= 100
        assert sum(part.points for part in holding.parts(found)) == pytest.approx(100 - strict)
        way = holding.cheapest(found, 100.0, out_of_reach=["G1.05"])
        assert 0 <= way.reached <= 100 and (way.parts is None) == (way.reached < 100)


def of_a_ranking(values):
    """A university alone, or without scores, is placed nowhere, passes nobody and reaches no band."""
    known_ids = [one for one in catalog.load().institutions.ids() if one != "ktu"]
    editions = range(2015, 2015 + len(values))
    rows = [score("ktu", value, edition=e) for e, value in zip(editions, values, strict=True)]
    alone = rankings(
        scores=rows, positions=[place("ktu", "501+", edition=e) for e in editions], systems={"toy": PLAIN}
    )
    last = 2014 + len(values)
    found = ranking_peers.level_and_change(alone, "ktu", known_ids[:9], "toy", last)
    assert found[["percentile", "quintile", "median_gap", "change_percentile"]].isna().all(axis=None)
    assert ranking_peers.races(alone, "ktu", known_ids[:9], "toy", "x", last, 3).empty
    assert ranking_peers.edition_with(alone, "ktu", known_ids[:9], "toy", last) is None
    one = simulated.simulate(alone, "ktu", "toy", last, {}, 2026)
    has_a_score = bool(values) and not math.isnan(values[-1])
    assert (one is not None) == has_a_score
    if one is not None:
        assert one.after == one.before == pytest.approx(values[-1])
        assert one.edge is None and one.gap is None
        assert simulated.ranges(alone, "ktu", (), "toy", last).keys() <= {"x"}


PLAIN = system(breaks=[], zero_is_missing=False)

METHODS: dict[str, Callable[[list[float]], None]] = {
    name.removeprefix("of_"): check for name, check in globals().items() if name.startswith("of_")
}
METHODS.pop("trend_known")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("extreme", EXTREMES)
def test_each_method_on_each_extreme(method, extreme):
    METHODS[method](list(EXTREMES[extreme]))


def test_no_method_of_the_analysis_is_left_out():
    """A module of analysis/ that is new must be held against the extremes here."""
    there = {path.stem for path in Path(breaks.__file__).parent.glob("[a-z]*.py")}
    assert there - METHODS.keys() == {"audit", "forecast"}  # which stand in tests of their own above
