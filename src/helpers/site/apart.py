"""A page of tables that stands apart from the reports: in their design, alone, leading to no other page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .. import locale
from ..catalog import load
from ..texts import Texts
from . import alone, pages, paper, sheet


@dataclass(frozen=True)
class Mark:
    """A cell that tells a state by a sign and a word; its tone, a class of the style sheet, repeats it."""

    tone: str
    sign: str
    word: str


@dataclass(frozen=True)
class Table:
    """A section of such a page: its heading, what its table says, the columns, the rows, and their source.

    `numbers` are the places of the columns that are set right. Nothing in a cell is markup.
    """

    id: str
    heading: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | Mark]]
    source: str
    numbers: Collection[int] = ()


def page(
    say: Texts, name: str, year: int, title: str, opening: Sequence[str], tables: Sequence[Table], made: str
) -> str:
    """Return a page as HTML: its title, sentences that open it, its tables, and when it was made.

    `name` is what files are called that a reader takes from it.
    """
    plan, institutions = load().plan, load().institutions
    owner, strategy = institutions[plan.institution].name(say.language), plan.title[say.language]
    css = sheet.css() + paper.foot([owner, strategy, title, made])
    html = pages.environment().get_template("apart.html.j2").render(
        say=say,
        language=say.language,
        title=title,
        institution=owner,
        strategy=strategy,
        report=str(year),
        file=name,
        opening=opening,
        tables=tables,
        made=made,
        css=css,
        policy=sheet.policy(css),
    )  # fmt: skip
    return alone.detached(locale.seen(html))
