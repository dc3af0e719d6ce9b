"""Where a number comes from: definition, formula, variables, source files and rows, doubts, ledger.

A card is a plain record of texts in the run's language: what the page prints under `how-<code>` and the
command `workbook trace` in a terminal. It says nothing that the page may not say: variables of a figure that
is hidden are hidden, and so is a small number of persons beside a figure that is shown.
"""

import csv
import math
import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from .. import locale, paths, shared, store
from ..catalog import Indicator
from ..catalog.model import CountedVariable
from ..errors import NotHeld, ParameterError, Phrase
from ..intake import cards as identity_cards
from ..intake import declaration
from ..measures import rankings as measures
from ..measures.core import NO_REGISTER, VARIABLES, Figure, MissingFigure
from ..measures.indicators import NUMBER_OF, OVERALL, RANK
from ..plan import ledger
from ..plan.tables import DECIMALS, printed
from ..run import Run
from . import figures, persons
from . import ledger as published

Card = dict[str, Any]
Row = dict[Hashable, Any]


def cards(run: Run) -> dict[str, Card]:
    """Return the card of everything that the page has spoken of, by code, in order."""
    return {code: card(run, code) for code in sorted(run.spoken, key=_order)}


def _order(code: str) -> tuple[bool, str]:
    return (not code[:1].isupper(), code)  # indicators first


def card(run: Run, code: str) -> Card:
    """Return what is known of a figure of the run's period.

    Raises ParameterError for a code that is neither an indicator's nor a ranking's nor the page's own.
    """
    if code in run.catalog.indicators:
        return _of_indicator(run, run.catalog.indicators[code])
    system, _, variable = code.partition(".")
    if system in run.catalog.systems and variable in (
        OVERALL,
        RANK,
        *run.catalog.systems[system].variables,
    ):
        return _of_ranking(run, system, variable)
    if code in run.spoken:
        return _own(run, code, run.spoken[code])
    raise ParameterError(
        Phrase("Nothing is known of {code!r}.", code=code),
        expected="the code of an indicator, such as G3.25, or a ranking's score, such as the.overall",
        remedy="See the codes on the page on data quality, or in data/catalog/indicators.",
    )


def told(run: Run, of: Card) -> list[str]:
    """Write a card as plain lines, as a terminal shows it; the page lays the same out (card.html.j2)."""
    lines = [f"{of['code']}  {of['title']}"]
    for heading, found in sections(run, of):
        lines += ["", heading, *(f"  {line}" for line in found)]
    return lines


def sections(run: Run, of: Card) -> list[tuple[str, list[str]]]:
    """Return what a card says as headings, each with its lines; headings without any are left out."""
    say = run.text
    value = f"{of['value']} ({of['period']})" if of["value"] is not None else of["missing"]
    groups: list[tuple[str, list[str]]] = [
        (say("trace.value") if of["value"] is not None else say("trace.missing"), [value]),
        (say("trace.definition"), [of["definition"]]),
        (say("trace.formula.name"), [of["formula"]]),
        (say("trace.calculation"), [of["calculation"]]),
        (say("trace.variables"), [_told_variable(run, one) for one in of["variables"]]),
        (say("trace.published_rows"), [_told_row(run, one) for one in of["rows"]]),
        (say("trace.sources"), [line for one in of["sources"] for line in _told_source(run, one)]),
        (say("trace.data"), [of["edition"]]),
        (say("trace.history"), [say("trace.history_line", **one) for one in of["history"]]),
        (say("trace.caveats"), of["caveats"]),
    ]
    return [(heading, found) for heading, found in groups if any(found)]


def _told_variable(run: Run, one: Mapping[str, Any]) -> str:
    rows = "" if one["rows"] is None else f" ({run.text('trace.rows_used', rows=one['rows'])})"
    definition = f" – {one['definition']}" if one["definition"] else ""
    return f"{one['name']}: {one['value'] or run.text('trace.unknown')}{rows}{definition}"


def _told_row(run: Run, one: Mapping[str, Any]) -> str:
    row = "" if one["row"] is None else f", {run.text('trace.row', row=one['row'])}"
    held = f"; {one['held']}" if one["held"] else ""
    return f"{one['name']}: {one['value']} – {one['table']}{row} ({one['evidence']}){held}"


