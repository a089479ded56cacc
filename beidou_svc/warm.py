"""Run every kernel of the service once with the types it gets in service: compiled now, or loaded from the cache."""

import gc
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from multiprocessing import get_context
from threading import Timer
from typing import Final

import numpy as np

from beidou_svc.telemetry.logs import log_event
from gnss.batches import FixBatch

logger = logging.getLogger("beidou_svc")

COMPILING_TOLD_S: Final = 5.0
"""Loading kernels takes a second; what takes longer is a compiler at work, of which the log tells."""

GARBAGE_MIN: Final = 100_000
"""Compilers make millions of objects, few of them garbage: looking for those more often takes a tenth of its time."""

_T_NS = 1_400_000_000_000_000_000


def warm_all() -> Iterator[tuple[str, float]]:
    """Yields the name of each part and the time it took, s, as they end.

    The compiler uses one core: each chain is compiled in a process of its own, one part after the other.
    """
    with ExitStack() as stack:
        pools = [stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn"))) for _ in CHAINS]
        chains = zip(pools, CHAINS, strict=True)
        for part in as_completed([pool.submit(_warm, name) for pool, names in chains for name in names]):
            yield part.result()


def _warm(name: str) -> tuple[str, float]:
    gc.set_threshold(GARBAGE_MIN)
    t_s = time.perf_counter()
    ALL[name]()
    return name, time.perf_counter() - t_s


def load_kernels(*, roads: bool) -> None:
    """What a starting service needs, so that no tick and no request waits: the kernels of the roads, or all others."""
    telling = Timer(COMPILING_TOLD_S, _tell_of_compiling)
    telling.daemon = True
    telling.start()
    try:
        for name, warm in SERVICE.items():
            if (name in ROADS) == roads:
                warm()
    finally:
        telling.cancel()


def _tell_of_compiling() -> None:
    log_event(logger, logging.INFO, "compiling kernels, once; `beidou warm` does it ahead of the start")


def _warm_decoder() -> None:
    from gnss.warm import warm

    warm()


def _warm_fleet() -> None:
    from beidou_svc.fleet.query import Criteria, match
    from beidou_svc.fleet.state import FleetRules, new_state, pass_time, step

    state = new_state(FleetRules(terminals_max=4))
    step(state, _fixes(), 0)
    pass_time(state, 0)
    match(state, Criteria(bbox=(0, 0, 1, 1)))


def _warm_positioning() -> None:
    from beidou_svc.positioning.warm import warm

    warm()


def _warm_ingest() -> None:
    from beidou_svc.ingest.warm import warm

    warm()


def _warm_frames() -> None:
    from beidou_svc.frames.warm import warm

    warm()


def _warm_roads() -> None:
    from beidou_svc.roads.warm import warm

    warm()


def _warm_replay() -> None:
    from beidou_svc.replay.warm import warm

    warm()


def _warm_solve() -> None:
    from beidou_svc.solve.warm import warm

    warm()


def _warm_networks() -> None:
    from beidou_svc.network_commands.warm import warm

    warm()


def _warm_match() -> None:
    from beidou_svc.match_command.warm import warm

    warm()


def _warm_api() -> None:
    from beidou_svc.api.fields import columns_of
    from beidou_svc.api.fleet_frame import encode_frame
    from beidou_svc.fleet.names import Names
    from beidou_svc.fleet.registry import Registry
    from beidou_svc.fleet.state import FleetRules, new_state, step
    from mapping.datums.frame import CGCS2000_2000

    state = new_state(FleetRules(terminals_max=4))
    step(state, _fixes(), 0)
    nothing = np.empty(0, np.int32)
    for slots in (np.arange(3, dtype=np.int32), np.array([0, 2], np.int32)):
        for with_road in (False, True):
            encode_frame(state, slots, nothing, full=True, resume="", now_ns=0, with_road=with_road)
        columns_of(state, Names(Registry()), slots, ("time", "lat_deg"))
    _project(CGCS2000_2000)


def _project(frame: object) -> None:
    from beidou_svc.api.projection import project
    from mapping.datums.frame import Frame

    assert isinstance(frame, Frame)
    project(4547, frame, 25.8, 114.9)


def _fixes() -> FixBatch:
    batch = FixBatch.missing(
        3, slot=[0, 1, 2], t_gpst_ns=_T_NS, t_rx_ns=_T_NS, lat_rad=0.45, lon_rad=2.0, fix_quality=4
    )
    return batch.take(np.arange(3))


SERVICE: dict[str, Callable[[], None]] = {
    "decoder": _warm_decoder,
    "fleet": _warm_fleet,
    "positioning": _warm_positioning,
    "ingest": _warm_ingest,
    "frames": _warm_frames,
    "roads": _warm_roads,
    "api": _warm_api,
}
"""The parts that a starting service needs."""

ROADS = ("frames", "roads")
"""Those that it needs only where there is a network or a fence."""

ALL = SERVICE | {
    "replay": _warm_replay,
    "solve": _warm_solve,
    "networks": _warm_networks,
    "match": _warm_match,
}

CHAINS = (
    ("decoder", "positioning", "solve", "ingest"),
    ("roads", "frames", "fleet", "networks", "match", "api", "replay"),
)
"""All parts, in two chains that take about as long. What shares kernels stands in one chain: none is compiled twice.

Replay shares some with both: it comes when those of the decoder are there.
"""
