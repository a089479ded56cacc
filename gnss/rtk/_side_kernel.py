"""What is left of one receiver's observations when geometry, satellite clock and troposphere are taken away.

Each side is evaluated at its own time tag: receivers whose clocks run free tag their epochs milliseconds apart.
"""

from math import isfinite, nan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.constants import SPEED_OF_LIGHT_MPS
from gnss.orbits.satellites import GLONASS, satellite_row
from gnss.orbits.table import OrbitTable, line_of_sight, satellite_at, transmission_offset
from gnss.rtcm.observations import NO_CHANNEL, ObservationSink
from gnss.rtk._apart import apart
from gnss.rtk._jobs import Bases
from gnss.rtk._work import PAIRS_MAX, Lookup, Side
from gnss.rtk.settings import Rules
from gnss.rtk.signals import BANDS, CODES, Carriers

Floats = NDArray[np.float64]

UNKNOWN_DBHZ = 0.0
"""Strength of a signal that is tracked without its code: what is stated, 10 dB and more too little, says nothing of its
noise."""

SIN_EL_MIN = 0.05
"""Below three degrees the mapping of the troposphere means nothing."""

PR_M_MIN, PR_M_MAX = 1e6, 1e8
"""No satellite is nearer or farther."""

CP_CYC_MAX = 1e12
"""Nor is a phase, whatever a receiver counts from, a thousand times as long as the way to it."""

TROPO_ZENITH_M = 2.3
"""Delay of a standard atmosphere at sea level: only its difference between two receivers matters here."""

TROPO_SCALE_M = 7_500.0
"""Height over which that delay falls to 1/e."""


def zenith_delay_m(h_ell_m: Any) -> Any:
    """Delay of a standard atmosphere straight up from a height above the ellipsoid.

    Shape: (n,) to (n,), or a scalar. Unit: m. Frame: ellipsoidal heights. Error: a decimetre of weather. Source:
    `TROPO_ZENITH_M`.
    """
    return TROPO_ZENITH_M * np.exp(-h_ell_m / TROPO_SCALE_M)


_zenith_m = inline_kernel(zenith_delay_m)


@inline_kernel
def _troposphere_m(sin_el: float, zenith_m: float) -> float:
    """The same along a slope (mapping of Black and Eisner's form)."""
    return zenith_m * 1.001 / sqrt(0.002001 + sin_el * sin_el)


@inline_kernel
def _is_wanted(o: ObservationSink, i: int, satellite: int, table: OrbitTable, rules: Rules) -> bool:
    if satellite < 0 or table.status[satellite] != 0 or o.status[i] != 0:
        return False
    if rules.system_used[o.system[i]] == 0 or rules.code_used[o.signal[i]] == 0:
        return False
    pr_m = o.pr_m[i]
    weak = o.cn0_dbhz[i] < rules.cn0_dbhz_min and o.cn0_dbhz[i] > 0.0
    return isfinite(pr_m) and PR_M_MIN < pr_m < PR_M_MAX and not weak


@inline_kernel
def phase_m(cp_cyc: float, wavelength_m: float) -> float:
    """A phase in m, NaN where there is none: of those that lost it, some receivers write 0."""
    return cp_cyc * wavelength_m if 0.0 < abs(cp_cyc) < CP_CYC_MAX else nan


@inline_kernel
def wave_m(o: ObservationSink, i: int, channel_else: int, carriers: Carriers) -> float:
    """Wavelength of a signal, NaN where it is not known: GLONASS without a channel, stated or else `channel_else`."""
    system, code = o.system[i], o.signal[i]
    if system != GLONASS:
        return float(carriers.wavelength_m[system, code])
    channel = o.channel[i] if o.channel[i] != NO_CHANNEL else channel_else
    hz = carriers.hz[system, code] + carriers.step_hz[system, code] * channel
    return SPEED_OF_LIGHT_MPS / hz if channel != NO_CHANNEL else nan


