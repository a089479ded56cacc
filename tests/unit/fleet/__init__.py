"""The state of the fleet."""
