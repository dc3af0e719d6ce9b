"""Warm kernels: each notebook has a process of its own, whatever happens to one leaves the others alone.

What two kernels must not share is typed here; that nothing is left is read from the process list.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import papermill
import psutil
import pytest
from conftest import REPO
from nbformat import v4
from test_batch import cell, write_notebook

import helpers
from helpers.batch import execute, warm
from helpers.batch.jobs import Job
from helpers.errors import RunFailed

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no process can be forked on this system")


@pytest.fixture(scope="module", autouse=True)
def warmed():
    """One parent for all tests of the module; it and every kernel must be gone at the end."""
    warm.start()
    yield
    warm.stop()
    assert warm._parent.pid is None
    assert of_parents() == []


def of_parents():
    """The processes that are a parent of kernels or a kernel forked from one, below this process."""
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE and "helpers.batch.parent" in " ".join(child.cmdline())
    ]


def gone(pids, seconds=10.0):
    """Wait until none of the processes runs; return those that still do."""
    until = time.monotonic() + seconds
    left = list(pids)
    while left and time.monotonic() < until:
        left = [
            p for p in left if psutil.pid_exists(p) and psutil.Process(p).status() != psutil.STATUS_ZOMBIE
        ]
        time.sleep(0.02)
    return left


def run(folder, name, *sources, engine="workbook"):
    """Run code cells in a new notebook; return what each has printed or shown."""
    cells = [v4.new_code_cell(source) for source in sources]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = folder / f"{name}.ipynb"
    nbformat.write(v4.new_notebook(cells=cells, metadata=kernel), path)
    options = {"engine_name": engine, "kernel_name": "python3", "progress_bar": False}
    options |= {"extra_arguments": ["--log-level=CRITICAL"], "request_save_on_cell_execute": False}
    done = papermill.execute_notebook(str(path), str(folder / f"{name}.out.ipynb"), **options)
    return [cell_.outputs for cell_ in done.cells]


def printed(outputs):
    return json.loads("".join(output.text for output in outputs))


# --- a process of its own ---------------------------------------------------------------------------

STATE = """
import sys, os, json, locale, random, decimal, warnings
import numpy, pandas, matplotlib
print(json.dumps({
    "rc": matplotlib.rcParams["axes.titlesize"],
    "backend": matplotlib.rcParams["backend"],
    "pandas": pandas.get_option("display.max_rows"),
    "module": "intruder" in sys.modules,
    "helper": hasattr(sys.modules["helpers.present.charts"], "intruder"),
    "path": sys.path,
    "folder": os.getcwd(),
    "environment": {name: value for name, value in os.environ.items() if name != "JPY_PARENT_PID"},
    "numpy": numpy.geterr()["divide"],
    "decimal": decimal.getcontext().prec,
    "filters": str(warnings.filters),
    "argv": len(sys.argv),
    "main": sys.modules["__main__"].__name__,
}))
"""
SPOIL = """
import sys, os, types, random, decimal, warnings
import numpy, pandas, matplotlib
import helpers.present.charts
matplotlib.rcParams["axes.titlesize"] = 99
pandas.set_option("display.max_rows", 3)
sys.modules["intruder"] = types.ModuleType("intruder")
helpers.present.charts.intruder = 1
sys.path.insert(0, "/nowhere")
os.chdir("/")
os.environ["INTRUDER"] = "1"
numpy.seterr(divide="raise")
decimal.getcontext().prec = 3
warnings.simplefilter("error")
random.seed(1); numpy.random.seed(1)
"""
# What differs from process to process by chance alone.
CHANCE = """
import json, random, tempfile, uuid, numpy
kernel = get_ipython().kernel
print(json.dumps({
    "random": random.random(), "numpy": numpy.random.random(),
    "generator": numpy.random.default_rng().random(),
    "uuid4": uuid.uuid4().hex, "uuid1": uuid.uuid1().hex,
    "temporary": [next(tempfile._get_candidate_names()) for _ in range(3)],
    "session": kernel.session.session, "key": kernel.session.key.decode(), "kernel": kernel.ident,
    "message": kernel.session.msg_id.rpartition("_")[0],
}))
"""
HELD = """
import json, os
def target(fd):
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return ""
held = [target(fd) for fd in os.listdir("/proc/self/fd") if int(fd) > 2]
print(json.dumps({"pid": os.getpid(), "held": held}))
"""
CACHES = """
import functools, gc, json, duckdb, sys
filled = [f"{each.__module__}.{each.__qualname__}" for each in gc.get_objects()
          if isinstance(each, functools._lru_cache_wrapper) and each.cache_info().currsize
          and str(each.__module__).startswith("helpers")]
