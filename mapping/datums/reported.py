"""The frame in which a terminal or a correction service gives its positions: fixed, or of the day of each position.

A receiver that computes alone, from broadcast orbits or PPP corrections, is in the frame of the orbits as it is on that
day: `WGS84@observation`. One that uses a network's corrections is in the frame of the network: `CGCS2000@2000.0`.
"""

from dataclasses import dataclass
from typing import Final, Self

from mapping.datums.frame import CGCS2000_2000, EPOCH_MIN, MOVING, Datum, Frame

OBSERVATION: Final = "observation"
"""Written in the place of an epoch: that of the position itself."""


@dataclass(frozen=True, slots=True)
class Reported:
    """Datum and epoch of reported positions; `is_observed`: the epoch is that of each position, not the frame's."""

    datum: Datum
    epoch: float | None = None
    is_observed: bool = False

    def __post_init__(self) -> None:
        if self.is_observed and (self.datum not in MOVING or self.epoch is not None):
            raise ValueError(f"only a moving datum has the epoch of the observation, not {self.datum}")
        if not self.is_observed:
            Frame(self.datum, self.epoch)

    def __str__(self) -> str:
        return f"{self.datum}@{OBSERVATION}" if self.is_observed else str(self.frame_at(EPOCH_MIN))

    @classmethod
    def of(cls, frame: Frame) -> Self:
        """What is reported in a fixed frame."""
        return cls(frame.datum, frame.epoch)

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `str` writes: `WGS84@observation`, `CGCS2000@2000.0`, `GCJ02`; `CGCS2000` alone has but one epoch."""
        name, _, epoch = text.strip().partition("@")
        if epoch.strip().lower() == OBSERVATION:
            if name.upper() not in tuple(MOVING):
                raise ValueError(f"not a frame: {text!r} (only {', '.join(sorted(MOVING))} can be @{OBSERVATION})")
            return cls(Datum(name.upper()), None, True)
        if text.strip().upper() == Datum.CGCS2000:
            return cls.of(CGCS2000_2000)
        try:
            return cls.of(Frame.parse(text))
        except ValueError as error:
            raise ValueError(f"{error}, or DATUM@{OBSERVATION} for the epoch of each position") from error

    def frame_at(self, epoch: float) -> Frame:
        """The frame of a position of that epoch (decimal year)."""
        return Frame(self.datum, epoch if self.is_observed else self.epoch)
