"""The batches that several parts of the system share."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch, column

SYSTEMS = "GRECJIS"
"""Constellations in column order, as RINEX letters: GPS, GLONASS, Galileo, BeiDou, QZSS, NavIC, SBAS."""

SYSTEM_COUNT = len(SYSTEMS)

NO_TIME = np.iinfo(np.int64).min
"""Missing time."""

NO_BASE = -1
"""Missing base station id."""


class Source(IntEnum):
    """Where the position of a row comes from."""

    UNKNOWN = 0
    NMEA = 1
    KSXT = 2
    BESTNAV = 3
    RDSS = 4
    ENGINE = 5
    JT808 = 6


@dataclass(frozen=True, slots=True)
class FixBatch(Batch):
    """One row per terminal and epoch: the position and all that is known of its quality.

    Coordinates are in the frame that the terminal reports (a property of the registry, not of the row).

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal, index into the registry |
    | t_gpst_ns | i8 | | ns | time of the fix, GPST since 1980-01-06; `NO_TIME` = no date known |
    | t_rx_ns | i8 | | ns | receive time, UTC since 1970-01-01; `NO_TIME` = not recorded |
    | lat_rad | f8 | | rad | geodetic latitude |
    | lon_rad | f8 | | rad | longitude, east positive |
    | h_ell_m | f8 | | m | ellipsoidal height |
    | h_msl_m | f8 | | m | orthometric height as the receiver states it |
    | geoid_sep_m | f8 | | m | geoid above ellipsoid as the receiver states it |
    | fix_quality | u1 | | | NMEA GGA field 6, 0..8 |
    | fix_dim | u1 | | | 0 not stated, 1 none, 2 2-D, 3 3-D |
    | sigma_n_m | f8 | | m | standard deviation north |
    | sigma_e_m | f8 | | m | standard deviation east |
    | sigma_u_m | f8 | | m | standard deviation up |
    | cov_ne_m2 | f8 | | m² | covariance of north and east |
    | cov_nu_m2 | f8 | | m² | covariance of north and up |
    | cov_eu_m2 | f8 | | m² | covariance of east and up |
    | pl_h_m | f8 | | m | horizontal protection level; NaN = none is computed |
    | pl_v_m | f8 | | m | vertical protection level |
    | hdop | f8 | | | horizontal dilution of precision |
    | pdop | f8 | | | position dilution of precision |
    | vdop | f8 | | | vertical dilution of precision |
    | sats_used | u1 | | | satellites used; 255 = not stated |
    | sats_view | u1 | 7 | | satellites in view by constellation, in the order of `SYSTEMS` |
    | cn0_dbhz | f4 | 7 | dB-Hz | mean C/N0 of the satellites tracked, by constellation |
    | age_corr_s | f8 | | s | age of the corrections |
    | base_id | i4 | | | reference station; -1 = not stated |
    | baseline_m | f8 | | m | distance from that station |
    | ratio | f8 | | | how much better the integers chosen fit than the next best; NaN = none were sought |
    | speed_mps | f8 | | m/s | speed over ground |
    | course_rad | f8 | | rad | course over ground from true north, clockwise |
    | heading_rad | f8 | | rad | heading of the body from true north, clockwise |
    | pitch_rad | f8 | | rad | pitch of the body |
    | roll_rad | f8 | | rad | roll of the body |
    | vel_u_mps | f8 | | m/s | vertical velocity, up positive |
    | source | u1 | | | a `Source` |
    | sentences | u4 | | | bit set of the sentence kinds that made the row |
    | clock_era | u1 | | | how often the terminal's clock had been set back before, modulo 256 |
    | status | u1 | | | a `Status` |
    """

    slot: NDArray[np.int32] = column("i4")
    t_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    t_rx_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    lat_rad: NDArray[np.float64] = column("f8")
    lon_rad: NDArray[np.float64] = column("f8")
    h_ell_m: NDArray[np.float64] = column("f8")
    h_msl_m: NDArray[np.float64] = column("f8")
    geoid_sep_m: NDArray[np.float64] = column("f8")
    fix_quality: NDArray[np.uint8] = column("u1")
    fix_dim: NDArray[np.uint8] = column("u1")
    sigma_n_m: NDArray[np.float64] = column("f8")
    sigma_e_m: NDArray[np.float64] = column("f8")
    sigma_u_m: NDArray[np.float64] = column("f8")
    cov_ne_m2: NDArray[np.float64] = column("f8")
    cov_nu_m2: NDArray[np.float64] = column("f8")
    cov_eu_m2: NDArray[np.float64] = column("f8")
    pl_h_m: NDArray[np.float64] = column("f8")
    pl_v_m: NDArray[np.float64] = column("f8")
    hdop: NDArray[np.float64] = column("f8")
    pdop: NDArray[np.float64] = column("f8")
    vdop: NDArray[np.float64] = column("f8")
    sats_used: NDArray[np.uint8] = column("u1", missing=255)
    sats_view: NDArray[np.uint8] = column("u1", SYSTEM_COUNT)
    cn0_dbhz: NDArray[np.float32] = column("f4", SYSTEM_COUNT)
    age_corr_s: NDArray[np.float64] = column("f8")
    base_id: NDArray[np.int32] = column("i4", missing=NO_BASE)
    baseline_m: NDArray[np.float64] = column("f8")
    ratio: NDArray[np.float64] = column("f8")
    speed_mps: NDArray[np.float64] = column("f8")
    course_rad: NDArray[np.float64] = column("f8")
    heading_rad: NDArray[np.float64] = column("f8")
    pitch_rad: NDArray[np.float64] = column("f8")
    roll_rad: NDArray[np.float64] = column("f8")
    vel_u_mps: NDArray[np.float64] = column("f8")
    source: NDArray[np.uint8] = column("u1")
    sentences: NDArray[np.uint32] = column("u4")
    clock_era: NDArray[np.uint8] = column("u1")
    status: NDArray[np.uint8] = column("u1")

    def sort_by_time(self) -> Self:
        """Rows ordered by time, then terminal; equal keys keep their order."""
        return self.take(np.lexsort((self.slot, self.t_gpst_ns)))


@dataclass(frozen=True, slots=True)
class SegmentBatch(Batch):
    """Pieces of received bytes: row i is `buffer[start[i] : start[i] + length[i]]` of the arena they came in.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal the bytes came from |
    | start | i8 | | byte | offset in the arena |
    | length | i4 | | byte | length of the piece |
    | t_rx_ns | i8 | | ns | receive time, UTC since 1970-01-01; `NO_TIME` = not recorded |
    """

    slot: NDArray[np.int32] = column("i4")
    start: NDArray[np.int64] = column("i8")
    length: NDArray[np.int32] = column("i4")
    t_rx_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)

    @classmethod
    def whole(cls, data: bytes | NDArray[Any], slot: int = 0, t_rx_ns: int = NO_TIME) -> Self:
        """All of `data` as one piece of one terminal (at most 2 GiB)."""
        return cls.missing(1, slot=[slot], start=[0], length=[len(data)], t_rx_ns=[t_rx_ns])
