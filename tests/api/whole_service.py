"""The whole service on loopback, and what a terminal sends to it."""

import contextlib
from collections.abc import AsyncIterator

from beidou_svc.app import Service
from beidou_svc.clock import ManualClock
from beidou_svc.config import Settings
from beidou_svc.pipeline.runner import Pipeline

EPOCH = (
    "GNRMC,080000.00,A,2549.8000000,N,11455.8000000,E,5.2,45.0,150127,,,R",
    "GNGGA,080000.00,2549.8000000,N,11455.8000000,E,4,31,0.6,120.123,M,-12.300,M,1.0,0007",
    "GNGST,080000.00,0.010,0.012,0.008,10.0,0.011,0.009,0.021",
)


def settings(**sections: object) -> Settings:
    listener = {"port": 0, "unknown": "accept"}
    ingest = {"tcp": [listener], "udp": [listener], "limits": {"connections_max": 50}}
    return Settings.model_validate({"http": {"port": 0}, "ingest": ingest, **sections})


@contextlib.asynccontextmanager
async def running(given: Settings) -> AsyncIterator[tuple[Service, int]]:
    """A service and the TCP port of its terminals."""
    service = Service(given, Pipeline(capacity=64), clock=ManualClock())
    serving = await service.start()
    if serving.done():
        serving.result()
    port = int(service.ingest.status().listeners[0].address.rpartition(":")[2])
    try:
        yield service, port
    finally:
        service.stop()
        await serving
