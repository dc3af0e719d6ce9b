"""The doctor: a sound workbook is called sound, and each planted damage is found and can be mended."""

import shutil

import pytest
from filelock import FileLock

from helpers.batch.records import WORK
from helpers.cli import main
from helpers.desk import doctor
from helpers.intake import receive
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
    assert received.name in lines[at] and "hash" in lines[at]
    assert lines[at + 1].split()[0] == "→" and "workbook receive" in lines[at + 1]
    assert lines[-1] == "1 fault to mend."


def test_a_received_file_that_is_gone_is_missed(received):
    received.chmod(0o644)
    received.unlink()
    (found,) = faults(doctor._cards)
    assert found.state == "fault" and "missing" in found.told


def test_an_identity_card_that_cannot_be_read_is_named(received, capsys):
    card = received.with_name(received.name + ".source.yml")
    card.write_text("title: [", encoding="utf-8")
    (found,) = faults(doctor._cards)
    assert found.state == "fault" and card.name in found.told
    assert main(["list"]) == 1  # other commands say the same, in a sentence
    assert card.name in capsys.readouterr().err


def test_definitions_that_cannot_be_read_are_named_with_their_file(workbook_root):
    (workbook_root / "data" / "catalog" / "goals.yml").write_text("- [broken", encoding="utf-8")
    (found,) = faults(doctor._catalogue)
    assert found.state == "fault" and "data/catalog/goals.yml" in found.told


def test_a_calendar_that_names_an_unknown_unit_is_a_fault(workbook_root):
    calendar = workbook_root / "data" / "catalog" / "calendar.yml"
    written = calendar.read_text(encoding="utf-8")
    calendar.write_text(written.replace("markets: int", "markets: nobody"), encoding="utf-8")
    (found,) = faults(doctor._catalogue)
    assert "nobody" in found.told


@pytest.mark.parametrize(
    ("required", "told"),
    [("no-such-package-at-all>=1", "is missing"), ("pandas<2", "<2 is asked for")],
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


def test_without_a_browser_the_rest_works(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    (found,) = faults(doctor._browser)
    assert found.state == "remark" and "chromium" in found.remedy


def test_what_a_command_left_that_was_cut_off_is_told(workbook_root):
    work = workbook_root / "reports" / WORK
    work.mkdir(parents=True)
    (work / "owner.json").write_text("{}", encoding="utf-8")
    (workbook_root / "data" / "store" / ".pending-1.json").write_text("[]", encoding="utf-8")
    (workbook_root / "data" / "raw" / "x.csv.part").write_text("", encoding="utf-8")
    told = [one.told for one in faults(doctor._left)]
    assert len(told) == 3 and told[0] == "a run was cut off before its end"
    assert told[2].startswith("data/raw/x.csv.part")
    with FileLock(work / "lock"):
        assert faults(doctor._left)[0].told == "a run is under way"


def test_a_full_disk_and_a_folder_that_refuses_are_faults(workbook_root, monkeypatch):
    monkeypatch.setattr(doctor, "ROOM_BYTES", 10**18)
    (found,) = faults(doctor._room)
    assert found.state == "fault"
    (workbook_root / "reports").write_text("no folder", encoding="utf-8")
    (found,) = faults(doctor._permissions)
    assert found.state == "fault" and "reports" in found.told
