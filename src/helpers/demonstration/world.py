"""What the demonstration takes for granted: randomness, units, programmes, partner institutions.

Randomness is whole-numbered throughout: only `integers` is drawn, so that no rounding of a float can
make two machines disagree. Each register draws from a stream of its own, so that a change in one
leaves the others as they were.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Generic, TypeVar

import numpy as np

Row = dict[str, Any]
Item = TypeVar("Item")

FIRST, LAST = 2017, 2026
YEARS = range(FIRST, LAST + 1)
# Calendar registers are closed on this day; what is dated later is planned or still runs.
CLOSED = date(LAST, 12, 31)
PANDEMIC = (2020, 2021)


# -- chance ------------------------------------------------------------------------------------------


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of a register, which depends on the seed and the register's name only."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def between(rng: np.random.Generator, low: int, high: int) -> int:
    """Draw a whole number from low to high, both included."""
    return int(rng.integers(low, high + 1))


def chance(rng: np.random.Generator, permille: int) -> bool:
    """Tell true in so many of a thousand cases."""
    return int(rng.integers(0, 1000)) < permille


def pick(rng: np.random.Generator, items: Sequence[Item], weights: Sequence[int] | None = None) -> Item:
    """Draw an item, with whole-numbered weights if given."""
    if weights is None:
        return items[int(rng.integers(0, len(items)))]
    left = int(rng.integers(0, sum(weights)))
    for item, weight in zip(items, weights, strict=True):
        if left < weight:
            return item
        left -= weight
    return items[-1]


@dataclass(frozen=True)
class Picker(Generic[Item]):
    """Weighted draws with the weights summed once."""

    items: Sequence[Item]
    sums: Any

    def __call__(self, rng: np.random.Generator) -> Item:
        """Draw an item."""
        return self.items[int(np.searchsorted(self.sums, int(rng.integers(0, self.sums[-1])), side="right"))]


def picker(items: Sequence[Item], weights: Sequence[int]) -> Picker[Item]:
    """Prepare weighted draws from many items."""
    return Picker(items, np.cumsum(np.asarray(weights, dtype=np.int64)))


def shuffled(rng: np.random.Generator, items: Sequence[Item]) -> list[Item]:
    """Return the items in random order."""
    return [items[int(i)] for i in rng.permutation(len(items))]


def day_between(rng: np.random.Generator, first: date, last: date) -> date:
    """Draw a day, both ends included."""
    return first + timedelta(days=between(rng, 0, (last - first).days))


def shared_out(total: int, weights: Sequence[int]) -> list[int]:
    """Share a whole number out by weights without loss (largest remainder, the earlier one first)."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def of(values: Sequence[int], year: int) -> int:
    """Return a ten-year series' value of a year."""
    return values[year - FIRST]


# -- units and programmes ----------------------------------------------------------------------------

# unit → relative weight in staff, events and the like; the names are in data/reference/units.csv.
FACULTIES: dict[str, int] = {
    "eng": 26, "arc": 7, "sci": 14, "med": 24, "den": 7, "pha": 4, "hea": 7, "eco": 12, "for": 9,
    "mar": 6, "let": 8, "tec": 5,
}  # fmt: skip
SCHOOLS: dict[str, int] = {
    "fls": 5, "voc-tra": 4, "voc-hea": 4, "voc-ars": 2, "voc-mac": 2, "voc-sur": 2, "voc-ara": 2,
}  # fmt: skip
INSTITUTES: dict[str, int] = {"gsc": 3, "gso": 2, "ghe": 2, "ged": 1}
OFFICES: dict[str, int] = {"rec": 10, "int": 4, "tom": 2}
_GRADUATE = {
    "eng": "gsc", "arc": "gsc", "sci": "gsc", "for": "gsc", "mar": "gsc", "tec": "gsc", "eco": "gso",
    "let": "gso", "med": "ghe", "den": "ghe", "pha": "ghe", "hea": "ghe", "ged": "ged",
}  # fmt: skip
UNIT_FIELDS = {
    "eng": "engineering_technology", "arc": "arts_humanities", "sci": "natural_sciences",
    "med": "life_sciences_medicine", "den": "life_sciences_medicine", "pha": "life_sciences_medicine",
    "hea": "life_sciences_medicine", "eco": "social_sciences", "for": "natural_sciences",
    "mar": "engineering_technology", "let": "arts_humanities", "tec": "engineering_technology",
}  # fmt: skip

