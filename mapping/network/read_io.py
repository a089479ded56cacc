"""Any map file to a network: which format it is, and the importer that reads it."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from mapping.datums.frame import SHIFTED, Frame
from mapping.datums.plane import Plane
from mapping.errors import MapFormatError
from mapping.network.geojson import JOIN_M, geojson_network
from mapping.network.geojson_io import read_geojson
from mapping.network.graphml import graphml_network, read_graphml
from mapping.network.model import RoadNetwork
from mapping.network.network_io import load_network
from mapping.network.report import NetworkReport

LANELET_MARK: Final = (b'v="lanelet"', b"v='lanelet'")
OSM_SUFFIXES: Final = (".pbf", ".osm", ".osm.gz", ".osm.bz2", ".osm.pbf", ".o5m")
SUFFIXES: Final = {
    ".geojson": "geojson",
    ".json": "geojson",
    ".geojson.gz": "geojson",
    ".graphml": "graphml",
    ".xodr": "opendrive",
    ".npz": "network",
}


class MapFormat(StrEnum):
    """What a file can be."""

    OSM = "osm"
    LANELET2 = "lanelet2"
    OPENDRIVE = "opendrive"
    GEOJSON = "geojson"
    GRAPHML = "graphml"
    NETWORK = "network"


class ReadOptions(NamedTuple):
    """What a file does not state: frame, plane to use, where local coordinates begin, what to join, name."""

    frame: Frame
    plane: Plane | None = None
    origin: Plane | None = None
    join_m: float = JOIN_M
    name: str = ""


class ReadNetwork(NamedTuple):
    """A network, what was wrong with its source, and the format that was read."""

    network: RoadNetwork
    report: NetworkReport
    format: MapFormat


def format_of(path: Path) -> MapFormat:
    """The format of a file, by its name and, between OSM and Lanelet2, by what is in it.

    A file of another name raises `MapFormatError`, which lists the formats.
    """
    name = path.name.lower()
    if name.endswith(OSM_SUFFIXES):
        return MapFormat.LANELET2 if name.endswith(".osm") and _has_lanelets(path) else MapFormat.OSM
    for suffix, called in SUFFIXES.items():
        if name.endswith(suffix):
            return MapFormat(called)
    raise MapFormatError(f"{path}: the format does not follow from its name; state one of {', '.join(MapFormat)}")


def _has_lanelets(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            text = file.read()
    except OSError as error:
        raise MapFormatError(f"{path}: cannot be read ({error})") from error
    return any(mark in text for mark in LANELET_MARK)


def read_network(path: Path, options: ReadOptions, map_format: MapFormat | None = None) -> ReadNetwork:
    """Read a map file.

    Unit: m in the network's plane. Frame: as the file states, else `options.frame`. Error: a file that cannot be read
    raises `MapFormatError`; broken objects stand in the report.
    """
    if not path.is_file():
        raise MapFormatError(f"{path}: {'a folder, not a map' if path.is_dir() else 'there is no such file'}")
    chosen = map_format or format_of(path)
    if options.frame.datum in SHIFTED and chosen is not MapFormat.GEOJSON:
        raise MapFormatError(
            f"{path}: only GeoJSON is read in {options.frame}: save its roads as GeoJSON where they were drawn (of a "
            "Shapefile `ogr2ogr roads.geojson roads.shp` makes it); what comes from OpenStreetMap or a survey is in a "
            "true frame: --frame CGCS2000@2000.0"
        )
    network, report = READERS[chosen](path, options)
    return ReadNetwork(network, report, chosen)


def _name(path: Path, options: ReadOptions) -> str:
    return options.name or path.name.partition(".")[0]


def _read_osm(path: Path, options: ReadOptions) -> tuple[RoadNetwork, NetworkReport]:
    from mapping.network.osm import osm_network
    from mapping.network.osm_io import read_osm

    return osm_network(read_osm(path), options.frame, options.plane, name=_name(path, options))


def _read_lanelet2(path: Path, options: ReadOptions) -> tuple[RoadNetwork, NetworkReport]:
    from mapping.network.lanelet2_io import read_lanelet2

    found = read_lanelet2(path, options.frame, name=_name(path, options), plane=options.plane, origin=options.origin)
    return found.network, found.report


def _read_opendrive(path: Path, options: ReadOptions) -> tuple[RoadNetwork, NetworkReport]:
    from mapping.network.opendrive_io import read_opendrive

    found = read_opendrive(path, options.frame, name=_name(path, options), plane=options.plane, origin=options.origin)
    return found.network, found.report


def _read_geojson(path: Path, options: ReadOptions) -> tuple[RoadNetwork, NetworkReport]:
    collection = read_geojson(path)
    name = options.name or collection.name or _name(path, options)
    return geojson_network(collection, options.frame, options.plane, name=name, join_m=options.join_m)


def _read_graphml(path: Path, options: ReadOptions) -> tuple[RoadNetwork, NetworkReport]:
    return graphml_network(read_graphml(path), _name(path, options), options.frame, options.plane)


def _read_saved(path: Path, options: ReadOptions) -> tuple[RoadNetwork, NetworkReport]:
    return load_network(path), NetworkReport()


Reader = Callable[[Path, ReadOptions], tuple[RoadNetwork, NetworkReport]]
READERS: Final[dict[MapFormat, Reader]] = {
    MapFormat.OSM: _read_osm,
    MapFormat.LANELET2: _read_lanelet2,
    MapFormat.OPENDRIVE: _read_opendrive,
    MapFormat.GEOJSON: _read_geojson,
    MapFormat.GRAPHML: _read_graphml,
    MapFormat.NETWORK: _read_saved,
}
