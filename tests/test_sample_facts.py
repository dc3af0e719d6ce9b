"""The embedded sample against the published figures it was taken from, cell by cell.

The sample is read here with the csv module, not with the workbook's own reader.
"""

import csv
import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest
from ranking_builders import OUTLOOK_2026

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
FILES = sorted(path.name for path in SAMPLE.glob("ranking_*.csv"))
RANKING_FILES = ("ranking_bands", "ranking_context", "ranking_positions", "ranking_scores", "ranking_tables")
EVIDENCE = {"file", "official page", "press", "mirror"}
KTU = "Karadeniz Technical University"

# The twenty state research universities as THE prints them, whatever the accents.
PRINTED = {
    "ankara university": "ankara",
    "ataturk university": "ataturk",
    "bogazici university": "bogazici",
    "bursa uludag university": "uludag",
    "cukurova university": "cukurova",
    "dokuz eylul university": "deu",
    "ege university": "ege",
    "erciyes university": "erciyes",
    "firat university": "firat",
    "gazi university": "gazi",
    "gebze technical university": "gtu",
    "hacettepe university": "hacettepe",
    "istanbul technical university": "itu",
    "istanbul university": "istanbul",
    "istanbul university-cerrahpasa": "iuc",
    "izmir institute of technology": "iyte",
    "karadeniz technical university": "ktu",
    "marmara university": "marmara",
    "middle east technical university": "metu",
    "yildiz technical university": "ytu",
}

# The technical universities abroad with which the plan's own is compared, and the editions held of them.
ABROAD = {
    "agh university of krakow": "agh",
    "brno university of technology": "vut",
    "budapest university of technology and economics": "bme",
    "georgian technical university": "gtuge",
    "jordan university of science and technology": "just",
    "polytechnic university of bucharest": "upb",
    "polytechnic university of turin": "polito",
    "polytechnic university of valencia": "upv",
    "technical university of cluj-napoca": "utcn",
    "warsaw university of technology": "pw",
    "wroclaw university of science and technology": "pwr",
}
HELD_ABROAD = (2024, 2025)
PEERS = PRINTED | ABROAD


def folded(name: str) -> str:
    name = name.replace("ı", "i").replace("İ", "I").replace("ł", "l").replace("–", "-")
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(plain.lower().split())


@lru_cache(maxsize=16)
def sample(name: str) -> tuple[dict[str, str], ...]:
    with (SAMPLE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def dashed(text: str) -> str:
    return re.sub(r"\s*[-—–]\s*", "–", text.strip())


# -- every row says where it comes from ----------------------------------------------------------


@pytest.mark.parametrize("name", RANKING_FILES)
def test_the_ranking_tables_are_there(name: str) -> None:
    assert f"{name}.csv" in FILES
    assert sample(name)


@pytest.mark.parametrize("file", FILES)
def test_every_row_has_a_source(file: str) -> None:
    rows = sample(file.removesuffix(".csv"))
    without = [number for number, row in enumerate(rows, 2) if not (row["source"] or "").strip()]
    assert without == []


@pytest.mark.parametrize("file", FILES)
def test_evidence_is_one_of_the_four_kinds(file: str) -> None:
    rows = sample(file.removesuffix(".csv"))
    assert {row["evidence"] for row in rows if "evidence" in row} <= EVIDENCE


@pytest.mark.parametrize("name", ["ranking_positions", "ranking_scores"])
def test_what_is_not_from_the_publisher_says_so(name: str) -> None:
    for row in sample(name):
        second_hand = row["evidence"] in {"press", "mirror"}
        assert ("reported" in row["caveats"].split()) == second_hand, row


@pytest.mark.parametrize("name", ["ranking_bands", "ranking_context"])
def test_a_computed_figure_says_how_it_was_obtained(name: str) -> None:
    assert all(row["obtained"].strip() for row in sample(name))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ranking_bands", ("system", "edition", "rank_low")),
        ("ranking_context", ("system", "edition", "institution", "variable", "statistic")),
        ("ranking_positions", ("system", "edition", "name_key")),
        ("ranking_scores", ("system", "edition", "name_key", "variable")),
        ("ranking_tables", ("system", "edition")),
    ],
)
def test_no_row_stands_twice(name: str, key: tuple[str, ...]) -> None:
    keys = [tuple(row[column] for column in key) for row in sample(name)]
    assert len(keys) == len(set(keys))
    assert all(all(cells) for cells in keys)


# -- the published facts about KTÜ ---------------------------------------------------------------

