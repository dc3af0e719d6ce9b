"""Published totals held against the same totals of an edition: they agree, differ, or cannot be compared."""

from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from .. import store
from ..catalog import Catalog, Total
from .core import Figure, MissingFigure, Period, Registers, measure
from .registry import VARIABLES

# Why a total cannot be compared; the texts are `outside.reason.<code>`. Others are those of `core`.
NOT_HELD, NO_ROWS, GENERATED = "not_held", "no_rows", "generated"


@dataclass(frozen=True)
class Compared:
    """A published total beside the edition's own; `found` is None where there is none, for the reason.

    `figure` is what an indicator was measured as, by which its value may have to be protected.
    """

    total: Total
    found: float | None
    reason: str = ""
    figure: Figure | None = None

    @property
    def difference(self) -> float:
        """Return found − published, in the unit of the total."""
        return float("nan") if self.found is None else self.found - self.total.value

    @property
    def state(self) -> Literal["agrees", "differs", "not_compared"]:
        """Tell whether the two agree within the total's tolerance."""
        if self.found is None:
            return "not_compared"
        allowed = abs(self.total.value) * self.total.tolerance_pct / 100
        return "agrees" if abs(self.difference) <= allowed + 1e-9 else "differs"


def compare(catalog: Catalog, registers: Registers, total: Total) -> Compared:
    """Hold a published total against the edition; what is generated is not held against it."""
    if store.is_demonstration(registers.edition, total.dataset):
        return Compared(total, None, GENERATED)
    if total.measure in catalog.indicators or total.measure in VARIABLES:
        return _measured(catalog, replace(registers, unit=None), total)
    if not store.has(registers.edition, total.dataset) and total.dataset not in registers.frames:
        return Compared(total, None, NOT_HELD)
    # A publisher's table is about whom it names, whatever institution and unit are asked for.
    frame = replace(registers, unit=None, of_other=False)[total.dataset]
    return _summed(total, frame)


def _measured(catalog: Catalog, registers: Registers, total: Total) -> Compared:
    period = Period(total.period)
    try:
        if total.measure in catalog.indicators:
            figure = measure(catalog, registers, period, total.measure)
            return Compared(total, figure.value, figure.reason, figure)
        return Compared(total, float(VARIABLES[total.measure](registers, period)["amount"].sum()))
    except MissingFigure as missing:
        return Compared(total, None, missing.reason)


def _summed(total: Total, frame: pd.DataFrame) -> Compared:
    described = store.definition(total.dataset)
    period = described.get("period", {}).get("column", "edition")
    chosen = frame[frame[period] == total.period]
    for column, value in total.entity.items():
        chosen = chosen[chosen[column].astype(str) == value]
    if chosen.empty or chosen[total.measure].isna().all():
        return Compared(total, None, NO_ROWS)
    return Compared(total, float(chosen[total.measure].sum()))
