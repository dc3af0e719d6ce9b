"""Europe's mobility files → rows at rest, out of core: DuckDB reads, judges and writes, piece after piece.

A file may have ten million rows; none of them passes through Python, and every one is accepted or rejected.
"""

import os
import queue
import shutil
import tempfile
import time
import uuid
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import paths, store
from ..catalog import load, mobility_sides
from ..catalog.mobility_files import FileLayout, load_mobility_files
from ..errors import Fault, LayoutUnknown, Problem
from . import cells, history, mobility_layouts, mobility_sql, pieces, wording
from .history import Change
from .mobility_layouts import Match
from .pieces import Digest, Piece, Text
from .table import RawTable

if TYPE_CHECKING:
    import duckdb

# Problems that are told one by one; all of them stand in the file of rejected rows.
MOST_TOLD = 1000
# Each worker holds a piece; more of them would only wait for the disk.
_WORKERS = max(1, min(4, os.cpu_count() or 1))
_MEMORY = "500MB"
# Row groups that stay in the processor's cache are written a tenth faster than larger ones.
_ROW_GROUP = 20_480
# Rejected rows that are looked at together.
_MANY = 100_000
UNKNOWN_YEAR = "unknown"
# Codes that are named of the countries that are not known; further ones stand with their rows.
_MOST_COUNTRIES = 20
# The copy of a file that is kept, written while it is read.
COPY = "copy"
_RECEIVING = ".receiving-"
# A folder of a receipt that nothing was written to for a day, in seconds.
_STALE = 86_400


@dataclass(frozen=True)
class Part:
    """The accepted rows of one partition: `year=2019/KA1`, or `all` of a table without years."""

    name: str
    year: int | None
    rows: int
    participants: int


@dataclass(frozen=True)
class ReceivedMobilities:
    """What became of the rows of one file: accepted + rejected = all, as DuckDB counted them.

    `problems` are the first MOST_TOLD of `problem_count`; `unknown_countries` counts the commonest
    codes of countries that are not known. `staging` holds the rows to be stored.
    """

    table: RawTable
    match: Match
    rows: int
    rejected: int
    parts: tuple[Part, ...]
    caveats: dict[str, int]
    problems: list[Problem]
    problem_count: int
    unknown_countries: dict[str, int]
    staging: Path
    skipped: tuple[tuple[int, str], ...] = ()

    @property
    def accepted(self) -> int:
        """Count the accepted rows."""
        return sum(part.rows for part in self.parts)

    @property
    def participants(self) -> int:
        """Sum the participants of the accepted rows."""
        return sum(part.participants for part in self.parts)

    @property
    def years(self) -> list[int]:
        """Return the years of the accepted rows."""
        return sorted({part.year for part in self.parts if part.year is not None})

    @property
    def unread(self) -> tuple[str, ...]:
        """Return the headings that are not known."""
        return self.match.unread

    @property
    def layout(self) -> FileLayout:
        """Return the layout of the file."""
        return self.match.layout

    @property
    def title(self) -> str:
        """Return what the table is."""
        return self.layout.title.en


@dataclass(frozen=True)
class Judged:
    """A file that was judged: what became of its rows, its hash, what else is to be told of it."""

    received: ReceivedMobilities
    sha256: str
    notes: tuple[Fault, ...]


@dataclass
class _Outcome:
    """What became of one piece."""

    rows: int
    rejected: int
    parts: list[tuple[int | None, str, int, int]]
    caveats: Counter[str] = field(default_factory=Counter)
    # Rejected rows whose problems are still to be found.
    unsaid: Piece | None = None


class _NotUtf8(ValueError):
    """A piece that is no UTF-8, in which the file began."""

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        super().__init__(piece.first_line)


def recognised(path: Path) -> tuple[Text, Match] | None:
    """Return the head of a text file and its layout, where it is one of Europe's mobility files."""
    text = pieces.opened(path)
    if text is None:
        return None
    match = mobility_layouts.match(text.head)
    return (text, match) if match else None


