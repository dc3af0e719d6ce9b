"""A batch is published whole or not at all, says what went wrong, and leaves nothing behind.

`real_set` makes one set of the real notebooks for the tests of batch, site and browser alike: a kernel
takes seconds to start. What must be in a set is typed off the publisher's pages or counted here.
"""

import contextlib
import csv
import hashlib
import importlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import papermill
import psutil
import pytest
from conftest import REPO
from nbformat import v4

from helpers.batch import sets
from helpers.batch.execute import Executed
from helpers.batch.jobs import Job
from helpers.batch.publish import publish
from helpers.batch.run import Event
from helpers.catalog import load
from helpers.cli import main
from helpers.plan import ledger
from helpers.plan.ledger import Published
from helpers.progress import progress

YEAR = 2024
LANGUAGES = ("tr", "en")
NOTEBOOKS = ("goal3_education_research", "topic_rankings")
# THE 2024's weights as the publisher prints them, and the university's five scores of that edition.
WEIGHTS = {
    "teaching": 0.295, "research_environment": 0.29, "research_quality": 0.30, "industry": 0.04,
    "international_outlook": 0.075,
}  # fmt: skip
PARAMETERS = 'year = 2026\nlanguage = "en"\ninstitution = "ktu"\nedition = "sample"'
# A page must name its sources; `goals.sources` would cost the import of helpers.
SOURCES = """
note = {"kind": "text", "sources": [{"file": "data/a.csv", "sha256": "0", "rows": 1}]}
shown = {"application/vnd.workbook.piece+json": note, "text/plain": "a", "text/markdown": "a"}
get_ipython().display_pub.publish(shown)
"""
LATER = "from pathlib import Path\nPath({!r}).write_text('ran')"


# --- what the tests share -------------------------------------------------------------------------


def cell(cell_id, source, *tags, kind="code"):
    made = v4.new_code_cell(source) if kind == "code" else v4.new_markdown_cell(source)
    made.update(id=cell_id, metadata={"tags": list(tags)} if tags else {})
    return made


