"""Goal cards (hedef kartı): what the plan promises for each objective, as `data/catalog/cards.yml` says it.

Fields and their order are those of the guide's card (domain dossier 1.2). What the university has not
yet given is marked `placeholder`; what is stated as a fact names its source.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import pandas as pd
from pydantic import Field, field_validator, model_validator

from .. import paths
from ..catalog import Catalog, Text
from ..errors import CatalogError, Phrase
from .definitions import Definition, read

Yearly = tuple[float | None, float | None, float | None, float | None, float | None]
NO_TARGETS: Yearly = (None, None, None, None, None)


class Statement(Text):
    """A text of the card: a fact with its source, or a placeholder that the university replaces."""

    source: str = ""
    placeholder: bool = False

    @model_validator(mode="after")
    def _founded(self) -> "Statement":
        if not self.placeholder and not self.source.strip():
            raise ValueError("name the source, or mark it placeholder: true")
        return self


class Aim(Statement):
    """Amaç (A1)."""

    code: str = Field(pattern=r"^A\d$")


class ObjectiveText(Statement):
    """Hedef (H1.1): measurable, or backed by its indicators."""

    code: str = Field(pattern=r"^H\d\.\d$")


class Risk(Statement):
    """A risk; probability and impact from 1 to 5, or None until somebody has judged them.

    `response` is what the plan does about it, `watched_by` the indicators that would show it coming.
    """

    probability: int | None = Field(default=None, ge=1, le=5)
    impact: int | None = Field(default=None, ge=1, le=5)
    response: Text | None = None
    watched_by: tuple[str, ...] = ()

    @property
    def level(self) -> int | None:
        """Return probability × impact (1 to 25)."""
        return None if self.probability is None or self.impact is None else self.probability * self.impact


class Cost(Definition):
    """Cost estimate of the whole plan period in TRY, or None until it is given."""

    amount: float | None = Field(ge=0)
    source: str = ""
    placeholder: bool = False

    @model_validator(mode="after")
    def _founded(self) -> "Cost":
        if self.placeholder == (self.amount is not None and bool(self.source.strip())):
            raise ValueError("give amount and source, or mark it placeholder: true and leave the source out")
        return self


class CardIndicator(Definition):
    """A performance indicator on a card: its effect on the objective (percent), baseline and targets.

    Baseline and targets are in the indicator's unit; None where the plan gives none.
    """

    code: str
    weight: int = Field(ge=0, le=100)
    baseline: float | None = None
    targets: Yearly = NO_TARGETS
    placeholder: bool = False
    monitoring: Literal["month", "quarter", "half-year", "year"] = "half-year"
    reporting: Literal["half-year", "year"] = "half-year"

    @property
    def known(self) -> bool:
        """Tell whether the plan gives any value at all."""
        return self.baseline is not None or any(target is not None for target in self.targets)


class Part(Definition):
    """A part of a goal's card where goals are split into objectives of at most five indicators."""

    objective: ObjectiveText
    indicators: tuple[str, ...]


class _Fields(Definition):
    """The fields of the card, in its order."""

    aim: Aim
    objective: ObjectiveText
    programme: Statement | None = None
    indicators: tuple[CardIndicator, ...]
    responsible_unit: Statement
    cooperating_units: tuple[Statement, ...] = ()
    risks: tuple[Risk, ...] = ()
    strategies: tuple[Statement, ...] = ()
    cost: Cost
    findings: tuple[Statement, ...] = ()
    needs: tuple[Statement, ...] = ()

    @field_validator("indicators")
    @classmethod
    def _once(cls, indicators: tuple[CardIndicator, ...]) -> tuple[CardIndicator, ...]:
        codes = [indicator.code for indicator in indicators]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(Phrase("the indicator {code} stands twice", code=twice[0]))
        return indicators


