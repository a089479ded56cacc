"""Where on the road each position is, as a batch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch, column
from gnss.batches import NO_TIME

NO_EDGE = -1
NO_LANE = -1


@dataclass(frozen=True, slots=True)
class MatchBatch(Batch):
    """One row per position and decision: a provisional one at once, a final one when the delay has passed.

    Latitude and longitude are in the frame of the network.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal |
    | t_gpst_ns | i8 | | ns | time of the position, GPST since 1980-01-06 |
    | edge | i4 | | | row of the network's `Edges`; -1 = on no road |
    | offset_m | f8 | | m | from the start of the edge; NaN off the road |
    | lateral_m | f8 | | m | how far left of the road's line the position is (right negative); NaN off the road |
    | lat_rad | f8 | | rad | latitude on the road; of the position itself off the road |
    | lon_rad | f8 | | rad | longitude, likewise |
    | lane | i4 | | | row of the network's `Lanes`; -1 = not known |
    | lane_p | f4 | | | probability of that lane, given the edge; NaN = no lane |
    | confidence | f4 | | | probability that the edge is right (off the road: that it is on none) |
    | edge_2nd | i4 | | | the next most probable edge; -1 = none, or off the road |
    | p_2nd | f4 | | | its probability |
    | is_off_road | ? | | | whether the position is on no road |
    | is_final | ? | | | whether the decision is the last one for this position |
    | status | u1 | | | a `Status`; rows that are not `OK` were not used and have no edge |
    """

    slot: NDArray[np.int32] = column("i4")
    t_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    edge: NDArray[np.int32] = column("i4", missing=NO_EDGE)
    offset_m: NDArray[np.float64] = column("f8")
    lateral_m: NDArray[np.float64] = column("f8")
    lat_rad: NDArray[np.float64] = column("f8")
    lon_rad: NDArray[np.float64] = column("f8")
    lane: NDArray[np.int32] = column("i4", missing=NO_LANE)
    lane_p: NDArray[np.float32] = column("f4")
    confidence: NDArray[np.float32] = column("f4")
    edge_2nd: NDArray[np.int32] = column("i4", missing=NO_EDGE)
    p_2nd: NDArray[np.float32] = column("f4")
    is_off_road: NDArray[np.bool_] = column("?")
    is_final: NDArray[np.bool_] = column("?")
    status: NDArray[np.uint8] = column("u1")

    def finals(self) -> "MatchBatch":
        """The rows that are final, in their order."""
        return self.take(self.is_final)
