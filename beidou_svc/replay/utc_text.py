"""Timestamps as RFC 3339 text with every digit of a nanosecond."""

import numpy as np
import pyarrow as pa

from gnss.batches import NO_TIME
from gnss.time.rfc3339 import format_rfc3339
from gnss.time.scales import unix_ns_to_gpst_ns


def utc_texts(column: pa.Array) -> pa.Array:
    """`2026-11-22T06:30:00.125000000Z` for each timestamp[ns]; null for null."""
    unix_ns = column.cast(pa.int64()).fill_null(NO_TIME).to_numpy(zero_copy_only=False)
    texts = format_rfc3339(unix_ns_to_gpst_ns(unix_ns), 9)
    width = texts.dtype.itemsize
    edge = (np.arange(len(texts) + 1) * width).astype(np.int32)
    made = pa.StringArray.from_buffers(len(texts), pa.py_buffer(edge), pa.py_buffer(texts.tobytes()))
    return made.take(pa.array(np.arange(len(texts)), mask=unix_ns == NO_TIME))