frozen = [f for name, module in list(sys.modules.items()) if name.startswith("helpers")
          for f, each in vars(module).items()
          if isinstance(each, functools._lru_cache_wrapper) and each.cache_info().currsize]
print(json.dumps([filled, frozen, list(sys.modules)]))
"""
FIGURE = """
import matplotlib.pyplot as plt
_ = plt.plot([1, 2])
"""


@pytest.fixture(scope="module")
def three(warmed, tmp_path_factory):
    """A notebook that spoils what it can, one after it, and one beside that."""
    folder = tmp_path_factory.mktemp("three")
    first = run(folder, "first", "import helpers.present.charts", STATE, SPOIL, CHANCE, STATE)
    sources = ("import helpers.present.charts", STATE, CHANCE, FIGURE, "import time\ntime.sleep(0.5)", HELD)
    with ThreadPoolExecutor() as pool:
        both = list(pool.map(lambda name: run(folder, name, CACHES, *sources), ("second", "third")))
    return first, *both


def test_a_notebook_sees_nothing_of_what_the_one_before_it_has_changed(three):
    first, second, third = three
    before, spoiled = printed(first[1]), printed(first[4])
    assert {name for name in before if before[name] != spoiled[name]} >= {
        "rc", "pandas", "module", "helper", "path", "folder", "environment", "numpy", "decimal", "filters",
    }  # fmt: skip
    assert printed(second[2]) == before == printed(third[2])


def test_a_warm_kernel_begins_as_an_ordinary_one_does(three, tmp_path, monkeypatch):
    monkeypatch.setenv(warm.KERNELS_VARIABLE, "cold")
    cold = printed(run(tmp_path, "cold", "import helpers.present.charts", STATE)[1])
    begun = printed(three[0][1])
    cold["environment"].pop(warm.KERNELS_VARIABLE)
    # A module brings its filters when it is imported, so those of seaborn are there from the beginning.
    cold.pop("filters"), begun.pop("filters")
    # A test renames the test that runs in the environment.
    for state in (cold, begun):
        state["environment"].pop("PYTEST_CURRENT_TEST", None)
    assert begun == cold


def test_no_two_kernels_draw_the_same_by_chance(three):
    drawn = [printed(three[0][3]), printed(three[1][3]), printed(three[2][3])]
    for name in drawn[0]:
        assert len({str(each[name]) for each in drawn[1:]}) == 2, name
    # The first had its generators seeded and gives what a seed of 1 gives; no other kernel does.
    assert drawn[0]["random"] == pytest.approx(0.13436424411240122)
    assert len({each["random"] for each in drawn}) == len({each["numpy"] for each in drawn}) == 3


def test_the_parent_has_read_nothing(three):
    for notebook in three[1:]:
        filled, frozen, _ = printed(notebook[0])
        assert filled == frozen == []


def test_the_parent_has_imported_what_helpers_offers_to_notebooks(three):
    functions = {"start", *helpers._FUNCTIONS}
    offered = {f"helpers.present.{name}" for name in helpers.__all__ if name not in functions}
    _, _, loaded = printed(three[1][0])
    assert len(offered) > 5
    assert offered | {"helpers.run", "seaborn", "matplotlib.pyplot", "pandas", "duckdb"} <= set(loaded)
    assert not {"nbformat", "papermill", "rfc3987_syntax"} & set(loaded)


def test_a_figure_that_a_cell_leaves_open_is_shown_once(three):
    for notebook in three[1:]:
        assert ["image/png" in output.get("data", {}) for output in notebook[4]] == [True]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not list descriptors")
def test_kernels_hold_no_socket_or_pipe_of_each_other_or_of_the_parent(three):
    second, third = (printed(notebook[6]) for notebook in three[1:])
    assert second["pid"] != third["pid"]
    parent = Path(f"/proc/{warm._parent.pid}/fd")
    of_parent = {str(link.readlink()) for link in parent.iterdir() if int(link.name) > 2}
    held = [
        {link for link in links if link.startswith(("socket:", "pipe:"))}
        for links in (second["held"], third["held"], of_parent)
    ]
    assert all(held)
    assert not held[0] & held[1] and not held[0] & held[2] and not held[1] & held[2]


def test_the_parent_runs_one_thread_and_holds_no_file_open(three):
    parent = psutil.Process(warm._parent.pid)
    assert parent.num_threads() == 1
    assert parent.open_files() == []


# --- what goes wrong --------------------------------------------------------------------------------


def execute_all(root, scratch, **cells):
    """Execute a notebook of one cell each, all at once; return for each what went wrong, or None."""
    for name, source in cells.items():
        write_notebook(root, name, cell("ends", source))
    jobs = [Job(name, 2025, "en", "ktu", "sample", takes=("year",)) for name in cells]

    def one(numbered):
        number, job = numbered
        try:
            execute._execute_one(job, scratch, number, lambda job: None)
        except RunFailed as failure:
            return str(failure)
        return None

    with ThreadPoolExecutor(max_workers=len(jobs)) as pool:
        return dict(zip(cells, pool.map(one, enumerate(jobs)), strict=True))


def test_a_kernel_that_ends_fails_its_notebook_with_the_cause_and_no_other(
    workbook_root, tmp_path, monkeypatch
):
    monkeypatch.setattr(execute, "_CELL_SECONDS", 1)
    memory = (
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))\nheld = bytearray(2**33)"
    )
    parent = warm._parent.pid
    said = execute_all(
        workbook_root, tmp_path,
        leaves="import os\nos._exit(3)", killed="import os\nos.kill(os.getpid(), 9)",
        crashes="import os\nos.abort()", hangs="import time\ntime.sleep(60)", memory=memory,
        sound="import time\ntime.sleep(0.5)\n'fine'",
    )  # fmt: skip
    begin = {name: f"The notebook {name} 2025 en failed in cell 'ends': " for name in said}
    assert said.pop("sound") is None
    assert said["leaves"] == begin["leaves"] + "the kernel ended itself (exit code 3)."
    assert said["killed"] == begin["killed"] + (
        "the kernel was killed, as the system does when memory runs out."
    )
    assert said["crashes"] == begin["crashes"] + "the kernel crashed (signal 6)."
    assert said["hangs"] == begin["hangs"] + "it took over 1 s."
    assert said["memory"].startswith(begin["memory"] + "MemoryError")
    assert [process.pid for process in of_parents()] == [warm._parent.pid] == [parent]


def test_a_parent_that_is_killed_costs_no_notebook_and_is_started_anew(workbook_root, tmp_path):
    lost = warm._parent.pid
    began = tmp_path / "began"
    slow = f"from pathlib import Path\nPath({str(began)!r}).touch()\nimport time\ntime.sleep(0.5)"

    def kill():
        while not began.exists():
            time.sleep(0.01)
        os.kill(lost, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    assert execute_all(workbook_root, tmp_path, running=slow) == {"running": None}
    killer.join()
    assert execute_all(workbook_root, tmp_path, later="1") == {"later": None}
    assert warm._parent.pid not in (None, lost)
    assert [process.pid for process in of_parents()] == [warm._parent.pid]


def test_a_run_that_is_stopped_starts_no_kernel_though_the_parent_still_imports(tmp_path, caplog):
    warm.stop()
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(run, tmp_path, "asked", "1")
        while warm._parent.pid is None:
            time.sleep(0.01)
        warm.halt()
        with pytest.raises(RuntimeError, match="the run was stopped"):
            asked.result()
        with pytest.raises(RuntimeError, match="the run was stopped"):
            run(tmp_path, "later", "1")
    assert of_parents() == []
    warm.start()  # the tests below show that kernels are forked again


# A batch whose notebook has started a process of its own; it writes who takes part.
BATCH = """
import asyncio
from helpers.batch import warm
source = '''
import os, subprocess, pathlib, time
child = subprocess.Popen(["sleep", "50"])
part = pathlib.Path({pids!r} + ".part")
part.write_text(f"{{os.getpid()}} {{os.getppid()}} {{child.pid}}")
part.rename({pids!r})
{busy}
'''
async def batch():
    manager = warm.manager([])(kernel_name="python3", transport="ipc", ip={socket!r})
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready()
    client.execute(source)
    await asyncio.sleep(50)
