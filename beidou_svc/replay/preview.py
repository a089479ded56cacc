"""Where and when logs take place, found out from their beginnings, so that a page can open there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from beidou_svc.replay.feed import feed
from beidou_svc.replay.ids import Ids, terminal_ids_of
from beidou_svc.replay.source import open_sources
from gnss.batches import NO_TIME, FixBatch
from gnss.decoder import StreamDecoder
from gnss.time.scales import gpst_ns_to_unix_ns

LOGS_MAX = 64
"""Logs that are looked into."""

HEAD_BYTES_MAX = 1 << 20
"""Bytes of each that are."""

_MARGIN_DEG = 0.01

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Where logs begin, and when (UTC, Unix ns); None where that is not known."""

    bounds: Bounds | None
    t_unix_ns: int | None


def preview(paths: Sequence[Path]) -> Preview:
    """Decode the beginnings of logs."""
    chosen = [path for path in paths[:LOGS_MAX] if path.is_file()]
    ids = Ids()
    sources, _ = open_sources(chosen, terminal_ids_of(chosen), ids)
    decoder = StreamDecoder(1)
    parts: list[FixBatch] = []
    times_ns: list[int] = []
    for source in sources:
        for fed in feed([source], HEAD_BYTES_MAX):
            decoder.grow(ids.count)
            parts.append(decoder.push(fed.buffer, fed.segments, show_open=True).fixes)
            times_ns += fed.segments.t_rx_ns[fed.segments.t_rx_ns != NO_TIME][:1].tolist()
            if source.unpacked_bytes >= HEAD_BYTES_MAX:
                break
        source.reader.close()
    fixes = FixBatch.concat(parts)
    dated = (fixes.t_gpst_ns != NO_TIME) & (fixes.t_rx_ns == NO_TIME)
    times_ns += gpst_ns_to_unix_ns(fixes.t_gpst_ns[dated]).tolist()
    return Preview(_bounds(fixes), min(times_ns, default=None))


def _bounds(fixes: FixBatch) -> Bounds | None:
    good = np.isfinite(fixes.lat_rad) & np.isfinite(fixes.lon_rad)
    if not good.any():
        return None
    lat_deg, lon_deg = np.degrees(fixes.lat_rad[good]), np.degrees(fixes.lon_rad[good])
    return (
        max(float(lon_deg.min()) - _MARGIN_DEG, -180.0),
        max(float(lat_deg.min()) - _MARGIN_DEG, -90.0),
        min(float(lon_deg.max()) + _MARGIN_DEG, 180.0),
        min(float(lat_deg.max()) + _MARGIN_DEG, 90.0),
    )
