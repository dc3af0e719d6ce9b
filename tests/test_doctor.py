"""The doctor: a sound workbook is called sound, and each planted damage is found and can be mended."""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from conftest import REPO
from filelock import FileLock

from helpers import store
from helpers.batch import sets
from helpers.batch.records import WORK
from helpers.cli import main
from helpers.deliver import pdf
from helpers.desk import doctor
from helpers.intake import receive
from helpers.present import theme
from helpers.texts import Texts

HEADER = (
    "year,Rank,Name,Country,Overall,Teaching,Research Environment,Research Quality,Industry,"
    "International Outlook,rank_prefix"
)
ROW = "2026,1501+,Karadeniz Technical University,Türkiye,10.3–27.2,23,15,30,41,26,"


@pytest.fixture
def received(workbook_root, tmp_path):
    file = tmp_path / "THE_2026.csv"
    file.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    assert receive(file, None, "", "", "").problem_count == 0
    (card,) = (workbook_root / "data" / "raw").rglob("*.source.yml")
    return card.with_name(card.name.removesuffix(".source.yml"))


def faults(check) -> list[doctor.Finding]:
    return [one for one in check(Texts("en")) if one.state != "good"]


@pytest.mark.parametrize("language", ["en", "tr"])
def test_a_sound_workbook_is_called_sound_in_either_language(received, capsys, language):
    assert main(["doctor", "--language", language]) == 0
    out = capsys.readouterr().out
    say = Texts(language)
    assert out.splitlines()[-1] == say("doctor.sound")
    assert say("doctor.raw", count=1) in out
    assert str(received.parents[2]) not in out


def test_every_finding_that_is_not_good_says_how_it_is_mended(received, capsys):
    received.chmod(0o644)
    received.write_bytes(received.read_bytes() + b"\n")
    assert main(["doctor", "--language", "en"]) == 1
    lines = capsys.readouterr().out.splitlines()
    (at,) = [i for i, line in enumerate(lines) if line.startswith("FAULT")]
    assert received.name in lines[at] and "fingerprint" in lines[at]
    assert lines[at + 1].split()[0] == "→" and "workbook receive" in lines[at + 1]
    assert lines[-1] == "1 fault to mend."


# -- received data -----------------------------------------------------------------------------------------


def sound(*checks):
    return not [one for check in checks for one in faults(check)]


def again(tmp_path):
    """Do what the remedies say: receive the file anew."""
    return main(["receive", str(tmp_path / "THE_2026.csv"), "--language", "en"])


def stored(root):
    return sorted((root / "data" / "store").glob("ranking_*/*.parquet"))


def test_a_received_file_that_is_gone_is_missed_and_comes_back(received, tmp_path):
    received.chmod(0o644)
    received.unlink()
    (found,) = faults(doctor._cards)
    assert found.state == "fault" and "missing" in found.told and "receive it again" in found.remedy
    assert again(tmp_path) == 0 and sound(doctor._cards)


def test_a_received_file_that_was_changed_is_put_right(received, tmp_path):
    received.chmod(0o644)
    received.write_bytes(received.read_bytes().replace(b"1501+", b"1+"))
    (found,) = faults(doctor._cards)
    assert "changed after it was received" in found.told
    assert again(tmp_path) == 0 and sound(doctor._cards)


@pytest.mark.parametrize("written", ["title: [", "", "title: cut off\nfile: x.csv\n"])
def test_an_identity_card_that_cannot_be_read_is_named_and_made_anew(received, tmp_path, capsys, written):
    card = received.with_name(received.name + ".source.yml")
    card.write_text(written, encoding="utf-8")
    (found,) = faults(doctor._cards)
    assert found.state == "fault" and card.name in found.told
    assert main(["list"]) == 1  # other commands say the same, in a sentence
    assert card.name in capsys.readouterr().err
    assert "move it and the file beside it away" in found.remedy
    for one in (card, received):
        one.rename(tmp_path / one.name)
    assert again(tmp_path) == 0 and sound(doctor._cards, doctor._lost, doctor._held)


def test_rows_that_cannot_be_read_are_named_and_received_anew(received, workbook_root, tmp_path):
    """Also where a count would not look: the end of a Parquet file tells its rows and years by itself."""
    one = stored(workbook_root)[0]
    of_a_name = "select data_page_offset from parquet_metadata(?) where path_in_schema = 'country'"
    with store.connect() as connection:
        ((page,),) = connection.execute(of_a_name, [one.as_posix()]).fetchall()
    whole = one.read_bytes()
    one.write_bytes(whole[:page] + b"\xff" * 16 + whole[page + 16 :])
    assert store.holdings(store.LIVE)
    (found,) = [found for found in faults(doctor._held) if found.state == "fault"]
    assert one.name in found.told and "workbook receive" in found.remedy
    assert again(tmp_path) == 0 and sound(doctor._held)


