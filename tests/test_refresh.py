"""Committed notebooks: stale outputs, received data, foreign metadata are refused; differences are read."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from conftest import REPO
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers.cli import main
from helpers.desk import notebooks


def shown(text: str, **more: str):
    return new_output("execute_result", {"text/plain": text, **more}, execution_count=1)


def written(path: Path, source: str, *outputs, **metadata) -> Path:
    cell = new_code_cell(source, id="one-cell", outputs=list(outputs), execution_count=1)
    nbformat.write(new_notebook(cells=[cell], metadata=metadata), path)
    return path


@pytest.fixture(autouse=True)
def cold(monkeypatch):
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "local-provisioner")


def test_what_changed_is_shown_and_then_saved(tmp_path, capfd):
    capsys = capfd  # what the kernel itself says is heard, too
    path = written(tmp_path / "a.ipynb", "6 * 7", shown("41"), mine=1)
    before = path.read_bytes()
    assert main(["refresh", str(path), "--check", "--language", "en"]) == 1
    out, error = capsys.readouterr()
    assert "in one-cell: 41 → 42" in out and "is stale" in error and "mine" in error
    assert "WARNING" not in out + error
    assert path.read_bytes() == before
    assert main(["refresh", str(path), "--yes", "--language", "tr"]) == 0
    assert "one-cell hücresi: 41 → 42" in capsys.readouterr().out
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["cells"][0]["outputs"][0]["data"]["text/plain"] in ("42", ["42"])
    assert "mine" not in kept["metadata"]
    assert main(["refresh", str(path), "--check"]) == 0


def test_received_data_are_neither_run_nor_saved(tmp_path, capsys):
    asked = written(tmp_path / "a.ipynb", 'edition = "live"  # mine', shown("41"))
    told = written(tmp_path / "b.ipynb", "1", shown("Sources: data/store/events/eng-2026.parquet"))
    labelled = written(tmp_path / "c.ipynb", "1", shown("KTÜ · 2026 · teslim alınan veri"))
    before = [path.read_bytes() for path in (asked, told, labelled)]
    assert main(["refresh", *map(str, (asked, told, labelled)), "--yes", "--language", "en"]) == 1
    assert capsys.readouterr().err.count("must not be committed") == 3
    assert [path.read_bytes() for path in (asked, told, labelled)] == before


def test_a_cell_that_fails_leaves_the_notebook_as_it_was(tmp_path, capsys):
    path = written(tmp_path / "a.ipynb", "1 / 0", shown("1"))
    before = path.read_bytes()
    assert main(["refresh", str(path), "--yes"]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_changes_tell_words_from_drawings_and_overlook_the_day():
    def one(*outputs):
        return new_notebook(cells=[new_code_cell("1", id="c", outputs=list(outputs))])

    same = one(shown("Made 3 March 2026\n5 pages"))
    assert notebooks.changes(same, one(shown("Made 4 May 2027\n5 pages"))) == []
    assert notebooks.changes(same, one(shown("Made 3 March 2026\n6 pages"))) == [
        notebooks.Change("c", "5 pages", "6 pages")
    ]
    svg = {"image/svg+xml": "<svg/>"}
    assert notebooks.changes(one(shown("a", **svg)), one(shown("a", **{"image/svg+xml": "<svg></svg>"}))) == [
        notebooks.Change("c", "", "", drawing=True)
    ]
    assert notebooks.changes(one(), one(shown("a"))) == [notebooks.Change("c", "", "a")]
    assert notebooks.changes(one(shown("a\nb")), one(shown("b\na"))) == [notebooks.Change("c", "", "")]


def test_the_committed_notebooks_hold_the_sample_and_no_foreign_metadata():
    paths = sorted((REPO / "notebooks").glob("*.ipynb"))
    assert len(paths) > 5
    for path in paths:
        stored = notebooks.read(path)
        assert (notebooks.live(stored), notebooks.foreign(stored)) == ([], []), path.name


def test_a_file_that_is_no_notebook_is_refused(tmp_path, capsys):
    path = tmp_path / "a.ipynb"
    path.write_text("{broken", encoding="utf-8")
    assert main(["refresh", str(path)]) == 1
    assert main(["refresh", str(tmp_path / "b.txt")]) == 1
    assert capsys.readouterr().err.count("no notebook") == 2


def test_the_hook_and_make_call_the_command():
    hooks = yaml.safe_load((REPO / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0][
        "hooks"
    ]
    (hook,) = [one for one in hooks if one["id"] == "outputs"]
    assert hook["entry"].endswith("workbook refresh --check") and hook.get("pass_filenames", True)
    assert "workbook refresh --yes" in (REPO / "Makefile").read_text(encoding="utf-8")


@pytest.mark.skipif(not shutil.which("sh"), reason="git brings a shell along; it is not on the path here")
def test_hooks_find_their_programs_in_the_environment_or_on_the_path(tmp_path):
    """In `.venv` of any system, as make lays it; else on the path, where conda puts an environment."""
    script = REPO / ".ci" / "in-environment"
    hooks = yaml.safe_load((REPO / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]
    assert all(one["entry"].startswith("sh .ci/in-environment ") for one in hooks["hooks"])

    def program(*folder):
        file = tmp_path.joinpath(*folder, "tool")
        file.parent.mkdir(parents=True)
        file.write_text(f"#!/bin/sh\necho {'/'.join(folder)} $*\n", encoding="utf-8", newline="\n")
        file.chmod(0o755)

    def said():
        path = os.pathsep.join([str(tmp_path / "conda"), os.environ["PATH"]])
        asked = ["sh", str(script), "tool", "a b", "--check"]
        return subprocess.run(
            asked, cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True
        ).stdout.strip()  # fmt: skip

    for folder in (("conda",), (".venv", "Scripts"), (".venv", "bin")):
        program(*folder)
        assert said() == f"{'/'.join(folder)} a b --check"


@pytest.mark.skipif(not (shutil.which("sh") and shutil.which("git")), reason="no git is on the path")
def test_git_shows_and_merges_notebooks_by_cells_as_its_attributes_say(tmp_path):
    """The commands of `.gitattributes`, literally, in a repository with nothing on the path."""
    told = (REPO / ".gitattributes").read_text(encoding="utf-8")
    (tmp_path / ".ci").mkdir()
    shutil.copy(REPO / ".ci" / "in-environment", tmp_path / ".ci")
    (tmp_path / ".gitattributes").write_text(told, encoding="utf-8")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent, target_is_directory=True)
    environment = {**os.environ, "PATH": os.defpath, "HOME": str(tmp_path), "GIT_PAGER": "cat"}

    def git(*arguments):
        named = ["-c", "user.name=t", "-c", "user.email=t@t"]
        asked = ["git", *named, *arguments]
        return subprocess.run(
            asked, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        ).stdout

    git("init", "-q", "-b", "main")
    for line in re.findall(r"^#   git (config .*)$", told, re.M):
        git(*shlex.split(line))

    def cells(*sources, output="5"):
        made = [
            new_code_cell(source, id=f"cell-{place}", outputs=[shown(output)], execution_count=1)
            for place, source in enumerate(sources)
        ]
        nbformat.write(new_notebook(cells=made), tmp_path / "a.ipynb")

    cells("a = 1", "b = 1")
    git("add", "a.ipynb", ".gitattributes")
    git("commit", "-qm", "first")
    git("checkout", "-qb", "other")
    cells("a = 1", "b = 2")
    git("commit", "-qam", "theirs")
    git("checkout", "-q", "main")
    cells("a = 3", "b = 1", output="7")
    seen = git("diff")
    assert "a = 3" in seen and "outputs" not in seen and "text/plain" not in seen
    git("commit", "-qam", "ours")
    git("merge", "-q", "-m", "both", "other")
    merged = nbformat.read(tmp_path / "a.ipynb", as_version=4)
    assert [cell.source for cell in merged.cells] == ["a = 3", "b = 2"]


def test_a_difference_between_notebooks_shows_what_was_written_and_no_outputs(tmp_path):
    """What a change does to figures, `workbook refresh` says; stored drawings would bury the cell."""
    program = shutil.which("nbdiff", path=Path(sys.executable).parent)
    (flags,) = re.findall(r"git-nbdiffdriver diff ([-A-Z ]+)", (REPO / ".gitattributes").read_text())
    written(tmp_path / "a.ipynb", "year = 2025", shown("5 pages", **{"text/html": "<b>old</b>"}))
    written(
        tmp_path / "b.ipynb", "year = 2026", shown("6 pages", **{"text/html": "<b>new</b>"}), mine="screen"
    )
    told = subprocess.run(
        [program, "--no-color", *flags.split(), "a.ipynb", "b.ipynb"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    assert "year = 2025" in told and "year = 2026" in told
    assert "<b>" not in told and "pages" not in told and "screen" not in told
