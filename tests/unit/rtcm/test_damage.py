"""Damaged and dishonest frames: they are named and counted, and their neighbours survive."""

import numpy as np
import pytest

from gnss.batches import NO_TIME
from gnss.rtcm.messages import Family
from gnss.status import Status
from tests.helpers.frames import rtcm3
from tests.helpers.rtcm import decode_pieces, decode_stream, frames_of

POSITION = bytes.fromhex("D300133ED7D30202980EDEEF34B4BD62AC0941986F33360B98")


def msm(number: int, satellites: int, signals: int, cells: int, body_bytes: int) -> bytes:
    """An MSM frame with these masks, and zeros for whatever they promise."""
    bits = f"{number:012b}{2003:012b}{345_600_000:030b}" + "0" * 19 + f"{satellites:064b}{signals:032b}"
    pairs = satellites.bit_count() * signals.bit_count()
    bits += format(cells, f"0{pairs}b") if pairs else ""
    head = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    return rtcm3((head + bytes(body_bytes))[:1023])


def verdict(frame: bytes) -> tuple[int, int]:
    """Verdict on a frame between two good ones, which must survive, and how many rows it made."""
    decoded = decode_stream(POSITION + frame + POSITION)
    assert frames_of(decoded)[0] == frames_of(decoded)[-1] == POSITION
    assert decoded.messages.status[[0, 2]].tolist() == [Status.OK, Status.OK]
    return int(decoded.messages.status[1]), len(decoded.observations)


def test_masks_that_promise_more_than_the_frame_holds() -> None:
    assert verdict(msm(1077, 0xF << 60, 0x3 << 30, 0xFF, 0)) == (Status.TOO_SHORT, 0)
    assert verdict(msm(1077, 0xF << 60, 0x3 << 30, 0xFF, 200)) == (Status.OK, 8)


def test_more_than_64_cells() -> None:
    assert verdict(msm(1127, (1 << 64) - 1, (1 << 32) - 1, 0, 700)) == (Status.TOO_MANY_CELLS, 0)
    assert verdict(msm(1127, (1 << 64) - 1, 1 << 30, (1 << 64) - 1, 930)) == (Status.OK, 64)


@pytest.mark.parametrize("masks", [(0, 0), (0, 1 << 30), (1 << 63, 0)])
def test_empty_masks_are_a_message_without_rows(masks: tuple[int, int]) -> None:
    assert verdict(msm(1097, *masks, 0, 0)) == (Status.OK, 0)


def test_an_epoch_beyond_the_week() -> None:
    frame = rtcm3(int(f"{1077:012b}{1:012b}{604_800_000:030b}".ljust(400, "0"), 2).to_bytes(50, "big"))
    assert verdict(frame) == (Status.RANGE, 0)


@pytest.mark.parametrize("number", [1001, 1004, 1005, 1006, 1012, 1019, 1020, 1033, 1042, 1046, 1074, 1077, 1230])
def test_every_length_too_short(number: int) -> None:
    """Payloads cut anywhere, with a right CRC: never more rows than they hold, never a verdict but these."""
    payload = (number << 4).to_bytes(2, "big") + b"\xff" * 120
    frames = [rtcm3(payload[:n]) for n in range(2, len(payload))]
    decoded = decode_stream(b"".join(frames))
    assert len(decoded.messages) == len(frames)
    allowed = (Status.OK, Status.TOO_SHORT, Status.TOO_MANY_CELLS, Status.RANGE)
    assert np.isin(decoded.messages.status, allowed).all()
    assert decoded.messages.status[0] == Status.TOO_SHORT


def test_an_empty_frame_is_a_filler() -> None:
    decoded = decode_stream(rtcm3(b"") + rtcm3(b"\x43") + POSITION)
    assert decoded.messages.family.tolist() == [Family.FILLER, Family.FILLER, Family.STATION]


def test_recognised_and_unknown_messages_are_counted() -> None:
    frames = [
        rtcm3((number << 4).to_bytes(2, "big") + bytes(20)) for number in (1057, 1068, 1240, 1270, 4076, 4072, 999)
    ]
    decoded, state = decode_pieces([b"".join(frames)])
    of_others = decoded.messages.of_family(Family.SSR, Family.MOVING_BASE)
    assert decoded.messages.number[of_others].tolist() == [1057, 1068, 1240, 1270, 4076, 4072]
    assert state.families[0, [Family.SSR, Family.MOVING_BASE, Family.OTHER]].tolist() == [5, 1, 1]
    assert state.drops[0, Status.UNKNOWN_MESSAGE] == 1
    assert state.numbers[999] == 1


def test_without_a_date_rows_say_so() -> None:
    decoded = decode_pieces([msm(1074, 1 << 63, 1 << 30, 1, 40)], reference_gpst_ns=NO_TIME)[0]
    assert decoded.messages.status.tolist() == [Status.NO_DATE]
    assert decoded.observations.status.tolist() == [Status.NO_DATE]
    assert decoded.observations.t_gpst_ns.tolist() == [NO_TIME]


def test_random_payloads_with_a_good_crc() -> None:
    """Whatever the bits say, rows stay within what a frame can hold."""
    rng = np.random.default_rng(3)
    frames = []
    for number in (1001, 1003, 1004, 1012, 1071, 1077, 1087, 1107, 1127, 1137, 1008, 1033, 1029, 1230, 1042) * 25:
        payload = bytearray(rng.bytes(int(rng.integers(2, 1023))))
        payload[0], payload[1] = number >> 4, (number & 15) << 4 | payload[1] & 15
        frames.append(rtcm3(bytes(payload)))
    decoded = decode_stream(b"".join(frames))
    assert frames_of(decoded) == frames
    assert decoded.messages.rows.max() <= 64
    assert decoded.messages.rows.sum() == len(decoded.observations)
