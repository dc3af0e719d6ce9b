"""A drawn figure as vector: text as text, colours by name, and a title on each mark.

Matplotlib lays a figure out and hands its shapes to a renderer. This one writes them as SVG for the page:
coordinates to a tenth, no identifiers, no style sheet, no clock, so that the same figure is the same text.
Colours are custom properties of the page with the light value behind them, so that a page can be dark.
Text stays text: it is found by search, copied and read aloud. It is laid out by the widths of DejaVu Sans,
which is wider than the faces of systems that may stand in for it, so that no label outgrows its place.
"""

import html
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import FigureCanvasBase, GraphicsContextBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox, Transform

from .. import locale
from . import theme

# With more marks than this, going through them one by one is no help; the table beneath holds them.
FOCUSABLE = 48
# Pixels: the least width and height of what shows a mark's values, the size and line of those values.
_TARGET, _TIP, _TIP_LINE, _TIP_LETTERS = 18.0, 12.0, 15.0, 44
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_CAPS = {"projecting": "square"}
_MARK, _HALO = "mark:", "halo"
_CIRCLE = np.asarray(Path.unit_circle().codes)


def mark(artist: Artist, *titles: str) -> None:
    """Give an artist the values that it shows on hover and focus: one for all of it, or one a point."""
    artist.set_gid(_MARK + "\n".join(" ".join(title.split()) for title in titles))


def halo(artist: Artist) -> None:
    """Let the letters of a text stand out from a line behind them."""
    artist.set_gid(_HALO)


def svg(figure: Figure, label: str) -> str:
    """Return a figure as SVG text; `label` names it for those who do not see it."""
    canvas = _Canvas(figure)
    for text in figure.findobj(Text):
        text.set_parse_math(False)  # a name with dollar signs is a name, and no formula
    figure.draw(canvas.renderer)
    return canvas.renderer.document(label)


class _Canvas(FigureCanvasBase):
    """Gives matplotlib's layout the renderer that will draw, so that texts are measured once."""

    def __init__(self, figure: Figure) -> None:
        super().__init__(figure)
        width, height = figure.get_size_inches() * figure.dpi
        self.renderer = _Renderer(float(width), float(height), float(figure.dpi))

    def get_renderer(self) -> "_Renderer":
        return self.renderer


@dataclass
class _Mark:
    """What has been drawn under one title: its box, from the top left."""

    title: str
    boxes: list[Bbox] = field(default_factory=list)


