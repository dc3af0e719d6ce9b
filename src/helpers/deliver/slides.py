"""The slides of the overview drawn as PPTX: charts and tables of its own kind, in the house theme."""

import copy
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ..catalog import load
from ..present import theme
from ..run import start
from . import deck as decks
from .deck import Bullets, Chart, Deck, Grid, Slide, Title
from .published import place_for

FONT = "Calibri"
TAGS = {"tr": "tr-TR", "en": "en-GB"}

# Inches on a widescreen slide.
WIDTH, HEIGHT = 13.333, 7.5
_LEFT, _WIDE = 0.6, 12.13
_TITLE, _BODY, _FOOT = (0.4, 0.95), (1.5, 5.15), (6.92, 0.4)
_REMARK = 0.35
_SPLIT = 8.0  # a chart beside sentences is so wide

# Points: the largest that is tried and the least that is read from the back of a room.
_TEXT, _CELL, _SMALL = (20, 12), (18, 9), 11
# A letter is about half as wide as its size, and a line a fifth higher; rather too much than too little.
_LETTER, _LINE = 0.53, 1.2

# A performance is drawn between these; what lies beyond is cut off, and its number stands beside its name.
_LOWEST, _HIGHEST, _STEP = -100, 150, 50
_LABELS = 0.46  # of the width of a bar chart is for the names


def write(year: int, languages: Sequence[str], edition: str, to: Path, replace: bool = False) -> list[Path]:
    """Write the slides of a year, the plan's last if 0, one file for each language; return the files.

    They are made of the data that are held now, as `workbook run` would make the overview.
    """
    plan = load().plan
    runs = [
        start(year=year or plan.years[-1], language=language, edition=edition)
        for language in languages or plan.languages
    ]
    targets = [(run, place_for(to, run.text("slides.file", of=run.year) + ".pptx", replace)) for run in runs]
    for run, path in targets:
        path.write_bytes(drawn(decks.of(run)))
    return [path for _, path in targets]


def drawn(deck: Deck) -> bytes:
    """Return the slides of a deck as the bytes of a PPTX."""
    from pptx import Presentation
    from pptx.util import Inches

    made = Presentation()
    made.slide_width, made.slide_height = Inches(WIDTH), Inches(HEIGHT)
    _dress(made, deck)
    for slide in deck.slides:
        _add(made, deck, slide)
    _speak(made, TAGS[deck.language])
    about = made.core_properties
    about.author = about.last_modified_by = deck.institution
    about.title, about.language = f"{deck.institution}: {deck.title}", TAGS[deck.language]
    about.subject, about.keywords, about.comments, about.category = "", "", deck.mark, ""
    about.created = about.modified = datetime.now().replace(microsecond=0)
    about.revision = 1
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


# -- master ------------------------------------------------------------------------------------------------


def _dress(made: Any, deck: Deck) -> None:
    """Give the master the house's colours, fonts and places, and drop the layouts that are not used."""
    from lxml import etree
    from pptx.opc.constants import RELATIONSHIP_TYPE
    from pptx.oxml.ns import qn

    master = made.slide_master
    part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    root = etree.fromstring(part.blob)
    root.set("name", deck.institution)
    colours = {
        "dk1": theme.INK, "lt1": "#ffffff", "dk2": theme.OWN, "lt2": theme.BAND, "accent1": theme.OWN,
        "accent2": theme.EDGE, "accent3": theme.PEERS, "accent4": theme.FAINT, "accent5": theme.RULE,
        "accent6": theme.BAND, "hlink": theme.OWN, "folHlink": theme.FAINT,
    }  # fmt: skip
    scheme = root.find(f".//{qn('a:clrScheme')}")
    scheme.set("name", deck.institution)
    for name, colour in colours.items():
        holder = scheme.find(qn(f"a:{name}"))
        for old in list(holder):
            holder.remove(old)
        etree.SubElement(holder, qn("a:srgbClr")).set("val", colour.removeprefix("#"))
    for font in root.iterfind(f".//{qn('a:fontScheme')}/*/{qn('a:latin')}"):
        font.set("typeface", FONT)
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    for layout in list(made.slide_layouts):
        if layout.name not in ("Title Slide", "Title Only"):
            made.slide_layouts.remove(layout)
    for sheet in (master, *made.slide_layouts):
        _arrange(sheet)
    _stripe(master)


