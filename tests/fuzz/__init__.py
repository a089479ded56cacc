"""Fuzz targets: hostile bytes for a bounded time. `make fuzz` runs them for longer than the tests do."""
