"""The figures of a batch: printed as the reports print them, traced, and held against what was published."""

import csv
import hashlib
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest
from conftest import REPO
from sample import start as shared_start
from test_batch import WEIGHTS

from helpers import store
from helpers.batch import documents, readings
from helpers.batch.figures import figures, printed, to_enter
from helpers.batch.jobs import Job
from helpers.catalog import load
from helpers.measures import registry
from helpers.measures.core import Figure, Period
from helpers.plan import ledger
from helpers.plan.ledger import FigureMoved, Published
from helpers.present import ledger as shown
from helpers.present.figures import reading
from helpers.run import start

YEAR = 2024
HEADER = ",".join(ledger.COLUMNS) + "\n"
# The rankings are the only facts of the sample; every register is generated.
FACTS = {"G3.01", "G3.02", "G3.03", "G3.04", "G3.05"}


def job(year=YEAR, language="en", institution="ktu", edition="sample", period="year", unit=""):
    return Job("overview", year, language, institution, edition, period, unit)


@pytest.fixture(scope="module")
def held():
    """Readers over the sample, which every test here shares."""
    return readings.readers([job()])


@pytest.fixture(scope="module")
def found(held):
    """The figures of one year."""
    return figures([job(language="tr"), job(language="en")], held)


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A ledger of the test's own; call it to put lines into it."""
    file = tmp_path / "figures.csv"
    file.write_text(HEADER, encoding="utf-8")
    monkeypatch.setattr(ledger, "path", lambda: file)

    def put(*lines):
        for one in lines:
            ledger.append([one], file)
        return file

    return put


def line(indicator="G3.02", value="19.56", unit_of_measure="score", **changes):
    base = Published(
        "2025-02-27", "sample", YEAR, "year", "ktu", "", indicator, value, unit_of_measure, "a" * 64
    )
    return replace(base, **changes)


def by_code(found):
    return {one.line.indicator: one for one in found}


# -- what is computed --------------------------------------------------------------------------------


def test_every_indicator_is_given_once_for_each_year_and_period(held, found):
    assert len(found) == len(by_code(found)) == len(load().indicators) == 80
    assert {(one.of, one.line.year, one.line.period, one.line.unit) for one in found} == {
        ("2024", 2024, "year", "")
    }
    half = figures([job(period="first_half")], held)
    assert {(one.of, one.line.period) for one in half} == {("2024-h1", "half-year")}
    assert len(half) == 80


def test_a_published_fact_is_given_with_its_printed_decimals(found):
    with (REPO / "data" / "sample" / "ranking_scores.csv").open(encoding="utf-8") as file:
        scores = {
            row["variable"]: row["value_text"]
            for row in csv.DictReader(file)
            if (row["system"], row["edition"], row["name"])
            == ("the", str(YEAR), "Karadeniz Technical University")
        }
    overall = sum(Decimal(str(weight)) * Decimal(scores[name]) for name, weight in WEIGHTS.items())
    assert scores["international_outlook"] == "22.7"
    codes = by_code(found)
    assert codes["G3.02"].line.value_text == f"{overall:.2f}" == "19.56"
    assert codes["G3.03"].line.value_text == "22.70"
    assert codes["G3.02"].line.unit_of_measure == "score"


PRINTED = [
    ("count", 1274.5, "1275"), ("count", 0.0, "0"), ("percent", 46.65, "46.7"), ("percent", -0.04, "0.0"),
    ("score", 19.555, "19.56"), ("index", 0.125, "0.13"), ("ratio", 2.0, "2.00"), ("rank", 1320.0, "1320"),
    ("eur", 1234567.4, "1234567"), ("months", 25.04, "25.0"), ("effective_countries", 11.25, "11.3"),
]  # fmt: skip


@pytest.mark.parametrize(("unit", "value", "text"), PRINTED)
def test_a_value_is_rounded_as_it_is_printed(unit, value, text):
    assert printed(value, SimpleNamespace(unit=unit)) == text


