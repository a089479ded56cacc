"""The datum stage: fixes of all terminals, each in the frame it is configured to report in, into the frame of the map.

    stage = DatumStage(settings.frames, settings.frame.tag, registry.frame_of)
    placed = stage.place(fixes)

A row's frame follows from its terminal, from whether the position was corrected, and from who computed it. Ways that
the settings name are prepared, and refused, at the start.
"""

from collections.abc import Callable
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from beidou_svc.errors import ConfigError
from beidou_svc.frames.models_io import read_velocity
from beidou_svc.frames.settings import FramesSettings
from gnss.batches import FixBatch, Source
from mapping.datums.crossing import Crossing, prepare_crossing
from mapping.datums.frame import CGCS2000_2000, SHIFTED, Frame
from mapping.datums.placed import Placed
from mapping.datums.placing import NO_WAY, place
from mapping.datums.reported import Reported
from mapping.datums.ways import prepare_ways
from mapping.errors import MappingError

CORRECTED = (2, 4, 5)
"""Fix qualities (NMEA 0183, GGA field 6) of positions in the frame of a correction service: DGNSS, RTK fixed, float."""


class Kind(IntEnum):
    """What decides the frame of a row, beside its terminal."""

    SINGLE = 0
    CORRECTED = 1
    COMPUTED_SINGLE = 2
    COMPUTED = 3


def _target(settings: FramesSettings, default: Frame) -> Frame:
    if settings.target:
        return Frame.parse(settings.target)
    return CGCS2000_2000 if default.datum in SHIFTED else default


def _unnamed(slot: int) -> str:
    return ""


class DatumStage:
    """Fixes in, `Placed` out; the frames of terminals are asked for once, when they first appear.

    `frame_of`: what the register says a terminal reports in, "" = nothing. `velocity`: what is configured.
    `refused_total`: rows without a way so far; `unknown`: why, by slot of the terminals whose frame has none.
    """

    def __init__(
        self, settings: FramesSettings, default: Frame = CGCS2000_2000, frame_of: Callable[[int], str] = _unnamed
    ) -> None:
        self.target = _target(settings, default)
        self.refused_total = 0
        self.unknown: dict[int, str] = {}
        self._default = Reported.of(default)
        self._frame_of = frame_of
        self.velocity = read_velocity(settings)
        self._shift_of = Frame.parse(settings.shift_of) if settings.shift_of else self.target
        self._place = settings.where
        self._crossings: list[Crossing] = []
        self._way_by_frame: dict[Reported, int] = {}
        self._ways = prepare_ways([], self.velocity, self._place)
        self._by_kind = np.array([self._configured(settings, name) for name in _NAMES], np.int32)
        self._by_slot = np.empty((0, len(Kind)), np.int32)

    def reported(self, slot: int) -> tuple[str, str]:
        """The frames that a terminal's positions are in, without and with corrections, for people."""
        self._meet(slot + 1)
        single, corrected = (int(self._by_slot[slot, kind]) for kind in (Kind.SINGLE, Kind.CORRECTED))
        names = {way: str(frame) for frame, way in self._way_by_frame.items()} | {NO_WAY: self.unknown.get(slot, "")}
        return names[single], names[corrected]

    def meet(self, slots: int, name_of: Callable[[int], str] = str) -> None:
        """Look up the frames of the terminals with slots below `slots`; raises ConfigError for one that has no way.

        For the start: what the register says then is a setting. A terminal that turns up later is refused row by row.
        `name_of`: how the message calls a terminal.
        """
        self._meet(slots)
        if self.unknown:
            slot, why = next(iter(self.unknown.items()))
            raise ConfigError(f"terminal {name_of(slot)}: {why}")

    def place(self, fixes: FixBatch) -> Placed:
        """The fixes in the target frame; rows without a way lose their position and say FRAME_MIXED."""
        if not len(fixes):
            return Placed(self.target, fixes)
        self._meet(int(fixes.slot.max()) + 1)
        done = place(fixes, self._by_slot[fixes.slot, kinds_of(fixes)], self._ways, self.target)
        self.refused_total += int(np.count_nonzero(done.is_refused))
        return done.placed

    def _configured(self, settings: FramesSettings, name: str) -> int:
        text: str = getattr(settings, name)
        try:
            return self._way(Reported.parse(text) if text else self._default)
        except MappingError as error:
            raise ConfigError(f"frames.{name}: {error} (frames.velocity)") from error

    def _way(self, reported: Reported) -> int:
        """The way of a frame, prepared when it is first asked for; raises MappingError where there is none."""
        way = self._way_by_frame.get(reported)
        if way is None:
            crossing = prepare_crossing(reported, self.target, self.velocity, self._shift_of)
            self._crossings.append(crossing)
            self._ways = prepare_ways(self._crossings, self.velocity, self._place)
            way = self._way_by_frame[reported] = len(self._crossings) - 1
        return way

    def _meet(self, slots: int) -> None:
        known = len(self._by_slot)
        if slots <= known:
            return
        more = np.tile(self._by_kind, (slots - known, 1))
        for slot in range(known, slots):
            self._ask(slot, more[slot - known])
        self._by_slot = np.concatenate([self._by_slot, more])

    def _ask(self, slot: int, row: NDArray[np.int32]) -> None:
        text = self._frame_of(slot)
        if not text:
            return
        try:
            row[[Kind.SINGLE, Kind.CORRECTED]] = self._way(Reported.parse(text))
        except ValueError as error:
            row[[Kind.SINGLE, Kind.CORRECTED]] = NO_WAY
            self.unknown[slot] = str(error)


_NAMES = ("single", "corrected", "single", "computed")
"""Setting by kind."""


def kinds_of(fixes: FixBatch) -> NDArray[np.int64]:
    """The `Kind` of each row."""
    corrected = np.isin(fixes.fix_quality, CORRECTED)
    first = np.where(fixes.source == Source.ENGINE, int(Kind.COMPUTED_SINGLE), int(Kind.SINGLE))
    kinds: NDArray[np.int64] = first + corrected.astype(np.int64)
    return kinds
