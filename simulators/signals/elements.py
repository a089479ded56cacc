"""Kepler's elements of the simulated satellites, and the ephemerides that state them at any time of ephemeris.

The motion is one and the same whatever the time of ephemeris: ephemerides of neighbouring hours agree to micrometres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEMS
from gnss.constants import NS_PER_DAY, NS_PER_S, NS_PER_WEEK
from gnss.orbits.rules import GM_M3PS2, OMEGA_E_RADPS
from gnss.orbits.satellites import BEIDOU, GALILEO
from gnss.rtcm.ephemerides import EphemerisBatch
from gnss.time.week import BDT_EPOCH_GPST_NS, GPS_WEEK_MODULUS, GST_EPOCH_GPST_NS
from simulators.signals.shells import EPOCH_GPST_WEEK, SHELLS, Shell

Floats = NDArray[np.float64]

CHANCE_STAGE = 71
EPOCH_GPST_NS = EPOCH_GPST_WEEK * NS_PER_WEEK
MESSAGES = {"G": 1019, "E": 1046, "C": 1042, "J": 1044}
TILT_RAD = np.radians(5.0)
"""The plane to which BeiDou's GEO ephemerides refer is turned by this against the equator (gnss_facts §5)."""

URA_INDEX = {"G": 1, "E": 107, "C": 1, "J": 1}
"""3.4 m, and 3.12 m of Galileo's SISA."""

HARMONICS = ("cuc_rad", "cus_rad", "cic_rad", "cis_rad", "crc_m", "crs_m")
HARMONIC_SIZES = (3e-6, 6e-6, 8e-8, 8e-8, 200.0, 70.0)


@dataclass(frozen=True)
class Elements:
    """Elements of n satellites at one instant, columns (n,).

    `node_rad` is the longitude of the ascending node from Greenwich at `t_gpst_ns`, `mean_rad` the mean anomaly then;
    `harmonics` (n, 6) in the order of `HARMONICS`; `tgd_s`, `tgd2_s` as the messages of the system have them;
    `is_tilted`: BeiDou's GEOs. The others have the names of `EphemerisBatch`.
    """

    t_gpst_ns: int
    system: NDArray[np.uint8]
    prn: NDArray[np.uint8]
    sqrt_a: Floats
    e: Floats
    i0_rad: Floats
    idot_radps: Floats
    node_rad: Floats
    omega_dot_radps: Floats
    omega_rad: Floats
    mean_rad: Floats
    delta_n_radps: Floats
    harmonics: Floats
    af0_s: Floats
    af1_sps: Floats
    tgd_s: Floats
    tgd2_s: Floats
    is_tilted: NDArray[np.bool_]

    @property
    def n_radps(self) -> Floats:
        """Mean motion."""
        return np.asarray(np.sqrt(GM_M3PS2[self.system]) / self.sqrt_a**3 + self.delta_n_radps)

    def take(self, rows: NDArray[np.intp]) -> Elements:
        """Some of the satellites."""
        kept = {name: value[rows] for name, value in vars(self).items() if name != "t_gpst_ns"}
        return replace(self, **kept)