def test_the_source_hash_is_that_of_the_files_behind_the_figure(found):
    for one in found:
        files = [
            REPO / "data" / "sample" / f"{name}.csv"
            for name in load().indicators[one.line.indicator].datasets
        ]
        digests = sorted(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
        assert one.line.source_hash == hashlib.sha256("\n".join(digests).encode()).hexdigest()


def test_small_groups_are_protected_here_too(monkeypatch):
    monkeypatch.setattr("helpers.present.figures.reading", lambda *_: Figure(3.0, 3.0, 4.0))
    codes = by_code(figures([job()]))
    for code, indicator in load().indicators.items():
        named = [load().variables[v] for v in (indicator.numerator, indicator.denominator) if v]
        # Of amounts that persons bring, such as their credits, the persons behind them must be few.
        few = any(v.person_count for v in named) and indicator.unit in ("count", "percent")
        if few:
            assert (codes[code].line.value_text, codes[code].missing) == ("", "protected"), code
        if not indicator.person_count and indicator.unit == "count":
            assert (codes[code].line.value_text, codes[code].missing) == ("3", ""), code


def test_what_is_missing_is_never_nought(monkeypatch):
    monkeypatch.setattr("helpers.present.figures.reading", lambda *_: Figure(float("nan")))
    assert {one.line.value_text for one in figures([job()])} == {""}


def test_an_edition_that_holds_nothing_gives_reasons(workbook_root):
    found = figures([job(edition="live")])
    assert len(found) == 80
    assert {one.line.value_text for one in found} == {""}
    assert {one.missing for one in found} <= {"no_register", "no_year"}
    assert not any(one.demonstration for one in found)  # nothing received is generated
    assert to_enter(found, record=True) == []


# -- read once ---------------------------------------------------------------------------------------


def test_registers_are_read_and_indicators_measured_once_for_all_languages(held, monkeypatch):
    monkeypatch.setattr(store, "read", lambda *_: pytest.fail("a register was read again"))
    reader = held["sample", "ktu", ""]
    figures([job()], held)
    measured = len(reader.measured)
    turkish = reader.of(job(language="tr"))
    assert turkish.registers is reader.registers and turkish.rankings is reader.rankings
    assert (turkish.language, turkish.year) == ("tr", YEAR)
    monkeypatch.setattr(registry, "measure", lambda *_: pytest.fail("an indicator was measured again"))
    for code in load().indicators:
        reading(turkish, code)
    assert len(reader.measured) == measured > 50


def test_a_shared_reader_gives_what_a_fresh_run_gives(held):
    """The registers of the run are of its own year, period and language, whoever read them."""
    half = held["sample", "ktu", ""].of(job(2025, period="first_half"))
    fresh = start(year=2025, period="first_half")
    assert (half.period, repr(half)) == (Period(2025, True), repr(fresh))
    for code in ("G1.01", "G2.02", "G3.16", "G4.01"):
        assert half.measure(code) == fresh.measure(code)


def test_another_unit_or_university_has_a_reader_of_its_own():
    jobs = [job(), job(language="tr"), job(unit="eng"), job(institution="metu"), job(2025)]
    made = readings.readers(jobs)
    assert set(made) == {("sample", "ktu", ""), ("sample", "ktu", "eng"), ("sample", "metu", "")}
    assert made["sample", "ktu", "eng"].registers.unit == "eng"
    assert made["sample", "metu", ""].registers.of_other
    assert len({id(reader.registers) for reader in made.values()}) == 3


# -- against the ledger ------------------------------------------------------------------------------


def test_demonstration_data_are_never_entered(found, book):
    book()
    assert {one.line.indicator for one in found if not one.demonstration} == FACTS
    assert {entry.indicator for entry in to_enter(found, record=True)} == {"G3.01", "G3.02", "G3.03"}


def test_demonstration_data_are_never_judged(found, book):
    """A figure that leadership was told of real data is not moved by generated ones, nor withdrawn."""
    book(line("G2.02", "46.7", "percent"), line("G2.03", "1", "count"))
    assert to_enter(found) == []


def test_nothing_is_entered_unless_it_is_asked_for(found, book):
    book()
    assert to_enter(found) == []
    assert to_enter(found, reason="a reason for nothing") == []


def test_what_is_entered_once_is_not_entered_again(found, book):
    file = book()
    entries = to_enter(found, record=True)
    ledger.append(entries, file)
    assert to_enter(found, "a reason", record=True) == []


@pytest.mark.parametrize("options", [{}, {"record": True}, {"reason": " "}])
def test_a_figure_that_moved_stops_the_batch(found, book, options):
    book(line(value="19.50"))
    with pytest.raises(FigureMoved) as stopped:
        to_enter(found, **options)
    for told in ("G3.02", "2024", "19.50 score", "2025-02-27", "now 19.56 score", "--reason"):
        assert told in str(stopped.value)
    assert "G3.03" not in str(stopped.value)


def test_a_reason_restates_what_moved_and_nothing_else(found, book):
    book(line(value="19.50"), line("G3.03", "22.7"))
    (entry,) = to_enter(found, " weights corrected ")
    assert (entry.indicator, entry.value_text, entry.reason) == ("G3.02", "19.56", "weights corrected")
    assert entry.edition == "sample"
    both = {e.indicator: e.reason for e in to_enter(found, "weights corrected", record=True)}
    assert both == {"G3.01": "", "G3.02": "weights corrected"}


def test_a_figure_that_can_no_longer_be_computed_is_withdrawn_with_a_reason(found, book):
    book(line("G3.05", "1320", "rank"), line("G9.99", "7", "count"))
    with pytest.raises(FigureMoved) as stopped:
        to_enter(found)
    assert str(stopped.value).count("now withdrawn") == 2
    gone = to_enter(found, "no longer published")
    assert {(e.indicator, e.value_text, e.unit_of_measure) for e in gone} == {
        ("G3.05", "", "rank"),
        ("G9.99", "", "count"),
    }
    ledger.append(gone)
    assert to_enter(found) == []  # what was withdrawn stays so


def test_another_year_unit_or_university_is_not_judged(found, book):
    book(
        line(value="1.00", year=2023),
        line(value="1.00", unit="eng"),
        line(value="1.00", institution="metu"),
        line(value="1.00", period="half-year"),
    )
    assert to_enter(found) == []


# -- on the page -------------------------------------------------------------------------------------


def test_a_page_says_that_nothing_was_published_or_restated(book):
    run = shared_start(year=YEAR)
    book()
    assert "No value has been published" in shown.restatements(run).text
    book(line(), line("G3.03", "22.70"), line(institution="metu"))
    assert "None of the 2 values" in shown.restatements(run).text
    assert "2 değerin" in shown.restatements(shared_start(year=YEAR, language="tr")).text


RESTATED = (
    line("G2.02", "1046.5", "percent"),
    line("G2.02", "1048.1", "percent", published_on="2026-07-31", reason="late | rows"),
    line("G3.05", "1320", "rank", unit="eng", period="half-year"),
    line("G3.05", "", "rank", unit="eng", period="half-year", published_on="2026-08-01", reason="gone"),
    line(institution="metu"),
    line(value="1.00", institution="metu", reason="not ours"),
)
ROWS = {
    "en": ("1,046.5%", "1,048.1%", "31 Jul 2026", "2024, first half", "withdrawn", "late | rows"),
    "tr": ("%1.046,5", "%1.048,1", "31.07.2026", "2024, ilk yarı", "geri çekildi", "late | rows"),
}


@pytest.mark.parametrize("language", ["en", "tr"])
def test_a_page_prints_each_restatement_in_its_language(book, language):
    book(*RESTATED)
    run = shared_start(year=2026, language=language)
    text = shown.restatements(run).text
    for told in ROWS[language]:
        assert told in text
    unit = run.catalog.units["eng"].name(language)
    assert unit in text and "not ours" not in text
    assert run.catalog.indicators["G2.02"].name[language] in text
    assert text.splitlines()[0].endswith("2")


def test_restated_tells_of_the_indicators_that_a_page_shows(book):
    book(*RESTATED)
    (told,) = shown.restated(start(year=2026), ["G2.02", "G3.05"])
    assert told == (
        "G2.02, 2024: published as 1,046.5% on 27 Feb 2025, corrected to 1,048.1% on 31 Jul 2026. "
        "Reason: late | rows"
    )
    assert shown.restated(start(year=2023), ["G2.02"]) == []  # not yet on a page of 2023
    assert shown.restated(start(year=2026), ["G3.02"]) == []
    (unit,) = shown.restated(start(year=2026, period="first_half", unit="eng"), ["G3.05"])
    assert "withdrawn on 1 Aug 2026" in unit


def test_an_indicator_that_the_catalogue_dropped_is_called_by_its_code(book):
    book(line("G9.99", "7", "count"), line("G9.99", "8", "count", reason="recount"))
    assert "G9.99" in shown.restatements(start(year=2026)).text


# -- the official tables as documents ----------------------------------------------------------------


@pytest.mark.parametrize(("language", "mark"), [("en", "Demonstration data"), ("tr", "Örnek veri")])
def test_each_table_that_rests_on_demonstration_data_is_marked(held, language, mark):
    run = held["sample", "ktu", ""].of(job(2025, language))
    tables = documents.official(run)
    assert len(tables) == 4 * 3  # monitoring, cumulative, evaluation
    for table in tables:
        assert table.title.endswith(f" · {mark}")
        assert table.notes[0].startswith(mark)
        assert table.language == language


def test_a_first_year_has_no_cumulative_table_and_a_half_year_no_evaluation(held):
    reader = held["sample", "ktu", ""]
    assert len(documents.official(reader.of(job(2024)))) == 4 * 2
    half = documents.official(reader.of(job(2025, period="first_half")))
    assert len(half) == 4 * 2
    assert not any(table.key.endswith("-D") for table in half)


def test_without_a_card_there_is_no_document(held):
    assert documents.official(held["sample", "ktu", ""].of(job(2023))) == []
    others = readings.readers([job(unit="eng"), job(institution="metu")])
    for reader in others.values():
        assert documents.official(reader) == []


def test_real_data_carry_no_mark_of_demonstration(held, monkeypatch):
    monkeypatch.setattr(store, "is_demonstration", lambda *_: False)
    for table in documents.official(held["sample", "ktu", ""].of(job(2025))):
        assert "emonstration" not in table.title + "".join(table.notes)


def test_the_sample_neither_judges_nor_restates_what_was_published_from_received_data(found, book):
    """A university that went live may still make the embedded reports, whose facts may be older."""
    book(line("G3.02", "99.99", edition="live"), line("G9.99", "1", edition="live"))
    entered = to_enter(found, record=True)
    assert "G3.02" not in {one.indicator for one in entered}
    assert "G3.03" in {one.indicator for one in entered}
