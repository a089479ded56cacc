"""The tag that every coordinate carries: datum and epoch. Mixing two tags is an error, never a guess.

Source of the epochs: EPSG registry (CGCS2000 = ITRF97 at 2000.0, datum 1043).
"""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Final, Self

from mapping.errors import FrameMixedError

EPOCH_MIN: Final = 1980.0  # decimal year
EPOCH_MAX: Final = 2200.0  # decimal year
CGCS2000_EPOCH: Final = 2000.0  # decimal year, CGCS2000 = ITRF97 at this epoch (EPSG datum 1043)


class Datum(StrEnum):
    """What coordinates refer to."""

    CGCS2000 = "CGCS2000"
    WGS84 = "WGS84"
    BDCS = "BDCS"
    ITRF97 = "ITRF97"
    ITRF2014 = "ITRF2014"
    ITRF2020 = "ITRF2020"
    GCJ02 = "GCJ02"
    BD09 = "BD09"


MOVING: Final = frozenset({Datum.WGS84, Datum.BDCS, Datum.ITRF97, Datum.ITRF2014, Datum.ITRF2020})
"""Datums in which a point on the ground moves by centimetres a year: they mean nothing without an epoch."""

SHIFTED: Final = frozenset({Datum.GCJ02, Datum.BD09})
"""Public-map coordinates: display only, off by half a kilometre and not conformal, without an epoch."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Datum and epoch (decimal year) of a set of coordinates; the epoch is None where the datum has none."""

    datum: Datum
    epoch: float | None = None

    def __post_init__(self) -> None:
        if self.datum in SHIFTED and self.epoch is not None:
            raise ValueError(f"{self.datum} has no epoch, got {self.epoch}")
        if self.datum is Datum.CGCS2000 and self.epoch != CGCS2000_EPOCH:
            raise ValueError(f"CGCS2000 is defined at epoch {CGCS2000_EPOCH} and no other, got {self.epoch}")
        if self.datum in MOVING and not is_epoch(self.epoch):
            raise ValueError(f"{self.datum} needs an epoch between {EPOCH_MIN} and {EPOCH_MAX}, got {self.epoch}")

    def __str__(self) -> str:
        return str(self.datum) if self.epoch is None else f"{self.datum}@{self.epoch}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The frame that `str` writes: `CGCS2000@2000.0`, `ITRF2020@2026.5`, `GCJ02`."""
        name, at, epoch = text.strip().partition("@")
        try:
            return cls(Datum(name.upper()), float(epoch) if at else None)
        except ValueError as error:
            known = ", ".join(Datum)
            raise ValueError(f"not a frame: {text!r} ({error}); write DATUM@EPOCH, DATUM one of {known}") from error


CGCS2000_2000: Final = Frame(Datum.CGCS2000, CGCS2000_EPOCH)


def is_epoch(epoch: float | None) -> bool:
    """Whether a decimal year can be the epoch of a frame."""
    return epoch is not None and isfinite(epoch) and EPOCH_MIN <= epoch <= EPOCH_MAX


def require_frame(actual: Frame, expected: Frame, what: str) -> None:
    """Refuse coordinates that are not in the frame a calculation needs: raises `FrameMixedError`."""
    if actual != expected:
        raise FrameMixedError(f"{what} needs coordinates in {expected}, these are in {actual}: transform them first")


def common_frame(*frames: Frame) -> Frame:
    """The one frame that all of these are: raises `FrameMixedError` where they differ."""
    different = sorted({str(frame) for frame in frames})
    if len(different) != 1:
        raise FrameMixedError(f"one frame is needed, got {', '.join(different) or 'none'}")
    return frames[0]
