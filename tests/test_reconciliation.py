"""Published totals held against an edition, and what the page says of corrections, totals and doubts."""

import pandas as pd
import pytest
import yaml
from conftest import REPO
from pydantic import ValidationError
from test_overview import note, table
from test_published import ATLAS, atlas, of_hosts, text

from helpers import outside, quality, start
from helpers.catalog import Total, load
from helpers.errors import CatalogError
from helpers.intake import receive
from helpers.measures.core import Registers
from helpers.measures.reconciliation import compare

TOTAL = {
    "id": "toy",
    "dataset": "students_by_origin",
    "measure": "students_count",
    "entity": {"host_code": "TR", "level": ""},
    "period": 2019,
    "value": 100,
    "tolerance_pct": 5,
    "evidence": "press",
    "source": "https://example.org",
    "name": {"en": "Students", "tr": "Öğrenciler"},
}


def against(rows: list[tuple[str, str, int, float]], **changes: object):  # type: ignore[no-untyped-def]
    frame = pd.DataFrame(rows, columns=["host_code", "level", "year", "students_count"])
    registers = Registers("live", frames={"students_by_origin": frame})
    return compare(load(), registers, Total.model_validate({**TOTAL, **changes}))


# -- comparing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "state"),
    [(100, "agrees"), (105, "agrees"), (95, "agrees"), (106, "differs"), (94, "differs"), (200, "differs")],
)
def test_a_total_agrees_within_its_tolerance(count, state):
    rows = [("TR", "", 2019, count - 40), ("TR", "", 2019, 40), ("DE", "", 2019, 7), ("TR", "", 2018, 7)]
    found = against([*rows, ("TR", "isced6", 2019, 9)])
    assert (found.found, found.difference, found.state) == (count, count - 100, state)


def test_a_year_that_is_not_held_is_no_nought():
    found = against([("TR", "", 2018, 100)])
    assert (found.found, found.state, found.reason) == (None, "not_compared", "no_rows")


def test_a_table_that_is_not_held_and_one_that_is_generated_are_not_compared(store_root):
    by_id = {total.id: total for total in load().totals}
    found = compare(load(), Registers("live"), by_id["tr-students-2019"])
    assert (found.found, found.reason) == (None, "not_held")
    found = compare(load(), Registers("sample"), by_id["ktu-foreign-students-2016"])
    assert (found.found, found.reason) == (None, "generated")
    found = compare(load(), Registers("live"), by_id["ktu-foreign-students-2016"])
    assert (found.found, found.reason) == (None, "no_register")


def test_every_published_total_of_the_university_is_one_of_the_shared_facts(shared):
    """The figures are carried over, each as it stands in the list of facts."""
    facts = pd.read_csv(shared / "ktu_facts.csv", dtype=str)
    known = {
        (fact.period, float(fact.lo), fact.source, fact.evidence)
        for fact in facts.dropna(subset="lo").itertuples()
    }
    own = [total for total in load().totals if total.id.startswith("ktu-")]
    assert len(own) > 10
    for total in own:
        year = total.id.rsplit("-", 1)[1]
        assert any(
            year in period
            and value == total.value
            and source in total.source.split(" (")[0]
            and kind == total.evidence
            for period, value, source, kind in known
        ), total.id


def test_a_total_that_is_not_defined_is_refused(workbook_root):
    path = workbook_root / "data" / "reference" / "totals.yml"
    written = path.read_text(encoding="utf-8")
    changes = [
        ("measure: students_count", "measure: students"),
        ("id: tr-students-2015\n  dataset: students_by_origin", "id: tr-students-2014\n  dataset: orign"),
        ("measure: programmes_accredited", "measure: international_students"),
    ]
    for old, new in changes:
        assert old in written
        written = written.replace(old, new, 1)
    path.write_text(written, encoding="utf-8")
    with pytest.raises(CatalogError) as refused:
        load()
    for named in ("'students'", "'orign'", "'tr-students-2014' stands twice", "a number of persons"):
        assert named in str(refused.value)


def test_a_total_says_neither_more_nor_less_than_is_declared():
    for wrong in ({**TOTAL, "tolerance": 8}, {k: v for k, v in TOTAL.items() if k != "evidence"}):
        with pytest.raises(ValidationError, match=r"tolerance|evidence"):
            Total.model_validate(wrong)


