"""The ledger of published figures: added to, never rewritten; nothing moves without a reason."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import FileRefused, NotHeld
from helpers.plan import ledger
from helpers.plan.ledger import FigureMoved, Published

HEADER = (
    "published_on,edition,year,period,institution,unit,indicator,"
    "value_text,unit_of_measure,source_hash,reason\n"
)


def figure(value="46.7", **changes):
    base = Published(
        published_on="2026-02-27",
        edition="live",
        year=2025,
        period="year",
        institution="ktu",
        unit="",
        indicator="G2.02",
        value_text=value,
        unit_of_measure="percent",
        source_hash="a" * 64,
    )
    return replace(base, **changes)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "figures.csv"
    path.write_text(HEADER, encoding="utf-8")
    return path


def test_the_ledger_of_the_repo_is_there_and_readable():
    text = ledger.path().read_text(encoding="utf-8")
    assert text.startswith(HEADER)
    assert len(ledger.read()) == text.count("\n") - 1


# -- comparing -------------------------------------------------------------------------------------------

SAME = ["46.7", "46.70", "46.749", "46.65", "46.6999999"]  # halves go up: 46.65 is printed as 46.7
OTHER = ["46.8", "46.75", "46.649", "47", "0.467", "-46.7"]


@pytest.mark.parametrize("value", SAME)
def test_a_figure_that_prints_the_same_has_not_moved(value):
    assert ledger.compare([figure()], [figure(value)]) == []


@pytest.mark.parametrize("value", OTHER)
def test_a_figure_that_prints_another_value_has_moved(value):
    (moved,) = ledger.compare([figure()], [figure(value)])
    assert (moved.old.value_text, moved.new.value_text) == ("46.7", value)
    assert not moved.explained


def test_a_whole_number_is_compared_as_a_whole_number():
    assert ledger.compare([figure("1275")], [figure("1275.4")]) == []
    assert ledger.compare([figure("1275")], [figure("1275.5")])
    assert ledger.compare([figure("1200")], [figure("1201")])


def test_decimals_are_exact():
    assert ledger.compare([figure("0.30")], [figure("0.3")]) == []
    big = "123456789012345.123456789"
    assert ledger.compare([figure(big)], [figure(big)]) == []
    assert ledger.compare([figure(big)], [figure(big[:-1] + "8")])


@pytest.mark.parametrize(
    "changes",
    [
        {"year": 2024},
        {"period": "half-year"},
        {"institution": "itu"},
        {"unit": "Mühendislik Fakültesi"},
        {"indicator": "G2.01"},
    ],
)
def test_another_figure_is_not_compared(changes):
    assert ledger.compare([figure()], [figure("99", **changes)]) == []


@pytest.mark.parametrize(
    "changes", [{"unit_of_measure": "count"}, {"value_text": "", "reason": "the register was withdrawn"}]
)
def test_another_unit_of_measure_or_a_withdrawal_is_a_move(changes):
    assert len(ledger.compare([figure()], [replace(figure(), **changes)])) == 1


def test_a_new_edition_or_source_may_not_move_a_figure_unseen():
    new = figure("50.0", edition="sample", source_hash="b" * 64, published_on="2026-07-31")
    assert len(ledger.compare([figure()], [new])) == 1
    assert ledger.compare([figure()], [replace(new, value_text="46.7")]) == []


def test_only_the_last_published_value_counts():
    rows = [figure("46.7"), figure("50.0", reason="late rows")]
    assert ledger.compare(rows, [figure("50.0")]) == []
    assert len(ledger.compare(rows, [figure("46.7")])) == 1


def test_a_move_without_a_reason_stops_the_batch_and_names_it():
    moved = ledger.compare([figure()], [figure("48.1")])
    with pytest.raises(FigureMoved) as stopped:
        ledger.stop_where_moved(moved)
    for told in ("G2.02", "2025", "46.7", "48.1", "without a reason"):
        assert told in str(stopped.value)
    ledger.stop_where_moved(ledger.compare([figure()], [figure("48.1", reason="late rows")]))
    ledger.stop_where_moved([])
    with pytest.raises(FigureMoved):
        ledger.stop_where_moved(ledger.compare([figure()], [figure("48.1", reason="  ")]))


def test_one_run_may_not_give_two_values():
    with pytest.raises(FigureMoved, match="twice"):
        ledger.compare([], [figure("1"), figure("2")])
    assert ledger.additions([], [figure("1"), figure("1")]) == [figure("1")]


@given(st.decimals(-(10**6), 10**6, places=3), st.integers(0, 3))
def test_a_figure_never_moves_against_what_was_printed_of_it(value, decimals):
    printed = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert ledger.compare([figure(f"{printed:f}")], [figure(f"{value:f}")]) == []


def test_a_withdrawal_without_a_reason_stops_the_batch_as_a_move_does():
    moved = ledger.compare([figure()], [figure("")])
    with pytest.raises(FigureMoved, match=r"46\.7 percent on 2026-02-27, now withdrawn"):
        ledger.stop_where_moved(moved)
    with pytest.raises(FileRefused, match="unit_of_measure"):
        ledger.compare([figure()], [figure("", unit_of_measure="")])


def test_many_moves_are_counted_and_not_all_told():
    old = [figure(indicator=f"G1.{i:02}") for i in range(1, 26)]
    with pytest.raises(FigureMoved) as stopped:
        ledger.stop_where_moved(ledger.compare(old, [replace(one, value_text="1.0") for one in old]))
    told = str(stopped.value).count("now 1.0 percent")
    assert 0 < told < 25 and f"and {25 - told} more" in str(stopped.value)
    assert '--reason "' in str(stopped.value)


# -- adding ----------------------------------------------------------------------------------------------


def test_lines_are_added_and_earlier_bytes_stay(file):
    stages = [file.read_bytes()]
    for new in (
        [figure(), figure("12", indicator="G1.01", unit_of_measure="count")],
        [figure()],
        [figure("50.0", reason='Geç gelen kayıtlar, "düzeltme"'), figure("3", indicator="G3.19")],
    ):
        ledger.append(new, file)
        stages.append(file.read_bytes())
        assert stages[-1].startswith(stages[-2])
    assert stages[2] == stages[1]  # nothing new, nothing added
    assert [row.value_text for row in ledger.read(file)] == ["46.7", "12", "50.0", "3"]
    assert ledger.read(file)[2].reason == 'Geç gelen kayıtlar, "düzeltme"'
    assert [p.name for p in file.parent.iterdir()] == ["figures.csv"]


def test_a_move_without_a_reason_adds_nothing_at_all(file):
    ledger.append([figure()], file)
    before = file.read_bytes()
    with pytest.raises(FigureMoved):
        ledger.append([figure("9", indicator="G3.19"), figure("50.0")], file)
    assert file.read_bytes() == before


def test_a_line_end_that_an_editor_dropped_is_made_good(file):
    ledger.append([figure()], file)
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    before = file.read_bytes()
    ledger.append([figure("3", indicator="G3.19")], file)
    assert file.read_bytes().startswith(before)
    assert len(ledger.read(file)) == 2


def test_a_reason_stays_on_its_line(file):
    ledger.append([figure(), figure("3", indicator="G3.19", reason="a\r\nb,  c")], file)
    assert file.read_bytes().count(b"\n") == 3
    assert ledger.read(file)[1].reason == "a b, c"


def test_a_failed_write_leaves_the_old_ledger(file, monkeypatch):
    before = file.read_bytes()

    def fail(self, target):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        ledger.append([figure()], file)
    assert file.read_bytes() == before
    assert [p.name for p in file.parent.iterdir()] == ["figures.csv"]


def test_a_ledger_that_somebody_else_changed_is_not_overwritten(file, monkeypatch):
    original = ledger.os.fsync

    def meanwhile(number):
        file.write_bytes(file.read_bytes() + b"other\n")
        original(number)

    monkeypatch.setattr(ledger.os, "fsync", meanwhile)
    with pytest.raises(FileRefused, match="another process"):
        ledger.append([figure()], file)
    assert file.read_bytes() == HEADER.encode() + b"other\n"


# -- proposed, and taken when the reports stand -------------------------------------------------------------


@pytest.fixture
def book(workbook_root):
    """The ledger of a workbook of the test's own."""
    ledger.append([figure("3", indicator="G3.19")])
    return ledger.path()


