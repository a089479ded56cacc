"""Recorded logs: read in whatever form they come, decoded to tables, or replayed through the live pipeline."""
