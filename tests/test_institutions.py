"""Matching names to institutions: exact after folding, never by likeness."""

import csv
import unicodedata

import pytest
from conftest import REPO
from hypothesis import given
from hypothesis import strategies as st

from helpers import locale
from helpers.catalog import institutions
from helpers.errors import CatalogError

REFERENCE = REPO / "data" / "reference"
REGISTER = institutions.read(REFERENCE)


def rows(name):
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


KNOWN = [(r[column], r["id"]) for r in rows("institutions.csv") for column in ("name_en", "name_tr")]
KNOWN += [(r["spelling"], r["institution"]) for r in rows("institution_names.csv")]
KTU = ("Karadeniz Technical University", "Karadeniz Teknik Üniversitesi", "KARADENİZ TEKNİK ÜNİVERSİTESİ")


def test_the_register_is_there():
    assert len(KNOWN) > 50
    assert REGISTER.ids() == sorted(row["id"] for row in rows("institutions.csv"))


@pytest.mark.parametrize(("spelling", "institution"), KNOWN)
def test_every_known_spelling_matches_its_institution(spelling, institution):
    assert REGISTER.match(spelling) == institution


def without_diacritics(text):
    plain = unicodedata.normalize("NFD", text.replace("ı", "i"))
    return "".join(c for c in plain if not unicodedata.combining(c))


@given(
    st.sampled_from(KNOWN),
    st.sampled_from([str, locale.upper, locale.lower, str.upper, str.lower, without_diacritics]),
    st.sampled_from(["NFC", "NFD"]),
    st.sampled_from([" ", "\u00a0", "  ", "\u2009"]),
    st.sampled_from(["-", "–", "—", "\u2011"]),
)
def test_case_diacritics_blanks_and_dashes_do_not_matter(known, change, form, blank, dash):
    spelling, institution = known
    damaged = unicodedata.normalize(form, change(spelling)).replace(" ", blank).replace("-", dash)
    assert REGISTER.match(f"{blank}{damaged}{blank}") == institution


@pytest.mark.parametrize("name", KTU)
@pytest.mark.parametrize(
    "addition", [" (KTÜ)", " (KTU)", " [KTÜ]", ", Trabzon", ", TRABZON", " - Trabzon", " – KTÜ", ",Trabzon"]
)
def test_its_own_abbreviation_and_city_may_be_added(name, addition):
    assert REGISTER.match(name + addition) == "ktu"


def test_both_may_be_added():
    assert REGISTER.match("Karadeniz Technical University (KTÜ), Trabzon") == "ktu"


@pytest.mark.parametrize(
    ("name", "institution"),
    [
        # In KTÜ's city, or with a part of its name.
        ("Trabzon University", "trabzon"),
        ("Trabzon University, Trabzon", "trabzon"),
        ("Trabzon Üniversitesi", "trabzon"),
        ("Avrasya University", None),
        ("Avrasya University, Trabzon", None),
        ("Petro Mohyla Black Sea National University", None),
        ("Black Sea Technical University", None),
        ("Karadeniz Ereğli Meslek Yüksekokulu", None),
        ("Karadeniz Ereğli Turizm Fakültesi, Zonguldak", None),
        ("Karadeniz University", None),
        ("Technical University", None),
        ("Technical University, Trabzon", None),
        # An addition that is another institution's, or another city's, says something new.
        ("Trabzon University (KTÜ)", None),
        ("Karadeniz Technical University, Rize", None),
        ("Karadeniz Technical University (Trabzon University)", None),
        ("Gazi University, Gaziantep", None),
        # The Istanbul ones.
        ("Istanbul University", "istanbul"),
        ("Istanbul University, İstanbul", "istanbul"),
        ("İSTANBUL ÜNİVERSİTESİ", "istanbul"),
        ("Istanbul University-Cerrahpaşa", "iuc"),
        ("Istanbul University - Cerrahpasa", "iuc"),
        ("İstanbul Üniversitesi–Cerrahpaşa", "iuc"),
        ("Istanbul Technical University", "itu"),
        ("İstanbul Teknik Üniversitesi", "itu"),
        ("Istanbul Medeniyet University", None),
        ("İstanbul Medeniyet Üniversitesi", None),
        ("Istanbul Aydin University", None),
        # One name inside another.
        ("Ankara University", "ankara"),
        ("Ankara Yıldırım Beyazıt University", None),
        ("Ankara Hacı Bayram Veli University, Ankara", None),
        ("Gazi University", "gazi"),
        ("Gaziantep University", None),
        ("Gaziosmanpaşa University", None),
        ("Bursa Uludağ University", "uludag"),
        ("Uludağ University", "uludag"),
        ("Bursa Technical University", None),
        ("Bursa Technical University, Bursa", None),
        ("Gebze Technical University", "gtu"),
        ("Yıldız Technical University", "ytu"),
        ("Ege University", "ege"),
        ("Izmir Institute of Technology", "iyte"),
        ("Izmir Katip Celebi University", None),
        ("", None),
        ("University", None),
        ("(KTÜ)", None),
        (", Trabzon", None),
    ],
)
def test_look_alikes_are_never_taken_for_one_another(name, institution):
    assert REGISTER.match(name) == institution


