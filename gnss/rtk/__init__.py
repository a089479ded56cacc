"""Server-side RTK: positions relative to base stations, for any number of terminals a call. Source: docs/sources.md."""
