"""Against whom: groups, found peers, level and change, races and names, as the page says them.

Expected figures are worked out here from the sample's own rows with the csv module.
"""

import csv
import json
import math
import statistics
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from ranking_builders import OUTLOOK_2026, TEXT, method, place, rankings, score, system
from sample import start as shared_start

from helpers import against, catalog
from helpers import rankings as views
from helpers.measures import ranking_peers as measures
from helpers.present import likelihood
from helpers.present.charts import plane
from helpers.present.pieces import NOTE_TYPE, Piece
from helpers.run import Run

REPO = Path(__file__).resolve().parents[1]
CATALOG = catalog.load()
GROUPS = yaml.safe_load((REPO / "data" / "reference" / "peer_groups.yml").read_text(encoding="utf-8"))
ABROAD = GROUPS["technical_universities_abroad"]["members"]


@pytest.fixture(scope="module")
def run() -> Run:
    return shared_start(year=2026)


@lru_cache(maxsize=4)
def rows(file: str) -> tuple[dict[str, str], ...]:
    with (REPO / "data" / file).open(encoding="utf-8", newline="") as opened:
        return tuple(csv.DictReader(opened))


def cells(piece: Piece) -> list[list[str]]:
    """Return the lines of a table's plain form, cut where two blanks or more are."""
    return [[c.strip() for c in line.split("  ") if c.strip()] for line in piece.text.splitlines()]


def line(piece: Piece, name: str) -> list[str]:
    (found,) = (one for one in cells(piece) if one and one[0] == name)
    return found


# -- groups ----------------------------------------------------------------------------------------


def test_members_exist_and_each_abroad_has_a_reason_and_facts() -> None:
    for group in GROUPS.values():
        assert all(one in CATALOG.institutions for one in group["members"])
        assert len(set(group["members"])) == len(group["members"])
    assert set(GROUPS["technical_universities_abroad"]["reasons"]) == set(ABROAD)
    assert all(CATALOG.institutions[one].country_code != "TR" for one in ABROAD)
    names = {row["name"] for row in rows("sample/ranking_scores.csv") if row["edition"] == "2025"}
    held = {CATALOG.institutions.match(name) for name in names}
    assert set(ABROAD) <= held


def test_those_abroad_are_of_like_size() -> None:
    """The criterion of the group, held against THE 2025."""
    sizes = {
        CATALOG.institutions.match(row["name"]): float(row["value_low"])
        for row in rows("sample/ranking_scores.csv")
        if (row["edition"], row["variable"]) == ("2025", "students_fte_count")
    }
    assert sizes["ktu"] == 24284
    assert all(17_000 <= sizes[one] <= 31_000 for one in ABROAD)


def test_the_table_of_groups_says_what_is_held(run: Run) -> None:
    shown = against.groups(run)
    assert line(shown, "the state research universities") == [
        "the state research universities", "19", "THE 2026", "19"
    ]  # fmt: skip
    assert line(shown, "technical universities abroad of like size")[1:] == ["11", "THE 2025", "11"]
    note = shown.bundle[NOTE_TYPE]
    for reason in GROUPS["technical_universities_abroad"]["reasons"].values():
        assert any(reason["en"] in detail for detail in note["details"])


def test_members_without_data_are_named() -> None:
    shown = against.groups(shared_start(year=2026, institution="metu")).text
    # Of those most like METU some are abroad, of whom THE 2026 is not held.
    assert "Not available in THE 2026" in shown and "Wrocław University of Science and Technology" in shown


def test_a_group_needs_half_of_its_members_in_one_edition() -> None:
    known = [one for one in CATALOG.institutions.ids() if one != "ktu"][:12]
    made = [score("ktu", 1, edition=2024), score("ktu", 2, edition=2025)]
    made += [score(one, 5, edition=2024) for one in known] + [
        score(one, 5, edition=2025) for one in known[:5]
    ]
    toy = rankings(scores=made, systems={"toy": system(breaks=[])})
    # Thirteen with KTÜ: seven are needed; 2025 holds six.
    assert measures.edition_with(toy, "ktu", known, "toy", 2025) == 2024
    assert measures.edition_with(toy, "ktu", known[:8], "toy", 2025) == 2025
    assert measures.edition_with(toy, "ktu", known, "toy", 2023) is None
    assert measures.edition_with(toy, "ktu", known[:3], "toy", 2025) is None
    assert measures.edition_with(toy, "nobody", known, "toy", 2025) is None


