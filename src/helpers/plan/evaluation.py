"""The yearly evaluation's questions, and what people answered: inputs that nothing here writes or judges."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field, model_validator

from .. import paths
from ..catalog import Text
from ..errors import CatalogError
from .cards import GoalCard
from .definitions import Definition, read

Evidence = Literal[
    "findings", "needs", "weights", "result", "reached", "outliers", "cost", "spending", "risks"
]
Reading = Literal["half-year", "year"]


class Question(Text):
    """A question of the evaluation, and what is laid beside it."""

    code: str
    criterion: str
    evidence: tuple[Evidence, ...] = ()


class Answer(Definition):
    """What somebody wrote: Turkish is the official text, English may follow later."""

    tr: str = ""
    en: str = ""

    def __getitem__(self, language: str) -> str:
        """Return the answer in a language; what is not translated is shown as it was written."""
        return (self.en.strip() if language == "en" else "") or self.tr.strip()


class Deviation(Definition):
    """What stands below a monitoring table: why the objective deviates, and what will be done."""

    reason: Answer = Answer()
    measures: Answer = Answer()


class Evaluation(Definition):
    """Questions, and the inputs of every year: by card, and by question or reading."""

    criteria: Mapping[str, Text]
    questions: tuple[Question, ...]
    answers: Mapping[int, Mapping[str, Mapping[str, Answer]]]
    deviations: Mapping[int, Mapping[Reading, Mapping[str, Deviation]]]
    spending: Mapping[int, Mapping[str, float]] = Field(description="TRY since the plan began")

    @model_validator(mode="after")
    def _known(self) -> "Evaluation":
        codes = [question.code for question in self.questions]
        if len(codes) != len(set(codes)):
            raise ValueError("a question stands twice")
        for question in self.questions:
            if question.criterion not in self.criteria:
                raise ValueError(f"the question {question.code} names the criterion {question.criterion!r}")
        for year, cards in self.answers.items():
            for card, answers in cards.items():
                strangers = sorted(set(answers) - set(codes))
                if strangers:
                    raise ValueError(f"{year}, {card}: there is no question {strangers[0]!r} to answer")
        return self

    def answer(self, year: int, card: str, question: str, language: str) -> str:
        """Return the answer given, or nothing."""
        return self.answers.get(year, {}).get(card, {}).get(question, Answer())[language]

    def deviation(self, year: int, half: bool, card: str) -> Deviation:
        """Return what was written below the monitoring table of a card, or nothing."""
        return self.deviations.get(year, {}).get("half-year" if half else "year", {}).get(card, Deviation())

    def spent(self, year: int, card: str) -> float | None:
        """Return the spending since the plan began, in TRY, or None where it was not entered."""
        return self.spending.get(year, {}).get(card)

    def check(self, cards: Sequence[GoalCard]) -> None:
        """Raise CatalogError where an input is for a card that does not exist: it would never be shown."""
        named = [card for by_card in (*self.answers.values(), *self.spending.values()) for card in by_card]
        named += [card for by in self.deviations.values() for by_card in by.values() for card in by_card]
        strangers = sorted(set(named) - {card.key for card in cards})
        if strangers:
            raise CatalogError(
                f"data/catalog/evaluation.yml holds inputs for {', '.join(strangers)}, which is no card.",
                expected=", ".join(card.key for card in cards),
                remedy="Correct the key; it changes where goals are split.",
            )


def load(cards: Sequence[GoalCard] | None = None) -> Evaluation:
    """Return `data/catalog/evaluation.yml`; with cards, inputs for any other card are refused."""
    loaded = read(Evaluation, paths.data("catalog", "evaluation.yml"))
    if cards is not None:
        loaded.check(cards)
    return loaded
