"""Parameters: refused in one line that names what is allowed, before anything runs."""

import itertools
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers import catalog, cli, errors, run
from helpers.batch import jobs
from helpers.catalog.parameters import allowed, check

REPO = Path(__file__).resolve().parents[1]
DECLARED = yaml.safe_load((REPO / "notebooks" / "parameters.yml").read_text(encoding="utf-8"))
NOTEBOOKS = sorted(path.stem for path in (REPO / "notebooks").glob("*.ipynb"))
PLAN = yaml.safe_load((REPO / "data" / "catalog" / "plan.yml").read_text(encoding="utf-8"))
GOOD: dict[str, Any] = {"year": 2024, "language": "tr", "institution": "ktu", "edition": "sample"}
YEARS = ("2017", "2030")


def told(refusal: "pytest.ExceptionInfo[errors.WorkbookError]") -> str:
    """The message, which is one line."""
    message = str(refusal.value)
    assert "\n" not in message
    return message


# -- check ------------------------------------------------------------------------------------------


def test_what_is_declared_is_what_these_tests_assume():
    assert (DECLARED["year"]["minimum"], DECLARED["year"]["maximum"]) == tuple(map(int, YEARS))
    assert set(DECLARED["language"]["allowed"]) == {"tr", "en"}
    assert set(DECLARED["edition"]["allowed"]) == {"sample", "live"}
    assert DECLARED["institution"]["allowed_from"] == "institutions"


@pytest.mark.parametrize(
    "changes", [{}, {"year": 2017}, {"year": 2030}, {"language": "en"}, {"edition": "live"}]
)
def test_what_is_allowed_passes(changes):
    check(GOOD | changes, catalog.load())


REFUSED = [
    ("year", True, YEARS),
    ("year", False, YEARS),
    ("year", 2024.0, YEARS),
    ("year", "2024", YEARS),
    ("year", None, YEARS),
    ("year", [2024], YEARS),
    ("year", 2016, YEARS),
    ("year", 2031, YEARS),
    ("year", -2024, YEARS),
    ("language", "de", ("tr", "en")),
    ("language", "TR", ("tr", "en")),
    ("language", "", ("tr", "en")),
    ("language", None, ("tr", "en")),
    ("language", ["tr"], ("tr", "en")),
    ("institution", "oxford", ("ktu", "metu", "trabzon")),
    ("institution", "KTÜ", ("ktu", "metu", "trabzon")),
    ("institution", "", ("ktu", "metu", "trabzon")),
    ("institution", 7, ("ktu", "metu", "trabzon")),
    ("edition", "draft", ("sample", "live")),
    ("edition", "../sample", ("sample", "live")),
    ("edition", True, ("sample", "live")),
]


@pytest.mark.parametrize(("name", "value", "named"), REFUSED, ids=[f"{n}={v!r}" for n, v, _ in REFUSED])
def test_a_value_that_is_not_allowed_is_refused_in_one_line(name, value, named):
    with pytest.raises(errors.ParameterError) as refusal:
        check(GOOD | {name: value}, catalog.load())
    message = told(refusal)
    assert name in message
    assert repr(value) in message
    for value_allowed in named:
        assert value_allowed in re.split(r"[^\w]+", message.partition("Expected:")[2])


@pytest.mark.parametrize("value", [True, False, 1.0, "1", 6, -1])
def test_a_truth_value_is_no_number_even_inside_the_range(value):
    """Python takes True for 1; a year alone would not show it, for 1 is no year of the range."""
    declared = {"type": "int", "default": 1, "minimum": 0, "maximum": 5, "meaning": {"en": "n", "tr": "n"}}
    toy = replace(catalog.load(), parameters={"n": catalog.Parameter.model_validate(declared)})
    check({"n": 0}, toy)
    check({"n": 5}, toy)
    with pytest.raises(errors.ParameterError, match="Expected: a whole number from 0 to 5"):
        check({"n": value}, toy)


