"""An attacker on published reports: reads every number with its label, and asks what the hidden ones are.

He knows what counts as what (the definitions are published) and that parts add up; of the registers he
knows nothing but which cells there are. His equations go to the linear program of `analysis.audit`.
"""

import ast
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

import helpers
from helpers.analysis.audit import Range, Sum, audit
from helpers.batch.readings import Reader
from helpers.measures import mobility as stays
from helpers.measures.core import VARIABLES, MissingFigure, Period
from helpers.present import figures
from helpers.present.pieces import NOTE_TYPE, Piece

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
K = 5

# A number of persons: variable, period, unit ("" for the university), column, value ("" for the total).
Name = tuple[str, Period, str, str, str]

# What a table of the page on mobility breaks down, by the key of the table.
MOBILITY = {
    "mobility-programme": "programme",
    "mobility-country-code": "country_code",
    "mobility-unit": "unit",
}
WAYS = ("outgoing_students", "incoming_students")
NUMBER = r"%?\d[\d.,]*%?"


# -- what is published -----------------------------------------------------------------------------------


def pages(
    reader: Reader, names: Iterable[str], skip: tuple[str, ...] = (), only: tuple[str, ...] = ("",)
) -> Iterator[tuple[str, Piece]]:
    """Execute the code cells of notebooks for a run, and give every piece that they show.

    Cells that begin with one of `skip` are left out, and all that begin with none of `only`.
    """
    for name in names:
        space: dict[str, Any] = {}
        read = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
        sources = ["".join(cell["source"]) for cell in read["cells"] if cell["cell_type"] == "code"]
        for source in sources[1:]:
            tree = ast.parse(source)
            if "run" not in space:
                imported = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
                space |= {one.name: getattr(helpers, one.name) for node in imported for one in node.names}
                space["run"] = reader
            elif source.startswith(only) and not source.startswith(skip):
                *before, last = tree.body
                exec(compile(ast.Module(before, []), name, "exec"), space)
                yield source, eval(compile(ast.Expression(last.value), name, "eval"), space)


def readable(piece: Piece) -> str:
    """Return all words and numbers of a piece: plain form, table as laid out, alternative text, notes."""
    laid_out = re.sub(
        r"<[^>]+>", " ", re.sub(r"<style.*?</style>", " ", piece.bundle.get("text/html", ""), flags=re.S)
    )
    note = json.dumps(piece.bundle[NOTE_TYPE], ensure_ascii=False)
    return "\n".join([piece.text, piece.bundle.get("text/markdown", ""), laid_out, note])


def table_of(piece: Piece) -> tuple[str, list[list[str]]] | None:
    """Return a table's key and its rows as a reader of the page sees them, headings first."""
    laid_out = piece.bundle.get("text/html", "")
    key = re.search(r'id="table-([^"]+)"', laid_out)
    if not key:
        return None
    rows = [
        [
            re.sub(r"<[^>]+>", "", cell).strip()
            for cell in re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, flags=re.S)
        ]
        for row in re.findall(r"<tr\b[^>]*>(.*?)</tr>", laid_out, flags=re.S)
    ]
    return key.group(1), [row for row in rows if row]


# -- what it says ----------------------------------------------------------------------------------------


@dataclass
class Knowledge:
    """Published numbers of persons and percentages, by their names."""

    counts: dict[Name, float] = field(default_factory=dict)
    shares: list[tuple[Name, Name, float]] = field(default_factory=list)
    steps: list[tuple[Name, Name, float]] = field(default_factory=list)
    read: int = 0

    def number(self, name: Name, text: str, language: str) -> None:
        """Note a number as it is written; what is no number, such as "hidden", tells nothing."""
        found = parsed(text, language)
        if found is not None:
            self.counts[name] = found
            self.read += 1


def parsed(text: str, language: str) -> float | None:
    """Read a number as the language writes it; None for what is none."""
    bare = text.strip().strip("%")
    if not re.fullmatch(r"\d[\d.,]*", bare):
        return None
    thousands, decimal = (".", ",") if language == "tr" else (",", ".")
    return float(bare.replace(thousands, "").replace(decimal, "."))


