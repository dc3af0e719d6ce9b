"""The wording of chances: edges, rounding, and what is said of an interval that holds nought."""

import pytest

from helpers.errors import CatalogError
from helpers.present import likelihood
from helpers.texts import Texts


@pytest.mark.parametrize(
    ("probability", "english", "turkish"),
    [
        (1.0, "very likely (over 95%)", "çok yüksek (%95 üzeri)"),
        (0.98, "very likely (over 95%)", "çok yüksek (%95 üzeri)"),
        (0.95, "very likely (about 95%)", "çok yüksek (yaklaşık %95)"),
        (0.88, "very likely (about 90%)", "çok yüksek (yaklaşık %90)"),
        (0.87, "likely (about 85%)", "yüksek (yaklaşık %85)"),
        (0.63, "likely (about 65%)", "yüksek (yaklaşık %65)"),
        (0.62, "about as likely as not (about 60%)", "yarı yarıya (yaklaşık %60)"),
        (0.5, "about as likely as not (about 50%)", "yarı yarıya (yaklaşık %50)"),
        (0.38, "about as likely as not (about 40%)", "yarı yarıya (yaklaşık %40)"),
        (0.37, "unlikely (about 35%)", "düşük (yaklaşık %35)"),
        (0.13, "unlikely (about 15%)", "düşük (yaklaşık %15)"),
        (0.12, "very unlikely (about 10%)", "çok düşük (yaklaşık %10)"),
        (0.02, "very unlikely (under 5%)", "çok düşük (%5 altı)"),
        (0.0, "very unlikely (under 5%)", "çok düşük (%5 altı)"),
    ],
)
def test_a_chance_is_said_in_words_and_coarse_percent(probability, english, turkish):
    assert likelihood.chance(Texts("en"), probability) == english
    assert likelihood.chance(Texts("tr"), probability) == turkish


def test_the_words_are_the_same_above_and_below_an_even_chance():
    order = [word.code for word in likelihood.wording().words]
    for hundredths in range(51):
        # Halves of a step are rounded to the even one, which differs above and below.
        if hundredths % 5:
            below, above = likelihood.word(hundredths / 100).code, likelihood.word(1 - hundredths / 100).code
            assert order.index(below) == len(order) - 1 - order.index(above)


def test_no_percentage_has_two_words():
    said = [likelihood.chance(Texts("en"), thousandth / 1000) for thousandth in range(1001)]
    assert len(set(said)) == len({text.partition(" (")[2] for text in said}) == 21


def test_nothing_is_ever_certain():
    for language in ("en", "tr"):
        for hundredth in range(101):
            said = likelihood.percent(Texts(language), hundredth / 100)
            assert "100" not in said
            assert said.strip("% abouty") != "0"


@pytest.mark.parametrize("wrong", [-0.01, 1.01, float("nan")])
def test_what_is_no_probability_is_refused(wrong):
    with pytest.raises(ValueError, match="no probability"):
        likelihood.word(wrong)


@pytest.mark.parametrize(
    ("low", "high", "way"),
    [(0.9, 3.4, "up"), (-3.0, -0.1, "down"), (-1.0, 1.0, "none"), (0.0, 2.0, "none"), (-2.0, 0.0, "none")],
)
def test_an_interval_with_nought_in_it_tells_no_direction(low, high, way):
    assert likelihood.direction(low, high) == way
    assert (likelihood.change(Texts("en"), low, high) == "no clear change") == (way == "none")


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("at_least: 65", "at_least: 5", "from the highest"),
        ("tr: yüksek}", "tr: düşük}", "same tr"),
        ("surest: 95", "surest: 100", "surest"),
        ("step: 5", "step: 5\nsteps: 5", "steps"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(workbook_root, was, becomes, told):
    path = workbook_root / "data" / "catalog" / "likelihood.yml"
    written = path.read_text(encoding="utf-8")
    assert was in written
    path.write_text(written.replace(was, becomes), encoding="utf-8")
    with pytest.raises(CatalogError, match=told):
        likelihood.wording()
