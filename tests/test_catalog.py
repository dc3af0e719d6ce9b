"""The definitions: complete in both languages, of one piece, and refused by name where they are not."""

import ast
import csv
import math
import re
from collections.abc import Mapping
from itertools import pairwise

import pytest
import yaml
from conftest import REPO

from helpers.catalog import Text, load
from helpers.errors import CatalogError

CATALOG = load()
YAMLS = [*(REPO / "data" / "catalog").rglob("*.yml"), REPO / "data" / "reference" / "peer_groups.yml"]


def entries(path):
    return yaml.safe_load((REPO / "data" / "catalog" / path).read_text(encoding="utf-8"))


def test_everything_declared_is_loaded():
    assert set(CATALOG.systems) == set(entries("rankings.yml"))
    assert list(CATALOG.goals) == [entry["code"] for entry in entries("goals.yml")]
    files = sorted((REPO / "data" / "catalog" / "indicators").glob("*.yml"))
    codes = [entry["code"] for file in files for entry in entries(f"indicators/{file.name}")]
    assert list(CATALOG.indicators) == codes  # none lost to a code used twice
    layouts = [entry["id"] for p in (REPO / "data/catalog/layouts").glob("*.yml") for entry in entries(p)]
    assert sorted(layout.id for layout in CATALOG.layouts) == sorted(layouts)
    assert len(set(layouts)) == len(layouts)
    assert set(CATALOG.caveats) == set(entries("caveats.yml"))


def test_the_catalogue_is_read_once_for_each_workbook(workbook_root):
    assert load() is load()
    assert load() is not CATALOG


