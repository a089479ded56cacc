"""A kernel is compiled in two steps: linked into others, and machine code only where Python calls it."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from gnss._jit import IndexFile, kernel

pytestmark = pytest.mark.compiled


@kernel
def value_at(values: NDArray[np.float64], place: int) -> float:
    if place >= len(values):
        raise ValueError("beyond the end")
    return float(values[place])


@kernel
def sum_to(values: NDArray[np.float64], end: int) -> float:
    total = 0.0
    for place in range(end):
        total += value_at(values, place)
    return total


def test_only_what_python_calls_becomes_machine_code() -> None:
    linked = cast(Any, value_at)
    called = linked.signatures
    assert sum_to(cast(Any, np.arange(4, dtype=np.float32)), 4) == 6.0
    assert linked.signatures == called


def test_an_error_of_a_linked_kernel_reaches_python() -> None:
    with pytest.raises(ValueError, match="beyond the end"):
        sum_to(np.arange(4.0), 5)


def test_a_kernel_that_was_linked_can_be_called_too() -> None:
    values = np.arange(4.0)
    assert sum_to(values, 3) == sum(value_at(values, place) for place in range(3))


def test_other_types_are_other_kernels() -> None:
    whole = np.arange(4, dtype=np.int64)
    assert sum_to(cast(Any, whole), 4) == sum_to(np.arange(4.0), 4) == 6.0
    assert {"int64", "float64"} <= {str(types[0].dtype) for types in cast(Any, sum_to).signatures}


def test_two_processes_that_compile_at_once_take_different_files(tmp_path: Path) -> None:
    """Both have seen the same list, and each of them adds to it."""
    first, second = (cast(Any, IndexFile)(str(tmp_path), "kernel", b"stamp") for _ in range(2))
    first.save("float64", "of floats")
    (tmp_path / "kernel.nbi").unlink()
    second.save("int64", "of integers")
    assert second.load("int64") == "of integers"
    assert len(list(tmp_path.glob("*.nbc"))) == 2
    first.save("float64", "of floats, later")
    assert [first.load(key) for key in ("float64", "int64")] == ["of floats, later", "of integers"]
    assert len(list(tmp_path.glob("*.nbc"))) == 2
