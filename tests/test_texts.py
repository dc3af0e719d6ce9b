"""Texts in two languages: same keys, same braces, all of them used, nothing left in English.

Keys are read from the YAML files themselves, and their uses from the syntax tree of the code.
"""

import ast
import csv
import hashlib
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from helpers import catalog, errors, schema, spoken, texts
from helpers.analysis import forecast
from helpers.catalog import Indicator
from helpers.catalog.model import CountedVariable
from helpers.cli import making
from helpers.desk import completion, doctor, status
from helpers.measures import core, reconciliation
from helpers.plan import outlook, performance
from helpers.present import controls, likelihood
from helpers.texts import Texts

REPO = Path(__file__).resolve().parents[1]
SRC = REPO / "src" / "helpers"
FILES = SRC / "texts"
NOTEBOOKS = sorted((REPO / "notebooks").glob("*.ipynb"))

# Texts that are right in both languages as they stand, beside those without any letter of their own.
SAME_IN_BOTH = {"activities.unit.try"}

# Braces that a text holds before a key is known: a name or a number, then perhaps how it is written.
BRACE = re.compile(r"\{(\w+)(?::([^{}]*))?\}")


def flat(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def read(language: str) -> dict[str, str]:
    return dict(flat(yaml.safe_load((FILES / f"{language}.yml").read_text(encoding="utf-8"))))


EN, TR = read("en"), read("tr")
PROSE = yaml.safe_load((FILES / "prose.tr.yml").read_text(encoding="utf-8"))
OWN = REPO / "notebooks" / "texts.yml"  # names and prose of notebooks that `workbook new` has added
if OWN.exists():
    PROSE |= yaml.safe_load(OWN.read_text(encoding="utf-8"))["prose"]


def braces(text: str) -> list[tuple[str, str]]:
    """Return names and number formats: suffixes and words that agree are each language's own."""
    found = [(name, form.partition("'")[0]) for name, form in BRACE.findall(text)]
    return sorted((name, form) for name, form in found if not form.startswith("?"))


# -- the two files ----------------------------------------------------------------------------------


def test_both_languages_have_the_same_keys():
    assert sorted(EN) == sorted(TR)
    assert len(EN) > 100


def test_no_key_is_given_twice_in_a_file():
    class Once(yaml.SafeLoader):
        pass

    def once(loader: Any, node: Any) -> dict[str, Any]:
        names = [loader.construct_object(key) for key, _ in node.value]
        assert len(names) == len(set(names)), sorted(n for n in names if names.count(n) > 1)
        return {
            name: loader.construct_object(value, deep=True)
            for name, (_, value) in zip(names, node.value, strict=True)
        }

    Once.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, once)
    for name in ("en.yml", "tr.yml", "prose.tr.yml"):
        yaml.load((FILES / name).read_text(encoding="utf-8"), Once)


def test_each_key_has_the_same_braces_in_both_languages():
    different = {key: (braces(EN[key]), braces(TR[key])) for key in EN if braces(EN[key]) != braces(TR[key])}
    assert not different


def test_every_brace_is_a_plain_name_with_a_known_number_format():
    own = {"en": r"\?[^|]+\|[^|]+", "tr": f"'({'|'.join(spoken._SUFFIXES)})"}
    for language, key, text in [
        *(("en", *item) for item in EN.items()),
        *(("tr", *item) for item in TR.items()),
    ]:
        assert not re.search(r"[{}]", BRACE.sub("", text)), key
        for _, form in BRACE.findall(text):
            assert re.fullmatch(rf"(?:|\+?n\d|\+?pct\d)(?:{own[language]})?", form), (key, form)


def test_no_text_is_empty_or_not_text():
    for key, text in [*EN.items(), *TR.items()]:
        assert isinstance(text, str), key
        assert text.strip(), key


def test_no_turkish_text_was_left_in_english():
    same = {key for key in EN if " ".join(EN[key].split()) == " ".join(TR[key].split())}
    with_letters = {key for key in same if re.search(r"[^\W\d_]", BRACE.sub("", EN[key]))}
    assert with_letters == SAME_IN_BOTH


