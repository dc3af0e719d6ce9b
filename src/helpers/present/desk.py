"""What an analyst asks for at the desk: what a figure is, and its value or breakdown, by its code.

Nothing is computed here: cards come from `provenance`, protected numbers from `persons` and `activities`.
"""

import re
import sys
from typing import Any

from ..catalog import load
from ..errors import ParameterError
from ..run import Run, start
from . import activities, figures, persons, pieces, provenance
from .pieces import NOTE_TYPE, Piece

# What counts are broken down by; each is a column of some registers, and has its name in the texts.
COLUMNS = ("country_code", "citizenship_code", "unit", "level", "kind", "mode", "programme", "gender")

# An open call up to the code that is being typed: measure(run, "G3, or a further one after it
_OPEN = re.compile(
    r"""\b(?:measure|explain|compare)\(\s*(?:\w+\s*,\s*)?(?:["'][\w.]*["']\s*,\s*)*["']([\w.]*)$"""
)


def explain(run: Run | str, code: str = "") -> Piece:
    """Say what a figure is and where it comes from: definition, formula, variables, files, doubts, history.

    `explain("G3.25")` speaks of the plan's university in the default year and language;
    `explain(run, "G3.25")` of the run's. Rows that were rejected and are not counted are said at the end.
    Source: the same card as on the pages and in `workbook trace`. Raises ParameterError for an unknown code.
    """
    if isinstance(run, str):
        return explain(start(year=int(str(load().parameters["year"].default))), run)
    card = provenance.card(run, code)
    open_points = figures.rejections(run, [code]) if code in run.catalog.indicators else []
    sections = provenance.sections(run, card)
    lines = provenance.told(run, card)
    if open_points:
        sections.append((run.text("desk.open"), open_points))
        lines += ["", run.text("desk.open"), *(f"  {point}" for point in open_points)]
    shown = [f"**{pieces.escape(card['code'])}** {pieces.escape(card['title'])}"]
    for heading, found in sections:
        points = "\n".join(f"- {pieces.escape(line.strip())}" for line in found)
        shown.append(f"**{pieces.escape(heading)}**\n\n{points}")
    return Piece(
        {
            "text/plain": "\n".join(lines),
            "text/markdown": "\n\n".join(shown),
            NOTE_TYPE: {"kind": "text", "indicators": [code]},
        }
    )


def measure(run: Run, code: str, by: str = "") -> Piece:
    """Show an indicator of the run's period in its unit, or broken down, the largest group first.

    `by` is a column of the register behind it, such as `unit` or `country_code`. Small numbers of persons
    are hidden, as in the reports. Source: the registers of the run's edition. Raises ParameterError for an
    unknown code or column, and where what is broken down is no count.
    """
    if code not in run.catalog.indicators:
        raise ParameterError(
            f"No indicator has the code {code!r}.",
            expected="a code such as G3.25",
            remedy='Type measure(run, "G and press Tab.',
        )
    if by:
        return _broken_down(run, code, by)
    indicator, found = run.catalog.indicators[code], persons.figure(run, code)
    shown = found.value is not None
    value = figures.written(run, indicator, found) if shown else figures.why_missing(run, code, found)
    period = figures.period(run, run.period)
    said = run.text("desk.value", name=indicator.name[run.language], period=period, value=value)
    return pieces.messages([said], figures.caveats(run, [code]), [code])


def _broken_down(run: Run, code: str, column: str) -> Piece:
    if column not in COLUMNS:
        raise ParameterError(
            f"Figures cannot be broken down by {column!r}.",
            expected=", ".join(COLUMNS),
            remedy="Name one of these columns.",
        )
    indicator = run.catalog.indicators[code]
    if indicator.method is not None or indicator.denominator is not None:
        # A group's share of a share, or of an index, would be misread as its own value.
        raise ParameterError(
            f"{code} is no count, and only counts are broken down.",
            expected="an indicator that is a sum, such as G3.25",
            remedy=f'See with explain("{code}") what it is made of.',
        )
    return activities.by(run, code, column)


def codes(line: str, language: str = "en") -> list[tuple[str, str]]:
    """Return the codes that may end a line such as `measure(run, "G3`, each with its title."""
    typed = _OPEN.search(line)
    if typed is None:
        return []
    found = load().indicators.items()
    return [(code, one.name[language]) for code, one in found if code.startswith(typed[1])]


def offer_codes(shell: Any) -> None:
    """Let an IPython shell complete codes; the title stands beside each, in the language of its run."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    @context_matcher(identifier="workbook.codes")
    def matcher(context: Any) -> dict[str, Any]:
        run = shell.user_ns.get("run")
        found = codes(context.line_with_cursor[: context.cursor_position], getattr(run, "language", "en"))
        return {
            "completions": [SimpleCompletion(text=code, type=title) for code, title in found],
            "suppress": bool(found),
            "ordered": True,
        }

    shell.Completer.custom_matchers.append(matcher)


if "IPython" in sys.modules:  # the shell of a notebook or terminal; a command has none
    from IPython.core.getipython import get_ipython

    _shell = get_ipython()
    if _shell is not None:
        offer_codes(_shell)
