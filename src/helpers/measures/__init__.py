"""Formulas: pure functions from checked frames to the figures of the catalogue."""
