"""What explains it, as pages show it: cohorts and panels by hand, sentences by rule, small groups hidden."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sample import start as shared_start
from test_measures_goal1 import held, table
from test_measures_goal3 import activities, agreement, stay

from helpers import start
from helpers.analysis.event_study import Effect
from helpers.catalog import countries
from helpers.measures import cohorts, origins, partners, students
from helpers.measures.cohorts import Reached
from helpers.measures.core import NO_YEAR, MissingFigure, Period
from helpers.present import (
    explained,
    explained_countries,
    explained_fairs,
    explained_links,
    mobility,
    persons,
)
from helpers.present.charts import frame
from helpers.present.charts import rows as charts_of_rows
from helpers.present.pieces import NOTE_TYPE, Piece
from helpers.run import Run
from helpers.texts import Texts

VIEWS = {
    "share": explained.share,
    "funnel": explained.funnel,
    "complete": lambda run: explained.funnel(run, complete=True),
    "students": lambda run: explained.below_expected(run, "students"),
    "exchanges": lambda run: explained.below_expected(run, "exchanges"),
    "fairs": explained.fairs_and_applications,
    "partners": explained.partners,
    "links": explained.links,
}


def run_with(year: int = 2025, language: str = "en", unit: str = "", **rows: Any) -> Run:
    run = start(year=year, language=language, unit=unit)
    run.registers.frames.update({name: table(name, given) for name, given in rows.items()})
    return run


def kind(piece: Piece) -> str:
    return str(piece.bundle[NOTE_TYPE]["kind"])


def cells(piece: Piece) -> dict[str, list[str]]:
    lines = [re.split(r"\s{2,}", line.strip()) for line in piece.text.splitlines()[2:]]
    return {line[0]: line[1:] for line in lines if len(line) > 1}


# -- every view ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    "given",
    [
        {"year": 2026, "language": "tr"},
        {"year": 2026, "period": "first_half"},
        {"year": 2024, "unit": "pha"},
        {"year": 2017},
        {"year": 2026, "institution": "metu"},
        {"year": 2026, "edition": "live"},
    ],
    ids=lambda given: " ".join(str(value) for value in given.values()),
)
def test_every_view_says_something_and_marks_what_is_generated(view, given):
    run = shared_start(**given)
    piece = VIEWS[view](run)
    assert piece.text.strip()
    assert not re.search(r"\bnan\b|\bNone\b|\{|\}", piece.text)
    if kind(piece) in ("table", "figure"):
        assert "demonstration" in piece.bundle[NOTE_TYPE]["caveats"]
        assert piece.bundle[NOTE_TYPE]["indicators"]
        assert piece.bundle[NOTE_TYPE]["details"]  # how it is computed
    else:
        assert given != {"year": 2026, "language": "tr"}


def test_without_any_register_nothing_is_made_up():
    for view in VIEWS.values():
        assert kind(view(start(year=2026, edition="live"))) in ("not_computed", "text")


# -- what the change of the share is made of ---------------------------------------------------------------


def enrolled(year: int, **countries: int) -> list[dict[str, Any]]:
    return [
        {"academic_year": year, "citizenship_code": code, "headcount": count, "degree_level": level}
        for code, (level, count) in ((c, ("bachelor", n)) for c, n in countries.items())
    ]


def test_the_share_is_split_as_worked_by_hand():
    """100 of 1,000 became 120 of 800: 20 · ½(1/1000 + 1/800) = 2.25 points, 110 · (1/800 − 1/1000) = 2.75."""
    run = run_with(students=[*enrolled(2020, TR=900, AZ=60, SY=40), *enrolled(2025, TR=680, AZ=50, IQ=70)])
    found = cells(explained.share(run))
    assert found["The change"] == ["+5.00"]
    assert found["Number of international students"] == ["+2.25"]
    assert found["Number of all students"] == ["+2.75"]
    assert found["– of which Azerbaijan"] == ["−1.13"]  # −10 · .001125
    assert found["Split by level: changes within levels"] == ["+5.00"]
    said = explained.share(run).text
    assert (
        "from 10.0% to 15.0%: about +2.3 points from the number of international students, about +2.8" in said
    )
    assert "Most of the change comes from the denominator" in said


def test_a_rise_by_more_students_is_not_put_down_to_the_denominator():
    run = run_with(students=[*enrolled(2024, TR=900, AZ=100), *enrolled(2025, TR=900, AZ=200)])
    assert "Most of the change" not in explained.share(run).text
    assert "Between 2024-2025 and 2025-2026" in explained.share(run).text  # as far back as is known


def test_a_country_that_is_hidden_in_a_year_is_not_named():
    run = run_with(
        students=[*enrolled(2020, TR=900, AZ=60, SY=40, IQ=3), *enrolled(2025, TR=700, AZ=60, SY=40, IQ=70)]
    )
    assert "Iraq" not in explained.share(run).text


def test_hidden_groups_count_as_one_so_that_mix_and_rate_give_none_away():
    """Nine in one level and three in another are hidden, and may as well be eight and four."""

    def split(master: int, doctoral: int) -> list[list[str]]:
        levels = (("bachelor", 60), ("master", master), ("doctorate", doctoral))
        rows = [
            {**row, "degree_level": level}
            for year in (2020, 2025)
            for level, number in levels
            for row in enrolled(year, TR=(900 if year == 2020 else 500) - number, AZ=number)
        ]
        found = cells(explained.share(run_with(students=rows)))
        return [row for name, row in found.items() if name.startswith("Split by level")]

    assert len(split(9, 3)) == 2
    assert split(9, 3) == split(8, 4)


def test_students_by_group_are_those_of_the_indicator():
    run = start(year=2026)
    for column in ("degree_level", "unit"):
        found = students.by_group(run.registers, run.period, column)
        assert sum(part for part, _ in found.values()) == persons.figure(run, "G2.02").numerator
        assert sum(whole for _, whole in found.values()) == persons.figure(run, "G2.02").denominator


# -- one cohort --------------------------------------------------------------------------------------------


def application(number: int, **columns: Any) -> dict[str, Any]:
    return {
        "application_id": f"a{number}", "cohort": 2020, "decision": "rejected", "is_eligible": False,
        "is_registered": False, **columns,
    }  # fmt: skip


OFFERED = {"is_eligible": True, "decision": "offered"}
COHORT = {
    "fairs": [
        {
            "fair_id": "early",
            "start_date": "2019-08-31",
            "end_date": "2019-09-01",
            "qualified_leads_count": 90,
        },
        {
            "fair_id": "autumn",
            "start_date": "2019-09-01",
            "end_date": "2019-09-02",
            "qualified_leads_count": 5,
        },
        {
            "fair_id": "spring",
            "start_date": "2020-03-01",
            "end_date": "2020-03-02",
            "qualified_leads_count": 7,
        },
        {"fair_id": "off", "start_date": "2020-04-01", "end_date": "2020-04-02", "status": "cancelled"},
    ],
    "applications": [
        application(1),
        application(2, is_eligible=True, fair_id="spring"),
        application(3, **OFFERED, fair_id="autumn"),
        application(4, **OFFERED, is_registered=True, student_key="k4", fair_id="autumn"),
        application(5, **OFFERED, is_registered=True, student_key="k5", fair_id="early"),
        application(6, **OFFERED, is_registered=True, student_key="k6"),
        application(7, **OFFERED, is_registered=True, student_key="k7", cohort=2021),
    ],
    "students": [
        {"academic_year": 2021, "student_key": "k4", "citizenship_code": "AZ"},
        {"academic_year": 2021, "student_key": "k7", "citizenship_code": "AZ"},
    ],
    "graduates": [
        {"academic_year": 2024, "student_key": "k6"},
        {"academic_year": 2025, "student_key": "k4"},
        {"academic_year": 2027, "student_key": "k5"},
    ],
}


def reached(stage: cohorts.Stage, known: int = 2026, of_fairs: bool = False, cohort: int = 2020) -> float:
    registers = held(**COHORT)
    return float(Reached(stage, known, of_fairs)(registers, Period(cohort))["amount"].sum())


def test_a_cohort_is_followed_from_stage_to_stage():
    """Of six applications one is from a fair before the season; who was away and graduated had not left."""
    assert [reached(stage) for stage in cohorts.STAGES[1:]] == [6, 5, 4, 3, 2, 2]
    assert [reached(stage, of_fairs=True) for stage in cohorts.STAGES] == [12, 3, 3, 2, 1, 1, 1]


@pytest.mark.parametrize(("stage", "known"), [("returned", 2020), ("graduated", 2025)])
def test_what_lies_ahead_is_not_known(stage, known):
    with pytest.raises(MissingFigure) as missing:
        reached(stage, known)
    assert missing.value.reason == NO_YEAR


def test_each_stage_is_part_of_those_before():
    for of_fairs in (False, True):
        for stage in cohorts.STAGES[1:]:
            one = Reached(stage, 2026, of_fairs)
            rows = set(one(held(**COHORT), Period(2020))["application_id"])
            for whole in one.part_of:
                assert rows <= set(whole(held(**COHORT), Period(2020))["application_id"])
    assert len(Reached("offered", 2026, True).part_of) == 3  # applied, eligible, and offered without a fair


def many(applied: int, eligible: int, offered: int, registered: int, **columns: Any) -> list[dict[str, Any]]:
    ranks = range(applied)
    return [
        application(
            i + 10_000 * int(columns.get("cohort", 2020)),
            **{
                "cohort": 2025, "is_eligible": i < eligible, "is_registered": i < registered,
                "decision": "offered" if i < offered else "rejected", "fair_id": "", **columns,
            },
        )
        for i in ranks
    ]  # fmt: skip


def test_the_chart_says_where_it_leaks_and_what_is_known_when():
    run = run_with(
        applications=[*many(400, 380, 360, 150), *many(400, 380, 300, 130, cohort=2024)],
        fairs=[{"fair_id": "f", "start_date": "2020-01-01", "end_date": "2020-01-02", "status": "cancelled"}],
    )
    piece = explained.funnel(run)
    assert "the largest loss is before “Registered”, about 58% [53–63] of those who had come" in piece.text
    assert "more than at any other stage" in piece.text
    # 95 and 79 % of the eligible were offered a place.
    assert re.search(
        r"Compared with entry 2024-2025, “Offered a place”: \+15\.8 points \[\+11\.1", piece.text
    )
    assert "“In the second year” is known from 2026 on" in piece.text
    assert "From fairs" not in piece.text  # nobody came from one
    assert piece.bundle[NOTE_TYPE]["data"]["rows"][3][:2] == ["Registered", "150"]


def test_stages_alike_are_not_told_apart():
    text = explained.funnel(run_with(applications=many(400, 300, 220, 165))).text
    assert "not distinguishable from: Eligible, Registered" in text
    assert "more than at any other stage" not in text


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ((400, 398, 300, 150), ["Eligible"]),  # two were not eligible
        ((400, 380, 200, 3), ["Registered"]),
        ((400, 398, 397, 200), ["Eligible", "Offered a place"]),  # three were lost over two stages
        ((400, 400, 300, 150), []),
    ],
)
def test_few_persons_are_hidden_and_few_who_are_lost(counts, hidden):
    piece = explained.funnel(run_with(applications=many(*counts)))
    rows = {row[0]: row[1] for row in piece.bundle[NOTE_TYPE]["data"]["rows"]}
    assert [name for name, cell in rows.items() if cell == "hidden"] == hidden
    assert ("Hidden: groups so small" in piece.text) is bool(hidden)


def test_a_unit_does_not_show_what_the_other_units_would_give_away():
    """Of one unit all but three registered; the other's number, less the university's, would tell."""
    rows = [*many(100, 90, 80, 77), *many(200, 180, 160, 80, unit="sci")]
    rows = [{**row, "application_id": str(i)} for i, row in enumerate(rows)]
    for unit in ("eng", "sci"):
        found = explained.funnel(run_with(unit=unit, applications=rows)).bundle[NOTE_TYPE]["data"]["rows"]
        assert {row[0]: row[1] for row in found}["Registered"] == "hidden"


def test_one_applicant_all_noughts_and_all_through():
    assert "too little is known" in explained.funnel(run_with(applications=many(1, 0, 0, 0))).text
    nobody = explained.funnel(run_with(applications=many(300, 0, 0, 0)))
    assert "too little is known" in nobody.text
    assert "Eligible: 0 (0% [0–1])" in nobody.text
    everyone = explained.funnel(run_with(applications=many(300, 300, 300, 300)))
    assert "not distinguishable from" in everyone.text


def test_a_cohort_too_young_to_have_graduated_says_until_when():
    run = run_with(applications=many(300, 250, 200, 150))
    assert "recorded from 2025 on" in explained.funnel(run, complete=True).text
    assert "in 2031" in explained.funnel(run, complete=True).text


# -- countries that send fewer -------------------------------------------------------------------------------


def test_the_facts_of_countries_are_whole():
    facts = countries.facts()
    assert len(facts) > 200
    assert all(
        one.population > 0 and one.gdp_musd > 0 and 0 <= one.turkic_pct <= 100 for one in facts.values()
    )
    assert facts["AZ"].turkic_pct > 90 and facts["DE"].turkic_pct < 10
    assert facts["DE"].population == pytest.approx(84e6, rel=0.02)
    assert "XN" not in facts  # the source does not know it


def test_students_and_exchanges_by_country_are_those_of_the_indicators():
    run = start(year=2026)
    assert origins.students(run.registers, run.period).sum() == persons.figure(run, "G2.01").value
    both = sum(persons.figure(run, code).value for code in ("G3.25", "G3.26"))
    assert origins.exchanges(run.registers, run.period).sum() == both


def synthetic(counts: dict[str, int]) -> Run:
    return run_with(students=[*enrolled(2025, TR=20_000, **counts)])


def drawn(spread: float = 0.05, seed: int = 1) -> dict[str, int]:
    """Students by country as a gravity model of their population and distance would have them."""
    run, rng = start(year=2025), np.random.default_rng(seed)
    home = explained_countries.maps.place("ktu")
    found = {}
    for code, one in countries.facts().items():
        far = explained_countries.gravity.great_circle(home, explained_countries.maps.country_point(code))
        mean = 900 * (one.population / 5e7) ** 0.5 * (500 / max(far, 300.0)) ** 1.2
        found[code] = int(rng.poisson(mean * rng.gamma(1 / spread, spread)))
    return {code: n for code, n in found.items() if n and code != run.institution.country_code}


def test_a_country_that_sends_far_fewer_is_named_as_a_candidate():
    counts = drawn() | {"GE": 6}
    piece = explained.below_expected(synthetic(counts), "students")
    said = "fewer than expected from Georgia; candidates for fairs and visits"
    assert said in piece.text
    assert cells(piece)["Georgia"][0] == "6"
    assert "likely (over 95%)" in piece.text


def test_where_all_send_what_could_be_expected_no_country_is_a_candidate():
    piece = explained.below_expected(synthetic(drawn(seed=2)), "students")
    assert "no country is distinguishable" in piece.text
    assert "they are not findings" in piece.text


def test_a_small_number_is_hidden_and_does_not_order_the_list():
    counts = drawn() | {"GE": 2}
    piece = explained.below_expected(synthetic(counts), "students")
    assert cells(piece)["Georgia"][0] == "hidden"


def test_one_huge_country_is_said():
    counts = drawn() | {"AZ": 30_000}
    text = explained.below_expected(synthetic(counts), "students").text
    assert "Azerbaijan has more than half of the total" in text


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({}, "students come from fewer than 15 countries"),
        ({"AZ": 500}, "students come from fewer than 15 countries"),
    ],
)
def test_too_little_for_a_model_is_said(counts, said):
    piece = explained.below_expected(synthetic(counts), "students")
    assert kind(piece) == "not_computed" and said in piece.text


# -- fairs and applications ----------------------------------------------------------------------------------


def test_the_panel_is_worked_by_hand():
    run = run_with(
        year=2022,
        applications=[
            application(1, cohort=2020, country_code="AZ"),
            application(2, cohort=2021, country_code="AZ"),
            application(3, cohort=2022, country_code="DE"),
            application(4, cohort=2022, country_code="TR"),
        ],
        fairs=[
            {"fair_id": "1", "country_code": "AZ", "start_date": "2019-10-01", "end_date": "2019-10-02"},
            {"fair_id": "2", "country_code": "AZ", "start_date": "2020-09-01", "end_date": "2020-09-02"},
            {"fair_id": "3", "country_code": "AZ", "start_date": "2021-08-31", "end_date": "2021-09-02"},
        ],
        visits=[
            {"country_code": "KZ", "direction": "outgoing", "kind": "delegation", "start_date": "2020-05-01"},
            {"country_code": "KZ", "direction": "incoming", "kind": "delegation", "start_date": "2021-05-01"},
        ],
    )
    counts, events = origins.panel(run.registers, run.period)
    assert list(counts.columns) == [2020, 2021, 2022]
    assert counts.loc["AZ"].tolist() == [1, 1, 0] and counts.loc["DE"].tolist() == [0, 0, 1]
    assert "TR" not in counts.index
    assert events["fair"].loc["AZ"].tolist() == [1, 1, 0]  # two in a season are one
    assert events["visit"].loc["KZ"].tolist() == [1, 0, 0]


def test_a_missing_middle_cuts_off_what_lies_before():
    run = start(year=2026)  # rows of its own
    rows = run.registers.whole("applications")
    run.registers.frames["applications"] = rows[rows["cohort"] != 2021]
    assert list(origins.panel(run.registers, run.period)[0].columns) == [2022, 2023, 2024, 2025, 2026]
    text = explained.fairs_and_applications(run).text
    assert "years known so far: 5; there will be enough from 2029 on" in text
    run.registers.frames["applications"] = rows[rows["cohort"] != 2026]
    assert "no data for this year" in explained.fairs_and_applications(run).text


def effect(before: float, after: float) -> Effect:
    path = pd.DataFrame({"estimate": 12.0, "low": 3.0, "high": 22.0}, pd.Index([-2, -1, 0, 1], name="step"))
    return Effect("fair", path, before, after, 20, 50)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (0.4, 0.01, "Fairs: from that season on, applications differ by about +12% [+3; +22]"),
        (0.4, 0.2, "these data do not show"),
        (0.01, 0.01, "nothing can be attributed to it"),
    ],
)
def test_the_verdict_is_worded_by_its_tests(before, after, said):
    assert said in explained_fairs._verdict(start(year=2026), effect(before, after))


def test_the_demonstration_shows_no_effect_since_none_was_put_in():
    text = explained.fairs_and_applications(shared_start(year=2026)).text
    assert text.splitlines()[0].count("these data do not show") == 2


# -- partners ------------------------------------------------------------------------------------------------

LONG = ("2015-01-01", "2030-01-01")


def test_what_is_done_with_each_partner_is_counted_in_months_that_count():
    more = activities()
    dates = {"start_date": "2024-02-01", "end_date": "2024-06-01", "partner_id": "p-a", "days_count": 120}
    more["mobility"] += [
        *[stay(**dates, direction="incoming")] * 2,
        stay(**dates, direction="outgoing"),
        stay(**dates, participant="academic", activity="teaching"),
        stay(**dates, status="cancelled"),
        stay(**{**dates, "start_date": "2020-02-01", "end_date": "2020-06-01"}),  # more than 36 months ago
    ]
    more["publications"] += [
        {"year": year, "kind": "with_partner", "publications_count": 4, "partner_id": "p-a"}
        for year in (2022, 2023, 2025)
    ]
    more["visits"] += [{"partner_id": "p-a"}]
    registers = held(agreements=[agreement("a", *LONG), agreement("b", *LONG)], **more)
    found = partners.amounts(registers, Period(2025), 36)
    assert found.loc["p-a", list(partners.AMOUNTS)].tolist() == [1, 2, 8, 0, 1]
    assert found.loc["p-b", list(partners.AMOUNTS)].tolist() == [0] * 5


def test_registers_that_begin_later_than_what_is_looked_back_on_say_so():
    """36 months and three years end with 2026 and begin with 2024; in 2018 they begin earlier."""
    for year, says in ((2026, False), (2018, True)):
        run = shared_start(year=year)
        assert ("nothing is known of earlier years" in explained.partners(run).text) == says
        countries = explained.below_expected(run, "students").text
        assert ("are known from 1 Jan 2017 on; earlier ones are not counted" in countries) == says


def test_advice_follows_its_rule():
    rows = pd.DataFrame(
        [
            ("expiring", "DE", 2025.0, "renew"),
            ("asleep", "DE", 2020.0, "revive"),  # within five years
            ("asleep", "DE", 2019.0, "close"),
            ("asleep", "AZ", 2012.0, "revive"),  # a country with priority
            ("asleep", "DE", float("nan"), "close"),
        ],
        columns=["reason", "country_code", "last_year", "expected"],
    )
    assert partners.advised(rows, frozenset({"AZ"}), 2025).tolist() == rows["expected"].tolist()
    assert partners.advised(rows[:0], frozenset(), 2025).empty


def test_the_list_of_decisions_carries_the_advice():
    text = mobility.decisions(shared_start(year=2026)).text
    assert re.search(r"ends soon; active\s+renew", text)
    assert re.search(r"dormant; no activity known\s+let it end", text)
    assert "Proposal: the agreement of an active partner is renewed" in text


def test_stays_with_a_partner_are_protected_beside_the_others_of_its_country():
    """Twelve and three stays in Germany: with the country's total, twelve would give three away."""
    more = activities()
    for name, number in (("a", 12), ("b", 3), ("c", 9)):
        row = stay(
            partner_id=f"p-{name}", start_date="2025-02-01", end_date="2025-06-01",
            country_code="PL" if name == "c" else "DE",
        )  # fmt: skip
        more["mobility"] += [row] * number
    signed = [agreement(name, *LONG, country_code="PL" if name == "c" else "DE") for name in "abc"]
    piece = explained.partners(run_with(agreements=signed, partners=[], **more))
    found = cells(piece)
    assert [found[f"p-{name}"][1] for name in "abc"] == ["hidden", "hidden", "9"]


