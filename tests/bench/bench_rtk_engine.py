"""The RTK engine: processor time a terminal and epoch, no files read, beside RTKLIB's `rtkpos` on the same data.

Several terminals see what one recording holds, each with a little noise of its own, as all that a service does once an
epoch is shared: orbits, and the base's side. The time of the first terminal beyond that of another one is told apart.
"""

import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtk.engine import Received, RtkWorkspace, latest_base, step
from gnss.rtk.settings import RtkSettings
from gnss.rtk.state import RtkState
from simulators.signals.degrade import add_noise
from tests.bench.measure import cpu_s_of
from tests.bench.result import Result
from tests.bench.rtk_errors import FIXED, as_terminals
from tests.bench.rtk_recordings import compact, has_data, recorded
from tests.bench.rtk_rtklib import library, positioning
from tests.bench.rtk_worse import Rows

NAME = "rtk_engine"

TERMINALS = 8
NOISE_CODE_M, NOISE_PHASE_M = 0.02, 0.0002
PEER_EPOCHS = 150
STATE_KB_MUST, STATE_KB_REACH = 64.0, 24.0


class Load(NamedTuple):
    """A recording, the signals used of it, the carriers that the peer uses, and the targets in µs."""

    label: str
    recording: str
    signals: tuple[str, ...]
    frequencies: int
    must: float | None = None
    reach: float | None = None
    note: str = ""


LOADS = (
    Load("azure_car, L1", "azure_car", (), 1, 20.0, 10.0, "best recorded of any engine: 220 µs"),
    Load(
        "str_static, L1 + L2", "str_static", ("1C", "1X", "2I", "2W", "2X", "2C", "7X", "7I"), 2, 60.0, 30.0,
        "best recorded of any engine: 770 µs",
    ),
    Load("str_static, all signals", "str_static", (), 3),
)  # fmt: skip


def by_arrival(epochs: EpochBatch, o: ObservationBatch) -> tuple[EpochBatch, ObservationBatch]:
    """As a service has them: what all terminals sent in a second lies together in memory."""
    return compact(epochs.take(np.lexsort((epochs.slot, epochs.t_gpst_ns))), o)


def engine(load: Load, terminals: int) -> tuple[Callable[[], float], int]:
    """A function that solves all epochs anew and returns the share that is fixed, and how many epochs they are."""
    r, settings, workspace = recorded(load.recording), RtkSettings(signals=load.signals), RtkWorkspace()
    rng = np.random.default_rng(1)
    noisy = [Rows(*add_noise(r.epochs, r.observations, rng, NOISE_CODE_M, NOISE_PHASE_M)[:2]) for _ in range(terminals)]
    epochs, observations = by_arrival(*as_terminals(noisy))
    base_of = latest_base(epochs, r.base.epochs, settings.age_corr_s_max)
    rovers, base_of = Received(epochs.take(base_of >= 0), observations), base_of[base_of >= 0]

    def run() -> float:
        state = RtkState.for_slots(terminals)
        _, fixes, _ = step(state, rovers, r.base, base_of, r.book, settings, workspace)
        return float(np.mean(fixes.fix_quality == FIXED))

    return run, len(rovers.epochs)


def run() -> Iterator[Result]:
    """Each load, and what a terminal takes of memory."""
    if not has_data():
        sys.stderr.write(f"{NAME}: there are no recordings here\n")
        return
    for load in LOADS:
        yield from _of_load(load)
    state_kb = RtkState.for_slots(1).bytes_per_terminal / 1e3
    yield Result(NAME, "state of a terminal", state_kb, "kB", "lower", must=STATE_KB_MUST, reach=STATE_KB_REACH)


def _of_load(load: Load) -> Iterator[Result]:
    (one, n_one), (many, n_many) = engine(load, 1), engine(load, TERMINALS)
    functions, rtklib, n_peer = [one, many], library(), 0
    if rtklib is not None:
        peer, n_peer = positioning(rtklib, load.recording, load.frequencies, PEER_EPOCHS)
        functions.append(peer)  # type: ignore[arg-type]
    fixed = many()
    one_s, many_s, *peer_s = cpu_s_of(*functions, repeats=5)
    own_us = 1e6 * (many_s - one_s) / (n_many - n_one)
    shared_us = 1e6 * one_s / n_one - own_us
    name, peer_us = ("RTKLIB rtkpos", 1e6 * peer_s[0] / n_peer) if peer_s else ("", None)
    yield Result(
        NAME, f"{load.label}: a terminal's epoch", own_us, "µs", "lower", name, peer_us, load.must, load.reach,
        n=n_many, note=f"{100 * fixed:.1f} % fixed; {load.note}".rstrip("; "),
    )  # fmt: skip
    yield Result(
        NAME, f"{load.label}: shared by all terminals, an epoch", shared_us, "µs", "lower", n=n_one,
        note="orbits of all satellites, and the base's side",
    )  # fmt: skip
    yield Result(
        NAME, f"{load.label}: one terminal alone", 1e6 * one_s / n_one, "µs", "lower", name, peer_us, n=n_one,
        note="with orbits and base",
    )  # fmt: skip
