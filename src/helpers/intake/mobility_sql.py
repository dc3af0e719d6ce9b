"""How DuckDB reads the rows of a mobility file: each cell as SQL with the one thing that can be wrong with it.

What a column is stands in `data/catalog/mobility_files.yml`, what is wrong in `phrases.yml` under the code
given here. No row passes through Python.
"""

from collections.abc import Callable
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
    """A cell as SQL: its value, when it is wrong, the code of what is wrong then.

    Where `doubt` holds, the value is set aside and the row carries a caveat.
    """

    value: str
    wrong: str = ""
    code: str = ""
    doubt: str = ""
    caveat: str = ""


def _text(x: str) -> Cell:
    return Cell(f"trim({x})")


def _name(x: str) -> Cell:
    """Names and codes are compared: no-break spaces and doubled blanks would tell them apart."""
    odd = f"contains({x}, chr(160)) or contains({x}, '  ')"
    return Cell(
        f"case when {odd} then trim(regexp_replace({x}, '[\\s\u00a0]+', ' ', 'g')) else trim({x}) end"
    )


def _code(x: str) -> Cell:
    return Cell(f"upper({_name(x).value})")


def _country(x: str) -> Cell:
    """`TR`, `el `, and `TR - Türkiye` of the workbooks."""
    renamed = load_mobility_files().countries.renamed
    found = (
        f"coalesce(try_cast({x} as country), "
        f"try_cast(upper(trim(split_part(replace({x}, chr(160), ' '), ' - ', 1))) as country))"
    )
    cases = " ".join(f"when {_sql(code)} then {_sql(iso)}" for code, iso in renamed.items())
    known = f"case {found} {cases} else {found}::varchar end" if cases else f"{found}::varchar"
    return Cell(known, f"{found} is null and {x} is not null", "mobility_country")


def _month(x: str) -> Cell:
    """`2019-07`, `2019-07-01 00:00:00` of the workbooks, `07/2019`, `01/07/2019`."""
    value = (
        f"coalesce(try_cast(left({x}, 7) || '-01' as date), try_strptime(trim({x}), ['%m/%Y', '%d/%m/%Y', "
        f"'%d.%m.%Y', '%Y-%m'])::date)"
    )
    first, last = _YEARS
    wrong = f"{x} is not null and coalesce(year({value}) not between {first} and {last}, true)"
    return Cell(f"date_trunc('month', {value})::date", wrong, "mobility_month")


def _academic_year(x: str) -> Cell:
    value = f"try_cast(left(trim({x}), 4) as integer)"
    first, last = _YEARS
    wrong = f"{x} is not null and coalesce({value} not between {first} and {last}, true)"
    return Cell(value, wrong, "mobility_academic_year")


def _reference(x: str) -> Cell:
    """The call year is its first four signs."""
    return Cell(f"trim({x})", f"{x} is null or trim({x}) not like '20__-%-%'", "mobility_reference")


def _whole(x: str) -> str:
    """A whole number; DuckDB alone would round 2.5."""
    return f"case when try_cast({x} as double) = try_cast({x} as integer) then try_cast({x} as integer) end"


def _days(x: str) -> Cell:
    value = _whole(x)
    return Cell(value, f"{x} is not null and coalesce({value} < 0, true)", "mobility_days")


def _count(x: str) -> Cell:
    value = _whole(x)
    return Cell(value, f"coalesce({value} < 0, true)", "mobility_count")


def _participants(x: str) -> Cell:
    value = _whole(x)
    return Cell(value, f"coalesce({value} < 1, true)", "mobility_participants")


def _age(x: str) -> Cell:
    limits = load_mobility_files().age
    value = _whole(x)
    meant = f"case when {value} between {limits.minimum} and {limits.maximum} then {value} end"
    absurd = f"{value} not between {limits.minimum} and {limits.maximum}"
    return Cell(meant, f"{x} is not null and {value} is null", "whole", absurd, "age_set_aside")


def _yes_no(x: str) -> Cell:
    value = f"try_cast(trim({x}) as boolean)"
    return Cell(value, f"{x} is not null and {value} is null", "boolean")


def _amount(x: str) -> Cell:
    """`1267.5`, `1267,5`, and `1.234.56`, whose first dot parts the thousands."""
    y = f"replace(trim({x}), ',', '.')"
    last = f"strpos(reverse({y}), '.')"
    two_dots = f"replace(left({y}, length({y}) - {last}), '.', '') || right({y}, {last})"
    value = f"coalesce(try_cast({y} as double), try_cast({two_dots} as double))"
    return Cell(value, f"{x} is not null and coalesce({value} < 0, true)", "mobility_amount")


def _months(x: str) -> Cell:
    """A spreadsheet has made dates of some: `Sep-75` was 9.75, `09. Mai` was 9.5. They are not guessed back."""
    amount = _amount(x)
    dated = f"regexp_matches({x}, '[[:alpha:]]{{3}}')"
    return Cell(amount.value, f"({amount.wrong}) and not {dated}", amount.code, dated, "duration_set_aside")


