"""What stations say of themselves: antenna position, equipment, GLONASS biases, text (1005-1008, 1029, 1033, 1230).

Source: docs/sources.md, gnss_facts §7; fields as pyrtcm has them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.batch import Batch, column
from gnss.batches import NO_TIME
from gnss.bits import get_signed, get_unsigned
from gnss.constants import NS_PER_S
from gnss.rtcm.decode import RtcmDecoded
from gnss.rtcm.flat import read_fields
from gnss.rtcm.frames import CHECK_BYTES, HEAD_BYTES
from gnss.rtcm.layouts import POSITION_LAYOUTS
from gnss.rtcm.messages import GLONASS_BIAS_NUMBER, STATION_NUMBERS, TEXT_NUMBER
from gnss.status import Status
from gnss.time.scales import utc_to_gpst_ns

DESCRIPTOR_BYTES_MAX = 31
"""Longest descriptor of the standard (from memory, unverified); a longer one is cut, and its row says RANGE."""

TEXT_BYTES_MAX = 255
BIAS_STEP_M = 0.02
BIAS_NAMES = ("1C", "1P", "2C", "2P")
"""Signals of the four GLONASS biases, in order."""

_MJD_UNIX = 40_587
_OK, _TOO_SHORT, _RANGE = int(Status.OK), int(Status.TOO_SHORT), int(Status.RANGE)
_NAMES = ("antenna", "antenna_serial", "receiver", "firmware", "receiver_serial")
_STRINGS = {1007: 1, 1008: 2, 1033: 5}
"""By message: how many descriptors it has. The antenna setup id stands behind the first."""


@dataclass(frozen=True, slots=True)
class StationBatch(Batch):
    """One row per message 1005, 1006, 1007, 1008 or 1033; what a message does not say is missing in its row.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal that sent it |
    | number | u2 | | | message number |
    | station | u2 | | | reference station id |
    | t_gpst_ns | i8 | | ns | time known when it came, GPST since 1980-01-06 |
    | ecef_m | f8 | 3 | m | antenna reference point, ECEF, in the frame of the network |
    | antenna_up_m | f8 | | m | antenna reference point above the marker |
    | itrf_year | u1 | | | ITRF realization as sent, 0 = not said |
    | has_gps | u1 | | | 1: serves GPS |
    | has_glonass | u1 | | | 1: serves GLONASS |
    | has_galileo | u1 | | | 1: serves Galileo |
    | is_virtual | u1 | | | 1: a computed station, not a physical one |
    | one_oscillator | u1 | | | 1: all signals are measured with one oscillator |
    | quarter_cycle | u1 | | | quarter-cycle indicator |
    | setup_id | u1 | | | antenna setup |
    | antenna | S31 | | | antenna descriptor |
    | antenna_serial | S31 | | | its serial number |
    | receiver | S31 | | | receiver type |
    | firmware | S31 | | | its firmware |
    | receiver_serial | S31 | | | its serial number |
    | status | u1 | | | a `Status` |
    """

    slot: NDArray[np.int32] = column("i4")
    number: NDArray[np.uint16] = column("u2")
    station: NDArray[np.uint16] = column("u2")
    t_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    ecef_m: NDArray[np.float64] = column("f8", 3)
    antenna_up_m: NDArray[np.float64] = column("f8")
    itrf_year: NDArray[np.uint8] = column("u1")
    has_gps: NDArray[np.uint8] = column("u1")
    has_glonass: NDArray[np.uint8] = column("u1")
    has_galileo: NDArray[np.uint8] = column("u1")
    is_virtual: NDArray[np.uint8] = column("u1")
    one_oscillator: NDArray[np.uint8] = column("u1")
    quarter_cycle: NDArray[np.uint8] = column("u1")
    setup_id: NDArray[np.uint8] = column("u1")
    antenna: NDArray[np.bytes_] = column("S31", missing=b"")
    antenna_serial: NDArray[np.bytes_] = column("S31", missing=b"")
    receiver: NDArray[np.bytes_] = column("S31", missing=b"")
    firmware: NDArray[np.bytes_] = column("S31", missing=b"")
    receiver_serial: NDArray[np.bytes_] = column("S31", missing=b"")
    status: NDArray[np.uint8] = column("u1")


@dataclass(frozen=True, slots=True)
class GlonassBiasBatch(Batch):
    """One row per message 1230.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal that sent it |
    | station | u2 | | | reference station id |
    | is_aligned | u1 | | | 1: the phases are already corrected by the biases |
    | bias_m | f8 | 4 | m | pseudorange less phase range of 1C, 1P, 2C, 2P; NaN = not sent |
    | status | u1 | | | a `Status` |
    """

    slot: NDArray[np.int32] = column("i4")
    station: NDArray[np.uint16] = column("u2")
    is_aligned: NDArray[np.uint8] = column("u1")
    bias_m: NDArray[np.float64] = column("f8", 4)
    status: NDArray[np.uint8] = column("u1")


@dataclass(frozen=True, slots=True)
class TextBatch(Batch):
    """One row per message 1029.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal that sent it |
    | station | u2 | | | reference station id |
    | t_gpst_ns | i8 | | ns | when it was written, GPST since 1980-01-06 |
    | text | S255 | | | UTF-8 as sent |
    | status | u1 | | | a `Status` |
    """

    slot: NDArray[np.int32] = column("i4")
    station: NDArray[np.uint16] = column("u2")
    t_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    text: NDArray[np.bytes_] = column("S255", missing=b"")
    status: NDArray[np.uint8] = column("u1")


@leaf_kernel
def _read_descriptors(
    buffer: NDArray[np.uint8],
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    strings: int,
    letters: NDArray[np.uint8],
    setup_id: NDArray[np.uint8],
    status: NDArray[np.uint8],
) -> None:
    """Descriptors of messages whose content begins at byte `start`: each a length and its letters."""
    for i in range(len(start)):
        p = start[i]
        for k in range(strings):
            length = np.int64(buffer[p]) if p < stop[i] else 0
            if p + 1 + length > stop[i]:
                status[i] = _TOO_SHORT
                break
            if length > DESCRIPTOR_BYTES_MAX:
                status[i] = _RANGE
            for c in range(min(length, DESCRIPTOR_BYTES_MAX)):
                letters[i, k, c] = buffer[p + 1 + c]
            p += 1 + length
            if k == 0:
                setup_id[i] = buffer[p] if p < stop[i] else 0
                p += 1


@leaf_kernel
def _read_biases(
    buffer: NDArray[np.uint8],
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    is_aligned: NDArray[np.uint8],
    bias_m: NDArray[np.float64],
    status: NDArray[np.uint8],
) -> None:
    for i in range(len(start)):
        bit = 8 * start[i]
        is_aligned[i] = get_unsigned(buffer, bit + 24, 1)
        p = bit + 32
        for k in range(4):
            if get_unsigned(buffer, bit + 28 + k, 1):
                if p + 16 > 8 * stop[i]:
                    status[i] = _TOO_SHORT
                    break
                steps = get_signed(buffer, p, 16)
                bias_m[i, k] = np.nan if steps == -(1 << 15) else steps * BIAS_STEP_M
                p += 16


@leaf_kernel
def _read_texts(
    buffer: NDArray[np.uint8],
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    day: NDArray[np.int64],
    second: NDArray[np.int64],
    letters: NDArray[np.uint8],
    status: NDArray[np.uint8],
) -> None:
    for i in range(len(start)):
        bit = 8 * start[i]
        day[i] = get_unsigned(buffer, bit + 24, 16) - _MJD_UNIX
        second[i] = get_unsigned(buffer, bit + 40, 17)
        length = get_unsigned(buffer, bit + 64, 8)
        if start[i] + 9 + length > stop[i]:
            status[i] = _TOO_SHORT
            continue
        for c in range(length):
            letters[i, c] = buffer[start[i] + 9 + c]


def _payloads(decoded: RtcmDecoded, number: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the good messages of a number, and where their payloads begin and end."""
    m = decoded.messages
    rows = np.flatnonzero((m.number == number) & (m.status == Status.OK))
    return rows, m.start[rows] + HEAD_BYTES, m.stop[rows] - CHECK_BYTES


