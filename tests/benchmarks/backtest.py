"""Back-test of the forecasts on real series: what would have been said at each year, and what came.

    python tests/benchmarks/backtest.py            print the table
    python tests/benchmarks/backtest.py --write    and write what was measured to data/catalog/forecasts.yml

Every series of the public test files is cut at each year that leaves five years before it; the forecast made
from those is held against the years that came. A kind of series is offered forecasts only as far ahead as,
over all cuts, the 80 % intervals held 75 to 85 % of what came and the point was nearer than the last value
(MASE < 1).

The intervals' multiples are measured twice on what they are not judged by: on four fifths of the series for
the fifth (`held out`), and on years before the cut only (`earlier`). Both must hold. A change of method that
falls between cut and target cannot be foreseen: such cases stand in a line of their own, and do not count.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from helpers.analysis import forecast
from helpers.analysis.breaks import Break, spliced

REPO = Path(__file__).resolve().parents[2]
SHARED = REPO.parent / "shared" / "data"
CATALOGUE = REPO / "data" / "catalog" / "forecasts.yml"

# The spread of these years grew: multiples set on earlier years alone held a few in a hundred too few. So
# they are set a little wider: instead of 20 in a hundred, 18 are left outside on the years measured, whereby
# the two ways of judging come out on either side of 80.
GUARD = 0.9
FOLDS = 5
LEAST_CASES = 100
COVERS, BEATS = (0.75, 0.85), 1.0

PILLARS = {
    "the_teaching": "Teaching",
    "the_research_environment": "Research Environment",
    "the_research_quality": "Research Quality",
    "the_industry": "Industry",
    "the_international_outlook": "International Outlook",
}
THE_YEARS, QS_YEARS, OECD_YEARS = range(2016, 2026), range(2017, 2023), range(2013, 2020)
# THE changed its method with the edition of 2024.
METHOD = Break("method", 2024)


@dataclass(frozen=True)
class Panel:
    """Series of one kind: a row a series, a column a year, NaN where not published."""

    source: str
    years: range
    values: np.ndarray
    scale: forecast.Scale
    decimals: int
    least: float = 0.0
    broken: bool = False


# -- the series ----------------------------------------------------------------------------------------


def number(texts: pd.Series) -> pd.Series:
    """Read numbers as publishers print them; what is none is missing."""
    bare = texts.astype(str).str.replace(r"[,%\s]", "", regex=True)
    return pd.to_numeric(bare, errors="coerce")


def panel(names: pd.Series, years: pd.Series, values: pd.Series, span: range) -> np.ndarray:
    """Lay values out: a row for each name, a column for each year."""
    long = pd.DataFrame({"name": names, "year": years, "value": values}).dropna()
    wide = long.drop_duplicates(["name", "year"]).pivot(index="name", columns="year", values="value")
    return wide.reindex(columns=list(span)).to_numpy(float)


def read(folder: Path) -> dict[str, Panel]:
    """Return the panel of each kind of series."""

    def editions(kind: str) -> pd.DataFrame:
        read = [
            pd.read_csv(folder / "the" / f"THE_{y}_{kind}.csv", dtype=str).assign(edition=y)
            for y in THE_YEARS
        ]
        return pd.concat(read, ignore_index=True).assign(name=lambda d: d["Name"].str.strip())

    ranked, key = editions("rankings"), editions("key_statistics")
    kinds: dict[str, Panel] = {}

    def the(values: pd.Series) -> Panel:
        wide = panel(ranked["name"], ranked["edition"], values, THE_YEARS)
        return Panel("THE 2016–2025", THE_YEARS, wide, "plain", 1, broken=True)

    for code, column in PILLARS.items():
        kinds[code] = the(number(ranked[column]))
    kinds["the_overall"] = the(overall(ranked))
    qs = pd.read_csv(folder / "qs" / "QS_2017_2022_V2.csv", encoding="utf-8-sig", dtype=str)
    wide = panel(qs["university"].str.strip(), qs["year"].astype(int), number(qs["score"]), QS_YEARS)
    kinds["qs_overall"] = Panel("QS 2017–2022", QS_YEARS, wide, "plain", 1)
    share = panel(key["name"], key["edition"], number(key["International students"]), THE_YEARS)
    kinds["share"] = Panel("THE 2016–2025", THE_YEARS, share, "plain", 0)
    oecd = pd.read_csv(folder / "oecd" / "OECD_Intl_Student_Enrollment_2013_2019.csv")
    # Of this host the years from 2014 on are twice what they were (see the folder's README).
    oecd = oecd[~((oecd["COUNTRY_OF_SCHOOL"] == "Turkey") & (oecd["YEAR"] == 2013))]
    flows = panel(
        oecd["COUNTRY_OF_SCHOOL"] + "|" + oecd["COUNTRY_OF_ORIGIN"],
        oecd["YEAR"],
        oecd["TOTAL_INTL_STUDENTS"].astype(float),
        OECD_YEARS,
    )
    kinds["count"] = Panel("OECD 2013–2019", OECD_YEARS, flows, "log", 0, least=1.0)
    return kinds


def overall(ranked: pd.DataFrame) -> pd.Series:
    """Recompute THE's overall score of every university by the catalogue's weights."""
    methods = yaml.safe_load((REPO / "data" / "catalog" / "rankings.yml").read_text("utf-8"))["the"][
        "methods"
    ]
    columns = dict(
        zip(["teaching", "research", "citations", "industry_income"], PILLARS.values(), strict=False)
    )
    names = columns | {code.removeprefix("the_"): column for code, column in PILLARS.items()}
    found = pd.Series(np.nan, index=ranked.index)
    for method in methods:
        rows = ranked["edition"].between(method["from"], method["to"])
        parts = [weight * number(ranked.loc[rows, names[name]]) for name, weight in method["weights"].items()]
        found[rows] = sum(parts[1:], parts[0])
    return found


# -- the cuts ------------------------------------------------------------------------------------------


def histories(one: Panel) -> Iterator[tuple[int, int, np.ndarray, np.ndarray]]:
    """Yield cut, horizon, histories of one length (rows of the panel), and what came."""
    known = np.isfinite(one.values)
    for last in range(forecast.FEWEST - 1, len(one.years)):
        # Consecutive years up to the cut; a gap begins the series anew.
        lengths = np.cumprod(known[:, last::-1], axis=1).sum(axis=1)
        for horizon in range(1, min(forecast.FURTHEST, len(one.years) - 1 - last) + 1):
            for n in range(forecast.FEWEST, last + 2):
                rows = np.flatnonzero((lengths == n) & known[:, last + horizon])
                history = one.values[rows][:, last - n + 1 : last + 1]
                kept = history.mean(axis=1) >= one.least
                if kept.any():
                    yield last, horizon, rows[kept], history[kept]


def cases(one: Panel) -> pd.DataFrame:
    """Return one row for each series, cut and horizon: errors of every model, the chosen one's, the unit.

    `chosen` and the names of the models are absolute errors in mean steps of the history. On the scale of the
    forecast: `off` is what came less the point, `last` the last value less the point, `usual` the mean step.
    """
    found = []
    for at, horizon, rows, history in histories(one):
        came, n = one.values[rows, at + horizon], history.shape[1]
        years = list(one.years[at - n + 1 : at + 1])
        z = forecast.scaled(history, one.scale)
        if one.broken and METHOD.touches(years):
            z = np.array([spliced(years, row, [METHOD]) for row in z])
        models = forecast.chosen(z)
        middle = forecast.points(z, models, horizon)
        # What MASE divides by: the mean step of the history, at least half of the last printed digit.
        step = np.maximum(np.abs(np.diff(history, axis=1)).mean(axis=1), 0.5 * 10.0**-one.decimals)
        points = {"chosen": middle} | {name: model(z, horizon) for name, model in forecast.COMPARED.items()}
        wrong = {
            name: np.abs(np.round(forecast.unscaled(point, one.scale), one.decimals) - came) / step
            for name, point in points.items()
        }
        rest = {"off": forecast.scaled(came, one.scale) - middle, "last": z[:, -1] - middle}
        cut = one.years[at]
        told = {"row": rows, "cut": cut, "horizon": horizon, "n": n, "usual": forecast.usual(z)}
        across = one.broken and cut < METHOD.first <= cut + horizon
        found.append(pd.DataFrame({**told, "across": across, **wrong, **rest}))
    return pd.concat(found, ignore_index=True)


# -- what was measured ---------------------------------------------------------------------------------


def widths(rows: pd.DataFrame, typical: float) -> pd.Series:
    """Return the unit of the interval of each case, as `forecast.width` makes it."""
    n = rows["n"] - 1
    step = (n * rows["usual"] + forecast.BORROWED * typical) / (n + forecast.BORROWED)
    return step * np.sqrt(rows["horizon"] * (1 + rows["horizon"] / n))


def multiples(rows: pd.DataFrame, typical: float) -> dict[int, float]:
    """Return the multiples of the unit within which each level of the cases lay."""
    off = rows["off"].abs() / widths(rows, typical)
    return {level: float(off.quantile(1 - GUARD * (1 - level / 100))) for level in forecast.LEVELS}


def covered(rows: pd.DataFrame, by: pd.DataFrame, level: int = 80) -> pd.Series:
    """Tell which cases lie within the intervals that other cases set."""
    typical = float(by["usual"].median())
    return rows["off"].abs() <= multiples(by, typical)[level] * widths(rows, typical)


def held_out(rows: pd.DataFrame, level: int = 80) -> pd.Series:
    """Tell which cases lie within intervals that the other folds of series set."""
    folds = rows["row"] % FOLDS
    parts = [covered(rows[folds == f], rows[folds != f], level) for f in range(FOLDS)]
    return pd.concat(parts).reindex(rows.index)


def earlier(rows: pd.DataFrame, level: int = 80) -> pd.Series:
    """Tell which cases lie within intervals that earlier years set; missing where there were too few."""
    parts = []
    for cut, now in rows.groupby("cut"):
        before = rows[rows["cut"] + rows["horizon"] <= cut]
        if len(before) >= LEAST_CASES:
            parts.append(covered(now, before, level))
    return pd.concat(parts).reindex(rows.index) if parts else pd.Series(np.nan, rows.index)


def mean(flags: pd.Series) -> float | None:
    """Return the share that is true of what is known; None where nothing is."""
    known = flags.dropna().astype(float)
    return float(known.mean()) if len(known) else None


def chances(rows: pd.DataFrame, typical: float) -> pd.DataFrame:
    """Hold what was said to be likely against what came: `said` and `came` (0–1) by classes of a fifth.

    The targets are the last value and one and two usual steps above and below it.
    """
    multiple = multiples(rows, typical)
    parts = []
    for steps in (-2, -1, 0, 1, 2):
        target = rows["last"] + steps * rows["usual"]
        inside = np.interp(
            target.abs() / widths(rows, typical),
            [0.0, *multiple.values()],
            [0.0, *(level / 100 for level in multiple)],
        )
        said = 0.5 - np.sign(target) * inside / 2
        # Printed values often stand still: what comes out just at the target counts half.
        came = (np.sign((rows["off"] - target).round(9)) + 1) / 2
        parts.append(pd.DataFrame({"said": said, "came": came}))
    both = pd.concat(parts)
    return both.groupby(np.minimum((both["said"] * 5).astype(int), 4))[["said", "came"]].mean()


def judged(all_cases: pd.DataFrame) -> dict[str, Any]:
    """Return what the back-test of one kind measured, and how many years ahead it may be offered."""
    rows, across = all_cases[~all_cases["across"]], all_cases[all_cases["across"]]
    typical = float(rows["usual"].median())
    out, past = held_out(rows), earlier(rows)
    by = rows.assign(out=out).groupby("horizon")
    mase = by["chosen"].mean() / by["naive"].mean()
    coverage = by["out"].mean()
    whole = [share for share in (mean(out), mean(past)) if share is not None]
    offered = 0
    for horizon in mase.index:
        if mase[horizon] >= BEATS or not all(_holds(share) for share in (coverage[horizon], *whole)):
            break
        offered = int(horizon)
    return {
        "offered": offered,
        "series": int(rows["row"].nunique()),
        "cases": len(rows),
        "mase": {int(h): float(v) for h, v in mase.items()},
        "coverage": {int(h): float(v) for h, v in coverage.items()},
        "held_out": mean(out),
        "held_out_95": mean(held_out(rows, 95)),
        "earlier": mean(past),
        "across": mean(covered(across, rows)) if len(across) else None,
        "by_cut": {int(c): float(v) for c, v in out.groupby(rows["cut"]).mean().items()},
        "models": {m: float(rows[m].mean() / rows["naive"].mean()) for m in ("chosen", *forecast.COMPARED)},
        "chances": chances(rows, typical),
        "typical": typical,
        "multiples": multiples(rows, typical),
    }


def _holds(share: float) -> bool:
    return COVERS[0] <= share <= COVERS[1]


def measured(folder: Path) -> dict[str, dict[str, Any]]:
    """Run the back-test over every kind of series of a folder."""
    return {kind: judged(cases(panel)) for kind, panel in read(folder).items()}


def on_logits(panels: Mapping[str, Panel]) -> dict[str, dict[str, Any]]:
    """Run the back-test of shares and scores that the workbook forecasts on the logit scale instead."""
    return {
        kind: judged(cases(replace(panels[kind], scale="logit")))
        for kind in STANDS_FOR
        if panels[kind].scale == "plain"
    }


# -- telling -------------------------------------------------------------------------------------------


def told(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Write the table."""

    def share(value: float | None) -> str:
        return "–" if value is None else f"{100 * value:.1f}"

    lines = [
        f"{'kind of series':26}{'series':>7}{'cases':>7}  {'MASE 1 / 2 / 3 years':22}"
        f"{'80 % held 1 / 2 / 3':20}{'held out':>9}{'95 %':>6}{'earlier':>9}{'across':>8}  offered"
    ]
    for kind, one in found.items():
        lines.append(
            f"{kind:26}{one['series']:>7}{one['cases']:>7}  "
            f"{' / '.join(f'{v:.3f}' for v in one['mase'].values()):22}"
            f"{' / '.join(share(v) for v in one['coverage'].values()):20}{share(one['held_out']):>9}"
            f"{share(one['held_out_95']):>6}{share(one['earlier']):>9}{share(one['across']):>8}"
            f"  {str(one['offered']) + ' years ahead' if one['offered'] else 'no'}"
        )
    lines += ["", "80 % held, by the year of the cut"]
    for kind, one in found.items():
        lines.append(f"{kind:26}" + "  ".join(f"{c} {share(v)}" for c, v in one["by_cut"].items()))
    lines += ["", "Mean error, the last value's being 1, by model"]
    for kind, one in found.items():
        lines.append(f"{kind:26}" + "  ".join(f"{m} {v:.3f}" for m, v in one["models"].items()))
    lines += ["", "Chances said, and how often it came true (%)"]
    for kind, one in found.items():
        pairs = [f"{100 * r.said:.0f} → {100 * r.came:.0f}" for r in one["chances"].itertuples()]
        lines.append(f"{kind:26}" + "   ".join(pairs))
    return "\n".join(lines)


