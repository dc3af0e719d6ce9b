"""Commands that bring data in and show what is held: check, receive, template, list, withdraw, confirm."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .. import paths
from ..errors import WorkbookError
from . import answers, declared

if TYPE_CHECKING:
    from ..intake import Answer
    from ..texts import Texts


def declare(commands: declared.Commands) -> None:
    """Declare the commands of this group."""
    for name, purpose, call in (
        ("check", "judge files and store nothing; mark what is wrong in a copy beside each", _check),
        ("receive", "judge files, store the accepted rows, report the rejected ones", _receive),
    ):
        example = f"workbook {name} THE_2026_rankings.csv events.xlsx"
        command = declared.command(commands, name, purpose, example, call)
        command.add_argument(
            "files",
            nargs="+",
            type=Path,
            metavar="FILE",
            help="ranking tables, registers and open tables, CSV or Excel",
        )
        command.add_argument(
            "--year", type=int, metavar="YEAR", help="the year or edition of a table that does not say it"
        )
        command.add_argument(
            "--unit", default="", metavar="CODE", help="the one unit whose rows a register holds (units.csv)"
        )
        if name == "check":
            command.add_argument("--no-copy", action="store_true", help="write no marked copy")
        if name == "receive":
            command.add_argument(
                "--from", dest="sender", default="", metavar="WHO", help="who handed the file in"
            )
            command.add_argument(
                "--licence", default="", metavar="TERMS", help="on what terms the file may be used"
            )

    command = declared.command(
        commands,
        "template",
        "write the templates by which units hand in their registers, as workbooks that explain themselves",
        "workbook template events mobility --language tr --year 2026 --unit eng --to templates",
        _template,
        language="whose headings come first, and the language of the answer; as for check",
    )
    command.add_argument(
        "registers",
        nargs="*",
        metavar="REGISTER",
        help="id or title of a register (data/catalog/datasets); all of them if none is named",
    )
    command.add_argument(
        "--year", type=int, default=0, metavar="YEAR", help="the one year that the rows are of"
    )
    command.add_argument(
        "--unit", default="", metavar="CODE", help="the one unit that fills it in (units.csv)"
    )
    declared.where_to(command)

    command = declared.command(
        commands, "list", "show what the workbook holds", "workbook list --edition live", _list
    )
    command.add_argument("--edition", choices=("sample", "live"), help="only this edition")
    command.add_argument(
        "--history",
        metavar="REGISTER",
        help="what a register held before: what replaced it, and what changed",
    )

    command = declared.command(
        commands,
        "withdraw",
        "take rows of a unit and year out of what is held; they stay in the history",
        "workbook withdraw events/all-2052 --reason 'the year was mistyped'",
        _withdraw,
    )
    command.add_argument(
        "partition", metavar="PARTITION", help="as `workbook receive` names it, such as events/all-2025"
    )
    command.add_argument("--reason", default="", metavar="WHY", help="the history keeps it")

    command = declared.command(
        commands,
        "confirm",
        "say that a spelling means an institution of the register",
        'workbook confirm "Karadeniz Tech. Univ." ktu',
        _confirm,
    )
    command.add_argument("spelling", metavar="SPELLING", help="a name as a table writes it")
    command.add_argument("institution", metavar="ID", help="id in data/reference/institutions.csv")
    command.add_argument(
        "--seen-in", default="confirmed by hand", metavar="WHERE", help="where the spelling stands"
    )


def _check(parsed: argparse.Namespace) -> int:
    from ..intake import check, mark, summary

    def judge(path: Path) -> "Answer":
        return check(path, parsed.year, parsed.unit)

    def then(path: Path, answer: "Answer") -> None:
        copy = None if parsed.no_copy else mark(path, answer, parsed.spoken)
        for line in summary.of_copy(copy, parsed.spoken) if copy else ():
            print(line)

    return _answer_each(parsed.files, judge, parsed.spoken, then)


def _receive(parsed: argparse.Namespace) -> int:
    from ..intake import in_order, receive

    def judge(path: Path) -> "Answer":
        return receive(path, parsed.year, parsed.unit, parsed.licence, parsed.sender, parsed.spoken)

    files = in_order(parsed.files, parsed.year, parsed.unit) if len(parsed.files) > 1 else parsed.files
    return _answer_each(files, judge, parsed.spoken)


def _answer_each(
    files: list[Path],
    judge: Callable[[Path], "Answer"],
    language: str,
    then: Callable[[Path, "Answer"], None] | None = None,
) -> int:
    """Answer for every file, also after one that was refused; the exit code tells if all went in."""
    from ..intake import summary, wording
    from ..texts import failures

    refused = rejected = 0
    for path in files:
        try:
            answer = judge(path)
        except WorkbookError as error:
            refused += 1
            told = failures.told(error, language)
            print(wording.sentence("refused", language, file=path.name, error=told), file=sys.stderr)
            continue
        for line in summary.lines(answer, language):
            print(line)
        if then:
            then(path, answer)
        rejected += answer.problem_count
    return 1 if refused or rejected else 0


def _template(parsed: argparse.Namespace) -> int:
    from ..intake import wording, write_templates

    written = write_templates(
        parsed.registers, parsed.to, parsed.spoken, parsed.year, parsed.unit, parsed.replace
    )
    for path in written:
        print(wording.sentence("template.written", parsed.spoken, file=path))
    print(wording.sentence("template.then", parsed.spoken))
    return 0


def _list(parsed: argparse.Namespace) -> int:
    from .. import store
    from ..intake import cards

    if parsed.history:
        return _list_history(answers.say(parsed), parsed.history)
    received = {part: card for card in cards() for part in card["partitions"]}
    say = answers.say(parsed)
    lines = [
        (
            *(say("answer.edition"), say("answer.dataset"), say("answer.ranking"), say("answer.years")),
            *(say("answer.rows"), say("answer.source"), say("answer.received"), say("answer.sha256")),
        )
    ]
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
                    str(card.get("received", say("answer.embedded"))),
                    str(card.get("sha256", held["sha256"]))[:12],
                )
            )
    answers.table(lines)
    if len(lines) == 1:
        print(say("answer.nothing_held"))
    return 0


def _list_history(say: "Texts", register: str) -> int:
    from ..intake import history

    lines = [
        (
            *(say("answer.until"), say("answer.partition"), say("answer.from_file")),
            *(say("answer.then"), say("answer.changed"), say("answer.kept_as")),
        )
    ]
    for card in history.kept(register):
        by = card["replaced_by"]
        then = say("answer.replaced_by", by=by) if by else say("answer.withdrawn")
        told = (
            card["changes"][say.language].split(": ", 1)[1] if "changes" in card else card.get("reason", "")
        )
        kept = history.folder(*card["partition"].split("/"), card["file"])
        lines.append(
            (card["until"], card["partition"], card["name_as_received"], then, told, paths.shown(kept))
        )
    answers.table(lines)
    if len(lines) == 1:
        print(say("answer.never_replaced"))
    return 0


def _withdraw(parsed: argparse.Namespace) -> int:
    from ..intake import withdraw

    kept = withdraw(parsed.partition, parsed.reason)
    say = answers.say(parsed)
    print(say("answer.no_longer_held", partition=parsed.partition, kept=kept))
    return 0


def _confirm(parsed: argparse.Namespace) -> int:
    from ..catalog.institutions import confirm

    confirm(paths.data("reference"), parsed.spelling, parsed.institution, parsed.seen_in)
    say = answers.say(parsed)
    print(say("answer.confirmed", spelling=parsed.spelling, institution=parsed.institution))
    return 0
