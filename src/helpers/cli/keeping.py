"""Commands of those who keep the workbook sound: from doctor and status to roll, migrate and refresh."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .. import paths
from . import answers, declared

if TYPE_CHECKING:
    from ..desk.notebooks import Change
    from ..texts import Texts


def declare(commands: declared.Commands) -> None:
    """Declare the commands of this group."""
    declared.command(
        commands,
        "doctor",
        "check environment, fonts, browser, data, definitions, locks and room; say how to mend what is found",
        "workbook doctor --language tr",
        _doctor,
        any_version=True,
    )
    command = declared.command(
        commands,
        "status",
        "show by register and unit what is in, late or rejected",
        "workbook status --year 2026 --language tr",
        _status,
    )
    command.add_argument(
        "--year", type=int, metavar="YEAR", help="of which data; the newest of the plan if not said"
    )
    command.add_argument(
        "--page", type=Path, metavar="FILE", help="write it as a page (HTML), to follow up in the office"
    )
    command.add_argument("--replace", action="store_true", help="replace files that are there already")
    command = declared.command(
        commands,
        "roll",
        "open a new year: templates, targets carried, what is due from whom; overwrites nothing",
        "workbook roll 2027 --language tr --to year-2027",
        _roll,
    )
    command.add_argument(
        "year", type=int, metavar="YEAR", help="the year after the plan's last, or one of them"
    )
    command.add_argument(
        "--to",
        type=Path,
        metavar="FOLDER",
        help="where templates, targets and dates go; year-YEAR if not said",
    )
    declared.command(
        commands,
        "migrate",
        "bring data of an earlier version of the program to the present one; makes a backup first",
        "workbook migrate --language tr",
        _migrate,
        any_version=True,
    )
    command = declared.command(
        commands,
        "refresh",
        "execute the committed notebooks anew, show which figures have changed, then save",
        "workbook refresh notebooks/overview.ipynb --yes",
        _refresh,
    )
    command.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="all if none is named")
    command.add_argument("--yes", action="store_true", help="save without asking")
    command.add_argument(
        "--check",
        action="store_true",
        help="save nothing; refuse stale outputs, received data and foreign metadata",
    )
    command = declared.command(
        commands,
        "lab",
        "open JupyterLab at the overview, with the workbook's kernel and settings",
        "workbook lab explore/tour.ipynb",
        _lab,
    )
    command.add_argument(
        "notebook",
        nargs="?",
        default="",
        metavar="NOTEBOOK",
        help="a file below notebooks; the overview if none",
    )
    command.add_argument(
        "--port",
        type=int,
        default=0,
        metavar="PORT",
        help="the port; the first free one from 8888 if not said",
    )
    command.add_argument("--no-browser", action="store_true", help="open no browser; print the address")
    command = declared.command(
        commands,
        "sample",
        "write the demonstration registers anew, the same bytes each time",
        "workbook sample",
        _sample,
    )
    command.add_argument(
        "--folder", type=Path, metavar="FOLDER", help="where to write them; data/sample if not said"
    )
    command = declared.command(
        commands,
        "completion",
        "write the script by which a shell completes the command with the Tab key",
        "workbook completion bash --install",
        _completion,
    )
    command.add_argument(
        "shell", choices=("bash", "zsh", "fish", "powershell"), help="the shell that you type in"
    )
    command.add_argument("--install", action="store_true", help="put it where the shell looks for it")


def _doctor(parsed: argparse.Namespace) -> int:
    from ..desk import doctor

    say = answers.say(parsed)
    found = doctor.examine(say.language)
    for one in found:
        print(f"{say(f'doctor.state.{one.state}'):<6} {one.told}")
        if one.remedy:
            print(f"{'':<6} → {one.remedy}")
    faults = sum(one.state == "fault" for one in found)
    print(say("doctor.unsound", count=faults) if faults else say("doctor.sound"))
    return 1 if faults else 0


def _status(parsed: argparse.Namespace) -> int:
    from datetime import date

    from ..catalog import load
    from ..desk import status, status_page

    say, today = answers.say(parsed), date.today()
    year = parsed.year or max(load().plan.years)
    if parsed.page:
        return answers.written(parsed, [status_page.write(say, year, today, parsed.page, parsed.replace)])
    lines = status.of(year, today)
    answers.table([status.headings(say), *(status.told(say, line) for line in lines)])
    print(*status.summary(say, year, lines), sep="\n")
    return 0


def require_version(parsed: argparse.Namespace) -> None:
    """Refuse data of another version than the program's, before a command reads or writes any."""
    from .. import schema, store

    store.settle()
    if any(schema.version(part) != schema.VERSION for part in schema.PARTS):
        from ..desk import migrate

        migrate.require(answers.say(parsed))


