"""Warm kernels: ordinary ipykernels, each a fork of one parent that has imported the analysis stack.

A notebook computes for about a second and imports for two or three. `helpers.batch.parent` imports once; the
provisioner here (entry point `jupyter_client.kernel_provisioners`) has it fork a kernel for each notebook.
Every notebook has a process of its own, so nothing leaks from one to the next. Where there is no fork, or on
`WORKBOOK_COLD_KERNELS`, ordinary kernels are used.
"""

import asyncio
import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import DottedObjectName, Type

PROVISIONER = "workbook-warm"
COLD_VARIABLE = "WORKBOOK_COLD_KERNELS"
_READY_SECONDS = 60


def available() -> bool:
    """Tell whether kernels can be forked here; on macOS a fork of loaded frameworks may crash."""
    return hasattr(os, "fork") and sys.platform != "darwin" and not os.environ.get(COLD_VARIABLE)


# -- the parent, seen from the process that asks for kernels ----------------------------------------------


class Forked:
    """A kernel that is not this process's own child, with what `LocalProvisioner` asks of a Popen."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, told: int) -> None:
        self.pid, self._told = pid, told
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, None while the kernel runs; −9 where its parent was lost."""
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            said = os.read(self._told, 16)
            os.close(self._told)
            self.returncode = int(said) if said else -signal.SIGKILL
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the kernel's end."""
        until = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
            time.sleep(0.01)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the kernel."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)


class Parent:
    """The parent process; started when it is first needed, and again where it was lost."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None

    def fork(self, cmd: list[str], env: dict[str, str], cwd: str) -> Forked:
        """Fork a kernel; a parent that was lost is replaced once."""
        line = json.dumps({"cmd": cmd, "env": env, "cwd": cwd}).encode() + b"\n"
        with self._lock:
            try:
                return self._ask(line)
            except OSError:
                self._stop()
                return self._ask(line)

    def _ask(self, line: bytes) -> Forked:
        if self._requests is None:
            self._start()
        requests = self._requests
        assert requests is not None
        requests.sendall(line)
        said, descriptors, _, _ = socket.recv_fds(requests, 32, 1)
        if not said or not descriptors:
            raise ConnectionError("the parent of the kernels has ended")
        return Forked(int(said), descriptors[0])

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "helpers.batch.parent", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._requests = ours

    def start(self) -> None:
        """Start the parent before the first kernel is asked for, so that it imports meanwhile."""
        with self._lock:
            if self._requests is None:
                self._start()

    def stop(self) -> None:
        """End the parent and with it every kernel left."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        if self._requests is not None:
            self._requests.close()
            self._requests = None
        if self._process is not None:
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


parent = Parent()
atexit.register(parent.stop)


# -- what jupyter_client and nbclient use -----------------------------------------------------------------


class WarmProvisioner(LocalProvisioner):
    """Launches a kernel by forking the parent, and as ever where that is not to be had."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Launch a kernel, and wait until its sockets can be connected to."""
        if not available() or "ipykernel_launcher" not in cmd:
            return await super().launch_kernel(cmd, **kwargs)
        environment = {str(name): str(value) for name, value in (kwargs.get("env") or os.environ).items()}
        folder = str(kwargs.get("cwd") or Path.cwd())
        fork = asyncio.get_running_loop().run_in_executor
        self.process = process = await fork(None, parent.fork, cmd, environment, folder)  # type: ignore[assignment]
        self.pid = self.pgid = process.pid
        self.cwd = folder  # type: ignore[assignment]
        await self._bound(process)
        return self.connection_info

    async def _bound(self, process: Forked) -> None:
        """Wait for the socket files: what connects before they are there tries again only later."""
        if self.connection_info.get("transport") != "ipc":
            return
        ports = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
        files = [Path(f"{self.connection_info['ip']}-{self.connection_info[port]}") for port in ports]
        until = time.monotonic() + _READY_SECONDS
        while not all(file.exists() for file in files) and time.monotonic() < until and process.poll() is None:
            await asyncio.sleep(0.005)


class WarmClient(AsyncKernelClient):
    """A client whose kernel is ready in tenths of a second, where the stock one waits for whole ones."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers and what it publishes arrives.

        Raises RuntimeError where it dies or takes longer than `timeout` seconds.
        """
        until = time.monotonic() + (timeout or _READY_SECONDS)
        while not await self._answers():
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > until:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")
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


class WarmManager(AsyncKernelManager):
    """A manager of warm kernels, for nbclient's `kernel_manager_class`."""

    client_class = DottedObjectName(f"{__name__}.WarmClient")
    client_factory = Type(klass="jupyter_client.asynchronous.AsyncKernelClient", default_value=WarmClient)

    @property
    def kernel_spec(self) -> KernelSpec | None:
        """Return the kernel's specification, with the provisioner here in it."""
        found = super().kernel_spec
        if found is not None:
            found.metadata = {**found.metadata, "kernel_provisioner": {"provisioner_name": PROVISIONER}}
        return found
