"""The back-test on the public files: what is offered has passed, and the catalogue says what was measured."""

import importlib.util
import sys
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from helpers.analysis import forecast
from helpers.plan import outlook

REPO = Path(__file__).resolve().parents[1]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("backtest", REPO / "tests" / "benchmarks" / "backtest.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["backtest"] = module
    spec.loader.exec_module(module)
    return module


backtest = load()


@lru_cache(maxsize=1)
def measured(folder):
    return backtest.measured(folder)


# -- the catalogue --------------------------------------------------------------------------------------


def test_whatever_is_offered_has_passed():
    kinds = outlook.kinds().kinds
    assert {"share", "count", "the_international_outlook", "qs_overall"} <= kinds.keys()
    for code, kind in kinds.items():
        ahead = range(1, kind.offered + 1)
        assert all(kind.mase[h] < 1 for h in ahead), code
        if kind.offered:
            held = [kind.held_out, *(kind.coverage[h] for h in ahead)]
            held += [] if kind.earlier is None else [kind.earlier]
            assert all(0.75 <= share <= 0.85 for share in held), code
    assert any(kind.offered == 0 for kind in kinds.values())


def test_a_multiple_grows_with_its_level():
    for kind in outlook.kinds().kinds.values():
        assert list(kind.multiples) == list(forecast.LEVELS)
        assert sorted(kind.multiples.values()) == list(kind.multiples.values())


@pytest.mark.shared
def test_the_catalogue_says_what_the_backtest_measures(shared):
    found, held = measured(shared), outlook.kinds().kinds
    assert found.keys() == held.keys()
    for code, one in found.items():
        kind = held[code]
        assert (kind.offered, kind.series, kind.cases) == (one["offered"], one["series"], one["cases"])
        assert kind.mase == pytest.approx(one["mase"], abs=1e-4)
        assert kind.coverage == pytest.approx(one["coverage"], abs=1e-4)
        assert kind.multiples == pytest.approx(one["multiples"], abs=1e-4)
        assert kind.typical == pytest.approx(one["typical"], abs=1e-4)
        for name in ("held_out", "held_out_95", "earlier", "across"):
            assert (getattr(kind, name) is None) == (one[name] is None)
            assert getattr(kind, name) is None or getattr(kind, name) == pytest.approx(one[name], abs=1e-4)


@pytest.mark.shared
def test_what_was_said_to_be_likely_came_about_as_often(shared):
    """Chances of what is offered to indicators: none is off by more than ten in a hundred."""
    for code, one in measured(shared).items():
        kind = outlook.kinds().kinds[code]
        if kind.offered and (kind.units or kind.indicators):
            off = (one["chances"]["came"] - one["chances"]["said"]).abs()
            assert off.max() <= 0.10, code


@pytest.mark.shared
def test_the_table_names_every_kind(shared):
    table = backtest.told(measured(shared))
    for code in outlook.kinds().kinds:
        assert table.count(f"\n{code} ") == 4
    assert "no\n" in table


@pytest.mark.shared
def test_shares_stay_on_their_own_scale_because_they_do_not_pass_on_logits(shared):
    share = {"share": backtest.read(shared)["share"]}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(backtest, "STANDS_FOR", {"share": {}})
        (logits,) = backtest.on_logits(share).values()
    assert logits["offered"] < outlook.kinds().kinds["share"].offered
    assert logits["mase"][3] > outlook.kinds().kinds["share"].mase[3]


# -- the back-test itself -------------------------------------------------------------------------------


def walks(count=400, years=10, drift=0.0, seed=5):
    steps = np.random.default_rng(seed).normal(drift, 2.0, size=(count, years))
    return backtest.Panel("simulated", range(2010, 2010 + years), 50 + steps.cumsum(axis=1), "plain", 1)


def test_it_looks_only_at_what_was_known_at_the_cut():
    """What came after a cut is changed beyond recognition: no forecast moves, only its errors."""
    one = walks(50)
    altered = backtest.Panel(one.source, one.years, one.values.copy(), "plain", 1)
    altered.values[:, 8:] += 1000
    before, after = backtest.cases(one), backtest.cases(altered)
    until = before["cut"] < 2018
    moved = after["off"][until] - before["off"][until]
    reached = (before["cut"] + before["horizon"])[until] >= 2018
    assert moved[reached].to_numpy() == pytest.approx(1000)
    assert moved[~reached].to_numpy() == pytest.approx(0)
    assert after["usual"][until].to_numpy() == pytest.approx(before["usual"][until].to_numpy())


def test_on_random_walks_the_last_value_is_not_beaten_and_nothing_is_offered():
    found = backtest.judged(backtest.cases(walks()))
    assert all(value >= 0.995 for value in found["mase"].values())
    assert found["offered"] == 0
    assert found["held_out"] == pytest.approx(0.82, abs=0.02)


def test_on_steady_trends_it_is_beaten_and_offered():
    found = backtest.judged(backtest.cases(walks(drift=2.0)))
    assert all(value < 0.9 for value in found["mase"].values())
    assert found["models"]["chosen"] < 1
    assert found["offered"] == 3


def test_cuts_leave_five_consecutive_years_and_reach_three_ahead():
    one = walks(20)
    one.values[0, 6] = np.nan  # its run begins anew at the eighth year
    rows = backtest.cases(one)
    assert set(rows["n"]) == {5, 6, 7, 8, 9}
    assert set(rows["horizon"]) == {1, 2, 3}
    gap = rows[rows["row"] == 0]
    assert set(gap["cut"]) == {2014, 2015}
    assert set(gap["cut"] + gap["horizon"]) == {2015, 2017, 2018}


def test_a_change_of_method_between_cut_and_target_stands_apart():
    steady = walks(200, drift=1.0)
    jumped = backtest.Panel("simulated", range(2016, 2026), steady.values.copy(), "plain", 1, broken=True)
    jumped.values[:, 8:] += 40
    rows = backtest.cases(jumped)
    over = (rows["cut"] < 2024) & (rows["cut"] + rows["horizon"] >= 2024)
    assert (rows["across"] == over).all()
    found = backtest.judged(rows)
    assert found["across"] < 0.2
    # The jump is spliced out of what follows it.
    later = rows[rows["cut"] == 2024]
    assert later["off"].abs().median() < 5
    assert found["held_out"] == pytest.approx(0.82, abs=0.02)


def test_earlier_years_alone_set_the_width_of_the_stricter_way():
    """The steps of the last years are three times as large: only those who know them hold their share."""
    one = walks(300)
    one.values[:, 7:] = one.values[:, [6]] + 3 * (one.values[:, 7:] - one.values[:, [6]])
    found = backtest.judged(backtest.cases(one))
    assert found["held_out"] == pytest.approx(0.82, abs=0.02)
    assert found["earlier"] < 0.7


def test_numbers_are_read_as_publishers_print_them():
    texts = pd.Series(["22,986", "7%", " 8.4 ", "–", "n/a", "-", "", "%"])
    assert list(backtest.number(texts).dropna()) == [22986, 7, 8.4]


def test_without_the_files_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(backtest, "SHARED", tmp_path / "nowhere")
    monkeypatch.setattr(sys, "argv", ["backtest.py"])
    with pytest.raises(SystemExit, match="not beside the checkout"):
        backtest.main()