def _migrate(parsed: argparse.Namespace) -> int:
    from .. import schema
    from ..desk import migrate

    say = answers.say(parsed)
    done, backup = migrate.migrate(say)
    for one in done:
        part = say(f"migrate.part.{one.part.name}")
        print(say("migrate.done", part=part, before=one.before, after=schema.VERSION, files=one.files))
    if backup:
        print(say("migrate.backup", file=paths.shown(backup)))
    else:
        print(say("migrate.nothing", known=schema.VERSION))
    return 0


def _roll(parsed: argparse.Namespace) -> int:
    from ..desk import year

    say = answers.say(parsed)
    rolled = year.roll(parsed.year, parsed.to or Path(f"year-{parsed.year}"), say.language)
    for title, told in (
        (say("roll.done"), rolled.done),
        (say("roll.kept"), rolled.kept),
        (say("roll.then"), rolled.then),
    ):
        if told:
            answers.steps(title, told)
    return 0


def _completion(parsed: argparse.Namespace) -> int:
    from ..desk import completion
    from . import parser

    say = answers.say(parsed)
    text = completion.script(parser(say.language), parsed.shell)
    if not parsed.install:
        print(text)
        return 0
    print(completion.told(say, parsed.shell, completion.install(text, parsed.shell)))
    return 0


def _lab(parsed: argparse.Namespace) -> int:
    from ..desk import lab

    lab.serve(parsed.notebook, port=parsed.port, browser=not parsed.no_browser, language=parsed.spoken)
    return 0


def _refresh(parsed: argparse.Namespace) -> int:
    from ..desk import notebooks

    say, refused = answers.say(parsed), 0
    for path in notebooks.named(parsed.notebooks):
        stored, name = notebooks.read(path), path.name
        cells, foreign = notebooks.live(stored), notebooks.foreign(stored)
        if cells:  # neither run nor saved: its figures are not the sample's
            refused += 1
            answers.refusal(
                say("refresh.live", name=name, cells=", ".join(cells)), say("refresh.live_remedy")
            )
            continue
        now = notebooks.executed(path)
        changed = notebooks.changes(stored, now)
        _show_changes(say, name, changed)
        if parsed.check:
            if foreign:
                told = say("refresh.foreign", name=name, names=", ".join(foreign))
                answers.refusal(told, say("refresh.foreign_remedy", name=paths.shown(path)))
            if changed:
                answers.refusal(
                    say("refresh.stale", name=name), say("refresh.stale_remedy", name=paths.shown(path))
                )
            refused += bool(foreign or changed)
        elif not changed and not foreign:
            continue
        elif parsed.yes or _agreed(say("refresh.ask", name=name)):
            notebooks.save(path, notebooks.cleared(now))
            print(say("refresh.saved", name=name))
        else:
            refused += 1
            print(say("refresh.unsaved", name=name))
    return 1 if refused else 0


def _agreed(question: str) -> bool:
    return sys.stdin.isatty() and input(question).strip()[:1] in {"y", "Y", "e", "E"}


def _show_changes(say: "Texts", name: str, changed: "Sequence[Change]") -> None:
    if not changed:
        print(say("refresh.same", name=name))
        return
    print(say("refresh.changed", name=name, count=len(changed)))
    for one in changed[:20]:
        stored, now = (text.strip() or say("refresh.nothing") for text in (one.stored, one.now))
        if one.drawing:
            print(" ", say("refresh.drawing", cell=one.cell))
        else:
            print(" ", say("refresh.line", cell=one.cell, stored=stored, now=now))
    if len(changed) > 20:
        print(" ", say("refresh.more", count=len(changed) - 20))


def _sample(parsed: argparse.Namespace) -> int:
    from ..demonstration import write

    folder = parsed.folder or paths.data("sample")
    folder.mkdir(parents=True, exist_ok=True)
    written = write(folder)
    say = answers.say(parsed)
    print(say("answer.sample", count=len(written), folder=folder))
    return 0