@pytest.mark.parametrize("name", ["yaer", "Year", "season", "", "__class__"])
def test_a_name_that_is_not_declared_is_refused_with_those_that_are(name):
    with pytest.raises(errors.ParameterError) as refusal:
        check(GOOD | {name: 1}, catalog.load())
    message = told(refusal)
    assert repr(name) in message
    for declared in DECLARED:
        assert declared in message.partition("Expected:")[2]


def test_a_name_the_notebook_does_not_take_is_refused_with_those_it_takes():
    with pytest.raises(errors.ParameterError) as refusal:
        check({"institution": "ktu"}, catalog.load(), known=["year", "language"])
    assert told(refusal).endswith("Expected: one of year, language.")


def test_a_name_the_notebook_takes_and_nobody_declared_is_refused():
    with pytest.raises(errors.ParameterError, match="'dean'"):
        check({"dean": "law"}, catalog.load(), known=["year", "dean"])


def test_every_institution_of_the_register_is_allowed_and_no_other():
    register = (REPO / "data" / "reference" / "institutions.csv").read_text(encoding="utf-8").splitlines()
    ids = [line.split(",")[0] for line in register[1:]]
    assert allowed(catalog.load().parameters["institution"], catalog.load()) == tuple(sorted(ids))
    assert allowed(catalog.load().parameters["year"], catalog.load()) is None


# -- start ------------------------------------------------------------------------------------------


def test_start_hands_over_what_was_asked():
    given = run.start(year=2024, language="tr", institution="metu", edition="sample")
    assert (given.year, given.language, given.institution.id, given.edition) == (2024, "tr", "metu", "sample")
    assert given.name == "Orta Doğu Teknik Üniversitesi"
    assert given.text("peers.median") == "ortanca"
    assert repr(given).startswith("Orta Doğu Teknik Üniversitesi · 2024 · ")
    assert "metu" in given.peer_group.members


def test_start_takes_the_plans_institution_and_the_embedded_data_by_itself():
    given = run.start(year=2026)
    assert (given.institution.id, given.edition, given.language) == (PLAN["institution"], "sample", "en")


@pytest.mark.parametrize(("system", "edition"), [("the", 2024), ("qs", 2025), ("arwu", 2023), ("cwur", 2024)])
def test_a_year_shows_the_edition_that_was_in_force_for_most_of_it(system, edition):
    """THE 2024 came out in autumn 2023, QS 2025 in June 2024, ARWU 2023 in August 2023, CWUR in spring."""
    assert run.start(year=2024).edition_of(system) == edition


def test_what_was_handed_over_cannot_be_changed():
    given = run.start(year=2024)
    with pytest.raises(AttributeError):
        given.year = 2025  # type: ignore[misc]


@pytest.mark.parametrize(("name", "value", "named"), REFUSED, ids=[f"{n}={v!r}" for n, v, _ in REFUSED])
def test_start_refuses_what_check_refuses(name, value, named):
    with pytest.raises(errors.ParameterError) as refusal:
        run.start(**(GOOD | {name: value}))
    assert named[0] in told(refusal)


def test_start_refuses_a_name_it_does_not_know():
    with pytest.raises(TypeError, match="season"):
        run.start(year=2024, season="autumn")  # type: ignore[call-arg]


def test_a_refusal_shows_in_a_notebook_as_one_line_without_a_traceback():
    with pytest.raises(errors.ParameterError) as refusal:
        run.start(year=1999)
    (line,) = refusal.value._render_traceback_()
    assert line.startswith("ParameterError: ")
    assert "\n" not in line
    assert "2017" in line


# -- the jobs of a batch ----------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planning and refusing must not come as far as executing a notebook."""
    import papermill

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a notebook was executed")

    monkeypatch.setattr(papermill, "execute_notebook", never)


def as_tuple(job: jobs.Job) -> tuple[str, int, str]:
    return job.notebook, job.year, job.language


