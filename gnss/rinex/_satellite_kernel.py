"""The observations of one satellite in one epoch: fields to rows, one a signal."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.batches import NO_TIME
from gnss.rinex._kit import EPOCHS, GLONASS, ROWS, SBAS, SBAS_OFFSET, SYSTEM_OF, Memory, RowSink
from gnss.rinex._text_kernel import BAD, GOOD, read_decimal, read_integer
from gnss.rinex.report import PROBLEMS_MAX
from gnss.rinex.types import CODE, PHASE, PRN_END, STRENGTH, UNUSED, TypePlan
from gnss.rtcm.observations import NO_CHANNEL
from gnss.status import Status

VALUE_WIDTH: Final = 14
FIELD_WIDTH: Final = 16
_ZERO, _NINE, _SPACE = 48, 57, 32
_SSI_STEP_DBHZ: Final = 6.0
_SSI_MIDDLE_DBHZ: Final = 3.0
_OK, _NO_CHANNEL, _SYNTAX = int(Status.OK), int(Status.NO_CHANNEL), int(Status.FIELD_SYNTAX)
_NO_TIME = int(NO_TIME)


@leaf_kernel
def note(memory: Memory, line: int, status: int) -> None:
    """Count a problem, and name its line while there is room."""
    n = memory.problems[0]
    if n < PROBLEMS_MAX:
        memory.problem_line[n] = line + 1
        memory.problem_status[n] = status
    memory.counts[status] += 1
    memory.problems[0] = n + 1


@leaf_kernel
def read_satellite(data: NDArray[np.uint8], start: int, stop: int) -> tuple[int, int]:
    """System and PRN of three characters; system -1 where they are none."""
    if start + 3 > stop:
        return -1, 0
    system = SYSTEM_OF[data[start]]
    number, verdict = read_integer(data, start + 1, start + 3)
    if verdict != GOOD or number == 0:
        return -1, 0
    return system, number + (SBAS_OFFSET if system == SBAS else 0)


@leaf_kernel
def open_rows(plan: TypePlan, memory: Memory, sink: RowSink, system: int) -> None:
    """Blank rows, one for each signal that the satellite may have."""
    base = memory.cursor[ROWS]
    for k in range(plan.signals[system]):
        i = base + k
        sink.pr_m[i] = sink.cp_cyc[i] = sink.doppler_hz[i] = np.nan
        sink.cn0_dbhz[i] = np.nan
        memory.lli[k] = memory.ssi[k] = 0


@inline_kernel
def _digit(data: NDArray[np.uint8], i: int, stop: int) -> int:
    """The digit at `i`; 0 for a blank or past the end, -1 for anything else."""
    if i >= stop or data[i] == _SPACE:
        return 0
    return int(data[i]) - _ZERO if _ZERO <= data[i] <= _NINE else -1


@inline_kernel
def _store(sink: RowSink, i: int, kind: int, value: float) -> None:
    """Put a value into its column, unless there is one already."""
    column = sink.pr_m if kind == CODE else (sink.cp_cyc if kind == PHASE else sink.doppler_hz)
    if kind == STRENGTH:
        sink.cn0_dbhz[i] = value
    elif np.isnan(column[i]):
        column[i] = value


@leaf_kernel
def read_field(
    data: NDArray[np.uint8],
    start: int,
    stop: int,
    plan: TypePlan,
    system: int,
    place: int,
    memory: Memory,
    sink: RowSink,
) -> bool:
    """Read the field at `start` of a line that ends at `stop`; False where it is not of its form.

    0 is missing. Of two fields for the same value, the first that has one counts.
    """
    kind = plan.kind[system, place]
    if kind == UNUSED:
        return True
    value, verdict = read_decimal(data, start, min(start + VALUE_WIDTH, stop))
    k = plan.ordinal[system, place]
    lli, ssi = _digit(data, start + VALUE_WIDTH, stop), _digit(data, start + VALUE_WIDTH + 1, stop)
    if verdict == BAD or lli < 0 or ssi < 0:
        return False
    if kind == PHASE:
        memory.lli[k] |= lli
    if ssi > 0 and (kind == PHASE or memory.ssi[k] == 0):
        memory.ssi[k] = ssi
    if verdict == GOOD and value != 0.0:
        _store(sink, memory.cursor[ROWS] + k, kind, value / plan.divisor[system, place])
    return True


@leaf_kernel
def _lock_s(memory: Memory, system: int, prn: int, signal: int, lli: int, has_phase: bool, t_gpst_ns: int) -> float:
    """How long a phase has not slipped; a slip told without a phase counts for the next phase."""
    since = memory.lock_from[system, prn, signal]
    if not has_phase:
        if lli & 1:
            memory.lock_from[system, prn, signal] = _NO_TIME
        return np.nan
    if lli & 1 or since == _NO_TIME or since > t_gpst_ns:
        memory.lock_from[system, prn, signal] = since = t_gpst_ns
    return (t_gpst_ns - since) * 1e-9


@leaf_kernel
def close_rows(plan: TypePlan, memory: Memory, sink: RowSink, system: int, prn: int, t_gpst_ns: int) -> None:
    """Keep the rows in which there is anything, side by side."""
    base = n = memory.cursor[ROWS]
    channel = int(plan.channel[prn]) if system == GLONASS else 0
    for k in range(plan.signals[system]):
        i, signal, lli = base + k, plan.signal[system, k], memory.lli[k]
        has_phase = not np.isnan(sink.cp_cyc[i])
        lock_s = _lock_s(memory, system, prn, signal, lli, has_phase, t_gpst_ns)
        has_strength = not np.isnan(sink.cn0_dbhz[i])
        if not (has_phase or has_strength or not np.isnan(sink.pr_m[i]) or not np.isnan(sink.doppler_hz[i])):
            continue
        strength_dbhz = sink.cn0_dbhz[i]
        if not has_strength and memory.ssi[k] > 0:
            strength_dbhz = np.float32(_SSI_STEP_DBHZ * memory.ssi[k] + _SSI_MIDDLE_DBHZ)
        sink.pr_m[n], sink.cp_cyc[n], sink.doppler_hz[n] = sink.pr_m[i], sink.cp_cyc[i], sink.doppler_hz[i]
        sink.cn0_dbhz[n], sink.lock_s[n] = strength_dbhz, lock_s
        sink.half_cycle[n] = (lli >> 1) & 1 if has_phase else 0
        sink.t_gpst_ns[n], sink.system[n], sink.prn[n] = t_gpst_ns, system, prn
        sink.signal[n], sink.channel[n] = signal, channel
        sink.status[n] = _NO_CHANNEL if channel == NO_CHANNEL else _OK
        n += 1
    memory.cursor[ROWS] = n


@leaf_kernel
def is_new(memory: Memory, system: int, prn: int) -> bool:
    """Whether a satellite is in the epoch at hand for the first time, which it no longer is then."""
    epoch = memory.cursor[EPOCHS]
    if prn >= PRN_END or memory.seen[system, prn] == epoch:
        return False
    memory.seen[system, prn] = epoch
    return True


@leaf_kernel
def forget_locks(memory: Memory) -> None:
    """After a power failure no phase goes on."""
    memory.lock_from[:] = _NO_TIME
