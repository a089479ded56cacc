"""The numbers of a way from one frame to another: which Helmert, at which epoch, and how much of the ground's motion.

    source at its epoch -> Helmert -> realisation of the velocity, there moved to the epoch wanted -> Helmert -> target

At equal epochs nothing moves and one Helmert does it. What cannot be known is refused with what would have to be
configured: PROJ in the same place returns the coordinates as they are, 0.94 m off in Ganzhou in 2026.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnss.frames.ellipsoid import CGCS2000, WGS84, Ellipsoid
from mapping.datums.cgcs2000 import ALIGNED_TO
from mapping.datums.frame import SHIFTED, Datum, Frame
from mapping.datums.helmert import TO_ITRF97
from mapping.datums.reported import Reported
from mapping.datums.velocity import Velocity
from mapping.errors import FrameMixedError, NotConfiguredError

Floats = NDArray[np.float64]

REFERENCE_EPOCH: Final = 2025.0
"""Where the numbers of a frame of the observation's epoch are taken; they are linear in the epoch, to 1e-9 m."""

REALISATION: Final = {**ALIGNED_TO, Datum.CGCS2000: Datum.ITRF97}
"""The ITRF that each true datum is at its epoch (docs/sources.md, mapping)."""

# the ITRF and CGCS2000 use the GRS 80 ellipsoid; that BDCS does too is from memory, unverified, and worth 0.1 mm
ELLIPSOIDS: Final = {datum: WGS84 if datum is Datum.WGS84 else CGCS2000 for datum in REALISATION}

IDENTITY: Final = np.eye(4)


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """From `source` to `target`: 4 x 4 matrices on (X, Y, Z, 1) in m.

    `true`: the source when the shifts in `undo` are undone, in that order. `at`: at `epoch`; `rate`: its change a year
    of the source's epoch; `motion`: what turns a velocity in m a year into the target; `years` from `epoch` to the
    target's (0 without motion).
    """

    source: Reported
    true: Reported
    target: Frame
    at: Floats
    rate: Floats
    motion: Floats
    epoch: float
    years: float
    undo: tuple[Datum, ...]

    @property
    def moves(self) -> bool:
        """Whether positions change their epoch, which takes a velocity."""
        return self.true.is_observed or self.years != 0.0

    @property
    def is_identity(self) -> bool:
        """Whether source and target are one frame: coordinates stay as they are, bit for bit."""
        return not self.undo and not self.true.is_observed and Reported.of(self.target) == self.source

    @property
    def ellipsoids(self) -> tuple[Ellipsoid, Ellipsoid]:
        """Those of the source, its shifts undone, and of the target."""
        return ELLIPSOIDS[self.true.datum], ELLIPSOIDS[self.target.datum]


def prepare_crossing(
    source: Reported | Frame, target: Frame, velocity: Velocity | None = None, shift_of: Frame | None = None
) -> Crossing:
    """The way from `source` to `target`.

    Shape: matrices of (4, 4). Unit: m, m a year. Frame: any to any true one; `shift_of` says which true frame was
    shifted into GCJ-02 or BD-09. Error: as `cross`; raises `NotConfiguredError` where a velocity or `shift_of` is
    needed and not given, `FrameMixedError` where the target is a shifted one. Source: EPSG datum 1043; ITRF parameters.
    """
    reported = Reported.of(source) if isinstance(source, Frame) else source
    if target.datum in SHIFTED:
        raise FrameMixedError(f"{target} is for display: cross into a true frame, then use `geodetic_to_gcj02`")
    if reported.datum in SHIFTED:
        if shift_of is None or shift_of.datum in SHIFTED:
            raise NotConfiguredError(
                f"{reported} to {target}: {reported} is a shift of true coordinates; configure the true frame that was "
                "shifted (`shift_of`, such as WGS84@2026.5, or the target itself: the shift is known to metres only)"
            )
        undo = (Datum.BD09, Datum.GCJ02) if reported.datum is Datum.BD09 else (Datum.GCJ02,)
        return _between(reported, Reported.of(shift_of), target, velocity, undo)
    return _between(reported, reported, target, velocity, ())


def _between(
    source: Reported, true: Reported, target: Frame, velocity: Velocity | None, undo: tuple[Datum, ...]
) -> Crossing:
    target_epoch = _epoch(target)
    first, last = REALISATION[true.datum], REALISATION[target.datum]
    if not true.is_observed and true.epoch == target_epoch:
        at = _helmert(first, last, target_epoch)
        return Crossing(source, true, target, at, 0 * at, 0 * at, target_epoch, 0.0, undo)
    if velocity is None:
        raise NotConfiguredError(refusal(source, target))
    epoch = REFERENCE_EPOCH if true.epoch is None else true.epoch
    onward = _helmert(velocity.datum, last, target_epoch)
    at = onward @ _helmert(first, velocity.datum, epoch)
    rate = onward @ _helmert(first, velocity.datum, epoch + 1.0) - at
    return Crossing(source, true, target, at, rate, onward, epoch, target_epoch - epoch, undo)


def refusal(source: Reported, target: Frame) -> str:
    """Why a way between two epochs is refused, and what to configure."""
    return (
        f"{source} to {target}: between the two epochs the ground moves, 37 mm a year in Ganzhou, and nothing says how "
        "fast here; configure the velocity of a station nearby (east, north, up in mm a year) or a velocity grid. "
        "Taking the coordinates as they are would put them 0.94 m off in Ganzhou in 2026"
    )


def _epoch(frame: Frame) -> float:
    assert frame.epoch is not None  # a true frame has one
    return frame.epoch


def _helmert(source: Datum, target: Datum, epoch: float) -> Floats:
    """(4, 4) from one realisation to another at an epoch, by way of ITRF97."""
    if source is target:
        return IDENTITY.copy()
    back = np.linalg.inv(_to_itrf97(target, epoch))
    matrix: Floats = back @ _to_itrf97(source, epoch)
    return matrix


def _to_itrf97(datum: Datum, epoch: float) -> Floats:
    matrix = IDENTITY.copy()
    if datum is not Datum.ITRF97:
        matrix[:3, :3], matrix[:3, 3] = TO_ITRF97[datum].matrix_at(epoch)
    return matrix
