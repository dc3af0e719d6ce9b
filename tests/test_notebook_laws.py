"""The laws of a notebook, read from the stored files alone: cells, tags and what each one shows."""

import ast
import json
import os
import platform
import re
import runpy
import socket
import statistics
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

REPO = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((REPO / "notebooks").glob("*.ipynb"))
TEXTS = REPO / "src" / "helpers" / "texts"
NOTE = "application/vnd.workbook.piece+json"

Cell = dict[str, Any]
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def joined(text: "str | list[str]") -> str:
    return text if isinstance(text, str) else "".join(text)


def tags(cell: Cell) -> list[str]:
    return cell["metadata"].get("tags", [])


def source(cell: Cell) -> str:
    return joined(cell["source"])


def cells(path: Path, kind: str = "") -> list[Cell]:
    return [cell for cell in read(path)["cells"] if kind in ("", cell["cell_type"])]


def tagged(path: Path, tag: str) -> list[Cell]:
    return [cell for cell in cells(path, "code") if tag in tags(cell)]


def working(path: Path) -> list[Cell]:
    """The code cells that show something: all but the parameters and the setup."""
    return [cell for cell in cells(path, "code") if not {"parameters", "setup"} & set(tags(cell))]


def shown(path: Path) -> list[dict[str, Any]]:
    return [output for cell in cells(path, "code") for output in cell["outputs"]]


def parameters(path: Path) -> dict[str, Any]:
    (cell,) = tagged(path, "parameters")
    return {
        statement.targets[0].id: ast.literal_eval(statement.value)  # type: ignore[attr-defined]
        for statement in ast.parse(source(cell)).body
    }


def test_there_are_notebooks_and_every_one_is_judged():
    assert len(NOTEBOOKS) >= 2
    assert {path.stem for path in NOTEBOOKS} >= {"goal3_education_research", "topic_rankings"}


# -- cells ------------------------------------------------------------------------------------------


@every_notebook
def test_one_parameters_cell_holds_names_and_literals_only(path):
    assert len(tagged(path, "parameters")) == 1
    for statement in ast.parse(source(tagged(path, "parameters")[0])).body:
        assert isinstance(statement, ast.Assign)
        assert [type(target) for target in statement.targets] == [ast.Name]
        assert isinstance(statement.value, ast.Constant)


@every_notebook
def test_defaults_are_those_of_the_declaration(path):
    declared = yaml.safe_load((REPO / "notebooks" / "parameters.yml").read_text(encoding="utf-8"))
    given = parameters(path)
    assert given == {name: declared[name]["default"] for name in given}
    assert {name: type(value).__name__ for name, value in given.items()} == {
        name: declared[name]["type"] for name in given
    }
    assert {"year", "language", "edition"} <= given.keys()


@every_notebook
def test_the_parameters_come_first_and_one_setup_cell_second(path):
    kinds = [set(tags(cell)) & {"parameters", "setup"} for cell in cells(path, "code")]
    assert kinds[:2] == [{"parameters"}, {"setup"}]
    assert not any(kinds[2:])


@every_notebook
def test_the_setup_cell_hands_every_parameter_to_start(path):
    (cell,) = tagged(path, "setup")
    calls = [node for node in ast.walk(ast.parse(source(cell))) if isinstance(node, ast.Call)]
    (start,) = [call for call in calls if getattr(call.func, "id", "") == "start"]
    handed = {keyword.arg: ast.unparse(keyword.value) for keyword in start.keywords}
    assert handed == {name: name for name in parameters(path)}


@every_notebook
def test_a_cell_is_short(path):
    # The one import of the set-up is a list of what the notebook uses, however its lines are broken.
    listed = re.compile(r"^from helpers import \(.*?\)$", re.S)
    lengths = [len(listed.sub("", source(cell)).splitlines()) for cell in cells(path, "code")]
    assert max(lengths) <= 10
    assert statistics.median(lengths) <= 4


@every_notebook
def test_a_cell_holds_no_plumbing(path):
    forbidden = (
        ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try, ast.TryStar, ast.Lambda, ast.With,
        ast.For, ast.While, ast.Global, ast.Delete, ast.Import, ast.ImportFrom,
    )  # fmt: skip
    for cell in cells(path, "code"):
        for node in ast.walk(ast.parse(source(cell))):
            if isinstance(node, ast.ImportFrom) and "setup" in tags(cell):
                assert (node.module, node.level) == ("helpers", 0)
                assert all(name.asname is None and name.name != "*" for name in node.names)
            else:
                assert not isinstance(node, forbidden), source(cell)


