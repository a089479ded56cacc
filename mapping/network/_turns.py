"""Which edge may follow which: by shared nodes less the restrictions, or as the source states it."""

from math import atan2, pi

import numpy as np
from numpy.typing import NDArray

from gnss._jit import kernel
from mapping.network._cut import Cut
from mapping.network.codes import TurnKind
from mapping.network.model import lists_by, offsets_of
from mapping.network.tables import Floats, Ints, Lists, Turns

Longs = NDArray[np.int64]


def meeting_edges(made: Cut) -> tuple[Ints, Ints]:
    """Pairs (edge, edge that leaves the node at its end), edge by edge."""
    leaving = lists_by(made.node_from, len(made.nodes))
    counts = np.diff(leaving.first)[made.node_to]
    first = offsets_of(counts)
    pairs = np.empty((2, int(first[-1])), dtype=np.int32)
    _fill_meeting(made.node_to, leaving.first, leaving.value, first, pairs)
    return pairs[0], pairs[1]


@kernel
def _fill_meeting(node_to: Ints, first_leaving: Ints, leaving: Ints, first: Ints, out: Ints) -> None:
    for e in range(node_to.size):
        k = first[e]
        for i in range(first_leaving[node_to[e]], first_leaving[node_to[e] + 1]):
            out[0, k], out[1, k] = e, leaving[i]
            k += 1


def pair_keys(edge: NDArray[np.integer], then: NDArray[np.integer], edges: int) -> Longs:
    """One number for each pair of edges."""
    keys: Longs = edge.astype(np.int64) * edges + then
    return keys


def turns_of(made: Cut, edge: Ints, then: Ints) -> tuple[Ints, Turns]:
    """The table of turns of pairs that are sorted by their first edge: kinds and changes of course."""
    first = offsets_of(np.bincount(edge, minlength=made.road.size))
    is_back = then == made.twin[edge]
    ways_on = np.bincount(edge[~is_back], minlength=made.road.size)
    kind = np.where(is_back, TurnKind.U_TURN, np.where(ways_on[edge] == 1, TurnKind.FOLLOW, TurnKind.TURN))
    course_begin, course_end = end_courses(made.shape.first_point, made.shape.points.x_m, made.shape.points.y_m)
    turn = np.where(is_back, pi, _wrapped(course_begin[then] - course_end[edge]))
    table = Turns.of(
        next_edge=then.astype(np.int32), next_kind=kind.astype(np.uint8), next_turn_rad=turn.astype(np.float32)
    )
    return first, table


def _wrapped(angle_rad: Floats) -> Floats:
    return (angle_rad + pi) % (2.0 * pi) - pi


@kernel
def end_courses(first: Ints, x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
    """Direction of the first and of the last segment of every line, rad from east, counter-clockwise."""
    n = first.size - 1
    begin, end = np.empty(n), np.empty(n)
    for e in range(n):
        a, b = first[e], first[e + 1] - 1
        begin[e] = atan2(y_m[a + 1] - y_m[a], x_m[a + 1] - x_m[a])
        end[e] = atan2(y_m[b] - y_m[b - 1], x_m[b] - x_m[b - 1])
    return begin, end


def lists_of(sequences: list[tuple[int, ...]]) -> Lists:
    """Sequences as ragged lists."""
    values = [value for sequence in sequences for value in sequence]
    first = offsets_of(np.array([len(sequence) for sequence in sequences], dtype=np.int64))
    return Lists(first, np.array(values, dtype=np.int32))
