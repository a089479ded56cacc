"""What the frame settings name, read: velocity and height models. Raises ConfigError with the setting at fault."""

from beidou_svc.errors import ConfigError
from beidou_svc.frames.settings import FramesSettings
from mapping.datums.geoid_io import Area, read_geoid
from mapping.datums.heights import HeightModels
from mapping.datums.velocity import Velocity, station_velocity
from mapping.datums.velocity_grid_io import read_velocity_grid
from mapping.errors import MappingError

M_PER_MM = 1e-3


def read_velocity(settings: FramesSettings) -> Velocity | None:
    """The velocity that is configured; None where none is."""
    given = settings.velocity
    if given.grid is not None:
        try:
            return read_velocity_grid(given.grid, given.datum)
        except (OSError, MappingError) as error:
            raise ConfigError(f"frames.velocity.grid: {error}") from error
    if given.east_mmpa is None or given.north_mmpa is None:
        return None
    east_mpa, north_mpa, up_mpa = (value * M_PER_MM for value in (given.east_mmpa, given.north_mmpa, given.up_mmpa))
    return station_velocity(east_mpa, north_mpa, up_mpa, given.datum)


def read_heights(settings: FramesSettings) -> HeightModels:
    """The height models that are configured."""
    given = settings.height
    try:
        geoid = None if given.geoid_file is None else read_geoid(given.geoid_file, Area(*given.geoid_area))
        return HeightModels(geoid, given.egm_minus_1985_m, given.ell_minus_1985_m)
    except (OSError, MappingError, ValueError) as error:
        raise ConfigError(f"frames.height: {error}") from error
