"""What the institution keeps of itself: agreements, projects, accreditation, staff, plan and the like."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from .people import HomeGroup, Person
from .world import (
    CLOSED,
    FACULTIES,
    FIRST,
    INSTITUTES,
    LAST,
    OFFICES,
    SCHOOLS,
    UNIT_FIELDS,
    YEARS,
    Partner,
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

# -- agreements --------------------------------------------------------------------------------------

_AGREEMENT_KINDS = {
    "erasmus": "erasmus", "ka171": "erasmus", "mevlana": "mevlana", "orhun": "orhun",
    "cooperation": "cooperation",
}  # fmt: skip
# In which year a partnership began, with weights: many before the registers, few in the pandemic.
_BIRTHS = (2011, 2012, 2013, 2014, 2015, 2016, *YEARS)
_BIRTH_WEIGHTS = (6, 6, 6, 11, 8, 7, 9, 9, 9, 2, 4, 11, 11, 11, 12, 12)


def agreements(seed: int) -> list[Row]:
    """Return the register of agreements: born, renewed with their predecessor named, or left to end."""
    rng = stream(seed, "agreements")
    drafts: list[Row] = []
    for partner in partners(seed):
        if partner.group == "farabi":
            continue
        main = _AGREEMENT_KINDS[partner.group]
        # The busiest partner of each group holds without a gap, so that no programme is ever closed.
        busiest = max((p for p in partners(seed) if p.group == partner.group), key=lambda p: (p.weight, p.id))
        leads = busiest.id == partner.id
        born = 2013 if leads else pick(rng, _BIRTHS, _BIRTH_WEIGHTS)
        if not partner.awake(born):
            # What sleeps was signed once with good intentions.
            born = between(rng, 2012, 2023) if not partner.awake(2001) else min(born, partner.asleep_from - 2)
        drafts += _chain(rng, partner, main, born, leads)
        if main != "cooperation" and chance(rng, 220):
            drafts += _chain(rng, partner, "cooperation", max(born, between(rng, 2014, LAST)), False)
    for programme in programmes():
        if programme.joint_kind != "none":
            partner = joint_partner(seed, programme)
            start = date(programme.first_year, 9, 1)
            end = min(programme.last_year + 1, LAST + 3)
            drafts.append(_agreement(rng, partner, "joint_degree", start, date(end, 8, 31)))
            drafts[-1]["unit"] = programme.faculty
    drafts.sort(key=lambda row: (row["signed_date"], row["partner_id"], row["kind"]))
    names = {id(row): f"AG-{number:04d}" for number, row in enumerate(drafts, 1)}
    rows: list[Row] = []
    for row in drafts:
        before = row.pop("predecessor")
        rows.append(
            {"agreement_id": names[id(row)]} | row | {"predecessor_id": names[id(before)] if before else None}
        )
    return rows


def _chain(rng: np.random.Generator, partner: Partner, kind: str, born: int, leads: bool) -> list[Row]:
    """Return an agreement and its renewals, as far as they were signed before the registers closed."""
    found: list[Row] = []
    start = date(born, between(rng, 1, 12), between(rng, 1, 28))
    while start <= CLOSED:
        years = 4 if leads else pick(rng, (3, 5, 7), (4, 5, 3))
        end = start.replace(year=start.year + years, day=min(start.day, 28)) - timedelta(days=1)
        row = _agreement(rng, partner, kind, start, end)
        row["predecessor"] = found[-1] if found else None
        if row["signed_date"] > CLOSED:
            break
        found.append(row)
        lost = 120 if partner.awake(end.year) else 380
        if not leads and chance(rng, lost):
            break
        late = 0 if leads or chance(rng, 780) else between(rng, 20, 330)
        start = end + timedelta(days=1 + late)
    return found


def _agreement(rng: np.random.Generator, partner: Partner, kind: str, start: date, end: date) -> Row:
    return {
        "partner_id": partner.id,
        "country_code": partner.country,
        "kind": kind,
        "level": partner.level,
        "unit": "rec" if kind == "cooperation" and chance(rng, 500) else partner.unit,
        "signed_date": start - timedelta(days=between(rng, 0, 75)),
        "start_date": start,
        "end_date": end,
        "predecessor": None,
    }


def joint_partner(seed: int, programme: Programme) -> Partner:
    """Return the partner of a joint or double degree: always one where something happens."""
    awake = [p for p in partners(seed) if p.group == "erasmus" and p.awake(2100)]
    place = [p.id for p in programmes() if p.joint_kind != "none"].index(programme.id)
    return sorted(awake, key=lambda p: (-p.weight, p.id))[place]


# -- programmes and courses --------------------------------------------------------------------------

# Flag → how many of a thousand programmes had it in 2017, and gain it each year after.
_CURRICULUM = {
    "has_international_outcome": (300, 30),
    "has_international_course": (240, 26),
    "has_mobility_window": (140, 30),
    "has_international_teaching": (100, 26),
}
_FILL_PERCENT = (66, 67, 68, 58, 61, 67, 62, 66, 72, 76)


def programme_register(seed: int, persons: Sequence[Person], home: Sequence[HomeGroup]) -> list[Row]:
    """Return the register of programmes; their students are those of the register of students."""
    rng = stream(seed, "programmes")
    stock: Counter[tuple[int, str]] = Counter()
    fresh: Counter[tuple[int, str]] = Counter()
    for person in persons:
        if person.kind == "degree":
            fresh[person.entry_year, person.programme.id] += 1
            for year in range(max(person.entry_year, FIRST), person.last_year + 1):
                stock[year, person.programme.id] += 1
    for group in home:
        stock[group.academic_year, group.programme.id] += group.headcount
    rows: list[Row] = []
    for programme in programmes():
        joint = programme.joint_kind != "none"
        # A flag once gained is kept: one draw per programme, compared with a bar that rises.
        luck = {flag: between(rng, 0, 999) for flag in _CURRICULUM}
        credits = {0: between(rng, 2, 8), 30: 30, 100: 100}[programme.foreign_language_pct]
        gain = between(rng, 0, 9)
        for year in YEARS:
            if not programme.runs(year):
                continue
            places = fresh[year, programme.id] * 100 // of(_FILL_PERCENT, year) + between(rng, 0, 2)
            flags = {
                flag: joint or luck[flag] < base + rise * (year - FIRST)
                for flag, (base, rise) in _CURRICULUM.items()
            }
            rows.append(
                {
                    "academic_year": year,
                    "programme_id": programme.id,
                    "name_en": programme.name_en,
                    "name_tr": programme.name_tr,
                    "unit": programme.unit,
                    "degree_level": programme.level,
                    "foreign_language_pct": float(programme.foreign_language_pct),
                    "has_graduates": year - programme.first_year >= programme.years,
                    "body_available": programme.body != "",
                    "students_count": stock[year, programme.id],
                    "international_places_count": places if programme.foreign else 0,
                    "joint_kind": programme.joint_kind,
                    "partner_id": joint_partner(seed, programme).id if joint else None,
                    "foreign_language_credits_pct": float(
                        min(credits + (gain * (year - FIRST) // 9 if credits < 30 else 0), 100)
                    ),
                }
                | flags
            )
    return rows


_COIL = (0, 0, 1, 6, 7, 5, 7, 9, 11, 14)
_INTERNATIONAL_COURSES = (30, 34, 38, 38, 42, 48, 56, 64, 74, 84)


def courses(seed: int) -> list[Row]:
    """Return the register of courses with international content or a partner class."""
    rng = stream(seed, "courses")
    rows: list[Row] = []
    for year in YEARS:
        open_ = [p for p in programmes() if p.runs(year) and p.level != "associate"]
        draw = picker(open_, [p.home for p in open_])
        awake = [p for p in partners(seed) if p.awake(year) and p.group != "farabi"]
        for number in range(1, of(_INTERNATIONAL_COURSES, year) + 1):
            programme = draw(rng)
            coil = number <= of(_COIL, year)
            partner = pick(rng, awake, [p.weight for p in awake]) if coil else None
            english = coil or programme.foreign_language_pct == 100 or chance(rng, 420)
            rows.append(
                {
                    "academic_year": year,
                    "course_id": f"C{number:03d}",
                    "programme_id": programme.id,
                    "unit": programme.unit,
                    "language": "en" if english else "other" if chance(rng, 60) else "tr",
                    "ects": float(pick(rng, (3, 4, 5, 6), (4, 3, 4, 3))),
                    "has_international_content": not coil or chance(rng, 900),
                    "is_coil": coil,
                    "partner_id": partner.id if partner else None,
                }
            )
    return rows


# -- accreditation -----------------------------------------------------------------------------------

# programme, language track, terms as (start, end, status). Only the last terms of `gmt-b` and `eee-b`,
# the number in force at the end of 2022 and the institution's own term are published facts.
_TERMS: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...] = (
    ("civ-b", "tr", (("2014-10-01", "2019-09-30", "active"), ("2019-10-01", "2024-09-30", "active"),
                     ("2024-10-01", "2029-09-30", "active"))),
    ("mec-b", "tr", (("2018-10-01", "2023-09-30", "active"), ("2023-10-01", "2028-09-30", "active"))),
    ("eee-b", "tr", (("2016-10-01", "2021-09-30", "active"), ("2021-10-01", "2026-09-30", "active"))),
    ("com-b", "tr", (("2020-10-01", "2022-09-30", "conditional"), ("2022-10-01", "2027-09-30", "active"))),
    ("gmt-b", "tr", (("2016-10-01", "2021-09-30", "active"), ("2021-09-30", "2026-09-30", "active"))),
    ("gel-b", "tr", (("2019-10-01", "2024-09-30", "active"), ("2024-10-01", "2025-09-30", "show_cause"),
                     ("2025-10-01", "2028-09-30", "active"))),
    ("min-b", "tr", (("2020-10-01", "2025-09-30", "active"), ("2025-10-01", "2030-09-30", "active"))),
    ("met-b", "tr", (("2017-10-01", "2022-09-30", "active"), ("2022-10-01", "2027-09-30", "active"))),
    ("ind-b", "tr", (("2022-10-01", "2024-09-30", "conditional"), ("2024-10-01", "2029-09-30", "active"))),
    ("med-b", "tr", (("2012-01-01", "2017-12-31", "active"), ("2018-01-01", "2023-12-31", "active"),
                     ("2024-01-01", "2029-12-31", "active"))),
    ("pha-b", "tr", (("2021-07-01", "2027-07-01", "active"),)),
    ("nur-b", "tr", (("2020-06-01", "2025-06-01", "active"), ("2025-06-01", "2030-06-01", "active"))),
    ("mat-b", "tr", (("2019-06-15", "2024-06-15", "active"), ("2024-11-01", "2029-11-01", "active"))),
    ("che-b", "tr", (("2011-06-15", "2014-06-15", "expired"), ("2022-06-15", "2027-06-15", "active"))),
    ("bio-b", "tr", (("2022-06-15", "2027-06-15", "active"),)),
    ("his-b", "tr", (("2022-06-15", "2027-12-15", "active"),)),
    ("arc-b", "tr", (("2020-03-01", "2026-03-01", "active"), ("2026-03-01", "2032-03-01", "active"))),
    ("lan-b", "tr", (("2022-04-01", "2024-04-01", "conditional"), ("2024-04-01", "2029-04-01", "active"))),
    ("phy-b", "tr", (("2023-06-15", "2028-06-15", "active"),)),
    ("sta-b", "tr", (("2024-06-15", "2029-06-15", "active"),)),
    ("nut-b", "tr", (("2024-01-15", "2026-01-15", "conditional"), ("2026-01-15", "2031-01-15", "active"))),
    ("mid-b", "tr", (("2025-01-15", "2030-01-15", "active"),)),
    ("nav-b", "en", (("2024-05-01", "2029-05-01", "active"),)),
    ("bus-b", "tr", (("2024-07-01", "2026-07-01", "conditional"), ("2026-07-01", "2031-07-01", "active"))),
    ("irl-b", "en", (("2025-07-01", "2028-07-01", "active"),)),
    ("den-b", "tr", (("2025-03-01", "2027-03-01", "conditional"),)),
    ("tll-b", "tr", (("2025-06-15", "2030-06-15", "active"),)),
    ("cpr-a", "tr", (("2023-09-01", "2028-09-01", "active"),)),
    ("img-a", "tr", (("2024-09-01", "2029-09-01", "active"),)),
)  # fmt: skip
# Renewals whose deadline passed without an application: the alarm the indicator is there for.
_MISSED = ("bio-b",)
_CANDIDATES = (("mee-b", "en"), ("swe-b", "tr"), ("pth-b", "tr"))
_LABELS = {"MUDEK": "EUR-ACE", "TEPDAD": "WFME"}


def accreditation() -> list[Row]:
    """Return the register of accreditations; the term of each decision, past ones as they were given."""
    by_id = {programme.id: programme for programme in programmes()}
    rows: list[Row] = []
    for programme_id, track, terms in _TERMS:
        programme = by_id[programme_id]
        for place, (first, last, status) in enumerate(terms):
            start, end = date.fromisoformat(first), date.fromisoformat(last)
            # MÜDEK asks for it by 1 February of the year before; the others get the same rule here.
            deadline = date(end.year - 1, 2, 1)
            renewed = place + 1 < len(terms)
            filed = renewed or (deadline <= CLOSED and programme_id not in _MISSED)
            rows.append(
                {
                    "programme_id": programme_id,
                    "unit": programme.unit,
                    "language_track": track,
                    "body": programme.body,
                    "label": _LABELS.get(programme.body),
                    "status": status,
                    "decision_date": start - timedelta(days=40),
                    "start_date": start,
                    "end_date": end,
                    "next_application_deadline": deadline,
                    "application_open": filed and status != "expired",
                }
            )
    empty = dict.fromkeys(("decision_date", "start_date", "end_date", "next_application_deadline"))
    for programme_id, track in _CANDIDATES:
        programme = by_id[programme_id]
        rows.append(
            {
                "programme_id": programme_id,
                "unit": programme.unit,
                "language_track": track,
                "body": programme.body,
                "label": None,
                "status": "candidate",
                "application_open": True,
            }
            | empty
        )
    withdrawn = by_id["eco-b"]
    rows.append(
        {
            "programme_id": withdrawn.id,
            "unit": withdrawn.unit,
            "language_track": "tr",
            "body": withdrawn.body,
            "label": None,
            "status": "withdrawn",
            "application_open": False,
        }
        | empty
        | {"decision_date": date(2025, 2, 14)}
    )
    rows.append(
        {
            "programme_id": None,
            "unit": "rec",
            "language_track": None,
            "body": "YOKAK",
            "label": None,
            "status": "active",
            "decision_date": date(2022, 5, 25),
            "start_date": date(2022, 5, 25),
            "end_date": date(2027, 5, 25),
            "next_application_deadline": None,
            "application_open": False,
        }
    )
    rows.sort(key=lambda row: (row["programme_id"] or "", row["start_date"] or date.max))
    return [{"accreditation_id": f"AC-{number:03d}"} | row for number, row in enumerate(rows, 1)]


# -- research ----------------------------------------------------------------------------------------

_FUNDERS = ("horizon", "erasmus_ka2", "cost", "bilateral", "interreg", "other")
_FUNDER_WEIGHTS = (22, 30, 12, 18, 6, 12)
_SUBMITTED = (20, 22, 23, 24, 26, 27, 25, 28, 30, 32, 34, 36, 38)
_SUCCESS_PERMILLE = {"horizon": 150, "erasmus_ka2": 300, "cost": 420, "bilateral": 380, "interreg": 300,
                     "other": 300}  # fmt: skip
# From–to, in thousands of euro: the university's own part.
_BUDGETS = {"horizon": (90, 420), "erasmus_ka2": (20, 75), "cost": (4, 15), "bilateral": (8, 45),
            "interreg": (60, 240), "other": (10, 80)}  # fmt: skip


def projects(seed: int) -> list[Row]:
    """Return the register of projects, from three years before the first, since those still run then."""
    rng = stream(seed, "projects")
    rows: list[Row] = []
    faculties = picker(list(FACULTIES), list(FACULTIES.values()))
    for year, number in zip(range(FIRST - 3, LAST + 1), _SUBMITTED, strict=True):
        awake = [p for p in partners(seed) if p.awake(year) and p.group != "farabi"]
        # Most submissions follow the calls in spring and autumn.
        days = sorted(
            day_between(rng, date(year, 2, 1), date(year, 4, 10))
            if chance(rng, 620)
            else day_between(rng, date(year, 9, 1), date(year, 11, 20))
            for _ in range(number)
        )
        for place, submitted in enumerate(days, 1):
            programme = pick(rng, _FUNDERS, _FUNDER_WEIGHTS)
            coordinator = chance(rng, 220)
            partner = pick(rng, awake, [p.weight for p in awake]) if chance(rng, 880) else None
            decided = submitted + timedelta(days=between(rng, 140, 250))
            funded = chance(rng, _SUCCESS_PERMILLE[programme] + 8 * (year - FIRST))
            pending = decided > CLOSED
            start = (decided + timedelta(days=between(rng, 45, 120))).replace(day=1)
            end = start.replace(year=start.year + between(rng, 2, 4)) - timedelta(days=1)
            low, high = _BUDGETS[programme]
            budget = float(between(rng, low, high) * 1000 + between(rng, 0, 999))
            rows.append(
                {
                    "project_id": f"P{year}-{place:02d}",
                    "unit": faculties(rng),
                    "programme": programme,
                    "role": "coordinator" if coordinator else "partner",
                    "partner_id": partner.id if partner else None,
                    "submitted_date": submitted,
                    "decision": "pending" if pending else "funded" if funded else "rejected",
                    "decision_date": None if pending else decided,
                    "start_date": start if funded and not pending else None,
                    "end_date": end if funded and not pending else None,
                    "own_budget_eur": budget * 2 if coordinator else budget,
                    "is_sdg": chance(rng, 280 + 25 * (year - FIRST)),
                }
            )
    return rows


_PUBLICATIONS = (1010, 1045, 1090, 1180, 1260, 1240, 1230, 1275, 1330, 1390)
# Field → percent of all publications, and permille with an author abroad in 2017.
_FIELDS = {
    "arts_humanities": (4, 110),
    "engineering_technology": (31, 215),
    "life_sciences_medicine": (30, 165),
    "natural_sciences": (25, 240),
    "social_sciences": (10, 140),
}


def publications(seed: int) -> list[Row]:
    """Return the register of publications: all, international, and those with each partner, by field."""
    rng = stream(seed, "publications")
    rows: list[Row] = []
    for year in YEARS:
        totals = shared_out(of(_PUBLICATIONS, year), [share for share, _ in _FIELDS.values()])
        left: dict[str, int] = {}
        for (name, (_, permille)), total in zip(_FIELDS.items(), totals, strict=True):
            international = total * (permille + 12 * (year - FIRST) + between(rng, -8, 8)) // 1000
            left[name] = international * 85 // 100
            for kind, count in (("all", total), ("international", international)):
                sdg = count * (230 + 18 * (year - FIRST) + between(rng, -10, 10)) // 1000
                rows.append(_publications(year, name, kind, None, count, sdg))
        for partner in shuffled(rng, partners(seed)):
            if partner.group == "farabi" or not partner.awake(year):
                continue
            name = UNIT_FIELDS[partner.unit]
            lively = partner.weight > 6
            # Joint work grows with those it goes well with.
            wanted = between(rng, 2, 8) + (year - FIRST) // 4 if lively else between(rng, 0, 3) // 2
            count = min(wanted, left[name])
            if count > 0:
                left[name] -= count
                rows.append(_publications(year, name, "with_partner", partner, count, between(rng, 0, count)))
    return rows


def _publications(year: int, name: str, kind: str, partner: Partner | None, count: int, sdg: int) -> Row:
    return {
        "year": year,
        "field": name,
        "kind": kind,
        "partner_id": partner.id if partner else None,
        "country_code": partner.country if partner else None,
        "publications_count": count,
        "sdg_count": sdg,
        # Not the name of a real index, which has its own and different counts.
        "index_name": "Demo Index",
    }


# -- staff -------------------------------------------------------------------------------------------

_ACADEMICS = (2080, 2100, 2125, 2130, 2140, 2150, 2155, 2165, 2170, 2180)
_ADMINISTRATIVE = (1480, 1470, 1455, 1440, 1425, 1410, 1400, 1390, 1380, 1370)
_FOREIGN_ACADEMICS = (24, 26, 28, 25, 26, 29, 32, 36, 41, 46)
_STAFF_ORIGINS = ("AZ", "IR", "DE", "GB", "US", "SY", "GE", "UA", "PK", "RU", "KZ", "EG", "IT", "IN")
_STAFF_WEIGHTS = (9, 8, 3, 3, 3, 5, 4, 3, 4, 3, 3, 3, 1, 2)
_FRONT_PERCENT = 8
# Percent of front-office staff by certificate in 2017, and change over nine years; the rest has none.
_CERTIFICATES = {"A2": (14, -4), "B1": (24, 0), "B2": (18, 14), "C1": (7, 8), "C2": (2, 2)}


def staff(seed: int) -> list[Row]:
    """Return the register of staff: citizens in groups, foreign academics one by one."""
    rng = stream(seed, "staff")
    units = FACULTIES | SCHOOLS | {"gsc": 1, "rec": 3}
    everywhere = FACULTIES | SCHOOLS | INSTITUTES | OFFICES
    faculties = picker(list(FACULTIES), list(FACULTIES.values()))
    # A foreign academic keeps unit, citizenship and degree as long as he stays.
    people: list[Row] = []
    rows: list[Row] = []
    for year in YEARS:
        drafts: list[Row] = []
        own = of(_ACADEMICS, year) - of(_FOREIGN_ACADEMICS, year)
        for unit, number in zip(units, shared_out(own, list(units.values())), strict=True):
            doctors = number * (700 + 6 * (year - FIRST)) // 1000 if unit in FACULTIES else number * 3 // 10
            drafts += [
                _staff(unit, "academic", "TR", has_doctorate=True, headcount=doctors),
                _staff(unit, "academic", "TR", headcount=number - doctors),
            ]
        people = [person for person in people if not person["is_visiting"] and not chance(rng, 110)]
        for person in people:
            person["months_count"] = 12
        people = people[: of(_FOREIGN_ACADEMICS, year)]
        while len(people) < of(_FOREIGN_ACADEMICS, year):
            unit = "fls" if chance(rng, 150) else faculties(rng)
            person = _staff(unit, "academic", pick(rng, _STAFF_ORIGINS, _STAFF_WEIGHTS))
            person["has_doctorate"] = chance(rng, 800)
            person["is_visiting"] = chance(rng, 160)
            # Who was there when the register begins had been there all year.
            there = year == FIRST and not person["is_visiting"]
            longest = 9 if person["is_visiting"] else 12
            person["months_count"] = 12 if there else between(rng, 2, longest)
            people.append(person)
        drafts += [dict(person) for person in people]
        weights = list(everywhere.values())
        for unit, number in zip(everywhere, shared_out(of(_ADMINISTRATIVE, year), weights), strict=True):
            front = max(number * _FRONT_PERCENT // 100, 2)
            percents = [base + change * (year - FIRST) // 9 for base, change in _CERTIFICATES.values()]
            # Drawn one by one: with so few persons shares would always round the same way.
            certificates = Counter(
                pick(rng, (*_CERTIFICATES, ""), (*percents, 100 - sum(percents))) for _ in range(front)
            )
            drafts.append(_staff(unit, "administrative", "TR", headcount=number - front))
            for certificate in sorted(certificates):
                drafts.append(
                    _staff(unit, "administrative", "TR", headcount=certificates[certificate])
                    | {"is_front_office": True, "language_certificate": certificate or None}
                )
        for number, draft in enumerate((d for d in drafts if d["headcount"] > 0), 1):
            rows.append({"row_id": f"{year % 100}-{number:03d}", "year": year} | draft)
    return rows


def _staff(
    unit: str, category: str, citizenship: str, has_doctorate: bool = False, headcount: int = 1
) -> Row:
    return {
        "unit": unit,
        "category": category,
        "citizenship_code": citizenship,
        "has_doctorate": has_doctorate,
        "is_visiting": False,
        "months_count": 12,
        "is_front_office": False,
        "language_certificate": None,
        "headcount": headcount,
    }


def vacancies(seed: int) -> list[Row]:
    """Return the register of academic vacancies."""
    rng = stream(seed, "vacancies")
    rows: list[Row] = []
    faculties = picker(list(FACULTIES), list(FACULTIES.values()))
    for year in YEARS:
        days = sorted(
            day_between(rng, date(year, 1, 10), date(year, 12, 20)) for _ in range(between(rng, 48, 62))
        )
        for number, day in enumerate(days, 1):
            abroad = chance(rng, 120 + 22 * (year - FIRST))
            applicants = between(rng, 3, 22)
            rows.append(
                {
                    "vacancy_id": f"V{year}-{number:03d}",
                    "unit": faculties(rng),
                    "published_date": day,
                    "is_international": abroad,
                    "applicants_count": applicants,
                    "foreign_applicants_count": min(between(rng, 0, 5), applicants) if abroad else 0,
                }
            )
    return rows


_TOPICS = ("English for the front office", "Intercultural communication", "Exchange procedures",
           "COIL design", "Advising international students", "Project writing")  # fmt: skip
_TRAININGS = (8, 9, 10, 6, 9, 11, 13, 14, 16, 18)


def trainings(seed: int) -> list[Row]:
    """Return the register of international trainings of staff."""
    rng = stream(seed, "trainings")
    rows: list[Row] = []
    for year in YEARS:
        days = sorted(
            day_between(rng, date(year, 1, 15), date(year, 12, 15)) for _ in range(of(_TRAININGS, year))
        )
        for number, day in enumerate(days, 1):
            came = between(rng, 8, 34)
            rows.append(
                {
                    "training_id": f"T{year}-{number:02d}",
                    "training_date": day,
                    "category": pick(rng, ("academic", "administrative")),
                    "topic": pick(rng, _TOPICS),
                    "participants_count": came,
                    # As the year goes on fewer are there for the first time.
                    "first_participants_count": came * between(rng, 350, 800) * (14 - day.month) // 13000,
                }
            )
    return rows


# -- services and surveys ----------------------------------------------------------------------------

# service → kind, and the year from which form, page and person speak English (0: always, 9999: not yet).
_SERVICES = {
    "health": ("student_service", 2019, 2018, 0),
    "housing": ("student_service", 2018, 2018, 2022),
    "residence_permit": ("student_service", 0, 0, 0),
    "career": ("student_service", 2023, 2022, 2024),
    "counselling": ("student_service", 2024, 2022, 2025),
    "library": ("student_service", 2018, 0, 2018),
    "it_support": ("student_service", 2022, 2021, 2021),
    "scholarships": ("student_service", 2021, 2019, 2020),
    "complaints": ("student_service", 2024, 2023, 9999),
    "staff_welcome": ("staff_item", 2019, 2019, 0),
    "staff_work_permit": ("staff_item", 2020, 2020, 2018),
    "staff_housing": ("staff_item", 9999, 2023, 2023),
    "staff_contract": ("staff_item", 2024, 2022, 2022),
    "staff_language_course": ("staff_item", 2021, 2021, 2021),
    "staff_family": ("staff_item", 9999, 9999, 2025),
    "requests": ("request", 2019, 2019, 0),
    "buddy": ("buddy", 2018, 2018, 0),
}
_SERVED_PERCENT = {
    "student_service": (70, 2), "staff_item": (44, 3), "request": (61, 3), "buddy": (22, 4),
}  # fmt: skip


def services(seed: int, persons: Sequence[Person], guests: Sequence[int]) -> list[Row]:
    """Return the register of services; a buddy is due to each newcomer, by degree or by exchange.

    `guests` are the academic years of the exchange students, one entry each.
    """
    rng = stream(seed, "services")
    rows: list[Row] = []
    for year in YEARS:
        new = sum(p.kind == "degree" and p.entry_year == year for p in persons) + guests.count(year)
        for service, (kind, *since) in _SERVICES.items():
            base, rise = _SERVED_PERCENT[kind]
            asked = {
                "student_service": between(rng, 60, 420),
                "staff_item": of(_FOREIGN_ACADEMICS, year) * between(rng, 4, 9) // 10,
                "request": 900 + 70 * (year - FIRST) + between(rng, -60, 60),
                "buddy": new,
            }[kind]
            percent = min(base + rise * (year - FIRST) + between(rng, -5, 5), 97)
            if year in (2020, 2021):
                percent -= 12
            rows.append(
                {
                    "year": year,
                    "service": service,
                    "kind": kind,
                    "has_form_en": year >= since[0],
                    "has_page_en": year >= since[1],
                    "has_person_en": year >= since[2],
                    "asked_count": asked,
                    "served_count": asked * percent // 100,
                }
            )
    return rows


# audience → mean in hundredths in 2017, its change a year, and answers in percent of invitations.
_SURVEYS = {
    "international_students": (352, 4, 31),
    "home_students": (348, 2, 24),
    "international_staff": (341, 5, 58),
    "graduates": (360, 2, 22),
}


def surveys(seed: int, persons: Sequence[Person]) -> list[Row]:
    """Return the register of surveys: students by faculty, foreign staff and graduates as a whole."""
    rng = stream(seed, "surveys")
    rows: list[Row] = []
    for year in YEARS:
        here = Counter(
            p.programme.faculty for p in persons if p.kind == "degree" and p.entry_year <= year <= p.last_year
        )
        for audience, (mean, rise, answering) in _SURVEYS.items():
            asked: dict[str, list[tuple[str | None, int]]] = {
                "international_students": [(unit, here[unit]) for unit in FACULTIES],
                "home_students": [(unit, 75 * weight) for unit, weight in FACULTIES.items()],
                "international_staff": [(None, of(_FOREIGN_ACADEMICS, year))],
                "graduates": [(None, 5200 - 150 * (year - FIRST))],
            }
            for number, (unit, invited) in enumerate(asked[audience], 1):
                answered = invited * (answering + between(rng, -5, 6)) // 100
                dip = 22 if year in (2020, 2021) else 0
                score = mean + rise * (year - FIRST) - dip + between(rng, -14, 14)
                deviation = between(rng, 78, 104)
                rows.append(
                    {
                        "survey_id": f"Q{year}-{audience}-{number:02d}",
                        "year": year,
                        "audience": audience,
                        "unit": unit,
                        "invited_count": invited,
                        "answered_count": answered,
                        "mean_score": score / 100 if answered else None,
                        "deviation_score": deviation / 100 if answered > 1 else None,
                        "placed_international_count": answered * (64 + 5 * (year - FIRST)) // 1000
                        if audience == "graduates"
                        else None,
                    }
                )
    return rows


# -- the plan ----------------------------------------------------------------------------------------

# activity of the strategy → what is done for it, by whom. Invented.
_ACTIONS = {
    "G1a": ("Renew the English pages of the units", "Birimlerin İngilizce sayfalarının yenilenmesi", "rec"),
    "G1b": ("Review the support for conferences", "Konferans desteğinin gözden geçirilmesi", "rec"),
    "G1c": (
        "Publish the calendar of international events",
        "Uluslararası etkinlik takviminin yayımlanması",
        "int",
    ),
    "G1d": ("Evaluate last year's fairs", "Geçen yılın fuarlarının değerlendirilmesi", "int"),
    "G1e": (
        "Report what last year's visits led to",
        "Geçen yılki ziyaretlerin sonuçlarının raporlanması",
        "int",
    ),
    "G1f": ("Draw up the list of speakers to invite", "Davet edilecek konuşmacıların belirlenmesi", "int"),
    "G1g": ("Hold a webinar series for candidates", "Adaylar için web semineri dizisi düzenlenmesi", "int"),
    "G2a": ("Translate the application guide", "Başvuru kılavuzunun çevrilmesi", "int"),
    "G2b": ("Announce vacancies in English", "İlanların İngilizce duyurulması", "rec"),
    "G2c": ("Shorten the steps of an application", "Başvuru adımlarının kısaltılması", "int"),
    "G3a": ("Check the data return to the rankings", "Sıralamalara veri girişinin denetlenmesi", "rec"),
    "G3b": ("Support accreditation applications", "Akreditasyon başvurularının desteklenmesi", "rec"),
    "G3c": (
        "Review curricula for international content",
        "Müfredatın uluslararası içerik yönünden incelenmesi",
        "rec",
    ),
    "G3d": ("Look for partners of joint programmes", "Ortak programlar için kurum aranması", "int"),
    "G3e": ("Review dormant agreements", "Atıl anlaşmaların gözden geçirilmesi", "int"),
    "G3f": (
        "Approach universities in priority countries",
        "Öncelikli ülkelerin üniversiteleriyle görüşülmesi",
        "int",
    ),
    "G3g": ("Train project writers", "Proje yazma eğitimi verilmesi", "gsc"),
    "G3h": ("Prepare recognition tables", "Tanınma tablolarının hazırlanması", "int"),
    "G3i": (
        "Inform students about stays abroad",
        "Öğrencilerin yurt dışı olanakları konusunda bilgilendirilmesi",
        "int",
    ),
    "G4a": ("Hold the international week", "Uluslararası haftanın düzenlenmesi", "int"),
    "G4b": (
        "Open the sports clubs to international students",
        "Spor kulüplerinin uluslararası öğrencilere açılması",
        "rec",
    ),
    "G4c": ("Hold the language café", "Dil kafesinin düzenlenmesi", "fls"),
    "G4d": ("Announce the seminar series in English", "Seminer dizisinin İngilizce duyurulması", "gsc"),
    "G4e": ("Match newcomers with a buddy", "Yeni gelenlerin akranlarla eşleştirilmesi", "int"),
    "G4f": (
        "Invite academics to activities on campus",
        "Öğretim elemanlarının kampüs etkinliklerine davet edilmesi",
        "rec",
    ),
    "G4g": ("Offer language courses to the front office", "Ön büroya dil kursu verilmesi", "fls"),
    "G4h": ("Put English signs on campus", "Kampüse İngilizce yönlendirme levhaları konulması", "rec"),
    "G4i": ("Give new staff a welcome guide", "Yeni personele karşılama kılavuzu verilmesi", "int"),
}
# The plan's actions are known to its end; what is due after the last closed year is still open.
_LAST_PLANNED = 2028


def actions(seed: int) -> list[Row]:
    """Return the register of actions: one a year for each activity, most of them done in time."""
    rng = stream(seed, "actions")
    rows: list[Row] = []
    for year in range(FIRST, _LAST_PLANNED + 1):
        for activity, (en, tr, owner) in _ACTIONS.items():
            due = pick(rng, (date(year, 3, 31), date(year, 6, 30), date(year, 9, 30), date(year, 12, 31)))
            in_time = chance(rng, 400 if year in (2020, 2021) else 620 + 15 * (year - FIRST))
            done = due - timedelta(days=between(rng, 0, 60))
            if not in_time:
                # Some are put off for long; none stays open for ever.
                done = due + timedelta(days=between(rng, 15, 200) + (365 if chance(rng, 350) else 0))
            rows.append(
                {
                    "action_id": f"{activity}-{year}",
                    "goal": activity[:2],
                    "activity": activity,
                    "title_en": f"{en} ({year})",
                    "title_tr": f"{tr} ({year})",
                    "owner_unit": owner,
                    "due_date": due,
                    "done_date": None if done > CLOSED else done,
                }
            )
    return rows


# indicator → baseline 2023 and target 2028. Invented: the plan's own values are not published.
_TARGETS = {
    "G1.01": (9, 14), "G1.03": (82, 92), "G1.05": (10, 16), "G1.08": (19, 26), "G1.09": (60, 70),
    "G1.10": (50, 80), "G1.12": (45, 62),
    "G2.01": (1430, 2200), "G2.02": (4.1, 9.0), "G2.05": (53, 75), "G2.06": (46, 58), "G2.07": (32, 36),
    "G2.10": (87, 90), "G2.11": (1.4, 2.6), "G2.15": (26, 15), "G2.16": (55, 80),
    "G3.02": (19.6, 24.0), "G3.06": (46, 70), "G3.07": (23, 32), "G3.11": (31, 60), "G3.13": (5, 9),
    "G3.16": (70, 80), "G3.19": (8, 14), "G3.20": (28, 45), "G3.23": (26, 34), "G3.25": (235, 420),
    "G3.28": (92, 97), "G3.30": (2.8, 7.0),
    "G4.01": (15, 22), "G4.02": (5, 10), "G4.03": (9, 16), "G4.04": (8, 12), "G4.05": (33, 50),
    "G4.07": (49, 70), "G4.08": (9.5, 18.0), "G4.09": (8.5, 16.0), "G4.10": (48, 65), "G4.11": (67, 100),
    "G4.12": (76, 92), "G4.13": (3.8, 4.1), "G4.14": (58, 80),
}  # fmt: skip


def targets() -> list[Row]:
    """Return the register of targets: one step of a fifth a year from the baseline to the last target."""
    rows: list[Row] = []
    for indicator, (baseline, last) in _TARGETS.items():
        for step, year in enumerate(range(2023, 2029)):
            value = baseline + (last - baseline) * step / 5
            # Targets of counts and whole percents stay whole.
            value = float(value if isinstance(last, float) else int(value))
            rows.append(
                {
                    "indicator": indicator,
                    "year": year,
                    "kind": "target" if step else "baseline",
                    "value": value,
                    "is_placeholder": True,
                }
            )
    return rows


_PRIORITIES = (
    ("AZ", 2017, None, "neighbouring region"),
    ("GE", 2017, None, "neighbouring region"),
    ("KZ", 2017, None, "common exchange programmes"),
    ("UZ", 2019, None, "growing demand"),
    ("TM", 2017, 2022, "many applicants already"),
    ("KG", 2018, None, "common exchange programmes"),
    ("IQ", 2018, None, "growing demand"),
    ("EG", 2020, None, "growing demand"),
    ("NG", 2021, None, "new market"),
    ("PK", 2021, None, "new market"),
    ("ID", 2022, None, "new market"),
    ("MA", 2022, None, "new market"),
    ("DE", 2017, 2019, "alumni families"),
)


def priority_countries() -> list[Row]:
    """Return the register of priority countries."""
    return [
        {"country_code": code, "from_year": first, "to_year": last, "reason": reason}
        for code, first, last, reason in _PRIORITIES
    ]


_NETWORKS = 14


def memberships(seed: int) -> list[Row]:
    """Return the register of memberships of invented networks."""
    rng = stream(seed, "memberships")
    rows: list[Row] = []
    for number in range(1, _NETWORKS + 1):
        start = day_between(rng, date(2006, 1, 1), date(2024, 12, 31))
        left = chance(rng, 150)
        end = day_between(rng, max(start + timedelta(days=400), date(2018, 1, 1)), CLOSED) if left else None
        active = chance(rng, 700)
        last = day_between(rng, date(2025, 1, 1), CLOSED) if active else date(2021, 3, 1)
        if end:
            last = min(last, end)
        rows.append(
            {
                "membership_id": f"N-{number:02d}",
                "network": f"Demo Network {number:02d}",
                "level": pick(rng, ("regional", "international"), (3, 7)),
                "start_date": start,
                "end_date": end,
                # A fee is paid for the year; some forgot.
                "paid_until": date((end or CLOSED).year - (0 if chance(rng, 850) else 1), 12, 31),
                "last_participation_date": last if last >= start else None,
            }
        )
    return rows
