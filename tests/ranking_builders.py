"""Small hand-made ranking tables, and facts that several test files hold the workbook to."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from helpers import catalog
from helpers.catalog import Catalog, System
from helpers.measures.rankings import Rankings

# International Outlook in THE WUR 2026 of the twenty state research universities, as the domain
# dossier lists it (section 4.2), in its order.
OUTLOOK_2026 = {
    "bogazici": 61.6,
    "metu": 57.7,
    "itu": 44.1,
    "gtu": 40.5,
    "ytu": 39.5,
    "istanbul": 38.4,
    "firat": 38.3,
    "iyte": 38.1,
    "ataturk": 36.7,
    "uludag": 36.0,
    "erciyes": 34.3,
    "ankara": 33.3,
    "marmara": 31.9,
    "deu": 30.8,
    "cukurova": 29.8,
    "iuc": 27.5,
    "ege": 27.1,
    "hacettepe": 27.0,
    "ktu": 27.0,
    "gazi": 24.5,
}

TEXT = {"en": "-", "tr": "-"}


def system(**changes: Any) -> System:
    """Return a ranking with one score `x`, which is the overall score, and a break in 2022."""
    plain: dict[str, Any] = {
        "name": TEXT,
        "short": "Toy",
        "publisher": "Toys",
        "watched": True,
        "clock": 0,
        "published": TEXT,
        "data_lag_years": 1,
        "prints_ties": True,
        "zero_is_missing": True,
        "methods": [method()],
        "breaks": [{"at": 2022, "text": TEXT}],
        "bands": [],
        "variables": {"x": {"kind": "score", **TEXT}},
    }
    return System.model_validate(plain | changes)


def method(**changes: Any) -> dict[str, Any]:
    """Return a method whose overall score is the score `x` itself, known to 0.1."""
    plain = {"id": "toy", "from": 2000, "to": 2100, "source": "-", "weights": {"x": 1.0}}
    return plain | {"error": 0.1, "checked_on": "-"} | changes


def toy_catalog(**systems: System) -> Catalog:
    """Return the workbook's catalogue with other rankings in it."""
    return replace(catalog.load(), systems=systems or {"toy": system()})


def span(printed: str) -> tuple[int | None, int | None]:
    """Read `12`, `201–250`, `1501+` or nothing, as the tables at rest hold it."""
    if not printed:
        return None, None
    if printed.endswith("+"):
        return int(printed[:-1]), None
    low, _, high = printed.partition("–")
    return int(low), int(high or low)


def place(
    name: str, rank: str, overall: Sequence[float] = (), edition: int = 2024, **more: Any
) -> dict[str, Any]:
    """Return a row of `ranking_positions`; `overall` is () if not printed, else one or two ends."""
    low, high = span(rank)
    row = {
        "system": "toy",
        "edition": edition,
        "edition_text": str(edition),
        "name": name,
        "name_key": name,
        "country": "",
        "rank_text": rank,
        "rank_low": low,
        "rank_high": high,
        "rank_tie": False,
        "overall_text": "–".join(map(str, overall)),
        "overall_low": overall[0] if overall else None,
        "overall_high": overall[-1] if overall else None,
        "source": "toy.csv",
        "evidence": "file",
        "caveats": "",
        "source_row": None,
        "institution": name if name in catalog.load().institutions else None,
    }
    assert not set(more) - set(row), "no such column"
    return row | more


def score(
    name: str, value: float | None, variable: str = "x", edition: int = 2024, **more: Any
) -> dict[str, Any]:
    """Return a row of `ranking_scores`."""
    row = {
        "system": "toy",
        "edition": edition,
        "name": name,
        "name_key": name,
        "variable": variable,
        "value_text": str(value),
        "value_low": value,
        "value_high": value,
        "source": "toy.csv",
        "evidence": "file",
        "caveats": "",
        "source_row": None,
        "institution": name if name in catalog.load().institutions else None,
    }
    assert not set(more) - set(row), "no such column"
    return row | more


def band(rank: str, computed_low: float | None, edition: int = 2024, **more: Any) -> dict[str, Any]:
    """Return a row of `ranking_bands`."""
    row = {
        "system": "toy",
        "edition": edition,
        "rank_text": rank,
        "rank_low": span(rank)[0],
        "institutions_count": None,
        "published_low": None,
        "published_high": None,
        "computed_low": computed_low,
        "computed_high": None,
        "source": "toy.csv",
        "obtained": "by hand",
    }
    assert not set(more) - set(row), "no such column"
    return row | more


def context(
    institution: str, variable: str, statistic: str, value: float, count: int, edition: int = 2024
) -> dict[str, Any]:
    """Return a row of `ranking_context`."""
    return {
        "system": "toy",
        "edition": edition,
        "institution": institution,
        "variable": variable,
        "statistic": statistic,
        "value": value,
        "institutions_count": count,
        "source": "toy.csv",
        "obtained": "by hand",
    }


def table(edition: int, system: str = "toy", count: int = 100) -> dict[str, Any]:
    """Return a row of `ranking_tables`."""
    return {"system": system, "edition": edition, "institutions_count": count, "source": f"{system}.csv"}


def _frame(rows: Sequence[dict[str, Any]], like: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=list(like))
    numbers = [c for c in frame if c.endswith(("_low", "_high")) or c == "value"]
    return frame.astype(dict.fromkeys(numbers, float))


def rankings(
    positions: Sequence[dict[str, Any]] = (),
    scores: Sequence[dict[str, Any]] = (),
    bands: Sequence[dict[str, Any]] = (),
    contexts: Sequence[dict[str, Any]] = (),
    tables: Sequence[dict[str, Any]] = (),
    systems: dict[str, System] | None = None,
) -> Rankings:
    """Put hand-made rows together."""
    return Rankings(
        _frame(positions, place("-", "1")),
        _frame(scores, score("-", 1)),
        _frame(bands, band("1", 1)),
        _frame(contexts, context("-", "x", "-", 1, 1)),
        _frame(tables, table(2024)),
        (),
        toy_catalog(**(systems or {})),
    )


def listed(values: dict[str, tuple[str, float | None]], edition: int = 2024) -> Rankings:
    """Return rankings of one edition: {name: (printed rank, score x)}."""
    return rankings(
        [place(name, rank, edition=edition) for name, (rank, _) in values.items()],
        [score(name, x, edition=edition) for name, (_, x) in values.items()],
    )
