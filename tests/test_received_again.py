"""A corrected file replaces what is held by unit and year, says what changed, and loses nothing.

The numbers of the examples were counted by hand from the rows that are written out here.
"""

import contextlib
import pathlib
from collections import Counter

import pytest
from conftest import REPO
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_receive import GOOD, table_of
from test_register_intake import EVENT, call, partitions, table, to_csv

from helpers import intake, store
from helpers.errors import FileRefused, NotHeld, ParameterError
from helpers.intake import history, receipts
from helpers.intake import receive as take


def event(number, year=2025, **more):
    days = {"start_date": f"{year}-05-01", "end_date": f"{year}-05-02"}
    return EVENT | {"event_id": f"E{number}", "planned_year": str(year)} | days | more


def events(path, *rows):
    return to_csv(path, table("events", rows, "tr"))


FIRST = (event(0, 2024), event(1), event(2), event(3), event(4))
# E1 has another title and level, E2 stays, E3 is there but wrong, E4 is gone, E5 and E6 are new; 2024 is not
# in it, 2026 is new.
CORRECTED = (
    event(1, title="Şura", level="national"), event(2), event(3, kind="?"), event(5), event(6),
    event(7, 2026),
)  # fmt: skip


@pytest.fixture
def twice(store_root, tmp_path):
    take(events(tmp_path / "eski.csv", *FIRST))
    return take(events(tmp_path / "yeni.csv", *CORRECTED))


def test_the_change_is_counted_by_key_and_column(twice):
    replaced, new = twice.changes
    assert (replaced.partition, replaced.rows, replaced.held) == ("events/all-2025", 4, True)
    assert (replaced.added, replaced.removed, replaced.altered, replaced.unchanged) == (2, 2, 1, 1)
    assert replaced.columns == {"title": 1, "level": 1}
    assert replaced.rejected == 1  # E3; E4 is not in the file at all
    assert replaced.keys == {}  # an event's key is free text, which is not shown
    assert (new.partition, new.held, new.rows, new.added) == ("events/all-2026", False, 1, 1)
    assert twice.left == (("events/all-2024", "eski.csv"),)
    assert list(twice.replaced) == ["events/all-2025"]


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", ["events/all-2025: added 2, removed 2, altered 1 (Title 1, Level 1), unchanged 1; of those "
                "removed, 1 stand in this file but were rejected", "events/all-2026: new, rows 1",
                "left as it was, for this file has no rows of it: events/all-2024 (from eski.csv)"]),
        ("tr", ["events/all-2025: eklenen 2, çıkan 2, değişen 1 (Adı 1, Düzey 1), aynı kalan 1; çıkanlardan "
                "1 satır bu dosyada var ama reddedildi", "events/all-2026: yeni, satır 1",
                "olduğu gibi kaldı: events/all-2024 (eski.csv dosyasından)"]),
    ],
)  # fmt: skip
def test_the_command_and_the_card_say_what_changed(store_root, tmp_path, capsys, language, says):
    take(events(tmp_path / "eski.csv", *FIRST))
    code, out, _ = call(capsys, "receive", events(tmp_path / "yeni.csv", *CORRECTED), "--language", language)
    assert code == 1  # E3 is rejected
    for sentence in says:
        assert sentence in out
    card = intake.cards()[-1]
    assert card["name_as_received"] == "yeni.csv"
    told = card["changes"][0]
    assert [told[k] for k in ("partition", "added", "removed", "altered", "unchanged")] == [
        "events/all-2025", 2, 2, 1, 1,
    ]  # fmt: skip
    assert told[language] == says[0]
    assert card["left_as_they_were"] == ["events/all-2024"]
    assert not any(f"E{n}" in str(card["changes"]) for n in range(8))


