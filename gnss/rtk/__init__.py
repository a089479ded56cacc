"""Server-side RTK: positions relative to a base station, for any number of terminals a call (Source: docs/sources.md)."""