def test_reports_read_the_ledger_as_it_will_be_and_nobody_else_does(book, tmp_path):
    before = book.read_bytes()
    with ledger.proposed([figure()], tmp_path) as proposed:
        assert [one.value_text for one in ledger.read()] == ["3", "46.7"]
        assert [one.value_text for one in ledger.read(book)] == ["3"] and book.read_bytes() == before
        assert proposed.added == (figure(),)
    assert [one.value_text for one in ledger.read()] == ["3"]
    ledger.take(proposed.before, proposed.after)
    assert book.read_bytes() == proposed.after and book.read_bytes().startswith(before)
    ledger.take(proposed.before, proposed.after)  # a second time, after a crash
    assert book.read_bytes() == proposed.after


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_body_that_fails_leaves_the_ledger_as_it_was(book, tmp_path, failure):
    before = book.read_bytes()
    with pytest.raises(failure), ledger.proposed([figure()], tmp_path):
        raise failure
    assert book.read_bytes() == before and [one.value_text for one in ledger.read()] == ["3"]


def test_what_somebody_else_entered_meanwhile_is_not_lost(book, tmp_path):
    with ledger.proposed([figure()], tmp_path) as proposed:
        ledger.append([figure("9", indicator="G3.20")])
    ledger.take(proposed.before, proposed.after)
    assert [row.indicator for row in ledger.read()] == ["G3.19", "G3.20", "G2.02"]


