"""The risk register: what the data say of each risk, and that they say no more than they can."""

from typing import Any

import pytest
from sample import start as shared_start
from test_messages import card, carded, entry
from test_standing import fairs, run_with

from helpers import start
from helpers.errors import CatalogError
from helpers.measures.core import MissingFigure
from helpers.plan import cards
from helpers.plan.cards import Risk
from helpers.present import risks as page
from helpers.present.pieces import NOTE_TYPE
from helpers.run import Run


def risk(*codes: str, **more: Any) -> Risk:
    return Risk.model_validate(
        {"en": "Danger", "tr": "Tehlike", "placeholder": True, "watched_by": codes} | more
    )


def run_of(before: int, now: int, aim: float | None = None, *risks: Risk, **more: Any) -> Run:
    """So many fairs last year and this year, against a target."""
    rows = fairs("2024-03-01", DE=before) + fairs("2025-03-01", DE=now)
    shown = card(entry("G1.05", 100, aim), risks=risks or (risk("G1.05"),))
    return carded(run_with(fairs=rows, **more), shown)


@pytest.mark.parametrize(
    ("before", "now", "aim", "sign"),
    [
        (20, 18, None, "warning"),  # a tenth worse
        (20, 19, None, "calm"),  # a twentieth is what a year brings
        (20, 20, None, "calm"),
        (20, 25, None, "calm"),
        (20, 20, 20, "calm"),
        (20, 20, 21, "watch"),  # 95 %
        (20, 20, 40, "warning"),  # 50 %: far from the target
        (20, 20, 33, "watch"),  # 61 %: partly reached
    ],
)
def test_the_sign_of_one_indicator(before: int, now: int, aim: float | None, sign: str) -> None:
    assert page.sign(run_of(before, now, aim), risk("G1.05")) == sign


def test_what_inflation_moves_and_what_is_few_is_no_sign() -> None:
    few = carded(
        run_with(fairs=fairs("2024-03-01", DE=4) + fairs("2025-03-01", DE=1)), card(entry("G1.05", 100, None))
    )
    assert page.sign(few, risk("G1.05")) == "unknown"
    assert page.sign(start(year=2026), risk("G1.07")) == "unknown"  # lira a student, 2026 against 2025


def decided(cohort: int, days: int) -> list[dict[str, Any]]:
    row = {"complete_date": "2024-05-01", "decision_date": f"2024-05-{1 + days}", "decision": "offered"}
    return [{**row, "cohort": cohort}] * 30


def test_where_less_is_better_a_rise_is_the_sign() -> None:
    slower, quicker = decided(2024, 10) + decided(2025, 20), decided(2024, 20) + decided(2025, 10)
    assert page.sign(run_with(applications=slower), risk("G2.15")) == "warning"
    assert page.sign(run_with(applications=quicker), risk("G2.15")) == "calm"


def test_the_worst_indicator_decides_and_one_without_a_figure_does_not() -> None:
    run = run_of(20, 10)
    assert page.sign(run, risk("G1.05", "G1.13")) == "warning"
    assert page.sign(run, risk("G1.13")) == "unknown"
    assert page.sign(run, risk()) == "unknown"


def test_where_one_indicator_cannot_be_judged_no_signs_are_said_of_the_others_only() -> None:
    """Costs in lira rose by half from 2025 to 2026, which says nothing; beside them conversion held."""
    assert page.sign(start(year=2026), risk("G1.06")) == "calm"
    assert page.sign(start(year=2026), risk("G1.07", "G1.06")) == "partly"
    assert page.sign(run_of(20, 10), risk("G1.05", "G1.07")) == "warning"
    assert "○ no signs as far as can be said" in page.register(start(year=2026), "G1").text


def test_at_the_half_year_the_target_of_the_years_end_is_no_sign() -> None:
    rows = fairs("2024-03-01", DE=5) + fairs("2025-03-01", DE=5)
    run = carded(run_with(fairs=rows, period="first_half"), card(entry("G1.05", 100, 40)))
    assert page.sign(run, risk("G1.05")) == "calm"
    assert "rest on the change from the year before alone" in page.register(run, "G1").text


def test_the_page_lays_the_figures_beside_the_risk() -> None:
    answer = {"en": "Do this", "tr": "Bunu yap"}
    shown = page.register(
        run_of(20, 10, None, risk("G1.05", response=answer), risk(), risk("G1.13")), "G1"
    ).text
    assert shown.startswith("Risks for which the data show signs: 1 of 3")
    assert "▼ signs of it" in shown and "Do this" in shown
    assert "International fairs attended (G1.05): 10 in 2025, 20 in 2024." in shown
    assert "No indicator watches this risk; the data say nothing about it." in shown
    assert "not computed" in shown  # the web sessions are not held
    assert "proposals of the workbook" in shown
    assert "Probability and impact have not been assessed yet." in shown
    assert "Probability" not in shown.splitlines()[1]


def test_what_somebody_judged_is_shown() -> None:
    judged = risk("G1.05", probability=4, impact=5, placeholder=False, source="the unit")
    shown = page.register(run_of(20, 20, None, judged), "G1").text
    assert "Probability × impact" in shown and "20" in shown
    assert "proposals" not in shown and "have not been assessed" not in shown


def test_a_card_without_risks_says_so() -> None:
    run = carded(run_with(fairs=fairs("2025-03-01", DE=1)), card(entry("G1.05", 100, 1), risks=()))
    assert page.register(run, "G1").text == "The card names no risk."


@pytest.mark.parametrize("more", [{"unit": "eng"}, {"institution": "metu"}])
def test_without_cards_the_reason_is_told(more: dict[str, Any]) -> None:
    run = shared_start(**({"year": 2026} | more))
    with pytest.raises(MissingFigure):
        _ = run.cards
    assert page.register(run, "G1").bundle[NOTE_TYPE]["kind"] == "not_computed"


def test_every_risk_of_the_cards_is_watched_and_answered() -> None:
    for one in cards.load():
        assert one.risks
        for each in one.risks:
            assert each.watched_by and each.response is not None
            assert each.en != each.tr and each.response.en != each.response.tr


def test_a_risk_is_watched_by_indicators_that_are_defined() -> None:
    from helpers.catalog import load

    wrong = [one.model_copy(update={"risks": (risk("G9.99"),)}) for one in cards.load()[:1]]
    with pytest.raises(CatalogError, match=r"watched by 'G9\.99'"):
        cards.check(wrong, load())
