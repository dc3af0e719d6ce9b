"""What came from outside publishers: errors corrected, totals it was held against, doubts it carries."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from .. import locale, store
from ..catalog import Correction, Total
from ..intake import cards, wording
from ..measures.core import Period
from ..measures.reconciliation import Compared, compare
from ..run import Run
from . import figures, persons, pieces, tables
from .pieces import Piece
from .tables import Column

# -- what was received -------------------------------------------------------------------------------------


def received(run: Run) -> Piece:
    """Show the identity cards of the tables received from outside: what became of their rows, and when."""
    say = run.text
    if run.edition != store.LIVE:
        return pieces.text(say("quality.embedded"))
    found = list(_received(run))
    if not found:
        return pieces.text(say("outside.nothing_received"))
    told = [table for _, table in found]
    counts = {name: [int(table[name]) for table in told] for name in ("rows", "accepted", "rejected")}
    skipped = [sum(table["skipped"].values()) for table in told]
    return tables.table(
        "outside-received",
        [
            Column(say("sources.file"), [_file(card, table) for card, table in found]),
            Column(say("outside.publisher"), [card["producer"] for card, _ in found]),
            Column(say("sources.rows"), [say.number(n) for n in counts["rows"]], True),
            Column(say("quality.accepted"), [say.number(n) for n in counts["accepted"]], True),
            Column(say("quality.rejected"), [say.number(n) for n in counts["rejected"]], True),
            Column(say("outside.skipped"), [say.number(n) for n in skipped], True),
            Column(say("quality.received"), [_day(run, card) for card, _ in found]),
            Column(say("sources.hash"), [card["sha256"][:12] for card, _ in found]),
        ],
        title=say(
            "outside.received_title",
            rows=sum(counts["rows"]),
            accepted=sum(counts["accepted"]),
            rejected=sum(counts["rejected"]),
            skipped=sum(skipped),
        ),
        source=say("figure.source", sources=say(f"edition.{run.edition}")),
        notes=[*_stopped(run), *_unread(run)],
        details=list(_skipped(run)),
    )


def _unread(run: Run) -> Iterator[str]:
    """Name the columns that no layout or format knows."""
    for card, told in _received(run):
        if told["columns_not_read"]:
            columns = ", ".join(told["columns_not_read"])
            yield run.text("outside.unread", file=_file(card, told), columns=columns)


def _stopped(run: Run) -> Iterator[str]:
    """Say which rows a check of them all together has kept out, and what was expected of them."""
    for card, told in _received(run):
        for group in told.get("stopped", []):
            expected = group[run.language]
            yield run.text("outside.stopped", file=_file(card, told), count=group["rows"], expected=expected)


def _skipped(run: Run) -> Iterator[str]:
    """Say which rows are no data, and why."""
    for card, told in _received(run):
        for reason, count in told["skipped"].items():
            why = wording.reason(reason, run.language)
            yield run.text("outside.skipped_for", file=_file(card, told), count=count, reason=why)


def _file(card: dict[str, Any], told: dict[str, Any]) -> str:
    return " · ".join(filter(None, (card["name_as_received"], told["sheet"])))


def _day(run: Run, card: dict[str, Any]) -> str:
    return locale.day(datetime.fromisoformat(card["received"]).date(), run.language)


# -- declared corrections ----------------------------------------------------------------------------------


def corrections(run: Run) -> Piece:
    """Show every declared correction: what, of which periods, why, and the files that it was applied to."""
    say, declared = run.text, run.catalog.corrections
    if not declared:
        return pieces.text(say("outside.no_corrections"))
    applied = {one.id: list(_applications(run, one)) for one in declared}
    return tables.table(
        "corrections",
        [
            Column(say("outside.table"), [_meaning(run, one.dataset) for one in declared]),
            Column(say("outside.rows"), [_rows(run, one) for one in declared]),
            Column(say("outside.done"), [_done(run, one) for one in declared]),
            Column(say("quality.reason"), [one.reason[run.language] for one in declared]),
            Column(
                say("outside.applied"), ["; ".join(applied[one.id]) or _why_not(run, one) for one in declared]
            ),
        ],
        title=say(
            "outside.corrections_title",
            count=len(declared),
            in_force=sum(one.in_force for one in declared),
            applied=sum(map(bool, applied.values())),
        ),
        source=say("figure.source", sources=say("outside.corrections_source")),
        details=[f"{one.id}: {one.evidence[run.language]}" for one in declared],
    )


def _applications(run: Run, one: Correction) -> Iterator[str]:
    for card, told in _received(run):
        for application in told.get("corrections", []):
            if application["id"] == one.id:
                yield run.text(
                    "outside.applied_to",
                    file=card["name_as_received"],
                    day=_day(run, card),
                    count=application["lines"],
                )


def _why_not(run: Run, one: Correction) -> str:
    if not one.in_force:
        return run.text("outside.proposed")
    return run.text("outside.applied_nowhere" if run.edition == store.LIVE else "outside.applied_embedded")


def _rows(run: Run, one: Correction) -> str:
    columns = store.definition(one.dataset)["columns"]
    named = [
        f"{columns[name][run.language]}: {_value(run, columns[name], value)}"
        for name, value in one.entity.items()
    ]
    if one.period:
        named.append("–".join(map(str, dict.fromkeys((one.period.first, one.period.last)))))
    return ", ".join(named)


def _value(run: Run, column: dict[str, Any], value: str) -> str:
    return run.text.country(value) if column.get("list") == "countries" else value


def _done(run: Run, one: Correction) -> str:
    column = store.definition(one.dataset)["columns"][one.action.column][run.language]
    if hasattr(one.action, "divide_by"):
        return run.text("outside.divided", column=column, by=one.action.divide_by)
    return run.text("outside.put", column=column, value=one.action.put or run.text("none"))


# -- published totals --------------------------------------------------------------------------------------


def compared(run: Run) -> list[Compared]:
    """Hold the published totals up to the run's year against the edition, in their declared order."""
    totals = [total for total in run.catalog.totals if total.period <= run.year]
    return [_protected(run, compare(run.catalog, run.registers, total)) for total in totals]


