"""The service: sockets in, fleet state, API, live stream and page out. `ARCHITECTURE.md` shows how the parts meet."""

__version__ = "0.1.0"
