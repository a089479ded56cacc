"""Batches: cutting and joining loses nothing, what is wrong is refused, nobody writes into them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnss.batch import Batch
from gnss.batches import NO_TIME, FixBatch, SegmentBatch
from gnss.nmea.satellites import SatelliteBatch

KINDS: tuple[type[Batch], ...] = (FixBatch, SegmentBatch, SatelliteBatch)
SIZES = st.integers(0, 30)


def some(kind: type[Batch], n: int, seed: int = 1) -> Batch:
    """A batch of arbitrary bits, NaN and infinities among them."""
    rng = np.random.default_rng(seed)
    columns = {}
    for name, spec in kind.specs().items():
        shape = (n, *spec.row_shape)
        if spec.dtype.startswith("f"):
            columns[name] = rng.choice([np.nan, -0.0, np.inf, 1.5, -2.25], shape).astype(spec.dtype)
        else:
            info = np.iinfo(spec.dtype)
            columns[name] = rng.integers(info.min, info.max, shape, dtype=spec.dtype, endpoint=True)
    return kind.of(**columns)


@given(st.sampled_from(KINDS), SIZES, st.data())
def test_concat_of_split(kind: type[Batch], n: int, data: st.DataObject) -> None:
    batch = some(kind, n)
    at = sorted(data.draw(st.lists(st.integers(0, n), max_size=5)))
    parts = batch.split(at)
    assert [len(part) for part in parts] == np.diff([0, *at, n]).tolist()
    assert kind.concat(parts).equals(batch)


@given(st.sampled_from(KINDS), SIZES, st.data())
def test_take(kind: type[Batch], n: int, data: st.DataObject) -> None:
    batch = some(kind, n)
    rows = np.array(data.draw(st.lists(st.integers(0, n - 1), max_size=10) if n else st.just([])), np.int64)
    taken = batch.take(rows)
    for name, column in taken.columns().items():
        np.testing.assert_array_equal(column, getattr(batch, name)[rows])
    mask = np.isin(np.arange(n), rows)
    assert batch.take(mask).equals(batch.take(np.unique(rows)))
    assert batch.take(slice(None)).equals(batch)


@pytest.mark.parametrize("kind", KINDS)
def test_missing_and_empty(kind: type[Batch]) -> None:
    batch = kind.missing(3)
    for name, spec in kind.specs().items():
        column = getattr(batch, name)
        assert column.shape == (3, *spec.row_shape)
        np.testing.assert_array_equal(column, np.full(column.shape, spec.missing, spec.dtype))
        if spec.dtype.startswith("f"):
            assert np.isnan(column).all(), "a missing float is never 0, which is a place on the map"
    assert len(kind.empty()) == 0
    assert kind.concat([]).equals(kind.empty())
    assert kind.concat([kind.empty(), batch, kind.empty()]).equals(batch)


def test_missing_times_say_so() -> None:
    assert FixBatch.missing(1).t_gpst_ns.tolist() == [NO_TIME]
    assert SegmentBatch.whole(b"abc").t_rx_ns.tolist() == [NO_TIME]


def test_equality_is_bit_for_bit_but_for_nan() -> None:
    batch = FixBatch.missing(2, lat_rad=[np.nan, 0.5])
    assert batch.equals(FixBatch.missing(2, lat_rad=[np.nan, 0.5]))
    assert not batch.equals(FixBatch.missing(2, lat_rad=[0.5, np.nan]))
    assert not batch.equals(FixBatch.missing(3, lat_rad=np.nan))


def test_columns_are_read_only() -> None:
    batch = FixBatch.missing(2)
    for column in batch.columns().values():
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1
    with pytest.raises(AttributeError):
        batch.slot = np.zeros(2, np.int32)  # type: ignore[misc]


def test_wrong_columns_are_refused() -> None:
    batch = FixBatch.missing(2)
    with pytest.raises(ValueError, match=r"slot is int64\(2,\), expected int32"):
        batch.replace(slot=np.zeros(2, np.int64))
    with pytest.raises(ValueError, match="lat_rad"):
        batch.replace(lat_rad=np.zeros(3))
    with pytest.raises(ValueError, match="sats_view"):
        batch.replace(sats_view=np.zeros((2, 3), np.uint8))
    with pytest.raises(ValueError, match="no column"):
        FixBatch.missing(2, latitude=0.0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=20))
def test_sort_by_time(rows: list[tuple[int, int]]) -> None:
    """By time, then terminal, equal keys in their order: what `sorted` does."""
    slot, time = (np.array(column) for column in zip(*rows, strict=True)) if rows else (np.empty(0), np.empty(0))
    batch = FixBatch.missing(len(rows), slot=slot, t_gpst_ns=time, hdop=np.arange(len(rows)))
    ordered = batch.sort_by_time()
    wanted = sorted(range(len(rows)), key=lambda i: (rows[i][1], rows[i][0]))
    assert ordered.hdop.tolist() == wanted
