"""The command: help with an example, answers that add up, and one plain sentence where it cannot go on."""

import argparse
import csv
import ctypes
import hashlib
import inspect
import os
import re
import shlex
import subprocess
import sys
import types
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import REPO
from nbformat.v4 import new_notebook

from helpers.batch import records
from helpers.batch.execute import Executed
from helpers.batch.run import Event, Made
from helpers.cli import main, parser
from helpers.desk import usage
from helpers.plan import ledger

COMMANDS = tuple(
    next(one for one in parser()._actions if isinstance(one, argparse._SubParsersAction)).choices
)
HEADER = (
    "year,Rank,Name,Country,Overall,Teaching,Research Environment,Research Quality,Industry,"
    "International Outlook,rank_prefix"
)
GOOD = [
    "2026,1,Oxford,United Kingdom,98,97,96,95,94,93,",
    "2026,1501+,Karadeniz Technical University,Türkiye,10.3–27.2,23,15,30,41,26,",
]
REPORTER = "2026,Reporter,B,Türkiye,n/a,n/a,n/a,n/a,n/a,n/a,"
# Each bad row with the columns that are wrong in it.
BAD = [
    ("2026,3,北京 Łódź,China,101,10,10,10,10,10,", ["Overall"]),
    ('2026,4,A,Türkiye,10,"-2,5",10,10,10,10,', ["Teaching"]),
    ("2026,601–800,,Türkiye,10,10,10,10,10,10,", ["Name"]),
    ("2026,rank,C,Türkiye,10,10,abc,10,10,10,", ["Rank", "Research Environment"]),
]


@pytest.fixture
def good(tmp_path):
    return write(tmp_path / "THE good.csv", *GOOD, REPORTER)


@pytest.fixture
def bad(tmp_path):
    return write(tmp_path / "THE bad.csv", *GOOD, REPORTER, *(row for row, _ in BAD))


def write(path, *lines):
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def call(workbook_root, capsys):
    """Call the command on a workbook of the test's own; return exit code, output, error output."""

    def called(*arguments):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as leaving:  # argparse answers so
            code = leaving.code
        out, error = capsys.readouterr()
        assert "Traceback" not in out + error
        return code, out, error

    return called


def process(*arguments, stdout=subprocess.PIPE, **environment):
    """Start the command as a person does."""
    command = [sys.executable, "-m", "helpers.cli", *map(str, arguments)]
    environment = {**os.environ, **environment}
    return subprocess.run(
        command, stdout=stdout, stderr=subprocess.PIPE, env=environment, timeout=60, check=False
    )


def tree(folder):
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# --- help -----------------------------------------------------------------------------------------


