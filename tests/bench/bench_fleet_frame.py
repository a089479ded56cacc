"""One picture of 10,000 vehicles as a frame of the live stream, and what else could have been sent."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from beidou_svc.api.fields import ALL_FIELDS, columns_of
from beidou_svc.api.fleet_frame import encode_frame
from beidou_svc.fleet.names import Names
from beidou_svc.fleet.state import FleetRules, FleetState, new_state, step
from gnss.batches import FixBatch
from tests.bench.measure import cpu_s_of
from tests.bench.result import Result
from tests.helpers.service import T_GPST_NS, FakeNames, fixes

NAME = "fleet_frame"

VEHICLES = 10_000
MS_PER_S = 1_000.0
NOTHING = np.empty(0, np.int32)
EVERYBODY = np.arange(VEHICLES, dtype=np.int32)


def moving_fixes(second: int) -> FixBatch:
    """One epoch of every vehicle, no two alike."""
    rng = np.random.default_rng(second)
    return fixes(
        VEHICLES,
        t_gpst_ns=T_GPST_NS + second * 10**9 + rng.integers(0, 10**9, VEHICLES),
        lat_rad=np.radians(25.8 + rng.random(VEHICLES) / 10),
        lon_rad=np.radians(114.9 + rng.random(VEHICLES) / 10),
        h_ell_m=rng.uniform(100, 200, VEHICLES),
        speed_mps=rng.uniform(0, 20, VEHICLES),
        course_rad=rng.uniform(0, 6.28, VEHICLES),
    )


def peer_columns(state: FleetState) -> dict[str, NDArray[Any]]:
    """What a frame holds, in the types that a general format would carry."""
    names = (
        "lat_rad",
        "lon_rad",
        "h_ell_m",
        "sigma_n_m",
        "speed_mps",
        "course_rad",
        "age_corr_s",
        "fix_quality",
        "sats_used",
    )
    columns = {name: state.columns[name][:VEHICLES] for name in names}
    return columns | {"slot": np.arange(VEHICLES), "t_ns": state.position.t_ns[:VEHICLES]}


def arrow_stream(columns: dict[str, NDArray[Any]]) -> bytes:
    batch = pa.RecordBatch.from_pydict({name: pa.array(values) for name, values in columns.items()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    body: bytes = sink.getvalue().to_pybytes()
    return body


def list_of_dicts(columns: dict[str, NDArray[Any]]) -> bytes:
    rows = zip(*(values.tolist() for values in columns.values()), strict=True)
    return orjson.dumps([dict(zip(columns, row, strict=True)) for row in rows])


def run() -> Iterator[Result]:
    """Encode everything, encode a tenth, fold in an epoch of everybody, answer a REST snapshot."""
    state = new_state(FleetRules())
    step(state, moving_fixes(0), 0)
    yield from _frames(state)
    yield from _others(state)


def _frames(state: FleetState) -> Iterator[Result]:
    some = np.arange(0, VEHICLES, 10, dtype=np.int32)
    columns = peer_columns(state)

    def encode(slots: NDArray[np.int32]) -> memoryview:
        return encode_frame(state, slots, NOTHING, full=True, resume="b:1:1", now_ns=0)

    frame_s, some_s, arrow_s, dicts_s = cpu_s_of(
        lambda: encode(EVERYBODY), lambda: encode(some), lambda: arrow_stream(columns), lambda: list_of_dicts(columns)
    )
    yield _in_ms(
        "encode 10,000 vehicles",
        frame_s,
        VEHICLES,
        peer="Arrow IPC",
        peer_value=arrow_s * MS_PER_S,
        must=0.3,
        reach=0.1,
        note=f"{len(encode(EVERYBODY)) / 1e3:.0f} kB; peer {len(arrow_stream(columns)) / 1e3:.0f} kB",
    )
    yield _in_ms(
        "encode 10,000 vehicles",
        frame_s,
        VEHICLES,
        peer="orjson, list of dicts",
        peer_value=dicts_s * MS_PER_S,
        note=f"peer {len(list_of_dicts(columns)) / 1e3:.0f} kB",
    )
    yield _in_ms("encode 1,000 scattered of them", some_s, len(some))


def _others(state: FleetState) -> Iterator[Result]:
    epoch = moving_fixes(1)
    names = Names(FakeNames(VEHICLES))
    names.refresh()
    step_s, rest_s = cpu_s_of(
        lambda: step(state, epoch, 0),
        lambda: orjson.dumps(columns_of(state, names, EVERYBODY, ALL_FIELDS), option=orjson.OPT_SERIALIZE_NUMPY),
    )
    yield _in_ms("fold in an epoch of each", step_s, VEHICLES)
    yield _in_ms("REST snapshot, all fields", rest_s, VEHICLES, note="JSON columns")


def _in_ms(metric: str, cpu_s: float, n: int, **more: Any) -> Result:
    return Result(NAME, metric, cpu_s * MS_PER_S, "ms", "lower", n=n, **more)
