"""Which outside table that is no ranking a sheet holds, told by its header and never by its file name.

Headings drift between editions: they are matched by declared aliases, with a running index (`institution[2]`)
and below a merged heading where the format has one. What is not known is named.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from .. import locale
from ..catalog import Format
from ..errors import LayoutUnknown
from . import markup, wording
from .table import RawTable, Row

# Stands for an index in an alias; the second of two is the index of a list within a list.
_INDEX = "[{n}]"
_BARE_INDEX = "{n}"
# Headings this alike, 0 to 100, may be one heading written in two ways; nothing is matched by this.
_NEAR = 66
# Between a merged heading and the one below it.
_BELOW = " | "


@dataclass(frozen=True)
class Fitted:
    """A table whose header fits a format.

    `places` maps a column to its position by index; one without an index has the index 0. `above` are the
    rows before the header, such as a title; `unread` are headings that the format does not know, `like` the
    nearest known header of those that are near to one of a column that the table lacks.
    """

    table: RawTable
    format: Format
    header: Row
    headings: tuple[str, ...]
    above: tuple[Row, ...]
    rows: tuple[Row, ...]
    places: Mapping[str, Mapping[int, int]]
    unread: tuple[str, ...]
    like: Mapping[str, str]

    def cell(self, row: Row, column: str, index: int = 0) -> str:
        """Return a cell as text; "" where the table lacks the column or the row ends before it."""
        place = self.place(column, index)
        return row.cells[place] if place is not None and place < len(row.cells) else ""

    def place(self, column: str, index: int = 0) -> int | None:
        """Return the position of a column, or None; without an index, the first."""
        known = self.places.get(column, {})
        return known.get(index) if index or not known else known[min(known)]

    @cached_property
    def codes(self) -> dict[str, dict[str, str]]:
        """Return the codes of what may be printed, by column and key (`locale.key`)."""
        return {
            column: {locale.key(printed): code for printed, code in codes.items()}
            for column, codes in self.format.codes.items()
        }

    def indices(self, *columns: str) -> list[int]:
        """Return the indices under which any of the columns stands."""
        return sorted({index for column in columns for index in self.places.get(column, {})})


@dataclass(frozen=True)
class _Fit:
    format: Format
    position: int
    headings: tuple[str, ...]
    places: dict[str, dict[int, int]]
    lacking: tuple[str, ...]
    strangers: tuple[int, ...]
    repeats: int

    @property
    def unread(self) -> tuple[str, ...]:
        return tuple(self.headings[place] for place in self.strangers)

    @property
    def found(self) -> int:
        return sum(len(by_index) for by_index in self.places.values())

    @property
    def rank(self) -> tuple[int, int, int]:
        return self.found, -self.repeats, -len(self.strangers)


def recognise(table: RawTable, formats: tuple[Format, ...]) -> Fitted | None:
    """Return the format that explains most of the table's header; None where none is whole.

    Raises LayoutUnknown where one column stands twice in it, for which of the two is meant is not guessed.
    """
    whole = [fit for fit in _fits(table, formats) if not fit.lacking]
    if not whole:
        return None
    best = max(whole, key=lambda fit: fit.rank)
    header = table.rows[best.position]
    _refuse_repeats(table, header, best)
    rows = table.rows[best.position + 1 :]
    unread = (*best.unread, *_without_heading(best, rows))
    above = table.rows[: best.position]
    like = {heading: alias for heading in best.unread if (alias := _like(best, heading))}
    return Fitted(table, best.format, header, best.headings, above, rows, best.places, unread, like)


def near(table: RawTable, formats: tuple[Format, ...]) -> LayoutUnknown | None:
    """Return the refusal that names the nearest format and what is lacking in it; None if none is near."""
    lacking = [fit for fit in _fits(table, formats) if fit.lacking]
    known = [fit for fit in lacking if fit.found >= 2 and fit.found >= _far(fit)]
    if not known:
        return None
    fit = max(known, key=lambda fit: (fit.found - len(fit.lacking), -len(fit.strangers)))
    columns = fit.format.columns
    return wording.unknown(
        "format_lacking",
        place=wording.place(table.file, table.sheet),
        row=table.rows[fit.position].number,
        title={"en": fit.format.title.en, "tr": fit.format.title.tr},
        missing=wording.aliases({name: columns[name].aliases for name in fit.lacking}),
        unread={language: _strangers(table, fit, language) for language in locale.LANGUAGES},
    )


def _far(fit: _Fit) -> int:
    """Count the unknown headings that are near to nothing."""
    return sum(not _like(fit, heading) for heading in fit.unread)


def _strangers(table: RawTable, fit: _Fit, language: str) -> str:
    """Name each heading that is not known, where it stands, and the known header that is nearest to it."""
    told = []
    for place in fit.strangers:
        heading, column = fit.headings[place], markup.letters(table.first_column + place + 1)
        alias = _like(fit, heading)
        code = "heading.near" if alias else "heading.far"
        told.append(wording.sentence(code, language, heading=heading, column=column, alias=alias))
    return "; ".join(told) or wording.sentence("none", language)


def _like(fit: _Fit, heading: str) -> str:
    """Return the nearest known header of a column that the table lacks; "" if none is near."""
    from rapidfuzz import fuzz, process  # only an unknown heading needs it

    aliases = [
        alias
        for name, column in fit.format.columns.items()
        if name not in fit.places
        for alias in column.aliases
        if _BARE_INDEX not in alias
    ]
    keys = [_key(alias) for alias in aliases]
    best = process.extractOne(_key(heading), keys, scorer=fuzz.token_sort_ratio, score_cutoff=_NEAR)
    return aliases[best[2]] if best else ""


def _fits(table: RawTable, formats: tuple[Format, ...]) -> Iterator[_Fit]:
    for position, header in table.heads():
        readings = [header.cells]
        if position:
            readings.append(_below(table.rows[position - 1].cells, header.cells))
        for headings in dict.fromkeys(readings):
            keys = [_key(heading) for heading in headings]
            for one in formats:
                yield _fit(one, position, headings, keys)


def _below(heads: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Write each heading below the merged one that spans it; a merged cell holds its text once."""
    spanning, written = "", []
    for place, name in enumerate(names):
        spanning = (heads[place] if place < len(heads) else "") or spanning
        written.append(f"{spanning}{_BELOW}{name}" if spanning and name else name)
    return tuple(written)


