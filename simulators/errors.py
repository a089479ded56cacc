"""What the simulators raise on purpose; the command line prints the message and ends with status 2."""


class SimulatorError(Exception):
    """Root of everything raised on purpose; its text says what to do."""


class WorldError(SimulatorError):
    """A city file cannot be used."""


class ScenarioError(SimulatorError):
    """A scenario does not exist or is not valid."""


class LinkError(SimulatorError):
    """The service cannot be reached, or the machine allows too few connections."""
