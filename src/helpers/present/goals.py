"""Goal pages: the indicators of a goal's activity, and the files behind a page."""

from dataclasses import asdict

from ..measures.indicators import Measure, measure
from ..run import Run
from . import figures, provenance, tables
from .figures import kind
from .ledger import restated
from .pieces import NOTE_TYPE, Piece
from .tables import Column


def _written(run: Run, found: Measure, value: float | None, at_least: bool) -> str:
    if value is None:
        return run.text("rankings.goal.not_known")
    if found.indicator.unit == "rank":
        return str(int(value))  # a rank is a name, not a count: no separator
    written = run.text.number(value, 2 if found.indicator.unit == "score" else 0)
    return run.text("rankings.goal.at_least", value=written) if at_least else written


def indicators(run: Run, activity: str) -> Piece:
    """Show every indicator of an activity: value, edition, and the figure before."""
    codes = [code for code, i in run.catalog.indicators.items() if activity in i.seed]
    found = [measure(run.rankings, run.institution.id, run.year, code) for code in codes]
    say = run.text
    before = [
        say("none")
        if m.before is None
        else say(
            "rankings.places.last_place",
            rank=_written(run, m, m.before, m.at_least_before),
            edition=m.edition_before,
        )
        for m in found
    ]
    return tables.table(
        f"indicators-{activity}",
        [
            Column(say("rankings.goal.code"), [figures.led(run, code, code) for code in codes]),
            Column(say("rankings.goal.indicator"), [m.indicator.name[run.language] for m in found]),
            Column(say("rankings.goal.edition"), [str(m.edition) for m in found], True),
            Column(
                say("rankings.goal.value"),
                [figures.led(run, m.indicator.code, _written(run, m, m.value, m.at_least)) for m in found],
                True,
            ),
            Column(say("rankings.goal.before"), before, True),
        ],
        title=say(
            "finding.known",
            known=sum(m.value is not None for m in found),
            count=len(found),
            year=run.year,
        ),
        source=say("figure.source", sources=", ".join(s.file for s in run.rankings.sources)),
        notes=[
            *(
                [say("rankings.goal.at_least_note")]
                if any(m.at_least or m.at_least_before for m in found)
                else []
            ),
            *restated(run, codes),
        ],
        details=[f"{m.indicator.code}: {m.indicator.definition[run.language]}" for m in found],
        indicators=codes,
    )


def sources(run: Run) -> Piece:
    """Show the files that a page's figures were read from, with row counts and hashes.

    The page's entry in the run manifest takes them from here, and the page the card of each figure that it
    speaks of: so this is the last thing that a notebook shows.
    """
    say = run.text
    used = run.sources
    shown = tables.table(
        "sources",
        [
            Column(say("sources.file"), [source.file for source in used]),
            Column(
                say("sources.kind"),
                [kind(run, source.file.rsplit("/", 1)[-1].removesuffix(".csv")) for source in used],
            ),
            Column(say("sources.rows"), [say.number(source.rows) for source in used], True),
            Column(say("sources.hash"), [source.sha256[:12] for source in used]),
        ],
        title=say("finding.files", files=len(used), rows=sum(source.rows for source in used)),
        source=say("figure.source", sources=say(f"edition.{run.edition}")),
        notes=[say("sources.note")],
    )
    note = {
        **shown.bundle[NOTE_TYPE],
        "sources": [asdict(source) for source in used],
        "provenance": provenance.cards(run),
    }
    return Piece({**shown.bundle, NOTE_TYPE: note}, shown.metadata, shown.cells)