@every_notebook
def test_a_cell_names_no_path_colour_or_format(path):
    for cell in cells(path, "code"):
        for node in ast.walk(ast.parse(source(cell))):
            assert not isinstance(node, ast.JoinedStr), source(cell)
            assert getattr(node, "attr", "") not in {"format", "strftime", "style"}, source(cell)
            assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod)), source(cell)
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
                assert not re.search(r"[/\\~]|\.(csv|xlsx?|parquet|ya?ml|json|ipynb|png|html)$", text), text
                assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\(", text), text
                assert not re.search(r"[{}]|%[-+ 0-9.]*[dfgse]", text), text


@every_notebook
def test_a_cell_ends_in_the_one_thing_it_shows(path):
    for cell in cells(path, "code"):
        body = ast.parse(source(cell)).body
        if "parameters" not in tags(cell):
            assert isinstance(body[-1], ast.Expr)
            assert not any(isinstance(statement, ast.Expr) for statement in body[:-1])
            assert not source(cell).rstrip().endswith(";")  # nbval fails falsely on it


# -- prose ------------------------------------------------------------------------------------------


@every_notebook
def test_every_prose_cell_is_tagged_with_its_key(path):
    for cell in cells(path):
        keys = [tag for tag in tags(cell) if tag.startswith("prose:")]
        assert len(keys) == (1 if cell["cell_type"] == "markdown" else 0)
        assert all(re.fullmatch(r"prose:[a-z0-9_]+\.[a-z0-9_.]+", key) for key in keys)
    assert {cell["cell_type"] for cell in cells(path)} == {"markdown", "code"}


def test_a_key_of_prose_is_used_once_over_all_notebooks():
    keys = [tag for path in NOTEBOOKS for cell in cells(path, "markdown") for tag in tags(cell)]
    assert len(keys) == len(set(keys))


@every_notebook
def test_the_page_has_one_title_and_then_sections(path):
    levels = [
        [len(marks) for marks in re.findall(r"^(#+) ", source(cell), re.M)]
        for cell in cells(path, "markdown")
    ]
    assert levels[0] == [1]
    assert levels[1:] == [[2]] * (len(levels) - 1)
    assert len(levels) > 2


@every_notebook
def test_each_section_has_prose_and_then_what_it_is_about(path):
    found = cells(path)
    assert found[0]["cell_type"] == "markdown"
    assert found[-1]["cell_type"] == "code"
    for number, cell in enumerate(found):
        if cell["cell_type"] != "markdown":
            continue
        heading, _, prose = source(cell).strip().partition("\n")
        assert heading.startswith("#")
        assert len(prose.split()) >= 5, heading
        assert found[number + 1]["cell_type"] == "code", heading
    after_setup = max(i for i, cell in enumerate(found) if "setup" in tags(cell)) + 1
    assert found[after_setup]["cell_type"] == "markdown"


def test_every_notebook_has_a_name_in_both_languages():
    own = REPO / "notebooks" / "texts.yml"  # names and prose of notebooks that `workbook new` has added
    added = yaml.safe_load(own.read_text(encoding="utf-8"))["site"] if own.exists() else {}
    for language in ("en", "tr"):
        names = yaml.safe_load((TEXTS / f"{language}.yml").read_text(encoding="utf-8"))["site"]
        names |= {page: name[language] for page, name in added.items()}
        for path in NOTEBOOKS:
            assert names[path.stem].strip()


# -- what is stored ---------------------------------------------------------------------------------


@every_notebook
def test_every_code_cell_was_run_in_order_and_stores_what_it_shows(path):
    """nbval passes a notebook that stores nothing, so that it must be demanded here."""
    counts = [cell["execution_count"] for cell in cells(path, "code")]
    assert counts == list(range(1, len(counts) + 1))
    for cell in cells(path, "code"):
        kinds = [output["output_type"] for output in cell["outputs"]]
        assert kinds == ([] if "parameters" in tags(cell) else ["execute_result"]), source(cell)
        assert all(output["execution_count"] == cell["execution_count"] for output in cell["outputs"])


@every_notebook
def test_every_output_has_a_plain_form_that_can_be_compared(path):
    for output in shown(path):
        assert joined(output["data"]["text/plain"]).strip()
        assert " at 0x" not in joined(output["data"]["text/plain"])


def test_nbval_compares_words_and_notes_and_no_drawing():
    hook = runpy.run_path(str(REPO / "notebooks" / "conftest.py"))["pytest_collection_modifyitems"]

    class Held:
        skip_compare = ("metadata", "image/png")

    notebook = Held()
    # Two cells of a notebook, and a test that is no cell.
    hook([SimpleNamespace(parent=one) for one in (notebook, notebook, object())])
    assert notebook.skip_compare == ("metadata", "image/png", "image/svg+xml")


@every_notebook
def test_what_is_stored_is_the_sample(path):
    assert parameters(path)["edition"] == "sample"
    names = yaml.safe_load((TEXTS / "en.yml").read_text(encoding="utf-8"))["edition"]
    (setup,) = tagged(path, "setup")
    first = joined(setup["outputs"][0]["data"]["text/plain"])
    assert first.endswith(" · ".join([str(parameters(path)["year"]), names["sample"]]))
    everything = "\n".join(joined(output["data"]["text/plain"]) for output in shown(path))
    assert names["live"] not in everything
    assert "data/sample/" in everything
    assert "data/store" not in everything


@every_notebook
def test_nothing_is_stored_of_errors_or_of_the_machine(path):
    for output in shown(path):
        assert output["output_type"] != "error"
        assert output.get("name") != "stderr"
    bare = read(path)
    for cell in bare["cells"]:
        assert not {"execution", "papermill", "collapsed"} & cell["metadata"].keys()
    assert "papermill" not in bare["metadata"]
    written = json.dumps(bare, ensure_ascii=False).encode()
    machines = {socket.gethostname(), platform.node(), os.environ.get("HOSTNAME", "")}
    named = [name.encode() for name in machines if len(name) > 3 and name != "localhost"]
    folder = str(REPO.parent).encode() + b"/" if len(REPO.parts) > 2 else str(REPO).encode()
    for forbidden in (folder, b"/home/", b"/Users/", b"/root/", b"/tmp/", b"site-packages", b":\\\\", *named):
        assert forbidden not in written, forbidden


def figures(path: Path) -> list[dict[str, Any]]:
    return [output for output in shown(path) if "image/svg+xml" in output["data"]]


@every_notebook
def test_every_figure_has_its_words_and_its_size(path):
    assert figures(path) or path.stem == "data_quality"  # a page of lists
    for output in figures(path):
        note = output["data"][NOTE]
        assert note["kind"] == "figure"
        for part in ("title", "alt", "source"):
            assert note[part].strip(), part
        plain = joined(output["data"]["text/plain"])
        assert plain.startswith(note["title"])
        # The words for those who do not see the chart hold every number that the plain form holds.
        for number in re.findall(r"\d+(?:[.,]\d+)*", plain.removesuffix("\n".join(note["caveats"].values()))):
            beside = " ".join([*note["notes"], *note.get("details", [])])
            assert number in note["alt"] + note["subtitle"] + beside
        drawn = joined(output["data"]["image/svg+xml"])
        assert drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg"') and drawn.endswith("</svg>")
        assert "image/png" not in output["data"]  # drawn once
        rows = note["data"]["rows"]
        assert rows and {len(row) for row in rows} == {len(note["data"]["columns"])}


@every_notebook
def test_every_table_has_its_words(path):
    tables = [output for output in shown(path) if "text/html" in output["data"]]
    assert tables
    for output in tables:
        note = output["data"][NOTE]
        assert note["kind"] == "table"
        assert note["title"].strip()
        assert note["source"].strip()
        assert joined(output["data"]["text/plain"]).startswith(note["title"])


@every_notebook
def test_every_output_says_what_it_is(path):
    for cell in working(path):
        (output,) = cell["outputs"]
        kind = output["data"][NOTE]["kind"]
        assert kind in {"text", "messages", "standing", "table", "figure"}, (
            "stored defaults must all be computable"
        )
