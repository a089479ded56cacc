"""One sentence type a file; each is a table and an example. Sources: sources, nmea §2, §3 and §5."""