def _arrange(sheet: Any) -> None:
    """Put the placeholders of a master or layout where the house has them."""
    from pptx.enum.shapes import PP_PLACEHOLDER
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    for shape in list(sheet.placeholders):
        kind = shape.placeholder_format.type
        if kind in (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER):
            shape._element.getparent().remove(shape._element)
        elif kind == PP_PLACEHOLDER.SLIDE_NUMBER:
            _place(shape, _LEFT + _WIDE - 0.8, _FOOT[0], 0.8, _FOOT[1])
            shape.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
        elif kind == PP_PLACEHOLDER.CENTER_TITLE:
            _place(shape, _LEFT, 2.2, _WIDE, 1.6)
        elif kind == PP_PLACEHOLDER.SUBTITLE:
            _place(shape, _LEFT, 4.0, _WIDE, 1.4)
        elif kind == PP_PLACEHOLDER.TITLE:
            _place(shape, _LEFT, _TITLE[0], _WIDE, _TITLE[1])
            shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        else:
            _place(shape, _LEFT, _BODY[0], _WIDE, _BODY[1])
    styles = sheet._element.find(".//{*}titleStyle")
    if styles is not None:
        for level in styles:
            level.set("algn", "l")
            for run in level.iterfind("{*}defRPr"):
                run.set("sz", str(Pt(26).centipoints))
                run.set("b", "1")


def _stripe(master: Any) -> None:
    """Draw the house's stripe over every slide."""
    from pptx.enum.dml import MSO_THEME_COLOR
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.util import Inches

    tree = master.shapes._spTree
    # A master takes no new shapes by itself; one made on a slide is moved there.
    presentation = master.part.package.presentation_part.presentation
    slide = presentation.slides.add_slide(presentation.slide_layouts[0])
    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, Inches(WIDTH), Inches(0.14))
    shape.fill.solid()
    shape.fill.fore_color.theme_color = MSO_THEME_COLOR.ACCENT_1
    shape.line.fill.background()
    shape.shadow.inherit = False
    shape.name = "Stripe"
    tree.insert(2, shape._element)
    number = presentation.slides._sldIdLst[0]
    presentation.part.drop_rel(number.rId)
    presentation.slides._sldIdLst.remove(number)


def _place(shape: Any, left: float, top: float, width: float, height: float) -> None:
    from pptx.util import Inches

    shape.left, shape.top, shape.width, shape.height = map(Inches, (left, top, width, height))


# -- slides ------------------------------------------------------------------------------------------------


def _add(made: Any, deck: Deck, slide: Slide) -> None:
    is_first = isinstance(slide, Title)
    added = made.slides.add_slide(made.slide_layouts.get_by_name("Title Slide" if is_first else "Title Only"))
    added.shapes.title.text = slide.title
    top, height = _BODY
    if isinstance(slide, Title):
        added.placeholders[1].text = slide.subtitle
        _left(added.placeholders[1])
        added.shapes.title.text_frame.paragraphs[0].font.size = _points(40)
    elif isinstance(slide, Bullets):
        _text(added, slide.sentences, _LEFT, top, _WIDE, height)
    elif isinstance(slide, Grid):
        _grid(added, slide, top, height - _REMARK)
    elif isinstance(slide, Chart):
        wide = _SPLIT if slide.sentences else _WIDE
        _chart(added, slide, wide, top, height - _REMARK)
        if slide.sentences:
            _text(added, slide.sentences, _LEFT + wide + 0.3, top, _WIDE - wide - 0.3, height - _REMARK)
    if not is_first:
        added.shapes.title.text_frame.paragraphs[0].font.size = _points(
            _fitting([slide.title], _WIDE, _TITLE[1], (26, 16))
        )
    remark = slide.remark if isinstance(slide, Grid | Chart) else ""
    if remark:
        _line(added, remark, _LEFT, top + height - _REMARK + 0.05, _WIDE, _REMARK)
    _line(added, slide.source, _LEFT, _FOOT[0], _WIDE - 3.4, _FOOT[1])
    _mark(added, deck.mark)
    _number(added)
    told = [*slide.notes, slide.source, *deck.caveats.values()]
    added.notes_slide.notes_text_frame.text = "\n".join(dict.fromkeys(line for line in told if line))


