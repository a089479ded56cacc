"""What became of a satellite in a position."""

from enum import IntEnum


class Use(IntEnum):
    """Whether a satellite was used, or why not. `USED` is 0."""

    USED = 0
    LOW = 1
    EXCLUDED = 2
    ALONE = 3
    UNSOLVED = 4
