"""What lies on or over lanes besides traffic: stop lines, lights, signs, crosswalks. For importers that know lanes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch, column
from mapping.network.model import RoadNetwork
from mapping.network.report import NetworkReport
from mapping.network.tables import Points

SQUARE_M2_MIN: Final = 1e-30  # of a piece of a line, where its length is divided by


class FeatureKind(IntEnum):
    """What a feature is."""

    STOP_LINE = 0
    TRAFFIC_LIGHT = 1
    TRAFFIC_SIGN = 2
    YIELD = 3
    CROSSWALK = 4
    OTHER = 5


@dataclass(frozen=True, slots=True)
class LaneFeatures(Batch):
    """Features by lane: one that concerns several lanes has a row for each, one that concerns none has lane -1.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | kind | u1 | | | a `FeatureKind` |
    | ref | i8 | | | id in the source |
    | lane | i4 | | | row of `Lanes`, -1 = no lane of the network |
    | offset_m | f8 | | m | along the lane's centre line, where a vehicle meets it, NaN = not known |
    | x_m | f8 | | m | east, of the feature itself |
    | y_m | f8 | | m | north, of the feature itself |
    """

    kind: NDArray[np.uint8] = column("u1")
    ref: NDArray[np.int64] = column("i8")
    lane: NDArray[np.int32] = column("i4", missing=-1)
    offset_m: NDArray[np.float64] = column("f8")
    x_m: NDArray[np.float64] = column("f8")
    y_m: NDArray[np.float64] = column("f8")


class Feature(NamedTuple):
    """One row of `LaneFeatures`."""

    kind: FeatureKind
    ref: int
    lane: int
    offset_m: float
    x_m: float
    y_m: float


def feature_table(rows: Sequence[Feature]) -> LaneFeatures:
    """The rows as a batch."""
    columns = {name: [row[i] for row in rows] for i, name in enumerate(Feature._fields)}
    return LaneFeatures.missing(len(rows), **columns)


def offset_of(line: Points, x_m: float, y_m: float) -> float:
    """How far along a line a point is beside it.

    Shape: scalar. Unit: m.
    """
    dx_m, dy_m = np.diff(line.x_m), np.diff(line.y_m)
    square_m2 = np.maximum(dx_m**2 + dy_m**2, SQUARE_M2_MIN)
    along = np.clip(((x_m - line.x_m[:-1]) * dx_m + (y_m - line.y_m[:-1]) * dy_m) / square_m2, 0.0, 1.0)
    apart_m = np.hypot(line.x_m[:-1] + along * dx_m - x_m, line.y_m[:-1] + along * dy_m - y_m)
    i = int(np.argmin(apart_m))
    return float(line.run_m[i] + along[i] * np.sqrt(square_m2[i]))


@dataclass(frozen=True, slots=True)
class LaneImport:
    """What an importer that knows lanes gives: network, features, and what was wrong with the file's objects.

    `is_against` says of each row of `Lanes` whether it is driven against the direction in which the file draws it:
    with `ref`, that tells the two lanes apart that a lane for both directions becomes.
    """

    network: RoadNetwork
    is_against: NDArray[np.bool_]
    features: LaneFeatures
    report: NetworkReport
