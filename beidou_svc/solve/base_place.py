"""Where a base is said to stand, and whether it does: its own codes know that to metres."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from beidou_svc.solve.options import InputOptions
from beidou_svc.solve.recording import Place, Recording, SolveError
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.orbits.book import OrbitBook
from gnss.position.options import SppRules
from gnss.position.spp import solve_spp

GROUND_RADIUS_M: Final = (6.3e6, 6.5e6)
"""How far from the geocentre a base can stand: on the ground, or near it."""

EPOCHS_ASKED_MAX: Final = 60
OFF_M: Final = 30.0
"""Farther off than codes, frames and epochs of coordinates are together; or so many sigmas of the codes' position."""
OFF_SIGMAS: Final = 5.0


def place_of_base(options: InputOptions, base: Recording) -> Place:
    """As options state it, else its file. Raises SolveError where neither does, or where no base can stand there."""
    if options.base_ecef_m is not None:
        return _stated(options.base_ecef_m, options.base_ecef_m, "--base-ecef", "X, Y and Z in metres")
    if options.base_llh is not None:
        lat_deg, lon_deg, h_ell_m = options.base_llh
        if abs(lat_deg) > 90 or abs(lon_deg) > 360:
            raise SolveError(f"--base-llh {lat_deg:g} {lon_deg:g}: not on the Earth; latitude comes first")
        ecef_m = geodetic_to_ecef(np.radians(lat_deg), np.radians(lon_deg), h_ell_m)
        return _stated(options.base_llh, ecef_m.tolist(), "--base-llh", "degrees, degrees and metres")
    if base.place is None:
        raise SolveError(
            f"{base.path} does not say where the base is: add --base-ecef X Y Z in metres, "
            "or --base-llh LATITUDE LONGITUDE HEIGHT in degrees and metres above the ellipsoid"
        )
    return base.place


def _stated(words: Sequence[float], ecef_m: Sequence[float], option: str, form: str) -> Place:
    """The place of an option. Raises SolveError where it is not on the ground."""
    place_m = np.array(ecef_m)
    if not GROUND_RADIUS_M[0] < np.linalg.norm(place_m) < GROUND_RADIUS_M[1]:
        said = " ".join(f"{word:.10g}" for word in words)
        raise SolveError(f"{option} {said}: no place on the ground; it takes {form}")
    return Place(place_m, option)


class BaseCheck:
    """How far a base's own single points lie from where it is said to stand."""

    def __init__(self, base: Recording, place: Place, book: OrbitBook, rules: SppRules) -> None:
        epochs = base.epochs.take(slice(0, EPOCHS_ASKED_MAX))
        f = solve_spp(epochs, base.observations, book, rules).fixes
        off_m = np.linalg.norm(geodetic_to_ecef(f.lat_rad, f.lon_rad, f.h_ell_m) - place.at(epochs), axis=1)
        known = np.isfinite(off_m)
        sigma_m = np.sqrt(f.sigma_n_m**2 + f.sigma_e_m**2 + f.sigma_u_m**2)
        self.path, self.source = base.path, place.source
        self.off_m = float(np.median(off_m[known])) if known.any() else float("nan")
        self.limit_m = max(OFF_M, OFF_SIGMAS * float(np.median(sigma_m[known]))) if known.any() else OFF_M

    @property
    def text(self) -> str:
        """The distance, for people; "" where the base has no position of its own."""
        if not np.isfinite(self.off_m):
            return ""
        return f"{self.off_m:,.1f} m" if self.off_m < 10_000 else f"{self.off_m / 1_000:,.0f} km"

    def problems(self) -> list[str]:
        """A sentence where the base must stand elsewhere, else nothing."""
        if not self.off_m > self.limit_m:
            return []
        return [
            f"{self.path}: its own codes put the base {self.text} from where {self.source} has it: all positions are "
            "as far off, or worse; are latitude, longitude and height in their order, and is it the file of this base?"
        ]