def test_keys_that_may_be_shown_are_named(store_root, tmp_path):
    def web(path, *rows):
        lines = [{"month": month, "country_code": c, "sessions_count": n} for month, c, n in rows]
        return take(to_csv(path, table("web", lines)))

    web(tmp_path / "a.csv", ("2025-01-01", "DE", "10"), ("2025-01-01", "AZ", "7"), ("2025-02-01", "DE", "3"))
    answer = web(
        tmp_path / "b.csv", ("01.01.2025", "DE", "11"), ("2025-01-01", "AZ", "7"), ("2025-03-01", "DE", "5")
    )
    (change,) = answer.changes
    assert change.keys == {
        "added": ("2025-03-01 DE",), "removed": ("2025-02-01 DE",), "altered": ("2025-01-01 DE",),
    }  # fmt: skip
    assert history.told(change, "en") == (
        "web/all-2025: added 1, removed 1, altered 1 (Sessions 1), unchanged 1; added: 2025-03-01 DE; "
        "removed: 2025-02-01 DE; altered: 2025-01-01 DE"
    )


def test_the_same_rows_again_are_no_change_and_no_history(store_root, tmp_path, capsys):
    path = events(tmp_path / "a.csv", *FIRST)
    for sent in (path, path, events(tmp_path / "b.csv", *reversed(FIRST))):
        code, out, _ = call(capsys, "receive", sent, "--language", "en")
        assert code == 0
    assert "events/all-2024: nothing changed, rows 1" in out
    assert "events/all-2025: nothing changed, rows 4" in out
    assert history.kept("events") == []
    assert not list((store_root / "data").rglob("*.part"))


def test_an_edition_of_a_ranking_is_compared_too(store_root, tmp_path):
    take(table_of(tmp_path / "a.csv", *GOOD))
    # Another file, other row numbers, one score of Oxford mended: 95 was its industry income.
    mended = [GOOD[1], GOOD[0].replace("95,94", "95.5,94")]
    positions, scores = take(table_of(tmp_path / "b.csv", *mended)).changes
    assert (positions.partition, positions.is_same) == ("ranking_positions/the-2026-positions", True)
    assert (scores.added, scores.removed, scores.altered, scores.unchanged) == (0, 0, 1, 9)
    assert set(scores.columns) == {"value_text", "value_low", "value_high"}


def test_what_was_replaced_can_be_had_back(twice, store_root, capsys):
    (card,) = history.kept("events")
    kept = store_root / "data" / "store" / ".history" / "events" / "all-2025" / card["file"]
    with store.connect() as connection:
        rows = connection.execute("select event_id, title from read_parquet(?)", [kept.as_posix()]).fetchall()
    assert rows == [("E1", "Kongre"), ("E2", "Kongre"), ("E3", "Kongre"), ("E4", "Kongre")]
    assert store.sha256(kept) == card["sha256"]
    assert (card["name_as_received"], card["replaced_by"]) == ("eski.csv", "yeni.csv")
    code, out, _ = call(capsys, "list", "--history", "events")
    assert code == 0 and "eski.csv" in out and "replaced by yeni.csv" in out
    assert (
        "added 2, removed 2, altered 1" in out
        and f"data/store/.history/events/all-2025/{card['file']}" in out
    )
    # The store itself holds the new rows alone.
    assert sorted(store.read("live", "events").frame["event_id"]) == ["E0", "E1", "E2", "E5", "E6", "E7"]
    # The file that was replaced still lies in raw: received again, it is what is held, and the list grows.
    first = next(one for one in intake.cards() if one["name_as_received"] == "eski.csv")
    take(store_root / "data" / "raw" / "registers" / first["file"])
    assert [card["changes"]["removed"] for card in history.kept("events")] == [2, 2]
    assert sorted(store.read("live", "events").frame["event_id"]) == ["E0", "E1", "E2", "E3", "E4", "E7"]


def test_a_list_of_nothing_and_of_no_register_says_so(store_root, capsys):
    assert "Nothing of it was ever replaced" in call(capsys, "list", "--history", "events")[1]
    with pytest.raises(ParameterError, match="no register 'evnets'"):
        history.kept("evnets")


