"""Outside files → checked tables, with every row accepted, rejected or skipped for a stated reason."""

from .receive import Answer, cards, caveat_counts, check, receive

__all__ = ["Answer", "cards", "caveat_counts", "check", "receive"]