def test_rows_that_are_gone_are_missed_until_they_are_received_anew_or_withdrawn(received, workbook_root):
    gone = stored(workbook_root)
    for path in gone:
        path.unlink()
    found = faults(doctor._lost)
    assert len(found) == len(gone) and gone[0].stem in found[0].told and "THE_2026.csv" in found[0].told
    kept = found[0].remedy.rpartition("workbook receive ")[2]
    assert main(["receive", str(workbook_root / kept)]) == 0 and sound(doctor._lost)
    for path in gone:
        assert main(["withdraw", f"{path.parent.name}/{path.stem}", "--reason", "a test"]) == 0
    assert sound(doctor._lost)


# -- definitions and sample --------------------------------------------------------------------------------


def test_each_file_of_definitions_that_cannot_be_read_is_named(workbook_root):
    data, say = workbook_root / "data", Texts("en")
    files = [path for part in ("catalog", "reference", "corrections") for path in (data / part).rglob("*.*")]
    whole = {path: path.read_bytes() for path in [*files, workbook_root / "notebooks" / "parameters.yml"]}
    assert not [*doctor._files(say)] and len(whole) > 50
    for broken in (b"", b"\xff[broken: {"):
        for path in whole:
            path.write_bytes(broken)
        found = dict(doctor._files(say))
        assert found.keys() == {path.relative_to(workbook_root).as_posix() for path in whole}
        assert all(found.values())
    for path, content in whole.items():
        path.write_bytes(content)
    assert not [*doctor._files(say)]


def test_definitions_that_are_broken_do_not_break_the_doctor(workbook_root, capsys):
    """What is held is read by the datasets; of the files that are read one by one, one stands for all."""
    catalog = workbook_root / "data" / "catalog"
    for name in ("datasets/registers.yml", "likelihood.yml"):
        whole = (catalog / name).read_text(encoding="utf-8")
        (catalog / name).write_text("- of: another shape\n", encoding="utf-8")
        assert main(["doctor", "--language", "en"]) == 1
        lines = capsys.readouterr().out.splitlines()
        (at,) = [i for i, line in enumerate(lines) if line.startswith("FAULT")]
        assert f"data/catalog/{name}" in lines[at] and "version control" in lines[at + 1]
        (catalog / name).write_text(whole, encoding="utf-8")  # taken back from version control
    assert sound(doctor._catalogue)


def test_a_wrong_cell_of_the_sample_is_found_where_it_stands(workbook_root):
    file = workbook_root / "data" / "sample" / "events.csv"
    whole = file.read_bytes()
    with file.open(newline="", encoding="utf-8") as lines:
        table = list(csv.reader(lines))
    table[3][table[0].index("participants_count")] = "many"
    with file.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows(table)
    (found, *_) = faults(doctor._held)
    assert "data/sample/events.csv, row 4, column 'participants_count'" in found.told
    file.write_bytes(whole)
    assert [one.state for one in faults(doctor._held)] == ["remark"]  # nothing was received


def test_without_a_sample_it_is_said_where_it_is_taken_from(workbook_root):
    shutil.rmtree(workbook_root / "data" / "sample")
    (found, _) = faults(doctor._held)
    assert found.state == "fault" and "data/sample" in found.remedy


def test_data_of_an_earlier_version_are_migrated(received, workbook_root, capsys):
    (workbook_root / "data" / "store" / "schema.json").unlink()
    (found,) = faults(doctor._schema)
    assert found.state == "fault" and "workbook migrate" in found.remedy
    assert main(["doctor", "--language", "en"]) == 1  # and nothing else is said to be wrong
    assert capsys.readouterr().out.splitlines()[-1] == "1 fault to mend."
    assert main(["migrate"]) == 0 and sound(doctor._schema)


def test_a_calendar_that_names_an_unknown_unit_is_a_fault(workbook_root):
    calendar = workbook_root / "data" / "catalog" / "calendar.yml"
    written = calendar.read_text(encoding="utf-8")
    calendar.write_text(written.replace("markets: int", "markets: nobody"), encoding="utf-8")
    (found,) = faults(doctor._catalogue)
    assert "nobody" in found.told


# -- the machine -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("required", "told"),
    [("no-such-package-at-all>=1", "is missing"), ("pandas<2", "<2 is required")],
)
def test_a_package_that_does_not_meet_its_requirement_is_a_fault(monkeypatch, required, told):
    monkeypatch.setattr(doctor, "_project", lambda: (">=3.11", ["numpy", required]))
    (found,) = faults(doctor._packages)
    assert found.state == "fault" and told in found.told and "make report" in found.remedy


