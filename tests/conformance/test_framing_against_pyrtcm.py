"""Every RTCM 3 frame that pyrtcm finds is found, and those it loses behind damage are found too."""

import io
from pathlib import Path

import numpy as np
import pyrtcm
import pytest

from gnss._simd import PAD_BYTES
from gnss.crc import crc24q
from gnss.status import Status
from tests.helpers.chunking import assert_any_chunking
from tests.helpers.decoding import decode_whole


def captures(data_dir: Path) -> list[Path]:
    files = (
        path for folder in ("gpsd", "pyrtcm", "swift", "vectors") for path in (data_dir / "rtcm" / folder).iterdir()
    )
    return sorted(path for path in files if path.suffix in (".log", ".bin", ".rtcm", ".rtcm3", ".dcd"))


def frames_of(data: bytes) -> list[bytes]:
    """The frames that our scanner finds."""
    return [text for text in decode_whole(data).texts[0] if text[0] == 0xD3]


def their_frames(data: bytes) -> list[bytes]:
    """The frames with a good CRC that pyrtcm finds; it stops for nothing and says nothing."""
    reader = pyrtcm.RTCMReader(
        io.BytesIO(data), validate=pyrtcm.VALNONE, quitonerror=pyrtcm.ERR_IGNORE, parsed=False, labelmsm=0
    )
    return [raw for raw, _ in reader if raw is not None and raw[0] == 0xD3 and good(raw)]


def good(frame: bytes) -> bool:
    """The CRC over a frame and its CRC is 0. Ours, tested by itself: pyrtcm's takes a minute for these captures."""
    padded = np.frombuffer(frame + bytes(PAD_BYTES), np.uint8)
    return len(frame) >= 6 and crc24q(padded, 0, len(frame)) == 0


def obvious_frames(data: bytes) -> list[bytes]:
    """Every place where a whole frame with a good CRC begins, found by trying all of them, none overlapping."""
    found, at = [], 0
    while (at := data.find(b"\xd3", at)) >= 0:
        length = int.from_bytes(data[at + 1 : at + 3], "big")
        frame = data[at : at + length + 6] if length < 1024 else b""
        if len(frame) == length + 6 and good(frame):
            found.append(frame)
            at += len(frame)
        else:
            at += 1
    return found


def is_in_order(part: list[bytes], whole: list[bytes]) -> bool:
    rest = iter(whole)
    return all(frame in rest for frame in part)


def test_every_frame_of_every_capture(data_dir: Path) -> None:
    paths = captures(data_dir)
    assert len(paths) > 60
    theirs_total = ours_total = 0
    for path in paths:
        data = path.read_bytes()
        ours, theirs = frames_of(data), their_frames(data)
        assert is_in_order(theirs, ours), path.name
        assert is_in_order(obvious_frames(data), ours), path.name
        theirs_total, ours_total = theirs_total + len(theirs), ours_total + len(ours)
    assert ours_total >= theirs_total > 5_000


def test_one_crc_for_both(data_dir: Path) -> None:
    for frame in frames_of((data_dir / "rtcm/pyrtcm/pygpsdata-RTCM3.log").read_bytes()):
        assert pyrtcm.calc_crc24q(frame) == 0
        assert pyrtcm.calc_crc24q(frame[:-3]) == int.from_bytes(frame[-3:], "big")


def test_at_every_chunking(data_dir: Path) -> None:
    small = [path for path in captures(data_dir) if path.parent.name == "pyrtcm" and path.stat().st_size < 7_000]
    assert small
    for path in small:
        assert_any_chunking(path.read_bytes())


@pytest.mark.parametrize(
    "stray", [b"\xd3", b"\xd3\x00", b"\xd3\x03\xff", b"\xd3\x00\x13\x3e\xd0"], ids=lambda stray: stray.hex()
)
def test_frames_that_pyrtcm_loses_behind_a_stray_sync(data_dir: Path, stray: bytes) -> None:
    """Damage before a frame: pyrtcm believes the length behind the stray 0xD3, ours goes on one byte further."""
    data = (data_dir / "rtcm/pyrtcm/pygpsdata-RTCM3.log").read_bytes()
    frames = frames_of(data)
    cut = data.index(frames[2])
    damaged = data[:cut] + stray + data[cut:]
    assert frames_of(damaged) == frames
    if len(stray) > 1:
        assert len(their_frames(damaged)) < len(frames)


def test_a_corrupt_length_costs_one_frame(data_dir: Path) -> None:
    data = (data_dir / "rtcm/pyrtcm/pygpsdata-RTCM3.log").read_bytes()
    frames = frames_of(data)
    at = data.index(frames[1]) + 2
    damaged = data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :]
    assert frames_of(damaged) == [frames[0], *frames[2:]]


def test_a_capture_with_bad_crcs(data_dir: Path) -> None:
    outcome = decode_whole((data_dir / "rtcm/pyrtcm/pygpsdata-MIXED-RTCM3BADCRC.log").read_bytes())
    assert outcome.dropped()[Status.CRC] >= 1
