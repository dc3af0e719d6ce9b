"""A progress bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock


@contextmanager
def progress(total: int) -> Iterator[Callable[[str], None]]:
    """Yield a function to call with the name of each thing that is done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    if not sys.stderr.isatty():
        done, turn = 0, Lock()

        def line(name: str) -> None:
            nonlocal done
            with turn:  # two notebooks may end at once
                done += 1
                sys.stderr.write(f"{done}/{total} {name}\n")
                sys.stderr.flush()

        yield line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("notebooks", total=total)

        def advance(name: str) -> None:
            bar.update(task, advance=1, description=name)

        yield advance