def test_another_python_is_a_fault(monkeypatch):
    monkeypatch.setattr(doctor, "_project", lambda: (">=99", []))
    (found,) = faults(doctor._python)
    assert found.state == "fault" and ">=99" in found.told


def test_a_font_without_turkish_letters_is_a_fault(monkeypatch):
    monkeypatch.setattr(doctor, "LETTERS", "ş\U0010fffd")
    (found,) = faults(doctor._fonts)
    assert "\U0010fffd" in found.told and "ş" not in found.told


def test_a_font_that_is_not_there_is_a_fault(monkeypatch):
    monkeypatch.setattr(theme, "STYLE", {**theme.STYLE, "font.family": "No Such Face"})
    (found,) = faults(doctor._fonts)
    assert "No Such Face" in found.told and "make report" in found.remedy


def test_without_a_browser_the_rest_works(monkeypatch, tmp_path):
    monkeypatch.setattr(pdf, "_ELSEWHERE", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = faults(doctor._browser)
    assert found.state == "remark" and "chromium" in found.remedy
    installed = tmp_path / "chromium"
    installed.write_text("#!/bin/sh\n", encoding="utf-8")
    installed.chmod(0o755)
    assert sound(doctor._browser)


# -- what was left lying -----------------------------------------------------------------------------------


def test_what_a_command_left_that_was_cut_off_is_told_and_goes(workbook_root):
    work, data = workbook_root / "reports" / WORK, workbook_root / "data"
    work.mkdir(parents=True)
    (work / "owner.json").write_text("{}", encoding="utf-8")
    (data / "store" / ".pending-1.json").write_text("[]", encoding="utf-8")
    (data / "raw" / "x.csv.part").write_text("", encoding="utf-8")
    told = [one.told for one in faults(doctor._left)]
    assert len(told) == 3 and told[0] == "a run was cut off before its end"
    assert told[2].startswith("data/raw/x.csv.part")
    with FileLock(work / "lock"):
        busy = faults(doctor._left)[0]
        assert busy.told == "a run is under way" and "Wait" in busy.remedy
    with sets.held():  # as every run does, to its end
        pass
    assert main(["list", "--edition", "live"]) == 0
    (data / "raw" / "x.csv.part").unlink()
    assert sound(doctor._left)


def test_a_lock_that_a_killed_run_left_is_no_hindrance(workbook_root):
    """The system lets go of a process's locks with it, so that the file alone locks nobody out."""
    code = "import os; from helpers.batch import sets\nwith sets.held(): os.kill(os.getpid(), 9)"
    environment = {**os.environ, "PYTHONPATH": str(REPO / "src")}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode != 0
    assert (workbook_root / "reports" / WORK / "lock").exists()
    (found,) = faults(doctor._left)
    assert found.told == "a run was cut off before its end" and "workbook run" in found.remedy
    with sets.held() as before:
        assert "process" in before
    assert sound(doctor._left)


def test_a_set_that_was_not_put_in_force_is_told_and_the_next_run_does_it(workbook_root):
    made = workbook_root / "reports" / ".sets" / "sample-0001"
    made.mkdir(parents=True)
    (made / "run.json").write_text('{"set": "sample-0001"}', encoding="utf-8")
    sets._owe([("sample", "sample-0001")])
    (found,) = faults(doctor._left)
    assert found.state == "remark" and "not yet put in force" in found.told and "workbook run" in found.remedy
    assert sets.settle() == "sample-0001" and sound(doctor._left)  # the first step of a run


def test_a_full_disk_is_a_fault(monkeypatch):
    free = shutil._ntuple_diskusage(10**12, 10**12, 2 * 10**8)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free)
    (found,) = faults(doctor._room)
    assert found.state == "fault" and "0.2 GB" in found.told and "1 GB" in found.remedy


@pytest.mark.parametrize("folder", ["reports", "data/raw", "data/store", "data/published"])
def test_a_folder_that_refuses_is_a_fault(workbook_root, monkeypatch, folder):
    """A root user may write anywhere, so that the refusal is the system's answer to a file made there."""
    (workbook_root / "reports").mkdir()
    true = tempfile.TemporaryFile

    def refusing(dir):
        if Path(dir) == workbook_root / folder:
            raise PermissionError(13, "Permission denied")
        return true(dir=dir)

    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "TemporaryFile", refusing)
        (found,) = faults(doctor._permissions)
    assert found.state == "fault" and found.told.endswith(folder) and "WORKBOOK_ROOT" in found.remedy
    assert sound(doctor._permissions)
