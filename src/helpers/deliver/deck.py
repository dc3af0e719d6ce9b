"""What the slides of the overview say: values and words as the pages show them, not yet drawn.

Tables are those of the overview's own pieces; charts take the same protected figures as the goals' pages.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..catalog import Indicator
from ..measures.core import Figure, MissingFigure, Period
from ..plan import performance
from ..plan.assessment import Assessment
from ..plan.tables import DECIMALS
from ..present import cards, figures, goals, messages, overview, persons
from ..present.pieces import NOTE_TYPE, Piece
from ..run import Run

# A main series shows so many years, and is one from so many known values on.
_YEARS, _KNOWN = 10, 3
# More rows than these are not read from the back of a room; sources are looked up, not read.
_ROWS, _SOURCE_ROWS = 10, 16


@dataclass(frozen=True)
class Slide:
    """What every slide has: a title, where its figures come from, and notes for who presents it."""

    title: str
    source: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Title(Slide):
    """The first slide."""

    subtitle: str = ""


@dataclass(frozen=True)
class Bullets(Slide):
    """Sentences, one under the other."""

    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid(Slide):
    """A table of text; `numbers` tells which columns are set right."""

    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[bool, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class Chart(Slide):
    """One series with its targets: bars (`is_bars`) or a line over years; None where there is no value.

    Values have the decimals that pages print: hidden digits would tell more than these. `format` is the
    number format of Office, `alt` the chart in words, `remark` says how to read it.
    """

    is_bars: bool = False
    categories: tuple[str, ...] = ()
    name: str = ""
    values: tuple[float | None, ...] = ()
    target_name: str = ""
    targets: tuple[float | None, ...] = ()
    format: str = "General"
    alt: str = ""
    remark: str = ""
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deck:
    """The slides of a run, in their order, with the mark that each carries where data are generated."""

    slides: tuple[Slide, ...]
    language: str
    institution: str
    title: str
    mark: str = ""
    caveats: Mapping[str, str] = field(default_factory=dict)


def of(run: Run) -> Deck:
    """Return the slides of the overview of a run's year."""
    say, plan = run.text, run.catalog.plan.title[run.language]
    every = list(run.catalog.indicators)
    caveats = figures.caveats(run, every, with_targets=True)
    subtitle = say("slides.subtitle", plan=plan, year=figures.period(run, run.period))
    slides = [
        Title(run.name, say(f"site.data_{run.edition}"), (say("slides.notes_title"),), subtitle),
        _sentences(say("slides.messages"), messages.of_plan(run), _source(run, every)),
        *_table(run, say("slides.status"), overview.goals(run), columns=4),
        *(slide for goal in _goals(run) for slide in _goal(run, goal)),
        *_table(
            run, say("slides.decisions"), overview.decisions(run),
            titles=[
                say("overview.due"), say("overview.decision"), say("overview.owner"), say("overview.state")
            ],
        ),
        *_table(run, say("slides.changes"), overview.changes(run)),
    ]  # fmt: skip
    slides += _table(run, say("slides.sources"), goals.sources(run), most=_SOURCE_ROWS)
    mark = say("site.demonstration") if "demonstration" in caveats else ""
    return Deck(tuple(slides), run.language, run.name, f"{plan} {run.year}", mark, caveats)


# -- from pieces of the pages ------------------------------------------------------------------------------


def _sentences(title: str, piece: Piece, source: str = "") -> Bullets:
    lines = [line.removeprefix("- ") for line in piece.text.splitlines() if line.strip()]
    return Bullets(title, source, _notes(piece), tuple(lines))


def _source(run: Run, codes: Sequence[str]) -> str:
    return _on_slides(run, figures.source(run, codes))


def _on_slides(run: Run, source: str) -> str:
    """Lead to the last slides where a source line of a page leads to the end of the page."""
    number = re.search(r"\d+", source)
    if number and source == run.text("activities.many_sources", count=int(number.group())):
        return run.text("slides.many_sources", count=int(number.group()))
    return source


def _notes(piece: Piece) -> tuple[str, ...]:
    """Return what stands under a piece on its page: subtitle, notes, doubts, definitions."""
    note = piece.bundle[NOTE_TYPE]
    told = [note.get("title", ""), note.get("subtitle", ""), *note.get("notes", [])]
    told += [*note.get("caveats", {}).values(), *note.get("details", []), note.get("source", "")]
    return tuple(line for line in told if line)


