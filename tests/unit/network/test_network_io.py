"""Saved networks: there and back, and files that are something else; GeoParquet and tiles of a network."""

from dataclasses import replace
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import orjson
import pyarrow.parquet as pq
import pytest
import shapely

from mapping.datums.frame import Frame
from mapping.datums.plane import Plane
from mapping.errors import MapFormatError
from mapping.network.codes import Direction, LaneChange, RoadClass
from mapping.network.drafts import LaneDraft, RoadDraft, RouteDraft, StopDraft
from mapping.network.geoparquet_io import write_geoparquet
from mapping.network.model import RoadNetwork, empty_network
from mapping.network.network_io import load_network, save_network
from mapping.network.tile_layers import network_tiles
from mapping.tiles.mercator import tile_at
from tests.unit.network.drawn import CROSS, PLANE, builder_of


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    """A bit of everything: roads, a restriction-free junction, lanes, stops and a route."""
    builder = builder_of(
        CROSS, {"BCD": {"road_class": RoadClass.PRIMARY, "limit_mps": 10.0, "name": "章江路"}, "AC": {}}
    )
    whole = RoadDraft(
        ref=50,
        x_m=np.array([200.0, 260.0]),
        y_m=np.array([0.0, 0.0]),
        ends=(500, 501),
        is_whole=True,
        direction=Direction.FORWARD,
    )
    road = builder.add_road(whole)
    lines = [np.array([[200.0, y_m, 3.0], [230.0, y_m, 3.0], [260.0, y_m, 3.0]]) for y_m in (1.5, -1.5)]
    left, right = (builder.add_lane(road, LaneDraft(60 + i, line, i, 3.0)) for i, line in enumerate(lines))
    builder.neighbour_lanes(left, right, LaneChange.LEFT)
    builder.add_stop(StopDraft(9, "Stop", 70.0, 15.0))
    builder.add_route(RouteDraft(4, "Route", (1,), (9,), (30.0,), (45.0,)))
    return builder.build()[0]


def test_lanes_are_sorted_and_know_their_neighbours(network: RoadNetwork) -> None:
    lanes = network.lanes
    assert (lanes.ref.tolist(), lanes.index.tolist()) == ([60, 61], [0, 1])
    assert (lanes.left.tolist(), lanes.right.tolist()) == ([-1, 0], [1, -1])
    assert lanes.change.tolist() == [LaneChange.NONE, LaneChange.LEFT]
    edge = int(lanes.edge[0])
    assert network.first_lane[edge : edge + 2].tolist() == [0, 2]
    assert network.edges.lane_count[edge] == 2
    assert network.lane_shape.line(1).run_m.tolist() == [0.0, 30.0, 60.0]


def test_timetables_are_kept(network: RoadNetwork) -> None:
    calls = network.route_stops
    assert (calls.arrive_s.tolist(), calls.depart_s.tolist(), calls.run_m.tolist()) == ([30.0], [45.0], [30.0])


def test_a_saved_network_is_the_same(network: RoadNetwork, tmp_path: Path) -> None:
    save_network(network, tmp_path / "n.npz")
    again = load_network(tmp_path / "n.npz")
    assert again.content_digest == network.content_digest
    assert (again.name, again.plane, again.names) == (network.name, network.plane, network.names)
    for name, array in network.arrays().items():
        assert np.array_equal(again.arrays()[name], array, equal_nan=array.dtype.kind == "f"), name


