"""A whole set made of hostile names and planted secrets: nothing runs, is fetched, breaks out or leaks.

What anybody may have written (free text of every register, names of lists, units and institutions, and every
word of the catalogue) holds what has broken pages elsewhere. Keys of rows hold a person's name and e-mail,
which must not stand in any byte of the set: pages, embedded data, documents opened to their parts, the
manifest, the notebooks kept beside it, images with their metadata.
"""

import base64
import csv
import getpass
import html
import io
import json
import re
import shutil
import socket
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from chromium import in_browser
from conftest import REPO
from test_batch import workbook

from helpers.errors import WorkbookError
from helpers.run import start

YEAR = 2026

HOSTILE = (
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<svg onload=window.hit=1><a xlink:href=javascript:window.hit=1>x</a></svg>",
    "[x](javascript:window.hit=1)",
    "![x](http://evil.example/x.png)",
    "<a href='data:text/html,<script>window.hit=1</script>'>x</a>",
    "{{7*7}} {% raw %} ${7*7} #{7*7}",
    '=HYPERLINK("http://evil.example")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\u202egnirts\u2066 \u200f",
    '"><style>@import url(http://evil.example/x.css)</style>',
    "</title></style></script></svg>--><iframe srcdoc='<script>parent.hit=1</script>'>",
    "\x07\x1b[31m \x0b",
    "\ufdd0how\ufdd1x\ufdd2 $$\\href{javascript:1}{x}$$",
)
# Sets the text before or after it in no smaller pieces, and is longer than any screen.
LONG = "W" * 10_000
SECRET, MAIL = "Gizlioğlu", "ada.gizlioglu@posta.example"


def hostile(cell: str, column: str, languages: bool = True) -> str:
    """Return a name with something hostile behind it, the same for the same name; a key holds a person."""
    if re.search(r"_id$|_key$|^row_id$", column):
        return f"{cell}~{SECRET}~{MAIL}"
    sort = zlib.crc32(cell.encode())
    return f"{cell} {LONG}" if sort % 40 == 0 else f"{cell} {HOSTILE[sort % len(HOSTILE)]}"


# -- the set ----------------------------------------------------------------------------------------------


