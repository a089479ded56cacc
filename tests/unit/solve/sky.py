"""Recordings for the commands that solve, made of the invented sky of `tests.unit.position.world`: GPS and BeiDou."""

from functools import cache
from pathlib import Path

import numpy as np

from gnss.constants import NS_PER_S, SPEED_OF_LIGHT_MPS
from gnss.frames.enu import enu_to_ecef
from gnss.rinex.header import RinexHeader
from gnss.rinex_io import write_navigation, write_observations
from gnss.rtcm._kit import NO_STATION
from gnss.rtcm.encode_msm import encode_msm
from gnss.rtcm.encode_stations import encode_positions
from gnss.rtcm.ephemerides import EphemerisBatch, encode_ephemerides
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.signals import carrier_hz
from gnss.rtcm.stations import StationBatch
from tests.unit.orbits import vectors
from tests.unit.position import world

EPOCHS = 3
DATE = "2024-03-13"
"""The day of the sky."""
ROVER_M = world.R_ECEF_M
BASE_M = enu_to_ecef(np.array([300.0, -200.0, 0.0]), *world.PLACE)
"""As high as the rover: the world has one atmosphere for both."""
ROVER_CLOCK_S = 2e-4
"""Receivers tag by their own clocks, the rover's is so far ahead."""


@cache
def ephemerides() -> EphemerisBatch:
    """What the world's book knows of GPS and BeiDou."""
    gps, beidou = vectors.recorded("G02"), vectors.recorded("C12")
    parts = []
    for k in range(30):
        node_rad, along_rad = (k % 6) * np.pi / 3, (k // 6) * 2 * np.pi / 5 + k * 0.3
        parts.append(world.turned(gps, k + 1, node_rad, along_rad, tgd_s=-5e-9 + 1e-9 * k))
        shifted = (node_rad + 0.9, along_rad + 1.9)
        parts.append(world.turned(beidou, k + 6, *shifted, tgd_s=8e-9 - 1e-9 * k, tgd2_s=2e-9))
    e = EphemerisBatch.concat(parts)
    # messages hold half a turn
    return e.replace(**{name: (getattr(e, name) + np.pi) % (2 * np.pi) - np.pi for name in ("m0_rad", "omega0_rad")})


@cache
def observed(base: bool = False) -> tuple[EpochBatch, ObservationBatch]:
    """Epochs of a receiver that stands still, with phases."""
    receiver = world.Receiver(r_ecef_m=BASE_M if base else ROVER_M, clock_s=1e-6 if base else ROVER_CLOCK_S)
    satellites = tuple(s for s in world.in_view("GC") if s // 64 == 0 or s % 64 > 5)
    epochs, o = world.joined([world.observe(receiver, satellites, float(t)) for t in range(EPOCHS)])
    wavelength_m = SPEED_OF_LIGHT_MPS / carrier_hz(o.system, o.signal, o.channel)
    cp_cyc = o.pr_m / wavelength_m + o.prn
    return epochs.replace(station=np.full(len(epochs), NO_STATION, np.uint16)), o.replace(
        cp_cyc=cp_cyc,
        lock_s=((o.t_gpst_ns - world.T_GPST_NS) / NS_PER_S).astype(np.float32),
        channel=np.zeros_like(o.channel),
    )


def stated_ms(o: ObservationBatch) -> np.ndarray:
    """Epochs as MSM states them: ms of the GPS week, of BDT 14 s less."""
    behind_ms = np.where(o.system == 3, 14_000, 0)
    return ((o.t_gpst_ns // 10**6 - behind_ms) % (604_800 * 1_000)).astype(np.uint32)


def stream(base: bool = False, *, with_ephemerides: bool = True, station_id: int = 7) -> bytes:
    """The same as RTCM 3: station, ephemerides, MSM7; without a date but in BeiDou's ephemerides."""
    _, o = observed(base)
    o = o.replace(station=np.full(len(o), station_id, np.uint16), t_stated=stated_ms(o))
    order = np.lexsort((o.signal, o.prn, o.system, o.t_gpst_ns))
    station = StationBatch.missing(
        1, number=1006, station=station_id, ecef_m=[BASE_M if base else ROVER_M], antenna_up_m=0.0
    )
    parts = [encode_positions(station), encode_msm(o.take(order), 7)]
    if with_ephemerides:
        parts.insert(1, encode_ephemerides(ephemerides()))
    return b"".join(bytes(part.buffer[: part.stop[-1]]) for part in parts)


def write_folder(folder: Path) -> None:
    """rover.obs, base.obs, nav.nav, rover.rtcm3, base.rtcm3."""
    for name, base, place_m in (("rover", False, ROVER_M), ("base", True, BASE_M)):
        epochs, o = observed(base)
        header = RinexHeader(approx_ecef_m=(float(place_m[0]), float(place_m[1]), float(place_m[2])))
        write_observations(folder / f"{name}.obs", epochs, o, header)
        (folder / f"{name}.rtcm3").write_bytes(stream(base))
    write_navigation(folder / "nav.nav", ephemerides(), GlonassEphemerisBatch.empty())
