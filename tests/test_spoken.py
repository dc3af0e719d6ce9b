"""Suffixes and agreement, against tables written by hand from how each number is read aloud."""

import pytest

from helpers import spoken
from helpers.errors import TextMissing
from helpers.texts import _Formatter, links

# Number or name, form after 2 (iki), and how both stand in a sentence: %64 is read "yüzde altmış dört".
TURKISH = """
%64 si %64'ü | %64 yi %64'ü | %64 sini %64'ünü | %20 si %20'si | %20 yi %20'yi | %20 sine %20'sine
%50 si %50'si | %50 sinden %50'sinden | %94,1 yi %94,1'i | %94,1 si %94,1'i | %100 si %100'ü | %100 ye %100'e
3 den 3'ten | 5 ye 5'e | 4 den 4'ten | 4 ye 4'e | 4 nci 4'üncü | 1 de 1'de | 1 nci 1'inci | 2 ye 2'ye
2 nci 2'nci | 2 den 2'den | 6 ya-as-ye 6'ya | 6 nci 6'ncı | 6 nin 6'nın | 7 de 7'de | 7 yi 7'yi | 8 yi 8'i
9 ye 9'a | 9 den 9'dan | 9 nci 9'uncu | 9 yi 9'u | 9 şer 9'ar | 10 ye 10'a | 10 nci 10'uncu | 10 lik 10'luk
20 nci 20'nci | 20 den 20'den | 30 de 30'da | 30 nci 30'uncu | 40 den 40'tan | 40 ye 40'a | 40 yi 40'ı
50 de 50'de | 60 de 60'ta | 60 nci 60'ıncı | 70 de 70'te | 80 ye 80'e | 90 yi 90'ı | 90 de 90'da
100 de 100'de | 100 yi 100'ü | 300 şer 300'er | 1.000 de 1.000'de | 1.000 yi 1.000'i | 1.200 ye 1.200'e
10.000 den 10.000'den | 100.000 yi 100.000'i | 2.500.000 yi 2.500.000'i | 1.000.000 ye 1.000.000'a
3.000.000.000 nin 3.000.000.000'ın | 0 ye 0'a | 0 de 0'da | 0 nin 0'ın | 2026 de 2026'da | 2026 yi 2026'yı
2025 de 2025'te | 2025 den 2025'ten | 2024 de 2024'te | 2023 de 2023'te | 2021 de 2021'de | 2020 de 2020'de
2000 den 2000'den | 1990 deki 1990'daki | 2030 ye 2030'a
31.12.2025 de 31.12.2025'te | 2025-2026 de 2025-2026'da
1,2 lik 1,2'lik | 0,05 lik 0,05'lik | 25,34 dir 25,34'tür | 25,30 dir 25,30'dur | 8,4 ye 8,4'e | 8,0 ye 8,0'a
27,24 den 27,24'ten | 0,9 yle 0,9'la | 3 yle 3'le | 2 yle 2'yle | 6 yle 6'yla | 12,50 nin 12,50'nin
1501+ den 1501+'den | 601–610 de 601–610'da | −3 ye −3'e | (5) ye (5)'e | 3 şer 3'er
2 şer 2'şer | 6 şer 6'şar
KTÜ nin KTÜ'nün | KTÜ ye KTÜ'ye | KTÜ de KTÜ'de | ODTÜ nin ODTÜ'nün | İTÜ den İTÜ'den | THE nin THE'nin
QS nin QS'in | QS de QS'te | TÜBİTAK nin TÜBİTAK'ın | YÖK nin YÖK'ün | YÖKAK den YÖKAK'tan | ÖSYM nin ÖSYM'nin
AB ye AB'ye | AKTS nin AKTS'nin
MÜDEK den MÜDEK'ten | URAP nin URAP'ın | UNESCO nin UNESCO'nun | BM nin BM'nin
Trabzon de Trabzon'da | Türkiye ye Türkiye'ye | Polonya den Polonya'dan | Irak ye Irak'a | Mısır de Mısır'da
"""  # fmt: skip

CASES = [case.split() for line in TURKISH.strip().splitlines() for case in line.split(" | ")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[-1])
def test_a_suffix_follows_what_is_spoken_last(case):
    written, form, expected = case[0], case[-2].split("-")[-1], case[-1]
    assert written + spoken.suffix(written, form) == expected


def test_there_are_enough_cases():
    assert len({case[-1] for case in CASES}) > 110
    assert {case[-2].split("-")[-1] for case in CASES} <= set(spoken._SUFFIXES)


@pytest.mark.parametrize(
    ("value", "spec", "said"),
    [
        (64, "pct0'si", "%64'ü"),
        (3, "n0'den", "3'ten"),
        (1.2, "n1'lik", "1,2'lik"),
        (1234567, "n0'ye", "1.234.567'ye"),
        (2026, "'de", "2026'da"),
        ("KTÜ", "'nin", "KTÜ'nün"),
        ("8,4 puan", "'ye", "8,4 puana"),
        ("2026, ilk yarı", "'de", "2026, ilk yarıda"),
        (-3.5, "+n1'ye", "\u22123,5'e"),
        (links.Linked("G3.25", 64), "pct0'si", links.wrap("G3.25", "%64") + "'ü"),
    ],
)
def test_a_text_asks_for_its_suffix(value, spec, said):
    assert _Formatter("tr").format_field(value, spec) == said


@pytest.mark.parametrize("spec", ["n0'xyz", "n0'", "n", "'", "x1", "n0-ye", "pct", "n1'de'den"])
def test_a_format_that_is_not_known_is_refused(spec):
    with pytest.raises(TextMissing):
        _Formatter("tr").format_field(2, spec)


@pytest.mark.parametrize(
    ("value", "said"),
    [(1, "student is"), (1.0, "student is"), (0, "students are"), (2, "students are"), ("1", "student is"),
     (1.6, "students are"), (1000, "students are"), (-1, "students are"), ("hidden", "students are"),
     (links.Linked("G3.25", 1), "student is")],
)  # fmt: skip
def test_words_agree_with_the_number_as_it_is_written(value, said):
    write = _Formatter("en").format_field
    assert f"{write(value, '?student|students')} {write(value, '?is|are')}" == said


@pytest.mark.parametrize(
    ("written", "said"),
    [("8%", "an"), ("8.4", "an"), ("80", "an"), ("811", "an"), ("8,000", "an"), ("11", "an"), ("11.5%", "an"),
     ("11,000", "an"), ("18", "an"), ("18,400", "an"), ("7", "a"), ("1", "a"), ("10", "a"), ("0.8", "a"),
     ("110", "a"), ("1,100", "a"), ("181", "a"), ("100%", "a"), ("indicator", "an"), ("student", "a"),
     ("university", "a"), ("unit", "a"), ("unnamed", "an"), ("hour", "an"), ("MSc", "an"), ("European", "a"),
     ("ECTS", "an"), ("QS", "a"), ("Erasmus", "an"), ("one", "a")],
)  # fmt: skip
def test_an_article_follows_the_sound(written, said):
    assert spoken.article(written) == said


def test_an_article_stands_before_the_number_and_outside_its_link():
    assert _Formatter("en").format_field(links.Linked("G1.01", 8.2), "a n1") == "an " + links.wrap(
        "G1.01", "8.2"
    )
