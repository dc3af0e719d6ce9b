"""Personal data that a register carries: found, told by place and never by value, and kept out.

What counts is data: `data/catalog/personal_data.yml`. Columns that no register declares are searched by
heading and by value, cells of declared columns by value; what lies elsewhere in a workbook (hidden sheets,
comments, properties) is searched too, since the file itself is kept.
"""

import html
import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from .. import locale, paths, reads
from ..catalog.personal import Pattern, Rule, load_personal_data
from ..errors import Fault, FileRefused
from . import declaration, markup, packed, wording

if TYPE_CHECKING:
    from .recognition import Recognised
    from .table import RawTable, Row

# What stands in the place of such a value, wherever the value would be shown or kept.
MASK = "•••"
_REMOVED = Rule(code="removed", en="personal data that was taken out", tr="çıkarılmış kişisel veri")
# A longer text is a sentence, and no heading.
_LONGEST_HEADING = 60

# How much of a file may be kept: all of it, all but the names of its authors, or what was read of it alone.
Keep = Literal["whole", "unsigned", "read"]


@dataclass(frozen=True)
class Carried:
    """Personal data where nothing is read: the sheet and the column, what it is, and in how many cells.

    `heading` is "" outside of a register's columns: above them, on another sheet, in a comment.
    """

    sheet: str
    heading: str
    rule: Rule
    cells: int


# -- values ------------------------------------------------------------------------------------------------


def turkish_id(text: str) -> bool:
    """Tell whether eleven digits keep the check digits of a Turkish identity number.

    The tenth is 7 times the sum of the odd places less that of the even ones, the eleventh the sum of the
    first ten, both modulo 10; the first is no nought.
    """
    digits = [int(digit) for digit in text if digit.isdecimal()]
    if len(digits) != 11 or digits[0] == 0:
        return False
    odd, even = sum(digits[0:9:2]), sum(digits[1:8:2])
    return (7 * odd - even) % 10 == digits[9] and sum(digits[:10]) % 10 == digits[10]


def iban(text: str) -> bool:
    """Tell whether an account number keeps its check digits (ISO 13616: modulo 97)."""
    compact = [letter for letter in text if letter.isalnum()]
    if not 15 <= len(compact) <= 34 or not all(letter.isascii() for letter in compact):
        return False
    number = "".join(str(int(letter, 36)) for letter in compact[4:] + compact[:4])
    return int(number) % 97 == 1


_CHECKS = {"turkish_id": turkish_id, "iban": iban}
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def _plain(text: str) -> str:
    """Write digits and signs of other scripts as those that the patterns know."""
    if text.isascii():
        return text
    text = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in text)


_Searched = tuple[tuple[Rule, Pattern, re.Pattern[str]], ...]


def _searched() -> _Searched:
    return _searched_in(paths.root())


@reads.kept
def _searched_in(root: Path) -> _Searched:
    return tuple(
        (rule, pattern, re.compile(pattern.pattern))
        for rule in load_personal_data().rules
        for pattern in rule.patterns
    )


