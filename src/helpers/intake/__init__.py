"""Outside files → checked tables, with every row accepted, rejected or skipped for a stated reason."""

from .answer import Answer
from .held import judge_held
from .marked import mark
from .receipts import Receipt, cards, kept_files, missing, received_registers
from .receive import check, in_order, receive, withdraw
from .template import write_templates

__all__ = [
    "Answer",
    "Receipt",
    "cards",
    "check",
    "in_order",
    "judge_held",
    "kept_files",
    "mark",
    "missing",
    "receive",
    "received_registers",
    "withdraw",
    "write_templates",
]
