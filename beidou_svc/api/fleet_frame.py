"""One binary frame of the live stream: docs/stream.md as code.

A message is built once and shared by all clients that want it: it carries the WebSocket frame header already.
"""

from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from beidou_svc.api.fleet_frame_field import Field
from beidou_svc.api.fleet_frame_road import ROAD_COLUMNS, fill_road
from beidou_svc.fleet import fixed_point as fp
from beidou_svc.fleet.merge import TRUST_DATED, TRUST_UNDATED
from beidou_svc.fleet.state import FleetState
from gnss._jit import kernel
from gnss.batches import NO_TIME, Source
from gnss.constants import NS_PER_MS
from gnss.time.scales import gpst_ns_to_unix_ns

MAGIC = b"BDF1"
FLAG_UNDATED = 1
FLAG_QUARANTINED = 2
FLAG_BASE = 4
FLAG_COMPUTED = 8

_ENGINE = int(Source.ENGINE)

_WIRE_BYTES = 16
"""Room before the message for the WebSocket header; keeps the columns aligned."""
_ALIGN = 8
_BINARY_FINAL = 0x82
_TEXT_FINAL = 0x81


FIELDS = (
    Field("slot", "u4", 1, None),
    Field("lat_deg", "i4", fp.DEGREE, fp.I4_MISSING),
    Field("lon_deg", "i4", fp.DEGREE, fp.I4_MISSING),
    Field("t_ms", "i4", 1, fp.I4_MISSING),
    Field("h_ell_m", "i4", fp.HEIGHT, fp.I4_MISSING),
    Field("sigma_h_m", "u2", fp.SIGMA, fp.U2_MISSING),
    Field("speed_mps", "u2", fp.SPEED, fp.U2_MISSING),
    Field("course_deg", "u2", fp.COURSE, fp.U2_MISSING),
    Field("age_corr_s", "u2", fp.AGE, fp.U2_MISSING),
    Field("fix_quality", "u1", 1, None),
    Field("liveness", "u1", 1, None),
    Field("sats_used", "u1", 1, fp.U1_MISSING),
    Field("flags", "u1", 1, None),
)


class Shown(NamedTuple):
    """The columns of the state that a frame is made of."""

    lat_rad: NDArray[np.float64]
    lon_rad: NDArray[np.float64]
    h_ell_m: NDArray[np.float64]
    sigma_n_m: NDArray[np.float64]
    sigma_e_m: NDArray[np.float64]
    speed_mps: NDArray[np.float64]
    course_rad: NDArray[np.float64]
    age_corr_s: NDArray[np.float64]
    fix_quality: NDArray[np.uint8]
    sats_used: NDArray[np.uint8]
    source: NDArray[np.uint8]
    t_ns: NDArray[np.int64]
    position_trust: NDArray[np.uint8]
    epoch_trust: NDArray[np.uint8]
    liveness: NDArray[np.uint8]
    policy: NDArray[np.uint8]
    is_base: NDArray[np.uint8]


class Columns(NamedTuple):
    """Views of a message, in the order of FIELDS."""

    slot: NDArray[np.uint32]
    lat: NDArray[np.int32]
    lon: NDArray[np.int32]
    t: NDArray[np.int32]
    h_ell: NDArray[np.int32]
    sigma_h: NDArray[np.uint16]
    speed: NDArray[np.uint16]
    course: NDArray[np.uint16]
    age_corr: NDArray[np.uint16]
    fix_quality: NDArray[np.uint8]
    liveness: NDArray[np.uint8]
    sats_used: NDArray[np.uint8]
    flags: NDArray[np.uint8]


@kernel
def _newest(shown: Shown) -> int:
    t_ns = NO_TIME
    for k in range(shown.t_ns.size):
        t_ns = max(t_ns, shown.t_ns[k] if shown.position_trust[k] == TRUST_DATED else NO_TIME)
    return t_ns


@kernel
def _fill_places(shown: Shown, t0_ns: int, out: Columns) -> None:
    """One loop a column, without jumps, so that the compiler makes vector instructions of each."""
    for k in range(out.lat.size):
        out.lat[k] = fp.degrees_i4(shown.lat_rad[k])
    for k in range(out.lon.size):
        out.lon[k] = fp.degrees_i4(shown.lon_rad[k])
    for k in range(out.h_ell.size):
        out.h_ell[k] = fp.millimetres_i4(shown.h_ell_m[k])
    for k in range(out.t.size):
        t_ms = np.floor(np.float64(shown.t_ns[k] - t0_ns) / NS_PER_MS)
        known = shown.position_trust[k] == TRUST_DATED and abs(t_ms) <= fp.I4_MAX
        out.t[k] = np.int32(t_ms) if known else np.int32(fp.I4_MISSING)


@kernel
def _fill_qualities(shown: Shown, out: Columns) -> None:
    for k in range(out.sigma_h.size):
        north_m, east_m = shown.sigma_n_m[k], shown.sigma_e_m[k]
        out.sigma_h[k] = fp.clip_u2(np.sqrt(north_m * north_m + east_m * east_m), fp.SIGMA)
    for k in range(out.speed.size):
        out.speed[k] = fp.clip_u2(shown.speed_mps[k], fp.SPEED)
    for k in range(out.course.size):
        out.course[k] = fp.bearing_u2(shown.course_rad[k])
    for k in range(out.age_corr.size):
        out.age_corr[k] = fp.clip_u2(shown.age_corr_s[k], fp.AGE)
    out.fix_quality[:] = shown.fix_quality
    out.liveness[:] = shown.liveness
    out.sats_used[:] = shown.sats_used
    for k in range(out.flags.size):
        undated = shown.epoch_trust[k] == TRUST_UNDATED
        flags = undated * FLAG_UNDATED + (shown.policy[k] != 0) * FLAG_QUARANTINED
        out.flags[k] = flags + shown.is_base[k] * FLAG_BASE + (shown.source[k] == _ENGINE) * FLAG_COMPUTED


