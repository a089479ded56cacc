"""The exception tree of `mapping`. Bad rows are a column or a report; these are for broken callers and files."""


class MappingError(Exception):
    """Root of everything this package raises on purpose."""


class FrameMixedError(MappingError, ValueError):
    """Coordinates of one frame or epoch were used as if they were of another."""


class MapFormatError(MappingError):
    """A map file is not what its reader reads; the message says where and what would help."""


class TileRangeError(MappingError, ValueError):
    """A tile address that the tile pyramid does not have."""


class NotConfiguredError(MappingError, ValueError):
    """Something that a calculation cannot do without was not configured; the message says what to configure."""
