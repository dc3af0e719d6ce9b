"""A job runs again when anything that it rests on has changed, and only then; content decides, not time.

The jobs here are executed without a kernel: `run` plans, compares, keeps and publishes as ever, and the
notebook of each job is what its reads would have shown. What a real kernel notes is tried in one test.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest
from conftest import REPO
from nbformat import v4
from test_batch import cell, workbook, write_notebook

from helpers import reads, store, texts
from helpers.batch import inputs, records, sets
from helpers.batch.execute import Executed, file_name
from helpers.batch.jobs import plan
from helpers.batch.run import run
from helpers.catalog import load
from helpers.cli.running import end_on_termination
from helpers.errors import RunFailed
from helpers.site import pages

READS = {
    "one": lambda: (
        store.read("sample", "events"),
        load().indicators["G1.01"],
        texts.Texts("en")("site.made", day=1, version=1),
    ),
    "two": lambda: (store.read("sample", "visits"), load().goals["G1"], store.definition("visits")),
}


def shown(name):
    note = {"kind": "text", "sources": [{"file": "data/a.csv", "sha256": "0", "rows": 1}]}
    data = {"application/vnd.workbook.piece+json": note, "text/markdown": name, "text/plain": name}
    made = v4.new_code_cell("1", outputs=[v4.new_output("display_data", data)], execution_count=1)
    return v4.new_notebook(cells=[made])


@pytest.fixture
def book(workbook_root, monkeypatch):
    """A workbook of two notebooks, each with its own reads, executed without a kernel."""
    for path in (workbook_root / "notebooks").glob("*.ipynb"):
        path.unlink()
    write_notebook(workbook_root, "one", cell("shows", "from helpers import rankings\nrankings"))
    write_notebook(workbook_root, "two", cell("shows", "from helpers import mobility\nmobility"))

    def execute(jobs, scratch, tell, keep):
        for job in jobs:
            with reads.noted() as found:
                READS[job.notebook]()
            keep(Executed(job, shown(job.notebook), 1.0, frozenset(found)))

    monkeypatch.setattr("helpers.batch.run._execute", execute)
    # What they cost is not what is tried here; test_batch makes them.
    monkeypatch.setattr("helpers.batch.figures.figures", lambda *_: [])
    monkeypatch.setattr("helpers.batch.documents._documents", lambda *_: {})
    return workbook_root


def due():
    """Run the batch; return why each job ran, by its notebook."""
    ran = {}

    def tell(event):
        if event.kind == "due":
            ran[event.job.notebook] = event.told["why"]

    run(plan([2026], ["en"], "sample"), tell)
    return ran


def rewrite(path, old, new):
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def edit_cell(root):
    rewrite(root / "notebooks" / "one.ipynb", "rankings\\n", "rankings \\n")


def edit_rows(root):
    path = root / "data" / "sample" / "events.csv"
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")


def edit_one_cell_and_hide_it(root):
    """Change one digit, with the file's size and times as they were."""
    path = root / "data" / "sample" / "visits.csv"
    was, content = path.stat(), path.read_text(encoding="utf-8")
    assert "2026-12-06" in content
    path.write_text(content.replace("2026-12-06", "2026-12-07"), encoding="utf-8")
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert path.stat().st_size == was.st_size


def edit_indicator(root):
    path = next(p for p in (root / "data/catalog/indicators").glob("*.yml") if "code: G1.01" in p.read_text())
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if "code: G1.01" in line)
    name = next(i for i in range(at, len(lines)) if lines[i].strip().startswith("en:"))
    lines[name] += " (all)"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def edit_goal(root):
    path = root / "data" / "catalog" / "goals.yml"
    rewrite(path, "en: ", "en: The ")