def _matches(pattern: Pattern, compiled: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    for found in compiled.finditer(text):
        if not pattern.check or _CHECKS[pattern.check](found.group()):
            yield found


def rule_of(text: str, in_names: bool = False) -> Rule | None:
    """Return the rule that a text falls under by what it holds; None for none."""
    return _rule_of(text, [one for one in _searched() if one[0].in_names or not in_names])


def _rule_of(text: str, searched: Iterable[tuple[Rule, Pattern, re.Pattern[str]]]) -> Rule | None:
    if text.isalpha():
        return None
    plain = _plain(text)
    for rule, pattern, compiled in searched:
        if pattern.where == "anywhere" and any(_matches(pattern, compiled, plain)):
            return rule
    return None


def masked(text: str) -> str:
    """Return a text with a mark in the place of whatever identifies a person in it."""
    if rule_of(text) is None:
        return text
    plain = _plain(text)
    for _, pattern, compiled in _searched():
        if pattern.where == "anywhere":
            for found in reversed(list(_matches(pattern, compiled, plain))):
                plain = plain[: found.start()] + MASK + plain[found.end() :]
    return plain


def in_cells(texts: Iterable[str]) -> dict[str, Rule]:
    """Return the texts that hold personal data, with the rule of each.

    A mark that stands in the place of such data is as good as it: a file that was kept is judged as before.
    """
    found = {}
    searched = _searched()  # to ask for it costs more than to search a cell
    for text in set(texts):
        rule = _rule_of(text, searched) or (_REMOVED if MASK in text else None)
        if rule:
            found[text] = rule
    return found


# -- where nothing is read ---------------------------------------------------------------------------------


def carried(
    registers: Sequence["Recognised"],
    others: Sequence["RawTable"],
    content: bytes,
    contents: packed.Contents | None,
) -> tuple[list[Carried], Keep]:
    """Return what personal data a file carries beside its declared columns, and how much of it may be kept.

    `others` are the sheets that are not read, hidden ones among them.
    """
    found: list[Carried] = []
    for recognised in registers:
        found += _beside(recognised)
    for table in others:
        found += _elsewhere(table)
    keep: Keep = "read" if found else "whole"
    if contents is not None:
        tables = [*others, *(recognised.table for recognised in registers)]
        seen = frozenset(cell for table in tables for row in table.rows for cell in row.cells)
        parts, signed, unknown = _of_package(content, seen)
        counted: dict[str, Carried] = {}
        for one in parts:
            cells = one.cells + (counted[one.rule.code].cells if one.rule.code in counted else 0)
            counted[one.rule.code] = Carried("", "", one.rule, cells)
        found += counted.values()
        if parts or unknown:
            keep = "read"
        elif signed and keep == "whole":
            keep = "unsigned"
    return found, keep


def _beside(recognised: "Recognised") -> Iterator[Carried]:
    """Yield what the undeclared columns of a register hold, and what stands above its header."""
    sheet, header = recognised.table.sheet, recognised.header
    declared = set(recognised.places.values())
    width = max((len(row.cells) for row in recognised.rows), default=0)
    for place in range(max(width, len(header.cells))):
        if place not in declared:
            heading = header.cells[place] if place < len(header.cells) else ""
            cells = [row.cells[place] for row in recognised.rows if place < len(row.cells)]
            at = recognised.table.first_column + place
            yield from _column(sheet, heading, at, [cell for cell in cells if cell])
    above = [cell for row in recognised.table.rows if row.number < header.number for cell in row.cells]
    yield from _scattered(sheet, above)


def _column(sheet: str, heading: str, place: int, cells: list[str]) -> Iterator[Carried]:
    shown = masked(heading) if heading else markup.letters(place + 1)
    for rule in load_personal_data().rules:
        if heading and len(heading) <= _LONGEST_HEADING and rule.is_heading(heading):
            yield Carried(sheet, shown, rule, len(cells))
            return
    for rule in load_personal_data().rules:
        if (count := _count(rule, cells)) or rule_of(heading) is rule:
            yield Carried(sheet, shown, rule, count)


def _count(rule: Rule, cells: list[str]) -> int:
    """Count the cells that fall under a rule."""
    plain = [_plain(cell) for cell in cells]
    holding: set[int] = set()
    for other, pattern, compiled in _searched():
        if other is not rule:
            continue
        if pattern.where == "anywhere":
            holding |= {place for place, cell in enumerate(plain) if any(_matches(pattern, compiled, cell))}
        else:
            whole = {place for place, cell in enumerate(plain) if compiled.fullmatch(cell)}
            if whole and 100 * len(whole) >= pattern.share_pct * len(plain):
                holding |= whole
    return len(holding)


def _scattered(sheet: str, cells: Iterable[str]) -> Iterator[Carried]:
    """Yield what cells hold that stand under no heading."""
    counted: dict[str, tuple[Rule, int]] = {}
    searched = _searched()
    for cell, times in Counter(cells).items():
        rule = _rule_of(cell, searched)
        if rule:
            counted[rule.code] = rule, counted.get(rule.code, (rule, 0))[1] + times
    for rule, count in counted.values():
        yield Carried(sheet, "", rule, count)


def _elsewhere(table: "RawTable") -> Iterator[Carried]:
    """Yield what a sheet holds that is not read: by value, and by the headings in its first row of cells."""
    yield from _scattered(table.sheet, (cell for row in table.rows for cell in row.cells))
    for place, heading, rule, below in _headings(table):
        yield Carried(
            table.sheet, masked(heading), rule, sum(1 for row in below if any(row.cells[place : place + 1]))
        )


def under_headings(table: "RawTable") -> frozenset[str]:
    """Return the texts that stand under a heading of personal data in a table that nobody has recognised."""
    return frozenset(
        row.cells[place] for place, _, _, below in _headings(table) for row in below if place < len(row.cells)
    )


def _headings(table: "RawTable") -> Iterator[tuple[int, str, Rule, tuple["Row", ...]]]:
    """Yield the headings of personal data in the first row of several cells, with the rows below."""
    at, header = next(
        ((at, row) for at, row in table.heads() if sum(1 for cell in row.cells if cell) > 1), (0, None)
    )
    for place, cell in enumerate(header.cells if header else ()):
        if cell and len(cell) <= _LONGEST_HEADING and locale.key(cell) not in _declared_headings():
            rule = next((rule for rule in load_personal_data().rules if rule.is_heading(cell)), None)
            if rule:
                yield place, cell, rule, table.rows[at + 1 :]


def _declared_headings() -> frozenset[str]:
    """Return every heading that a register declares; a sheet that explains them may name them."""
    return _declared_in(paths.root())


@reads.kept
def _declared_in(root: Path) -> frozenset[str]:
    registers = declaration.receivable().values()
    return frozenset(heading for described in registers for heading in declaration.headings(described))


# -- what else a workbook is made of -----------------------------------------------------------------------

# Parts in which nobody's name stands unless it stands in a cell. Comments, the texts of drawings and the like
# are searched; what cannot be searched (pictures, threads of comments, data of other programs) is not kept.
_BARE = re.compile(
    r"\[Content_Types\]\.xml|(.*/)?_rels/.*|xl/(styles|calcChain|metadata)\.xml|xl/(theme|tables|printerSettings)/.*|"
    r"docMetadata/LabelInfo\.xml|mimetype|styles\.xml|settings\.xml|manifest\.rdf|META-INF/manifest\.xml|Configurations2/.*"
)
_SEARCHED = re.compile(
    r"xl/workbook\.xml|xl/comments/?[^/]*\.xml|xl/drawings/[^/]*\.(xml|vml)|xl/charts/[^/]*\.xml|"
    r"docProps/(core|app)\.xml|meta\.xml"
)
_SHEET = re.compile(r"xl/worksheets/[^/]*\.xml")
_PROPERTIES = ("docProps/core.xml", "docProps/app.xml", "meta.xml")
_AUTHOR = re.compile(
    r"(<(?:\w+:)?(?:creator|lastModifiedBy|initial-creator|printed-by|Manager|author)(?:\s[^>]*)?>)([^<]*)(?=</)"
)
_TAG = re.compile("<[^>]*>")
# What a drop-down says to who chooses.
_HINT = re.compile(r'(?:promptTitle|prompt|errorTitle|error)="([^"]*)"')
_SHARED = re.compile(r"<(?:\w+:)?si\b[^>]*>(.*?)</(?:\w+:)?si>", re.DOTALL)


def _of_package(content: bytes, seen: frozenset[str]) -> tuple[list[Carried], bool, bool]:
    """Return what the parts of a workbook carry, whether it is signed, and whether a part cannot be searched.

    `seen` are the texts of its cells, which are searched at their place.
    """
    found: list[Carried] = []
    signed = unknown = False
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.endswith("/") or _BARE.fullmatch(name):
                continue
            try:
                raw = archive.read(name)
            except zipfile.BadZipFile:  # its check sum is wrong: other programs read it all the same
                unknown = True
                continue
            if _SEARCHED.fullmatch(name):
                text = raw.decode("utf-8", errors="replace")
                authors = [author for _, author in _AUTHOR.findall(text) if not _is_program(author)]
                signed = signed or bool(authors and name in _PROPERTIES)
                unknown = unknown or bool(authors and name not in _PROPERTIES)
                found += _scattered("", _texts(text))
            elif _SHEET.fullmatch(name):  # below its cells stand page headers, and the hints of drop-downs
                found += _scattered("", _texts(raw[raw.rfind(b"</sheetData>") :].decode("utf-8", "replace")))
            elif name == "xl/sharedStrings.xml":  # a text may lie there that no cell has any more
                texts = (_bare(part) for part in _SHARED.findall(raw.decode("utf-8", errors="replace")))
                found += _scattered("", {text for text in texts if text not in seen})
            elif name.startswith("xl/persons/"):  # Excel writes the list of those who comment, be it empty
                unknown = unknown or b"displayName" in raw
            else:
                unknown = unknown or name != "content.xml" or b":annotation" in raw
    return found, signed, unknown


def _is_program(author: str) -> bool:
    return load_personal_data().is_program(html.unescape(author))


def _bare(text: str) -> str:
    return locale.tidy(html.unescape(_TAG.sub("", text)))


def _texts(part: str) -> list[str]:
    """Return the texts of markup: each by itself, and together, for one word may stand in several."""
    apart = [text for text in _TAG.split(part) if text.strip()]
    texts = [html.unescape(text) for text in (*apart, *_HINT.findall(part))]
    return texts if any(rule_of(text) for text in texts) else [*texts, _bare(part)]


def unsigned(file: str, content: bytes) -> bytes:
    """Return a workbook without the names of its authors in its properties; all else is as it was.

    Raises FileRefused where a part is damaged.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            try:
                part = old.read(info)
            except zipfile.BadZipFile as error:
                raise wording.refusal("part_damaged", file=file, part=info.filename) from error
            if info.filename in _PROPERTIES:
                text = part.decode("utf-8", errors="replace")
                part = _AUTHOR.sub(lambda told: told[0] if _is_program(told[2]) else told[1], text).encode()
            new.writestr(info, part, info.compress_type)
    return target.getvalue()


# -- telling -----------------------------------------------------------------------------------------------


def refuse(file: str, found: Sequence[Carried]) -> None:
    """Refuse a file that carries what may not even be dropped. Raises FileRefused, which names all of it."""
    barred = [one for one in found if one.rule.column == "refuse"]
    if barred:
        places = {
            language: "; ".join(dict.fromkeys(_place(one, language) for one in barred))
            for language in locale.LANGUAGES
        }
        raise wording.refusal("personal_refused", file=file, places=places)


def refuse_headings(file: str, headings: Iterable[str]) -> None:
    """Refuse a file of a publisher whose unread columns tell who somebody is, for it is kept as it came."""
    found = {one: rule for one in headings for rule in load_personal_data().rules if rule.is_heading(one)}
    if found:
        places = {
            language: "; ".join(
                f"{wording.sentence('column.named', language, heading=one)}: {rule.what[language]}"
                for one, rule in found.items()
            )
            for language in locale.LANGUAGES
        }
        raise wording.refusal("personal_refused", file=file, places=places)


def refuse_names(path: Path, sheets: Iterable[str]) -> None:
    """Refuse a file whose name or whose sheets' names tell who somebody is, for they are shown in lists."""
    for name, code in (
        (PurePath(path).stem, "personal_file_name"),
        *((one, "personal_sheet_name") for one in sheets),
    ):
        rule = rule_of(name, in_names=True)
        if rule:
            raise wording.refusal(code, file=masked(path.name), what=_what(rule))


def _what(rule: Rule) -> dict[str, str]:
    return {language: rule.what[language] for language in locale.LANGUAGES}


def _place(one: Carried, language: str) -> str:
    where = f"“{one.sheet}”" if one.sheet else ""
    if one.heading:
        where = f"{where} {wording.sentence('column.named', language, heading=one.heading)}".strip()
    return f"{where}: {one.rule.what[language]}" if where else one.rule.what[language]


def notes(file: str, found: Sequence[Carried], keep: Keep) -> Iterator[Fault]:
    """Yield what is told of personal data that was dropped, and of what is kept of a file."""
    for sheet, in_columns in dict.fromkeys((one.sheet, bool(one.heading)) for one in found):
        of_sheet = [one for one in found if (one.sheet, bool(one.heading)) == (sheet, in_columns)]
        code = "personal_columns" if in_columns else "personal_elsewhere"
        yield wording.fault(code, place=wording.place(file, sheet), found=_listed(of_sheet))
    if keep == "read":
        yield wording.fault("kept_as_read", file=file)


def _listed(found: Sequence[Carried]) -> dict[str, str]:
    """Return what was found in both languages: column, kind and number of cells."""
    return {
        language: "; ".join(
            wording.sentence(
                "personal.column" if one.heading else "personal.cells",
                language,
                heading=one.heading,
                what=one.rule.what[language],
                count=locale.number(one.cells, language),
            )
            for one in found
        )
        for language in locale.LANGUAGES
    }


def fault(rule: Rule, is_key: bool) -> Fault:
    """Return what is wrong with a declared cell that holds personal data."""
    return wording.fault("personal_key" if is_key else "personal_cell", what=_what(rule))


def refuse_cell(file: str, rule: Rule) -> FileRefused:
    """Return the refusal of a file of which a declared cell holds what bars it."""
    return wording.refusal("personal_refused", file=file, places=_what(rule))