def nearly(path: Path) -> LayoutUnknown | None:
    """Say what a text file lacks that is nearly one of them."""
    text = pieces.opened(path)
    return mobility_layouts.near(text.head) if text else None


@contextmanager
def staging(is_kept: bool) -> Iterator[Path]:
    """Make a folder for what is on its way to the store, or only judged; it is gone afterwards."""
    folder = paths.data("store") if is_kept else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder)
    made = Path(tempfile.mkdtemp(prefix=_RECEIVING, dir=folder))
    try:
        yield made
    finally:
        if folder:
            store.settle()  # moves that a commit still owes begin here
        shutil.rmtree(made, ignore_errors=True)


def _clear(folder: Path) -> None:
    """Delete what crashes left behind long ago."""
    store.settle()
    for left in folder.glob(_RECEIVING + "*"):
        with suppress(FileNotFoundError):  # another receipt has ended, or cleared it too
            if time.time() - left.stat().st_mtime > _STALE:
                shutil.rmtree(left, ignore_errors=True)


# -- judging -------------------------------------------------------------------------------------------------


def judge(text: Text, match: Match, folder: Path, year: int | None, is_kept: bool) -> Judged:
    """Judge a text file piece by piece; where `is_kept`, its accepted rows are staged in the folder.

    `year` is that of the stays where the file does not tell. Raises FileRefused as `pieces.cut` does, and
    for a file in two encodings.
    """
    is_utf8 = _begins_as_utf8(text)
    try:
        outcomes, digest = _all(text, match, folder, year, is_kept, is_utf8)
    except _NotUtf8 as error:
        if not _is_ascii(text.path, error.piece.number * pieces.PIECE):
            line = error.piece.first_line
            raise wording.refusal("mobility_mixed", file=text.path.name, line=line) from error
        is_utf8 = False
        for left in folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        outcomes, digest = _all(text, match, folder, year, is_kept, is_utf8)
    encoding = load_mobility_files().not_utf8
    told = [] if is_utf8 else [wording.fault("mobility_encoding", file=text.path.name, encoding=encoding)]
    received = _together(text.head, match, outcomes, folder)
    return Judged(received, digest.sha256.hexdigest(), (*told, *notes(received)))


def judge_sheet(
    raw: RawTable, match: Match, folder: Path, year: int | None, is_kept: bool
) -> ReceivedMobilities:
    """Judge a sheet of a workbook, whose size its reader has bounded."""
    folder.mkdir()
    rows = raw.rows[match.position + 1 :]
    piece = pieces.of_table(raw, rows, len(match.header.cells), folder)
    with store.connect(memory_limit=_MEMORY, temp_directory=str(folder)) as connection:
        connection.execute(mobility_sql.types())
        outcome = _piece(connection, piece, raw.file, match, folder, year, is_kept)
    return _together(raw, match, [outcome], folder)


def _begins_as_utf8(text: Text) -> bool:
    with text.path.open("rb") as file:
        content = file.read(pieces.PIECE)
    whole = content[: content.rfind(b"\n") + 1] or content
    try:
        whole.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_ascii(path: Path, size: int) -> bool:
    with path.open("rb") as file:
        while size > 0 and (content := file.read(min(size, 1 << 24))):
            if not content.isascii():
                return False
            size -= len(content)
    return True


def _all(
    text: Text, match: Match, folder: Path, year: int | None, is_kept: bool, is_utf8: bool
) -> tuple[list[_Outcome], Digest]:
    """Judge all pieces, some at a time."""
    digest = Digest(folder / COPY if is_kept else None)
    outcomes: list[_Outcome] = []
    waiting: deque[Future[_Outcome]] = deque()
    # Files are written over and over: a fresh one for each piece would cost the time to clear its memory.
    slots: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for slot in range(_WORKERS + 2):
        slots.put(folder / f"piece-{slot}.csv")
    with _connections(folder) as connections, ThreadPoolExecutor(_WORKERS) as pool:

        def judge_one(piece: Piece) -> _Outcome:
            connection = connections.get()
            try:
                return _piece(connection, piece, text.path.name, match, folder, year, is_kept)
            finally:
                connections.put(connection)
                slots.put(piece.path)

        try:
            for piece in pieces.cut(text, match.position, slots.get, digest, is_utf8):
                waiting.append(pool.submit(judge_one, piece))
                if len(waiting) > _WORKERS:
                    outcomes.append(waiting.popleft().result())
            outcomes += [one.result() for one in waiting]
            _find_problems(connections.get(), match, outcomes, folder)
        finally:
            for one in waiting:
                one.cancel()
            digest.close()
    return outcomes, digest