OLD_PILLARS = {
    "Teaching": "teaching",
    "Research Environment": "research",
    "Research Quality": "citations",
    "Industry": "industry_income",
    "International Outlook": "international_outlook",
}
NEW_PILLARS = {name: name.lower().replace(" ", "_") for name in OLD_PILLARS}
STATISTICS = {
    "FTE students": "students_fte_count",
    "international students share": "international_students_pct",
    "students per staff": "students_per_staff_ratio",
    "female:male": "female_students_pct",
}
QS_SCORES = {
    "Academic Reputation": "academic_reputation",
    "Employer Reputation": "employer_reputation",
    "Faculty Student": "faculty_student",
    "Citations per Faculty": "citations_per_faculty",
    "International Faculty": "international_faculty",
    "International Students": "international_students",
    "International Research Network": "international_research_network",
    "Employment Outcomes": "employment_outcomes",
    "Sustainability": "sustainability",
}


def meant(metric: str, edition: int) -> tuple[str, str] | None:
    """Return the ranking and the value a published metric is: `rank`, `overall` or a variable."""
    ranks = {
        "THE WUR rank": ("the", "rank"),
        "THE WUR overall score": ("the", "overall"),
        "CWUR world rank": ("cwur", "rank"),
        "CWUR score": ("cwur", "overall"),
        "CWUR national rank": ("cwur", "national_rank"),
        "CWUR research rank": ("cwur", "research_rank"),
        "QS WUR rank": ("qs", "rank"),
        "URAP world rank": ("urap", "rank"),
        "UI GreenMetric rank": ("greenmetric", "rank"),
        "THE Impact rank": ("the_impact", "rank"),
        "THE Impact overall score": ("the_impact", "overall"),
        "QS Europe rank": ("qs_europe", "rank"),
        "QS Western Asia rank": ("qs_western_asia", "rank"),
    }
    if metric in ranks:
        return ranks[metric]
    if metric.startswith("THE WUR "):
        pillars = NEW_PILLARS if edition >= 2024 else OLD_PILLARS
        return "the", pillars[metric.removeprefix("THE WUR ")]
    if metric.startswith("THE "):
        return "the", STATISTICS[metric.removeprefix("THE ")]
    if metric.startswith("QS 2027 "):
        return "qs", QS_SCORES[metric.removeprefix("QS 2027 ")]
    return None


