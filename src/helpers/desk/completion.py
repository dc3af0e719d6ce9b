"""Completion of the command in a shell: its sub-commands, options, and what an option can be given."""

import argparse
import os
from pathlib import Path

import shtab

from ..batch.jobs import available
from ..catalog import load
from ..errors import Phrase, WorkbookError, cause
from ..intake.declaration import receivable
from ..texts import Texts

SHELLS = ("bash", "zsh", "fish", "powershell")


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

    bash-completion and fish look there by themselves; zsh and PowerShell are told by a line (`told`).
    """
    target = _place(shell)
    # Without its mark, the PowerShell that Windows brings along would take UTF-8 for the system's code page.
    encoding = "utf-8-sig" if shell == "powershell" else "utf-8"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding=encoding, newline="\n")
    except OSError as error:
        raise WorkbookError(
            Phrase("{target} cannot be written: {cause}.", target=target, cause=cause(error)),
            remedy=Phrase("Keep it elsewhere: workbook completion {shell} > FILE", shell=shell),
        ) from None
    return target


def _place(shell: str) -> Path:
    """Return where a shell's script is put: below the folder for a user's data that the system names."""
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    if shell == "powershell":
        return Path(os.environ.get("LOCALAPPDATA") or home) / "workbook" / "completion.ps1"
    names = {"bash": "bash-completion/completions/workbook", "zsh": "zsh/site-functions/_workbook"}
    return home / names.get(shell, f"{shell}/vendor_completions.d/workbook.{shell}")


def told(say: Texts, shell: str, target: Path) -> str:
    """Say where the script was put, and what else the shell must be told, if anything."""
    # PowerShell alone knows where its profile is, which may not be there yet.
    written = "'" + str(target).replace("'", "''") + "'"
    profile = f'if (!(Test-Path $PROFILE)) {{ New-Item $PROFILE -Force }}; Add-Content $PROFILE ". {written}"'
    return say(f"completion.{shell}", file=target, folder=target.parent, profile=profile)
