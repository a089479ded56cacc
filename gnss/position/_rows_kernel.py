"""Many epochs of many terminals in one call, in order of time: one table of satellites for each second."""

from math import atan2, pi
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.batches import NO_TIME
from gnss.constants import NS_PER_S
from gnss.orbits._book_kernel import fill_table
from gnss.orbits._terms import Pages
from gnss.orbits.satellites import satellite_row
from gnss.orbits.table import OrbitTable
from gnss.position._spp_kernel import solve_one
from gnss.position._work import Solutions, SppWork
from gnss.position.options import SppRules
from gnss.position.use import Use
from gnss.rtcm.observations import ObservationSink
from gnss.status import Status

_OK, _NO_POSITION, _NO_TIME = int(Status.OK), int(Status.NO_POSITION), int(NO_TIME)
_LOW, _UNSOLVED = int(Use.LOW), int(Use.UNSOLVED)


class EpochColumns(NamedTuple):
    """Columns of an `EpochBatch` that positioning needs."""

    t_gpst_ns: NDArray[np.int64]
    first: NDArray[np.int64]
    rows: NDArray[np.int32]
    status: NDArray[np.uint8]


class Views(NamedTuple):
    """What is seen, by epoch and constellation: satellites (n, 7), sums of their best C/N0 and how many had one."""

    satellites: NDArray[np.uint8]
    cn0_dbhz: NDArray[np.float64]
    heard: NDArray[np.int64]


class DetailSink(NamedTuple):
    """Where kernels write `SppSatelliteBatch`, by satellite of each epoch; `kept` marks the rows in use."""

    kept: NDArray[np.uint8]
    epoch: NDArray[np.int32]
    row: NDArray[np.int64]
    az_rad: NDArray[np.float64]
    el_rad: NDArray[np.float64]
    residual_m: NDArray[np.float64]
    sigma_m: NDArray[np.float64]
    use: NDArray[np.uint8]

    @classmethod
    def for_rows(cls, n: int) -> Self:
        """Room for so many."""
        az, el, residual, sigma = (np.full(n, np.nan) for _ in range(4))
        numbers = (np.zeros(n, np.uint8), np.zeros(n, np.int32), np.zeros(n, np.int64))
        return cls(*numbers, az, el, residual, sigma, np.zeros(n, np.uint8))


@inline_kernel
def _write_details(work: SppWork, n: int, epoch: int, at: int, solved: bool, sink: DetailSink) -> None:
    seen = work.seen
    for k in range(n):
        sink.kept[at + k], sink.epoch[at + k], sink.row[at + k] = 1, epoch, seen.row[k]
        sink.use[at + k] = seen.use[k] if solved else _UNSOLVED
        if not solved:
            continue
        az_rad = atan2(seen.sin_az[k], seen.cos_az[k])
        sink.az_rad[at + k] = az_rad + 2.0 * pi if az_rad < 0.0 else az_rad
        sink.el_rad[at + k] = seen.el_rad[k]
        if seen.use[k] != _LOW:
            sink.residual_m[at + k], sink.sigma_m[at + k] = work.position.residual[k], seen.sigma_m[k]


@inline_kernel
def _view(o: ObservationSink, first: int, last: int, place: NDArray[np.int64], views: Views, row: int) -> None:
    """Count the satellites of an epoch, and add up the best C/N0 of each."""
    for i in range(first, last):
        satellite = satellite_row(int(o.system[i]), int(o.prn[i]))
        if satellite < 0:
            continue
        best = place[satellite]
        if best < 0:
            views.satellites[row, o.system[i]] += 1
        if best < 0 or o.cn0_dbhz[i] > o.cn0_dbhz[best]:
            place[satellite] = i
    for i in range(first, last):
        satellite = satellite_row(int(o.system[i]), int(o.prn[i]))
        if satellite >= 0 and place[satellite] >= 0:
            cn0_dbhz = o.cn0_dbhz[place[satellite]]
            if cn0_dbhz > 0.0:
                views.cn0_dbhz[row, o.system[i]] += cn0_dbhz
                views.heard[row, o.system[i]] += 1
            place[satellite] = -1


@inline_kernel
def _at(table: OrbitTable, t_gpst_ns: int) -> OrbitTable:
    """The same arrays under another instant."""
    return OrbitTable(
        t_gpst_ns, table.r_ecef_m, table.v_ecef_mps, table.a_ecef_mps2, table.clock_s, table.clock_drift_sps,
        table.tgd_s, table.tgd2_s, table.sigma_m, table.issue, table.number, table.status, table.channel,
    )  # fmt: skip


@leaf_kernel
def solve_rows(
    epochs: EpochColumns,
    order: NDArray[np.int64],
    o: ObservationSink,
    pages: Pages,
    table: OrbitTable,
    rules: SppRules,
    work: SppWork,
    start_m: NDArray[np.float64],
    out: Solutions,
    views: Views,
    details: DetailSink,
) -> None:
    """Solve the epochs in `order`, which is that of time; the table is filled anew for each second."""
    filled = False
    for j in range(len(order)):
        row = order[j]
        first, last, t_ns = epochs.first[row], epochs.first[row] + epochs.rows[row], epochs.t_gpst_ns[row]
        _view(o, first, last, work.seen.place, views, row)
        out.status[row] = epochs.status[row]
        if epochs.status[row] != _OK or t_ns == _NO_TIME:
            continue
        second_ns = (t_ns + NS_PER_S // 2) // NS_PER_S * NS_PER_S
        if not filled or second_ns != table.t_gpst_ns:
            table, filled = _at(table, second_ns), True
            fill_table(pages, table, table.t_gpst_ns)
        n = solve_one(o, first, last, t_ns, table, rules, work, start_m, out, row)
        _write_details(work, n, row, first, out.status[row] != _NO_POSITION, details)
