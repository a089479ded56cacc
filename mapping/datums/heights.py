"""Heights above the ellipsoid, above a geoid model (EGM96, EGM2008) and in the 1985 national datum of China.

A geoid model is a grid that the operator provides. The zero of the 1985 datum lies 0.2 to 0.45 m above the global geoid
(authors differ), so its offset is a setting too: from a control point, as `egm_minus_1985_m` with a grid, or as
`ell_minus_1985_m`, one separation for a place, without. Nothing is guessed.
Source: EPSG 5773, 3855, 5737; docs/sources.md, mapping.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mapping.datums.columns import float_columns
from mapping.datums.lattice import Lattice, lattice_values
from mapping.errors import NotConfiguredError

Floats = NDArray[np.float64]


class HeightDatum(StrEnum):
    """What a height is above."""

    ELLIPSOID = "ellipsoid"
    EGM = "egm"
    NVD85 = "1985"


@dataclass(frozen=True, slots=True, eq=False)
class HeightModels:
    """What is configured: a geoid grid (one layer, m above the ellipsoid), and where the 1985 zero is, in one way."""

    geoid: Lattice | None = None
    egm_minus_1985_m: float | None = None
    ell_minus_1985_m: float | None = None

    def __post_init__(self) -> None:
        if self.egm_minus_1985_m is not None and self.ell_minus_1985_m is not None:
            raise ValueError("egm_minus_1985_m and ell_minus_1985_m exclude each other")
        for offset_m in (self.egm_minus_1985_m, self.ell_minus_1985_m):
            if offset_m is not None and not abs(offset_m) < 200.0:
                raise ValueError(f"no offset of a height datum: {offset_m} m")
        if self.egm_minus_1985_m is not None and self.geoid is None:
            raise ValueError(
                "egm_minus_1985_m needs a geoid grid; without one, ell_minus_1985_m is the offset of a place"
            )
        if self.geoid is not None and self.geoid.values.shape[2] != 1:
            raise ValueError("a geoid grid has one value a node")

    def separation_m(self, datum: HeightDatum, lat_rad: ArrayLike, lon_rad: ArrayLike) -> Floats:
        """Zero of a height datum above the ellipsoid.

        Shape: the broadcast shape. Unit: rad to m. Error: that of the grid and the offset; NaN outside the grid;
        `NotConfiguredError` where grid or offset is not there. Source: the grid's; EPSG 5737.
        """
        lat, lon = float_columns(lat_rad, lon_rad)
        if datum is HeightDatum.ELLIPSOID:
            return np.zeros(lat.shape)
        if datum is HeightDatum.NVD85 and self.ell_minus_1985_m is not None:
            return np.full(lat.shape, self.ell_minus_1985_m)
        if self.geoid is None:
            raise NotConfiguredError(_refusal(datum))
        geoid_m = lattice_values(lat, lon, self.geoid)[..., 0]
        if datum is HeightDatum.EGM:
            return geoid_m
        if self.egm_minus_1985_m is None:
            raise NotConfiguredError(_refusal(datum))
        return geoid_m + self.egm_minus_1985_m


def _refusal(datum: HeightDatum) -> str:
    if datum is HeightDatum.EGM:
        return "heights above a geoid model need its grid: configure a geoid file (EGM96 or EGM2008, .gtx or GeoTIFF)"
    return (
        "heights in the 1985 datum need its offset, which no public model gives better than 0.3 m: configure "
        "ell_minus_1985_m of a control point, or a geoid file and egm_minus_1985_m (0.2 to 0.45 m)"
    )


def convert_height(
    h_source_m: ArrayLike,
    lat_rad: ArrayLike,
    lon_rad: ArrayLike,
    source: HeightDatum,
    target: HeightDatum,
    models: HeightModels,
) -> Floats:
    """Heights in `target` of heights in `source`.

    Shape: the broadcast shape. Unit: m, rad. Frame: any true one; a metre matters less than 0.1 mm. Error: that of grid
    and offset; NaN outside the grid; `NotConfiguredError` where one is needed and not there. Source: h = H + N.
    """
    height = np.asarray(h_source_m, dtype=np.float64)
    if source is target:
        return height.copy()
    h_ell_m = height + models.separation_m(source, lat_rad, lon_rad)
    converted: Floats = h_ell_m - models.separation_m(target, lat_rad, lon_rad)
    return converted