@contextmanager
def _connections(folder: Path) -> Iterator["queue.SimpleQueue[duckdb.DuckDBPyConnection]"]:
    """Open a DuckDB for each worker, each with one thread: a piece is read in the order of its rows."""
    made = [
        store.connect(memory_limit=_MEMORY, temp_directory=str(folder / "spill")) for _ in range(_WORKERS)
    ]
    free: queue.SimpleQueue[duckdb.DuckDBPyConnection] = queue.SimpleQueue()
    for connection in made:
        connection.execute(mobility_sql.types())
        free.put(connection)
    try:
        yield free
    finally:
        for connection in made:
            connection.close()


def _piece(
    connection: "duckdb.DuckDBPyConnection",
    piece: Piece,
    file: str,
    match: Match,
    folder: Path,
    year: int | None,
    is_kept: bool,
) -> _Outcome:
    """Judge a piece; stage its accepted rows by partition, and its rejected ones with what is wrong.

    Its good rows are written as they are read. Nearly always they are all; else the others are looked at once
    more, by their lines.
    """
    import duckdb

    good = folder / f"good-{piece.number:04}.parquet"
    try:
        if piece.is_plain or piece.is_numbered:
            return _written(connection, piece, match, folder, year, is_kept, good)
    except duckdb.Error as error:
        if piece.is_numbered:
            reason = str(error).splitlines()[0]
            raise wording.refusal("quote", file=file, reason=reason, line=piece.first_line) from error
    try:
        piece.path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise _NotUtf8(piece) from error
    again = pieces.numbered(piece)
    try:
        return _piece(connection, again, file, match, folder, year, is_kept)
    finally:
        again.path.unlink()


def _written(
    connection: "duckdb.DuckDBPyConnection",
    piece: Piece,
    match: Match,
    folder: Path,
    year: int | None,
    is_kept: bool,
    good: Path,
) -> _Outcome:
    accepted = _copy(connection, mobility_sql.accepted(match, piece, year), good)
    unsaid = None
    wrong = folder / f"rejected-{piece.number:04}.parquet"
    rejected = 0
    if piece.is_numbered:
        rejected = _copy(connection, mobility_sql.rejected(match, piece), wrong)
    elif accepted < piece.lines:
        others = connection.execute(
            """select line from range(?, ?) lines(line)
            anti join (select source_row as line from read_parquet(?)) using (line) order by line""",
            [piece.first_line, piece.first_line + piece.lines, good.as_posix()],
        ).fetchall()
        path = folder / f"unsaid-{piece.number:04}.csv"
        unsaid = pieces.only(piece, [line for (line,) in others], path)
        rejected = unsaid.lines
    if not rejected:
        wrong.unlink(missing_ok=True)
    rows = f"read_parquet('{_quoted(good)}')"
    sums = "null, 'all', caveats, count(*), 0"
    if match.layout.dataset == "learning_mobilities":
        sums = "year, action, caveats, count(*), coalesce(sum(participants_count), 0)::bigint"
    summed: dict[tuple[int | None, str], list[int]] = {}
    caveats: Counter[str] = Counter()
    for of_year, action, words, *counts in connection.execute(
        f"select {sums} from {rows} group by all order by all"
    ).fetchall():
        before = summed.get((of_year, action), (0, 0))
        summed[of_year, action] = [one + more for one, more in zip(before, counts, strict=True)]
        caveats.update(dict.fromkeys(words.split(), counts[0]))
    parts = [(of_year, action, count, people) for (of_year, action), (count, people) in summed.items()]
    for of_year, action, *_ in parts if is_kept and accepted else ():
        target = folder / "rows" / _partition(of_year, action)
        target.mkdir(parents=True, exist_ok=True)
        if len(parts) == 1:
            good.replace(target / f"{piece.number:04}.parquet")
        else:
            part = (
                f"year is not distinct from {'null' if of_year is None else of_year} and action = '{action}'"
            )
            _copy(connection, f"from {rows} where {part}", target / f"{piece.number:04}.parquet")
    good.unlink(missing_ok=True)
    return _Outcome(accepted + rejected, rejected, parts if accepted else [], caveats, unsaid)