def write_notebook(root, name, *cells, setup="pass"):
    """Write a notebook that starts fast: it imports nothing of helpers."""
    begin = [
        cell("title", "# Title", kind="markdown"),
        cell("parameters", PARAMETERS, "parameters"),
        cell("setup", setup, "setup"),
        cell("sources", SOURCES),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = root / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(v4.new_notebook(cells=[*begin, *cells], metadata=kernel), path)
    return path


def kernels():
    """Return the kernels that descend from this process; the parent of warm ones, left to wait, is none."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            said = " ".join(child.cmdline())
            forked = "helpers.batch.parent" in said and child.ppid() != os.getpid()
            if "ipykernel" in said or forked:
                found.append(child.pid)
    return found


@contextlib.contextmanager
def watched(root):
    """Run inside a folder and a folder for temporary files of its own; yield what is left of them."""
    elsewhere = root.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    left = {}
    # Short, because the path of a socket may have about a hundred characters.
    temporary = tempfile.mkdtemp(prefix="t")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBOOK_ROOT", str(root))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(root.parent / "runtime"))
        patch.setattr(tempfile, "tempdir", temporary)
        patch.chdir(elsewhere)
        try:
            yield left
        finally:
            left["kernels"] = kernels()
            left["files"] = [
                str(path)
                for folder in (Path(temporary), elsewhere, root.parent / "runtime", root / "notebooks")
                for path in folder.rglob("*")
                if path.suffix not in (".ipynb", ".yml") and path.name not in ("explore", "conftest.py")
            ]
            shutil.rmtree(temporary)


def workbook(root, *arguments):
    """Call the command in this process; return exit code, output, error output and what it left."""
    out, error = io.StringIO(), io.StringIO()
    with watched(root) as left, contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        code = main(arguments)
    return code, out.getvalue(), error.getvalue(), left


def real_set(factory):
    """Return a workbook with the set of one year in both languages, made once for all workers."""
    base = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    folder, done = base / "real-set", base / "real-set" / "said.json"
    try:
        folder.mkdir()
    except FileExistsError:
        for _ in range(1200):
            if done.exists():
                break
            time.sleep(0.2)
        said = json.loads(done.read_text(encoding="utf-8"))
    else:
        root = folder / "workbook"
        shutil.copytree(REPO / "data", root / "data", ignore=shutil.ignore_patterns("raw", "store"))
        # Two notebooks show what a batch does: one of published facts, one with registers beside them.
        others = [path.name for path in (REPO / "notebooks").glob("*.ipynb") if path.stem not in NOTEBOOKS]
        no_copies = shutil.ignore_patterns("explore", ".ipynb_checkpoints", *others)
        shutil.copytree(REPO / "notebooks", root / "notebooks", ignore=no_copies)
        ran = cell("ran", LATER.format(str(folder / "explored")))
        write_notebook(root, "explore/trial", ran)
        said = {"begun": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
        try:
            code, out, error, left = workbook(root, "run", "--year", str(YEAR))
            said |= {"code": code, "out": out, "error": error, "left": left}
        except BaseException as failure:
            said |= {"code": repr(failure), "error": ""}
            raise
        finally:
            (folder / "said.part").write_text(json.dumps(said), encoding="utf-8")
            (folder / "said.part").replace(done)
    assert said["code"] == 0, said
    return folder / "workbook"


def tree(folder):
    """Return every file below a folder with its hash, as far as readers see it."""
    found = {}
    for here, below, names in os.walk(folder, followlinks=True):
        below[:] = [name for name in below if name not in (".sets", ".work")]
        for path in (Path(here, name) for name in names):
            found[path.relative_to(folder).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def place(year, language, notebook, suffix):
    return f"{year}/{language}/{notebook}{suffix}"


DOCUMENTS = {"tr": f"izleme-degerlendirme-{YEAR}", "en": f"monitoring-evaluation-{YEAR}"}
SUFFIXES = (".xlsx", ".docx")
CALENDARS = {"tr": f"eylem-takvimi-{YEAR}", "en": f"action-calendar-{YEAR}"}
FILED = {place(YEAR, language, DOCUMENTS[language], suffix) for language in LANGUAGES for suffix in SUFFIXES}
FILED |= {place(YEAR, of, CALENDARS[of], suffix) for of in LANGUAGES for suffix in (".ics", ".xlsx")}
BUNDLES = {place(YEAR, "tr", f"rapor-{YEAR}", ".zip"), place(YEAR, "en", f"report-{YEAR}", ".zip")}
PLACES = [(YEAR, language, notebook) for language in LANGUAGES for notebook in NOTEBOOKS]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The workbook with a published set; tests read it only."""
    return real_set(tmp_path_factory)


@pytest.fixture(scope="module")
def reports(root):
    return root / "reports"


@pytest.fixture
def mine(workbook_root, root):
    """A workbook of the test's own, with the set already published in it."""
    shutil.copytree(root / "reports", workbook_root / "reports", symlinks=True)
    return workbook_root


@pytest.fixture(autouse=True)
def no_kernel_outlives_its_test():
    yield
    assert kernels() == []


def executed(reports, path):
    return nbformat.read(reports / "sample" / "notebooks" / path, as_version=4)


def shown(notebook):
    """Return everything that a notebook says: prose and plain outputs."""
    said = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    for one in (c for c in notebook.cells if c.cell_type == "code"):
        said += [output.get("data", {}).get("text/plain", "") for output in one.outputs]
    return "\n".join(said)


# --- a good run -----------------------------------------------------------------------------------


def test_a_run_publishes_pages_documents_notebooks_manifest_and_index_and_nothing_else(reports):
    pages = {f"sample/{place(*p, '.html')}" for p in PLACES}
    pages |= {f"sample/{place(YEAR, language, 'search', '.html')}" for language in LANGUAGES}
    # Of the guides test_guides says which there are.
    found = {name for name in tree(reports) if not name.startswith("sample/guides/")}
    notebooks = {f"sample/notebooks/{place(*p, '.ipynb')}" for p in PLACES}
    documents = {f"sample/{name}" for name in FILED | BUNDLES}
    assert found == {"index.html", "sample/run.json"} | pages | notebooks | documents
    assert (reports / "sample").readlink() == Path(".sets", "sample-0001")
    hidden = {path.name for path in reports.glob(".*")}
    assert hidden == {".sets", ".work"}
    assert [path.name for path in (reports / ".sets").iterdir()] == ["sample-0001"]


def test_the_run_says_how_far_it_is_and_where_the_reports_are(root):
    said = json.loads((root.parent / "said.json").read_text(encoding="utf-8"))
    for language in LANGUAGES:
        for notebook in NOTEBOOKS:
            assert said["error"].count(f"{notebook} {YEAR} {language}") == 1
    assert sorted(re.findall(r"\d/4", said["error"])) == ["1/4", "2/4", "3/4", "4/4"]
    assert str(root / "reports" / "index.html") in said["out"]


def test_no_kernel_and_no_file_of_one_is_left_after_a_run(root):
    said = json.loads((root.parent / "said.json").read_text(encoding="utf-8"))
    assert said["left"] == {"kernels": [], "files": []}


def test_the_manifest_tells_parameters_and_sources_truly(root, reports):
    manifest = json.loads((reports / "sample" / "run.json").read_text(encoding="utf-8"))
    assert manifest["edition"] == "sample"
    assert set(manifest["pages"]) == {place(*p, "") for p in PLACES}
    begun = json.loads((root.parent / "said.json").read_text(encoding="utf-8"))["begun"]
    for year, language, notebook in PLACES:
        entry = manifest["pages"][place(year, language, notebook, "")]
        assert entry["parameters"] == {
            "year": year, "language": language, "institution": "ktu", "edition": "sample",
            "period": "year", "unit": "",
        }  # fmt: skip
        sources = {source["file"]: source for source in entry["sources"]}
        assert len(sources) == len(entry["sources"])
        # The page itself names the same files, in its last table.
        page = (reports / "sample" / place(year, language, notebook, ".html")).read_text(encoding="utf-8")
        table = page[page.rindex("<table") :]
        assert set(sources) == set(re.findall(r"data/sample/\w+\.csv", table))
        assert {"data/sample/ranking_positions.csv", "data/sample/ranking_scores.csv"} <= set(sources)
        for name, source in sources.items():
            assert source["sha256"] == hashlib.sha256((root / name).read_bytes()).hexdigest()
            with (root / name).open(encoding="utf-8", newline="") as file:
                assert source["rows"] == sum(1 for _ in csv.reader(file)) - 1
        original = (root / "notebooks" / f"{notebook}.ipynb").read_bytes()
        assert entry["notebook_sha256"] == hashlib.sha256(original).hexdigest()
        assert begun <= entry["made"] <= f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        assert 0 < entry["seconds"] < 300


def manifest_of(root):
    return json.loads((root / "reports" / "sample" / "run.json").read_text(encoding="utf-8"))


def test_the_manifest_lists_every_document_with_its_hash(root, reports):
    documents = manifest_of(root)["documents"]
    assert set(documents) == FILED
    for name, entry in documents.items():
        content = (reports / "sample" / name).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert (entry["year"], entry["period"]) == (YEAR, "year")
        assert entry["language"] == name.split("/")[1]


def test_the_manifest_traces_every_figure(root):
    told = manifest_of(root)["figures"]
    assert {of: set(by) for of, by in told.items()} == {str(YEAR): {"ktu"}}
    figures = told[str(YEAR)]["ktu"]
    assert len(figures) == 80
    scores = hashlib.sha256((root / "data" / "sample" / "ranking_scores.csv").read_bytes()).hexdigest()
    assert figures["G3.02"] == {
        "value": "19.56",
        "unit_of_measure": "score",
        "source_hash": hashlib.sha256(scores.encode()).hexdigest(),
        "demonstration": False,
    }
    assert (figures["G3.05"]["value"], figures["G3.05"]["missing"]) == (None, "no_year")
    assert figures["G2.01"]["demonstration"]
    for figure in figures.values():
        assert (figure["value"] is None) == ("missing" in figure)
        assert re.fullmatch(r"[0-9a-f]{64}", figure["source_hash"])


HEADERS = {"tr": "Plan Dönemi Başlangıç Değeri (A)", "en": "Value at the start of the plan (A)"}
MARKS = {"tr": "Örnek veri", "en": "Demonstration data"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_spreadsheet_holds_the_official_tables_with_real_numbers(reports, language):
    openpyxl = pytest.importorskip("openpyxl")
    path = reports / "sample" / place(YEAR, language, DOCUMENTS[language], ".xlsx")
    book = openpyxl.load_workbook(path)
    # The plan began in 2024: no cumulative table yet.
    assert book.sheetnames == [f"G{goal}-{YEAR}{kind}" for goal in range(1, 5) for kind in ("", "-D")]
    for sheet in book:
        assert sheet["A1"].value.endswith(MARKS[language])
        cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
        header = cells[HEADERS[language]]
        below = [sheet.cell(header.row + i, header.column) for i in (1, 2, 3)]
        assert all(cell.data_type == "n" and cell.value is not None for cell in below)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_document_holds_the_official_tables(reports, language):
    docx = pytest.importorskip("docx")
    document = docx.Document(str(reports / "sample" / place(YEAR, language, DOCUMENTS[language], ".docx")))
    titles = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert len(titles) == 8 and all(title.endswith(MARKS[language]) for title in titles)
    headers = [cell.text for table in document.tables for cell in table.rows[0].cells]
    assert headers.count(HEADERS[language]) == 8


PROSE = {
    "en": ("Scores beside those of the peers", "In brief", "Where it is heading", "Place in each ranking"),
    "tr": ("Puanlar, benzer üniversitelerin yanında", "Kısaca", "Eğilim", "Sıralamalardaki yeri"),
}
OUTPUTS = {
    "en": (
        "International outlook stands at 22.7, against a median of 30.0",
        "Karadeniz Technical University",
    ),
    "tr": ("Uluslararası görünüm puanı 22,7", "ortancası 30,0", "Karadeniz Teknik Üniversitesi"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["notebook", "page"])
def test_each_language_has_its_own_prose_and_outputs(reports, language, kind):
    other = "en" if language == "tr" else "tr"
    said = ""
    for notebook in NOTEBOOKS:
        if kind == "notebook":
            said += shown(executed(reports, place(YEAR, language, notebook, ".ipynb")))
        else:
            html = (reports / "sample" / place(YEAR, language, notebook, ".html")).read_text("utf-8")
            said += re.sub(r"</?a\b[^>]*>", "", html)  # a number leads to its card
    for phrase in PROSE[language] + OUTPUTS[language]:
        assert phrase in said
    for phrase in PROSE[other] + OUTPUTS[other]:
        assert phrase not in said


def test_every_cell_of_a_kept_notebook_ran_and_none_complained(reports):
    for one in PLACES:
        notebook = executed(reports, place(*one, ".ipynb"))
        code = [c for c in notebook.cells if c.cell_type == "code"]
        assert [c.execution_count for c in code] == list(range(1, len(code) + 1))
        assert {o.output_type for c in code for o in c.outputs} <= {"execute_result", "display_data"}


ABSOLUTE = re.compile(r"(?<![\w.:/-])(?:/(?:tmp|home|root|work|usr|var|opt|Users|private)/|[A-Z]:\\\\?\w)")


def test_a_set_holds_no_path_of_the_machine_and_nothing_of_papermill(root, reports):
    folders = (str(root), str(REPO), sys.prefix, str(Path.home()) + "/", str(root.parent))
    for name in tree(reports):
        if name.endswith((*SUFFIXES, ".zip")):
            with zipfile.ZipFile(reports / name) as packed:
                parts = [packed.read(part).decode("utf-8", "replace") for part in packed.namelist()]
            assert not [folder for folder in folders if folder in "".join(parts)], name
            continue
        text = (reports / name).read_text(encoding="utf-8")
        assert not [folder for folder in folders if folder in text], name
        assert not ABSOLUTE.findall(text), name
    for one in PLACES:
        notebook = executed(reports, place(*one, ".ipynb"))
        assert "papermill" not in notebook.metadata
        assert not any({"papermill", "execution"} & set(c.metadata) for c in notebook.cells)
        html = (reports / "sample" / place(*one, ".html")).read_text(encoding="utf-8")
        assert "papermill" not in html.lower()


def test_a_notebook_in_the_exploring_folder_is_never_run(root, reports):
    assert (root / "notebooks" / "explore" / "trial.ipynb").exists()
    assert not (root.parent / "explored").exists()
    assert not [name for name in tree(reports) if "trial" in name]


@pytest.mark.parametrize("name", ["trial", "explore/trial"])
def test_a_notebook_in_the_exploring_folder_cannot_be_asked_for(workbook_root, name):
    marker = workbook_root.parent / "explored"
    write_notebook(workbook_root, "explore/trial", cell("ran", LATER.format(str(marker))))
    code, _, error, _ = workbook(workbook_root, "run", "--year", str(YEAR), "--notebook", name)
    assert (code, marker.exists()) == (1, False)
    assert all(known in error for known in (repr(name), *NOTEBOOKS))


def test_a_second_year_keeps_the_first_and_both_link_each_other(mine, reports):
    before = tree(mine / "reports")
    name = NOTEBOOKS[0]
    code, _, error, left = workbook(mine, "run", "--year", "2023", "--language", "en", "--notebook", name)
    assert (code, left) == (0, {"kernels": [], "files": []}), error
    after = tree(mine / "reports")
    new = {
        f"sample/{place(2023, 'en', name, '.html')}",
        f"sample/notebooks/{place(2023, 'en', name, '.ipynb')}",
        f"sample/{place(2023, 'en', 'search', '.html')}",
        f"sample/{place(2023, 'en', 'report-2023', '.zip')}",
        # The plan has no tables of 2023 yet, but its registers have deadlines.
        *(f"sample/{place(2023, 'en', 'action-calendar-2023', suffix)}" for suffix in (".ics", ".xlsx")),
    }
    assert set(after) - set(before) == new
    assert set(before) <= set(after)
    kept = [path for path in before if "/notebooks/" in path]
    assert {path: after[path] for path in kept} == {path: before[path] for path in kept}

    sample = mine / "reports" / "sample"
    first = (sample / place(2023, "en", name, ".html")).read_text(encoding="utf-8")
    second = (sample / place(YEAR, "en", name, ".html")).read_text(encoding="utf-8")
    assert f'href="../../{place(YEAR, "en", name, ".html")}"' in first
    assert f'href="../../{place(2023, "en", name, ".html")}"' in second
    # What was not made is not linked: no Turkish 2023, no rankings page of 2023.
    turkish = (sample / place(YEAR, "tr", name, ".html")).read_text(encoding="utf-8")
    assert "2023/" not in turkish and "2023/tr" not in first and NOTEBOOKS[1] not in first
    assert "15.52" in first and "19.56" in second  # the recomputed THE score of each year

    old = json.loads((reports / "sample" / "run.json").read_text(encoding="utf-8"))["pages"]
    pages = json.loads((sample / "run.json").read_text(encoding="utf-8"))["pages"]
    # The navigation of the kept pages is new, what they say is not.
    told = {key: {**entry, "page": pages[key]["page"]} for key, entry in old.items()}
    assert {key: pages[key] for key in old} == told != old
    assert pages[place(2023, "en", name, "")]["parameters"]["year"] == 2023
    index = (mine / "reports" / "index.html").read_text(encoding="utf-8")
    assert f"sample/{place(2023, 'en', name, '.html')}" in index
    assert f"sample/{place(YEAR, 'tr', name, '.html')}" in index


def test_plain_papermill_runs_a_notebook_too(workbook_root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "out.ipynb"
    path = workbook_root / "notebooks" / "goal3_education_research.ipynb"
    papermill.execute_notebook(
        path, out, parameters={"year": YEAR}, kernel_name="python3", progress_bar=False
    )
    with (workbook_root / "data" / "sample" / "ranking_scores.csv").open(encoding="utf-8") as file:
        scores = {
            row["variable"]: float(row["value_low"])
            for row in csv.DictReader(file)
            if (row["system"], row["edition"]) == ("the", str(YEAR))
            and row["name"] == "Karadeniz Technical University"
            and row["variable"] in WEIGHTS
        }
    overall = f"{sum(weight * scores[name] for name, weight in WEIGHTS.items()):.2f}"
    assert overall == "19.56"
    said = shown(nbformat.read(out, as_version=4))
    assert overall in said and f"{scores['international_outlook']:.2f}" in said
    assert not list(tmp_path.glob("kernel-*"))


# --- documents of years that are run again, and of years that are not -------------------------------


def test_documents_stay_until_their_year_and_language_are_run_again(mine, reports):
    sample = mine / "reports" / "sample"
    first = {name: (reports / "sample" / name).read_bytes() for name in FILED}
    for name in FILED:
        (sample / name).write_bytes(b"as it was published")
    publish({"sample": [one_more(reports, 2025)]})
    assert {(sample / name).read_bytes() for name in FILED} == {b"as it was published"}
    new = {f"2025/en/monitoring-evaluation-2025{suffix}" for suffix in SUFFIXES}
    new |= {f"2025/en/action-calendar-2025{suffix}" for suffix in (".ics", ".xlsx")}
    assert set(manifest_of(mine)["documents"]) == FILED | new
    assert all((sample / name).is_file() for name in new)

    publish({"sample": [one_more(reports, YEAR)]})
    english = {name for name in FILED if "/en/" in name}
    assert {name: (sample / name).read_bytes() for name in english} == {n: first[n] for n in english}
    assert {(sample / name).read_bytes() for name in FILED - english} == {b"as it was published"}
    assert set(manifest_of(mine)["documents"]) == FILED | new


def test_a_document_that_was_taken_away_is_no_longer_listed(mine, reports):
    gone = place(YEAR, "tr", DOCUMENTS["tr"], ".xlsx")
    (mine / "reports" / "sample" / gone).unlink()
    publish({"sample": [one_more(reports, 2020)]})
    new = {f"2020/en/action-calendar-2020{suffix}" for suffix in (".ics", ".xlsx")}
    assert set(manifest_of(mine)["documents"]) == FILED - {gone} | new
    page = mine / "reports" / "sample" / place(YEAR, "tr", NOTEBOOKS[0], ".html")
    assert f'href="{DOCUMENTS["tr"]}.docx"' in page.read_text(encoding="utf-8")
    assert f'href="{DOCUMENTS["tr"]}.xlsx"' not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("other", [{"unit": "eng"}, {"institution": "metu"}])
def test_another_report_leaves_the_documents_of_the_plan_as_they_are(mine, reports, other):
    before = {name: (mine / "reports" / "sample" / name).read_bytes() for name in FILED}
    one = one_more(reports, YEAR)
    job = replace(one.job, **{"takes": ("year", "institution"), **other})
    publish({load().plan.set_of("sample", job.institution): [replace(one, job=job)]})
    assert set(manifest_of(mine)["documents"]) == FILED
    assert {name: (mine / "reports" / "sample" / name).read_bytes() for name in FILED} == before


def about(reports, institution):
    one = one_more(reports, YEAR)
    return replace(one, job=replace(one.job, institution=institution, takes=("year", "institution")))


def test_a_report_about_another_university_is_in_a_set_of_its_own(mine, reports):
    before = tree(mine / "reports" / "sample")
    publish({f"sample-{name}": [about(reports, name)] for name in ("metu", "itu")})
    publish({"sample-metu": [about(reports, "metu")]})
    assert tree(mine / "reports" / "sample") == before
    page = place(YEAR, "en", NOTEBOOKS[0], ".html")
    for name in ("metu", "itu"):
        folder = mine / "reports" / f"sample-{name}"
        manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        assert (manifest["edition"], list(manifest["pages"])) == ("sample", [page.removesuffix(".html")])
        assert (folder / page).exists() and manifest["documents"] == {}
        assert f'href="sample-{name}/{page}"' in (mine / "reports" / "index.html").read_text("utf-8")
    assert "Middle East Technical University</summary>" in (mine / "reports" / "index.html").read_text(
        "utf-8"
    )
    # Each has sets to go back to, and nobody else's.
    assert sets.kept("sample") == ["sample-0001"]
    assert sets.kept("sample-metu") == ["sample-metu-0001", "sample-metu-0002"]
    assert workbook(mine, "rollback", "--institution", "metu")[0] == 0
    assert [sets.current(name) for name in ("sample", "sample-metu")] == ["sample-0001", "sample-metu-0001"]


@pytest.mark.parametrize("after", [0, 1])
def test_sets_that_are_published_together_come_all_or_none(mine, reports, monkeypatch, after):
    linked, original = [], sets._link

    def stop(*given):
        if len(linked) == after:
            raise Killed
        linked.append(original(*given))

    with monkeypatch.context() as patch:
        patch.setattr("helpers.batch.sets._link", stop)
        with pytest.raises(Killed):
            publish({f"sample-{name}": [about(reports, name)] for name in ("metu", "itu")})
    assert "sample-itu-0001" in sets.settle()
    assert [sets.current(f"sample-{name}") for name in ("metu", "itu")] == [
        "sample-metu-0001", "sample-itu-0001",
    ]  # fmt: skip


# --- the ledger of published figures ----------------------------------------------------------------

TOLD = Published(
    "2025-02-27", "sample", YEAR, "year", "ktu", "", "G3.02", "19.50", "score", "a" * 64
)  # fmt: skip
# What the page of restatements shows, in a notebook of its own.
SHOWN = """
from helpers.present import ledger
from helpers.run import start
ledger.restatements(start(year=year, language=language))
"""


def ledger_of(root):
    return root / "data" / "published" / "figures.csv"


def run_english(root, name, *options):
    return workbook(root, "run", "--year", str(YEAR), "--language", "en", "--notebook", name, *options)


def test_a_run_that_was_not_asked_to_records_nothing(root):
    assert ledger_of(root).read_bytes() == ledger_of(REPO).read_bytes()


def test_a_moved_figure_stops_the_batch_before_anything_runs(mine, tmp_path):
    ledger.append([TOLD], ledger_of(mine))
    write_notebook(mine, "sound", cell("ran", LATER.format(str(tmp_path / "ran"))))
    before = tree(mine)
    for options in ((), ("--record",)):
        code, out, error, left = run_english(mine, "sound", *options)
        assert (code, out, len(error.splitlines())) == (1, "", 1)
        for told in ("G3.02", str(YEAR), "19.50", "19.56", "--reason"):
            assert told in error
        assert left == {"kernels": [], "files": []}
    assert tree(mine) == before and not (tmp_path / "ran").exists()


def test_a_reason_restates_the_figure_and_the_page_tells_it(mine):
    ledger.append([TOLD], ledger_of(mine))
    before = ledger_of(mine).read_bytes()
    write_notebook(mine, "told", cell("told", SHOWN))
    code, out, error, _ = run_english(mine, "told", "--reason", "weights | corrected")
    assert code == 0, error
    assert "0 values entered, 1 corrected" in out
    after = ledger_of(mine).read_bytes()
    assert after.startswith(before)
    (line,) = csv.reader(after[len(before) :].decode().splitlines())
    assert line[2:9] == [str(YEAR), "year", "ktu", "", "G3.02", "19.56", "score"]
    assert (line[1], line[-1]) == ("sample", "weights | corrected")
    page = mine / "reports" / "sample" / place(YEAR, "en", "told", ".html")
    for told in ("19.50", "19.56", "weights | corrected"):
        assert told in page.read_text(encoding="utf-8")
    # What was accepted once is not asked for again.
    assert run_english(mine, "told")[0] == 0
    assert ledger_of(mine).read_bytes() == after


def test_recorded_figures_are_facts_and_are_recorded_once(mine):
    write_notebook(mine, "sound", cell("fine", "'fine'"))
    code, out, _, _ = run_english(mine, "sound", "--record")
    assert code == 0 and "3 values entered, 0 corrected" in out
    first = ledger_of(mine).read_bytes()
    # G3.04 and G3.05 are not known for the year, and every register of the sample is generated.
    assert {row.indicator: row.value_text for row in ledger.read(ledger_of(mine))} == {
        "G3.01": "2", "G3.02": "19.56", "G3.03": "22.70",
    }  # fmt: skip
    code, out, _, _ = run_english(mine, "sound", "--record")
    assert code == 0 and "0 values entered, 0 corrected" in out
    assert ledger_of(mine).read_bytes() == first


@pytest.mark.parametrize("fails", ["execution", "publication"])
def test_a_run_that_fails_leaves_the_ledger_as_it_was(mine, fails):
    ledger.append([TOLD], ledger_of(mine))
    before = tree(mine / "data")
    source = {"execution": "1/0", "publication": UNPUBLISHABLE["stderr"]}[fails]
    write_notebook(mine, "broken", cell("bad", source))
    code, *_ = run_english(mine, "broken", "--record", "--reason", "late rows")
    assert code == 1
    assert tree(mine / "data") == before


# --- a run that fails -----------------------------------------------------------------------------


def refused(root, *cells, more=(), **options):
    """Run a notebook that must fail; return what was said, after checking that the set is untouched."""
    before = tree(root / "reports")
    write_notebook(root, "broken", *cells, **options)
    named = [part for name in ("broken", *more) for part in ("--notebook", name)]
    code, out, error, left = workbook(root, "run", "--year", "2025", "--language", "en", *named)
    assert code == 1
    assert "Traceback" not in error and "Done" not in out
    assert left == {"kernels": [], "files": []}
    after = tree(root / "reports")
    assert {path: after.get(path) for path in before} == before
    assert not [p for p in set(after) - set(before) if p.startswith("sample/")]
    return error.splitlines()[-1]


def test_a_failing_cell_is_named_with_its_cause_and_the_set_stays(mine, tmp_path):
    write_notebook(mine, "sound", cell("fine", "'fine'"))
    later = tmp_path / "later"
    said = refused(
        mine, cell("divide", "1/0"), cell("later", LATER.format(str(later))), more=["sound"]
    )  # fmt: skip
    for part in ("broken 2025 en", "'divide'", "ZeroDivisionError: division by zero"):
        assert part in said
    assert not later.exists()
    half_run = mine / re.search(r"half-run notebook is (\S+\.ipynb)", said).group(1)
    cells = {c.id: c for c in nbformat.read(half_run, as_version=4).cells}
    assert cells["setup"].execution_count is not None
    assert [o.ename for o in cells["divide"].outputs] == ["ZeroDivisionError"]
    assert cells["later"].execution_count is None


def test_leaving_python_in_a_cell_is_a_failure(mine, tmp_path):
    later = tmp_path / "later"
    leave = cell("leave", "import sys\nsys.exit(0)")
    said = refused(mine, leave, cell("later", LATER.format(str(later))))
    assert "broken 2025 en" in said and "'leave'" in said and "SystemExit" in said
    assert not later.exists()


def test_leaving_python_in_the_last_cell_is_a_failure(mine):
    assert "broken" in refused(mine, cell("leave", "import sys\nsys.exit(0)"))


def test_leaving_python_in_the_last_cell_is_called_by_its_name(mine):
    said = refused(mine, cell("leave", "import sys\nsys.exit(0)"))
    assert "leave" in said and "SystemExit" in said and "half-run" in said


KILL = cell("kill", "import os\nos.kill(os.getpid(), 9)")


@pytest.mark.skipif(os.name == "nt", reason="a Windows process cannot kill itself by signal 9")
def test_a_kernel_that_dies_is_a_failure(mine):
    said = refused(mine, KILL, cell("later", "2"))
    assert "broken 2025 en" in said and "'kill'" in said and "kernel was killed" in said


@pytest.mark.skipif(os.name == "nt", reason="a Windows process cannot kill itself by signal 9")
def test_a_kernel_that_dies_is_told_by_the_workbook_alone(mine, caplog):
    refused(mine, KILL)
    assert [record.getMessage() for record in caplog.records if record.name == "papermill"] == []


UNPUBLISHABLE = {
    "stderr": "import sys\nprint('/home/somebody/lib.py is old', file=sys.stderr)",
    "image/png": "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
}


@pytest.mark.parametrize("kind", UNPUBLISHABLE)
def test_what_carries_no_words_is_refused_at_publication(mine, kind):
    said = refused(mine, cell("bare", UNPUBLISHABLE[kind]))
    assert "broken" in said and "bare" in said and kind in said and "cannot be published" in said


def test_a_refused_publication_leaves_no_half_made_set(mine):
    refused(mine, cell("bare", "import sys\nprint('old', file=sys.stderr)"))
    assert [path.name for path in (mine / "reports" / ".sets").iterdir()] == ["sample-0001"]


def test_an_outdated_turkish_prose_stops_the_run_before_any_cell(mine, tmp_path):
    path = mine / "notebooks" / "goal3_education_research.ipynb"
    notebook = nbformat.read(path, as_version=4)
    tagged = [c for c in notebook.cells if "prose:goal3.outlook" in c.metadata.get("tags", [])]
    tagged[0].source += " One more sentence."
    marker = tmp_path / "ran"
    place_of_setup = [c.metadata.get("tags") for c in notebook.cells].index(["setup"])
    notebook.cells.insert(place_of_setup, cell("first", LATER.format(str(marker)), "setup"))
    nbformat.write(notebook, path)
    before = tree(mine / "reports")
    arguments = ("run", "--year", "2024", "--language", "tr", "--notebook", path.stem)
    code, _, error, left = workbook(mine, *arguments)
    assert code == 1 and "goal3.outlook" in error and "Traceback" not in error
    assert not marker.exists()
    assert left == {"kernels": [], "files": []}
    assert tree(mine / "reports") == before


@pytest.mark.skipif(os.name == "nt", reason="kernels on Windows are spoken to over TCP")
def test_a_deep_folder_for_temporary_files_is_no_obstacle(workbook_root, tmp_path):
    deep = tmp_path / ("d" * 60)
    deep.mkdir()
    write_notebook(workbook_root, "sound", cell("fine", "'fine'"))
    command = [sys.executable, "-m", "helpers.cli", "run", "--year", "2025", "--language", "en"]
    said = tmp_path / "said.txt"
    try:
        with said.open("w") as file:  # a file: a kernel that is left behind would hold a pipe open
            subprocess.run(
                [*command, "--notebook", "sound"], env={**os.environ, "TMPDIR": str(deep)}, timeout=60,
                stdout=file, stderr=file, check=False,
            )  # fmt: skip
    finally:
        orphans = []
        for process in psutil.process_iter(["cmdline"]):
            if str(deep) in " ".join(process.info["cmdline"] or []):
                orphans.append(process.pid)
                process.kill()
    assert orphans == []
    assert "Traceback" not in said.read_text()
    assert (workbook_root / "reports" / "sample" / "2025" / "en" / "sound.html").exists()


# --- a publication that is interrupted ------------------------------------------------------------


def one_more(reports, year):
    """Take an executed notebook of the set for one of another year, as if it had just run."""
    job = Job(NOTEBOOKS[0], year, "en", "ktu", "sample")
    return Executed(job, executed(reports, place(YEAR, "en", NOTEBOOKS[0], ".ipynb")), 1.0)


@pytest.fixture
def no_documents(monkeypatch):
    """Write no official tables, where only the order of steps is looked at: they take seconds."""
    monkeypatch.setattr("helpers.batch.documents._documents", lambda *_: {"tables.txt": b"tables"})


# What a batch does to put a set in force, in this order: each may be the last that it does.
STEPS = {
    "the pages": "helpers.site.pages.render",
    "the name of the set": "helpers.batch.sets._owe",
    "what is owed": "helpers.batch.sets.settle",
    "the ledger": "helpers.plan.ledger.take",
    "the link": "helpers.batch.sets._link",
    "clearing away": "helpers.batch.sets._clear",
    "the index": "helpers.batch.publish.write_index",
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_wherever_a_publication_is_cut_off_a_whole_set_stands(
    mine, reports, monkeypatch, no_documents, step, when
):
    published, book = tree(mine / "reports" / "sample"), ledger_of(mine).read_bytes()
    proposed = ledger.Proposed((TOLD,), book, book + b"2025-02-27,sample\n")
    module, _, name = STEPS[step].rpartition(".")
    original = getattr(importlib.import_module(module), name)

    def stop(*given, **named):
        if when == "after":
            original(*given, **named)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(STEPS[step], stop)
        with pytest.raises(Killed):
            publish({"sample": [one_more(reports, 2019)]}, proposed=proposed)
    # A reader finds the old set or the new one, whole.
    now = tree(mine / "reports" / "sample")
    new = place(2019, "en", NOTEBOOKS[0], ".html")
    assert now == published if new not in now else set(published) < set(now)
    # The next batch makes good what is owed, and clears up.
    sets.settle()
    done = new in tree(mine / "reports" / "sample")
    assert done == (step not in ("the pages", "the name of the set") or (step, when) == (
        "the name of the set", "after"
    ))  # fmt: skip
    assert ledger_of(mine).read_bytes() == (proposed.after if done else book)
    publish({"sample": [one_more(reports, 2020)]})
    assert all(path.name.startswith("sample-") for path in (mine / "reports" / ".sets").iterdir())
    pages = json.loads((mine / "reports" / "sample" / "run.json").read_text(encoding="utf-8"))["pages"]
    assert {place(*p, "") for p in PLACES} | {place(2020, "en", NOTEBOOKS[0], "")} <= set(pages)


class Killed(BaseException):
    """The end of a process, at a step."""


def test_a_set_that_an_earlier_version_lost_between_two_renames_is_put_back(mine, reports, no_documents):
    published = tree(mine / "reports" / "sample")
    shutil.copytree(mine / "reports" / "sample", mine / "reports" / ".previous-sample")
    (mine / "reports" / "sample").unlink()
    shutil.rmtree(mine / "reports" / ".sets")
    (mine / "reports" / ".next-sample" / "2019").mkdir(parents=True)
    sets.settle()
    assert tree(mine / "reports" / "sample") == published
    publish({"sample": [one_more(reports, 2020)]})
    assert set(published) < set(tree(mine / "reports" / "sample"))
    assert {path.name for path in (mine / "reports").glob(".*")} == {".sets", ".work"}


def test_a_folder_that_was_copied_in_the_place_of_the_link_is_no_obstacle(mine, reports, no_documents):
    shutil.copytree(mine / "reports" / "sample", mine / "copied")
    (mine / "reports" / "sample").unlink()
    (mine / "copied").rename(mine / "reports" / "sample")
    publish({"sample": [one_more(reports, 2020)]})
    assert (mine / "reports" / "sample").is_symlink()
    assert (mine / "reports" / "sample" / place(2020, "en", NOTEBOOKS[0], ".html")).exists()


def test_where_the_system_allows_no_links_the_folders_change_places(mine, reports, monkeypatch, no_documents):
    def not_allowed(*_, **__):
        raise OSError(1314, "A required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", not_allowed)
    for year in (2020, 2021, 2022):
        publish({"sample": [one_more(reports, year)]})
        assert (mine / "reports" / "sample" / place(year, "en", NOTEBOOKS[0], ".html")).exists()
    assert not (mine / "reports" / "sample").is_symlink()
    assert sets.roll_back("sample") == "sample-0003"
    assert sets.current("sample") == "sample-0003"
    assert sets.roll_back("sample", "sample-0004") == "sample-0004"


def test_three_sets_are_kept_and_a_rollback_goes_back(mine, reports, no_documents):
    for year in (2019, 2020, 2021):
        publish({"sample": [one_more(reports, year)]})
    assert sets.kept("sample") == ["sample-0002", "sample-0003", "sample-0004"]
    later = mine / "reports" / "sample" / place(2021, "en", NOTEBOOKS[0], ".html")
    code, out, error, _ = workbook(mine, "rollback")
    assert (code, error) == (0, "") and "sample-0003" in out
    assert not later.exists() and "2021/" not in (mine / "reports" / "index.html").read_text("utf-8")
    assert workbook(mine, "rollback", "--to", "sample-0004")[0] == 0 and later.exists()
    assert workbook(mine, "rollback", "--to", "sample-0002")[0] == 0
    code, out, error, _ = workbook(mine, "rollback")
    assert (code, out, len(error.splitlines())) == (1, "", 1) and "no earlier set" in error
    code, _, error, _ = workbook(mine, "rollback", "--to", "sample-0001")
    assert code == 1 and "sample-0001" in error and "sample-0004" in error
    table = workbook(mine, "rollback", "--list")[1].splitlines()
    assert [line.split()[0] for line in table] == ["set", "sample-0002", "sample-0003", "sample-0004"]
    assert [line.split()[-1] == "yes" for line in table[1:]] == [True, False, False]


# --- progress -------------------------------------------------------------------------------------


class SlowStream(io.StringIO):
    """An error stream that yields to other threads at each write."""

    def write(self, text):
        time.sleep(0.005)
        return super().write(text)


def test_two_kernels_that_end_together_get_a_line_each(monkeypatch):
    stream = SlowStream()
    monkeypatch.setattr(sys, "stderr", stream)
    with progress() as tell:
        tell(Event("planned", told={"run": 8, "reused": 0}))
        done = [Event("done", f"notebook-{i}", {"seconds": 1.0}) for i in range(8)]
        threads = [threading.Thread(target=tell, args=(event,)) for event in done]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = stream.getvalue().splitlines()
    numbers = [int(re.match(r"(\d)/8 notebook-\d: 1.0 s;", line).group(1)) for line in lines]
    assert sorted(numbers) == [*range(1, 9)]