asyncio.run(batch())
"""
# The one loops in C and never lets another thread of the kernel run; the other does.
BUSY = {"batch": "sum(iter(int, 1))", "parent and batch": "time.sleep(50)"}


def test_nothing_is_left_of_a_batch_that_is_killed(tmp_path):
    batches, left = {}, {}
    for killed, busy in BUSY.items():
        pids = tmp_path / killed
        script = BATCH.format(pids=str(pids), busy=busy, socket=str(tmp_path / f"{killed} socket"))
        batches[killed] = subprocess.Popen([sys.executable, "-c", script])
    try:
        for killed, batch in batches.items():
            pids = tmp_path / killed
            until = time.monotonic() + 60
            while not pids.exists() and time.monotonic() < until and batch.poll() is None:
                time.sleep(0.02)
            left[killed] = kernel, parent, child = [int(pid) for pid in pids.read_text().split()]
            assert psutil.Process(kernel).ppid() == parent and psutil.Process(parent).ppid() == batch.pid
            assert psutil.Process(child).ppid() == kernel
            if killed != "batch":
                os.kill(parent, signal.SIGKILL)
    finally:
        for batch in batches.values():
            batch.kill()
            batch.wait()
    still = {killed: gone(pids) for killed, pids in left.items()}
    for pid in (pid for pids in still.values() for pid in pids):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert still == {killed: [] for killed in BUSY}


# --- where there is no fork ---------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["asked", "no fork", "macOS", "no parent"])
def test_where_there_is_no_fork_ordinary_kernels_are_started_and_that_is_said_once(
    tmp_path, monkeypatch, caplog, why
):
    warm._say_once.cache_clear()
    if why == "asked":
        monkeypatch.setenv(warm.KERNELS_VARIABLE, "cold")
    elif why == "no fork":
        monkeypatch.delattr(os, "fork")
    elif why == "macOS":
        monkeypatch.setattr(warm.sys, "platform", "darwin")
        assert warm.why_cold()
        monkeypatch.setenv(warm.KERNELS_VARIABLE, "warm")
        assert not warm.why_cold()
        return
    else:
        monkeypatch.setattr(warm, "_parent", Unable())
    began = "import psutil\nprint('ipykernel_launcher' in psutil.Process().cmdline())"
    warm.start()
    for name in ("one", "two") if why == "asked" else ("one",):
        ((output,),) = run(tmp_path, name, began)
        assert output.text == "True\n"
    told = [record.getMessage() for record in caplog.records if record.name == warm.__name__]
    assert len(told) == 1 and "takes longer" in told[0]


class Unable(warm.Parent):
    """A parent that ends before it can fork, as where its imports fail."""

    def _started(self):
        if self._requests is None:
            self._requests, theirs = warm.socket.socketpair()
            theirs.close()
        return self._requests


def test_an_installed_workbook_offers_its_provisioner_to_every_tool_of_jupyter():
    declared = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    module, _, name = declared["jupyter_client.kernel_provisioners"]["workbook-warm"].partition(":")
    assert module == warm.__name__ and getattr(warm, name) is warm.Provisioner


FORKED = "import psutil\nprint('helpers.batch.parent' in str(psutil.Process().cmdline()))"


def test_nbval_forks_its_kernels_where_it_is_told_to(tmp_path):
    """As `make test` tells it, by the variable of jupyter_client; the installed workbook is written here."""
    make = (REPO / "Makefile").read_text(encoding="utf-8")
    variable, _, name = re.search(r"^WARM := (\S+)$", make, re.MULTILINE).group(1).partition("=")
    assert "$(WARM) $(BIN)/python -m pytest" in make
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (group,) = (group for group in project["entry-points"] if "provisioner" in group)
    installed = tmp_path / "workbook_installed-0.dist-info"
    installed.mkdir()
    lines = [f"[{group}]", *(f"{key} = {value}" for key, value in project["entry-points"][group].items())]
    (installed / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    (installed / "METADATA").write_text("Name: workbook-installed\nVersion: 0\n", encoding="utf-8")
    shown = v4.new_output("stream", name="stdout", text="True\n")
    cells = [v4.new_code_cell(FORKED, execution_count=1, outputs=[shown])]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(v4.new_notebook(cells=cells, metadata=kernel), tmp_path / "forked.ipynb")
    paths = os.pathsep.join([str(tmp_path), str(REPO / "src")])
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cov", "-p", "no:xdist", "-c", os.devnull),
            *("--rootdir", str(tmp_path), "--nbval", "--nbval-current-env", str(tmp_path / "forked.ipynb")),
        ],
        env={**os.environ, variable: name, "PYTHONPATH": paths}, cwd=tmp_path, timeout=100,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout + done.stderr
    assert done.stderr == ""


def test_the_command_checks_notebooks_without_the_grammars_of_web_addresses():
    told = subprocess.run(
        [sys.executable, "-c", COMMAND], capture_output=True, text=True, check=False, timeout=60
    )
    assert told.returncode == 0, told.stderr
    loaded, sound, unsound = json.loads(told.stdout.splitlines()[-1])
    assert not [name for name in loaded if name.split(".")[0] in {"rfc3987_syntax", "lark"}]
    assert sound == "" and "first" in unsound


COMMAND = """
import contextlib, io, json, sys
from helpers.cli import main
with contextlib.redirect_stdout(io.StringIO()):
    main(["list"])
