"""Warm kernels: ordinary ipykernels, each a fork of one parent that has imported the analysis stack.

A notebook computes for about a second, and to start a kernel and import takes two or three. The parent
(`helpers.batch.parent`) imports once; the provisioner here (entry point `jupyter_client.kernel_provisioners`)
has it fork a kernel for each notebook. Every notebook has a process of its own, so nothing leaks from one to
the next. Where fork is not to be had, ordinary kernels are started, and that is said once.

The parent lives as long as the process that asks it, and shows the code that was there when it began. Kernels
may be asked for from any thread; a process that is forked off, such as a worker, begins a parent of its own.
"""

import asyncio
import atexit
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import lru_cache
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import DottedObjectName, Type

from ..errors import Phrase

_log = logging.getLogger(__name__)

KERNELS_VARIABLE = "WORKBOOK_KERNELS"
# As ipykernel's own launcher does: what is imported does not come from the working directory.
_MAIN = (
    "import sys; sys.path[:1] == [''] and sys.path.pop(0); from helpers.batch.parent import main; main({})"
)
_START_SECONDS = 120
_STOP_SECONDS = 5


def why_cold() -> str:
    """Say why kernels cannot be forked here; empty where they can.

    On macOS frameworks of the system may crash in a fork; `WORKBOOK_KERNELS=warm` forks there all the same.
    """
    wanted = os.environ.get(KERNELS_VARIABLE, "")
    if wanted == "cold":
        return Phrase("{variable}=cold asks for it", variable=KERNELS_VARIABLE)
    if not hasattr(os, "fork") or not hasattr(socket, "send_fds"):
        return Phrase("this system cannot fork a process")
    if sys.platform == "darwin" and wanted != "warm":
        return Phrase("a fork is not safe on macOS ({variable}=warm tries it)", variable=KERNELS_VARIABLE)
    return ""


@lru_cache(maxsize=8)
def _say_once(reason: str) -> None:
    _log.warning(
        Phrase("Each notebook starts a kernel of its own, which takes longer: {reason}.", reason=reason)
    )


def start() -> None:
    """Have the parent import while other work goes on; else it begins when the first kernel is asked for."""
    _parent.halted = False
    reason = why_cold()
    if reason:
        _say_once(reason)
    else:
        _parent.start()


def halt() -> None:
    """Stop, and let no kernel be started until `start` is called: a thread may be about to ask for one."""
    _parent.halted = True
    _parent.stop()


def stop() -> None:
    """End the parent with every kernel left, before this process ends and they with it."""
    _parent.stop()


# -- the parent and its kernels, seen from the process that asks for them ---------------------------------


class Forked:
    """A kernel that is no child of this process, with what `LocalProvisioner` asks of a Popen."""

    stdin = stdout = stderr = None

    def __init__(self, ours: socket.socket) -> None:
        ours.setblocking(False)
        self._ours, self._said = ours, b""
        self.pid = 0
        self.returncode: int | None = None

    async def begin(self, request: bytes) -> list[str]:
        """Tell the kernel what it is to be, and return what was heard last: `bound` where it can be used."""
        async with asyncio.timeout(_START_SECONDS):
            heard = await self._hear()
            if heard[:1] == ["pid"]:
                self.pid = int(heard[1])
                await asyncio.get_running_loop().sock_sendall(self._ours, request)
                heard = await self._hear()
        return heard

    async def _hear(self) -> list[str]:
        """Wait for the next line that is said of the kernel; no word where its parent was lost."""
        while b"\n" not in self._said:
            try:
                more = await asyncio.get_running_loop().sock_recv(self._ours, 256)
            except ConnectionResetError:
                more = b""
            if not more:
                return []
            self._said += more
        line, _, self._said = self._said.partition(b"\n")
        return line.decode().split(maxsplit=1)

    def poll(self) -> int | None:
        """Return the exit code, None while the kernel runs; −9 where its parent was lost and nobody knows."""
        while self.returncode is None:
            try:
                more = self._ours.recv(256)
            except BlockingIOError:
                return None
            except OSError:
                more = b""
            self._said += more
            for line in self._said.splitlines():
                if line.startswith(b"ended ") and self._said.endswith(b"\n"):
                    self.returncode = int(line.split()[1])
            if not more and self.returncode is None:
                self.returncode = -signal.SIGKILL
        self._ours.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the kernel's end."""
        until = time.monotonic() + (_STOP_SECONDS if timeout is None else timeout)
        while self.poll() is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("kernel", timeout or _STOP_SECONDS)
            time.sleep(0.002)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel and what it has started, unless it has ended."""
        if self.pid and self.poll() is None:
            os.killpg(self.pid, number)

    def kill(self) -> None:
        """Kill the kernel."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def let_go(self) -> None:
        """Close the socket; a kernel that still runs ends."""
        self._ours.close()