READERS: dict[str, Callable[[str], Cell]] = {
    "text": _text,
    "name": _name,
    "code": _code,
    "country": _country,
    "month": _month,
    "academic_year": _academic_year,
    "reference": _reference,
    "days": _days,
    "amount": _amount,
    "months": _months,
    "age": _age,
    "yes_no": _yes_no,
    "count": _count,
    "participants": _participants,
}


def _cell(column: FileColumn, x: str) -> Cell:
    if column.codes is None:
        return READERS[column.read](x)
    code = f"upper(trim({x}))"
    cases = " ".join(f"when {_sql(c)} then {_sql(meaning)}" for c, meaning in column.codes.items())
    known = ", ".join(map(_sql, column.codes))
    return Cell(f"case {code} {cases} end", f"coalesce({code} not in ({known}), true)", "allowed")


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
    codes = sorted({*declaration.countries(), *countries.renamed, *countries.others})
    return f"create type country as enum ({', '.join(map(_sql, codes))})"


def judged(match: Match, piece: Piece, year: int | None) -> str:
    """Return the query that gives the rows of a piece as they are stored, with `problems` where they are wrong.

    `year` is that of the stays where the file does not tell.
    """
    layout, places = match.layout, match.places
    cells = {
        name: _cell(column, f'"{places[name]}"') for name, column in layout.columns.items() if name in places
    }
    values = {name: cell.value for name, cell in cells.items()}
    for name, column in layout.columns.items():
        if column.otherwise in values:
            values[name] = f"coalesce({values.get(name, 'null')}, {values[column.otherwise]})"
        if column.plus in values and name in values:
            values[name] = (
                f"case when {values[name]} is null then {values[column.plus]} else {values[name]} + coalesce({values[column.plus]}, 0) end"
            )
    line = "line" if piece.is_numbered else f"{piece.first_line} - 1 + row_number() over ()"
    wanted = {**values, **_worked_out(match, cells, values, year)}
    declared = store.definition(layout.dataset)["columns"]
    stored = [
        f'cast({wanted.get(name, "null")} as {described["type"]}) as "{name}"'
        for name, described in declared.items()
        if name != "source_row"
    ]
    return f"""select {", ".join(stored)}, ({line})::integer as source_row,
        {_problems(match, cells, piece)} as problems
        from {scan(piece, len(match.header.cells))}"""


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
        "caveats": f"concat_ws(' ', {', '.join(caveats)})" if caveats else "''",
    }


def _action(match: Match, reference: str) -> str:
    """Return the action of the programme as SQL; rows of an excerpt must not pass for those of an action."""
    if match.layout.nothing_else:
        return "'excerpt'"
    if match.layout.one_each:
        return "'SM'"
    return f"case when {reference} like '____-_-____-KA_%' then substr({reference}, 13, 3) else 'KA' end"


def _problems(match: Match, cells: dict[str, Cell], piece: Piece) -> str:
    """Write all problems of a row as one text, null where there is none."""
    checks = [
        (cell.wrong, match.places[name], cell.code, f'"{match.places[name]}"')
        for name, cell in cells.items()
        if cell.wrong
    ]
    checks.insert(0, ('"beyond" is not null', WHOLE, "width", '"beyond"'))
    if piece.is_numbered:
        checks.insert(0, ('"unsound" is not null', WHOLE, "mobility_quotes", '"unsound"'))
    anything = " or ".join(f"({wrong})" for wrong, *_ in checks)
    told = ", ".join(
        f"case when {wrong} then {_sql(f'{place}{PART}{code}{PART}')} || coalesce({value}, '') end"
        for wrong, place, code, value in checks
    )
    if piece.is_numbered:  # of a row that could not be cut into cells nothing else is said
        told = f"""case when "unsound" is not null then {_sql(f"{WHOLE}{PART}mobility_quotes{PART}")} || "unsound"
            else concat_ws({_sql(PROBLEM)}, {told}) end"""
    else:
        told = f"concat_ws({_sql(PROBLEM)}, {told})"
    return f"case when {anything} then {told} end"


def scan(piece: Piece, width: int) -> str:
    """Write the table function that reads a piece: cells by their place, what is missing as null."""
    columns = {str(place): "VARCHAR" for place in range(width)} | {"beyond": "VARCHAR"}
    if piece.is_numbered:
        columns = {"line": "INTEGER", "unsound": "VARCHAR"} | columns
    named = ", ".join(f"{_sql(name)}: {_sql(kind)}" for name, kind in columns.items())
    missing = ", ".join(map(_sql, _missing(load_mobility_files())))
    strict = "false" if piece.is_numbered else "true"
    return f"""read_csv({_sql(piece.path.as_posix())}, auto_detect = false, header = false, delim = {_sql(piece.delimiter)},
        quote = '"', escape = '"', columns = {{{named}}}, nullstr = [{missing}], null_padding = true,
        strict_mode = {strict}, parallel = false)"""


def _missing(files: MobilityFiles) -> list[str]:
    """Return every way to write "no value", also between blanks."""
    return ["", " ", "  ", *(f"{a}{word}{b}" for word in files.missing for a in ("", " ") for b in ("", " "))]


def _sql(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
