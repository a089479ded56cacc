"""What the kernels of the signals take: plain structures of arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int32]

AZ_BINS = 72
"""Directions of a horizon, 5 degrees each, from north over east."""


class Plan(NamedTuple):
    """K satellites in the order of their numbers, up to S signals of each in the order of MSM.

    `satellite` (K,): dense index; `system`, `prn` (K,). Of signals (K, S): `code` index, 0 = none; `hz` and `step_hz`
    of a GLONASS channel; `of_tgd`, `of_tgd2` (2, K, S): the group delay in terms of the ephemeris, second row where
    Galileo's is F/NAV; `code_noise_m`, `multipath_ratio`, `cn0_dbhz`, `has_data` as `Trait` has them.
    """

    satellite: NDArray[np.int64]
    system: NDArray[np.uint8]
    prn: NDArray[np.uint8]
    code: NDArray[np.uint8]
    hz: Floats
    step_hz: Floats
    of_tgd: Floats
    of_tgd2: Floats
    code_noise_m: Floats
    multipath_ratio: Floats
    cn0_dbhz: Floats
    has_data: NDArray[np.uint8]


class MakePlan(NamedTuple):
    """What M makes do: `tracks` (M, K, S); biases (M, K, S) in m and cycles; of channels, in m (M,); the rest (M,)."""

    tracks: NDArray[np.uint8]
    code_bias_m: Floats
    phase_bias_cyc: Floats
    glonass_code_m: Floats
    glonass_phase_m: Floats
    clock_steer_s: Floats
    multipath_ratio: Floats
    noise_ratio: Floats
    cn0_dbhz: Floats


class Skies(NamedTuple):
    """Surroundings as arrays by kind (KINDS,), and horizons (H, AZ_BINS): sines of the elevation below which they hide.

    The first KINDS horizons are those of the kinds.
    """

    horizon: NDArray[np.float32]
    multipath_ratio: Floats
    slip_hz: Floats
    fade_db: Floats
    fade_sigma_db: Floats
    reflected_share: Floats


class Air(NamedTuple):
    """The atmosphere of an instant.

    `klobuchar` (8,), times `iono_ratio`; `north_ratio`, `east_ratio`: slope of the vertical delay on L1, m a m, from
    (`lat_rad`, `lon_rad`); `wave_m`: a wave in it that travels `WAVE_LENGTH_M` in `WAVE_PERIOD_S`. `tow_s`, `day`: of
    the week and of the year. `wet_ratio`: water vapour against the standard atmosphere's.
    """

    klobuchar: Floats
    iono_ratio: float
    north_ratio: float
    east_ratio: float
    wave_m: float
    lat_rad: float
    lon_rad: float
    tow_s: float
    day: float
    wet_ratio: float


class Knobs(NamedTuple):
    """The rest of the settings, under their names; `sin_el_min` instead of a mask."""

    sin_el_min: float
    multipath_ratio: float
    noise_ratio: float
    slip_ratio: float
    silent_slip_share: float
    half_cycle_s: float
    half_cycle_share: float
    jam_hz: float
    jam_s: float


class Places(NamedTuple):
    """Where n receivers are at one instant: `row` of each among all; position and velocity (n, 3), ECEF; `kind` of
    surroundings and `horizon`, rows of `Skies`."""

    row: Ints
    r_ecef_m: Floats
    v_ecef_mps: Floats
    kind: Ints
    horizon: Ints


class Units(NamedTuple):
    """State of N receivers.

    `make`; `station` as the messages name it; `t_ns` of the last epoch; clock `bias_s` and `drift_sps`; `cn0_dbhz` of
    the antenna; `jammed_s` left of interference; `salt`, from which what is the receiver's own follows; `chance`, random state.
    """

    make: Ints
    station: NDArray[np.uint16]
    t_ns: NDArray[np.int64]
    bias_s: Floats
    drift_sps: Floats
    cn0_dbhz: Floats
    jammed_s: Floats
    salt: NDArray[np.uint64]
    chance: NDArray[np.uint64]


class Tracks(NamedTuple):
    """What N receivers track of K satellites and S signals.

    By satellite: `hearing`, UNHEARD, DIRECT, REFLECTED or HIDDEN; `fade` in sigmas; `detour_m` of a reflection. By
    signal: `lock_s`, NO_LOCK = not tracked, negative until the phase is; `n_cyc` ambiguity; `half`, a sum of UNRESOLVED
    and OFF_BY_HALF; multipath of code and phase, in sigmas.
    """

    hearing: NDArray[np.uint8]
    fade: Singles
    detour_m: Singles
    lock_s: Singles
    n_cyc: Ints
    half: NDArray[np.uint8]
    code_mp: Singles
    phase_mp: Singles


UNHEARD, DIRECT, REFLECTED, HIDDEN = range(4)
NO_LOCK = np.float32(-1e9)
UNRESOLVED, OFF_BY_HALF = 1, 2

(
    ROWS, ACQUIRED, LOST, LOST_PHASES, SLIPS, SILENT_SLIPS, HALF_RESOLVED, HIDDEN_SATELLITES, REFLECTIONS, JAMMED,
    CLOCK_JUMPS,
) = range(11)  # fmt: skip
COUNTS = (
    "rows", "acquired", "lost", "lost_phases", "slips", "silent_slips", "half_cycles_resolved", "hidden_satellites",
    "reflections", "jammed_epochs", "clock_jumps",
)  # fmt: skip
"""What the kernels count: rows made; signals acquired and lost; phases lost alone; slips that the receiver noticed, and
those it did not; half cycles resolved; satellites that began to be hidden, those of them heard by a reflection; epochs
in which interference left nothing; jumps of receiver clocks."""


class PathSink(NamedTuple):
    """What each row is made of: the columns of `PathBatch` in its order."""

    range_m: Floats
    rx_clock_m: Floats
    sat_clock_m: Floats
    tropo_m: Floats
    iono_m: Floats
    code_bias_m: Floats
    phase_bias_m: Floats
    code_multipath_m: Floats
    phase_multipath_m: Floats
    code_noise_m: Floats
    phase_noise_m: Floats
    n_cyc: Floats
    az_rad: Floats
    el_rad: Floats
    kind: NDArray[np.uint8]
