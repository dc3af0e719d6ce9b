"""Is the workbook sound: environment, fonts, browser, data, catalogue, locks, room and permissions?

Nothing is changed: a check reads, or writes a file of its own that goes at once.
"""

import csv
import io
import json
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import yaml

from .. import locale, paths, schema, store, yml
from ..batch import sets
from ..batch.records import WORK
from ..catalog import countries, load
from ..catalog.mobility_files import load_mobility_files
from ..catalog.personal import load_personal_data
from ..catalog.rules import load_accreditors, load_mobility_rules
from ..deliver import pdf
from ..errors import Phrase, WorkbookError, cause
from ..intake import kept_files, labels, missing
from ..plan import actions, cards, evaluation, ledger, outlook, performance
from ..present import likelihood, maps
from ..texts import Texts, failures
from . import migrate

State = Literal["good", "remark", "fault"]

# What a set of reports of five years in two languages, the two before it and its scratch take, rounded up.
ROOM_BYTES = 1_000_000_000
# Letters that a report holds and that a font for English alone lacks.
LETTERS = "ÇĞİÖŞÜçğıöşüâîû₺–·"


@dataclass(frozen=True)
class Finding:
    """What a check found, as a sentence; a remark or a fault says how it is mended.

    A remark hinders nothing that is asked of every workbook; a fault does.
    """

    state: State
    told: str
    remedy: str = ""


def examine(language: str) -> list[Finding]:
    """Return what every check found, in the language; a workbook is sound where no finding is a fault."""
    say = Texts(language)
    found = [one for check in (_python, _packages, _fonts, _browser, _schema) for one in check(say)]
    defined = [*_catalogue(say)]
    # What is held can be read by its definitions only.
    sound = all(one.state == "good" for one in defined)
    others = (*((_held, _lost) if sound else ()), _cards, _left, _permissions, _room)
    return [*found, *defined, *(one for check in others for one in check(say))]


def _project() -> tuple[str, list[str]]:
    """Return which Python and which packages are required; without the project's file, as was installed."""
    from packaging.requirements import Requirement

    declared = paths.package().parents[1] / "pyproject.toml"
    if declared.exists():
        project = tomllib.loads(declared.read_text(encoding="utf-8"))["project"]
        return project["requires-python"], project["dependencies"]
    about = metadata.metadata("strategy-workbook")
    required = [Requirement(line) for line in metadata.requires("strategy-workbook") or []]
    always = [str(one) for one in required if one.marker is None or one.marker.evaluate({"extra": ""})]
    return about["Requires-Python"], always


# -- the machine ------------------------------------------------------------------------------------------


def _python(say: Texts) -> Iterator[Finding]:
    from packaging.specifiers import SpecifierSet

    wanted, found = _project()[0], ".".join(map(str, sys.version_info[:3]))
    if SpecifierSet(wanted).contains(found, prereleases=True):
        yield Finding("good", say("doctor.python", found=found))
    else:
        yield Finding("fault", say("doctor.python_other", found=found, wanted=wanted), say("doctor.anew"))


def _packages(say: Texts) -> Iterator[Finding]:
    from packaging.requirements import Requirement

    required = [Requirement(line) for line in _project()[1]]
    wrong = []
    for one in required:
        try:
            found = metadata.version(one.name)
        except metadata.PackageNotFoundError:
            wrong.append(say("doctor.package_missing", name=one.name))
            continue
        if not one.specifier.contains(found, prereleases=True):
            wrong.append(say("doctor.package_other", name=one.name, found=found, wanted=str(one.specifier)))
    yield from (Finding("fault", told, say("doctor.anew")) for told in wrong)
    if not wrong:
        yield Finding("good", say("doctor.packages", count=len(required)))


def _fonts(say: Texts) -> Iterator[Finding]:
    from matplotlib import font_manager, ft2font

    from ..present import theme

    family = theme.STYLE["font.family"]
    try:
        file = font_manager.findfont(family, fallback_to_default=False)
    except ValueError:
        yield Finding("fault", say("doctor.font_missing", family=family), say("doctor.anew"))
        return
    known = ft2font.FT2Font(file).get_charmap()
    lacking = "".join(letter for letter in LETTERS if ord(letter) not in known)
    if lacking:
        told = say("doctor.font_letters", family=family, letters=lacking)
        yield Finding("fault", told, say("doctor.anew"))
    else:
        yield Finding("good", say("doctor.font", family=family))


