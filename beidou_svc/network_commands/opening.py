"""Maps as the commands open them: options to frames and formats, a spinner while it takes long, errors as sentences."""

from math import radians
from pathlib import Path

from rich.console import Console

from beidou_svc.errors import ServiceError
from mapping.datums.frame import Frame
from mapping.datums.plane import Plane
from mapping.errors import MappingError
from mapping.network.read_io import MapFormat, ReadNetwork, ReadOptions, read_network

LatLonDeg = tuple[float, float]


class NetworkError(ServiceError):
    """A map or network cannot be used; the message says what would help."""


def frame_option(text: str) -> Frame:
    """The frame of `--frame`."""
    try:
        return Frame.parse(text)
    except ValueError as error:
        raise NetworkError(f"--frame: {error}") from error


def format_option(text: str) -> MapFormat | None:
    """The format of `--format`, none for `auto`."""
    if text == "auto":
        return None
    if text not in list(MapFormat):
        raise NetworkError(f"--format {text}: choose auto, {', '.join(MapFormat)}")
    return MapFormat(text)


def open_map(
    console: Console,
    path: Path,
    options: tuple[str, str, LatLonDeg | None],
    join_m: float | None = None,
    name: str = "",
) -> ReadNetwork:
    """Read a map; `options` are format, frame and origin as given."""
    format_text, frame_text, origin_deg = options
    frame = frame_option(frame_text)
    try:
        origin = None if origin_deg is None else Plane(frame, radians(origin_deg[0]), radians(origin_deg[1]))
        read = ReadOptions(frame, None, origin, name=name)
        read = read if join_m is None else read._replace(join_m=join_m)
        chosen = format_option(format_text)
        with console.status(f"reading {path.name}"):
            return read_network(path, read, chosen)
    except (MappingError, ValueError) as error:
        raise NetworkError(str(error)) from error


def check_free(path: Path, force: bool) -> None:
    """Refuse to overwrite a file without `--force`."""
    if path.exists() and not force:
        raise NetworkError(f"{path} exists: --force replaces it")
    if not path.parent.is_dir():
        raise NetworkError(f"{path.parent} is no folder")
