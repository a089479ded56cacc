"""From what receivers heard to the bytes that they send."""

from __future__ import annotations

import numpy as np

from gnss.nmea.encode import interleave
from gnss.rtcm.encode_msm import encode_msm
from simulators.rtk.fleet import RtkEpochs, RtkFleet
from simulators.rtk.frames import Text, msm_text, pack
from simulators.rtk.position import PositionSpeaker
from simulators.rtk.stations import StationSpeaker


class RtkSpeaker:
    """Writes the messages of rovers and bases."""

    def __init__(self, fleet: RtkFleet, seed: int, msm: int | None = None, gga: str | None = None) -> None:
        """`msm` and `gga` override what the scenario says."""
        settings, schedule = fleet.scenario.rtk, fleet.schedule
        self._fleet, self._msm = fleet, msm or settings.msm
        self._stations = StationSpeaker(fleet.bases, fleet.orbits, settings, schedule.period_s)
        kind = gga or settings.gga
        rovers = schedule.rovers
        self._positions = None if kind == "none" else PositionSpeaker(rovers, kind, schedule.period_s, seed)

    def speak(self, slot: int, epochs: RtkEpochs) -> Text:
        """The text of a slot: `(buffer, offset)`, row k of `epochs` is `buffer[offset[k]:offset[k + 1]]`."""
        heard = epochs.observed
        text = msm_text(encode_msm(heard.observations, self._msm), heard.epochs, epochs.row)
        first = self._first(slot, epochs)
        return text if first is None else interleave([first, text])

    def _first(self, slot: int, epochs: RtkEpochs) -> Text | None:
        """What stands before the observations: of bases their stations and ephemerides, of rovers their positions."""
        is_base = epochs.row >= self._fleet.schedule.rovers
        bases = int(is_base.sum())
        if self._positions is None and bases == 0:
            return None
        texts: list[bytes] = []
        if bases:
            texts = self._stations.speak(self._fleet.schedule.epoch(slot), self._fleet.t_gpst_ns(slot))
        if self._positions is None:
            return pack(texts + [b""] * (len(epochs.row) - bases))
        told, offset = self._positions.speak(epochs.observed.truth.take(~is_base), self._fleet.t_utc_ns(slot))
        ahead, ahead_offset = pack(texts)
        return np.concatenate((ahead, told)), np.concatenate((ahead_offset[:-1], ahead_offset[-1] + offset))