class _NoRepeats(yaml.SafeLoader):
    """YAML lets a repeated key pass and keeps the last one: a definition lost without a word."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value if key.value != "<<"]
        assert len(keys) == len(set(keys)), f"{sorted(map(str, keys))}, line {node.start_mark.line + 1}"
        return super().construct_mapping(node, deep)


@pytest.mark.parametrize("path", YAMLS, ids=lambda p: p.name)
def test_no_key_is_given_twice(path):
    yaml.load(path.read_text(encoding="utf-8"), Loader=_NoRepeats)


@pytest.mark.parametrize("layout", CATALOG.layouts, ids=lambda layout: layout.id)
def test_every_value_of_a_layout_is_a_variable_with_both_names(layout):
    variables = CATALOG.systems[layout.system].variables
    for value in layout.values:
        assert variables[value].en.strip()
        assert variables[value].tr.strip()
    assert {"rank", "name"} <= set(layout.columns)
    assert {rule.column for rule in layout.skip} <= set(layout.columns)


@pytest.mark.parametrize("layout", CATALOG.layouts, ids=lambda layout: layout.id)
def test_no_header_means_two_columns_of_one_layout(layout):
    from helpers import locale

    seen = {}
    for name, column in {**layout.columns, **layout.values}.items():
        for alias in column.aliases:
            assert seen.setdefault(locale.key(alias), name) == name


@pytest.mark.parametrize(
    ("system", "method"), [(s, m) for s, system in CATALOG.systems.items() for m in system.methods],
    ids=lambda x: getattr(x, "id", x),
)  # fmt: skip
def test_the_weights_of_a_method_sum_to_one(system, method):
    assert math.isclose(math.fsum(method.weights.values()), 1, abs_tol=1e-9)
    assert all(weight > 0 for weight in method.weights.values())
    assert set(method.weights) <= set(CATALOG.systems[system].variables)


@pytest.mark.parametrize("name", CATALOG.systems)
def test_spans_of_editions_do_not_overlap(name):
    system = CATALOG.systems[name]
    for spans in (system.methods, system.bands):
        ordered = sorted(spans, key=lambda span: span.start)
        for one, following in pairwise(ordered):
            assert one.end is not None
            assert one.start <= one.end < following.start
    for rule in system.bands:
        assert all(start > rule.exact_until for start in rule.band_starts)
        assert list(rule.band_starts) == sorted(rule.band_starts)
    for restored in system.restores:
        assert {*restored.names, *restored.names.values()} <= set(system.variables)


# Worked by hand from the publisher's pages: the pillar weights of THE before and since WUR 3.0, and of QS.
@pytest.mark.parametrize(
    ("system", "edition", "weights"),
    [
        ("the", 2023, {"teaching": 0.3, "research": 0.3, "citations": 0.3, "industry_income": 0.025,
                       "international_outlook": 0.075}),
        ("the", 2025, {"teaching": 0.295, "research_environment": 0.29, "research_quality": 0.3,
                       "industry": 0.04, "international_outlook": 0.075}),
    ],
)  # fmt: skip
def test_weights_are_those_the_publisher_prints(system, edition, weights):
    assert CATALOG.systems[system].method(edition).weights == weights


@pytest.mark.parametrize("edition", [2003, 2010, 2028])
def test_an_edition_without_a_method_has_none(edition):
    assert CATALOG.systems["the"].method(edition) is None


def test_every_indicators_goal_and_dataset_exist():
    datasets = {name for path in (REPO / "data/catalog/datasets").glob("*.yml") for name in entries(path)}
    for indicator in CATALOG.indicators.values():
        assert indicator.goal in CATALOG.goals
        assert set(indicator.datasets) <= datasets
        for code in indicator.seed:
            if code.startswith(indicator.goal):  # P1 and the like name principles, not activities
                assert code in CATALOG.goals[indicator.goal].activities


def texts(model):
    """Every bilingual text inside a definition."""
    if isinstance(model, Text):
        yield model
    elif isinstance(model, Mapping):
        for value in model.values():
            yield from texts(value)
    elif isinstance(model, tuple):
        for value in model:
            yield from texts(value)
    elif hasattr(model, "__pydantic_fields__"):
        for name in type(model).model_fields:
            yield from texts(getattr(model, name))


def test_every_text_is_there_in_both_languages():
    parts = (CATALOG.plan, CATALOG.goals, CATALOG.indicators, CATALOG.systems, CATALOG.caveats,
             CATALOG.parameters, CATALOG.peer_groups, CATALOG.formats, CATALOG.corrections,
             CATALOG.totals)  # fmt: skip
    found = [text for part in parts for text in texts(part)]
    assert len(found) > 40
    for text in found:
        assert text["en"].strip()
        assert text["tr"].strip()


def test_a_sentence_was_translated_and_not_copied():
    sentences = [*CATALOG.caveats.values(), *(i.definition for i in CATALOG.indicators.values())]
    for text in sentences:
        assert text.en != text.tr
        assert re.search("[çğıöşüÇĞİÖŞÜ]", text.tr)
        assert not re.search("[ğışĞİŞ]", text.en)


def _of_a_fault(node):
    """The arguments of `wording.fault` and its kin: codes of intake/phrases.yml, tested there."""
    called = getattr(node, "func", None)
    return node.args if getattr(getattr(called, "value", None), "id", "") == "wording" else []


def emitted():
    """Caveat codes in the source that gives them, told from names of columns by the datasets' definition."""
    datasets = [d for p in (REPO / "data/catalog/datasets").glob("*.yml") for d in entries(p).items()]
    columns = {name for dataset, described in datasets for name in (dataset, *described["columns"])}
    codes = set()
    for path in (REPO / "src/helpers").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        gives = path.name in ("flattened.py", "rankings.py") and path.parent.name == "intake"
        for node in ast.walk(tree):
            within = node if gives and isinstance(node, ast.Module) else None
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Judged", "_caveats"):
                within = node
            faults = {arg for call in ast.walk(within) for arg in _of_a_fault(call)} if within else set()
            for leaf in set(ast.walk(within)) - faults if within else ():
                text = leaf.value if isinstance(leaf, ast.Constant) else None
                if isinstance(text, str) and re.fullmatch("[a-z]+(_[a-z]+)+", text):
                    codes.add(text)
    return codes - columns


def test_every_caveat_that_is_given_is_explained():
    codes = emitted()
    # The search itself must work: these are given by intake today, whatever else is.
    assert {"running_row_number", "tie_marks_restored", "zero_means_missing"} <= codes
    assert codes <= set(CATALOG.caveats)


