"""Commands that make reports, follow a number to its source, and go back: run, trace, calendar, rollback."""

import argparse
import json
import sys

from ..errors import Phrase, WorkbookError
from . import answers, declared


def declare(commands: declared.Commands) -> None:
    """Declare the commands of this group."""
    _declare_run(commands)
    command = declared.command(
        commands,
        "trace",
        "say where a number comes from: definition, formula, what it is made of, files, hashes, rows",
        "workbook trace G3.25 --year 2025",
        _trace,
    )
    command.add_argument(
        "code",
        metavar="CODE",
        help="an indicator's code, or a ranking's score or place, such as the.overall, qs.rank",
    )
    command.add_argument(
        "--year",
        type=declared.whole,
        metavar="YEAR",
        help="report year; the default of notebooks/parameters.yml if not said",
    )
    command.add_argument("--institution", metavar="ID", help="id of the institution; the plan's by default")
    command.add_argument("--edition", default="sample", metavar="EDITION", help="sample (default) or live")
    declared.period(command)

    command = declared.command(
        commands,
        "calendar",
        "write the action calendar of a year as a calendar file (.ics) and a spreadsheet",
        "workbook calendar --year 2026 --language tr --to .",
        _calendar,
        language="of the files and of the answer; as for check",
    )
    command.add_argument(
        "--year", type=int, metavar="YEAR", help="whose report; the newest of the plan if not said"
    )
    declared.edition(command, "of which data")
    declared.period(command)
    declared.where_to(command)

    command = declared.command(
        commands,
        "rollback",
        "put the reports back to the set before, or to a named one of the last three",
        "workbook rollback --edition live",
        _rollback,
    )
    declared.edition(command, "whose reports")
    command.add_argument("--institution", metavar="ID", help="about whom, if not the plan's own university")
    command.add_argument("--to", default="", metavar="SET", help="name of a set, as --list gives it")
    command.add_argument("--list", action="store_true", help="list the sets that are kept; change nothing")


def _declare_run(commands: declared.Commands) -> None:
    command = declared.command(
        commands, "run", "make the reports", "workbook run --year 2024 --year 2025 --language tr", _run
    )
    command.add_argument(
        "--year",
        type=declared.whole,
        action="append",
        default=[],
        metavar="YEAR",
        help="report year; repeat for several",
    )
    command.add_argument(
        "--notebook",
        action="append",
        default=[],
        metavar="NOTEBOOK",
        help="only this notebook; repeat for several",
    )
    command.add_argument(
        "--institution",
        "--institutions",
        action="append",
        default=[],
        metavar="ID",
        help="id of the institution (data/reference/institutions.csv); repeat for several, or `all` that the "
        "edition holds something about",
    )
    command.add_argument(
        "--edition",
        default="sample",
        metavar="EDITION",
        help="sample (default) or live: data supplied with the workbook, or received",
    )
    declared.period(command)
    command.add_argument(
        "--record",
        action="store_true",
        help="the reports go to leadership: enter their figures in the ledger (data/published/figures.csv)",
    )
    command.add_argument(
        "--reason",
        default="",
        metavar="WHY",
        help="accept published figures that have moved; the ledger and the reports tell why",
    )
    command.add_argument("--force", action="store_true", help="run every notebook, changed or not")
    command.add_argument("--why", action="store_true", help="tell why each notebook runs or is skipped")
    command.add_argument("--json", action="store_true", help="tell what happens as JSON, an event on a line")
    command.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="run the notebooks on the workers of this Dask scheduler, such as tcp://host:8786",
    )
    command.add_argument(
        "--exchange",
        default="",
        metavar="URL",
        help="folder or object store that this machine and all workers see; if not said, one below reports",
    )
    command.add_argument("--timings", action="store_true", help="tell where the time went, phase by phase")


