"""The command that makes something new: an indicator, a register, a notebook, an institution."""

import argparse
import sys
from pathlib import Path

from .. import paths
from . import answers, declared

# What must be known before anything is written, by kind: options that are asked for where they are missing.
_ASKED = {
    "indicator": ("name", "name_tr", "definition", "definition_tr", "numerator", "activity"),
    "register": ("name", "name_tr", "key", "period", "column"),
    "notebook": ("title", "title_tr", "lead", "lead_tr", "activity"),
    "institution": ("erasmus_code", "goal", "unit"),
}
_SEVERAL = {"activity", "column", "section", "goal", "unit", "where", "target", "peer", "year", "in", "label"}
_NOT_OF_NEW = {"call", "kind", "language", "spoken", "any_version", "verbose"}


def declare(commands: declared.Commands) -> None:
    """Declare the command and its kinds."""
    new = declared.command(
        commands,
        "new",
        "write every file of a new indicator, register, notebook or institution; all of them or none",
        'workbook new indicator G1.16 --name "Seminars held"',
    )
    kinds = new.add_subparsers(title="kinds", metavar="KIND", required=True)

    def kind(name: str, purpose: str, example: str, code: str, options: dict[str, str]) -> None:
        command = declared.command(kinds, name, purpose, f"workbook new {name} {example}", _new)
        command.set_defaults(kind=name)
        if code:
            command.add_argument("code", metavar=code, help="a code that is not taken")
        for option, told in options.items():
            several = option in _SEVERAL
            metavar, _, help_text = told.partition(": ")
            command.add_argument(
                f"--{option.replace('_', '-')}",
                action="append" if several else "store",
                default=[] if several else "",
                metavar=metavar,
                help=help_text,
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
            "column": "COLUMN: as name|TYPE|Heading|Başlık|Meaning|Anlamı|EXTRAS; TYPE text, whole, number, "
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
    from ..desk import new
    from ..desk.new import indicator, institution, notebook, register

    say = answers.say(parsed)
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
        answers.steps(say("new.next"), then)
        return 0
    made, grows = makers[parsed.kind].made(say, known)
    there = {path for path in grows if path.exists()}
    for path in new.write(say, made, grows):
        print(say("new.grown" if path in there else "new.written", file=paths.shown(path)))
    answers.steps(say("new.next"), made.then)
    return 0