LEVELS = {"a": "associate", "b": "bachelor", "m": "master", "d": "doctorate"}


@dataclass(frozen=True)
class Programme:
    """A degree programme; weights steer how many home and foreign students it has."""

    id: str
    unit: str
    faculty: str
    name_en: str
    name_tr: str
    level: str
    home: int
    foreign: int
    foreign_language_pct: int
    body: str
    years: int
    first_year: int = 1990
    last_year: int = 2100
    joint_kind: str = "none"

    def runs(self, year: int) -> bool:
        """Tell whether it is offered in an academic year."""
        return self.first_year <= year <= self.last_year


# key, unit, English, Turkish, levels, home weight, foreign weight, foreign language %, body, first year
_DEPARTMENTS = (
    ("civ", "eng", "Civil Engineering", "İnşaat Mühendisliği", "bmd", 34, 60, 30, "MUDEK", 1990),
    ("mec", "eng", "Mechanical Engineering", "Makine Mühendisliği", "bmd", 32, 40, 30, "MUDEK", 1990),
    ("eee", "eng", "Electrical and Electronics Engineering", "Elektrik-Elektronik Mühendisliği", "bmd",
     30, 48,
     30, "MUDEK", 1990),
    ("com", "eng", "Computer Engineering", "Bilgisayar Mühendisliği", "bmd", 26, 62, 30, "MUDEK", 1990),
    ("gmt", "eng", "Geomatics Engineering", "Harita Mühendisliği", "bmd", 16, 14, 30, "MUDEK", 1990),
    ("gel", "eng", "Geological Engineering", "Jeoloji Mühendisliği", "bmd", 12, 6, 0, "MUDEK", 1990),
    ("gph", "eng", "Geophysical Engineering", "Jeofizik Mühendisliği", "bmd", 8, 3, 0, "MUDEK", 1990),
    ("min", "eng", "Mining Engineering", "Maden Mühendisliği", "bmd", 9, 6, 0, "MUDEK", 1990),
    ("met", "eng", "Metallurgical and Materials Engineering", "Metalurji ve Malzeme Mühendisliği", "bmd", 12,
     8, 30, "MUDEK", 1990),
    ("ind", "eng", "Industrial Engineering", "Endüstri Mühendisliği", "bm", 16, 22, 30, "MUDEK", 2008),
    ("arc", "arc", "Architecture", "Mimarlık", "bmd", 18, 42, 0, "MIAK", 1990),
    ("cit", "arc", "Urban and Regional Planning", "Şehir ve Bölge Planlama", "bmd", 10, 8, 0, "", 1995),
    ("int", "arc", "Interior Architecture", "İç Mimarlık", "bm", 9, 14, 0, "", 2000),
    ("mat", "sci", "Mathematics", "Matematik", "bmd", 20, 9, 0, "FEDEK", 1990),
    ("phy", "sci", "Physics", "Fizik", "bmd", 9, 5, 0, "FEDEK", 1990),
    ("che", "sci", "Chemistry", "Kimya", "bmd", 13, 8, 0, "FEDEK", 1990),
    ("bio", "sci", "Biology", "Biyoloji", "bmd", 11, 7, 0, "FEDEK", 1990),
    ("sta", "sci", "Statistics and Computer Science", "İstatistik ve Bilgisayar Bilimleri", "bm", 10, 6, 0,
     "FEDEK", 1995),
    ("mol", "sci", "Molecular Biology and Genetics", "Moleküler Biyoloji ve Genetik", "bm", 6, 10, 30,
     "FEDEK",
     2012),
    ("tll", "let", "Turkish Language and Literature", "Türk Dili ve Edebiyatı", "bmd", 18, 12, 0, "FEDEK",
     1990),
    ("his", "let", "History", "Tarih", "bmd", 16, 8, 0, "FEDEK", 1990),
    ("ell", "let", "English Language and Literature", "İngiliz Dili ve Edebiyatı", "bm", 12, 14, 100, "FEDEK",
     1995),
    ("rll", "let", "Russian Language and Literature", "Rus Dili ve Edebiyatı", "b", 8, 6, 100, "FEDEK", 2000),
    ("med", "med", "Medicine", "Tıp", "bmd", 62, 88, 0, "TEPDAD", 1990),
    ("mee", "med", "Medicine (English)", "Tıp (İngilizce)", "b", 10, 30, 100, "TEPDAD", 2018),
    ("den", "den", "Dentistry", "Diş Hekimliği", "bd", 20, 34, 0, "DEPAD", 2008),
    ("pha", "pha", "Pharmacy", "Eczacılık", "bm", 14, 28, 0, "ECZAKDER", 2011),
    ("nur", "hea", "Nursing", "Hemşirelik", "bmd", 26, 20, 0, "HEPDAK", 1996),
    ("mid", "hea", "Midwifery", "Ebelik", "b", 10, 4, 0, "SABAK", 2012),
    ("nut", "hea", "Nutrition and Dietetics", "Beslenme ve Diyetetik", "bm", 7, 8, 0, "SABAK", 2015),
    ("pth", "hea", "Physiotherapy and Rehabilitation", "Fizyoterapi ve Rehabilitasyon", "b", 6, 10, 0,
     "SABAK",
     2019),
    ("eco", "eco", "Economics", "İktisat", "bmd", 22, 18, 0, "STAR", 1990),
    ("bus", "eco", "Business Administration", "İşletme", "bmd", 26, 34, 0, "STAR", 1990),
    ("irl", "eco", "International Relations", "Uluslararası İlişkiler", "bmd", 18, 30, 100, "STAR", 1993),
    ("pub", "eco", "Public Administration", "Kamu Yönetimi", "bmd", 22, 10, 0, "STAR", 1990),
    ("lab", "eco", "Labour Economics", "Çalışma Ekonomisi", "bm", 15, 3, 0, "STAR", 1992),
    ("ecm", "eco", "Econometrics", "Ekonometri", "bmd", 13, 4, 0, "STAR", 1992),
    ("fin", "eco", "Public Finance", "Maliye", "bm", 15, 3, 0, "STAR", 1992),
    ("mis", "eco", "Management Information Systems", "Yönetim Bilişim Sistemleri", "b", 8, 12, 0, "", 2019),
    ("fre", "for", "Forest Engineering", "Orman Mühendisliği", "bmd", 16, 10, 0, "", 1990),
    ("lan", "for", "Landscape Architecture", "Peyzaj Mimarlığı", "bmd", 10, 8, 0, "PEMDER", 1990),
    ("fri", "for", "Forest Industry Engineering", "Orman Endüstrisi Mühendisliği", "bmd", 9, 5, 0, "", 1990),
    ("wld", "for", "Wildlife Ecology and Management", "Yaban Hayatı Ekolojisi ve Yönetimi", "bm", 4, 2, 0, "",
     2010),
    ("mtm", "mar", "Maritime Transport and Management Engineering",
     "Deniz Ulaştırma İşletme Mühendisliği", "bm", 12, 14, 30, "IMAREST", 2005),
    ("nav", "mar", "Naval Architecture and Marine Engineering",
     "Gemi İnşaatı ve Gemi Makineleri Mühendisliği",
     "bmd", 10, 10, 30, "IMAREST", 1996),
    ("fis", "mar", "Fisheries Technology Engineering", "Balıkçılık Teknolojisi Mühendisliği", "bmd", 6, 5, 0,
     "", 1990),
    ("swe", "tec", "Software Engineering", "Yazılım Mühendisliği", "bm", 12, 26, 30, "MUDEK", 2014),
    ("nrg", "tec", "Energy Systems Engineering", "Enerji Sistemleri Mühendisliği", "bm", 8, 7, 0, "MUDEK",
     2016),
    ("cur", "ged", "Curriculum and Instruction", "Eğitim Programları ve Öğretim", "md", 8, 3, 0, "", 1995),
    ("mse", "ged", "Science Education", "Fen Bilimleri Eğitimi", "m", 7, 2, 0, "", 1995),
    ("cpr", "voc-tra", "Computer Programming", "Bilgisayar Programcılığı", "a", 22, 10, 0, "MEDEK", 1990),
    ("elc", "voc-tra", "Electrical Technology", "Elektrik", "a", 18, 4, 0, "MEDEK", 1990),
    ("acc", "voc-tra", "Accounting and Tax Applications", "Muhasebe ve Vergi Uygulamaları", "a", 20, 3, 0, "",
     1990),
    ("tou", "voc-tra", "Tourism and Hotel Management", "Turizm ve Otel İşletmeciliği", "a", 14, 6, 0, "",
     1998),
    ("img", "voc-hea", "Medical Imaging Techniques", "Tıbbi Görüntüleme Teknikleri", "a", 16, 5, 0,
     "MEDEK", 1995),
    ("ane", "voc-hea", "Anaesthesia", "Anestezi", "a", 16, 5, 0, "", 1995),
    ("ems", "voc-hea", "First and Emergency Aid", "İlk ve Acil Yardım", "a", 16, 3, 0, "", 2000),
    ("mlb", "voc-hea", "Medical Laboratory Techniques", "Tıbbi Laboratuvar Teknikleri", "a", 14, 4, 0, "",
     1995),
    ("log", "voc-ars", "Logistics", "Lojistik", "a", 12, 3, 0, "", 2005),
    ("occ", "voc-ars", "Occupational Health and Safety", "İş Sağlığı ve Güvenliği", "a", 13, 1, 0, "", 2010),
    ("cad", "voc-mac", "Map and Cadastre", "Harita ve Kadastro", "a", 11, 1, 0, "", 1998),
    ("lsp", "voc-mac", "Landscape and Ornamental Plants", "Peyzaj ve Süs Bitkileri", "a", 8, 1, 0, "", 1998),
    ("shp", "voc-sur", "Ship Building", "Gemi İnşaatı", "a", 10, 2, 0, "", 1995),
    ("dck", "voc-sur", "Deck Operations", "Güverte", "a", 10, 3, 0, "", 2000),
    ("bnk", "voc-ara", "Banking and Insurance", "Bankacılık ve Sigortacılık", "a", 11, 1, 0, "", 2005),
    ("off", "voc-ara", "Office Management", "Büro Yönetimi", "a", 11, 1, 0, "", 2000),
)  # fmt: skip

