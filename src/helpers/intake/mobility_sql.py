"""How DuckDB reads the rows of a mobility file: each cell as SQL, with the one thing that can be wrong.

What a column is stands in `data/catalog/mobility_files.yml`, what is wrong in `phrases.yml` under the code
given here. No row passes through Python.
"""

from dataclasses import dataclass

from .. import store
from ..catalog.mobility_files import FileColumn, MobilityFiles, load_mobility_files
from ..errors import Fault
from . import declaration, wording
from .mobility_layouts import Match
from .pieces import Piece

# Between the problems of a row, and between the parts of one: place of the column, code, value.
PROBLEM, PART = "\x1e", "\x1f"
# The place of a problem that is about the whole row.
WHOLE = -1
# The first and the last year that a file of the programme can speak of.
_YEARS = (1987, 2100)


@dataclass(frozen=True)
class Cell:
    """A cell as SQL: what is found in it, its value, when it is good, the code of what is wrong otherwise.

    `{x}` is the cell and `{f}` what was found, which DuckDB works out once. `good` is looked at from its
    left, so that what nearly every cell fulfils stands first; without it each cell is good. Where `doubt`
    holds, the value is set aside and the row carries a caveat.
    """

    found: str
    value: str = "{f}"
    good: str = ""
    code: str = ""
    doubt: str = ""
    caveat: str = ""


# A whole number; DuckDB alone would round 2.5 to one.
_WHOLE = (
    "case when contains({x}, '.') and try_cast({x} as double) % 1 <> 0 then null"
    " else try_cast({x} as integer) end"
)
# Trimming copies a text: only one that begins below the first printed sign or ends in a blank is trimmed.
_TRIMMED = (
    "when {x} < '!' or ends_with({x}, ' ') then case when {padded} then null else trim({x}) end else {x} end"
)
_TEXT = f"case {_TRIMMED}"
# Names and codes are compared: no-break spaces and doubled blanks would tell them apart.
_NAME = (
    "case when contains({x}, '\u00a0') or contains({x}, '  ')"
    " then trim(regexp_replace({x}, '[\\s\u00a0]+', ' ', 'g'))"
    f" {_TRIMMED}"
)
_YES_NO = "coalesce(try_cast({x} as boolean), try_cast(trim({x}) as boolean))"
# `2018-2019`, `2018/2019`
_ACADEMIC_YEAR = "try_cast(left(case when {x} < '!' then ltrim({x}) else {x} end, 4) as integer)"
# `1267.5`, `1267,5`, and `1.234.56`, whose first dot parts the thousands.
_DOTTED = "replace(trim({x}), ',', '.')"
_LAST_DOT = f"strpos(reverse({_DOTTED}), '.')"
_AMOUNT = (
    f"coalesce(try_cast({_DOTTED} as double), try_cast("
    f"replace(left({_DOTTED}, length({_DOTTED}) - {_LAST_DOT}), '.', '')"
    f" || right({_DOTTED}, {_LAST_DOT}) as double))"
)
# `2019-07`, `2019-07-01 00:00:00` of the workbooks, `07/2019`, `01/07/2019`, `Sep-08` of 2008/09.
_MONTH = (
    "coalesce(try_cast(left({x}, 7) || '-01' as date), "
    "date_trunc('month', try_strptime(trim({x}), ['%m/%Y', '%d/%m/%Y', '%d.%m.%Y', '%Y-%m', '%b-%y']))::date)"
)
# `TR`, `el `, and `TR - Türkiye` of the workbooks.
_COUNTRY = (
    "coalesce(try_cast({x} as country), "
    "try_cast(upper(trim(split_part(replace({x}, '\u00a0', ' '), ' - ', 1))) as country))"
)


def _country_value() -> str:
    """Return the ISO code of a country; those of the type that have another there stand last in it."""
    renamed = load_mobility_files().countries.renamed
    cases = " ".join(f"when {_sql(code)} then {_sql(iso)}" for code, iso in renamed.items())
    first = f"{_sql(next(iter(renamed)))}::country"
    return f"case when {{f}} < {first} then {{f}}::varchar else case {{f}}::varchar {cases} end end"