class _Renderer(RendererBase):
    def __init__(self, width: float, height: float, dpi: float) -> None:
        super().__init__()
        self.width, self.height, self.dpi = width, height, dpi
        self._flip = Affine2D().scale(1, -1).translate(0, height)
        # Style and shapes; neighbours of one style are written together.
        self._parts: list[tuple[str, list[str]]] = []
        self._marks: list[_Mark] = []
        # Titles of the artist that is being drawn, to be taken one a point or one for all.
        self._open: list[tuple[str, list[str]]] = []

    # -- what matplotlib asks for --------------------------------------------------------------------

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        """Measure a text; what the face lacks, as a name in Chinese, is measured by a letter as wide."""
        known = _known_letters(findfont(prop))
        letters = (letter if ord(letter) in known else "W" for letter in locale.seen(s))
        measured: tuple[float, float, float] = super().get_text_width_height_descent(
            "".join(letters), prop, ismath
        )
        return measured

    def points_to_pixels(self, points: Any) -> Any:
        return points * self.dpi / 72

    def open_group(self, s: str, gid: str | None = None) -> None:
        titles = gid.removeprefix(_MARK).split("\n") if gid and gid.startswith(_MARK) else []
        self._open.append((gid or "", titles))
        if len(titles) == 1:
            self._marks.append(_Mark(titles[0]))

    def close_group(self, s: str) -> None:
        self._open.pop()

    def draw_path(
        self,
        gc: GraphicsContextBase,
        path: Path,
        transform: Transform,
        rgbFace: Any = None,  # noqa: N803 (matplotlib's name)
    ) -> None:
        self._shape(gc, [self._outline(gc, path, transform, rgbFace is not None)], rgbFace)

    def draw_markers(
        self,
        gc: GraphicsContextBase,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Any = None,  # noqa: N803 (matplotlib's name)
    ) -> None:
        outlines = []
        for vertices, _ in path.iter_segments(trans, simplify=False):
            x, y = vertices[-2:]
            placed = marker_trans + Affine2D().translate(x, y)
            outlines.append(self._outline(gc, marker_path, placed, rgbFace is not None))
        self._points(gc, outlines, rgbFace)

    def draw_path_collection(
        self,
        gc: GraphicsContextBase,
        master_transform: Transform,
        paths: Any,
        all_transforms: Any,
        offsets: Any,
        offset_trans: Any,
        facecolors: Any,
        edgecolors: Any,
        linewidths: Any,
        linestyles: Any,
        antialiaseds: Any,
        urls: Any,
        offset_position: Any,
        *,
        hatchcolors: Any = None,
    ) -> None:
        # Both helpers are matplotlib's own for backends.
        made = list(self._iter_collection_raw_paths(master_transform, paths, all_transforms))  # type: ignore[attr-defined]
        filled = len(facecolors) > 0
        alike = len(facecolors) <= 1 and len(edgecolors) <= 1 and len(linewidths) <= 1
        outlines = []
        for x, y, (path, transform), gc0, face in self._iter_collection(  # type: ignore[attr-defined]
            gc, made, offsets, offset_trans, facecolors, edgecolors, linewidths, linestyles, antialiaseds,
            urls, offset_position, hatchcolors=[] if hatchcolors is None else hatchcolors,
        ):  # fmt: skip
            placed = transform.frozen() + Affine2D().translate(x, y) if x or y else transform
            outline = self._outline(gc0, path, placed, filled)
            if alike:
                outlines.append(outline)
                style, colour = gc0, face
            else:
                self._points(gc0, [outline], face)
        if outlines:
            self._points(style, outlines, colour)

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        anchor, turn = "start", ""
        if mtext is not None and not angle:
            x = mtext.get_transform().transform(mtext.get_unitless_position())[0]
            anchor = _ANCHORS[mtext.get_horizontalalignment()]
        elif angle:
            turn = f' transform="rotate({_short(-angle)} {_short(x)} {_short(y)})"'
        size = self.points_to_pixels(prop.get_size_in_points())
        more = [f'font-size="{_short(size)}"']
        if to_hex(gc.get_rgb()) != theme.INK:
            more += _paint("fill", gc.get_rgb(), _alpha(gc))
        if prop.get_weight() in ("bold", 700):
            more.append('font-weight="700"')
        if prop.get_style() == "italic":
            more.append('font-style="italic"')
        if anchor != "start":
            more.append(f'text-anchor="{anchor}"')
        if self._open and self._open[-1][0] == _HALO:
            more += [*_paint("stroke", theme.PAPER), 'stroke-width="3" stroke-linejoin="round"']
            more.append('paint-order="stroke"')
        self._parts.append((" ".join(more), [f'x="{_short(x)}" y="{_short(y)}"{turn}>{_letters(s)}</text>']))

    # -- shapes --------------------------------------------------------------------------------------

    def _titles(self) -> list[str]:
        return self._open[-1][1] if self._open else []

    def _points(self, gc: GraphicsContextBase, outlines: Sequence["_Outline"], face: Any) -> None:
        """Draw shapes of one style, each of which may have a title; they go by the order of drawing."""
        outlines = [outline for outline in outlines if outline.drawn]
        if len(self._titles()) > 1:
            for outline, title in zip(outlines, self._titles(), strict=False):
                self._marks.append(_Mark(title, [outline.box]))
        self._shape(gc, outlines, face)

    def _shape(self, gc: GraphicsContextBase, outlines: Sequence["_Outline"], face: Any) -> None:
        outlines = [outline for outline in outlines if outline.drawn]
        if len(self._titles()) == 1:
            self._marks[-1].boxes += [outline.box for outline in outlines]
        style = _paint("fill", face, _alpha(gc))
        width = self.points_to_pixels(gc.get_linewidth())
        colour = gc.get_rgb()
        if width and colour[3] > 0:
            style += [*_paint("stroke", colour, _alpha(gc)), f'stroke-width="{_short(width)}"']
            _, dashes = gc.get_dashes()
            if dashes is not None:
                written = " ".join(_short(self.points_to_pixels(one)) for one in np.ravel(dashes))
                style.append(f'stroke-dasharray="{written}"')
            cap = gc.get_capstyle()
            if face is None and cap != "butt" and dashes is None:
                style.append(f'stroke-linecap="{_CAPS.get(cap, cap)}"')
        elif face is None:
            return
        if outlines:
            self._parts.append((" ".join(style), [outline.element for outline in outlines]))

    def _outline(self, gc: GraphicsContextBase, path: Path, transform: Transform, filled: bool) -> "_Outline":
        whole = transform + self._flip
        clip = gc.get_clip_rectangle()
        if path.codes is not None and np.array_equal(np.asarray(path.codes), _CIRCLE):
            box = Bbox.from_extents(*_span(np.asarray(whole.transform(path.vertices))))
            x, y, r = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, box.width / 2
            return _Outline(box, circle=f'cx="{_short(x)}" cy="{_short(y)}" r="{_short(r)}"')
        if clip is not None and filled:
            path, whole = path.transformed(transform), self._flip
            if not _within(path, clip):
                path = path.clip_to_bbox(clip)
        window = None
        if clip is not None and not filled:
            x0, y0, x1, y1 = clip.x0, clip.y0, clip.x1, clip.y1
            window = (x0, self.height - y1, x1, self.height - y0)
        cleaned = path.cleaned(transform=whole, remove_nans=True, clip=window, simplify=False, curves=True)
        return _Outline.of(cleaned)

    # -- the document --------------------------------------------------------------------------------

    def document(self, label: str) -> str:
        marks = [one for one in self._marks if one.boxes and one.title]
        focus = ' tabindex="0"' if len(marks) <= FOCUSABLE else ""
        over = [self._over(one, focus) for one in marks]
        wide, high = _short(self.width), _short(self.height)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {wide} {high}" '
            f'width="{wide}" height="{high}" role="group" aria-label="{_letters(label)}" '
            f'font-family="{_letters(theme.FONTS)}">'
            f'<g aria-hidden="true" {_paint("fill", theme.INK)[0]}>{"".join(_elements(self._parts))}</g>'
            f'<g fill="none" pointer-events="all">{"".join(over)}</g></svg>'
        )

    def _over(self, one: _Mark, focus: str) -> str:
        """Lay what a mark shows over the drawing: its target, its title, and its values for the keyboard."""
        box = Bbox.union(one.boxes)
        x0, x1 = _at_least(box.x0, box.x1, 0.0, self.width)
        y0, y1 = _at_least(box.y0, box.y1, 0.0, self.height)
        target = (
            f'<rect x="{_short(x0)}" y="{_short(y0)}" width="{_short(x1 - x0)}" height="{_short(y1 - y0)}"/>'
        )
        title = f"<title>{_letters(one.title)}</title>"
        tip = self._tip(one.title, (x0 + x1) / 2, y0, y1) if focus else ""
        return f'<g class="mark" role="img"{focus}>{title}{target}{tip}</g>'

    def _tip(self, title: str, middle: float, top: float, bottom: float) -> str:
        lines = textwrap.wrap(locale.seen(title), _TIP_LETTERS, max_lines=6, placeholder=" …") or [""]
        wide = min(self.width - 2, max(map(len, lines)) * _TIP * 0.62 + 12)
        high = len(lines) * _TIP_LINE + 7
        x = min(max(middle - wide / 2, 1.0), self.width - wide - 1)
        y = top - high - 3 if top - high - 3 >= 0 else min(bottom + 3, self.height - high - 1)
        places = [(_short(x + wide / 2), _short(y + 14 + i * _TIP_LINE)) for i in range(len(lines))]
        written = "".join(
            f'<text x="{at}" y="{down}">{html.escape(line)}</text>'
            for (at, down), line in zip(places, lines, strict=True)
        )
        return (
            '<g class="values" visibility="hidden">'
            f'<rect x="{_short(x)}" y="{_short(y)}" width="{_short(wide)}" height="{_short(high)}" rx="3"/>'
            f"{written}</g>"
        )


