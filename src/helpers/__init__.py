"""Helpers of the strategic analysis workbook; a notebook imports what it shows from here."""
