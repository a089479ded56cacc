"""Loading kernels beside the event loop, in threads that nobody has to wait for.

Where they are not compiled yet, that takes minutes. A compiler cannot be interrupted, but a process that is told to end
must: what is still loading then is left behind.
"""

import asyncio
import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

_threads: list[threading.Thread] = []


class LoadKernels(Protocol):
    """Loads kernels; see `beidou_svc.warm`."""

    def __call__(self, *, roads: bool) -> None: ...


class Loading:
    """What a starting service loads: first what ticks need, then the rest."""

    def __init__(self, load_kernels: LoadKernels | None, *, roads_can_wait: bool) -> None:
        self._load = load_kernels
        self._roads_can_wait = roads_can_wait

    async def first(self, stop: asyncio.Event) -> bool:
        """Load what ticks must not wait for; False = told to stop before it was there."""
        return await _unless(stop, self._first())

    async def _first(self) -> None:
        load = self._load
        if load is not None:
            await _aside(lambda: load(roads=False))
            if not self._roads_can_wait:
                await _aside(lambda: load(roads=True))

    async def rest(self) -> None:
        """Load the roads where there is nothing on them yet."""
        load = self._load
        if load is not None and self._roads_can_wait:
            await _aside(lambda: load(roads=True))


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Wait for work; False = the event came before it was done."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
        return False
    working.result()
    return True


async def _aside(work: Callable[[], None]) -> None:
    """Do work in a thread of its own. Who is cancelled meanwhile leaves it behind."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def tell(error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def run() -> None:
        error: BaseException | None = None
        try:
            work()
        except BaseException as raised:
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, error)

    thread = threading.Thread(target=run, name="loading", daemon=True)
    _threads.append(thread)
    thread.start()
    await done


def end_without_it() -> None:
    """The last act of a command: where something is still loading, end now, without waiting or tripping over it."""
    if any(thread.is_alive() for thread in _threads):
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
