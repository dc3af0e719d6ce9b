"""Do rows keep what their register declares: cells, keys, rules, and references to other registers?

One engine for all: it judges text, so that a file just handed in, a table at rest and a frame that was
generated are held to the same declaration.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .. import store
from ..errors import Fault
from . import declaration, labels, wording
from .cells import STRICT, Reader, is_error
from .values import Unreadable

# The cells of a register by column, all of one length; "" is a missing value.
Texts = Mapping[str, list[str]]

_LITERAL = re.compile(r"'[^']*'")


@dataclass(frozen=True)
class Breach:
    """One thing wrong with a row: its place from 0, the columns and cells, and what is wrong with them.

    `other` is the place of another row that is part of it, such as one with the same key.
    """

    row: int
    columns: tuple[str, ...]
    cells: tuple[str, ...]
    fault: Fault
    other: int | None = None

    @property
    def expected(self) -> str:
        """Say in English what was expected."""
        return wording.said(self.fault, "expected")

    @property
    def remedy(self) -> str:
        """Say in English what to do."""
        return wording.said(self.fault, "remedy")

    @property
    def value(self) -> str:
        """Return the cells as one text."""
        return ", ".join(self.cells)


def rows(
    described: Mapping[str, Any], texts: Texts, readers: Mapping[str, Reader] = STRICT
) -> tuple[dict[str, list[str]], list[Breach]]:
    """Judge what the rows of a register tell by themselves; return them as the workbook writes them.

    A cell that cannot be read stays as it is. Keys and rules are not judged by such cells, for they
    would blame a row twice for one fault.
    """
    read: dict[str, list[str]] = {}
    breaches: list[Breach] = []
    for name, column in described["columns"].items():
        read[name], found = _column(name, column, texts[name], readers[column["type"]])
        breaches += found
    wrong = {(breach.row, breach.columns[0]) for breach in breaches}
    breaches += _keys(described["key"], read, wrong)
    breaches += _rules(described, read, wrong)
    return read, breaches


def whole(registers: Mapping[str, Any], texts: Mapping[str, Texts]) -> dict[str, list[Breach]]:
    """Judge registers at rest, against themselves and against each other."""
    breaches: dict[str, list[Breach]] = {}
    for register, described in registers.items():
        if register in texts:
            _, breaches[register] = rows(described, texts[register])
            for column, (other, named) in declaration.references(described).items():
                known = frozenset(texts.get(other, {}).get(named, ()))
                code = "reference" if other in texts else "reference_not_held"
                cells = texts[register][column]
                for row in strangers(cells, known):
                    breaches[register].append(unknown(row, column, cells[row], other, named, code))
    return breaches


# -- one column ----------------------------------------------------------------------------------------


def _column(
    name: str, column: Mapping[str, Any], texts: list[str], reader: Reader
) -> tuple[list[str], list[Breach]]:
    judge = _cell_judge(column, reader)
    # A register of 20,000 rows has far fewer different cells.
    verdicts = {text: judge(text) for text in set(texts)}
    read = [verdicts[text][0] for text in texts]
    if not any(fault for _, fault in verdicts.values()):
        return read, []
    return read, [
        Breach(row, (name,), (text,), fault)
        for row, text in enumerate(texts)
        if (fault := verdicts[text][1]) is not None
    ]


def _cell_judge(column: Mapping[str, Any], reader: Reader):  # type: ignore[no-untyped-def]
    """Return the function: cell → how the workbook writes it, and the fault if it is wrong."""
    # A list that is received itself is a register to refer to.
    is_code = "list" in column and column["list"] not in declaration.receivable()
    known, described = declaration.codes(column["list"]) if is_code else (frozenset(), {})
    allowed = column.get("allowed")
    low, high = column.get("minimum"), column.get("maximum")

    def judge(text: str) -> tuple[str, Fault | None]:
        if text == "":
            return "", wording.fault("required") if column.get("required") else None
        if is_error(text):
            return text, wording.fault("error_value")
        try:
            read = reader(text)
        except Unreadable as error:
            return text, error.fault
        if allowed is not None and read not in allowed:
            return read, wording.fault("allowed", allowed=labels.told(column))
        if is_code and read not in known:
            return read, wording.fault("listed", listed=described)
        if low is not None and float(read) < low:
            return read, wording.fault("minimum", limit=low)
        if high is not None and float(read) > high:
            return read, wording.fault("maximum", limit=high)
        return read, None

    return judge


# -- one register ----------------------------------------------------------------------------------------


def _keys(key: list[str], texts: Texts, wrong: set[tuple[int, str]]) -> Iterator[Breach]:
    keys = list(zip(*(texts[name] for name in key), strict=True))
    if len(set(keys)) == len(keys):
        return
    stand: dict[tuple[str, ...], list[int]] = {}
    for row, cells in enumerate(keys):
        stand.setdefault(cells, []).append(row)
    for row, cells in enumerate(keys):
        others = [other for other in stand[cells][:2] if other != row]
        if others and not any((row, name) in wrong for name in key):
            yield Breach(row, tuple(key), cells, wording.fault("key"), others[0])


def _rules(described: Mapping[str, Any], texts: Texts, wrong: set[tuple[int, str]]) -> Iterator[Breach]:
    rules = [(rule, named_columns(described, rule["when"])) for rule in described.get("rules", [])]
    if not rules:
        return
    import pandas as pd

    used = dict.fromkeys(name for _, names in rules for name in names)
    typed = ", ".join(
        f"""try_cast(nullif("{name}", '') as {described["columns"][name]["type"]}) as "{name}\""""
        for name in used
    )
    with store.connect() as connection:
        frame = pd.DataFrame({name: texts[name] for name in used}, dtype=object)
        connection.register("texts", frame.assign(**{"row number": range(len(frame))}))
        connection.execute(f'create table judged as select "row number", {typed} from texts')
        for rule, names in rules:
            fault = wording.fault("rule", rule={"en": rule["en"], "tr": rule["tr"]})
            broken = f'select "row number" from judged where {rule["when"]} order by all'
            for (row,) in connection.execute(broken).fetchall():
                if not any((row, name) in wrong for name in names):
                    cells = tuple(texts[name][row] for name in names)
                    yield Breach(row, names, cells, fault)


def named_columns(described: Mapping[str, Any], condition: str) -> tuple[str, ...]:
    """Return the columns that a rule's condition names, in the order of their declaration."""
    words = set(re.findall(r"\w+", _LITERAL.sub("", condition)))
    return tuple(name for name in described["columns"] if name in words)


# -- between registers -----------------------------------------------------------------------------------


def strangers(cells: list[str], known: frozenset[str]) -> list[int]:
    """Return the rows whose cell holds a value that is not known."""
    unknown_cells = set(cells) - known - {""}
    return [row for row, cell in enumerate(cells) if cell in unknown_cells] if unknown_cells else []


def unknown(row: int, column: str, cell: str, register: str, named: str, code: str = "reference") -> Breach:
    """Return the breach of a cell that names nothing in another register.

    `code` tells the fault apart: the row it names was rejected (`reference_rejected`), or nothing at all is
    held of that register (`reference_not_held`).
    """
    described = declaration.receivable().get(register, {})
    names = {"en": named, "tr": described.get("columns", {}).get(named, {}).get("tr", named)}
    title = described.get("meaning", {"en": register, "tr": register})
    fault = wording.fault(code, register=register, column=named, title=title, heading=names)
    return Breach(row, (column,), (cell,), fault)
