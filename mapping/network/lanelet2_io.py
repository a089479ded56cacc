"""Lanelet2 map files, as Lanelet2 and Autoware write them: `.osm`, plain or gzipped."""

from pathlib import Path

from mapping.datums.frame import Frame
from mapping.datums.plane import Plane
from mapping.errors import MapFormatError
from mapping.network.lane_features import LaneImport
from mapping.network.lanelet2_build import lanelet2_to_network
from mapping.network.lanelet2_limits import AssumedLimits
from mapping.network.lanelet2_rules import VEHICLE
from mapping.network.text_io import FILE_BYTES_MAX, read_map_text


def read_lanelet2(
    path: Path,
    frame: Frame,
    *,
    name: str = "",
    plane: Plane | None = None,
    origin: Plane | None = None,
    participant: str = VEHICLE,
    assumed_limits: AssumedLimits | None = None,
    bytes_max: int = FILE_BYTES_MAX,
) -> LaneImport:
    """The network of a Lanelet2 file, called after the file where no name is given.

    Unit, frame, errors and source: `lanelet2_build.lanelet2_to_network`; messages name the file.
    """
    text = read_map_text(path, bytes_max)
    try:
        return lanelet2_to_network(
            text,
            frame,
            name=name or path.name.partition(".")[0],
            plane=plane,
            origin=origin,
            participant=participant,
            assumed_limits=assumed_limits,
        )
    except MapFormatError as error:
        raise MapFormatError(f"{path}: {error}") from error
