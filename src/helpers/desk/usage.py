"""The words of the command's help in the reader's language: those of argparse and our own.

The English stands in the code, the Turkish in `texts/command.tr.yml`; a test compares the two. What has no
Turkish is shown in English: another Python may word a message anew.
"""

import argparse
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources


def asked(arguments: Sequence[str], system: str) -> str:
    """Return the language that the words of a command ask for, else the system's; known before they parse."""
    language = system
    for word, following in zip(arguments, (*arguments[1:], ""), strict=False):
        said = following if word == "--language" else word.partition("--language=")[2]
        language = said if said in ("tr", "en") else language
    return language


def speak(language: str) -> None:
    """Let argparse use the language from now on, for parsers yet to be made.

    argparse offers no other way: it asks its module's `_`, by which gettext would look for a compiled
    catalogue that no Python brings along.
    """
    vars(argparse)["_"] = lambda text: word(text, language)


def word(text: str, language: str) -> str:
    """Return a word or sentence of the help in the language, by its English."""
    return text if language == "en" else turkish()["words"].get(text, text)


def purpose(command: str, text: str, language: str) -> str:
    """Return what a command is for in the language; `text` says it in English."""
    return text if language == "en" else turkish()["commands"].get(command, text)


def sentence(text: str, language: str) -> str:
    """Return words of the help as a sentence, begun with a capital as the language has it."""
    if language == "en":
        return f"{text[:1].capitalize()}{text[1:]}."
    from .. import locale

    return f"{locale.upper(text[:1])}{text[1:]}."


@lru_cache(maxsize=1)
def turkish() -> dict[str, dict[str, str]]:
    """Return the Turkish of `words`, by their English, and of `commands`, by their names."""
    from .. import yml  # help in English, as most of a command's starts, needs none

    written = resources.files("helpers.texts").joinpath("command.tr.yml").read_text(encoding="utf-8")
    read: dict[str, dict[str, str]] = yml.load(written)
    return read
