"""Commands that take reports along: slides, PDF, files for mail."""

import argparse
from typing import TYPE_CHECKING

from . import answers, declared

if TYPE_CHECKING:
    from ..deliver.published import Report


def declare(commands: declared.Commands) -> None:
    """Declare the commands of this group."""
    command = declared.command(
        commands,
        "slides",
        "write the overview as slides (PPTX) with charts and tables that can be edited",
        "workbook slides --year 2026 --language tr --to out",
        _slides,
    )
    declared.edition(command, "of which data")
    command.add_argument(
        "--year", type=declared.whole, default=0, metavar="YEAR", help="the plan's last year if not said"
    )
    declared.where_to(command)

    for name, purpose, call in (
        ("pdf", "print published pages as PDF by a Chromium, Chrome or Edge of this machine", _pdf),
        ("mail", "write published pages as single files for mail, without links that lead nowhere", _mail),
    ):
        example = f"workbook {name} --year 2026 --language tr --to out"
        command = declared.command(commands, name, purpose, example, call)
        declared.edition(command, "of which set")
        command.add_argument(
            "--year",
            default="",
            metavar="REPORT",
            help="year, or what its folder is called (2026-h1, 2026-eng); the latest year if not said",
        )
        command.add_argument(
            "--page",
            action="append",
            default=[],
            metavar="PAGE",
            help="a page such as topic_rankings; repeat for several; the overview and the goals if not said",
        )
        command.add_argument(
            "--institution", default="", metavar="ID", help="about whom, if not the plan's own"
        )
        declared.where_to(command)
        if name == "pdf":
            command.add_argument("--annex", action="store_true", help="add the tables behind the charts")
            command.add_argument(
                "--browser",
                default="",
                metavar="FILE",
                help="the browser that prints, if not the first found",
            )


def _slides(parsed: argparse.Namespace) -> int:
    from ..deliver import slides

    written = slides.write(parsed.year, parsed.language, parsed.edition, parsed.to, parsed.replace)
    return answers.written(parsed, written)


def _pdf(parsed: argparse.Namespace) -> int:
    from ..deliver import pdf

    written = pdf.write(_chosen(parsed), parsed.to, parsed.browser, parsed.replace, parsed.annex)
    return answers.written(parsed, written)


def _mail(parsed: argparse.Namespace) -> int:
    from ..deliver import mail

    return answers.written(parsed, mail.write(_chosen(parsed), parsed.to, parsed.replace))


def _chosen(parsed: argparse.Namespace) -> "list[Report]":
    from ..deliver.published import reports

    return reports(parsed.edition, parsed.year, parsed.language, parsed.page, parsed.institution)