# -- found peers -----------------------------------------------------------------------------------


def test_the_nearest_are_those_worked_out_from_the_rows(run: Run) -> None:
    income = {
        row["code"]: 1e6 * float(row["gdp_musd"]) / float(row["population_count"])
        for row in rows("reference/country_facts.csv")
        if row["gdp_musd"]
    }
    latest: dict[str, dict[str, float]] = {}
    for edition in ("2025", "2026"):
        for row in rows("sample/ranking_scores.csv"):
            if (row["system"], row["edition"]) == ("the", edition):
                name = CATALOG.institutions.match(row["name"])
                assert name is not None
                latest.setdefault(name, {})[row["variable"]] = float(row["value_low"])
    points = {
        name: [
            math.log(values["students_fte_count"]),
            math.log(values["students_per_staff_ratio"]),
            math.log(income[CATALOG.institutions[name].country_code]),
        ]
        for name, values in latest.items()
    }
    assert len(points) == 31
    spread = [statistics.stdev(column) for column in zip(*points.values(), strict=True)]
    away = {
        name: math.sqrt(
            sum(((a - b) / s) ** 2 for a, b, s in zip(point, points["ktu"], spread, strict=True)) / 3
        )
        for name, point in points.items()
        if name != "ktu"
    }
    expected = sorted(away, key=away.__getitem__)[:10]
    shown = cells(against.found(run))[3:13]
    assert [row[0] for row in shown] == [CATALOG.institutions[one].name_en for one in expected]
    assert [float(row[1]) for row in shown] == pytest.approx([away[one] for one in expected], abs=0.005)
    assert against.members(run, against.FOUND) == tuple(expected)


def test_what_no_data_hold_is_said_to_be_left_out(run: Run) -> None:
    assert "since the data do not contain it: mix of subjects" in against.found(run).text
    assert "verisi elde bulunmadığı" in against.found(shared_start(year=2026, language="tr")).text.lower()


# -- level and change ------------------------------------------------------------------------------


def test_level_and_change_of_international_outlook(run: Run) -> None:
    shown = line(against.table(run, against.PLAN), "International outlook")
    group = sorted(OUTLOOK_2026.values())
    median = (group[9] + group[10]) / 2
    quarter = group[14] + 0.25 * (group[15] - group[14])
    assert shown[1:4] == ["27.0", "10", "1"]
    assert shown[4] == f"−{median - 27:.1f}" or abs(float(shown[4].replace("−", "-")) - (27 - median)) < 0.06
    assert float(shown[5].replace("−", "-")) == pytest.approx(27 - quarter, abs=0.06)
    # THE 2024, 2025, 2026: 22.7, 26.1, 27.0; slopes 3.4, 0.9 and 4.3 / 2.
    change, of_group = shown[6].rstrip(")").split(" (")
    assert change == "+2.2"
    changes = {}
    for name in OUTLOOK_2026:
        series = {
            int(row["edition"]): float(row["value_low"])
            for row in rows("sample/ranking_scores.csv")
            if row["system"] == "the" and row["variable"] == "international_outlook"
            and int(row["edition"]) >= 2024 and CATALOG.institutions.match(row["name"]) == name
        }  # fmt: skip
        a, b, c = (series[edition] for edition in (2024, 2025, 2026))
        changes[name] = statistics.median([b - a, c - b, (c - a) / 2])
    assert float(of_group) == pytest.approx(statistics.median(changes.values()), abs=0.06)
    below = sum(one < changes["ktu"] for one in changes.values())
    assert float(shown[7]) == pytest.approx(100 * (below + 0.5) / 20, abs=0.5)


def test_an_older_edition_is_named_as_such(run: Run) -> None:
    shown = against.table(run, against.ABROAD).text
    assert "(12, THE 2025)" in shown
    assert "THE 2026 is not available for technical universities abroad of like size" in shown
    assert "2 editions only (2024 to 2025) and is not a trend" in shown
    assert "from the fifth comparable edition on, THE 2028" in shown
    assert "3 editions only (2024 to 2026) and is not a trend" in against.table(run, against.PLAN).text


