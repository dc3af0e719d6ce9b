"""What is said of an activity: where it stands, what explains it, what is owed; worked by hand on few rows.

The run that these tests build holds the registers it is given and nothing of the sample; the tests of the
messages, the overview and the cards use it too.
"""

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from read_as_text import Read
from sample import start as shared_start
from test_measures_goal1 import CATALOG, copies, table
from test_measures_goal4 import DEFAULTS
from test_present import HOSTILE, _Read, rendered

from helpers import activities, store
from helpers import standing as said_of
from helpers.measures.core import NO_REGISTER, MissingFigure, Registers
from helpers.present import figures, pieces
from helpers.present.pieces import NOTE_TYPE, Piece
from helpers.run import Run, start

standing = Read(said_of)

REPO = Path(__file__).resolve().parents[1]
MINUS = "\N{MINUS SIGN}"
MARK = " [Demonstration data]"
STATUS = re.compile("[✓▲◆▼○]")

DEFAULTS.setdefault(
    "targets", {"indicator": "G1.05", "year": 2025, "kind": "target", "value": 1.0, "is_placeholder": False}
)
DEFAULTS.setdefault(
    "accreditation",
    {"accreditation_id": "#", "programme_id": "g1", "unit": "eng", "body": "MUDEK", "status": "active",
     "decision_date": "2024-06-01", "start_date": "2024-10-01", "end_date": "2029-09-30",
     "application_open": False},
)  # fmt: skip


class Held(Registers):
    """Registers that hold what a test gave them, and nothing of the sample."""

    def __getitem__(self, dataset: str) -> pd.DataFrame:
        if dataset not in self.frames:
            raise MissingFigure(NO_REGISTER)
        return super().__getitem__(dataset)


def run_with(
    year: int = 2025,
    language: str = "en",
    period: str = "year",
    unit: str = "",
    edition: str = "sample",
    **rows: list[dict[str, Any]],
) -> Run:
    """A run that knows these rows of its registers; each has the columns that its register declares."""
    run = start(year=year, language=language, period=period, unit=unit, edition=edition)
    frames = {name: table(name, given) for name, given in rows.items()}
    vars(run)["registers"] = Held(edition, unit or None, frames)
    return run


def fairs(day: str, **countries: int) -> list[dict[str, Any]]:
    """So many fairs in each country on a day."""
    return [
        row
        for country, count in countries.items()
        for row in copies(count, country_code=country, start_date=day, end_date=day)
    ]


def target(code: str, value: float | None, year: int = 2025, kind: str = "target") -> dict[str, Any]:
    return {"indicator": code, "year": year, "kind": kind, "value": value}


def labels(piece: Piece) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in piece.text.splitlines())


# -- where we stand ------------------------------------------------------------------------------------

# 15 fairs, then 19: Germany −4, Azerbaijan +4, Uzbekistan +3, Kazakhstan +1, Iran unchanged.
FAIRS = fairs("2024-03-01", DE=6, AZ=5, KZ=3, IR=1) + fairs("2025-03-01", DE=2, AZ=9, KZ=4, IR=1, UZ=3)
ACTIONS = [
    {"action_id": "a1", "activity": "G1d", "due_date": "2025-03-31", "title_en": "Spring",
     "title_tr": "Bahar"},
    {"action_id": "a2", "activity": "G1d", "due_date": "2025-06-30", "done_date": "2026-02-01"},
    {"action_id": "a3", "activity": "G1d", "due_date": "2024-09-30", "title_en": "Oldest",
     "title_tr": "En eski", "owner_unit": "med"},
    {"action_id": "a4", "activity": "G1d", "due_date": "2026-03-31", "title_en": "Later",
     "title_tr": "Sonra"},
    {"action_id": "a5", "activity": "G1d", "due_date": "2026-01-31", "title_en": "Soon",
     "title_tr": "Yakında"},
    {"action_id": "a6", "activity": "G1d", "due_date": "2025-09-30", "done_date": "2025-09-01"},
    {"action_id": "a7", "activity": "G1c", "due_date": "2025-01-31", "title_en": "Of another activity"},
]  # fmt: skip