def test_turkish_is_written_with_turkish_letters():
    turkish = " ".join(TR.values()) + " ".join(entry["text"] for entry in PROSE.values())
    for letter in "çğıöşüİ":
        assert letter in turkish
    # Decomposed letters look right and are not found by a search; no-break blanks break line folding.
    assert not re.search(r"[\u0300-\u036f\u00a0\u200b]", turkish)


# -- keys in the code -------------------------------------------------------------------------------

# Keys that are put together from a value: prefix → where its values come from.
SAYS = {"say", "text", "texts"}


def editions() -> set[str]:
    declared = yaml.safe_load((REPO / "notebooks" / "parameters.yml").read_text(encoding="utf-8"))
    return set(declared["edition"]["allowed"])


def evidence() -> set[str]:
    """The kinds of evidence in the sample, and the one that intake writes."""
    with (REPO / "data" / "sample" / "ranking_positions.csv").open(encoding="utf-8", newline="") as file:
        return {row["evidence"] for row in csv.DictReader(file)} | {"table"}


def broken_down() -> set[tuple[str, str]]:
    """Return indicator and column of every breakdown that a notebook asks for."""
    sources = [cell["source"] for path in NOTEBOOKS for cell in json.loads(path.read_text("utf-8"))["cells"]]
    text = "\n".join("".join(source) for source in sources)
    shown = re.findall(r'activities\.by\(run, "([^"]+)", "([^"]+)"\)', text)
    # A standing explains its first indicator.
    explained = re.findall(r'standing\.of\(run, \([^)]*\), \("([^"]+)"[^)]*\), by="([^"]+)"\)', text)
    return {*shown, *explained}


def own_figures() -> set[str]:
    """The figures that sentences speak of and that are no indicators, read from what they are led by."""
    calls = (node for tree in trees().values() for node in ast.walk(tree) if isinstance(node, ast.Call))
    named = [call.args[1] for call in calls if callee(call) in ("linked", "led") and len(call.args) > 1]
    parts = [part for argument in named for part in ast.walk(argument) if isinstance(part, ast.Constant)]
    codes = {part.value.rstrip(".") for part in parts if isinstance(part.value, str)}
    return {code for code in codes if re.fullmatch("[a-z_]+", code) and code not in catalog.load().systems}


def not_fitted() -> set[str]:
    """Why a model is not fitted, as far as it is told by its code."""
    raised = [
        ast.literal_eval(node.args[0])
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and callee(node) == "NotFitted"
    ]
    return {*raised} - {"too_few_years"}  # which says how many there are


