"""Tables of the pages that benchmarks write."""

from collections.abc import Sequence


def line(cells: Sequence[str]) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |\n"


def head(columns: Sequence[str]) -> str:
    """The first two lines of a table."""
    return line(columns) + f"|{'---|' * len(columns)}\n"
