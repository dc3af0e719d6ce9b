"""Is a file fit to be read: what it really is, how large it grows, what hides in it, are its letters whole?

Bytes are looked at before any library that understands spreadsheets sees them; a file that is not fit is
refused with what was found and how to go on. Memory and time stay bounded whatever a file claims.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from .. import locale
from ..errors import Fault, FileRefused
from . import packed, wording

# A register of 100,000 rows has 10 MB; ten years of all rankings have 30 MB.
MOST_BYTES = 50 * 2**20
# A row of 200 columns of 2,500 characters; a longer line is no row, and the CSV reader would copy it whole.
LONGEST_LINE = 512 * 2**10

_ZIP, _OLE, _BOM = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xef\xbb\xbf"
# How other kinds of file begin.
_KINDS = (
    (re.compile(rb"%PDF-"), "pdf"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|II\*\x00|MM\x00\*|RIFF....WEBP", re.DOTALL), "image"),
    (re.compile(rb"\{\\rtf"), "rtf"),
    (re.compile(rb"\x1f\x8b|7z\xbc\xaf\x27|Rar!\x1a|BZh[1-9]1AY|\xfd7zXZ"), "archive"),
    (re.compile(rb"MZ[^\n]{0,100}\x00|\x7fELF", re.DOTALL), "program"),
    (re.compile(rb"(MIME-Version|Return-Path|Received|Message-ID): ", re.IGNORECASE), "mail"),
)
_PAGE = re.compile(
    # A comment ends where it first can: were that open, a row of them would be read in a million ways.
    rb"\s*(<\?xml[^>]*>\s*)?(<!--(?:(?!-->).)*-->\s*)*<(!doctype html|html|head|body|table|meta|style|div)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(rb"\s*<(\?xml|[a-z][^>]*\sxmlns[:=])", re.IGNORECASE)
# The streams by which an old Office file tells what it is; directory names are UTF-16.
_STREAMS = (
    ("EncryptedPackage", "password"),
    ("Workbook", "old_excel"),
    ("Book", "old_excel"),
    ("WordDocument", "word"),
    ("PowerPoint Document", "slides"),
)


def content(path: Path) -> bytes:
    """Return the bytes of a file that may be read at all.

    Raises FileRefused where there is no such file, or it is empty or too large.
    """
    try:
        if path.exists() and not path.is_file():  # a device would never end
            raise wording.refusal("not_a_file", file=path.name)
        size = path.stat().st_size
        if size > MOST_BYTES:
            megabytes = {
                language: locale.number(size / 2**20, language, 0 if size > 10 * MOST_BYTES else 1)
                for language in locale.LANGUAGES
            }
            raise wording.refusal("too_large", file=path.name, found=megabytes, limit=MOST_BYTES // 2**20)
        found = path.read_bytes()
    except FileNotFoundError as error:
        raise wording.refusal("no_file", file=path.name) from error
    except OSError as error:
        raise wording.refusal("unreadable", file=path.name, reason=wording.refused(error)) from error
    if not found.strip():
        raise wording.refusal("empty", file=path.name)
    return found


def examine(file: str, found: bytes) -> packed.Contents | None:
    """Return what a workbook is made of, None for text.

    Raises FileRefused for what is neither, and for what is not safe to open.
    """
    if found.startswith(_ZIP) and not _is_text(found):
        return packed.examine(file, found)
    if found.startswith(_OLE):
        raise _old_office(file, found)
    head = found[:8192].removeprefix(_BOM)
    for pattern, kind in _KINDS:
        if pattern.match(head):
            raise wording.refusal("other_kind", file=file, kind=wording.both(f"kind.{kind}"))
    if _PAGE.match(head):
        raise wording.refusal("web_page", file=file)
    if _XML.match(head):
        raise wording.refusal("xml_text", file=file)
    if found.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise wording.refusal("utf16", file=file)
    if b"\x00" in found:
        raise wording.refusal("not_text", file=file)
    refuse_long_lines(file, found)
    return None


def refuse_long_lines(file: str, found: bytes | bytearray, begin: int = 0, end: int = 0) -> None:
    """Refuse a text, or the part of it from `begin` to `end`, that holds a line too long to be a row."""
    for start in range(begin, (end or len(found)) - LONGEST_LINE + 1, LONGEST_LINE):
        if found.find(b"\n", start, start + LONGEST_LINE) < 0:
            raise wording.refusal("line_too_long", file=file, limit=LONGEST_LINE // 2**10)


def _is_text(found: bytes) -> bool:
    """Tell whether something only begins like an archive: a header such as `PK;name`."""
    return found[2:4] not in (b"\x03\x04", b"\x05\x06", b"\x07\x08")


def _old_office(file: str, found: bytes) -> FileRefused:
    for stream, what in _STREAMS:
        if f"{stream}\0".encode("utf-16-le") in found:
            if what in ("password", "old_excel"):
                return wording.refusal(what, file=file)
            return wording.refusal("other_kind", file=file, kind=wording.both(f"kind.{what}"))
    return wording.refusal("other_kind", file=file, kind=wording.both("kind.document"))


def misnamed(path: Path, is_workbook: bool) -> Fault | None:
    """Return what to tell where a file is named as what it is not; it is read all the same.

    What a file is stands in its bytes, and both kinds are judged alike, so that a wrong ending does no harm.
    """
    ending = locale.key(path.suffix)
    if is_workbook and ending in ("csv", "tsv", "txt"):
        return wording.fault("named_as_text", file=path.name)
    if not is_workbook and ending in ("xlsx", "xlsm", "xls", "xlsb", "ods"):
        return wording.fault("named_as_workbook", file=path.name)
    return None


# -- letters -----------------------------------------------------------------------------------------------

# The code page of Turkish differs from that of Western Europe in these six letters alone.
_MANGLED = str.maketrans("ÞþÐðÝý", "ŞşĞğİı")
# ý alone stands in Czech and Turkmen names; these tell of Turkish, or else of Icelandic.
_TELLTALE = re.compile("[ÞþÐð]|\\bÝ(?=[bcçdfgğhjklmnprsştvyz])")
_OTHER_LETTERS = re.compile("[^\\W\\d_a-zA-ZçÇöÖüÜâÂîÎûÛÞþÐðÝý]")
_TURKISH_LETTERS = re.compile("[ŞşĞğİı]")
_LETTER = re.compile("[^\\W\\d_a-zA-Z]")


def _twice_encoded() -> dict[str, str]:
    """Return what Turkish letters look like where UTF-8 was read as something else."""
    found = {}
    for letter in "çÇğĞıİöÖşŞüÜâÂîÎûÛ":
        for encoding in ("cp1252", "cp1254", "latin-1"):
            found[letter.encode().decode(encoding, errors="replace")] = letter
    return {wrong: letter for wrong, letter in found.items() if "\ufffd" not in wrong}


_TWICE = _twice_encoded()
_TWICE_ENCODED = re.compile("|".join(map(re.escape, _TWICE)))


def letters(
    cells: Iterable[str],
    place: dict[str, str],
    is_utf8: bool = True,
    veiled: Collection[str] = frozenset(),
) -> Iterator[Fault]:
    """Judge the letters of a table's cells; yield what is doubtful.

    Of cells that are `veiled`, the broken letters alone are shown.

    Raises FileRefused where letters were broken before the file came here, for guessing them back would be as
    wrong as storing them. Where others are whole beside them, they are only told, unless the text is in two
    encodings: then it is not all UTF-8.
    """
    twice = mangled = ""
    whole = turkish = False
    for cell in cells:
        if cell.isascii():
            continue
        if _TWICE_ENCODED.search(cell):
            twice = twice or cell
            continue
        whole = whole or bool(_LETTER.search(cell))
        turkish = turkish or bool(_TURKISH_LETTERS.search(cell))
        if not mangled and _TELLTALE.search(cell) and not _OTHER_LETTERS.search(cell):
            mangled = cell
    if twice:
        if twice in veiled:
            twice = "".join(_TWICE_ENCODED.findall(twice))
        said = _said(place, twice, _TWICE_ENCODED.sub(lambda found: _TWICE[found.group()], twice))
        if not is_utf8 or not whole:
            raise wording.refusal("encodings_mixed", **said)
        yield wording.fault("letters_doubtful", **said)
    if mangled:
        if mangled in veiled:
            mangled = "".join(letter for letter in mangled if ord(letter) in _MANGLED)
        said = _said(place, mangled, mangled.translate(_MANGLED))
        if not turkish:
            raise wording.refusal("letters_broken", **said)
        yield wording.fault("letters_doubtful", **said)


def _said(place: dict[str, str], found: str, meant: str) -> dict[str, object]:
    return {"place": place, "found": _short(found), "meant": _short(meant)}


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
