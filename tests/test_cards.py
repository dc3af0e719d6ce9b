"""Goal cards: the fields of the guide in their order, one card per goal, nothing invented as a fact."""

import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import CatalogError
from helpers.plan import cards

REPO = Path(__file__).resolve().parents[1]
FILE = REPO / "data" / "catalog" / "cards.yml"

# Domain dossier 8: the starred indicators and their effect on the goal, copied by hand.
STARRED = {
    "G1": "01:20 03:10 05:15 08:15 09:10 10:15 12:15",
    "G2": "01:15 02:15 05:10 06:10 07:10 10:10 11:15 15:5 16:10",
    "G3": "02:8 06:8 07:7 11:7 13:7 16:8 19:5 20:10 23:10 25:8 28:7 30:15",
    "G4": "01:10 02:5 03:5 04:10 05:10 07:5 08:5 09:10 10:5 11:10 12:5 13:10 14:10",
}
# Domain dossier 8.1.
SPLIT = {
    "H1.1": "01 03 10",
    "H1.2": "05 08 09 12",
    "H2.1": "01 02 05 06",
    "H2.2": "07 10",
    "H2.3": "11 15 16",
    "H3.1": "02",
    "H3.2": "06 07 11 13",
    "H3.3": "16 19",
    "H3.4": "20 23",
    "H3.5": "25 28 30",
    "H4.1": "01 02 03 04 05",
    "H4.2": "08 09 10 14",
    "H4.3": "07 11 12 13",
}
ORDER = [
    "aim",
    "objective",
    "programme",
    "indicators",
    "responsible_unit",
    "cooperating_units",
    "risks",
    "strategies",
    "cost",
    "findings",
    "needs",
]


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Write cards of one's own: the file as it is, changed."""
    monkeypatch.setenv("WORKBOOK_ROOT", str(tmp_path))
    (tmp_path / "data" / "catalog").mkdir(parents=True)

    def write(change=None, text=None):
        file = tmp_path / "data" / "catalog" / "cards.yml"
        loaded = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        if change:
            change(loaded)
        file.write_text(text or yaml.safe_dump(loaded, allow_unicode=True), encoding="utf-8")

    return write


def test_the_fields_stand_in_the_order_of_the_guide():
    assert [name for name in cards.GoalCard.model_fields if name in ORDER] == ORDER
    assert list(cards.CardIndicator.model_fields) == [
        "code",
        "weight",
        "baseline",
        "targets",
        "placeholder",
        "monitoring",
        "reporting",
    ]


def test_one_card_for_each_goal_with_the_weights_of_the_dossier():
    loaded = cards.load()
    assert [card.key for card in loaded] == ["G1", "G2", "G3", "G4"]
    for card in loaded:
        expected = [entry.split(":") for entry in STARRED[card.goal].split()]
        assert [(i.code, i.weight) for i in card.indicators] == [
            (f"{card.goal}.{number}", int(weight)) for number, weight in expected
        ]
        assert sum(i.weight for i in card.indicators) == 100
        assert card.years == range(2024, 2029)


def test_weights_agree_with_the_catalogue_where_it_has_one():
    files = sorted((REPO / "data" / "catalog" / "indicators").glob("*.yml"))
    entries = [entry for file in files for entry in yaml.safe_load(file.read_text(encoding="utf-8"))]
    defined = {entry["code"]: entry["weight"] for entry in entries if entry.get("weight")}
    for card in cards.load():
        for entry in card.indicators:
            assert defined.get(entry.code, entry.weight) == entry.weight


def test_split_goals_follow_the_dossier():
    parts = cards.load(split=True)
    assert {card.key: " ".join(i.code[-2:] for i in card.indicators) for card in parts} == SPLIT
    for card in parts:
        assert sum(i.weight for i in card.indicators) == 100
        assert len(card.indicators) <= 5
        assert card.aim.code == f"A{card.goal[1]}"
        assert card.cost.amount is None
    assert [i.weight for i in parts[0].indicators] == [45, 22, 33]  # of 20, 10, 15


def test_nothing_of_the_university_is_invented():
    """Targets, risks, costs and units of KTÜ are not known: no value of any, and a mark on each."""
    for card in (*cards.load(), *cards.load(split=True)):
        assert card.has_placeholders
        assert card.cost.amount is None
        assert card.cost.placeholder
        assert card.responsible_unit.placeholder
        assert all(risk.placeholder and risk.level is None for risk in card.risks)
        for entry in card.indicators:
            assert entry.placeholder
            assert not entry.known


def test_every_fact_names_its_source():
    for card in cards.load():
        for statement in (card.objective, *card.strategies, *card.findings):
            assert statement.placeholder or statement.source
        assert any(not finding.placeholder for finding in card.findings)
        for finding in card.findings:
            told = [sorted(re.findall(r"\d", text)) for text in (finding.en, finding.tr)]
            assert told[0] == told[1], finding.en


def _misspelt(loaded):
    loaded["cards"][0]["stratejies"] = []


def _two_units(loaded):
    loaded["cards"][0]["responsible_unit"] = [loaded["cards"][0]["responsible_unit"]] * 2


def _no_unit(loaded):
    del loaded["cards"][0]["responsible_unit"]


