"""What a station says of itself to frames: 1005, 1006, 1033, 1230.

Source: docs/sources.md, gnss_facts §7; fields as pyrtcm has them.
"""

import numpy as np
from numpy.typing import NDArray

from gnss.rtcm.flat import write_fields
from gnss.rtcm.frames import HEAD_BYTES, Frames, close_frames, open_frames
from gnss.rtcm.layouts import POSITION_LAYOUTS
from gnss.rtcm.messages import GLONASS_BIAS_NUMBER
from gnss.rtcm.stations import BIAS_STEP_M, GlonassBiasBatch, StationBatch

EQUIPMENT_NUMBER = 1033
_BIAS_STEPS_MAX = (1 << 15) - 1


def encode_positions(stations: StationBatch) -> Frames:
    """A message 1005 or 1006 per row, as its number says.

    Shape: (n,). Unit: m, ECEF. Error: rounded to 0.1 mm; ValueError for another number, or where a value does not fit.
    """
    layouts = [POSITION_LAYOUTS.get(number) for number in stations.number.tolist()]
    if None in layouts:
        raise ValueError(f"rows are messages {np.unique(stations.number)}; positions are in {sorted(POSITION_LAYOUTS)}")
    frames = open_frames(np.array([(layout.bits + 7) // 8 for layout in layouts if layout], np.int64))
    for number, layout in POSITION_LAYOUTS.items():
        rows = np.flatnonzero(stations.number == number)
        columns = stations.take(rows).columns()
        columns.update({f"{axis}_m": columns["ecef_m"][:, k] for k, axis in enumerate("xyz")})
        write_fields(layout, frames.buffer, frames.start[rows] + HEAD_BYTES, columns)
    return close_frames(frames)


def _framed(payloads: list[bytes]) -> Frames:
    frames = open_frames(np.array([len(payload) for payload in payloads], np.int64))
    for start, payload in zip(frames.start.tolist(), payloads, strict=True):
        frames.buffer[start + HEAD_BYTES : start + HEAD_BYTES + len(payload)] = np.frombuffer(payload, np.uint8)
    return close_frames(frames)


def _head(number: int, station: int) -> bytes:
    return (number << 12 | station).to_bytes(3, "big")


def encode_equipment(stations: StationBatch) -> Frames:
    """A message 1033 per row: antenna, setup, serial number, receiver, firmware, serial number.

    Shape: (n,). Unit: none. Error: none; a station id above 4095 is a ValueError.
    """
    _require_station_ids(stations.station)
    payloads = []
    texts = (stations.antenna_serial, stations.receiver, stations.firmware, stations.receiver_serial)
    for i, station in enumerate(stations.station.tolist()):
        antenna = bytes(stations.antenna[i])
        payload = _head(EQUIPMENT_NUMBER, station) + bytes([len(antenna)]) + antenna + bytes([stations.setup_id[i]])
        payloads.append(payload + b"".join(bytes([len(text[i])]) + bytes(text[i]) for text in texts))
    return _framed(payloads)


def encode_glonass_biases(biases: GlonassBiasBatch) -> Frames:
    """A message 1230 per row; biases that are NaN are left out.

    Shape: (n,), four biases a row. Unit: m. Error: rounded to 0.02 m; ValueError beyond 655.34 m or for a station id
    above 4095.
    """
    _require_station_ids(biases.station)
    if np.any(np.abs(biases.bias_m) > _BIAS_STEPS_MAX * BIAS_STEP_M):
        raise ValueError(f"a bias of more than {_BIAS_STEPS_MAX * BIAS_STEP_M} m")
    payloads = []
    for i, station in enumerate(biases.station.tolist()):
        sent = ~np.isnan(biases.bias_m[i])
        mask = sum(1 << (3 - k) for k in np.flatnonzero(sent).tolist())
        flags = int(biases.is_aligned[i]) << 7 | mask
        steps = np.rint(biases.bias_m[i][sent] / BIAS_STEP_M).astype(">i2")
        payloads.append(_head(GLONASS_BIAS_NUMBER, station) + bytes([flags]) + steps.tobytes())
    return _framed(payloads)


def _require_station_ids(station: NDArray[np.uint16]) -> None:
    if len(station) and station.max() > 0xFFF:
        raise ValueError(f"station id {station.max()}: ids have 12 bits")
