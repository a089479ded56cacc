"""Clipping when an object defeats the fast way: the others are cut as ever, and it comes back empty or cut."""

import numpy as np
import pytest
import shapely

from mapping.tiles.level import clip

BOX = (0.8191518783569336, 0.4257802963256836, 0.8192148208618164, 0.4258432388305664)
SOUND = shapely.box(0.8192, 0.4258, 0.83, 0.43)
SLIVER = shapely.from_wkt(
    "POLYGON ((0.8191694444444444 0.4257716581632895, 0.8191722222222222 0.4257809142613175,"
    "0.8191694444444444 0.4257716581632896, 0.8191694444444444 0.4257716581632895))"
)


def test_one_that_cannot_be_cut_harms_no_other() -> None:
    with pytest.raises(shapely.errors.GEOSException):
        shapely.clip_by_rect(SLIVER, *BOX)
    cut = clip(np.array([SOUND, SLIVER, SOUND], dtype=object), BOX)
    assert shapely.equals(cut[[0, 2]], shapely.box(0.8192, 0.4258, BOX[2], BOX[3])).all()
    assert shapely.area(cut[1]) < 1e-15


def test_nothing_to_cut() -> None:
    assert clip(np.empty(0, dtype=object), BOX).size == 0
