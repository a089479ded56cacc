"""RTCM 3 and foreign binary among NMEA: frames are found or skipped whole, and damage takes nothing with it."""

import numpy as np
import pytest

from gnss.decoder import StreamDecoder
from gnss.status import Status
from gnss.stream.frames import FOREIGN_PAYLOAD_BYTES_MAX
from tests.helpers.chunking import assert_any_chunking
from tests.helpers.decoding import decode_whole, push_pieces
from tests.helpers.frames import casic, novatel, rtcm3, sentence, ubx, unicore

HDT = sentence("GNHDT,175.85,T")
HDT_TEXT = HDT.rpartition(b"*")[0]
HOSTILE = b"$GNHDT,1.0,T*00\r\n\xd3\x00\x04\xb5b\xba\xce\xaa\x44"
"""What a payload may hold: the beginnings of everything else."""

FOREIGN = {
    "ubx": ubx(HOSTILE),
    "ubx without payload": ubx(b""),
    "casic": casic(HOSTILE + bytes(-len(HOSTILE) % 4)),
    "unicore": unicore(HOSTILE),
    "novatel": novatel(HOSTILE),
    "as long as believed": ubx(b"$" * FOREIGN_PAYLOAD_BYTES_MAX),
}


@pytest.mark.parametrize("frame", FOREIGN.values(), ids=FOREIGN.keys())
def test_foreign_frames_are_skipped_whole(frame: bytes) -> None:
    outcome = assert_any_chunking(HDT + frame + HDT + frame + frame + HDT)
    assert outcome.texts[0] == [HDT_TEXT] * 3
    assert outcome.dropped() == {Status.FOREIGN_BINARY: 3}


def test_longer_foreign_frames_are_not_believed() -> None:
    """What claims more than the limit is taken for noise at once: the next sentence does not wait for it."""
    outcome = decode_whole(ubx(bytes(FOREIGN_PAYLOAD_BYTES_MAX + 1)) + HDT)
    assert outcome.texts[0] == [HDT_TEXT]
    assert Status.FOREIGN_BINARY not in outcome.dropped()


@pytest.mark.parametrize("n", [0, 1, 2, 40, 1023])
def test_rtcm_frames_are_handed_on(n: int) -> None:
    frame = rtcm3((HOSTILE * 40)[:n])
    outcome = assert_any_chunking(HDT + frame + frame + HDT + frame)
    assert outcome.texts[0] == [HDT_TEXT, frame, frame, HDT_TEXT, frame]
    assert outcome.dropped() == {}


def test_everything_interleaved() -> None:
    rng = np.random.default_rng(9)
    frames = [
        ubx(rng.bytes(40)),
        casic(rng.bytes(24)),
        rtcm3(rng.bytes(60)),
        unicore(rng.bytes(70)),
        novatel(b"x"),
        HDT,
    ]
    order = rng.integers(0, len(frames), 60)
    outcome = assert_any_chunking(b"".join(frames[i] for i in order))
    wanted = {2: frames[2], 5: HDT_TEXT}
    assert outcome.texts[0] == [wanted[i] for i in order.tolist() if i in wanted]
    assert outcome.dropped() == {Status.FOREIGN_BINARY: int(np.isin(order, [0, 1, 3, 4]).sum())}


DAMAGE = {
    "a stray 0xD3": b"\xd3",
    "a stray 0xD3 and a length": b"\xd3\x00\x40",
    "the longest length": b"\xd3\x03\xff",
    "a stray UBX sync": b"\xb5\x62",
    "a UBX head that wants 8 kB": b"\xb5\x62\x01\x07\x00\x20",
    "a stray Unicore sync": b"\xaa\x44\xb5",
    "half a frame": rtcm3(bytes(50))[:31],
    "half a UBX frame": ubx(bytes(50))[:31],
    "half a sentence": b"$GNGGA,1234",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_good_frames_behind_damage_are_found(damage: bytes) -> None:
    """A reader that believes the length behind a stray sync byte loses all of these."""
    good = [rtcm3(bytes([k] * 30)) for k in range(20)]
    data = b"".join(frame + HDT for frame in good)
    outcome = assert_any_chunking(data[:99] + damage + data[99:])
    hit = data[:99].count(b"\xd3") - 1
    alive = [frame for k, frame in enumerate(good) if k != hit]
    assert [text for text in outcome.texts[0] if text[0] == 0xD3 and text in alive] == alive
    assert outcome.texts[0].count(HDT_TEXT) >= len(good) - 1


@pytest.mark.parametrize("byte", [1, 2])
@pytest.mark.parametrize("flip", [1, 2, 0x80])
def test_a_corrupt_length_takes_one_frame(byte: int, flip: int) -> None:
    good = [rtcm3(bytes([k] * 60)) for k in range(30)]
    bad = bytearray(good[3])
    bad[byte] ^= flip
    outcome = assert_any_chunking(b"".join([*good[:3], bytes(bad), *good[4:]]))
    assert outcome.texts[0] == good[:3] + good[4:]


def test_a_bad_crc_is_counted_as_such() -> None:
    frame = bytearray(rtcm3(bytes(60)))
    frame[20] ^= 1
    assert decode_whole(bytes(frame) + HDT).dropped()[Status.CRC] == 1


def test_the_push_names_its_frames() -> None:
    """The first twelve bits of a frame's payload are its message number."""
    decoder = StreamDecoder(1)
    frame = rtcm3(bytes.fromhex("3ED0") + bytes(10))
    push = push_pieces(decoder, [HDT + frame + HDT])
    spans = push.rtcm3()
    assert [push.buffer[a:b].tobytes() for a, b in zip(spans.start, spans.stop, strict=True)] == [frame]
