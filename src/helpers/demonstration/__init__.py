"""The seeded demonstration registers: what the workbook shows before a university brings its own.

Everything here is invented except the published figures the numbers are led to, each of which is
named with its source on the identity card. The registers say nothing about the university.
"""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from ..errors import CatalogError, Phrase
from ..intake.declaration import declared
from . import activities, check, institution, people, world
from .world import FIRST, LAST, Row

__all__ = ["SEED", "VERSION", "generate", "partners", "write"]

SEED = 61080
# Raised whenever the same seed gives other bytes.
VERSION = "1"
CARD = "demonstration.source.yml"
_PARTNER_COLUMNS = {
    "partner_id": {"type": "VARCHAR"},
    "name": {"type": "VARCHAR"},
    "country_code": {"type": "VARCHAR"},
}


def generate(seed: int = SEED) -> dict[str, pd.DataFrame]:
    """Return the 26 registers, typed as the store reads them, each sorted by its key."""
    return {register: _frame(rows, declared()[register]) for register, rows in _registers(seed).items()}


def partners(seed: int = SEED) -> pd.DataFrame:
    """Return the list of the invented partner institutions."""
    rows: list[Row] = [
        {"partner_id": p.id, "name": p.name, "country_code": p.country} for p in world.partners(seed)
    ]
    return _frame(rows, {"columns": _PARTNER_COLUMNS, "key": ["partner_id"]})


