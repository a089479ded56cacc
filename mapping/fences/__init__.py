"""Fences: areas on the ground whose limits are judged with the uncertainty of each position, in event time."""