def _told_source(run: Run, one: Mapping[str, Any]) -> Iterator[str]:
    file = run.text("trace.file", file=one["file"], rows=one["rows"])
    yield f"{file}; {one['received']}" if one["received"] else file
    yield f"  SHA-256 {one['sha256']}"


# -- indicators ------------------------------------------------------------------------------------------


def _of_indicator(run: Run, indicator: Indicator) -> Card:
    found = _measured(run, indicator.code)
    shown = found.value is not None and math.isfinite(found.value)
    variables = list(_variables(run, indicator, found))
    return {
        "code": indicator.code,
        "title": indicator.name[run.language],
        "period": _edition(run, indicator) or figures.period(run, run.period),
        "value": figures.written(run, indicator, found) if shown else None,
        "exact": printed(found.value, indicator) if shown and found.value is not None else None,
        "missing": "" if shown else figures.why_missing(run, indicator.code, found),
        "unit": run.text(f"plan.unit.{indicator.unit}"),
        "definition": indicator.definition[run.language],
        "formula": _formula(run, indicator),
        "calculation": _calculation(run, indicator, found, variables) if shown else "",
        "variables": variables,
        "rows": [] if run.unit else list(_rows(run, *NUMBER_OF.get(indicator.code, ("", "")))),
        "sources": list(_sources(run, indicator.datasets)),
        "edition": run.text(f"edition.{run.edition}"),
        "caveats": list(figures.caveats(run, [indicator.code]).values()),
        "history": list(_history(run, indicator)),
    }


def _measured(run: Run, code: str) -> Figure:
    try:
        return persons.figure(run, code)
    except NotHeld:
        return Figure(None, reason=NO_REGISTER)  # an edition may hold registers and no rankings


def _edition(run: Run, indicator: Indicator) -> str:
    """Name the edition of a ranking that the figure is of; empty for what is of the run's period."""
    system, _ = NUMBER_OF.get(indicator.code, ("", ""))
    return f"{run.catalog.systems[system].short} {run.edition_of(system)}" if system else ""


def _formula(run: Run, indicator: Indicator) -> str:
    system, what = NUMBER_OF.get(indicator.code, ("", ""))
    if what == OVERALL:
        return _weights(run, system)
    if indicator.method is not None:
        return indicator.method[run.language]
    named = run.catalog.variables
    above = named[indicator.numerator].name[run.language]
    if indicator.denominator is None:
        return run.text("trace.formula.sum", numerator=above)
    key = "percent" if indicator.unit == "percent" else "quotient"
    below = named[indicator.denominator].name[run.language]
    return run.text(f"trace.formula.{key}", numerator=above, denominator=below)


def _calculation(run: Run, indicator: Indicator, found: Figure, variables: list[dict[str, Any]]) -> str:
    """Write a quotient with its numbers, where both may be shown."""
    values = [variable["value"] for variable in variables]
    if indicator.method is not None or indicator.denominator is None or None in values:
        return ""
    key = "percent" if indicator.unit == "percent" else "quotient"
    written = figures.written(run, indicator, found)
    return f"{run.text(f'trace.formula.{key}', numerator=values[0], denominator=values[1])} = {written}"


def _variables(run: Run, indicator: Indicator, found: Figure) -> Iterator[dict[str, Any]]:
    if indicator.code in NUMBER_OF:
        return  # the publisher's rows stand in their place
    named = [indicator.numerator, *([indicator.denominator] if indicator.denominator else [])]
    sums = [found.numerator, found.denominator]
    for place, code in enumerate(named):
        variable = run.catalog.variables[code]
        number = None
        if found.value is not None:
            number = _alone(run, variable) if indicator.method is not None else sums[place]
        yield {
            "name": variable.name[run.language],
            "definition": variable.definition[run.language],
            "value": _number(run, variable, number),
            "rows": found.rows[place] if place < len(found.rows) else None,
        }


def _number(run: Run, variable: CountedVariable, number: float | None) -> str | None:
    """Write a variable's value; None where it is not known, or a number of persons that may not be shown."""
    if number is None or not math.isfinite(number):
        return None
    if variable.person_count and persons.count(run, number) is None:
        return None
    whole = float(number).is_integer()
    written = run.text.number(number, 0 if whole else DECIMALS.get(variable.unit, 1))
    return run.text(f"trace.unit.{variable.unit}", value=written)