def learn(known: Knowledge, reader: Reader, source: str, piece: Piece) -> None:
    """Take what a piece says of persons."""
    found = table_of(piece)
    if found:
        key, rows = found
        _of_indicators(known, reader, rows)
        if match := re.fullmatch(r"by-(G\w-\d\d)-(.+)", key):
            code, column = match.group(1).replace("-", "."), match.group(2).replace("-", "_")
            _of_breakdown(known, reader, rows, (reader.catalog.indicators[code].numerator,), column)
        if key in MOBILITY:
            _of_breakdown(known, reader, rows, WAYS, MOBILITY[key])
        if key == "mobility-who":
            _of_who(known, reader, rows)
        if key == "mobility-validity":
            _of_reasons(known, reader, rows)
    _of_cards(known, reader, piece.bundle[NOTE_TYPE].get("provenance", {}))
    if (asked := re.search(r'standing\.of\(.*?\), \("(G[\dX]\.\d\d)".*by="(\w+)"', source)) is not None:
        _of_changes(known, reader, piece.text, *asked.groups())
    _of_sentences(known, reader, piece.text)


def _of_cards(known: Knowledge, reader: Reader, cards: dict[str, Any]) -> None:
    """The provenance cards at the end of a page: a figure, and what it is made of."""
    for code, card in cards.items():
        indicator = reader.catalog.indicators.get(code)
        if indicator is None:
            continue
        _of_code(known, reader, code, reader.period, card["value"] or "")
        for variable, told in zip(
            (indicator.numerator, indicator.denominator), card["variables"], strict=False
        ):
            if variable and reader.catalog.variables[variable].person_count:
                known.number(
                    (variable, reader.period, reader.unit, "", ""), told["value"] or "", reader.language
                )


def _of_changes(known: Knowledge, reader: Reader, text: str, code: str, column: str) -> None:
    """The groups that changed most, each with the step from the year before."""
    variable = reader.catalog.indicators[code].numerator
    if not reader.catalog.variables[variable].person_count:
        return
    for value in values(reader, (variable,), column):
        step = re.search(rf"[:,] {re.escape(figures.named(reader, column, value))} ([+−-])(\d+)", text)
        if step:
            sign = 1 if step.group(1) == "+" else -1
            pair = [
                (variable, when, reader.unit, column, str(value))
                for when in (reader.period, reader.period.before())
            ]
            known.steps.append((*pair, sign * float(step.group(2))))
            known.read += 1


def _of_indicators(known: Knowledge, reader: Reader, rows: list[list[str]]) -> None:
    """Any row that names an indicator by its code: this period's reading, and the one before."""
    heads = next((row for row in rows if figures.period(reader, reader.period) in row), [])
    for row in rows:
        code = next((m.group() for cell in row[:2] if (m := re.search(r"G[\dX]\.\d\d", cell))), "")
        for when in (reader.period, reader.period.before()):
            label = figures.period(reader, when)
            if code in reader.catalog.indicators and label in heads and heads.index(label) < len(row):
                _of_code(known, reader, code, when, row[heads.index(label)])


def _of_code(known: Knowledge, reader: Reader, code: str, when: Period, text: str) -> None:
    indicator = reader.catalog.indicators[code]
    above, below = (
        reader.catalog.variables.get(v or "") for v in (indicator.numerator, indicator.denominator)
    )
    value = parsed(text, reader.language)
    if value is None or above is None or not above.person_count:
        return
    name = (above.code, when, reader.unit, "", "")
    if indicator.unit == "count":
        known.number(name, text, reader.language)
    elif indicator.unit == "percent" and below is not None:
        known.shares.append((name, (below.code, when, reader.unit, "", ""), value))
        known.read += 1


def _of_breakdown(
    known: Knowledge, reader: Reader, rows: list[list[str]], variables: tuple[str, ...], column: str
) -> None:
    labels = {figures.named(reader, column, value): value for value in values(reader, variables, column)}
    for row in rows:
        _of_all(known, reader, row, variables)
        value = labels.get(row[0])
        for variable, cell in zip(variables, row[1:], strict=False):
            if value is not None:
                known.number(
                    (variable, reader.period, reader.unit, column, str(value)), cell, reader.language
                )


