"""Data of earlier versions: brought to the present one whole or not at all, and back again by the backup."""

import hashlib
import json
import zipfile

import pytest
import yaml

from helpers import paths, schema, store
from helpers.cli import main
from helpers.desk import migrate
from helpers.intake import kept_files
from helpers.texts import Texts

# A miniature of data without a stamp: a card as the first version of `receive` wrote it, and its partition.
FILE = b"year,Rank,Name\n2025,1501+,Karadeniz Technical University\n"
CARD = """title: World University Rankings
file: THE_2025.csv
name_as_received: THE_2025.csv
producer: Times Higher Education
licence: the publisher's; not for passing on
received: '2026-11-20T09:00:00Z'
received_from: not stated
sha256: {sha256}
bytes: 59
tables:
- sheet: ''
  layout: the_rankings
  editions: [2025]
  rows: 1
  accepted: 1
  rejected: 0
  skipped: {{}}
  columns_not_read: []
  caveats: {{}}
partitions:
- ranking_scores/the-2025
"""


@pytest.fixture
def unstamped(workbook_root):
    """A workbook of before the first stamp."""
    data = workbook_root / "data"
    (data / "catalog" / "schema.json").unlink()
    folder = data / "raw" / "rankings"
    folder.mkdir()
    (folder / "THE_2025.csv").write_bytes(FILE)
    written = CARD.format(sha256=store.sha256(folder / "THE_2025.csv"))
    (folder / "THE_2025.csv.source.yml").write_text(written, encoding="utf-8")
    return data


def tree(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_first_migration_says_of_each_file_how_it_is_kept(unstamped, capsys):
    # A file of then is looked after as well: it was always kept as it came.
    came = (unstamped / "raw" / "rankings" / "THE_2025.csv", hashlib.sha256(FILE).hexdigest())
    assert kept_files() == [came]
    before = tree(unstamped)
    assert main(["migrate", "--language", "en"]) == 0
    out = capsys.readouterr().out
    ((path, sha256),) = kept_files()
    assert store.sha256(path) == sha256
    after = tree(unstamped)
    changed = {name for name in after if after[name] != before.get(name)} - {
        name for name in after if name.startswith("backups/")
    }
    card = "raw/rankings/THE_2025.csv.source.yml"
    assert changed == {card, "catalog/schema.json", "store/schema.json"}
    now, then = (yaml.safe_load(one[card]) for one in (after, before))
    assert now == then | {"kept": "whole", "sha256_kept": then["sha256"]}
    assert "version 0 → 1, 1 file changed" in out and "unpack it over data/" in out


def test_the_backup_unpacked_over_the_data_leads_back(unstamped, capsys):
    before = tree(unstamped)
    assert main(["migrate"]) == 0
    (backup,) = (unstamped / "backups").glob("*.zip")
    with zipfile.ZipFile(backup) as packed:
        packed.extractall(unstamped)
    restored = tree(unstamped)
    assert {name: restored[name] for name in before} == before
    assert [version for _, version in migrate.outdated()] == [0, 0]
    assert main(["migrate"]) == 0
    assert not migrate.outdated()


@pytest.mark.parametrize("language", ["en", "tr"])
def test_old_data_are_refused_with_the_command_that_helps(unstamped, capsys, language):
    before = tree(unstamped)
    for command in ("status", "doctor"):
        assert main([command, "--language", language]) == 1
        told = "".join(capsys.readouterr())
        assert Texts(language)("migrate.older_remedy") in told
    assert tree(unstamped) == before


@pytest.mark.parametrize("part", schema.PARTS, ids=lambda part: part.name)
def test_data_of_a_later_program_are_refused_and_left_alone(workbook_root, capsys, part):
    paths.data(*part.stamp).write_bytes(schema.stamp(schema.VERSION + 1))
    before = tree(workbook_root / "data")
    for command in (["migrate"], ["status"], ["run"]):
        assert main(command) == 1
        error = capsys.readouterr().err
        assert f"version {schema.VERSION + 1}" in error and "Update the program" in error
    assert tree(workbook_root / "data") == before


@pytest.mark.parametrize("written", ["", "{}", '{"version": "1"}', '{"version": true}', "[1]"])
def test_a_stamp_that_says_nothing_is_named(workbook_root, capsys, written):
    paths.data(*schema.DEFINITIONS.stamp).write_text(written, encoding="utf-8")
    assert main(["migrate"]) == 1
    assert "data/catalog/schema.json" in capsys.readouterr().err


def test_what_stops_a_migration_leaves_the_old_whole_or_the_new(unstamped, monkeypatch):
    """Killed before the moves are written down, all is old; after it, the next command makes all new."""
    before = tree(unstamped)

    def killed(moves):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(store, "commit", killed)
        migrate.migrate(Texts("en"))
    now = tree(unstamped)
    assert {name: now[name] for name in before} == before
    assert [version for _, version in migrate.outdated()] == [0, 0]

    settled, moved = store.settle, []

    def killed_between():
        if list(unstamped.glob("store/.pending-*.json")) and not moved:
            moved.append(True)
            (owed,) = unstamped.glob("store/.pending-*.json")
            one, target = json.loads(owed.read_text(encoding="utf-8"))[0]
            (paths.root() / one).replace(paths.root() / target)
            raise KeyboardInterrupt
        settled()

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(store, "settle", killed_between)
        migrate.migrate(Texts("en"))
    assert moved
    assert not migrate.outdated()  # it settles what is owed first
    ((path, sha256),) = kept_files()
    assert store.sha256(path) == sha256
    assert not list(unstamped.rglob("*.part"))


def test_every_version_has_what_leads_to_it_and_nothing_leads_beyond():
    assert {one.to for one in migrate.MIGRATIONS} == set(range(1, schema.VERSION + 1))


def test_a_new_store_is_stamped_by_its_first_receipt_alone(workbook_root):
    stamp = paths.data(*schema.RECEIVED.stamp)
    assert schema.version(schema.RECEIVED) == schema.VERSION and not stamp.exists()
    store.write_partition("events", "eng-2025", [])
    assert stamp.read_bytes() == schema.stamp(schema.VERSION)