def test_nothing_done_with_anyone_is_said():
    piece = explained.partners(run_with(agreements=[agreement("a", *LONG)], **activities()))
    assert "In 36 months there was no activity" in piece.text


# -- whether the goals move together -----------------------------------------------------------------------


def linked(monkeypatch: pytest.MonkeyPatch, values: dict[str, list[float]]) -> str:
    """The view over series of ten years that are put in."""
    rng = np.random.default_rng(3)
    noise = {code: list(rng.normal(size=10)) for pair in explained_links.PAIRS for code in pair}
    series = {code: dict(enumerate(v, 2017)) for code, v in (noise | values).items()}
    monkeypatch.setattr(explained_links, "_series", lambda run, code: series[code])
    return explained.links(replace(start(year=2026))).text


def test_noise_is_not_told_from_chance_and_the_power_is_said(monkeypatch):
    text = linked(monkeypatch, {})
    assert "none of 12 associations can be distinguished from chance" in text
    # Of 12 tests one alone stands out below 0.05 / 12: of 9 steps from 28/36 on, of 18 from 75/153 on.
    assert "With 9 yearly steps and 12 tests, an association that stands alone can be found only" in text
    assert "from τ = 0.78 on; a moderate one (τ = 0.5) from 2035 on" in text
    assert explained_links._YEARS > 18  # so many years are read by then
    assert "An association is not a cause" in text


