"""Benchmarks: what a core of this machine does, beside what a peer does in the same run."""
