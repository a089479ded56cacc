"""Waiting for what must come, by the event loop alone."""

import asyncio
from collections.abc import Callable

LIMIT_S = 60.0
"""Far more than it takes: a machine may be busy."""


async def until(holds: Callable[[], bool]) -> None:
    """Let the event loop work until something is so."""
    async with asyncio.timeout(LIMIT_S):
        for _ in iter(holds, True):
            await asyncio.sleep(0)
