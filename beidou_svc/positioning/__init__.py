"""Positions computed here: observations of rovers and bases in, rows of the fleet out; the same live and in replay."""