def _protected(run: Run, one: Compared) -> Compared:
    """Hide what an indicator says of so few persons that it may not be shown; publishers' sums are public."""
    indicator = run.catalog.indicators.get(one.total.measure)
    if indicator is None or one.figure is None:
        return one
    shown = persons.protected(run, indicator, one.figure, Period(one.total.period))
    return replace(one, found=shown.value, reason=shown.reason)


def reconciliation(run: Run) -> Piece:
    """Show the published totals that can be compared, and say why the others cannot."""
    say, found = run.text, compared(run)
    told = [one for one in found if one.found is not None]
    without = list(_not_compared(run, found))
    if not told:
        return pieces.text(*(without or [say("outside.no_totals")]))
    differing = sum(one.state == "differs" for one in told)
    return tables.table(
        "reconciliation",
        [
            Column(say("outside.total"), [one.total.name[run.language] for one in told]),
            Column(say("outside.period"), [str(one.total.period) for one in told], True),
            Column(say("outside.published"), [_published(run, one.total) for one in told], True),
            Column(
                say("outside.found"),
                [
                    figures.led(run, f"total.{one.total.dataset}.{place}", _number(run, one.found))
                    for place, one in enumerate(told, start=1)
                ],
                True,
            ),
            Column(say("outside.result"), [_result(run, one) for one in told]),
            Column(say("outside.evidence"), [say(f"evidence.{one.total.evidence}") for one in told]),
        ],
        title=say("outside.totals_title", count=len(told), agree=len(told) - differing, differ=differing),
        source=say("figure.source", sources=say("outside.totals_source")),
        notes=[*without, *_notes(run, told)],
        details=list(_sources(run, told)),
    )


