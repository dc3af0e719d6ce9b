"""The command `workbook`: parses, calls, prints. A command imports what it needs when it is called."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import paths
from .desk import usage
from .errors import WorkbookError

if TYPE_CHECKING:
    from .deliver.published import Report
    from .desk.notebooks import Change
    from .intake import Answer
    from .texts import Texts


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; a foreseeable failure is one sentence on the error stream and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a Turkish Windows console lacks some signs
    # A command that was called from a cell is not itself an open notebook.
    os.environ.pop("JPY_SESSION_NAME", None)
    # What checks notebooks would compile grammars of web addresses for a second, of which they hold none.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    language = usage.asked(sys.argv[1:] if arguments is None else arguments, _system_language())
    parsed = _parser(language).parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if parsed.verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    for noisy in ("asyncio", "matplotlib", "traitlets"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        if not getattr(parsed, "any_version", False):
            _require_version(parsed)
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
        print(
            "workbook: stopped. What was done is kept; the same command goes on from there.", file=sys.stderr
        )
        return _left_at_once(130)


def _left_at_once(code: int) -> int:
    """Leave without waiting for threads that still wait for a kernel; return where there are none."""
    import threading

    if any(thread.name.startswith("kernel") for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def _parser(language: str = "en") -> argparse.ArgumentParser:
    usage.speak(language)

    def word(text: str) -> str:
        return usage.word(text, language)

    parser = argparse.ArgumentParser(
        prog="workbook",
        description=word("Strategic analysis of a university's internationalisation: data in, reports out."),
        epilog=word("Begin with: workbook run    then open reports/index.html"),
    )
    parser.add_argument("-v", "--verbose", action="store_true", help=word("explain what is being done"))
    commands = parser.add_subparsers(title=word("commands"), metavar="COMMAND", required=True)

    for name, help_text in (
        ("check", "judge files and store nothing; mark what is wrong in a copy beside each"),
        ("receive", "judge files, store the accepted rows, report the rejected ones"),
    ):
        command = _command(
            commands, name, help_text, f"workbook {name} THE_2026_rankings.csv events.xlsx", language
        )
        command.add_argument(
            "files",
            nargs="+",
            type=Path,
            metavar="FILE",
            help="ranking tables, registers and open tables, CSV or Excel",
        )
        command.add_argument("--year", type=int, help="the year or edition of a table that does not say it")
        command.add_argument(
            "--unit", default="", metavar="CODE", help="the one unit whose rows a register holds (units.csv)"
        )
        command.add_argument(
            "--language",
            choices=("tr", "en"),
            help="language of the answer; Turkish where the system's is (LANG), else English",
        )
        if name == "check":
            command.add_argument("--no-copy", action="store_true", help="write no marked copy")
        if name == "receive":
            command.add_argument(
                "--from", dest="sender", default="", metavar="WHO", help="who handed the file in"
            )
            command.add_argument("--licence", default="", help="on what terms the file may be used")
        command.set_defaults(call=_check if name == "check" else _receive)

    command = _command(
        commands,
        "template",
        "write the templates by which units hand in their registers, as workbooks that explain themselves",
        "workbook template events mobility --language tr --year 2026 --unit eng --to templates",
        language,
    )
    command.add_argument(
        "registers",
        nargs="*",
        metavar="REGISTER",
        help="id or title of a register (data/catalog/datasets); all of them if none is named",
    )
    command.add_argument("--language", choices=("tr", "en"), help="whose headings come first; as for check")
    command.add_argument("--year", type=int, default=0, help="the one year that the rows are of")
    command.add_argument(
        "--unit", default="", metavar="CODE", help="the one unit that fills it in (units.csv)"
    )
    _where_to(command)
    command.set_defaults(call=_template)

    command = _command(
        commands, "list", "show what the workbook holds", "workbook list --edition live", language
    )
    command.add_argument("--edition", choices=("sample", "live"), help="only this edition")
    command.add_argument(
        "--history",
        metavar="REGISTER",
        help="what a register held before: what replaced it, and what changed",
    )
    command.set_defaults(call=_list)

    command = _command(
        commands,
        "trace",
        "say where a number comes from: definition, formula, what it is made of, files, hashes, rows",
        "workbook trace G3.25 --year 2025",
        language,
    )
    command.add_argument(
        "code", help="an indicator's code, or a ranking's score or place, such as the.overall, qs.rank"
    )
    command.add_argument("--year", type=_whole, help="report year")
    command.add_argument("--period", default="year", help="year (default) or first_half")
    command.add_argument("--institution", metavar="ID", help="id of the institution; the plan's by default")
    command.add_argument("--unit", default="", help="code of one unit (data/reference/units.csv)")
    command.add_argument("--edition", default="sample", help="sample (default) or live")
    command.add_argument("--language", default="en", help="en (default) or tr")
    command.set_defaults(call=_trace)

    command = _command(
        commands,
        "withdraw",
        "take rows of a unit and year out of what is held; they stay in the history",
        "workbook withdraw events/all-2052 --reason 'the year was mistyped'",
        language,
    )
    command.add_argument("partition", help="as `workbook receive` names it, such as events/all-2025")
    command.add_argument("--reason", default="", metavar="WHY", help="the history keeps it")
    command.set_defaults(call=_withdraw)

    command = _command(
        commands, "run", "make the reports", "workbook run --year 2024 --year 2025 --language tr", language
    )
    command.add_argument(
        "--year", type=_whole, action="append", default=[], help="report year; repeat for several"
    )
    command.add_argument("--language", action="append", default=[], help="tr or en; repeat for both")
    command.add_argument(
        "--notebook", action="append", default=[], help="only this notebook; repeat for several"
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
        "--edition", default="sample", help="sample (default) or live: embedded or received data"
    )
    command.add_argument("--period", default="year", help="year (default) or first_half")
    command.add_argument("--unit", default="", help="code of one unit (data/reference/units.csv)")
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
    command.set_defaults(call=_run)

    command = _command(
        commands,
        "calendar",
        "write the action calendar of a year as a calendar file (.ics) and a spreadsheet",
        "workbook calendar --year 2026 --language tr --to .",
        language,
    )
    command.add_argument("--year", type=int, help="whose report; the newest of the plan if not said")
    command.add_argument("--language", choices=("tr", "en"), help="as for check")
    command.add_argument("--edition", choices=("sample", "live"), default="sample", help="of which data")
    command.add_argument("--period", default="year", help="year (default) or first_half")
    command.add_argument("--unit", default="", help="code of one unit (data/reference/units.csv)")
    command.add_argument(
        "--to", type=Path, default=Path(), metavar="FOLDER", help="where to; here if not said"
    )
    command.add_argument("--replace", action="store_true", help="replace files that are there already")
    command.set_defaults(call=_calendar)

    command = _command(
        commands,
        "rollback",
        "put the reports back to the set before, or to a named one of the last three",
        "workbook rollback --edition live",
        language,
    )
    command.add_argument("--edition", choices=("sample", "live"), default="sample", help="whose reports")
    command.add_argument("--institution", metavar="ID", help="about whom, if not the plan's own university")
    command.add_argument("--to", default="", metavar="SET", help="name of a set, as --list gives it")
    command.add_argument("--list", action="store_true", help="list the sets that are kept; change nothing")
    command.set_defaults(call=_rollback)

    command = _command(
        commands,
        "slides",
        "write the overview as slides (PPTX) with charts and tables that can be edited",
        "workbook slides --year 2026 --language tr --to out",
        language,
    )
    command.add_argument("--edition", choices=("sample", "live"), default="sample", help="of which data")
    command.add_argument("--year", type=_whole, default=0, help="the plan's last year if not said")
    command.add_argument("--language", action="append", default=[], help="tr or en; both if not said")
    _where_to(command)
    command.set_defaults(call=_slides)

    for name, help_text, call in (
        ("pdf", "print published pages as PDF by a Chromium, Chrome or Edge of this machine", _pdf),
        ("mail", "write published pages as single files for mail, without links that lead nowhere", _mail),
    ):
        command = _command(
            commands, name, help_text, f"workbook {name} --year 2026 --language tr --to out", language
        )
        command.add_argument("--edition", choices=("sample", "live"), default="sample", help="of which set")
        command.add_argument(
            "--year",
            default="",
            metavar="REPORT",
            help="year, or what its folder is called (2026-h1, 2026-eng); the latest year if not said",
        )
        command.add_argument("--language", action="append", default=[], help="tr or en; both if not said")
        command.add_argument(
            "--page",
            action="append",
            default=[],
            help="a page such as topic_rankings; repeat for several; the overview and the goals if not said",
        )
        command.add_argument(
            "--institution", default="", metavar="ID", help="about whom, if not the plan's own"
        )
        _where_to(command)
        if name == "pdf":
            command.add_argument("--annex", action="store_true", help="add the tables behind the charts")
            command.add_argument(
                "--browser",
                default="",
                metavar="FILE",
                help="the browser that prints, if not the first found",
            )
        command.set_defaults(call=call)

    command = _command(
        commands,
        "confirm",
        "say that a spelling means an institution of the register",
        'workbook confirm "Karadeniz Tech. Univ." ktu',
        language,
    )
    command.add_argument("spelling")
    command.add_argument("institution", help="id in data/reference/institutions.csv")
    command.add_argument("--seen-in", default="confirmed by hand", help="where the spelling stands")
    command.set_defaults(call=_confirm)
    command = _command(
        commands,
        "doctor",
        "check environment, fonts, browser, data, definitions, locks and room; say how to mend what is found",
        "workbook doctor --language tr",
        language,
    )
    command.add_argument("--language", choices=("tr", "en"), help="as for check")
    command.set_defaults(call=_doctor, any_version=True)
    command = _command(
        commands,
        "status",
        "show by register and unit what is in, late or rejected",
        "workbook status --year 2026 --language tr",
        language,
    )
    command.add_argument("--year", type=int, help="of which data; the newest of the plan if not said")
    command.add_argument("--language", choices=("tr", "en"), help="as for check")
    command.add_argument(
        "--page", type=Path, metavar="FILE", help="write it as a page (HTML), to follow up in the office"
    )
    command.add_argument("--replace", action="store_true", help="replace files that are there already")
    command.set_defaults(call=_status)
    command = _command(
        commands,
        "roll",
        "open a new year: templates, targets carried, what is due from whom; overwrites nothing",
        "workbook roll 2027 --language tr --to year-2027",
        language,
    )
    command.add_argument("year", type=int, help="the year after the plan's last, or one of them")
    command.add_argument("--language", choices=("tr", "en"), help="as for check")
    command.add_argument(
        "--to",
        type=Path,
        metavar="FOLDER",
        help="where templates, targets and dates go; year-YEAR if not said",
    )
    command.set_defaults(call=_roll)
    command = _command(
        commands,
        "migrate",
        "bring data of an earlier version of the program to the present one; makes a backup first",
        "workbook migrate --language tr",
        language,
    )
    command.add_argument("--language", choices=("tr", "en"), help="as for check")
    command.set_defaults(call=_migrate, any_version=True)
    command = _command(
        commands,
        "refresh",
        "execute the committed notebooks anew, show which figures have changed, then save",
        "workbook refresh notebooks/overview.ipynb --yes",
        language,
    )
    command.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="all if none is named")
    command.add_argument("--yes", action="store_true", help="save without asking")
    command.add_argument(
        "--check",
        action="store_true",
        help="save nothing; refuse stale outputs, received data and foreign metadata",
    )
    command.add_argument("--language", choices=("tr", "en"), help="as for check")
    command.set_defaults(call=_refresh)
    _new_commands(commands, language)
    command = _command(
        commands,
        "lab",
        "open JupyterLab at the overview, with the workbook's kernel and settings",
        "workbook lab explore/tour.ipynb",
        language,
    )
    command.add_argument(
        "notebook", nargs="?", default="", help="a file below notebooks; the overview if none"
    )
    command.add_argument(
        "--port", type=int, default=0, help="the port; the first free one from 8888 if not said"
    )
    command.add_argument("--no-browser", action="store_true", help="open no browser; print the address")
    command.add_argument("--language", choices=("tr", "en"), help="as for check")
    command.set_defaults(call=_lab)
    command = _command(
        commands,
        "sample",
        "write the demonstration registers anew, the same bytes each time",
        "workbook sample",
        language,
    )
    command.add_argument("--folder", type=Path, help="where to write them; data/sample if not said")
    command.set_defaults(call=_sample)
    command = _command(
        commands,
        "completion",
        "write the script by which a shell completes the command with the Tab key",
        "workbook completion bash --install",
        language,
    )
    command.add_argument(
        "shell", choices=("bash", "zsh", "fish", "powershell"), help="the shell that you type in"
    )
    command.add_argument("--install", action="store_true", help="put it where the shell looks for it")
    command.add_argument("--language", choices=("tr", "en"), help="as for check")
    command.set_defaults(call=_completion)
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    help_text: str,
    example: str,
    language: str,
) -> argparse.ArgumentParser:
    purpose = usage.purpose(name, help_text, language)
    return commands.add_parser(
        name,
        help=purpose,
        description=usage.sentence(purpose, language),
        epilog=usage.word("Example: %s", language) % example,
    )


# -- something new ---------------------------------------------------------------------------------------

# What must be known before anything is written, by kind: options that are asked for where they are missing.
_ASKED = {
    "indicator": ("name", "name_tr", "definition", "definition_tr", "numerator", "activity"),
    "register": ("name", "name_tr", "key", "period", "column"),
    "notebook": ("title", "title_tr", "lead", "lead_tr", "activity"),
    "institution": ("erasmus_code", "goal", "unit"),
}
_SEVERAL = {"activity", "column", "section", "goal", "unit", "where", "target", "peer", "year", "in", "label"}


def _new_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", language: str) -> None:
    new = _command(
        commands,
        "new",
        "write every file of a new indicator, register, notebook or institution; all of them or none",
        'workbook new indicator G1.16 --name "Seminars held"',
        language,
    )
    kinds = new.add_subparsers(title="kinds", metavar="KIND", required=True)

    def kind(name: str, help_text: str, example: str, code: str, options: dict[str, str]) -> None:
        command = _command(kinds, name, help_text, f"workbook new {name} {example}", language)
        if code:
            command.add_argument("code", metavar=code, help="a code that is not taken")
        for option, told in options.items():
            several = "append" if option in _SEVERAL else "store"
            metavar = told.partition(": ")[0]
            command.add_argument(
                f"--{option.replace('_', '-')}",
                action=several,
                default=[] if option in _SEVERAL else "",
                metavar=metavar,
                help=told.partition(": ")[2],
            )
        if name == "indicator":
            command.add_argument(
                "--persons", action="store_true", help="its rows are persons: small numbers are hidden"
            )
        if name == "institution":
            command.add_argument(
                "--to", type=Path, required=True, metavar="FOLDER", help="a folder that is not there yet"
            )
            command.add_argument(
                "--charter", type=Path, metavar="FILE", help="the Charter list, where none was received"
            )
        command.add_argument("--language", choices=("tr", "en"), help="as for check")
        command.set_defaults(call=_new, kind=name)

    kind(
        "indicator",
        "write an indicator: entry, variable, function, card, and a test that says what to fill in",
        'G1.16 --name "Seminars held" --activity G1b --numerator seminars_held --counts events '
        "--where kind=seminar --where status=held",
        "CODE",
        {
            "name": "TEXT: its English name",
            "name_tr": "TEXT: its Turkish name",
            "definition": "TEXT: what is counted, and what is left out",
            "definition_tr": "TEXT: the same in Turkish",
            "activity": "CODE: the activity of the strategy that it belongs to; repeat for several",
            "goal": "CODE: its goal, if its code does not begin with it",
            "numerator": "VARIABLE: a variable that is there, or the name of the one that --counts makes",
            "denominator": "VARIABLE: a variable that is there, for a share",
            "counts": "REGISTER: the register whose rows are counted",
            "where": "COLUMN=VALUE: only rows of this value; repeat for several",
            "date": "COLUMN: the date that must lie in the period, if not the register's own",
            "sums": "COLUMN: sum this column instead of counting rows",
            "unit": "UNIT: count, percent, score, eur …; count or percent if not said",
            "direction": "WAY: up or down; up if not said",
            "formula": "TEXT: the formula as text",
            "method": "TEXT: how the value comes about, where it is no sum or quotient",
            "method_tr": "TEXT: the same in Turkish",
            "target": "YEAR=VALUE: a target on the goal's card; repeat for several",
        },
    )
    kind(
        "register",
        "write a register: declaration, meanings, names of values, and a test that says what to fill in",
        'summer_schools --name "Summer schools" --key school_id --period start_date '
        '--column "school_id|text|School|Okul no|A school\'s number|Okulun numarası" '
        '--column "start_date|date|Start|Başlangıç|First day|İlk gün" '
        '--column "unit|text|Unit|Birim|Unit that holds it|Düzenleyen birim|required list=units"',
        "CODE",
        {
            "name": "TEXT: its English title",
            "name_tr": "TEXT: its Turkish title",
            "key": "COLUMNS: the columns that tell its rows apart, separated by commas",
            "period": "COLUMN: the column of its day or year; add academic for an academic year",
            "column": "name|TYPE|Heading|Başlık|Meaning|Anlamı|EXTRAS: a column; TYPE text, whole, number, "
            "date or yes_no, EXTRAS required, list=units, allowed=a,b, minimum=0; repeat for each",
            "label": "VALUE=English|Türkçe: names of an allowed value that has none; repeat for several",
        },
    )
    kind(
        "notebook",
        "write a notebook that shows activities: cells, names, prose, place, and a test that asks for prose",
        'topic_alumni --title "Alumni" --title-tr "Mezunlar" --lead "Where graduates are." '
        '--lead-tr "Mezunların nerede olduğu." --activity G1g',
        "NAME",
        {
            "title": "TEXT: its English title",
            "title_tr": "TEXT: its Turkish title",
            "lead": "TEXT: what it is about, in a sentence",
            "lead_tr": "TEXT: the same in Turkish",
            "activity": "CODE: an activity of the strategy that gets a section; repeat for several",
        },
    )
    kind(
        "institution",
        "set up another university's workbook in a folder of its own, from the Charter list received",
        '--erasmus-code "TR IZMIR02" --to ege --goal "Recognition=G1,G2" --goal "Learning=G3" '
        '--goal "Campus=G4" --unit "sci=Faculty of Science" --in en',
        "",
        {
            "erasmus_code": "CODE: its code in the list of holders of the Erasmus Charter",
            "name": "TEXT: its English name, if not as in the list",
            "name_tr": "TEXT: its Turkish name",
            "goal": "NAME=G1,G2: a goal, with the themes (goals of this workbook) it takes over; repeat",
            "unit": "code=NAME: a unit; NAME|TURKISH for both languages; repeat for each",
            "peer": "ID: a university to compare with (institutions.csv); repeat; its country's if not said",
            "year": "YEAR: a year of its plan; repeat for several; this year if not said",
            "in": "LANGUAGE: a language of its reports, tr or en; repeat for both; en if not said",
        },
    )


def _new(parsed: argparse.Namespace) -> int:
    from .desk import new
    from .desk.new import indicator, institution, notebook, register
    from .texts import Texts

    say = Texts(parsed.language or _system_language())
    makers = {"indicator": indicator, "register": register, "notebook": notebook}
    known = {name: value for name, value in vars(parsed).items() if name not in _NOT_OF_NEW}
    missing = [name for name in _ASKED[parsed.kind] if not known[name]]
    if missing and not sys.stdin.isatty():
        listed = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
        raise new.refused(say, say("new.missing", options=listed))
    for name in missing:
        told = input(f"{say(f'new.ask.{name}')}: ").strip()
        known[name] = [one.strip() for one in told.split(";") if one.strip()] if name in _SEVERAL else told
    if parsed.kind == "institution":
        to, then = institution.set_up(say, known)
        print(say("new.written", file=to.name))
        print(f"{say('new.next')}:", *(f"  - {one}" for one in then), sep="\n")
        return 0
    made, grows = makers[parsed.kind].made(say, known)
    there = {path for path in grows if path.exists()}
    for path in new.write(say, made, grows):
        print(say("new.grown" if path in there else "new.written", file=paths.shown(path)))
    print(f"{say('new.next')}:", *(f"  - {one}" for one in made.then), sep="\n")
    return 0


_NOT_OF_NEW = {"call", "kind", "language", "verbose"}


def _where_to(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--to", type=Path, default=Path(), metavar="FOLDER", help="where to; here if not said"
    )
    command.add_argument("--replace", action="store_true", help="replace files that are there already")


def _whole(text: str) -> int | str:
    """Leave what is no number as it is: the parameter check says what is allowed."""
    return int(text) if text.lstrip("-").isdecimal() else text


# -- receiving ----------------------------------------------------------------------------------------


def _check(parsed: argparse.Namespace) -> int:
    from .intake import check, mark, summary

    language = parsed.language or _system_language()

    def judge(path: Path) -> "Answer":
        return check(path, parsed.year, parsed.unit)

    def then(path: Path, answer: "Answer") -> None:
        copy = None if parsed.no_copy else mark(path, answer, language)
        for line in summary.of_copy(copy, language) if copy else ():
            print(line)

    return _answer_each(parsed.files, judge, language, then)


def _receive(parsed: argparse.Namespace) -> int:
    from .intake import in_order, receive

    language = parsed.language or _system_language()

    def judge(path: Path) -> "Answer":
        return receive(path, parsed.year, parsed.unit, parsed.licence, parsed.sender, language)

    files = in_order(parsed.files, parsed.year, parsed.unit) if len(parsed.files) > 1 else parsed.files
    return _answer_each(files, judge, language)


def _template(parsed: argparse.Namespace) -> int:
    from .intake import wording, write_templates

    language = parsed.language or _system_language()
    try:
        written = write_templates(
            parsed.registers, parsed.to, language, parsed.year, parsed.unit, parsed.replace
        )
    except WorkbookError as error:
        print(f"workbook: {wording.of_error(error, language)}", file=sys.stderr)
        return 1
    for path in written:
        print(wording.sentence("template.written", language, file=path))
    print(wording.sentence("template.then", language))
    return 0


def _system_language() -> str:
    """Return the language that the system speaks, if the workbook does; POSIX asks in this order."""
    told = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "tr" if told.startswith("tr") else "en"


def _answer_each(files: list[Path], judge, language: str, then=None) -> int:  # type: ignore[no-untyped-def]
    """Answer for every file, also after one that was refused; the exit code tells if all went in."""
    from .intake import summary, wording

    refused = rejected = 0
    for path in files:
        try:
            answer = judge(path)
        except WorkbookError as error:
            refused += 1
            told = wording.of_error(error, language)
            print(wording.sentence("refused", language, file=path.name, error=told), file=sys.stderr)
            continue
        for line in summary.lines(answer, language):
            print(line)
        if then:
            then(path, answer)
        rejected += answer.problem_count
    return 1 if refused or rejected else 0


def _list(parsed: argparse.Namespace) -> int:
    from . import store
    from .intake import cards

    if parsed.history:
        return _list_history(parsed.history)
    received = {part: card for card in cards() for part in card["partitions"]}
    lines = [("edition", "dataset", "ranking", "years", "rows", "source", "received", "sha-256")]
    for edition in (parsed.edition,) if parsed.edition else (store.SAMPLE, store.LIVE):
        for held in store.holdings(edition):
            dataset, part = str(held["dataset"]), str(held["source"]).removeprefix("data/store/")
            origin = str(store.definition(dataset).get("worked_out_of", dataset))
            card = received.get(origin + part.removeprefix(dataset).removesuffix(".parquet"), {})
            lines.append(
                (
                    edition,
                    dataset,
                    str(held["part"]),
                    str(held["years"]),
                    str(held["rows"]),
                    str(card.get("name_as_received", held["source"])),
                    str(card.get("received", "embedded")),
                    str(card.get("sha256", held["sha256"]))[:12],
                )
            )
    _print_table(lines)
    if len(lines) == 1:
        print("Nothing is held. Receive a file with: workbook receive FILE")
    return 0


def _list_history(register: str) -> int:
    from .intake import history

    lines = [("until", "partition", "from file", "then", "what changed", "kept as")]
    for card in history.kept(register):
        then = f"replaced by {card['replaced_by']}" if card["replaced_by"] else "withdrawn"
        changed = card["changes"]["en"].split(": ", 1)[1] if "changes" in card else card.get("reason", "")
        kept = history.folder(*card["partition"].split("/"), card["file"])
        lines.append(
            (card["until"], card["partition"], card["name_as_received"], then, changed, paths.shown(kept))
        )
    _print_table(lines)
    if len(lines) == 1:
        print("Nothing of it was ever replaced or withdrawn.")
    return 0


def _trace(parsed: argparse.Namespace) -> int:
    from .catalog import load
    from .present import provenance
    from .run import start

    names = ("year", "period", "institution", "unit", "edition", "language")
    given = {name: getattr(parsed, name) for name in names}
    if parsed.year is None:
        given["year"] = load().parameters["year"].default
    run = start(**given)
    print("\n".join(provenance.told(run, provenance.card(run, parsed.code))))
    return 0


def _withdraw(parsed: argparse.Namespace) -> int:
    from .intake import withdraw

    kept = withdraw(parsed.partition, parsed.reason)
    print(f"{parsed.partition} is no longer held; its rows are kept as {kept}.")
    return 0


def _print_table(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _confirm(parsed: argparse.Namespace) -> int:
    from .catalog.institutions import confirm

    confirm(paths.data("reference"), parsed.spelling, parsed.institution, parsed.seen_in)
    print(f"{parsed.spelling!r} now means {parsed.institution!r}.")
    return 0


def _sample(parsed: argparse.Namespace) -> int:
    from .demonstration import write

    folder = parsed.folder or paths.data("sample")
    folder.mkdir(parents=True, exist_ok=True)
    written = write(folder)
    print(f"{len(written)} files of demonstration data written to {folder}.")
    return 0


# -- running --------------------------------------------------------------------------------------------


def _run(parsed: argparse.Namespace) -> int:
    from .batch.jobs import institutions_of, plan

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
    from .batch.run import run
    from .progress import progress

    elsewhere = None
    if parsed.scheduler:
        from .batch import cluster

        elsewhere = cluster.at(parsed.scheduler, parsed.exchange)
    _end_on_termination()
    with progress(parsed.why, parsed.json) as tell:
        made = run(jobs, tell, parsed.reason, parsed.record, parsed.force, elsewhere)
    if parsed.timings:
        timed = made.timings.seconds.items()
        print(*(f"{seconds:8.2f} s  {phase}" for phase, seconds in timed), sep="\n", file=sys.stderr)
    if parsed.json:
        counts = {"ran": made.ran, "reused": made.reused, "older": made.older}
        print(json.dumps({"event": "published", **counts, "ledger": len(made.entered)}))
        return 0
    skipped = f" ({made.reused} unchanged)" if made.reused else ""
    print(f"Done: {len(jobs)} notebooks{skipped}. Open {made.index} in a browser.")
    if made.older:
        print(
            f"{made.older} pages of other years or languages rest on what has changed since, and say so; "
            "a run of them makes them anew."
        )
    if parsed.record or parsed.reason:
        restated = sum(bool(line.reason) for line in made.entered)
        print(
            f"Ledger: {len(made.entered) - restated} figures entered, {restated} restated; "
            "demonstration data is never entered."
        )
    print("Next: workbook list    shows the data behind it; make lab    opens the notebooks.")
    return 0


def _end_on_termination() -> None:
    """Let a request to end (a shutdown, `kill`) clear up as Ctrl-C does."""
    import signal
    import threading

    if threading.current_thread() is threading.main_thread():

        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        signal.signal(signal.SIGTERM, stop)


def _calendar(parsed: argparse.Namespace) -> int:
    from .batch import documents
    from .batch.jobs import plan

    year, language = parsed.year or None, parsed.language or _system_language()
    jobs = plan(
        [year] if year else [], [language], parsed.edition, None, ["overview"], parsed.period, parsed.unit
    )
    made = documents.calendar_of(max(jobs, key=lambda job: job.year))
    if not made:
        print("Nothing falls due in the twelve months after the report, and no finding asks for action.")
        return 0
    there = [name for name in made if (parsed.to / name).exists()]
    if there and not parsed.replace:
        raise WorkbookError(
            f"{parsed.to / there[0]} is there already.", remedy="Name another folder, or add --replace."
        )
    parsed.to.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (parsed.to / name).write_bytes(content)
        print(parsed.to / name)
    return 0


def _rollback(parsed: argparse.Namespace) -> int:
    from .batch import sets
    from .catalog import load

    of = load().plan.set_of(parsed.edition, parsed.institution or load().plan.institution)
    if parsed.list:
        now = sets.current(of)
        lines = [("set", "made", "pages", "in force")]
        for name in sets.kept(of):
            pages = sets.manifest(sets.folder_of(of, name))["pages"]
            made = max(entry["made"] for entry in pages.values())
            lines.append((name, made, str(len(pages)), "yes" if name == now else ""))
        _print_table(lines)
        return 0
    from .batch.publish import write_index

    with sets.held():
        name = sets.roll_back(of, parsed.to)
        index = write_index()
    print(f"The reports are those of the set {name} again. Open {index} in a browser.")
    print("The ledger keeps its lines; the next workbook run makes a new set of the present data.")
    return 0


# -- keeping --------------------------------------------------------------------------------------------


def _doctor(parsed: argparse.Namespace) -> int:
    from .desk import doctor
    from .texts import Texts

    say = Texts(parsed.language or _system_language())
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

    from .catalog import load
    from .desk import status, status_page
    from .texts import Texts

    say, today = Texts(parsed.language or _system_language()), date.today()
    year = parsed.year or max(load().plan.years)
    if parsed.page:
        return _told([status_page.write(say, year, today, parsed.page, parsed.replace)])
    lines = status.of(year, today)
    _print_table([status.headings(say), *(status.told(say, line) for line in lines)])
    print(*status.summary(say, year, lines), sep="\n")
    return 0


def _require_version(parsed: argparse.Namespace) -> None:
    """Refuse data of another version than the program's, before a command reads or writes any."""
    from . import schema, store

    store.settle()
    if any(schema.version(part) != schema.VERSION for part in schema.PARTS):
        from .desk import migrate
        from .texts import Texts

        asked = getattr(parsed, "language", None)  # of `run` a list, and unchecked as yet
        migrate.require(Texts(asked if asked in ("tr", "en") else _system_language()))


