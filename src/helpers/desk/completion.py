"""Completion of the command in a shell: its sub-commands, options, and what an option can be given."""

import argparse
import os
from pathlib import Path

import shtab

from ..batch.jobs import available
from ..catalog import load
from ..errors import Phrase, WorkbookError, cause
from ..intake.declaration import receivable

SHELLS = ("bash", "zsh")


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the script by which a shell completes the command; it rests on nothing when it is used.

    Years, units, institutions, notebooks and registers are those of the workbook when the script is made.
    The parser's actions are given their choices and completers; it is not to parse anything after that.
    """
    catalog = load()
    choices = {
        "year": [str(year) for year in catalog.plan.years],
        "language": ("tr", "en"),
        "edition": ("sample", "live"),
        "period": ("year", "first_half"),
        "institution": catalog.institutions.ids(),
        "unit": catalog.units,
        "notebook": available(),
        "registers": receivable(),
        "code": catalog.indicators,
    }
    for command in _commands(parser):
        for action in command._actions:
            if action.type is Path:
                folder = action.dest in ("to", "folder")
                action.complete = shtab.DIRECTORY if folder else shtab.FILE  # type: ignore[attr-defined]
            elif action.choices is None and action.nargs != 0 and action.dest in choices:
                action.choices = sorted(choices[action.dest])
    return shtab.complete(parser, shell)


def _commands(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    chosen = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    return [command for one in chosen for command in one.choices.values()]


def install(text: str, shell: str) -> Path:
    """Write the script where the shell of this user looks for it, and return where; raise WorkbookError.

    bash-completion looks there by itself. zsh is told by a line of ~/.zshrc.
    """
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    bash = home / "bash-completion" / "completions" / "workbook"
    target = bash if shell == "bash" else home / "zsh" / "site-functions" / "_workbook"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise WorkbookError(
            Phrase("{target} cannot be written: {cause}.", target=target, cause=cause(error)),
            remedy=Phrase("Keep it elsewhere: workbook completion {shell} > FILE", shell=shell),
        ) from None
    return target
