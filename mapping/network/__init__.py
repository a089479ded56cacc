"""Road networks and base maps: how they are read and what they are made of."""
