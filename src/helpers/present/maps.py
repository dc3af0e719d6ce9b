"""Where students go to and come from: flows between the university's city and countries, on a map.

The land outline and a point in each country stand in data/reference, with their source beside them; so do
the places of institutions. Equirectangular, with the aspect of the middle latitude.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.textpath import TextToPath

from .. import paths, reads
from ..catalog.institutions import rows
from ..errors import CatalogError, Phrase
from . import theme, vector
from .charts import Words, frame
from .pieces import Piece

# Degrees: the least that a map shows, and the margin around what it shows.
_LEAST_WIDTH, _LEAST_HEIGHT, _MARGIN = 36.0, 16.0, 3.5
# Points: the largest circle's radius and the widest line.
_RADIUS, _LINE = 10.0, 3.4
_LABELS, _FONT = 7, theme.SMALL
# Points between a name and the circle of another country, so that it is not taken for that one's name.
_APART = 4.0

Place = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Panel:
    """One map: what stands above it, how many persons by country code, names, and its colour."""

    title: str
    counts: Mapping[str, float]
    names: Mapping[str, str]
    colour: str


# -- the reference data ----------------------------------------------------------------------------------


def place(institution: str) -> Place | None:
    """Return latitude and longitude of an institution's city; None where data/reference holds no row."""
    table = rows(paths.data("reference", "places.csv"), ["institution", "lat", "lon", "source"])
    found = next((row for row in table if row["institution"] == institution), None)
    return None if found is None else (float(found["lat"]), float(found["lon"]))


def country_point(code: str) -> Place:
    """Return latitude and longitude of a point in a country, by its ISO 3166 code.

    Raises CatalogError for a code that the reference data do not hold.
    """
    try:
        return _points(paths.root())[code]
    except KeyError:
        raise CatalogError(
            Phrase("There is no point for the country {code!r}.", code=code),
            remedy="Add a row to data/reference/country_points.csv.",
        ) from None


@reads.kept
def _points(root: File) -> dict[str, Place]:
    table = rows(root / "data" / "reference" / "country_points.csv", ["code", "lat", "lon"])
    return {row["code"]: (float(row["lat"]), float(row["lon"])) for row in table}


@reads.kept
def _land(root: File) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / "data" / "reference" / "land.json").read_text("utf-8"))
    return found


# -- the map ---------------------------------------------------------------------------------------------


def flow_map(panels: Sequence[Panel], hub: Place | None, hub_name: str, words: Words) -> Piece:
    """Show maps one above the other, of the same part of the world and to the same scale.

    A circle's area and a line's width go with the number of persons; the largest few carry their names.
    Without a hub there are circles and no lines. Data: a row a country in the order of the panels, a column
    a panel.
    """
    points = [country_point(code) for panel in panels for code in panel.counts]
    west, east, south, north = crop([*points, *([hub] if hub else [])])
    flat = math.cos(math.radians((south + north) / 2))
    high = theme.WIDTH * (north - south) / ((east - west) * flat)
    head = 0.32
    # Whole hundredths of an inch, so that the picture has twice the dots of its stated size.
    whole = round((high + head) * len(panels), 2)
    drawn, axes = theme.figure(whole, rows=len(panels))
    drawn.set_layout_engine("none")
    codes = list(dict.fromkeys(code for panel in panels for code in panel.counts))
    most = max((count for panel in panels for count in panel.counts.values()), default=1.0)
    with rc_context(theme.STYLE):
        for number, (ax, panel) in enumerate(zip(axes, panels, strict=True)):
            ax.set_position((0, (len(panels) - 1 - number) * (high + head) / whole, 1, high / whole))
            ax.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], facecolor=theme.PAPER)
            for side in ax.spines.values():
                side.set(visible=True, color=theme.RULE, linewidth=0.8)
            _base(ax)
            said = {code: words.row(row, number + 1) for row, code in enumerate(codes) if words.data}
            _flows(ax, panel, hub, most, 1 / flat, said)
            # Where a degree lies on the paper, in points, so that names can be kept apart.
            scale = (theme.WIDTH * 72 / (east - west), high * 72 / (north - south))
            _names(ax, panel, hub, hub_name, most, scale)
            ax.text(
                0, 1 + 0.09 / high, panel.title, transform=ax.transAxes, fontsize=_FONT, fontweight="bold",
                color=panel.colour, va="bottom",
            )  # fmt: skip
    return frame.piece(drawn, words)


