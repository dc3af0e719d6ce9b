"""What cannot go on, in the user's language: each sentence that can be raised has its Turkish."""

import ast
import pickle
import re
import string
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from conftest import REPO

from helpers import errors
from helpers.catalog.load import JUDGED
from helpers.errors import CatalogError, ParameterError, Phrase, RunFailed, WorkbookError, one_of
from helpers.texts import failures

SRC = REPO / "src" / "helpers"
FAMILY = {"WorkbookError", "FigureMoved"} | {
    name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, WorkbookError)
}
# Whose errors nobody who gives a command meets, by module, and why.
NOT_MET = {
    "errors.py": "the family itself",
    "texts/__init__.py": "a text is missing: for who writes the program, whose tests find it first",
    "intake/wording.py": "told by faults of intake/phrases.yml, in both languages; or a text is missing",
    "intake/template.py": "told by faults of intake/phrases.yml, in both languages",
    "present/compared.py": "an analyst calls it in a notebook",
    "present/desk.py": "an analyst calls it in a notebook",
    "present/controls.py": "an analyst calls it in a notebook",
    "present/pieces.py": "an analyst calls it in a notebook",
    "measures/scenarios.py": "an analyst calls it in a notebook",
    "plan/holding.py": "an analyst calls it in a notebook",
    "plan/documents.py": "a table that the program itself makes",
}
# What is given to an error by a name, of which the value is a Phrase, or is told by the texts: by module.
BY_NAME = {
    "batch/cluster.py": {"result.refused", "changed"},
    "batch/execute.py": {"wrong", "kept"},
    "catalog/parameters.py": {"described"},
    "desk/migrate.py": {
        "say('migrate.older', part=name, version=version, known=schema.VERSION)",
        "say('migrate.older_remedy')",
        "say('migrate.newer', part=name, version=version, known=schema.VERSION)",
        "say('migrate.newer_remedy')",
    },
    "desk/new/__init__.py": {"f\"{told} {say('new.nothing')}\""},
    "plan/ledger.py": {"expected", "','.join(COLUMNS)"},  # column names
    "store.py": {"*wrong", "', '.join(columns)"},
}
# Of other programs, and of phrases that are made of a variable: kinds of a target.
FROM_ELSEWHERE = {
    *JUDGED.values(),
    *("target", "baseline"),
}


@lru_cache(maxsize=1)
def modules() -> dict[str, ast.Module]:
    return {
        path.relative_to(SRC).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(SRC.rglob("*.py"))
    }


def parts(name: str) -> Iterator[ast.expr]:
    """What a module gives its errors, or raises where it checks a definition."""
    of_definitions = name.split("/")[0] in ("catalog", "plan")
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).split(".")[-1]
            if called in FAMILY or (called == "ValueError" and of_definitions):
                for given in (*node.args, *(keyword.value for keyword in node.keywords)):
                    yield from (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,)


def phrases() -> set[str]:
    """Every sentence that is written as a phrase or given to an error as it is."""
    found = set()
    for name, tree in modules().items():
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)
        given = [call.args[0] for call in calls if ast.unparse(call.func) == "Phrase"]
        given += [] if name in NOT_MET else list(parts(name))
        found |= {one.value for one in given if isinstance(one, ast.Constant)}
    return found


def has_words(sentence: str) -> bool:
    return any(re.search(r"\w", literal) for literal, *_ in string.Formatter().parse(sentence))


def test_every_sentence_that_can_be_raised_has_its_turkish_and_none_is_left_over():
    known = set(failures.turkish())
    needed = {one for one in phrases() if one == '{"version": N}' or has_words(one)}
    assert needed - known == set()
    assert known - needed == FROM_ELSEWHERE


@pytest.mark.parametrize("name", sorted(set(modules()) - NOT_MET.keys()))
def test_no_error_is_raised_with_words_that_nobody_can_translate(name):
    for part in parts(name):
        written = ast.unparse(part)
        known = isinstance(part, ast.Constant) or (
            isinstance(part, ast.Call) and ast.unparse(part.func) in {"Phrase", "one_of"}
        )
        assert known or written in BY_NAME.get(name, ()), f"{name}:{part.lineno} {written}"


def test_the_exceptions_are_still_there():
    for name, reason in NOT_MET.items():
        assert reason and (name == "errors.py" or list(parts(name))), name
    for name, expressions in BY_NAME.items():
        assert expressions <= {ast.unparse(part) for part in parts(name)}, name