def _elements(parts: Sequence[tuple[str, list[str]]]) -> Iterator[str]:
    """Write shapes; what has one style follows one another within a group that says it once."""
    for style, run in groupby(parts, key=lambda part: part[0]):
        shapes = [shape for _, part in run for shape in part]
        # Several paths of one style are one path.
        drawn = "".join(shape[3:-1] for shape in shapes if shape.startswith("d="))
        others = [shape for shape in shapes if not shape.startswith("d=")]
        written = [f'<path d="{drawn}"/>'] if drawn else []
        written += [f"<text {s}" if s.startswith("x=") else f"<circle {s}/>" for s in others]
        if len(written) == 1:
            head, space, rest = written[0].partition(" ")
            yield f"{head} {style}{space}{rest}"
        else:
            yield f"<g {style}>{''.join(written)}</g>"


@dataclass(frozen=True)
class _Outline:
    """A shape on the paper: the box around it, and its path or circle."""

    box: Bbox
    d: str = ""
    circle: str = ""

    @property
    def drawn(self) -> bool:
        return bool(self.d or self.circle)

    @property
    def element(self) -> str:
        return self.circle or f'd="{self.d}"'

    @classmethod
    def of(cls, path: Path) -> "_Outline":
        vertices, codes = np.asarray(path.vertices), np.asarray(path.codes)
        shown = codes != Path.STOP
        vertices, codes = vertices[shown], codes[shown]
        solid = vertices[codes != Path.CLOSEPOLY]
        if not len(solid):
            return cls(Bbox.null())
        return cls(Bbox.from_extents(*_span(solid)), "".join(_commands(vertices, codes)))