def readers() -> dict[str, Cell]:
    """Return how each kind of cell is read."""
    age = load_mobility_files().age
    first, last = _YEARS
    or_missing = "or {x} is null or {padded}"
    read = f"{{f}} is not null {or_missing}"
    dated = "regexp_matches({x}, '[[:alpha:]]{{3}}')"
    absurd = f"{{f}} not between {age.minimum} and {age.maximum}"
    return {
        "text": Cell(_TEXT),
        "name": Cell(_NAME),
        "code": Cell(f"upper({_NAME})"),
        "country": Cell(_COUNTRY, _country_value(), read, "mobility_country"),
        "month": Cell(
            _MONTH,
            good=f"{{f}} between date '{first}-01-01' and date '{last}-12-31' {or_missing}",
            code="mobility_month",
        ),
        "academic_year": Cell(
            _ACADEMIC_YEAR,
            good=f"{{f}} between {first} and {last} {or_missing}",
            code="mobility_academic_year",
        ),
        # The call year is its first four signs.
        "reference": Cell(_TEXT, good="{f} like '20__-%-%'", code="mobility_reference"),
        "days": Cell(_WHOLE, good=f"{{f}} >= 0 {or_missing}", code="mobility_days"),
        "count": Cell(_WHOLE, good="{f} >= 0", code="mobility_count"),
        "participants": Cell(_WHOLE, good="{f} >= 1", code="mobility_participants"),
        "age": Cell(
            _WHOLE, f"case when not ({absurd}) then {{f}} end", read, "whole", absurd, "age_set_aside"
        ),
        "yes_no": Cell(_YES_NO, good=read, code="boolean"),
        "amount": Cell(_AMOUNT, good=f"{{f}} >= 0 {or_missing}", code="mobility_amount"),
        # A spreadsheet has made dates of some: `Sep-75` was 9.75, `09. Mai` was 9.5. Not guessed back.
        "months": Cell(
            _AMOUNT,
            good=f"{{f}} >= 0 {or_missing} or {dated}",
            code="mobility_amount",
            doubt=dated,
            caveat="duration_set_aside",
        ),
    }


def _cell(name: str, column: FileColumn, place: int, how: dict[str, Cell]) -> Cell:
    """Return a cell of a column, with its place in the file and the name of what was found filled in."""
    if column.codes is None:
        cell = how[column.read]
    else:
        cases = " ".join(f"when {_sql(c)} then {_sql(meaning)}" for c, meaning in column.codes.items())
        cell = Cell(f"case upper(trim({{x}})) {cases} end", good="{f} is not null", code="allowed")

    def filled(sql: str) -> str:
        sql = sql.replace("{padded}", _padded()).replace("{{3}}", "{3}")
        return sql.replace("{x}", f'"{place}"').replace("{f}", f'"found {name}"')

    texts = (filled(cell.found), filled(cell.value), filled(cell.good), cell.code, filled(cell.doubt))
    return Cell(*texts, cell.caveat)


def fault(code: str, column: FileColumn | None, width: int) -> Fault:
    """Return a problem's fault by its code; a column of codes names them."""
    allowed = sorted(column.codes) if column and column.codes else []
    return wording.fault(code, allowed=allowed, width=width)


def said(code: str, column: FileColumn | None, part: wording.Part, language: str, width: int) -> str:
    """Say what a problem expects, or how it is mended."""
    return wording.said(fault(code, column, width), part, language)


# -- the rows of a piece -------------------------------------------------------------------------------------


def types() -> str:
    """Return the statement that makes the type of countries, whose codes are the only values."""
    countries = load_mobility_files().countries
    codes = sorted({*declaration.countries(), *countries.others} - {*countries.renamed})
    return f"create type country as enum ({', '.join(map(_sql, [*codes, *countries.renamed]))})"


def accepted(match: Match, piece: Piece, year: int | None) -> str:
    """Return the query that gives the good rows of a piece as they are stored.

    `year` is that of the stays where the file does not tell.
    """
    cells = _cells(match)
    values = {name: cell.value for name, cell in cells.items()}
    for name, column in match.layout.columns.items():
        if column.otherwise in values:
            values[name] = f"coalesce({values.get(name, 'null')}, {values[column.otherwise]})"
        if column.plus in values and name in values:
            one, other = values[name], values[column.plus]
            values[name] = f"case when {one} is null then {other} else {one} + coalesce({other}, 0) end"
    wanted = {**values, **_worked_out(match, cells, values, year), "source_row": "line"}
    declared = store.definition(match.layout.dataset)["columns"]
    stored = [
        f'cast({wanted.get(name, "null")} as {described["type"]}) as "{name}"'
        for name, described in declared.items()
    ]
    good = " and ".join(f"({condition})" for condition, *_ in _checks(match, cells, piece))
    return f"select {', '.join(stored)} from ({_found(match, cells, piece)}) where {good}"


def rejected(match: Match, piece: Piece) -> str:
    """Return the query that gives the other rows of a piece: their lines, their `problems` as one text."""
    cells = _cells(match)
    checks = _checks(match, cells, piece)
    told = [
        f"case when ({good}) is not true"
        f" then {_sql(f'{place}{PART}{code}{PART}')} || coalesce({value}, '') end"
        for good, place, code, value in checks
    ]
    problems = f"concat_ws({_sql(PROBLEM)}, {', '.join(told)})"
    if piece.is_numbered:  # of a row that could not be cut into cells nothing else is said
        problems = f'case when "unsound" is not null then {told[0]} else {problems} end'
    good = " and ".join(f"({condition})" for condition, *_ in checks)
    return f"""select line::integer as source_row, {problems} as problems
        from ({_found(match, cells, piece)}) where ({good}) is not true"""


