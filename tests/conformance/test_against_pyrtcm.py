"""Every frame of the recorded streams, field by field, against pyrtcm, which reads RTCM 3 from its own tables."""

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
from pyrtcm import RTCMMessage, RTCMReader, RTCMTypeError
from pyrtcm.rtcmtypes_core import RTCM_DATA_FIELDS

from gnss.batches import SYSTEMS
from gnss.rtcm.decode import RtcmDecoded
from gnss.rtcm.flat import read_fields
from gnss.rtcm.frames import HEAD_BYTES
from gnss.rtcm.layouts import ALL_LAYOUTS
from gnss.rtcm.lock import LOCK_S, LockCode
from gnss.rtcm.messages import Family
from gnss.rtcm.msm_layout import M_PER_MS
from gnss.rtcm.observations import NO_CHANNEL
from gnss.rtcm.signals import CODE_NAMES, carrier_hz
from gnss.rtcm.stations import decode_glonass_biases, decode_stations, decode_texts
from tests.conftest import DATA_DIR
from tests.helpers.rtcm import captures, decode_stream, frames_of

FRAMES_MAX = 400
"""Of a long recording, frames beyond these are left out of the comparison: pyrtcm reads two thousand a second."""

NAMES = [path.relative_to(DATA_DIR).as_posix() for path in captures(DATA_DIR)]
EXACT_M = 1e-7
SBAS_OFFSET = 119
WITH_STATION = (Family.MSM, Family.LEGACY, Family.STATION, Family.GLONASS_BIAS, Family.TEXT)
UNREADABLE = 1302


@cache
def decoded_of(name: str) -> RtcmDecoded:
    return decode_stream((DATA_DIR / name).read_bytes())


@cache
def messages_of(name: str) -> list[tuple[int, RTCMMessage]]:
    """Rows and pyrtcm's messages of the frames that are compared: of each message number so many."""
    decoded, seen = decoded_of(name), Counter[int]()
    chosen: list[tuple[int, RTCMMessage | None]] = []
    for row, frame in enumerate(frames_of(decoded)):
        number = int(decoded.messages.number[row])
        seen[number] += 1
        if seen[number] <= FRAMES_MAX // 8 or len(chosen) < FRAMES_MAX:
            chosen.append((row, parsed(frame)))
    return [(row, message) for row, message in chosen if message is not None]


def parsed(frame: bytes) -> RTCMMessage | None:
    """The reading of pyrtcm; nothing where it fails, as on some frames of a message that is not decoded here."""
    try:
        return RTCMReader.parse(frame)
    except RTCMTypeError:
        assert frame[3] << 4 | frame[4] >> 4 == UNREADABLE
        return None


def numbered(message: RTCMMessage, df: str, n: int) -> list[Any]:
    """A repeated field of a message."""
    return [getattr(message, f"{df}_{i:02d}") for i in range(1, n + 1)]


@pytest.mark.parametrize("name", NAMES)
def test_every_message_number(name: str) -> None:
    decoded = decoded_of(name)
    for row, message in messages_of(name):
        assert str(message.identity).split("_")[0] == str(decoded.messages.number[row])
        if decoded.messages.family[row] in WITH_STATION:
            assert decoded.messages.station[row] == message.DF003


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_fixed_messages(name: str) -> None:
    """Ephemerides and antenna positions: the numbers in the bits are the same."""
    decoded = decoded_of(name)
    for row, message in messages_of(name):
        layout = ALL_LAYOUTS.get(int(decoded.messages.number[row]))
        if layout is not None:
            values = read_fields(layout, decoded.buffer, decoded.messages.start[row : row + 1] + HEAD_BYTES)
            for field in layout.fields:
                parts = [df.strip() for df in field.df.split(",")]
                if field.name and all(hasattr(message, df) for df in parts):
                    assert round(values[field.name][0] / field.scale) == theirs_raw(message, parts), field


def theirs_raw(message: RTCMMessage, parts: list[str]) -> int:
    """The number in the bits of adjoining fields. pyrtcm scales most values, and leaves some as they are."""
    raw = 0
    for df in parts:
        _, bits, scale, _ = RTCM_DATA_FIELDS[df]
        value = getattr(message, df)
        raw = (raw << bits if raw else 0) + (round(value / scale) if scale not in (0, 1) else int(value))
    return raw


@pytest.mark.parametrize("name", NAMES)
def test_descriptors_biases_and_texts(name: str) -> None:
    decoded, messages = decoded_of(name), dict(messages_of(name))
    numbers = decoded.messages.number
    stations = decode_stations(decoded)
    for number in (1007, 1008, 1033):
        ours = stations.take(stations.number == number)
        for i, row in enumerate(np.flatnonzero(numbers == number).tolist()):
            if row in messages:
                for field, df in DESCRIPTORS.items():
                    assert getattr(ours, field)[i].decode("latin-1") == joined(messages[row], df)
    biases = decode_glonass_biases(decoded)
    for i, row in enumerate(np.flatnonzero(numbers == 1230).tolist()):
        if row in messages:
            theirs = [getattr(messages[row], df, np.nan) for df in ("DF423", "DF424", "DF425", "DF426")]
            np.testing.assert_allclose(biases.bias_m[i], np.array(theirs, float), atol=1e-9)
    texts = decode_texts(decoded)
    for i, row in enumerate(np.flatnonzero(numbers == 1029).tolist()):
        if row in messages:
            assert texts.text[i].decode("latin-1") == messages[row].DF140