@pytest.mark.parametrize("name", ["ranking_positions", "ranking_scores"])
def test_every_caveat_in_the_sample_is_explained(name):
    with (REPO / "data" / "sample" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        codes = {code for row in csv.DictReader(file) for code in row["caveats"].split()}
    assert codes
    assert codes <= set(CATALOG.caveats)


# --- definitions that are wrong are refused, naming file and key ----------------------------------


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "names"),
    [
        ("data/catalog/rankings.yml", "watched: true", "wached: true", ["rankings.yml", "the", "wached"]),
        ("data/catalog/rankings.yml", "clock: 0", "clock: later", ["rankings.yml", "the.clock", "later"]),
        ("data/catalog/rankings.yml", "kind: score", "kind: mark", ["the.variables.teaching"]),
        (
            "data/catalog/goals.yml",
            "  name: {en: Internationalisation of the campus",
            "  nmae: {en: Internationalisation of the campus",
            ["goals.yml", "nmae"],
        ),
        ("data/catalog/plan.yml", "languages: [tr, en]", "languages: [tr, de]", ["plan.yml", "languages"]),
        ("data/catalog/caveats.yml", "  tr: ", "  de: ", ["caveats.yml", ".tr: "]),
        ("data/catalog/layouts/the.yml", "optional: true", "optinal: true", ["the.yml", "optinal"]),
        ("data/catalog/indicators/goal3.yml", "unit: count", "unit: counts", ["goal3.yml", "unit", "counts"]),
        ("data/reference/peer_groups.yml", "members:", "member:", ["peer_groups.yml", "universities_tr"]),
        ("notebooks/parameters.yml", "type: int", "type: float", ["parameters.yml", "year.type", "float"]),
        ("data/catalog/goals.yml", "- code: G1", "- code: [G1", ["goals.yml", "YAML"]),
        # What points at something that is not defined.
        ("data/catalog/indicators/goal3.yml", "goal: G3", "goal: G9", ["G3.01", "'G9'"]),
        ("data/catalog/layouts/the.yml", "system: the", "system: thee", ["the-rankings", "'thee'"]),
        ("data/catalog/layouts/the.yml", "    teaching:", "    teachng:", ["the-rankings", "'teachng'"]),
        ("data/catalog/plan.yml", "institution: ktu", "institution: kut", ["plan", "'kut'"]),
        ("data/catalog/plan.yml", "peer_group: research", "peer_group: reserch", ["plan", "'reserch"]),
        ("data/reference/peer_groups.yml", "[ankara,", "[angora,", ["research_universities_tr", "'angora'"]),
        ("data/reference/institution_names.csv", "ktu,Kara", "kut,Kara", ["'kut'", "institutions.csv"]),
    ],
)  # fmt: skip
def test_a_wrong_definition_is_refused_by_name(workbook_root, file, old, new, names):
    change(workbook_root / file, old, new)
    with pytest.raises(CatalogError) as refused:
        load()
    for name in names:
        assert name in str(refused.value)
    assert str(workbook_root) not in str(refused.value)


def test_a_missing_definition_file_is_named(workbook_root):
    (workbook_root / "data/catalog/goals.yml").unlink()
    with pytest.raises(CatalogError, match=r"data/catalog/goals\.yml is missing"):
        load()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("data/catalog/rankings.yml", "weights: {teaching: 0.30", "weights: {teachng: 0.30"),
        ("data/catalog/rankings.yml", "weights: {teaching: 0.30", "weights: {teaching: 0.40"),
        ("data/catalog/rankings.yml", "industry: industry_income}", "industry: industry_incom}"),
        ("data/catalog/layouts/the.yml", "    rank: {aliases", "    rnak: {aliases"),
        ("data/catalog/layouts/the.yml", "column: rank, equals", "column: rnak, equals"),
        (
            "data/catalog/indicators/goal3.yml",
            "datasets: [ranking_positions]",
            "datasets: [ranking_posotions]",
        ),
        ("data/catalog/indicators/goal3.yml", "- code: G3.02", "- code: G3.01"),
    ],
)
def test_a_definition_that_only_shows_later_is_refused_at_once(workbook_root, file, old, new):
    change(workbook_root / file, old, new)
    with pytest.raises(CatalogError):
        load()


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("data/catalog/goals.yml", ""),
        ("data/catalog/caveats.yml", "# nothing\n"),
        ("data/reference/institutions.csv", None),
        ("data/reference/institutions.csv", "id,name_en,name_tr,surplus\nktu,KTU,KTÜ,1\n"),
        ("data/reference/institution_names.csv", "institution,name\nktu,KTU\n"),
    ],
)
def test_an_emptied_or_changed_definition_file_is_refused_with_a_sentence(workbook_root, file, content):
    if content is None:
        (workbook_root / file).unlink()
    else:
        (workbook_root / file).write_text(content, encoding="utf-8")
    with pytest.raises(CatalogError):
        load()
