"""Columns and names that versions share: what lists and dicts do, and earlier versions stay as they were."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.fences._shared import BLOCK, Column, Names


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 3 * BLOCK), st.lists(st.tuples(st.integers(0, 2**20), st.integers()), max_size=12))
def test_a_column_is_a_list_with_a_past(n: int, edits: list[tuple[int, int]]) -> None:
    column, expected = Column(range(n)), list(range(n))
    versions = [(column, list(expected))]
    for at, value in edits:
        row = at % (len(expected) + 1)
        expected[row : row + 1] = [value]
        column = column.put(row, value)
        versions.append((column, list(expected)))
    for version, values in versions:
        assert list(version) == values == [version[row] for row in range(len(version))]
        assert version[1:3] == tuple(values[1:3])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "站-1", "", "\udc80"]), st.integers(0, 9), st.booleans())))
def test_names_are_a_dict_with_a_past(edits: list[tuple[str, int, bool]]) -> None:
    names, expected = Names({"a": 1}), {"a": 1}
    versions = [(names, dict(expected))]
    for name, number, keep in edits:
        if keep:
            names, expected[name] = names.put(name, number), number
        elif name in names:
            names = names.without(name)
            del expected[name]
        versions.append((names, dict(expected)))
    for version, numbers in versions:
        assert version == numbers and len(version) == len(numbers) and set(version) == set(numbers)


def test_rows_and_names_that_are_not_there() -> None:
    column = Column(range(BLOCK + 1))
    assert column[-1] == BLOCK
    for at in (BLOCK + 1, -BLOCK - 2):
        with pytest.raises(IndexError):
            column[at]
    with pytest.raises(KeyError):
        Names({"a": 1}).without("b")
