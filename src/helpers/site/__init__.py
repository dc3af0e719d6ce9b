"""Executed notebooks → self-contained pages."""