def _points(size: float) -> Any:
    from pptx.util import Pt

    return Pt(size)


def _left(shape: Any) -> None:
    from pptx.enum.dml import MSO_THEME_COLOR
    from pptx.enum.text import PP_ALIGN

    for paragraph in shape.text_frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.font.color.theme_color = MSO_THEME_COLOR.TEXT_1


def lines(text: str, width: float, size: float) -> int:
    """Return about how many lines a text takes in a box so many inches wide, at a size in points."""
    room = max(1, int(width * 72 / (size * _LETTER)))
    count, used = 1, 0
    for word in text.split():
        if used and used + 1 + len(word) > room:
            count, used = count + 1, 0
        used += len(word) + bool(used)
        count, used = count + (used - 1) // room, (used - 1) % room + 1
    return count


def tall(texts: Sequence[str], width: float, size: float, gap: float = 0.0) -> float:
    """Return about how many inches texts take, one under the other with a gap of so many lines."""
    return sum(lines(text, width, size) + gap for text in texts) * size * _LINE / 72


def _fitting(
    texts: Sequence[str], width: float, height: float, sizes: tuple[int, int], gap: float = 0.0
) -> int:
    largest, least = sizes
    return next(
        (size for size in range(largest, least, -1) if tall(texts, width, size, gap) <= height), least
    )


def _text(slide: Any, sentences: Sequence[str], left: float, top: float, width: float, height: float) -> None:
    from pptx.util import Inches

    size = _fitting(sentences, width - 0.45, height - 0.1, _TEXT, gap=0.5)
    box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height))
    box.text_frame.word_wrap = True
    for place, sentence in enumerate(sentences):
        paragraph = box.text_frame.paragraphs[0] if not place else box.text_frame.add_paragraph()
        run = paragraph.add_run()
        run.text = sentence
        run.font.size = _points(size)
        paragraph.space_after = _points(size * 0.5 * _LINE)
        if len(sentences) > 1:
            _bullet(paragraph)


def _bullet(paragraph: Any) -> None:
    """Give a paragraph of a text box the bullet that a placeholder's would have."""
    from lxml import etree
    from pptx.oxml.ns import qn

    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", "228600")
    properties.set("indent", "-228600")
    etree.SubElement(properties, qn("a:buFont")).set("typeface", "Arial")
    etree.SubElement(properties, qn("a:buChar")).set("char", "•")


def _line(slide: Any, text: str, left: float, top: float, width: float, height: float) -> None:
    """Write a small line, smaller where it is long."""
    from pptx.enum.dml import MSO_THEME_COLOR
    from pptx.util import Inches

    if not text:
        return
    box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height))
    frame = box.text_frame
    frame.word_wrap = True
    frame.margin_top = frame.margin_bottom = frame.margin_left = 0
    run = frame.paragraphs[0].add_run()
    run.text = text
    run.font.size = _points(_fitting([text], width, height, (_SMALL, 8)))
    run.font.color.theme_color = MSO_THEME_COLOR.ACCENT_4


def _mark(slide: Any, mark: str) -> None:
    """Mark a slide whose data are generated, so that it cannot be shown without saying so."""
    from pptx.enum.dml import MSO_THEME_COLOR
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches

    if not mark:
        return
    box = slide.shapes.add_textbox(
        Inches(_LEFT + _WIDE - 3.2), Inches(_FOOT[0] + 0.04), Inches(2.3), Inches(0.32)
    )
    box.name = "Mark"
    box.line.color.theme_color = MSO_THEME_COLOR.TEXT_1
    box.line.width = _points(1)
    frame = box.text_frame
    frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.paragraphs[0].alignment = PP_ALIGN.CENTER
    run = frame.paragraphs[0].add_run()
    run.text, run.font.bold, run.font.size = mark, True, _points(12)
    run.font.color.theme_color = MSO_THEME_COLOR.TEXT_1