def _browser(say: Texts) -> Iterator[Finding]:
    try:
        yield Finding("good", say("doctor.browser", file=Path(pdf.find()).name))
    except WorkbookError:
        yield Finding("remark", say("doctor.browser_missing"), say("doctor.browser_remedy"))


# -- what it holds ----------------------------------------------------------------------------------------


def _catalogue(say: Texts) -> Iterator[Finding]:
    """Read every file of definitions as what it is; where all can be read, put them together."""
    found = [*_files(say)] or [*_put_together(say)]
    for file, error in found:
        told = error if file in error else f"{file}: {error}"
        yield Finding("fault", say("doctor.catalogue_broken", error=told), _mend(say))
    if not found:
        yield Finding("good", say("doctor.catalogue", count=len(load().indicators)))


def _files(say: Texts) -> Iterator[tuple[str, str]]:
    """Yield the files that are not YAML, JSON or a table of as many cells in each row, with what is wrong."""
    folders = [paths.data(name) for name in ("catalog", "reference", "corrections")]
    found = [path for folder in folders for path in sorted(folder.rglob("*"))]
    for path in (*found, paths.notebooks("parameters.yml")):
        if path.suffix not in _READERS:
            continue
        try:
            if not _READERS[path.suffix](path.read_text("utf-8-sig")):
                yield paths.shown(path), say("doctor.empty")
        except (OSError, ValueError, csv.Error, yaml.YAMLError) as error:
            yield paths.shown(path), _one_line(say, error)


def _table(text: str) -> list[list[str]]:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            told = {"row": number, "count": len(row), "wanted": len(rows[0])}
            raise ValueError(Phrase("row {row} has {count} cells, expected {wanted}", **told))
    return rows


_READERS: Mapping[str, Callable[[str], Any]] = {".yml": yml.load, ".json": json.loads, ".csv": _table}


