"""Frames that coordinates are tagged with, and the ways between them."""
