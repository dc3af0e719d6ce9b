"""What the command prints of a file: what was found in it, what became of its rows, what is wrong where."""

import re
from collections import Counter
from collections.abc import Iterator

from ..catalog import load
from . import declaration, history, mobilities, personal, wording
from .answer import Answer
from .marked import Copy
from .mobilities import ReceivedMobilities
from .rankings import Received
from .registers import ReceivedRegister

_SHOWN_PROBLEMS = 20
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
            yield line("unread", columns=", ".join(map(personal.masked, received.unread)))
        for code, count in received.caveats.items():
            yield line("caveat", count=count, caveat=getattr(load().caveats[code], language))
    shown = answer.problems[:_SHOWN_PROBLEMS]
    for problem in shown:
        yield "  " + wording.of_problem(problem, language)
    if answer.problem_count > len(shown):
        yield line("more", count=answer.problem_count - len(shown))
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


def _title(received: Received | ReceivedRegister | ReceivedMobilities, language: str) -> str:
    if isinstance(received, ReceivedMobilities):
        return mobilities.title(received, language)
    if isinstance(received, Received):
        return received.title
    return str(declaration.receivable()[received.register]["meaning"][language])


def _span(received: Received | ReceivedRegister | ReceivedMobilities, language: str) -> str:
    if isinstance(received, ReceivedMobilities):
        return mobilities.sentence(received, language)
    if isinstance(received, Received):
        editions = received.editions or wording.sentence("none", language)
        return wording.sentence("span.edition", language, editions=editions)
    years = received.years
    of_years = wording.sentence("span.years", language, years=years) if years else ""
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