import nbformat
from nbformat import v4
def judged(cells):
    try:
        nbformat.validate({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    except nbformat.ValidationError as error:
        return str(error)
    return ""
sound = v4.new_code_cell("1")
unsound = {**sound, "execution_count": "first"}
loaded = [name for name, module in sys.modules.items() if module]
print(json.dumps([loaded, judged([sound]), judged([unsound])]))
"""


# --- the same outputs ---------------------------------------------------------------------------------


def test_plain_papermill_gives_the_same_outputs_cell_for_cell(tmp_path, store_root):
    path = REPO / "notebooks" / "goal1_recognition.ipynb"
    plain, ours = tmp_path / "plain.ipynb", tmp_path / "ours.ipynb"
    with subprocess.Popen(
        [sys.executable, "-m", "papermill", str(path), str(plain), "-p", "year", "2024"],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as command:  # fmt: skip
        papermill.execute_notebook(
            str(path), str(ours), parameters={"year": 2024}, engine_name="workbook", progress_bar=False,
            request_save_on_cell_execute=False, extra_arguments=["--log-level=CRITICAL"],
        )  # fmt: skip
        _, said = command.communicate(timeout=120)
    assert command.returncode == 0, said
    by_plain, by_us = (nbformat.read(file, as_version=4).cells for file in (plain, ours))
    assert [one.source for one in by_plain] == [one.source for one in by_us]
    # papermill notes in the metadata of a cell when it ran; all else must be equal, pictures byte for byte.
    for one, other in zip(by_plain, by_us, strict=True):
        assert one.get("outputs") == other.get("outputs"), one.id
        assert one.get("execution_count") == other.get("execution_count")
    assert sum("image/svg+xml" in str(one.get("outputs")) for one in by_us) > 3