def _cells(match: Match) -> dict[str, Cell]:
    how, places = readers(), match.places
    return {n: _cell(n, column, places[n], how) for n, column in match.layout.columns.items() if n in places}


def _found(match: Match, cells: dict[str, Cell], piece: Piece) -> str:
    """Return the query of what is found in the cells of each row, which stands in `line`."""
    found = ", ".join(f'{cell.found} as "found {name}"' for name, cell in cells.items())
    read = f"select *, {found} from {scan(piece, len(match.header.cells))}"
    if piece.is_numbered:
        return read
    # Outside: what is asked of the cells is not pushed below the number, else they would be worked out twice.
    return f"select *, {piece.first_line} - 1 + row_number() over () as line from ({read})"


def _checks(match: Match, cells: dict[str, Cell], piece: Piece) -> list[tuple[str, int, str, str]]:
    """Return everything that a row must fulfil: the condition, else the place, the code, the cell."""
    checks = [('"beyond" is null', WHOLE, "width", '"beyond"')]
    if piece.is_numbered:
        checks.insert(0, ('"unsound" is null', WHOLE, "mobility_quotes", '"unsound"'))
    for name, cell in cells.items():
        if cell.good:
            place = match.places[name]
            checks.append((cell.good, place, cell.code, f'"{place}"'))
    return checks


def _worked_out(
    match: Match, cells: dict[str, Cell], values: dict[str, str], year: int | None
) -> dict[str, str]:
    """Return the columns that no cell of the file holds as such."""
    caveats = [
        f"case when {cell.doubt} then {_sql(cell.caveat)} end" for cell in cells.values() if cell.doubt
    ]
    if match.layout.dataset != "learning_mobilities":
        return {"caveats": "''"}
    reference = values.get("project_reference", "null::varchar")
    call = f"try_cast(left({reference}, 4) as integer)"
    began = [f"year({values['start_month']})"] if "start_month" in values else []
    began += [values["academic_year"]] if "academic_year" in values else []
    began += [call] if "project_reference" in values else []
    began += [str(year)] if year is not None else []
    if "participants_count" not in values and not match.layout.one_each:
        caveats.append("'participants_unknown'")
    if not began:
        caveats.append("'year_unknown'")
    return {
        "year": f"coalesce({', '.join([*began, 'null'])})",
        "call_year": call,
        # 2019-1-TR01-KA103-012345: the action is KA1.
        "action": _action(match, reference),
        **({"participants_count": "1"} if match.layout.one_each else {}),
        # One alone needs no joining, which costs time in every row.
        "caveats": f"concat_ws(' ', {', '.join(caveats)})"
        if caveats[1:]
        else f"coalesce({(*caveats, 'null')[0]}, '')",
    }


def _action(match: Match, reference: str) -> str:
    """Return the action of the programme as SQL; rows of an excerpt must not pass for those of an action."""
    if match.layout.nothing_else:
        return "'excerpt'"
    if match.layout.one_each:
        return "'SM'"
    return f"case when {reference} like '____-_-____-KA_%' then substr({reference}, 13, 3) else 'KA' end"


def scan(piece: Piece, width: int) -> str:
    """Write the table function that reads a piece: cells by their place, what is missing as null."""
    columns = {str(place): "VARCHAR" for place in range(width)} | {"beyond": "VARCHAR"}
    if piece.is_numbered:
        columns = {"line": "INTEGER", "unsound": "VARCHAR"} | columns
    named = ", ".join(f"{_sql(name)}: {_sql(kind)}" for name, kind in columns.items())
    missing = ", ".join(map(_sql, _missing(load_mobility_files())))
    strict = "false" if piece.is_numbered else "true"
    file, delimiter = _sql(piece.path.as_posix()), _sql(piece.delimiter)
    return f"""read_csv({file}, auto_detect = false, header = false, delim = {delimiter},
        quote = '"', escape = '"', columns = {{{named}}}, nullstr = [{missing}], null_padding = true,
        strict_mode = {strict}, parallel = false)"""


def _padded() -> str:
    """Tell by SQL whether a cell is a missing value with blanks around it, which the reader does not see."""
    # Those after an `in` are joined to every row; to write the marks around a text costs twice the trimming.
    listed = _sql(PART.join(["", *_missing(load_mobility_files()), ""]))
    return f"(contains({listed}, trim({{x}})) and contains({listed}, '{PART}' || trim({{x}}) || '{PART}'))"


def _missing(files: MobilityFiles) -> list[str]:
    """Return every way to write "no value": each costs time in every cell."""
    return ["", *files.missing]


def _sql(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
