"""Students, applications, mobility and graduates: the same person under the same key throughout."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from .world import (
    FACULTIES,
    FIRST,
    LAST,
    PANDEMIC,
    YEARS,
    Partner,
    Picker,
    Programme,
    Row,
    between,
    chance,
    day_between,
    of,
    partners,
    pick,
    picker,
    programmes,
    shared_out,
    shuffled,
    stream,
)

# Degree students: the totals from 2022 on are THE's published figures, put on the year of the edition
# (see `demonstration.source.yml`); those before are only of that order of size.
TOTAL_STUDENTS = (40150, 40420, 40260, 39900, 39350, 38630, 34824, 30690, 24284, 22986)
# About 1,275 at the start as the press reported; from 2022 the published share times the total, within
# 3 %, and smoothed, since the share is published in whole percent only.
FOREIGN_STUDENTS = (1275, 1312, 1350, 1328, 1372, 1502, 1432, 1534, 1700, 1839)

# citizenship → weight in 2017 and change of the weight a year; from `_FEW` countries a person or two.
_ORIGINS: Mapping[str, tuple[int, int]] = {
    "AZ": (310, 2), "TM": (250, -8), "SY": (230, 8), "IQ": (150, 5), "IR": (130, 0), "AF": (120, -2),
    "SO": (40, 2), "DE": (40, -2), "YE": (35, 2), "GE": (35, -1), "PS": (30, 1), "KZ": (30, 0),
    "KG": (28, 0), "JO": (20, 0), "NG": (18, 2), "PK": (18, 1), "ID": (18, 0), "UZ": (15, 4),
    "EG": (15, 3), "TJ": (15, 0), "LY": (15, 0), "SD": (14, 2), "TD": (14, 2), "RU": (14, 1),
    "MA": (12, 2), "BD": (12, 1), "UA": (12, 0), "BG": (12, 0), "GR": (12, 0), "XK": (12, 0),
    "MK": (12, 0), "AL": (12, 0), "LB": (10, 0), "BA": (10, 0), "CN": (8, 0), "MN": (8, 0),
    "ET": (8, 0), "GH": (8, 0), "KE": (8, 0), "ML": (8, 0), "SN": (8, 0), "NE": (8, 0),
    "CM": (8, 0), "DZ": (6, 0), "TN": (6, 0), "MR": (5, 0),
}  # fmt: skip
_FEW = [
    "AT",
    "BE",
    "CH",
    "FR",
    "NL",
    "GB",
    "SE",
    "NO",
    "DK",
    "IT",
    "ES",
    "PL",
    "RO",
    "MD",
    "RS",
    "ME",
    "HR",
    "HU",
    "CZ",
    "BY",
    "US",
    "CA",
    "AU",
    "BR",
    "MX",
    "CO",
    "IN",
    "LK",
    "NP",
    "MM",
    "TH",
    "VN",
    "PH",
    "MY",
    "KR",
    "JP",
    "SA",
    "KW",
    "QA",
    "AE",
    "OM",
    "UG",
    "TZ",
    "RW",
    "BI",
    "CD",
    "CG",
    "GA",
    "BJ",
    "TG",
    "CI",
    "BF",
    "GN",
    "GM",
    "SL",
    "LR",
    "DJ",
    "ER",
    "MG",
    "MZ",
    "ZM",
    "ZW",
]

_LEVEL_SHARE_FOREIGN = {"bachelor": 62, "master": 21, "doctorate": 12, "associate": 5}
# Percent of home students by level, in the first and in the last year.
_LEVEL_SHARE_HOME = {"bachelor": (66, 67), "associate": (19, 13), "master": (10, 13), "doctorate": (5, 7)}
_LANGUAGE_ONLY = (62, 70, 74, 31, 40, 66, 72, 80, 88, 95)


@dataclass
class Person:
    """An international student: from entry to the last year, and whether with a degree."""

    key: str
    programme: Programme
    citizenship: str
    entry_year: int
    last_year: int = 0
    graduated: bool = False
    kind: str = "degree"


@dataclass(frozen=True)
class Exchange:
    """A student who came for a stay, as the register of students holds him."""

    key: str
    academic_year: int
    programme: Programme
    citizenship: str


# -- foreign degree students -------------------------------------------------------------------------


def _origins(year: int) -> Picker[str]:
    weights = [max(base + rise * (year - FIRST), 1) for base, rise in _ORIGINS.values()]
    return picker([*_ORIGINS, *_FEW], weights + [4] * len(_FEW))


def _offered(year: int) -> Picker[Programme]:
    open_ = [p for p in programmes() if p.runs(year) and p.foreign]
    of_level = Counter[str]()
    for programme in open_:
        of_level[programme.level] += programme.foreign
    # Scaled so that the levels get their shares however many programmes they have.
    weights = [p.foreign * _LEVEL_SHARE_FOREIGN[p.level] * 10000 // of_level[p.level] for p in open_]
    return picker(open_, weights)


def _leaves(rng: np.random.Generator, person: Person, year: int) -> str:
    """Tell how a student of `year` is found a year later: "stays", "left" or "graduated"."""
    studied = year - person.entry_year + 1
    if studied >= person.programme.years:
        done = {"bachelor": 700, "associate": 720, "master": 560, "doctorate": 400}[person.programme.level]
        if studied >= person.programme.years + 3:
            done = 950
        return "graduated" if chance(rng, done) else "left" if chance(rng, 120) else "stays"
    if studied == 1:
        # Newcomers of the first pandemic year often never arrived.
        return (
            "left" if chance(rng, of((170, 165, 205, 260, 185, 165, 155, 150, 140, 135), year)) else "stays"
        )
    return "left" if chance(rng, 45) else "stays"


def international_students(seed: int) -> list[Person]:
    """Return everyone who studied for a degree, or Turkish only, from 2017 to 2026, in order of entry."""
    rng = stream(seed, "students")
    found: list[Person] = []

    def new_key() -> str:
        return f"S{len(found) + 1:06d}"

    # Those who were there when the registers begin.
    origins, offered = _origins(FIRST), _offered(FIRST)
    one_each = [*_ORIGINS, *_FEW][:95]
    present: list[Person] = []
    for place in range(FOREIGN_STUDENTS[0]):
        programme = offered(rng)
        behind = min(between(rng, 1, programme.years), between(rng, 1, programme.years + 1))
        entry = FIRST if place % 100 < 25 else max(FIRST - behind, programme.first_year)
        citizenship = one_each[place] if place < len(one_each) else origins(rng)
        person = Person(new_key(), programme, citizenship, entry)
        found.append(person)
        present.append(person)

    learners: list[Person] = []
    for year in YEARS:
        origins, offered = _origins(year), _offered(year)
        if year > FIRST:
            # Some who came for the language stay for a degree, under the key they have.
            stayers = [person for person in learners if chance(rng, 350)]
            for place in range(FOREIGN_STUDENTS[year - FIRST] - len(present)):
                programme = offered(rng)
                if place < len(stayers):
                    person = Person(stayers[place].key, programme, stayers[place].citizenship, year)
                else:
                    person = Person(new_key(), programme, origins(rng), year)
                found.append(person)
                present.append(person)
        learners = []
        for _ in range(of(_LANGUAGE_ONLY, year)):
            language = Person(new_key(), LANGUAGE_COURSE, origins(rng), year, year, kind="language_only")
            found.append(language)
            learners.append(language)
        staying = []
        for person in present:
            fate = _leaves(rng, person, year)
            person.last_year, person.graduated = year, fate == "graduated"
            if fate == "stays":
                staying.append(person)
        present = staying
    return found


# Not a degree programme; the register asks for a level all the same, and most learners aim at a bachelor's.
LANGUAGE_COURSE = Programme("tur-l", "tom", "tom", "Turkish", "Türkçe", "bachelor", 0, 0, 0, "", 1)


# -- home students -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class HomeGroup:
    """Home students of a programme in a year, by how long they have been there."""

    academic_year: int
    programme: Programme
    entry_year: int | None
    headcount: int


_NEW_PERCENT = {"associate": 45, "bachelor": 23, "master": 38, "doctorate": 20}


def home_students(seed: int, persons: Sequence[Person]) -> list[HomeGroup]:
    """Return home students by programme: newcomers, those of the second year, and all others.

    The three make retention of the first year computable without a row a person.
    """
    rng = stream(seed, "home_students")
    found: list[HomeGroup] = []
    entered: dict[str, int] = {}
    retained = (880, 880, 868, 842, 858, 866, 872, 876, 880, 884)
    for year in YEARS:
        foreign = sum(p.kind == "degree" and p.entry_year <= year <= p.last_year for p in persons)
        total = of(TOTAL_STUDENTS, year) - foreign
        shares = [first * (LAST - year) + last * (year - FIRST) for first, last in _LEVEL_SHARE_HOME.values()]
        now: dict[str, int] = {}
        for level, of_level in zip(_LEVEL_SHARE_HOME, shared_out(total, shares), strict=True):
            open_ = [p for p in programmes() if p.runs(year) and p.level == level]
            weights = [p.home * min(year - p.first_year + 1, p.years) * (24 // p.years) for p in open_]
            for programme, stock in zip(open_, shared_out(of_level, weights), strict=True):
                if stock == 0:
                    continue
                percent = _NEW_PERCENT[level] + between(rng, -2, 2)
                new = stock if year == programme.first_year else max(stock * percent // 100, 1)
                second = min(entered.get(programme.id, 0) * of(retained, year) // 1000, stock - new)
                if year == FIRST and year > programme.first_year:
                    second = min(new * 9 // 10, stock - new)
                groups = ((year, new), (year - 1, second), (None, stock - new - second))
                found += [HomeGroup(year, programme, entry, n) for entry, n in groups if n]
                now[programme.id] = new
        entered = now
    return found


def students(persons: Sequence[Person], home: Sequence[HomeGroup], guests: Sequence[Exchange]) -> list[Row]:
    """Return the register of students."""
    rows: list[Row] = []
    for year in YEARS:
        here = sorted((p for p in persons if p.entry_year <= year <= p.last_year), key=lambda p: p.key)
        drafts = [(p.key, p.programme, p.citizenship, p.kind, p.entry_year, 1) for p in here]
        drafts += [
            (g.key, g.programme, g.citizenship, "exchange", year, 1)
            for g in guests
            if g.academic_year == year
        ]
        of_year = [
            (None, g.programme, "TR", "degree", g.entry_year, g.headcount)
            for g in home
            if g.academic_year == year
        ]
        for number, (key, programme, citizenship, kind, entry, headcount) in enumerate(
            [*drafts, *of_year], 1
        ):
            rows.append(
                {
                    "row_id": f"{year % 100}-{number:05d}",
                    "academic_year": year,
                    "student_key": key,
                    "unit": programme.unit,
                    "programme_id": programme.id,
                    "degree_level": programme.level,
                    "citizenship_code": citizenship,
                    "kind": kind,
                    "entry_year": entry,
                    "is_joint_programme": kind == "degree" and programme.joint_kind != "none",
                    "headcount": headcount,
                }
            )
    return rows


# -- applications ------------------------------------------------------------------------------------

_YIELD_PERCENT = (57, 56, 54, 47, 48, 50, 46, 49, 52, 54)
_DECISION_DAYS = (34, 33, 31, 41, 36, 30, 27, 24, 20, 17)


def applications(seed: int, persons: Sequence[Person], fairs: Sequence[Row]) -> list[Row]:
    """Return the register of applications: one for each newcomer, and those that led to none."""
    rng = stream(seed, "applications")
    rows: list[Row] = []
    for cohort in YEARS:
        origins, offered = _origins(cohort), _offered(cohort)
        newcomers = [p for p in persons if p.kind == "degree" and p.entry_year == cohort]
        offers = len(newcomers) * 100 // of(_YIELD_PERCENT, cohort)
        drafts: list[tuple[Programme, str, str, Person | None]] = [
            (p.programme, p.citizenship, "offered", p) for p in newcomers
        ]
        others = {
            "offered": offers - len(newcomers),
            "rejected": offers * 17 // 100,
            "ineligible": offers * 15 // 100,
            "pending": offers * (3 if cohort == LAST else 1) // 100,
        }
        for outcome, number in others.items():
            drafts += [(offered(rng), origins(rng), outcome, None) for _ in range(number)]
        at_fair = _by_country(fairs, cohort)
        places = {row["fair_id"]: row["qualified_leads_count"] or 0 for row in fairs}
        for number, (programme, country, outcome, person) in enumerate(shuffled(rng, drafts), 1):
            came = chance(rng, 560 if person else 380)
            fair = next((f for f in at_fair.get(country, []) if places[f["fair_id"]] > 0), None)
            fair = fair if came else None
            if fair:
                # Named by no more than four in ten of those the stand noted as qualified.
                places[fair["fair_id"]] -= 2.5
            opened = date(cohort, 4, 1)
            if fair:
                opened = max(opened, fair["end_date"] + timedelta(days=5))
            complete = day_between(rng, opened, date(cohort, 8, 10))
            typical = of(_DECISION_DAYS, cohort)
            took = between(rng, typical // 2, typical) + between(rng, 0, typical // 2)
            decided = complete + timedelta(days=took)
            if outcome == "offered":
                # Registration closes; nobody is offered a place after it.
                decided = min(decided, date(cohort, 9, 30))
            rows.append(
                {
                    "application_id": f"A{cohort % 100}-{number:04d}",
                    "cohort": cohort,
                    "unit": programme.unit,
                    "programme_id": programme.id,
                    "degree_level": programme.level,
                    "country_code": country,
                    "fair_id": fair["fair_id"] if fair else None,
                    "complete_date": complete,
                    "is_eligible": outcome != "ineligible",
                    "decision": "rejected" if outcome == "ineligible" else outcome,
                    "decision_date": None if outcome == "pending" else decided,
                    "is_registered": person is not None,
                    "student_key": person.key if person else None,
                }
            )
    return rows


def _by_country(fairs: Sequence[Row], cohort: int) -> dict[str, list[Row]]:
    """Return the fairs that can lead to an application for a cohort, by country."""
    found: dict[str, list[Row]] = defaultdict(list)
    for fair in fairs:
        if fair["status"] == "attended" and date(cohort - 1, 9, 1) <= fair["end_date"] <= date(cohort, 5, 31):
            found[fair["country_code"]].append(fair)
    return found


# -- mobility ----------------------------------------------------------------------------------------

# direction, programme, activity, participant and completed stays a year. Erasmus study exchanges of
# 2017–2019 add up to half of the 1,015 out and 63 in that are published for six years.
_STAYS = (
    ("outgoing", "erasmus_ka131", "study", "student", (176, 182, 144, 28, 69, 148, 170, 187, 202, 210)),
    ("incoming", "erasmus_ka131", "study", "student", (8, 9, 6, 1, 4, 10, 12, 16, 20, 24)),
    ("outgoing", "erasmus_ka171", "study", "student", (2, 2, 1, 0, 1, 2, 2, 3, 3, 4)),
    ("incoming", "erasmus_ka171", "study", "student", (3, 3, 2, 1, 2, 3, 4, 5, 6, 7)),
    ("outgoing", "erasmus_ka131", "traineeship", "student", (42, 46, 30, 8, 22, 40, 48, 55, 60, 66)),
    ("incoming", "erasmus_ka131", "traineeship", "student", (3, 3, 2, 0, 1, 3, 4, 5, 5, 6)),
    ("outgoing", "erasmus_ka131", "bip", "student", (0, 0, 0, 0, 0, 12, 24, 36, 48, 60)),
    ("incoming", "erasmus_ka131", "bip", "student", (0, 0, 0, 0, 0, 0, 18, 18, 18, 36)),
    ("outgoing", "erasmus_ka131", "doctoral_short", "student", (0, 0, 0, 0, 2, 4, 6, 8, 9, 10)),
    ("outgoing", "erasmus_ka131", "short_traineeship", "student", (0, 0, 0, 0, 0, 2, 3, 4, 4, 5)),
    ("outgoing", "erasmus_ka131", "short_study", "student", (0, 0, 0, 0, 0, 3, 4, 5, 6, 6)),
    ("outgoing", "mevlana", "study", "student", (9, 8, 5, 0, 0, 3, 4, 4, 4, 4)),
    ("incoming", "mevlana", "study", "student", (14, 13, 8, 1, 2, 6, 8, 8, 9, 9)),
    ("outgoing", "orhun", "study", "student", (0, 3, 3, 0, 1, 4, 5, 5, 6, 6)),
    ("incoming", "orhun", "study", "student", (2, 5, 5, 0, 2, 8, 9, 10, 11, 12)),
    ("outgoing", "bilateral", "study", "student", (4, 4, 3, 0, 1, 4, 5, 6, 6, 7)),
    ("incoming", "bilateral", "study", "student", (6, 7, 5, 0, 2, 6, 7, 8, 9, 10)),
    ("outgoing", "farabi", "study", "student", (10, 9, 6, 2, 3, 6, 5, 4, 4, 3)),
    ("incoming", "farabi", "study", "student", (14, 12, 8, 3, 4, 7, 6, 5, 5, 4)),
    ("outgoing", "erasmus_ka131", "teaching", "academic", (28, 30, 18, 2, 8, 24, 28, 32, 34, 36)),
    ("incoming", "erasmus_ka131", "teaching", "academic", (12, 13, 8, 0, 4, 11, 13, 15, 16, 18)),
    ("outgoing", "erasmus_ka171", "teaching", "academic", (4, 4, 3, 0, 1, 4, 5, 6, 6, 7)),
    ("incoming", "erasmus_ka171", "teaching", "academic", (5, 5, 3, 0, 2, 5, 6, 7, 8, 9)),
    ("outgoing", "erasmus_ka131", "training", "academic", (10, 11, 7, 1, 4, 9, 11, 12, 14, 15)),
    ("incoming", "erasmus_ka131", "training", "academic", (4, 4, 3, 0, 1, 4, 4, 5, 6, 6)),
    ("outgoing", "erasmus_ka131", "training", "administrative", (12, 13, 8, 1, 4, 12, 15, 18, 20, 22)),
    ("incoming", "erasmus_ka131", "training", "administrative", (6, 7, 4, 0, 2, 6, 7, 8, 9, 10)),
    ("outgoing", "mevlana", "teaching", "academic", (4, 4, 2, 0, 0, 2, 2, 2, 2, 2)),
    ("incoming", "mevlana", "teaching", "academic", (5, 4, 3, 0, 0, 2, 3, 3, 3, 3)),
)  # fmt: skip
# Percent of stays that were agreed and then called off.
_CALLED_OFF = (4, 4, 26, 60, 30, 7, 5, 4, 4, 4)
# Study stays that broke off before the shortest valid duration.
_BROKEN_OFF = (1, 1, 10, 1, 2, 1, 1, 1, 2, 1)
_GROUPS = {
    "erasmus_ka131": "erasmus", "erasmus_ka171": "ka171", "mevlana": "mevlana", "orhun": "orhun",
    "bilateral": "cooperation", "farabi": "farabi",
}  # fmt: skip
_KINDS = {"erasmus": "erasmus", "ka171": "erasmus", "mevlana": "mevlana", "orhun": "orhun",
          "cooperation": "cooperation"}  # fmt: skip


def mobility(
    seed: int, persons: Sequence[Person], agreements: Sequence[Row]
) -> tuple[list[Row], list[Exchange]]:
    """Return the register of stays, and the students who came by one."""
    rng = stream(seed, "mobility")
    world = {partner.id: partner for partner in partners(seed)}
    guests: list[Exchange] = []
    rows: list[Row] = []
    for year in YEARS:
        abroad: set[str] = set()
        drafts: list[Row] = []
        for direction, programme, activity, participant, counts in _STAYS:
            planned = of(counts, year)
            # What was called off is counted from what would have taken place in an ordinary year.
            off = max(planned, counts[1] if year in PANDEMIC else 0) * of(_CALLED_OFF, year) // 100
            broken = of(_BROKEN_OFF, year)
            broken = (
                broken if (direction, programme, activity) == ("outgoing", "erasmus_ka131", "study") else 0
            )
            fates = ["completed"] * planned + ["broken"] * broken + ["cancelled"] * off
            batch: Row = {}
            days: dict[int, tuple[date, int]] = {}
            for place, fate in enumerate(fates):
                if activity == "bip" and batch and place % (4 if direction == "outgoing" else 6):
                    # A blended programme is joined in groups: the same partner and the same days.
                    row = dict(batch)
                else:
                    # Those held here are joined by eighteen, from three partners.
                    held = (
                        min(place, planned - 1) // 18 if activity == "bip" and direction == "incoming" else -1
                    )
                    when = days.get(held) or _dates(rng, year, activity, fate)
                    row = _stay(rng, when, direction, programme, activity, world, agreements)
                    row["academic_year"] = year
                    if held >= 0:
                        days[held] = when
                        row["bip_id"] = f"BIP-{year}-TR-{held + 1:02d}"
                    elif activity == "bip":
                        row["bip_id"] = f"BIP-{year}-{row['partner_id']}"
                    batch = row
                row = row | {"participant": participant, "status": "completed" if fate == "broken" else fate}
                _person(rng, row, fate, persons, abroad, guests, world)
                drafts.append(row)
        drafts.sort(key=lambda row: (row["start_date"], row["partner_id"]))
        for number, row in enumerate(drafts, 1):
            rows.append({"mobility_id": f"M{year}-{number:04d}"} | row)
    return rows, guests


def _stay(
    rng: np.random.Generator,
    when: tuple[date, int],
    direction: str,
    programme: str,
    activity: str,
    world: Mapping[str, Partner],
    agreements: Sequence[Row],
) -> Row:
    """Draw an agreement in force on the first day, with a partner where things happen."""
    start, days = when
    group = _GROUPS[programme]
    agreement: Row | None = None
    if group == "farabi":
        partner = pick(rng, [p for p in world.values() if p.group == group])
    elif activity in ("traineeship", "short_traineeship") and chance(rng, 600):
        # A traineeship needs no agreement between institutions.
        partner = _weighted(rng, [p for p in world.values() if p.group == group and p.awake(start.year)])
    else:
        in_force = [
            a
            for a in agreements
            if a["kind"] == _KINDS[group]
            and a["start_date"] <= start < a["end_date"]
            and world[a["partner_id"]].group == group
            and world[a["partner_id"]].awake(start.year)
        ]
        partner = _weighted(rng, [world[a["partner_id"]] for a in in_force])
        agreement = next(a for a in in_force if a["partner_id"] == partner.id)
    return {
        "direction": direction,
        "programme": programme,
        "activity": activity,
        "partner_id": partner.id,
        "country_code": partner.country,
        "agreement_id": agreement["agreement_id"] if agreement else None,
        "bip_id": None,
        "start_date": start,
        "end_date": start + timedelta(days=days - 1),
        "days_count": days,
        # The short forms are blended by rule; in the pandemic many long ones began at home.
        "has_virtual_part": activity in ("bip", "short_study", "short_traineeship")
        or (start.year in PANDEMIC and activity == "study" and chance(rng, 350)),
        "ects_earned": None,
        "ects_recognised": None,
    }


def _weighted(rng: np.random.Generator, found: Sequence[Partner]) -> Partner:
    return pick(rng, found, [partner.weight for partner in found])


def _dates(rng: np.random.Generator, year: int, activity: str, fate: str) -> tuple[date, int]:
    """Draw a first day and a duration that is valid for the activity (broken-off stays excepted)."""
    if fate == "broken":
        return day_between(rng, date(year + 1, 2, 3), date(year + 1, 2, 20)), between(rng, 25, 55)
    if activity == "study":
        # In the first pandemic year nobody left in autumn, in the second few did.
        autumn = {2020: 100, 2021: 450}.get(year, 620)
        if chance(rng, autumn):
            start = day_between(rng, date(year, 9, 5), date(year, 10, 5))
            return start, between(rng, 255, 295) if chance(rng, 150) else between(rng, 125, 160)
        return day_between(rng, date(year + 1, 2, 1), date(year + 1, 3, 5)), between(rng, 115, 145)
    if activity == "traineeship":
        return day_between(rng, date(year + 1, 6, 1), date(year + 1, 7, 5)), between(rng, 61, 92)
    if activity == "bip":
        return day_between(rng, date(year + 1, 3, 10), date(year + 1, 6, 20)), between(rng, 5, 8)
    if activity in ("doctoral_short", "short_study", "short_traineeship"):
        return day_between(rng, date(year + 1, 2, 10), date(year + 1, 6, 30)), between(rng, 6, 30)
    return day_between(rng, date(year, 10, 5), date(year + 1, 7, 10)), between(rng, 5, 8)


def _person(
    rng: np.random.Generator,
    row: Row,
    fate: str,
    persons: Sequence[Person],
    abroad: set[str],
    guests: list[Exchange],
    world: Mapping[str, Partner],
) -> None:
    """Say who stayed: unit, level, key and credits."""
    year, out = row["academic_year"], row["direction"] == "outgoing"
    row["student_key"] = row["degree_level"] = None
    row["gender"] = "female" if chance(rng, 515) else "male"
    if row["participant"] != "student":
        offices = row["participant"] == "administrative"
        row["unit"] = (
            pick(rng, ("rec", "int", "eng", "sci", "med"), (5, 3, 1, 1, 1)) if offices else _faculty(rng)
        )
        return
    level = "doctorate" if row["activity"] == "doctoral_short" else pick(
        rng, ("bachelor", "master", "doctorate", "associate"), (82, 12, 4, 2)
    )  # fmt: skip
    programme = _programme(rng, year, level)
    if out and level == "bachelor" and row["programme"] != "farabi" and chance(rng, 50):
        # A foreign degree student goes abroad too: he keeps his key, and goes once a year.
        candidates = [
            p
            for p in persons
            if p.kind == "degree" and p.entry_year < year <= p.last_year and p.key not in abroad
            and p.programme.level == "bachelor" and p.citizenship != row["country_code"]
        ]  # fmt: skip
        person = pick(rng, candidates)
        abroad.add(person.key)
        programme, row["student_key"] = person.programme, person.key
    row["unit"], row["degree_level"] = programme.unit, programme.level
    if not out and row["activity"] == "study" and row["programme"] != "farabi" and fate == "completed":
        row["student_key"] = f"S{500001 + len(guests)}"
        guests.append(Exchange(row["student_key"], year, programme, world[row["partner_id"]].country))
    _credits(rng, row, fate)


def _credits(rng: np.random.Generator, row: Row, fate: str) -> None:
    out, activity = row["direction"] == "outgoing", row["activity"]
    if fate != "completed" or activity not in ("study", "short_study", "bip"):
        return
    if activity != "study":
        earned = 3
    else:
        terms = 2 if row["days_count"] > 200 else 1
        earned = sum(between(rng, 16, 30) for _ in range(terms))
    row["ects_earned"] = float(earned)
    if out:
        # Recognition got better over the years; most have all of it recognised, some lose a course or two.
        kept = chance(rng, of((560, 570, 590, 600, 620, 650, 680, 700, 730, 750), row["academic_year"]))
        lost = 0 if kept else min(between(rng, 2, 9), earned)
        row["ects_recognised"] = float(earned - lost)


def _faculty(rng: np.random.Generator) -> str:
    return pick(rng, list(FACULTIES), list(FACULTIES.values()))


def _programme(rng: np.random.Generator, year: int, level: str) -> Programme:
    found = [p for p in programmes() if p.level == level and p.runs(year) and p.joint_kind == "none"]
    return pick(rng, found, [p.home for p in found])


# -- graduates ---------------------------------------------------------------------------------------

_GRADUATING_PERCENT = {"associate": 34, "bachelor": 17, "master": 24, "doctorate": 12}
_FLAGS = ("has_language_b2", "has_international_ects", "has_international_internship")
# Which flags go together (B2, 15 ECTS, internship), with their share of home graduates in permille.
_PATTERNS = (
    ((False, False, False), None),
    ((True, False, False), 118),
    ((False, True, False), 62),
    ((True, True, False), 40),
    ((True, True, True), 9),
)


def graduates(
    seed: int, persons: Sequence[Person], home: Sequence[HomeGroup], stays: Sequence[Row]
) -> list[Row]:
    """Return the register of graduates: foreign ones by key, home ones by unit and level."""
    rng = stream(seed, "graduates")
    went: dict[tuple[int, str, str], int] = Counter()
    blended: dict[tuple[int, str, str], int] = Counter()
    with_stay: set[str] = set()
    with_bip: set[str] = set()
    with_internship: set[str] = set()
    for stay in stays:
        done = (
            stay["status"] == "completed"
            and stay["direction"] == "outgoing"
            and stay["participant"] == "student"
        )
        if not done or stay["programme"] == "farabi":
            continue
        long = stay["days_count"] >= 60
        key, place = stay["student_key"], (stay["academic_year"], stay["unit"], stay["degree_level"])
        if key:
            (with_stay if long else with_bip if stay["activity"] == "bip" else set()).add(key)
            if stay["activity"] == "traineeship":
                with_internship.add(key)
        elif long:
            went[place] += 1
        elif stay["activity"] == "bip":
            blended[place] += 1
    rows: list[Row] = []
    for year in YEARS:
        drafts: list[Row] = []
        for person in sorted(persons, key=lambda p: p.key):
            if person.graduated and person.last_year == year:
                drafts.append(
                    {
                        "student_key": person.key,
                        "unit": person.programme.unit,
                        "degree_level": person.programme.level,
                        # Most came with Turkish as a second language, many with English besides.
                        "has_language_b2": chance(rng, 620),
                        "has_stay_abroad": person.key in with_stay,
                        "has_international_ects": chance(rng, 210),
                        "has_coil_or_bip": person.key in with_bip,
                        "has_international_internship": person.key in with_internship or chance(rng, 30),
                        "headcount": 1,
                    }
                )
        stock: dict[tuple[str, str], int] = Counter()
        for group in home:
            p = group.programme
            if group.academic_year == year and year - p.first_year + 1 >= p.years:
                stock[p.unit, p.level] += group.headcount
        for (unit, level), number in sorted(stock.items()):
            total = number * _GRADUATING_PERCENT[level] // 100
            before = max(year - 1, FIRST)
            drafts += _home_graduates(
                year, unit, level, total, went[before, unit, level], blended[before, unit, level]
            )
        for number, draft in enumerate(drafts, 1):
            rows.append({"row_id": f"{year % 100}-{number:05d}", "academic_year": year} | draft)
    return rows


def _home_graduates(year: int, unit: str, level: str, total: int, went: int, blended: int) -> list[Row]:
    """Share a unit's graduates out over what they bring; those who went abroad did so the year before."""
    went, blended = min(went, total), min(blended, max(total - went, 0))
    rest = total - went - blended
    # A little more each year.
    parts = [rest * share * (20 + year - FIRST) // 20000 for _, share in _PATTERNS if share]
    counts = [rest - sum(parts), *parts]
    drafts: list[tuple[tuple[bool, bool, bool], bool, bool, int]] = [
        (flags, False, False, n) for (flags, _), n in zip(_PATTERNS, counts, strict=True)
    ]
    fluent = went * 6 // 10
    drafts += [
        ((True, True, False), True, False, fluent),
        ((False, False, False), True, False, went - fluent),
        ((True, False, False), False, True, blended),
    ]
    return [
        dict(zip(_FLAGS, flags, strict=True))
        | {
            "student_key": None,
            "unit": unit,
            "degree_level": level,
            "has_stay_abroad": stayed,
            "has_coil_or_bip": shared,
            "headcount": n,
        }
        for flags, stayed, shared, n in drafts
        if n
    ]