def _of_all(known: Knowledge, reader: Reader, row: list[str], variables: tuple[str, ...]) -> None:
    if row[0] == reader.text("mobility.all"):
        for variable, cell in zip(variables, row[1:], strict=False):
            known.number((variable, reader.period, reader.unit, "", ""), cell, reader.language)


def _of_who(known: Knowledge, reader: Reader, rows: list[list[str]]) -> None:
    say = reader.text
    labels = {
        say(f"mobility.level.{one}"): ("degree_level", one)
        for one in ("associate", "bachelor", "master", "doctorate")
    }
    labels |= {say(f"mobility.gender.{one}"): ("gender", one) for one in ("female", "male")}
    for row in rows:
        _of_all(known, reader, row, WAYS)
        if row[0] in labels:
            for variable, cell in zip(WAYS, row[1:], strict=False):
                known.number((variable, reader.period, reader.unit, *labels[row[0]]), cell, reader.language)


def _of_reasons(known: Knowledge, reader: Reader, rows: list[list[str]]) -> None:
    labels = {reader.text(f"mobility.reason.{reason}"): reason for reason in stays.REASONS}
    for row in rows:
        if row[0] in labels:
            name = ("uncounted", reader.period, reader.unit, "reason", labels[row[0]])
            known.number(name, row[1], reader.language)


def _of_sentences(known: Knowledge, reader: Reader, text: str) -> None:
    """Sentences and alternative texts: a code with its value and year, a variable with two, a series."""
    named = {v.name[reader.language]: v for v in reader.catalog.variables.values() if v.person_count}
    periods = {figures.period(reader, when): when for when in (reader.period, reader.period.before())}
    for code, said in re.findall(r"\((G[\dX]\.\d\d)\):([^;]*?)(?=\(G[\dX]\.\d\d\):|\n|$)", text):
        for label, when in periods.items():
            pattern = rf"{label}[^\d%]*({NUMBER})" if reader.language == "tr" else rf"({NUMBER}) in {label}"
            for value in re.findall(pattern, said)[:1]:
                _of_code(known, reader, code, when, value.rstrip(".,"))
    for name, variable in named.items():
        for before, now in re.findall(rf"{re.escape(name)}: ({NUMBER}) → ({NUMBER})", text):
            for when, value in ((reader.period, now), (reader.period.before(), before)):
                known.number((variable.code, when, reader.unit, "", ""), value.rstrip(".,"), reader.language)
    for indicator in reader.catalog.indicators.values():
        for line in text.splitlines():
            if line.startswith(indicator.name[reader.language] + ": "):
                for year, value in re.findall(rf"\b(20\d\d) ({NUMBER})", line.split("; ")[0]):
                    _of_code(
                        known,
                        reader,
                        indicator.code,
                        Period(int(year), reader.period.half),
                        value.rstrip(".,"),
                    )


# -- documents and manifest --------------------------------------------------------------------------------


def rows_of_document(name: str, content: bytes) -> list[list[str]]:
    """Return the rows of the tables in a spreadsheet or a text document, the lines of a calendar."""
    if name.endswith(".ics"):
        return [[line] for line in content.decode("utf-8").replace("\r\n ", "").splitlines()]
    if name.endswith(".xlsx"):
        import openpyxl

        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        return [
            ["" if cell is None else str(cell) for cell in row]
            for sheet in book
            for row in sheet.iter_rows(values_only=True)
        ]
    xml = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    rows = re.findall(r"<w:tr\b.*?</w:tr>", xml, flags=re.S)
    cells = [re.findall(r"<w:tc\b.*?</w:tc>", row, flags=re.S) for row in rows]
    return [
        ["".join(re.findall(r"<w:t\b[^>]*>(.*?)</w:t>", cell, flags=re.S)) for cell in row] for row in cells
    ]


def learn_manifest(known: Knowledge, reader: Reader, found: Iterable[Any]) -> None:
    """Take the figures that run.json and the ledger hold."""
    for one in found:
        if one.line.value_text:
            when = replace(reader.period, year=one.line.year)
            _of_code(
                known,
                replace(reader, language="en", unit=one.line.unit),
                one.line.indicator,
                when,
                one.line.value_text,
            )