def test_a_mistyped_year_is_withdrawn_and_the_row_received_where_it_belongs(store_root, tmp_path, capsys):
    take(events(tmp_path / "a.csv", event(1, 2052), event(2)))
    mended = events(tmp_path / "b.csv", event(1), event(2))
    answer = take(mended)
    (problem,) = answer.problems
    assert "workbook withdraw events/all-2052" in problem.remedy
    assert answer.left == (("events/all-2052", "a.csv"),)
    code, out, _ = call(capsys, "withdraw", "events/all-2052", "--reason", "yıl yanlış")
    assert code == 0 and "data/store/.history/events/all-2052/" in out
    assert partitions(store_root, "events") == ["all-2025"]
    answer = take(mended)
    assert (answer.problems, answer.left) == ([], ())
    assert sorted(store.read("live", "events").frame["event_id"]) == ["E1", "E2"]
    withdrawn = next(card for card in history.kept("events") if not card["replaced_by"])
    assert (withdrawn["partition"], withdrawn["reason"]) == ("events/all-2052", "yıl yanlış")
    assert withdrawn["name_as_received"] == "a.csv"
    assert "yıl yanlış" in call(capsys, "list", "--history", "events")[1]
    for name in ("events/all-2052", "events", "nothing/all", "../raw/x"):
        with pytest.raises(NotHeld):
            intake.withdraw(name)


def test_units_are_corrections_of_their_own_files_alone(store_root, tmp_path):
    take(events(tmp_path / "eng.csv", event(1), event(2, 2024)), unit="eng")
    take(events(tmp_path / "sci.csv", event(3, unit="sci"), event(4, 2024, unit="sci")), unit="sci")
    answer = take(events(tmp_path / "eng2.csv", event(1, title="Yeni")), unit="eng")
    assert [(c.partition, c.altered) for c in answer.changes] == [("events/eng-2025", 1)]
    assert answer.left == (("events/eng-2024", "eng.csv"),)
    # A file that brings another year corrects nothing.
    assert take(events(tmp_path / "eng3.csv", event(5, 2023)), unit="eng").left == ()


def test_a_partition_of_other_columns_is_told_and_can_be_taken_out(store_root, tmp_path):
    take(events(tmp_path / "a.csv", event(1)))
    held = store.partition("events", "all-2025").as_posix()
    staged = store.stage("events", "all-2025", [event(2)])
    with store.connect() as connection:
        # A column that the register has got since is merely empty before.
        lacking = f"select * exclude (level) from read_parquet('{held}')"
        connection.execute(f"create table lacking as {lacking}; copy lacking to '{held}' (format parquet)")
        change = history.compare("events", "all-2025", 1, store.stage("events", "all-2025", [event(1)]))
        assert (change.altered, change.columns) == (1, {"level": 1})
        # Without its key, nothing can be compared.
        connection.execute(f"copy (select 1 as other) to '{held}' (format parquet)")
    change = history.compare("events", "all-2025", 1, staged)
    assert (change.held, change.compared, change.is_same) == (True, False, False)
    assert "cannot be compared" in history.told(change, "en")
    with pytest.raises(FileRefused, match="workbook withdraw events/all-2025"):
        take(events(tmp_path / "b.csv", event(2)))
    intake.withdraw("events/all-2025")
    assert take(events(tmp_path / "b.csv", event(2))).problems == []


# -- any rows ----------------------------------------------------------------------------------------------


# Joint publications: a partner may be missing, which is part of the key.
_row = st.tuples(st.integers(2024, 2025), st.sampled_from([None, "DE-01", "AZ-01"]), st.integers(0, 2))


def written(year, partner, count):
    kind = "with_partner" if partner else "all"
    return {"year": year, "field": "natural_sciences", "kind": kind, "partner_id": partner,
            "country_code": None, "publications_count": count, "sdg_count": None,
            "index_name": "Scopus"}  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_row, max_size=6), st.lists(_row, max_size=6))
def test_old_and_added_without_removed_are_the_new(store_root, before, after):
    name = "all"
    store.write_partition("publications", name, [written(*row) for row in before])
    staged = store.stage("publications", name, [written(*row) for row in after])
    change = history.compare("publications", name, len(after), staged)
    assert len(before) + change.added - change.removed == len(after) == change.rows
    assert change.unchanged + change.altered + change.removed == len(before)
    assert change.unchanged + change.altered + change.added == len(after)
    # Worked out apart from it, key by key: year and partner.
    old, new = (Counter((year, partner) for year, partner, _ in rows) for rows in (before, after))
    assert (change.added, change.removed) == ((new - old).total(), (old - new).total())
    if max([*old.values(), *new.values()], default=0) <= 1:
        was, now = ({row[:2]: row[2] for row in rows} for rows in (before, after))
        assert change.altered == sum(was[key] != now[key] for key in was.keys() & now.keys())
    assert change.columns.get("publications_count", 0) == change.altered
    assert change.is_same == (sorted(before, key=str) == sorted(after, key=str))