def _commands(vertices: Any, codes: Any) -> Iterator[str]:
    """Write a path in steps from point to point, each point rounded first so that no error adds up."""
    at = np.zeros(2)
    letter = {Path.LINETO: "l", Path.CURVE3: "q", Path.CURVE4: "c"}
    rounded = np.floor(vertices * 10 + 0.5 + 1e-6).astype(int)
    place = 0
    before = ""
    while place < len(codes):
        code = codes[place]
        if code == Path.CLOSEPOLY:
            yield "z"
            before, place = "z", place + 1
            continue
        if code == Path.MOVETO:
            # A second step to another place opens nothing where no line follows it.
            at = rounded[place]
            yield f"M{_tenths(at[0])} {_tenths(at[1])}"
            before, place = "M", place + 1
            continue
        count = {Path.LINETO: 1, Path.CURVE3: 2, Path.CURVE4: 3}[code]
        steps = (rounded[place : place + count] - at).ravel().tolist()
        end = rounded[place + count - 1]
        place += count
        if count == 1 and not any(steps) and before == "l":
            continue
        written = " ".join(_tenths(step) for step in steps).replace(" -", "-")
        name = letter[code]
        yield (written if written[0] == "-" else f" {written}") if before == name else name + written
        before, at = name, end


def _tenths(number: int) -> str:
    """Write a whole number of tenths."""
    whole, tenth = divmod(abs(int(number)), 10)
    sign = "-" if number < 0 else ""
    return f"{sign}{whole}.{tenth}".replace("0.", ".", 1 if not whole else 0) if tenth else f"{sign}{whole}"


def _short(number: float) -> str:
    """Write a number to a tenth; the hair added keeps ties on one side on every machine."""
    return _tenths(int(np.floor(number * 10 + 0.5 + 1e-6)))


def _span(vertices: Any) -> tuple[float, float, float, float]:
    (x0, y0), (x1, y1) = vertices.min(axis=0), vertices.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _within(path: Path, clip: Bbox) -> bool:
    vertices = np.asarray(path.vertices)
    if not len(vertices):
        return True
    x0, y0, x1, y1 = _span(vertices)
    return bool(x0 >= clip.x0 - 0.5 and y0 >= clip.y0 - 0.5 and x1 <= clip.x1 + 0.5 and y1 <= clip.y1 + 0.5)


def _at_least(low: float, high: float, least: float, most: float) -> tuple[float, float]:
    """Widen a span to what a finger or a pointer finds, within the paper."""
    more = max(0.0, _TARGET - (high - low)) / 2
    return max(low - more, least), min(high + more, most)


def _paint(name: str, colour: Any, alpha: float | None = None) -> list[str]:
    """Return the attributes of a colour; one that the theme does not hold is refused by it."""
    if colour is None:
        return [f'{name}="none"']
    seen = (
        (1.0 if isinstance(colour, str) or len(colour) < 4 else float(colour[3])) if alpha is None else alpha
    )
    if not seen:
        return [f'{name}="none"']
    attributes = [f'{name}="{theme.variable(to_hex(colour))}"']
    return attributes if seen >= 1 else [*attributes, f'{name}-opacity="{seen:.2g}"']


def _alpha(gc: GraphicsContextBase) -> float | None:
    """Return how opaque an artist is as a whole; None where each of its colours says so itself."""
    return gc.get_alpha() if gc.get_forced_alpha() else None


@lru_cache(maxsize=8)
def _known_letters(face: str) -> frozenset[int]:
    return frozenset(get_font(face).get_charmap())


def _letters(text: str) -> str:
    return html.escape(locale.seen(text))
