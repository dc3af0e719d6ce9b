"""`workbook new`: what it refuses, that it writes all or nothing, and that what it writes works."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import paths, store, texts
from helpers.batch.jobs import cells_of
from helpers.catalog import load
from helpers.cli import main
from helpers.desk import new
from helpers.desk.new import indicator
from helpers.intake import check
from helpers.texts import Texts

REPO = Path(__file__).resolve().parents[1]
SHARE = [
    *("new", "indicator", "G4.90", "--language", "en", "--name", "Sport share", "--name-tr", "Spor payı"),
    *("--definition", "Share of sport.", "--definition-tr", "Sporun payı.", "--activity", "G4b"),
    *("--numerator", "sport_activities", "--denominator", "social_activities"),
]
COLUMNS = [
    "school_id|text|School|Yaz okulu|Code of the summer school|Yaz okulunun kodu",
    "start_date|date|Start|Başlangıç|First day|İlk gün",
    "unit|text|Unit|Birim|Unit that holds it|Düzenleyen birim|required list=units",
    "setting|text|Setting|Yer|Where it is held|Nerede yapıldığı|allowed=online,on_the_coast",
    "participants_count|whole|Participants|Katılımcı|Persons who took part|Katılan kişiler|minimum=0",
]
REGISTER = [
    *("new", "register", "summer_schools", "--language", "en", "--name", "Summer schools"),
    *("--name-tr", "Yaz okulları", "--key", "school_id", "--period", "start_date"),
    *(part for column in COLUMNS for part in ("--column", column)),
    *("--label", "on_the_coast=on the coast|kıyıda", "--label", "online=online|çevrim içi"),
]
NOTEBOOK = [
    *("new", "notebook", "topic_alumni", "--language", "en", "--title", "Alumni", "--title-tr", "Mezunlar"),
    *("--lead", "Where the graduates of the university are.", "--activity", "G4b"),
    *("--lead-tr", "Üniversitenin mezunlarının nerede olduğu."),
]


def held(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def changed(arguments: list[str], option: str, value: str) -> list[str]:
    at = arguments.index(option)
    return [*arguments[: at + 1], value, *arguments[at + 2 :]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*SHARE[:2], "G4.01", *SHARE[3:]], "G4.01 is taken"),
        ([*SHARE[:2], "4-90", *SHARE[3:]], "4-90 is not a valid code"),
        ([*SHARE[:2], "G9.90", *SHARE[3:]], "There is no goal G9"),
        (changed(SHARE, "--activity", "G1a"), "Name the activity"),
        (changed(SHARE, "--numerator", "sprot"), "There is no variable sprot"),
        (changed(SHARE, "--denominator", "sprot"), "There is no variable sprot"),
        ([*SHARE[:-4], *SHARE[-2:]], "Not said: --numerator"),
        ([*SHARE, "--target", "next year"], "next year does not have the form 2026=12.5"),
        ([*SHARE, "--target", "1999=3"], "takes targets of these years: 2024"),
        ([*SHARE, "--unit", "effective_countries", "--direction", "sideways"], "direction"),
        ([*changed(SHARE, "--numerator", "new_one"), "--counts", "evnts"], "There is no data set evnts"),
        (
            [*changed(SHARE, "--numerator", "new_one"), "--counts", "events", "--where", "kid=x"],
            "no column kid",
        ),
        (
            [*changed(SHARE, "--numerator", "new_one"), "--counts", "events", "--where", "kind=x"],
            "kind cannot be x. Known: conference",
        ),
        ([*REGISTER[:2], "events", *REGISTER[3:]], "events is taken"),
        (changed(REGISTER, "--period", "day"), "no column day"),
        (changed(REGISTER, "--label", "online=online|çevrim içi"), "have no name yet: on_the_coast"),
        ([*REGISTER, "--column", "mail|text|E-mail|E-posta|Address|Adres"], "identifies a person"),
        ([*REGISTER, "--column", "colour"], "colour does not have the form name|text"),
        ([*NOTEBOOK[:2], "topic_rankings", *NOTEBOOK[3:]], "topic_rankings is taken"),
        (changed(NOTEBOOK, "--activity", "G9z"), "found: G9z"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(workbook_root, capsys, arguments, said):
    before = held(workbook_root)
    assert main(arguments) == 1
    assert said in capsys.readouterr().err
    assert held(workbook_root) == before


def test_refusals_are_said_in_turkish_too(store_root, capsys):
    assert main([*SHARE[:2], "G4.01", *changed(SHARE[3:], "--language", "tr")]) == 1
    assert "G4.01 kodu kullanılıyor" in capsys.readouterr().err


def test_a_terminal_asks_for_what_was_not_said(workbook_root, capsys, monkeypatch):
    asked = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: (asked.append(question), "sport_activities")[1])
    assert main([*SHARE[:-4], *SHARE[-2:]]) == 0
    assert asked == ["The variable that is counted: "]


def test_a_share_of_variables_that_are_there_needs_no_python(workbook_root, capsys):
    before = held(workbook_root)
    package = held(REPO / "src")
    assert main(SHARE) == 0
    assert held(REPO / "src") == package
    after = held(workbook_root)
    grown = {name for name in before if after[name] != before[name]}
    assert grown == {"data/catalog/indicators/goal4.yml"}
    assert all(after[name].startswith(before[name]) for name in grown)
    assert set(after) - set(before) == {"tests/test_indicator_g4_90.py"}
    assert "tests/test_indicator_g4_90.py" in capsys.readouterr().out


def test_a_name_of_any_signs_stays_words_in_the_code_that_is_written(store_root):
    name = 'Talks"""\nimport os\n"""\\'
    wanted = indicator.Wanted("G1.90", name, name, "a", "a", "talks_held", ["G1b"], counts="events")
    files = indicator.make(Texts("en"), wanted)[0].files
    modules = {path.name: ast.parse(text) for path, text in files.items() if path.suffix == ".py"}
    assert ast.get_docstring(modules["talks_held.py"]) == "Talks import os (G1.90)."
    assert [type(one) for one in modules["talks_held.py"].body][1:3] == [ast.Import, ast.ImportFrom]


def test_where_one_file_cannot_be_written_none_is(workbook_root, monkeypatch):
    before, replace = held(workbook_root), Path.replace

    def full(self: Path, target: Path) -> Path:
        if Path(target).name.startswith("test_"):
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    assert main(SHARE) == 1
    assert held(workbook_root) == before
    assert not (workbook_root / "tests").exists()


def test_nothing_is_overwritten(workbook_root, capsys):
    there = workbook_root / "tests" / "test_indicator_g4_90.py"
    there.parent.mkdir()
    there.write_text("mine", encoding="utf-8")
    before = held(workbook_root)
    assert main(SHARE) == 1
    assert "There already: tests/test_indicator_g4_90.py" in capsys.readouterr().err
    assert held(workbook_root) == before


def test_an_entry_that_contradicts_the_catalogue_is_refused_by_the_catalogue(workbook_root):
    path = paths.data("catalog", "goals.yml")
    with pytest.raises(Exception, match="names goal"):
        new.write(
            Texts("en"), new.Made({path: path.read_text("utf-8").replace("- code: G4", "- code: G5")}), [path]
        )


def pytest_of(root: Path, test: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(root / "tests" / test)]
    named = {"WORKBOOK_ROOT": str(root), "PYTHONPATH": str(REPO / "src")}
    environment = os.environ | named | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def filled(path: Path, values: dict[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for before, after in values.items():
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


def test_a_register_is_asked_for_and_received_at_once(workbook_root, tmp_path, capsys):
    assert main(REGISTER) == 0
    # The catalogue of a folder is read once in a process; another name is another folder.
    root = workbook_root.rename(workbook_root.with_name("grown"))
    os.environ["WORKBOOK_ROOT"] = str(root)  # the fixture's monkeypatch takes it back
    assert store.definition("summer_schools")["key"] == ["school_id"]
    assert load().label("on_the_coast", "tr") == "kıyıda"
    assert load().meaning("summer_schools", "start_date", "en") == "First day"
    assert load().label("online", "tr")  # one that had a name keeps it
    assert main(["template", "summer_schools", "--to", str(tmp_path), "--language", "en"]) == 0
    assert (tmp_path / "summer_schools.xlsx").exists()
    file = tmp_path / "summer_schools.csv"
    file.write_text(
        "School,Start,Unit,Setting,Participants\nS1,2026-07-01,eng,online,40\nS2,2026-07-01,eng,afloat,-4\n",
        encoding="utf-8",
    )
    problems = {(one.row, one.column) for one in check(file).problems}
    assert {row for row, _ in problems} == {3}
    assert len(problems) == 2
    test = "test_register_summer_schools.py"
    assert "Fill in RIGHT" in pytest_of(root, test).stdout
    row = {"school_id": "S1", "start_date": "2026-07-01", "unit": "eng", "setting": "online"}
    filled(
        root / "tests" / test,
        {
            f'"{name}": None': f'"{name}": "{value}"'
            for name, value in {**row, "participants_count": "40"}.items()
        }
        | {'WRONG = ("", "")': 'WRONG = ("setting", "afloat")'},
    )
    done = pytest_of(root, test)
    assert done.returncode == 0, done.stdout


def test_a_notebook_runs_and_asks_for_its_prose(workbook_root):
    assert main(NOTEBOOK) == 0
    root = workbook_root.rename(workbook_root.with_name("grown"))
    os.environ["WORKBOOK_ROOT"] = str(root)
    assert load().plan.pages[-1] == "topic_alumni"
    assert [Texts(language)("site.topic_alumni") for language in ("en", "tr")] == ["Alumni", "Mezunlar"]
    test = "test_notebook_topic_alumni.py"
    asked = pytest_of(root, test)
    assert asked.returncode == 1
    assert "write its prose in notebooks/topic_alumni.ipynb" in asked.stdout
    notebook, own = root / "notebooks" / "topic_alumni.ipynb", root / "notebooks" / "texts.yml"
    begun, english = (
        "FILL IN: what this section shows and why, in a sentence or two.",
        "What sport brought about.",
    )
    title = "## Sport activities\n\n"
    filled(notebook, {begun: english})
    filled(
        own,
        {
            texts.mark(title + begun): texts.mark(title + english),
            "DOLDURUN: bu bölümün neyi, niçin gösterdiği; bir iki cümleyle.": "Sporun getirdikleri.",
        },
    )
    done = pytest_of(root, test)
    assert done.returncode == 0, done.stdout
    given: dict[str, object] = {}
    shown = []
    for cell in cells_of(notebook):
        if cell["cell_type"] == "code":
            *before, last = ast.parse(cell["source"]).body
            exec(compile(ast.Module(before, []), "cell", "exec"), given)
            if isinstance(last, ast.Expr):
                shown.append(eval(compile(ast.Expression(last.value), "cell", "eval"), given))
            else:
                exec(compile(ast.Module([last], []), "cell", "exec"), given)
    _, *pieces = shown  # the run, then what the page shows
    assert len(pieces) == 4
    assert "G4.02" in "".join(piece.text for piece in pieces)
