"""What it would take: identities against published tables, curves within their error, the cheapest way.

The tables of `shared` are read with the csv module; programs are held against enumeration.
"""

import csv
import itertools
import math
import re
import statistics as plain
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ranking_builders import TEXT, band, method, place, rankings, score, system
from sample import start as shared_start

from helpers import catalog, scenarios, start
from helpers.analysis.scenarios import Step, cheapest, fit, score_of
from helpers.catalog import Scenario
from helpers.errors import CatalogError, ParameterError
from helpers.measures import scenarios as measures
from helpers.present.pieces import NOTE_TYPE, Piece

CATALOG = catalog.load()
KTU_2026 = {"teaching": 24.5, "research_environment": 13.8, "research_quality": 35.1, "industry": 38.9,
            "international_outlook": 27.0}  # fmt: skip


# -- a score that follows from a share -------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "score"), [(0.04, 6.5), (0.08, 15.0), (0.10, 20.4), (0.15, 36.7), (0.20, 54.9)]
)
def test_the_curve_of_the_dossier(share: float, score: float) -> None:
    # Domain dossier 4.3, QS 2026: μ = 0.180, σ = 0.114.
    assert score_of(share, 0.180, 0.114) == pytest.approx(score, abs=0.1)


def test_a_curve_runs_from_1_to_100_and_never_falls() -> None:
    values = [score_of(p / 100, 0.2, 0.1) for p in range(101)]
    assert values[0] == pytest.approx(1) and values[-1] == pytest.approx(100)
    assert values == sorted(values)
    for wrong in (-0.01, 1.01, math.nan):
        with pytest.raises(ValueError, match="no share"):
            score_of(wrong, 0.2, 0.1)


def test_a_curve_is_recovered_from_noisy_pairs_with_gross_errors() -> None:
    rng = np.random.default_rng(7)
    shares = rng.beta(1.5, 8, 600)
    scores = [score_of(float(p), 0.19, 0.11) for p in shares] + rng.normal(0, 2, 600)
    scores[:40] = rng.uniform(0, 100, 40)
    assert fit(list(shares), list(scores)) == pytest.approx((0.19, 0.11), abs=0.01)


def folded(name: str) -> str:
    name = re.sub(r"\(.*?\)", "", name.replace("ı", "i").replace("İ", "I"))
    plain_name = "".join(
        c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)
    ).lower()
    return " ".join(re.sub(r"[^a-z0-9 ]", " ", re.sub(r"^the ", "", plain_name.strip())).split())


