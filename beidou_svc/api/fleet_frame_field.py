"""How a column of a live frame is described."""

from typing import NamedTuple


class Field(NamedTuple):
    """A column of the frame."""

    name: str
    dtype: str
    scale: float
    missing: int | None