def _run(parsed: argparse.Namespace) -> int:
    from ..batch.jobs import institutions_of, plan

    institutions = parsed.institution or None
    if "all" in parsed.institution:
        plan(parsed.year, parsed.language, parsed.edition)  # refuses an edition that there is not
        institutions = institutions_of(parsed.edition)
    jobs = plan(
        parsed.year,
        parsed.language,
        parsed.edition,
        institutions,
        parsed.notebook,
        parsed.period,
        parsed.unit,
    )
    from ..batch.run import run
    from ..progress import progress

    elsewhere = None
    if parsed.scheduler:
        from ..batch import cluster

        elsewhere = cluster.at(parsed.scheduler, parsed.exchange)
    end_on_termination()
    say = answers.say(parsed)
    with progress(parsed.why, parsed.json, say.language) as tell:
        made = run(jobs, tell, parsed.reason, parsed.record, parsed.force, elsewhere)
    if parsed.timings:
        timed = made.timings.seconds.items()
        for phase, seconds in timed:
            print(f"{seconds:8.2f} s  {say(f'answer.phase.{phase}')}", file=sys.stderr)
    if parsed.json:
        counts = {"ran": made.ran, "reused": made.reused, "older": made.older}
        print(json.dumps({"event": "published", **counts, "ledger": len(made.entered)}))
        return 0
    done = "answer.done_some" if made.reused else "answer.done"
    print(say(done, count=len(jobs), reused=made.reused, index=made.index))
    if made.older:
        print(say("answer.older", count=made.older))
    if parsed.record or parsed.reason:
        restated = sum(bool(line.reason) for line in made.entered)
        print(say("answer.ledger", entered=len(made.entered) - restated, restated=restated))
    print(say("answer.next"))
    return 0


def end_on_termination() -> None:
    """Let a request to end (a shutdown, `kill`) clear up as Ctrl-C does."""
    import signal
    import threading

    if threading.current_thread() is threading.main_thread():

        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        signal.signal(signal.SIGTERM, stop)


def _trace(parsed: argparse.Namespace) -> int:
    from ..catalog import load
    from ..present import provenance
    from ..run import start

    names = ("year", "period", "institution", "unit", "edition")
    given = {name: getattr(parsed, name) for name in names}
    if parsed.year is None:
        given["year"] = load().parameters["year"].default
    run = start(**given, language=parsed.spoken)
    print("\n".join(provenance.told(run, provenance.card(run, parsed.code))))
    return 0


def _calendar(parsed: argparse.Namespace) -> int:
    from ..batch import documents
    from ..batch.jobs import plan

    say, years = answers.say(parsed), [parsed.year] if parsed.year else []
    jobs = plan(years, [parsed.spoken], parsed.edition, None, ["overview"], parsed.period, parsed.unit)
    made = documents.calendar_of(max(jobs, key=lambda job: job.year))
    if not made:
        print(say("answer.nothing_due"))
        return 0
    there = [name for name in made if (parsed.to / name).exists()]
    if there and not parsed.replace:
        raise WorkbookError(
            Phrase("{path} is there already.", path=parsed.to / there[0]),
            remedy="Name another folder, or add --replace.",
        )
    parsed.to.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (parsed.to / name).write_bytes(content)
    return answers.written(parsed, (parsed.to / name for name in made))


def _rollback(parsed: argparse.Namespace) -> int:
    from ..batch import sets
    from ..catalog import load

    say = answers.say(parsed)
    of = load().plan.set_of(parsed.edition, parsed.institution or load().plan.institution)
    if parsed.list:
        now = sets.current(of)
        lines = [(say("answer.set"), say("answer.made"), say("answer.pages"), say("answer.in_force"))]
        for name in sets.kept(of):
            pages = sets.manifest(sets.folder_of(of, name))["pages"]
            made = max(entry["made"] for entry in pages.values())
            lines.append((name, made, str(len(pages)), say("answer.in_force_yes") if name == now else ""))
        answers.table(lines)
        return 0
    from ..batch.publish import write_index

    with sets.held():
        name = sets.roll_back(of, parsed.to)
        index = write_index()
    print(say("answer.rolled_back", name=name, index=index))
    print(say("answer.rolled_back_ledger"))
    return 0