def _alone(run: Run, variable: CountedVariable) -> float | None:
    """Count what an index or a mean is made of; its parts are no terms of its formula."""
    if variable.unit != "count" or variable.code not in VARIABLES:
        return None

    def counted() -> float | None:
        try:
            if variable.person_count:
                return persons.number(run, variable.code)
            return float(VARIABLES[variable.code](run.registers, run.period)["amount"].sum())
        except MissingFigure:
            return None

    return run.once(("counted", variable.code, run.period), counted)


def _history(run: Run, indicator: Indicator) -> Iterator[dict[str, str]]:
    """Tell what the ledger says was published of the figure, the first line first."""
    half = "half-year" if run.period.half else "year"
    figure = (run.year, half, run.institution.id, run.unit, indicator.code)
    for entry in _ledger(run):
        if entry.figure == figure:
            day = locale.day(date.fromisoformat(entry.published_on), run.language)
            yield {"day": day, "value": published.value(run, entry), "reason": entry.reason}


def _ledger(run: Run) -> tuple[ledger.Published, ...]:
    try:
        return run.measured.get("ledger", ledger.read)
    except NotHeld:
        return ()


# -- rankings --------------------------------------------------------------------------------------------


def _of_ranking(run: Run, system: str, variable: str) -> Card:
    definition = run.catalog.systems[system]
    edition = run.edition_of(system)
    name = _named(run, system, variable)
    value, doubts = _ranking_value(run, system, variable)
    meaning = "trace.ranking.recomputed" if variable == OVERALL else "trace.ranking.published"
    return {
        "code": f"{system}.{variable}",
        "title": f"{definition.short} {edition}: {name}",
        "period": f"{definition.short} {edition}",
        "value": value,
        "exact": None,
        "missing": "" if value is not None else run.text("activities.reason.no_year"),
        "unit": "",
        "definition": run.text(meaning, publisher=definition.publisher, name=definition.name[run.language]),
        "formula": _weights(run, system) if variable == OVERALL else run.text("trace.formula.published"),
        "calculation": "",
        "variables": [],
        "rows": list(_rows(run, system, variable)),
        "sources": list(_sources(run, ("ranking_positions", "ranking_scores"), system)),
        "edition": run.text(f"edition.{run.edition}"),
        "caveats": doubts,
        "history": [],
    }


def _named(run: Run, system: str, variable: str) -> str:
    if variable in (OVERALL, RANK):
        return run.text("trace.ranking.overall" if variable == OVERALL else "trace.ranking.rank")
    names = run.catalog.systems[system].variables[variable]
    return names.tr if run.language == "tr" else names.en


def _weights(run: Run, system: str) -> str:
    method = run.catalog.systems[system].method(run.edition_of(system))
    if method is None:
        return run.text("trace.formula.published")
    sums = " + ".join(
        f"{run.text.number(weight, 3)} × {_named(run, system, name)}"
        for name, weight in method.weights.items()
    )
    if method.scale == 1 and method.shift == 0:
        return sums
    scale, shift = (run.text.number(value, 4) for value in (method.scale, abs(method.shift)))
    return f"{scale} × ({sums}) {'+' if method.shift > 0 else '−'} {shift}"


def _ranking_value(run: Run, system: str, variable: str) -> tuple[str | None, list[str]]:
    """Write a ranking's number of the edition of the year, with the doubts that go with it."""
    edition = run.edition_of(system)
    if variable == OVERALL:
        found = measures.hidden(run.rankings, run.institution.id, system, edition)
        now = found[found["edition"] == edition]
        if now.empty:
            return None, []
        error = run.text("trace.ranking.error", error=now["error"].iloc[0])
        return run.text.number(now["overall"].iloc[0], 2), [error]
    rows = _own_rows(run, system, variable)
    if not rows:
        return None, []
    codes = sorted({code for row in rows for code in str(row["caveats"]).split()})
    doubts = [run.catalog.caveats[code][run.language] for code in codes]
    if variable == RANK:
        return str(rows[0]["rank_text"]) or None, doubts
    value = rows[0]["value_low"]
    if pd.isna(value):
        return None, doubts
    kind = run.catalog.systems[system].variables[variable].kind
    return run.text.number(value, 1 if kind in ("score", "ratio") else 0), doubts