# Programmes with a partner abroad: key, faculty, unit, English, Turkish, level, kind, first, last year.
_JOINT = (
    ("jce", "eng", "gsc", "Civil Engineering (joint)", "İnşaat Mühendisliği (ortak)", "m", "joint", 2016,
     2100),
    ("jdb", "eco", "eco", "Business Administration (double degree)", "İşletme (çift diploma)", "b", "double",
     2015, 2022),
    ("jmt", "mar", "mar", "Maritime Transport (double degree)", "Deniz Ulaştırma (çift diploma)", "b",
     "double",
     2018, 2100),
    ("jfr", "for", "gsc", "Forest Engineering (joint)", "Orman Mühendisliği (ortak)", "d", "joint", 2019,
     2100),
    ("jco", "eng", "gsc", "Computer Engineering (double degree)",
     "Bilgisayar Mühendisliği (çift diploma)", "m",
     "double", 2021, 2100),
    ("jir", "eco", "gso", "International Relations (joint)", "Uluslararası İlişkiler (ortak)", "m", "joint",
     2023, 2100),
    ("jph", "pha", "ghe", "Pharmacy (double degree)", "Eczacılık (çift diploma)", "m", "double", 2024, 2100),
    ("jar", "arc", "gsc", "Architecture (joint)", "Mimarlık (ortak)", "m", "joint", 2025, 2100),
)  # fmt: skip

