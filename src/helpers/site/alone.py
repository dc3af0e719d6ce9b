"""Pages that travel without their set: links that would lead nowhere are gone, and a ZIP holds a report."""

import io
import zipfile
from collections.abc import Collection, Mapping
from typing import Any

from ..texts import Texts

# The earliest moment that the format knows; the same pages give the same bytes on any day.
_NO_MOMENT = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o644 << 16
_UNIX = 3
# Links whose words say nothing without their page.
_COMMANDS = ("search-link", "language")


def detached(html: str, beside: Collection[str] = ()) -> str:
    """Return a page for a folder that holds only the files named `beside` it.

    A link to any other file of the set becomes plain text, and an entry of a navigation goes. Addresses of
    other sites and places on the page stay.
    """
    from lxml.html import tostring

    page = parsed(html)
    for link in list(page.iter("a", "link")):
        file, _, _ = link.get("href", "").partition("#")
        if file and file not in beside and not is_outside(file):
            unlink(link)
    for navigation in list(page.iter("nav")):
        if navigation.find(".//a") is None:
            navigation.drop_tree()
    # A sheet that has nothing left to choose from goes, and what opened it.
    for emptied in [one for one in page.iterfind(".//*[@popover]") if one.find(".//a") is None]:
        for opener in page.findall(f".//button[@popovertarget='{emptied.get('id')}']"):
            opener.drop_tree()
        emptied.drop_tree()
    return str(tostring(page, encoding="unicode", doctype="<!DOCTYPE html>"))


def parsed(html: str) -> Any:
    """Return the root element of a page."""
    from lxml.html import HTMLParser, document_fromstring

    return document_fromstring(html, parser=HTMLParser(huge_tree=True, encoding=None))


def is_outside(href: str) -> bool:
    """Tell whether a link leads to another site, or holds its own content."""
    scheme, colon, _ = href.partition(":")
    return bool(colon) and scheme.isalpha()


def unlink(link: Any) -> None:
    """Take a link away: with an element of the head, a command, an entry of a list; else its words stay."""
    entry = link.getparent()
    if link.tag == "link" or link.get("class") in _COMMANDS:
        link.drop_tree()
    elif entry is not None and entry.tag == "li" and len(entry) == 1 and not (entry.text or "").strip():
        entry.drop_tree()
    else:
        link.drop_tag()


def name(say: Texts, of: str) -> str:
    """Return what the ZIP of a report is called, without its ending; `of` is the year and what it is of."""
    return say("paper.zip_name", of=of)


def zipped(folder: str, files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP of files in a folder; the same files give the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{file}", _NO_MOMENT)
            entry.compress_type, entry.external_attr, entry.create_system = (
                zipfile.ZIP_DEFLATED,
                _PLAIN_FILE,
                _UNIX,
            )
            archive.writestr(entry, files[file], compresslevel=6)
    return target.getvalue()