def _number(slide: Any) -> None:
    """Give a slide its number, which a slide does not take from its layout by itself."""
    from pptx.enum.shapes import PP_PLACEHOLDER

    for shape in slide.slide_layout.placeholders:
        if shape.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER:
            number = copy.deepcopy(shape._element)
            number.nvSpPr.cNvPr.set("id", str(max(one.shape_id for one in slide.shapes) + 1))
            slide.shapes._spTree.append(number)


# -- tables ------------------------------------------------------------------------------------------------


def _grid(slide: Any, grid: Grid, top: float, height: float) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches

    rows = [grid.heads, *grid.rows]
    widths = _widths(rows)
    size = next(
        (s for s in range(_CELL[0], _CELL[1], -1) if sum(_heights(rows, widths, s)) <= height), _CELL[1]
    )
    heights = _heights(rows, widths, size)
    frame = slide.shapes.add_table(
        len(rows), len(grid.heads), Inches(_LEFT), Inches(top), Inches(_WIDE), Inches(sum(heights))
    )
    _describe(frame, grid.title)
    for column, width in zip(frame.table.columns, widths, strict=True):
        column.width = Inches(width)
    for i, (row, cells) in enumerate(zip(frame.table.rows, rows, strict=True)):
        row.height = Inches(heights[i])
        for cell, text, is_number in zip(row.cells, cells, grid.numbers, strict=True):
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            paragraph = cell.text_frame.paragraphs[0]
            run = paragraph.add_run()
            run.text = text or "–"
            run.font.size = _points(size)
            paragraph.alignment = PP_ALIGN.RIGHT if is_number else PP_ALIGN.LEFT


def _widths(rows: Sequence[Sequence[str]]) -> list[float]:
    """Share the width out by the longest cell of each column, that of long texts less than in proportion.

    A heading may take two lines.
    """
    heads, *body = rows
    longest = [max(6.0, len(head) / 2, *(float(len(row[i])) for row in body)) for i, head in enumerate(heads)]
    shares = [min(n, 30.0) + max(0.0, n - 30.0) * 0.5 for n in longest]
    return [_WIDE * share / sum(shares) for share in shares]


def _heights(rows: Sequence[Sequence[str]], widths: Sequence[float], size: int) -> list[float]:
    return [
        max(tall([cell], width - 0.2, size) for cell, width in zip(row, widths, strict=True)) + 0.08
        for row in rows
    ]


# -- charts ------------------------------------------------------------------------------------------------


def _chart(slide: Any, chart: Chart, width: float, top: float, height: float) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    data = CategoryChartData(number_format=chart.format)
    data.categories = chart.categories
    data.add_series(chart.name, chart.values)
    if any(target is not None for target in chart.targets):
        data.add_series(chart.target_name, chart.targets)
    kind = XL_CHART_TYPE.BAR_CLUSTERED if chart.is_bars else XL_CHART_TYPE.LINE_MARKERS
    frame = slide.shapes.add_chart(kind, Inches(_LEFT), Inches(top), Inches(width), Inches(height), data)
    _describe(frame, f"{slide.shapes.title.text}. {chart.alt}")
    drawn_ = frame.chart
    drawn_.has_legend = drawn_.has_title = False
    drawn_.font.size = _points(12 if len(chart.categories) <= 10 else _SMALL)
    _axes(drawn_, chart)
    if chart.is_bars:
        _bars(drawn_)
    else:
        _years(drawn_, chart)


def _describe(frame: Any, alt: str) -> None:
    frame._element.nvGraphicFramePr.cNvPr.set("descr", alt)