# What is edited, the notebooks that have to run for it, and what the reason names.
EDITS = {
    "a cell": (edit_cell, {"one"}, "notebook"),
    "a row of a register": (edit_rows, {"one"}, "data/sample/events.csv"),
    "a digit, in secret": (edit_one_cell_and_hide_it, {"two"}, "data/sample/visits.csv"),
    "an indicator": (edit_indicator, {"one"}, "indicators/G1.01"),
    "a goal": (edit_goal, {"two"}, "goals/G1"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_runs_what_rests_on_it_and_nothing_else(book, edit):
    assert due() == {"one": [records.NEVER], "two": [records.NEVER]}
    assert due() == {}
    change, runs, named = EDITS[edit]
    change(book)
    for cache in (load, store.definitions):  # another process begins without them
        cache_clear(cache)
    why = due()
    assert set(why) == runs
    assert all(named in reason for reasons in why.values() for reason in reasons), why
    assert due() == {}


def cache_clear(function):
    """Forget what this process has read once for all: a batch is a process of its own."""
    module = sys.modules[function.__module__]
    for value in vars(module).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


def test_times_decide_nothing(book):
    due()
    for path in (book / "data").rglob("*"):
        os.utime(path, (2_000_000_000, 2_000_000_000))
    for path in (book / "reports").rglob("*"):
        os.utime(path, (1, 1))
    assert due() == {}


HELPERS = {"present/mobility.py": {"two"}, "present/rankings.py": {"one"}, "locale.py": {"one", "two"}}


def test_a_changed_helper_runs_the_notebooks_that_import_it(book, tmp_path, monkeypatch):
    due()
    package = tmp_path / "helpers"
    shutil.copytree(REPO / "src" / "helpers", package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("helpers.paths.package", lambda: package)
    inputs._module.cache_clear()
    assert due() == {}
    for helper, runs in HELPERS.items():
        with (package / helper).open("a", encoding="utf-8") as file:
            file.write("# changed\n")
        why = due()
        assert set(why) == runs and all(helper in reason for r in why.values() for reason in r)
    (package / "cli.py").write_text("")  # no notebook rests on the command
    assert due() == {}
    inputs._module.cache_clear()


def test_another_package_runs_everything(book, monkeypatch):
    due()
    monkeypatch.setattr("helpers.batch.inputs.packages", lambda: "another")
    assert set(due()) == {"one", "two"}


def test_a_text_runs_the_notebooks_that_say_it(book, monkeypatch):
    due()
    changed = dict(texts.table("en")) | {"site.made": "Made on {day} · {version}"}
    monkeypatch.setattr("helpers.texts._load", lambda _: reads.Definitions("texts.en", changed))
    monkeypatch.setattr("helpers.batch.inputs.helpers", lambda: {"texts/en.yml": "another"})
    monkeypatch.setattr("helpers.batch.inputs.closure", lambda _: [])
    why = due()
    told = {name: [reason for reason in reasons if "site.made" in reason] for name, reasons in why.items()}
    assert told == {"one": ["the definition texts.en/site.made has changed"], "two": []}


def test_the_names_that_a_workbook_gives_its_own_notebooks_are_never_stale(book):
    """They stand in `notebooks/texts.yml`, and in the menu of every page."""
    words = book / "notebooks" / "texts.yml"

    def menus(name):
        words.write_text(f"site: {{one: {{en: {name}, tr: {name}}}}}\n", encoding="utf-8")
        cache_clear(texts.prose)
        due()
        made = (book / "reports" / "sample" / "2026" / "en").glob("*.html")
        return {page.stem: name in page.read_text(encoding="utf-8") for page in made}

    assert menus("Wanderlust") == {"one": True, "two": True, "search": True}
    assert menus("Fernweh") == {"one": True, "two": True, "search": True}


def test_guides_are_rendered_anew_only_where_they_or_their_menu_have_changed(book, monkeypatch):
    rendered = []
    render = pages.render_guides
    monkeypatch.setattr(pages, "render_guides", lambda *given: rendered.append(1) or render(*given))
    guide = book / "reports" / "sample" / "guides" / "en" / "analyst.html"

    def again():
        rendered.clear()
        due()
        assert guide.exists()
        return bool(rendered)

    assert again()
    edit_cell(book)
    assert not again()
    guide.unlink()
    rewrite(book / "notebooks" / "one.ipynb", "rankings \\n", "rankings\\n")
    assert again()
    write_notebook(book, "three")  # a menu with another page
    monkeypatch.setitem(READS, "three", lambda: None)
    assert again()


@pytest.mark.parametrize("harm", ["altered", "gone"])
def test_a_record_without_its_notebook_is_worth_nothing(book, harm):
    due()
    path = records.notebook_of(plan([2026], ["en"], "sample", notebooks=["one"])[0])
    path.unlink() if harm == "gone" else path.write_text(path.read_text().replace("one", "0ne"))
    assert due() == {"one": [records.GONE]}


def test_force_runs_all(book):
    due()
    made = run(plan([2026], ["en"], "sample"), force=True)
    assert (made.ran, made.reused) == (2, 0)


def test_a_page_of_another_year_that_rests_on_old_data_says_so(book):
    for year in (2025, 2026):
        run(plan([year], ["en"], "sample"))
    edit_rows(book)
    made = run(plan([2026], ["en"], "sample"))
    assert (made.ran, made.reused, made.older) == (1, 1, 1)
    say = texts.Texts("en")("site.older")
    for year, name, older in ((2025, "one", True), (2025, "two", False), (2026, "one", False)):
        page = book / "reports" / "sample" / str(year) / "en" / f"{name}.html"
        assert (say in page.read_text(encoding="utf-8")) == older
    assert run(plan([2025], ["en"], "sample")).older == 0


def test_each_university_has_a_set_of_its_own_and_all_are_known_again(book):
    jobs = plan([2026], ["en"], "sample", ["ktu", "metu", "itu"])
    assert len({file_name(job) for job in jobs}) == len(jobs) == 6
    made = run(jobs)
    assert (made.ran, made.reused) == (6, 0)
    for name in ("sample", "sample-metu", "sample-itu"):
        pages = sets.manifest(sets.in_force(name))["pages"]
        assert list(pages) == ["2026/en/one", "2026/en/two"]
    now = {name: sets.current(name) for name in ("sample", "sample-metu", "sample-itu")}
    made = run(jobs)
    assert (made.ran, made.reused) == (0, 6)
    assert now == {name: sets.current(name) for name in now}  # nothing is published anew
    edit_rows(book)
    made = run(plan([2026], ["en"], "sample", "metu"))
    assert (made.ran, made.reused) == (1, 1)
    assert sets.current("sample") == now["sample"] and sets.current("sample-metu") == "sample-metu-0002"


def test_what_changes_while_a_batch_runs_is_not_published(book, monkeypatch):
    due()
    edit_rows(book)
    before = sets.current("sample")
    monkeypatch.setattr("helpers.batch.records.keep", lambda *_: edit_goal(book))
    with pytest.raises(RunFailed, match=r"data/catalog/goals\.yml has changed"):
        due()
    assert sets.current("sample") == before


def test_a_notebook_that_read_what_changed_meanwhile_is_not_kept(book, monkeypatch):
    once = READS["one"]
    monkeypatch.setitem(READS, "one", lambda: (once(), edit_rows(book)))
    with pytest.raises(RunFailed, match=r"one 2026 en read what changed.*data/sample/events\.csv"):
        due()
    assert records.read(plan([2026], ["en"], "sample", notebooks=["one"])[0]) is None
    assert not (book / "reports" / "sample").exists()


# --- one batch at a time ------------------------------------------------------------------------------


def test_two_batches_do_not_run_at_once_and_the_second_is_told_who_runs(book):
    with sets.held():
        code, out, error, _ = workbook(book, "run", "--year", "2026", "--language", "en")
        assert (code, out, len(error.splitlines())) == (1, "", 1)
        assert f"process {os.getpid()} on " in error and "since 20" in error
    assert workbook(book, "run", "--year", "2026", "--language", "en")[0] == 0


HOLD = """
import sys, time
from helpers.batch import sets
with sets.held():
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_of_a_killed_batch_is_no_obstacle_and_the_next_one_says_so(book):
    holder = subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(RunFailed, match=f"process {holder.pid} on "), sets.held():
            pytest.fail("both held it")
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    told = []
    run(plan([2026], ["en"], "sample"), lambda event: told.append(event))
    assert told[0].kind == "resumed" and f"process {holder.pid}" in told[0].told["owner"]


def test_a_disk_that_is_full_at_any_file_leaves_the_old_set_and_says_what_to_do(book, monkeypatch):
    due()
    before = sets.current("sample")
    edit_rows(book)
    written, room = [], [999]
    write_text = type(book).write_text

    def full(path, *given, **named):
        written.append(path)
        if len(written) > room[0]:
            write_text(path, "half")
            raise OSError(28, "No space left on device")
        return write_text(path, *given, **named)

    monkeypatch.setattr(type(book), "write_text", full)
    for files in range(5):
        written.clear()
        room[0] = files
        with pytest.raises(RunFailed, match=r"No space left.*MB are free.*Make room"):
            due()
        assert sets.current("sample") == before
        assert [path.name for path in (book / "reports" / ".sets").iterdir()] == [before]
    room[0] = 999
    assert due() == {}  # the notebook was done and is used
    assert sets.current("sample") != before


@pytest.mark.parametrize("place", ["reports", "reports/.work", "reports/.sets"])
def test_a_place_that_cannot_be_written_is_named_with_what_to_do(book, place):
    blocked = book / place
    blocked.parent.mkdir(exist_ok=True)
    blocked.write_text("a file where the batch needs a folder")
    code, out, error, _ = workbook(book, "run", "--year", "2026", "--language", "en")
    assert (code, out) == (1, "")
    (said,) = [line for line in error.splitlines() if line.startswith("workbook: ")]
    assert "cannot be written" in said and "allow writing below reports/" in said
    blocked.unlink()
    assert workbook(book, "run", "--year", "2026", "--language", "en")[0] == 0


def test_the_command_tells_why_where_the_time_went_and_in_json(book):
    def said(*options):
        return workbook(book, "run", "--year", "2026", "--language", "en", *options)

    code, out, error, _ = said("--why", "--timings")
    assert code == 0 and "Done: 2 notebooks." in out
    assert f"one 2026 en runs: {records.NEVER}." in error
    phases = re.findall(r"^ +\d+\.\d\d s  (.+)$", error, flags=re.M)
    assert {"inputs", "figures", "execution", "documents", "pages", "publication"} <= set(phases)
    edit_rows(book)
    code, out, error, _ = said("--why")
    assert "one 2026 en runs: the file data/sample/events.csv has changed." in error
    assert "two 2026 en is skipped" in error and "Done: 2 notebooks (1 unchanged)." in out
    code, out, error, _ = said("--json")
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events] == ["planned", "reused", "reused", "published"]
    assert events[0] == {"event": "planned", "run": 0, "reused": 2} and error == ""


# --- a real batch, killed -------------------------------------------------------------------------------

READ = "from helpers import paths\npaths.data('sample', 'web.csv').read_text()\nNone"
SLOW = "import pathlib, time\npathlib.Path({!r}).write_text('x')\ntime.sleep(60)"


def started(root, *options):
    command = [sys.executable, "-m", "helpers.cli", "run", "--year", "2026", "--language", "en", *options]
    environment = {**os.environ, "WORKBOOK_ROOT": str(root)}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_for(*conditions):
    end = time.monotonic() + 60
    while not all(condition() for condition in conditions):
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


@pytest.fixture
def half_done(workbook_root, tmp_path):
    """A workbook of a quick notebook and of one that never ends, and how to know how far they are."""
    for path in (workbook_root / "notebooks").glob("*.ipynb"):
        path.unlink()
    write_notebook(workbook_root, "quick", cell("read", READ))
    write_notebook(workbook_root, "slow", cell("sleeps", SLOW.format(str(tmp_path / "sleeps"))))
    kept = workbook_root / "reports" / ".work" / "sample" / "ktu" / "2026" / "en" / "quick.json"
    return workbook_root, kept, tmp_path / "sleeps"


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_batch_that_is_stopped_leaves_nothing_running_and_is_taken_up_again(half_done, end):
    import psutil

    root, kept, sleeps = half_done
    batch = started(root, "--json")
    wait_for(kept.exists, sleeps.exists)
    children = psutil.Process(batch.pid).children(recursive=True)
    assert children
    asked = time.monotonic()
    batch.send_signal(end)
    out, error = batch.communicate(timeout=30)
    took = time.monotonic() - asked
    _, alive = psutil.wait_procs(children, timeout=5)
    assert [process.info for process in alive] == []
    if end != signal.SIGKILL:
        assert batch.returncode == 130 and "stopped" in error and "Traceback" not in error
        assert took < 10, took  # about one second on a machine that does nothing else
    assert not (root / "reports" / "sample").exists()
    events = [json.loads(line) for line in out.splitlines()]
    assert {"due", "begun", "done"} <= {event["event"] for event in events}
    # What was done is not done again.
    write_notebook(root, "slow", cell("sleeps", "'no more'"))
    code, out, error, _ = workbook(root, "run", "--year", "2026", "--language", "en", "--json")
    assert code == 0, error
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["job"] for event in events if event["event"] == "begun"] == ["slow 2026 en"]
    assert any(event["event"] == "resumed" for event in events) == (end == signal.SIGKILL)
    assert events[-1] == {"event": "published", "ran": 1, "reused": 1, "older": 0, "ledger": 0}
    assert json.loads(kept.read_text())["read"]["file:data/sample/web.csv"]


def test_a_request_to_end_is_taken_as_ctrl_c():
    earlier = signal.getsignal(signal.SIGTERM)
    try:
        end_on_termination()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(1)
    finally:
        signal.signal(signal.SIGTERM, earlier)
