"""Lab and the desk: the server with its own settings, comparison, controls, pieces as on the page."""

import html
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from copy import deepcopy
from pathlib import Path

import nbformat
import papermill  # noqa: F401  it loads our engine, which must not be loaded before it
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from sample import start as shared_start

import helpers
from helpers import choose, compare, measure, start, texts
from helpers.batch import engine, jobs
from helpers.catalog import load
from helpers.desk import lab, notebooks
from helpers.errors import FileRefused, ParameterError, TextMissing
from helpers.measures.core import Figure
from helpers.present import activities, compared, controls, persons
from helpers.present.pieces import NOTE_TYPE
from helpers.run import is_open
from helpers.site import live, pages
from helpers.texts import Texts

REPO = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module", params=["en", "tr"])
def run(request):
    return shared_start(year=2026, language=request.param)


@pytest.fixture
def opened(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "notebook.ipynb")


# -- the server --------------------------------------------------------------------------------------------


def test_lab_serves_the_notebooks_with_our_kernel_and_asks_for_no_news(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "settings").mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPO / "src"),
        "JUPYTER_TOKEN": "t0ken",
        "JUPYTER_CONFIG_DIR": str(tmp_path / "settings"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "TMPDIR": str(tmp_path),
    }
    command = [sys.executable, "-m", "helpers.cli", "lab", "--no-browser", "--port", str(port)]
    with (tmp_path / "told").open("w") as told:
        server = subprocess.Popen([*command, "--language", "tr"], env=environment, stdout=told, stderr=told)

    def ask(path):
        wanted = urllib.request.Request(
            f"http://127.0.0.1:{port}/{path}", headers={"Authorization": "token t0ken"}
        )
        return json.loads(urllib.request.urlopen(wanted, timeout=20).read())

    try:
        for _ in range(240):
            try:
                specs = ask("api/kernelspecs")
                break
            except OSError:
                assert server.poll() is None, (tmp_path / "told").read_text()
                time.sleep(0.25)
        spec = specs["kernelspecs"][specs["default"]]
        assert spec["spec"]["display_name"] == Texts("tr")("lab.kernel")
        assert spec["spec"]["argv"][0] == sys.executable and "logo-svg" in spec["resources"]
        assert {one["name"] for one in ask("api/contents")["content"]} >= {"overview.ipynb", "explore"}
        assert ask("api/contents/overview.ipynb?content=0")["type"] == "notebook"
        named = "lab/api/settings/@jupyterlab/apputils-extension:"
        news = ask(f"{named}notification")["schema"]["properties"]
        assert (news["fetchNews"]["default"], news["checkForUpdates"]["default"]) == ("false", False)
        assert ask(f"{named}themes")["schema"]["properties"]["adaptive-theme"]["default"] is True
        with pytest.raises(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/contents", timeout=20)  # no token
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
    assert not list(tmp_path.glob("workbook-lab-*")) and not list((tmp_path / "settings").rglob("*lab*"))


def test_lab_opens_a_notebook_of_the_workbook_only():
    told = lab.options("notebooks/topic_mobility.ipynb", 0, browser=False)
    assert "--LabApp.default_url=/lab/tree/topic_mobility.ipynb" in told and "--no-browser" in told
    assert "--LabApp.news_url=None" in told
    for name in ("nothing.ipynb", "../pyproject.toml", ""):
        with pytest.raises(FileRefused):
            lab.options(name, 0, browser=True)


def test_the_overlay_stands_before_what_is_there(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", "mine")
    found = lab.overlay(tmp_path, "en")
    assert found == {"JUPYTER_PATH": os.pathsep.join([str(tmp_path), "mine"])}


# -- comparing ---------------------------------------------------------------------------------------------


def rows(piece):
    return {row[0]: row[1:] for row in piece.cells["rows"]}


def test_years_are_compared_by_the_figures_of_their_reports(run):
    found = rows(compare(run, "G3.25", "G3.26", years=[2026, 2023]))
    assert list(found) == ["2023", "2026"]
    for year, cells in found.items():
        of_year = shared_start(year=int(year), language=run.language)
        for code, cell in zip(("G3.25", "G3.26"), cells, strict=True):
            assert measure(of_year, code).text.endswith(f": {cell}")


def test_units_add_up_to_the_whole_where_none_is_hidden(run):
    units = load().units
    found = rows(compare(run, "G1.01", units=["", *units]))
    numbers = [int(re.sub(r"\D", "", cell) or 0) for (cell,) in found.values()]
    indicator = run.catalog.indicators["G1.01"]
    assert not indicator.person_count and numbers[0] >= max(numbers[1:]) > 0
    for (name, (cell,)), unit in zip(found.items(), ["", *units], strict=True):
        alone = shared_start(year=2026, language=run.language, unit=unit)
        assert measure(alone, "G1.01").text.endswith(f": {cell}") or cell == "–", name


def test_institutions_are_compared_and_what_is_missing_is_said_once_with_its_reason(run):
    shown = compare(run, "G3.02", "G3.25", institutions=["metu", "hacettepe"])
    found = rows(shown)
    assert next(iter(found)) == run.name and len(found) == 3
    # The recomputed overall score of KTU in THE 2026 (domain dossier, 4.3).
    assert found[run.name][0] == run.text.number(25.34, 2)
    others = [cells[1] for name, cells in found.items() if name != run.name]
    assert others == ["–", "–"]
    reason = run.text("activities.reason.other_institution")
    (note,) = [note for note in shown.bundle[NOTE_TYPE]["notes"] if reason in note]
    assert note.count("G3.25") == 2 and "G3.02" not in note
    assert "demonstration" in shown.bundle[NOTE_TYPE]["caveats"]


def test_a_change_of_a_rankings_method_is_said(run):
    # THE began to score by another method in its edition of 2024.
    across, within = (
        compare(run, "G3.02", years=years).bundle[NOTE_TYPE] for years in ([2022, 2026], [2025, 2026])
    )
    assert "break_in_series" in across["caveats"] and "break_in_series" not in within["caveats"]


def test_what_a_units_report_hides_is_hidden_and_said(run, monkeypatch):
    true = persons.figure
    hides = lambda of, code, when=None: Figure(None, reason="protected") if of.unit else true(of, code, when)  # noqa: E731
    monkeypatch.setattr(compared.persons, "figure", hides)
    shown = compare(run, "G3.25", units=["", "eng"])
    assert list(rows(shown).values())[1] == [run.text("activities.hidden")]
    assert run.text("activities.protected") in shown.bundle[NOTE_TYPE]["notes"]


def test_a_country_is_compared_as_the_breakdown_of_each_year_shows_it(run):
    found = rows(compare(run, "G3.25", country="DE", years=[2024, 2026]))
    for year, (cell,) in found.items():
        by = persons.by(start(year=int(year)), "G3.25", "country_code").rows.set_index("country_code")
        assert cell == run.text.number(by["shown"]["DE"])
    # Nobody went there, and no group is left out unnamed: a true nought, or hidden; never a number made up.
    nobody = rows(compare(run, "G3.25", country="AQ", years=[2026]))["2026"]
    assert nobody in (["0"], [run.text("activities.hidden")])


def test_what_cannot_be_compared_is_refused(run):
    for codes, named in (
        ((), {}),
        (("G9.99",), {}),
        (("G3.25",), {"units": ["eng"], "institutions": ["metu"]}),
        (("G3.25",), {"units": ["eng"], "years": [2025]}),
        (("G3.25",), {"units": ["nowhere"]}),
        (("G3.02",), {"country": "DE"}),
    ):
        with pytest.raises(ParameterError):
            compare(run, *codes, **named)


# -- the run -----------------------------------------------------------------------------------------------


def test_a_run_shows_itself_where_a_notebook_is_open_and_no_folder(run, opened):
    shown = run._repr_html_()
    keys = ("run.whole", "site.demonstration", "run.own_language")
    for told in (run.name, "2026", *map(run.text, keys)):
        assert html.escape(told) in shown
    assert str(REPO) not in shown and "/" not in re.sub(r"<[^>]*>", "", shown)
    half = shared_start(year=2026, language=run.language, period="first_half", unit="eng")
    assert half.about()[run.text("run.unit")] == run.catalog.units["eng"].name(run.language)
    assert half.about()[run.text("run.period")] != run.about()[run.text("run.period")]


def test_a_run_in_a_batch_stores_one_line(run, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert not is_open() and run._repr_html_() is None


def test_another_run_shares_what_was_read_and_is_checked(run):
    run.registers["events"]
    other = run.at(year=2024, unit="eng", peer_group=run.catalog.plan.peer_group)
    assert (other.year, other.unit, other.language) == (2024, "eng", run.language)
    assert other.registers.frames is run.registers.frames
    assert set(other.registers["events"]["unit"]) == {"eng"}
    assert run.at(institution="metu").registers.of_other
    for wrong in ({"year": 1900}, {"unit": "nowhere"}, {"peer_group": "nobody"}):
        with pytest.raises(ParameterError):
            run.at(**wrong)


# -- controls ----------------------------------------------------------------------------------------------


def test_a_batch_shows_the_plain_piece_and_an_open_notebook_controls(run, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    plain = choose(run, measure, "G3.25", over=controls.RUN)
    assert plain.bundle == measure(run, "G3.25").bundle
    monkeypatch.setenv("JPY_SESSION_NAME", "notebook.ipynb")
    *menus, shown = choose(run, measure, "G3.25", over=controls.RUN).children
    assert [menu.description for menu in menus] == [run.text(f"controls.{name}") for name in controls.RUN]

    def told():
        return shown.outputs[0]["data"]["text/plain"]

    assert told() == plain.text
    menus[0].value = 2024
    assert told() == measure(shared_start(year=2024, language=run.language), "G3.25").text
    menus[2].value = "eng"
    assert told() == measure(shared_start(year=2024, language=run.language, unit="eng"), "G3.25").text
    menus[1].value = "metu"
    assert run.text("activities.reason.other_institution") in told() or "eng" in told()


def test_a_country_is_chosen_by_its_name(run):
    box = choose(run, compare, "G3.25", years=[2026], country="DE", over=["country"], live=True)
    menu, shown = box.children
    assert (run.text.country("FR"), "FR") in menu.options
    menu.value = "FR"
    assert run.text.country("FR") in shown.outputs[0]["data"]["text/plain"]
    with pytest.raises(ParameterError):
        choose(run, measure, "G3.25", over=["colour"])


# -- pieces as on the page ---------------------------------------------------------------------------------


def bare(markup):
    """What is read and drawn, without what names a place: labels, and what only a page has around it."""
    figure = re.search(r"<figure.*</figure>", markup, re.S)[0]
    return re.sub(r'(id|aria-labelledby|aria-describedby)="[^"]*"', "", figure)


def test_an_open_notebook_shows_what_the_page_shows(run):
    for piece in (activities.trend(run, "G3.25"), compare(run, "G3.25", "G3.26")):
        output = new_output("display_data", data=dict(piece.bundle))
        book = new_notebook(cells=[new_code_cell("x", outputs=[output])])
        (page,) = pages.render({Path("2026", run.language, "overview"): book}, run.catalog.plan, "sample")
        assert bare(live.html(piece, run.language)) == bare(page.html)
        note = piece.bundle[NOTE_TYPE]
        for said in (note["title"], note["source"], *note["caveats"].values()):
            assert html.escape(said, quote=False) in html.unescape(live.html(piece, run.language))


def test_a_batch_never_shows_the_form_of_an_open_notebook(run, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    registered = []
    monkeypatch.setattr(live, "register", lambda: registered.append(1))
    assert helpers.start and not registered
    monkeypatch.setenv("JPY_SESSION_NAME", "notebook.ipynb")
    assert helpers.start and registered


def test_the_style_names_every_colour_and_reaches_nothing_else():
    style = live.style()
    used = set(re.findall(r"var\((--[\w-]+)\)", style))
    given = set(re.findall(r"(--[\w-]+):", style))
    assert used <= given and "url(" not in style and "@import" not in style
    outside = re.sub(r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}", "", style)
    assert all(".workbook" in part for part in outside.split(",") if part.strip())


# -- the tour ----------------------------------------------------------------------------------------------

EXPLORE = REPO / "notebooks" / "explore"


def cells_of(name):
    return nbformat.read(EXPLORE / name, as_version=4).cells


def test_the_tour_is_the_same_in_both_languages_and_keeps_the_laws():
    english, turkish = cells_of("tour.ipynb"), cells_of("tur.ipynb")
    for one, other in zip(english, turkish, strict=True):
        assert one.id == other.id and one.metadata == other.metadata
        if one.cell_type == "markdown":
            key = texts.prose_key(one.metadata.tags)
            assert other.source.split() == texts.prose(key, one.source, "tr").split(), key
        else:
            assert other.source == one.source.replace('language = "en"', 'language = "tr"')
    for cell in [*english, *turkish]:
        assert len(cell.source.splitlines()) <= 25
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            (output,) = cell.outputs
            assert output.output_type == "execute_result"
            # What a batch stores of controls and sliders is the plain piece.
            assert "application/vnd.jupyter.widget-view+json" not in output.data
    sources = "\n".join(cell.source for cell in english if cell.cell_type == "code")
    assert not re.search(r"^\s*[%!]", sources, re.M), "no magic: it runs in VS Code as well"


def test_the_tour_is_no_page_but_is_kept_in_order():
    assert not {"tour", "tur"} & set(jobs.available())
    assert {path.name for path in notebooks.named([])} >= {"tour.ipynb", "tur.ipynb", "overview.ipynb"}
    nbval = re.search(r"--nbval .*", (REPO / "Makefile").read_text(encoding="utf-8"))[0]
    for name in notebooks.TOURS:
        stored = notebooks.read(EXPLORE / name)
        assert (notebooks.live(stored), notebooks.foreign(stored)) == ([], [])
        assert f"notebooks/explore/{name}" in nbval


def test_the_last_step_of_the_tour_puts_its_figure_into_the_report(tmp_path, monkeypatch):
    """As the tour says: an import, a prose cell with its tag, a code cell, the Turkish; then the page."""
    told, line = cells_of("tour.ipynb")[-2:]
    key = re.search(r"`prose:([\w.]+)`", told.source)[1]
    assert "`notebooks/topic_mobility.ipynb`" in told.source and "add `compare`" in told.source
    book = nbformat.read(REPO / "notebooks" / "topic_mobility.ipynb", as_version=4)
    book.cells = book.cells[:3]  # title, parameters and set-up; the other cells have their own tests
    setup = next(cell for cell in book.cells if "setup" in cell.metadata.get("tags", []))
    setup.source = setup.source.replace("goals,", "compare, goals,", 1)
    given = next(cell for cell in book.cells if "parameters" in cell.metadata.get("tags", []))
    given.source = given.source.replace('language = "en"', 'language = "tr"')
    english = "## Units\n\nWho sends more students than it receives."
    prose = nbformat.v4.new_markdown_cell(english, id="units", metadata={"tags": [f"prose:{key}"]})
    book.cells += [prose, new_code_cell(line.source, id="units-1")]
    with pytest.raises(TextMissing, match=texts.mark(english)):
        engine.put_prose(deepcopy(book), "tr")
    turkish = {"of": texts.mark(english), "text": "## Birimler\n\nGiden ve gelen öğrenciler."}
    written = {**texts._turkish_prose(), key: turkish}
    monkeypatch.setattr(texts, "_turkish_prose", lambda: written)
    engine.put_prose(book, "tr")
    nbformat.write(book, tmp_path / "topic_mobility.ipynb")
    done = notebooks.executed(tmp_path / "topic_mobility.ipynb")
    (page,) = pages.render({Path("2026", "tr", "topic_mobility"): done}, load().plan, "sample")
    shown = compare(start(year=2026, language="tr"), "G3.25", "G3.26", units=load().units)
    assert "Birimler" in page.html and html.escape(shown.bundle[NOTE_TYPE]["title"], quote=False) in page.html


def test_a_sentence_of_an_open_notebook_says_that_its_data_are_generated(run):
    bundle, _ = live.formatted(measure(run, "G3.25"))
    assert run.catalog.caveats["demonstration"][run.language].split(";")[0] in bundle["text/markdown"]
