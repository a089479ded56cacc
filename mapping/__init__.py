"""Frames, roads and fences: where a position is. Pure, like `gnss`, and on top of it."""
