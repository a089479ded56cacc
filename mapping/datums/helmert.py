"""Fourteen-parameter Helmert transformations between realisations of the ITRF, position-vector convention.

The parameters stand here and not in PROJ's files: the ITRF2014 file that PROJ 9.5 ships writes the scale of its ITRF97
line under a wrong key, and drops 24 mm of height in silence.
"""

from dataclasses import dataclass
from math import pi
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mapping.datums.frame import Datum

Floats = NDArray[np.float64]
Triple = tuple[float, float, float]

RAD_PER_MAS: Final = pi / (180.0 * 3600.0 * 1000.0)  # rad


@dataclass(frozen=True, slots=True)
class Helmert:
    """Parameters at a reference epoch and their rates a year: translation in mm, scale in ppb, rotation in mas."""

    source: Datum
    target: Datum
    epoch: float
    translation_mm: Triple
    scale_ppb: float
    rotation_mas: Triple
    translation_rate_mm: Triple
    scale_rate_ppb: float
    rotation_rate_mas: Triple

    def matrix_at(self, epoch: float) -> tuple[Floats, Floats]:
        """Linear part (3, 3) and translation (3,) in m at an epoch (decimal year). Source: IERS Conventions."""
        years = epoch - self.epoch
        shift_m = (np.array(self.translation_mm) + years * np.array(self.translation_rate_mm)) * 1e-3
        scale = (self.scale_ppb + years * self.scale_rate_ppb) * 1e-9
        rotation_mas = np.array(self.rotation_mas) + years * np.array(self.rotation_rate_mas)
        rx, ry, rz = (rotation_mas * RAD_PER_MAS).tolist()
        linear = (1.0 + scale) * np.eye(3) + np.array([[0.0, -rz, ry], [rz, 0.0, -rx], [-ry, rx, 0.0]])
        return linear, shift_m


# ITRF transformation parameters as published with ITRF2014 and ITRF2020 (itrf.ign.fr).
TO_ITRF97: Final = {
    Datum.ITRF2014: Helmert(
        *(Datum.ITRF2014, Datum.ITRF97, 2010.0, (7.4, -0.5, -62.8), 3.80, (0.0, 0.0, 0.26)),
        *((0.1, -0.5, -3.3), 0.12, (0.0, 0.0, 0.02)),
    ),
    Datum.ITRF2020: Helmert(
        *(Datum.ITRF2020, Datum.ITRF97, 2015.0, (6.5, -3.9, -77.9), 3.98, (0.0, 0.0, 0.36)),
        *((0.1, -0.6, -3.1), 0.12, (0.0, 0.0, 0.02)),
    ),
}


def transform(r_ecef_m: ArrayLike, parameters: Helmert, epoch: float) -> Floats:
    """Positions in the target realisation, at the same epoch.

    Shape: (..., 3) to (..., 3). Unit: m, decimal year. Frame: `parameters.source` to `parameters.target`, both at
    `epoch`. Error: that of the parameters (millimetres); NaN rows stay NaN. Source: IERS Conventions.
    """
    linear, shift_m = parameters.matrix_at(epoch)
    moved: Floats = np.asarray(r_ecef_m, dtype=np.float64) @ linear.T + shift_m
    return moved


def transform_back(r_ecef_m: ArrayLike, parameters: Helmert, epoch: float) -> Floats:
    """Positions in the source realisation: the exact inverse of `transform`, not the one with signs changed.

    Shape: (..., 3) to (..., 3). Unit: m, decimal year. Frame: `parameters.target` to `parameters.source`, both at
    `epoch`. Error: as `transform`. Source: IERS Conventions.
    """
    linear, shift_m = parameters.matrix_at(epoch)
    moved: Floats = (np.asarray(r_ecef_m, dtype=np.float64) - shift_m) @ np.linalg.inv(linear).T
    return moved