def _find_problems(
    connection: "duckdb.DuckDBPyConnection", match: Match, outcomes: Sequence[_Outcome], folder: Path
) -> None:
    """Find what is wrong with the rejected rows of plain pieces, some pieces at a time.

    To prepare the query takes longer than to look at the few rows of one piece.
    """
    some: list[Piece] = []
    unsaid = [outcome.unsaid for outcome in outcomes if outcome.unsaid]
    for piece in unsaid:
        some.append(piece)
        if piece is unsaid[-1] or sum(one.lines for one in some) >= _MANY:
            all_of_them = pieces.joined(some, folder / "unsaid.csv")
            wrong = folder / f"rejected-{some[0].number:04}.parquet"
            told = _copy(connection, mobility_sql.rejected(match, all_of_them), wrong)
            if told != all_of_them.lines:
                raise RuntimeError(f"{all_of_them.lines} rows were rejected, and reasons found for {told}")
            all_of_them.path.unlink()
            some = []


def _copy(connection: "duckdb.DuckDBPyConnection", query: str, target: Path) -> int:
    """Write the rows of a query as Parquet; return how many there were."""
    how = f"format parquet, row_group_size {_ROW_GROUP}"
    copied = connection.execute(f"copy ({query}) to '{_quoted(target)}' ({how})").fetchall()
    return int(copied[0][0])


def _quoted(path: Path) -> str:
    return path.as_posix().replace("'", "''")


def _partition(year: int | None, action: str) -> str:
    return action if action == "all" else f"year={year if year is not None else UNKNOWN_YEAR}/{action}"


def _together(table: RawTable, match: Match, outcomes: list[_Outcome], folder: Path) -> ReceivedMobilities:
    counts: dict[tuple[int | None, str], list[int]] = {}
    for outcome in outcomes:
        for year, action, rows, participants in outcome.parts:
            sums = counts.setdefault((year, action), [0, 0])
            sums[0], sums[1] = sums[0] + rows, sums[1] + participants
    parts = tuple(
        Part(_partition(year, action), year, *sums)
        for (year, action), sums in sorted(counts.items(), key=lambda one: (one[0][0] or 0, one[0][1]))
    )
    caveats: Counter[str] = sum((outcome.caveats for outcome in outcomes), Counter())
    years = {part.year for part in parts if part.year} | store.years(store.LIVE, match.layout.dataset)
    if "project_reference" in match.places:  # the older student files are of years that were closed
        late = load_mobility_files().incomplete(years)
        caveats["years_incomplete"] = sum(part.rows for part in parts if part.year in late)
    problems, count, unknown = _problems(table, match, folder)
    return ReceivedMobilities(
        table,
        match,
        sum(outcome.rows for outcome in outcomes),
        sum(outcome.rejected for outcome in outcomes),
        parts,
        {code: rows for code, rows in sorted(caveats.items()) if rows},
        problems,
        count,
        unknown,
        folder,
    )


def notes(received: ReceivedMobilities) -> list[Fault]:
    """Tell what else there is to know of a table: the codes of countries that nobody has declared."""
    if not received.unknown_countries:
        return []
    place = wording.place(received.table.file, received.table.sheet)
    codes = ", ".join(f"{code!r} ({count})" for code, count in received.unknown_countries.items())
    return [wording.fault("mobility_countries", place=place, codes=codes)]


# -- rejected rows -------------------------------------------------------------------------------------------


