"""Guides and data dictionary: both languages, on the pages of a set; every command of a guide does run."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
from chromium import PATH as CHROMIUM
from conftest import REPO
from lxml.html import document_fromstring
from test_batch import real_set

from helpers import store
from helpers.catalog import load
from helpers.cli import main, parser
from helpers.intake import declaration
from helpers.site import dictionary, guides

LANGUAGES = ("tr", "en")
# What is not run here: the beginning of the command → the reason. Its arguments are parsed all the same.
NOT_RUN = {
    "workbook run": "a batch each; real_set runs one, test_batch, test_safe_set and test_cluster the others",
    "workbook refresh --check": "executes every committed notebook; test_refresh does it with small ones",
    "workbook slides": "draws the whole report anew; test_slides does it",
    "workbook rollback": "needs two sets; test_safe_set makes them",
}
# Commands of other programs, of which the workbook can promise nothing.
OF_OTHERS = {
    "conda": "installs an environment; test_environment holds environment.yml",
    "dask": "waits for ever on another machine; test_cluster starts both",
}


# -- the texts -------------------------------------------------------------------------------------


def test_both_languages_have_the_same_guides_with_a_title_each():
    assert list(guides.written("tr")) == list(guides.written("en"))
    assert {"analyst", "planning-officer", "administrator", "methods"} <= set(guides.written("en"))
    for language in LANGUAGES:
        for name, source in guides.written(language).items():
            assert re.match(r"# \S", source), name
            assert len(re.findall(r"^# ", re.sub(r"```.*?```", "", source, flags=re.S), flags=re.M)) == 1, (
                name
            )


@pytest.mark.parametrize("name", guides.written("en"))
def test_both_languages_have_the_same_commands_in_the_same_order(name):
    found = {language: list(guides.commands(guides.written(language)[name])) for language in LANGUAGES}
    assert found["tr"] == found["en"]


def test_both_languages_have_the_same_sections():
    anchors = {
        language: [
            (guide.name, [section.id for section in guide.sections]) for guide in guides.read(language)
        ]
        for language in LANGUAGES
    }
    assert anchors["tr"] == anchors["en"]
    assert all(len(set(ids)) == len(ids) for _, ids in anchors["en"])


def test_files_that_methods_and_guides_name_are_there():
    named = set()
    for language in LANGUAGES:
        for source in guides.written(language).values():
            named |= set(re.findall(r"`([a-z_]+\.(?:yml|csv|ipynb))`", source))
            for path in re.findall(r"`(data/[a-z_/]+\.(?:yml|csv))`", source):
                assert (REPO / path).exists(), path
    held = {path.name for folder in ("data", "notebooks", ".") for path in (REPO / folder).rglob("*.*")}
    assert named - held == set()


# -- the commands ----------------------------------------------------------------------------------


# Its commands write into the package, and build on each other and on an edit: its own test does all of it
# in a copy (test_guide_add_an_indicator).
OF_ITS_OWN = "add-an-indicator"


def commands():
    """Every command of the guides and of README, in their order; those that stand twice once."""
    held = {name: source for name, source in guides.written("en").items() if name != OF_ITS_OWN}
    sources = [*held.values(), (REPO / "README.md").read_text(encoding="utf-8")]
    return list(dict.fromkeys(one for source in sources for one in guides.commands(source)))


def not_run(command):
    if command.startswith("workbook rollback --list"):
        return False
    return any(command.startswith(beginning) for beginning in NOT_RUN)


def test_the_exceptions_are_used_and_few():
    assert len(NOT_RUN) + len(OF_OTHERS) <= 6
    for beginning in [*NOT_RUN, *OF_OTHERS]:
        assert any(command.startswith(beginning) for command in commands()), beginning


def test_each_command_is_parsed():
    for command in commands():
        program, *arguments = shlex.split(command)
        if program == "workbook":
            parser().parse_args(arguments)
        elif program == "make":
            targets = re.findall(r"^([a-z]+):", (REPO / "Makefile").read_text(encoding="utf-8"), flags=re.M)
            assert set(arguments) <= set(targets), command
        else:
            assert program in OF_OTHERS, command


def test_a_wrong_argument_would_be_noticed(capsys):
    with pytest.raises(SystemExit):
        parser().parse_args(["status", "--yera", "2026"])
    assert "--yera" in capsys.readouterr().err


@pytest.fixture
def desk(tmp_path, tmp_path_factory, monkeypatch):
    """A workbook with a published set, and the file that a faculty has handed in."""
    made, root = real_set(tmp_path_factory), tmp_path / "workbook"
    for part in ("catalog", "reference", "sample", "published", "corrections"):
        shutil.copytree(REPO / "data" / part, root / "data" / part)
    for empty in ("raw", "store"):
        (root / "data" / empty).mkdir()
    (root / "notebooks").symlink_to(REPO / "notebooks")
    shutil.copytree(made / "reports", root / "reports", symlinks=True)
    events = pd.read_csv(REPO / "data" / "sample" / "events.csv", dtype=str)
    handed_in = events[(events.unit == "eng") & events.start_date.str.startswith("2025")]
    assert len(handed_in) > 0
    handed_in.to_excel(tmp_path / "events.xlsx", index=False)
    monkeypatch.setenv("WORKBOOK_ROOT", str(root))
    monkeypatch.chdir(tmp_path)
    return root


def test_every_command_does_what_its_guide_says(desk, tmp_path, capsys):
    failed = {}
    for command in commands():
        program, *arguments = shlex.split(command)
        if program not in ("workbook", "make") or not_run(command):
            continue
        if program == "make":
            ran = subprocess.run(
                ["make", "-n", *arguments], cwd=REPO, capture_output=True, text=True, check=False
            )
            code, said = ran.returncode, ran.stderr
        elif arguments[0] == "pdf" and not CHROMIUM:
            continue
        else:
            code = main(arguments)
            said = "".join(capsys.readouterr())
        if code:
            failed[command] = said[-400:]
    assert failed == {}
    # What they have left behind.
    assert len(list((tmp_path / "templates").glob("*.xlsx"))) == 2
    assert (tmp_path / "year-2027").is_dir()
    assert {path.suffix for path in (tmp_path / "out").iterdir() if path.is_file()} >= {".html"}
    assert not list((desk / "data" / "store" / "events").glob("*eng-2025*"))  # received, then withdrawn


# -- the dictionary --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dictionary_has_every_column_and_every_indicator(language):
    found = dictionary.pages(language)
    named = {section.id: section.html for sections in found.values() for section in sections}
    for name, of in store.definitions().items():
        shown = re.findall(r"<code>([^<]+)</code></th>", named[name])
        assert shown == list(of["columns"]), name
        assert all(re.findall(r"<td>(.*?)</td>", named[name], flags=re.S)[1::2])  # what a cell holds
    for code, one in load().indicators.items():
        page = document_fromstring(named[code]).text_content()
        assert one.definition[language] in page and one.name[language] in page
        for dataset in one.datasets:
            assert f"#{dataset}" in named[code]
    assert "  " not in " ".join(found)


def test_every_column_of_a_register_is_explained():
    shown = {section.id: section.html for section in dictionary.pages("tr")[dictionary.REGISTERS]}
    for name, of in declaration.receivable().items():
        meanings = re.findall(r"</th><td>(.*?)</td>", shown[name], flags=re.S)
        assert len(meanings) == len(of["columns"]) and all(meanings), name


def test_no_table_of_others_is_left_in_english():
    for name, of in store.definitions().items():
        for part in (of, *of["columns"].values()):
            if isinstance(part.get("meaning"), str):
                assert part.get("meaning_tr"), name


# -- the pages -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = real_set(tmp_path_factory) / "reports" / "sample"
    return {
        path: (path.read_text(encoding="utf-8"), document_fromstring(path.read_bytes()))
        for path in folder.rglob("guides/*/*.html")
        if ".sets" not in path.parts
    }


def test_a_set_has_every_guide_in_both_languages_and_none_is_heavy(pages):
    names = [guide.name for guide in guides.read("en")] + ["search"]
    assert sorted((path.parent.name, path.stem) for path in pages) == sorted(
        (language, name) for language in LANGUAGES for name in names
    )
    assert max(len(text.encode()) for text, _ in pages.values()) < 600_000


def test_a_guide_asks_for_nothing_and_names_no_folder_of_this_machine(pages):
    for path, (text, page) in pages.items():
        assert "Content-Security-Policy" in text
        assert not page.xpath("//img | //link | //iframe | //script[@src]"), path
        assert str(REPO) not in text and str(path.parents[4]) not in text, path
        assert len(page.xpath("//h1")) == 1, path


def test_every_link_of_a_guide_leads_somewhere(pages):
    ids = {path: set(page.xpath("//@id")) for path, (_, page) in pages.items()}
    for path, (_, page) in pages.items():
        assert len(ids[path]) == len(page.xpath("//@id")), path
        for href in page.xpath("//a/@href"):
            file, _, place = unquote(href).partition("#")
            # As a browser does, which knows nothing of a set's own folder behind its link.
            target = Path(os.path.normpath(path.parent / file)) if file else path
            assert target.is_file(), f"{path.name}: {href}"
            if place and target in ids:
                assert place in ids[target], f"{path.name}: {href}"


def test_guides_are_found_by_search_menu_and_index(pages):
    folder = next(iter(pages)).parents[2]
    for language in LANGUAGES:
        register = (folder / "2024" / language / "search.html").read_text(encoding="utf-8")
        assert f"../../guides/{language}/analyst.html#correct" in register
        assert f"../../guides/{language}/dictionary-registers.html#events" in register
        report = (folder / "2024" / language / "topic_rankings.html").read_text(encoding="utf-8")
        assert f"../../guides/{language}/methods.html" in report
        assert f"sample/guides/{language}/analyst.html" in (folder.parent / "index.html").read_text("utf-8")
        guide = (folder / "guides" / language / "analyst.html").read_text(encoding="utf-8")
        other = "en" if language == "tr" else "tr"
        assert f"../../guides/{other}/analyst.html" in guide


def test_a_guide_is_called_by_its_own_title_wherever_it_is_linked(pages):
    linked = {}
    for path, (_, document) in pages.items():
        for link in document.xpath("//nav//a[@href]"):
            folder, name = os.path.split(os.path.normpath(path.parent / link.get("href").partition("#")[0]))
            if Path(folder).parent.name == "guides" and not name.startswith("search"):
                linked.setdefault((Path(folder).name, name), set()).add(link.text_content().strip())
    for (language, name), said in linked.items():
        title = document_fromstring((next(iter(pages)).parents[1] / language / name).read_bytes()).find(
            ".//h1"
        )
        for one in said:
            assert one.endswith(title.text_content().strip()), (language, name, one)
    assert {name for _, name in linked} >= {"files.html", "analyst.html", "methods.html"}


def test_hostile_markdown_of_a_guide_starts_nothing(monkeypatch):
    hostile = (
        "# T\n\n<script>alert(1)</script>\n\n## S <img src=x onerror=alert(1)>\n\n[a](javascript:alert(1))\n"
    )
    monkeypatch.setattr(guides, "written", lambda language: {"hostile": hostile})
    for section in guides.read("en")[0].sections:
        assert not re.search(r"<script|<img|onerror|javascript:", section.html)