def test_the_first_edition_of_a_method_has_no_change() -> None:
    shown = against.table(shared_start(year=2024), against.PLAN)
    assert "THE 2024 is the only comparable edition that holds Karadeniz" in shown.text
    assert line(shown, "Teaching")[6:] == ["–", "–"]
    assert against.chart(shared_start(year=2024), against.PLAN).bundle[NOTE_TYPE]["kind"] == "not_computed"


def test_the_chart_marks_everybody_once_and_says_which_side_we_are_on(run: Run) -> None:
    shown = against.chart(run, against.PLAN)
    assert (
        "below the peers' median in International outlook (27.0 against 35.2) but has gained more"
        in shown.text
    )
    data = shown.bundle[NOTE_TYPE]["data"]
    assert len(data["rows"]) == 20
    assert {row[0] for row in data["rows"]} == {CATALOG.institutions[one].name_en for one in OUTLOOK_2026}
    gazi = next(row for row in data["rows"] if row[0] == "Gazi University")
    assert gazi[1:] == ["24.5", "+1.4"]


def test_names_that_would_lie_on_one_another_or_on_a_dot_are_left_to_focus() -> None:
    frame = pd.DataFrame(
        {
            "label": ["a", "near", "own", "above", "far"],
            "value": [0.0, 51.0, 50.0, 50.0, 100.0],
            "change": [0.0, 5.2, 5.0, 5.7, 10.0],
            "is_own": [False, False, True, False, False],
        }
    )
    names = {label: label.upper() for label in frame["label"]}
    found = plane.legible(frame, names, 1.0)
    # Our own is always written; "near" and "above" would lie on it.
    assert set(found) == {"a", "own", "far"}
    # Above the dot, but below it where the dot is in the lower part.
    assert found["a"] < 0 and found["far"] > 10 and found["own"] > 5
    apart = frame.assign(value=[0.0, 30.0, 50.0, 70.0, 100.0])
    assert set(plane.legible(apart, names, 1.0)) == set(names)
    assert set(plane.legible(frame.iloc[:1], names, 1.0)) == {"a"}


# -- who may pass whom -----------------------------------------------------------------------------


def test_everyones_change_is_that_of_the_editions_that_hold_the_university() -> None:
    """The peers rose by 1 a year for eight years and by 5 in the last; the university entered in 2023."""
    known = [one for one in CATALOG.institutions.ids() if one != "ktu"][:9]
    made = [score("ktu", value, edition=e) for e, value in ((2023, 1.0), (2024, 4.0))]
    made += [
        score(one, float(i) + (e - 2016 if e < 2024 else 12), edition=e)
        for i, one in enumerate(known)
        for e in range(2016, 2025)
    ]
    toy = rankings(scores=made, positions=[place("ktu", "1")], systems={"toy": system(breaks=[])})
    row = measures.level_and_change(toy, "ktu", known, "toy", 2024).set_index("variable").loc["x"]
    assert (row["first"], row["change"], row["median_change"]) == (2023, 3.0, 5.0)
    both = measures.levels_and_changes(toy, "ktu", [*known, "ktu"], "toy", "x", 2024)
    assert set(both["change"]) == {3.0, 5.0}


def test_one_edition_gives_no_change_and_says_what_will() -> None:
    shown = against.table(shared_start(year=2022), against.PLAN).text
    assert "THE 2022 is the only comparable edition that holds Karadeniz Technical University" in shown


def test_races_are_named_with_their_chance(run: Run) -> None:
    shown = against.overtaking(run, against.PLAN)
    ege = line(shown, "Ege University")
    # 27.0 against 27.1; the lead moved from 18.5 − 20.6 in THE 2022.
    assert ege[1:3] == ["27.1", "−0.1"]
    assert "passing it is about as likely as not" in " ".join(ege)
    assert "by THE 2028" in shown.text  # the plan ends with 2028
    assert "The method changed within this span (THE 2024)" in shown.text
    # METU is 30 points ahead: not named.
    assert "Middle East Technical University" not in shown.text
    turkish = against.overtaking(shared_start(year=2026, language="tr"), against.PLAN).text
    assert "geçme olasılığı yarı yarıya" in turkish