def _four_targets(loaded):
    loaded["cards"][0]["indicators"][0]["targets"] = [1, 2, 3, 4]


def _weight_half(loaded):
    loaded["cards"][0]["indicators"][0]["weight"] = 20.5


def _twice(loaded):
    loaded["cards"][0]["indicators"].append(loaded["cards"][0]["indicators"][0])


def _no_source(loaded):
    loaded["cards"][0]["needs"] = [{"en": "More staff", "tr": "Daha çok personel"}]


def _cost_as_fact(loaded):
    loaded["cards"][0]["cost"] = {"amount": 1000000}


def _six_years(loaded):
    loaded["period"]["last"] = 2029


def _risk_of_nine(loaded):
    loaded["cards"][0]["risks"] = [{"en": "x", "tr": "x", "placeholder": True, "probability": 9, "impact": 1}]


def _goal_twice(loaded):
    loaded["cards"][1]["goal"] = "G1"


def _not_a_number(loaded):
    loaded["cards"][0]["indicators"][0]["baseline"] = float("nan")


@pytest.mark.parametrize(
    "change",
    [
        _misspelt,
        _two_units,
        _no_unit,
        _four_targets,
        _weight_half,
        _twice,
        _no_source,
        _cost_as_fact,
        _six_years,
        _risk_of_nine,
        _goal_twice,
        _not_a_number,
    ],
)
def test_a_wrong_card_is_refused_with_file_and_key(own, change):
    own(change)
    with pytest.raises(CatalogError, match=r"cards\.yml: "):
        cards.load()


def test_a_key_that_stands_twice_is_refused(own):
    own(text="period: {first: 2024, last: 2028}\nsplit: false\nsplit: true\ncards: []\n")
    with pytest.raises(CatalogError, match="'split' stands twice"):
        cards.load()


def test_a_missing_file_is_told(own):
    with pytest.raises(CatalogError, match="missing"):
        cards.load()


def test_the_split_is_a_choice_of_the_file(own):
    own(lambda loaded: loaded.update(split=True))
    assert len(cards.load()) == 13


def test_parts_must_share_out_the_indicators(own):
    own(lambda loaded: loaded["cards"][0]["parts"][0]["indicators"].remove("G1.03"))
    assert len(cards.load()) == 4
    with pytest.raises(CatalogError, match=r"G1.*G1\.03"):
        cards.load(split=True)


def test_a_split_does_not_hide_wrong_weights(own):
    own(lambda loaded: loaded["cards"][0]["indicators"][0].update(weight=10))
    with pytest.raises(CatalogError, match="G1 add up to 90"):
        cards.load(split=True)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=8))
def test_weights_are_shared_out_to_100_in_proportion(weights):
    shared = cards.shared_out(weights)
    if not sum(weights):
        assert shared == weights
        return
    assert sum(shared) == 100
    for weight, share in zip(weights, shared, strict=True):
        assert abs(share - 100 * weight / sum(weights)) < 1


def test_a_card_must_name_what_the_catalogue_defines():
    (first, *_) = loaded = cards.load()
    codes = {entry.code for card in loaded for entry in card.indicators}
    codes |= {code for card in loaded for risk in card.risks for code in risk.watched_by}
    known = SimpleNamespace(goals=dict.fromkeys(STARRED), indicators=dict.fromkeys(codes))
    assert cards.load(known) == loaded
    with pytest.raises(CatalogError, match="goal 'G9'"):
        cards.check([first.model_copy(update={"goal": "G9"})], known)
    del known.indicators["G1.08"]
    with pytest.raises(CatalogError, match=r"card G1 names indicator 'G1\.08'"):
        cards.load(known)


# -- baselines and targets from the register ----------------------------------------------------------


def register(*rows):
    return pd.DataFrame(rows, columns=["indicator", "year", "kind", "value", "is_placeholder"])


def test_the_register_fills_baselines_and_targets():
    filled = cards.fill(
        cards.load(),
        register(
            ("G1.01", 2022, "baseline", 9.0, True),  # of another plan
            ("G1.01", 2023, "baseline", 4.0, True),
            ("G1.01", 2024, "target", 5.0, True),
            ("G1.01", 2026, "target", None, True),
            ("G1.01", 2028, "target", 9.0, True),
            ("G1.05", 2023, "baseline", 2.0, False),
        ),
    )
    first, _, third = filled[0].indicators[:3]
    assert (first.baseline, first.targets, first.placeholder) == (4.0, (5.0, None, None, None, 9.0), True)
    assert (third.baseline, third.placeholder) == (2.0, False)
    assert filled[0].target("G1.01", 2028) == 9.0
    assert filled[0].target("G1.01", 2029) is None
    assert filled[1] == cards.load()[1]


def test_a_card_and_the_register_may_not_disagree(own):
    own(lambda loaded: loaded["cards"][0]["indicators"][0].update(baseline=4.0))
    assert (
        cards.fill(cards.load(), register(("G1.01", 2023, "baseline", 4.0, False)))[0]
        .indicators[0]
        .placeholder
    )
    with pytest.raises(CatalogError, match=r"baseline of G1\.01 for 2023 is 4 .* and 5 in the register"):
        cards.fill(cards.load(), register(("G1.01", 2023, "baseline", 5.0, False)))