@lru_cache(maxsize=4)
def pairs(shared: Path, edition: int) -> tuple[tuple[float, float], ...]:
    """Return share (THE) and score (QS) of international students of universities in both tables."""
    with (shared / "the" / f"THE_{edition}_key_statistics.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        shares = {folded(r["Name"]): r["International students"].strip("% -") for r in csv.DictReader(file)}
    with (shared / "qs" / f"QS_{edition}.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    name = head.index("Institution Name")
    column = next(i for i, title in enumerate(head) if title.startswith("International Students"))
    found = []
    for row in rows:
        share = shares.get(folded(row[name]), "")
        if share.isdigit() and re.fullmatch(r"[\d.]+", row[column].strip()):
            found.append((int(share) / 100, float(row[column])))
    return tuple(found)


@pytest.mark.shared
@pytest.mark.parametrize("edition", [2024, 2025])
def test_the_student_ratio_curve_keeps_its_printed_error_on_the_published_tables(
    shared: Path, edition: int
) -> None:
    curve = CATALOG.systems["qs"].curves_of(edition)["international_students_pct"]
    both = pairs(shared, edition)
    assert len(both) >= 0.95 * curve.count
    missed = sorted(abs(score_of(share, curve.location, curve.spread) - score) for share, score in both)
    assert plain.median(missed) <= curve.median_error
    assert missed[int(0.9 * len(missed))] <= curve.wide_error
    # The error is that of the curve, not a generous bound.
    assert plain.median(missed) > 0.7 * curve.median_error
    assert fit(*zip(*both, strict=True)) == pytest.approx((curve.location, curve.spread), abs=0.01)


# -- the identity, against published scores --------------------------------------------------------


def test_the_weights_of_the_reproduce_an_overall_worked_by_hand() -> None:
    run = shared_start(year=2026)
    found = scenarios.simulate(run, "the", international_outlook=10, teaching=2)
    assert found is not None
    # 7.2275 + 4.002 + 10.53 + 1.556 + 2.025 = 25.3405; + 0.075 · 10 + 0.295 · 2.
    assert found.before == pytest.approx(25.3405)
    assert found.after == pytest.approx(25.3405 + 0.75 + 0.59)
    assert {p.variable: p.before for p in found.pieces} == KTU_2026
    # The dossier (4.2): the next band from 27.24 computed, +2.2 a year, THE 2026, visible in THE 2029.
    assert (found.edition, found.shows, found.next_band) == (2026, 2029, "1201–1500")
    assert found.edge == pytest.approx(27.24, abs=0.01)
    assert found.drift == pytest.approx((27.24 - 22.757) / 2, abs=0.01)
    assert found.edge_then == pytest.approx(found.edge + 3 * found.drift)
    assert found.gap == pytest.approx(found.edge - found.after)
    assert found.error == pytest.approx(0.082)


def test_qs_is_scaled_and_a_share_goes_by_its_curve() -> None:
    run = shared_start(year=2026)
    still = scenarios.simulate(run, "qs")
    assert still is not None
    # Domain dossier 4.3: hidden overall 9.70, 1201–1400 begins at 10.75, one edition only.
    assert (still.before, still.after) == (pytest.approx(9.70, abs=0.01), pytest.approx(9.70, abs=0.01))
    assert still.edge == pytest.approx(10.75) and still.drift is still.edge_then is None
    moved = scenarios.simulate(run, "qs", international_students_pct=4)
    assert moved is not None
    (piece,) = (p for p in moved.pieces if p.variable == "international_students")
    gain = score_of(0.12, 0.180, 0.114) - score_of(0.08, 0.180, 0.114)
    assert (piece.before, piece.after) == (15.8, pytest.approx(15.8 + gain))
    assert (piece.share, piece.error) == (4, 13.3)
    assert moved.after == pytest.approx(still.before + 1.0328 * 0.05 * gain)
    assert moved.error == pytest.approx(0.11 + 1.0328 * 0.05 * 13.3)


@pytest.mark.shared
@pytest.mark.parametrize("edition", [2024, 2025])
def test_the_identity_holds_for_every_exact_score_of_the(shared: Path, edition: int) -> None:
    rule = CATALOG.systems["the"].method(edition)
    assert rule is not None
    with (shared / "the" / f"THE_{edition}_rankings.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [r for r in csv.DictReader(file) if re.fullmatch(r"\d+(\.\d+)?", r["Overall"].strip())]
    assert len(rows) > 190
    for row in rows:
        named = {column.lower().replace(" ", "_"): value for column, value in row.items()}
        overall = sum(weight * float(named[name]) for name, weight in rule.weights.items())
        assert overall == pytest.approx(float(row["Overall"]), abs=rule.error), row["Name"]


@pytest.mark.shared
@pytest.mark.parametrize(("edition", "exceptions"), [(2024, 0), (2025, 1)])
def test_the_identity_holds_for_every_exact_score_of_qs(shared: Path, edition: int, exceptions: int) -> None:
    rule = CATALOG.systems["qs"].method(edition)
    assert rule is not None
    with (shared / "qs" / f"QS_{edition}.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    titles = {"faculty_student": "Faculty Student", "citations_per_faculty": "Citations per Faculty"}
    columns = {
        name: next(i for i, t in enumerate(head)
                   if t.startswith(titles.get(name, name.replace("_", " ").title())) and "Rank" not in t)
        for name in rule.weights
    }  # fmt: skip
    total = next(i for i, t in enumerate(head) if t.lower().replace("qs ", "").startswith("overall"))
    wrong, seen = 0, 0
    for row in rows:
        cells = [row[i].strip() for i in (*columns.values(), total)]
        if all(re.fullmatch(r"\d+(\.\d+)?", cell) for cell in cells):
            seen += 1
            overall = rule.shift + rule.scale * sum(
                weight * float(row[columns[name]]) for name, weight in rule.weights.items()
            )
            wrong += abs(overall - float(row[total])) > rule.error + 0.005
    assert seen > 500 and wrong == exceptions


# -- what is no lever ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ranking", "changes", "says"),
    [
        ("qs", {"academic_reputation": 1.0}, "no lever"),
        ("the", {"beauty": 1.0}, "'beauty' cannot be changed"),
        ("the", {"teaching": math.nan}, "nan"),
        ("the", {"teaching": math.inf}, "inf"),
        ("the", {"international_students_pct": 4.0}, "cannot be changed"),
        ("qs", {"international_students": 1.0, "international_students_pct": 4.0}, "the same score"),
    ],
)
def test_what_cannot_be_set_is_refused_by_name(ranking: str, changes: dict[str, float], says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        scenarios.simulate(start(year=2026), ranking, **changes)


def test_scores_stay_between_0_and_100() -> None:
    run = start(year=2026)
    high = scenarios.simulate(run, "the", international_outlook=1e6)
    low = scenarios.simulate(run, "the", international_outlook=-1e6)
    assert high is not None and low is not None
    assert high.after == pytest.approx(25.3405 + 0.075 * 73)
    assert low.after == pytest.approx(25.3405 - 0.075 * 27)
    full = scenarios.simulate(run, "qs", international_students_pct=1000)
    assert full is not None and max(p.after for p in full.pieces) == pytest.approx(100, abs=1)


@pytest.mark.parametrize("ranking", ["arwu", "cwur", "urap"])
def test_a_ranking_without_weights_simulates_nothing(ranking: str) -> None:
    assert scenarios.simulate(start(year=2026), ranking) is None
    shown = scenarios.table(start(year=2026), ranking)
    assert shown.bundle[NOTE_TYPE]["kind"] == "not_computed"
    assert scenarios.cheapest(start(year=2026), ranking).bundle[NOTE_TYPE]["kind"] == "not_computed"


# -- the cheapest way ------------------------------------------------------------------------------


def test_the_cheapest_way_by_hand() -> None:
    steps = {"a": Step(0.5, 1.0, 4.0), "b": Step(0.2, 0.5, 10.0), "c": Step(1.0, 5.0, 1.0)}
    # By price of a point of the total: a 2, b 2.5, c 5. Three points: 4 of a (2.0), then 5 of b (1.0).
    found = cheapest(steps, 3.0)
    assert found.reached
    assert found.moves == pytest.approx({"a": 4, "b": 5, "c": 0})
    assert (found.adds, found.cost) == (pytest.approx(3), pytest.approx(6.5))
    # In whole units of a and c alone, 2.5 points: three of a and one of c.
    whole = cheapest({"a": steps["a"], "c": steps["c"]}, 2.5, whole=True)
    assert whole.moves == {"a": 3.0, "c": 1.0} and whole.cost == 8


def test_what_cannot_be_reached_gives_the_nearest() -> None:
    found = cheapest({"a": Step(0.5, 1.0, 4.0), "idle": Step(0.0, 1.0, 9.0)}, 2.5)
    assert not found.reached
    assert found.moves == {"a": 4.0, "idle": 0.0}
    assert (found.adds, found.cost) == (2.0, 4.0)
    assert not cheapest({}, 1.0).reached
    # A fraction of a unit is none: 3.9 of them are three.
    assert cheapest({"a": Step(1.0, 1.0, 3.9)}, 3.5, whole=True).moves == {"a": 3.0}


@pytest.mark.parametrize("wanted", [0.0, -3.0])
def test_a_target_that_is_reached_costs_nothing(wanted: float) -> None:
    found = cheapest({"a": Step(1.0, 1.0, 5.0)}, wanted)
    assert (found.reached, found.cost, found.moves) == (True, 0.0, {"a": 0.0})


@pytest.mark.parametrize("step", [Step(-1, 1, 1), Step(1, -1, 1), Step(1, 1, -1)])
def test_a_lever_that_goes_below_nought_is_refused(step: Step) -> None:
    with pytest.raises(ValueError, match="nothing below nought"):
        cheapest({"a": step}, 1.0)


tenths = st.integers(1, 20).map(lambda n: n / 10)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(tenths, tenths, st.integers(0, 4)), min_size=1, max_size=4), tenths)
def test_the_integer_program_against_enumeration(
    levers: list[tuple[float, float, int]], wanted: float
) -> None:
    steps = {str(i): Step(adds, cost, most) for i, (adds, cost, most) in enumerate(levers)}
    found = cheapest(steps, wanted, whole=True)
    ways = itertools.product(*(range(most + 1) for *_, most in levers))
    costs = [
        sum(n * cost for n, (_, cost, _) in zip(way, levers, strict=True))
        for way in ways
        if sum(n * adds for n, (adds, *_) in zip(way, levers, strict=True)) >= wanted - 1e-9
    ]
    assert found.reached == bool(costs)
    if costs:
        assert found.cost == pytest.approx(min(costs))
        assert found.adds >= wanted - 1e-6
    else:
        assert found.adds == pytest.approx(sum(adds * most for adds, _, most in levers))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(tenths, tenths, tenths), min_size=1, max_size=5), tenths)
