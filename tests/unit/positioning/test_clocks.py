"""Clocks that are wrong by hours: one bad epoch stops nobody, and one that is set right is back within a few epochs."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from gnss._simd import PAD_BYTES
from gnss.bits import get_unsigned
from gnss.constants import NS_PER_S
from gnss.crc import crc24q
from gnss.rtcm.frames import CHECK_BYTES, HEAD_BYTES
from gnss.status import Status
from gnss.time._watch_kernel import BEHINDS_MIN
from tests.unit.positioning.air import SETTLED, START_NS, Piece, new_pipeline, of, on_air, pieces, run

pytestmark = pytest.mark.compiled

AIR = on_air(seconds=24)
ROVER, BASE = 0, 2
HOUR_MS = 3_600_000
WEEK_MS = 168 * HOUR_MS
GPS_AND_BEIDOU = (*range(1071, 1078), *range(1121, 1128))
SET_RIGHT = 5
"""Second from which a clock is right."""


def frames(data: bytes) -> Iterator[bytes]:
    """A stream of nothing but frames, frame by frame."""
    while data:
        length = HEAD_BYTES + (int.from_bytes(data[1:3]) & 0x3FF) + CHECK_BYTES
        yield data[:length]
        data = data[length:]


def overwritten(frame: bytes, bit: int, width: int, value: int) -> bytes:
    """A number where another one was."""
    shift = 8 * len(frame) - bit - width
    rest = int.from_bytes(frame) & ~(((1 << width) - 1) << shift)
    return (rest | value << shift).to_bytes(len(frame))


def moved(data: bytes, ahead_ms: int) -> bytes:
    """The same observations at another time of the week."""
    out = b""
    for frame in frames(data):
        buffer = np.frombuffer(frame + bytes(PAD_BYTES), np.uint8)
        first, check = 8 * HEAD_BYTES, len(frame) - CHECK_BYTES
        if get_unsigned(buffer, first, 12) in GPS_AND_BEIDOU:
            tow_ms = (get_unsigned(buffer, first + 24, 30) + ahead_ms) % WEEK_MS
            frame = overwritten(frame, first + 24, 30, tow_ms)  # noqa: PLW2901
            crc = crc24q(np.frombuffer(frame + bytes(PAD_BYTES), np.uint8), 0, check)
            frame = frame[:check] + crc.to_bytes(CHECK_BYTES)  # noqa: PLW2901
        out += frame
    return out


def received(row: int, ahead_ms: int, first: int, stop: int) -> list[Piece]:
    """What is received where the clock of one row is wrong in some seconds."""

    def heard(piece: Piece) -> Piece:
        second = (piece.t_rx_ns - START_NS) // NS_PER_S
        wrong = piece.slot == row and first <= second < stop
        return replace(piece, data=moved(piece.data, ahead_ms)) if wrong else piece

    return [heard(piece) for piece in pieces(AIR)]


@pytest.mark.parametrize("row", [ROVER, BASE])
@pytest.mark.parametrize("hours", [1, 50])
def test_one_epoch_far_ahead_costs_that_epoch(row: int, hours: int) -> None:
    pipeline = new_pipeline(AIR.rows)
    right = of(run(new_pipeline(AIR.rows), pieces(AIR)), row)
    rows = of(run(pipeline, received(row, hours * HOUR_MS, SETTLED, SETTLED + 1)), row)
    assert pipeline.drops[row, Status.DATE_SUSPECT] == 1
    assert pipeline.drops[row, Status.STALE] == 0
    assert rows.t_gpst_ns.tolist() == np.delete(right.t_gpst_ns, SETTLED).tolist()
    assert rows.fix_quality[-1] == right.fix_quality[-1]


@pytest.mark.parametrize("row", [ROVER, BASE])
@pytest.mark.parametrize("at_once", [1, 7, 1_000])
def test_a_clock_that_is_set_right_counts_after_a_few_epochs(row: int, at_once: int) -> None:
    pipeline = new_pipeline(AIR.rows)
    rows = run(pipeline, received(row, 8 * HOUR_MS, 0, SET_RIGHT), at_once)
    mine, other = of(rows, row), of(rows, ROVER + 1)
    assert pipeline.drops[row, Status.STALE] == BEHINDS_MIN
    assert pipeline.drops[row, Status.CLOCK_SET] == 1
    back = mine.take(mine.clock_era == 1)
    right = of(run(new_pipeline(AIR.rows), pieces(AIR)), row)
    assert back.t_gpst_ns.tolist() == right.t_gpst_ns[SET_RIGHT + BEHINDS_MIN + 1 :].tolist()
    assert back.fix_quality[-1] == right.fix_quality[-1]
    assert other.clock_era.tolist() == [0] * len(AIR.bytes_at)


def test_rows_of_a_clock_that_is_set_right_do_not_depend_on_the_cut() -> None:
    whole, cut = (run(new_pipeline(AIR.rows), received(ROVER, 8 * HOUR_MS, 0, SET_RIGHT), n) for n in (1_000, 1))
    assert whole.equals(cut)
