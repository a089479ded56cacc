"""Tiles already cut, the least recently used forgotten first, within a limit of bytes."""

from collections import OrderedDict
from typing import Final

ENTRY_BYTES: Final = 256  # counted for each entry besides its tile: key, node, object headers

Address = tuple[int, int, int]


class TileCache:
    """Least-recently-used tiles by (z, x, y). Not for use from several threads at once."""

    def __init__(self, bytes_max: int) -> None:
        if bytes_max < 0:
            raise ValueError(f"bytes_max must not be negative, got {bytes_max}")
        self.bytes_max = bytes_max
        self.bytes = 0
        self.hits = 0
        self.misses = 0
        self.evictions = 0
        self._tiles: OrderedDict[Address, bytes] = OrderedDict()

    def __len__(self) -> int:
        return len(self._tiles)

    def get(self, address: Address) -> bytes | None:
        """The tile, now the most recently used; counts a hit or a miss."""
        tile = self._tiles.get(address)
        if tile is None:
            self.misses += 1
            return None
        self.hits += 1
        self._tiles.move_to_end(address)
        return tile

    def put(self, address: Address, tile: bytes) -> None:
        """Keep a tile and forget old ones until all fit; a tile larger than the whole cache is not kept."""
        size_bytes = len(tile) + ENTRY_BYTES
        if size_bytes > self.bytes_max:
            return
        previous = self._tiles.pop(address, None)
        if previous is not None:
            self.bytes -= len(previous) + ENTRY_BYTES
        self._tiles[address] = tile
        self.bytes += size_bytes
        while self.bytes > self.bytes_max:
            _, forgotten = self._tiles.popitem(last=False)
            self.bytes -= len(forgotten) + ENTRY_BYTES
            self.evictions += 1
