"""The parent of warm kernels: imports the analysis stack once, then forks a real ipykernel for each request.

A process of its own that calls `main`, started by `helpers.batch.warm`; POSIX only. It imports and reads
nothing: a thread, an open database or cached data would be copied into every notebook.

A request is one byte with three descriptors: the kernel's socket, and what becomes its standard output and
error. Over that socket the kernel is told its command, environment and folder (a line of JSON), and tells
`pid N` when it is forked and `bound` when it can be connected to; the parent adds `ended CODE`. A kernel ends
when the other end of its socket closes, the parent with all its kernels when that of the requests does: so
nothing outlives the batch, even where it was killed. A kernel needs its parent for nothing else, and runs on
where that was lost.
"""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

# The kernel itself must load this one: only then does it show the figures that a cell leaves open.
_BACKEND = "matplotlib_inline.backend_inline"


def main(descriptor: int) -> None:
    """Import, then serve requests until their other end closes."""
    # Read when matplotlib and numpy are imported. OpenBLAS would start a thread for each core otherwise.
    os.environ.setdefault("MPLBACKEND", f"module://{_BACKEND}")
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asked for the kernels
    warm_up()
    serve(socket.socket(fileno=descriptor))
    os._exit(0)  # duckdb would complain of what it finds alive at an orderly end


def warm_up() -> None:
    """Import the stack. Raises RuntimeError where that has started what must not be forked."""
    # ruff: noqa: F401 - for what they load
    import babel.dates
    import babel.numbers
    import duckdb
    import great_tables
    import ipykernel.ipkernel
    import ipykernel.kernelapp
    import IPython.core.completer
    import matplotlib.backends.backend_agg
    import pandas.core.methods.to_dict
    import pandas.core.reshape.reshape
    import PIL.Image
    import scipy.optimize
    import scipy.special
    import scipy.stats
    import seaborn
    import statsmodels.genmod.families
    import statsmodels.genmod.generalized_linear_model

    from .. import run
    from ..present import (
        accreditation,
        actions,
        activities,
        against,
        cards,
        explained,
        goals,
        heading,
        ledger,
        messages,
        mobility,
        overview,
        quality,
        rankings,
        scenarios,
        standing,
    )

    PIL.Image.preinit()
    if threads() != 1:
        raise RuntimeError(f"Threads run before the fork: {threading.enumerate()}.")
    if _BACKEND in sys.modules:
        raise RuntimeError(f"{_BACKEND} was imported before there is a kernel.")
    # What is there now stays for good: the collector of a kernel need not look at it, which would copy it.
    gc.collect()
    gc.freeze()


def threads() -> int:
    """Count the threads of this process, also those that Python has not started where the system tells."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


def serve(requests: socket.socket) -> None:
    """Fork and reap until the other end closes, then kill what is left."""
    kernels: dict[int, socket.socket] = {}
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready = select.select([requests.fileno(), woken], [], [])[0]
        if woken in ready:
            os.read(woken, 4096)
            _reap(kernels)
        if requests.fileno() in ready:
            _, given, _, _ = socket.recv_fds(requests, 1, 3)
            if not given:
                break
            with socket.socket(fileno=given[0]) as told:
                try:
                    pid = os.fork()
                except OSError as failure:
                    told.sendall(f"failed {os.strerror(failure.errno or 0)}\n".encode())
                else:
                    if pid == 0:
                        for each in (requests, *kernels.values()):
                            each.close()
                        os.close(woken)
                        os.close(wakes)
                        _become_kernel(told, given[1:])
                    kernels[pid] = told.dup()
            for descriptor in given[1:]:
                os.close(descriptor)
    for pid in kernels:
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)


def _reap(kernels: dict[int, socket.socket]) -> None:
    while kernels:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with kernels.pop(pid) as told, contextlib.suppress(OSError):  # nobody may be listening any more
            told.sendall(f"ended {os.waitstatus_to_exitcode(status)}\n".encode())


def _become_kernel(told: socket.socket, output: list[int]) -> None:
    """Turn the forked process into the kernel that is asked for; never returns."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setsid()  # so that it can be killed with whatever it starts
        for given, standard in zip(output, (1, 2), strict=True):
            os.dup2(given, standard)
            os.close(given)
        os.set_inheritable(told.fileno(), False)
        told.sendall(f"pid {os.getpid()}\n".encode())
        with told.makefile("rb") as lines:
            request = json.loads(lines.readline())
        _end_with(told)
        _run(request["cmd"], request["env"], request["cwd"], told)
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    finally:
        if sys.exc_info()[1] is not None:
            traceback.print_exc()
        os._exit(code)  # what is registered for the end of the process is the parent's, not the kernel's


def _end_with(told: socket.socket) -> None:
    """Kill this process and what it has started, as soon as nobody holds the other end of its socket."""

    def watch() -> None:
        with contextlib.suppress(OSError):
            told.recv(1)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, name="workbook-end", daemon=True).start()


def _run(cmd: list[str], env: dict[str, str], cwd: str, told: socket.socket) -> None:
    """Run the kernel as `python -m ipykernel_launcher` would, in a process that is as good as new."""
    import numpy as np
    from ipykernel import kernelapp

    class IPKernelApp(kernelapp.IPKernelApp):
        """Does not end with the process that forked it: `_end_with` sees to its end."""

        def init_poller(self) -> None:
            pass

    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(cwd)
    tempfile.tempdir = None
    np.random.seed()  # Python's own generator does so by itself after a fork
    arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
    sys.argv = [cmd[0], *arguments]
    app = IPKernelApp.instance(parent_handle=os.getppid())  # without it, it speaks as if to a terminal
    app.initialize(arguments)
    told.sendall(b"bound\n")
    app.start()
