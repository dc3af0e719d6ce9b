"""An attacker with all reports of a set finds no small number, and finds many where nothing is hidden."""

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from attack import (
    K,
    Knowledge,
    Leak,
    leaks,
    learn,
    learn_manifest,
    pages,
    readable,
    rows_of,
    rows_of_document,
    worked_out,
)

from helpers import store
from helpers.analysis import disclosure
from helpers.batch import documents, figures
from helpers.batch.jobs import Job
from helpers.batch.readings import Readers, readers
from helpers.catalog import load
from helpers.measures.core import VARIABLES, Figure, Period
from helpers.present import figures as raw
from helpers.present import persons

YEAR = 2026
PERIODS = (Period(YEAR), Period(YEAR - 1), Period(YEAR, True))


def job(**more: str | int) -> Job:
    return replace(Job("overview", YEAR, "en", "ktu", "sample"), **more)


# The pages that speak of persons: all of them for the year, in the other reports those that say most.
GOALS = ("goal1_recognition", "goal2_accessibility", "goal3_education_research", "goal4_campus")
OTHERS = ("overview", "topic_accreditation", "data_quality")
SET = [
    (job(), (*GOALS, "topic_mobility", *OTHERS)),
    (job(language="tr"), ("topic_mobility", *OTHERS)),
    (job(period="first_half"), ("goal1_recognition", "goal2_accessibility")),
    (job(unit="sci"), ("goal2_accessibility", "topic_mobility")),
    (job(unit="let"), ("goal1_recognition", "topic_mobility")),
]
# These speak of no persons, or of places in rankings only.
BESIDE = ("goals.indicators", "rankings.", "outlook", "hidden", "cards.card", "cards.answers")


READ = cache(store.read)


def read_by(monkeypatch: pytest.MonkeyPatch, jobs: list[Job]) -> Readers:
    """Return readers that draw no images, show few years, and read every file once."""
    monkeypatch.setattr("helpers.present.charts.frame.picture", lambda *_: "<svg/>")
    monkeypatch.setattr("helpers.present.activities._YEARS", 3)
    monkeypatch.setattr("helpers.present.mobility_words.YEARS", 3)
    monkeypatch.setattr(store, "read", READ)
    held = readers(jobs)
    whole = held["sample", "ktu", ""].registers
    for reader in held.values():
        for shared in ("frames", "sources", "memo"):
            setattr(reader.registers, shared, getattr(whole, shared))
    return held


def attack(
    monkeypatch: pytest.MonkeyPatch,
    published: list[tuple[Job, tuple[str, ...]]],
    only: tuple[str, ...] = ("",),
) -> tuple[Knowledge, list[Leak]]:
    """Publish reports in this process, read all that they say, and work out what is hidden."""
    held, known = read_by(monkeypatch, [one for one, _ in published]), Knowledge()
    for one, notebooks in published:
        reader = held[one.edition, one.institution, one.unit].of(one)
        for source, piece in pages(reader, notebooks, BESIDE, only):
            learn(known, reader, source, piece)
        if only == ("",):
            learn_manifest(known, reader, figures.figures([one], held))
    periods = PERIODS if only == ("",) else PERIODS[:1]
    return known, leaks(known, held["sample", "ktu", ""].of(job()), periods)


def test_all_reports_of_a_set_give_no_small_number_away(monkeypatch):
    """The university, its first half, two units; both languages; tables, sentences, alt texts, run.json."""
    known, found = attack(monkeypatch, SET)
    assert found == []
    # He did read: totals, breakdowns, percentages and changes, of both periods and of units.
    assert len(known.counts) > 200 and len(known.shares) > 200 and len(known.steps) > 10
    assert {name[1] for name in known.counts} >= {*PERIODS}
    assert {name[2] for name in known.counts} == {"", "sci", "let"}
    assert {name[3] for name in known.counts} >= {"", "citizenship_code", "country_code", "gender", "unit"}


BREAKDOWNS = ("activities.by", "mobility.by", "mobility.who", "mobility.validity")