def test_the_linear_program_against_buying_the_cheapest_first(
    levers: list[tuple[float, float, float]], wanted: float
) -> None:
    """With one constraint, the best buys points of the total in the order of their price."""
    found = cheapest({str(i): Step(*lever) for i, lever in enumerate(levers)}, wanted)
    left, cost = wanted, 0.0
    for adds, price, most in sorted(levers, key=lambda lever: lever[1] / lever[0]):
        bought = min(most, left / adds)
        left, cost = left - bought * adds, cost + bought * price
    assert found.reached == (left < 1e-6)
    if found.reached:
        assert found.cost == pytest.approx(cost)


# -- ranges, routes and scenarios on small tables --------------------------------------------------

TWO = {"x": {"kind": "score", **TEXT}, "y": {"kind": "score", **TEXT}}


def toy(years: dict[int, tuple[float, float]], others: dict[int, list[tuple[float, float]]]) -> Any:
    """Return a ranking of two scores, x with weight 0.75 and y with 0.25, of KTÜ and some others."""
    known = [one for one in CATALOG.institutions.ids() if one != "ktu"]
    rows, places = [], []
    for edition in {*years, *others}:
        held = [("ktu", years[edition])] if edition in years else []
        held += list(zip(known, others.get(edition, []), strict=False))
        for name, (x, y) in held:
            rows += [score(name, x, "x", edition=edition), score(name, y, "y", edition=edition)]
            places.append(place(name, "501+" if name == "ktu" else "401–500", edition=edition))
    defined = system(
        methods=[method(weights={"x": 0.75, "y": 0.25})], variables=TWO, breaks=[],
        bands=[{"from": 2000, "to": 2100, "exact_until": 400, "band_starts": [401, 501]}],
    )  # fmt: skip
    bands = [
        band("401–500", edition=e, institutions_count=5, computed_low=30.0 + 2 * (e - 2024)) for e in years
    ]
    return rankings(positions=places, scores=rows, bands=bands, systems={"toy": defined})