@pytest.mark.parametrize(("year", "then"), [(2026, 2028), (2027, 2028), (2028, 2029), (2031, 2032)])
def test_no_race_goes_beyond_the_plan_or_three_years(year: int, then: int) -> None:
    # The years from 2027 on hold no edition yet; the horizon is asked for by itself.
    assert (
        against.horizon(
            shared_start(year=2026).__class__(**{**_fields(shared_start(year=2026)), "year": year})
        )[1]
        == then
    )


def _fields(of: Run) -> dict[str, Any]:
    return {name: getattr(of, name) for name in of.__dataclass_fields__}


def test_whoever_is_not_named_is_said_to_be_very_unlikely_or_not_known(run: Run) -> None:
    """Of nineteen peers each is named, very unlikely by the one table of words, or short of editions."""
    rows = against._races(run, against.PLAN)
    named = [turn for turn in rows["turn"] if likelihood.word(turn).code != "very_unlikely"]
    shown = against.overtaking(run, against.PLAN).text
    assert (
        f"with the other {len(rows) - len(named)} universities, a change of places is very unlikely" in shown
    )
    (missing,) = {*against.members(run, against.PLAN)} - {"ktu", *rows["institution"]}
    assert f"fewer than 5 editions in common are available: {CATALOG.institutions[missing].name_en}." in shown


def test_a_chance_that_is_written_as_unlikely_is_not_called_very_unlikely() -> None:
    """0.13 is written as about 15 %, which is unlikely; 0.12 as about 10 %."""
    rows = pd.DataFrame({"turn": [0.12, 0.13, 0.6]})
    assert list(against._worth_naming(rows)["turn"]) == [0.13, 0.6]


def test_five_common_editions_are_needed() -> None:
    shown = against.overtaking(shared_start(year=2024), against.PLAN)
    assert shown.bundle[NOTE_TYPE]["kind"] == "not_computed"
    assert "no peer has 5 editions" in shown.text


def test_a_race_uses_common_editions_only_and_this_edition() -> None:
    made = [score("ktu", value, edition=2020 + i) for i, value in enumerate([1, 2, 3, 4, 5])]
    made += [score("metu", value, edition=2020 + i) for i, value in enumerate([6, 6, 6, 6, 6])]
    made += [score("itu", value, edition=2019 + i) for i, value in enumerate([6, 6, 6, 6, 6])]  # not 2024
    made += [score("gazi", value, edition=2021 + i) for i, value in enumerate([6, 6, 6, 6])]  # four only
    toy = rankings(scores=made, systems={"toy": system(breaks=[])})
    found = measures.races(toy, "ktu", ["metu", "itu", "gazi", "ege"], "toy", "x", 2024, 2)
    assert list(found["institution"]) == ["metu"]
    assert (found["lead"].iloc[0], found["drift"].iloc[0], found["n"].iloc[0]) == (-1, 1, 5)
    assert measures.races(toy, "ege", ["metu"], "toy", "x", 2024, 2).empty
    assert measures.races(toy, "ktu", [], "toy", "x", 2024, 2).empty


def test_the_summary_says_level_change_and_who_may_pass(run: Run) -> None:
    said = against.summary(run, against.PLAN).text
    assert "percentile 10 among the state research universities in THE 2026" in said
    assert "+2.2 points a year from 2024 to 2026, more than the median of the group (+1.1" in said
    assert "May be passed by THE 2028: Ege University" in said


# -- names -----------------------------------------------------------------------------------------


def closed(given: Run) -> Run:
    """Return the run as it would be if THE showed others' values to nobody."""
    the = given.catalog.systems["the"].model_copy(update={"public": False})
    systems = {**{name: given.catalog.systems[name] for name in given.catalog.systems}, "the": the}
    return replace(given, catalog=replace(given.catalog, systems=systems))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from strings(one)


