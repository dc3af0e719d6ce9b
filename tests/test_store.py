"""Tables at rest: declared columns, sources that are true, and a sentence where nothing is held."""

import csv
import hashlib
import shutil

import pytest
import yaml
from conftest import REPO

from helpers import store
from helpers.errors import CatalogError, NotHeld

DECLARED = yaml.safe_load((REPO / "data/catalog/datasets/rankings.yml").read_text(encoding="utf-8"))
each_dataset = pytest.mark.parametrize("dataset", DECLARED)
RANKED = ["ranking_positions", "ranking_scores"]  # the tables a university receives


def sample(dataset):
    path = REPO / "data" / "sample" / f"{dataset}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return path, list(csv.DictReader(file))


@each_dataset
def test_the_sample_is_read_with_its_declared_columns(dataset):
    path, rows = sample(dataset)
    assert list(rows[0]) == list(DECLARED[dataset]["columns"])  # the file's own header
    frame = store.read("sample", dataset).frame
    assert list(frame.columns) == list(DECLARED[dataset]["columns"])
    assert len(frame) == len(rows) > 0
    assert path.read_bytes().count(b"\r") == 0


@each_dataset
def test_cells_arrive_as_they_stand_in_the_sample(dataset):
    _, rows = sample(dataset)
    frame = store.read("sample", dataset).frame
    for name, column in DECLARED[dataset]["columns"].items():
        cells = [row[name] for row in rows]
        if column["type"] == "VARCHAR":
            assert sorted(frame[name].fillna("").astype(str)) == sorted(cells)
        elif column["type"] in ("INTEGER", "DOUBLE"):
            numbers = sorted(float(cell) for cell in cells if cell)
            assert sorted(frame[name].dropna()) == pytest.approx(numbers)
            assert int(frame[name].isna().sum()) == cells.count("")


@each_dataset
def test_the_declared_key_is_unique_in_the_sample(dataset):
    _, rows = sample(dataset)
    keys = [tuple(row[column] for column in DECLARED[dataset]["key"]) for row in rows]
    assert len(set(keys)) == len(keys)


@each_dataset
def test_a_source_carries_the_hash_and_the_rows_of_its_file(dataset):
    path, rows = sample(dataset)
    (source,) = store.read("sample", dataset).sources
    assert source.file == f"data/sample/{dataset}.csv"  # nothing of this machine
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert source.rows == len(rows)


def test_the_hash_follows_the_file(workbook_root):
    path = workbook_root / "data" / "sample" / "ranking_tables.csv"
    first = store.sha256(path)
    path.write_bytes(path.read_bytes() + b"the,2031,1,made up\n")
    second = store.sha256(path)
    assert second == hashlib.sha256(path.read_bytes()).hexdigest() != first
    _, rows = sample("ranking_tables")
    assert store.read("sample", "ranking_tables").sources[0].rows == len(rows) + 1
    path.write_bytes(path.read_bytes().replace(b",2031,1,", b",2031,2,"))  # of the same length
    assert store.sha256(path) == hashlib.sha256(path.read_bytes()).hexdigest() != second


@pytest.mark.parametrize("systems", [["the"], ["qs", "the"], ["the", "o'brien"]])
def test_only_the_named_systems_are_read(systems):
    _, rows = sample("ranking_positions")
    table = store.read("sample", "ranking_positions", systems)
    expected = [row["system"] for row in rows if row["system"] in systems]
    assert sorted(table.frame["system"]) == sorted(expected)
    assert table.sources[0].rows == len(rows)  # the source is the file, not what was wanted of it


def test_a_dataset_nobody_declared_is_refused():
    with pytest.raises(CatalogError, match="no dataset 'ranking_postions'"):
        store.read("sample", "ranking_postions")


@pytest.mark.parametrize("dataset", RANKED)
def test_an_empty_live_edition_says_what_to_do(workbook_root, dataset):
    assert not store.has("live", dataset)
    with pytest.raises(NotHeld) as refused:
        store.read("live", dataset)
    assert f"'live' holds no {dataset}" in str(refused.value)
    assert "workbook receive" in refused.value.remedy
    assert store.holdings("live") == []


