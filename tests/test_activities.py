"""The views of activities and goal cards: what they show, what they protect, what they say of gaps."""

import pandas as pd
import pytest
from sample import start as shared_start

from helpers.catalog import load
from helpers.measures.core import Figure, Period
from helpers.present import activities, cards, figures, persons
from helpers.present.pieces import NOTE_TYPE
from helpers.run import start

CATALOG = load()


def mobility(partners: dict[str, int]) -> pd.DataFrame:
    """Return completed outgoing study stays of 120 days, so many to each country."""
    rows = [
        {
            "mobility_id": f"M{country}{n}", "academic_year": 2025,
            "direction": "outgoing",
            "programme": "erasmus_ka131", "activity": "study", "participant": "student",
            "student_key": f"S{country}{n}", "unit": "eng", "degree_level": "bachelor", "gender": "female",
            "partner_id": f"P-{country}", "country_code": country, "agreement_id": "", "bip_id": "",
            "start_date": pd.Timestamp("2025-09-15"), "end_date": pd.Timestamp("2026-01-15"),
            "days_count": 120,
            "has_virtual_part": False, "status": "completed", "ects_earned": 30.0, "ects_recognised": 30.0,
        }
        for country, count in partners.items()
        for n in range(count)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def run_with(frames: dict[str, pd.DataFrame], language: str = "en", **more: str):
    run = shared_start(year=2025, language=language, **more)
    run.registers.frames.update(frames)
    return run


def test_small_groups_of_a_breakdown_are_not_shown():
    run = run_with({"mobility": mobility({"DE": 30, "PL": 12, "FR": 3})})
    shown = activities.by(run, "G3.25", "country_code").text
    # France is hidden, and with it the next smallest, or the total would give it away.
    lines = {line.split("  ")[0]: line for line in shown.splitlines()}
    assert lines["Germany"].endswith("30")
    assert lines["France"].endswith("hidden") and lines["Poland"].endswith("hidden")
    assert not any(line.split()[-1] in ("12", "3") for line in shown.splitlines())


def test_a_breakdown_of_activities_is_not_suppressed():
    run = shared_start(year=2025, language="en")
    assert "hidden" not in activities.by(run, "G1.05", "mode").text


@pytest.mark.parametrize(("count", "value"), [(4, None), (5, 5.0), (0, 0.0)])
def test_a_person_count_below_five_is_protected(count, value):
    run = shared_start(year=2025)
    shown = persons.protected(run, CATALOG.indicators["G3.25"], Figure(float(count)))
    assert shown.value == value


@pytest.mark.parametrize(("base", "shown"), [(22, False), (23, True)])
def test_a_share_of_few_persons_is_protected(base, shown):
    indicator = CATALOG.indicators["G2.02"]
    found = persons.protected(start(year=2025), indicator, Figure(50.0, base // 2, float(base)))
    assert (found.value is not None) is shown


def test_an_activity_count_is_never_protected():
    assert persons.protected(start(year=2025), CATALOG.indicators["G1.05"], Figure(3.0)).value == 3.0


@pytest.mark.parametrize(("language", "number"), [("en", "23.4%"), ("tr", "%23,4")])
def test_a_figure_is_written_in_its_unit_and_language(language, number):
    run = shared_start(year=2025, language=language)
    assert activities.written(run, CATALOG.indicators["G2.02"], Figure(23.44)) == number


def test_what_is_missing_says_why():
    run = start(year=2025, language="en", edition="live")
    assert (
        activities.trend(run, "G1.01").text == "Not computed: not received: International scientific events"
    )
    assert "data set not available" in activities.table(run, "G1d").text
    assert activities.by(run, "G1.05", "mode").text == "Not computed: data set not available"


def test_a_register_without_units_says_so_for_a_unit():
    run = shared_start(year=2025, language="en", unit="eng")
    assert "not recorded by unit" in activities.table(run, "G1d").text


def test_the_generated_registers_are_marked_and_the_rankings_are_not():
    run = shared_start(year=2025, language="en")
    assert "demonstration" in activities.table(run, "G1d").bundle[NOTE_TYPE]["caveats"]
    assert "demonstration" in activities.trend(run, "G1.05").bundle[NOTE_TYPE]["caveats"]
    assert activities.caveats(run, ["G3.03"]) == {}


def test_a_half_year_counts_to_the_end_of_june():
    fairs = pd.DataFrame(
        {
            "fair_id": ["a", "b"], "title": "", "country_code": "DE", "mode": "in_person",
            "status": "attended",
            "start_date": pd.to_datetime(["2025-06-30", "2025-07-01"]),
            "end_date": pd.to_datetime(["2025-06-30", "2025-07-02"]), "cost_try": 1.0, "leads_count": 1,
            "qualified_leads_count": 1,
        }
    )  # fmt: skip
    half = run_with({"fairs": fairs}, period="first_half")
    whole = run_with({"fairs": fairs})
    assert figures.reading(half, "G1.05").value == 1
    assert figures.reading(whole, "G1.05").value == 2


def test_before_the_plan_there_is_no_card_and_the_page_says_so():
    run = shared_start(year=2022, language="tr")
    assert cards.monitoring(run, "G1").text == "Hesaplanamadı: plan 2024–2028 yıllarını kapsıyor"


@pytest.mark.parametrize("goal", ["G1", "G2", "G3", "G4"])
def test_a_card_lists_the_goals_core_indicators_with_their_weights(goal):
    run = shared_start(year=2025, language="en")
    shown = cards.monitoring(run, goal).text
    core = [i for i in CATALOG.indicators.values() if i.goal == goal and i.weight]
    assert sum(i.weight for i in core) == 100
    assert all(f"[{i.code}]" in shown for i in core)


@pytest.mark.parametrize("year", [2017, 2020, 2026])
@pytest.mark.parametrize("language", ["tr", "en"])
def test_every_activity_has_a_table_in_every_year(year, language):
    run = shared_start(year=year, language=language)
    for goal in ("G1", "G2", "G3", "G4"):
        for activity in CATALOG.goals[goal].activities:
            codes = activities.of_activity(run, activity)
            assert codes, activity
            shown = activities.table(run, activity).text
            assert all(code in shown for code in codes)


def test_every_indicator_of_the_catalogue_has_a_value_in_the_demonstration_year():
    run = shared_start(year=2025, language="en")
    missing = {
        code: found.reason
        for code in CATALOG.indicators
        if (found := figures.reading(run, code, Period(2025))).value is None
    }
    # QS did not list the university before 2027, and URAP 2024 is not held.
    assert set(missing) <= {"G3.04", "G3.05"}, missing


def test_a_live_edition_without_registers_has_no_card_and_says_why():
    run = start(year=2025, language="en", edition="live")
    assert cards.monitoring(run, "G1").text == "Not computed: data set not available"


def test_every_register_that_was_read_is_among_the_sources():
    run = shared_start(year=2025, language="en")
    for goal in ("G1", "G2", "G3", "G4"):
        activities.table(run, *CATALOG.goals[goal].activities)
    named = {source.file.rsplit("/", 1)[-1].removesuffix(".csv") for source in run.sources}
    assert set(run.registers.frames) <= named
