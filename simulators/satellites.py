"""GSA and GSV as tables: for every kind of receiver under every kind of sky, the rows that such a terminal sends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators.sky import RECEIVER_KINDS, SHELLS, SKY_KINDS, Constellation, Sky, receives

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SATELLITES_A_GSA = 12
SATELLITES_A_GSV = 4
SYSTEMS = {shell.system_id: shell for shell in SHELLS}
CN0_SPREAD_DBHZ = 3.0
CN0_LEAST_DBHZ = 18.0
SPREAD_UNIT = 1.0 / 8_388_608.0  # 2**-23


@dataclass(frozen=True)
class MessageTable:
    """Messages of all (receiver, sky) pairs, one after the other.

    name    | dtype   | shape | meaning
    first   | int64   | R * K + 1 | messages of pair p are first[p] .. first[p + 1]
    system  | int64   | M     | NMEA system id
    index, total, in_view | float64 | M | GSV fields 1 to 3 (0 in a GSA table)
    sat     | float64 | M, 12 or 4 | satellite ids, NaN where fewer
    el_deg, az_deg, cn0_dbhz | float64 | M, 12 or 4 |
    """

    first: Ints
    system: Ints
    index: Floats
    total: Floats
    in_view: Floats
    sat: Floats
    el_deg: Floats
    az_deg: Floats
    cn0_dbhz: Floats

    def expand(self, pair: Ints) -> tuple[Ints, Ints]:
        """For terminals of given pairs: the terminal (index into `pair`) and the message of every row to write."""
        count = self.first[pair + 1] - self.first[pair]
        owner = np.repeat(np.arange(pair.size), count)
        start = np.cumsum(count) - count
        return owner, self.first[pair][owner] + np.arange(owner.size) - start[owner]


def build_table(stars: Constellation, sky: Sky, per_message: int) -> MessageTable:
    """The messages of all pairs, with up to `per_message` satellites each; a dark sky has one empty message."""
    first, rows = [0], []
    for receiver in range(RECEIVER_KINDS):
        heard = receives(stars, receiver)
        for kind in range(SKY_KINDS):
            seen = sky.visible[kind] & heard
            messages = [m for system in SYSTEMS for m in _messages(stars, sky, seen, system, per_message)]
            rows += messages or [(1, 1.0, 1.0, 0.0, np.full((4, per_message), np.nan))]
            first.append(len(rows))
    cells = np.stack([row[4] for row in rows])
    return MessageTable(
        first=np.array(first, dtype=np.int64),
        system=np.array([row[0] for row in rows], dtype=np.int64),
        index=np.array([row[1] for row in rows]),
        total=np.array([row[2] for row in rows]),
        in_view=np.array([row[3] for row in rows]),
        sat=cells[:, 0],
        el_deg=cells[:, 1],
        az_deg=cells[:, 2],
        cn0_dbhz=cells[:, 3],
    )


def _messages(
    stars: Constellation, sky: Sky, seen: NDArray[np.bool_], system: int, per_message: int
) -> list[tuple[int, float, float, float, Floats]]:
    """The messages of one system: (system, index, total, satellites, cells `(4, per_message)`)."""
    chosen = np.flatnonzero(seen & (stars.system_id == system))
    chosen = chosen[np.argsort(stars.nmea_id[chosen])]
    total = -(-chosen.size // per_message)
    messages = []
    for index in range(total):
        part = chosen[index * per_message : (index + 1) * per_message]
        cells = np.full((4, per_message), np.nan)
        cells[:, : part.size] = stars.nmea_id[part], sky.el_deg[part], sky.az_deg[part], sky.cn0_dbhz[part]
        messages.append((system, index + 1.0, float(total), float(chosen.size), cells))
    return messages


def spread(row: Ints, sat: Floats) -> Floats:
    """A fixed, roughly even number in [-1, 1] for each terminal and satellite: antennas differ."""
    which = row.astype(np.uint64)[:, None] * np.uint64(2654435761) + np.nan_to_num(sat).astype(np.uint64)
    mixed: NDArray[np.uint64] = (which * np.uint64(11400714819323198485)) >> np.uint64(40)
    return mixed.astype(np.float64) * SPREAD_UNIT - 1.0


def shown_cn0(cn0_dbhz: Floats, row: Ints, sat: Floats) -> Floats:
    """C/N0 as terminals show it: whole dB-Hz, the terminal's own spread added."""
    own: Floats = np.maximum(cn0_dbhz + CN0_SPREAD_DBHZ * spread(row, sat), CN0_LEAST_DBHZ)
    return np.round(own)