def crop(points: Sequence[Place]) -> Box:
    """Return the part of the world that holds points: west, east, south, north, with a margin."""
    lats = [lat for lat, _ in points] or [0.0]
    lons = [lon for _, lon in points] or [0.0]
    west, east = _span(min(lons), max(lons), _LEAST_WIDTH, 180.0)
    south, north = _span(min(lats), max(lats), _LEAST_HEIGHT, 85.0)
    return west, east, south, north


def _span(low: float, high: float, least: float, limit: float) -> tuple[float, float]:
    half = max(high - low + 2 * _MARGIN, least) / 2
    middle = (low + high) / 2
    return max(middle - half, -limit), min(middle + half, limit)


def _base(ax: Axes) -> None:
    land = _land(paths.root())
    ax.add_collection(
        PolyCollection(land["land"], facecolor=theme.LAND, edgecolor=theme.RULE, lw=0.3, zorder=1)
    )
    ax.add_collection(
        PolyCollection(land["water"], facecolor=theme.PAPER, edgecolor=theme.RULE, lw=0.3, zorder=1)
    )


def _flows(
    ax: Axes, panel: Panel, hub: Place | None, most: float, stretch: float, said: Mapping[str, str]
) -> None:
    # The small ones are drawn last, so that none is hidden by a large neighbour.
    for code, count in sorted(panel.counts.items(), key=lambda item: (-item[1], item[0])):
        lat, lon = country_point(code)
        if hub:
            curve = Path([(hub[1], hub[0]), _bend(hub, (lat, lon), stretch), (lon, lat)], [1, 3, 3])
            width = max(0.6, _LINE * count / most)
            ax.add_patch(PathPatch(curve, fill=False, ec=panel.colour, lw=width, alpha=0.35, zorder=2))
        circle = ax.scatter(
            lon,
            lat,
            s=(2 * radius(count, most)) ** 2,
            color=panel.colour,
            edgecolor=theme.PAPER,
            lw=0.8,
            zorder=3,
        )
        vector.mark(circle, said.get(code, ""))
    if hub:
        ax.scatter(hub[1], hub[0], s=40, marker="D", color=theme.INK, edgecolor=theme.PAPER, lw=0.8, zorder=4)


def radius(count: float, most: float) -> float:
    """Return a circle's radius in points, its area in proportion to the count."""
    return _RADIUS * math.sqrt(count / most)


def _bend(start: Place, end: Place, stretch: float) -> Place:
    """Return the point towards which a line bows, north of its middle, as (longitude, latitude)."""
    (lat0, lon0), (lat1, lon1) = start, end
    far = math.hypot((lon1 - lon0) / stretch, lat1 - lat0)
    return (lon0 + lon1) / 2, (lat0 + lat1) / 2 + 0.16 * far


# -- names that do not lie on one another ------------------------------------------------------------------


def _names(
    ax: Axes, panel: Panel, hub: Place | None, hub_name: str, most: float, scale: tuple[float, float]
) -> None:
    width, height = theme.WIDTH * 72, (ax.get_ylim()[1] - ax.get_ylim()[0]) * scale[1]
    west, south = ax.get_xlim()[0], ax.get_ylim()[0]

    def on_paper(at: Place) -> tuple[float, float]:
        return (at[1] - west) * scale[0], (at[0] - south) * scale[1]

    largest = sorted(panel.counts, key=lambda code: (-panel.counts[code], code))
    circles = [(*on_paper(country_point(code)), radius(panel.counts[code], most)) for code in largest]
    wanted = [(panel.names[code], circles[i], panel.colour) for i, code in enumerate(largest[:_LABELS])]
    if hub:
        wanted.insert(0, (hub_name, (*on_paper(hub), 4.5), theme.INK))
    written: list[Box] = []
    for text, circle, colour in wanted:
        others = [_around(other, _APART) for other in circles if other != circle]
        box = put(text_size(text), circle, others, written, (width, height))
        # What leads to a name is kept free like the name itself.
        written += [box, *(_around((*at, 1.0), 1.0) for at in _way(circle, box))]
        middle = ((box[0] + box[1]) / 2, (box[2] + box[3]) / 2)
        _leader(ax, circle, box, (west, south), scale)
        name = ax.text(
            west + middle[0] / scale[0], south + middle[1] / scale[1], text, ha="center", va="center",
            fontsize=_FONT, fontweight="bold", color=colour, zorder=6,
        )  # fmt: skip
        vector.halo(name)


