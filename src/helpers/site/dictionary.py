"""The data dictionary: every table, indicator and doubt, as the catalogue declares them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jinja2

from .. import locale, store
from ..catalog import Indicator, load
from ..intake import declaration, labels
from ..texts import Texts

REGISTERS, OTHERS = "dictionary-registers", "dictionary-others"
_CROSS = "GX"


@dataclass(frozen=True)
class Section:
    """A heading of a page with what follows it, as HTML that holds the heading too."""

    id: str
    title: str
    html: str


def titles(say: Texts) -> dict[str, str]:
    """Return the titles of the dictionary's pages by name: registers, of indicators, other tables."""
    goals = load().goals
    of_goals = {
        _page(goal): say("guides.indicators_of", goal=goals[goal].name[say.language])
        if goal in goals
        else say("guides.indicators_cross")
        for goal in _goals()
    }
    return {REGISTERS: say("guides.registers"), **of_goals, OTHERS: say("guides.others")}


def pages(language: str) -> dict[str, tuple[Section, ...]]:
    """Return the sections of the dictionary's pages, by name."""
    say = Texts(language)
    named = titles(say)
    own = declaration.receivable()
    others = {name: store.definition(name) for name in store.datasets() if name not in own}
    found = {
        REGISTERS: [_table(say, name, of) for name, of in own.items()],
        **{_page(goal): [_indicator(say, one) for one in _of_goal(goal)] for goal in _goals()},
        OTHERS: [*(_table(say, name, of) for name, of in others.items()), _doubts(say)],
    }
    return {name: (_opening(say, name, named[name]), *found[name]) for name in named}


def _goals() -> list[str]:
    return list(dict.fromkeys(one.goal for one in load().indicators.values()))


def _of_goal(goal: str) -> list[Indicator]:
    return [one for one in load().indicators.values() if one.goal == goal]


def _page(goal: str) -> str:
    return f"dictionary-{locale.key(goal)}"


@lru_cache(maxsize=1)
def _macros() -> Any:
    loader = jinja2.PackageLoader("helpers.site")
    made = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return made.get_template("dictionary.html.j2").module


def _opening(say: Texts, name: str, title: str) -> Section:
    lead = say("guides.lead_tables") if name in (REGISTERS, OTHERS) else say("guides.lead_indicators")
    return Section("begin", title, str(_macros().opening(title, lead)))


# -- tables ----------------------------------------------------------------------------------------------


def _table(say: Texts, name: str, of: Mapping[str, Any]) -> Section:
    language = say.language
    title = _called(of, language)
    columns = [
        {
            "title": column.get(language, heading),
            "name": heading,
            "holds": _expected(say, column, of.get("relations", {}).get(heading)),
            "meaning": _called(column, language) or _meaning(name, heading, language),
        }
        for heading, column in of["columns"].items()
    ]
    used = [one for one in load().indicators.values() if name in one.datasets]
    told = {
        "name": name,
        "key": [of["columns"][one].get(language, one) for one in of.get("key", [])],
        "rules": [rule[language] for rule in of.get("rules", [])],
        "codes": [(one.code, f"{_page(one.goal)}.html#{one.code}") for one in used],
    }
    return Section(name, title, str(_macros().table(say, title, told, columns)))


def _called(of: Mapping[str, Any], language: str) -> str:
    """Return what a table or a column is called; where its English stands alone, its Turkish is beside it."""
    meaning = of.get("meaning", "")
    if isinstance(meaning, Mapping):
        return str(meaning[language])
    return str(meaning if language == "en" else of.get("meaning_tr", meaning))


def _meaning(register: str, column: str, language: str) -> str:
    known = load().meanings
    found = known.get(f"{register}.{column}") or known.get(column)
    return found[language] if found else ""


def _expected(say: Texts, column: Mapping[str, Any], relation: str | None) -> list[str]:
    """Say what a cell must hold: its type, whether it must be filled in, its values and limits."""
    found = [say(f"quality.type.{column['type']}")]
    if column.get("required"):
        found.append(say("quality.required"))
    if "allowed" in column:
        found.append(say("quality.allowed", values=", ".join(labels.told(column)[say.language])))
    if "list" in column:
        found.append(say("quality.listed", name=say(f"quality.lists.{column['list']}")))
    for limit in ("minimum", "maximum"):
        if limit in column:
            key = "quality.minimum" if limit == "minimum" else "quality.maximum"
            found.append(say(key, value=column[limit]))
    if relation:
        found.append(say("quality.relation", target=relation))
    return found


# -- indicators ------------------------------------------------------------------------------------------


def _indicator(say: Texts, one: Indicator) -> Section:
    catalog, language = load(), say.language
    variables = [catalog.variables[code] for code in (one.numerator, one.denominator) if code]
    title = f"{one.code} · {one.name[language]}"
    registers = {**declaration.receivable()}
    sources = [
        (
            _called(store.definition(name), language),
            f"{REGISTERS if name in registers else OTHERS}.html#{name}",
        )
        for name in one.datasets
    ]
    told = {
        "definition": one.definition[language],
        "formula": _formula(say, one),
        "exact": one.formula,
        "variables": [(v.name[language], v.definition[language]) for v in variables],
        "unit": say(f"plan.unit.{one.unit}"),
        "direction": say("guides.up") if one.direction == "up" else say("guides.down"),
        "activities": [
            f"{code} {goal.activities[code][language]}"
            for code in one.seed
            for goal in catalog.goals.values()
            if code in goal.activities
        ],
        "doubts": _doubts_of(say, one),
    }
    return Section(one.code, title, str(_macros().indicator(say, title, told, sources)))


def _formula(say: Texts, one: Indicator) -> str:
    language, named = say.language, load().variables
    if one.method is not None:
        return one.method[language]
    above = named[one.numerator].name[language]
    if one.denominator is None:
        return say("trace.formula.sum", numerator=above)
    below = named[one.denominator].name[language]
    if one.unit == "percent":
        return say("trace.formula.percent", numerator=above, denominator=below)
    return say("trace.formula.quotient", numerator=above, denominator=below)


def _doubts_of(say: Texts, one: Indicator) -> list[str]:
    """Say what keeps a figure of an indicator from being shown, or from being compared."""
    policy, found = load().disclosure, []
    if one.person_count and one.denominator is None:
        found.append(say("guides.hidden_count", k=policy.k))
    elif one.person_count:
        found.append(say("guides.hidden_share", base=policy.smallest_base_of_ratio, k=policy.k))
    if one.measure_type == "rank":
        found.append(say("guides.doubt_rank"))
    if one.frequency == "academic-year":
        found.append(say("guides.doubt_academic"))
    return found


def _doubts(say: Texts) -> Section:
    title = say("guides.doubts")
    told = [(code, caveat[say.language]) for code, caveat in load().caveats.items()]
    return Section("caveats", title, str(_macros().doubts(title, told)))
