"""Which frame each position is in, and all of them into the one that roads and fences are in."""
