"""The command `workbook`: parses, calls, prints. A command imports what it needs when it is called."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import WorkbookError

if TYPE_CHECKING:
    from .intake import Answer

_SHOWN_PROBLEMS = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; a foreseeable failure is one sentence on the error stream and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a Turkish Windows console lacks some signs
    parsed = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if parsed.verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    for noisy in ("asyncio", "matplotlib", "traitlets"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        return int(parsed.call(parsed))
    except WorkbookError as error:
        if parsed.verbose:
            logging.getLogger(__name__).debug("where it happened", exc_info=True)
        print(f"workbook: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of a pipe, such as `head`, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("workbook: stopped.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="workbook",
        description="Strategic analysis of a university's internationalisation: data in, reports out.",
        epilog="Begin with: workbook run    then open reports/index.html",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="explain what is being done")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    for name, help_text in (
        ("check", "judge files and store nothing"),
        ("receive", "judge files, store the accepted rows, report the rejected ones"),
    ):
        command = _command(commands, name, help_text, f"workbook {name} THE_2026_rankings.csv")
        command.add_argument("files", nargs="+", type=Path, metavar="FILE")
        command.add_argument("--year", type=int, help="the edition, where the file does not say it")
        if name == "receive":
            command.add_argument(
                "--from", dest="unit", default="", metavar="UNIT", help="who handed the file in"
            )
            command.add_argument("--licence", default="", help="on what terms the file may be used")
        command.set_defaults(call=_check if name == "check" else _receive)

    command = _command(commands, "list", "show what the workbook holds", "workbook list --edition live")
    command.add_argument("--edition", choices=("sample", "live"), help="only this edition")
    command.set_defaults(call=_list)

    command = _command(
        commands, "run", "make the reports", "workbook run --year 2024 --year 2025 --language tr"
    )
    command.add_argument(
        "--year", type=_whole, action="append", default=[], help="report year; repeat for several"
    )
    command.add_argument("--language", action="append", default=[], help="tr or en; repeat for both")
    command.add_argument(
        "--notebook", action="append", default=[], help="only this notebook; repeat for several"
    )
    command.add_argument("--institution", help="id of the institution (data/reference/institutions.csv)")
    command.add_argument(
        "--edition", default="sample", help="sample (default) or live: embedded or received data"
    )
    command.add_argument("--period", default="year", help="year (default) or first_half")
    command.add_argument("--unit", default="", help="code of one unit (data/reference/units.csv)")
    command.set_defaults(call=_run)

    command = _command(
        commands,
        "confirm",
        "say that a spelling means an institution of the register",
        'workbook confirm "Karadeniz Tech. Univ." ktu',
    )
    command.add_argument("spelling")
    command.add_argument("institution", help="id in data/reference/institutions.csv")
    command.add_argument("--seen-in", default="confirmed by hand", help="where the spelling stands")
    command.set_defaults(call=_confirm)
    command = _command(
        commands,
        "sample",
        "write the demonstration registers anew, the same bytes each time",
        "workbook sample",
    )
    command.add_argument("--folder", type=Path, help="where to write them; data/sample if not said")
    command.set_defaults(call=_sample)
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, help_text: str, example: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name, help=help_text, description=help_text.capitalize() + ".", epilog=f"Example: {example}"
    )


def _whole(text: str) -> int | str:
    """Leave what is no number as it is: the parameter check says what is allowed."""
    return int(text) if text.lstrip("-").isdecimal() else text


# -- receiving ----------------------------------------------------------------------------------------


def _check(parsed: argparse.Namespace) -> int:
    from .intake import check

    return _answer_each(parsed.files, lambda path: check(path, parsed.year))


def _receive(parsed: argparse.Namespace) -> int:
    from .intake import receive

    return _answer_each(parsed.files, lambda path: receive(path, parsed.year, parsed.unit, parsed.licence))


def _answer_each(files: list[Path], judge) -> int:  # type: ignore[no-untyped-def]
    """Answer for every file, also after one that was refused; the exit code tells if all went in."""
    refused = rejected = 0
    for path in files:
        try:
            answer = judge(path)
        except WorkbookError as error:
            refused += 1
            print(f"{path.name}: refused. {error}", file=sys.stderr)
            continue
        _print_answer(answer)
        rejected += len(answer.problems)
    return 1 if refused or rejected else 0


def _print_answer(answer: "Answer") -> None:
    from collections import Counter

    from .catalog import load
    from .intake import caveat_counts

    caveats = load().caveats
    for received in answer.tables:
        sheet = f", sheet {received.table.sheet!r}" if received.table.sheet else ""
        editions = ", ".join(str(edition) for edition in received.editions) or "none"
        print(f"{answer.file}{sheet}: {received.layout.title}, edition {editions}")
        print(
            f"  rows {received.rows} = accepted {received.accepted} + rejected {received.rejected}"
            f" + skipped {len(received.skipped)}"
        )
        for reason, count in Counter(reason for _, reason in received.skipped).items():
            print(f"  skipped {count}: {reason}")
        if received.unread:
            print(f"  columns not read: {', '.join(received.unread)}")
        for code, count in caveat_counts(received).items():
            print(f"  caveat ({count}): {caveats[code].en}")
    for problem in answer.problems[:_SHOWN_PROBLEMS]:
        print(f"  {problem}")
    if len(answer.problems) > _SHOWN_PROBLEMS:
        print(f"  … and {len(answer.problems) - _SHOWN_PROBLEMS} more problems")
    for sentence in answer.not_read:
        print(f"  not read: {sentence}")
    for name, institution, score in answer.suggestions:
        remedy = f"If it is: workbook confirm {name!r} {institution}"
        print(f"  {name!r} looks like {institution!r} ({score} of 100). {remedy}")
    for path in answer.rejected_in:
        print(f"  rejected rows written to {path}")
    if answer.replaced:
        print(f"  replaced what was held: {', '.join(answer.replaced)}")
    if answer.stored_as:
        print(f"  stored as {answer.stored_as}")


def _list(parsed: argparse.Namespace) -> int:
    from . import store
    from .intake import cards

    received = {f"{part}.parquet": card for card in cards() for part in card["partitions"]}  # type: ignore[attr-defined]
    lines = [("edition", "dataset", "ranking", "years", "rows", "source", "received", "sha-256")]
    for edition in (parsed.edition,) if parsed.edition else (store.SAMPLE, store.LIVE):
        for held in store.holdings(edition):
            card = received.get("/".join(str(held["source"]).split("/")[-2:]), {})
            lines.append(
                (
                    edition,
                    str(held["dataset"]),
                    str(held["part"]),
                    str(held["years"]),
                    str(held["rows"]),
                    str(card.get("name_as_received", held["source"])),
                    str(card.get("received", "embedded")),
                    str(card.get("sha256", held["sha256"]))[:12],
                )
            )
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    if len(lines) == 1:
        print("Nothing is held. Receive a file with: workbook receive FILE")
    return 0


def _confirm(parsed: argparse.Namespace) -> int:
    from . import paths
    from .catalog.institutions import confirm

    confirm(paths.data("reference"), parsed.spelling, parsed.institution, parsed.seen_in)
    print(f"{parsed.spelling!r} now means {parsed.institution!r}.")
    return 0


def _sample(parsed: argparse.Namespace) -> int:
    from . import paths
    from .demonstration import write

    folder = parsed.folder or paths.data("sample")
    folder.mkdir(parents=True, exist_ok=True)
    written = write(folder)
    print(f"{len(written)} files of demonstration data written to {folder}.")
    return 0


# -- running --------------------------------------------------------------------------------------------


def _run(parsed: argparse.Namespace) -> int:
    from .batch.jobs import plan

    jobs = plan(
        parsed.year,
        parsed.language,
        parsed.edition,
        parsed.institution,
        parsed.notebook,
        parsed.period,
        parsed.unit,
    )
    from .batch.run import run
    from .progress import progress

    with progress(len(jobs)) as advance:
        index = run(jobs, parsed.edition, advance)
    print(f"Done: {len(jobs)} notebooks. Open {index} in a browser.")
    print("Next: workbook list    shows the data behind it; make lab    opens the notebooks.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
