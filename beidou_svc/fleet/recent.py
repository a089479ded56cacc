"""The last minutes of every terminal, one row a second at most.

Each terminal has one cell per second of the window, addressed by the second itself (second modulo window), so a late
row still finds its place and nothing depends on the order of arrival. Of several rows of one second the one of the
best quality stays, of these the last. Memory is reserved for `terminals_max` at once
but touched only where a terminal has positions.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.fleet.fixed_point import SIGMA, SPEED, clip_u2, degrees_i4, millimetres_i4
from beidou_svc.fleet.merge import TRUST_DATED, Incoming, count_bits, has_position, row_trust
from beidou_svc.fleet.quality import row_rank
from gnss._jit import inline_kernel, kernel
from gnss.constants import NS_PER_MS, NS_PER_S
from gnss.time.era import eras_between
from gnss.time.leap import gpst_to_utc

CELL = np.dtype(
    [
        ("t_s", "u4"),  # Unix seconds; 0 = empty
        ("lat", "i4"),  # 1e-7 degrees
        ("lon", "i4"),
        ("h_ell", "i4"),  # mm
        ("t_ms", "u2"),  # milliseconds of the second
        ("speed", "u2"),  # cm/s
        ("sigma_h", "u2"),  # mm
        ("fix_quality", "u1"),
        ("sats_used", "u1"),
        ("sentences", "u1"),  # how many made the row: the better version of one instant stays
        ("rank", "u1"),  # how good its quality is: of one second the better row stays
        ("source", "u1"),  # a `Source`
        ("era", "u1"),  # of the terminal's clock: what was of an earlier one is forgotten
    ],
    align=True,
)

_S_PER_DAY = 86_400
_S_MAX = 2**32 - 1


class Measured(NamedTuple):
    """The columns of a batch that are kept beside the position."""

    h_ell_m: NDArray[np.float64]
    sigma_h_m: NDArray[np.float64]
    speed_mps: NDArray[np.float64]
    sats_used: NDArray[np.uint8]
    source: NDArray[np.uint8]


@inline_kernel
def _fill(cell: Any, rows: Incoming, measured: Measured, row: int) -> None:
    cell["lat"] = degrees_i4(rows.lat_rad[row])
    cell["lon"] = degrees_i4(rows.lon_rad[row])
    cell["h_ell"] = millimetres_i4(measured.h_ell_m[row])
    cell["speed"] = clip_u2(measured.speed_mps[row], SPEED)
    cell["sigma_h"] = clip_u2(measured.sigma_h_m[row], SIGMA)
    cell["fix_quality"] = rows.fix_quality[row]
    cell["sats_used"] = measured.sats_used[row]
    cell["source"] = measured.source[row]


@kernel
def _note_rows(rows: Incoming, measured: Measured, cells: NDArray[Any]) -> None:
    window_s = cells.shape[1]
    for row in range(rows.slot.size):
        if row_trust(rows, row) != TRUST_DATED or not has_position(rows, row):
            continue
        day, ns_of_day = gpst_to_utc(rows.t_gpst_ns[row])
        t_s = day * _S_PER_DAY + ns_of_day // NS_PER_S
        if t_s <= 0 or t_s > _S_MAX:
            continue
        t_ms = ns_of_day % NS_PER_S // NS_PER_MS
        sentences = count_bits(rows.sentences[row])
        rank = row_rank(rows.fix_quality[row], measured.source[row])
        lat, lon = degrees_i4(rows.lat_rad[row]), degrees_i4(rows.lon_rad[row])
        cell = cells[rows.slot[row], t_s % window_s]
        kept = (cell["t_s"], cell["rank"], cell["t_ms"], cell["sentences"], cell["lat"], cell["lon"])
        eras = eras_between(cell["era"], rows.clock_era[row]) if cell["t_s"] > 0 else 1
        if eras < 0 or (eras == 0 and kept > (t_s, rank, t_ms, sentences, lat, lon)):
            continue
        cell["era"] = rows.clock_era[row]
        cell["t_s"] = t_s
        cell["rank"] = rank
        cell["t_ms"] = t_ms
        cell["sentences"] = sentences
        _fill(cell, rows, measured, row)


class Recent:
    """One ring of seconds per slot."""

    def __init__(self, terminals_max: int, window_s: int) -> None:
        # zeros from the operating system: a page exists only once it is written to
        self._cells = np.zeros((terminals_max, window_s), CELL)

    def note(self, rows: Incoming, measured: Measured) -> None:
        """Keep the dated rows that have a position."""
        _note_rows(rows, measured, self._cells)

    def read(self, slot: int, seconds: int) -> NDArray[Any]:
        """The cells of one terminal within `seconds` of its newest, oldest first."""
        ring: NDArray[Any] = self._cells[slot]
        cells: NDArray[Any] = ring[ring["t_s"] > 0]
        if not len(cells):
            return cells
        # differences are right modulo 256
        later = (cells["era"] - cells["era"][0]).view(np.int8)
        cells = cells[later == later.max()]
        newest_s = int(cells["t_s"].max())
        cells = cells[cells["t_s"].astype(np.int64) > newest_s - min(seconds, self._cells.shape[1])]
        ordered: NDArray[Any] = cells[np.argsort(cells["t_s"])]
        return ordered