def _equipment(decoded: RtcmDecoded, number: int) -> StationBatch:
    m = decoded.messages
    rows, start, stop = _payloads(decoded, number)
    letters = np.zeros((len(rows), len(_NAMES), DESCRIPTOR_BYTES_MAX), np.uint8)
    setup_id, status = np.zeros((2, len(rows)), np.uint8)
    _read_descriptors(decoded.buffer, start + 3, stop, _STRINGS[number], letters, setup_id, status)
    texts = letters.view(f"S{DESCRIPTOR_BYTES_MAX}")[..., 0]
    columns: dict[str, Any] = {name: texts[:, k] for k, name in enumerate(_NAMES)}
    columns.update(slot=m.slot[rows], number=m.number[rows], station=m.station[rows], t_gpst_ns=m.t_gpst_ns[rows])
    return StationBatch.missing(len(rows), setup_id=setup_id, status=status, **columns)


def _positions(decoded: RtcmDecoded, number: int) -> StationBatch:
    rows, start, _ = _payloads(decoded, number)
    values: dict[str, Any] = read_fields(POSITION_LAYOUTS[number], decoded.buffer, start)
    values["ecef_m"] = np.stack([values.pop(f"{axis}_m") for axis in "xyz"], axis=1)
    m = decoded.messages
    values.update(slot=m.slot[rows], t_gpst_ns=m.t_gpst_ns[rows])
    return StationBatch.missing(len(rows), **values)


