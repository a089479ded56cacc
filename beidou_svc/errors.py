"""What the shell raises on purpose. Each message says what to do next; `cli` prints it without a traceback."""


class ServiceError(Exception):
    """Root of this package's errors."""


class ConfigError(ServiceError):
    """The configuration cannot be used; the message names every wrong setting."""


class StartError(ServiceError):
    """The service cannot start: a port that is taken, a file that is missing."""
