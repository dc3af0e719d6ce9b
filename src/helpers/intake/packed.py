"""A packed workbook (.xlsx, .ods) part by part: fit to be opened, or refused for what it holds.

Each part is unpacked once, a piece at a time, and read as markup; what the directory of the archive claims is
not believed. So the cost of a workbook is known before a library pays it.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .. import locale
from ..errors import FileRefused
from . import markup, wording

# What the parts may grow to; a sheet of 660,000 cells has 35 MB.
MOST_UNPACKED = 200 * 2**20
# The cells of all sheets' used areas, blanks among them; each costs the reader 32 bytes.
MOST_CELLS = 5_000_000
# The texts of all cells written out; a text that cells share counts as often as it stands.
MOST_TEXT = 100 * 2**20
# Spreadsheet programs pack a sheet up to 50 times; deflate can pack a thousand times.
_DENSEST, _DENSE_FROM = 200, 10 * 2**20
_MOST_PARTS = 5000

_PIECE = 2**20
_MARKUP = re.compile(r"\.(xml|rels)$", re.IGNORECASE)
_MACROS = re.compile(
    r"(vbaProject|vbaData)[^/]*$|^xl/(macrosheets|dialogsheets)/|^(Basic|Scripts)/", re.IGNORECASE
)
_EMBEDDED = re.compile(r"(^|/)(embeddings|activeX)/", re.IGNORECASE)
_FILE_INSIDE = re.compile(rb"PK\x03\x04|\xd0\xcf\x11\xe0|7z\xbc\xaf|Rar!\x1a|\x1f\x8b\x08|MZ\x90|%PDF")
# PNG, JPEG and GIF are copied as they are; EMF, WMF and SVG are left out.
_COPIED_IMAGE = re.compile(
    rb"\x89PNG|\xff\xd8\xff|GIF8|\x01\x00\x00\x00.{36} EMF|\xd7\xcd\xc6\x9a|\x01\x00\x09\x00|\s*<", re.DOTALL
)
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."

# What a copy by openpyxl lacks, by the parts that hold it; `markup` knows the elements that do.
_DROPPED = (
    (re.compile(r"^xl/diagrams/"), "shapes"),
    (re.compile(r"^xl/charts/chart[0-9]"), "charts"),
    (re.compile(r"^xl/charts/chartEx"), "new_charts"),
    (re.compile(r"^xl/media/.*\.(?!png$|jpe?g$|gif$)\w+$", re.IGNORECASE), "images"),
    (re.compile(r"^xl/(slicers|slicerCaches|timelines|timelineCaches)/"), "slicers"),
    (re.compile(r"^xl/ctrlProps/"), "controls"),
    (re.compile(r"^xl/threadedComments/"), "threads"),
    (re.compile(r"^xl/(connections\.xml$|queryTables/)"), "queries"),
    (re.compile(r"^xl/(metadata\.xml$|richData/)"), "arrays"),
)


@dataclass
class Contents:
    """What a packed workbook is made of.

    `elements` counts those of all markup, two for a cell and more; `spanned` the cells of joined, linked and
    table areas; `unsaved` are the formulas without a result, by sheet; `noted` the cells whose bare value is
    not what a person sees, as in `markup.Part`, by sheet; `dropped` are codes of what a copy by openpyxl
    lacks, `foreign_images` tells of pictures that it would have to paint anew; `from_1904` says that its
    days are counted from 1904.
    """

    kind: str
    elements: int = 0
    spanned: int = 0
    dropped: set[str] = field(default_factory=set)
    unsaved: dict[str, frozenset[tuple[int, int]]] = field(default_factory=dict)
    noted: dict[str, dict[tuple[int, int], str | None]] = field(default_factory=dict)
    foreign_images: bool = False
    from_1904: bool = False


def examine(file: str, content: bytes) -> Contents:
    """Return what a packed workbook is made of; raise FileRefused if it is none, or not fit to be opened."""
    parts = _parts(file, content)
    contents = Contents(_kind(file, content, parts))
    for name, info in parts.items():
        _refuse_name(file, name, info)
        contents.dropped.update(code for pattern, code in _DROPPED if pattern.search(name))
    weighed = _Weighed(file, content, contents)
    # The workbook first: it names the sheets, and its styles say how cells show numbers.
    first = ("xl/workbook.xml", "xl/_rels/", "xl/styles.xml")
    for name in sorted(parts, key=lambda name: not name.startswith(first)):
        weighed.add(name, parts[name])
    weighed.write_out(parts)
    return contents


def _damaged(file: str, part: str) -> FileRefused:
    return wording.refusal("part_damaged", file=file, part=part)


def _parts(file: str, content: bytes) -> dict[str, zipfile.ZipInfo]:
    if content.count(b"PK\x01\x02") > _MOST_PARTS:  # before a directory is built of them
        raise wording.refusal("too_many_parts", file=file, limit=_MOST_PARTS)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, struct.error) as error:
        raise wording.refusal("workbook_damaged", file=file) from error
    parts: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for info in listed:
        name = info.orig_filename
        if locale.lower(name) in seen:  # of two, each library takes another
            raise wording.refusal("part_twice", file=file, part=name)
        seen.add(locale.lower(name))
        if not name.endswith("/"):
            parts[name] = info
    return parts


def _kind(file: str, content: bytes, parts: Mapping[str, zipfile.ZipInfo]) -> str:
    """Tell what an archive is; a library that tries one kind after another must not find a second."""
    type_ = b""
    if "mimetype" in parts:
        type_ = b"".join(_unpacked(file, content, "mimetype", parts["mimetype"], _PIECE))
    if "xl/workbook.bin" in parts:
        raise wording.refusal("binary_excel", file=file)
    if "xl/workbook.xml" in parts and not type_ and "content.xml" not in parts:
        return "xlsx"
    if type_ == _OPEN_DOCUMENT + b"spreadsheet" and "xl/workbook.xml" not in parts:
        return "ods"
    if type_.startswith(_OPEN_DOCUMENT) and type_ != _OPEN_DOCUMENT + b"spreadsheet":
        raise wording.refusal("other_kind", file=file, kind=wording.both("kind.open_document"))
    for folder, kind in (("word/", "word"), ("ppt/", "slides")):
        if "[Content_Types].xml" in parts and any(name.startswith(folder) for name in parts):
            raise wording.refusal("other_kind", file=file, kind=wording.both(f"kind.{kind}"))
    listed = ", ".join(repr(name) for name in list(parts)[:5]) + (", …" if len(parts) > 5 else "")
    raise wording.refusal("archive", file=file, parts=listed or wording.both("none"))


def _refuse_name(file: str, name: str, info: zipfile.ZipInfo) -> None:
    path = name.replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or re.match("[A-Za-z]:", path) or "\0" in path:
        raise wording.refusal("part_path", file=file, part=name)
    if info.flag_bits & 1:
        raise wording.refusal("password", file=file)
    if _MACROS.search(name):
        raise wording.refusal("macros", file=file, part=name)
    if name.startswith("xl/externalLinks/"):
        raise wording.refusal("external_links", file=file, part=name)
    if _EMBEDDED.search(name):
        raise wording.refusal("embedded", file=file, part=name)
    if info.file_size > _DENSE_FROM and info.file_size > _DENSEST * info.compress_size:
        ratio = info.file_size // max(1, info.compress_size)
        raise wording.refusal("packed_too_densely", file=file, part=name, ratio=ratio)


def _unpacked(
    file: str, content: bytes, name: str, info: zipfile.ZipInfo, limit: int = MOST_UNPACKED
) -> Iterator[bytes]:
    """Yield a part in pieces, as far as it really goes."""
    header = content[info.header_offset : info.header_offset + 30]
    if len(header) < 30 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _damaged(file, name)
    start = info.header_offset + 30 + sum(struct.unpack("<HH", header[26:30]))
    packed = memoryview(content)[start : start + info.compress_size]
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if info.compress_type == zipfile.ZIP_DEFLATED else None
    size = 0
    for at in range(0, len(packed), _PIECE):
        waiting = bytes(packed[at : at + _PIECE])
        while waiting:
            try:
                piece = inflate.decompress(waiting, _PIECE) if inflate else waiting
            except zlib.error as error:
                raise _damaged(file, name) from error
            waiting = inflate.unconsumed_tail if inflate else b""
            size += len(piece)
            if size > limit:
                raise wording.refusal("unpacks_too_large", file=file, limit=MOST_UNPACKED // 2**20)
            if size > info.file_size:  # another library would go on
                raise _damaged(file, name)
            yield piece
    if size != info.file_size or (inflate and (not inflate.eof or inflate.unused_data)):
        raise _damaged(file, name)


class _Weighed:
    """The parts of one workbook, and what they cost together."""

    def __init__(self, file: str, content: bytes, contents: Contents) -> None:
        self._file, self._content, self._contents = file, content, contents
        self._left = MOST_UNPACKED
        self._cells = 0
        self._text = 0
        self._shared: list[int] = []
        self._sharing: dict[str, int] = {}
        self._titles: dict[str, str] = {}
        self._targets: dict[str, str] = {}
        self._percent_styles: frozenset[str] = frozenset()

    def add(self, name: str, info: zipfile.ZipInfo) -> None:
        """Unpack a part, and weigh it if it is markup."""
        part = markup.reader(self._contents.kind, name) if _MARKUP.search(name) else None
        if part:
            part.percent_styles = self._percent_styles
        first = True
        try:
            for piece in _unpacked(self._file, self._content, name, info, self._left):
                self._left -= len(piece)
                if first and _FILE_INSIDE.match(piece):
                    raise wording.refusal("embedded", file=self._file, part=name)
                if first and name.startswith("xl/media/"):
                    self._contents.foreign_images |= not _COPIED_IMAGE.match(piece)
                first = False
                if part:
                    part.feed(piece)
            if part:
                part.close()
        except markup.Unfit as unfit:
            raise self._refusal(unfit, name) from unfit
        if part:
            self._weigh(name, part)

    def _refusal(self, unfit: markup.Unfit, name: str) -> FileRefused:
        place = wording.place(self._file, unfit.sheet or self._title(name))
        return wording.refusal(unfit.code, file=self._file, part=name, place=place, **unfit.values)

    def _title(self, name: str) -> str:
        """Name a sheet as a person sees it."""
        return self._titles.get(self._targets.get(name.removeprefix("xl/"), ""), name)

    def _weigh(self, name: str, part: markup.Part) -> None:
        self._titles |= part.titles
        if name == "xl/_rels/workbook.xml.rels":
            self._targets = {target.removeprefix("/xl/"): key for key, target in part.targets.items()}
            for target in self._targets:
                if not _MARKUP.search(target):  # a sheet must not stand in a part that is not weighed
                    raise _damaged(self._file, target)
        if part.unsaved:
            self._contents.unsaved[self._title(name)] = frozenset(part.unsaved)
        if name == "xl/styles.xml":
            self._percent_styles = part.percent_styles
        for sheet, noted in part.noted.items():
            self._contents.noted[sheet or self._title(name)] = noted
        self._cells += part.area
        if self._cells > MOST_CELLS:
            place = wording.place(self._file, part.sheet or self._title(name))
            raise wording.refusal("too_many_cells", place=place, found=self._cells, limit=MOST_CELLS)
        self._text += part.text
        self._shared += part.shared
        if part.sharing:
            self._sharing[name] = part.sharing
        self._contents.elements += part.elements
        self._contents.spanned += part.spanned
        self._contents.dropped |= part.dropped
        self._contents.from_1904 |= part.from_1904

    def write_out(self, parts: Mapping[str, zipfile.ZipInfo]) -> None:
        """Refuse texts that grow too large once each cell has its own."""
        if self._text + max(self._shared, default=0) * sum(self._sharing.values()) > MOST_TEXT:
            for name in self._sharing:  # exactly, since the bound does not tell
                counted = markup.Shared(self._shared)
                for piece in _unpacked(self._file, self._content, name, parts[name]):
                    counted.feed(piece)
                self._text += counted.text
        if self._text > MOST_TEXT:
            raise wording.refusal("too_much_text", file=self._file, limit=MOST_TEXT // 2**20)