DESCRIPTORS = {
    "antenna": "DF030", "antenna_serial": "DF033", "receiver": "DF228", "firmware": "DF230", "receiver_serial": "DF232",
}  # fmt: skip


def joined(message: RTCMMessage, df: str) -> str:
    """The letters of a descriptor, which pyrtcm gives one by one."""
    letters, i = "", 1
    while hasattr(message, f"{df}_{i:02d}"):
        letter = getattr(message, f"{df}_{i:02d}")
        letters, i = letters + (letter if isinstance(letter, str) else chr(letter)), i + 1
    return letters.rstrip("\0")


def satellite_ms(message: RTCMMessage, n: int) -> list[float]:
    part = numbered(message, "DF398", n)
    if not hasattr(message, "DF397_01"):
        return part
    return [np.nan if w == 255 else w + p for w, p in zip(numbered(message, "DF397", n), part, strict=True)]


@pytest.mark.parametrize("name", NAMES)
def test_msm(name: str) -> None:
    decoded = decoded_of(name)
    for row, message in messages_of(name):
        if decoded.messages.family[row] == Family.MSM:
            first = int(decoded.messages.first[row])
            assert decoded.messages.rows[row] == message.NCell
            assert_msm(decoded, slice(first, first + message.NCell), message)


def assert_msm(decoded: RtcmDecoded, rows: slice, message: RTCMMessage) -> None:
    o = decoded.observations.take(rows)
    n, system = message.NCell, SYSTEMS[o.system[0]] if message.NCell else ""
    satellites = [64 - bit for bit in range(63, -1, -1) if message.DF394 >> bit & 1]
    of_cell = [
        i // message.NSig
        for i, kept in enumerate(bin(message.DF396)[2:].zfill(message.NSat * message.NSig))
        if kept == "1"
    ]
    ms = np.array(satellite_ms(message, message.NSat))[of_cell]
    offset = SBAS_OFFSET if system == "S" else 0
    assert o.prn.tolist() == [satellites[i] + offset for i in of_cell]
    for code, theirs in zip(o.signal.tolist(), numbered(message, "CELLSIG", n), strict=True):
        assert CODE_NAMES[code] == theirs or (CODE_NAMES[code], system) in (("7P", "C"), ("7Z", "C"), ("9A", "I"))
    hz = carrier_hz(o.system, o.signal, o.channel)
    hz[o.channel == NO_CHANNEL] = np.nan
    for df, bits in (("DF400", 15), ("DF405", 20)):
        if hasattr(message, f"{df}_01"):
            assert_column(o.pr_m, (ms + fine(message, df, n, bits, {15: 24, 20: 29}[bits])) * M_PER_MS)
    for df, bits in (("DF401", 22), ("DF406", 24)):
        if hasattr(message, f"{df}_01"):
            assert_column(o.cp_cyc, (ms + fine(message, df, n, bits, {22: 29, 24: 31}[bits])) / 1e3 * hz)
    if hasattr(message, "DF404_01"):
        rate = np.array(numbered(message, "DF399", message.NSat), float)[of_cell]
        rate[rate == -8192] = np.nan
        mps = np.array(numbered(message, "DF404", n), float)
        mps[mps <= -1.6384] = np.nan
        assert_column(o.doppler_hz, -(rate + mps) * hz / (M_PER_MS * 1e3))
    assert_quality(o, message, n)


def fine(message: RTCMMessage, df: str, n: int, bits: int, exponent: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A fine range in ms, NaN where its bits are the most negative number."""
    values = np.array(numbered(message, df, n), float)
    return np.where(values == -(2.0 ** (bits - 1 - exponent)), np.nan, values)


def assert_column(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=EXACT_M)


def assert_quality(o: Any, message: RTCMMessage, n: int) -> None:
    for df, code in (("DF402", LockCode.DF402), ("DF407", LockCode.DF407)):
        if hasattr(message, f"{df}_01"):
            np.testing.assert_array_equal(o.lock_s, LOCK_S[code, np.array(numbered(message, df, n), int)])
    if hasattr(message, "DF420_01"):
        assert o.half_cycle.tolist() == numbered(message, "DF420", n)
    for df in ("DF403", "DF408"):
        if hasattr(message, f"{df}_01"):
            cn0 = np.array(numbered(message, df, n), float)
            np.testing.assert_array_equal(o.cn0_dbhz, np.where(cn0 == 0, np.nan, cn0))
