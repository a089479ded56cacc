"""Where the numbers of rows and places stand in their arrays: columns by name."""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

# a row: what was observed
X, Y = 0, 1  # m, plane
SXX, SXY, SYY = 2, 3, 4  # m2, covariance of the position
HX, HY = 5, 6  # unit vector of the course, NaN = none
SIGMA_H = 7  # rad, of the course
SPEED = 8  # m/s, NaN = none
H_MAP = 9  # m above the map's zero, NaN = none
SIGMA_U = 10  # m
RADIUS = 11  # m
SIGMA = 12  # m, root of the larger of the two variances
LAT, LON = 13, 14  # rad, as they came
ROW_WIDTH: Final = 15

# a place: a candidate, and the filter of slow errors on the best way to it
OFFSET = 0  # m from the start of the edge
LATERAL = 1  # m, left positive: the position seen from the place
ALONG = 2  # m beyond the end of the line, or round a corner of it
UX, UY = 3, 4  # unit vector along the edge
STATIC = 5  # what course, height and structure say, a logarithm
BX, BY = 6, 7  # m, slow error of the position on the way to here
PXX, PXY, PYY = 8, 9, 10  # m2, its covariance
PLACE_WIDTH: Final = 11

ROWS_MIN: Final = 2
"""A column of fewer records counts as contiguous, which is another type to compile every kernel for."""


class Trellis(NamedTuple):
    """Places of rows: (rows, K) each, `used` (rows,) of them are; `place` (rows, K, PLACE_WIDTH).

    `edge` of each place, `score` and `back` as in `viterbi`; a link of -1 is a beginning, or a jump where no way leads.
    `row` (rows, ROW_WIDTH) is what was observed, `t_ns` when.
    """

    edge: Ints
    back: Ints
    score: Floats
    place: Floats
    used: Ints
    row: Floats
    t_ns: Longs


@cache
def row_type(places: int) -> np.dtype[np.void]:
    """A row of a trellis as one record, so that what belongs together lies together in memory."""
    fields = [
        ("t_ns", np.int64), ("used", np.int32), ("pad", np.int32), ("score", np.float64, (places,)),
        ("edge", np.int32, (places,)), ("back", np.int32, (places,)), ("row", np.float64, (ROW_WIDTH,)),
        ("place", np.float64, (places, PLACE_WIDTH)),
    ]  # fmt: skip
    return np.dtype(fields)


def new_block(rows: int, places: int) -> NDArray[np.void]:
    """Memory for so many rows of so many places.

    Shape: (rows,) records. Unit: m, ns.
    """
    return np.zeros(rows, row_type(places))


def trellis_of(block: NDArray[np.void]) -> Trellis:
    """The columns of a block, as views of it.

    Shape: as `Trellis` says; blocks of less than `ROWS_MIN` rows give views of as many unused ones. Unit: m, ns.
    """
    if len(block) < ROWS_MIN:
        block = np.zeros(ROWS_MIN, block.dtype)
    return Trellis(*(block[name] for name in Trellis._fields))


def bare_trellis(row: Floats, t_ns: Longs, places: int) -> Trellis:
    """Rows whose places are filled in once, in order, and not compared: column by column, of which nothing is set yet.

    Shape: `row` (rows, ROW_WIDTH), `t_ns` (rows,). Unit: m, ns. What is written and read row after row is faster so.
    """
    shape = len(t_ns), places
    edge, back = np.empty((2, *shape), np.int32)
    score, place = np.empty(shape), np.empty((*shape, PLACE_WIDTH))
    return Trellis(edge, back, score, place, np.empty(len(t_ns), np.int32), row, t_ns)
