"""Networks as GeoParquet 1.1: a table of edges (or lanes, or stops) with its geometry, for data tools.

Source: docs/sources.md, mapping facts, tiles and formats (GeoParquet 1.1: the file's metadata key `geo`); positions
are longitude, latitude whatever the axes of the CRS.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gnss.batch import Batch
from mapping.datums.frame import Datum, Frame
from mapping.network.codes import EdgeFlag, LaneKind, RoadClass, Structure
from mapping.network.features import lon_lat_deg
from mapping.network.model import RoadNetwork
from mapping.network.tables import Lines

VERSION: Final = "1.1.0"
# EPSG codes of the geographic systems; BDCS has none of its own and follows the ITRF.
EPSG_OF_DATUM: Final = {
    Datum.CGCS2000: 4490,
    Datum.WGS84: 4326,
    Datum.BDCS: 9990,
    Datum.ITRF97: 8996,
    Datum.ITRF2014: 9000,
    Datum.ITRF2020: 9990,
}
TABLES: Final = ("edges", "lanes", "stops")


def write_geoparquet(network: RoadNetwork, path: Path, table: str = "edges") -> None:
    """Write one table of a network, with its geometry in the frame of the network and the epoch stated.

    Unit: degrees, and what the columns' names say. Frame: the network's. Error: another table raises `ValueError`.
    """
    if table not in TABLES:
        raise ValueError(f"no table {table!r}: choose {', '.join(TABLES)}")
    geometry, kind = _geometry(network, table)
    columns: dict[str, Any] = {"row": np.arange(geometry.size, dtype=np.int32), **_columns(network, table)}
    bounds = shapely.bounds(geometry) if geometry.size else np.empty((0, 4))
    boxes = pa.StructArray.from_arrays([pa.array(column) for column in bounds.T], ["xmin", "ymin", "xmax", "ymax"])
    made = pa.table({**columns, "bbox": boxes, "geometry": pa.array(shapely.to_wkb(geometry), pa.binary())})
    made = made.replace_schema_metadata({"geo": orjson.dumps(_metadata(network.frame, kind, bounds))})
    pq.write_table(made, path, compression="zstd")


def _metadata(frame: Frame, kind: str, bounds: NDArray[np.float64]) -> dict[str, Any]:
    """The member `geo`."""
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": [kind],
        "crs": CRS.from_epsg(EPSG_OF_DATUM[frame.datum]).to_json_dict(),
        "edges": "planar",
        "covering": {"bbox": {corner: ["bbox", corner] for corner in ("xmin", "ymin", "xmax", "ymax")}},
    }
    if len(bounds):
        column["bbox"] = [*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist()]
    if frame.epoch is not None:
        column["epoch"] = frame.epoch
    return {"version": VERSION, "primary_column": "geometry", "columns": {"geometry": column}}


def _geometry(network: RoadNetwork, table: str) -> tuple[NDArray[np.object_], str]:
    if table == "stops":
        return shapely.points(lon_lat_deg(network, network.stops.x_m, network.stops.y_m)), "Point"
    lines: Lines = network.shape if table == "edges" else network.lane_shape
    of_line = np.repeat(np.arange(len(lines)), np.diff(lines.first_point))
    positions = lon_lat_deg(network, lines.points.x_m, lines.points.y_m)
    return shapely.linestrings(positions, indices=of_line), "LineString"


def _columns(network: RoadNetwork, table: str) -> dict[str, Any]:
    """The columns of a table, with words for its small numbers."""
    batch: Batch = getattr(network, table)
    columns: dict[str, Any] = dict(batch.columns())
    if "name" in columns:
        columns["name"] = pa.array([network.names[name] for name in columns["name"]])
    if table == "edges":
        columns["road_class"] = _words([c.label for c in RoadClass], columns["road_class"])
        columns["structure"] = _words([s.name.lower() for s in Structure], columns["structure"])
        flags = columns.pop("flags")
        columns |= {f"is_{flag.name.lower()}": (flags & flag) > 0 for flag in EdgeFlag if flag.name}
    if table == "lanes":
        columns["kind"] = _words([k.name.lower() for k in LaneKind], columns["kind"])
    return columns


def _words(words: list[str], numbers: NDArray[np.uint8]) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), pa.array(words))