@pytest.mark.parametrize("language", ["en", "tr"])
@pytest.mark.parametrize("institution", ["ktu", "metu"])
def test_where_a_ranking_is_not_public_no_peer_is_named_anywhere(language: str, institution: str) -> None:
    hidden = closed(shared_start(year=2026, language=language, institution=institution))
    shown = [
        against.groups(hidden),
        against.found(hidden),
        against.overtaking(hidden, against.PLAN),
        against.summary(hidden, against.PLAN),
        against.chart(hidden, against.PLAN),
        views.peers_chart(hidden, views.against_peers(hidden, "the"), "the"),
        *(against.table(hidden, group) for group in (against.PLAN, against.ABROAD, against.FOUND)),
    ]
    written = "\n".join(text for piece in shown for text in strings(piece.bundle))
    others = [one for one in CATALOG.institutions.ids() if one != institution]
    for one in others:
        known = CATALOG.institutions[one]
        for name in {known.name_en, known.name_tr}:
            assert name not in written.replace("Istanbul University-Cerrahpaşa", ""), name
        if len(known.short) > 3:
            assert known.short not in written, known.short
    # Sizes would tell who it is: those of others are not shown.
    assert "30,191" not in written and "30.191" not in written
    assert shared_start(year=2026, institution=institution).name in written or language == "tr"
    assert {"en": "University A", "tr": "Üniversite A"}[language] in written


def test_letters_are_the_same_on_all_pages_and_say_nothing_of_values(run: Run) -> None:
    hidden = closed(run)
    members = list(OUTLOOK_2026)
    called = views.names(hidden, "the", members)
    assert called == views.names(hidden, "the", reversed(members))
    assert called["ktu"] == run.name and len(set(called.values())) == len(members)
    order = sorted((one for one in members if one != "ktu"), key=called.__getitem__)
    ranked = sorted(order, key=OUTLOOK_2026.__getitem__)
    assert order not in (ranked, ranked[::-1], sorted(order))
    many = views.names(hidden, "the", [f"one-{i}" for i in range(30)])
    assert "University AA" in many.values() and len(set(many.values())) == 31


def test_a_public_ranking_names_everybody(run: Run) -> None:
    assert views.names(run, "the", ["metu", "ktu"]) == {
        "metu": "Middle East Technical University",
        "ktu": "Karadeniz Technical University",
    }


# -- extremes --------------------------------------------------------------------------------------


def test_level_and_change_of_odd_groups() -> None:
    known = [one for one in CATALOG.institutions.ids() if one != "ktu"][:11]
    two = system(
        methods=[method(weights={"x": 0.5, "y": 0.5})], breaks=[],
        variables={"x": {"kind": "score", **TEXT}, "y": {"kind": "score", **TEXT}},
    )  # fmt: skip

    def found(ours: tuple[float | None, ...], theirs: float, count: int) -> Any:
        made = []
        for edition, own in zip((2024, 2025), ours, strict=True):
            for variable in ("x", "y"):
                made += [score("ktu", own, variable, edition=edition)] if own is not None else []
                made += [score(one, theirs, variable, edition=edition) for one in known[:count]]
        toy = rankings(scores=made, positions=[place("ktu", "1")], systems={"toy": two})
        return (
            measures.level_and_change(toy, "ktu", known[:count], "toy", 2025).set_index("variable").loc["x"]
        )

    equal = found((7.0, 7.0), 7.0, 11)
    assert (equal["percentile"], equal["quintile"], equal["median_gap"], equal["change"]) == (50, 3, 0, 0)
    one_peer = found((7.0, 7.0), 9.0, 1)
    assert one_peer["count"] == 2 and math.isnan(one_peer["percentile"])
    unscored = found((None, None), 7.0, 11)
    assert math.isnan(unscored["value"]) and math.isnan(unscored["percentile"])
    huge = found((1e12, 1e12), 7.0, 11)
    assert huge["quintile"] == 5 and math.isfinite(huge["quarter_gap"])


@pytest.mark.parametrize("view", ["groups", "found"])
def test_a_university_of_which_nothing_is_held_is_told_so(view: str) -> None:
    shown = getattr(against, view)(shared_start(year=2026, institution="trabzon"))
    assert json.dumps(shown.bundle[NOTE_TYPE])
    if view == "found":
        assert shown.bundle[NOTE_TYPE]["kind"] == "not_computed"


def test_a_plan_without_a_group_abroad_says_nothing_of_it(run: Run) -> None:
    plan = run.catalog.plan.model_copy(update={"peer_group_abroad": ""})
    bare = replace(run, catalog=replace(run.catalog, plan=plan))
    assert "technical universities abroad" not in against.groups(bare).text
    assert against.table(bare, against.ABROAD).bundle[NOTE_TYPE]["kind"] == "not_computed"
