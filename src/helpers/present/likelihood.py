"""How sure a sentence sounds: the words for a chance and for an interval, one place for every page.

The words and their edges are data: `data/catalog/likelihood.yml`. A caller builds its sentence around them:
in English "reaching the target is {chance}", in Turkish "hedefe ulaşma olasılığı {chance}".
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from .. import paths
from ..catalog import Text
from ..errors import Phrase
from ..plan.definitions import Definition, read
from ..reads import kept
from ..texts import Texts

Direction = Literal["up", "down", "none"]


class Word(Text):
    """A word for chances from `at_least` percent up to the next word's; the lowest has no edge."""

    code: str
    at_least: int | None = Field(default=None, gt=0, lt=100)


class Wording(Definition):
    """The words, the step to which a chance is rounded (percent), and the highest that is written."""

    words: tuple[Word, ...]
    step: int = Field(ge=1, le=10)
    surest: int = Field(gt=50, lt=100)

    @model_validator(mode="after")
    def _in_order(self) -> "Wording":
        edges = [word.at_least for word in self.words]
        given = [edge for edge in edges[:-1] if edge is not None]
        if len(given) != len(edges) - 1 or edges[-1:] != [None]:
            raise ValueError("every word but the last, lowest one needs at_least")
        if given != sorted(set(given), reverse=True):
            raise ValueError("the words must run from the highest at_least to the lowest")
        for told in ("code", "en", "tr"):
            if len({getattr(word, told) for word in self.words}) != len(self.words):
                raise ValueError(Phrase("two words have the same {told}", told=told))
        return self


def wording() -> Wording:
    """Return the words of `data/catalog/likelihood.yml`."""
    found: Wording = _read(paths.data("catalog", "likelihood.yml"))
    return found


@kept
def _read(path: Path) -> Wording:
    return read(Wording, path)


def _rounded(probability: float) -> int:
    if not 0 <= probability <= 1:
        raise ValueError(f"{probability} is no probability")
    step = wording().step
    return step * round(round(100 * probability, 6) / step)


def word(probability: float) -> Word:
    """Return the word for a probability (0–1). Raises ValueError outside 0–1."""
    percents = _rounded(probability)
    return next(w for w in wording().words if w.at_least is None or percents >= w.at_least)


def percent(texts: Texts, probability: float) -> str:
    """Write a probability (0–1) as coarsely as a model of few years allows: "about 75%", "over 95%"."""
    surest, rounded = wording().surest, _rounded(probability)
    if rounded > surest:
        return texts("likelihood.over", value=surest)
    if rounded < 100 - surest:
        return texts("likelihood.under", value=100 - surest)
    return texts("likelihood.about", value=rounded)


def chance(texts: Texts, probability: float) -> str:
    """Write a probability (0–1) in words with its percentage: "likely (about 75%)"."""
    return texts(
        "likelihood.chance", word=word(probability)[texts.language], percent=percent(texts, probability)
    )


def direction(low: float, high: float) -> Direction:
    """Say which way an interval of a change lies: `none` where it holds nought and tells no direction."""
    return "up" if low > 0 else "down" if high < 0 else "none"


def change(texts: Texts, low: float, high: float) -> str:
    """Write which way a change goes by its interval: rising, falling, or not distinguishable."""
    return texts(f"likelihood.change.{direction(low, high)}")
