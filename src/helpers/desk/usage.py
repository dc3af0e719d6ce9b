"""The language in which the command speaks, and the words of its help in it: those of argparse and our own.

The English stands in the code, the Turkish in `texts/command.tr.yml`; a test compares the two. What has no
Turkish is shown in English: another Python may word a message anew.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import resources

# Commands whose `--language` names the languages of reports, which may be both; they answer in the system's.
OF_REPORTS = frozenset({"run", "slides", "pdf", "mail"})


def asked(arguments: Sequence[str], system: str) -> str:
    """Return the language in which a command speaks, known before it is parsed.

    It is the one that `--language` names, else the system's; always the system's of a command OF_REPORTS.
    """
    if next((word for word in arguments if not word.startswith("-")), "") in OF_REPORTS:
        return system
    language = system
    for word, following in zip(arguments, (*arguments[1:], ""), strict=False):
        option, given, value = word.partition("=")
        if len(option) > len("--l") and "--language".startswith(option):  # argparse takes what is begun, too
            said = value if given else following
            language = said if said in ("tr", "en") else language
    return language


def of_system() -> str:
    """Return the language that the system speaks, if the workbook does; POSIX asks in this order."""
    told = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    if not told and sys.platform == "win32":
        return _of_windows()
    return "tr" if told.startswith("tr") else "en"


def _of_windows() -> str:
    """Return the language in which Windows shows its menus; it sets none of the variables."""
    import ctypes

    turkish = 0x1F  # LANG_TURKISH, the lower ten bits of a language identifier
    windll = ctypes.windll  # type: ignore[attr-defined,unused-ignore]
    return "tr" if windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == turkish else "en"


def speak(language: str) -> None:
    """Let argparse use the language from now on, for parsers yet to be made.

    argparse offers no other way: it asks its module's `_`, by which gettext would look for a compiled
    catalogue that no Python brings along.
    """
    vars(argparse)["_"] = lambda text: word(text, language)


def render(parser: argparse.ArgumentParser, language: str) -> None:
    """Put the words of a parser, declared in English, and of the parsers below it into the language."""
    if language == "en":
        return
    known, helps, metavars = (turkish()[part] for part in ("commands", "helps", "metavars"))
    for name, one in parsers(parser):
        if name in known:
            one.description = sentence(known[name], language)
        elif one.description:
            one.description = helps.get(one.description, one.description)
        if one.epilog:
            begun = next((begin for begin in helps if one.epilog.startswith(begin)), "")
            one.epilog = helps.get(begun, "") + one.epilog.removeprefix(begun)
        for group in one._action_groups:
            group.title = helps.get(group.title or "", group.title)
        for action in one._actions:
            action.help = helps.get(action.help or "", action.help)
            if isinstance(action.metavar, str):
                action.metavar = metavars.get(action.metavar, action.metavar)
            if isinstance(action, argparse._SubParsersAction):
                for listed in action._choices_actions:
                    listed.help = known.get(listed.dest, listed.help)


def parsers(parser: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield a parser and all below it, each with the last word of its command."""
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below, one in action.choices.items():
                yield from parsers(one, below)


def word(text: str, language: str) -> str:
    """Return a word or sentence of argparse in the language, by its English."""
    return text if language == "en" else turkish()["words"].get(text, text)


def sentence(text: str, language: str) -> str:
    """Return words of the help as a sentence, begun with a capital as the language has it."""
    if language == "en":
        return f"{text[:1].capitalize()}{text[1:]}."
    from .. import locale

    return f"{locale.upper(text[:1])}{text[1:]}."


@lru_cache(maxsize=1)
def turkish() -> dict[str, dict[str, str]]:
    """Return the Turkish: of `words`, `helps`, `metavars` by their English, of `commands` by their names."""
    from .. import yml  # help in English, as most of a command's starts, needs none

    written = resources.files("helpers.texts").joinpath("command.tr.yml").read_text(encoding="utf-8")
    read: dict[str, dict[str, str]] = yml.load(written)
    return read