FROM_DATA = {
    "migrate.part.": lambda: {part.name for part in schema.PARTS},
    "doctor.state.": lambda: set(get_args(doctor.State)),
    "status.of.": lambda: set(get_args(status.State)),
    "completion.": lambda: set(completion.SHELLS),
    "edition.": editions,
    "evidence.": evidence,
    "site.data_": editions,
    "controls.": lambda: {*controls.RUN, controls.COUNTRY, "tr", "en"},
    "site.": lambda: {path.stem for path in NOTEBOOKS},
    "activities.reason.": lambda: {
        "no_register",
        "no_year",
        "no_denominator",
        "not_by_unit",
        "protected",
        "other_institution",
        "no_unit_targets",
    },
    "heading.way.": lambda: {"up", "down", "none"},
    "heading.why.": lambda: {
        *(outlook.TOO_FEW, outlook.NOT_OFFERED, outlook.NO_VALUE),
        *(outlook.TOO_SMALL, outlook.OVER, outlook.BROKEN),
    },
    "heading.how.": lambda: {"forecast", "chance", "pace"},
    "heading.model.": lambda: set(forecast.MODELS),
    "heading.kind.": lambda: set(outlook.kinds().kinds),
    "explained.not_fitted.": not_fitted,
    "likelihood.change.": lambda: set(get_args(likelihood.Direction)),
    "messages.": lambda: {"better", "worse"},
    "overview.levelled.": lambda: {"event", "promotion", "agreement", "campus"},
    "quality.lists.": lambda: {"countries", "units", "partners", "accreditors", "activities"},
    "quality.targets.": lambda: {"unknown", "aside", "without", "nowhere"},
    "quality.trace.": lambda: {"code", "phrase", "indicators", "computed", "page"},
    "quality.type.": lambda: {"VARCHAR", "INTEGER", "DOUBLE", "DATE", "BOOLEAN"},
    "activities.unit.": lambda: set(get_args(Indicator.model_fields["unit"].annotation)) - {"percent"},
    "activities.by.": lambda: {column for _, column in broken_down()},
    "outside.not_compared_reason.": lambda: {
        *(reconciliation.NOT_HELD, reconciliation.NO_ROWS, reconciliation.GENERATED),
        *(core.NO_REGISTER, core.NO_YEAR, core.NO_DENOMINATOR, core.OTHER_INSTITUTION),
        "protected",
    },
    "trace.title_of.": own_figures,
    "trace.definition_of.": own_figures,
    "trace.formula_of.": own_figures,
    "trace.unit.": lambda: set(get_args(CountedVariable.model_fields["unit"].annotation)),
    "plan.unit.": lambda: set(get_args(Indicator.model_fields["unit"].annotation)),
    "plan.frequency.": lambda: {"month", "quarter", "half-year", "year"},
    "plan.note.": lambda: set(performance.NOTES),
    "answer.phase.": lambda: {
        *("inputs", "imports", "figures", "execution", "cells", "rest"),
        *("documents", "pages", "notebooks", "bundles", "publication"),
    },
    "new.ask.": lambda: {name for asked in making._ASKED.values() for name in asked},
}


@lru_cache(maxsize=1)
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SRC.rglob("*.py"))}


def callee(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


class Uses(ast.NodeVisitor):
    """Collects the keys that a module says: outright, chosen by a condition, or put together."""

    def __init__(self, module: ast.Module, wrappers: dict[str, int]) -> None:
        self.keys: set[str] = set()
        self.prefixes: set[str] = set()
        self.found_wrappers: dict[str, int] = {}
        self._wrappers, self._module, self._scopes = wrappers, module, [module]
        self.visit(module)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._scopes.append(node)
        self.generic_visit(node)
        self._scopes.pop()

    def visit_Call(self, node: ast.Call) -> None:
        name = callee(node)
        place = 0 if name in SAYS else self._wrappers.get(name)
        if place is not None and len(node.args) > place:
            self._say(node.args[place])
        self.generic_visit(node)

    def _say(self, key: ast.expr) -> None:
        if isinstance(key, ast.JoinedStr):
            self._put_together(key)
        elif isinstance(key, ast.Name) and key.id in self._arguments():
            function = self._scopes[-1]
            self.found_wrappers[function.name] = self._arguments().index(key.id)
        else:
            for value in self._values(key):
                if isinstance(value, ast.JoinedStr):
                    self._put_together(value)
                else:
                    self.keys.add(value)

    def _arguments(self) -> list[str]:
        function = self._scopes[-1]
        return [a.arg for a in function.args.args] if isinstance(function, ast.FunctionDef) else []

    def _put_together(self, key: ast.JoinedStr) -> None:
        head, tail = key.values[0], key.values[-1]
        if len(key.values) != 2 or not isinstance(head, ast.Constant):
            raise AssertionError(f"A key that no test can follow: {ast.unparse(key)}")
        values = [v for v in self._values(tail.value) if isinstance(v, str)]
        self.keys |= {head.value + value for value in values}
        if not values:
            self.prefixes.add(head.value)

    def _values(self, value: ast.expr) -> list[Any]:
        """What an expression may be: strings written in it, or in what its name was given."""
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return [value.value]
        if isinstance(value, ast.JoinedStr):
            return [value]
        if isinstance(value, ast.IfExp):
            return self._values(value.body) + self._values(value.orelse)
        if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name):
            given = self._given(value.value.id, self._module)
            return [
                v for g in given if isinstance(g, ast.Dict) for item in g.values for v in self._values(item)
            ]
        if isinstance(value, ast.Name):
            return [v for given in self._given(value.id, self._scopes[-1]) for v in self._values(given)]
        return []

    def _given(self, name: str, scope: ast.AST) -> list[ast.expr]:
        return [
            node.value
            for node in ast.walk(scope)
            if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == name for t in node.targets)
        ]