def test_both_languages_name_the_same_values():
    def named(sentence: str) -> set[str]:
        return {field for _, field, *_ in string.Formatter().parse(sentence) if field}

    for english, turkish in failures.turkish().items():
        if english != '{"version": N}':
            assert named(turkish) <= named(english), english
            lost = named(english) - named(turkish)
            assert not lost - {"class_name"}, english


def test_every_sentence_can_be_filled_in_both_languages():
    """With lists where values are written in a row, numbers where decimals are asked for, else with text."""
    row, number = {";", "and", "or", " ", "ve", "ya da"}, re.compile(r"n\d|g")
    for english, turkish in failures.turkish().items():
        if english == '{"version": N}':
            continue
        formats = {name: spec for _, name, spec, _ in string.Formatter().parse(turkish) if name}
        formats |= {name: spec for _, name, spec, _ in string.Formatter().parse(english) if spec}
        values = {
            name: ["a", "b"] if spec in row else 1234.5 if number.fullmatch(spec) else "x"
            for name, spec in formats.items()
        }
        values |= dict.fromkeys(re.findall(r"\{(\w+):n\d", turkish), 3)
        told = failures.phrase(Phrase(english, **values), "tr") if values else turkish
        assert told and not re.search(r"[{}]", told), english


def test_commands_and_files_of_a_sentence_are_the_same_in_turkish():
    commands = r"\bworkbook (?:run|list|receive|withdraw|completion)\b"
    typed = re.compile(rf"--[a-z]+|{commands}|\b[\w/]+\.(?:csv|yml|md)\b|helpers(?:\.\w+)+|data/[\w/]+")
    for english, turkish in failures.turkish().items():
        assert sorted(set(typed.findall(english))) == sorted(set(typed.findall(turkish))), english


def test_a_failure_is_told_in_the_language_with_its_parts_and_lists():
    error = ParameterError(
        Phrase("There is no parameter {name!r}.", name="yaer"),
        expected=one_of(["year", ""]),
        remedy="Run again.",
    )
    assert str(error) == "There is no parameter 'yaer'. Expected: one of year, ''. Run again."
    assert failures.told(error, "en") == str(error)
    assert failures.told(error, "tr") == (
        "'yaer' adlı bir parametre yok. Beklenen: şunlardan biri: year, ''. Yeniden çalıştırın."
    )
    wrong = [Phrase("card {card} names goal {goal!r}", card="K1", goal="G9")] * 2
    told = failures.told(
        CatalogError(Phrase("The goal cards contradict the catalogue: {wrong:;}.", wrong=wrong)), "tr"
    )
    assert told == (
        "Hedef kartları tanımlarla çelişiyor: K1 kartı tanımsız 'G9' amacını anıyor; "
        "K1 kartı tanımsız 'G9' amacını anıyor."
    )
    both = RunFailed(Phrase("{failures: }", failures=[error, error]))
    assert failures.told(both, "tr") == " ".join([failures.told(error, "tr")] * 2)


def test_a_value_is_never_taken_for_a_sentence():
    """A notebook may be called `total`, and a place may hold braces."""
    error = WorkbookError(Phrase("There is no notebook {name!r}.", name="total"))
    assert failures.told(error, "tr") == "'total' adlı bir not defteri yok."
    odd = WorkbookError(Phrase("{path} is there already.", path=Path("{here}")))
    assert failures.told(odd, "tr") == "{here} zaten var." and str(odd) == "{here} is there already."
    assert failures.told(WorkbookError("What {nobody} has foreseen."), "tr") == "What {nobody} has foreseen."


def test_a_phrase_comes_whole_out_of_another_process():
    sent = Phrase(
        "The notebook {job} failed in {where}: {cause}.", job="{a}", where=Phrase("its start"), cause="x"
    )
    came = pickle.loads(pickle.dumps(sent))
    assert (came, came.template, came.values) == (sent, sent.template, sent.values)
    assert failures.phrase(came, "tr") == "{a} not defteri tamamlanamadı (açılış): x."


def test_what_the_system_says_is_told_in_turkish_and_numbers_are_written_so():
    refused = OSError(28, "No space left on device")
    told = RunFailed(
        Phrase(
            "The reports cannot be written: {causes}.",
            causes=[errors.cause(refused), Phrase("{count} MB are free", count=1200)],
        )
    )
    assert failures.told(told, "tr") == "Raporlar yazılamıyor: diskte yer kalmadı, 1.200 MB boş yer var."
