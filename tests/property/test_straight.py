"""The straight-line readers of common sentences read what they accept to the same values as the field-by-field one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss._simd import PAD_BYTES
from gnss.nmea._sentence_kernel import FOUND_MAX, _decode_in_order
from gnss.nmea._straight_kernel import STRAIGHT, read_straight
from gnss.nmea.catalogue import KIND, PLAN, SENTENCES
from gnss.nmea.encode import encode
from tests.fuzz.hostile import FIELDS
from tests.property.sentence_values import columns_of


@leaf_kernel
def _read(
    kind: int, buffer: NDArray[np.uint8], found: NDArray[np.int64], last: int, cells: NDArray[np.float64]
) -> bool:
    good: bool = read_straight(kind, buffer, found, 0, last, cells, 0)
    return good


def both_ways(kind: int, fields: list[bytes]) -> tuple[bool, NDArray[np.float64], int, NDArray[np.float64]]:
    """What the straight-line reader says and reads, and what the other one does."""
    text = b"GNXYZ," + b",".join(fields)
    buffer = np.frombuffer(text + b"*7" + b"3,." * PAD_BYTES, np.uint8)
    found = np.full(FOUND_MAX, len(text), np.int64)
    ends = np.cumsum([6, *(len(field) + 1 for field in fields)]) - 1
    found[: len(ends)] = ends
    straight, in_order = np.full(256, np.nan), np.full(256, 7.0)
    good = len(fields) >= SENTENCES[kind - 1].fields_min and _read(kind, buffer, found, len(fields), straight)
    verdict, note = _decode_in_order(buffer, found, 0, len(fields), kind, PLAN, in_order, 0)
    named = list(SENTENCES[kind - 1].cells.values())
    return bool(good), straight[named], int(verdict) or int(note), in_order[named]


@pytest.mark.parametrize("name", STRAIGHT)
@settings(max_examples=60)
@given(data=st.data())
def test_a_field_that_may_be_anything(name: str, data: st.DataObject) -> None:
    kind, columns = KIND[name], data.draw(columns_of(SENTENCES[KIND[name] - 1]))
    fields: list[bytes] = encode(name, columns)[0].tobytes().partition(b"*")[0].split(b",")[1:]
    good, straight, verdict, in_order = both_ways(kind, fields)
    assert verdict == 0 and good
    np.testing.assert_array_equal(straight, in_order)
    odd: Any = st.one_of(
        st.sampled_from(FIELDS), st.sampled_from(fields).map(bytes.decode), st.text("019.-NA ", max_size=9)
    )
    for number in data.draw(st.sets(st.integers(0, len(fields) - 1), max_size=3)):
        fields[number] = data.draw(odd).encode("latin-1")
    fields = fields[: data.draw(st.integers(0, len(fields)))] + [b"5"] * data.draw(st.integers(0, 2))
    good, straight, verdict, in_order = both_ways(kind, fields)
    if good:
        assert verdict == 0
        np.testing.assert_array_equal(straight, in_order)
