"""What a base says besides its observations: where it stands, what it is, and the ephemerides of all satellites."""

from __future__ import annotations

import numpy as np

from gnss.rtcm.encode_stations import encode_equipment, encode_positions
from gnss.rtcm.ephemerides import EphemerisBatch, encode_ephemerides
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch, encode_glonass_ephemerides
from gnss.rtcm.stations import StationBatch
from simulators.rtk.bases import Bases
from simulators.rtk.settings import RtkSettings
from simulators.signals.orbits import SimulatedOrbits

ITRF_YEAR = 14
MESSAGE_NUMBERS = (1006, 1005)
"""Bases with odd ids say more of their antenna than those with even ids."""


class StationSpeaker:
    """Writes the messages of bases that are not observations, each in its turn."""

    def __init__(self, bases: Bases, orbits: SimulatedOrbits, settings: RtkSettings, period_s: float) -> None:
        """`period_s`: from one epoch to the next."""
        self._orbits, self._settings, self._period_s = orbits, settings, period_s
        self._positions = encode_positions(_positions(bases)).split()
        self._equipment = encode_equipment(_equipment(bases, settings)).split()
        self._known: tuple[EphemerisBatch, GlonassEphemerisBatch] | None = None
        self._ephemerides: list[bytes] = []

    def speak(self, epoch: int, t_gpst_ns: int) -> list[bytes]:
        """The text of each base at an epoch; the first has everything."""
        ephemerides = self._due_ephemerides(epoch, t_gpst_ns)
        texts = []
        for k, position in enumerate(self._positions):
            text = position if self._is_due(epoch, k, self._settings.position_every_s) else b""
            if self._is_due(epoch, k, self._settings.equipment_every_s):
                text += self._equipment[k]
            texts.append(text + ephemerides)
        return texts

    def _is_due(self, epoch: int, k: int, every_s: float) -> bool:
        """Whether a message that comes every so often comes now; bases take turns."""
        turns = max(1, round(every_s / self._period_s))
        return epoch == 0 or (epoch + k) % turns == 0

    def _due_ephemerides(self, epoch: int, t_gpst_ns: int) -> bytes:
        """A part of the ephemerides now on air: all of them in turn, and all at once at the beginning."""
        on_air = self._orbits.on_air(t_gpst_ns)
        if on_air is not self._known:
            self._known = on_air
            self._ephemerides = [*encode_ephemerides(on_air[0]).split(), *encode_glonass_ephemerides(on_air[1]).split()]
        if epoch == 0:
            return b"".join(self._ephemerides)
        turns = max(1, round(self._settings.ephemerides_every_s / self._period_s))
        return b"".join(self._ephemerides[epoch % turns :: turns])


def _positions(bases: Bases) -> StationBatch:
    return StationBatch.missing(
        len(bases.id),
        number=[MESSAGE_NUMBERS[int(number) % 2 == 0] for number in bases.id],
        station=bases.id,
        ecef_m=bases.r_ecef_m,
        antenna_up_m=0.0,
        itrf_year=ITRF_YEAR,
        has_gps=1,
        has_glonass=1,
        has_galileo=1,
        one_oscillator=1,
    )


def _equipment(bases: Bases, settings: RtkSettings) -> StationBatch:
    return StationBatch.missing(
        len(bases.id),
        number=1033,
        station=bases.id,
        antenna=b"SIMULATED       NONE",
        antenna_serial=np.char.mod("%05d", bases.id).astype("S31"),
        receiver=f"SIMULATED {settings.base_make}"[:31].encode(),
        firmware=b"1",
        receiver_serial=np.char.mod("%05d", bases.id).astype("S31"),
    )
