"""Broadcast ephemerides as columns, from messages 1019, 1041, 1042, 1044, 1045, 1046 and back.

Source: docs/sources.md, gnss_facts §3 and §7; the tables are in `gnss.rtcm.layouts`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch, column
from gnss.batches import NO_TIME
from gnss.constants import NS_PER_S, NS_PER_WEEK
from gnss.rtcm.decode import RtcmDecoded
from gnss.rtcm.flat import read_fields, write_fields
from gnss.rtcm.frames import HEAD_BYTES, Frames, close_frames, open_frames
from gnss.rtcm.layouts import KEPLER_LAYOUTS
from gnss.status import Status
from gnss.time.week import BDT_EPOCH_GPST_NS, GST_EPOCH_GPST_NS


@dataclass(frozen=True, slots=True)
class EphemerisBatch(Batch):
    """One row per ephemeris of Kepler's elements; terms have the names of the interface documents, angles are radians.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal that sent it |
    | number | u2 | | | message number; tells Galileo F/NAV (1045) from I/NAV (1046) |
    | system | u1 | | | constellation, index into `SYSTEMS` |
    | prn | u1 | | | number within the constellation |
    | toe_gpst_ns | i8 | | ns | toe, GPST since 1980-01-06; `NO_TIME` = the short week could not be resolved |
    | toc_gpst_ns | i8 | | ns | toc, GPST since 1980-01-06 |
    | week | u2 | | | week as sent: GPS, QZSS and NavIC mod 1024, BDT mod 8192, GST mod 4096 |
    | toe_s | f8 | | s | time of ephemeris in the week of the system's own time (BDT for BeiDou) |
    | toc_s | f8 | | s | time of clock in that week |
    | iode | u2 | | | IODE; Galileo IODnav, BeiDou AODE, NavIC IODEC |
    | iodc | u2 | | | IODC; BeiDou AODC |
    | ura_index | u1 | | | URA index; Galileo SISA index, BeiDou URAI |
    | health | u1 | | | health bits as sent, 0 = healthy |
    | sqrt_a | f8 | | m^½ | √A |
    | e | f8 | | | eccentricity |
    | m0_rad | f8 | | rad | M0 |
    | delta_n_radps | f8 | | rad/s | Δn |
    | i0_rad | f8 | | rad | i0 |
    | idot_radps | f8 | | rad/s | IDOT |
    | omega0_rad | f8 | | rad | Ω0 |
    | omega_dot_radps | f8 | | rad/s | Ω̇ |
    | omega_rad | f8 | | rad | ω |
    | cuc_rad | f8 | | rad | Cuc |
    | cus_rad | f8 | | rad | Cus |
    | cic_rad | f8 | | rad | Cic |
    | cis_rad | f8 | | rad | Cis |
    | crc_m | f8 | | m | Crc |
    | crs_m | f8 | | m | Crs |
    | af0_s | f8 | | s | clock bias |
    | af1_sps | f8 | | s/s | clock drift |
    | af2_sps2 | f8 | | s/s² | clock drift rate |
    | tgd_s | f8 | | s | TGD; BeiDou TGD1, Galileo BGD E1/E5a |
    | tgd2_s | f8 | | s | BeiDou TGD2, Galileo BGD E1/E5b; NaN = the message has none |
    | code_l2 | u1 | | | codes on L2 (GPS, QZSS) |
    | l2p_flag | u1 | | | L2 P data flag (GPS) |
    | fit_flag | u1 | | | fit interval flag (GPS, QZSS) |
    """

    slot: NDArray[np.int32] = column("i4")
    number: NDArray[np.uint16] = column("u2")
    system: NDArray[np.uint8] = column("u1")
    prn: NDArray[np.uint8] = column("u1")
    toe_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    toc_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    week: NDArray[np.uint16] = column("u2")
    toe_s: NDArray[np.float64] = column("f8")
    toc_s: NDArray[np.float64] = column("f8")
    iode: NDArray[np.uint16] = column("u2")
    iodc: NDArray[np.uint16] = column("u2")
    ura_index: NDArray[np.uint8] = column("u1")
    health: NDArray[np.uint8] = column("u1")
    sqrt_a: NDArray[np.float64] = column("f8")
    e: NDArray[np.float64] = column("f8")
    m0_rad: NDArray[np.float64] = column("f8")
    delta_n_radps: NDArray[np.float64] = column("f8")
    i0_rad: NDArray[np.float64] = column("f8")
    idot_radps: NDArray[np.float64] = column("f8")
    omega0_rad: NDArray[np.float64] = column("f8")
    omega_dot_radps: NDArray[np.float64] = column("f8")
    omega_rad: NDArray[np.float64] = column("f8")
    cuc_rad: NDArray[np.float64] = column("f8")
    cus_rad: NDArray[np.float64] = column("f8")
    cic_rad: NDArray[np.float64] = column("f8")
    cis_rad: NDArray[np.float64] = column("f8")
    crc_m: NDArray[np.float64] = column("f8")
    crs_m: NDArray[np.float64] = column("f8")
    af0_s: NDArray[np.float64] = column("f8")
    af1_sps: NDArray[np.float64] = column("f8")
    af2_sps2: NDArray[np.float64] = column("f8")
    tgd_s: NDArray[np.float64] = column("f8")
    tgd2_s: NDArray[np.float64] = column("f8")
    code_l2: NDArray[np.uint8] = column("u1")
    l2p_flag: NDArray[np.uint8] = column("u1")
    fit_flag: NDArray[np.uint8] = column("u1")


_WEEK_BITS = {n: next(f.bits for f in layout.fields if f.name == "week") for n, layout in KEPLER_LAYOUTS.items()}
_EPOCH_GPST_NS = {1042: BDT_EPOCH_GPST_NS, 1045: GST_EPOCH_GPST_NS, 1046: GST_EPOCH_GPST_NS}
_LONG_WEEK_BITS = 12
"""Weeks of this many bits and more name a date by themselves for decades."""


def _week_start_gpst_ns(number: int, week: NDArray[Any], reference_gpst_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Beginning of weeks as sent: nearest to the reference; without one, the first for long weeks, none for short."""
    epoch_ns, period_ns = _EPOCH_GPST_NS.get(number, 0), NS_PER_WEEK << _WEEK_BITS[number]
    start_ns = epoch_ns + week.astype(np.int64) * NS_PER_WEEK
    known = reference_gpst_ns != NO_TIME
    ahead = np.where(known, reference_gpst_ns, 0) - start_ns + period_ns // 2
    nearest = start_ns + ahead // period_ns * period_ns
    alone = start_ns if _WEEK_BITS[number] >= _LONG_WEEK_BITS else np.full_like(start_ns, NO_TIME)
    return np.where(known, nearest, alone)