def text_size(text: str) -> tuple[float, float]:
    """Return how wide and high a name is, in points."""
    bold = FontProperties(family=theme.STYLE["font.family"], size=_FONT, weight="bold")
    width, height, _ = TextToPath().get_text_width_height_descent(text, bold, ismath=False)
    return float(width) + 4.0, float(height) + 5.0


def put(
    size: tuple[float, float],
    circle: tuple[float, float, float],
    others: Sequence[Box],
    written: Sequence[Box],
    paper: tuple[float, float],
) -> Box:
    """Return where a name stands best: near its circle, within the paper, on nothing that is there.

    `others` are the circles of other countries, whose name it must not seem to be, `written` the names that
    stand already. Boxes are (left, right, bottom, top) in points. Where every place is taken, the least
    crowded wins.
    """
    taken = [*others, *written]

    def cost(box: Box) -> float:
        outside = max(0.0, -box[0], box[1] - paper[0], -box[2], box[3] - paper[1])
        away = math.hypot((box[0] + box[1]) / 2 - circle[0], (box[2] + box[3]) / 2 - circle[1])
        over = sum(_overlap(box, other) for other in taken)
        crossed = sum(_inside(at, other) for at in _way(circle, box) for other in taken)
        return 4 * over + 150 * crossed + 1000 * outside + away

    return min(_places(size, circle), key=cost)


def _places(size: tuple[float, float], circle: tuple[float, float, float]) -> Iterator[Box]:
    (wide, high), (x, y, r) = size, circle
    for gap in (2.0, 10.0, 22.0, 36.0, 52.0, 70.0):
        for turn in range(0, 360, 15):
            across, up = math.cos(math.radians(turn)), math.sin(math.radians(turn))
            # The name's nearest edge, not its middle, keeps the gap.
            far = r + gap + (abs(across) * wide + abs(up) * high) / 2
            middle = (x + across * far, y + up * far)
            yield middle[0] - wide / 2, middle[0] + wide / 2, middle[1] - high / 2, middle[1] + high / 2


def _way(circle: tuple[float, float, float], box: Box) -> Iterator[tuple[float, float]]:
    """Return points on the way from a circle's edge to a name."""
    x, y, r = circle
    near = (min(max(x, box[0]), box[1]), min(max(y, box[2]), box[3]))
    far = math.hypot(near[0] - x, near[1] - y)
    for step in range(int(r) + 2, int(far), 5):
        yield x + (near[0] - x) * step / far, y + (near[1] - y) * step / far


def _around(circle: tuple[float, float, float], margin: float) -> Box:
    x, y, r = circle
    return x - r - margin, x + r + margin, y - r - margin, y + r + margin


def _inside(at: tuple[float, float], box: Box) -> bool:
    return box[0] <= at[0] <= box[1] and box[2] <= at[1] <= box[3]


def _overlap(one: Box, other: Box) -> float:
    wide = min(one[1], other[1]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[2], other[2])
    return wide * high if wide > 0 and high > 0 else 0.0


def _leader(
    ax: Axes, circle: tuple[float, float, float], box: Box, origin: Place, scale: tuple[float, float]
) -> None:
    """Draw a thin line from a circle to its name where the name had to move away."""
    x, y, r = circle
    near = (min(max(x, box[0]), box[1]), min(max(y, box[2]), box[3]))
    far = math.hypot(near[0] - x, near[1] - y)
    if far < r + 6:
        return
    edge = (x + (near[0] - x) * r / far, y + (near[1] - y) * r / far)
    ax.plot(
        [origin[0] + edge[0] / scale[0], origin[0] + near[0] / scale[0]],
        [origin[1] + edge[1] / scale[1], origin[1] + near[1] / scale[1]],
        color=theme.FAINT, lw=0.9, zorder=5,
    )  # fmt: skip
