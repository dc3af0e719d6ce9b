"""Turkish and English text: casing, matching keys, order, numbers, percentages, dates."""

import random
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import locale

# The 29 letters, in order, as every Turkish primary school prints them.
ALPHABET = "abcçdefgğhıijklmnoöprsştuüvyz"
CAPITALS = "ABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZ"
turkish = st.text(ALPHABET + CAPITALS + " -–—’'.", max_size=30)


def test_lower_and_upper_pair_the_29_letters():
    assert len(ALPHABET) == len(CAPITALS) == 29
    assert locale.lower(CAPITALS) == ALPHABET
    assert locale.upper(ALPHABET) == CAPITALS


@pytest.mark.parametrize(
    ("capital", "small"),
    [("I", "ı"), ("İ", "i"), ("ISPARTA", "ısparta"), ("İSTANBUL", "istanbul"), ("IĞDIR", "ığdır")],
)
def test_dotted_and_dotless_i(capital, small):
    assert locale.lower(capital) == small  # str.lower would leave a combining dot or a wrong i
    assert locale.upper(small) == capital


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IĞDIR", "Iğdır"),
        ("Iğdır", "igdir"),
        ("İSTANBUL", "istanbul"),
        ("İSTANBUL".lower(), "istanbul"),  # what plain Python makes of it, with its stray dot
        ("istanbul".upper(), "İstanbul"),
        ("Çukurova Üniversitesi", "cukurova universitesi"),
        ("Şırnak", "SIRNAK"),
        ("Hakkâri", "hakkari"),
        ("Karadeniz\u00a0Teknik \u2009Üniversitesi ", "karadeniz teknik universitesi"),
        ("\ufeffKTÜ", "ktu"),
        ("Istanbul University-Cerrahpaşa", "Istanbul University – Cerrahpaşa"),
        ("Istanbul University—Cerrahpaşa", "Istanbul University\u2212Cerrahpaşa"),
        ("world_rank", "World Rank"),
        ("N&S", "n s"),
        ("Country/Territory", "country territory"),
        ("Universität Straße", "universitat strasse"),
        ("Syddansk Universitet Ødense", "syddansk universitet odense"),
    ],
)
def test_keys_that_are_equal(one, other):
    assert locale.key(one) == locale.key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Gazi", "Gaziantep"), ("Ege", "Ege University"), ("", "a"), ("Bursa Uludağ", "Bursa Teknik")],
)
def test_keys_that_differ(one, other):
    assert locale.key(one) != locale.key(other)


@given(turkish)
def test_a_key_ignores_case_normal_form_and_repetition(text):
    key = locale.key(text)
    assert key == locale.key(locale.upper(text)) == locale.key(locale.lower(text))
    assert key == locale.key(unicodedata.normalize("NFD", text)) == locale.key(key)
    assert key.isascii()
    assert key == key.strip()
    assert "  " not in key


@given(turkish)
def test_casing_goes_there_and_back(text):
    assert locale.lower(locale.upper(text)) == locale.lower(text)
    assert len(locale.lower(text)) == len(locale.upper(text)) == len(text)


def test_tidy_keeps_letters_and_drops_only_blanks():
    decomposed = unicodedata.normalize("NFD", "Boğaziçi")
    assert locale.tidy(f"\ufeff {decomposed}\u00a0\t\nÜniversitesi\u3000") == "Boğaziçi Üniversitesi"


def shuffled(words):
    return random.Random(2026).sample(words, len(words))


def test_order_is_that_of_the_alphabet():
    words = [f"{letter}a" for letter in ALPHABET]
    assert sorted(shuffled(words), key=locale.sort_key) == words
    names = [
        "Çukurova",
        "Iğdır",
        "İzmir",
        "Zonguldak",
        "Cizre",
        "Şırnak",
        "Samsun",
        "Ordu",
        "Ödemiş",
        "Dicle",
    ]
    assert sorted(names, key=locale.sort_key) == [
        "Cizre", "Çukurova", "Dicle", "Iğdır", "İzmir", "Ordu", "Ödemiş", "Samsun", "Şırnak", "Zonguldak",
    ]  # fmt: skip