class Parent:
    """The parent process of this one; started when it is needed, and again where it was lost."""

    def __init__(self) -> None:
        self.halted = False
        self._lock = threading.Lock()
        self._owner = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None

    def start(self) -> None:
        """Start the parent unless it runs."""
        with self._lock:
            self._started()

    def ask(self, output: list[int]) -> Forked:
        """Ask for a kernel with this standard output and error; whether it comes is heard from it."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            for _ in range(0 if self.halted else 2):
                requests = self._started()
                try:
                    socket.send_fds(requests, [b"k"], [theirs.fileno(), *output])
                    break
                except OSError:
                    self._stop()
        return Forked(ours)

    def stop(self) -> None:
        """End the parent and with it every kernel left."""
        with self._lock:
            self._stop()

    @property
    def pid(self) -> int | None:
        """Return the process id of the parent, None while there is none."""
        return self._process.pid if self._process else None

    def _started(self) -> socket.socket:
        if self._owner != os.getpid():
            # This process is itself a fork: the parent it has inherited is another's.
            self._process = self._requests = None
        if self._process is not None and self._process.poll() is not None:
            self._stop()
        if self._requests is None:
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", _MAIN.format(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                )
            self._owner, self._requests = os.getpid(), ours
        return self._requests

    def _stop(self) -> None:
        if self._owner != os.getpid():
            return
        if self._requests is not None:
            self._requests.close()
            self._requests = None
        if self._process is not None:
            try:
                self._process.wait(timeout=_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


_parent = Parent()
atexit.register(stop)


# -- what jupyter_client and nbclient use -----------------------------------------------------------------


class Provisioner(LocalProvisioner):
    """Launches a kernel by forking the parent, and as ever where that is not to be had."""

    process: Any = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Launch a kernel, and wait until it can be connected to."""
        if _parent.halted:
            raise RuntimeError("the run was stopped")
        # A kernel of another language or environment is not ours to fork.
        if cmd[0] != sys.executable or "ipykernel_launcher" not in cmd:
            return await super().launch_kernel(cmd, **kwargs)
        reason = why_cold()
        if not reason:
            try:
                self.process = await _launch(cmd, kwargs)
            except ConnectionError as failure:
                reason = str(failure)
                if _parent.halted:
                    raise RuntimeError("the run was stopped") from failure
        if reason:
            _say_once(reason)
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs.get("cwd", Path.cwd())
        return self.connection_info

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel, of which a fork must be asked first whether it still runs."""
        if isinstance(self.process, Forked):
            self.process.send_signal(signum)
        else:
            await super().send_signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel, and see its end at once rather than at the next look a tenth of a second later."""
        await super().kill(restart)
        until = time.monotonic() + 0.5
        while self.process and self.process.poll() is None and time.monotonic() < until:
            await asyncio.sleep(0.002)

    async def cleanup(self, restart: bool = False) -> None:
        """Let go of a kernel that nobody has ended."""
        if isinstance(self.process, Forked):
            self.process.let_go()
        await super().cleanup(restart)


async def _launch(cmd: list[str], kwargs: dict[str, Any]) -> Forked:
    """Have a kernel forked. Raises ConnectionError where no parent answers, not even one started anew."""
    request = {
        "cmd": cmd,
        "env": {str(name): str(value) for name, value in kwargs["env"].items()},
        "cwd": str(kwargs.get("cwd") or Path.cwd()),
    }
    line = json.dumps(request).encode() + b"\n"
    heard: list[str] = []
    for _ in range(2):
        kernel = _parent.ask([_descriptor(kwargs.get("stdout"), 1), _descriptor(kwargs.get("stderr"), 2)])
        try:
            heard = await kernel.begin(line)
        except TimeoutError:
            heard = []
        if heard == ["bound"]:
            return kernel
        kernel.let_go()
        if heard:  # the parent lives, and the kernel has failed
            break
    said = " ".join(heard) or "nothing"
    raise ConnectionError(f"the process that forks kernels answered: {said}")


def _descriptor(given: Any, standard: int) -> int:
    """Return the descriptor of what was given as for a Popen, of this process's own where nothing was."""
    if given is None:
        return standard
    return given if isinstance(given, int) and given >= 0 else int(given.fileno())


class Client(AsyncKernelClient):
    """A client whose kernel is ready in tenths of a second, where the stock one waits for whole ones."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers and what it publishes arrives.

        Raises RuntimeError where it dies or takes longer than `timeout` seconds.
        """
        until = time.monotonic() + (timeout or _START_SECONDS)
        while not await self._answers():
            if not await self._async_is_alive():
                raise RuntimeError("the kernel died before it answered")
            if time.monotonic() > until:
                raise RuntimeError(f"the kernel did not answer within {timeout} s")
        try:
            while True:
                await self.get_iopub_msg(timeout=0.02)
        except Empty:
            pass

    async def _answers(self) -> bool:
        self.kernel_info()
        try:
            reply = await self.get_shell_msg(timeout=0.25)
            await self.get_iopub_msg(timeout=0.05)
        except Empty:
            return False
        if reply["msg_type"] != "kernel_info_reply":
            return False
        self._handle_kernel_info_reply(reply)
        return True


class Manager(AsyncKernelManager):
    """A manager of warm kernels, for nbclient's `kernel_manager_class`."""

    client_class = DottedObjectName(f"{__name__}.Client")
    client_factory = Type(klass="jupyter_client.asynchronous.AsyncKernelClient", default_value=Client)
    ended: list[int]
    provisioner: Any = None
    kernel_id: Any

    async def _async_pre_start_kernel(self, **kwargs: Any) -> tuple[list[str], dict[str, Any]]:
        # Set here rather than found by its entry point: so it works where the package is only on the path.
        if self.provisioner is None:
            self.kernel_id = self.kernel_id or os.urandom(16).hex()
            self.provisioner = Provisioner(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**kwargs)

    async def _async_is_alive(self) -> bool:
        alive = await super()._async_is_alive()
        if not alive and not self.shutting_down and self.has_kernel:
            self.ended.append(await self.provisioner.poll())
        return alive


def manager(ended: list[int]) -> type[Manager]:
    """Return a class of manager that writes down with which exit code its kernel ended unasked."""
    return type("Manager", (Manager,), {"ended": ended, "__module__": __name__})
