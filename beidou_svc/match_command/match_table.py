"""Matched positions as a table for people and their tools."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beidou_svc.replay.fix_table import TERMINAL, terminal_column, timestamps, words
from gnss.status import Status
from gnss.time.scales import gpst_ns_to_unix_ns
from mapping.matching.result import MatchBatch
from mapping.network.model import RoadNetwork

_WORD = pa.dictionary(pa.int32(), pa.string())
_STATUSES = {int(member): member.name for member in Status}
_DECIMALS = 12

COLUMNS: tuple[tuple[str, pa.DataType, str, str], ...] = (
    ("t", pa.timestamp("ns", tz="UTC"), "UTC", "time of the position"),
    ("t_gpst_ns", pa.int64(), "ns", "time of the position, GPST since 1980-01-06"),
    ("lat_deg", pa.float64(), "deg", "latitude on the road, of the position itself off the road"),
    ("lon_deg", pa.float64(), "deg", "longitude, likewise"),
    ("edge", pa.int32(), "", "directed edge of the network, null off the road"),
    ("edge_ref", pa.int64(), "", "id of the road in the source of the network"),
    ("road", _WORD, "", "name of the road"),
    ("offset_m", pa.float64(), "m", "along the edge from its start"),
    ("lateral_m", pa.float64(), "m", "how far left of the road's line the position is"),
    ("lane_ref", pa.int64(), "", "id of the lane in the source of the network"),
    ("lane_p", pa.float32(), "", "probability of that lane, given the edge"),
    ("confidence", pa.float32(), "", "probability that the edge is right"),
    ("edge_2nd", pa.int32(), "", "the next most probable edge"),
    ("p_2nd", pa.float32(), "", "its probability"),
    ("off_road", pa.bool_(), "", "whether the position is on no road"),
    ("status", _WORD, "", "why a position was not used, OK where it was"),
)


def match_schema(network: RoadNetwork) -> pa.Schema:
    """Schema of the table; its metadata name network and frame."""
    fields = [pa.field(name, kind, metadata=_meta(unit, text)) for name, kind, unit, text in COLUMNS]
    metadata = {"table": "matches", "frame": str(network.frame), "network": network.content_digest}
    return pa.schema([TERMINAL, *fields], metadata=metadata)


def _meta(unit: str, text: str) -> dict[str, str]:
    return {"unit": unit, "description": text} if unit else {"description": text}


def _picked(values: NDArray[np.generic], rows: NDArray[np.int32], kind: pa.DataType) -> pa.Array:
    """Values by row number, null where that is -1."""
    source = values if len(values) else np.zeros(1, values.dtype)
    return pa.array(source[np.maximum(rows, 0)], kind, mask=rows < 0)


def matches_to_arrow(rows: MatchBatch, network: RoadNetwork, names: Sequence[str], schema: pa.Schema) -> pa.RecordBatch:
    """Rows of a batch as Arrow columns; `names` names the slots."""
    texts = dict(enumerate(network.names))
    name = network.edges.name[np.maximum(rows.edge, 0)] if network.edge_count else np.zeros(len(rows), np.int32)
    arrays = [
        terminal_column(rows.slot, names),
        timestamps(gpst_ns_to_unix_ns(rows.t_gpst_ns)),
        pa.array(rows.t_gpst_ns),
        *(pa.array(np.round(np.degrees(c), _DECIMALS), from_pandas=True) for c in (rows.lat_rad, rows.lon_rad)),
        pa.array(rows.edge, mask=rows.edge < 0),
        _picked(network.edges.ref, rows.edge, pa.int64()),
        words(np.where(rows.edge < 0, 0, name), texts),
        *(pa.array(column, from_pandas=True) for column in (rows.offset_m, rows.lateral_m)),
        _picked(network.lanes.ref, rows.lane, pa.int64()),
        *(pa.array(column, from_pandas=True) for column in (rows.lane_p, rows.confidence)),
        pa.array(rows.edge_2nd, mask=rows.edge_2nd < 0),
        pa.array(rows.p_2nd, from_pandas=True),
        pa.array(rows.is_off_road),
        words(rows.status, _STATUSES),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