def _instant(start_ns: NDArray[np.int64], of_week_s: NDArray[np.float64], reference_ns: NDArray[np.int64]) -> Any:
    """An instant of a week; of the next or last one where that is nearer: the week is that of sending, not of toe."""
    t_ns = np.where(start_ns == NO_TIME, 0, start_ns) + of_week_s.astype(np.int64) * NS_PER_S
    ahead_ns = np.where(reference_ns == NO_TIME, t_ns, reference_ns) - t_ns
    near = np.abs(ahead_ns) < 2 * NS_PER_WEEK
    t_ns = t_ns + np.where(near, (ahead_ns + NS_PER_WEEK // 2) // NS_PER_WEEK * NS_PER_WEEK, 0)
    return np.where(start_ns == NO_TIME, NO_TIME, t_ns)


def decode_ephemerides(decoded: RtcmDecoded) -> EphemerisBatch:
    """The Keplerian ephemerides among decoded messages, by message number, then in order of arrival.

    Shape: (n,) each. Unit: as the table of `EphemerisBatch` says. Error: exact to the message's steps; short weeks are
    resolved to the time that was known of the terminal (its epochs, or the receive time).
    """
    m = decoded.messages
    parts = []
    for number, layout in KEPLER_LAYOUTS.items():
        rows = np.flatnonzero((m.number == number) & (m.status == Status.OK))
        if not len(rows):
            continue
        values: dict[str, Any] = read_fields(layout, decoded.buffer, m.start[rows] + HEAD_BYTES)
        reference_ns = m.t_gpst_ns[rows]
        start_ns = _week_start_gpst_ns(number, values["week"], reference_ns)
        values["toe_gpst_ns"] = _instant(start_ns, values["toe_s"], reference_ns)
        values["toc_gpst_ns"] = _instant(start_ns, values["toc_s"], reference_ns)
        values.update(slot=m.slot[rows], number=m.number[rows], system=m.system[rows])
        parts.append(EphemerisBatch.missing(len(rows), **values))
    return EphemerisBatch.concat(parts)


def encode_ephemerides(ephemerides: EphemerisBatch) -> Frames:
    """A frame per row, of the message number that it names.

    Shape: (n,). Unit: as the table of `EphemerisBatch` says. Error: values are rounded to the steps of the message;
    ValueError for a message number that is no ephemeris, or a value that its field cannot hold.
    """
    unknown = set(ephemerides.number.tolist()) - set(KEPLER_LAYOUTS)
    if unknown:
        raise ValueError(f"messages {sorted(unknown)} are no ephemerides; {sorted(KEPLER_LAYOUTS)} are")
    lengths = {number: (layout.bits + 7) // 8 for number, layout in KEPLER_LAYOUTS.items()}
    frames = open_frames(np.array([lengths[number] for number in ephemerides.number.tolist()], np.int64))
    for number, layout in KEPLER_LAYOUTS.items():
        rows = np.flatnonzero(ephemerides.number == number)
        if len(rows):
            columns = ephemerides.take(rows).columns()
            write_fields(layout, frames.buffer, frames.start[rows] + HEAD_BYTES, columns)
    return close_frames(frames)