def _told(match: Match, folder: Path, language: str) -> str | None:
    """Return the query of all problems in the order of their rows; None where there is none."""
    files = sorted(folder.glob("rejected-*.parquet"))
    if not files:
        return None
    listed = ", ".join(f"'{_quoted(path)}'" for path in files)
    part = f"'{mobility_sql.PART}'"
    each = f"""select source_row, position, split_part(problem, {part}, 1)::integer as place,
        split_part(problem, {part}, 2) as code,
        array_to_string(string_split(problem, {part})[3:], ' ') as value
        from (select source_row, unnest(string_split(problems, '{mobility_sql.PROBLEM}')) as problem,
        generate_subscripts(string_split(problems, '{mobility_sql.PROBLEM}'), 1) as position
        from read_parquet([{listed}]))"""
    with store.connect() as connection:
        kinds = connection.execute(f"select distinct place, code from ({each}) order by all").fetchall()
    columns = {
        match.places[name]: column for name, column in match.layout.columns.items() if name in match.places
    }
    width = len(match.header.cells)
    said = ", ".join(
        "({}, {}, {}, {}, {})".format(
            place,
            *(
                "'" + text.replace("'", "''") + "'"
                for text in (
                    code,
                    match.header.cells[place] if place >= 0 else wording.sentence("whole_row", language),
                    mobility_sql.said(code, columns.get(place), "expected", language, width),
                    mobility_sql.said(code, columns.get(place), "remedy", language, width),
                )
            ),
        )
        for place, code in kinds
    )
    return f"""select source_row, place, code, heading, value, expected, remedy from ({each})
        join (values {said}) said(place, code, heading, expected, remedy) using (place, code)
        order by source_row, position"""


def _problems(table: RawTable, match: Match, folder: Path) -> tuple[list[Problem], int, dict[str, int]]:
    """Return the first problems, how many there are, and the commonest countries that are not known."""
    query = _told(match, folder, "en")
    if query is None:
        return [], 0, {}
    with store.connect() as connection:
        found = connection.execute(f"{query} limit {MOST_TOLD}").fetchall()
        (count,) = connection.execute(f"select count(*) from ({query})").fetchall()[0]
        unknown = connection.execute(
            f"""select trim(value), count(*) from ({query}) where code = 'mobility_country'
            group by 1 order by 2 desc, 1 limit {_MOST_COUNTRIES}"""
        ).fetchall()
    columns = {
        match.places[name]: column for name, column in match.layout.columns.items() if name in match.places
    }
    width = len(match.header.cells)
    problems = [
        Problem(
            table.file,
            table.sheet,
            row,
            heading if place >= 0 else wording.WHOLE_ROW,
            value,
            expected,
            remedy,
            mobility_sql.fault(code, columns.get(place), width),
            (table.first_column + max(place, 0),),
        )
        for row, place, code, heading, value, expected, remedy in found
    ]
    return problems, count, dict(unknown)


def write_rejected(received: ReceivedMobilities, kept: Path, own: Path, language: str) -> list[str]:
    """Write all rejected rows beside the kept file in English, and beside the user's own in a language.

    What an earlier receipt of the file wrote there is replaced. Returns the files written.
    """
    written = []
    for path, told_in in ((kept, "en"), (own, language)):
        target = path.with_name(path.stem + ".rejected.csv")
        with suppress(OSError):  # the user's folder may be read-only; the copy in data/raw is enough
            query = _told(received.match, received.staging, told_in)
            if query is None:
                target.unlink(missing_ok=True)
                continue
            _write(query, received, target, told_in)
            written.append(paths.shown(target))
    return written


def _write(query: str, received: ReceivedMobilities, target: Path, language: str) -> None:
    names = wording.sentence("columns", language).split(";")
    texts = [received.table.file, received.table.sheet]
    file, sheet = ("'" + str(cells.harmless(text)).replace("'", "''") + "'" for text in texts)
    columns = (file, sheet, "source_row", "heading", cells.harmless_sql("value"), "expected", "remedy")
    named = ", ".join(f'{column} as "{name}"' for column, name in zip(columns, names, strict=True))
    rows = received.staging / "rejected.csv"
    with store.connect(memory_limit=_MEMORY, temp_directory=str(received.staging / "spill")) as connection:
        connection.execute(
            f"copy (select {named} from ({query})) to '{_quoted(rows)}' (format csv, delimiter ';')"
        )
    with rows.open("rb") as source, target.open("wb") as to:
        to.write(b"\xef\xbb\xbf")
        shutil.copyfileobj(source, to, 1 << 20)
    rows.unlink()