# -- what the registers say, to judge by -----------------------------------------------------------------


def rows_of(reader: Reader, variable: str, when: Period) -> pd.DataFrame | None:
    """Return the true rows of a variable of the whole university; None where they are not known."""

    def rows():
        select = stays.uncounted_stays if variable == "uncounted" else VARIABLES[variable]
        try:
            return select(replace(reader.registers, unit=None), when)
        except MissingFigure:
            return None

    return reader.registers.memo.get(("true", variable, when), rows)


def values(reader: Reader, variables: Iterable[str], column: str) -> list[object]:
    """Return the values that a column has in any of the variables' rows, now or the year before."""
    found = {
        value
        for variable in variables
        for when in (reader.period, reader.period.before())
        if (rows := rows_of(reader, variable, when)) is not None and column in rows
        for value in rows[column]
    }
    return sorted(found)


def truth(reader: Reader, variable: str, when: Period) -> dict[Name, float]:
    """Return the true numbers of a variable: in all, by unit, by group, by both."""
    rows = rows_of(reader, variable, when)
    if rows is None:
        return {}
    found: dict[Name, float] = {(variable, when, "", "", ""): float(rows["amount"].sum())}
    if "unit" in rows:
        found |= {
            (variable, when, u, "", ""): float(n) for u, n in rows.groupby("unit")["amount"].sum().items()
        }
    for column in COLUMNS.get(variable, ()):
        if column in rows:
            sums = rows.groupby(column)["amount"].sum()
            found |= {(variable, when, "", column, str(v)): float(n) for v, n in sums.items()}
            if "unit" in rows and column != "unit":
                both = rows.groupby(["unit", column])["amount"].sum().unstack(fill_value=0.0).stack()
                found |= {(variable, when, u, column, str(v)): float(n) for (u, v), n in both.items()}
    return found


# The breakdowns that pages show.
COLUMNS = {
    "international_students": ("citizenship_code", "unit"),
    "outgoing_students": ("country_code", "programme", "gender", "degree_level", "unit"),
    "incoming_students": ("country_code", "programme", "gender", "degree_level", "unit"),
    "invited_talks": ("country_code",),
    "uncounted": ("reason",),
}


# -- what he works out -------------------------------------------------------------------------------------


@dataclass
class Leak:
    """A small number that is published or can be narrowed to less than k."""

    name: Name
    true: float
    how: str


def leaks(
    known: Knowledge, reader: Reader, periods: Iterable[Period], broken_down: bool = True
) -> list[Leak]:
    """Return every number from 1 to k − 1 that the published ones give away, groups' numbers if asked."""
    found: list[Leak] = []
    variables = [v.code for v in reader.catalog.variables.values() if v.person_count] + ["uncounted"]
    true: dict[Name, float] = {}
    for variable in variables:
        for when in periods:
            true |= truth(reader, variable, when)
    counts = worked_out(known)
    small = {name for name, number in true.items() if 0 < number < K}
    found += [Leak(name, true[name], "published") for name in small if counts.get(name) == true[name]]
    # A unit's number in the table of units is its total.
    for name in list(counts):
        if name[3] == "unit":
            counts.setdefault((name[0], name[1], name[4], "", ""), counts[name])
    reported = {name[2] for name in known.counts}
    for variable in variables:
        found += _lines(counts, true, reader, variable, periods)
        for column in COLUMNS.get(variable, ()) if broken_down else ():
            for when in periods:
                found += _grid(counts, true, variable, when, column, reported)
    return found


def worked_out(known: Knowledge) -> dict[Name, float]:
    """Return what is published as a number, as a step from one, or as a percentage of one."""
    counts = dict(known.counts)
    _by_steps(counts, known)
    _by_shares(counts, known)
    return counts


def _by_steps(counts: dict[Name, float], known: Knowledge) -> None:
    for now, before, step in known.steps:
        if now in counts:
            counts.setdefault(before, counts[now] - step)


