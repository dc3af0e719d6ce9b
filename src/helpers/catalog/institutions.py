"""The register of institutions: identifiers, known spellings, and matching by name.

Matching is exact after a normalisation that is right for Turkish. A near miss is only ever
a suggestion, which a person confirms by adding the spelling to the register: `Trabzon
University` looks like `Karadeniz Technical University, Trabzon`, and is another university.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from .. import locale, paths
from ..errors import CatalogError, Phrase, one_of

_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_SCORE_TO_SUGGEST = 85
# Words that most names share say nothing of which institution is meant.
_GENERIC = frozenset(
    {"the", "of", "and", "university", "universitesi", "universite", "universitet", "institute", "enstitusu"}
    | {"technology", "technical", "technological", "tech", "teknik", "teknoloji"}
)


@dataclass(frozen=True)
class Institution:
    """One institution and its identifiers; an identifier that is not known is empty."""

    id: str
    name_en: str
    name_tr: str
    short: str
    city: str
    country_code: str
    erasmus_code: str
    pic: str
    ror: str
    the_id: str = ""

    def name(self, language: str) -> str:
        """Return the official name in one language."""
        return self.name_tr if language == "tr" else self.name_en


class Institutions:
    """Look-up of institutions by id and by name."""

    def __init__(self, register: Iterable[Institution], spellings: Iterable[tuple[str, str]]) -> None:
        self._by_id = {institution.id: institution for institution in register}
        self._by_key: dict[str, str] = {}
        for institution in self._by_id.values():
            for name in (institution.name_en, institution.name_tr):
                self._add(name, institution.id)
        for institution_id, spelling in spellings:
            if institution_id not in self._by_id:
                raise CatalogError(
                    Phrase(
                        "The spelling {spelling!r} belongs to {institution!r}, which is not in the register.",
                        spelling=spelling,
                        institution=institution_id,
                    ),
                    expected=Phrase("an id of {file}", file=_REGISTER),
                    remedy="Add the institution or correct the id.",
                )
            self._add(spelling, institution_id)

    def _add(self, name: str, institution_id: str) -> None:
        key = locale.key(name)
        known = self._by_key.setdefault(key, institution_id)
        if known != institution_id:
            raise CatalogError(
                Phrase(
                    "The spelling {name!r} is given to both {known!r} and {institution!r}.",
                    name=name,
                    known=known,
                    institution=institution_id,
                ),
                expected="each spelling for one institution",
                remedy=Phrase("Remove one of them from {file}.", file=_SPELLINGS),
            )

    def __contains__(self, institution_id: str) -> bool:
        return institution_id in self._by_id

    def __getitem__(self, institution_id: str) -> Institution:
        return self._by_id[institution_id]

    def ids(self) -> list[str]:
        """Return all ids, sorted."""
        return sorted(self._by_id)

    def match(self, name: str) -> str | None:
        """Return the id of the institution with exactly this name, or None.

        Two additions that publishers make are set aside when they say nothing new: an
        abbreviation of this very institution in brackets, and its own city at the end.
        """
        found = self._by_key.get(locale.key(name))
        if found:
            return found
        for shorter, addition in _without_additions(name):
            found = self.match(shorter)
            if found and locale.key(addition) in self._own_additions(found):
                return found
        return None

    def _own_additions(self, institution_id: str) -> set[str]:
        institution = self._by_id[institution_id]
        return {locale.key(institution.short), locale.key(institution.city)} | {
            key for key, known in self._by_key.items() if known == institution_id
        }

    def suggest(self, names: Iterable[str]) -> list[tuple[str, str, int]]:
        """Return near misses as (name, institution id, similarity 0–100), best first.

        Nothing is matched by this; a person confirms with `workbook confirm`.
        """
        from rapidfuzz import fuzz, process  # only a table with misses needs it

        cores: dict[str, list[str]] = {}
        for name in names:
            if self.match(name) is None:
                cores.setdefault(_core(locale.key(name)), []).append(name)
        found: dict[str, tuple[str, int]] = {}
        for key, institution_id in self._by_key.items():
            near = process.extract(_core(key), list(cores), scorer=fuzz.ratio, score_cutoff=_SCORE_TO_SUGGEST)
            for core, score, _ in near if _core(key) else ():
                for name in cores[core]:
                    if score > found.get(name, ("", 0))[1]:
                        found[name] = (institution_id, round(score))
        rows = [(name, institution_id, score) for name, (institution_id, score) in found.items()]
        return sorted(rows, key=lambda row: (-row[2], row[0]))


def _core(key: str) -> str:
    """Leave the words that distinguish a name; a misspelt generic word distinguishes nothing either."""
    from rapidfuzz import fuzz, process

    def generic(word: str) -> bool:
        close = process.extractOne(word, _GENERIC, scorer=fuzz.ratio, score_cutoff=_SCORE_TO_SUGGEST)
        return word in _GENERIC or (len(word) > 4 and close is not None)

    return " ".join(word for word in key.split() if not generic(word))


def _without_additions(name: str) -> Iterable[tuple[str, str]]:
    bracket = _BRACKETS.search(name)
    if bracket:
        yield _BRACKETS.sub("", name, count=1), bracket.group(1)
    for separator in (",", " - ", " – "):
        head, found, tail = name.rpartition(separator)
        if found:
            yield head, tail


_REGISTER = "data/reference/institutions.csv"
_SPELLINGS = "data/reference/institution_names.csv"


def read(folder: Path) -> Institutions:
    """Read the register and the known spellings from `data/reference`."""
    columns = [field.name for field in fields(Institution)]
    register = [Institution(**row) for row in rows(folder / "institutions.csv", columns)]
    spellings = rows(folder / "institution_names.csv", ["institution", "spelling", "seen_in"])
    return Institutions(register, [(row["institution"], row["spelling"]) for row in spellings])


def rows(path: Path, columns: list[str]) -> list[dict[str, str]]:
    """Read a reference table, whose columns must be exactly these."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            found = list(reader)
    except FileNotFoundError as error:
        raise CatalogError(
            Phrase("The reference table {file} is missing.", file=paths.shown(path)),
            remedy="Restore it from version control.",
        ) from error
    if list(reader.fieldnames or []) != columns or any(None in row or None in row.values() for row in found):
        raise CatalogError(
            Phrase(
                "The columns of {file} are not as declared: {found}.",
                file=paths.shown(path),
                found=reader.fieldnames,
            ),
            expected=Phrase("{columns} in every row", columns=list(columns)),
        )
    return found


def confirm(folder: Path, spelling: str, institution_id: str, seen_in: str) -> None:
    """Add a spelling that a person has confirmed to the register."""
    institutions = read(folder)
    if institution_id not in institutions:
        raise CatalogError(
            Phrase(
                "There is no institution {institution!r} in {file}.",
                institution=institution_id,
                file=_REGISTER,
            ),
            expected=one_of(institutions.ids()),
        )
    if not locale.key(spelling):
        raise CatalogError("A blank is no name.", remedy="Nothing was changed.")
    known = institutions.match(spelling)
    if known:
        raise CatalogError(
            Phrase("{spelling!r} is already known as {known!r}.", spelling=spelling, known=known),
            remedy="Nothing was changed.",
        )
    path = folder / "institution_names.csv"
    ended = path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write("" if ended else "\n")
        csv.writer(file, lineterminator="\n").writerow([institution_id, locale.tidy(spelling), seen_in])
