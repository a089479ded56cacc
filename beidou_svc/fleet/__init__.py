"""The fleet as it is now: columns by slot, who is alive, the last minutes, and questions about all of it at once."""