def poison_registers(root: Path) -> set[str]:
    """Write into every free text and key of the registers and lists; return the columns by register."""
    declared: dict[str, Any] = {}
    for path in sorted((root / "data" / "catalog" / "datasets").glob("*.yml")):
        if path.stem in ("registers", "lists"):
            declared |= yaml.safe_load(path.read_text(encoding="utf-8"))
    done = set()
    for name, described in declared.items():
        path = root / "data" / "sample" / f"{name}.csv"
        if not path.exists():
            continue
        free = {
            column
            for column, told in described["columns"].items()
            if told["type"] == "VARCHAR"
            and "allowed" not in told
            and (told.get("list") in (None, "partners"))
            and column not in ("indicator", "country_code", "index_name", "body")
        }
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row.update({column: hostile(row[column], column) for column in free if row[column]})
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(described["columns"]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        done |= {f"{name}.{column}" for column in free}
    return done


_WORDS = ("en", "tr", "name", "title", "text")


def poisoned(tree: Any, key: str = "", inside: bool = False) -> Any:
    """Return definitions with something hostile behind every text in both languages."""
    if isinstance(tree, dict):
        bilingual = {"en", "tr"} <= tree.keys()
        return {name: poisoned(value, name, bilingual) for name, value in tree.items()}
    if isinstance(tree, list):
        return [poisoned(one, key) for one in tree]
    if isinstance(tree, str) and inside and key in ("en", "tr"):
        sort = zlib.crc32(tree.encode())
        return f"{tree} {HOSTILE[sort % 9]}"  # YAML takes no control characters
    return tree


def poison_catalogue(root: Path) -> int:
    """Write into every bilingual text of the catalogue and reference, and every name of their tables."""
    files = [
        *(root / "data" / "catalog").rglob("*.yml"),
        *(root / "data" / "reference").glob("peer_groups.yml"),
        root / "notebooks" / "parameters.yml",
    ]
    found = 0
    for path in files:
        if path.parent.name in ("datasets", "formats", "layouts"):
            continue  # read by headings
        before = yaml.safe_load(path.read_text(encoding="utf-8"))
        after = poisoned(before)
        found += before != after
        path.write_text(yaml.safe_dump(after, allow_unicode=True, sort_keys=False), encoding="utf-8")
    for name, columns in (
        ("units", ("name_en", "name_tr")),
        ("institutions", ("name_en", "name_tr", "short", "city")),
    ):
        path = root / "data" / "reference" / f"{name}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            for row in rows:
                keep = name == "institutions" and row["id"] != "ktu"  # rankings are matched by names
                writer.writerow(row if keep else row | {c: hostile(row[c], c) for c in columns if row[c]})
        found += 1
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of a set made of all this, in Turkish."""
    root = tmp_path_factory.mktemp("hostile") / "workbook"
    for part in ("catalog", "reference", "sample", "published", "corrections"):
        shutil.copytree(REPO / "data" / part, root / "data" / part)
    for empty in ("raw", "store"):
        (root / "data" / empty).mkdir()
    shutil.copytree(
        REPO / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns("explore", ".ipynb_checkpoints")
    )
    columns = poison_registers(root)
    assert {
        "events.title",
        "fairs.title",
        "memberships.network",
        "actions.title_tr",
        "programmes.name_tr",
    } <= columns
    assert poison_catalogue(root) > 12
    code, out, error, _ = workbook(root, "run", "--year", str(YEAR), "--language", "tr")
    assert code == 0, error + out
    return root / "reports"


# -- nothing runs -----------------------------------------------------------------------------------------

# Asked in the page: what could run or fetch, and what sticks out to the side.
FOUND = """() => ({
  ran: window.hit,
  handlers: [...document.querySelectorAll("*")].flatMap(one => [...one.attributes])
    .filter(one => /^on/i.test(one.name)).map(one => one.name),
  links: [...document.querySelectorAll("[href],[src],[action],[data]")]
    .flatMap(one => ["href", "src", "action", "data", "xlink:href"].map(name => one.getAttribute(name) || ""))
    .filter(link => /^\\s*(javascript|data:text|https?:)/i.test(link)),
  frames: document.querySelectorAll("iframe,object,embed,base,form,link,meta[http-equiv=refresh]").length,
  wide: document.documentElement.scrollWidth - innerWidth,
  text: document.body.textContent,
})"""
BROKEN = (
    "document.addEventListener('securitypolicyviolation', e => (window.broken ||= []).push(e.blockedURI))"
)


@in_browser
def test_nothing_runs_nothing_is_fetched_and_the_layout_holds(made, browser):
    pages = [*sorted((made / "sample").resolve().rglob("*.html")), made / "index.html"]
    assert len(pages) > 10
    whole = ""
    context = browser.new_context(offline=True, viewport={"width": 360, "height": 800})
    context.add_init_script(BROKEN)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    for path in pages:
        asked.clear()
        page.goto(path.as_uri(), wait_until="load")
        found = page.evaluate(FOUND)
        where = path.name
        assert found["ran"] is None and page.evaluate("window.broken") is None, where
        assert found["handlers"] == [] and found["links"] == [] and found["frames"] == 0, where
        assert found["wide"] <= 0, where
        assert complaints == [], where
        assert {url for url in asked if not url.startswith("data:image")} == {path.as_uri()}, where
        whole += found["text"]
    context.close()
    # The names did come: letter by letter, with nothing worked out of them.
    for name in HOSTILE[:7]:
        assert " ".join(name.split()) in " ".join(whole.split()), name
    assert "W" * 200 in whole
    assert not re.search("[\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\x07\x1b]", whole)


@pytest.mark.parametrize("name", ["year", "language", "institution", "edition", "period", "unit"])
def test_no_parameter_takes_such_a_value(name):
    for value in (*HOSTILE, LONG, "\x00", "../../etc"):
        with pytest.raises(WorkbookError):
            start(**{"year": YEAR, name: value})


# -- nothing leaks ----------------------------------------------------------------------------------------


def parts_of(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Return a file with what is packed inside it, to any depth: archives, office documents, images."""
    yield name, content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield f"{name} comments", archive.comment + b"".join(one.comment for one in archive.infolist())
            for one in archive.infolist():
                yield f"{name} name of a part", one.filename.encode()
                yield from parts_of(f"{name}/{one.filename}", archive.read(one))
    images = re.findall(rb'(?:base64,|"image/png": ")\s*((?:[A-Za-z0-9+/=]|\\n){40,})', content)
    for place, encoded in enumerate(one.replace(b"\\n", b"") for one in images):
        yield from parts_of(f"{name} embedded {place}", base64.b64decode(encoded))


def forms(text: str) -> set[bytes]:
    """Return a text as it may be written in a file: plain, escaped for JSON or HTML, in UTF-16."""
    escaped = json.dumps(text)[1:-1]
    return {text.encode(), escaped.encode(), html.escape(text).encode(), text.encode("utf-16-le")}


def secrets(root: Path) -> dict[str, str]:
    """What no byte of a set may tell: of this machine, of who sits at it, of persons in the registers."""
    found = {
        "a person's name": SECRET,
        "an e-mail": MAIL,
        "the folder of the workbook": str(root),
        "the folder of the code": str(REPO),
        "the home folder": str(Path.home()),
        "the temporary folder": tempfile.gettempdir() + "/",
        "the host": socket.gethostname(),
        "the Python": sys.prefix,
    }
    user = getpass.getuser()
    # A short name is a word of its own somewhere: `root` is one of arithmetic.
    return {what: told for what, told in found.items() if len(told) > 5} | (
        {"the user": user} if len(user) > 5 else {}
    )


def test_no_byte_of_the_set_tells_of_this_machine_or_of_persons(made):
    looked_for = {what: forms(text) for what, text in secrets(made.parent).items()}
    assert {"a person's name", "an e-mail", "the folder of the workbook"} <= looked_for.keys()
    read, kinds = 0, set()
    files = [path for path in (made / "sample").resolve().rglob("*") if path.is_file()] + [
        made / "index.html"
    ]
    for path in files:
        for name, content in parts_of(path.name, path.read_bytes()):
            read += len(content)
            kinds.add(re.sub(r".*\.", "", name.split(" ")[0]))
            for what, written in looked_for.items():
                assert not any(one in content for one in written), f"{name} tells {what}"
    assert read > 3_000_000
    assert kinds >= {"html", "ipynb", "json", "xlsx", "docx", "xml", "ics", "zip"}


def test_such_a_byte_would_be_found(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<t>{SECRET}</t>")
    inside = dict(parts_of("a.zip", packed.getvalue()))
    assert any(one in inside["a.zip/xl/sharedStrings.xml"] for one in forms(SECRET))
    encoded = b"base64," + base64.b64encode(b"\x89PNG tEXt " + MAIL.encode() + b" " * 30)
    assert any(one in content for _, content in parts_of("p", encoded) for one in forms(MAIL))
    assert any(one in json.dumps(SECRET).encode() for one in forms(SECRET))
