"""Another university's workbook, set up by command: three goals, other units, English only, no code."""

import csv
import re
from pathlib import Path

import pytest

from helpers import store
from helpers.catalog import load
from helpers.cli import main
from helpers.plan import cards

REPO = Path(__file__).resolve().parents[1]
HEADER = "Proposal number;Erasmus Code;Pic;OID;Legal Name;City;Country Cd;Erasmus Eche Start;Erasmus Eche End"
HOLDERS = [
    "101099001;NO NORDHAV01;900000001;E90000001;UNIVERSITY OF NORDHAVN;Nordhavn;NO;1/1/2021;12/31/2029",
    "101099002;NO NORDHAV02;900000002;E90000002;NORDHAVN ACADEMY OF MUSIC;Nordhavn;NO;1/1/2021;12/31/2029",
]
SAID = {
    "--erasmus-code": ["NO NORDHAV01"],
    "--name": ["University of Nordhavn"],
    "--goal": ["Known abroad=G1,G2", "Learning without borders=G3", "A harbour for all=G4"],
    "--unit": ["sea=School of the Sea", "ice=Institute of Ice Research"],
    "--peer": ["metu", "polito"],
    "--year": ["2025", "2026"],
    "--in": ["en"],
    "--language": ["en"],
}
# Four conferences and a seminar: of the conferences of 2026, two are international and held.
EVENTS = [
    ("N1", "sea", "conference", "international", "held", "2026-05-04", "2026-05-06", "90"),
    ("N2", "ice", "conference", "international", "held", "2026-09-01", "2026-09-03", "80"),
    ("N3", "ice", "conference", "national", "held", "2026-09-11", "2026-09-12", "70"),
    ("N4", "sea", "conference", "international", "cancelled", "2026-10-01", "2026-10-02", ""),
    ("N5", "sea", "seminar", "international", "held", "2026-10-05", "2026-10-05", "20"),
]
# Speakers from Norway are at home there, and those from Türkiye are not.
SPEAKERS = [
    ("T1", "sea", "2026-03-01", "NO"),
    ("T2", "sea", "2026-03-02", "TR"),
    ("T3", "ice", "2026-03-03", "DE"),
]


def charter(folder: Path) -> Path:
    path = folder / "charter.csv"
    path.write_text("\n".join([HEADER, *HOLDERS]) + "\n", encoding="ascii")
    return path


def arguments(to: Path, list_: Path, **other: list[str]) -> list[str]:
    said = SAID | {f"--{name.replace('_', '-')}": value for name, value in other.items()}
    options = [part for name, values in said.items() for value in values for part in (name, value)]
    return ["new", "institution", "--to", str(to), *options, "--charter", str(list_)]


