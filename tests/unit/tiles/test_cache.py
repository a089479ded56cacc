"""The cache keeps within its bytes and forgets what was not asked for longest."""

import pytest

from mapping.tiles.cache import ENTRY_BYTES, TileCache


def test_the_least_recently_used_goes_first() -> None:
    cache = TileCache(3 * (100 + ENTRY_BYTES))
    for x in range(3):
        cache.put((5, x, 0), bytes(100))
    assert cache.get((5, 0, 0)) is not None
    cache.put((5, 3, 0), bytes(100))
    assert [cache.get((5, x, 0)) is not None for x in range(4)] == [True, False, True, True]
    assert (cache.evictions, cache.hits, cache.misses) == (1, 4, 1)


def test_bytes_are_counted_and_never_exceeded() -> None:
    cache = TileCache(10_000)
    for number in range(200):
        cache.put((9, number % 37, number % 5), bytes(number * 13 % 900))
        assert cache.bytes <= 10_000
    held = [(9, x, y) for x in range(37) for y in range(5)]
    assert sum(len(tile) + ENTRY_BYTES for one in held if (tile := cache.get(one)) is not None) == cache.bytes


def test_putting_a_tile_again_counts_it_once() -> None:
    cache = TileCache(10_000)
    cache.put((1, 0, 0), bytes(500))
    cache.put((1, 0, 0), bytes(20))
    assert (cache.bytes, len(cache)) == (20 + ENTRY_BYTES, 1)


def test_empty_tiles_are_not_free() -> None:
    cache = TileCache(10 * ENTRY_BYTES)
    for x in range(100):
        cache.put((9, x, 0), b"")
    assert len(cache) == 10


def test_a_tile_larger_than_the_cache_throws_nobody_out() -> None:
    cache = TileCache(1_000)
    cache.put((1, 0, 0), bytes(10))
    cache.put((1, 1, 0), bytes(5_000))
    assert cache.get((1, 0, 0)) == bytes(10)
    assert cache.get((1, 1, 0)) is None


def test_a_negative_limit_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="bytes_max"):
        TileCache(-1)
