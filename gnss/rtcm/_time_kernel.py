"""From the epoch field of a message to GPST: weeks and days that are not sent come from a reference time."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.batches import NO_TIME, SYSTEMS
from gnss.bits import get_unsigned
from gnss.constants import NS_PER_MS, NS_PER_S
from gnss.rtcm.messages import PARAMETERS_NUMBER, TEXT_NUMBER
from gnss.time.glonass import WEEKDAY_UNKNOWN, resolve_glonasst
from gnss.time.leap import utc_to_gpst
from gnss.time.week import bdt_week_to_gpst, gst_week_to_gpst, resolve_bdt_sow, resolve_gps_tow

_GLONASS, _BEIDOU = SYSTEMS.index("R"), SYSTEMS.index("C")
_NO_TIME = int(NO_TIME)

WEEK_MS = 604_800_000
GLONASS_DAY_MS_MAX = 86_400_999
"""Last millisecond of a Moscow day that ends with a leap second (sources: gnss_facts §3)."""

GLONASS_DAY_BITS = 27
EPOCH_SPAN = 1 << 30
BDT_BEHIND_MS = 14_000
"""Some receivers send the first 14 s of a GPS week as a negative time of BDT week (seen in a recording of 2018)."""

SAME_DAY_NS = 600 * NS_PER_S
"""A GLONASS time of day this near to the last epoch needs no weekday: some receivers send a wrong one (seen in one)."""

MJD_UNIX = 40_587
"""Modified Julian day of 1970-01-01."""

_BDS_EPHEMERIS, _GALILEO_F, _GALILEO_I = 1042, 1045, 1046


@inline_kernel
def is_epoch(system: int, stated: int) -> bool:
    """Whether the epoch field is within its range."""
    if system == _GLONASS:
        return (stated & ((1 << GLONASS_DAY_BITS) - 1)) <= GLONASS_DAY_MS_MAX
    if system == _BEIDOU and stated >= EPOCH_SPAN - BDT_BEHIND_MS:
        return True
    return stated < WEEK_MS


@leaf_kernel
def epoch_to_gpst(system: int, stated: int, t_reference_gpst_ns: int, is_sure: bool) -> int:
    """GPST of the epoch field of an observation message, nearest to the reference (sources: gnss_facts §3).

    GLONASS sends the weekday (7 = unknown, which is also how the legacy messages come here) and the ms of the Moscow
    day; BeiDou the ms of the BDT week; the others the ms of the GPST week. `is_sure`: the reference is no guess.
    """
    if system == _GLONASS:
        of_day_ns = (stated & ((1 << GLONASS_DAY_BITS) - 1)) * NS_PER_MS
        t_gpst_ns = resolve_glonasst(WEEKDAY_UNKNOWN, of_day_ns, t_reference_gpst_ns)
        if is_sure and abs(t_gpst_ns - t_reference_gpst_ns) <= SAME_DAY_NS:
            return t_gpst_ns
        return resolve_glonasst(stated >> GLONASS_DAY_BITS, of_day_ns, t_reference_gpst_ns)
    if system == _BEIDOU:
        if stated >= EPOCH_SPAN - BDT_BEHIND_MS:
            stated -= EPOCH_SPAN
        return resolve_bdt_sow(stated * NS_PER_MS, t_reference_gpst_ns)
    return resolve_gps_tow(stated * NS_PER_MS, t_reference_gpst_ns)


@inline_kernel
def legacy_stated(system: int, stated: int) -> int:
    """The epoch field of a legacy message in the form of an MSM's: GLONASS sends no weekday there."""
    return stated | WEEKDAY_UNKNOWN << GLONASS_DAY_BITS if system == _GLONASS else stated


@leaf_kernel
def dated_by_message(buffer: NDArray[np.uint8], bit: int, bits: int, number: int) -> int:
    """A time that the message states with its date: 1013 and 1029 when they were sent, an ephemeris when it is for.

    NO_TIME otherwise: the short week of GPS and QZSS is no date, it comes again after 1024 weeks.
    """
    if bits < 76:
        return _NO_TIME
    if number in (PARAMETERS_NUMBER, TEXT_NUMBER):
        day = get_unsigned(buffer, bit + 24, 16) - MJD_UNIX
        return utc_to_gpst(day, get_unsigned(buffer, bit + 40, 17) * NS_PER_S)
    if number == _BDS_EPHEMERIS:
        return bdt_week_to_gpst(get_unsigned(buffer, bit + 18, 13), get_unsigned(buffer, bit + 54, 17) * 8 * NS_PER_S)
    if number in (_GALILEO_F, _GALILEO_I):
        return gst_week_to_gpst(get_unsigned(buffer, bit + 18, 12), get_unsigned(buffer, bit + 62, 14) * 60 * NS_PER_S)
    return _NO_TIME