def put(path: Path, names: list[str], rows: list[tuple[str, ...]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *rows])
    return str(path)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of Nordhavn, with two registers received, and its reports of 2026 made of them."""
    folder = tmp_path_factory.mktemp("nordhavn")
    to = folder / "nordhavn"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("WORKBOOK_ROOT", raising=False)
        code = {path: path.read_bytes() for path in (REPO / "src").rglob("*.py")}
        assert main(arguments(to, charter(folder))) == 0
        patch.setenv("WORKBOOK_ROOT", str(to))
        names = ["event_id", "unit", "title", "kind", "level", "status", "start_date", "end_date"]
        events = [(*row[:2], f"Event {row[0]}", *row[2:]) for row in EVENTS]
        assert main(["receive", put(folder / "events.csv", [*names, "participants_count"], events)]) == 0
        names = ["talk_id", "unit", "talk_date", "country_code", "mode", "kind"]
        speakers = [(*row, "in_person", "invited_talk") for row in SPEAKERS]
        assert main(["receive", put(folder / "speakers.csv", names, speakers)]) == 0
        assert main(["run", "--edition", "live", "--year", "2026"]) == 0
        assert {path: path.read_bytes() for path in (REPO / "src").rglob("*.py")} == code
    return to


@pytest.fixture
def inside(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBOOK_ROOT", str(root))
    return root


def words(page: Path) -> str:
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", page.read_text(encoding="utf-8"), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_goals_plan_units_and_peers_are_its_own(inside):
    catalog = load()
    own = catalog.institutions[catalog.plan.institution]
    assert (own.name_en, own.city, own.pic, own.erasmus_code) == (
        "University of Nordhavn", "Nordhavn", "900000001", "NO NORDHAV01",
    )  # fmt: skip
    assert (catalog.plan.home, catalog.plan.languages, catalog.plan.years) == ("NO", ("en",), (2025, 2026))
    assert list(catalog.units) == ["sea", "ice"]
    assert set(catalog.peer_groups["peers"].members) == {own.id, "metu", "polito"}
    assert [goal.name.en for goal in catalog.goals.values()][:3] == [
        one.split("=")[0] for one in SAID["--goal"]
    ]
    assert catalog.indicators["G2.01"].goal == catalog.indicators["G1.01"].goal == "O1"
    for card in cards.load(catalog):
        assert sum(entry.weight for entry in card.indicators) == 100
        assert not any(entry.known for entry in card.indicators)


def test_nothing_of_the_first_university_came_along(inside):
    for name in store.datasets():
        assert not store.has(store.SAMPLE, name) or name.startswith("ranking_"), name
    assert (inside / "data/published/figures.csv").read_text("utf-8").count("\n") == 1
    pages = sorted((inside / "reports/live/2026/en").glob("*.html"))
    for page in pages:
        assert "four goals" not in words(page), page.name
        if page.stem not in ("data_quality", "topic_rankings"):
            assert not re.search("Karadeniz|KTÜ|Trabzon", words(page)), page.name


def test_a_full_batch_has_a_page_for_each_goal_in_english_only(inside):
    folder = inside / "reports/live/2026"
    assert [path.name for path in folder.iterdir() if path.is_dir()] == ["en"]
    pages = {path.stem for path in (folder / "en").glob("*.html")}
    assert {goal.page for goal in load().goals.values()} <= pages
    assert set(load().plan.pages) <= pages
    first = words(folder / "en" / "goal1_known_abroad.html")
    assert "Goal 1: Known abroad" in first
    assert "Education fairs" in first  # of theme G1
    assert "Being chosen by academics" in first  # of theme G2
    assert "Curriculum, Joint programmes: " not in first  # of theme G3


def test_its_own_rows_are_counted_by_hand(inside):
    from helpers.measures.core import Period, Registers
    from helpers.measures.registry import measure

    def value(code: str, unit: str | None = None) -> float | None:
        return measure(load(), Registers(store.LIVE, unit), Period(2026), code).value

    assert value("G1.01") == 2
    assert value("G1.01", "ice") == 1
    assert value("G1.10") == 2  # one from Türkiye, one from Germany
    cells = re.findall(
        r"<td[^>]*>(.*?)</td>", (inside / "reports/live/2026/en/goal1_known_abroad.html").read_text("utf-8")
    )
    bare = [re.sub("<[^>]+>", "", cell).strip() for cell in cells]
    assert bare[bare.index("International conferences held") + 1] == "2"


def test_templates_ask_for_its_units(inside):
    import openpyxl

    book = openpyxl.load_workbook(inside / "templates" / "events.xlsx")
    lists = [one.formula1 for sheet in book for one in sheet.data_validations.dataValidation]
    assert '"Institute of Ice Research,School of the Sea"' in lists


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"erasmus_code": ["NO NORDHAV09"]}, "holder with the Erasmus code NO NORDHAV09. Like it: NO"),
        ({"erasmus_code": ["nordhavn"]}, "nordhavn is not a valid code"),
        ({"goal": ["One=G1", "Two=G1"]}, "belongs to one goal"),
        ({"goal": ["One=G7"]}, "G7 does not fit"),
        ({"unit": ["sea=Sea", "sea=Lake"]}, "sea is taken"),
        ({"unit": ["Sea"]}, "Sea does not have the form sci="),
        ({"peer": ["atlantis"]}, "There is no institution atlantis"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_no_folder_is_left(tmp_path, store_root, capsys, other, said):
    assert main(arguments(tmp_path / "there" / "new", charter(tmp_path), **other)) == 1
    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["charter.csv"]


def test_without_a_charter_list_it_says_how_to_get_one(tmp_path, store_root, capsys):
    assert main(arguments(tmp_path / "new", charter(tmp_path))[:-2]) == 1
    told = capsys.readouterr().err
    assert "European Commission" in told
    assert "--charter FILE" in told


def test_a_charter_list_received_before_serves_and_its_folder_is_of_this_version(
    workbook_root, tmp_path, monkeypatch, capsys
):
    assert main(["receive", str(charter(tmp_path))]) == 0
    assert main(arguments(tmp_path / "new", charter(tmp_path))[:-2]) == 0
    monkeypatch.setenv("WORKBOOK_ROOT", str(tmp_path / "new"))
    capsys.readouterr()
    assert main(["list"]) == 0  # a store without its stamp would be refused as an old one
    assert "charter_holders" in capsys.readouterr().out


def test_a_folder_that_is_there_is_left_alone(tmp_path, store_root, capsys):
    (tmp_path / "new").mkdir()
    assert main(arguments(tmp_path / "new", charter(tmp_path))) == 1
    assert "new is there already" in capsys.readouterr().err
    assert not any((tmp_path / "new").iterdir())
