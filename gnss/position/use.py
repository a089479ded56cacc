"""What became of a satellite in a position."""

from enum import IntEnum


class Use(IntEnum):
    """Whether a satellite was used, or why not. `USED` is 0."""

    USED = 0
    LOW = 1
    EXCLUDED = 2
    ALONE = 3
    UNSOLVED = 4


USE_TEXT: dict[Use, str] = {
    Use.USED: "used",
    Use.LOW: "below the elevation mask",
    Use.EXCLUDED: "excluded: it contradicts the others",
    Use.ALONE: "the only one of its constellation, which it gave no more than a clock",
    Use.UNSOLVED: "the epoch has no position",
}
