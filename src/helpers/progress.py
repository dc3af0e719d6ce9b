"""What a batch tells as it goes: a bar on a terminal, plain lines elsewhere, JSON where asked for."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from .texts import Texts, failures

if TYPE_CHECKING:
    from .batch.run import Event

Tell = Callable[["Event"], None]


class _Count:
    """Jobs done, running and left, and when the last may end."""

    def __init__(self) -> None:
        self.total = self.reused = self.done = self.running = 0
        self._begun = time.monotonic()

    def take(self, event: "Event") -> None:
        if event.kind == "planned":
            self.total, self.reused = event.told["run"], event.told["reused"]
            self._begun = time.monotonic()
        elif event.kind == "begun":
            self.running += 1
        elif event.kind == "done":
            self.running -= 1
            self.done += 1

    @property
    def left(self) -> int:
        return self.total - self.done - self.running

    @property
    def seconds_left(self) -> int | None:
        """Return an estimate in seconds from what was done so far; None before the first."""
        if not self.done:
            return None
        return round((time.monotonic() - self._begun) / self.done * (self.total - self.done))

    def told(self, say: Texts) -> str:
        """Say how many run and wait, and when the last may end."""
        now = {"running": self.running, "left": self.left}
        if self.seconds_left is None:
            return say("answer.progress.state", **now)
        minutes, seconds = divmod(self.seconds_left, 60)
        if minutes:
            return say("answer.progress.state_minutes", minutes=minutes, seconds=seconds, **now)
        return say("answer.progress.state_seconds", seconds=seconds, **now)


@contextmanager
def progress(why: bool = False, as_json: bool = False, language: str = "en") -> Iterator[Tell]:
    """Yield a function that tells of a batch's events; with `why`, also why each job runs or does not.

    JSON is for programs and has no language.
    """
    say = Texts(language)
    if as_json:
        yield _in_turn(_tell_json(_Count()))
    elif sys.stderr.isatty():
        with _bar(say, why) as tell:
            yield _in_turn(tell)
    else:
        yield _in_turn(_tell_lines(say, _Count(), why, _to_error_stream))


def _in_turn(tell: Tell) -> Tell:
    """Let one event be told after the other: two notebooks may begin or end at once."""
    turn = Lock()

    def told(event: "Event") -> None:
        with turn:
            tell(event)

    return told


def _to_error_stream(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _tell_json(count: _Count) -> Tell:
    def tell(event: "Event") -> None:
        count.take(event)
        job = {"job": str(event.job)} if event.job is not None else {}
        state = {}
        if event.kind in ("begun", "done"):
            state = {
                "done": count.done,
                "running": count.running,
                "left": count.left,
                "seconds_left": count.seconds_left,
            }
        line = {"event": event.kind, **job, **dict(event.told), **state}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    return tell


def _tell_lines(say: Texts, count: _Count, why: bool, write: Callable[[str], None]) -> Tell:
    def tell(event: "Event") -> None:
        count.take(event)
        if event.kind == "done":
            numbers = {"done": count.done, "total": count.total, "seconds": event.told["seconds"]}
            write(say("answer.progress.done", job=event.job, state=count.told(say), **numbers))
        else:
            _tell_more(say, event, why, write)

    return tell


def _tell_more(say: Texts, event: "Event", why: bool, write: Callable[[str], None]) -> None:
    if event.kind == "resumed":
        if event.told["owner"]:
            owner = failures.phrase(event.told["owner"], say.language)
            write(say("answer.progress.cut_off", owner=owner))
        if event.told["set"]:
            write(say("answer.progress.resumed", name=failures.phrase(event.told["set"], say.language)))
    elif event.kind == "planned" and event.told["reused"]:
        write(say("answer.progress.planned", run=event.told["run"], reused=event.told["reused"]))
    elif event.kind == "due" and why:
        why_told = "; ".join(str(failures.phrase(one, say.language)) for one in event.told["why"])
        write(say("answer.progress.due", job=event.job, why=why_told))
    elif event.kind == "reused" and why:
        write(say("answer.progress.reused", job=event.job))


@contextmanager
def _bar(say: Texts, why: bool) -> Iterator[Tell]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(say("answer.progress.bar"), total=None)
        count = _Count()

        def tell(event: "Event") -> None:
            count.take(event)
            bar.update(task, total=count.total or None, completed=count.done)
            if event.kind in ("begun", "done"):
                bar.update(task, description=f"{event.job} · {count.told(say)}")
            else:
                _tell_more(say, event, why, lambda line: console.print(line, markup=False, highlight=False))

        yield tell
