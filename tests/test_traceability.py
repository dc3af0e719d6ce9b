"""From every phrase of the strategy to its indicators and their place in a notebook, and back: no orphans.

The table is section 9 of the domain dossier, copied by hand.
"""

import ast
import json
from functools import lru_cache
from pathlib import Path

import pytest
from sample import start as shared_start

from helpers import catalog
from helpers.present import figures, quality

REPO = Path(__file__).resolve().parents[1]

PHRASES = {
    "P1": "G1.13 G1.14 G3.02 G3.03 G3.04 G3.05 GX.05",
    # GX.05 stands with P2 to P4 in section 8 only.
    "P2": "GX.01 GX.02 G3.30 G3.11 GX.05",
    "P3": "GX.03 G1.15 G3.15 G3.16 G3.17 G3.18 GX.05",
    "P4": "GX.04 G3.23 GX.05",
    "G1a": "G1.04 G1.13 G1.14 G1.15",
    "G1b": "G1.01 G1.03 G1.04",
    "G1c": "G1.02 G1.03",
    "G1d": "G1.05 G1.06 G1.07",
    "G1e": "G1.08 G1.09",
    "G1f": "G1.10 G1.11",
    "G1g": "G1.12 G1.13 G1.07",
    "G2a": "G2.01 G2.02 G2.03 G2.04 G2.05 G2.06 G2.07 G2.08 G2.09 G2.10 G1.06",
    "G2b": "G2.11 G2.12 G2.13 G2.14",
    "G2c": "G2.15 G2.16 GX.05",
    "G3a": "G3.01 G3.02 G3.03 G3.04 G3.05",
    "G3b": "G3.06 G3.07 G3.08 G3.09",
    "G3c": "G3.10 G3.11 G3.12",
    "G3d": "G3.13 G3.14",
    "G3e": "G3.15 G3.16 G3.17 G3.18 G3.23 G3.24",
    "G3f": "G3.19 G1.09",
    "G3g": "G3.20 G3.21 G3.22 G3.23 G3.24",
    "G3h": "G3.25 G3.26 G3.27 G3.28 G3.29",
    "G3i": "G3.30 G3.25 G3.28",
    "G4a": "G4.01 G4.06",
    "G4b": "G4.02 G4.06",
    "G4c": "G4.03 G4.06",
    "G4d": "G4.04 G4.06",
    "G4e": "G4.05 G4.06 G4.07 G4.13",
    "G4f": "G4.08 G4.14 G3.29",
    "G4g": "G4.09 G4.10",
    # G4.10 stands with G4h in section 8 only.
    "G4h": "G4.11 G4.12 G4.13 G4.07 G4.10",
    "G4i": "G4.12 G4.14",
}
# What shows every indicator of an activity, and the place of its codes among the arguments.
SHOWS = {"activities.table", "goals.indicators"}


@lru_cache(maxsize=1)
def shown() -> dict[str, set[str]]:
    """Which activities each notebook shows, read from its cells."""
    found: dict[str, set[str]] = {}
    for path in sorted((REPO / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        found[path.stem] = {
            argument.value
            for call in ast.walk(ast.parse(source))
            if isinstance(call, ast.Call) and ast.unparse(call.func) in SHOWS
            for argument in call.args[1:]
            if isinstance(argument, ast.Constant)
        }
    return found


def test_the_strategy_has_these_phrases_and_no_others():
    goals = catalog.load().goals.values()
    assert {area for goal in goals for area in goal.activities} == set(PHRASES)


@pytest.mark.parametrize("area", PHRASES)
def test_a_phrase_has_the_indicators_of_the_dossier(area):
    assert set(figures.of_activity(shared_start(year=2026), area)) == set(PHRASES[area].split())


@pytest.mark.parametrize("area", PHRASES)
def test_a_phrase_has_its_place_on_the_page_of_its_goal(area):
    (goal,) = (goal for goal in catalog.load().goals.values() if area in goal.activities)
    assert area in shown()[goal.page]


def test_no_notebook_shows_an_activity_that_the_strategy_does_not_name():
    assert set().union(*shown().values()) == set(PHRASES)


def test_every_indicator_belongs_to_a_phrase_and_there_are_eighty():
    named = {code for codes in PHRASES.values() for code in codes.split()}
    assert named == set(catalog.load().indicators)
    assert len(named) == 80


def test_every_indicator_is_computed_in_some_year_of_the_sample():
    without = set(catalog.load().indicators)
    for year in range(2026, 2016, -1):
        run = shared_start(year=year)
        without = {code for code in without if figures.reading(run, code).value is None}
    assert without == set()


def test_the_page_on_data_quality_prints_the_way_from_phrase_to_page():
    lines = quality.traceability(shared_start(year=2026)).text.splitlines()
    assert lines[0] == "32 statements of the strategy, 80 indicators"
    conferences = next(line for line in lines if line.startswith("G1b "))
    assert conferences.split("  ")[-1].strip() == "Goal 1 · Recognition"
    assert "G1.01, G1.03, G1.04" in conferences and "3 of 3" in conferences
    # URAP published no place of KTÜ after 2022, so one of five has no figure in 2026.
    assert "4 of 5" in next(line for line in lines if line.startswith("G3a "))