def build_elements(seed: int, systems: str, t_gpst_ns: int) -> Elements:
    """Elements of the satellites of some systems (RINEX letters, GLONASS not among them) at the midnight before a time.

    They refer to a midnight so that angles stay small, and what follows from them exact.
    """
    rng = np.random.default_rng([seed, CHANCE_STAGE])
    parts = [_of_shell(shell, rng) for shell in SHELLS]  # all are drawn, so that none depends on what is wanted
    wanted = [part for shell, part in zip(SHELLS, parts, strict=True) if shell.letter in systems]
    columns = {name: np.concatenate([part[name] for part in wanted]) for name in wanted[0]}
    elements = Elements(EPOCH_GPST_NS, **columns)
    order = np.lexsort((elements.prn, elements.system))
    return _moved(elements.take(order), t_gpst_ns // NS_PER_DAY * NS_PER_DAY)


def _of_shell(shell: Shell, rng: np.random.Generator) -> dict[str, Any]:
    """The elements of a shell at the epoch."""
    n, system = len(shell.prns), SYSTEMS.index(shell.letter)
    gm_m3ps2, omega_e_radps = GM_M3PS2[system], OMEGA_E_RADPS[system]
    is_synchronous, is_tilted = bool(shell.tracks_deg), shell.letter == "C" and shell.incl_deg < 10.0
    drift = -5e-10 - 8e-9 * np.cos(np.radians(shell.incl_deg)) * (5153.65 / shell.sqrt_a) ** 7
    omega_dot = np.full(n, 0.0 if is_tilted else drift)
    place = np.arange(n)
    if is_synchronous:
        ahead_deg = np.array(shell.phase_deg)
        node_deg = np.array(shell.tracks_deg) - ahead_deg
        sqrt_a = (gm_m3ps2 / (omega_e_radps - omega_dot) ** 2) ** (1 / 6)
    else:
        plane, slot = np.divmod(place, shell.slots)
        ahead_deg = 360.0 * (slot + shell.phasing * plane) / shell.slots + rng.uniform(-4.0, 4.0, n)
        node_deg = shell.node_deg + 360.0 * plane / shell.planes + rng.uniform(-2.0, 2.0, n)
        sqrt_a = shell.sqrt_a + rng.uniform(-0.05, 0.05, n)
    perigee = np.radians(shell.perigee_deg + rng.uniform(-20.0, 20.0, n))
    harmonics = rng.standard_normal((n, 6)) * HARMONIC_SIZES
    tgd = rng.normal(0.0, 4e-9, n)
    return {
        "system": np.full(n, system, np.uint8),
        "prn": np.array(shell.prns, np.uint8),
        "sqrt_a": sqrt_a,
        "e": shell.e * rng.uniform(0.5, 1.5, n),
        "i0_rad": np.radians(shell.incl_deg + (0.0 if is_tilted else 1.0) * rng.uniform(-0.4, 0.4, n)),
        "idot_radps": np.zeros(n) if is_tilted else rng.normal(0.0, 1e-10, n),
        "node_rad": np.radians(node_deg),
        "omega_dot_radps": omega_dot,
        "omega_rad": perigee,
        "mean_rad": np.radians(ahead_deg) - perigee,
        "delta_n_radps": np.zeros(n) if is_synchronous else rng.uniform(2e-9, 5e-9, n),
        "harmonics": np.zeros((n, 6)) if is_tilted else harmonics,
        "af0_s": rng.normal(0.0, 2e-4, n).clip(-6e-4, 6e-4),
        "af1_sps": rng.normal(0.0, 4e-12, n).clip(-1e-11, 1e-11),
        "tgd_s": tgd,
        "tgd2_s": tgd + rng.normal(0.0, 1e-9, n) if shell.letter in "EC" else np.full(n, np.nan),
        "is_tilted": np.full(n, is_tilted),
    }


def _moved(elements: Elements, t_gpst_ns: int) -> Elements:
    """The same satellites at another instant; inclinations and clocks are then what they are at the first."""
    dt_s = (t_gpst_ns - elements.t_gpst_ns) / NS_PER_S
    turn = 2.0 * np.pi
    node_rate = elements.omega_dot_radps - OMEGA_E_RADPS[elements.system]
    return replace(
        elements,
        t_gpst_ns=t_gpst_ns,
        node_rad=(elements.node_rad + node_rate * dt_s) % turn,
        mean_rad=(elements.mean_rad + elements.n_radps * dt_s) % turn,
    )


def ephemerides(elements: Elements, toe_gpst_ns: NDArray[np.int64]) -> EphemerisBatch:
    """The ephemeris of each satellite (n,) for its time of ephemeris, exact: messages round it to their steps."""
    m, system = _moved_each(elements, toe_gpst_ns), elements.system
    start_ns = np.where(system == BEIDOU, BDT_EPOCH_GPST_NS, np.where(system == GALILEO, GST_EPOCH_GPST_NS, 0))
    week, of_week_ns = np.divmod(toe_gpst_ns - start_ns, NS_PER_WEEK)
    toe_s = of_week_ns / NS_PER_S
    node, incl, omega = _tilted(m)
    issue = of_week_ns // (16 * NS_PER_S)
    iode = np.select([system == BEIDOU, system == GALILEO], [1, of_week_ns // (600 * NS_PER_S) % 1024], issue % 256)
    return EphemerisBatch.missing(
        len(system),
        number=[MESSAGES[SYSTEMS[k]] for k in system],
        system=system,
        prn=m.prn,
        toe_gpst_ns=toe_gpst_ns,
        toc_gpst_ns=toe_gpst_ns,
        week=np.where(np.isin(system, (BEIDOU, GALILEO)), week, week % GPS_WEEK_MODULUS),
        toe_s=toe_s,
        toc_s=toe_s,
        iode=iode,
        iodc=iode,
        ura_index=[URA_INDEX[SYSTEMS[k]] for k in system],
        sqrt_a=m.sqrt_a,
        e=m.e,
        m0_rad=_wrapped(m.mean_rad),
        delta_n_radps=m.delta_n_radps,
        i0_rad=incl,
        idot_radps=m.idot_radps,
        omega0_rad=_wrapped(node + OMEGA_E_RADPS[system] * toe_s),
        omega_dot_radps=m.omega_dot_radps,
        omega_rad=_wrapped(omega),
        af0_s=m.af0_s,
        af1_sps=m.af1_sps,
        af2_sps2=0.0,
        tgd_s=m.tgd_s,
        tgd2_s=m.tgd2_s,
        **{name: m.harmonics[:, k] for k, name in enumerate(HARMONICS)},
    )


def _moved_each(elements: Elements, toe_gpst_ns: NDArray[np.int64]) -> Elements:
    """Every satellite at an instant of its own (n,)."""
    dt_s = (toe_gpst_ns - elements.t_gpst_ns) / NS_PER_S
    return replace(
        elements,
        node_rad=elements.node_rad + (elements.omega_dot_radps - OMEGA_E_RADPS[elements.system]) * dt_s,
        mean_rad=elements.mean_rad + elements.n_radps * dt_s,
        i0_rad=elements.i0_rad + elements.idot_radps * dt_s,
        af0_s=elements.af0_s + elements.af1_sps * dt_s,
    )


def _tilted(m: Elements) -> tuple[Floats, Floats, Floats]:
    """Node, inclination and argument of perigee as the message states them: of BeiDou's GEOs to the tilted plane."""
    sin_i, cos_i = np.sin(m.i0_rad), np.cos(m.i0_rad)
    sin_n, cos_n = np.sin(m.node_rad), np.cos(m.node_rad)
    sin_t, cos_t = np.sin(TILT_RAD), np.cos(TILT_RAD)
    pole = np.stack((sin_i * sin_n, -sin_i * cos_n * cos_t + cos_i * sin_t, sin_i * cos_n * sin_t + cos_i * cos_t))
    old_node = np.stack((cos_n, sin_n * cos_t, -sin_n * sin_t))
    node = np.arctan2(pole[0], -pole[1])
    new_node = np.stack((np.cos(node), np.sin(node), np.zeros_like(node)))
    turn = np.arctan2(np.sum(np.cross(new_node, old_node, axis=0) * pole, axis=0), np.sum(new_node * old_node, axis=0))
    return (
        np.where(m.is_tilted, node, m.node_rad),
        np.where(m.is_tilted, np.arccos(pole[2]), m.i0_rad),
        m.omega_rad + np.where(m.is_tilted, turn, 0.0),
    )


def _wrapped(angle_rad: Floats) -> Floats:
    """An angle between -π and π."""
    return np.asarray((angle_rad + np.pi) % (2.0 * np.pi) - np.pi)