MEMBERS = tuple(one for one in CATALOG.institutions.ids() if one != "ktu")


def test_a_range_is_the_best_own_move_or_what_the_fast_peers_gained_on_the_middle() -> None:
    own = toy({2023: (10, 10), 2024: (14, 9), 2025: (15, 16)}, {})
    found = measures.ranges(own, "ktu", MEMBERS, "toy", 2025)
    assert {name: (one.most, one.basis) for name, one in found.items()} == {"x": (4, "own"), "y": (7, "own")}
    # Everybody rose by 30 as the publisher changed its scale; on the median peer they gained −2, −1, 0, 1, 2.
    before = [(10.0, 10.0)] * 5
    after = [(40.0 + gain, 40.0 + gain) for gain in (-2, -1, 0, 1, 2)]
    shifted = toy({2025: (15, 16)}, {2024: before, 2025: after})
    found = measures.ranges(shifted, "ktu", MEMBERS, "toy", 2025)
    assert {name: (one.most, one.basis) for name, one in found.items()} == {
        "x": (1, "peers"),
        "y": (1, "peers"),
    }
    # Of four peers nothing is said.
    assert measures.ranges(toy({2025: (1, 1)}, {2024: before[:4], 2025: after[:4]}),
                           "ktu", MEMBERS, "toy", 2025) == {}  # fmt: skip


