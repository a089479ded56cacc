"""OpenDRIVE map files (`.xodr`), plain or gzipped."""

from pathlib import Path

from mapping.datums.frame import Frame
from mapping.datums.plane import Plane
from mapping.errors import MapFormatError
from mapping.network.lane_features import LaneImport
from mapping.network.opendrive_build import CHORD_M, opendrive_to_network
from mapping.network.text_io import FILE_BYTES_MAX, read_map_text


def read_opendrive(
    path: Path,
    frame: Frame,
    *,
    name: str = "",
    plane: Plane | None = None,
    origin: Plane | None = None,
    chord_m: float = CHORD_M,
    bytes_max: int = FILE_BYTES_MAX,
) -> LaneImport:
    """The network of an OpenDRIVE file, called after the file where no name is given.

    Unit, frame, errors and source: `opendrive_build.opendrive_to_network`; messages name the file.
    """
    text = read_map_text(path, bytes_max)
    try:
        name = name or path.name.partition(".")[0]
        return opendrive_to_network(text, frame, name=name, plane=plane, origin=origin, chord_m=chord_m)
    except MapFormatError as error:
        raise MapFormatError(f"{path}: {error}") from error