# -- the catalogue -------------------------------------------------------------------------------------

HEAD = """\
# Which kinds of series are offered forecasts, how far ahead, and how wide their intervals are: what the
# back-test measured. Written by `python tests/benchmarks/backtest.py --write`, never by hand; `make backtest`
# prints it.
#
# indicators, units  the indicators that a kind stands for, by code or by unit of measure; none: only tested.
# ends, least        where values end; the mean below which a series is another kind (too few to be counted).
# offered            years ahead; 0 where intervals or point failed: then the page gives no forecast.
# mase               mean error by horizon, that of the last value being 1; below 1 is better.
# coverage           share of what came that the 80 % intervals held, by horizon, on series held out.
# earlier            the same with the width set on years before the cut only; across: over a change of
# method. typical, multiples the usual step of the median series, and how many units of width held each level
# (%).
"""
# What a kind of series stands for in the workbook.
STANDS_FOR: dict[str, dict[str, Any]] = {
    "the_international_outlook": {"indicators": ["G3.03"]},
    "the_overall": {"indicators": ["G3.02"]},
    "qs_overall": {"indicators": ["G3.04"]},
    "share": {"units": ["percent"]},
    "count": {"units": ["count"]},
}


def catalogue(found: Mapping[str, Mapping[str, Any]], panels: Mapping[str, Panel], day: str) -> str:
    """Write what was measured as the catalogue holds it."""
    kinds = {}
    for kind, one in found.items():
        of, numbers = panels[kind], ("held_out", "held_out_95", "earlier", "across", "typical")
        kinds[kind] = {
            **STANDS_FOR.get(kind, {}),
            "source": of.source,
            "scale": of.scale,
            "ends": [0.0, 100.0] if of.scale == "plain" else [0.0, None],
            **({"least": of.least} if of.least else {}),
            **{name: one[name] for name in ("offered", "series", "cases")},
            **{
                name: {h: round(v, 4) for h, v in one[name].items()}
                for name in ("mase", "coverage", "multiples")
            },
            **{name: round(one[name], 4) for name in numbers if one[name] is not None},
        }
    written = yaml.safe_dump(
        {"measured_on": day, "kinds": kinds},
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
        width=110,
    )
    return HEAD + str(written)


def main() -> None:
    """Print the table; say so where there is nothing to run on."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    if not SHARED.is_dir():
        sys.exit(
            "The public test files are not beside the checkout (../shared/data): nothing to back-test on."
        )
    found = measured(SHARED)
    print(told(found))
    print("\nShares and scores on the logit scale, compared and not used\n")
    print(told(on_logits(read(SHARED))))
    if given.write:
        day = datetime.now(UTC).date().isoformat()
        CATALOGUE.write_text(catalogue(found, read(SHARED), day), encoding="utf-8")


if __name__ == "__main__":
    main()
