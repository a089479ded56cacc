"""Two streets that meet, a lane, a stop, a route: what the kernels of roads run on once, to be compiled or loaded."""

from mapping.datums.frame import CGCS2000_2000
from mapping.network.geojson import geojson_network
from mapping.network.geojson_io import parse_geojson
from mapping.network.model import RoadNetwork

_CITY = b"""{"type": "FeatureCollection", "features": [
{"type": "Feature", "id": 1, "properties": {"highway": "primary", "lanes": 2},
 "geometry": {"type": "LineString", "coordinates": [[114.90, 25.80], [114.91, 25.80], [114.92, 25.81]]}},
{"type": "Feature", "id": 2, "properties": {"highway": "residential"},
 "geometry": {"type": "LineString", "coordinates": [[114.91, 25.80], [114.91, 25.81]]}},
{"type": "Feature", "id": 9, "properties": {"layer": "stop", "name": "Stop"},
 "geometry": {"type": "Point", "coordinates": [114.905, 25.80005]}}],
 "lanes": [{"id": 1, "road": 1, "index": 0, "width_m": 3.5, "coordinates": [[114.90, 25.80], [114.91, 25.80]]}],
 "routes": [{"id": 1, "name": "Line", "roads": [1], "stops": [9]}]}"""


def small_city() -> RoadNetwork:
    """The network of it."""
    return geojson_network(parse_geojson(_CITY), CGCS2000_2000)[0]