class GoalCard(_Fields):
    """The card of one objective in force.

    `key` names it in other files: the goal's code, or the objective's where goals are split.
    """

    key: str
    goal: str
    first_year: int

    @property
    def years(self) -> range:
        """Return the years of the plan, one for each target."""
        return range(self.first_year, self.first_year + len(NO_TARGETS))

    @property
    def has_placeholders(self) -> bool:
        """Tell whether any value or text on the card is still a placeholder."""
        texts = [self.aim, self.objective, self.programme, self.responsible_unit]
        lists = [*self.cooperating_units, *self.risks, *self.strategies, *self.findings, *self.needs]
        marks = [t.placeholder for t in (*texts, *lists) if t is not None]
        return any(marks) or self.cost.placeholder or any(i.placeholder for i in self.indicators)

    def target(self, code: str, year: int) -> float | None:
        """Return the target of an indicator for a year in its unit; None outside the plan's years."""
        entry = next(i for i in self.indicators if i.code == code)
        return entry.targets[year - self.first_year] if year in self.years else None


class _WrittenCard(_Fields):
    """A card as the file writes it: of one goal, with the parts it falls into if goals are split."""

    goal: str
    split_aim: Aim
    parts: tuple[Part, ...] = ()


class _Period(Definition):
    first: int
    last: int

    @model_validator(mode="after")
    def _five_years(self) -> "_Period":
        if self.last - self.first + 1 != len(NO_TARGETS):
            raise ValueError(Phrase("a plan has {count} years, one for each target", count=len(NO_TARGETS)))
        return self


class _File(Definition):
    period: _Period
    split: bool
    cards: tuple[_WrittenCard, ...]

    @field_validator("cards")
    @classmethod
    def _once(cls, cards: tuple[_WrittenCard, ...]) -> tuple[_WrittenCard, ...]:
        for name, told in (
            (Phrase("goal"), [card.goal for card in cards]),
            (Phrase("objective"), [card.objective.code for card in cards]),
            (Phrase("part"), [part.objective.code for card in cards for part in card.parts]),
        ):
            twice = sorted({code for code in told if told.count(code) > 1})
            if twice:
                raise ValueError(Phrase("the {name} {code} stands twice", name=name, code=twice[0]))
        return cards


def load(catalog: Catalog | None = None, *, split: bool | None = None) -> tuple[GoalCard, ...]:
    """Return the cards of `data/catalog/cards.yml`: one for each goal, or one for each part.

    `split` overrides the file's own choice. With a catalogue, goals and indicators that it does not
    define are refused.
    """
    written = read(_File, paths.data("catalog", "cards.yml"))
    splits = written.split if split is None else split
    cards = tuple(
        card
        for one in written.cards
        for card in (_parts(one, written.period.first) if splits else [_whole(one, written.period.first)])
    )
    if catalog is not None:
        check(cards, catalog)
    return cards


def check(cards: Sequence[GoalCard], catalog: Catalog) -> None:
    """Raise CatalogError where a card or one of its risks names what is not defined."""
    wrong = [
        Phrase("card {card} names goal {goal!r}", card=card.key, goal=card.goal)
        for card in cards
        if card.goal not in catalog.goals
    ]
    wrong += [
        Phrase("card {card} names indicator {code!r}", card=card.key, code=entry.code)
        for card in cards
        for entry in card.indicators
        if entry.code not in catalog.indicators
    ]
    wrong += [
        Phrase("a risk of card {card} is watched by {code!r}", card=card.key, code=code)
        for card in cards
        for risk in card.risks
        for code in risk.watched_by
        if code not in catalog.indicators
    ]
    if wrong:
        raise CatalogError(Phrase("The goal cards contradict the catalogue: {wrong:;}.", wrong=wrong))


def _fields(card: _WrittenCard) -> dict[str, object]:
    return {name: getattr(card, name) for name in _Fields.model_fields}


def _whole(card: _WrittenCard, first: int) -> GoalCard:
    return GoalCard(**_fields(card), key=card.goal, goal=card.goal, first_year=first)  # type: ignore[arg-type]


