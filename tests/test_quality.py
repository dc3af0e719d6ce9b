"""What a page says of its data: what is held, what is broken, what is not computed, what is aimed at."""

import csv
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conftest import REPO
from sample import start as shared_start
from test_measures_goal1 import CATALOG, copies
from test_messages import card, carded, entry, only
from test_overview import note, table
from test_standing import fairs, run_with, target

from helpers import quality, standing
from helpers.intake import declaration
from helpers.present import provenance
from helpers.run import Run, start

DATASETS = REPO / "data" / "catalog" / "datasets"
DECLARED = {
    name: described
    for file in ("registers.yml", "lists.yml")
    for name, described in yaml.safe_load((DATASETS / file).read_text(encoding="utf-8")).items()
}
Change = Callable[[list[dict[str, str]]], object]
Corrupt = Callable[[str, Change], None]


@pytest.fixture
def corrupt(workbook_root: Path) -> Corrupt:
    """Change the rows of a register in a workbook of its own."""

    def change(register: str, how: Change) -> None:
        path = workbook_root / "data" / "sample" / f"{register}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        names = list(rows[0])
        kept = how(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept if isinstance(kept, list) else rows)

    return change


# -- what is held --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "tr"])
def test_every_declared_register_is_listed_with_its_rows(language: str) -> None:
    shown = table(quality.holdings(shared_start(year=2026, language=language)))
    names, counts, _, _, kinds = shown.values()
    assert names == [described["meaning"][language] for described in DECLARED.values()]
    # Nobody has answered the evaluation of a generated year.
    assert (counts.pop(), kinds.pop()) == ({"en": "none", "tr": "yok"}[language], "–")
    assert set(kinds) == {{"en": "demonstration, generated", "tr": "örnek veri, üretilmiş"}[language]}
    for register, count in zip(list(DECLARED)[:-1], counts, strict=True):
        with (REPO / "data" / "sample" / f"{register}.csv").open(encoding="utf-8", newline="") as file:
            assert int(re.sub(r"\D", "", count)) == sum(1 for _ in csv.DictReader(file)), register


def test_what_is_not_held_is_listed_too(workbook_root: Path) -> None:
    shown = quality.holdings(start(year=2026, edition="live"))
    assert shown.text.startswith(f"0 of {len(DECLARED)} data sets are available")
    assert table(shown)["Rows"] == ["none"] * len(DECLARED)
    assert set(table(shown)["Missing years"]) == {"–"}


