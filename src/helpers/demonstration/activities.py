"""What was held, visited and shown: events, fairs, visits, talks, promotion, web, life on campus."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from .people import FOREIGN_STUDENTS
from .world import (
    FACULTIES,
    FIRST,
    LAST,
    PANDEMIC,
    REGION,
    YEARS,
    Row,
    between,
    chance,
    day_between,
    of,
    partners,
    pick,
    picker,
    shared_out,
    stream,
)

# Nominal prices in hundredths of those of 2017: costs in lira are not comparable over these years.
_PRICES = (100, 118, 134, 152, 186, 330, 520, 830, 1120, 1400)

# -- events ------------------------------------------------------------------------------------------

# kind, level, held a year, planned for the year after the last.
_EVENTS = (
    ("conference", "international", (7, 8, 9, 2, 4, 7, 9, 10, 11, 12), 9),
    ("congress", "international", (2, 2, 3, 0, 1, 2, 3, 3, 3, 4), 3),
    ("symposium", "international", (4, 4, 5, 1, 2, 4, 5, 5, 6, 6), 5),
    ("workshop", "international", (4, 5, 5, 1, 4, 5, 6, 7, 7, 8), 4),
    ("symposium", "national", (6, 6, 6, 1, 3, 5, 6, 6, 7, 7), 3),
    ("seminar", "national", (5, 5, 6, 3, 5, 5, 6, 6, 6, 6), 0),
    ("workshop", "regional", (3, 3, 3, 0, 2, 3, 4, 4, 4, 5), 2),
)
# Events of all kinds that were planned and not held.
_CANCELLED = (2, 2, 2, 17, 6, 2, 2, 2, 1, 2)
_POSTPONED = (1, 2, 1, 9, 4, 1, 2, 1, 2, 1)
_KIND_TR = {"conference": "Konferans", "congress": "Kongre", "symposium": "Sempozyum", "workshop": "Çalıştay",
            "seminar": "Seminer"}  # fmt: skip
_LEVEL_TR = {"international": "Uluslararası", "national": "Ulusal", "regional": "Bölgesel"}


def events(seed: int) -> list[Row]:
    """Return the register of events: ten years as they went, and the plan of the next."""
    rng = stream(seed, "events")
    faculties = picker(list(FACULTIES), list(FACULTIES.values()))
    rows: list[Row] = []
    for year in (*YEARS, LAST + 1):
        fates: list[tuple[str, str, str]] = []
        for kind, level, held, planned in _EVENTS:
            status = "planned" if year > LAST else "held"
            fates += [(kind, level, status)] * (planned if year > LAST else of(held, year))
        if year <= LAST:
            for status, counts in (("cancelled", _CANCELLED), ("postponed", _POSTPONED)):
                for _ in range(of(counts, year)):
                    kind, level, *_ = pick(rng, _EVENTS, (7, 2, 4, 4, 5, 2, 3))
                    fates.append((kind, level, status))
        drafts = [_event(rng, year, kind, level, status) for kind, level, status in fates]
        drafts.sort(key=lambda row: (row["start_date"], row["kind"], row["level"]))
        named: dict[str, int] = {}
        for number, draft in enumerate(drafts, 1):
            name = f"{_LEVEL_TR[draft['level']]} {_KIND_TR[draft['kind']]} {year}"
            named[name] = named.get(name, 0) + 1
            head = {"event_id": f"E{year}-{number:03d}", "unit": faculties(rng)}
            rows.append(head | {"title": f"{name}-{named[name]:02d}"} | draft)
    return rows


def _event(rng: np.random.Generator, year: int, kind: str, level: str, status: str) -> Row:
    # Term time, not the holidays of high summer.
    start = day_between(
        rng, *pick(rng, ((date(year, 2, 20), date(year, 6, 25)), (date(year, 9, 5), date(year, 12, 5))))
    )
    length = {"conference": 3, "congress": 4, "symposium": 2, "workshop": 2, "seminar": 1}[kind]
    row: Row = {
        "kind": kind,
        "level": level,
        "status": status,
        # Small meetings are often held without having stood in the plan.
        "planned_year": None
        if status == "held" and kind in ("seminar", "workshop") and chance(rng, 500)
        else year,
        "start_date": start,
        "end_date": start + timedelta(days=length - 1),
        "participants_count": None,
        "foreign_participants_count": None,
        "countries_count": None,
        "foreign_papers_pct": None,
    }
    if status == "held":
        low, high = {"conference": (110, 420), "congress": (180, 600), "symposium": (60, 220)}.get(
            kind, (20, 90)
        )
        people = between(rng, low, high)
        share = {"international": (120, 420), "national": (0, 30), "regional": (30, 160)}[level]
        foreign = people * between(rng, *share) // 1000
        row["participants_count"], row["foreign_participants_count"] = people, foreign
        if level != "national":
            row["countries_count"] = min(1 + foreign, between(rng, 3, 24))
            if kind not in ("seminar", "workshop"):
                row["foreign_papers_pct"] = between(rng, share[0] * 2, share[1] * 2) / 10
    return row


# -- fairs and promotion -----------------------------------------------------------------------------

_FAIRS = (7, 8, 8, 3, 5, 8, 10, 11, 12, 14)
_FAIRS_CANCELLED = (0, 1, 0, 6, 2, 0, 1, 0, 1, 0)
_FAIRS_PLANNED = 9
_FAIR_COUNTRIES = {
    "AZ": 14, "TM": 6, "IQ": 11, "KZ": 11, "KG": 7, "UZ": 10, "GE": 9, "EG": 7, "JO": 7, "NG": 6,
    "PK": 6, "ID": 5,
    "MA": 6, "DE": 5, "IR": 6, "TN": 3, "BA": 3, "MK": 3, "SO": 3, "RU": 4,
}  # fmt: skip


def fairs(seed: int) -> list[Row]:
    """Return the register of fairs; those of the next year are planned."""
    rng = stream(seed, "fairs")
    countries = picker(list(_FAIR_COUNTRIES), list(_FAIR_COUNTRIES.values()))
    rows: list[Row] = []
    for year in (*YEARS, LAST + 1):
        if year > LAST:
            fates = ["planned"] * _FAIRS_PLANNED
        else:
            fates = ["attended"] * of(_FAIRS, year) + ["cancelled"] * of(_FAIRS_CANCELLED, year)
        drafts: list[Row] = []
        for status in fates:
            # Most are held in spring, before applications open.
            spring = (date(year, 2, 10), date(year, 4, 30)) if year != 2020 or status != "attended" else (
                date(year, 5, 4), date(year, 5, 20))  # fmt: skip
            days = spring if chance(rng, 740) else (date(year, 10, 1), date(year, 11, 25))
            start = day_between(rng, *days)
            online = chance(rng, {2020: 1000, 2021: 800, 2022: 250}.get(year, 0 if year < 2020 else 130))
            leads = between(rng, 110, 380) * (7 if online else 10) // 10
            attended = status == "attended"
            cost = (
                between(rng, 18, 46)
                * 1000
                * of(_PRICES, min(year, LAST))
                // 100
                * (25 if online else 100)
                // 100
            )
            drafts.append(
                {
                    "country_code": countries(rng),
                    "mode": "online" if online else "in_person",
                    "status": status,
                    "start_date": start,
                    "end_date": start + timedelta(days=between(rng, 0, 2)),
                    "cost_try": float(cost) if attended else None,
                    "leads_count": leads if attended else None,
                    "qualified_leads_count": leads * between(rng, 26, 42) // 100 if attended else None,
                }
            )
        drafts.sort(key=lambda row: (row["start_date"], row["country_code"]))
        for number, draft in enumerate(drafts, 1):
            title = f"Eğitim Fuarı {draft['country_code']} {year}-{number:02d}"
            rows.append({"fair_id": f"F{year}-{number:02d}", "title": title} | draft)
    return rows


_PROMOTIONS = {
    "webinar": (3, 3, 4, 16, 18, 12, 10, 10, 10, 11),
    "school_visit": (7, 8, 8, 1, 2, 6, 8, 9, 9, 10),
    "incoming_delegation": (4, 4, 5, 1, 1, 4, 5, 5, 6, 6),
    "alumni_event": (2, 2, 3, 1, 2, 3, 3, 4, 4, 5),
    "media": (6, 6, 7, 6, 7, 8, 8, 9, 9, 10),
    "campaign": (2, 3, 3, 4, 4, 4, 5, 5, 6, 6),
    "publication": (2, 2, 2, 2, 2, 3, 3, 3, 3, 4),
    "agent": (1, 1, 2, 1, 2, 2, 3, 3, 4, 4),
}


def promotion(seed: int) -> list[Row]:
    """Return the register of other promotion."""
    rng = stream(seed, "promotion")
    countries = picker(list(_FAIR_COUNTRIES), list(_FAIR_COUNTRIES.values()))
    rows: list[Row] = []
    for year in YEARS:
        drafts: list[Row] = []
        for kind, counts in _PROMOTIONS.items():
            for _ in range(of(counts, year)):
                country = countries(rng)
                cost = between(rng, 1, 9) * 1000 * of(_PRICES, year) // 100
                free = kind in ("webinar", "media") and chance(rng, 500)
                level = "regional" if country in REGION else "international"
                drafts.append(
                    {
                        "kind": kind,
                        "level": "national" if kind == "media" and chance(rng, 300) else level,
                        "country_code": country,
                        "start_date": day_between(rng, date(year, 1, 10), date(year, 12, 20)),
                        "cost_try": None if free else float(cost),
                    }
                )
        drafts.sort(key=lambda row: (row["start_date"], row["kind"], row["country_code"]))
        rows += [{"promotion_id": f"R{year}-{n:03d}"} | draft for n, draft in enumerate(drafts, 1)]
    return rows


_WEB = {
    "TR": 900, "AZ": 42, "DE": 30, "US": 28, "IQ": 24, "SY": 20, "IR": 20, "TM": 18, "GE": 16, "RU": 15,
    "KZ": 14,
    "GB": 13, "UZ": 12, "EG": 11, "PK": 11, "AF": 10, "FR": 10, "NL": 9, "KG": 9, "JO": 8, "YE": 8, "SO": 8,
    "UA": 8, "NG": 8, "IN": 8, "MA": 7, "IT": 7, "PL": 6, "ID": 6, "ES": 6, "RO": 5, "BD": 5, "CN": 5,
    "AT": 4,
}  # fmt: skip


def web(seed: int) -> list[Row]:
    """Return the register of web sessions: a month and a country each."""
    rng = stream(seed, "web")
    # Candidates look in summer.
    season = (9, 9, 10, 9, 10, 11, 14, 16, 13, 10, 9, 8)
    rows: list[Row] = []
    for year in YEARS:
        for month in range(1, 13):
            for country, weight in _WEB.items():
                rise = 100 if country == "TR" else 100 + 9 * (year - FIRST)
                base = weight * season[month - 1] * rise * between(rng, 88, 112)
                rows.append(
                    {"month": date(year, month, 1), "country_code": country, "sessions_count": base // 300}
                )
    return rows


# -- visits and talks --------------------------------------------------------------------------------

_DELEGATIONS = {
    "outgoing": (12, 13, 14, 2, 3, 11, 13, 15, 16, 18),
    "incoming": (9, 9, 10, 1, 2, 8, 10, 11, 12, 13),
}
_RESEARCH = {
    "outgoing": (8, 9, 9, 2, 3, 8, 9, 10, 11, 12),
    "incoming": (6, 7, 7, 1, 3, 7, 8, 10, 11, 13),
}


def visits(seed: int, agreements: Sequence[Row]) -> list[Row]:
    """Return the register of visits; half of all new partnerships began with one."""
    rng = stream(seed, "visits")
    world = {partner.id: partner for partner in partners(seed)}
    leading: dict[int, list[tuple[str, date]]] = {year: [] for year in YEARS}
    known: list[str] = []
    for row in sorted(agreements, key=lambda row: (row["signed_date"], row["agreement_id"])):
        if row["partner_id"] in known:
            continue
        known.append(row["partner_id"])
        day = row["signed_date"] - timedelta(days=between(rng, 40, 420))
        if day.year in leading and chance(rng, 550):
            leading[day.year].append((row["partner_id"], day))
    rows: list[Row] = []
    for year in YEARS:
        abroad = [p for p in partners(seed) if p.group != "farabi" and p.awake(year)]
        weights = [p.weight for p in abroad]
        drafts: list[Row] = []
        for kind, table in (("delegation", _DELEGATIONS), ("research_stay", _RESEARCH)):
            for direction, counts in table.items():
                for place in range(of(counts, year)):
                    start = day_between(rng, date(year, 1, 15), date(year, 12, 10))
                    partner = pick(rng, abroad, weights)
                    if kind == "delegation" and direction == "outgoing" and place < len(leading[year]):
                        name, start = leading[year][place]
                        partner = world[name]
                    research = kind == "research_stay"
                    days = between(rng, 30, 240) if research else between(rng, 2, 6)
                    if research and chance(rng, 200):
                        days = between(rng, 10, 29)
                    programmes = ("tubitak_2221", "tubitak_2232", "fulbright", "bilateral", "own")
                    drafts.append(
                        {
                            "direction": direction,
                            "kind": kind,
                            "partner_id": partner.id,
                            "country_code": partner.country,
                            "unit": partner.unit if research or chance(rng, 500) else "rec",
                            "start_date": start,
                            "end_date": start + timedelta(days=days - 1),
                            "programme": pick(rng, programmes, (4, 1, 1, 3, 3)) if research else "own",
                            "persons_count": 1 if research else between(rng, 2, 6),
                        }
                    )
        drafts.sort(key=lambda row: (row["start_date"], row["partner_id"], row["direction"]))
        rows += [{"visit_id": f"Z{year}-{n:02d}"} | draft for n, draft in enumerate(drafts, 1)]
    return rows


_TALKS = (38, 41, 45, 30, 42, 46, 50, 55, 60, 66)
_SPEAKER_COUNTRIES = {
    "DE": 12, "US": 11, "GB": 9, "IT": 8, "AZ": 7, "PL": 6, "ES": 6, "FR": 5, "GE": 5, "NL": 4, "PT": 4,
    "JP": 3,
    "CN": 3, "KR": 3, "RO": 4, "HU": 3, "CZ": 3, "KZ": 4, "RU": 4, "CA": 3, "AT": 3, "SE": 2, "FI": 2,
    "BA": 2,
    "MY": 2, "PK": 2, "AU": 2, "IR": 3,
}  # fmt: skip


def speakers(seed: int) -> list[Row]:
    """Return the register of talks; in the pandemic they moved online, and some stayed there."""
    rng = stream(seed, "speakers")
    faculties = picker(list(FACULTIES), list(FACULTIES.values()))
    countries = picker(list(_SPEAKER_COUNTRIES), list(_SPEAKER_COUNTRIES.values()))
    rows: list[Row] = []
    for year in YEARS:
        online = {2020: 920, 2021: 860, 2022: 420}.get(year, 40 if year < 2020 else 260)
        days = sorted(
            day_between(
                rng,
                *pick(rng, ((date(year, 2, 15), date(year, 6, 10)), (date(year, 9, 20), date(year, 12, 20)))),
            )
            for _ in range(of(_TALKS, year))
        )
        for number, day in enumerate(days, 1):
            rows.append(
                {
                    "talk_id": f"K{year}-{number:03d}",
                    "unit": faculties(rng),
                    "talk_date": day,
                    "country_code": countries(rng),
                    "mode": "online" if chance(rng, online) else "in_person",
                    "kind": pick(rng, ("keynote", "invited_talk", "seminar", "course"), (3, 5, 4, 1)),
                }
            )
    return rows


# -- campus ------------------------------------------------------------------------------------------

_CAMPUS = {
    "social": (11, 12, 13, 3, 6, 13, 15, 17, 19, 21),
    "sport": (5, 6, 6, 1, 2, 6, 7, 8, 9, 10),
    "educational": (8, 8, 9, 6, 7, 10, 11, 13, 15, 17),
    "academic": (6, 6, 7, 3, 5, 7, 8, 10, 12, 13),
}
# Percent of international students who came to at least one activity of the academic year.
_REACHED = (27, 29, 31, 11, 16, 30, 33, 37, 41, 48)


def campus_activities(seed: int) -> list[Row]:
    """Return the register of activities on campus.

    Who comes for the first time is counted by academic year for students and by calendar year for
    staff, as the columns say, so that each sum counts persons.
    """
    rng = stream(seed, "campus_activities")
    rows: list[Row] = []
    for year in YEARS:
        drafts: list[Row] = []
        for kind, counts in _CAMPUS.items():
            for _ in range(of(counts, year)):
                international = chance(rng, 860)
                students = between(rng, 8, 90) * (3 if year in PANDEMIC else 10) // 10
                drafts.append(
                    {
                        "unit": pick(
                            rng, ("int", "rec", "tom", "eng", "eco", "let", "sci"), (7, 2, 2, 2, 2, 1, 1)
                        ),
                        "activity_date": day_between(
                            rng,
                            *pick(
                                rng,
                                (
                                    (date(year, 2, 20), date(year, 6, 15)),
                                    (date(year, 9, 20), date(year, 12, 25)),
                                ),
                            ),
                        ),
                        "kind": kind,
                        "level": pick(rng, ("international", "national", "regional"), (7, 2, 2)),
                        "is_international": international,
                        "international_students_count": students if international else students // 4,
                        "home_students_count": between(rng, 5, 140) * (3 if year in PANDEMIC else 10) // 10,
                        "academic_staff_count": between(rng, 2, 26),
                        "administrative_staff_count": between(rng, 1, 16),
                    }
                )
        drafts.sort(
            key=lambda row: (row["activity_date"], row["kind"], row["unit"], row["home_students_count"])
        )
        rows += [{"activity_id": f"D{year}-{n:03d}"} | draft for n, draft in enumerate(drafts, 1)]
    _first_timers(rows)
    return rows


def _first_timers(rows: list[Row]) -> None:
    """Say of each activity how many had not been to one before in the (academic or calendar) year."""
    for year in range(FIRST - 1, LAST + 1):
        autumn = [r for r in rows if date(year, 9, 1) <= r["activity_date"] <= date(year, 12, 31)]
        spring = [r for r in rows if date(year + 1, 1, 1) <= r["activity_date"] <= date(year + 1, 8, 31)]
        term = max(year, FIRST)
        reached = of(FOREIGN_STUDENTS, term) * of(_REACHED, term) // 100
        # Newcomers' weeks: most who come at all come in autumn.
        for part, percent in ((autumn, 85), (spring, 15)):
            came = [row["international_students_count"] for row in part]
            counts = shared_out(min(reached * percent // 100, sum(came)), came) if part else []
            for row, count in zip(part, counts, strict=True):
                row["first_international_students_count"] = min(count, row["international_students_count"])
    for row in rows:
        # The later in the year, the fewer new faces.
        left = 14 - row["activity_date"].month
        row["first_academic_staff_count"] = row["academic_staff_count"] * left // 18
        row["first_administrative_staff_count"] = row["administrative_staff_count"] * left // 18