def test_where_nothing_is_entered_nothing_is_proposed(book, tmp_path):
    with ledger.proposed([], tmp_path) as proposed:
        assert (proposed.added, proposed.before) == ((), proposed.after)
    assert list(tmp_path.glob("*.csv")) == []


def test_a_move_without_a_reason_never_reaches_the_body(book, tmp_path):
    ledger.append([figure()])
    with pytest.raises(FigureMoved), ledger.proposed([figure("48.1")], tmp_path):
        pytest.fail("the body was run")


WRONG = [
    {"value_text": "46,7"},
    {"value_text": "1e3"},
    {"value_text": "NaN"},
    {"value_text": "−3"},
    {"value_text": "1_000"},
    {"value_text": ""},
    {"period": "month"},
    {"published_on": "27.02.2026"},
    {"indicator": " "},
    {"source_hash": ""},
]


@pytest.mark.parametrize("changes", WRONG)
def test_what_is_no_exact_figure_is_refused(file, changes):
    with pytest.raises(FileRefused, match=next(iter(changes))):
        ledger.append([replace(figure(), **changes)], file)
    assert file.read_text(encoding="utf-8") == HEADER


def test_a_missing_ledger_is_no_empty_one(tmp_path):
    with pytest.raises(NotHeld, match="no ledger"):
        ledger.read(tmp_path / "figures.csv")
    with pytest.raises(NotHeld):
        ledger.append([figure()], tmp_path / "figures.csv")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n", "header"),
        (HEADER + "x\n", "line 2: 1 values"),
        (HEADER + "2026-02-27,live,soon,year,ktu,,G2.02,1,percent,abc,\n", "year 'soon'"),
        (HEADER + "2026-02-27,live,2025,year,ktu,,G2.02,1.,percent,abc,\n", "value_text"),
        ("", "header"),
    ],
)
def test_a_ledger_that_was_damaged_is_refused_by_line(file, text, told):
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FileRefused, match=told):
        ledger.read(file)


# -- for the page ----------------------------------------------------------------------------------------


def test_restatements_tell_old_new_and_why():
    rows = [
        figure("46.7"),
        figure("3", indicator="G3.19"),
        figure("46.72"),
        figure("50.0", reason="late rows", published_on="2026-07-31"),
        figure("", reason="withdrawn", published_on="2026-08-31"),
    ]
    changes = ledger.restatements(rows)
    assert [(c.old.value_text, c.new.value_text, c.reason) for c in changes] == [
        ("46.72", "50.0", "late rows"),
        ("50.0", "", "withdrawn"),
    ]
    assert ledger.restatements(rows[:2]) == []
