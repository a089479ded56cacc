"""Numbers of GLONASS navigation records to ephemerides.

The file states -tau_n and +gamma_n, kilometres, and tb on the clock of UTC (RINEX 3.05).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnss.constants import NS_PER_S
from gnss.rinex.nav_kepler import whole_numbers
from gnss.rinex.nav_tables import GLONASS, KM, VALUES_MAX
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch
from gnss.rtcm.observations import NO_CHANNEL
from gnss.time.civil import days_from_civil, weekday_from_days
from gnss.time.scales import gpst_ns_to_glonasst

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_UNKNOWN = 0.999e9
"""A number from here on says that the value is not known."""
_N4_START = 1996
_DAYS_OF_FOUR_YEARS = 1461
_MOSCOW_S = 10_800
_DAY_S = 86_400
_CHANNEL_LEAST, _CHANNEL_MOST = -7, 13
_RADIUS_M_MIN, _RADIUS_M_MAX = 2.0e7, 3.0e7


def _tk(frame_s: Floats) -> Ints:
    """tk, 5 bits hour, 6 bits minute, 1 bit half minute of the Moscow day, of the frame's time in a UTC day or week."""
    of_day_s = (whole_numbers(frame_s) + _MOSCOW_S) % _DAY_S
    return of_day_s // 3600 << 7 | of_day_s % 3600 // 60 << 1 | of_day_s % 60 // 30


def _channels(channel: Floats) -> Ints:
    """Frequency channel; some writers leave a signed byte unsigned."""
    number = whole_numbers(channel, NO_CHANNEL)
    number = np.where(number > 128, number - 256, number)
    return np.where((number >= _CHANNEL_LEAST) & (number <= _CHANNEL_MOST), number, NO_CHANNEL)


def glonass_rows(
    values: Floats, prn: Ints, tb_gpst_ns: Ints
) -> tuple[GlonassEphemerisBatch, NDArray[np.bool_], NDArray[np.bool_]]:
    """Ephemerides, and which of the records they are; then which records lack a number.

    Shape: (n, VALUES_MAX), (n,), (n,) to (m,), (n,), (n,). Unit: as RINEX has them, ns. Error: records that lack a
    number, or whose satellite is not where GLONASS is, are left out. Source: RINEX 3.05.
    """
    state = [f"{v}{axis}_{unit}" for v, unit in (("", "m"), ("v", "mps"), ("a", "mps2")) for axis in "xyz"]
    needed = [GLONASS[name] for name in (*state, "tau_n_s", "gamma_n")]
    lacking = np.any(np.isnan(values[:, needed]), axis=1)
    # damaged numbers may be too large to be squared
    axes_m = np.clip(values[:, [GLONASS[f"{axis}_m"] for axis in "xyz"]] * KM, -_RADIUS_M_MAX, _RADIUS_M_MAX)
    radius_m = np.linalg.norm(axes_m, axis=1)
    kept = ~lacking & (radius_m > _RADIUS_M_MIN) & (radius_m < _RADIUS_M_MAX)
    rows, tb_ns = values[kept], tb_gpst_ns[kept]
    columns: dict[str, Any] = {name: rows[:, GLONASS[name]] * KM for name in state}
    day, of_day_ns = gpst_ns_to_glonasst(tb_ns)
    four_years = day - days_from_civil(_N4_START, 1, 1)
    delta_tau_s = rows[:, GLONASS["delta_tau_n_s"]]
    columns.update(
        prn=prn[kept], channel=_channels(rows[:, GLONASS["channel"]]), tb_gpst_ns=tb_ns, tb_s=of_day_ns / NS_PER_S,
        tau_n_s=-rows[:, GLONASS["tau_n_s"]], gamma_n=rows[:, GLONASS["gamma_n"]],
        delta_tau_n_s=np.where(np.abs(delta_tau_s) < _UNKNOWN, delta_tau_s, np.nan),
        bn=np.nan_to_num(rows[:, GLONASS["bn"]], nan=1.0) != 0, tk=_tk(rows[:, GLONASS["frame_s"]]),
        ft=np.clip(np.nan_to_num(rows[:, GLONASS["ura"]]), 0, 15).astype(np.int64),
        en_day=np.clip(np.nan_to_num(rows[:, GLONASS["en_day"]]), 0, 31).astype(np.int64),
        nt_day=four_years % _DAYS_OF_FOUR_YEARS + 1, n4=four_years // _DAYS_OF_FOUR_YEARS + 1,
    )  # fmt: skip
    return GlonassEphemerisBatch.missing(len(tb_ns), **columns), kept, lacking


def _frame_s(ephemerides: GlonassEphemerisBatch, *, of_week: bool) -> Floats:
    """Time of the frame, out of tk, on the clock of UTC: in the week, or before RINEX 3 in the day."""
    tk = ephemerides.tk.astype(np.int64)
    moscow_s = (tk >> 7) * 3600 + (tk >> 1 & 63) * 60 + (tk & 1) * 30
    day, _ = gpst_ns_to_glonasst(ephemerides.tb_gpst_ns)
    in_scale_s = day * _DAY_S + moscow_s - _MOSCOW_S
    since_sunday_s = in_scale_s + weekday_from_days(0) * _DAY_S
    return (since_sunday_s % (7 * _DAY_S) if of_week else in_scale_s % _DAY_S).astype(np.float64)


def glonass_numbers(ephemerides: GlonassEphemerisBatch, *, of_week: bool) -> Floats:
    """Numbers of records, as `glonass_rows` reads them.

    Shape: (n,) to (n, VALUES_MAX), NaN = blank. Unit: as RINEX has them. Source: RINEX 3.05.
    """
    values = np.full((len(ephemerides), VALUES_MAX), np.nan)
    for name, place in GLONASS.items():
        if name in GlonassEphemerisBatch.specs():
            scale = KM if name[-2:] == "_m" or "_mps" in name else 1.0
            values[:, place] = getattr(ephemerides, name) / scale
    values[:, GLONASS["tau_n_s"]] *= -1.0
    values[:, GLONASS["frame_s"]] = _frame_s(ephemerides, of_week=of_week)
    values[ephemerides.channel == NO_CHANNEL, GLONASS["channel"]] = 0.0
    values[:, GLONASS["ura"]] = ephemerides.ft
    return values