def _parts(card: _WrittenCard, first: int) -> Iterator[GoalCard]:
    """Split a goal: each part takes its indicators, and all words of the card but the cost.

    The cost is an estimate of the whole goal; written on every part it would be counted again and again.
    """
    entries = {entry.code: entry for entry in card.indicators}
    named = [code for part in card.parts for code in part.indicators]
    if sorted(named) != sorted(entries):
        stray = sorted(set(named) ^ set(entries)) or sorted({c for c in named if named.count(c) > 1})
        raise CatalogError(
            Phrase(
                "The parts of the card {goal} do not share out its indicators: {names}.",
                goal=card.goal,
                names=stray,
            ),
            expected="every indicator of the card in exactly one part",
            remedy="Correct `parts` in data/catalog/cards.yml.",
        )
    total = sum(entry.weight for entry in card.indicators)
    if total != 100:
        # Shared out anew, wrong weights would look right in every part.
        raise CatalogError(
            Phrase(
                "The effects of the indicators on {goal} add up to {total}, not to 100; it cannot be split.",
                goal=card.goal,
                total=total,
            ),
            remedy="Correct the weights of this goal in data/catalog/cards.yml.",
        )
    for part in card.parts:
        chosen = [entries[code] for code in part.indicators]
        weights = shared_out([entry.weight for entry in chosen])
        fields = _fields(card) | {
            "aim": card.split_aim,
            "objective": part.objective,
            "indicators": tuple(
                entry.model_copy(update={"weight": weight})
                for entry, weight in zip(chosen, weights, strict=True)
            ),
            "cost": Cost(amount=None, placeholder=True),
        }
        yield GoalCard(**fields, key=part.objective.code, goal=card.goal, first_year=first)  # type: ignore[arg-type]


def shared_out(weights: Sequence[int]) -> list[int]:
    """Return weights in the same proportions that add up to 100, as whole numbers.

    The card's effects are whole percents; what rounding down leaves goes to the largest remainders, the
    first where they are equal. Weights that are all 0 stay so.
    """
    total = sum(weights)
    if total == 0:
        return list(weights)
    whole = [100 * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(100 * weights[i] % total), i))
    for i in by_remainder[: 100 - sum(whole)]:
        whole[i] += 1
    return whole


def fill(cards: Iterable[GoalCard], targets: pd.DataFrame) -> tuple[GoalCard, ...]:
    """Return the cards with baselines and targets of the register `targets`.

    `targets` has the register's columns: indicator, year, kind, value (in the indicator's unit, missing
    for no target) and is_placeholder. The baseline is that of the year before the plan. A value stands in
    one place: CatalogError where the card and the register both give one and disagree.
    """
    held: dict[tuple[str, str, int], tuple[float, bool]] = {}
    for row in targets.to_dict("records"):
        value = float("nan") if pd.isna(row["value"]) else float(row["value"])
        held[(str(row["indicator"]), str(row["kind"]), int(row["year"]))] = (
            value,
            bool(row["is_placeholder"]),
        )
    return tuple(
        card.model_copy(update={"indicators": tuple(_filled(entry, card, held) for entry in card.indicators)})
        for card in cards
    )


def _filled(
    entry: CardIndicator, card: GoalCard, held: dict[tuple[str, str, int], tuple[float, bool]]
) -> CardIndicator:
    marks = [entry.placeholder and entry.known]

    def value(kind: str, year: int, on_card: float | None) -> float | None:
        found, placeholder = held.get((entry.code, kind, year), (float("nan"), False))
        if math.isnan(found):
            return on_card
        if on_card is not None and on_card != found:
            raise CatalogError(
                Phrase(
                    "The {kind} of {code} for {year} is {on_card:g} on the card {card} and {found:g} in the "
                    "register of targets.",
                    kind=Phrase(kind),
                    code=entry.code,
                    year=year,
                    on_card=on_card,
                    card=card.key,
                    found=found,
                ),
                expected="one of the two, or the same value",
                remedy="Delete it in data/catalog/cards.yml, or correct the register.",
            )
        marks.append(placeholder)
        return found

    baseline = value("baseline", card.first_year - 1, entry.baseline)
    first, second, third, fourth, fifth = (
        value("target", year, target) for year, target in zip(card.years, entry.targets, strict=True)
    )
    # Without any value the card's own mark stays: what is not known is still to be given.
    filled = entry.model_copy(update={"baseline": baseline, "targets": (first, second, third, fourth, fifth)})
    return filled.model_copy(update={"placeholder": any(marks) if filled.known else entry.placeholder})