@pytest.fixture
def said(monkeypatch, capsys):
    """Call the command where no workbook is needed; return exit code, output, error output."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def called(*arguments):
        with pytest.raises(SystemExit) as leaving:
            main(list(arguments))
        return leaving.value.code, *capsys.readouterr()

    return called


@pytest.mark.parametrize(("language", "example"), [("en", "Example"), ("tr", "Örnek")])
@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself_with_an_example_that_parses(
    said, monkeypatch, command, language, example
):
    monkeypatch.setenv("LANG", f"{language}_XX.UTF-8")
    code, out, error = said(command, "--help")
    assert (code, error) == (0, "")
    example = re.search(rf"{example}: workbook (.+)", " ".join(out.split())).group(1)
    assert example.startswith(command)
    assert callable(parser().parse_args(shlex.split(example)).call)


def test_the_help_speaks_turkish_whole_where_the_reader_does(said, monkeypatch):
    monkeypatch.setenv("LANG", "tr_TR.UTF-8")
    kinds = {"indicator", "register", "notebook", "institution"}  # of `workbook new`
    assert set(usage.turkish()["commands"]) == {*COMMANDS, *kinds}
    out = said("--help")[1]
    assert out.startswith("kullanım: workbook") and "\nkomutlar:\n" in out and "bu yardımı göster" in out
    english = parser()
    chosen = next(one for one in english._actions if isinstance(one, argparse._SubParsersAction))
    for action in chosen._choices_actions:  # none is left in English
        assert action.help not in " ".join(out.split())
    code, out, error = said("check")
    assert (code, out) == (2, "")
    assert error.startswith("kullanım: workbook check")
    assert error.endswith("workbook check: hata: şunlar da verilmelidir: DOSYA\n")


def test_an_option_says_the_language_of_what_is_wrong_over_the_systems(said, monkeypatch):
    wrong = ("check", "f", "--year", "yok")
    assert "hata: --year: geçersiz değer: 'yok'" in said(*wrong, "--language", "tr")[2]
    monkeypatch.setenv("LANG", "tr_TR.UTF-8")
    assert "error: argument --year: invalid int value: 'yok'" in said(*wrong, "--language=en")[2]


def test_what_stands_in_turkish_of_argparse_is_what_it_says():
    theirs = inspect.getsource(argparse)
    for english, turkish in usage.turkish()["words"].items():
        assert repr(english)[1:-1] in theirs, english
        assert re.findall(r"%(?:\(\w+\))?[sr]", turkish) or "%" not in english.replace("%(type)s", "")
        assert set(re.findall(r"%\(\w+\)[sr]", turkish)) <= set(re.findall(r"%\(\w+\)[sr]", english))


def words_of(tree):
    """All that the help of a command and of those below it says: by kind, as it stands in the parser."""
    found = {"helps": set(), "metavars": set(), "commands": set()}
    for name, one in usage.parsers(tree):
        found["commands"] |= {name} - {""}
        if not name:
            found["helps"] |= {one.description, one.epilog}
        else:
            assert one.epilog.startswith(("Example: workbook ", "Örnek: workbook "))
            found["helps"].add(one.epilog.partition("workbook ")[0])
        found["helps"] |= {group.title for group in one._action_groups}
        for action in one._actions:
            takes = action.nargs != 0 and not isinstance(action, argparse._VersionAction)
            assert not takes or action.metavar or action.choices, (
                f"{name} {action.dest} shows an English name"
            )
            found["metavars"] |= {action.metavar} - {None}
            if not isinstance(action, argparse._SubParsersAction):
                assert action.help, f"{name} {action.dest} has no help"
                found["helps"].add(action.help)
    return found


def test_every_word_of_the_help_has_its_turkish_and_none_is_left_over():
    english, known = words_of(parser()), usage.turkish()
    of_argparse = {"positional arguments", "options", "show this help message and exit"}
    assert english["helps"] - of_argparse == known["helps"].keys()
    for part in ("metavars", "commands"):
        assert english[part] == known[part].keys()
    turkish = words_of(parser("tr"))
    parser()  # argparse speaks English again
    assert turkish["helps"] == {*known["helps"].values()} | {known["words"][word] for word in of_argparse}
    assert turkish["metavars"] == set(known["metavars"].values())
    assert turkish["commands"] == english["commands"]


@pytest.mark.parametrize("language", ["en", "tr"])
def test_the_help_fits_in_a_console_of_eighty_columns(monkeypatch, language):
    monkeypatch.setenv("COLUMNS", "80")
    for name, one in usage.parsers(parser(language)):
        for line in one.format_help().splitlines():
            assert len(line) <= 80, (name, line)
    parser()


def test_what_is_filled_in_stands_in_both_languages_of_a_help():
    """Commands, files, options and values that a reader types are the same in both."""
    typed = re.compile(r"`[^`]+`|--[a-z]+|\b[\w/]+\.(?:csv|yml|html)\b|\b[A-Z]+=|\b\w+_\w+\b")
    for english, turkish in usage.turkish()["helps"].items():
        assert sorted(typed.findall(english)) == sorted(typed.findall(turkish)), english


@pytest.mark.parametrize(
    ("arguments", "system", "language"),
    [
        (["list", "--language", "tr"], "en", "tr"),
        (["list", "--language=en"], "tr", "en"),
        (["-v", "status", "--lang", "tr"], "en", "tr"),  # argparse takes an option that is begun
        (["new", "indicator", "G1.16", "--language", "tr"], "en", "tr"),
        (["check", "--language"], "tr", "tr"),
        (["check", "--language", "de"], "tr", "tr"),
        (["run", "--language", "en"], "tr", "tr"),  # of the reports
        (["pdf", "--language", "tr"], "en", "en"),
        (["trace", "G3.25", "--language", "tr"], "en", "tr"),  # its answer is of the report
        ([], "tr", "tr"),
    ],
)
def test_a_command_answers_as_it_is_asked_to_else_as_the_system_speaks(arguments, system, language):
    assert usage.asked(arguments, system) == language


def test_each_command_says_in_its_help_which_language_its_option_means():
    for name, one in usage.parsers(parser()):
        options = [action for action in one._actions if "--language" in action.option_strings]
        assert bool(options) == (name not in ("", "new")), name
        for option in options:
            of_reports = name in usage.OF_REPORTS
            assert "LANG)" in option.help or "as for check" in option.help, name
            assert ("reports" in option.help) == of_reports and (option.choices is None) == of_reports


def test_windows_is_asked_for_its_language_where_no_variable_says_it(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert usage.of_system() == "en"
    monkeypatch.setattr(sys, "platform", "win32")
    for identifier, language in ((0x041F, "tr"), (0x0409, "en"), (0x0809, "en")):
        kernel = types.SimpleNamespace(GetUserDefaultUILanguage=lambda found=identifier: found)
        monkeypatch.setattr(ctypes, "windll", types.SimpleNamespace(kernel32=kernel), raising=False)
        assert usage.of_system() == language
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert usage.of_system() == "en"


def test_the_program_lists_its_commands_and_says_how_to_begin(call):
    code, out, error = call("--help")
    assert (code, error) == (0, "")
    for command in COMMANDS:
        assert re.search(rf"^\s+{command}\s+\w+", out, re.M)
    assert "workbook run" in out and "reports/index.html" in out


@pytest.mark.parametrize("arguments", [(), ("make",), ("check",), ("list", "--edition", "x")])
def test_a_command_that_is_not_one_is_answered_with_the_usage(call, arguments):
    code, out, error = call(*arguments)
    assert code == 2 and out == ""
    assert error.startswith("usage: workbook")
    if arguments == ("make",):
        assert all(command in error for command in COMMANDS)


def test_the_calendar_is_written_and_what_is_there_is_kept(call, tmp_path):
    asked = ("calendar", "--year", "2026", "--language", "tr", "--to", tmp_path / "takvim")
    code, out, error = call(*asked)
    assert (code, error) == (0, "")
    made = {path.name: path.read_bytes() for path in (tmp_path / "takvim").iterdir()}
    assert made.keys() == {"eylem-takvimi-2026.ics", "eylem-takvimi-2026.xlsx"}
    assert all(name in out for name in made)
    assert "Örnek veri".encode() in made["eylem-takvimi-2026.ics"]
    code, _, error = call(*asked)
    assert code == 1 and "zaten var" in error
    assert call(*asked, "--replace")[0] == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "takvim").iterdir()} == made


def test_help_needs_none_of_the_slow_packages():
    slow = {"pandas", "matplotlib", "papermill", "duckdb", "nbconvert", "great_tables"}
    code = f"""
