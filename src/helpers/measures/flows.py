"""Who goes where with one university, in Europe's own files of learning mobility: functions over the store.

`Participants` is summed and rows are never counted, for a row is an aggregate. The files hold Erasmus+ and
its forerunners alone; Farabi is domestic and not in them. The numbers are of persons: what is shown of them
goes through disclosure control.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from .. import store
from ..catalog import Institutions, mobility_sides
from ..catalog.mobility_files import load_mobility_files
from ..catalog.mobility_sides import IN, OUT

DATASET, KNOWN, TOTALS = "learning_mobilities", "university_mobilities", "study_exchange_totals"
OTHER = "other"

# The clocks of the files: year in which the stay began, first year of its academic year, year of the call.
Clock = Literal["year", "academic_year", "call_year"]


@dataclass(frozen=True)
class Flows:
    """What the files hold of one university.

    `frame` has a row per direction (`out`, `in`), year, activity and partner: `activity` as printed, `kind`
    as declared (`other` where it is not), `partner_country_code`, `partner_name`, `partner_erasmus_code`,
    `participants_count`, `caveats`. `names` are the spellings that were taken for the university.
    """

    frame: pd.DataFrame
    names: tuple[str, ...]

    def by(self, *columns: str) -> pd.DataFrame:
        """Sum the participants by some columns of the frame, missing ones among them; the caveats stay."""
        grouped = self.frame.groupby(list(columns), dropna=False, sort=True)
        summed = grouped.agg(participants_count=("participants_count", "sum"), caveats=("caveats", _together))
        return summed.reset_index()


def _together(cells: pd.Series) -> str:
    return " ".join(sorted({code for cell in cells for code in cell.split()}))


def flows(
    institution: str, institutions: Institutions, edition: str = store.LIVE, clock: Clock = "year"
) -> Flows:
    """Return the flows of one university, out and in, by year of a clock, activity and partner.

    Which rows are the university's says `catalog.mobility_sides`. The last three years that are held carry
    the caveat `years_incomplete`. Raises NotHeld where no file was received.
    """
    rows = _rows(institution, institutions, edition)
    files = load_mobility_files()
    labels = rows["activity"].dropna().unique()
    kinds = {label: getattr(files.activity(label), "kind", OTHER) for label in labels}
    late = files.incomplete(store.years(edition, DATASET))
    by = ["direction", "year", "activity", "kind", "partner_country_code", "partner_name"]
    by += ["partner_erasmus_code", "caveats"]
    named = rows.assign(
        kind=rows["activity"].map(kinds).fillna(OTHER),
        # The older student files have no calls: their years were closed when they were published.
        caveats=(rows["year"].isin(late) & rows["call_year"].notna()).map(
            {True: "years_incomplete", False: ""}
        ),
        year=rows[clock],
    )
    frame = named.groupby(by, dropna=False, sort=True)["participants_count"].sum().reset_index()
    return Flows(frame, tuple(sorted(rows["name"].dropna().unique())))


def _rows(institution: str, institutions: Institutions, edition: str) -> pd.DataFrame:
    """Return the rows of one university: as found on receipt, or anew if the register has changed."""
    current = mobility_sides.register_state()
    if store.has(edition, KNOWN):
        query = "from held where institution = ? or register <> ?"
        rows = store.ask(edition, KNOWN, query, [institution, current])
        if (rows["register"] == current).all():
            return rows
    own = institutions[institution]
    spelled = store.ask(edition, DATASET, mobility_sides.names_query([own.country_code]))
    found = zip(spelled["name"], spelled["country"], strict=True)
    names = mobility_sides.known_names(found, [institution], institutions)
    return store.ask(edition, DATASET, mobility_sides.flows_query({own.erasmus_code: institution}, names))


# -- totals worked out by others -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ExchangeTotals:
    """Study exchanges of one university as others summed them, over the spellings that mean it."""

    outgoing: int
    incoming: int
    names: tuple[str, ...]


def exchange_totals(
    institution: str, institutions: Institutions, edition: str = store.LIVE
) -> ExchangeTotals:
    """Sum the totals of others over all spellings of one university, to reconcile with.

    Raises NotHeld where no such table was received.
    """
    country = institutions[institution].country_code
    rows = store.ask(edition, TOTALS, "from held where country_code = ?", [country])
    own = rows[[institutions.match(name) == institution for name in rows["name"]]]
    return ExchangeTotals(
        int(own["outgoing_count"].sum()), int(own["incoming_count"].sum()), tuple(sorted(own["name"]))
    )


def difference(flows: Flows, totals: ExchangeTotals, kinds: Sequence[str] = ("study",)) -> dict[str, int]:
    """Return by how much the received files exceed the totals of others, out and in; 0 where they agree."""
    of_kinds = flows.frame[flows.frame["kind"].isin(kinds)]
    summed = of_kinds.groupby("direction")["participants_count"].sum()
    return {
        OUT: int(summed.get(OUT, 0)) - totals.outgoing,
        IN: int(summed.get(IN, 0)) - totals.incoming,
    }
