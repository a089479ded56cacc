"""The satellites of one terminal as the API shows them: as its sentences list them, or as its observations do."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from beidou_svc.api.answers import number_or_none
from beidou_svc.api.context import Context, PipelineView
from beidou_svc.fleet.merge import TRUST_NONE
from gnss.batches import SYSTEMS
from gnss.frames.enu import r_enu_from_ecef
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.orbits.satellites import NO_SATELLITE, satellite_index, satellite_name
from gnss.orbits.table import OrbitStatus, OrbitTable
from gnss.rtcm.signals import CODE_NAMES

SIGNAL_NAMES: dict[str, tuple[str, ...]] = {
    "G": ("L1 C/A", "L1 P(Y)", "L1 M", "L2 P(Y)", "L2C-M", "L2C-L", "L5-I", "L5-Q"),
    "R": ("G1 C/A", "G1 P", "G2 C/A", "G2 P"),
    "E": ("E5a", "E5b", "E5a+b", "E6-A", "E6-BC", "E1-A", "E1-BC"),
    "C": ("B1I", "B1Q", "B1C", "B1A", "B2a", "B2b", "B2a+b", "B3I", "B3Q", "B3A", "B2I", "B2Q"),
    "J": ("L1 C/A", "L1C(D)", "L1C(P)", "L1S", "L2C-M", "L2C-L", "L5-I", "L5-Q", "L6D", "L6E"),
    "I": ("L5-SPS", "S-SPS", "L5-RS", "S-RS", "L1-SPS"),
}
"""Names of the NMEA signal ids 1, 2, 3 … of each constellation; 0 tells no signal apart (NMEA 0183, GSV)."""

BANDS: dict[str, dict[str, str]] = {
    "G": {"1": "L1", "2": "L2", "5": "L5"},
    "R": {"1": "G1", "2": "G2", "3": "G3", "4": "G1a", "6": "G2a"},
    "E": {"1": "E1", "5": "E5a", "7": "E5b", "8": "E5a+b", "6": "E6"},
    "C": {"1": "B1C", "2": "B1I", "5": "B2a", "7": "B2b", "8": "B2a+b", "6": "B3I"},
    "J": {"1": "L1", "2": "L2", "5": "L5", "6": "L6"},
    "I": {"1": "L1", "5": "L5", "9": "S"},
    "S": {"1": "L1", "5": "L5"},
}
"""Bands by the first character of a RINEX code (docs/sources.md, gnss_facts §1)."""

_OLD_B2 = ("7I", "7Q", "7X")
"""Codes of BeiDou's B2I, on the frequency of B2b."""


def satellites_of(service: Context, slot: int) -> list[dict[str, Any]]:
    """One object a satellite and signal, RINEX satellite ids."""
    return _listed(service.pipeline, slot) or _observed(service, slot)


def _listed(pipeline: PipelineView, slot: int) -> list[dict[str, Any]]:
    """As GSV and GSA say."""
    batch = pipeline.satellites(slot)
    columns = (batch.system, batch.signal, batch.el_deg, batch.az_deg, batch.cn0_dbhz, batch.used)
    rows = zip(batch.sv_names(), *(column.tolist() for column in columns), strict=True)
    return [
        {
            "sv": sv,
            "system": SYSTEMS[system],
            "signal": signal_name(SYSTEMS[system], signal),
            "el_deg": number_or_none(el_deg),
            "az_deg": number_or_none(az_deg),
            "cn0_dbhz": number_or_none(cn0_dbhz),
            "used": bool(used),
        }
        for sv, system, signal, el_deg, az_deg, cn0_dbhz, used in rows
    ]


def _observed(service: Context, slot: int) -> list[dict[str, Any]]:
    """As the last epoch of RTCM 3 has them, with the directions in which the satellites stand now.

    Used: what the settings let the engine use, of satellites whose ephemeris is known.
    """
    positioning, rtk = service.pipeline.positioning, service.settings.rtk
    seen = positioning.sky.of(slot)
    satellite = satellite_index(seen.system, seen.prn)
    el_deg, az_deg, usable = _directions(service, slot, satellite, positioning.orbits)
    rows = zip(
        satellite.tolist(), seen.system.tolist(), seen.signal.tolist(), seen.cn0_dbhz.tolist(),
        el_deg.tolist(), az_deg.tolist(), usable.tolist(), strict=True,
    )  # fmt: skip
    return [
        {
            "sv": satellite_name(number),
            "system": SYSTEMS[system],
            "signal": code_name(SYSTEMS[system], CODE_NAMES[code]),
            "el_deg": number_or_none(round(el, 1)),
            "az_deg": number_or_none(round(az, 1)),
            "cn0_dbhz": number_or_none(cn0),
            "used": known
            and SYSTEMS[system] in rtk.systems
            and (not rtk.signals or CODE_NAMES[code] in rtk.signals)
            and el >= rtk.elevation_mask_deg
            and not cn0 < rtk.cn0_dbhz_min,
        }
        for number, system, code, cn0, el, az, known in rows
        if number != NO_SATELLITE
    ]


def _directions(
    service: Context, slot: int, satellite: NDArray[np.int64], orbits: OrbitTable | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Elevation and azimuth in degrees as seen from where the terminal is shown, and which ephemerides are known."""
    n, state = len(satellite), service.state
    if orbits is None or state.position.trust[slot] == TRUST_NONE:
        return np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, np.bool_)
    lat_rad, lon_rad, h_ell_m = (state.columns[name][slot] for name in ("lat_rad", "lon_rad", "h_ell_m"))
    here = geodetic_to_ecef(lat_rad, lon_rad, np.nan_to_num(h_ell_m))
    east, north, up = (r_enu_from_ecef(lat_rad, lon_rad) @ (orbits.r_ecef_m[satellite] - here).T).reshape(3, n)
    el_deg = np.degrees(np.arctan2(up, np.hypot(east, north)))
    az_deg = np.degrees(np.arctan2(east, north)) % 360.0
    return el_deg, az_deg, orbits.status[satellite] == OrbitStatus.USABLE


def signal_name(system: str, signal: int) -> str | None:
    """Name of an NMEA signal id, None where it tells nothing apart or is not in the table."""
    names = SIGNAL_NAMES.get(system, ())
    return names[signal - 1] if 1 <= signal <= len(names) else None


def code_name(system: str, code: str) -> str | None:
    """Name of a RINEX code: the band, and the code where there are several on it (`L1 (1C)`, but `B1I`)."""
    if system == "C" and code in _OLD_B2:
        return "B2I"
    band = BANDS.get(system, {}).get(code[:1])
    if band is None:
        return None
    return band if system == "C" else f"{band} ({code})"