def _own_rows(run: Run, system: str, what: str) -> list[Row]:
    """Return the publisher's rows of the edition of the year for a score, or for the rank."""

    def read() -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for table in (run.rankings.positions, run.rankings.scores):
            mine = table[table["institution"] == run.institution.id]
            mine = mine[(mine["system"] == system) & (mine["edition"] == run.edition_of(system))]
            for row in mine.to_dict("records"):
                found.setdefault(str(row.get("variable", RANK)), []).append(row)
        return found

    return run.measured.get(("published", system, run.edition_of(system)), read).get(what, [])


def _rows(run: Run, system: str, what: str) -> Iterator[dict[str, Any]]:
    """Tell the publisher's rows behind a number: what, its value as printed, table, row, how it is known."""
    if not system:
        return
    method = run.catalog.systems[system].method(run.edition_of(system))
    weighted = list(method.weights) if method else []
    lines = {str(row["source"]): row["source_row"] for row in _own_rows(run, system, RANK)}
    for variable in weighted if what == OVERALL else [what]:
        for row in _own_rows(run, system, variable):
            yield {
                "name": _named(run, system, variable),
                "value": str(row["rank_text"]) if variable == RANK else _printed(run, row),
                "table": str(row["source"]),
                # The scores of a table stand in the row of its rank.
                "row": _whole(row["source_row"]) or _whole(lines.get(str(row["source"]), "")),
                "evidence": run.text(f"evidence.{row['evidence']}"),
                "held": _place(run, row, variable),
            }


def _printed(run: Run, row: Row) -> str:
    """Write a published score in the run's language, with the decimals that it was published with."""
    text = str(row["value_text"])
    if not re.fullmatch(r"-?[\d,]+(\.\d+)?%?", text) or pd.isna(row["value_low"]):
        return text
    decimals = len(text.strip("%").partition(".")[2])
    write = run.text.percent if text.endswith("%") else run.text.number
    return write(float(row["value_low"]), decimals)


def _place(run: Run, row: Row, variable: str) -> str:
    """Tell the row of the embedded file that a published number stands in; empty for received ones."""
    if run.edition != store.SAMPLE:
        return ""
    path = paths.data("sample", "ranking_positions.csv" if variable == RANK else "ranking_scores.csv")
    lines = run.measured.get(("lines", path.name), lambda: _lines(path))
    key = (row["system"], str(row["edition"]), row["name_key"], row.get("variable", ""))
    return run.text("trace.line", file=paths.shown(path), row=lines[key])


def _lines(path: Path) -> dict[tuple[str, ...], int]:
    """Return the rows of a file by ranking, edition, name and variable, counted with the header."""
    names = ("system", "edition", "name_key", "variable")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        places = [header.index(name) if name in header else None for name in names]
        return {
            tuple("" if place is None else row[place] for place in places): reader.line_num for row in reader
        }


def _whole(value: Any) -> int | None:
    return None if value == "" or pd.isna(value) else int(float(value))


# -- figures of a page's own -----------------------------------------------------------------------------

# What they are counted in; the rest are worked out of other figures.
_COUNTED_IN: Mapping[str, tuple[str, ...]] = {
    "plan": ("targets",),
    "objective": ("targets",),
    "ahead": ("targets",),
    "overdue": ("actions",),
    "due": ("actions",),
    "deadlines": ("accreditation",),
    "due_soon": ("accreditation",),
    "terms": ("accreditation",),
    "unaccredited": ("programmes", "accreditation"),
    "ending": ("agreements", "partners"),
    "asleep": ("agreements", "partners"),
    "uncounted": ("mobility",),
    "edge": ("ranking_scores", "ranking_positions"),
    "peers": ("ranking_scores",),
    "aimed": ("targets",),
}
# What is counted over all registers, and what in the one that the code names after its kind.
_OF_ALL = ("held", "not_held", "rejected", "broken", "generated", "totals")
_OF_ONE = ("register", "total")