def test_no_two_institutions_share_a_spelling():
    keys = {}
    for spelling, institution in KNOWN:
        assert keys.setdefault(locale.key(spelling), institution) == institution


def test_an_official_name_exists_in_both_languages():
    assert REGISTER["ktu"].name("tr") == "Karadeniz Teknik Üniversitesi"
    assert REGISTER["ktu"].name("en") == "Karadeniz Technical University"


@pytest.mark.parametrize(
    ("misspelt", "meant"), [("Hacetepe University", "hacettepe"), ("Çukurva Üniversitesi", "cukurova")]
)
def test_a_misspelling_is_suggested_and_never_matched(misspelt, meant):
    assert REGISTER.match(misspelt) is None
    ((name, institution, likeness),) = REGISTER.suggest([misspelt, "Istanbul University"])
    assert (name, institution) == (misspelt, meant)
    assert 85 <= likeness < 100


def test_ktu_misspelt_is_not_matched():
    assert REGISTER.match("Karadeniz Tecnical Universty") is None


def test_ktu_misspelt_in_its_common_words_is_suggested():
    found = REGISTER.suggest(["Karadeniz Tecnical Universty"])
    assert [(name, institution) for name, institution, _ in found] == [
        ("Karadeniz Tecnical Universty", "ktu")
    ]


def test_names_that_are_known_are_not_suggested():
    assert REGISTER.suggest(spelling for spelling, _ in KNOWN) == []


def test_a_suggestion_that_is_confirmed_matches_from_then_on(workbook_root):
    folder = workbook_root / "data" / "reference"
    spelling = "Karadeniz\u00a0Tecnical Universty"
    institutions.confirm(folder, spelling, "ktu", "THE 2026")
    after = institutions.read(folder)
    assert after.match("karadeniz tecnical universty") == "ktu"
    with (folder / "institution_names.csv").open(encoding="utf-8", newline="") as file:
        *before, last = csv.reader(file)
    assert last == ["ktu", "Karadeniz Tecnical Universty", "THE 2026"]
    assert before == list(
        csv.reader((REFERENCE / "institution_names.csv").open(encoding="utf-8", newline=""))
    )


def test_confirming_onto_a_line_without_its_end_does_not_glue_the_two(workbook_root):
    path = workbook_root / "data" / "reference" / "institution_names.csv"
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    last = rows("institution_names.csv")[-1]
    institutions.confirm(path.parent, "Karadeniz Tecnical Universty", "ktu", "THE 2026")
    after = institutions.read(path.parent)
    assert after.match("Karadeniz Tecnical Universty") == "ktu"
    assert after.match(last["spelling"]) == last["institution"]


@pytest.mark.parametrize(
    ("spelling", "institution", "says"),
    [
        ("Trabzon University", "ktu", "already known as 'trabzon'"),
        ("Karadeniz Technical University, Trabzon", "ktu", "already known"),
        ("Karadeniz Tecnical Universty", "kut", "no institution 'kut'"),
        pytest.param(
            " ", "ktu", "name",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_confirmed_changes_nothing(workbook_root, spelling, institution, says):
    folder = workbook_root / "data" / "reference"
    before = (folder / "institution_names.csv").read_bytes()
    with pytest.raises(CatalogError, match=says):
        institutions.confirm(folder, spelling, institution, "THE 2026")
    assert (folder / "institution_names.csv").read_bytes() == before


def made(identifier, name, **other):
    columns = ("name_tr", "short", "city", "country_code", "erasmus_code", "pic", "ror")
    return institutions.Institution(identifier, name, **{c: other.get(c, f"{name} {c}") for c in columns})


def test_a_register_that_gives_one_name_to_two_is_refused():
    one, two = made("a", "Aksaray University"), made("b", "AKSARAY UNIVERSITY")
    with pytest.raises(CatalogError, match="both 'a' and 'b'"):
        institutions.Institutions([one, two], [])
    with pytest.raises(CatalogError, match="both"):
        institutions.Institutions([one, made("b", "Bartın")], [("b", "Aksaray  University")])
    with pytest.raises(CatalogError, match="not in the register"):
        institutions.Institutions([one], [("c", "Aksaray Uni")])