def _put_together(say: Texts) -> Iterator[tuple[str, str]]:
    """Yield the first of the definitions that cannot be used, with what is wrong: the others rest on it."""

    def pages() -> None:
        catalog = load()
        actions.days().check(catalog.units, catalog.plan.pages)

    reads: tuple[tuple[str, Callable[[], object]], ...] = (
        ("catalog", load),
        ("catalog/datasets", store.definitions),
        ("catalog/accreditors.yml", load_accreditors),
        ("catalog/mobility_rules.yml", load_mobility_rules),
        ("catalog/mobility_files.yml", load_mobility_files),
        ("catalog/personal_data.yml", load_personal_data),
        ("catalog/calendar.yml", pages),
        ("catalog/performance.yml", performance.scale),
        ("catalog/cards.yml", lambda: cards.load(load())),
        ("catalog/evaluation.yml", evaluation.load),
        ("catalog/forecasts.yml", outlook.kinds),
        ("catalog/breaks.yml", outlook.breaks),
        ("catalog/likelihood.yml", likelihood.wording),
        ("reference/country_facts.csv", countries.facts),
        ("reference/country_names.csv", lambda: labels.codes({"list": "countries"})),
        ("reference/country_points.csv", lambda: maps.country_point("TR")),
        ("reference/places.csv", lambda: maps.place("")),
        ("reference/land.json", paths.data("reference", "land.json").read_bytes),
        ("published/figures.csv", ledger.read),
    )
    for file, read in reads:
        try:
            read()
        # What is of another shape than its reader takes for granted shows itself as any of these.
        except (WorkbookError, OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            yield f"data/{file}", _one_line(say, error)
            return


def _mend(say: Texts) -> str:
    return say("doctor.catalogue_remedy")


def _one_line(say: Texts, error: Exception) -> str:
    if isinstance(error, WorkbookError):
        return " ".join(failures.told(error, say.language).split())
    said = error.args[0] if error.args else ""
    return str(failures.phrase(said if isinstance(said, Phrase) else cause(error), say.language))


def _schema(say: Texts) -> Iterator[Finding]:
    try:
        migrate.require(say)
    except WorkbookError as error:
        yield Finding("fault", error.wrong, error.remedy)
    else:
        yield Finding("good", say("migrate.sound", known=schema.VERSION))


def _held(say: Texts) -> Iterator[Finding]:
    for edition in (store.SAMPLE, store.LIVE):
        name = say(f"edition.{edition}")
        try:
            held = store.holdings(edition)
            for dataset in store.datasets():
                if store.has(edition, dataset):  # each cell is read, where a count reads but a few
                    store.ask(edition, dataset, "select bit_xor(hash(held)) from held")
        except (WorkbookError, OSError, ValueError, yaml.YAMLError) as error:
            yield Finding(
                "fault",
                say("doctor.held_broken", edition=name, error=_one_line(say, error)),
                say("doctor.held_remedy"),
            )
            continue
        if held:
            yield Finding("good", say("doctor.held", edition=name, count=len(held)))
        elif edition == store.SAMPLE:
            yield Finding("fault", say("doctor.held_none", edition=name), say("doctor.sample_remedy"))
        else:
            yield Finding("remark", say("doctor.held_none", edition=name), say("doctor.live_remedy"))


def _lost(say: Texts) -> Iterator[Finding]:
    """Tell of rows that were received, that nobody withdrew, and that the store no longer has."""
    try:
        gone = missing()
    except (WorkbookError, OSError):
        return  # told with the cards
    for partition, kept, card in gone:
        day = locale.day(date.fromisoformat(card["received"][:10]), say.language)
        told = say("doctor.lost", rows=partition, file=card["name_as_received"], day=day)
        yield Finding("fault", told, say("doctor.lost_remedy", file=paths.shown(kept)))


def _cards(say: Texts) -> Iterator[Finding]:
    try:
        known = kept_files()
    except (WorkbookError, OSError) as error:
        yield Finding(
            "fault", say("doctor.card_broken", error=_one_line(say, error)), say("doctor.card_remedy")
        )
        return
    missing = [path for path, _ in known if not path.exists()]
    changed = [path for path, sha256 in known if path.exists() and store.sha256(path) != sha256]
    for path in missing:
        yield Finding("fault", say("doctor.raw_missing", file=paths.shown(path)), say("doctor.raw_remedy"))
    for path in changed:
        yield Finding("fault", say("doctor.raw_changed", file=paths.shown(path)), say("doctor.raw_remedy"))
    if not missing and not changed:
        yield Finding("good", say("doctor.raw", count=len(known)))


# -- what was left lying, and whether more can be written --------------------------------------------------


def _left(say: Texts) -> Iterator[Finding]:
    """Tell of a batch that was cut off, of moves that are owed, of files that were begun."""
    from filelock import FileLock, Timeout

    found = []
    owner, lock = paths.reports(WORK, "owner.json"), paths.reports(WORK, "lock")
    if owner.exists():
        try:
            with FileLock(lock, timeout=0):
                found.append(Finding("remark", say("doctor.cut_off"), say("doctor.cut_off_remedy")))
        except Timeout:
            found.append(Finding("remark", say("doctor.busy"), say("doctor.busy_remedy")))
        except OSError:
            pass  # what cannot be written is told below
    owed = len(list(paths.data("store").glob(".pending-*.json")))
    if owed:
        found.append(Finding("remark", say("doctor.owed", count=owed), say("doctor.owed_remedy")))
    if sets.owes():
        found.append(Finding("remark", say("doctor.unpublished"), say("doctor.cut_off_remedy")))
    for folder in ("raw", "store"):
        for path in sorted(paths.data(folder).rglob("*.part")):
            told = say("doctor.part", file=paths.shown(path))
            found.append(Finding("remark", told, say("doctor.part_remedy")))
    yield from found or [Finding("good", say("doctor.nothing_left"))]


def _permissions(say: Texts) -> Iterator[Finding]:
    folders = (paths.reports(), paths.data("raw"), paths.data("store"), paths.data("published"))
    refused = [folder for folder in folders if not _may_write(folder)]
    for folder in refused:
        told = say("doctor.unwritable", folder=paths.shown(folder))
        yield Finding("fault", told, say("doctor.unwritable_remedy"))
    if not refused:
        yield Finding("good", say("doctor.writable"))


def _may_write(folder: Path) -> bool:
    """Tell whether a file can be made there, or, where the folder is not there yet, in the one above."""
    there = folder if folder.exists() else folder.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            return True
    except OSError:
        return False


def _room(say: Texts) -> Iterator[Finding]:
    free = shutil.disk_usage(paths.root()).free
    told = say("doctor.room", gigabytes=free / 1e9)
    if free >= ROOM_BYTES:
        yield Finding("good", told)
    else:
        remedy = say("doctor.room_remedy", gigabytes=ROOM_BYTES / 1e9)
        yield Finding("fault", told, remedy)