def _own(run: Run, code: str, value: object) -> Card:
    """Return the card of a figure that is no indicator: its texts stand under `trace.*_of.<kind>`.

    What follows the kind in the code tells figures of one kind apart, as `objective.G1` does.
    """
    kind, _, key = code.partition(".")
    say, datasets = run.text, _counted_in(kind, key)
    generated = any(store.is_demonstration(run.edition, name) for name in datasets)
    return {
        "code": code,
        "title": _of_register(run, kind, key, say(f"trace.title_of.{kind}")),
        "period": figures.period(run, run.period),
        "value": value if isinstance(value, str) else run.text.number(float(str(value))),
        "exact": None,
        "missing": "",
        "unit": "",
        "definition": say(f"trace.definition_of.{kind}"),
        "formula": say(f"trace.formula_of.{kind}"),
        "calculation": "",
        "variables": list(_performances(run, kind, key)),
        "rows": [],
        "sources": list(_sources(run, datasets)),
        "edition": say(f"edition.{run.edition}"),
        "caveats": [run.catalog.caveats["demonstration"][run.language]] if generated else [],
        "history": [],
    }


def _counted_in(kind: str, key: str) -> tuple[str, ...]:
    if kind in _OF_ALL:
        return tuple(declaration.receivable())
    return (key.partition(".")[0],) if kind in _OF_ONE else _COUNTED_IN.get(kind, ())


def _of_register(run: Run, kind: str, key: str, title: str) -> str:
    """Name the register that a figure was counted in, where its code says it."""
    if kind not in _OF_ONE:
        return title
    meaning = store.definition(key.partition(".")[0])["meaning"]
    named = str(meaning[run.language]) if isinstance(meaning, dict) else run.text("activities.rankings")
    return run.text("trace.of_register", title=title, register=named)


def _performances(run: Run, kind: str, key: str) -> Iterator[dict[str, Any]]:
    """Tell the performances that one of the plan or of an objective is made of, each with its weight."""
    from .cards import NoCard, assessed

    if kind not in ("plan", "objective"):
        return
    try:
        found = [one for one in assessed(run) if key in ("", one.card.key)]
    except NoCard:
        return
    for one in found:
        parts = (
            [(one.card.objective[run.language], "", one.objective.strict)]
            if kind == "plan"
            else [
                (
                    line.indicator.name[run.language],
                    run.text("trace.weight", weight=line.entry.weight),
                    line.performance.scored,
                )
                for line in one.lines
            ]
        )
        for name, weight, scored in parts:
            written = None if scored is None else run.text.percent(scored, 1)
            yield {"name": name, "definition": weight, "value": written, "rows": None}


# -- files -----------------------------------------------------------------------------------------------


def _sources(run: Run, datasets: tuple[str, ...], system: str = "") -> Iterator[dict[str, Any]]:
    """Tell the files that datasets were read from, with hash and rows, and how they came here."""
    if run.registers.of_other and not any(name.startswith("ranking_") for name in datasets):
        return
    for dataset in datasets:
        for source in _files(run, dataset, system):
            yield {**asdict(source), **_received(run, dataset, source)}


def _files(run: Run, dataset: str, system: str) -> list[store.Source]:
    if dataset.startswith("ranking_"):
        held = [
            source
            for source in run.rankings.sources
            if {dataset, f"{dataset}.csv"} & set(source.file.split("/"))
        ]
        chosen = [source for source in held if source.file.rsplit("/", 1)[-1].startswith(f"{system}-")]
        return chosen or held
    run.registers.touch(dataset)
    return list(run.registers.sources.get(dataset, ()))


def _received(run: Run, dataset: str, source: store.Source) -> dict[str, str]:
    """Tell when and from whom a file was received, or what the embedded one is."""
    if run.edition != store.LIVE:
        return {"received": figures.kind(run, dataset)}
    origin = str(store.definition(dataset).get("worked_out_of", dataset))
    part = source.file.removeprefix(f"data/store/{dataset}/").removesuffix(".parquet")
    card = _received_files().get(f"{origin}/{part}")
    if card is None:
        return {"received": ""}
    day = locale.day(datetime.fromisoformat(str(card["received"])).date(), run.language)
    named = {"day": day, "sender": str(card["received_from"]), "file": str(card["name_as_received"])}
    return {"received": run.text("trace.received", **named), "sha256_received": str(card["sha256"])}


def _received_files() -> dict[str, dict[str, Any]]:
    """Return the identity cards of received files by the partitions that they became."""

    def read() -> dict[str, dict[str, Any]]:
        return {part: one for one in identity_cards() for part in one["partitions"]}

    return shared.once(("identity cards", paths.root()), read)