@lru_cache(maxsize=1)
def used() -> tuple[frozenset[str], frozenset[str]]:
    """Keys that the code says as they are, and prefixes of keys completed by data."""
    keys: set[str] = set()
    prefixes: set[str] = set()
    for module in trees().values():
        wrappers: dict[str, int] = {}
        while (found := Uses(module, wrappers)).found_wrappers.keys() - wrappers.keys():
            wrappers |= found.found_wrappers
        keys |= found.keys
        prefixes |= found.prefixes
    for template in (SRC / "site" / "templates").glob("*.j2"):
        written = template.read_text(encoding="utf-8")
        for _, key, joined in re.findall(r"""\bsay\((["'])([^"']+)\1\s*(~?)""", written):
            (prefixes if joined else keys).add(key)
    return frozenset(keys), frozenset(prefixes)


def test_every_key_that_the_code_says_has_a_text():
    keys, _ = used()
    assert len(keys) > 60
    missing = keys - EN.keys()
    assert not missing


def test_every_key_completed_by_data_is_foreseen_and_has_all_its_texts():
    _, prefixes = used()
    unforeseen = prefixes - FROM_DATA.keys()
    assert not unforeseen, f"say in FROM_DATA where the values after {sorted(unforeseen)} come from"
    for prefix in prefixes:
        assert not {prefix + value for value in FROM_DATA[prefix]()} - EN.keys()


def unused() -> set[str]:
    keys, _ = used()
    return EN.keys() - keys - {prefix + value for prefix, values in FROM_DATA.items() for value in values()}


def test_every_text_is_said_somewhere():
    assert not unused()


# -- filling ----------------------------------------------------------------------------------------

