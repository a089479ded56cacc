"""Weeks of GPST, BDT and GST, and the roll-over of their short week counters.

Scalar kernels: `gpst_to_gps_week(t) -> (gps_week, tow_ns)`, `gpst_to_bdt_week(t) -> (bdt_week, bdt_sow_ns)`,
`gpst_to_gst_week(t) -> (gst_week, tow_ns)`, of the last two the inverses `bdt_week_to_gpst(week, sow_ns)` and
`gst_week_to_gpst(week, tow_ns)`, and `nearest_congruent(phase, period, reference)`, on which all roll-over resolution
rests: `resolve_gps_week`, `resolve_bdt_week`, `resolve_gst_week` (short week number -> full week), `resolve_gps_tow`,
`resolve_bdt_sow` (time of week only -> GPST). Arrays: `gnss.time.scales`.
"""

from typing import Final

from gnss._jit import kernel
from gnss.constants import NS_PER_S, NS_PER_WEEK

GPST_MINUS_BDT_S: Final = 14  # s, BDT has no leap seconds since 2006-01-01 (BDS-SIS-ICD)
BDT_WEEK_OFFSET: Final = 1_356  # weeks from the GPS epoch to the BDT epoch 2006-01-01 00:00:00
GST_WEEK_OFFSET: Final = 1_024  # weeks from the GPS epoch to the GST epoch (Galileo OS SIS ICD)

BDT_EPOCH_GPST_NS: Final = BDT_WEEK_OFFSET * NS_PER_WEEK + GPST_MINUS_BDT_S * NS_PER_S
"""Epoch of BDT, 2006-01-01 00:00:00 UTC, as `t_gpst_ns`."""

GST_EPOCH_GPST_NS: Final = GST_WEEK_OFFSET * NS_PER_WEEK
"""Epoch of GST, 1999-08-22 00:00:00 GPST (13 s before 0h UTC), as `t_gpst_ns`."""

GPS_WEEK_MODULUS: Final = 1_024  # 10 bits, GPS LNAV and RTCM 1019
BDT_WEEK_MODULUS: Final = 8_192  # 13 bits, BDS D1/D2 and RTCM 1042
GST_WEEK_MODULUS: Final = 4_096  # 12 bits, Galileo and RTCM 1045/1046


@kernel
def gpst_to_gps_week(t_gpst_ns: int) -> tuple[int, int]:
    """GPS week (not rolled over) and time of week.

    Shape: scalar. Unit: ns since 1980-01-06 GPST to (weeks, ns). Error: exact. Source: IS-GPS-200.
    """
    week = t_gpst_ns // NS_PER_WEEK
    return week, t_gpst_ns - week * NS_PER_WEEK


@kernel
def gpst_to_bdt_week(t_gpst_ns: int) -> tuple[int, int]:
    """BDT week (not rolled over) and second of week, in ns.

    Shape: scalar. Unit: ns since 1980-01-06 GPST to (weeks, ns). Error: exact. Source: BDS-SIS-ICD (BDT =
    GPST - 14 s).
    """
    return gpst_to_gps_week(t_gpst_ns - BDT_EPOCH_GPST_NS)


@kernel
def bdt_week_to_gpst(bdt_week: int, bdt_sow_ns: int) -> int:
    """GPST of a full BDT week and second of week.

    Shape: scalars. Unit: (weeks, ns) to ns since 1980-01-06 GPST. Error: exact. Source: BDS-SIS-ICD (BDT =
    GPST - 14 s).
    """
    return bdt_week * NS_PER_WEEK + bdt_sow_ns + BDT_EPOCH_GPST_NS


@kernel
def gpst_to_gst_week(t_gpst_ns: int) -> tuple[int, int]:
    """GST week (not rolled over) and time of week; GST is taken as aligned to GPST.

    Shape: scalar. Unit: ns since 1980-01-06 GPST to (weeks, ns). Error: the offset GGTO (tens of ns) is not
    applied. Source: Galileo OS SIS ICD.
    """
    return gpst_to_gps_week(t_gpst_ns - GST_EPOCH_GPST_NS)


@kernel
def gst_week_to_gpst(gst_week: int, tow_ns: int) -> int:
    """GPST of a full GST week and time of week.

    Shape: scalars. Unit: (weeks, ns) to ns since 1980-01-06 GPST. Error: as `gpst_to_gst_week`.
    Source: Galileo OS SIS ICD.
    """
    return gst_week * NS_PER_WEEK + tow_ns + GST_EPOCH_GPST_NS


@kernel
def nearest_congruent(phase: int, period: int, reference: int) -> int:
    """The number nearest to `reference` that leaves the remainder `phase` when divided by `period`.

    Shape: scalars. Unit: any, the same for all three. Error: exact; of two equally near numbers the earlier
    one. Source: integer arithmetic; the rule by which every rolled-over GNSS counter is resolved.
    """
    half = period // 2
    return reference - half + (phase - reference + half) % period


@kernel
def resolve_gps_week(week_10bit: int, t_reference_gpst_ns: int) -> int:
    """Full GPS week of a 10-bit week number, nearest to a reference time.

    Shape: scalars. Unit: weeks, ns since 1980-01-06 GPST. Error: exact while the truth is within 511 weeks of
    the reference. Source: IS-GPS-200, RTCM 1019.
    """
    return nearest_congruent(week_10bit, GPS_WEEK_MODULUS, gpst_to_gps_week(t_reference_gpst_ns)[0])


@kernel
def resolve_bdt_week(week_13bit: int, t_reference_gpst_ns: int) -> int:
    """Full BDT week of a 13-bit week number, nearest to a reference time.

    Shape: scalars. Unit: weeks, ns since 1980-01-06 GPST. Error: exact while the truth is within 4 095 weeks
    of the reference. Source: BDS-SIS-ICD, RTCM 1042.
    """
    return nearest_congruent(week_13bit, BDT_WEEK_MODULUS, gpst_to_bdt_week(t_reference_gpst_ns)[0])


@kernel
def resolve_gst_week(week_12bit: int, t_reference_gpst_ns: int) -> int:
    """Full GST week of a 12-bit week number, nearest to a reference time.

    Shape: scalars. Unit: weeks, ns since 1980-01-06 GPST. Error: exact while the truth is within 2 047 weeks
    of the reference. Source: Galileo OS SIS ICD, RTCM 1045 and 1046.
    """
    return nearest_congruent(week_12bit, GST_WEEK_MODULUS, gpst_to_gst_week(t_reference_gpst_ns)[0])


@kernel
def resolve_gps_tow(tow_ns: int, t_reference_gpst_ns: int) -> int:
    """GPST of a time of GPS (or GST) week alone, nearest to a reference time.

    Shape: scalars. Unit: ns, ns since 1980-01-06 GPST. Error: exact while the truth is within 3.5 days of the
    reference. Source: RTCM MSM epoch of GPS, Galileo, QZSS, SBAS and NavIC.
    """
    return nearest_congruent(tow_ns, NS_PER_WEEK, t_reference_gpst_ns)


@kernel
def resolve_bdt_sow(bdt_sow_ns: int, t_reference_gpst_ns: int) -> int:
    """GPST of a BDT second of week alone, nearest to a reference time.

    Shape: scalars. Unit: ns, ns since 1980-01-06 GPST. Error: exact while the truth is within 3.5 days of the
    reference. Source: RTCM DF427 (MSM epoch of BDS, a BDT time of week: GPST is 14 s later).
    """
    return nearest_congruent(bdt_sow_ns + BDT_EPOCH_GPST_NS, NS_PER_WEEK, t_reference_gpst_ns)
