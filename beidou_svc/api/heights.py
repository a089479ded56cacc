"""The height of one terminal above other zeros than the ellipsoid, as far as `frames.height` configures them."""

from math import isfinite, radians
from typing import Final

from mapping.datums.heights import HeightDatum, HeightModels, convert_height
from mapping.errors import NotConfiguredError

NAMES: Final = {HeightDatum.EGM: "h_egm_m", HeightDatum.NVD85: "h_1985_m"}


def heights_of(
    models: HeightModels, lat_deg: float | None, lon_deg: float | None, h_ell_m: float | None
) -> dict[str, float]:
    """Heights by name, m: above the geoid model, and in the 1985 datum.

    One that is not configured, or not known at the place, is not there.
    """
    if lat_deg is None or lon_deg is None or h_ell_m is None:
        return {}
    found = {}
    for datum, name in NAMES.items():
        try:
            place = radians(lat_deg), radians(lon_deg)
            height_m = float(convert_height(h_ell_m, *place, HeightDatum.ELLIPSOID, datum, models))
        except NotConfiguredError:
            continue
        if isfinite(height_m):
            found[name] = round(height_m, 4)
    return found
