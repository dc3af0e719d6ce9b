"""What openpyxl drops of a workbook and its markup still has: put back into the copy, sheet by sheet.

Results of formulas, without which a preview shows blanks; drop-downs whose list stands on another sheet, for
Excel keeps them in an extension; sparklines. None of them points at another part of the workbook.
"""

import io
import re
import zipfile
from xml.etree import ElementTree

_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# A formula of the sender's workbook with its result, and one as openpyxl writes it.
_RESULT = re.compile(
    rb"<c\b([^>]*)>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*<v(?:\s[^>]*)?>([^<]+)</v>", re.DOTALL
)
_BARE = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f\b[^>]*>[^<]*</f>)<v\s*(?:/>|></v>)')
_PLACE, _TYPE = re.compile(rb'\br="([A-Z]+[0-9]+)"'), re.compile(rb'\st="(\w+)"')
# A number, a text, yes or no, an error; a shared text has another number in the copy.
_TYPES = (b"n", b"str", b"b", b"e")
_EXTENSIONS = {
    "drop_downs": rb"CCE6A557-97BC-4B89-ADB6-D9C93CAAB3DF",
    "sparklines": rb"05C60535-1F16-4FD2-B633-F4F36F0B64E0",
}
_EXTENSION = re.compile(
    rb'<ext\b[^>]*\buri="\{(?:'
    + b"|".join(b"(?P<%s>%s)" % (code.encode(), uri) for code, uri in _EXTENSIONS.items())
    + rb')\}"[^>]*>.*?</ext>',
    re.DOTALL | re.IGNORECASE,
)
# An identifier that only the namespace of the whole sheet explains, and nobody needs.
_UID = re.compile(rb'\s\w+:uid="[^"]*"')


def restored(old: bytes, new: bytes) -> tuple[bytes, frozenset[str]]:
    """Return a copy with what its original has more of, and the codes of what the copy lacks no longer."""
    target = io.BytesIO()
    put: set[str] = set()
    lost: set[str] = set()
    with (
        zipfile.ZipFile(io.BytesIO(old)) as original,
        zipfile.ZipFile(io.BytesIO(new)) as copy,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        of_original = _sheets(original)
        sources = {part: of_original[title] for title, part in _sheets(copy).items() if title in of_original}
        for name in copy.namelist():
            content = copy.read(name)
            if name in sources:
                source = original.read(sources[name])
                content = _with_results(source, content)
                content = _with_extensions(source, content, put, lost)
            made.writestr(name, content)
    return target.getvalue(), frozenset(put - lost)


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the parts of the sheets by their titles."""
    related = ElementTree.fromstring(archive.read(_RELATIONS))
    targets = {one.get("Id"): one.get("Target", "") for one in related}
    found = {}
    for sheet in ElementTree.fromstring(archive.read(_WORKBOOK)).iterfind(".//{*}sheet"):
        key = next((value for name, value in sheet.items() if name.endswith("}id")), None)
        target = targets.get(key, "")
        found[sheet.get("name", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return {title: part for title, part in found.items() if part in archive.NameToInfo}


def _with_results(old: bytes, new: bytes) -> bytes:
    if b"<f" not in new:
        return new
    results = {}
    for attributes, value in _RESULT.findall(old):
        place, kind = _PLACE.search(attributes), _TYPE.search(attributes)
        type_ = kind[1] if kind else b"n"
        if place and type_ in _TYPES:
            results[place[1]] = type_, value

    def put(found: re.Match[bytes]) -> bytes:
        place, attributes, formula = found.groups()
        if place not in results:
            return found[0]
        type_, value = results[place]
        attributes = _TYPE.sub(b"", attributes)
        return b'<c r="%s"%s t="%s">%s<v>%s</v>' % (place, attributes, type_, formula, value)

    return _BARE.sub(put, new)


def _with_extensions(old: bytes, new: bytes, put: set[str], lost: set[str]) -> bytes:
    end = new.rfind(b"</worksheet>")
    extensions = []
    for found in _EXTENSION.finditer(old, max(0, old.rfind(b"</sheetData>"))):
        code = str(found.lastgroup)
        text = _UID.sub(b"", found[0])
        if end >= 0 and b"<extLst" not in new[end - 20 : end] and _stands_alone(text):
            extensions.append(text)
            put.add(code)
        else:
            lost.add(code)
    if not extensions:
        return new
    return new[:end] + b"<extLst>" + b"".join(extensions) + b"</extLst>" + new[end:]


def _stands_alone(extension: bytes) -> bool:
    """Tell whether an extension explains every prefix that it uses."""
    try:
        ElementTree.fromstring(b'<a xmlns="%s">%s</a>' % (_MAIN.encode(), extension))
    except ElementTree.ParseError:
        return False
    return True
