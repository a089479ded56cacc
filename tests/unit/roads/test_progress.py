"""Progress along routes, from matched places alone: who is on one, how far, on which lap."""

from typing import Any

import numpy as np
import orjson
import pytest

from beidou_svc.fleet.road import RoadState
from beidou_svc.roads.progress import MISSES_MAX, Progress
from beidou_svc.roads.route_book import RouteBook
from mapping.datums.frame import CGCS2000_2000
from mapping.matching.result import MatchBatch
from mapping.network.geojson import geojson_network
from mapping.network.geojson_io import parse_geojson
from tests.helpers.roads import TOWN

SQUARE: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "id": 1, "properties": {"highway": "primary", "oneway": "yes"},
         "geometry": {"type": "LineString", "coordinates": [
             [114.90, 25.80], [114.904, 25.80], [114.904, 25.804], [114.90, 25.804], [114.90, 25.80]]}},
    ],
    "routes": [{"id": 7, "name": "Round", "roads": [1]}],
}  # fmt: skip
"""A ring that is driven one way, 1.7 km round."""


def book_of(city: dict[str, Any]) -> RouteBook:
    network, _ = geojson_network(parse_geojson(orjson.dumps(city)), CGCS2000_2000)
    return RouteBook(network, "town", [])


class Driver:
    """A vehicle that is placed on edges."""

    def __init__(self, book: RouteBook) -> None:
        self.book, self.progress, self.road = book, Progress(book), RoadState.new(4)
        self.second = 0

    def at(self, edge: int, offset_m: float, slot: int = 1) -> None:
        self.second += 1
        t_ns = 10**18 + self.second * 10**9
        row = MatchBatch.missing(1, slot=slot, t_gpst_ns=t_ns, edge=edge, offset_m=offset_m, lateral_m=0.0)
        self.progress.note(self.road.fold(row), self.road)

    def along(self, from_m: float, to_m: float, step_m: float = 10.0) -> None:
        """Along the first route."""
        index = self.book.index
        for run_m in np.arange(from_m, to_m, step_m):
            k = int(np.searchsorted(index.run_m, run_m % index.length_m[0], side="right")) - 1
            self.at(int(index.edge[k]), float(run_m % index.length_m[0] - index.run_m[k]))


@pytest.fixture
def line() -> Driver:
    return Driver(book_of(TOWN))


def test_some_way_along_a_route_one_is_on_it(line: Driver) -> None:
    line.along(0.0, 100.0)
    assert line.progress.place_of(1) is None
    line.along(100.0, 300.0)
    row = line.progress.place_of(1)
    assert row is not None
    assert row.run_m == pytest.approx(290.0, abs=1e-6)
    assert row.mean_mps == pytest.approx(10.0, abs=1e-6)
    assert [each.slot for each in line.progress.on_route(0)] == [1]


def test_a_few_positions_beside_it_are_forgiven_and_no_more(line: Driver) -> None:
    line.along(0.0, 300.0)
    for _ in range(MISSES_MAX):
        line.at(-1, np.nan)
    assert line.progress.place_of(1) is not None
    line.at(-1, np.nan)
    assert line.progress.place_of(1) is None


def test_the_other_direction_is_not_the_route(line: Driver) -> None:
    twin = int(line.book.network.edges.twin[line.book.index.edge[0]])
    for offset_m in range(0, 500, 10):
        line.at(twin, float(offset_m))
    assert line.progress.on_route(0) == []


def test_nobody_knows_of_terminals_that_are_not_there(line: Driver) -> None:
    assert line.progress.place_of(99) is None


def test_laps_of_a_loop_are_counted() -> None:
    driver = Driver(book_of(SQUARE))
    assert driver.book.routes[0].is_loop
    length_m = driver.book.length_m(0)
    driver.along(0.0, 2.0 * length_m + 100.0)
    row = driver.progress.place_of(1)
    assert row is not None
    assert row.lap == 2
    assert 80.0 < row.run_m < 101.0
    assert row.mean_mps == pytest.approx(10.0, rel=0.02)


def test_a_stop_that_the_network_does_not_have_leaves_a_stored_route_out() -> None:
    from beidou_svc.roads.store import Kind, Stored

    body = orjson.dumps({"type": "Feature", "properties": {"edges": [0], "stops": ["nowhere"]}})
    network = book_of(TOWN).network
    book = RouteBook(network, "town", [Stored(Kind.ROUTE, "x", 3, 0, "ops", False, body)])
    assert list(book.misfits) == ["x"]
    assert [route.id for route in book.routes] == ["1"]


def test_progress_goes_on_when_other_routes_come_and_go() -> None:
    """Laps too; edges may be numbered otherwise."""
    other = {**SQUARE["features"][0], "id": 2, "geometry": {"type": "LineString", "coordinates": [
        [114.95, 25.80], [114.952, 25.80]]}}  # fmt: skip
    more = {
        **SQUARE,
        "features": [other, *SQUARE["features"]],
        "routes": [{"id": 9, "name": "New", "roads": [2]}, *SQUARE["routes"]],
    }
    driver = Driver(book_of(SQUARE))
    length_m = driver.book.length_m(0)
    driver.along(0.0, length_m + 300.0)
    before = driver.progress.place_of(1)
    driver.book = book_of(more)
    driver.progress = driver.progress.onto(driver.book)
    place = driver.book.place_of["7"]
    assert (place, driver.progress.on_route(place)) == (1, [before])
    edge = int(driver.book.index.edge[driver.book.index.first[place]])
    driver.at(edge, 310.0)
    (row,) = driver.progress.on_route(place)
    assert (row.lap, round(row.run_m)) == (1, 310)
    assert driver.progress.onto(book_of({**SQUARE, "routes": []})).place_of(1) is None


def test_a_route_of_another_length_is_another_route(line: Driver) -> None:
    line.along(0.0, 300.0)
    shorter = orjson.loads(orjson.dumps(TOWN))
    shorter["features"][0]["geometry"]["coordinates"].pop()
    other = book_of(shorter)
    assert other.length_m(0) < line.book.length_m(0)
    assert line.progress.place_of(1) is not None
    assert line.progress.onto(other).place_of(1) is None