def decode_stations(decoded: RtcmDecoded) -> StationBatch:
    """What stations say of place and equipment among decoded messages, by message number, then in order of arrival.

    Shape: (n,) each. Unit: as the table of `StationBatch` says. Error: positions are exact to 0.1 mm; a row whose
    payload ends too early says so in its status.
    """
    m = decoded.messages
    present = [number for number in STATION_NUMBERS if np.any(m.number == number)]
    parts = [(_positions if number in POSITION_LAYOUTS else _equipment)(decoded, number) for number in present]
    return StationBatch.concat(parts)


def decode_glonass_biases(decoded: RtcmDecoded) -> GlonassBiasBatch:
    """The GLONASS biases among decoded messages, in order of arrival.

    Shape: (n,) each. Unit: m. Error: exact to 0.02 m.
    """
    m = decoded.messages
    rows, start, stop = _payloads(decoded, GLONASS_BIAS_NUMBER)
    is_aligned, status = np.zeros((2, len(rows)), np.uint8)
    bias_m = np.full((len(rows), len(BIAS_NAMES)), np.nan)
    _read_biases(decoded.buffer, start, stop, is_aligned, bias_m, status)
    columns = {"slot": m.slot[rows], "station": m.station[rows], "is_aligned": is_aligned, "bias_m": bias_m}
    return GlonassBiasBatch.missing(len(rows), status=status, **columns)


def decode_texts(decoded: RtcmDecoded) -> TextBatch:
    """The texts among decoded messages, in order of arrival.

    Shape: (n,) each. Unit: as the table of `TextBatch` says. Error: times are whole seconds.
    """
    m = decoded.messages
    rows, start, stop = _payloads(decoded, TEXT_NUMBER)
    day, second = np.zeros((2, len(rows)), np.int64)
    letters, status = np.zeros((len(rows), TEXT_BYTES_MAX), np.uint8), np.zeros(len(rows), np.uint8)
    _read_texts(decoded.buffer, start, stop, day, second, letters, status)
    columns: dict[str, Any] = {"slot": m.slot[rows], "station": m.station[rows], "status": status}
    t_gpst_ns = utc_to_gpst_ns(day, second * NS_PER_S)
    return TextBatch.missing(len(rows), t_gpst_ns=t_gpst_ns, text=letters.view("S255")[:, 0], **columns)
