"""GLONASS broadcast ephemerides as columns, from message 1020 and back.

Source: docs/sources.md, gnss_facts §3, §5 and §7; the table is in `gnss.rtcm.layouts.glonass`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.batch import Batch, column
from gnss.batches import NO_TIME
from gnss.constants import NS_PER_S
from gnss.rtcm.decode import RtcmDecoded
from gnss.rtcm.flat import read_fields, write_fields
from gnss.rtcm.frames import HEAD_BYTES, Frames, close_frames, open_frames
from gnss.rtcm.layouts.glonass import GLONASS_EPHEMERIS
from gnss.rtcm.msm_layout import CHANNEL_OFFSET
from gnss.status import Status
from gnss.time.glonass import WEEKDAY_UNKNOWN, resolve_glonasst

_NO_TIME = int(NO_TIME)


@dataclass(frozen=True, slots=True)
class GlonassEphemerisBatch(Batch):
    """One row per message 1020; positions, velocities and accelerations are PZ-90, earth-fixed, at tb.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal that sent it |
    | prn | u1 | | | orbit slot number |
    | channel | i1 | | | frequency channel, -7..6 |
    | tb_gpst_ns | i8 | | ns | tb, GPST since 1980-01-06; `NO_TIME` = no date known |
    | tb_s | f8 | | s | tb in the Moscow day |
    | x_m | f8 | | m | position |
    | y_m | f8 | | m | position |
    | z_m | f8 | | m | position |
    | vx_mps | f8 | | m/s | velocity |
    | vy_mps | f8 | | m/s | velocity |
    | vz_mps | f8 | | m/s | velocity |
    | ax_mps2 | f8 | | m/s² | acceleration by sun and moon |
    | ay_mps2 | f8 | | m/s² | acceleration by sun and moon |
    | az_mps2 | f8 | | m/s² | acceleration by sun and moon |
    | gamma_n | f8 | | | γn, relative deviation of the carrier |
    | tau_n_s | f8 | | s | τn, clock correction |
    | delta_tau_n_s | f8 | | s | Δτn, second band less first |
    | tau_c_s | f8 | | s | τc, system time correction |
    | tau_gps_s | f8 | | s | τGPS |
    | en_day | u1 | | day | En, age of the data |
    | nt_day | u2 | | day | NT, day in the four years |
    | na_day | u2 | | day | NA, day of the almanac |
    | n4 | u1 | | | N4, four-year period since 1996 |
    | bn | u1 | | | highest bit of Bn: 1 = not healthy |
    | tk | u2 | | | tk, 5 bits hour, 6 bits minute, 1 bit half minute |
    | ft | u1 | | | FT, accuracy index |
    | m | u1 | | | M, 1 = GLONASS-M |
    | p | u1 | | | P |
    | p1 | u1 | | | P1 |
    | p2 | u1 | | | P2 |
    | p3 | u1 | | | P3 |
    | p4 | u1 | | | P4 |
    | almanac_health | u1 | | | Cn |
    | almanac_health_known | u1 | | | 1: Cn is known |
    | ln_third | u1 | | | ln of the third string |
    | ln_fifth | u1 | | | ln of the fifth string |
    | has_more | u1 | | | 1: NA, τc, N4, τGPS and the last ln are there |
    """

    slot: NDArray[np.int32] = column("i4")
    prn: NDArray[np.uint8] = column("u1")
    channel: NDArray[np.int8] = column("i1")
    tb_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    tb_s: NDArray[np.float64] = column("f8")
    x_m: NDArray[np.float64] = column("f8")
    y_m: NDArray[np.float64] = column("f8")
    z_m: NDArray[np.float64] = column("f8")
    vx_mps: NDArray[np.float64] = column("f8")
    vy_mps: NDArray[np.float64] = column("f8")
    vz_mps: NDArray[np.float64] = column("f8")
    ax_mps2: NDArray[np.float64] = column("f8")
    ay_mps2: NDArray[np.float64] = column("f8")
    az_mps2: NDArray[np.float64] = column("f8")
    gamma_n: NDArray[np.float64] = column("f8")
    tau_n_s: NDArray[np.float64] = column("f8")
    delta_tau_n_s: NDArray[np.float64] = column("f8")
    tau_c_s: NDArray[np.float64] = column("f8")
    tau_gps_s: NDArray[np.float64] = column("f8")
    en_day: NDArray[np.uint8] = column("u1")
    nt_day: NDArray[np.uint16] = column("u2")
    na_day: NDArray[np.uint16] = column("u2")
    n4: NDArray[np.uint8] = column("u1")
    bn: NDArray[np.uint8] = column("u1")
    tk: NDArray[np.uint16] = column("u2")
    ft: NDArray[np.uint8] = column("u1")
    m: NDArray[np.uint8] = column("u1")
    p: NDArray[np.uint8] = column("u1")
    p1: NDArray[np.uint8] = column("u1")
    p2: NDArray[np.uint8] = column("u1")
    p3: NDArray[np.uint8] = column("u1")
    p4: NDArray[np.uint8] = column("u1")
    almanac_health: NDArray[np.uint8] = column("u1")
    almanac_health_known: NDArray[np.uint8] = column("u1")
    ln_third: NDArray[np.uint8] = column("u1")
    ln_fifth: NDArray[np.uint8] = column("u1")
    has_more: NDArray[np.uint8] = column("u1")


@leaf_kernel
def _resolve(tb_s: NDArray[np.float64], reference_gpst_ns: NDArray[np.int64], tb_gpst_ns: NDArray[np.int64]) -> None:
    for i in range(len(tb_s)):
        tb_gpst_ns[i] = _NO_TIME
        if reference_gpst_ns[i] != _NO_TIME:
            of_day_ns = int(tb_s[i]) * NS_PER_S
            tb_gpst_ns[i] = resolve_glonasst(WEEKDAY_UNKNOWN, of_day_ns, reference_gpst_ns[i])


def decode_glonass_ephemerides(decoded: RtcmDecoded) -> GlonassEphemerisBatch:
    """The GLONASS ephemerides among decoded messages, in order of arrival.

    Shape: (n,) each. Unit: as the table of `GlonassEphemerisBatch` says. Error: exact to the steps of the message;
    the day is the one nearest to the time that was known of the terminal.
    """
    m = decoded.messages
    rows = np.flatnonzero((m.number == GLONASS_EPHEMERIS.number) & (m.status == Status.OK))
    values: dict[str, Any] = read_fields(GLONASS_EPHEMERIS, decoded.buffer, m.start[rows] + HEAD_BYTES)
    channel = (values.pop("channel_code") - CHANNEL_OFFSET).astype(np.int8)
    tb_gpst_ns = np.empty(len(rows), np.int64)
    _resolve(values["tb_s"], m.t_gpst_ns[rows], tb_gpst_ns)
    del values["number"]
    values.update(slot=m.slot[rows], channel=channel, tb_gpst_ns=tb_gpst_ns)
    return GlonassEphemerisBatch.missing(len(rows), **values)


def encode_glonass_ephemerides(ephemerides: GlonassEphemerisBatch) -> Frames:
    """A message 1020 per row.

    Shape: (n,). Unit: as the table of `GlonassEphemerisBatch` says. Error: values are rounded to the steps of the
    message; ValueError for a value that its field cannot hold.
    """
    frames = open_frames(np.full(len(ephemerides), (GLONASS_EPHEMERIS.bits + 7) // 8, np.int64))
    columns = {**ephemerides.columns(), "channel_code": ephemerides.channel.astype(np.int64) + CHANNEL_OFFSET}
    write_fields(GLONASS_EPHEMERIS, frames.buffer, frames.start + HEAD_BYTES, columns)
    return close_frames(frames)
