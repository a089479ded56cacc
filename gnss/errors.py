"""The exception tree of `gnss`. Bad data is a status in a column; these are for broken callers and broken files."""


class GnssError(Exception):
    """Root of everything this package raises on purpose."""


class FileFormatError(GnssError):
    """A file is not what its reader reads; the message says where."""