def test_a_move_over_a_missing_edition_is_no_yearly_move() -> None:
    held = toy({2022: (10, 10), 2024: (30, 30), 2025: (32, 31)}, {})
    assert {name: one.most for name, one in measures.ranges(held, "ktu", MEMBERS, "toy", 2025).items()} == {
        "x": 2,
        "y": 1,
    }


def test_a_route_by_hand() -> None:
    held = toy({2024: (20, 20), 2025: (24, 30)}, {})
    # 0.75 · 24 + 0.25 · 30 = 25.5. To 28 are 2.5; x may rise by 4 (3 points of the overall), at 1 each.
    found = measures.route(held, "ktu", MEMBERS, "toy", 2025, 28.0, 1)
    assert found is not None and found.way.reached
    assert found.wanted == pytest.approx(2.5)
    assert found.way.moves == {"x": 4.0, "y": 0.0}
    # Where x costs ten times as much, ten of y are cheaper: 0.25 · 10 = 2.5.
    dear = measures.route(held, "ktu", MEMBERS, "toy", 2025, 28.0, 1, costs={"x": 10})
    assert dear is not None and dear.way.moves == {"x": 0.0, "y": 10.0} and dear.way.cost == 10
    # y alone cannot reach 29 in one edition (at most 28), but in two.
    alone = measures.route(held, "ktu", MEMBERS, "toy", 2025, 29.0, 1, only=["y"])
    assert alone is not None and not alone.way.reached and alone.way.adds == pytest.approx(2.5)
    later = measures.route(held, "ktu", MEMBERS, "toy", 2025, 29.0, 2, only=["y"])
    assert later is not None and later.way.reached and later.way.moves == {"y": 14.0}
    with pytest.raises(ParameterError, match="'z'"):
        measures.route(held, "ktu", MEMBERS, "toy", 2025, 29.0, 2, costs={"z": 1})
    assert measures.route(held, "metu", MEMBERS, "toy", 2025, 29.0, 2) is None


def test_the_edge_moves_by_its_own_drift() -> None:
    held = toy({2023: (20, 20), 2024: (20, 20), 2025: (24, 30)}, {})
    found = measures.simulate(held, "ktu", "toy", 2025, {"x": 4}, 2025)
    assert found is not None
    # 30 + 2 a year: 32 in 2025; the toy's data lie one year back, so that a change shows in 2026: 34.
    assert (found.edge, found.drift, found.edge_then, found.shows) == (32, 2, 34, 2026)
    assert (found.after, found.gap, found.gap_then) == (28.5, 3.5, 5.5)
    once = measures.simulate(toy({2025: (24, 30)}, {}), "ktu", "toy", 2025, {}, 2025)
    assert once is not None and once.drift is once.edge_then is once.gap_then is None


def test_scenarios_of_the_catalogue_mean_what_they_say() -> None:
    peers = [(30.0, 10.0), (40.0, 20.0), (50.0, 30.0), (60.0, 40.0)]
    held = toy({2024: (20, 36), 2025: (24, 30)}, {2025: peers})

    def changes(**given: Any) -> dict[str, float] | None:
        scenario = Scenario.model_validate({"title": TEXT, **given})
        return measures.changes_of(scenario, held, "ktu", MEMBERS, "toy", 2025)

    assert changes(changes={"x": 3}) == {"x": 3}
    # x of the five, 24 30 40 50 60: median 40, best quarter from 50. Of y, 30 10 20 30 40: 30, and 30.
    assert changes(to={"x": "median", "y": "median"}) == {"x": 16, "y": 0}
    assert changes(to={"x": "best_quarter"}) == {"x": 26}
    assert changes(pace=True) == {"x": 4, "y": -6}
    alone = toy({2025: (24, 30)}, {})
    for given_one in ({"to": {"x": "median"}}, {"pace": True}):
        scenario = Scenario.model_validate({"title": TEXT, **given_one})
        assert measures.changes_of(scenario, alone, "ktu", MEMBERS, "toy", 2025) is None


