"""From geodetic coordinates to a Gauss-Krüger grid, and from a moving frame to the map's, beside PROJ."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray

from gnss.batches import FixBatch
from mapping.datums.crossing import prepare_crossing
from mapping.datums.frame import CGCS2000_2000, Frame
from mapping.datums.gauss_kruger import ZONES, geodetic_to_grid, grid_to_geodetic
from mapping.datums.gcj02 import gcj02_to_geodetic, geodetic_to_gcj02
from mapping.datums.placing import place
from mapping.datums.velocity import station_velocity
from mapping.datums.ways import Place, prepare_ways
from tests.bench.measure import cpu_s_of
from tests.bench.result import Result

NAME = "datum"

ROWS = 200_000
FLEET = 10_000
UNIT = "points/s"
NOW = Frame.parse("WGS84@2026.5")


def points(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes and longitudes in rad all over zone 4547, from 20 to 45 degrees north."""
    rng = np.random.default_rng(1)
    return np.radians(rng.uniform(20, 45, n)), np.radians(rng.uniform(112.5, 115.5, n))


def run() -> Iterator[Result]:
    """The grid there and back, the whole way from another frame, and public-map coordinates."""
    yield from _grid()
    yield from _frames()
    yield from _shifts()


def _grid() -> Iterator[Result]:
    zone, (lat_rad, lon_rad) = ZONES[4547], points(ROWS)
    lat_deg, lon_deg = np.degrees(lat_rad), np.degrees(lon_rad)
    proj = pyproj.Transformer.from_crs(4326, 4547, always_xy=True)
    ours, peer = geodetic_to_grid(lat_rad, lon_rad, zone, frame=CGCS2000_2000), proj.transform(lon_deg, lat_deg)
    apart_m = float(np.hypot(ours.easting_m - peer[0], ours.northing_m - peer[1]).max())
    ours_s, peer_s = cpu_s_of(
        lambda: geodetic_to_grid(lat_rad, lon_rad, zone, frame=CGCS2000_2000), lambda: proj.transform(lon_deg, lat_deg)
    )
    targets: dict[str, Any] = {"must": 20e6, "reach": 40e6}
    yield Result(NAME, "4326 to 4547", ROWS / ours_s, UNIT, "higher", "PROJ", ROWS / peer_s, n=ROWS, **targets)
    yield Result(NAME, "largest distance from PROJ", apart_m, "m", "lower", must=1e-6, reach=1e-8, n=ROWS)

    back = pyproj.Transformer.from_crs(4547, 4326, always_xy=True)
    ours_s, peer_s = cpu_s_of(lambda: grid_to_geodetic(*ours, zone), lambda: back.transform(*peer))
    yield Result(NAME, "4547 to 4326", ROWS / ours_s, UNIT, "higher", "PROJ", ROWS / peer_s, n=ROWS)


def _frames() -> Iterator[Result]:
    velocity = station_velocity(0.0351, -0.0110)
    rng = np.random.default_rng(2)
    lat_rad, lon_rad = np.radians(rng.uniform(25.6, 26.0, FLEET)), np.radians(rng.uniform(114.7, 115.1, FLEET))
    fixes = FixBatch.missing(FLEET, slot=np.arange(FLEET), lat_rad=lat_rad, lon_rad=lon_rad, h_ell_m=110.0)
    way = np.zeros(FLEET, np.int32)
    crossing = prepare_crossing(NOW, CGCS2000_2000, velocity)
    exact = prepare_ways([crossing], velocity)
    near = prepare_ways([crossing], velocity, Place(float(np.radians(25.831)), float(np.radians(114.935))))
    # what PROJ can be made to do, the parameters and the velocity written out
    pipeline = pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +proj=cart +ellps=WGS84"
        " +step +proj=helmert +x=0.8969985 +y=0.276978 +z=0.262373"
        " +step +proj=helmert +x=0.005 +y=0.0051 +z=-0.0314 +s=0.00218 +rz=6e-05 +convention=position_vector"
        " +step +inv +proj=cart +ellps=GRS80"
    )
    columns = (fixes.lon_rad, fixes.lat_rad, fixes.h_ell_m)
    exact_s, near_s, peer_s = cpu_s_of(
        lambda: place(fixes, way, exact, CGCS2000_2000),
        lambda: place(fixes, way, near, CGCS2000_2000),
        lambda: pipeline.transform(*columns, radians=True),
    )
    peer: dict[str, Any] = {"peer": "PROJ, by hand", "peer_value": FLEET / peer_s, "n": FLEET}
    yield Result(NAME, "WGS 84 of today to CGCS2000, by ECEF", FLEET / exact_s, UNIT, "higher", **peer)
    yield Result(NAME, "WGS 84 of today to CGCS2000, near a place", FLEET / near_s, UNIT, "higher", **peer)


def _shifts() -> Iterator[Result]:
    lat_rad, lon_rad = points(FLEET)
    shifted = geodetic_to_gcj02(lat_rad, lon_rad, frame=CGCS2000_2000)
    there_s, back_s = cpu_s_of(
        lambda: geodetic_to_gcj02(lat_rad, lon_rad, frame=CGCS2000_2000), lambda: gcj02_to_geodetic(*shifted)
    )
    yield Result(NAME, "to GCJ-02", FLEET / there_s, UNIT, "higher", n=FLEET)
    yield Result(NAME, "back from GCJ-02", FLEET / back_s, UNIT, "higher", n=FLEET, note="to 1e-8 m")