def test_an_activity_is_said_in_three_labelled_sentences() -> None:
    run = run_with(fairs=FAIRS, actions=ACTIONS, targets=[target("G1.05", 20)])
    said = standing.of(run, ("G1d",), ("G1.05",), by="country_code")
    assert list(labels(said)) == ["Where we stand", "What explains it", "What comes next"]
    assert said.bundle[NOTE_TYPE]["kind"] == "standing"
    # 19 of 20 fairs are 95 %: the band from 85 to 100.
    assert labels(said)["Where we stand"] == (
        "International fairs attended (G1.05): 19 in 2025, 15 in 2024; target 20 · ▲ Close to the target."
        + MARK
    )
    assert labels(said)["What explains it"] == (
        f"Largest changes (Country): Azerbaijan +4, Uzbekistan +3, Germany {MINUS}4." + MARK
    )


def test_the_same_in_turkish() -> None:
    run = run_with(language="tr", fairs=FAIRS, actions=ACTIONS, targets=[target("G1.05", 20)])
    said = labels(standing.of(run, ("G1d",), ("G1.05",), by="country_code"))
    assert list(said) == ["Neredeyiz", "Bunu ne açıklıyor", "Sırada ne var"]
    assert "2025'te 19, 2024'te 15; hedef 20 · ▲ Hedefe yakın." in said["Neredeyiz"]
    assert f"Azerbaycan +4, Özbekistan +3, Almanya {MINUS}4." in said["Bunu ne açıklıyor"]
    assert said["Sırada ne var"].startswith("Süresi geçen (3): En eski – ")
    assert "son tarih 30.09.2024" in said["Sırada ne var"]


def test_where_the_plan_counts_from_a_baseline_it_stands_with_the_target() -> None:
    run = run_with(
        memberships=copies(7), targets=[target("G2.02", 14), target("G2.02", 8, 2023, "baseline")],
        students=[{"citizenship_code": "AZ", "headcount": 20}, {"headcount": 140}],
    )  # fmt: skip
    # 20 of 160 are 12.5 %; from 8 to 14, that is 75 % of the way.
    assert standing.now(run, "G2.02") == (
        "Share of international students (G2.02): 12.5% in 2025; target 14.0% (from 8.0%) · ◆ Partly reached."
    )
    # Of memberships the plan aims at nothing.
    assert standing.now(run, "G1.15") == "Active network memberships (G1.15): 7 in 2025, 7 in 2024."


def test_at_the_half_year_a_yearly_count_has_a_pace_and_an_academic_years_share_no_status_yet() -> None:
    run = run_with(
        period="first_half",
        fairs=[*fairs("2025-06-30", DE=9), *fairs("2025-07-01", DE=4), *fairs("2024-06-30", DE=8)],
        students=[{"citizenship_code": "AZ", "headcount": 20, "academic_year": 2024},
                  {"headcount": 140, "academic_year": 2024}],
        targets=[target("G1.05", 20), target("G2.02", 14), target("G2.02", 8, 2023, "baseline")],
    )  # fmt: skip
    # 9 of 20 by the middle of the year: 45 % of the target, 90 % of what half a year asks for.
    said = standing.now(run, "G1.05")
    assert said == (
        "International fairs attended (G1.05): 9 in 2025, first half, 8 in 2024, first half; "
        "target 20 · pace 90%."
    )
    assert not STATUS.search(said)
    assert "target 14.0% (from 8.0%)." in standing.now(run, "G2.02")


def test_what_is_missing_is_said_with_its_reason_and_compared_with_nothing() -> None:
    run = run_with(fairs=fairs("2024-03-01", DE=6))
    assert (
        standing.now(run, "G1.05")
        == "International fairs attended (G1.05): not computed, no data for this year."
    )
    assert standing.now(run, "G1.12").endswith("not computed, data set not available.")
    assert standing.why(run, "G1.05", "country_code") == (
        "The values of both years that would explain a change of “International fairs attended” are not "
        "available together."
    )


def test_a_register_without_units_has_nothing_to_say_of_one() -> None:
    run = run_with(unit="eng", fairs=FAIRS, targets=[target("G1.05", 20)])
    assert (
        standing.now(run, "G1.05")
        == "International fairs attended (G1.05): not computed, not recorded by unit."
    )


# -- what explains it ----------------------------------------------------------------------------------