def _migrate(parsed: argparse.Namespace) -> int:
    from . import schema
    from .desk import migrate
    from .texts import Texts

    say = Texts(parsed.language or _system_language())
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
    from .desk import year
    from .texts import Texts

    say = Texts(parsed.language or _system_language())
    rolled = year.roll(parsed.year, parsed.to or Path(f"year-{parsed.year}"), say.language)
    for title, told in (
        (say("roll.done"), rolled.done),
        (say("roll.kept"), rolled.kept),
        (say("roll.then"), rolled.then),
    ):
        if told:
            print(f"{title}:", *(f"  - {one}" for one in told), sep="\n")
    return 0


def _completion(parsed: argparse.Namespace) -> int:
    from .desk import completion
    from .texts import Texts

    say = Texts(parsed.language or _system_language())
    text = completion.script(_parser(say.language), parsed.shell)
    if not parsed.install:
        print(text)
        return 0
    print(completion.told(say, parsed.shell, completion.install(text, parsed.shell)))
    return 0


def _lab(parsed: argparse.Namespace) -> int:
    from .desk import lab

    language = parsed.language or _system_language()
    lab.serve(parsed.notebook, port=parsed.port, browser=not parsed.no_browser, language=language)
    return 0


def _refresh(parsed: argparse.Namespace) -> int:
    from .desk import notebooks
    from .texts import Texts

    say, refused = Texts(parsed.language or _system_language()), 0
    for path in notebooks.named(parsed.notebooks):
        stored, name = notebooks.read(path), path.name
        cells, foreign = notebooks.live(stored), notebooks.foreign(stored)
        if cells:  # neither run nor saved: its figures are not the sample's
            refused += 1
            _refuse(say("refresh.live", name=name, cells=", ".join(cells)), say("refresh.live_remedy"))
            continue
        now = notebooks.executed(path)
        changed = notebooks.changes(stored, now)
        _show_changes(say, name, changed)
        if parsed.check:
            if foreign:
                told = say("refresh.foreign", name=name, names=", ".join(foreign))
                _refuse(told, say("refresh.foreign_remedy", name=paths.shown(path)))
            if changed:
                _refuse(say("refresh.stale", name=name), say("refresh.stale_remedy", name=paths.shown(path)))
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


def _refuse(told: str, remedy: str) -> None:
    print(f"{told}\n  → {remedy}", file=sys.stderr)


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


# -- delivering -----------------------------------------------------------------------------------------


def _slides(parsed: argparse.Namespace) -> int:
    from .deliver import slides

    return _told(slides.write(parsed.year, parsed.language, parsed.edition, parsed.to, parsed.replace))


def _pdf(parsed: argparse.Namespace) -> int:
    from .deliver import pdf

    return _told(pdf.write(_chosen(parsed), parsed.to, parsed.browser, parsed.replace, parsed.annex))


def _mail(parsed: argparse.Namespace) -> int:
    from .deliver import mail

    return _told(mail.write(_chosen(parsed), parsed.to, parsed.replace))


def _chosen(parsed: argparse.Namespace) -> "list[Report]":
    from .deliver.published import reports

    return reports(parsed.edition, parsed.year, parsed.language, parsed.page, parsed.institution)


def _told(written: Sequence[Path]) -> int:
    print(*(f"Written: {path}" for path in written), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