import sys
from helpers.cli import main
try:
    main(["--help"])
except SystemExit:
    sys.exit(", ".join({slow!r} & set(sys.modules)) or 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# --- checking and receiving -----------------------------------------------------------------------


def counts(out):
    """Return rows, accepted, rejected, skipped as printed."""
    found = re.search(r"rows (\d+) = accepted (\d+) \+ rejected (\d+) \+ skipped (\d+)", out)
    return tuple(map(int, found.groups()))


@pytest.mark.parametrize("command", ["check", "receive"])
def test_a_good_file_is_accepted_whole(call, good, command):
    code, out, error = call(command, good)
    assert (code, error) == (0, "")
    assert counts(out) == (3, 2, 0, 1)
    assert "THE good.csv" in out and "edition 2026" in out
    assert re.search(r"skipped 1: .*Reporter", out)
    assert ("stored as" in out) == (command == "receive")


@pytest.mark.parametrize("command", ["check", "receive"])
def test_each_problem_of_a_bad_file_is_told_with_its_place_and_remedy(call, bad, command):
    code, out, error = call(command, bad)
    assert (code, error) == (1, "")
    rows, accepted, rejected, skipped = counts(out)
    assert (rows, accepted, rejected, skipped) == (7, 2, 4, 1)
    lines = list(csv.reader(bad.read_text(encoding="utf-8").splitlines()))
    told = re.findall(
        r"(.+), row (\d+), column '(.+)': found (.+), expected (.+?)\. ([A-ZÇĞİÖŞÜ].+)$", out, re.M
    )
    wanted = [(len(GOOD) + 3 + i, column) for i, (_, columns) in enumerate(BAD) for column in columns]
    assert sorted((int(row), column) for _, row, column, *_ in told) == sorted(wanted)
    for file, row, column, found, expected, remedy in told:
        assert file.strip() == "THE bad.csv"
        cell = lines[int(row) - 1][lines[0].index(column)]
        assert found == repr(cell)
        assert len(expected) > 10 and remedy.endswith(".")


def test_check_stores_nothing(call, workbook_root, bad, tmp_path):
    before = tree(tmp_path)
    call("check", bad, "--no-copy")
    assert tree(tmp_path) == before
    assert not (workbook_root / "reports").exists()


def test_many_problems_are_counted_and_not_all_printed(call, tmp_path):
    rows = [f"2026,{i},University {i},Türkiye,101,10,10,10,10,10," for i in range(1, 31)]
    code, out, _ = call("check", write(tmp_path / "THE many.csv", *rows))
    assert code == 1 and counts(out) == (30, 0, 30, 0)
    printed = len(re.findall(r", row \d+,", out))
    assert 0 < printed < 30
    assert f"and {30 - printed} more rows with the same wrong in 'Overall'" in out


def test_several_files_are_each_answered_and_one_bad_one_shows_in_the_exit_code(call, good, tmp_path):
    odd = tmp_path / "odd.csv"
    odd.write_text("a,b\n1,2\n")
    code, out, error = call("check", odd, good)
    assert code == 1 and counts(out) == (3, 2, 0, 1)
    assert error.startswith("odd.csv: refused.") and len(error.splitlines()) == 1


UNREADABLE = {
    "absent.csv": (None, "no file"),
    "odd.csv": (b"a,b\n1,2\n", "fits no known table"),
    "empty.csv": (b"", "empty"),
    "broken.xlsx": (b"PK\x03\x04 no workbook", "cannot be opened"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe\x00", ""),
}


@pytest.mark.parametrize("command", ["check", "receive"])
@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_one_line_on_the_error_stream(
    call, workbook_root, tmp_path, name, command
):
    content, why = UNREADABLE[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = tree(workbook_root)
    code, out, error = call(command, tmp_path / name)
    assert (code, out) == (1, "")
    assert len(error.splitlines()) == 1 and name in error and why in error
    assert tree(workbook_root) == before


def test_a_folder_instead_of_a_file_is_one_line(call, tmp_path):
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    code, out, error = call("check", folder)
    assert (code, out, len(error.splitlines())) == (1, "", 1) and "folder.csv" in error


def row_of(line):
    return re.split(r" {2,}", line.strip())


def test_what_was_received_is_listed_with_time_and_hash(call, good):
    before = datetime.now(UTC).replace(microsecond=0)
    assert call("receive", good, "--from", "Rectorate", "--licence", "CC BY")[0] == 0
    code, out, error = call("list", "--edition", "live")
    assert (code, error) == (0, "")
    head, *rows = map(row_of, out.splitlines())
    listed = {line[1]: dict(zip(head, line, strict=True)) for line in rows}
    assert set(listed) == {"ranking_positions", "ranking_scores"}
    digest = hashlib.sha256(good.read_bytes()).hexdigest()
    for dataset, rows in (("ranking_positions", 2), ("ranking_scores", 10)):  # two universities × five scores
        held = listed[dataset]
        assert (held["edition"], held["ranking"], held["years"], held["rows"]) == (
            "live",
            "the",
            "2026",
            str(rows),
        )
        assert held["source"] == "THE good.csv"
        assert held["sha-256"] == digest[:12]
        received = datetime.strptime(held["received"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        assert before <= received <= datetime.now(UTC)


def test_the_sample_is_listed_with_all_its_rows(call):
    code, out, error = call("list", "--edition", "sample")
    assert (code, error) == (0, "")
    head, *rows = map(row_of, out.splitlines())
    ranked = [line for line in rows if line[1].startswith("ranking_")]
    listed = [dict(zip(head, line, strict=True)) for line in ranked]
    for path in (REPO / "data" / "sample").glob("ranking_*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            written = list(csv.DictReader(file))
        held = [line for line in listed if line["dataset"] == path.stem]
        assert {line["ranking"]: int(line["rows"]) for line in held} == {
            system: sum(row["system"] == system for row in written)
            for system in {row["system"] for row in written}
        }
        for line in held:
            years = [int(r["edition"]) for r in written if r["system"] == line["ranking"]]
            assert line["years"] in (f"{min(years)}–{max(years)}", str(min(years)))
            assert line["sha-256"] == hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            assert (
                line["received"] == "supplied with the workbook"
                and line["source"] == f"data/sample/{path.name}"
            )


def test_an_empty_edition_says_how_to_fill_it(call):
    code, out, _ = call("list", "--edition", "live")
    assert code == 0 and "workbook receive FILE" in out


# --- running --------------------------------------------------------------------------------------

REFUSED = {
    ("--year", "1900"): ("2017", "2030"),
    ("--year", "abc"): ("2017", "2030"),
    ("--year", "2031"): ("2017", "2030"),
    ("--language", "de"): ("tr", "en"),
    ("--language", "TR"): ("tr", "en"),
    ("--edition", "x"): ("sample", "live"),
    ("--institution", "nobody"): ("ktu", "metu", "itu"),
    ("--notebook", "nothing"): ("topic_rankings", "goal3_education_research"),
    ("--notebook", "../notebooks/topic_rankings"): ("topic_rankings", "goal3_education_research"),
}


@pytest.mark.parametrize("wrong", REFUSED, ids=" ".join)
def test_a_parameter_that_cannot_be_is_refused_before_anything_runs(call, workbook_root, monkeypatch, wrong):
    def never(*_, **__):
        raise AssertionError("something was run")

    monkeypatch.setattr("helpers.batch.run._execute", never)
    before = tree(workbook_root)
    good = ["--year", "2024"] if wrong[0] != "--year" else []
    code, out, error = call("run", *good, *wrong)
    assert (code, out, len(error.splitlines())) == (1, "", 1)
    assert repr(wrong[1]) in error or wrong[1] in error
    assert all(allowed in error for allowed in REFUSED[wrong])
    assert tree(workbook_root) == before and not (workbook_root / "reports").exists()


@pytest.mark.parametrize("year", ["²", "20.24", "2_024"])
def test_a_year_that_only_looks_like_a_number_is_refused_in_the_same_words(call, year):
    code, _, error = call("run", "--year", year)
    assert (code, len(error.splitlines())) == (1, 1) and "from 2017 to 2030" in error


@pytest.fixture
def without_kernels(monkeypatch):
    """Let a run do all but execute and publish; return what was to be executed."""
    ran = []

    def execute(jobs, scratch, tell, keep):
        for job in jobs:
            ran.append(job)
            keep(Executed(job, new_notebook(), 1.0))

    def publish(made, reported, held, proposed, *_):
        ledger.take(proposed.before, proposed.after)
        return "index.html"

    monkeypatch.setattr("helpers.batch.run._execute", execute)
    monkeypatch.setattr("helpers.batch.publish.publish", publish)
    return ran


def test_recording_and_restating_are_asked_for_and_told(call, workbook_root, without_kernels):
    book = workbook_root / "data" / "published" / "figures.csv"
    header = book.read_bytes()
    year = ["--year", "2024"]
    code, out, _ = call("run", *year)
    assert code == 0 and "Ledger" not in out and book.read_bytes() == header

    code, out, _ = call("run", *year, "--record")
    assert code == 0 and "Ledger: 3 values entered, 0 corrected" in out
    assert "19.56" in book.read_text(encoding="utf-8")

    told = book.read_text(encoding="utf-8").replace("19.56", "19.50")
    book.write_text(told, encoding="utf-8")
    without_kernels.clear()
    code, out, error = call("run", *year)
    assert (code, out, len(error.splitlines())) == (1, "", 1)
    assert all(part in error for part in ("G3.02", "2024", "19.50", "19.56", "--reason"))
    assert without_kernels == [] and book.read_text(encoding="utf-8") == told

    code, out, _ = call("run", *year, "--reason", "the weights were corrected")
    assert code == 0 and "Ledger: 0 values entered, 1 corrected" in out
    now = book.read_text(encoding="utf-8")
    assert now.startswith(told) and now.count("the weights were corrected") == 1


def test_a_run_without_a_ledger_stops_and_says_how_to_get_it_back(call, workbook_root, without_kernels):
    (workbook_root / "data" / "published" / "figures.csv").unlink()
    code, out, error = call("run", "--year", "2024")
    assert (code, out, len(error.splitlines()), without_kernels) == (1, "", 1, [])
    assert "no ledger" in error and "version control" in error


def test_a_stopped_run_says_so(call, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("helpers.batch.jobs.plan", stop)
    code, out, error = call("run")
    assert (code, out, len(error.splitlines())) == (130, "", 1)
    assert error.startswith("workbook: stopped.") and "goes on from there" in error


# --- confirming -----------------------------------------------------------------------------------


def test_a_confirmed_spelling_is_known_from_then_on(call, workbook_root, tmp_path):
    names = workbook_root / "data" / "reference" / "institution_names.csv"
    before = names.read_bytes()
    code, out, error = call("confirm", "Karadeniz Tech. Univ.", "ktu", "--seen-in", "a table of 2026")
    assert (code, error) == (0, "") and "Karadeniz Tech. Univ." in out and "ktu" in out
    assert names.read_bytes().startswith(before)
    added = list(csv.DictReader(names.read_text(encoding="utf-8").splitlines()))[-1]
    assert added == {"institution": "ktu", "spelling": "Karadeniz Tech. Univ.", "seen_in": "a table of 2026"}
    again, _, error = call("confirm", "karadeniz tech. univ.", "ktu")
    assert again == 1 and "already" in error and len(error.splitlines()) == 1


@pytest.mark.parametrize("institution", ["nobody", "KTU", ""])
def test_a_spelling_is_not_given_to_an_unknown_institution(call, workbook_root, institution):
    before = tree(workbook_root)
    code, out, error = call("confirm", "Karadeniz Tech. Univ.", institution)
    assert (code, out, len(error.splitlines())) == (1, "", 1)
    assert repr(institution) in error and "ktu" in error
    assert tree(workbook_root) == before


# --- in Turkish -----------------------------------------------------------------------------------


def test_answers_come_in_turkish_where_the_system_speaks_it(call, monkeypatch, good, tmp_path):
    monkeypatch.setenv("LANG", "tr_TR.UTF-8")
    assert call("list", "--edition", "live")[1].endswith("workbook receive DOSYA\n")
    assert call("receive", good)[0] == 0
    code, out, error = call("list", "--edition", "live")
    assert (code, error) == (0, "")
    assert row_of(out.splitlines()[0])[:3] == ["veri", "veri kümesi", "sıralama"]
    told = call("confirm", "Karadeniz Tech. Univ.", "ktu")[1]
    assert told == "“Karadeniz Tech. Univ.” yazımı bundan böyle “ktu” kurumunu gösterir.\n"
    held = "ranking_scores/the-2026-positions"
    code, out, error = call("withdraw", held, "--reason", "deneme")
    assert out.startswith(f"{held} kullanımdan çıkarıldı; satırları şurada saklanıyor: "), error
    assert "kullanımdan çıkarıldı" in call("list", "--history", "ranking_scores")[1]
    assert call("rollback", "--list")[1].split() == ["yayın", "yapıldığı", "an", "sayfa", "yürürlükte"]
    monkeypatch.setattr("helpers.demonstration.write", lambda folder: [folder] * 28)
    out = call("sample", "--folder", tmp_path / "sample")[1]
    assert re.match(r"Örnek verilerin 28 dosyası .+ klasörüne yazıldı\.$", out)
    assert call("list", "--edition", "live", "--language", "en")[1].startswith("edition")


WRONG_IN_TURKISH = {
    ("run", "--year", "1900"): "year parametresi 1900 olamaz. Beklenen: 2017 ile 2030 arasında bir tam sayı.",
    ("run", "--notebook", "none"): "'none' adlı bir not defteri yok. Beklenen: şunlardan biri: data_quality",
    ("trace", "G9.99"): "'G9.99' hakkında hiçbir bilgi yok. Beklenen: G3.25 gibi bir gösterge kodu",
    ("withdraw", "events/all-1900"): "'events/all-1900' adıyla saklanan bir şey yok.",
    ("rollback",): "'sample' için dönülecek daha eski bir yayın yok. Beklenen: son 3 yayından biri.",
    ("pdf",): "'sample' için yayımlanmış rapor yok. Üretin: workbook run",
    ("roll", "2050"): "2050 yılı açılamaz. Beklenen: data/catalog/plan.yml dosyasındaki yılları izleyen 2027",
    ("lab", "none.ipynb"): "'none.ipynb' adlı bir not defteri yok. Beklenen: notebooks altında bir dosya",
}


@pytest.mark.parametrize("arguments", WRONG_IN_TURKISH, ids=" ".join)
def test_what_cannot_go_on_is_told_in_turkish_where_the_system_speaks_it(call, monkeypatch, arguments):
    monkeypatch.setenv("LANG", "tr_TR.UTF-8")
    code, out, error = call(*arguments)
    assert (code, out, len(error.splitlines())) == (1, "", 1)
    assert error.startswith(f"workbook: {WRONG_IN_TURKISH[arguments]}")


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "cannot be used: Not a directory."), ("tr", "kullanılamıyor: klasör değil.")],
)
def test_a_place_that_cannot_be_written_is_told_in_one_line(call, tmp_path, language, told):
    (tmp_path / "file").write_text("", encoding="utf-8")
    place = tmp_path / "file" / "below"
    code, out, error = call("sample", "--folder", place, "--language", language)
    assert (code, out, error) == (1, "", f"workbook: {place} {told}\n")


def test_a_broken_definition_is_told_in_turkish(tmp_path, workbook_root, monkeypatch, capsys):
    plan = workbook_root / "data" / "catalog" / "plan.yml"
    plan.write_text(plan.read_text(encoding="utf-8") + "unknown: 1\n", encoding="utf-8")
    assert main(["status", "--language", "tr"]) == 1
    assert capsys.readouterr().err == (
        "workbook: data/catalog/plan.yml: unknown: bu alan bilinmiyor (bulunan: 1). Tanımı düzeltin.\n"
    )


def test_a_run_tells_in_turkish_what_it_did(call, monkeypatch):
    monkeypatch.setenv("LANG", "tr_TR.UTF-8")

    def run(jobs, tell, *_):
        tell(Event("planned", told={"run": 7, "reused": 2}))
        tell(Event("due", jobs[0], {"why": [records.NEVER, records.told("file:data/sample/events.csv")]}))
        tell(Event("begun", jobs[0]))
        tell(Event("done", jobs[0], {"seconds": 2.5}))
        return Made(Path("index.html"), 7, 2, older=1200)

    monkeypatch.setattr("helpers.batch.run.run", run)
    code, out, error = call("run", "--year", "2024", "--language", "en", "--record", "--why")
    first, older, book, _ = out.splitlines()
    assert code == 0
    assert first == "Bitti: 9 not defteri (2 tanesi değişmemişti). Tarayıcıda açın: index.html"
    assert older.startswith("Başka yılların ya da dilin 1.200 sayfası")
    assert book.startswith("Yayın defteri: 0 değer işlendi, 0 değer gerekçesiyle düzeltildi")
    planned, due, done = error.splitlines()
    assert planned == "7 not defteri çalışacak; 2 tanesi son çalıştırmadan beri değişmedi."
    assert due.endswith(" çalışıyor: henüz üretilmedi; data/sample/events.csv dosyası değişti.")
    assert re.match(r"1/7 .+ 2024 en: 2,5 sn; 0 çalışıyor, 6 bekliyor", done)

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("helpers.batch.jobs.plan", stop)
    assert call("run")[2] == "workbook: durduruldu. Yapılanlar saklandı; aynı komut kaldığı yerden sürer.\n"


# --- as a process: streams, exit codes, encodings ---------------------------------------------------


def test_quiet_by_default_and_explaining_with_v(workbook_root):
    quiet = process("run", "--year", "1900")
    assert (quiet.returncode, quiet.stdout) == (1, b"")
    assert quiet.stderr.decode().count("\n") == 1 and quiet.stderr.startswith(b"workbook: ")
    told = process("-v", "run", "--year", "1900")
    assert told.returncode == 1
    assert "where it happened" in told.stderr.decode() and "ParameterError" in told.stderr.decode()
    assert told.stderr.decode().endswith(quiet.stderr.decode())


def test_v_explains_also_what_goes_well(workbook_root, good):
    assert process("-v", "check", good).stderr != b""


@pytest.mark.parametrize("encoding", ["cp1254", "ascii"])
@pytest.mark.parametrize("command", ["list", "check"])
def test_a_console_of_few_letters_is_no_obstacle(workbook_root, bad, command, encoding):
    done = process(command, *([bad] if command == "check" else []), PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (1 if command == "check" else 0, b"")
    out = done.stdout.decode(encoding)
    assert ("ranking_positions" in out) if command == "list" else (counts(out) == (7, 2, 4, 1))
    if encoding == "cp1254" and command == "list":
        assert "2014–2020" in out  # this code page has the dash


def test_a_turkish_console_shows_turkish_letters(workbook_root):
    wrong = process("run", "--language", "ığüşöçİ", PYTHONIOENCODING="cp1254")
    assert wrong.returncode == 1 and "ığüşöçİ" in wrong.stderr.decode("cp1254")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no broken pipe of this kind")
def test_a_reader_that_hears_enough_ends_the_command_quietly(workbook_root):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = process("list", stdout=writing)
    finally:
        os.close(writing)
    assert b"Traceback" not in done.stderr and b"BrokenPipe" not in done.stderr


def test_an_empty_folder_is_told_in_one_line(tmp_path):
    done = process("list", WORKBOOK_ROOT=str(tmp_path))
    assert b"Traceback" not in done.stderr
    done = process("run", "--year", "2024", WORKBOOK_ROOT=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (1, b"", 1)
    assert b"data/catalog" in done.stderr
