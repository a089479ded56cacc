"""The way from socket to fleet state as a process of its own, without API: ingest, pipeline, state, every 20 ms.

Prints the port it listens on; then, for every line on standard input, what it has done and used so far.
"""

import asyncio
import json
import sys
import time

import numpy as np
import uvloop

from beidou_svc.clock import SystemClock
from beidou_svc.fleet.registry import Registry
from beidou_svc.fleet.state import FleetRules, new_state, step
from beidou_svc.ingest.ingest import Ingest
from beidou_svc.ingest.settings import IngestSettings, Limits, Listener, Unknown
from beidou_svc.pipeline.runner import Pipeline

TICK_S = 0.02
SETTINGS = IngestSettings(
    tcp=(Listener(port=0, unknown=Unknown.ACCEPT),),
    limits=Limits(connections_max=15_000, accept_per_s_max=20_000.0),
)


class Service:
    """One tick after another."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._registry = Registry()
        self.ingest = Ingest(SETTINGS, self._registry, self._clock)
        self._pipeline = Pipeline(capacity=1_024)
        self._state = new_state(FleetRules())
        self._rows = 0

    def tick(self) -> None:
        """What `beidou serve` does every 20 ms before it looks at its clients."""
        tick = self.ingest.poll()
        count = self._registry.count
        if count > self._state.count:
            self._pipeline.ensure_capacity(count)
            self._state.ensure_capacity(count)
        fixes = self._pipeline.tick(tick.buffer, tick.segments, tick.ended)
        step(self._state, fixes, self._clock.utc_ns())
        self._rows += len(fixes)

    def mark(self) -> dict[str, object]:
        """Totals so far."""
        status = self.ingest.status()
        shown = self._state.columns["fix_quality"][: self._state.count]
        return {
            "cpu_s": time.process_time(),
            "connections": status.connections,
            "reads": status.reads_total,
            "sentences": int(self._pipeline.sentences.sum()),
            "drops": int(self._pipeline.drops.sum()),
            "rows": self._rows,
            "fixed": int(np.count_nonzero(shown == 4)),
            "counters": {name: n for name, n in status.counters.items() if n},
        }


async def main() -> None:
    service = Service()
    await service.ingest.start()
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def tick() -> None:
        if stopped.is_set():
            return
        service.tick()
        loop.call_later(TICK_S, tick)

    def answer() -> None:
        if not sys.stdin.readline():
            stopped.set()
            return
        print(json.dumps(service.mark()), flush=True)  # noqa: T201

    tick()
    print(service.ingest.status().listeners[0].address.rpartition(":")[2], flush=True)  # noqa: T201
    loop.add_reader(0, answer)
    await stopped.wait()
    await service.ingest.stop()
    service.ingest.close()


if __name__ == "__main__":
    uvloop.run(main())
