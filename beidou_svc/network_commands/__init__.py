"""`beidou network`: maps to road networks, their checks and pictures."""
