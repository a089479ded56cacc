"""Recorded input of other people's receivers, with what is to come out of it."""
