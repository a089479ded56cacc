"""Fixes of the whole fleet in one frame: what every stage after the datum stage works on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from numpy.typing import NDArray

from gnss.batches import FixBatch
from mapping.datums.frame import SHIFTED, Frame, common_frame, require_frame
from mapping.errors import FrameMixedError


@dataclass(frozen=True, slots=True)
class Placed:
    """Rows of fixes whose latitude, longitude and ellipsoidal height are in `frame`, whatever their terminals sent."""

    frame: Frame
    rows: FixBatch

    def __post_init__(self) -> None:
        if self.frame.datum in SHIFTED:
            raise FrameMixedError(f"{self.frame} is for display: positions are placed in a true frame")

    def __len__(self) -> int:
        return len(self.rows)

    def rows_in(self, frame: Frame, what: str) -> FixBatch:
        """The rows, for a calculation (`what`) in `frame`; raises `FrameMixedError` where they are in another."""
        require_frame(self.frame, frame, what)
        return self.rows

    def take(self, rows: NDArray[Any] | slice) -> Self:
        """The rows that an index array, a mask or a slice selects, in its order."""
        return type(self)(self.frame, self.rows.take(rows))

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """One batch of all rows of all parts, in order; parts in different frames raise `FrameMixedError`."""
        return cls(common_frame(*(part.frame for part in parts)), FixBatch.concat([part.rows for part in parts]))