def write(folder: Path, seed: int = SEED) -> list[Path]:
    """Write the registers, the partners and the identity card; return the files, the card last."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for register, frame in generate(seed).items():
        written.append(_write_csv(folder / f"{register}.csv", frame, declared()[register]["columns"]))
    written.append(_write_csv(folder / "partners.csv", partners(seed), _PARTNER_COLUMNS))
    card = folder / CARD
    card.write_bytes(_card(seed, written).encode("utf-8"))
    return [*written, card]


def _registers(seed: int) -> dict[str, list[Row]]:
    """Make the rows of all registers, those first that others refer to; in the order of their declaration."""
    agreements = institution.agreements(seed)
    fairs = activities.fairs(seed)
    persons = people.international_students(seed)
    home = people.home_students(seed, persons)
    stays, guests = people.mobility(seed, persons, agreements)
    made: dict[str, list[Row]] = {
        "agreements": agreements,
        "fairs": fairs,
        "students": people.students(persons, home, guests),
        "mobility": stays,
        "applications": people.applications(seed, persons, fairs),
        "graduates": people.graduates(seed, persons, home, stays),
        "programmes": institution.programme_register(seed, persons, home),
        "courses": institution.courses(seed),
        "accreditation": institution.accreditation(),
        "projects": institution.projects(seed),
        "publications": institution.publications(seed),
        "staff": institution.staff(seed),
        "vacancies": institution.vacancies(seed),
        "trainings": institution.trainings(seed),
        "services": institution.services(seed, persons, [guest.academic_year for guest in guests]),
        "surveys": institution.surveys(seed, persons),
        "actions": institution.actions(seed),
        "targets": institution.targets(),
        "priority_countries": institution.priority_countries(),
        "memberships": institution.memberships(seed),
        "events": activities.events(seed),
        "visits": activities.visits(seed, agreements),
        "speakers": activities.speakers(seed),
        "promotion": activities.promotion(seed),
        "web": activities.web(seed),
        "campus_activities": activities.campus_activities(seed),
    }
    missing = declared().keys() ^ made.keys()
    if missing:
        raise CatalogError(
            Phrase("The demonstration and the declared registers differ in {names}.", names=sorted(missing))
        )
    return {register: made[register] for register in declared()}


def _frame(rows: Sequence[Row], described: Mapping[str, Any]) -> pd.DataFrame:
    """Make a frame of rows as the store hands one out: "" for missing text, NaN, NaT or NA for the rest."""
    ordered = sorted(rows, key=lambda row: tuple("" if row[k] is None else row[k] for k in described["key"]))
    frame: dict[str, Any] = {}
    for name, column in described["columns"].items():
        values = [row[name] for row in ordered]
        gaps = any(value is None for value in values)
        if column["type"] == "VARCHAR":
            frame[name] = pd.Series(["" if value is None else value for value in values], dtype="str")
        elif column["type"] == "DATE":
            frame[name] = pd.to_datetime(pd.Series(values, dtype=object)).astype("datetime64[us]")
        elif column["type"] == "BOOLEAN":
            frame[name] = pd.Series(values, dtype="boolean" if gaps else "bool")
        elif column["type"] == "INTEGER" and not gaps:
            frame[name] = pd.Series(values, dtype="int64")
        else:
            decimals = check.DECIMALS[name] if column["type"] == "DOUBLE" else 0
            rounded = [None if value is None else round(float(value), decimals) for value in values]
            frame[name] = pd.Series(rounded, dtype="float64")
    return pd.DataFrame(frame)


def _write_csv(path: Path, frame: pd.DataFrame, columns: Mapping[str, Any]) -> Path:
    # Written cell by cell, for pandas' own writer follows options that a user may have set.
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*check.cells(frame, columns).values(), strict=True))
    path.write_bytes(text.getvalue().encode("utf-8"))
    return path


# -- the identity card -------------------------------------------------------------------------------

_THE = "THE World University Rankings, key statistics, edition {}"
_STATEMENT = {
    "en": "Generated data. A program made these registers from a seed so that the workbook can be tried "
    "before real registers arrive. They say nothing about the university: every event, fair, visit, "
    "student, stay, agreement, project and target in them is invented, every partner institution is "
    "fictitious, and none of it may be quoted as a fact. Only the figures listed under calibration were "
    "fitted to published ones.",
    "tr": "Üretilmiş veri. Bu verileri, gerçek veriler gelmeden önce çalışma kitabı denenebilsin diye "
    "bir program bir başlangıç sayısından üretmiştir. Üniversite hakkında hiçbir şey söylemez: içindeki "
    "her etkinlik, fuar, ziyaret, öğrenci, hareketlilik, anlaşma, proje ve hedef kurgudur, ortak "
    "kurumların hiçbiri gerçek değildir ve hiçbir değer olgu olarak aktarılamaz. Yalnız calibration "
    "başlığı altındaki sayılar yayımlanmış olanlara yaklaştırılmıştır.",
}
_CLOSING = {
    "en": f"Registers by calendar year are closed on 31 December {LAST}; registers by academic year at the "
    f"end of the academic year {LAST}/{(LAST + 1) % 100}. Events and fairs of {LAST + 1} are planned.",
    "tr": f"Takvim yılına göre kayıtlar 31 Aralık {LAST} tarihinde, akademik yıla göre kayıtlar {LAST}/"
    f"{(LAST + 1) % 100} akademik yılının sonunda kapatılmıştır. {LAST + 1} yılının etkinlik ve fuarları "
    "planlanmıştır.",
}
_PRESS = "reported by http://www.eguncel.net/haber/ktu-hedeflerine-yaklasiyor-h8780.html (press, undated)"
_EXCHANGES = "study exchanges 2014–2019 by university, derived by a third party from the Commission's tables"


def _facts() -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {
            "what": "foreign degree students, academic year 2017",
            "published": "about 1,275 (2016/17)",
            "source": _PRESS,
        }
    ]
    published = (
        (2022, "38,630", "4 %"),
        (2023, "34,824", "4 %"),
        (2024, "30,690", "5 %"),
        (2025, "24,284", "7 %"),
        (2026, "22,986", "8 %"),
    )
    for year, total, share in published:
        facts.append(
            {
                "what": f"degree students and the share of foreign ones, academic year {year}",
                "published": f"{total}; {share}",
                "source": _THE.format(year),
                "note": "put on the year of the edition, although THE's data are older",
            }
        )
    facts += [
        {
            "what": "Erasmus study exchanges 2017–2019, outgoing and incoming",
            "published": "1,015 and 63 in 2014–2019",
            "source": _EXCHANGES,
            "note": "half of the six years' figures",
        },
        {
            "what": "accredited bachelor programmes in force on 31 December 2022",
            "published": "18",
            "source": "https://www.ktu.edu.tr/tr/haber/"
            "ktu-akredite-program-orani-ile-devlet-universiteleri-arasinda-6-sirada",
            "note": "which programmes these are is invented, except the two below",
        },
        {
            "what": "institutional accreditation (YÖKAK)",
            "published": "decision of 2022-05-25, five years",
            "source": "https://www.ktu.edu.tr/en/haber/"
            "5-year-full-accreditation-to-ktu-by-the-turkish-higher-education-quality-council",
        },
        {
            "what": "MÜDEK term of Geomatics Engineering",
            "published": "2021-09-30 to 2026-09-30",
            "source": "https://www.ktu.edu.tr/harita/bolumakreditasyonsureci",
        },
        {
            "what": "MÜDEK term of Electrical and Electronics Engineering",
            "published": "to 2026-09-30",
            "source": "https://www.ktu.edu.tr/eee/mudekakreditasyondegerlendirmesi",
        },
    ]
    return facts


def _card(seed: int, files: Sequence[Path]) -> str:
    card = {
        "title": {"en": "Demonstration data", "tr": "Örnek veri"},
        "statement": _STATEMENT,
        "years": {"first": FIRST, "last": LAST, "note": _CLOSING},
        "seed": seed,
        "generator": "helpers.demonstration",
        "generator_version": VERSION,
        "calibration": _facts(),
        "files": {
            path.name: {
                "rows": path.read_bytes().count(b"\n") - 1,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            }
            for path in files
        },
    }
    return yaml.safe_dump(card, allow_unicode=True, sort_keys=False, width=100)