def test_a_year_without_rows_is_a_gap(corrupt: Corrupt) -> None:
    def without_2020(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [row for row in rows if not row["start_date"].startswith("2020")]

    corrupt("fairs", without_2020)
    shown = table(quality.holdings(shared_start(year=2026)))
    gaps = dict(zip(DECLARED, shown["Missing years"], strict=True))
    assert gaps["fairs"] == "2020"
    assert set(gaps.values()) == {"2020", "–"}


def test_the_years_missing_by_hand() -> None:
    held = {
        "fairs": fairs("2021-05-01", DE=1) + fairs("2023-05-01", DE=2) + fairs("2027-05-01", DE=1),
        "students": [{"academic_year": 2022}, {"academic_year": 2025}],
        "memberships": copies(2),
        "events": [],
    }
    run = run_with(year=2025, **held)
    # After the first year and up to the run's; what is planned for later fills no gap.
    assert quality.missing_years(run, "fairs") == [2022, 2024, 2025]
    assert quality.missing_years(run, "students") == [2023, 2024]
    # Memberships have no year of their own; staff is not held; of no event nothing is known.
    assert quality.missing_years(run, "memberships") == []
    assert quality.missing_years(run, "staff") == []
    assert quality.missing_years(run, "events") == [2025]
    assert quality.missing_years(run_with(year=2021, **held), "fairs") == []


def test_a_unit_has_the_gaps_of_the_whole() -> None:
    rows = [{"academic_year": 2023, "unit": "eng"}, {"academic_year": 2024, "unit": "med"}]
    run = run_with(year=2025, unit="eng", students=rows)
    assert quality.missing_years(run, "students") == [2025]


def test_in_june_the_academic_year_to_come_is_not_missing() -> None:
    run = run_with(
        year=2025, period="first_half", students=[{"academic_year": 2023}, {"academic_year": 2024}]
    )
    assert run.period.academic_year == 2024
    assert quality.missing_years(run, "students") == []


@pytest.mark.parametrize("language", ["en", "tr"])
def test_a_register_leads_to_the_file_that_its_rows_were_counted_in(language: str) -> None:
    run = start(year=2026, language=language)
    shown = quality.holdings(run)
    counts = dict(zip(DECLARED, table(shown)[run.text("sources.rows")], strict=True))
    led = set(re.findall(r'href="#how-register\.(\w+)"', shown.bundle["text/html"]))
    assert led == DECLARED.keys() - {"answers"}
    found = provenance.cards(run)
    for register in led:
        told = found[f"register.{register}"]
        file = REPO / "data" / "sample" / f"{register}.csv"
        assert told["title"].endswith(DECLARED[register]["meaning"][language])
        assert told["value"] == counts[register]
        (source,) = told["sources"]
        assert source["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert run.text.number(source["rows"]) == counts[register]


def test_every_count_in_a_sentence_on_the_data_leads_to_its_card() -> None:
    """Codes and years aside, each number of this page's sentences has a card with the files behind it."""
    run = start(year=2026)
    said = [quality.in_brief(run), quality.problems(run), quality.targets(run)]
    sentences = [line for piece in said for line in piece.bundle["text/markdown"].split("\n")]
    assert len(sentences) >= 4
    for sentence in sentences:
        bare = re.sub(r"\[[^]]*\]\(#how-[^)]*\)|G[X\d]\.\d\d|\b20\d\d\b", "", sentence)
        assert "](#how-" in sentence and not re.search(r"\d", bare), sentence
    found = provenance.cards(run)
    for code in ("not_held", "held", "generated"):
        assert len(found[code]["sources"]) == len(DECLARED) - 1
    assert [source["file"] for source in found["aimed.agree"]["sources"]] == ["data/sample/targets.csv"]


# -- what breaks its declaration -----------------------------------------------------------------------


def line(rows: list[dict[str, str]], row: int) -> dict[str, str]:
    """The row of a file as an editor numbers its lines, whose first is the header."""
    return rows[row - 2]


def test_the_sample_breaks_nothing() -> None:
    shown = quality.problems(shared_start(year=2026))
    assert shown.text.startswith(f"Every row of the {len(DECLARED) - 1} data sets available fits")


def broken(corrupt: Corrupt, language: str) -> dict[str, list[str]]:
    """Three faults of one fair: a code, an empty cell, a rule."""

    def break_it(rows: list[dict[str, str]]) -> None:
        line(rows, 3).update(mode="by_post")
        line(rows, 5).update(start_date="")
        line(rows, 7).update(start_date="2017-05-05", end_date="2017-05-04")

    corrupt("fairs", break_it)
    return table(quality.problems(shared_start(year=2026, language=language)))


def test_a_broken_row_is_shown_with_its_place_and_what_is_expected(corrupt: Corrupt) -> None:
    shown = broken(corrupt, "en")
    assert shown["File"] == ["data/sample/fairs.csv"] * 3
    assert shown["Row"] == ["3", "5", "7"]
    assert shown["Column"] == ["Mode", "Start", "Start, End"]
    assert shown["Value"] == ["by_post", "–", "2017-05-05, 2017-05-04"]
    assert shown["Expected"] == [
        "text; not empty; one of in_person, online",
        "a date; not empty",
        "an end on or after the start",
    ]


def test_the_same_in_turkish(corrupt: Corrupt) -> None:
    shown = broken(corrupt, "tr")
    assert shown["Sütun"] == ["Biçim", "Başlangıç", "Başlangıç, Bitiş"]
    assert shown["Beklenen"] == [
        "metin; boş bırakılamaz; şunlardan biri: in_person, online",
        "tarih; boş bırakılamaz",
        DECLARED["fairs"]["rules"][0]["tr"],
    ]
    assert shown["Satır"] == ["3", "5", "7"]


def test_a_number_out_of_range_and_a_code_of_no_list(corrupt: Corrupt) -> None:
    def break_it(rows: list[dict[str, str]]) -> None:
        line(rows, 2).update(country_code="QQ")
        line(rows, 4).update(cost_try="-5")

    corrupt("fairs", break_it)
    shown = table(quality.problems(start(year=2026)))
    assert shown["Value"] == ["QQ", "-5"]
    assert shown["Expected"] == [
        "text; not empty; a code of the list countries (ISO 3166, two letters)",
        "a number; at least 0",
    ]


def test_values_of_keys_and_free_text_are_never_shown(corrupt: Corrupt) -> None:
    def names_a_person(rows: list[dict[str, str]]) -> None:
        line(rows, 2).update(fair_id="Ayşe Yılmaz 0462 000 00 00", student_key="S-of-nobody")

    corrupt("applications", names_a_person)
    shown = quality.problems(start(year=2026))
    columns = DECLARED["applications"]["columns"]
    assert table(shown)["Column"] == [columns["fair_id"]["en"], columns["student_key"]["en"]]
    assert table(shown)["Value"] == ["–", "–"]
    assert "Ayşe" not in str(shown.bundle) and "S-of-nobody" not in str(shown.bundle)
    assert "found in fairs.fair_id" in table(shown)["Expected"][0]


def twice(rows: list[dict[str, str]]) -> None:
    line(rows, 3).update(line(rows, 2))


def test_a_key_that_stands_twice_is_shown_at_both_places_without_the_key(corrupt: Corrupt) -> None:
    corrupt("fairs", twice)
    shown = quality.problems(start(year=2026))
    assert table(shown)["Row"][:2] == ["2", "3"] and "F2017-01" not in str(shown.bundle)


def test_of_a_key_that_stands_twice_that_is_what_is_said(corrupt: Corrupt) -> None:
    corrupt("fairs", twice)
    assert "once" in table(quality.problems(start(year=2026)))["Expected"][0]


def test_of_a_key_of_several_columns_it_is_said_in_turkish(corrupt: Corrupt) -> None:
    corrupt("targets", twice)
    shown = table(quality.problems(start(year=2026, language="tr")))["Beklenen"]
    assert shown[0] == "yalnızca bir kez geçen bir anahtar"


def test_more_than_twenty_are_counted(corrupt: Corrupt) -> None:
    def break_it(rows: list[dict[str, str]]) -> None:
        for row in rows[:23]:
            row["mode"] = "by_post"

    corrupt("fairs", break_it)
    shown = quality.problems(start(year=2026))
    assert shown.text.startswith("Rows that do not fit their definition: 23")
    assert len(table(shown)["Row"]) == 20
    assert note(shown)["notes"] == ["3 more are not listed."]


# -- what could not be computed ------------------------------------------------------------------------


def test_exactly_what_has_no_value_is_listed_with_its_reason() -> None:
    held = {"fairs": fairs("2025-05-01", DE=2), "promotion": copies(1, start_date="2024-02-01")}
    run = only(run_with(**held), "G1.05", "G1.12", "G2.01")
    shown = quality.not_computed(run)
    assert table(shown)["Code"] == ["G1.12", "G2.01"]
    assert table(shown)["Reason"] == ["no data for this year", "data set not available"]
    assert shown.text.startswith("2 of 3 indicators have no value")


def test_what_is_not_held_is_named(workbook_root: Path) -> None:
    (workbook_root / "data" / "sample" / "speakers.csv").unlink()
    run = shared_start(year=2026, language="tr")
    shown = table(quality.not_computed(run))
    why = dict(zip(shown["Kod"], shown["Neden"], strict=True))
    assert why["G1.10"] == why["G1.11"] == "teslim alınmamış: Yurt dışından davet edilen konuşmacılar"
    said = standing.of(run, ("G1f",), ("G1.10",)).text
    assert "teslim alınmamış: Yurt dışından davet edilen konuşmacılar" in said
    rankings = table(quality.not_computed(start(year=2026, edition="live")))
    assert (
        rankings["Reason"][rankings["Code"].index("G3.02")] == "not received: Ranking tables, published facts"
    )


def test_where_all_is_computed_it_says_so() -> None:
    run = only(run_with(fairs=fairs("2025-05-01", DE=2)), "G1.05")
    assert quality.not_computed(run).text == "The 1 indicator has a value."


def test_of_the_sample_one_published_rank_is_missing() -> None:
    # URAP published no place of KTÜ after 2022.
    assert table(quality.not_computed(shared_start(year=2026)))["Code"] == ["G3.05"]


def test_a_unit_has_no_figure_where_its_registers_know_no_units() -> None:
    shown = table(quality.not_computed(shared_start(year=2026, unit="eng")))
    why = dict(zip(shown["Code"], shown["Reason"], strict=True))
    no_units = [name for name, described in DECLARED.items() if "unit" not in described["columns"]]
    for code in ("G1.05", "G1.12", "G1.13", "G3.01", "G3.23", "GX.03"):
        assert why[code] == "not recorded by unit"
        registers = CATALOG.indicators[code].datasets
        assert any(name in no_units or name not in DECLARED for name in registers)


# -- targets -------------------------------------------------------------------------------------------


def aimed(*rows: dict[str, object]) -> Run:
    """A plan with the fairs, aimed at, and the promotions, not aimed at, and this register of targets."""
    return carded(run_with(targets=list(rows)), card(entry("G1.05", 60, 20), entry("G1.12", 40, None)))


def test_targets_without_an_indicator_or_a_card_and_indicators_without_a_target() -> None:
    rows = [target("G1.05", 20), target("G9.99", 1), target("G9.99", 2, 2026), target("G1.06", 3)]
    unknown, aside, without = quality.targets(aimed(*rows)).text.split("\n\n")
    assert unknown.startswith("Targets for indicators that are not defined: 1 (G9.99).")
    assert aside.startswith("Targets for indicators that are on no goal card: 1 (G1.06).")
    assert without.startswith("Indicators of the goal cards without a target for the year: 1 (G1.12).")


def test_only_what_is_wrong_is_said() -> None:
    (only_without,) = quality.targets(aimed(target("G1.05", 20))).text.split("\n\n")
    assert "(G1.12)" in only_without


def test_where_targets_and_cards_agree_it_says_so() -> None:
    run = carded(run_with(targets=[target("G1.05", 20)]), card(entry("G1.05", 100, 20)))
    assert quality.targets(run).text == (
        "The 1 indicator on the goal cards has a target for 2025, and every target belongs to a "
        "defined indicator."
    )


def test_without_targets_or_for_a_unit_it_says_why() -> None:
    assert quality.targets(run_with()).text == "Not computed: data set not available"
    assert quality.targets(start(year=2026, unit="eng")).text == (
        "Not computed: the plan's targets are for the whole university, not for one unit"
    )


def test_outside_the_plan_no_target_is_missed() -> None:
    assert "without a target" not in quality.targets(shared_start(year=2018)).text


# -- in brief ----------------------------------------------------------------------------------------


def test_in_brief_names_what_is_not_held(workbook_root) -> None:
    first, *_ = quality.in_brief(start(year=2026, edition="live")).text.splitlines()
    count = len(declaration.receivable())
    assert first.startswith(f"- Data sets not received: {count} – International scientific events; ")
    assert first.count(";") == 6 and "…" in first


def test_in_brief_names_the_years_without_a_row(workbook_root) -> None:
    path = workbook_root / "data" / "sample" / "trainings.csv"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if ",2021-" not in line]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    said = quality.in_brief(shared_start(year=2026)).text
    assert "- Years without any row: International trainings of staff (2021)." in said.splitlines()


def test_in_brief_says_that_the_sample_is_generated() -> None:
    last = quality.in_brief(shared_start(year=2026, language="tr")).text.splitlines()[-1]
    assert last.startswith(f"- {len(declaration.receivable()) - 1} veri kümesinde örnek veri var")