def test_a_batch_is_every_notebook_in_every_year_and_language_of_the_plan():
    planned = jobs.plan([], [], "sample")
    expected = set(itertools.product(NOTEBOOKS, [2022, 2023, 2024, 2025, 2026], ["tr", "en"]))
    assert {as_tuple(job) for job in planned} == expected
    assert len(planned) == len(expected)
    assert {(job.institution, job.edition) for job in planned} == {("ktu", "sample")}


def test_what_is_given_takes_the_place_of_the_plans_choice():
    planned = jobs.plan([2019, 2021], ["en"], "live", "metu", ["topic_rankings"])
    assert [as_tuple(job) for job in planned] == [
        ("topic_rankings", 2019, "en"),
        ("topic_rankings", 2021, "en"),
    ]
    given = {"year": 2019, "language": "en", "institution": "metu", "edition": "live"}
    assert planned[0].parameters == {**given, "period": "year", "unit": ""}
    assert planned[0].place == Path("2019/en/topic_rankings")
    assert str(planned[0]) == "topic_rankings 2019 en (metu)"


def test_what_is_given_twice_runs_once():
    planned = jobs.plan([2024, 2024], ["tr", "tr"], "sample", None, ["topic_rankings"] * 2)
    assert [as_tuple(job) for job in planned] == [("topic_rankings", 2024, "tr")]


def test_what_the_analyst_explores_is_no_part_of_a_batch(workbook_root):
    explore = workbook_root / "notebooks" / "explore"
    explore.mkdir(exist_ok=True)
    (explore / "trial.ipynb").write_text("{}", encoding="utf-8")
    assert jobs.available() == NOTEBOOKS


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (([2016], [], "sample"), "2030"),
        (([2024, 1999], [], "sample"), "2017"),
        ((["2024"], [], "sample"), "2017"),
        (([True], [], "sample"), "2017"),
        (([], ["tr", "de"], "sample"), "en"),
        (([], [], "draft"), "live"),
        (([], [], "sample", "oxford"), "metu"),
    ],
)
def test_a_batch_with_one_wrong_parameter_is_refused_whole(workbook_root, arguments, named):
    with pytest.raises(errors.ParameterError) as refusal:
        jobs.plan(*arguments)
    assert named in told(refusal)
    assert not (workbook_root / "reports").exists()


@pytest.mark.parametrize("name", ["topic_ranking", "explore/trial", "../notebooks/topic_rankings", ""])
def test_a_notebook_that_is_not_there_is_refused_with_those_that_are(name):
    with pytest.raises(errors.WorkbookError) as refusal:
        jobs.plan([], [], "sample", None, [name])
    message = told(refusal)
    assert repr(name) in message
    for known in NOTEBOOKS:
        assert known in message


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["run", "--year", "1999"], "2017"),
        (["run", "--year", "this"], "2017"),
        (["run", "--language", "de"], "en"),
        (["run", "--institution", "oxford"], "ktu"),
        (["run", "--edition", "draft"], "live"),
    ],
)
def test_the_command_refuses_in_one_line_and_makes_nothing(workbook_root, capsys, arguments, named):
    before = sorted(workbook_root.rglob("*"))
    try:
        code = cli.main(arguments)
    except SystemExit as stopped:  # argparse refuses what it knows to be wrong
        code = stopped.code
    assert code not in (0, None)
    written = capsys.readouterr()
    refusals = [line for line in written.err.splitlines() if not line.startswith("usage:")]
    assert len(refusals) == 1
    assert named in refusals[0]
    assert "Traceback" not in written.err + written.out
    assert sorted(workbook_root.rglob("*")) == before


def test_a_batch_about_an_institution_without_a_name_is_refused():
    with pytest.raises(errors.ParameterError):
        jobs.plan([2024], ["tr"], "sample", "")


# -- reading a parameters cell ----------------------------------------------------------------------


