"""Matches and road events of a replay as Arrow tables."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beidou_svc.replay.final import FinalTables
from beidou_svc.replay.fix_table import terminal_column, timestamps
from beidou_svc.replay.fix_table import words as coded_words
from gnss.time.scales import gpst_ns_to_unix_ns
from mapping.fences.kinds import EventKind, EventStatus
from mapping.matching.result import NO_EDGE

_KINDS = {int(kind): kind.name.lower() for kind in EventKind}
_STATUS = {int(status): status.name.lower() for status in EventStatus}


def matches_to_arrow(tables: FinalTables) -> pa.RecordBatch:
    """The final decision of each position; edge and lane are rows of the network."""
    assert tables.roads is not None
    matches = tables.roads.matches
    columns = {
        **_head(matches.slot, matches.t_gpst_ns, tables),
        "edge": _row(matches.edge),
        **{name: pa.array(getattr(matches, name), from_pandas=True) for name in ("offset_m", "lateral_m")},
        "lat_deg": pa.array(np.degrees(matches.lat_rad), from_pandas=True),
        "lon_deg": pa.array(np.degrees(matches.lon_rad), from_pandas=True),
        "lane": _row(matches.lane),
        **{name: pa.array(getattr(matches, name), from_pandas=True) for name in ("lane_p", "confidence")},
        "edge_2nd": _row(matches.edge_2nd),
        "p_2nd": pa.array(matches.p_2nd, from_pandas=True),
    }
    return pa.RecordBatch.from_pydict(columns)


def road_events_to_arrow(tables: FinalTables) -> pa.RecordBatch:
    """The events that stand."""
    assert tables.roads is not None
    events, fences = tables.roads.events, tables.roads.fences
    columns = {
        **_head(events.slot, events.t_gpst_ns, tables),
        "event": coded_words(events.kind, _KINDS),
        "fence": pa.array([fences[row] for row in events.fence.tolist()], pa.string()),
        "p": pa.array(events.p),
        "lat_deg": pa.array(np.degrees(events.lat_rad), from_pandas=True),
        "lon_deg": pa.array(np.degrees(events.lon_rad), from_pandas=True),
        "sigma_m": pa.array(events.sigma_m, from_pandas=True),
        "cause_t": timestamps(gpst_ns_to_unix_ns(events.cause_t_gpst_ns)),
        "value": pa.array(events.value, from_pandas=True),
        "status": coded_words(events.status, _STATUS),
        "event_id": pa.array(events.event_id),
    }
    return pa.RecordBatch.from_pydict(columns)


def _head(slot: NDArray[np.int32], t_gpst_ns: NDArray[np.int64], tables: FinalTables) -> dict[str, Any]:
    return {
        "terminal": terminal_column(np.ascontiguousarray(slot), tables.ids),
        "t": timestamps(gpst_ns_to_unix_ns(t_gpst_ns)),
        "t_gpst_ns": pa.array(t_gpst_ns),
    }


def _row(values: NDArray[np.int32]) -> pa.Array:
    return pa.array(values, mask=values == NO_EDGE)
