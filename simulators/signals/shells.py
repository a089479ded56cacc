"""The satellites of the simulated sky: shells of orbits with plausible elements, made up and copied from no message."""

from __future__ import annotations

from dataclasses import dataclass

EPOCH_GPST_WEEK = 2_400
"""The angles of the shells hold at the beginning of this GPS week, 4 January 2026."""


@dataclass(frozen=True)
class Shell:
    """Satellites of one system on orbits of one kind; a geosynchronous one has `tracks_deg`.

    `tracks_deg`: longitude at which each satellite crosses the equator northbound; `phase_deg`: how far each is behind
    that crossing at the epoch. Of others, plane p has its node at `node_deg` + 360 p / planes, and satellite s of it
    stands at 360 (s + phasing p) / slots from the node.
    """

    letter: str
    prns: tuple[int, ...]
    sqrt_a: float
    e: float
    incl_deg: float
    perigee_deg: float = 0.0
    planes: int = 1
    slots: int = 1
    phasing: float = 0.0
    node_deg: float = 0.0
    tracks_deg: tuple[float, ...] = ()
    phase_deg: tuple[float, ...] = ()


_BDS3_MEO = (*range(19, 31), *range(32, 38), *range(41, 47))
SHELLS: tuple[Shell, ...] = (
    Shell("G", tuple(range(1, 31)), 5153.65, 9e-3, 55.2, 40.0, 6, 5, 0.37, 12.0),
    Shell("R", tuple(range(1, 25)), 5050.6, 1e-3, 64.8, 0.0, 3, 8, 0.33, 40.0),
    Shell("E", tuple(range(1, 25)), 5440.6, 3e-4, 56.5, 0.0, 3, 8, 0.33, 75.0),
    Shell("C", _BDS3_MEO, 5282.63, 8e-4, 55.1, 0.0, 3, 8, 0.33, 100.0),
    Shell("C", (38, 39, 40), 6493.4, 3e-3, 55.0, 190.0, tracks_deg=(118.0,) * 3, phase_deg=(0.0, 120.0, 240.0)),
    Shell("C", (59, 60, 61), 6493.4, 4e-4, 1.4, 0.0, tracks_deg=(140.0, 80.0, 110.5), phase_deg=(20.0, 140.0, 260.0)),
    Shell("C", (6, 7, 8, 9, 10), 6493.4, 5e-3, 54.0, 190.0,
          tracks_deg=(117.0, 118.5, 119.0, 96.0, 97.0), phase_deg=(45.0, 165.0, 285.0, 90.0, 210.0)),
    Shell("C", (11, 12, 14), 5282.63, 1.5e-3, 55.6, 0.0, 3, 1, 0.37, 30.0),
    Shell("C", (1, 2, 3, 4, 5), 6493.4, 5e-4, 1.8, 0.0,
          tracks_deg=(144.5, 84.0, 110.5, 160.0, 58.5), phase_deg=(0.0, 70.0, 140.0, 210.0, 280.0)),
    Shell("J", (2, 3, 4), 6493.4, 7.5e-2, 41.0, 270.0, tracks_deg=(139.0,) * 3, phase_deg=(10.0, 130.0, 250.0)),
    Shell("J", (7,), 6493.4, 3e-4, 0.1, 0.0, tracks_deg=(127.0,), phase_deg=(60.0,)),
)  # fmt: skip
"""Numbers of satellites and orbits are near the real ones (docs/sources.md, gnss_facts §1 and §10), which were written
down from memory where those are silent: unverified, and of no consequence."""

GLONASS_CHANNELS = (1, -4, 5, 6, 1, -4, 5, 6, -2, -7, 0, -1, -2, -7, 0, -1, 4, -3, 3, 2, 4, -3, 3, 2)
"""Frequency channels by orbit slot: antipodes share one (from memory, unverified)."""
