"""How the service is run: on an event loop of its own, until it is told to stop."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import uvloop

from beidou_svc.app import build_service
from beidou_svc.config import Settings
from beidou_svc.errors import StartError


def run_service(settings: Settings, record: Path | None = None) -> None:
    """Build and run the service; `record` is a file to record to."""

    async def main() -> None:
        service = build_service(settings)
        if record is not None:
            service.record_to(record)
        try:
            await service.run()
        except StartError:
            service.forget_recording()
            raise

    run_on_own_loop(main())


def run_on_own_loop(main: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on the fast event loop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)