def notebook(folder: Path, *cells: str, tags: tuple[str, ...] = ("parameters",)) -> Path:
    """Write a notebook whose cells all carry the same tags."""
    written = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {"tags": list(tags)},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate(cells)
    ]
    path = folder / "toy.ipynb"
    path.write_text(
        json.dumps({"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8"
    )
    return path


HARD = """# which year = what?
title = "a = b  # not a comment, year = 1999"
year = 2026  # report = year
minus = -1
share = 0.5
long = (
    "one "
    "two"
)
several = ["tr", "en"]
word = 'it''s = "so"'
none = None; yes = True
"""


def test_a_hard_parameters_cell_is_read_as_python_reads_it(tmp_path):
    assert jobs.defaults(notebook(tmp_path, HARD)) == {
        "title": "a = b  # not a comment, year = 1999",
        "year": 2026,
        "minus": -1,
        "share": 0.5,
        "long": "one two",
        "several": ["tr", "en"],
        "word": 'its = "so"',
        "none": None,
        "yes": True,
    }


def test_an_empty_parameters_cell_has_no_parameters(tmp_path):
    assert jobs.defaults(notebook(tmp_path, "# none yet")) == {}


NO_LITERALS = [
    'year = int("2026")',
    "year = 2025 + 1",
    "year = other",
    "first, last = 2022, 2026",
    "year += 1",
    "import os",
    "year = [y for y in (1, 2)]",
    'title = f"{1}"',
    "if True:\n    year = 2026",
    'print("year")',
    "run.year = 2026",
]


@pytest.mark.parametrize("source", NO_LITERALS)
def test_a_parameters_cell_that_computes_is_refused(tmp_path, source):
    with pytest.raises(errors.CatalogError, match=r"toy\.ipynb.*name = literal") as refusal:
        jobs.defaults(notebook(tmp_path, source))
    told(refusal)


def test_one_value_for_two_names_is_refused_or_read_whole(tmp_path):
    try:
        found = jobs.defaults(notebook(tmp_path, "first = last = 2026"))
    except errors.CatalogError:
        return
    assert found == {"first": 2026, "last": 2026}


@pytest.mark.parametrize("source", ["year = = 2026", "%matplotlib inline\nyear = 2026", "year = {[]: 1}"])
def test_a_parameters_cell_that_is_no_python_is_refused_in_our_words(tmp_path, source):
    with pytest.raises(errors.CatalogError, match=r"toy\.ipynb"):
        jobs.defaults(notebook(tmp_path, source))


@pytest.mark.parametrize(
    ("cells", "tags", "count"), [(2, ("parameters",), 2), (1, ("setup",), 0), (0, (), 0)]
)
def test_a_notebook_without_exactly_one_parameters_cell_is_refused(tmp_path, cells, tags, count):
    with pytest.raises(errors.CatalogError, match=rf"toy\.ipynb has {count} .*exactly one"):
        jobs.defaults(notebook(tmp_path, *["year = 2026"] * cells, tags=tags))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_notebooks_take_what_the_batch_gives(name):
    found = jobs.defaults(REPO / "notebooks" / f"{name}.ipynb")
    assert found == {key: DECLARED[key]["default"] for key in found}
    assert found.keys() == jobs.Job(name, 2024, "tr", "ktu", "sample", takes=tuple(found)).parameters.keys()


def test_a_notebook_that_lacks_a_parameter_of_the_batch_is_refused_before_it_runs(workbook_root):
    path = workbook_root / "notebooks" / "topic_rankings.ipynb"
    written = json.loads(path.read_text(encoding="utf-8"))
    for cell in written["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = "year = 2026\nlanguage = 'en'\nedition = 'sample'"
    path.write_text(json.dumps(written), encoding="utf-8")
    with pytest.raises(errors.ParameterError, match="'institution'") as refusal:
        jobs.plan([2024], ["tr"], "sample")
    taken = told(refusal).partition("Expected: one of ")[2].rstrip(".").split(", ")
    assert sorted(taken) == ["edition", "language", "year"]
