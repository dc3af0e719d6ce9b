"""How a command and the options that several share are declared: in English, which `usage` renders."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from ..desk import usage

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Call = Callable[[argparse.Namespace], int]

_ANSWER = "language of the answer; Turkish where the system's is (LANG), else English"
_REPORTS = "language of the reports, tr or en; repeat for both; the answer comes in the system's (LANG)"


def command(
    commands: Commands,
    name: str,
    purpose: str,
    example: str,
    call: Call | None = None,
    *,
    language: str = _ANSWER,
    any_version: bool = False,
) -> argparse.ArgumentParser:
    """Declare a command, with the option of its language; without a `call` it has commands of its own.

    `language` says what that option means; `any_version` lets it look at data of another version's.
    """
    made = commands.add_parser(
        name, help=purpose, description=usage.sentence(purpose, "en"), epilog=f"Example: {example}"
    )
    if call is None:
        return made
    made.set_defaults(call=call, any_version=any_version)
    if name in usage.OF_REPORTS:
        made.add_argument("--language", action="append", default=[], metavar="LANGUAGE", help=_REPORTS)
    else:
        made.add_argument("--language", choices=("tr", "en"), help=language)
    return made


def where_to(made: argparse.ArgumentParser) -> None:
    """Declare where a command writes its files."""
    made.add_argument("--to", type=Path, default=Path(), metavar="FOLDER", help="where to; here if not said")
    made.add_argument("--replace", action="store_true", help="replace files that are there already")


def edition(made: argparse.ArgumentParser, help_text: str) -> None:
    """Declare of which data a command speaks: the sample's unless said."""
    made.add_argument("--edition", choices=("sample", "live"), default="sample", help=help_text)


def period(made: argparse.ArgumentParser) -> None:
    """Declare the part of the year and the unit that a report is about."""
    made.add_argument("--period", default="year", metavar="PERIOD", help="year (default) or first_half")
    made.add_argument(
        "--unit", default="", metavar="CODE", help="code of one unit (data/reference/units.csv)"
    )


def whole(text: str) -> int | str:
    """Leave what is no number as it is: the parameter check says what is allowed."""
    return int(text) if text.lstrip("-").isdecimal() else text
