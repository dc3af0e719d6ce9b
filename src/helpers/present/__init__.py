"""Frames → what a reader sees: sentences, tables and charts, in the run's language."""
