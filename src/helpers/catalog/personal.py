"""What identifies a person and is therefore not held, as data: headings, patterns, what becomes of them."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from .. import locale, paths, reads
from ..errors import Phrase
from .load import _build, _yaml
from .model import Text, _Definition


class Pattern(_Definition):
    """How a value looks; `check` names the check digits that it must keep.

    Where it says `column`, it is looked for in columns that no register declares, and found where `share_pct`
    of their filled cells match as a whole.
    """

    pattern: str
    check: Literal["", "turkish_id", "iban"] = ""
    where: Literal["anywhere", "column"] = "anywhere"
    share_pct: float = Field(default=0, ge=0, le=100)

    @field_validator("pattern")
    @classmethod
    def _can_be_read(cls, pattern: str) -> str:
        try:
            found = re.compile(pattern)
        except re.error as error:
            raise ValueError(Phrase("no regular expression: {error}", error=error)) from error
        if found.match(""):
            raise ValueError("it matches an empty cell")
        return pattern


class Rule(_Definition):
    """One kind of personal data: how it is known, and what becomes of a column, a row or a file with it."""

    code: str
    en: str
    tr: str
    headings: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    column: Literal["drop", "refuse"] = "drop"
    cell: Literal["reject", "refuse"] = "reject"
    in_names: bool = False

    @property
    def what(self) -> Text:
        """Return what is found, in both languages."""
        return Text(en=self.en, tr=self.tr)

    def is_heading(self, heading: str) -> bool:
        """Tell whether a column under a heading holds such data."""
        folded = locale.key(heading)
        exact, beginnings = _folded(self.headings), _folded(self.begins)
        return folded in exact or any(f" {beginning}" in f" {folded}" for beginning in beginnings)


@lru_cache(maxsize=64)
def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(locale.key(word) for word in words)


class PersonalData(_Definition):
    """The rules, and the names of programs that stand where a person's could."""

    rules: tuple[Rule, ...] = Field(min_length=1)
    programs: tuple[str, ...] = ()

    @field_validator("rules")
    @classmethod
    def _each_code_once(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        codes = [rule.code for rule in rules]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(Phrase("the code {code!r} stands twice", code=twice[0]))
        return rules

    def is_program(self, author: str) -> bool:
        """Tell whether an author is a program, or nobody."""
        folded = locale.key(author)
        return not folded or folded in _folded(self.programs)


def load_personal_data() -> PersonalData:
    """Return what counts as personal data in the workbook folder; read once per process and folder."""
    return _personal_data(paths.root())


@reads.kept
def _personal_data(root: Path) -> PersonalData:
    path = root / "data" / "catalog" / "personal_data.yml"
    found: PersonalData = _build(PersonalData, _yaml(path, dict), path)
    return found
