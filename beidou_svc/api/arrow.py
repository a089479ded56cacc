"""The fleet as an Arrow stream. Apart, because pyarrow takes long to load and few ask for it."""

from typing import Any

import numpy as np
import pyarrow as pa

from beidou_svc.api.context import Context
from beidou_svc.api.fields import ALL_FIELDS, NAME_FIELDS, Slots, columns_of
from beidou_svc.api.road_fields import ROAD_FIELDS
from beidou_svc.fleet.merge import TRUST_DATED, Key
from gnss.batches import NO_TIME
from gnss.time.scales import gpst_ns_to_unix_ns

_TIMES = {"time": "epoch", "position_time": "position"}


def fleet_to_arrow(service: Context, slots: Slots, fields: tuple[str, ...]) -> bytes:
    """An Arrow IPC stream of one record batch; the schema's metadata names datum and epoch."""
    state = service.state
    plain = columns_of(state, service.names, slots, [name for name in fields if name not in _TIMES])
    arrays: dict[str, Any] = {}
    for name in fields:
        if name in _TIMES:
            arrays[name] = _timestamps(getattr(state, _TIMES[name]), slots)
        else:
            arrays[name] = pa.array(plain[name], from_pandas=True, type=_type_of(name))
    metadata = {key: str(value) for key, value in service.frame.items()}
    table = pa.RecordBatch.from_pydict(arrays, metadata=metadata)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_batch(table)
    body: bytes = sink.getvalue().to_pybytes()
    return body


def _type_of(name: str) -> pa.DataType | None:
    """Types that do not follow from the values, which may all be missing."""
    if name in (*NAME_FIELDS, "liveness", "role", "source", "status", "road", "matched_time"):
        return pa.string()
    if name in ("base_id", "sats_used", "edge", "lane"):
        return pa.int32()
    if name == "off_road":
        return pa.bool_()
    if name in ROAD_FIELDS:
        return pa.float64()
    return None if name in ALL_FIELDS else pa.string()


def _timestamps(key: Key, slots: Slots) -> pa.Array:
    unix_ns = gpst_ns_to_unix_ns(np.where(key.trust[slots] == TRUST_DATED, key.t_ns[slots], NO_TIME))
    return pa.array(unix_ns, pa.timestamp("ns", tz="UTC"), mask=unix_ns == NO_TIME)
