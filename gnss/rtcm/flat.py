"""Messages of fixed layout: bits to values and back, for all messages of one kind in one call.

Source: the tables of `gnss.rtcm.layouts`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.bits import get_sign_magnitude, get_signed, get_unsigned, put_bits
from gnss.rtcm.fields import Coding, Field, Layout

_UNSIGNED, _SIGNED, _SIGN_MAGNITUDE = int(Coding.UNSIGNED), int(Coding.SIGNED), int(Coding.SIGN_MAGNITUDE)


class _FlatPlan(NamedTuple):
    """A layout as arrays by field: where it begins, how wide it is, how its bits are a number."""

    at: NDArray[np.int64]
    width: NDArray[np.int64]
    coding: NDArray[np.int64]


@cache
def _plan(layout: Layout) -> _FlatPlan:
    width = np.array([field.bits for field in layout.fields], np.int64)
    coding = np.array([field.coding for field in layout.fields], np.int64)
    return _FlatPlan(np.cumsum(width) - width, width, coding)


@leaf_kernel
def _read_rows(buffer: NDArray[np.uint8], bit: NDArray[np.int64], plan: _FlatPlan, raw: NDArray[np.int64]) -> None:
    for row in range(len(bit)):
        for f in range(len(plan.at)):
            p, width = bit[row] + plan.at[f], plan.width[f]
            if plan.coding[f] == _SIGNED:
                raw[f, row] = get_signed(buffer, p, width)
            elif plan.coding[f] == _SIGN_MAGNITUDE:
                raw[f, row] = get_sign_magnitude(buffer, p, width)
            else:
                raw[f, row] = get_unsigned(buffer, p, width)


@leaf_kernel
def _write_rows(buffer: NDArray[np.uint8], bit: NDArray[np.int64], plan: _FlatPlan, raw: NDArray[np.int64]) -> None:
    for row in range(len(bit)):
        for f in range(len(plan.at)):
            value, width = raw[f, row], plan.width[f]
            if plan.coding[f] == _SIGN_MAGNITUDE and value < 0:
                value = -value | 1 << (width - 1)
            put_bits(buffer, bit[row] + plan.at[f], width, value)


def read_fields(layout: Layout, buffer: NDArray[np.uint8], start: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Values of the fields by name, one per message whose payload begins at byte `start`; reserved bits are left out.

    Shape: (n,) each. Unit: at the end of each name. Error: exact to the field's step; payloads shorter than the
    layout are the caller's to leave out.
    """
    raw = np.empty((len(layout.fields), len(start)), np.int64)
    _read_rows(buffer, start * 8, _plan(layout), raw)
    return {field.name: raw[f] * field.scale for f, field in enumerate(layout.fields) if field.name}


def limits(field: Field) -> tuple[int, int]:
    """Smallest and largest number that the bits of a field can hold."""
    if field.coding is Coding.UNSIGNED:
        return 0, (1 << field.bits) - 1
    high = (1 << (field.bits - 1)) - 1
    return (-high if field.coding is Coding.SIGN_MAGNITUDE else -high - 1), high


def _to_raw(field: Field, values: NDArray[Any]) -> NDArray[np.int64]:
    steps = np.rint(np.asarray(values, np.float64) / field.scale)
    low, high = limits(field)
    if not np.all((steps >= low) & (steps <= high)):
        raise ValueError(f"{field.name} ({field.df}) holds {low * field.scale}..{high * field.scale}, got {values}")
    return steps.astype(np.int64)


def write_fields(
    layout: Layout, buffer: NDArray[np.uint8], start: NDArray[np.int64], columns: Mapping[str, NDArray[Any]]
) -> None:
    """Write messages whose payloads begin at byte `start`, where the buffer holds zeros; reserved bits stay 0.

    Shape: (n,) each. Unit: at the end of each name. Error: values are rounded to the field's step; ValueError
    where one is outside its range or not a number.
    """
    raw = np.zeros((len(layout.fields), len(start)), np.int64)
    for f, field in enumerate(layout.fields):
        if field.name:
            raw[f] = layout.number if field.name == "number" else _to_raw(field, columns[field.name])
    _write_rows(buffer, start * 8, _plan(layout), raw)
