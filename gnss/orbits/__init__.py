"""Where the satellites are: broadcast ephemerides kept in a book, and the state of all of them at an instant.

Both sides of a difference look at the same table, so they use the same ephemeris of each satellite.
"""