def _table(
    run: Run,
    title: str,
    piece: Piece,
    columns: int | None = None,
    titles: Sequence[str] = (),
    most: int = 0,
) -> Iterator[Slide]:
    """Show a piece's table, the first `columns` or those of some `titles`; or its sentence where it has none.

    The title is the piece's own, which says what it finds. With `most` given, rows beyond it go on further
    slides, all under the title given; else the slide says how many more the page has.
    """
    note = piece.bundle[NOTE_TYPE]
    heads, rows, numbers = _cells(str(piece.bundle.get("text/html", "<table/>")))
    if note.get("kind") != "table" or not rows:
        yield _sentences(title, piece)
        return
    chosen = [i for i, head in enumerate(heads) if head in titles] or list(range(len(heads)))[:columns]
    picked = [tuple(row[i] for i in chosen) for row in rows]
    parts = [picked[i : i + most] for i in range(0, len(picked), most)] if most else [picked[:_ROWS]]
    left = 0 if most else len(picked) - len(parts[0])
    for number, part in enumerate(parts, 1):
        named = title if most else note.get("title") or title
        if len(parts) > 1:
            named = run.text("slides.part", title=named, number=number, of=len(parts))
        yield Grid(
            named,
            _on_slides(run, note.get("source", "")),
            _notes(piece),
            tuple(heads[i] for i in chosen),
            tuple(part),
            tuple(numbers[i] for i in chosen),
            run.text("slides.more", count=left) if left else "",
        )


def _cells(html: str) -> tuple[list[str], list[tuple[str, ...]], list[bool]]:
    """Return the heads, rows and number columns of a table as its page shows them."""
    from lxml.html import fragment_fromstring

    table = fragment_fromstring(html, create_parent="div").find(".//table")
    heads = [_text(cell) for cell in table.findall("thead/tr[last()]/th")]
    rows = [tuple(_text(cell) for cell in row) for row in table.findall("tbody/tr")]
    first = table.find("tbody/tr")
    numbers = [
        cell.tag == "td" and "gt_right" in cell.get("class", "") for cell in ([] if first is None else first)
    ]
    return heads, rows, numbers


def _text(cell: object) -> str:
    return " ".join(cell.text_content().split())  # type: ignore[attr-defined]


# -- goals -------------------------------------------------------------------------------------------------


def _goals(run: Run) -> list[str]:
    """Return the goals that have a page of their own; what the strategy is for stands on the overview."""
    return [code for code, goal in run.catalog.goals.items() if goal.page != "overview"]


def _goal(run: Run, goal: str) -> Iterator[Slide]:
    """Show a goal's indicators against their targets, where it has a card, and its main series."""
    try:
        found = cards.assessed(run, goal)
    except cards.NoCard:
        found = ()
    if found:
        yield _against(run, found)
    series = _main(run, goal, found)
    if series is not None:
        yield series


def _against(run: Run, found: Sequence[Assessment]) -> Chart:
    say, scale = run.text, performance.scale()
    lines = [line for one in found for line in one.lines]
    counted = [line.performance for line in lines if not line.performance.excluded]
    names = [f"{line.indicator.name[run.language]} ({line.entry.code})" for line in lines]
    marks = [_status(run, scale, line.performance) for line in lines]
    codes = [line.entry.code for line in lines]
    raw = [None if line.performance.raw is None else _rounded(line.performance.raw, 1) for line in lines]
    return Chart(
        say(
            "slides.against",
            goal=", ".join(one.card.objective[run.language] for one in found),
            reached=sum(one.scored == 100 for one in counted),
            count=len(counted),
        ),
        _source(run, codes),
        (
            say("slides.notes_against"),
            *figures.target_notes(run, codes),
            *figures.caveats(run, codes, with_targets=True).values(),
            *_definitions(run, [line.indicator for line in lines]),
        ),
        is_bars=True,
        categories=tuple(f"{name}  {mark}" for name, mark in zip(names, marks, strict=True)),
        name=say("slides.performance"),
        values=tuple(raw),
        target_name=say("slides.target"),
        targets=tuple(None if line.performance.excluded else 100.0 for line in lines),
        format=_percent_format(run, 0),
        alt="; ".join(f"{name}: {mark}" for name, mark in zip(names, marks, strict=True)),
        remark=say("slides.against_remark"),
    )