_LONG = {"med": 6, "mee": 6, "den": 5, "pha": 5}


@lru_cache(maxsize=1)
def programmes() -> tuple[Programme, ...]:
    """Return every degree programme that runs in one of the years, by id."""
    found = []
    for key, unit, en, tr, levels, home, foreign, pct, body, first in _DEPARTMENTS:
        for letter in levels:
            graduate = letter in "md"
            # Postgraduates are spread more evenly over fields than first-degree students.
            flat = 8 if graduate else 0
            found.append(
                Programme(
                    id=f"{key}-{letter}",
                    unit=_GRADUATE[unit] if graduate else unit,
                    faculty=unit,
                    name_en=en,
                    name_tr=tr,
                    level=LEVELS[letter],
                    home=home + flat,
                    foreign=foreign + flat,
                    foreign_language_pct=pct,
                    body=body if letter in "ab" else "",
                    years=_LONG.get(key, 4) if letter == "b" else {"a": 2, "m": 2, "d": 4}[letter],
                    first_year=first if letter in "ab" else first + 4,
                )
            )
    for key, faculty, unit, en, tr, letter, kind, first, last in _JOINT:
        found.append(
            Programme(
                id=f"{key}-{letter}",
                unit=unit,
                faculty=faculty,
                name_en=en,
                name_tr=tr,
                level=LEVELS[letter],
                home=3,
                # No foreign student is caught in a programme that closes.
                foreign=0 if last < LAST else 6,
                foreign_language_pct=100,
                body="",
                years={"b": 4, "m": 2, "d": 4}[letter],
                first_year=first,
                last_year=last,
                joint_kind=kind,
            )
        )
    return tuple(sorted(found, key=lambda p: p.id))