WRITTEN = [
    ("{x:n0}", 1234.4, "1.234", "1,234"),
    ("{x:n0}", 0.4, "0", "0"),
    ("{x:n1}", 1234.56, "1.234,6", "1,234.6"),
    ("{x:n1}", 7, "7,0", "7.0"),
    ("{x:n1}", -0.3, "−0,3", "−0.3"),
    ("{x:n2}", 10.754, "10,75", "10.75"),
    ("{x:+n1}", 1.94, "+1,9", "+1.9"),
    ("{x:+n1}", -1.94, "−1,9", "−1.9"),
    ("{x:+n1}", 0, "0,0", "0.0"),
    ("{x:pct0}", 8, "%8", "8%"),
    ("{x:pct0}", 12.6, "%13", "13%"),
    ("{x:n1}", 35.15, "35,2", "35.2"),  # halves go up, as readers round
    ("{x:pct1}", 0.25, "%0,3", "0.3%"),
    ("{x:pct0}", -4, "−%4", "−4%"),
    ("{x:+pct0}", 12.4, "+%12", "+12%"),
    ("{x:+pct1}", -4.21, "−%4,2", "−4.2%"),
    ("{x:+pct0}", 0.4, "%0", "0%"),
    ("{x}", 2026, "2026", "2026"),  # a year is no thousand
    ("{x}", "KTÜ", "KTÜ", "KTÜ"),
]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put one text in place of all, and say it in both languages."""

    def say(template: str, **values: object) -> tuple[str, str]:
        monkeypatch.setattr(texts, "_load", lambda language: {"toy": template})
        return Texts("tr")("toy", **values), Texts("en")("toy", **values)

    return say


@pytest.mark.parametrize(("template", "value", "turkish", "english"), WRITTEN)
def test_numbers_are_written_as_the_language_writes_them(written, template, value, turkish, english):
    assert written(template, x=value) == (turkish, english)


def test_a_rise_that_rounds_to_nought_has_no_sign(written):
    assert written("{x:+n1}", x=0.04) == ("0,0", "0.0")


@pytest.mark.parametrize("language", ["tr", "en"])
def test_a_brace_that_gets_no_value_is_refused_by_name(language):
    with pytest.raises(errors.TextMissing, match=r"rankings\.goal\.at_least.*'value'"):
        Texts(language)("rankings.goal.at_least")


@pytest.mark.parametrize(
    ("template", "value"), [("{x:n1}", "many"), ("{x:n1}", None), ("{x:money}", 1), ("{x:n}", 1)]
)
def test_a_value_that_cannot_be_written_is_refused(written, template, value):
    with pytest.raises(errors.TextMissing):
        written(template, x=value)


@pytest.mark.parametrize("language", ["tr", "en"])
def test_a_key_without_a_text_is_refused_by_name(language):
    with pytest.raises(errors.TextMissing, match=f"rankings.nowhere.*{language}"):
        Texts(language)("rankings.nowhere")


def test_braces_in_a_value_are_not_filled_again(written):
    assert written("{x}", x="{7*7} {y}") == ("{7*7} {y}",) * 2


def test_each_language_says_its_own_text():
    """Three sentences copied out by hand, so that a swap of files or keys is seen."""
    assert Texts("en")("not_computed", reason="x") == "Not computed: x"
    assert Texts("tr")("not_computed", reason="x") == "Hesaplanamadı: x"
    assert Texts("tr")("rankings.hidden.place_of", place=3, count=1234) == "3 / 1.234"
    assert Texts("en")("rankings.hidden.place_of", place=3, count=1234) == "3 of 1,234"


# -- prose of the notebooks -------------------------------------------------------------------------


def prose_cells() -> list[tuple[str, str]]:
    cells = []
    for path in (*NOTEBOOKS, REPO / "notebooks" / "explore" / "tour.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            keys = [tag for tag in cell["metadata"].get("tags", []) if tag.startswith("prose:")]
            cells += [(tag[len("prose:") :], "".join(cell["source"])) for tag in keys]
    return cells


PROSE_CELLS = prose_cells()


@pytest.mark.parametrize(("key", "english"), PROSE_CELLS, ids=[key for key, _ in PROSE_CELLS])
def test_every_prose_cell_has_a_current_turkish_text(key, english):
    digest = hashlib.sha256(re.sub(r"\s+", " ", english).strip().encode()).hexdigest()
    assert PROSE[key]["of"] == digest[:8]
    turkish = texts.prose(key, english, "tr")
    assert turkish == PROSE[key]["text"].strip()
    assert turkish != english
    assert texts.prose(key, english, "en") == english
    # The page's outline is the same in both languages.
    headings = [re.findall(r"^#+ ", text, flags=re.M) for text in (turkish, english)]
    assert headings[0] == headings[1]


def test_no_turkish_prose_is_without_a_cell():
    assert PROSE.keys() == {key for key, _ in PROSE_CELLS}
    assert all(entry.keys() == {"of", "text"} for entry in PROSE.values())


def test_prose_that_was_altered_stops_with_its_key_and_new_mark():
    key, english = PROSE_CELLS[0]
    altered = english + "\n\nOne sentence more."
    new = hashlib.sha256(" ".join(altered.split()).encode()).hexdigest()[:8]
    with pytest.raises(errors.TextMissing) as refused:
        texts.prose(key, altered, "tr")
    assert key in str(refused.value)
    assert new in str(refused.value)
    assert texts.prose(key, altered, "en") == altered


def test_prose_that_was_only_rewrapped_stays_current():
    key, english = PROSE_CELLS[0]
    assert texts.prose(key, english.replace(" ", "\n"), "tr") == texts.prose(key, english, "tr")


def test_prose_without_a_turkish_text_stops_with_its_key_and_mark():
    mark = hashlib.sha256(b"New.").hexdigest()[:8]
    with pytest.raises(errors.TextMissing, match=f"goal9.new.*{mark}"):
        texts.prose("goal9.new", "New.", "tr")


@pytest.mark.parametrize(
    ("tags", "key"),
    [(["prose:goal3.title"], "goal3.title"), (["wide", "prose:a"], "a"), (["setup"], None), ([], None)],
)
def test_the_key_of_a_prose_cell_stands_in_its_tag(tags, key):
    assert texts.prose_key(tags) == key
