"""Completion, asked of real shells: what Tab would offer after the words typed so far.

Of PowerShell, which is on no machine that this was written on, the script alone is looked at.
"""

import os
import re
import shutil
import subprocess

import pytest

from helpers.catalog import load
from helpers.cli import main
from helpers.desk import completion
from helpers.texts import Texts

BASH, ZSH, FISH = (shutil.which(name) for name in ("bash", "zsh", "fish"))
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


TYPED = [
    (("ro",), {"roll", "rollback"}, {"run"}),
    (("run", "--la"), {"--language"}, {"--year"}),
    (("run", "--language", ""), {"tr", "en"}, {"de"}),
    (("template", "ev"), {"events"}, {"mobility"}),
    (("trace", "G3.2"), {"G3.25"}, {"G1.01"}),
    (("new", "ind"), {"indicator"}, {"register"}),
]


@pytest.mark.skipif(not BASH, reason="this system has no bash")
@pytest.mark.parametrize(("typed", "there", "not_there"), TYPED)
def test_tab_offers_commands_options_and_what_an_option_can_be(offered, typed, there, not_there):
    found = offered(*typed)
    assert there <= found and not not_there & found


@pytest.mark.skipif(not BASH, reason="this system has no bash")
def test_tab_offers_the_years_of_the_plan(offered):
    assert offered("run", "--year", "") == {str(year) for year in load().plan.years}


@pytest.fixture(scope="module")
def put(tmp_path_factory):
    """Install the scripts of all shells in Turkish; return the folder, and what each command said."""
    home, told = tmp_path_factory.mktemp("put"), {}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_DATA_HOME", str(home))
        patched.delenv("LOCALAPPDATA", raising=False)
        for shell in completion.SHELLS:
            with pytest.MonkeyPatch.context() as printing:
                printing.setattr("builtins.print", lambda *said, shell=shell: told.update({shell: said[0]}))
                assert main(["completion", shell, "--install", "--language", "tr"]) == 0
    return home, told


@pytest.mark.skipif(not FISH, reason="this system has no fish: apt-get install fish")
def test_fish_finds_its_script_by_itself_and_offers_the_same(put, tmp_path):
    home, _ = put
    (tmp_path / "workbook").write_text("#!/bin/sh\n", encoding="utf-8")  # fish completes what there is
    (tmp_path / "workbook").chmod(0o755)
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(home), "PATH": path}
    asked = "; ".join(f"complete -C 'workbook {' '.join(typed)}'; echo ==" for typed, *_ in TYPED)
    answer = subprocess.run(
        [FISH, "-c", asked], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    for (typed, there, not_there), offered in zip(TYPED, answer.stdout.split("==\n"), strict=False):
        found = {line.partition("\t")[0] for line in offered.splitlines()}
        assert there <= found and not not_there & found, typed
    assert "rollback\tRaporları" in answer.stdout


@pytest.mark.skipif(not ZSH, reason="this system has no zsh: apt-get install zsh")
def test_zsh_offers_the_same_once_it_is_told_the_folder(put, tmp_path):
    pexpect = pytest.importorskip("pexpect")
    home, told = put
    (line,) = re.findall(r"fpath=\(.*? \$fpath\)", told["zsh"])
    assert line == f"fpath=({home / 'zsh' / 'site-functions'} $fpath)"
    environment = {**os.environ, "HOME": str(tmp_path), "TERM": "dumb", "PS1": "> ", "LC_ALL": "C.UTF-8"}
    shell = pexpect.spawn(ZSH, ["-f"], env=environment, encoding="utf-8", timeout=60, dimensions=(80, 200))
    shell.sendline(f"{line}; autoload -Uz compinit; compinit -u -d {tmp_path}/dump; setopt list_ambiguous")
    shell.sendline("echo be''gun")
    shell.expect("begun")
    for typed, there, _ in TYPED:
        shell.send(f"workbook {' '.join(typed)}\t\t")
        for one in sorted(there):
            shell.expect(re.escape(one))
        shell.send("\x03")
    shell.close(force=True)


def test_the_script_of_powershell_is_read_as_utf_8_by_every_windows(put):
    """The PowerShell that Windows brings along takes a file without a mark for the system's code page."""
    home, told = put
    script = home / "workbook" / "completion.ps1"
    assert script.read_bytes().startswith(b"\xef\xbb\xbf")
    text = script.read_text(encoding="utf-8-sig")
    assert "Register-ArgumentCompleter -Native -CommandName workbook" in text and "üret" in text
    named = re.search(r"'_shtab_workbook' = @\((.*?)\)", text)[1]
    assert {"'roll'", "'rollback'", "'receive'"} <= set(named.split(", "))
    offered = re.search(r"'_shtab_workbook_run___year' = @\((.*?)\)", text)[1]
    assert offered.split(", ") == [f"'{year}'" for year in load().plan.years]
    # Strings in single quotes hold nothing that would be run, and every one of them ends.
    data = text[text.index("# --- Completion data") : text.index("# --- Helper functions")]
    bare = re.sub(r"'(?:[^'\u2018-\u201b]|''|[\u2018-\u201b]{2})*'", "", data)
    assert not re.search(r"['\u2018-\u201b`\"]|\$\(", bare)
    assert re.search(r'Add-Content \$PROFILE "\. \'.*completion\.ps1\'"', told["powershell"])


def test_on_windows_the_script_lies_with_a_users_local_data(tmp_path, monkeypatch):
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "O'Neill"))
    target = completion.install("# script", "powershell")
    assert target.is_relative_to(tmp_path / "O'Neill")
    assert f"'{str(target).replace(chr(39), chr(39) * 2)}'" in completion.told(
        Texts("en"), "powershell", target
    )


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["completion", "bash", "--install"]) == 1
    assert capsys.readouterr().err.startswith("workbook: ")