def test_a_shorter_word_comes_first():
    names = ["Gazi Üniversitesi", "Gaziantep Üniversitesi"]
    assert sorted(shuffled(names), key=locale.sort_key) == names


def test_foreign_letters_stand_in_their_latin_place():
    names = ["Peru", "Qatar", "Romania", "Vietnam", "Wales", "Yemen", "Zambia"]
    assert sorted(shuffled(names), key=locale.sort_key) == names


@pytest.mark.parametrize(
    ("value", "decimals", "tr", "en"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (1234567, 0, "1.234.567", "1,234,567"),
        (0, 0, "0", "0"),
        (0.5, 2, "0,50", "0.50"),
        (999.96, 1, "1.000,0", "1,000.0"),
        (-1234.5, 1, "\u22121.234,5", "\u22121,234.5"),
        (-0.04, 1, "0,0", "0.0"),  # a rounded nought has no sign
    ],
)
def test_numbers(value, decimals, tr, en):
    assert locale.number(value, "tr", decimals) == tr
    assert locale.number(value, "en", decimals) == en


@pytest.mark.parametrize(
    ("value", "decimals", "tr", "en"),
    [
        (8, 0, "%8", "8%"),
        (69.47, 2, "%69,47", "69.47%"),
        (0, 0, "%0", "0%"),
        (100, 0, "%100", "100%"),
        (12.5, 1, "%12,5", "12.5%"),
        (1234, 0, "%1.234", "1,234%"),
        (-5, 0, "\u2212%5", "\u22125%"),
    ],
)
def test_percentages(value, decimals, tr, en):
    assert locale.percent(value, "tr", decimals) == tr
    assert locale.percent(value, "en", decimals) == en


@pytest.mark.parametrize(("language", "expected"), [("tr", "%0"), ("en", "0%")])
def test_a_rounded_nought_percent_has_no_sign(language, expected):
    assert locale.percent(-0.3, language) == expected


@given(st.integers(-(10**9), 10**9), st.integers(0, 3))
def test_numbers_can_be_read_back(value, decimals):
    number = value / 10**decimals
    for language, thousands, point in (("tr", ".", ","), ("en", ",", ".")):
        text = locale.number(number, language, decimals)
        read = text.replace("\u2212", "-").replace(thousands, "").replace(point, ".")
        assert float(read) == pytest.approx(number, abs=1e-9)


@pytest.mark.parametrize(
    ("value", "tr", "en"),
    [
        (date(2025, 12, 31), "31.12.2025", "31 Dec 2025"),
        (date(2026, 8, 3), "03.08.2026", "3 Aug 2026"),
    ],
)
def test_dates(value, tr, en):
    assert (locale.day(value, "tr"), locale.day(value, "en")) == (tr, en)


@pytest.mark.parametrize(
    ("code", "tr", "en"),
    [
        ("DE", "Almanya", "Germany"),
        ("TR", "Türkiye", "Türkiye"),
        ("XK", "Kosova", "Kosovo"),
        ("CY", "Kıbrıs", "Cyprus"),
        ("XN", "Kuzey Kıbrıs Türk Cumhuriyeti", "Northern Cyprus (TRNC)"),
        ("QQ", "QQ", "QQ"),
    ],
)
def test_countries_have_a_name_in_both_languages(code, tr, en):
    assert (locale.country(code, "tr"), locale.country(code, "en")) == (tr, en)
    assert (code in locale.territories()) == (code != "QQ")


def test_months_are_known_by_their_names_in_both_languages():
    months = locale.months()
    for name, number in (("Ocak", 1), ("ŞUBAT", 2), ("Mar", 3), ("Mayıs", 5), ("MAYIS", 5), ("August", 8),
                         ("Ağu", 8), ("Sep", 9), ("Sept", 9), ("Ara", 12), ("December", 12)):  # fmt: skip
        assert months[locale.key(name)] == number
    assert set(months.values()) == set(range(1, 13))
