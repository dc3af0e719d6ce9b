"""The parent of warm kernels: imports the analysis stack once, then forks a real ipykernel for each request.

Run as a process of its own (`python -P -m helpers.batch.parent FD`) by `helpers.batch.warm`. It only imports:
a thread, an open database or a random state would be copied into every notebook. A request is one line of
JSON (cmd, env, cwd); the answer is the kernel's pid with the reading end of a pipe, on which its exit code is
written once it has ended. When the socket closes, every kernel left is killed and the parent ends.
"""

import json
import os
import random
import select
import signal
import socket
import sys
import threading
from importlib import import_module

# What notebooks import, the slow parts first. The backend is set before pyplot is loaded, or figures go missing.
_STACK = (
    "matplotlib_inline.backend_inline",
    "matplotlib.pyplot",
    "pandas",
    "duckdb",
    "great_tables",
    "babel.numbers",
    "babel.dates",
    "helpers.run",
    "helpers.present.accreditation",
    "helpers.present.activities",
    "helpers.present.cards",
    "helpers.present.mobility",
    "helpers.present.overview",
    "helpers.present.quality",
    "helpers.present.rankings",
    "helpers.present.standing",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "IPython.core.completer",
)
BACKEND = "module://matplotlib_inline.backend_inline"


def main(descriptor: int) -> None:
    """Serve requests until the other end closes."""
    os.environ["MPLBACKEND"] = BACKEND
    for name in _STACK:
        import_module(name)
    if threading.active_count() != 1:
        raise RuntimeError(f"threads run before the fork: {threading.enumerate()}")
    Parent(socket.socket(fileno=descriptor)).serve()


class Parent:
    """Forks kernels and reaps them."""

    def __init__(self, requests: socket.socket) -> None:
        self.requests = requests
        self.kernels: dict[int, int] = {}  # pid → the end of its pipe that its exit code is written to
        self.woken, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asked for the kernels

    def serve(self) -> None:
        """Fork and reap until the other end closes."""
        lines = self.requests.makefile("rb", buffering=0)
        while True:
            ready, _, _ = select.select([self.requests, self.woken], [], [])
            if self.woken in ready:
                os.read(self.woken, 4096)
                self._reap()
            if self.requests in ready:
                line = lines.readline()
                if not line:
                    break
                self._fork(json.loads(line))
        for pid in self.kernels:
            os.killpg(pid, signal.SIGKILL)

    def _fork(self, request: dict[str, object]) -> None:
        told, tells = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(told)
            self._become_kernel(request)
        self.kernels[pid] = tells
        socket.send_fds(self.requests, [str(pid).encode()], [told])
        os.close(told)

    def _reap(self) -> None:
        while self.kernels:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            tells = self.kernels.pop(pid)
            try:
                os.write(tells, str(os.waitstatus_to_exitcode(status)).encode())
            except BrokenPipeError:
                pass  # nobody waits for it any more
            os.close(tells)

    def _become_kernel(self, request: dict[str, object]) -> None:
        """Turn the forked process into the kernel that was asked for; never returns."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.setsid()  # so that it can be killed with whatever it starts
            for open_end in self.kernels.values():
                os.close(open_end)
            self.requests.close()
            _launch(list(request["cmd"]), dict(request["env"]), str(request["cwd"]))  # type: ignore[call-overload]
            code = 0
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)  # the parent's own clean-up at exit is not the kernel's


def _launch(cmd: list[str], env: dict[str, str], cwd: str) -> None:
    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    os.environ.clear()
    os.environ.update(env, MPLBACKEND=BACKEND)
    os.chdir(cwd)
    random.seed()
    np.random.seed()
    arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
    sys.argv = ["ipykernel_launcher", *arguments]
    # The kernel ends with its parent, even where that was killed.
    IPKernelApp.launch_instance(argv=[*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])


if __name__ == "__main__":
    main(int(sys.argv[1]))
