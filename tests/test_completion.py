"""Completion, asked of a real bash: what Tab would offer after the words typed so far."""

import shutil
import subprocess

import pytest

from helpers.catalog import load
from helpers.cli import main

BASH = shutil.which("bash")
# As bash does on Tab: set the words, call the function that is registered, read COMPREPLY.
TAB = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
registered=$(complete -p workbook); registered=${registered##*-F }
"${registered%% *}" workbook "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def offered(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_DATA_HOME", str(home))
        assert main(["completion", "bash", "--install", "--language", "en"]) == 0
    script = home / "bash-completion" / "completions" / "workbook"

    def after(*typed):
        asked = [BASH, "--norc", "-c", TAB, "tab", str(script), "workbook", *typed]
        answer = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=True)
        return {line.strip() for line in answer.stdout.splitlines() if line.strip()}

    return after


@pytest.mark.skipif(not BASH, reason="this system has no bash")
@pytest.mark.parametrize(
    ("typed", "there", "not_there"),
    [
        (("ro",), {"roll", "rollback"}, {"run"}),
        (("run", "--la"), {"--language"}, {"--year"}),
        (("run", "--language", ""), {"tr", "en"}, {"de"}),
        (("template", "ev"), {"events"}, {"mobility"}),
        (("trace", "G3.2"), {"G3.25"}, {"G1.01"}),
    ],
)
def test_tab_offers_commands_options_and_what_an_option_can_be(offered, typed, there, not_there):
    found = offered(*typed)
    assert there <= found and not not_there & found


@pytest.mark.skipif(not BASH, reason="this system has no bash")
def test_tab_offers_the_years_of_the_plan(offered):
    assert offered("run", "--year", "") == {str(year) for year in load().plan.years}


def test_the_script_of_zsh_is_put_where_it_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert main(["completion", "zsh", "--install", "--language", "tr"]) == 0
    script = tmp_path / "zsh" / "site-functions" / "_workbook"
    assert script.read_text(encoding="utf-8").startswith("#compdef workbook")
    assert f"fpath=({script.parent} $fpath)" in capsys.readouterr().out


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["completion", "bash", "--install"]) == 1
    assert capsys.readouterr().err.startswith("workbook: ")