def test_a_lever_of_nothing_is_refused_on_reading(workbook_root: Path) -> None:
    path = workbook_root / "data" / "catalog" / "levers.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("    teaching: {}", "    teachng: {}"), "utf-8")
    with pytest.raises(CatalogError, match="'teachng'"):
        catalog.load()


# -- on the page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "tr"])
@pytest.mark.parametrize("ranking", ["the", "qs"])
def test_the_table_of_scenarios_says_what_it_rests_on(language: str, ranking: str) -> None:
    run = shared_start(year=2026, language=language)
    shown = scenarios.table(run, ranking).text
    for one in CATALOG.levers[ranking].scenarios:
        assert one.title[language] in shown
    assert "2029" in shown  # when a change of 2026 is first seen
    error = {"the": {"en": "± 0.08", "tr": "± 0,08"}, "qs": {"en": "± 0.11", "tr": "± 0,11"}}
    assert error[ranking][language] in shown
    if ranking == "qs":
        assert {"en": "nine in ten within 13.3", "tr": "13,3 puandan"}[language] in shown


def test_what_lies_within_the_error_is_not_called_reached() -> None:
    run = shared_start(year=2026)
    # 1.8995 points are missing; 6.2 of research quality are 1.86, 6.4 are 1.92, 7 are 2.1.
    said = [
        " ".join(scenarios.told(run, found))
        for by in (6.2, 6.4, 7.0)
        if (found := scenarios.simulate(run, "the", research_quality=by))
    ]
    assert "not distinguishable" in said[0] and "not distinguishable" in said[1]
    assert "reached, 0.2 points above" in said[2]


def test_the_cheapest_way_is_said_with_its_bounds_and_what_is_out_of_reach() -> None:
    shown = scenarios.cheapest(shared_start(year=2026), "the").text
    # 1.8995 of Teaching (0.295 a point, at most 3.8) and Research quality (0.30, at most 4.8): seven points.
    assert "Teaching +3, Research quality +4" in shown
    # International outlook alone: at most 3.4 a year, so that 3 whole points are 25.34 + 0.225.
    assert "cannot be reached: at most 25.6, 1.7 short" in shown
    assert "would be reached, but" not in shown
    # QS: 21 points of scores of 5 % are 1.08 (× 1.0328), 1.05 are missing: nearer than the error of 0.11.
    qs = scenarios.cheapest(start(year=2026), "qs").text
    assert "would be reached, but not distinguishable from the target (± 0.11)" in qs
    assert "no prices are given" in shown
    dear = scenarios.cheapest(
        shared_start(year=2026), "the", 27.0, {"teaching": 5, "research_quality": 5}
    ).text
    assert "no prices are given" not in dear and "Teaching +" not in dear.split("\n")[2]


def test_a_batch_shows_the_table_and_an_open_notebook_the_sliders(monkeypatch: pytest.MonkeyPatch) -> None:
    run = shared_start(year=2026)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    shown = scenarios.simulator(run, "the")
    assert isinstance(shown, Piece) and shown.text == scenarios.table(run, "the").text
    monkeypatch.setenv("JPY_SESSION_NAME", "notebook.ipynb")
    box = scenarios.simulator(run, "the")
    *sliders, told = box.children
    assert [s.description for s in sliders] == [
        "Teaching", "Research environment", "Research quality", "Industry", "International outlook"
    ]  # fmt: skip
    assert "25.34 → 25.34" in told.value
    # A browser counts the steps from the least value: nought must be one of them.
    assert all((s.min / s.step).is_integer() and s.min <= 0 <= s.max <= 100 for s in sliders)
    sliders[-1].value = 5.0
    assert "25.34 → 25.72" in told.value
    # Reputation has no slider, and what nothing is known of has no sliders at all.
    qs = scenarios.simulator(run, "qs", live=True).children
    assert not {"Academic reputation", "Employer reputation"} & {getattr(s, "description", "") for s in qs}
    assert isinstance(scenarios.simulator(run, "arwu", live=True), Piece)
