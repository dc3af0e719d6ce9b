"""Jobs on a cluster come to the same as here, whatever becomes of a worker; the inputs go by their content.

A scheduler and two workers on this machine, each a process with a warm parent of its own. What a local run
makes of the same notebooks is the expectation.
"""

import hashlib
import json
import os
import signal
import threading

import psutil
import pytest
from test_batch import cell, workbook, write_notebook
from test_incremental import READ, started, wait_for

from helpers import paths, shared
from helpers.batch import cluster, inputs, records
from helpers.batch.jobs import institutions_of, plan
from helpers.batch.run import run
from helpers.errors import RunFailed
from helpers.plan import ledger
from helpers.plan.ledger import Published

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="kernels are forked on POSIX")

# Stays where it is the first time, and is done at once the next.
ONCE = """
import os, pathlib, time
mark = pathlib.Path({!r})
if not mark.exists():
    mark.write_text(str(os.getpid()))
    time.sleep(60)
"done"
"""
FAILS = "import pathlib\nwith pathlib.Path({!r}).open('a') as file:\n    file.write('x')\n1 / 0"
# A kernel's parent forks it; the parent's parent is the worker.
KILLS = """
import os, pathlib, signal, time
parent = pathlib.Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()[1]
os.kill(int(parent), signal.SIGKILL)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    import dask

    folder = tmp_path_factory.mktemp("workers")
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=":0",
            host="127.0.0.1",
            local_directory=folder,
            silence_logs=50,
        ) as made,
    ):
        yield made.scheduler_address


@pytest.fixture
def book(workbook_root, monkeypatch):
    """A workbook of two light notebooks, of which one reads a register."""
    for path in (workbook_root / "notebooks").glob("*.ipynb"):
        path.unlink()
    write_notebook(workbook_root, "quick", cell("read", READ))
    write_notebook(workbook_root, "sum", cell("sums", "sum(range(year))"))
    monkeypatch.setattr("helpers.batch.figures.figures", lambda *_: [])
    monkeypatch.setattr("helpers.batch.documents.official", lambda _: [])
    return workbook_root


def jobs_of(*notebooks):
    return plan([2026], ["en"], "sample", notebooks=notebooks)


def made(root):
    """Return the files of the set in force, without the manifest, which tells how long it took."""
    folder = root / "reports" / "sample"
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}
    manifest = json.loads(found.pop("run.json"))
    return found, {place: entry["executed_sha256"] for place, entry in manifest["pages"].items()}


def test_a_worker_that_is_killed_changes_nothing_in_what_is_made(book, scheduler, tmp_path):
    mark = tmp_path / "mark"
    write_notebook(book, "once", cell("stays", ONCE.format(str(mark))))
    killed = []

    def kill():
        wait_for(lambda: mark.exists() and mark.read_text())
        kernel = psutil.Process(int(mark.read_text()))
        killed.extend([kernel, kernel.parent(), kernel.parent().parent()])
        killed[-1].kill()

    thread = threading.Thread(target=kill)
    thread.start()
    told = []
    run(jobs_of(), told.append, elsewhere=cluster.at(scheduler))
    thread.join()
    assert len(killed) == 3 and psutil.wait_procs(killed, timeout=5)[1] == []
    kinds = [event.kind for event in told]
    assert [kinds.count(kind) for kind in ("due", "begun", "done")] == [3, 3, 3]
    there = made(book)
    read = {job: records.read(job).read for job in jobs_of()}
    assert "file:data/sample/web.csv" in read[jobs_of("quick")[0]]
    assert run(jobs_of(), force=True).ran == 3
    assert there == made(book)
    assert read == {job: records.read(job).read for job in jobs_of()}
    # The results are kept with the records, the inputs for the next time.
    left = {path.name for path in (book / "reports" / ".work" / "exchange").iterdir()}
    sources = {hashlib.sha256(p.read_bytes()).hexdigest() for p in book.rglob("*.*") if p.is_file()}
    assert len(left - sources) == 1  # the manifest


def test_a_notebook_that_fails_runs_once_and_is_told_as_it_is_here(book, scheduler, tmp_path):
    ran = tmp_path / "ran"
    write_notebook(book, "wrong", cell("divides", FAILS.format(str(ran))))
    said = []
    for elsewhere in (cluster.at(scheduler), None):
        with pytest.raises(RunFailed, match="ZeroDivisionError") as failure:
            run(jobs_of(), force=True, elsewhere=elsewhere)
        half = book / "reports" / "failed" / "2026-en-wrong.ipynb"
        said.append((str(failure.value), "ZeroDivisionError" in half.read_text()))
        half.unlink()
    assert said[0] == said[1] and said[0][1]
    assert ran.read_text() == "xx"  # once there, once here
    assert records.read(jobs_of("sum")[0]) and not (book / "reports" / "sample").exists()


def test_a_worker_with_other_software_is_refused_and_both_are_named(book, scheduler, monkeypatch):
    monkeypatch.setattr("helpers.batch.inputs.packages", lambda: "0123456789")
    with pytest.raises(RunFailed, match=r"worker tcp://.* there, workbook .*packages 01234567 here"):
        run(jobs_of(), elsewhere=cluster.at(scheduler))
    assert not (book / "reports" / "sample").exists()


def test_a_worker_without_the_workbook_is_named_and_waited_for_by_nobody(book, scheduler, monkeypatch):
    def call(job, number, order):
        import helpers_of_another_version

        return helpers_of_another_version

    monkeypatch.setattr("helpers.batch.cluster._by_value", lambda: call)
    with pytest.raises(RunFailed, match=r"not this workbook: .*helpers_of_another_version.*Install"):
        run(jobs_of("sum"), elsewhere=cluster.at(scheduler))


def test_a_stop_ends_what_runs_on_the_workers(book, scheduler, tmp_path):
    mark = tmp_path / "mark"
    write_notebook(book, "once", cell("stays", ONCE.format(str(mark))))
    batch = started(book, "--scheduler", scheduler)
    wait_for(lambda: mark.exists() and mark.read_text())
    kernel = psutil.Process(int(mark.read_text()))
    batch.send_signal(signal.SIGINT)
    _, error = batch.communicate(timeout=30)
    assert batch.returncode == 130 and "stopped" in error and "Traceback" not in error
    assert psutil.wait_procs([kernel], timeout=5)[1] == []


def test_a_notebook_that_takes_its_workers_with_it_is_given_up(book, scheduler):
    write_notebook(book, "kills", cell("kills", KILLS))
    with pytest.raises(RunFailed, match=r"kills 2026 en was lost with its worker 2 times.*memory"):
        run(jobs_of("kills"), elsewhere=cluster.at(scheduler))


# --- without a cluster ----------------------------------------------------------------------------------


def sent(exchange):
    return cluster._sent(inputs.Snapshot(), str(exchange))


def test_only_what_has_changed_is_sent_again(book, tmp_path):
    exchange = tmp_path / "exchange"
    first = sent(exchange)
    was = {path.name: path.stat().st_mtime_ns for path in exchange.iterdir()}
    assert sent(exchange).manifest == first.manifest
    with (book / "data" / "sample" / "web.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    later = sent(exchange)
    now = {path.name: path.stat().st_mtime_ns for path in exchange.iterdir()}
    web = hashlib.sha256((book / "data" / "sample" / "web.csv").read_bytes()).hexdigest()
    assert set(now) - set(was) == {later.manifest, web}
    assert all(now[name] == time for name, time in was.items() if name != first.manifest)
    (exchange / web).write_bytes(b"half")  # a copy that was cut off
    sent(exchange)
    assert hashlib.sha256((exchange / web).read_bytes()).hexdigest() == web


def tree(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def worker(monkeypatch):
    """What a worker keeps, in this process and without kernels."""
    monkeypatch.setattr("helpers.batch.warm.start", lambda: None)
    monkeypatch.setenv(shared.VARIABLE, "")
    return cluster._Book()


@pytest.mark.parametrize("kind", ["{}/exchange", "memory://exchange"])
def test_a_worker_has_the_files_of_each_order(book, tmp_path, worker, kind):
    exchange = kind.format(tmp_path)
    first = sent(exchange)
    files = {name.partition(":")[2] for name in inputs.Snapshot().files}
    with worker.of(first, tmp_path) as root:
        assert paths.root() == root != book
        there = tree(root)
    os.environ[paths.ROOT_VARIABLE] = str(book)
    assert there == {name: content for name, content in tree(book).items() if name in files}
    (book / "data" / "sample" / "web.csv").unlink()
    (book / "data" / "sample" / "more.csv").write_text("a\n1\n")
    with worker.of(sent(exchange), tmp_path) as root:
        assert there != tree(root)
        there = tree(root)
    os.environ[paths.ROOT_VARIABLE] = str(book)
    assert {"data/sample/more.csv"} == set(there) - files and "data/sample/web.csv" not in there


def test_the_ledger_that_is_proposed_travels_in_its_place(book, tmp_path, worker):
    line = Published("2025-02-27", "sample", 2024, "year", "ktu", "", "G3.02", "19.50", "score", "a" * 64)
    with ledger.proposed([line], tmp_path) as proposed:
        order = cluster._sent(inputs.Snapshot(proposed.after), str(tmp_path / "exchange"))
    with worker.of(order, tmp_path) as root:
        assert (root / "data" / "published" / "figures.csv").read_bytes() == proposed.after
    assert proposed.after != proposed.before


def test_an_object_that_was_altered_is_not_believed(book, tmp_path, worker):
    order = sent(tmp_path / "exchange")
    path = book / "data" / "sample" / "web.csv"
    name = hashlib.sha256(path.read_bytes()).hexdigest()
    altered = path.read_bytes().replace(b"2", b"3", 1)
    (tmp_path / "exchange" / name).write_bytes(altered)
    with pytest.raises(RunFailed, match=f"{name}.*not what was put there"), worker.of(order, tmp_path):
        pytest.fail("it was believed")
    (tmp_path / "exchange" / name).write_bytes(path.read_bytes())
    with worker.of(order, tmp_path) as root:
        assert (root / "data" / "sample" / "web.csv").read_bytes() == path.read_bytes()


def test_who_has_not_the_extra_is_told_its_name(book, monkeypatch):
    monkeypatch.setattr("helpers.batch.cluster.find_spec", lambda _: None)
    code, out, error, _ = workbook(book, "run", "--scheduler", "tcp://127.0.0.1:1")
    assert (code, out, len(error.splitlines())) == (1, "", 1) and "[cluster]" in error


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "http://127.0.0.1:9", "host"])
def test_a_scheduler_that_does_not_answer_is_named(book, monkeypatch, address):
    monkeypatch.setattr("helpers.batch.cluster._CONNECT_SECONDS", 0.2)
    with pytest.raises(RunFailed, match=f"No Dask scheduler answers at {address}: .*dask scheduler"):
        run(jobs_of(), elsewhere=cluster.at(address))


def test_all_institutions_are_those_that_something_is_held_about(workbook_root):
    assert institutions_of("live") == ["ktu"]
    found = institutions_of("sample")
    assert found[0] == "ktu" and {"metu", "itu"} < set(found) and len(found) == len(set(found))