# -- partner institutions ----------------------------------------------------------------------------

# How many invented institutions each country has, by the kind of agreement they mostly hold.
_PARTNERS = {
    "erasmus": "DE9 PL9 IT6 ES6 RO6 CZ4 HU4 LT4 PT4 BG3 FR3 LV2 GR2 HR2 SK2 SI2 NL2 BE2 AT2 MK2 EE1 FI1 SE1 "
    "DK1 RS1",
    "ka171": "GE2 AZ2 BA2 UA2 AL1 XK1 ME1 MD1 KZ1 JO1 MA1 TN1 PK1",
    "mevlana": "AZ2 IR2 KG1 KZ1 MY1 JO1 UZ1",
    "orhun": "KZ2 KG2 UZ2 AZ1 TM1",
    "cooperation": "CN3 US3 RU3 GB3 JP2 KR2 ID2 PK2 MY1 CA1 IN1 EG1 BR1 GE1 UA1",
    "farabi": "TR6",
}
# Countries of the Black Sea and the Caucasus, which the university calls its region.
REGION = ("AM", "AZ", "BG", "GE", "MD", "RO", "RU", "UA")


@dataclass(frozen=True)
class Partner:
    """An invented institution; `asleep_from` is the first year without any activity."""

    id: str
    name: str
    country: str
    group: str
    unit: str
    weight: int
    asleep_from: int = field(default=9999)

    def awake(self, year: int) -> bool:
        """Tell whether anything happens with it in a year."""
        return year < self.asleep_from

    @property
    def level(self) -> str:
        """Return the level an agreement with it belongs to."""
        return "regional" if self.country in REGION else "international"


@lru_cache(maxsize=4)
def partners(seed: int) -> tuple[Partner, ...]:
    """Return the invented partner institutions, by id."""
    rng = stream(seed, "partners")
    faculties = picker(list(FACULTIES), list(FACULTIES.values()))
    found: list[Partner] = []
    seen: dict[str, int] = {}
    for group, listed in _PARTNERS.items():
        leader = True
        for word in listed.split():
            country, number = word[:2], int(word[2:])
            for _ in range(number):
                seen[country] = seen.get(country, 0) + 1
                # The first of each group never sleeps: every programme has someone to go to.
                kind = (
                    "lively"
                    if leader
                    else pick(rng, ("lively", "steady", "fading", "asleep"), (26, 28, 26, 20))
                )
                leader = False
                asleep = 9999
                if group != "farabi":
                    asleep = {"asleep": 2000, "fading": between(rng, 2019, 2025)}.get(kind, 9999)
                weight = {"lively": between(rng, 8, 14), "steady": 3, "fading": 4, "asleep": 1}[kind]
                name = f"{country}-{seen[country]:02d}"
                found.append(
                    Partner(name, f"Demo University {name}", country, group, faculties(rng), weight, asleep)
                )
    return tuple(sorted(found, key=lambda p: p.id))