def facts(shared: Path) -> list[tuple[str, int, str, dict[str, str]]]:
    """Return the published ranking facts about KTÜ: ranking, edition, value, row."""
    with (shared / "ktu_facts.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    found = []
    for row in rows:
        year = re.match(r"\d{4}", row["period"])
        known = meant(row["metric"], int(year[0])) if year else None
        if known and year:
            found.append((known[0], int(year[0]), known[1], row))
    return found


def held(system: str, edition: int, value: str) -> tuple[str, str, str, dict[str, str]] | None:
    """Return a value of KTÜ as the sample holds it: text, low, high, row."""
    name = "ranking_positions" if value in {"rank", "overall"} else "ranking_scores"
    for row in sample(name):
        if (row["system"], row["edition"], row["name"]) != (system, str(edition), KTU):
            continue
        if name == "ranking_positions":
            return row[f"{value}_text"], row[f"{value}_low"], row[f"{value}_high"], row
        if row["variable"] == value:
            return row["value_text"], row["value_low"], row["value_high"], row
    return None


@pytest.mark.shared
def test_the_facts_are_found_at_all(shared: Path) -> None:
    by_system: dict[str, int] = {}
    for system, *_ in facts(shared):
        by_system[system] = by_system.get(system, 0) + 1
    # THE: five editions of a rank, an overall, five pillars and four statistics. CWUR: three editions
    # of two ranks, a score and a place in research.
    assert by_system == {
        "the": 55,
        "qs": 10,
        "urap": 1,
        "greenmetric": 2,
        "the_impact": 2,
        "qs_europe": 2,
        "qs_western_asia": 2,
        "cwur": 12,
    }


def number(text: str) -> float | None:
    return float(text) if text else None


def differences(found_facts: list[tuple[str, int, str, dict[str, str]]]) -> list[tuple[object, ...]]:
    """Return where the sample differs from published facts."""
    wrong: list[tuple[object, ...]] = []
    for system, edition, value, fact in found_facts:
        found = held(system, edition, value)
        if found is None:
            wrong.append((system, edition, value, fact["value_raw"], "missing"))
            continue
        text, low, high, row = found
        raw = fact["value_raw"]
        if value == "female_students_pct":
            same = text.replace(" ", "") == raw.replace(" ", "") and float(low) == float(raw.split(":")[0])
        elif value in STATISTICS.values():
            same = text == raw and number(low) == number(fact["lo"]) == number(high)
        else:
            bounds = (number(low), number(high)) == (number(fact["lo"]), number(fact["hi"]))
            same = bounds and (value != "rank" or text == dashed(raw))
        if not same:
            wrong.append((system, edition, value, raw, text, low, high))
        if row["evidence"] != fact["evidence"]:
            wrong.append((system, edition, value, row["evidence"], fact["evidence"]))
        if ("reported" in row["caveats"].split()) != (fact["evidence"] in {"press", "mirror"}):
            wrong.append((system, edition, value, "caveat", row["caveats"]))
    return wrong


RANKS_OF_CWUR = {"national_rank", "research_rank"}


@pytest.mark.shared
def test_every_published_fact_stands_in_the_sample(shared: Path) -> None:
    assert differences([fact for fact in facts(shared) if fact[2] not in RANKS_OF_CWUR]) == []


@pytest.mark.shared
def test_the_partial_ranks_of_cwur_stand_in_the_sample(shared: Path) -> None:
    assert differences([fact for fact in facts(shared) if fact[2] in RANKS_OF_CWUR]) == []


@pytest.mark.shared
def test_the_sample_knows_no_place_of_ktu_that_is_not_published(shared: Path) -> None:
    published = {(system, str(edition)) for system, edition, value, _ in facts(shared) if value == "rank"}
    known = {(r["system"], r["edition"]) for r in sample("ranking_positions") if r["name"] == KTU}
    assert known == published


# -- the peer group in THE -----------------------------------------------------------------------


def test_the_outlook_of_the_twenty_peers_in_2026() -> None:
    """Domain dossier 4.2 lists them; Hacettepe and KTÜ share 27.0."""
    found = {
        PRINTED[folded(row["name"])]: float(row["value_low"])
        for row in sample("ranking_scores")
        if (row["system"], row["edition"], row["variable"]) == ("the", "2026", "international_outlook")
    }
    assert found == OUTLOOK_2026


KEY_STATISTICS = {
    "No. of FTE students": "students_fte_count",
    "No. of students per staff": "students_per_staff_ratio",
    "International students": "international_students_pct",
    "Female:Male ratio": "female_students_pct",
}


def publishers_rows(shared: Path, kind: str, edition: int) -> dict[str, dict[str, str]]:
    """Return the peers' rows of THE's table, by institution."""
    with (shared / "the" / f"THE_{edition}_{kind}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Rank"] != "Reporter"]
    known = PEERS if edition in HELD_ABROAD else PRINTED
    return {known[name]: row for row in rows if (name := folded(row["Name"])) in known}


@pytest.mark.shared
@pytest.mark.parametrize("edition", [2022, 2023, 2024, 2025])
def test_peers_places_equal_the_publishers_table(shared: Path, edition: int) -> None:
    published = publishers_rows(shared, "rankings", edition)
    assert len(published) >= 19  # Fırat was not ranked in 2022
    expected = {
        name: (dashed(row["Rank"]), row["rank_prefix"].strip() == "=", dashed(row["Overall"]))
        for name, row in published.items()
    }
    found = {
        PEERS[folded(row["name"])]: (
            row["rank_text"].removeprefix("="),
            row["rank_tie"].lower() == "true",
            dashed(row["overall_text"]),
        )
        for row in sample("ranking_positions")
        if (row["system"], row["edition"]) == ("the", str(edition))
    }
    assert found == expected


@pytest.mark.shared
@pytest.mark.parametrize("edition", [2022, 2023, 2024, 2025])
def test_peers_values_equal_the_publishers_table(shared: Path, edition: int) -> None:
    pillars = NEW_PILLARS if edition >= 2024 else OLD_PILLARS
    variables = {"rankings": pillars, "key_statistics": KEY_STATISTICS}
    expected = {}
    for kind, columns in variables.items():
        for name, row in publishers_rows(shared, kind, edition).items():
            for column, variable in columns.items():
                expected[name, variable] = row[column].strip()
    rows = [r for r in sample("ranking_scores") if (r["system"], r["edition"]) == ("the", str(edition))]
    found = {(PEERS[folded(r["name"])], r["variable"]): r["value_text"] for r in rows}
    assert len(found) == len(rows)
    assert found == expected
    # And the number is what the text says.
    for row in rows:
        printed = row["value_text"].split(":")[0].replace(",", "").replace("%", "")
        assert float(row["value_low"]) == float(row["value_high"]) == float(printed), row


