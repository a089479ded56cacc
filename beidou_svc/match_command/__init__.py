"""`beidou match`: recorded positions placed on the roads of a network."""