def position(name="Oxford", rank=1, **other):
    row = dict.fromkeys(DECLARED["ranking_positions"]["columns"])
    row |= {"system": "the", "edition": 2026, "name": name, "name_key": name, "rank_text": str(rank)}
    return row | {"rank_low": rank, "rank_high": rank, "rank_tie": False, "caveats": ""} | other


def test_what_is_written_is_read_and_replaced_as_a_whole(workbook_root):
    rows = [position(), position("Çukurova", 1501, rank_high=None, rank_tie=True, overall_low=10.3)]
    assert store.write_partition("ranking_positions", "the-2026-positions", rows) is False
    table = store.read("live", "ranking_positions")
    assert list(table.frame["name"]) == ["Oxford", "Çukurova"]
    assert list(table.frame["rank_low"]) == [1, 1501]
    assert table.frame["rank_high"].isna().tolist() == [False, True]
    assert [bool(tie) for tie in table.frame["rank_tie"]] == [False, True]
    (source,) = table.sources
    path = workbook_root / source.file
    assert path == workbook_root / "data/store/ranking_positions/the-2026-positions.parquet"
    assert (source.sha256, source.rows) == (hashlib.sha256(path.read_bytes()).hexdigest(), 2)
    assert store.write_partition("ranking_positions", "the-2026-positions", rows[:1]) is True
    assert list(store.read("live", "ranking_positions").frame["name"]) == ["Oxford"]
    assert [p.name for p in path.parent.iterdir()] == [path.name]  # nothing half-written is left


def test_a_tie_that_is_not_known_is_no_text(workbook_root):
    # A rank that was set aside is neither tied nor untied; "False" as a text would count as true.
    rows = [position("A"), position("B", 2, rank_tie=None)]
    store.write_partition("ranking_positions", "the-2026-positions", rows)
    ties = list(store.read("live", "ranking_positions").frame["rank_tie"])
    assert not isinstance(ties[0], str)
    assert not ties[0]


def test_systems_of_the_live_edition_are_read_apart(workbook_root):
    store.write_partition("ranking_positions", "the-2026-positions", [position()])
    store.write_partition("ranking_positions", "qs-2026-positions", [position(system="qs")])
    # the_impact begins like the: its name must not be mistaken for it
    store.write_partition("ranking_positions", "the_impact-2026-positions", [position(system="the_impact")])
    table = store.read("live", "ranking_positions", ["the"])
    assert list(table.frame["system"]) == ["the"]
    assert [source.rows for source in table.sources] == [1]
    with pytest.raises(NotHeld):
        store.read("live", "ranking_positions", ["arwu"])


def test_a_write_that_fails_leaves_the_earlier_partition(workbook_root):
    store.write_partition("ranking_positions", "the-2026-positions", [position()])
    with pytest.raises(Exception, match=r"(?i)conver|cast"):
        store.write_partition("ranking_positions", "the-2026-positions", [position(edition="soon")])
    assert list(store.read("live", "ranking_positions").frame["name"]) == ["Oxford"]


def test_holdings_count_what_the_sample_holds():
    found = {(h["dataset"], h["part"]): h for h in store.holdings("sample")}
    for dataset in DECLARED:
        _, rows = sample(dataset)
        for system in {row["system"] for row in rows}:
            editions = sorted(int(row["edition"]) for row in rows if row["system"] == system)
            held = found[dataset, system]
            assert held["rows"] == len(editions)
            first, last = editions[0], editions[-1]
            assert held["years"] == (str(first) if first == last else f"{first}–{last}")


@pytest.mark.parametrize(
    "folder",
    ["Strateji 'Ofisi'", "Çalışma dosyası", "Rapor [2026]"],
)
def test_the_workbook_may_lie_in_any_folder(workbook_root, tmp_path, monkeypatch, folder):
    root = tmp_path / folder
    shutil.copytree(workbook_root, root)
    monkeypatch.setenv("WORKBOOK_ROOT", str(root))
    _, rows = sample("ranking_tables")
    table = store.read("sample", "ranking_tables")
    assert len(table.frame) == len(rows)
    assert table.sources[0].rows == len(rows)
    store.write_partition("ranking_positions", "the-2026-positions", [position()])
    assert len(store.read("live", "ranking_positions").frame) == 1
