"""Observations to multiple signal messages, MSM4 and MSM7: one or more frames for the rows of an epoch and system.

Source: docs/sources.md, gnss_facts §7; the tables are those of the decoder.
"""

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME, SYSTEMS
from gnss.constants import SPEED_OF_LIGHT_MPS
from gnss.rtcm import msm_layout as layout
from gnss.rtcm._msm_encode_kernel import EncodeColumns, measure_messages, write_messages
from gnss.rtcm.frames import HEAD_BYTES, Frames, close_frames, open_frames
from gnss.rtcm.lock import LOCK_S, LockCode
from gnss.rtcm.messages import MSM_FIRST
from gnss.rtcm.msm_layout import MSM_PLAN
from gnss.rtcm.observations import NO_CHANNEL, ObservationBatch
from gnss.rtcm.signals import SIGNALS, carrier_hz

KINDS = (4, 7)
"""Which MSM can be encoded."""

_SBAS_OFFSET = 119
_FIRST_NUMBER = np.array([MSM_FIRST[letter] for letter in SYSTEMS], np.int64)


def lock_indicator(lock_s: NDArray[np.float32], code: LockCode) -> NDArray[np.int64]:
    """The largest indicator whose lock time is not longer.

    Shape: (n,). Unit: s. Error: rounds down, as lock times are lower limits; NaN gives 0. Source: docs/sources.md,
    gnss_facts §7.
    """
    table = LOCK_S[code]
    known = table[~np.isnan(table)]
    return np.clip(np.searchsorted(known, np.nan_to_num(lock_s), side="right") - 1, 0, len(known) - 1)


def _columns(observations: ObservationBatch, kind: int) -> EncodeColumns:
    """What the bits of each row hold, but for its satellite's part."""
    o = observations
    channel = np.where(o.channel == NO_CHANNEL, 0, o.channel).astype(np.int8)
    hz = carrier_hz(o.system, o.signal, channel)
    pr_ms = o.pr_m / layout.M_PER_MS
    cp_ms = np.where(o.channel == NO_CHANNEL, np.nan, o.cp_cyc / hz * 1e3)
    code = LockCode(int(MSM_PLAN.width[kind, layout.LOCK_CODE]))
    cn0 = np.rint(np.nan_to_num(o.cn0_dbhz) / MSM_PLAN.scale[kind, layout.CN0_SCALE]).astype(np.int64)
    cn0_max = (1 << int(MSM_PLAN.width[kind, layout.CN0_BITS])) - 1
    return EncodeColumns(
        mask_bit=np.where(o.system == SYSTEMS.index("S"), o.prn.astype(np.int64) - _SBAS_OFFSET, o.prn) - 1,
        signal_bit=SIGNALS.signal_id[o.system, o.signal].astype(np.int64) - 1,
        extended=np.where(o.system == SYSTEMS.index("R"), _channel_codes(o.channel), 0),
        pr_ms=pr_ms,
        cp_ms=cp_ms,
        rate_mps=-o.doppler_hz / hz * SPEED_OF_LIGHT_MPS,
        lock=lock_indicator(o.lock_s, code),
        half_cycle=o.half_cycle.astype(np.int64),
        cn0=np.clip(cn0, 0, cn0_max),
    )


def _channel_codes(channel: NDArray[np.int8]) -> NDArray[np.int64]:
    codes = channel.astype(np.int64) + layout.CHANNEL_OFFSET
    return np.where(channel == NO_CHANNEL, layout.CHANNEL_UNKNOWN, codes)


def _messages(o: ObservationBatch) -> NDArray[np.int64]:
    """First rows of the messages, and the end: another terminal, station, epoch or system begins another."""
    if not len(o):
        return np.zeros(1, np.int64)
    keys = (o.slot, o.station, o.t_stated, o.t_gpst_ns, o.system)
    changes = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return np.concatenate([[0], np.flatnonzero(changes) + 1, [len(o)]]).astype(np.int64)


def _require_encodable(o: ObservationBatch, columns: EncodeColumns) -> None:
    if np.any(columns.signal_bit < 0):
        raise ValueError("a signal that has no MSM number in its system")
    if np.any((columns.mask_bit < 0) | (columns.mask_bit >= layout.SATELLITES_MAX)):
        raise ValueError("a satellite number outside of the mask")
    same = (o.slot[1:] == o.slot[:-1]) & (o.station[1:] == o.station[:-1]) & (o.system[1:] == o.system[:-1])
    same &= (o.t_stated[1:] == o.t_stated[:-1]) & (o.t_gpst_ns[1:] == o.t_gpst_ns[:-1])
    order = columns.mask_bit * layout.SATELLITES_MAX + columns.signal_bit
    if np.any(same & (order[1:] <= order[:-1])):
        raise ValueError("rows of a message go by satellite, then by signal number, none twice")


def encode_msm(observations: ObservationBatch, kind: int = 7) -> Frames:
    """Frames of MSM4 or MSM7 for observations sorted by terminal, station, epoch, system, satellite and signal number.

    The epoch field is `t_stated`. Rows that make more than 64 satellites times signals go into several messages; of
    each epoch of a terminal, all but the last message say that more follow.

    Shape: (n,). Unit: as the table of `ObservationBatch` says. Error: rounded to the steps of the message, lock times
    down; what does not fit its field is sent as "invalid". ValueError for another kind, unknown signals, rows out of
    order. Source: docs/sources.md, gnss_facts §7.
    """
    if kind not in KINDS:
        raise ValueError(f"MSM{kind} is not encoded, only {KINDS}")
    o, columns = observations, _columns(observations, kind)
    _require_encodable(o, columns)
    edges = _messages(o)
    room = len(o) + 1
    first, past = np.empty(room, np.int64), np.empty(room, np.int64)
    payload_bytes = np.empty(room, np.int64)
    n = measure_messages(edges, columns, kind, MSM_PLAN, first, past, payload_bytes)
    first, past = first[:n], past[:n]
    number = _FIRST_NUMBER[o.system[first]] + kind
    last = np.ones(n, bool)
    for key in (o.slot, o.station, o.t_gpst_ns if np.all(o.t_gpst_ns != NO_TIME) else o.t_stated):
        last[:-1] &= key[first[1:]] == key[first[:-1]]
    more = np.concatenate([last[:-1], [False]]).astype(np.int64)[:n]
    frames = open_frames(payload_bytes[:n])
    heads = np.stack([number, o.station[first].astype(np.int64), o.t_stated[first].astype(np.int64), more])
    write_messages(frames.buffer, frames.start + HEAD_BYTES, heads, first, past, columns, kind, MSM_PLAN)
    return close_frames(frames)
