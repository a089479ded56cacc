"""A whole trace: all rows forwards, the best place of each backwards, and how sure it is."""

from typing import Final

from gnss._jit import inline_kernel, leaf_kernel
from mapping.matching._advance_kernel import advance
from mapping.matching._drive_kernel import Way, drive
from mapping.matching._layout import Floats, Ints, Trellis
from mapping.matching._numbers import NS, Numbers, Work
from mapping.matching._tell_kernel import Told, pool_states, write_place
from mapping.matching.model import Rules
from mapping.matching.viterbi import best_state, smoothed

WINDOW: Final = 16
"""Rows by which it is judged how sure a place of a whole trace is."""


@leaf_kernel
def solve(
    numbers: Numbers, rules: Rules, trellis: Trellis, edge: Ints, order: Ints, work: Work, told: Told, state: Ints,
    chain: Ints, share: Floats, way: Way,
) -> int:  # fmt: skip
    """Match the rows of a trellis, in order of time, and tell row q as row `order[q]`; how many edges were driven.

    Shape: `edge` (states,) the edge of each state, `order`, out `state` and `chain` (n,), `share` (places,), `way` as
    `drive` says. Unit: m, ns.
    """
    n = len(order)
    _run(numbers, rules, trellis, n, work)
    _trace_back(trellis, state)
    _tell(trellis, edge, order, state, chain, _chain(trellis, n, chain), work.back, work.best, share, told)
    return drive(numbers, rules, trellis, state, work.search, way)


@inline_kernel
def _run(numbers: Numbers, rules: Rules, trellis: Trellis, n: int, work: Work) -> None:
    p = -1
    for q in range(n):
        if p >= 0 and (trellis.t_ns[q] - trellis.t_ns[p]) * NS > rules.gap_s_max:
            p = -1
        advance(numbers, rules, trellis, p, q, work)
        if trellis.used[q] > 0:
            p = q


@inline_kernel
def _trace_back(trellis: Trellis, state: Ints) -> None:
    """The best place of every row, part by part; rows beside the trellis get -1."""
    end, last = -1, -1
    for q in range(len(state) - 1, -1, -1):
        state[q] = -1
        if trellis.used[q] == 0:
            continue
        if end < 0:
            end, last = 0, best_state(trellis.score[q], trellis.used[q])
        state[q] = last
        last = trellis.back[q, last]
        if trellis.back[q, 0] < 0:
            end = -1


@inline_kernel
def _chain(trellis: Trellis, n: int, chain: Ints) -> int:
    """The rows that are not beside the trellis; how many."""
    count = 0
    for q in range(n):
        if trellis.used[q] > 0:
            chain[count] = q
            count += 1
    return count


@inline_kernel
def _tell(
    trellis: Trellis,
    edge: Ints,
    order: Ints,
    state: Ints,
    chain: Ints,
    count: int,
    origin: Ints,
    probability: Floats,
    share: Floats,
    told: Told,
) -> None:
    """Write down every row: its place, and how sure it is by the rows after it, at most `WINDOW` of one part.

    Once all sequences are seen to have met in a row, every row up to it is certain, and need not be looked at.
    """
    k, end, met = 0, 0, -1
    for q in range(len(state)):
        second = -1
        if state[q] >= 0:
            end = max(end, k + 1)
            while end < min(count, k + WINDOW) and trellis.back[chain[end], 0] >= 0:
                end += 1
            if k > met:
                rows, last = chain[k:end], trellis.used[chain[end - 1]]
                met = k + smoothed(trellis.score, trellis.back, rows, end - k, last, origin, probability, share)
                pool_states(trellis, q, edge, state[q], share)
                second = _second(trellis, q, state[q], share)
            else:
                share[state[q]] = 1.0
            k += 1
        write_place(trellis, q, state[q], second, share, told, order[q])


@inline_kernel
def _second(trellis: Trellis, q: int, best: int, share: Floats) -> int:
    """The most probable place of a row on a road, besides the best; -1 = none."""
    second = -1
    for j in range(trellis.used[q]):
        is_other = j != best and trellis.edge[q, j] >= 0 and share[j] > 0.0
        if is_other and (second < 0 or share[j] > share[second]):
            second = j
    return second
