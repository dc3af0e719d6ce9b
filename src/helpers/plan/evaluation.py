"""The yearly evaluation's questions, and what people answered: inputs that nothing here writes or judges."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd
from pydantic import Field, model_validator

from .. import paths
from ..catalog import Text
from ..errors import Phrase
from .cards import GoalCard
from .definitions import Definition, read

Evidence = Literal[
    "findings", "needs", "weights", "result", "reached", "outliers", "cost", "spending", "risks"
]
Reading = Literal["half_year", "year"]
# How the register marks what stands below a monitoring table.
_DEVIATION = "deviation_"


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
    answers: Mapping[int, Mapping[str, Mapping[str, Answer]]] = {}
    deviations: Mapping[int, Mapping[Reading, Mapping[str, Deviation]]] = {}
    spending: Mapping[int, Mapping[str, float]] = Field({}, description="TRY since the plan began")

    @model_validator(mode="after")
    def _known(self) -> "Evaluation":
        codes = [question.code for question in self.questions]
        if len(codes) != len(set(codes)):
            raise ValueError("a question stands twice")
        for question in self.questions:
            if question.criterion not in self.criteria:
                raise ValueError(
                    Phrase(
                        "the question {code} names the criterion {criterion!r}",
                        code=question.code,
                        criterion=question.criterion,
                    )
                )
        for year, cards in self.answers.items():
            for card, answers in cards.items():
                strangers = sorted(set(answers) - set(codes))
                if strangers:
                    raise ValueError(
                        Phrase(
                            "{year}, {card}: there is no question {code!r} to answer",
                            year=year,
                            card=card,
                            code=strangers[0],
                        )
                    )
        return self

    def answer(self, year: int, card: str, question: str, language: str) -> str:
        """Return the answer given, or nothing."""
        return self.answers.get(year, {}).get(card, {}).get(question, Answer())[language]

    def deviation(self, year: int, half: bool, card: str) -> Deviation:
        """Return what was written below the monitoring table of a card, or nothing."""
        return self.deviations.get(year, {}).get("half_year" if half else "year", {}).get(card, Deviation())

    def spent(self, year: int, card: str) -> float | None:
        """Return the spending since the plan began, in TRY, or None where it was not entered."""
        return self.spending.get(year, {}).get(card)

    def strangers(self, cards: Sequence[GoalCard]) -> list[str]:
        """Return the cards that inputs are given for and that do not exist: they would never be shown."""
        named = [card for by_card in (*self.answers.values(), *self.spending.values()) for card in by_card]
        named += [card for by in self.deviations.values() for by_card in by.values() for card in by_card]
        return sorted(set(named) - {card.key for card in cards})


def load(rows: pd.DataFrame | None = None) -> Evaluation:
    """Return the questions of `data/catalog/evaluation.yml` with the inputs of the register `answers`.

    `rows`: year, reading, card, entry, answer_tr, answer_en, spent_try; one for each input.
    """
    asked = read(Evaluation, paths.data("catalog", "evaluation.yml"))
    if rows is None or rows.empty:
        return asked
    answers: dict[int, Any] = {}
    deviations: dict[int, Any] = {}
    spending: dict[int, Any] = {}
    for row in rows.to_dict("records"):
        year, card, entry = int(row["year"]), row["card"], row["entry"]
        written = {"tr": row["answer_tr"], "en": row["answer_en"]}
        if entry == "spending":
            spending.setdefault(year, {})[card] = row["spent_try"]
        elif entry.startswith(_DEVIATION):
            by_card = deviations.setdefault(year, {}).setdefault(row["reading"], {})
            by_card.setdefault(card, {})[entry.removeprefix(_DEVIATION)] = written
        else:
            answers.setdefault(year, {}).setdefault(card, {})[entry] = written
    given = {"answers": answers, "deviations": deviations, "spending": spending}
    return Evaluation.model_validate({**asked.model_dump(exclude=set(given)), **given})
