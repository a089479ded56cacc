"""Every recorded map becomes the network it became before: counts, lengths, what is wrong with it.

The numbers were looked at once: Liechtenstein against the network of the simulated drives, Hof against its 103 km.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from pyproj import Transformer

from mapping.datums.frame import CGCS2000_2000
from mapping.datums.plane import Plane, plane_to_geodetic
from mapping.errors import MapFormatError
from mapping.network.check import check_network
from mapping.network.geoparquet_io import write_geoparquet
from mapping.network.network_io import load_network, save_network
from mapping.network.read_io import MapFormat, ReadOptions, read_network

OPTIONS = ReadOptions(CGCS2000_2000)


class Golden(NamedTuple):
    """What a map has become."""

    path: str
    nodes: int
    edges: int
    turns: int
    stops: int
    routes: int
    road_km: float
    faults: int
    errors: int


MAPS = (
    Golden("osm/liechtenstein-latest.osm.pbf", 3503, 7780, 20340, 307, 16, 423.3, 35, 78),
    Golden("osm/monaco.osm.pbf", 2329, 4466, 9881, 161, 10, 351.7, 13, 107),
    Golden("osm/Helsinki.osm.pbf", 974, 1643, 3179, 92, 158, 29.8, 258, 56),
    Golden("hof_fcd/fcd_net.osm", 326, 912, 2868, 0, 0, 103.1, 0, 25),
    Golden("shenzhen/G.graphml", 1751, 4009, 10361, 0, 0, 229.1, 0, 48),
)


@pytest.mark.parametrize("golden", MAPS, ids=lambda golden: golden.path.rpartition("/")[2])
def test_maps_become_what_they_became(data_dir: Path, tmp_path: Path, golden: Golden) -> None:
    network, report, _ = read_network(data_dir / "map" / golden.path, OPTIONS)
    check = check_network(network)
    sizes = (len(network.nodes), len(network.edges), len(network.turns), len(network.stops), len(network.routes))
    found = Golden(golden.path, *sizes, round(check.road_km, 1), report.fault_count, check.errors)
    assert found == golden
    assert (network.edges.length_m > 0.0).all()
    twins = network.edges.twin
    assert (twins[twins[twins >= 0]] == np.flatnonzero(twins >= 0)).all()
    save_network(network, tmp_path / "n.npz")
    assert load_network(tmp_path / "n.npz").content_digest == network.content_digest
    write_geoparquet(network, tmp_path / "n.parquet")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("traces/kunming_oneday.geojson", "no road"),
        ("fences/jiangxi/360700.geojson", "not a GeoJSON FeatureCollection"),
    ],
)
def test_files_without_roads_say_so(data_dir: Path, name: str, what: str) -> None:
    with pytest.raises(MapFormatError, match=what):
        read_network(data_dir / "map" / name, OPTIONS)


@pytest.mark.parametrize(
    ("name", "map_format"),
    [
        ("lanelet2/fzi_karlsruhe.osm", MapFormat.LANELET2),
        ("lanelet2/autoware_vm_02.osm", MapFormat.LANELET2),
        ("opendrive/e6mini.xodr", MapFormat.OPENDRIVE),
        ("opendrive/soderleden.xodr", MapFormat.OPENDRIVE),
    ],
)
def test_lane_maps_are_told_by_their_content(data_dir: Path, name: str, map_format: MapFormat) -> None:
    found = read_network(data_dir / "map" / name, OPTIONS)
    assert found.format is map_format
    assert len(found.network.lanes) >= len(found.network.edges) > 0


@pytest.mark.parametrize("name", ["lanelet2/autoware_2km_test.osm", "opendrive/fabriksgatan.xodr"])
def test_local_maps_need_an_origin(data_dir: Path, name: str) -> None:
    with pytest.raises(MapFormatError, match="origin"):
        read_network(data_dir / "map" / name, OPTIONS)
    origin = Plane(CGCS2000_2000, np.radians(25.8), np.radians(114.9))
    assert read_network(data_dir / "map" / name, OPTIONS._replace(origin=origin)).network.edge_count > 0


def test_liechtenstein_is_the_network_of_the_simulated_drives(data_dir: Path) -> None:
    """Of the edges that the drives were simulated on, 99.5 % are edges here: same way, ends and points."""
    network = read_network(data_dir / "map" / "osm" / "liechtenstein-latest.osm.pbf", OPTIONS).network
    with np.load(data_dir / "map" / "liechtenstein_sim" / "network.npz") as stored:
        gold = {name: stored[name] for name in ("wid", "ptr", "pts")}
    points = network.shape.points
    lat_rad, lon_rad = plane_to_geodetic(points.x_m, points.y_m, network.plane)
    to_utm = Transformer.from_crs(4326, 32632, always_xy=True)
    utm_m = np.column_stack(to_utm.transform(np.degrees(lon_rad), np.degrees(lat_rad)))
    ours = _edges(network.edges.ref, network.shape.first_point, utm_m)
    theirs = _edges(gold["wid"], gold["ptr"], gold["pts"])
    assert len(theirs & ours) / len(theirs) > 0.995


def _edges(ref: NDArray[Any], first: NDArray[Any], points_m: NDArray[Any]) -> set[tuple[int, ...]]:
    """Each edge by its way, its ends to a decimetre, and its number of points."""
    ends_dm = [np.round(10.0 * points_m[at]).astype(int) for at in (first[:-1], first[1:] - 1)]
    return set(map(tuple, np.column_stack((ref, *ends_dm, np.diff(first))).tolist()))