def test_two_changes_are_named_in_each_direction_the_largest_first() -> None:
    run = run_with(
        fairs=fairs("2024-03-01", DE=9, FR=6, IT=2, AZ=1)
        + fairs("2025-03-01", DE=2, FR=3, IT=1, AZ=3, KZ=5, UZ=1)
    )
    assert standing.why(run, "G1.05", "country_code") == (
        f"Largest changes (Country): Kazakhstan +5, Azerbaijan +2, Germany {MINUS}7, France {MINUS}3."
    )


def test_no_change_is_no_list() -> None:
    run = run_with(fairs=fairs("2024-03-01", DE=2, FR=3) + fairs("2025-03-01", FR=3, DE=2))
    assert standing.why(run, "G1.05", "country_code") == "No change (Country)."


def stays(year: int, **countries: int) -> list[dict[str, Any]]:
    day = {"academic_year": year, "start_date": f"{year}-09-15", "end_date": f"{year + 1}-01-15"}
    return [
        row
        for country, count in countries.items()
        for row in copies(count, country_code=country, partner_id=f"p{country}", **day)
    ]


def test_a_group_of_fewer_than_five_persons_is_never_named() -> None:
    # France was 3, Poland is 4: their steps, the largest, would tell of few; Germany's tells of many.
    run = run_with(
        mobility=stays(2024, DE=20, FR=3, PL=19, IT=8, ES=30) + stays(2025, DE=26, FR=18, PL=4, IT=9, ES=29)
    )
    said = standing.why(run, "G3.25", "country_code")
    assert f"Germany +6, Spain {MINUS}1." in said
    assert "France" not in said and "Poland" not in said


def test_a_count_of_activities_is_not_protected() -> None:
    run = run_with(fairs=fairs("2024-03-01", DE=1, FR=9) + fairs("2025-03-01", DE=3, FR=9))
    assert standing.why(run, "G1.05", "country_code") == "Largest changes (Country): Germany +2."


def test_a_ratio_is_explained_by_both_its_parts() -> None:
    # The share rises from 10 % to 12.5 % while both its parts fall.
    students = [
        {"citizenship_code": "AZ", "headcount": 30, "academic_year": 2024},
        {"headcount": 270, "academic_year": 2024},
        {"citizenship_code": "AZ", "headcount": 20},
        {"headcount": 140},
    ]
    run = run_with(students=students)
    assert "12.5% in 2025, 10.0% in 2024" in standing.now(run, "G2.02")
    above, below = (CATALOG.variables[code].name.en for code in ("international_students", "degree_students"))
    assert standing.why(run, "G2.02") == f"{above}: 30 → 20; {below}: 300 → 160."


def test_the_parts_of_a_ratio_are_hidden_where_they_are_few_persons() -> None:
    students = [
        {"citizenship_code": "AZ", "headcount": 4, "academic_year": 2024},
        {"headcount": 96, "academic_year": 2024},
        {"citizenship_code": "AZ", "headcount": 10},
        {"headcount": 90},
    ]
    said = standing.why(run_with(students=students), "G2.02")
    assert said.startswith("The values of both years")  # the share itself is hidden
    assert "4" not in said


def test_what_has_no_parts_says_so() -> None:
    run = run_with(memberships=copies(7))
    assert standing.why(run, "G1.15") == (
        "“Active network memberships” is not broken down: its groups are too small, or it has no parts."
    )


def test_a_published_score_says_so_and_bears_no_mark() -> None:
    said = labels(standing.of(shared_start(year=2026), ("G3a",), ("G3.03", "G3.02")))
    assert said["What explains it"].startswith("A published score;")
    assert "(G3.03)" in said["Where we stand"] and "(G3.02)" in said["Where we stand"]
    # Scores are published facts; the target and the actions beside them are generated.
    assert said["Where we stand"].endswith(MARK) and "target" in said["Where we stand"]
    assert MARK not in said["What explains it"]
    assert said["What comes next"].endswith(MARK)
    without = labels(standing.of(shared_start(year=2026), ("G3a",), ("G3.03",)))
    assert MARK not in without["Where we stand"]


def test_received_data_bear_no_mark() -> None:
    run = run_with(edition="live", fairs=FAIRS, actions=ACTIONS)
    said = standing.of(run, ("G1d",), ("G1.05",), by="country_code")
    assert MARK not in said.text
    assert said.bundle[NOTE_TYPE]["caveats"] == {}