def test_what_moves_together_is_told_in_its_place(monkeypatch):
    fairs = [5.0, 9, 3, 8, 2, 7, 4, 11, 1, 10]
    text = linked(monkeypatch, {"G1.05": fairs, "G2.03": [2 * n + 1 for n in fairs]})
    assert "1 of 12 associations between the goals can be distinguished from chance" in text
    row = next(line for line in text.splitlines() if line.startswith("G1.05"))
    assert "move together (τ +1.00)" in row and "not distinguishable" in row


@pytest.mark.parametrize("years", [1, 6])
def test_too_few_years_are_said(monkeypatch, years):
    rng = np.random.default_rng(1)
    monkeypatch.setattr(
        explained_links, "_series", lambda run, code: dict(enumerate(rng.normal(size=years), 2017))
    )
    assert "fewer than 7 years are known" in explained.links(start(year=2026)).text


@pytest.mark.parametrize("language", ["tr", "en"])
def test_the_rows_of_fairs_and_visits_are_told_apart_on_the_chart(language):
    """The chart cuts a long label short; what is cut here is the year, in which the rows differ."""
    say = Texts(language)
    rows = [
        say("explained.fairs.row", kind=say(kind), step=say(step))
        for kind in explained_fairs._KINDS.values()
        for step in explained_fairs._STEPS.values()
    ]
    drawn = {frame.fold(row, charts_of_rows._BESIDE, 2) for row in rows}
    assert len(drawn) == 8 and not [label for label in drawn if "…" in label]
