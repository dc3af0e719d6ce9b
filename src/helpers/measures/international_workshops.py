"""International workshops held (G1.16)."""

import pandas as pd

from .core import Period, Registers, amount, variable
from .events import dated


@variable("international_workshops")
def international_workshops(registers: Registers, period: Period) -> pd.DataFrame:
    """Count the rows of the period that meet the conditions. Source: events."""
    rows = dated(registers, "events", "end_date", period)
    rows = rows[rows["kind"] == "workshop"]
    rows = rows[rows["level"] == "international"]
    rows = rows[rows["status"] == "held"]
    return amount(rows)