def _sources(run: Run, told: Sequence[Compared]) -> Iterator[str]:
    """Name the totals that each source publishes."""
    by_source: dict[str, list[Total]] = {}
    for one in told:
        by_source.setdefault(one.total.source, []).append(one.total)
    for source, totals in by_source.items():
        names = [f"{total.name[run.language]} ({total.period})" for total in totals]
        kind = "outside.reported_in" if totals[0].is_reported else "outside.published_in"
        yield run.text(kind, source=source, totals="; ".join(names))


def _published(run: Run, total: Total) -> str:
    """Write a published total; what is known from others' reports alone says so."""
    value = _number(run, total.value)
    return run.text("outside.reported", value=value) if total.is_reported else value


def _number(run: Run, value: float | None) -> str:
    if value is None:
        return run.text("none")
    return run.text.number(value, 0 if float(value).is_integer() else 1)


def _result(run: Run, one: Compared) -> str:
    if one.state == "agrees":
        exact = one.difference == 0
        allowed = one.total.tolerance_pct
        return run.text("outside.agrees") if exact else run.text("outside.agrees_within", allowed=allowed)
    share = 100 * one.difference / one.total.value if one.total.value else float("nan")
    decimals = 0 if float(one.difference).is_integer() else 1
    return run.text(
        "outside.differs",
        difference=run.text.signed(one.difference, decimals),
        share=share,
        allowed=one.total.tolerance_pct,
    )


def _not_compared(run: Run, found: Sequence[Compared]) -> Iterator[str]:
    """Say once for each table and reason how many totals cannot be compared."""
    counts = Counter((one.total.dataset, one.reason) for one in found if one.found is None)
    for (dataset, reason), count in counts.items():
        yield run.text(
            "outside.not_compared",
            table=_meaning(run, dataset),
            count=count,
            reason=run.text(f"outside.not_compared_reason.{reason or 'no_rows'}"),
        )


def _notes(run: Run, told: Sequence[Compared]) -> list[str]:
    notes = {
        f"{one.total.name[run.language]}, {one.total.period}: {one.total.note[run.language]}"
        for one in told
        if one.total.note
    }
    return sorted(notes)


# -- doubts ------------------------------------------------------------------------------------------------


def doubts(run: Run) -> Piece:
    """Show the caveats of what was received from outside: of which file, how many lines, what to mind."""
    say = run.text
    if run.edition != store.LIVE:
        return pieces.text(say("outside.doubts_embedded"))
    rows = [
        (_file(card, told), code, lines)
        for card, told in _received(run)
        for code, lines in told["caveats"].items()
    ]
    if not rows:
        return pieces.text(say("outside.no_doubts"))
    files, codes, counts = zip(*rows, strict=True)
    return tables.table(
        "doubts",
        [
            Column(say("sources.file"), files),
            Column(say("outside.lines"), [say.number(count) for count in counts], True),
            Column(say("outside.doubt"), [run.catalog.caveats[code][run.language] for code in codes]),
        ],
        title=say("outside.doubts_title", count=len(set(codes)), files=len(set(files))),
        source=say("figure.source", sources=say(f"edition.{run.edition}")),
        notes=list(_carried(run)),
    )


def _carried(run: Run) -> Iterator[str]:
    """Name the columns of each file that repeat the year before."""
    for card, told in _received(run):
        for year, columns in told.get("carried_over", {}).items():
            declared = store.definition(told["dataset"])["columns"]
            yield run.text(
                "outside.carried",
                file=card["name_as_received"],
                year=year,
                columns=", ".join(declared[column][run.language] for column in columns),
            )


# -- shared ------------------------------------------------------------------------------------------------


def _received(run: Run) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the tables of outside publishers as the live edition received them, each with its file's card.

    Of a file that was received twice under one name, the last is meant.
    """
    if run.edition != store.LIVE:
        return
    last: dict[str, dict[str, Any]] = {str(card["name_as_received"]): card for card in cards()}
    for card in last.values():
        for told in card["tables"]:
            if "register" not in told:
                yield card, told


def _meaning(run: Run, dataset: str) -> str:
    meaning = store.definition(dataset)["meaning"]
    return str(meaning[run.language]) if isinstance(meaning, dict) else run.text("activities.rankings")
