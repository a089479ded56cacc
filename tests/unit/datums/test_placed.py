"""Fixes in one frame: what asks for another is refused."""

import numpy as np
import pytest

from gnss.batches import FixBatch
from mapping.datums.frame import CGCS2000_2000, Frame
from mapping.datums.placed import Placed
from mapping.errors import FrameMixedError

ROWS = FixBatch.missing(3, slot=[0, 1, 2], lat_rad=0.45, lon_rad=2.0)
OTHER = Frame.parse("WGS84@2026.5")


def test_rows_for_a_calculation() -> None:
    placed = Placed(CGCS2000_2000, ROWS)
    assert placed.rows_in(CGCS2000_2000, "matching") is ROWS
    assert len(placed) == 3
    with pytest.raises(FrameMixedError, match=r"matching needs .*WGS84@2026\.5"):
        placed.rows_in(OTHER, "matching")


def test_parts_of_one_frame_only() -> None:
    placed = Placed(CGCS2000_2000, ROWS)
    parts = [placed.take(slice(0, 1)), placed.take(np.array([1, 2]))]
    assert Placed.concat(parts).rows.equals(ROWS)
    with pytest.raises(FrameMixedError):
        Placed.concat([placed, Placed(OTHER, ROWS)])


@pytest.mark.parametrize("datum", ["GCJ02", "BD09"])
def test_nothing_is_placed_in_a_shifted_frame(datum: str) -> None:
    with pytest.raises(FrameMixedError, match="display"):
        Placed(Frame.parse(datum), ROWS)
