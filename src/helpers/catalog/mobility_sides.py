"""Which rows of Europe's mobility files are a university's, as SQL over the rows `held`.

A row is the university's by its Erasmus code; where the row has no code, by a name that the register knows.
Rows of excerpts are left out: nothing can be summed from them.
"""

import hashlib
from collections.abc import Iterable, Mapping

from .. import paths
from .institutions import Institutions

OUT, IN = "out", "in"
# The side of the university and that of its partner, by direction.
_SIDES = {OUT: ("sending", "receiving"), IN: ("receiving", "sending")}


def register_state() -> str:
    """Return a mark of the register of institutions and their spellings, which changes when they do."""
    files = ("institutions.csv", "institution_names.csv")
    return hashlib.sha256(b"".join(paths.data("reference", name).read_bytes() for name in files)).hexdigest()[
        :12
    ]


def names_query(countries: Iterable[str]) -> str:
    """Return the query of all names without a code in some countries."""
    listed = ", ".join(map(_sql, sorted(set(countries))))
    return " union ".join(
        f"select {own}_name as name, {own}_country_code as country from held"
        f" where {own}_country_code in ({listed}) and {own}_erasmus_code is null and {own}_name is not null"
        for own, _ in _SIDES.values()
    )


def known_names(
    found: Iterable[tuple[str, str]], ids: Iterable[str], institutions: Institutions
) -> dict[tuple[str, str], str]:
    """Return the names, with their countries, that mean one of some institutions: that of its own country."""
    wanted = set(ids)
    known = {}
    for name, country in found:
        institution = institutions.match(name)
        if institution in wanted and institutions[institution].country_code == country:
            known[name, country] = institution
    return known


def flows_query(codes: Mapping[str, str], names: Mapping[tuple[str, str], str]) -> str:
    """Return the query that sums the participants of institutions, found by code or by name and country."""
    by_code = ", ".join(f"({_sql(code)}, {_sql(one)})" for code, one in codes.items() if code)
    by_name = ", ".join(f"({_sql(n)}, {_sql(country)}, {_sql(one)})" for (n, country), one in names.items())
    # The lists say the same as the joins; with them DuckDB leaves other rows unread, five times as fast.
    code_list = ", ".join(_sql(code) for code in codes if code)
    name_list = ", ".join(sorted({_sql(name) for name, _ in names}))
    return " union all ".join(
        f"""select institution, '{direction}' as direction, year, call_year, academic_year, activity,
        {own}_name as name, {partner}_country_code as partner_country_code, {partner}_name as partner_name,
        {partner}_erasmus_code as partner_erasmus_code, sum(participants_count)::bigint as participants_count
        from held join {known} and action <> 'excerpt' and participants_count is not null group by all"""
        for direction, (own, partner) in _SIDES.items()
        for known in (
            f"(values {by_code}) known(code, institution) on {own}_erasmus_code = code"
            f" where {own}_erasmus_code in ({code_list})"
            if code_list
            else "",
            f"(values {by_name}) known(spelling, country, institution) on {own}_name = spelling"
            f" and {own}_country_code = country where {own}_name in ({name_list})"
            f" and {own}_erasmus_code is null"
            if name_list
            else "",
        )
        if known
    )


def _sql(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
