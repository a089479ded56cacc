"""Two real receivers through the service's pipeline, as rover and base: positions, dates, cuts, a base that stops."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from beidou_svc.fleet.registry import Role
from gnss.batches import FixBatch
from gnss.constants import NS_PER_MS, NS_PER_S, NS_PER_WEEK
from gnss.frames.enu import ecef_to_enu
from gnss.frames.geodetic import ecef_to_geodetic, geodetic_to_ecef
from gnss.rtk.base_choice import BaseReason
from gnss.time.scales import gpst_ns_to_unix_ns
from tests.helpers.rtcm import decode_stream
from tests.unit.positioning.air import Known, Piece, new_pipeline, of, run

pytestmark = pytest.mark.compiled

BASE_SLOT, ROVER, SECOND_BASE = 0, 1, 2
STREAMS = {BASE_SLOT: "STR17", ROVER: "STR24"}
ROLES = Known({BASE_SLOT: Role.BASE, ROVER: Role.ROVER, SECOND_BASE: Role.BASE})
ROLL_OVER_NS = 2011 * NS_PER_WEEK
DELAY_NS = {BASE_SLOT: 60 * NS_PER_MS, ROVER: 110 * NS_PER_MS, SECOND_BASE: 80 * NS_PER_MS}
BASE_ECEF_M, ROVER_ECEF_M = (
    np.array([-4467102.3061, 2683039.5304, -3666949.982]),
    np.array([-4467074.3577, 2683011.9038, -3667008.2845]),
)
"""Antenna reference points as both receivers state them."""

ANTENNAS_ENU_M = np.array([-0.002, 0.003, 0.044])
"""What differs between the two makes of antenna: fixed positions are off by it."""


@cache
def received(folder: Path, slot: int, as_slot: int) -> tuple[Piece, ...]:
    """The messages of a receiver, each with a receive time shortly after its epoch."""
    data = (folder / f"swift_week-rollover-{STREAMS[slot]}.rtcm3").read_bytes()
    m = decode_stream(data, reference_gpst_ns=ROLL_OVER_NS).messages
    t_rx_ns = gpst_ns_to_unix_ns(m.t_gpst_ns) + DELAY_NS[as_slot]
    bounds = zip(t_rx_ns.tolist(), m.start.tolist(), m.stop.tolist(), strict=True)
    frames = decode_stream(data, reference_gpst_ns=ROLL_OVER_NS).buffer
    return tuple(Piece(as_slot, t, frames[a:b].tobytes()) for t, a, b in bounds)


def together(*streams: tuple[Piece, ...]) -> list[Piece]:
    return sorted((piece for stream in streams for piece in stream), key=lambda piece: (piece.t_rx_ns, piece.slot))


def solve(pieces: list[Piece], at_once: int = 1 << 30) -> FixBatch:
    return run(new_pipeline(3, register=ROLES), pieces, at_once)


def errors_m(fixes: FixBatch) -> NDArray[np.float64]:
    lat_rad, lon_rad, h_ell_m = (float(value) for value in ecef_to_geodetic(ROVER_ECEF_M))
    x_m = geodetic_to_ecef(fixes.lat_rad, fixes.lon_rad, fixes.h_ell_m)
    enu_m: NDArray[np.float64] = ecef_to_enu(x_m, lat_rad, lon_rad, h_ell_m) - ANTENNAS_ENU_M
    return enu_m


def test_every_epoch_is_fixed_and_dated_right_across_the_week_roll_over(data_dir: Path) -> None:
    folder = data_dir / "rtk/str_static"
    rows = solve(together(received(folder, BASE_SLOT, BASE_SLOT), received(folder, ROVER, ROVER)))
    rover = of(rows, ROVER)
    second = (rover.t_gpst_ns - ROLL_OVER_NS) // NS_PER_S
    np.testing.assert_array_equal(np.diff(second), 1)
    assert (second[0], second[-1] > 500) == (-591, True)
    # the base says after twenty seconds where it stands: from then on
    settled = rover.take(slice(20, None))
    assert np.count_nonzero(settled.fix_quality != 4) == 0
    assert np.abs(errors_m(settled)[:, :2]).max() < 0.02
    assert np.abs(errors_m(settled)[:, 2]).max() < 0.05
    np.testing.assert_allclose(settled.baseline_m, np.linalg.norm(ROVER_ECEF_M - BASE_ECEF_M), atol=0.08)
    np.testing.assert_allclose(settled.age_corr_s, 0.0, atol=1e-9)


@pytest.mark.parametrize("at_once", [1, 29])
def test_the_same_at_other_cuts(data_dir: Path, at_once: int) -> None:
    folder = data_dir / "rtk/str_static"
    pieces = together(received(folder, BASE_SLOT, BASE_SLOT), received(folder, ROVER, ROVER))[:1_500]
    halves = [
        Piece(piece.slot, piece.t_rx_ns, part)
        for piece in pieces
        for part in (piece.data[: len(piece.data) // 2], piece.data[len(piece.data) // 2 :])
    ]
    assert solve(halves, at_once).equals(solve(pieces))


def test_a_second_base_takes_over_where_the_first_is_unplugged(data_dir: Path) -> None:
    folder = data_dir / "rtk/str_static"
    first, rover = received(folder, BASE_SLOT, BASE_SLOT), received(folder, ROVER, ROVER)
    stop_ns = rover[0].t_rx_ns + 100 * NS_PER_S
    end_ns = stop_ns + 60 * NS_PER_S
    second = received(folder, BASE_SLOT, SECOND_BASE)
    pieces = together(tuple(piece for piece in first if piece.t_rx_ns < stop_ns), second, rover)
    pipeline = new_pipeline(3, register=ROLES)
    rows = of(run(pipeline, [piece for piece in pieces if piece.t_rx_ns < end_ns]), ROVER)
    (switch,) = pipeline.positioning.recent
    assert (switch.before[0], switch.base[0]) == (BASE_SLOT, SECOND_BASE)
    assert switch.reason[0] == BaseReason.FAILED_OVER_SILENT
    after = (rows.t_gpst_ns - switch.t_gpst_ns[0]) / NS_PER_S
    np.testing.assert_allclose(rows.age_corr_s[(after >= -3) & (after < 0)], [1.0, 2.0, 3.0], atol=1e-6)
    assert np.max(rows.age_corr_s[after >= 0]) == 0.0
    fixed = rows.take((after > -3) & (rows.fix_quality == 4))
    assert len(fixed) > 45
    assert np.abs(errors_m(fixed)[:, :2]).max() < 0.03