# -- storing -------------------------------------------------------------------------------------------------


def stage(
    tables: Sequence[ReceivedMobilities],
    kept: str,
    file: str,
    folder: Path,
    brought: Mapping[str, Mapping[str, Any]],
) -> tuple[list[Change], list[tuple[Path, Path]]]:
    """Tell what the staged rows of a file change; return that and the moves that bring them into the store.

    A partition holds one year of one action; those of several sheets are joined. What is replaced moves to
    the history; `brought` is the card of the file that a partition is of. Each receipt gives its files names
    of their own, so that a move that is made twice does no harm.
    """
    found: dict[str, list[Part]] = {}
    staged: dict[str, list[Path]] = {}
    for received in tables:
        for part in received.parts:
            partition = f"{received.layout.dataset}/{part.name}"
            found.setdefault(partition, []).append(part)
            staged.setdefault(partition, []).extend(sorted((received.staging / "rows" / part.name).iterdir()))
    token = uuid.uuid4().hex[:8]
    changes: list[Change] = []
    moves: list[tuple[Path, Path]] = []
    for partition, files in staged.items():
        dataset, _, name = partition.partition("/")
        rows = sum(part.rows for part in found[partition])
        change = history.compare_many(dataset, name, rows, files, folder / "spill")
        changes.append(change)
        if change.held and not change.is_same:
            moves += history.keep(partition, brought.get(partition), file, change)
        elif change.held:
            moves += [(path, folder / "same" / path.name) for path in store.within(dataset, name)]
        place = paths.data("store", dataset, *name.split("/"))
        moves += [(path, place / f"{kept}-{token}-{at:04}.parquet") for at, path in enumerate(files)]
        if dataset == "learning_mobilities":
            moves.append(_stage_known(name, files, folder))
    return changes, moves


def _stage_known(name: str, files: Sequence[Path], folder: Path) -> tuple[Path, Path]:
    """Work out, for a partition that is staged, the flows of every institution of the register."""
    institutions = load().institutions
    known = {one: institutions[one] for one in institutions.ids()}
    codes = {institution.erasmus_code: one for one, institution in known.items()}
    named = mobility_sides.names_query(institution.country_code for institution in known.values())
    state = mobility_sides.register_state()
    listed = ", ".join(f"'{_quoted(path)}'" for path in files)
    target = paths.data("store", "university_mobilities", *name.split("/"), "known.parquet")
    staged = folder / "known" / name / target.name
    staged.parent.mkdir(parents=True, exist_ok=True)
    with store.connect(
        threads=str(_WORKERS), memory_limit=_MEMORY, temp_directory=str(folder / "spill")
    ) as one:
        # Read once for the names and once for the flows, of few columns each: to hold the rows costs more.
        one.execute(f"create view held as from read_parquet([{listed}], hive_partitioning = false)")
        found = one.execute(named).fetchall()
        names = mobility_sides.known_names(found, known, institutions)
        flows = mobility_sides.flows_query(codes, names)
        ordered = f"select *, '{state}' as register from ({flows}) order by institution, direction"
        _copy(one, ordered, staged)
    return staged, target


def sentence(received: ReceivedMobilities, language: str) -> str:
    """Say of which years the accepted rows are, and how many participants they sum to."""
    if received.layout.dataset != "learning_mobilities":
        return wording.sentence("span.register", language, register=received.layout.dataset)
    years = received.years
    of_years = wording.sentence("span.years", language, years=years) if years else ""
    summed = wording.sentence("span.mobilities", language, participants=received.participants)
    return summed + of_years


def title(received: ReceivedMobilities, language: str) -> str:
    """Return what the file is, in a language."""
    return received.layout.title.tr if language == "tr" else received.layout.title.en
