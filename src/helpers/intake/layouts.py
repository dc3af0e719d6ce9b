"""Which publisher's layout a table has, told by its header and never by its file name."""

import re
from dataclasses import dataclass

from .. import locale
from ..catalog import Layout
from ..errors import LayoutUnknown
from . import personal, wording
from .table import RawTable, Row

_EDITION = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Match:
    """A table whose header fits a layout.

    `places` maps a column or value of the layout to its position; `unread` are headers that
    the layout does not know; `edition` is the year a header cell such as `2026 Rank` names.
    """

    layout: Layout
    header: Row
    rows: tuple[Row, ...]
    places: dict[str, int]
    unread: tuple[str, ...]
    edition: int | None


def match(table: RawTable, layouts: tuple[Layout, ...]) -> Match:
    """Return the layout that explains most of the table's header.

    Raises LayoutUnknown, naming the nearest layout and what is missing from it.
    """
    best: Match | None = None
    nearest: tuple[int, Layout, list[str], Row] | None = None
    for position, header in table.heads():
        for layout in layouts:
            places, edition = _places(header, layout)
            needed = [
                name
                for name, column in {**layout.columns, **layout.values}.items()
                if not column.optional and name not in places
            ]
            if needed:
                if nearest is None or len(places) - len(needed) > nearest[0]:
                    nearest = (len(places) - len(needed), layout, needed, header)
                continue
            if best is None or len(places) > len(best.places):
                best = Match(
                    layout,
                    header,
                    table.rows[position + 1 :],
                    places,
                    _unread(header, places, layout),
                    edition,
                )
    if best:
        return best
    raise _unknown(table, nearest)


def _places(header: Row, layout: Layout) -> tuple[dict[str, int], int | None]:
    """Find each column of the layout in the header; of several editions the latest is meant."""
    places: dict[str, int] = {}
    edition: int | None = None
    keys = [locale.key(cell) for cell in header.cells]
    for name, column in {**layout.columns, **layout.values}.items():
        for alias in column.aliases:
            if "{edition}" in alias:
                pattern = re.escape(locale.key(alias.replace("{edition}", "EDITION"))).replace(
                    "edition", f"({_EDITION.pattern})"
                )
                years = [(m.group(1), i) for i, k in enumerate(keys) if (m := re.fullmatch(pattern, k))]
                if years:
                    year, places[name] = max(years)
                    edition = int(year)
                    break
            elif locale.key(alias) in keys:
                places[name] = keys.index(locale.key(alias))
                break
    return places, edition


def _unread(header: Row, places: dict[str, int], layout: Layout) -> tuple[str, ...]:
    known = {locale.key(name) for name in layout.ignored}
    return tuple(
        cell
        for i, cell in enumerate(header.cells)
        if cell
        and i not in places.values()
        and locale.key(cell) not in known
        # earlier editions' ranks beside the current one: "2023 RANK"
        and not re.fullmatch(rf"(wr|rank )?{_EDITION.pattern}( rank)?", locale.key(cell))
    )


def _unknown(table: RawTable, nearest: tuple[int, Layout, list[str], Row] | None) -> LayoutUnknown:
    place = wording.place(table.file, table.sheet)
    if nearest is None or nearest[0] < -len(nearest[2]) + 2:
        cells = [cell for cell in table.rows[0].cells if cell]
        # A row with somebody's number in it is no header, and the rest of it names the same person.
        shown = [personal.MASK] if personal.in_cells(cells) else cells
        found = ", ".join(map(repr, shown))
        return wording.unknown("table_unknown", place=place, found=found)
    _, layout, needed, header = nearest
    columns = {**layout.columns, **layout.values}
    places, _ = _places(header, layout)
    aliases = {name: ", ".join(map(repr, columns[name].aliases)) for name in needed}
    missing = {
        language: "; ".join(
            f"{name} ({wording.sentence('aliases', language, aliases=known)})"
            for name, known in aliases.items()
        )
        for language in locale.LANGUAGES
    }
    unread = ", ".join(repr(personal.masked(cell)) for cell in _unread(header, places, layout))
    return wording.unknown(
        "layout_lacking",
        place=place,
        row=header.number,
        title=layout.title,
        missing=missing,
        unread=unread or wording.both("none"),
    )
