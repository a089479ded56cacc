"""Whether a base stands where it is said to: its own codes know that to metres."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from beidou_svc.solve.session import Session
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.position.options import SppRules
from gnss.position.spp import solve_spp

EPOCHS_ASKED_MAX: Final = 60
OFF_M: Final = 100.0
"""Farther off than codes, frames and epochs of coordinates can be together."""


def misplaced_base(session: Session, rules: SppRules) -> Sequence[str]:
    """A sentence where the base's own single points lie elsewhere than it is said to stand, else nothing."""
    base, place = session.base, session.base_place
    if base is None or place is None:
        return []
    epochs = base.epochs.take(slice(0, EPOCHS_ASKED_MAX))
    f = solve_spp(epochs, base.observations, session.book, rules).fixes
    off_m = np.linalg.norm(geodetic_to_ecef(f.lat_rad, f.lon_rad, f.h_ell_m) - place.at(epochs), axis=1)
    known = off_m[np.isfinite(off_m)]
    if not len(known) or np.median(known) <= OFF_M:
        return []
    return [
        f"{base.path}: its own codes put the base {_distance_text(float(np.median(known)))} from where {place.source} "
        "has it: all positions are as far off, or worse; are latitude, longitude and height in their order, and is it "
        "the file of this base?"
    ]


def _distance_text(off_m: float) -> str:
    return f"{off_m:,.0f} m" if off_m < 10_000 else f"{off_m / 1_000:,.0f} km"