# -- crashes -----------------------------------------------------------------------------------------------


class Crash(BaseException):
    """Nothing of ours catches it, as nothing catches a power cut."""


def test_a_crash_leaves_the_old_or_the_new_whole(store_root, tmp_path, monkeypatch):
    old = events(tmp_path / "eski.csv", event(1, 2024), event(2, 2025))
    new = events(tmp_path / "yeni.csv", event(1, 2024, title="Yeni"), event(2, 2025, title="Yeni"))
    real, left, seen = pathlib.Path.replace, 0, []

    def failing(self, target):
        nonlocal left
        left -= 1
        if left < 0:
            raise Crash
        return real(self, target)

    ended = False
    for step in range(40):
        left = 1000
        take(old)
        left = step
        monkeypatch.setattr(pathlib.Path, "replace", failing)
        with contextlib.suppress(Crash):
            take(new)
            ended = True
        monkeypatch.setattr(pathlib.Path, "replace", real)
        # The next command finds both years of one file, and both or neither in the history.
        (title,) = set(store.read("live", "events").frame["title"])
        seen.append(title)
        replaced = Counter(card["partition"] for card in history.kept("events"))
        assert replaced["events/all-2024"] == replaced["events/all-2025"], step
        if ended:
            break
    # Nothing but the list of moves decides: old before it stands, new ever after.
    assert ended and seen == sorted(seen, key=lambda title: title == "Yeni")
    assert (seen.count("Kongre"), seen.count("Yeni")) >= (2, 5)
    store_ = store_root / "data" / "store"
    assert not list(store_.glob(".pending-*.json"))
    assert not [path for path in store_.rglob("*.part") if not path.name.startswith(".pending-")]


def test_a_list_of_moves_cut_short_by_a_crash_is_none(store_root, tmp_path):
    take(events(tmp_path / "a.csv", event(1)))
    staged = store.stage("events", "all-2025", [])
    beside = store_root / "data" / "store" / ".pending-1.json.part"
    beside.write_text('[["data/store/events/all-2025.parq', encoding="utf-8")
    assert list(store.read("live", "events").frame["event_id"]) == ["E1"]
    assert staged.exists()


def test_cards_say_what_is_held_as_soon_as_it_is_held(store_root, tmp_path):
    answer = take(events(tmp_path / "a.csv", event(1)))
    (card,) = receipts.cards()
    assert card["partitions"] == [change.partition for change in answer.changes]


# -- several files at once -------------------------------------------------------------------------------


def test_registers_given_in_any_order_are_received_after_those_they_refer_to(store_root, tmp_path, capsys):
    for name in ("agreements", "partners", "visits"):
        (tmp_path / f"{name}.csv").write_bytes((REPO / "data" / "sample" / f"{name}.csv").read_bytes())
    (tmp_path / "broken.csv").write_text("nothing\nknown\n")
    given = [tmp_path / f"{name}.csv" for name in ("agreements", "broken", "visits", "partners")]
    ordered = [path.stem for path in intake.in_order(given)]
    assert sorted(ordered) == ["agreements", "broken", "partners", "visits"]
    assert ordered.index("partners") < min(ordered.index("agreements"), ordered.index("visits"))
    given.pop(1)
    assert call(capsys, "receive", *given)[0] == 0
    lines = (REPO / "data" / "sample" / "agreements.csv").read_text(encoding="utf-8").splitlines()
    assert len(store.read("live", "agreements").frame) == len(lines) - 1


def test_problems_that_are_alike_are_told_by_the_first_three_and_counted(store_root, tmp_path, capsys):
    rows = [event(n, kind="?") for n in range(40)] + [event(n, level="?") for n in range(40, 44)]
    many = events(tmp_path / "many.csv", *rows)
    code, said, _ = call(capsys, "check", many, "--language", "en", "--no-copy")
    assert code == 1
    assert said.count("found '?'") == 3 + 4
    assert "… and 37 more rows with the same wrong in" in said
    assert "more problems" not in said
