"""Saved networks: all columns in one .npz file, with name, plane and names as JSON beside them."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from gnss.batch import Batch
from mapping.datums.frame import Frame
from mapping.datums.plane import Plane
from mapping.errors import MapFormatError
from mapping.network.model import FORMAT, RoadNetwork, empty_network
from mapping.network.tables import Lines, Lists, Points

HEADER: Final = "header"


def save_network(network: RoadNetwork, path: Path) -> None:
    """Write a network to a file.

    Unit: m in the network's plane. Error: what the system raises when it cannot write.
    """
    plane = network.plane
    header = {
        "format": FORMAT,
        "name": network.name,
        "frame": str(plane.frame),
        "lat0_rad": plane.lat0_rad,
        "lon0_rad": plane.lon0_rad,
        "names": network.names,
        "digest": network.content_digest,
    }
    text = np.frombuffer(orjson.dumps(header), dtype=np.uint8)
    with path.open("wb") as file:
        arrays: dict[str, Any] = {HEADER: text, **network.arrays()}
        np.savez_compressed(file, **arrays)


def load_network(path: Path) -> RoadNetwork:
    """Read a network from a file that `save_network` wrote.

    Unit: m in the network's plane. Error: a file that is none, of another format, or damaged raises `MapFormatError`.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        header = orjson.loads(arrays.pop(HEADER).tobytes())
    except Exception as error:  # numpy, zipfile and zlib raise many kinds for a damaged file
        raise MapFormatError(f"{path}: not read as a saved network ({error})") from error
    if header.get("format") != FORMAT:
        raise MapFormatError(f"{path}: a network of format {header.get('format')}, this is {FORMAT}: import it again")
    try:
        network = _network(header, arrays)
    except (KeyError, ValueError, TypeError) as error:
        raise MapFormatError(f"{path}: a saved network with columns missing ({error})") from error
    if network.content_digest != header["digest"]:
        raise MapFormatError(f"{path}: its content is not what was saved (digest)")
    return network


def _network(header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> RoadNetwork:
    plane = Plane(Frame.parse(header["frame"]), header["lat0_rad"], header["lon0_rad"])
    bare = empty_network(header["name"], plane)
    fields = {name: value for name, value in vars(bare).items() if name not in ("name", "plane", "names")}
    filled = {name: _filled(name, value, arrays) for name, value in fields.items()}
    return RoadNetwork(name=header["name"], plane=plane, names=tuple(header["names"]), **filled)


def _filled(name: str, pattern: object, arrays: dict[str, NDArray[Any]]) -> Any:
    """What the file has for a field, in the type of that field."""
    if isinstance(pattern, Lines):
        return Lines(arrays[f"{name}.first_point"], _batch(f"{name}.points", Points, arrays))
    if isinstance(pattern, Lists):
        return Lists(arrays[f"{name}.first"], arrays[f"{name}.value"])
    if isinstance(pattern, Batch):
        return _batch(name, type(pattern), arrays)
    return arrays[name]


def _batch(name: str, kind: type[Batch], arrays: dict[str, NDArray[Any]]) -> Any:
    return kind.of(**{column: arrays[f"{name}.{column}"] for column in kind.specs()})