def _status(run: Run, scale: performance.Scale, found: performance.Performance) -> str:
    band = scale.status(found)
    return (
        band.label(run.language) if found.raw is None else f"{band.symbol} {run.text.percent(found.raw, 0)}"
    )


def _main(run: Run, goal: str, found: Sequence[Assessment]) -> Chart | None:
    """Show the series of the indicator that weighs most on a goal's card, of those that have one.

    Without a card, the first indicator of the goal stands for it.
    """
    lines = [line for one in found for line in one.lines]
    ordered = [line.indicator for line in sorted(lines, key=lambda line: -line.entry.weight)]
    ordered += [i for i in run.catalog.indicators.values() if i.goal == goal and not found]
    years = range(run.year - _YEARS + 1, run.year + 1)
    for indicator in ordered:
        read = [_figure(run, indicator.code, Period(year)) for year in years]
        known = [(y, f.value) for y, f in zip(years, read, strict=True) if f.value is not None]
        if len(known) >= _KNOWN and known[-1][0] == run.year:
            return _series(run, goal, indicator, years, read)
    return None


def _figure(run: Run, code: str, of: Period) -> Figure:
    try:
        return persons.figure(run, code, of)
    except MissingFigure as missing:
        return Figure(None, reason=missing.reason)


def _series(run: Run, goal: str, indicator: Indicator, years: range, read: Sequence[Figure]) -> Chart:
    say, code = run.text, indicator.code
    values = [_printed(indicator, figure.value) for figure in read]
    targets = [_printed(indicator, figures.target(run, code, year)) for year in years]
    known = [(y, f) for y, f in zip(years, read, strict=True) if f.value is not None]
    (first, began), (last, ended) = known[0], known[-1]
    written = [f"{year}: {figures.written(run, indicator, figure)}" for year, figure in known]
    aims = [
        f"{year}: {figures.written(run, indicator, Figure(aim))}"
        for year, aim in zip(years, targets, strict=True)
        if aim is not None
    ]
    name = indicator.name[run.language]
    return Chart(
        say(
            "slides.series",
            name=name,
            first=first,
            last=last,
            began=figures.written(run, indicator, began),
            ended=figures.written(run, indicator, ended),
        ),
        _source(run, [code]),
        (
            say("slides.notes_series", goal=run.catalog.goals[goal].name[run.language]),
            *figures.target_notes(run, [code]),
            *figures.caveats(run, [code], with_targets=True).values(),
            *_definitions(run, [indicator]),
        ),
        categories=tuple(map(str, years)),
        name=f"{name} ({code})",
        values=tuple(values),
        target_name=say("slides.target"),
        targets=tuple(targets),
        format=_format(run, indicator),
        alt="; ".join(written) + (f"; {say('slides.target')}: {', '.join(aims)}" if aims else ""),
        remark=say("slides.series_remark" if aims else "slides.series_remark_alone"),
        sentences=tuple(_sentences("", messages.of_goal(run, goal)).sentences[:3]),
    )


def _definitions(run: Run, found: Sequence[Indicator]) -> list[str]:
    return [f"{i.code}: {i.definition[run.language]}" for i in found]


def _decimals(indicator: Indicator) -> int:
    return 1 if indicator.unit == "percent" else DECIMALS.get(indicator.unit, 0)


def _printed(indicator: Indicator, value: float | None) -> float | None:
    if value is None or math.isnan(value):
        return None
    return _rounded(value, _decimals(indicator))


def _rounded(value: float, decimals: int) -> float:
    return round(float(value), decimals) + 0.0  # never −0


def _format(run: Run, indicator: Indicator) -> str:
    """Return Office's number format; the decimal sign is that of the reader's Office."""
    if indicator.unit == "percent":
        return _percent_format(run, 1)
    decimals = _decimals(indicator)
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def _percent_format(run: Run, decimals: int) -> str:
    number = "0" + ("." + "0" * decimals if decimals else "")
    return f'"%"{number}' if run.language == "tr" else f'{number}"%"'