def test_the_same_network_makes_the_same_file(network: RoadNetwork, tmp_path: Path) -> None:
    for name in ("a.npz", "b.npz"):
        save_network(network, tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_files_that_are_no_networks(network: RoadNetwork, tmp_path: Path) -> None:
    path = tmp_path / "n.npz"
    save_network(network, path)
    whole = path.read_bytes()
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.npz").write_text("hello")
    for name in ("other.npz", "cut.npz", "text.npz", "missing.npz"):
        with pytest.raises(MapFormatError, match=name):
            load_network(tmp_path / name)


def test_content_that_is_not_what_was_saved(network: RoadNetwork, tmp_path: Path) -> None:
    path = tmp_path / "n.npz"
    save_network(network, path)
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays["edges.ref"] = arrays["edges.ref"] + 1
    np.savez(path, **arrays)
    with pytest.raises(MapFormatError, match="digest"):
        load_network(path)
    header = orjson.loads(arrays["header"].tobytes())
    arrays["header"] = np.frombuffer(orjson.dumps({**header, "format": 0}), dtype=np.uint8)
    np.savez(path, **arrays)
    with pytest.raises(MapFormatError, match="import it again"):
        load_network(path)


@pytest.mark.parametrize(
    ("table", "rows", "kind"), [("edges", 7, "LineString"), ("lanes", 2, "LineString"), ("stops", 1, "Point")]
)
def test_geoparquet(network: RoadNetwork, tmp_path: Path, table: str, rows: int, kind: str) -> None:
    write_geoparquet(network, tmp_path / "n.parquet", table)
    read = pq.read_table(tmp_path / "n.parquet")
    geo = orjson.loads(read.schema.metadata[b"geo"])
    column = geo["columns"]["geometry"]
    assert (geo["version"], geo["primary_column"], read.num_rows) == ("1.1.0", "geometry", rows)
    assert (column["encoding"], column["geometry_types"], column["epoch"]) == ("WKB", [kind], 2000.0)
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 4490}
    geometry = shapely.from_wkb(read["geometry"].to_numpy(zero_copy_only=False))
    assert {g.geom_type for g in geometry} == {kind}
    west, south, east, north = column["bbox"]
    assert 114.8 < west <= east < 115.0
    assert 25.7 < south <= north < 25.9
    boxes = read["bbox"].combine_chunks().flatten()
    assert [list(box) for box in zip(*(b.to_pylist() for b in boxes), strict=True)] == shapely.bounds(geometry).tolist()
    if table == "edges":
        assert read["road_class"].to_pylist()[0] == "primary"
        assert read["name"].to_pylist()[0] == "章江路"
        assert read["is_oneway"].to_pylist()[-1] is True
        assert read["length_m"].to_pylist() == network.edges.length_m.tolist()


def test_the_epoch_of_a_moving_frame_is_stated(tmp_path: Path) -> None:
    itrf = empty_network("", Plane(Frame.parse("ITRF2020@2026.5"), PLANE.lat0_rad, PLANE.lon0_rad))
    write_geoparquet(itrf, tmp_path / "n.parquet")
    column = orjson.loads(pq.read_schema(tmp_path / "n.parquet").metadata[b"geo"])["columns"]["geometry"]
    assert column["epoch"] == 2026.5
    assert "ITRF2020" in column["crs"]["name"]
    with pytest.raises(ValueError, match="edges, lanes, stops"):
        write_geoparquet(itrf, tmp_path / "n.parquet", "trees")


def test_tiles_of_a_network(network: RoadNetwork) -> None:
    import gzip

    tiles = network_tiles(network)
    x, y = tile_at(114.901, 25.8001, 14)
    layers = mapbox_vector_tile.decode(gzip.decompress(tiles.tile(14, x, y)))
    assert set(layers) == {"edge", "lane", "stop"}
    roads = {feature["id"]: feature["properties"] for feature in layers["edge"]["features"]}
    primary = next(p for p in roads.values() if p["class"] == "primary")
    assert (primary["limit_kmh"], primary["oneway"], primary["ref"], primary["name"]) == (36, False, "1", "章江路")
    assert {feature["properties"]["index"] for feature in layers["lane"]["features"]} == {0, 1}
    assert layers["stop"]["features"][0]["properties"]["name"] == "Stop"
    assert {layer["id"] for layer in tiles.tilejson("{z}/{x}/{y}")["vector_layers"]} == {"edge", "lane", "stop"}
    assert network_tiles(empty_network("", PLANE)).tile(0, 0, 0) == b""


def test_the_name_is_not_content(network: RoadNetwork) -> None:
    assert replace(network, name="other").content_digest == network.content_digest