# -- the sample holds together -------------------------------------------------------------------


def test_bounds_are_ordered() -> None:
    for row in sample("ranking_positions"):
        for what in ("rank", "overall"):
            low, high = number(row[f"{what}_low"]), number(row[f"{what}_high"])
            assert low is None or high is None or low <= high, row
    for row in sample("ranking_scores"):
        low, high = number(row["value_low"]), number(row["value_high"])
        assert low is None or high is None or low <= high, row


def test_a_better_band_begins_where_the_next_ends() -> None:
    """Edges fall with the rank, and neighbouring bands do not overlap by more than rounding."""
    by_edition: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in sample("ranking_bands"):
        by_edition.setdefault((row["system"], row["edition"]), []).append(row)
    assert len(by_edition) >= 6
    for rows in by_edition.values():
        rows.sort(key=lambda row: int(row["rank_low"]))
        for better, worse in pairwise(rows):
            for kind in ("published", "computed"):
                low, high = number(better[f"{kind}_low"]), number(worse[f"{kind}_high"])
                if low is not None and high is not None:
                    # 0.1 of recomputing on either side.
                    assert low >= high - 0.2, (better, worse)


def test_a_statistic_lies_within_its_limits() -> None:
    for row in sample("ranking_context"):
        value, count = float(row["value"]), int(row["institutions_count"])
        if row["statistic"] == "world_percentile":
            assert 0 < value < 100, row
        else:
            assert row["statistic"] == "place_in_band"
            assert value == int(value), row
            assert 1 <= value <= count, row


# -- nobody's table is passed on -----------------------------------------------------------------


def test_nobody_outside_the_peer_group_is_in_the_sample() -> None:
    register = Path(__file__).resolve().parents[1] / "data" / "reference"
    ids = set(PEERS.values())
    with (register / "institutions.csv").open(encoding="utf-8", newline="") as file:
        names = {folded(r[c]): r["id"] for r in csv.DictReader(file) for c in ("name_en", "name_tr")}
    with (register / "institution_names.csv").open(encoding="utf-8", newline="") as file:
        names |= {folded(r["spelling"]): r["institution"] for r in csv.DictReader(file)}

    def who(name: str) -> str:
        plain = folded(name)
        return names.get(plain) or names.get(re.sub(r"\s*\(.*\)", "", plain), name)

    for table in ("ranking_positions", "ranking_scores"):
        assert {who(row["name"]) for row in sample(table)} <= ids
    assert {row["institution"] for row in sample("ranking_context")} <= ids


@pytest.mark.parametrize("table", ["ranking_positions", "ranking_scores"])
def test_no_edition_holds_more_than_the_peer_group(table: str) -> None:
    names: dict[tuple[str, str], set[str]] = {}
    for row in sample(table):
        names.setdefault((row["system"], row["edition"]), set()).add(row["name_key"])
    assert max(map(len, names.values())) <= len(PEERS) + 1
    for (system, edition), keys in names.items():
        if (system, edition) not in {("the", str(held)) for held in HELD_ABROAD}:
            assert len(keys) <= 21


def test_no_rank_of_arwu_is_embedded() -> None:
    """The collected ARWU file makes up its ranks beyond 100."""
    for table in ("ranking_positions", "ranking_scores", "ranking_bands", "ranking_context"):
        assert [row for row in sample(table) if row["system"] == "arwu"] == []
    assert {row["edition"] for row in sample("ranking_tables") if row["system"] == "arwu"} == {
        str(year) for year in range(2003, 2026)
    }


# -- what was read whole -------------------------------------------------------------------------


@pytest.mark.shared
@pytest.mark.parametrize("edition", range(2016, 2026))
def test_the_number_of_ranked_universities_is_that_of_the_table(shared: Path, edition: int) -> None:
    with (shared / "the" / f"THE_{edition}_rankings.csv").open(encoding="utf-8-sig", newline="") as file:
        ranked = sum(row["Rank"] != "Reporter" for row in csv.DictReader(file))
    (row,) = [r for r in sample("ranking_tables") if (r["system"], r["edition"]) == ("the", str(edition))]
    assert int(row["institutions_count"]) == ranked


@pytest.mark.shared
def test_arwu_names_nobody_like_ktu(shared: Path) -> None:
    """`never listed` in the sample rests on this file."""
    with (shared / "arwu" / "ARWU_2003_2025.csv").open(encoding="utf-8-sig", newline="") as file:
        names = {folded(row["name"]) for row in csv.DictReader(file)}
    assert not [name for name in names if "karadeniz" in name or "trabzon" in name or "black sea" in name]
