"""How a command answers: sentences of the texts in the user's language, tables, what is refused and why."""

import argparse
import logging
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Phrase, WorkbookError

if TYPE_CHECKING:
    from ..texts import Texts


def say(parsed: argparse.Namespace) -> "Texts":
    """Return the texts of the language in which a command answers."""
    from ..texts import Texts

    return Texts(parsed.spoken)


def failure(error: WorkbookError, language: str) -> None:
    """Tell why a command cannot go on."""
    from ..texts import failures

    print(f"workbook: {failures.told(error, language)}", file=sys.stderr)


def written(parsed: argparse.Namespace, files: Iterable[Path]) -> int:
    """Name the files that a command has written; return that it did what it was asked."""
    texts = say(parsed)
    for file in files:
        print(texts("answer.written", file=file))
    return 0


class _Remarks(logging.Formatter):
    """Writes what the program remarks: a phrase as a sentence of the command, in the user's language."""

    def __init__(self, language: str) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        self._language = language

    def format(self, record: logging.LogRecord) -> str:
        """Write one remark."""
        if not isinstance(record.msg, Phrase):
            return super().format(record)
        from ..texts import failures

        return f"workbook: {failures.phrase(record.msg, self._language)}"


def remarks(language: str, verbose: bool) -> None:
    """Let remarks come on the error stream, warnings only unless everything is asked for."""
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING)
    for handler in logging.getLogger().handlers:
        if type(handler) is logging.StreamHandler:
            handler.setFormatter(_Remarks(language))
    for noisy in ("asyncio", "matplotlib", "traitlets"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def refusal(told: str, remedy: str) -> None:
    """Tell what is refused of several things, with its remedy on a line of its own."""
    print(f"{told}\n  → {remedy}", file=sys.stderr)


def steps(title: str, told: Iterable[str]) -> None:
    """Print steps below their title."""
    print(f"{title}:", *(f"  - {one}" for one in told), sep="\n")


def table(lines: Sequence[Sequence[str]]) -> None:
    """Print lines of equally many cells in columns as wide as they need."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