def _by_shares(counts: dict[Name, float], known: Knowledge) -> None:
    """A percentage of a known base tells the number where one whole number alone rounds to it."""
    for part, whole, share in known.shares:
        if part not in counts and whole in counts:
            fits = (
                [
                    n
                    for n in range(int(counts[whole]) + 1)
                    if abs(100 * n / counts[whole] - share) <= 0.05 + 1e-9
                ]
                if counts[whole]
                else []
            )
            if len(fits) == 1:
                counts[part] = float(fits[0])


def _lines(
    counts: dict[Name, float],
    true: dict[Name, float],
    reader: Reader,
    variable: str,
    periods: Iterable[Period],
) -> list[Leak]:
    """Total and units of a variable, with what it is part of and the second half of the year."""
    numbers: dict[Name, float] = {}
    sums: list[Sum] = []
    parent = reader.catalog.variables[variable].part_of if variable in reader.catalog.variables else None
    for when in periods:
        own = {n: v for n, v in true.items() if n[0] == variable and n[1] == when and not n[3]}
        whole = (variable, when, "", "", "")
        if whole not in own:
            continue
        numbers |= own
        units = tuple(n for n in own if n[2])
        if units and sum(own[n] for n in units) == own[whole]:
            sums.append(Sum(whole, units))
        others = [(parent, when)] if parent else []
        if when.half:
            others.append((variable, Period(when.year)))
        for other, of in others:
            for name in own:
                above = (other, of, *name[2:])
                if (
                    above in true
                    and true[above] >= own[name]
                    and (not when.half or of == when or _nested(reader, variable, when))
                ):
                    rest = (f"{other} without {variable} {when}", of, *name[2:])
                    numbers |= {above: true[above], rest: true[above] - own[name]}
                    sums.append(Sum(above, (name, rest)))
    return _narrow(counts, numbers, sums, "lines")


def _nested(reader: Reader, variable: str, when: Period) -> bool:
    half, year = rows_of(reader, variable, when), rows_of(reader, variable, Period(when.year))
    return half is not None and year is not None and bool(half.index.isin(year.index).all())


def _grid(
    counts: dict[Name, float],
    true: dict[Name, float],
    variable: str,
    when: Period,
    column: str,
    reported: set[str],
) -> list[Leak]:
    """A breakdown of the university with those of the units that have reports, the others together."""
    own = {n: v for n, v in true.items() if n[0] == variable and n[1] == when and n[3] == column}
    whole = (variable, when, "", "", "")
    groups = [n for n in own if not n[2]]
    if not groups:
        return []
    numbers = {whole: true[whole], **{n: own[n] for n in groups}}
    sums = [Sum(whole, tuple(groups))]
    if column != "unit":
        units = sorted(u for u in reported if u and any(n[2] == u for n in own))
        for unit in units:
            total = (variable, when, unit, "", "")
            cells = tuple((variable, when, unit, column, g[4]) for g in groups)
            numbers |= {n: own.get(n, 0.0) for n in cells} | {total: true[total]}
            sums.append(Sum(total, cells))
        if units:
            for group in groups:
                rest = (variable, when, "the others", column, group[4])
                parts = tuple((variable, when, unit, column, group[4]) for unit in units)
                numbers[rest] = own[group] - sum(numbers[p] for p in parts)
                sums.append(Sum(group, (*parts, rest)))
    return _narrow(counts, numbers, sums, column)


def _narrow(counts: dict[Name, float], numbers: dict[Name, float], sums: list[Sum], how: str) -> list[Leak]:
    """Ask the linear program; what is listed as hidden holds one person at least."""
    shown = {name: counts.get(name) for name in numbers}
    for name, number in numbers.items():
        if number == 0 and name[2] == "" and shown[name] is None:
            shown[name] = 0.0  # a true nought of the university is shown
    small = [
        n for n, number in numbers.items() if shown[n] is None and 0 < number < K and n[2] != "the others"
    ]
    least = {n: 1.0 for n in numbers if shown[n] is None and n[2] == "" and numbers[n] > 0}
    if not small or not sums:
        return []
    ranges: dict[Any, Range] = audit(shown, sums, least, small)
    return [
        Leak(n, numbers[n], f"{how}: {one.low:.0f} to {one.high:.0f}")
        for n, one in ranges.items()
        if one.width < K - 1e-6
    ]
