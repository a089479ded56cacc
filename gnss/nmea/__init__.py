"""NMEA 0183 and its relatives: sentences as tables, decoded and encoded in columns."""