def test_the_attacker_finds_every_small_number_where_nothing_is_hidden(monkeypatch):
    monkeypatch.setattr(disclosure, "protect", lambda counts, *_, **__: [float(n) for n in counts])
    monkeypatch.setattr(
        disclosure, "protect_cells", lambda counts, *_: [[float(n) for n in row] for row in counts]
    )
    monkeypatch.setattr(persons, "_hidden", lambda *_: frozenset())
    _, found = attack(monkeypatch, [(job(), ("goal2_accessibility", "topic_mobility"))], BREAKDOWNS)
    names = {leak.name[3:] for leak in found if leak.name[0] == "incoming_students"}
    assert ("country_code", "ES") in names and ("degree_level", "doctorate") in names
    assert len(found) > 10 and any(leak.how == "published" for leak in found)


def test_he_subtracts_from_totals_where_small_numbers_alone_are_hidden(monkeypatch):
    monkeypatch.setattr(disclosure, "protect", lambda counts, k, *_, **__: threshold(counts, k))
    monkeypatch.setattr(disclosure, "gives_away", lambda *_: False)
    _, found = attack(monkeypatch, [(job(), ("topic_mobility",))], BREAKDOWNS)
    (leak,) = [one for one in found if one.name[3:] == ("degree_level", "doctorate")]
    assert leak.how == f"degree_level: {leak.true:.0f} to {leak.true:.0f}"


def threshold(counts: list[float], k: int) -> list[float | None]:
    return [None if 0 < n < k else float(n) for n in counts]


def test_he_compares_the_university_with_its_units_where_each_is_protected_by_itself(monkeypatch):
    """A unit of five or more, hidden in the table of units beside smaller ones, in a report of its own."""
    when = Period(YEAR - 1)
    units = [job(year=YEAR - 1, unit=unit) for unit in load().units]
    held = read_by(monkeypatch, [job(), *units])
    whole = held["sample", "ktu", ""].of(job(year=YEAR - 1))
    true = rows_of(whole, "international_students", when).groupby("unit")["amount"].sum()
    table = persons.by(whole, "G2.01", "unit").rows
    hidden = set(table.loc[table["shown"].isna(), "unit"])
    small = {unit for unit in hidden if true[unit] < K}
    assert hidden > small > set()

    def reports() -> Knowledge:
        found = {
            one.unit: persons.figure(held["sample", "ktu", one.unit].of(one), "G2.01").value for one in units
        }
        found[""] = persons.figure(whole, "G2.01").value
        shown = {unit: value for unit, value in found.items() if value is not None}
        return Knowledge({("international_students", when, unit, "", ""): n for unit, n in shown.items()})

    assert leaks(reports(), whole, [when], broken_down=False) == []
    monkeypatch.setattr(persons, "_stands_beside", lambda *_: True)
    whole.registers.memo.clear()  # figures are kept once they are made
    assert {leak.name[2] for leak in leaks(reports(), whole, [when], broken_down=False)} == small


def test_he_multiplies_a_percentage_by_its_base(monkeypatch):
    """A share of a base that is published tells its few; the same share of few is hidden."""
    known, reader = Knowledge(), read_by(monkeypatch, [job()])["sample", "ktu", ""]
    part, base = (
        ("graduates_with_stay_abroad", Period(YEAR), "sci", "", ""),
        ("graduates_of_year", Period(YEAR), "sci", "", ""),
    )
    known.counts[base] = 200.0
    known.shares.append((part, base, 1.5))
    counts = worked_out(known)
    assert counts[part] == 3.0
    indicator = reader.catalog.indicators["G3.30"]
    assert persons.protected(reader, indicator, Figure(1.5, 3.0, 200.0)).reason == persons.PROTECTED
    assert persons.protected(reader, indicator, Figure(98.5, 197.0, 200.0)).reason == persons.PROTECTED


# -- what is hidden leaves no trace ------------------------------------------------------------------------


def everything(held: Readers, jobs: list[tuple[Job, tuple[str, ...]]]) -> list[str]:
    """Return all words and numbers of the reports."""
    shown = []
    for one, notebooks in jobs:
        reader = held[one.edition, one.institution, one.unit].of(one)
        shown += [readable(piece) for _, piece in pages(reader, notebooks, BESIDE)]
    return shown


