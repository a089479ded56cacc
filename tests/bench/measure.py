"""How time is taken: processor time, not wall time, and the median of repeats that alternate with the peer's.

The machine is shared and its speed drifts, so a figure means little and a ratio within one run means much.
"""

import gc
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REPEATS = 7
REPEAT_S_MIN = 0.05
"""A repeat calls the function as often as it takes to last this long, so that the clock's grain does not matter."""

CALLS_MAX = 1_000_000


@dataclass(slots=True)
class Elapsed:
    """Processor seconds of a block and of its finished child processes; wall seconds beside them."""

    cpu_s: float = 0.0
    children_cpu_s: float = 0.0
    wall_s: float = 0.0


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def elapsed() -> Iterator[Elapsed]:
    """Time of the block, filled in when it ends."""
    taken = Elapsed()
    wall_s, children_s, cpu_s = time.perf_counter(), _children_cpu_s(), time.process_time()
    yield taken
    taken.cpu_s = time.process_time() - cpu_s
    taken.children_cpu_s = _children_cpu_s() - children_s
    taken.wall_s = time.perf_counter() - wall_s


def process_cpu_s(pid: int) -> float:
    """Processor seconds that a living process has used so far, all its threads (proc(5), stat, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def process_rss_bytes(pid: int) -> int:
    """Resident memory of a living process (proc(5), statm, field 2)."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _calls_for(function: Callable[[], object]) -> int:
    calls = 1
    while True:
        started = time.process_time()
        for _ in range(calls):
            function()
        if time.process_time() - started >= REPEAT_S_MIN or calls >= CALLS_MAX:
            return calls
        calls *= 4


def _cpu_s_per_call(function: Callable[[], object], calls: int) -> float:
    gc.collect()
    started = time.process_time()
    for _ in range(calls):
        function()
    return (time.process_time() - started) / calls


def cpu_s_of(*functions: Callable[[], object], repeats: int = REPEATS) -> tuple[float, ...]:
    """Median processor seconds of a call of each function; their repeats alternate, the first calls do not count."""
    calls = [_calls_for(function) for function in functions]
    taken: list[list[float]] = [[] for _ in functions]
    for _ in range(repeats):
        for function, n, seconds in zip(functions, calls, taken, strict=True):
            seconds.append(_cpu_s_per_call(function, n))
    return tuple(statistics.median(seconds) for seconds in taken)
