"""Positioning without I/O: streams, sentences, time, frames, orbits and RTK as columns and kernels."""
