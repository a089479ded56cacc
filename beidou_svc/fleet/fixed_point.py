"""Numbers as the live stream and the recent minutes hold them: scaled integers, of which one means "not known"."""

import math

import numpy as np

from gnss._jit import inline_kernel

I4_MISSING = np.iinfo(np.int32).min
U2_MISSING = np.iinfo(np.uint16).max
U1_MISSING = np.iinfo(np.uint8).max

DEGREE = 1e-7
HEIGHT = 1e-3  # m
SIGMA = 1e-3  # m
SPEED = 1e-2  # m/s
COURSE = 1e-2  # degrees
AGE = 1e-1  # s

I4_MAX = np.iinfo(np.int32).max
_U2_TOP = float(U2_MISSING - 1)
_UNITS_PER_RAD = 180.0 / math.pi / DEGREE
_TURNS_PER_RAD = 0.5 / math.pi
_STEPS_PER_TURN = 360.0 / COURSE


@inline_kernel
def degrees_i4(angle_rad: float) -> np.int32:
    """An angle in steps of 1e-7 degrees."""
    value = np.rint(angle_rad * _UNITS_PER_RAD)
    return np.int32(value if abs(value) <= I4_MAX else I4_MISSING)


@inline_kernel
def millimetres_i4(length_m: float) -> np.int32:
    """A length in millimetres."""
    value = np.rint(length_m * 1e3)
    return np.int32(value if abs(value) <= I4_MAX else I4_MISSING)


@inline_kernel
def clip_u2(value: float, scale: float) -> np.uint16:
    """A value that is not negative in steps of `scale`; the largest step means "that or more"."""
    steps = np.rint(value * (1.0 / scale))
    known = steps if steps < _U2_TOP else _U2_TOP
    return np.uint16(known if steps >= 0.0 else U2_MISSING)


@inline_kernel
def bearing_u2(angle_rad: float) -> np.uint16:
    """A direction in steps of 0.01 degrees, 0 up to 35,999."""
    turns = angle_rad * _TURNS_PER_RAD
    steps = np.rint((turns - np.floor(turns)) * _STEPS_PER_TURN)
    steps = 0.0 if steps == _STEPS_PER_TURN else steps
    return np.uint16(steps if steps >= 0.0 else U2_MISSING)