def test_the_caveat_goes_with_the_piece() -> None:
    said = standing.of(run_with(fairs=FAIRS), ("G1d",), ("G1.05",))
    assert list(said.bundle[NOTE_TYPE]["caveats"]) == ["demonstration"]


# -- what is owed next ---------------------------------------------------------------------------------


def test_the_overdue_come_first_by_the_day_they_were_due_and_then_the_next() -> None:
    late, ahead = standing.owed(run_with(actions=ACTIONS), ("G1d",))
    eng, med = (CATALOG.units[code].name("en") for code in ("eng", "med"))
    # a3, a1 and a2 were open at the end of 2025, a2 done only later; two are named.
    assert late == f"Overdue (3): Oldest – {med}, due 30 Sept 2024; Spring – {eng}, due 31 Mar 2025."
    assert ahead == f"Next: Soon – {eng}, due 31 Jan 2026."


def test_at_the_half_year_what_is_due_later_is_not_overdue() -> None:
    run = run_with(period="first_half", actions=[*ACTIONS[:1], *ACTIONS[3:]])
    late, ahead = standing.owed(run, ("G1d",))
    assert late.startswith("Overdue (1): Spring")
    # a6 was done in September and so was open in June.
    assert "due 30 Sept 2025" in ahead


def test_without_anything_overdue_the_next_stands_alone() -> None:
    (said,) = standing.owed(run_with(actions=ACTIONS[3:5]), ("G1d",))
    assert said.startswith("Soon – ") and said.endswith("due 31 Jan 2026.")


def test_actions_of_several_activities_are_put_together() -> None:
    late, _ = standing.owed(run_with(actions=ACTIONS), ("G1c", "G1d"))
    assert late.startswith("Overdue (4): Oldest") and "Of another activity" in late


def test_a_unit_is_told_what_it_owes_itself() -> None:
    said = " ".join(standing.owed(run_with(unit="med", actions=ACTIONS), ("G1d",)))
    assert said.startswith("Overdue (1): Oldest")
    assert "Spring" not in said and "Soon" not in said


def test_nothing_owed_and_not_known_are_two_things() -> None:
    done = [{"activity": "G1d", "due_date": "2025-03-31", "done_date": "2025-03-01"}]
    assert standing.owed(run_with(actions=done), ("G1d",)) == [
        "No open action has been entered for this activity."
    ]
    assert standing.owed(run_with(actions=ACTIONS), ("G4a",)) == [
        "No open action has been entered for this activity."
    ]
    assert standing.owed(run_with(), ("G1d",)) == ["Not computed: data set not available"]


def test_what_has_no_actions_of_its_own_has_two_sentences() -> None:
    assert list(labels(standing.of(run_with(fairs=FAIRS), (), ("G1.05",)))) == [
        "Where we stand",
        "What explains it",
    ]


def test_a_sentence_without_a_figure_is_not_marked_as_generated() -> None:
    said = labels(standing.of(start(year=2025, institution="metu"), ("G1d",), ("G1.05",)))
    assert not [label for label, sentence in said.items() if MARK in sentence]


# -- over the sample -----------------------------------------------------------------------------------

BROKEN_DOWN = [
    ("G1.01", "unit"), ("G1.05", "country_code"), ("G1.08", "country_code"), ("G1.12", "kind"),
    ("G2.01", "citizenship_code"), ("G3.15", "country_code"), ("G3.20", "programme"),
    ("G3.25", "country_code"), ("G4.01", "level"), ("GX.03", "level"),
]  # fmt: skip


@pytest.fixture(scope="module", params=[(2019, "tr", "year"), (2026, "en", "first_half")], ids=str)
def sample(request: pytest.FixtureRequest) -> Run:
    year, language, period = request.param
    return shared_start(year=year, language=language, period=period)


@pytest.mark.parametrize(("code", "column"), BROKEN_DOWN)
def test_every_explanation_of_the_pages_can_be_written(sample: Run, code: str, column: str) -> None:
    said = standing.why(sample, code, column)
    assert said and not re.search(r"[{}]|nan|activities\.", said)


