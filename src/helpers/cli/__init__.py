"""The command `workbook`: parses, calls, prints. A command imports what it needs when it is called."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence

from ..desk import usage
from ..errors import Phrase, WorkbookError, cause
from . import answers, delivering, keeping, making, receiving, running


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; a foreseeable failure is one sentence on the error stream and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a Turkish Windows console lacks some signs
    # A command that was called from a cell is not itself an open notebook.
    os.environ.pop("JPY_SESSION_NAME", None)
    # What checks notebooks would compile grammars of web addresses for a second, of which they hold none.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    language = usage.asked(sys.argv[1:] if arguments is None else arguments, usage.of_system())
    parsed = parser(language).parse_args(arguments)
    parsed.spoken = language
    answers.remarks(language, parsed.verbose)
    try:
        if not parsed.any_version:
            keeping.require_version(parsed)
        return int(parsed.call(parsed))
    except WorkbookError as error:
        logging.getLogger(__name__).debug("where it happened", exc_info=True)
        answers.failure(error, language)
        return 1
    except BrokenPipeError:
        # The reader of a pipe, such as `head`, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.filename is None:
            raise
        # A place that a person has named, or one below the workbook, that the system does not let us use.
        logging.getLogger(__name__).debug("where it happened", exc_info=True)
        place = {"place": error.filename, "cause": cause(error)}
        answers.failure(WorkbookError(Phrase("{place} cannot be used: {cause}.", **place)), language)
        return 1
    except KeyboardInterrupt:
        say = answers.say(parsed)
        print(f"workbook: {say('answer.stopped')}", file=sys.stderr)
        return _left_at_once(130)


def parser(language: str = "en") -> argparse.ArgumentParser:
    """Return the command's parser, whose help and faults are told in a language."""
    usage.speak(language)
    whole = argparse.ArgumentParser(
        prog="workbook",
        description="Strategic analysis of a university's internationalisation: data in, reports out.",
        epilog="Begin with: workbook run    then open reports/index.html",
    )
    whole.add_argument("-v", "--verbose", action="store_true", help="explain what is being done")
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for group in (receiving, running, delivering, keeping, making):
        group.declare(commands)
    usage.render(whole, language)
    return whole


def _left_at_once(code: int) -> int:
    """Leave without waiting for threads that still wait for a kernel; return where there are none."""
    import threading

    if any(thread.name.startswith("kernel") for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code