def _shown(state: FleetState, slots: NDArray[np.int32]) -> Shown:
    """What is shown of some slots, ascending. A run of slots is not copied."""
    position, epoch = state.position, state.epoch
    own = (position.t_ns, position.trust, epoch.trust, state.liveness, state.policy, state.is_base)
    columns = (*(state.columns[name] for name in Shown._fields[: -len(own)]), *own)
    n = len(slots)
    is_run = n > 0 and int(slots[-1]) - int(slots[0]) == n - 1
    selected = slice(int(slots[0]), int(slots[0]) + n) if is_run else slots
    return Shown(*(column[selected] for column in columns))


def encode_frame(
    state: FleetState,
    slots: NDArray[np.int32],
    gone: NDArray[np.int32],
    *,
    full: bool,
    resume: str,
    now_ns: int,
    with_road: bool = False,
) -> memoryview:
    """A frame of some slots, ready for the wire. `now_ns` (UTC) is its time where no row has one."""
    layout = _WITH_ROAD if with_road else _PLAIN
    shown = _shown(state, slots)
    newest_ns = _newest(shown)
    t0_ns = newest_ns - newest_ns % NS_PER_MS if newest_ns != NO_TIME else 0
    t0_ms = int(gpst_ns_to_unix_ns(t0_ns)) // NS_PER_MS if newest_ns != NO_TIME else now_ns // NS_PER_MS
    n = len(slots)
    head = {"kind": "full" if full else "delta", "seq": state.seq, "resume": resume, "t0_ms": t0_ms, "n": n}
    header, offsets, size = _header({**head, "gone": gone}, n, layout)
    buffer = np.empty(_WIRE_BYTES + size, np.uint8)
    message = buffer[_WIRE_BYTES:]
    message[: len(header)] = np.frombuffer(header, np.uint8)
    views = _views(message, offsets, n, layout)
    columns = Columns(*views[: len(FIELDS)])
    columns.slot[:] = slots
    _fill_places(shown, t0_ns, columns)
    _fill_qualities(shown, columns)
    if with_road:
        fill_road(state.road, slots, views[len(FIELDS) :])
    return _with_wire_header(buffer, _BINARY_FINAL, size)


def wire_text(text: bytes) -> memoryview:
    """A text message, ready for the wire."""
    buffer = np.empty(_WIRE_BYTES + len(text), np.uint8)
    buffer[_WIRE_BYTES:] = np.frombuffer(text, np.uint8)
    return _with_wire_header(buffer, _TEXT_FINAL, len(text))


class Layout(NamedTuple):
    """The columns of a frame: their part of the header with a place for each offset, the most that it can take."""

    fields: tuple[Field, ...]
    template: bytes
    template_bytes_max: int
    item_bytes: tuple[int, ...]


def layout_of(fields: tuple[Field, ...]) -> Layout:
    """The layout of some columns: their list depends on the offsets, which begin after it, so room is left."""
    columns = [
        {"name": field.name, "dtype": field.dtype, "offset": "OFFSET", "scale": field.scale}
        | ({} if field.missing is None else {"missing": field.missing})
        for field in fields
    ]
    template = b',"columns":' + orjson.dumps(columns).replace(b'"OFFSET"', b"%d") + b"}"
    item_bytes = tuple(np.dtype(field.dtype).itemsize for field in fields)
    return Layout(fields, template, len(template % ((10**9,) * len(fields))), item_bytes)


_PLAIN = layout_of(FIELDS)
_WITH_ROAD = layout_of((*FIELDS, *ROAD_COLUMNS))


def _header(head: dict[str, Any], n: int, layout: Layout) -> tuple[bytes, list[int], int]:
    """Magic, length and padded JSON; where each column starts; length of the message."""
    text = orjson.dumps(head, option=orjson.OPT_SERIALIZE_NUMPY)[:-1]
    start = end = _aligned(8 + len(text) + layout.template_bytes_max)
    offsets = []
    for item_bytes in layout.item_bytes:
        offsets.append(end)
        end += _aligned(n * item_bytes)
    text = (text + layout.template % tuple(offsets)).ljust(start - 8)
    return MAGIC + len(text).to_bytes(4, "little") + text, offsets, end


def _views(message: NDArray[np.uint8], offsets: list[int], n: int, layout: Layout) -> list[NDArray[Any]]:
    fields = zip(layout.fields, offsets, strict=True)
    return [np.ndarray(n, field.dtype, message, offset) for field, offset in fields]


def _aligned(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN


def _with_wire_header(buffer: NDArray[np.uint8], opcode: int, size: int) -> memoryview:
    """Put the header of an unmasked final WebSocket frame (RFC 6455 section 5.2) right before the message."""
    if size < 126:
        header = bytes((opcode, size))
    elif size < 1 << 16:
        header = bytes((opcode, 126)) + size.to_bytes(2, "big")
    else:
        header = bytes((opcode, 127)) + size.to_bytes(8, "big")
    start = _WIRE_BYTES - len(header)
    buffer[start:_WIRE_BYTES] = np.frombuffer(header, np.uint8)
    return buffer[start:].data
