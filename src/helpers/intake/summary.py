"""What the command prints of a file: what was found in it, what became of its rows, what is wrong where."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from .. import store
from ..catalog import load
from ..errors import Problem
from . import declaration, history, mobilities, personal, wording
from .answer import Answer, AnyTable
from .marked import Copy
from .mobilities import ReceivedMobilities
from .published import ReceivedPublished, told_once
from .rankings import Received

_SHOWN_PROBLEMS = 20
# Of more rows than these with the same thing wrong, these are shown and the others counted.
_ALIKE, _OF_ALIKE = 5, 3
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def lines(answer: Answer, language: str) -> Iterator[str]:
    """Yield the lines that tell of a file, in a language; nothing in it speaks to the terminal."""
    for line in _lines(answer, language):
        yield _CONTROL.sub("\ufffd", line)


def _lines(answer: Answer, language: str) -> Iterator[str]:

    def line(key: str, **values: object) -> str:
        return "  " + wording.sentence(key, language, **values)

    for received in answer.tables:
        sheet = (
            wording.sentence("sheet", language, sheet=received.table.sheet) if received.table.sheet else ""
        )
        yield f"{answer.file}{sheet}: {_title(received, language)}, {_span(received, language)}"
        yield line(
            "rows",
            rows=received.rows,
            accepted=received.accepted,
            rejected=received.rejected,
            skipped=len(received.skipped),
        )
        for reason, count in Counter(reason for _, reason in received.skipped).items():
            yield line("skipped", count=count, reason=wording.reason(reason, language))
        if received.unread:
            yield line("unread", columns=", ".join(_unread(received, language)))
        if isinstance(received, ReceivedPublished):
            yield from _of_published(received, line, language)
        for code, count in received.caveats.items():
            yield line("caveat", count=count, caveat=getattr(load().caveats[code], language))
    problems, stopped = told_once(answer.problems)
    for group in stopped:
        expected, remedy = wording.expected(group[0], language), wording.remedy(group[0], language)
        yield line("stopped", count=len(group), expected=expected, remedy=remedy)
    yield from _single(problems, answer.problem_count - len(answer.problems), line, language)
    for refusal in answer.left_out:
        yield line("not_read", sentence=wording.of_error(refusal, language))
    for note in answer.notes:
        yield line("note", sentence=wording.of_fault(note, language))
    for name, institution, score in answer.suggestions:
        yield line("suggestion", name=name, institution=institution, score=score)
    for path in answer.rejected_in:
        yield line("rejected_in", path=path)
    if answer.replaced:
        yield line("replaced", partitions=", ".join(answer.replaced))
        for change in answer.changes:
            yield "    " + history.told(change, language)
    for partition, file in answer.left:
        yield line("left", partition=partition, file=file)
    if answer.stored_as:
        yield line("stored_as", path=answer.stored_as)


def _unread(received: AnyTable, language: str) -> Iterator[str]:
    """Name the columns that were not read; a heading that may be a known one in other words says so."""
    like = received.like if isinstance(received, ReceivedPublished) else {}
    for heading in received.unread:
        told = personal.masked(heading)
        if heading in like:
            told = wording.sentence("heading.like", language, heading=told, alias=like[heading])
        yield told


def _of_published(received: ReceivedPublished, line: Callable[..., str], language: str) -> Iterator[str]:
    """Tell what was or could be corrected, what repeats the year before, how many lines rows make."""
    for one in received.applied:
        yield line(
            "corrected",
            id=one.id,
            count=len(one.lines),
            periods=list(one.periods),
            reason=one.reason[language],
        )
    for one in received.proposed:
        yield line("proposed", id=one.id, count=len(one.lines), reason=one.reason[language])
    for year, columns in received.carried.items():
        names = store.definition(received.format.dataset)["columns"]
        yield line("carried", year=year, columns=[names[column][language] for column in columns])
    if received.lines != received.accepted:
        yield line("lines", count=received.lines)


def _single(problems: Sequence[Problem], more: int, line: Callable[..., str], language: str) -> Iterator[str]:
    """Tell the problems of single rows: of many with the same thing wrong the first, and how many more.

    `more` problems are in the list of the rejected rows only.
    """
    alike: dict[tuple[str, ...], list[Problem]] = {}
    for one in problems:
        alike.setdefault((one.sheet, one.column, one.expected, one.remedy), []).append(one)
    room, untold = _SHOWN_PROBLEMS, len(problems) + more
    for group in alike.values():
        told = group[: _OF_ALIKE if len(group) > _ALIKE else len(group)][:room]
        for problem in told:
            yield "  " + wording.of_problem(problem, language)
        room, untold = room - len(told), untold - len(told)
        if told and len(group) > _ALIKE:
            rest = len(group) - len(told)
            yield line("same", count=rest, column=wording.column(group[0], language))
            untold -= rest
    if untold:
        yield line("more", count=untold)


def _title(received: AnyTable, language: str) -> str:
    if isinstance(received, ReceivedPublished):
        return received.format.title[language]
    if isinstance(received, ReceivedMobilities):
        return mobilities.title(received, language)
    if isinstance(received, Received):
        return received.title
    return str(declaration.receivable()[received.register]["meaning"][language])


def _span(received: AnyTable, language: str) -> str:
    if isinstance(received, ReceivedMobilities):
        return mobilities.sentence(received, language)
    if isinstance(received, Received):
        editions = received.editions or wording.sentence("none", language)
        return wording.sentence("span.edition", language, editions=editions)
    years = received.years
    of_years = wording.sentence("span.years", language, years=years) if years else ""
    if isinstance(received, ReceivedPublished):
        return wording.sentence("span.format", language, format=received.format.id) + of_years
    return wording.sentence("span.register", language, register=received.register) + of_years


def of_copy(copy: Copy, language: str) -> Iterator[str]:
    """Yield the lines that tell of a marked copy, in a language."""

    def line(key: str, **values: object) -> str:
        return "  " + wording.sentence(key, language, **values)

    if not copy.file:
        why = wording.sentence(f"copy.why.{copy.why}", language, reason=copy.reason)
        yield line("copy.none", why=why)
        return
    yield line("copy.written", file=copy.file, cells=copy.cells)
    if copy.as_text and copy.as_text != "text":  # text had no formats to lose
        yield line("copy.as_text", why=wording.sentence(f"copy.why.{copy.as_text}", language))
    if copy.commented < copy.cells:
        yield line("copy.comments", count=copy.commented)
    if copy.lacking:
        parts = [wording.sentence(f"lacking.{code}", language) for code in copy.lacking]
        yield line("copy.lacking", parts=parts)
