"""Which of Europe's mobility files a table is, told by its header and never by its file name."""

from dataclasses import dataclass

from .. import locale
from ..catalog.mobility_files import FileLayout, load_mobility_files
from ..errors import LayoutUnknown
from . import wording
from .table import RawTable, Row

# A header has so much in common with a layout that it can be meant.
_NEAR_COLUMNS = 5


@dataclass(frozen=True)
class Match:
    """A table whose header fits a layout of the mobility files.

    `header` is its header row and `position` the place of it from 0; `places` maps a column to its place in
    the header; `unread` are headings that the layout does not know.
    """

    layout: FileLayout
    header: Row
    position: int
    places: dict[str, int]
    unread: tuple[str, ...]


def match(table: RawTable) -> Match | None:
    """Return the layout that explains most of the table's header; None where none fits.

    Raises LayoutUnknown where a column that is read stands twice under one heading.
    """
    best: Match | None = None
    for position, header in table.heads():
        for layout in load_mobility_files().layouts:
            places = _places(header, layout)
            unread = _unread(header, places, layout)
            if _lacking(layout, places) or (layout.nothing_else and unread):
                continue
            if best is None or len(places) > len(best.places):
                best = Match(layout, header, position, places, unread)
    if best:
        _refuse_repeats(table, best)
    return best


def near(table: RawTable) -> LayoutUnknown | None:
    """Say what a header lacks that is nearly one of a mobility file; None where it is nothing of the kind."""
    found = [
        (len(places), -len(_lacking(layout, places)), header.number, header, layout)
        for _, header in table.heads()
        for layout in load_mobility_files().layouts
        if not layout.nothing_else
        for places in [_places(header, layout)]
        if len(places) >= _NEAR_COLUMNS and 2 * len(places) >= sum(1 for cell in header.cells if cell)
    ]
    if not found:
        return None
    _, _, _, header, layout = max(found, key=lambda one: one[:3])
    places = _places(header, layout)
    return wording.unknown(
        "mobility_lacking",
        place=wording.place(table.file, table.sheet),
        row=header.number,
        title={"en": layout.title.en, "tr": layout.title.tr},
        missing=wording.aliases({name: layout.columns[name].aliases for name in _lacking(layout, places)}),
        unread=", ".join(map(repr, _unread(header, places, layout))) or wording.both("none"),
    )


def _places(header: Row, layout: FileLayout) -> dict[str, int]:
    """Find each column in the header; of several headings that mean it the first alias wins."""
    places: dict[str, int] = {}
    for name, column in layout.columns.items():
        for alias in column.aliases:
            one = column.model_copy(update={"aliases": (alias,)})
            at = next((i for i, cell in enumerate(header.cells) if cell and one.names(cell)), None)
            if at is not None:
                places[name] = at
                break
    return places


def _lacking(layout: FileLayout, places: dict[str, int]) -> list[str]:
    return [name for name, column in layout.columns.items() if not column.optional and name not in places]


def _unread(header: Row, places: dict[str, int], layout: FileLayout) -> tuple[str, ...]:
    known = {locale.key(name) for name in layout.ignored}
    return tuple(
        cell
        for i, cell in enumerate(header.cells)
        if cell and i not in places.values() and locale.key(cell) not in known
    )


def _refuse_repeats(table: RawTable, found: Match) -> None:
    headings = [locale.key(cell) for cell in found.header.cells]
    twice = [repr(found.header.cells[at]) for at in found.places.values() if headings.count(headings[at]) > 1]
    if twice:
        place = wording.place(table.file, table.sheet)
        columns = {
            language: "; ".join(wording.sentence("and", language).join([one, one]) for one in twice)
            for language in locale.LANGUAGES
        }
        raise wording.unknown("column_twice", place=place, row=found.header.number, columns=columns)
