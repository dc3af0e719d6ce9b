"""Performance of indicators and objectives, against the fixtures and the case table of the domain dossier."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers import locale
from helpers.errors import CatalogError, ParameterError
from helpers.plan import performance as perf
from helpers.plan.performance import Performance, Weighted, aim, pace, performance, plan, roll_up

# Domain dossier 1.3, "Regression fixtures": A, B, C, type, direction, rule → P, S, both to one decimal.
FIXTURES = [
    (100, 200, 150, "level", "up", "baseline", 50.0, 50.0, ""),
    (30, 20, 24, "level", "down", "baseline", 60.0, 60.0, ""),
    (30, 20, 33, "level", "down", "baseline", -30.0, 0.0, "behind_baseline"),
    (12, 20, 25, "flow", "up", "zero", 125.0, 100.0, "exceeded"),
    (12, 20, 25, "level", "up", "baseline", 162.5, 100.0, "exceeded"),
    (40, 55, 47, "cumulative", "up", "baseline", 46.7, 46.7, ""),
    (18, 18, 17, "level", "up", "baseline", 94.4, 94.4, ""),
    (5, 5, 8, "level", "down", "baseline", 62.5, 62.5, ""),
    (0, 0, 0, "level", "down", "baseline", 100.0, 100.0, ""),
]


@pytest.mark.parametrize(("a", "b", "c", "kind", "direction", "rule", "raw", "scored", "note"), FIXTURES)
def test_the_fixtures_of_the_dossier(a, b, c, kind, direction, rule, raw, scored, note):
    found = performance(a, b, c, kind, direction, rule)
    assert round(found.raw, 1) == raw
    assert round(found.scored, 1) == scored
    assert found.note == note


def test_the_fixture_without_a_value_counts_as_nought_in_the_strict_figure_alone():
    found = performance(10, 20, None, "level", "up", "baseline")
    assert found == Performance(None, None, "no_value")
    rolled = roll_up([Weighted("X", 100, found)], "H1.1")
    assert rolled.strict == 0
    assert rolled.available is None


# The rest of the case table, row by row, with values worked out by hand.
CASES = [
    # a ratio is a level; a university that reports C/B switches its rule
    ((20.0, 30.0, 24.0, "ratio", "up", "baseline"), (40.0, 40.0, "")),
    ((20.0, 30.0, 24.0, "ratio", "up", "zero"), (80.0, 80.0, "")),
    # a rank: lower is better
    ((900, 700, 850, "rank", "down", "baseline"), (25.0, 25.0, "")),
    # kept: better than the value to keep
    ((18, 18, 27, "level", "up", "baseline"), (150.0, 100.0, "exceeded")),
    ((5, 5, 4, "level", "down", "baseline"), (125.0, 100.0, "exceeded")),
    ((5, 5, 0, "level", "down", "baseline"), (100.0, 100.0, "")),
    ((18, 18, 0, "level", "up", "baseline"), (0.0, 0.0, "")),
    # A = B = 0
    ((0, 0, 3, "level", "up", "baseline"), (None, None, "no_target")),
    ((0, 0, None, "level", "up", "baseline"), (None, None, "no_target")),
    ((0, 0, 3, "level", "down", "baseline"), (0.0, 0.0, "")),
    ((7, 0, 3, "flow", "up", "zero"), (None, None, "no_target")),
    # no target this year
    ((10, None, 12, "level", "up", "baseline"), (None, None, "no_target")),
    ((10, math.nan, 12, "level", "up", "baseline"), (None, None, "no_target")),
    ((10, 20, math.nan, "level", "up", "baseline"), (None, None, "no_value")),
    # a yearly count needs no baseline; a level does
    ((None, 20, 10, "flow", "up", "zero"), (50.0, 50.0, "")),
    ((None, 20, 10, "level", "up", "baseline"), (None, None, "no_baseline")),
    # the edges carry no flag
    ((10, 20, 20, "level", "up", "baseline"), (100.0, 100.0, "")),
    ((10, 20, 10, "level", "up", "baseline"), (0.0, 0.0, "")),
    ((30, 20, 30, "level", "down", "baseline"), (0.0, 0.0, "")),
    # a yearly count that should fall is read as a value to be kept
    ((40, 10, 20, "flow", "down", "zero"), (50.0, 50.0, "")),
    ((40, 10, 0, "flow", "down", "zero"), (100.0, 100.0, "")),
    # a target worse than the baseline would reward decline
    ((100, 90, 120, "level", "up", "baseline"), (None, None, "against_direction")),
    ((20, 30, 25, "level", "down", "baseline"), (None, None, "against_direction")),
    # a balance below nought that should be kept
    ((-0.2, -0.2, -0.1, "ratio", "up", "baseline"), (None, None, "negative")),
]


@pytest.mark.parametrize(("given_", "expected"), CASES)
def test_the_case_table(given_, expected):
    found = performance(*given_)
    assert (found.raw, found.scored, found.note) == pytest.approx(expected)
    if found.raw is not None:
        assert math.copysign(1, found.raw) == 1 or found.raw < 0  # never −0


def test_binary_noise_is_no_change():
    assert performance(0.1 + 0.2, 0.3, 0.15, "level", "up", "baseline").raw == pytest.approx(50)


def test_a_cumulative_indicator_counts_its_baseline():
    assert perf.cumulated(40, [3, 4]) == 47
    with pytest.raises(CatalogError, match="baseline must count"):
        performance(40, 55, 47, "cumulative", "up", "zero")


number = st.integers(-10_000, 10_000).map(lambda n: n / 8)  # exact in binary
positive = st.integers(1, 10_000).map(lambda n: n / 8)
kinds = st.sampled_from(["flow", "level", "ratio", "rank", "index"])


@given(
    st.none() | number,
    st.none() | number,
    st.none() | number,
    kinds,
    st.sampled_from(["up", "down"]),
    st.sampled_from(["baseline", "zero"]),
)
def test_a_score_lies_between_0_and_100_and_every_gap_has_its_reason(a, b, c, kind, direction, rule):
    found = performance(a, b, c, kind, direction, rule)
    assert (found.raw is None) == (found.scored is None)
    if found.scored is None:
        assert found.note in {"no_target", "no_value", "no_baseline", "against_direction", "negative"}
    else:
        assert 0 <= found.scored <= 100
        assert (found.note == "exceeded") == (found.raw > 100 + 1e-9)
        assert (found.note == "behind_baseline") == (found.raw < -1e-9)


@given(number, number, number)
def test_a_decreasing_indicator_is_the_mirror_of_an_increasing_one(a, b, c):
    assume(b > a)
    rising = performance(a, b, c, "level", "up", "baseline")
    assert performance(-a, -b, -c, "level", "down", "baseline") == rising


@given(number, positive, st.fractions(-3, 3, max_denominator=64))
def test_performance_is_the_share_of_the_way(a, step, share):
    reached = a + step * float(share)
    expected = 100 * (Fraction(reached) - Fraction(a)) / Fraction(step)
    found = performance(a, a + step, reached, "level", "up", "baseline")
    assert found.raw == pytest.approx(float(expected), abs=1e-6)


@given(number, number)
def test_what_is_aimed_at_and_reached_is_exactly_100(a, b):
    assume(a != b)
    direction = "up" if b > a else "down"
    assert performance(a, b, b, "level", direction, "baseline") == Performance(100.0, 100.0)


# -- roll-up -----------------------------------------------------------------------------------------


def scored(value, note=""):
    return Performance(value, min(100.0, max(0.0, value)), note)


def test_an_objective_by_hand():
    """30·100 + 20·50 over 50 with data, 80 counted, 20 without a target."""
    rolled = roll_up(
        [
            Weighted("A", 30, scored(140.0, "exceeded")),
            Weighted("B", 20, scored(50.0)),
            Weighted("C", 30, Performance(None, None, "no_value")),
            Weighted("D", 20, Performance(None, None, "no_target")),
        ],
        "H1.1",
    )
    assert rolled.strict == 4000 / 80
    assert rolled.available == 4000 / 50
    assert (rolled.coverage, rolled.missing, rolled.excluded) == (50, 30, 20)


def test_an_overshoot_hides_no_failure():
    rolled = roll_up([Weighted("A", 50, scored(300.0)), Weighted("B", 50, scored(-80.0))], "H1.1")
    assert rolled.strict == rolled.available == 50


def test_an_objective_without_any_target_has_no_figure():
    rolled = roll_up([Weighted("A", 100, Performance(None, None, "no_target"))], "H1.1")
    assert (rolled.strict, rolled.available, rolled.excluded) == (None, None, 100)


@pytest.mark.parametrize(
    ("weights", "told"), [((60, 30), "90"), ((60, 60), "120"), ((), "0"), ((120, -20), "")]
)
def test_weights_other_than_100_block_the_report_with_a_sentence(weights, told):
    rows = [Weighted(f"X{i}", weight, scored(50.0)) for i, weight in enumerate(weights)]
    with pytest.raises(CatalogError) as refused:
        roll_up(rows, "G2")
    sentence = str(refused.value)
    assert "G2" in sentence
    assert "blocked" in sentence
    assert told in sentence


outcome = st.one_of(
    st.floats(-300, 300).map(scored),
    st.just(Performance(None, None, "no_value")),
    st.just(Performance(None, None, "no_target")),
)


@given(st.lists(outcome, min_size=1, max_size=8), st.data())
def test_a_roll_up_lies_between_its_scores_and_its_shares_add_up(outcomes, data):
    cuts = sorted(
        data.draw(st.lists(st.integers(0, 100), min_size=len(outcomes) - 1, max_size=len(outcomes) - 1))
    )
    weights = [hi - lo for lo, hi in zip([0, *cuts], [*cuts, 100], strict=True)]
    rows = [Weighted(str(i), w, o) for i, (w, o) in enumerate(zip(weights, outcomes, strict=True))]
    rolled = roll_up(rows, "H1.1")
    assert rolled.coverage + rolled.missing + rolled.excluded == pytest.approx(100)
    with_data = [(r.weight, r.performance.scored) for r in rows if r.performance.scored is not None]
    assert rolled.coverage == sum(w for w, _ in with_data)
    weighed = [s for w, s in with_data if w]
    if weighed:
        assert min(weighed) - 1e-9 <= rolled.available <= max(weighed) + 1e-9
        assert 0 <= rolled.strict <= rolled.available + 1e-9
        if not rolled.missing:
            assert rolled.strict == rolled.available
    else:
        assert rolled.available is None


def test_the_figure_ktu_published_for_2022():
    found = plan([69.39, 69.57, 68.87, 75, 64.51])
    assert found.value == pytest.approx(69.468)
    assert locale.number(found.value, "tr", 2) == "69,47"
    assert (found.counted, found.left_out) == (5, 0)


def test_an_aim_is_a_plain_mean_and_tells_what_is_not_in_it():
    assert aim([80, 40]) == perf.Mean(60, 2, 0)
    assert aim([80, None]) == perf.Mean(80, 1, 1)
    assert aim([None]) == perf.Mean(None, 0, 1)


# -- pace and status -----------------------------------------------------------------------------------


def test_a_pace_is_for_yearly_counts_alone():
    assert pace(45, 0.5, "flow") == 90
    assert pace(160, 0.5, "flow", "down") == 80  # 5 of at most 8 by June runs to 10 of 8
    for kind in ("level", "ratio", "cumulative", "rank", "index"):
        assert pace(45, 0.5, kind) is None
    assert pace(None, 0.5, "flow") is None
    with pytest.raises(ParameterError):
        pace(45, 0, "flow")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (250, "reached"),
        (100, "reached"),
        (99.99, "close"),
        (85, "close"),
        (84.99, "partly"),
        (60, "partly"),
        (59.99, "far"),
        (-30, "far"),
        (None, "no_data"),
    ],
)
def test_the_bands_of_the_dossier(value, code):
    assert perf.scale().band(value).code == code


def test_an_edge_is_no_matter_of_binary_digits():
    assert perf.scale().band(100 * 0.57 + 3).code == "partly"


def test_a_status_is_a_label_with_a_symbol_in_both_languages():
    scale = perf.scale()
    every = [*scale.bands, scale.no_data, scale.no_target]
    assert scale.band(100).label("tr") == "✓ Ulaşıldı"
    assert scale.band(100).label("en") == "✓ Reached"
    for told in ("symbol", "tr", "en"):
        assert len({getattr(band, told) for band in every}) == len(every)
    assert scale.status(Performance(None, None, "no_target")).code == "no_target"
    assert scale.status(Performance(None, None, "no_value")).code == "no_data"
    assert scale.status(scored(162.5)).code == "reached"


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ([130, 125], True),
        ([90, 130, 125], True),
        ([130, 120], False),
        ([125], False),
        ([130, None], False),
        ([130, 125, 90], False),
        ([], False),
    ],
)
def test_a_target_exceeded_by_far_two_years_running_was_too_low(years, expected):
    assert perf.scale().was_too_low(years) is expected


def definitions(**changes):
    band = {
        "symbol": "✓",
        "tone": "green",
        "en": "Reached",
        "tr": "Ulaşıldı",
        "code": "reached",
        "at_least": 100,
    }
    low = {"symbol": "▼", "tone": "red", "en": "Far", "tr": "Uzak", "code": "far"}
    none = {"symbol": "○", "tone": "grey", "en": "No data", "tr": "Veri yok", "code": "no_data"}
    free = {"symbol": "–", "tone": "grey", "en": "No target", "tr": "Hedef yok", "code": "no_target"}
    base = {"bands": [band, low], "no_data": none, "no_target": free, "too_low": {"above": 120, "years": 2}}
    return base | changes, band, low


def test_bands_in_the_wrong_order_or_without_words_are_refused():
    good, band, low = definitions()
    assert perf.Scale.model_validate(good).band(99).code == "far"
    for bands in (
        [low, band],
        [band],
        [],
        [band, band, low],
        [band, low | {"symbol": "✓"}],
        [band, low | {"x": 1}],
    ):
        with pytest.raises(ValueError, match=r"band|Extra|same"):
            perf.Scale.model_validate(definitions(bands=bands)[0])