@pytest.mark.parametrize("code", ["G2.01", "G3.25"])
def test_whoever_is_named_is_five_or_more_in_the_register(sample: Run, code: str) -> None:
    """Counted here from the file: a nought may be told, one to four may not."""
    academic = [sample.period.academic_year - i for i in (0, 1)]
    students = code == "G2.01"
    column = "citizenship_code" if students else "country_code"
    path = REPO / "data" / "sample" / ("students.csv" if students else "mobility.csv")
    few: set[str] = set()
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row["academic_year"]) in academic]
    for year in academic:
        persons: dict[str, set[str]] = {}
        for i, row in enumerate(rows):
            counts = (
                row["kind"] == "degree" and row[column] != "TR"
                if students
                else row["direction"] == "outgoing" and row["participant"] == "student"
            )
            if counts and int(row["academic_year"]) == year:
                persons.setdefault(row[column], set()).add(row["student_key"] or str(i))
        few |= {country for country, keys in persons.items() if len(keys) < 5}
    said = standing.why(sample, code, column)
    assert few
    named = {name.rsplit(" ", 1)[0] for name in said.split(": ", 1)[1].rstrip(".").split(", ")}
    assert not named & {sample.text.country(country) for country in few}


# -- a labelled list -----------------------------------------------------------------------------------


def test_nothing_in_a_labelled_sentence_is_markup() -> None:
    piece = pieces.labelled([("*Label*", sentence) for sentence in HOSTILE])
    page = _Read(rendered(piece.bundle["text/markdown"]))
    assert [tag for tag in page.tags if tag != "p"] == ["ul", *["li", "strong"] * len(HOSTILE)]
    shown = [line.strip() for line in page.text.splitlines() if line.strip()]
    assert shown == [f"*Label*: {sentence}" for sentence in HOSTILE]
    assert piece.text.splitlines() == [f"*Label*: {sentence}" for sentence in HOSTILE]


def test_messages_carry_their_caveats() -> None:
    assert pieces.messages(["a"], {"demonstration": "b"}).bundle[NOTE_TYPE] == {
        "kind": "messages", "caveats": {"demonstration": "b"},
    }  # fmt: skip
    assert pieces.messages(["a"]).bundle[NOTE_TYPE]["caveats"] == {}


# -- sources -------------------------------------------------------------------------------------------


def test_more_than_six_registers_are_counted_and_six_are_named() -> None:
    run = run_with()
    # G3.16 reads six registers, G1.05 a seventh.
    assert len(CATALOG.indicators["G3.16"].datasets) == 6
    six, seven = figures.source(run, ["G3.16"]), figures.source(run, ["G3.16", "G1.05"])
    for name in CATALOG.indicators["G3.16"].datasets:
        assert store.definition(name)["meaning"]["en"] in six
    assert seven == "Source: 7 data sets and tables, listed at the end of the page."


def test_a_register_is_named_once() -> None:
    named = figures.source(run_with(), ["G1.01", "G1.03", "GX.03"])
    assert named.count(store.definition("events")["meaning"]["en"]) == 1


# -- the generated actions -----------------------------------------------------------------------------


def test_each_activity_of_the_strategy_has_one_action_a_year_until_the_plan_ends() -> None:
    with (REPO / "data" / "sample" / "actions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    strategy = [area for goal in CATALOG.goals.values() if goal.code != "GX" for area in goal.activities]
    found = [(row["activity"], date.fromisoformat(row["due_date"]).year) for row in rows]
    assert sorted(found) == sorted((area, year) for area in strategy for year in range(2017, 2029))
    assert all(row["goal"] == row["activity"][:2] for row in rows)
    # The registers were closed at the end of 2026: nothing of a later year is done.
    last = max(row["done_date"] for row in rows)
    assert last <= "2026-12-31"
    assert not [row for row in rows if row["due_date"] > "2026-12-31" and row["done_date"]]


def test_an_action_is_open_until_the_day_it_was_done() -> None:
    action = [{"activity": "G1d", "due_date": "2025-03-31", "done_date": "2025-07-01"}]
    assert standing.owed(run_with(period="first_half", actions=action), ("G1d",))[0].startswith("Overdue (1)")
    same_day = [{"activity": "G1d", "due_date": "2025-03-31", "done_date": "2025-06-30"}]
    run = run_with(period="first_half", actions=same_day)
    assert standing.owed(run, ("G1d",)) == ["No open action has been entered for this activity."]


def test_a_table_says_the_same_of_the_target_as_the_sentence() -> None:
    run = run_with(fairs=FAIRS, targets=[target("G1.05", 20)])
    assert "20 · ▲ Close to the target" in activities.table(run, "G1d").text