def _key(heading: str) -> str:
    return _BELOW.join(locale.key(part) for part in heading.split(_BELOW))


def _fit(one: Format, position: int, headings: tuple[str, ...], keys: list[str]) -> _Fit:
    places: dict[str, dict[int, int]] = {}
    taken: set[int] = set()
    plain, patterns, ignored = _known(one)
    for place, key in enumerate(keys):
        if not key:
            continue
        if key in plain:
            places.setdefault(plain[key], {}).setdefault(0, place)
            taken.add(place)
            continue
        for name, pattern in patterns:
            found = pattern.fullmatch(key)
            if found:
                index = int(next((group for group in found.groups() if group), 1))
                places.setdefault(name, {}).setdefault(index, place)
                taken.add(place)
                break
    lacking = tuple(
        name for name, column in one.columns.items() if not column.optional and name not in places
    )
    strangers = tuple(
        place
        for place, key in enumerate(keys)
        if key and place not in taken and not any(pattern.fullmatch(key) for pattern in ignored)
    )
    repeats = len(taken) - sum(len(by_index) for by_index in places.values())
    return _Fit(one, position, headings, places, lacking, strangers, repeats)


_Known = tuple[dict[str, str], tuple[tuple[str, re.Pattern[str]], ...], tuple[re.Pattern[str], ...]]
_KNOWN: dict[str, tuple[Format, _Known]] = {}


def _known(one: Format) -> _Known:
    """Return a format's columns by plain heading, those with an index by pattern, and what is ignored."""
    held = _KNOWN.get(one.id)
    if held is None or held[0] is not one:
        aliases = [(name, alias) for name, column in one.columns.items() for alias in column.aliases]
        plain: dict[str, str] = {}
        for name, alias in aliases:
            if _BARE_INDEX not in alias:
                plain.setdefault(_key(alias), name)
        patterns = tuple((name, _pattern(alias)) for name, alias in aliases if _BARE_INDEX in alias)
        held = one, (plain, patterns, tuple(_pattern(alias) for alias in one.ignored))
        _KNOWN[one.id] = held
    return held[1]


@lru_cache(maxsize=512)
def _pattern(alias: str) -> re.Pattern[str]:
    """Return the pattern of an alias; an index in brackets may be left out, a bare one may not."""
    key = _key(alias.replace(_INDEX, "qqlistqq").replace(_BARE_INDEX, "qqbareqq"))
    written = re.escape(key).replace("qqlistqq", r"(?:\[(\d{1,3})\])?").replace("qqbareqq", r"(\d{1,3})")
    return re.compile(written)


def _refuse_repeats(table: RawTable, header: Row, fit: _Fit) -> None:
    plain, _, _ = _known(fit.format)
    stand: dict[str, list[int]] = {}
    for place, heading in enumerate(fit.headings):
        column = plain.get(_key(heading))
        if column is not None:
            stand.setdefault(column, []).append(place)
    repeated = [at for at in stand.values() if len(at) > 1 and not (fit.format.pairs and _side_by_side(at))]
    twice = [[fit.headings[place] for place in at] for at in repeated]
    if twice:
        columns = {
            language: "; ".join(wording.sentence("and", language).join(map(repr, pair)) for pair in twice)
            for language in locale.LANGUAGES
        }
        where = wording.place(table.file, table.sheet)
        raise wording.unknown("column_twice", place=where, row=header.number, columns=columns)


def _side_by_side(places: list[int]) -> bool:
    return len(places) == 2 and places[1] - places[0] == 1


def _without_heading(fit: _Fit, rows: tuple[Row, ...]) -> Iterator[str]:
    """Name the columns that hold something under no heading."""
    for place, heading in enumerate(fit.headings):
        if not heading and any(row.cells[place : place + 1] not in ((), ("",)) for row in rows):
            yield f"column {place + 1}, which has no heading"
