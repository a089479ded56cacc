"""Observations as series: the rows of one terminal, satellite and signal in order of time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.constants import NS_PER_S
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Series(NamedTuple):
    """`order` (n,): rows by series, then by time; `is_first` (n,): in that order, where a series begins."""

    order: NDArray[np.intp]
    is_first: Bools


def series_of(o: ObservationBatch) -> Series:
    """The series of some observations."""
    keys = (o.slot, o.system, o.prn, o.signal)
    order = np.lexsort((o.t_gpst_ns, o.signal, o.prn, o.system, o.slot))
    is_first = np.ones(len(order), np.bool_)
    if len(order):
        is_first[1:] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
    return Series(order, is_first)


def steps_s(o: ObservationBatch, series: Series) -> Floats:
    """Seconds since the row before in its series, 0 at the first; by row."""
    t = o.t_gpst_ns[series.order]
    step = np.zeros(len(t))
    step[1:] = (t[1:] - t[:-1]) / NS_PER_S
    return scattered(np.where(series.is_first, 0.0, step), series)


def scattered(values: NDArray[np.float64], series: Series) -> Floats:
    """Values in the order of series, by row."""
    by_row = np.empty(len(values))
    by_row[series.order] = values
    return by_row


def carried(steps: Floats, series: Series) -> Floats:
    """What steps (by row) add up to from the beginning of each series, by row."""
    total = np.cumsum(steps[series.order])
    begins = np.flatnonzero(series.is_first)
    before = np.concatenate(([0.0], total))[begins]
    lengths = np.diff(np.concatenate((begins, [len(total)])))
    return scattered(total - np.repeat(before, lengths), series)


def broken(o: ObservationBatch, is_break: Bools, series: Series) -> ObservationBatch:
    """The same with lock times that begin anew at some rows (by row); unknown lock times become known from there."""
    t = o.t_gpst_ns[series.order]
    number = np.arange(len(t))
    last_break = np.where(is_break[series.order], number, -1)
    last_break = np.maximum.accumulate(last_break) if len(t) else last_break
    first = np.maximum.accumulate(np.where(series.is_first, number, 0)) if len(t) else number
    since_s = np.where(last_break >= first, (t - t[last_break]) / NS_PER_S, np.inf)
    lock_s = np.fmin(o.lock_s, scattered(since_s, series))
    return o.replace(lock_s=np.where(np.isinf(lock_s), np.nan, lock_s).astype(np.float32))


def kept(epochs: EpochBatch, o: ObservationBatch, keep: Bools) -> tuple[EpochBatch, ObservationBatch]:
    """Some of the rows; series that miss a row have lock times that begin anew; epochs without rows are dropped."""
    series = series_of(o)
    missing_before = np.zeros(len(o), np.bool_)
    gone = ~keep[series.order]
    missing_before[series.order[1:]] = gone[:-1] & ~series.is_first[1:]
    whole = broken(o, missing_before, series)
    total = np.concatenate(([0], np.cumsum(keep)))
    rows = total[epochs.first + epochs.rows] - total[epochs.first]
    left = epochs.replace(first=total[epochs.first], rows=rows.astype(np.int32)).take(rows > 0)
    return left, whole.take(keep)