def swapped(
    held: Readers, register: str, column: str, rows: pd.DataFrame, apart: set[object]
) -> tuple[object, object]:
    """Move one person from a hidden group to another that has one fewer, so that the two change places."""
    sizes = rows.groupby(column)["amount"].sum()
    pairs = [(a, b) for a in sizes.index for b in sizes.index if {a, b} <= apart and sizes[a] == sizes[b] + 1]
    registers = held["sample", "ktu", ""].registers
    for large, small in pairs:
        units = [set(rows.loc[rows[column] == one, "unit"]) for one in (large, small)]
        movable = rows[(rows[column] == large) & rows["unit"].isin(units[1])]
        if len(movable):
            frame = registers.frames[register].copy()
            frame.loc[movable.index[0], column] = small
            registers.frames[register] = frame
            registers.memo.clear()
            return large, small
    raise AssertionError("no two hidden groups differ by one")


@pytest.mark.parametrize(
    ("register", "column", "code", "notebook"),
    [
        ("students", "citizenship_code", "G2.01", "goal2_accessibility"),
        ("students", "citizenship_code", "G2.01", "overview"),
        ("students", "citizenship_code", "G2.01", "topic_accreditation"),
        ("mobility", "country_code", "G3.26", "topic_mobility"),
        ("mobility", "country_code", "G3.26", "overview"),
    ],
)
def test_a_person_moved_between_two_hidden_groups_changes_no_word(
    monkeypatch, register, column, code, notebook
):
    """Whatever a page shows of persons without protection would differ: this finds a way round the door."""
    jobs = [(job(), (notebook,))]
    held = read_by(monkeypatch, [job()])
    whole = held["sample", "ktu", ""]
    table = persons.by(whole, code, column).rows
    rows = VARIABLES[whole.catalog.indicators[code].numerator](whole.registers, Period(YEAR))
    before = everything(held, jobs)  # after the test has read, for pages name what was read
    large, small = swapped(held, register, column, rows, set(table.loc[table["shown"].isna(), column]))
    after = (
        rows_of(whole, whole.catalog.indicators[code].numerator, Period(YEAR)).groupby(column)["amount"].sum()
    )
    assert after[small] == rows.groupby(column)["amount"].sum()[large]  # the registers did change
    assert everything(held, jobs) == before


def test_documents_and_manifest_do_not_tell_three_persons_from_four(monkeypatch):
    held, honest = read_by(monkeypatch, [job()]), raw.reading

    def published(number: float) -> list[object]:
        def reading(run, code, of=None):
            indicator = run.catalog.indicators[code]
            of_persons = indicator.person_count and indicator.unit == "count"
            return Figure(number, number) if of_persons else honest(run, code, of)

        monkeypatch.setattr("helpers.present.figures.reading", reading)
        held["sample", "ktu", ""].registers.memo.clear()  # figures are kept once they are made
        tables = documents._documents(held["sample", "ktu", ""].of(job()), str(YEAR))
        assert {name.rsplit(".")[-1] for name in tables} == {"xlsx", "docx", "ics"}
        rows = [rows_of_document(name, content) for name, content in tables.items()]
        return [
            *rows,
            [
                (one.line.indicator, one.line.value_text, one.missing)
                for one in figures.figures([job()], held)
            ],
        ]

    few, more = published(3.0), published(50.0)
    assert few == published(4.0)
    assert all(a != b for a, b in zip(few, more, strict=True))


def test_he_reads_the_same_in_both_languages(monkeypatch):
    held, read = read_by(monkeypatch, [job()]), {}
    for language in ("en", "tr"):
        reader, read[language] = held["sample", "ktu", ""].of(job(language=language)), Knowledge()
        for source, piece in pages(reader, ("topic_mobility",), only=("mobility.by", "mobility.who")):
            learn(read[language], reader, source, piece)
    assert read["en"].counts == read["tr"].counts and len(read["en"].counts) > 40
