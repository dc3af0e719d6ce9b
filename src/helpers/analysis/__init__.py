"""Statistics that know no dataset by name."""
