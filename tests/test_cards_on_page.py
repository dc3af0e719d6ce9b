"""A goal's official tables on its page: A, B and C by hand, half years, years and units without a card."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sample import start as shared_start
from test_measures_goal1 import copies
from test_messages import card, carded, entry, small
from test_overview import note, table
from test_standing import MINUS, STATUS, fairs, run_with

from helpers import cards, quality
from helpers.intake import receive
from helpers.plan import cards as plan
from helpers.plan import tables as official
from helpers.present.cards import NoCard, assessed, official_tables
from helpers.run import Run, start
from helpers.texts import Texts

INDICATOR, BASELINE, PERFORMANCE = (
    "Performance indicator",
    "Value at the start of the plan (A)",
    "Performance (%) (C−A)/(B−A)",
)
AIMED, REACHED = "Target for the end of the year (B)", "Value reached in the period (C)"
AIMED_TO_DATE, REACHED_TO_DATE = (
    "Target since the plan began (B)",
    "Value reached since the plan began (C)",
)


def aimed(code: str, weight: int, *aims: float | None, baseline: float | None = None) -> Any:
    """An indicator on a card with these targets from 2024 on, and none for the years left."""
    targets = (*aims, *[None] * (5 - len(aims)))
    return entry(code, weight, None, baseline).model_copy(update={"targets": targets})


def of_years(period: str = "year", year: int = 2026, language: str = "en", **more: Any) -> Run:
    """Fairs, a yearly count: 8, 12 and 9; students, a share: 10, 12.5 and 11 percent."""
    shares = {2024: (10, 100), 2025: (20, 160), 2026: (11, 100)}
    rows: dict[str, Any] = {
        "fairs": fairs("2024-03-01", DE=8) + fairs("2025-03-01", DE=5) + fairs("2025-09-01", DE=7)
        + fairs("2026-03-01", DE=4) + fairs("2026-09-01", DE=5),
        "students": [
            {"citizenship_code": code, "headcount": count, "academic_year": year}
            for year, (foreign, all_students) in shares.items()
            for code, count in (("AZ", foreign), ("TR", all_students - foreign))
        ],
    }  # fmt: skip
    run = run_with(year=year, period=period, language=language, **{**rows, **more})
    one = card(aimed("G1.05", 60, 10, 10, 12, baseline=7), aimed("G2.02", 40, 9, 11, 14, baseline=8))
    return carded(run, one)


# -- monitoring ----------------------------------------------------------------------------------------


def test_the_monitoring_table_by_hand() -> None:
    shown = table(cards.monitoring(of_years(year=2025), "G1"))
    assert shown[BASELINE] == ["7", "8.0%"]
    assert shown[AIMED] == ["10", "11.0%"]
    assert shown[REACHED] == ["12", "12.5%"]
    # A yearly count starts from nought: 12 / 10. The share starts at 8: 4.5 of 3 points.
    assert shown[PERFORMANCE] == ["120.0%", "150.0%"]
    assert shown["Status"] == ["✓ Reached"] * 2
    assert shown["Weight in the objective (%)"] == ["60%", "40%"]
    assert shown[INDICATOR][0] == "PG1.1.1 International fairs attended (number) [G1.05]"


def test_at_the_half_year_a_yearly_count_has_a_pace_and_waits_for_its_status() -> None:
    shown = table(cards.monitoring(of_years("first_half", 2025), "G1"))
    # 5 of 10 by June: half of it, at full pace. The share is that of the academic year that began in 2024.
    assert shown[REACHED] == ["5", "10.0%"]
    assert shown[PERFORMANCE] == ["50.0%", "66.7%"]
    assert shown["Pace for the elapsed year (%), unofficial"] == ["100.0%", "–"]
    assert shown["Status"] == ["–", "–"]


def test_remarks_stand_under_the_table_with_their_code() -> None:
    behind = of_years(
        year=2025,
        students=[{"citizenship_code": "AZ", "headcount": 5}, {"headcount": 95}],
        fairs=fairs("2025-03-01", DE=10),
    )
    shown = cards.monitoring(behind, "G1")
    # 5 percent, from 8 to 11: three points back.
    assert table(shown)[PERFORMANCE] == ["100.0%", f"{MINUS}100.0%"]
    assert "G2.02: The value is behind that at the start of the plan." in note(shown)["notes"]
    assert not [remark for remark in note(shown)["notes"] if remark.startswith("G1.05")]
    assert "Remark" not in table(shown)


def test_the_head_of_the_official_table_stands_under_it() -> None:
    notes = note(cards.monitoring(of_years(year=2025), "G1"))["notes"]
    assert "Performance of the objective (%): 100.0%" in notes
    assert any(line.startswith("Aim: A1 ") for line in notes)


def test_a_card_that_was_split_is_shown_as_one_table() -> None:
    run = start(year=2025)
    parts = plan.fill(plan.load(run.catalog, split=True), run.registers["targets"])
    vars(run)["cards"] = parts
    shown = table(cards.monitoring(run, "G1"))
    codes = [cell.rsplit("[", 1)[1].rstrip("]") for cell in shown[INDICATOR]]
    assert codes == [e.code for one in parts if one.goal == "G1" for e in one.indicators]
    numbers = [cell.split(" ")[0] for cell in shown[INDICATOR]]
    assert len(set(numbers)) == len(numbers) and {number[:5] for number in numbers} >= {"PG1.1", "PG1.2"}


# -- since the plan began ------------------------------------------------------------------------------


def test_the_cumulative_table_by_hand() -> None:
    shown = table(cards.cumulative(of_years(), "G1"))
    assert shown[BASELINE] == ["7", "8.0%"]
    # 10 + 10 + 12 and 8 + 12 + 9; the share holds its past in itself.
    assert shown[AIMED_TO_DATE] == ["32", "14.0%"]
    assert shown[REACHED_TO_DATE] == ["29", "11.0%"]
    # 29 / 32 and (11 − 8) / (14 − 8).
    assert shown[PERFORMANCE] == ["90.6%", "50.0%"]
    assert shown["Status"] == ["▲ Close to the target", "▼ Far from the target"]


def test_the_cumulative_table_of_a_half_year_adds_whole_years_and_half_of_the_last() -> None:
    shown = table(cards.cumulative(of_years("first_half"), "G1"))
    # 8 + 12 and four by June; the share of the academic year 2025.
    assert shown[REACHED_TO_DATE] == ["24", "12.5%"]
    assert shown[AIMED_TO_DATE] == ["32", "14.0%"]
    assert shown[PERFORMANCE] == ["75.0%", "75.0%"]
    assert "Pace for the elapsed year (%), unofficial" not in shown


def test_to_date_too_a_yearly_count_has_no_status_by_june() -> None:
    # 8 of 8 and 4 of 8 by June: on its way, yet 75 % to date.
    run = of_years("first_half", 2025, fairs=fairs("2024-03-01", DE=8) + fairs("2025-03-01", DE=4))
    carded(run, card(aimed("G1.05", 100, 8, 8)))
    assert not STATUS.search(table(cards.cumulative(run, "G1"))["Status"][0])


def test_one_missing_year_leaves_a_sum_unknown() -> None:
    shown = table(
        cards.cumulative(of_years(fairs=fairs("2024-03-01", DE=8) + fairs("2026-03-01", DE=9)), "G1")
    )
    assert (shown[AIMED_TO_DATE][0], shown[REACHED_TO_DATE][0], shown[PERFORMANCE][0]) == ("32", "–", "–")
    assert shown["Status"][0] == "○ No data"


def test_a_year_without_a_target_is_in_neither_sum() -> None:
    run = carded(
        of_years(), card(aimed("G1.05", 60, 10, None, 12), aimed("G2.02", 40, 9, 11, 14, baseline=8))
    )
    shown = table(cards.cumulative(run, "G1"))
    assert (shown[AIMED_TO_DATE][0], shown[REACHED_TO_DATE][0]) == ("22", "17")


def test_small_numbers_of_persons_are_not_shown_as_reached() -> None:
    students = [
        {"citizenship_code": "AZ", "headcount": 3, "academic_year": 2025},
        {"headcount": 97, "academic_year": 2025},
    ]
    run = carded(run_with(year=2025, students=students), card(aimed("G2.01", 100, 3, 6, baseline=1)))
    shown = table(cards.monitoring(run, "G1"))
    assert (shown[REACHED], shown[PERFORMANCE]) == (["–"], ["–"])


# -- the yearly evaluation -----------------------------------------------------------------------------


def test_the_questions_stand_with_their_evidence_and_empty_cells_are_counted() -> None:
    shown = cards.answers(of_years(year=2025), "G1")
    cells = table(shown)
    assert list(cells) == ["Criterion", "Question", "Evidence", "Answer"]
    assert len(cells["Question"]) == 12
    assert cells["Answer"] == [""] * 12
    assert "Questions without an answer: 12 of 12." in note(shown)["notes"]
    # Both of two reached their target, as the monitoring table has it.
    assert sum("Indicators that reached their target: 2 of 2" in cell for cell in cells["Evidence"]) == 1


def test_an_answer_that_was_given_is_shown_and_not_counted() -> None:
    run = of_years(year=2025)
    given = {"year": 2025, "reading": "year", "card": "G1", "entry": "measures", "answer_tr": "Ek bütçe"}
    vars(run)["registers"].frames["answers"] = pd.DataFrame([{**given, "answer_en": "More money"}])
    shown = cards.answers(run, "G1")
    assert table(shown)["Answer"] == [""] * 11 + ["More money"]
    assert "Questions without an answer: 11 of 12." in note(shown)["notes"]
    # It was given for 2025 and not for the year after.
    assert table(cards.answers(of_years(year=2026), "G1"))["Answer"] == [""] * 12


def test_an_answer_is_received_as_a_register_and_stands_in_the_documents(workbook_root: Path) -> None:
    shutil.copy(workbook_root / "data/sample/targets.csv", workbook_root / "targets.csv")
    written = workbook_root / "yanitlar.csv"
    written.write_text(
        "Yıl;Dönem;Hedef kartı (G1 ya da hedefin kodu);Soru ya da giriş;Yanıt (Türkçe);Yanıt (İngilizce);"
        "Plan başından beri harcanan (TL)\n"
        "2025;year;G1;measures;Ek bütçe;;\n2025;year;G9;measures;Boşuna;;\n2025;year;G1;spending;;;\n",
        encoding="utf-8",
    )
    (register,) = receive(written).of_registers
    assert (register.register, register.accepted, register.rejected) == ("answers", 2, 1)
    assert [problem.row for problem in register.problems] == [4]
    receive(workbook_root / "targets.csv")
    run = start(year=2025, language="tr", edition="live")
    _, *_, evaluation = official_tables(run, "G1")
    assert [row[3].value for row in evaluation.sections[-1].rows] == [""] * 11 + ["Ek bütçe"]
    assert "Bulunmayan hedef kartları için yanıtlar: 1 (G9)." in quality.targets(run).text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Not computed: the evaluation is made once a year, not at the half year"),
        ("tr", "Hesaplanamadı: değerlendirme yılda bir kez yapılır, yıl ortasında yapılmaz"),
    ],
)
def test_the_evaluation_is_yearly(language: str, said: str) -> None:
    shown = cards.answers(of_years("first_half", 2025, language), "G1")
    assert shown.text == said and note(shown)["kind"] == "not_computed"


# -- where there is no card ----------------------------------------------------------------------------

NO_CARD = {
    "unit": ({"unit": "eng"}, "the plan's targets are for the whole university, not for one unit"),
    "other": ({"institution": "metu"}, "the data available are those of the plan's own university"),
    "before": ({"year": 2023}, "the plan covers 2024 to 2028"),
    "live": ({"edition": "live"}, "data set not available"),
}


@pytest.mark.parametrize("case", NO_CARD)
@pytest.mark.parametrize("view", [cards.monitoring, cards.cumulative, cards.answers])
def test_without_a_card_the_page_says_why(view: Callable[..., Any], case: str) -> None:
    changes, reason = NO_CARD[case]
    shown = view(shared_start(**{"year": 2025, **changes}), "G1")
    assert shown.text == f"Not computed: {reason}"
    assert note(shown)["kind"] == "not_computed"
    with pytest.raises(NoCard, match=reason.replace(".", r"\.")):
        official_tables(start(**{"year": 2025, **changes}), "G1")


def test_a_goal_of_which_the_plan_has_no_card() -> None:
    assert cards.monitoring(small(), "G4").text == "Not computed: the plan has no card for this goal"


def test_a_card_may_give_its_targets_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    own, unaimed = card(entry("G1.05", 100, 20)), card(entry("G1.05", 100, None))
    monkeypatch.setattr(plan, "load", lambda *_: (own,))
    # No register of targets is held, and none is needed.
    assert run_with(fairs=fairs("2025-03-01", DE=15)).cards == (own,)
    monkeypatch.setattr(plan, "load", lambda *_: (unaimed,))
    assert cards.monitoring(run_with(), "G1").text == "Not computed: data set not available"


# -- the official tables -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "period", "keys"),
    [
        (2024, "year", ["G1-2024", "G1-2024-D"]),
        (2024, "first_half", ["G1-2024-6"]),
        (2025, "year", ["G1-2025", "G1-2024-2025", "G1-2025-D"]),
        (2025, "first_half", ["G1-2025-6", "G1-2024-2025-6"]),
    ],
)
def test_the_tables_of_a_period_in_their_order(year: int, period: str, keys: list[str]) -> None:
    assert [one.key for one in official_tables(of_years(period, year), "G1")] == keys


def test_what_is_told_on_the_page_is_in_the_official_table() -> None:
    run = of_years(year=2025)
    monitoring, cumulative, _ = official_tables(run, "G1")
    for made, view in ((monitoring, cards.monitoring), (cumulative, cards.cumulative)):
        shown = table(view(run, "G1"))
        for title, cells, _ in official.columns(made.sections[0], Texts("en")):
            assert title == "Remark" or shown[title] == cells


def test_answers_and_reasons_are_never_written_by_the_workbook() -> None:
    monitoring, *_, evaluation = official_tables(of_years(year=2025), "G1")
    assert [cell.value for _, cell in monitoring.foot] == ["", ""]
    assert [row[3].value for row in evaluation.sections[-1].rows] == [""] * 12


def test_a_card_is_assessed_with_figures_as_they_may_be_published() -> None:
    students = [{"citizenship_code": "AZ", "headcount": 3}, {"headcount": 97}]
    run = carded(
        run_with(students=students, fairs=copies(3)), card(aimed("G2.01", 50, 3, 3), aimed("G1.05", 50, 3, 3))
    )
    (found,) = assessed(run, "G1")
    assert [line.c for line in found.lines] == [None, 3]
    assert (found.objective.strict, found.objective.available) == (50, 100)