def _axes(drawn_: Any, chart: Chart) -> None:
    from pptx.enum.chart import XL_TICK_LABEL_POSITION, XL_TICK_MARK
    from pptx.enum.dml import MSO_THEME_COLOR

    value, category = drawn_.value_axis, drawn_.category_axis
    for axis in (value, category):
        axis.major_tick_mark = axis.minor_tick_mark = XL_TICK_MARK.NONE
        axis.format.line.color.theme_color = MSO_THEME_COLOR.ACCENT_5
    value.has_major_gridlines = True
    value.major_gridlines.format.line.color.theme_color = MSO_THEME_COLOR.ACCENT_6
    value.tick_labels.number_format, value.tick_labels.number_format_is_linked = chart.format, False
    known = [v for v in (*chart.values, *chart.targets) if v is not None]
    category.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if chart.is_bars:
        category.reverse_order = True
        least = min([0.0, *known])
        value.minimum_scale = max(_LOWEST, _STEP * (least // _STEP))
        value.maximum_scale, value.major_unit = _HIGHEST, _STEP
    elif min(known) >= 0:
        value.minimum_scale = 0


def _bars(drawn_: Any) -> None:
    from pptx.enum.dml import MSO_THEME_COLOR

    plot = drawn_.plots[0]
    plot.gap_width, plot.overlap = 45, 100
    reached = plot.series[0]
    reached.format.fill.solid()
    reached.format.fill.fore_color.theme_color = MSO_THEME_COLOR.ACCENT_1
    reached.invert_if_negative = False
    for target in list(plot.series)[1:]:
        target.format.fill.background()
        target.format.line.color.theme_color = MSO_THEME_COLOR.ACCENT_2
        target.format.line.width = _points(1.75)
    _make_room(drawn_)


def _make_room(drawn_: Any) -> None:
    """Leave room for long names, which Office would else break after a third of the width."""
    from lxml import etree
    from pptx.oxml.ns import qn

    area = drawn_._chartSpace.chart.plotArea
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    layout = etree.Element(qn("c:layout"))
    manual = etree.SubElement(layout, qn("c:manualLayout"))
    for name, given in (
        ("layoutTarget", "inner"), ("xMode", "edge"), ("yMode", "edge"),
        ("x", str(_LABELS)), ("y", "0.08"), ("w", str(0.98 - _LABELS)), ("h", "0.9"),
    ):  # fmt: skip
        etree.SubElement(manual, qn(f"c:{name}")).set("val", given)
    area.insert(0, layout)


def _years(drawn_: Any, chart: Chart) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION, XL_MARKER_STYLE
    from pptx.enum.dml import MSO_THEME_COLOR

    plot = drawn_.plots[0]
    values = plot.series[0]
    values.smooth = False
    values.format.line.color.theme_color = MSO_THEME_COLOR.ACCENT_1
    values.format.line.width = _points(2.5)
    _marker(values, XL_MARKER_STYLE.CIRCLE, 7, MSO_THEME_COLOR.ACCENT_1)
    for target in list(plot.series)[1:]:
        target.smooth = False
        target.format.line.fill.background()
        _marker(target, XL_MARKER_STYLE.DASH, 14, MSO_THEME_COLOR.ACCENT_2)
    known = [i for i, value in enumerate(chart.values) if value is not None]
    for i in {known[0], known[-1]}:
        label = values.points[i].data_label
        label.position = XL_LABEL_POSITION.ABOVE
        label.font.bold, label.font.size = True, _points(14)
        label.font.color.theme_color = MSO_THEME_COLOR.ACCENT_1


def _marker(series: Any, style: Any, size: int, colour: Any) -> None:
    series.marker.style, series.marker.size = style, size
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.theme_color = colour
    series.marker.format.line.color.theme_color = colour


# -- language ----------------------------------------------------------------------------------------------


def _speak(made: Any, tag: str) -> None:
    """Say in which language all text is, so that a speller reads Turkish as Turkish."""
    from pptx.oxml.ns import qn

    sheets = [made, made.slide_master, *made.slide_layouts, *made.slides]
    sheets += [slide.notes_slide for slide in made.slides]
    roots = [sheet._element for sheet in sheets]
    roots += [s.chart._chartSpace for slide in made.slides for s in slide.shapes if s.has_chart]
    roots.append(made.notes_master._element)
    names = [qn(f"a:{name}") for name in ("defRPr", "endParaRPr", "rPr")]
    for root in roots:
        for run in root.iter(qn("a:r")):
            run.get_or_add_rPr()
        for properties in root.iter(*names):
            properties.set("lang", tag)
