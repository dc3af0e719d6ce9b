"""What one process of a batch has worked out is taken over by the others, with all that was read for it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from helpers import reads, shared
from helpers.catalog import load
from helpers.measures import accreditation_calendar, agreements, mobility, partners
from helpers.present import persons
from helpers.run import start


@pytest.fixture
def folder(tmp_path):
    with shared.folder(tmp_path / "shared"):
        yield tmp_path / "shared"


def test_without_a_folder_everything_is_worked_out_anew():
    calls = []
    assert [shared.once(("a",), lambda: calls.append(1) or len(calls)) for _ in range(2)] == [1, 2]


def test_with_one_it_is_worked_out_once_and_its_reads_are_noted_each_time(folder):
    def compute():
        reads.note("file:data/sample/events.csv")
        return {"a": 1}

    noted = []
    for compute_now in (compute, lambda: pytest.fail("it was worked out again")):
        with reads.noted() as names:
            assert shared.once(("key", 1), compute_now) == {"a": 1}
        noted.append(names)
    assert noted == [{"file:data/sample/events.csv"}] * 2
    assert shared.once(("key", 2), lambda: "another") == "another"


def test_a_failure_is_kept_by_nobody(folder):
    def fail():
        raise ValueError("not this time")

    with pytest.raises(ValueError, match="not this time"):
        shared.once(("key",), fail)
    assert shared.once(("key",), lambda: "now") == "now"
    assert len(list(folder.iterdir())) == 1


def test_threads_that_work_out_the_same_at_once_do_not_disturb_each_other(folder):
    both = Barrier(2)

    def compute():
        both.wait(timeout=10)
        return "the same"

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: [shared.once((n,), compute) for n in range(20)], range(2)))
    assert found == [["the same"] * 20] * 2
    assert len(list(folder.iterdir())) == 20


def test_a_memo_notes_what_was_read_for_a_value_each_time():
    memo = reads.Memo()
    for _ in range(2):
        with reads.noted() as outer:
            assert memo.get("one", lambda: reads.note("plan") or 1) == 1
            assert memo.get("two", lambda: memo.get("one", lambda: 0) + 1) == 2
        assert outer == {"plan"}
    assert len(memo) == 2


def figures_of(codes, year=2026, unit=""):
    """Measure indicators, each in a process of its own as it were: value, what was read, sources."""
    found = {}
    for code in codes:
        with reads.noted() as names:
            run = start(year=year, unit=unit)
            found[code] = (persons.figure(run, code), set(names), run.sources)
    return found


@pytest.mark.parametrize("unit", ["", "eng"])
def test_a_figure_taken_over_is_the_same_with_the_same_reads_and_sources(tmp_path, unit):
    codes = [code for code in load().indicators if code[:2] in ("G1", "G2", "G4") or code > "G3.05"]
    alone = figures_of(codes, unit=unit)
    with shared.folder(tmp_path / "shared"):
        first, second = figures_of(codes, unit=unit), figures_of(codes, unit=unit)
    for code in codes:
        assert repr(alone[code][0]) == repr(first[code][0]) == repr(second[code][0]), code
        assert alone[code][1] == first[code][1] == second[code][1], code
        assert alone[code][2] == first[code][2] == second[code][2], code
    assert sum(len(of[2]) for of in second.values()) > 60  # sources are named


FRAMES = {
    "unaccredited": accreditation_calendar.unaccredited,
    "in_force": partners.in_force,
    "activities": lambda registers, period: agreements.partner_activities(registers, period, 24),
    "stays": mobility.stays,
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_taken_over_is_the_same_and_no_caller_writes_into_anothers(folder, name):
    def frame():
        run = start(year=2026)
        with reads.noted() as names:
            return FRAMES[name](run.registers, run.period), set(names), run.sources

    first, second = frame(), frame()
    assert first[0].equals(second[0]) and first[1:] == second[1:]
    run = start(year=2026)
    ours = FRAMES[name](run.registers, run.period)
    ours[ours.columns[0]] = "written over"
    assert not ours.equals(first[0])
    assert FRAMES[name](run.registers, run.period).equals(first[0])