@inline_kernel
def _geometry(
    table: OrbitTable, satellite: int, tag_s: float, pr_m: float, x: Floats, up: Floats, zenith_m: float
) -> tuple[float, float, float, float, float]:
    """Range with troposphere less the satellite's clock in m, direction to the satellite, sine of its elevation."""
    offset_s = transmission_offset(table, satellite, tag_s, pr_m)
    sx, sy, sz, clock_s = satellite_at(table, satellite, offset_s)
    range_m, ex, ey, ez = line_of_sight(sx, sy, sz, x[0], x[1], x[2])
    sin_el = ex * up[0] + ey * up[1] + ez * up[2]
    delay_m = _troposphere_m(max(sin_el, SIN_EL_MIN), zenith_m)
    return range_m + delay_m - clock_s * SPEED_OF_LIGHT_MPS, ex, ey, ez, sin_el


@leaf_kernel
def reduce_side(
    o: ObservationSink, rows: tuple[int, int], tag_s: float, table: OrbitTable, x: Floats, up: Floats, rules: Rules,
    carriers: Carriers, side: Side,
) -> int:  # fmt: skip
    """Fill `side` from rows `rows[0]` to `rows[1]` of a receiver at `x`; returns how many there are.

    `tag_s` is the receiver's time tag less the instant of the table; `up` (4,) the direction up and the height above
    the ellipsoid.
    """
    apart()
    zenith_m = _zenith_m(up[3])
    n, last, expected_m, ex, ey, ez, sin_el = 0, -1, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(rows[0], rows[1]):
        satellite = satellite_row(int(o.system[i]), int(o.prn[i]))
        if not _is_wanted(o, i, satellite, table, rules):
            continue
        if satellite != last:
            expected_m, ex, ey, ez, sin_el = _geometry(table, satellite, tag_s, o.pr_m[i], x, up, zenith_m)
            last = satellite
        wavelength_m = wave_m(o, i, table.channel[satellite], carriers)
        if not sin_el >= rules.sin_el_min or not wavelength_m > 0.0:
            continue
        side.row[n], side.satellite[n], side.code[n] = i, satellite, o.signal[i]
        side.code_m[n] = o.pr_m[i] - expected_m
        side.phase_m[n] = phase_m(o.cp_cyc[i], wavelength_m) - expected_m
        side.wavelength_m[n], side.sin_el[n] = wavelength_m, sin_el
        side.cn0_dbhz[n] = UNKNOWN_DBHZ if carriers.codeless[o.system[i], o.signal[i]] else o.cn0_dbhz[i]
        side.e[n, 0], side.e[n, 1], side.e[n, 2] = ex, ey, ez
        side.lock_s[n], side.half_cycle[n] = o.lock_s[i], o.half_cycle[i]
        n += 1
        if n == PAIRS_MAX:
            break
    return n


@leaf_kernel
def steady_side(side: Side, n: int, bases: Bases) -> None:
    """Put the steady codes of a base (`BaseCodes`) in the place of those sent."""
    for k in range(n):
        side.code_m[k] += bases.correction_m[side.row[k]]
        side.share[k] = bases.share[side.row[k]]


@leaf_kernel
def index_base(side: Side, n: int, carriers: Carriers, lookup: Lookup) -> None:
    """Make the rows of the base findable by satellite and code."""
    apart()
    for i in range(n):
        satellite, code = int(side.satellite[i]), int(side.code[i])
        lookup.by_code[satellite * CODES + code] = i
        band = satellite * BANDS + int(carriers.band[satellite >> 6, code])
        if lookup.by_band[band] < 0:
            lookup.by_band[band] = i


@leaf_kernel
def forget_base(side: Side, n: int, carriers: Carriers, lookup: Lookup) -> None:
    """Undo `index_base`."""
    for i in range(n):
        satellite, code = int(side.satellite[i]), int(side.code[i])
        lookup.by_code[satellite * CODES + code] = -1
        lookup.by_band[satellite * BANDS + int(carriers.band[satellite >> 6, code])] = -1
