"""How a command answers: sentences of the texts in the user's language, tables, what is refused and why."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..errors import WorkbookError

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