# -- on the page -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def root_of_received(shared, tmp_path_factory):  # type: ignore[no-untyped-def]
    """A workbook that has put the correction in force and received three tables; no test changes it."""
    root, files = tmp_path_factory.mktemp("workbook"), tmp_path_factory.mktemp("files")
    for part in ("catalog", "reference", "sample", "published"):
        (root / "data").mkdir(exist_ok=True)
        (root / "data" / part).symlink_to(REPO / "data" / part)
    (root / "notebooks").symlink_to(REPO / "notebooks")
    (root / "data" / "corrections").mkdir()
    declared = (REPO / "data" / "corrections" / "oecd.yml").read_text(encoding="utf-8")
    in_force = declared.replace("in_force: false", "in_force: true")
    (root / "data" / "corrections" / "oecd.yml").write_text(in_force, encoding="utf-8")
    years = [[9] * 11 + [1]] * 2
    head = ["proposal number", "pic", "legal name", "erasmus code", "country", "remarks"]
    ktu = ["1", "998172972", "KTÜ", "TR TRABZON01", "TR", ""]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBOOK_ROOT", str(root))
        receive(of_hosts(shared, files / "oecd.csv", ["Turkey", "Denmark"], years="2016 2019"))
        receive(text(files / "atlas.csv", [ATLAS, *atlas(2018, years[0]), *atlas(2019, years[1])]))
        receive(text(files / "eche.csv", [head, ktu, [*ktu[:3], "TRABZON", "TR", "x"]]))
    return root


@pytest.fixture
def received(root_of_received, monkeypatch):  # type: ignore[no-untyped-def]
    monkeypatch.setenv("WORKBOOK_ROOT", str(root_of_received))
    return root_of_received


def test_the_page_shows_corrections_totals_and_doubts_of_what_was_received(received):
    for language in ("en", "tr"):
        judge_page(language)


def judge_page(language: str) -> None:
    run = start(year=2026, language=language, edition="live")
    shown = table(outside.corrections(run))
    (applied,) = list(shown.values())[-1]
    assert "oecd.csv" in applied and "423" in applied
    assert "2014–2019" in next(iter(list(shown.values())[1]))

    told = outside.reconciliation(run)
    rows = list(zip(*table(told).values(), strict=True))
    of_2019 = next(row for row in rows if row[1] == "2019" and ("154,505" in row[2] or "154.505" in row[2]))
    assert {"en": "reported", "tr": "basında bildirilen"}[language] in of_2019[
        2
    ]  # known from the press alone
    assert of_2019[3] in ("151,507", "151.507")
    syria = next(row for row in rows if row[2].startswith(("27,034", "27.034")))
    assert syria[4] == {"en": "agrees", "tr": "uyuyor"}[language]
    # Exchange: 11 · 9 + 1 = 100 went out in each year, as published; 0 came in, where 45 were published.
    states = {row[1:4]: row[4] for row in rows if row[2] in ("100", "45")}
    assert states["2018", "100", "100"] == {"en": "agrees", "tr": "uyuyor"}[language]
    assert "−45" in states["2018", "45", "0"]
    assert "example" not in told.text

    doubts = outside.doubts(run)
    assert any(
        run.catalog.caveats["carried_over"][language] == cell for cell in list(table(doubts).values())[2]
    )
    assert "2019" in note(doubts)["notes"][0] and "atlas.csv" in note(doubts)["notes"][0]
    assert any(
        "2018" in line for line in quality.in_brief(run).text.splitlines()
    )  # 45 were published, 0 are held


def test_the_page_shows_the_identity_card_of_every_file_from_outside(received):
    shown = outside.received(start(year=2026, edition="live"))
    rows = {cells[0]: cells[1:6] for cells in zip(*table(shown).values(), strict=True)}
    assert rows["oecd.csv"][0] == "OECD" and rows["oecd.csv"][2:] == (rows["oecd.csv"][1], "0", "0")
    # Two rows of one key: neither is stored, for one of the two is wrong.
    assert rows["eche.csv"] == ("European Commission", "2", "0", "2", "0")
    assert any("eche.csv" in line and "remarks" in line for line in note(shown)["notes"])
    assert outside.received(start(year=2026)).text.startswith("The data supplied with the workbook")


def test_what_cannot_be_compared_says_why(store_root):
    told = outside.reconciliation(start(year=2026, edition="live"))
    assert "contain no such table" in told.text and "contain no such data set" in told.text
    sample = outside.reconciliation(start(year=2026))
    assert "demonstration data" in sample.text
    rows = table(sample)
    assert rows["In the data"] == ["38,630", "34,824", "30,690", "24,284", "22,986"]  # published by THE
    assert set(rows["Result"]) == {"agrees"}


def test_a_total_of_a_later_year_than_the_report_is_not_shown():
    assert {total.total.period for total in outside.compared(start(year=2022))} <= set(range(2010, 2023))


def test_a_report_without_received_tables_says_so(store_root):
    assert outside.doubts(start(year=2026)).text.startswith("The data supplied with the workbook")
    assert outside.doubts(start(year=2026, edition="live")).text == "No received table carries a caveat."
    applied = list(table(outside.corrections(start(year=2026, edition="live"))).values())[-1]
    assert len(applied) == 1 and applied[0].startswith("not applied, a proposal")


def test_figures_from_the_press_are_called_reported_wherever_they_stand():
    totals = yaml.safe_load((REPO / "data/reference/totals.yml").read_text(encoding="utf-8"))
    assert {entry["evidence"] for entry in totals} <= {"press", "mirror", "file", "table", "official page"}
    run = start(year=2026)
    for total in run.catalog.totals:
        shown = outside._published(run, total)
        assert ("reported" in shown) == (total.evidence in ("press", "mirror"))
